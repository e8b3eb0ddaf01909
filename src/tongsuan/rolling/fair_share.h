// Fairness between tenants: who has used much of late stands further back.
//
// Model. The use of an account is what its contracts hold, device-seconds at what sellers ask,
// forgotten by half in a day. An account that used as much as the mean of those who used anything
// counts as it is; one that used nothing counts more by the rule's percentage, one that used far
// more counts less by it: 1 + p · (mean − use) / (mean + use). So scarcity decides within a band,
// and value still decides most.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/engine/engine.h"

namespace tongsuan::rolling {

class FairShare {
 public:
  // `percent`: 0 to 100.
  explicit FairShare(std::uint32_t percent) : percent_(percent) {}

  // Adds what runs now for the `seconds` since the last call.
  void observe(const engine::State& state, Second seconds);
  // As if it had observed every `seconds` until now what the state's contracts held then.
  void restore(const engine::State& state, Second now, Second seconds);
  // Per mille of the key of each account's orders; empty when the rule is off.
  [[nodiscard]] std::vector<std::uint32_t> weights() const;

 private:
  std::uint32_t percent_;
  std::vector<std::int64_t> used_;  // by AccountId: yuan-seconds per hour, faded
};

}  // namespace tongsuan::rolling
