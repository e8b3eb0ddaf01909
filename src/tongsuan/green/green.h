// green, floor 4: hourly matching of green energy, its shares, cost and emissions.
//
// Hour by hour, which green energy meets which consumption, and what follows for shares, cost and
// emissions.
//
// Model. Within an hour a zone's green energy first serves the zone itself; what is left crosses
// lines to zones that lack some, each line so many Wh in its direction, over as many lines as it
// takes. As much as possible is matched, and among all ways to match so much the one with the least
// line tariffs is taken. Nothing moves between hours. An hour is a maximum flow over few zones.
//
// Invariants, checked in release builds too, in every hour: matched and sent come from what was
// issued in the zone; matched is at most what was consumed; a line carries at most its limit.
// Whole Wh; doubles are only in the figures for readers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tongsuan/engine/energy.h"

namespace tongsuan::green {

using engine::Energy;
using engine::kDay;
using engine::kHour;

// One hour. Keeps a reference to the lines and its memory from hour to hour.
class GreenHour {
 public:
  // `energy` must outlive it. The lines name zones below `zone_count`.
  GreenHour(const Energy& energy, std::size_t zone_count);

  // `green` and `use` by zone, Wh, not negative.
  void match(std::span<const std::int64_t> green, std::span<const std::int64_t> use);

  // After a match: Wh of the zone's consumption that green energy covers, and Wh over a line.
  [[nodiscard]] std::int64_t matched(std::size_t zone) const { return matched_[zone]; }
  [[nodiscard]] std::int64_t sent(std::size_t line) const { return sent_[line]; }
  // How many Wh more could be matched if this zone alone used more. Others keep what they have.
  // The match stays as it is.
  [[nodiscard]] std::int64_t more_at(std::size_t zone);

 private:
  struct Arc {  // a line seen from one of its ends
    std::uint32_t line = 0;
    std::uint32_t other = 0;
    bool forward = true;
  };
  [[nodiscard]] std::int64_t room(const Arc& arc, std::span<const std::int64_t> sent) const;
  void find_paths(std::span<const std::int64_t> left, std::span<const std::int64_t> sent);
  std::int64_t push_path(std::size_t zone, std::int64_t most, std::span<std::int64_t> left,
                         std::span<std::int64_t> sent) const;
  void check(std::span<const std::int64_t> green, std::span<const std::int64_t> use) const;

  const Energy& energy_;
  std::vector<std::vector<Arc>> arcs_;  // by zone: into it
  std::vector<std::int64_t> left_;      // green not used yet
  std::vector<std::int64_t> matched_;
  std::vector<std::int64_t> sent_;
  std::vector<std::int64_t> cost_;  // of the cheapest path from a zone that has some left
  std::vector<Arc> reached_by_;
  std::vector<std::int64_t> left_then_, sent_then_;  // of more_at
};

struct GreenResult {
  std::vector<std::vector<std::int64_t>> matched;  // [zone][hour], Wh
  std::vector<std::vector<std::int64_t>> sent;     // [line][hour], Wh
  std::int64_t consumed_wh = 0;
  std::int64_t issued_wh = 0;  // in the hours that the annual share counts
  std::int64_t matched_wh = 0;
  std::int64_t sent_wh = 0;
  std::int64_t tariff_micro = 0;  // yuan × 10^6: tariff × consumption, rounded up once
  std::int64_t lines_micro = 0;   // line tariffs × what crossed
  double share_hourly = 0;        // matched / consumed; 0 where nothing was consumed
  double share_annual = 0;        // as if green of any hour and zone covered any consumption
  double emissions_location_t = 0;
  double emissions_market_t = 0;

  // Of one hour, over all zones; zero beyond the table.
  [[nodiscard]] std::int64_t matched_in(std::size_t hour) const;
};

// `wh_by_zone_hour`: consumption by ZoneId and hour from second 0, Wh; rows may differ in length.
// Hours beyond the tables of `energy` repeat its last day. `span_hours`: green of so many hours
// counts for the annual share; 0: of all hours of the longest row.
[[nodiscard]] GreenResult match_green(const Energy& energy,
                                      const std::vector<std::vector<std::int64_t>>& wh_by_zone_hour,
                                      std::size_t span_hours = 0);

// For plans: how many Wh more could be matched in each zone alone, in the hour at this position of
// the tables, when consumption is expected to be `use`. Looks at the forecast of green energy only.
[[nodiscard]] std::vector<std::int64_t> marginal_green(const Energy& energy, std::size_t hour,
                                                       std::span<const std::int64_t> use);

}  // namespace tongsuan::green
