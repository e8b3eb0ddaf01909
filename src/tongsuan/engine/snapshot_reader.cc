#include "tongsuan/engine/internal/snapshot_reader.h"

#include <algorithm>

#include "tongsuan/engine/internal/row_bytes.h"
#include "tongsuan/engine/snapshot.h"

namespace tongsuan::engine::internal {

SnapshotReader::SnapshotReader(std::string_view bytes, State& state) : in_(bytes), state_(state) {}

const ByteFault& SnapshotReader::read() {
  const Places& places = state_.places();
  read_head();
  for (std::uint32_t i = 0; i < places.pools.size() && in_.ok(); ++i) read_pool(PoolId{i});
  for (std::uint32_t i = 0; i < places.data_sets.size() && in_.ok(); ++i) read_data(i);
  read_links();
  if (in_.ok()) read_orders();
  if (in_.ok()) read_contracts();
  if (in_.ok()) read_blocks();
  if (in_.ok() && in_.left() != 0) in_.fail_at("bytes follow the last row", in_.at());
  for (std::size_t i = 0; i < versions_.size(); ++i) state_.pools_[i].version = versions_[i];
  return in_.fault();
}

std::int64_t SnapshotReader::within(std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  in_.read(value);
  if (value < least || value > most) in_.fail("a number is outside its limits");
  return in_.ok() ? value : least;
}

// ---- What there is one of
// ------------------------------------------------------------------------

void SnapshotReader::read_head() {
  for (const char letter : kSnapshotMagic) {
    if (in_.number<std::uint8_t>() != static_cast<std::uint8_t>(letter)) {
      in_.fail_at("the bytes do not begin with tsesnp-1", 0);
    }
  }
  for (const std::uint8_t part : places_digest(state_.places())) {
    if (in_.number<std::uint8_t>() != part) {
      in_.fail_at("the places are others", kSnapshotMagic.size());
    }
  }
  state_.now_ = within(0, kSecondsMax);
  in_.read(state_.round_);
  in_.read(order_count_);
  in_.read(contract_count_);
  if (order_count_ > kNumbersMax || contract_count_ > kNumbersMax) in_.fail("too many numbers");
  in_.read(state_.dropped_.orders_below);
  in_.read(state_.dropped_.contracts_below);
  if (state_.dropped_.orders_below > order_count_ ||
      state_.dropped_.contracts_below > contract_count_) {
    in_.fail("more was dropped than there was");
  }
  in_.read(state_.block_version_);
  for (std::int64_t& price : state_.posted_) price = within(0, kPriceMax);
}

void SnapshotReader::read_pool(PoolId id) {
  PoolState& pool = state_.pools_[id.value];
  const auto nodes = static_cast<std::uint32_t>(pool.nodes.size());
  read_asks(id);
  in_.read(versions_.emplace_back());
  const std::size_t down = in_.count<std::uint32_t>(nodes, 4);
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < down && in_.ok(); ++i) {
    const auto node = in_.number<std::uint32_t>();
    if (node < next || node >= nodes) in_.fail("nodes do not rise, or are not there");
    if (!in_.ok()) return;
    next = node + 1;
    state_.on(NodesChanged{id, node, node + 1, false});
  }
}

void SnapshotReader::read_asks(PoolId id) {
  PoolState& pool = state_.pools_[id.value];
  const std::size_t at = in_.at();
  const std::int64_t ask = within(-static_cast<std::int64_t>(kAskStepsMax), kPriceMax);
  pool.ask = Price(std::max<std::int64_t>(0, ask));
  if (ask >= 0 || !in_.ok()) return;
  read_steps(in_, static_cast<std::size_t>(-ask), pool.steps);
  if (!in_.ok()) return;
  if (Rules(state_, state_.now_).check_steps(id, pool.steps)) {
    return in_.fail_at("the steps of an ask do not fit their pool", at);
  }
  pool.ask = pool.steps.front().price;
}

void SnapshotReader::read_data(std::uint32_t id) {
  DataState& data = state_.data_[id];
  const std::size_t hubs = data.at.size();
  const auto read_hub = [&](std::size_t& next) {
    const auto hub = in_.number<std::uint32_t>();
    if (hub < next || hub >= hubs) in_.fail("hubs do not rise, or are not there");
    next = hub + std::size_t{1};
    return in_.ok() ? hub : 0U;
  };
  data.at.assign(hubs, false);
  std::size_t next = 0;
  const std::size_t there = in_.count<std::uint32_t>(hubs, 4);
  for (std::size_t i = 0; i < there && in_.ok(); ++i) data.at[read_hub(next)] = true;
  next = 0;
  const std::size_t coming = in_.count<std::uint32_t>(hubs, 12);
  for (std::size_t i = 0; i < coming && in_.ok(); ++i) {
    const std::uint32_t hub = read_hub(next);
    if (data.at[hub]) in_.fail("data come where they are");
    data.arriving_at[hub] = within(0, INT64_MAX);
  }
}

void SnapshotReader::read_links() {
  for (LinkState& link : state_.links_) {
    link.busy_until = within(0, INT64_MAX / 2);
    link.moved_mb = within(0, INT64_MAX / 2);
  }
}

std::uint32_t SnapshotReader::read_number(std::uint32_t next, std::uint32_t bound,
                                          std::uint32_t below) {
  row_ = in_.at();
  const auto number = in_.number<std::uint32_t>();
  if (number < next || number >= bound) fail("numbers of rows do not rise, or were not given");
  if (number != next && number > below) fail("a row is missing that was not dropped");
  return in_.ok() ? number : next;
}

// ---- Orders
// --------------------------------------------------------------------------------------

void SnapshotReader::read_orders() {
  const std::size_t count = in_.count<std::uint32_t>(order_count_, kRecordBytes);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t below = state_.dropped_.orders_below;
    const std::uint32_t number = read_number(state_.orders_.size(), order_count_, below);
    OrderRecord record;
    read_record(record);
    look_at(record);
    if (is_part(record.order) && record.order.package->parent >= number) {
      fail("a part of an order that came later");
    }
    if (!in_.ok()) return;
    state_.orders_.skip_to(number);
    state_.orders_.push_back(std::move(record));
  }
  if (state_.orders_.size() < order_count_ && order_count_ > state_.dropped_.orders_below) {
    in_.fail_at("a row is missing that was not dropped", in_.at());
  }
  if (in_.ok()) state_.orders_.skip_to(order_count_);
}

void SnapshotReader::read_record(OrderRecord& record) {
  read_order(in_, record.order);
  record.state = static_cast<OrderState>(in_.below(7, "no such state of an order"));
  in_.read(record.done_ppm);
  in_.read(record.contract);
  record.first_start = within(-1, state_.now_);
  record.waiting_since = within(0, state_.now_);
  in_.read(record.stops);
}

void SnapshotReader::look_at(const OrderRecord& record) {
  const bool runs = record.state == OrderState::kRunning;
  const bool lives = runs || record.state == OrderState::kWaiting;
  const bool started = record.contract != kNone;
  if (record.done_ppm > kPpm) fail("more than all is done");
  if (started && record.contract >= contract_count_) fail("a contract that was never made");
  if (started != (record.first_start >= 0)) fail("an order that started without a contract");
  if (runs && !started) fail("an order runs without a contract");
  if (record.state != OrderState::kRefused &&
      Rules(state_, state_.now_).check_order(record.order)) {
    fail("an order that is not accepted");
  }
  const bool package = is_package(record.order);
  if (package && (started || runs)) fail("a package that ran");
  if (record.state == OrderState::kAwarded && !package) fail("an award of no package");
  if (lives && state_.live_orders_ >= kLiveOrdersMax) fail("too many orders");
  state_.live_orders_ += lives;
  running_ += runs;
}

// ---- Contracts
// -----------------------------------------------------------------------------------

template <class Held>
void SnapshotReader::read_held(Held& held) {
  in_.read(held.order.value);
  in_.read(held.way);
  in_.read(held.pool.value);
  in_.read(held.per_node);
  held.nodes.resize(in_.count<std::uint32_t>(kNodesMax, 4));
  for (std::uint32_t& node : held.nodes) in_.read(node);
}

void SnapshotReader::read_contract(Contract& contract) {
  read_held(contract);
  contract.start = within(0, state_.now_);
  contract.expected_end = within(contract.start, 2 * kSecondsMax);
  contract.end = within(-1, state_.now_);
  contract.price = Price(within(0, kPriceMax));
  contract.promised = within(-1, kSecondsMax);
}

void SnapshotReader::read_contracts() {
  const std::size_t count = in_.count<std::uint32_t>(contract_count_, kContractBytes);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t below = state_.dropped_.contracts_below;
    const ContractId id{read_number(state_.contracts_.size(), contract_count_, below)};
    Contract contract;
    read_contract(contract);
    if (in_.ok()) look_at(id, contract);
    if (!in_.ok()) return;
    if (contract.end < 0) run(id, contract);
    state_.contracts_.skip_to(id.value);
    state_.contracts_.push_back(std::move(contract));
  }
  if (state_.contracts_.size() < contract_count_ &&
      contract_count_ > state_.dropped_.contracts_below) {
    in_.fail_at("a row is missing that was not dropped", in_.at());
  }
  if (running_ != 0) in_.fail_at("an order runs without a contract", in_.at());
  if (in_.ok()) state_.contracts_.skip_to(contract_count_);
}

void SnapshotReader::look_at(ContractId id, const Contract& contract) {
  const bool runs = contract.end < 0;
  if (!runs && contract.end < contract.start) fail("a contract ends before it starts");
  if (contract.order.value >= order_count_) return fail("a contract of no order");
  if (contract.pool.value >= state_.pools_.size()) return fail("a contract of no pool");
  if (!state_.knows(contract.order)) {
    return runs ? fail("a contract of an order that was dropped") : static_cast<void>(0);
  }
  const OrderRecord& record = state_.order(contract.order);
  // An order that was refused may have any ways.
  if (record.state == OrderState::kRefused ||
      Rules(state_, state_.now_).check_held(record.order, contract)) {
    return fail("a contract where its order may not run");
  }
  if (!runs) return;
  if (record.state != OrderState::kRunning || record.contract != id.value) {
    return fail("a contract runs that is not its order's");
  }
  const std::vector<Node>& nodes = state_.pools_[contract.pool.value].nodes;
  for (const std::uint32_t node : contract.nodes) {
    if (!nodes[node].up || nodes[node].free < contract.per_node) {
      fail("a node has not so many devices");
    }
  }
}

// What runs takes its devices. Numbers rise as starts do, so nodes list their contracts in order.
void SnapshotReader::run(ContractId id, const Contract& contract) {
  PoolState& pool = state_.pools_[contract.pool.value];
  for (const std::uint32_t at : contract.nodes) {
    Node& node = pool.nodes[at];
    state_.set_free(pool, node, node.free - contract.per_node);
    node.contracts.push_back(id);
    node.busy_until = std::max(node.busy_until, contract.expected_end);
  }
  ++pool.running;
  --running_;
}

// ---- Blocks
// --------------------------------------------------------------------------------------

void SnapshotReader::read_blocks() {
  const std::size_t count = in_.count<std::uint32_t>(state_.live_orders_, kBlockBytes);
  state_.blocks_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    row_ = in_.at();
    Block block;
    read_block(block);
    if (in_.ok()) look_at(block);
    if (!in_.ok()) return;
    state_.blocks_.push_back(std::move(block));
  }
  put_blocks();
}

void SnapshotReader::read_block(Block& block) {
  read_held(block);
  block.begin = within(0, kSecondsMax);
  block.end = within(block.begin + 1, 2 * kSecondsMax);
  block.price = Price(within(0, kPriceMax));
  in_.read(block.booked);
}

void SnapshotReader::look_at(const Block& block) {
  if (!state_.blocks_.empty() && !(state_.blocks_.back().order < block.order)) {
    fail("blocks are not sorted by orders");
  }
  const Rules rules(state_, state_.now_);
  if (rules.check_waiting(block.order)) return fail("a block of an order that does not wait");
  const LiveOrder& order = state_.order(block.order).order;
  if (block.begin < order.not_before) fail("a block before its owner wants it");
  if (rules.check_held(order, block)) return fail("a block where its order may not run");
  const std::vector<Node>& nodes = state_.pools_[block.pool.value].nodes;
  for (const std::uint32_t node : block.nodes) {
    if (!nodes[node].up) fail("a block on a node that is down");
  }
  if (block.booked >= state_.block_version_) fail("a block that was never booked");
}

// Nodes list their blocks in order of booking.
void SnapshotReader::put_blocks() {
  std::vector<const Block*> booked;
  for (const Block& block : state_.blocks_) booked.push_back(&block);
  std::ranges::sort(booked, {}, &Block::booked);
  for (std::size_t i = 0; i < booked.size(); ++i) {
    if (i > 0 && booked[i - 1]->booked == booked[i]->booked) fail("two blocks booked at once");
    for (const std::uint32_t node : booked[i]->nodes) {
      state_.pools_[booked[i]->pool.value].nodes[node].blocks.push_back(booked[i]->order);
    }
  }
  for (const Block& block : state_.blocks_) {
    const Second from = std::max(block.begin, state_.now_);
    for (const std::uint32_t node : block.nodes) {
      if (from >= block.end) break;
      if (!state_.leaves_blocks({block.pool, node, 0, from, block.end})) {
        return fail("a block without its devices");
      }
    }
  }
}

}  // namespace tongsuan::engine::internal
