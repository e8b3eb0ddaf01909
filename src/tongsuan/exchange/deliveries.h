// What the agents of hubs say of contracts, and what was paid before they had said it.
//
// Model. A hub whose agent holds a *lease* is paid for what the agent told, and nothing else. It
// *meters* stretches in which a contract had its devices; what lies between two of them was
// *missed*: nobody pays for it. When the exchange itself ends a contract (for its owner, for
// another order, because of a node), the agent cannot have told of the last seconds yet: they are
// *presumed*. They are paid, and so is what sellers of the devices owe for these seconds; but what
// anybody has of it stays in an escrow account of its own until the agent has had the last word, or
// `kSettleWithin` has passed. Then everybody gives back its part of what was missed to whoever had
// paid it. An escrow takes no room in any table, so an end never waits for room; nobody but the
// exchange moves what is in it.
//
// Leases are fenced by their epoch: whoever takes the next one is the agent, and what an earlier
// one says is refused. While no lease runs nothing starts at the hub; what runs goes on.
//
// Invariants:
//   - what is told rises, and lies within what is presumed;
//   - whoever has shares of presumptions has their sum in its escrow account; the supplier's own
//     part of a presumption of an earlier version is in an open hold of exactly that amount.
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
#include <vector>

#include "tongsuan/engine/order.h"
#include "tongsuan/exchange/resales.h"
#include "tongsuan/ledger/entry.h"

namespace tongsuan::exchange {

inline constexpr std::size_t kDetailMax = 256;           // bytes that an agent says of something
inline constexpr Second kLeaseMin = 10;                  // seconds of a lease
inline constexpr Second kLeaseMax = 600;                 // the same
inline constexpr Second kSettleWithin = Second{86'400};  // for the last word of an agent
inline constexpr Second kMissedGrace = 60;               // of a grant, that cost no penalty
inline constexpr std::size_t kPresumedSharesMax = 64;    // of one presumption

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
  Money amount;         // the supplier's part of what the buyer paid
  ledger::HoldId hold;  // of it; of none when it is in escrow
  friend bool operator==(const Presumed&, const Presumed&) = default;
  static constexpr auto fields() {
    return std::tuple(&Presumed::pool, &Presumed::buyer, &Presumed::supplier, &Presumed::from,
                      &Presumed::until, &Presumed::amount, &Presumed::hold);
  }
};

// Another part of a payment for [from, until) that was presumed: a seller's, or the supplier's of
// what a seller owed for these seconds.
struct PresumedShare {
  std::uint32_t payment = 0;     // of which it is; 0: the buyer's
  ResaleId owed;                 // by its seller, for devices of it; 0: the buyer paid it
  engine::ContractId owed_of;    // of which `owed` is; 0: the one that is presumed
  ledger::ParticipantId payer;   // who has back what was missed
  ResaleId earned;               // by its seller; 0: the supplier has it
  engine::ContractId earned_of;  // of which `earned` is; 0: as `owed_of`
  ledger::ParticipantId payee;
  Holder by;  // that had the devices of `earned`
  Second from = 0;
  Second until = 0;
  Money amount;  // in escrow
  friend bool operator==(const PresumedShare&, const PresumedShare&) = default;
  static constexpr auto fields() {
    return std::tuple(&PresumedShare::payment, &PresumedShare::owed, &PresumedShare::owed_of,
                      &PresumedShare::payer, &PresumedShare::earned, &PresumedShare::earned_of,
                      &PresumedShare::payee, &PresumedShare::by, &PresumedShare::from,
                      &PresumedShare::until, &PresumedShare::amount);
  }
};

// The same, and how much of its time was not delivered as far as the agent has told.
struct HeldShare {
  PresumedShare what;
  Second missed = 0;
  friend bool operator==(const HeldShare&, const HeldShare&) = default;
  static constexpr auto fields() { return std::tuple(&HeldShare::what, &HeldShare::missed); }
};

// Seconds that two stretches have in common.
[[nodiscard]] Second overlap(Second from, Second until, Second other_from, Second other_until);

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
  Money refund;    // given back to the buyer of what was presumed
  // Not among `fields`: a snapshot has them behind all rows.
  std::vector<HeldShare> shares;
  // What the buyer paid for what is presumed.
  [[nodiscard]] Money paid() const;
  // What is in escrow for it, of whoever it is.
  [[nodiscard]] Money in_escrow(ledger::ParticipantId payee) const;
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
  // What a participant has in escrow for all of these.
  [[nodiscard]] Money in_escrow(ledger::ParticipantId payee) const;
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
  void count_escrow(ledger::ParticipantId payee, Money more);
  void link(std::uint32_t contract, const Delivery& row);
  void unlink(std::uint32_t contract, const Delivery& row);

  std::map<std::uint32_t, Delivery> rows_;
  std::set<std::uint32_t> open_;
  std::set<std::pair<Second, std::uint32_t>> due_;
  std::map<ledger::ParticipantId, Money> escrow_;  // of those who have any
};

}  // namespace tongsuan::exchange
