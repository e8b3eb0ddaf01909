// A round as the shelf holds it, and how its answers become those of the exchange.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tongsuan/clearing/why.h"
#include "tongsuan/market/canonical.h"
#include "tongsuan/node/round_shelf.h"
#include "tongsuan/rolling/book.h"

namespace tongsuan::node {

struct RoundShelf::Held {
  std::uint64_t round = 0;
  Digest root{};
  rolling::Grid grid;
  std::uint32_t duration_ppm = engine::kPpm;
  std::shared_ptr<const Market> market;
  std::shared_ptr<const Certificate> certificate;

  // Made when they are asked for; one asker at a time.
  std::mutex mutex;
  std::unique_ptr<clearing::Explainer> explainer;
  std::unique_ptr<market::BookTree> tree;
  [[nodiscard]] Told<clearing::Explainer*> open();
  [[nodiscard]] const market::BookTree& book_tree();
};

namespace internal {

// A round's grid and names, without what is compiled.
struct RoundFrame {
  std::uint64_t round = 0;
  rolling::Grid grid;
  const Market& market;
};

// An alternative of a package in a round's book, in the seconds of its legs.
struct AskedLeg {
  HubId hub;  // of the round's market, and so its class
  ClassId accelerator;
  std::uint32_t gang = 1;
  std::uint32_t node_devices = 1;
  bool whole_nodes = false;
  Second begin = 0;
  Second end = 0;
  Price ask;  // now
};
struct AskedAlternative {
  std::uint32_t number = 0;
  std::int64_t value = 0;
  std::vector<AskedLeg> legs;
};

// An order as it stands, or would stand, in a round's book.
struct AskedBlock {
  engine::LiveOrder live;
  std::optional<rolling::GridOrder> grid;  // nothing: no start of it lies on the grid
  std::vector<Variant> variants;           // as in the book, or to be
  SlotRange window;
  std::int64_t value = 0;
  std::int64_t delay_cost = 0;
  std::vector<AskedAlternative> alternatives;  // of a package: by options, or by hubs of a service
};

// When a slot begins.
[[nodiscard]] inline Second second_of(const rolling::Grid& grid, Slot slot) {
  return grid.begin + grid.slot * slot;
}
// What an answer says of a place: its value, what it lacks, and the rows that make it dear.
[[nodiscard]] HubCost hub_cost_at(const RoundFrame& frame, const clearing::HubAnswer& answer,
                                  Place place);
[[nodiscard]] Explained explain(const RoundFrame& frame, const AskedBlock& asked,
                                const clearing::Why& why);
// The same of a package.
[[nodiscard]] Explained explain_package(const RoundFrame& frame, const AskedBlock& asked,
                                        const clearing::Why& why);
// A package as an order of a round's market that stands alone, and its alternatives there; nothing
// where none lies on the grid from `firm_from` on.
struct AskedPackage {
  Market alone;
  std::vector<AskedAlternative> alternatives;
};
[[nodiscard]] std::optional<AskedPackage> ask_package(const engine::State& state,
                                                      const engine::LiveOrder& order,
                                                      const RoundFrame& frame, Second firm_from);
// The alternatives of a package that stands in a book, as that has them.
[[nodiscard]] std::vector<AskedAlternative> alternatives_in_book(const engine::State& state,
                                                                 const engine::LiveOrder& order,
                                                                 const RoundFrame& frame,
                                                                 std::uint32_t position);

// A block order of the book.
[[nodiscard]] AskedBlock block_of(const Market& market, std::uint32_t position);

// Where it could start at once, for the most worth.
[[nodiscard]] std::optional<Place> place_now(const exchange::State& state,
                                             const engine::LiveOrder& order, Second now);
[[nodiscard]] Fate fate_of(const exchange::State& state, OrderId order);
// How an order that is not in the book of a closed round stood to it, in words. Null: none has
// closed.
struct Stood {
  Standing standing = Standing::kPassedOver;
  std::string text;
};
[[nodiscard]] Stood stood_outside(const exchange::State& state, OrderId order,
                                  const exchange::RoundRow* row);

}  // namespace internal
}  // namespace tongsuan::node
