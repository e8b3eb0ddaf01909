// What must hold after every event (ledger.h), looked at where the event could have broken it.
#include "tongsuan/base/check.h"
#include "tongsuan/ledger/internal/carry_out.h"
#include "tongsuan/ledger/state.h"

namespace tongsuan::ledger {

const char* State::broken(const Event& event) const {
  for (const Fact& fact : event.facts) {
    if (fact.did.amount < Money()) return "an amount is negative";
    if (fact.did.amount != Money()) {
      if (const char* what = broken_account(fact.did.from)) return what;
      if (const char* what = broken_account(fact.did.to)) return what;
    }
    const std::uint32_t slot = internal::hold_of(fact.asked);
    std::uint32_t right = internal::right_of(fact.asked);
    if (slot != kNone) {
      if (const char* what = broken_hold(slot)) return what;
      right = holds_.rows[slot].right;
    }
    if (right != kNone) {
      if (const char* what = broken_right(right)) return what;
    }
  }
  return broken_sums();
}

const char* State::broken_account(Account account) const {
  const Participant& row = participants_[account.participant.value];
  if (!row.has(account.purpose)) return "money moves to or from an account that is not open";
  const Money balance = row.at(account.purpose);
  if (balance > Money(kBalanceMax)) return "an account is over its limit";
  if (balance >= row.floor(account.purpose)) return nullptr;
  switch (account.purpose) {
    case Purpose::kRent:
      return "congestion rent is negative";
    case Purpose::kVoucher:
      return "vouchers exceed their pool";
    default:
      return "an account is below its floor";
  }
}

const char* State::broken_hold(std::uint32_t slot) const {
  const HoldRow& row = holds_.rows[slot];
  if (row.left < Money()) return "a hold is negative";
  return row.left > row.held ? "more is left of a hold than was held" : nullptr;
}

const char* State::broken_right(std::uint32_t slot) const {
  const RightRow& row = rights_.rows[slot];
  if (row.delivered < DeviceSeconds() || row.delivered > row.rectangle) {
    return "more is delivered than the contract's rectangle";
  }
  if (row.paid != due(row.cost, row.delivered, row.rectangle)) {
    return "money and right did not move together";
  }
  if (const char* what = broken_voucher(row)) return what;
  if (!row.open) return nullptr;
  Money covered = holds_.rows[row.hold].left;
  if (row.voucher != kNone) covered = covered + holds_.rows[row.voucher].left;
  return covered < row.cost - row.paid ? "a contract is not covered by its holds" : nullptr;
}

const char* State::broken_voucher(const RightRow& right) const {
  if (right.voucher == kNone) return nullptr;
  const HoldRow& voucher = holds_.rows[right.voucher];
  const std::uint32_t at = participants_[voucher.owner.value].programme;
  if (at >= programmes_.size()) return "a voucher of no programme";
  const ProgrammeRow& programme = programmes_[at];
  const auto over = [&](Money part, Money whole) {
    return static_cast<int128>(part.raw()) * kPpm >
           static_cast<int128>(whole.raw()) * programme.rate_ppm;
  };
  if (right.open) {
    if (over(voucher.held, right.cost)) return "a voucher exceeds its rate";
    if (over(voucher.held - voucher.left, right.paid)) return "a voucher pays more than its rate";
  }
  const Money used = programme.used_by(holds_.rows[right.hold].owner);
  return used > programme.cap || used < Money() ? "vouchers exceed the cap of a buyer" : nullptr;
}

const char* State::broken_sums() const {
  int128 sum = 0;
  for (const int128 total : totals_) sum += total;
  if (sum != 0) return "debits and credits differ";
  return total(Purpose::kHold) != left_total_ ? "hold accounts differ from open holds" : nullptr;
}

}  // namespace tongsuan::ledger
