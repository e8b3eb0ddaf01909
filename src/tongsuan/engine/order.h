// Orders and contracts while they live.
//
// Model. An order is a gang of devices for some time, all or none, from the second on at which it
// comes or that it names, and no later than `latest_start`. It may name several ways to run
// (variants: classes and sizes) and a set of hubs. Its value falls by `delay_cost` for each hour
// that it waits beyond its `grace`, and is never counted below zero: with a grace the order is
// flexible, any start within it is worth the same. A contract is an order that runs: devices of
// certain nodes of one pool. A block is a contract promised for later: its nodes are taken from its
// begin on, and nobody else may count on them beyond that. An order that wants more than a block
// has a package (package.h): it waits for a round to award it, and never starts itself.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tongsuan/base/boxed.h"
#include "tongsuan/base/small_list.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/engine/package.h"
#include "tongsuan/engine/places.h"

namespace tongsuan::engine {

inline constexpr std::uint32_t kWays = 8;         // variants of one order at most
inline constexpr std::uint32_t kListMax = 8'192;  // of anything in an order, accepted or refused
inline constexpr Second kSecondsMax = 10'000'000'000;
inline constexpr std::uint32_t kPpm = 1'000'000;

// One way to run: so many devices of a class for about so long.
struct Way {
  ClassId accelerator;
  std::uint32_t gang = 1;
  Second estimate = 1;  // what the owner expects; > 0
  friend bool operator==(const Way&, const Way&) = default;
};

struct LiveOrder {
  AccountId account;
  bool whole_nodes = false;  // takes whole nodes even where its gang would leave room
  Second submit = 0;
  Second latest_start = 0;
  std::int64_t value = 0;       // micro-yuan when it starts at once
  std::int64_t delay_cost = 0;  // micro-yuan less for each hour of waiting
  SmallList<Way, 2> ways;       // the first is what its owner would run at home
  SmallList<HubId, 2> hubs;     // rising; empty: any
  std::uint32_t home = kNone;   // HubId::value
  std::uint32_t data = kNone;   // DataId::value: must be at the hub when it starts
  Second grace = 0;             // waiting costs nothing for so long from when it is wanted
  Second not_before = 0;        // its owner wants it no sooner; 0: as soon as it comes
  std::int64_t premium = 0;     // micro-yuan on top for a block that is booked and kept; 0: none
  Boxed<Package> package;       // mostly none
  friend bool operator==(const LiveOrder&, const LiveOrder&) = default;
};

// Whether it waits for a round to award it; else it is a block, or a part of an award.
[[nodiscard]] inline bool is_package(const LiveOrder& order) {
  return order.package && order.package->kind != PackageKind::kPart;
}
// A leg of an award: it has a price that was agreed, and an end that does not move.
[[nodiscard]] inline bool is_part(const LiveOrder& order) {
  return order.package && order.package->kind == PackageKind::kPart;
}
[[nodiscard]] inline Second part_end(const LiveOrder& order) {
  return order.not_before + order.ways.front().estimate;
}

// From when on its owner waits.
[[nodiscard]] inline Second wanted_from(const LiveOrder& order) {
  return std::max(order.submit, order.not_before);
}

// From when on waiting lowers its value.
[[nodiscard]] inline Second decays_from(const LiveOrder& order) {
  return wanted_from(order) + order.grace;
}

// The seconds of waiting within [from, to) that lower its value.
[[nodiscard]] inline Second costly_wait(const LiveOrder& order, Second from, Second to) {
  return std::max<Second>(0, to - std::max(from, decays_from(order)));
}

// What the order is worth when it starts at `start`.
[[nodiscard]] inline std::int64_t value_at(const LiveOrder& order, Second start) {
  const Second waited = costly_wait(order, wanted_from(order), start);
  const auto lost = static_cast<int128>(order.delay_cost) * waited / 3'600;
  return lost >= order.value ? 0 : order.value - static_cast<std::int64_t>(lost);
}

// Nodes that a gang takes, and devices on each of them.
struct Need {
  std::uint32_t nodes = 0;
  std::uint32_t per_node = 0;
  [[nodiscard]] std::uint32_t devices() const { return nodes * per_node; }
  friend bool operator==(const Need&, const Need&) = default;
};
// A gang that fits a node shares it; a larger one, or one that asks for it, has nodes of its own.
[[nodiscard]] inline Need need_of(const Way& way, bool whole_nodes, std::uint32_t node_devices) {
  if (way.gang < node_devices && !whole_nodes) return {1, way.gang};
  return {(way.gang + node_devices - 1) / node_devices, node_devices};
}

enum class OrderState : std::uint8_t {
  kWaiting,
  kRunning,
  kDone,
  kLeft,       // waited longer than its owner would
  kCancelled,  // by its owner
  kRefused,    // never accepted
  kAwarded,    // a package that became parts
};

enum class EndReason : std::uint8_t {
  kCompleted,
  kFailed,     // the supplier lost devices: node or hub down
  kPreempted,  // stopped by the market, to go on elsewhere or later
  kCancelled,
};

struct Contract {
  OrderId order;
  std::uint32_t way = 0;
  PoolId pool;
  std::uint32_t per_node = 0;
  std::vector<std::uint32_t> nodes;  // rising positions within the pool
  Second start = 0;
  Second expected_end = 0;  // by the owner's estimate, and extended when that runs out
  Second end = -1;          // −1 while it runs
  Price price;              // posted when it started: micro-yuan per device-hour
  Second promised = -1;     // begin of the block on which it started; −1: on none
  [[nodiscard]] std::uint32_t devices() const {
    return per_node * static_cast<std::uint32_t>(nodes.size());
  }
};

// Devices promised to a waiting order from `begin` on. It ends when the order starts, and is kept
// if that is in its pool: which nodes it has may change.
struct Block {
  OrderId order;
  std::uint32_t way = 0;
  PoolId pool;
  std::uint32_t per_node = 0;
  std::vector<std::uint32_t> nodes;  // rising positions within the pool
  Second begin = 0;
  Second end = 0;            // by the owner's estimate
  Price price;               // agreed when it was booked: micro-yuan per device-hour
  std::uint64_t booked = 0;  // rises from booking to booking: State::block_version() before it
};

enum class ReleaseReason : std::uint8_t {
  kNodeDown,   // one of its nodes failed
  kOrderGone,  // cancelled, or left
  kRebooked,   // the same order has another block now
  kGivenUp,    // by whoever booked it
  kAmended,    // its owner wants something else now
};

}  // namespace tongsuan::engine
