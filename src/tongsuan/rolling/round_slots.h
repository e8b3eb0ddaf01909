// A cleared round slot by slot: what was offered and awarded, what it costs, and of which rows the
// price is made.
//
// Model. Everything follows from a book and its certificate, whoever has them. Prices are λ′, what
// is paid. A device-hour of a pool costs λ′ of its capacity row and λ′ of the power row of its hub,
// times the energy that a device draws (watts × PUE over a slot, rounded up to whole Wh as in the
// book): `price` = `capacity` + `power`. Of `capacity`, `scarcity` is what lies above the dearest
// device that is sold in the slot, or above the cheapest where none is. On top come, for orders
// that ask for them, whole nodes and green energy of the same slot for all that they draw. Caps are
// of single groups and left out. Data is priced by link: `congestion` lies above the dearest step
// that is used.
//
// Prices of power are divided once, up: payers round up, so for every award the prices of its slots
// come to no less than what its rows do, and to less than one micro-yuan more for each device-hour.
//
// Green energy. Of a green zone, what orders had matched. The book of a running exchange (book.h)
// has none, but its power zones offer at the tariff what plants are forecast to deliver beyond what
// running work draws, before the grid, which is never scarce: what is drawn within that is matched.
// Energy of work that runs already is in neither number.
//
// A lane without anything offered in a slot keeps its price: at that price nothing could be had.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::rolling {

inline constexpr std::size_t kRoundCellsMax = std::size_t{1} << 22;  // lanes × slots

struct PoolSlot {
  std::int64_t offered = 0;  // devices, with those that accepted orders deliver
  std::int64_t awarded = 0;  // of them held by accepted orders
  // Micro-yuan per device-hour.
  std::int64_t price = 0;
  std::int64_t capacity = 0;
  std::int64_t scarcity = 0;  // of `capacity`
  std::int64_t power = 0;
  std::int64_t green = 0;  // on top
  std::int64_t node = 0;   // on top, per node-hour
};
struct PoolSlots {
  HubId hub;
  ClassId accelerator;
  bool has_nodes = false;  // whole nodes are rows of the book
  bool has_green = false;
  std::int64_t device_wh = 0;   // of one device in one slot
  std::vector<PoolSlot> slots;  // by Slot
};

struct LinkSlot {
  std::int64_t room = 0;        // MB
  std::int64_t moved = 0;       // MB
  std::int64_t price = 0;       // micro-yuan per TB
  std::int64_t congestion = 0;  // of `price`
  [[nodiscard]] bool full() const { return moved > 0 && moved >= room; }
};
struct LinkSlots {
  HubId from, to;
  bool used = false;  // something moves in some slot
  std::vector<LinkSlot> slots;
};

struct ZoneSlot {
  std::int64_t used = 0;           // Wh drawn by accepted orders, and bought by curves
  std::int64_t green_offered = 0;  // Wh
  std::int64_t matched = 0;        // Wh
  std::int64_t price = 0;          // micro-yuan per MWh
};
struct ZoneSlots {
  ZoneId zone;
  std::vector<ZoneSlot> slots;
};

// Of all accepted orders; power need not be a row of the book.
struct EnergySlot {
  std::int64_t drawn = 0;    // Wh
  std::int64_t matched = 0;  // Wh: of all zones, at most what is drawn
};

struct RoundSlots {
  std::uint64_t round = 0;
  Digest root{};
  std::uint32_t slot_seconds = 3'600;
  std::vector<PoolSlots> pools;  // rising (hub, class)
  std::vector<LinkSlots> links;  // rising (from, to)
  std::vector<ZoneSlots> zones;  // rising
  std::vector<EnergySlot> energy;
  NameList hub_names, class_names, zone_names;
  std::vector<Commodity> commodities;  // by ZoneId
  // By HubId: ZoneId::value of the zones that it draws from, or kNone.
  std::vector<std::uint32_t> power_zones, green_zones;
  [[nodiscard]] std::size_t cells() const {
    return (pools.size() + links.size() + zones.size()) * energy.size();
  }
};

// The certificate must be a verified one of the market. Fails with kLimit where there are more
// cells than that.
[[nodiscard]] Result<RoundSlots> round_slots(const Market& market, const Certificate& certificate);

}  // namespace tongsuan::rolling
