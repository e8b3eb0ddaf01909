#include "tongsuan/report/page_parts.h"

#include <cstdint>

#include "tongsuan/report/internal/utf8.h"
#include "tongsuan/report/numbers.h"

namespace tongsuan::report {

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : internal::printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string both_html(std::string_view english, std::string_view chinese) {
  if (english == chinese) return std::string(english);
  std::string out = "<span class=\"en\" lang=\"en\">";
  out += english;
  out += "</span><span class=\"zh\" lang=\"zh\">";
  out += chinese;
  return out + "</span>";
}

std::string both_svg(std::string_view attributes, std::string_view english,
                     std::string_view chinese) {
  std::string out = "<text class=\"en\" ";
  out += attributes;
  out += '>';
  out += english;
  out += "</text><text class=\"zh\" lang=\"zh\" ";
  out += attributes;
  out += '>';
  out += chinese;
  return out + "</text>";
}

std::string coordinate(double value) {
  const auto tenths = static_cast<std::int64_t>(value * 10 + (value < 0 ? -0.5 : 0.5));
  const std::int64_t whole = tenths < 0 ? -tenths : tenths;
  std::string text = tenths < 0 ? "-" : "";
  text += std::to_string(whole / 10);
  if (whole % 10 != 0) text += '.' + std::to_string(whole % 10);
  return text;
}

std::vector<double> ticks(double low, double high, int about) {
  std::vector<double> result;
  const double span = high - low;
  if (!(span > 0) || about < 1) return {low};
  double step = 1;
  while (step * about < span && step < 1e18) step *= 10;
  while (step * about > span * 10 && step > 1e-9) step /= 10;
  for (const double part : {0.1, 0.2, 0.25, 0.5, 1.0}) {
    if (step * part * about < span) continue;
    step *= part;
    break;
  }
  const auto first = static_cast<std::int64_t>(low / step);
  for (std::int64_t i = first; i < first + 64; ++i) {
    const double at = static_cast<double>(i) * step;
    if (at > high + step * 1e-6) break;
    if (at >= low - step * 1e-6) result.push_back(at);
  }
  return result;
}

std::string tick_text(double value) {
  const auto hundredths = static_cast<std::int64_t>(value * 100 + (value < 0 ? -0.5 : 0.5));
  const int decimals = hundredths % 100 == 0 ? 0 : hundredths % 10 == 0 ? 1 : 2;
  return grouped(fixed(hundredths, 100, decimals));
}

}  // namespace tongsuan::report
