#include "tongsuan/base/bytes.h"

#include "tongsuan/engine/engine.h"

namespace tongsuan::engine {
namespace {

// Little-endian numbers of fixed width; lists are preceded by their length.
class Writer {
 public:
  explicit Writer(std::string& bytes) : bytes_(bytes) {}

  void number(std::uint64_t value) { append_little_endian(bytes_, value); }
  void number(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
  void number(std::uint32_t value) { append_little_endian(bytes_, value); }
  void byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }

  void operator()(const OrderAccepted& event) { order(event.order, event.what); }
  void operator()(const OrderRefused& event) { order(event.order, event.what); }
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
    number(std::uint64_t{event.what.nodes.size()});
    for (const std::uint32_t node : event.what.nodes) number(node);
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
    number(std::uint64_t{event.what.nodes.size()});
    for (const std::uint32_t node : event.what.nodes) number(node);
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
    number(std::uint64_t{event.what.posted.size()});
    for (const std::int64_t price : event.what.posted) number(price);
  }

 private:
  void order(OrderId id, const LiveOrder& what) {
    number(id.value);
    number(what.account.value);
    number(what.submit);
    number(what.latest_start);
    number(what.value);
    number(what.delay_cost);
    number(std::uint64_t{what.ways.size()});
    for (const Way& way : what.ways) {
      number(way.accelerator.value);
      number(way.gang);
      number(way.estimate);
    }
    number(std::uint64_t{what.hubs.size()});
    for (const HubId hub : what.hubs) number(hub.value);
    number(what.home);
    number(what.data);
    // Terms that came later follow only where they are set: older bytes stay what they were.
    const bool grace = what.grace != 0;
    const bool forward = what.not_before != 0 || what.premium != 0;
    byte(static_cast<std::uint8_t>((what.whole_nodes ? 1U : 0U) | (grace ? 2U : 0U) |
                                   (forward ? 4U : 0U)));
    if (grace) number(what.grace);
    if (forward) {
      number(what.not_before);
      number(what.premium);
    }
  }

  std::string& bytes_;
};

}  // namespace

void append_bytes(const Event& event, std::string& bytes) {
  Writer writer(bytes);
  writer.number(event.at);
  writer.byte(static_cast<std::uint8_t>(event.what.index()));
  std::visit(writer, event.what);
}

}  // namespace tongsuan::engine
