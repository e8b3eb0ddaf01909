#include "tongsuan/server/values.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace tongsuan::server {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::int64_t kDaySeconds = 86'400;

// Days since 1970 of a date of the Gregorian calendar, and back (Hinnant's civil days).
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

struct Date {
  std::int64_t year, month, day;
};
Date date_of(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t of_era = days - era * 146'097;
  const std::int64_t year_of_era =
      (of_era - of_era / 1'460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * of_year + 2) / 153;
  const std::int64_t month = shifted + (shifted < 10 ? 3 : -9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          of_year - (153 * shifted + 2) / 5 + 1};
}

std::int64_t days_in(std::int64_t year, std::int64_t month) {
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  constexpr std::array<std::int64_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

void append_digits(std::string& out, std::int64_t number, std::size_t width) {
  std::array<char, 8> digits{};
  for (std::size_t i = width; i-- > 0; number /= 10) {
    digits[i] = static_cast<char>('0' + number % 10);
  }
  out.append(digits.data(), width);
}

// Reads digits and marks of a fixed form, one after the other.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}
  std::int64_t digits(std::size_t width) {
    std::int64_t number = 0;
    if (text_.size() < width) good_ = false;
    for (std::size_t i = 0; good_ && i < width; ++i) {
      const char c = text_[i];
      good_ = c >= '0' && c <= '9';
      number = number * 10 + (c - '0');
    }
    if (good_) text_.remove_prefix(width);
    return good_ ? number : 0;
  }
  void mark(char c) {
    good_ = good_ && text_.starts_with(c);
    if (good_) text_.remove_prefix(1);
  }
  [[nodiscard]] bool at(char c) const { return text_.starts_with(c); }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool done() const { return good_ && text_.empty(); }

 private:
  std::string_view text_;
  bool good_ = true;
};

}  // namespace

void append_id(std::string& out, char kind, std::uint64_t number) {
  std::array<char, 16> digits{};
  std::size_t at = digits.size();
  do {
    digits[--at] = kCrockford[number % 32];
    number /= 32;
  } while (number > 0);
  out += kind;
  out += '-';
  out.append(digits.data() + at, digits.size() - at);
}

std::string id_text(char kind, std::uint64_t number) {
  std::string text;
  append_id(text, kind, number);
  return text;
}

std::optional<std::uint64_t> parse_id(std::string_view text, char kind) {
  if (text.size() < 3 || text.size() > 15 || text[0] != kind || text[1] != '-') return std::nullopt;
  text.remove_prefix(2);
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    const std::size_t digit = kCrockford.find(c);
    if (digit == std::string_view::npos || number >> 59 != 0) return std::nullopt;
    number = number * 32 + digit;
  }
  return number;
}

std::optional<std::uint64_t> parse_whole(std::string_view text) {
  std::uint64_t number = 0;
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void append_whole(std::string& out, std::uint64_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_amount(std::string& out, std::int64_t micro) {
  std::uint64_t rest = static_cast<std::uint64_t>(micro);
  if (micro < 0) {
    out += '-';
    rest = 0 - rest;
  }
  append_whole(out, rest / kMicro);
  std::array<char, 6> places{};
  std::uint64_t fraction = rest % kMicro;
  for (std::size_t i = places.size(); i-- > 0; fraction /= 10) {
    places[i] = static_cast<char>('0' + fraction % 10);
  }
  std::size_t used = places.size();
  while (used > 2 && places[used - 1] == '0') --used;
  out += '.';
  out.append(places.data(), used);
}

std::string money_text(std::int64_t micro) {
  std::string text;
  append_amount(text, micro);
  return text + " CNY";
}

void append_money(std::string& out, std::int64_t micro) {
  out += R"({"amount":")";
  append_amount(out, micro);
  out += R"(","currency":"CNY"})";
}

void write_money(json::Writer& out, std::string_view key, std::int64_t micro) {
  std::string text;
  append_money(text, micro);
  out.raw(key, text);
}

void TimeText::append(std::string& out, Second second) const {
  const std::int64_t local =
      std::clamp<std::int64_t>(epoch_ + second + zone_seconds_, 0, 253'402'300'799);
  const Date date = date_of(local / kDaySeconds);
  const std::int64_t of_day = local % kDaySeconds;
  append_digits(out, date.year, 4);
  out += '-';
  append_digits(out, date.month, 2);
  out += '-';
  append_digits(out, date.day, 2);
  out += 'T';
  append_digits(out, of_day / 3'600, 2);
  out += ':';
  append_digits(out, of_day / 60 % 60, 2);
  out += ':';
  append_digits(out, of_day % 60, 2);
  if (zone_seconds_ == 0) {
    out += 'Z';
    return;
  }
  const std::int32_t zone = zone_seconds_ < 0 ? -zone_seconds_ : zone_seconds_;
  out += zone_seconds_ < 0 ? '-' : '+';
  append_digits(out, zone / 3'600, 2);
  out += ':';
  append_digits(out, zone / 60 % 60, 2);
}

std::string TimeText::text(Second second) const {
  std::string text;
  append(text, second);
  return text;
}

std::optional<Second> TimeText::parse(std::string_view text) const {
  const auto moment = parse_unix_time(text);
  if (!moment) return std::nullopt;
  return *moment - epoch_;
}

std::optional<std::int64_t> parse_unix_time(std::string_view text) {
  Scan scan(text);
  const std::int64_t year = scan.digits(4);
  scan.mark('-');
  const std::int64_t month = scan.digits(2);
  scan.mark('-');
  const std::int64_t day = scan.digits(2);
  scan.mark('T');
  const std::int64_t hour = scan.digits(2);
  scan.mark(':');
  const std::int64_t minute = scan.digits(2);
  std::int64_t second = 0;
  if (scan.at(':')) {
    scan.mark(':');
    second = scan.digits(2);
  }
  std::int64_t zone = 0;
  if (scan.at('Z')) {
    scan.mark('Z');
  } else {
    const bool west = scan.at('-');
    scan.mark(west ? '-' : '+');
    const std::int64_t hours = scan.digits(2);
    scan.mark(':');
    const std::int64_t minutes = scan.digits(2);
    if (hours > 23 || minutes > 59) return std::nullopt;
    zone = (hours * 60 + minutes) * (west ? -60 : 60);
  }
  if (!scan.done() || month < 1 || month > 12 || day < 1 || day > days_in(year, month) ||
      hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  return days_of(year, month, day) * kDaySeconds + hour * 3'600 + minute * 60 + second - zone;
}

}  // namespace tongsuan::server
