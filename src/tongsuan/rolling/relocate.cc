#include "tongsuan/rolling/relocate.h"

#include <algorithm>
#include <utility>

namespace tongsuan::rolling {

using engine::Contract;
using engine::ContractId;
using engine::OrderRecord;
using engine::PoolId;
using engine::State;

void Relocation::begin(const State& state, const PriceTable& prices, std::uint32_t run_ppm,
                       Second now) {
  candidates_.clear();
  next_ = 0;
  moved_ = 0;
  const auto expected = [&](Second estimate) {
    return static_cast<Second>(static_cast<int128>(estimate) * run_ppm / engine::kPpm);
  };
  for (std::uint32_t i = 0; i < state.places().pools.size(); ++i) {
    const engine::PoolState& pool = state.pool(PoolId{i});
    for (std::uint32_t node = 0; node < pool.nodes.size(); ++node) {
      for (const ContractId id : pool.nodes[node].contracts) {
        const Contract& contract = state.contract(id);
        if (contract.nodes.front() != node) continue;  // once each
        if (contract.start + rules_.settled > now) continue;
        const Second end = contract.start + expected(contract.expected_end - contract.start);
        const Second rest = end - now;
        if (rest < rules_.settled) continue;
        const engine::Need need{static_cast<std::uint32_t>(contract.nodes.size()),
                                contract.per_node};
        candidates_.push_back({id, prices.cost(PoolId{i}, need, now, rest), rest});
      }
    }
  }
  std::ranges::sort(candidates_, [](const Candidate& a, const Candidate& b) {
    return a.rest_cost != b.rest_cost ? a.rest_cost > b.rest_cost : a.contract < b.contract;
  });
}

std::uint32_t Relocation::step(dispatch::Desk& desk, dispatch::Scheduler& line,
                               const PriceTable& prices, dispatch::Budget& budget) {
  const std::uint32_t before = moved_;
  now_ = desk.now();
  for (; unfinished() && !budget.spent(); ++next_) {
    if (moved_ == rules_.moves_max) {
      next_ = candidates_.size();
      break;
    }
    const Candidate& candidate = candidates_[next_];
    if (!desk.state().knows(candidate.contract)) continue;  // it ended long ago
    if (desk.state().contract(candidate.contract).end >= 0) continue;
    if (auto found = find_move(desk.state(), line, prices, candidate)) {
      const dispatch::Option& to = found->option;
      const OrderId order = desk.state().contract(candidate.contract).order;
      const Price price = price_there(desk.state(), prices, order, to);
      moved_ += move(desk, line, candidate.contract,
                     {order, to.way, to.pool, std::move(found->nodes), price});
    }
    budget.spend(std::exchange(cost_, 0) + 4);
  }
  return moved_ - before;
}

std::optional<Relocation::Move> Relocation::find_move(const State& state,
                                                      const dispatch::Scheduler& line,
                                                      const PriceTable& prices,
                                                      const Candidate& candidate) {
  const Contract& contract = state.contract(candidate.contract);
  const engine::LiveOrder& order = state.order(contract.order).order;
  const HubId here = state.places().pools[contract.pool.value].hub;
  std::int64_t least = candidate.rest_cost * (100 - rules_.saving_percent) / 100;
  std::optional<Move> best;
  for (std::uint32_t way = 0; way < order.ways.size(); ++way) {
    for (const PoolId pool : state.pools_of(order, way)) {
      cost_ += 4;
      if (pool == contract.pool) continue;
      const engine::Pool& there = state.places().pools[pool.value];
      if (!state.has_data(order, there.hub)) continue;
      const dispatch::Option option{
          way, pool, engine::need_of(order.ways[way], order.whole_nodes, there.node_devices)};
      if (!dispatch::may_fit(state.pool(pool), option.need)) continue;
      const Second restart = there.hub == here ? rules_.restart : rules_.restart_far;
      const std::int64_t cost = cost_there(state, prices, candidate, option, restart);
      if (cost >= least) continue;
      cost_ += there.nodes;
      auto nodes = line.nodes_for(state, option, order.ways[way].estimate);
      if (!nodes) continue;
      least = cost;
      best = Move{option, std::move(nodes->nodes)};
    }
  }
  return best;
}

bool Relocation::move(dispatch::Desk& desk, dispatch::Scheduler& line, ContractId contract,
                      engine::StartOrder start) {
  const OrderId order = start.order;
  if (!desk.execute(engine::EndContract{contract, engine::EndReason::kPreempted, 0})) return false;
  if (desk.execute(std::move(start))) return true;
  line.add(desk.state(), order);
  return false;
}

// As of a start there.
Price Relocation::price_there(const State& state, const PriceTable& prices, OrderId order,
                              const dispatch::Option& option) const {
  const Price posted(prices.capacity(option.pool));
  if (state.pool(option.pool).steps.empty()) return posted;
  return std::max(posted,
                  engine::ask_for(state, dispatch::span_of(state, order, option, {now_, now_})));
}

// The rest and the restart there, and what the owner loses by the delay. Within its grace it
// loses nothing; what earlier stops took of that is not known here.
std::int64_t Relocation::cost_there(const State& state, const PriceTable& prices,
                                    const Candidate& candidate, const dispatch::Option& option,
                                    Second restart) const {
  const Contract& contract = state.contract(candidate.contract);
  const OrderRecord& record = state.order(contract.order);
  const engine::LiveOrder& order = record.order;
  const auto rest =
      static_cast<Second>(static_cast<int128>(candidate.rest) * order.ways[option.way].estimate /
                          order.ways[contract.way].estimate);
  const Second costly =
      engine::costly_wait(order, record.first_start, record.first_start + restart);
  const engine::PoolState& pool = state.pool(option.pool);
  std::int64_t steps = 0;
  if (!pool.steps.empty()) {
    steps = engine::beyond_first(pool, price_there(state, prices, contract.order, option),
                                 option.need.devices(), rest + restart);
  }
  return prices.cost(option.pool, option.need, now_, rest + restart) + steps +
         static_cast<std::int64_t>(static_cast<int128>(order.delay_cost) * costly / 3'600);
}

std::uint32_t relocate(dispatch::Desk& desk, dispatch::Scheduler& line, const PriceTable& prices,
                       std::uint32_t run_ppm, const RelocateRules& rules) {
  Relocation relocation(rules);
  relocation.begin(desk.state(), prices, run_ppm, desk.now());
  dispatch::Budget endless(0);
  return relocation.step(desk, line, prices, endless);
}

}  // namespace tongsuan::rolling
