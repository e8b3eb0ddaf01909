// Placement rules, and the game that they play.
//
// Model. A rule sees the cluster and one pod, and says where it goes or that it is dropped. Most
// rules score a pod on a node by the node's state alone: `ScoreRule`. The game takes the best
// score, then the best tie value, then the node that stands first in a list. That list is shuffled
// by the seed, as the published simulator shuffles names; a rule whose equal scores mean equal
// states does not see it. Scores are kept until the node changes, which makes a run some hundred
// times faster.
//
// The published rules (names as in the paper) follow hkust-adsl/kubernetes-scheduler-simulator:
// scores are whole numbers from 0 to 100, and equal ones are common.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/lab/packing_workload.h"

namespace tongsuan::lab::packing {

struct Placement {
  std::uint32_t node = 0;
  GpuMask gpus = 0;
};

class Cluster {
 public:
  explicit Cluster(const Workload& workload);
  [[nodiscard]] const std::vector<NodeState>& nodes() const { return nodes_; }
  // Rises whenever the node changes.
  [[nodiscard]] std::uint32_t version(std::uint32_t node) const { return versions_[node]; }
  void place(const PodShape& pod, const Placement& placement);
  [[nodiscard]] std::int64_t allocated() const { return allocated_; }  // GPU milli

 private:
  std::vector<NodeState> nodes_;
  std::vector<std::uint32_t> versions_;
  std::int64_t allocated_ = 0;
};

class Rule {
 public:
  virtual ~Rule() = default;
  // Where a pod of this kind goes; nothing where it fits nowhere.
  [[nodiscard]] virtual std::optional<Placement> choose(const Cluster& cluster,
                                                        std::uint32_t kind) = 0;
  // The order in which pods that arrived together are placed; as they came where the rule does not
  // care.
  virtual void arrange(std::vector<std::uint32_t>& /*batch*/) {}
};

struct GameResult {
  std::int64_t allocated = 0;  // GPU milli after the last arrival
  std::int64_t dropped = 0;    // pods
  std::vector<NodeState> nodes;
};

struct Game {
  std::vector<std::uint32_t> arrivals;  // kinds
  std::size_t batch = 1;                // so many are placed together
};

[[nodiscard]] GameResult play(const Workload& workload, const Game& game, Rule& rule);

// ---- Rules that score states -------------------------------------------------------------------

struct Score {
  std::int64_t score = 0;
  std::int64_t tie = 0;  // the larger, the better
  GpuMask gpus = 0;
  friend auto operator<=>(const Score&, const Score&) = default;
};

class StateScore {
 public:
  virtual ~StateScore() = default;
  // `fits(state, pod)` holds.
  [[nodiscard]] virtual Score score(const NodeState& state, const PodShape& pod) const = 0;
};

[[nodiscard]] std::unique_ptr<Rule> make_score_rule(const Workload& workload,
                                                    std::unique_ptr<StateScore> score,
                                                    std::uint64_t seed);

// FGD with ties by best fit, as a score of states.
[[nodiscard]] std::unique_ptr<StateScore> make_fgd_score(const Workload& workload);

enum class PublishedRule : std::uint8_t {
  kRandom,
  kDotProduct,
  kBestFit,
  kFgd,            // ties by the (shuffled) order of nodes
  kFgdRandomTies,  // a fresh draw among equal scores
  kFgdBestFit,     // ties by the score of kBestFit, unrounded
};

[[nodiscard]] const char* rule_name(PublishedRule rule);
[[nodiscard]] std::unique_ptr<Rule> make_rule(PublishedRule rule, const Workload& workload,
                                              std::uint64_t seed);

}  // namespace tongsuan::lab::packing
