// Measures answers about a closed round: reasons of all orders, a quote beside the book, and why an
// order was not placed, with and without counterfactuals.
//
//   tongsuan_quote_bench ORDERS [WORK]     the national week
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tongsuan/clearing/clear.h"
#include "tongsuan/clearing/reasons.h"
#include "tongsuan/clearing/why.h"
#include "tongsuan/lab/national.h"

#include "measure.h"

namespace {

using namespace tongsuan;

// The book without its last order, which the quotes are for.
Market without_last(const Market& market) {
  Market less = market;
  less.orders.pop_back();
  NameList names;
  for (std::uint32_t i = 0; i < less.orders.size(); ++i) names.push_back(market.order_names[i]);
  less.order_names = names;
  return less;
}

void measure_whys(const Market& market, const Certificate& certificate,
                  const std::vector<clearing::Reason>& reasons) {
  int asked = 0;
  for (std::uint32_t order = 0; order < reasons.size() && asked < 4; ++order) {
    const bool block = market.orders[order].kind == OrderKind::kBlock;
    if (!block || reasons[order] == clearing::Reason::kPlaced) continue;
    ++asked;
    bench::Timer timer;
    if (!clearing::why(market, certificate, order, {.counterfactuals = false}).ok()) return;
    const double plain = timer.wall();
    timer = {};
    const Result<clearing::Why> answer = clearing::why(market, certificate, order, {});
    if (!answer.ok()) return;
    std::printf("why %s: %.3f s, with %zu changes %.3f s\n", clearing::reason_name(reasons[order]),
                plain, answer.value().changes.size(), timer.wall());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: tongsuan_quote_bench ORDERS [WORK]\n");
    return 2;
  }
  lab::NationalOptions national;
  national.orders = static_cast<std::uint32_t>(std::atoi(argv[1]));
  const Result<Market> with_order = lab::national_market(national);
  if (!with_order.ok()) return 1;
  const Market market = without_last(with_order.value());
  clearing::ClearOptions options;
  options.search_work_units = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const Result<clearing::Clearing> cleared = clearing::clear(market, options);
  if (!cleared.ok()) {
    std::fprintf(stderr, "%s\n", cleared.error().context.c_str());
    return 1;
  }
  const Certificate& certificate = cleared.value().verified.certificate();
  const market::Problem problem = market::compile(market).value();
  bench::Timer timer;
  const std::vector<clearing::Reason> reasons = clearing::reasons(market, problem, certificate);
  std::printf("reasons of %zu orders: %.3f s\n", reasons.size(), timer.wall());
  timer = {};
  const auto order = static_cast<std::uint32_t>(market.orders.size());
  const Result<clearing::Why> quoted =
      clearing::quote(market, certificate, with_order.value(), order, {.counterfactuals = false});
  if (!quoted.ok()) return 1;
  std::printf("quote %s: %.3f s\n", clearing::reason_name(quoted.value().reason), timer.wall());
  measure_whys(market, certificate, reasons);
  return 0;
}
