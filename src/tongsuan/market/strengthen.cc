#include "tongsuan/market/strengthen.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <tuple>
#include <utility>

namespace tongsuan::market {
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
  std::vector<std::int64_t> reach_;     // by row: own supply and all that lines can bring
};

// Sums over slots of one use per slot: entry t holds the slots before t.
class UseSums {
 public:
  explicit UseSums(std::uint32_t slots) : entries_(slots + 1) {}
  void clear() { std::fill(entries_.begin(), entries_.end(), Entry{}); }
  void add(Slot slot, const Use& use) {
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
      : problem_(problem), costs_(problem), block_(problem.slot_count),
        transfer_(problem.slot_count), followed_(problem.orders.size(), false),
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
    std::sort(runs_.begin(), runs_.end(), [](const Run& a, const Run& b) {
      return std::tie(a.choice, a.first) < std::tie(b.choice, b.first);
    });
    return rebuild();
  }

 private:
  // Choices of one bundle, gang and transfer share their sums, so they are judged together.
  void judge_blocks() {
    std::vector<std::uint32_t> blocks;
    for (std::uint32_t i = 0; i < problem_.choices.size(); ++i) {
      if (problem_.choices[i].bundle != kNone && order_of_[i] != kNone) blocks.push_back(i);
    }
    const auto key = [&](std::uint32_t i) {
      const Choice& choice = problem_.choices[i];
      return std::tuple(choice.bundle, choice.devices, choice.extra);
    };
    std::sort(blocks.begin(), blocks.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::tuple_cat(key(a), std::tuple(a)) < std::tuple_cat(key(b), std::tuple(b));
    });
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (i == 0 || key(blocks[i]) != key(blocks[i - 1])) sum_uses(problem_.choices[blocks[i]]);
      judge_block(blocks[i]);
    }
  }

  void sum_uses(const Choice& choice) {
    block_.clear();
    transfer_.clear();
    const Span32 legs = problem_.bundles[choice.bundle];
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const BundleLeg& leg = problem_.bundle_legs[i];
      for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
        block_.add(slot, costs_.use(problem_.row(leg.lane, slot), leg.units * choice.devices));
      }
    }
    if (choice.extra != kNone) {
      const Transfer& transfer = problem_.transfers[choice.extra];
      for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
        transfer_.add(slot, costs_.use(problem_.row(transfer.lane, slot), transfer.rate));
      }
    }
    block_.sum();
    transfer_.sum();
  }

  void judge_block(std::uint32_t index) {
    const Choice& choice = problem_.choices[index];
    const std::int64_t delay_cost = problem_.orders[order_of_[index]].delay_cost;
    const Slot transfer_slots =
        choice.extra == kNone ? 0 : problem_.transfers[choice.extra].slots;
    std::uint32_t begin = kNone;  // of the run of starts that stay
    for (std::uint32_t start = choice.first; start <= choice.last; ++start) {
      const Use use = both(block_.over(start, start + choice.duration),
                           transfer_.over(start - transfer_slots, start));
      const std::int64_t value = choice.value - delay_cost * (start - choice.first);
      if (stays(order_of_[index], value, use)) {
        if (begin == kNone) begin = start;
      } else if (begin != kNone) {
        add_run(index, begin, start - 1);
        begin = kNone;
      }
    }
    if (begin != kNone) add_run(index, begin, choice.last);
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

Problem strengthen(const Problem& problem) { return Strengthener(problem).run(); }

}  // namespace tongsuan::market
