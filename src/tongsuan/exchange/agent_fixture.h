// Test helper: whoever acts for hub 0, and its operator. They say anything at any time: what an
// agent would say, what one says that was taken over, and what none should.
#pragma once

#include <string>
#include <utility>

#include "tongsuan/base/random.h"
#include "tongsuan/exchange/exchange_fixture.h"

namespace tongsuan::exchange::testing {

class AnyAgent {
 public:
  explicit AnyAgent(std::uint64_t seed) : random_(seed) {}

  // Who says it, and what.
  std::pair<ParticipantId, Command> draw(const State& state, Second now) {
    if (random_.below(6) == 0) return {kHouse, of_operator(state)};
    return {state.hubs()[0].supplier, of_agent(state, now)};
  }
  // That of now, mostly.
  std::uint32_t epoch(const State& state) {
    const std::uint32_t epoch = state.hubs()[0].lease.epoch;
    return random_.below(10) > 0 ? epoch : static_cast<std::uint32_t>(random_.below(epoch + 2U));
  }

 private:
  std::uint32_t below(std::uint64_t count) {
    return static_cast<std::uint32_t>(random_.below(count));
  }

  Command of_operator(const State& state) {
    const engine::State& engine = state.engine();
    switch (below(8)) {
      case 0:  // now and then to somebody who buys there, or to nobody
        return AssignHub{HubId{0}, below(4) > 0 ? kEast : ParticipantId{below(5)}};
      case 1: {
        const auto& dropped = engine.dropped();
        return Dispatch{engine::DropHistory{
            dropped.orders_below + below(engine.order_count() - dropped.orders_below + 1U),
            dropped.contracts_below +
                below(engine.contract_count() - dropped.contracts_below + 1U)}};
      }
      default:
        return TurnDeliveries{};
    }
  }

  Command of_agent(const State& state, Second now) {
    const ContractId contract = some_contract(state);
    switch (below(12)) {
      case 0:
      case 1:
        return some_lease(state);
      case 2:
        return ReportContract{contract, static_cast<Phase>(below(kPhases)),
                              std::string(below(kDetailMax + 10), 'x'), epoch(state)};
      case 3:
      case 4:
        return EndContract{contract,         static_cast<engine::EndReason>(below(3)),
                           below(1'000'001), below(2) == 0,
                           epoch(state),     below(2) == 0 ? "" : "exit 0"};
      case 5:
      case 6:
        return SettleContract{contract, below(50), epoch(state)};
      case 7: {
        const std::uint32_t node = below(3);
        return ReportNodes{{PoolId{0}, node, node + 1, below(8) > 0}, epoch(state)};
      }
      default:
        return some_meter(state, contract, now);
    }
  }

  // One of which something is presumed, or one of the last.
  ContractId some_contract(const State& state) {
    const auto& open = state.deliveries().open();
    if (!open.empty() && below(2) == 0) {
      return ContractId{*std::next(open.begin(), below(open.size()))};
    }
    const std::uint32_t contracts = state.engine().contract_count();
    return ContractId{contracts - std::min(contracts, 1 + below(5))};
  }

  Command some_lease(const State& state) {
    LeaseHub lease;
    lease.hub = HubId{0};
    lease.epoch = below(4) == 0 ? 0 : epoch(state);
    lease.holder = "agent-" + std::to_string(1 + below(2));
    lease.seconds = kLeaseMax - below(2) * below(595);
    lease.take_over = below(3) == 0;
    lease.accepting = below(8) > 0;
    return lease;
  }

  // On from what was told, or with a gap; now and then of what was told already, or of the future.
  Command some_meter(const State& state, ContractId contract, Second now) {
    const Delivery* row = state.deliveries().presumed(contract);
    const Second end = row == nullptr ? now : row->presumed.until;
    const Second until = end - below(6) + below(3);
    return MeterContract{contract, until, below(2) == 0 ? 0 : until - below(90), epoch(state)};
  }

  Random random_;
};

}  // namespace tongsuan::exchange::testing
