#include <algorithm>
#include <tuple>

#include "tongsuan/engine/engine.h"

namespace tongsuan::engine {
namespace {

// One reader of the state for each kind of command.
class Decider {
 public:
  Decider(const State& state, Second at, std::vector<Event>& events)
      : state_(state), at_(at), events_(events) {}

  // Parts of commands that are lists move into their events.
  std::optional<Refusal> operator()(SubmitOrder& command) {
    const OrderId id{state_.order_count()};
    if (const auto refusal = check_order(command.order)) {
      // A refused order keeps its number: whoever sent it asks for it by that.
      emit(OrderRefused{id, std::move(command.order)});
      return refusal;
    }
    emit(OrderAccepted{id, std::move(command.order)});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const CancelOrder& command) {
    if (command.order.value >= state_.order_count()) return Refusal::kUnknown;
    const OrderRecord& record = state_.order(command.order);
    if (record.state != OrderState::kWaiting) return Refusal::kNotWaiting;
    release(command.order, ReleaseReason::kOrderGone);
    emit(OrderGone{command.order, OrderState::kCancelled});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const OpenOrder& command) {
    if (command.order.value >= state_.order_count()) return Refusal::kUnknown;
    const OrderRecord& record = state_.order(command.order);
    if (record.state != OrderState::kWaiting) return Refusal::kNotWaiting;
    if (at_ < record.order.not_before) return Refusal::kTooEarly;
    if (record.waiting_since >= record.order.not_before) return Refusal::kTime;  // it is open
    emit(OrderOpened{command.order});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(BookBlock& command) {
    if (command.order.value >= state_.order_count()) return Refusal::kUnknown;
    const OrderRecord& record = state_.order(command.order);
    if (record.state != OrderState::kWaiting) return Refusal::kNotWaiting;
    if (const auto refusal = check_block(record, command)) return refusal;
    release(command.order, ReleaseReason::kRebooked);
    const Second end = command.begin + State::remaining(record, command.way);
    emit(BlockBooked{std::move(command), end});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const ReleaseBlock& command) {
    if (command.order.value >= state_.order_count() || !state_.block(command.order)) {
      return Refusal::kUnknown;
    }
    release(command.order, ReleaseReason::kGivenUp);
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const ExpireOrder& command) {
    if (command.order.value >= state_.order_count()) return Refusal::kUnknown;
    const OrderRecord& record = state_.order(command.order);
    if (record.state != OrderState::kWaiting) return Refusal::kNotWaiting;
    // Work that has begun waits to go on for as long as it takes.
    if (at_ < record.order.latest_start || record.first_start >= 0) return Refusal::kTime;
    release(command.order, ReleaseReason::kOrderGone);
    emit(OrderGone{command.order, OrderState::kLeft});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const ReportNodes& command) {
    if (command.pool.value >= state_.places().pools.size()) return Refusal::kUnknown;
    const PoolState& pool = state_.pool(command.pool);
    if (command.begin >= command.end || command.end > pool.nodes.size()) return Refusal::kUnknown;
    if (!command.up) {
      fail_contracts(pool, command);
      fail_blocks(pool, command);
    }
    emit(NodesChanged{command.pool, command.begin, command.end, command.up});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const ChangeAsk& command) {
    if (command.pool.value >= state_.places().pools.size()) return Refusal::kUnknown;
    if (command.ask.raw() < 0 || command.ask.raw() > kPriceMax) return Refusal::kLimit;
    emit(AskChanged{command.pool, command.ask});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(StartOrder& command) {
    if (command.order.value >= state_.order_count()) return Refusal::kUnknown;
    const OrderRecord& record = state_.order(command.order);
    if (record.state != OrderState::kWaiting) return Refusal::kNotWaiting;
    if (const auto refusal = check_start(record, command)) return refusal;
    const Second expected_end = at_ + State::remaining(record, command.way);
    emit(ContractStarted{ContractId{state_.contract_count()}, std::move(command), expected_end});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const EndContract& command) {
    if (command.contract.value >= state_.contract_count()) return Refusal::kUnknown;
    const Contract& contract = state_.contract(command.contract);
    if (contract.end >= 0) return Refusal::kNotRunning;
    const bool complete = command.reason == EndReason::kCompleted;
    const std::uint32_t before = state_.order(contract.order).done_ppm;
    if (command.done_ppm > kPpm || command.done_ppm < before) return Refusal::kLimit;
    emit(ContractEnded{command.contract, command.reason, complete ? kPpm : command.done_ppm});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const ExtendContract& command) {
    if (command.contract.value >= state_.contract_count()) return Refusal::kUnknown;
    const Contract& contract = state_.contract(command.contract);
    if (contract.end >= 0) return Refusal::kNotRunning;
    if (command.until <= at_ || command.until > kSecondsMax) return Refusal::kTime;
    for (const std::uint32_t node : contract.nodes) {
      const Second from = std::max(at_, contract.expected_end);
      if (command.until <= from) break;
      if (!state_.leaves_blocks({contract.pool, node, contract.per_node, from, command.until})) {
        return Refusal::kPromised;
      }
    }
    emit(ContractExtended{command.contract, command.until});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const StartTransfer& command) {
    const Places& places = state_.places();
    if (command.data >= places.data_sets.size() || command.link.value >= places.links.size()) {
      return Refusal::kUnknown;
    }
    const DataLink& link = places.links[command.link.value];
    const DataState& data = state_.data(command.data);
    if (!data.at[link.from.value]) return Refusal::kDataMissing;
    if (data.at[link.to.value] || data.arriving_at[link.to.value] >= 0) {
      return Refusal::kAlreadyThere;
    }
    const auto size = static_cast<std::int64_t>(places.data_sets[command.data].size_mb);
    const Second begin = std::max(at_, state_.link(command.link).busy_until);
    const Second moving = (size + link.mb_per_second - 1) / link.mb_per_second;
    emit(TransferStarted{command.data, command.link, begin + moving});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const EndTransfer& command) {
    const Places& places = state_.places();
    if (command.data >= places.data_sets.size() || command.to.value >= places.hubs.size()) {
      return Refusal::kUnknown;
    }
    if (state_.data(command.data).arriving_at[command.to.value] < 0) return Refusal::kAlreadyThere;
    emit(TransferEnded{command.data, command.to});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(CloseRound& command) {
    if (command.round != state_.round() + 1) return Refusal::kStale;
    if (command.posted.size() != state_.places().pools.size()) return Refusal::kLimit;
    for (const std::int64_t price : command.posted) {
      if (price < 0 || price > kPriceMax) return Refusal::kLimit;
    }
    emit(RoundClosed{std::move(command)});
    return std::nullopt;
  }

 private:
  template <class What>
  void emit(What&& what) {
    events_.push_back({at_, std::forward<What>(what)});
  }

  [[nodiscard]] std::optional<Refusal> check_order(const LiveOrder& order) const {
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
    if (order.latest_start < order.submit || order.latest_start > kSecondsMax) {
      return Refusal::kLimit;
    }
    if (order.not_before < 0 || order.latest_start < order.not_before) return Refusal::kLimit;
    if (order.value < 0 || order.value > kMoneyMax || order.delay_cost < 0 ||
        order.delay_cost > kMoneyMax || order.premium < 0 || order.premium > kMoneyMax) {
      return Refusal::kLimit;
    }
    if (order.grace < 0 || order.grace > kSecondsMax) return Refusal::kLimit;
    bool fits = false;
    for (std::uint32_t i = 0; i < order.ways.size(); ++i) {
      const Way& way = order.ways[i];
      if (way.accelerator.value >= places.classes.size()) return Refusal::kUnknown;
      if (way.gang < 1 || way.gang > kGangMax || way.estimate < 1 || way.estimate > kSecondsMax) {
        return Refusal::kLimit;
      }
      fits = fits || !state_.pools_of(order, i).empty();
    }
    return fits ? std::nullopt : std::optional(Refusal::kTooLarge);
  }

  // Whether the order may run so, and these are nodes for it; free or not.
  template <class Placing>
  [[nodiscard]] std::optional<Refusal> check_nodes(const LiveOrder& order,
                                                   const Placing& command) const {
    const Places& places = state_.places();
    if (command.way >= order.ways.size() || command.pool.value >= places.pools.size()) {
      return Refusal::kUnknown;
    }
    const Pool& at = places.pools[command.pool.value];
    const Way& way = order.ways[command.way];
    if (!(at.accelerator == way.accelerator) ||
        (!order.hubs.empty() && !std::ranges::binary_search(order.hubs, at.hub))) {
      return Refusal::kNotEligible;
    }
    if (command.price.raw() < 0 || command.price.raw() > kPriceMax) return Refusal::kLimit;
    if (command.nodes.size() != need_of(way, order.whole_nodes, at.node_devices).nodes) {
      return Refusal::kWrongNodes;
    }
    const PoolState& pool = state_.pool(command.pool);
    for (std::size_t i = 0; i < command.nodes.size(); ++i) {
      const std::uint32_t node = command.nodes[i];
      if (node >= pool.nodes.size()) return Refusal::kUnknown;
      if (i > 0 && command.nodes[i - 1] >= node) return Refusal::kWrongNodes;
      if (!pool.nodes[node].up) return Refusal::kNodeDown;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Refusal> check_start(const OrderRecord& record,
                                                   const StartOrder& command) const {
    if (at_ < record.order.not_before) return Refusal::kTooEarly;
    if (const auto refusal = check_nodes(record.order, command)) return refusal;
    const Pool& at = state_.places().pools[command.pool.value];
    if (!state_.has_data(record.order, at.hub)) return Refusal::kDataMissing;
    const std::uint32_t per_node =
        need_of(record.order.ways[command.way], record.order.whole_nodes, at.node_devices).per_node;
    const Second end = at_ + State::remaining(record, command.way);
    for (const std::uint32_t node : command.nodes) {
      if (state_.pool(command.pool).nodes[node].free < per_node) return Refusal::kOverCapacity;
      if (!state_.leaves_blocks({command.pool, node, per_node, at_, end, command.order})) {
        return Refusal::kPromised;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Refusal> check_block(const OrderRecord& record,
                                                   const BookBlock& command) const {
    const LiveOrder& order = record.order;
    if (command.begin < order.not_before) return Refusal::kTooEarly;
    if (command.begin < at_ || command.begin > order.latest_start) return Refusal::kTime;
    if (const auto refusal = check_nodes(order, command)) return refusal;
    const Pool& at = state_.places().pools[command.pool.value];
    if (!state_.has_data(order, at.hub)) {
      const Second ready = state_.data(order.data).arriving_at[at.hub.value];
      if (ready < 0 || ready > command.begin) return Refusal::kDataMissing;
    }
    const std::uint32_t per_node =
        need_of(order.ways[command.way], order.whole_nodes, at.node_devices).per_node;
    const Second end = command.begin + State::remaining(record, command.way);
    for (const std::uint32_t node : command.nodes) {
      if (!state_.leaves_blocks(
              {command.pool, node, per_node, command.begin, end, command.order})) {
        return Refusal::kPromised;
      }
    }
    return std::nullopt;
  }

  void release(OrderId order, ReleaseReason reason) {
    if (state_.block(order) != nullptr) emit(BlockReleased{order, reason});
  }

  void fail_blocks(const PoolState& pool, const ReportNodes& command) {
    for (const OrderId order : pool.blocks_on(command.begin, command.end)) {
      release(order, ReleaseReason::kNodeDown);
    }
  }

  void fail_contracts(const PoolState& pool, const ReportNodes& command) {
    for (const ContractId id : pool.contracts_on(command.begin, command.end)) {
      const std::uint32_t kept = state_.order(state_.contract(id).order).done_ppm;
      emit(ContractEnded{id, EndReason::kFailed, kept});
    }
  }

  const State& state_;
  Second at_;
  std::vector<Event>& events_;
};

Result<Done> wrong(std::string what) {
  return Error{ErrorCode::kInvalidArgument, std::move(what), {}};
}

Result<Done> check_data(const Places& places) {
  for (std::size_t i = 0; i < places.links.size(); ++i) {
    const DataLink& link = places.links[i];
    if (link.from.value >= places.hubs.size() || link.to.value >= places.hubs.size() ||
        link.mb_per_second < 1) {
      return wrong("a data link names an unknown hub or moves nothing");
    }
    if (i > 0 && std::tuple(places.links[i - 1].from, places.links[i - 1].to) >=
                     std::tuple(link.from, link.to)) {
      return wrong("data links are not sorted by hubs");
    }
  }
  for (const DataCopy& copy : places.data_sets) {
    if (copy.size_mb > static_cast<std::uint64_t>(kAmountMax)) {
      return wrong("a data set is larger than an exchange can move");
    }
    for (const HubId hub : copy.replicas) {
      if (hub.value >= places.hubs.size()) return wrong("a data set lies at an unknown hub");
    }
  }
  return Done{};
}

}  // namespace

std::optional<Refusal> decide(const State& state, Second at, Command command,
                              std::vector<Event>& events) {
  if (at < state.now() || at > kSecondsMax) return Refusal::kTime;
  return std::visit(Decider(state, at, events), command);
}

Result<Done> check_places(const Places& places) {
  if (places.hubs.size() > kHubsMax || places.classes.size() > kClassesMax ||
      places.pools.size() > kPoolsMax) {
    return wrong("more hubs, classes or pools than an exchange holds");
  }
  for (std::size_t i = 0; i < places.pools.size(); ++i) {
    const Pool& pool = places.pools[i];
    if (pool.hub.value >= places.hubs.size() || pool.accelerator.value >= places.classes.size()) {
      return wrong("a pool names an unknown hub or class");
    }
    if (pool.nodes < 1 || pool.nodes > kNodesMax || pool.node_devices < 1 ||
        pool.node_devices > kNodeDevicesMax) {
      return wrong("a pool has no nodes, or more than an exchange holds");
    }
    if (i > 0 && std::tuple(places.pools[i - 1].hub, places.pools[i - 1].accelerator) >=
                     std::tuple(pool.hub, pool.accelerator)) {
      return wrong("pools are not sorted by hub and class");
    }
  }
  return check_data(places);
}

const char* refusal_name(Refusal refusal) {
  switch (refusal) {
    case Refusal::kUnknown:
      return "unknown";
    case Refusal::kLimit:
      return "limit";
    case Refusal::kTime:
      return "time";
    case Refusal::kNotWaiting:
      return "not-waiting";
    case Refusal::kNotRunning:
      return "not-running";
    case Refusal::kNotEligible:
      return "not-eligible";
    case Refusal::kTooLarge:
      return "too-large";
    case Refusal::kWrongNodes:
      return "wrong-nodes";
    case Refusal::kOverCapacity:
      return "over-capacity";
    case Refusal::kNodeDown:
      return "node-down";
    case Refusal::kDataMissing:
      return "data-missing";
    case Refusal::kAlreadyThere:
      return "already-there";
    case Refusal::kStale:
      return "stale";
    case Refusal::kTooEarly:
      return "too-early";
    case Refusal::kPromised:
      return "promised";
  }
  return "unknown";
}

bool Engine::execute(Second at, Command command, std::vector<Event>& events) {
  constexpr std::size_t kBlock = 4'096;
  const std::size_t first = events.size();
  refusal_ = decide(state_, at, std::move(command), events);
  for (std::size_t i = first; i < events.size(); ++i) {
    state_.apply(events[i]);
    append_bytes(events[i], bytes_);
    ++event_count_;
  }
  if (bytes_.size() >= kBlock) {
    sha_.update(bytes_);
    bytes_.clear();
  }
  return !refusal_;
}

const std::vector<Event>& Engine::execute(Second at, Command command) {
  events_.clear();
  execute(at, std::move(command), events_);
  return events_;
}

Digest Engine::digest() const {
  Sha256 copy = sha_;
  copy.update(bytes_);
  return copy.finish();
}

}  // namespace tongsuan::engine
