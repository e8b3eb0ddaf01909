#include "tongsuan/engine/internal/rules.h"

#include <algorithm>
#include <functional>
#include <type_traits>

namespace tongsuan::engine::internal {
namespace {

bool within(std::int64_t value, std::int64_t most) {
  return value >= 0 && value <= most;
}

bool has_room(const Package& package) {
  std::size_t legs = 0;
  for (const Alternative& alternative : package.alternatives) {
    if (alternative.legs.size() > kLegsMax) return false;
    legs += alternative.legs.size();
  }
  return package.alternatives.size() <= kAlternativesMax && legs <= kPackageLegsMax &&
         package.steps.size() <= kDemandStepsMax;
}

// Whether a gang with this need may have some of the devices of its only node.
bool shares_node(const LiveOrder& order, const Need& need) {
  return need.nodes == 1 && !order.whole_nodes;
}

}  // namespace

// ---- Orders ------------------------------------------------------------------------------------

Verdict Rules::check_room(const LiveOrder& order) const {
  if (order.ways.size() > kListMax || order.hubs.size() > kListMax) return Refusal::kLimit;
  if (order.package && !has_room(*order.package)) return Refusal::kLimit;
  if (state_.live_orders() >= kLiveOrdersMax || state_.order_count() >= kNumbersMax) {
    return Refusal::kFull;
  }
  return std::nullopt;
}

Verdict Rules::check_order(const LiveOrder& order) const {
  const Places& places = state_.places();
  if (order.ways.empty() || order.ways.size() > kWays) return Refusal::kLimit;
  if (order.account.value >= places.accounts.size()) return Refusal::kUnknown;
  if (order.data != kNone && order.data >= places.data_sets.size()) return Refusal::kUnknown;
  if (order.home != kNone && order.home >= places.hubs.size()) return Refusal::kUnknown;
  for (std::size_t i = 0; i < order.hubs.size(); ++i) {
    if (order.hubs[i].value >= places.hubs.size()) return Refusal::kUnknown;
    if (i > 0 && !(order.hubs[i - 1] < order.hubs[i])) return Refusal::kLimit;
  }
  if (order.submit > at_) return Refusal::kTime;
  if (order.latest_start < order.submit || order.latest_start > kSecondsMax ||
      order.not_before < 0 || order.latest_start < order.not_before) {
    return Refusal::kLimit;
  }
  if (!within(order.value, kMoneyMax) || !within(order.delay_cost, kMoneyMax) ||
      !within(order.premium, kMoneyMax) || !within(order.grace, kSecondsMax)) {
    return Refusal::kLimit;
  }
  for (const Way& way : order.ways) {
    if (way.accelerator.value >= places.classes.size()) return Refusal::kUnknown;
    if (way.gang < 1 || way.gang > kGangMax || way.estimate < 1 || way.estimate > kSecondsMax) {
      return Refusal::kLimit;
    }
  }
  return order.package ? check_package(order) : std::nullopt;
}

Verdict Rules::check_coming(const LiveOrder& order) const {
  return is_part(order) ? Verdict(Refusal::kLimit) : check_order(order);
}

bool Rules::fits(const LiveOrder& order) const {
  if (is_package(order)) return package_fits(order);
  const Places& places = state_.places();
  const auto fits_at = [&](const Way& way, HubId hub) {
    const std::uint32_t pool = find_pool(places, hub, way.accelerator);
    if (pool == kNone) return false;
    const Pool& at = places.pools[pool];
    return need_of(way, order.whole_nodes, at.node_devices).nodes <= at.nodes;
  };
  return std::ranges::any_of(order.ways, [&](const Way& way) {
    for (std::uint32_t hub = 0; order.hubs.empty() && hub < places.hubs.size(); ++hub) {
      if (fits_at(way, HubId{hub})) return true;
    }
    return std::ranges::any_of(order.hubs, [&](HubId hub) { return fits_at(way, hub); });
  });
}

Verdict Rules::check_new_order(const LiveOrder& order) const {
  if (const Verdict verdict = check_coming(order)) return verdict;
  return fits(order) ? std::nullopt : Verdict(Refusal::kTooLarge);
}

Verdict Rules::check_waiting(OrderId id) const {
  if (!state_.knows(id)) return Refusal::kUnknown;
  if (state_.order(id).state != OrderState::kWaiting) return Refusal::kNotWaiting;
  return std::nullopt;
}

Verdict Rules::check_amendment(OrderId id, const LiveOrder& order) const {
  if (const Verdict verdict = check_waiting(id)) return verdict;
  const OrderRecord& record = state_.order(id);
  if (record.first_start >= 0) return Refusal::kStarted;
  if (record.order.package || order.package) return Refusal::kFixed;
  if (order.account != record.order.account || order.submit != record.order.submit) {
    return Refusal::kLimit;
  }
  if (order.latest_start < at_) return Refusal::kTime;
  return check_order(order);
}

Verdict Rules::check_opening(OrderId id) const {
  if (const Verdict verdict = check_waiting(id)) return verdict;
  const OrderRecord& record = state_.order(id);
  if (at_ < record.order.not_before) return Refusal::kTooEarly;
  if (record.waiting_since >= record.order.not_before) return Refusal::kTime;  // it is open
  return std::nullopt;
}

// ---- Nodes -------------------------------------------------------------------------------------

// Whether the order may run so, and these are nodes for it; free or not, up or not.
template <class Placing>
Verdict Rules::check_shape(const LiveOrder& order, const Placing& placing) const {
  const Places& places = state_.places();
  if (placing.way >= order.ways.size() || placing.pool.value >= places.pools.size()) {
    return Refusal::kUnknown;
  }
  const Pool& at = places.pools[placing.pool.value];
  const Way& way = order.ways[placing.way];
  if (!(at.accelerator == way.accelerator) ||
      (!order.hubs.empty() && !std::ranges::binary_search(order.hubs, at.hub))) {
    return Refusal::kNotEligible;
  }
  if (!within(placing.price.raw(), kPriceMax)) return Refusal::kLimit;
  const std::uint32_t most = need_of(way, order.whole_nodes, at.node_devices).nodes;
  // A contract may have given some of its nodes back.
  constexpr bool kShrinks = std::is_same_v<Placing, Contract>;
  if (most > at.nodes || placing.nodes.empty() || placing.nodes.size() > most ||
      (!kShrinks && placing.nodes.size() != most)) {
    return Refusal::kWrongNodes;
  }
  const PoolState& pool = state_.pool(placing.pool);
  for (std::size_t i = 0; i < placing.nodes.size(); ++i) {
    const std::uint32_t node = placing.nodes[i];
    if (node >= pool.nodes.size()) return Refusal::kUnknown;
    if (i > 0 && placing.nodes[i - 1] >= node) return Refusal::kWrongNodes;
  }
  return std::nullopt;
}

template <class Placing>
Verdict Rules::check_placing(const LiveOrder& order, const Placing& placing) const {
  if (const Verdict verdict = check_shape(order, placing)) return verdict;
  const std::vector<Node>& nodes = state_.pool(placing.pool).nodes;
  const bool up =
      std::ranges::all_of(placing.nodes, [&](std::uint32_t node) { return nodes[node].up; });
  return up ? std::nullopt : Verdict(Refusal::kNodeDown);
}

template <class Held>
Verdict Rules::check_devices(const LiveOrder& order, const Held& held) const {
  if (const Verdict verdict = check_shape(order, held)) return verdict;
  const std::uint32_t devices = state_.places().pools[held.pool.value].node_devices;
  const Need need = need_of(order.ways[held.way], order.whole_nodes, devices);
  // What a contract has kept may be some devices of the last of several nodes.
  const Need kept{static_cast<std::uint32_t>(held.nodes.size()), held.per_node};
  if (std::is_same_v<Held, Contract> && shares_node(order, kept) && kept.per_node >= 1 &&
      kept.per_node <= need.per_node) {
    return std::nullopt;
  }
  return held.per_node == need.per_node ? std::nullopt : Verdict(Refusal::kWrongNodes);
}

Verdict Rules::check_held(const LiveOrder& order, const Contract& contract) const {
  return check_devices(order, contract);
}

Verdict Rules::check_held(const LiveOrder& order, const Block& block) const {
  return check_devices(order, block);
}

Verdict Rules::check_start(const OrderRecord& record, const StartOrder& start, Second end) const {
  if (at_ < record.order.not_before) return Refusal::kTooEarly;
  if (const Verdict verdict = check_span(record.order, at_, end)) return verdict;
  if (const Verdict verdict = check_placing(record.order, start)) return verdict;
  const Pool& at = state_.places().pools[start.pool.value];
  if (!state_.has_data(record.order, at.hub)) return Refusal::kDataMissing;
  const std::uint32_t per_node =
      need_of(record.order.ways[start.way], record.order.whole_nodes, at.node_devices).per_node;
  for (const std::uint32_t node : start.nodes) {
    if (state_.pool(start.pool).nodes[node].free < per_node) return Refusal::kOverCapacity;
    if (!state_.leaves_blocks({start.pool, node, per_node, at_, end, start.order})) {
      return Refusal::kPromised;
    }
  }
  return state_.contract_count() >= kNumbersMax ? Verdict(Refusal::kFull) : std::nullopt;
}

Verdict Rules::check_block(const OrderRecord& record, const BookBlock& block, Second end) const {
  const LiveOrder& order = record.order;
  if (block.begin < order.not_before) return Refusal::kTooEarly;
  if (block.begin < at_ || block.begin > order.latest_start) return Refusal::kTime;
  if (const Verdict verdict = check_span(order, block.begin, end)) return verdict;
  if (const Verdict verdict = check_placing(order, block)) return verdict;
  const Pool& at = state_.places().pools[block.pool.value];
  if (!state_.has_data(order, at.hub)) {
    const Second ready = state_.data(order.data).arriving_at[at.hub.value];
    if (ready < 0 || ready > block.begin) return Refusal::kDataMissing;
  }
  const std::uint32_t per_node =
      need_of(order.ways[block.way], order.whole_nodes, at.node_devices).per_node;
  for (const std::uint32_t node : block.nodes) {
    if (!state_.leaves_blocks({block.pool, node, per_node, block.begin, end, block.order})) {
      return Refusal::kPromised;
    }
  }
  return std::nullopt;
}

Verdict Rules::check_nodes(PoolId pool, std::uint32_t begin, std::uint32_t end) const {
  if (pool.value >= state_.places().pools.size()) return Refusal::kUnknown;
  const bool there = begin < end && end <= state_.pool(pool).nodes.size();
  return there ? std::nullopt : Verdict(Refusal::kUnknown);
}

Verdict Rules::check_ask(PoolId pool, Price ask) const {
  if (pool.value >= state_.places().pools.size()) return Refusal::kUnknown;
  return within(ask.raw(), kPriceMax) ? std::nullopt : Verdict(Refusal::kLimit);
}

Verdict Rules::check_steps(PoolId pool, const std::vector<AskStep>& steps) const {
  if (pool.value >= state_.places().pools.size()) return Refusal::kUnknown;
  if (steps.size() < 2 || steps.size() > kAskStepsMax) return Refusal::kLimit;
  std::uint64_t devices = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].devices < 1 || !within(steps[i].price.raw(), kPriceMax)) return Refusal::kLimit;
    if (i > 0 && steps[i].price < steps[i - 1].price) return Refusal::kLimit;
    devices += steps[i].devices;
  }
  const bool all = devices == devices_of(state_.places().pools[pool.value]);
  return all ? std::nullopt : Verdict(Refusal::kLimit);
}

// ---- Contracts ---------------------------------------------------------------------------------

Verdict Rules::check_running(ContractId id) const {
  if (!state_.knows(id)) return Refusal::kUnknown;
  return state_.contract(id).end >= 0 ? Verdict(Refusal::kNotRunning) : std::nullopt;
}

Verdict Rules::check_end(ContractId id, std::uint32_t done_ppm) const {
  if (const Verdict verdict = check_running(id)) return verdict;
  const std::uint32_t before = state_.order(state_.contract(id).order).done_ppm;
  return done_ppm > kPpm || done_ppm < before ? Verdict(Refusal::kLimit) : std::nullopt;
}

Verdict Rules::check_extension(ContractId id, Second until) const {
  if (const Verdict verdict = check_running(id)) return verdict;
  const Contract& contract = state_.contract(id);
  if (until <= at_ || until > kSecondsMax) return Refusal::kTime;
  if (is_part(state_.order(contract.order).order)) return Refusal::kFixed;
  const Second from = std::max(at_, contract.expected_end);
  if (until <= from) return std::nullopt;
  for (const std::uint32_t node : contract.nodes) {
    if (!state_.leaves_blocks({contract.pool, node, contract.per_node, from, until})) {
      return Refusal::kPromised;
    }
  }
  return std::nullopt;
}

Verdict Rules::check_shrink(const ShrinkContract& shrink) const {
  if (const Verdict verdict = check_running(shrink.contract)) return verdict;
  const Contract& contract = state_.contract(shrink.contract);
  const LiveOrder& order = state_.order(contract.order).order;
  const std::vector<std::uint32_t>& gone = shrink.gone;
  if (gone.empty()) {
    const Need now{static_cast<std::uint32_t>(contract.nodes.size()), contract.per_node};
    const bool part = shrink.per_node >= 1 && shrink.per_node < contract.per_node;
    return part && now.nodes == 1 && shares_node(order, now) ? std::nullopt
                                                             : Verdict(Refusal::kWrongNodes);
  }
  const bool some = shrink.per_node == contract.per_node && gone.size() < contract.nodes.size() &&
                    std::ranges::adjacent_find(gone, std::greater_equal()) == gone.end() &&
                    std::ranges::includes(contract.nodes, gone);
  return some ? std::nullopt : Verdict(Refusal::kWrongNodes);
}

// ---- Data and rounds ---------------------------------------------------------------------------

Verdict Rules::check_transfer(std::uint32_t data, LinkId link) const {
  const Places& places = state_.places();
  if (data >= places.data_sets.size() || link.value >= places.links.size()) {
    return Refusal::kUnknown;
  }
  const DataLink& way = places.links[link.value];
  const DataState& at = state_.data(data);
  if (!at.at[way.from.value]) return Refusal::kDataMissing;
  const bool there = at.at[way.to.value] || at.arriving_at[way.to.value] >= 0;
  return there ? Verdict(Refusal::kAlreadyThere) : std::nullopt;
}

Verdict Rules::check_arrival(std::uint32_t data, HubId to) const {
  const Places& places = state_.places();
  if (data >= places.data_sets.size() || to.value >= places.hubs.size()) return Refusal::kUnknown;
  const bool comes = state_.data(data).arriving_at[to.value] >= 0;
  return comes ? std::nullopt : Verdict(Refusal::kAlreadyThere);
}

Verdict Rules::check_round(const CloseRound& close) const {
  if (close.round != state_.round() + 1) return Refusal::kStale;
  if (close.posted.size() != state_.places().pools.size()) return Refusal::kLimit;
  const bool good = std::ranges::all_of(
      close.posted, [](std::int64_t price) { return within(price, kPriceMax); });
  return good ? std::nullopt : Verdict(Refusal::kLimit);
}

// Never backward, and not for nothing.
Verdict Rules::check_drop(const HistoryDropped& drop) const {
  if (drop.orders_below > state_.order_count() || drop.contracts_below > state_.contract_count()) {
    return Refusal::kUnknown;
  }
  const HistoryDropped& last = state_.dropped();
  const bool back =
      drop.orders_below < last.orders_below || drop.contracts_below < last.contracts_below;
  return back ? Verdict(Refusal::kStale) : std::nullopt;
}

Verdict Rules::check_account(AccountId account) const {
  if (account.value != state_.places().accounts.size()) return Refusal::kStale;
  return account.value < kAccountsMax ? std::nullopt : Verdict(Refusal::kFull);
}

}  // namespace tongsuan::engine::internal
