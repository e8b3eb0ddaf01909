// The round as one HTML file: no network, no fonts, no libraries; opens from a disk in any browser.
//
// Everything is drawn on this side, in HTML and inline SVG, in English and Chinese; which of the
// two is shown, the theme, the hub of the curves and the colour of the map are radio buttons read
// by style rules, so the page works without a script. The script adds values under the pointer, the
// search over rejected orders and the slider over time, and it writes text only as text.
//
// Sizes are bounded: at most kHeatColumnsMax columns of time, the hubs with the largest offers, and
// the rejected orders with the highest value per device-hour, so that 10^5 orders stay below 3 MB.
// What is left out is said on the page. The same input gives the same bytes.
#pragma once

#include <cstddef>
#include <string>

#include "tongsuan/report/round_view.h"

namespace tongsuan::report {

inline constexpr std::size_t kHeatColumnsMax = 192;
inline constexpr std::size_t kHeatHubsMax = 64;
inline constexpr std::size_t kCurveHubsMax = 24;
inline constexpr std::size_t kMapFlowsMax = 240;
inline constexpr std::size_t kRejectedMax = 400;

[[nodiscard]] std::string round_html(const RoundInput& input, const RoundView& view);

}  // namespace tongsuan::report
