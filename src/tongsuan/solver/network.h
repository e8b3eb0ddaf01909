// One slot of a commodity network, solved exactly: zones with supply and demand steps, lines
// between them, all integers.
//
// Model. Zone z has net supply N(λ): what its supply steps priced below λ give, less the demand
// steps worth more than λ, plus a fixed amount. Line l carries f in [min, max] from → to at
// `tariff` per unit. Find the outcome of greatest welfare and every price vector that supports it:
//   D(λ) = Σ_z ∫ N_z(λ_z) dλ_z + Σ_l max over f in [min, max] of (λ_to − λ_from − tariff)·f
// is convex in the sense of L♮ (Murota, Discrete Convex Analysis, 2003), so steepest descent over
// *sets* of zones reaches the minimum in integers: a minimum cut finds the set, an exact line
// search moves it. The same code serves trees and meshes.
//
// What comes out. welfare = D at the prices = the primal value, as integers. The supporting prices
// form a lattice: `lowest` and `highest` are themselves supporting prices, and so is any
// componentwise floor of lowest + θ (highest − lowest).
//
// Welfare counts from "all demand served for nothing": it is −(cost of accepted supply + value of
// rejected demand + tariffs). Network::demand_value() turns it into consumer plus producer surplus.
//
// Limits of prices. λ_z stays within [price_min, price_max] of its zone. At the upper end supply is
// unlimited (shortage), at the lower end disposal is: a solution that needs either is not
// `balanced`, except that a free-disposal zone may throw supply away at price 0.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/base/result.h"

namespace tongsuan::solver {

inline constexpr std::uint32_t kNetworkZonesMax = 1024;
inline constexpr std::uint32_t kNetworkLinesMax = 1U << 16;
// Largest sum of amounts that can meet in one zone; 1,024 of them fit 62 bits.
inline constexpr std::int64_t kZoneAmountMax = std::int64_t{1} << 52;
inline constexpr std::int64_t kNetworkPriceMax = std::int64_t{1} << 46;

struct NetworkStep {
  std::int64_t price = 0;
  std::int64_t amount = 0;  // ≥ 0
};

struct NetworkZone {
  std::span<const NetworkStep> supply;  // in any order; rising prices are fastest
  std::span<const NetworkStep> demand;
  std::int64_t fixed = 0;      // net supply that is not for sale: imports less exports
  bool free_disposal = false;  // supply may be thrown away: the price is never below 0
};

struct NetworkLine {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::int64_t min = 0;  // ≤ max; below 0: room in the other direction
  std::int64_t max = 0;
  std::int64_t tariff = 0;  // per unit of from → to; flow the other way earns it back
};

struct NetworkInput {
  std::span<const NetworkZone> zones;
  std::span<const NetworkLine> lines;
  std::int64_t price_min = 0;
  std::int64_t price_max = 0;
};

// Limits on what may be accepted in a zone: supply priced above `supply_max` and demand worth less
// than `demand_min` stay out.
struct ZoneGate {
  std::int64_t supply_max = kNetworkPriceMax;
  std::int64_t demand_min = -kNetworkPriceMax;
  friend bool operator==(const ZoneGate&, const ZoneGate&) = default;
};

// A compiled slot: supply and demand of each zone merged into one rising step curve. Immutable.
class Network {
 public:
  // Fails with kInvalidArgument (a zone that does not exist, min > max, a negative amount) or
  // kLimit.
  [[nodiscard]] static Result<Network> build(const NetworkInput& input);

  [[nodiscard]] std::uint32_t zone_count() const {
    return static_cast<std::uint32_t>(zones_.size());
  }
  [[nodiscard]] std::span<const NetworkLine> lines() const { return lines_; }
  [[nodiscard]] std::int64_t price_min(std::uint32_t zone) const { return zones_[zone].price_min; }
  [[nodiscard]] std::int64_t price_max(std::uint32_t zone) const { return zones_[zone].price_max; }

  // Σ price · amount of all demand steps.
  [[nodiscard]] int128 demand_value() const { return demand_value_; }

  // D(λ) for any prices within the zones' limits. `injection` is extra net supply per zone.
  [[nodiscard]] int128 dual_value(std::span<const std::int64_t> prices,
                                  std::span<const std::int64_t> injection) const;

  // Welfare of net supplies and flows that balance (see NetworkSolution).
  [[nodiscard]] int128 primal_value(std::span<const std::int64_t> supply,
                                    std::span<const std::int64_t> flows,
                                    std::span<const std::int64_t> injection) const;

  // What a zone accepts at net supply `supply`, in price order, supply before giving up demand at
  // equal prices ("volume first").
  struct Accepted {
    std::int64_t supply = 0;
    std::int64_t demand = 0;
    // Dearest accepted supply and cheapest accepted demand; the zone's price limits when none.
    std::int64_t supply_price = 0;
    std::int64_t demand_price = 0;
    std::int64_t surplus = 0;  // thrown away (> 0) or missing (< 0): outside every step
  };
  [[nodiscard]] Accepted accepted(std::uint32_t zone, std::int64_t supply,
                                  std::int64_t injection) const;

  // The same slot with a gate per zone. Demand that is kept out counts as rejected, so welfare of
  // the two networks compares.
  [[nodiscard]] Network gated(std::span<const ZoneGate> gates) const;
  // Replaces the flow limits of every line; `limits` holds one line each, ends and tariffs ignored.
  void set_line_limits(std::span<const NetworkLine> limits);

  // Merged steps of a zone for readers: at `price`, `supply` units of supply and `demand` of
  // demand.
  struct CurveStep {
    std::int64_t price = 0;
    std::int64_t supply = 0;
    std::int64_t demand = 0;
  };
  [[nodiscard]] std::uint32_t step_count(std::uint32_t zone) const { return zones_[zone].count; }
  [[nodiscard]] CurveStep step(std::uint32_t zone, std::uint32_t index) const;
  // Position of the first step priced at `price` or more.
  [[nodiscard]] std::uint32_t first_step(std::uint32_t zone, std::int64_t price) const;
  // Σ amount of supply and demand steps priced below step `index`.
  [[nodiscard]] std::int64_t amount_before(std::uint32_t zone, std::uint32_t index) const {
    return amount_before_[zones_[zone].before + index];
  }
  // The supply part of it.
  [[nodiscard]] std::int64_t supply_before(std::uint32_t zone, std::uint32_t index) const {
    return supply_before_[zones_[zone].before + index];
  }
  // Net supply of a zone when no supply and all demand is accepted.
  [[nodiscard]] std::int64_t base(std::uint32_t zone) const { return zones_[zone].base; }

 private:
  friend class NetworkSolver;

  struct Zone {
    std::uint32_t first = 0;   // of price_
    std::uint32_t before = 0;  // of the prefix sums, which have one more entry per zone
    std::uint32_t count = 0;
    bool free_disposal = false;
    std::int64_t base = 0;
    std::int64_t price_min = 0;
    std::int64_t price_max = 0;
  };
  struct Arc {  // of one zone: a line seen from that zone
    std::uint32_t line = 0;
    std::uint32_t other = 0;
    bool forward = false;  // this zone is `from`
  };

  void add_zone(const NetworkZone& zone, std::int64_t price_min, std::int64_t price_max);
  void open_zone(const Zone& like);
  void push_step(const CurveStep& step);
  void close_zone();
  void index_lines();

  std::vector<Zone> zones_;
  std::vector<std::int64_t> price_;          // rising and distinct within a zone
  std::vector<std::int64_t> amount_before_;  // of steps below
  std::vector<std::int64_t> supply_before_;  // supply part of it
  std::vector<int128> cost_before_;          // Σ price · amount of steps below
  std::vector<NetworkLine> lines_;
  std::vector<std::uint32_t> arc_begin_;  // zone → range of arcs_
  std::vector<Arc> arcs_;
  int128 offset_ = 0;  // welfare of steps that are always used
  int128 demand_value_ = 0;
};

struct NetworkSolution {
  std::vector<std::int64_t> prices;   // a supporting price vector; on entry, where to start
  std::vector<std::int64_t> lowest;   // least supporting prices
  std::vector<std::int64_t> highest;  // greatest supporting prices
  std::vector<std::int64_t> supply;   // net supply per zone, fixed amount and injection included
  std::vector<std::int64_t> flows;    // per line
  int128 welfare = 0;
  bool balanced = false;
  std::uint32_t steps = 0;  // of the ascent
};

// Solves networks one after another in memory that it keeps: after the first call with the largest
// network nothing is allocated. The result does not depend on earlier calls, except that another
// start (`prices` on entry) may end in another supporting vector and another optimal vertex;
// welfare, lowest and highest are the same from any start.
class NetworkSolver {
 public:
  void solve(const Network& network, std::span<const std::int64_t> injection,
             NetworkSolution& solution);

  // Replaces net supplies and flows of a solution by the fair ones: in each group of zones that
  // share a price over lines without tariff, supply and demand at that price are matched first,
  // then the side that is left is shared pro rata in whole units (largest remainder, then zone
  // order). Where line limits forbid the shares, they move as little as needed.
  void share_ties(const Network& network, std::span<const std::int64_t> injection,
                  NetworkSolution& solution);

  // One supporting price vector by rule: the closest to `reference` (least Σ |λ − reference|), and
  // the lowest of those. Writes solution.prices.
  void choose_prices(const Network& network, std::span<const std::int64_t> reference,
                     NetworkSolution& solution);

 private:
  void begin(const Network& network, std::span<const std::int64_t> injection,
             NetworkSolution& solution);
  void look_up_zone(std::uint32_t zone, std::int64_t price);
  void look_up_line(std::uint32_t line, std::span<const std::int64_t> prices);
  [[nodiscard]] std::int64_t net_supply_at(std::uint32_t zone, std::int64_t price,
                                           std::int64_t sign) const;
  // Chooses the set of zones and the sign of the steepest way down; 0 at the minimum.
  [[nodiscard]] std::int64_t steepest();
  void set_excess(std::span<const std::int64_t> net_supply);
  void route();
  [[nodiscard]] bool find_levels();
  [[nodiscard]] bool push_path(std::uint32_t source);
  void mark_sink_side();
  void move_set(std::span<std::int64_t> prices, std::int64_t sign);
  [[nodiscard]] bool rises(std::span<const std::int64_t> prices, std::int64_t distance,
                           std::int64_t sign) const;
  [[nodiscard]] std::int64_t next_kink(std::span<const std::int64_t> prices,
                                       std::int64_t sign) const;
  [[nodiscard]] std::int64_t distance_max(std::span<const std::int64_t> prices,
                                          std::int64_t sign) const;
  void finish_primal(NetworkSolution& solution);
  void finish_interval(NetworkSolution& solution) const;
  void find_groups(std::span<const std::int64_t> prices);
  void share_group(std::uint32_t group, const NetworkSolution& solution);
  [[nodiscard]] bool absorb_rest(std::int64_t sign);

  const Network* network_ = nullptr;
  // Per zone.
  std::vector<std::int64_t> base_;       // of the network, with the injection
  std::vector<std::uint32_t> position_;  // steps priced below the zone's price
  std::vector<std::int64_t> below_;      // N just below the price
  std::vector<std::int64_t> above_;      // N just above it
  std::vector<std::int64_t> excess_;
  std::vector<std::int64_t> balance_;  // what lines bring at their lower flow
  std::vector<std::int32_t> level_;
  std::vector<std::uint32_t> cursor_;
  std::vector<std::uint32_t> queue_;
  std::vector<std::uint32_t> path_;
  std::vector<std::uint8_t> in_set_;
  std::vector<std::uint8_t> sink_side_;
  std::vector<std::uint32_t> group_;
  std::vector<std::int64_t> target_;  // net supply by the tie rule
  // Per line.
  std::vector<std::int64_t> flow_low_;  // least and greatest best flow at the prices
  std::vector<std::int64_t> flow_high_;
  std::vector<std::int64_t> forward_;  // room left in the flow problem
  std::vector<std::int64_t> backward_;
};

}  // namespace tongsuan::solver
