// Money does not become a bare number by itself.
#include "tongsuan/domain/units.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
std::int64_t raw(Money money) {
  return money;
}
#else
std::int64_t raw(Money money) {
  return money.raw();
}
#endif
