#include "tongsuan/lab/replay_page.h"

#include <algorithm>
#include <cmath>

#include "tongsuan/lab/internal/replay_page.h"
#include "tongsuan/report/numbers.h"

namespace tongsuan::lab {
namespace internal {

using report::both_html;
using report::escape;

namespace {

// A number stays on one line with its sign and its unit.
std::string unbroken(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = std::string_view(text).substr(i);
    const bool joins = rest.starts_with(" %") || rest.starts_with(" ±");
    out += joins ? "\u00a0" : std::string(1, text[i]);
  }
  return out;
}

}  // namespace

std::string both(W key, std::initializer_list<std::string_view> values) {
  return both_html(escape(unbroken(words(key, Language::kEnglish, values))),
                   escape(unbroken(words(key, Language::kChinese, values))));
}

std::string both_titles(const Metric& metric) {
  return both_html(escape(metric_title(metric, Language::kEnglish)),
                   escape(metric_title(metric, Language::kChinese)));
}

std::size_t policy_rank(std::string_view policy) {
  const std::vector<PolicySpec>& all = policies();
  const auto found = std::ranges::find(all, policy, &PolicySpec::name);
  return static_cast<std::size_t>(found - all.begin());
}

std::string policy_html(std::string_view policy) {
  return "<b>" + escape(policy) + "</b> <span class=\"sub\">" +
         both_html(escape(policy_title(policy, Language::kEnglish)),
                   escape(policy_title(policy, Language::kChinese))) +
         "</span>";
}

std::string at_percent(double share) {
  const auto hundredths = static_cast<std::int64_t>(std::clamp(share, 0.0, 1.0) * 10'000 + 0.5);
  return report::fixed(hundredths, 100, 2) + '%';
}

double log10_of(double value) {
  if (!(value > 0)) return -300;
  double whole = 0;
  for (; value >= 10 && whole < 300; ++whole) value /= 10;
  for (; value < 1 && whole > -300; --whole) value *= 10;
  // ln v = 2 artanh((v − 1) / (v + 1)); below 10 its argument is at most 9/11, so take the root
  // first: ln v = 2 ln √v.
  const double root = std::sqrt(std::sqrt(value));
  const double x = (root - 1) / (root + 1);
  double power = x;
  double sum = 0;
  for (int odd = 1; odd < 24; odd += 2) {
    sum += power / odd;
    power *= x * x;
  }
  constexpr double kLn10 = 2.302585092994046;
  return whole + 8 * sum / kLn10;
}

void ReplayPage::section(std::string_view id, const std::string& title_html,
                         const std::string& caption_html) {
  report::begin_section(out, id, title_html, caption_html);
}

void write_plot(std::string& out, const Plot& plot) {
  out += "<div><h3>" + plot.title_html +
         "</h3><div class=\"plot\"><svg viewBox=\"0 0 1000 1000\" "
         "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"" +
         plot.label + "\">";
  for (const Tick& tick : plot.y) {
    out +=
        "<path class=\"grid\" d=\"M0 " + report::coordinate((1 - tick.share) * 1000) + "H1000\"/>";
  }
  out += plot.drawing + "</svg>";
  for (const Tick& tick : plot.y) {
    out += "<span class=\"y\" style=\"bottom:" + at_percent(tick.share) + "\">" +
           escape(tick.text) + "</span>";
  }
  for (const Tick& tick : plot.x) {
    out += std::string("<span class=\"x") + (tick.share > 0.97 ? " end" : "") +
           "\" style=\"left:" + at_percent(tick.share) + "\">" + escape(tick.text) + "</span>";
  }
  if (!plot.x_title_html.empty()) out += "<span class=\"xt\">" + plot.x_title_html + "</span>";
  out += "</div></div>\n";
}

void write_policy_legend(std::string& out, const Group& group) {
  out += "<div class=\"legend\">";
  for (const std::string& policy : group.policies) {
    out +=
        "<span class=\"k\"><svg class=\"key\" viewBox=\"0 0 26 8\" aria-hidden=\"true\"><path "
        "class=\"ln p" +
        std::to_string(policy_rank(policy)) + "\" d=\"M0 4H26\"/></svg>" + escape(policy) +
        "</span>";
  }
  out += "</div>\n";
}

}  // namespace internal

namespace {

using internal::both;
using internal::ReplayPage;
using report::both_html;
using report::escape;
using W = ReplayWord;

void write_top(ReplayPage& page) {
  std::string& out = page.out;
  const bool chinese = page.input.language == Language::kChinese;
  const std::string dot = "<i>·</i>";
  out += "<header class=\"top\"><div><div class=\"brand\"><b>Tongsuan 统算</b> · " +
         both(W::kReplayWord) + "</div><h1>" + escape(page.input.comparison.experiment.scenario) +
         "</h1><div class=\"meta\">" +
         both(W::kLoadText, {std::to_string(page.group.load_percent)}) + dot +
         both(W::kSeedsText, {std::to_string(page.group.seeds.size())}) + dot +
         both(W::kJobsText, {report::grouped(std::to_string(page.first_run(0).jobs))}) +
         "</div></div>";
  report::write_controls(out, chinese,
                         {both(W::kLanguageWord), both(W::kThemeWord), both(W::kAutomatic),
                          both(W::kLight), both(W::kDark)});
  out += "</header>\n";
}

// The whole world at 90 %, or what is nearest to it.
const Group& shown_group(const Comparison& comparison) {
  const auto distance = [](const Group& group) {
    const std::int64_t off = std::abs(std::int64_t{group.load_percent} - 90);
    return off + (group.couplings == Couplings{} ? 0 : 1'000);
  };
  return *std::ranges::min_element(
      comparison.groups, [&](const Group& a, const Group& b) { return distance(a) < distance(b); });
}

}  // namespace

std::string replay_html(const ReplayPageInput& input) {
  TONGSUAN_CHECK(!input.comparison.groups.empty());
  ReplayPage page{input, shown_group(input.comparison)};
  std::string& out = page.out;
  report::begin_page(out, {.chinese = input.language == Language::kChinese,
                           .title = escape(input.comparison.experiment.scenario) + " · " +
                                    words(W::kReplayWord, input.language),
                           .more_style = std::string(internal::replay_style()),
                           .skip_to = "table",
                           .skip_html = both(W::kTableTitle)});
  write_top(page);
  out += "<main>\n";
  internal::write_headline(page);
  internal::write_tables(page);
  internal::write_sweep(page);
  internal::write_series(page);
  internal::write_waits(page);
  internal::write_reasons(page);
  internal::write_map(page);
  internal::write_emissions(page);
  internal::write_facts(page);
  out += "</main>\n<footer>Tongsuan 统算 · <span class=\"mono\">" +
         escape(input.comparison.experiment.scenario_digest.substr(0, 16)) +
         "</span></footer>\n</div>\n<div id=\"tip\" role=\"tooltip\"></div>\n";
  internal::write_map_data(page);
  out += "<script>";
  out += internal::replay_script();
  out += "</script>\n</body>\n</html>\n";
  return std::move(page.out);
}

}  // namespace tongsuan::lab
