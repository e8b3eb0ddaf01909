// The book as the primal search sees it: money in whole ticks, rows as planes of doubles, choices
// sorted by what they can be worth at best.
//
// Ticks. A tick is a fixed amount of undivided money, chosen per problem so that every price, value
// and cost is a whole number below 2^50 ("exact"), or, where the book is too wide for that, the
// nearest whole number. Doubles hold such integers exactly, so sums come out the same in any order
// and on any machine; the search never asks for more.
//
// Rows. What a row costs at net use x is convex and piecewise linear: its supply and demand steps
// merged by price. A *lane block* stores, for every slot of a lane, how much is free, the price
// below the first kink, and for every kink k the planes (x − position_k, rise of the price). Adding
// `g` of use then costs   price · g + Σ_k rise_k · clamp(x − position_k + g, 0, g)   without a
// branch.
//
// Soft lanes. Lanes that must balance, that participants also deliver to, or that the given flows
// already overdraw have no hard capacity: use outside their domain costs a penalty per unit that no
// order is worth, so a search can walk through such states and leave them again.
//
// Linear rows. A zone or cap row with one step that can never run out is no scarce thing: its cost
// is folded into prefix sums over time, and the bundle loses that leg.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/solver/vector_level.h"
#include "tongsuan/solver/worker_pool.h"

namespace tongsuan::solver::primal {

inline constexpr std::uint32_t kLanesAtOnce = 8;    // doubles that a kernel handles together
inline constexpr std::uint32_t kPaddingSlots = 16;  // planes may be read this far past the end

// Conversion of undivided money to ticks: undivided · refine / unit, to the nearest whole number.
struct TickScale {
  int128 unit = 1;
  std::int64_t refine = 1;
  bool exact = true;  // every price, value and cost of the book is a whole number of ticks
  [[nodiscard]] double ticks(int128 undivided) const {
    return static_cast<double>(
        divide_wide(undivided * refine * 2 + unit, unit * 2, Rounding::kDown));
  }
};

struct LaneBlock {
  std::uint64_t offset = 0;  // of its planes in Model::planes (and State's copy)
  std::uint32_t kinks = 0;
  bool soft = false;
  bool linear = false;  // folded into prefix sums: has no planes
  double penalty = 0;   // soft lanes: ticks per unit outside the domain
};

// One use of a lane: `count` slots from `slot`.
struct Use {
  std::uint32_t lane = 0;
  std::uint32_t slot = 0;
  std::uint32_t count = 0;
  double amount = 0;  // per slot; negative: delivered
};

struct ShapeLeg {
  std::uint32_t lane = 0;
  double units = 0;  // per device and slot
};

// What one device of a choice uses: legs with a real row behind them, and prefix sums (offsets into
// Model::prefix, slot_count + 1 entries each) of prices over time.
struct Shape {
  std::uint32_t leg_begin = 0;
  std::uint32_t leg_end = 0;
  std::uint32_t guide = kNone;       // λ of all its legs, linear ones included
  std::uint32_t linear = kNone;      // cost of folded rows; kNone: none
  std::uint32_t key = kNone;         // blend of guide and least cost: bounds the score
  std::uint32_t transfer = kNone;    // position in Problem::transfers
  std::uint32_t transfer_lane = 0;   //   the link that it loads, if that is a real row
  std::uint32_t transfer_slots = 0;  //   for so many slots before the start (0: no transfer)
  double transfer_rate = 0;
  std::uint32_t link_guide = kNone;  // with a transfer: λ of one unit on its link,
  std::uint32_t link_key = kNone;    //   and its blend
  bool prunable = true;              // no row of it can become cheaper than in the empty book
};

struct ModelChoice {
  double worth = 0;  // ticks when it starts at slot 0 (virtually)
  float key = 0;     // no score of this choice is above it (rounded up)
  std::uint32_t order = 0;
  std::uint32_t shape = kNone;  // kNone: irregular, and `devices` is the profile
  std::uint32_t devices = 0;
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  std::uint16_t duration = 0;
  std::uint16_t source = 0;  // position among the order's choices in the problem
};
static_assert(sizeof(ModelChoice) == 32, "a million orders have ten million choices");

// Uses are entered on a Board once for every stretch of so many slots.
inline constexpr std::uint32_t kStretchSlots = 24;

struct ModelOrder {
  std::uint32_t begin = 0;  // choices, by falling key
  std::uint32_t end = 0;
  double delay = 0;               // ticks per slot of later start
  double promise = 0;             // best value − λ cost over its choices
  double density = 0;             // the same per tick of λ cost
  std::uint32_t entries_max = 1;  // most entries on a Board of any of its choices
  bool linked = false;            // follows an order or is followed
};

// Orders whose choices can start near a place: entries [begin[cell], begin[cell + 1]) of `choices`,
// cell = lane of leg 0 · cell_count + start / kCellSlots.
inline constexpr std::uint32_t kCellSlots = 8;
struct StartIndex {
  std::uint32_t cell_count = 0;  // per lane
  std::vector<std::uint32_t> begin;
  std::vector<std::uint32_t> choices;
};

struct ModelOptions {
  double share = 1;            // weight of λ in scores; the rest is the true cost
  WorkerPool* pool = nullptr;  // not null; never changes the model
  VectorLevel level = VectorLevel::kPortable;
  // Choices of these placements stay, however little they promise; empty or one per order.
  const std::vector<market::Placement>* keep = nullptr;
  bool coarse = false;  // see SearchOptions
};

class Model {
 public:
  // Keeps a reference to `problem`.
  Model(const market::Problem& problem, const Prices& prices,
        const std::vector<std::int64_t>& flows, const ModelOptions& options);

  // Value of a regular choice at a start, less the cost of folded rows: true row costs are
  // deducted from this.
  [[nodiscard]] double worth_at(const ModelChoice& choice, std::uint32_t start) const {
    double worth = choice.worth - orders[choice.order].delay * start;
    const std::uint32_t linear = shapes[choice.shape].linear;
    if (linear != kNone) worth -= prefix_cost(linear, choice, start);
    return worth;
  }
  // Value less λ cost of a regular choice at a start.
  [[nodiscard]] double promise(const ModelChoice& choice, std::uint32_t start) const {
    const Shape& shape = shapes[choice.shape];
    double promise =
        choice.worth - orders[choice.order].delay * start - prefix_cost(shape.guide, choice, start);
    if (shape.link_guide != kNone) promise -= transfer_cost(shape.link_guide, shape, start);
    return promise;
  }
  [[nodiscard]] static Use transfer_use(const Shape& shape, std::uint32_t start) {
    return {shape.transfer_lane, start - shape.transfer_slots, shape.transfer_slots,
            shape.transfer_rate};
  }
  // Position of a choice in Problem::choices.
  [[nodiscard]] std::uint32_t problem_choice(const ModelChoice& choice) const {
    return problem.orders[choice.order].choices.begin + choice.source;
  }
  [[nodiscard]] double prefix_cost(std::uint32_t table, const ModelChoice& choice,
                                   std::uint32_t start) const {
    const double* at = prefix.data() + table + start;
    return (at[choice.duration] - at[0]) * choice.devices;
  }
  [[nodiscard]] double transfer_cost(std::uint32_t table, const Shape& shape,
                                     std::uint32_t start) const {
    const double* at = prefix.data() + table + start;
    return (at[0] - *(at - shape.transfer_slots)) * shape.transfer_rate;
  }

  const market::Problem& problem;
  double share;
  bool coarse;  // no use of a row costs less than λ, and only the largest promises can be drawn
  TickScale scale;
  std::uint32_t stride = 0;  // doubles per plane
  bool any_soft = false;
  std::vector<LaneBlock> lanes;
  std::vector<double> planes;        // of the empty book, given flows included
  std::vector<double> base;          // by row: net use by flows
  std::vector<double> low, high;     // by row: least and greatest feasible net use
  std::vector<double> guide;         // by row: λ in ticks per unit
  std::vector<double> linear_price;  // by row: ticks per unit of linear lanes, 0 of all others
  std::vector<ShapeLeg> legs;
  std::vector<Shape> shapes;
  std::vector<double> prefix;
  // Uses of one lot of every profile, at most one per row; positions by profile.
  std::vector<std::uint32_t> profile_begin;
  std::vector<Use> profile_uses;
  std::vector<ModelChoice> choices;
  std::vector<ModelOrder> orders;
  std::vector<std::uint32_t> by_promise;  // orders that can be drawn, the largest promise first
  std::vector<Span32> children;           // by order: ranges of child_orders
  std::vector<std::uint32_t> child_orders;
  StartIndex starts;
};

}  // namespace tongsuan::solver::primal
