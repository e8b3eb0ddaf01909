#include "tongsuan/node/history.h"

#include <algorithm>

#include "tongsuan/base/bytes.h"
#include "tongsuan/node/blobs.h"

namespace tongsuan::node {

using journal::Answer;
using journal::Failure;
using journal::Fault;

namespace {

constexpr std::uint64_t kWorthAThread = 10'000;  // records

Failure not_yet(std::uint64_t sequence, std::uint64_t last) {
  return {Fault::kNotFound,
          "command " + std::to_string(sequence) + " has not happened; the last one is " +
              std::to_string(last),
          "ask for one up to the last"};
}

Failure too_far(std::uint64_t records, std::uint64_t most) {
  return {Fault::kInvalid,
          std::to_string(records) + " commands would have to be applied to get there, more than " +
              std::to_string(most),
          "ask for a command soon after a snapshot; or have snapshots made more often, and more of "
          "them kept"};
}

}  // namespace

Second second_of(std::string_view record) {
  return static_cast<Second>(little_endian<std::uint64_t>(record.substr(0, 8)));
}

History::History(engine::Places places, Second opened, journal::Reader& reader, HistoryRules rules)
    : places_(std::move(places)), opened_(opened), reader_(reader), rules_(rules) {}

Answer<std::uint64_t> History::last() {
  TONGSUAN_TRY(const journal::Head head, reader_.head());
  return head.sequence;
}

Answer<std::uint64_t> History::first_at(Second at) {
  return reader_.find_first([&](std::string_view record) { return second_of(record) >= at; });
}

Answer<std::string> History::text(const Digest& name) {
  return read_text(name, [&](const Digest& hash) { return reader_.blob(hash); });
}

// ---- The cache -------------------------------------------------------------------------------

// Whoever has it counts as a reader: only a past without readers goes on.
History::Handed History::hand_out(const std::shared_ptr<Past>& past) {
  past->used_ = ++uses_;
  past->readers_.fetch_add(1, std::memory_order_relaxed);
  return {past.get(),
          [past](const Past*) { past->readers_.fetch_sub(1, std::memory_order_release); }};
}

History::Handed History::find(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  const auto at =
      std::ranges::find(cache_, sequence, [](const auto& past) { return past->sequence(); });
  return at == cache_.end() ? nullptr : hand_out(*at);
}

History::Handed History::keep(const std::shared_ptr<Past>& past) {
  std::shared_ptr<Past> dropped;  // freed without the lock
  const std::lock_guard lock(mutex_);
  Handed handed = hand_out(past);
  std::erase_if(cache_, [&](const auto& other) { return other->sequence() == past->sequence(); });
  cache_.push_back(past);
  if (cache_.size() <= rules_.kept) return handed;
  const auto oldest =
      std::ranges::min_element(cache_, {}, [](const auto& one) { return one->used_; });
  dropped = std::move(*oldest);
  cache_.erase(oldest);
  return handed;
}

// The last one that is kept at or below `sequence` and above `above`: itself where nobody reads it,
// else a copy.
std::shared_ptr<Past> History::nearest(std::uint64_t sequence, std::uint64_t above) {
  Handed other;
  {
    const std::lock_guard lock(mutex_);
    auto best = cache_.end();
    for (auto it = cache_.begin(); it != cache_.end(); ++it) {
      const std::uint64_t at = (*it)->sequence();
      if (at > sequence || at < above) continue;
      if (best == cache_.end() || at > (*best)->sequence()) best = it;
    }
    if (best == cache_.end()) return nullptr;
    if ((*best)->readers_.load(std::memory_order_acquire) == 0) {
      std::shared_ptr<Past> taken = std::move(*best);
      cache_.erase(best);
      return taken;
    }
    other = hand_out(*best);
  }
  auto copy = std::make_shared<Past>(places_, opened_);
  copy->exchange_.copy(other->exchange_);
  copy->index_ = other->index_;
  return copy;
}

// ---- Building --------------------------------------------------------------------------------

// Where to begin: what is kept, the newest snapshot, or the first command.
Answer<History::Work> History::base(std::uint64_t sequence) {
  TONGSUAN_TRY(const std::vector<std::uint64_t> snapshots, reader_.snapshots());
  const auto above = std::ranges::upper_bound(snapshots, sequence);
  const std::uint64_t newest = above == snapshots.begin() ? 0 : *std::prev(above);
  if (auto kept = nearest(sequence, newest)) return Work{std::move(kept), rules_.replayed_max};
  if (sequence - newest > rules_.replayed_max) {
    return too_far(sequence - newest, rules_.replayed_max);
  }
  auto past = std::make_shared<Past>(places_, opened_);
  Answer<journal::Snapshot> snapshot = reader_.snapshot(sequence);
  if (snapshot.ok()) {
    const Result<Done> restored = past->exchange_.restore(snapshot.value().bytes);
    if (!restored.ok()) {
      return Failure{Fault::kCorrupt,
                     "the snapshot of command " + std::to_string(snapshot.value().sequence) +
                         " does not read: " + restored.error().context,
                     "move it away: the journal alone is enough"};
    }
  } else if (snapshot.error().fault != Fault::kNotFound) {
    return snapshot.error();
  }
  past->index_.rebuild(past->exchange_.state(), past->sequence());
  return Work{std::move(past), rules_.replayed_max};
}

Answer<History::Work> History::begin(std::uint64_t sequence) {
  TONGSUAN_TRY(Work work, base(sequence));
  const std::uint64_t records = sequence - work.past->sequence();
  if (records > work.budget) {
    keep(work.past);
    return too_far(records, rules_.replayed_max);
  }
  TONGSUAN_TRY([[maybe_unused]] const Done there, forward(*work.past, sequence));
  work.budget -= records;
  return work;
}

// Applies records up to `until`, or until `see` has seen enough.
Answer<Done> History::forward(Past& past, std::uint64_t until, const RecordSeen& see) {
  const std::uint64_t from = past.sequence() + 1;
  if (until < from) return Done{};
  std::vector<exchange::Event> events;
  Second second = 0;
  const EventSeen each = [&](std::uint64_t sequence, Second at, const exchange::Event& event) {
    past.index_.see(past.exchange_.state(), event, sequence);
    second = at;
    if (see) events.push_back(event);
  };
  Answer<Done> replayed = Done{};
  const auto visit = [&](const journal::Batch& batch) {
    while (past.sequence() < std::min(until, batch.last())) {
      replayed = replay_batch(batch, past.exchange_, see ? past.sequence() + 1 : until, each);
      if (!replayed.ok()) return false;
      if (see && !see(past.sequence(), second, events)) return false;
      events.clear();
    }
    return past.sequence() < until;
  };
  const Answer<Done> read =
      until - from < kWorthAThread ? reader_.read(from, visit) : reader_.read_ahead(from, visit);
  return replayed.ok() ? read : replayed;
}

Answer<std::shared_ptr<const Past>> History::as_of(std::uint64_t sequence) {
  if (Handed found = find(sequence)) return found;
  TONGSUAN_TRY(const std::uint64_t end, last());
  if (sequence > end) return not_yet(sequence, end);
  const std::lock_guard building(building_);
  // Whoever was waited for may have built the same.
  if (Handed found = find(sequence)) return found;
  TONGSUAN_TRY(const Work work, begin(sequence));
  return keep(work.past);
}

// ---- Statements ------------------------------------------------------------------------------

namespace {

Balances balances_of(const exchange::State& state, exchange::ParticipantId id) {
  if (id.value >= state.money().participant_count()) return {};
  return state.money().participant(id).balance;
}

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

// Makes lines of records, and knows what holds and grants of the ledger are for.
class LineMaker {
 public:
  LineMaker(const Past& past, exchange::ParticipantId participant)
      : past_(past), participant_(participant) {
    const View view = past.view();
    for (const OrderId id : view.index.orders_of(participant)) {
      if (view.state.engine().knows(id)) orders_[view.state.money_of(id).hold] = id;
    }
    for (std::uint32_t i = 0; i < view.state.engine().contract_count(); ++i) {
      const engine::ContractId id{i};
      if (view.state.engine().knows(id)) contracts_[view.state.money_of(id).grant] = id;
    }
    for (const auto& [number, row] : view.state.resales().rows()) {
      if (row.open()) contracts_[row.grant] = row.terms.contract;
    }
  }

  void see(std::uint64_t sequence, Second at, std::span<const exchange::Event> events,
           std::vector<MoneyLine>& lines) {
    for (const exchange::Event& event : events) {
      const auto* own = std::get_if<exchange::OwnEvent>(&event);
      if (own == nullptr) continue;
      if (const auto* held = std::get_if<exchange::OrderHeld>(own)) {
        orders_[held->hold] = held->order;
      } else if (const auto* granted = std::get_if<exchange::ContractGranted>(own)) {
        contracts_[granted->grant] = granted->contract;
      } else if (const auto* opened = std::get_if<exchange::ResaleOpened>(own)) {
        contracts_[opened->grant] = opened->contract;
      }
    }
    for (const exchange::Event& event : events) {
      const auto* money = std::get_if<exchange::MoneyEvent>(&event);
      if (money == nullptr) continue;
      for (const ledger::Fact& fact : money->facts) add(sequence, at, *money, fact, lines);
    }
  }

 private:
  void add(std::uint64_t sequence, Second at, const exchange::MoneyEvent& event,
           const ledger::Fact& fact, std::vector<MoneyLine>& lines) const {
    const ledger::Posting& did = fact.did;
    const bool gives = did.from.participant == participant_;
    const bool gets = did.to.participant == participant_;
    if (did.amount == Money() || (!gives && !gets)) return;
    MoneyLine line{sequence,           at,       did.from.purpose, did.to, Money(-did.amount.raw()),
                   fact.asked.index(), event.why};
    name(line, hold_of(fact));
    if (gives) lines.push_back(line);
    if (!gets) return;
    line.account = did.to.purpose;
    line.other = did.from;
    line.change = did.amount;
    lines.push_back(line);
  }

  void name(MoneyLine& line, ledger::HoldId hold) const {
    const auto order = orders_.find(hold);
    if (hold.slot != kNone && order != orders_.end()) line.order = order->second.value;
    const auto contract = contracts_.find(line.why.contract);
    if (line.why.contract == 0 || contract == contracts_.end()) return;
    line.contract = contract->second.value;
    const engine::State& engine = past_.view().state.engine();
    if (engine.knows(contract->second)) line.order = engine.contract(contract->second).order.value;
  }

  const Past& past_;
  exchange::ParticipantId participant_;
  std::map<ledger::HoldId, OrderId> orders_;
  std::map<std::uint64_t, engine::ContractId> contracts_;
};

bool adds_up(const StatementPage& page) {
  Balances sum = page.opening;
  for (const MoneyLine& line : page.lines) {
    Money& balance = sum[static_cast<std::size_t>(line.account)];
    balance = balance + line.change;
  }
  return sum == page.closing;
}

}  // namespace

Answer<StatementPage> History::statement(exchange::ParticipantId participant, Range range) {
  TONGSUAN_TRY(const std::uint64_t end, last());
  const std::uint64_t first = std::max<std::uint64_t>(range.first, 1);
  const std::uint64_t until = std::min(range.last, end);
  const std::size_t most = std::clamp<std::size_t>(range.most, 1, rules_.lines_max);
  if (first > end + 1) return not_yet(first, end);
  const std::lock_guard building(building_);
  TONGSUAN_TRY(Work work, begin(first - 1));
  StatementPage page;
  page.first = first;
  page.from = work.past->view().state.now();
  page.opening = balances_of(work.past->view().state, participant);
  LineMaker maker(*work.past, participant);
  std::uint64_t left = work.budget;
  TONGSUAN_TRY(
      [[maybe_unused]] const Done done,
      forward(*work.past, until,
              [&](std::uint64_t sequence, Second at, std::span<const exchange::Event> events) {
                maker.see(sequence, at, events, page.lines);
                left -= left > 0 ? 1 : 0;
                return page.lines.size() < most && left > 0;
              }));
  page.last = work.past->sequence();
  page.until = work.past->view().state.now();
  page.closing = balances_of(work.past->view().state, participant);
  if (page.last < until) page.next = page.last + 1;
  keep(work.past);
  if (adds_up(page)) return page;
  return Failure{Fault::kCorrupt,
                 "the lines of participant " + std::to_string(participant.value) + " in commands " +
                     std::to_string(page.first) + " to " + std::to_string(page.last) +
                     " do not add up to its balances",
                 "check the journal"};
}

// ---- Stories ---------------------------------------------------------------------------------

Answer<std::optional<std::uint64_t>> History::scan(Range range, const RecordSeen& see) {
  TONGSUAN_TRY(const std::uint64_t end, last());
  const std::uint64_t first = std::max<std::uint64_t>(range.first, 1);
  if (first > end + 1) return not_yet(first, end);
  const std::uint64_t wanted = std::min(range.last, end);
  const std::uint64_t until = std::min(wanted, first + rules_.scanned_max - 1);
  std::optional<std::uint64_t> next;
  if (until < first) return next;
  std::optional<Failure> failure;
  std::uint64_t sequence = first;
  std::vector<exchange::Event> events;
  exchange::RecordReader records;
  const auto visit = [&](const journal::Batch& batch) {
    for (; sequence <= std::min(until, batch.last()); ++sequence) {
      events.clear();
      Second second = 0;
      const auto misfit = records.read(batch.records[sequence - batch.first].events,
                                       [&](Second at, const exchange::Event& event) {
                                         second = at;
                                         events.push_back(event);
                                         return true;
                                       });
      if (misfit) {
        failure =
            Failure{Fault::kCorrupt,
                    "command " + std::to_string(sequence) + " of the journal: " + misfit->what +
                        ", at byte " + std::to_string(misfit->offset),
                    "check the journal"};
        return false;
      }
      if (!see(sequence, second, events)) {
        ++sequence;
        return false;
      }
    }
    return sequence <= until;
  };
  TONGSUAN_TRY([[maybe_unused]] const Done read, until - first < kWorthAThread
                                                     ? reader_.read(first, visit)
                                                     : reader_.read_ahead(first, visit));
  if (failure) return *failure;
  if (sequence <= wanted) next = sequence;
  return next;
}

namespace {

template <class T>
bool has(const std::vector<T>& list, const T& value) {
  return std::ranges::find(list, value) != list.end();
}

// Which events belong to a subject. Learns its contracts, grants and holds from what it sees.
class SubjectTeller {
 public:
  explicit SubjectTeller(Subject& subject) : subject_(subject) {}

  void learn(const exchange::Event& event) {
    if (const auto* happened = std::get_if<engine::Event>(&event)) {
      const auto* started = std::get_if<engine::ContractStarted>(&happened->what);
      if (started != nullptr && is_order(started->what.order) &&
          !has(subject_.contracts, started->contract)) {
        subject_.contracts.push_back(started->contract);
      }
    } else if (const auto* own = std::get_if<exchange::OwnEvent>(&event)) {
      const auto* held = std::get_if<exchange::OrderHeld>(own);
      if (held != nullptr && is_order(held->order)) subject_.holds.push_back(held->hold);
      const auto* granted = std::get_if<exchange::ContractGranted>(own);
      if (granted != nullptr && has(subject_.contracts, granted->contract)) {
        subject_.grants.push_back(granted->grant);
      }
      const auto* opened = std::get_if<exchange::ResaleOpened>(own);
      if (opened != nullptr && has(subject_.contracts, opened->contract)) {
        subject_.grants.push_back(opened->grant);
      }
    }
  }

  [[nodiscard]] bool tells(const exchange::Event& event) const {
    if (const auto* money = std::get_if<exchange::MoneyEvent>(&event)) return tells_money(*money);
    if (const auto* own = std::get_if<exchange::OwnEvent>(&event)) {
      return std::visit([&](const auto& what) { return names(what); }, *own);
    }
    return std::visit([&](const auto& what) { return names(what); },
                      std::get<engine::Event>(event).what);
  }

 private:
  [[nodiscard]] bool is_order(OrderId order) const { return order.value == subject_.order; }

  template <class What>
  [[nodiscard]] bool names(const What& what) const {
    if constexpr (requires { what.contract.value; }) {
      return has(subject_.contracts, what.contract);
    } else if constexpr (requires { what.order.value; }) {
      return is_order(what.order);
    } else if constexpr (requires { what.what.order.value; }) {
      return is_order(what.what.order);
    } else if constexpr (requires { what.terms.contract.value; }) {
      return has(subject_.contracts, what.terms.contract);
    } else if constexpr (requires { what.what.contract.value; }) {
      return has(subject_.contracts, what.what.contract);
    } else {
      return false;
    }
  }

  [[nodiscard]] bool tells_money(const exchange::MoneyEvent& event) const {
    if (event.why.contract != 0) return has(subject_.grants, event.why.contract);
    return std::ranges::any_of(event.facts, [&](const ledger::Fact& fact) {
      const ledger::HoldId hold = hold_of(fact);
      return hold.slot != kNone && has(subject_.holds, hold);
    });
  }

  Subject& subject_;
};

}  // namespace

Subject subject_of(const View& view, OrderId order) {
  Subject subject{order.value, {}, {}, {}};
  if (!view.state.engine().knows(order)) return subject;
  subject.holds.push_back(view.state.money_of(order).hold);
  std::uint32_t contract = view.state.engine().order(order).contract;
  while (contract != kNone && view.state.engine().knows(engine::ContractId{contract})) {
    subject.contracts.push_back(engine::ContractId{contract});
    subject.grants.push_back(view.state.money_of(engine::ContractId{contract}).grant);
    contract = view.index.previous_of(engine::ContractId{contract});
  }
  return subject;
}

Subject subject_of(const View& view, engine::ContractId contract) {
  Subject subject{kNone, {contract}, {}, {}};
  if (view.state.engine().knows(contract)) {
    subject.grants.push_back(view.state.money_of(contract).grant);
  }
  return subject;
}

Answer<StoryPage> History::story(Subject subject, Range range) {
  StoryPage page;
  page.subject = std::move(subject);
  SubjectTeller teller(page.subject);
  const std::size_t most = std::clamp<std::size_t>(range.most, 1, rules_.lines_max);
  TONGSUAN_TRY(page.next, scan(range, [&](std::uint64_t sequence, Second at,
                                          std::span<const exchange::Event> events) {
                 for (const exchange::Event& event : events) teller.learn(event);
                 for (const exchange::Event& event : events) {
                   if (teller.tells(event)) page.lines.push_back({sequence, at, event});
                 }
                 return page.lines.size() < most;
               }));
  return page;
}

Answer<TransferPage> History::transfers(exchange::ParticipantId participant, Range range) {
  TransferPage page;
  const std::size_t most = std::clamp<std::size_t>(range.most, 1, rules_.lines_max);
  const auto see = [&](std::uint64_t sequence, Second at, std::span<const exchange::Event> events) {
    // A request that moves money is one entry of one leg that no contract justifies, and nothing of
    // the engine.
    exchange::CommandId request{};
    if (const auto* own = std::get_if<exchange::OwnEvent>(&events.back())) {
      if (const auto* answered = std::get_if<exchange::Answered>(own)) request = answered->id;
    }
    const auto* money = std::get_if<exchange::MoneyEvent>(&events.front());
    if (money == nullptr || money->why.contract != 0) return true;
    for (const ledger::Fact& fact : money->facts) {
      const auto& [from, to, amount] = fact.did;
      if (!std::holds_alternative<ledger::Move>(fact.asked) || amount == Money()) continue;
      if (from.participant != participant && to.participant != participant) continue;
      const bool outside =
          from.purpose == ledger::Purpose::kRail || to.purpose == ledger::Purpose::kRail;
      page.lines.push_back(
          {sequence, at, from, to, amount, outside ? money->why.reference : 0, request});
    }
    return page.lines.size() < most;
  };
  TONGSUAN_TRY(page.next, scan(range, see));
  return page;
}

}  // namespace tongsuan::node
