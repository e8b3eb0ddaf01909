#include "tongsuan/market/problem.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "tongsuan/market/internal/compile.h"

namespace tongsuan::market {
namespace {

using internal::Attributes;
using internal::BundleTable;
using internal::ceil_divide;
using internal::FlatMap;
using internal::kUseMax;
using internal::kWeightMax;
using internal::LaneIndex;
using internal::limit_error;

// How an order's data set reaches a hub.
struct Route {
  bool possible = false;
  std::uint32_t transfer = kNone;  // kNone: a replica is at the hub
  std::uint32_t slots = 0;
};

class OrderCompiler {
 public:
  OrderCompiler(const Market& market, const LaneIndex& lanes, BundleTable& bundles,
                Problem& problem)
      : market_(market),
        slot_count_(problem.slot_count),
        lanes_(lanes),
        bundles_(bundles),
        problem_(problem) {}

  Result<Done> make_orders() {
    if (market_.orders.size() > kOrdersMax) {
      return limit_error("the market has " + std::to_string(market_.orders.size()) + " orders",
                         "the limit is " + std::to_string(kOrdersMax));
    }
    problem_.orders.reserve(market_.orders.size());
    problem_.choices.reserve(
        static_cast<std::size_t>(std::min<std::uint64_t>(choice_estimate(), kOptionsMax)));
    int128 use = 0;
    for (std::uint32_t i = 0; i < market_.orders.size(); ++i) {
      const Order& order = market_.orders[i];
      order_use_ = 0;
      const auto begin = static_cast<std::uint32_t>(problem_.choices.size());
      if (!limits_hold(order)) return order_error(i);
      switch (order.kind) {
        case OrderKind::kBlock:
          add_block(order);
          break;
        case OrderKind::kOptions:
          add_options(order);
          break;
        case OrderKind::kCurve:
          break;
        case OrderKind::kProfile:
          add_options(order);
          break;
        case OrderKind::kService:
          add_service(order);
          break;
      }
      use += order_use_;
      if (use > kUseMax || problem_.choices.size() > kOptionsMax ||
          problem_.profile_legs.size() > kOptionsMax) {
        return order_error(i);
      }
      problem_.orders.push_back({order.delay_cost,
                                 {begin, static_cast<std::uint32_t>(problem_.choices.size())},
                                 order.after,
                                 order.kind});
    }
    if (use * slot_count_ * lanes_.scale_max > kWeightMax) {
      return limit_error("the orders together could use too much for exact sums",
                         "use fewer devices or less energy per slot");
    }
    return Done{};
  }

 private:
  // ---- Data ------------------------------------------------------------------------------------

  const Route& route_to(std::uint32_t data, std::uint32_t hub) {
    const std::uint64_t key = (std::uint64_t{data} << 32) | hub;
    if (const std::uint32_t* found = route_ids_.find(key)) return routes_[*found];
    route_ids_.insert(key, static_cast<std::uint32_t>(routes_.size()));
    routes_.push_back(make_route(market_.data_sets[data], hub));
    return routes_.back();
  }

  Route make_route(const DataSet& data, std::uint32_t hub) {
    std::size_t best = market_.links.size();
    for (std::uint32_t i = data.replicas.begin; i < data.replicas.end; ++i) {
      if (market_.hub_lists[i].value == hub) return {true, kNone, 0};
      const std::size_t link = find_link(market_.hub_lists[i].value, hub);
      if (link == market_.links.size()) continue;
      if (best == market_.links.size() || first_price(link) < first_price(best)) best = link;
    }
    if (data.size_mb == 0) return {true, kNone, 0};
    if (best == market_.links.size()) return {};
    const std::uint32_t lane = lanes_.link[best];
    const std::uint64_t share =
        static_cast<std::uint64_t>(std::max<std::int64_t>(1, largest_supply(lane) / 4));
    const std::uint64_t slots = (data.size_mb - 1) / share + 1;
    if (slots >= slot_count_) return {};
    const std::uint64_t rate = (data.size_mb - 1) / slots + 1;
    problem_.transfers.push_back(
        {lane, static_cast<std::uint32_t>(slots), static_cast<std::int64_t>(rate)});
    return {true, static_cast<std::uint32_t>(problem_.transfers.size() - 1),
            static_cast<std::uint32_t>(slots)};
  }

  // The earliest range of the link from → to that has a step; links.size() when there is none.
  [[nodiscard]] std::size_t find_link(std::uint32_t from, std::uint32_t to) const {
    const auto pair = std::pair(from, to);  // links are sorted by (from, to, begin)
    auto link = std::partition_point(
        market_.links.begin(), market_.links.end(),
        [&](const Link& other) { return std::pair(other.from.value, other.to.value) < pair; });
    while (link != market_.links.end() && std::pair(link->from.value, link->to.value) == pair &&
           link->steps.count() == 0) {
      ++link;
    }
    if (link == market_.links.end() || std::pair(link->from.value, link->to.value) != pair) {
      return market_.links.size();
    }
    return static_cast<std::size_t>(link - market_.links.begin());
  }

  [[nodiscard]] std::int64_t first_price(std::size_t link) const {
    return market_.steps[market_.links[link].steps.begin].price.raw();
  }

  [[nodiscard]] std::int64_t largest_supply(std::uint32_t lane) const {
    std::int64_t largest = 0;
    for (Slot slot = 0; slot < slot_count_; ++slot) {
      const std::uint32_t row = problem_.row(lane, slot);
      std::int64_t total = 0;
      for (std::uint32_t i = problem_.supply_begin[row]; i < problem_.supply_begin[row + 1]; ++i) {
        total += problem_.supply[i].amount;
      }
      largest = std::max(largest, total);
    }
    return largest;
  }

  // ---- Orders ----------------------------------------------------------------------------------

  [[nodiscard]] Error order_error(std::uint32_t order) const {
    return limit_error("order " + std::string(market_.order_names[order]) +
                           " passes a limit of value, amount, or the number of choices",
                       "see the limits in docs/formats/market.md");
  }

  [[nodiscard]] bool limits_hold(const Order& order) const {
    const auto money = [](std::int64_t value) { return value >= -kMoneyMax && value <= kMoneyMax; };
    if (!money(order.value) || order.delay_cost < 0 || order.delay_cost > kMoneyMax / slot_count_ ||
        order.options.count() > UINT16_MAX || order.variants.count() > kVariantsMax) {
      return false;
    }
    for (std::uint32_t i = order.options.begin; i < order.options.end; ++i) {
      if (!money(market_.options[i].value)) return false;
      for (std::uint32_t k = market_.options[i].legs.begin; k < market_.options[i].legs.end; ++k) {
        const std::int64_t amount = market_.legs[k].amount;
        if (amount < -kAmountMax || amount > kAmountMax) return false;
      }
    }
    return true;
  }

  [[nodiscard]] std::uint64_t choice_estimate() const {
    std::uint64_t count = 0;
    for (const Order& order : market_.orders) {
      if (order.kind != OrderKind::kBlock) {
        count += order.options.count();
        continue;
      }
      const Span32 hubs = market_.hub_sets[order.hubs.value];
      for (std::uint32_t v = order.variants.begin; v < order.variants.end; ++v) {
        const std::uint32_t accelerator = market_.variants[v].accelerator.value;
        for (std::uint32_t h = hubs.begin; h < hubs.end; ++h) {
          count += lanes_.capacity[lanes_.pair(market_.hub_lists[h].value, accelerator)] != kNone;
        }
      }
    }
    return count;
  }

  void note_use(int128 use) { order_use_ = std::max(order_use_, use); }

  void add_block(const Order& order) {
    const Span32 hubs = market_.hub_sets[order.hubs.value];
    const Slot window_end = std::min(order.window.end, slot_count_);
    for (std::uint32_t v = order.variants.begin; v < order.variants.end; ++v) {
      const Variant& variant = market_.variants[v];
      if (variant.gang == 0 || variant.duration == 0 || order.window.begin >= window_end ||
          variant.duration > window_end - order.window.begin) {
        continue;
      }
      const std::uint32_t attributes = bundles_.attributes_of(variant.accelerator.value, order);
      Choice choice;
      choice.devices = devices_of(variant.accelerator.value, variant.gang, order.whole_nodes);
      choice.last = static_cast<std::uint16_t>(window_end - variant.duration);
      choice.duration = static_cast<std::uint16_t>(variant.duration);
      choice.variant = static_cast<std::uint16_t>(v - order.variants.begin);
      for (std::uint32_t h = hubs.begin; h < hubs.end; ++h) {
        add_block_choice(order, attributes, market_.hub_lists[h].value, choice);
      }
    }
  }

  void add_block_choice(const Order& order, std::uint32_t attributes, std::uint32_t hub,
                        Choice choice) {
    choice.bundle = bundles_.bundle_of(attributes, hub);
    if (choice.bundle == kNone) return;
    Slot first = order.window.begin;
    if (order.data != kNone) {
      const Route& route = route_to(order.data, hub);
      if (!route.possible) return;
      choice.extra = route.transfer;
      first = std::max(first, route.slots);
      if (route.transfer != kNone) note_use(problem_.transfers[route.transfer].rate);
    }
    if (first > choice.last) return;
    choice.first = static_cast<std::uint16_t>(first);
    choice.value = order.value - order.delay_cost * (first - order.window.begin);
    note_use(static_cast<int128>(choice.devices) * bundles_.use(choice.bundle) +
             (choice.extra == kNone ? 0 : problem_.transfers[choice.extra].rate));
    problem_.choices.push_back(choice);
  }

  [[nodiscard]] std::uint32_t devices_of(std::uint32_t accelerator, std::uint32_t gang,
                                         bool whole_nodes) const {
    const std::uint32_t node = market_.classes[accelerator].node_devices;
    return whole_nodes && node > 0 ? (gang - 1) / node + 1 : gang;
  }

  void add_options(const Order& order) {
    for (std::uint32_t o = order.options.begin; o < order.options.end; ++o) {
      Choice choice;
      choice.value = market_.options[o].value;
      choice.variant = static_cast<std::uint16_t>(o - order.options.begin);
      const bool partial = order.kind == OrderKind::kProfile && order.minimum_ppm < 1'000'000;
      if (partial || !add_plain_option(order, market_.options[o], choice)) {
        add_profile_option(order, market_.options[o], partial, choice);
      }
      if (order.kind == OrderKind::kProfile) break;
    }
  }

  // One positive use of capacity is a block at one start: the common, fast form. True when done.
  bool add_plain_option(const Order& order, const Option& option, Choice choice) {
    if (option.legs.count() != 1) return false;
    const Leg& leg = market_.legs[option.legs.begin];
    if (leg.kind == RowKind::kZone || leg.amount <= 0 || leg.amount > kGangMax ||
        leg.slots.begin >= leg.slots.end || leg.slots.end > slot_count_) {
      return false;
    }
    Order plain = order;
    plain.whole_nodes = leg.kind == RowKind::kNodes;
    choice.bundle = bundles_.bundle_of(bundles_.attributes_of(leg.accelerator, plain), leg.hub);
    if (choice.bundle == kNone) return true;
    choice.devices = static_cast<std::uint32_t>(leg.amount);
    choice.first = choice.last = static_cast<std::uint16_t>(leg.slots.begin);
    choice.duration = static_cast<std::uint16_t>(leg.slots.count());
    note_use(static_cast<int128>(choice.devices) * bundles_.use(choice.bundle));
    problem_.choices.push_back(choice);
    return true;
  }

  void add_profile_option(const Order& order, const Option& option, bool partial, Choice choice) {
    const auto begin = static_cast<std::uint32_t>(problem_.profile_legs.size());
    bool possible = option.legs.count() > 0;
    for (std::uint32_t k = option.legs.begin; k < option.legs.end && possible; ++k) {
      const Leg& leg = market_.legs[k];
      const SlotRange slots = {leg.slots.begin, std::min(leg.slots.end, slot_count_)};
      if (slots.begin >= slots.end || leg.amount == 0) continue;
      if (leg.kind != RowKind::kZone && leg.amount > 0) {
        const Attributes attributes = {leg.accelerator, order.group, order.green_percent,
                                       leg.kind == RowKind::kNodes};
        possible = add_device_legs(attributes, leg.hub, slots, leg.amount);
      } else {
        problem_.profile_legs.push_back({lanes_.of(leg), slots, leg.amount});
      }
    }
    if (!possible || problem_.profile_legs.size() == begin) {
      problem_.profile_legs.resize(begin);
      return;
    }
    add_profile(begin, partial ? order.minimum_ppm : 1'000'000, choice);
  }

  bool add_device_legs(const Attributes& attributes, std::uint32_t hub, SlotRange slots,
                       std::int64_t units) {
    const std::optional<std::vector<BundleLeg>> legs = bundles_.legs_at(attributes, hub);
    if (!legs) return false;
    for (const BundleLeg& leg : *legs) {
      const int128 amount = static_cast<int128>(leg.units) * units;
      note_use(amount);
      problem_.profile_legs.push_back(
          {leg.lane, slots, static_cast<std::int64_t>(std::min<int128>(amount, kUseMax))});
    }
    return true;
  }

  // Ends the profile whose legs begin at `begin`.
  void add_profile(std::uint32_t begin, std::uint32_t minimum_ppm, Choice choice) {
    Profile profile;
    profile.legs = {begin, static_cast<std::uint32_t>(problem_.profile_legs.size())};
    int128 use = 0;
    std::int64_t divisor = 0;
    for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
      const std::int64_t amount = problem_.profile_legs[i].amount;
      use += amount < 0 ? -amount : amount;
      divisor = std::gcd(divisor, amount);
    }
    note_use(use);
    if (minimum_ppm < 1'000'000) {
      profile.lots = lots_of(divisor);
      profile.lots_min = std::max<std::int64_t>(
          1, static_cast<std::int64_t>(
                 ceil_divide(static_cast<int128>(profile.lots) * minimum_ppm, 1'000'000)));
    }
    choice.extra = static_cast<std::uint32_t>(problem_.profiles.size());
    problem_.profiles.push_back(profile);
    problem_.choices.push_back(choice);
  }

  static std::int64_t lots_of(std::int64_t divisor) {
    if (divisor <= kLotsMax) return divisor;
    // kAmountMax / kLotsMax is 1,000: a short walk, unless the divisor is nearly prime.
    for (std::int64_t part = (divisor - 1) / kLotsMax + 1; part <= 1'000'000; ++part) {
      if (divisor % part == 0) return divisor / part;
    }
    return 1;
  }

  void add_service(const Order& order) {
    if (order.variants.count() == 0) return;
    const Variant& variant = market_.variants[order.variants.begin];
    if (variant.gang == 0) return;
    const Attributes attributes = {variant.accelerator.value, order.group, order.green_percent,
                                   order.whole_nodes};
    const std::int64_t units =
        devices_of(variant.accelerator.value, variant.gang, order.whole_nodes);
    const Span32 hubs = market_.hub_sets[order.hubs.value];
    for (std::uint32_t h = hubs.begin; h < hubs.end; ++h) {
      const auto begin = static_cast<std::uint32_t>(problem_.profile_legs.size());
      for (std::uint32_t i = order.services.begin; i < order.services.end; ++i) {
        const SlotRange slots = {market_.ranges[i].begin,
                                 std::min(market_.ranges[i].end, slot_count_)};
        if (slots.begin >= slots.end) continue;
        if (!add_device_legs(attributes, market_.hub_lists[h].value, slots, units)) break;
      }
      if (problem_.profile_legs.size() == begin) continue;
      Choice choice;
      choice.value = order.value;
      add_profile(begin, 1'000'000, choice);
    }
  }

  const Market& market_;
  const std::uint32_t slot_count_;
  const LaneIndex& lanes_;
  BundleTable& bundles_;
  Problem& problem_;
  FlatMap route_ids_;
  std::vector<Route> routes_;
  int128 order_use_ = 0;  // largest Σ |amount| of a choice of the current order
};

}  // namespace

Result<Problem> compile(const Market& market) {
  Problem problem;
  LaneIndex lanes;
  BundleTable bundles(market, lanes, problem);
  Result<Done> done = bundles.check_energy();
  if (done.ok()) done = internal::compile_rows(market, problem, lanes);
  if (done.ok()) done = OrderCompiler(market, lanes, bundles, problem).make_orders();
  if (!done.ok()) return done.error();
  return problem;
}

std::vector<bool> followed_orders(const Problem& problem) {
  std::vector<bool> followed(problem.orders.size(), false);
  for (const ProblemOrder& order : problem.orders) {
    if (order.after != kNone) followed[order.after] = true;
  }
  return followed;
}

std::vector<std::string> lane_names(const Market& market, const Problem& problem) {
  std::vector<std::string> names;
  names.reserve(problem.lanes.size());
  const auto pair = [&](const Lane& lane) {
    return std::string(market.hub_names[lane.first]) + '/' +
           std::string(market.class_names[lane.second]);
  };
  for (const Lane& lane : problem.lanes) {
    switch (lane.kind) {
      case LaneKind::kCapacity:
        names.push_back("capacity " + pair(lane));
        break;
      case LaneKind::kNode:
        names.push_back("nodes " + pair(lane));
        break;
      case LaneKind::kZone:
        names.push_back("zone " + std::string(market.zone_names[lane.first]));
        break;
      case LaneKind::kLink:
        names.push_back("link " + std::string(market.hub_names[lane.first]) + "->" +
                        std::string(market.hub_names[lane.second]));
        break;
      case LaneKind::kCap:
        names.push_back("cap " + std::to_string(lane.first) + ' ' +
                        std::string(market.group_names[market.caps[lane.first].group.value]));
        break;
    }
  }
  return names;
}

}  // namespace tongsuan::market
