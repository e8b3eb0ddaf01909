#include "tongsuan/ledger/state.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "tongsuan/base/check.h"
#include "tongsuan/ledger/internal/carry_out.h"

namespace tongsuan::ledger {

template <class Row>
Row& Table<Row>::make(MadeId id) {
  TONGSUAN_CHECK(id == next());
  if (free.empty()) {
    rows.emplace_back();
  } else {
    free.pop_back();
  }
  rows[id.slot] = Row();
  rows[id.slot].generation = id.generation;
  rows[id.slot].open = true;
  return rows[id.slot];
}

template <class Row>
void Table<Row>::end(std::uint32_t slot) {
  rows[slot].open = false;
  if (rows[slot].generation == std::numeric_limits<std::uint32_t>::max()) {
    ++retired;
  } else {
    free.push_back(slot);
  }
}

// The state's own rows, for CarryOut. A row that is not there is a bug of whoever made the event.
struct State::Books {
  State& state;

  Participant& participant(ParticipantId id) {
    TONGSUAN_CHECK(id.value <= state.participants_.size() && id.value < kParticipantsMax);
    if (id.value == state.participants_.size()) state.participants_.emplace_back();
    return state.participants_[id.value];
  }
  HoldRow& hold(std::uint32_t slot) {
    TONGSUAN_CHECK(slot < state.holds_.rows.size() && state.holds_.rows[slot].open);
    return state.holds_.rows[slot];
  }
  HoldRow& hold(HoldId id) {
    TONGSUAN_CHECK(state.holds_.find(id) != nullptr);
    return state.holds_.rows[id.slot];
  }
  RightRow& right(std::uint32_t slot) {
    TONGSUAN_CHECK(slot < state.rights_.rows.size() && state.rights_.rows[slot].open);
    return state.rights_.rows[slot];
  }
  RightRow& right(RightId id) {
    TONGSUAN_CHECK(state.rights_.find(id) != nullptr);
    return state.rights_.rows[id.slot];
  }
  Money& used(std::uint32_t programme, ParticipantId buyer) {
    TONGSUAN_CHECK(programme < state.programmes_.size());
    std::vector<Money>& used = state.programmes_[programme].used;
    if (used.size() <= buyer.value) used.resize(state.participants_.size());
    return used[buyer.value];
  }
  void add(Account account, Money amount) {
    const auto purpose = static_cast<std::size_t>(account.purpose);
    TONGSUAN_CHECK(account.participant.value < state.participants_.size() && purpose < kPurposes);
    Money& balance = state.participants_[account.participant.value].balance[purpose];
    balance = balance + amount;
    state.totals_[purpose] += amount.raw();
  }
  void take(HoldRow& row, Money amount) {
    row.left = row.left - amount;
    state.left_total_ -= amount.raw();
  }
  HoldRow& make_hold(MadeId made, ParticipantId owner, Money amount) {
    HoldRow& row = state.holds_.make(made);
    row.held = row.left = amount;
    row.owner = owner;
    state.left_total_ += amount.raw();
    std::uint32_t& first = participant(owner).first_hold;
    row.next = first;
    if (first != kNone) state.holds_.rows[first].previous = made.slot;
    first = made.slot;
    return row;
  }
  RightRow& make_right(MadeId made) { return state.rights_.make(made); }
  void make_programme(const Programme& leg) {
    TONGSUAN_CHECK(state.programmes_.size() < kProgrammesMax);
    participant(leg.city).programme = static_cast<std::uint32_t>(state.programmes_.size());
    state.programmes_.push_back({leg.city, leg.rate_ppm, leg.cap, leg.until, {}});
  }
};

State::State() {
  participants_.emplace_back();
  for (const Purpose purpose : {Purpose::kCash, Purpose::kHold, Purpose::kRent, Purpose::kPenalty,
                                Purpose::kRounding, Purpose::kRail}) {
    auto& open = participants_[0].open;
    open = static_cast<std::uint16_t>(open | internal::bit(purpose));
  }
}

Money State::balance(Account account) const {
  if (account.participant.value >= participants_.size()) return {};
  return participants_[account.participant.value].at(account.purpose);
}

const RepeatWindow::Seen* RepeatWindow::find(std::uint64_t number) const {
  const auto at = std::ranges::find(seen, number, &Seen::number);
  return at == seen.end() ? nullptr : &*at;
}

const RepeatWindow* State::repeats(ParticipantId author) const {
  const std::uint32_t window = participants_[author.value].window;
  return window == kNone ? nullptr : &windows_[window];
}

std::vector<HoldId> State::open_holds(ParticipantId owner) const {
  std::vector<HoldId> ids;
  if (owner.value >= participants_.size()) return ids;
  for (std::uint32_t slot = participants_[owner.value].first_hold; slot != kNone;) {
    ids.push_back({slot, holds_.rows[slot].generation});
    slot = holds_.rows[slot].next;
  }
  std::ranges::sort(ids);
  return ids;
}

void State::apply(const Event& event) {
  TONGSUAN_CHECK(event.at >= now_ && event.id.author.value < participants_.size());
  now_ = event.at;
  Books books{*this};
  internal::CarryOut carry_out(books, event.why);
  for (const Fact& fact : event.facts) carry_out.run(fact);
  const char* what = checks_ ? broken(event) : nullptr;
  if (what != nullptr) {
    std::fprintf(stderr, "ledger: entry %llu of %u breaks an invariant: %s\n",
                 static_cast<unsigned long long>(event.id.number), event.id.author.value, what);
    std::abort();
  }
  end_rows(event);
  remember(event);
}

void State::remember(const Event& event) {
  Participant& author = participants_[event.id.author.value];
  TONGSUAN_CHECK(event.id.number > author.last_number);
  author.last_number = event.id.number;
  if (author.window == kNone) {
    author.window = static_cast<std::uint32_t>(windows_.size());
    windows_.emplace_back();
  }
  RepeatWindow& window = windows_[author.window];
  RepeatWindow::Seen& seen = window.seen[window.next++ % kRepeatsKept];
  seen = {event.id.number, fingerprint(event), {}};
  for (const Fact& fact : event.facts) {
    if (fact.made.slot != kNone) seen.made = fact.made;
    if (std::holds_alternative<Grant>(fact.asked)) last_contract_ = event.why.contract;
  }
}

// A hold ends when nothing is left of it and no contract needs it; a right when it was closed.
void State::end_rows(const Event& event) {
  for (const Fact& fact : event.facts) {
    if (const std::uint32_t slot = internal::hold_of(fact.asked); slot != kNone) end_hold(slot);
    const auto* close = std::get_if<Close>(&fact.asked);
    if (close == nullptr) continue;
    const RightRow& right = rights_.rows[close->right.slot];
    end_hold(right.hold);
    if (right.voucher != kNone) end_hold(right.voucher);
    rights_.end(close->right.slot);
  }
}

void State::end_hold(std::uint32_t slot) {
  const HoldRow& row = holds_.rows[slot];
  if (!row.open || row.left != Money() || row.right != kNone) return;
  if (row.next != kNone) holds_.rows[row.next].previous = row.previous;
  if (row.previous != kNone) {
    holds_.rows[row.previous].next = row.next;
  } else {
    participants_[row.owner.value].first_hold = row.next;
  }
  holds_.end(slot);
}

namespace {

// Numbers as little-endian bytes into a hash.
class Summary {
 public:
  Summary& number(std::int64_t value) {
    sha_.update_u64(static_cast<std::uint64_t>(value));
    return *this;
  }
  Summary& number(std::uint64_t value) {
    sha_.update_u64(value);
    return *this;
  }
  Summary& number(std::uint32_t value) { return number(std::uint64_t{value}); }
  Summary& money(Money value) { return number(value.raw()); }
  void participant(const Participant& row) {
    for (const Money balance : row.balance) money(balance);
    money(row.overdraft).number(row.last_number).number(row.programme);
    number(std::uint64_t{row.open});
  }
  void row(const HoldRow& row) {
    number(row.generation).number(std::uint64_t{row.open});
    if (!row.open) return;
    money(row.held).money(row.left).number(row.until).number(row.owner.value).number(row.right);
    number(static_cast<std::uint64_t>(row.source));
  }
  void row(const RightRow& row) {
    number(row.generation).number(std::uint64_t{row.open});
    if (!row.open) return;
    number(row.contract).money(row.cost).money(row.paid).number(row.rectangle.raw());
    number(row.delivered.raw()).number(row.hold).number(row.voucher);
  }
  template <class Row>
  void table(const Table<Row>& table) {
    number(std::uint64_t{table.rows.size()});
    for (const Row& each : table.rows) row(each);
    number(std::uint64_t{table.free.size()});
    for (const std::uint32_t slot : table.free) number(slot);
  }
  void window(const RepeatWindow& window) {
    number(window.next);
    for (const RepeatWindow::Seen& seen : window.seen) {
      number(seen.number).number(seen.fingerprint);
      number(seen.made.slot).number(seen.made.generation);
    }
  }
  void programme(const ProgrammeRow& row) {
    number(row.city.value).number(row.rate_ppm).money(row.cap).number(row.until);
    for (std::uint32_t buyer = 0; buyer < row.used.size(); ++buyer) {
      if (row.used[buyer] != Money()) number(buyer).money(row.used[buyer]);
    }
    number(std::uint64_t{kNone});
  }
  [[nodiscard]] Digest finish() { return sha_.finish(); }

 private:
  Sha256 sha_;
};

}  // namespace

Digest State::digest() const {
  Summary summary;
  summary.number(now_).number(last_contract_).number(participant_count());
  for (const Participant& participant : participants_) {
    summary.participant(participant);
    if (participant.window != kNone) summary.window(windows_[participant.window]);
  }
  summary.table(holds_);
  summary.table(rights_);
  summary.number(std::uint64_t{programmes_.size()});
  for (const ProgrammeRow& programme : programmes_) summary.programme(programme);
  return summary.finish();
}

}  // namespace tongsuan::ledger
