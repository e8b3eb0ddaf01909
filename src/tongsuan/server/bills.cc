// The bill of a participant: as JSON by pages, as a CSV file, as a page for print.
#include <algorithm>

#include "tongsuan/base/sha256.h"
#include "tongsuan/base/text.h"
#include "tongsuan/server/internal/bill.h"
#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/negotiation.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

using report::Bill;
using report::BillAmounts;
using report::BillRow;

enum class BillFormat : std::uint8_t { kJson, kCsv, kHtml };
constexpr std::string_view kFormats[] = {"json", "csv", "html"};
constexpr std::string_view kTypes[] = {"application/json", "text/csv", "text/html"};
constexpr std::string_view kLanguages[] = {"en", "zh"};
// Contracts of one answer.
constexpr std::size_t kCsvRowsMax = 100'000;
constexpr std::size_t kHtmlRowsMax = 5'000;

// ---- JSON

void write_exact(json::Writer& out, std::string_view key, int128 micro) {
  out.begin_object(key)
      .text("amount", report::exact_amount(micro))
      .text("currency", "CNY")
      .end_object();
}

// "ended_early_seconds" as members are written: endedEarlySeconds.
std::string member_name(std::string_view key) {
  if (key == "delivered_device_seconds") return "deliveredSeconds";  // as of contracts
  std::string name;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key[i] != '_') {
      name += key[i];
    } else if (++i < key.size()) {
      name += static_cast<char>(key[i] - 'a' + 'A');
    }
  }
  return name;
}

// Those that are not 0, and what they come to.
void write_amounts(json::Writer& out, std::string_view key, const BillAmounts& amounts) {
  out.begin_object(key);
  for (std::size_t kind = 0; kind < report::kBillKinds; ++kind) {
    const std::string_view name = report::bill_kind_key(static_cast<report::BillKind>(kind));
    if (amounts.of[kind] != 0) write_exact(out, member_name(name), amounts.of[kind]);
  }
  write_exact(out, "net", amounts.net());
  out.end_object();
}

void write_row(json::Writer& out, const BillRow& row) {
  const auto text = [&](std::string_view key, const std::optional<std::string>& value) {
    if (value) out.text(key, *value);
  };
  const auto number = [&](std::string_view key, const std::optional<std::int64_t>& value) {
    if (value) out.number(key, *value);
  };
  out.begin_object();
  if (!row.contract.empty()) out.text("contract", row.contract);
  text("order", row.order);
  text("name", row.name);
  out.text("role", row.supplier ? "supplier" : "buyer")
      .text("state", row.running ? "running" : "ended");
  text("hub", row.hub);
  text("class", row.accelerator);
  number("devices", row.devices);
  text("from", row.from);
  text("until", row.until);
  text("end", row.end);
  if (!row.end_reason.empty()) out.text("endReason", row.end_reason);
  if (row.delivered) out.text("deliveredSeconds", std::to_string(*row.delivered));
  number("missedSeconds", row.missed);
  number("endedEarlySeconds", row.ended_early);
  number("overrunSeconds", row.overrun);
  if (row.price) write_money(out, "price", *row.price);
  write_amounts(out, "amounts", row.amounts);
  if (!row.unknown.empty()) {
    out.begin_array("unknown");
    for (const std::string_view key : row.unknown) out.text(member_name(key));
    out.end_array();
  }
  out.end_object();
}

void write_json(Call& call, std::string& body, const Page& page, const Bill& bill) {
  json::Writer out(body);
  out.begin_object().text("participant", bill.participant).text("name", bill.name);
  out.text("asOf", std::to_string(bill.sequence));
  if (bill.from) out.text("from", *bill.from);
  out.text("to", bill.to);
  write_exact(out, "opening", bill.opening);
  write_exact(out, "closing", bill.closing);
  out.number_unsigned("contracts", bill.rows.size());
  write_amounts(out, "totals", bill.totals);
  out.begin_array("items");
  const std::size_t first =
      std::min<std::size_t>(parse_whole(page.after).value_or(0), bill.rows.size());
  const std::size_t end = std::min(bill.rows.size(), first + page.size);
  for (std::size_t i = first; i < end; ++i) write_row(out, bill.rows[i]);
  out.end_array();
  if (end < bill.rows.size()) {
    out.text("nextPageToken", page_token(call, bill.sequence, std::to_string(end)));
  }
  out.end_object();
}

// ---- Files

// Base 64 with padding, as policies write hashes.
std::string style_hash(std::string_view page) {
  const std::size_t begin = page.find("<style>") + 7;
  const Digest digest = sha256(page.substr(begin, page.find("</style>", begin) - begin));
  std::string text =
      base64url(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  return text + '=';
}

std::optional<Problem> refused_size(const Bill& bill, std::size_t most, std::string_view instead) {
  if (bill.rows.size() <= most) return std::nullopt;
  return Problem{"limit",
                 "The period has " + std::to_string(bill.rows.size()) +
                     " contracts; this format has at most " + std::to_string(most) + ".",
                 "from", 0, "Ask for a shorter period" + std::string(instead)};
}

void set_file(net::Response& response, std::string_view type, const Bill& bill,
              std::string_view how, std::string_view ending) {
  response.content_type = std::string(type) + "; charset=utf-8";
  std::string name = "tongsuan-" + bill.participant + '-' + std::to_string(bill.sequence);
  response.headers.list.push_back(
      {"Content-Disposition",
       std::string(how) + "; filename=\"" + name + '.' + std::string(ending) + '"'});
}

std::optional<Problem> write_csv(Answering& answer, const Bill& bill) {
  if (auto problem = refused_size(bill, kCsvRowsMax, ", or for JSON by pages")) return problem;
  answer.body = report::bill_csv(bill);
  set_file(answer.response, "text/csv", bill, "attachment", "csv");
  return std::nullopt;
}

// Nothing but the one style sheet that is in it may be used: no script, nothing from elsewhere.
std::optional<Problem> write_html(Answering& answer, const Bill& bill, bool chinese) {
  if (auto problem = refused_size(bill, kHtmlRowsMax, ", or for CSV")) return problem;
  answer.body = report::bill_html(bill, chinese);
  set_file(answer.response, "text/html", bill, "inline", "html");
  answer.response.headers.list.push_back(
      {"Content-Security-Policy", "default-src 'none'; style-src 'sha256-" +
                                      style_hash(answer.body) +
                                      "'; base-uri 'none'; form-action 'none'; "
                                      "frame-ancestors 'none'"});
  return std::nullopt;
}

std::optional<BillFormat> read_format(Query& query, const Call& call) {
  const auto named = query.choice("format", kFormats);
  const auto wanted = named ? named : accepted_type(call.request.headers, kTypes);
  if (!wanted) {
    query.fault("Accept", "A bill is application/json, text/csv or text/html.", "not-acceptable");
    return std::nullopt;
  }
  return static_cast<BillFormat>(*wanted);
}

}  // namespace

void get_bill(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  BillQuery asked;
  asked.from = query.time("from");
  asked.to = query.time("to");
  check_period(query, asked.from, asked.to);
  const auto format = read_format(query, call);
  const auto named = query.choice("lang", kLanguages);
  const bool chinese = named.value_or(accepted_language(call.request.headers, kLanguages)) == 1;
  if (!page.first() && format && *format != BillFormat::kJson) {
    query.fault("pageToken", "Only JSON comes by pages.", "bad-value");
  }
  const auto number = parse_id(call.parameters[0], 'P');
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const auto found = find_accounts(call, answer.view, number, call.parameters[0]);
    if (const auto* problem = std::get_if<Problem>(&found)) return *problem;
    asked.participant = std::get<ParticipantId>(found);
    asked.as_of = page.first() ? answer.view.sequence : page.as_of;
    if (asked.as_of > answer.view.sequence) {
      return Problem{"bad-page-token", "The token is of another listing, or none.", "pageToken"};
    }
    const auto made = make_bill(call, answer.view, asked);
    if (const auto* problem = std::get_if<Problem>(&made)) return *problem;
    const Bill& bill = std::get<Bill>(made);
    answer.response.headers.list.push_back({"Vary", "Accept, Accept-Language, Authorization"});
    if (*format == BillFormat::kCsv) return write_csv(answer, bill);
    if (*format == BillFormat::kHtml) return write_html(answer, bill, chinese);
    write_json(call, answer.body, page, bill);
    return std::nullopt;
  });
}

}  // namespace tongsuan::server::internal
