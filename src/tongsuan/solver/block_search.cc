#include "tongsuan/solver/block_search.h"

#include <algorithm>
#include <queue>
#include <utility>

namespace tongsuan::solver {
namespace {

constexpr std::uint32_t kNoFlip = UINT32_MAX;
constexpr int kDivesMax = 100;
constexpr std::size_t kRoundedTogether = 4;
constexpr std::uint32_t kTrialLeaves = 24;  // evaluated before branching, for a better incumbent

}  // namespace

// Flip sets in rising order of penalty. Families are sorted by their cheapest flip, and each set
// has up to three successors (the next alternative of its last family; the next family as well; the
// next family instead), each at least as dear, so a heap meets every set once and in order.
class BlockSearch::FlipSets {
 public:
  explicit FlipSets(const std::vector<Family>& families) : families_(families) {
    // The empty set comes first.
    flips_.push_back({0, kNoFlip, 0, kNoFlip});
    order_.push({0, 0});
  }

  [[nodiscard]] bool empty() const { return order_.empty(); }
  [[nodiscard]] int128 next_penalty() const { return order_.top().first; }

  // Position of the cheapest set not met yet.
  std::uint32_t pop() {
    const std::uint32_t at = order_.top().second;
    order_.pop();
    const Flip flip = flips_[at];
    const std::uint32_t next = flip.family == kNoFlip ? 0 : flip.family + 1;
    if (next < families_.size()) {
      add({flip.penalty + penalty(next, 1), next, 1, at});
      if (flip.family != kNoFlip && flip.alternative == 1) {
        add({flip.penalty - penalty(flip.family, 1) + penalty(next, 1), next, 1, flip.rest});
      }
    }
    if (flip.family != kNoFlip) {
      const std::uint32_t other = flip.alternative + 1;
      if (other < families_[flip.family].alternatives.size()) {
        add({flip.penalty - penalty(flip.family, flip.alternative) + penalty(flip.family, other),
             flip.family, other, flip.rest});
      }
    }
    return at;
  }

  // Walks the flips of a set.
  template <class Visit>
  void each(std::uint32_t at, Visit visit) const {
    for (; at != kNoFlip && flips_[at].family != kNoFlip; at = flips_[at].rest) {
      visit(flips_[at].family, flips_[at].alternative);
    }
  }

 private:
  [[nodiscard]] int128 penalty(std::uint32_t family, std::uint32_t alternative) const {
    return families_[family].alternatives[alternative].penalty;
  }
  void add(const Flip& flip) {
    order_.push({flip.penalty, static_cast<std::uint32_t>(flips_.size())});
    flips_.push_back(flip);
  }

  const std::vector<Family>& families_;
  std::vector<Flip> flips_;
  using Entry = std::pair<int128, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> order_;
};

struct BlockSearch::Run {
  explicit Run(const BlockSearchOptions& chosen) : options(chosen) {}

  const BlockSearchOptions& options;
  BlockSearchResult result;
  std::uint64_t work_start = 0;
  std::uint64_t sequence = 0;
  int128 unresolved = 0;  // greatest welfare of a choice whose best prices may have been missed
  bool has_unresolved = false;
  struct Worse {
    bool operator()(const Node& a, const Node& b) const {
      if (a.bound != b.bound) return a.bound < b.bound;
      return a.sequence > b.sequence;
    }
  };
  std::vector<Node> open;  // a heap

  // Whether anything below `bound` can still be better than what is known.
  [[nodiscard]] bool worth(int128 bound) const {
    return !result.found || bound > result.outcome.welfare + options.tolerance;
  }
};

BlockSearch::BlockSearch(const BlockBook& book, std::vector<std::int64_t> reference)
    : index_(book),
      reference_(std::move(reference)),
      cache_(book),
      hull_solver_(index_, cache_),
      pricer_(index_, cache_),
      state_(index_, cache_) {
  TONGSUAN_CHECK(reference_.empty() || reference_.size() == index_.entry_count());
  if (!reference_.empty()) return;
  for (const Network& slot : book.slots) {
    for (std::uint32_t z = 0; z < book.zone_count; ++z) reference_.push_back(slot.price_min(z));
  }
}

std::uint64_t BlockSearch::work_units() const {
  return cache_.solves() + hull_solver_.work_units() + pricer_.work_units() + leaves_;
}

bool BlockSearch::exhausted(const Run& run) const {
  return work_units() - run.work_start >= run.options.work_units_max ||
         (run.options.cancelled && run.options.cancelled());
}

void BlockSearch::report(const Run& run) const {
  if (!run.options.progress || !run.result.found) return;
  run.options.progress(static_cast<double>(work_units() - run.work_start) /
                           static_cast<double>(run.options.work_units_max),
                       run.result.outcome.welfare);
}

BlockOutcome BlockSearch::dispatch(std::span<const std::int64_t> lots) {
  return pricer_.dispatch(lots, hull().prices);
}

// ---- Hull prices -------------------------------------------------------------------------------

const Hull& BlockSearch::hull() {
  if (!hull_known_) {
    hull_known_ = true;
    hull_solver_.solve(index_.open_domains(), hull_);
    make_canonical(hull_);
  }
  return hull_;
}

// Slot by slot, towards the reference among the slot's supporting prices, wherever D stays as it
// is.
void BlockSearch::make_canonical(Hull& hull) {
  const std::vector<LotDomain> domains = index_.open_domains();
  const BlockOutcome at_hull = pricer_.dispatch(hull.lots, reference_);
  for (std::uint32_t t = 0; t < index_.slot_count(); ++t) {
    const std::span<const std::int64_t> wished = index_.slot_prices(at_hull.prices, t);
    const std::size_t first = index_.entry(t, 0);
    std::vector<std::int64_t> tried = hull.prices;
    std::ranges::copy(wished, tried.begin() + static_cast<std::ptrdiff_t>(first));
    if (tried == hull.prices) continue;
    const int128 bound = index_.bound(domains, tried);
    if (bound > hull.bound) continue;
    hull.bound = bound;
    hull.prices = std::move(tried);
  }
}

// ---- Evaluating a choice -----------------------------------------------------------------------

// Judges a choice of lots under the rule; true when it is the best so far.
bool BlockSearch::evaluate(Run& run, std::span<const std::int64_t> lots) {
  ++run.result.leaves;
  ++leaves_;
  cache_.forget_if_full();
  state_.set_all(lots);
  if (!state_.balanced()) return false;
  const int128 welfare = state_.welfare();
  if (run.result.found && welfare <= run.result.outcome.welfare) return false;
  if (run.options.rule == BlockRule::kFree) {
    run.result.found = true;
    run.result.outcome.welfare = welfare;
    run.result.outcome.lots.assign(lots.begin(), lots.end());
    return true;
  }
  const bool european = run.options.rule == BlockRule::kEuropean;
  std::optional<BlockOutcome> outcome =
      european ? pricer_.support(lots, hull_.prices) : pricer_.pay(lots, hull_.prices);
  if (!european && (!outcome || outcome->welfare < welfare)) {
    run.unresolved = run.has_unresolved ? std::max(run.unresolved, welfare) : welfare;
    run.has_unresolved = true;
  }
  if (!outcome) return false;
  if (run.result.found && outcome->welfare <= run.result.outcome.welfare) return false;
  run.result.found = true;
  run.result.outcome = std::move(*outcome);
  return true;
}

// Where the hull stands, in whole lots: the nearest, and for a few blocks that stand between two
// lots all ways of rounding. Which side is right depends on the rule: a lot less leaves the last
// unit's surplus with its block and may take another's.
void BlockSearch::evaluate_stand(Run& run, const Node& node, const Hull& hull) {
  evaluate(run, hull.lots);
  std::vector<std::size_t> between;
  std::vector<std::int64_t> lower = hull.lots;
  for (std::size_t j = 0; j < lower.size(); ++j) {
    const auto floor = static_cast<std::int64_t>(hull.share[j]);
    if (lower[j] == 0 || static_cast<double>(floor) == hull.share[j]) continue;
    if (floor < node.domains[j].low || floor >= node.domains[j].high) continue;
    lower[j] = floor;
    between.push_back(j);
  }
  const std::size_t ways = between.size() > kRoundedTogether ? 2 : std::size_t{1} << between.size();
  for (std::size_t way = 0; way < ways && !between.empty(); ++way) {
    std::vector<std::int64_t> lots = lower;
    for (std::size_t i = 0; i < between.size(); ++i) {
      const bool up = ways == 2 ? way == 1 : (way >> i & 1U) != 0;
      if (up) ++lots[between[i]];
    }
    if (lots != hull.lots) evaluate(run, lots);
  }
}

// The accepted blocks with their surplus at marginal prices, the least first.
std::vector<std::pair<int128, std::uint32_t>> BlockSearch::rank_blocks(
    std::span<const std::int64_t> lots) {
  const BlockOutcome outcome = pricer_.dispatch(lots, hull_.prices);
  std::vector<std::pair<int128, std::uint32_t>> ranked;
  for (std::uint32_t j = 0; j < lots.size(); ++j) {
    if (lots[j] > 0) ranked.emplace_back(index_.surplus(j, lots[j], outcome.prices), j);
  }
  std::ranges::sort(ranked);
  return ranked;
}

// A first outcome: where the hull stands. Under the rules with prices the block that loses most is
// excluded and the hull solved again, until the rule holds; after some rounds blocks only leave.
void BlockSearch::find_first(Run& run) {
  Node node{hull_.bound, 0, index_.open_domains(), {}};
  Hull hull = hull_;
  if (!first_lots_.empty()) hull.lots = first_lots_;
  for (int dive = 0; dive < kDivesMax && !exhausted(run); ++dive) {
    evaluate_stand(run, node, hull);
    if (run.result.found || run.options.rule == BlockRule::kFree) break;
    const auto ranked = rank_blocks(hull.lots);
    if (ranked.empty()) break;
    const std::uint32_t worst = ranked.front().second;
    node.domains[worst] = LotDomain{};
    hull.lots[worst] = 0;
    hull_solver_.solve(node.domains, hull);
  }
  if (run.options.rule == BlockRule::kFree) {
    improve(run, hull.lots);
    // However little work is allowed, there is an outcome: rejecting everybody, if nothing else.
    if (!run.result.found) evaluate(run, std::vector<std::int64_t>(hull.lots.size(), 0));
    return;
  }
  std::vector<std::int64_t> lots = hull.lots;
  while (!run.result.found && !evaluate(run, lots)) {
    const auto ranked = rank_blocks(lots);
    if (ranked.empty()) return;
    for (const auto& [surplus, j] : ranked) {
      if (surplus < 0 || j == ranked.front().second) lots[j] = 0;
    }
  }
}

// One pass over the blocks that the hull left undecided: each is turned where that alone is better.
void BlockSearch::improve(Run& run, std::vector<std::int64_t> lots) {
  if (run.result.found) lots = run.result.outcome.lots;
  for (std::uint32_t j = 0; j < lots.size() && !exhausted(run); ++j) {
    if (hull_.share[j] == static_cast<double>(hull_.lots[j])) continue;
    const std::int64_t before = lots[j];
    bool alone = true;  // of its group
    if (index_.book().blocks[j].group != kNoGroup) {
      for (const std::vector<std::uint32_t>& family : index_.families()) {
        if (std::ranges::find(family, j) == family.end()) continue;
        for (const std::uint32_t other : family) alone = alone && (other == j || lots[other] == 0);
      }
    }
    lots[j] = before > 0 ? 0 : index_.book().blocks[j].lots;
    if (!alone || !evaluate(run, lots)) lots[j] = before;
  }
}

// ---- The tree ----------------------------------------------------------------------------------

BlockSearchResult BlockSearch::run(const BlockSearchOptions& options) {
  Run run(options);
  run.work_start = work_units();
  static_cast<void>(hull());
  find_first(run);
  push(run, Node{hull_.bound, 0, index_.open_domains(), {}});
  while (!run.open.empty() && run.worth(run.open.front().bound)) {
    if (exhausted(run)) break;
    report(run);
    std::ranges::pop_heap(run.open, Run::Worse{});
    Node node = std::move(run.open.back());
    run.open.pop_back();
    process(run, std::move(node));
  }
  BlockSearchResult& result = run.result;
  if (options.rule == BlockRule::kFree && result.found) {
    first_lots_ = result.outcome.lots;
    result.outcome = pricer_.dispatch(first_lots_, hull_.prices);
  }
  result.bound = result.found ? result.outcome.welfare : hull_.bound;
  if (!run.open.empty()) result.bound = std::max(result.bound, run.open.front().bound);
  if (run.has_unresolved) result.bound = std::max(result.bound, run.unresolved);
  result.proved = result.found && result.bound <= result.outcome.welfare + options.tolerance;
  result.work_units = work_units() - run.work_start;
  return std::move(run.result);
}

void BlockSearch::push(Run& run, Node node) const {
  if (!run.worth(node.bound)) return;
  node.sequence = run.sequence++;
  run.open.push_back(std::move(node));
  std::ranges::push_heap(run.open, Run::Worse{});
}

void BlockSearch::process(Run& run, Node node) {
  ++run.result.nodes;
  const bool root = node.start.empty();
  Hull hull;
  if (root) {
    hull = hull_;
  } else {
    hull.lots = node.start;
    hull_solver_.solve(node.domains, hull);
  }
  node.bound = std::min(node.bound, hull.bound);
  if (!run.worth(node.bound)) return;
  evaluate_stand(run, node, hull);
  if (!run.worth(node.bound)) return;
  const std::vector<Family> families = open_families(node.domains, hull.prices);
  if (families.empty()) {
    split_lots(run, node, hull);
  } else if (!enumerate(run, node, hull, families)) {
    branch(run, node, hull, families);
  }
}

// Families that are still open, the one with the cheapest flip first.
std::vector<BlockSearch::Family> BlockSearch::open_families(
    std::span<const LotDomain> domains, std::span<const std::int64_t> prices) const {
  std::vector<Family> families;
  for (const std::vector<std::uint32_t>& members : index_.families()) {
    Family family;
    family.alternatives.push_back({});
    bool decided = false;
    for (const std::uint32_t j : members) {
      decided = decided || !domains[j].zero;
      if (!domains[j].can_accept()) continue;
      // Until all are known, the penalty holds minus the surplus.
      const LotDomain accepted{false, domains[j].low, domains[j].high};
      family.alternatives.push_back({-index_.best_surplus(j, accepted, prices), j});
    }
    if (decided || family.alternatives.size() == 1) continue;
    std::ranges::stable_sort(family.alternatives, {}, &Alternative::penalty);
    const int128 best = family.alternatives.front().penalty;
    for (Alternative& a : family.alternatives) a.penalty -= best;
    families.push_back(std::move(family));
  }
  std::ranges::stable_sort(families, [](const Family& a, const Family& b) {
    return a.alternatives[1].penalty < b.alternatives[1].penalty;
  });
  return families;
}

void BlockSearch::settle(std::vector<LotDomain>& domains, const Alternative& alternative,
                         std::span<const Alternative> all) const {
  for (const Alternative& a : all) {
    if (a.block != kNoGroup) domains[a.block] = LotDomain{};
  }
  if (alternative.block == kNoGroup) return;
  const Block& block = index_.book().blocks[alternative.block];
  domains[alternative.block] = {false, block.lots_min, block.lots};
}

// Evaluates every flip set that could be better than the best known outcome. False when there are
// too many: the caller then branches.
bool BlockSearch::enumerate(Run& run, const Node& node, const Hull& hull,
                            const std::vector<Family>& families) {
  bool few = false;
  if (run.result.found) {
    FlipSets count(families);
    std::uint32_t sets = 0;
    while (sets <= run.options.leaves_per_node_max && !count.empty() &&
           run.worth(hull.bound - count.next_penalty())) {
      count.pop();
      ++sets;
    }
    few = sets <= run.options.leaves_per_node_max;
  }
  std::vector<LotDomain> settled = node.domains;
  for (const Family& family : families) {
    settle(settled, family.alternatives.front(), family.alternatives);
  }
  FlipSets sets(families);
  std::vector<LotDomain> domains;
  for (std::uint32_t n = 0; few || n < kTrialLeaves; ++n) {
    if (sets.empty() || !run.worth(hull.bound - sets.next_penalty())) return true;
    const int128 bound = hull.bound - sets.next_penalty();
    domains = settled;
    sets.each(sets.pop(), [&](std::uint32_t family, std::uint32_t alternative) {
      const Family& f = families[family];
      settle(domains, f.alternatives[alternative], f.alternatives);
    });
    visit_leaf(run, node, bound, domains);
  }
  return false;
}

// All families are decided. With whole blocks only, the choice is evaluated; ranges of lots are
// evaluated at their upper ends, and go back into the tree where that may not be the best.
void BlockSearch::visit_leaf(Run& run, const Node& node, int128 bound,
                             std::span<const LotDomain> domains) {
  std::vector<std::int64_t> lots(domains.size(), 0);
  bool ranges = false;
  for (std::size_t j = 0; j < domains.size(); ++j) {
    if (domains[j].zero) continue;
    lots[j] = domains[j].high;
    ranges = ranges || domains[j].low < domains[j].high;
  }
  evaluate(run, lots);
  if (!ranges) return;
  push(run, Node{std::min(bound, node.bound), 0, {domains.begin(), domains.end()}, lots});
}

void BlockSearch::branch(Run& run, const Node& node, const Hull& hull,
                         const std::vector<Family>& families) {
  const Family& family = families.front();
  for (const Alternative& alternative : family.alternatives) {
    Node child{node.bound, 0, node.domains, hull.lots};
    settle(child.domains, alternative, family.alternatives);
    child.bound = std::min(node.bound, hull.bound - alternative.penalty);
    for (const Alternative& a : family.alternatives) {
      if (a.block == kNoGroup) continue;
      const LotDomain& domain = child.domains[a.block];
      child.start[a.block] = domain.zero ? 0 : std::max(child.start[a.block], domain.low);
    }
    push(run, std::move(child));
  }
}

// Nothing is open but how many lots of some blocks are accepted. The hull's choice, rounded, has
// been evaluated: cut the range where the hull stands.
void BlockSearch::split_lots(Run& run, const Node& node, const Hull& hull) {
  std::size_t widest = node.domains.size();
  std::size_t torn = node.domains.size();
  double most = 0.001;
  for (std::size_t j = 0; j < node.domains.size(); ++j) {
    const LotDomain& domain = node.domains[j];
    if (domain.zero || domain.low == domain.high) continue;
    if (widest == node.domains.size() ||
        domain.high - domain.low > node.domains[widest].high - node.domains[widest].low) {
      widest = j;
    }
    const double part =
        hull.share[j] - static_cast<double>(static_cast<std::int64_t>(hull.share[j]));
    const double distance = std::min(part, 1 - part);
    if (distance > most) {
      most = distance;
      torn = j;
    }
  }
  if (widest == node.domains.size()) return;  // a single choice, evaluated
  const std::size_t block = torn < node.domains.size() ? torn : widest;
  const LotDomain domain = node.domains[block];
  const auto stand = static_cast<std::int64_t>(hull.share[block]);
  const std::int64_t cut = std::clamp(stand, domain.low, domain.high - 1);
  for (const bool upper : {false, true}) {
    Node child{node.bound, 0, node.domains, hull.lots};
    (upper ? child.domains[block].low : child.domains[block].high) = upper ? cut + 1 : cut;
    child.start[block] =
        std::clamp(child.start[block], child.domains[block].low, child.domains[block].high);
    push(run, std::move(child));
  }
}

}  // namespace tongsuan::solver
