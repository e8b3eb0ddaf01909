// The exact regime: books in which everything scarce is energy in zones.
//
// Where all lanes are zones, a round is a commodity network per slot, and orders with profiles tie
// the slots together (solver/block_book.h): options of one order are a group of blocks, a profile
// in parts is a block with lots, and every offer and curve is a party that is judged over the
// round. The search then proves how good its outcome is, under the very rule that payments follow.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "tongsuan/domain/market.h"
#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/solver/block_book.h"
#include "tongsuan/solver/block_search.h"

namespace tongsuan::clearing {

// More blocks than this go to the general search.
inline constexpr std::size_t kEnergyBlocksMax = 20'000;

// The book in the terms of the block search, and how to read its answers.
struct EnergyBook {
  solver::BlockBook book;
  std::vector<std::uint32_t> choice_of;  // block → Problem::choices
  std::vector<std::uint32_t> order_of;   // block → order
  std::vector<std::uint32_t> pair_of;    // Market::lines → line of the networks
};

// Nothing where some lane is not a zone, an order must follow another one, or a limit of the
// network solver would be passed. `seed` settles odd units as market::allocate does.
[[nodiscard]] std::optional<EnergyBook> energy_book(const Market& market,
                                                    const market::Problem& problem,
                                                    std::uint64_t seed);

struct EnergyOptions {
  std::uint64_t work_units_max = 0;
  std::function<void(double done, int128 welfare)> progress;  // may be empty; welfare undivided
  std::function<bool()> cancelled;                            // may be empty
};

// All undivided.
struct EnergyRound {
  Outcome outcome;
  Prices payment_prices;    // λ′: nobody accepted loses; empty where the search found none
  int128 free_welfare = 0;  // of the best outcome under no rule
  int128 free_bound = 0;    // no outcome has more welfare than this
  int128 rule_bound = 0;    // no outcome that λ′ can pay has more than this
  std::vector<std::uint32_t> removed;  // accepted by the free outcome and not by this one
  std::uint64_t work_units = 0;
};

// Keeps references to problem and book. `reference` are prices of the last round, by row, that λ*
// stays close to; empty: none.
class EnergySearch {
 public:
  EnergySearch(const market::Problem& problem, const EnergyBook& energy, const Prices& reference);
  [[nodiscard]] Prices bound_prices();  // λ*
  [[nodiscard]] EnergyRound run(const EnergyOptions& options);

 private:
  [[nodiscard]] int128 undivided(int128 welfare) const;

  const market::Problem& problem_;
  const EnergyBook& energy_;
  solver::BlockSearch search_;
  int128 demand_value_ = 0;
};

}  // namespace tongsuan::clearing
