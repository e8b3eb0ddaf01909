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
// Room in flows beyond what is expected, for the first search; it shrinks from search to search.
constexpr std::int64_t kFlowMarginPercent = 150;

// Searches between which the flows of lines are planned anew: each builds its model of the book,
// which large books feel.
std::uint32_t flow_passes(const market::Problem& problem) {
  return problem.orders.size() < 50'000 ? 8 : 3;
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

std::vector<std::int64_t> use_of(const market::Problem& problem, const std::vector<Award>& awards) {
  std::vector<std::int64_t> use(problem.row_count(), 0);
  for (const Award& award : awards) {
    market::add_use(problem, market::find_placement(problem, award), 1, use);
  }
  return use;
}

void trace_search(Round& round, solver::SearchOptions& search, std::uint32_t pass,
                  std::uint32_t passes) {
  const int128 bound = round.best_bound();
  search.progress = [&round, bound, pass, passes](const solver::SearchProgress& progress) {
    const double share = (pass + progress.done) / passes;
    round.trace.push_back(
        {share, as_money(progress.welfare, round.problem), as_money(bound, round.problem)});
    round.report("placement", share, gap_of(progress.welfare, bound));
  };
}

// Nothing that does not fit goes on to the prices, whatever the search says: awards on rows that
// cannot be met are dropped, and without awards every book can be met.
void drop_misfits(Round& round) {
  const market::Problem& problem = round.problem;
  std::vector<Award>& awards = round.outcome.awards;
  for (;;) {
    const std::uint32_t row =
        market::dispatch(problem, market::net_use(problem, round.outcome)).short_row;
    if (row == kNone) return;
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
    round.outcome.flows = solver::redispatch(problem, use_of(problem, awards), round.outcome.flows);
  }
}

// Searches with the flows of the lines fixed, then sends the flows where the placements, and the
// orders still waiting, want them, and repeats. The last flows are those that the placements need.
void find_placements(Round& round) {
  round.report("placement", 0, 1);
  const market::Problem& problem = round.problem;
  const bool lines = !problem.line_slots.empty();
  const std::uint32_t passes = lines ? flow_passes(problem) : 1;
  const Prices& prices = round.proof.bound_prices;
  std::vector<std::int64_t> expected;
  if (lines) expected = solver::expected_use(problem, prices, round.options.thread_count);
  solver::SearchOptions search;
  search.thread_count = round.options.thread_count;
  search.seed = round.options.seed;
  search.cancelled = round.options.cancelled;
  search.warm_start = round.warm.placements;
  search.flows = round.warm.flows;
  if (lines) {
    search.flows = solver::plan_flows(problem, prices, expected, use_of(problem, search.warm_start),
                                      search.flows, kFlowMarginPercent);
  }
  // Assignment spreads orders over starts by price, which says nothing about room for large gangs:
  // thin books do far better by insertion, the largest surplus first.
  if (search.warm_start.empty() && problem.orders.size() >= solver::kAssignOrdersMin &&
      !round.thin) {
    search.warm_start = solver::assign(problem, prices, search.flows, round.options.thread_count);
  }
  for (std::uint32_t pass = 0; pass < passes; ++pass) {
    search.work_units = round.budget() / passes;
    search.phases = kSearchPhases / passes;
    search.target = round.best_bound();
    search.cooling_begin = static_cast<double>(pass) / passes;
    search.cooling_end = static_cast<double>(pass + 1) / passes;
    search.seed = round.options.seed + pass;
    trace_search(round, search, pass, passes);
    solver::SearchResult found = solver::search(problem, prices, search);
    round.work_units += found.work_units;
    search.warm_start = std::move(found.placements);
    if (!lines) break;
    const std::vector<std::int64_t> use = use_of(problem, search.warm_start);
    const bool last = pass + 1 == passes || round.cancelled();
    const std::int64_t margin = kFlowMarginPercent * (passes - pass - 1) / passes;
    search.flows = last ? solver::redispatch(problem, use, search.flows)
                        : solver::plan_flows(problem, prices, expected, use, search.flows, margin);
    if (last) break;
  }
  round.outcome.flows = search.flows;
  for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
    const market::Placement& placement = search.warm_start[order];
    if (placement.choice == kNone) continue;
    round.outcome.awards.push_back(market::make_award(problem, order, placement));
  }
  drop_misfits(round);
}

Result<Clearing> settle(Round& round) {
  const market::Problem& problem = round.problem;
  const market::Dispatch dispatch =
      market::dispatch(problem, market::net_use(problem, round.outcome));
  const int128 free_welfare = market::welfare(problem, round.outcome, dispatch);
  const int128 bound = round.best_bound();
  round.report("payment", 0, gap_of(free_welfare, bound));
  TONGSUAN_TRY(Certified certified,
               certify(round.market, problem, std::move(round.outcome), std::move(round.proof),
                       {.seed = round.options.seed, .round = round.options.round}));
  // Where orders had to leave, others may have come in and done better than the search.
  const int128 best = std::max(free_welfare, certified.verified.certificate().welfare);
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
    return settle(round);
  }
  Certificate certificate = draft(std::move(round.proof), id);
  certificate.outcome = std::move(found.outcome);
  certificate.payment_prices = std::move(found.payment_prices);
  TONGSUAN_TRY(market::Verified verified, seal(round.market, problem, std::move(certificate)));
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
  return std::clamp<std::uint64_t>(orders * 40'000, 200'000, 100'000'000);
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
    round.warm =
        carry_over(*options.warm_market, old_problem, *options.warm_start, market, problem);
  }
  return round;
}

}  // namespace

Result<FreeRound> clear_free(const Market& market, const market::Problem& problem,
                             const ClearOptions& options) {
  TONGSUAN_TRY(Round round, begin_round(market, problem, options));
  find_prices(round);
  find_placements(round);
  const market::Dispatch dispatch =
      market::dispatch(problem, market::net_use(problem, round.outcome));
  const int128 welfare = market::welfare(problem, round.outcome, dispatch);
  return FreeRound{.outcome = std::move(round.outcome),
                   .proof = std::move(round.proof),
                   .welfare = welfare,
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
