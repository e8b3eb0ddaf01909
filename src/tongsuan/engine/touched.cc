#include "tongsuan/engine/touched.h"

#include "tongsuan/engine/internal/row_bytes.h"

namespace tongsuan::engine {
namespace {

// Calls `see` with every key, each once.
template <class See>
class Keys {
 public:
  Keys(const State& state, See& see) : state_(state), see_(see) {}

  void run(const Event& event) {
    add(RowKind::kClock);
    std::visit(*this, event.what);
  }
  void operator()(const OrderAccepted& event) { terms(event.order); }
  void operator()(const OrderRefused& event) { terms(event.order); }
  void operator()(const OrderAmended& event) { terms(event.order); }
  void operator()(const OrderGone& event) { add(RowKind::kOrder, event.order.value); }
  void operator()(const OrderOpened& event) { add(RowKind::kOrder, event.order.value); }
  void operator()(const NodesChanged& event) {
    add(RowKind::kPool, event.pool.value);
    for (std::uint32_t i = event.begin; i < event.end; ++i) {
      add(RowKind::kNode, event.pool.value, i);
    }
  }
  void operator()(const AskChanged& event) { add(RowKind::kPool, event.pool.value); }
  void operator()(const StepsChanged& event) { add(RowKind::kPool, event.pool.value); }
  void operator()(const ContractStarted& event) {
    add(RowKind::kOrder, event.what.order.value);
    add(RowKind::kBlock, event.what.order.value);
    contract(event.contract);
  }
  void operator()(const ContractEnded& event) {
    add(RowKind::kOrder, state_.contract(event.contract).order.value);
    contract(event.contract);
  }
  void operator()(const ContractExtended& event) { contract(event.contract); }
  void operator()(const ContractShrunk& event) {
    contract(event.what.contract);
    for (const std::uint32_t node : event.what.gone) {
      add(RowKind::kNode, state_.contract(event.what.contract).pool.value, node);
    }
  }
  void operator()(const BlockBooked& event) { add(RowKind::kBlock, event.what.order.value); }
  void operator()(const BlockReleased& event) { add(RowKind::kBlock, event.order.value); }
  void operator()(const TransferStarted& event) {
    const HubId to = state_.places().links[event.link.value].to;
    add(RowKind::kDataCopy, event.data, to.value);
    add(RowKind::kLink, event.link.value);
  }
  void operator()(const TransferEnded& event) {
    add(RowKind::kDataCopy, event.data, event.to.value);
  }
  void operator()(const RoundClosed&) { add(RowKind::kPosted); }
  void operator()(const OrderAwarded& event) {
    add(RowKind::kOrder, event.what.order.value);
    for (std::uint32_t i = 0; i < event.what.parts.size(); ++i) {
      terms(OrderId{event.first.value + i});
      add(RowKind::kBlock, event.first.value + i);
    }
  }
  void operator()(const HistoryDropped&) {}
  void operator()(const AccountAdded&) {}  // how many there are is in the row of the clock

 private:
  void add(RowKind kind, std::uint32_t id = 0, std::uint32_t part = 0) {
    see_(RowKey{kind, id, part});
  }
  void terms(OrderId id) {
    add(RowKind::kTerms, id.value);
    add(RowKind::kOrder, id.value);
  }
  void contract(ContractId id) {
    const Contract& contract = state_.contract(id);
    add(RowKind::kContract, id.value);
    add(RowKind::kPool, contract.pool.value);
    for (const std::uint32_t node : contract.nodes) {
      add(RowKind::kNode, contract.pool.value, node);
    }
  }

  const State& state_;
  See& see_;
};

template <class See>
void each_touched(const State& state, const Event& event, See see) {
  Keys<See>(state, see).run(event);
}

class RowAppender : private internal::RowWriter {
 public:
  RowAppender(const State& state, std::string& bytes) : RowWriter(bytes), state_(state) {}

  void row(RowKey key) {
    numbers(static_cast<std::uint8_t>(key.kind), key.id, key.part);
    switch (key.kind) {
      case RowKind::kClock:
        return clock();
      case RowKind::kTerms:
        return order(state_.order(OrderId{key.id}).order);
      case RowKind::kOrder:
        return record(state_.order(OrderId{key.id}));
      case RowKind::kContract:
        return contract(state_.contract(ContractId{key.id}));
      case RowKind::kBlock: {
        const Block* now = state_.block(OrderId{key.id});
        byte(now == nullptr ? 0 : 1);
        if (now != nullptr) block(*now);
        return;
      }
      case RowKind::kPool:
        return pool(state_.pool(PoolId{key.id}));
      case RowKind::kNode:
        return node(state_.pool(PoolId{key.id}).nodes[key.part]);
      case RowKind::kDataCopy:
        byte(state_.data(key.id).at[key.part] ? 1 : 0);
        return number(state_.data(key.id).arriving_at[key.part]);
      case RowKind::kLink:
        number(state_.link(LinkId{key.id}).busy_until);
        return number(state_.link(LinkId{key.id}).moved_mb);
      case RowKind::kPosted:
        return list(state_.posted());
    }
  }

 private:
  void clock() {
    numbers(state_.now(), state_.round(), state_.order_count(), state_.contract_count(),
            state_.orders().kept(), state_.contracts().kept(), state_.live_orders(),
            state_.dropped().orders_below, state_.dropped().contracts_below, state_.block_version(),
            static_cast<std::uint32_t>(state_.blocks().size()),
            std::uint64_t{state_.places().accounts.size()});
  }
  void pool(const PoolState& pool) {
    asks(pool);
    numbers(pool.free, pool.up, pool.running, pool.version);
  }
  void node(const Node& node) {
    number(node.free);
    byte(node.up ? 1 : 0);
    number(node.busy_until);
    count(node.contracts.size());
    for (const ContractId id : node.contracts) number(id.value);
  }

  const State& state_;
};

}  // namespace

std::vector<RowKey> touched_rows(const State& state, const Event& event) {
  std::vector<RowKey> keys;
  each_touched(state, event, [&](RowKey key) { keys.push_back(key); });
  return keys;
}

void append_row(const State& state, RowKey key, std::string& bytes) {
  RowAppender(state, bytes).row(key);
}

void append_touched_rows(const State& state, const Event& event, std::string& bytes) {
  RowAppender appender(state, bytes);
  each_touched(state, event, [&](RowKey key) { appender.row(key); });
}

}  // namespace tongsuan::engine
