#include "tongsuan/lab/market_policy.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "tongsuan/codec/market_text.h"
#include "tongsuan/lab/value_bound.h"
#include "tongsuan/rolling/rolling.h"

namespace tongsuan::lab {
namespace {

rolling::MarketRules rules_of(const Instance& instance, const ReplayOptions& options) {
  rolling::MarketRules rules;
  rules.round = options.round;
  rules.slot = options.slot;
  rules.horizon = options.horizon;
  rules.reservations = options.reservations;
  rules.aging_percent = options.aging_percent;
  if (const char* t = std::getenv("cheat")) {
    const ValueBound bound = value_bound(instance, {});
    const auto hours = static_cast<std::size_t>(instance.span / kHour);
    for (std::size_t i = 0; i < bound.prices.devices.size(); ++i) {
      std::int64_t sum = 0;
      for (std::size_t h = 0; h < hours; ++h) sum += bound.prices.devices[i][h];
      const std::int64_t ask = instance.places.pools[i].ask.raw();
      const std::int64_t mean = sum / static_cast<std::int64_t>(hours);
      rules.fixed.push_back(ask + mean * std::atoi(t) / 100);
      if (std::getenv("dbg")) std::printf("pool %zu ask %.2f price %.2f\n", i, double(ask)/1e6, double(mean)/1e6);
    }
  }
  rules.thread_count = options.thread_count;
  rules.room.restart = rules.relocation.restart = instance.script.restart;
  rules.relocation.restart_far = instance.script.restart_far;
  const auto knob = [](const char* name, auto& value) { if (const char* t = std::getenv(name)) value = static_cast<std::remove_reference_t<decltype(value)>>(std::atoll(t)); };
  knob("forecast", rules.forecast); knob("hold", rules.hold_per_mille); knob("steps", rules.dual_steps); knob("units", rules.search_units_per_order);
  knob("certify", rules.certify); knob("expmax", rules.expected_orders_max); knob("bookmax", rules.book_orders_max); knob("grain", rules.grain_per_mille); knob("move", rules.move_gain); knob("rel", rules.relocates); knob("sav", rules.relocation.saving_percent); knob("rset", rules.relocation.settled); knob("adder", rules.green_adder); knob("sa", rules.start_awards); knob("pa", rules.plan_awards); knob("settled", rules.room.settled); knob("price", rules.price_percent); knob("fsteps", rules.forecast_steps);
  return rules;
}

class MarketPolicy final : public Policy {
 public:
  MarketPolicy(const Instance& instance, const rolling::MarketRules& rules)
      : market_(instance.places, instance.energy, rules) {
    if (const char* t = std::getenv("dump")) {
      const int n = std::atoi(t);
      market_.on_round = [n](const rolling::Book& book, const clearing::Clearing& c) {
        if (static_cast<int>(c.verified.certificate().round) == n) {
          std::string text = codec::write_market(book.market);
          std::FILE* f = std::fopen("/tmp/r/round.market", "wb"); std::fwrite(text.data(), 1, text.size(), f); std::fclose(f); std::exit(0); } };
    }
  }

  void react(dispatch::Desk& desk, const std::vector<engine::Event>& events) override {
    market_.react(desk, events);
  }
  [[nodiscard]] Second next_round() const override { return market_.next_round(); }
  void round(dispatch::Desk& desk) override { market_.round(desk); }

  void report(RunResult& result) const override {
    std::vector<double> gaps;
    for (const rolling::RoundRecord& round : market_.rounds()) {
      gaps.push_back(round.gap);
      result.rounds.orders_mean += static_cast<double>(round.orders);
      result.rounds.gap_mean += round.gap;
      result.rounds.welfare_sum += round.welfare;
      result.rounds.work_units += round.work_units;
    }
    result.rounds.rounds = gaps.size();
    if (gaps.empty()) return;
    result.rounds.orders_mean /= static_cast<double>(gaps.size());
    result.rounds.gap_mean /= static_cast<double>(gaps.size());
    std::ranges::sort(gaps);
    result.rounds.gap_p95 = gaps[gaps.size() * 95 / 100];
  }

 private:
  rolling::RollingMarket market_;
};

}  // namespace

std::unique_ptr<Policy> market_policy(const Instance& instance, const ReplayOptions& options) {
  return std::make_unique<MarketPolicy>(instance, rules_of(instance, options));
}

}  // namespace tongsuan::lab
