#include "tongsuan/server/history.h"

#include <algorithm>
#include <utility>

#include "tongsuan/exchange/bytes.h"
#include "tongsuan/node/history.h"
#include "tongsuan/server/event_text.h"

namespace tongsuan::server {

using engine::ContractId;

std::optional<ContractId> contract_of(const exchange::Event& event) {
  if (const auto* happened = std::get_if<engine::Event>(&event)) {
    if (const auto* started = std::get_if<engine::ContractStarted>(&happened->what)) {
      return started->contract;
    }
    if (const auto* ended = std::get_if<engine::ContractEnded>(&happened->what)) {
      return ended->contract;
    }
    if (const auto* extended = std::get_if<engine::ContractExtended>(&happened->what)) {
      return extended->contract;
    }
    if (const auto* shrunk = std::get_if<engine::ContractShrunk>(&happened->what)) {
      return shrunk->what.contract;
    }
    return std::nullopt;
  }
  const auto* own = std::get_if<exchange::OwnEvent>(&event);
  if (own == nullptr) return std::nullopt;
  return std::visit(
      [](const auto& what) -> std::optional<ContractId> {
        if constexpr (requires { what.contract; }) {
          return what.contract;
        } else if constexpr (requires { what.terms.contract; }) {
          return what.terms.contract;
        } else {
          return std::nullopt;
        }
      },
      *own);
}

namespace {

void note(ContractFacts& facts, Second at, const engine::Event& happened) {
  if (const auto* started = std::get_if<engine::ContractStarted>(&happened.what)) {
    facts.order = started->what.order;
    facts.started = true;
    facts.pool = started->what.pool;
    facts.price = started->what.price;
    facts.start = at;
    facts.until = started->expected_end;
  } else if (const auto* extended = std::get_if<engine::ContractExtended>(&happened.what)) {
    facts.until = extended->until;
  } else if (const auto* ended = std::get_if<engine::ContractEnded>(&happened.what)) {
    facts.ended = true;
    facts.end = at;
    facts.reason = ended->reason;
    facts.done_ppm = ended->done_ppm;
  }
}

// What an event says of the contract that it is about.
void note(ContractFacts& facts, Second at, const exchange::Event& event) {
  if (const auto* happened = std::get_if<engine::Event>(&event)) return note(facts, at, *happened);
  const auto& own = std::get<exchange::OwnEvent>(event);
  if (const auto* granted = std::get_if<exchange::ContractGranted>(&own)) {
    facts.cost = facts.paid + granted->cost.raw();
    facts.metered = granted->from;
  } else if (const auto* metered = std::get_if<exchange::ContractMetered>(&own)) {
    facts.delivered += metered->until - facts.metered;
    facts.metered = metered->until;
    facts.paid += metered->paid.raw();
  } else if (const auto* missed = std::get_if<exchange::DeliveryMissed>(&own)) {
    facts.missed += missed->until - facts.metered;
    facts.metered = missed->until;
  } else if (const auto* settled = std::get_if<exchange::DeliverySettled>(&own)) {
    facts.delivered -= settled->missed;
    facts.missed += settled->missed;
    facts.overrun = settled->overrun;
    facts.paid -= settled->refund.raw();
  } else if (const auto* offered = std::get_if<exchange::ResaleOffered>(&own)) {
    // What was delivered with devices that it has no more stays counted.
    if (offered->terms.from <= at && !facts.ended) {
      facts.delivered_gone += facts.delivered * offered->terms.devices;
    }
  }
}

// Of the last grant of an entry; 0: there is none.
std::int64_t rectangle_of(const exchange::MoneyEvent& money) {
  for (const ledger::Fact& fact : money.facts) {
    if (const auto* grant = std::get_if<ledger::Grant>(&fact.asked)) return grant->rectangle.raw();
  }
  return 0;
}

}  // namespace

void History::see_own(const exchange::OwnEvent& event, std::uint64_t sequence) {
  if (const auto* round = std::get_if<exchange::RoundPublished>(&event)) {
    kept_.rounds[round->round] = sequence;
    if (kept_.rounds.size() > exchange::kRoundsKept) kept_.rounds.erase(kept_.rounds.begin());
  } else if (const auto* key = std::get_if<exchange::KeyAdded>(&event)) {
    kept_.keys[key->key] = sequence;
  } else if (const auto* granted = std::get_if<exchange::ContractGranted>(&event)) {
    const Second seconds = granted->until - granted->from;
    if (granted->cost == Money() || seconds <= 0) return;
    kept_.contracts[granted->contract.value].devices =
        static_cast<std::uint32_t>(rectangle_ / seconds);
  }
}

void History::see_event(std::uint64_t sequence, std::uint32_t part, Second at,
                        const exchange::Event& event) {
  lines_.see(sequence, at, event);
  if (const auto* money = std::get_if<exchange::MoneyEvent>(&event)) {
    if (const std::int64_t rectangle = rectangle_of(*money); rectangle > 0) rectangle_ = rectangle;
    return;
  }
  if (const auto* own = std::get_if<exchange::OwnEvent>(&event)) see_own(*own, sequence);
  if (const auto* happened = std::get_if<engine::Event>(&event)) {
    if (const auto* dropped = std::get_if<engine::HistoryDropped>(&happened->what)) {
      forget(*dropped);
    }
  }
  const auto contract = contract_of(event);
  if (!contract) return;
  ContractFacts& facts = kept_.contracts[contract->value];
  facts.changed = sequence;
  note(facts, at, event);
  kept_.events.push_back({*contract, sequence, part, at, event});
  while (kept_.events.size() > kContractEventsKept) {
    kept_.contracts_forgotten =
        std::max(kept_.contracts_forgotten, kept_.events.front().contract.value + 1);
    kept_.events.pop_front();
  }
}

// Of those that the engine drops, which are the ended ones below, the last stay for bills.
void History::forget(const engine::HistoryDropped& dropped) {
  kept_.dropped_below = dropped.contracts_below;
  auto& contracts = kept_.contracts;
  const auto end = contracts.lower_bound(kept_.dropped_below);
  const auto dropped_count = static_cast<std::size_t>(std::distance(contracts.begin(), end));
  std::size_t excess = dropped_count - std::min(dropped_count, kContractsKept);
  for (auto at = contracts.begin(); at != end && excess > 0;) {
    if (at->second.ended) --excess;
    at = at->second.ended ? contracts.erase(at) : std::next(at);
  }
}

bool History::begin_record(std::uint64_t sequence, Second at) {
  if (sequence <= kept_.last) return false;
  kept_.last = sequence;
  if (kept_.first != 0) return true;
  kept_.first = sequence;
  if (sequence > 1) lines_.begin_after(sequence - 1, at);
  return true;
}

void History::begin(std::uint64_t sequence, Second now) {
  const std::lock_guard lock(mutex_);
  if (kept_.first != 0 || sequence == 0) return;
  kept_.first = sequence + 1;
  kept_.last = sequence;
  lines_.begin_after(sequence, now);
}

bool History::adopt(History& other) {
  const std::scoped_lock lock(mutex_, other.mutex_);
  if (other.kept_.last < kept_.last) return false;
  std::swap(kept_, other.kept_);
  std::swap(lines_, other.lines_);
  std::swap(rectangle_, other.rectangle_);
  return true;
}

bool History::begins_late() const {
  const std::lock_guard lock(mutex_);
  return kept_.first > 1;
}

std::uint64_t History::last() const {
  const std::lock_guard lock(mutex_);
  return kept_.last;
}

void History::see(std::uint64_t sequence, Second at, const std::vector<exchange::Event>& events) {
  const std::lock_guard lock(mutex_);
  if (!begin_record(sequence, at)) return;
  std::uint32_t part = 0;
  for (const exchange::Event& event : events) {
    see_event(sequence, part, at, event);
    part += parts_of(event);
  }
  lines_.end_record();
}

void History::see(std::uint64_t sequence, std::string_view record) {
  const std::lock_guard lock(mutex_);
  if (!begin_record(sequence, node::second_of(record))) return;
  std::uint32_t part = 0;
  // Whoever replays the record finds what is wrong with it.
  (void)reader_.read(record, [&](Second at, const exchange::Event& event) {
    see_event(sequence, part, at, event);
    part += parts_of(event);
    return true;
  });
  lines_.end_record();
}

std::optional<ContractFacts> History::of(ContractId contract, std::uint64_t as_of) const {
  return of({&contract, 1}, as_of).front();
}

std::vector<std::optional<ContractFacts>> History::of(std::span<const ContractId> contracts,
                                                      std::uint64_t as_of) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::optional<ContractFacts>> found(contracts.size(), ContractFacts());
  std::vector<bool> by_events(contracts.size(), false);
  for (std::size_t i = 0; i < contracts.size(); ++i) {
    const auto known = kept_.contracts.find(contracts[i].value);
    const bool is_known = known != kept_.contracts.end();
    if (is_known && known->second.changed <= as_of) {
      found[i] = known->second;
    } else if (contracts[i].value < kept_.contracts_forgotten) {
      found[i] = std::nullopt;
    } else {
      // Before the snapshot that was recovered from, or it changed after that command.
      by_events[i] = is_known || contracts[i].value < kept_.dropped_below;
    }
  }
  if (std::ranges::find(by_events, true) == by_events.end()) return found;
  for (const ContractEvent& event : kept_.events) {
    if (event.sequence > as_of) break;
    const auto at = std::ranges::lower_bound(contracts, event.contract);
    const auto i = static_cast<std::size_t>(at - contracts.begin());
    if (at == contracts.end() || *at != event.contract || !by_events[i]) continue;
    found[i]->changed = event.sequence;
    note(*found[i], event.at, event.event);
  }
  return found;
}

std::optional<ContractFacts> History::terms_of(ContractId contract) const {
  const std::lock_guard lock(mutex_);
  const auto known = kept_.contracts.find(contract.value);
  if (known == kept_.contracts.end() || !known->second.started) return std::nullopt;
  return known->second;
}

std::uint64_t History::round_sequence(std::uint64_t round) const {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.rounds.find(round);
  return found == kept_.rounds.end() ? 0 : found->second;
}

std::map<std::uint64_t, std::uint64_t> History::round_sequences() const {
  const std::lock_guard lock(mutex_);
  return kept_.rounds;
}

std::uint64_t History::key_sequence(const exchange::KeyId& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.keys.find(key);
  return found == kept_.keys.end() ? 0 : found->second;
}

std::optional<std::vector<ContractEvent>> History::events_of(ContractId contract) const {
  const std::lock_guard lock(mutex_);
  if (contract.value < kept_.contracts_forgotten) return std::nullopt;
  std::vector<ContractEvent> found;
  for (const ContractEvent& event : kept_.events) {
    if (event.contract == contract) found.push_back(event);
  }
  return found;
}

}  // namespace tongsuan::server
