// Answers of all orders to gang prices, and how many gangs of each size they would put on every
// capacity row.
//
// Gang prices are kept in planes: price [k · stride + row] is one gang of sizes[k] on capacity row
// `row`, in micro-yuan per hour. Every other row keeps its uniform price.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/solver/dual_scanner.h"

namespace tongsuan::solver::dual {

class GangOracle {
 public:
  GangOracle(const market::Problem& problem, const Prices& prices,
             const std::vector<std::uint32_t>& sizes, std::size_t stride, WorkerPool& pool,
             VectorLevel level = machine_vector_level());

  void set_prices(const std::vector<double>& gang_prices);
  // Surplus of all orders (micro-yuan), and their gangs per plane and row.
  double respond(std::vector<double>& counts);

  // Whether any choice can put a gang of sizes[k] on a row; by plane and row.
  [[nodiscard]] std::vector<bool> reachable() const;

 private:
  // An array of the scanner: a gang of sizes[size] on a lane for `lane`, and all else in `fixed`.
  struct Array {
    std::uint32_t lane = kNone;  // capacity lane; kNone: nothing but `fixed`
    std::uint32_t size = 0;
    bool plain = true;  // no `fixed` part
  };

  [[nodiscard]] Layout make_layout();
  std::uint32_t add_array(const Array& array) {
    arrays_.push_back(array);
    return static_cast<std::uint32_t>(arrays_.size() - 1);
  }
  [[nodiscard]] std::uint32_t size_of(std::int64_t gang) const;
  void add_fixed(std::uint32_t array, std::uint32_t lane, double amount);

  const market::Problem& problem_;
  const Prices& prices_;
  const std::vector<std::uint32_t>& sizes_;
  const std::vector<double> unit_;  // per lane
  const std::size_t stride_;        // of planes; capacity rows at least
  std::vector<Array> arrays_;
  std::vector<double> fixed_;  // array × slots: price of everything but the gang; may be empty
  std::vector<std::uint32_t> orders_;
  Scanner scanner_;
};

}  // namespace tongsuan::solver::dual
