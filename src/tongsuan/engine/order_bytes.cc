#include "tongsuan/engine/internal/order_bytes.h"

namespace tongsuan::engine::internal {
namespace {

constexpr std::uint8_t kWhole = 1, kGrace = 2, kForward = 4, kPackage = 8;

void read_leg(ByteReader& reader, PackageLeg& leg) {
  reader.read(leg.accelerator.value);
  reader.read(leg.hub.value);
  reader.read(leg.gang);
  reader.read(leg.begin);
  reader.read(leg.end);
}

void read_price(ByteReader& reader, Price& price) {
  std::int64_t raw = 0;
  reader.read(raw);
  price = Price(raw);
}

void read_alternatives(ByteReader& reader, Package& package) {
  package.alternatives.resize(reader.count<std::uint64_t>(kAlternativesMax, 16));
  std::size_t legs = 0;
  for (Alternative& alternative : package.alternatives) {
    reader.read(alternative.value);
    alternative.legs.resize(reader.count<std::uint64_t>(kLegsMax, 28));
    legs += alternative.legs.size();
    if (legs > kPackageLegsMax) reader.fail("a package has more legs than it may");
    for (PackageLeg& leg : alternative.legs) read_leg(reader, leg);
  }
}

void read_package(ByteReader& reader, Package& package) {
  package.kind = static_cast<PackageKind>(reader.below(6, "no such kind of package"));
  if (package.kind == PackageKind::kPart) {
    reader.read(package.parent);
    return read_price(reader, package.agreed);
  }
  read_alternatives(reader, package);
  if (package.kind == PackageKind::kShares) reader.read(package.minimum_ppm);
  if (package.kind != PackageKind::kCurve) return;
  package.steps.resize(reader.count<std::uint64_t>(kDemandStepsMax, 12));
  for (DemandStep& step : package.steps) {
    read_price(reader, step.price);
    reader.read(step.devices);
  }
}

}  // namespace

void Writer::steps(const std::vector<AskStep>& steps) {
  for (const AskStep& step : steps) {
    number(step.price.raw());
    number(step.devices);
  }
}

void read_steps(ByteReader& reader, std::size_t count, std::vector<AskStep>& steps) {
  steps.resize(count);
  for (AskStep& step : steps) {
    read_price(reader, step.price);
    reader.read(step.devices);
  }
}

void Writer::order(const LiveOrder& order) {
  numbers(order.account.value, order.submit, order.latest_start, order.value, order.delay_cost,
          std::uint64_t{order.ways.size()});
  for (const Way& way : order.ways) numbers(way.accelerator.value, way.gang, way.estimate);
  number(std::uint64_t{order.hubs.size()});
  for (const HubId hub : order.hubs) number(hub.value);
  // Terms that came later follow only where they are set: older bytes stay what they were.
  const bool grace = order.grace != 0;
  const bool forward = order.not_before != 0 || order.premium != 0;
  numbers(order.home, order.data,
          static_cast<std::uint8_t>((order.whole_nodes ? kWhole : 0) | (grace ? kGrace : 0) |
                                    (forward ? kForward : 0) | (order.package ? kPackage : 0)));
  if (grace) number(order.grace);
  if (forward) numbers(order.not_before, order.premium);
  if (order.package) package(*order.package);
}

void Writer::package(const Package& package) {
  byte(static_cast<std::uint8_t>(package.kind));
  if (package.kind == PackageKind::kPart) {
    number(package.parent);
    return number(package.agreed.raw());
  }
  number(std::uint64_t{package.alternatives.size()});
  for (const Alternative& alternative : package.alternatives) {
    number(alternative.value);
    number(std::uint64_t{alternative.legs.size()});
    for (const PackageLeg& leg : alternative.legs) {
      numbers(leg.accelerator.value, leg.hub.value, leg.gang, leg.begin, leg.end);
    }
  }
  if (package.kind == PackageKind::kShares) number(package.minimum_ppm);
  if (package.kind != PackageKind::kCurve) return;
  number(std::uint64_t{package.steps.size()});
  for (const DemandStep& step : package.steps) {
    number(step.price.raw());
    number(step.devices);
  }
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
  const std::uint8_t terms = reader.below(16, "unknown terms of an order");
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
  if ((terms & kPackage) == 0) return;
  order.package = Package();
  read_package(reader, *order.package);
}

void read_numbers(ByteReader& reader, std::size_t most, std::vector<std::uint32_t>& numbers) {
  numbers.resize(reader.count<std::uint64_t>(most, 4));
  for (std::uint32_t& number : numbers) reader.read(number);
}

}  // namespace tongsuan::engine::internal
