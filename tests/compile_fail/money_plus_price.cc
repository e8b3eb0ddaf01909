// Money and a price per unit are not the same thing.
#include "tongsuan/domain/units.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
Money sum(Money money, Price price) {
  return money + price;
}
#else
Money sum(Money money, Money other) {
  return money + other;
}
#endif
