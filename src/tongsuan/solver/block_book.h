// Many slots of one commodity network, tied together by all-or-none blocks.
//
// Model. A block buys (amount > 0) and delivers (amount < 0) given amounts in given zones and
// slots, and is worth `value` (negative for a seller: what it must be paid). It is accepted whole,
// or, when lots_min < lots, in k whole lots for any k of [lots_min, lots]; k lots are worth
// floor(value · k / lots). Of the blocks of one group at most one is accepted.
//
// Welfare of an outcome = Σ slots (welfare of the network with the blocks' injection) + Σ values.
// Prices of all slots stand in one table: entry slot · zone_count + zone.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/base/result.h"
#include "tongsuan/solver/network.h"

namespace tongsuan::solver {

inline constexpr std::uint32_t kNoGroup = UINT32_MAX;
inline constexpr std::int64_t kBlockAmountMax = std::int64_t{1} << 44;
inline constexpr std::uint32_t kBlocksMax = 100'000;

struct BlockLeg {
  std::uint32_t slot = 0;
  std::uint32_t zone = 0;
  std::int64_t amount = 0;  // of the whole block, a multiple of its lots
};

struct Block {
  std::uint32_t leg_begin = 0;  // of BlockBook::legs
  std::uint32_t leg_end = 0;
  std::int64_t value = 0;
  std::int64_t lots = 1;
  std::int64_t lots_min = 1;  // in [1, lots]
  std::uint32_t group = kNoGroup;
};

// A divisible step that belongs to somebody who is judged over all its slots in a zone. It is
// also part of the slot's network; steps of the network that no party claims are judged alone.
struct PartyStep {
  std::uint32_t party = 0;  // a party has one zone and one side
  std::uint32_t slot = 0;
  std::uint32_t zone = 0;
  bool is_supply = false;
  std::int64_t price = 0;
  std::int64_t amount = 0;
  std::uint32_t owner = 0;  // known to BlockBook::draw
};

struct BlockBook {
  std::uint32_t zone_count = 0;
  std::vector<Network> slots;  // all with the same lines, only their limits and tariffs may differ
  std::vector<Block> blocks;
  std::vector<BlockLeg> legs;
  std::int64_t value_unit = 1;  // welfare (price × amount) per unit of Block::value
  std::vector<PartyStep> party_steps;
  std::uint32_t party_count = 0;
  // Who a line belongs to in a slot (slot · lines + line), where that changes over the round;
  // owners are judged over the slots that are theirs. Empty: a line has one owner.
  std::vector<std::uint32_t> line_owner;
  // Of equal claims to an odd unit the lowest draw wins; empty: the first step does.
  std::function<std::uint64_t(const PartyStep&)> draw = {};
  // Whether steps may be kept out of an outcome so that prices exist (see block_rules.h). False for
  // markets in which a step trades whenever its price says so: there only blocks can leave.
  bool gates_allowed = true;
};

[[nodiscard]] inline std::uint32_t line_owner(const BlockBook& book, std::size_t slot,
                                              std::size_t line) {
  if (book.line_owner.empty()) return static_cast<std::uint32_t>(line);
  return book.line_owner[slot * book.slots.front().lines().size() + line];
}

// Refuses books with ends, amounts or lots out of order.
[[nodiscard]] Result<Done> check_book(const BlockBook& book);

// The lots that a search still allows for a block: 0 when `zero`, and all of [low, high].
struct LotDomain {
  bool zero = true;
  std::int64_t low = 1;
  std::int64_t high = 0;  // below low: only 0
  friend bool operator==(const LotDomain&, const LotDomain&) = default;
  [[nodiscard]] bool can_accept() const { return low <= high; }
  [[nodiscard]] bool fixed() const { return zero ? !can_accept() : low == high; }
};

// A checked book with what every part of the search looks up: families (a group, or a block of no
// group alone) and exact sums. The book must outlive it.
class BlockIndex {
 public:
  explicit BlockIndex(const BlockBook& book);

  [[nodiscard]] const BlockBook& book() const { return *book_; }
  [[nodiscard]] std::uint32_t slot_count() const {
    return static_cast<std::uint32_t>(book_->slots.size());
  }
  [[nodiscard]] std::uint32_t block_count() const {
    return static_cast<std::uint32_t>(book_->blocks.size());
  }
  [[nodiscard]] std::span<const BlockLeg> legs(std::uint32_t block) const;
  [[nodiscard]] std::span<const std::vector<std::uint32_t>> families() const { return families_; }
  [[nodiscard]] std::size_t entry(std::uint32_t slot, std::uint32_t zone) const {
    return std::size_t{slot} * book_->zone_count + zone;
  }
  [[nodiscard]] std::size_t entry_count() const {
    return std::size_t{slot_count()} * book_->zone_count;
  }
  [[nodiscard]] std::span<const std::int64_t> slot_prices(std::span<const std::int64_t> prices,
                                                          std::uint32_t slot) const {
    return prices.subspan(entry(slot, 0), book_->zone_count);
  }

  // Worth of k lots in welfare units, as paid, and an upper bound that is linear in k.
  [[nodiscard]] int128 value(std::uint32_t block, std::int64_t lots) const;
  [[nodiscard]] int128 value_bound(std::uint32_t block, std::int64_t lots) const;
  // What k lots cost at prices (negative: are paid).
  [[nodiscard]] int128 cost(std::uint32_t block, std::int64_t lots,
                            std::span<const std::int64_t> prices) const;
  [[nodiscard]] int128 surplus(std::uint32_t block, std::int64_t lots,
                               std::span<const std::int64_t> prices) const {
    return value(block, lots) - cost(block, lots, prices);
  }
  // Greatest surplus within the domain, from the linear bound: what the block adds to D.
  [[nodiscard]] int128 best_surplus(std::uint32_t block, const LotDomain& domain,
                                    std::span<const std::int64_t> prices) const;

  // D(λ) over the domains: Σ slots + Σ families. A bound on every outcome within them.
  [[nodiscard]] int128 bound(std::span<const LotDomain> domains,
                             std::span<const std::int64_t> prices) const;

  // Every block free.
  [[nodiscard]] std::vector<LotDomain> open_domains() const;

 private:
  const BlockBook* book_;
  std::vector<std::vector<std::uint32_t>> families_;
  std::vector<std::int64_t> no_injection_;
};

// Solves slots and remembers the answers: a search asks for the same injections again and again.
class SlotCache {
 public:
  struct Answer {
    int128 welfare = 0;
    bool balanced = false;
    std::vector<std::int64_t> key;  // the injection
    std::vector<std::int64_t> lowest;
    std::vector<std::int64_t> highest;
  };

  explicit SlotCache(const BlockBook& book);

  // Valid until `forget`.
  [[nodiscard]] const Answer& answer(std::uint32_t slot, std::span<const std::int64_t> injection);
  // Drops answers when they have grown past a limit; call where none is in use.
  void forget_if_full();
  // Changes whenever answers were dropped.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  [[nodiscard]] std::uint64_t solves() const { return solves_; }

 private:
  struct Slot {
    std::deque<Answer> answers;
    std::unordered_multimap<std::uint64_t, std::size_t> positions;  // looked up, never walked
    NetworkSolution last;                                           // the next start
  };
  const BlockBook* book_;
  NetworkSolver solver_;
  std::vector<Slot> slots_;
  std::size_t kept_ = 0;
  std::uint64_t solves_ = 0;
  std::uint64_t generation_ = 0;
};

// Injections and answers of all slots for a given choice of lots, kept up to date as it changes.
class BlockState {
 public:
  BlockState(const BlockIndex& index, SlotCache& cache);

  void set_lots(std::uint32_t block, std::int64_t lots);
  void set_all(std::span<const std::int64_t> lots);
  [[nodiscard]] std::span<const std::int64_t> lots() const { return lots_; }
  [[nodiscard]] const SlotCache::Answer& answer(std::uint32_t slot);
  [[nodiscard]] std::span<const std::int64_t> injection(std::uint32_t slot) const;
  // Welfare of the whole outcome, and whether every slot balances.
  [[nodiscard]] int128 welfare();
  [[nodiscard]] bool balanced();

 private:
  const BlockIndex* index_;
  SlotCache* cache_;
  std::vector<std::int64_t> lots_;
  std::vector<std::int64_t> injection_;
  int128 value_ = 0;                               // of the accepted lots
  std::vector<const SlotCache::Answer*> answers_;  // null: out of date
  std::uint64_t generation_ = 0;
};

}  // namespace tongsuan::solver
