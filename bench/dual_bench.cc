// Measures the dual side of the solver: bound and time per stage, CPU seconds of one thread.
//
//   tongsuan_dual_bench BOOK     as in books.h
// Bounds are in the cases' unit: 10^4 micro-yuan.
#include <cstdio>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/strengthen.h"
#include "tongsuan/solver/dual.h"

#include "books.h"
#include "measure.h"

namespace {

using namespace tongsuan;

double cents(const market::Problem& problem, int128 undivided) {
  return static_cast<double>(undivided) / static_cast<double>(problem.denominator) /
         static_cast<double>(bench::kCent);
}

void measure_gangs(const market::Problem& problem, const Prices& prices, std::uint32_t steps) {
  const bench::Timer timer;
  const solver::GangDualResult gang = solver::solve_gang_dual(
      problem, prices,
      {.steps = steps, .thread_count = 1, .warm_start = {}, .progress = {}, .cancelled = {}});
  std::printf("gangs    steps %5u  bound %.1f  %.3f s\n", steps, cents(problem, gang.bound),
              timer.cpu());
}

Prices measure_uniform(const market::Problem& problem, std::uint32_t steps) {
  const bench::Timer timer;
  const solver::DualResult dual = solver::solve_dual(
      problem,
      {.steps = steps, .thread_count = 1, .warm_start = {}, .progress = {}, .cancelled = {}});
  std::printf("uniform  steps %5u  bound %.1f  %.3f s\n", dual.steps, cents(problem, dual.bound),
              timer.cpu());
  return dual.prices;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::BenchArguments arguments(argc, argv, "tongsuan_dual_bench BOOK");
  const std::optional<bench::Book> opened = bench::open_book(arguments.books.front());
  if (!opened) return 1;
  const market::Problem problem = market::compile(opened->market).value();
  std::printf("%s: %zu orders, %zu choices, %u rows\n", opened->name.c_str(), problem.orders.size(),
              problem.choices.size(), problem.row_count());
  const bench::Timer presolve_timer;
  const market::Problem left = market::strengthen(problem);
  std::printf("presolve %zu choices left  %.3f s\n", left.choices.size(), presolve_timer.cpu());
  for (const market::Problem* book : {&problem, &left}) {
    for (const std::uint32_t steps : {100U, 300U, 1'000U}) {
      const Prices prices = measure_uniform(*book, steps);
      for (const std::uint32_t gang_steps : {100U, 300U, 1'000U}) {
        measure_gangs(*book, prices, gang_steps);
      }
    }
  }
  return 0;
}
