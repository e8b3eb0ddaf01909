// A bill as a page: what it came to first, then by kind, then by contract, then how to verify it.
#include <algorithm>

#include "tongsuan/report/bill.h"
#include "tongsuan/report/internal/page.h"

namespace tongsuan::report {
namespace {

using internal::both;
using internal::both_html;
using internal::escape;

constexpr std::string_view kStyle = R"css(
.kpis{grid-template-columns:repeat(4,minmax(0,1fr))}
td,tbody th{vertical-align:top}
.l{display:block}
.l+.l,.sub{color:var(--mute);font-weight:400}
.amounts{display:grid;grid-template-columns:1fr max-content;gap:0 14px}
.amounts .n{display:block}
tfoot th,tfoot td{border-top:1px solid var(--faint);border-bottom:0;font-weight:620}
.narrow-table{max-width:560px}
@page{size:A4 landscape;margin:12mm 11mm}
@media print{.scroll{overflow:visible}table{font-size:10px}thead{display:table-header-group}tr{break-inside:avoid}
section{break-inside:auto}h2{break-after:avoid}.skip{display:none}.top{padding:0 0 10px}.kpi .v{font-size:17px}
th,td{padding:4px 7px}.cmd{white-space:pre-wrap;overflow-wrap:anywhere}footer{padding:10px 0 0}}
@media (max-width:980px){.kpis{grid-template-columns:repeat(2,minmax(0,1fr))}}
)css";

constexpr std::string_view kEndReasons[] = {"completed", "failed", "preempted", "cancelled"};

std::string amount_html(int128 micro) {
  return grouped(exact_amount(micro));
}

std::string line(const std::string& html) {
  return "<span class=\"l\">" + html + "</span>";
}

std::string kind_html(std::size_t kind) {
  return both(static_cast<Word>(static_cast<std::size_t>(Word::kBillPayment) + kind));
}

// "2026-04-13 08:00:00" of RFC 3339; the zone stands above.
std::string time_html(std::string_view text) {
  std::string shown(text.substr(0, 19));
  std::ranges::replace(shown, 'T', ' ');
  return escape(shown);
}

std::string or_unknown(const std::optional<std::string>& text) {
  return text ? escape(*text) : both(Word::kNotKnown);
}

std::string seconds_html(Word what, std::int64_t seconds) {
  return line(both(what) + ' ' + grouped(std::to_string(seconds)) + ' ' +
              both(Word::kSecondsShort));
}

// ---- Cells of a contract

std::string name_cell(const BillRow& row) {
  std::string html = line(row.contract.empty() ? both(Word::kNotKnown) : escape(row.contract));
  html += line(both(row.supplier ? Word::kSupplier : Word::kBuyer));
  html += line(both(Word::kOrder) + ' ' + or_unknown(row.order));
  if (row.name) html += line(escape(*row.name));
  return html;
}

std::string where_cell(const BillRow& row) {
  if (!row.hub && !row.devices) return both(Word::kNotKnown);
  std::string html = line(or_unknown(row.hub));
  std::string what = row.devices ? grouped(std::to_string(*row.devices)) + " × " : "";
  html += line(what + or_unknown(row.accelerator));
  if (row.price) {
    html += line(amount_html(*row.price) + " / " + both(Word::kDeviceHour));
  }
  return html;
}

std::string granted_cell(const BillRow& row) {
  if (!row.from && !row.until && !row.end) return both(Word::kNotKnown);
  std::string html = line((row.from ? time_html(*row.from) : both(Word::kNotKnown)) + " –") +
                     line(row.until ? time_html(*row.until) : both(Word::kNotKnown));
  if (row.running) return html + line(both(Word::kRunning));
  const auto reason = std::ranges::find(kEndReasons, row.end_reason);
  std::string end =
      both(Word::kEnded) + ' ' + (row.end ? time_html(*row.end) : both(Word::kNotKnown));
  if (reason != std::end(kEndReasons)) {
    const auto word = static_cast<std::size_t>(Word::kEndCompleted) +
                      static_cast<std::size_t>(reason - std::begin(kEndReasons));
    end += ", " + both(static_cast<Word>(word));
  }
  return html + line(end);
}

std::string delivered_cell(const BillRow& row) {
  if (!row.delivered) return both(Word::kNotKnown);
  std::string html =
      line(grouped(fixed(*row.delivered, 3'600, 2)) + ' ' + both(Word::kDeviceHours)) +
      line(grouped(std::to_string(*row.delivered)) + ' ' + both(Word::kDeviceSeconds));
  if (row.missed.value_or(0) > 0) html += seconds_html(Word::kMissed, *row.missed);
  if (row.ended_early.value_or(0) > 0) html += seconds_html(Word::kEndedEarly, *row.ended_early);
  if (row.overrun.value_or(0) > 0) html += seconds_html(Word::kOverrun, *row.overrun);
  return html;
}

std::string amounts_cell(const BillAmounts& amounts) {
  std::string html = "<span class=\"amounts\">";
  for (std::size_t kind = 0; kind < kBillKinds; ++kind) {
    if (amounts.of[kind] == 0) continue;
    html += "<span>" + kind_html(kind) + "</span><span class=\"n\">" +
            amount_html(amounts.of[kind]) + "</span>";
  }
  return html + "</span>";
}

// ---- Sections

std::string period_html(const Bill& bill) {
  const std::string from = bill.from ? escape(*bill.from) : both(Word::kBillBeginning);
  const std::string to =
      (bill.up_to_now ? both(Word::kBillUpToNow) : both(Word::kBillBefore)) + ' ' + escape(bill.to);
  return from + " – " + to;
}

void write_top(std::string& out, const Bill& bill, bool chinese) {
  const std::string dot = "<i>·</i>";
  out += "<header class=\"top\"><div><div class=\"brand\"><b>Tongsuan 统算</b></div><h1>" +
         both(Word::kBillTitle) + "</h1><div class=\"meta\">" + escape(bill.name) + dot +
         escape(bill.participant) + dot + period_html(bill) + dot + escape(bill.currency) +
         "</div></div>";
  write_controls(out, chinese,
                 {both(Word::kLanguage), both(Word::kTheme), both(Word::kAutomatic),
                  both(Word::kLight), both(Word::kDark)});
  out += "</header>\n";
}

void write_figure(std::string& out, Word name, int128 amount, const std::string& below) {
  out += "<div class=\"kpi\"><dt>" + both(name) + "</dt><dd class=\"v\">" + amount_html(amount) +
         "</dd><dd class=\"s\">" + below + "</dd></div>\n";
}

void write_figures(std::string& out, const Bill& bill) {
  const BillAmounts contracts = bill.of_contracts();
  const std::string unit = escape(bill.currency);
  const std::string all = unit + ", " + both(Word::kAllAccounts);
  out += "<dl class=\"kpis\">\n";
  write_figure(out, Word::kOpeningBalance, bill.opening, all);
  write_figure(
      out, Word::kNetOfContracts, contracts.net(),
      unit + ", " + grouped(std::to_string(bill.rows.size())) + ' ' + both(Word::kContracts));
  write_figure(out, Word::kMovedOtherwise, bill.totals.net() - contracts.net(), unit);
  write_figure(out, Word::kClosingBalance, bill.closing, all);
  out += "</dl>\n";
}

void write_kinds(std::string& out, const Bill& bill) {
  begin_section(out, "kinds", both(Word::kBillByKind), both(Word::kBillByKindCaption));
  out += "<div class=\"narrow-table\">";
  begin_table(out, both(Word::kBillByKind), {both(Word::kKind), both(Word::kAmount)}, 1);
  table_row(out, {both(Word::kOpeningBalance), amount_html(bill.opening)}, 1);
  for (std::size_t kind = 0; kind < kBillKinds; ++kind) {
    if (bill.totals.of[kind] == 0) continue;
    table_row(out, {kind_html(kind), amount_html(bill.totals.of[kind])}, 1);
  }
  table_row(out, {both(Word::kClosingBalance), amount_html(bill.closing)}, 1);
  end_table(out);
  out += "</div></section>\n";
}

void write_contracts(std::string& out, const Bill& bill) {
  begin_section(out, "contracts", both(Word::kBillByContract), both(Word::kBillByContractCaption));
  if (bill.rows.empty()) {
    out += "<p class=\"note\">" + both(Word::kBillNothing) + "</p></section>\n";
    return;
  }
  begin_table(out, both(Word::kBillByContract),
              {both(Word::kContract), both(Word::kWhere), both(Word::kGranted),
               both(Word::kDelivered), both(Word::kAmounts), both(Word::kNet)},
              5);
  for (const BillRow& row : bill.rows) {
    table_row(out,
              {name_cell(row), where_cell(row), granted_cell(row), delivered_cell(row),
               amounts_cell(row.amounts), amount_html(row.amounts.net())},
              5);
  }
  end_table(out);
  out += "</section>\n";
}

void write_fact(std::string& out, Word name, const std::string& html) {
  out += "<dt>" + both(name) + "</dt><dd>" + html + "</dd>\n";
}

// The address that gives these figures again.
std::string address_of(const Bill& bill) {
  std::string text = "/v1/statements/" + bill.participant + '?';
  if (bill.from) text += "from=" + *bill.from + '&';
  if (!bill.up_to_now) text += "to=" + bill.to + '&';
  std::string address;
  for (const char c : text + "asOf=" + std::to_string(bill.sequence)) {
    address += c == '+' ? "%2B" : std::string(1, c);  // a blank in a query otherwise
  }
  return address;
}

void write_verify(std::string& out, const Bill& bill) {
  begin_section(out, "verify", both(Word::kBillVerifyTitle), both(Word::kBillVerifyCaption));
  const std::string command = "tongsuan bill --by line --participant " + bill.participant +
                              (bill.from ? " --from " + *bill.from : "") +
                              (bill.up_to_now ? "" : " --to " + bill.to);
  const auto code = [](const std::string& text) {
    return "<code class=\"cmd\">" + escape(text) + "</code>";
  };
  out += "<dl class=\"facts\">\n";
  write_fact(out, Word::kBillSequence, std::to_string(bill.sequence));
  write_fact(out, Word::kBillAsk, code("GET " + address_of(bill)));
  write_fact(out, Word::kBillLines, code(command));
  write_fact(out, Word::kBillJournal, code("tongsuan journal check DIR"));
  out += "</dl></section>\n";
}

}  // namespace

std::string bill_html(const Bill& bill, bool chinese) {
  std::string out;
  const Language language = chinese ? Language::kChinese : Language::kEnglish;
  begin_page(out, {.chinese = chinese,
                   .title = escape(bill.name) + " · " + word(Word::kBillTitle, language),
                   .more_style = std::string(kStyle),
                   .skip_to = "contracts",
                   .skip_html = both(Word::kBillByContract)});
  write_top(out, bill, chinese);
  out += "<main>\n";
  write_figures(out, bill);
  write_kinds(out, bill);
  write_contracts(out, bill);
  write_verify(out, bill);
  out += "</main>\n<footer>Tongsuan 统算 · " + escape(bill.participant) + " · " +
         std::to_string(bill.sequence) + "</footer>\n</div>\n</body>\n</html>\n";
  return out;
}

}  // namespace tongsuan::report
