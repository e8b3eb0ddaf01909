// Money and amounts are not compared.
#include "tongsuan/domain/units.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
bool less(Money money, Amount amount) {
  return money < amount;
}
#else
bool less(Money money, Money other) {
  return money < other;
}
#endif
