#include "tongsuan/solver/gang_oracle.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <utility>

#include "tongsuan/market/gang_bound.h"
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
  set_fixed();
  scanner_.index_singles();
}

std::uint32_t GangOracle::add_array() {
  const auto next = static_cast<std::uint32_t>(pieces_.size());
  arrays_.push_back({next, next});
  return static_cast<std::uint32_t>(arrays_.size() - 1);
}

// Adds to the array that was added last.
void GangOracle::add_use(std::uint32_t array, std::uint32_t lane, std::int64_t amount, bool whole) {
  if (whole && lane < problem_.gang_lane_count) {
    amount = market::split_gang(sizes_, amount, [&](std::size_t k, std::int64_t count) {
      pieces_.push_back({lane, static_cast<std::uint32_t>(k), static_cast<double>(count)});
    });
    arrays_[array].end = static_cast<std::uint32_t>(pieces_.size());
  }
  if (amount != 0) uniform_.push_back({array, lane, static_cast<double>(amount)});
}

// Uses that cost the same share an array: whole amounts on a lane, single units of a lane, and
// gangs of a bundle with several legs.
Layout GangOracle::make_layout() {
  using Pair = std::pair<std::uint32_t, std::int64_t>;
  Layout layout;
  std::map<Pair, std::uint32_t> whole;   // (lane, amount)
  std::map<Pair, std::uint32_t> blocks;  // (bundle, devices)
  std::map<std::uint32_t, std::uint32_t> units;
  const auto whole_array = [&](std::uint32_t lane, std::int64_t amount) {
    const auto [found, added] = whole.try_emplace({lane, amount}, 0);
    if (added) add_use(found->second = add_array(), lane, amount, true);
    return found->second;
  };
  const auto unit_array = [&](std::uint32_t lane) {
    const auto [found, added] = units.try_emplace(lane, 0);
    if (added) add_use(found->second = add_array(), lane, 1, false);
    return found->second;
  };
  const auto block_array = [&](const Choice& choice) {
    const Span32 legs = problem_.bundles[choice.bundle];
    if (legs.count() == 1) {
      const market::BundleLeg& leg = problem_.bundle_legs[legs.begin];
      return whole_array(leg.lane, leg.units * choice.devices);
    }
    const auto [found, added] = blocks.try_emplace({choice.bundle, choice.devices}, 0);
    if (!added) return found->second;
    found->second = add_array();
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const market::BundleLeg& leg = problem_.bundle_legs[i];
      add_use(found->second, leg.lane, leg.units * choice.devices, true);
    }
    return found->second;
  };
  for (const Choice& choice : problem_.choices) {
    layout.choice_array.push_back(choice.bundle == kNone ? kNone : block_array(choice));
  }
  for (const market::Transfer& transfer : problem_.transfers) {
    layout.transfer_array.push_back(unit_array(transfer.lane));
  }
  layout.leg_array.resize(problem_.profile_legs.size());
  layout.leg_amount.resize(problem_.profile_legs.size());
  for (const market::Profile& profile : problem_.profiles) {
    for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
      const market::ProfileLeg& leg = problem_.profile_legs[i];
      const bool gang = profile.lots == 1 && leg.amount > 0 && leg.lane < problem_.gang_lane_count;
      layout.leg_array[i] = gang ? whole_array(leg.lane, leg.amount) : unit_array(leg.lane);
      layout.leg_amount[i] = gang ? 1 : leg.amount;
    }
  }
  layout.array_count = static_cast<std::uint32_t>(arrays_.size());
  return layout;
}

void GangOracle::set_fixed() {
  fixed_.assign(arrays_.size() * problem_.slot_count, 0.0);
  for (const Uniform& use : uniform_) {
    double* const fixed = fixed_.data() + std::size_t{use.array} * problem_.slot_count;
    for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
      fixed[slot] +=
          static_cast<double>(prices_[problem_.row(use.lane, slot)]) * unit_[use.lane] * use.amount;
    }
  }
}

void GangOracle::set_prices(const std::vector<double>& gang_prices) {
  const std::uint32_t slots = problem_.slot_count;
  std::vector<double> price(slots);
  for (std::uint32_t index = 0; index < arrays_.size(); ++index) {
    const double* const fixed = fixed_.data() + std::size_t{index} * slots;
    std::copy(fixed, fixed + slots, price.begin());
    for (std::uint32_t i = arrays_[index].begin; i < arrays_[index].end; ++i) {
      const Piece& piece = pieces_[i];
      const double unit = unit_[piece.lane] * piece.count;
      const double* const by_slot =
          gang_prices.data() + piece.size * stride_ + std::size_t{piece.lane} * slots;
      for (Slot slot = 0; slot < slots; ++slot) price[slot] += by_slot[slot] * unit;
    }
    double* const sums = scanner_.prefix(index);
    for (Slot slot = 0; slot < slots; ++slot) sums[slot + 1] = sums[slot] + price[slot];
  }
}

double GangOracle::respond(std::vector<double>& counts) {
  const OrderSlice all = {orders_, kWeightUnit};
  const double surplus = scanner_.respond({&all, 1});
  counts.assign(sizes_.size() * stride_, 0.0);
  for (std::uint32_t index = 0; index < arrays_.size(); ++index) {
    for (std::uint32_t i = arrays_[index].begin; i < arrays_[index].end; ++i) {
      const Piece& piece = pieces_[i];
      scanner_.add_use(
          index, piece.count,
          counts.data() + piece.size * stride_ + std::size_t{piece.lane} * problem_.slot_count);
    }
  }
  return surplus;
}

std::vector<bool> GangOracle::reachable() const {
  std::vector<bool> reached(sizes_.size() * stride_, false);
  const auto mark = [&](std::uint32_t lane, std::int64_t amount, SlotRange slots) {
    if (lane >= problem_.gang_lane_count) return;
    market::split_gang(sizes_, amount, [&](std::size_t k, std::int64_t) {
      const std::size_t base = k * stride_ + std::size_t{lane} * problem_.slot_count;
      for (Slot slot = slots.begin; slot < slots.end; ++slot) reached[base + slot] = true;
    });
  };
  for (const Choice& choice : problem_.choices) {
    if (choice.bundle == kNone) continue;
    const Span32 legs = problem_.bundles[choice.bundle];
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const market::BundleLeg& leg = problem_.bundle_legs[i];
      mark(leg.lane, leg.units * choice.devices,
           {choice.first, Slot{choice.last} + choice.duration});
    }
  }
  for (const market::ProfileLeg& leg : problem_.profile_legs) mark(leg.lane, leg.amount, leg.slots);
  return reached;
}

}  // namespace tongsuan::solver::dual
