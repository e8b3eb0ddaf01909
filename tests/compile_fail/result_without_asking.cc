// A result is not its value.
#include "tongsuan/base/result.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
Result<int> count();
int run() {
  return count();
}
#else
Result<int> count();
int run() {
  return count().value();
}
#endif
