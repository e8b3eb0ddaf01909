#include "tongsuan/clearing/clear.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "tongsuan/clearing/certify.h"
#include "tongsuan/clearing/energy.h"
#include "tongsuan/clearing/warm.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/strengthen.h"
#include "tongsuan/solver/assign.h"
#include "tongsuan/solver/dual.h"
#include "tongsuan/solver/redispatch.h"
#include "tongsuan/solver/search.h"

namespace tongsuan::clearing {
namespace {

constexpr std::uint64_t kEnergyWorkUnits = 300'000;

double as_money(int128 undivided, const market::Problem& problem) {
  return static_cast<double>(undivided) / static_cast<double>(problem.denominator) /
         static_cast<double>(kMicro);
}

constexpr std::uint32_t kSearchPhases = 48;
constexpr std::uint64_t kCoarseWork = 4;  // of the budget, one part in so many for large orders
// Room in flows beyond what is expected, for the first search; it shrinks from search to search.
constexpr std::int64_t kFlowMarginPercent = 150;

// Searches between which the flows of lines are planned anew: each builds its model of the book,
// which large books, and small budgets, feel.
std::uint32_t flow_passes(const market::Problem& problem, std::uint64_t work_units) {
  constexpr std::uint64_t kUnitsPerOrder = 20;  // of a pass, at least
  const std::uint64_t orders = std::max<std::size_t>(problem.orders.size(), 1);
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(
      work_units / (kUnitsPerOrder * orders), 1, orders < 50'000 ? 8 : 3));
}

// What the solver stages hand on to one another.
struct Round {
  const Market& market;
  const market::Problem& problem;
  const ClearOptions& options;
  WarmStart warm;
  bool thin = false;  // some gang is large against a lane: see solver::is_thin
  Proof proof;
  Outcome outcome;
  int128 free_welfare = 0;  // of the outcome before the pricing rules
  std::uint64_t work_units = 0;
  std::vector<TracePoint> trace;

  [[nodiscard]] int128 best_bound() const { return proof.best(); }
  [[nodiscard]] std::uint64_t budget() const {
    return options.search_work_units != 0 ? options.search_work_units : default_work_units(problem);
  }
  [[nodiscard]] bool cancelled() const { return options.cancelled && options.cancelled(); }
  void report(const char* stage, double done, double gap) const {
    if (options.progress) options.progress({stage, done, gap});
  }
};

double gap_of(int128 welfare, int128 bound) {
  return bound == 0 ? 0.0 : 1.0 - static_cast<double>(welfare) / static_cast<double>(bound);
}

// Presolve lowers the bound of thin books only, and there by much: elsewhere it is not worth its
// time.
void find_prices(Round& round) {
  round.thin = solver::is_thin(round.problem);
  const bool thin = round.options.strengthen && round.thin;
  const market::Problem presolved = thin ? market::strengthen(round.problem) : market::Problem{};
  const market::Problem& bounded = thin ? presolved : round.problem;
  solver::DualOptions dual;
  dual.steps = round.options.dual_steps;
  dual.thread_count = round.options.thread_count;
  dual.warm_start = round.warm.prices;
  dual.cancelled = round.options.cancelled;
  dual.progress = [&](double done) { round.report("prices", done, 1); };
  solver::DualResult found = solver::solve_dual(bounded, dual);
  Proof& proof = round.proof;
  proof.bound_prices = std::move(found.prices);
  proof.bound = found.bound;
  proof.strengthenings = thin ? kPresolve : 0;
  if (!thin || round.cancelled()) return;
  dual.progress = [&](double done) { round.report("gang prices", done, 1); };
  dual.steps = 0;
  solver::GangDualResult gang = solver::solve_gang_dual(bounded, proof.bound_prices, dual);
  if (gang.prices.prices.empty() || gang.bound >= proof.bound) return;
  proof.gang_prices = std::move(gang.prices);
  proof.gang_bound = gang.bound;
}

std::vector<std::int64_t> use_of(const market::Problem& problem,
                                 const std::vector<market::Placement>& placements) {
  std::vector<std::int64_t> use(problem.row_count(), 0);
  for (const market::Placement& placement : placements) {
    if (placement.choice != kNone) market::add_use(problem, placement, 1, use);
  }
  return use;
}

// What placed orders use (`use`), and what large orders without a place would use where they would
// do best: flows that forget these lock them out for good.
std::vector<std::int64_t> wanted_use(const market::Problem& problem, const Prices& prices,
                                     const std::vector<market::Placement>& placements,
                                     const std::vector<std::int64_t>& use) {
  const market::OptionPricer pricer(problem, prices);
  std::vector<std::int64_t> wanted = use;
  int128 surplus = 0;
  std::int64_t placed = 0;
  for (std::uint32_t order = 0; order < placements.size(); ++order) {
    if (placements[order].choice == kNone) continue;
    surplus += pricer.surplus(order);
    ++placed;
  }
  for (std::uint32_t order = 0; order < placements.size(); ++order) {
    if (placements[order].choice != kNone) continue;
    const market::BestOption best = pricer.best(order);
    if (best.surplus * placed > surplus) market::add_use(problem, best.placement, 1, wanted);
  }
  return wanted;
}

// Whoever has to follow an order that is not accepted is not accepted either.
void drop_followers(const market::Problem& problem, std::vector<Award>& awards) {
  std::vector<bool> placed(problem.orders.size(), false);
  for (const Award& award : awards) placed[award.order.value] = true;
  const auto is_alone = [&](const Award& award) {
    const std::uint32_t after = problem.orders[award.order.value].after;
    if (after == kNone || placed[after]) return false;
    placed[award.order.value] = false;
    return true;
  };
  while (std::erase_if(awards, is_alone) > 0) {
  }
}

// Nothing that does not fit goes on to the prices, whatever the search says: awards on rows that
// cannot be met are dropped, and without awards every book can be met. Sets the free welfare.
void drop_misfits(Round& round) {
  const market::Problem& problem = round.problem;
  std::vector<Award>& awards = round.outcome.awards;
  for (;;) {
    const std::vector<market::Placement> placements = market::placements_of(problem, round.outcome);
    const market::Dispatch dispatch =
        market::dispatch(problem, market::net_use(problem, round.outcome, placements));
    const std::uint32_t row = dispatch.short_row;
    if (row == kNone) {
      round.free_welfare = market::welfare(problem, round.outcome, placements, dispatch);
      return;
    }
    const std::size_t before = awards.size();
    std::vector<std::int64_t> use(problem.row_count(), 0);
    std::erase_if(awards, [&](const Award& award) {
      const market::Placement placement = market::find_placement(problem, award);
      market::add_use(problem, placement, 1, use);
      const bool touches = use[row] != 0;
      market::add_use(problem, placement, -1, use);
      return touches;
    });
    if (awards.size() == before) awards.clear();
    drop_followers(problem, awards);
    round.outcome.flows =
        solver::redispatch(problem, use_of(problem, market::placements_of(problem, round.outcome)),
                           round.outcome.flows);
  }
}

// A search in passes. The flows of lines are fixed in each of them; between them flows go where the
// placements, and the orders still waiting, want them. The last flows are those that the placements
// need.
class PlacementSearch {
 public:
  explicit PlacementSearch(Round& round)
      : round_(round), problem_(round.problem), lines_(!problem_.line_slots.empty()) {
    if (lines_) expected_ = solver::expected_use(problem_, prices(), round.options.thread_count);
    search_.thread_count = round.options.thread_count;
    search_.seed = round.options.seed;
    search_.cancelled = round.options.cancelled;
    search_.target = round.best_bound();
    search_.warm_start = round.warm.placements;
    search_.flows = round.warm.flows;
  }

  Outcome run() {
    const bool cold = search_.warm_start.empty();
    plan(kFlowMarginPercent);
    std::uint64_t budget = round_.budget();
    if (cold && round_.thin) {
      place_large_orders(budget / kCoarseWork);
      budget -= budget / kCoarseWork;
    } else if (cold && problem_.orders.size() >= solver::kAssignOrdersMin) {
      search_.warm_start =
          solver::assign(problem_, prices(), search_.flows, round_.options.thread_count);
    }
    const std::uint32_t passes = lines_ ? flow_passes(problem_, budget) : 1;
    for (std::uint32_t pass = 0; pass < passes && (pass == 0 || !round_.cancelled()); ++pass) {
      if (pass > 0) plan(kFlowMarginPercent * (passes - pass) / passes);
      search_pass(pass, passes, budget / passes);
    }
    return outcome();
  }

 private:
  [[nodiscard]] const Prices& prices() const { return round_.proof.bound_prices; }

  void plan(std::int64_t margin_percent) {
    if (!lines_) return;
    const std::vector<std::int64_t> use = use_of(problem_, search_.warm_start);
    std::vector<std::int64_t> wanted = wanted_use(problem_, prices(), search_.warm_start, use);
    for (std::size_t row = 0; row < wanted.size(); ++row) {
      wanted[row] = std::max(wanted[row], expected_[row]);
    }
    search_.flows =
        solver::plan_flows(problem_, prices(), wanted, use, search_.flows, margin_percent);
  }

  // Assignment spreads orders over starts by price, which says nothing about room for large gangs:
  // thin books start from these.
  void place_large_orders(std::uint64_t work_units) {
    search_.work_units = work_units;
    search_.phases = kSearchPhases / 2;
    search_.coarse = true;
    search_.progress = [this](const solver::SearchProgress&) { round_.report("placement", 0, 1); };
    take(solver::search(problem_, prices(), search_));
    search_.coarse = false;
    plan(kFlowMarginPercent);
  }

  void search_pass(std::uint32_t pass, std::uint32_t passes, std::uint64_t work_units) {
    search_.work_units = work_units;
    search_.phases = kSearchPhases / passes;
    search_.cooling_begin = static_cast<double>(pass) / passes;
    search_.cooling_end = static_cast<double>(pass + 1) / passes;
    search_.seed = round_.options.seed + pass;
    const int128 bound = round_.best_bound();
    search_.progress = [this, bound, pass, passes](const solver::SearchProgress& progress) {
      const double share = (pass + progress.done) / passes;
      round_.trace.push_back(
          {share, as_money(progress.welfare, problem_), as_money(bound, problem_)});
      round_.report("placement", share, gap_of(progress.welfare, bound));
    };
    take(solver::search(problem_, prices(), search_));
  }

  void take(solver::SearchResult found) {
    round_.work_units += found.work_units;
    search_.warm_start = std::move(found.placements);
  }

  [[nodiscard]] Outcome outcome() const {
    Outcome outcome;
    outcome.flows = search_.flows;
    if (lines_) {
      outcome.flows =
          solver::redispatch(problem_, use_of(problem_, search_.warm_start), search_.flows);
    }
    for (std::uint32_t order = 0; order < problem_.orders.size(); ++order) {
      const market::Placement& placement = search_.warm_start[order];
      if (placement.choice == kNone) continue;
      outcome.awards.push_back(market::make_award(problem_, order, placement));
    }
    return outcome;
  }

  Round& round_;
  const market::Problem& problem_;
  const bool lines_;
  std::vector<std::int64_t> expected_;  // by row; empty without lines
  solver::SearchOptions search_;        // its warm start and flows are the best so far
};

void find_placements(Round& round) {
  round.report("placement", 0, 1);
  round.outcome = PlacementSearch(round).run();
  drop_misfits(round);
}

Result<Clearing> settle(Round& round) {
  const int128 bound = round.best_bound();
  round.report("payment", 0, gap_of(round.free_welfare, bound));
  TONGSUAN_TRY(
      Certified certified,
      certify(round.market, round.problem, std::move(round.outcome), std::move(round.proof),
              {.seed = round.options.seed, .round = round.options.round},
              round.options.thread_count));
  // Where orders had to leave, others may have come in and done better than the search.
  const int128 best = std::max(round.free_welfare, certified.verified.certificate().welfare);
  return Clearing{.verified = std::move(certified.verified),
                  .free_welfare = best,
                  .free_bound = bound,
                  .rule_bound = bound,
                  .removed = std::move(certified.removed),
                  .trace = std::move(round.trace),
                  .work_units = round.work_units};
}

// The exact regime: the search decides under the rule of payments, so nobody has to leave after it.
Result<Clearing> clear_exactly(Round& round, const EnergyBook& energy) {
  const market::Problem& problem = round.problem;
  EnergyOptions options;
  options.work_units_max =
      round.options.search_work_units != 0 ? round.options.search_work_units : kEnergyWorkUnits;
  options.cancelled = round.options.cancelled;
  options.progress = [&](double done, int128 welfare) {
    round.trace.push_back({done, as_money(welfare, problem), as_money(round.proof.bound, problem)});
    round.report("placement", done, gap_of(welfare, round.proof.bound));
  };
  round.report("prices", 0, 1);
  EnergySearch search(problem, energy, round.warm.prices);
  round.proof.bound_prices = search.bound_prices();
  round.proof.bound = market::dual_bound(problem, round.proof.bound_prices);
  EnergyRound found = search.run(options);
  round.report("verification", 0, gap_of(found.free_welfare, round.proof.bound));
  const RoundId id{.seed = round.options.seed, .round = round.options.round};
  if (found.payment_prices.empty()) {
    round.outcome = std::move(found.outcome);
    drop_misfits(round);
    return settle(round);
  }
  Certificate certificate = draft(std::move(round.proof), id);
  certificate.outcome = std::move(found.outcome);
  certificate.payment_prices = std::move(found.payment_prices);
  TONGSUAN_TRY(market::Verified verified,
               seal(round.market, std::move(certificate), round.options.thread_count));
  return Clearing{.verified = std::move(verified),
                  .free_welfare = found.free_welfare,
                  .free_bound = found.free_bound,
                  .rule_bound = found.rule_bound,
                  .removed = std::move(found.removed),
                  .trace = std::move(round.trace),
                  .work_units = found.work_units};
}

}  // namespace

std::uint64_t default_work_units(const market::Problem& problem) {
  // Small books end early, at their bound or when nothing moves any more; above some thousand
  // orders more work gains little (docs/benchmarks.md).
  const std::uint64_t orders = problem.orders.size();
  return std::clamp<std::uint64_t>(orders * 80'000, 200'000, 80'000'000);
}

namespace {

Result<Round> begin_round(const Market& market, const market::Problem& problem,
                          const ClearOptions& options) {
  Round round{.market = market,
              .problem = problem,
              .options = options,
              .warm = {},
              .proof = {},
              .outcome = {},
              .trace = {}};
  if (options.warm_start != nullptr && options.warm_market != nullptr) {
    TONGSUAN_TRY(const market::Problem old_problem, market::compile(*options.warm_market));
    round.warm = carry_over({*options.warm_market, old_problem, *options.warm_start,
                             options.warm_shift, options.warm_orders},
                            market, problem);
  }
  return round;
}

}  // namespace

Result<FreeRound> clear_free(const Market& market, const market::Problem& problem,
                             const ClearOptions& options) {
  TONGSUAN_TRY(Round round, begin_round(market, problem, options));
  find_prices(round);
  find_placements(round);
  return FreeRound{.outcome = std::move(round.outcome),
                   .proof = std::move(round.proof),
                   .welfare = round.free_welfare,
                   .work_units = round.work_units,
                   .trace = std::move(round.trace)};
}

Result<Clearing> clear(const Market& market, const ClearOptions& options) {
  TONGSUAN_TRY(const market::Problem problem, market::compile(market));
  TONGSUAN_TRY(Round round, begin_round(market, problem, options));
  if (const std::optional<EnergyBook> energy = energy_book(market, problem, options.seed)) {
    return clear_exactly(round, *energy);
  }
  find_prices(round);
  find_placements(round);
  return settle(round);
}

}  // namespace tongsuan::clearing
