// A comparison as text: a table for people, and one row for each figure for programs.
#pragma once

#include <string>

#include "tongsuan/lab/replay_words.h"
#include "tongsuan/report/table.h"

namespace tongsuan::lab {

// Policies as columns, metrics as rows, one table for each load and world. `all`: every metric.
[[nodiscard]] std::string comparison_text(const Comparison& comparison, Language language,
                                          bool all);

// One row for each load, world, metric and policy, with interval and paired difference.
[[nodiscard]] report::Table comparison_rows(const Comparison& comparison);

// "88.1", "−1.25": the figure of a metric in its unit, for people.
[[nodiscard]] std::string figure_text(const Metric& metric, double figure);
// "88.1 ±0.6"; "–" without figures.
[[nodiscard]] std::string estimate_text(const Metric& metric, const Estimate& estimate);
// Whether a difference is one that the metric calls better (+1), worse (−1), or neither.
[[nodiscard]] int verdict(const Metric& metric, const Estimate& difference);
// "load 90 %" or "load 90 %, without links".
[[nodiscard]] std::string group_title(const Group& group, Language language);

}  // namespace tongsuan::lab
