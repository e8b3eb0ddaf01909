#include "tongsuan/lab/packing_follow.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace tongsuan::lab::packing {
namespace {

class FollowRule final : public Rule {
 public:
  FollowRule(const Workload& workload, const Plan& plan, Admission admission)
      : workload_(workload),
        admission_(admission),
        open_(workload.kinds.size()),
        expected_(plan.expected),
        capacity_left_(static_cast<double>(workload.gpu_capacity())),
        capacity_(capacity_left_) {
    std::map<NodeShape, std::vector<std::uint32_t>> same_shape;
    for (std::uint32_t node = 0; node < workload.nodes.size(); ++node) {
      same_shape[workload.nodes[node]].push_back(node);
    }
    std::map<NodeShape, std::size_t> next;
    for (const PlannedNode& planned : plan.nodes) {
      followed_.push_back({same_shape[planned.shape][next[planned.shape]++], planned.slots});
      for (const Slot& slot : planned.slots) open_[slot.kind] += 1;
    }
  }

  [[nodiscard]] std::optional<Placement> choose(const Cluster& cluster,
                                                std::uint32_t kind) override {
    capacity_left_ -= workload_.kinds[kind].shape.gpu_total();
    std::optional<Option> option;
    if (open_[kind] > 0) option = own_slot(kind);
    if (!option) option = cheapest(cluster, kind);
    if (!option) return std::nullopt;
    if (admission_ == Admission::kWhatIsWorthIt && option->loss > worth(kind)) return std::nullopt;
    return take(*option);
  }

  // Those that have slots first, then the most worthy.
  void arrange(std::vector<std::uint32_t>& batch) override {
    std::vector<double> open = open_;
    const auto has_slot = [&](std::uint32_t kind) { return --open[kind] >= 0; };
    std::vector<std::uint32_t> first;
    std::vector<std::uint32_t> rest;
    for (const std::uint32_t kind : batch) (has_slot(kind) ? first : rest).push_back(kind);
    std::ranges::stable_sort(rest, std::greater<>(), [&](auto kind) { return worth(kind); });
    std::ranges::copy(rest, std::ranges::copy(first, batch.begin()).out);
  }

 private:
  struct Followed {
    std::uint32_t node;
    std::vector<Slot> slots;  // free ones
  };
  struct Option {
    std::size_t position = 0;  // in followed_
    GpuMask gpus = 0;
    double loss = 0;
    std::vector<Slot> given_up = {};
  };

  Placement take(const Option& option) {
    Followed& node = followed_[option.position];
    for (const Slot& slot : option.given_up) {
      node.slots.erase(std::ranges::find(node.slots, slot));
      open_[slot.kind] -= 1;
    }
    return {node.node, option.gpus};
  }

  [[nodiscard]] double worth(std::uint32_t kind) const {
    return static_cast<double>(pod_worth(workload_.kinds[kind].shape)) / kPriceScale;
  }

  // What a free slot of the kind counts for.
  [[nodiscard]] double slot_worth(std::uint32_t kind) const {
    const double coming = expected_[kind] * std::max(capacity_left_, 0.0) / capacity_;
    return worth(kind) * std::min(1.0, coming / open_[kind]);
  }

  // The node that has the fewest free slots, so that others stay whole.
  [[nodiscard]] std::optional<Option> own_slot(std::uint32_t kind) const {
    std::optional<Option> best;
    std::size_t fewest = SIZE_MAX;
    for (std::size_t i = 0; i < followed_.size(); ++i) {
      const std::vector<Slot>& slots = followed_[i].slots;
      if (slots.size() >= fewest) continue;
      const auto slot = std::ranges::find(slots, kind, &Slot::kind);
      if (slot == slots.end()) continue;
      fewest = slots.size();
      best = {.position = i, .gpus = slot->gpus, .loss = 0, .given_up = {*slot}};
    }
    return best;
  }

  [[nodiscard]] std::optional<Option> cheapest(const Cluster& cluster, std::uint32_t kind) const {
    const PodShape& pod = workload_.kinds[kind].shape;
    std::optional<Option> best;
    const auto consider = [&](std::size_t position, const NodeState& state, GpuMask gpus) {
      std::optional<Option> option = give_up(position, state, pod, gpus);
      if (option && (!best || option->loss < best->loss)) best = std::move(option);
    };
    for (std::size_t i = 0; i < followed_.size(); ++i) {
      const NodeState& state = cluster.nodes()[followed_[i].node];
      if (!fits(state, pod)) continue;
      if (!pod.is_share()) {
        consider(i, state, cheap_idle_gpus(i, state, pod.gpu_count));
        continue;
      }
      for (std::uint32_t gpu = 0; gpu < kGpusPerNodeMax; ++gpu) {
        if (state.gpu_left[gpu] >= pod.gpu_milli) {
          consider(i, state, with_gpu(0, gpu));
        }
      }
    }
    return best;
  }

  // The idle GPUs whose free slots count for least.
  [[nodiscard]] GpuMask cheap_idle_gpus(std::size_t position, const NodeState& state,
                                        std::int32_t count) const {
    std::vector<std::pair<double, std::uint32_t>> idle;
    for (std::uint32_t gpu = 0; gpu < kGpusPerNodeMax; ++gpu) {
      if (state.gpu_left[gpu] != kGpuMilli) continue;
      double sum = 0;
      for (const Slot& slot : followed_[position].slots) {
        if (has_gpu(slot.gpus, gpu)) sum += slot_worth(slot.kind);
      }
      idle.emplace_back(sum, gpu);
    }
    std::ranges::sort(idle);
    GpuMask mask = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      mask = with_gpu(mask, idle[i].second);
    }
    return mask;
  }

  // Which free slots of the node no longer fit when the pod takes these GPUs: slots are kept by
  // falling worth as long as they fit.
  [[nodiscard]] std::optional<Option> give_up(std::size_t position, NodeState state,
                                              const PodShape& pod, GpuMask gpus) const {
    place(state, pod, gpus);
    Option option{.position = position, .gpus = gpus, .loss = 0, .given_up = {}};
    std::vector<std::pair<double, Slot>> slots;
    for (const Slot& slot : followed_[position].slots) {
      slots.emplace_back(slot_worth(slot.kind), slot);
    }
    std::ranges::stable_sort(slots, std::greater<>(), &std::pair<double, Slot>::first);
    for (const auto& [worth, slot] : slots) {
      if (slot_fits(state, slot)) {
        place(state, workload_.kinds[slot.kind].shape, slot.gpus);
      } else {
        option.loss += worth;
        option.given_up.push_back(slot);
      }
    }
    return option;
  }

  [[nodiscard]] bool slot_fits(const NodeState& state, const Slot& slot) const {
    const PodShape& pod = workload_.kinds[slot.kind].shape;
    if (state.cpu_left < pod.cpu_milli || state.memory_left < pod.memory_mib) return false;
    for (std::uint32_t gpu = 0; gpu < kGpusPerNodeMax; ++gpu) {
      if (has_gpu(slot.gpus, gpu) && state.gpu_left[gpu] < pod.gpu_milli) return false;
    }
    return true;
  }

  const Workload& workload_;
  Admission admission_;
  std::vector<Followed> followed_;  // in the order of the plan
  std::vector<double> open_;        // free slots by kind
  std::vector<double> expected_;    // pods by kind, of all arrivals
  double capacity_left_;            // GPU milli that will still be asked for
  double capacity_;
};

}  // namespace

std::unique_ptr<Rule> make_follow_rule(const Workload& workload, const Plan& plan,
                                       Admission admission) {
  return std::make_unique<FollowRule>(workload, plan, admission);
}

}  // namespace tongsuan::lab::packing
