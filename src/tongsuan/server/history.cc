#include "tongsuan/server/history.h"

#include <algorithm>
#include <utility>

#include "tongsuan/exchange/bytes.h"

namespace tongsuan::server {

using engine::ContractId;

namespace {
const std::size_t kPostLeg = ledger::Leg(ledger::Post()).index();
}

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
  } else if (const auto* own = std::get_if<exchange::OwnEvent>(&event)) {
    if (const auto* granted = std::get_if<exchange::ContractGranted>(own)) return granted->contract;
    if (const auto* metered = std::get_if<exchange::ContractMetered>(own)) return metered->contract;
    if (const auto* settled = std::get_if<exchange::ContractSettled>(own)) return settled->contract;
    if (const auto* owned = std::get_if<exchange::ContractOwned>(own)) return owned->contract;
    if (const auto* said = std::get_if<exchange::ContractReported>(own)) return said->contract;
    if (const auto* missed = std::get_if<exchange::DeliveryMissed>(own)) return missed->contract;
    if (const auto* paid = std::get_if<exchange::DeliveryPresumed>(own)) return paid->contract;
    if (const auto* told = std::get_if<exchange::DeliveryTold>(own)) return told->contract;
    if (const auto* over = std::get_if<exchange::DeliverySettled>(own)) return over->contract;
    if (const auto* offer = std::get_if<exchange::ResaleOffered>(own)) return offer->terms.contract;
    if (const auto* opened = std::get_if<exchange::ResaleOpened>(own)) return opened->contract;
    if (const auto* taken = std::get_if<exchange::ResaleTaken>(own)) return taken->contract;
    if (const auto* metered = std::get_if<exchange::ResaleMetered>(own)) return metered->contract;
    if (const auto* earned = std::get_if<exchange::ResaleEarned>(own)) return earned->contract;
    if (const auto* over = std::get_if<exchange::ResaleOver>(own)) return over->contract;
    if (const auto* closed = std::get_if<exchange::ResaleClosed>(own)) return closed->contract;
  }
  return std::nullopt;
}

namespace {

// What an event says of the contract that it is about.
void note(ContractFacts& facts, Second at, const exchange::Event& event) {
  if (const auto* happened = std::get_if<engine::Event>(&event)) {
    if (const auto* started = std::get_if<engine::ContractStarted>(&happened->what)) {
      facts.order = started->what.order;
    } else if (const auto* ended = std::get_if<engine::ContractEnded>(&happened->what)) {
      facts.ended = true;
      facts.reason = ended->reason;
      facts.done_ppm = ended->done_ppm;
    }
    return;
  }
  const auto& own = std::get<exchange::OwnEvent>(event);
  if (const auto* granted = std::get_if<exchange::ContractGranted>(&own)) {
    facts.cost = facts.paid + granted->cost.raw();
    facts.metered = granted->from;
  } else if (const auto* metered = std::get_if<exchange::ContractMetered>(&own)) {
    facts.delivered += metered->until - facts.metered;
    facts.metered = metered->until;
    facts.paid += metered->paid.raw();
  } else if (const auto* missed = std::get_if<exchange::DeliveryMissed>(&own)) {
    facts.metered = missed->until;
  } else if (const auto* settled = std::get_if<exchange::DeliverySettled>(&own)) {
    facts.delivered -= settled->missed;
    facts.paid -= settled->refund.raw();
  } else if (const auto* offered = std::get_if<exchange::ResaleOffered>(&own)) {
    // What was delivered with devices that it has no more stays counted.
    if (offered->terms.from <= at && !facts.ended) {
      facts.delivered_gone += facts.delivered * offered->terms.devices;
    }
  }
}

}  // namespace

void History::see_own(const exchange::OwnEvent& event, std::uint64_t sequence) {
  if (const auto* round = std::get_if<exchange::RoundPublished>(&event)) {
    rounds_[round->round] = sequence;
    if (rounds_.size() > exchange::kRoundsKept) rounds_.erase(rounds_.begin());
  } else if (const auto* key = std::get_if<exchange::KeyAdded>(&event)) {
    keys_[key->key] = sequence;
  } else if (const auto* earned = std::get_if<exchange::ResaleEarned>(&event)) {
    see_earned(*earned, sequence);
  }
}

// Which line of the record went to a seller is known from what it earned.
void History::see_earned(const exchange::ResaleEarned& earned, std::uint64_t sequence) {
  for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
    if (line->sequence != sequence) break;
    if (line->leg != kPostLeg || line->did.to.participant != earned.seller) continue;
    line->resale = true;
    break;
  }
}

void History::see_event(std::uint64_t sequence, std::uint32_t part, Second at,
                        const exchange::Event& event) {
  if (const auto* money = std::get_if<exchange::MoneyEvent>(&event)) {
    for (const ledger::Fact& fact : money->facts) {
      if (fact.did.amount == Money()) continue;
      lines_.push_back({sequence, part, at, fact.did, money->why,
                        static_cast<std::uint8_t>(fact.asked.index())});
    }
    while (lines_.size() > kMoneyLinesKept) {
      lines_forgotten_ = lines_.front().sequence;
      lines_.pop_front();
    }
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
  ContractFacts& facts = contracts_[contract->value];
  facts.changed = sequence;
  note(facts, at, event);
  events_.push_back({*contract, sequence, part, at, event});
  while (events_.size() > kContractEventsKept) {
    contracts_forgotten_ = std::max(contracts_forgotten_, events_.front().contract.value + 1);
    events_.pop_front();
  }
}

// The engine's rule: those below that have ended.
void History::forget(const engine::HistoryDropped& dropped) {
  dropped_below_ = dropped.contracts_below;
  const auto end = contracts_.lower_bound(dropped_below_);
  for (auto at = contracts_.begin(); at != end;) {
    at = at->second.ended ? contracts_.erase(at) : std::next(at);
  }
}

void History::note_first(std::uint64_t sequence) {
  if (!std::exchange(seen_, true)) lines_forgotten_ = sequence - 1;
}

void History::begin(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  if (sequence > 0) note_first(sequence + 1);
}

void History::see(std::uint64_t sequence, Second at, const std::vector<exchange::Event>& events) {
  const std::lock_guard lock(mutex_);
  note_first(sequence);
  std::uint32_t part = 0;
  for (const exchange::Event& event : events) see_event(sequence, part++, at, event);
}

void History::see(std::uint64_t sequence, std::string_view record) {
  const std::lock_guard lock(mutex_);
  note_first(sequence);
  std::uint32_t part = 0;
  // Whoever replays the record finds what is wrong with it.
  (void)reader_.read(record, [&](Second at, const exchange::Event& event) {
    see_event(sequence, part++, at, event);
    return true;
  });
}

std::optional<ContractFacts> History::of(ContractId contract, std::uint64_t as_of) const {
  const std::lock_guard lock(mutex_);
  const auto known = contracts_.find(contract.value);
  // Before the snapshot that was recovered from, or it was dropped after that command.
  if (known == contracts_.end() && contract.value >= dropped_below_) return ContractFacts();
  if (known != contracts_.end() && known->second.changed <= as_of) return known->second;
  if (contract.value < contracts_forgotten_) return std::nullopt;
  ContractFacts facts;
  for (const ContractEvent& event : events_) {
    if (event.sequence > as_of) break;
    if (event.contract != contract) continue;
    facts.changed = event.sequence;
    note(facts, event.at, event.event);
  }
  return facts;
}

std::uint64_t History::round_sequence(std::uint64_t round) const {
  const std::lock_guard lock(mutex_);
  const auto found = rounds_.find(round);
  return found == rounds_.end() ? 0 : found->second;
}

std::uint64_t History::key_sequence(const exchange::KeyId& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(key);
  return found == keys_.end() ? 0 : found->second;
}

std::optional<std::vector<ContractEvent>> History::events_of(ContractId contract) const {
  const std::lock_guard lock(mutex_);
  if (contract.value < contracts_forgotten_) return std::nullopt;
  std::vector<ContractEvent> found;
  for (const ContractEvent& event : events_) {
    if (event.contract == contract) found.push_back(event);
  }
  return found;
}

}  // namespace tongsuan::server
