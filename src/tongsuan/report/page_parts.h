// What HTML pages of any module share: escaping, two languages at once, numbers of drawings, the
// frame of a page with its tables, and its look.
//
// A page is text in both languages; `page_style` shows the one whose radio button (#lang-en,
// #lang-zh) is checked, and the theme of #theme-auto, #theme-light or #theme-dark.
#pragma once

#include <cstddef>
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

// ---- The frame of a page -----------------------------------------------------------------------
// What ends in `_html`, and cells, is markup; everything else is escaped already and plain.

struct PageHead {
  bool chinese = false;
  std::string title;
  std::string more_style;  // rules beside those of every page
  std::string skip_to;     // id of the section that a keyboard may jump to,
  std::string skip_html;   // and what it is called
};
// Up to the <div> that holds the page.
void begin_page(std::string& out, const PageHead& head);

struct ControlWords {
  std::string language_html, theme_html, automatic_html, light_html, dark_html;
};
// The radio buttons that `page_style` reads.
void write_controls(std::string& out, bool chinese, const ControlWords& words);

void begin_section(std::string& out, std::string_view id, const std::string& title_html,
                   const std::string& caption_html);

// A table: heads, then rows; the first cell of a row is its name. Columns from `text_columns` on
// hold numbers. Scrolls sideways where the page is narrow.
void begin_table(std::string& out, std::string_view caption_html,
                 const std::vector<std::string>& heads, std::size_t text_columns);
void table_row(std::string& out, const std::vector<std::string>& cells, std::size_t text_columns);
void end_table(std::string& out);

// Style rules of every page, for its <style>.
[[nodiscard]] std::string_view page_style();

}  // namespace tongsuan::report
