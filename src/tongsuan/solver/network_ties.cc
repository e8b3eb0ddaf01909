// Among optimal outcomes and supporting prices, the ones that the rules name.
#include <algorithm>
#include <numeric>

#include "tongsuan/solver/network.h"

namespace tongsuan::solver {
namespace {

// Shares `amount` ≤ Σ weights in whole units pro rata to the weights: largest remainder first, then
// the earlier position.
void share_pro_rata(std::span<const std::int64_t> weights, std::int64_t amount,
                    std::span<std::int64_t> shares) {
  const std::int64_t total = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  TONGSUAN_CHECK(amount >= 0 && amount <= total);
  std::int64_t left = amount;
  std::vector<std::pair<std::int64_t, std::size_t>> remainders;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const int128 product = int128{weights[i]} * amount;
    shares[i] = total == 0 ? 0 : static_cast<std::int64_t>(product / total);
    left -= shares[i];
    if (total > 0) remainders.emplace_back(-static_cast<std::int64_t>(product % total), i);
  }
  std::sort(remainders.begin(), remainders.end());
  for (std::size_t i = 0; left > 0; ++i, --left) ++shares[remainders[i].second];
}

}  // namespace

// Groups are numbered by their first zone; a line joins two zones when the flow over it is open.
void NetworkSolver::find_groups(std::span<const std::int64_t> prices) {
  const auto zones = static_cast<std::uint32_t>(prices.size());
  std::fill(group_.begin(), group_.end(), zones);
  for (std::uint32_t first = 0; first < zones; ++first) {
    if (group_[first] < zones) continue;
    std::size_t tail = 0;
    group_[first] = first;
    queue_[tail++] = first;
    for (std::size_t head = 0; head < tail; ++head) {
      const std::uint32_t z = queue_[head];
      for (std::uint32_t a = network_->arc_begin_[z]; a < network_->arc_begin_[z + 1]; ++a) {
        const Network::Arc& arc = network_->arcs_[a];
        const NetworkLine& line = network_->lines_[arc.line];
        if (line.tariff != 0 || line.min == line.max || prices[arc.other] != prices[z]) continue;
        if (group_[arc.other] < zones) continue;
        group_[arc.other] = first;
        queue_[tail++] = arc.other;
      }
    }
  }
}

void NetworkSolver::share_group(std::uint32_t group, const NetworkSolution& solution) {
  std::vector<std::uint32_t> members;
  std::vector<std::int64_t> supply;
  std::vector<std::int64_t> demand;
  std::int64_t used = 0;
  for (std::uint32_t z = group; z < group_.size(); ++z) {
    if (group_[z] != group) continue;
    const Network::Zone& zone = network_->zones_[z];
    // At a price limit shortage or disposal is shared, and for these there is no rule.
    if (solution.prices[z] == zone.price_min || solution.prices[z] == zone.price_max) return;
    const bool kink = above_[z] > below_[z];
    const Network::CurveStep step = kink ? network_->step(z, position_[z]) : Network::CurveStep{};
    members.push_back(z);
    supply.push_back(step.supply);
    demand.push_back(step.demand);
    used += solution.supply[z] - below_[z];
  }
  const std::int64_t supply_total = std::accumulate(supply.begin(), supply.end(), std::int64_t{0});
  // Supply is used before demand at the same price is given up: the volume is greatest.
  std::vector<std::int64_t> from_supply(members.size());
  std::vector<std::int64_t> from_demand(members.size());
  share_pro_rata(supply, std::min(used, supply_total), from_supply);
  share_pro_rata(demand, std::max<std::int64_t>(used - supply_total, 0), from_demand);
  for (std::size_t i = 0; i < members.size(); ++i) {
    target_[members[i]] = below_[members[i]] + from_supply[i] + from_demand[i];
  }
}

// After the targets are routed, unsold supply (sign < 0) is given up, or missing supply (sign > 0)
// found, at the zones that it can reach and that have room at their price; first at home.
bool NetworkSolver::absorb_rest(std::int64_t sign) {
  const auto zones = static_cast<std::uint32_t>(excess_.size());
  std::vector<std::int64_t> rest(zones);
  std::vector<std::int64_t> room(zones);
  for (std::uint32_t z = 0; z < zones; ++z) {
    rest[z] = std::max<std::int64_t>(-sign * excess_[z], 0);
    room[z] = sign < 0 ? target_[z] - below_[z] : above_[z] - target_[z];
    const std::int64_t own = std::min(rest[z], room[z]);
    rest[z] -= own;
    room[z] -= own;
    target_[z] += sign * own;
  }
  std::vector<std::int64_t> other = excess_;  // of the other sign: its turn is later
  for (std::uint32_t z = 0; z < zones; ++z) {
    excess_[z] = -sign * rest[z];
    if (rest[z] == 0) excess_[z] = sign * room[z];
  }
  route();
  bool complete = true;
  for (std::uint32_t z = 0; z < zones; ++z) {
    if (rest[z] > 0) complete = complete && excess_[z] == 0;
    if (rest[z] == 0) target_[z] += sign * (room[z] - sign * excess_[z]);
    excess_[z] = -sign * other[z] > 0 ? 0 : other[z];
  }
  return complete;
}

void NetworkSolver::share_ties(const Network& network, std::span<const std::int64_t> injection,
                               NetworkSolution& solution) {
  const std::uint32_t steps = solution.steps;
  begin(network, injection, solution);
  solution.steps = steps;
  std::copy(solution.supply.begin(), solution.supply.end(), target_.begin());
  find_groups(solution.prices);
  for (std::uint32_t z = 0; z < group_.size(); ++z) {
    if (group_[z] == z) share_group(z, solution);
  }
  set_excess(target_);
  route();
  if (!absorb_rest(-1) || !absorb_rest(1)) return;
  std::copy(target_.begin(), target_.end(), solution.supply.begin());
  for (std::size_t l = 0; l < flow_low_.size(); ++l) {
    solution.flows[l] = flow_low_[l] + backward_[l];
  }
}

// Σ |λ − reference| over the lattice of supporting prices is itself a network problem: each zone
// has one step of two units at its reference against a fixed use of one unit, and the differences
// that must hold are lines with more room than all zones together can use.
void NetworkSolver::choose_prices(const Network& network, std::span<const std::int64_t> reference,
                                  NetworkSolution& solution) {
  if (solution.lowest == solution.highest) {
    solution.prices = solution.lowest;
    return;
  }
  constexpr std::int64_t kEnough = 4 * std::int64_t{kNetworkZonesMax};
  Network nearest;
  for (std::uint32_t z = 0; z < network.zone_count(); ++z) {
    Network::Zone header;
    header.base = -1;
    header.price_min = solution.lowest[z];
    header.price_max = solution.highest[z];
    nearest.open_zone(header);
    nearest.push_step({std::clamp(reference[z], solution.lowest[z], solution.highest[z]), 2, 0});
    nearest.close_zone();
  }
  for (std::size_t l = 0; l < network.lines_.size(); ++l) {
    NetworkLine line = network.lines_[l];
    const std::int64_t flow = solution.flows[l];
    line.min = flow > network.lines_[l].min ? -kEnough : 0;
    line.max = flow < network.lines_[l].max ? kEnough : 0;
    nearest.lines_.push_back(line);
  }
  nearest.index_lines();
  NetworkSolution chosen;
  chosen.prices = solution.lowest;
  const std::vector<std::int64_t> none(network.zone_count(), 0);
  solve(nearest, none, chosen);
  solution.prices = chosen.lowest;
}

}  // namespace tongsuan::solver
