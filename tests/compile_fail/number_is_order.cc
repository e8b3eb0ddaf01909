// A bare number is not an order.
#include "tongsuan/domain/outcome.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
Award award() {
  Award found;
  found.order = 3;
  return found;
}
#else
Award award() {
  Award found;
  found.order = OrderId{3};
  return found;
}
#endif
