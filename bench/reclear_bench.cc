// A round that follows another one: the same book with one order in a hundred new.
//
//   tongsuan_reclear_bench [--threads N] [--work N] [--first-work N] [--repeat N] KIND:ORDERS...
// KIND as in books.h. The first round is cleared with --first-work (the default budget); one order
// in a hundred leaves, as many new ones of another seed come in, and the second book is cleared
// warm with --work (a hundredth of the first), --repeat times, and once cold with the same budget.
#include <algorithm>
#include <cstdio>
#include <string>

#include "tongsuan/clearing/clear.h"
#include "tongsuan/market/canonical.h"
#include "tongsuan/market/verify.h"

#include "books.h"
#include "measure.h"

namespace {

using namespace tongsuan;

constexpr std::uint32_t kOneIn = 100;

// `market` with every hundredth order in the terms of the same order of `other`, under a new name.
// Only orders of both books that are blocks are changed, and their hubs are those of the old order:
// sets of hubs are numbered book by book.
Market renewed(const Market& market, const Market& other) {
  Market next = market;
  NameList names;
  for (std::uint32_t i = 0; i < next.orders.size(); ++i) {
    Order& order = next.orders[i];
    const bool swap = i % kOneIn == kOneIn / 2 && order.kind == OrderKind::kBlock &&
                      i < other.orders.size() && other.orders[i].kind == OrderKind::kBlock;
    std::string name(market.order_names[i]);
    if (swap) {
      const Order& fresh = other.orders[i];
      order.window = fresh.window;
      order.value = fresh.value;
      order.delay_cost = fresh.delay_cost;
      const auto begin = static_cast<std::uint32_t>(next.variants.size());
      for (std::uint32_t v = fresh.variants.begin; v < fresh.variants.end; ++v) {
        next.variants.push_back(other.variants[v]);
      }
      order.variants = {begin, static_cast<std::uint32_t>(next.variants.size())};
      order.data = kNone;
      name += 'n';
    }
    names.push_back(name);
  }
  next.order_names = names;
  canonicalise(next);
  return next;
}

struct Round {
  const char* name;
  clearing::ClearOptions options;
};

// The prices begin after compiling, carrying over and the first price step.
void print(const char* name, const bench::StageClock& clock, const clearing::Clearing& cleared) {
  const market::Verdict& verdict = cleared.verified.verdict();
  std::printf(
      "  %-6s before prices %.3f  prices %.3f  placement %.3f  payment and seal %.3f"
      "  total %.3f s wall  %.3f s cpu  gap %.3f %%  work %.1f M\n",
      name, clock.prices, clock.placement - clock.prices, clock.payment - clock.placement,
      clock.timer.wall() - clock.payment, clock.timer.wall(), clock.timer.cpu(),
      static_cast<double>(verdict.gap_ppm()) * 1e-4,
      static_cast<double>(cleared.work_units) * 1e-6);
}

Result<clearing::Clearing> clear_timed(const Market& market, Round round) {
  bench::StageClock clock;
  round.options.progress = [&](const clearing::Progress& progress) { clock.see(progress.stage); };
  Result<clearing::Clearing> cleared = clearing::clear(market, round.options);
  if (cleared.ok()) print(round.name, clock, cleared.value());
  return cleared;
}

// What a re-clearing cannot do without today, measured apart.
void measure_parts(const Market& market, const Certificate& certificate) {
  bench::Timer timer;
  const market::Problem problem = market::compile(market).value();
  std::printf("  parts: compile %.3f", timer.wall());
  timer = {};
  const Digest digest = market::root(market);
  std::printf("  root %.3f", timer.wall());
  timer = {};
  const market::Verdict verdict = market::verify(market, certificate);
  std::printf("  verify %.3f s (%s, root %02x…)\n", timer.wall(), market::fault_name(verdict.fault),
              digest[0]);
}

int measure(const std::string& name, const bench::BenchArguments& arguments) {
  const std::optional<bench::Book> book = bench::open_book(name);
  const std::optional<bench::Book> other = bench::open_book(name + ":8");
  if (!book || !other) return 0;
  clearing::ClearOptions options;
  options.thread_count = static_cast<std::uint32_t>(arguments.number("threads", 1));
  options.search_work_units = arguments.number("first-work", 0);
  std::printf("%s: %zu orders, one in %u new, %u threads\n", name.c_str(),
              book->market.orders.size(), kOneIn, options.thread_count);
  const Result<clearing::Clearing> first = clear_timed(book->market, {"first", options});
  if (!first.ok()) return 1;
  const Market next = renewed(book->market, other->market);
  options.search_work_units =
      arguments.number("work", std::max<std::uint64_t>(first.value().work_units / kOneIn, 1));
  if (!clear_timed(next, {"cold", options}).ok()) return 1;
  options.warm_start = &first.value().verified.certificate();
  options.warm_market = &book->market;
  Result<clearing::Clearing> warm = clear_timed(next, {"warm", options});
  for (std::uint64_t i = 1; i < arguments.number("repeat", 1); ++i) {
    warm = clear_timed(next, {"warm", options});
  }
  if (!warm.ok()) return 1;
  measure_parts(next, warm.value().verified.certificate());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::BenchArguments arguments(
      argc, argv,
      "tongsuan_reclear_bench [--threads N] [--work N] [--first-work N] "
      "[--repeat N] KIND:ORDERS...");
  bool well = true;
  for (const std::string& book : arguments.books) {
    well &= bench::apart([&] { return measure(book, arguments); });
  }
  return well ? 0 : 1;
}
