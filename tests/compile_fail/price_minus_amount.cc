// A price less an amount means nothing.
#include "tongsuan/domain/units.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
auto difference(Price price, Amount amount) {
  return price - amount;
}
#else
auto difference(Price price, Price other) {
  return price - other;
}
#endif
