#include "tongsuan/engine/state.h"

#include <algorithm>

#include "tongsuan/base/check.h"

namespace tongsuan::engine {
namespace {

template <class Id>
std::vector<Id> named_by(const std::vector<Node>& nodes, std::uint32_t begin, std::uint32_t end,
                         std::vector<Id> Node::*list) {
  std::vector<Id> ids;
  for (std::uint32_t i = begin; i < end; ++i) {
    const std::vector<Id>& on_node = nodes[i].*list;
    ids.insert(ids.end(), on_node.begin(), on_node.end());
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace

std::vector<ContractId> PoolState::contracts_on(std::uint32_t begin, std::uint32_t end) const {
  return named_by(nodes, begin, end, &Node::contracts);
}

std::vector<OrderId> PoolState::blocks_on(std::uint32_t begin, std::uint32_t end) const {
  return named_by(nodes, begin, end, &Node::blocks);
}

std::uint32_t PoolState::largest_free() const {
  for (std::size_t devices = up_nodes_by_free.size(); devices-- > 1;) {
    if (up_nodes_by_free[devices] > 0) return static_cast<std::uint32_t>(devices);
  }
  return 0;
}

State::State(Places places) : places_(std::move(places)) {
  for (const Pool& pool : places_.pools) {
    PoolState state;
    state.nodes.assign(pool.nodes, Node{pool.node_devices, true, 0, {}, {}});
    state.up_nodes_by_free.assign(pool.node_devices + std::size_t{1}, 0);
    state.up_nodes_by_free.back() = pool.nodes;
    state.free = state.up = std::uint64_t{pool.nodes} * pool.node_devices;
    state.ask = pool.ask;
    posted_.push_back(pool.ask.raw());
    pools_.push_back(std::move(state));
  }
  for (const DataCopy& copy : places_.data_sets) {
    DataState state{std::vector<bool>(places_.hubs.size()),
                    std::vector<Second>(places_.hubs.size(), -1)};
    for (const HubId hub : copy.replicas) state.at[hub.value] = true;
    data_.push_back(std::move(state));
  }
  links_.resize(places_.links.size());
}

std::vector<PoolId> State::pools_of(const LiveOrder& order, std::uint32_t way) const {
  std::vector<PoolId> pools;
  const ClassId accelerator = order.ways[way].accelerator;
  const auto add = [&](HubId hub) {
    const std::uint32_t pool = find_pool(places_, hub, accelerator);
    if (pool == kNone) return;
    const Pool& at = places_.pools[pool];
    if (need_of(order.ways[way], order.whole_nodes, at.node_devices).nodes <= at.nodes) {
      pools.push_back(PoolId{pool});
    }
  };
  if (order.hubs.empty()) {
    for (std::uint32_t hub = 0; hub < places_.hubs.size(); ++hub) add(HubId{hub});
  } else {
    for (const HubId hub : order.hubs) add(hub);
  }
  return pools;
}

Second State::remaining(const OrderRecord& record, std::uint32_t way) {
  const Second estimate = record.order.ways[way].estimate;
  const auto left = static_cast<int128>(estimate) * (kPpm - record.done_ppm);
  return std::max<Second>(1, static_cast<Second>((left + kPpm - 1) / kPpm));
}

Second State::end_from(const OrderRecord& record, std::uint32_t way, Second at) {
  const Second end = at + remaining(record, way);
  return is_part(record.order) ? std::min(end, part_end(record.order)) : end;
}

LiveOrder State::part_of(const AwardOrder& award, const AwardPart& part, Second at) const {
  const LiveOrder& whole = orders_[award.order.value].order;
  const Pool& pool = places_.pools[part.pool.value];
  LiveOrder order;
  order.account = whole.account;
  order.whole_nodes = whole.whole_nodes;
  order.home = whole.home;
  order.submit = at;
  order.not_before = part.begin;
  order.latest_start = std::min(part.begin + kPartPatience, part.end - 1);
  order.ways = {{pool.accelerator, part.gang, part.end - part.begin}};
  order.hubs = {pool.hub};
  const Need need = need_of(order.ways.front(), order.whole_nodes, pool.node_devices);
  order.value = device_cost(part.price, need.devices(), part.end - part.begin);
  order.package = Package{PackageKind::kPart, {}, {}, award.order.value, part.price, 0};
  return order;
}

void State::apply(const Event& event) {
  TONGSUAN_CHECK(event.at >= now_);
  now_ = event.at;
  std::visit([this](const auto& what) { on(what); }, event.what);
}

void State::on(const OrderAccepted& event) {
  TONGSUAN_CHECK(event.order.value == orders_.size());
  orders_.push_back({.order = event.what, .waiting_since = now_});
  ++live_orders_;
}

void State::on(const OrderRefused& event) {
  TONGSUAN_CHECK(event.order.value == orders_.size());
  orders_.push_back({.order = event.what, .state = OrderState::kRefused, .waiting_since = now_});
}

void State::on(const OrderGone& event) {
  OrderRecord& record = orders_[event.order.value];
  TONGSUAN_CHECK(record.state == OrderState::kWaiting);
  record.state = event.state;
  --live_orders_;
}

// The only place where free devices change, so that sums and buckets cannot drift apart.
void State::set_free(PoolState& pool, Node& node, std::uint32_t free) {
  if (node.up) {
    --pool.up_nodes_by_free[node.free];
    ++pool.up_nodes_by_free[free];
    pool.free += free;
    pool.free -= node.free;
  }
  node.free = free;
  ++pool.version;
}

void State::set_busy_until(Node& node) {
  node.busy_until = 0;
  for (const ContractId id : node.contracts) {
    node.busy_until = std::max(node.busy_until, contracts_[id.value].expected_end);
  }
}

void State::on(const NodesChanged& event) {
  PoolState& pool = pools_[event.pool.value];
  const std::uint32_t devices = places_.pools[event.pool.value].node_devices;
  for (std::uint32_t i = event.begin; i < event.end; ++i) {
    Node& node = pool.nodes[i];
    if (node.up == event.up) continue;
    TONGSUAN_CHECK(node.contracts.empty() && node.blocks.empty());
    node.up = event.up;
    if (event.up) {
      ++pool.up_nodes_by_free[node.free];
      pool.free += node.free;
      pool.up += devices;
    } else {
      --pool.up_nodes_by_free[node.free];
      pool.free -= node.free;
      pool.up -= devices;
    }
  }
  ++pool.version;
}

void State::on(const AskChanged& event) {
  PoolState& pool = pools_[event.pool.value];
  pool.ask = event.ask;
  pool.steps.clear();
  ++pool.version;
}

void State::on(const StepsChanged& event) {
  PoolState& pool = pools_[event.pool.value];
  TONGSUAN_CHECK(event.steps.size() > 1);
  pool.ask = event.steps.front().price;
  pool.steps = event.steps;
  ++pool.version;
}

void State::on(const ContractStarted& event) {
  const StartOrder& what = event.what;
  TONGSUAN_CHECK(event.contract.value == contracts_.size());
  OrderRecord& record = orders_[what.order.value];
  TONGSUAN_CHECK(record.state == OrderState::kWaiting);
  const Need need = need_of(record.order.ways[what.way], record.order.whole_nodes,
                            places_.pools[what.pool.value].node_devices);
  Second begin = -1;
  if (const Block* promised = block(what.order)) {
    // What is promised are devices of a pool; which nodes is nobody's concern.
    if (promised->pool == what.pool && promised->way == what.way) begin = promised->begin;
    drop_block(what.order);
  }
  contracts_.push_back({.order = what.order,
                        .way = what.way,
                        .pool = what.pool,
                        .per_node = need.per_node,
                        .nodes = what.nodes,
                        .start = now_,
                        .expected_end = event.expected_end,
                        .price = what.price,
                        .promised = begin});
  PoolState& pool = pools_[what.pool.value];
  for (const std::uint32_t at : what.nodes) {
    Node& node = pool.nodes[at];
    TONGSUAN_CHECK(node.up && node.free >= need.per_node);
    set_free(pool, node, node.free - need.per_node);
    node.contracts.push_back(event.contract);
    node.busy_until = std::max(node.busy_until, event.expected_end);
  }
  ++pool.running;
  record.state = OrderState::kRunning;
  record.contract = event.contract.value;
  if (record.first_start < 0) record.first_start = now_;
}

void State::on(const ContractEnded& event) {
  Contract& contract = contracts_[event.contract.value];
  TONGSUAN_CHECK(contract.end < 0);
  contract.end = now_;
  PoolState& pool = pools_[contract.pool.value];
  for (const std::uint32_t at : contract.nodes) {
    Node& node = pool.nodes[at];
    std::erase(node.contracts, event.contract);
    set_free(pool, node, node.free + contract.per_node);
    TONGSUAN_CHECK(node.free <= places_.pools[contract.pool.value].node_devices);
    set_busy_until(node);
  }
  --pool.running;
  OrderRecord& record = orders_[contract.order.value];
  TONGSUAN_CHECK(record.state == OrderState::kRunning);
  record.done_ppm = event.done_ppm;
  record.waiting_since = now_;
  if (event.reason == EndReason::kCompleted) {
    record.state = OrderState::kDone;
  } else if (event.reason == EndReason::kCancelled) {
    record.state = OrderState::kCancelled;
  } else {
    record.state = OrderState::kWaiting;
    ++record.stops;
  }
  if (record.state != OrderState::kWaiting) --live_orders_;
}

void State::on(const ContractExtended& event) {
  Contract& contract = contracts_[event.contract.value];
  contract.expected_end = event.until;
  PoolState& pool = pools_[contract.pool.value];
  for (const std::uint32_t at : contract.nodes) set_busy_until(pool.nodes[at]);
  ++pool.version;
}

void State::on(const TransferStarted& event) {
  const DataLink& link = places_.links[event.link.value];
  const std::uint64_t size = places_.data_sets[event.data].size_mb;
  data_[event.data].arriving_at[link.to.value] = event.ready;
  links_[event.link.value].busy_until = event.ready;
  links_[event.link.value].moved_mb += static_cast<std::int64_t>(size);
}

void State::on(const TransferEnded& event) {
  data_[event.data].arriving_at[event.to.value] = -1;
  data_[event.data].at[event.to.value] = true;
}

void State::on(const OrderOpened& event) {
  orders_[event.order.value].waiting_since = now_;
}

void State::on(const BlockBooked& event) {
  const BookBlock& what = event.what;
  const OrderRecord& record = orders_[what.order.value];
  TONGSUAN_CHECK(record.state == OrderState::kWaiting && block(what.order) == nullptr);
  const Need need = need_of(record.order.ways[what.way], record.order.whole_nodes,
                            places_.pools[what.pool.value].node_devices);
  put_block({what.order, what.way, what.pool, need.per_node, what.nodes, what.begin, event.end,
             what.price, block_version_});
}

void State::put_block(Block block) {
  for (const std::uint32_t node : block.nodes) {
    pools_[block.pool.value].nodes[node].blocks.push_back(block.order);
  }
  const auto at = std::ranges::lower_bound(blocks_, block.order, {}, &Block::order);
  blocks_.insert(at, std::move(block));
  ++block_version_;
}

void State::on(const OrderAwarded& event) {
  const AwardOrder& award = event.what;
  TONGSUAN_CHECK(event.first.value == orders_.size());
  int128 awarded = 0;
  for (const AwardPart& part : award.parts) {
    const OrderId id{orders_.size()};
    LiveOrder order = part_of(award, part, now_);
    const Need need =
        need_of(order.ways.front(), order.whole_nodes, places_.pools[part.pool.value].node_devices);
    orders_.push_back({.order = std::move(order), .waiting_since = now_});
    ++live_orders_;
    put_block({id, 0, part.pool, need.per_node, part.nodes, part.begin, part.end, part.price,
               block_version_});
    awarded += static_cast<int128>(part.gang) * (part.end - part.begin);
  }
  OrderRecord& record = orders_[award.order.value];
  TONGSUAN_CHECK(record.state == OrderState::kWaiting && is_package(record.order));
  record.state = OrderState::kAwarded;
  record.done_ppm = kPpm;
  const PackageKind kind = record.order.package->kind;
  if (kind == PackageKind::kCurve || kind == PackageKind::kShares) {
    int128 whole = 0;
    for (const PackageLeg& leg : record.order.package->alternatives.front().legs) {
      whole += static_cast<int128>(leg.gang) * (leg.end - leg.begin);
    }
    record.done_ppm = static_cast<std::uint32_t>(awarded * kPpm / whole);
  }
  --live_orders_;
}

void State::on(const BlockReleased& event) {
  TONGSUAN_CHECK(block(event.order) != nullptr);
  drop_block(event.order);
}

void State::on(const OrderAmended& event) {
  TONGSUAN_CHECK(block(event.order) == nullptr);
  OrderRecord& record = orders_[event.order.value];
  TONGSUAN_CHECK(record.state == OrderState::kWaiting && record.first_start < 0);
  record.order = event.what;
  record.waiting_since = now_;  // it comes again
}

void State::on(const HistoryDropped& event) {
  dropped_ = event;
  orders_.forget_below(event.orders_below, [](const OrderRecord& record) {
    return record.state != OrderState::kWaiting && record.state != OrderState::kRunning;
  });
  contracts_.forget_below(event.contracts_below,
                          [](const Contract& contract) { return contract.end >= 0; });
}

void State::on(const AccountAdded& event) {
  TONGSUAN_CHECK(event.account.value == places_.accounts.size());
  add_account(places_);
}

void State::on(const ContractShrunk& event) {
  Contract& contract = contracts_[event.what.contract.value];
  TONGSUAN_CHECK(contract.end < 0);
  PoolState& pool = pools_[contract.pool.value];
  for (const std::uint32_t at : event.what.gone) {
    Node& node = pool.nodes[at];
    std::erase(node.contracts, event.what.contract);
    set_free(pool, node, node.free + contract.per_node);
    set_busy_until(node);
    TONGSUAN_CHECK(std::erase(contract.nodes, at) == 1);
  }
  const std::uint32_t less = contract.per_node - event.what.per_node;
  contract.per_node = event.what.per_node;
  for (std::size_t i = 0; less > 0 && i < contract.nodes.size(); ++i) {
    Node& node = pool.nodes[contract.nodes[i]];
    set_free(pool, node, node.free + less);
  }
}

const Block* State::block(OrderId order) const {
  const auto at = std::ranges::lower_bound(blocks_, order, {}, &Block::order);
  return at != blocks_.end() && at->order == order ? &*at : nullptr;
}

void State::drop_block(OrderId order) {
  const auto at = std::ranges::lower_bound(blocks_, order, {}, &Block::order);
  for (const std::uint32_t node : at->nodes) {
    std::erase(pools_[at->pool.value].nodes[node].blocks, order);
  }
  blocks_.erase(at);
  ++block_version_;
}

bool State::is_promised(const Node& node, Second until) const {
  return std::ranges::any_of(node.blocks, [&](OrderId id) {
    const Block& promised = *block(id);
    return promised.begin < until && promised.end > now_;
  });
}

// What a node needs grows only where a block begins, so it is enough to look there and at the
// beginning.
bool State::leaves_blocks(const Use& use) const {
  const Node& node = pools_[use.pool.value].nodes[use.node];
  const std::uint32_t devices = places_.pools[use.pool.value].node_devices;
  const auto needed_at = [&](Second at) {
    std::uint64_t sum = use.devices;
    for (const ContractId id : node.contracts) {
      const Contract& contract = contracts_[id.value];
      if (contract.expected_end > at) sum += contract.per_node;
    }
    for (const OrderId id : node.blocks) {
      const Block& other = *block(id);
      if (!(id == use.except) && other.begin <= at && at < other.end) sum += other.per_node;
    }
    return sum;
  };
  if (needed_at(use.begin) > devices) return false;
  for (const OrderId id : node.blocks) {
    const Block& other = *block(id);
    if (id == use.except || other.end <= use.begin || other.begin >= use.end) continue;
    if (needed_at(std::max(other.begin, use.begin)) > devices) return false;
  }
  return true;
}

void State::on(const RoundClosed& event) {
  round_ = event.what.round;
  posted_ = event.what.posted;
}

}  // namespace tongsuan::engine
