#include "tongsuan/solver/block_hull.h"

#include <algorithm>

#include "tongsuan/solver/small_lp.h"

namespace tongsuan::solver {
namespace {

constexpr int kHullSweepsMax = 12;
constexpr int kTornRoundsMax = 200;            // of torn sets
constexpr int kProgramsMax = 60;               // solves of one torn set
constexpr std::size_t kTornMax = 400;          // active options; beyond, averages must do
constexpr std::uint32_t kFirstOptionsMax = 8;  // a unit with more options starts with a few of them
constexpr int kAveragesMax = 120;
constexpr std::size_t kSeenMax = 256;  // price vectors kept per slot

double magnitude(int128 x) {
  return static_cast<double>(x < 0 ? -x : x);
}

}  // namespace

HullSolver::HullSolver(const BlockIndex& index, SlotCache& cache)
    : index_(&index), cache_(&cache), state_(index, cache), seen_(index.slot_count()) {}

void HullSolver::solve(std::span<const LotDomain> domains, Hull& hull) {
  make_units(domains, hull.lots);
  if (hull.lots.empty()) start_best_response();
  for (auto& vectors : seen_) vectors.clear();
  sweep();
  mark_torn();
  combine(domains, hull);
  finish(domains, hull);
}

// ---- Units -------------------------------------------------------------------------------------

void HullSolver::make_units(std::span<const LotDomain> domains,
                            std::span<const std::int64_t> start) {
  units_.clear();
  options_.clear();
  const auto begin_unit = [this] {
    Unit& unit = units_.emplace_back();
    unit.begin = unit.end = static_cast<std::uint32_t>(options_.size());
  };
  const auto add_option = [&](std::uint32_t block, std::int64_t base, std::int64_t lots) {
    Unit& unit = units_.back();
    if (!start.empty() && 2 * start[block] > base + lots) unit.at = unit.end;
    options_.push_back({block, lots, lots - base, false});
    ++unit.end;
  };
  for (const std::vector<std::uint32_t>& family : index_->families()) {
    bool open = false;
    for (const std::uint32_t j : family) {
      const LotDomain& domain = domains[j];
      state_.set_lots(j, domain.zero ? 0 : domain.low);
      open = open || (domain.zero && domain.can_accept());
      if (domain.zero || domain.low == domain.high) continue;
      begin_unit();
      add_option(j, domain.low, domain.high);
    }
    if (!open) continue;
    begin_unit();
    for (const std::uint32_t j : family) {
      if (domains[j].zero && domains[j].can_accept()) add_option(j, 0, domains[j].high);
    }
  }
  for (Unit& unit : units_) {
    const std::uint32_t at = std::exchange(unit.at, kBase);
    if (at != kBase) move(unit, at);
  }
}

void HullSolver::move(Unit& unit, std::uint32_t option) {
  if (unit.at != kBase) {
    const Option& old = options_[unit.at];
    state_.set_lots(old.block, old.lots - old.change);
  }
  unit.at = option;
  if (option != kBase) state_.set_lots(options_[option].block, options_[option].lots);
}

// What the option gains over the base, over all supporting prices of its slots (each zone for
// itself, so the range may be wider than the truth).
HullSolver::Range HullSolver::surplus_range(std::uint32_t option) {
  if (option == kBase) return {};
  const Option& o = options_[option];
  const std::int64_t whole = index_->book().blocks[o.block].lots;
  const int128 value =
      index_->value_bound(o.block, o.lots) - index_->value_bound(o.block, o.lots - o.change);
  Range range{value, value};
  for (const BlockLeg& leg : index_->legs(o.block)) {
    const SlotCache::Answer& answer = state_.answer(leg.slot);
    const int128 amount = int128{leg.amount / whole} * o.change;
    const std::int64_t lowest = answer.lowest[leg.zone];
    const std::int64_t highest = answer.highest[leg.zone];
    range.low -= amount * (amount > 0 ? highest : lowest);
    range.high -= amount * (amount > 0 ? lowest : highest);
  }
  return range;
}

int128 HullSolver::surplus_at(std::uint32_t option, std::span<const std::int64_t> prices) const {
  if (option == kBase) return 0;
  const Option& o = options_[option];
  return index_->value_bound(o.block, o.lots) - index_->value_bound(o.block, o.lots - o.change) -
         index_->cost(o.block, o.change, prices);
}

// ---- Sweeps ------------------------------------------------------------------------------------

// A cold start: every unit answers the prices without any block at once.
void HullSolver::start_best_response() {
  std::vector<std::uint32_t> choice(units_.size(), kBase);
  for (std::size_t u = 0; u < units_.size(); ++u) {
    int128 best = 0;
    for (std::uint32_t o = units_[u].begin; o < units_[u].end; ++o) {
      const Range range = surplus_range(o);
      if (range.low + range.high <= best) continue;
      best = range.low + range.high;
      choice[u] = o;
    }
  }
  for (std::size_t u = 0; u < units_.size(); ++u) move(units_[u], choice[u]);
}

// Moves a unit to an option that is better at all supporting prices. Where the way back is better
// at all supporting prices of the new place, the best lies between: the unit is torn.
bool HullSolver::sweep_unit(Unit& unit) {
  const std::uint32_t old = unit.at;
  const Range here = surplus_range(old);
  std::uint32_t better = old;
  int128 gain = 0;
  const auto consider = [&](std::uint32_t option) {
    if (option == old) return;
    const int128 least = surplus_range(option).low - here.high;
    if (least > gain) {
      gain = least;
      better = option;
    }
  };
  consider(kBase);
  for (std::uint32_t o = unit.begin; o < unit.end; ++o) consider(o);
  if (better == old) return false;
  move(unit, better);
  if (surplus_range(better).high - surplus_range(old).low >= 0) return true;
  move(unit, old);
  unit.torn = true;
  return false;
}

void HullSolver::sweep() {
  bool changed = true;
  for (int n = 0; n < kHullSweepsMax && changed; ++n) {
    changed = false;
    for (Unit& unit : units_) {
      if (!unit.torn && sweep_unit(unit)) changed = true;
    }
  }
}

void HullSolver::mark_torn() {
  for (Unit& unit : units_) {
    const Range here = surplus_range(unit.at);
    const auto tempts = [&](std::uint32_t option) {
      return option != unit.at && surplus_range(option).high - here.low > 0;
    };
    unit.torn = unit.torn || tempts(kBase);
    for (std::uint32_t o = unit.begin; o < unit.end; ++o) unit.torn = unit.torn || tempts(o);
    if (unit.torn) activate(unit);
  }
}

// Of many options only those are active that were somewhere best: others join when they would be.
void HullSolver::activate(const Unit& unit) {
  if (unit.end - unit.begin <= kFirstOptionsMax) {
    for (std::uint32_t o = unit.begin; o < unit.end; ++o) options_[o].active = true;
    return;
  }
  if (unit.at != kBase) options_[unit.at].active = true;
  for (const bool high : {false, true}) {
    std::vector<std::int64_t> prices;
    for (std::uint32_t t = 0; t < index_->slot_count(); ++t) {
      const SlotCache::Answer& answer = state_.answer(t);
      const std::vector<std::int64_t>& end = high ? answer.highest : answer.lowest;
      prices.insert(prices.end(), end.begin(), end.end());
    }
    static_cast<void>(activate_best(unit, prices));
  }
}

// Whether an option that is not active beats the base and all that are.
bool HullSolver::activate_best(const Unit& unit, std::span<const std::int64_t> prices) {
  std::uint32_t best = kBase;
  int128 best_surplus = 0;
  for (const bool active : {true, false}) {
    for (std::uint32_t o = unit.begin; o < unit.end; ++o) {
      if (options_[o].active != active) continue;
      const int128 surplus = surplus_at(o, prices);
      if (surplus <= best_surplus) continue;
      best_surplus = surplus;
      best = o;
    }
  }
  if (best == kBase || options_[best].active) return false;
  options_[best].active = true;
  return true;
}

bool HullSolver::mark_contradicted(std::span<const std::int64_t> prices) {
  bool found = false;
  for (Unit& unit : units_) {
    if (unit.torn) {
      found = activate_best(unit, prices) || found;
      continue;
    }
    const int128 here = surplus_at(unit.at, prices);
    bool contradicted = here < 0;
    for (std::uint32_t o = unit.begin; o < unit.end; ++o) {
      contradicted = contradicted || surplus_at(o, prices) > here;
    }
    if (!contradicted) continue;
    activate(unit);
    static_cast<void>(activate_best(unit, prices));
    unit.torn = true;
    found = true;
  }
  return found;
}

// ---- Combining price vectors over the torn units -----------------------------------------------

std::vector<std::uint32_t> HullSolver::torn_options() const {
  std::vector<std::uint32_t> options;
  for (const Unit& unit : units_) {
    if (!unit.torn) continue;
    for (std::uint32_t o = unit.begin; o < unit.end; ++o) {
      if (options_[o].active) options.push_back(o);
    }
  }
  return options;
}

// minimise Σ_t Σ_i α_ti D_t(λ^i) + Σ_u s_u over weights α (Σ_i α_ti = 1) and surpluses s_u that are
// at least v_o − Σ α (a_o · λ^i) for each option o of u; the duals of the option rows are the parts
// in which the options are taken. Everything is measured from the first vector of each slot, so
// that no large numbers cancel.
struct HullSolver::Program {
  const HullSolver& hull;
  std::vector<std::uint32_t> options;
  std::vector<std::uint32_t> slots;        // that the options touch
  std::vector<std::uint32_t> row_of_slot;  // slot → row, or none
  std::vector<double> size;                // per option: the scale of its row
  double cost_scale = 1;
  SmallLp lp{{}};
  struct Column {
    std::uint32_t column = 0;
    std::uint32_t slot = 0;
    std::uint32_t vector = 0;
  };
  std::vector<Column> columns;

  Program(const HullSolver& solver, std::vector<std::uint32_t> torn);
  [[nodiscard]] bool ready();
  void add_vector(std::uint32_t slot, std::uint32_t vector);
  [[nodiscard]] std::vector<double> weights() const;
  [[nodiscard]] std::vector<std::int64_t> combined_prices(std::uint32_t slot) const;

 private:
  void measure_options();
  void add_units(std::span<const double> shortfall);
  [[nodiscard]] int128 use_value(std::uint32_t option, std::uint32_t slot,
                                 std::span<const std::int64_t> prices) const;
  std::vector<std::uint32_t> basis_;
};

int128 HullSolver::Program::use_value(std::uint32_t option, std::uint32_t slot,
                                      std::span<const std::int64_t> prices) const {
  const Option& o = hull.options_[option];
  const std::int64_t whole = hull.index_->book().blocks[o.block].lots;
  int128 sum = 0;
  for (const BlockLeg& leg : hull.index_->legs(o.block)) {
    if (leg.slot == slot) sum += int128{leg.amount / whole} * o.change * prices[leg.zone];
  }
  return sum;
}

HullSolver::Program::Program(const HullSolver& solver, std::vector<std::uint32_t> torn)
    : hull(solver), options(std::move(torn)) {
  const BlockIndex& index = *hull.index_;
  measure_options();
  // Rows: one per slot, then one per option.
  std::vector<double> rhs(slots.size(), 1.0);
  for (std::size_t i = 0; i < options.size(); ++i) {
    const Option& o = hull.options_[options[i]];
    int128 surplus =
        index.value_bound(o.block, o.lots) - index.value_bound(o.block, o.lots - o.change);
    for (const std::uint32_t t : slots) {
      surplus -= use_value(options[i], t, hull.seen_[t].front());
    }
    rhs.push_back(static_cast<double>(surplus) / size[i]);
  }
  lp = SmallLp(rhs);
  for (const std::uint32_t t : slots) {
    basis_.push_back(lp.column_count());
    for (std::uint32_t v = 0; v < hull.seen_[t].size(); ++v) add_vector(t, v);
  }
  add_units(std::span(rhs).subspan(slots.size()));
}

// Rows are scaled by what the option uses at a typical price, costs by the largest of these.
void HullSolver::Program::measure_options() {
  const BlockIndex& index = *hull.index_;
  row_of_slot.assign(index.slot_count(), kBase);
  for (const std::uint32_t o : options) {
    const Option& option = hull.options_[o];
    const auto whole = static_cast<double>(index.book().blocks[option.block].lots);
    double amount = 1;
    for (const BlockLeg& leg : index.legs(option.block)) {
      if (row_of_slot[leg.slot] == kBase) {
        row_of_slot[leg.slot] = static_cast<std::uint32_t>(slots.size());
        slots.push_back(leg.slot);
      }
      amount += magnitude(int128{leg.amount} * option.change) / whole;
    }
    const Network& network = index.book().slots.front();
    const auto span = static_cast<double>(network.price_max(0) - network.price_min(0));
    size.push_back(amount * std::max(1.0, span / 1024));
    cost_scale = std::max(cost_scale, size.back());
  }
}

// Surplus and slack columns, and for each unit those that start basic: the surplus where its best
// option needs one, slacks elsewhere.
void HullSolver::Program::add_units(std::span<const double> shortfall) {
  std::vector<double> column(slots.size() + options.size());
  std::size_t i = 0;
  for (const Unit& unit : hull.units_) {
    if (!unit.torn) continue;
    std::size_t end = i;
    while (end < options.size() && options[end] < unit.end) ++end;
    if (end == i) continue;
    std::size_t best = i;
    std::ranges::fill(column, 0.0);
    for (std::size_t k = i; k < end; ++k) {
      column[slots.size() + k] = cost_scale / size[k];
      if (shortfall[k] * size[k] > shortfall[best] * size[best]) best = k;
    }
    const std::uint32_t surplus = lp.add_column(1, SmallLp::kInfinity, column);
    for (std::size_t k = i; k < end; ++k) {
      std::ranges::fill(column, 0.0);
      column[slots.size() + k] = -1;
      const std::uint32_t slack = lp.add_column(0, SmallLp::kInfinity, column);
      basis_.push_back(k == best && shortfall[k] > 0 ? surplus : slack);
    }
    i = end;
  }
}

bool HullSolver::Program::ready() {
  return lp.set_basis(basis_);
}

void HullSolver::Program::add_vector(std::uint32_t slot, std::uint32_t vector) {
  const std::vector<std::int64_t>& first = hull.seen_[slot].front();
  const std::vector<std::int64_t>& prices = hull.seen_[slot][vector];
  const std::span<const std::int64_t> injection = hull.state_.injection(slot);
  const Network& network = hull.index_->book().slots[slot];
  std::vector<double> column(slots.size() + options.size(), 0.0);
  column[row_of_slot[slot]] = 1;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const int128 change = use_value(options[i], slot, prices) - use_value(options[i], slot, first);
    column[slots.size() + i] = static_cast<double>(change) / size[i];
  }
  const int128 cost = network.dual_value(prices, injection) - network.dual_value(first, injection);
  const std::uint32_t at =
      lp.add_column(static_cast<double>(cost) / cost_scale, SmallLp::kInfinity, column);
  columns.push_back({at, slot, vector});
}

// Parts in which the options are taken.
std::vector<double> HullSolver::Program::weights() const {
  std::vector<double> parts;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const double dual = lp.dual(static_cast<std::uint32_t>(slots.size() + i));
    parts.push_back(std::clamp(dual / size[i] * cost_scale, 0.0, 1.0));
  }
  return parts;
}

std::vector<std::int64_t> HullSolver::Program::combined_prices(std::uint32_t slot) const {
  const std::vector<std::vector<std::int64_t>>& vectors = hull.seen_[slot];
  std::vector<std::int64_t> prices = vectors.front();
  std::vector<double> offset(prices.size(), 0.0);
  for (const Column& c : columns) {
    const double weight = c.slot == slot ? lp.value(c.column) : 0;
    if (weight <= 0) continue;
    for (std::size_t z = 0; z < offset.size(); ++z) {
      offset[z] += weight * static_cast<double>(vectors[c.vector][z] - prices[z]);
    }
  }
  const Network& network = hull.index_->book().slots[slot];
  for (std::uint32_t z = 0; z < prices.size(); ++z) {
    prices[z] =
        std::clamp(prices[z] + nearest(offset[z]), network.price_min(z), network.price_max(z));
  }
  return prices;
}

bool HullSolver::see(std::uint32_t slot, const std::vector<std::int64_t>& prices) {
  std::vector<std::vector<std::int64_t>>& vectors = seen_[slot];
  if (vectors.size() >= kSeenMax || std::ranges::find(vectors, prices) != vectors.end()) {
    return false;
  }
  vectors.push_back(prices);
  return true;
}

// Solves the program and the slots at the parts that it asks for, until no new price vector comes
// out. False when that is not reached.
bool HullSolver::grow(Program& program, std::vector<double>& parts) {
  const std::size_t zones = index_->book().zone_count;
  std::vector<double> change(index_->entry_count());
  std::vector<std::int64_t> injection(zones);
  for (int n = 0; n < kProgramsMax; ++n) {
    if (!program.lp.solve(kPivotsMax)) return false;
    parts = program.weights();
    std::ranges::fill(change, 0.0);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      add_part(options_[program.options[i]], parts[i], change);
    }
    bool grown = false;
    for (const std::uint32_t t : program.slots) {
      const std::span<const std::int64_t> fixed = state_.injection(t);
      for (std::size_t z = 0; z < zones; ++z)
        injection[z] = fixed[z] + nearest(change[t * zones + z]);
      const SlotCache::Answer& answer = cache_->answer(t, injection);
      for (const auto* prices : {&answer.lowest, &answer.highest}) {
        if (!see(t, *prices)) continue;
        program.add_vector(t, static_cast<std::uint32_t>(seen_[t].size() - 1));
        grown = true;
      }
    }
    if (!grown) return true;
  }
  return false;
}

void HullSolver::combine(std::span<const LotDomain> domains, Hull& hull) {
  hull.closed = false;
  hull.prices.resize(index_->entry_count());
  const auto set_prices = [&](std::uint32_t slot, const std::vector<std::int64_t>& prices) {
    std::ranges::copy(prices,
                      hull.prices.begin() + static_cast<std::ptrdiff_t>(index_->entry(slot, 0)));
  };
  for (std::uint32_t t = 0; t < index_->slot_count(); ++t) {
    see(t, state_.answer(t).lowest);
    see(t, state_.answer(t).highest);
  }
  for (int round = 0; round < kTornRoundsMax; ++round) {
    std::vector<std::uint32_t> options = torn_options();
    if (options.size() > kTornMax) return average(domains, hull);
    for (Unit& unit : units_) {
      if (unit.torn) move(unit, kBase);
    }
    for (std::uint32_t t = 0; t < index_->slot_count(); ++t) set_prices(t, state_.answer(t).lowest);
    hull.share.assign(index_->block_count(), 0.0);
    Program program(*this, std::move(options));
    if (!program.ready()) return;
    std::vector<double> parts(program.options.size(), 0.0);
    const bool settled = grow(program, parts);
    work_units_ += program.lp.work_units();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Option& o = options_[program.options[i]];
      hull.share[o.block] = parts[i] * static_cast<double>(o.change);
    }
    for (const std::uint32_t t : program.slots) set_prices(t, program.combined_prices(t));
    if (!mark_contradicted(hull.prices)) {
      hull.closed = settled;
      return;
    }
  }
}

// Takes a part of an option out of (or into) the injections.
void HullSolver::add_part(const Option& option, double part, std::span<double> injection) const {
  const std::int64_t whole = index_->book().blocks[option.block].lots;
  for (const BlockLeg& leg : index_->legs(option.block)) {
    const std::int64_t lot = leg.amount / whole;
    const double amount = static_cast<double>(lot) * static_cast<double>(option.change);
    injection[index_->entry(leg.slot, leg.zone)] -= part * amount;
  }
}

// The middle of the supporting prices of every slot at given parts of the options.
void HullSolver::prices_at(std::span<const double> parts, std::vector<std::int64_t>& prices) {
  const std::size_t zones = index_->book().zone_count;
  std::vector<double> injection;
  for (std::uint32_t t = 0; t < index_->slot_count(); ++t) {
    for (const std::int64_t amount : state_.injection(t)) {
      injection.push_back(static_cast<double>(amount));
    }
  }
  for (std::size_t i = 0; i < parts.size(); ++i) add_part(options_[i], parts[i], injection);
  std::vector<std::int64_t> whole(zones);
  for (std::uint32_t t = 0; t < index_->slot_count(); ++t) {
    for (std::size_t z = 0; z < zones; ++z) whole[z] = nearest(injection[t * zones + z]);
    const SlotCache::Answer& answer = cache_->answer(t, whole);
    for (std::size_t z = 0; z < zones; ++z) {
      prices[t * zones + z] = answer.lowest[z] + (answer.highest[z] - answer.lowest[z]) / 2;
    }
  }
  cache_->forget_if_full();
}

// Every unit takes a part of its way towards its best response, every price towards the slot's
// prices at the present parts, with weights 2 / (n + 2): the averages converge to the hull. Kept
// when they are better than the prices where the sweeps ended.
void HullSolver::average(std::span<const LotDomain> domains, Hull& hull) {
  std::vector<std::int64_t> swept_prices;
  std::vector<std::uint32_t> swept_stand;
  for (std::uint32_t t = 0; t < index_->slot_count(); ++t) {
    const SlotCache::Answer& answer = state_.answer(t);
    swept_prices.insert(swept_prices.end(), answer.lowest.begin(), answer.lowest.end());
  }
  swept_stand.reserve(units_.size());
  for (Unit& unit : units_) {
    swept_stand.push_back(unit.at);
    move(unit, kBase);
    unit.torn = true;
  }
  std::vector<double> parts(options_.size(), 0.0);
  std::vector<double> prices(index_->entry_count(), 0.0);
  std::vector<std::int64_t> now(index_->entry_count());
  for (int n = 0; n < kAveragesMax; ++n) {
    const double weight = 2.0 / (n + 2);
    prices_at(parts, now);
    for (std::size_t e = 0; e < now.size(); ++e) {
      prices[e] += weight * (static_cast<double>(now[e]) - prices[e]);
    }
    for (double& part : parts) part -= weight * part;
    for (const Unit& unit : units_) {
      std::uint32_t best = kBase;
      for (std::uint32_t o = unit.begin; o < unit.end; ++o) {
        if (surplus_at(o, now) > surplus_at(best, now)) best = o;
      }
      if (best != kBase) parts[best] += weight;
    }
  }
  for (std::size_t e = 0; e < now.size(); ++e) hull.prices[e] = nearest(prices[e]);
  hull.share.assign(index_->block_count(), 0.0);
  if (index_->bound(domains, swept_prices) > index_->bound(domains, hull.prices)) {
    for (std::size_t i = 0; i < options_.size(); ++i) {
      hull.share[options_[i].block] = parts[i] * static_cast<double>(options_[i].change);
    }
    return;
  }
  hull.prices = std::move(swept_prices);
  for (std::size_t u = 0; u < units_.size(); ++u) {
    move(units_[u], swept_stand[u]);
    units_[u].torn = false;
  }
}

// Rounds the stand of torn units to lots that are allowed: of a family the option with the largest
// part, when that is nearer to its least lots than to none.
void HullSolver::finish(std::span<const LotDomain> domains, Hull& hull) {
  hull.lots.assign(state_.lots().begin(), state_.lots().end());
  for (const Unit& unit : units_) {
    if (!unit.torn) continue;
    std::uint32_t most = unit.begin;
    for (std::uint32_t i = unit.begin; i < unit.end; ++i) {
      if (hull.share[options_[i].block] > hull.share[options_[most].block]) most = i;
    }
    const Option& o = options_[most];
    const LotDomain& domain = domains[o.block];
    const std::int64_t base = o.lots - o.change;
    const std::int64_t stand = base + nearest(hull.share[o.block]);
    const bool accepted = !domain.zero || 2 * hull.share[o.block] > static_cast<double>(domain.low);
    hull.lots[o.block] = accepted ? std::clamp(stand, domain.low, domain.high) : 0;
    for (std::uint32_t i = unit.begin; i < unit.end; ++i) {
      hull.share[options_[i].block] += static_cast<double>(options_[i].lots - options_[i].change);
    }
  }
  for (const Unit& unit : units_) {
    if (unit.torn) continue;
    for (std::uint32_t i = unit.begin; i < unit.end; ++i) {
      hull.share[options_[i].block] = static_cast<double>(hull.lots[options_[i].block]);
    }
  }
  for (std::uint32_t j = 0; j < domains.size(); ++j) {
    if (domains[j].fixed()) hull.share[j] = static_cast<double>(hull.lots[j]);
  }
  hull.bound = index_->bound(domains, hull.prices);
}

}  // namespace tongsuan::solver
