#include "tongsuan/lab/packing_policy.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "tongsuan/lab/draw.h"
#include "tongsuan/lab/packing_fragment.h"
#include "tongsuan/solver/search_math.h"

namespace tongsuan::lab::packing {
namespace {

// What scores are normalised by: the largest node that the simulator knows.
constexpr std::int64_t kCpuMost = 128'000;
constexpr std::int64_t kGpuMost = 8'000;

// A share takes the GPU with the least left that is enough; whole GPUs take the first idle ones.
GpuMask tightest_gpus(const NodeState& state, const PodShape& pod) {
  if (!pod.is_share()) return first_idle_gpus(state, pod.gpu_count);
  std::uint32_t best = kGpusPerNodeMax;
  for (std::uint32_t i = 0; i < kGpusPerNodeMax; ++i) {
    if (state.gpu_left[i] < pod.gpu_milli) continue;
    if (best == kGpusPerNodeMax || state.gpu_left[i] < state.gpu_left[best]) best = i;
  }
  return with_gpu(0, best);
}

// What best fit leaves unused, in units of 1 / (2 · kCpuMost · kGpuMost).
std::int64_t slack(const NodeState& state, const PodShape& pod) {
  return (state.cpu_left - pod.cpu_milli) * kGpuMost +
         (state.gpu_left_total() - pod.gpu_total()) * kCpuMost;
}

class BestFit final : public StateScore {
 public:
  [[nodiscard]] Score score(const NodeState& state, const PodShape& pod) const override {
    constexpr std::int64_t kWhole = 2 * kCpuMost * kGpuMost;
    const std::int64_t percent = (kWhole - slack(state, pod)) * 100 / kWhole;
    return {.score = percent, .tie = 0, .gpus = tightest_gpus(state, pod)};
  }
};

// The alignment of what is asked and what is left; less is better (Tetris, turned around).
class DotProduct final : public StateScore {
 public:
  [[nodiscard]] Score score(const NodeState& state, const PodShape& pod) const override {
    const double cpu = static_cast<double>(state.cpu_left) * pod.cpu_milli / (kCpuMost * kCpuMost);
    const double gpu =
        static_cast<double>(state.gpu_left_total()) * pod.gpu_total() / (kGpuMost * kGpuMost);
    const double score = 1 - (cpu + gpu) / 2;
    return {.score = static_cast<std::int64_t>(score * 100),
            .tie = 0,
            .gpus = tightest_gpus(state, pod)};
  }
};

enum class FgdTies : std::uint8_t { kOrder, kBestFit };

class Fgd final : public StateScore {
 public:
  Fgd(const Workload& workload, FgdTies ties) : fragmentation_(workload), ties_(ties) {}
  [[nodiscard]] Score score(const NodeState& state, const PodShape& pod) const override {
    const std::int64_t before = fragmentation_.amount(state);
    const std::int64_t tie = ties_ == FgdTies::kBestFit ? -slack(state, pod) : 0;
    if (!pod.is_share()) {
      const GpuMask gpus = first_idle_gpus(state, pod.gpu_count);
      return {.score = score_after(state, pod, gpus, before), .tie = tie, .gpus = gpus};
    }
    Score best{.score = -1, .tie = tie, .gpus = 0};
    for (std::uint32_t i = 0; i < kGpusPerNodeMax; ++i) {
      if (state.gpu_left[i] < pod.gpu_milli) continue;
      const auto gpus = with_gpu(0, i);
      const std::int64_t score = score_after(state, pod, gpus, before);
      if (score > best.score) best = {.score = score, .tie = tie, .gpus = gpus};
    }
    return best;
  }

 private:
  [[nodiscard]] std::int64_t score_after(NodeState state, const PodShape& pod, GpuMask gpus,
                                         std::int64_t before) const {
    place(state, pod, gpus);
    const auto change = static_cast<double>(before - fragmentation_.amount(state));
    const double gpus_less = change / static_cast<double>(fragmentation_.weight() * kGpuMilli);
    return static_cast<std::int64_t>(100 / (1 + solver::primal::exponential(-gpus_less)));
  }

  Fragmentation fragmentation_;
  FgdTies ties_;
};

std::vector<std::uint32_t> shuffled_nodes(const Workload& workload, std::uint64_t seed) {
  std::vector<std::uint32_t> order(workload.nodes.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  Random random = draw_stream(seed, 1);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

enum class Ties : std::uint8_t { kFirst, kDrawn };

class ScoreRule final : public Rule {
 public:
  ScoreRule(const Workload& workload, std::unique_ptr<StateScore> score, std::uint64_t seed,
            Ties ties)
      : workload_(workload),
        score_(std::move(score)),
        order_(shuffled_nodes(workload, seed)),
        random_(draw_stream(seed, 2)),
        ties_(ties),
        kept_(workload.nodes.size() * workload.kinds.size()) {}

  [[nodiscard]] std::optional<Placement> choose(const Cluster& cluster,
                                                std::uint32_t kind) override {
    std::optional<Placement> chosen;
    Score best;
    std::uint64_t equal = 0;
    for (const std::uint32_t node : order_) {
      const Kept& kept = look(cluster, node, kind);
      if (!kept.fits) continue;
      if (chosen &&
          std::pair(kept.score.score, kept.score.tie) <= std::pair(best.score, best.tie)) {
        if (ties_ != Ties::kDrawn || kept.score.score != best.score) continue;
        if (random_.below(++equal) != 0) continue;
      } else {
        equal = 1;
      }
      best = kept.score;
      chosen = Placement{node, best.gpus};
    }
    return chosen;
  }

  // Large pods first.
  void arrange(std::vector<std::uint32_t>& batch) override {
    std::ranges::stable_sort(batch, std::greater<>(), [&](std::uint32_t kind) {
      const PodShape& pod = workload_.kinds[kind].shape;
      return std::pair(pod.gpu_total(), pod.cpu_milli);
    });
  }

 private:
  struct Kept {
    std::uint32_t version = UINT32_MAX;
    bool fits = false;
    Score score;
  };

  const Kept& look(const Cluster& cluster, std::uint32_t node, std::uint32_t kind) {
    Kept& kept = kept_[node * workload_.kinds.size() + kind];
    if (kept.version == cluster.version(node)) return kept;
    kept.version = cluster.version(node);
    const NodeState& state = cluster.nodes()[node];
    const PodShape& pod = workload_.kinds[kind].shape;
    kept.fits = fits(state, pod);
    if (kept.fits) kept.score = score_->score(state, pod);
    return kept;
  }

  const Workload& workload_;
  std::unique_ptr<StateScore> score_;
  std::vector<std::uint32_t> order_;
  Random random_;
  Ties ties_;
  std::vector<Kept> kept_;  // by node, then kind
};

class RandomRule final : public Rule {
 public:
  RandomRule(const Workload& workload, std::uint64_t seed)
      : workload_(workload), random_(draw_stream(seed, 3)) {}

  [[nodiscard]] std::optional<Placement> choose(const Cluster& cluster,
                                                std::uint32_t kind) override {
    const PodShape& pod = workload_.kinds[kind].shape;
    std::optional<Placement> chosen;
    std::uint64_t seen = 0;
    for (std::uint32_t node = 0; node < cluster.nodes().size(); ++node) {
      if (fits(cluster.nodes()[node], pod) && random_.below(++seen) == 0) chosen = {node, 0};
    }
    if (chosen) chosen->gpus = random_gpus(cluster.nodes()[chosen->node], pod);
    return chosen;
  }

 private:
  GpuMask random_gpus(const NodeState& state, const PodShape& pod) {
    if (!pod.is_share()) return first_idle_gpus(state, pod.gpu_count);
    std::uint32_t chosen = 0;
    std::uint64_t seen = 0;
    for (std::uint32_t i = 0; i < kGpusPerNodeMax; ++i) {
      if (state.gpu_left[i] >= pod.gpu_milli && random_.below(++seen) == 0) chosen = i;
    }
    return with_gpu(0, chosen);
  }

  const Workload& workload_;
  Random random_;
};

}  // namespace

Cluster::Cluster(const Workload& workload) : versions_(workload.nodes.size()) {
  for (const NodeShape& node : workload.nodes) nodes_.emplace_back(node);
}

void Cluster::place(const PodShape& pod, const Placement& placement) {
  packing::place(nodes_[placement.node], pod, placement.gpus);
  ++versions_[placement.node];
  allocated_ += pod.gpu_total();
}

GameResult play(const Workload& workload, const Game& game, Rule& rule) {
  Cluster cluster(workload);
  GameResult result;
  for (std::size_t begin = 0; begin < game.arrivals.size(); begin += game.batch) {
    const std::size_t end = std::min(begin + game.batch, game.arrivals.size());
    const auto first = game.arrivals.begin();
    std::vector<std::uint32_t> batch(first + static_cast<std::ptrdiff_t>(begin),
                                     first + static_cast<std::ptrdiff_t>(end));
    if (game.batch > 1) rule.arrange(batch);
    for (const std::uint32_t kind : batch) {
      const std::optional<Placement> placement = rule.choose(cluster, kind);
      if (placement) cluster.place(workload.kinds[kind].shape, *placement);
      if (!placement) ++result.dropped;
    }
  }
  result.allocated = cluster.allocated();
  result.nodes = cluster.nodes();
  return result;
}

std::unique_ptr<Rule> make_score_rule(const Workload& workload, std::unique_ptr<StateScore> score,
                                      std::uint64_t seed) {
  return std::make_unique<ScoreRule>(workload, std::move(score), seed, Ties::kFirst);
}

std::unique_ptr<StateScore> make_fgd_score(const Workload& workload) {
  return std::make_unique<Fgd>(workload, FgdTies::kBestFit);
}

const char* rule_name(PublishedRule rule) {
  constexpr std::array kNames{"random", "dot product",      "best fit",
                              "FGD",    "FGD, random ties", "FGD, best-fit ties"};
  return kNames[static_cast<std::size_t>(rule)];
}

std::unique_ptr<Rule> make_rule(PublishedRule rule, const Workload& workload, std::uint64_t seed) {
  switch (rule) {
    case PublishedRule::kRandom:
      return std::make_unique<RandomRule>(workload, seed);
    case PublishedRule::kDotProduct:
      return make_score_rule(workload, std::make_unique<DotProduct>(), seed);
    case PublishedRule::kBestFit:
      return make_score_rule(workload, std::make_unique<BestFit>(), seed);
    case PublishedRule::kFgd:
      return make_score_rule(workload, std::make_unique<Fgd>(workload, FgdTies::kOrder), seed);
    case PublishedRule::kFgdRandomTies:
      return std::make_unique<ScoreRule>(workload, std::make_unique<Fgd>(workload, FgdTies::kOrder),
                                         seed, Ties::kDrawn);
    case PublishedRule::kFgdBestFit:
      return make_score_rule(workload, std::make_unique<Fgd>(workload, FgdTies::kBestFit), seed);
  }
  TONGSUAN_CHECK(false);
  return nullptr;
}

}  // namespace tongsuan::lab::packing
