// The verifier: takes a market and a certificate, re-derives everything in one integer pass, and
// names the first fault. It never asks how the outcome was found.
#pragma once

#include <cstdint>
#include <string>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/market/workers.h"

namespace tongsuan::market {

enum class Fault : std::uint8_t {
  kNone,
  kMarketLimit,        // the market passes a limit and cannot be compiled
  kRootMismatch,       // the certificate is of another book
  kUnknownAward,       // an award names an option or start that the order does not have
  kAwardOrder,         // awards repeat or are not in rising order of orders
  kLotsOutOfRange,     // an accepted share that the order does not allow
  kPrecedence,         // an order runs before the order that it must follow has ended
  kFlowCount,          // not one flow per line and slot
  kFlowOutOfRange,     // a flow beyond its line's limits
  kOverCapacity,       // a row's steps cannot meet its use
  kPriceCount,         // not one price per row
  kPriceOutOfRange,    // a price beyond the limit, or below zero on a free row
  kWelfareMismatch,    // W is not what the outcome is worth
  kBoundMismatch,      // D(λ*) is not what the prices give
  kGangPriceShape,     // gang prices that do not fit the book
  kGangBoundMismatch,  // D(π) is not what the gang prices give
  kBoundBelowWelfare,  // impossible for true numbers: a bug in the verifier or an overflow
  kBuyerLoses,         // an accepted order pays more than it is worth to it
  kSellerLoses,        // a seller earns less than its cost on a lane over the round
  kLineLoses,          // a line earns less than its tariff over the round
  kTieRule,            // of two orders that differ only in id and owner the wrong one won
  kTotalsMismatch,     // an account's payment or receipt is wrong
  kRentMismatch,       // rent is not what buyers pay less what others receive
  kRentNegative,       // buyers pay less than sellers receive: somebody is paid for waste
};

// "kBuyerLoses" → "buyer-loses": stable names for people and programs.
[[nodiscard]] const char* fault_name(Fault fault);

struct Verdict {
  Fault fault = Fault::kNone;
  std::string detail;  // what is wrong, with the names and numbers of the book
  int128 welfare = 0;  // undivided, as re-derived (up to the fault)
  int128 bound = 0;    // the best valid bound: min of D(λ*) and D(π)
  std::int64_t denominator = 1;
  std::uint64_t order_count = 0;
  std::uint64_t award_count = 0;
  std::uint64_t row_count = 0;
  [[nodiscard]] bool ok() const { return fault == Fault::kNone; }
  // (bound − welfare) / |bound| in parts per million, rounded up; 0 when there is no gap, and the
  // largest number when there is one over a bound of 0.
  [[nodiscard]] std::int64_t gap_ppm() const;
};

// Checks in the order of Fault and stops at the first. The rules of fairness, at λ′ and undivided:
//   buyers   every award: value of the placement ≥ λ′ · amounts (a seller's value is negative, and
//   so
//            is what it "pays"; a profile in parts is judged by its part), and every curve order:
//            what its accepted steps are worth ≥ what they cost, over the round
//   sellers  per (seller, lane) over the round, whatever the offers: revenue ≥ cost
//   lines    per line over the round: Σ (λ′_to − λ′_from)·f ≥ tariff · Σ |f|
// The market must be canonical (a reader makes it so). The verdict is the same for any workers.
[[nodiscard]] Verdict verify(const Market& market, const Certificate& certificate,
                             const Workers& workers = Workers());

// A certificate that passed. Only `accept` and `complete` make one, so holding it means that it was
// verified.
class Verified {
 public:
  [[nodiscard]] const Certificate& certificate() const { return certificate_; }
  [[nodiscard]] const Verdict& verdict() const { return verdict_; }

 private:
  friend Result<Verified> accept(const Market&, Certificate, const Workers&);
  friend Result<Verified> complete(const Market&, Certificate, const Workers&);
  static Result<Verified> make(Certificate certificate, Verdict verdict);
  Verified(Certificate certificate, Verdict verdict)
      : certificate_(std::move(certificate)), verdict_(std::move(verdict)) {}
  Certificate certificate_;
  Verdict verdict_;
};
Result<Verified> accept(const Market& market, Certificate certificate,
                        const Workers& workers = Workers());
// The same for a draft: the name and root of the market, W, totals and rents follow from the rest
// and are filled in, so that who makes a certificate does not derive them twice.
Result<Verified> complete(const Market& market, Certificate draft,
                          const Workers& workers = Workers());

}  // namespace tongsuan::market
