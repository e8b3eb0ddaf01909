#include "tongsuan/market/problem.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "tongsuan/market/internal/flat_map.h"

namespace tongsuan::market {
namespace {

using internal::FlatMap;

constexpr std::int64_t kZoneUnits = 1'000'000;  // Wh in a MWh, MB in a TB
constexpr std::int64_t kHourSeconds = 3'600;
constexpr std::int64_t kUseMax = std::int64_t{1} << 61;
constexpr int128 kWeightMax = int128{1} << 84;  // times 2·kPriceMax < 2^42 stays below 2^126

Error limit_error(std::string context, std::string hint) {
  return Error{ErrorCode::kLimit, std::move(context), std::move(hint)};
}

int128 ceil_divide(int128 dividend, int128 divisor) {
  return divide_wide(dividend, divisor, Rounding::kUp);
}

// What decides an order's bundle besides the hub.
struct Attributes {
  std::uint32_t accelerator = 0;
  std::uint32_t group = kNone;
  std::uint32_t green_percent = 0;
  bool whole_nodes = false;
};

// How an order's data set reaches a hub.
struct Route {
  bool possible = false;
  std::uint32_t transfer = kNone;  // kNone: a replica is at the hub
  std::uint32_t slots = 0;
};

class Compiler {
 public:
  explicit Compiler(const Market& market)
      : market_(market), slot_count_(market.calendar.slot_count) {}

  Result<Problem> run() {
    using Stage = Result<Done> (Compiler::*)();
    for (const Stage stage : {&Compiler::check_energy, &Compiler::make_lanes,
                              &Compiler::make_supply, &Compiler::make_demand,
                              &Compiler::make_line_slots, &Compiler::make_orders}) {
      const Result<Done> done = (this->*stage)();
      if (!done.ok()) return done.error();
    }
    return std::move(problem_);
  }

 private:
  // ---- Lanes -----------------------------------------------------------------------------------

  [[nodiscard]] std::size_t pair_index(std::uint32_t hub, std::uint32_t accelerator) const {
    return std::size_t{hub} * market_.classes.size() + accelerator;
  }

  std::uint32_t add_lane(LaneKind kind, std::uint32_t first, std::uint32_t second,
                         bool balance = false) {
    problem_.lanes.push_back({kind, balance, first, second, 0});
    return static_cast<std::uint32_t>(problem_.lanes.size() - 1);
  }

  Result<Done> make_lanes() {
    if (slot_count_ == 0 || slot_count_ > kSlotsMax) {
      return limit_error("the market has " + std::to_string(slot_count_) + " slots",
                         "use 1 to " + std::to_string(kSlotsMax) + " slots");
    }
    problem_.slot_count = slot_count_;
    const std::size_t pairs = market_.hubs.size() * market_.classes.size();
    capacity_lane_.assign(pairs, kNone);
    node_lane_.assign(pairs, kNone);
    mark_capacity();
    add_pair_lanes(LaneKind::kCapacity, capacity_lane_);
    problem_.capacity_lane_count = static_cast<std::uint32_t>(problem_.lanes.size());
    for (const NodeBlock& block : market_.node_blocks) {
      node_lane_[pair_index(block.hub.value, block.accelerator.value)] = 0;
    }
    add_pair_lanes(LaneKind::kNode, node_lane_);
    zone_lane_begin_ = static_cast<std::uint32_t>(problem_.lanes.size());
    for (std::uint32_t zone = 0; zone < market_.zones.size(); ++zone) {
      add_lane(LaneKind::kZone, zone, 0, market_.zones[zone].disposal == Disposal::kBalance);
    }
    add_link_lanes();
    cap_lane_begin_ = static_cast<std::uint32_t>(problem_.lanes.size());
    for (std::uint32_t cap = 0; cap < market_.caps.size(); ++cap) add_lane(LaneKind::kCap, cap, 0);
    if (problem_.lanes.size() > kRowsMax / slot_count_) {
      return limit_error("the market has " + std::to_string(problem_.lanes.size()) +
                             " lanes of " + std::to_string(slot_count_) + " slots",
                         "lanes x slots may be at most " + std::to_string(kRowsMax));
    }
    set_scales();
    return Done{};
  }

  void mark_capacity() {
    for (const Offer& offer : market_.offers) {
      if (offer.hub != kNone) capacity_lane_[pair_index(offer.hub, offer.accelerator)] = 0;
    }
    for (const Leg& leg : market_.legs) {
      if (leg.kind == RowKind::kCapacity && leg.amount < 0) {
        capacity_lane_[pair_index(leg.hub, leg.accelerator)] = 0;
      }
    }
  }

  // Replaces the mark 0 of each pair by its lane, hubs and classes rising.
  void add_pair_lanes(LaneKind kind, std::vector<std::uint32_t>& lanes) {
    for (std::uint32_t hub = 0; hub < market_.hubs.size(); ++hub) {
      for (std::uint32_t accelerator = 0; accelerator < market_.classes.size(); ++accelerator) {
        std::uint32_t& lane = lanes[pair_index(hub, accelerator)];
        if (lane != kNone) lane = add_lane(kind, hub, accelerator);
      }
    }
  }

  void add_link_lanes() {  // links are sorted by (from, to, begin): one lane per pair
    link_lane_.resize(market_.links.size());
    for (std::size_t i = 0; i < market_.links.size(); ++i) {
      const Link& link = market_.links[i];
      const bool again = i > 0 && market_.links[i - 1].from == link.from &&
                         market_.links[i - 1].to == link.to;
      link_lane_[i] = again ? link_lane_[i - 1]
                            : add_lane(LaneKind::kLink, link.from.value, link.to.value);
    }
  }

  // A price moves `scale` of undivided money per amount: one common denominator over all lanes.
  void set_scales() {
    const std::int64_t seconds = market_.calendar.slot_seconds;
    const std::int64_t device_hours = kHourSeconds / std::gcd(seconds, kHourSeconds);
    std::int64_t denominator = 1;
    for (const Lane& lane : problem_.lanes) {
      denominator = std::lcm(denominator, per_hour(lane.kind) ? device_hours : kZoneUnits);
    }
    problem_.denominator = denominator;
    for (Lane& lane : problem_.lanes) {
      lane.scale = per_hour(lane.kind)
                       ? denominator / device_hours * (seconds / std::gcd(seconds, kHourSeconds))
                       : denominator / kZoneUnits;
      scale_max_ = std::max(scale_max_, lane.scale);
    }
  }

  static bool per_hour(LaneKind kind) {
    return kind == LaneKind::kCapacity || kind == LaneKind::kNode || kind == LaneKind::kCap;
  }

  // ---- Supply and demand -----------------------------------------------------------------------

  // Calls emit(lane, slot, price, amount, offer) for every supply step of every row.
  template <class Emit>
  void each_supply(Emit emit) const {
    const auto steps = [&](std::uint32_t lane, SlotRange slots, Span32 range, std::uint32_t offer) {
      for (Slot slot = slots.begin; slot < std::min(slots.end, slot_count_); ++slot) {
        for (std::uint32_t i = range.begin; i < range.end; ++i) {
          emit(lane, slot, market_.steps[i].price.raw(), market_.steps[i].amount.raw(), offer);
        }
      }
    };
    for (std::uint32_t i = 0; i < market_.offers.size(); ++i) {
      const Offer& offer = market_.offers[i];
      const std::uint32_t lane = offer.hub != kNone
                                     ? capacity_lane_[pair_index(offer.hub, offer.accelerator)]
                                     : zone_lane_begin_ + offer.zone;
      steps(lane, offer.slots, offer.steps, i);
    }
    for (std::size_t i = 0; i < market_.links.size(); ++i) {
      steps(link_lane_[i], market_.links[i].slots, market_.links[i].steps, kNone);
    }
    for (const NodeBlock& block : market_.node_blocks) {
      const std::uint32_t lane = node_lane_[pair_index(block.hub.value, block.accelerator.value)];
      for (Slot slot = block.slots.begin; slot < std::min(block.slots.end, slot_count_); ++slot) {
        emit(lane, slot, std::int64_t{0}, std::int64_t{block.nodes}, kNone);
      }
    }
    for (std::uint32_t i = 0; i < market_.caps.size(); ++i) {
      const Cap& cap = market_.caps[i];
      for (Slot slot = 0; slot < slot_count_; ++slot) {
        const bool inside = slot >= cap.slots.begin && slot < cap.slots.end;
        emit(cap_lane_begin_ + i, slot, std::int64_t{0},
             inside ? std::int64_t{cap.devices} : kAmountMax, kNone);
      }
    }
  }

  // Calls emit(lane, slot, price, amount, order) for every demand step of every curve whose lane
  // exists.
  template <class Emit>
  void each_demand(Emit emit) const {
    for (std::uint32_t i = 0; i < market_.orders.size(); ++i) {
      const Order& order = market_.orders[i];
      if (order.kind != OrderKind::kCurve || order.options.count() == 0) continue;
      const Option& option = market_.options[order.options.begin];
      if (option.legs.count() == 0) continue;
      const Leg& leg = market_.legs[option.legs.begin];
      const std::uint32_t lane = leg_lane(leg);
      if (lane == kNone) continue;
      for (Slot slot = leg.slots.begin; slot < std::min(leg.slots.end, slot_count_); ++slot) {
        for (std::uint32_t step = order.steps.begin; step < order.steps.end; ++step) {
          emit(lane, slot, market_.steps[step].price.raw(), market_.steps[step].amount.raw(), i);
        }
      }
    }
  }

  [[nodiscard]] std::uint32_t leg_lane(const Leg& leg) const {
    return leg.kind == RowKind::kCapacity ? capacity_lane_[pair_index(leg.hub, leg.accelerator)]
                                          : zone_lane_begin_ + leg.zone;
  }

  // Counts the steps of every row into `begin` (as running positions) and checks their sums.
  template <class Each>
  Result<Done> count_steps(Each each, const char* what, std::vector<std::uint32_t>& begin) {
    begin.assign(std::size_t{problem_.row_count()} + 1, 0);
    std::vector<std::int64_t> total(problem_.row_count(), 0);
    std::uint64_t count = 0;
    int128 weight = 0;
    bool fits = true;
    each([&](std::uint32_t lane, Slot slot, std::int64_t price, std::int64_t amount,
             std::uint32_t) {
      const std::uint32_t row = problem_.row(lane, slot);
      fits = fits && amount >= 0 && amount <= kAmountMax && price >= -kPriceMax &&
             price <= kPriceMax && total[row] <= kUseMax - kAmountMax && count < kStepsMax;
      if (!fits || amount == 0) return;
      ++count;
      ++begin[row + 1];
      total[row] += amount;
      weight += static_cast<int128>(amount) * problem_.lanes[lane].scale;
    });
    if (!fits || weight > kWeightMax) {
      return limit_error(std::string("the ") + what + " steps pass a limit of price, amount or count",
                         "see the limits in docs/formats/market.md");
    }
    for (std::size_t row = 1; row < begin.size(); ++row) begin[row] += begin[row - 1];
    return Done{};
  }

  Result<Done> make_supply() {
    const auto each = [&](auto emit) { each_supply(emit); };
    TONGSUAN_TRY(const Done counted, count_steps(each, "supply", problem_.supply_begin));
    static_cast<void>(counted);
    problem_.supply.resize(problem_.supply_begin.back());
    std::vector<std::uint32_t> next = problem_.supply_begin;
    each([&](std::uint32_t lane, Slot slot, std::int64_t price, std::int64_t amount,
             std::uint32_t offer) {
      if (amount != 0) problem_.supply[next[problem_.row(lane, slot)]++] = {price, amount, offer};
    });
    sort_rows(problem_.supply_begin, problem_.supply, [](const SupplyStep& a, const SupplyStep& b) {
      return a.price != b.price ? a.price < b.price : a.offer < b.offer;
    });
    return Done{};
  }

  Result<Done> make_demand() {
    const auto each = [&](auto emit) { each_demand(emit); };
    TONGSUAN_TRY(const Done counted, count_steps(each, "demand", problem_.demand_begin));
    static_cast<void>(counted);
    problem_.demand.resize(problem_.demand_begin.back());
    std::vector<std::uint32_t> next = problem_.demand_begin;
    each([&](std::uint32_t lane, Slot slot, std::int64_t price, std::int64_t amount,
             std::uint32_t order) {
      if (amount != 0) problem_.demand[next[problem_.row(lane, slot)]++] = {price, amount, order};
    });
    sort_rows(problem_.demand_begin, problem_.demand, [](const DemandStep& a, const DemandStep& b) {
      return a.price != b.price ? a.price > b.price : a.order < b.order;
    });
    return Done{};
  }

  // Stable, so equal steps of one owner keep the order of the book.
  template <class Step, class Less>
  static void sort_rows(const std::vector<std::uint32_t>& begin, std::vector<Step>& steps,
                        Less less) {
    for (std::size_t row = 0; row + 1 < begin.size(); ++row) {
      Step* const first = steps.data() + begin[row];
      Step* const last = steps.data() + begin[row + 1];
      if (!std::is_sorted(first, last, less)) std::stable_sort(first, last, less);
    }
  }

  Result<Done> make_line_slots() {
    int128 room = 0;
    for (std::uint32_t i = 0; i < market_.lines.size(); ++i) {
      const Line& line = market_.lines[i];
      if (line.min.raw() < -kAmountMax || line.min.raw() > 0 || line.max.raw() < 0 ||
          line.max.raw() > kAmountMax || line.tariff.raw() < 0 || line.tariff.raw() > kPriceMax) {
        return limit_error("line " + std::to_string(i) + " passes a limit of flow or tariff",
                           "flows need min <= 0 <= max, tariffs 0 to 1,000,000 per MWh");
      }
      room += static_cast<int128>(line.max.raw()) - line.min.raw();
      for (Slot slot = line.slots.begin; slot < std::min(line.slots.end, slot_count_); ++slot) {
        problem_.line_slots.push_back({problem_.row(zone_lane_begin_ + line.from.value, slot),
                                       problem_.row(zone_lane_begin_ + line.to.value, slot), i,
                                       line.min.raw(), line.max.raw(), line.tariff.raw()});
      }
    }
    if (room > kUseMax) {
      return limit_error("the lines together carry too much", "use smaller limits of flow");
    }
    return Done{};
  }

  // ---- Bundles ---------------------------------------------------------------------------------

  // Wh of one device in one slot, rounded up: this rounding is the book.
  [[nodiscard]] int128 energy(std::uint32_t hub, std::uint32_t accelerator) const {
    return ceil_divide(static_cast<int128>(market_.classes[accelerator].watts) *
                           market_.hubs[hub].pue_milli * market_.calendar.slot_seconds,
                       kHourSeconds * 1'000);
  }

  Result<Done> check_energy() {
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

  std::uint32_t attributes_of(std::uint32_t accelerator, const Order& order) {
    const std::uint64_t key = (std::uint64_t{order.group} << 32) | (accelerator << 16) |
                              (std::uint32_t{order.green_percent} << 1) |
                              (order.whole_nodes ? 1U : 0U);
    if (const std::uint32_t* found = attribute_ids_.find(key)) return *found;
    attributes_.push_back({accelerator, order.group, order.green_percent, order.whole_nodes});
    const auto id = static_cast<std::uint32_t>(attributes_.size() - 1);
    attribute_ids_.insert(key, id);
    return id;
  }

  // The bundle of one device (or node) at a hub; kNone where the order cannot run.
  std::uint32_t bundle_of(std::uint32_t attributes, std::uint32_t hub) {
    const std::uint64_t key = (std::uint64_t{attributes} << 32) | hub;
    if (const std::uint32_t* found = bundle_ids_.find(key)) return *found;
    const std::optional<std::vector<BundleLeg>> legs = legs_at(attributes_[attributes], hub, true);
    const std::uint32_t bundle = legs ? intern(*legs) : kNone;
    bundle_ids_.insert(key, bundle);
    return bundle;
  }

  // Everything that one device, or one whole node, uses at a hub; the capacity lane first.
  [[nodiscard]] std::optional<std::vector<BundleLeg>> legs_at(const Attributes& attributes,
                                                              std::uint32_t hub,
                                                              bool with_nodes) const {
    const std::size_t pair = pair_index(hub, attributes.accelerator);
    if (capacity_lane_[pair] == kNone) return std::nullopt;
    const AcceleratorClass& accelerator = market_.classes[attributes.accelerator];
    const bool nodes = with_nodes && attributes.whole_nodes;
    if (nodes && (node_lane_[pair] == kNone || accelerator.node_devices == 0)) return std::nullopt;
    const std::int64_t devices = nodes ? std::int64_t{accelerator.node_devices} : 1;
    std::vector<BundleLeg> legs = {{capacity_lane_[pair], devices}};
    if (nodes) legs.push_back({node_lane_[pair], 1});
    const Hub& at = market_.hubs[hub];
    const auto watt_hours = static_cast<std::int64_t>(energy(hub, attributes.accelerator));
    const std::int64_t green_watt_hours = static_cast<std::int64_t>(
        ceil_divide(static_cast<int128>(watt_hours) * attributes.green_percent, 100));
    if (attributes.green_percent > 0 && at.green_zone == kNone) return std::nullopt;
    if (at.power_zone != kNone && watt_hours > 0) {
      legs.push_back({zone_lane_begin_ + at.power_zone, watt_hours * devices});
    }
    if (green_watt_hours > 0) {
      legs.push_back({zone_lane_begin_ + at.green_zone, green_watt_hours * devices});
    }
    if (attributes.group != kNone) add_caps(attributes, hub, devices, legs);
    return legs;
  }

  void add_caps(const Attributes& attributes, std::uint32_t hub, std::int64_t devices,
                std::vector<BundleLeg>& legs) const {
    for (std::uint32_t i = 0; i < market_.caps.size(); ++i) {
      const Cap& cap = market_.caps[i];
      if (cap.group.value == attributes.group && (cap.hub == kNone || cap.hub == hub) &&
          (cap.accelerator == kNone || cap.accelerator == attributes.accelerator)) {
        legs.push_back({cap_lane_begin_ + i, devices});
      }
    }
  }

  std::uint32_t intern(const std::vector<BundleLeg>& legs) {
    std::vector<std::pair<std::uint32_t, std::int64_t>> content;
    std::int64_t use = 0;
    for (const BundleLeg& leg : legs) {
      content.emplace_back(leg.lane, leg.units);
      use = std::min(use + std::min(leg.units, kUseMax / 2), kUseMax / 2);
    }
    const auto next = static_cast<std::uint32_t>(problem_.bundles.size());
    const auto [found, inserted] = bundle_contents_.try_emplace(std::move(content), next);
    if (inserted) {
      const auto begin = static_cast<std::uint32_t>(problem_.bundle_legs.size());
      problem_.bundle_legs.insert(problem_.bundle_legs.end(), legs.begin(), legs.end());
      problem_.bundles.push_back(
          {begin, static_cast<std::uint32_t>(problem_.bundle_legs.size())});
      bundle_use_.push_back(use);
    }
    return found->second;
  }

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
    const std::uint32_t lane = link_lane_[best];
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

  Result<Done> make_orders() {
    if (market_.orders.size() > kOrdersMax) {
      return limit_error("the market has " + std::to_string(market_.orders.size()) + " orders",
                         "the limit is " + std::to_string(kOrdersMax));
    }
    problem_.orders.reserve(market_.orders.size());
    problem_.choices.reserve(static_cast<std::size_t>(
        std::min<std::uint64_t>(choice_estimate(), kOptionsMax)));
    int128 use = 0;
    for (std::uint32_t i = 0; i < market_.orders.size(); ++i) {
      const Order& order = market_.orders[i];
      order_use_ = 0;
      const auto begin = static_cast<std::uint32_t>(problem_.choices.size());
      if (!limits_hold(order)) return order_error(i);
      switch (order.kind) {
        case OrderKind::kBlock: add_block(order); break;
        case OrderKind::kOptions: add_options(order); break;
        case OrderKind::kCurve: break;
        case OrderKind::kProfile: add_options(order); break;
        case OrderKind::kService: add_service(order); break;
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
    if (use * slot_count_ * scale_max_ > kWeightMax) {
      return limit_error("the orders together could use too much for exact sums",
                         "use fewer devices or less energy per slot");
    }
    return Done{};
  }

  [[nodiscard]] Error order_error(std::uint32_t order) const {
    return limit_error(
        "order " + std::string(market_.order_names[order]) +
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
          count += capacity_lane_[pair_index(market_.hub_lists[h].value, accelerator)] != kNone;
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
      const std::uint32_t attributes = attributes_of(variant.accelerator.value, order);
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
    choice.bundle = bundle_of(attributes, hub);
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
    note_use(static_cast<int128>(choice.devices) * bundle_use_[choice.bundle] +
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
    if (leg.kind != RowKind::kCapacity || leg.amount <= 0 || leg.amount > kGangMax ||
        leg.slots.begin >= leg.slots.end || leg.slots.end > slot_count_) {
      return false;
    }
    Order plain = order;
    plain.whole_nodes = false;
    choice.bundle = bundle_of(attributes_of(leg.accelerator, plain), leg.hub);
    if (choice.bundle == kNone) return true;
    choice.devices = static_cast<std::uint32_t>(leg.amount);
    choice.first = choice.last = static_cast<std::uint16_t>(leg.slots.begin);
    choice.duration = static_cast<std::uint16_t>(leg.slots.count());
    note_use(static_cast<int128>(choice.devices) * bundle_use_[choice.bundle]);
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
      if (leg.kind == RowKind::kCapacity && leg.amount > 0) {
        const Attributes attributes = {leg.accelerator, order.group, order.green_percent, false};
        possible = add_device_legs(attributes, leg.hub, slots, leg.amount);
      } else {
        problem_.profile_legs.push_back({leg_lane(leg), slots, leg.amount});
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
    const std::optional<std::vector<BundleLeg>> legs = legs_at(attributes, hub, true);
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
          1, static_cast<std::int64_t>(ceil_divide(static_cast<int128>(profile.lots) * minimum_ppm,
                                                   1'000'000)));
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
  Problem problem_;
  std::vector<std::uint32_t> capacity_lane_, node_lane_;  // by pair_index
  std::vector<std::uint32_t> link_lane_;                  // by position of the link
  std::uint32_t zone_lane_begin_ = 0;
  std::uint32_t cap_lane_begin_ = 0;
  std::int64_t scale_max_ = 1;
  FlatMap attribute_ids_, bundle_ids_, route_ids_;
  std::vector<Attributes> attributes_;
  std::vector<Route> routes_;
  std::map<std::vector<std::pair<std::uint32_t, std::int64_t>>, std::uint32_t> bundle_contents_;
  std::vector<std::int64_t> bundle_use_;  // Σ units by bundle
  int128 order_use_ = 0;                  // largest Σ |amount| of a choice of the current order
};

}  // namespace

Result<Problem> compile(const Market& market) { return Compiler(market).run(); }

std::vector<std::string> lane_names(const Market& market, const Problem& problem) {
  std::vector<std::string> names;
  names.reserve(problem.lanes.size());
  const auto pair = [&](const Lane& lane) {
    return std::string(market.hub_names[lane.first]) + '/' +
           std::string(market.class_names[lane.second]);
  };
  for (const Lane& lane : problem.lanes) {
    switch (lane.kind) {
      case LaneKind::kCapacity: names.push_back("capacity " + pair(lane)); break;
      case LaneKind::kNode: names.push_back("nodes " + pair(lane)); break;
      case LaneKind::kZone: names.push_back("zone " + std::string(market.zone_names[lane.first])); break;
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
