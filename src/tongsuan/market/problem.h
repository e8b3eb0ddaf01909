// The compiled book: rows, and every order as choices of where and when.
//
// Model. A *lane* is one scarce thing over all slots; a *row* is a lane in one slot, numbered
// lane · slot_count + slot. Lanes come in a fixed order: capacity (hub, class) rising, node blocks
// (hub, class) rising, zones rising, data links (from, to) rising, caps in market order. A capacity
// lane exists where an offer, an order or a negative leg touches (hub, class).
//
// A *bundle* is what one device of an order uses in every slot that it runs: its capacity lane, and
// maybe a node lane, the power and green zones of the hub (Wh per device and slot, rounded up to
// whole Wh once, here), and caps of the order's group. With p the prices, one slot t of one device
// costs bundle_price(t) = Σ units · p[lane, t] · scale[lane], so prefix sums over t price any
// start.
//
// A *choice* is one (variant, hub) of an order with all its starts; an exclusive set of choices is
// an order. Irregular options (several legs, negative legs) are *profiles*: a list of row uses. An
// order that asks for whole nodes is measured in nodes: `devices` counts nodes, the capacity leg
// has the devices of one node as its units, and the node leg has one.
//
// What cannot be had is left out: a choice on a capacity lane that no offer and no negative leg
// touches, whole nodes where there is no node block, green energy at a hub without a green zone,
// and a start before the order's data can have arrived.
//
// A *transfer* brings a data set to a hub without a replica, over one fixed route: of the links
// from a replica to the hub, the one whose cheapest step, in the link's earliest range, has the
// lowest price, then the lowest replica hub. It takes k slots, k the least number for which rate =
// ceil(size / k) is at most a quarter of the link's largest capacity in one slot (and 1 MB at
// least). It may run before the window opens, but not before slot 0, so starts are at least k.
//
// A cap row outside the slots of its cap has one free step of kAmountMax: no limit.
//
// Money is kept undivided: micro-yuan × `denominator`. A price on lane l moves
// price · amount · scale[l] of undivided money, where scale[l] = denominator · (price units per
// amount unit). All sums are 128-bit.
//
// Welfare. Given awards and flows, each row's net position is fixed, and supply and demand steps
// are accepted in price order around it, volume first (see evaluate.h); welfare is what accepted
// orders and demand steps are worth, less what supply steps and line tariffs cost.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/base/result.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::market {

inline constexpr std::uint32_t kRowsMax = 1U << 28;
inline constexpr std::uint32_t kStepsMax = 1U << 30;  // supply steps, and demand steps, of all rows
inline constexpr std::int64_t kLotsMax = 1'000'000'000;

enum class LaneKind : std::uint8_t { kCapacity, kNode, kZone, kLink, kCap };

struct Lane {
  LaneKind kind = LaneKind::kCapacity;
  bool balance = false;      // supply must equal use and the price is free in sign
  std::uint32_t first = 0;   // hub, zone, from-hub, or cap
  std::uint32_t second = 0;  // class, or to-hub
  std::int64_t scale = 0;    // undivided money per (price × amount)
};

struct SupplyStep {
  std::int64_t price = 0;
  std::int64_t amount = 0;
  std::uint32_t offer = kNone;  // OfferId::value; kNone: a link, node block or cap (no seller)
};

struct DemandStep {
  std::int64_t price = 0;
  std::int64_t amount = 0;
  std::uint32_t order = kNone;  // OrderId::value of a curve
};

struct BundleLeg {
  std::uint32_t lane = 0;
  std::int64_t units = 0;  // amount per device and slot
};

// Uses `rate` MB of `lane` in each of the `slots` slots that end where the block starts.
struct Transfer {
  std::uint32_t lane = 0;
  std::uint32_t slots = 0;
  std::int64_t rate = 0;
};

struct ProfileLeg {
  std::uint32_t lane = 0;
  SlotRange slots;
  std::int64_t amount = 0;  // of the whole profile, each slot; negative: delivered
};

struct Profile {
  Span32 legs;
  // Accepted in whole lots. With a minimum share below one: the greatest common divisor of the
  // amounts, divided by the least divisor that brings it to kLotsMax or below; else one lot.
  std::int64_t lots = 1;
  std::int64_t lots_min = 1;  // least accepted lots
};

struct Choice {
  std::int64_t value = 0;        // micro-yuan when it starts at `first`; of all lots for a profile
  std::uint32_t bundle = kNone;  // kNone: a profile
  std::uint32_t extra = kNone;   // a profile, or a transfer (kNone: none)
  std::uint32_t devices = 0;  // multiplies the bundle: the gang, rounded up to nodes if asked for
  std::uint16_t first = 0;    // first and last possible start, both included
  std::uint16_t last = 0;
  std::uint16_t duration = 0;
  std::uint16_t variant = 0;  // as in Award
};

struct ProblemOrder {
  std::int64_t delay_cost = 0;  // micro-yuan less per slot of later start
  Span32 choices;
  std::uint32_t after = kNone;
  OrderKind kind = OrderKind::kBlock;
};

// A line in one slot: `from` and `to` are rows.
struct LineSlot {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t line = 0;
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::int64_t tariff = 0;
};

struct Problem {
  std::uint32_t slot_count = 0;
  std::int64_t denominator = 1;
  std::uint32_t capacity_lane_count = 0;  // capacity lanes come first: rows below this × slots
  std::uint32_t gang_lane_count = 0;      // capacity and node lanes
  std::vector<Lane> lanes;
  std::vector<std::uint32_t> supply_begin;  // row → range of supply; size rows + 1
  std::vector<SupplyStep> supply;           // within a row: rising (price, offer)
  std::vector<std::uint32_t> demand_begin;  // row → range of demand; size rows + 1
  std::vector<DemandStep> demand;           // within a row: falling price, rising order
  std::vector<Span32> bundles;              // ranges of bundle_legs; leg 0 is the capacity lane
  std::vector<BundleLeg> bundle_legs;
  std::vector<Transfer> transfers;
  std::vector<Profile> profiles;
  std::vector<ProfileLeg> profile_legs;
  std::vector<Choice> choices;
  std::vector<ProblemOrder> orders;  // by OrderId; curves have no choices
  std::vector<LineSlot> line_slots;  // in the order of Outcome::flows

  [[nodiscard]] std::uint32_t row_count() const {
    return static_cast<std::uint32_t>(lanes.size()) * slot_count;
  }
  [[nodiscard]] std::uint32_t row(std::uint32_t lane, Slot slot) const {
    return lane * slot_count + slot;
  }
  // Hub of a choice with a bundle: the one of its capacity lane.
  [[nodiscard]] std::uint32_t hub(const Choice& choice) const {
    return lanes[bundle_legs[bundles[choice.bundle].begin].lane].first;
  }
};

// Compiles a canonical market. Choices of an order are in the order (variant, hub) rising and hold
// only starts inside the window; a choice without a start is left out. Fails with kLimit when a
// named limit of domain/units.h would be passed; a valid market never fails otherwise.
Result<Problem> compile(const Market& market);

// By order: whether others must follow it.
[[nodiscard]] std::vector<bool> followed_orders(const Problem& problem);

// One name per lane, unique: "capacity horinger/H100", "nodes horinger/H100", "zone
// inner-mongolia", "link guizhou->horinger", "cap 0 sandbox" (caps by their position in the
// market).
[[nodiscard]] std::vector<std::string> lane_names(const Market& market, const Problem& problem);

}  // namespace tongsuan::market
