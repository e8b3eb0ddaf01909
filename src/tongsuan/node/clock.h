// The exchange's time: seconds since its epoch, and when to wake for one.
#pragma once

#include <atomic>
#include <chrono>

#include "tongsuan/domain/units.h"

namespace tongsuan::node {

// Any thread.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  // Never before an earlier answer.
  [[nodiscard]] virtual Second now() = 0;
  // How long until that second comes.
  [[nodiscard]] virtual std::chrono::nanoseconds until(Second at) = 0;
};

// The system's clock, for an exchange whose second 0 was `epoch` (Unix time).
class SystemClock final : public Clock {
 public:
  explicit SystemClock(std::int64_t epoch) : epoch_(epoch) {}
  [[nodiscard]] Second now() override;
  [[nodiscard]] std::chrono::nanoseconds until(Second at) override;

 private:
  std::int64_t epoch_;
  std::atomic<Second> last_{0};
};

// Goes on from `from`, so many exchange seconds in each second: for demonstrations.
class FastClock final : public Clock {
 public:
  FastClock(Second from, std::uint32_t speed)
      : from_(from), speed_(speed), begun_(std::chrono::steady_clock::now()) {}
  [[nodiscard]] Second now() override;
  [[nodiscard]] std::chrono::nanoseconds until(Second at) override;

 private:
  Second from_;
  std::uint32_t speed_;
  std::chrono::steady_clock::time_point begun_;
};

// Stands still until it is told to go on: for tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Second from) : now_(from) {}
  [[nodiscard]] Second now() override { return now_; }
  [[nodiscard]] std::chrono::nanoseconds until(Second at) override {
    return at <= now_ ? std::chrono::nanoseconds(0) : std::chrono::hours(1);
  }
  void advance(Second seconds) { now_ += seconds; }

 private:
  std::atomic<Second> now_;
};

}  // namespace tongsuan::node
