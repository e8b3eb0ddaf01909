#include "tongsuan/market/strengthen.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <tuple>
#include <utility>

#include "tongsuan/market/internal/blocks.h"

namespace tongsuan::market {

using internal::Block;
using internal::BlocksByBundle;

namespace {

// Supply that can serve a row: of the row itself, or of all zones joined by lines in one slot.
struct Pool {
  std::vector<std::pair<std::int64_t, std::int64_t>> steps;  // (price, amount), rising prices
  std::int64_t amount = 0;
  bool delivered = false;  // somebody delivers here: neither amount nor costs are known
};

// What some use of one row, in one slot, means.
struct Use {
  bool possible = true;
  bool judged = true;  // false: a choice that uses it is never left out as not worth it
  int128 cost = 0;     // least it adds, undivided
};

class RowCosts {
 public:
  explicit RowCosts(const Problem& problem) : problem_(problem), pool_of_(problem.row_count()) {
    join_rows();
    fill_pools();
    reach_.assign(problem.row_count(), 0);
    for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
      for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
        reach_[row] += problem.supply[i].amount;
      }
    }
    for (const LineSlot& line : problem.line_slots) {
      reach_[line.to] += line.max;
      reach_[line.from] -= line.min;
    }
  }

  [[nodiscard]] Use use(std::uint32_t row, std::int64_t amount) const {
    const Pool& pool = pools_[pool_of_[row]];
    const Lane& lane = problem_.lanes[row / problem_.slot_count];
    Use use;
    if (pool.delivered) {
      use.judged = !lane.balance;
      return use;
    }
    use.possible = amount <= reach_[row] && amount <= pool.amount;
    if (!use.possible) return use;
    int128 cost = 0;
    for (const auto& [price, available] : pool.steps) {
      const std::int64_t part = std::min(amount, available);
      cost += static_cast<int128>(price) * part;
      amount -= part;
      if (amount == 0) break;
    }
    use.cost = cost * lane.scale;  // zones all have one scale, and only zones are joined
    return use;
  }

 private:
  // Rows joined by lines share a pool: each row's root, by halving paths.
  std::uint32_t root(std::uint32_t row) {
    while (pool_of_[row] != row) {
      pool_of_[row] = pool_of_[pool_of_[row]];
      row = pool_of_[row];
    }
    return row;
  }

  void join_rows() {
    std::iota(pool_of_.begin(), pool_of_.end(), 0U);
    for (const LineSlot& line : problem_.line_slots) {
      const std::uint32_t from = root(line.from);
      const std::uint32_t to = root(line.to);
      pool_of_[std::max(from, to)] = std::min(from, to);
    }
    // Roots are the lowest rows, so numbering them in order of rows reaches every root first.
    std::uint32_t count = 0;
    for (std::uint32_t row = 0; row < pool_of_.size(); ++row) {
      pool_of_[row] = pool_of_[row] == row ? count++ : pool_of_[pool_of_[row]];
    }
    pools_.resize(count);
  }

  void fill_pools() {
    for (std::uint32_t row = 0; row < problem_.row_count(); ++row) {
      Pool& pool = pools_[pool_of_[row]];
      const bool balance = problem_.lanes[row / problem_.slot_count].balance;
      for (std::uint32_t i = problem_.supply_begin[row]; i < problem_.supply_begin[row + 1]; ++i) {
        const SupplyStep& step = problem_.supply[i];
        pool.steps.emplace_back(balance ? step.price : std::max<std::int64_t>(0, step.price),
                                step.amount);
        pool.amount += step.amount;
      }
    }
    for (Pool& pool : pools_) std::sort(pool.steps.begin(), pool.steps.end());
    for (const ProfileLeg& leg : problem_.profile_legs) {
      if (leg.amount >= 0) continue;
      for (Slot slot = leg.slots.begin; slot < leg.slots.end; ++slot) {
        pools_[pool_of_[problem_.row(leg.lane, slot)]].delivered = true;
      }
    }
  }

  const Problem& problem_;
  std::vector<std::uint32_t> pool_of_;  // by row; while rows are joined: a row closer to its root
  std::vector<Pool> pools_;
  std::vector<std::int64_t> reach_;  // by row: own supply and all that lines can bring
};

// Sums over slots of one use per slot: entry t holds the slots before t.
class UseSums {
 public:
  explicit UseSums(std::uint32_t slots) : entries_(slots + 1) {}
  void clear() {
    std::fill(entries_.begin(), entries_.end(), Entry{});
    rising_ = true;
  }
  // Whether no use costs less than nothing: then longer ranges never cost less.
  [[nodiscard]] bool rising() const { return rising_; }
  void add(Slot slot, const Use& use) {
    rising_ = rising_ && use.cost >= 0;
    Entry& entry = entries_[slot + 1];
    entry.impossible += use.possible ? 0 : 1;
    entry.unjudged += use.judged ? 0 : 1;
    entry.cost += use.cost;
  }
  void sum() {
    for (std::size_t i = 1; i < entries_.size(); ++i) {
      entries_[i].impossible += entries_[i - 1].impossible;
      entries_[i].unjudged += entries_[i - 1].unjudged;
      entries_[i].cost += entries_[i - 1].cost;
    }
  }
  [[nodiscard]] Use over(Slot begin, Slot end) const {
    return {entries_[end].impossible == entries_[begin].impossible,
            entries_[end].unjudged == entries_[begin].unjudged,
            entries_[end].cost - entries_[begin].cost};
  }

 private:
  struct Entry {
    std::uint32_t impossible = 0;
    std::uint32_t unjudged = 0;
    int128 cost = 0;
  };
  std::vector<Entry> entries_;
  bool rising_ = true;
};

Use both(const Use& a, const Use& b) {
  return {a.possible && b.possible, a.judged && b.judged, a.cost + b.cost};
}

// A run of starts of a choice that stays.
struct Run {
  std::uint32_t choice = 0;
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

class Strengthener {
 public:
  explicit Strengthener(const Problem& problem)
      : problem_(problem),
        costs_(problem),
        block_(problem.slot_count),
        transfer_(problem.slot_count),
        followed_(problem.orders.size(), false),
        order_of_(problem.choices.size(), kNone) {
    for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
      const ProblemOrder& entry = problem.orders[order];
      if (entry.after != kNone) followed_[entry.after] = true;
      for (std::uint32_t i = entry.choices.begin; i < entry.choices.end; ++i) order_of_[i] = order;
    }
  }

  Problem run() {
    judge_blocks();
    for (std::uint32_t choice = 0; choice < problem_.choices.size(); ++choice) {
      if (problem_.choices[choice].bundle == kNone) judge_profile(choice);
    }
    sort_runs();
    return rebuild();
  }

 private:
  void judge_blocks() {
    BlocksByBundle(problem_).visit(
        problem_, [this](const Choice& choice) { sum_block(choice); },
        [this](const Choice& choice) { sum_transfer(choice); },
        [this](const Block& block) { judge_block(block); });
  }

  void sum_block(const Choice& choice) {
    block_.clear();
    const Span32 legs = problem_.bundles[choice.bundle];
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const BundleLeg& leg = problem_.bundle_legs[i];
      for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
        block_.add(slot, costs_.use(problem_.row(leg.lane, slot), leg.units * choice.devices));
      }
    }
    block_.sum();
  }

  void sum_transfer(const Choice& choice) {
    transfer_.clear();
    if (choice.extra == kNone) return;
    const Transfer& transfer = problem_.transfers[choice.extra];
    for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
      transfer_.add(slot, costs_.use(problem_.row(transfer.lane, slot), transfer.rate));
    }
    transfer_.sum();
  }

  void judge_block(const Block& block) {
    const std::uint32_t index = block.choice;
    const Choice& choice = problem_.choices[index];
    const std::int64_t delay_cost = problem_.orders[block.order].delay_cost;
    const Slot transfer_slots = choice.extra == kNone ? 0 : problem_.transfers[choice.extra].slots;
    if (all_stay(choice, delay_cost, transfer_slots)) {
      add_run(index, choice.first, choice.last);
      return;
    }
    std::uint32_t begin = kNone;  // of the run of starts that stay
    for (std::uint32_t start = choice.first; start <= choice.last; ++start) {
      const Use use = both(block_.over(start, start + choice.duration),
                           transfer_.over(start - transfer_slots, start));
      const std::int64_t value = choice.value - delay_cost * (start - choice.first);
      if (stays(block.order, value, use)) {
        if (begin == kNone) begin = start;
      } else if (begin != kNone) {
        add_run(index, begin, start - 1);
        begin = kNone;
      }
    }
    if (begin != kNone) add_run(index, begin, choice.last);
  }

  // One look at all slots that any start touches: where even the last start is worth more than the
  // use of all of them costs, every start stays. So it is for most choices.
  [[nodiscard]] bool all_stay(const Choice& choice, std::int64_t delay_cost,
                              Slot transfer_slots) const {
    if (!block_.rising() || !transfer_.rising()) return false;
    const Slot last = choice.last;
    const Use whole = both(block_.over(choice.first, last + choice.duration),
                           transfer_.over(choice.first - transfer_slots, last));
    const std::int64_t value = choice.value - delay_cost * (last - choice.first);
    return whole.possible && static_cast<int128>(value) * problem_.denominator > whole.cost;
  }

  [[nodiscard]] bool stays(std::uint32_t order, std::int64_t value, const Use& use) const {
    if (!use.possible) return false;
    return followed_[order] || !use.judged ||
           static_cast<int128>(value) * problem_.denominator > use.cost;
  }

  void judge_profile(std::uint32_t index) {
    const Choice& choice = problem_.choices[index];
    if (order_of_[index] == kNone) return;
    const Profile& profile = problem_.profiles[choice.extra];
    Use use;
    bool kept = profile.lots > 1;
    for (std::uint32_t i = profile.legs.begin; i < profile.legs.end && !kept; ++i) {
      const ProfileLeg& leg = problem_.profile_legs[i];
      kept = leg.amount < 0;
      for (Slot slot = leg.slots.begin; slot < leg.slots.end && !kept; ++slot) {
        use = both(use, costs_.use(problem_.row(leg.lane, slot), leg.amount));
      }
    }
    if (kept || stays(order_of_[index], choice.value, use)) {
      add_run(index, choice.first, choice.last);
    }
  }

  void add_run(std::uint32_t choice, std::uint32_t first, std::uint32_t last) {
    runs_.push_back({choice, static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)});
  }

  // By choice; the runs of one choice were found together and rise already.
  void sort_runs() {
    std::vector<std::uint32_t> next(problem_.choices.size() + 1, 0);
    for (const Run& run : runs_) ++next[run.choice + 1];
    for (std::size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
    std::vector<Run> sorted(runs_.size());
    for (const Run& run : runs_) sorted[next[run.choice]++] = run;
    runs_ = std::move(sorted);
  }

  [[nodiscard]] Problem rebuild() const {
    Problem result = problem_;
    result.choices.clear();
    std::size_t next = 0;
    for (std::uint32_t order = 0; order < problem_.orders.size(); ++order) {
      const ProblemOrder& entry = problem_.orders[order];
      const auto begin = static_cast<std::uint32_t>(result.choices.size());
      for (; next < runs_.size() && runs_[next].choice < entry.choices.end; ++next) {
        const Run& run = runs_[next];
        Choice choice = problem_.choices[run.choice];
        choice.value -= entry.delay_cost * (run.first - choice.first);
        choice.first = run.first;
        choice.last = run.last;
        result.choices.push_back(choice);
      }
      result.orders[order].choices = {begin, static_cast<std::uint32_t>(result.choices.size())};
    }
    return result;
  }

  const Problem& problem_;
  const RowCosts costs_;
  UseSums block_, transfer_;             // of the choices that are being judged
  std::vector<bool> followed_;           // by order: others must follow it
  std::vector<std::uint32_t> order_of_;  // by choice
  std::vector<Run> runs_;
};

}  // namespace

Problem strengthen(const Problem& problem) {
  return Strengthener(problem).run();
}

}  // namespace tongsuan::market
