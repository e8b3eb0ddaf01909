// Test helper: the rules of the ledger once more, over maps that are copied for every entry, and
// entries to try on both.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "tongsuan/ledger/ledger_fixture.h"

namespace tongsuan::ledger::testing {

// What the twin knows. Small enough to copy.
struct TwinBook {
  struct Held {
    ParticipantId owner;
    Purpose source = Purpose::kCash;
    int128 held = 0, left = 0;
    Second until = 0;
    bool bound = false;
  };
  struct Contract {
    std::uint64_t number = 0;
    int128 cost = 0, paid = 0, rectangle = 0, delivered = 0;
    HoldId hold, voucher;
  };
  std::map<Account, int128> balances;  // of open accounts
  std::map<ParticipantId, int128> overdrafts;
  std::map<HoldId, Held> holds;
  std::map<RightId, Contract> rights;
  std::map<ParticipantId, Programme> programmes;
  std::map<std::pair<ParticipantId, ParticipantId>, int128> used;
  std::uint64_t last_contract = 0;
  std::uint32_t participants = 1;
  Second now = 0;
};

// Tries the legs of one entry on a book of its own.
class TwinTrial {
 public:
  using Verdict = std::optional<Refusal>;
  TwinTrial(const TwinBook& book, Second at, const Entry& entry)
      : book_(book), at_(at), why_(entry.why) {}
  TwinBook& book() { return book_; }

  Verdict run(std::span<const Leg> legs) {
    for (const Leg& leg : legs) {
      if (const Verdict verdict = std::visit(*this, leg)) return verdict;
    }
    for (const RightId id : touched_) {
      if (const Verdict verdict = judge(book_.rights[id])) return verdict;
    }
    if (made_right_) {
      const auto& [hold, contract] = *made_right_;
      if (contract.paid > 0) return Refusal::kMoneyWithoutRight;
      if (book_.holds[hold].left < contract.cost) return Refusal::kUncovered;
    }
    return std::nullopt;
  }
  // Ends what is used up and gives what was made the id that the ledger gave it.
  void finish(const Answer& answer) {
    if (made_hold_) book_.holds[answer.hold()] = *made_hold_;
    if (voucher_of_) book_.rights[*voucher_of_].voucher = answer.hold();
    if (made_right_) book_.rights[answer.right()] = made_right_->second;
    for (const RightId id : closed_) book_.rights.erase(id);
    std::erase_if(book_.holds,
                  [](const auto& item) { return item.second.left == 0 && !item.second.bound; });
  }

  Verdict operator()(const Open& leg) {
    const auto [who, purpose] = leg.account;
    if (purpose == Purpose::kHold || purpose == Purpose::kRail) return Refusal::kWrongPurpose;
    if (leg.overdraft < Money() || leg.overdraft > Money(kMoneyMax)) return Refusal::kLimit;
    if (leg.overdraft > Money() && purpose != Purpose::kCash) return Refusal::kWrongPurpose;
    if (who.value > book_.participants) return Refusal::kNoAccount;
    if (book_.balances.count(leg.account) > 0) return Refusal::kAlreadyOpen;
    book_.participants = std::max(book_.participants, who.value + 1);
    book_.balances[leg.account] = 0;
    book_.balances.try_emplace({who, Purpose::kHold}, 0);
    if (purpose == Purpose::kCash) book_.overdrafts[who] = leg.overdraft.raw();
    return std::nullopt;
  }
  Verdict operator()(const Programme& leg) {
    if (!is_open({leg.city, Purpose::kVoucher})) return Refusal::kNoAccount;
    if (book_.programmes.count(leg.city) > 0) return Refusal::kAlreadyOpen;
    if (leg.rate_ppm > kPpm || leg.cap < Money() || leg.cap > Money(kMoneyMax) || leg.until < at_ ||
        leg.until > kSecondsMax) {
      return Refusal::kLimit;
    }
    book_.programmes[leg.city] = leg;
    return std::nullopt;
  }
  Verdict operator()(const Move& leg) {
    if (bad(leg.amount)) return Refusal::kLimit;
    if (!is_open(leg.from) || !is_open(leg.to)) return Refusal::kNoAccount;
    if (leg.from == leg.to) return Refusal::kSameAccount;
    if (leg.from.purpose == Purpose::kHold || leg.to.purpose == Purpose::kHold ||
        (leg.from.purpose == Purpose::kVoucher && leg.to != cash(leg.from.participant))) {
      return Refusal::kWrongPurpose;
    }
    return move(leg.from, leg.to, leg.amount.raw());
  }
  Verdict operator()(const Hold& leg) {
    if (bad(leg.amount) || leg.until < at_ || leg.until > kSecondsMax) return Refusal::kLimit;
    if (!is_open(leg.from)) return Refusal::kNoAccount;
    const std::set<Purpose> good{Purpose::kCash, Purpose::kMargin, Purpose::kEscrow};
    if (good.count(leg.from.purpose) == 0) return Refusal::kWrongPurpose;
    const ParticipantId who = leg.from.participant;
    made_hold_ = {who, leg.from.purpose, leg.amount.raw(), leg.amount.raw(), leg.until, false};
    return move(leg.from, {who, Purpose::kHold}, leg.amount.raw());
  }
  Verdict operator()(const Post& leg) {
    if (bad(leg.amount)) return Refusal::kLimit;
    if (book_.holds.count(leg.hold) == 0) return Refusal::kNotOpen;
    if (const Verdict verdict = pay(leg.hold, leg.to, leg.amount.raw())) return verdict;
    if (const auto right = right_of(leg.hold)) {
      book_.rights[*right].paid += leg.amount.raw();
    }
    return std::nullopt;
  }
  Verdict operator()(const Penalty& leg) {
    if (bad(leg.amount)) return Refusal::kLimit;
    if (book_.holds.count(leg.bond) == 0) return Refusal::kNotOpen;
    const TwinBook::Held& bond = book_.holds[leg.bond];
    if (bond.source != Purpose::kMargin) return Refusal::kWrongPurpose;
    if (bond.left == 0) return Refusal::kOverHold;
    return pay(leg.bond, leg.to, std::min<int128>(leg.amount.raw(), bond.left));
  }
  Verdict operator()(const Release& leg) {
    if (bad(leg.amount)) return Refusal::kLimit;
    if (book_.holds.count(leg.hold) == 0) return Refusal::kNotOpen;
    if (book_.holds[leg.hold].source == Purpose::kVoucher) return Refusal::kBound;
    return give_back(leg.hold, leg.amount.raw());
  }
  Verdict operator()(const Void& leg) {
    if (book_.holds.count(leg.hold) == 0) return Refusal::kNotOpen;
    const TwinBook::Held& hold = book_.holds[leg.hold];
    if (hold.bound) return Refusal::kBound;
    if (hold.left != hold.held) return Refusal::kNotWhole;
    return give_back(leg.hold, hold.left);
  }
  Verdict operator()(const Expire& leg) {
    if (book_.holds.count(leg.hold) == 0) return Refusal::kNotOpen;
    const TwinBook::Held& hold = book_.holds[leg.hold];
    if (hold.bound) return Refusal::kBound;
    if (at_ < hold.until) return Refusal::kNotDue;
    return give_back(leg.hold, hold.left);
  }
  Verdict operator()(const Grant& leg) {
    if (book_.holds.count(leg.hold) == 0) return Refusal::kNotOpen;
    TwinBook::Held& hold = book_.holds[leg.hold];
    if (hold.bound) return Refusal::kBound;
    if (hold.source == Purpose::kMargin) return Refusal::kWrongPurpose;
    if (leg.cost < Money() || leg.cost > Money(kMoneyMax)) return Refusal::kLimit;
    if (leg.rectangle < DeviceSeconds(1) || leg.rectangle > DeviceSeconds(kDeviceSecondsMax)) {
      return Refusal::kLimit;
    }
    if (why_.contract == 0) return Refusal::kNoReason;
    if (why_.contract <= book_.last_contract) return Refusal::kContractOrder;
    book_.last_contract = why_.contract;
    hold.bound = true;
    TwinBook::Contract contract;
    contract.number = why_.contract;
    contract.cost = leg.cost.raw();
    contract.rectangle = leg.rectangle.raw();
    contract.hold = leg.hold;
    made_right_ = {leg.hold, contract};
    return std::nullopt;
  }
  Verdict operator()(const Voucher& leg) {
    if (bad(leg.amount)) return Refusal::kLimit;
    if (const Verdict verdict = touch(leg.right)) return verdict;
    const Account pool = voucher(leg.city);
    if (!is_open(pool)) return Refusal::kNoAccount;
    if (book_.programmes.count(leg.city) == 0) return Refusal::kNoProgramme;
    const Programme& programme = book_.programmes[leg.city];
    const TwinBook::Contract& right = book_.rights[leg.right];
    if (at_ > programme.until) return Refusal::kVoucherOver;
    if (right.voucher != HoldId() || voucher_of_) return Refusal::kVoucherTwice;
    const int128 amount = leg.amount.raw();
    if (amount * kPpm > right.cost * programme.rate_ppm) return Refusal::kVoucherRate;
    int128& used = book_.used[{leg.city, book_.holds[right.hold].owner}];
    if (used + amount > programme.cap.raw()) return Refusal::kVoucherCap;
    used += amount;
    made_hold_ = {leg.city, Purpose::kVoucher, amount, amount, 0, true};
    voucher_of_ = leg.right;
    return move(pool, {leg.city, Purpose::kHold}, amount);
  }
  Verdict operator()(const Deliver& leg) {
    if (const Verdict verdict = touch(leg.right)) return verdict;
    if (why_.segment == 0) return Refusal::kNoReason;
    const int128 amount = leg.amount.raw();
    if (amount < 1 || amount > kDeviceSecondsMax) return Refusal::kLimit;
    TwinBook::Contract& right = book_.rights[leg.right];
    if (right.delivered + amount > right.rectangle) return Refusal::kOverRectangle;
    right.delivered += amount;
    return std::nullopt;
  }
  Verdict operator()(const Close& leg) {
    if (const Verdict verdict = touch(leg.right)) return verdict;
    const TwinBook::Contract& right = book_.rights[leg.right];
    closed_.insert(leg.right);
    const ParticipantId buyer = book_.holds[right.hold].owner;
    book_.holds[right.hold].bound = false;
    // The voucher of this very entry is not in the book yet.
    TwinBook::Held* rest = voucher_of_ == leg.right ? &*made_hold_ : nullptr;
    if (rest == nullptr && right.voucher != HoldId()) rest = &book_.holds[right.voucher];
    if (rest == nullptr) return std::nullopt;
    rest->bound = false;
    book_.used[{rest->owner, buyer}] -= rest->left;
    const int128 amount = rest->left;
    rest->left = 0;
    return amount == 0 ? std::nullopt
                       : move({rest->owner, Purpose::kHold}, voucher(rest->owner), amount);
  }

 private:
  static bool bad(Money amount) { return amount < Money(1) || amount > Money(kMoneyMax); }
  [[nodiscard]] bool is_open(Account account) const { return book_.balances.count(account) > 0; }
  Verdict touch(RightId id) {
    if (book_.rights.count(id) == 0 || closed_.count(id) > 0) return Refusal::kNotOpen;
    if (book_.rights[id].number != why_.contract) return Refusal::kWrongContract;
    touch_once(id);
    return std::nullopt;
  }
  void touch_once(RightId id) {
    if (std::ranges::find(touched_, id) == touched_.end()) touched_.push_back(id);
  }
  // The open right that the hold pays, which is then judged at the end.
  std::optional<RightId> right_of(HoldId hold) {
    if (!book_.holds[hold].bound) return std::nullopt;
    for (const auto& [id, right] : book_.rights) {
      if (closed_.count(id) == 0 && (right.hold == hold || right.voucher == hold)) {
        touch_once(id);
        return id;
      }
    }
    if (made_right_) made_right_->second.paid += 1;  // nothing may be paid before a delivery
    return std::nullopt;
  }
  Verdict move(Account from, Account to, int128 amount) {
    const bool rail = from.purpose == Purpose::kRail;
    int128 floor = rail ? -kBalanceMax : 0;
    if (from.purpose == Purpose::kCash) floor = -book_.overdrafts[from.participant];
    if (book_.balances[from] - amount < floor) {
      return rail ? Refusal::kBalanceLimit : Refusal::kNoMoney;
    }
    if (book_.balances[to] + amount > kBalanceMax) return Refusal::kBalanceLimit;
    book_.balances[from] -= amount;
    book_.balances[to] += amount;
    return std::nullopt;
  }
  Verdict pay(HoldId id, Account to, int128 amount) {
    if (!is_open(to)) return Refusal::kNoAccount;
    if (to.purpose == Purpose::kHold) return Refusal::kWrongPurpose;
    return take(id, to, amount);
  }
  Verdict give_back(HoldId id, int128 amount) {
    static_cast<void>(right_of_release(id));
    return take(id, {book_.holds[id].owner, book_.holds[id].source}, amount);
  }
  std::optional<RightId> right_of_release(HoldId id) {
    if (made_right_ && made_right_->first == id) return std::nullopt;
    return right_of(id);
  }
  Verdict take(HoldId id, Account to, int128 amount) {
    TwinBook::Held& hold = book_.holds[id];
    if (amount > hold.left) return Refusal::kOverHold;
    hold.left -= amount;
    return move({hold.owner, Purpose::kHold}, to, amount);
  }
  Verdict judge(const TwinBook::Contract& right) {
    const int128 owed = right.cost * right.delivered / right.rectangle;
    if (right.paid != owed) {
      return right.paid > owed ? Refusal::kMoneyWithoutRight : Refusal::kRightWithoutMoney;
    }
    for (const RightId id : closed_) {
      if (&book_.rights[id] == &right) return std::nullopt;
    }
    int128 covered = book_.holds[right.hold].left;
    std::optional<TwinBook::Held> helper;
    if (right.voucher != HoldId()) helper = book_.holds[right.voucher];
    if (voucher_of_ && &book_.rights[*voucher_of_] == &right) helper = made_hold_;
    if (helper) {
      covered += helper->left;
      const std::uint32_t rate = book_.programmes[helper->owner].rate_ppm;
      if ((helper->held - helper->left) * kPpm > right.paid * rate) return Refusal::kVoucherRate;
    }
    return covered < right.cost - right.paid ? Verdict(Refusal::kUncovered) : std::nullopt;
  }

  TwinBook book_;
  Second at_;
  Reason why_;
  std::vector<RightId> touched_;
  std::set<RightId> closed_;
  std::optional<TwinBook::Held> made_hold_;
  std::optional<RightId> voucher_of_;
  std::optional<std::pair<HoldId, TwinBook::Contract>> made_right_;
};

// A second ledger.
class Twin {
 public:
  // Agrees with what the ledger answered, and follows it.
  void follow(Second at, const Entry& entry, const Result<Answer, Refusal>& answer) {
    const std::optional<Refusal> refusal = judge(at, entry, answer);
    ASSERT_EQ(answer.ok(), !refusal)
        << (answer.ok() ? refusal_name(*refusal) : refusal_name(answer.error()));
    if (refusal && !(is_of_rights(*refusal) && is_of_rights(answer.error()))) {
      ASSERT_STREQ(refusal_name(answer.error()), refusal_name(*refusal));
    }
  }
  [[nodiscard]] const TwinBook& book() const { return book_; }

 private:
  struct Seen {
    std::uint64_t number = 0;
    std::vector<Leg> legs;
    Reason why;
    Answer answer;
  };
  // Found after all legs; which of several comes first is no promise.
  static bool is_of_rights(Refusal refusal) {
    return refusal == Refusal::kMoneyWithoutRight || refusal == Refusal::kRightWithoutMoney ||
           refusal == Refusal::kUncovered || refusal == Refusal::kVoucherRate;
  }
  static bool makes(const Leg& leg) {
    return std::holds_alternative<Hold>(leg) || std::holds_alternative<Grant>(leg) ||
           std::holds_alternative<Voucher>(leg) || std::holds_alternative<Programme>(leg);
  }
  std::optional<Refusal> judge(Second at, const Entry& entry,
                               const Result<Answer, Refusal>& answer) {
    if (entry.id.author.value >= book_.participants) return Refusal::kNoAuthor;
    std::vector<Seen>& seen = seen_[entry.id.author];
    if (entry.id.number == 0) return Refusal::kOldId;
    if (!seen.empty() && entry.id.number <= seen.back().number) return again(seen, entry, answer);
    if (at < book_.now || at > kSecondsMax) return Refusal::kTime;
    if (entry.legs.empty() || entry.legs.size() > kLegsMax) return Refusal::kLegs;
    if (std::ranges::count_if(entry.legs, makes) > 1) return Refusal::kLegs;
    if (entry.why == Reason()) return Refusal::kNoReason;
    TwinTrial trial(book_, at, entry);
    if (const auto verdict = trial.run(entry.legs)) return verdict;
    if (!answer.ok()) return std::nullopt;
    trial.finish(answer.value());
    book_ = std::move(trial.book());
    book_.now = at;
    seen.push_back(
        {entry.id.number, {entry.legs.begin(), entry.legs.end()}, entry.why, answer.value()});
    return std::nullopt;
  }
  static std::optional<Refusal> again(const std::vector<Seen>& seen, const Entry& entry,
                                      const Result<Answer, Refusal>& answer) {
    for (std::size_t back = 1; back <= std::min<std::size_t>(seen.size(), kRepeatsKept); ++back) {
      const Seen& old = seen[seen.size() - back];
      if (old.number != entry.id.number) continue;
      if (!std::ranges::equal(old.legs, entry.legs) || old.why != entry.why) {
        return Refusal::kUsedId;
      }
      EXPECT_TRUE(!answer.ok() || answer.value() == (Answer{old.answer.made, true}));
      return std::nullopt;
    }
    return Refusal::kOldId;
  }

  TwinBook book_ = first_book();
  std::map<ParticipantId, std::vector<Seen>> seen_;

  static TwinBook first_book() {
    TwinBook book;
    for (const Purpose purpose : {Purpose::kCash, Purpose::kHold, Purpose::kRent, Purpose::kPenalty,
                                  Purpose::kRounding, Purpose::kRail}) {
      book.balances[{kHouse, purpose}] = 0;
    }
    return book;
  }
};

}  // namespace tongsuan::ledger::testing
