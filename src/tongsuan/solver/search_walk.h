// A walk: simulated annealing over the placements inside one region of slots.
//
// Moves (design after Christiaens and Vanden Berghe 2020, "Slack induction by string removals",
// with forced insertions and ejection chains in the manner of Glover 1996):
//   forced   A promising spot is taken whatever is in the way: what overlaps leaves, the least loss
//            per freed device first, and is re-inserted where it still fits.
//   strings  Some orders that lie close together leave, and are re-inserted with others that were
//            waiting there.
// An order that fits nowhere may force its way in the same manner, if what it ejects is worth less.
// A move that raises welfare stays; one that lowers it by d stays with probability exp(−d / T).
//
// Ownership. A walk moves only orders that it owns: `owner` says whose they are, and all spots of a
// walk, transfers included, lie in [begin, end). Walks over disjoint regions run side by side.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/solver/search_board.h"
#include "tongsuan/solver/search_kernel.h"
#include "tongsuan/solver/search_model.h"

namespace tongsuan::solver::primal {

struct WalkTask {
  std::uint32_t id = 0;     // orders with owner[order] == id may move
  std::uint32_t begin = 0;  // slots
  std::uint32_t end = 0;
  std::uint64_t work_units = 0;
  std::uint64_t seed = 0;
  double temperature_first = 0;  // ticks
  double temperature_last = 0;
  bool keep_best = false;  // end at the best state seen, not at the last
  bool owns_all = false;   // every order is owned: `owner` is not looked at
};

struct WalkResult {
  double gain = 0;  // change of welfare, ticks
  std::uint64_t work_units = 0;
  std::uint64_t moves = 0;
};

// What several walks share. Only owned orders and their buckets are written.
struct WalkGround {
  const Model& model;
  const Kernels& kernels;
  Board& board;
  const std::vector<std::uint16_t>& owner;  // by order
  std::vector<std::uint64_t>& mark;         // by order: stamp of the last move that looked at it
  const std::function<bool()>& cancelled;   // may be empty; asked now and then, by every thread
};

class Walk {
 public:
  // `planes` is the walk's own copy and must match the board within [begin, end).
  Walk(const WalkGround& ground, const WalkTask& task, std::vector<double>& planes);
  WalkResult run();

  // Inserts the given orders one by one where they gain most; returns the welfare gained.
  double insert_all(const std::vector<std::uint32_t>& orders);
  // Takes out orders, with those that follow them, while that raises welfare; returns the gain.
  double drop_losers();

 private:
  struct Op {
    std::uint32_t order = 0;
    bool put = false;
    Spot spot;
    double gain = 0;  // welfare that the spot added when it was put, or that taking it lost
  };
  struct Waiting {
    float key = 0;
    std::uint32_t order = 0;
  };
  struct Overlap {
    std::uint32_t order = 0;
    std::uint32_t begin = 0;  // of the part of its use inside the needed slots
    std::uint32_t end = 0;
    double amount = 0;
    double loss = 0;
  };

  void index_cells();
  [[nodiscard]] bool owned(std::uint32_t order) const {
    return owns_all_ || ground_.owner[order] == task_.id;
  }
  [[nodiscard]] std::uint32_t next_position();
  bool draw_spot(Spot& spot);
  bool draw_start(std::uint32_t order, Spot& spot);
  bool draw_large(Spot& spot);
  [[nodiscard]] bool start_in_cell(std::uint32_t choice, std::uint32_t cell, Spot& spot);
  void forced_move();
  void string_move();
  void take_string(const Spot& seed, std::uint32_t count);
  void add_waiting(std::uint32_t lane, std::uint32_t begin, std::uint32_t end, std::uint32_t count);
  void reinsert();
  void chain(std::uint32_t order);
  [[nodiscard]] std::uint32_t earliest_start(std::uint32_t order) const;
  bool insert(std::uint32_t order);
  bool insert_from(std::uint32_t order, std::uint32_t earliest);
  bool lead(std::uint32_t order, std::uint32_t depth);
  bool force(std::uint32_t order, const Spot& spot, double loss_max);
  bool make_room(std::uint32_t order, const Use& use, double& loss, double loss_max);
  template <class Missing, class Eject>
  bool make_much_room(std::uint32_t order, const Use& use, const Missing& missing,
                      const Eject& eject);
  [[nodiscard]] double covers(const Overlap& overlap, std::uint32_t first_slot) const;
  [[nodiscard]] std::size_t cheapest_overlap(std::uint32_t first_slot);
  bool collect(std::uint32_t lane, std::uint32_t begin, std::uint32_t end, std::uint32_t skip,
               std::uint32_t sample);
  [[nodiscard]] float waiting_key(std::uint32_t order, std::uint32_t manner);
  void put(std::uint32_t order, const Spot& spot, double gain);
  void take(std::uint32_t order);
  void take_with_children(std::uint32_t order);
  void set_aside(std::uint32_t order);
  void undo(std::size_t length);
  [[nodiscard]] double exponential_draw();
  [[nodiscard]] std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((random_.next() >> 32) * bound) >> 32);
  }

  const Model& model_;
  const Kernels& kernels_;
  WalkGround ground_;
  WalkTask task_;
  std::vector<double>& planes_;
  Random random_;
  ScanView view_;
  double gained_ = 0;  // welfare change of the current move
  std::uint64_t stamp_ = 0;
  std::vector<Op> log_;               // since the last state that may be wanted again
  std::vector<std::uint32_t> aside_;  // orders to re-insert after this move's removals
  std::vector<Waiting> waiting_;
  std::vector<Overlap> overlaps_;
  std::vector<std::pair<double, Overlap>> ranked_;
  std::vector<double> need_;  // by slot of the use that is being made room for
  bool owns_all_ = false;
  // Positions drawn ahead, so that what they point to is on its way from memory when needed.
  static constexpr std::uint32_t kAhead = 16;
  std::array<std::uint32_t, kAhead> ahead_{};
  std::uint32_t ahead_next_ = 0;
  std::vector<std::uint32_t> lanes_;    // with cells to draw from, and
  std::vector<std::uint64_t> entries_;  //   how many entries up to and including each
};

}  // namespace tongsuan::solver::primal
