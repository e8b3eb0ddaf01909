// Ids, money and times as the interface writes them (api/README.md), both ways.
//
// Ids are a letter, a dash and the number in Crockford's base 32 in capitals, without zeros before
// it. Money is a decimal with at least two places and no further zeros at its end. Times are RFC
// 3339 in whole seconds; the exchange counts its own from `epoch`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/domain/units.h"
#include "tongsuan/json/writer.h"

namespace tongsuan::server {

void append_id(std::string& out, char kind, std::uint64_t number);
[[nodiscard]] std::string id_text(char kind, std::uint64_t number);
// Nothing unless it is exactly what `append_id` writes.
[[nodiscard]] std::optional<std::uint64_t> parse_id(std::string_view text, char kind);

// Digits without zeros before them, as sequences are written.
[[nodiscard]] std::optional<std::uint64_t> parse_whole(std::string_view text);
void append_whole(std::string& out, std::uint64_t number);

void append_amount(std::string& out, std::int64_t micro);
[[nodiscard]] std::string money_text(std::int64_t micro);  // "14.50 CNY", for sentences
// {"amount":"14.50","currency":"CNY"}
void append_money(std::string& out, std::int64_t micro);
void write_money(json::Writer& out, std::string_view key, std::int64_t micro);

// The second 0 of an exchange, and the zone in which it writes times.
class TimeText {
 public:
  TimeText(std::int64_t epoch, std::int32_t zone_seconds)
      : epoch_(epoch), zone_seconds_(zone_seconds) {}
  void append(std::string& out, Second second) const;
  [[nodiscard]] std::string text(Second second) const;
  // Of any zone; a second may be before 0.
  [[nodiscard]] std::optional<Second> parse(std::string_view text) const;
  [[nodiscard]] std::int64_t epoch() const { return epoch_; }
  [[nodiscard]] std::int64_t unix_of(Second second) const { return epoch_ + second; }

 private:
  std::int64_t epoch_;
  std::int32_t zone_seconds_;
};

// Seconds since 1970 of "2026-04-13T08:00:00+08:00"; seconds may be left out.
[[nodiscard]] std::optional<std::int64_t> parse_unix_time(std::string_view text);

}  // namespace tongsuan::server
