// The book of a round: what waits, and what is free from now on, as a market that can be cleared.
//
// Model. The calendar starts now; slots are equal. A pool offers in each slot the devices that are
// up, that no contract is expected to hold any more and that no block needs; whole nodes likewise.
// Where its seller asks by steps, those that are used have the cheapest (engine/offer.h).
// Each power zone offers the green energy that is forecast and not yet used by running work at the
// tariff, and grid power with the exchange's charge on unmatched energy above it, so that a
// clearing moves work to green hours because it is cheaper there. Data links offer the megabytes
// that they can still move.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/domain/market.h"
#include "tongsuan/engine/energy.h"
#include "tongsuan/engine/engine.h"
#include "tongsuan/rolling/package_book.h"

namespace tongsuan::rolling {

// Who offers energy in books of an exchange: what plants deliver first, the grid last.
inline constexpr std::string_view kEnergySeller = "sellers-of-energy";

struct Grid {  // of time
  Second begin = 0;
  Second slot = 3'600;
  std::uint32_t slots = 96;
  [[nodiscard]] Second end() const { return begin + slot * slots; }
  // Where the slot after the one of `at` begins.
  [[nodiscard]] Second next(Second at) const { return begin + ((at - begin) / slot + 1) * slot; }
  friend bool operator==(const Grid&, const Grid&) = default;
};

// The key of a round's book: SHA-256 of the secret and the round's number. Without the secret one
// key says nothing of the next.
[[nodiscard]] Digest round_key(const Digest& secret, std::uint64_t round);
// What an order is called in a book of this key, or of none.
[[nodiscard]] std::string book_name(const std::optional<Digest>& key, OrderId order);

struct BookOptions {
  Grid grid;
  std::vector<OrderId> orders;                // that wait, rising
  std::uint32_t duration_ppm = engine::kPpm;  // how long work really runs, of its estimates
  std::optional<Digest> key = {};             // of a book that strangers read
  std::string start = {};                     // RFC 3339, when the grid begins; empty: not said
  Second firm_from = 0;                       // legs of packages begin no sooner
};

struct Book {
  Grid grid;
  Market market;                // canonical
  std::vector<OrderId> orders;  // by OrderId::value of the market; rising where there is no key
  std::vector<std::uint32_t> pools;  // by hub and class of the market: PoolId::value, or kNone
  std::uint32_t duration_ppm = engine::kPpm;
  std::vector<GridPackage> packages;  // those of the market, by rising orders
  [[nodiscard]] std::uint32_t pool_at(std::uint32_t hub, ClassId accelerator) const {
    return pools[hub * market.classes.size() + accelerator.value];
  }
};

[[nodiscard]] Book make_book(const engine::State& state, const engine::Energy& energy,
                             const BookOptions& options);
// `Book::pools` of a market with hubs and classes of these places.
[[nodiscard]] std::vector<std::uint32_t> pools_of_book(const engine::Places& places,
                                                       const Market& market);

// An order as a block on a grid; hubs and classes are those of the places.
struct GridOrder {
  std::vector<HubId> hubs;        // rising
  std::vector<Variant> variants;  // its ways, in their order
  SlotRange window;
  std::int64_t value = 0;
  std::int64_t delay_cost = 0;  // per slot
  bool whole_nodes = false;
  bool patient = false;     // only the starts that cost it nothing are in its window
  std::int64_t unpaid = 0;  // by which work beyond the grid costs more than the order is worth
};
struct GridTerms {
  Grid grid;
  Second now = 0;                             // it may start no sooner
  std::uint32_t duration_ppm = engine::kPpm;  // how long work really runs, of its estimates
};
// Nothing: no start of it lies on the grid.
[[nodiscard]] std::optional<GridOrder> on_grid(const engine::State& state,
                                               const engine::OrderRecord& record,
                                               const GridTerms& terms);
// The name of a data set in books.
[[nodiscard]] std::string data_name(std::uint32_t data);

// Devices of a pool that are free in each slot, and whole nodes.
struct FreeBySlot {
  std::vector<std::int64_t> devices;
  std::vector<std::int64_t> nodes;
};
[[nodiscard]] FreeBySlot free_by_slot(const engine::State& state, engine::PoolId pool,
                                      const Grid& grid, std::uint32_t duration_ppm = engine::kPpm);

}  // namespace tongsuan::rolling
