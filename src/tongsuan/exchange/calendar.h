// When there are gates.
//
// Model. Gates stand at multiples of the rules' interval, save within closures: holidays and
// maintenance, [from, until), in order, which do not overlap. What waits goes on being dispatched
// in a closure, or not, as the closure says. What runs goes on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "tongsuan/domain/units.h"

namespace tongsuan::exchange {

inline constexpr std::size_t kClosuresMax = 64;
inline constexpr std::size_t kClosureReasonMax = 128;  // bytes
inline constexpr Second kCalendarSecondsMax = 10'000'000'000;

struct Closure {
  Second from = 0;
  Second until = 0;
  bool dispatch = true;  // what waits starts meanwhile
  std::string reason;
  friend bool operator==(const Closure&, const Closure&) = default;
  static constexpr auto fields() {
    return std::tuple(&Closure::from, &Closure::until, &Closure::dispatch, &Closure::reason);
  }
};

// What is wrong with the list; nothing when it is a calendar.
[[nodiscard]] std::optional<std::string> calendar_fault(const std::vector<Closure>& closures);
// The closure at this second; nullptr: none.
[[nodiscard]] const Closure* closure_at(const std::vector<Closure>& closures, Second at);
// The first gate after `at`.
[[nodiscard]] Second gate_after(const std::vector<Closure>& closures, Second interval, Second at);

}  // namespace tongsuan::exchange
