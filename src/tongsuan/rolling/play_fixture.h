// Test helper: a world of some dozen jobs, and an engine, a world and a market that play it second
// by second: all at once as a replay does, or as an exchange that lives.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/engine/state_fixture.h"
#include "tongsuan/rolling/rolling_fixture.h"
#include "tongsuan/rolling/rolling_market.h"
#include "tongsuan/world/world.h"

namespace tongsuan::rolling::testing {

inline constexpr Second kEnd = 8 * engine::kDay;  // everybody has lost patience, or run, by then

struct Small {
  engine::Places places;
  engine::Energy energy;
  world::Script script;
};

// A few dozen jobs in half a day, more than the devices can take at once; a node fails.
inline Small random_world(std::uint64_t seed) {
  Random random(seed);
  Small world;
  world.places = random_places(random);
  world.energy = random_energy(random, world.places.zones.size());
  Second at = 0;
  for (int i = 0; i < 40; ++i) {
    at += random.between(0, 1'500);
    world::Job job;
    job.order = random_order(random, world.places, at);
    job.order.value = random.between(50, 900) * kMicro * job.order.ways[0].gang;
    job.order.delay_cost = job.order.value / random.between(10, 60);
    job.actual_ppm = static_cast<std::uint32_t>(random.between(100'000, 1'500'000));
    job.checkpoint = random.below(2) == 0 ? 0 : 1'800;
    if (random.below(15) == 0) job.cancel = at + random.between(1, 30'000);
    world.script.jobs.push_back(std::move(job));
  }
  const engine::PoolId pool{static_cast<std::uint32_t>(random.below(world.places.pools.size()))};
  world.script.nodes = {{10'000, pool, 0, 1, false}, {20'000, pool, 0, 1, true}};
  return world;
}

inline MarketRules small_rules() {
  MarketRules rules;
  rules.certify = 2 * engine::kHour;
  rules.horizon = 48 * engine::kHour;
  rules.reservations = 3;
  rules.search_units_per_order = 20;
  rules.relocation.saving_percent = 5;
  return rules;
}

// How an exchange lives. Orders come while rounds are frozen and cleared elsewhere, work is left
// undone for later, and every command is followed by a look at all invariants.
struct Life {
  std::uint64_t seed = 1;
  Second crash_at = -1;  // when the market is lost, and another one takes over; −1: never
};

// Engine, world and market, second by second.
class Play final : public dispatch::Desk {
 public:
  Play(Small small, const MarketRules& rules, std::optional<Life> life = {})
      : small_(std::move(small)),
        rules_(rules),
        life_(life),
        random_(life ? life->seed : 0),
        engine_(small_.places),
        replica_(small_.places),
        world_(small_.script, engine_.state()),
        market_(std::make_unique<RollingMarket>(small_.places, small_.energy, rules)) {}

  [[nodiscard]] const engine::State& state() const override { return engine_.state(); }
  [[nodiscard]] Second now() const override { return now_; }
  bool execute(engine::Command command) override {
    if (auto* end = std::get_if<engine::EndContract>(&command)) {
      end->done_ppm = world_.progress(end->contract, now_, end->reason).done_ppm;
    }
    const std::size_t first = events.size();
    const bool accepted = engine_.execute(now_, std::move(command), events);
    for (std::size_t i = first; i < events.size(); ++i) {
      world_.see(events[i]);
      replica_.apply(events[i]);
    }
    if (life_ && broken_.empty()) broken_ = engine::testing::broken_invariant(state());
    return accepted;
  }

  void run(Second until) {
    for (;;) {
      const std::optional<Second> next = world_.next_at();
      const Second at = std::min(next.value_or(until), market_->next_round());
      if (at >= until) return;
      now_ = std::max(now_, at);
      if (life_ && life_->crash_at >= 0 && now_ >= life_->crash_at) crash();
      const std::size_t first = events.size();
      while (const auto happening = world_.next(now_)) act(*happening);
      const std::vector<engine::Event> fresh(events.begin() + static_cast<std::ptrdiff_t>(first),
                                             events.end());
      if (!fresh.empty()) market_->react(*this, fresh);
      if (!life_) {
        if (market_->next_round() <= now_) market_->round(*this);
      } else {
        live();
      }
    }
  }
  RollingMarket& market() { return *market_; }
  [[nodiscard]] Digest digest() const { return engine_.digest(); }
  // The first invariant that did not hold; empty: all did.
  [[nodiscard]] const std::string& broken() const { return broken_; }

  std::vector<engine::Event> events;
  std::uint64_t finished = 0;  // rounds that were cleared elsewhere
  std::uint64_t lost = 0;      // rounds without a clearing, or too late
  std::uint64_t moved_on = 0;  // events between freezing and finishing, of all rounds

 private:
  // A step of an exchange beside what happens in the world.
  void live() {
    if (market_->next_round() <= now_) market_->begin_round(*this);
    if (market_->clearing_due()) freeze_round();
    if (frozen_ && random_.below(4) == 0) finish_round();
    // Work that is left waits for idle moments, which come.
    for (int i = 0; market_->unfinished() && (i < 3 || random_.below(3) != 0) && i < 10'000; ++i) {
      market_->continue_work(*this);
    }
  }
  void freeze_round() {
    const RoundInputs inputs = market_->take_round(state(), now() + 60);
    if (frozen_) return;  // the worker is busy
    frozen_ = freeze(replica_, small_.energy, inputs);
    frozen_at_ = events.size();
  }
  void finish_round() {
    moved_on += events.size() - frozen_at_;
    const bool fails = random_.below(5) == 0;
    const auto cleared = fails ? give_up_round(std::move(*frozen_), "its worker was lost")
                               : clear_round(std::move(*frozen_), {});
    frozen_.reset();
    const bool closed = market_->finish_round(*this, cleared);
    closed && cleared->clearing ? ++finished : ++lost;
  }
  void crash() {
    life_->crash_at = -1;
    market_ = std::make_unique<RollingMarket>(small_.places, small_.energy, rules_);
    market_->resume(*this);
  }

  void act(const world::Happening& happening) {
    const world::Script& script = small_.script;
    switch (happening.kind) {
      case world::Kind::kEnd:
        execute(engine::EndContract{engine::ContractId{happening.id}});
        break;
      case world::Kind::kOverrun:
        execute(engine::ExtendContract{engine::ContractId{happening.id}, now_ + 900});
        break;
      case world::Kind::kArrived: {
        const engine::TransferStarted& moved = world_.transfer(happening.id);
        execute(engine::EndTransfer{moved.data, small_.places.links[moved.link.value].to});
        break;
      }
      case world::Kind::kNodes: {
        const world::NodesChange& change = world_.nodes(happening.id);
        execute(engine::ReportNodes{change.pool, change.begin, change.end, change.up});
        break;
      }
      case world::Kind::kFail:
        execute(engine::EndContract{engine::ContractId{happening.id}, engine::EndReason::kFailed});
        break;
      case world::Kind::kBack:
      case world::Kind::kAsk:
        break;
      case world::Kind::kCancel:
        cancel(OrderId{happening.id});
        break;
      case world::Kind::kOpen:
        execute(engine::OpenOrder{OrderId{happening.id}});
        break;
      case world::Kind::kPatience:
        execute(engine::ExpireOrder{OrderId{happening.id}});
        break;
      case world::Kind::kSubmit:
        execute(engine::SubmitOrder{script.jobs[happening.id].order});
        break;
    }
  }
  void cancel(OrderId order) {
    const engine::OrderRecord& record = state().order(order);
    if (record.state == engine::OrderState::kRunning) {
      execute(
          engine::EndContract{engine::ContractId{record.contract}, engine::EndReason::kCancelled});
    } else {
      execute(engine::CancelOrder{order});
    }
  }

  Small small_;
  MarketRules rules_;
  std::optional<Life> life_;
  Random random_;
  engine::Engine engine_;
  engine::State replica_;  // applies the same events
  world::World world_;
  std::unique_ptr<RollingMarket> market_;
  std::optional<FrozenRound> frozen_;
  std::size_t frozen_at_ = 0;
  std::string broken_;
  Second now_ = 0;
};

}  // namespace tongsuan::rolling::testing
