// A product of price and amount needs 128 bits and the scale of its row.
#include "tongsuan/market/evaluate.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
auto cost(Price price, Amount amount) {
  return price * amount;
}
#else
auto cost(const market::Problem& problem, Price price, Amount amount) {
  return market::row_money(problem, 0, price.raw(), amount.raw());
}
#endif
