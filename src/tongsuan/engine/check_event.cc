// Whether events of strangers fit a state. Each kind asks for what `State::apply` relies on, and
// for the invariants of state.h.
#include "tongsuan/engine/engine.h"
#include "tongsuan/engine/internal/rules.h"

namespace tongsuan::engine {
namespace {

using internal::Rules;
using internal::Verdict;

class Fitting {
 public:
  Fitting(const State& state, Second at) : state_(state), at_(at), rules_(state, at) {}

  Verdict operator()(const OrderAccepted& event) const {
    if (event.order.value != state_.order_count()) return Refusal::kStale;
    if (const Verdict verdict = rules_.check_room(event.what)) return verdict;
    return rules_.check_coming(event.what);
  }
  Verdict operator()(const OrderRefused& event) const {
    if (event.order.value != state_.order_count()) return Refusal::kStale;
    return rules_.check_room(event.what);
  }
  Verdict operator()(const OrderAmended& event) const {
    if (const Verdict verdict = rules_.check_amendment(event.order, event.what)) return verdict;
    return without_block(event.order);
  }
  Verdict operator()(const OrderGone& event) const {
    if (event.state != OrderState::kLeft && event.state != OrderState::kCancelled) {
      return Refusal::kLimit;
    }
    if (const Verdict verdict = rules_.check_waiting(event.order)) return verdict;
    return without_block(event.order);
  }
  Verdict operator()(const OrderOpened& event) const { return rules_.check_opening(event.order); }
  Verdict operator()(const NodesChanged& event) const {
    if (const Verdict verdict = rules_.check_nodes(event.pool, event.begin, event.end)) {
      return verdict;
    }
    const std::vector<Node>& nodes = state_.pool(event.pool).nodes;
    for (std::uint32_t i = event.begin; i < event.end; ++i) {
      if (nodes[i].up == event.up) continue;
      if (!nodes[i].contracts.empty()) return Refusal::kOverCapacity;
      if (!nodes[i].blocks.empty()) return Refusal::kPromised;
    }
    return std::nullopt;
  }
  Verdict operator()(const AskChanged& event) const {
    return rules_.check_ask(event.pool, event.ask);
  }
  Verdict operator()(const ContractStarted& event) const {
    if (event.contract.value != state_.contract_count()) return Refusal::kStale;
    if (const Verdict verdict = rules_.check_waiting(event.what.order)) return verdict;
    if (!ends_after(at_, event.expected_end)) return Refusal::kTime;
    return rules_.check_start(state_.order(event.what.order), event.what, event.expected_end);
  }
  Verdict operator()(const ContractEnded& event) const {
    return rules_.check_end(event.contract, event.done_ppm);
  }
  Verdict operator()(const ContractExtended& event) const {
    return rules_.check_extension(event.contract, event.until);
  }
  Verdict operator()(const BlockBooked& event) const {
    if (const Verdict verdict = rules_.check_waiting(event.what.order)) return verdict;
    if (const Verdict verdict = without_block(event.what.order)) return verdict;
    if (!ends_after(event.what.begin, event.end)) return Refusal::kTime;
    return rules_.check_block(state_.order(event.what.order), event.what, event.end);
  }
  Verdict operator()(const BlockReleased& event) const {
    return state_.block(event.order) == nullptr ? Verdict(Refusal::kUnknown) : std::nullopt;
  }
  Verdict operator()(const TransferStarted& event) const {
    if (const Verdict verdict = rules_.check_transfer(event.data, event.link)) return verdict;
    const Second begin = std::max(at_, state_.link(event.link).busy_until);
    const bool in_time = event.ready >= begin && event.ready - begin <= kAmountMax;
    return in_time ? std::nullopt : Verdict(Refusal::kTime);
  }
  Verdict operator()(const TransferEnded& event) const {
    return rules_.check_arrival(event.data, event.to);
  }
  Verdict operator()(const RoundClosed& event) const { return rules_.check_round(event.what); }
  Verdict operator()(const HistoryDropped& event) const { return rules_.check_drop(event); }
  Verdict operator()(const AccountAdded& event) const {
    return rules_.check_account(event.account);
  }
  Verdict operator()(const OrderAwarded& event) const {
    if (event.first.value != state_.order_count()) return Refusal::kStale;
    return rules_.check_award(event.what);
  }
  Verdict operator()(const ContractShrunk& event) const { return rules_.check_shrink(event.what); }
  Verdict operator()(const StepsChanged& event) const {
    return rules_.check_steps(event.pool, event.steps);
  }

 private:
  [[nodiscard]] Verdict without_block(OrderId order) const {
    return state_.block(order) == nullptr ? std::nullopt : Verdict(Refusal::kPromised);
  }
  static bool ends_after(Second begin, Second end) { return end > begin && end <= 2 * kSecondsMax; }

  const State& state_;
  Second at_;
  Rules rules_;
};

}  // namespace

std::optional<Refusal> check_event(const State& state, const Event& event) {
  if (event.at < state.now() || event.at > kSecondsMax) return Refusal::kTime;
  return std::visit(Fitting(state, event.at), event.what);
}

}  // namespace tongsuan::engine
