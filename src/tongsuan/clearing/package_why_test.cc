// Why and quotes of orders that are no blocks.
#include <gtest/gtest.h>
#include <memory>
#include <tuple>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/clearing/changes.h"
#include "tongsuan/clearing/cleared.h"
#include "tongsuan/clearing/why.h"
#include "tongsuan/market/market_builder.h"
#include "tongsuan/market/random_market.h"

namespace tongsuan::clearing {
namespace {

using market::testing::capacity_leg;
using market::testing::MarketBuilder;
using market::testing::node_leg;
using market::testing::random_market;
using market::testing::step;

// Only what an exchange may ask for: devices that are bought.
bool is_plain(const Market& market, const Order& order) {
  if (order.kind == OrderKind::kBlock || order.after != kNone || order.group != kNone ||
      order.green_percent > 0) {
    return false;
  }
  for (std::uint32_t i = order.options.begin; i < order.options.end; ++i) {
    for (std::uint32_t k = market.options[i].legs.begin; k < market.options[i].legs.end; ++k) {
      const Leg& leg = market.legs[k];
      if (leg.kind == RowKind::kZone) return false;
      if (leg.amount < 0) return false;
    }
  }
  return true;
}

// The order alone, `more` worth more.
Market alone(const Market& market, const Order& order, std::int64_t more) {
  Market one;
  one.hub_lists = market.hub_lists;
  one.hub_sets = market.hub_sets;
  one.variants = market.variants;
  one.ranges = market.ranges;
  one.steps = market.steps;
  one.options = market.options;
  for (const Leg& leg : market.legs) one.legs.push_back(leg);
  for (Leg& leg : one.legs) {
    if (leg.kind == RowKind::kZone) leg = {RowKind::kCapacity, 0, 0, kNone, leg.slots, 1};
  }
  one.orders = {order};
  one.orders[0].value += more;
  for (std::uint32_t i = order.options.begin; i < order.options.end; ++i) {
    one.options[i].value += more;
  }
  return one;
}

// The same beside the book.
Market beside(const Market& market, const Order& order, std::int64_t more) {
  Market with = market;
  with.order_names.push_back("quoted");
  with.orders.push_back(order);
  with.orders.back().value += more;
  std::vector<Option> options(market.options.begin() + order.options.begin,
                              market.options.begin() + order.options.end);
  for (Option& option : options) option.value += more;
  with.orders.back().options = append(with.options, options);
  return with;
}

void expect_same_package(const Why& a, const Why& b) {
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(std::tuple(a.hub, a.variant, a.payment, a.lots, a.lots_of, a.lost_opportunity),
            std::tuple(b.hub, b.variant, b.payment, b.lots, b.lots_of, b.lost_opportunity));
  ASSERT_EQ(a.uses.size(), b.uses.size());
  for (std::size_t i = 0; i < a.uses.size(); ++i) {
    EXPECT_EQ(a.uses[i].slots, b.uses[i].slots);
    EXPECT_EQ(a.uses[i].devices, b.uses[i].devices);
    EXPECT_EQ(a.uses[i].prices, b.uses[i].prices);
  }
  ASSERT_EQ(a.hubs.size(), b.hubs.size());
  for (std::size_t i = 0; i < a.hubs.size(); ++i) {
    EXPECT_EQ(std::tuple(a.hubs[i].hub, a.hubs[i].variant, a.hubs[i].cost, a.hubs[i].value),
              std::tuple(b.hubs[i].hub, b.hubs[i].variant, b.hubs[i].cost, b.hubs[i].value));
  }
  ASSERT_EQ(a.changes.size(), b.changes.size());
  for (std::size_t i = 0; i < a.changes.size(); ++i) {
    EXPECT_EQ(std::tuple(a.changes[i].kind, a.changes[i].extra_cost, a.changes[i].payment),
              std::tuple(b.changes[i].kind, b.changes[i].extra_cost, b.changes[i].payment));
  }
}

// What is bought costs what is paid, and no more than the order is worth.
void expect_paid(const Market& market, const Why& answer, std::int64_t worth, bool energy) {
  EXPECT_FALSE(answer.uses.empty());
  int128 sum = 0;
  for (const CapacityUse& use : answer.uses) {
    EXPECT_EQ(use.prices.size(), use.slots.count());
    EXPECT_GT(use.devices, 0);
    for (const std::int64_t price : use.prices) sum += static_cast<int128>(price) * use.devices;
  }
  const std::int64_t devices = divide(sum * market.calendar.slot_seconds, 3'600, Rounding::kUp);
  if (!energy) {
    EXPECT_LE(devices, answer.payment) << "whole nodes may have a price of their own";
  }
  EXPECT_LE(answer.payment, worth);
}

struct Seen {
  int quotes = 0, placed = 0, raised = 0, moved = 0, steps = 0;
};

// A change that was found is one that places the order.
void expect_changes(Explainer& explainer, const Market& market, const Order& order,
                    std::int64_t more, const Why& answer, Seen& seen) {
  for (const Change& change : answer.changes) {
    if (change.kind == ChangeKind::kValue) {
      ++seen.raised;
      EXPECT_GT(change.extra_cost, 0);
      const Result<Why> raised =
          explainer.quote_package(alone(market, order, more + change.extra_cost), {});
      ASSERT_TRUE(raised.ok());
      EXPECT_EQ(raised.value().reason, Reason::kPlaced);
      EXPECT_EQ(raised.value().payment, change.payment);
      const std::int64_t less = change.extra_cost - kMicro / 100;
      if (less <= 0) continue;
      EXPECT_NE(explainer.quote_package(alone(market, order, more + less), {}).value().reason,
                Reason::kPlaced);
    } else if (change.kind == ChangeKind::kLimit) {
      ++seen.steps;
      Market dearer = alone(market, order, 0);
      dearer.steps[order.steps.begin].price = Price(change.limit);
      EXPECT_EQ(explainer.quote_package(dearer, {}).value().reason, Reason::kPlaced);
    } else {
      ++seen.moved;
      EXPECT_EQ(change.extra_cost, 0);
      EXPECT_FALSE(change.uses.empty());
    }
  }
}

TEST(PackageWhy, QuotesAreThoseOfABookWithTheOrder) {
  Seen seen;
  for (std::uint64_t seed = 1; seed <= many_seeds(150); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Market market = random_market(
        seed, {.orders = 14, .slots = 6, .sellers = seed % 4 == 0, .energy = seed % 4 == 0});
    const Clearing clearing = cleared(market);
    const auto certificate = std::make_shared<const Certificate>(clearing.verified.certificate());
    const auto explainer = Explainer::open(market, certificate);
    ASSERT_TRUE(explainer.ok());
    for (const Order& order : market.orders) {
      if (!is_plain(market, order)) continue;
      const bool curve = order.kind == OrderKind::kCurve;
      // As it is, worth a quarter, or more.
      const std::int64_t worth = curve ? 0 : worth_of(market, order);
      const std::int64_t more = seed % 3 == 0 || curve ? 0
                                : seed % 3 == 1        ? -worth * 3 / 4
                                                       : 2 * kMicro;
      const Result<Why> quoted = explainer.value()->quote_package(alone(market, order, more), {});
      const Result<Why> anew = quote(market, *certificate, beside(market, order, more),
                                     static_cast<std::uint32_t>(market.orders.size()), {});
      ASSERT_TRUE(quoted.ok() && anew.ok());
      expect_same_package(quoted.value(), anew.value());
      ++seen.quotes;
      if (quoted.value().reason == Reason::kPlaced) {
        ++seen.placed;
        const bool whole = quoted.value().lots == quoted.value().lots_of;
        expect_paid(market, quoted.value(), curve || !whole ? kMoneyMax : worth + more,
                    !market.zones.empty());
      } else {
        expect_changes(*explainer.value(), market, order, more, quoted.value(), seen);
      }
    }
  }
  EXPECT_GT(seen.quotes, 200);
  EXPECT_GT(seen.placed, 50);
  EXPECT_GT(seen.raised, 20);
  EXPECT_GT(seen.moved, 10);
  EXPECT_GT(seen.steps, 3);
}

TEST(PackageWhy, AwardsOfARoundSayWhatTheyBuy) {
  int told = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(60); ++seed) {
    const Market market = random_market(
        seed, {.orders = 14, .slots = 6, .sellers = seed % 4 == 0, .energy = seed % 4 == 0});
    const Clearing clearing = cleared(market);
    const Certificate& certificate = clearing.verified.certificate();
    for (std::uint32_t i = 0; i < market.orders.size(); ++i) {
      if (!is_plain(market, market.orders[i])) continue;
      const Result<Why> answer = why(market, certificate, i, {.counterfactuals = false});
      ASSERT_TRUE(answer.ok());
      if (answer.value().reason != Reason::kPlaced) continue;
      ++told;
      expect_paid(market, answer.value(), kMoneyMax, !market.zones.empty());
    }
  }
  EXPECT_GT(told, 50);
}

// Two nodes of four devices at one hub, five yuan a device-hour.
struct Small {
  MarketBuilder builder{8};
  AccountId buyer;
  HubId hub, other;
  ClassId gpu;

  Small() {
    gpu = builder.accelerator("gpu", 0, 4);
    const AccountId seller = builder.account("seller");
    buyer = builder.account("buyer");
    hub = builder.hub("alpha", 1'000, kNone);
    other = builder.hub("beta", 1'000, kNone);
    builder.offer("a", seller, hub, gpu, {0, 6}, {step(5 * kMicro, 8)});
    builder.node_block(hub, gpu, {0, 6}, 1);
    builder.offer("b", seller, other, gpu, {4, 8}, {step(7 * kMicro, 8)});
    builder.node_block(other, gpu, {4, 8}, 2);
  }
};

// Eight devices are free, but only one whole node.
TEST(PackageWhy, WholeNodesAreCountedInOptions) {
  for (const bool nodes : {false, true}) {
    Small small;
    const auto leg = [&](std::int64_t devices) {
      return nodes ? node_leg(small.hub, small.gpu, {4, 6}, devices / 4)
                   : capacity_leg(small.hub, small.gpu, {4, 6}, devices);
    };
    const OrderId large =
        small.builder.options_order("large", small.buyer, {{120 * kMicro, {leg(8)}}});
    small.builder.profile("small", small.buyer, {50 * kMicro, {leg(4)}});
    const Market market = small.builder.finish();
    const Clearing clearing = cleared(market);
    const auto& awards = clearing.verified.certificate().outcome.awards;
    const auto answer = why(market, clearing.verified.certificate(), large.value, {});
    if (nodes) {
      ASSERT_EQ(awards.size(), 1U);
      EXPECT_EQ(answer.value().reason, Reason::kNoCompatibleHub);
      ASSERT_EQ(answer.value().changes.size(), 1U) << "the other hub has two";
      EXPECT_EQ(answer.value().changes.front().kind, ChangeKind::kHub);
      EXPECT_EQ(answer.value().changes.front().payment, 112 * kMicro);
    } else {
      ASSERT_EQ(awards.size(), 1U) << "there are eight devices";
      EXPECT_EQ(awards.front().order, large);
    }
  }
}

TEST(PackageWhy, AShareOfAProfileIsQuoted) {
  Small small;
  small.builder.profile("half", small.buyer,
                        {64 * kMicro, {capacity_leg(small.hub, small.gpu, {1, 3}, 4)}});
  const Market market = small.builder.finish();
  const Clearing clearing = cleared(market);
  const auto explainer =
      Explainer::open(market, std::make_shared<const Certificate>(clearing.verified.certificate()));
  Market asked;
  Order order;
  order.kind = OrderKind::kProfile;
  order.minimum_ppm = 400'000;
  order.options = append(
      asked.options,
      std::vector<Option>{
          {96 * kMicro,
           append(asked.legs, std::vector<Leg>{capacity_leg(small.hub, small.gpu, {1, 3}, 8)})}});
  asked.orders = {order};
  const Result<Why> answer = explainer.value()->quote_package(asked, {});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer.value().reason, Reason::kPlaced);
  EXPECT_EQ(answer.value().lots, 4U) << "the other profile stays, which is worth more";
  EXPECT_EQ(answer.value().lots_of, 8U);
  EXPECT_EQ(answer.value().payment, 40 * kMicro);
  asked.legs.front().hub = 9;
  EXPECT_FALSE(explainer.value()->quote_package(asked, {}).ok());
}

}  // namespace
}  // namespace tongsuan::clearing
