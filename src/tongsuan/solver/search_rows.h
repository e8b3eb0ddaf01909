// Builds the part of a Model that speaks of rows: ticks, lane blocks, λ in ticks.
#pragma once

#include <vector>

#include "tongsuan/solver/search_model.h"

namespace tongsuan::solver::primal {

// The tick of a book: the greatest common divisor of its money where magnitudes allow, refined so
// that λ can be told apart finely, or coarsened until everything stays below 2^50.
[[nodiscard]] TickScale choose_ticks(const market::Problem& problem, const Prices& prices);

// Fills scale, stride, lanes, planes, base, low, high and guide of `model`.
void build_rows(Model& model, const Prices& prices, const std::vector<std::int64_t>& flows);

// Ticks of a supply or demand price per unit of amount on a lane.
[[nodiscard]] double price_ticks(const Model& model, std::uint32_t lane, std::int64_t price);

}  // namespace tongsuan::solver::primal
