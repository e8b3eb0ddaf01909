// The bytes of rows, alike in snapshots and where a digest covers what an event touched.
#pragma once

#include <string>

#include "tongsuan/base/byte_appender.h"
#include "tongsuan/ledger/state.h"

namespace tongsuan::ledger::internal {

class RowWriter {
 public:
  explicit RowWriter(std::string& bytes) : out_(bytes) {}

  // One after the other, each as wide as its type.
  template <class... Number>
  void numbers(Number... numbers) {
    out_.put(numbers...);
  }
  void money(Money money) { out_.put(money.raw()); }
  void wide(int128 value) {
    out_.put(static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64));
  }

  // Which purposes are open, and the balances of these.
  void participant(const Participant& row) {
    out_.put(std::uint32_t{row.open});
    for (std::size_t purpose = 0; purpose < kPurposes; ++purpose) {
      if (row.has(static_cast<Purpose>(purpose))) money(row.balance[purpose]);
    }
    out_.put(row.overdraft.raw(), row.programme, row.last_number);
  }
  void seen(const RepeatWindow::Seen& seen) {
    out_.put(seen.number, seen.fingerprint, seen.made.slot, seen.made.generation);
  }
  // Of a row that has ended, only the generation is known.
  void row(const HoldRow& row) {
    out_.put(row.generation, std::uint8_t{row.open});
    if (!row.open) return;
    out_.put(row.held.raw(), row.left.raw(), row.until, row.owner.value, row.right,
             static_cast<std::uint8_t>(row.source));
  }
  void row(const RightRow& row) {
    out_.put(row.generation, std::uint8_t{row.open});
    if (!row.open) return;
    out_.put(row.contract, row.cost.raw(), row.paid.raw(), row.rectangle.raw(), row.delivered.raw(),
             row.hold, row.voucher);
  }
  void programme(const ProgrammeRow& row) {
    out_.put(row.city.value, row.rate_ppm, row.cap.raw(), row.until);
  }

 private:
  ByteAppender out_;
};

}  // namespace tongsuan::ledger::internal
