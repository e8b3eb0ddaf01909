#include "tongsuan/cli/instant.h"

#include <chrono>
#include <cstdio>

namespace tongsuan::cli {
namespace {

struct Parsed {
  std::int64_t local = 0;
  std::int64_t offset = 0;
  std::string_view zone;
};

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<std::int64_t> offset_of(std::string_view zone) {
  if (zone == "Z") return 0;
  const auto hours = digits(zone, 1, 2);
  const auto minutes = digits(zone, 4, 2);
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':' || !hours ||
      !minutes) {
    return std::nullopt;
  }
  const std::int64_t seconds = *hours * 3600 + *minutes * 60;
  return zone[0] == '-' ? -seconds : seconds;
}

// "2026-12-01T00:00[:00](Z|±hh:mm)"
std::optional<Parsed> parse_instant(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  if (!year || !month || !day || !hour || !minute) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':') return std::nullopt;
  std::size_t at = 16;
  int second = 0;
  if (at < text.size() && text[at] == ':') {
    const auto given = digits(text, at + 1, 2);
    if (!given) return std::nullopt;
    second = *given;
    at += 3;
  }
  const std::string_view zone = text.substr(at);
  const auto offset = offset_of(zone);
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!offset || !date.ok() || *hour > 23 || *minute > 59 || second > 60) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return Parsed{.local = days * 86'400 + *hour * 3600 + *minute * 60 + second,
                .offset = *offset,
                .zone = zone};
}

}  // namespace

SlotClock::SlotClock(const Calendar& calendar)
    : slot_seconds_(calendar.slot_seconds), slot_count_(calendar.slot_count) {
  const std::optional<Parsed> start = parse_instant(calendar.start);
  if (!start) return;
  known_ = true;
  start_ = start->local;
  offset_ = start->offset;
  zone_ = start->zone;
}

SlotClock::Civil SlotClock::civil(Slot slot) const {
  const std::chrono::sys_seconds at{
      std::chrono::seconds(start_ + std::int64_t{slot} * slot_seconds_)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<unsigned>(date.month()),
          .day = static_cast<unsigned>(date.day()),
          .hour = static_cast<unsigned>(time.hours().count()),
          .minute = static_cast<unsigned>(time.minutes().count()),
          .second = static_cast<unsigned>(time.seconds().count())};
}

std::string SlotClock::instant(Slot slot) const {
  if (!known_) return std::to_string(slot);
  const Civil c = civil(slot);
  char text[64];
  std::snprintf(text, sizeof text, "%04lld-%02u-%02uT%02u:%02u:%02u",
                static_cast<long long>(c.year), c.month, c.day, c.hour, c.minute, c.second);
  return text + zone_;
}

std::string SlotClock::brief(Slot slot) const {
  if (!known_) return std::to_string(slot);
  const Civil c = civil(slot);
  char text[32];
  std::snprintf(text, sizeof text, "%02u-%02u %02u:%02u", c.month, c.day, c.hour, c.minute);
  return text;
}

std::string SlotClock::brief(SlotRange slots) const {
  const std::string begin = brief(slots.begin);
  const std::string end = brief(slots.end);
  const std::size_t date = std::string_view("12-01 ").size();
  const bool same_day = known_ && begin.substr(0, date) == end.substr(0, date);
  return begin + "–" + (same_day ? end.substr(date) : end);
}

std::optional<Slot> SlotClock::slot_at(std::string_view instant) const {
  const std::optional<Parsed> at = parse_instant(instant);
  if (!known_ || !at) return std::nullopt;
  const std::int64_t seconds = (at->local - at->offset) - (start_ - offset_);
  if (seconds < 0 || seconds > std::int64_t{slot_seconds_} * slot_count_) return std::nullopt;
  return static_cast<Slot>(seconds / slot_seconds_);
}

}  // namespace tongsuan::cli
