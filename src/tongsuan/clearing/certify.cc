#include "tongsuan/clearing/certify.h"

#include <utility>

#include "tongsuan/market/ties.h"
#include "tongsuan/solver/pool_workers.h"
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

Result<market::Verified> seal(const Market& market, Certificate certificate,
                              std::uint32_t thread_count) {
  market::apply_tie_rule(market, certificate.seed, certificate.outcome);
  return market::complete(market, std::move(certificate), solver::PoolWorkers(thread_count));
}

Result<Certified> certify(const Market& market, const market::Problem& problem, Outcome outcome,
                          Proof proof, RoundId id, std::uint32_t thread_count) {
  solver::PricingResult priced =
      solver::payment_prices(market, problem, outcome, proof.bound_prices, id.seed);
  Certificate certificate = draft(std::move(proof), id);
  certificate.outcome = std::move(priced.outcome);
  certificate.payment_prices = std::move(priced.prices);
  TONGSUAN_TRY(market::Verified verified, seal(market, std::move(certificate), thread_count));
  return Certified{std::move(verified), std::move(priced.removed)};
}

}  // namespace tongsuan::clearing
