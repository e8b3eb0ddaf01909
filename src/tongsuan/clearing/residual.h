// A closed round, opened for one more order: what would it displace?
//
// Model. The round's awards stay as they are but for the orders that must make room. An insertion
// takes a start of the new order and clears what lies in the way: of all orders that hold rows that
// are short, whatever their number, those leave that are worth least for what they free, those that
// follow them with them. Whoever proves not to have been in the way comes back; the others go where
// they still fit, and those worth most may make room for themselves in the same manner. Flows of
// lines are planned anew where that helps. An order that must follow another one brings that one
// in, where it had no award.
//
// The displacement cost is the welfare that the others lose, exactly: if the order is worth more,
// placing it raises welfare. The search tries the most promising starts only, so the cost is an
// upper bound on the least one.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/clearing/round_state.h"
#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::clearing {

struct Insertion {
  bool found = false;
  int128 displacement = 0;  // undivided welfare of the others that is lost
  int128 gain = 0;          // undivided: value of the order − displacement
  market::Placement placement;
  RoundChange change;  // what differs from the closed round, the order itself included
};

class Residual {
 public:
  // `outcome` must be a feasible outcome of `problem`. All must outlive the residual; while it
  // lives, choices may be added to `problem` and values of orders without an award may change.
  Residual(const market::Problem& problem, const Outcome& outcome, const Prices& prices);

  // The insertion of `order`, which has no award, with the highest gain among `tries` candidates,
  // whether or not the gain is positive. Not found: no option fits even after ejecting every
  // movable order.
  [[nodiscard]] Insertion insert(std::uint32_t order, std::uint32_t tries);

  // The closed round with an insertion made.
  [[nodiscard]] Outcome outcome(const Insertion& insertion) const;

 private:
  struct Candidate {
    market::Placement placement;
    std::int64_t promise = 0;  // micro-yuan
  };
  struct Starts {
    Slot earliest = 0;
    Slot end_max = 0;  // slots after the last one that may be used
  };
  struct Leads {
    std::vector<std::uint32_t> orders;
    std::vector<Slot> end_max;  // by position in `orders`
  };
  struct Manner {
    bool by_worth = false;    // ejected orders are taken to lose all that they are worth
    bool squeeze = false;     // and may make room for themselves
    bool keep = false;        // what is found may be the insertion
    std::uint64_t noise = 0;  // seed of random losses; 0: none
  };
  struct Judgement {
    bool found = false;
    bool ejected = false;  // somebody had to leave, at least for a while
    int128 gain = 0;
  };
  struct Waiting {  // a choice of an order without an award
    std::uint32_t order = 0;
    std::uint32_t choice = 0;
    std::int64_t density = 0;  // micro-yuan per device and slot
  };
  struct Own {  // of an order where it stands, micro-yuan
    std::uint32_t choice = kNone;
    Slot start = 0;
    std::int64_t lots = 1;
    std::int64_t worth = 0;    // value less the cheapest supply
    std::int64_t surplus = 0;  // at λ*
  };
  struct Victim {
    std::uint32_t order = 0;
    std::int64_t loss = 0;     // micro-yuan, of those that follow it too
    std::int64_t covered = 0;  // of what is short, in shares of the use of whoever needs it
  };
  // What one lane would cost an order in each slot of a range.
  struct LanePrice {
    std::uint32_t lane = 0;
    std::int64_t amount = 0;
    std::uint32_t duration = 0;
    std::vector<std::int64_t> cost;  // by slot, micro-yuan; kBlocked: can never be had
  };

  [[nodiscard]] Starts starts_of(std::uint32_t order) const;
  void enter_waiting(std::uint32_t order);
  [[nodiscard]] Leads leads_of(std::uint32_t order) const;
  void insert_after(const Leads& leads, std::size_t next, std::uint32_t order, std::uint32_t tries,
                    Insertion& best);
  void try_candidates(std::uint32_t order, std::uint32_t tries, Insertion& best);
  Judgement judge(std::uint32_t order, const market::Placement& placement, Manner manner,
                  Insertion& best);

  void keep(std::uint32_t order, const market::Placement& placement, int128 gain, Insertion& best);

  [[nodiscard]] std::vector<Candidate> candidates(std::uint32_t order, std::uint32_t tries,
                                                  const Starts& starts);
  void add_candidates(std::uint32_t order, std::uint32_t choice, const Starts& starts,
                      std::vector<Candidate>& by_prices, std::vector<Candidate>& by_room);
  [[nodiscard]] const std::vector<std::int64_t>& lane_price(std::uint32_t lane, std::int64_t amount,
                                                            std::uint32_t duration);
  void price_ejections(std::vector<std::int64_t>& need, LanePrice& price);

  bool force(std::uint32_t order, const market::Placement& placement, std::int64_t loss_max,
             std::vector<std::uint32_t>& ejected);
  bool make_room(const market::Placement& placement, std::int64_t loss_max,
                 std::vector<std::uint32_t>& ejected);
  [[nodiscard]] bool find_need(const market::Placement& placement);
  [[nodiscard]] std::vector<Victim> victims();
  [[nodiscard]] std::int64_t covered(std::uint32_t order) const;
  void eject(std::uint32_t order, std::vector<std::uint32_t>& ejected);
  [[nodiscard]] std::int64_t loss_of(std::uint32_t order);
  [[nodiscard]] std::int64_t noisy(std::int64_t loss, std::uint32_t order) const;
  [[nodiscard]] bool movable(std::uint32_t order) const;

  void refill(const std::vector<std::uint32_t>& ejected, std::vector<std::uint32_t>& left);
  void squeeze(const std::vector<std::uint32_t>& left);
  void fill(const std::vector<std::uint32_t>& left);
  [[nodiscard]] bool may_stand(std::uint32_t order, const market::Placement& placement) const;
  [[nodiscard]] market::Placement best_fit(std::uint32_t order);
  void fit_block(std::uint32_t order, std::uint32_t choice, Slot earliest, Candidate& best);
  void fit_profile(std::uint32_t order, std::uint32_t choice, Candidate& best);

  [[nodiscard]] std::int64_t value_of(std::uint32_t order,
                                      const market::Placement& placement) const {
    return market::placement_value(problem_, order, placement);
  }
  [[nodiscard]] std::int64_t worth_of(std::uint32_t order,
                                      const market::Placement& placement) const;
  [[nodiscard]] std::int64_t money(int128 undivided) const;
  [[nodiscard]] bool exhausted() const;
  [[nodiscard]] bool delivers(const market::Placement& placement) const;
  [[nodiscard]] Slot end_of(const market::Placement& placement) const;

  const market::Problem& problem_;
  const Prices& prices_;
  const Outcome& closed_;
  RoundState state_;
  Prices floor_;                                       // cheapest supply of every row
  std::vector<std::vector<std::uint32_t>> followers_;  // by order
  std::vector<bool> pinned_;                           // by order: never ejected
  std::vector<std::int64_t> need_;                     // by row: what is short; else 0
  std::vector<std::uint32_t> short_rows_;
  std::size_t short_count_ = 0;      // rows of `need_` that are still short
  std::vector<std::int64_t> scale_;  // by lane: use of whoever needs room
  std::vector<std::uint64_t> seen_;  // by order
  std::uint64_t stamp_ = 0;
  std::vector<std::vector<Waiting>> waiting_;  // by capacity lane
  std::vector<Own> own_;                       // by order: as last computed
  std::vector<std::uint32_t> aside_;  // orders taken before any insertion, to be placed again
  std::vector<LanePrice> lane_prices_;
  SlotRange price_slots_;  // that they are for
  bool by_worth_ = false;
  std::uint64_t noise_ = 0;
  int128 best_unsettled_ = 0;  // gain of the insertion that is kept, before its flows were planned
  std::uint64_t work_ = 0;
  std::uint64_t plans_before_ = 0;  // of the state, when the insertion began
  std::uint64_t asked_before_ = 0;
};

}  // namespace tongsuan::clearing
