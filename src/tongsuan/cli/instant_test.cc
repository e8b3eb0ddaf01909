#include "tongsuan/cli/instant.h"

#include <gtest/gtest.h>

namespace tongsuan::cli {
namespace {

SlotClock clock(const char* start, std::uint32_t seconds, std::uint32_t count) {
  return SlotClock({.start = start, .slot_seconds = seconds, .slot_count = count});
}

TEST(SlotClock, WritesInstantsInTheZoneOfTheCalendar) {
  const SlotClock hours = clock("2026-12-31T22:00+08:00", 3600, 168);
  EXPECT_EQ(hours.instant(0), "2026-12-31T22:00:00+08:00");
  EXPECT_EQ(hours.instant(2), "2027-01-01T00:00:00+08:00");
  EXPECT_EQ(hours.brief(Slot{2}), "01-01 00:00");
  EXPECT_EQ(clock("2028-02-28T23:45:30Z", 900, 4).instant(1), "2028-02-29T00:00:30Z");
}

TEST(SlotClock, LeavesOutTheSecondDateOfOneDay) {
  const SlotClock hours = clock("2026-12-01T00:00+08:00", 3600, 168);
  EXPECT_EQ(hours.brief(SlotRange{8, 10}), "12-01 08:00–10:00");
  EXPECT_EQ(hours.brief(SlotRange{22, 26}), "12-01 22:00–12-02 02:00");
}

TEST(SlotClock, FindsSlotsInAnyZone) {
  const SlotClock hours = clock("2026-12-01T00:00+08:00", 3600, 24);
  EXPECT_EQ(hours.slot_at("2026-12-01T08:59+08:00"), 8U);
  EXPECT_EQ(hours.slot_at("2026-12-01T00:00Z"), 8U);
  EXPECT_EQ(hours.slot_at("2026-11-30T13:30-03:00"), 0U);
  EXPECT_EQ(hours.slot_at("2026-12-02T00:00:00+08:00"), 24U);
  for (const char* text : {"2026-12-02T01:00+08:00", "2026-11-30T23:00+08:00", "2026-13-01T00:00Z",
                           "2026-02-30T00:00Z", "2026-12-01T24:00Z", "2026-12-01", "", "8",
                           "2026-12-01T00:00", "2026-12-01T00:00+0800"}) {
    EXPECT_FALSE(hours.slot_at(text).has_value()) << text;
  }
}

TEST(SlotClock, FallsBackToNumbers) {
  const SlotClock odd = clock("soon", 3600, 24);
  EXPECT_EQ(odd.instant(7), "7");
  EXPECT_EQ(odd.brief(SlotRange{7, 9}), "7–9");
  EXPECT_FALSE(odd.slot_at("2026-12-01T00:00Z").has_value());
}

}  // namespace
}  // namespace tongsuan::cli
