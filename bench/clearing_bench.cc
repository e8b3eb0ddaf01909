// Clears books end to end and says what every stage costs and what the outcome is worth.
//
//   tongsuan_clearing_bench [--threads 1,2] [--seeds 1,2] [--work N] [--limit S] [--json] BOOK...
// BOOK as in books.h. Every line comes from a process of its own, so its peak memory is its own.
// Stages by the clock of the progress callback: `compile` is measured apart and deducted from
// `prices`; `payment` has prices, ties, payments and the sealing verification, which is measured
// once more as `verify` and deducted. After --limit seconds the search is asked to end with what it
// has, and the line says so.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <string>

#include "tongsuan/clearing/clear.h"
#include "tongsuan/market/verify.h"

#include "books.h"
#include "measure.h"

namespace {

using namespace tongsuan;

struct Stages {
  double compile = 0, prices = 0, placement = 0, payment = 0, verify = 0;
};

struct Size {
  std::size_t choices = 0;
  std::uint32_t rows = 0;
};

struct Row {
  const bench::Book& book;
  std::uint64_t threads, seed;
  Size size;
  Stages stages;
  double wall = 0, cpu = 0;
  bool cut = false;  // by --limit
};

double percent(double part, double whole) {
  return whole == 0 ? 0 : 100 * part / whole;
}

void print(const Row& row, const clearing::Clearing& cleared, bool json) {
  const Certificate& certificate = cleared.verified.certificate();
  const auto denominator = static_cast<double>(cleared.verified.verdict().denominator);
  const auto money = [&](int128 undivided) {
    return static_cast<double>(undivided) / denominator / row.book.unit;
  };
  const double free = money(cleared.free_welfare);
  const double welfare = money(certificate.welfare);
  const double uniform = money(certificate.bound);
  const bool has_gangs = !certificate.gang_prices.prices.empty();
  const double gangs = has_gangs ? money(certificate.gang_bound) : 0;
  const double bound = money(cleared.verified.verdict().bound);
  const Stages& stages = row.stages;
  if (json) {
    bench::JsonLine()
        .put("bench", std::string("clearing"))
        .put("book", row.book.name)
        .put("orders", std::uint64_t{row.book.market.orders.size()})
        .put("choices", std::uint64_t{row.size.choices})
        .put("rows", std::uint64_t{row.size.rows})
        .put("threads", row.threads)
        .put("seed", row.seed)
        .put("compile_s", stages.compile)
        .put("prices_s", stages.prices)
        .put("placement_s", stages.placement)
        .put("payment_s", stages.payment)
        .put("verify_s", stages.verify)
        .put("wall_s", row.wall)
        .put("cpu_s", row.cpu)
        .put("rss_mb", bench::peak_megabytes())
        .put("work", cleared.work_units)
        .put("cut", std::uint64_t{row.cut})
        .put("awards", std::uint64_t{certificate.outcome.awards.size()})
        .put("removed", std::uint64_t{cleared.removed.size()})
        .put("free_welfare", free)
        .put("welfare", welfare)
        .put("rules_percent", percent(free - welfare, free))
        .put("bound_uniform", uniform)
        .put("bound_gangs", gangs)
        .put("free_gap_percent", percent(bound - free, bound))
        .put("gap_percent", percent(bound - welfare, bound))
        .print();
    return;
  }
  std::printf("%s: %zu orders, %zu choices, %u rows, %llu threads, seed %llu\n",
              row.book.name.c_str(), row.book.market.orders.size(), row.size.choices, row.size.rows,
              static_cast<unsigned long long>(row.threads),
              static_cast<unsigned long long>(row.seed));
  std::printf(
      "  compile %.3f  prices %.3f  placement %.3f  payment %.3f  verify %.3f"
      "  total wall %.3f s  cpu %.3f s  peak %.0f MB\n",
      stages.compile, stages.prices, stages.placement, stages.payment, stages.verify, row.wall,
      row.cpu, bench::peak_megabytes());
  std::printf("  free %.1f  rules %.1f  (cost %.4f %%)  bound uniform %.1f  gangs %.1f\n", free,
              welfare, percent(free - welfare, free), uniform, gangs);
  std::printf("  gap free %.3f %%  certified %.3f %%  awards %zu  removed %zu  work %.1f M%s\n",
              percent(bound - free, bound), percent(bound - welfare, bound),
              certificate.outcome.awards.size(), cleared.removed.size(),
              static_cast<double>(cleared.work_units) * 1e-6, row.cut ? "  (cut by --limit)" : "");
}

int measure(const std::string& name, std::uint64_t threads, std::uint64_t seed,
            const bench::BenchArguments& arguments) {
  const std::optional<bench::Book> book = bench::open_book(name);
  if (!book) return 0;
  Row row{.book = *book, .threads = threads, .seed = seed, .size = {}, .stages = {}};
  {
    const bench::Timer timer;
    const Result<market::Problem> problem = market::compile(book->market);
    row.stages.compile = timer.wall();
    if (!problem.ok()) return 1;
    row.size = {problem.value().choices.size(), problem.value().row_count()};
  }
  clearing::ClearOptions options;
  options.thread_count = static_cast<std::uint32_t>(threads);
  options.seed = seed;
  options.search_work_units = arguments.number("work", 0);
  bench::StageClock clock;
  const auto limit = static_cast<double>(arguments.number("limit", 1'000'000));
  std::atomic<bool> cut = false;
  options.cancelled = [&] {
    if (clock.timer.wall() > limit) cut = true;
    return cut.load();
  };
  options.progress = [&](const clearing::Progress& progress) { clock.see(progress.stage); };
  const Result<clearing::Clearing> cleared = clearing::clear(book->market, options);
  row.wall = clock.timer.wall();
  row.cpu = clock.timer.cpu();
  row.cut = cut;
  if (!cleared.ok()) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), cleared.error().context.c_str());
    return 1;
  }
  const bench::Timer verify_timer;
  const market::Verdict verdict =
      market::verify(book->market, cleared.value().verified.certificate());
  row.stages.verify = verify_timer.wall();
  if (!verdict.ok()) return 1;
  row.stages.prices = std::max(0.0, clock.placement - row.stages.compile);
  row.stages.placement = clock.payment - clock.placement;
  row.stages.payment = std::max(0.0, row.wall - clock.payment - row.stages.verify);
  print(row, cleared.value(), arguments.json);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::BenchArguments arguments(argc, argv,
                                        "tongsuan_clearing_bench [--threads 1,2] [--seeds 1,2] "
                                        "[--work N] [--limit S] [--json] BOOK...");
  bool well = true;
  for (const std::string& book : arguments.books) {
    for (const std::uint64_t threads : arguments.numbers("threads", "1")) {
      for (const std::uint64_t seed : arguments.numbers("seeds", "1")) {
        well &= bench::apart([&] { return measure(book, threads, seed, arguments); });
      }
    }
  }
  return well ? 0 : 1;
}
