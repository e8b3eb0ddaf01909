// When a slot begins, on the clock of the market's calendar.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/domain/market.h"

namespace tongsuan::cli {

class SlotClock {
 public:
  // The calendar's start was checked by the reader; one that is not an instant gives plain slots.
  explicit SlotClock(const Calendar& calendar);

  // "2026-12-01T08:00:00+08:00"; the number of the slot when the start is not an instant.
  [[nodiscard]] std::string instant(Slot slot) const;
  // For tables: "12-01 08:00" in the zone of the calendar.
  [[nodiscard]] std::string brief(Slot slot) const;
  // "12-01 08:00–10:00"; the second date only where it is another day.
  [[nodiscard]] std::string brief(SlotRange slots) const;
  // The slot that holds this instant ("2026-12-01T08:00+08:00"), or the slot count for the end of
  // the calendar; nothing for other text or an instant outside the calendar.
  [[nodiscard]] std::optional<Slot> slot_at(std::string_view instant) const;

 private:
  struct Civil {
    std::int64_t year;
    unsigned month, day, hour, minute, second;
  };
  [[nodiscard]] Civil civil(Slot slot) const;

  bool known_ = false;
  std::int64_t start_ = 0;   // seconds since 1970, local to the zone
  std::int64_t offset_ = 0;  // seconds of the zone
  std::string zone_;
  std::uint32_t slot_seconds_;
  std::uint32_t slot_count_;
};

}  // namespace tongsuan::cli
