// The page of a comparison while it is written: what its sections share.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/lab/compare_table.h"
#include "tongsuan/lab/replay_page.h"
#include "tongsuan/report/page_parts.h"

namespace tongsuan::lab::internal {

using W = ReplayWord;

inline constexpr std::size_t kPageHubsMax = 64;

struct ReplayPage {
  const ReplayPageInput& input;
  const Group& group;  // that drawings show
  std::string out = {};

  void section(std::string_view id, const std::string& title_html, const std::string& caption_html);
  void end_section() { out += "</section>\n"; }
  // The first run of a policy of `group`; drawings of one run show it.
  [[nodiscard]] const RunResult& first_run(std::size_t policy) const {
    return group.runs[policy].front().result;
  }
};

// The sentence in both languages; `values` are text that is not escaped yet.
[[nodiscard]] std::string both(W key, std::initializer_list<std::string_view> values = {});
[[nodiscard]] std::string both_titles(const Metric& metric);
// "pool-value" with its title, and its place among the policies: colours and dashes go by it.
[[nodiscard]] std::string policy_html(std::string_view policy);
[[nodiscard]] std::size_t policy_rank(std::string_view policy);

// "12.3%" along an axis, from a share.
[[nodiscard]] std::string at_percent(double share);
// Logarithm to base 10 of a positive number, by + − × ÷ alone: the same on every machine.
[[nodiscard]] double log10_of(double value);

struct Tick {
  double share = 0;  // along the axis
  std::string text;
};
// A drawing 1000 × 1000 in a frame with ticks; `drawing` is SVG, the lines of ticks are added.
struct Plot {
  std::string title_html;
  std::string label;  // of the drawing, escaped
  std::string drawing;
  std::vector<Tick> x;
  std::vector<Tick> y;
  std::string x_title_html;
};
void write_plot(std::string& out, const Plot& plot);
// Which line is which policy.
void write_policy_legend(std::string& out, const Group& group);

void write_headline(ReplayPage& page);
void write_tables(ReplayPage& page);
void write_series(ReplayPage& page);
void write_waits(ReplayPage& page);
void write_map(ReplayPage& page);
void write_reasons(ReplayPage& page);
void write_sweep(ReplayPage& page);
void write_emissions(ReplayPage& page);
void write_facts(ReplayPage& page);
void write_map_data(ReplayPage& page);

[[nodiscard]] std::string_view replay_style();
[[nodiscard]] std::string_view replay_script();

}  // namespace tongsuan::lab::internal
