#include "tongsuan/solver/assign.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "tongsuan/base/random.h"
#include "tongsuan/solver/vector_level.h"
#include "tongsuan/solver/worker_pool.h"

namespace tongsuan::solver {

using market::Choice;
using market::Placement;
using market::Problem;

namespace {

constexpr double kPaceStep = 0.8;  // feedback of the first sweep

// Second sweep: the larger the book against its gangs, the finer the deviations.
double settle_step(std::size_t orders) {
  if (orders < 200'000) return 0.25;
  return orders < 600'000 ? 0.5 : 1.0;
}

// λ* supply of a row: any amount in [low, high] is consistent with the price.
struct Target {
  double low = 0;
  double high = 0;
  double scale = 0;  // price that a deviation of the whole capacity moves by step × this
  double capacity = 1;
};

// Starts of a choice, scored at once. The loop is plain so that every vector width computes the
// same doubles in the same order per element.
TONGSUAN_EVERY_VECTOR_LEVEL void score_starts(const double* prefix, std::uint32_t duration,
                                              double devices, double delay, std::uint32_t count,
                                              double* score) {
  for (std::uint32_t i = 0; i < count; ++i) {
    score[i] = -(devices * (prefix[i + duration] - prefix[i])) - delay * static_cast<double>(i);
  }
}

class Assigner {
 public:
  Assigner(const Problem& problem, const Prices& prices, const std::vector<std::int64_t>& flows,
           std::uint32_t thread_count);
  std::vector<Placement> run();
  std::vector<std::int64_t> run_expected_use();

 private:
  void set_prices(double step, double pace);
  void rebuild_prefixes();
  [[nodiscard]] Placement best(std::uint32_t order, std::vector<double>& scores) const;
  void choose(const std::vector<std::uint32_t>& orders, std::size_t begin, std::size_t end);
  void add_load(const Placement& placement, std::int64_t sign);
  void pace_sweep();
  [[nodiscard]] std::vector<std::uint32_t> largest_first() const;
  void settle_sweep(double step);
  [[nodiscard]] std::vector<Placement> keep_what_fits();
  [[nodiscard]] bool eligible(std::uint32_t order) const;
  [[nodiscard]] double surplus(std::uint32_t order, const Placement& placement) const;

  const Problem& problem_;
  const std::vector<std::int64_t> flows_;
  std::vector<double> base_;           // λ* per row, micro-yuan per amount unit
  std::vector<double> price_;          // now
  std::vector<Target> targets_;        // per row
  std::vector<double> bundle_prefix_;  // per bundle: slot_count + 1 prefix sums
  std::vector<double> lane_prefix_;    // per lane, for transfers
  std::vector<std::int64_t> load_;     // per row
  WorkerPool pool_;
  std::vector<std::vector<double>> scores_;  // by thread
  std::vector<Placement> answers_;           // of the batch
  std::vector<std::uint32_t> shuffled_;
  std::vector<Placement> chosen_;
};

Assigner::Assigner(const Problem& problem, const Prices& prices,
                   const std::vector<std::int64_t>& flows, std::uint32_t thread_count)
    : problem_(problem),
      flows_(flows),
      load_(problem.row_count(), 0),
      pool_(thread_count),
      scores_(thread_count, std::vector<double>(kSlotsMax)),
      chosen_(problem.orders.size()) {
  base_.resize(problem.row_count());
  targets_.resize(problem.row_count());
  const auto denominator = static_cast<double>(problem.denominator);
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    const double unit =
        static_cast<double>(problem.lanes[row / problem.slot_count].scale) / denominator;
    base_[row] = static_cast<double>(prices[row]) * unit;
    Target& target = targets_[row];
    double total = 0;
    for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
      const market::SupplyStep& step = problem.supply[i];
      const auto amount = static_cast<double>(step.amount);
      // A price within a millionth of λ* is at the margin: any part of the step may be sold.
      const std::int64_t margin = prices[row] / 1'000'000;
      if (step.price < prices[row] - margin) target.low += amount;
      if (step.price <= prices[row] + margin) target.high += amount;
      total += amount;
    }
    const bool offered = problem.supply_begin[row] < problem.supply_begin[row + 1];
    const double first =
        offered ? static_cast<double>(problem.supply[problem.supply_begin[row]].price) * unit : 0;
    target.scale = std::max(base_[row], first);
    target.capacity = std::max(1.0, total);
  }
  for (std::size_t i = 0; i < problem.line_slots.size() && i < flows.size(); ++i) {
    const auto flow = static_cast<double>(flows[i]);
    for (Target* target :
         {&targets_[problem.line_slots[i].from], &targets_[problem.line_slots[i].to]}) {
      const double sign = target == &targets_[problem.line_slots[i].to] ? 1 : -1;
      target->low += sign * flow;
      target->high += sign * flow;
    }
  }
  price_ = base_;
  bundle_prefix_.resize(problem.bundles.size() * (problem.slot_count + 1));
  lane_prefix_.resize(problem.lanes.size() * (problem.slot_count + 1));
  shuffled_.resize(problem.orders.size());
  std::iota(shuffled_.begin(), shuffled_.end(), 0U);
  Random random(0x5EED);
  for (std::size_t i = shuffled_.size(); i > 1; --i)
    std::swap(shuffled_[i - 1], shuffled_[random.below(i)]);
}

bool Assigner::eligible(std::uint32_t order) const {
  const market::ProblemOrder& entry = problem_.orders[order];
  return entry.after == kNone && entry.choices.count() > 0 &&
         problem_.choices[entry.choices.begin].bundle != kNone;
}

// Prices that answer to the load: `pace` is the share of the orders that the load stands for.
void Assigner::set_prices(double step, double pace) {
  for (std::uint32_t row = 0; row < problem_.row_count(); ++row) {
    const Target& target = targets_[row];
    const auto load = static_cast<double>(load_[row]);
    const double ahead = load - target.high * pace;
    const double behind = load - target.low * pace;
    const double deviation = ahead > 0 ? ahead : (behind < 0 ? behind : 0.0);
    const double price = base_[row] + step * target.scale * deviation / target.capacity;
    price_[row] = std::max(price, 0.3 * base_[row]);
  }
  rebuild_prefixes();
}

void Assigner::rebuild_prefixes() {
  const std::uint32_t slots = problem_.slot_count;
  for (std::size_t lane = 0; lane < problem_.lanes.size(); ++lane) {
    double* prefix = &lane_prefix_[lane * (slots + 1)];
    for (std::uint32_t t = 0; t < slots; ++t) prefix[t + 1] = prefix[t] + price_[lane * slots + t];
  }
  for (std::size_t b = 0; b < problem_.bundles.size(); ++b) {
    double* prefix = &bundle_prefix_[b * (slots + 1)];
    std::fill_n(prefix, slots + 1, 0.0);
    for (std::uint32_t i = problem_.bundles[b].begin; i < problem_.bundles[b].end; ++i) {
      const market::BundleLeg& leg = problem_.bundle_legs[i];
      const double* lane = &lane_prefix_[static_cast<std::size_t>(leg.lane) * (slots + 1)];
      const auto units = static_cast<double>(leg.units);
      for (std::uint32_t t = 1; t <= slots; ++t) prefix[t] += units * lane[t];
    }
  }
}

Placement Assigner::best(std::uint32_t order, std::vector<double>& scores) const {
  const market::ProblemOrder& entry = problem_.orders[order];
  Placement best;
  double best_score = 0;
  for (std::uint32_t c = entry.choices.begin; c < entry.choices.end; ++c) {
    const Choice& choice = problem_.choices[c];
    if (choice.bundle == kNone) continue;
    const std::uint32_t count = choice.last - choice.first + 1U;
    const double* prefix =
        &bundle_prefix_[static_cast<std::size_t>(choice.bundle) * (problem_.slot_count + 1)] +
        choice.first;
    score_starts(prefix, choice.duration, static_cast<double>(choice.devices),
                 static_cast<double>(entry.delay_cost), count, scores.data());
    if (choice.extra != kNone) {
      const market::Transfer& transfer = problem_.transfers[choice.extra];
      const double* lane =
          &lane_prefix_[static_cast<std::size_t>(transfer.lane) * (problem_.slot_count + 1)];
      for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t start = choice.first + i;
        scores[i] -=
            static_cast<double>(transfer.rate) * (lane[start] - lane[start - transfer.slots]);
      }
    }
    const auto value = static_cast<double>(choice.value);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (value + scores[i] > best_score) {
        best_score = value + scores[i];
        best = {.choice = c, .start = choice.first + i, .lots = 1};
      }
    }
  }
  return best;
}

// Answers of a batch of orders at the prices as they stand: none sees another's load.
void Assigner::choose(const std::vector<std::uint32_t>& orders, std::size_t begin,
                      std::size_t end) {
  constexpr std::size_t kTaskOrders = 16;
  answers_.resize(end - begin);
  const auto tasks = static_cast<std::uint32_t>((end - begin + kTaskOrders - 1) / kTaskOrders);
  pool_.run(tasks, [&](std::uint32_t task, std::uint32_t thread) {
    const std::size_t last = std::min(end - begin, (task + 1) * kTaskOrders);
    for (std::size_t i = task * kTaskOrders; i < last; ++i) {
      const std::uint32_t order = orders[begin + i];
      answers_[i] = eligible(order) ? best(order, scores_[thread]) : Placement{};
    }
  });
}

void Assigner::add_load(const Placement& placement, std::int64_t sign) {
  if (placement.choice != kNone) market::add_use(problem_, placement, sign, load_);
}

void Assigner::pace_sweep() {
  const std::size_t count = shuffled_.size();
  const std::size_t batch = std::max<std::size_t>(64, count / 2000);
  for (std::size_t begin = 0; begin < count; begin += batch) {
    set_prices(kPaceStep, static_cast<double>(begin) / static_cast<double>(count));
    const std::size_t end = std::min(count, begin + batch);
    choose(shuffled_, begin, end);
    for (std::size_t i = begin; i < end; ++i) {
      chosen_[shuffled_[i]] = answers_[i - begin];
      add_load(answers_[i - begin], 1);
    }
  }
}

// Largest first, by device-slots of the first choice in powers of two; the shuffle breaks ties.
std::vector<std::uint32_t> Assigner::largest_first() const {
  constexpr std::size_t kClasses = 65;
  std::vector<std::uint8_t> size_class(shuffled_.size(), 0);
  std::array<std::size_t, kClasses + 1> begin{};  // of each class, largest class first
  for (std::uint32_t order = 0; order < size_class.size(); ++order) {
    if (eligible(order)) {
      const Choice& choice = problem_.choices[problem_.orders[order].choices.begin];
      const std::uint64_t work = static_cast<std::uint64_t>(choice.devices) * choice.duration;
      size_class[order] = static_cast<std::uint8_t>(std::bit_width(work | 1));
    }
    ++begin[kClasses - size_class[order]];
  }
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  std::vector<std::uint32_t> sorted(shuffled_.size());
  for (const std::uint32_t order : shuffled_) {
    sorted[begin[kClasses - 1 - size_class[order]]++] = order;
  }
  return sorted;
}

void Assigner::settle_sweep(double step) {
  const std::vector<std::uint32_t> orders = largest_first();
  const std::size_t batch = std::max<std::size_t>(32, orders.size() / 4000);
  for (std::size_t begin = 0; begin < orders.size(); begin += batch) {
    set_prices(step, 1.0);
    const std::size_t end = std::min(orders.size(), begin + batch);
    choose(orders, begin, end);
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t order = orders[i];
      const Placement& again = answers_[i - begin];
      if (again.choice == chosen_[order].choice && again.start == chosen_[order].start) continue;
      add_load(chosen_[order], -1);
      add_load(again, 1);
      chosen_[order] = again;
    }
  }
}

double Assigner::surplus(std::uint32_t order, const Placement& placement) const {
  const Choice& choice = problem_.choices[placement.choice];
  const double* prefix =
      &bundle_prefix_[static_cast<std::size_t>(choice.bundle) * (problem_.slot_count + 1)];
  return static_cast<double>(market::placement_value(problem_, order, placement)) -
         static_cast<double>(choice.devices) *
             (prefix[placement.start + choice.duration] - prefix[placement.start]);
}

// The choices with the highest surplus at λ* are kept while they fit.
std::vector<Placement> Assigner::keep_what_fits() {
  price_ = base_;
  rebuild_prefixes();
  std::vector<std::int64_t> room(problem_.row_count(), 0);
  for (std::uint32_t row = 0; row < problem_.row_count(); ++row) {
    for (std::uint32_t i = problem_.supply_begin[row]; i < problem_.supply_begin[row + 1]; ++i) {
      room[row] += problem_.supply[i].amount;
    }
  }
  for (std::size_t i = 0; i < problem_.line_slots.size() && i < flows_.size(); ++i) {
    room[problem_.line_slots[i].from] -= flows_[i];
    room[problem_.line_slots[i].to] += flows_[i];
  }
  std::vector<std::pair<double, std::uint32_t>> ranked;
  for (std::uint32_t order = 0; order < chosen_.size(); ++order) {
    if (chosen_[order].choice != kNone) ranked.emplace_back(-surplus(order, chosen_[order]), order);
  }
  std::ranges::sort(ranked);
  std::vector<Placement> kept(chosen_.size());
  for (const auto& [rank, order] : ranked) {
    market::add_use(problem_, chosen_[order], -1, room);
    bool fits = true;
    const Choice& choice = problem_.choices[chosen_[order].choice];
    const Span32 legs = problem_.bundles[choice.bundle];
    for (std::uint32_t l = legs.begin; l < legs.end && fits; ++l) {
      const std::uint32_t row = problem_.row(problem_.bundle_legs[l].lane, chosen_[order].start);
      fits = std::all_of(room.begin() + row, room.begin() + row + choice.duration,
                         [](std::int64_t left) { return left >= 0; });
    }
    if (fits && choice.extra != kNone) {
      const market::Transfer& transfer = problem_.transfers[choice.extra];
      const std::uint32_t row = problem_.row(transfer.lane, chosen_[order].start - transfer.slots);
      fits = std::all_of(room.begin() + row, room.begin() + row + transfer.slots,
                         [](std::int64_t left) { return left >= 0; });
    }
    if (fits) {
      kept[order] = chosen_[order];
    } else {
      market::add_use(problem_, chosen_[order], 1, room);
    }
  }
  return kept;
}

std::vector<Placement> Assigner::run() {
  pace_sweep();
  settle_sweep(settle_step(problem_.orders.size()));
  return keep_what_fits();
}

std::vector<std::int64_t> Assigner::run_expected_use() {
  for (const market::LineSlot& line : problem_.line_slots) {
    targets_[line.from].scale = 0;
    targets_[line.to].scale = 0;
  }
  pace_sweep();
  return load_;
}

}  // namespace

std::vector<std::int64_t> expected_use(const Problem& problem, const Prices& prices,
                                       std::uint32_t thread_count) {
  return Assigner(problem, prices, {}, thread_count).run_expected_use();
}

std::vector<Placement> assign(const Problem& problem, const Prices& prices,
                              const std::vector<std::int64_t>& flows, std::uint32_t thread_count) {
  return Assigner(problem, prices, flows, thread_count).run();
}

}  // namespace tongsuan::solver
