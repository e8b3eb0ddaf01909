// What packages and their awards may be.
#include <algorithm>

#include "tongsuan/engine/internal/rules.h"

namespace tongsuan::engine::internal {
namespace {

bool overlap(const AwardPart& a, const AwardPart& b) {
  return a.begin < b.end && b.begin < a.end;
}

// Both lists rise.
bool share_a_node(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) return true;
    a[i] < b[j] ? ++i : ++j;
  }
  return false;
}

bool same_but_hub(const PackageLeg& a, const PackageLeg& b) {
  return a.accelerator == b.accelerator && a.gang == b.gang && a.begin == b.begin && a.end == b.end;
}

// One gang of one class, in ranges that rise, all at one hub.
bool is_service_at(const Alternative& there, const Alternative& first) {
  for (std::size_t i = 0; i < there.legs.size(); ++i) {
    const PackageLeg& leg = there.legs[i];
    if (leg.hub != there.legs.front().hub || leg.gang != there.legs.front().gang) return false;
    if (leg.accelerator != there.legs.front().accelerator) return false;
    if (i > 0 && there.legs[i - 1].end > leg.begin) return false;
  }
  return there.value == first.value && std::ranges::equal(there.legs, first.legs, same_but_hub);
}

bool is_service(const Package& package) {
  const std::vector<Alternative>& hubs = package.alternatives;
  for (std::size_t i = 0; i < hubs.size(); ++i) {
    if (!is_service_at(hubs[i], hubs.front())) return false;
    if (i > 0 && !(hubs[i - 1].legs.front().hub < hubs[i].legs.front().hub)) return false;
  }
  return true;
}

bool is_curve(const Package& package) {
  if (package.alternatives.size() != 1 || package.alternatives.front().legs.size() != 1) {
    return false;
  }
  const Alternative& all = package.alternatives.front();
  const PackageLeg& leg = all.legs.front();
  std::uint64_t devices = 0;
  for (std::size_t i = 0; i < package.steps.size(); ++i) {
    const DemandStep& step = package.steps[i];
    if (step.devices < 1 || step.price.raw() < 0 || step.price.raw() > kPriceMax) return false;
    if (i > 0 && !(step.price < package.steps[i - 1].price)) return false;
    devices += step.devices;
  }
  return devices == leg.gang && all.value == curve_value(package.steps, leg.end - leg.begin);
}

bool has_form(const Package& package) {
  const bool shares = package.kind == PackageKind::kShares;
  if (shares != (package.minimum_ppm > 0) || package.minimum_ppm >= kPpm) return false;
  if (package.kind == PackageKind::kCurve) return is_curve(package);
  if (!package.steps.empty()) return false;
  if (package.kind == PackageKind::kProfile || package.kind == PackageKind::kShares) {
    return package.alternatives.size() == 1;
  }
  return package.kind != PackageKind::kService || is_service(package);
}

bool is_good_part(const LiveOrder& order) {
  const Package& package = *order.package;
  return package.alternatives.empty() && package.steps.empty() && package.minimum_ppm == 0 &&
         order.ways.size() == 1 && order.hubs.size() == 1 && order.data == kNone &&
         order.premium == 0 && order.delay_cost == 0 &&
         order.not_before <= kSecondsMax - order.ways.front().estimate &&
         order.latest_start < part_end(order) && package.agreed.raw() >= 0 &&
         package.agreed.raw() <= kPriceMax;
}

}  // namespace

Verdict Rules::check_leg(const PackageLeg& leg) const {
  const Places& places = state_.places();
  if (leg.accelerator.value >= places.classes.size() || leg.hub.value >= places.hubs.size()) {
    return Refusal::kUnknown;
  }
  const bool good = leg.gang >= 1 && leg.gang <= kGangMax && leg.begin >= 0 &&
                    leg.begin < leg.end && leg.end <= kSecondsMax;
  return good ? std::nullopt : Verdict(Refusal::kLimit);
}

// Its form, and that the terms beside it are those that follow from it.
Verdict Rules::check_package(const LiveOrder& order) const {
  const Package& package = *order.package;
  if (is_part(order)) {
    return is_good_part(order) ? std::nullopt : Verdict(Refusal::kLimit);
  }
  if (package.parent != kNone || package.agreed != Price() || package.alternatives.empty()) {
    return Refusal::kLimit;
  }
  for (const Alternative& alternative : package.alternatives) {
    if (alternative.legs.empty() || alternative.value < 0 || alternative.value > kMoneyMax) {
      return Refusal::kLimit;
    }
    for (const PackageLeg& leg : alternative.legs) {
      if (const Verdict verdict = check_leg(leg)) return verdict;
    }
  }
  if (!has_form(package)) return Refusal::kLimit;
  // What is divisible does not ask for whole nodes.
  if (package.kind == PackageKind::kCurve && order.whole_nodes) return Refusal::kLimit;
  LiveOrder derived = order;
  set_package_terms(derived);
  return derived == order ? std::nullopt : Verdict(Refusal::kLimit);
}

bool Rules::package_fits(const LiveOrder& order) const {
  const Places& places = state_.places();
  const auto fits_at = [&](const PackageLeg& leg) {
    const std::uint32_t pool = find_pool(places, leg.hub, leg.accelerator);
    if (pool == kNone) return false;
    if (order.package->kind == PackageKind::kCurve) return true;  // a part of it may
    const Pool& at = places.pools[pool];
    const Way way{leg.accelerator, least_gang(*order.package, leg), leg.end - leg.begin};
    return need_of(way, order.whole_nodes, at.node_devices).nodes <= at.nodes;
  };
  return std::ranges::any_of(order.package->alternatives, [&](const Alternative& alternative) {
    return std::ranges::all_of(alternative.legs, fits_at);
  });
}

// Packages never run; a part does within its leg.
Verdict Rules::check_span(const LiveOrder& order, Second begin, Second end) const {
  if (is_package(order)) return Refusal::kNotEligible;
  if (!is_part(order)) return std::nullopt;
  return begin < end && end <= part_end(order) ? std::nullopt : Verdict(Refusal::kTime);
}

// ---- Awards ------------------------------------------------------------------------------------

// That the parts are the legs of the alternative; of shares, enough of each; of a curve, less of
// it, worth what it costs.
Verdict Rules::check_legs_asked(const AwardOrder& award) const {
  const Package& package = *state_.order(award.order).order.package;
  if (award.alternative >= package.alternatives.size()) return Refusal::kUnknown;
  const std::vector<PackageLeg>& legs = package.alternatives[award.alternative].legs;
  const bool curve = package.kind == PackageKind::kCurve;
  if (!curve && award.parts.size() != legs.size()) return Refusal::kNotEligible;
  for (std::size_t i = 0; i < award.parts.size(); ++i) {
    const AwardPart& part = award.parts[i];
    const PackageLeg& leg = legs[curve ? 0 : i];
    const std::uint32_t pool = find_pool(state_.places(), leg.hub, leg.accelerator);
    if (pool == kNone || part.pool.value != pool) return Refusal::kNotEligible;
    if (!curve && (part.gang < least_gang(package, leg) || part.gang > leg.gang ||
                   part.begin != leg.begin || part.end != leg.end)) {
      return Refusal::kNotEligible;
    }
    if (!curve) continue;
    if (part.gang < 1 || part.gang > leg.gang || part.begin < leg.begin || part.end > leg.end ||
        part.begin >= part.end || (i > 0 && award.parts[i - 1].end > part.begin)) {
      return Refusal::kNotEligible;
    }
    if (part.price > step_price(package.steps, part.gang)) return Refusal::kLimit;
  }
  return std::nullopt;
}

// Parts that run at the same time share no node, so each can be judged by itself.
Verdict Rules::check_part(const AwardOrder& award, std::size_t at) const {
  const AwardPart& part = award.parts[at];
  if (part.begin <= at_) return Refusal::kTime;
  if (part.price.raw() < 0 || part.price.raw() > kPriceMax) return Refusal::kLimit;
  const PoolState& pool = state_.pool(part.pool);
  const Way way{state_.places().pools[part.pool.value].accelerator, part.gang, 1};
  const Need need = need_of(way, state_.order(award.order).order.whole_nodes,
                            state_.places().pools[part.pool.value].node_devices);
  if (part.nodes.size() != need.nodes) return Refusal::kWrongNodes;
  for (std::size_t i = 0; i < part.nodes.size(); ++i) {
    const std::uint32_t node = part.nodes[i];
    if (node >= pool.nodes.size()) return Refusal::kUnknown;
    if (i > 0 && part.nodes[i - 1] >= node) return Refusal::kWrongNodes;
    if (!pool.nodes[node].up) return Refusal::kNodeDown;
    if (!state_.leaves_blocks({part.pool, node, need.per_node, part.begin, part.end})) {
      return Refusal::kPromised;
    }
  }
  for (std::size_t i = 0; i < at; ++i) {
    const AwardPart& other = award.parts[i];
    if (other.pool == part.pool && overlap(other, part) && share_a_node(other.nodes, part.nodes)) {
      return Refusal::kPromised;
    }
  }
  return std::nullopt;
}

namespace {

// Of shares, the smallest of those that its legs have.
std::int64_t award_worth(const Package& package, const AwardOrder& award) {
  const Alternative& whole = package.alternatives[award.alternative];
  std::int64_t worth = whole.value;
  if (package.kind != PackageKind::kShares) return worth;
  for (std::size_t i = 0; i < award.parts.size(); ++i) {
    worth = std::min(worth, share_value(whole.value, award.parts[i].gang, whole.legs[i].gang));
  }
  return worth;
}

}  // namespace

Verdict Rules::check_award(const AwardOrder& award) const {
  if (const Verdict verdict = check_waiting(award.order)) return verdict;
  const LiveOrder& order = state_.order(award.order).order;
  if (!is_package(order)) return Refusal::kNotEligible;
  if (award.parts.empty() || award.parts.size() > kLegsMax) return Refusal::kLimit;
  const auto more = static_cast<std::uint32_t>(award.parts.size());
  if (state_.live_orders() + more > kLiveOrdersMax + 1 || state_.order_count() > kNumbersMax - more)
    return Refusal::kFull;
  if (const Verdict verdict = check_legs_asked(award)) return verdict;
  int128 cost = 0;
  for (std::size_t i = 0; i < award.parts.size(); ++i) {
    if (const Verdict verdict = check_part(award, i)) return verdict;
    cost += state_.part_of(award, award.parts[i], at_).value;
  }
  return cost <= award_worth(*order.package, award) ? std::nullopt : Verdict(Refusal::kLimit);
}

}  // namespace tongsuan::engine::internal
