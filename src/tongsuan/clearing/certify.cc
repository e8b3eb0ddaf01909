#include "tongsuan/clearing/certify.h"

#include <utility>

#include "tongsuan/market/canonical.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/payments.h"
#include "tongsuan/market/ties.h"
#include "tongsuan/solver/pricing.h"

namespace tongsuan::clearing {

Result<Certified> certify(const Market& market, const market::Problem& problem,
                          CertifyInput input) {
  solver::PricingResult priced = solver::payment_prices(market, problem, input.outcome,
                                                        input.bound_prices, input.seed);
  Outcome outcome = std::move(priced.outcome);
  market::apply_tie_rule(market, input.seed, outcome);
  const market::Dispatch dispatch = market::dispatch(problem, market::net_use(problem, outcome));
  const market::Allocation allocation = market::allocate(problem, dispatch, input.seed);
  market::Payments payments =
      market::payments(market, problem, outcome, dispatch, allocation, priced.prices);
  Certificate certificate;
  certificate.market = market.name;
  certificate.round = input.round;
  certificate.root = market::root(market);
  certificate.seed = input.seed;
  certificate.welfare = market::welfare(problem, outcome, dispatch);
  certificate.outcome = std::move(outcome);
  certificate.bound_prices = std::move(input.bound_prices);
  certificate.payment_prices = std::move(priced.prices);
  certificate.bound = input.bound;
  certificate.gang_prices = std::move(input.gang_prices);
  certificate.gang_bound = input.gang_bound;
  certificate.totals = std::move(payments.totals);
  certificate.line_rents = std::move(payments.line_rents);
  certificate.rent = payments.rent;
  TONGSUAN_TRY(market::Verified verified, market::accept(market, std::move(certificate)));
  return Certified{std::move(verified), std::move(priced.removed)};
}

}  // namespace tongsuan::clearing
