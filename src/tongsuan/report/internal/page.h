// The page being written: escaping, words in both languages, and the sections in their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tongsuan/report/numbers.h"
#include "tongsuan/report/page_parts.h"
#include "tongsuan/report/round_view.h"
#include "tongsuan/report/words.h"

namespace tongsuan::report::internal {

using report::both_html;
using report::both_svg;
using report::coordinate;
using report::escape;
using report::page_style;
using report::tick_text;
using report::ticks;

[[nodiscard]] std::string both(Word which);

// Position of a value on a scale of `kShades` shades between low and high: 0 … kShades − 1.
inline constexpr int kShades = 7;
struct Scale {
  std::int64_t low = 0;
  std::int64_t high = 0;
  [[nodiscard]] int shade(std::int64_t value) const;
};

// Slots of the round gathered into at most kHeatColumnsMax equal columns.
struct Columns {
  std::uint32_t count = 0;
  std::uint32_t slots_each = 1;
};
[[nodiscard]] Columns columns_of(const RoundView& view);
// Hubs to draw: the largest offers first where there are more than `limit`; rising ids.
[[nodiscard]] std::vector<std::size_t> chosen_hubs(const RoundView& view, std::size_t limit);

// Mean capacity price of the offered devices of a hub in a column, and devices there.
struct HeatCell {
  std::optional<std::int64_t> price;
  std::int64_t offered = 0;
  std::int64_t used = 0;
};
[[nodiscard]] HeatCell heat_cell(const RoundView& view, std::size_t hub, std::uint32_t column);
// From the cheapest to the dearest cell; one scale for map and heat map.
[[nodiscard]] Scale price_scale(const RoundView& view);

// A hub's title without what stands in brackets at its end: "Guian (Guizhou)" → "Guian".
[[nodiscard]] std::string short_title(const HubView& hub, Language language);
[[nodiscard]] std::string short_title_html(const HubView& hub);

// "0.00" of a price, for people.
[[nodiscard]] std::string price_text(std::optional<std::int64_t> micro, int decimals = 2);
// "12-01 08:00": when a slot begins, in the calendar's own zone.
[[nodiscard]] std::string slot_text(const RoundView& view, std::uint32_t slot);

struct Page {
  const RoundInput& input;
  const RoundView& view;
  std::string out;

  void section(std::string_view id, Word title, Word caption);
  void end_section() { out += "</section>\n"; }
};

void write_map(Page& page);
void write_heat(Page& page);
void write_usage(Page& page);
void write_curves(Page& page);
void write_trace(Page& page);
void write_hubs(Page& page);
void write_flows(Page& page);
void write_rejected(Page& page);
void write_certificate(Page& page);
void write_data(Page& page);  // numbers for the script

[[nodiscard]] std::string_view page_script();

}  // namespace tongsuan::report::internal
