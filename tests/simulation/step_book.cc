#include "step_book.h"

#include <algorithm>
#include <string>
#include <utility>

namespace tongsuan::simulation {

StepBook::StepBook(const engine::Places& places) : sums_(places.pools.size()) {
  for (const engine::Pool& pool : places.pools) {
    steps_.push_back({{pool.nodes * pool.node_devices, pool.ask}});
  }
}

void StepBook::asked(std::uint32_t pool, std::vector<engine::AskStep> steps) {
  steps_[pool] = std::move(steps);
}

void StepBook::asked(std::uint32_t pool, Price price) {
  std::uint32_t devices = 0;
  for (const engine::AskStep& step : steps_[pool]) devices += step.devices;
  steps_[pool] = {{devices, price}};
}

// What runs now counts now, and later until it is expected to end.
std::int64_t StepBook::used(Second at, Second when, const Held& held, std::uint32_t except) const {
  std::int64_t sum = 0;
  for (const auto& [contract, row] : contracts_) {
    if (row.pool == held.pool && (when == at || row.end > when)) sum += row.devices;
  }
  for (const auto& [order, row] : blocks_) {
    const bool holds = row.begin <= when && when < row.end;
    if (row.pool == held.pool && order != except && holds) sum += row.devices;
  }
  return sum;
}

std::int64_t StepBook::least(Second at, const Held& held, std::uint32_t except) const {
  std::int64_t most = used(at, held.begin, held, except);
  for (const auto& [order, row] : blocks_) {
    if (row.pool != held.pool || row.begin <= held.begin || row.begin >= held.end) continue;
    most = std::max(most, used(at, row.begin, held, except));
  }
  std::int64_t last = most + held.devices;  // counted from one
  for (const engine::AskStep& step : steps_[held.pool]) {
    last -= step.devices;
    if (last <= 0) return step.price.raw();
  }
  return steps_[held.pool].back().price.raw();
}

void StepBook::judge(const Held& held, std::int64_t least) {
  stepped_ += least > steps_[held.pool].front().price.raw();
  if (held.price >= least || broken_) return;
  broken_ = Violation{"suppliers_have_their_steps",
                      std::to_string(held.devices) + " devices of pool " +
                          std::to_string(held.pool) + " cost " + std::to_string(held.price) +
                          " and are asked " + std::to_string(least) + " for"};
}

void StepBook::promised(Second at, std::uint32_t order, const Held& held) {
  Row row{held, least(at, held, order)};
  judge(held, row.least);
  blocks_[order] = row;
}

// A promise keeps its price, and so does an award whose block was lost.
void StepBook::started(std::uint32_t contract, std::uint32_t order, const Held& held, bool agreed) {
  Row row{held, least(held.begin, held, order)};
  const auto block = blocks_.find(order);
  const bool kept = block != blocks_.end() && block->second.pool == held.pool &&
                    block->second.price == held.price;
  if (!kept && !agreed) judge(held, row.least);
  // Of one ask for all devices there are no steps to have: what is resold there was paid at an ask
  // that may have risen since.
  row.least = steps_[held.pool].size() > 1 ? std::min(row.least, held.price) : 0;
  blocks_.erase(order);
  contracts_[contract] = row;
}

void StepBook::shrunk(std::uint32_t contract, std::int64_t devices) {
  contracts_[contract].devices = devices;
}

void StepBook::delivered(std::uint32_t contract, Second seconds) {
  const Row& row = contracts_[contract];
  sums_[row.pool].asked += static_cast<int128>(row.least) * row.devices * seconds;
}

void StepBook::paid(std::uint32_t pool, std::int64_t amount) {
  sums_[pool].paid += amount;
  ++sums_[pool].payments;
}

int128 StepBook::asked_of(std::uint32_t contract) const {
  const auto row = contracts_.find(contract);
  return row == contracts_.end() ? 0 : static_cast<int128>(row->second.least) * row->second.devices;
}

void StepBook::given_back(std::uint32_t pool, int128 asked, std::int64_t amount) {
  sums_[pool].asked -= asked;
  sums_[pool].paid -= amount;
  ++sums_[pool].payments;
}

// Payments are rounded down, and may be split among several receivers.
Verdict StepBook::are_paid(std::uint32_t pool) const {
  const Sum& sum = sums_[pool];
  if ((sum.paid + sum.payments * 16) * 3'600 >= sum.asked) return std::nullopt;
  return Violation{"suppliers_have_their_steps",
                   "of pool " + std::to_string(pool) + " they lack " +
                       std::to_string(static_cast<std::int64_t>(sum.asked / 3'600 - sum.paid))};
}

}  // namespace tongsuan::simulation
