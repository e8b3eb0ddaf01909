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
//
// A line may be bounded (`line_max`): only so many stand in it, those behind them in a reserve that
// is ordered but takes no part in passes, and move up as places come free. Orders of the reserve
// are looked at when they come, and once after each `age`. With a bound that is never reached the
// line is what it would be without one.
//
// Work that is given a budget stops when that is spent; `unfinished` says that some is left, and
// `go_on` does more of it. A pass that was interrupted goes on where it was; whoever asks for
// another one meanwhile gets it behind that.
//
// Ownership. The scheduler keeps references to its chooser and nothing of the state.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "tongsuan/dispatch/budget.h"
#include "tongsuan/dispatch/desk.h"
#include "tongsuan/dispatch/nodes.h"
#include "tongsuan/dispatch/reserve.h"
#include "tongsuan/engine/offer.h"

namespace tongsuan::dispatch {

// One way of an order at one pool.
struct Option {
  std::uint32_t way = 0;
  engine::PoolId pool;
  engine::Need need;
};

// What is asked for now, to begin then.
struct When {
  Second now = 0;
  Second begin = 0;  // no sooner
};

// The devices that the order would hold, by its estimate.
[[nodiscard]] inline engine::Span span_of(const engine::State& state, OrderId order,
                                          const Option& option, When when) {
  const Second end = engine::State::end_from(state.order(order), option.way, when.begin);
  return {option.pool, option.need.devices(), when.now, when.begin, end, order};
}

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
  // Whether the order may pay what starting here and now costs. Where it may not, it is neither
  // awarded nor are nodes reserved for it; `worth` gives nothing.
  [[nodiscard]] virtual bool affords(const engine::State& /*state*/, OrderId /*order*/,
                                     const Option& /*option*/, Second /*now*/) {
    return true;
  }
  // Whether the order loses nothing while it waits: no nodes are reserved for it, and it stands
  // behind those that lose something.
  [[nodiscard]] virtual bool patient(const engine::State& /*state*/, OrderId /*order*/,
                                     Second /*now*/) {
    return false;
  }
  // What a contract of this order pays that starts at this place then: micro-yuan per device-hour.
  [[nodiscard]] virtual Price price(const engine::State& state, OrderId order, const Option& option,
                                    When when) {
    const engine::PoolState& pool = state.pool(option.pool);
    if (pool.steps.empty()) return pool.ask;
    return engine::ask_for(state, span_of(state, order, option, when));
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
  bool shortest_first = false;         // behind the reservations, by estimate (SJBF: Tsafrir 2007)
  std::uint32_t aging_percent = 0;     // how much the key grows while the whole value decays
  std::uint32_t line_max = 0;          // orders that take part in passes, the first ones; 0: all
  std::uint32_t waiting_expected = 0;  // room is made for so many at once, not while they come
};

// Every pool, for a line that governs them all.
[[nodiscard]] std::vector<engine::PoolId> all_pools(const engine::Places& places);

class Scheduler {
 public:
  // `pools`: those that it governs, rising; orders run on no others.
  Scheduler(const engine::Places& places, Rules rules, std::vector<engine::PoolId> pools,
            Chooser& chooser);

  // The order joins the line, unless it does not wait or none of its places is governed here: then
  // false. One that stands in it already stays where it is.
  bool add(const engine::State& state, OrderId order);
  void remove(OrderId order);
  // Goes along the whole line. Call when devices became free or data arrived.
  void pass(Desk& desk, Budget& budget);
  void pass(Desk& desk);
  // Only these orders are new, and nothing became free: starts those that fit without delaying the
  // reservations of the last pass, which stay what they are unless an order comes among them, or
  // blocks have changed.
  void arrive(Desk& desk, const std::vector<OrderId>& orders, Budget& budget);
  void arrive(Desk& desk, OrderId order);
  [[nodiscard]] bool unfinished() const {
    return passing_ || again_ || sweeping_ || !arriving_.empty();
  }
  // Of passes and arrivals; behind these, along the reserve.
  void go_on(Desk& desk, Budget& budget);
  void sweep(Desk& desk, Budget& budget);
  // A pass is due, now or with the next call.
  void want_pass() { again_ = true; }
  // Grows the keys of those who wait.
  void age(const engine::State& state, Second now);
  // Takes note of blocks that were booked or ended; if some were, the reservations of the last pass
  // end. `pass` does that; call it before `nodes_for` and `earliest` where none came in between.
  void see_blocks(const engine::State& state);
  // How much the orders of each account count from now on, per mille of their keys; empty: all
  // alike. Orders that are in line change with the next `age`. Lines by value or delay only.
  void weigh(std::vector<std::uint32_t> weights) { weights_ = std::move(weights); }

  [[nodiscard]] bool governs(engine::PoolId pool) const { return governed_[pool.value]; }
  // Who waits, and how many of them take part in passes.
  [[nodiscard]] std::size_t size() const { return where_.size(); }
  [[nodiscard]] std::size_t size_of_line() const { return where_.size() - reserve_.size(); }
  // Device-seconds that wait, by the owners' estimates.
  [[nodiscard]] std::int64_t backlog(const engine::State& state) const;
  // Where orders of the line shall be reserved, by a plan: those not named go wherever is earliest.
  struct Planned {
    OrderId order;
    std::uint32_t way = 0;
    engine::PoolId pool;
  };
  void plan(std::vector<Planned> planned);  // rising orders
  // Starts a waiting order at this place if it fits and the order affords it; an award goes before
  // reservations, not before blocks.
  bool start_at(Desk& desk, const Planned& where);
  // All who wait, first in line first; and the first few of them.
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
  // Nothing: it does not wait here, or stands in the reserve.
  [[nodiscard]] const std::vector<Option>* options(OrderId order) const;

 private:
  enum class Held : std::uint8_t { kLine, kFresh, kReserve };
  struct Standing {
    Stand stand;
    Held held = Held::kFresh;
    std::uint32_t at = 0;  // position in `fresh_`
  };
  struct Entry {
    Stand stand;
    std::int64_t base_key = 0;  // before aging
    bool gone = false;          // started or left; dropped when the line is settled
    bool fetches = false;       // needs data
    std::vector<Option> options;
    Standing* standing = nullptr;  // in `where_`, unless it is gone; nobody's: of the reserve
  };
  // What a class has free on the pools of this line.
  struct Room {
    std::uint64_t largest = 0;  // devices on one node
    std::uint64_t whole = 0;    // devices of empty nodes of one pool
  };

  // ---- Who stands where (scheduler_line.cc)
  [[nodiscard]] static bool before(const Entry& a, const Entry& b) {
    return stands_before(a.stand, b.stand);
  }
  [[nodiscard]] std::int64_t key_of(const engine::State& state, OrderId order) const;
  [[nodiscard]] std::int64_t weighed(const engine::LiveOrder& order, std::int64_t key) const;
  [[nodiscard]] std::int64_t aged(const engine::LiveOrder& order, std::int64_t base_key,
                                  Second now) const;
  [[nodiscard]] std::vector<Option> options_of(const engine::State& state, OrderId order) const;
  [[nodiscard]] Entry entry_of(const engine::State& state, const Stand& stand) const;
  [[nodiscard]] bool is_behind(const Stand& stand) const;
  [[nodiscard]] Entry* find(OrderId order);
  [[nodiscard]] const Entry* find(OrderId order) const;
  void drop(Entry& entry);
  void drop_reserved(const Stand& stand);
  void settle(const engine::State& state);
  void move_up(const engine::State& state);
  void merge_fresh();
  void sort_line();
  static void prefetch(const engine::State& state, const Entry& entry);
  void move_back();
  [[nodiscard]] std::vector<Stand> first_stands(std::size_t count) const;
  // Whether the order is one of the first, for whom nodes are reserved.
  [[nodiscard]] bool is_among(const engine::State& state, const Stand& stand);
  void look_again(Desk& desk, const Stand& stand);

  // ---- What starts (scheduler.cc)
  bool start(Desk& desk, const Entry& entry);
  bool start_on(Desk& desk, const Entry& entry, const Option& option, Nodes nodes);
  bool reserve(const Desk& desk, const Entry& entry);
  void sort_backfill(const engine::State& state, std::size_t from);
  [[nodiscard]] bool all_full(const engine::State& state) const;
  void fetch_data(Desk& desk, const Entry& entry);
  void begin_pass(Desk& desk);
  void run_pass(Desk& desk, Budget& budget);
  void end_pass(const engine::State& state);
  void work_passes(Desk& desk, Budget& budget);
  void work_arrivals(Desk& desk, Budget& budget);
  void try_arrival(Desk& desk, OrderId order, Budget& budget);
  void try_reserved(Desk& desk, const Stand& stand);
  void see_room(const engine::State& state);
  void see_room(const engine::State& state, ClassId accelerator);
  [[nodiscard]] bool may_start(const engine::LiveOrder& order) const;

  Rules rules_;
  std::vector<engine::PoolId> pools_;
  std::vector<bool> governed_;
  Chooser& chooser_;
  Holds holds_;                      // of blocks, and of the last pass
  Holds block_holds_;                // of blocks alone
  std::uint64_t block_version_ = 0;  // of State, when `block_holds_` was filled
  bool fetches_;                     // there are data to move
  std::vector<Entry> line_;          // in their order
  std::vector<Entry> fresh_;         // joined since the line was settled, in any order
  std::size_t gone_ = 0;             // entries of both that are gone
  Reserve reserve_;                  // behind the line
  std::unordered_map<std::uint32_t, Standing> where_;  // by OrderId; never gone along
  std::vector<Planned> planned_;
  std::vector<std::uint32_t> weights_;  // by AccountId, or empty
  // The pass that goes on, and whether another one is wanted behind it.
  bool passing_ = false;
  bool again_ = false;
  bool open_ = false;  // something may still start
  std::size_t turn_ = 0;
  std::uint32_t reserved_ = 0;
  std::vector<std::uint32_t> turns_;  // positions in the line, in the order of trying
  std::vector<OrderId> arriving_;     // not tried yet
  bool sweeping_ = false;
  Stand cursor_;                                       // the sweep of the reserve is so far
  std::vector<Room> room_;                             // by ClassId
  std::vector<std::vector<engine::PoolId>> pools_of_;  // by ClassId: those that are governed
  struct Candidate {
    std::int64_t worth;
    const Option* option;
  };
  std::vector<Candidate> candidates_;  // of one order; kept for its memory
  const Entry* trying_ = nullptr;      // whose options the chooser may ask for
  std::uint64_t cost_ = 0;             // units since somebody paid for them
};

}  // namespace tongsuan::dispatch
