#include "tongsuan/solver/dual_oracle.h"

#include <algorithm>
#include <cstddef>

namespace tongsuan::solver::dual {

using market::Problem;

std::vector<double> lane_units(const Problem& problem) {
  std::vector<double> units;
  units.reserve(problem.lanes.size());
  for (const market::Lane& lane : problem.lanes) {
    units.push_back(static_cast<double>(lane.scale) / static_cast<double>(problem.denominator));
  }
  return units;
}

Oracle::Oracle(const Problem& problem, WorkerPool& pool, VectorLevel level)
    : problem_(problem),
      unit_(lane_units(problem)),
      scanner_(problem, make_layout(), pool, level) {}

Layout Oracle::make_layout() {
  Layout layout;
  std::vector<std::uint32_t> lane_array(problem_.lanes.size(), kNone);
  const auto lane = [&](std::uint32_t index) {
    if (lane_array[index] == kNone) {
      lane_array[index] = layout.array_count++;
      array_lane_.push_back(index);
    }
    return lane_array[index];
  };
  for (std::uint32_t bundle = 0; bundle < problem_.bundles.size(); ++bundle) {
    const Span32 legs = problem_.bundles[bundle];
    const market::BundleLeg& first = problem_.bundle_legs[legs.begin];
    if (legs.count() == 1 && first.units == 1) {
      layout.bundle_array.push_back(lane(first.lane));
      continue;
    }
    layout.bundle_array.push_back(layout.array_count);
    summed_bundles_.push_back(bundle);
    summed_array_.push_back(layout.array_count++);
    array_lane_.push_back(kNone);
  }
  for (const market::Transfer& transfer : problem_.transfers) {
    layout.transfer_array.push_back(lane(transfer.lane));
  }
  for (const market::ProfileLeg& leg : problem_.profile_legs) {
    layout.leg_array.push_back(lane(leg.lane));
    layout.leg_amount.push_back(leg.amount);
  }
  return layout;
}

void Oracle::set_prices(const std::vector<double>& prices) {
  const std::uint32_t slots = problem_.slot_count;
  for (std::uint32_t array = 0; array < array_lane_.size(); ++array) {
    const std::uint32_t lane = array_lane_[array];
    if (lane == kNone) continue;
    double* const sums = scanner_.prefix(array);
    const double* const price = prices.data() + std::size_t{lane} * slots;
    for (std::uint32_t slot = 0; slot < slots; ++slot) {
      sums[slot + 1] = sums[slot] + price[slot] * unit_[lane];
    }
  }
  for (std::size_t index = 0; index < summed_bundles_.size(); ++index) {
    double* const sums = scanner_.prefix(summed_array_[index]);
    std::fill_n(sums, slots + 1, 0.0);
    const Span32 legs = problem_.bundles[summed_bundles_[index]];
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const market::BundleLeg& leg = problem_.bundle_legs[i];
      const double* const price = prices.data() + std::size_t{leg.lane} * slots;
      const double units = static_cast<double>(leg.units) * unit_[leg.lane];
      for (std::uint32_t slot = 0; slot < slots; ++slot) sums[slot + 1] += price[slot] * units;
    }
    for (std::uint32_t slot = 0; slot < slots; ++slot) sums[slot + 1] += sums[slot];
  }
}

double Oracle::respond(std::span<const OrderSlice> slices, std::vector<double>& use) {
  const double surplus = scanner_.respond(slices);
  use.assign(problem_.row_count(), 0.0);
  const auto row = [&](std::uint32_t lane) {
    return use.data() + std::size_t{lane} * problem_.slot_count;
  };
  for (std::uint32_t array = 0; array < array_lane_.size(); ++array) {
    if (array_lane_[array] != kNone) scanner_.add_use(array, 1, row(array_lane_[array]));
  }
  for (std::size_t index = 0; index < summed_bundles_.size(); ++index) {
    const Span32 legs = problem_.bundles[summed_bundles_[index]];
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const market::BundleLeg& leg = problem_.bundle_legs[i];
      scanner_.add_use(summed_array_[index], static_cast<double>(leg.units), row(leg.lane));
    }
  }
  return surplus;
}

}  // namespace tongsuan::solver::dual
