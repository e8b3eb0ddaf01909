#include "tongsuan/clearing/residual.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "tongsuan/base/check.h"
#include "tongsuan/base/random.h"

namespace tongsuan::clearing {

using market::Choice;
using market::Placement;
using market::Problem;

namespace {

// Work units: rows and holders looked at. Later candidates promise less, so when the first ones
// have used the budget the others are left out.
constexpr std::uint64_t kWorkMax = 40'000'000;
constexpr std::uint64_t kPlanWork = 10'000;  // of the best flows of one slot
constexpr std::uint64_t kAskWork = 100;      // of asking lines for one row
constexpr std::uint32_t kFinalists = 4;      // candidates that are tried in every manner
constexpr std::uint64_t kDraws = 8;          // manners
constexpr std::uint32_t kLeadTries = 4;      // starts of an order that another one waits for
constexpr std::uint32_t kSqueezeTries = 4;   // starts of an ejected order that makes its own room
constexpr std::size_t kSqueezedMax = 6;      // such orders per insertion
constexpr int kRoomRounds = 4;               // lines may shift what is short
constexpr std::int64_t kLossShare = 64;      // of its worth, what an ejected order loses at least
constexpr std::int64_t kBlocked = std::numeric_limits<std::int64_t>::max();
constexpr int kCoveredBits = 20;

bool delivers(const Problem& problem, const Placement& placement) {
  bool some = false;
  market::each_use(problem, placement,
                   [&](std::uint32_t, SlotRange, auto amount) { some = some || amount < 0; });
  return some;
}

Slot end_of(const Problem& problem, const Placement& placement) {
  return market::placement_slots(problem, placement).end;
}

}  // namespace

Residual::Residual(const Problem& problem, const Outcome& outcome, const Prices& prices)
    : problem_(problem),
      prices_(prices),
      closed_(outcome),
      state_(problem, outcome),
      floor_(problem.row_count(), 0),
      followers_(problem.orders.size()),
      pinned_(problem.orders.size(), false),
      need_(problem.row_count(), 0),
      scale_(problem.lanes.size(), 1),
      seen_(problem.orders.size(), 0) {
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    if (problem.supply_begin[row] == problem.supply_begin[row + 1]) continue;
    floor_[row] = problem.supply[problem.supply_begin[row]].price;
  }
  for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
    const std::uint32_t after = problem.orders[order].after;
    if (after != kNone) followers_[after].push_back(order);
  }
}

std::uint64_t Residual::spent() const {
  return work_ + kPlanWork * (state_.plans() - plans_before_) +
         kAskWork * (state_.asked() - asked_before_);
}

std::int64_t Residual::money(int128 undivided) const {
  const int128 whole = divide_wide(undivided, problem_.denominator, Rounding::kDown);
  return static_cast<std::int64_t>(std::clamp<int128>(whole, -kMoneyMax, kMoneyMax));
}

// Value less the cheapest supply that there ever is.
std::int64_t Residual::worth_of(std::uint32_t order, const Placement& placement) const {
  return value_of(order, placement) - money(market::placement_cost(problem_, placement, floor_));
}

// ---- Who may leave -----------------------------------------------------------------------------

// What others live on stays, and so does what the order itself must follow.
bool Residual::movable(std::uint32_t order) const {
  if (pinned_[order] || delivers(problem_, state_.placement(order))) return false;
  return std::ranges::all_of(followers_[order], [&](std::uint32_t follower) {
    return !state_.placed(follower) || movable(follower);
  });
}

// What ejecting a placed order may cost: it may find no place that is as good. By worth: it finds
// none at all.
std::int64_t Residual::loss_of(std::uint32_t order) const {
  const Placement& placement = state_.placement(order);
  const std::int64_t worth = std::max<std::int64_t>(0, worth_of(order, placement));
  std::int64_t loss = worth;
  if (!by_worth_) {
    const std::int64_t surplus =
        value_of(order, placement) - money(market::placement_cost(problem_, placement, prices_));
    loss = std::max<std::int64_t>(0, surplus) + worth / kLossShare;
  }
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
  return state_.placed(after) && end_of(problem_, state_.placement(after)) <=
                                     market::placement_slots(problem_, placement).begin;
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
  if (delivers(problem_, placement) || !may_stand(order, placement)) return;
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
    if (squeezed++ == kSqueezedMax || spent() > kWorkMax) return;
    if (state_.placed(order)) continue;
    int128 before = state_.welfare_change();
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

// ---- Candidates --------------------------------------------------------------------------------

// When an order may run: after the one that it follows (never, where that has no place), and so
// that whoever is being placed can follow in its turn.
Residual::Starts Residual::starts_of(std::uint32_t order) const {
  Starts starts{.earliest = 0, .end_max = problem_.slot_count};
  const std::uint32_t after = problem_.orders[order].after;
  if (after == kNone) return starts;
  if (!state_.placed(after)) return {.earliest = problem_.slot_count, .end_max = 0};
  starts.earliest = end_of(problem_, state_.placement(after));
  return starts;
}

// What a lane would cost in each slot, estimated: supply for what there is room for, and for the
// rest those whose ejection loses least. An order that runs longer loses all of its worth for the
// slots that are needed of it.
const std::vector<std::int64_t>& Residual::lane_price(std::uint32_t lane, std::int64_t amount,
                                                      std::uint32_t duration) {
  for (const LanePrice& known : lane_prices_) {
    if (known.lane == lane && known.amount == amount && known.duration == duration) {
      return known.cost;
    }
  }
  LanePrice price{.lane = lane, .amount = amount, .duration = duration, .cost = {}};
  const std::uint32_t count = price_slots_.count();
  std::vector<std::int64_t> need(count);
  price.cost.resize(count);
  bool some = false;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t row = problem_.row(lane, price_slots_.begin + i);
    need[i] = state_.missing(row, amount);
    price.cost[i] = money(state_.cost_of(row, amount));
    some = some || need[i] > 0;
    work_ += 8;
  }
  if (some) price_ejections(need, price);
  lane_prices_.push_back(std::move(price));
  return lane_prices_.back().cost;
}

void Residual::price_ejections(std::vector<std::int64_t>& need, LanePrice& price) {
  struct Holder {
    std::int64_t loss = 0;
    std::int64_t amount = 0;
    std::int64_t size = 1;  // amount · slots
    SlotRange slots;
    std::uint32_t order = 0;
  };
  std::vector<Holder> holders;
  state_.each_holder(
      price.lane, price_slots_, [&](std::uint32_t order, SlotRange slots, std::int64_t amount) {
        ++work_;
        if (amount <= 0 || !movable(order)) return;
        work_ += 16;
        const std::int64_t counted = std::min<std::int64_t>(slots.count(), price.duration);
        holders.push_back({loss_of(order), amount, amount * counted, slots, order});
      });
  std::ranges::sort(holders, [](const Holder& a, const Holder& b) {
    const int128 left = static_cast<int128>(a.loss) * b.size;
    const int128 right = static_cast<int128>(b.loss) * a.size;
    return left != right ? left < right : a.order < b.order;
  });
  for (const Holder& holder : holders) {
    const Slot begin = std::max(holder.slots.begin, price_slots_.begin);
    const Slot end = std::min(holder.slots.end, price_slots_.end);
    for (Slot slot = begin; slot < end; ++slot) {
      std::int64_t& missing = need[slot - price_slots_.begin];
      if (missing <= 0) continue;
      const std::int64_t part = std::min(missing, holder.amount);
      missing -= part;
      std::int64_t& cost = price.cost[slot - price_slots_.begin];
      cost = std::min(kMoneyMax, cost + divide(static_cast<int128>(holder.loss) * part, holder.size,
                                               Rounding::kUp));
    }
    work_ += end - begin;
  }
  for (std::size_t i = 0; i < need.size(); ++i) {
    if (need[i] > 0) price.cost[i] = kBlocked;
  }
}

// The starts of one choice that promise most, at λ* and by what they would eject.
void Residual::add_candidates(std::uint32_t order, std::uint32_t index, const Starts& starts,
                              std::vector<Candidate>& by_prices, std::vector<Candidate>& by_room) {
  const Choice& choice = problem_.choices[index];
  const auto at_prices = [&](const Placement& placement) {
    return value_of(order, placement) - money(market::placement_cost(problem_, placement, prices_));
  };
  if (choice.bundle == kNone) {
    Placement placement{.choice = index, .start = choice.first, .lots = 1};
    placement.lots = problem_.profiles[choice.extra].lots;
    const SlotRange slots = market::placement_slots(problem_, placement);
    if (slots.begin < starts.earliest || slots.end > starts.end_max) return;
    if (!delivers(problem_, placement)) by_prices.push_back({placement, at_prices(placement)});
    return;
  }
  const Slot first = std::max<Slot>(choice.first, starts.earliest);
  if (choice.duration > starts.end_max) return;
  const Slot last = std::min<Slot>(choice.last, starts.end_max - choice.duration);
  const Span32 legs = problem_.bundles[choice.bundle];
  for (Slot start = first; start <= last; ++start) {
    const Placement placement{.choice = index, .start = start, .lots = 1};
    by_prices.push_back({placement, at_prices(placement)});
    work_ += choice.duration;
    int128 promise = value_of(order, placement);
    bool possible = true;
    const auto add = [&](std::uint32_t lane, SlotRange slots, std::int64_t amount,
                         std::uint32_t duration) {
      const std::vector<std::int64_t>& cost = lane_price(lane, amount, duration);
      for (Slot slot = slots.begin; slot < slots.end && possible; ++slot) {
        possible = cost[slot - price_slots_.begin] != kBlocked;
        promise -= cost[slot - price_slots_.begin];
      }
    };
    for (std::uint32_t i = legs.begin; i < legs.end && possible; ++i) {
      const market::BundleLeg& leg = problem_.bundle_legs[i];
      add(leg.lane, {start, start + choice.duration}, leg.units * choice.devices, choice.duration);
    }
    if (choice.extra != kNone && possible) {
      const market::Transfer& transfer = problem_.transfers[choice.extra];
      add(transfer.lane, {start - transfer.slots, start}, transfer.rate, transfer.slots);
    }
    if (!possible) continue;
    by_room.push_back(
        {placement, static_cast<std::int64_t>(std::clamp<int128>(promise, -kMoneyMax, kMoneyMax))});
  }
}

// Starts worth trying, in turn by what they would eject and by λ*. At λ* each choice's starts
// compete, so that one cheap hub does not crowd out the others.
std::vector<Residual::Candidate> Residual::candidates(std::uint32_t order, std::uint32_t tries,
                                                      const Starts& starts) {
  const Span32 choices = problem_.orders[order].choices;
  std::vector<Candidate> picked;
  if (choices.count() == 0) return picked;
  lane_prices_.clear();
  price_slots_ = {problem_.slot_count, 0};
  for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
    const Choice& choice = problem_.choices[c];
    if (choice.bundle == kNone) continue;
    const Slot early = choice.extra == kNone ? 0 : problem_.transfers[choice.extra].slots;
    price_slots_.begin = std::min<Slot>(price_slots_.begin, choice.first - early);
    price_slots_.end = std::max<Slot>(price_slots_.end, choice.last + choice.duration);
  }
  const std::size_t per_choice = std::max<std::size_t>(2, tries / choices.count());
  std::vector<Candidate> by_prices;
  std::vector<Candidate> by_room;
  for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
    std::vector<Candidate> of_choice;
    add_candidates(order, c, starts, of_choice, by_room);
    std::ranges::stable_sort(of_choice, std::greater<>{}, &Candidate::promise);
    if (of_choice.size() > per_choice) of_choice.resize(per_choice);
    by_prices.insert(by_prices.end(), of_choice.begin(), of_choice.end());
  }
  std::ranges::stable_sort(by_prices, std::greater<>{}, &Candidate::promise);
  std::ranges::stable_sort(by_room, std::greater<>{}, &Candidate::promise);
  const auto pick = [&](const std::vector<Candidate>& from, std::size_t i) {
    if (i >= from.size() || picked.size() >= tries) return;
    const Placement& placement = from[i].placement;
    const bool known = std::ranges::any_of(picked, [&](const Candidate& c) {
      return c.placement.choice == placement.choice && c.placement.start == placement.start;
    });
    if (!known) picked.push_back(from[i]);
  };
  for (std::size_t i = 0; i < std::max(by_room.size(), by_prices.size()); ++i) {
    if (picked.size() >= tries) break;
    pick(by_room, i);
    pick(by_prices, i);
  }
  return picked;
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
    refill(ejected, left);
    if (manner.squeeze) squeeze(left);
    if (manner.settle ? state_.settle() : state_.feasible()) {
      const int128 value = static_cast<int128>(value_of(order, placement)) * problem_.denominator;
      judgement = {.found = true, .ejected = !ejected.empty(), .gain = state_.welfare_change()};
      if (manner.settle && (!best.found || judgement.gain > best.gain)) {
        best = {.found = true,
                .displacement = value - judgement.gain,
                .gain = judgement.gain,
                .placement = placement,
                .change = state_.change()};
      }
    }
  }
  by_worth_ = false;
  noise_ = 0;
  state_.undo(mark);
  return judgement;
}

void Residual::try_candidates(std::uint32_t order, std::uint32_t tries, Insertion& best) {
  struct Finalist {
    Placement placement;
    int128 gain = 0;
    bool ejected = false;
  };
  std::vector<Finalist> finalists;
  for (const Candidate& candidate : candidates(order, tries, starts_of(order))) {
    if (spent() > kWorkMax) break;
    const Judgement judgement = judge(order, candidate.placement, {}, best);
    if (!judgement.found) continue;
    finalists.push_back({candidate.placement, judgement.gain, judgement.ejected});
  }
  std::ranges::stable_sort(finalists, std::greater<>{}, &Finalist::gain);
  if (finalists.size() > kFinalists) finalists.resize(kFinalists);
  for (const Finalist& finalist : finalists) {
    const std::uint64_t draws = finalist.ejected ? kDraws : 1;
    for (std::uint64_t draw = 0; draw < draws && (draw == 0 || spent() <= kWorkMax); ++draw) {
      const Manner manner{
          .by_worth = draw % 2 == 1, .squeeze = true, .settle = true, .noise = draw / 2};
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
