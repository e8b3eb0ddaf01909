// Test helper: completes a certificate from an outcome and prices, and a market that exercises
// every check of the verifier.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tongsuan/domain/certificate.h"
#include "tongsuan/market/canonical.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/gang_bound.h"
#include "tongsuan/market/market_builder.h"
#include "tongsuan/market/payments.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/market/ties.h"

namespace tongsuan::market::testing {

// Re-derives everything that follows from book, outcome, prices and seed. The tie rule is not
// applied here. Awards must exist, and there must be one flow per line and slot.
inline void complete(const Market& market, const Problem& problem, Certificate& certificate) {
  const Dispatch dispatched = dispatch(problem, net_use(problem, certificate.outcome));
  TONGSUAN_CHECK(dispatched.short_row == kNone);
  const Allocation allocation = allocate(problem, dispatched, certificate.seed);
  Payments paid =
      payments(market, problem, certificate.outcome, placements_of(problem, certificate.outcome),
               allocation, certificate.payment_prices);
  certificate.market = market.name;
  certificate.root = root(market);
  certificate.welfare = welfare(problem, certificate.outcome, dispatched);
  certificate.bound = dual_bound(problem, certificate.bound_prices);
  certificate.gang_bound =
      certificate.gang_prices.prices.empty()
          ? int128{0}
          : gang_bound(problem, certificate.bound_prices, certificate.gang_prices);
  certificate.totals = std::move(paid.totals);
  certificate.line_rents = std::move(paid.line_rents);
  certificate.rent = paid.rent;
}

struct SignedRound {
  Market market;
  Problem problem;
  Certificate certificate;

  [[nodiscard]] OrderId order(std::string_view name) const {
    return {market.order_names.find_sorted(name)};
  }
  [[nodiscard]] std::uint32_t row(const std::string& lane, Slot slot) const {
    const std::vector<std::string> names = lane_names(market, problem);
    for (std::uint32_t i = 0; i < names.size(); ++i) {
      if (names[i] == lane) return problem.row(i, slot);
    }
    TONGSUAN_CHECK(false);
    return kNone;
  }
  [[nodiscard]] Award& award(std::string_view name) {
    for (Award& award : certificate.outcome.awards) {
      if (award.order == order(name)) return award;
    }
    TONGSUAN_CHECK(false);
    return certificate.outcome.awards.front();
  }
};

// Two hubs, one class, power with a line, green power, a cap, whole nodes, data, a curve, a profile
// sold in parts, alike orders of which two of three fit, an order after another, and a service.
inline Market round_market() {
  constexpr std::int64_t kYuan = kMicro;
  MarketBuilder builder(4);
  const AccountId buyer = builder.account("buyer");
  const AccountId rival = builder.account("rival");
  const AccountId solar = builder.account("solar");
  const AccountId utility = builder.account("utility");
  const AccountId west = builder.account("west");
  const GroupId sandbox = builder.group("sandbox");
  const ZoneId green = builder.zone("green", Disposal::kFree, Commodity::kGreen);
  const ZoneId north = builder.zone("north", Disposal::kBalance);
  const ZoneId south = builder.zone("south", Disposal::kBalance);
  builder.line(north, south, builder.all(), 0, 50'000, 50 * kYuan);
  const ClassId gpu = builder.accelerator("gpu", 1'000, 4);
  const HubId alpha = builder.hub("alpha", 1'200, north.value, green.value);
  const HubId beta = builder.hub("beta", 1'100, south.value);
  builder.link(alpha, beta, builder.all(), {step(2'000 * kYuan, 8'000)});
  const DataId corpus = builder.data_set("corpus", 3'000, {alpha});
  builder.node_block(alpha, gpu, builder.all(), 2);
  Cap cap;
  cap.group = sandbox;
  cap.slots = {0, 2};
  cap.devices = 2;
  builder.cap(cap);
  builder.offer("alpha-1", west, alpha, gpu, builder.all(), {step(kYuan, 9), step(3 * kYuan, 4)});
  builder.offer("alpha-2", utility, alpha, gpu, builder.all(), {step(kYuan, 6)});
  builder.offer("beta-1", west, beta, gpu, builder.all(), {step(2 * kYuan, 4)});
  builder.offer("e-north", utility, north, builder.all(), {step(100 * kYuan, 90'000)});
  builder.offer("e-south", utility, south, builder.all(), {step(400 * kYuan, 30'000)});
  builder.offer("sun", solar, green, {1, 3}, {step(30 * kYuan, 9'000)});

  Order block;
  block.account = buyer;
  block.hubs = builder.hub_set({alpha});
  block.window = builder.all();
  block.value = 40 * kYuan;
  block.delay_cost = kYuan;
  block.variants = builder.variants({{gpu, 3, 1}});
  block.whole_nodes = true;
  builder.order("first", block);
  block.whole_nodes = false;
  block.green_percent = 50;
  block.window = {1, 4};
  builder.order("green", block);
  block.green_percent = 0;
  block.window = builder.all();
  block.group = sandbox.value;
  block.variants = builder.variants({{gpu, 2, 1}});
  builder.order("sandboxed", block);
  block.group = kNone;
  block.data = corpus.value;
  block.hubs = builder.hub_set({beta});
  builder.order("learn", block);
  block.data = kNone;
  // Alike but for name and account; beta has room for two of them in slot 0.
  block.window = {0, 1};
  block.delay_cost = 0;
  for (const char* name : {"twin-a", "twin-b", "twin-c"}) {
    block.account = name[5] == 'b' ? rival : buyer;
    builder.order(name, block);
  }
  block.window = {2, 4};
  block.hubs = builder.hub_set({alpha, beta});
  block.account = rival;
  Order follower = block;
  follower.after = 0;  // "first" was added first
  builder.order("follower", follower);
  block.kind = OrderKind::kService;
  block.window = builder.all();
  block.services = builder.ranges({{0, 1}, {2, 4}});
  block.hubs = builder.hub_set({alpha});
  builder.order("service", block);
  builder.profile("battery", solar, {-6 * kYuan / 5, {zone_leg(south, {1, 2}, -9'000)}}, 250'000);
  builder.curve("heating", rival, zone_leg(south, {0, 3}, 0),
                {step(500 * kYuan, 4'000), step(120 * kYuan, 4'000)});
  builder.options_order(
      "either", rival,
      {{6 * kYuan, {capacity_leg(alpha, gpu, {0, 2}, 2)}},
       {7 * kYuan, {zone_leg(north, {3, 4}, 5'000), zone_leg(green, {2, 3}, 100)}}});
  return builder.finish();
}

// A round of that market in which every award is won at the prices of the steps.
inline SignedRound signed_round() {
  SignedRound round;
  round.market = round_market();
  round.problem = [&] {
    Result<Problem> problem = compile(round.market);
    TONGSUAN_CHECK(problem.ok());
    return std::move(problem).value();
  }();
  Certificate& certificate = round.certificate;
  certificate.round = 7;
  certificate.seed = 42;
  const std::uint32_t alpha = round.market.hub_names.find_sorted("alpha");
  const std::uint32_t beta = round.market.hub_names.find_sorted("beta");
  std::vector<Award>& awards = certificate.outcome.awards;
  awards = {{round.order("battery"), 0, kNone, 0, 6'000}, {round.order("either"), 1, kNone, 0, 1},
            {round.order("first"), 0, alpha, 0, 1},       {round.order("follower"), 0, beta, 2, 1},
            {round.order("green"), 0, alpha, 1, 1},       {round.order("learn"), 0, beta, 3, 1},
            {round.order("sandboxed"), 0, alpha, 1, 1},   {round.order("service"), 0, alpha, 0, 1},
            {round.order("twin-a"), 0, beta, 0, 1},       {round.order("twin-b"), 0, beta, 0, 1}};
  // The south takes over the line what its awards and the first step of its heating use.
  certificate.outcome.flows.assign(round.problem.line_slots.size(), 0);
  const std::vector<std::int64_t> use = net_use(round.problem, certificate.outcome);
  for (std::size_t i = 0; i < certificate.outcome.flows.size(); ++i) {
    const LineSlot& line = round.problem.line_slots[i];
    const std::int64_t heating = i < 3 ? 4'000 : 0;
    certificate.outcome.flows[i] = std::max<std::int64_t>(0, use[line.to] + heating);
  }
  Prices prices(round.problem.row_count(), 0);
  for (std::uint32_t row = 0; row < prices.size(); ++row) {
    if (round.problem.supply_begin[row] == round.problem.supply_begin[row + 1]) continue;
    prices[row] = round.problem.supply[round.problem.supply_begin[row]].price;
  }
  for (Slot slot = 0; slot < 4; ++slot) prices[round.row("zone south", slot)] = 160 * kMicro;
  certificate.bound_prices = prices;
  certificate.payment_prices = std::move(prices);
  apply_tie_rule(round.market, certificate.seed, certificate.outcome);
  const std::vector<std::uint32_t> sizes = {2, 4, 8};
  const std::vector<GangRow> kinds = gang_rows(round.problem, sizes);
  certificate.gang_prices.sizes = sizes;
  for (std::uint32_t row = 0; row < kinds.size(); ++row) {
    const std::int64_t above = kinds[row] == GangRow::kUniform ? 0 : kMicro / 4;
    for (const std::uint32_t size : sizes) {
      certificate.gang_prices.prices.push_back(certificate.bound_prices[row] * size + above);
    }
  }
  complete(round.market, round.problem, certificate);
  return round;
}

}  // namespace tongsuan::market::testing
