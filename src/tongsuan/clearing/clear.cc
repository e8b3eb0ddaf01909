#include "tongsuan/clearing/clear.h"

#include <algorithm>
#include <utility>

#include "tongsuan/clearing/certify.h"
#include "tongsuan/clearing/warm.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/solver/assign.h"
#include "tongsuan/solver/dual.h"
#include "tongsuan/solver/redispatch.h"
#include "tongsuan/solver/search.h"

namespace tongsuan::clearing {
namespace {

double as_money(int128 undivided, const market::Problem& problem) {
  return static_cast<double>(undivided) / static_cast<double>(problem.denominator) /
         static_cast<double>(kMicro);
}

// What the solver stages hand on to one another.
struct Round {
  const Market& market;
  const market::Problem& problem;
  const ClearOptions& options;
  WarmStart warm;
  solver::DualResult dual;
  solver::GangDualResult gang;
  Outcome outcome;
  int128 free_welfare = 0;
  std::uint64_t work_units = 0;
  std::vector<TracePoint> trace;

  [[nodiscard]] int128 best_bound() const {
    return gang.prices.prices.empty() ? dual.bound : std::min(dual.bound, gang.bound);
  }
  [[nodiscard]] bool cancelled() const { return options.cancelled && options.cancelled(); }
  void report(const char* stage, double done, double gap) const {
    if (options.progress) options.progress({stage, done, gap});
  }
};

double gap_of(int128 welfare, int128 bound) {
  return bound == 0 ? 0.0 : 1.0 - static_cast<double>(welfare) / static_cast<double>(bound);
}

void find_prices(Round& round) {
  solver::DualOptions dual;
  dual.steps = round.options.dual_steps;
  dual.thread_count = round.options.thread_count;
  dual.warm_start = round.warm.prices;
  dual.cancelled = round.options.cancelled;
  dual.progress = [&](double done) { round.report("prices", done, 1); };
  round.dual = solver::solve_dual(round.problem, dual);
  if (round.options.gang_prices && !round.cancelled()) {
    dual.progress = [&](double done) { round.report("gang prices", done, 1); };
    dual.steps = 0;
    round.gang = solver::solve_gang_dual(round.problem, round.dual.prices, dual);
  }
}

std::vector<std::int64_t> use_of(const market::Problem& problem,
                                 const std::vector<market::Placement>& placements) {
  std::vector<std::int64_t> use(problem.row_count(), 0);
  for (const market::Placement& placement : placements) {
    if (placement.choice != kNone) market::add_use(problem, placement, 1, use);
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

// Searches with the flows of the lines fixed, then sends the flows where the placements, and the
// orders still waiting, want them, and repeats. The last flows are those that the placements need.
void find_placements(Round& round) {
  const market::Problem& problem = round.problem;
  const std::uint64_t budget = round.options.search_work_units != 0
                                   ? round.options.search_work_units
                                   : default_work_units(problem);
  const bool lines = !problem.line_slots.empty();
  const std::uint32_t passes = lines ? 3 : 1;
  const Prices& prices = round.dual.prices;
  const std::vector<std::int64_t> expected =
      lines ? solver::expected_use(problem, prices) : std::vector<std::int64_t>{};
  solver::SearchOptions search;
  search.thread_count = round.options.thread_count;
  search.seed = round.options.seed;
  search.cancelled = round.options.cancelled;
  search.warm_start = round.warm.placements;
  search.flows = round.warm.flows;
  if (lines) {
    search.flows = solver::plan_flows(problem, prices, expected,
                                      use_of(problem, search.warm_start), search.flows);
  }
  if (search.warm_start.empty() && problem.orders.size() >= solver::kAssignOrdersMin) {
    search.warm_start = solver::assign(problem, prices, search.flows);
  }
  for (std::uint32_t pass = 0; pass < passes; ++pass) {
    search.work_units = budget / passes;
    trace_search(round, search, pass, passes);
    solver::SearchResult found = solver::search(problem, prices, search);
    round.work_units += found.work_units;
    search.warm_start = std::move(found.placements);
    if (!lines) break;
    const std::vector<std::int64_t> use = use_of(problem, search.warm_start);
    const bool last = pass + 1 == passes || round.cancelled();
    search.flows = last ? solver::redispatch(problem, use, search.flows)
                        : solver::plan_flows(problem, prices, expected, use, search.flows);
    if (last) break;
  }
  round.outcome.flows = search.flows;
  for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
    const market::Placement& placement = search.warm_start[order];
    if (placement.choice == kNone) continue;
    round.outcome.awards.push_back(market::make_award(problem, order, placement));
  }
}

Result<Clearing> settle(Round& round) {
  const market::Problem& problem = round.problem;
  const market::Dispatch dispatch =
      market::dispatch(problem, market::net_use(problem, round.outcome));
  round.free_welfare = market::welfare(problem, round.outcome, dispatch);
  round.report("payment", 0, gap_of(round.free_welfare, round.best_bound()));
  CertifyInput input{.outcome = std::move(round.outcome),
                     .bound_prices = std::move(round.dual.prices),
                     .bound = round.dual.bound,
                     .gang_prices = {},
                     .seed = round.options.seed,
                     .round = round.options.round};
  if (!round.gang.prices.prices.empty()) {
    input.gang_prices = std::move(round.gang.prices);
    input.gang_bound = round.gang.bound;
  }
  TONGSUAN_TRY(Certified certified, certify(round.market, problem, std::move(input)));
  return Clearing{.verified = std::move(certified.verified),
                  .free_welfare = round.free_welfare,
                  .removed = std::move(certified.removed),
                  .trace = std::move(round.trace),
                  .work_units = round.work_units};
}

}  // namespace

std::uint64_t default_work_units(const market::Problem& problem) {
  // Thin books plateau early; above that, work grows with the book so that each order is tried
  // about as often.
  const std::uint64_t orders = problem.orders.size();
  return std::clamp<std::uint64_t>(orders * 6'000, 2'000'000, 1'500'000'000);
}

Result<Clearing> clear(const Market& market, const ClearOptions& options) {
  TONGSUAN_TRY(const market::Problem problem, market::compile(market));
  Round round{.market = market, .problem = problem, .options = options, .warm = {}, .dual = {},
              .gang = {}, .outcome = {}, .trace = {}};
  if (options.warm_start != nullptr && options.warm_market != nullptr) {
    TONGSUAN_TRY(const market::Problem old_problem, market::compile(*options.warm_market));
    round.warm = carry_over(*options.warm_market, old_problem, *options.warm_start, market, problem);
  }
  find_prices(round);
  find_placements(round);
  return settle(round);
}

}  // namespace tongsuan::clearing
