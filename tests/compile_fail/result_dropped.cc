// A failure cannot be overlooked.
#include "tongsuan/base/result.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
Result<Done> save();
void run() {
  save();
}
#else
Result<Done> save();
bool run() {
  return save().ok();
}
#endif
