// What a fact does to rows. State carries facts out on its own rows, a draft on copies of them, so
// that what is decided and what happens cannot drift apart. Nothing is refused here.
//
// Books: participant(id), hold(id or slot), right(id or slot), used(programme, buyer) give rows to
// change; add(account, amount) and take(hold, amount) change money; make_hold, make_right and
// make_programme make rows.
#pragma once

#include "tongsuan/base/check.h"
#include "tongsuan/ledger/entry.h"
#include "tongsuan/ledger/state.h"

namespace tongsuan::ledger::internal {

[[nodiscard]] constexpr std::uint16_t bit(Purpose purpose) {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(purpose));
}

template <class Books>
class CarryOut {
 public:
  CarryOut(Books& books, const Reason& why) : books_(books), why_(why) {}

  void run(const Fact& fact) {
    fact_ = &fact;
    if (amount() != Money()) {
      books_.add(fact.did.from, Money(-amount().raw()));
      books_.add(fact.did.to, amount());
    }
    std::visit(*this, fact.asked);
  }

  void operator()(const Open& leg) {
    Participant& participant = books_.participant(leg.account.participant);
    participant.open = static_cast<std::uint16_t>(participant.open | bit(leg.account.purpose) |
                                                  bit(Purpose::kHold));
    if (leg.account.purpose == Purpose::kCash) participant.overdraft = leg.overdraft;
  }
  void operator()(const Programme& leg) { books_.make_programme(leg); }
  void operator()(const Move&) {}
  void operator()(const Hold& leg) {
    HoldRow& row = books_.make_hold(fact_->made, leg.from.participant, amount());
    row.until = leg.until;
    row.source = leg.from.purpose;
  }
  void operator()(const Post& leg) {
    HoldRow& hold = books_.hold(leg.hold);
    books_.take(hold, amount());
    if (hold.right == kNone) return;
    RightRow& right = books_.right(hold.right);
    right.paid = right.paid + amount();
  }
  void operator()(const Penalty& leg) { books_.take(books_.hold(leg.bond), amount()); }
  void operator()(const Release& leg) { books_.take(books_.hold(leg.hold), amount()); }
  void operator()(const Void& leg) { books_.take(books_.hold(leg.hold), amount()); }
  void operator()(const Expire& leg) { books_.take(books_.hold(leg.hold), amount()); }
  void operator()(const Grant& leg) {
    RightRow& row = books_.make_right(fact_->made);
    row.contract = why_.contract;
    row.cost = leg.cost;
    row.rectangle = leg.rectangle;
    row.hold = leg.hold.slot;
    HoldRow& hold = books_.hold(leg.hold);
    TONGSUAN_CHECK(hold.right == kNone);
    hold.right = fact_->made.slot;
  }
  void operator()(const Voucher& leg) {
    HoldRow& row = books_.make_hold(fact_->made, leg.city, amount());
    row.source = Purpose::kVoucher;
    row.right = leg.right.slot;
    RightRow& right = books_.right(leg.right);
    TONGSUAN_CHECK(right.voucher == kNone);
    right.voucher = fact_->made.slot;
    use(leg.city, right, amount());
  }
  void operator()(const Deliver& leg) {
    RightRow& row = books_.right(leg.right);
    row.delivered = row.delivered + leg.amount;
  }
  void operator()(const Close& leg) {
    RightRow& row = books_.right(leg.right);
    row.open = false;
    if (row.voucher != kNone) {
      HoldRow& voucher = books_.hold(row.voucher);
      use(voucher.owner, row, Money(-amount().raw()));
      books_.take(voucher, amount());
      voucher.right = kNone;
    }
    books_.hold(row.hold).right = kNone;
  }

 private:
  [[nodiscard]] Money amount() const { return fact_->did.amount; }
  void use(ParticipantId city, const RightRow& right, Money amount) {
    Money& used = books_.used(books_.participant(city).programme, books_.hold(right.hold).owner);
    used = used + amount;
  }

  Books& books_;
  const Reason& why_;
  const Fact* fact_ = nullptr;
};

// The hold that a leg names; kNone when it names none.
[[nodiscard]] inline std::uint32_t hold_of(const Leg& leg) {
  return std::visit(
      [](const auto& what) {
        if constexpr (requires { what.hold; }) return what.hold.slot;
        if constexpr (requires { what.bond; }) return what.bond.slot;
        return kNone;
      },
      leg);
}

// The right that a leg names; kNone when it names none.
[[nodiscard]] inline std::uint32_t right_of(const Leg& leg) {
  return std::visit(
      [](const auto& what) {
        if constexpr (requires { what.right; }) return what.right.slot;
        return kNone;
      },
      leg);
}

[[nodiscard]] inline bool makes_something(const Leg& leg) {
  return std::holds_alternative<Hold>(leg) || std::holds_alternative<Grant>(leg) ||
         std::holds_alternative<Voucher>(leg) || std::holds_alternative<Programme>(leg);
}

}  // namespace tongsuan::ledger::internal
