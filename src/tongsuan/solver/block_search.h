// Which blocks to accept: the outcome of greatest welfare over many slots, under one of three
// rules.
//
// Method. Hull prices λ* (block_hull.h) give a bound D(λ*), and for every block what deciding
// against its surplus at λ* costs at least. Sets of such flips are enumerated in rising order of
// that cost; as soon as the cost reaches D − W of the best outcome found, that outcome is proved.
// Where too many sets cost too little, the least decided family is branched on and the hull is
// solved again at each branch, best bound first. Blocks accepted in part are branched on their
// number of lots.
//
// Whatever stops the search, `bound` is valid: no outcome of the rule has more welfare. Limits are
// work units (slots solved, pivots, choices looked at), so that a rerun stops at the same place.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/solver/block_book.h"
#include "tongsuan/solver/block_hull.h"
#include "tongsuan/solver/block_rules.h"

namespace tongsuan::solver {

enum class BlockRule : std::uint8_t {
  kFree,         // greatest welfare; marginal prices; blocks may lose
  kEuropean,     // prices support everything divisible, and no accepted block loses
  kNobodyLoses,  // at λ′ no accepted block, step, party or line loses (see block_rules.h)
};

struct BlockSearchOptions {
  BlockRule rule = BlockRule::kFree;
  std::uint64_t work_units_max = 1'000'000;
  std::uint32_t leaves_per_node_max = 1'000;
  int128 tolerance = 0;                  // an outcome this close to its bound counts as proved
  std::function<bool()> cancelled = {};  // may be empty; true: stop with the best so far
  // May be empty; called at each node: share of the budget, and the best welfare so far.
  std::function<void(double done, int128 welfare)> progress = {};
};

struct BlockSearchResult {
  bool found = false;  // with the rules kEuropean and kNobodyLoses rejecting all blocks always is
  BlockOutcome outcome;
  int128 bound = 0;          // on the welfare of any outcome under the rule
  bool proved = false;       // bound ≤ welfare + tolerance
  std::uint64_t leaves = 0;  // block choices evaluated
  std::uint64_t nodes = 0;   // hulls solved
  std::uint64_t work_units = 0;
};

// One book, searched under any number of rules; later searches profit from earlier ones' slots.
class BlockSearch {
 public:
  // The book must have passed check_book and must outlive the search. `reference` are last
  // round's prices, by entry; empty: there was none, and the lowest of equal prices are chosen.
  explicit BlockSearch(const BlockBook& book, std::vector<std::int64_t> reference = {});

  // λ*, the canonical one: among prices with the same bound, close to the reference, then low.
  [[nodiscard]] const Hull& hull();

  [[nodiscard]] BlockSearchResult run(const BlockSearchOptions& options);

  // The divisible outcome and marginal prices for given lots.
  [[nodiscard]] BlockOutcome dispatch(std::span<const std::int64_t> lots);

 private:
  struct Node {
    int128 bound = 0;
    std::uint64_t sequence = 0;
    std::vector<LotDomain> domains;
    std::vector<std::int64_t> start;
  };
  // A way to settle a family at a node, and what it costs against the best way.
  struct Alternative {
    int128 penalty = 0;
    std::uint32_t block = kNoGroup;  // kNoGroup: none of the family is accepted
  };
  struct Family {
    std::vector<Alternative> alternatives;  // the first has penalty 0
  };
  // A set of flips: the last one, and the set without it.
  struct Flip {
    int128 penalty = 0;  // of the whole set
    std::uint32_t family = 0;
    std::uint32_t alternative = 0;
    std::uint32_t rest = 0;
  };
  class FlipSets;
  struct Run;

  void make_canonical(Hull& hull);
  void find_first(Run& run);
  void process(Run& run, Node node);
  [[nodiscard]] std::vector<Family> open_families(std::span<const LotDomain> domains,
                                                  std::span<const std::int64_t> prices) const;
  [[nodiscard]] bool enumerate(Run& run, const Node& node, const Hull& hull,
                               const std::vector<Family>& families);
  void visit_leaf(Run& run, const Node& node, int128 bound, std::span<const LotDomain> domains);
  void branch(Run& run, const Node& node, const Hull& hull, const std::vector<Family>& families);
  void split_lots(Run& run, const Node& node, const Hull& hull);
  void settle(std::vector<LotDomain>& domains, const Alternative& alternative,
              std::span<const Alternative> all) const;
  bool evaluate(Run& run, std::span<const std::int64_t> lots);
  [[nodiscard]] std::vector<std::pair<int128, std::uint32_t>> rank_blocks(
      std::span<const std::int64_t> lots);
  void improve(Run& run, std::vector<std::int64_t> lots);
  [[nodiscard]] bool exhausted(const Run& run) const;
  void report(const Run& run) const;
  void evaluate_stand(Run& run, const Node& node, const Hull& hull);
  void push(Run& run, Node node) const;
  [[nodiscard]] std::uint64_t work_units() const;

  BlockIndex index_;
  std::vector<std::int64_t> reference_;
  SlotCache cache_;
  HullSolver hull_solver_;
  BlockPricer pricer_;
  BlockState state_;
  Hull hull_;
  bool hull_known_ = false;
  std::uint64_t leaves_ = 0;
  std::vector<std::int64_t> first_lots_;  // of the best outcome of an earlier search
};

}  // namespace tongsuan::solver
