// The linear program of packing by patterns, solved by column generation (Gilmore and Gomory).
//
//   maximise Σ value · pods    over x[pattern of a group of nodes] ≥ 0
//   Σ x of a group ≤ its nodes;   Σ pods of a kind in all patterns ≤ count of the kind
//
// Model. A pattern is a filling (packing_filling.h). The prices of the program so far say which
// filling of each group is missing; the prices that are asked are drawn towards the best ones seen,
// which takes far fewer rounds. The program proposes prices and patterns; allocation_bound and
// `place` dispose.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/lab/packing_bound.h"
#include "tongsuan/lab/packing_filling.h"

namespace tongsuan::lab::packing {

enum class Patterns : std::uint8_t {
  kRelaxed,  // as fillings are: no memory, CPU rounded down. The bound holds.
  kFitting,  // only those that truly fit a node. There is no bound then.
};

struct MasterProblem {
  std::vector<PodKind> kinds;
  std::vector<NodeGroup> groups;
  std::vector<double> counts;        // by kind
  std::vector<std::int64_t> values;  // by kind, in 1 / kPriceScale GPU milli
  Patterns patterns = Patterns::kRelaxed;
  double gap = 1;  // GPU milli: the search for patterns ends when it can gain no more than this
};

struct Pattern {
  std::uint32_t group = 0;
  std::vector<FillingPart> parts;
  double nodes = 0;  // x
};

struct MasterSolution {
  double value = 0;                  // GPU milli, of the patterns
  double bound = 0;                  // GPU milli, by the prices; see Patterns
  std::vector<std::int64_t> prices;  // by kind, in 1 / kPriceScale GPU milli, not negative
  std::vector<Pattern> patterns;     // those with nodes > 0
};

[[nodiscard]] MasterSolution solve_master(const MasterProblem& problem);

// Prices for allocation_bound: those of the program for `counts` pods of each kind.
[[nodiscard]] std::vector<std::int64_t> find_bound_prices(const Workload& workload,
                                                          const std::vector<double>& counts);

}  // namespace tongsuan::lab::packing
