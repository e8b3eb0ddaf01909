#include "tongsuan/engine/offer.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/engine/any_command.h"
#include "tongsuan/engine/engine.h"

namespace tongsuan::engine {
namespace {

using testing::small_order;
using testing::small_places;

// The pool has 3 nodes of 4 devices.
const std::vector<AskStep> kSteps = {{2, Price(5)}, {4, Price(7)}, {6, Price(7)}};

class Offers : public ::testing::Test {
 protected:
  std::string refused(std::vector<AskStep> steps, std::uint32_t pool = 0) {
    engine_.execute(engine_.state().now(), ChangeSteps{PoolId{pool}, std::move(steps)});
    return engine_.refusal() ? refusal_name(*engine_.refusal()) : "";
  }
  OrderId order(std::uint32_t gang, Second estimate = 100) {
    LiveOrder what = small_order(gang, engine_.state().now());
    what.ways.front().estimate = estimate;
    engine_.execute(engine_.state().now(), SubmitOrder{what});
    return OrderId{engine_.state().order_count() - 1};
  }
  void start(OrderId id, std::vector<std::uint32_t> nodes) {
    engine_.execute(engine_.state().now(), StartOrder{id, 0, PoolId{0}, std::move(nodes), Price()});
    ASSERT_FALSE(engine_.refusal()) << refusal_name(*engine_.refusal());
  }
  [[nodiscard]] const PoolState& pool() const { return engine_.state().pool(PoolId{0}); }
  [[nodiscard]] std::int64_t ask(std::uint32_t devices, Second begin, Second end,
                                 OrderId except = OrderId{kNone}) const {
    const Second now = engine_.state().now();
    return ask_for(engine_.state(), {PoolId{0}, devices, now, begin, end, except}).raw();
  }

  Engine engine_{small_places()};
};

TEST_F(Offers, AreKeptByStepsUntilOneAskFollows) {
  EXPECT_EQ(refused(kSteps), "");
  EXPECT_EQ(pool().steps, kSteps);
  EXPECT_EQ(pool().ask, Price(5));
  EXPECT_EQ(last_ask(pool()), Price(7));
  engine_.execute(1, ChangeAsk{PoolId{0}, Price(6)});
  EXPECT_TRUE(pool().steps.empty());
  EXPECT_EQ(last_ask(pool()), Price(6));
}

TEST_F(Offers, OfOneStepAreAnAsk) {
  const std::vector<Event>& events = engine_.execute(1, ChangeSteps{PoolId{0}, {{900, Price(9)}}});
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(std::get<AskChanged>(events.front().what).ask, Price(9));
  EXPECT_TRUE(pool().steps.empty());
}

TEST_F(Offers, MayNameMoreDevicesThanThereAre) {
  EXPECT_EQ(refused({{8, Price(5)}, {4'000'000'000, Price(7)}}), "");
  EXPECT_EQ(pool().steps.back().devices, 4U);
}

TEST_F(Offers, AreRefusedWhereTheyAreNone) {
  EXPECT_EQ(refused({}), "limit");
  EXPECT_EQ(refused({{6, Price(5)}, {6, Price(4)}}), "limit") << "the price falls";
  EXPECT_EQ(refused({{0, Price(5)}, {12, Price(6)}}), "limit") << "no devices";
  EXPECT_EQ(refused({{12, Price(5)}, {0, Price(6)}}), "limit");
  EXPECT_EQ(refused({{6, Price(5)}, {5, Price(6)}}), "limit") << "a device has no price";
  EXPECT_EQ(refused({{11, Price(5)}}), "limit");
  EXPECT_EQ(refused({{12, Price(5)}, {1, Price(6)}}), "limit") << "behind the last device";
  EXPECT_EQ(refused({{6, Price(-1)}, {6, Price(5)}}), "limit");
  EXPECT_EQ(refused({{6, Price(5)}, {6, Price(kPriceMax + 1)}}), "limit");
  EXPECT_EQ(refused(kSteps, 3), "unknown");
  std::vector<AskStep> many(12, {1, Price(5)});
  EXPECT_EQ(refused(many), "");
  const Places large = [] {
    Places places = small_places();
    places.pools[0].nodes = 36;
    return places;
  }();
  Engine engine{large};
  engine.execute(1, ChangeSteps{PoolId{0}, std::vector<AskStep>(16, {9, Price(5)})});
  EXPECT_FALSE(engine.refusal());
  engine.execute(1, ChangeSteps{PoolId{0}, std::vector<AskStep>(17, {9, Price(5)})});
  EXPECT_EQ(engine.refusal(), Refusal::kLimit);
}

// Of strangers: exactly as the state keeps them.
TEST_F(Offers, OfStrangersAreLookedAt) {
  const auto fault = [&](std::vector<AskStep> steps, std::uint32_t pool = 0) -> std::string {
    const auto refusal =
        check_event(engine_.state(), {1, StepsChanged{PoolId{pool}, std::move(steps)}});
    return refusal ? refusal_name(*refusal) : "";
  };
  EXPECT_EQ(fault(kSteps), "");
  EXPECT_EQ(fault(kSteps, 9), "unknown");
  EXPECT_EQ(fault({{12, Price(5)}}), "limit") << "that is an ask";
  EXPECT_EQ(fault({{6, Price(5)}, {7, Price(6)}}), "limit");
  EXPECT_EQ(fault({{6, Price(5)}, {5, Price(6)}}), "limit");
  EXPECT_EQ(fault({{6, Price(5)}, {6, Price(4)}}), "limit");
  EXPECT_EQ(fault(std::vector<AskStep>(17, {1, Price(4)})), "limit");
}

TEST_F(Offers, CostTheHighestStepThatIsTouched) {
  ASSERT_EQ(refused({{2, Price(5)}, {4, Price(7)}, {6, Price(11)}}), "");
  const auto behind = [&](std::uint64_t used, std::uint32_t devices) {
    return ask_behind(pool(), used, devices).raw();
  };
  EXPECT_EQ(behind(0, 1), 5);
  EXPECT_EQ(behind(0, 2), 5);
  EXPECT_EQ(behind(1, 2), 7);
  EXPECT_EQ(behind(2, 1), 7);
  EXPECT_EQ(behind(2, 4), 7);
  EXPECT_EQ(behind(2, 5), 11);
  EXPECT_EQ(behind(11, 9), 11) << "beyond the last device";
}

TEST_F(Offers, CountWhatRunsAndWhatIsPromised) {
  ASSERT_EQ(refused({{2, Price(5)}, {4, Price(7)}, {6, Price(11)}}), "");
  EXPECT_EQ(ask(2, 0, 100), 5);
  start(order(2), {0});  // until 100
  EXPECT_EQ(ask(2, 0, 50), 7);
  EXPECT_EQ(ask(2, 100, 200), 5) << "it is expected to have ended";
  const OrderId later = order(4);
  engine_.execute(0, BookBlock{later, 0, PoolId{0}, {1}, 150, Price()});  // until 250
  EXPECT_EQ(ask(2, 0, 150), 7);
  EXPECT_EQ(ask(2, 0, 151), 7) << "when the block begins what runs has ended";
  EXPECT_EQ(ask(3, 0, 151), 11) << "but the block alone has four";
  EXPECT_EQ(ask(3, 0, 151, later), 7) << "unless it ends with the start";
  EXPECT_EQ(ask(2, 250, 300), 5);
  // What has outlived its estimate goes on for now, and is expected to end any moment.
  engine_.execute(120, ExpireOrder{OrderId{99}});
  const Span span{PoolId{0}, 2, 120, 120, 130};
  EXPECT_EQ(ask_for(engine_.state(), span).raw(), 7);
  EXPECT_EQ(ask_for(engine_.state(), {PoolId{0}, 2, 120, 121, 130}).raw(), 5);
}

TEST_F(Offers, OfOneAskCostIt) {
  start(order(4), {0});
  EXPECT_EQ(ask(8, 0, 100), 5);
  EXPECT_EQ(beyond_first(pool(), Price(5), 8, 3'600), 0);
  EXPECT_EQ(beyond_first(pool(), Price(7), 8, 1'800), 8);
}

// Starts and blocks at what `ask_for` says, ends at any time before what was expected: the seller
// never has less than it asks for as many devices.
class Selling {
 public:
  explicit Selling(std::uint64_t seed) : random_(seed) {
    std::vector<AskStep> steps;
    std::int64_t price = 1;
    for (std::uint32_t left = 12; left > 0; left -= steps.back().devices) {
      const auto devices = static_cast<std::uint32_t>(1 + random_.below(left));
      steps.push_back({devices, Price(price += random_.between(0, 9))});
    }
    engine_.execute(0, ChangeSteps{PoolId{0}, steps});
  }
  void run() {
    for (Second at = 0; at < 250; at += random_.between(0, 1)) {
      at_ = at;
      end_some();
      promise_or_start();
      const std::int64_t lost = lost_now();
      ASSERT_LE(lost, 0) << "at " << at;
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
  std::uint32_t starts = 0, beyond = 0;

 private:
  [[nodiscard]] const State& state() const { return engine_.state(); }
  void end_some() {
    for (std::uint32_t i = 0; i < state().contract_count(); ++i) {
      const Contract& contract = state().contract(ContractId{i});
      if (contract.end >= 0) continue;
      if (contract.expected_end > at_ && random_.below(12) > 0) continue;
      engine_.execute(at_, EndContract{ContractId{i}});
    }
  }
  void promise_or_start() {
    for (const Block& block : std::vector<Block>(state().blocks())) {
      if (block.begin > at_) continue;
      engine_.execute(at_, StartOrder{block.order, 0, block.pool, block.nodes, block.price});
      ASSERT_FALSE(engine_.refusal()) << refusal_name(*engine_.refusal());
    }
    LiveOrder what = small_order(1 + static_cast<std::uint32_t>(random_.below(8)), at_);
    what.ways.front().estimate = random_.between(1, 60);
    what.hubs = {HubId{0}};
    what.not_before = random_.below(2) == 0 ? at_ + random_.between(1, 60) : at_;
    engine_.execute(at_, SubmitOrder{what});
    const OrderId id{state().order_count() - 1};
    const Second begin = std::max(at_, what.not_before);
    const Second end = begin + what.ways.front().estimate;
    const Need need = need_of(what.ways.front(), false, 4);
    const Price price = ask_for(state(), {PoolId{0}, need.devices(), at_, begin, end});
    std::vector<std::uint32_t> nodes;
    for (std::uint32_t i = 0; i < 3 && nodes.size() < need.nodes; ++i) {
      if (begin == at_ && state().pool(PoolId{0}).nodes[i].free < need.per_node) continue;
      if (state().leaves_blocks({PoolId{0}, i, need.per_node, begin, end})) nodes.push_back(i);
    }
    if (begin > at_) {
      engine_.execute(at_, BookBlock{id, 0, PoolId{0}, nodes, begin, price});
    } else {
      engine_.execute(at_, StartOrder{id, 0, PoolId{0}, nodes, price});
    }
    if (engine_.refusal()) return;
    ++starts;
    beyond += price > state().pool(PoolId{0}).ask;
  }
  // What the seller asks for the devices that are used now, less what it has for them.
  [[nodiscard]] std::int64_t lost_now() const {
    std::int64_t paid = 0;
    std::uint32_t devices = 0;
    for (std::uint32_t i = 0; i < state().contract_count(); ++i) {
      const Contract& contract = state().contract(ContractId{i});
      if (contract.end >= 0) continue;
      paid += contract.price.raw() * contract.devices();
      devices += contract.devices();
    }
    std::int64_t asked = 0;
    for (std::uint32_t i = 0; i < devices; ++i) {
      asked += ask_behind(state().pool(PoolId{0}), i, 1).raw();
    }
    return asked - paid;
  }

  Random random_;
  Engine engine_{small_places()};
  Second at_ = 0;
};

TEST(OfferProperty, TheSellerNeverLoses) {
  std::uint32_t starts = 0, beyond = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(40); ++seed) {
    Selling selling(seed);
    selling.run();
    if (::testing::Test::HasFatalFailure()) FAIL() << "seed " << seed;
    starts += selling.starts;
    beyond += selling.beyond;
  }
  EXPECT_GT(starts, many_seeds(40) * 20);
  EXPECT_GT(beyond * 3, starts);
}

}  // namespace
}  // namespace tongsuan::engine
