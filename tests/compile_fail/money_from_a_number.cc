// A bare number does not become money by itself.
#include "tongsuan/domain/units.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
Money five() {
  return 5;
}
#else
Money five() {
  return Money(5);
}
#endif
