// Worlds whose jobs are those of public traces: when they come, how many devices they hold and for
// how long are real; worth, estimates, homes and hubs are drawn (docs/scenarios.md).
#pragma once

#include <string>

#include "tongsuan/base/result.h"
#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/scenario.h"
#include "tongsuan/lab/scenario_text.h"

namespace tongsuan::lab {

// `data_dir`/`name`, or an error that says which folder is missing and how to give it.
[[nodiscard]] Result<std::string> trace_folder(const InstanceOptions& options,
                                               const std::string& scenario,
                                               const std::string& name);

// Microsoft Philly: each virtual cluster is a hub, the three smallest are one. The trace does not
// align its clusters: the seed shifts each of them around the span.
[[nodiscard]] Result<Instance> make_philly(const ScenarioKeys& keys,
                                           const InstanceOptions& options);

// Alibaba PAI: a year of jobs at four hubs. The trace names no owners and no machines: both are
// drawn, and a device is a node.
[[nodiscard]] Result<Instance> make_pai(const ScenarioKeys& keys, const InstanceOptions& options);

}  // namespace tongsuan::lab
