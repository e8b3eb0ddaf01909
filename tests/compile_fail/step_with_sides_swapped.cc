// A step is a price, then an amount.
#include "tongsuan/domain/market.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
Step step(Price price, Amount amount) {
  return {amount, price};
}
#else
Step step(Price price, Amount amount) {
  return {price, amount};
}
#endif
