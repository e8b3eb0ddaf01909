#include "tongsuan/clearing/why.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/text.h"
#include "tongsuan/clearing/certify.h"
#include "tongsuan/clearing/changes.h"
#include "tongsuan/clearing/cleared.h"
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

void expect_same(const Why& a, const Why& b) {
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.lost_opportunity, b.lost_opportunity);
  EXPECT_EQ(std::tuple(a.hub, a.variant, a.start, a.payment),
            std::tuple(b.hub, b.variant, b.start, b.payment));
  ASSERT_EQ(a.hubs.size(), b.hubs.size());
  for (std::size_t i = 0; i < a.hubs.size(); ++i) {
    EXPECT_EQ(std::tuple(a.hubs[i].hub, a.hubs[i].start, a.hubs[i].cost),
              std::tuple(b.hubs[i].hub, b.hubs[i].start, b.hubs[i].cost));
    EXPECT_EQ(a.hubs[i].binding.size(), b.hubs[i].binding.size());
  }
  ASSERT_EQ(a.changes.size(), b.changes.size());
  for (std::size_t i = 0; i < a.changes.size(); ++i) {
    if (a.changes[i].kind != ChangeKind::kReplica) {
      EXPECT_EQ(a.changes[i].description, b.changes[i].description);
    }
    EXPECT_EQ(std::tuple(a.changes[i].kind, a.changes[i].extra_cost, a.changes[i].payment),
              std::tuple(b.changes[i].kind, b.changes[i].extra_cost, b.changes[i].payment));
  }
}

AskedOrder asked_as(const Market& market, const Order& order) {
  const auto hubs = [&](Span32 span) {
    return std::vector<HubId>(market.hub_lists.begin() + span.begin,
                              market.hub_lists.begin() + span.end);
  };
  AskedOrder asked;
  asked.hubs = hubs(market.hub_sets[order.hubs.value]);
  asked.variants.assign(market.variants.begin() + order.variants.begin,
                        market.variants.begin() + order.variants.end);
  asked.window = order.window;
  asked.value = order.value;
  asked.delay_cost = order.delay_cost;
  asked.whole_nodes = order.whole_nodes;
  asked.data = order.data;
  return asked;
}

// A round that is kept open answers as one that is opened for each question, however often.
TEST(Explainer, AnswersAsWhyAndQuoteDo) {
  int quotes = 0, placed = 0, replicas = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(60); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Market market = random_market(seed, {.orders = 12, .slots = 6});
    const Clearing clearing = cleared(market);
    const auto certificate = std::make_shared<const Certificate>(clearing.verified.certificate());
    const auto explainer = Explainer::open(market, certificate);
    ASSERT_TRUE(explainer.ok());
    for (std::uint32_t i = 0; i < market.orders.size(); ++i) {
      const Result<Why> told = explainer.value()->why(i, {});
      const Result<Why> anew = why(market, *certificate, i, {});
      ASSERT_TRUE(told.ok() && anew.ok());
      expect_same(told.value(), anew.value());
      const Order& order = market.orders[i];
      const bool plain = order.kind == OrderKind::kBlock && order.after == kNone &&
                         order.green_percent == 0 && order.group == kNone;
      if (!plain || order.variants.count() == 0 || market.hub_sets[order.hubs.value].count() == 0) {
        continue;
      }
      // Another order like it, with more or less money.
      AskedOrder asked = asked_as(market, order);
      asked.value = order.value * static_cast<std::int64_t>(seed % 4) / 2;
      Market with_order = market;
      with_order.orders.push_back(order);
      with_order.orders.back().value = asked.value;
      with_order.order_names.push_back("quoted");
      if (asked.data != kNone && seed % 2 == 0) {  // as if no order of the book needed it
        const DataSet& data = market.data_sets[asked.data];
        asked.data_mb = data.size_mb;
        asked.replicas.assign(market.hub_lists.begin() + data.replicas.begin,
                              market.hub_lists.begin() + data.replicas.end);
        asked.data = kNone;
        ++replicas;
      }
      const Result<Why> quoted = explainer.value()->quote(asked, {});
      const Result<Why> alone = quote(market, *certificate, with_order,
                                      static_cast<std::uint32_t>(market.orders.size()), {});
      ASSERT_TRUE(quoted.ok() && alone.ok());
      expect_same(quoted.value(), alone.value());
      ++quotes;
      placed += quoted.value().reason == Reason::kPlaced;
    }
    EXPECT_FALSE(explainer.value()->quote({}, {}).ok());
    EXPECT_FALSE(
        explainer.value()
            ->quote({.hubs = {HubId{99}}, .variants = {{}}, .window = {0, 1}, .replicas = {}}, {})
            .ok());
  }
  EXPECT_GT(quotes, 20);
  EXPECT_GT(placed, 5);
  EXPECT_GT(replicas, 0);
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

TEST(Quote, IsForOneOrderBesideTheBook) {
  const Market market = random_market(3);
  const Clearing clearing = cleared(market);
  const Certificate& certificate = clearing.verified.certificate();
  EXPECT_FALSE(quote(market, certificate, market, 0, {}).ok());
  EXPECT_FALSE(why(market, certificate, static_cast<std::uint32_t>(market.orders.size()), {}).ok());
}

}  // namespace
}  // namespace tongsuan::clearing
