// One line of waiting orders over some pools.
//
// Orders join it from the second on from which their owners want them. Blocks (engine/order.h) are
// part of every pass: nothing starts that is expected to run into one.
//
// Model. Orders stand in the line by a key, ties by their number. A pass goes along the line: what
// fits starts; of what does not, the first `reservations` get the earliest nodes that they can
// have, and whatever comes later in the line starts only if it does not delay these. With one
// reservation and first-come keys this is EASY backfilling; with none and no backfilling, first
// come first served.
//
// Who decides where is a `Chooser`: it says what starting an order at a place now is worth.
// Ownership. The scheduler keeps references to its chooser and nothing of the state.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tongsuan/dispatch/desk.h"
#include "tongsuan/dispatch/nodes.h"

namespace tongsuan::dispatch {

// One way of an order at one pool.
struct Option {
  std::uint32_t way = 0;
  engine::PoolId pool;
  engine::Need need;
};

class Chooser {
 public:
  Chooser() = default;
  Chooser(const Chooser&) = delete;
  Chooser& operator=(const Chooser&) = delete;
  virtual ~Chooser() = default;

  // What it is worth to start the order here and now, in any unit: the largest wins. Nothing: it
  // shall not start here now.
  [[nodiscard]] virtual std::optional<std::int64_t> worth(const engine::State& state, OrderId order,
                                                          const Option& option, Second now) = 0;
  // Whether the order loses nothing while it waits: no nodes are reserved for it, and it stands
  // behind those that lose something.
  [[nodiscard]] virtual bool patient(const engine::State& /*state*/, OrderId /*order*/,
                                     Second /*now*/) {
    return false;
  }
  // What a contract of this pool pays: micro-yuan per device-hour.
  [[nodiscard]] virtual Price price(const engine::State& state, engine::PoolId pool) {
    return state.pool(pool).ask;
  }
};

enum class LineRule : std::uint8_t {
  kFirstCome,
  kDensity,   // value per device-hour of the way that its owner asked for
  kWeighted,  // value lost per hour of waiting and device-hour: weighted shortest first
  kShortest,  // estimate
};

struct Rules {
  LineRule line = LineRule::kFirstCome;
  std::uint32_t reservations = 1;
  bool backfill = true;
  bool shortest_first = false;      // behind the reservations, by estimate (SJBF: Tsafrir 2007)
  std::uint32_t aging_percent = 0;  // how much the key grows while the whole value decays
};

// Every pool, for a line that governs them all.
[[nodiscard]] std::vector<engine::PoolId> all_pools(const engine::Places& places);

class Scheduler {
 public:
  // `pools`: those that it governs, rising; orders run on no others.
  Scheduler(const engine::Places& places, Rules rules, std::vector<engine::PoolId> pools,
            Chooser& chooser);

  // The order joins the line, unless none of its places is governed here: then false.
  bool add(const engine::State& state, OrderId order);
  void remove(OrderId order);
  // Goes along the whole line. Call when devices became free or data arrived.
  void pass(Desk& desk);
  // Only this order is new, and nothing became free: starts it if it fits without delaying the
  // reservations of the last pass, which stay what they are unless the order comes among them, or
  // blocks have changed.
  void arrive(Desk& desk, OrderId order);
  // Grows the keys of those who wait.
  void age(const engine::State& state, Second now);
  // Takes note of blocks that were booked or ended; if some were, the reservations of the last pass
  // end. `pass` does that; call it before `nodes_for` and `earliest` where none came in between.
  void see_blocks(const engine::State& state);
  // How much the orders of each account count from now on, per mille of their keys; empty: all
  // alike. Orders that are in line change with the next `age`. Lines by value or delay only.
  void weigh(std::vector<std::uint32_t> weights) { weights_ = std::move(weights); }

  [[nodiscard]] bool governs(engine::PoolId pool) const { return governed_[pool.value]; }
  [[nodiscard]] std::size_t size() const { return line_.size(); }
  // Device-seconds that wait, by the owners' estimates.
  [[nodiscard]] std::int64_t backlog(const engine::State& state) const;
  // Where orders of the line shall be reserved, by a plan: those not named go wherever is earliest.
  struct Planned {
    OrderId order;
    std::uint32_t way = 0;
    engine::PoolId pool;
  };
  void plan(std::vector<Planned> planned);  // rising orders
  // Starts a waiting order at this place if it fits; an award goes before reservations, not before
  // blocks.
  bool start_at(Desk& desk, const Planned& where);
  // The line, first in line first; and the first few of it.
  [[nodiscard]] std::vector<OrderId> waiting() const;
  [[nodiscard]] std::vector<OrderId> front(std::size_t count) const;
  // Nodes where a gang could start now without delaying a reservation of the last pass.
  [[nodiscard]] std::optional<Nodes> nodes_for(const engine::State& state, const Option& option,
                                               Second estimate) const {
    return nodes_now(state, holds_, {option.pool, option.need, state.now(), estimate});
  }
  // When a gang could start at this place by estimates, if nobody else waited; nothing: never.
  [[nodiscard]] std::optional<Second> earliest(const engine::State& state, const Option& option,
                                               Second estimate) const;
  [[nodiscard]] const std::vector<Option>* options(OrderId order) const;

 private:
  struct Entry {
    OrderId order;
    std::int64_t key = 0;       // larger stands earlier
    std::int64_t base_key = 0;  // before aging
    bool patient = false;       // when it was last looked at
    std::vector<Option> options;
  };
  [[nodiscard]] static bool before(const Entry& a, const Entry& b);
  [[nodiscard]] std::int64_t key_of(const engine::State& state, OrderId order) const;
  [[nodiscard]] std::int64_t weighed(const engine::LiveOrder& order, std::int64_t key) const;
  bool start(Desk& desk, const Entry& entry);
  bool start_on(Desk& desk, const Entry& entry, const Option& option, Nodes nodes);
  void reserve(const Desk& desk, const Entry& entry);
  void sort_backfill(const engine::State& state, std::size_t from);
  void compact();
  [[nodiscard]] bool all_full(const engine::State& state) const;
  void fetch_data(Desk& desk, const Entry& entry);

  Rules rules_;
  std::vector<engine::PoolId> pools_;
  std::vector<bool> governed_;
  Chooser& chooser_;
  Holds holds_;                      // of blocks, and of the last pass
  Holds block_holds_;                // of blocks alone
  std::uint64_t block_version_ = 0;  // of State, when `block_holds_` was filled
  bool fetches_;                     // there are data to move
  std::vector<Entry> line_;
  std::vector<Planned> planned_;
  std::vector<std::uint32_t> weights_;  // by AccountId, or empty
  struct Candidate {
    std::int64_t worth;
    const Option* option;
  };
  // Of one order, and of one pass; kept for their memory.
  std::vector<Candidate> candidates_;
  std::vector<std::uint32_t> turns_;  // positions in the line, in the order of trying
  std::vector<bool> started_;         // by position
};

}  // namespace tongsuan::dispatch
