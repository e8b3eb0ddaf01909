// The state of an exchange without money: who waits, what runs where, what is free.
//
// Invariants, checked whenever a contract starts or ends:
// - a node's free devices are its devices less those of the contracts on it, never below zero;
// - an order has at most one contract that runs;
// - a contract runs on nodes that are up, of a pool that its order may use;
// - an order has at most one block, only while it waits, on nodes that are up;
// - a package waits or is over: it neither runs nor has a block;
// - steps of an ask are none, or two to kAskStepsMax that have exactly the devices of their pool at
//   prices that do not fall;
// - on no node do blocks and the contracts that are expected to run into them need more devices
//   than it has.
// What has ended stays until it is forgotten (HistoryDropped): then its number is all that is known
// of it, and nothing may ask for it.
// State owns everything. Only `apply` (engine.h) changes it; everybody may read.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/engine/commands.h"
#include "tongsuan/engine/row_store.h"

namespace tongsuan::engine {

namespace testing {
struct Tamper;  // tests change fields through it, to see that somebody notices
}
namespace internal {
class SnapshotReader;
}

inline constexpr std::uint32_t kLiveOrdersMax = 4'000'000;   // that wait or run
inline constexpr std::uint32_t kNumbersMax = 4'000'000'000;  // of orders, and of contracts

struct Node {
  std::uint32_t free = 0;  // devices, whether the node is up or not
  bool up = true;
  Second busy_until = 0;              // the latest expected end of what runs on it; 0: nothing
  std::vector<ContractId> contracts;  // in order of their start
  std::vector<OrderId> blocks;        // whose blocks are on it, in order of booking
};

struct PoolState {
  std::vector<Node> nodes;
  std::vector<std::uint32_t> up_nodes_by_free;  // [f]: nodes that are up and have f free devices
  std::uint64_t free = 0;                       // devices on nodes that are up
  std::uint64_t up = 0;                         // devices of nodes that are up
  std::uint64_t running = 0;                    // contracts
  std::uint64_t version = 0;                    // moves with every change, for caches
  Price ask;                                    // of the first step
  std::vector<AskStep> steps;                   // empty: all devices at that
  [[nodiscard]] std::uint32_t largest_free() const;  // on one node that is up
  [[nodiscard]] std::uint32_t whole_free() const {   // nodes that are up and empty
    return up_nodes_by_free.back();
  }
  // What is on the nodes [begin, end): each once, rising.
  [[nodiscard]] std::vector<ContractId> contracts_on(std::uint32_t begin, std::uint32_t end) const;
  [[nodiscard]] std::vector<OrderId> blocks_on(std::uint32_t begin, std::uint32_t end) const;
};

struct OrderRecord {
  LiveOrder order;
  OrderState state = OrderState::kWaiting;
  std::uint32_t done_ppm = 0;      // of its work, for good; of a package, what was awarded
  std::uint32_t contract = kNone;  // the one that runs, or the last one
  std::uint32_t stops = 0;         // contracts that ended before the work was done
  Second first_start = -1;         // −1: never
  Second waiting_since = 0;
};
static_assert(sizeof(OrderRecord) == 168, "stated in docs/engine-state.md");

struct DataState {
  std::vector<bool> at;             // by HubId
  std::vector<Second> arriving_at;  // by HubId; −1: not on its way
};

struct LinkState {
  Second busy_until = 0;
  std::int64_t moved_mb = 0;
};

class State {
 public:
  explicit State(Places places);

  [[nodiscard]] const Places& places() const { return places_; }
  [[nodiscard]] Second now() const { return now_; }
  [[nodiscard]] std::uint64_t round() const { return round_; }
  [[nodiscard]] const std::vector<std::int64_t>& posted() const { return posted_; }

  // Numbers given so far; those of forgotten orders count.
  [[nodiscard]] std::uint32_t order_count() const { return orders_.size(); }
  // Whether there was such an order and it is not forgotten.
  [[nodiscard]] bool knows(OrderId id) const { return orders_.is_kept(id.value); }
  [[nodiscard]] bool is_forgotten(OrderId id) const {
    return id.value < orders_.size() && !knows(id);
  }
  [[nodiscard]] std::uint32_t live_orders() const { return live_orders_; }
  [[nodiscard]] const OrderRecord& order(OrderId id) const { return orders_[id.value]; }
  [[nodiscard]] std::uint32_t contract_count() const { return contracts_.size(); }
  [[nodiscard]] bool knows(ContractId id) const { return contracts_.is_kept(id.value); }
  [[nodiscard]] bool is_forgotten(ContractId id) const {
    return id.value < contracts_.size() && !knows(id);
  }
  [[nodiscard]] const Contract& contract(ContractId id) const { return contracts_[id.value]; }
  [[nodiscard]] const PoolState& pool(PoolId id) const { return pools_[id.value]; }
  [[nodiscard]] const DataState& data(std::uint32_t id) const { return data_[id]; }
  [[nodiscard]] const LinkState& link(LinkId id) const { return links_[id.value]; }
  // What is kept, by rising numbers, and the last event that dropped history.
  [[nodiscard]] const RowStore<OrderRecord>& orders() const { return orders_; }
  [[nodiscard]] const RowStore<Contract>& contracts() const { return contracts_; }
  [[nodiscard]] const HistoryDropped& dropped() const { return dropped_; }
  // Live blocks, by rising order; and that of an order, nullptr when it has none.
  [[nodiscard]] const std::vector<Block>& blocks() const { return blocks_; }
  [[nodiscard]] const Block* block(OrderId order) const;
  // Moves with every change of the blocks.
  [[nodiscard]] std::uint64_t block_version() const { return block_version_; }
  // Whether the node has `devices` more during [begin, end) beside all blocks on it but that of
  // `except`, by what contracts are expected to take. `begin` is not before now.
  struct Use {
    PoolId pool;
    std::uint32_t node = 0;
    std::uint32_t devices = 0;
    Second begin = 0;
    Second end = 0;
    OrderId except{kNone};
  };
  [[nodiscard]] bool leaves_blocks(const Use& use) const;
  // Whether a block on the node holds any of its devices between now and `until`.
  [[nodiscard]] bool is_promised(const Node& node, Second until) const;
  // Pools that the order may use with this way, rising.
  [[nodiscard]] std::vector<PoolId> pools_of(const LiveOrder& order, std::uint32_t way) const;
  // What is left of the estimate of `way`, at least a second.
  [[nodiscard]] static Second remaining(const OrderRecord& record, std::uint32_t way);
  // When it ends by that if it starts at `at`: a part no later than its leg.
  [[nodiscard]] static Second end_from(const OrderRecord& record, std::uint32_t way, Second at);
  // The order that a part of an award becomes.
  [[nodiscard]] LiveOrder part_of(const AwardOrder& award, const AwardPart& part, Second at) const;
  [[nodiscard]] bool has_data(const LiveOrder& order, HubId hub) const {
    return order.data == kNone || data_[order.data].at[hub.value];
  }

  void apply(const Event& event);

 private:
  friend struct testing::Tamper;
  friend class internal::SnapshotReader;
  void on(const OrderAccepted& event);
  void on(const OrderRefused& event);
  void on(const OrderGone& event);
  void on(const NodesChanged& event);
  void on(const AskChanged& event);
  void on(const ContractStarted& event);
  void on(const ContractEnded& event);
  void on(const ContractExtended& event);
  void on(const TransferStarted& event);
  void on(const TransferEnded& event);
  void on(const RoundClosed& event);
  void on(const OrderOpened& event);
  void on(const BlockBooked& event);
  void on(const BlockReleased& event);
  void on(const OrderAmended& event);
  void on(const HistoryDropped& event);
  void on(const AccountAdded& event);
  void on(const OrderAwarded& event);
  void put_block(Block block);
  void on(const ContractShrunk& event);
  void on(const StepsChanged& event);
  void drop_block(OrderId order);
  void set_free(PoolState& pool, Node& node, std::uint32_t free);
  void set_busy_until(Node& node);

  Places places_;
  Second now_ = 0;
  std::uint64_t round_ = 0;
  std::vector<std::int64_t> posted_;
  RowStore<OrderRecord> orders_;
  RowStore<Contract> contracts_;
  std::uint32_t live_orders_ = 0;
  HistoryDropped dropped_;
  std::vector<PoolState> pools_;
  std::vector<DataState> data_;
  std::vector<LinkState> links_;
  std::vector<Block> blocks_;
  std::uint64_t block_version_ = 0;
};

}  // namespace tongsuan::engine
