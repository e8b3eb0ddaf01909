#include "tongsuan/connectors/simulated_agents.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <set>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"
#include "tongsuan/exchange/exchange_fixture.h"
#include "tongsuan/world/faults.h"

namespace tongsuan::connectors {
namespace {

using engine::ContractId;
using exchange::Code;
using exchange::ParticipantId;
using exchange::testing::kEast;
using ledger::kHouse;
using Span = std::pair<Second, Second>;

engine::Places places() {
  engine::Places places = exchange::testing::places_without_accounts();
  places.links.clear();
  places.data_sets.clear();
  return places;
}

// Everything may go wrong, or nothing.
world::Script script_of(std::uint64_t seed, Second skew) {
  Random random(seed);
  const auto maybe = [&](std::uint32_t value) { return random.below(3) == 0 ? 0U : value; };
  world::FaultOptions options;
  options.span = 40'000;
  options.seed = seed;
  options.node_failure_hours = maybe(10);
  options.node_repair_hours = 1;
  world::HubFaults& hubs = options.hubs;
  hubs.start_delay_seconds = maybe(40);
  hubs.controller_away_per_mille = maybe(1'000);
  hubs.controller_away_seconds = 2'000;
  hubs.agent_away_per_mille = maybe(1'000);
  hubs.agent_away_seconds = 4'000;
  hubs.take_over_per_mille = maybe(1'000);
  hubs.requeue_hours = maybe(3);
  hubs.own_work_per_mille = maybe(700);
  hubs.own_work_hours = 1;
  hubs.phantom_per_mille = maybe(200);
  hubs.phantom_hours = 1;
  hubs.stuck_per_mille = maybe(300);
  hubs.twice_per_mille = maybe(1'000);
  world::Script script;
  script.nodes = world::make_faults(places(), options);
  script.hubs = world::make_hub_truth(places(), hubs, options.span, seed);
  script.hubs.habits.skew = skew;
  script.hubs.agents = true;
  return script;
}

// What was granted, and what was told of it, by the exchange's events.
struct Book {
  Second start = 0;
  Second until = 0;  // granted up to here
  Second mark = 0;   // delivered or missed up to here
  Second end = -1;
  std::vector<Span> told;
  bool last_word = false;
  bool under_agent = false;
  std::vector<Span> truth;
};

// An exchange and its agents, and a house that starts, extends and ends at random.
class Play {
 public:
  Play(std::uint64_t seed, world::Script script)
      : random_(seed), exchange_(places(), 0), twin_(places(), 0) {
    for (const char* name : {"east-supplier", "west-supplier", "buyer"}) {
      const bool buys = std::string_view(name) == "buyer";
      ask(kHouse,
          exchange::OpenParticipant{
              name, buys ? exchange::Role::kParticipant : exchange::Role::kHub, kHouse, {}});
    }
    exchange::Rules rules;
    rules.collar_percent = 0;
    ask(kHouse, exchange::SetRules{rules});
    ask(kHouse, exchange::AssignHub{HubId{0}, ParticipantId{1}});
    ask(kHouse, exchange::AssignHub{HubId{1}, ParticipantId{2}});
    ask(kHouse, exchange::Deposit{exchange::testing::cash(kBuyer), Money(900'000'000'000), 1});
    ask(kHouse, exchange::Deposit{exchange::testing::margin(kEast), Money(9'000'000), 2});
    agents_ = std::make_unique<SimulatedAgents>(exchange_.state(), std::move(script));
  }

  void live(Second until) {
    while (now_ < until) {
      now_ += random_.between(0, 60);
      hear();
      act_as_house(true);
    }
  }
  // What runs ends, and has its last words.
  void finish() {
    for (int i = 0; i < 400; ++i) {
      now_ += 300;
      hear();
      act_as_house(false);
    }
  }
  // The process begins anew beside the same exchange.
  void restart(world::Script script) {
    agents_ = std::make_unique<SimulatedAgents>(exchange_.state(), std::move(script));
    const engine::State& engine = state().engine();
    for (std::uint32_t i = 0; i < engine.contract_count(); ++i) {
      const bool open = state().deliveries().presumed(ContractId{i}) != nullptr;
      if (open || engine.contract(ContractId{i}).end < 0) deliver(ContractId{i});
    }
  }

  [[nodiscard]] const exchange::State& state() const { return exchange_.state(); }
  [[nodiscard]] const SimulatedAgents& agents() const { return *agents_; }
  [[nodiscard]] const std::map<std::uint32_t, Book>& books() const { return books_; }
  [[nodiscard]] Digest digest() { return exchange_.digest(); }
  [[nodiscard]] std::uint64_t answered(Code code) const {
    const auto found = answers_.find(code);
    return found == answers_.end() ? 0 : found->second;
  }
  [[nodiscard]] std::uint64_t ended(engine::EndReason reason) const {
    const auto found = ends_.find(reason);
    return found == ends_.end() ? 0 : found->second;
  }
  [[nodiscard]] std::uint64_t repeats() const { return repeats_; }
  Second overrun = 0;

 private:
  static constexpr ParticipantId kBuyer{3};

  Code ask(ParticipantId actor, exchange::Command command) {
    return send({{}, 0, actor, std::move(command)}).code;
  }
  const exchange::Answer& send(exchange::Request request) {
    exchange_.execute(now_, std::move(request), output_);
    if (output_.record.empty()) return output_.answer;
    const auto misfit = twin_.replay(output_.record, [&](Second, const exchange::Event& event) {
      note(event);
      if (agents_ == nullptr) return;
      const auto* happened = std::get_if<engine::Event>(&event);
      const auto* started =
          happened == nullptr ? nullptr : std::get_if<engine::ContractStarted>(&happened->what);
      if (started != nullptr) deliver(started->contract);
      agents_->see(exchange_.state(), event);
    });
    EXPECT_FALSE(misfit) << misfit->what;
    return output_.answer;
  }
  void deliver(ContractId id) {
    agents_->deliver(state(), id, work_of(id), id.value % 2 == 0 ? 0 : 300);
  }
  // Some take longer than their owner expects.
  [[nodiscard]] Second work_of(ContractId id) const {
    const engine::Contract& contract = state().engine().contract(id);
    const engine::OrderRecord& record = state().engine().order(contract.order);
    return engine::State::remaining(record, contract.way) * (6 + id.value % 7) / 10;
  }

  void hear() {
    std::vector<exchange::Request> requests;
    agents_->act(now_, 10'000, requests);
    for (exchange::Request& request : requests) {
      const bool again = random_.below(20) == 0;
      const exchange::Request copy = request;
      const exchange::Answer answer = send(std::move(request));
      ++answers_[answer.code];
      if (!again) continue;
      repeats_ += send(copy).repeated;
    }
  }

  void act_as_house(bool new_work) {
    const engine::State& engine = state().engine();
    for (const auto& [id, book] : books_) {
      if (book.end >= 0) continue;
      if (book.until <= now_) {
        ask(kHouse, exchange::Dispatch{engine::ExtendContract{ContractId{id}, now_ + 600}});
      }
      if (random_.below(200) == 0) {
        ask(kHouse, exchange::Dispatch{
                        engine::EndContract{ContractId{id}, engine::EndReason::kCancelled, 0}});
      }
    }
    if (!new_work) {
      for (std::uint32_t i = 0; i < engine.order_count(); ++i) {
        if (engine.order(OrderId{i}).state == engine::OrderState::kWaiting) {
          ask(kBuyer, exchange::CancelOrder{OrderId{i}});
        }
      }
      return;
    }
    engine::LiveOrder order =
        engine::testing::small_order(1 + static_cast<std::uint32_t>(random_.below(2)), now_);
    order.ways[0].estimate = random_.between(1, 4'000);
    order.latest_start = now_ + 900'000;
    order.value = 900'000'000;
    if (random_.below(4) == 0) ask(kBuyer, exchange::SubmitOrder{order, "job"});
    for (std::uint32_t i = 0; i < engine.order_count(); ++i) {
      if (engine.order(OrderId{i}).state != engine::OrderState::kWaiting) continue;
      const engine::PoolId pool{random_.below(2) == 0 ? 0U : 2U};
      const auto node =
          static_cast<std::uint32_t>(random_.below(engine.places().pools[pool.value].nodes));
      const Code code =
          ask(kHouse,
              exchange::Dispatch{engine::StartOrder{OrderId{i}, 0, pool, {node}, Price(3'600)}});
      const HubId hub = engine.places().pools[pool.value].hub;
      if (code == Code::kDone) expect_lease(hub);
    }
  }
  // Nothing starts at a hub whose agent was away for a lease.
  void expect_lease(HubId hub) {
    const Second back = agents_->hubs().back(world::Away::kAgent, hub, now_);
    EXPECT_TRUE(back == now_ || agents_->hubs().takes(hub, now_) ||
                agents_->hubs().back(world::Away::kController, hub, now_) > now_);
  }

  // Parts of [start, until) in which its job had devices.
  [[nodiscard]] std::vector<Span> truth_of(ContractId id, Second until) const {
    const world::JobRun* run = agents_->run(id);
    return run == nullptr ? std::vector<Span>()
                          : joined(world::as_told(*run, 0, run->grant.start, until));
  }
  static std::vector<Span> joined(const std::vector<Span>& spans) {
    std::vector<Span> all;
    for (const Span& one : spans) {
      if (!all.empty() && all.back().second == one.first) {
        all.back().second = one.second;
      } else {
        all.push_back(one);
      }
    }
    return all;
  }

  void note(const exchange::Event& event) {
    if (const auto* happened = std::get_if<engine::Event>(&event)) return note_engine(*happened);
    const auto* own = std::get_if<exchange::OwnEvent>(&event);
    if (own == nullptr) return;
    if (const auto* one = std::get_if<exchange::ContractMetered>(own)) {
      Book& book = books_[one->contract.value];
      book.told.emplace_back(book.mark, one->until);
      book.mark = one->until;
    } else if (const auto* gap = std::get_if<exchange::DeliveryMissed>(own)) {
      books_[gap->contract.value].mark = gap->until;
    } else if (const auto* presumed = std::get_if<exchange::DeliveryPresumed>(own)) {
      Book& book = books_[presumed->contract.value];
      if (!book.told.empty() && book.told.back().first == presumed->what.from) book.told.pop_back();
      book.until = presumed->what.until;
      book.last_word = true;
    } else if (const auto* told = std::get_if<exchange::DeliveryTold>(own)) {
      books_[told->contract.value].told.emplace_back(told->from, told->until);
    } else if (const auto* settled = std::get_if<exchange::DeliverySettled>(own)) {
      Book& book = books_[settled->contract.value];
      book.last_word = false;
      book.truth = truth_of(settled->contract, book.until);
      overrun += settled->overrun;
      book.told = joined(book.told);
    }
  }
  void note_engine(const engine::Event& event) {
    if (const auto* started = std::get_if<engine::ContractStarted>(&event.what)) {
      Book& book = books_[started->contract.value];
      EXPECT_EQ(book.start, 0) << "starts twice";
      book.start = book.mark = event.at;
      book.until = started->expected_end;
      book.under_agent = state().lease_of(started->what.pool).epoch > 0;
    } else if (const auto* extended = std::get_if<engine::ContractExtended>(&event.what)) {
      books_[extended->contract.value].until = extended->until;
    } else if (const auto* over = std::get_if<engine::ContractEnded>(&event.what)) {
      Book& book = books_[over->contract.value];
      book.end = event.at;
      book.until = std::min(book.until, event.at);
      ++ends_[over->reason];
      if (!book.last_word) {
        book.truth = truth_of(over->contract, book.until);
        book.told = joined(book.told);
      }
    }
  }

  Random random_;
  exchange::Exchange exchange_, twin_;
  exchange::Output output_;
  Second now_ = 0;
  std::unique_ptr<SimulatedAgents> agents_;
  std::map<std::uint32_t, Book> books_;
  std::map<Code, std::uint64_t> answers_;
  std::map<engine::EndReason, std::uint64_t> ends_;
  std::uint64_t repeats_ = 0;
};

// Whatever went wrong: the seconds that are paid are those in which the job had its devices.
TEST(SimulatedAgentsProperty, WhatWasToldIsWhatWasDelivered) {
  std::uint64_t contracts = 0, gaps = 0, fenced = 0, failed = 0, preempted = 0, repeats = 0;
  Second overrun = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(40); ++seed) {
    Play play(seed, script_of(seed, 0));
    play.live(20'000);
    play.finish();
    for (const auto& [id, book] : play.books()) {
      ASSERT_TRUE(book.under_agent);
      ASSERT_GE(book.end, 0) << "seed " << seed << " contract " << id << " has no end";
      ASSERT_FALSE(book.last_word) << "seed " << seed << " contract " << id << " is not settled";
      ASSERT_EQ(book.told, book.truth)
          << "seed " << seed << " contract " << id << " from " << book.start << " to " << book.end;
      ++contracts;
      gaps += book.told.size() > 1;
    }
    EXPECT_TRUE(play.state().deliveries().open().empty());
    EXPECT_EQ(exchange::testing::wrong_money(play.state()), "");
    EXPECT_EQ(exchange::testing::wrong_deliveries(play.state()), "");
    fenced += play.answered(Code::kFenced);
    failed += play.ended(engine::EndReason::kFailed);
    preempted += play.ended(engine::EndReason::kPreempted);
    repeats += play.repeats();
    overrun += play.overrun;
  }
  EXPECT_GT(contracts, 1'000U);
  EXPECT_GT(gaps, 20U);
  EXPECT_GT(fenced, 2U) << "of whom another one took over";
  EXPECT_GT(failed, 20U);
  EXPECT_GT(preempted, 20U);
  EXPECT_GT(repeats, 100U);
  EXPECT_GT(overrun, 100);
}

TEST(SimulatedAgentsProperty, AWrongClockIsNeverPaidBeyondTheGrant) {
  std::uint64_t shifted = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(20); ++seed) {
    Play play(seed, script_of(seed, 120));
    play.live(15'000);
    play.finish();
    for (const auto& [id, book] : play.books()) {
      Second mark = book.start;
      for (const auto& [from, until] : book.told) {
        ASSERT_GE(from, mark) << "seed " << seed << " contract " << id << " is paid twice";
        ASSERT_LE(until, book.until) << "seed " << seed << " contract " << id;
        mark = until;
      }
      shifted += book.told != book.truth;
    }
    EXPECT_EQ(exchange::testing::wrong_money(play.state()), "");
  }
  EXPECT_GT(shifted, 100U) << "clocks are wrong";
}

TEST(SimulatedAgentsProperty, ASeedIsALife) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Play once(seed, script_of(seed, 7)), again(seed, script_of(seed, 7));
    once.live(8'000);
    again.live(8'000);
    EXPECT_EQ(once.digest(), again.digest());
  }
}

// Whoever is there after a restart goes on from what the exchange knows, and pays nothing twice.
TEST(SimulatedAgentsProperty, ARestartLeavesNothingOpen) {
  for (std::uint64_t seed = 1; seed <= many_seeds(20); ++seed) {
    Play play(seed, script_of(seed, 0));
    for (Second at = 2'000; at <= 8'000; at += 2'000) {
      play.live(at);
      play.restart(script_of(seed, 0));
    }
    play.finish();
    for (const auto& [id, book] : play.books()) {
      ASSERT_GE(book.end, 0) << "seed " << seed << " contract " << id;
      Second mark = book.start;
      for (const auto& [from, until] : book.told) {
        ASSERT_GE(from, mark) << "seed " << seed << " contract " << id;
        ASSERT_LE(until, book.until);
        mark = until;
      }
    }
    EXPECT_TRUE(play.state().deliveries().open().empty());
    EXPECT_EQ(exchange::testing::wrong_money(play.state()), "");
  }
}

}  // namespace
}  // namespace tongsuan::connectors
