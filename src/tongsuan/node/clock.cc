#include "tongsuan/node/clock.h"

#include <algorithm>

namespace tongsuan::node {

using std::chrono::duration_cast;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

Second SystemClock::now() {
  const auto unix = duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
  Second last = last_.load();  // the system's clock may be set back
  while (last < unix - epoch_ && !last_.compare_exchange_weak(last, unix - epoch_)) {
  }
  return std::max<Second>(last, unix - epoch_);
}

nanoseconds SystemClock::until(Second at) {
  const auto target = system_clock::time_point(seconds(at + epoch_));
  return std::max(nanoseconds(0), duration_cast<nanoseconds>(target - system_clock::now()));
}

Second FastClock::now() {
  const auto elapsed = duration_cast<nanoseconds>(steady_clock::now() - begun_).count();
  return from_ + elapsed / 1'000 * speed_ / 1'000'000;
}

nanoseconds FastClock::until(Second at) {
  const auto elapsed = duration_cast<nanoseconds>(steady_clock::now() - begun_);
  const nanoseconds target = nanoseconds(seconds(at - from_)) / speed_;
  return std::max(nanoseconds(0), target - elapsed);
}

}  // namespace tongsuan::node
