#include "tongsuan/engine/package.h"

#include <algorithm>

#include "tongsuan/engine/order.h"

namespace tongsuan::engine {
namespace {

constexpr Second kHourSeconds = 3'600;

// The last second before which an award can still book it.
Second last_call(const Package& package) {
  if (package.kind == PackageKind::kCurve) {
    return package.alternatives.front().legs.front().end - 1;
  }
  Second last = 0;
  for (const Alternative& alternative : package.alternatives) {
    const auto first = std::ranges::min_element(alternative.legs, {}, &PackageLeg::begin);
    last = std::max(last, first->begin);
  }
  return last;
}

}  // namespace

std::int64_t device_cost(Price price, std::uint32_t devices, Second seconds) {
  const int128 product = static_cast<int128>(price.raw()) * devices * seconds;
  const int128 cost = divide_wide(product, kHourSeconds, Rounding::kUp);
  return static_cast<std::int64_t>(std::min<int128>(cost, kMoneyMax + 1));
}

std::int64_t curve_value(const std::vector<DemandStep>& steps, Second seconds) {
  int128 sum = 0;
  for (const DemandStep& step : steps) {
    sum += static_cast<int128>(step.price.raw()) * step.devices * seconds;
  }
  return static_cast<std::int64_t>(std::min<int128>(sum / kHourSeconds, kMoneyMax));
}

Price step_price(const std::vector<DemandStep>& steps, std::uint32_t devices) {
  std::uint64_t before = 0;
  for (const DemandStep& step : steps) {
    before += step.devices;
    if (before >= devices) return step.price;
  }
  return Price();
}

std::uint32_t least_gang(const Package& package, const PackageLeg& leg) {
  if (package.kind != PackageKind::kShares) return leg.gang;
  const std::uint64_t exact = std::uint64_t{leg.gang} * package.minimum_ppm;
  return static_cast<std::uint32_t>((exact + kPpm - 1) / kPpm);
}

std::int64_t share_value(std::int64_t value, std::uint32_t gang, std::uint32_t whole) {
  return static_cast<std::int64_t>(static_cast<int128>(value) * gang / whole);
}

void set_package_terms(LiveOrder& order) {
  const Package& package = *order.package;
  order.value = 0;
  order.delay_cost = order.premium = order.grace = order.not_before = 0;
  order.data = kNone;
  order.hubs.clear();
  for (const Alternative& alternative : package.alternatives) {
    order.value = std::max(order.value, alternative.value);
    for (const PackageLeg& leg : alternative.legs) {
      const auto at = std::ranges::lower_bound(order.hubs, leg.hub);
      if (at == order.hubs.end() || *at != leg.hub) {
        order.hubs.push_back(leg.hub);
        std::ranges::sort(order.hubs);
      }
    }
  }
  const PackageLeg& first = package.alternatives.front().legs.front();
  order.ways.clear();
  order.ways.push_back({first.accelerator, first.gang, first.end - first.begin});
  order.latest_start = last_call(package);
}

}  // namespace tongsuan::engine
