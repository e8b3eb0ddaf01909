// A bare number is not added to money.
#include "tongsuan/domain/units.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
Money more(Money money) {
  return money + 1;
}
#else
Money more(Money money) {
  return money + Money(1);
}
#endif
