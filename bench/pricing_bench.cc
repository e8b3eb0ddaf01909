// Measures what the rule "nobody accepted loses" costs: time, orders that leave, and welfare lost
// against the outcome that the search found.
//
//   tongsuan_pricing_bench BOOK [WORK [SEED]]
// BOOK as in books.h.
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tongsuan/clearing/certify.h"
#include "tongsuan/clearing/clear.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/solver/pricing.h"

#include "books.h"
#include "measure.h"

namespace {

using namespace tongsuan;

double yuan(const market::Problem& problem, int128 undivided) {
  return static_cast<double>(undivided) / static_cast<double>(problem.denominator) / kMicro;
}

// Clears without the pricing rules, by hand: the outcome that they start from.
int measure(const Market& market, clearing::ClearOptions options) {
  const market::Problem problem = market::compile(market).value();
  bench::Timer timer;
  const auto lap = [&timer] { return std::exchange(timer, bench::Timer()).wall(); };
  const Result<clearing::FreeRound> free = clearing::clear_free(market, problem, options);
  if (!free.ok()) return 1;
  const double searched = lap();
  const Outcome& outcome = free.value().outcome;
  const solver::PricingResult priced = solver::payment_prices(
      market, problem, outcome, free.value().proof.bound_prices, options.seed);
  const double paid = lap();
  const market::Dispatch dispatch =
      market::dispatch(problem, market::net_use(problem, priced.outcome));
  const int128 welfare = market::welfare(problem, priced.outcome, dispatch);
  const int128 lost = free.value().welfare - welfare;
  const int128 bound = free.value().proof.best();
  Certificate certificate = clearing::draft(free.value().proof, {.seed = options.seed, .round = 1});
  certificate.outcome = priced.outcome;
  certificate.payment_prices = priced.prices;
  lap();
  const Result<market::Verified> sealed = clearing::seal(market, std::move(certificate));
  const double verified = lap();
  std::printf(
      "%8zu orders %7zu awards  gap %.3f %%  lost %.4f %% (%.0f yuan, %zu orders)"
      "  search %.2f s  pricing %.3f s  seal %.3f s  %s\n",
      problem.orders.size(), outcome.awards.size(),
      100 * (1 - yuan(problem, free.value().welfare) / yuan(problem, bound)),
      100 * yuan(problem, lost) / yuan(problem, free.value().welfare), yuan(problem, lost),
      priced.removed.size(), searched, paid, verified,
      sealed.ok() ? "verified" : sealed.error().context.c_str());
  return sealed.ok() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: tongsuan_pricing_bench BOOK [WORK [SEED]]\n");
    return 2;
  }
  const std::optional<bench::Book> book = bench::open_book(argv[1]);
  if (!book) return 1;
  clearing::ClearOptions options;
  if (argc > 2) options.search_work_units = std::strtoull(argv[2], nullptr, 10);
  if (argc > 3) options.seed = std::strtoull(argv[3], nullptr, 10);
  options.strengthen = false;
  return measure(book->market, options);
}
