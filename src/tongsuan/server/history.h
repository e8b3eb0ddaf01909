// What readers ask for that no state keeps: what was paid for contracts, lines of accounts, what
// happened to a contract.
//
// Fed with every record, at recovery and after; bounded, the oldest makes room. Contracts go when
// the engine forgets them. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "tongsuan/exchange/bytes.h"
#include "tongsuan/node/node.h"

namespace tongsuan::server {

inline constexpr std::size_t kMoneyLinesKept = 1'000'000;
inline constexpr std::size_t kContractEventsKept = 250'000;

struct ContractFacts {
  OrderId order;
  std::uint64_t changed = 0;  // sequence of its last change
  std::int64_t cost = 0;      // micro-yuan, if all of it is delivered
  std::int64_t paid = 0;
  Second metered = 0;
  Second delivered = 0;             // seconds of all its devices
  std::int64_t delivered_gone = 0;  // device-seconds before, of those that were given up
  engine::EndReason reason = engine::EndReason::kCompleted;
  std::uint32_t done_ppm = 0;
  bool ended = false;
};

// Money that moved.
struct MoneyLine {
  std::uint64_t sequence = 0;
  std::uint32_t part = 0;
  Second at = 0;
  ledger::Posting did;
  ledger::Reason why;
  std::uint8_t leg = 0;  // Leg::index()
  bool resale = false;   // to the seller of devices that were resold
};

struct ContractEvent {
  engine::ContractId contract;
  std::uint64_t sequence = 0;
  std::uint32_t part = 0;
  Second at = 0;
  exchange::Event event;
};

class History {
 public:
  void see(std::uint64_t sequence, Second at, const std::vector<exchange::Event>& events);
  // Everything that will be seen at recovery has been: if there was less than that, the rest is in
  // a snapshot and not known here.
  void begin(std::uint64_t sequence);
  // A record of the journal, at recovery.
  void see(std::uint64_t sequence, std::string_view record);

  // As of that sequence; nothing where its events of then are no longer kept.
  [[nodiscard]] std::optional<ContractFacts> of(engine::ContractId contract,
                                                std::uint64_t as_of = UINT64_MAX) const;
  // Calls `see` with lines from the newest to the oldest, until it returns false. The sequence
  // before which lines are no longer kept, 0 if all are.
  template <class See>
  std::uint64_t each_line(See&& see) const {
    const std::lock_guard lock(mutex_);
    for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
      if (!see(*line)) break;
    }
    return lines_forgotten_;
  }
  // Of the command that published a round; 0 where it is not kept.
  [[nodiscard]] std::uint64_t round_sequence(std::uint64_t round) const;
  [[nodiscard]] std::uint64_t key_sequence(const exchange::KeyId& key) const;
  // Of one contract, the first first; nothing where the first are no longer kept.
  [[nodiscard]] std::optional<std::vector<ContractEvent>> events_of(
      engine::ContractId contract) const;

 private:
  void see_event(std::uint64_t sequence, std::uint32_t part, Second at,
                 const exchange::Event& event);
  void see_own(const exchange::OwnEvent& event, std::uint64_t sequence);
  void see_earned(const exchange::ResaleEarned& earned, std::uint64_t sequence);

  void forget(const engine::HistoryDropped& dropped);
  void note_first(std::uint64_t sequence);

  mutable std::mutex mutex_;
  exchange::RecordReader reader_;
  bool seen_ = false;  // any record
  // By ContractId; of those that are not dropped.
  std::map<std::uint32_t, ContractFacts> contracts_;
  std::uint32_t dropped_below_ = 0;  // of contracts: the engine's
  std::deque<MoneyLine> lines_;
  std::uint64_t lines_forgotten_ = 0;
  std::map<exchange::KeyId, std::uint64_t> keys_;
  std::deque<ContractEvent> events_;
  std::map<std::uint64_t, std::uint64_t> rounds_;  // sequences, of the last rounds
  std::uint32_t contracts_forgotten_ = 0;          // events of contracts below are not whole
};

// The contract that an event is about, if any.
[[nodiscard]] std::optional<engine::ContractId> contract_of(const exchange::Event& event);

}  // namespace tongsuan::server
