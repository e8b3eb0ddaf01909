// Sections of drawings: hour by hour, distributions of waits, load sweeps.
#include <algorithm>
#include <array>
#include <functional>

#include "tongsuan/lab/internal/replay_page.h"
#include "tongsuan/report/numbers.h"

namespace tongsuan::lab::internal {
namespace {

using report::coordinate;
using report::escape;

// ---- Hour by hour
// --------------------------------------------------------------------------------

using HourValue = double HourFigures::*;

constexpr double kMiniHeight = 100;

// A line through the hours, 0 … 100 downward.
std::string hour_path(const std::vector<HourFigures>& hours, HourValue value, double top) {
  std::string path;
  for (std::size_t i = 0; i < hours.size(); ++i) {
    const double share = top > 0 ? std::clamp(hours[i].*value / top, 0.0, 1.0) : 0;
    path += (i == 0 ? "M" : "L") + std::to_string(i) + ' ' + coordinate((1 - share) * kMiniHeight);
  }
  return path;
}

std::string area_of(const std::string& path, std::size_t count) {
  return path + "L" + std::to_string(count - 1) + " 100L0 100z";
}

struct MiniRow {
  W title;
  HourValue area = nullptr;   // filled
  HourValue other = nullptr;  // a line, or a second area; none: null
  bool stacked = false;       // `other` is filled, over `area`
  int decimals = 0;
};

double top_of(const Group& group, const MiniRow& row) {
  double top = 0;
  for (const std::vector<RunRecord>& runs : group.runs) {
    for (const HourFigures& hour : runs.front().result.hours) {
      top = std::max({top, hour.*row.area, row.other == nullptr ? 0 : hour.*row.other});
    }
  }
  return top;
}

double mean_of(const std::vector<HourFigures>& hours, HourValue value) {
  double sum = 0;
  for (const HourFigures& hour : hours) sum += hour.*value;
  return hours.empty() ? 0 : sum / static_cast<double>(hours.size());
}

std::string number_text(double value, int decimals) {
  double unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10;
  return report::grouped(report::fixed(static_cast<std::int64_t>(value * unit + 0.5),
                                       static_cast<std::int64_t>(unit), decimals));
}

void write_mini(std::string& out, const RunResult& run, const MiniRow& row, double top) {
  const std::size_t count = run.hours.size();
  const std::string first = hour_path(run.hours, row.area, top);
  out += "<figure><figcaption>" + escape(run.policy) + " <span class=\"sub\">⌀ " +
         number_text(mean_of(run.hours, row.stacked ? row.other : row.area), row.decimals) +
         "</span></figcaption><svg viewBox=\"0 0 " + std::to_string(count - 1) +
         " 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"" + escape(run.policy) +
         "\">";
  for (std::size_t day = 24; day < count; day += 24) {
    out += "<path class=\"grid\" d=\"M" + std::to_string(day) + " 0V100\"/>";
  }
  out += "<path class=\"" + std::string(row.stacked ? "fill2" : "fill1") + "\" d=\"" +
         area_of(first, count) + "\"/>";
  if (row.other != nullptr) {
    const std::string second = hour_path(run.hours, row.other, top);
    out += row.stacked ? "<path class=\"fillgreen\" d=\"" + area_of(second, count) + "\"/>"
                       : "<path class=\"edge\" d=\"" + second + "\"/>";
  }
  out += "</svg></figure>\n";
}

void write_minis(std::string& out, const Group& group, const MiniRow& row) {
  const double top = top_of(group, row);
  if (top <= 0) return;
  out += "<h3>" + both(row.title) + " <span class=\"sub\">0 – " +
         number_text(top, top < 10 ? 2 : 0) +
         "</span></h3>\n<div class=\"minis\" style=\"--n:" + std::to_string(group.policies.size()) +
         "\">\n";
  for (const std::vector<RunRecord>& runs : group.runs) {
    if (runs.front().result.hours.size() > 1) write_mini(out, runs.front().result, row, top);
  }
  out += "</div>\n";
}

// ---- Waits
// ---------------------------------------------------------------------------------------

// A logarithmic axis of hours.
struct LogAxis {
  double low = 0.01;
  double high = 1'000;
  [[nodiscard]] double share(double hours) const {
    const double least = log10_of(low);
    return std::clamp((log10_of(std::max(hours, low)) - least) / (log10_of(high) - least), 0.0,
                      1.0);
  }
};

struct NamedHours {
  double hours;
  const char* text;
};
constexpr std::array kWaitTicks = {NamedHours{1.0 / 60, "1 min"}, NamedHours{1.0 / 6, "10 min"},
                                   NamedHours{1, "1 h"},          NamedHours{10, "10 h"},
                                   NamedHours{100, "100 h"},      NamedHours{1'000, "1,000 h"}};

std::vector<Tick> wait_ticks(const LogAxis& axis) {
  std::vector<Tick> ticks;
  for (const NamedHours& tick : kWaitTicks) {
    if (tick.hours <= axis.high) ticks.push_back({axis.share(tick.hours), tick.text});
  }
  return ticks;
}

LogAxis wait_axis(const Group& group) {
  double longest = 1;
  for (const std::vector<RunRecord>& runs : group.runs) {
    const RunResult& run = runs.front().result;
    if (!run.wait_hours.empty()) longest = std::max(longest, run.wait_hours.back());
    for (const Waits& waits : run.waits_by_gang) longest = std::max(longest, waits.p95);
  }
  return {.low = 0.01, .high = longest * 1.1};
}

std::string wait_curve(const std::vector<double>& waits, const LogAxis& axis) {
  std::string path;
  for (std::size_t i = 0; i < waits.size(); ++i) {
    const double level = static_cast<double>(i + 1) / static_cast<double>(waits.size());
    path += (i == 0 ? "M" : "L") + coordinate(axis.share(waits[i]) * 1'000) + ' ' +
            coordinate((1 - level) * 1'000);
  }
  return path.empty() ? "M0 1000" : path + "H1000";
}

void write_distribution(std::string& out, const Group& group, const LogAxis& axis) {
  Plot plot{.title_html = both(W::kWaitsCaption),
            .label = escape(words(W::kWaitsTitle, Language::kEnglish)),
            .drawing = {},
            .x = wait_ticks(axis),
            .y = {},
            .x_title_html = {}};
  for (const int percent : {0, 25, 50, 75, 100}) {
    plot.y.push_back({percent / 100.0, std::to_string(percent) + " %"});
  }
  for (const std::vector<RunRecord>& runs : group.runs) {
    const RunResult& run = runs.front().result;
    plot.drawing += "<path class=\"ln p" + std::to_string(policy_rank(run.policy)) + "\" d=\"" +
                    wait_curve(run.wait_hours, axis) + "\"/>";
  }
  write_plot(out, plot);
}

using RunFigure = std::function<double(const RunResult&)>;

// One row of dots, one for each policy.
void write_dots(std::string& out, const Group& group, const std::string& name_html,
                const LogAxis& axis, const RunFigure& figure) {
  out += "<span class=\"nm\">" + name_html + "</span><div class=\"t\">";
  for (std::size_t i = 0; i < group.policies.size(); ++i) {
    double sum = 0;
    for (const RunRecord& run : group.runs[i]) sum += figure(run.result);
    const double mean = sum / static_cast<double>(group.runs[i].size());
    const std::string text = group.policies[i] + ": " + number_text(mean, 2);
    out += "<i class=\"dot p" + std::to_string(policy_rank(group.policies[i])) +
           "\" style=\"left:" + at_percent(axis.share(mean)) + "\" data-en=\"" + escape(text) +
           "\" data-zh=\"" + escape(text) + "\"></i>";
  }
  out += "</div>\n";
}

void write_axis(std::string& out, const std::vector<Tick>& ticks) {
  out += "<span></span><div class=\"scale\" aria-hidden=\"true\">";
  for (const Tick& tick : ticks) {
    out += "<span style=\"left:" + at_percent(tick.share) + "\">" + escape(tick.text) + "</span>";
  }
  out += "</div>\n";
}

void write_gangs(std::string& out, const Group& group, const LogAxis& axis) {
  static constexpr std::array<W, kGangClasses> kNames = {W::kGangSmall, W::kGangMedium,
                                                         W::kGangLarge};
  out += "<div><h3>" + both(W::kGangsTitle) + "</h3>\n<div class=\"dots\">\n";
  for (std::size_t i = 0; i < kGangClasses; ++i) {
    write_dots(out, group, both(kNames[i]), axis,
               [i](const RunResult& run) { return run.waits_by_gang[i].p95; });
  }
  write_axis(out, wait_ticks(axis));
  double most = 10;
  for (const Estimate& value : group.row("bounded_slowdown").values) {
    most = std::max(most, value.mean);
  }
  const LogAxis slowdown{.low = 1, .high = most * 1.2};
  write_dots(out, group, both_titles(metric_named("bounded_slowdown")), slowdown,
             [](const RunResult& run) { return run.bounded_slowdown; });
  std::vector<Tick> ticks;
  for (const int value : {1, 3, 10, 30, 100, 300, 1'000, 3'000}) {
    if (value <= slowdown.high) ticks.push_back({slowdown.share(value), std::to_string(value)});
  }
  write_axis(out, ticks);
  out += "</div></div>\n";
}

// ---- Load sweep
// ----------------------------------------------------------------------------------

std::vector<const Group*> sweep_of(const ReplayPage& page) {
  std::vector<const Group*> groups;
  for (const Group& group : page.input.comparison.groups) {
    if (group.couplings == page.group.couplings) groups.push_back(&group);
  }
  return groups;
}

struct SweepAxis {
  double low = 0;
  double high = 1;
  bool logarithmic = false;
  [[nodiscard]] double share(double value) const {
    if (logarithmic) return LogAxis{low, high}.share(value);
    return high > low ? std::clamp((value - low) / (high - low), 0.0, 1.0) : 0.5;
  }
};

struct SweepLine {
  std::string style;
  std::vector<std::pair<double, double>> points;  // load in per cent, shown figure
};

std::vector<SweepLine> sweep_lines(const std::vector<const Group*>& groups,
                                   const std::vector<std::string>& policies, const Metric& metric) {
  std::vector<SweepLine> lines;
  for (const std::string& policy : policies) {
    SweepLine line{"ln p" + std::to_string(policy_rank(policy)), {}};
    for (const Group* group : groups) {
      const std::optional<std::size_t> at = group->policy(policy);
      if (!at) continue;
      const Estimate& value = group->row(metric.name).values[*at];
      if (value.count > 0) line.points.emplace_back(group->load_percent, value.mean * metric.scale);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

// The bound is the same for all policies of a load: the highest that any run of it gave.
SweepLine bound_line(const std::vector<const Group*>& groups) {
  SweepLine line{"ln bound", {}};
  for (const Group* group : groups) {
    const MetricRow& row = group->row("utilisation_bound");
    double most = 0;
    for (const Estimate& value : row.values) most = std::max(most, value.mean * row.metric->scale);
    if (most > 0) line.points.emplace_back(group->load_percent, most);
  }
  return line;
}

void draw_line(std::string& drawing, const SweepLine& line, const SweepAxis& x,
               const SweepAxis& y) {
  std::string path;
  for (const auto& [load, figure] : line.points) {
    path += (path.empty() ? "M" : "L") + coordinate(x.share(load) * 1'000) + ' ' +
            coordinate((1 - y.share(figure)) * 1'000);
  }
  if (!path.empty()) drawing += "<path class=\"" + line.style + "\" d=\"" + path + "\"/>";
}

// Waits differ by orders of magnitude; everything else starts at zero.
SweepAxis figure_axis(const std::vector<SweepLine>& lines, const Metric& metric) {
  SweepAxis axis{.low = 0, .high = 0, .logarithmic = metric.unit == "h"};
  for (const SweepLine& line : lines) {
    for (const auto& [load, figure] : line.points) axis.high = std::max(axis.high, figure);
  }
  axis.high *= 1.05;
  if (!axis.logarithmic) return axis;
  axis.low = 0.01;
  axis.high = std::max(axis.high, 1.0);
  return axis;
}

std::vector<Tick> figure_ticks(const SweepAxis& axis) {
  if (axis.logarithmic) return wait_ticks({axis.low, axis.high});
  std::vector<Tick> ticks;
  for (const double tick : report::ticks(0, axis.high, 4)) {
    ticks.push_back({axis.share(tick), report::tick_text(tick)});
  }
  return ticks;
}

void write_sweep_plot(std::string& out, const ReplayPage& page, const char* name) {
  const std::vector<const Group*> groups = sweep_of(page);
  const Metric& metric = metric_named(name);
  std::vector<SweepLine> lines = sweep_lines(groups, page.group.policies, metric);
  if (metric.name == "utilisation") lines.push_back(bound_line(groups));
  const SweepAxis y = figure_axis(lines, metric);
  if (y.high <= 0) return;
  const SweepAxis x{.low = static_cast<double>(groups.front()->load_percent),
                    .high = static_cast<double>(groups.back()->load_percent)};
  Plot plot{.title_html = both_titles(metric) +
                          (metric.unit.empty() ? "" : ", " + escape(std::string(metric.unit))),
            .label = escape(metric_title(metric, Language::kEnglish)),
            .drawing = {},
            .x = {},
            .y = figure_ticks(y),
            .x_title_html = both(W::kAxisLoad)};
  for (const SweepLine& line : lines) draw_line(plot.drawing, line, x, y);
  for (const Group* group : groups) {
    plot.x.push_back({x.share(group->load_percent), std::to_string(group->load_percent)});
  }
  write_plot(out, plot);
}

}  // namespace

void write_series(ReplayPage& page) {
  const Group& group = page.group;
  page.section("series", both(W::kSeriesTitle),
               both(W::kSeriesCaption) + ' ' +
                   both(W::kShownAt,
                        {std::to_string(group.load_percent), std::to_string(group.seeds.front())}));
  write_minis(page.out, group, {W::kSeriesUsed, &HourFigures::used, &HourFigures::up, false, 0});
  write_minis(page.out, group, {W::kSeriesWaiting, &HourFigures::waiting, nullptr, false, 0});
  write_minis(page.out, group,
              {W::kSeriesGreen, &HourFigures::energy_mwh, &HourFigures::green_mwh, true, 2});
  page.end_section();
}

void write_waits(ReplayPage& page) {
  const Group& group = page.group;
  page.section(
      "waits", both(W::kWaitsTitle),
      both(W::kShownAt, {std::to_string(group.load_percent), std::to_string(group.seeds.front())}));
  const LogAxis axis = wait_axis(group);
  page.out += "<div class=\"pair\">\n";
  write_distribution(page.out, group, axis);
  write_gangs(page.out, group, axis);
  page.out += "</div>\n";
  write_policy_legend(page.out, group);
  page.end_section();
}

void write_sweep(ReplayPage& page) {
  if (sweep_of(page).size() < 2) return;
  page.section("sweep", both(W::kSweepTitle), both(W::kSweepCaption));
  page.out += "<div class=\"multi sweeps\">\n";
  write_sweep_plot(page.out, page, "utilisation");
  write_sweep_plot(page.out, page, "value");
  write_sweep_plot(page.out, page, "wait_p95");
  write_sweep_plot(page.out, page, "green_hourly");
  page.out += "</div>\n";
  write_policy_legend(page.out, page.group);
  page.out +=
      "<div class=\"legend\"><span class=\"k\"><svg class=\"key\" viewBox=\"0 0 26 8\" "
      "aria-hidden=\"true\"><path class=\"ln bound\" d=\"M0 4H26\"/></svg>" +
      both(W::kBoundLine) + "</span></div>\n";
  page.end_section();
}

}  // namespace tongsuan::lab::internal
