// Who stands where in a line: its order, its bound, and the reserve behind it.
#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "tongsuan/base/int128.h"
#include "tongsuan/dispatch/scheduler.h"

namespace tongsuan::dispatch {

using engine::PoolId;
using engine::State;
using engine::Way;

namespace {

constexpr std::size_t kFreshMax = 4'096;      // joined orders before the line is settled
constexpr std::size_t kMovesMax = 1'024;      // orders that move up at once
constexpr std::size_t kAhead = 12;            // orders that are asked for early
constexpr std::size_t kSweepBatch = 64;       // orders of the reserve that are read at once
constexpr std::uint64_t kLookAgainCost = 40;  // units of a budget

}  // namespace

std::int64_t Scheduler::key_of(const State& state, OrderId id) const {
  const engine::LiveOrder& order = state.order(id).order;
  const Way& way = order.ways.front();
  const auto work = static_cast<int128>(way.gang) * way.estimate;  // device-seconds
  const auto per_hour = [&](std::int64_t money) {
    const int128 key = static_cast<int128>(money) * 3'600 * 1'000 / work;
    return static_cast<std::int64_t>(
        std::min<int128>(key, std::numeric_limits<std::int64_t>::max() / 4));
  };
  switch (rules_.line) {
    case LineRule::kFirstCome:
      return -engine::wanted_from(order);
    case LineRule::kDensity:
      return per_hour(order.value);
    case LineRule::kWeighted:
      return per_hour(order.delay_cost);
    case LineRule::kShortest:
      return -way.estimate;
  }
  return 0;
}

std::int64_t Scheduler::weighed(const engine::LiveOrder& order, std::int64_t key) const {
  if (weights_.empty() || key <= 0) return key;
  return static_cast<std::int64_t>(static_cast<int128>(key) * weights_[order.account.value] /
                                   1'000);
}

// ---- Joining and leaving -----------------------------------------------------------------------

std::vector<Option> Scheduler::options_of(const State& state, OrderId order) const {
  const engine::LiveOrder& what = state.order(order).order;
  std::vector<Option> options;
  for (std::uint32_t way = 0; way < what.ways.size(); ++way) {
    for (const PoolId pool : state.pools_of(what, way)) {
      if (!governed_[pool.value]) continue;
      const std::uint32_t devices = state.places().pools[pool.value].node_devices;
      options.push_back({way, pool, engine::need_of(what.ways[way], what.whole_nodes, devices)});
    }
  }
  return options;
}

Scheduler::Entry Scheduler::entry_of(const State& state, const Stand& stand) const {
  const bool fetches = state.order(stand.order).order.data != kNone;
  return {stand,   key_of(state, stand.order),     false,
          fetches, options_of(state, stand.order), nullptr};
}

// Whether there is no place in the line for whoever stands there.
bool Scheduler::is_behind(const Stand& stand) const {
  if (rules_.line_max == 0) return false;
  if (!reserve_.empty() && !stands_before(stand, reserve_.first())) return true;
  const std::size_t standing = line_.size() + fresh_.size() - gone_;
  return standing >= rules_.line_max && !line_.empty() && stands_before(line_.back().stand, stand);
}

bool Scheduler::add(const State& state, OrderId order) {
  if (state.order(order).state != engine::OrderState::kWaiting) return false;
  if (where_.contains(order.value)) return true;
  const engine::LiveOrder& what = state.order(order).order;
  const std::int64_t base_key = key_of(state, order);
  const Stand stand{weighed(what, base_key), order, chooser_.patient(state, order, state.now())};
  // Where every pool is governed, what the engine accepted has a place.
  if (pools_.size() == governed_.size() && is_behind(stand)) {
    reserve_.insert(stand);
    where_.emplace(order.value, Standing{stand, Held::kReserve, 0});
    return true;
  }
  std::vector<Option> options = options_of(state, order);
  if (options.empty()) return false;
  if (fresh_.size() >= kFreshMax) settle(state);
  const auto at = where_.emplace(
      order.value, Standing{stand, Held::kFresh, static_cast<std::uint32_t>(fresh_.size())});
  fresh_.push_back(
      {stand, base_key, false, what.data != kNone, std::move(options), &at.first->second});
  return true;
}

void Scheduler::remove(OrderId order) {
  const auto at = where_.find(order.value);
  if (at == where_.end()) return;
  if (at->second.held == Held::kReserve) return drop_reserved(at->second.stand);
  drop(*find(order));
}

void Scheduler::drop(Entry& entry) {
  entry.gone = true;
  ++gone_;
  where_.erase(entry.stand.order.value);
}

void Scheduler::drop_reserved(const Stand& stand) {
  const OrderId order = stand.order;  // `stand` may be part of what is erased
  reserve_.erase(stand);
  where_.erase(order.value);
}

const Scheduler::Entry* Scheduler::find(OrderId order) const {
  const auto at = where_.find(order.value);
  if (at == where_.end() || at->second.held == Held::kReserve) return nullptr;
  if (at->second.held == Held::kFresh) return &fresh_[at->second.at];
  return &*std::ranges::lower_bound(line_, at->second.stand, stands_before, &Entry::stand);
}

Scheduler::Entry* Scheduler::find(OrderId order) {
  return const_cast<Entry*>(std::as_const(*this).find(order));
}

// ---- Order -------------------------------------------------------------------------------------

// Not while a pass goes along the line by position.
void Scheduler::settle(const State& state) {
  if (passing_ || (gone_ == 0 && fresh_.empty() && reserve_.empty())) return;
  if (gone_ > 0) {
    std::erase_if(line_, &Entry::gone);
    std::erase_if(fresh_, &Entry::gone);
    gone_ = 0;
  }
  move_up(state);
  merge_fresh();
  move_back();
}

// From the reserve into free places of the line, and past those who have fallen behind it.
void Scheduler::move_up(const State& state) {
  std::size_t last = line_.size();
  for (std::size_t moved = 0; moved < kMovesMax && !reserve_.empty(); ++moved) {
    const bool free = line_.size() + fresh_.size() < rules_.line_max;
    if (!free) {
      if (last == 0 || !stands_before(reserve_.first(), line_[last - 1].stand)) return;
      --last;
    }
    const Stand stand = reserve_.pop_first();
    fresh_.push_back(entry_of(state, stand));
    fresh_.back().standing = &where_[stand.order.value];
  }
}

void Scheduler::merge_fresh() {
  for (const Entry& entry : fresh_) entry.standing->held = Held::kLine;
  if (fresh_.size() <= 4) {
    for (Entry& entry : fresh_) {
      const auto at = std::ranges::lower_bound(line_, entry, before);
      line_.insert(at, std::move(entry));
    }
  } else {
    std::ranges::sort(fresh_, before);
    const auto middle = static_cast<std::ptrdiff_t>(line_.size());
    std::ranges::move(fresh_, std::back_inserter(line_));
    std::ranges::inplace_merge(line_, line_.begin() + middle, before);
  }
  fresh_.clear();
}

void Scheduler::move_back() {
  while (rules_.line_max > 0 && line_.size() > rules_.line_max) {
    line_.back().standing->held = Held::kReserve;
    reserve_.insert(line_.back().stand);
    line_.pop_back();
  }
}

bool Scheduler::is_among(const State& state, const Stand& stand) {
  std::size_t left = rules_.reservations;
  for (const Entry& entry : line_) {
    if (entry.gone) continue;
    if (!stands_before(entry.stand, stand)) break;
    if (left-- == 0) return false;
  }
  if (passing_ || where_.at(stand.order.value).held == Held::kReserve) return true;
  settle(state);  // whoever has just joined may stand before it too
  const auto at = std::ranges::lower_bound(line_, stand, stands_before, &Entry::stand);
  return at - line_.begin() <= static_cast<std::ptrdiff_t>(rules_.reservations);
}

std::vector<OrderId> Scheduler::front(std::size_t count) const {
  std::vector<OrderId> orders;
  orders.reserve(std::min(count, size()));
  if (fresh_.empty()) {
    for (const Entry& entry : line_) {
      if (orders.size() == count) break;
      if (!entry.gone) orders.push_back(entry.stand.order);
    }
  } else {
    for (const Stand& stand : first_stands(count)) orders.push_back(stand.order);
  }
  reserve_.append_first(count - orders.size(), orders);
  return orders;
}

// Of the line, and of whoever has joined since it was settled.
std::vector<Stand> Scheduler::first_stands(std::size_t count) const {
  std::vector<Stand> first;
  if (count == 0) return first;
  first.reserve(std::min(count, line_.size() + fresh_.size()));
  for (const Entry& entry : line_) {
    if (first.size() == count) break;
    if (!entry.gone) first.push_back(entry.stand);
  }
  const std::size_t settled = first.size();
  for (const Entry& entry : fresh_) {
    const bool behind = settled == count && stands_before(first[settled - 1], entry.stand);
    if (!entry.gone && !behind) first.push_back(entry.stand);
  }
  if (first.size() > settled) {
    const auto middle = first.begin() + static_cast<std::ptrdiff_t>(settled);
    std::sort(middle, first.end(), stands_before);
    std::inplace_merge(first.begin(), middle, first.end(), stands_before);
    first.resize(std::min(first.size(), count));
  }
  return first;
}

std::vector<OrderId> Scheduler::waiting() const {
  return front(size());
}

const std::vector<Option>* Scheduler::options(OrderId order) const {
  if (trying_ != nullptr && trying_->stand.order == order) return &trying_->options;
  const Entry* entry = find(order);
  return entry == nullptr ? nullptr : &entry->options;
}

std::int64_t Scheduler::backlog(const State& state) const {
  std::int64_t sum = 0;
  const auto add = [&](OrderId order, const std::vector<Option>& options) {
    const Option& option = options.front();
    sum += option.need.devices() * State::remaining(state.order(order), option.way);
  };
  for (const std::vector<Entry>* entries : {&line_, &fresh_}) {
    for (const Entry& entry : *entries) {
      if (!entry.gone) add(entry.stand.order, entry.options);
    }
  }
  std::vector<OrderId> reserved;
  reserve_.append_first(reserve_.size(), reserved);
  for (const OrderId order : reserved) add(order, options_of(state, order));
  return sum;
}

// ---- Aging -------------------------------------------------------------------------------------

std::int64_t Scheduler::aged(const engine::LiveOrder& order, std::int64_t base_key,
                             Second now) const {
  const Second waited = engine::costly_wait(order, engine::wanted_from(order), now);
  // Aged by the share of the value that waiting has cost, times the rule's percentage.
  const auto lost = static_cast<int128>(order.delay_cost) * waited / 3'600;
  const auto grown = static_cast<int128>(base_key) * rules_.aging_percent *
                     std::min<int128>(lost, int128{4} * order.value) / (int128{100} * order.value);
  return weighed(order, base_key + static_cast<std::int64_t>(grown));
}

// Orders that stand side by side came at any time: their records are all over the memory.
void Scheduler::prefetch(const State& state, const Entry& entry) {
  const auto* record = reinterpret_cast<const char*>(&state.order(entry.stand.order));
  for (std::size_t at = 0; at < sizeof(engine::OrderRecord); at += 64) {
    __builtin_prefetch(record + at);
  }
  __builtin_prefetch(entry.standing);
}

// Entries are large: their places are sorted, and each moves once.
void Scheduler::sort_line() {
  if (std::ranges::is_sorted(line_, before)) return;
  std::vector<std::pair<Stand, std::uint32_t>> places;
  places.reserve(line_.size());
  for (std::uint32_t i = 0; i < line_.size(); ++i) places.emplace_back(line_[i].stand, i);
  std::ranges::sort(places,
                    [](const auto& a, const auto& b) { return stands_before(a.first, b.first); });
  std::vector<Entry> sorted;
  sorted.reserve(line_.size());
  for (const auto& [stand, place] : places) sorted.push_back(std::move(line_[place]));
  line_ = std::move(sorted);
}

void Scheduler::age(const State& state, Second now) {
  again_ = again_ || passing_;
  passing_ = false;
  settle(state);
  for (std::size_t i = 0; i < line_.size(); ++i) {
    if (i + kAhead < line_.size()) prefetch(state, line_[i + kAhead]);
    Entry& entry = line_[i];
    const OrderId id = entry.stand.order;
    const engine::LiveOrder& order = state.order(id).order;
    const Stand stood = entry.stand;
    entry.stand.patient = chooser_.patient(state, id, now);
    if (order.value > 0 && entry.base_key > 0) entry.stand.key = aged(order, entry.base_key, now);
    if (!(entry.stand == stood)) entry.standing->stand = entry.stand;
  }
  sort_line();
  sweeping_ = !reserve_.empty();
  cursor_ = {std::numeric_limits<std::int64_t>::max(), OrderId{0}, false};
}

// Goes once along the reserve: grows keys, and starts what fits without delaying a reservation, so
// that nothing stands idle because those at the front cannot use it.
void Scheduler::sweep(Desk& desk, Budget& budget) {
  if (!sweeping_ || passing_ || again_ || budget.spent()) return;
  see_room(desk.state());
  std::vector<Stand> batch;
  while (sweeping_ && !budget.spent()) {
    batch.clear();
    reserve_.append_after(cursor_, kSweepBatch, batch);
    sweeping_ = !batch.empty();
    if (sweeping_) cursor_ = batch.back();
    for (const Stand& stand : batch) look_again(desk, stand);
    budget.spend(std::exchange(cost_, 0) + kLookAgainCost * batch.size());
  }
}

void Scheduler::look_again(Desk& desk, const Stand& stood) {
  const State& state = desk.state();
  const engine::LiveOrder& order = state.order(stood.order).order;
  Stand stand = stood;
  const std::int64_t base_key = key_of(state, stood.order);
  stand.patient = chooser_.patient(state, stood.order, desk.now());
  if (order.value > 0 && base_key > 0) stand.key = aged(order, base_key, desk.now());
  if (!(stand == stood)) {
    reserve_.erase(stood);
    reserve_.insert(stand);
    where_[stand.order.value].stand = stand;
  }
  if (rules_.backfill && may_start(order)) try_reserved(desk, stand);
}

}  // namespace tongsuan::dispatch
