#include "tongsuan/rolling/fair_share.h"

#include <gtest/gtest.h>
#include <memory>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/dispatch/dispatch_fixture.h"
#include "tongsuan/dispatch/scheduler.h"
#include "tongsuan/rolling/rolling_fixture.h"

namespace tongsuan::rolling {
namespace {

using engine::kHour;
using engine::PoolId;
using testing::PlainDesk;
using testing::work;

// Three accounts: the second holds six devices, the third two.
std::unique_ptr<PlainDesk> three_tenants() {
  engine::Places places = testing::two_hubs();
  for (const char* name : {"large", "small"}) {
    places.account_names.push_back(name);
    places.accounts.push_back({0});
  }
  auto desk = std::make_unique<PlainDesk>(std::move(places));
  for (std::uint32_t i = 0; i < 2; ++i) {
    engine::LiveOrder order = work(i == 0 ? 3 : 2, 10 * kHour);
    order.account = AccountId{i + 1};
    desk->run(order, PoolId{0}, {i});
    if (i == 0) desk->run(order, PoolId{0}, {2});
  }
  return desk;
}

TEST(FairShare, WhoUsedMuchStandsBack) {
  const auto tenants = three_tenants();
  const PlainDesk& desk = *tenants;
  FairShare shares(50);
  EXPECT_TRUE(shares.weights().empty()) << "nobody has used anything";
  shares.observe(desk.state(), 900);
  // Mean use of the two is 4: (4 − 6) / 10 and (4 − 2) / 6 of a half.
  EXPECT_EQ(shares.weights(), (std::vector<std::uint32_t>{1'500, 900, 1'166}));
}

// The second account holds six devices for a quarter of an hour. A day later the third, who holds
// two, has used as much after half of the time that this would take without forgetting.
TEST(FairShare, UseIsForgottenByHalfInADay) {
  const auto tenants = three_tenants();
  FairShare shares(100);
  shares.observe(tenants->state(), 900);
  tenants->execute(engine::EndContract{engine::ContractId{0}});
  tenants->execute(engine::EndContract{engine::ContractId{1}});
  tenants->execute(engine::EndContract{engine::ContractId{2}});
  for (int i = 0; i < 96; ++i) shares.observe(tenants->state(), 900);
  engine::LiveOrder order = work(2, 10 * kHour);
  order.account = AccountId{2};
  tenants->run(order, PoolId{0}, {0});
  // 6 · 900 / 2 against 2 · 900 / 2 and 2 · 900 more.
  shares.observe(tenants->state(), 900);
  const std::vector<std::uint32_t> weights = shares.weights();
  ASSERT_EQ(weights.size(), 3U);
  EXPECT_NEAR(weights[1], 1'000, 5);
  EXPECT_NEAR(weights[2], 1'000, 5);
}

TEST(FairShare, OffMeansOff) {
  FairShare shares(0);
  const auto tenants = three_tenants();
  const PlainDesk& desk = *tenants;
  shares.observe(desk.state(), 900);
  EXPECT_TRUE(shares.weights().empty());
}

TEST(FairShareProperty, WeightsStayWithinTheRuleAndFallWithUse) {
  const std::uint64_t worlds = many_seeds(200);
  for (std::uint64_t seed = 1; seed <= worlds; ++seed) {
    Random random(seed);
    PlainDesk desk(testing::random_places(random));
    const auto percent = static_cast<std::uint32_t>(random.between(1, 100));
    FairShare shares(percent);
    for (int i = 0; i < 20; ++i) {
      testing::stir(random, desk, 20);
      shares.observe(desk.state(), random.between(1, 200'000));
      for (const std::uint32_t weight : shares.weights()) {
        EXPECT_GE(weight, 1'000 - 10 * percent) << "seed " << seed;
        EXPECT_LE(weight, 1'000 + 10 * percent) << "seed " << seed;
      }
    }
  }
}

// The line obeys: of two orders alike the one of the account that used less goes first.
TEST(FairShare, TheLineObeys) {
  const auto tenants = three_tenants();
  PlainDesk& desk = *tenants;
  dispatch::testing::AnyPlace chooser;
  dispatch::Scheduler line(desk.state().places(), {.line = dispatch::LineRule::kDensity},
                           dispatch::all_pools(desk.state().places()), chooser);
  std::vector<OrderId> orders;
  for (std::uint32_t account = 1; account <= 2; ++account) {
    engine::LiveOrder order = work(2, kHour);
    order.account = AccountId{account};
    orders.push_back(desk.submit(order));
    line.add(desk.state(), orders.back());
  }
  EXPECT_EQ(line.waiting(), orders) << "all alike, by number";
  FairShare shares(50);
  shares.observe(desk.state(), 900);
  line.weigh(shares.weights());
  line.age(desk.state(), desk.now());
  EXPECT_EQ(line.waiting(), (std::vector<OrderId>{orders[1], orders[0]}));
}

}  // namespace
}  // namespace tongsuan::rolling
