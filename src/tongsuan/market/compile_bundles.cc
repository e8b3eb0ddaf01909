#include <algorithm>

#include "tongsuan/market/internal/compile.h"

namespace tongsuan::market::internal {

// Wh of one device in one slot, rounded up: this rounding is the book.
int128 BundleTable::energy(std::uint32_t hub, std::uint32_t accelerator) const {
  return ceil_divide(static_cast<int128>(market_.classes[accelerator].watts) *
                         market_.hubs[hub].pue_milli * market_.calendar.slot_seconds,
                     std::int64_t{3'600} * 1'000);
}

Result<Done> BundleTable::check_energy() const {
  for (std::uint32_t hub = 0; hub < market_.hubs.size(); ++hub) {
    for (std::uint32_t i = 0; i < market_.classes.size(); ++i) {
      const std::uint32_t devices = std::max(1U, market_.classes[i].node_devices);
      if (devices > kGangMax || energy(hub, i) * devices > kAmountMax) {
        return limit_error("one node of class " + std::string(market_.class_names[i]) +
                               " draws too much energy in one slot at hub " +
                               std::string(market_.hub_names[hub]),
                           "check watts, node_devices, pue and slot_seconds");
      }
    }
  }
  return Done{};
}

std::uint32_t BundleTable::attributes_of(std::uint32_t accelerator, const Order& order) {
  const std::uint64_t key = (std::uint64_t{order.group} << 32) | (accelerator << 16) |
                            (std::uint32_t{order.green_percent} << 1) |
                            (order.whole_nodes ? 1U : 0U);
  if (const std::uint32_t* found = attribute_ids_.find(key)) return *found;
  attributes_.push_back({accelerator, order.group, order.green_percent, order.whole_nodes});
  const auto id = static_cast<std::uint32_t>(attributes_.size() - 1);
  attribute_ids_.insert(key, id);
  return id;
}

std::uint32_t BundleTable::bundle_of(std::uint32_t attributes, std::uint32_t hub) {
  const std::uint64_t key = (std::uint64_t{attributes} << 32) | hub;
  if (const std::uint32_t* found = bundle_ids_.find(key)) return *found;
  const std::optional<std::vector<BundleLeg>> legs = legs_at(attributes_[attributes], hub);
  const std::uint32_t bundle = legs ? intern(*legs) : kNone;
  bundle_ids_.insert(key, bundle);
  return bundle;
}

std::optional<std::vector<BundleLeg>> BundleTable::legs_at(const Attributes& attributes,
                                                           std::uint32_t hub) const {
  const std::size_t pair = lanes_.pair(hub, attributes.accelerator);
  if (lanes_.capacity[pair] == kNone) return std::nullopt;
  const AcceleratorClass& accelerator = market_.classes[attributes.accelerator];
  const bool nodes = attributes.whole_nodes;
  if (nodes && (lanes_.node[pair] == kNone || accelerator.node_devices == 0)) return std::nullopt;
  const std::int64_t devices = nodes ? std::int64_t{accelerator.node_devices} : 1;
  std::vector<BundleLeg> legs = {{lanes_.capacity[pair], devices}};
  if (nodes) legs.push_back({lanes_.node[pair], 1});
  const Hub& at = market_.hubs[hub];
  const auto watt_hours = static_cast<std::int64_t>(energy(hub, attributes.accelerator));
  const std::int64_t green_watt_hours = static_cast<std::int64_t>(
      ceil_divide(static_cast<int128>(watt_hours) * attributes.green_percent, 100));
  if (attributes.green_percent > 0 && at.green_zone == kNone) return std::nullopt;
  if (at.power_zone != kNone && watt_hours > 0) {
    legs.push_back({lanes_.zone_begin + at.power_zone, watt_hours * devices});
  }
  if (green_watt_hours > 0) {
    legs.push_back({lanes_.zone_begin + at.green_zone, green_watt_hours * devices});
  }
  if (attributes.group != kNone) add_caps(attributes, hub, devices, legs);
  return legs;
}

void BundleTable::add_caps(const Attributes& attributes, std::uint32_t hub, std::int64_t devices,
                           std::vector<BundleLeg>& legs) const {
  for (std::uint32_t i = 0; i < market_.caps.size(); ++i) {
    const Cap& cap = market_.caps[i];
    if (cap.group.value == attributes.group && (cap.hub == kNone || cap.hub == hub) &&
        (cap.accelerator == kNone || cap.accelerator == attributes.accelerator)) {
      legs.push_back({lanes_.cap_begin + i, devices});
    }
  }
}

std::uint32_t BundleTable::intern(const std::vector<BundleLeg>& legs) {
  std::vector<std::pair<std::uint32_t, std::int64_t>> content;
  std::int64_t use = 0;
  for (const BundleLeg& leg : legs) {
    content.emplace_back(leg.lane, leg.units);
    use = std::min(use + std::min(leg.units, kUseMax / 2), kUseMax / 2);
  }
  const auto next = static_cast<std::uint32_t>(problem_.bundles.size());
  const auto [found, inserted] = contents_.try_emplace(std::move(content), next);
  if (inserted) {
    const auto begin = static_cast<std::uint32_t>(problem_.bundle_legs.size());
    problem_.bundle_legs.insert(problem_.bundle_legs.end(), legs.begin(), legs.end());
    problem_.bundles.push_back({begin, static_cast<std::uint32_t>(problem_.bundle_legs.size())});
    use_.push_back(use);
  }
  return found->second;
}

}  // namespace tongsuan::market::internal
