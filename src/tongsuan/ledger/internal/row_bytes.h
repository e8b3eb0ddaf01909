// The bytes of rows, alike in snapshots and where a digest covers what an event touched.
#pragma once

#include <string>

#include "tongsuan/base/bytes.h"
#include "tongsuan/ledger/state.h"

namespace tongsuan::ledger::internal {

class RowWriter {
 public:
  explicit RowWriter(std::string& bytes) : bytes_(bytes) {}

  void byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void number(std::uint32_t value) { append_little_endian(bytes_, value); }
  void number(std::uint64_t value) { append_little_endian(bytes_, value); }
  void number(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
  void money(Money money) { number(money.raw()); }
  void wide(int128 value) {
    number(static_cast<std::uint64_t>(value));
    number(static_cast<std::uint64_t>(value >> 64));
  }

  // Which purposes are open, and the balances of these.
  void participant(const Participant& row) {
    number(std::uint32_t{row.open});
    for (std::size_t purpose = 0; purpose < kPurposes; ++purpose) {
      if (row.has(static_cast<Purpose>(purpose))) money(row.balance[purpose]);
    }
    money(row.overdraft);
    number(row.programme);
    number(row.last_number);
  }
  void seen(const RepeatWindow::Seen& seen) {
    number(seen.number);
    number(seen.fingerprint);
    number(seen.made.slot);
    number(seen.made.generation);
  }
  // Of a row that has ended, only the generation is known.
  void row(const HoldRow& row) {
    number(row.generation);
    byte(row.open ? 1 : 0);
    if (!row.open) return;
    money(row.held);
    money(row.left);
    number(row.until);
    number(row.owner.value);
    number(row.right);
    byte(static_cast<std::uint8_t>(row.source));
  }
  void row(const RightRow& row) {
    number(row.generation);
    byte(row.open ? 1 : 0);
    if (!row.open) return;
    number(row.contract);
    money(row.cost);
    money(row.paid);
    number(row.rectangle.raw());
    number(row.delivered.raw());
    number(row.hold);
    number(row.voucher);
  }
  void programme(const ProgrammeRow& row) {
    number(row.city.value);
    number(row.rate_ppm);
    money(row.cap);
    number(row.until);
  }

 private:
  std::string& bytes_;
};

}  // namespace tongsuan::ledger::internal
