#include "tongsuan/lab/packing_plan.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "tongsuan/lab/packing_policy.h"

namespace tongsuan::lab::packing {
namespace {

// The pattern program for a plan ends when it can gain no more than this part of the cluster.
constexpr double kGapPart = 1e-4;

// The slots of a pattern, GPU by GPU.
std::vector<Slot> lay_out(const Pattern& pattern, const std::vector<PodKind>& kinds) {
  std::vector<Slot> slots;
  std::uint32_t next = 0;
  for (const FillingPart& part : pattern.parts) {
    GpuMask mask = 0;
    for (std::int32_t i = 0; i < part.gpus; ++i) mask = with_gpu(mask, next++);
    for (const std::uint32_t kind : part.pods) {
      slots.push_back({kind, kinds[kind].shape.gpu_count == 0 ? GpuMask{0} : mask});
    }
  }
  return slots;
}

// Turns a fractional solution into whole nodes: first the whole part of every pattern, then
// patterns by falling fraction, as far as pods and nodes are left, then single pods.
class Rounding {
 public:
  Rounding(const MasterProblem& problem, Plan& plan) : problem_(problem), plan_(plan) {
    for (const double count : problem_.counts) {
      left_.push_back(static_cast<std::int64_t>(count + 0.5));
    }
    for (const NodeGroup& group : problem_.groups) nodes_left_.push_back(group.count);
  }

  void take_patterns(std::vector<Pattern> patterns) {
    for (Pattern& pattern : patterns) {
      for (; pattern.nodes >= kAlmostOne; pattern.nodes -= 1) take(pattern);
    }
    std::ranges::stable_sort(patterns, std::greater<>(), &Pattern::nodes);
    for (const Pattern& pattern : patterns) {
      if (nodes_left_[pattern.group] > 0) take(pattern);
    }
    for (std::size_t group = 0; group < nodes_left_.size(); ++group) {
      for (; nodes_left_[group] > 0; --nodes_left_[group]) {
        plan_.nodes.push_back({problem_.groups[group].shape, {}});
      }
    }
    std::ranges::stable_sort(plan_.nodes, {}, &PlannedNode::shape);
  }

  // Large pods first, each where FGD puts it.
  void take_pods(const StateScore& score) {
    std::vector<NodeState> states;
    for (const PlannedNode& node : plan_.nodes) states.push_back(planned_state(node));
    for (const std::uint32_t kind : by_size()) {
      for (; left_[kind] > 0; --left_[kind]) {
        if (!take_pod(kind, states, score)) break;
      }
    }
  }

 private:
  static constexpr double kAlmostOne = 1 - 1e-6;

  void take(const Pattern& pattern) {
    PlannedNode node{.shape = problem_.groups[pattern.group].shape, .slots = {}};
    NodeState state(node.shape);
    for (const Slot& slot : lay_out(pattern, problem_.kinds)) {
      const PodShape& pod = problem_.kinds[slot.kind].shape;
      if (left_[slot.kind] < 1 || !fits(state, pod)) continue;
      place(state, pod, slot.gpus);
      --left_[slot.kind];
      node.slots.push_back(slot);
    }
    plan_.nodes.push_back(std::move(node));
    --nodes_left_[pattern.group];
  }

  [[nodiscard]] NodeState planned_state(const PlannedNode& node) const {
    NodeState state(node.shape);
    for (const Slot& slot : node.slots) place(state, problem_.kinds[slot.kind].shape, slot.gpus);
    return state;
  }

  [[nodiscard]] std::vector<std::uint32_t> by_size() const {
    std::vector<std::uint32_t> kinds(problem_.kinds.size());
    std::iota(kinds.begin(), kinds.end(), 0U);
    std::ranges::stable_sort(kinds, std::greater<>(), [&](std::uint32_t kind) {
      const PodShape& pod = problem_.kinds[kind].shape;
      return std::pair(pod.gpu_total(), pod.cpu_milli);
    });
    return kinds;
  }

  bool take_pod(std::uint32_t kind, std::vector<NodeState>& states, const StateScore& score) {
    const PodShape& pod = problem_.kinds[kind].shape;
    std::size_t chosen = states.size();
    Score best;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (!fits(states[i], pod)) continue;
      const Score here = score.score(states[i], pod);
      if (chosen < states.size() &&
          std::pair(here.score, here.tie) <= std::pair(best.score, best.tie))
        continue;
      best = here;
      chosen = i;
    }
    if (chosen == states.size()) return false;
    place(states[chosen], pod, best.gpus);
    plan_.nodes[chosen].slots.push_back({kind, best.gpus});
    return true;
  }

  const MasterProblem& problem_;
  Plan& plan_;
  std::vector<std::int64_t> left_;        // pods of each kind that are not planned yet
  std::vector<std::int64_t> nodes_left_;  // by group
};

}  // namespace

Plan make_plan(const Workload& workload, const PlanOptions& options) {
  MasterProblem problem{.kinds = workload.kinds,
                        .groups = group_nodes(workload),
                        .counts = {},
                        .values = {},
                        .patterns = Patterns::kFitting,
                        .gap = static_cast<double>(workload.gpu_capacity()) * kGapPart};
  Plan plan{.nodes = {}, .expected = expected_pods(workload)};
  const double share = static_cast<double>(options.share_permille) / 1'000;
  for (const double expected : plan.expected) problem.counts.push_back(expected * share);
  for (const PodKind& kind : workload.kinds) problem.values.push_back(pod_worth(kind.shape));
  Rounding rounding(problem, plan);
  rounding.take_patterns(solve_master(problem).patterns);
  rounding.take_pods(*make_fgd_score(workload));
  return plan;
}

}  // namespace tongsuan::lab::packing
