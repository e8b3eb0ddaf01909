#include "tongsuan/solver/dual_scanner.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tongsuan::solver::dual {

using market::Choice;
using market::Problem;

namespace {

constexpr std::uint32_t kScanChunkOrders = 256;
// Sampled orders lie anywhere in memory: their records are asked for this many orders early, and
// their choices, two to a cache line, a little later.
constexpr std::uint32_t kOrdersAhead = 8;
constexpr std::uint32_t kChoicesAhead = 3;
constexpr std::uint32_t kChoicesPrefetched = 24;
constexpr std::size_t kSinglesMax = std::size_t{1} << 24;

}  // namespace

Scanner::Scanner(const Problem& problem, Layout layout, WorkerPool& pool, VectorLevel level)
    : problem_(problem),
      layout_(std::move(layout)),
      pool_(pool),
      kernels_(scan_kernels(level)),
      width_(problem.slot_count + 1),
      prefix_(std::size_t{layout_.array_count} * width_ + kScanPadding, 0.0),
      changes_(pool.thread_count()) {}

void Scanner::index_singles() {
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
      const std::uint32_t begin = array_of(i) * width_ + choice.first;
      single_value_.push_back(static_cast<double>(choice.value));
      single_begin_.push_back(begin);
      single_end_.push_back(begin + choice.duration);
      single_devices_.push_back(static_cast<std::int32_t>(multiple_of(i)));
    }
  }
}

Window Scanner::window(std::uint32_t index, std::int64_t delay_cost) const {
  const Choice& choice = problem_.choices[index];
  Window window;
  window.begin = prefix_.data() + std::size_t{array_of(index)} * width_ + choice.first;
  window.end = window.begin + choice.duration;
  window.devices = static_cast<double>(multiple_of(index));
  window.delay = static_cast<double>(delay_cost);
  window.count = std::uint32_t{choice.last} - choice.first + 1;
  if (choice.extra != kNone) {
    const market::Transfer& transfer = problem_.transfers[choice.extra];
    window.link_end =
        prefix_.data() + std::size_t{layout_.transfer_array[choice.extra]} * width_ + choice.first;
    window.link_begin = window.link_end - transfer.slots;
    window.rate = static_cast<double>(transfer.rate);
  }
  return window;
}

double Scanner::profile_surplus(const Choice& choice) const {
  const Span32 legs = problem_.profiles[choice.extra].legs;
  double surplus = static_cast<double>(choice.value);
  for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
    const SlotRange slots = problem_.profile_legs[i].slots;
    const double* const sums = prefix_.data() + std::size_t{layout_.leg_array[i]} * width_;
    surplus -= (sums[slots.end] - sums[slots.begin]) * static_cast<double>(layout_.leg_amount[i]);
  }
  return surplus;
}

Answer Scanner::single_answer(std::uint32_t order) const {
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

Answer Scanner::answer(std::uint32_t order) const {
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
    const double cost = kernels_.least(window(i, entry.delay_cost));
    const double surplus = static_cast<double>(choice.value) - cost;
    if (surplus > best.surplus) {
      best = {surplus, i, 0};
      best_cost = cost;
    }
  }
  if (best.choice == kNone || problem_.choices[best.choice].bundle == kNone) return best;
  best.start = problem_.choices[best.choice].first +
               kernels_.first_at(window(best.choice, entry.delay_cost), best_cost);
  return best;
}

// Unsigned, so that absurd books wrap instead of breaking: prices are only ever a proposal.
void Scanner::count_use(const Answer& answer, std::int64_t weight,
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
      const SlotRange slots = problem_.profile_legs[i].slots;
      add(layout_.leg_array[i], slots.begin, slots.end, layout_.leg_amount[i]);
    }
    return;
  }
  add(array_of(answer.choice), answer.start, answer.start + choice.duration,
      multiple_of(answer.choice));
  if (choice.extra == kNone) return;
  const market::Transfer& transfer = problem_.transfers[choice.extra];
  add(layout_.transfer_array[choice.extra], answer.start - transfer.slots, answer.start,
      transfer.rate);
}

double Scanner::respond_chunk(const OrderSlice& slice, const Task& task,
                              std::vector<std::uint64_t>& change) const {
  double surplus = 0;
  for (std::uint32_t i = task.begin; i < task.end; ++i) {
    if (i + kOrdersAhead < task.end) {
      __builtin_prefetch(problem_.orders.data() + slice.orders[i + kOrdersAhead]);
    }
    if (i + kChoicesAhead < task.end) {
      const Span32 soon = problem_.orders[slice.orders[i + kChoicesAhead]].choices;
      const std::uint32_t end = std::min(soon.end, soon.begin + kChoicesPrefetched);
      for (std::uint32_t c = soon.begin; c < end; c += 2) {
        __builtin_prefetch(problem_.choices.data() + c);
      }
    }
    const Answer best = answer(slice.orders[i]);
    if (best.choice == kNone) continue;
    surplus += best.surplus;
    count_use(best, slice.weight, change);
  }
  return surplus * (static_cast<double>(slice.weight) / static_cast<double>(kWeightUnit));
}

double Scanner::respond(std::span<const OrderSlice> slices) {
  tasks_.clear();
  for (std::uint32_t slice = 0; slice < slices.size(); ++slice) {
    const auto count = static_cast<std::uint32_t>(slices[slice].orders.size());
    for (std::uint32_t begin = 0; begin < count; begin += kScanChunkOrders) {
      tasks_.push_back({slice, begin, std::min(count, begin + kScanChunkOrders)});
    }
  }
  task_surplus_.assign(tasks_.size(), 0.0);
  for (std::vector<std::uint64_t>& change : changes_) {
    change.assign(std::size_t{layout_.array_count} * width_, 0);
  }
  pool_.run(static_cast<std::uint32_t>(tasks_.size()),
            [&](std::uint32_t index, std::uint32_t thread) {
              const Task& task = tasks_[index];
              task_surplus_[index] = respond_chunk(slices[task.slice], task, changes_[thread]);
            });
  for (std::size_t thread = 1; thread < changes_.size(); ++thread) {
    for (std::size_t i = 0; i < changes_[0].size(); ++i) changes_[0][i] += changes_[thread][i];
  }
  double surplus = 0;
  for (const double part : task_surplus_) surplus += part;
  return surplus;
}

void Scanner::add_use(std::uint32_t array, double factor, double* use) const {
  const std::uint64_t* const change = changes_[0].data() + std::size_t{array} * width_;
  const double unit = factor / static_cast<double>(kWeightUnit);
  std::uint64_t running = 0;
  for (std::uint32_t slot = 0; slot + 1 < width_; ++slot) {
    running += change[slot];
    use[slot] += static_cast<double>(static_cast<std::int64_t>(running)) * unit;
  }
}

}  // namespace tongsuan::solver::dual
