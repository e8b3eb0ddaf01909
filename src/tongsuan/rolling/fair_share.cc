#include "tongsuan/rolling/fair_share.h"

#include <algorithm>

namespace tongsuan::rolling {
namespace {

constexpr Second kUseMemory = 124'650;     // seconds; a day / ln 2, so that a day forgets a half
constexpr Second kRestored = 10 * 86'400;  // what is older counts less than a thousandth

// Use of one observation: devices at what the seller asks.
std::int64_t use_of(const engine::PoolState& pool, std::uint32_t devices, Second seconds) {
  const std::int64_t ask = std::max<std::int64_t>(1, pool.ask.raw() / 1'000);  // milli-yuan
  return static_cast<std::int64_t>(static_cast<int128>(ask) * devices * seconds / 1'000);
}

}  // namespace

void FairShare::observe(const engine::State& state, Second seconds) {
  if (percent_ == 0) return;
  const engine::Places& places = state.places();
  used_.resize(places.accounts.size(), 0);
  const Second kept = std::max<Second>(0, kUseMemory - seconds);
  for (std::int64_t& use : used_) {
    use = static_cast<std::int64_t>(static_cast<int128>(use) * kept / kUseMemory);
  }
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    const engine::PoolState& pool = state.pool(engine::PoolId{i});
    for (const engine::Node& node : pool.nodes) {
      for (const engine::ContractId id : node.contracts) {
        const engine::Contract& contract = state.contract(id);
        used_[state.order(contract.order).order.account.value] +=
            use_of(pool, contract.per_node, seconds);
      }
    }
  }
}

// Observations were at now − k · seconds; what one added is forgotten k − 1 times since.
void FairShare::restore(const engine::State& state, Second now, Second seconds) {
  if (percent_ == 0) return;
  used_.assign(state.places().accounts.size(), 0);
  constexpr std::int64_t kOne = std::int64_t{1} << 30;
  const Second kept = std::max<Second>(0, kUseMemory - seconds);
  std::vector<std::int64_t> sums = {0};  // [k]: what is left of one unit in each of the last k
  for (std::int64_t left = kOne; static_cast<Second>(sums.size()) * seconds <= kRestored;) {
    sums.push_back(sums.back() + left);
    left = left * kept / kUseMemory;
  }
  const auto last = static_cast<Second>(sums.size()) - 1;
  for (std::uint32_t i = 0; i < state.contract_count(); ++i) {
    if (!state.knows(engine::ContractId{i})) continue;
    const engine::Contract& contract = state.contract(engine::ContractId{i});
    if (!state.knows(contract.order)) continue;
    // The oldest and the newest k at which it ran.
    const Second oldest = std::min(last, (now - contract.start) / seconds);
    const Second newest = contract.end < 0 ? 0 : std::min(last, (now - contract.end) / seconds);
    if (oldest <= newest) continue;
    const std::int64_t share =
        sums[static_cast<std::size_t>(oldest)] - sums[static_cast<std::size_t>(newest)];
    const std::int64_t use = use_of(state.pool(contract.pool), contract.devices(), seconds);
    used_[state.order(contract.order).order.account.value] +=
        static_cast<std::int64_t>(static_cast<int128>(use) * share / kOne);
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
