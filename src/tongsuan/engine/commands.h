// What may be asked of the engine, and what it answers.
//
// A command is a wish of somebody outside: an owner, a hub, the dispatcher, the clock. An event is
// a fact. `decide` (engine.h) turns one command into events or a refusal; `apply` makes an event
// part of the state and cannot fail. Commands carry the second at which they happen; the engine has
// no clock.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "tongsuan/base/sha256.h"
#include "tongsuan/engine/order.h"
#include "tongsuan/engine/places.h"

namespace tongsuan::engine {

// ---- Commands
// ------------------------------------------------------------------------------------

struct SubmitOrder {
  LiveOrder order;
};
struct CancelOrder {
  OrderId order;
};
// Orders that have waited too long leave.
struct ExpireOrder {
  OrderId order;
};
// The second has come from which on its owner wants the order.
struct OpenOrder {
  OrderId order;
};
// Promises devices to a waiting order from `begin` on, in the place of its former block if it had
// one.
struct BookBlock {
  OrderId order;
  std::uint32_t way = 0;
  PoolId pool;
  std::vector<std::uint32_t> nodes;  // rising
  Second begin = 0;
  Price price;
};
struct ReleaseBlock {
  OrderId order;
};
// Nodes [begin, end) of a pool come up or go down; what runs on them fails, and blocks on
// them are released.
struct ReportNodes {
  PoolId pool;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool up = true;
};
struct ChangeAsk {
  PoolId pool;
  Price ask;
};
// So many devices of a pool at this price, after those of the steps before.
struct AskStep {
  std::uint32_t devices = 0;
  Price price;
  friend bool operator==(const AskStep&, const AskStep&) = default;
};
inline constexpr std::size_t kAskStepsMax = 16;
// Starts a waiting order at once on these nodes. Its block ends, wherever it starts.
struct StartOrder {
  OrderId order;
  std::uint32_t way = 0;
  PoolId pool;
  std::vector<std::uint32_t> nodes;  // rising
  Price price;
};
// The hub says that a contract has ended. `kept_ppm`: the share of the whole order that is done
// for good (a checkpoint); what remains waits again unless the order is complete.
struct EndContract {
  ContractId contract;
  EndReason reason = EndReason::kCompleted;
  std::uint32_t done_ppm = kPpm;
};
// The estimate has run out and the work goes on.
struct ExtendContract {
  ContractId contract;
  Second until = 0;
};
struct StartTransfer {
  std::uint32_t data = 0;  // DataId::value
  LinkId link;
};
struct EndTransfer {
  std::uint32_t data = 0;
  HubId to;
};
// One round of the market: its book, its proof, its prices. The awards that start now follow as
// StartOrder; the others are a forecast and bind nobody.
struct CloseRound {
  std::uint64_t round = 0;
  Digest root{};         // of the book
  Digest certificate{};  // of the certificate's text: the proof itself is kept as a blob
  std::uint64_t orders = 0;
  std::uint64_t awards = 0;
  std::int64_t gap_ppm = 0;
  std::vector<std::int64_t> posted;  // by PoolId: micro-yuan per device-hour until the next round
};

// Its owner wants something else of an order that waits and has never started; whose it is and when
// it was submitted stays. It leaves the line and comes again, and its block ends.
struct AmendOrder {
  OrderId order;
  LiveOrder what;
};
// Forgets what has ended of the orders and contracts with smaller numbers: nobody asks for it here
// any more. What lives is kept.
struct DropHistory {
  std::uint32_t orders_below = 0;
  std::uint32_t contracts_below = 0;
};
// Somebody else trades from now on, under the next number.
struct AddAccount {};
// What a round awards a package that waits: a part for each leg of an alternative, in their order,
// or for runs of a curve's seconds.
struct AwardPart {
  PoolId pool;
  std::uint32_t gang = 1;
  std::vector<std::uint32_t> nodes;  // rising
  Second begin = 0;
  Second end = 0;
  Price price;
};
struct AwardOrder {
  OrderId order;
  std::uint32_t alternative = 0;
  std::vector<AwardPart> parts;
};
// Devices of a contract that goes on are given back: whole nodes of it, or some of those on its
// only node. Some stay.
struct ShrinkContract {
  ContractId contract;
  std::vector<std::uint32_t> gone;  // nodes, rising
  std::uint32_t per_node = 0;       // devices on each node that stays, from now on
};

// What the seller asks, by steps: prices do not fall, and every device of the pool has one. The
// last step may name more devices than are left.
struct ChangeSteps {
  PoolId pool;
  std::vector<AskStep> steps;
};

using Command = std::variant<SubmitOrder, CancelOrder, ExpireOrder, ReportNodes, ChangeAsk,
                             StartOrder, EndContract, ExtendContract, StartTransfer, EndTransfer,
                             CloseRound, OpenOrder, BookBlock, ReleaseBlock, AmendOrder,
                             DropHistory, AddAccount, AwardOrder, ShrinkContract, ChangeSteps>;

// ---- Events
// --------------------------------------------------------------------------------------

struct OrderAccepted {
  OrderId order;
  LiveOrder what;
};
struct OrderRefused {
  OrderId order;
  LiveOrder what;
};
struct OrderGone {  // cancelled, or left
  OrderId order;
  OrderState state = OrderState::kLeft;
};
struct NodesChanged {
  PoolId pool;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool up = true;
};
struct AskChanged {
  PoolId pool;
  Price ask;
};
struct ContractStarted {
  ContractId contract;
  StartOrder what;
  Second expected_end = 0;
};
struct ContractEnded {
  ContractId contract;
  EndReason reason = EndReason::kCompleted;
  std::uint32_t done_ppm = 0;  // of the whole order, for good
};
struct ContractExtended {
  ContractId contract;
  Second until = 0;
};
struct TransferStarted {
  std::uint32_t data = 0;
  LinkId link;
  Second ready = 0;
};
struct TransferEnded {
  std::uint32_t data = 0;
  HubId to;
};
struct RoundClosed {
  CloseRound what;
};

struct OrderOpened {
  OrderId order;
};
struct BlockBooked {
  BookBlock what;
  Second end = 0;
};
struct BlockReleased {
  OrderId order;
  ReleaseReason reason = ReleaseReason::kGivenUp;
};

struct OrderAmended {
  OrderId order;
  LiveOrder what;
};
struct HistoryDropped {
  std::uint32_t orders_below = 0;
  std::uint32_t contracts_below = 0;
};
struct AccountAdded {
  AccountId account;
};
// The package is over; its parts are the orders from `first` on, each with its block.
struct OrderAwarded {
  AwardOrder what;
  OrderId first;
};
struct ContractShrunk {
  ShrinkContract what;
};
// Two steps at least, and exactly the devices of the pool; one step is AskChanged.
struct StepsChanged {
  PoolId pool;
  std::vector<AskStep> steps;
};

// New kinds come last: the position is part of the bytes.
struct Event {
  Second at = 0;
  std::variant<OrderAccepted, OrderRefused, OrderGone, NodesChanged, AskChanged, ContractStarted,
               ContractEnded, ContractExtended, TransferStarted, TransferEnded, RoundClosed,
               OrderOpened, BlockBooked, BlockReleased, OrderAmended, HistoryDropped, AccountAdded,
               OrderAwarded, ContractShrunk, StepsChanged>
      what;
};

// Why a command is refused, or an event of a stranger does not fit. A refusal changes nothing.
enum class Refusal : std::uint8_t {
  kUnknown,       // no such order, contract, pool, node, link or data set
  kLimit,         // a number outside its limits
  kTime,          // before what has already happened
  kNotWaiting,    // the order does not wait
  kNotRunning,    // the contract has ended
  kNotEligible,   // the pool is not of the order's hubs or of the variant's class
  kTooLarge,      // the gang fits no pool that the order names
  kWrongNodes,    // not the number of nodes that the gang needs, or not rising
  kOverCapacity,  // a node has not so many free devices
  kNodeDown,      // a node is down
  kDataMissing,   // the data set is not at the hub
  kAlreadyThere,  // the data set is there, or on its way
  kStale,         // not the next round, or not the next number
  kTooEarly,      // before its owner wants it
  kPromised,      // would leave a block without its devices
  kStarted,       // it has run already
  kFull,          // no room for another order or contract
  kFixed,         // packages and their parts are not amended: cancel and submit again
};
[[nodiscard]] const char* refusal_name(Refusal refusal);

}  // namespace tongsuan::engine
