#include "tongsuan/rolling/relocate.h"

#include <algorithm>
#include <vector>

#include "tongsuan/base/check.h"

namespace tongsuan::rolling {
namespace {

using engine::Contract;
using engine::ContractId;
using engine::OrderRecord;
using engine::PoolId;
using engine::State;

class Relocation {
 public:
  Relocation(dispatch::Desk& desk, const dispatch::Scheduler& line, const PriceTable& prices,
             std::uint32_t run_ppm, const RelocateRules& rules)
      : desk_(desk), line_(line), prices_(prices), run_ppm_(run_ppm), rules_(rules) {}

  std::uint32_t run() {
    std::vector<Candidate> candidates = find_candidates();
    std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
      return a.rest_cost != b.rest_cost ? a.rest_cost > b.rest_cost : a.contract < b.contract;
    });
    std::uint32_t moved = 0;
    for (const Candidate& candidate : candidates) {
      if (moved == rules_.moves_max) break;
      moved += move(candidate);
    }
    return moved;
  }

 private:
  struct Candidate {
    ContractId contract;
    std::int64_t rest_cost = 0;  // micro-yuan, here
    Second rest = 0;             // seconds, here
  };

  [[nodiscard]] Second expected(Second estimate) const {
    return static_cast<Second>(static_cast<int128>(estimate) * run_ppm_ / engine::kPpm);
  }

  std::vector<Candidate> find_candidates() const {
    const State& state = desk_.state();
    std::vector<Candidate> found;
    for (std::uint32_t i = 0; i < state.places().pools.size(); ++i) {
      const engine::PoolState& pool = state.pool(PoolId{i});
      for (std::uint32_t node = 0; node < pool.nodes.size(); ++node) {
        for (const ContractId id : pool.nodes[node].contracts) {
          const Contract& contract = state.contract(id);
          if (contract.nodes.front() != node) continue;  // once each
          if (contract.start + rules_.settled > desk_.now()) continue;
          const Second end = contract.start + expected(contract.expected_end - contract.start);
          const Second rest = end - desk_.now();
          if (rest < rules_.settled) continue;
          const engine::Need need{static_cast<std::uint32_t>(contract.nodes.size()),
                                  contract.per_node};
          found.push_back({id, prices_.cost(PoolId{i}, need, desk_.now(), rest), rest});
        }
      }
    }
    return found;
  }

  bool move(const Candidate& candidate) {
    const State& state = desk_.state();
    const Contract& contract = state.contract(candidate.contract);
    const OrderRecord& record = state.order(contract.order);
    const engine::LiveOrder& order = record.order;
    const HubId here = state.places().pools[contract.pool.value].hub;
    std::int64_t least = candidate.rest_cost * (100 - rules_.saving_percent) / 100;
    std::optional<dispatch::Option> best;
    std::vector<std::uint32_t> best_nodes;
    for (std::uint32_t way = 0; way < order.ways.size(); ++way) {
      for (const PoolId pool : state.pools_of(order, way)) {
        if (pool == contract.pool) continue;
        const engine::Pool& there = state.places().pools[pool.value];
        if (!state.has_data(order, there.hub)) continue;
        const dispatch::Option option{
            way, pool, engine::need_of(order.ways[way], order.whole_nodes, there.node_devices)};
        if (!dispatch::may_fit(state.pool(pool), option.need)) continue;
        const Second restart = there.hub == here ? rules_.restart : rules_.restart_far;
        const std::int64_t cost = cost_there(candidate, record, contract.way, option, restart);
        if (cost >= least) continue;
        auto nodes = line_.nodes_for(state, option, order.ways[way].estimate);
        if (!nodes) continue;
        least = cost;
        best = option;
        best_nodes = std::move(nodes->nodes);
      }
    }
    if (!best) return false;
    const OrderId id = contract.order;
    const Price price(prices_.capacity(best->pool));
    if (!desk_.execute(engine::EndContract{candidate.contract, engine::EndReason::kPreempted, 0})) {
      return false;
    }
    const bool goes_on =
        desk_.execute(engine::StartOrder{id, best->way, best->pool, best_nodes, price});
    TONGSUAN_CHECK(goes_on);
    return true;
  }

  // The rest and the restart there, and what the owner loses by the delay. Within its grace it
  // loses nothing; what earlier stops took of that is not known here.
  [[nodiscard]] std::int64_t cost_there(const Candidate& candidate, const OrderRecord& record,
                                        std::uint32_t way, const dispatch::Option& option,
                                        Second restart) const {
    const engine::LiveOrder& order = record.order;
    const auto rest =
        static_cast<Second>(static_cast<int128>(candidate.rest) * order.ways[option.way].estimate /
                            order.ways[way].estimate);
    const Second costly =
        engine::costly_wait(order, record.first_start, record.first_start + restart);
    return prices_.cost(option.pool, option.need, desk_.now(), rest + restart) +
           static_cast<std::int64_t>(static_cast<int128>(order.delay_cost) * costly / 3'600);
  }

  dispatch::Desk& desk_;
  const dispatch::Scheduler& line_;
  const PriceTable& prices_;
  std::uint32_t run_ppm_;
  const RelocateRules& rules_;
};

}  // namespace

std::uint32_t relocate(dispatch::Desk& desk, const dispatch::Scheduler& line,
                       const PriceTable& prices, std::uint32_t run_ppm,
                       const RelocateRules& rules) {
  return Relocation(desk, line, prices, run_ppm, rules).run();
}

}  // namespace tongsuan::rolling
