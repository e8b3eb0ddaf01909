// What the contracts of a participant came to in a period, as CSV and as one page for print.
//
// Model. A *row* is a contract of which money moved, in one of its roles. Amounts are signed as the
// participant sees them: what came in is above 0. Rows and what moved otherwise (deposits and
// withdrawals) add up to the totals, and opening balance plus totals is the closing balance, over
// all accounts of the participant together: what is only set aside has not moved.
//
// What is not known any more is no number: it is absent, and its key is among `unknown`. Texts of
// times are RFC 3339. Money is exact in every form: whoever made the bill has checked its sums.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/report/words.h"

namespace tongsuan::report {

// Those of contracts come first.
enum class BillKind : std::uint8_t {
  kPayment,
  kTakeOrPay,
  kPremium,
  kPenalty,
  kRefund,
  kVoucher,
  kResale,
  kOther,
  kDeposit,
  kWithdrawal,
};
inline constexpr std::size_t kBillKinds = 10;
inline constexpr std::size_t kContractKinds = 8;
[[nodiscard]] std::string_view bill_kind_key(BillKind kind);  // "take_or_pay"

struct BillAmounts {
  std::array<int128, kBillKinds> of{};  // micro-units
  [[nodiscard]] int128 net() const;
  void add(BillKind kind, int128 amount) { of[static_cast<std::size_t>(kind)] += amount; }
  void add(const BillAmounts& other);
};

struct BillRow {
  std::string contract;  // empty: the record does not say of which
  bool supplier = false;
  bool running = false;
  std::optional<std::string> order, name, hub, accelerator;
  std::optional<std::int64_t> devices;
  std::optional<std::string> from, until, end;  // start, end of what was granted, its own end
  std::string end_reason;
  std::optional<std::int64_t> delivered;                     // device-seconds
  std::optional<std::int64_t> missed, ended_early, overrun;  // seconds
  std::optional<std::int64_t> price;                         // micro-units per device-hour
  BillAmounts amounts;
  std::vector<std::string_view> unknown;  // keys of the CSV
};

struct Bill {
  std::string participant, name;
  std::string currency;
  std::optional<std::string> from;  // absent: from the beginning
  std::string to;                   // before this time, or up to it where `up_to_now`
  bool up_to_now = false;
  std::uint64_t sequence = 0;  // of the last command that it knows
  int128 opening = 0, closing = 0;
  std::vector<BillRow> rows;  // by contract
  BillAmounts totals;
  [[nodiscard]] BillAmounts of_contracts() const;  // the sum of the rows
};

// "-1234.50": every digit there is, and two decimals at least.
[[nodiscard]] std::string exact_amount(int128 micro);

// RFC 4180 with a row of keys: the opening balance, a row for each contract, what moved otherwise,
// the closing balance. `row` says which; `net` adds up from one balance to the other. No
// spreadsheet takes a text of somebody for a formula.
[[nodiscard]] std::string bill_csv(const Bill& bill);

// One file without scripts, style attributes or anything from elsewhere, for the screen and A4. In
// both languages; `chinese` is shown first.
[[nodiscard]] std::string bill_html(const Bill& bill, bool chinese);

}  // namespace tongsuan::report
