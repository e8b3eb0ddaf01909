// Only the verifier says that a certificate is verified.
#include "tongsuan/market/verify.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
market::Verified claim(Certificate certificate) {
  return {std::move(certificate), market::Verdict()};
}
#else
Result<market::Verified> claim(const Market& market, Certificate certificate) {
  return market::accept(market, std::move(certificate));
}
#endif
