// Residual: who leaves so that an order has room, and where those go.
#include <algorithm>
#include <utility>

#include "tongsuan/base/check.h"
#include "tongsuan/base/random.h"
#include "tongsuan/clearing/residual.h"

namespace tongsuan::clearing {

using market::Choice;
using market::Placement;

namespace {

constexpr std::uint32_t kSqueezeTries = 4;  // starts of an ejected order that makes its own room
constexpr std::size_t kSqueezedMax = 6;     // such orders per insertion
constexpr std::size_t kWaitingMax = 256;    // choices of waiting orders tried per insertion
constexpr int kRoomRounds = 4;              // lines may shift what is short
constexpr std::int64_t kLossShare = 64;     // of its worth, what an ejected order loses at least
constexpr int kCoveredBits = 20;

}  // namespace

// ---- Who may leave -----------------------------------------------------------------------------

// What others live on stays, and so does what the order itself must follow.
bool Residual::movable(std::uint32_t order) const {
  if (pinned_[order] || delivers(state_.placement(order))) return false;
  return std::ranges::all_of(followers_[order], [&](std::uint32_t follower) {
    return !state_.placed(follower) || movable(follower);
  });
}

// What ejecting a placed order may cost: it may find no place that is as good. By worth: it finds
// none at all.
std::int64_t Residual::loss_of(std::uint32_t order) {
  const Placement& placement = state_.placement(order);
  Own own = own_[order];
  if (own.choice != placement.choice || own.start != placement.start ||
      own.lots != placement.lots) {
    own = {placement.choice, placement.start, placement.lots, 0, 0};
    own.worth = std::max<std::int64_t>(0, worth_of(order, placement));
    own.surplus =
        std::max<std::int64_t>(0, value_of(order, placement) -
                                      money(market::placement_cost(problem_, placement, prices_)));
    own_[order] = own;
  }
  std::int64_t loss = by_worth_ ? own.worth : own.surplus + own.worth / kLossShare;
  for (const std::uint32_t follower : followers_[order]) {
    if (state_.placed(follower)) loss = std::min(kMoneyMax, loss + loss_of(follower));
  }
  return loss;
}

// Losses are guesses, so some insertions are tried with other ones, up to twice as high.
std::int64_t Residual::noisy(std::int64_t loss, std::uint32_t order) const {
  if (noise_ == 0) return loss;
  Random random((std::uint64_t{order} << 32) + noise_);
  return loss + static_cast<std::int64_t>(static_cast<int128>(loss) * random.below(1'024) / 1'024);
}

void Residual::eject(std::uint32_t order, std::vector<std::uint32_t>& ejected) {
  for (const std::uint32_t follower : followers_[order]) {
    if (state_.placed(follower)) eject(follower, ejected);
  }
  each_row(problem_, state_.placement(order), [&](std::uint32_t row, std::int64_t amount) {
    if (need_[row] <= 0) return;
    need_[row] = std::max<std::int64_t>(0, need_[row] - amount);
    if (need_[row] == 0) --short_count_;
  });
  state_.take(order);
  ejected.push_back(order);
}

// ---- Room --------------------------------------------------------------------------------------

// Writes down what a placement lacks on every row; false when it lacks nothing.
bool Residual::find_need(const Placement& placement) {
  for (const std::uint32_t row : short_rows_) need_[row] = 0;
  short_rows_.clear();
  each_row(problem_, placement, [&](std::uint32_t row, std::int64_t amount) {
    ++work_;
    const std::int64_t missing = amount > 0 ? state_.missing(row, amount) : 0;
    if (missing <= 0 || need_[row] > 0) return;
    need_[row] = missing;
    scale_[row / problem_.slot_count] = amount;
    short_rows_.push_back(row);
  });
  short_count_ = short_rows_.size();
  return short_count_ > 0;
}

// How much of what is short a placed order would free, added up as shares of the uses that are
// being made room for, so that devices and energy compare.
std::int64_t Residual::covered(std::uint32_t order) const {
  std::int64_t sum = 0;
  each_row(problem_, state_.placement(order), [&](std::uint32_t row, std::int64_t amount) {
    if (need_[row] <= 0 || amount <= 0) return;
    const int128 part = static_cast<int128>(std::min(need_[row], amount)) << kCoveredBits;
    sum += std::max<std::int64_t>(
        1, static_cast<std::int64_t>(part / scale_[row / problem_.slot_count]));
  });
  return sum;
}

// Everybody on rows that are short who may leave.
std::vector<Residual::Victim> Residual::victims() {
  std::vector<Victim> found;
  ++stamp_;
  std::ranges::sort(short_rows_);
  for (std::size_t i = 0; i < short_rows_.size();) {
    const std::uint32_t lane = short_rows_[i] / problem_.slot_count;
    const Slot begin = short_rows_[i] % problem_.slot_count;
    Slot end = begin;
    for (; i < short_rows_.size() && short_rows_[i] / problem_.slot_count == lane; ++i) {
      end = short_rows_[i] % problem_.slot_count + 1;
    }
    state_.each_holder(lane, {begin, end}, [&](std::uint32_t order, SlotRange, std::int64_t) {
      ++work_;
      if (seen_[order] == stamp_) return;
      seen_[order] = stamp_;
      const std::int64_t frees = covered(order);
      if (frees <= 0 || !movable(order)) return;
      found.push_back({order, noisy(loss_of(order), order), frees});
      work_ += 16;
    });
  }
  return found;
}

// Ejects until a placement has room, the least loss per amount freed of what is still short first.
// False: there is no room even so, or it would cost more than `loss_max`; the caller undoes.
bool Residual::make_room(const Placement& placement, std::int64_t loss_max,
                         std::vector<std::uint32_t>& ejected) {
  const auto later = [](const Victim& a, const Victim& b) {  // for a heap with the cheapest on top
    const int128 left = static_cast<int128>(a.loss) * b.covered;
    const int128 right = static_cast<int128>(b.loss) * a.covered;
    return left != right ? left > right : a.order > b.order;
  };
  std::int64_t lost = 0;
  for (int round = 0; find_need(placement); ++round) {
    if (round == kRoomRounds) return false;
    std::vector<Victim> heap = victims();
    std::ranges::make_heap(heap, later);
    while (short_count_ > 0) {
      if (heap.empty()) return false;
      std::ranges::pop_heap(heap, later);
      Victim victim = heap.back();
      heap.pop_back();
      if (!state_.placed(victim.order)) continue;  // left with the one that it follows
      // What is short shrinks, so shares only fall: whoever still is the cheapest leaves.
      const std::int64_t frees = covered(victim.order);
      if (frees <= 0) continue;
      if (frees < victim.covered) {
        victim.covered = frees;
        heap.push_back(victim);
        std::ranges::push_heap(heap, later);
        continue;
      }
      lost = std::min(kMoneyMax, lost + victim.loss);
      if (lost > loss_max) return false;
      eject(victim.order, ejected);
    }
  }
  return true;
}

bool Residual::force(std::uint32_t order, const Placement& placement, std::int64_t loss_max,
                     std::vector<std::uint32_t>& ejected) {
  const bool room = make_room(placement, loss_max, ejected);
  for (const std::uint32_t row : short_rows_) need_[row] = 0;
  short_rows_.clear();
  return room && state_.put(order, placement);
}

// ---- Where the ejected go ----------------------------------------------------------------------

bool Residual::may_stand(std::uint32_t order, const Placement& placement) const {
  const std::uint32_t after = problem_.orders[order].after;
  if (after == kNone) return true;
  return state_.placed(after) &&
         end_of(state_.placement(after)) <= market::placement_slots(problem_, placement).begin;
}

// The start of a block that gains most in what room is left, with flows as they are.
void Residual::fit_block(std::uint32_t order, std::uint32_t index, Slot earliest, Candidate& best) {
  const Choice& choice = problem_.choices[index];
  const Slot first = std::max<Slot>(choice.first, earliest);
  if (first > choice.last) return;
  const Span32 legs = problem_.bundles[choice.bundle];
  const Slot end = choice.last + choice.duration;
  Slot run = 0;        // slots in a row that hold the order, up to this one
  Slot known = first;  // first slot without its cost yet
  std::vector<int128> cost(end - first + 1, 0);  // of the slots before each one
  for (Slot slot = first; slot < end; ++slot) {
    bool holds = true;
    for (std::uint32_t i = legs.begin; i < legs.end && holds; ++i) {
      const market::BundleLeg& leg = problem_.bundle_legs[i];
      holds = leg.units * choice.devices <= state_.slack(problem_.row(leg.lane, slot));
      ++work_;
    }
    run = holds ? run + 1 : 0;
    if (run < choice.duration) continue;
    const Slot start = slot + 1 - choice.duration;
    const Placement placement{.choice = index, .start = start, .lots = 1};
    int128 gain = static_cast<int128>(value_of(order, placement)) * problem_.denominator;
    if (choice.extra != kNone) {
      const market::Transfer& transfer = problem_.transfers[choice.extra];
      for (Slot t = start - transfer.slots; t < start && holds; ++t) {
        const std::uint32_t row = problem_.row(transfer.lane, t);
        holds = transfer.rate <= state_.slack(row);
        gain -= state_.cost_of(row, transfer.rate);
      }
      if (!holds) continue;
    }
    for (; known <= slot; ++known) {
      int128 here = 0;
      for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
        const market::BundleLeg& leg = problem_.bundle_legs[i];
        here += state_.cost_of(problem_.row(leg.lane, known), leg.units * choice.devices);
        work_ += 4;
      }
      cost[known + 1 - first] = cost[known - first] + here;
    }
    const std::int64_t promise = money(gain - (cost[slot + 1 - first] - cost[start - first]));
    if (promise > best.promise) best = {placement, promise};
  }
}

// The most lots of a profile that there is room for.
void Residual::fit_profile(std::uint32_t order, std::uint32_t index, Candidate& best) {
  const Choice& choice = problem_.choices[index];
  const market::Profile& profile = problem_.profiles[choice.extra];
  Placement placement{.choice = index, .start = choice.first, .lots = profile.lots};
  if (delivers(placement) || !may_stand(order, placement)) return;
  for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
    const market::ProfileLeg& leg = problem_.profile_legs[i];
    const std::int64_t per_lot = leg.amount / profile.lots;
    if (per_lot <= 0) continue;
    for (Slot slot = leg.slots.begin; slot < leg.slots.end; ++slot) {
      const std::int64_t slack = state_.slack(problem_.row(leg.lane, slot));
      placement.lots = std::min(placement.lots, std::max<std::int64_t>(0, slack) / per_lot);
      ++work_;
    }
  }
  if (placement.lots < profile.lots_min) return;
  int128 gain = static_cast<int128>(value_of(order, placement)) * problem_.denominator;
  each_row(problem_, placement,
           [&](std::uint32_t row, std::int64_t amount) { gain -= state_.cost_of(row, amount); });
  if (money(gain) > best.promise) best = {placement, money(gain)};
}

Placement Residual::best_fit(std::uint32_t order) {
  const Starts starts = starts_of(order);
  Candidate best;
  const Span32 choices = problem_.orders[order].choices;
  for (std::uint32_t c = choices.begin; c < choices.end && starts.end_max > 0; ++c) {
    if (problem_.choices[c].bundle == kNone) {
      fit_profile(order, c, best);
    } else {
      fit_block(order, c, starts.earliest, best);
    }
  }
  return best.placement;
}

// Gives ejected orders their places back where these are free after all, then the best ones that
// are left, the dearest order first and whoever follows after whom it follows. `left` gets those
// without a place.
void Residual::refill(const std::vector<std::uint32_t>& ejected, std::vector<std::uint32_t>& left) {
  struct Entry {
    std::uint32_t depth = 0;
    std::int64_t value = 0;
    std::uint32_t order = 0;
  };
  std::vector<Entry> entries;
  for (const std::uint32_t order : ejected) {
    if (state_.placed(order)) continue;
    std::uint32_t depth = 0;
    for (std::uint32_t p = problem_.orders[order].after; p != kNone; p = problem_.orders[p].after) {
      ++depth;
    }
    const Placement& before = state_.before(order);
    entries.push_back({depth, before.choice == kNone ? 0 : value_of(order, before), order});
  }
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    if (a.depth != b.depth) return a.depth < b.depth;
    return a.value != b.value ? a.value > b.value : a.order < b.order;
  });
  for (const Entry& entry : entries) {
    const Placement& before = state_.before(entry.order);
    if (before.choice == kNone || !may_stand(entry.order, before)) continue;
    bool holds = true;
    each_row(problem_, before, [&](std::uint32_t row, std::int64_t amount) {
      holds = holds && amount <= state_.slack(row);
    });
    if (holds) static_cast<void>(state_.put(entry.order, before));
  }
  for (const Entry& entry : entries) {
    if (state_.placed(entry.order)) continue;
    const Placement fit = best_fit(entry.order);
    if (fit.choice == kNone || !state_.put(entry.order, fit)) left.push_back(entry.order);
  }
}

// Ejected orders that found no place may eject others that are worth less.
void Residual::squeeze(const std::vector<std::uint32_t>& left) {
  std::size_t squeezed = 0;
  for (const std::uint32_t order : left) {
    if (squeezed++ == kSqueezedMax || exhausted()) return;
    if (state_.placed(order)) continue;
    const int128 before = state_.welfare_change();
    for (const Candidate& candidate : candidates(order, kSqueezeTries, starts_of(order))) {
      const std::size_t mark = state_.mark();
      std::vector<std::uint32_t> ejected;
      const std::int64_t worth = worth_of(order, candidate.placement);
      if (force(order, candidate.placement, worth, ejected)) {
        std::vector<std::uint32_t> without_place;
        refill(ejected, without_place);
        if (state_.welfare_change() > before) break;
      }
      state_.undo(mark);
    }
  }
}

// Room that the ejected leave may serve orders that were waiting for it, the densest first.
void Residual::fill(const std::vector<std::uint32_t>& left) {
  std::vector<Waiting> tried;
  for (const std::uint32_t order : left) {
    const Placement& before = state_.before(order);
    if (state_.placed(order) || before.choice == kNone) continue;
    market::each_use(problem_, before, [&](std::uint32_t lane, SlotRange slots, auto) {
      if (lane >= problem_.capacity_lane_count) return;
      for (const Waiting& waiting : waiting_[lane]) {
        const Choice& choice = problem_.choices[waiting.choice];
        const Slot end = choice.last + choice.duration;
        if (choice.first < slots.end && slots.begin < end) tried.push_back(waiting);
      }
      work_ += waiting_[lane].size();
    });
  }
  const auto denser = [](const Waiting& a, const Waiting& b) {
    return a.density != b.density ? a.density > b.density : a.choice < b.choice;
  };
  if (tried.size() > kWaitingMax) {
    std::ranges::nth_element(tried, tried.begin() + kWaitingMax, denser);
    tried.resize(kWaitingMax);
  }
  std::ranges::sort(tried, denser);
  for (std::size_t i = 0; i < tried.size() && !exhausted(); ++i) {
    if (i > 0 && tried[i].choice == tried[i - 1].choice) continue;
    const std::uint32_t order = tried[i].order;
    if (pinned_[order] || state_.placed(order)) continue;
    const Starts starts = starts_of(order);
    Candidate best;
    if (starts.end_max > 0) fit_block(order, tried[i].choice, starts.earliest, best);
    if (best.placement.choice != kNone) static_cast<void>(state_.put(order, best.placement));
  }
}

}  // namespace tongsuan::clearing
