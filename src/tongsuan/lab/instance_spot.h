// Six accelerator models and their published demand: what substitution is worth
// (docs/scenarios.md).
//
// The job table of the cluster is not public; its aggregates are. Jobs are drawn from the published
// distributions, so they are synthetic from aggregates: no job of it ever ran.
#pragma once

#include "tongsuan/base/result.h"
#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/scenario.h"
#include "tongsuan/lab/scenario_text.h"

namespace tongsuan::lab {

[[nodiscard]] Result<Instance> make_spot(const ScenarioKeys& keys, const InstanceOptions& options);

}  // namespace tongsuan::lab
