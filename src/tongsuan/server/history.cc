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
    if (const auto* offer = std::get_if<exchange::ResaleOffered>(own)) return offer->terms.contract;
    if (const auto* opened = std::get_if<exchange::ResaleOpened>(own)) return opened->contract;
    if (const auto* taken = std::get_if<exchange::ResaleTaken>(own)) return taken->contract;
    if (const auto* metered = std::get_if<exchange::ResaleMetered>(own)) return metered->contract;
    if (const auto* earned = std::get_if<exchange::ResaleEarned>(own)) return earned->contract;
    if (const auto* closed = std::get_if<exchange::ResaleClosed>(own)) return closed->contract;
  }
  return std::nullopt;
}

ContractFacts& History::facts(ContractId contract, std::uint64_t sequence) {
  if (contracts_.size() <= contract.value) contracts_.resize(contract.value + 1);
  ContractFacts& facts = contracts_[contract.value];
  facts.changed = sequence;
  return facts;
}

void History::see_engine(const engine::Event& event, std::uint64_t sequence,
                         std::uint32_t /*part*/) {
  if (const auto* started = std::get_if<engine::ContractStarted>(&event.what)) {
    facts(started->contract, sequence).order = started->what.order;
  } else if (const auto* ended = std::get_if<engine::ContractEnded>(&event.what)) {
    ContractFacts& contract = facts(ended->contract, sequence);
    contract.ended = true;
    contract.reason = ended->reason;
    contract.done_ppm = ended->done_ppm;
  } else if (const auto* extended = std::get_if<engine::ContractExtended>(&event.what)) {
    (void)facts(extended->contract, sequence);
  }
}

void History::see_own(const exchange::OwnEvent& event, std::uint64_t sequence) {
  if (const auto* granted = std::get_if<exchange::ContractGranted>(&event)) {
    ContractFacts& contract = facts(granted->contract, sequence);
    contract.cost = contract.paid + granted->cost.raw();
    contract.metered = granted->from;
  } else if (const auto* metered = std::get_if<exchange::ContractMetered>(&event)) {
    ContractFacts& contract = facts(metered->contract, sequence);
    contract.delivered += metered->until - contract.metered;
    contract.metered = metered->until;
    contract.paid += metered->paid.raw();
  } else if (const auto* round = std::get_if<exchange::RoundPublished>(&event)) {
    rounds_[round->round] = sequence;
    if (rounds_.size() > exchange::kRoundsKept) rounds_.erase(rounds_.begin());
  } else if (const auto* key = std::get_if<exchange::KeyAdded>(&event)) {
    keys_[key->key] = sequence;
  } else if (const auto* settled = std::get_if<exchange::ContractSettled>(&event)) {
    (void)facts(settled->contract, sequence);
  }
}

// What a contract delivered with devices that it has no more stays counted; which line of the
// record went to a seller is known from what it earned.
void History::see_resale(const exchange::OwnEvent& event, std::uint64_t sequence, Second at) {
  if (const auto* offered = std::get_if<exchange::ResaleOffered>(&event)) {
    ContractFacts& contract = facts(offered->terms.contract, sequence);
    if (offered->terms.from <= at && !contract.ended) {
      contract.delivered_gone += contract.delivered * offered->terms.devices;
    }
  } else if (const auto* earned = std::get_if<exchange::ResaleEarned>(&event)) {
    for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
      if (line->sequence != sequence) break;
      if (line->leg != kPostLeg || line->did.to.participant != earned->seller) continue;
      line->resale = true;
      break;
    }
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
  if (const auto* happened = std::get_if<engine::Event>(&event)) {
    see_engine(*happened, sequence, part);
  } else {
    see_own(std::get<exchange::OwnEvent>(event), sequence);
    see_resale(std::get<exchange::OwnEvent>(event), sequence, at);
  }
  const auto contract = contract_of(event);
  if (!contract) return;
  events_.push_back({*contract, sequence, part, at, event});
  while (events_.size() > kContractEventsKept) {
    contracts_forgotten_ = std::max(contracts_forgotten_, events_.front().contract.value + 1);
    events_.pop_front();
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
  (void)exchange::read_record(record, [&](Second at, const exchange::Event& event) {
    see_event(sequence, part++, at, event);
    return true;
  });
}

ContractFacts History::of(ContractId contract) const {
  const std::lock_guard lock(mutex_);
  return contract.value < contracts_.size() ? contracts_[contract.value] : ContractFacts();
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
