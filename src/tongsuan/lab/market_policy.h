// Tongsuan's rolling market as a policy of the lab.
#pragma once

#include <memory>

#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/policy.h"
#include "tongsuan/lab/replay.h"

namespace tongsuan::lab {

[[nodiscard]] std::unique_ptr<Policy> market_policy(const Instance& instance,
                                                    const ReplayOptions& options);

}  // namespace tongsuan::lab
