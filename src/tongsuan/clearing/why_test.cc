#include "tongsuan/clearing/why.h"

#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/text.h"
#include "tongsuan/clearing/certify.h"
#include "tongsuan/clearing/changes.h"
#include "tongsuan/clearing/clear.h"
#include "tongsuan/clearing/residual.h"
#include "tongsuan/market/canonical.h"
#include "tongsuan/market/market_builder.h"
#include "tongsuan/market/random_market.h"

namespace tongsuan::clearing {
namespace {

using market::testing::MarketBuilder;
using market::testing::random_market;
using market::testing::step;

constexpr std::int64_t kTick = 10'000;

Clearing cleared(const Market& market) {
  ClearOptions options;
  options.search_work_units = 4'000;
  options.dual_steps = 100;
  Result<Clearing> result = clear(market, options);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().context);
  return std::move(result).value();
}

std::int64_t device_seconds(const Market& market, const Order& order) {
  const Variant& first = market.variants[order.variants.begin];
  return std::int64_t{first.gang} * first.duration * market.calendar.slot_seconds;
}

// The change, made in the market by hand; false for kinds that are not covered here.
bool make_change(Market& market, std::uint32_t index, const Change& change) {
  Order& order = market.orders[index];
  const std::string& text = change.description;
  if (text.starts_with("--limit ")) {
    order.value += change.extra_cost;
    return true;
  }
  if (text.starts_with("--window ")) {
    order.window.end = static_cast<Slot>(std::stoul(text.substr(text.find("..") + 2)));
    return true;
  }
  if (text.starts_with("--replica ")) {
    order.data = kNone;
    return true;
  }
  if (text.starts_with("--hubs +")) {
    const auto begin = static_cast<std::uint32_t>(market.hub_lists.size());
    for (std::uint32_t hub = 0; hub < market.hubs.size(); ++hub) {
      market.hub_lists.push_back(HubId{hub});
    }
    market.hub_sets.push_back({begin, static_cast<std::uint32_t>(market.hub_lists.size())});
    order.hubs = HubSetId{static_cast<std::uint32_t>(market.hub_sets.size() - 1)};
    return true;
  }
  return false;
}

// With the change in the book itself, compiled anew, the closed round plus this order must end in a
// certificate that a stranger verifies, and the order must be in it.
void expect_placed(const Market& changed, const Certificate& closed, std::uint32_t order) {
  const market::Problem problem = market::compile(changed).value();
  Residual residual(problem, closed.outcome, closed.bound_prices);
  const Insertion insertion = residual.insert(order, 32);
  ASSERT_TRUE(insertion.found);
  EXPECT_GT(insertion.gain, 0);
  const Result<Certified> certified =
      certify(changed, problem, residual.outcome(insertion),
              {.bound_prices = closed.bound_prices,
               .bound = market::dual_bound(problem, closed.bound_prices)},
              {.seed = closed.seed, .round = closed.round});
  ASSERT_TRUE(certified.ok()) << certified.error().context;
  const market::Verdict verdict = market::verify(changed, certified.value().verified.certificate());
  EXPECT_TRUE(verdict.ok()) << verdict.detail;
  EXPECT_GT(verdict.welfare, closed.welfare - 1);
}

TEST(Why, ChangesReallyPlaceTheOrder) {
  int limits = 0;
  int others = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(900); ++seed) {
    const Market market = random_market(seed, {.orders = 14, .slots = 6});
    const Clearing clearing = cleared(market);
    const Certificate& certificate = clearing.verified.certificate();
    for (std::uint32_t order = 0; order < market.orders.size(); ++order) {
      if (market.orders[order].kind != OrderKind::kBlock || market.orders[order].after != kNone) {
        continue;
      }
      const Result<Why> answer = why(market, certificate, order, {});
      ASSERT_TRUE(answer.ok()) << "seed " << seed;
      for (const Change& change : answer.value().changes) {
        Market changed = market;
        if (!make_change(changed, order, change)) continue;
        SCOPED_TRACE("seed " + std::to_string(seed) + " order " + std::to_string(order) + " " +
                     change.description);
        Result<OpenRound> round = OpenRound::open(changed, certificate);
        ASSERT_TRUE(round.ok());
        EXPECT_TRUE(round.value().reclear_at(order, changed.orders[order].value, 32).placed);
        expect_placed(changed, certificate, order);
        if (!change.description.starts_with("--limit ")) {
          EXPECT_EQ(change.extra_cost, 0);
          ++others;
          continue;
        }
        ++limits;
        EXPECT_GT(change.extra_cost, 0);
        // A tick of the limit less, and it is not placed.
        const std::int64_t tick =
            divide(static_cast<int128>(kTick) * device_seconds(market, market.orders[order]), 3600,
                   Rounding::kUp);
        const std::int64_t less = changed.orders[order].value - tick;
        if (less <= market.orders[order].value) continue;
        EXPECT_FALSE(round.value().reclear_at(order, less, 32).placed);
      }
    }
  }
  EXPECT_GT(limits, 100);
  EXPECT_GT(others, 50);
}

// One block at a hub that its data must first come to. 700 W in an hour are 700 Wh of the zone.
struct HubWithoutTheData {
  MarketBuilder builder{8};
  HubId source;
  std::uint32_t order = 0;

  Market market() {
    const ClassId gpu = builder.accelerator("gpu", 700);
    const AccountId seller = builder.account("seller");
    const ZoneId zone = builder.zone("power", Disposal::kFree);
    source = builder.hub("alpha", 1'000, zone.value);
    const HubId hub = builder.hub("beta", 1'000, zone.value);
    builder.offer("devices", seller, hub, gpu, builder.all(), {step(6 * kMicro, 8)});
    builder.offer("energy", seller, zone, builder.all(), {step(100 * kMicro, 1'000'000)});
    builder.link(source, hub, builder.all(), {step(50 * kMicro, 4'000'000)});
    Order block;
    block.account = builder.account("buyer");
    block.hubs = builder.hub_set({hub});
    block.window = {2, 6};
    block.value = kMicro;
    block.data = builder.data_set("data", 1'000'000, {source}).value;
    block.variants = builder.variants({{gpu, 8, 4}});
    order = builder.order("block", block).value;
    return builder.finish();
  }
};

std::vector<std::string> binding_names(const HubAnswer& hub) {
  std::vector<std::string> names;
  for (const BindingRow& row : hub.binding) names.push_back(row.row);
  return names;
}

TEST(Why, BindingRowsAreRankedByMoneyWhateverTheirUnit) {
  HubWithoutTheData book;
  const Market market = book.market();
  Certificate certificate = cleared(market).verified.certificate();
  const market::Problem problem = market::compile(market).value();
  for (std::uint32_t lane = 0; lane < problem.lanes.size(); ++lane) {
    const market::LaneKind kind = problem.lanes[lane].kind;
    // 3 above the offer per device-hour, 400 above it per MWh, and nothing above it per TB.
    const std::int64_t price = kind == market::LaneKind::kCapacity ? 9
                               : kind == market::LaneKind::kZone   ? 500
                                                                   : 50;
    for (Slot slot = 0; slot < problem.slot_count; ++slot) {
      certificate.bound_prices[problem.row(lane, slot)] = price * kMicro;
    }
  }
  const Why answer = why(market, certificate, book.order, {.counterfactuals = false}).value();
  ASSERT_EQ(answer.hubs.size(), 1U);
  const std::vector<BindingRow>& rows = answer.hubs[0].binding;
  ASSERT_EQ(binding_names(answer.hubs[0]),
            (std::vector<std::string>{"capacity beta/gpu", "link alpha->beta", "zone power"}));
  EXPECT_EQ(rows[0].cost, 96 * kMicro);  // 32 device-hours
  EXPECT_EQ(rows[1].cost, 50 * kMicro);  // 1 TB at the whole price: a copy at the hub saves it
  EXPECT_EQ(rows[1].premium, 0);
  EXPECT_EQ(rows[2].cost, 8'960'000);  // 22.4 kWh
  EXPECT_EQ(rows[2].premium, 400 * kMicro);
}

// What a quote says of an order beside the book, `why` says of the same order in the book.
TEST(Quote, AgreesWithWhy) {
  int placed = 0;
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(250); ++seed) {
    const Market with_order = random_market(seed, {.orders = 12, .slots = 6});
    std::uint32_t order = kNone;
    for (std::uint32_t i = 0; i < with_order.orders.size(); ++i) {
      const Order& candidate = with_order.orders[i];
      if (candidate.kind == OrderKind::kBlock && candidate.after == kNone) order = i;
    }
    if (order != with_order.orders.size() - 1)
      continue;  // the last one can be left out by position
    Market market = with_order;
    market.orders.pop_back();
    NameList names;
    for (std::uint32_t i = 0; i < order; ++i) names.push_back(with_order.order_names[i]);
    market.order_names = names;
    const Clearing clearing = cleared(market);
    const Certificate& certificate = clearing.verified.certificate();
    const Result<Why> quoted = quote(market, certificate, with_order, order, {});
    ASSERT_TRUE(quoted.ok()) << "seed " << seed;
    if (quoted.value().reason == Reason::kPlaced) {
      ++placed;
      EXPECT_NE(quoted.value().hub, kNone);
      EXPECT_LE(quoted.value().payment, with_order.orders[order].value) << "seed " << seed;
      EXPECT_TRUE(quoted.value().changes.empty());
      continue;
    }
    ++refused;
    const Result<Why> asked = why(with_order, certificate, order, {});
    ASSERT_TRUE(asked.ok()) << "seed " << seed;
    EXPECT_EQ(asked.value().reason, quoted.value().reason) << "seed " << seed;
    EXPECT_EQ(asked.value().lost_opportunity, quoted.value().lost_opportunity);
    ASSERT_EQ(asked.value().changes.size(), quoted.value().changes.size()) << "seed " << seed;
    for (std::size_t i = 0; i < asked.value().changes.size(); ++i) {
      EXPECT_EQ(asked.value().changes[i].description, quoted.value().changes[i].description);
      EXPECT_EQ(asked.value().changes[i].payment, quoted.value().changes[i].payment);
    }
  }
  EXPECT_GT(placed, 20);
  EXPECT_GT(refused, 20);
}

TEST(Quote, IsForOneBlockBesideTheBook) {
  const Market market = random_market(3);
  const Clearing clearing = cleared(market);
  const Certificate& certificate = clearing.verified.certificate();
  EXPECT_FALSE(quote(market, certificate, market, 0, {}).ok());
  EXPECT_FALSE(why(market, certificate, static_cast<std::uint32_t>(market.orders.size()), {}).ok());
}

}  // namespace
}  // namespace tongsuan::clearing
