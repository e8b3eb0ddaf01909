// A market: everything one round clears, as plain values.
//
// Model. Time is cut into `slot_count` equal slots. Hubs own devices of accelerator classes, sold
// in offers; zones carry energy (power, or certificate-bearing green power) over lines; data links
// move data sets between hubs. Orders ask for devices (all or none), for energy, or for both.
//
// Canonical order. Every list is sorted by name (orders too), names are unique within a list, and
// ids are positions. Reading the same lines in another order gives the same Market, byte for byte:
// `canonicalise` (domain/canonical.h) sorts, and the root hash is taken over this form.
//
// Ownership. Market owns all its data; variable-length parts of orders live in shared pools that
// are addressed by half-open ranges, so that a million orders are a handful of allocations.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/strong_id.h"
#include "tongsuan/domain/units.h"

namespace tongsuan {

using HubId = StrongId<struct HubTag>;
using ClassId = StrongId<struct ClassTag>;
using ZoneId = StrongId<struct ZoneTag>;
using DataId = StrongId<struct DataTag>;
using GroupId = StrongId<struct GroupTag>;
using AccountId = StrongId<struct AccountTag>;
using OfferId = StrongId<struct OfferTag>;
using OrderId = StrongId<struct OrderTag>;
using HubSetId = StrongId<struct HubSetTag>;

inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

// Half-open range of positions in a pool.
struct Span32 {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend constexpr bool operator==(Span32, Span32) = default;
  [[nodiscard]] constexpr std::uint32_t count() const { return end - begin; }
};

// Adds items to the end of a pool, and says where they lie.
template <class T>
Span32 append(std::vector<T>& pool, const std::vector<T>& items) {
  const auto begin = static_cast<std::uint32_t>(pool.size());
  pool.insert(pool.end(), items.begin(), items.end());
  return {begin, static_cast<std::uint32_t>(pool.size())};
}

// Names in one block of memory: name i is bytes [offsets[i], offsets[i+1]).
class NameList {
 public:
  std::uint32_t push_back(std::string_view name);
  [[nodiscard]] std::string_view operator[](std::uint32_t index) const;
  [[nodiscard]] std::uint32_t size() const {
    return static_cast<std::uint32_t>(offsets_.size() - 1);
  }
  // Position of `name` in a list that is sorted; kNone when absent.
  [[nodiscard]] std::uint32_t find_sorted(std::string_view name) const;
  void reserve(std::size_t count, std::size_t bytes);
  // The names at these positions, in this order.
  [[nodiscard]] NameList gathered(const std::vector<std::uint32_t>& positions) const;
  friend bool operator==(const NameList&, const NameList&) = default;

 private:
  std::string bytes_;
  std::vector<std::uint32_t> offsets_ = {0};
};

struct Calendar {
  std::string start = "2026-01-01T00:00+08:00";  // RFC 3339, when slot 0 begins; never interpreted
  std::uint32_t slot_seconds = 3600;
  std::uint32_t slot_count = 0;
  friend bool operator==(const Calendar&, const Calendar&) = default;
};

struct AcceleratorClass {
  std::uint32_t watts = 0;         // drawn by one device under load
  std::uint32_t node_devices = 1;  // devices of one node
  friend bool operator==(const AcceleratorClass&, const AcceleratorClass&) = default;
};

enum class Commodity : std::uint8_t { kPower, kGreen };

// kFree: supply may be thrown away, so the price is never negative.
// kBalance: supply equals demand in every slot; the price may be negative.
enum class Disposal : std::uint8_t { kFree, kBalance };

struct Zone {
  Commodity commodity = Commodity::kPower;
  Disposal disposal = Disposal::kFree;
  friend bool operator==(const Zone&, const Zone&) = default;
};

struct Hub {
  std::string title_en;
  std::string title_zh;
  std::string region;               // free text; reports group by it ("east", "west")
  std::int32_t latitude_micro = 0;  // 10^-6 degrees
  std::int32_t longitude_micro = 0;
  std::uint32_t pue_milli = 1000;    // power usage effectiveness × 1000
  std::uint32_t power_zone = kNone;  // ZoneId::value; kNone: power is not a row of this market
  std::uint32_t green_zone = kNone;
  friend bool operator==(const Hub&, const Hub&) = default;
};

// Who trades: the seller of offers, the owner of orders.
struct Account {
  // HubId::value of the hub where its owner would run its work alone; kNone: nowhere. Reports and
  // baselines use it, clearing never does.
  std::uint32_t home = kNone;
  friend bool operator==(const Account&, const Account&) = default;
};

// One convex supply or demand step.
struct Step {
  Price price;
  Amount amount;
  friend constexpr bool operator==(Step, Step) = default;
};

// A transmission line of one commodity: flow from → to within [min, max] Wh in each slot of the
// range, at a tariff per MWh sent in either direction. Ranges of one pair may not overlap.
struct Line {
  ZoneId from;
  ZoneId to;
  SlotRange slots;
  Amount min;    // ≤ 0: room in the other direction
  Amount max;    // ≥ 0
  Price tariff;  // ≥ 0; only lines with min = 0 may have a tariff above 0
  friend bool operator==(const Line&, const Line&) = default;
};

// A directed data link: MB per slot at a price per TB.
struct Link {
  HubId from;
  HubId to;
  SlotRange slots;
  Span32 steps;  // Market::steps, prices rising
  friend bool operator==(const Link&, const Link&) = default;
};

struct DataSet {
  std::uint64_t size_mb = 0;
  Span32 replicas;  // Market::hub_lists, rising hub ids: hubs that hold a copy
  friend bool operator==(const DataSet&, const DataSet&) = default;
};

// Whole nodes of a class at a hub, for orders that need nodes to themselves.
struct NodeBlock {
  HubId hub;
  ClassId accelerator;
  SlotRange slots;
  std::uint32_t nodes = 0;
  friend bool operator==(const NodeBlock&, const NodeBlock&) = default;
};

// A policy cap: the devices that orders of one group may hold together in each slot of the range.
struct Cap {
  GroupId group;
  std::uint32_t hub = kNone;          // HubId::value; kNone: all hubs
  std::uint32_t accelerator = kNone;  // ClassId::value; kNone: all classes
  SlotRange slots;
  std::uint32_t devices = 0;
  friend bool operator==(const Cap&, const Cap&) = default;
};

// Supply by price steps on capacity (hub, class) or on a zone. Divisible: any part may be bought.
struct Offer {
  AccountId seller;
  std::uint32_t hub = kNone;  // capacity of `accelerator` at this hub, or
  std::uint32_t accelerator = kNone;
  std::uint32_t zone = kNone;  // energy in this zone
  SlotRange slots;
  Span32 steps;  // Market::steps, prices rising; amount per slot
  friend bool operator==(const Offer&, const Offer&) = default;
};

// ---- Orders ------------------------------------------------------------------------------------

enum class OrderKind : std::uint8_t {
  kBlock,    // a gang of devices for some consecutive slots inside a window, all or none
  kOptions,  // explicit exclusive options, each with its own value and signed usage of rows
  kCurve,    // divisible demand by price steps, on one capacity or zone, in each slot of a range
  kProfile,  // one all-or-none profile over slots, bought or sold, maybe with a minimum share
  kService,  // a gang that must run in every given slot range at one place
};

// One way to run a block: `gang` devices of a class for `duration` consecutive slots. Substitutable
// classes and elastic sizes are further variants of the same order, all worth the same value.
struct Variant {
  ClassId accelerator;
  std::uint32_t gang = 0;
  std::uint32_t duration = 0;  // slots
  friend bool operator==(const Variant&, const Variant&) = default;
};

// A signed use of one row family over consecutive slots: buying is positive. Whole nodes are bought
// with all of their devices, and never delivered.
enum class RowKind : std::uint8_t { kCapacity, kZone, kNodes };
struct Leg {
  RowKind kind = RowKind::kCapacity;
  std::uint32_t hub = kNone;
  std::uint32_t accelerator = kNone;
  std::uint32_t zone = kNone;
  SlotRange slots;
  std::int64_t amount =
      0;  // devices, Wh or nodes in each slot; negative: delivered by the participant
  friend bool operator==(const Leg&, const Leg&) = default;
};

// An explicit option. Its value is negative for a seller: what the participant must be paid.
// Device use at a hub draws power and green energy like a block's, unless the leg is negative.
struct Option {
  std::int64_t value = 0;  // micro-yuan
  Span32 legs;             // Market::legs
  friend bool operator==(const Option&, const Option&) = default;
};

// `variants`, `options`, `legs` and `steps` are ranges of the pools of Market; which of them is
// used depends on the kind (an empty range otherwise):
//   kBlock    variants, hubs, window, value, delay_cost, data, green_percent, whole_nodes, after
//   kOptions  options (each with legs)
//   kCurve    options[0].legs[0] names the row and slots (amount unused), steps the demand
//   kProfile  options[0], minimum_ppm
//   kService  variants[0], hubs, services (slot ranges), value, green_percent, whole_nodes
struct Order {
  AccountId account;
  OrderKind kind = OrderKind::kBlock;
  std::uint8_t green_percent = 0;  // least share of its energy to be matched with green power
  bool whole_nodes = false;        // the gang is rounded up to whole nodes of a node block
  HubSetId hubs;
  SlotRange window;             // earliest start, latest end
  std::uint32_t data = kNone;   // DataId::value that must be at the hub when the block starts
  std::uint32_t group = kNone;  // GroupId::value that caps apply to
  std::uint32_t after = kNone;  // OrderId::value that must be accepted and have ended
  std::uint32_t minimum_ppm = 1'000'000;  // least accepted share of a profile, parts per million
  std::int64_t value = 0;       // micro-yuan for the whole order when it starts at its earliest
  std::int64_t delay_cost = 0;  // micro-yuan less for each slot that the start is later
  Span32 variants;
  Span32 options;
  Span32 steps;
  Span32 services;  // Market::ranges
  friend bool operator==(const Order&, const Order&) = default;
};

struct Market {
  std::string name;
  std::string currency = "CNY";
  Calendar calendar;

  NameList hub_names, class_names, zone_names, data_names, group_names, account_names, offer_names,
      order_names;
  std::vector<Hub> hubs;                  // by HubId
  std::vector<AcceleratorClass> classes;  // by ClassId
  std::vector<Zone> zones;                // by ZoneId
  std::vector<DataSet> data_sets;         // by DataId
  std::vector<Account> accounts;          // by AccountId
  std::vector<Line> lines;                // sorted by (from, to, begin)
  std::vector<Link> links;                // sorted by (from, to, begin)
  std::vector<NodeBlock> node_blocks;     // sorted by (hub, class, begin)
  std::vector<Cap> caps;                  // sorted by (group, hub, class, begin)
  std::vector<Offer> offers;              // by OfferId
  std::vector<Order> orders;              // by OrderId

  // Pools.
  std::vector<Step> steps;
  std::vector<Variant> variants;
  std::vector<Option> options;
  std::vector<Leg> legs;
  std::vector<SlotRange> ranges;
  std::vector<HubId> hub_lists;
  std::vector<Span32> hub_sets;  // by HubSetId: ranges of hub_lists, rising ids; each set once
  friend bool operator==(const Market&, const Market&) = default;
};

}  // namespace tongsuan
