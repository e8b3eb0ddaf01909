#include "tongsuan/report/internal/page.h"

#include <algorithm>
#include <numeric>

#include "tongsuan/report/html.h"
#include "tongsuan/report/internal/utf8.h"

namespace tongsuan::report::internal {
namespace {

// Days since 1970-01-01 of a civil date, and back (Hinnant, "chrono-compatible low-level date
// algorithms").
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719'468;
}

struct MonthDay {
  std::int64_t month = 0;
  std::int64_t day = 0;
};

MonthDay month_day_of(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t day_of_era = days - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * day_of_year + 2) / 153;
  return {shifted < 10 ? shifted + 3 : shifted - 9, day_of_year - (153 * shifted + 2) / 5 + 1};
}

// Digits at [begin, begin + count); −1 when there are none.
std::int64_t digits_at(const std::string& text, std::size_t begin, std::size_t count) {
  if (begin + count > text.size()) return -1;
  std::int64_t value = 0;
  for (std::size_t i = begin; i < begin + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::string two(std::int64_t value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

}  // namespace

std::string both(Word which) {
  return both_html(escape(word(which, Language::kEnglish)),
                   escape(word(which, Language::kChinese)));
}

int Scale::shade(std::int64_t value) const {
  if (value <= low || high <= low) return 0;
  if (value >= high) return kShades - 1;
  const int128 part = static_cast<int128>(value - low) * kShades / (high - low);
  return static_cast<int>(std::min<int128>(part, kShades - 1));
}

Columns columns_of(const RoundView& view) {
  Columns columns;
  const auto limit = static_cast<std::uint32_t>(kHeatColumnsMax);
  columns.slots_each = view.slot_count == 0 ? 1 : (view.slot_count - 1) / limit + 1;
  columns.count = (view.slot_count + columns.slots_each - 1) / columns.slots_each;
  return columns;
}

std::vector<std::size_t> chosen_hubs(const RoundView& view, std::size_t limit) {
  std::vector<std::size_t> hubs(view.hubs.size());
  std::iota(hubs.begin(), hubs.end(), std::size_t{0});
  if (hubs.size() <= limit) return hubs;
  std::stable_sort(hubs.begin(), hubs.end(), [&](std::size_t a, std::size_t b) {
    return view.hubs[a].time.offered > view.hubs[b].time.offered;
  });
  hubs.resize(limit);
  std::sort(hubs.begin(), hubs.end());
  return hubs;
}

HeatCell heat_cell(const RoundView& view, std::size_t hub, std::uint32_t column) {
  const Columns columns = columns_of(view);
  const HubView& at = view.hubs[hub];
  const Slot begin = column * columns.slots_each;
  const Slot end = std::min(view.slot_count, begin + columns.slots_each);
  HeatCell cell;
  int128 weighted = 0;
  int128 weight = 0;
  for (Slot slot = begin; slot < end; ++slot) {
    cell.offered += at.slot_offered[slot];
    cell.used += at.slot_used[slot];
    if (!at.slot_price[slot]) continue;
    weighted += static_cast<int128>(*at.slot_price[slot]) * at.slot_offered[slot];
    weight += at.slot_offered[slot];
  }
  if (weight > 0) cell.price = divide(weighted, weight, Rounding::kHalfEven);
  return cell;
}

Scale price_scale(const RoundView& view) {
  std::vector<std::int64_t> prices;
  for (const std::size_t hub : chosen_hubs(view, kHeatHubsMax)) {
    for (std::uint32_t column = 0; column < columns_of(view).count; ++column) {
      const HeatCell cell = heat_cell(view, hub, column);
      if (cell.price) prices.push_back(*cell.price);
    }
  }
  if (prices.empty()) return {};
  std::sort(prices.begin(), prices.end());
  // The ends are one shade each: a few spikes would wash out everything else.
  return {prices[(prices.size() - 1) * 2 / 100], prices[(prices.size() - 1) * 96 / 100]};
}

std::string short_title(const HubView& hub, Language language) {
  const std::string& title = language == Language::kChinese ? hub.title_zh : hub.title_en;
  const std::size_t end = std::min(title.find(" ("), title.find("（"));
  return end == 0 || end == std::string::npos ? title : title.substr(0, end);
}

std::string short_title_html(const HubView& hub) {
  return both_html(escape(short_title(hub, Language::kEnglish)),
                   escape(short_title(hub, Language::kChinese)));
}

std::string price_text(std::optional<std::int64_t> micro, int decimals) {
  return micro ? grouped(fixed(*micro, kMicro, decimals)) : "–";
}

std::string slot_text(const RoundView& view, std::uint32_t slot) {
  const std::int64_t seconds = static_cast<std::int64_t>(slot) * view.slot_seconds;
  const std::int64_t year = digits_at(view.start, 0, 4);
  const std::int64_t month = digits_at(view.start, 5, 2);
  const std::int64_t day = digits_at(view.start, 8, 2);
  const std::int64_t hour = digits_at(view.start, 11, 2);
  const std::int64_t minute = digits_at(view.start, 14, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || minute < 0) {
    return '+' + fixed(seconds, 3'600, 1) + " h";
  }
  const std::int64_t minutes = hour * 60 + minute + seconds / 60;
  const MonthDay date = month_day_of(days_of(year, month, day) + minutes / 1'440);
  return two(date.month) + '-' + two(date.day) + ' ' + two(minutes % 1'440 / 60) + ':' +
         two(minutes % 60);
}

void Page::section(std::string_view id, Word title, Word caption) {
  begin_section(out, id, both(title), both(caption));
}

}  // namespace tongsuan::report::internal
