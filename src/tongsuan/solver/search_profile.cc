#include "tongsuan/solver/search_profile.h"

#include <algorithm>

#include "tongsuan/market/evaluate.h"

namespace tongsuan::solver::primal {
namespace {

struct UseRange {
  const Use* first;
  const Use* last;
  [[nodiscard]] const Use* begin() const { return first; }
  [[nodiscard]] const Use* end() const { return last; }
};

UseRange uses_of(const Model& model, std::uint32_t profile) {
  return {model.profile_uses.data() + model.profile_begin[profile],
          model.profile_uses.data() + model.profile_begin[profile + 1]};
}

// Most lots that hard lanes have room for.
std::uint32_t lots_with_room(const ScanView& view, std::uint32_t profile, std::uint32_t lots_max) {
  const Model& model = *view.model;
  double lots = lots_max;
  for (const Use& use : uses_of(model, profile)) {
    if (use.amount <= 0 || model.lanes[use.lane].linear) continue;
    const double* free = view.planes + model.lanes[use.lane].offset + use.slot;
    for (std::uint32_t i = 0; i < use.count; ++i) {
      // Whole numbers below 2^53: the quotient is at most one too high.
      double most = static_cast<double>(static_cast<std::int64_t>(free[i] / use.amount));
      if (most * use.amount > free[i]) most -= 1;
      lots = std::min(lots, most);
    }
  }
  return lots <= 0 ? 0 : static_cast<std::uint32_t>(lots);
}

// Value of `lots` lots less what they use at prices by row.
double value_less(const Model& model, const ModelChoice& choice, std::uint32_t lots,
                  const std::vector<double>& prices) {
  const market::Problem& problem = model.problem;
  const std::int64_t value = market::placement_value(
      problem, choice.order, {model.problem_choice(choice), choice.first, lots});
  double left = model.scale.ticks(static_cast<int128>(value) * problem.denominator);
  for (const Use& use : uses_of(model, choice.devices)) {
    const double* price = prices.data() + use.lane * problem.slot_count + use.slot;
    for (std::uint32_t i = 0; i < use.count; ++i) left -= price[i] * use.amount * lots;
  }
  return left;
}

}  // namespace

double profile_cost(const Model& model, const Kernels& kernels, const double* planes,
                    std::uint32_t profile, std::uint32_t lots) {
  double cost = 0;
  for (Use use : uses_of(model, profile)) {
    if (model.lanes[use.lane].linear) continue;
    use.amount *= lots;
    cost += use_cost(model, kernels, planes, use);
  }
  return cost;
}

double profile_worth(const Model& model, const ModelChoice& choice, std::uint32_t lots) {
  return value_less(model, choice, lots, model.linear_price);
}

double profile_promise(const Model& model, const ModelChoice& choice, std::uint32_t lots) {
  return value_less(model, choice, lots, model.guide);
}

void scan_profile(ScanView& view, std::uint32_t index, std::uint32_t earliest, Pick& pick) {
  const Model& model = *view.model;
  const ModelChoice& choice = model.choices[index];
  // `first` and `last` of an irregular choice hold the slots that it spans.
  if (choice.first < view.begin || choice.last > view.end || choice.first < earliest) return;
  const std::uint32_t profile = choice.devices;
  const market::Profile& source =
      model.problem.profiles[model.problem.choices[model.problem_choice(choice)].extra];
  const auto least = static_cast<std::uint32_t>(source.lots_min);
  const std::uint32_t most = lots_with_room(view, profile, static_cast<std::uint32_t>(source.lots));
  view.work += 2;
  if (most < least) return;
  const auto gain_of = [&](std::uint32_t lots) {
    view.work += 2;
    return profile_worth(model, choice, lots) -
           profile_cost(model, *view.kernels, view.planes, profile, lots);
  };
  // Gains are concave in the lots (but for rounding down to a tick): bisect for the top.
  std::uint32_t low = least;
  std::uint32_t high = most;
  while (low < high) {
    const std::uint32_t middle = low + (high - low + 1) / 2;
    if (gain_of(middle) >= gain_of(middle - 1)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  const double gain = gain_of(low);
  if (gain <= 0) return;
  const double score = gain + model.share * (profile_promise(model, choice, low) - gain);
  if (score > pick.score) pick = {score, gain, index, choice.first, low};
}

}  // namespace tongsuan::solver::primal
