#include "tongsuan/rolling/round_slots.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/rolling/book.h"

namespace tongsuan::rolling {
namespace {

using market::Lane;
using market::LaneKind;
using market::Placement;
using market::Problem;
using market::SupplyStep;

// What a lane has in one slot.
struct Row {
  std::int64_t offered = 0;
  std::int64_t used = 0;
  std::int64_t price = 0;
  std::int64_t step = 0;  // price of the dearest step that is sold, else of the first
  bool has_steps = false;
};

class Viewer {
 public:
  Viewer(const Market& market, const Problem& problem, const Certificate& certificate)
      : market_(market),
        problem_(problem),
        certificate_(certificate),
        placements_(market::placements_of(problem, certificate.outcome)),
        dispatch_(
            market::dispatch(problem, market::net_use(problem, certificate.outcome, placements_))),
        used_(problem.row_count(), 0),
        delivered_(problem.row_count(), 0) {
    for (const Placement& placement : placements_) add(placement);
  }

  RoundSlots run() {
    RoundSlots all;
    all.round = certificate_.round;
    all.root = certificate_.root;
    all.slot_seconds = market_.calendar.slot_seconds;
    all.hub_names = market_.hub_names;
    all.class_names = market_.class_names;
    all.zone_names = market_.zone_names;
    for (const Zone& zone : market_.zones) all.commodities.push_back(zone.commodity);
    for (const Hub& hub : market_.hubs) {
      all.power_zones.push_back(hub.power_zone);
      all.green_zones.push_back(hub.green_zone);
    }
    all.energy.resize(problem_.slot_count);
    find_lanes();
    for (std::uint32_t lane = 0; lane < problem_.lanes.size(); ++lane) {
      const LaneKind kind = problem_.lanes[lane].kind;
      if (kind == LaneKind::kCapacity) all.pools.push_back(pool(lane));
      if (kind == LaneKind::kZone) all.zones.push_back(zone(lane));
      if (kind == LaneKind::kLink) all.links.push_back(link(lane));
    }
    add_energy(all);
    return all;
  }

 private:
  void add(const Placement& placement) {
    market::each_use(problem_, placement,
                     [&](std::uint32_t lane, SlotRange slots, std::int64_t amount) {
                       std::vector<std::int64_t>& sum = amount < 0 ? delivered_ : used_;
                       for (Slot slot = slots.begin; slot < slots.end; ++slot) {
                         sum[problem_.row(lane, slot)] += amount < 0 ? -amount : amount;
                       }
                     });
  }

  void find_lanes() {
    zone_lanes_.assign(market_.zones.size(), kNone);
    node_lanes_.assign(market_.hubs.size() * market_.classes.size(), kNone);
    for (std::uint32_t lane = 0; lane < problem_.lanes.size(); ++lane) {
      const Lane& at = problem_.lanes[lane];
      if (at.kind == LaneKind::kZone) zone_lanes_[at.first] = lane;
      if (at.kind == LaneKind::kNode) node_lanes_[pair(at)] = lane;
    }
  }
  [[nodiscard]] std::size_t pair(const Lane& lane) const {
    return std::size_t{lane.first} * market_.classes.size() + lane.second;
  }

  [[nodiscard]] Row row(std::uint32_t lane, Slot slot) const {
    const std::uint32_t at = problem_.row(lane, slot);
    Row row;
    row.offered = delivered_[at];
    row.used = used_[at] + dispatch_.demanded[at];
    row.price = certificate_.payment_prices[at];
    std::int64_t left = dispatch_.supplied[at];
    for (std::uint32_t i = problem_.supply_begin[at]; i < problem_.supply_begin[at + 1]; ++i) {
      const SupplyStep& step = problem_.supply[i];
      row.offered += step.amount;
      if (!row.has_steps || left > 0) row.step = step.price;
      row.has_steps = true;
      left -= std::min(left, step.amount);
    }
    return row;
  }
  // Above what sellers ask.
  [[nodiscard]] static std::int64_t above(const Row& row) {
    return row.has_steps ? std::max<std::int64_t>(0, row.price - row.step) : 0;
  }

  // ---- Devices ---------------------------------------------------------------------------------

  [[nodiscard]] std::int64_t device_wh(const Lane& lane) const {
    const int128 milli_watt_seconds = static_cast<int128>(market_.classes[lane.second].watts) *
                                      market_.hubs[lane.first].pue_milli *
                                      market_.calendar.slot_seconds;
    return divide(milli_watt_seconds, std::int64_t{3'600} * 1'000, Rounding::kUp);
  }
  // Wh × micro-yuan per MWh, of a zone's price; nothing where it is no row.
  [[nodiscard]] int128 energy_price(std::uint32_t zone, Slot slot, std::int64_t watt_hours) const {
    if (zone == kNone) return 0;
    return static_cast<int128>(watt_hours) *
           certificate_.payment_prices[problem_.row(zone_lanes_[zone], slot)];
  }
  // Micro-yuan per device-hour, of Wh in a slot × micro-yuan per MWh.
  [[nodiscard]] std::int64_t per_hour(int128 energy) const {
    const int128 up =
        divide_wide(energy * 3'600, kMicro * market_.calendar.slot_seconds, Rounding::kUp);
    return static_cast<std::int64_t>(std::clamp<int128>(up, -kMoneyMax, kMoneyMax));
  }

  [[nodiscard]] PoolSlots pool(std::uint32_t lane) const {
    const Lane& at = problem_.lanes[lane];
    const Hub& hub = market_.hubs[at.first];
    const std::uint32_t nodes = node_lanes_[pair(at)];
    PoolSlots pool{HubId{at.first},         ClassId{at.second}, nodes != kNone,
                   hub.green_zone != kNone, device_wh(at),      {}};
    pool.slots.reserve(problem_.slot_count);
    for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
      const Row row = this->row(lane, slot);
      PoolSlot one{.offered = row.offered, .awarded = row.used, .capacity = row.price};
      one.scarcity = above(row);
      const int128 power = energy_price(hub.power_zone, slot, pool.device_wh);
      one.power = per_hour(power);
      one.price = one.capacity + one.power;
      one.green = per_hour(power + energy_price(hub.green_zone, slot, pool.device_wh)) - one.power;
      if (pool.has_nodes) one.node = certificate_.payment_prices[problem_.row(nodes, slot)];
      pool.slots.push_back(one);
    }
    return pool;
  }

  // ---- Data ------------------------------------------------------------------------------------

  [[nodiscard]] LinkSlots link(std::uint32_t lane) const {
    const Lane& at = problem_.lanes[lane];
    LinkSlots link{HubId{at.first}, HubId{at.second}, false, {}};
    link.slots.reserve(problem_.slot_count);
    for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
      const Row row = this->row(lane, slot);
      link.slots.push_back({row.offered, row.used, row.price, above(row)});
      link.used = link.used || row.used > 0;
    }
    return link;
  }

  // ---- Energy ----------------------------------------------------------------------------------

  // What plants offer before the grid, in the book of an exchange.
  [[nodiscard]] std::int64_t before_grid(std::uint32_t lane, Slot slot) const {
    const std::uint32_t at = problem_.row(lane, slot);
    std::int64_t plants = 0;
    bool grid = false;
    for (std::uint32_t i = problem_.supply_begin[at]; i < problem_.supply_begin[at + 1]; ++i) {
      const SupplyStep& step = problem_.supply[i];
      if (step.offer == kNone) continue;
      const AccountId seller = market_.offers[step.offer].seller;
      if (market_.account_names[seller.value] != kEnergySeller) continue;
      if (step.amount >= kAmountMax) grid = true;
      if (step.amount < kAmountMax) plants += step.amount;
    }
    return grid ? plants : 0;
  }

  [[nodiscard]] ZoneSlots zone(std::uint32_t lane) const {
    const std::uint32_t zone = problem_.lanes[lane].first;
    const bool green = market_.zones[zone].commodity == Commodity::kGreen;
    ZoneSlots all{ZoneId{zone}, {}};
    all.slots.reserve(problem_.slot_count);
    for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
      const Row row = this->row(lane, slot);
      const std::int64_t offered = green ? row.offered : before_grid(lane, slot);
      const std::int64_t matched = green ? row.used : std::min(row.used, offered);
      all.slots.push_back({row.used, offered, matched, row.price});
    }
    return all;
  }

  static void add_energy(RoundSlots& all) {
    for (Slot slot = 0; slot < all.energy.size(); ++slot) {
      int128 drawn = 0;
      int128 matched = 0;
      for (const PoolSlots& pool : all.pools) {
        drawn += static_cast<int128>(pool.slots[slot].awarded) * pool.device_wh;
      }
      for (const ZoneSlots& zone : all.zones) matched += zone.slots[slot].matched;
      const int128 most = std::numeric_limits<std::int64_t>::max();
      all.energy[slot].drawn = static_cast<std::int64_t>(std::min(drawn, most));
      all.energy[slot].matched = static_cast<std::int64_t>(std::min({matched, drawn, most}));
    }
  }

  const Market& market_;
  const Problem& problem_;
  const Certificate& certificate_;
  std::vector<Placement> placements_;
  market::Dispatch dispatch_;
  std::vector<std::int64_t> used_, delivered_;  // by row, by awards
  std::vector<std::uint32_t> zone_lanes_;       // by ZoneId
  std::vector<std::uint32_t> node_lanes_;       // by hub and class; kNone: no row
};

}  // namespace

Result<RoundSlots> round_slots(const Market& market, const Certificate& certificate) {
  TONGSUAN_TRY(const Problem problem, market::compile(market));
  if (problem.row_count() > kRoundCellsMax) {
    return Error{ErrorCode::kLimit,
                 "the round has " + std::to_string(problem.lanes.size()) + " lanes of " +
                     std::to_string(problem.slot_count) + " slots, more than are told slot by slot",
                 "read its certificate"};
  }
  return Viewer(market, problem, certificate).run();
}

}  // namespace tongsuan::rolling
