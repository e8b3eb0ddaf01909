#include "tongsuan/solver/block_hull.h"

#include <algorithm>

#include "tongsuan/solver/small_lp.h"

namespace tongsuan::solver {
namespace {

constexpr int kSweepsMax = 12;
constexpr int kRoundsMax = 40;         // of torn sets
constexpr int kProgramsMax = 60;       // solves of one torn set
constexpr std::size_t kTornMax = 400;  // options; beyond, the sweeps' prices must do
constexpr std::size_t kSeenMax = 256;  // price vectors kept per slot
constexpr std::uint32_t kPivotsMax = 20'000;

double magnitude(int128 x) {
  return static_cast<double>(x < 0 ? -x : x);
}

std::int64_t rounded(double x) {
  return x < 0 ? -static_cast<std::int64_t>(0.5 - x) : static_cast<std::int64_t>(x + 0.5);
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
  combine(hull);
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
    options_.push_back({block, lots, lots - base});
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
  for (int n = 0; n < kSweepsMax && changed; ++n) {
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
  }
}

bool HullSolver::mark_contradicted(std::span<const std::int64_t> prices) {
  bool found = false;
  for (Unit& unit : units_) {
    if (unit.torn) continue;
    const int128 here = surplus_at(unit.at, prices);
    bool contradicted = here < 0;
    for (std::uint32_t o = unit.begin; o < unit.end; ++o) {
      contradicted = contradicted || surplus_at(o, prices) > here;
    }
    unit.torn = contradicted;
    found = found || contradicted;
  }
  return found;
}

// ---- Combining price vectors over the torn units -----------------------------------------------

std::vector<std::uint32_t> HullSolver::torn_options() const {
  std::vector<std::uint32_t> options;
  for (const Unit& unit : units_) {
    if (!unit.torn) continue;
    for (std::uint32_t o = unit.begin; o < unit.end; ++o) options.push_back(o);
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
  std::vector<std::uint32_t> slots;
  std::vector<std::uint32_t> row_of_slot;  // slot → row, or none
  std::vector<double> row_scale;           // per option
  double cost_scale = 1;
  SmallLp lp{{}};
  struct Column {
    std::uint32_t column = 0;
    std::uint32_t slot = 0;
    std::uint32_t vector = 0;
  };
  std::vector<Column> columns;

  Program(HullSolver& solver, std::vector<std::uint32_t> torn);
  [[nodiscard]] bool ready();
  void add_vector(std::uint32_t slot, std::uint32_t vector);
  [[nodiscard]] std::vector<double> weights() const;

 private:
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

HullSolver::Program::Program(HullSolver& solver, std::vector<std::uint32_t> torn)
    : hull(solver), options(std::move(torn)) {
  const BlockIndex& index = *hull.index_;
  row_of_slot.assign(index.slot_count(), kBase);
  std::vector<double> size;
  const Network& network = index.book().slots.front();
  const double price_scale =
      std::max(1.0, static_cast<double>(network.price_max(0) - network.price_min(0)) / 1024);
  for (const std::uint32_t o : options) {
    double amount = 1;
    for (const BlockLeg& leg : index.legs(hull.options_[o].block)) {
      if (row_of_slot[leg.slot] == kBase) {
        row_of_slot[leg.slot] = static_cast<std::uint32_t>(slots.size());
        slots.push_back(leg.slot);
      }
      amount += magnitude(int128{leg.amount} * hull.options_[o].change) /
                static_cast<double>(index.book().blocks[hull.options_[o].block].lots);
    }
    size.push_back(amount * price_scale);
    cost_scale = std::max(cost_scale, size.back());
  }
  // Rows: one per slot, then one per option.
  std::vector<double> rhs(slots.size() + options.size(), 1.0);
  std::vector<double> shortfall(options.size());
  for (std::size_t i = 0; i < options.size(); ++i) {
    const Option& o = hull.options_[options[i]];
    int128 surplus =
        index.value_bound(o.block, o.lots) - index.value_bound(o.block, o.lots - o.change);
    for (const std::uint32_t t : slots) surplus -= use_value(options[i], t, hull.seen_[t].front());
    row_scale.push_back(1 / size[i]);
    shortfall[i] = static_cast<double>(surplus) * row_scale[i];
    rhs[slots.size() + i] = shortfall[i];
  }
  lp = SmallLp(rhs);
  for (const std::uint32_t t : slots) {
    basis_.push_back(lp.column_count());
    for (std::uint32_t v = 0; v < hull.seen_[t].size(); ++v) add_vector(t, v);
  }
  std::size_t i = 0;
  for (const Unit& unit : hull.units_) {
    if (!unit.torn) continue;
    const std::size_t count = unit.end - unit.begin;
    std::size_t best = i;
    std::vector<double> column(rhs.size(), 0.0);
    for (std::size_t k = i; k < i + count; ++k) {
      column[slots.size() + k] = row_scale[k] * cost_scale;
      if (shortfall[k] * size[k] > shortfall[best] * size[best]) best = k;
    }
    const std::uint32_t surplus = lp.add_column(1, SmallLp::kInfinity, column);
    for (std::size_t k = i; k < i + count; ++k) {
      std::fill(column.begin(), column.end(), 0.0);
      column[slots.size() + k] = -1;
      const std::uint32_t slack = lp.add_column(0, SmallLp::kInfinity, column);
      basis_.push_back(k == best && shortfall[k] > 0 ? surplus : slack);
    }
    i += count;
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
    column[slots.size() + i] = static_cast<double>(change) * row_scale[i];
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
    parts.push_back(std::clamp(dual * row_scale[i] * cost_scale, 0.0, 1.0));
  }
  return parts;
}

void HullSolver::combine(Hull& hull) {
  hull.closed = false;
  hull.prices.resize(index_->entry_count());
  hull.share.assign(index_->block_count(), 0.0);
  std::vector<double> parts;
  std::vector<std::uint32_t> options;
  const auto see = [this](std::uint32_t slot, const std::vector<std::int64_t>& prices) {
    auto& vectors = seen_[slot];
    if (vectors.size() >= kSeenMax || std::ranges::find(vectors, prices) != vectors.end())
      return false;
    vectors.push_back(prices);
    return true;
  };
  for (std::uint32_t t = 0; t < index_->slot_count(); ++t) {
    see(t, state_.answer(t).lowest);
    see(t, state_.answer(t).highest);
  }
  for (int round = 0; round < kRoundsMax; ++round) {
    options = torn_options();
    for (Unit& unit : units_) {
      if (unit.torn) move(unit, kBase);
    }
    for (std::uint32_t t = 0; t < index_->slot_count(); ++t) {
      std::ranges::copy(state_.answer(t).lowest,
                        hull.prices.begin() + static_cast<std::ptrdiff_t>(index_->entry(t, 0)));
    }
    parts.assign(options.size(), 0.0);
    if (options.size() > kTornMax) break;
    Program program(*this, options);
    if (!program.ready()) break;
    bool grown = true;
    for (int n = 0; n < kProgramsMax && grown; ++n) {
      if (!program.lp.solve(kPivotsMax)) break;
      parts = program.weights();
      grown = false;
      std::vector<std::int64_t> injection;
      for (const std::uint32_t t : program.slots) {
        const auto fixed = state_.injection(t);
        injection.assign(fixed.begin(), fixed.end());
        for (std::size_t i = 0; i < options.size(); ++i) {
          const Option& o = options_[options[i]];
          for (const BlockLeg& leg : index_->legs(o.block)) {
            if (leg.slot != t) continue;
            const double amount =
                static_cast<double>(leg.amount / index_->book().blocks[o.block].lots) *
                static_cast<double>(o.change);
            injection[leg.zone] -= rounded(parts[i] * amount);
          }
        }
        const SlotCache::Answer& answer = cache_->answer(t, injection);
        for (const auto* prices : {&answer.lowest, &answer.highest}) {
          if (!see(t, *prices)) continue;
          program.add_vector(t, static_cast<std::uint32_t>(seen_[t].size() - 1));
          grown = true;
        }
      }
    }
    pivots_ += program.lp.pivots();
    propose(options, parts, hull);
    for (const std::uint32_t t : program.slots) {
      std::vector<double> offset(index_->book().zone_count, 0.0);
      for (const Program::Column& c : program.columns) {
        if (c.slot != t) continue;
        const double weight = program.lp.value(c.column);
        for (std::size_t z = 0; z < offset.size() && weight > 0; ++z) {
          offset[z] += weight * static_cast<double>(seen_[t][c.vector][z] - seen_[t][0][z]);
        }
      }
      for (std::uint32_t z = 0; z < offset.size(); ++z) {
        const Network& network = index_->book().slots[t];
        hull.prices[index_->entry(t, z)] = std::clamp(seen_[t][0][z] + rounded(offset[z]),
                                                      network.price_min(z), network.price_max(z));
      }
    }
    if (!mark_contradicted(hull.prices)) {
      hull.closed = !grown;
      break;
    }
  }
}

void HullSolver::propose(std::span<const std::uint32_t> options, std::span<const double> weights,
                         Hull& hull) {
  std::fill(hull.share.begin(), hull.share.end(), 0.0);
  for (std::size_t i = 0; i < options.size(); ++i) {
    const Option& o = options_[options[i]];
    hull.share[o.block] = weights[i] * static_cast<double>(o.change);
  }
}

void HullSolver::finish(std::span<const LotDomain> domains, Hull& hull) {
  hull.lots.assign(state_.lots().begin(), state_.lots().end());
  for (const Unit& unit : units_) {
    if (!unit.torn) continue;
    // At most one option of a family can stand above one half.
    for (std::uint32_t i = unit.begin; i < unit.end; ++i) {
      const Option& o = options_[i];
      const LotDomain& domain = domains[o.block];
      const std::int64_t base = o.lots - o.change;
      const std::int64_t part = rounded(hull.share[o.block]);
      const bool range = !domain.zero;
      const bool accepted = 2 * hull.share[o.block] > static_cast<double>(o.change);
      hull.lots[o.block] = range ? base + part : (accepted ? o.lots : 0);
      hull.share[o.block] += static_cast<double>(base);
    }
  }
  for (std::uint32_t j = 0; j < hull.share.size(); ++j) {
    const bool settled = hull.share[j] == 0;
    if (settled) hull.share[j] = static_cast<double>(hull.lots[j]);
  }
  hull.bound = index_->bound(domains, hull.prices);
}

}  // namespace tongsuan::solver
