#include "tongsuan/lab/packing_master.h"

#include <algorithm>
#include <utility>

#include "tongsuan/lab/packing_simplex.h"

namespace tongsuan::lab::packing {
namespace {

constexpr std::uint32_t kRoundsMax = 500;
constexpr double kTowardsBest = 0.6;  // how far prices are drawn towards the best ones seen
constexpr double kGainLeast = 1e-6;   // GPUs
constexpr double kPerGpu = 1.0 * kPriceScale * kGpuMilli;

// What pods of a filling ask for beyond a node's capacity.
struct Overrun {
  std::int64_t cpu;
  std::int64_t memory;
};

// The best fillings of groups at given values. Fitting ones are found by pricing memory: the price
// of a group rises until its filling fits, and sinks a little whenever it does.
class PatternSearch {
 public:
  explicit PatternSearch(const MasterProblem& problem)
      : problem_(problem),
        solver_(problem.kinds, most_cpu(problem.groups)),
        priced_solver_(solver_),
        memory_prices_(problem.groups.size()) {}

  void set_values(const std::vector<std::int64_t>& values) {
    values_ = values;
    solver_.set_values(values);
    priced_ = 0;
  }

  Filling best(std::uint32_t group) {
    const NodeShape& shape = problem_.groups[group].shape;
    if (problem_.patterns == Patterns::kRelaxed) return solver_.filling(shape);
    std::int64_t& price = memory_prices_[group];
    price -= price / kPriceDecay;
    for (;;) {
      const Filling filling = fitting_cpu(shape, price);
      if (overrun(shape, filling).memory <= 0) return filling;
      price = price * 2 + 1;
    }
  }

 private:
  static constexpr std::int64_t kMibPerPrice = 16;
  static constexpr std::int64_t kPriceDecay = 4;

  static std::int32_t most_cpu(const std::vector<NodeGroup>& groups) {
    std::int32_t most = 0;
    for (const NodeGroup& group : groups) most = std::max(most, group.shape.cpu_milli);
    return most;
  }

  [[nodiscard]] Overrun overrun(const NodeShape& shape, const Filling& filling) const {
    Overrun over{-shape.cpu_milli, -shape.memory_mib};
    for (const FillingPart& part : filling.parts) {
      for (const std::uint32_t kind : part.pods) {
        over.cpu += problem_.kinds[kind].shape.cpu_milli;
        over.memory += problem_.kinds[kind].shape.memory_mib;
      }
    }
    return over;
  }

  // Fillings round CPU down: where that shows, the node is taken for a smaller one.
  Filling fitting_cpu(const NodeShape& shape, std::int64_t memory_price) {
    FillingSolver& solver = priced_solver(memory_price);
    NodeShape smaller = shape;
    for (; smaller.cpu_milli >= 0; smaller.cpu_milli -= kCpuUnit) {
      Filling filling = solver.filling(smaller);
      if (overrun(shape, filling).cpu > 0) continue;
      filling.value = 0;
      for (const FillingPart& part : filling.parts) {
        for (const std::uint32_t kind : part.pods) filling.value += values_[kind];
      }
      return filling;
    }
    return {};
  }

  FillingSolver& priced_solver(std::int64_t price) {
    if (price == 0) return solver_;
    if (price == priced_) return priced_solver_;
    priced_ = price;
    std::vector<std::int64_t> values = values_;
    for (std::size_t kind = 0; kind < values.size(); ++kind) {
      const std::int64_t memory = problem_.kinds[kind].shape.memory_mib;
      values[kind] -= (price * memory + kMibPerPrice - 1) / kMibPerPrice;
    }
    priced_solver_.set_values(values);
    return priced_solver_;
  }

  const MasterProblem& problem_;
  FillingSolver solver_;
  FillingSolver priced_solver_;
  std::vector<std::int64_t> values_;
  std::int64_t priced_ = 0;                  // the memory price in priced_solver_
  std::vector<std::int64_t> memory_prices_;  // by group; the last that fitted
};

class Master {
 public:
  explicit Master(const MasterProblem& problem)
      : problem_(problem),
        kind_count_(static_cast<std::uint32_t>(problem.kinds.size())),
        simplex_(row_limits(problem)),
        search_(problem),
        best_prices_(kind_count_) {}

  MasterSolution run() {
    for (std::uint32_t round = 0; round < kRoundsMax; ++round) {
      simplex_.solve();
      const double value = simplex_.value() * kGpuMilli;
      if (bounded_ && best_bound_ - value < problem_.gap) break;
      // Where prices between the best and the last ones miss no pattern, the last ones decide.
      if (!add_patterns(bounded_ ? kTowardsBest : 0) && !add_patterns(0)) break;
    }
    return solution();
  }

 private:
  static std::vector<double> row_limits(const MasterProblem& problem) {
    std::vector<double> limits = problem.counts;
    for (const NodeGroup& group : problem.groups) {
      limits.push_back(static_cast<double>(group.count));
    }
    return limits;
  }

  bool add_patterns(double towards_best) {
    std::vector<std::int64_t> prices(kind_count_);
    std::vector<std::int64_t> values(kind_count_);
    double bound = 0;
    for (std::uint32_t kind = 0; kind < kind_count_; ++kind) {
      const double last = std::max(simplex_.price(kind), 0.0) * kPerGpu;
      const double best = static_cast<double>(best_prices_[kind]);
      prices[kind] =
          static_cast<std::int64_t>(towards_best * best + (1 - towards_best) * last + 0.5);
      values[kind] = problem_.values[kind] - prices[kind];
      bound += problem_.counts[kind] * static_cast<double>(prices[kind]);
    }
    search_.set_values(values);
    bool added = false;
    for (std::uint32_t group = 0; group < problem_.groups.size(); ++group) {
      Filling filling = search_.best(group);
      bound +=
          static_cast<double>(problem_.groups[group].count) * static_cast<double>(filling.value);
      added |= add_if_missing(group, std::move(filling));
    }
    keep_best(bound / kPriceScale, prices);
    return added;
  }

  void keep_best(double bound, const std::vector<std::int64_t>& prices) {
    if (bounded_ && bound >= best_bound_) return;
    bounded_ = true;
    best_bound_ = bound;
    best_prices_ = prices;
  }

  // Whether the pattern gains at the program's own prices.
  bool add_if_missing(std::uint32_t group, Filling filling) {
    std::vector<std::int64_t> pods(kind_count_);
    for (const FillingPart& part : filling.parts) {
      for (const std::uint32_t kind : part.pods) ++pods[kind];
    }
    SimplexColumn column{.value = 0, .uses = {}};
    double cost = simplex_.price(kind_count_ + group);
    for (std::uint32_t kind = 0; kind < kind_count_; ++kind) {
      if (pods[kind] == 0) continue;
      const auto used = static_cast<double>(pods[kind]);
      column.value += used * static_cast<double>(problem_.values[kind]) / kPerGpu;
      column.uses.emplace_back(kind, used);
      cost += used * simplex_.price(kind);
    }
    if (column.value - cost < kGainLeast) return false;
    column.uses.emplace_back(kind_count_ + group, 1.0);
    simplex_.add(std::move(column));
    patterns_.push_back({.group = group, .parts = std::move(filling.parts)});
    return true;
  }

  MasterSolution solution() {
    MasterSolution result{.value = simplex_.value() * kGpuMilli,
                          .bound = best_bound_,
                          .prices = best_prices_,
                          .patterns = {}};
    const std::vector<double> nodes = simplex_.solution();
    for (std::size_t i = 0; i < nodes.size(); ++i) {  // the last patterns may not be in it yet
      if (nodes[i] < kGainLeast) continue;
      result.patterns.push_back(patterns_[i]);
      result.patterns.back().nodes = nodes[i];
    }
    return result;
  }

  const MasterProblem& problem_;
  std::uint32_t kind_count_;
  Simplex simplex_;
  PatternSearch search_;
  std::vector<Pattern> patterns_;
  bool bounded_ = false;
  double best_bound_ = 0;
  std::vector<std::int64_t> best_prices_;
};

}  // namespace

MasterSolution solve_master(const MasterProblem& problem) {
  return Master(problem).run();
}

std::vector<std::int64_t> find_bound_prices(const Workload& workload,
                                            const std::vector<double>& counts) {
  MasterProblem problem{
      .kinds = workload.kinds, .groups = group_nodes(workload), .counts = counts, .values = {}};
  for (const PodKind& kind : workload.kinds) {
    problem.values.push_back(kind.shape.gpu_total() * kPriceScale);
  }
  return solve_master(problem).prices;
}

}  // namespace tongsuan::lab::packing
