#include "tongsuan/jobfile/values.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace tongsuan::jobfile {
namespace {

constexpr Second kHour = 3'600;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::size_t number_length(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::find_if_not(text, [](char c) { return is_digit(c) || c == '.'; }) -
      text.begin());
}

// So many digits at the front of `text`, which loses them.
std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text.substr(0, count)) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Days since 1970-01-01 of the Gregorian calendar.
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = year / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

std::int64_t month_days(std::int64_t year, std::int64_t month) {
  constexpr std::array<std::int64_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

std::optional<std::int64_t> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || *year < 1970 || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || *month < 1 || *month > 12 || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || *day < 1 || *day > month_days(*year, *month)) return std::nullopt;
  return days_of(*year, *month, *day);
}

// hh:mm, and :ss where there are any.
std::optional<Second> take_clock(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  std::optional<std::int64_t> second = 0;
  if (take(text, ':')) second = take_digits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  return *hour * kHour + *minute * 60 + *second;
}

std::optional<std::int32_t> take_zone(std::string_view& text, std::int32_t otherwise) {
  if (text.empty()) return otherwise;
  if (take(text, 'Z')) return 0;
  const bool west = text.front() == '-';
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  const auto seconds = static_cast<std::int32_t>(*hour * kHour + *minute * 60);
  return west ? -seconds : seconds;
}

std::optional<Second> unit_seconds(std::string_view unit) {
  if (unit == "s") return 1;
  if (unit == "m" || unit == "min") return 60;
  if (unit == "h") return kHour;
  if (unit == "d") return kDay;
  return std::nullopt;
}

std::string zero_padded(std::int64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  return text.size() >= width ? text : std::string(width - text.size(), '0') + text;
}

}  // namespace

Parsed<std::int64_t> parse_decimal(std::string_view text, int digits, std::int64_t max) {
  const std::string shape = digits == 0
                                ? "a whole number"
                                : "a number with at most " + std::to_string(digits) + " decimals";
  const std::size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  const std::string_view fraction =
      dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  const bool form = !whole.empty() && std::ranges::all_of(whole, is_digit) &&
                    std::ranges::all_of(fraction, is_digit) &&
                    (dot == std::string_view::npos) == fraction.empty();
  if (!form || fraction.size() > static_cast<std::size_t>(digits)) {
    return std::string("expected ") + shape;
  }
  int128 value = 0;
  for (const std::string_view part : {whole, fraction}) {
    for (const char c : part) {
      value = value * 10 + (c - '0');
      if (value > max) return std::string("is too large");
    }
  }
  for (auto i = static_cast<int>(fraction.size()); i < digits; ++i) value *= 10;
  if (value > max) return std::string("is too large");
  return static_cast<std::int64_t>(value);
}

Parsed<Second> parse_duration(std::string_view text) {
  const std::string expected = "expected a duration such as 40h, 30m, 1h30m or 2d";
  text = trimmed(text);
  if (text.empty()) return expected;
  int128 total = 0;  // millionths of a second
  while (!text.empty()) {
    const std::size_t digits = number_length(text);
    const std::string_view number = text.substr(0, digits);
    text.remove_prefix(digits);
    const auto end = std::ranges::find_if(text, [](char c) { return is_digit(c); });
    const auto unit = unit_seconds(text.substr(0, static_cast<std::size_t>(end - text.begin())));
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    if (!unit) return number.empty() ? expected : "has no unit that is known: " + expected;
    const auto value = parse_decimal(number, 6, kSecondsMax * kMicro);
    if (!value.ok()) return expected;
    total += static_cast<int128>(value.value()) * *unit;
    if (total > static_cast<int128>(kSecondsMax) * kMicro) return std::string("is too long");
  }
  if (total % kMicro != 0) return std::string("is no whole number of seconds");
  return static_cast<Second>(total / kMicro);
}

Parsed<std::int64_t> parse_money(std::string_view text, std::string_view per) {
  const std::string expected =
      "expected money such as 14.50 CNY" + (per.empty() ? "" : "/" + std::string(per));
  text = trimmed(text);
  const std::size_t digits = number_length(text);
  const auto value = parse_decimal(text.substr(0, digits), 6, kMoneyMax / 2);
  if (!value.ok()) return digits == 0 ? expected : value.error() + ": " + expected;
  text = trimmed(text.substr(digits));
  if (!text.starts_with("CNY")) return "names no currency, or another one: " + expected;
  text = trimmed(text.substr(3));
  if (per.empty() && text.empty()) return value.value();
  if (!take(text, '/')) return "does not say per what: " + expected;
  text = trimmed(text);
  const bool device_hour = text == "gpu-h" || text == "device-h" || text == "card-h";
  if (per.empty() || (per == "gpu-h" ? !device_hour : text != per)) {
    return "is per " + std::string(text) + ": " + expected;
  }
  return value.value();
}

Parsed<std::uint64_t> parse_size(std::string_view text) {
  const std::string expected = "expected a size such as 4TB, 1.5GB or 800MB (powers of 1,000)";
  text = trimmed(text);
  const std::size_t digits = number_length(text);
  const std::string_view unit = trimmed(text.substr(digits));
  const auto value = parse_decimal(text.substr(0, digits), 6, kMoneyMax);
  const std::uint64_t scale = unit == "MB" ? 1 : unit == "GB" ? 1'000 : unit == "TB" ? kMicro : 0;
  if (!value.ok() || scale == 0) return expected;
  const uint128 millionths = static_cast<uint128>(value.value()) * scale;
  if (millionths % kMicro != 0) return std::string("is no whole number of MB");
  if (millionths / kMicro > kSizeMbMax) return std::string("is too large");
  return static_cast<std::uint64_t>(millionths / kMicro);
}

Parsed<std::uint32_t> parse_share(std::string_view text) {
  const std::string expected = "expected a share from 0 to 1, such as 0.7 or 70%";
  text = trimmed(text);
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  const auto value = parse_decimal(text, percent ? 4 : 6, kMicro);
  if (!value.ok()) return expected;
  return static_cast<std::uint32_t>(value.value());
}

Parsed<Moment> parse_time(std::string_view text, std::int32_t zone_seconds) {
  const std::string expected =
      "expected a time such as 2026-12-01T08:00+08:00, or a date such as 2026-12-01";
  text = trimmed(text);
  const auto days = take_date(text);
  if (!days) return expected;
  Second clock = 0;
  std::int32_t zone = zone_seconds;
  if (!text.empty()) {
    if (!take(text, 'T') && !take(text, ' ')) return expected;
    const auto read_clock = take_clock(text);
    const auto read_zone = read_clock ? take_zone(text, zone_seconds) : std::nullopt;
    if (!read_zone || !text.empty()) return expected;
    clock = *read_clock;
    zone = *read_zone;
  }
  return Moment{*days * kDay + clock - zone, zone};
}

Parsed<Second> parse_slurm_duration(std::string_view text) {
  const std::string expected = "expected a time limit such as 90 (minutes), 1:30:00 or 2-12:00:00";
  const std::size_t dash = text.find('-');
  Second total = 0;
  if (dash != std::string_view::npos) {
    const auto days = parse_decimal(text.substr(0, dash), 0, kSecondsMax / kDay);
    if (!days.ok()) return expected;
    total = days.value() * kDay;
    text.remove_prefix(dash + 1);
  }
  std::array<Second, 3> parts{};
  std::size_t count = 0;
  for (bool more = true; more; ++count) {
    if (count == parts.size()) return expected;
    const std::size_t colon = text.find(':');
    const auto part = parse_decimal(text.substr(0, colon), 0, kSecondsMax / kHour);
    if (!part.ok()) return expected;
    parts[count] = part.value();
    more = colon != std::string_view::npos;
    if (more) text.remove_prefix(colon + 1);
  }
  // After days come hours; otherwise one or two parts begin with minutes.
  if (dash != std::string_view::npos || count == 3) {
    total += parts[0] * kHour + parts[1] * 60 + parts[2];
  } else {
    total += parts[0] * 60 + parts[1];
  }
  if (total > kSecondsMax) return std::string("is too long");
  return total;
}

std::string time_text(const Moment& moment) {
  const std::int64_t local = moment.unix_second + moment.zone_seconds;
  const std::int64_t days = local / kDay - (local % kDay < 0 ? 1 : 0);
  const std::int64_t clock = local - days * kDay;
  std::int64_t year = 1969 + days / 366;
  while (days_of(year + 1, 1, 1) <= days) ++year;
  std::int64_t day = days - days_of(year, 1, 1);
  std::int64_t month = 1;
  while (day >= month_days(year, month)) day -= month_days(year, month++);
  const std::int64_t zone = moment.zone_seconds < 0 ? -moment.zone_seconds : moment.zone_seconds;
  return zero_padded(year, 4) + "-" + zero_padded(month, 2) + "-" + zero_padded(day + 1, 2) + "T" +
         zero_padded(clock / kHour, 2) + ":" + zero_padded(clock / 60 % 60, 2) + ":" +
         zero_padded(clock % 60, 2) + (moment.zone_seconds < 0 ? "-" : "+") +
         zero_padded(zone / kHour, 2) + ":" + zero_padded(zone / 60 % 60, 2);
}

std::string money_text(std::int64_t micro) {
  std::string fraction = zero_padded(micro % kMicro, 6);
  while (fraction.size() > 2 && fraction.back() == '0') fraction.pop_back();
  return std::to_string(micro / kMicro) + "." + fraction;
}

bool is_name(std::string_view text) {
  const auto letter = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && text.size() <= 128 && letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || c == '-' || c == '.'; });
}

}  // namespace tongsuan::jobfile
