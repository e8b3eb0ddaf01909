#include "tongsuan/solver/search.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "tongsuan/base/check.h"
#include "tongsuan/base/random.h"
#include "tongsuan/solver/search_board.h"
#include "tongsuan/solver/search_math.h"
#include "tongsuan/solver/search_model.h"
#include "tongsuan/solver/search_threads.h"
#include "tongsuan/solver/search_walk.h"

namespace tongsuan::solver {

using market::Placement;
using market::Problem;

namespace primal {
namespace {

constexpr std::uint16_t kNobody = 0xFFFF;

// Below, one walk over the whole horizon; above, walks over windows of slots side by side.
constexpr std::size_t kWindowsOrdersMin = 15'000;
constexpr std::uint32_t kWindowsMax = 16;
constexpr std::uint32_t kPhases = 48;
constexpr std::uint32_t kCalmPhases = 8;  // of them the last, which end at the best state seen

// Temperatures in mean gains of a placed order: small books need hot starts, large ones none.
struct Schedule {
  double first = 0;
  double last = 0;
};
Schedule schedule_of(std::size_t orders) {
  if (orders <= 6'000) return {1.5, 1e-3};
  if (orders <= 30'000) return {0.15, 1e-4};
  return {0.05, 1e-4};
}

struct Windows {
  std::vector<WalkTask> tasks;
  std::vector<std::uint16_t> owner;  // by order
};

class Searcher {
 public:
  Searcher(const Problem& problem, const Prices& prices, const SearchOptions& options);
  SearchResult run();

 private:
  void place_warm_start();
  void place_one(std::uint32_t order, std::vector<char>& state);
  [[nodiscard]] bool fits(const Spot& spot) const;
  void insert_greedily();
  void anneal();
  void cut_windows(std::uint32_t phase, std::uint64_t budget, Windows& windows);
  void give_orders(Windows& windows, std::uint64_t seed) const;
  double run_walks(Windows& windows);
  void merge_planes(const WalkTask& task, const std::vector<double>& planes);
  void remember_best();
  [[nodiscard]] std::vector<Placement> best_placements() const;

  const Problem& problem_;
  const SearchOptions& options_;
  Model model_;
  const Kernels& kernels_;
  Board board_;
  std::vector<double> planes_;
  std::vector<std::uint64_t> mark_;
  std::vector<SlotRange> reach_;         // by order: slots that any of its spots may span
  std::vector<std::vector<double>> walk_planes_;  // by task
  std::vector<Spot> best_;               // by order
  double welfare_ = 0;                   // ticks, against the empty book
  double best_welfare_ = -1;
  std::uint64_t work_units_ = 0;
  double mean_gain_ = 0;                 // of a placed order before annealing
};

ModelOptions model_options(const SearchOptions& options, std::size_t orders) {
  return {.share = orders <= 6'000 ? 1.0 : 0.95,
          .thread_count = options.thread_count,
          .level = machine_level(),
          .keep = &options.warm_start};
}

Searcher::Searcher(const Problem& problem, const Prices& prices, const SearchOptions& options)
    : problem_(problem),
      options_(options),
      model_(problem, prices, options.flows, model_options(options, problem.orders.size())),
      kernels_(kernels(machine_level())),
      board_(model_),
      planes_(model_.planes),
      mark_(problem.orders.size(), 0),
      reach_(problem.orders.size()) {
  for (const ModelChoice& choice : model_.choices) {
    SlotRange& reach = reach_[choice.order];
    const SlotRange spans =
        choice.shape == kNone
            ? SlotRange{choice.first, choice.last}
            : SlotRange{choice.first - model_.shapes[choice.shape].transfer_slots,
                        std::uint32_t{choice.last} + choice.duration};
    reach = reach.count() == 0 ? spans
                               : SlotRange{std::min(reach.begin, spans.begin),
                                           std::max(reach.end, spans.end)};
  }
}

SearchResult Searcher::run() {
  place_warm_start();
  insert_greedily();
  remember_best();
  if (options_.work_units > 0) anneal();
  SearchResult result;
  result.placements = best_placements();
  result.work_units = work_units_;
  return result;
}

// ---- Start -------------------------------------------------------------------------------------

bool Searcher::fits(const Spot& spot) const {
  bool room = true;
  each_use(model_, spot, [&](const Use& use) {
    room = room && (use.amount <= 0 || kernels_.fits(model_, planes_.data(), use));
  });
  return room;
}

void Searcher::place_one(std::uint32_t order, std::vector<char>& state) {
  if (state[order] != 0) return;
  state[order] = 1;
  const Placement& placement = options_.warm_start[order];
  if (placement.choice == kNone) return;
  const std::uint32_t parent = problem_.orders[order].after;
  if (parent != kNone) {
    place_one(parent, state);
    if (!board_.placed(parent) || placement.start < spot_end(model_, board_.held(parent).spot)) return;
  }
  const ModelOrder& entry = model_.orders[order];
  for (std::uint32_t index = entry.begin; index < entry.end; ++index) {
    const ModelChoice& choice = model_.choices[index];
    if (model_.problem_choice(choice) != placement.choice) continue;
    Spot spot = {index, placement.start, static_cast<std::uint32_t>(placement.lots)};
    if (choice.shape == kNone) spot.start = choice.first;
    if (!fits(spot)) return;
    welfare_ += spot_gain(model_, kernels_, planes_.data(), spot);
    add_spot(model_, kernels_, planes_.data(), spot, 1);
    board_.put(order, spot);
    return;
  }
}

void Searcher::place_warm_start() {
  if (options_.warm_start.empty()) return;
  TONGSUAN_CHECK(options_.warm_start.size() == problem_.orders.size());
  std::vector<char> state(problem_.orders.size(), 0);
  for (std::uint32_t order = 0; order < state.size(); ++order) place_one(order, state);
}

// The most surplus at λ first; then, parents being placed, the orders that follow them.
void Searcher::insert_greedily() {
  std::vector<std::uint32_t> orders(problem_.orders.size());
  std::iota(orders.begin(), orders.end(), 0U);
  std::erase_if(orders, [&](std::uint32_t order) {
    return board_.placed(order) || model_.orders[order].begin == model_.orders[order].end;
  });
  std::ranges::stable_sort(orders, [&](std::uint32_t a, std::uint32_t b) {
    return model_.orders[a].promise > model_.orders[b].promise;
  });
  const std::vector<std::uint16_t> owner(problem_.orders.size(), 0);
  const WalkGround ground = {model_, kernels_, board_, owner, mark_};
  WalkTask task;
  task.end = problem_.slot_count;
  Walk walk(ground, task, planes_);
  welfare_ += walk.insert_all(orders);
  std::erase_if(orders, [&](std::uint32_t order) { return problem_.orders[order].after == kNone; });
  for (std::size_t before = orders.size() + 1; !orders.empty() && orders.size() < before;) {
    before = orders.size();
    welfare_ += walk.insert_all(orders);
    std::erase_if(orders, [&](std::uint32_t order) { return board_.placed(order); });
  }
  mean_gain_ = std::max(1.0, welfare_ / static_cast<double>(std::max<std::uint64_t>(1, board_.placed_count())));
}

// ---- Annealing ---------------------------------------------------------------------------------

void Searcher::anneal() {
  const Schedule schedule = schedule_of(problem_.orders.size());
  const double decay = natural_log(schedule.last / schedule.first);
  const auto temperature = [&](double done) {
    return schedule.first * mean_gain_ * exponential(decay * done);
  };
  Windows windows;
  for (std::uint32_t phase = 0; phase < kPhases; ++phase) {
    if (options_.cancelled && options_.cancelled()) break;
    const double done = static_cast<double>(work_units_) / static_cast<double>(options_.work_units);
    if (done >= 1) break;
    const std::uint64_t budget = (options_.work_units - work_units_) / (kPhases - phase);
    cut_windows(phase, budget, windows);
    const double after = std::min(1.0, done + static_cast<double>(budget) /
                                                  static_cast<double>(options_.work_units));
    for (WalkTask& task : windows.tasks) {
      task.temperature_first = temperature(done);
      task.temperature_last = temperature(after);
      task.keep_best = phase + kCalmPhases >= kPhases;
    }
    welfare_ += run_walks(windows);
    if (welfare_ > best_welfare_) remember_best();
    if (options_.progress) {
      const double ticks = best_welfare_;
      const double undivided = ticks * static_cast<double>(model_.scale.unit) /
                               static_cast<double>(model_.scale.refine);
      options_.progress({after, static_cast<int128>(undivided)});
    }
  }
}

void Searcher::cut_windows(std::uint32_t phase, std::uint64_t budget, Windows& windows) {
  Random random(options_.seed * 0x9E37'79B9'7F4A'7C15ULL + phase + 1);
  windows.tasks.clear();
  const std::uint32_t slots = problem_.slot_count;
  std::uint32_t count = 1;
  if (problem_.orders.size() >= kWindowsOrdersMin) {
    std::uint32_t longest = 1;
    for (const LaneBlock& lane : model_.lanes) longest = std::max(longest, lane.longest);
    count = std::clamp<std::uint32_t>(slots / std::max(24U, longest), 1, kWindowsMax);
  }
  const std::uint32_t width = (slots + count - 1) / count;
  const std::uint32_t offset = count == 1 ? slots : static_cast<std::uint32_t>(random.below(width));
  for (std::uint32_t begin = 0, end = offset; begin < slots; begin = end, end += width) {
    if (end <= begin) continue;
    WalkTask task;
    task.id = static_cast<std::uint32_t>(windows.tasks.size());
    task.begin = begin;
    task.end = std::min(end, slots);
    task.seed = random.next();
    windows.tasks.push_back(task);
  }
  give_orders(windows, random.next());
  std::vector<std::uint64_t> owned(windows.tasks.size(), 0);
  for (const std::uint16_t owner : windows.owner) {
    if (owner != kNobody) ++owned[owner];
  }
  const std::uint64_t total = std::max<std::uint64_t>(1, std::accumulate(owned.begin(), owned.end(), std::uint64_t{0}));
  for (WalkTask& task : windows.tasks) {
    task.work_units = static_cast<std::uint64_t>(static_cast<uint128>(budget) * owned[task.id] / total);
  }
}

// A placed order belongs to the window that holds it whole, a waiting one to any that it could use.
void Searcher::give_orders(Windows& windows, std::uint64_t seed) const {
  const auto order_count = static_cast<std::uint32_t>(problem_.orders.size());
  windows.owner.assign(order_count, windows.tasks.size() == 1 ? 0 : kNobody);
  if (windows.tasks.size() == 1) return;
  std::vector<std::uint16_t> window_of(problem_.slot_count);
  for (const WalkTask& task : windows.tasks) {
    for (std::uint32_t slot = task.begin; slot < task.end; ++slot) {
      window_of[slot] = static_cast<std::uint16_t>(task.id);
    }
  }
  Random random(seed);
  for (std::uint32_t order = 0; order < order_count; ++order) {
    if (reach_[order].count() == 0 || model_.orders[order].linked) continue;
    const Held& held = board_.held(order);
    const SlotRange spans = held.spot.placed() ? spot_slots(model_, held.spot) : reach_[order];
    const std::uint16_t first = window_of[spans.begin];
    const std::uint16_t last = window_of[spans.end - 1];
    if (first == last) {
      windows.owner[order] = first;
    } else if (!held.spot.placed()) {
      windows.owner[order] =
          static_cast<std::uint16_t>(random.between(first, last));
    }
  }
}

double Searcher::run_walks(Windows& windows) {
  const WalkGround ground = {model_, kernels_, board_, windows.owner, mark_};
  const auto count = static_cast<std::uint32_t>(windows.tasks.size());
  walk_planes_.resize(count);
  std::vector<WalkResult> results(count);
  run_tasks(options_.thread_count, count, [&](std::uint32_t index, std::uint32_t) {
    walk_planes_[index] = planes_;
    Walk walk(ground, windows.tasks[index], walk_planes_[index]);
    results[index] = walk.run();
  });
  double gain = 0;
  for (std::uint32_t index = 0; index < count; ++index) {
    merge_planes(windows.tasks[index], walk_planes_[index]);
    gain += results[index].gain;
    work_units_ += results[index].work_units;
  }
  return gain;
}

void Searcher::merge_planes(const WalkTask& task, const std::vector<double>& planes) {
  for (const LaneBlock& lane : model_.lanes) {
    if (lane.linear) continue;
    for (std::uint32_t plane = 0; plane < 2 + 2 * lane.kinks; ++plane) {
      const std::size_t at = lane.offset + std::size_t{plane} * model_.stride;
      std::copy(planes.begin() + static_cast<std::ptrdiff_t>(at + task.begin),
                planes.begin() + static_cast<std::ptrdiff_t>(at + task.end),
                planes_.begin() + static_cast<std::ptrdiff_t>(at + task.begin));
    }
  }
}

void Searcher::remember_best() {
  best_welfare_ = welfare_;
  best_.resize(problem_.orders.size());
  for (std::uint32_t order = 0; order < best_.size(); ++order) best_[order] = board_.held(order).spot;
}

std::vector<Placement> Searcher::best_placements() const {
  std::vector<Placement> placements(problem_.orders.size());
  for (std::uint32_t order = 0; order < best_.size(); ++order) {
    const Spot& spot = best_[order];
    if (!spot.placed()) continue;
    const ModelChoice& choice = model_.choices[spot.choice];
    const std::uint32_t position = model_.problem_choice(choice);
    placements[order] = {position, choice.shape == kNone ? problem_.choices[position].first : spot.start,
                         spot.lots};
  }
  return placements;
}

}  // namespace
}  // namespace primal

namespace {

struct Judged {
  int128 welfare = 0;
  std::uint32_t short_row = kNone;
};

Judged judge(const Problem& problem, const std::vector<Placement>& placements,
             const std::vector<std::int64_t>& flows) {
  Outcome outcome;
  outcome.flows = flows;
  if (flows.empty()) outcome.flows.assign(problem.line_slots.size(), 0);
  for (std::uint32_t order = 0; order < placements.size(); ++order) {
    if (placements[order].choice == kNone) continue;
    outcome.awards.push_back(market::make_award(problem, order, placements[order]));
  }
  const market::Dispatch dispatch = market::dispatch(problem, market::net_use(problem, outcome));
  if (dispatch.short_row != kNone) return {0, dispatch.short_row};
  return {market::welfare(problem, outcome, dispatch), kNone};
}

}  // namespace

SearchResult search(const Problem& problem, const Prices& prices, const SearchOptions& options) {
  primal::Searcher searcher(problem, prices, options);
  SearchResult result = searcher.run();
  const Judged judged = judge(problem, result.placements, options.flows);
  result.welfare = judged.welfare;
  return result;
}

}  // namespace tongsuan::solver
