// Measures the primal search against the bound: welfare, gap and time for rising budgets.
//
//   tongsuan_search_bench BOOK [WORK [THREADS [SEED]]]
// BOOK as in books.h. Welfare is in the cases' unit: 10^4 micro-yuan.
#include <cstdio>
#include <cstdlib>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/strengthen.h"
#include "tongsuan/solver/assign.h"
#include "tongsuan/solver/dual.h"
#include "tongsuan/solver/search.h"

#include "books.h"
#include "measure.h"

namespace {

using namespace tongsuan;

void say(const char* what, const bench::Timer& since) {
  std::printf("%-9s cpu %7.3f s  wall %7.3f s", what, since.cpu(), since.wall());
}

double cents(const market::Problem& problem, int128 undivided) {
  return static_cast<double>(undivided) / static_cast<double>(problem.denominator) /
         static_cast<double>(bench::kCent);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: tongsuan_search_bench BOOK [WORK [THREADS [SEED]]]\n");
    return 2;
  }
  const std::optional<bench::Book> book = bench::open_book(argv[1]);
  if (!book) return 1;
  const auto threads = static_cast<std::uint32_t>(argc > 3 ? std::atoi(argv[3]) : 1);
  const market::Problem problem = market::compile(book->market).value();
  std::printf("%s: %zu orders, %zu choices, %u rows\n", book->name.c_str(), problem.orders.size(),
              problem.choices.size(), problem.row_count());
  bench::Timer timer;
  solver::DualOptions dual_options;
  dual_options.thread_count = threads;
  const solver::DualResult dual = solver::solve_dual(problem, dual_options);
  say("prices", timer);
  int128 bound = dual.bound;
  std::printf("  bound %.1f\n", cents(problem, bound));
  timer = {};
  const bool thin = solver::is_thin(problem);
  if (thin) {
    const market::Problem left = market::strengthen(problem);
    const solver::DualResult tight = solver::solve_dual(left, dual_options);
    const solver::GangDualResult gang = solver::solve_gang_dual(left, tight.prices, dual_options);
    bound = std::min(bound, tight.bound);
    if (!gang.prices.prices.empty()) bound = std::min(bound, gang.bound);
    say("thin", timer);
    std::printf("  bound %.1f\n", cents(problem, bound));
  }
  solver::SearchOptions search;
  search.thread_count = threads;
  search.seed = static_cast<std::uint64_t>(argc > 4 ? std::atoi(argv[4]) : 1);
  const auto report = [&](const solver::SearchResult& result, const bench::Timer& since,
                          const char* name) {
    say(name, since);
    std::printf(
        "  welfare %.1f  gap %.3f %%  work %.1f M  moves %.2f M\n", cents(problem, result.welfare),
        100 * (1 - static_cast<double>(result.welfare) / static_cast<double>(bound)),
        static_cast<double>(result.work_units) * 1e-6, static_cast<double>(result.moves) * 1e-6);
    std::fflush(stdout);
  };
  if (problem.orders.size() >= solver::kAssignOrdersMin) {
    timer = {};
    search.warm_start = solver::assign(problem, dual.prices, {}, threads);
    say("assign", timer);
    std::printf("\n");
  }
  timer = {};
  report(solver::search(problem, dual.prices, search), timer, "greedy");
  const double work = argc > 2 ? std::atof(argv[2]) : 0;
  if (work > 0) {
    search.work_units = static_cast<std::uint64_t>(work);
    timer = {};
    report(solver::search(problem, dual.prices, search), timer, "search");
  }
  return 0;
}
