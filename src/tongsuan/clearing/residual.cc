#include "tongsuan/clearing/residual.h"

#include <algorithm>
#include <utility>

#include "tongsuan/base/check.h"

namespace tongsuan::clearing {

using market::Choice;
using market::Placement;

namespace {

// Work units: rows and holders looked at. Later candidates promise less, so when the first ones
// have used the budget the others are left out.
constexpr std::uint64_t kWorkMax = 40'000'000;
constexpr std::uint64_t kPlanWork = 10'000;  // of the best flows of one slot
constexpr std::uint64_t kAskWork = 100;      // of asking lines for one row
constexpr std::uint32_t kFinalists = 4;      // candidates that are tried in every manner
constexpr std::uint64_t kDraws = 4;          // manners
constexpr std::uint32_t kLeadTries = 4;      // starts of an order that another one waits for

}  // namespace

Residual::Residual(const market::Problem& problem, const Outcome& outcome, const Prices& prices)
    : problem_(problem),
      prices_(prices),
      closed_(outcome),
      state_(problem, outcome),
      floor_(problem.row_count(), 0),
      followers_(problem.orders.size()),
      pinned_(problem.orders.size(), false),
      need_(problem.row_count(), 0),
      scale_(problem.lanes.size(), 1),
      seen_(problem.orders.size(), 0),
      waiting_(problem.capacity_lane_count),
      own_(problem.orders.size()) {
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    if (problem.supply_begin[row] == problem.supply_begin[row + 1]) continue;
    floor_[row] = problem.supply[problem.supply_begin[row]].price;
  }
  for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
    const std::uint32_t after = problem.orders[order].after;
    if (after != kNone) followers_[after].push_back(order);
    if (!state_.placed(order)) enter_waiting(order);
  }
}

// What a block without an award is worth per device and slot, on every lane where it could run.
void Residual::enter_waiting(std::uint32_t order) {
  const Span32 choices = problem_.orders[order].choices;
  for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
    const Choice& choice = problem_.choices[c];
    if (choice.bundle == kNone) continue;
    const std::int64_t size = std::int64_t{choice.devices} * choice.duration;
    const std::uint32_t lane = problem_.bundle_legs[problem_.bundles[choice.bundle].begin].lane;
    waiting_[lane].push_back({order, c, choice.value / std::max<std::int64_t>(1, size)});
  }
}

bool Residual::exhausted() const {
  return work_ + kPlanWork * (state_.plans() - plans_before_) +
             kAskWork * (state_.asked() - asked_before_) >
         kWorkMax;
}

std::int64_t Residual::money(int128 undivided) const {
  const int128 whole = divide_wide(undivided, problem_.denominator, Rounding::kDown);
  return static_cast<std::int64_t>(std::clamp<int128>(whole, -kMoneyMax, kMoneyMax));
}

// Value less the cheapest supply that there ever is.
std::int64_t Residual::worth_of(std::uint32_t order, const Placement& placement) const {
  return value_of(order, placement) - money(market::placement_cost(problem_, placement, floor_));
}

bool Residual::delivers(const Placement& placement) const {
  bool some = false;
  market::each_use(problem_, placement,
                   [&](std::uint32_t, SlotRange, auto amount) { some = some || amount < 0; });
  return some;
}

Slot Residual::end_of(const Placement& placement) const {
  return market::placement_slots(problem_, placement).end;
}

// ---- Insertions --------------------------------------------------------------------------------

// Forces a placement in one manner and keeps what comes of it if it is the best so far.
Residual::Judgement Residual::judge(std::uint32_t order, const Placement& placement, Manner manner,
                                    Insertion& best) {
  Judgement judgement;
  const std::size_t mark = state_.mark();
  std::vector<std::uint32_t> ejected;
  by_worth_ = manner.by_worth;
  noise_ = manner.noise;
  if (force(order, placement, kMoneyMax, ejected)) {
    std::vector<std::uint32_t> left;
    ejected.insert(ejected.end(), aside_.begin(), aside_.end());
    refill(ejected, left);
    if (manner.squeeze) squeeze(left);
    if (manner.squeeze) fill(left);
    judgement = {.found = state_.feasible() || state_.settle(),
                 .ejected = ejected.size() > aside_.size(),
                 .gain = state_.welfare_change()};
    if (judgement.found && manner.keep) keep(order, placement, judgement.gain, best);
  }
  by_worth_ = false;
  noise_ = 0;
  state_.undo(mark);
  return judgement;
}

// Keeps what was done if it is the best so far. Better flows add little to what it gains with those
// that happen to be there, so only what beats all others with these is planned to the end.
void Residual::keep(std::uint32_t order, const Placement& placement, int128 gain, Insertion& best) {
  if (best.found && gain <= best_unsettled_) return;
  best_unsettled_ = best.found ? std::max(best_unsettled_, gain) : gain;
  if (!state_.settle()) return;
  gain = state_.welfare_change();
  if (best.found && gain <= best.gain) return;
  const int128 value = static_cast<int128>(value_of(order, placement)) * problem_.denominator;
  best = {.found = true,
          .displacement = value - gain,
          .gain = gain,
          .placement = placement,
          .change = state_.change()};
}

void Residual::try_candidates(std::uint32_t order, std::uint32_t tries, Insertion& best) {
  struct Finalist {
    Placement placement;
    int128 gain = 0;
    bool ejected = false;
  };
  std::vector<Finalist> finalists;
  for (const Candidate& candidate : candidates(order, tries, starts_of(order))) {
    if (exhausted()) break;
    const Judgement judgement = judge(order, candidate.placement, {}, best);
    if (!judgement.found) continue;
    finalists.push_back({candidate.placement, judgement.gain, judgement.ejected});
  }
  std::ranges::stable_sort(finalists, std::greater<>{}, &Finalist::gain);
  if (finalists.size() > kFinalists) finalists.resize(kFinalists);
  for (const Finalist& finalist : finalists) {
    const std::uint64_t draws = finalist.ejected ? kDraws : 1;
    for (std::uint64_t draw = 0; draw < draws && (draw == 0 || !exhausted()); ++draw) {
      const Manner manner{
          .by_worth = draw % 2 == 1, .squeeze = true, .keep = true, .noise = draw / 2};
      static_cast<void>(judge(order, finalist.placement, manner, best));
    }
  }
}

// Brings in the orders that must come first, from the `next` on, and then the order itself.
void Residual::insert_after(const Leads& leads, std::size_t next, std::uint32_t order,
                            std::uint32_t tries, Insertion& best) {
  if (next == leads.orders.size()) {
    try_candidates(order, tries, best);
    return;
  }
  const std::uint32_t lead = leads.orders[next];
  Starts starts = starts_of(lead);
  starts.end_max = std::min(starts.end_max, leads.end_max[next]);
  const std::uint32_t plans = next == 0 ? kLeadTries : 1;
  for (const Candidate& candidate : candidates(lead, plans, starts)) {
    const std::size_t mark = state_.mark();
    std::vector<std::uint32_t> ejected;
    if (force(lead, candidate.placement, kMoneyMax, ejected)) {
      std::vector<std::uint32_t> left;
      refill(ejected, left);
      insert_after(leads, next + 1, order, std::max(2U, tries / plans), best);
    }
    state_.undo(mark);
  }
}

// The orders without an award that `order` must wait for, the first one first, and by when each
// must have ended so that the rest can still follow.
Residual::Leads Residual::leads_of(std::uint32_t order) const {
  Leads leads;
  Slot latest = problem_.slot_count;  // end of the one that is looked at
  for (std::uint32_t at = order;;) {
    const Span32 choices = problem_.orders[at].choices;
    Slot start = 0;
    for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
      const Choice& choice = problem_.choices[c];
      if (choice.duration > latest) continue;
      start = std::max(start, std::min<Slot>(choice.last, latest - choice.duration));
    }
    at = problem_.orders[at].after;
    if (at == kNone || state_.placed(at)) break;
    latest = start;
    leads.orders.push_back(at);
    leads.end_max.push_back(latest);
  }
  std::ranges::reverse(leads.orders);
  std::ranges::reverse(leads.end_max);
  return leads;
}

Insertion Residual::insert(std::uint32_t order, std::uint32_t tries) {
  TONGSUAN_CHECK(!state_.placed(order));
  Insertion best;
  work_ = 0;
  plans_before_ = state_.plans();
  asked_before_ = state_.asked();
  for (std::uint32_t at = order; at != kNone; at = problem_.orders[at].after) pinned_[at] = true;
  insert_after(leads_of(order), 0, order, tries, best);
  const std::uint32_t after = problem_.orders[order].after;
  if (after != kNone && state_.placed(after) && best.gain <= 0) {
    // The one that it follows may stand in the way, or end too late: it is placed anew as well.
    eject(after, aside_);
    insert_after(leads_of(order), 0, order, tries, best);
    state_.undo(0);
    aside_.clear();
  }
  for (std::uint32_t at = order; at != kNone; at = problem_.orders[at].after) pinned_[at] = false;
  return best;
}

Outcome Residual::outcome(const Insertion& insertion) const {
  Outcome outcome{.awards = {}, .flows = closed_.flows};
  for (const auto& [line, flow] : insertion.change.flows) outcome.flows[line] = flow;
  auto award = closed_.awards.begin();
  for (const auto& [order, placement] : insertion.change.placements) {
    for (; award != closed_.awards.end() && award->order.value < order; ++award) {
      outcome.awards.push_back(*award);
    }
    if (award != closed_.awards.end() && award->order.value == order) ++award;
    if (placement.choice == kNone) continue;
    outcome.awards.push_back(market::make_award(problem_, order, placement));
  }
  outcome.awards.insert(outcome.awards.end(), award, closed_.awards.end());
  return outcome;
}

}  // namespace tongsuan::clearing
