// Test helper: time that tests move while a node waits for it.
#pragma once

#include <atomic>
#include <chrono>

#include "tongsuan/node/clock.h"

namespace tongsuan::node::testing {

// Asked how long to wait, it says a moment, so that whoever waits sees the next second soon.
class SteppedClock final : public Clock {
 public:
  [[nodiscard]] Second now() override { return now_; }
  [[nodiscard]] std::chrono::nanoseconds until(Second at) override {
    return at <= now_ ? std::chrono::nanoseconds(0) : std::chrono::milliseconds(1);
  }
  void set(Second now) { now_ = now; }

 private:
  std::atomic<Second> now_ = 0;
};

}  // namespace tongsuan::node::testing
