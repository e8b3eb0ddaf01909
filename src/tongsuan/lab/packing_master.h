// The linear program of packing by patterns, solved by column generation.
//
//   maximise Σ value · pods    over x[pattern of a group] ≥ 0
//   Σ x of a group ≤ its nodes;   Σ pods of a kind in all patterns ≤ count of the kind
//
// Patterns are fillings (packing_filling.h) that the current prices of kinds find missing. The
// program is a dense revised simplex: some 170 rows. It proposes; allocation_bound disposes.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/lab/packing_bound.h"
#include "tongsuan/lab/packing_filling.h"

namespace tongsuan::lab::packing {

struct Pattern {
  std::uint32_t group = 0;
  std::vector<FillingPart> parts;
  double nodes = 0;  // x
};

struct MasterProblem {
  std::vector<PodKind> kinds;
  std::vector<NodeGroup> groups;
  std::vector<double> counts;        // by kind
  std::vector<std::int64_t> values;  // by kind, in 1 / kPriceScale GPU milli
  // Patterns must fit in memory and to the last milli of CPU. The bound is then not one.
  bool fitting = false;
};

struct MasterSolution {
  double value = 0;                  // of the best patterns found, GPU milli
  double bound = 0;                  // by the best prices found, GPU milli
  std::vector<std::int64_t> prices;  // by kind, in 1 / kPriceScale GPU milli, not negative
  std::vector<Pattern> patterns;     // those with nodes > 0
};

[[nodiscard]] MasterSolution solve_master(const MasterProblem& problem, std::uint32_t rounds_max);

}  // namespace tongsuan::lab::packing
