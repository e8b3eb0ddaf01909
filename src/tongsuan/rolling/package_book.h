// Packages (engine/package.h) in the book of a round, and what a clearing awards them.
//
// Model. A leg takes every slot that it touches, whole: a book never promises less than the leg
// needs. An alternative is left out where a leg begins before the round can be done, ends beyond
// the grid, or has no pool that is large enough; of a curve those slots are left out. What is paid
// for a leg is the payment price of its devices in its slots, each by the seconds that the leg is
// in it, rounded down; no less than the seller asks (engine/offer.h), and all legs together no more
// than the alternative is worth.
//
// Nodes are found when the round is closed, in the state as it is then: if a leg has none, nothing
// is awarded and the package waits for the next round. Of a curve the parts that have none are left
// out, and what it has beyond whole nodes where it takes more than one.
//
// Invariant: what `place_award` finds, the engine accepts.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tongsuan/domain/certificate.h"
#include "tongsuan/engine/engine.h"

namespace tongsuan::rolling {

struct Book;
struct Grid;

struct GridLeg {
  engine::PoolId pool;
  SlotRange slots;
  std::uint32_t devices = 0;  // with those that stand idle on whole nodes
  std::uint32_t nodes = 0;    // that it takes whole; 0: it shares one
  std::uint32_t gang = 0;
  Second begin = 0;
  Second end = 0;
};
struct GridAlternative {
  std::uint32_t number = 0;  // of the package's
  std::int64_t value = 0;
  std::vector<GridLeg> legs;
};
struct GridPackage {
  std::uint32_t order = 0;  // OrderId::value of the market
  engine::PackageKind kind = engine::PackageKind::kOptions;
  bool whole_nodes = false;
  std::vector<GridAlternative> alternatives;
};

// Nothing: no alternative lies on the grid, with every leg from `firm_from` on.
[[nodiscard]] std::optional<GridPackage> package_on_grid(const engine::State& state,
                                                         const engine::LiveOrder& order,
                                                         const Grid& grid, Second firm_from);
// What the order of a market has beside its account and its hubs; hubs and classes are those of the
// places.
void fill_package(const engine::Places& places, const engine::Package& package,
                  const GridPackage& on_grid, Market& market, Order& order);
// The alternative that reads like an option of a market, the first of them; null where none does.
// `pools` are those of the market (`pools_of_book`).
[[nodiscard]] const GridAlternative* find_alternative(const GridPackage& package,
                                                      const Market& market, const Option& option,
                                                      const std::vector<std::uint32_t>& pools);
// The gang that fits a whole number of nodes, or a part of one, of so many devices.
[[nodiscard]] std::uint32_t without_rest(std::uint32_t devices, std::uint32_t node_devices);
// Hubs where a service may run, rising.
[[nodiscard]] std::vector<HubId> hubs_of(const engine::Places& places, const GridPackage& service);

// What a market remembers of a package that waits: it never changes.
struct WaitingPackage {
  OrderId order;
  std::int64_t by_hour = 0;  // the most that an alternative offers, micro-yuan per device-hour
  Second begins = 0;         // no round that is closed later can award it
  Second ends = 0;           // a book that ends before can have no alternative
};
[[nodiscard]] WaitingPackage waiting_package(const engine::State& state, OrderId order);

struct PlannedPart {
  engine::PoolId pool;
  std::uint32_t gang = 0;
  Second begin = 0;
  Second end = 0;
  Price price;  // before the ask is looked at
};
struct PackageAward {
  OrderId order;
  std::uint32_t alternative = 0;
  std::vector<PlannedPart> parts;
  std::uint64_t mark = 0;  // of the order (frozen_round.h)
};
// By rising orders of the market.
[[nodiscard]] std::vector<PackageAward> package_awards(const Book& book,
                                                       const Certificate& certificate,
                                                       const std::vector<std::uint64_t>& marks);

// Nodes and prices, in the state as it is. The order is a package that waits.
[[nodiscard]] std::optional<engine::AwardOrder> place_award(const engine::State& state,
                                                            const PackageAward& award);

}  // namespace tongsuan::rolling
