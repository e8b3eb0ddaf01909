// The bytes of rows, alike in snapshots and where a digest covers what an event touched.
#pragma once

#include <string>

#include "tongsuan/base/byte_packer.h"
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
    BytePacker<4 + 8 * kPurposes + 8 + 4 + 8> pack;
    pack.number(std::uint32_t{row.open});
    for (std::size_t purpose = 0; purpose < kPurposes; ++purpose) {
      if (row.has(static_cast<Purpose>(purpose))) pack.number(row.balance[purpose].raw());
    }
    pack.number(row.overdraft.raw());
    pack.number(row.programme);
    pack.number(row.last_number);
    pack.append_to(bytes_);
  }
  void seen(const RepeatWindow::Seen& seen) {
    BytePacker<8 + 8 + 4 + 4> pack;
    pack.number(seen.number);
    pack.number(seen.fingerprint);
    pack.number(seen.made.slot);
    pack.number(seen.made.generation);
    pack.append_to(bytes_);
  }
  // Of a row that has ended, only the generation is known.
  void row(const HoldRow& row) {
    BytePacker<4 + 1 + 3 * 8 + 2 * 4 + 1> pack;
    pack.number(row.generation);
    pack.byte(row.open ? 1 : 0);
    if (row.open) {
      pack.number(row.held.raw());
      pack.number(row.left.raw());
      pack.number(row.until);
      pack.number(row.owner.value);
      pack.number(row.right);
      pack.byte(static_cast<std::uint8_t>(row.source));
    }
    pack.append_to(bytes_);
  }
  void row(const RightRow& row) {
    BytePacker<4 + 1 + 5 * 8 + 2 * 4> pack;
    pack.number(row.generation);
    pack.byte(row.open ? 1 : 0);
    if (row.open) {
      pack.number(row.contract);
      pack.number(row.cost.raw());
      pack.number(row.paid.raw());
      pack.number(row.rectangle.raw());
      pack.number(row.delivered.raw());
      pack.number(row.hold);
      pack.number(row.voucher);
    }
    pack.append_to(bytes_);
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
