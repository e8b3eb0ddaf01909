#include "tongsuan/rolling/overrun.h"

#include <algorithm>

namespace tongsuan::rolling {
namespace {

using engine::Contract;
using engine::OrderRecord;
using engine::State;

// Whether the gang, which is expected to run until `end`, fits once the contract is gone, and
// leaves blocks alone.
bool fits_without(const State& state, const Contract& contract, const dispatch::Option& option,
                  Second end) {
  if (!(option.pool == contract.pool)) return false;
  const std::vector<engine::Node>& nodes = state.pool(option.pool).nodes;
  std::uint32_t found = 0;
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    const bool gone = std::ranges::binary_search(contract.nodes, i);
    const std::uint32_t free = nodes[i].free + (gone ? contract.per_node : 0);
    if (!nodes[i].up || free < option.need.per_node) continue;
    found += !state.is_promised(nodes[i], end);
  }
  return found >= option.need.nodes;
}

// What the order loses if everything goes on.
std::int64_t lost_by_waiting(const State& state, const dispatch::Scheduler& line, OrderId id) {
  const OrderRecord& record = state.order(id);
  Second at = engine::kSecondsMax;
  for (const dispatch::Option& option : *line.options(id)) {
    const auto later = line.earliest(state, option, State::remaining(record, option.way));
    if (later) at = std::min(at, *later);
  }
  return engine::value_at(record.order, state.now()) - engine::value_at(record.order, at);
}

}  // namespace

std::optional<dispatch::Scheduler::Planned> take_over(const State& state,
                                                      const dispatch::Scheduler& line,
                                                      engine::ContractId id, std::uint32_t run_ppm,
                                                      std::uint32_t count,
                                                      const OverrunRules& rules) {
  const Contract& contract = state.contract(id);
  if (rules.gain == 0 || contract.end >= 0) return std::nullopt;
  const std::int64_t delay = state.order(contract.order).order.delay_cost;
  const int128 repeated =
      static_cast<int128>(contract.price.raw()) * contract.devices() * rules.restart;
  for (const OrderId waiting : line.front(count)) {
    const OrderRecord& record = state.order(waiting);
    const std::vector<dispatch::Option>* options = line.options(waiting);
    if (options == nullptr) continue;
    for (const dispatch::Option& option : *options) {
      const HubId hub = state.places().pools[option.pool.value].hub;
      const Second end = state.now() + State::remaining(record, option.way);
      if (!fits_without(state, contract, option, end)) continue;
      if (!state.has_data(record.order, hub)) continue;
      const int128 run =
          static_cast<int128>(State::remaining(record, option.way)) * run_ppm / engine::kPpm;
      const int128 lost = (delay * (run + rules.restart) + repeated) / engine::kHour;
      if (lost_by_waiting(state, line, waiting) <= lost * rules.gain) continue;
      return dispatch::Scheduler::Planned{waiting, option.way, option.pool};
    }
  }
  return std::nullopt;
}

}  // namespace tongsuan::rolling
