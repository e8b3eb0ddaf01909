#include "tongsuan/lab/market_policy.h"

#include <algorithm>
#include <vector>

#include "tongsuan/rolling/rolling.h"

namespace tongsuan::lab {

rolling::MarketRules market_rules(const Instance& instance, const ReplayOptions& options) {
  rolling::MarketRules rules;
  rules.round = options.round;
  rules.certify = options.certify;
  rules.slot = options.slot;
  rules.horizon = options.horizon;
  rules.reservations = options.reservations;
  rules.aging_percent = options.aging_percent;
  rules.fairness_percent = options.fairness_percent;
  rules.overrun.gain = options.stops_overruns ? rolling::OverrunRules{}.gain : 0;
  rules.unmatched_charge = std::int64_t{options.green_charge} * kMicro;
  rules.thread_count = options.thread_count;
  rules.room.restart = rules.relocation.restart = rules.overrun.restart = instance.script.restart;
  rules.relocation.restart_far = instance.script.restart_far;
  return rules;
}

namespace {

class MarketPolicy final : public Policy {
 public:
  MarketPolicy(const Instance& instance, const rolling::MarketRules& rules)
      : market_(instance.places, instance.energy, rules) {}

  void react(dispatch::Desk& desk, const std::vector<engine::Event>& events) override {
    market_.react(desk, events);
  }
  [[nodiscard]] Second next_round() const override { return market_.next_round(); }
  void round(dispatch::Desk& desk) override { market_.round(desk); }

  void report(RunResult& result) const override {
    std::vector<double> gaps;
    double bounds = 0;
    for (const rolling::RoundRecord& round : market_.rounds()) {
      if (!round.reason.empty()) continue;  // counted as failed
      gaps.push_back(static_cast<double>(round.gap_ppm) / engine::kPpm);
      result.rounds.orders_mean += static_cast<double>(round.orders);
      bounds += static_cast<double>(round.bound) / kMicro;
      result.rounds.welfare_sum += static_cast<double>(round.welfare) / kMicro;
      result.rounds.work_units += round.work_units;
    }
    result.rounds.rounds = gaps.size();
    result.rounds.failed = market_.failed_clearings();
    if (gaps.empty()) return;
    result.rounds.orders_mean /= static_cast<double>(gaps.size());
    if (bounds > 0) result.rounds.gap = 1 - result.rounds.welfare_sum / bounds;
    std::ranges::sort(gaps);
    result.rounds.gap_p95 = gaps[gaps.size() * 95 / 100];
  }

 private:
  rolling::RollingMarket market_;
};

}  // namespace

std::unique_ptr<Policy> market_policy(const Instance& instance, const ReplayOptions& options) {
  return std::make_unique<MarketPolicy>(instance, market_rules(instance, options));
}

}  // namespace tongsuan::lab
