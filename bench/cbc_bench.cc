// Tongsuan beside Debian's Cbc on the same book, in one run on one machine.
//
//   tongsuan_cbc_bench [--seeds 1,2,3] [--long 60] [--json] BOOK...
// For every seed: Tongsuan clears the book on one thread with its default budget; then Cbc gets the
// explicit-option model (cbc_model.h) with as much CPU time as Tongsuan used, and once more with
// ten times that or --long seconds, whichever is more. Building Cbc's model is not counted. Cbc
// knows no pricing rules, so Tongsuan's free outcome stands beside it. Gaps are against each side's
// own bound, and against the better one of both.
#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <sys/resource.h>

#include "tongsuan/clearing/clear.h"

#include "books.h"
#include "cbc_model.h"
#include "measure.h"

namespace {

using namespace tongsuan;

struct Answer {
  double welfare = 0, bound = 0, cpu = 0, megabytes = 0;
  std::uint64_t columns = 0;
};

struct Task {
  const bench::Book& book;
  std::uint64_t seed = 1;
  bool json = false;
};

double gap(double welfare, double bound) {
  return bound == 0 ? 0 : 100 * (bound - welfare) / bound;
}

// `best` is the lower of the two sides' bounds.
void print(const Task& task, const std::string& solver, const Answer& answer, double best) {
  const bool bounded = answer.bound > 0 && answer.bound < 1e15;
  if (task.json) {
    bench::JsonLine()
        .put("bench", std::string("cbc"))
        .put("book", task.book.name)
        .put("orders", std::uint64_t{task.book.market.orders.size()})
        .put("seed", task.seed)
        .put("solver", solver)
        .put("columns", answer.columns)
        .put("cpu_s", answer.cpu)
        .put("rss_mb", answer.megabytes)
        .put("welfare", answer.welfare)
        .put("bound", bounded ? answer.bound : 0)
        .put("gap_percent", bounded ? gap(answer.welfare, answer.bound) : 100)
        .put("gap_to_best_percent", gap(answer.welfare, best))
        .print();
  } else {
    std::printf(
        "%-14s seed %llu  %-15s welfare %13.1f  bound %13.1f  gap %7.3f %%"
        "  to best bound %7.3f %%  cpu %7.2f s  %6.0f MB",
        task.book.name.c_str(), static_cast<unsigned long long>(task.seed), solver.c_str(),
        answer.welfare, bounded ? answer.bound : 0,
        bounded ? gap(answer.welfare, answer.bound) : 100, gap(answer.welfare, best), answer.cpu,
        answer.megabytes);
    if (answer.columns > 0) {
      std::printf("  %llu columns", static_cast<unsigned long long>(answer.columns));
    }
    std::printf("\n");
  }
  std::fflush(stdout);
}

// What a child found, through a pipe; nothing when it was killed.
template <class Work>
std::optional<Answer> answer_apart(Work work) {
  int ends[2];
  if (pipe(ends) != 0) return std::nullopt;
  const bool well = bench::apart([&] {
    Answer answer = work();
    answer.megabytes = bench::peak_megabytes();
    return write(ends[1], &answer, sizeof answer) == sizeof answer ? 0 : 1;
  });
  close(ends[1]);
  Answer answer;
  const bool read_all = well && read(ends[0], &answer, sizeof answer) == sizeof answer;
  close(ends[0]);
  if (!read_all) return std::nullopt;
  return answer;
}

Answer run_tongsuan(const Task& task) {
  clearing::ClearOptions options;
  options.seed = task.seed;
  const bench::Timer timer;
  const Result<clearing::Clearing> cleared = clearing::clear(task.book.market, options);
  Answer answer;
  answer.cpu = timer.cpu();
  if (!cleared.ok()) return answer;
  const double unit =
      static_cast<double>(cleared.value().verified.verdict().denominator) * task.book.unit;
  answer.welfare = static_cast<double>(cleared.value().free_welfare) / unit;
  answer.bound = static_cast<double>(cleared.value().verified.verdict().bound) / unit;
  return answer;
}

// Cbc looks at its clock between steps only; past thrice its budget and three minutes it is ended.
std::optional<Answer> run_cbc(const Task& task, const market::Problem& problem, double budget) {
  return answer_apart([&] {
    const auto most = static_cast<rlim_t>(3 * budget + 180 + bench::cpu_seconds());
    const rlimit limit = {most, most};
    setrlimit(RLIMIT_CPU, &limit);
    const bench::CbcResult found = bench::run_cbc(problem, budget, static_cast<int>(task.seed));
    const double scale = 1e6 / task.book.unit;
    return Answer{found.welfare * scale, found.bound * scale, found.seconds, 0, found.columns};
  });
}

void compare(const Task& task, const market::Problem& problem, double long_seconds) {
  const std::optional<Answer> ours = answer_apart([&] { return run_tongsuan(task); });
  if (!ours) return;
  print(task, "Tongsuan", *ours, ours->bound);
  for (const double budget : {ours->cpu, std::max(10 * ours->cpu, long_seconds)}) {
    char name[32];
    std::snprintf(name, sizeof name, "Cbc %.0f s", budget);
    const std::optional<Answer> theirs = run_cbc(task, problem, budget);
    if (!theirs) {
      std::printf("%-14s seed %llu  %s: no answer within %.0f CPU s\n", task.book.name.c_str(),
                  static_cast<unsigned long long>(task.seed), name, 3 * budget + 180);
      continue;
    }
    const bool bounded = theirs->bound > 0 && theirs->bound < ours->bound;
    print(task, name, *theirs, bounded ? theirs->bound : ours->bound);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bench::BenchArguments arguments(
      argc, argv, "tongsuan_cbc_bench [--seeds 1,2,3] [--long 60] [--json] BOOK...");
  for (const std::string& name : arguments.books) {
    const std::optional<bench::Book> book = bench::open_book(name);
    if (!book) continue;
    const Result<market::Problem> problem = market::compile(book->market);
    if (!problem.ok()) return 1;
    for (const std::uint64_t seed : arguments.numbers("seeds", "1,2,3")) {
      compare({*book, seed, arguments.json}, problem.value(),
              static_cast<double>(arguments.number("long", 60)));
    }
  }
  return 0;
}
