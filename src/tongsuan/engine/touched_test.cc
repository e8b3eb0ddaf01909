// An event changes no row but those that `touched_rows` names, and any change of these shows.
#include "tongsuan/engine/touched.h"

#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/engine/any_command.h"
#include "tongsuan/engine/engine.h"
#include "tongsuan/engine/tamper.h"

namespace tongsuan::engine {
namespace {

using testing::AnyCommand;
using testing::small_order;
using testing::small_places;
using testing::Tamper;

// Every row of a state as text, by a way of its own.
class RowDump {
 public:
  explicit RowDump(const State& state) {
    put({RowKind::kClock, 0, 0},
        {state.now(), static_cast<std::int64_t>(state.round()), state.order_count(),
         state.contract_count(), state.live_orders(), state.dropped().orders_below,
         state.dropped().contracts_below, static_cast<std::int64_t>(state.block_version())});
    for (std::uint32_t i = 0; i < state.order_count(); ++i) {
      if (state.knows(OrderId{i})) order(i, state.order(OrderId{i}));
    }
    for (std::uint32_t i = 0; i < state.contract_count(); ++i) {
      if (!state.knows(ContractId{i})) continue;
      const Contract& row = state.contract(ContractId{i});
      const RowKey key{RowKind::kContract, i, 0};
      held(key, row);
      put(key, {row.start, row.expected_end, row.end, row.price.raw(), row.promised});
    }
    for (const Block& row : state.blocks()) {
      const RowKey key{RowKind::kBlock, row.order.value, 0};
      held(key, row);
      put(key, {row.begin, row.end, row.price.raw(), static_cast<std::int64_t>(row.booked)});
    }
    for (std::uint32_t i = 0; i < state.places().pools.size(); ++i) pool(i, state.pool(PoolId{i}));
    for (std::uint32_t i = 0; i < state.places().data_sets.size(); ++i) {
      for (std::uint32_t hub = 0; hub < state.places().hubs.size(); ++hub) {
        put({RowKind::kDataCopy, i, hub}, {state.data(i).at[hub], state.data(i).arriving_at[hub]});
      }
    }
    for (std::uint32_t i = 0; i < state.places().links.size(); ++i) {
      const LinkState& link = state.link(LinkId{i});
      put({RowKind::kLink, i, 0}, {link.busy_until, link.moved_mb});
    }
    for (const std::int64_t price : state.posted()) put({RowKind::kPosted, 0, 0}, {price});
  }
  // Keys of rows that differ.
  [[nodiscard]] std::set<RowKey> differences(const RowDump& other) const {
    std::set<RowKey> keys;
    for (const auto& [key, text] : rows_) {
      const auto at = other.rows_.find(key);
      if (at == other.rows_.end() || at->second != text) keys.insert(key);
    }
    for (const auto& [key, text] : other.rows_) {
      if (!rows_.contains(key)) keys.insert(key);
    }
    return keys;
  }
  [[nodiscard]] bool has(RowKey key) const { return rows_.contains(key); }

 private:
  void put(RowKey key, const std::vector<std::int64_t>& numbers) {
    for (const std::int64_t number : numbers) rows_[key] += std::to_string(number) + ' ';
  }
  void order(std::uint32_t id, const OrderRecord& record) {
    append_bytes({0, OrderAccepted{OrderId{0}, record.order}}, rows_[{RowKind::kTerms, id, 0}]);
    put({RowKind::kOrder, id, 0},
        {static_cast<std::int64_t>(record.state), record.done_ppm, record.contract,
         record.first_start, record.waiting_since, record.stops});
  }
  template <class Held>
  void held(RowKey key, const Held& held) {
    put(key, {held.order.value, held.way, held.pool.value, held.per_node});
    for (const std::uint32_t node : held.nodes) put(key, {node});
  }
  void pool(std::uint32_t id, const PoolState& pool) {
    put({RowKind::kPool, id, 0},
        {static_cast<std::int64_t>(pool.free), static_cast<std::int64_t>(pool.up),
         static_cast<std::int64_t>(pool.running), static_cast<std::int64_t>(pool.version),
         pool.ask.raw()});
    for (const AskStep& step : pool.steps) {
      put({RowKind::kPool, id, 0}, {step.devices, step.price.raw()});
    }
    for (std::uint32_t i = 0; i < pool.nodes.size(); ++i) {
      const Node& node = pool.nodes[i];
      put({RowKind::kNode, id, i}, {node.free, node.up, node.busy_until});
      for (const ContractId contract : node.contracts) {
        put({RowKind::kNode, id, i}, {contract.value});
      }
    }
  }

  std::map<RowKey, std::string> rows_;
};

// Rows that went with dropped history are those that had ended, below what the event says.
bool was_dropped(const State& state, const RowDump& after, RowKey key) {
  if (after.has(key)) return false;
  if (key.kind == RowKind::kOrder || key.kind == RowKind::kTerms) {
    return key.id < state.dropped().orders_below && state.is_forgotten(OrderId{key.id});
  }
  return key.kind == RowKind::kContract && key.id < state.dropped().contracts_below &&
         state.is_forgotten(ContractId{key.id});
}

TEST(TouchedProperty, NothingElseChanges) {
  std::set<RowKind> changed;
  for (std::uint64_t seed = 1; seed <= many_seeds(150); ++seed) {
    Random random(seed);
    State state(small_places());
    RowDump before(state);
    for (Second at = 0; at < 300; at += random.between(0, 9)) {
      std::vector<Event> events;
      static_cast<void>(decide(state, at, AnyCommand(random, state).draw(), events));
      for (const Event& event : events) {
        state.apply(event);
        const std::vector<RowKey> keys = touched_rows(state, event);
        const std::set<RowKey> touched(keys.begin(), keys.end());
        ASSERT_EQ(touched.size(), keys.size()) << "each once";
        RowDump after(state);
        for (const RowKey& key : after.differences(before)) {
          changed.insert(key.kind);
          const bool drops = std::holds_alternative<HistoryDropped>(event.what);
          if (drops && was_dropped(state, after, key)) continue;
          ASSERT_TRUE(touched.contains(key))
              << "seed " << seed << ", event " << event.what.index() << ": row " << key.id
              << " of kind " << static_cast<int>(key.kind);
        }
        before = std::move(after);
      }
    }
  }
  EXPECT_EQ(changed.size(), 10U);
}

class Touched : public ::testing::Test {
 protected:
  Touched() : engine_(small_places()) {
    for (int i = 0; i < 3; ++i) engine_.execute(5, SubmitOrder{small_order(2)});
    engine_.execute(6, StartOrder{OrderId{0}, 0, PoolId{0}, {0}, Price(5)});
    engine_.execute(6, BookBlock{OrderId{1}, 0, PoolId{0}, {1}, 500, Price(4)});
  }
  using Change = std::function<void(const Tamper&)>;
  // Whether the bytes of the row tell each changed state from the true one.
  void shows(RowKey key, const std::vector<Change>& changes) const {
    std::string was;
    append_row(engine_.state(), key, was);
    for (std::size_t i = 0; i < changes.size(); ++i) {
      State copy = engine_.state();
      changes[i](Tamper{copy});
      std::string is;
      append_row(copy, key, is);
      EXPECT_NE(was, is) << "change " << i;
    }
  }

  Engine engine_;
};

TEST_F(Touched, AnyFieldOfAnOrderShows) {
  const auto field = [](auto change) {
    return [change](const Tamper& rows) { change(rows.order(2)); };
  };
  shows({RowKind::kTerms, 2, 0}, {field([](OrderRecord& row) { row.order.account = AccountId{1}; }),
                                  field([](OrderRecord& row) { ++row.order.submit; }),
                                  field([](OrderRecord& row) { ++row.order.latest_start; }),
                                  field([](OrderRecord& row) { ++row.order.value; }),
                                  field([](OrderRecord& row) { ++row.order.delay_cost; }),
                                  field([](OrderRecord& row) { ++row.order.ways[0].estimate; }),
                                  field([](OrderRecord& row) { row.order.hubs = {HubId{0}}; }),
                                  field([](OrderRecord& row) { row.order.home = 0; }),
                                  field([](OrderRecord& row) { row.order.data = 0; }),
                                  field([](OrderRecord& row) { row.order.whole_nodes = true; }),
                                  field([](OrderRecord& row) { ++row.order.grace; }),
                                  field([](OrderRecord& row) { ++row.order.not_before; }),
                                  field([](OrderRecord& row) { ++row.order.premium; }),
                                  field([](OrderRecord& row) { row.order.package = Package(); })});
  shows({RowKind::kOrder, 2, 0}, {field([](OrderRecord& row) { row.state = OrderState::kLeft; }),
                                  field([](OrderRecord& row) { ++row.done_ppm; }),
                                  field([](OrderRecord& row) { row.contract = 3; }),
                                  field([](OrderRecord& row) { row.first_start = 3; }),
                                  field([](OrderRecord& row) { ++row.waiting_since; }),
                                  field([](OrderRecord& row) { ++row.stops; })});
}

template <class Held, class At>
std::vector<std::function<void(const Tamper&)>> held_changes(At at) {
  const auto field = [at](auto change) {
    return [at, change](const Tamper& rows) { change(at(rows)); };
  };
  return {field([](Held& row) { row.order = OrderId{9}; }),
          field([](Held& row) { ++row.way; }),
          field([](Held& row) { row.pool = PoolId{1}; }),
          field([](Held& row) { ++row.per_node; }),
          field([](Held& row) { row.nodes = {2}; }),
          field([](Held& row) { row.nodes = {0, 1}; }),
          field([](Held& row) { row.price = Price(77); })};
}

TEST_F(Touched, AnyFieldOfAContractOrBlockShows) {
  const RowKey contract{RowKind::kContract, 0, 0};
  const auto at = [](const Tamper& rows) -> Contract& { return rows.contract(0); };
  shows(contract, held_changes<Contract>(at));
  shows(contract, {[at](const Tamper& rows) { ++at(rows).start; },
                   [at](const Tamper& rows) { ++at(rows).expected_end; },
                   [at](const Tamper& rows) { ++at(rows).end; },
                   [at](const Tamper& rows) { ++at(rows).promised; }});
  // The key of a block is its order.
  const RowKey block{RowKind::kBlock, 1, 0};
  const auto block_at = [](const Tamper& rows) -> Block& { return rows.block(0); };
  shows(block, held_changes<Block>(block_at));
  shows(block, {[block_at](const Tamper& rows) { ++block_at(rows).begin; },
                [block_at](const Tamper& rows) { ++block_at(rows).end; },
                [block_at](const Tamper& rows) { ++block_at(rows).booked; }});
}

TEST_F(Touched, AnyFieldOfAPoolOrNodeShows) {
  const auto pool = [](auto change) {
    return [change](const Tamper& rows) { change(rows.pool(0)); };
  };
  shows({RowKind::kPool, 0, 0},
        {pool([](PoolState& row) { row.ask = Price(77); }), pool([](PoolState& row) {
           row.steps = {{4, row.ask}, {8, Price(77)}};
         }),
         pool([](PoolState& row) { ++row.free; }), pool([](PoolState& row) { ++row.up; }),
         pool([](PoolState& row) { ++row.running; }), pool([](PoolState& row) { ++row.version; })});
  shows({RowKind::kNode, 0, 0},
        {pool([](PoolState& row) { ++row.nodes[0].free; }),
         pool([](PoolState& row) { row.nodes[0].up = false; }),
         pool([](PoolState& row) { ++row.nodes[0].busy_until; }),
         pool([](PoolState& row) { row.nodes[0].contracts = {ContractId{1}}; }),
         pool([](PoolState& row) { row.nodes[0].contracts.clear(); })});
}

TEST_F(Touched, AnyFieldOfTheRestShows) {
  shows({RowKind::kDataCopy, 0, 1}, {[](const Tamper& rows) { rows.data(0).at[1] = true; },
                                     [](const Tamper& rows) { rows.data(0).arriving_at[1] = 3; }});
  shows({RowKind::kLink, 0, 0}, {[](const Tamper& rows) { ++rows.link(0).busy_until; },
                                 [](const Tamper& rows) { ++rows.link(0).moved_mb; }});
  shows({RowKind::kPosted, 0, 0}, {[](const Tamper& rows) { ++rows.posted(2); }});
  shows({RowKind::kClock, 0, 0},
        {[](const Tamper& rows) { ++rows.now(); }, [](const Tamper& rows) { ++rows.round(); },
         [](const Tamper& rows) { ++rows.block_version(); },
         [](const Tamper& rows) { ++rows.live_orders(); },
         [](const Tamper& rows) { ++rows.dropped().orders_below; },
         [](const Tamper& rows) { ++rows.dropped().contracts_below; }});
}

}  // namespace
}  // namespace tongsuan::engine
