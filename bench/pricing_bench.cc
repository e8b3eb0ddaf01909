// Measures what the rule "nobody accepted loses" costs: time, orders that leave, and welfare lost
// against the outcome that the search found.
//
//   tongsuan_pricing_bench BOOK [WORK [SEED]]
// BOOK is a folder of a published case (data/clearing_cases/j1k), a number of orders of a generated
// week, "coupled" and a number of orders with power, green energy, links and caps, or "national"
// and a number of orders of the national week.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tongsuan/clearing/certify.h"
#include "tongsuan/clearing/clear.h"
#include "tongsuan/lab/national.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/solver/pricing.h"

#include "clearing_cases.h"

namespace {

using namespace tongsuan;

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double yuan(const market::Problem& problem, int128 undivided) {
  return static_cast<double>(undivided) / static_cast<double>(problem.denominator) / kMicro;
}

Result<Market> load(const std::string& what, const char* size) {
  constexpr std::uint64_t kSeed = 7;
  if (what == "coupled") {
    return bench::coupled_week(static_cast<std::uint32_t>(std::atoi(size)), 1.0, kSeed);
  }
  if (what == "national") {
    lab::NationalOptions options;
    options.orders = static_cast<std::uint32_t>(std::atoi(size));
    return lab::national_market(options);
  }
  if (what.find_first_not_of("0123456789") != std::string::npos) return bench::load_case(what);
  return bench::national_week(static_cast<std::uint32_t>(std::atoi(what.c_str())), 1.3, kSeed);
}

// Clears without the pricing rules, by hand: the outcome that they start from.
int measure(const Market& market, clearing::ClearOptions options) {
  const market::Problem problem = market::compile(market).value();
  double at = seconds();
  const auto lap = [&at] {
    const double before = at;
    at = seconds();
    return at - before;
  };
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
  const Result<market::Verified> sealed = clearing::seal(market, problem, std::move(certificate));
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
  const std::string what = argv[1];
  const int first = what == "coupled" || what == "national" ? 3 : 2;
  const Result<Market> market = load(what, argc > 2 ? argv[2] : "1000");
  if (!market.ok()) {
    std::fprintf(stderr, "%s\n", market.error().context.c_str());
    return 1;
  }
  clearing::ClearOptions options;
  if (argc > first) options.search_work_units = std::strtoull(argv[first], nullptr, 10);
  if (argc > first + 1) options.seed = std::strtoull(argv[first + 1], nullptr, 10);
  options.strengthen = false;
  return measure(market.value(), options);
}
