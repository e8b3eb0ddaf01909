#include "tongsuan/clearing/reasons.h"

#include <gtest/gtest.h>
#include <set>
#include <string>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/clearing/clear.h"
#include "tongsuan/market/market_builder.h"
#include "tongsuan/market/random_market.h"

namespace tongsuan::clearing {
namespace {

using market::testing::MarketBuilder;
using market::testing::step;
using market::testing::zone_leg;

// One order per reason. Two hubs of four devices; alpha alone has green energy (in slot 3) and a
// whole node; data lies at alpha, and the link to beta carries nothing.
struct Book {
  MarketBuilder builder{4};
  AccountId buyer = builder.account("buyer");
  AccountId seller = builder.account("seller");
  ClassId gpu = builder.accelerator("gpu", 1'000, 2);
  ClassId npu = builder.accelerator("npu", 1'000, 1);
  ZoneId green = builder.zone("green", Disposal::kFree, Commodity::kGreen);
  HubId alpha = builder.hub("alpha", 1'000, kNone, green.value);
  HubId beta = builder.hub("beta");
  GroupId sandbox = builder.group("sandbox");
  DataId data = builder.data_set("data", 1'000, {alpha});

  Book() {
    builder.offer("a", seller, alpha, gpu, builder.all(), {step(kMicro, 4)});
    builder.offer("b", seller, beta, gpu, builder.all(), {step(kMicro, 4)});
    builder.offer("sun", seller, green, {3, 4}, {step(0, 1'000)});
    builder.node_block(alpha, gpu, builder.all(), 1);
    Cap cap;
    cap.group = sandbox;
    cap.slots = builder.all();
    cap.devices = 1;
    builder.cap(cap);
  }

  Order block(std::uint32_t gang, std::uint32_t duration, std::int64_t value) {
    Order order;
    order.account = buyer;
    order.hubs = builder.hub_set({alpha, beta});
    order.window = builder.all();
    order.value = value;
    order.variants = builder.variants({{gpu, gang, duration}});
    return order;
  }
};

std::string reason_in(const Market& market, const std::string& name) {
  const Result<Clearing> cleared = clear(market, {});
  EXPECT_TRUE(cleared.ok()) << (cleared.ok() ? "" : cleared.error().context);
  const market::Problem problem = market::compile(market).value();
  const Certificate& certificate = cleared.value().verified.certificate();
  const std::uint32_t order = market.order_names.find_sorted(name);
  const Reason reason = reasons(market, problem, certificate)[order];
  EXPECT_EQ(reason, reason_of(market, problem, certificate, order));
  return reason_name(reason);
}

TEST(Reasons, EachHasItsOrder) {
  Book book;
  MarketBuilder& builder = book.builder;
  builder.order("placed", book.block(1, 1, 10 * kMicro));
  Order order = book.block(1, 1, 10 * kMicro);
  order.variants = builder.variants({{book.npu, 1, 1}});
  builder.order("not-eligible", order);
  order = book.block(1, 1, 10 * kMicro);
  order.hubs = builder.hub_set({book.beta});
  order.whole_nodes = true;
  builder.order("no-nodes", order);
  builder.order("large", book.block(5, 1, 10 * kMicro));
  order = book.block(1, 1, 10 * kMicro);
  order.hubs = builder.hub_set({book.beta});
  order.data = book.data.value;
  builder.order("no-data", order);
  order = book.block(1, 3, 10 * kMicro);
  order.window = {0, 2};
  builder.order("tight", order);
  order = book.block(1, 1, 10 * kMicro);
  order.green_percent = 50;
  order.window = {0, 3};  // the sun shines later
  builder.order("dark", order);
  order = book.block(2, 1, 10 * kMicro);
  order.group = book.sandbox.value;
  builder.order("capped", order);
  const OrderId outbid = builder.order("outbid", book.block(1, 1, kMicro / 2));
  order = book.block(1, 1, 6 * kMicro / 5);  // not enough to pay for both
  order.after = outbid.value;
  builder.order("waiting", order);
  const Market market = builder.finish();
  EXPECT_EQ(reason_in(market, "placed"), "PLACED");
  EXPECT_EQ(reason_in(market, "not-eligible"), "NOT_ELIGIBLE");
  EXPECT_EQ(reason_in(market, "no-nodes"), "NO_COMPATIBLE_HUB");
  EXPECT_EQ(reason_in(market, "large"), "GANG_TOO_LARGE");
  EXPECT_EQ(reason_in(market, "no-data"), "DATA_UNREACHABLE");
  EXPECT_EQ(reason_in(market, "tight"), "WINDOW_TOO_TIGHT");
  EXPECT_EQ(reason_in(market, "dark"), "GREEN_UNMET");
  EXPECT_EQ(reason_in(market, "capped"), "POLICY_CAP");
  EXPECT_EQ(reason_in(market, "outbid"), "OUTBID");
  EXPECT_EQ(reason_in(market, "waiting"), "PRECEDENCE_UNMET");
}

// An order that costs more than it is worth is placed for the sake of one that must follow it.
TEST(Reasons, WorthItForTheOrderThatFollows) {
  Book book;
  const OrderId first = book.builder.order("first", book.block(1, 1, kMicro / 2));
  Order order = book.block(1, 1, 10 * kMicro);
  order.after = first.value;
  book.builder.order("second", order);
  const Market market = book.builder.finish();
  EXPECT_EQ(reason_in(market, "first"), "PLACED");
  EXPECT_EQ(reason_in(market, "second"), "PLACED");
}

// Four devices: the gang of three is worth most per device, but two pairs are worth more together.
// At λ* = 10 a device it would gain 1.
TEST(Reasons, WorthMoreThanThePricesAndStillNotPlaced) {
  Book book;
  const auto add = [&](const char* name, std::uint32_t gang, std::int64_t value) {
    Order order = book.block(gang, 1, value);
    order.hubs = book.builder.hub_set({book.alpha});
    order.window = {0, 1};
    book.builder.order(name, order);
  };
  add("pair-a", 2, 20 * kMicro);
  add("pair-b", 2, 20 * kMicro);
  add("three", 3, 31 * kMicro);
  const Market market = book.builder.finish();
  EXPECT_EQ(reason_in(market, "pair-a"), "PLACED");
  EXPECT_EQ(reason_in(market, "pair-b"), "PLACED");
  EXPECT_EQ(reason_in(market, "three"), "PARADOXICALLY_REJECTED");
}

TEST(Reasons, EveryReasonHasTextInBothLanguages) {
  std::set<std::string> seen;
  for (int i = 0; i <= static_cast<int>(Reason::kParadoxicallyRejected); ++i) {
    const auto reason = static_cast<Reason>(i);
    seen.insert(reason_name(reason));
    seen.insert(reason_text(reason, market::Language::kEnglish));
    seen.insert(reason_text(reason, market::Language::kChinese));
  }
  EXPECT_EQ(seen.size(), 33U);
}

// A structural reason is a proof: no outcome may ever place such an order. Placed orders have none.
TEST(Reasons, PlacedOrdersHaveNoStructuralObstacle) {
  int placed = 0;
  int obstacles = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(600); ++seed) {
    const Market market = market::testing::random_market(seed, {.orders = 10});
    ClearOptions options;
    options.search_work_units = 2'000;
    options.dual_steps = 60;
    const Result<Clearing> cleared = clear(market, options);
    ASSERT_TRUE(cleared.ok()) << "seed " << seed;
    const market::Problem problem = market::compile(market).value();
    const Structure structure(market, problem);
    const Certificate& certificate = cleared.value().verified.certificate();
    for (const Award& award : certificate.outcome.awards) {
      EXPECT_EQ(structure.reason(award.order.value), Reason::kPlaced) << "seed " << seed;
      ++placed;
    }
    for (const Reason reason : reasons(market, problem, certificate)) {
      obstacles += reason != Reason::kPlaced && reason < Reason::kPrecedenceUnmet ? 1 : 0;
    }
  }
  EXPECT_GT(placed, 1'000);
  EXPECT_GT(obstacles, 300);
}

}  // namespace
}  // namespace tongsuan::clearing
