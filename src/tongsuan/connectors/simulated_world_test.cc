#include "tongsuan/connectors/simulated_world.h"

#include <gtest/gtest.h>

#include "tongsuan/connectors/world_runner.h"
#include "tongsuan/exchange/exchange_fixture.h"
#include "tongsuan/journal/sim_journal.h"
#include "tongsuan/node/market_driver.h"
#include "tongsuan/node/node_fixture.h"

namespace tongsuan::connectors {
namespace {

using exchange::ParticipantId;
using ledger::kHouse;

// A hundred jobs of an hour or less, a node that fails and comes back.
world::Script script() {
  world::Script script;
  for (int i = 0; i < 100; ++i) {
    world::Job job;
    job.order.submit = i * 120;
    job.order.latest_start = 9'000'000;
    job.order.value = 10'000 * (1 + i % 4);
    job.order.ways = {{ClassId{0}, 1 + static_cast<std::uint32_t>(i % 4), 3'600}};
    job.actual_ppm = static_cast<std::uint32_t>(300'000 + i * 6'000);
    script.jobs.push_back(job);
  }
  script.nodes = {{4'000, engine::PoolId{0}, 0, 1, false}, {6'000, engine::PoolId{0}, 0, 1, true}};
  return script;
}

class SimulatedWorldTest : public ::testing::Test {
 protected:
  ~SimulatedWorldTest() override { node_->stop(); }  // whom the runner watches
  void start(world::HubTruth hubs = {}) {
    journal_ = std::make_unique<journal::SimJournal>(disk_, 1, journal::SimJournalFaults{});
    engine::Places places = exchange::testing::places_without_accounts();
    places.links.clear();
    places.data_sets.clear();
    node_ = std::make_unique<node::Node>(
        node::Genesis{places, 0}, *journal_, clock_,
        std::make_unique<node::MarketDriver>(engine::Energy(), node::live_rules()),
        node::NodeOptions());
    world::Script outside = script();
    outside.hubs = std::move(hubs);
    runner_ = std::make_unique<WorldRunner>(*node_, SimulatedWorld(outside, {"buyer"}, 0));
    ASSERT_TRUE(node_
                    ->start([](const journal::Failure& failure) {
                      ADD_FAILURE() << journal::to_string(failure);
                    })
                    .ok());
  }
  void must(exchange::Command command) {
    const auto answer = node_->ask({{}, 0, kHouse, std::move(command)});
    ASSERT_TRUE(answer.ok());
    ASSERT_EQ(answer.value().code, exchange::Code::kDone);
  }
  void must_answer(exchange::Command command) {
    ASSERT_TRUE(node_->ask({{}, 0, kHouse, std::move(command)}).ok());
  }
  void open() {
    for (const char* name : {"east", "west"}) {
      must(exchange::OpenParticipant{name, exchange::Role::kHub, kHouse, Money()});
    }
    must(exchange::OpenParticipant{"buyer", exchange::Role::kParticipant, kHouse, Money()});
    must(exchange::AssignHub{HubId{0}, ParticipantId{1}});
    must(exchange::AssignHub{HubId{1}, ParticipantId{2}});
    must(exchange::Deposit{exchange::testing::cash(ParticipantId{3}), Money(9'000'000'000), 1});
  }
  // Lets time pass until everything is over, or `until`.
  bool play(Second until) {
    while (clock_.now() < until) {
      bool over = false;
      node_->read([&](const node::View& view) {
        over = view.state.engine().order_count() == 100 && view.state.live_orders() == 0;
      });
      if (over) return true;
      clock_.set(clock_.now() + 60);
      // The exchange and the world have both been there before time goes on.
      must_answer(exchange::AckWebhook{99, 1});
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    return false;
  }

  journal::SimJournalDisk disk_;
  node::testing::SteppedClock clock_;
  std::unique_ptr<journal::SimJournal> journal_;
  std::unique_ptr<node::Node> node_;
  std::unique_ptr<WorldRunner> runner_;
};

TEST_F(SimulatedWorldTest, PlaysItsScriptToTheEndAcrossARestart) {
  start();
  open();
  runner_->start();
  EXPECT_FALSE(play(7'200));
  runner_->stop();
  node_->stop();
  start();
  runner_->start();
  ASSERT_TRUE(play(8'000'000));
  runner_->stop();
  node_->read([](const node::View& view) {
    std::uint32_t done = 0;
    for (std::uint32_t i = 0; i < 100; ++i) {
      done += view.state.engine().order(OrderId{i}).state == engine::OrderState::kDone ? 1U : 0U;
    }
    EXPECT_GE(done, 90U) << "every job once; some may run out of money after a failure";
    EXPECT_EQ(exchange::testing::wrong_money(view.state), "");
    EXPECT_GE(view.state.rounds().size(), 1U);
  });
}

// Agents speak through the same commands as real ones; who comes after them finds their leases.
TEST_F(SimulatedWorldTest, HubsWithAgentsGoOnWithAgents) {
  world::HubTruth hubs;
  hubs.agents = true;
  hubs.habits.start_delay = 30;
  hubs.habits.twice_per_mille = 500;
  start(hubs);
  open();
  runner_->start();
  EXPECT_FALSE(play(7'200));
  runner_->stop();
  node_->stop();
  start();  // without a word of agents
  runner_->start();
  ASSERT_TRUE(play(8'000'000));
  runner_->stop();
  node_->read([](const node::View& view) {
    std::uint32_t done = 0;
    for (std::uint32_t i = 0; i < 100; ++i) {
      done += view.state.engine().order(OrderId{i}).state == engine::OrderState::kDone ? 1U : 0U;
    }
    EXPECT_GE(done, 80U) << "every job once; some may run out of money or patience";
    EXPECT_GT(view.state.hubs()[0].lease.epoch, 0U);
    EXPECT_EQ(exchange::testing::wrong_money(view.state), "");
    EXPECT_EQ(exchange::testing::wrong_deliveries(view.state), "");
  });
}

}  // namespace
}  // namespace tongsuan::connectors
