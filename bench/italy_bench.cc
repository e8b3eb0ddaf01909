// Clears the Italian day-ahead market day by day: counts, welfare, times.
//
//   tongsuan_italy_bench FOLDER [WORK_UNITS]     FOLDER holds the tables (data/italy_mgp)
//
// One line per day: orders, blocks accepted, welfare of the free optimum and of the certificate
// (EUR), gap of the certificate (EUR), whether the free optimum and the rule's are proved, wall
// milliseconds of making the market, clearing it, and of that verification. The last line is the
// total with loading.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tongsuan/clearing/clear.h"
#include "tongsuan/import/italy.h"
#include "tongsuan/import/italy_market.h"
#include "tongsuan/market/verify.h"

#include "measure.h"

namespace {

using namespace tongsuan;

double milliseconds() {
  return bench::wall_seconds() * 1e3;
}

double euro(int128 undivided) {
  return static_cast<double>(undivided) / 1e12;
}

// Prints a day; false when it could not be cleared.
bool measure(const imports::ItalyBook& book, std::size_t day, std::uint64_t work_units) {
  const double begin = milliseconds();
  const Result<Market> market = imports::italy_market(book, day);
  if (!market.ok()) return false;
  const double made = milliseconds();
  clearing::ClearOptions options;
  options.search_work_units = work_units;
  const Result<clearing::Clearing> cleared = clearing::clear(market.value(), options);
  const double done = milliseconds();
  if (!cleared.ok()) {
    std::printf("%s: %s\n", book.days[day].date.c_str(), cleared.error().context.c_str());
    return false;
  }
  const clearing::Clearing& clearing = cleared.value();
  const Certificate& certificate = clearing.verified.certificate();
  const market::Verdict again = market::verify(market.value(), certificate);
  const double verified = milliseconds();
  const int128 constant = imports::italy_constant(book, day);
  std::printf(
      "%s %6zu orders %3zu awards  free %14.2f%s  paid %14.2f%s  gap %8.2f"
      "  make %5.1f clear %6.1f verify %5.1f ms\n",
      book.days[day].date.c_str(), market.value().orders.size(), certificate.outcome.awards.size(),
      euro(clearing.free_welfare - constant),
      clearing.free_bound == clearing.free_welfare ? "*" : " ", euro(again.welfare - constant),
      clearing.rule_bound == again.welfare ? "*" : " ",
      euro(certificate.bound - certificate.welfare), made - begin, done - made, verified - done);
  return again.ok();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: tongsuan_italy_bench FOLDER [WORK_UNITS]\n");
    return 2;
  }
  const double begin = milliseconds();
  const Result<imports::ItalyBook> book =
      imports::load_italy(argv[1], imports::ItalyCurves::kSimple);
  if (!book.ok()) {
    std::fprintf(stderr, "%s\n", book.error().context.c_str());
    return 1;
  }
  std::printf("loaded %zu days in %.1f ms\n", book.value().days.size(), milliseconds() - begin);
  const auto work_units =
      argc > 2 ? static_cast<std::uint64_t>(std::strtoull(argv[2], nullptr, 10)) : 0;
  for (std::size_t day = 0; day < book.value().days.size(); ++day) {
    if (!measure(book.value(), day, work_units)) return 1;
  }
  std::printf("all in %.1f ms\n", milliseconds() - begin);
  return 0;
}
