// Devices that their holders gave up, and who has them now.
//
// Model. A *resale* is devices of a pool from a second on to the end of what a contract was
// granted: what it has left when it ends early, or what its holder gives up of it. It is *planned*
// until its second has come, and *open* then: its holder owes a part of the price for them (take or
// pay), as a right of its own that is delivered as time passes. Devices are of a pool; which nodes
// is nobody's concern. Whoever starts in the pool takes devices of open resales first, the lowest
// ask first, then the lowest number; what it pays for them goes to their seller. A *holder* is a
// contract that runs, or a resale: what a contract had taken goes on with its own resale. What was
// not delivered to a holder its seller does not owe for; so what is owed is paid as far as the
// agents of all holders have told. At its end it closes; where a contract of an agent's hub has
// paid for a part of it only, because its agent has not told of more yet, it is *over*: nobody
// takes it, and what such a contract pays for that time still goes to its seller, who pays the last
// of what it owes when the last of them has left.
//
// Invariants:
//   - of a resale no more is taken than it has, and no holder takes more than it has;
//   - what is open and not taken is free in its pool: so no device-second is sold twice;
//   - an open resale has a right that is bound to a hold of its own, and so has one that is over,
//     unless an earlier version ended it;
//   - what is over has devices with somebody who has yet to pay for them.
// State owns the rows; everything else here is derived from them.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tongsuan/engine/places.h"
#include "tongsuan/ledger/entry.h"

namespace tongsuan::exchange {

inline constexpr std::size_t kResalesMax = 100'000;  // planned or open
inline constexpr std::size_t kTakesMax = 8;          // resales that one holder has devices of
inline constexpr Price kAskNever{kPriceMax + 1};     // not for sale

using ResaleId = StrongId<struct ResaleTag>;  // from 1 on; 0: none

struct Holder {
  bool resale = false;  // a resale, or a contract
  std::uint32_t id = 0;
  friend auto operator<=>(const Holder&, const Holder&) = default;
  static constexpr auto fields() { return std::tuple(&Holder::resale, &Holder::id); }
};

// Devices of a resale that somebody has.
struct Take {
  Holder by;
  std::uint32_t devices = 0;
  friend bool operator==(const Take&, const Take&) = default;
  static constexpr auto fields() { return std::tuple(&Take::by, &Take::devices); }
};

struct ResaleTerms {
  engine::ContractId contract;
  OrderId order;
  ledger::ParticipantId seller;
  engine::PoolId pool;
  std::uint32_t devices = 0;
  Price price;  // the contract's
  Price ask;    // nobody takes them who pays less
  Second from = 0;
  Second until = 0;
  friend bool operator==(const ResaleTerms&, const ResaleTerms&) = default;
  static constexpr auto fields() {
    return std::tuple(&ResaleTerms::contract, &ResaleTerms::order, &ResaleTerms::seller,
                      &ResaleTerms::pool, &ResaleTerms::devices, &ResaleTerms::price,
                      &ResaleTerms::ask, &ResaleTerms::from, &ResaleTerms::until);
  }
};

struct ResaleRow {
  ResaleTerms terms;
  ledger::HoldId hold;  // what its holder owes is in it
  ledger::RightId right;
  std::uint64_t grant = 0;
  std::uint32_t owed_ppm = 0;  // of the price
  Second metered = 0;          // owed and paid up to here
  Money income;                // of its seller, so far
  std::vector<Take> takes;     // in the order of holders
  std::uint32_t taken = 0;     // devices of `takes`; derived from them
  // Device-seconds from `metered` on that are not owed any more: they were missed, or are paid.
  // Below 0: owed for devices that it has no more.
  std::int64_t spared = 0;
  bool ended = false;  // its time has passed
  [[nodiscard]] bool open() const { return grant != 0 && !ended; }
  [[nodiscard]] bool over() const { return grant != 0 && ended; }
  // What is owed up to `until`, in device-seconds.
  [[nodiscard]] std::int64_t owed(Second until) const;
  // Up to here it is settled: what is spared counts no longer, as far as it lies before.
  void settle(Second until);
  friend bool operator==(const ResaleRow&, const ResaleRow&) = default;
  // Without `spared` and `ended`: a snapshot has them behind all rows.
  static constexpr auto fields() {
    return std::tuple(&ResaleRow::terms, &ResaleRow::hold, &ResaleRow::right, &ResaleRow::grant,
                      &ResaleRow::owed_ppm, &ResaleRow::metered, &ResaleRow::income,
                      &ResaleRow::takes);
  }
};

class Resales {
 public:
  [[nodiscard]] const std::map<std::uint32_t, ResaleRow>& rows() const { return rows_; }
  [[nodiscard]] const ResaleRow* find(ResaleId id) const;  // nullptr: never, or closed
  [[nodiscard]] bool over(ResaleId id) const;
  [[nodiscard]] ResaleId next() const { return ResaleId{last_ + 1}; }
  [[nodiscard]] bool full() const { return rows_.size() >= kResalesMax; }
  // The planned one of a contract.
  [[nodiscard]] std::optional<ResaleId> planned(engine::ContractId contract) const;
  // Open and not taken by anybody, in a pool.
  [[nodiscard]] std::uint64_t unsold(engine::PoolId pool) const;
  // Of these, by rising asks and numbers.
  using Offers = std::set<std::pair<std::int64_t, std::uint32_t>>;
  [[nodiscard]] const Offers& offers(engine::PoolId pool) const;
  // Resales of which the holder has devices, rising.
  [[nodiscard]] const std::vector<ResaleId>& bought(Holder by) const;
  [[nodiscard]] std::uint32_t bought(Holder by, ResaleId of) const;  // devices
  // The next one that begins or ends, and when.
  [[nodiscard]] std::optional<std::pair<Second, ResaleId>> due() const;

  // ---- Changes: for the state alone
  void offer(ResaleId id, const ResaleTerms& terms);
  void close(ResaleId id);
  void set_take(ResaleId id, Holder by, std::uint32_t devices);
  // A row as it was written down, with its takes; after all with lower numbers.
  void restore(ResaleId id, ResaleRow row);
  // Calls `change` with the row, whose takes stay as they are; everything derived follows, whoever
  // has taken how much.
  template <class Change>
  void change(ResaleId id, Change&& change) {
    ResaleRow& row = rows_.at(id.value);
    unlink(id, row);
    change(row);
    link(id, row);
  }
  void count(ResaleId id) { last_ = std::max(last_, id.value); }

  friend bool operator==(const Resales& a, const Resales& b) {
    return a.last_ == b.last_ && a.rows_ == b.rows_;
  }

 private:
  struct PoolOffers {
    std::uint64_t unsold = 0;
    Offers offers;
  };
  // When it begins or ends; nothing of what is over.
  [[nodiscard]] static std::optional<Second> due_of(const ResaleRow& row);
  // All but what is said of holders: that changes with takes alone, one at a time, so that a
  // resale of thousands of holders is as quick to change as one of none.
  void link(ResaleId id, const ResaleRow& row);
  void unlink(ResaleId id, const ResaleRow& row);
  void link_holder(ResaleId id, Holder by);
  void unlink_holder(ResaleId id, Holder by);

  std::uint32_t last_ = 0;
  std::map<std::uint32_t, ResaleRow> rows_;
  std::map<std::uint32_t, PoolOffers> pools_;  // that have any
  std::map<Holder, std::vector<ResaleId>> bought_;
  std::map<std::uint32_t, ResaleId> planned_;  // by contract
  std::set<std::pair<Second, std::uint32_t>> due_;
};

}  // namespace tongsuan::exchange
