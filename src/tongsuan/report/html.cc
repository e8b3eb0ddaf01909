#include "tongsuan/report/html.h"

#include "tongsuan/report/internal/page.h"

namespace tongsuan::report {
namespace {

using internal::both;
using internal::both_html;
using internal::escape;
using internal::Page;

void write_top(Page& page) {
  std::string& out = page.out;
  const RoundView& view = page.view;
  const bool chinese = page.input.language == Language::kChinese;
  const std::string dot = "<i>·</i>";
  out += "<header class=\"top\"><div><div class=\"brand\"><b>Tongsuan 统算</b></div><h1>" +
         escape(view.market) + " <span style=\"color:var(--mute);font-weight:500\">" +
         both(Word::kRound) + ' ' + std::to_string(view.round) +
         "</span></h1><div class=\"meta\">" + both(Word::kFrom) + ' ' + escape(view.start) + dot +
         grouped(std::to_string(view.slot_count)) + ' ' + both(Word::kSlots) + " × " +
         internal::tick_text(view.slot_seconds / 3600.0) + ' ' + both(Word::kHours) + dot +
         escape(view.currency) + "</div></div>";
  write_controls(out, chinese,
                 {both(Word::kLanguage), both(Word::kTheme), both(Word::kAutomatic),
                  both(Word::kLight), both(Word::kDark)});
  out += "</header>\n";
}

void write_figure(std::string& out, Word name, const std::string& value, const std::string& below) {
  out += "<div class=\"kpi\"><dt>" + both(name) + "</dt><dd class=\"v\">" + value +
         "</dd><dd class=\"s\">" + below + "</dd></div>\n";
}

// "+21.4 points" from before to after, where there is a before.
std::string change_html(std::optional<std::int64_t> before, std::optional<std::int64_t> after) {
  if (!before || !after) return "";
  const std::int64_t change = *after - *before;
  return percent(before) + " → <span class=\"" + (change > 0 ? "up" : "") + "\">" +
         (change > 0 ? "+" : "") + fixed(change, 10'000, 1) + "</span> " + both(Word::kPoints);
}

void write_figures(Page& page) {
  std::string& out = page.out;
  const Totals& totals = page.view.totals;
  const Totals* before = page.input.before == nullptr ? nullptr : &page.input.before->totals;
  const std::string currency = "<small>" + escape(page.view.currency) + "</small>";
  const auto money = [&](int128 micro) {
    return both_html(compact(micro, kMicro, Language::kEnglish),
                     compact(micro, kMicro, Language::kChinese));
  };
  const auto use = [](const Totals& at) { return share_ppm(at.time.used, at.time.offered); };
  const auto part_of = [&](const std::string& part, const std::string& whole) {
    return part + ' ' + both_html("of", "/") + ' ' + whole;
  };
  out += "<dl class=\"kpis\">\n";
  write_figure(
      out, Word::kWelfare, money(totals.welfare) + ' ' + currency,
      both(Word::kBestBound) + ' ' +
          money(totals.gang_bound ? std::min(*totals.gang_bound, totals.bound) : totals.bound));
  write_figure(
      out, Word::kGap, percent(totals.gap_ppm, 2),
      totals.free_welfare
          ? both(Word::kRulesCost) + ' ' +
                percent(share_ppm(*totals.free_welfare - totals.welfare, *totals.free_welfare), 2)
          : "");
  write_figure(out, Word::kUtilisation, percent(use(totals)),
               before == nullptr ? part_of(grouped(fixed(totals.time.used, 3'600, 0)),
                                           grouped(fixed(totals.time.offered, 3'600, 0))) +
                                       " h"
                                 : change_html(use(*before), use(totals)));
  write_figure(out, Word::kGreenShare, percent(green_share_ppm(totals)),
               before == nullptr || !green_share_ppm(totals)
                   ? part_of(energy_text(totals.green_wh), energy_text(totals.green_zone_energy_wh))
                   : change_html(green_share_ppm(*before), green_share_ppm(totals)));
  const auto placed = static_cast<std::int64_t>(totals.orders.placed);
  const auto orders = static_cast<std::int64_t>(totals.orders.orders);
  write_figure(out, Word::kOrdersPlaced, grouped(std::to_string(placed)),
               both(Word::kOf) + ' ' + grouped(std::to_string(orders)) + ", " +
                   percent(share_ppm(placed, orders)));
  write_figure(out, Word::kValueServed, percent(share_ppm(totals.value_placed, totals.value_asked)),
               part_of(money(totals.value_placed), money(totals.value_asked)) + ' ' +
                   escape(page.view.currency));
  write_figure(out, Word::kPayments, money(totals.payments) + ' ' + currency,
               both(Word::kDemandServed) + ' ' +
                   percent(share_ppm(totals.device_seconds_placed, totals.device_seconds_asked)));
  const std::string of_payments = percent(share_ppm(totals.rent, totals.payments));
  write_figure(out, Word::kRent, money(totals.rent) + ' ' + currency,
               both_html(of_payments + " of payments", "占付款 " + of_payments));
  out += "</dl>\n";
}

}  // namespace

std::string round_html(const RoundInput& input, const RoundView& view) {
  Page page{input, view, {}};
  std::string& out = page.out;
  begin_page(out, {.chinese = input.language == Language::kChinese,
                   .title = escape(view.market) + " · " + word(Word::kRound, input.language) + ' ' +
                            std::to_string(view.round),
                   .more_style = "",
                   .skip_to = "map",
                   .skip_html = both(Word::kMapTitle)});
  write_top(page);
  out += "<main>\n";
  write_figures(page);
  out += "<div class=\"two\">\n";
  internal::write_map(page);
  out += "<div>\n";
  internal::write_usage(page);
  internal::write_trace(page);
  out += "</div>\n</div>\n";
  internal::write_heat(page);
  internal::write_curves(page);
  internal::write_hubs(page);
  internal::write_flows(page);
  internal::write_rejected(page);
  internal::write_certificate(page);
  out += "</main>\n<footer>Tongsuan 统算 · <span class=\"mono\">" + view.root.substr(0, 16) +
         "</span></footer>\n</div>\n";
  out += "<div id=\"tip\" role=\"tooltip\"></div>\n";
  internal::write_data(page);
  out += "<script>";
  out += internal::page_script();
  out += "</script>\n</body>\n</html>\n";
  return std::move(page.out);
}

}  // namespace tongsuan::report
