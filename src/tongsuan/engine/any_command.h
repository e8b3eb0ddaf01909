// Test helper: any commands, sensible or not, for small exchanges; and an event of each kind.
#pragma once

#include <algorithm>

#include "tongsuan/engine/state_fixture.h"

namespace tongsuan::engine::testing {

inline Package curve_of(std::vector<DemandStep> steps, PackageLeg leg) {
  leg.gang = 0;
  for (const DemandStep& step : steps) leg.gang += step.devices;
  const std::int64_t value = curve_value(steps, leg.end - leg.begin);
  return {PackageKind::kCurve, {{value, {leg}}}, std::move(steps), kNone, {}};
}

inline LiveOrder package_order(Package package, Second submit = 0) {
  LiveOrder order;
  order.submit = submit;
  order.package = std::move(package);
  set_package_terms(order);
  return order;
}

// Commands about things that are mostly there, with numbers that are mostly good.
class AnyCommand {
 public:
  AnyCommand(Random& random, const State& state) : random_(random), state_(state) {}

  Command draw() {
    switch (random_.below(24)) {
      case 20:
      case 21:
        return SubmitOrder{package()};
      case 22:
      case 23:
        return award();
      case 15:
        return amend();
      case 16:
        return random_.below(4) > 0 ? submit() : drop();
      case 11:
      case 12:
        return book();
      case 13:
        return ReleaseBlock{order()};
      case 14:
        return OpenOrder{order()};
      case 0:
        return CancelOrder{order()};
      case 1:
        return ExpireOrder{order()};
      case 2:
        return ReportNodes{pool(), below(4), below(5), random_.below(3) > 0};
      case 3:
        return random_.below(2) > 0 ? steps() : ChangeAsk{pool(), Price(random_.between(-1, 9))};
      case 4:
      case 5:
        return EndContract{contract(), static_cast<EndReason>(random_.below(4)),
                           below(kPpm + kPpm / 8)};
      case 6:
        return random_.below(2) > 0 ? shrink() : extend();
      case 7:
        return transfer();
      case 8:
        return close();
      case 9:
      case 10:
        return start();
      default:
        return submit();
    }
  }

 private:
  std::uint32_t below(std::uint64_t bound) {
    return static_cast<std::uint32_t>(random_.below(bound));
  }
  // Now and then the largest number there is.
  std::uint32_t near(std::uint32_t count) {
    if (random_.below(60) == 0) return kNone;
    return count == 0 || random_.below(30) == 0 ? count : below(count);
  }
  OrderId order() { return OrderId{near(state_.order_count())}; }
  ContractId contract() { return ContractId{near(state_.contract_count())}; }
  PoolId pool() { return PoolId{near(static_cast<std::uint32_t>(state_.places().pools.size()))}; }

  Command submit() { return SubmitOrder{live_order()}; }

  // Mostly of an order that waits, with what it may not change left as it is.
  Command amend() {
    AmendOrder amend{order(), live_order()};
    for (std::uint32_t tries = 0; tries < 4; ++tries) {
      if (state_.knows(amend.order) && state_.order(amend.order).state == OrderState::kWaiting)
        break;
      amend.order = order();
    }
    if (state_.knows(amend.order) && random_.below(20) > 0) {
      amend.what.account = state_.order(amend.order).order.account;
      amend.what.submit = state_.order(amend.order).order.submit;
    }
    return amend;
  }

  // Mostly prices that do not fall, for all devices of the pool and now and then more.
  Command steps() {
    ChangeSteps change{pool(), {}};
    if (change.pool.value >= state_.places().pools.size()) return change;
    std::uint64_t left = devices_of(state_.places().pools[change.pool.value]);
    std::int64_t price = random_.between(random_.below(20) == 0 ? -1 : 0, 9);
    while (left > 0 && random_.below(20) > 0) {
      const std::uint32_t devices = 1 + below(random_.below(20) == 0 ? left + 2 : left);
      change.steps.push_back({devices, Price(price)});
      left -= std::min<std::uint64_t>(left, devices);
      price += random_.between(random_.below(20) == 0 ? -1 : 0, 3);
    }
    return change;
  }

  Command drop() { return DropHistory{near(state_.order_count()), near(state_.contract_count())}; }

  Command extend() { return ExtendContract{contract(), state_.now() + random_.between(-5, 300)}; }

  // Mostly of a contract that runs, and mostly fewer of its devices.
  Command shrink() {
    ShrinkContract shrink{contract(), {}, below(3)};
    for (std::uint32_t tries = 0; tries < 9; ++tries) {
      if (state_.knows(shrink.contract) && state_.contract(shrink.contract).end < 0) break;
      shrink.contract = contract();
    }
    if (!state_.knows(shrink.contract)) return shrink;
    const Contract& contract = state_.contract(shrink.contract);
    if (contract.nodes.size() == 1 || random_.below(9) == 0) return shrink;
    for (const std::uint32_t node : contract.nodes) {
      if (random_.below(2) == 0) shrink.gone.push_back(node);
    }
    shrink.per_node = contract.per_node;
    return shrink;
  }

  Command transfer() {
    if (random_.below(2) == 0) return StartTransfer{near(1), LinkId{near(1)}};
    return EndTransfer{near(1), HubId{near(2)}};
  }

  Command close() {
    CloseRound close;
    close.round = state_.round() + random_.below(3);
    for (std::size_t i = 0; i < state_.places().pools.size(); ++i) {
      close.posted.push_back(random_.between(random_.below(9) == 0 ? -1 : 0, 9));
    }
    return close;
  }

  // As a start, for later.
  Command book() {
    const StartOrder like = start();
    Second begin = state_.now() + random_.between(-5, 200);
    if (state_.knows(like.order)) {
      begin = std::max(begin, wanted_from(state_.order(like.order).order) - random_.between(0, 3));
    }
    return BookBlock{like.order, like.way, like.pool, like.nodes, begin, like.price};
  }

  // Half of them as a dispatcher would, half of them anyhow.
  StartOrder start() {
    StartOrder start{order(), below(2), pool(), {}, Price(random_.between(0, 9))};
    if (random_.below(2) == 0) {
      for (std::uint64_t i = random_.below(4); i > 0; --i) start.nodes.push_back(near(3));
      return start;
    }
    std::uint32_t tries = state_.order_count();
    const auto waits = [&] {
      return state_.knows(start.order) && state_.order(start.order).state == OrderState::kWaiting;
    };
    while (tries-- > 0 && !waits()) {
      start.order = OrderId{below(state_.order_count())};
    }
    if (!waits()) return start;
    const LiveOrder& order = state_.order(start.order).order;
    start.way = below(order.ways.size());
    const std::vector<PoolId> pools = state_.pools_of(order, start.way);
    if (pools.empty()) return start;
    start.pool = pools[below(pools.size())];
    const std::uint32_t devices = state_.places().pools[start.pool.value].node_devices;
    const Need need = need_of(order.ways[start.way], order.whole_nodes, devices);
    const std::vector<Node>& nodes = state_.pool(start.pool).nodes;
    for (std::uint32_t i = 0; i < nodes.size() && start.nodes.size() < need.nodes; ++i) {
      const bool fits = nodes[i].free >= need.per_node || random_.below(30) == 0;
      if (nodes[i].up && fits) start.nodes.push_back(i);
    }
    return start;
  }

  // Some legs from soon on, mostly of a form that is good.
  PackageLeg leg(Second from) {
    const Second begin = from + random_.between(random_.below(9) == 0 ? -9 : 1, 90);
    return {ClassId{below(20) == 0 ? 1U : 0U}, HubId{near(2)}, 1 + below(6), begin,
            begin + random_.between(1, 120)};
  }
  Alternative alternative(std::uint32_t most) {
    Alternative one{random_.between(0, 400), {}};
    Second from = state_.now();
    for (std::uint64_t i = 1 + random_.below(most); i > 0; --i) {
      one.legs.push_back(leg(from));
      if (random_.below(4) > 0) from = one.legs.back().end;
    }
    return one;
  }
  LiveOrder package() {
    Package package;
    package.kind = static_cast<PackageKind>(random_.below(5));
    if (package.kind == PackageKind::kPart) {
      package.kind = PackageKind::kShares;
      package.minimum_ppm = 1 + below(kPpm);
    }
    package.alternatives.push_back(alternative(3));
    if (package.kind == PackageKind::kOptions) package.alternatives.push_back(alternative(2));
    if (package.kind == PackageKind::kService) {
      Alternative& first = package.alternatives.front();
      first = alternative(1);
      first.legs.push_back(first.legs.front());
      first.legs.back().begin = first.legs.front().end + random_.between(0, 9);
      first.legs.back().end = first.legs.back().begin + 20;
      for (PackageLeg& leg : first.legs) leg.hub = HubId{0};
      package.alternatives.push_back(first);
      for (PackageLeg& leg : package.alternatives.back().legs) leg.hub = HubId{1};
    }
    if (package.kind == PackageKind::kCurve) {
      std::vector<DemandStep> steps = {{Price(random_.between(5, 900)), 1 + below(3)}};
      steps.push_back({Price(random_.between(0, 9)), 1 + below(3)});
      package = curve_of(std::move(steps), leg(state_.now()));
    }
    LiveOrder order = package_order(std::move(package), state_.now());
    order.whole_nodes = order.package->kind != PackageKind::kCurve && random_.below(6) == 0;
    if (random_.below(20) == 0) ++order.value;
    if (random_.below(20) == 0) order.package->alternatives.front().legs.front().gang = 0;
    return order;
  }

  // Mostly of what waits for one, on nodes that are free then.
  AwardOrder award() {
    AwardOrder award{order(), 0, {}};
    const auto waits = [&] {
      return state_.knows(award.order) && state_.order(award.order).state == OrderState::kWaiting &&
             is_package(state_.order(award.order).order);
    };
    for (std::uint32_t tries = state_.order_count(); tries > 0 && !waits(); --tries) {
      award.order = OrderId{below(state_.order_count())};
    }
    if (!waits()) return award;
    const LiveOrder& order = state_.order(award.order).order;
    award.alternative = below(order.package->alternatives.size());
    for (PackageLeg leg : order.package->alternatives[award.alternative].legs) {
      if (order.package->kind == PackageKind::kCurve) {
        leg.gang = 1 + below(leg.gang);
        leg.end = std::max(leg.begin + 1, leg.end - random_.between(0, 40));
      }
      if (order.package->kind == PackageKind::kShares && leg.gang > 1) leg.gang -= below(2);
      award.parts.push_back(part(order, leg));
    }
    if (random_.below(20) == 0) award.parts.push_back(award.parts.front());
    return award;
  }
  AwardPart part(const LiveOrder& order, const PackageLeg& leg) {
    const std::uint32_t pool = find_pool(state_.places(), leg.hub, leg.accelerator);
    AwardPart part{PoolId{pool}, leg.gang, {}, leg.begin, leg.end, Price(random_.between(0, 900))};
    if (pool == kNone) return part;
    const Need need = need_of({leg.accelerator, leg.gang, 1}, order.whole_nodes,
                              state_.places().pools[pool].node_devices);
    const std::vector<Node>& nodes = state_.pool(part.pool).nodes;
    const std::uint32_t first = below(nodes.size());
    for (std::uint32_t i = 0; i < nodes.size() && part.nodes.size() < need.nodes; ++i) {
      const std::uint32_t node = (first + i) % static_cast<std::uint32_t>(nodes.size());
      const bool fits = state_.leaves_blocks({part.pool, node, need.per_node, leg.begin, leg.end});
      if (nodes[node].up && (fits || random_.below(30) == 0)) part.nodes.push_back(node);
    }
    std::ranges::sort(part.nodes);
    return part;
  }

  LiveOrder live_order() {
    LiveOrder order = small_order(1 + below(13), state_.now() - random_.between(0, 9));
    order.account = AccountId{random_.below(20) == 0 ? 1U : 0U};
    order.latest_start += random_.between(-1'500, 500);
    order.whole_nodes = random_.below(4) == 0;
    for (std::uint64_t i = random_.below(3); i > 0; --i) {
      order.ways.push_back({ClassId{below(3)}, below(6), random_.between(0, 200)});
    }
    if (random_.below(15) == 0) order.ways.clear();
    if (random_.below(3) == 0) {
      order.not_before = state_.now() + random_.between(-20, 300);
      order.premium = random_.between(-1, 90);
    }
    if (random_.below(3) == 0) order.hubs.push_back(HubId{near(2)});
    if (random_.below(6) == 0) order.hubs.push_back(HubId{near(2)});
    if (random_.below(4) == 0) order.data = near(1);
    if (random_.below(4) == 0) order.home = near(2);
    return order;
  }

  Random& random_;
  const State& state_;
};

inline std::vector<Event> one_of_each() {
  CloseRound close;
  close.round = 1;
  close.posted = {1, 2, 3};
  const StartOrder start{OrderId{0}, 0, PoolId{0}, {1, 2}, Price(5)};
  return {{1, OrderAccepted{OrderId{0}, small_order()}},
          {1, OrderRefused{OrderId{0}, small_order()}},
          {1, OrderGone{OrderId{0}, OrderState::kLeft}},
          {1, NodesChanged{PoolId{0}, 0, 1, true}},
          {1, AskChanged{PoolId{0}, Price(5)}},
          {1, ContractStarted{ContractId{0}, start, 100}},
          {1, ContractEnded{ContractId{0}, EndReason::kFailed, 5}},
          {1, ContractExtended{ContractId{0}, 200}},
          {1, TransferStarted{0, LinkId{0}, 50}},
          {1, TransferEnded{0, HubId{1}}},
          {1, RoundClosed{close}},
          {1, OrderOpened{OrderId{0}}},
          {1, BlockBooked{{OrderId{0}, 0, PoolId{0}, {1, 2}, 50, Price(5)}, 60}},
          {1, BlockReleased{OrderId{0}, ReleaseReason::kNodeDown}},
          {1, OrderAmended{OrderId{0}, small_order()}},
          {1, HistoryDropped{1, 2}},
          {1, AccountAdded{AccountId{1}}},
          {1, OrderAwarded{{OrderId{0}, 0, {{PoolId{0}, 1, {2}, 50, 60, Price(5)}}}, OrderId{1}}},
          {1, ContractShrunk{{ContractId{0}, {2}, 1}}},
          {1, StepsChanged{PoolId{0}, {{4, Price(5)}, {8, Price(6)}}}}};
}

}  // namespace tongsuan::engine::testing
