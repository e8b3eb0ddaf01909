#include "tongsuan/report/bill.h"

#include <algorithm>

#include "tongsuan/domain/market.h"
#include "tongsuan/report/numbers.h"
#include "tongsuan/report/table.h"

namespace tongsuan::report {
namespace {

constexpr std::array<std::string_view, kBillKinds> kKindKeys = {
    "payment", "take_or_pay", "premium", "penalty", "refund",
    "voucher", "resale",      "other",   "deposit", "withdrawal"};

// A spreadsheet takes what begins so for a formula; after an apostrophe it is text.
std::string defused(std::string_view text) {
  const bool is_formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  return (is_formula ? "'" : "") + std::string(text);
}

// Writes a row by its columns; each column comes once, in one order.
class CsvRow {
 public:
  CsvRow(std::string& out, bool head) : out_(out), head_(head) {}
  void text(std::string_view key, std::string_view value) { put(key, defused(value)); }
  void known(std::string_view key, const std::optional<std::string>& value) {
    text(key, value ? std::string_view(*value) : std::string_view());
  }
  void number(std::string_view key, const std::optional<std::int64_t>& value) {
    put(key, value ? std::to_string(*value) : "");
  }
  void amount(std::string_view key, const std::optional<int128>& value) {
    put(key, value ? exact_amount(*value) : "");
  }
  void end() { out_ += "\r\n"; }

 private:
  void put(std::string_view key, const std::string& value) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += head_ ? std::string(key) : csv_field(value);
  }
  std::string& out_;
  bool head_;
  bool first_ = true;
};

// What a line of the file is about: a contract, a balance, or what moved otherwise.
struct CsvLine {
  std::string_view row;
  const BillRow* contract = nullptr;
  std::optional<int128> net = {}, balance = {};
};

std::string joined(const std::vector<std::string_view>& keys) {
  std::string text;
  for (const std::string_view key : keys) text += (text.empty() ? "" : " ") + std::string(key);
  return text;
}

void write_contract(CsvRow& out, const BillRow& row, bool is_contract) {
  out.text("contract", row.contract);
  out.known("order", row.order);
  out.known("name", row.name);
  out.text("role", !is_contract ? "" : row.supplier ? "supplier" : "buyer");
  out.text("state", !is_contract ? "" : row.running ? "running" : "ended");
  out.known("hub", row.hub);
  out.known("class", row.accelerator);
  out.number("devices", row.devices);
  out.known("from", row.from);
  out.known("until", row.until);
  out.known("end", row.end);
  out.text("end_reason", row.end_reason);
  out.number("delivered_device_seconds", row.delivered);
  out.number("missed_seconds", row.missed);
  out.number("ended_early_seconds", row.ended_early);
  out.number("overrun_seconds", row.overrun);
  out.amount("price", row.price ? std::optional<int128>(*row.price) : std::nullopt);
  for (std::size_t kind = 0; kind < kContractKinds; ++kind) {
    out.amount(kKindKeys[kind], is_contract ? std::optional(row.amounts.of[kind]) : std::nullopt);
  }
  out.text("unknown", joined(row.unknown));
}

void write_line(std::string& out, const Bill& bill, const CsvLine& line, bool head) {
  static const BillRow kNothing;
  CsvRow row(out, head);
  row.text("row", line.row);
  row.text("participant", bill.participant);
  write_contract(row, line.contract == nullptr ? kNothing : *line.contract,
                 line.contract != nullptr);
  row.amount("net", line.net);
  row.amount("balance", line.balance);
  row.text("currency", bill.currency);
  row.text("as_of", std::to_string(bill.sequence));
  row.end();
}

}  // namespace

std::string_view bill_kind_key(BillKind kind) {
  return kKindKeys[static_cast<std::size_t>(kind)];
}

int128 BillAmounts::net() const {
  int128 sum = 0;
  for (const int128 amount : of) sum += amount;
  return sum;
}

void BillAmounts::add(const BillAmounts& other) {
  for (std::size_t i = 0; i < kBillKinds; ++i) of[i] += other.of[i];
}

BillAmounts Bill::of_contracts() const {
  BillAmounts sum;
  for (const BillRow& row : rows) sum.add(row.amounts);
  return sum;
}

std::string exact_amount(int128 micro) {
  std::string text = fixed(micro, kMicro, 6);
  while (text.ends_with("0") && text[text.size() - 3] != '.') text.pop_back();
  return text;
}

std::string bill_csv(const Bill& bill) {
  std::string out;
  write_line(out, bill, {}, true);
  write_line(out, bill, {.row = "opening", .balance = bill.opening}, false);
  for (const BillRow& row : bill.rows) {
    write_line(out, bill, {.row = "contract", .contract = &row, .net = row.amounts.net()}, false);
  }
  const BillAmounts contracts = bill.of_contracts();
  for (std::size_t kind = 0; kind < kBillKinds; ++kind) {
    const int128 rest = bill.totals.of[kind] - contracts.of[kind];
    if (rest != 0) write_line(out, bill, {.row = kKindKeys[kind], .net = rest}, false);
  }
  write_line(out, bill, {.row = "closing", .balance = bill.closing}, false);
  return out;
}

}  // namespace tongsuan::report
