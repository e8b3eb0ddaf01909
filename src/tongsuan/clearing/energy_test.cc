#include "tongsuan/clearing/energy.h"

#include <gtest/gtest.h>
#include <string>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"
#include "tongsuan/base/text.h"
#include "tongsuan/clearing/clear.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/exact_cases.h"
#include "tongsuan/market/market_builder.h"
#include "tongsuan/market/naive.h"

namespace tongsuan::clearing {
namespace {

using market::testing::ExactCase;
using market::testing::MarketBuilder;
using market::testing::NaiveBook;
using market::testing::OptionSpec;
using market::testing::step;
using market::testing::zone_leg;

// 0.2 yuan a Wh: a few whole Wh are worth whole yuan, and a slot has a handful of outcomes.
constexpr std::int64_t kUnitPrice = kPriceMax / 5;

// Small books of energy alone, with every feature of the exact regime.
class RandomEnergy {
 public:
  explicit RandomEnergy(std::uint64_t seed)
      : random_(seed),
        slots_(static_cast<std::uint32_t>(random_.between(1, 3))),
        builder_(slots_) {}

  Market run() {
    for (const char* name : {"a", "b", "c"}) accounts_.push_back(builder_.account(name));
    const auto zone_count = random_.between(1, 3);
    for (std::int64_t i = 0; i < zone_count; ++i) {
      const Disposal disposal = chance(50) ? Disposal::kBalance : Disposal::kFree;
      const ZoneId zone = builder_.zone("z" + std::to_string(i), disposal);
      zones_.push_back(zone);
      const bool negative = disposal == Disposal::kBalance;
      for (auto n = random_.between(0, 3); n > 0; --n) {
        builder_.offer("s" + std::to_string(name_++), account(), zone, range(),
                       steps(negative, true));
      }
      for (auto n = random_.between(0, 2); n > 0; --n) {
        builder_.curve("d" + std::to_string(name_++), account(), zone_leg(zone, range(), 0),
                       steps(negative, false));
      }
    }
    add_lines();
    const auto orders = random_.between(1, 5);
    for (std::int64_t i = 0; i < orders; ++i) add_order("o" + std::to_string(i));
    return builder_.finish();
  }

 private:
  bool chance(std::uint32_t percent) { return random_.below(100) < percent; }
  AccountId account() { return accounts_[random_.below(accounts_.size())]; }
  ZoneId zone() { return zones_[random_.below(zones_.size())]; }
  SlotRange range() {
    const auto begin = static_cast<Slot>(random_.below(slots_));
    return {begin, static_cast<Slot>(random_.between(begin + 1, slots_))};
  }

  std::vector<Step> steps(bool negative, bool rising) {
    std::vector<Step> result;
    for (auto n = random_.between(1, 3); n > 0; --n) {
      result.push_back(
          step(random_.between(negative ? -3 : 0, 6) * kUnitPrice / 2, random_.between(1, 6)));
    }
    std::ranges::sort(result, [&](const Step& a, const Step& b) {
      return rising ? a.price < b.price : b.price < a.price;
    });
    return result;
  }

  void add_lines() {
    std::uint32_t left = 3;  // slots that lines cover: the twin tries every flow
    for (std::size_t i = 0; i + 1 < zones_.size(); ++i) {
      if (left == 0 || chance(25)) continue;
      SlotRange slots = range();
      slots.end = std::min(slots.end, slots.begin + left);
      left -= slots.count();
      const bool tariff = chance(40);
      builder_.line(zones_[i], zones_[i + 1], slots, tariff ? 0 : -random_.between(0, 2),
                    random_.between(1, 3), tariff ? kUnitPrice / 2 : 0);
    }
  }

  OptionSpec option(std::int64_t lots) {
    const bool deliver = chance(45);
    OptionSpec result;
    result.value = random_.between(deliver ? -12 : 0, deliver ? 1 : 14) * kMicro / 3;
    for (auto legs = random_.between(1, 2); legs > 0; --legs) {
      const std::int64_t sign = deliver != chance(10) ? -1 : 1;
      result.legs.push_back(zone_leg(zone(), range(), sign * random_.between(1, 4) * lots));
    }
    return result;
  }

  void add_order(const std::string& name) {
    if (chance(35)) {
      std::vector<OptionSpec> options;
      for (auto n = random_.between(1, 3); n > 0; --n) options.push_back(option(1));
      builder_.options_order(name, account(), options);
      return;
    }
    const bool parts = chance(40);
    builder_.profile(name, account(), option(parts ? random_.between(1, 3) : 1),
                     parts ? static_cast<std::uint32_t>(random_.between(1, 999'999)) : 1'000'000);
  }

  Random random_;
  std::uint32_t slots_;
  MarketBuilder builder_;
  std::uint32_t name_ = 0;
  std::vector<AccountId> accounts_;
  std::vector<ZoneId> zones_;
};

// From the denominator of the twin to micro-yuan, exactly.
int128 scaled(int128 undivided, std::int64_t denominator) {
  return undivided * (market::testing::kNaiveDenominator / denominator);
}

TEST(Energy, FreeOptimumEqualsEnumeration) {
  int compared = 0;
  int payable = 0;  // books whose best outcome payment prices exist for
  for (std::uint64_t seed = 1; seed <= many_seeds(3'000); ++seed) {
    const Market market = RandomEnergy(seed).run();
    NaiveBook twin(market);
    if (twin.combinations(200'000) == 200'000) continue;
    const auto best = twin.best();
    ASSERT_TRUE(best.has_value()) << "seed " << seed;
    const Result<Clearing> cleared = clear(market, {});
    ASSERT_TRUE(cleared.ok()) << "seed " << seed << ": " << cleared.error().context;
    const Clearing& clearing = cleared.value();
    const market::Verdict& verdict = clearing.verified.verdict();
    const int128 free = scaled(clearing.free_welfare, verdict.denominator);
    ASSERT_EQ(to_string(free), to_string(best->first)) << "seed " << seed;
    EXPECT_EQ(clearing.free_bound, clearing.free_welfare) << "seed " << seed;
    EXPECT_LE(verdict.welfare, clearing.free_welfare) << "seed " << seed;
    EXPECT_LE(clearing.free_welfare, verdict.bound) << "seed " << seed;
    EXPECT_GE(clearing.rule_bound, verdict.welfare) << "seed " << seed;
    ++compared;
    payable += verdict.welfare == clearing.free_welfare ? 1 : 0;
  }
  EXPECT_GT(compared, 2'000);
  EXPECT_GT(payable, compared * 8 / 10);
  RecordProperty("compared", compared);
  RecordProperty("payable", payable);
}

TEST(Energy, ExactCasesAreSolvedAndProved) {
  int cases = 0;
  for (const ExactCase& exact : market::testing::exact_cases()) {
    const Result<market::Problem> problem = market::compile(exact.market);
    ASSERT_TRUE(problem.ok()) << exact.name;
    if (!energy_book(exact.market, problem.value(), 1).has_value()) continue;  // T5 has devices
    const Result<Clearing> cleared = clear(exact.market, {});
    ASSERT_TRUE(cleared.ok()) << exact.name << ": " << cleared.error().context;
    const Clearing& clearing = cleared.value();
    const std::int64_t denominator = problem.value().denominator;
    EXPECT_EQ(to_string(clearing.free_welfare), to_string(int128{exact.optimum} * denominator))
        << exact.name;
    EXPECT_EQ(clearing.free_bound, clearing.free_welfare) << exact.name;
    // Hull prices of the cases are whole ticks, so the bound is the published one to the tick.
    EXPECT_EQ(to_string(clearing.verified.certificate().bound),
              to_string(int128{exact.optimum + exact.gap} * denominator))
        << exact.name;
    ++cases;
  }
  EXPECT_EQ(cases, 21);
}

// The energy of one seller that blocks left over in a zone that may throw it away is not paid for.
TEST(Energy, WasteHasNoPrice) {
  MarketBuilder builder(1);
  const AccountId seller = builder.account("seller");
  const AccountId buyer = builder.account("buyer");
  const ZoneId zone = builder.zone("zone", Disposal::kFree);
  builder.profile("plant", seller, {0, {zone_leg(zone, {0, 1}, -10)}});
  builder.profile("mill", buyer, {kMicro, {zone_leg(zone, {0, 1}, 4)}});
  const Market market = builder.finish();
  const Result<Clearing> cleared = clear(market, {});
  ASSERT_TRUE(cleared.ok()) << cleared.error().context;
  const Certificate& certificate = cleared.value().verified.certificate();
  EXPECT_EQ(certificate.outcome.awards.size(), 2U);
  EXPECT_EQ(certificate.payment_prices, Prices{0});
}

TEST(Energy, OtherBooksGoElsewhere) {
  MarketBuilder builder(2);
  const AccountId account = builder.account("a");
  const ZoneId zone = builder.zone("zone", Disposal::kFree);
  builder.offer("s", account, zone, builder.all(), {step(kMicro, 5)});
  builder.profile("p", account, {kMicro, {zone_leg(zone, {0, 1}, 1)}});
  const Market energy = builder.finish();
  EXPECT_TRUE(energy_book(energy, market::compile(energy).value(), 1).has_value());

  MarketBuilder mixed(2);
  const AccountId owner = mixed.account("a");
  const ClassId gpu = mixed.accelerator("gpu");
  const HubId hub = mixed.hub("hub");
  mixed.zone("zone", Disposal::kFree);
  mixed.offer("s", owner, hub, gpu, mixed.all(), {step(kMicro, 5)});
  const Market devices = mixed.finish();
  EXPECT_FALSE(energy_book(devices, market::compile(devices).value(), 1).has_value());
}

TEST(Energy, CancelledAtOnceStillEndsInACertificate) {
  for (const ExactCase& exact : market::testing::exact_cases()) {
    ClearOptions options;
    options.cancelled = [] { return true; };
    const Result<Clearing> cleared = clear(exact.market, options);
    ASSERT_TRUE(cleared.ok()) << exact.name << ": " << cleared.error().context;
    EXPECT_GE(cleared.value().free_bound, cleared.value().free_welfare) << exact.name;
    EXPECT_GE(cleared.value().free_bound,
              int128{exact.optimum} * cleared.value().verified.verdict().denominator)
        << exact.name;
  }
}

}  // namespace
}  // namespace tongsuan::clearing
