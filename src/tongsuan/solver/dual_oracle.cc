#include "tongsuan/solver/dual_oracle.h"

#include <algorithm>
#include <cstddef>

namespace tongsuan::solver::dual {

using market::Choice;
using market::Problem;

namespace {

constexpr std::uint32_t kChunkOrders = 256;
constexpr std::size_t kSinglesMax = std::size_t{1} << 24;

}  // namespace

Oracle::Oracle(const Problem& problem, const Rows& rows, WorkerPool& pool, ScanLevel level)
    : problem_(problem), kernels_(scan_kernels(level)), pool_(pool), width_(problem.slot_count + 1) {
  for (std::uint32_t lane = 0; lane < problem.lanes.size(); ++lane) {
    unit_.push_back(rows.unit(lane * problem.slot_count));
  }
  lane_array_.assign(problem.lanes.size(), kNone);
  const auto need = [&](std::uint32_t lane) {
    if (lane_array_[lane] != kNone) return;
    lane_array_[lane] = array_count_++;
    array_lanes_.push_back(lane);
  };
  for (const market::Transfer& transfer : problem.transfers) need(transfer.lane);
  for (const market::ProfileLeg& leg : problem.profile_legs) need(leg.lane);
  for (const Span32& bundle : problem.bundles) {
    if (bundle.count() == 1 && problem.bundle_legs[bundle.begin].units == 1) {
      need(problem.bundle_legs[bundle.begin].lane);
    }
  }
  for (std::uint32_t bundle = 0; bundle < problem.bundles.size(); ++bundle) {
    const market::BundleLeg& leg = problem.bundle_legs[problem.bundles[bundle].begin];
    if (problem.bundles[bundle].count() == 1 && leg.units == 1) {
      bundle_array_.push_back(lane_array_[leg.lane]);
      continue;
    }
    bundle_array_.push_back(array_count_++);
    array_lanes_.push_back(kNone);
    summed_bundles_.push_back(bundle);
  }
  prefix_.assign(std::size_t{array_count_} * width_ + kScanPadding, 0.0);
  changes_.resize(pool.thread_count());
}

void Oracle::index_singles() {
  if (problem_.choices.size() > kSinglesMax || prefix_.size() > INT32_MAX) return;
  single_first_.assign(problem_.orders.size(), kNone);
  for (std::uint32_t order = 0; order < problem_.orders.size(); ++order) {
    const Span32 choices = problem_.orders[order].choices;
    bool single = choices.count() > 0;
    for (std::uint32_t i = choices.begin; i < choices.end && single; ++i) {
      const Choice& choice = problem_.choices[i];
      single = choice.bundle != kNone && choice.extra == kNone && choice.first == choice.last &&
               choice.devices <= INT32_MAX;
    }
    if (!single) continue;
    single_first_[order] = static_cast<std::uint32_t>(single_value_.size());
    for (std::uint32_t i = choices.begin; i < choices.end; ++i) {
      const Choice& choice = problem_.choices[i];
      const std::uint32_t begin = bundle_array_[choice.bundle] * width_ + choice.first;
      single_value_.push_back(static_cast<double>(choice.value));
      single_begin_.push_back(begin);
      single_end_.push_back(begin + choice.duration);
      single_devices_.push_back(static_cast<std::int32_t>(choice.devices));
    }
  }
}

void Oracle::set_prices(const std::vector<double>& prices) {
  const std::uint32_t slots = problem_.slot_count;
  for (std::uint32_t array = 0; array < array_count_; ++array) {
    const std::uint32_t lane = array_lanes_[array];
    if (lane == kNone) continue;
    double* const sums = prefix_.data() + std::size_t{array} * width_;
    const double* const price = prices.data() + std::size_t{lane} * slots;
    for (std::uint32_t slot = 0; slot < slots; ++slot) {
      sums[slot + 1] = sums[slot] + price[slot] * unit_[lane];
    }
  }
  for (const std::uint32_t bundle : summed_bundles_) {
    double* const sums = prefix_.data() + std::size_t{bundle_array_[bundle]} * width_;
    std::fill_n(sums, width_, 0.0);
    for (std::uint32_t i = problem_.bundles[bundle].begin; i < problem_.bundles[bundle].end; ++i) {
      const market::BundleLeg& leg = problem_.bundle_legs[i];
      const double* const price = prices.data() + std::size_t{leg.lane} * slots;
      const double units = static_cast<double>(leg.units) * unit_[leg.lane];
      for (std::uint32_t slot = 0; slot < slots; ++slot) sums[slot + 1] += price[slot] * units;
    }
    for (std::uint32_t slot = 0; slot < slots; ++slot) sums[slot + 1] += sums[slot];
  }
}

Window Oracle::window(const Choice& choice, std::int64_t delay_cost) const {
  Window window;
  window.begin =
      prefix_.data() + std::size_t{bundle_array_[choice.bundle]} * width_ + choice.first;
  window.end = window.begin + choice.duration;
  window.devices = static_cast<double>(choice.devices);
  window.delay = static_cast<double>(delay_cost);
  window.count = std::uint32_t{choice.last} - choice.first + 1;
  if (choice.extra != kNone) {
    const market::Transfer& transfer = problem_.transfers[choice.extra];
    window.link_end =
        prefix_.data() + std::size_t{lane_array_[transfer.lane]} * width_ + choice.first;
    window.link_begin = window.link_end - transfer.slots;
    window.rate = static_cast<double>(transfer.rate);
  }
  return window;
}

double Oracle::profile_surplus(const Choice& choice) const {
  const Span32 legs = problem_.profiles[choice.extra].legs;
  double surplus = static_cast<double>(choice.value);
  for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
    const market::ProfileLeg& leg = problem_.profile_legs[i];
    const double* const sums = prefix_.data() + std::size_t{lane_array_[leg.lane]} * width_;
    surplus -= (sums[leg.slots.end] - sums[leg.slots.begin]) * static_cast<double>(leg.amount);
  }
  return surplus;
}

Answer Oracle::single_answer(std::uint32_t order) const {
  const Span32 choices = problem_.orders[order].choices;
  const Singles singles = {single_value_.data(), single_begin_.data(), single_end_.data(),
                           single_devices_.data()};
  const std::uint32_t first = single_first_[order];
  const BestSingle best =
      kernels_.best_single(singles, prefix_.data(), first, first + choices.count());
  if (best.index == UINT32_MAX) return {};
  const std::uint32_t choice = choices.begin + (best.index - first);
  return {best.surplus, choice, problem_.choices[choice].first};
}

Answer Oracle::answer(std::uint32_t order) const {
  if (!single_first_.empty() && single_first_[order] != kNone) return single_answer(order);
  const market::ProblemOrder& entry = problem_.orders[order];
  Answer best;
  double best_cost = 0;
  for (std::uint32_t i = entry.choices.begin; i < entry.choices.end; ++i) {
    const Choice& choice = problem_.choices[i];
    if (choice.bundle == kNone) {
      const double surplus = profile_surplus(choice);
      if (surplus > best.surplus) best = {surplus, i, 0};
      continue;
    }
    const double cost = kernels_.least(window(choice, entry.delay_cost));
    const double surplus = static_cast<double>(choice.value) - cost;
    if (surplus > best.surplus) {
      best = {surplus, i, 0};
      best_cost = cost;
    }
  }
  if (best.choice == kNone) return best;
  const Choice& choice = problem_.choices[best.choice];
  if (choice.bundle == kNone) return best;
  best.start = choice.first + kernels_.first_at(window(choice, entry.delay_cost), best_cost);
  return best;
}

// Unsigned, so that absurd books wrap instead of breaking: prices are only ever a proposal.
void Oracle::count_use(const Answer& answer, std::int64_t weight,
                       std::vector<std::uint64_t>& change) const {
  const Choice& choice = problem_.choices[answer.choice];
  const auto add = [&](std::uint32_t array, std::uint32_t begin, std::uint32_t end,
                       std::int64_t amount) {
    const auto weighted = static_cast<std::uint64_t>(amount) * static_cast<std::uint64_t>(weight);
    change[std::size_t{array} * width_ + begin] += weighted;
    change[std::size_t{array} * width_ + end] -= weighted;
  };
  if (choice.bundle == kNone) {
    const Span32 legs = problem_.profiles[choice.extra].legs;
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const market::ProfileLeg& leg = problem_.profile_legs[i];
      add(lane_array_[leg.lane], leg.slots.begin, leg.slots.end, leg.amount);
    }
    return;
  }
  add(bundle_array_[choice.bundle], answer.start, answer.start + choice.duration, choice.devices);
  if (choice.extra == kNone) return;
  const market::Transfer& transfer = problem_.transfers[choice.extra];
  add(lane_array_[transfer.lane], answer.start - transfer.slots, answer.start, transfer.rate);
}

double Oracle::respond_chunk(const OrderSlice& slice, const Task& task,
                             std::vector<std::uint64_t>& change) const {
  double surplus = 0;
  for (std::uint32_t i = task.begin; i < task.end; ++i) {
    if (i + 2 < task.end) {
      const std::uint32_t soon = problem_.orders[slice.orders[i + 2]].choices.begin;
      __builtin_prefetch(problem_.choices.data() + soon);
    }
    const Answer best = answer(slice.orders[i]);
    if (best.choice == kNone) continue;
    surplus += best.surplus;
    count_use(best, slice.weight, change);
  }
  return surplus * (static_cast<double>(slice.weight) / static_cast<double>(kWeightUnit));
}

double Oracle::respond(std::span<const OrderSlice> slices, std::vector<double>& use) {
  tasks_.clear();
  for (std::uint32_t slice = 0; slice < slices.size(); ++slice) {
    const auto count = static_cast<std::uint32_t>(slices[slice].orders.size());
    for (std::uint32_t begin = 0; begin < count; begin += kChunkOrders) {
      tasks_.push_back({slice, begin, std::min(count, begin + kChunkOrders)});
    }
  }
  task_surplus_.assign(tasks_.size(), 0.0);
  for (std::vector<std::uint64_t>& change : changes_) {
    change.assign(std::size_t{array_count_} * width_, 0);
  }
  pool_.run(static_cast<std::uint32_t>(tasks_.size()),
            [&](std::uint32_t index, std::uint32_t thread) {
              const Task& task = tasks_[index];
              task_surplus_[index] = respond_chunk(slices[task.slice], task, changes_[thread]);
            });
  collect_use(use);
  double surplus = 0;
  for (const double part : task_surplus_) surplus += part;
  return surplus;
}

void Oracle::collect_use(std::vector<double>& use) {
  std::vector<std::uint64_t>& total = changes_[0];
  for (std::size_t thread = 1; thread < changes_.size(); ++thread) {
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += changes_[thread][i];
  }
  use.assign(problem_.row_count(), 0.0);
  const auto add = [&](std::uint32_t array, std::uint32_t lane, std::int64_t units) {
    const std::uint64_t* const change = total.data() + std::size_t{array} * width_;
    double* const row = use.data() + std::size_t{lane} * problem_.slot_count;
    const double factor = static_cast<double>(units) / static_cast<double>(kWeightUnit);
    std::uint64_t running = 0;
    for (std::uint32_t slot = 0; slot < problem_.slot_count; ++slot) {
      running += change[slot];
      row[slot] += static_cast<double>(static_cast<std::int64_t>(running)) * factor;
    }
  };
  for (std::uint32_t array = 0; array < array_count_; ++array) {
    if (array_lanes_[array] != kNone) add(array, array_lanes_[array], 1);
  }
  for (const std::uint32_t bundle : summed_bundles_) {
    for (std::uint32_t i = problem_.bundles[bundle].begin; i < problem_.bundles[bundle].end; ++i) {
      add(bundle_array_[bundle], problem_.bundle_legs[i].lane, problem_.bundle_legs[i].units);
    }
  }
}

}  // namespace tongsuan::solver::dual
