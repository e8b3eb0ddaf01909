// The rules: what is refused, and what an accepted entry does.
#include <algorithm>
#include <optional>

#include "tongsuan/ledger/internal/carry_out.h"
#include "tongsuan/ledger/internal/draft.h"
#include "tongsuan/ledger/ledger.h"

namespace tongsuan::ledger {
namespace {

using Verdict = std::optional<Refusal>;

[[nodiscard]] bool is_amount(Money amount, std::int64_t least = 1) {
  return amount.raw() >= least && amount.raw() <= kMoneyMax;
}

// `part` ≤ rate × `whole`, exactly.
[[nodiscard]] bool within_rate(Money part, Money whole, std::uint32_t rate_ppm) {
  return static_cast<int128>(part.raw()) * kPpm <= static_cast<int128>(whole.raw()) * rate_ppm;
}

// Judges the legs of one entry one after the other, each on the draft that the ones before it left.
class Judge {
 public:
  Judge(Draft& draft, Second at, const Entry& entry)
      : draft_(draft), at_(at), entry_(entry), carry_out_(draft, entry.why) {}

  // Fills in what `leg` does and does it to the draft.
  Verdict judge(const Leg& leg, Fact& fact) {
    fact.asked = leg;
    fact_ = &fact;
    if (const Verdict verdict = std::visit(*this, leg)) return verdict;
    carry_out_.run(fact);
    return std::nullopt;
  }

  // Money and right: every right that the entry touched, after all legs.
  Verdict judge_rights() {
    for (const Draft::TouchedRight& touched : draft_.rights()) {
      if (const Verdict verdict = judge_right(touched.row)) return verdict;
    }
    return std::nullopt;
  }

  Verdict operator()(const Open& leg) {
    const auto [participant, purpose] = leg.account;
    if (static_cast<std::size_t>(purpose) >= kPurposes) return Refusal::kLimit;
    if (purpose == Purpose::kHold || purpose == Purpose::kRail) return Refusal::kWrongPurpose;
    if (!is_amount(leg.overdraft, 0)) return Refusal::kLimit;
    if (leg.overdraft != Money() && purpose != Purpose::kCash) return Refusal::kWrongPurpose;
    if (participant.value > draft_.participant_count()) return Refusal::kNoAccount;
    if (participant.value >= kParticipantsMax) return Refusal::kTooMany;
    if (participant.value == draft_.participant_count()) return std::nullopt;
    if (draft_.participant(participant).has(purpose)) return Refusal::kAlreadyOpen;
    return std::nullopt;
  }

  Verdict operator()(const Programme& leg) {
    if (!has({leg.city, Purpose::kVoucher})) return Refusal::kNoAccount;
    if (draft_.participant(leg.city).programme != kNone) return Refusal::kAlreadyOpen;
    if (draft_.state().programmes().size() >= kProgrammesMax) return Refusal::kTooMany;
    if (leg.rate_ppm > kPpm || !is_amount(leg.cap, 0)) return Refusal::kLimit;
    return leg.until < at_ || leg.until > kSecondsMax ? Verdict(Refusal::kLimit) : std::nullopt;
  }

  Verdict operator()(const Move& leg) {
    if (!is_amount(leg.amount)) return Refusal::kLimit;
    if (!has(leg.from) || !has(leg.to)) return Refusal::kNoAccount;
    if (leg.from == leg.to) return Refusal::kSameAccount;
    if (leg.from.purpose == Purpose::kHold || leg.to.purpose == Purpose::kHold) {
      return Refusal::kWrongPurpose;
    }
    // What a city put into its pool it may take back; to others it goes by vouchers only.
    if (leg.from.purpose == Purpose::kVoucher &&
        leg.to != Account{leg.from.participant, Purpose::kCash}) {
      return Refusal::kWrongPurpose;
    }
    return post(leg.from, leg.to, leg.amount);
  }

  Verdict operator()(const Hold& leg) {
    if (!is_amount(leg.amount) || leg.until < at_ || leg.until > kSecondsMax) {
      return Refusal::kLimit;
    }
    if (!has(leg.from)) return Refusal::kNoAccount;
    const Purpose source = leg.from.purpose;
    if (source != Purpose::kCash && source != Purpose::kMargin && source != Purpose::kEscrow) {
      return Refusal::kWrongPurpose;
    }
    if (const Verdict verdict = make(draft_.state().holds(), kHoldsMax)) return verdict;
    return post(leg.from, {leg.from.participant, Purpose::kHold}, leg.amount);
  }

  Verdict operator()(const Post& leg) {
    if (!is_amount(leg.amount)) return Refusal::kLimit;
    const HoldRow* hold = draft_.find_hold(leg.hold);
    return hold == nullptr ? Refusal::kNotOpen : pay(*hold, leg.to, leg.amount);
  }

  Verdict operator()(const Penalty& leg) {
    if (!is_amount(leg.amount)) return Refusal::kLimit;
    const HoldRow* bond = draft_.find_hold(leg.bond);
    if (bond == nullptr) return Refusal::kNotOpen;
    if (bond->source != Purpose::kMargin) return Refusal::kWrongPurpose;
    if (bond->left == Money()) return Refusal::kOverHold;
    return pay(*bond, leg.to, std::min(leg.amount, bond->left));
  }

  Verdict operator()(const Release& leg) {
    if (!is_amount(leg.amount)) return Refusal::kLimit;
    const HoldRow* hold = draft_.find_hold(leg.hold);
    if (hold == nullptr) return Refusal::kNotOpen;
    if (hold->source == Purpose::kVoucher) return Refusal::kBound;
    if (hold->right != kNone) draft_.right(hold->right);  // judge_rights sees what is still needed
    return give_back(*hold, leg.amount);
  }

  Verdict operator()(const Void& leg) {
    const HoldRow* hold = draft_.find_hold(leg.hold);
    if (hold == nullptr) return Refusal::kNotOpen;
    if (hold->right != kNone) return Refusal::kBound;
    if (hold->left != hold->held) return Refusal::kNotWhole;
    return give_back(*hold, hold->left);
  }

  Verdict operator()(const Expire& leg) {
    const HoldRow* hold = draft_.find_hold(leg.hold);
    if (hold == nullptr) return Refusal::kNotOpen;
    if (hold->right != kNone) return Refusal::kBound;
    if (at_ < hold->until) return Refusal::kNotDue;
    return give_back(*hold, hold->left);
  }

  Verdict operator()(const Grant& leg) {
    const HoldRow* hold = draft_.find_hold(leg.hold);
    if (hold == nullptr) return Refusal::kNotOpen;
    if (hold->right != kNone) return Refusal::kBound;
    if (hold->source == Purpose::kMargin) return Refusal::kWrongPurpose;
    if (!is_amount(leg.cost, 0) || leg.rectangle.raw() < 1 ||
        leg.rectangle.raw() > kDeviceSecondsMax) {
      return Refusal::kLimit;
    }
    if (entry_.why.contract == 0) return Refusal::kNoReason;
    if (entry_.why.contract <= draft_.state().last_contract()) return Refusal::kContractOrder;
    return make(draft_.state().rights(), kRightsMax);  // judge_rights sees what covers it
  }

  Verdict operator()(const Voucher& leg) {
    if (!is_amount(leg.amount)) return Refusal::kLimit;
    const RightRow* right = nullptr;
    if (const Verdict verdict = find_right(leg.right, right)) return verdict;
    const Account pool{leg.city, Purpose::kVoucher};
    if (!has(pool)) return Refusal::kNoAccount;
    const std::uint32_t at = draft_.participant(leg.city).programme;
    if (at == kNone) return Refusal::kNoProgramme;
    const ProgrammeRow& programme = draft_.state().programmes()[at];
    if (at_ > programme.until) return Refusal::kVoucherOver;
    if (right->voucher != kNone) return Refusal::kVoucherTwice;
    if (!within_rate(leg.amount, right->cost, programme.rate_ppm)) return Refusal::kVoucherRate;
    const Money used = draft_.used(at, draft_.hold(right->hold).owner);
    if (leg.amount > programme.cap - used) return Refusal::kVoucherCap;
    if (const Verdict verdict = make(draft_.state().holds(), kHoldsMax)) return verdict;
    return post(pool, {leg.city, Purpose::kHold}, leg.amount);
  }

  Verdict operator()(const Deliver& leg) {
    const RightRow* right = nullptr;
    if (const Verdict verdict = find_right(leg.right, right)) return verdict;
    if (entry_.why.segment == 0) return Refusal::kNoReason;
    if (leg.amount.raw() < 1 || leg.amount.raw() > kDeviceSecondsMax) return Refusal::kLimit;
    if (leg.amount > right->rectangle - right->delivered) return Refusal::kOverRectangle;
    return std::nullopt;
  }

  Verdict operator()(const Close& leg) {
    const RightRow* right = nullptr;
    if (const Verdict verdict = find_right(leg.right, right)) return verdict;
    if (right->voucher == kNone) return std::nullopt;
    const HoldRow& voucher = draft_.hold(right->voucher);
    return voucher.left == Money() ? std::nullopt : give_back(voucher, voucher.left);
  }

 private:
  [[nodiscard]] bool has(Account account) {
    return account.participant.value < draft_.participant_count() &&
           static_cast<std::size_t>(account.purpose) < kPurposes &&
           draft_.participant(account.participant).has(account.purpose);
  }

  Verdict find_right(RightId id, const RightRow*& right) {
    right = draft_.find_right(id);
    if (right == nullptr) return Refusal::kNotOpen;
    return right->contract == entry_.why.contract ? std::nullopt : Verdict(Refusal::kWrongContract);
  }

  Verdict post(Account from, Account to, Money amount) {
    const Participant& giver = draft_.participant(from.participant);
    if (giver.at(from.purpose) - amount < giver.floor(from.purpose)) {
      return from.purpose == Purpose::kRail ? Refusal::kBalanceLimit : Refusal::kNoMoney;
    }
    const Participant& taker = draft_.participant(to.participant);
    if (taker.at(to.purpose) + amount > Money(kBalanceMax)) return Refusal::kBalanceLimit;
    fact_->did = {from, to, amount};
    return std::nullopt;
  }

  Verdict pay(const HoldRow& hold, Account to, Money amount) {
    if (!has(to)) return Refusal::kNoAccount;
    if (to.purpose == Purpose::kHold) return Refusal::kWrongPurpose;
    if (amount > hold.left) return Refusal::kOverHold;
    return post({hold.owner, Purpose::kHold}, to, amount);
  }

  Verdict give_back(const HoldRow& hold, Money amount) {
    if (amount > hold.left) return Refusal::kOverHold;
    return post({hold.owner, Purpose::kHold}, {hold.owner, hold.source}, amount);
  }

  template <class Row>
  Verdict make(const Table<Row>& table, std::uint32_t most) {
    fact_->made = table.next();
    return fact_->made.slot >= most ? Verdict(Refusal::kTooMany) : std::nullopt;
  }

  Verdict judge_right(const RightRow& right) {
    const Money owed = due(right.cost, right.delivered, right.rectangle);
    if (right.paid > owed) return Refusal::kMoneyWithoutRight;
    if (right.paid < owed) return Refusal::kRightWithoutMoney;
    if (!right.open) return std::nullopt;
    Money covered = draft_.hold(right.hold).left;
    if (right.voucher != kNone) {
      const HoldRow& voucher = draft_.hold(right.voucher);
      covered = covered + voucher.left;
      const std::uint32_t at = draft_.participant(voucher.owner).programme;
      const std::uint32_t rate = draft_.state().programmes()[at].rate_ppm;
      if (!within_rate(voucher.held - voucher.left, right.paid, rate)) return Refusal::kVoucherRate;
    }
    return covered < right.cost - right.paid ? Verdict(Refusal::kUncovered) : std::nullopt;
  }

  Draft& draft_;
  Second at_;
  const Entry& entry_;
  internal::CarryOut<Draft> carry_out_;
  Fact* fact_ = nullptr;
};

Verdict judge_shape(const State& state, Second at, const Entry& entry) {
  if (at < state.now() || at > kSecondsMax) return Refusal::kTime;
  if (entry.legs.empty() || entry.legs.size() > kLegsMax) return Refusal::kLegs;
  if (std::ranges::count_if(entry.legs, internal::makes_something) > 1) return Refusal::kLegs;
  return entry.why == Reason() ? Verdict(Refusal::kNoReason) : std::nullopt;
}

// An entry with a number that is not above the author's last one.
Result<Answer, Refusal> answer_again(const State& state, const Entry& entry) {
  const RepeatWindow* window = state.repeats(entry.id.author);
  const RepeatWindow::Seen* seen =
      window == nullptr || entry.id.number == 0 ? nullptr : window->find(entry.id.number);
  if (seen == nullptr) return Refusal::kOldId;
  if (seen->fingerprint != fingerprint(entry.why, entry.legs)) return Refusal::kUsedId;
  return Answer{seen->made, true};
}

}  // namespace

Decider::Decider() : draft_(std::make_unique<Draft>()) {
  facts_.reserve(kLegsMax);
}
Decider::~Decider() = default;
Decider::Decider(Decider&&) noexcept = default;
Decider& Decider::operator=(Decider&&) noexcept = default;

Result<Answer, Refusal> Decider::decide(const State& state, Second at, const Entry& entry,
                                        Events& events) {
  if (entry.id.author.value >= state.participant_count()) return Refusal::kNoAuthor;
  if (entry.id.number <= state.participant(entry.id.author).last_number) {
    return answer_again(state, entry);
  }
  if (const Verdict verdict = judge_shape(state, at, entry)) return *verdict;
  draft_->begin(state);
  facts_.clear();
  Judge judge(*draft_, at, entry);
  Answer answer;
  for (const Leg& leg : entry.legs) {
    if (const Verdict verdict = judge.judge(leg, facts_.emplace_back())) return *verdict;
    if (facts_.back().made.slot != kNone) answer.made = facts_.back().made;
  }
  const Verdict verdict = state.checks() ? judge.judge_rights() : std::nullopt;
  if (verdict) return *verdict;
  events.add({at, entry.id, entry.why, facts_});
  return answer;
}

}  // namespace tongsuan::ledger
