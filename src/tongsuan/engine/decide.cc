#include <algorithm>
#include <tuple>

#include "tongsuan/engine/engine.h"
#include "tongsuan/engine/internal/rules.h"

namespace tongsuan::engine {
namespace {

// One reader of the state for each kind of command.
class Decider {
 public:
  Decider(const State& state, Second at, std::vector<Event>& events)
      : state_(state), at_(at), rules_(state, at), events_(events) {}

  // Parts of commands that are lists move into their events.
  std::optional<Refusal> operator()(SubmitOrder& command) {
    const OrderId id{state_.order_count()};
    if (const auto refusal = rules_.check_room(command.order)) return refusal;
    if (const auto refusal = rules_.check_new_order(command.order)) {
      // A refused order keeps its number: whoever sent it asks for it by that.
      emit(OrderRefused{id, std::move(command.order)});
      return refusal;
    }
    emit(OrderAccepted{id, std::move(command.order)});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(AmendOrder& command) {
    if (const auto refusal = rules_.check_amendment(command.order, command.what)) return refusal;
    if (!rules_.fits(command.what)) return Refusal::kTooLarge;
    release(command.order, ReleaseReason::kAmended);
    emit(OrderAmended{command.order, std::move(command.what)});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const CancelOrder& command) {
    if (const auto refusal = rules_.check_waiting(command.order)) return refusal;
    release(command.order, ReleaseReason::kOrderGone);
    emit(OrderGone{command.order, OrderState::kCancelled});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const OpenOrder& command) {
    if (const auto refusal = rules_.check_opening(command.order)) return refusal;
    emit(OrderOpened{command.order});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(BookBlock& command) {
    if (const auto refusal = rules_.check_waiting(command.order)) return refusal;
    const OrderRecord& record = state_.order(command.order);
    // A begin beyond the last second is refused.
    const Second end = end_from(record, command.way, std::min(command.begin, kSecondsMax));
    if (const auto refusal = rules_.check_block(record, command, end)) return refusal;
    release(command.order, ReleaseReason::kRebooked);
    emit(BlockBooked{std::move(command), end});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const ReleaseBlock& command) {
    if (state_.block(command.order) == nullptr) return Refusal::kUnknown;
    release(command.order, ReleaseReason::kGivenUp);
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const ExpireOrder& command) {
    if (const auto refusal = rules_.check_waiting(command.order)) return refusal;
    const OrderRecord& record = state_.order(command.order);
    // Work that has begun waits to go on for as long as it takes; a leg ends when it ends.
    const bool begun = record.first_start >= 0;
    if (begun && !is_part(record.order)) return Refusal::kTime;
    if (at_ < (begun ? part_end(record.order) : record.order.latest_start)) return Refusal::kTime;
    release(command.order, ReleaseReason::kOrderGone);
    emit(OrderGone{command.order, OrderState::kLeft});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const ReportNodes& command) {
    if (const auto refusal = rules_.check_nodes(command.pool, command.begin, command.end)) {
      return refusal;
    }
    const PoolState& pool = state_.pool(command.pool);
    if (!command.up) {
      fail_contracts(pool, command);
      fail_blocks(pool, command);
    }
    emit(NodesChanged{command.pool, command.begin, command.end, command.up});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const ChangeAsk& command) {
    if (const auto refusal = rules_.check_ask(command.pool, command.ask)) return refusal;
    emit(AskChanged{command.pool, command.ask});
    return std::nullopt;
  }

  // One step is an ask; the last one is cut to the devices that are left.
  std::optional<Refusal> operator()(ChangeSteps& command) {
    std::vector<AskStep>& steps = command.steps;
    if (command.pool.value >= state_.places().pools.size()) return Refusal::kUnknown;
    const std::uint64_t devices = devices_of(state_.places().pools[command.pool.value]);
    cut_last(steps, devices);
    if (steps.size() == 1) {
      if (steps.front().devices != devices) return Refusal::kLimit;
      return (*this)(ChangeAsk{command.pool, steps.front().price});
    }
    if (const auto refusal = rules_.check_steps(command.pool, steps)) return refusal;
    emit(StepsChanged{command.pool, std::move(steps)});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(StartOrder& command) {
    if (const auto refusal = rules_.check_waiting(command.order)) return refusal;
    const OrderRecord& record = state_.order(command.order);
    const Second end = end_from(record, command.way, at_);
    if (const auto refusal = rules_.check_start(record, command, end)) return refusal;
    emit(ContractStarted{ContractId{state_.contract_count()}, std::move(command), end});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const EndContract& command) {
    if (const auto refusal = rules_.check_end(command.contract, command.done_ppm)) return refusal;
    const bool complete = command.reason == EndReason::kCompleted;
    emit(ContractEnded{command.contract, command.reason, complete ? kPpm : command.done_ppm});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const ExtendContract& command) {
    if (const auto refusal = rules_.check_extension(command.contract, command.until)) {
      return refusal;
    }
    emit(ContractExtended{command.contract, command.until});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const StartTransfer& command) {
    if (const auto refusal = rules_.check_transfer(command.data, command.link)) return refusal;
    const Places& places = state_.places();
    const DataLink& link = places.links[command.link.value];
    const auto size = static_cast<std::int64_t>(places.data_sets[command.data].size_mb);
    const Second begin = std::max(at_, state_.link(command.link).busy_until);
    const Second moving = (size + link.mb_per_second - 1) / link.mb_per_second;
    emit(TransferStarted{command.data, command.link, begin + moving});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const EndTransfer& command) {
    if (const auto refusal = rules_.check_arrival(command.data, command.to)) return refusal;
    emit(TransferEnded{command.data, command.to});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(CloseRound& command) {
    if (const auto refusal = rules_.check_round(command)) return refusal;
    emit(RoundClosed{std::move(command)});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const DropHistory& command) {
    const HistoryDropped event{command.orders_below, command.contracts_below};
    if (const auto refusal = rules_.check_drop(event)) return refusal;
    emit(event);
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const AddAccount&) {
    const AccountId next{static_cast<std::uint32_t>(state_.places().accounts.size())};
    if (const auto refusal = rules_.check_account(next)) return refusal;
    emit(AccountAdded{next});
    return std::nullopt;
  }

  std::optional<Refusal> operator()(AwardOrder& command) {
    if (const auto refusal = rules_.check_award(command)) return refusal;
    emit(OrderAwarded{std::move(command), OrderId{state_.order_count()}});
    return std::nullopt;
  }
  std::optional<Refusal> operator()(ShrinkContract& command) {
    if (const auto refusal = rules_.check_shrink(command)) return refusal;
    emit(ContractShrunk{std::move(command)});
    return std::nullopt;
  }

 private:
  template <class What>
  void emit(What&& what) {
    events_.push_back({at_, std::forward<What>(what)});
  }

  // The rules refuse a way that the order does not have.
  static Second end_from(const OrderRecord& record, std::uint32_t way, Second at) {
    return way < record.order.ways.size() ? State::end_from(record, way, at) : at;
  }

  // Steps that would begin behind the last device stay as they are: they are refused.
  static void cut_last(std::vector<AskStep>& steps, std::uint64_t devices) {
    std::uint64_t before = 0;
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) before += steps[i].devices;
    if (steps.empty() || before >= devices || before + steps.back().devices <= devices) return;
    steps.back().devices = static_cast<std::uint32_t>(devices - before);
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
  internal::Rules rules_;
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
    case Refusal::kStarted:
      return "started";
    case Refusal::kFull:
      return "full";
    case Refusal::kFixed:
      return "fixed";
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
