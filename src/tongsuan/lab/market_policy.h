// Tongsuan's rolling market as a policy of the lab.
#pragma once

#include <memory>

#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/policy.h"
#include "tongsuan/lab/replay.h"
#include "tongsuan/rolling/rolling.h"

namespace tongsuan::lab {

// What it plays by in this instance.
[[nodiscard]] rolling::MarketRules market_rules(const Instance& instance,
                                                const ReplayOptions& options);
[[nodiscard]] std::unique_ptr<Policy> market_policy(const Instance& instance,
                                                    const ReplayOptions& options);

}  // namespace tongsuan::lab
