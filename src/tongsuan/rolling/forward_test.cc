// Blocks: where they are booked, and that they are kept.
#include "tongsuan/rolling/forward.h"

#include <gtest/gtest.h>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/rolling/rolling_fixture.h"
#include "tongsuan/rolling/rolling_market.h"

namespace tongsuan::rolling {
namespace {

using engine::Block;
using engine::kHour;
using engine::PoolId;
using testing::PlainDesk;
using testing::two_hubs;
using testing::work;

// Wanted in two hours, for an hour; 4 devices are a node of class A. Asks are 5 yuan a device-hour.
engine::LiveOrder later(std::uint32_t gang, std::int64_t premium_yuan) {
  engine::LiveOrder order = work(gang, kHour);
  order.not_before = 2 * kHour;
  order.premium = premium_yuan * kMicro;
  return order;
}

class FindBlock : public ::testing::Test {
 protected:
  FindBlock() : desk_(two_hubs()) { view_.line_worth.assign(3, 0); }
  [[nodiscard]] std::optional<Booking> find(const engine::LiveOrder& order, bool kept = false) {
    const OrderId id = desk_.submit(order);
    const PriceTable prices(desk_.state(), {}, {0, kHour, 48});
    return find_block(desk_.state(), id, prices, view_, kept);
  }
  using List = std::vector<std::uint32_t>;

  PlainDesk desk_;
  ForwardView view_ = {.run_ppm = engine::kPpm, .typical_estimate = kHour, .line_worth = {}};
};

TEST_F(FindBlock, CountsATypicalRun) {
  const auto found = find(later(8, 100));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->nodes, (List{0, 1}));
  EXPECT_EQ(found->hold_cost, 40 * kMicro) << "8 devices idle for an hour, at 5 yuan";
}

TEST_F(FindBlock, ThePremiumMustBeMore) {
  EXPECT_FALSE(find(later(8, 40)));
  EXPECT_TRUE(find(later(8, 41)));
  EXPECT_TRUE(find(later(8, 0), /*kept=*/true));
}

TEST_F(FindBlock, IdleDevicesAreDearerWhileWorkWaits) {
  view_.line_worth[0] = view_.line_worth[2] = 20 * kMicro;
  EXPECT_FALSE(find(later(8, 199)));
  view_.line_worth[2] = 0;
  const auto found = find(later(8, 199));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->option.pool, PoolId{2}) << "where nobody waits";
}

TEST_F(FindBlock, TakesNodesThatAreBusyUntilThen) {
  desk_.run(work(4, 2 * kHour), PoolId{0}, {2});
  desk_.run(work(4, 3 * kHour), PoolId{0}, {1});
  const auto found = find(later(4, 100));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->nodes, (List{2}));
  EXPECT_EQ(found->hold_cost, 0);
}

// A part of a node that is promised spoils it for gangs of whole nodes: others may share it.
TEST_F(FindBlock, PartsOfNodesGoTogether) {
  const auto first = find(later(1, 100));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->hold_cost, 20 * kMicro) << "all four devices";
  desk_.execute(engine::BookBlock{OrderId{0}, 0, PoolId{0}, {3}, 2 * kHour, Price(1)});
  const auto second = find(later(1, 100));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->nodes, (List{3}));
  EXPECT_EQ(second->hold_cost, 5 * kMicro);
}

// Whatever goes on: what is found, the engine accepts.
TEST(ForwardProperty, TheEngineAcceptsWhatIsFound) {
  std::uint64_t booked = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(400); ++seed) {
    Random random(seed);
    PlainDesk desk(testing::random_places(random));
    testing::stir(random, desk, static_cast<int>(random.between(20, 150)));
    const PriceTable prices(desk.state(), {}, {desk.now(), kHour, 48});
    ForwardView view;
    view.typical_estimate = random.between(1, 9'000);
    view.line_worth.assign(desk.state().places().pools.size(), random.between(0, 9) * kMicro);
    for (int i = 0; i < 12; ++i) {
      engine::LiveOrder order = testing::random_order(random, desk.state().places(), desk.now());
      order.not_before = desk.now() + random.between(0, 40'000);
      order.latest_start = order.not_before + 1'000;
      order.premium = random.between(0, 900) * kMicro;
      const OrderId id = desk.submit(order);
      if (desk.state().order(id).state != engine::OrderState::kWaiting) continue;
      const auto found = find_block(desk.state(), id, prices, view, random.below(2) == 0);
      if (!found) continue;
      ASSERT_TRUE(desk.execute(engine::BookBlock{id, found->option.way, found->option.pool,
                                                 found->nodes, order.not_before, Price(1)}))
          << "seed " << seed;
      ++booked;
    }
  }
  EXPECT_GT(booked, many_seeds(400) * 2);
}

// ---- The market --------------------------------------------------------------------------------

class Forward : public ::testing::Test {
 protected:
  explicit Forward(std::uint32_t nodes = 1, bool blocks = true)
      : places_(two_hubs(nodes)), desk_(places_), market_(places_, energy_, rules(blocks)) {}
  static MarketRules rules(bool blocks) {
    MarketRules rules;
    rules.certify = 0;
    rules.forward.blocks = blocks;
    return rules;
  }
  void tell() {
    const std::vector<engine::Event> events = std::move(desk_.events);
    desk_.events.clear();
    market_.react(desk_, events);
    EXPECT_EQ(desk_.refused, 0U);
  }
  OrderId here(engine::LiveOrder order) {
    order.hubs = {HubId{0}};
    const OrderId id = desk_.submit(std::move(order));
    tell();
    return id;
  }
  void open(OrderId order) {
    desk_.advance(2 * kHour);
    desk_.execute(engine::OpenOrder{order});
    tell();
  }
  [[nodiscard]] const engine::OrderRecord& order(OrderId id) { return desk_.state().order(id); }

  engine::Energy energy_;
  engine::Places places_;
  PlainDesk desk_;
  RollingMarket market_;
};

TEST_F(Forward, StartsInItsSecondAndStopsWhoeverOverran) {
  const OrderId other = here(work(4, kHour));
  const OrderId wanted = here(later(4, 100));
  ASSERT_NE(desk_.state().block(wanted), nullptr);
  EXPECT_EQ(order(wanted).state, engine::OrderState::kWaiting);
  open(wanted);
  EXPECT_EQ(order(wanted).first_start, 2 * kHour);
  EXPECT_EQ(desk_.state().contract({order(wanted).contract}).promised, 2 * kHour);
  EXPECT_EQ(order(other).state, engine::OrderState::kWaiting);
  EXPECT_EQ(order(other).stops, 1U);
}

TEST_F(Forward, NothingStartsThatRunsIntoABlock) {
  const OrderId wanted = here(later(4, 100));
  const OrderId longer = here(work(4, 2 * kHour + 1));
  const OrderId shorter = here(work(4, 2 * kHour));
  EXPECT_EQ(order(longer).state, engine::OrderState::kWaiting);
  EXPECT_EQ(order(shorter).state, engine::OrderState::kRunning);
  open(wanted);
  EXPECT_EQ(order(wanted).state, engine::OrderState::kRunning);
}

TEST_F(Forward, WithoutAPremiumItWaitsInLine) {
  const OrderId wanted = here(later(4, 0));
  const OrderId longer = here(work(4, 3 * kHour));
  EXPECT_EQ(order(longer).state, engine::OrderState::kRunning);
  open(wanted);
  EXPECT_EQ(order(wanted).state, engine::OrderState::kWaiting);
}

class ForwardTwo : public Forward {
 protected:
  ForwardTwo() : Forward(2) {}
};

TEST_F(ForwardTwo, ALostBlockGoesElsewhere) {
  const OrderId wanted = here(later(4, 100));
  const std::uint32_t lost = desk_.state().block(wanted)->nodes.front();
  desk_.execute(engine::ReportNodes{PoolId{0}, lost, lost + 1, false});
  tell();
  ASSERT_NE(desk_.state().block(wanted), nullptr);
  EXPECT_EQ(desk_.state().block(wanted)->nodes.front(), 1 - lost);
  open(wanted);
  EXPECT_EQ(order(wanted).first_start, 2 * kHour);
}

// It is booked as what it is now, and starts in its new second.
TEST_F(ForwardTwo, AnAmendedOrderIsBookedAnew) {
  const OrderId wanted = here(later(4, 100));
  engine::LiveOrder what = order(wanted).order;
  what.ways[0].gang = 8;
  what.premium *= 2;
  desk_.execute(engine::AmendOrder{wanted, what});
  EXPECT_EQ(desk_.state().block(wanted), nullptr);
  tell();
  ASSERT_NE(desk_.state().block(wanted), nullptr);
  EXPECT_EQ(desk_.state().block(wanted)->nodes.size(), 2U);
  open(wanted);
  EXPECT_EQ(order(wanted).first_start, 2 * kHour);
}

// Wanted at once, it stands in line like everybody else.
TEST_F(ForwardTwo, AnOrderAmendedToNowComes) {
  const OrderId wanted = here(later(4, 100));
  engine::LiveOrder what = order(wanted).order;
  what.not_before = 0;
  desk_.advance(60);
  desk_.execute(engine::AmendOrder{wanted, what});
  tell();
  EXPECT_EQ(order(wanted).first_start, 60);
}

// Nobody is stopped while there are other nodes.
TEST_F(ForwardTwo, TakesOtherNodesWhereItsOwnAreOverrun) {
  const OrderId other = here(work(4, 2 * kHour));
  const OrderId wanted = here(later(4, 100));
  ASSERT_EQ(desk_.state().block(wanted)->nodes,
            desk_.state().contract({order(other).contract}).nodes);
  open(wanted);
  EXPECT_EQ(order(wanted).first_start, 2 * kHour);
  EXPECT_EQ(order(other).state, engine::OrderState::kRunning);
}

// Small work beyond the second keeps a block away; in that second it is moved together.
TEST_F(ForwardTwo, MakesRoomForThePremiumWhereThereIsNoBlock) {
  engine::LiveOrder small = work(1, 24 * kHour);
  small.hubs = {HubId{0}};
  desk_.run(small, PoolId{0}, {0});
  desk_.run(small, PoolId{0}, {1});
  desk_.events.clear();
  const OrderId wanted = here(later(4, 100));
  EXPECT_EQ(desk_.state().block(wanted), nullptr);
  open(wanted);
  EXPECT_EQ(order(wanted).first_start, 2 * kHour);
  EXPECT_EQ(desk_.state().contract({order(wanted).contract}).promised, 2 * kHour);
  EXPECT_EQ(order(OrderId{0}).state, engine::OrderState::kRunning);
  EXPECT_EQ(order(OrderId{1}).state, engine::OrderState::kRunning);
}

TEST_F(ForwardTwo, BooksNoSoonerThanItsLead) {
  engine::LiveOrder far = later(4, 100);
  far.not_before = 20 * kHour;
  const OrderId wanted = here(far);
  EXPECT_EQ(desk_.state().block(wanted), nullptr);
  desk_.advance(8 * kHour - 1);
  market_.round(desk_);
  EXPECT_EQ(desk_.state().block(wanted), nullptr);
  desk_.advance(8 * kHour);
  market_.round(desk_);
  EXPECT_NE(desk_.state().block(wanted), nullptr);
}

class ForwardOff : public Forward {
 protected:
  ForwardOff() : Forward(1, false) {}
};

TEST_F(ForwardOff, BooksNothing) {
  const OrderId wanted = here(later(4, 100));
  EXPECT_EQ(desk_.state().block(wanted), nullptr);
  open(wanted);
  EXPECT_EQ(order(wanted).state, engine::OrderState::kRunning);
}

}  // namespace
}  // namespace tongsuan::rolling
