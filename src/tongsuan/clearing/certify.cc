#include "tongsuan/clearing/certify.h"

#include <utility>

#include "tongsuan/market/canonical.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/payments.h"
#include "tongsuan/market/ties.h"
#include "tongsuan/solver/pricing.h"

namespace tongsuan::clearing {

Certificate draft(Proof proof, RoundId id) {
  Certificate certificate;
  certificate.round = id.round;
  certificate.seed = id.seed;
  certificate.bound_prices = std::move(proof.bound_prices);
  certificate.bound = proof.bound;
  certificate.gang_prices = std::move(proof.gang_prices);
  certificate.gang_bound = proof.gang_bound;
  certificate.strengthenings = proof.strengthenings;
  return certificate;
}

Result<market::Verified> seal(const Market& market, const market::Problem& problem,
                              Certificate certificate) {
  Outcome& outcome = certificate.outcome;
  market::apply_tie_rule(market, certificate.seed, outcome);
  const market::Dispatch dispatch = market::dispatch(problem, market::net_use(problem, outcome));
  const market::Allocation allocation = market::allocate(problem, dispatch, certificate.seed);
  market::Payments payments =
      market::payments(market, problem, outcome, dispatch, allocation, certificate.payment_prices);
  certificate.market = market.name;
  certificate.root = market::root(market);
  certificate.welfare = market::welfare(problem, outcome, dispatch);
  certificate.totals = std::move(payments.totals);
  certificate.line_rents = std::move(payments.line_rents);
  certificate.rent = payments.rent;
  return market::accept(market, std::move(certificate));
}

Result<Certified> certify(const Market& market, const market::Problem& problem, Outcome outcome,
                          Proof proof, RoundId id) {
  solver::PricingResult priced =
      solver::payment_prices(market, problem, outcome, proof.bound_prices, id.seed);
  Certificate certificate = draft(std::move(proof), id);
  certificate.outcome = std::move(priced.outcome);
  certificate.payment_prices = std::move(priced.prices);
  TONGSUAN_TRY(market::Verified verified, seal(market, problem, std::move(certificate)));
  return Certified{std::move(verified), std::move(priced.removed)};
}

}  // namespace tongsuan::clearing
