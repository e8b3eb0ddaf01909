// A closed round, opened for one more order: what would it displace?
//
// Model. The round's awards and flows stay as they are but for the orders that must make room. An
// insertion takes an option of the new order, ejects the cheapest overlapping orders where rows are
// full, and gives every ejected order its best option in what room is left. Its displacement cost
// is the welfare that the others lose, exactly: if the order is worth more, placing it raises
// welfare. The search tries the most promising starts only, so the cost is an upper bound on the
// least one.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::clearing {

struct Insertion {
  bool found = false;
  int128 displacement = 0;  // undivided welfare of the others that is lost
  int128 gain = 0;          // undivided: value of the order − displacement
  market::Placement placement;
  Outcome outcome;  // the round with the order inserted
};

class Residual {
 public:
  // `outcome` must be a feasible outcome of `problem`.
  Residual(const market::Problem& problem, const Outcome& outcome, const Prices& prices);

  // The insertion of `order` with the highest gain among `tries` candidates, whether or not the
  // gain is positive. Not found: no option fits even after ejecting every movable order.
  [[nodiscard]] Insertion insert(std::uint32_t order, std::uint32_t tries);

 private:
  struct Candidate {
    market::Placement placement;
    int128 promise = 0;  // value − cost at λ*
  };

  struct Move {
    std::uint32_t order = 0;
    market::Placement before;
  };

  [[nodiscard]] std::vector<Candidate> candidates(std::uint32_t order, std::uint32_t tries) const;
  [[nodiscard]] bool fits(const market::Placement& placement) const;
  // Undivided change of welfare by row costs when `placement` is added (negative: it costs).
  [[nodiscard]] int128 cost_of(const market::Placement& placement) const;
  void put(std::uint32_t order, const market::Placement& placement);
  void take(std::uint32_t order);
  bool make_room(const market::Placement& placement, std::vector<Move>& ejected);
  [[nodiscard]] std::uint32_t cheapest_ejection(const std::vector<std::uint32_t>& full_rows);
  void replace(std::uint32_t order);
  [[nodiscard]] int128 displacement(const std::vector<Move>& ejected) const;
  [[nodiscard]] Outcome outcome() const;
  [[nodiscard]] int128 value_of(std::uint32_t order, const market::Placement& placement) const;
  [[nodiscard]] std::vector<std::uint32_t> full_rows(const market::Placement& placement) const;
  [[nodiscard]] int128 row_cost(std::uint32_t row, std::int64_t net_use) const;
  [[nodiscard]] bool movable(std::uint32_t order) const;

  const market::Problem& problem_;
  const Prices& prices_;
  Outcome base_;
  std::vector<market::Placement> placed_;            // by order
  std::vector<std::int64_t> base_use_;               // net use by row when the round closed
  std::vector<std::int64_t> use_;                    // net use by row now
  std::vector<std::int64_t> capacity_;               // supply + demand that may be given up, by row
  std::vector<std::vector<std::uint32_t>> holders_;  // placed orders by leg-0 lane
  std::uint64_t looks_ = 0;                          // orders looked at for ejection
  std::vector<bool> followed_;                       // orders that another order must follow
};

}  // namespace tongsuan::clearing
