// A round that is cleared while the market goes on.
//
// Model. The thread that owns the state says which orders a round is about (`RoundInputs`, copied
// ids and a few numbers). `freeze` makes their book: on that thread, or on another one from a
// replica of the state that has applied the same events. The frozen round is a value and needs
// neither state any more; `clear_round` clears and proves it on any thread. What it returns goes
// back to the market, which closes the round with it and starts the awards that still fit.
//
// Invariants: none of the functions here touches a market; the same inputs and the same events give
// the same round on every thread and machine. Whatever happens, `clear_round` returns a round that
// can be closed: one without a clearing says why.
//
// Ownership. A cleared round is shared and never changes: the market keeps the last one, whose
// prices the next one starts from. Books are large, so whoever lets go of it last should not be the
// thread that answers orders.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tongsuan/clearing/clear.h"
#include "tongsuan/dispatch/scheduler.h"
#include "tongsuan/rolling/book.h"

namespace tongsuan::rolling {

struct ClearedRound;

// All that `freeze` needs beside the state and the energy of the places.
struct RoundInputs {
  std::uint64_t round = 0;  // the number that it closes with
  Grid grid;                // begins when the round does
  std::vector<OrderId> orders;
  std::uint32_t run_ppm = engine::kPpm;  // how long work really runs, of its estimates
  std::uint32_t search_units_per_order = 10'000;
  std::shared_ptr<const ClearedRound> last;  // nothing: start from no prices
  std::optional<Digest> key = {};            // of a book that strangers read (book.h)
  std::string start = {};                    // of its calendar; empty: not said
  Second firm_from = 0;                      // legs of packages begin no sooner: it is closed then
};

struct FrozenRound {
  std::uint64_t round = 0;
  Book book;
  std::vector<std::uint64_t> marks;  // of its orders (`order_mark`), by their place in the book
  std::uint32_t search_units_per_order = 10'000;
  std::shared_ptr<const ClearedRound> last;
};

// The state is that of the inputs, or of later: orders that wait no more are left out.
[[nodiscard]] FrozenRound freeze(const engine::State& state, const engine::Energy& energy,
                                 RoundInputs inputs);

// Moves with whatever of an order bears on its award: another mark is another order.
[[nodiscard]] std::uint64_t order_mark(const engine::OrderRecord& record);

struct RoundLimits {
  std::uint64_t work_units = 0;  // of the search; 0: by the number of orders
  std::uint32_t thread_count = 1;
  std::function<bool()> cancelled = {};  // any thread asks; true: finish with the best so far
  std::function<void(const clearing::Progress&)> progress = {};
};

struct RoundAward {
  dispatch::Scheduler::Planned where;
  Slot start = 0;
  std::uint32_t gang = 1;
  std::uint64_t mark = 0;
};

struct ClearedRound {
  std::uint64_t round = 0;
  Book book;
  Digest root{};                               // of the book
  std::optional<clearing::Clearing> clearing;  // nothing: there is none
  std::string reason;                          // why not; empty when there is one
  std::string certificate;                     // its text; empty where there is none
  Digest certificate_digest{};                 // of that text; zero where there is none
  std::vector<RoundAward> awards;              // largest gang first
  std::vector<RoundAward> by_order;            // the same, rising
  std::vector<PackageAward> packages;
};

// Never fails: a round that cannot be cleared says why.
[[nodiscard]] std::shared_ptr<const ClearedRound> clear_round(FrozenRound frozen,
                                                              const RoundLimits& limits);
// A round that nobody could clear, for whoever lost its worker.
[[nodiscard]] std::shared_ptr<const ClearedRound> give_up_round(FrozenRound frozen,
                                                                std::string reason);

}  // namespace tongsuan::rolling
