// Figures of many runs side by side: means over seeds, how sure they are, and which differences
// between policies are real.
//
// Model. A *group* is all runs of one load and one world (couplings); within it the runs of one
// seed met the same jobs, so that policies are compared by *paired* differences: for every seed
// that both have run, policy minus reference. Intervals are two-sided 95 % Student t-intervals over
// seeds; a single seed has none, and without an interval nothing is called better. A figure that
// is not a number in a run is left out of its mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/lab/run_record.h"

namespace tongsuan::lab {

inline constexpr std::string_view kReferencePolicy = "pool-value";

// Which way a figure is good.
enum class Better : std::uint8_t { kHigh, kLow, kNeither };

struct Metric {
  std::string_view name;  // "wait_p95": for programs
  std::string_view unit;  // "h", "%", "": shown values are `scale` × the figure
  double scale = 1;
  int decimals = 1;
  Better better = Better::kHigh;
  bool headline = false;  // in the short table on a terminal
  double (*of)(const RunResult&) = nullptr;
};
// In the order of the tables.
[[nodiscard]] std::span<const Metric> metrics();
[[nodiscard]] const Metric& metric_named(std::string_view name);

struct Estimate {
  std::size_t count = 0;             // of seeds
  double mean = 0;                   // of `count` figures; 0 without any
  std::optional<double> half_width;  // of the 95 % interval; nothing below two seeds
  // The interval lies on one side of zero: +1 above, −1 below, 0 neither.
  [[nodiscard]] int sign() const;
};
[[nodiscard]] Estimate estimate(std::span<const double> figures);
// The two-sided 95 % quantile of Student's t; `degrees` at least 1. Within 0.001 of the exact
// value.
[[nodiscard]] double t_quantile_95(std::size_t degrees);

struct MetricRow {
  const Metric* metric = nullptr;
  // By position of the policy in Group::policies.
  std::vector<Estimate> values;
  std::vector<Estimate> differences;  // from the reference; of no seeds for the reference itself
  // The policy that is better than every other one with an interval that excludes zero.
  std::optional<std::size_t> best;
};

struct Group {
  std::uint32_t load_percent = 0;
  Couplings couplings;
  std::vector<std::string> policies;         // in the order of lab::policies()
  std::vector<std::uint64_t> seeds;          // that any policy has run, rising
  std::optional<std::size_t> reference;      // position in `policies`
  std::vector<std::vector<RunRecord>> runs;  // by policy; rising seeds
  std::vector<MetricRow> rows;               // one per metric
  [[nodiscard]] const MetricRow& row(std::string_view metric) const;
  // Position of the policy; nothing when it was not run.
  [[nodiscard]] std::optional<std::size_t> policy(std::string_view name) const;
};

struct Comparison {
  Experiment experiment;
  std::string reference;
  std::vector<Group> groups;  // rising loads, then worlds
};
[[nodiscard]] Comparison compare(const Experiment& experiment, std::vector<RunRecord> runs,
                                 std::string_view reference);

// Paired difference a − b of a figure over the seeds that both have.
[[nodiscard]] Estimate paired(const Group& group, const Metric& metric, std::size_t a,
                              std::size_t b);

}  // namespace tongsuan::lab
