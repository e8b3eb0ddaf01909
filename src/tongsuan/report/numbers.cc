#include "tongsuan/report/numbers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "tongsuan/report/internal/utf8.h"

namespace tongsuan::report {
namespace {

int128 power_of_ten(int exponent) {
  int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

bool is_plain_decimal(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  const std::string_view whole = text.substr(0, text.find('.'));
  if (whole.empty()) return false;
  std::size_t points = 0;
  for (const char c : text) {
    points += c == '.' ? 1U : 0U;
    if (c != '.' && (c < '0' || c > '9')) return false;
  }
  return points <= 1;
}

struct Unit {
  int128 size;
  const char* name;
};

// Largest unit not above the value; the first unit for anything smaller.
template <std::size_t N>
std::string in_units(int128 numerator, int128 denominator, const std::array<Unit, N>& units,
                     const char* separator) {
  const int128 magnitude = numerator < 0 ? -numerator : numerator;
  std::size_t pick = 0;
  for (std::size_t i = 1; i < N; ++i) {
    if (magnitude / units[i].size >= denominator) pick = i;
  }
  const int128 divisor = denominator * units[pick].size;
  int decimals = 0;
  if (magnitude < divisor * 100) decimals = 1;
  if (magnitude < divisor * 10) decimals = 2;
  if (pick == 0 && magnitude % divisor == 0) decimals = 0;
  std::string text = grouped(fixed(numerator, divisor, decimals));
  if (*units[pick].name != '\0') text += std::string(separator) + units[pick].name;
  return text;
}

using PointRange = std::pair<std::uint32_t, std::uint32_t>;

template <std::size_t N>
bool within(const std::array<PointRange, N>& ranges, std::uint32_t point) {
  return std::any_of(ranges.begin(), ranges.end(), [point](const PointRange& range) {
    return point >= range.first && point <= range.second;
  });
}

// Unicode East Asian Width W and F, in the blocks that text uses.
constexpr std::array<PointRange, 17> kWide = {{{0x1100, 0x115F},
                                               {0x231A, 0x231B},
                                               {0x2329, 0x232A},
                                               {0x2E80, 0x303E},
                                               {0x3041, 0x33FF},
                                               {0x3400, 0x4DBF},
                                               {0x4E00, 0x9FFF},
                                               {0xA000, 0xA4CF},
                                               {0xA960, 0xA97F},
                                               {0xAC00, 0xD7A3},
                                               {0xF900, 0xFAFF},
                                               {0xFE10, 0xFE19},
                                               {0xFE30, 0xFE6F},
                                               {0xFF00, 0xFF60},
                                               {0xFFE0, 0xFFE6},
                                               {0x1F300, 0x1FAFF},
                                               {0x20000, 0x3FFFD}}};
constexpr std::array<PointRange, 6> kZeroWidth = {{{0x0300, 0x036F},
                                                   {0x200B, 0x200F},
                                                   {0x20D0, 0x20FF},
                                                   {0xFE00, 0xFE0F},
                                                   {0xFE20, 0xFE2F},
                                                   {0xFEFF, 0xFEFF}}};

}  // namespace

std::string fixed(int128 numerator, int128 denominator, int decimals) {
  const int128 scale = power_of_ten(decimals);
  const int128 magnitude = numerator < 0 ? -numerator : numerator;
  int128 value = 0;
  if (magnitude <= kInt128Max / scale) {
    value = divide_wide(numerator * scale, denominator, Rounding::kHalfEven);
  } else {  // apart, so that the scaled part cannot wrap
    value = numerator / denominator * scale +
            divide_wide(numerator % denominator * scale, denominator, Rounding::kHalfEven);
  }
  std::string text = value < 0 ? "-" : "";
  if (value < 0) value = -value;
  text += to_string(value / scale);
  if (decimals == 0) return text;
  const std::string fraction = to_string(value % scale);
  return text + '.' + std::string(static_cast<std::size_t>(decimals) - fraction.size(), '0') +
         fraction;
}

std::string grouped(std::string_view decimal_text) {
  if (!is_plain_decimal(decimal_text)) return std::string(decimal_text);
  const bool negative = decimal_text.front() == '-';
  const std::size_t begin = negative ? 1 : 0;
  const std::size_t end = std::min(decimal_text.find('.'), decimal_text.size());
  std::string text = negative ? "-" : "";
  for (std::size_t i = begin; i < end; ++i) {
    if (i > begin && (end - i) % 3 == 0) text += ',';
    text += decimal_text[i];
  }
  return text + std::string(decimal_text.substr(end));
}

std::string compact(int128 numerator, int128 denominator, Language language) {
  if (language == Language::kChinese) {
    static constexpr std::array<Unit, 3> kUnits = {{{1, ""}, {10'000, "万"}, {100'000'000, "亿"}}};
    return in_units(numerator, denominator, kUnits, " ");
  }
  static constexpr std::array<Unit, 4> kUnits = {
      {{1, ""}, {1'000, "k"}, {1'000'000, "M"}, {1'000'000'000, "bn"}}};
  return in_units(numerator, denominator, kUnits, " ");
}

std::string percent(std::optional<std::int64_t> ppm, int decimals) {
  return ppm ? grouped(fixed(*ppm, 10'000, decimals)) + " %" : "–";
}

std::string energy_text(int128 watt_hours) {
  static constexpr std::array<Unit, 4> kUnits = {
      {{1, "Wh"}, {1'000, "kWh"}, {1'000'000, "MWh"}, {1'000'000'000, "GWh"}}};
  return in_units(watt_hours, 1, kUnits, " ");
}

std::string data_text(int128 megabytes) {
  static constexpr std::array<Unit, 4> kUnits = {
      {{1, "MB"}, {1'000, "GB"}, {1'000'000, "TB"}, {1'000'000'000, "PB"}}};
  return in_units(megabytes, 1, kUnits, " ");
}

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  while (!utf8.empty()) {
    const internal::CodePoint next = internal::first_code_point(utf8);
    if (!next.valid) {
      ++width;
    } else if (within(kWide, next.value)) {
      width += 2;
    } else if (!within(kZeroWidth, next.value)) {
      ++width;
    }
    utf8.remove_prefix(next.bytes);
  }
  return width;
}

}  // namespace tongsuan::report
