// Stages of compiling a book (problem.h): rows first, then bundles, then the orders over them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/market/internal/flat_map.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::market::internal {

// Sums that a compiled book may reach, so that no later sum can wrap: the use of all orders
// together in any row, the supply, the demand and the flow of any row (64 bits); and amounts times
// scale of the whole book (times 2·kPriceMax < 2^42, that stays below 2^126).
inline constexpr std::int64_t kUseMax = std::int64_t{1} << 61;
inline constexpr int128 kWeightMax = int128{1} << 84;

[[nodiscard]] Error limit_error(std::string context, std::string hint);

[[nodiscard]] inline int128 ceil_divide(int128 dividend, int128 divisor) {
  return divide_wide(dividend, divisor, Rounding::kUp);
}

// Where the lanes of things are.
struct LaneIndex {
  std::size_t class_count = 0;
  std::vector<std::uint32_t> capacity, node;  // by pair(hub, class); kNone: no such lane
  std::vector<std::uint32_t> link;            // by position of the link
  std::uint32_t zone_begin = 0;
  std::uint32_t cap_begin = 0;
  std::int64_t scale_max = 1;

  [[nodiscard]] std::size_t pair(std::uint32_t hub, std::uint32_t accelerator) const {
    return hub * class_count + accelerator;
  }
  [[nodiscard]] std::uint32_t of(const Leg& leg) const {
    return leg.kind == RowKind::kZone ? zone_begin + leg.zone
                                      : capacity[pair(leg.hub, leg.accelerator)];
  }
};

// Fills the lanes, supply, demand and line slots of the problem.
Result<Done> compile_rows(const Market& market, Problem& problem, LaneIndex& lanes);

// What decides an order's bundle besides the hub.
struct Attributes {
  std::uint32_t accelerator = 0;
  std::uint32_t group = kNone;
  std::uint32_t green_percent = 0;
  bool whole_nodes = false;
};

// The bundles of a book, each distinct list of legs once.
class BundleTable {
 public:
  BundleTable(const Market& market, const LaneIndex& lanes, Problem& problem)
      : market_(market), lanes_(lanes), problem_(problem) {}

  // Refuses devices that draw more energy in one slot than any amount may be.
  Result<Done> check_energy() const;

  // A small id of an order's attributes with one class.
  std::uint32_t attributes_of(std::uint32_t accelerator, const Order& order);
  // The bundle of one device (or node) at a hub; kNone where such an order cannot run.
  std::uint32_t bundle_of(std::uint32_t attributes, std::uint32_t hub);
  // Σ units of a bundle.
  [[nodiscard]] std::int64_t use(std::uint32_t bundle) const { return use_[bundle]; }
  // Everything that one device, or one whole node, uses at a hub; the capacity lane first. Nothing
  // where such an order cannot run.
  [[nodiscard]] std::optional<std::vector<BundleLeg>> legs_at(const Attributes& attributes,
                                                              std::uint32_t hub) const;

 private:
  [[nodiscard]] int128 energy(std::uint32_t hub, std::uint32_t accelerator) const;
  void add_caps(const Attributes& attributes, std::uint32_t hub, std::int64_t devices,
                std::vector<BundleLeg>& legs) const;
  std::uint32_t intern(const std::vector<BundleLeg>& legs);

  const Market& market_;
  const LaneIndex& lanes_;
  Problem& problem_;
  FlatMap attribute_ids_, bundle_ids_;
  std::vector<Attributes> attributes_;
  std::map<std::vector<std::pair<std::uint32_t, std::int64_t>>, std::uint32_t> contents_;
  std::vector<std::int64_t> use_;
};

}  // namespace tongsuan::market::internal
