// The round on a terminal: hubs, flows, totals and the certificate, in English or Chinese.
#pragma once

#include <string>

#include "tongsuan/report/round_view.h"
#include "tongsuan/report/table.h"

namespace tongsuan::report {

// Listings for programs and people. Titles and kinds are in the language, keys are always the same:
// programs ask in English.
[[nodiscard]] Table hub_table(const RoundView& view, const RoundView* before, Language language);
[[nodiscard]] Table class_table(const RoundView& view, Language language);
[[nodiscard]] Table flow_table(const RoundView& view, Language language);
[[nodiscard]] Table rejected_table(const RoundView& view, Language language);

// The whole round as text. With stage_seconds in the input it ends with a line of times; without
// them the same input gives the same bytes.
[[nodiscard]] std::string market_text(const RoundInput& input, const RoundView& view);

}  // namespace tongsuan::report
