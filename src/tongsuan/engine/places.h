// What an exchange knows of the outside that does not change from order to order: hubs, classes,
// pools of devices, zones of energy, data links.
//
// Model. A *pool* is the devices of one class at one hub: `nodes` machines of `node_devices`
// devices each. Pools are sorted by (hub, class), so that ids are positions and ties end on them.
// A data link moves one data set after the other, in the order in which they were asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tongsuan/domain/market.h"

namespace tongsuan::engine {

using PoolId = StrongId<struct PoolTag>;
using LinkId = StrongId<struct LinkTag>;
using ContractId = StrongId<struct ContractTag>;

inline constexpr std::uint32_t kPoolsMax = 8'192;
inline constexpr std::uint32_t kAccountsMax = 1'000'000;
inline constexpr std::uint32_t kNodesMax = 1'000'000;  // of one pool
inline constexpr std::uint32_t kNodeDevicesMax = 1'024;

struct Pool {
  HubId hub;
  ClassId accelerator;
  std::uint32_t nodes = 0;
  std::uint32_t node_devices = 1;
  // What the seller asks: micro-yuan per device-hour. Energy is counted apart.
  Price ask;
  friend bool operator==(const Pool&, const Pool&) = default;
};

[[nodiscard]] constexpr std::uint64_t devices_of(const Pool& pool) {
  return std::uint64_t{pool.nodes} * pool.node_devices;
}

struct DataLink {
  HubId from;
  HubId to;
  std::int64_t mb_per_second = 1;
  Price price;  // micro-yuan per TB
  friend bool operator==(const DataLink&, const DataLink&) = default;
};

struct DataCopy {
  std::uint64_t size_mb = 0;
  std::vector<HubId> replicas;  // rising
  friend bool operator==(const DataCopy&, const DataCopy&) = default;
};

struct Places {
  NameList hub_names, class_names, zone_names, account_names;
  std::vector<Hub> hubs;                  // by HubId
  std::vector<AcceleratorClass> classes;  // by ClassId
  std::vector<Zone> zones;                // by ZoneId
  std::vector<Account> accounts;          // by AccountId
  std::vector<Pool> pools;                // by PoolId, sorted by (hub, class)
  std::vector<DataLink> links;            // by LinkId, sorted by (from, to), at most one of a pair
  std::vector<DataCopy> data_sets;        // by DataId: where copies lie at the start
  friend bool operator==(const Places&, const Places&) = default;
};

// Somebody else trades, under the next number. Names of accounts are for who knows people; here
// they only have to differ.
void add_account(Places& places);

// Position of the pool; kNone when the hub has no devices of the class.
[[nodiscard]] std::uint32_t find_pool(const Places& places, HubId hub, ClassId accelerator);
[[nodiscard]] std::uint32_t find_link(const Places& places, HubId from, HubId to);

}  // namespace tongsuan::engine
