#include "tongsuan/solver/search_walk.h"

#include <algorithm>
#include <cmath>

#include "tongsuan/solver/search_math.h"

namespace tongsuan::solver::primal {
namespace {

// Tuned on the published cases and on generated weeks; docs/adr/0006-primal-search.md has the
// table.
constexpr double kForcedShare = 0.8;      // of moves; the rest are strings
constexpr double kMovePlacedShare = 0.5;  // chance that a placed order is forced elsewhere
constexpr std::uint32_t kTournament = 3;  // spots drawn, the most promising one is forced
constexpr double kLargeShare = 0.2;       // of forced moves that draw from the largest promises
constexpr std::uint32_t kDrawsMax = 24;   // tries to find a spot to force
constexpr std::uint32_t kLeadTries = 4;   // starts tried for an order that others follow
constexpr std::uint32_t kLeadDepth = 8;   // orders before an order that are placed for its sake
constexpr std::uint32_t kWaitingForced = 4;
constexpr std::uint32_t kWaitingString = 12;
constexpr std::uint32_t kStringOrders = 14;  // mean orders of a string move
constexpr std::uint32_t kStringsMax = 2;
constexpr std::uint32_t kStringSlots = 12;
constexpr double kChainShare = 0.8;      // chance that an order without room forces its way
constexpr std::uint32_t kChainsMax = 5;  // per move
constexpr std::uint32_t kBlinkMean = 100;
constexpr std::uint32_t kOverlapsMax = 160;  // orders looked at to make room; above: a sample
constexpr std::uint64_t kMoveWork = 20;      // work units of a move beside its options
constexpr std::uint64_t kMovesPerQuestion = 4'096;  // between two looks at `cancelled`
constexpr std::uint32_t kLookBack = 10;  // slots before a window where waiting orders may start

}  // namespace

Walk::Walk(const WalkGround& ground, const WalkTask& task, std::vector<double>& planes)
    : model_(ground.model),
      kernels_(ground.kernels),
      ground_(ground),
      task_(task),
      planes_(planes),
      random_(task.seed) {
  view_.model = &model_;
  view_.kernels = &kernels_;
  view_.planes = planes_.data();
  view_.begin = task.begin;
  view_.end = task.end;
  view_.blink_mean = kBlinkMean;
  view_.blink_state = random_.next();
  view_.blink_left = below(2 * kBlinkMean);
  // Stamps of one walk never meet those of another: orders are owned by one walk at a time.
  stamp_ = task.seed & 0xFFFF'FFFF'0000'0000ULL;
  owns_all_ = task.owns_all;
  index_cells();
  if (entries_.empty()) return;
  for (std::uint32_t i = 0; i < 2 * kAhead; ++i) static_cast<void>(next_position());
}

void Walk::index_cells() {
  const StartIndex& index = model_.starts;
  const std::uint32_t first = task_.begin / kCellSlots;
  const std::uint32_t last = (task_.end + kCellSlots - 1) / kCellSlots;
  std::uint64_t total = 0;
  for (std::uint32_t lane = 0; lane < model_.lanes.size(); ++lane) {
    const std::size_t at = std::size_t{lane} * index.cell_count;
    const std::uint64_t count = index.begin[at + last] - index.begin[at + first];
    if (count == 0) continue;
    total += count;
    lanes_.push_back(lane);
    entries_.push_back(total);
  }
}

// ---- Moves -------------------------------------------------------------------------------------

WalkResult Walk::run() {
  WalkResult result;
  if (entries_.empty() || task_.work_units == 0) return result;
  double total = 0;
  double best = 0;
  double temperature = task_.temperature_first;
  const double decay = natural_log(task_.temperature_last / task_.temperature_first);
  while (view_.work < task_.work_units) {
    if (result.moves % kMovesPerQuestion == 0 && ground_.cancelled && ground_.cancelled()) break;
    if (result.moves % 32 == 0) {
      temperature = task_.temperature_first * exponential(decay * static_cast<double>(view_.work) /
                                                          static_cast<double>(task_.work_units));
    }
    ++result.moves;
    view_.work += kMoveWork;
    ++stamp_;
    gained_ = 0;
    aside_.clear();
    const std::size_t length = log_.size();
    if (random_.unit() < kForcedShare) {
      forced_move();
    } else {
      string_move();
    }
    if (log_.size() == length) continue;
    if (gained_ >= 0 || -gained_ < temperature * exponential_draw()) {
      total += gained_;
      // What lies before the best state, or before any state that is kept, is never undone.
      if (total > best || !task_.keep_best) log_.clear();
      best = std::max(best, total);
    } else {
      undo(length);
    }
  }
  if (task_.keep_best) {
    undo(0);
    total = best;
  }
  result.gain = total;
  result.work_units = view_.work;
  return result;
}

double Walk::exponential_draw() {
  return -natural_log(random_.unit() + 0x1p-53);
}

bool Walk::start_in_cell(std::uint32_t index, std::uint32_t cell, Spot& spot) {
  const ModelChoice& choice = model_.choices[index];
  spot = {index, choice.first, 1};
  if (choice.shape == kNone) {
    if (choice.first < task_.begin || choice.last > task_.end) return false;
    const market::Profile& profile =
        model_.problem.profiles[model_.problem.choices[model_.problem_choice(choice)].extra];
    spot.lots = static_cast<std::uint32_t>(profile.lots);
    return true;
  }
  const Shape& shape = model_.shapes[choice.shape];
  const std::uint32_t from = std::max(
      {std::uint32_t{choice.first}, cell * kCellSlots, task_.begin + shape.transfer_slots});
  const std::uint32_t to =
      std::min({choice.last + 1U, (cell + 1) * kCellSlots,
                task_.end + 1 - std::min(task_.end, std::uint32_t{choice.duration})});
  if (from >= to || choice.duration > task_.end) return false;
  spot.start = from + below(to - from);
  return true;
}

// A random position of StartIndex::choices within the region.
std::uint32_t Walk::next_position() {
  const StartIndex& index = model_.starts;
  const std::uint64_t drawn = random_.below(entries_.back());
  const std::size_t at = static_cast<std::size_t>(
      std::upper_bound(entries_.begin(), entries_.end(), drawn) - entries_.begin());
  const std::uint64_t before = at == 0 ? 0 : entries_[at - 1];
  const std::uint32_t position =
      index.begin[std::size_t{lanes_[at]} * index.cell_count + task_.begin / kCellSlots] +
      static_cast<std::uint32_t>(drawn - before);
  const auto at_age = [&](std::uint32_t age) { return ahead_[(ahead_next_ - age) % kAhead]; };
  const std::uint32_t oldest = ahead_[ahead_next_ % kAhead];
  ahead_[ahead_next_ % kAhead] = position;
  __builtin_prefetch(&index.choices[position]);
  __builtin_prefetch(&model_.choices[index.choices[at_age(5)]]);
  const std::uint32_t order = model_.choices[index.choices[at_age(10)]].order;
  __builtin_prefetch(&ground_.board.spot(order));
  __builtin_prefetch(&model_.orders[order]);
  ++ahead_next_;
  return oldest;
}

// A random spot of an owned order, drawn from the starts worth forcing.
bool Walk::draw_spot(Spot& spot) {
  const StartIndex& index = model_.starts;
  const std::uint32_t position = next_position();
  const std::uint32_t choice = index.choices[position];
  const ModelChoice& drawn = model_.choices[choice];
  if (!owned(drawn.order)) return false;
  if (drawn.first == drawn.last && drawn.shape != kNone) {
    spot = {choice, drawn.first, 1};
    return drawn.first >= task_.begin + model_.shapes[drawn.shape].transfer_slots &&
           drawn.first + std::uint32_t{drawn.duration} <= task_.end;
  }
  const auto cell = std::upper_bound(index.begin.begin(), index.begin.end(), position) - 1;
  const auto number = static_cast<std::uint32_t>(cell - index.begin.begin());
  return start_in_cell(choice, number % index.cell_count, spot);
}

void Walk::forced_move() {
  Spot spot;
  bool found = false;
  double density = 0;
  std::uint32_t drawn = 0;
  // Some moves draw from the orders that promise most: few in number, they would hardly be tried.
  const bool large = random_.unit() < kLargeShare;
  const std::uint32_t rivals = large ? 1 : kTournament;
  for (std::uint32_t tries = 0; tries < kDrawsMax && drawn < rivals; ++tries) {
    Spot other;
    if (!(large ? draw_large(other) : draw_spot(other))) continue;
    const std::uint32_t order = model_.choices[other.choice].order;
    const Spot& now = ground_.board.spot(order);
    if (now.placed()) {
      // Only the first spot of the tournament may belong to an order that has one already.
      if (drawn > 0 || now == other || random_.unit() < kMovePlacedShare) continue;
    }
    ++drawn;
    const double promise = spot_promise(model_, other);
    const double worth = spot_worth(model_, other);
    const double other_density = promise / (std::abs(worth) + 1);
    if (found && other_density <= density) continue;
    found = true;
    spot = other;
    density = other_density;
  }
  if (!found) return;
  const std::uint32_t order = model_.choices[spot.choice].order;
  if (!lead(order, kLeadDepth) || spot.start < earliest_start(order)) return;
  if (ground_.board.placed(order)) take_with_children(order);
  ground_.mark[order] = stamp_;
  if (!force(order, spot, 1e300)) return;
  const ModelChoice& choice = model_.choices[spot.choice];
  if (choice.shape != kNone &&
      model_.shapes[choice.shape].leg_begin < model_.shapes[choice.shape].leg_end) {
    const std::uint32_t lane = model_.legs[model_.shapes[choice.shape].leg_begin].lane;
    add_waiting(lane, spot.start, spot.start + choice.duration, kWaitingForced);
  }
  reinsert();
}

void Walk::string_move() {
  Spot seed;
  std::uint32_t tries = 0;
  while (!draw_spot(seed)) {
    if (++tries == kDrawsMax) return;
  }
  const std::uint32_t order = model_.choices[seed.choice].order;
  const std::uint32_t strings = 1 + below(kStringsMax);
  std::uint32_t left = 1 + below(2 * kStringOrders - 1);
  for (std::uint32_t i = 0; i < strings && left > 0; ++i) {
    Spot spot = seed;
    if (i == 0) {
      if (ground_.board.placed(order)) spot = ground_.board.spot(order);
    } else {
      const ModelOrder& entry = model_.orders[order];
      const std::uint32_t choice = entry.begin + below(entry.end - entry.begin);
      const ModelChoice& drawn = model_.choices[choice];
      spot = {choice, drawn.first, 1};
      if (drawn.shape != kNone) spot.start += below(drawn.last - drawn.first + 1U);
    }
    const std::size_t before = aside_.size();
    take_string(spot, std::max<std::uint32_t>(1, left / (strings - i)));
    left -= std::min(left, static_cast<std::uint32_t>(aside_.size() - before));
  }
  reinsert();
}

void Walk::take_string(const Spot& seed, std::uint32_t count) {
  // One of its uses, drawn while they pass.
  Use use;
  std::uint32_t seen = 0;
  each_use(model_, seed, [&](const Use& other) {
    if (below(++seen) == 0) use = other;
  });
  if (seen == 0) return;
  const std::uint32_t width = 1 + below(kStringSlots);
  const std::uint32_t middle = use.slot + below(use.count);
  const std::uint32_t begin = std::max(task_.begin, middle - std::min(middle, width / 2));
  const std::uint32_t end = std::min(task_.end, begin + width);
  if (begin >= end) return;
  collect(use.lane, begin, end, kNone, kOverlapsMax);
  const std::uint32_t found = static_cast<std::uint32_t>(overlaps_.size());
  for (std::uint32_t i = 0; i < std::min(found, count); ++i) {
    std::swap(overlaps_[i], overlaps_[i + below(found - i)]);
    // A child may have left with its parent.
    if (ground_.board.placed(overlaps_[i].order)) set_aside(overlaps_[i].order);
  }
  add_waiting(use.lane, begin, end, kWaitingString / kStringsMax);
}

// Orders without a spot that could start near the given slots of a lane.
void Walk::add_waiting(std::uint32_t lane, std::uint32_t begin, std::uint32_t end,
                       std::uint32_t count) {
  const StartIndex& index = model_.starts;
  const std::uint32_t from = std::max(task_.begin, begin - std::min(begin, kLookBack)) / kCellSlots;
  const std::uint32_t to = (end + kCellSlots - 1) / kCellSlots;
  const std::size_t cells = std::size_t{lane} * index.cell_count;
  const std::uint32_t first = index.begin[cells + from];
  const std::uint32_t last = index.begin[cells + std::min(to, index.cell_count)];
  if (first == last) return;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t order = model_.choices[index.choices[first + below(last - first)]].order;
    if (!owned(order) || ground_.board.placed(order) || ground_.mark[order] == stamp_) continue;
    ground_.mark[order] = stamp_;
    aside_.push_back(order);
  }
}

float Walk::waiting_key(std::uint32_t order, std::uint32_t manner) {
  const ModelOrder& entry = model_.orders[order];
  const double noise = random_.unit();
  switch (manner) {
    case 0:
      return static_cast<float>(noise);
    case 1:
      return static_cast<float>(0.3 * noise - entry.density);
    case 2: {
      if (entry.begin == entry.end) return 0;
      const ModelChoice& choice = model_.choices[entry.begin];
      const double size = choice.shape == kNone ? 1 : choice.devices;
      return static_cast<float>(-size * (0.5 + noise));
    }
    default:
      if (entry.begin == entry.end) return 0;
      return static_cast<float>(-model_.choices[entry.begin].worth * (0.7 + 0.6 * noise));
  }
}

// Gives every order set aside the best spot it can have, in one of four sequences.
void Walk::reinsert() {
  const std::uint32_t draw = below(5);
  const std::uint32_t manner = draw < 2 ? 1 : draw == 2 ? 0 : draw - 1;
  waiting_.clear();
  for (const std::uint32_t order : aside_) waiting_.push_back({waiting_key(order, manner), order});
  std::ranges::sort(waiting_, [](const Waiting& a, const Waiting& b) {
    return a.key != b.key ? a.key < b.key : a.order < b.order;
  });
  std::uint32_t chains = kChainsMax;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const std::uint32_t order = waiting_[i].order;
    if (ground_.board.placed(order) || insert(order)) continue;
    if (chains == 0 || model_.orders[order].density <= 0) continue;
    if (random_.unit() >= kChainShare) continue;
    --chains;
    aside_.clear();
    chain(order);
    for (const std::uint32_t ejected : aside_) waiting_.push_back({0, ejected});
  }
}

// A random start of one of the order's choices, more often one of the better ones.
bool Walk::draw_start(std::uint32_t order, Spot& spot) {
  const ModelOrder& entry = model_.orders[order];
  const std::uint32_t count = entry.end - entry.begin;
  if (count == 0) return false;
  const std::uint32_t index =
      entry.begin + std::min(below(count), std::min(below(count), below(count)));
  const ModelChoice& choice = model_.choices[index];
  const std::uint32_t first = choice.shape == kNone ? 0 : choice.first / kCellSlots;
  const std::uint32_t cells = choice.shape == kNone ? 1 : choice.last / kCellSlots - first + 1;
  return start_in_cell(index, first + below(cells), spot);
}

// The larger the promise of an order, the likelier it is drawn.
bool Walk::draw_large(Spot& spot) {
  const auto count = static_cast<double>(model_.by_promise.size());
  const double u = random_.unit();
  const std::uint32_t order = model_.by_promise[static_cast<std::size_t>(count * u * u * u)];
  return owned(order) && draw_start(order, spot);
}

// Forces one of the order's better choices where what it ejects is worth less.
void Walk::chain(std::uint32_t order) {
  Spot spot;
  if (!draw_start(order, spot)) return;
  if (spot.start < earliest_start(order)) return;
  const double loss_max = spot_loss(model_, spot);
  const std::size_t length = log_.size();
  const double gained = gained_;
  const std::size_t ejected = aside_.size();
  if (force(order, spot, loss_max)) return;
  undo(length);
  gained_ = gained;
  aside_.resize(ejected);
}

// ---- Spots -------------------------------------------------------------------------------------

// First slot in which an order may start; past the horizon while the order before it has no spot.
std::uint32_t Walk::earliest_start(std::uint32_t order) const {
  const std::uint32_t parent = model_.problem.orders[order].after;
  if (parent == kNone) return 0;
  const Spot& spot = ground_.board.spot(parent);
  return spot.placed() ? spot_end(model_, spot) : kNone;
}

bool Walk::insert(std::uint32_t order) {
  if (!model_.orders[order].linked) return insert_from(order, 0);
  const std::size_t length = log_.size();
  const double gained = gained_;
  if (lead(order, kLeadDepth) && insert_from(order, earliest_start(order)) && gained_ > gained)
    return true;
  undo(length);
  gained_ = gained;
  return false;
}

bool Walk::insert_from(std::uint32_t order, std::uint32_t earliest) {
  if (earliest >= task_.end) return false;
  Pick pick;
  kernels_.scan(view_, order, earliest, pick);
  if (pick.choice == kNone) return false;
  put(order, {pick.choice, pick.start, pick.lots}, pick.gain);
  return true;
}

// Sees to it that the orders before this one have spots, even where these cost more than they are
// worth, if they are worth it at λ: who loses at prices near λ would have to leave again. False
// when they have none; the caller undoes.
bool Walk::lead(std::uint32_t order, std::uint32_t depth) {
  const std::uint32_t parent = model_.problem.orders[order].after;
  if (parent == kNone || ground_.board.placed(parent)) return true;
  if (depth == 0 || !owned(parent) || !lead(parent, depth - 1)) return false;
  const std::uint32_t earliest = earliest_start(parent);
  if (insert_from(parent, earliest)) return true;
  for (std::uint32_t tries = 0; tries < kLeadTries; ++tries) {
    Spot spot;
    if (!draw_start(parent, spot) || spot.start < earliest) continue;
    if (spot_promise(model_, spot) < 0) continue;
    if (!spot_fits(model_, kernels_, planes_.data(), spot)) continue;
    put(parent, spot, spot_gain(model_, kernels_, planes_.data(), spot));
    return true;
  }
  return false;
}

double Walk::insert_all(const std::vector<std::uint32_t>& orders) {
  gained_ = 0;
  view_.blink_mean = 0;
  for (const std::uint32_t order : orders) {
    if (!ground_.board.placed(order)) insert(order);
  }
  return gained_;
}

// Takes out orders that cost more than they are worth where they stand, until none is left.
double Walk::drop_losers() {
  gained_ = 0;
  for (bool dropped = true; dropped;) {
    dropped = false;
    for (std::uint32_t order = 0; order < model_.orders.size(); ++order) {
      if (!ground_.board.placed(order)) continue;
      const std::size_t length = log_.size();
      const double gained = gained_;
      take_with_children(order);
      if (gained_ > gained) {
        dropped = true;
      } else {
        undo(length);
        gained_ = gained;
      }
    }
  }
  return gained_;
}

// Ejects what is in the way of a spot and takes it. False: there is no room even so, or ejecting
// would lose more than `loss_max`; the caller undoes.
bool Walk::force(std::uint32_t order, const Spot& spot, double loss_max) {
  double loss = 0;
  bool room = true;
  each_use(model_, spot, [&](const Use& use) {
    if (!room || use.amount <= 0 || kernels_.fits(model_, planes_.data(), use)) return;
    room = make_room(order, use, loss, loss_max);
  });
  view_.work += 4;
  if (!room) return false;
  put(order, spot, spot_gain(model_, kernels_, planes_.data(), spot));
  return true;
}

bool Walk::make_room(std::uint32_t order, const Use& use, double& loss, double loss_max) {
  const double* free = planes_.data() + model_.lanes[use.lane].offset + use.slot;
  need_.resize(use.count);
  const auto missing = [&] {
    double sum = 0;
    for (std::uint32_t i = 0; i < use.count; ++i) {
      need_[i] = std::max(0.0, use.amount - free[i]);
      sum += need_[i];
    }
    return sum;
  };
  const auto eject = [&](const Overlap& overlap) {
    if (!ground_.board.placed(overlap.order)) return true;  // left with its parent
    loss += overlap.loss;
    if (loss > loss_max) return false;
    set_aside(overlap.order);
    return true;
  };
  const bool all = collect(use.lane, use.slot, use.slot + use.count, order, kOverlapsMax);
  while (missing() > 0) {
    const std::size_t cheapest = cheapest_overlap(use.slot);
    if (cheapest == overlaps_.size()) return !all && make_much_room(order, use, missing, eject);
    const Overlap chosen = overlaps_[cheapest];
    overlaps_[cheapest] = overlaps_.back();
    overlaps_.pop_back();
    if (!eject(chosen)) return false;
  }
  return true;
}

// For a use that needs more than a sample of what is in its way: looks at all of it once.
template <class Missing, class Eject>
bool Walk::make_much_room(std::uint32_t order, const Use& use, const Missing& missing,
                          const Eject& eject) {
  collect(use.lane, use.slot, use.slot + use.count, order, UINT32_MAX);
  ranked_.clear();
  for (const Overlap& overlap : overlaps_) {
    const double covered = covers(overlap, use.slot);
    if (covered > 0) ranked_.emplace_back(overlap.loss / covered * (1 + random_.unit()), overlap);
  }
  std::ranges::sort(ranked_, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second.order < b.second.order;
  });
  for (const auto& [score, overlap] : ranked_) {
    if (covers(overlap, use.slot) <= 0) continue;
    if (!eject(overlap)) return false;
    if (missing() == 0) return true;
  }
  return false;
}

// How much of what is needed an order would free.
double Walk::covers(const Overlap& overlap, std::uint32_t first_slot) const {
  double covered = 0;
  for (std::uint32_t slot = overlap.begin; slot < overlap.end; ++slot) {
    covered += std::min(need_[slot - first_slot], overlap.amount);
  }
  return covered;
}

std::size_t Walk::cheapest_overlap(std::uint32_t first_slot) {
  std::size_t cheapest = overlaps_.size();
  double cheapest_score = 0;
  for (std::size_t i = 0; i < overlaps_.size(); ++i) {
    const double covered = covers(overlaps_[i], first_slot);
    if (covered <= 0) continue;
    const double score = overlaps_[i].loss / covered * (1 + random_.unit());
    if (cheapest < overlaps_.size() && score >= cheapest_score) continue;
    cheapest = i;
    cheapest_score = score;
  }
  return cheapest;
}

// The owned orders whose use of the lane overlaps [begin, end), each once, or a sample of so many
// of them; whether these are all.
bool Walk::collect(std::uint32_t lane, std::uint32_t begin, std::uint32_t end, std::uint32_t skip,
                   std::uint32_t sample) {
  overlaps_.clear();
  const std::uint32_t first = std::max(task_.begin, begin - std::min(begin, kStretchSlots - 1));
  std::size_t total = 0;
  for (std::uint32_t slot = first; slot < end; ++slot) {
    total += ground_.board.bucket(lane, slot).size();
  }
  const auto consider = [&](const Board::Entry& entry, std::uint32_t slot) {
    if (entry.end <= begin || entry.order == skip || !owned(entry.order)) return;
    // A later stretch of a use whose earlier one overlaps as well.
    if (slot > begin && slot != entry.begin) return;
    overlaps_.push_back({entry.order, std::max(begin, entry.begin), std::min(end, entry.end),
                         entry.amount, entry.loss});
  };
  view_.work += std::min<std::size_t>(total, sample) / 4;
  if (total <= sample) {
    for (std::uint32_t slot = first; slot < end; ++slot) {
      for (const Board::Entry& entry : ground_.board.bucket(lane, slot)) consider(entry, slot);
    }
    return true;
  }
  for (std::uint32_t i = 0; i < sample; ++i) {
    const std::uint32_t slot = first + below(end - first);
    const std::vector<Board::Entry>& bucket = ground_.board.bucket(lane, slot);
    if (bucket.empty()) continue;
    consider(bucket[below(static_cast<std::uint32_t>(bucket.size()))], slot);
  }
  // Draws repeat; an order may stand here once.
  std::ranges::sort(overlaps_, {}, &Overlap::order);
  const auto repeated = std::ranges::unique(overlaps_, {}, &Overlap::order);
  overlaps_.erase(repeated.begin(), repeated.end());
  return false;
}

void Walk::put(std::uint32_t order, const Spot& spot, double gain) {
  add_spot(model_, kernels_, planes_.data(), spot, 1);
  ground_.board.put(order, spot);
  gained_ += gain;
  log_.push_back({order, true, spot, gain});
}

void Walk::take(std::uint32_t order) {
  const Spot spot = ground_.board.spot(order);
  add_spot(model_, kernels_, planes_.data(), spot, -1);
  const double gain = spot_gain(model_, kernels_, planes_.data(), spot);
  ground_.board.take(order);
  gained_ -= gain;
  log_.push_back({order, false, spot, gain});
  view_.work += 1;
}

// Orders that follow this one cannot stay without it.
void Walk::take_with_children(std::uint32_t order) {
  if (model_.orders[order].linked) {
    const Span32 range = model_.children[order];
    for (std::uint32_t i = range.begin; i < range.end; ++i) {
      const std::uint32_t child = model_.child_orders[i];
      if (!ground_.board.placed(child)) continue;
      take_with_children(child);
      if (ground_.mark[child] != stamp_) {
        ground_.mark[child] = stamp_;
        aside_.push_back(child);
      }
    }
  }
  take(order);
}

void Walk::set_aside(std::uint32_t order) {
  take_with_children(order);
  ground_.mark[order] = stamp_;
  aside_.push_back(order);
}

void Walk::undo(std::size_t length) {
  while (log_.size() > length) {
    const Op& op = log_.back();
    add_spot(model_, kernels_, planes_.data(), op.spot, op.put ? -1 : 1);
    if (op.put) {
      ground_.board.take(op.order);
    } else {
      ground_.board.put(op.order, op.spot);
    }
    log_.pop_back();
  }
}

}  // namespace tongsuan::solver::primal
