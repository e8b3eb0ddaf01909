// Answers of all orders to gang prices, and how many gangs of each size they would put on every
// gang row (market/gang_bound.h).
//
// Gang prices are kept in planes: price [k · stride + row] is one gang of sizes[k] on gang row
// `row`, in micro-yuan per hour. Every other row, what is left of an amount that is split, and what
// is used in parts keep the uniform price.
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
  // `count` gangs of sizes[size] on a lane.
  struct Piece {
    std::uint32_t lane = 0;
    std::uint32_t size = 0;
    double count = 0;
  };
  // What an array of the scanner also holds at uniform prices.
  struct Uniform {
    std::uint32_t array = 0;
    std::uint32_t lane = 0;
    double amount = 0;
  };

  [[nodiscard]] Layout make_layout();
  std::uint32_t add_array();
  void add_use(std::uint32_t array, std::uint32_t lane, std::int64_t amount, bool whole);
  void set_fixed();

  const market::Problem& problem_;
  const Prices& prices_;
  const std::vector<std::uint32_t>& sizes_;
  const std::vector<double> unit_;  // per lane
  const std::size_t stride_;        // of planes; gang rows at least
  std::vector<Span32> arrays_;      // of the scanner: ranges of pieces_
  std::vector<Piece> pieces_;
  std::vector<Uniform> uniform_;
  std::vector<double> fixed_;  // array × slots: price of its uniform part
  std::vector<std::uint32_t> orders_;
  Scanner scanner_;
};

}  // namespace tongsuan::solver::dual
