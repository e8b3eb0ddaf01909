#include "tongsuan/solver/dual.h"

namespace tongsuan::solver {

GangDualResult solve_gang_dual(const market::Problem& /*problem*/, const Prices& /*prices*/,
                               const DualOptions& /*options*/) {
  return {};
}

}  // namespace tongsuan::solver
