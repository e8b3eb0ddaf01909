#include "tongsuan/solver/gang_oracle.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <utility>

#include "tongsuan/base/check.h"
#include "tongsuan/solver/dual_oracle.h"

namespace tongsuan::solver::dual {

using market::Choice;
using market::Problem;

GangOracle::GangOracle(const Problem& problem, const Prices& prices,
                       const std::vector<std::uint32_t>& sizes, std::size_t stride,
                       WorkerPool& pool, VectorLevel level)
    : problem_(problem),
      prices_(prices),
      sizes_(sizes),
      unit_(lane_units(problem)),
      stride_(stride),
      orders_(problem.orders.size()),
      scanner_(problem, make_layout(), pool, level) {
  std::iota(orders_.begin(), orders_.end(), 0U);
  scanner_.index_singles();
}

std::uint32_t GangOracle::size_of(std::int64_t gang) const {
  const auto found = std::lower_bound(sizes_.begin(), sizes_.end(), gang);
  TONGSUAN_CHECK(found != sizes_.end() && *found == gang);
  return static_cast<std::uint32_t>(found - sizes_.begin());
}

Layout GangOracle::make_layout() {
  Layout layout;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> plain;  // (lane, size)
  const auto plain_array = [&](std::uint32_t lane, std::uint32_t size) {
    const auto [found, inserted] = plain.try_emplace({lane, size}, 0);
    if (inserted) found->second = add_array({lane, size, true});
    return found->second;
  };
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> blocks;  // (bundle, devices)
  for (const Choice& choice : problem_.choices) {
    layout.choice_array.push_back(kNone);
    if (choice.bundle == kNone) continue;
    const auto [found, inserted] = blocks.try_emplace({choice.bundle, choice.devices}, 0);
    if (inserted) {
      const Span32 legs = problem_.bundles[choice.bundle];
      const market::BundleLeg& first = problem_.bundle_legs[legs.begin];
      const std::uint32_t size = size_of(first.units * choice.devices);
      found->second =
          legs.count() == 1 ? plain_array(first.lane, size) : add_array({first.lane, size, false});
    }
    layout.choice_array.back() = found->second;
  }
  std::map<std::uint32_t, std::uint32_t> linear;  // lane, one unit of it
  const auto linear_array = [&](std::uint32_t lane) {
    const auto [found, inserted] = linear.try_emplace(lane, 0);
    if (inserted) found->second = add_array({kNone, 0, false});
    return found->second;
  };
  for (const market::Transfer& transfer : problem_.transfers) {
    layout.transfer_array.push_back(linear_array(transfer.lane));
  }
  for (const market::ProfileLeg& leg : problem_.profile_legs) {
    const bool gang = leg.lane < problem_.capacity_lane_count;
    layout.leg_array.push_back(gang ? plain_array(leg.lane, size_of(leg.amount))
                                    : linear_array(leg.lane));
    layout.leg_amount.push_back(gang ? 1 : leg.amount);
  }
  layout.array_count = static_cast<std::uint32_t>(arrays_.size());
  fixed_.assign(arrays_.size() * problem_.slot_count, 0.0);
  for (const auto& [block, array] : blocks) {
    if (arrays_[array].plain) continue;
    const Span32 legs = problem_.bundles[block.first];
    for (std::uint32_t i = legs.begin + 1; i < legs.end; ++i) {
      const market::BundleLeg& leg = problem_.bundle_legs[i];
      add_fixed(array, leg.lane,
                static_cast<double>(leg.units) * static_cast<double>(block.second));
    }
  }
  for (const auto& [lane, array] : linear) add_fixed(array, lane, 1);
  return layout;
}

void GangOracle::add_fixed(std::uint32_t array, std::uint32_t lane, double amount) {
  for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
    fixed_[std::size_t{array} * problem_.slot_count + slot] +=
        static_cast<double>(prices_[problem_.row(lane, slot)]) * unit_[lane] * amount;
  }
}

void GangOracle::set_prices(const std::vector<double>& gang_prices) {
  const std::uint32_t slots = problem_.slot_count;
  for (std::uint32_t index = 0; index < arrays_.size(); ++index) {
    const Array& array = arrays_[index];
    double* const sums = scanner_.prefix(index);
    const double* const fixed = fixed_.data() + std::size_t{index} * slots;
    if (array.lane == kNone) {
      for (Slot slot = 0; slot < slots; ++slot) sums[slot + 1] = sums[slot] + fixed[slot];
      continue;
    }
    const double unit = unit_[array.lane];
    const double* const price =
        gang_prices.data() + array.size * stride_ + std::size_t{array.lane} * slots;
    for (Slot slot = 0; slot < slots; ++slot) {
      sums[slot + 1] = sums[slot] + (price[slot] * unit + fixed[slot]);
    }
  }
}

double GangOracle::respond(std::vector<double>& counts) {
  const OrderSlice all = {orders_, kWeightUnit};
  const double surplus = scanner_.respond({&all, 1});
  counts.assign(sizes_.size() * stride_, 0.0);
  for (std::uint32_t index = 0; index < arrays_.size(); ++index) {
    const Array& array = arrays_[index];
    if (array.lane == kNone) continue;
    scanner_.add_use(
        index, 1,
        counts.data() + array.size * stride_ + std::size_t{array.lane} * problem_.slot_count);
  }
  return surplus;
}

std::vector<bool> GangOracle::reachable() const {
  std::vector<bool> reached(sizes_.size() * stride_, false);
  const auto mark = [&](std::uint32_t lane, std::int64_t gang, std::uint32_t begin,
                        std::uint32_t end) {
    const std::size_t base = size_of(gang) * stride_ + std::size_t{lane} * problem_.slot_count;
    for (std::uint32_t slot = begin; slot < end; ++slot) reached[base + slot] = true;
  };
  for (const Choice& choice : problem_.choices) {
    if (choice.bundle == kNone) continue;
    const market::BundleLeg& leg = problem_.bundle_legs[problem_.bundles[choice.bundle].begin];
    mark(leg.lane, leg.units * choice.devices, choice.first,
         std::uint32_t{choice.last} + choice.duration);
  }
  for (const market::ProfileLeg& leg : problem_.profile_legs) {
    if (leg.lane < problem_.capacity_lane_count) {
      mark(leg.lane, leg.amount, leg.slots.begin, leg.slots.end);
    }
  }
  return reached;
}

}  // namespace tongsuan::solver::dual
