// What readers ask for that no state keeps: what was paid for contracts, lines of accounts, what
// happened to a contract.
//
// Fed with every record, at recovery and after; what came before, in the journal only, may be read
// meanwhile into a history of its own that takes the place of what is here (`adopt`). Bounded, the
// oldest makes room: facts of contracts stay beyond what the engine keeps, for bills. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tongsuan/exchange/bytes.h"
#include "tongsuan/node/node.h"
#include "tongsuan/server/money_lines.h"

namespace tongsuan::server {

inline constexpr std::size_t kContractEventsKept = 250'000;
inline constexpr std::size_t kContractsKept = 250'000;  // of those that have ended

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
  // What its start said; not known where that is not among the events that were seen.
  bool started = false;
  engine::PoolId pool;
  Price price;
  Second start = 0;
  Second until = 0;           // granted up to here
  Second end = 0;             // if it has ended
  std::uint32_t devices = 0;  // by what was granted last; 0 if nothing was ever paid for
  Second missed = 0;
  Second overrun = 0;
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
  void begin(std::uint64_t sequence, Second now);
  // Becomes what `other` is, which has seen at least as much; false where it has not.
  [[nodiscard]] bool adopt(History& other);
  // The first record that was seen is not the first there was.
  [[nodiscard]] bool begins_late() const;
  [[nodiscard]] std::uint64_t last() const;  // record that was seen
  // A record of the journal, at recovery.
  void see(std::uint64_t sequence, std::string_view record);

  // As of that sequence; nothing where its events of then are no longer kept.
  [[nodiscard]] std::optional<ContractFacts> of(engine::ContractId contract,
                                                std::uint64_t as_of = UINT64_MAX) const;
  // The same of many, which rise, in one pass over the events.
  [[nodiscard]] std::vector<std::optional<ContractFacts>> of(
      std::span<const engine::ContractId> contracts, std::uint64_t as_of) const;
  // What its start said, of a contract whose start was seen.
  [[nodiscard]] std::optional<ContractFacts> terms_of(engine::ContractId contract) const;
  // Calls `read` with the lines, which do not change meanwhile.
  template <class Read>
  auto with_lines(Read&& read) const {
    const std::lock_guard lock(mutex_);
    return read(lines_);
  }
  // Of the command that published a round; 0 where it is not kept.
  [[nodiscard]] std::uint64_t round_sequence(std::uint64_t round) const;
  // The same of all that are kept, by rounds.
  [[nodiscard]] std::map<std::uint64_t, std::uint64_t> round_sequences() const;
  [[nodiscard]] std::uint64_t key_sequence(const exchange::KeyId& key) const;
  // Of one contract, the first first; nothing where the first are no longer kept.
  [[nodiscard]] std::optional<std::vector<ContractEvent>> events_of(
      engine::ContractId contract) const;

 private:
  // Everything but the lock.
  struct Kept {
    std::uint64_t first = 0, last = 0;  // records that were seen; 0: none
    // By ContractId.
    std::map<std::uint32_t, ContractFacts> contracts;
    std::uint32_t dropped_below = 0;  // of contracts: the engine's
    std::map<exchange::KeyId, std::uint64_t> keys;
    std::deque<ContractEvent> events;
    std::map<std::uint64_t, std::uint64_t> rounds;  // sequences, of the last rounds
    std::uint32_t contracts_forgotten = 0;          // events of contracts below are not whole
  };
  void see_event(std::uint64_t sequence, std::uint32_t part, Second at,
                 const exchange::Event& event);
  void see_own(const exchange::OwnEvent& event, std::uint64_t sequence);
  void forget(const engine::HistoryDropped& dropped);
  // False: it was seen before.
  [[nodiscard]] bool begin_record(std::uint64_t sequence, Second at);

  mutable std::mutex mutex_;
  exchange::RecordReader reader_;
  Kept kept_;
  MoneyLines lines_;
  std::int64_t rectangle_ = 0;  // device-seconds that were granted last
};

// The contract that an event is about, if any.
[[nodiscard]] std::optional<engine::ContractId> contract_of(const exchange::Event& event);

}  // namespace tongsuan::server
