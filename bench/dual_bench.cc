// Measures the dual side of the solver: bound and time per stage, CPU seconds of one thread.
//
//   tongsuan_dual_bench FOLDER            a published case (data/clearing_cases/j1k)
//   tongsuan_dual_bench ORDERS [LOAD]     a generated national week with whole windows
// Bounds are in the cases' unit: 10^4 micro-yuan.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/strengthen.h"
#include "tongsuan/solver/dual.h"

#include "clearing_cases.h"

namespace {

using namespace tongsuan;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double cents(const market::Problem& problem, int128 undivided) {
  return static_cast<double>(undivided) / static_cast<double>(problem.denominator) /
         static_cast<double>(bench::kCent);
}

struct Timer {
  double begin = cpu_seconds();
  [[nodiscard]] double seconds() const { return cpu_seconds() - begin; }
};

void measure_gangs(const market::Problem& problem, const Prices& prices, std::uint32_t steps) {
  const Timer timer;
  const solver::GangDualResult gang = solver::solve_gang_dual(
      problem, prices,
      {.steps = steps, .thread_count = 1, .warm_start = {}, .progress = {}, .cancelled = {}});
  std::printf("gangs    steps %5u  bound %.1f  %.3f s\n", steps, cents(problem, gang.bound),
              timer.seconds());
}

Prices measure_uniform(const market::Problem& problem, std::uint32_t steps) {
  const Timer timer;
  const solver::DualResult dual = solver::solve_dual(
      problem,
      {.steps = steps, .thread_count = 1, .warm_start = {}, .progress = {}, .cancelled = {}});
  std::printf("uniform  steps %5u  bound %.1f  %.3f s\n", dual.steps, cents(problem, dual.bound),
              timer.seconds());
  return dual.prices;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: tongsuan_dual_bench FOLDER | ORDERS [LOAD]\n");
    return 2;
  }
  const std::string what = argv[1];
  const bool generated = what.find_first_not_of("0123456789") == std::string::npos;
  const Result<Market> loaded =
      generated
          ? Result<Market>(bench::national_week(static_cast<std::uint32_t>(std::atoi(argv[1])),
                                                argc > 2 ? std::atof(argv[2]) : 1.3, 7))
          : bench::load_case(what);
  if (!loaded.ok()) {
    std::fprintf(stderr, "%s\n", loaded.error().context.c_str());
    return 1;
  }
  const market::Problem problem = market::compile(loaded.value()).value();
  std::printf("%s: %zu orders, %zu choices, %u rows\n", what.c_str(), problem.orders.size(),
              problem.choices.size(), problem.row_count());
  const Timer presolve_timer;
  const market::Problem left = market::strengthen(problem);
  std::printf("presolve %zu choices left  %.3f s\n", left.choices.size(), presolve_timer.seconds());
  for (const market::Problem* book : {&problem, &left}) {
    for (const std::uint32_t steps : {100U, 300U, 1'000U}) {
      const Prices prices = measure_uniform(*book, steps);
      if (!market::gang_bound_applies(*book)) continue;
      for (const std::uint32_t gang_steps : {100U, 300U, 1'000U}) {
        measure_gangs(*book, prices, gang_steps);
      }
    }
  }
  return 0;
}
