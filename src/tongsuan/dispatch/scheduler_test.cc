#include "tongsuan/dispatch/scheduler.h"

#include <gtest/gtest.h>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/dispatch/changes.h"
#include "tongsuan/dispatch/dispatch_fixture.h"

namespace tongsuan::dispatch {
namespace {

using engine::ContractId;
using engine::PoolId;
using testing::AnyPlace;
using testing::BookEasy;
using testing::cluster;
using testing::order_of;
using testing::random_jobs;
using testing::Rig;
using testing::SmallJob;
using testing::starts_under;
using testing::TestDesk;

using Starts = std::vector<Second>;

// ---- EASY
// ----------------------------------------------------------------------------------------

TEST(Easy, StartsEveryJobWhenTheBookDoes) {
  for (std::uint64_t seed = 1; seed <= many_seeds(4'000); ++seed) {
    Random random(seed);
    const auto devices = static_cast<std::uint32_t>(random.between(1, 12));
    const std::vector<SmallJob> jobs = random_jobs(random, devices, random.below(3) == 0);
    for (const bool shortest : {false, true}) {
      const Rules rules{.reservations = 1, .shortest_first = shortest};
      ASSERT_EQ(starts_under({devices, 1, rules}, jobs), BookEasy(devices, jobs, shortest).run())
          << "seed " << seed << (shortest ? ", shortest first" : "");
    }
  }
}

// By the estimates, the first in line can start no later than it could before: whatever goes ahead
// of it leaves its nodes alone. Gangs share nodes here, and there may be more reservations.
TEST(Easy, NobodyDelaysTheFirstInLine) {
  std::uint64_t waited = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(3'000); ++seed) {
    Random random(seed);
    const Rules rules{.reservations = static_cast<std::uint32_t>(random.between(1, 4)),
                      .shortest_first = random.below(2) == 0};
    const Rig rig{static_cast<std::uint32_t>(random.between(1, 4)),
                  static_cast<std::uint32_t>(random.between(1, 4)), rules};
    const std::vector<SmallJob> jobs = random_jobs(random, rig.nodes * rig.node_devices, true);
    OrderId head{kNone};
    Second promised = 0;
    const auto look = [&](const TestDesk& desk, const Scheduler& scheduler) {
      if (scheduler.size() == 0) return;
      const OrderId first = scheduler.waiting().front();
      const Option& option = scheduler.options(first)->front();
      const Wish wish{option.pool, option.need, desk.now(), jobs[first.value].estimate};
      const auto later = nodes_later(desk.state(), Holds(desk.state().places()), wish);
      ASSERT_TRUE(later);
      ASSERT_GT(later->at, desk.now()) << "seed " << seed << ": it could start now";
      if (first == head) {
        ++waited;
        ASSERT_LE(later->at, promised) << "seed " << seed << ", order " << first.value;
      }
      head = first;
      promised = later->at;
    };
    const Starts starts = starts_under(rig, jobs, look);
    ASSERT_EQ(std::ranges::count(starts, -1), 0) << "seed " << seed << ": everybody's turn comes";
  }
  EXPECT_GT(waited, many_seeds(3'000)) << "the clusters are too empty";
}

// ---- Blocks
// --------------------------------------------------------------------------------------

// A cluster where some orders have blocks. Work runs no longer than its estimate.
class BlockPlay {
 public:
  BlockPlay(std::uint64_t seed, std::uint32_t nodes, std::uint32_t devices)
      : random_(seed),
        desk_(cluster(nodes, devices)),
        line_(desk_.state().places(), {.reservations = 2}, {PoolId{0}}, chooser_) {
    for (int i = 0; i < 4; ++i) book(nodes, devices);
    jobs_ = random_jobs(random_, nodes * devices, false);
  }

  // Starts of blocks that were on time; the desk fails where the engine refuses anything.
  std::uint64_t run() {
    while (next_ < jobs_.size() || !ends_.empty() || !desk_.state().blocks().empty()) {
      desk_.advance(next_second());
      for (; !ends_.empty() && ends_.begin()->first == desk_.now(); ends_.erase(ends_.begin())) {
        desk_.execute(engine::EndContract{ends_.begin()->second});
      }
      start_due();
      for (; next_ < jobs_.size() && jobs_[next_].submit == desk_.now(); ++next_) {
        const OrderId order = desk_.submit(order_of(jobs_[next_]));
        runs_.push_back(jobs_[next_].run);
        line_.add(desk_.state(), order);
      }
      line_.pass(desk_);
      note_starts();
    }
    EXPECT_EQ(line_.size(), 0U);
    return on_time_;
  }

 private:
  void book(std::uint32_t nodes, std::uint32_t devices) {
    engine::LiveOrder order =
        order_of({0, 1, random_.between(1, 20),
                  static_cast<std::uint32_t>(random_.between(1, devices * 2))});
    order.not_before = random_.between(1, 60);
    order.submit = 0;
    order.latest_start = engine::kSecondsMax;
    const engine::Need need = engine::need_of(order.ways[0], false, devices);
    if (need.nodes > nodes) return;
    const OrderId id = desk_.submit(order);
    runs_.push_back(random_.between(1, order.ways[0].estimate));
    std::vector<std::uint32_t> on;
    for (std::uint32_t i = 0; i < nodes && on.size() < need.nodes; ++i) {
      const Second end = order.not_before + order.ways[0].estimate;
      if (desk_.state().leaves_blocks({PoolId{0}, i, need.per_node, order.not_before, end})) {
        on.push_back(i);
      }
    }
    if (on.size() == need.nodes) {
      desk_.execute(engine::BookBlock{id, 0, PoolId{0}, on, order.not_before, Price{}});
    }
  }
  [[nodiscard]] Second next_second() const {
    Second at = ends_.empty() ? engine::kSecondsMax : ends_.begin()->first;
    if (next_ < jobs_.size()) at = std::min(at, jobs_[next_].submit);
    for (const engine::Block& block : desk_.state().blocks()) at = std::min(at, block.begin);
    return at;
  }
  void start_due() {
    const std::vector<engine::Block> blocks = desk_.state().blocks();
    for (const engine::Block& block : blocks) {
      if (block.begin != desk_.now()) continue;
      on_time_ +=
          desk_.execute(engine::StartOrder{block.order, 0, block.pool, block.nodes, block.price});
    }
  }
  void note_starts() {
    for (const engine::Event& event : desk_.events) {
      if (const auto* started = std::get_if<engine::ContractStarted>(&event.what)) {
        ends_.emplace(desk_.now() + runs_[started->what.order.value], started->contract);
      }
    }
    desk_.events.clear();
  }

  Random random_;
  TestDesk desk_;
  AnyPlace chooser_;
  Scheduler line_;
  std::vector<SmallJob> jobs_;
  std::vector<Second> runs_;  // by order
  std::multimap<Second, ContractId> ends_;
  std::size_t next_ = 0;
  std::uint64_t on_time_ = 0;
};

TEST(Blocks, StartOnTimeWhateverIsInTheLine) {
  std::uint64_t on_time = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(1'500); ++seed) {
    const auto nodes = static_cast<std::uint32_t>(1 + seed % 4);
    on_time += BlockPlay(seed, nodes, static_cast<std::uint32_t>(1 + seed % 3)).run();
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
  }
  EXPECT_GT(on_time, many_seeds(1'500) * 2);
}

// ---- Rules
// ---------------------------------------------------------------------------------------

TEST(Rules, FirstComeFirstServedLetsNobodyPass) {
  const std::vector<SmallJob> jobs = {{0, 10, 10, 3}, {1, 5, 5, 4}, {2, 1, 1, 1}};
  const Rules plain{.reservations = 0, .backfill = false};
  EXPECT_EQ(starts_under({4, 1, plain}, jobs), (Starts{0, 10, 15}));
  EXPECT_EQ(starts_under({4, 1, {.reservations = 1}}, jobs), (Starts{0, 10, 2}));
}

// The last job would delay the one before it, which is second in line, but not the first in line.
TEST(Rules, MoreReservationsProtectMoreOrders) {
  const std::vector<SmallJob> jobs = {
      {0, 10, 10, 2}, {0, 20, 20, 1}, {1, 99, 99, 2}, {2, 30, 30, 2}, {3, 30, 30, 1}};
  EXPECT_EQ(starts_under({4, 1, {.reservations = 1}}, jobs), (Starts{0, 0, 10, 33, 3}));
  EXPECT_EQ(starts_under({4, 1, {.reservations = 2}}, jobs), (Starts{0, 0, 10, 20, 50}));
}

TEST(Rules, ShortestFirstIsBehindTheReservationsOnly) {
  const std::vector<SmallJob> jobs = {
      {0, 10, 10, 3}, {1, 10, 10, 4}, {1, 9, 9, 1}, {1, 3, 3, 1}, {1, 4, 4, 1}};
  EXPECT_EQ(starts_under({4, 1, {.reservations = 1}}, jobs), (Starts{0, 10, 1, 20, 20}));
  const Rules shortest{.reservations = 1, .shortest_first = true};
  EXPECT_EQ(starts_under({4, 1, shortest}, jobs), (Starts{0, 10, 20, 1, 4}));
}

class Line : public ::testing::Test {
 protected:
  Line() : desk_(cluster(1, 1)) {}
  OrderId come(std::int64_t value, std::int64_t delay_cost, Second estimate) {
    engine::LiveOrder order = order_of({0, 1, estimate, 1});
    order.value = value;
    order.delay_cost = delay_cost;
    return desk_.submit(order);
  }
  Scheduler line_of(const Rules& rules) {
    Scheduler line(desk_.state().places(), rules, {PoolId{0}}, chooser_);
    for (std::uint32_t i = 0; i < desk_.state().order_count(); ++i) {
      line.add(desk_.state(), OrderId{i});
    }
    return line;
  }
  [[nodiscard]] std::vector<std::uint32_t> order_in(const Scheduler& line) const {
    std::vector<std::uint32_t> ids;
    for (const OrderId id : line.waiting()) ids.push_back(id.value);
    return ids;
  }
  using Ids = std::vector<std::uint32_t>;

  TestDesk desk_;
  AnyPlace chooser_;
};

TEST_F(Line, StandsByItsRuleThenByNumber) {
  come(100, 1, 100);
  come(300, 9, 200);
  come(300, 4, 200);
  come(50, 8, 10);
  EXPECT_EQ(order_in(line_of({.line = LineRule::kFirstCome})), (Ids{0, 1, 2, 3}));
  EXPECT_EQ(order_in(line_of({.line = LineRule::kDensity})), (Ids{3, 1, 2, 0}));
  EXPECT_EQ(order_in(line_of({.line = LineRule::kWeighted})), (Ids{3, 1, 2, 0}));
  EXPECT_EQ(order_in(line_of({.line = LineRule::kShortest})), (Ids{3, 0, 1, 2}));
}

TEST_F(Line, WaitingRaisesAnOrder) {
  come(1'000, 500, 3'600);
  desk_.advance(7'200);
  come(1'150, 500, 3'600);
  Scheduler line = line_of({.line = LineRule::kDensity, .aging_percent = 20});
  EXPECT_EQ(order_in(line), (Ids{1, 0}));
  line.age(desk_.state(), 7'200);  // the first has lost its whole value: its key is a fifth larger
  EXPECT_EQ(order_in(line), (Ids{0, 1}));
  Scheduler without = line_of({.line = LineRule::kDensity});
  without.age(desk_.state(), 7'200);
  EXPECT_EQ(order_in(without), (Ids{1, 0}));
}

// Whoever is worth most per hour has all the time in the world, until its grace ends.
class Patience final : public Chooser {
 public:
  [[nodiscard]] std::optional<std::int64_t> worth(const engine::State&, OrderId, const Option&,
                                                  Second) override {
    return 0;
  }
  [[nodiscard]] bool patient(const engine::State& state, OrderId order, Second now) override {
    const engine::LiveOrder& what = state.order(order).order;
    return now < what.submit + what.grace;
  }
};

TEST(PatientOrders, StandBehindAndReserveNothing) {
  TestDesk desk(cluster(4, 1));
  Patience chooser;
  const auto come = [&](std::uint32_t gang, Second estimate, Second grace) {
    engine::LiveOrder order = order_of({0, gang, estimate, gang});
    order.value = grace > 0 ? 9'000'000 : 1'000'000;
    order.grace = grace;
    return desk.submit(order);
  };
  Scheduler line(desk.state().places(), {.line = LineRule::kDensity}, {PoolId{0}}, chooser);
  line.add(desk.state(), come(3, 100, 0));
  line.pass(desk);
  line.add(desk.state(), come(4, 10, 50));  // would have the first reservation, at 100
  line.add(desk.state(), come(1, 500, 0));  // and this would delay it
  EXPECT_EQ(line.waiting(), (std::vector<OrderId>{OrderId{2}, OrderId{1}}));
  line.pass(desk);
  EXPECT_EQ(desk.state().order(OrderId{2}).state, engine::OrderState::kRunning);
  line.add(desk.state(), come(1, 500, 0));
  line.age(desk.state(), 50);
  EXPECT_EQ(line.waiting(), (std::vector<OrderId>{OrderId{1}, OrderId{3}}));
}

TEST_F(Line, WhoIsRemovedDoesNotStart) {
  come(1, 0, 10);
  come(1, 0, 10);
  Scheduler line = line_of({});
  line.remove(OrderId{0});
  EXPECT_EQ(line.options(OrderId{0}), nullptr);
  EXPECT_EQ(line.backlog(desk_.state()), 10);
  line.pass(desk_);
  EXPECT_EQ(desk_.state().order(OrderId{0}).state, engine::OrderState::kWaiting);
  EXPECT_EQ(desk_.state().order(OrderId{1}).state, engine::OrderState::kRunning);
  EXPECT_EQ(line.size(), 0U);
}

// ---- Places
// --------------------------------------------------------------------------------------

engine::Places two_hubs() {
  engine::Places places = cluster(1, 4);
  places.hub_names.push_back("other");
  places.hubs.emplace_back();
  places.pools.push_back({HubId{1}, ClassId{0}, 1, 4, Price(7)});
  places.data_sets = {{100, {HubId{0}}}};
  places.links = {{HubId{0}, HubId{1}, 10, Price{}}};
  return places;
}

class Prefer final : public Chooser {
 public:
  explicit Prefer(std::vector<std::optional<std::int64_t>> worths) : worths_(std::move(worths)) {}
  [[nodiscard]] std::optional<std::int64_t> worth(const engine::State&, OrderId,
                                                  const Option& option, Second) override {
    return worths_[option.pool.value];
  }

 private:
  std::vector<std::optional<std::int64_t>> worths_;
};

std::optional<PoolId> started_at(TestDesk& desk, Chooser& chooser, const std::vector<PoolId>& pools,
                                 std::uint32_t gang = 1) {
  Scheduler line(desk.state().places(), {}, pools, chooser);
  const OrderId order = desk.submit(order_of({0, 1, 10, gang}));
  line.add(desk.state(), order);
  line.pass(desk);
  const engine::OrderRecord& record = desk.state().order(order);
  if (record.state != engine::OrderState::kRunning) return std::nullopt;
  return desk.state().contract(ContractId{record.contract}).pool;
}

TEST(Places, TheWorthiestPlaceWins) {
  TestDesk desk(two_hubs());
  Prefer other({1, 2});
  EXPECT_EQ(started_at(desk, other, {PoolId{0}, PoolId{1}}), PoolId{1});
  EXPECT_EQ(desk.state().contract(ContractId{0}).price, Price(7)) << "what the seller asks";
  Prefer first({1, std::nullopt});
  EXPECT_EQ(started_at(desk, first, {PoolId{0}, PoolId{1}}), PoolId{0});
  Prefer nowhere({std::nullopt, std::nullopt});
  EXPECT_EQ(started_at(desk, nowhere, {PoolId{0}, PoolId{1}}), std::nullopt);
}

TEST(Places, AmongEqualsTheBetterFit) {
  TestDesk desk(two_hubs());
  AnyPlace any;
  ASSERT_EQ(started_at(desk, any, {PoolId{1}}, 3), PoolId{1});
  EXPECT_EQ(started_at(desk, any, {PoolId{0}, PoolId{1}}, 1), PoolId{1});
}

TEST(Places, NoWorkOutsideTheGovernedPools) {
  TestDesk desk(two_hubs());
  AnyPlace any;
  Scheduler line(desk.state().places(), {}, {PoolId{1}}, any);
  engine::LiveOrder home = order_of({0, 1, 10, 1});
  home.hubs = {HubId{0}};
  EXPECT_FALSE(line.add(desk.state(), desk.submit(home)));
  EXPECT_TRUE(line.governs(PoolId{1}));
  EXPECT_FALSE(line.governs(PoolId{0}));
}

// Its data are in a hub that is full: they are sent for, once, and the order starts where they
// come.
TEST(Places, DataAreSentForWhereThereIsRoom) {
  TestDesk desk(two_hubs());
  AnyPlace any;
  ASSERT_TRUE(started_at(desk, any, {PoolId{0}}, 4));
  Scheduler line(desk.state().places(), {}, {PoolId{0}, PoolId{1}}, any);
  engine::LiveOrder with_data = order_of({0, 1, 10, 4});
  with_data.data = 0;
  with_data.value = 1;
  const OrderId order = desk.submit(with_data);
  line.add(desk.state(), order);
  line.pass(desk);
  EXPECT_EQ(desk.state().order(order).state, engine::OrderState::kWaiting);
  EXPECT_EQ(desk.state().data(0).arriving_at[1], 10);
  line.pass(desk);
  EXPECT_EQ(desk.state().link(engine::LinkId{0}).moved_mb, 100);
  desk.advance(10);
  desk.execute(engine::EndTransfer{0, HubId{1}});
  line.pass(desk);
  EXPECT_EQ(desk.state().order(order).state, engine::OrderState::kRunning);
}

// ---- Changes
// -------------------------------------------------------------------------------------

TEST(Changes, SayWhatEventsMeanForLines) {
  TestDesk desk(two_hubs());
  const auto changes = [&] {
    const Changes now = read_changes(desk.state(), desk.events);
    desk.events.clear();
    return now;
  };
  desk.submit(order_of({0, 1, 10, 1}));
  desk.submit(order_of({0, 1, 10, 1}));
  EXPECT_EQ(changes().came, (std::vector<OrderId>{OrderId{0}, OrderId{1}}));
  desk.execute(engine::CancelOrder{OrderId{1}});
  EXPECT_EQ(changes().left, (std::vector<OrderId>{OrderId{1}}));
  desk.execute(engine::StartOrder{OrderId{0}, 0, PoolId{1}, {0}, Price{}});
  const Changes started = changes();
  EXPECT_TRUE(started.opened.empty() && started.came.empty() && started.left.empty());
  desk.execute(engine::EndContract{ContractId{0}, engine::EndReason::kFailed, 0});
  const Changes stopped = changes();
  EXPECT_EQ(stopped.opened, (std::vector<PoolId>{PoolId{1}}));
  EXPECT_EQ(stopped.came, (std::vector<OrderId>{OrderId{0}})) << "it waits again";
  desk.execute(engine::ReportNodes{PoolId{0}, 0, 1, false});
  EXPECT_EQ(changes().opened, (std::vector<PoolId>{PoolId{0}}));
  desk.execute(engine::StartTransfer{0, engine::LinkId{0}});
  desk.execute(engine::EndTransfer{0, HubId{1}});
  EXPECT_EQ(changes().data_at, (std::vector<HubId>{HubId{1}}));
}

// Events may be read late: their order and contract were forgotten since.
TEST(Changes, WhoIsForgottenDoesNotCome) {
  TestDesk desk(two_hubs());
  const OrderId order = desk.submit(order_of({0, 1, 10, 1}));
  desk.execute(engine::StartOrder{order, 0, PoolId{1}, {0}, Price{}});
  desk.execute(engine::EndContract{ContractId{0}, engine::EndReason::kCompleted, engine::kPpm});
  desk.execute(engine::DropHistory{1, 1});
  const Changes changes = read_changes(desk.state(), desk.events);
  EXPECT_TRUE(changes.came.empty());
  EXPECT_EQ(changes.opened, (std::vector<PoolId>{PoolId{0}, PoolId{1}})) << "it ran somewhere";
}

TEST(Changes, AnAmendedOrderLeavesAndComesAgain) {
  TestDesk desk(two_hubs());
  const auto changes = [&] {
    const Changes now = read_changes(desk.state(), desk.events);
    desk.events.clear();
    return now;
  };
  const OrderId order = desk.submit(order_of({0, 1, 10, 1}));
  engine::LiveOrder what = desk.state().order(order).order;
  what.value = 7;
  desk.execute(engine::AmendOrder{order, what});
  const Changes at_once = changes();
  EXPECT_EQ(at_once.came, (std::vector<OrderId>{order})) << "once, as it is now";
  EXPECT_EQ(at_once.left, (std::vector<OrderId>{order}));
  what.not_before = what.latest_start = 50;
  desk.execute(engine::AmendOrder{order, what});
  const Changes later = changes();
  EXPECT_TRUE(later.came.empty());
  EXPECT_EQ(later.later, (std::vector<OrderId>{order}));
  EXPECT_EQ(later.left, (std::vector<OrderId>{order}));
}

}  // namespace
}  // namespace tongsuan::dispatch
