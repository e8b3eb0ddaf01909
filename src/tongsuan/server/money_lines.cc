#include "tongsuan/server/money_lines.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace tongsuan::server {
namespace {

using ledger::Account;
using ledger::Purpose;

const Account kRail{ledger::kHouse, Purpose::kRail};

// The hold that a fact makes or uses; of none for other facts.
ledger::HoldId hold_of(const ledger::Fact& fact) {
  if (std::holds_alternative<ledger::Hold>(fact.asked)) {
    return {fact.made.slot, fact.made.generation};
  }
  return std::visit(
      [](const auto& leg) {
        if constexpr (requires { leg.hold.slot; }) {
          return leg.hold;
        } else {
          return ledger::HoldId();
        }
      },
      fact.asked);
}

MoneyKind kind_of_move(const ledger::Posting& did) {
  if (did.from == kRail) return MoneyKind::kDeposit;
  if (did.to == kRail) return MoneyKind::kWithdrawal;
  if (did.from.participant == did.to.participant) {
    if (did.to.purpose == Purpose::kEscrow) return MoneyKind::kHold;
    return did.from.purpose == Purpose::kEscrow ? MoneyKind::kRelease : MoneyKind::kTransfer;
  }
  if (did.to.purpose == Purpose::kRounding) return MoneyKind::kRounding;
  return did.from.purpose == Purpose::kMargin ? MoneyKind::kPenalty : MoneyKind::kRefund;
}

// Entries of segments say when they were metered; that of a premium has none, and those of resales
// name them (docs/ledger.md).
MoneyKind kind_of_post(const ledger::Reason& why) {
  if (why.contract != 0 && why.segment == 0) return MoneyKind::kPremium;
  return why.contract != 0 && why.reference != 0 ? MoneyKind::kTakeOrPay : MoneyKind::kPayment;
}

MoneyKind kind_of(const ledger::Fact& fact, const ledger::Reason& why) {
  if (std::holds_alternative<ledger::Move>(fact.asked)) return kind_of_move(fact.did);
  if (std::holds_alternative<ledger::Hold>(fact.asked)) return MoneyKind::kHold;
  if (std::holds_alternative<ledger::Post>(fact.asked)) return kind_of_post(why);
  if (std::holds_alternative<ledger::Penalty>(fact.asked)) return MoneyKind::kPenalty;
  const bool voucher = std::holds_alternative<ledger::Voucher>(fact.asked) ||
                       fact.did.to.purpose == Purpose::kVoucher;
  return voucher ? MoneyKind::kVoucher : MoneyKind::kRelease;
}

bool is_transfer(MoneyKind kind) {
  return kind == MoneyKind::kDeposit || kind == MoneyKind::kWithdrawal ||
         kind == MoneyKind::kTransfer;
}

// What follows the postings of a contract, or of a resale of its devices, at once.
std::optional<std::uint32_t> paid_contract(const exchange::OwnEvent& event) {
  return std::visit(
      [](const auto& what) -> std::optional<std::uint32_t> {
        using What = std::remove_cvref_t<decltype(what)>;
        if constexpr (std::is_same_v<What, exchange::ContractGranted> ||
                      std::is_same_v<What, exchange::ContractMetered> ||
                      std::is_same_v<What, exchange::ContractSettled> ||
                      std::is_same_v<What, exchange::ResaleOpened> ||
                      std::is_same_v<What, exchange::ResaleSpared> ||
                      std::is_same_v<What, exchange::ResaleMetered> ||
                      std::is_same_v<What, exchange::ResaleOver> ||
                      std::is_same_v<What, exchange::ResaleClosed>) {
          return what.contract.value;
        } else {
          return std::nullopt;
        }
      },
      event);
}

}  // namespace

std::string_view money_kind_name(MoneyKind kind) {
  constexpr std::array<std::string_view, kMoneyKinds> kNames = {
      "deposit", "withdrawal", "transfer", "hold",    "release", "payment", "take-or-pay",
      "premium", "penalty",    "refund",   "voucher", "resale",  "rounding"};
  return kNames[static_cast<std::size_t>(kind)];
}

void MoneyLines::see(std::uint64_t sequence, Second at, const exchange::Event& event) {
  if (const auto* money = std::get_if<exchange::MoneyEvent>(&event)) {
    see_money(sequence, at, *money);
  } else if (const auto* own = std::get_if<exchange::OwnEvent>(&event)) {
    see_own(*own);
  }
}

void MoneyLines::begin_after(std::uint64_t sequence, Second at) {
  forgotten_ = sequence;
  forgotten_at_ = at;
}

void MoneyLines::see_money(std::uint64_t sequence, Second at, const exchange::MoneyEvent& money) {
  const bool moves = std::ranges::any_of(
      money.facts, [](const ledger::Fact& fact) { return fact.did.amount != Money(); });
  if (!moves) return;  // a grant: what was paid before it is named after it
  flush();
  const ledger::Reason& why = money.why;
  for (const ledger::Fact& fact : money.facts) {
    if (fact.did.amount == Money()) continue;
    const ledger::HoldId hold = hold_of(fact);
    MoneyLine line{.sequence = sequence, .at = at, .did = fact.did};
    line.kind = kind_of(fact, why);
    line.order = order_of(hold);
    if (is_transfer(line.kind)) line.reference = why.reference;
    if (line.kind == MoneyKind::kTakeOrPay) line.resale = static_cast<std::uint32_t>(why.reference);
    pending_.push_back({line, why.contract != 0, hold});
  }
}

void MoneyLines::see_own(const exchange::OwnEvent& event) {
  if (const auto* held = std::get_if<exchange::OrderHeld>(&event)) {
    see_held(*held);
  } else if (const auto* earned = std::get_if<exchange::ResaleEarned>(&event)) {
    see_earned(*earned);
  } else if (const auto* presumed = std::get_if<exchange::DeliveryPresumed>(&event)) {
    see_presumed(*presumed);
  } else if (const auto* shared = std::get_if<exchange::DeliveryShared>(&event)) {
    see_shared(*shared);
  } else if (const auto* returned = std::get_if<exchange::ResaleReturned>(&event)) {
    see_returned(*returned);
  } else if (const auto* refunded = std::get_if<exchange::ResaleRefunded>(&event)) {
    see_refunded(*refunded);
  } else if (const auto* settled = std::get_if<exchange::DeliverySettled>(&event)) {
    name(settled->contract.value, false);
  } else if (const auto contract = paid_contract(event)) {
    name(*contract, true);
  }
}

void MoneyLines::see_held(const exchange::OrderHeld& held) {
  if (held.hold.slot == kNone) return;
  if (held_.size() <= held.hold.slot) held_.resize(std::size_t{held.hold.slot} + 1);
  held_[held.hold.slot] = {held.hold.generation, held.order};
  for (Pending& pending : pending_) {
    if (pending.hold == held.hold) pending.line.order = held.order.value;
  }
}

// There is one posting to a receiver: its share is taken out of it.
void MoneyLines::see_earned(const exchange::ResaleEarned& earned) {
  const auto found = std::ranges::find_if(pending_, [&](const Pending& pending) {
    const MoneyLine& line = pending.line;
    const bool pays = line.kind == MoneyKind::kPayment || line.kind == MoneyKind::kTakeOrPay;
    return pays && line.sold == kNone && line.did.to.participant == earned.seller &&
           line.did.amount >= earned.income;
  });
  if (found == pending_.end()) return;
  Pending share = *found;
  share.line.did.amount = earned.income;
  share.line.sold = earned.contract.value;
  share.line.sold_as = earned.resale.value;
  found->line.did.amount = found->line.did.amount - earned.income;
  if (found->line.did.amount == Money()) {
    *found = share;
  } else {
    pending_.insert(found, share);
  }
}

template <class Fits>
MoneyLine* MoneyLines::find_unnamed(Fits&& fits) {
  const auto found = std::ranges::find_if(pending_, [&](const Pending& pending) {
    return pending.line.contract == kNone && fits(pending.line);
  });
  return found == pending_.end() ? nullptr : &found->line;
}

// The supplier's part; of an earlier version it went into a hold. Parts of sellers follow.
void MoneyLines::see_presumed(const exchange::DeliveryPresumed& presumed) {
  MoneyLine* line = find_unnamed([&](const MoneyLine& one) {
    return one.kind == MoneyKind::kHold && one.did.to.participant == presumed.what.supplier &&
           one.did.amount == presumed.what.amount;
  });
  if (line != nullptr) line->contract = presumed.contract.value;
}

// A seller hears of its own contract, not of that which has the devices.
void MoneyLines::see_shared(const exchange::DeliveryShared& shared) {
  const exchange::PresumedShare& share = shared.share;
  MoneyLine* line = find_unnamed([&](const MoneyLine& one) {
    return one.kind == MoneyKind::kHold && one.did.to.participant == share.payee &&
           one.did.amount == share.amount;
  });
  if (line == nullptr) return;
  const bool sold = share.earned.value != 0;
  line->contract = sold ? share.earned_of.value : share.owed_of.value;
  line->resale = sold ? share.earned.value : share.owed.value;
}

// What goes back has one line; what stays is released by another.
void MoneyLines::see_returned(const exchange::ResaleReturned& returned) {
  const Account escrow{returned.seller, Purpose::kEscrow};
  const auto back = std::ranges::find_if(pending_, [&](const Pending& pending) {
    const MoneyLine& one = pending.line;
    return one.did.from == escrow && one.sold == kNone && one.did.amount == returned.amount;
  });
  if (back != pending_.end()) {
    MoneyLine& line = back->line;
    line.kind = MoneyKind::kRefund;
    line.sold = returned.contract.value;
    line.sold_as = returned.resale.value;
    line.returned = true;
  }
  MoneyLine* rest = find_unnamed([&](const MoneyLine& one) {
    return one.did.from == escrow && one.sold == kNone && one.kind == MoneyKind::kRelease;
  });
  if (rest == nullptr) return;
  rest->contract = returned.contract.value;
  rest->resale = returned.resale.value;
}

// Before what is said of its payee.
void MoneyLines::see_refunded(const exchange::ResaleRefunded& refunded) {
  const Account cash{refunded.seller, Purpose::kCash};
  MoneyLine* line = find_unnamed([&](const MoneyLine& one) {
    return one.did.from.purpose == Purpose::kEscrow && one.did.to == cash && one.sold == kNone &&
           one.did.amount == refunded.amount;
  });
  if (line == nullptr) return;
  line->kind = MoneyKind::kRefund;
  line->contract = refunded.contract.value;
  line->resale = refunded.resale.value;
}

void MoneyLines::name(std::uint32_t contract, bool of_contract) {
  for (Pending& pending : pending_) {
    const bool is_named = pending.line.contract != kNone || is_transfer(pending.line.kind);
    if (!is_named && pending.of_contract == of_contract) pending.line.contract = contract;
  }
}

void MoneyLines::flush() {
  for (const Pending& pending : pending_) lines_.push_back(pending.line);
  pending_.clear();
  while (lines_.size() > kMoneyLinesKept) {
    forgotten_ = lines_.front().sequence;
    forgotten_at_ = lines_.front().at;
    lines_.pop_front();
  }
}

std::uint32_t MoneyLines::order_of(ledger::HoldId hold) const {
  if (hold.slot >= held_.size() || held_[hold.slot].generation != hold.generation) return kNone;
  return held_[hold.slot].order.value;
}

}  // namespace tongsuan::server
