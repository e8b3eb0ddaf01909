// Times as the interface of the exchange writes them, RFC 3339 in whole seconds; and the clocks
// that the program has.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tongsuan::hub {

// Seconds since 1970 of "2026-04-13T08:00:00+08:00", of any zone.
[[nodiscard]] std::optional<std::int64_t> read_time(std::string_view text);
// "2026-04-13T00:00:00Z". Years 1970 to 9999.
[[nodiscard]] std::string write_time(std::int64_t seconds);

// Seconds since 1970 of this machine's clock.
[[nodiscard]] std::int64_t system_seconds();
// Seconds since this machine was started, those in which it slept among them. Nobody sets them.
[[nodiscard]] std::int64_t running_seconds();

// The clock to wait by: this machine's as it was when we began, whoever sets that afterwards. One
// that is set back would make everything wait for as long, the renewal of a lease too; one that is
// set ahead would end what waits.
class OwnClock {
 public:
  using Seconds = std::function<std::int64_t()>;
  explicit OwnClock(Seconds machine = system_seconds, Seconds running = running_seconds)
      : machine_(std::move(machine)), running_(std::move(running)) {}

  [[nodiscard]] std::int64_t now() const { return begun_ + running_(); }
  // So much the machine's clock is ahead of it. A second is what rounding makes.
  [[nodiscard]] std::int64_t ahead() const {
    const std::int64_t ahead = machine_() - now();
    return ahead < -1 || ahead > 1 ? ahead : 0;
  }

 private:
  Seconds machine_, running_;
  std::int64_t begun_ = machine_() - running_();
};

}  // namespace tongsuan::hub
