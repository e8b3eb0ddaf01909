#include "tongsuan/exchange/calendar.h"

#include <algorithm>

namespace tongsuan::exchange {

std::optional<std::string> calendar_fault(const std::vector<Closure>& closures) {
  if (closures.size() > kClosuresMax) return "more closures than a calendar has";
  for (std::size_t i = 0; i < closures.size(); ++i) {
    const Closure& closure = closures[i];
    if (closure.from < 0 || closure.until <= closure.from || closure.until > kCalendarSecondsMax) {
      return "a closure that ends before it begins, or too late";
    }
    if (i > 0 && closure.from < closures[i - 1].until) return "closures that are not in order";
    const bool plain = std::ranges::none_of(closure.reason, [](char letter) {
      return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
    });
    if (closure.reason.empty() || closure.reason.size() > kClosureReasonMax || !plain) {
      return "a closure without a reason that can be shown";
    }
  }
  return std::nullopt;
}

const Closure* closure_at(const std::vector<Closure>& closures, Second at) {
  const auto next = std::ranges::upper_bound(closures, at, {}, &Closure::from);
  if (next == closures.begin()) return nullptr;
  const Closure& last = *std::prev(next);
  return at < last.until ? &last : nullptr;
}

Second gate_after(const std::vector<Closure>& closures, Second interval, Second at) {
  Second gate = (at / interval + 1) * interval;
  while (const Closure* closure = closure_at(closures, gate)) {
    gate = (closure->until + interval - 1) / interval * interval;
  }
  return gate;
}

}  // namespace tongsuan::exchange
