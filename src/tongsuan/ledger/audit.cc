#include "tongsuan/ledger/audit.h"

#include <algorithm>

namespace tongsuan::ledger {
namespace {

std::string name(Account account) {
  return std::string(purpose_name(account.purpose)) + " of " +
         std::to_string(account.participant.value);
}

std::string name(const char* what, std::uint32_t slot, std::uint32_t generation) {
  return std::string(what) + ' ' + std::to_string(slot) + '.' + std::to_string(generation);
}

}  // namespace

// Reads the facts of one event: what each should have moved, and what it means.
class Audit::Reading {
 public:
  Reading(Audit& audit, const Event& event) : audit_(audit), event_(event) {}

  void run() {
    for (const Fact& fact : event_.facts) {
      fact_ = &fact;
      moved_ = {};
      std::visit(*this, fact.asked);
      if (moved_.amount < Money()) audit_.fault("an amount is negative");
      if (fact.did != moved_) audit_.fault("a fact moves other money than its leg says");
      audit_.balances_[moved_.from] -= moved_.amount.raw();
      audit_.balances_[moved_.to] += moved_.amount.raw();
    }
    finish();
  }

  void operator()(const Open& leg) {
    const Account hold{leg.account.participant, Purpose::kHold};
    const std::int64_t floor =
        leg.account.purpose == Purpose::kCash ? -std::max<std::int64_t>(leg.overdraft.raw(), 0) : 0;
    audit_.floors_.try_emplace(hold, 0);
    if (!audit_.floors_.try_emplace(leg.account, floor).second) audit_.fault("an account twice");
  }
  void operator()(const Programme& leg) {
    if (!audit_.programmes_.try_emplace(leg.city, leg).second) audit_.fault("a programme twice");
  }
  void operator()(const Move& leg) {
    moved_ = {leg.from, leg.to, leg.amount};
    if (leg.from.purpose == Purpose::kHold || leg.to.purpose == Purpose::kHold) {
      audit_.fault("money of holds is moved by no hold");
    }
  }
  void operator()(const Hold& leg) {
    make({.owner = leg.from.participant,
          .source = leg.from.purpose,
          .held = leg.amount.raw(),
          .left = leg.amount.raw(),
          .until = leg.until,
          .right = {}});
    moved_ = {leg.from, {leg.from.participant, Purpose::kHold}, leg.amount};
  }
  void operator()(const Post& leg) {
    HoldBook* hold = take(leg.hold, leg.to, leg.amount);
    if (hold == nullptr || hold->right == RightId()) return;
    audit_.rights_[hold->right].paid += leg.amount.raw();
    rights_.insert(hold->right);
  }
  void operator()(const Penalty& leg) {
    const HoldBook* bond = find(leg.bond);
    if (bond == nullptr) return;
    const auto left = static_cast<std::int64_t>(bond->left);
    take(leg.bond, leg.to, std::min(leg.amount, Money(left)));
  }
  void operator()(const Release& leg) { give_back(leg.hold, leg.amount.raw()); }
  void operator()(const Void& leg) {
    if (const HoldBook* hold = find(leg.hold)) {
      if (hold->left != hold->held) audit_.fault("a hold is void that was used");
      give_back(leg.hold, hold->left);
    }
  }
  void operator()(const Expire& leg) {
    if (const HoldBook* hold = find(leg.hold)) {
      if (event_.at < hold->until) audit_.fault("a hold expires early");
      give_back(leg.hold, hold->left);
    }
  }
  void operator()(const Grant& leg) {
    HoldBook* hold = find(leg.hold);
    if (hold == nullptr) return;
    const RightId id{fact_->made.slot, fact_->made.generation};
    if (event_.why.contract <= audit_.last_contract_) audit_.fault("a contract out of order");
    if (hold->right != RightId()) audit_.fault("a hold is bound twice");
    audit_.last_contract_ = event_.why.contract;
    hold->right = id;
    audit_.rights_[id] = {.contract = event_.why.contract,
                          .cost = leg.cost.raw(),
                          .rectangle = leg.rectangle.raw(),
                          .hold = leg.hold,
                          .voucher = {}};
    rights_.insert(id);
  }
  void operator()(const Voucher& leg) {
    RightBook* right = find(leg.right);
    if (right == nullptr) return;
    if (right->voucher != HoldId()) audit_.fault("a contract has two vouchers");
    right->voucher = {fact_->made.slot, fact_->made.generation};
    make({.owner = leg.city,
          .source = Purpose::kVoucher,
          .held = leg.amount.raw(),
          .left = leg.amount.raw(),
          .until = 0,
          .right = leg.right});
    moved_ = {{leg.city, Purpose::kVoucher}, {leg.city, Purpose::kHold}, leg.amount};
    use(leg.city, *right, leg.amount.raw());
  }
  void operator()(const Deliver& leg) {
    if (RightBook* right = find(leg.right)) right->delivered += leg.amount.raw();
  }
  void operator()(const Close& leg) {
    RightBook* right = find(leg.right);
    if (right == nullptr) return;
    right->closed = true;
    audit_.holds_[right->hold].right = {};
    holds_.insert(right->hold);
    if (right->voucher == HoldId()) return;
    HoldBook& voucher = audit_.holds_[right->voucher];
    voucher.right = {};
    use(voucher.owner, *right, -voucher.left);
    if (voucher.left != 0) give_back(right->voucher, voucher.left);
    holds_.insert(right->voucher);
  }

 private:
  void make(const HoldBook& book) {
    audit_.holds_[{fact_->made.slot, fact_->made.generation}] = book;
  }
  HoldBook* find(HoldId id) {
    const auto at = audit_.holds_.find(id);
    if (at != audit_.holds_.end()) return &at->second;
    audit_.fault("there is no " + name("hold", id.slot, id.generation));
    return nullptr;
  }
  RightBook* find(RightId id) {
    const auto at = audit_.rights_.find(id);
    if (at == audit_.rights_.end() || at->second.closed) {
      audit_.fault("there is no " + name("right", id.slot, id.generation));
      return nullptr;
    }
    if (at->second.contract != event_.why.contract) audit_.fault("a right of another contract");
    rights_.insert(id);
    return &at->second;
  }
  HoldBook* take(HoldId id, Account to, Money amount) {
    HoldBook* hold = find(id);
    if (hold == nullptr) return nullptr;
    hold->left -= amount.raw();
    if (hold->left < 0) audit_.fault("more than is left of a hold");
    if (hold->right != RightId()) rights_.insert(hold->right);
    holds_.insert(id);
    moved_ = {{hold->owner, Purpose::kHold}, to, amount};
    return hold;
  }
  void give_back(HoldId id, int128 amount) {
    const HoldBook* hold = find(id);
    if (hold == nullptr) return;
    take(id, {hold->owner, hold->source}, Money(static_cast<std::int64_t>(amount)));
  }
  void use(ParticipantId city, const RightBook& right, int128 amount) {
    audit_.used_[{city, audit_.holds_[right.hold].owner}] += amount;
  }
  void finish() {
    for (const Fact& fact : event_.facts) {
      if (fact.did.amount == Money()) continue;
      audit_.judge_account(fact.did.from);
      audit_.judge_account(fact.did.to);
    }
    for (const RightId id : rights_) audit_.judge_right(id);
    for (const HoldId id : holds_) {
      const HoldBook& hold = audit_.holds_[id];
      if (hold.left <= 0 && hold.right == RightId()) audit_.holds_.erase(id);
    }
    for (const RightId id : rights_) {
      if (audit_.rights_[id].closed) audit_.rights_.erase(id);
    }
  }

  Audit& audit_;
  const Event& event_;
  const Fact* fact_ = nullptr;
  Posting moved_;
  std::set<HoldId> holds_;
  std::set<RightId> rights_;
};

Audit::Audit() {
  for (const Purpose purpose :
       {Purpose::kCash, Purpose::kHold, Purpose::kRent, Purpose::kPenalty, Purpose::kRounding}) {
    floors_[{kHouse, purpose}] = 0;
  }
  floors_[{kHouse, Purpose::kRail}] = -kBalanceMax;
}

void Audit::fault(const std::string& what) {
  if (faults_.size() < kFaultsMax) faults_.push_back(where_ + ": " + what);
}

void Audit::see(const Event& event) {
  if (faults_.size() >= kFaultsMax) return;
  where_ =
      "entry " + std::to_string(event.id.number) + " of " + std::to_string(event.id.author.value);
  if (event.at < now_) fault("time runs backward");
  now_ = std::max(now_, event.at);
  std::uint64_t& last = last_numbers_[event.id.author];
  if (event.id.number <= last) fault("a number that was used");
  last = std::max(last, event.id.number);
  if (event.why == Reason()) fault("nothing justifies it");
  Reading(*this, event).run();
}

void Audit::judge_account(Account account) {
  const auto floor = floors_.find(account);
  if (floor == floors_.end()) return fault(name(account) + " is not open");
  const int128 balance = balances_[account];
  if (balance < floor->second) fault(name(account) + " is below its floor");
  if (balance > kBalanceMax) fault(name(account) + " is over its limit");
}

void Audit::judge_right(RightId id) {
  const RightBook& right = rights_[id];
  if (right.rectangle < 1 || right.delivered > right.rectangle) {
    return fault("more is delivered than the rectangle");
  }
  if (right.paid != right.cost * right.delivered / right.rectangle) {
    fault("money and right did not move together");
  }
  if (right.closed) return;
  int128 covered = holds_[right.hold].left;
  if (right.voucher != HoldId()) {
    covered += holds_[right.voucher].left;
    judge_voucher(right);
  }
  if (covered < right.cost - right.paid) fault("a contract is not covered");
}

void Audit::judge_voucher(const RightBook& right) {
  const HoldBook& voucher = holds_[right.voucher];
  const auto programme = programmes_.find(voucher.owner);
  if (programme == programmes_.end()) return fault("a voucher of no programme");
  const Programme& terms = programme->second;
  const auto over = [&](int128 part, int128 whole) { return part * kPpm > whole * terms.rate_ppm; };
  if (over(voucher.held, right.cost)) fault("a voucher exceeds its rate");
  if (over(voucher.held - voucher.left, right.paid)) fault("a voucher pays more than its rate");
  if (used_[{voucher.owner, holds_[right.hold].owner}] > terms.cap.raw()) {
    fault("vouchers exceed the cap of a buyer");
  }
}

std::vector<std::string> Audit::compare(const State& state) const {
  std::vector<std::string> found;
  compare_accounts(state, found);
  compare_holds(state, found);
  compare_rights(state, found);
  compare_vouchers(state, found);
  return found;
}

void Audit::compare_accounts(const State& state, std::vector<std::string>& found) const {
  int128 sum = 0;
  for (std::uint32_t i = 0; i < state.participant_count(); ++i) {
    const Participant& row = state.participant({i});
    for (std::size_t purpose = 0; purpose < kPurposes; ++purpose) {
      const Account account{{i}, static_cast<Purpose>(purpose)};
      const auto at = balances_.find(account);
      const int128 balance = at == balances_.end() ? 0 : at->second;
      const auto floor = floors_.find(account);
      sum += row.at(account.purpose).raw();
      if (row.at(account.purpose).raw() != balance) found.push_back(name(account));
      if (row.has(account.purpose) != (floor != floors_.end())) {
        found.push_back(name(account) + ": open");
      } else if (floor != floors_.end() && row.floor(account.purpose).raw() != floor->second) {
        found.push_back(name(account) + ": floor");
      }
    }
    const auto last = last_numbers_.find({i});
    if (row.last_number != (last == last_numbers_.end() ? 0 : last->second)) {
      found.push_back("last number of " + std::to_string(i));
    }
  }
  if (sum != 0) found.emplace_back("debits and credits");
}

void Audit::compare_holds(const State& state, std::vector<std::string>& found) const {
  if (state.holds().open_count() != holds_.size()) found.emplace_back("number of open holds");
  std::map<ParticipantId, int128> sums;
  for (const auto& [id, book] : holds_) {
    sums[book.owner] += book.left;
    const HoldRow* row = state.holds().find(id);
    const bool same = row != nullptr && row->left.raw() == book.left &&
                      row->held.raw() == book.held && row->owner == book.owner &&
                      row->source == book.source && row->until == book.until &&
                      row->right == book.right.slot;
    if (!same) found.push_back(name("hold", id.slot, id.generation));
  }
  for (std::uint32_t i = 0; i < state.participant_count(); ++i) {
    const auto sum = sums.find({i});
    const int128 held = sum == sums.end() ? 0 : sum->second;
    const Account account{{i}, Purpose::kHold};
    if (state.balance(account).raw() != held) found.push_back(name(account) + ": sum of holds");
    for (const HoldId id : state.open_holds({i})) {
      const auto at = holds_.find(id);
      if (at == holds_.end() || at->second.owner != ParticipantId{i}) {
        found.push_back(name("hold", id.slot, id.generation) + ": list of its owner");
      }
    }
  }
}

void Audit::compare_rights(const State& state, std::vector<std::string>& found) const {
  if (state.rights().open_count() != rights_.size()) found.emplace_back("number of open rights");
  for (const auto& [id, book] : rights_) {
    const RightRow* row = state.rights().find(id);
    const bool same = row != nullptr && row->contract == book.contract &&
                      row->cost.raw() == book.cost && row->paid.raw() == book.paid &&
                      row->rectangle.raw() == book.rectangle &&
                      row->delivered.raw() == book.delivered && row->hold == book.hold.slot &&
                      row->voucher == book.voucher.slot;
    if (!same) found.push_back(name("right", id.slot, id.generation));
  }
}

void Audit::compare_vouchers(const State& state, std::vector<std::string>& found) const {
  if (state.programmes().size() != programmes_.size()) found.emplace_back("number of programmes");
  for (const ProgrammeRow& row : state.programmes()) {
    for (std::uint32_t i = 0; i < state.participant_count(); ++i) {
      const auto at = used_.find({row.city, {i}});
      if (row.used_by({i}).raw() != (at == used_.end() ? 0 : at->second)) {
        found.push_back("vouchers of " + std::to_string(i));
      }
    }
  }
}

}  // namespace tongsuan::ledger
