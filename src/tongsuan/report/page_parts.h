// What HTML pages of any module share: escaping, two languages at once, numbers of drawings, and
// the look of the page.
//
// A page is text in both languages; `page_style` shows the one whose radio button (#lang-en,
// #lang-zh) is checked, and the theme of #theme-auto, #theme-light or #theme-dark.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tongsuan::report {

// Text for an element or a quoted attribute: & < > " ' escaped, controls and bad UTF-8 replaced.
[[nodiscard]] std::string escape(std::string_view text);

// One element per language; style rules show one of them. Takes escaped text.
[[nodiscard]] std::string both_html(std::string_view english, std::string_view chinese);
// The same inside an SVG drawing, with attributes for each text element (escaped already).
[[nodiscard]] std::string both_svg(std::string_view attributes, std::string_view english,
                                   std::string_view chinese);

// A drawing coordinate with one decimal: 12.04 → "12", -3.26 → "-3.3". Finite and below 10^12.
[[nodiscard]] std::string coordinate(double value);

// Round numbers on an axis from 0 (or `low`) to `high`.
[[nodiscard]] std::vector<double> ticks(double low, double high, int about);
// The shortest text of a tick: at most two decimals, grouped.
[[nodiscard]] std::string tick_text(double value);

// Style rules of every page, for its <style>.
[[nodiscard]] std::string_view page_style();

}  // namespace tongsuan::report
