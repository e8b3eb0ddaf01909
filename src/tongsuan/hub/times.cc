#include "tongsuan/hub/times.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "tongsuan/base/text.h"

namespace tongsuan::hub {
namespace {

constexpr std::int64_t kDaySeconds = 86'400, kLast = 253'402'300'799;

// Digits at a place; -1: they are none.
std::int64_t digits(std::string_view text, std::size_t at, std::size_t count) {
  std::int64_t number = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

// Seconds that the zone is ahead, of "Z", "+08:00".
std::optional<std::int64_t> read_zone(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() != 6 || text[3] != ':' || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const std::int64_t hours = digits(text, 1, 2), minutes = digits(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return (hours * 60 + minutes) * (text[0] == '-' ? -60 : 60);
}

}  // namespace

std::optional<std::int64_t> read_time(std::string_view text) {
  constexpr std::string_view kForm = "....-..-..T..:..:..";
  if (text.size() <= kForm.size()) return std::nullopt;
  for (std::size_t at = 0; at < kForm.size(); ++at) {
    if (kForm[at] != '.' && text[at] != kForm[at]) return std::nullopt;
  }
  const std::int64_t year = digits(text, 0, 4), month = digits(text, 5, 2);
  const std::int64_t day = digits(text, 8, 2), hour = digits(text, 11, 2);
  const std::int64_t minute = digits(text, 14, 2), second = digits(text, 17, 2);
  const auto zone = read_zone(text.substr(kForm.size()));
  if (!zone || year < 0 || month < 1 || day < 1 || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59 || second < 0 || second > 59) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * kDaySeconds + hour * 3'600 + minute * 60 + second - *zone;
}

std::int64_t system_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::int64_t running_seconds() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec;
}

std::string write_time(std::int64_t seconds) {
  seconds = std::clamp<std::int64_t>(seconds, 0, kLast);
  const std::chrono::sys_days day{std::chrono::days(seconds / kDaySeconds)};
  const std::chrono::year_month_day date(day);
  const std::int64_t rest = seconds % kDaySeconds;
  const auto two = [](std::int64_t number) {
    return padded(static_cast<std::uint64_t>(number), 2);
  };
  return padded(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4) + '-' +
         two(static_cast<unsigned>(date.month())) + '-' + two(static_cast<unsigned>(date.day())) +
         'T' + two(rest / 3'600) + ':' + two(rest / 60 % 60) + ':' + two(rest % 60) + 'Z';
}

}  // namespace tongsuan::hub
