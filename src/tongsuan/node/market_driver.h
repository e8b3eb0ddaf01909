// The rolling market as the driver of an exchange: gates on time, clearings elsewhere, dispatch in
// between, what happens because a second has come, and what is forgotten.
#pragma once

#include "tongsuan/engine/energy.h"
#include "tongsuan/node/driver.h"
#include "tongsuan/node/forgetting.h"
#include "tongsuan/node/timers.h"
#include "tongsuan/rolling/rolling_market.h"

namespace tongsuan::node {

// Rules of a market that works for strangers: nobody's work is moved or stopped for others, calls
// are short, and an order starts only where it is worth what it costs.
[[nodiscard]] rolling::MarketRules live_rules();

class MarketDriver final : public Driver {
 public:
  MarketDriver(engine::Energy energy, rolling::MarketRules rules, ForgetRules forget = {})
      : energy_(std::move(energy)), rules_(rules), forgetting_(forget) {}

  void resume(Desk& desk) override;
  void react(Desk& desk, const std::vector<engine::Event>& events) override;
  [[nodiscard]] bool unfinished() const override { return market_->unfinished(); }
  void go_on(Desk& desk) override;
  [[nodiscard]] std::optional<Second> due(const Desk& desk) const override;
  void tick(Desk& desk) override;
  void finish(Desk& desk, FinishedRound finished) override;

 private:
  // Not between a gate and the close of its round.
  [[nodiscard]] bool may_forget(const Desk& desk) const;
  [[nodiscard]] OrderId first_needed(const Desk& desk) const;
  void forget(Desk& desk);
  void close_gate(Desk& desk);
  void freeze(Desk& desk);
  void close_empty(Desk& desk, exchange::RoundOutcome outcome, std::string reason);

  engine::Energy energy_;
  rolling::MarketRules rules_;
  std::optional<rolling::RollingMarket> market_;
  Timers timers_;
  Forgetting forgetting_;
  bool clearing_ = false;  // between a gate and the close of its round
  bool freezing_ = false;  // the gate is closed, and its book not yet made
};

}  // namespace tongsuan::node
