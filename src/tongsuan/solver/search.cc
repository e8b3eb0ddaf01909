#include "tongsuan/solver/search.h"

#include <algorithm>
#include <utility>

#include "tongsuan/base/check.h"
#include "tongsuan/base/random.h"
#include "tongsuan/solver/search_board.h"
#include "tongsuan/solver/search_math.h"
#include "tongsuan/solver/search_model.h"
#include "tongsuan/solver/search_walk.h"
#include "tongsuan/solver/worker_pool.h"

namespace tongsuan::solver {

using market::Placement;
using market::Problem;

namespace primal {
namespace {

constexpr std::uint16_t kNobody = 0xFFFF;
// Above this share of the cooling, phases end at the best state that they saw.
constexpr double kCalm = 0.83;
// A phase looks at every order before it begins, and does work of one unit for so many orders.
constexpr std::uint64_t kPhaseOrders = 4;

// How a book is searched, by its size; docs/adr/0006-primal-search.md and 0011 have the
// measurements.
//
// Temperatures are in mean gains of a placed order: small books need hot starts, large ones none.
// Small books are searched by several walks from different seeds, of which the best counts, large
// ones by walks over windows of slots side by side: both keep several threads busy.
struct Plan {
  double share = 1;  // of λ in scores
  double hot = 0;
  double cold = 0;
  std::uint32_t chains = 1;
  std::uint32_t windows_max = 1;
  // Orders that no window holds whole move only in phases with a single window: one in so many.
  std::uint32_t whole_every = 6;
};
Plan plan_of(std::size_t orders, bool coarse) {
  if (coarse) return {1.0, 0.7, 1e-3, 1, orders <= 2'500 ? 2U : 4U};
  if (orders <= 500) return {1.0, 1.5, 1e-3, 2, 1};
  if (orders <= 2'500) return {1.0, 0.3, 1e-3, 2, 2, 2};
  if (orders <= 30'000) return {0.97, 0.7, 1e-3, 1, 4};
  return {0.95, 0.05, 1e-4, 1, 16};
}

// One state of the book, and the best one that was reached from it.
struct Chain {
  explicit Chain(const Model& model)
      : board(model), planes(model.planes), mark(model.orders.size(), 0) {}
  Board board;
  std::vector<double> planes;
  std::vector<std::uint64_t> mark;   // by order
  std::vector<WalkTask> tasks;       // of this phase
  std::vector<std::uint16_t> owner;  // by order: the task that may move it
  double welfare = 0;                // ticks, against the empty book
  std::vector<Spot> best;            // by order
  double best_welfare = 0;
  bool best_feasible = false;
};

class Searcher {
 public:
  // `base_money` is the welfare without any award, with the given flows.
  Searcher(const Problem& problem, const Prices& prices, const SearchOptions& options,
           int128 base_money);
  SearchResult run();

 private:
  void place_warm_start(Chain& chain) const;
  void place_one(Chain& chain, std::uint32_t order, std::vector<char>& state) const;
  void insert_greedily(Chain& chain);
  void anneal();
  void set_window_slots();
  void cut_windows(Chain& chain, Random& random, std::uint64_t budget, bool whole) const;
  void give_orders(Chain& chain, Random& random) const;
  void keep_families_together(Chain& chain) const;
  void find_families();
  void run_walks();
  void merge_planes(Chain& chain, const WalkTask& task, const std::vector<double>& planes) const;
  [[nodiscard]] bool feasible(const Chain& chain) const;
  void remember_best(Chain& chain) const;
  [[nodiscard]] const Chain& best_chain() const;
  [[nodiscard]] std::vector<Placement> best_placements() const;
  // Welfare of the best state; exact where the ticks are.
  [[nodiscard]] int128 best_money() const {
    return base_money_ +
           static_cast<int128>(best_chain().best_welfare) * model_.scale.unit / model_.scale.refine;
  }

  const Problem& problem_;
  const SearchOptions& options_;
  Plan plan_;
  WorkerPool pool_;
  Model model_;
  const Kernels& kernels_;
  std::vector<Chain> chains_;
  std::vector<SlotRange> reach_;      // by order: slots that any of its spots may span
  std::vector<std::uint32_t> heads_;  // by family of orders that follow one another
  std::vector<std::pair<std::uint32_t, std::uint32_t>> members_;  // (order, its family)
  std::vector<std::vector<double>> walk_planes_;                  // by task of all chains
  std::uint64_t work_units_ = 0;
  std::uint64_t moves_ = 0;
  double mean_gain_ = 0;            // of a placed order before annealing
  std::uint32_t window_slots_ = 1;  // least width of a window
  int128 base_money_ = 0;
};

VectorLevel level_of(const SearchOptions& options) {
  return options.portable ? VectorLevel::kPortable : machine_vector_level();
}

Searcher::Searcher(const Problem& problem, const Prices& prices, const SearchOptions& options,
                   int128 base_money)
    : problem_(problem),
      options_(options),
      plan_(plan_of(problem.orders.size(), options.coarse)),
      pool_(options.thread_count),
      model_(problem, prices, options.flows,
             {.share = plan_.share,
              .pool = &pool_,
              .level = level_of(options),
              .keep = &options.warm_start,
              .coarse = options.coarse}),
      kernels_(kernels(level_of(options))),
      reach_(problem.orders.size()),
      base_money_(base_money) {
  find_families();
  for (const ModelChoice& choice : model_.choices) {
    SlotRange& reach = reach_[choice.order];
    const SlotRange spans =
        choice.shape == kNone ? SlotRange{choice.first, choice.last}
                              : SlotRange{choice.first - model_.shapes[choice.shape].transfer_slots,
                                          std::uint32_t{choice.last} + choice.duration};
    reach = reach.count() == 0
                ? spans
                : SlotRange{std::min(reach.begin, spans.begin), std::max(reach.end, spans.end)};
  }
}

// Orders that follow one another, by the one that follows none.
void Searcher::find_families() {
  std::vector<std::uint32_t> family(problem_.orders.size(), kNone);
  std::vector<std::uint32_t> path;
  for (std::uint32_t order = 0; order < family.size(); ++order) {
    if (!model_.orders[order].linked) continue;
    path.clear();
    std::uint32_t known = order;
    for (; family[known] == kNone; known = problem_.orders[known].after) {
      path.push_back(known);
      if (problem_.orders[known].after != kNone) continue;
      family[known] = static_cast<std::uint32_t>(heads_.size());
      heads_.push_back(known);
      break;
    }
    for (const std::uint32_t follower : path) family[follower] = family[known];
    members_.emplace_back(order, family[order]);
  }
}

SearchResult Searcher::run() {
  chains_.reserve(plan_.chains);
  chains_.emplace_back(model_);
  place_warm_start(chains_.front());
  insert_greedily(chains_.front());
  if (!options_.warm_start.empty() && !feasible(chains_.front())) {
    // No single order can mend it: begin anew.
    chains_.front() = Chain(model_);
    insert_greedily(chains_.front());
  }
  remember_best(chains_.front());
  if (options_.work_units > 0) {
    set_window_slots();
    while (chains_.size() < plan_.chains) chains_.push_back(chains_.front());
    anneal();
  }
  SearchResult result;
  result.placements = best_placements();
  result.work_units = work_units_;
  result.moves = moves_;
  return result;
}

// ---- Start -------------------------------------------------------------------------------------

void Searcher::place_one(Chain& chain, std::uint32_t order, std::vector<char>& state) const {
  if (state[order] != 0) return;
  state[order] = 1;
  const Placement& placement = options_.warm_start[order];
  if (placement.choice == kNone) return;
  const std::uint32_t parent = problem_.orders[order].after;
  if (parent != kNone) {
    place_one(chain, parent, state);
    if (!chain.board.placed(parent)) return;
    if (placement.start < spot_end(model_, chain.board.spot(parent))) return;
  }
  const ModelOrder& entry = model_.orders[order];
  for (std::uint32_t index = entry.begin; index < entry.end; ++index) {
    const ModelChoice& choice = model_.choices[index];
    if (model_.problem_choice(choice) != placement.choice) continue;
    Spot spot = {index, placement.start, static_cast<std::uint32_t>(placement.lots)};
    if (choice.shape == kNone) spot.start = choice.first;
    if (!spot_fits(model_, kernels_, chain.planes.data(), spot)) return;
    chain.welfare += spot_gain(model_, kernels_, chain.planes.data(), spot);
    add_spot(model_, kernels_, chain.planes.data(), spot, 1);
    chain.board.put(order, spot);
    return;
  }
}

void Searcher::place_warm_start(Chain& chain) const {
  if (options_.warm_start.empty()) return;
  TONGSUAN_CHECK(options_.warm_start.size() == problem_.orders.size());
  std::vector<char> state(problem_.orders.size(), 0);
  for (std::uint32_t order = 0; order < state.size(); ++order) place_one(chain, order, state);
}

// The most surplus at λ first; then, parents being placed, the orders that follow them.
void Searcher::insert_greedily(Chain& chain) {
  std::vector<std::uint32_t> orders = model_.by_promise;
  std::erase_if(orders, [&](std::uint32_t order) { return chain.board.placed(order); });
  const WalkGround ground = {model_,      kernels_,   chain.board,
                             chain.owner, chain.mark, options_.cancelled};
  WalkTask task;
  task.end = problem_.slot_count;
  task.owns_all = true;
  Walk walk(ground, task, chain.planes);
  // A start may overdraw soft rows; what does not pay for that leaves.
  if (model_.any_soft && !options_.warm_start.empty()) chain.welfare += walk.drop_losers();
  chain.welfare += walk.insert_all(orders);
  std::erase_if(orders, [&](std::uint32_t order) { return problem_.orders[order].after == kNone; });
  for (std::size_t before = orders.size() + 1; !orders.empty() && orders.size() < before;) {
    before = orders.size();
    chain.welfare += walk.insert_all(orders);
    std::erase_if(orders, [&](std::uint32_t order) { return chain.board.placed(order); });
  }
  const std::uint64_t placed = std::max<std::uint64_t>(1, chain.board.placed_count());
  mean_gain_ = std::max(1.0, chain.welfare / static_cast<double>(placed));
}

// ---- Annealing ---------------------------------------------------------------------------------

void Searcher::anneal() {
  const double decay = natural_log(plan_.cold / plan_.hot);
  const auto cooling = [&](double done) {
    return options_.cooling_begin +
           (options_.cooling_end - options_.cooling_begin) * std::min(1.0, done);
  };
  const auto temperature = [&](double done) {
    return plan_.hot * mean_gain_ * exponential(decay * cooling(done));
  };
  const auto all = static_cast<double>(options_.work_units);
  const std::uint64_t orders = std::max<std::size_t>(problem_.orders.size(), 1);
  const std::uint64_t phases =
      std::clamp<std::uint64_t>(options_.work_units * kPhaseOrders / orders, 1, options_.phases);
  for (std::uint32_t phase = 0; phase < phases && work_units_ < options_.work_units; ++phase) {
    if (best_money() >= options_.target || (options_.cancelled && options_.cancelled())) break;
    const std::uint64_t budget = (options_.work_units - work_units_) / (phases - phase);
    const double done = static_cast<double>(work_units_) / all;
    const double after = done + static_cast<double>(budget) / all;
    Random random(options_.seed * 0x9E37'79B9'7F4A'7C15ULL + phase);
    for (Chain& chain : chains_) {
      cut_windows(chain, random, budget / chains_.size(), phase % plan_.whole_every == 0);
      for (WalkTask& task : chain.tasks) {
        task.temperature_first = temperature(done);
        task.temperature_last = temperature(after);
        task.keep_best = cooling(done) >= kCalm;
      }
    }
    run_walks();
    for (Chain& chain : chains_) remember_best(chain);
    if (options_.progress) options_.progress({std::min(1.0, after), best_money()});
  }
}

// Twice the mean length of placed work: most of it then lies within one window or another.
void Searcher::set_window_slots() {
  double work = 0;
  double length = 0;
  for (std::uint32_t order = 0; order < problem_.orders.size(); ++order) {
    const Spot& spot = chains_.front().board.spot(order);
    if (!spot.placed()) continue;
    const ModelChoice& choice = model_.choices[spot.choice];
    if (choice.shape == kNone) continue;
    const double slots = choice.duration;
    work += choice.devices * slots;
    length += choice.devices * slots * slots;
  }
  window_slots_ = std::max(24U, static_cast<std::uint32_t>(work > 0 ? 2 * length / work : 24));
}

void Searcher::cut_windows(Chain& chain, Random& random, std::uint64_t budget, bool whole) const {
  chain.tasks.clear();
  const std::uint32_t slots = problem_.slot_count;
  const std::uint32_t count =
      whole ? 1
            : std::clamp(slots / window_slots_, std::min(2U, plan_.windows_max), plan_.windows_max);
  const std::uint32_t width = (slots + count - 1) / count;
  std::uint32_t end = count == 1 ? slots : static_cast<std::uint32_t>(random.below(width));
  for (std::uint32_t begin = 0; begin < slots; begin = end, end += width) {
    if (end == begin) continue;
    WalkTask task;
    task.id = static_cast<std::uint32_t>(chain.tasks.size());
    task.begin = begin;
    task.end = std::min(end, slots);
    task.seed = random.next();
    chain.tasks.push_back(task);
  }
  give_orders(chain, random);
  std::vector<std::uint64_t> owned(chain.tasks.size(), 0);
  std::uint64_t total = 0;
  for (const std::uint16_t owner : chain.owner) {
    if (owner == kNobody) continue;
    ++owned[owner];
    ++total;
  }
  for (WalkTask& task : chain.tasks) {
    task.owns_all = chain.tasks.size() == 1;
    task.work_units = static_cast<std::uint64_t>(static_cast<uint128>(budget) * owned[task.id] /
                                                 std::max<std::uint64_t>(1, total));
  }
}

// A placed order belongs to the window that holds it whole, a waiting one to any that it could use.
void Searcher::give_orders(Chain& chain, Random& random) const {
  const auto order_count = static_cast<std::uint32_t>(problem_.orders.size());
  chain.owner.assign(order_count, chain.tasks.size() == 1 ? 0 : kNobody);
  if (chain.tasks.size() == 1) return;
  std::vector<std::uint16_t> window_of(problem_.slot_count);
  for (const WalkTask& task : chain.tasks) {
    std::fill(window_of.begin() + task.begin, window_of.begin() + task.end,
              static_cast<std::uint16_t>(task.id));
  }
  for (std::uint32_t order = 0; order < order_count; ++order) {
    if (reach_[order].count() == 0) continue;
    const Spot& spot = chain.board.spot(order);
    const SlotRange spans = spot.placed() ? spot_slots(model_, spot) : reach_[order];
    const std::uint16_t first = window_of[spans.begin];
    const std::uint16_t last = window_of[spans.end - 1];
    if (first == last) {
      chain.owner[order] = first;
    } else if (!spot.placed()) {
      chain.owner[order] = static_cast<std::uint16_t>(random.between(first, last));
    }
  }
  keep_families_together(chain);
}

// Orders that follow one another move in one window, or not at all: the one of those that are
// placed, or else of the first.
void Searcher::keep_families_together(Chain& chain) const {
  std::vector<std::uint16_t> owner(heads_.size(), kNobody);  // by family
  std::vector<char> placed(heads_.size(), 0);
  for (std::size_t i = 0; i < heads_.size(); ++i) owner[i] = chain.owner[heads_[i]];
  for (const auto& [order, family] : members_) {
    if (!chain.board.placed(order)) continue;
    const bool agrees = placed[family] == 0 || owner[family] == chain.owner[order];
    owner[family] = agrees ? chain.owner[order] : kNobody;
    placed[family] = 1;
  }
  for (const auto& [order, family] : members_) chain.owner[order] = owner[family];
}

void Searcher::run_walks() {
  std::vector<std::pair<Chain*, const WalkTask*>> jobs;
  for (Chain& chain : chains_) {
    for (const WalkTask& task : chain.tasks) jobs.emplace_back(&chain, &task);
  }
  const auto count = static_cast<std::uint32_t>(jobs.size());
  walk_planes_.resize(count);
  std::vector<WalkResult> results(count);
  pool_.run(count, [&](std::uint32_t index, std::uint32_t) {
    Chain& chain = *jobs[index].first;
    walk_planes_[index] = chain.planes;
    const WalkGround ground = {model_,      kernels_,   chain.board,
                               chain.owner, chain.mark, options_.cancelled};
    results[index] = Walk(ground, *jobs[index].second, walk_planes_[index]).run();
  });
  for (std::uint32_t index = 0; index < count; ++index) {
    Chain& chain = *jobs[index].first;
    merge_planes(chain, *jobs[index].second, walk_planes_[index]);
    chain.welfare += results[index].gain;
    work_units_ += results[index].work_units;
    moves_ += results[index].moves;
  }
}

void Searcher::merge_planes(Chain& chain, const WalkTask& task,
                            const std::vector<double>& planes) const {
  for (const LaneBlock& lane : model_.lanes) {
    if (lane.linear) continue;
    for (std::uint32_t plane = 0; plane < 2 + 2 * lane.kinks; ++plane) {
      const std::size_t at = lane.offset + std::size_t{plane} * model_.stride;
      std::copy(planes.data() + at + task.begin, planes.data() + at + task.end,
                chain.planes.data() + at + task.begin);
    }
  }
}

// Whether all soft rows are within their domains: a walk may pass through states where they are
// not, at a penalty.
bool Searcher::feasible(const Chain& chain) const {
  if (!model_.any_soft) return true;
  std::vector<double> use = model_.base;
  for (std::uint32_t order = 0; order < problem_.orders.size(); ++order) {
    if (!chain.board.placed(order)) continue;
    each_use(model_, chain.board.spot(order), [&](const Use& one) {
      const std::uint32_t row = problem_.row(one.lane, one.slot);
      for (std::uint32_t i = 0; i < one.count; ++i) use[row + i] += one.amount;
    });
  }
  for (std::uint32_t row = 0; row < problem_.row_count(); ++row) {
    if (!model_.lanes[row / problem_.slot_count].soft) continue;
    if (use[row] < model_.low[row] || use[row] > model_.high[row]) return false;
  }
  return true;
}

// Feasible states count before others: these are kept only where nothing balances the book.
void Searcher::remember_best(Chain& chain) const {
  if (chain.best_feasible && chain.welfare <= chain.best_welfare) return;
  const bool now_feasible = feasible(chain);
  if (!now_feasible &&
      (chain.best_feasible || (!chain.best.empty() && chain.welfare <= chain.best_welfare))) {
    return;
  }
  chain.best_welfare = chain.welfare;
  chain.best_feasible = now_feasible;
  chain.best.resize(problem_.orders.size());
  for (std::uint32_t order = 0; order < chain.best.size(); ++order) {
    chain.best[order] = chain.board.spot(order);
  }
}

const Chain& Searcher::best_chain() const {
  return *std::ranges::max_element(chains_, [](const Chain& a, const Chain& b) {
    return a.best_feasible != b.best_feasible ? b.best_feasible : a.best_welfare < b.best_welfare;
  });
}

std::vector<Placement> Searcher::best_placements() const {
  std::vector<Placement> placements(problem_.orders.size());
  const std::vector<Spot>& best = best_chain().best;
  for (std::uint32_t order = 0; order < best.size(); ++order) {
    const Spot& spot = best[order];
    if (!spot.placed()) continue;
    const ModelChoice& choice = model_.choices[spot.choice];
    const std::uint32_t position = model_.problem_choice(choice);
    const std::uint32_t start =
        choice.shape == kNone ? problem_.choices[position].first : spot.start;
    placements[order] = {position, start, spot.lots};
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
  const std::vector<Placement> nothing(problem.orders.size());
  primal::Searcher searcher(problem, prices, options,
                            judge(problem, nothing, options.flows).welfare);
  SearchResult result = searcher.run();
  const Judged judged = judge(problem, result.placements, options.flows);
  result.welfare = judged.welfare;
  result.feasible = judged.short_row == kNone;
  return result;
}

}  // namespace tongsuan::solver
