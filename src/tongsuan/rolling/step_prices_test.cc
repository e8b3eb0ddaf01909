#include "tongsuan/rolling/step_prices.h"

#include <gtest/gtest.h>
#include <string>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/rolling/rolling_fixture.h"
#include "tongsuan/rolling/rolling_market.h"

namespace tongsuan::rolling {
namespace {

using engine::kHour;
using engine::PoolId;
using engine::Span;
using testing::PlainDesk;
using testing::two_hubs;
using testing::work;

// A block of an order that waits, now and then.
void book_something(Random& random, PlainDesk& desk) {
  const engine::State& state = desk.state();
  if (state.order_count() == 0) return;
  const OrderId id{static_cast<std::uint32_t>(random.below(state.order_count()))};
  const engine::OrderRecord& record = state.order(id);
  if (record.state != engine::OrderState::kWaiting) return;
  const std::vector<PoolId> pools = state.pools_of(record.order, 0);
  if (pools.empty()) return;
  const PoolId pool = pools[random.below(pools.size())];
  const engine::Need need = engine::need_of(record.order.ways[0], record.order.whole_nodes,
                                            state.places().pools[pool.value].node_devices);
  const Second begin = desk.now() + random.between(0, 9'000);
  const Second end = begin + engine::State::remaining(record, 0);
  std::vector<std::uint32_t> nodes;
  for (std::uint32_t i = 0; i < state.pool(pool).nodes.size(); ++i) {
    if (nodes.size() < need.nodes && state.pool(pool).nodes[i].up &&
        state.leaves_blocks({pool, i, need.per_node, begin, end})) {
      nodes.push_back(i);
    }
  }
  desk.execute(engine::BookBlock{id, 0, pool, std::move(nodes), begin, Price()});
}

// What is remembered is what looking at everything says, whatever happens in between.
TEST(StepPricesProperty, AreThoseOfTheEngine) {
  std::uint64_t beyond = 0, blocks = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(60); ++seed) {
    Random random(seed);
    PlainDesk desk(testing::random_places(random));
    StepPrices prices;
    for (int i = 0; i < 150; ++i) {
      testing::stir_once(random, desk);
      if (random.below(4) == 0) book_something(random, desk);
      const engine::State& state = desk.state();
      blocks += state.blocks().size();
      // The clock may be ahead of the last event.
      const Second now = desk.now() + (random.below(3) == 0 ? random.between(0, 9'000) : 0);
      const Second begin = now + (random.below(2) == 0 ? random.between(0, 9'000) : 0);
      Span span{PoolId{static_cast<std::uint32_t>(random.below(state.places().pools.size()))},
                static_cast<std::uint32_t>(random.between(1, 20)), now, begin,
                begin + random.between(1, 20'000)};
      if (!state.blocks().empty() && random.below(4) == 0) {
        span.except = state.blocks()[random.below(state.blocks().size())].order;
      }
      const Price naive = engine::ask_for(state, span);
      ASSERT_EQ(prices.ask(state, span), naive) << "seed " << seed << ", step " << i;
      ASSERT_EQ(prices.ask(state, span), naive) << "what was remembered differs";
      beyond += naive > state.pool(span.pool).ask;
    }
  }
  EXPECT_GT(beyond, 0U);
  EXPECT_GT(blocks, 0U);
}

// ---- Dispatch ----------------------------------------------------------------------------------

// Four nodes of four devices of A here, at 5 yuan for four of them and at 7 for the others; as
// many there at 6.
class SteppedMarket : public ::testing::Test {
 protected:
  SteppedMarket() : places_(two_hubs()), desk_(places_), market_(places_, energy_, rules()) {
    desk_.execute(engine::ChangeSteps{PoolId{0}, {{4, yuan(5)}, {12, yuan(7)}}});
    desk_.execute(engine::ChangeAsk{PoolId{2}, yuan(6)});
  }
  static Price yuan(std::int64_t count) { return Price(count * kMicro); }
  static MarketRules rules() {
    MarketRules rules;
    rules.certify = 0;
    rules.limit_orders = true;
    rules.grain_per_mille = 0;
    return rules;
  }
  engine::LiveOrder here(std::uint32_t gang, std::int64_t value) const {
    engine::LiveOrder order = work(gang, kHour);
    order.hubs = {HubId{0}};
    order.value = value * kMicro;
    order.delay_cost = 0;
    return order;
  }
  OrderId send(engine::LiveOrder order) {
    const OrderId id = desk_.submit(std::move(order));
    react();
    return id;
  }
  void react() {
    while (seen_ < desk_.events.size()) {
      const std::vector<engine::Event> news(
          desk_.events.begin() + static_cast<std::ptrdiff_t>(seen_), desk_.events.end());
      seen_ = desk_.events.size();
      market_.react(desk_, news);
    }
  }
  // Nothing: it waits.
  std::optional<Price> paid(OrderId id) const {
    const engine::OrderRecord& record = desk_.state().order(id);
    if (record.contract == kNone) return std::nullopt;
    return desk_.state().contract(engine::ContractId{record.contract}).price;
  }
  [[nodiscard]] std::uint32_t pool_of(OrderId id) const {
    return desk_.state().contract(engine::ContractId{desk_.state().order(id).contract}).pool.value;
  }

  engine::Places places_;
  engine::Energy energy_;
  PlainDesk desk_;
  RollingMarket market_;
  std::size_t seen_ = 0;
};

TEST_F(SteppedMarket, AStartPaysTheHighestStepThatItTouches) {
  const OrderId first = send(here(2, 99));
  EXPECT_EQ(paid(first), yuan(5));
  const OrderId both = send(here(3, 99));
  EXPECT_EQ(paid(both), yuan(7)) << "one of its devices is of the first step";
  const OrderId next = send(here(1, 99));
  EXPECT_EQ(paid(next), yuan(7));
  desk_.execute(engine::EndContract{engine::ContractId{1}});
  desk_.execute(engine::EndContract{engine::ContractId{2}});
  EXPECT_EQ(paid(send(here(2, 99))), yuan(5)) << "what is left of the first step is free again";
  EXPECT_EQ(paid(first), yuan(5));
}

TEST_F(SteppedMarket, AnOrderWaitsForAStepThatItCanPay) {
  EXPECT_EQ(paid(send(here(4, 99))), yuan(5));
  const OrderId poor = send(here(4, 20));
  EXPECT_EQ(paid(poor), std::nullopt) << "28 yuan are asked";
  desk_.execute(engine::EndContract{engine::ContractId{0}});
  react();
  EXPECT_EQ(paid(poor), yuan(5));
}

TEST_F(SteppedMarket, AnOrderGoesWhereItsStepIsCheaper) {
  engine::LiveOrder anywhere = here(4, 99);
  anywhere.hubs = {};
  const OrderId first = send(anywhere);
  EXPECT_EQ(pool_of(first), 0U);
  EXPECT_EQ(paid(first), yuan(5));
  const OrderId second = send(anywhere);
  EXPECT_EQ(pool_of(second), 2U) << "6 there, 7 here";
  EXPECT_EQ(paid(second), yuan(6));
}

// The start is over only after the begin of the block, which was promised the first step.
TEST_F(SteppedMarket, WhatIsPromisedHasItsStep) {
  engine::LiveOrder later = here(4, 99);
  later.not_before = later.latest_start = 1'800;
  later.premium = 900 * kMicro;
  const OrderId promised = send(later);
  ASSERT_NE(desk_.state().block(promised), nullptr);
  EXPECT_EQ(desk_.state().block(promised)->price, yuan(5));
  EXPECT_EQ(paid(send(here(1, 99))), yuan(7));
  engine::LiveOrder small = here(1, 99);
  small.ways[0].estimate = 1'800;
  EXPECT_EQ(paid(send(small)), yuan(5)) << "it ends when the block begins";
}

TEST_F(SteppedMarket, ContractsKeepTheirPrice) {
  const OrderId first = send(here(4, 99));
  desk_.execute(engine::ChangeSteps{PoolId{0}, {{8, yuan(8)}, {8, yuan(9)}}});
  react();
  EXPECT_EQ(paid(first), yuan(5));
  EXPECT_EQ(paid(send(here(4, 99))), yuan(8));
  EXPECT_EQ(paid(send(here(4, 99))), yuan(9));
}

}  // namespace
}  // namespace tongsuan::rolling
