// Fourteen small hubs in cities beside the ten clusters: services that must start at once near
// their users, and the clusters' own jobs, which may use what the edge leaves (docs/scenarios.md).
#pragma once

#include "tongsuan/base/result.h"
#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/scenario.h"
#include "tongsuan/lab/scenario_text.h"

namespace tongsuan::lab {

[[nodiscard]] Result<Instance> make_edge(const ScenarioKeys& keys, const InstanceOptions& options);

}  // namespace tongsuan::lab
