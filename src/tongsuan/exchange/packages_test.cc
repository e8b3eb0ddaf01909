#include <gtest/gtest.h>

#include "tongsuan/engine/any_command.h"
#include "tongsuan/exchange/exchange_fixture.h"

namespace tongsuan::exchange::testing {
namespace {

using engine::AwardOrder;
using engine::OrderState;
using engine::Package;
using engine::PackageKind;
using engine::testing::package_order;

constexpr ClassId kA{0};
constexpr HubId kEastHub{0}, kWestHub{1};

class PackagesTest : public ExchangeTest {
 protected:
  // A device of class A in [100, 200) and in [300, 400), worth 1,000 at either hub.
  static Package service() {
    Package package{PackageKind::kService, {}, {}, kNone, {}};
    for (const HubId hub : {kEastHub, kWestHub}) {
      package.alternatives.push_back({1'000, {{kA, hub, 1, 100, 200}, {kA, hub, 1, 300, 400}}});
    }
    return package;
  }
  OrderId send(Package package) {
    return OrderId{static_cast<std::uint32_t>(
        must(kAlice, SubmitOrder{package_order(std::move(package), now_), "steady"}))};
  }
  // At three micro-yuan a device-second and at one: 300 and 100.
  static AwardOrder award(OrderId order) {
    return {order,
            0,
            {{PoolId{0}, 1, {0}, 100, 200, Price(10'800)},
             {PoolId{0}, 1, {0}, 300, 400, Price(3'600)}}};
  }
  std::string dispatch(engine::Command command) {
    return name_of(kHouse, Dispatch{std::move(command)});
  }
};

TEST_F(PackagesTest, HoldWhatTheirBestAlternativeIsWorth) {
  Package options{PackageKind::kOptions,
                  {{300, {{kA, kEastHub, 1, 100, 200}}}, {700, {{kA, kWestHub, 2, 100, 200}}}},
                  {},
                  kNone,
                  {}};
  const OrderId id = send(options);
  EXPECT_EQ(left(id), 700);
  EXPECT_EQ(balance(cash(kAlice)), 1'000'000 - 700);
  EXPECT_EQ(exchange_.state().order_name(id), "steady");
  EXPECT_EQ(name_of(kBob, CancelOrder{id}), "not-yours");
  must(kAlice, CancelOrder{id});
  EXPECT_EQ(balance(cash(kAlice)), 1'000'000);
}

TEST_F(PackagesTest, AnAwardHoldsForEachPartWhatItCosts) {
  const OrderId id = send(service());
  EXPECT_EQ(left(id), 1'000);
  const std::uint64_t before = exchange_.sequence();
  EXPECT_EQ(dispatch(award(id)), "done");
  EXPECT_EQ(exchange_.sequence(), before + 1) << "one record";
  EXPECT_EQ(record(id).state, OrderState::kAwarded);
  EXPECT_EQ(left(id), 0);
  EXPECT_EQ(left(OrderId{id.value + 1}), 300);
  EXPECT_EQ(left(OrderId{id.value + 2}), 100);
  EXPECT_EQ(balance(cash(kAlice)), 1'000'000 - 400) << "the rest is free again";
  EXPECT_EQ(exchange_.state().participants()[kAlice.value].live_orders, 2U);
  EXPECT_EQ(name_of(kAlice, CancelOrder{id}), "not-waiting");
}

TEST_F(PackagesTest, ARefusedAwardMovesNothing) {
  const OrderId id = send(service());
  AwardOrder twice = award(id);
  twice.parts[1].nodes = {7};
  const std::uint64_t before = exchange_.sequence();
  EXPECT_EQ(dispatch(twice), "unknown");
  twice = award(id);
  twice.parts[0].price = Price(36'000);
  EXPECT_EQ(dispatch(twice), "limit") << "1,100 for what is worth 1,000";
  EXPECT_EQ(exchange_.sequence(), before);
  EXPECT_EQ(left(id), 1'000);
  EXPECT_EQ(name_of(kAlice, Dispatch{award(id)}), "not-yours");
  must(kHouse, SetHalt{HaltScope::kHub, 0, true});
  EXPECT_EQ(dispatch(award(id)), "halted");
  must(kHouse, SetHalt{HaltScope::kHub, 0, false});
  must(kHouse, SetHalt{HaltScope::kParticipant, kAlice.value, true});
  EXPECT_EQ(dispatch(award(id)), "halted");
  must(kHouse, SetHalt{HaltScope::kParticipant, kAlice.value, false});
  must(kHouse, AssignHub{HubId{0}, kHouse});
  EXPECT_EQ(dispatch(award(id)), "no-supplier");
}

TEST_F(PackagesTest, APartIsPaidAsAgreedAndEndsWithItsLeg) {
  const OrderId id = send(service());
  ASSERT_EQ(dispatch(award(id)), "done");
  const OrderId part{id.value + 1};
  now_ = 100;
  must(kHouse, Dispatch{engine::OpenOrder{part}});
  EXPECT_EQ(start(part, {0}, 10'801), "over-hold");
  EXPECT_EQ(start(part, {0}, 10'800), "done");
  now_ = 200;
  EXPECT_EQ(dispatch(engine::ExtendContract{ContractId{0}, 260}), "over-hold");
  must(kEast, EndContract{ContractId{0}});
  EXPECT_EQ(balance(cash(kEast)), 300);
  EXPECT_EQ(left(part), 0);
  EXPECT_EQ(record(part).state, OrderState::kDone);
}

// After a failure it goes on for what is left of its leg, not for all of it.
TEST_F(PackagesTest, AFailedPartGoesOnToTheEndOfItsLeg) {
  const OrderId id = send(service());
  ASSERT_EQ(dispatch(award(id)), "done");
  const OrderId part{id.value + 1};
  now_ = 100;
  must(kHouse, Dispatch{engine::OpenOrder{part}});
  ASSERT_EQ(start(part, {0}, 10'800), "done");
  now_ = 140;
  must(kEast, ReportNodes{{PoolId{0}, 0, 1, false}});
  EXPECT_EQ(left(part), 180);
  EXPECT_EQ(start(part, {1}, 10'800), "done");
  EXPECT_EQ(exchange_.state().engine().contract(ContractId{1}).expected_end, 200);
  now_ = 200;
  must(kEast, EndContract{ContractId{1}});
  EXPECT_EQ(balance(cash(kEast)), 300);
  EXPECT_EQ(left(part), 0);
}

TEST_F(PackagesTest, AreNotAmended) {
  const OrderId id = send(service());
  EXPECT_EQ(name_of(kAlice, AmendOrder{id, package_order(service())}), "fixed");
  const OrderId block = submit(kAlice, 100);
  EXPECT_EQ(name_of(kAlice, AmendOrder{block, package_order(service())}), "fixed");
  ASSERT_EQ(dispatch(award(id)), "done");
  EXPECT_EQ(name_of(kAlice, AmendOrder{OrderId{id.value + 2}, order(100)}), "fixed");
  must(kAlice, CancelOrder{OrderId{id.value + 2}});
  EXPECT_EQ(balance(cash(kAlice)), 1'000'000 - 100 - 100) << "the first part was cancelled";
}

TEST_F(PackagesTest, StayWithinTheCollarAndTheLock) {
  Package dear = service();
  for (engine::Alternative& each : dear.alternatives) each.value = 4'001;
  EXPECT_EQ(name_of(kAlice, SubmitOrder{package_order(dear), ""}), "collar")
      << "4,001 for 200 device-seconds at 1";
  const Package curve = engine::testing::curve_of({{Price(72'001), 1}, {Price(1), 1'000}},
                                                  {kA, kEastHub, 0, 100, 200});
  EXPECT_EQ(name_of(kAlice, SubmitOrder{package_order(curve), ""}), "collar")
      << "each step is looked at";
  Package nowhere = service();
  for (engine::Alternative& each : nowhere.alternatives) {
    for (engine::PackageLeg& leg : each.legs) leg.accelerator = ClassId{1};
  }
  nowhere.alternatives.erase(nowhere.alternatives.begin());  // the west has none of class B
  EXPECT_EQ(name_of(kAlice, SubmitOrder{package_order(nowhere), ""}), "not-eligible");
  const OrderId id = send(service());
  now_ = exchange_.state().next_gate() - 1;
  EXPECT_EQ(name_of(kAlice, CancelOrder{id}), "locked");
  must(kAlice, NameOrder{id, "renamed"});
  EXPECT_EQ(exchange_.state().order_name(id), "renamed") << "a name is not of the market";
}

TEST_F(PackagesTest, AreInASnapshot) {
  const OrderId id = send(service());
  send(service());
  ASSERT_EQ(dispatch(award(id)), "done");
  static_cast<void>(exchange_.digest());
  Exchange other(places_without_accounts(), 0);
  const auto restored = other.restore(exchange_.snapshot());
  ASSERT_TRUE(restored.ok()) << restored.error().context;
  EXPECT_EQ(other.snapshot(), exchange_.snapshot());
  EXPECT_EQ(wrong_money(other.state()), "");
}

// Any packages and awards between other requests.
TEST_F(PackagesTest, AnyAwardsKeepTheInvariants) {
  Random random(12);
  std::uint64_t awarded = 0;
  for (int i = 0; i < 4'000; ++i) {
    now_ += static_cast<Second>(random.below(2));
    const ParticipantId actor{static_cast<std::uint32_t>(3 + random.below(2))};
    engine::testing::AnyCommand any(random, exchange_.state().engine());
    engine::Command command = any.draw();
    if (random.below(3) == 0) {
      while (!std::holds_alternative<AwardOrder>(command)) command = any.draw();
    }
    if (auto* coming = std::get_if<engine::SubmitOrder>(&command)) {
      ask(actor, SubmitOrder{std::move(coming->order), ""});
    } else if (auto* leaving = std::get_if<engine::CancelOrder>(&command)) {
      ask(actor, CancelOrder{leaving->order});
    } else if (auto* nodes = std::get_if<engine::ReportNodes>(&command)) {
      ask(kHouse, ReportNodes{*nodes});
    } else {
      const bool award = std::holds_alternative<AwardOrder>(command);
      const bool done = dispatch(std::move(command)) == "done";
      awarded += award && done ? 1 : 0;
    }
    if (HasFailure()) FAIL() << "at step " << i;
  }
  EXPECT_GT(awarded, 20U);
}

}  // namespace
}  // namespace tongsuan::exchange::testing
