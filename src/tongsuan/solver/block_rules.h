// Prices for a given choice of blocks.
//
// European rule: uniform prices support everything divisible (each slot's outcome is optimal at its
// prices), and no accepted block loses. Where the lattice of supporting prices holds no such prices
// the choice of blocks is not allowed.
//
// Nobody accepted loses: payment prices λ′ at which every accepted block, every accepted step (or
// the party that owns it, over the round) and every line over the round keeps a surplus ≥ 0.
// Rejecting at these prices somebody who would gladly trade is allowed. First the outcome of
// greatest welfare is tried; where no λ′ pays it, divisible steps are kept out by *gates*, as
// little welfare as can be found, until λ′ exists.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/solver/block_book.h"
#include "tongsuan/solver/price_program.h"

namespace tongsuan::solver {

// An outcome with its prices; all vectors by entry, except lots (by block) and flows (by slot and
// line).
struct BlockOutcome {
  std::vector<std::int64_t> lots;
  std::vector<std::int64_t> supply;  // net supply of divisible steps and blocks
  std::vector<std::int64_t> flows;
  std::vector<std::int64_t> prices;
  std::vector<ZoneGate> gates;
  int128 welfare = 0;
};

class BlockPricer {
 public:
  BlockPricer(const BlockIndex& index, SlotCache& cache);

  // The outcome of greatest welfare for these lots, at the supporting prices closest to
  // `reference`.
  [[nodiscard]] BlockOutcome dispatch(std::span<const std::int64_t> lots,
                                      std::span<const std::int64_t> reference);
  // As `dispatch`, at supporting prices at which no accepted block loses.
  [[nodiscard]] std::optional<BlockOutcome> support(std::span<const std::int64_t> lots,
                                                    std::span<const std::int64_t> reference);
  // An outcome and λ′ at which nobody accepted loses, λ′ as close to `reference` as possible.
  [[nodiscard]] std::optional<BlockOutcome> pay(std::span<const std::int64_t> lots,
                                                std::span<const std::int64_t> reference);

  [[nodiscard]] std::uint64_t work_units() const { return work_units_; }

 private:
  // An outcome under way.
  struct Working {
    std::vector<std::int64_t> lots;
    std::vector<std::int64_t> reference;  // by entry
    std::vector<ZoneGate> gates;          // by entry
    std::vector<Network> gated;           // by slot; without zones where all gates are open
    std::vector<NetworkSolution> slots;
    bool alone = false;  // parties are judged step by step as well: stricter, but gates can mend it
  };

  void solve_slot(Working& working, std::uint32_t slot);
  [[nodiscard]] const Network& network(const Working& working, std::uint32_t slot) const;
  [[nodiscard]] Working start(std::span<const std::int64_t> lots,
                              std::span<const std::int64_t> reference);
  [[nodiscard]] bool some_block_always_loses(std::span<const std::int64_t> lots);
  [[nodiscard]] PriceEntry entry(const Working& working, std::uint32_t slot,
                                 std::uint32_t zone) const;
  void add_segments(Working& working, std::uint32_t slot, std::uint32_t zone, PriceEntry& entry);
  [[nodiscard]] std::vector<PriceEntry> entries(const Working& working) const;
  [[nodiscard]] std::vector<PriceEntry> elastic_entries(Working& working);
  void add_block_conditions(const Working& working, std::vector<PriceCondition>& list) const;
  void add_line_conditions(const Working& working, std::vector<PriceCondition>& list) const;
  void add_party_conditions(const Working& working, std::vector<PriceCondition>& list) const;
  [[nodiscard]] std::optional<std::vector<std::int64_t>> find_prices(
      const Working& working, std::vector<PriceEntry> within);
  [[nodiscard]] bool close_gates(Working& working);
  void reopen_gates(Working& working, std::vector<std::int64_t>& prices);
  [[nodiscard]] BlockOutcome finish(const Working& working, std::vector<std::int64_t> prices) const;

  const BlockIndex* index_;
  BlockState state_;
  NetworkSolver solver_;
  std::vector<double> weights_;  // by entry: amount on offer, the weight of a price movement
  std::vector<std::vector<std::uint32_t>> party_steps_;  // by entry
  std::uint64_t work_units_ = 0;
};

// Exact check of the rule "nobody accepted loses": the first loser in words, or an empty string.
// It walks blocks, steps and lines one by one and shares nothing with the search.
[[nodiscard]] std::string find_loser(const BlockBook& book, const BlockOutcome& outcome);

}  // namespace tongsuan::solver
