#include "tongsuan/lab/compare_table.h"

#include <algorithm>
#include <cmath>

#include "tongsuan/report/numbers.h"

namespace tongsuan::lab {
namespace {

using W = ReplayWord;

constexpr int kProgramDecimals = 6;
constexpr double kWholeMax = 9e15;  // beyond it a double counts no units

// Fills with spaces up to so many cells of a terminal.
std::string aligned(const std::string& text, std::size_t width, bool right) {
  const std::size_t used = report::display_width(text);
  const std::string rest(used < width ? width - used : 0, ' ');
  return right ? rest + text : text + rest;
}

using Lines = std::vector<std::vector<std::string>>;

// The first two columns are words, the others numbers.
std::string lay_out(const Lines& lines) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const std::vector<std::string>& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], report::display_width(line[i]));
    }
  }
  std::string out;
  for (const std::vector<std::string>& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (i > 0) text += "  ";
      text += aligned(line[i], widths[i], i >= 2);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + '\n';
  }
  return out;
}

// The policy whose differences from the reference are shown beside the table: the last one.
std::optional<std::size_t> challenger(const Group& group) {
  if (!group.reference || group.policies.size() < 2) return std::nullopt;
  const std::size_t last = group.policies.size() - 1;
  return last == *group.reference ? last - 1 : last;
}

std::string difference_text(const MetricRow& row, const Estimate& difference, Language language) {
  if (difference.count == 0) return "–";
  std::string text = estimate_text(*row.metric, difference);
  if (difference.mean > 0) text = '+' + text;
  const int sign = verdict(*row.metric, difference);
  if (sign == 0) return text;
  return text + ' ' + words(sign > 0 ? W::kBetterWord : W::kWorseWord, language);
}

std::vector<std::string> line_of(const Group& group, const MetricRow& row, Language language) {
  std::vector<std::string> line = {metric_title(*row.metric, language),
                                   std::string(row.metric->unit)};
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    const bool best = row.best && *row.best == i;
    line.push_back(estimate_text(*row.metric, row.values[i]) + (best ? "*" : " "));
  }
  if (const std::optional<std::size_t> other = challenger(group)) {
    line.push_back(difference_text(row, row.differences[*other], language));
  }
  return line;
}

std::string group_text(const Group& group, Language language, bool all) {
  std::vector<std::string> head = {words(W::kMetricHead, language), words(W::kUnitHead, language)};
  for (const std::string& policy : group.policies) head.push_back(policy + ' ');
  if (const std::optional<std::size_t> other = challenger(group)) {
    head.push_back(
        words(W::kMinus, language, {group.policies[*other], group.policies[*group.reference]}));
  }
  Lines lines = {head};
  for (const MetricRow& row : group.rows) {
    const bool there =
        std::ranges::any_of(row.values, [](const Estimate& value) { return value.count > 0; });
    if ((row.metric->headline || all) && there) lines.push_back(line_of(group, row, language));
  }
  return lay_out(lines);
}

report::Cell fixed_cell(double figure) {
  const double counted = std::round(figure * 1e6);
  if (!std::isfinite(counted) || std::abs(counted) > kWholeMax) return std::monostate{};
  return static_cast<std::int64_t>(counted);
}

report::Column number_column(const char* key, int decimals) {
  return {.key = key,
          .title = key,
          .kind = report::ColumnKind::kNumber,
          .decimals = decimals,
          .shown_decimals = std::min(decimals, 4)};
}

report::Column text_column(const char* key) {
  return {.key = key, .title = key, .kind = report::ColumnKind::kText};
}

report::Cell half_width_cell(const Estimate& estimate) {
  if (!estimate.half_width) return std::monostate{};
  return fixed_cell(*estimate.half_width);
}

std::vector<report::Cell> row_cells(const Group& group, const MetricRow& row, std::size_t policy) {
  const Estimate& value = row.values[policy];
  const Estimate& difference = row.differences[policy];
  const int sign = verdict(*row.metric, difference);
  const auto number = [](std::size_t count) { return static_cast<std::int64_t>(count); };
  return {std::int64_t{group.load_percent},
          without_text(group.couplings),
          std::string(row.metric->name),
          std::string(row.metric->unit),
          group.policies[policy],
          number(value.count),
          value.count == 0 ? report::Cell{} : fixed_cell(value.mean * row.metric->scale),
          half_width_cell({value.count, 0,
                           value.half_width ? std::optional(*value.half_width * row.metric->scale)
                                            : std::nullopt}),
          number(difference.count),
          difference.count == 0 ? report::Cell{} : fixed_cell(difference.mean * row.metric->scale),
          half_width_cell({difference.count, 0,
                           difference.half_width
                               ? std::optional(*difference.half_width * row.metric->scale)
                               : std::nullopt}),
          std::string(sign > 0   ? "better"
                      : sign < 0 ? "worse"
                                 : ""),
          std::string(row.best && *row.best == policy ? "best" : "")};
}

}  // namespace

std::string figure_text(const Metric& metric, double figure) {
  double unit = 1;
  for (int i = 0; i < metric.decimals; ++i) unit *= 10;
  const double counted = std::round(figure * metric.scale * unit);
  if (!std::isfinite(counted) || std::abs(counted) > kWholeMax) return "–";
  return report::grouped(report::fixed(static_cast<std::int64_t>(counted),
                                       static_cast<std::int64_t>(unit), metric.decimals));
}

std::string estimate_text(const Metric& metric, const Estimate& estimate) {
  if (estimate.count == 0) return "–";
  std::string text = figure_text(metric, estimate.mean);
  if (estimate.half_width) text += " ±" + figure_text(metric, *estimate.half_width);
  return text;
}

int verdict(const Metric& metric, const Estimate& difference) {
  if (metric.better == Better::kNeither) return 0;
  return metric.better == Better::kHigh ? difference.sign() : -difference.sign();
}

std::string group_title(const Group& group, Language language) {
  const std::string load = words(W::kLoadText, language, {std::to_string(group.load_percent)});
  if (group.couplings == Couplings{}) return load;
  return load + (language == Language::kChinese ? "，" : ", ") +
         words(W::kWithoutText, language, {without_text(group.couplings)});
}

std::string comparison_text(const Comparison& comparison, Language language, bool all) {
  std::string out;
  bool intervals = false;
  for (const Group& group : comparison.groups) {
    out += comparison.experiment.scenario + " · " + group_title(group, language) + " · " +
           words(W::kSeedsText, language, {std::to_string(group.seeds.size())}) + '\n';
    out += group_text(group, language, all) + '\n';
    intervals = intervals || group.seeds.size() > 1;
  }
  if (out.empty()) return out;
  return out + words(intervals ? W::kLegendStar : W::kLegendOneSeed, language) + '\n';
}

report::Table comparison_rows(const Comparison& comparison) {
  report::Table table;
  table.columns = {number_column("load_percent", 0),
                   text_column("without"),
                   text_column("metric"),
                   text_column("unit"),
                   text_column("policy"),
                   number_column("seeds", 0),
                   number_column("mean", kProgramDecimals),
                   number_column("half_width", kProgramDecimals),
                   number_column("pairs", 0),
                   number_column("difference", kProgramDecimals),
                   number_column("difference_half_width", kProgramDecimals),
                   text_column("verdict"),
                   text_column("best")};
  for (const Group& group : comparison.groups) {
    for (const MetricRow& row : group.rows) {
      for (std::size_t i = 0; i < group.policies.size(); ++i) {
        table.rows.push_back(row_cells(group, row, i));
      }
    }
  }
  return table;
}

}  // namespace tongsuan::lab
