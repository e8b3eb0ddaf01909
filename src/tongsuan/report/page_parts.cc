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

// ---- The frame of a page
// -------------------------------------------------------------------------

void begin_page(std::string& out, const PageHead& head) {
  out += "<!DOCTYPE html>\n<html lang=\"" + std::string(head.chinese ? "zh-CN" : "en") +
         "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
         "content=\"width=device-width,initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
         head.title + " · Tongsuan 统算</title>\n<style>";
  out += page_style();
  out += head.more_style;
  out += "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#" + head.skip_to + "\">" +
         head.skip_html + "</a>\n<div class=\"wrap\">\n";
}

void write_controls(std::string& out, bool chinese, const ControlWords& words) {
  const auto radio = [&](const std::string& group, const std::string& value, bool checked,
                         const std::string& label) {
    const std::string id = group + '-' + value;
    out += "<input type=\"radio\" name=\"" + group + "\" id=\"" + id + '"' +
           (checked ? " checked" : "") + "><label for=\"" + id + "\">" + label + "</label>";
  };
  out += "<div class=\"controls\"><fieldset class=\"seg\"><legend>" + words.language_html +
         "</legend>";
  radio("lang", "en", !chinese, "<span lang=\"en\">English</span>");
  radio("lang", "zh", chinese, "<span lang=\"zh\">中文</span>");
  out += "</fieldset><fieldset class=\"seg\"><legend>" + words.theme_html + "</legend>";
  radio("theme", "auto", true, words.automatic_html);
  radio("theme", "light", false, words.light_html);
  radio("theme", "dark", false, words.dark_html);
  out += "</fieldset></div>";
}

void begin_section(std::string& out, std::string_view id, const std::string& title_html,
                   const std::string& caption_html) {
  out += "<section id=\"" + std::string(id) + "\" aria-labelledby=\"" + std::string(id) +
         "-h\">\n<header><h2 id=\"" + std::string(id) + "-h\">" + title_html + "</h2><p>" +
         caption_html + "</p></header>\n";
}

void begin_table(std::string& out, std::string_view caption_html,
                 const std::vector<std::string>& heads, std::size_t text_columns) {
  out += "<div class=\"scroll\" tabindex=\"0\" role=\"region\"><table><caption>";
  out += caption_html;
  out += "</caption><thead><tr>";
  for (std::size_t i = 0; i < heads.size(); ++i) {
    out += (i < text_columns ? "<th scope=\"col\">" : "<th scope=\"col\" class=\"n\">") + heads[i] +
           "</th>";
  }
  out += "</tr></thead><tbody>\n";
}

void table_row(std::string& out, const std::vector<std::string>& cells, std::size_t text_columns) {
  out += "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i == 0) {
      out += "<th scope=\"row\">" + cells[i] + "</th>";
    } else {
      out += (i < text_columns ? "<td>" : "<td class=\"n\">") + cells[i] + "</td>";
    }
  }
  out += "</tr>\n";
}

void end_table(std::string& out) {
  out += "</tbody></table></div>\n";
}

}  // namespace tongsuan::report
