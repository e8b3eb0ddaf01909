// Convex hull prices of a book with blocks: the prices λ* at which D(λ) is least, and that D.
//
// Method. W(y), the welfare when every block may be taken in part y, is concave, and min D = max W.
//   1. Sweep: each block moves to the far end of its range when every supporting price of its slots
//      says so. Most blocks are settled in a few sweeps.
//   2. Blocks for which the prices of their slots do not speak with one voice are *torn*. Over
//      these few a small linear program combines the price vectors seen so far (Dantzig and Wolfe
//      1960); slots solved at the parts it asks for give further vectors, until none helps. Blocks
//      whose surplus then contradicts where they stand join the torn ones.
//   3. Where too many are torn for that, averages of prices and parts (Frank and Wolfe 1956) come
//      close to the minimum.
// Floating point only chooses among integer price vectors; the bound is exact for whatever comes
// out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/solver/block_book.h"

namespace tongsuan::solver {

struct Hull {
  std::vector<std::int64_t> prices;  // λ*, by entry
  int128 bound = 0;                  // D(λ*) over the domains
  std::vector<std::int64_t> lots;    // where each block stands, rounded; on entry, where to start
  std::vector<double> share;         // exact stand of torn blocks in lots; equals `lots` elsewhere
  bool closed = false;               // no price vector is known to do better
};

class HullSolver {
 public:
  HullSolver(const BlockIndex& index, SlotCache& cache);

  void solve(std::span<const LotDomain> domains, Hull& hull);
  [[nodiscard]] std::uint64_t work_units() const { return work_units_; }

 private:
  // A way in which a unit may leave its base: block `block` goes from its base lots to `lots`.
  struct Option {
    std::uint32_t block = 0;
    std::int64_t lots = 0;
    std::int64_t change = 0;  // lots less base lots
    bool active = false;      // part of the program when its unit is torn
  };
  // A family that is still open (base: none accepted) or a block that is accepted in a range (base:
  // its least lots).
  struct Unit {
    std::uint32_t begin = 0;  // of options_
    std::uint32_t end = 0;
    std::uint32_t at = kBase;  // the option where it stands
    bool torn = false;
  };
  static constexpr std::uint32_t kBase = UINT32_MAX;
  struct Range {
    int128 low = 0;
    int128 high = 0;
  };
  struct Program;  // the small linear program over torn units

  void make_units(std::span<const LotDomain> domains, std::span<const std::int64_t> start);
  void move(Unit& unit, std::uint32_t option);
  [[nodiscard]] Range surplus_range(std::uint32_t option);
  [[nodiscard]] int128 surplus_at(std::uint32_t option, std::span<const std::int64_t> prices) const;
  void start_best_response();
  bool sweep_unit(Unit& unit);
  void sweep();
  void mark_torn();
  void activate(const Unit& unit);
  [[nodiscard]] bool activate_best(const Unit& unit, std::span<const std::int64_t> prices);
  [[nodiscard]] bool mark_contradicted(std::span<const std::int64_t> prices);
  void combine(std::span<const LotDomain> domains, Hull& hull);
  void add_part(const Option& option, double part, std::span<double> injection) const;
  void prices_at(std::span<const double> parts, std::vector<std::int64_t>& prices);
  void average(std::span<const LotDomain> domains, Hull& hull);
  [[nodiscard]] std::vector<std::uint32_t> torn_options() const;
  bool see(std::uint32_t slot, const std::vector<std::int64_t>& prices);
  [[nodiscard]] bool grow(Program& program, std::vector<double>& parts);
  void finish(std::span<const LotDomain> domains, Hull& hull);

  const BlockIndex* index_;
  SlotCache* cache_;
  BlockState state_;
  std::vector<Unit> units_;
  std::vector<Option> options_;
  std::vector<std::vector<std::vector<std::int64_t>>> seen_;  // slot → price vectors
  std::uint64_t work_units_ = 0;
};

}  // namespace tongsuan::solver
