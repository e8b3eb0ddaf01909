#include "tongsuan/engine/internal/order_bytes.h"

namespace tongsuan::engine::internal {
namespace {

constexpr std::uint8_t kWhole = 1, kGrace = 2, kForward = 4;

}  // namespace

void Writer::order(const LiveOrder& order) {
  BytePacker<4 + 4 * 8 + 8> head;
  head.number(order.account.value);
  head.number(order.submit);
  head.number(order.latest_start);
  head.number(order.value);
  head.number(order.delay_cost);
  head.number(std::uint64_t{order.ways.size()});
  packed(head);
  for (const Way& way : order.ways) {
    BytePacker<4 + 4 + 8> pack;
    pack.number(way.accelerator.value);
    pack.number(way.gang);
    pack.number(way.estimate);
    packed(pack);
  }
  number(std::uint64_t{order.hubs.size()});
  for (const HubId hub : order.hubs) number(hub.value);
  // Terms that came later follow only where they are set: older bytes stay what they were.
  const bool grace = order.grace != 0;
  const bool forward = order.not_before != 0 || order.premium != 0;
  BytePacker<4 + 4 + 1 + 3 * 8> tail;
  tail.number(order.home);
  tail.number(order.data);
  tail.byte(static_cast<std::uint8_t>((order.whole_nodes ? kWhole : 0) | (grace ? kGrace : 0) |
                                      (forward ? kForward : 0)));
  if (grace) tail.number(order.grace);
  if (forward) {
    tail.number(order.not_before);
    tail.number(order.premium);
  }
  packed(tail);
}

// Values are not looked at: an order that was refused may have any.
void read_order(ByteReader& reader, LiveOrder& order) {
  reader.read(order.account.value);
  reader.read(order.submit);
  reader.read(order.latest_start);
  reader.read(order.value);
  reader.read(order.delay_cost);
  order.ways.resize(reader.count<std::uint64_t>(kListMax, 16));
  for (Way& way : order.ways) {
    reader.read(way.accelerator.value);
    reader.read(way.gang);
    reader.read(way.estimate);
  }
  order.hubs.resize(reader.count<std::uint64_t>(kListMax, 4));
  for (HubId& hub : order.hubs) reader.read(hub.value);
  reader.read(order.home);
  reader.read(order.data);
  const std::uint8_t terms = reader.below(8, "unknown terms of an order");
  order.whole_nodes = (terms & kWhole) != 0;
  if ((terms & kGrace) != 0) {
    reader.read(order.grace);
    if (order.grace == 0) reader.fail("a term is written that is not set");
  }
  if ((terms & kForward) != 0) {
    reader.read(order.not_before);
    reader.read(order.premium);
    if (order.not_before == 0 && order.premium == 0) {
      reader.fail("a term is written that is not set");
    }
  }
}

void read_numbers(ByteReader& reader, std::size_t most, std::vector<std::uint32_t>& numbers) {
  numbers.resize(reader.count<std::uint64_t>(most, 4));
  for (std::uint32_t& number : numbers) reader.read(number);
}

}  // namespace tongsuan::engine::internal
