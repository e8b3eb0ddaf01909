// Measures the exact core on a synthetic national book: compile, dual bound, and verification.
//
//   tongsuan_market_bench [ORDERS]     CPU seconds of one thread, per stage
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tongsuan/base/random.h"
#include "tongsuan/market/certificate_builder.h"
#include "tongsuan/market/verify.h"

#include "measure.h"

namespace {

using namespace tongsuan;
using namespace tongsuan::market;
using testing::MarketBuilder;
using testing::step;

template <class Run>
auto timed(const char* stage, Run run) {
  const bench::Timer timer;
  auto result = run();
  std::printf("%-12s %8.3f s\n", stage, timer.cpu());
  return result;
}

constexpr std::uint32_t kSlots = 672;
constexpr std::uint32_t kHubs = 8;
constexpr std::uint32_t kClasses = 4;

// Every order may run at eight hubs and start in one of about thirty slots.
Market national_book(std::uint32_t order_count) {
  MarketBuilder builder(kSlots, 900);
  Random random(1);
  std::vector<ClassId> classes;
  for (std::uint32_t i = 0; i < kClasses; ++i) {
    classes.push_back(builder.accelerator("class" + std::to_string(i), 400 + 100 * i, 8));
  }
  std::vector<HubId> hubs;
  std::vector<AccountId> accounts;
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    accounts.push_back(builder.account("account" + std::to_string(1'000 + i)));
  }
  for (std::uint32_t i = 0; i < kHubs; ++i) {
    const std::string name = "hub" + std::to_string(i);
    const ZoneId zone = builder.zone(name, Disposal::kFree);
    hubs.push_back(builder.hub(name, 1'200, zone.value));
    builder.offer("energy" + name, accounts[i], zone, builder.all(),
                  {step(300 * kMicro, kAmountMax / 8)});
    for (const ClassId accelerator : classes) {
      builder.offer("offer" + name + std::to_string(accelerator.value), accounts[i], hubs.back(),
                    accelerator, builder.all(), {step(4 * kMicro, 120'000)});
    }
  }
  Order order;
  order.hubs = builder.hub_set(hubs);
  for (std::uint32_t i = 0; i < order_count; ++i) {
    const auto duration = static_cast<std::uint32_t>(random.between(4, 96));
    const auto gang = std::uint32_t{8} << random.below(5);
    const auto begin = static_cast<Slot>(random.below(kSlots - duration - 30));
    order.account = accounts[random.below(accounts.size())];
    order.window = {begin, begin + duration + 29};
    order.value = random.between(6, 16) * kMicro * gang * duration / 4;
    order.delay_cost = random.below(2) == 0 ? 0 : order.value / 1'000;
    order.variants = builder.variants({{classes[random.below(kClasses)], gang, duration}});
    builder.order("o" + std::to_string(10'000'000 + i), order);
  }
  return builder.finish();
}

// First fit at the first hub with room: an outcome of the right size, not a good one.
Outcome first_fit(const Problem& problem) {
  Outcome outcome;
  std::vector<std::int64_t> use(problem.row_count(), 0);
  for (std::uint32_t i = 0; i < problem.orders.size(); ++i) {
    const Span32 choices = problem.orders[i].choices;
    for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
      const Choice& choice = problem.choices[c];
      const std::uint32_t lane = problem.bundle_legs[problem.bundles[choice.bundle].begin].lane;
      const Slot start = choice.first;
      bool fits = true;
      for (Slot slot = start; slot < start + choice.duration && fits; ++slot) {
        fits = use[problem.row(lane, slot)] + choice.devices <= 120'000;
      }
      if (!fits) continue;
      for (Slot slot = start; slot < start + choice.duration; ++slot) {
        use[problem.row(lane, slot)] += choice.devices;
      }
      outcome.awards.push_back(make_award(problem, i, {c, start, 1}));
      break;
    }
  }
  return outcome;
}

}  // namespace

int main(int argc, char** argv) {
  const auto orders = static_cast<std::uint32_t>(argc > 1 ? std::atoi(argv[1]) : 1'000'000);
  const Market market = timed("generate", [&] { return national_book(orders); });
  const Digest digest = timed("root", [&] { return root(market); });
  Problem problem = timed("compile", [&] { return compile(market).value(); });
  std::printf("%zu choices of %zu bytes, %zu bundles, %u rows\n", problem.choices.size(),
              sizeof(Choice), problem.bundles.size(), problem.row_count());
  Certificate certificate;
  certificate.outcome = first_fit(problem);
  std::printf("%zu awards, root %02x\n", certificate.outcome.awards.size(), digest[0]);
  Random random(2);
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    const std::int64_t price = problem.supply[problem.supply_begin[row + 1] - 1].price;
    certificate.bound_prices.push_back(price + random.between(-kMicro, 9 * kMicro));
    certificate.payment_prices.push_back(price);
  }
  timed("bound", [&] { return dual_bound(problem, certificate.bound_prices); });
  timed("ties", [&] {
    apply_tie_rule(market, 1, certificate.outcome);
    return 0;
  });
  certificate.seed = 1;
  testing::complete(market, problem, certificate);
  problem = Problem();  // the verifier compiles its own
  const Verdict verdict = timed("verify", [&] { return verify(market, certificate); });
  std::printf("%s: %s\n", fault_name(verdict.fault), verdict.detail.c_str());
  return 0;
}
