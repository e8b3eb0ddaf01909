#include "tongsuan/green/green.h"

#include <algorithm>
#include <limits>

#include "tongsuan/base/check.h"

namespace tongsuan::green {
namespace {

constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kEnough = std::numeric_limits<std::int64_t>::max() / 4;

std::int64_t at_hour(const std::vector<std::vector<std::int64_t>>& table, std::size_t row,
                     std::size_t hour) {
  return row < table.size() && hour < table[row].size() ? table[row][hour] : 0;
}

// Sums of what readers see, exact until the end.
struct Sums {
  int128 tariff = 0;  // Wh × micro-yuan per MWh
  int128 lines = 0;
  int128 location = 0;  // Wh × g per kWh
};

std::int64_t micro_yuan(int128 watt_hours_times_tariff) {
  return divide(watt_hours_times_tariff, kMicro, Rounding::kUp);
}

double tonnes(int128 watt_hours_times_grams) {
  return static_cast<double>(watt_hours_times_grams) / 1e9;
}

void finish(const Energy& energy, const Sums& sums, GreenResult& result) {
  result.tariff_micro = micro_yuan(sums.tariff);
  result.lines_micro = micro_yuan(sums.lines);
  result.emissions_location_t = tonnes(sums.location);
  result.emissions_market_t =
      tonnes(static_cast<int128>(energy.residual_grams) * (result.consumed_wh - result.matched_wh));
  if (result.consumed_wh == 0) return;
  const auto consumed = static_cast<double>(result.consumed_wh);
  result.share_hourly = static_cast<double>(result.matched_wh) / consumed;
  result.share_annual = std::min(1.0, static_cast<double>(result.issued_wh) / consumed);
}

}  // namespace

GreenHour::GreenHour(const Energy& energy, std::size_t zone_count)
    : energy_(energy),
      arcs_(zone_count),
      left_(zone_count),
      matched_(zone_count),
      sent_(energy.lines.size()),
      cost_(zone_count),
      reached_by_(zone_count) {
  for (std::uint32_t i = 0; i < energy.lines.size(); ++i) {
    const Energy::Line& line = energy.lines[i];
    TONGSUAN_CHECK(line.from.value < zone_count && line.to.value < zone_count && line.limit >= 0);
    arcs_[line.to.value].push_back({i, line.from.value, true});
    arcs_[line.from.value].push_back({i, line.to.value, false});
  }
}

// How much more may come into the zone over this arc. Against a line, what it carries may stay
// where it came from.
std::int64_t GreenHour::room(const Arc& arc, std::span<const std::int64_t> sent) const {
  return arc.forward ? energy_.lines[arc.line].limit - sent[arc.line] : sent[arc.line];
}

// Bellman and Ford: the least tariff at which a zone is reached from any zone with green left. Arcs
// against a flow earn its tariff back; flows of least cost leave no cycle that earns.
void GreenHour::find_paths(std::span<const std::int64_t> left, std::span<const std::int64_t> sent) {
  for (std::size_t zone = 0; zone < arcs_.size(); ++zone) cost_[zone] = left[zone] > 0 ? 0 : kFar;
  for (std::size_t pass = 0; pass < arcs_.size(); ++pass) {
    bool moved = false;
    for (std::size_t zone = 0; zone < arcs_.size(); ++zone) {
      if (left[zone] > 0) continue;
      for (const Arc& arc : arcs_[zone]) {
        if (cost_[arc.other] == kFar || room(arc, sent) == 0) continue;
        const std::int64_t tariff = std::max<std::int64_t>(0, energy_.lines[arc.line].tariff.raw());
        const std::int64_t cost = cost_[arc.other] + (arc.forward ? tariff : -tariff);
        if (cost >= cost_[zone]) continue;
        cost_[zone] = cost;
        reached_by_[zone] = arc;
        moved = true;
      }
    }
    if (!moved) return;
  }
}

// Sends up to `most` to the zone over the path that was found; returns how much.
std::int64_t GreenHour::push_path(std::size_t zone, std::int64_t most, std::span<std::int64_t> left,
                                  std::span<std::int64_t> sent) const {
  std::int64_t amount = most;
  std::size_t at = zone;
  for (; left[at] == 0; at = reached_by_[at].other) {
    amount = std::min(amount, room(reached_by_[at], sent));
  }
  amount = std::min(amount, left[at]);
  left[at] -= amount;
  for (std::size_t to = zone; to != at; to = reached_by_[to].other) {
    sent[reached_by_[to].line] += reached_by_[to].forward ? amount : -amount;
  }
  return amount;
}

void GreenHour::match(std::span<const std::int64_t> green, std::span<const std::int64_t> use) {
  TONGSUAN_CHECK(green.size() == arcs_.size() && use.size() == arcs_.size());
  std::ranges::fill(sent_, 0);
  for (std::size_t zone = 0; zone < arcs_.size(); ++zone) {
    TONGSUAN_CHECK(green[zone] >= 0 && use[zone] >= 0);
    matched_[zone] = std::min(green[zone], use[zone]);
    left_[zone] = green[zone] - matched_[zone];
  }
  for (;;) {
    find_paths(left_, sent_);
    std::size_t best = arcs_.size();
    for (std::size_t zone = 0; zone < arcs_.size(); ++zone) {
      if (matched_[zone] == use[zone] || cost_[zone] == kFar) continue;
      if (best == arcs_.size() || cost_[zone] < cost_[best]) best = zone;
    }
    if (best == arcs_.size()) break;
    matched_[best] += push_path(best, use[best] - matched_[best], left_, sent_);
  }
  check(green, use);
}

std::int64_t GreenHour::more_at(std::size_t zone) {
  left_then_ = left_;
  sent_then_ = sent_;
  std::int64_t more = left_then_[zone];
  left_then_[zone] = 0;
  for (;;) {
    find_paths(left_then_, sent_then_);
    if (cost_[zone] == kFar) return more;
    more += push_path(zone, kEnough, left_then_, sent_then_);
  }
}

void GreenHour::check(std::span<const std::int64_t> green,
                      std::span<const std::int64_t> use) const {
  std::vector<std::int64_t> balance(green.begin(), green.end());
  for (std::size_t i = 0; i < sent_.size(); ++i) {
    const Energy::Line& line = energy_.lines[i];
    TONGSUAN_CHECK(sent_[i] >= 0 && sent_[i] <= line.limit);
    balance[line.from.value] -= sent_[i];
    balance[line.to.value] += sent_[i];
  }
  for (std::size_t zone = 0; zone < balance.size(); ++zone) {
    TONGSUAN_CHECK(matched_[zone] >= 0 && matched_[zone] <= use[zone]);
    // What was issued or came in is matched, sent on, or left.
    TONGSUAN_CHECK(left_[zone] >= 0 && balance[zone] - matched_[zone] == left_[zone]);
  }
}

std::int64_t GreenResult::matched_in(std::size_t hour) const {
  std::int64_t sum = 0;
  for (std::size_t zone = 0; zone < matched.size(); ++zone) sum += at_hour(matched, zone, hour);
  return sum;
}

GreenResult match_green(const Energy& energy,
                        const std::vector<std::vector<std::int64_t>>& wh_by_zone_hour,
                        std::size_t span_hours) {
  GreenResult result;
  const std::size_t zones = std::max(wh_by_zone_hour.size(), energy.green.size());
  std::size_t hours = 0;
  for (const auto& row : wh_by_zone_hour) hours = std::max(hours, row.size());
  result.matched.assign(zones, std::vector<std::int64_t>(hours));
  result.sent.assign(energy.lines.size(), std::vector<std::int64_t>(hours));
  if (energy.empty()) return result;
  GreenHour matcher(energy, zones);
  Sums sums;
  std::vector<std::int64_t> green(zones), use(zones);
  const std::size_t counted = span_hours > 0 ? span_hours : hours;
  for (std::size_t hour = 0; hour < std::max(hours, counted); ++hour) {
    const std::size_t at = energy.hour_at(static_cast<Second>(hour) * kHour);
    for (std::size_t zone = 0; zone < zones; ++zone) {
      green[zone] = at_hour(energy.green, zone, at);
      use[zone] = at_hour(wh_by_zone_hour, zone, hour);
      if (hour < counted) result.issued_wh += green[zone];
      result.consumed_wh += use[zone];
      sums.tariff += static_cast<int128>(use[zone]) * at_hour(energy.tariff, zone, at);
      const std::int64_t grams = zone < energy.grid_grams.size() ? energy.grid_grams[zone] : 0;
      sums.location += static_cast<int128>(use[zone]) * grams;
    }
    if (hour >= hours) continue;
    matcher.match(green, use);
    for (std::size_t zone = 0; zone < zones; ++zone) {
      result.matched[zone][hour] = matcher.matched(zone);
      result.matched_wh += matcher.matched(zone);
    }
    for (std::size_t line = 0; line < energy.lines.size(); ++line) {
      const std::int64_t sent = matcher.sent(line);
      result.sent[line][hour] = sent;
      result.sent_wh += sent;
      sums.lines += static_cast<int128>(sent) * energy.lines[line].tariff.raw();
    }
  }
  finish(energy, sums, result);
  return result;
}

std::vector<std::int64_t> marginal_green(const Energy& energy, std::size_t hour,
                                         std::span<const std::int64_t> use) {
  const std::size_t zones = use.size();
  std::vector<std::int64_t> green(zones), more(zones);
  for (std::size_t zone = 0; zone < zones; ++zone) {
    green[zone] = at_hour(energy.green_forecast, zone, hour);
  }
  GreenHour matcher(energy, zones);
  matcher.match(green, use);
  for (std::size_t zone = 0; zone < zones; ++zone) more[zone] = matcher.more_at(zone);
  return more;
}

}  // namespace tongsuan::green
