#include "tongsuan/rolling/fair_share.h"

#include <algorithm>

namespace tongsuan::rolling {
namespace {

constexpr Second kMemory = 124'650;  // seconds; a day / ln 2, so that a day forgets a half

}  // namespace

void FairShare::observe(const engine::State& state, Second seconds) {
  if (percent_ == 0) return;
  const engine::Places& places = state.places();
  used_.resize(places.accounts.size(), 0);
  const Second kept = std::max<Second>(0, kMemory - seconds);
  for (std::int64_t& use : used_) {
    use = static_cast<std::int64_t>(static_cast<int128>(use) * kept / kMemory);
  }
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    const engine::PoolState& pool = state.pool(engine::PoolId{i});
    const std::int64_t ask = std::max<std::int64_t>(1, pool.ask.raw() / 1'000);  // milli-yuan
    for (const engine::Node& node : pool.nodes) {
      for (const engine::ContractId id : node.contracts) {
        const engine::Contract& contract = state.contract(id);
        used_[state.order(contract.order).order.account.value] += static_cast<std::int64_t>(
            static_cast<int128>(ask) * contract.per_node * seconds / 1'000);
      }
    }
  }
}

std::vector<std::uint32_t> FairShare::weights() const {
  if (percent_ == 0) return {};
  int128 sum = 0;
  std::int64_t users = 0;
  for (const std::int64_t use : used_) {
    sum += use;
    users += use > 0;
  }
  if (users == 0) return {};
  const int128 mean = sum / users;
  std::vector<std::uint32_t> weights;
  for (const std::int64_t use : used_) {
    const int128 tilt = mean + use == 0 ? 0 : (mean - use) * 1'000 / (mean + use);
    weights.push_back(static_cast<std::uint32_t>(1'000 + tilt * percent_ / 100));
  }
  return weights;
}

}  // namespace tongsuan::rolling
