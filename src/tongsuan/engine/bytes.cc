#include "tongsuan/engine/bytes.h"

#include "tongsuan/engine/internal/order_bytes.h"

namespace tongsuan::engine {
namespace {

using internal::read_numbers;
using internal::read_order;
using internal::read_steps;

class EventWriter : private internal::Writer {
 public:
  using Writer::byte;
  using Writer::number;
  using Writer::Writer;

  void operator()(const OrderAccepted& event) { identified(event); }
  void operator()(const OrderRefused& event) { identified(event); }
  void operator()(const OrderAmended& event) { identified(event); }
  void operator()(const OrderGone& event) {
    number(event.order.value);
    byte(static_cast<std::uint8_t>(event.state));
  }
  void operator()(const NodesChanged& event) {
    number(event.pool.value);
    number(event.begin);
    number(event.end);
    byte(event.up ? 1 : 0);
  }
  void operator()(const AskChanged& event) {
    number(event.pool.value);
    number(event.ask.raw());
  }
  void operator()(const ContractStarted& event) {
    number(event.contract.value);
    number(event.what.order.value);
    number(event.what.way);
    number(event.what.pool.value);
    list(event.what.nodes);
    number(event.what.price.raw());
    number(event.expected_end);
  }
  void operator()(const ContractEnded& event) {
    number(event.contract.value);
    byte(static_cast<std::uint8_t>(event.reason));
    number(event.done_ppm);
  }
  void operator()(const ContractExtended& event) {
    number(event.contract.value);
    number(event.until);
  }
  void operator()(const TransferStarted& event) {
    number(event.data);
    number(event.link.value);
    number(event.ready);
  }
  void operator()(const TransferEnded& event) {
    number(event.data);
    number(event.to.value);
  }
  void operator()(const OrderOpened& event) { number(event.order.value); }
  void operator()(const BlockBooked& event) {
    number(event.what.order.value);
    number(event.what.way);
    number(event.what.pool.value);
    list(event.what.nodes);
    number(event.what.begin);
    number(event.what.price.raw());
    number(event.end);
  }
  void operator()(const BlockReleased& event) {
    number(event.order.value);
    byte(static_cast<std::uint8_t>(event.reason));
  }
  void operator()(const RoundClosed& event) {
    number(event.what.round);
    for (const std::uint8_t part : event.what.root) byte(part);
    for (const std::uint8_t part : event.what.certificate) byte(part);
    number(event.what.orders);
    number(event.what.awards);
    number(event.what.gap_ppm);
    list(event.what.posted);
  }
  void operator()(const AccountAdded& event) { number(event.account.value); }
  void operator()(const HistoryDropped& event) {
    number(event.orders_below);
    number(event.contracts_below);
  }
  void operator()(const OrderAwarded& event) {
    number(event.what.order.value);
    number(event.what.alternative);
    number(event.first.value);
    number(std::uint64_t{event.what.parts.size()});
    for (const AwardPart& part : event.what.parts) {
      number(part.pool.value);
      number(part.gang);
      list(part.nodes);
      number(part.begin);
      number(part.end);
      number(part.price.raw());
    }
  }
  void operator()(const ContractShrunk& event) {
    number(event.what.contract.value);
    list(event.what.gone);
    number(event.what.per_node);
  }
  void operator()(const StepsChanged& event) {
    number(event.pool.value);
    number(std::uint64_t{event.steps.size()});
    steps(event.steps);
  }

 private:
  template <class What>
  void identified(const What& event) {
    number(event.order.value);
    order(event.what);
  }
};

// The same fields in the same order.
class EventReader {
 public:
  explicit EventReader(ByteReader& reader) : in_(reader) {}

  void operator()(OrderAccepted& event) { identified(event); }
  void operator()(OrderRefused& event) { identified(event); }
  void operator()(OrderAmended& event) { identified(event); }
  void operator()(OrderGone& event) {
    in_.read(event.order.value);
    event.state = enumerator(OrderState::kAwarded, "no such state of an order");
  }
  void operator()(NodesChanged& event) {
    in_.read(event.pool.value);
    in_.read(event.begin);
    in_.read(event.end);
    event.up = in_.flag();
  }
  void operator()(AskChanged& event) {
    in_.read(event.pool.value);
    event.ask = price();
  }
  void operator()(ContractStarted& event) {
    in_.read(event.contract.value);
    in_.read(event.what.order.value);
    in_.read(event.what.way);
    in_.read(event.what.pool.value);
    read_numbers(in_, kNodesMax, event.what.nodes);
    event.what.price = price();
    in_.read(event.expected_end);
  }
  void operator()(ContractEnded& event) {
    in_.read(event.contract.value);
    event.reason = enumerator(EndReason::kCancelled, "no such reason of an end");
    in_.read(event.done_ppm);
  }
  void operator()(ContractExtended& event) {
    in_.read(event.contract.value);
    in_.read(event.until);
  }
  void operator()(TransferStarted& event) {
    in_.read(event.data);
    in_.read(event.link.value);
    in_.read(event.ready);
  }
  void operator()(TransferEnded& event) {
    in_.read(event.data);
    in_.read(event.to.value);
  }
  void operator()(OrderOpened& event) { in_.read(event.order.value); }
  void operator()(BlockBooked& event) {
    in_.read(event.what.order.value);
    in_.read(event.what.way);
    in_.read(event.what.pool.value);
    read_numbers(in_, kNodesMax, event.what.nodes);
    in_.read(event.what.begin);
    event.what.price = price();
    in_.read(event.end);
  }
  void operator()(BlockReleased& event) {
    in_.read(event.order.value);
    event.reason = enumerator(ReleaseReason::kAmended, "no such reason of a release");
  }
  void operator()(RoundClosed& event) {
    in_.read(event.what.round);
    for (std::uint8_t& part : event.what.root) in_.read(part);
    for (std::uint8_t& part : event.what.certificate) in_.read(part);
    in_.read(event.what.orders);
    in_.read(event.what.awards);
    in_.read(event.what.gap_ppm);
    event.what.posted.resize(in_.count<std::uint64_t>(kPoolsMax, 8));
    for (std::int64_t& each : event.what.posted) in_.read(each);
  }
  void operator()(AccountAdded& event) { in_.read(event.account.value); }
  void operator()(HistoryDropped& event) {
    in_.read(event.orders_below);
    in_.read(event.contracts_below);
  }
  void operator()(OrderAwarded& event) {
    in_.read(event.what.order.value);
    in_.read(event.what.alternative);
    in_.read(event.first.value);
    event.what.parts.resize(in_.count<std::uint64_t>(kLegsMax, 2 * 4 + 4 * 8));
    for (AwardPart& part : event.what.parts) {
      in_.read(part.pool.value);
      in_.read(part.gang);
      read_numbers(in_, kNodesMax, part.nodes);
      in_.read(part.begin);
      in_.read(part.end);
      part.price = price();
    }
  }
  void operator()(ContractShrunk& event) {
    in_.read(event.what.contract.value);
    read_numbers(in_, kNodesMax, event.what.gone);
    in_.read(event.what.per_node);
  }
  void operator()(StepsChanged& event) {
    in_.read(event.pool.value);
    read_steps(in_, in_.count<std::uint64_t>(kAskStepsMax, 8 + 4), event.steps);
  }

 private:
  template <class What>
  void identified(What& event) {
    in_.read(event.order.value);
    read_order(in_, event.what);
  }
  template <class Enum>
  Enum enumerator(Enum last, const char* fault) {
    return static_cast<Enum>(in_.below(static_cast<std::uint8_t>(last) + 1, fault));
  }
  Price price() {
    std::int64_t raw = 0;
    in_.read(raw);
    return Price(raw);
  }

  ByteReader& in_;
};

using What = decltype(Event::what);

template <std::size_t... kinds>
void make(What& what, std::size_t kind, std::index_sequence<kinds...>) {
  ((kind == kinds ? static_cast<void>(what.emplace<kinds>()) : static_cast<void>(0)), ...);
}

}  // namespace

void append_bytes(const Event& event, std::string& bytes) {
  EventWriter writer(bytes);
  writer.number(event.at);
  writer.byte(static_cast<std::uint8_t>(event.what.index()));
  std::visit(writer, event.what);
}

Result<Done, ByteFault> read_event(std::string_view bytes, std::size_t& at, Event& event) {
  constexpr std::size_t kKinds = std::variant_size_v<What>;
  ByteReader reader(bytes, at);
  reader.read(event.at);
  if (event.at < 0 || event.at > kSecondsMax) reader.fail("a second outside its limits");
  const std::uint8_t kind = reader.below(kKinds, "no such kind of event");
  if (!reader.ok()) return reader.fault();
  make(event.what, kind, std::make_index_sequence<kKinds>());
  std::visit(EventReader(reader), event.what);
  if (!reader.ok()) return reader.fault();
  at = reader.at();
  return Done{};
}

Result<Event, ByteFault> read_event(std::string_view bytes, std::size_t& at) {
  Event event;
  const Result<Done, ByteFault> read = read_event(bytes, at, event);
  if (!read.ok()) return read.error();
  return event;
}

}  // namespace tongsuan::engine
