#include "tongsuan/codec/values.h"

#include <algorithm>
#include <array>

namespace tongsuan::codec {
namespace {

constexpr std::array<std::uint64_t, 20> kPowers = [] {
  std::array<std::uint64_t, 20> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

// The longest number at the front of a text.
struct Number {
  std::uint64_t digits = 0;  // without the point
  unsigned fraction = 0;     // digits after the point
  bool negative = false;
  bool huge = false;     // more than 18 significant digits: beyond every limit, or too precise
  std::size_t size = 0;  // bytes; 0: no number
};

Number number_at_front(std::string_view text) {
  Number number;
  std::size_t at = 0;
  if (!text.empty() && text[0] == '-') {
    number.negative = true;
    at = 1;
  }
  const std::size_t first = at;
  const auto digits = [&] {
    for (; at < text.size() && is_digit(text[at]); ++at) {
      if (number.digits >= kPowers[18]) {
        number.huge = true;
      } else {
        number.digits = number.digits * 10 + static_cast<std::uint64_t>(text[at] - '0');
      }
    }
  };
  digits();
  if (at == first) return {};
  if (at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) {
    const std::size_t point = at++;
    digits();
    number.fraction = static_cast<unsigned>(std::min<std::size_t>(at - point - 1, 1'000));
    // Zeros at the end say nothing: 1.50 is as exact as 1.5.
    for (std::size_t i = at - 1; number.fraction > 0 && text[i] == '0' && !number.huge; --i) {
      number.digits /= 10;
      --number.fraction;
    }
  }
  number.size = at;
  return number;
}

// The number in units of 10^-decimals, if it is exact and within the limits.
ValueFault scaled(const Number& number, unsigned decimals, Limits limits, std::int64_t& value) {
  if (number.fraction > decimals) return ValueFault::kPrecise;
  const std::uint64_t power = kPowers[decimals - number.fraction];
  const std::uint64_t magnitude_max = static_cast<std::uint64_t>(
      number.negative ? -limits.min : std::max<std::int64_t>(limits.max, 0));
  if (number.negative && limits.min >= 0 && number.digits != 0) return ValueFault::kLimits;
  std::uint64_t product = 0;
  if (number.huge || __builtin_mul_overflow(number.digits, power, &product) ||
      product > magnitude_max) {
    return ValueFault::kLimits;
  }
  const auto magnitude = static_cast<std::int64_t>(product);
  const std::int64_t signed_value = number.negative ? -magnitude : magnitude;
  if (signed_value < limits.min || signed_value > limits.max) return ValueFault::kLimits;
  value = signed_value;
  return ValueFault::kNone;
}

struct UnitName {
  std::string_view name;
  unsigned exponent;  // of ten, in the base unit
};

constexpr std::array<UnitName, 4> kEnergyUnits = {{{"Wh", 0}, {"kWh", 3}, {"MWh", 6}, {"GWh", 9}}};
constexpr std::array<UnitName, 3> kDataUnits = {{{"MB", 0}, {"GB", 3}, {"TB", 6}}};

template <std::size_t kCount>
const UnitName* unit_named(const std::array<UnitName, kCount>& units, std::string_view name) {
  for (const UnitName& unit : units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

// The largest unit in which the value is at least one.
template <std::size_t kCount>
void append_in_unit(std::string& out, std::int64_t value,
                    const std::array<UnitName, kCount>& units) {
  const UnitName* chosen = units.data();
  const std::uint64_t magnitude =
      value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  for (const UnitName& unit : units) {
    if (magnitude >= kPowers[unit.exponent]) chosen = &unit;
  }
  append_fixed(out, value, chosen->exponent);
  out += chosen->name;
}

}  // namespace

ValueFault parse_whole(std::string_view text, Limits limits, std::int64_t& value) {
  constexpr std::size_t kShort = 9;  // digits that need no care; nearly all numbers are short
  std::int64_t number = 0;
  bool plain = !text.empty() && text.size() <= kShort;
  for (std::size_t i = 0; plain && i < text.size(); ++i) {
    plain = is_digit(text[i]);
    number = number * 10 + (text[i] - '0');
  }
  if (!plain) return parse_fixed(text, 0, limits, value);
  if (number < limits.min || number > limits.max) return ValueFault::kLimits;
  value = number;
  return ValueFault::kNone;
}

ValueFault parse_fixed(std::string_view text, unsigned decimals, Limits limits,
                       std::int64_t& value) {
  const Number number = number_at_front(text);
  if (number.size == 0 || number.size != text.size()) return ValueFault::kMalformed;
  return scaled(number, decimals, limits, value);
}

ValueFault parse_amount(std::string_view text, AmountUnit unit, Limits limits,
                        std::int64_t& value) {
  if (unit == AmountUnit::kDevices) return parse_whole(text, limits, value);
  const Number number = number_at_front(text);
  if (number.size == 0) return ValueFault::kMalformed;
  const std::string_view name = text.substr(number.size);
  const UnitName* named =
      unit == AmountUnit::kEnergy ? unit_named(kEnergyUnits, name) : unit_named(kDataUnits, name);
  if (named == nullptr && !(name.empty() && number.digits == 0)) return ValueFault::kMalformed;
  return scaled(number, named == nullptr ? 0 : named->exponent, limits, value);
}

ValueFault parse_slots(std::string_view text, SlotRange& slots) {
  const auto slot_at = [&](std::size_t& at, Slot& slot) {
    const std::size_t first = at;
    std::uint32_t value = 0;
    for (; at < text.size() && is_digit(text[at]); ++at) {
      value = std::min<std::uint32_t>(value * 10 + static_cast<std::uint32_t>(text[at] - '0'),
                                      kSlotsMax + 1);
    }
    slot = value;
    return at > first;
  };
  std::size_t at = 0;
  SlotRange found;
  if (!slot_at(at, found.begin)) return ValueFault::kMalformed;
  if (at == text.size()) {
    found.end = found.begin + 1;
  } else {
    if (text.substr(at, 2) != "..") return ValueFault::kMalformed;
    at += 2;
    if (!slot_at(at, found.end) || at != text.size()) return ValueFault::kMalformed;
  }
  if (found.begin > kSlotsMax || found.end > kSlotsMax) return ValueFault::kLimits;
  if (found.begin >= found.end) return ValueFault::kEmpty;
  slots = found;
  return ValueFault::kNone;
}

ValueFault parse_duration(std::string_view text, Limits limits, std::int64_t& seconds) {
  const Number number = number_at_front(text);
  const std::string_view unit = text.substr(number.size);
  std::int64_t factor = 0;
  if (unit == "s") factor = 1;
  if (unit == "min") factor = 60;
  if (unit == "h") factor = 3'600;
  if (number.size == 0 || factor == 0 || number.negative) return ValueFault::kMalformed;
  if (number.fraction > 0) return ValueFault::kPrecise;
  if (number.huge || number.digits > static_cast<std::uint64_t>(limits.max))
    return ValueFault::kLimits;
  const std::int64_t value = static_cast<std::int64_t>(number.digits) * factor;
  if (value < limits.min || value > limits.max) return ValueFault::kLimits;
  seconds = value;
  return ValueFault::kNone;
}

bool is_instant(std::string_view text) {
  const auto matches = [](std::string_view part, std::string_view pattern) {
    return part.size() == pattern.size() &&
           std::equal(part.begin(), part.end(), pattern.begin(),
                      [](char c, char p) { return p == '0' ? is_digit(c) : c == p; });
  };
  constexpr std::string_view kMinutes = "0000-00-00T00:00";
  if (!matches(text.substr(0, kMinutes.size()), kMinutes)) return false;
  const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
  if (two(5) < 1 || two(5) > 12 || two(8) < 1 || two(8) > 31 || two(11) > 23 || two(14) > 59) {
    return false;
  }
  std::string_view zone = text.substr(kMinutes.size());
  if (matches(zone.substr(0, 3), ":00")) zone.remove_prefix(3);
  return zone == "Z" || matches(zone, "+00:00") || matches(zone, "-00:00");
}

// ---- Writing -----------------------------------------------------------------------------------

void append_whole(std::string& out, std::int64_t value) {
  append_fixed(out, value, 0);
}

void append_money(std::string& out, std::int64_t micro) {
  append_fixed(out, micro, 6);
}

void append_fixed(std::string& out, std::int64_t value, unsigned decimals) {
  // Digits are made from the last one, into a buffer that is filled from its end.
  std::array<char, 32> buffer;
  char* at = buffer.data() + buffer.size();
  std::uint64_t rest =
      value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  if (decimals > 0) {
    const std::uint64_t power = kPowers[decimals];
    std::uint64_t fraction = rest % power;
    rest /= power;
    if (fraction != 0) {
      unsigned digits = decimals;
      for (; fraction % 10 == 0; --digits) fraction /= 10;
      for (; digits > 0; --digits, fraction /= 10) *--at = static_cast<char>('0' + fraction % 10);
      *--at = '.';
    }
  }
  do {
    *--at = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (value < 0) *--at = '-';
  out.append(at, static_cast<std::size_t>(buffer.data() + buffer.size() - at));
}

void append_amount(std::string& out, std::int64_t value, AmountUnit unit) {
  switch (unit) {
    case AmountUnit::kDevices:
      append_whole(out, value);
      break;
    case AmountUnit::kEnergy:
      append_in_unit(out, value, kEnergyUnits);
      break;
    case AmountUnit::kData:
      append_in_unit(out, value, kDataUnits);
      break;
  }
}

void append_slots(std::string& out, SlotRange slots) {
  append_whole(out, slots.begin);
  out += "..";
  append_whole(out, slots.end);
}

void append_text(std::string& out, std::string_view text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '#' && c != '=' && c != '\\' &&
           c != 0x7F;
  });
  if (plain) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    // Control characters but tabs cannot be written: a title with one loses it.
    const bool control = (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
    out += control ? ' ' : c;
  }
  out += '"';
}

}  // namespace tongsuan::codec
