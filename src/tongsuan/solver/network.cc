#include "tongsuan/solver/network.h"

#include <algorithm>
#include <string>

namespace tongsuan::solver {
namespace {

Error invalid_network(std::string what) {
  return Error{ErrorCode::kInvalidArgument, std::move(what)};
}

bool price_in_limits(std::int64_t price) {
  return price >= -kNetworkPriceMax && price <= kNetworkPriceMax;
}

// Sum of the amounts of a side, or an error.
Result<std::int64_t> side_total(std::span<const NetworkStep> steps, std::size_t zone) {
  std::int64_t total = 0;
  for (const NetworkStep& step : steps) {
    const std::string where = "zone " + std::to_string(zone);
    if (step.amount < 0) return invalid_network(where + ": a step with a negative amount");
    if (!price_in_limits(step.price)) return invalid_network(where + ": a price beyond the limit");
    if (step.amount > kZoneAmountMax - total) {
      return Error{ErrorCode::kLimit, where + ": the steps add up to more than the limit"};
    }
    total += step.amount;
  }
  return total;
}

// Steps in rising order of price; `storage` is used only when they do not come that way.
std::span<const NetworkStep> rising(std::span<const NetworkStep> steps,
                                    std::vector<NetworkStep>& storage) {
  const auto less = [](const NetworkStep& a, const NetworkStep& b) { return a.price < b.price; };
  if (std::is_sorted(steps.begin(), steps.end(), less)) return steps;
  storage.assign(steps.begin(), steps.end());
  std::sort(storage.begin(), storage.end(), less);
  return storage;
}

}  // namespace

// ---- Building ----------------------------------------------------------------------------------

Result<Network> Network::build(const NetworkInput& input) {
  if (input.zones.size() > kNetworkZonesMax || input.lines.size() > kNetworkLinesMax) {
    return Error{ErrorCode::kLimit, "too many zones or lines for one network"};
  }
  if (!price_in_limits(input.price_min) || !price_in_limits(input.price_max) ||
      input.price_min > 0 || input.price_max < 0) {
    return invalid_network("price limits must surround 0");
  }
  for (std::size_t z = 0; z < input.zones.size(); ++z) {
    const NetworkZone& zone = input.zones[z];
    TONGSUAN_TRY(const std::int64_t supply, side_total(zone.supply, z));
    TONGSUAN_TRY(const std::int64_t demand, side_total(zone.demand, z));
    if (zone.fixed > kZoneAmountMax || zone.fixed < -kZoneAmountMax ||
        supply + demand > kZoneAmountMax) {
      return Error{ErrorCode::kLimit, "zone " + std::to_string(z) + ": amounts beyond the limit"};
    }
  }
  for (const NetworkLine& line : input.lines) {
    if (line.from >= input.zones.size() || line.to >= input.zones.size() || line.from == line.to) {
      return invalid_network("a line between zones that do not exist or are the same");
    }
    if (line.min > line.max || line.min < -kZoneAmountMax || line.max > kZoneAmountMax ||
        !price_in_limits(line.tariff)) {
      return invalid_network("a line with limits or a tariff out of order");
    }
  }
  Network network;
  for (const NetworkZone& zone : input.zones) {
    network.add_zone(zone, input.price_min, input.price_max);
  }
  network.lines_.assign(input.lines.begin(), input.lines.end());
  network.index_lines();
  return network;
}

void Network::open_zone(const Zone& like) {
  Zone& zone = zones_.emplace_back(like);
  zone.first = static_cast<std::uint32_t>(price_.size());
  zone.before = static_cast<std::uint32_t>(amount_before_.size());
  zone.count = 0;
  amount_before_.push_back(0);
  supply_before_.push_back(0);
  cost_before_.push_back(0);
}

void Network::push_step(const CurveStep& step) {
  const std::int64_t amount = step.supply + step.demand;
  if (amount == 0) return;
  price_.push_back(step.price);
  amount_before_.push_back(amount_before_.back() + amount);
  supply_before_.push_back(supply_before_.back() + step.supply);
  cost_before_.push_back(cost_before_.back() + int128{step.price} * amount);
}

void Network::close_zone() {
  Zone& zone = zones_.back();
  zone.count = static_cast<std::uint32_t>(price_.size()) - zone.first;
}

void Network::add_zone(const NetworkZone& zone, std::int64_t price_min, std::int64_t price_max) {
  std::vector<NetworkStep> supply_storage;
  std::vector<NetworkStep> demand_storage;
  const std::span<const NetworkStep> supply = rising(zone.supply, supply_storage);
  const std::span<const NetworkStep> demand = rising(zone.demand, demand_storage);
  Zone header;
  header.price_min = zone.free_disposal ? std::max<std::int64_t>(price_min, 0) : price_min;
  header.price_max = price_max;
  header.free_disposal = zone.free_disposal;
  header.base = zone.fixed;
  open_zone(header);
  for (const NetworkStep& step : demand) {
    zones_.back().base -= step.amount;
    demand_value_ += int128{step.price} * step.amount;
  }
  std::size_t s = 0;
  std::size_t d = 0;
  while (s < supply.size() || d < demand.size()) {
    CurveStep merged;
    merged.price = s == supply.size()   ? demand[d].price
                   : d == demand.size() ? supply[s].price
                                        : std::min(supply[s].price, demand[d].price);
    for (; s < supply.size() && supply[s].price == merged.price; ++s)
      merged.supply += supply[s].amount;
    for (; d < demand.size() && demand[d].price == merged.price; ++d)
      merged.demand += demand[d].amount;
    if (merged.price > header.price_max)
      continue;  // supply that is never, demand that is always accepted
    if (merged.price < header.price_min) {
      // Used at any price of this zone: part of the base, and its cost is always paid.
      zones_.back().base += merged.supply + merged.demand;
      offset_ -= int128{merged.price} * (merged.supply + merged.demand);
      continue;
    }
    push_step(merged);
  }
  close_zone();
}

void Network::index_lines() {
  arc_begin_.assign(zones_.size() + 1, 0);
  for (const NetworkLine& line : lines_) {
    ++arc_begin_[line.from + 1];
    ++arc_begin_[line.to + 1];
  }
  for (std::size_t z = 0; z < zones_.size(); ++z) arc_begin_[z + 1] += arc_begin_[z];
  arcs_.resize(lines_.size() * 2);
  std::vector<std::uint32_t> next(arc_begin_.begin(), arc_begin_.end() - 1);
  for (std::uint32_t l = 0; l < lines_.size(); ++l) {
    arcs_[next[lines_[l].from]++] = Arc{l, lines_[l].to, true};
    arcs_[next[lines_[l].to]++] = Arc{l, lines_[l].from, false};
  }
}

void Network::set_line_limits(std::span<const NetworkLine> limits) {
  TONGSUAN_CHECK(limits.size() == lines_.size());
  for (std::size_t l = 0; l < lines_.size(); ++l) {
    TONGSUAN_CHECK(limits[l].min <= limits[l].max);
    lines_[l].min = limits[l].min;
    lines_[l].max = limits[l].max;
  }
}

Network Network::gated(std::span<const ZoneGate> gates) const {
  TONGSUAN_CHECK(gates.size() == zones_.size());
  Network network;
  network.offset_ = offset_;
  network.demand_value_ = demand_value_;
  network.lines_ = lines_;
  network.arc_begin_ = arc_begin_;
  network.arcs_ = arcs_;
  for (std::uint32_t z = 0; z < zone_count(); ++z) {
    network.open_zone(zones_[z]);
    for (std::uint32_t k = 0; k < zones_[z].count; ++k) {
      CurveStep kept = step(z, k);
      if (kept.price > gates[z].supply_max) kept.supply = 0;
      if (kept.price < gates[z].demand_min) {
        network.zones_.back().base += kept.demand;
        network.offset_ -= int128{kept.price} * kept.demand;
        kept.demand = 0;
      }
      network.push_step(kept);
    }
    network.close_zone();
  }
  return network;
}

// ---- Reading -----------------------------------------------------------------------------------

Network::CurveStep Network::step(std::uint32_t zone, std::uint32_t index) const {
  const std::uint32_t at = zones_[zone].before + index;
  const std::int64_t supply = supply_before_[at + 1] - supply_before_[at];
  return CurveStep{price_[zones_[zone].first + index], supply,
                   amount_before_[at + 1] - amount_before_[at] - supply};
}

std::uint32_t Network::first_step(std::uint32_t zone, std::int64_t price) const {
  const auto begin = price_.begin() + zones_[zone].first;
  const auto end = begin + zones_[zone].count;
  return static_cast<std::uint32_t>(std::lower_bound(begin, end, price) - begin);
}

int128 Network::dual_value(std::span<const std::int64_t> prices,
                           std::span<const std::int64_t> injection) const {
  int128 value = offset_;
  for (std::uint32_t z = 0; z < zone_count(); ++z) {
    TONGSUAN_CHECK(prices[z] >= zones_[z].price_min && prices[z] <= zones_[z].price_max);
    const std::uint32_t at = zones_[z].before + first_step(z, prices[z]);
    value += int128{prices[z]} * (zones_[z].base + injection[z] + amount_before_[at]);
    value -= cost_before_[at];
  }
  for (const NetworkLine& line : lines_) {
    const std::int64_t spread = prices[line.to] - prices[line.from] - line.tariff;
    value += int128{spread} * (spread > 0 ? line.max : line.min);
  }
  return value;
}

int128 Network::primal_value(std::span<const std::int64_t> supply,
                             std::span<const std::int64_t> flows,
                             std::span<const std::int64_t> injection) const {
  int128 value = offset_;
  for (std::uint32_t z = 0; z < zone_count(); ++z) {
    const Zone& zone = zones_[z];
    std::int64_t used = supply[z] - zone.base - injection[z];
    const auto begin = amount_before_.begin() + zone.before;
    const std::int64_t total = begin[zone.count];
    if (used < 0 || used > total) {
      const std::int64_t beyond = used < 0 ? used : used - total;
      value -= int128{used < 0 ? zone.price_min : zone.price_max} * beyond;
      used -= beyond;
    }
    const auto k = std::upper_bound(begin, begin + zone.count + 1, used) - begin - 1;
    value -= cost_before_[zone.before + static_cast<std::size_t>(k)];
    if (used > begin[k])
      value -= int128{price_[zone.first + static_cast<std::size_t>(k)]} * (used - begin[k]);
  }
  for (std::size_t l = 0; l < lines_.size(); ++l) value -= int128{lines_[l].tariff} * flows[l];
  return value;
}

Network::Accepted Network::accepted(std::uint32_t zone, std::int64_t supply,
                                    std::int64_t injection) const {
  const Zone& z = zones_[zone];
  const auto begin = amount_before_.begin() + z.before;
  const std::int64_t total = begin[z.count];
  const std::int64_t raw = supply - z.base - injection;
  const std::int64_t used = std::clamp<std::int64_t>(raw, 0, total);
  // Steps before `k` are used in full, step k in part.
  const auto k =
      static_cast<std::uint32_t>(std::upper_bound(begin, begin + z.count + 1, used) - begin - 1);
  const std::int64_t part = used - begin[k];
  const CurveStep marginal = k < z.count ? step(zone, k) : CurveStep{};
  const std::int64_t supply_part = std::min(part, marginal.supply);
  const std::int64_t rejected = begin[k] - supply_before_[z.before + k] + (part - supply_part);
  Accepted result;
  result.surplus = used - raw;
  result.supply = supply_before_[z.before + k] + supply_part;
  result.demand = total - supply_before_[z.before + z.count] - rejected;
  result.supply_price = z.price_min;
  result.demand_price = z.price_max;
  for (std::uint32_t i = k + (supply_part > 0 ? 1 : 0); i > 0 && result.supply > 0; --i) {
    const CurveStep at = step(zone, i - 1);
    if (at.supply == 0) continue;
    result.supply_price = at.price;
    break;
  }
  for (std::uint32_t i = k; i < z.count && result.demand > 0; ++i) {
    const CurveStep at = step(zone, i);
    if (at.demand == 0 || (i == k && part - supply_part == at.demand)) continue;
    result.demand_price = at.price;
    break;
  }
  return result;
}

// ---- Ascent ------------------------------------------------------------------------------------

namespace {

// What an unlimited side (shortage, disposal) can give; far above every sum that kZoneAmountMax
// allows.
constexpr std::int64_t kUnlimited = std::int64_t{1} << 61;

// A few kinks are walked one by one; beyond, bisection is cheaper.
constexpr int kLinearMoves = 6;

}  // namespace

void NetworkSolver::begin(const Network& network, std::span<const std::int64_t> injection,
                          NetworkSolution& solution) {
  const std::size_t zones = network.zone_count();
  const std::size_t lines = network.lines_.size();
  TONGSUAN_CHECK(injection.size() == zones);
  network_ = &network;
  for (auto* list : {&base_, &below_, &above_, &excess_, &balance_, &target_}) list->resize(zones);
  for (auto* list : {&position_, &cursor_, &queue_, &path_, &group_}) list->resize(zones);
  level_.resize(zones);
  in_set_.resize(zones);
  sink_side_.resize(zones);
  for (auto* list : {&flow_low_, &flow_high_, &forward_, &backward_}) list->resize(lines);
  solution.prices.resize(zones, 0);
  for (auto* list : {&solution.lowest, &solution.highest, &solution.supply}) list->resize(zones);
  solution.flows.resize(lines);
  solution.steps = 0;
  for (std::uint32_t z = 0; z < zones; ++z) {
    const Network::Zone& zone = network.zones_[z];
    TONGSUAN_CHECK(injection[z] <= kZoneAmountMax && injection[z] >= -kZoneAmountMax);
    base_[z] = zone.base + injection[z];
    solution.prices[z] = std::clamp(solution.prices[z], zone.price_min, zone.price_max);
    look_up_zone(z, solution.prices[z]);
  }
  for (std::uint32_t l = 0; l < lines; ++l) look_up_line(l, solution.prices);
}

void NetworkSolver::look_up_zone(std::uint32_t zone, std::int64_t price) {
  const Network::Zone& z = network_->zones_[zone];
  const std::uint32_t k = network_->first_step(zone, price);
  const bool kink = k < z.count && network_->price_[z.first + k] == price;
  position_[zone] = k;
  below_[zone] =
      price == z.price_min ? -kUnlimited : base_[zone] + network_->amount_before_[z.before + k];
  above_[zone] = price == z.price_max
                     ? kUnlimited
                     : base_[zone] + network_->amount_before_[z.before + k + (kink ? 1 : 0)];
}

void NetworkSolver::look_up_line(std::uint32_t line, std::span<const std::int64_t> prices) {
  const NetworkLine& l = network_->lines_[line];
  const std::int64_t spread = prices[l.to] - prices[l.from] - l.tariff;
  flow_low_[line] = spread > 0 ? l.max : l.min;
  flow_high_[line] = spread < 0 ? l.min : l.max;
}

void NetworkSolver::solve(const Network& network, std::span<const std::int64_t> injection,
                          NetworkSolution& solution) {
  begin(network, injection, solution);
  for (std::int64_t sign = steepest(); sign != 0; sign = steepest()) {
    ++solution.steps;
    move_set(solution.prices, sign);
  }
  finish_primal(solution);
  finish_interval(solution);
  solution.welfare = network.dual_value(solution.prices, injection);
}

void NetworkSolver::set_excess(std::span<const std::int64_t> net_supply) {
  std::copy(net_supply.begin(), net_supply.end(), excess_.begin());
  const std::vector<NetworkLine>& lines = network_->lines_;
  for (std::size_t l = 0; l < lines.size(); ++l) {
    excess_[lines[l].from] -= flow_low_[l];
    excess_[lines[l].to] += flow_low_[l];
    forward_[l] = flow_high_[l] - flow_low_[l];
    backward_[l] = 0;
  }
}

// Raising a set S pays when even the greatest net supply of S cannot meet what S must send out; the
// set where this is worst is the sink side of a minimum cut. Lowering is the mirror image. The flow
// of the second problem is left in place: at the minimum finish_primal builds on it.
std::int64_t NetworkSolver::steepest() {
  const auto zones = static_cast<std::uint32_t>(excess_.size());
  set_excess(above_);
  route();
  std::int64_t missing = 0;
  for (std::uint32_t z = 0; z < zones; ++z) missing -= std::min<std::int64_t>(excess_[z], 0);
  if (missing > 0) {
    mark_sink_side();
    sink_side_ = in_set_;
  }
  set_excess(below_);
  route();
  std::int64_t unsold = 0;
  for (std::uint32_t z = 0; z < zones; ++z) unsold += std::max<std::int64_t>(excess_[z], 0);
  if (missing == 0 && unsold == 0) return 0;
  if (missing >= unsold) {
    std::swap(in_set_, sink_side_);
    return 1;
  }
  // The last search for levels failed, so it reached exactly the source side of the cut.
  for (std::uint32_t z = 0; z < zones; ++z) in_set_[z] = level_[z] >= 0 ? 1 : 0;
  return -1;
}

// Dinic's maximum flow with many sources (excess > 0) and sinks (excess < 0).
void NetworkSolver::route() {
  while (find_levels()) {
    for (std::uint32_t z = 0; z < excess_.size(); ++z) cursor_[z] = network_->arc_begin_[z];
    for (std::uint32_t z = 0; z < excess_.size(); ++z) {
      if (level_[z] != 0) continue;
      while (excess_[z] > 0 && push_path(z)) {
      }
    }
  }
}

bool NetworkSolver::find_levels() {
  std::size_t tail = 0;
  for (std::uint32_t z = 0; z < excess_.size(); ++z) {
    level_[z] = excess_[z] > 0 ? 0 : -1;
    if (excess_[z] > 0) queue_[tail++] = z;
  }
  bool found = false;
  for (std::size_t head = 0; head < tail; ++head) {
    const std::uint32_t z = queue_[head];
    found = found || excess_[z] < 0;
    for (std::uint32_t a = network_->arc_begin_[z]; a < network_->arc_begin_[z + 1]; ++a) {
      const Network::Arc& arc = network_->arcs_[a];
      const std::int64_t room = arc.forward ? forward_[arc.line] : backward_[arc.line];
      if (room <= 0 || level_[arc.other] >= 0) continue;
      level_[arc.other] = level_[z] + 1;
      queue_[tail++] = arc.other;
    }
  }
  return found;
}

// Pushes along one shortest path from `source` to a zone that is short; false when none is left.
bool NetworkSolver::push_path(std::uint32_t source) {
  std::size_t length = 0;  // path_ holds arcs
  std::uint32_t z = source;
  while (excess_[z] >= 0) {
    std::uint32_t& a = cursor_[z];
    const std::uint32_t end = network_->arc_begin_[z + 1];
    for (; a < end; ++a) {
      const Network::Arc& arc = network_->arcs_[a];
      const std::int64_t room = arc.forward ? forward_[arc.line] : backward_[arc.line];
      if (room > 0 && level_[arc.other] == level_[z] + 1) break;
    }
    if (a < end) {
      path_[length++] = a;
      z = network_->arcs_[a].other;
      continue;
    }
    if (length == 0) return false;
    // A dead end: step back, and do not come here again in this phase.
    const Network::Arc& last = network_->arcs_[path_[--length]];
    const NetworkLine& line = network_->lines_[last.line];
    z = last.forward ? line.from : line.to;
    ++cursor_[z];
  }
  std::int64_t amount = std::min(excess_[source], -excess_[z]);
  for (std::size_t i = 0; i < length; ++i) {
    const Network::Arc& arc = network_->arcs_[path_[i]];
    amount = std::min(amount, arc.forward ? forward_[arc.line] : backward_[arc.line]);
  }
  for (std::size_t i = 0; i < length; ++i) {
    const Network::Arc& arc = network_->arcs_[path_[i]];
    forward_[arc.line] += arc.forward ? -amount : amount;
    backward_[arc.line] += arc.forward ? amount : -amount;
  }
  excess_[source] -= amount;
  excess_[z] += amount;
  return true;
}

// Marks in in_set_ the zones from which a zone that is still short could be reached.
void NetworkSolver::mark_sink_side() {
  std::size_t tail = 0;
  for (std::uint32_t z = 0; z < excess_.size(); ++z) {
    in_set_[z] = excess_[z] < 0 ? 1 : 0;
    if (excess_[z] < 0) queue_[tail++] = z;
  }
  for (std::size_t head = 0; head < tail; ++head) {
    const std::uint32_t z = queue_[head];
    for (std::uint32_t a = network_->arc_begin_[z]; a < network_->arc_begin_[z + 1]; ++a) {
      const Network::Arc& arc = network_->arcs_[a];
      const std::int64_t room = arc.forward ? backward_[arc.line] : forward_[arc.line];
      if (room <= 0 || in_set_[arc.other] != 0) continue;
      in_set_[arc.other] = 1;
      queue_[tail++] = arc.other;
    }
  }
}

// ---- Line search along a set -------------------------------------------------------------------

std::int64_t NetworkSolver::net_supply_at(std::uint32_t zone, std::int64_t price,
                                          std::int64_t sign) const {
  const Network::Zone& z = network_->zones_[zone];
  const auto begin = network_->price_.begin() + z.first;
  // Steps already passed need no second look: the search moves away from them.
  const auto from = sign > 0 ? begin + position_[zone] : begin;
  const auto to = sign > 0 ? begin + z.count : begin + position_[zone];
  const auto k = sign > 0 ? std::upper_bound(from, to, price) : std::lower_bound(from, to, price);
  return base_[zone] + network_->amount_before_[z.before + static_cast<std::size_t>(k - begin)];
}

// Whether D stops falling once the set has moved by `distance`: its slope there is ≥ 0.
bool NetworkSolver::rises(std::span<const std::int64_t> prices, std::int64_t distance,
                          std::int64_t sign) const {
  std::int64_t slope = 0;
  for (std::uint32_t z = 0; z < prices.size(); ++z) {
    if (in_set_[z] == 0) continue;
    const std::int64_t price = prices[z] + sign * distance;
    const Network::Zone& zone = network_->zones_[z];
    if (price == (sign > 0 ? zone.price_max : zone.price_min)) return true;
    slope += sign * net_supply_at(z, price, sign);
  }
  for (const NetworkLine& line : network_->lines_) {
    const bool from_moves = in_set_[line.from] != 0;
    if (from_moves == (in_set_[line.to] != 0)) continue;
    // The spread moves by `change` per unit of distance; its right derivative counts the flow.
    const std::int64_t change = from_moves ? -sign : sign;
    const std::int64_t spread =
        prices[line.to] - prices[line.from] - line.tariff + change * distance;
    const bool high = spread > 0 || (spread == 0 && change > 0);
    slope += change * (high ? line.max : line.min);
  }
  return slope >= 0;
}

std::int64_t NetworkSolver::next_kink(std::span<const std::int64_t> prices,
                                      std::int64_t sign) const {
  std::int64_t distance = distance_max(prices, sign);
  for (std::uint32_t z = 0; z < prices.size(); ++z) {
    if (in_set_[z] == 0) continue;
    const Network::Zone& zone = network_->zones_[z];
    const auto price = network_->price_.begin() + zone.first;
    std::uint32_t k = position_[z];
    if (sign > 0) {
      if (k < zone.count && price[k] == prices[z]) ++k;
      if (k < zone.count) distance = std::min(distance, price[k] - prices[z]);
    } else if (k > 0) {
      distance = std::min(distance, prices[z] - price[k - 1]);
    }
  }
  for (const NetworkLine& line : network_->lines_) {
    const bool from_moves = in_set_[line.from] != 0;
    if (from_moves == (in_set_[line.to] != 0)) continue;
    const std::int64_t spread = prices[line.to] - prices[line.from] - line.tariff;
    const std::int64_t toward_zero = (from_moves ? -sign : sign) * spread;
    if (toward_zero < 0) distance = std::min(distance, -toward_zero);
  }
  return distance;
}

std::int64_t NetworkSolver::distance_max(std::span<const std::int64_t> prices,
                                         std::int64_t sign) const {
  std::int64_t distance = kUnlimited;
  for (std::uint32_t z = 0; z < prices.size(); ++z) {
    if (in_set_[z] == 0) continue;
    const Network::Zone& zone = network_->zones_[z];
    distance =
        std::min(distance, sign > 0 ? zone.price_max - prices[z] : prices[z] - zone.price_min);
  }
  return distance;
}

// Moves the set to the first point where D stops falling. Slopes change only at kinks, so the least
// whole distance with a slope ≥ 0 is a kink or a price limit.
void NetworkSolver::move_set(std::span<std::int64_t> prices, std::int64_t sign) {
  const auto advance = [&](std::int64_t distance) {
    for (std::uint32_t z = 0; z < prices.size(); ++z) {
      if (in_set_[z] == 0) continue;
      prices[z] += sign * distance;
      look_up_zone(z, prices[z]);
    }
  };
  bool done = false;
  for (int i = 0; i < kLinearMoves && !done; ++i) {
    advance(next_kink(prices, sign));
    done = rises(prices, 0, sign);
  }
  if (!done) {
    std::int64_t falls = 0;  // D still falls here
    std::int64_t stops = distance_max(prices, sign);
    for (std::int64_t step = 1; step < stops; step *= 2) {
      if (rises(prices, step, sign)) {
        stops = step;
        break;
      }
      falls = step;
    }
    while (stops - falls > 1) {
      const std::int64_t middle = falls + (stops - falls) / 2;
      (rises(prices, middle, sign) ? stops : falls) = middle;
    }
    advance(stops);
  }
  for (std::uint32_t l = 0; l < flow_low_.size(); ++l) look_up_line(l, prices);
}

// ---- Results at the minimum --------------------------------------------------------------------

// steepest() has routed all unsold supply at the least net supplies; what is still short is met by
// the room between the least and greatest net supply of each zone, first its own.
void NetworkSolver::finish_primal(NetworkSolution& solution) {
  const auto zones = static_cast<std::uint32_t>(excess_.size());
  for (std::uint32_t z = 0; z < zones; ++z) {
    TONGSUAN_CHECK(excess_[z] <= 0);
    excess_[z] += above_[z] - below_[z];
  }
  route();
  solution.balanced = true;
  for (std::uint32_t z = 0; z < zones; ++z) {
    TONGSUAN_CHECK(excess_[z] >= 0);
    const Network::Zone& zone = network_->zones_[z];
    solution.supply[z] = above_[z] - excess_[z];
    const std::int64_t used = solution.supply[z] - base_[z];
    const bool short_of = used > network_->amount_before_[zone.before + zone.count];
    const bool thrown_away = used < 0 && !(zone.free_disposal && zone.price_min == 0);
    if (short_of || thrown_away) solution.balanced = false;
  }
  for (std::size_t l = 0; l < flow_low_.size(); ++l) {
    solution.flows[l] = flow_low_[l] + backward_[l];
  }
}

// Supporting prices are those that satisfy complementary slackness with one optimal primal: a box
// around the marginal step of each zone, and differences across lines with room.
void NetworkSolver::finish_interval(NetworkSolution& solution) const {
  std::vector<std::int64_t>& lowest = solution.lowest;
  std::vector<std::int64_t>& highest = solution.highest;
  for (std::uint32_t z = 0; z < lowest.size(); ++z) {
    const Network::Zone& zone = network_->zones_[z];
    const auto price = network_->price_.begin() + zone.first;
    const std::int64_t at = solution.prices[z];
    const std::int64_t supply = solution.supply[z];
    const std::uint32_t k = position_[z];
    const std::uint32_t beyond = k + (k < zone.count && price[k] == at ? 1 : 0);
    lowest[z] = supply > below_[z] ? at : (k > 0 ? price[k - 1] : zone.price_min);
    highest[z] = supply < above_[z] ? at : (beyond < zone.count ? price[beyond] : zone.price_max);
  }
  for (bool changed = true; changed;) {
    changed = false;
    const auto raise = [&changed](std::int64_t& value, std::int64_t to) {
      if (to > value) value = to, changed = true;
    };
    const auto lower = [&changed](std::int64_t& value, std::int64_t to) {
      if (to < value) value = to, changed = true;
    };
    for (std::size_t l = 0; l < solution.flows.size(); ++l) {
      const NetworkLine& line = network_->lines_[l];
      if (solution.flows[l] > line.min) {  // the spread is ≥ 0
        raise(lowest[line.to], lowest[line.from] + line.tariff);
        lower(highest[line.from], highest[line.to] - line.tariff);
      }
      if (solution.flows[l] < line.max) {  // the spread is ≤ 0
        raise(lowest[line.from], lowest[line.to] - line.tariff);
        lower(highest[line.to], highest[line.from] + line.tariff);
      }
    }
  }
}

}  // namespace tongsuan::solver
