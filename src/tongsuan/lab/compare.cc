#include "tongsuan/lab/compare.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tongsuan/base/check.h"

namespace tongsuan::lab {
namespace {

using R = const RunResult&;
using B = Better;

constexpr double kPercent = 100;
constexpr double kNothing = 0;

double or_nothing(double figure) {
  return figure > kNothing ? figure : std::nan("");
}

// A figure that exists only where energy was drawn.
double where_energy(R run, double figure) {
  return run.energy_mwh > kNothing ? figure : std::nan("");
}

// A figure of orders that name the second from which they are wanted.
double where_forward(R run, double figure) {
  return run.forward.orders > 0 ? figure : std::nan("");
}

// A figure of hubs that are not perfect.
double where_rough(R run, double figure) {
  return run.hubs.contracts > 0 ? figure : std::nan("");
}

// Totals grow with the work that is done, so they are no merit; per unit of it they are.
double share_of(double part, double whole) {
  return whole > kNothing ? part / whole : std::nan("");
}

double gang_p95(R run, std::size_t gang) {
  const Waits& waits = run.waits_by_gang[gang];
  return waits.count > 0 ? waits.p95 : std::nan("");
}

constexpr std::array kMetrics = {
    Metric{"served", "%", kPercent, 1, B::kHigh, true, [](R run) { return run.served; }},
    Metric{"utilisation", "%", kPercent, 1, B::kHigh, true, [](R run) { return run.utilisation; }},
    Metric{"utilisation_bound", "%", kPercent, 1, B::kNeither, true,
           [](R run) { return or_nothing(run.utilisation_bound); }},
    Metric{"offered", "%", kPercent, 1, B::kNeither, false, [](R run) { return run.offered; }},
    Metric{"rack_rate", "%", kPercent, 1, B::kHigh, true, [](R run) { return run.rack_rate; }},
    Metric{"value", "%", kPercent, 1, B::kHigh, true, [](R run) { return run.value; }},
    Metric{"net", "k CNY", 1e-3, 1, B::kHigh, true, [](R run) { return run.net_yuan; }},
    Metric{"net_bound", "k CNY", 1e-3, 1, B::kNeither, true,
           [](R run) { return or_nothing(run.net_bound_yuan); }},
    Metric{"value_served", "k CNY", 1e-3, 1, B::kHigh, false, [](R run) { return run.value_yuan; }},
    Metric{"cost", "k CNY", 1e-3, 1, B::kNeither, true, [](R run) { return run.cost_yuan; }},
    Metric{"cost_share", "%", kPercent, 2, B::kLow, true,
           [](R run) { return share_of(run.cost_yuan, run.value_yuan); }},
    Metric{"wait_mean", "h", 1, 2, B::kLow, true, [](R run) { return run.waits.mean; }},
    Metric{"wait_p50", "h", 1, 2, B::kLow, false, [](R run) { return run.waits.p50; }},
    Metric{"wait_p95", "h", 1, 2, B::kLow, true, [](R run) { return run.waits.p95; }},
    Metric{"wait_p99", "h", 1, 2, B::kLow, false, [](R run) { return run.waits.p99; }},
    Metric{"wait_p95_small", "h", 1, 2, B::kLow, false, [](R run) { return gang_p95(run, 0); }},
    Metric{"wait_p95_medium", "h", 1, 2, B::kLow, false, [](R run) { return gang_p95(run, 1); }},
    Metric{"wait_p95_large", "h", 1, 2, B::kLow, true, [](R run) { return gang_p95(run, 2); }},
    Metric{"bounded_slowdown", "", 1, 2, B::kLow, true, [](R run) { return run.bounded_slowdown; }},
    Metric{"flow", "h", 1.0 / 3'600, 2, B::kLow, false, [](R run) { return run.flow_seconds; }},
    Metric{"green_hourly", "%", kPercent, 1, B::kHigh, true,
           [](R run) { return where_energy(run, run.green_hourly); }},
    Metric{"green_annual", "%", kPercent, 1, B::kHigh, false,
           [](R run) { return where_energy(run, run.green_annual); }},
    Metric{"energy", "MWh", 1, 1, B::kNeither, false,
           [](R run) { return or_nothing(run.energy_mwh); }},
    Metric{"emissions_market", "t", 1, 1, B::kNeither, false,
           [](R run) { return where_energy(run, run.emissions_market_t); }},
    Metric{"intensity_market", "g/kWh", 1'000, 1, B::kLow, true,
           [](R run) { return share_of(run.emissions_market_t, run.energy_mwh); }},
    Metric{"emissions_location", "t", 1, 1, B::kNeither, false,
           [](R run) { return where_energy(run, run.emissions_location_t); }},
    Metric{"intensity_location", "g/kWh", 1'000, 1, B::kLow, true,
           [](R run) { return share_of(run.emissions_location_t, run.energy_mwh); }},
    Metric{"moved", "TB", 1, 1, B::kNeither, false, [](R run) { return run.moved_tb; }},
    Metric{"small_served", "%", kPercent, 1, B::kHigh, true,
           [](R run) { return run.small_served; }},
    Metric{"fairness", "", 1, 3, B::kHigh, false, [](R run) { return run.fairness; }},
    Metric{"hhi", "", 1, 0, B::kNeither, false, [](R run) { return run.hhi; }},
    Metric{"held_idle", "%", kPercent, 2, B::kLow, false, [](R run) { return run.held_idle; }},
    Metric{"lost", "%", kPercent, 2, B::kLow, false, [](R run) { return run.lost; }},
    Metric{"left", "", 1, 1, B::kLow, true, [](R run) { return static_cast<double>(run.left); }},
    Metric{"unfinished", "", 1, 1, B::kLow, false,
           [](R run) { return static_cast<double>(run.unfinished); }},
    Metric{"refused", "", 1, 1, B::kLow, false,
           [](R run) { return static_cast<double>(run.refused); }},
    Metric{"cancelled", "", 1, 1, B::kNeither, false,
           [](R run) { return static_cast<double>(run.cancelled); }},
    Metric{"stops", "", 1, 1, B::kNeither, false,
           [](R run) { return static_cast<double>(run.stops); }},
    Metric{"moves", "", 1, 1, B::kNeither, false,
           [](R run) { return static_cast<double>(run.moves); }},
    Metric{"forward", "", 1, 1, B::kNeither, false,
           [](R run) { return or_nothing(static_cast<double>(run.forward.orders)); }},
    Metric{"forward_on_time", "%", kPercent, 1, B::kHigh, true,
           [](R run) { return where_forward(run, run.forward.on_time); }},
    Metric{"blocks_booked", "", 1, 1, B::kNeither, false,
           [](R run) { return where_forward(run, static_cast<double>(run.forward.booked)); }},
    Metric{"blocks_kept", "", 1, 1, B::kNeither, false,
           [](R run) { return where_forward(run, static_cast<double>(run.forward.kept)); }},
    Metric{"blocks_broken", "", 1, 1, B::kNeither, false,
           [](R run) { return where_forward(run, static_cast<double>(run.forward.broken)); }},
    Metric{"premium", "k CNY", 1e-3, 1, B::kNeither, true,
           [](R run) { return where_forward(run, run.forward.premium_yuan); }},
    Metric{"missed", "%", kPercent, 2, B::kLow, true,
           [](R run) { return where_rough(run, run.hubs.missed); }},
    Metric{"hub_overrun", "%", kPercent, 2, B::kNeither, false,
           [](R run) { return where_rough(run, run.hubs.overrun); }},
    Metric{"requeues", "", 1, 1, B::kNeither, false,
           [](R run) { return where_rough(run, static_cast<double>(run.hubs.requeues)); }},
    Metric{"evicted", "", 1, 1, B::kNeither, false,
           [](R run) { return where_rough(run, static_cast<double>(run.hubs.evicted)); }},
    Metric{"dead_starts", "", 1, 1, B::kNeither, false,
           [](R run) { return where_rough(run, static_cast<double>(run.hubs.dead_starts)); }},
    Metric{"rounds", "", 1, 1, B::kNeither, false,
           [](R run) { return or_nothing(static_cast<double>(run.rounds.rounds)); }},
    Metric{"gap", "%", kPercent, 2, B::kNeither, false,
           [](R run) { return run.rounds.rounds > 0 ? run.rounds.gap : std::nan(""); }},
    Metric{"gap_p95", "%", kPercent, 2, B::kNeither, false,
           [](R run) { return run.rounds.rounds > 0 ? run.rounds.gap_p95 : std::nan(""); }},
};

// Two-sided 95 % quantiles for 1 to 30 degrees of freedom.
constexpr std::array kT95 = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060,
                             2.2622,  2.2281, 2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199,
                             2.1098,  2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639,
                             2.0595,  2.0555, 2.0518, 2.0484, 2.0452, 2.0423};
constexpr double kNormal95 = 1.9600;

std::size_t rank_of(std::string_view policy) {
  const std::vector<PolicySpec>& all = policies();
  const auto found = std::ranges::find(all, policy, &PolicySpec::name);
  return static_cast<std::size_t>(found - all.begin());
}

bool same_group(const RunKey& a, const RunKey& b) {
  return a.load_percent == b.load_percent && a.couplings == b.couplings;
}

void add_run(Group& group, RunRecord run) {
  auto place = std::ranges::find(group.policies, run.key.policy);
  if (place == group.policies.end()) {
    place = std::ranges::find_if(group.policies, [&](const std::string& other) {
      return rank_of(other) > rank_of(run.key.policy);
    });
    const auto at = place - group.policies.begin();
    place = group.policies.insert(place, run.key.policy);
    group.runs.insert(group.runs.begin() + at, std::vector<RunRecord>());
  }
  std::vector<RunRecord>& runs =
      group.runs[static_cast<std::size_t>(place - group.policies.begin())];
  if (std::ranges::find(group.seeds, run.key.seed) == group.seeds.end()) {
    group.seeds.push_back(run.key.seed);
    std::ranges::sort(group.seeds);
  }
  const auto later = std::ranges::find_if(
      runs, [&](const RunRecord& other) { return other.key.seed > run.key.seed; });
  runs.insert(later, std::move(run));
}

std::optional<std::size_t> best_of(const Group& group, const MetricRow& row) {
  if (row.metric->better == Better::kNeither || group.policies.size() < 2) return std::nullopt;
  const double towards = row.metric->better == Better::kHigh ? 1 : -1;
  std::size_t best = 0;
  for (std::size_t i = 1; i < row.values.size(); ++i) {
    if (row.values[i].mean * towards > row.values[best].mean * towards) best = i;
  }
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    if (i == best) continue;
    if (paired(group, *row.metric, best, i).sign() * towards <= 0) return std::nullopt;
  }
  return best;
}

MetricRow row_of(const Group& group, const Metric& metric) {
  MetricRow row{.metric = &metric, .values = {}, .differences = {}, .best = {}};
  for (std::size_t i = 0; i < group.policies.size(); ++i) {
    std::vector<double> figures;
    for (const RunRecord& run : group.runs[i]) figures.push_back(metric.of(run.result));
    row.values.push_back(estimate(figures));
    const bool itself = !group.reference || *group.reference == i;
    row.differences.push_back(itself ? Estimate{} : paired(group, metric, i, *group.reference));
  }
  row.best = best_of(group, row);
  return row;
}

}  // namespace

std::span<const Metric> metrics() {
  return kMetrics;
}

const Metric& metric_named(std::string_view name) {
  const auto* const found = std::ranges::find(kMetrics, name, &Metric::name);
  TONGSUAN_CHECK(found != kMetrics.end());
  return *found;
}

int Estimate::sign() const {
  if (!half_width) return 0;
  if (mean - *half_width > 0) return 1;
  return mean + *half_width < 0 ? -1 : 0;
}

double t_quantile_95(std::size_t degrees) {
  TONGSUAN_CHECK(degrees >= 1);
  if (degrees <= kT95.size()) return kT95[degrees - 1];
  // Beyond the table the quantile is nearly linear in 1 / degrees.
  const double last = kT95.back() - kNormal95;
  return kNormal95 + last * static_cast<double>(kT95.size()) / static_cast<double>(degrees);
}

Estimate estimate(std::span<const double> figures) {
  Estimate result;
  double sum = 0;
  for (const double figure : figures) {
    if (!std::isfinite(figure)) continue;
    sum += figure;
    ++result.count;
  }
  if (result.count == 0) return result;
  const auto count = static_cast<double>(result.count);
  result.mean = sum / count;
  if (result.count < 2) return result;
  double squares = 0;
  for (const double figure : figures) {
    if (std::isfinite(figure)) squares += (figure - result.mean) * (figure - result.mean);
  }
  result.half_width = t_quantile_95(result.count - 1) * std::sqrt(squares / (count - 1) / count);
  return result;
}

Estimate paired(const Group& group, const Metric& metric, std::size_t a, std::size_t b) {
  std::vector<double> differences;
  auto other = group.runs[b].begin();
  for (const RunRecord& run : group.runs[a]) {
    while (other != group.runs[b].end() && other->key.seed < run.key.seed) ++other;
    if (other == group.runs[b].end()) break;
    if (other->key.seed != run.key.seed) continue;
    differences.push_back(metric.of(run.result) - metric.of(other->result));
  }
  return estimate(differences);
}

const MetricRow& Group::row(std::string_view metric) const {
  const auto found =
      std::ranges::find_if(rows, [&](const MetricRow& row) { return row.metric->name == metric; });
  TONGSUAN_CHECK(found != rows.end());
  return *found;
}

std::optional<std::size_t> Group::policy(std::string_view name) const {
  const auto found = std::ranges::find(policies, name);
  if (found == policies.end()) return std::nullopt;
  return static_cast<std::size_t>(found - policies.begin());
}

Comparison compare(const Experiment& experiment, std::vector<RunRecord> runs,
                   std::string_view reference) {
  Comparison comparison{experiment, std::string(reference), {}};
  std::ranges::stable_sort(
      runs, [](const RunRecord& a, const RunRecord& b) { return key_less(a.key, b.key); });
  for (RunRecord& run : runs) {
    const bool next = comparison.groups.empty() ||
                      !same_group(comparison.groups.back().runs.front().front().key, run.key);
    if (next) {
      comparison.groups.push_back({.load_percent = run.key.load_percent,
                                   .couplings = run.key.couplings,
                                   .policies = {},
                                   .seeds = {},
                                   .reference = {},
                                   .runs = {},
                                   .rows = {}});
    }
    add_run(comparison.groups.back(), std::move(run));
  }
  for (Group& group : comparison.groups) {
    group.reference = group.policy(reference);
    for (const Metric& metric : metrics()) group.rows.push_back(row_of(group, metric));
  }
  return comparison;
}

}  // namespace tongsuan::lab
