// What the agents of hubs say of contracts, and what was paid before they had said it.
//
// Model. A hub whose agent holds a *lease* is paid for what the agent told, and nothing else. It
// *meters* stretches in which a contract had its devices; what lies between two of them was
// *missed*: nobody pays for it. When the exchange itself ends a contract (for its owner, for
// another order, because of a node), the agent cannot have told of the last seconds yet: they are
// *presumed*. They are paid, and the supplier's part stays in a hold of the supplier until the
// agent has had the last word, or `kSettleWithin` has passed; what was missed goes back.
//
// Leases are fenced by their epoch: whoever takes the next one is the agent, and what an earlier
// one says is refused. While no lease runs nothing starts at the hub; what runs goes on.
//
// Invariants:
//   - what is told rises, and lies within what is presumed;
//   - a presumption with an amount has an open hold of the supplier, of exactly that amount.
// State owns the rows. A row is there as soon as anything is said of a contract, and goes when the
// contract is forgotten and nothing is presumed of it any more.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "tongsuan/engine/order.h"
#include "tongsuan/ledger/entry.h"

namespace tongsuan::exchange {

inline constexpr std::size_t kDetailMax = 256;           // bytes that an agent says of something
inline constexpr Second kLeaseMin = 10;                  // seconds of a lease
inline constexpr Second kLeaseMax = 600;                 // the same
inline constexpr Second kSettleWithin = Second{86'400};  // for the last word of an agent
inline constexpr Second kMissedGrace = 60;               // of a grant, that cost no penalty

// Who acts for a hub.
struct Lease {
  std::uint32_t epoch = 0;  // 0: no agent ever
  std::string holder;
  Second until = 0;
  bool accepting = false;  // wants new contracts
  std::string detail;      // what the agent says of itself
  [[nodiscard]] bool takes_contracts(Second at) const {
    return epoch == 0 || (accepting && at < until);
  }
  friend bool operator==(const Lease&, const Lease&) = default;
  static constexpr auto fields() {
    return std::tuple(&Lease::epoch, &Lease::holder, &Lease::until, &Lease::accepting,
                      &Lease::detail);
  }
};

// How far the work of a contract has come, by its agent.
enum class Phase : std::uint8_t {
  kDispatched,  // nothing was said yet
  kStaging,     // its data come
  kSubmitted,   // the cluster has it
  kRunning,
  kEnding,    // its devices are not free yet
  kStageOut,  // its results go
  kStuck,     // somebody has to look
};
inline constexpr std::size_t kPhases = 7;
[[nodiscard]] const char* phase_name(Phase phase);  // "stage-out"

// What was paid of a contract that has ended before its agent had told of it: [from, until).
struct Presumed {
  engine::PoolId pool;
  ledger::ParticipantId buyer;
  ledger::ParticipantId supplier;
  Second from = 0;
  Second until = 0;
  Money amount;         // the supplier's part, held
  ledger::HoldId hold;  // of none when the amount is 0
  friend bool operator==(const Presumed&, const Presumed&) = default;
  static constexpr auto fields() {
    return std::tuple(&Presumed::pool, &Presumed::buyer, &Presumed::supplier, &Presumed::from,
                      &Presumed::until, &Presumed::amount, &Presumed::hold);
  }
};

struct Delivery {
  Phase phase = Phase::kDispatched;
  std::string detail;
  Second missed = 0;      // seconds that were granted and not delivered
  Second missed_now = 0;  // those of the present grant
  Second overrun = 0;     // seconds for which its job had devices beyond its end
  bool presumes = false;  // the agent has the last word yet
  Presumed presumed;      // as it was
  Second told = 0;        // up to here the agent has told of it
  Second told_missed = 0;
  Second due = 0;  // nobody waits for the agent beyond
  Money refund;    // given back of what was presumed
  friend bool operator==(const Delivery&, const Delivery&) = default;
  static constexpr auto fields() {
    return std::tuple(&Delivery::phase, &Delivery::detail, &Delivery::missed, &Delivery::missed_now,
                      &Delivery::overrun, &Delivery::presumes, &Delivery::presumed, &Delivery::told,
                      &Delivery::told_missed, &Delivery::due, &Delivery::refund);
  }
};

class Deliveries {
 public:
  [[nodiscard]] const std::map<std::uint32_t, Delivery>& rows() const { return rows_; }
  // Null when nothing was said of the contract.
  [[nodiscard]] const Delivery* find(engine::ContractId contract) const;
  // The same, only while something is presumed.
  [[nodiscard]] const Delivery* presumed(engine::ContractId contract) const;
  // Contracts of which something is presumed, by number.
  [[nodiscard]] const std::set<std::uint32_t>& open() const { return open_; }
  // The next presumption that nobody waits for any more, and when.
  [[nodiscard]] std::optional<std::pair<Second, engine::ContractId>> due() const;

  // ---- Changes: for the state alone
  template <class Change>
  void change(engine::ContractId contract, Change&& change) {
    Delivery& row = rows_[contract.value];
    unlink(contract.value, row);
    change(row);
    link(contract.value, row);
  }
  // A row that presumes nothing.
  void drop(engine::ContractId contract) { rows_.erase(contract.value); }
  // Drops rows of contracts that are not known any more, save those that presume something.
  template <class Known>
  void forget(Known&& known) {
    std::erase_if(rows_,
                  [&](const auto& row) { return !row.second.presumes && !known(row.first); });
  }

  friend bool operator==(const Deliveries& a, const Deliveries& b) { return a.rows_ == b.rows_; }

 private:
  void link(std::uint32_t contract, const Delivery& row);
  void unlink(std::uint32_t contract, const Delivery& row);

  std::map<std::uint32_t, Delivery> rows_;
  std::set<std::uint32_t> open_;
  std::set<std::pair<Second, std::uint32_t>> due_;
};

}  // namespace tongsuan::exchange
