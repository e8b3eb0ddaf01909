#include "tongsuan/import/italy_market.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "tongsuan/base/text.h"
#include "tongsuan/domain/canonical.h"
#include "tongsuan/import/market_parts.h"

namespace tongsuan::imports {
namespace {

constexpr std::int64_t kMicroPerPrice = 10;  // micro-EUR in 10^-5 EUR
constexpr std::int64_t kWattHours = 1'000;   // in a kWh
// Price × amount of the book is 10^-8 EUR: this many make a micro-EUR.
constexpr std::int64_t kMoneyPerMicro = 100;
constexpr std::uint32_t kSlotSeconds = 3'600;

SlotRange hour_slot(std::size_t hour) {
  const auto slot = static_cast<Slot>(hour);
  return {slot, slot + 1};
}

class ItalyMarketMaker {
 public:
  ItalyMarketMaker(const ItalyBook& book, const ItalyDay& day) : book_(book), day_(day) {}

  Result<Market> run() {
    TONGSUAN_TRY(market_.calendar.start, rome_midnight(day_.date));
    market_.name = "italy-" + day_.date;
    market_.currency = "EUR";
    market_.calendar.slot_seconds = kSlotSeconds;
    market_.calendar.slot_count = static_cast<std::uint32_t>(day_.hours.size());
    for (const std::string_view zone : kItalyZoneNames) {
      market_.zone_names.push_back(zone);
      market_.zones.push_back({Commodity::kPower, Disposal::kBalance});
    }
    borders_ = parts_.account("borders");
    for (std::uint32_t zone = 0; zone < kItalyZones; ++zone) add_zone(zone);
    for (std::size_t line = 0; line < kItalyLines; ++line) add_line(line);
    for (const ItalyBlock& block : day_.blocks) {
      TONGSUAN_TRY([[maybe_unused]] const Done done, add_block(block));
    }
    canonicalise(market_);
    return std::move(market_);
  }

 private:
  [[nodiscard]] Step step_of(const ItalyStep& step) const {
    return {Price(step.price * kMicroPerPrice), Amount(step.amount * kWattHours)};
  }

  // The steps of a curve in rising order; empty ones, which say nothing, are left out.
  [[nodiscard]] std::vector<Step> steps_of(ItalyRange range) const {
    std::vector<Step> steps;
    for (std::uint32_t i = range.begin; i < range.end; ++i) {
      if (book_.steps[i].amount > 0) steps.push_back(step_of(book_.steps[i]));
    }
    return steps;
  }

  static Leg zone_row(std::uint32_t zone, std::size_t hour, std::int64_t amount = 0) {
    return {.kind = RowKind::kZone, .zone = zone, .slots = hour_slot(hour), .amount = amount};
  }

  void offer(const std::string& name, AccountId seller, const Leg& row,
             const std::vector<Step>& steps) {
    parts_.offer(name, {.seller = seller, .zone = row.zone, .slots = row.slots, .steps = {}},
                 steps);
  }

  void add_zone(std::uint32_t zone) {
    const std::string name(kItalyZoneNames[zone]);
    const AccountId seller = parts_.account("supply-" + name);
    const AccountId buyer = parts_.account("demand-" + name);
    for (std::size_t h = 0; h < day_.hours.size(); ++h) {
      const ItalyHour& hour = day_.hours[h];
      const std::string suffix = name + "-" + padded(h + 1, 2);
      offer("supply-" + suffix, seller, zone_row(zone, h), steps_of(hour.supply[zone]));
      std::vector<Step> demand = steps_of(hour.demand[zone]);
      std::ranges::reverse(demand);  // demand is written dearest first
      parts_.curve("demand-" + suffix, buyer, zone_row(zone, h), demand);
      const std::int64_t exported = balanced_exports(hour)[zone];
      if (exported > 0) {
        parts_.curve("export-" + suffix, borders_, zone_row(zone, h),
                     {step_of({kItalyPriceMax, exported})});
      } else if (exported < 0) {
        offer("import-" + suffix, borders_, zone_row(zone, h),
              {step_of({kItalyPriceMin, -exported})});
      }
    }
  }

  void add_line(std::size_t line) {
    const auto limits = [&](std::size_t h) {
      return std::pair(-day_.hours[h].flow_max_back[line], day_.hours[h].flow_max[line]);
    };
    for (std::size_t begin = 0, end = 0; begin < day_.hours.size(); begin = end) {
      for (end = begin + 1; end < day_.hours.size() && limits(end) == limits(begin);) ++end;
      const auto [min, max] = limits(begin);
      market_.lines.push_back({ZoneId{kItalyLineEnds[line][0]},
                               ZoneId{kItalyLineEnds[line][1]},
                               {static_cast<Slot>(begin), static_cast<Slot>(end)},
                               Amount(min * kWattHours),
                               Amount(max * kWattHours),
                               Price(0)});
    }
  }

  Result<Done> add_block(const ItalyBlock& block) {
    std::vector<Leg> legs;
    int128 energy = 0;  // bought; kWh
    for (const ItalyLeg& leg : block.legs) {
      if (leg.amount == 0) continue;
      const std::int64_t bought = block.is_supply ? -leg.amount : leg.amount;
      energy += bought;
      legs.push_back(zone_row(block.zone, leg.hour, bought * kWattHours));
    }
    if (legs.empty()) {
      return Error{ErrorCode::kCorrupt, day_.date + ": block " + block.id + " has no energy"};
    }
    // Exact for the real book; a fraction of a micro-EUR would be the bidder's own loss.
    const std::int64_t value = divide(energy * block.price, kMoneyPerMicro, Rounding::kDown);
    const std::string unit = block.id.substr(0, block.id.rfind('_'));
    parts_.profile(block.id, parts_.account(unit), value, legs);
    return Done{};
  }

  const ItalyBook& book_;
  const ItalyDay& day_;
  Market market_;
  MarketParts parts_{market_};
  AccountId borders_;
};

// Day of the week of a date, 0 for Sunday (Sakamoto's rule).
int weekday(int year, int month, int day) {
  static constexpr int kShift[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
  if (month < 3) --year;
  return (year + year / 4 - year / 100 + year / 400 + kShift[month - 1] + day) % 7;
}

int last_sunday(int year, int month) {  // of a month with 31 days
  return 31 - weekday(year, month, 31);
}

// Digits of `text` as a number; -1 when it is anything else.
int digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

Result<std::string> rome_midnight(const std::string& date) {
  const std::string_view text = date;
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-';
  const int year = shaped ? digits(text.substr(0, 4)) : -1;
  const int month = shaped ? digits(text.substr(5, 2)) : -1;
  const int day = shaped ? digits(text.substr(8, 2)) : -1;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) {
    return Error{ErrorCode::kCorrupt, "not a date like 2025-04-01: '" + date + "'"};
  }
  // The clocks change in the night, so the day of the change still begins in the old time.
  const bool summer = (month > 3 && month < 10) || (month == 3 && day > last_sunday(year, 3)) ||
                      (month == 10 && day <= last_sunday(year, 10));
  return date + "T00:00" + (summer ? "+02:00" : "+01:00");
}

Result<Market> italy_market(const ItalyBook& book, std::size_t day) {
  if (day >= book.days.size()) {
    return Error{ErrorCode::kNotFound, "day " + std::to_string(day) + " of " +
                                           std::to_string(book.days.size()) +
                                           " days of the Italian market (days count from 0)"};
  }
  return ItalyMarketMaker(book, book.days[day]).run();
}

Result<std::size_t> find_italy_day(const ItalyBook& book, const std::string& date) {
  const auto found = std::ranges::find(book.days, date, &ItalyDay::date);
  if (found != book.days.end()) return static_cast<std::size_t>(found - book.days.begin());
  Error error{ErrorCode::kNotFound, "the Italian market has no day '" + date + "'"};
  if (!book.days.empty()) {
    error.hint = "use a day from " + book.days.front().date + " to " + book.days.back().date;
  }
  return error;
}

int128 italy_constant(const ItalyBook& book, std::size_t day) {
  int128 worth = 0;  // 10^-8 EUR
  for (const ItalyHour& hour : book.days[day].hours) {
    for (const ItalyRange range : hour.demand) {
      for (std::uint32_t i = range.begin; i < range.end; ++i) {
        worth += int128{book.steps[i].price} * book.steps[i].amount;
      }
    }
    for (const std::int64_t exported : balanced_exports(hour)) {
      // An import is offered below zero: what it is paid less than nothing is welfare.
      worth += int128{exported > 0 ? kItalyPriceMax : kItalyPriceMin} * exported;
    }
  }
  return worth * kMicroPerPrice * kWattHours;
}

}  // namespace tongsuan::imports
