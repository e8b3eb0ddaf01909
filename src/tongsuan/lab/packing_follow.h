// The rule that follows a plan: pods take the slots that were planned for their kind.
//
// Model. Every node keeps the slots of its plan that are not taken yet. A pod whose kind has a free
// slot takes it. Any other pod goes where it costs least: the slots that would no longer fit beside
// it are given up, and each counts for the GPU capacity of its pod times the chance that such a
// pod still comes. That chance is what is expected of the kind from now on per free slot of it.
//
// The rule is online: it knows the distribution of pods and the cluster, and no arrival before it
// comes. It never looks at names: nodes are followed in the order of the plan, and nodes of equal
// shape are interchangeable there. So the order of nodes changes which of them holds what, and
// never what is held.
#pragma once

#include <memory>

#include "tongsuan/lab/packing_plan.h"
#include "tongsuan/lab/packing_policy.h"

namespace tongsuan::lab::packing {

enum class Admission : std::uint8_t {
  kWhateverFits,   // a pod is dropped only where it fits nowhere, as in all published rules
  kWhatIsWorthIt,  // a pod with GPUs is also dropped where the slots given up are worth more
};

// Shares of the expected pods to plan for (PlanOptions): where nothing is refused a little less
// than all, so that pods of every kind keep slots; else more, so that slots go to the worthiest.
inline constexpr std::int64_t kShareWhateverFits = 985;
inline constexpr std::int64_t kShareWhatIsWorthIt = 1'040;

[[nodiscard]] std::unique_ptr<Rule> make_follow_rule(const Workload& workload, const Plan& plan,
                                                     Admission admission);

}  // namespace tongsuan::lab::packing
