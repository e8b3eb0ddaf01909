// What commands may ask and events may say: one reader of the state for `decide` and `check_event`,
// so that the two cannot drift apart.
#pragma once

#include <optional>

#include "tongsuan/engine/state.h"

namespace tongsuan::engine::internal {

using Verdict = std::optional<Refusal>;

class Rules {
 public:
  Rules(const State& state, Second at) : state_(state), at_(at) {}

  // Whether an order, good or bad, can be taken down: its lists have limits, and so has the state.
  [[nodiscard]] Verdict check_room(const LiveOrder& order) const;
  // Everything but whether there is a pool for it.
  [[nodiscard]] Verdict check_order(const LiveOrder& order) const;
  // Of an order that comes: parts come by awards only.
  [[nodiscard]] Verdict check_coming(const LiveOrder& order) const;
  // Some pool that the order names is large enough for one of its ways.
  [[nodiscard]] bool fits(const LiveOrder& order) const;
  [[nodiscard]] Verdict check_new_order(const LiveOrder& order) const;
  [[nodiscard]] Verdict check_amendment(OrderId id, const LiveOrder& order) const;
  [[nodiscard]] Verdict check_waiting(OrderId id) const;
  [[nodiscard]] Verdict check_opening(OrderId id) const;
  [[nodiscard]] Verdict check_award(const AwardOrder& award) const;
  // Both for an order that waits.
  [[nodiscard]] Verdict check_start(const OrderRecord& record, const StartOrder& start,
                                    Second end) const;
  [[nodiscard]] Verdict check_block(const OrderRecord& record, const BookBlock& block,
                                    Second end) const;
  // Whether these are nodes for the order, as many devices on each as it takes; free or not, up or
  // not.
  [[nodiscard]] Verdict check_held(const LiveOrder& order, const Contract& contract) const;
  [[nodiscard]] Verdict check_held(const LiveOrder& order, const Block& block) const;
  [[nodiscard]] Verdict check_running(ContractId id) const;
  [[nodiscard]] Verdict check_end(ContractId id, std::uint32_t done_ppm) const;
  [[nodiscard]] Verdict check_extension(ContractId id, Second until) const;
  [[nodiscard]] Verdict check_nodes(PoolId pool, std::uint32_t begin, std::uint32_t end) const;
  [[nodiscard]] Verdict check_ask(PoolId pool, Price ask) const;
  // As the state keeps them.
  [[nodiscard]] Verdict check_steps(PoolId pool, const std::vector<AskStep>& steps) const;
  [[nodiscard]] Verdict check_transfer(std::uint32_t data, LinkId link) const;
  [[nodiscard]] Verdict check_arrival(std::uint32_t data, HubId to) const;
  [[nodiscard]] Verdict check_round(const CloseRound& close) const;
  [[nodiscard]] Verdict check_drop(const HistoryDropped& drop) const;
  [[nodiscard]] Verdict check_account(AccountId account) const;
  [[nodiscard]] Verdict check_shrink(const ShrinkContract& shrink) const;

 private:
  [[nodiscard]] Verdict check_package(const LiveOrder& order) const;
  [[nodiscard]] bool package_fits(const LiveOrder& order) const;
  [[nodiscard]] Verdict check_span(const LiveOrder& order, Second begin, Second end) const;
  [[nodiscard]] Verdict check_leg(const PackageLeg& leg) const;
  [[nodiscard]] Verdict check_legs_asked(const AwardOrder& award) const;
  [[nodiscard]] Verdict check_part(const AwardOrder& award, std::size_t at) const;
  template <class Placing>
  [[nodiscard]] Verdict check_shape(const LiveOrder& order, const Placing& placing) const;
  template <class Placing>
  [[nodiscard]] Verdict check_placing(const LiveOrder& order, const Placing& placing) const;
  template <class Held>
  [[nodiscard]] Verdict check_devices(const LiveOrder& order, const Held& held) const;

  const State& state_;
  Second at_;
};

}  // namespace tongsuan::engine::internal
