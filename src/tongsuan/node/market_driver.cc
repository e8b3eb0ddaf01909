#include "tongsuan/node/market_driver.h"

#include <algorithm>
#include <utility>

namespace tongsuan::node {
namespace {

constexpr std::size_t kTimersAtOnce = 256;

// Turns the market's close of a round into the exchange's, with the blobs of its texts.
class RoundDesk final : public Desk {
 public:
  RoundDesk(Desk& desk, const FinishedRound& finished) : desk_(desk), finished_(finished) {}
  [[nodiscard]] const exchange::State& exchange() const override { return desk_.exchange(); }
  [[nodiscard]] Second now() const override { return desk_.now(); }
  [[nodiscard]] bool all_told() const override { return desk_.all_told(); }
  exchange::Answer take(exchange::Command command) override {
    return desk_.take(std::move(command));
  }
  bool execute(engine::Command command) override {
    auto* close = std::get_if<engine::CloseRound>(&command);
    if (close == nullptr) return Desk::execute(std::move(command));
    exchange::CloseRound round;
    const rolling::ClearedRound& cleared = *finished_.round;
    round.what = std::move(*close);
    round.book = finished_.book;
    round.certificate = finished_.certificate;
    round.reason = cleared.reason.substr(0, exchange::kUrlMax);
    round.outcome = exchange::RoundOutcome::kUnsolved;
    if (cleared.clearing) {
      const market::Verdict& verdict = cleared.clearing->verified.verdict();
      round.outcome = exchange::RoundOutcome::kCleared;
      round.welfare =
          static_cast<std::int64_t>(divide(verdict.welfare, verdict.denominator, Rounding::kDown));
      round.bound =
          static_cast<std::int64_t>(divide(verdict.bound, verdict.denominator, Rounding::kUp));
    }
    return desk_.take(std::move(round)).code == exchange::Code::kDone;
  }

 private:
  Desk& desk_;
  const FinishedRound& finished_;
};

}  // namespace

rolling::MarketRules live_rules() {
  rolling::MarketRules rules;
  rules.certify = 1;  // every round
  rules.room_gain = 0;
  rules.relocates = false;
  rules.line_max = 10'000;
  rules.waiting_expected = 1'000'000;
  rules.work_max = 60'000;
  rules.book_orders_max = 100'000;
  rules.limit_orders = true;
  return rules;
}

void MarketDriver::resume(Desk& desk) {
  market_.emplace(desk.state().places(), energy_, rules_);
  // The premium of an order that has not begun is for its block.
  market_->money_left = [state = &desk.exchange()](OrderId id) {
    const engine::OrderRecord& record = state->engine().order(id);
    return state->left_of(id).raw() - (record.first_start < 0 ? record.order.premium : 0);
  };
  timers_.resume(desk.state());
  forgetting_.resume(desk.state());
  // The clearing that was under way is lost with the process that carried it.
  if (desk.exchange().gate().round != 0) {
    close_empty(desk, exchange::RoundOutcome::kUnsolved,
                "the exchange stopped while the round was cleared");
  }
  market_->resume(desk);
}

void MarketDriver::react(Desk& desk, const std::vector<engine::Event>& events) {
  timers_.see(desk.state(), events);
  forgetting_.see(desk.state(), events);
  market_->react(desk, events);
  freeze(desk);
}

std::optional<Second> MarketDriver::due(const Desk& desk) const {
  std::optional<Second> timer = timers_.due();
  if (const auto resale = desk.exchange().resales().due()) {
    timer = std::min(timer.value_or(resale->first), resale->first);
  }
  if (const auto delivery = desk.exchange().deliveries().due()) {
    timer = std::min(timer.value_or(delivery->first), delivery->first);
  }
  if (clearing_) return timer;
  // A gate that an operator closed by hand is due at once.
  const bool closed = desk.exchange().gate().round != 0;
  const Second gate = closed ? desk.now() : desk.exchange().next_gate();
  const Second forget = may_forget(desk) ? forgetting_.due().value_or(gate) : gate;
  return std::min({timer.value_or(gate), gate, forget});
}

bool MarketDriver::may_forget(const Desk& desk) const {
  return !clearing_ && desk.exchange().gate().round == 0;
}

// Orders that have ended, and whose devices others took over: whoever gave them up still owes. And
// those of which an agent has the last word yet.
OrderId MarketDriver::first_needed(const Desk& desk) const {
  OrderId first{kNone};
  for (const auto& [id, row] : desk.exchange().resales().rows()) {
    const OrderId order = row.terms.order;
    if (!desk.state().knows(order)) continue;
    const engine::OrderState now = desk.state().order(order).state;
    const bool lives = now == engine::OrderState::kWaiting || now == engine::OrderState::kRunning;
    if (!lives) first = std::min(first, order);
  }
  for (const std::uint32_t contract : desk.exchange().deliveries().open()) {
    if (!desk.state().knows(engine::ContractId{contract})) continue;
    first = std::min(first, desk.state().contract(engine::ContractId{contract}).order);
  }
  return first;
}

void MarketDriver::forget(Desk& desk) {
  const std::optional<Second> due = forgetting_.due();
  if (!due || *due > desk.now() || !may_forget(desk) || !desk.all_told()) return;
  auto drop = forgetting_.next(desk.state(), desk.now(), first_needed(desk));
  if (drop) desk.take(exchange::Dispatch{std::move(*drop)});
}

void MarketDriver::tick(Desk& desk) {
  forget(desk);
  timers_.run(desk, kTimersAtOnce);
  const auto resale = desk.exchange().resales().due();
  if (resale && resale->first <= desk.now()) desk.take(exchange::TurnResales{});
  const auto delivery = desk.exchange().deliveries().due();
  if (delivery && delivery->first <= desk.now()) desk.take(exchange::TurnDeliveries{});
  const bool closed = desk.exchange().gate().round != 0;
  if (!clearing_ && (closed || desk.now() >= desk.exchange().next_gate())) close_gate(desk);
}

void MarketDriver::close_gate(Desk& desk) {
  if (desk.exchange().gate().round == 0) {
    desk.take(exchange::CloseGate{desk.state().round() + 1});
  }
  clearing_ = true;
  freezing_ = true;
  market_->begin_round(desk);
  freeze(desk);
}

// When the market has dispatched what fits at the gate, the rest is the book: of orders that came
// before the gate, whatever came since.
void MarketDriver::freeze(Desk& desk) {
  if (!freezing_ || market_->unfinished()) return;
  freezing_ = false;
  if (market_->clearing_due()) {
    // The round shall be closed when the next one begins, or would begin on a day without a break.
    const Second next =
        std::min(desk.exchange().next_gate(), desk.now() + desk.exchange().rules().round);
    rolling::RoundInputs inputs = market_->take_round(desk.state(), next);
    const std::uint32_t end = desk.exchange().gate().orders;
    std::erase_if(inputs.orders, [end](OrderId order) { return order.value >= end; });
    if (!inputs.orders.empty()) return clear(std::move(inputs));
  }
  close_empty(desk, exchange::RoundOutcome::kEmpty, "no order waited");
  clearing_ = false;
}

void MarketDriver::go_on(Desk& desk) {
  market_->continue_work(desk);
  freeze(desk);
}

void MarketDriver::close_empty(Desk& desk, exchange::RoundOutcome outcome, std::string reason) {
  exchange::CloseRound close;
  close.outcome = outcome;
  close.reason = std::move(reason);
  close.what.round = desk.exchange().gate().round;
  close.what.posted = desk.state().posted();
  if (close.what.posted.empty()) {
    for (std::uint32_t i = 0; i < desk.state().places().pools.size(); ++i) {
      close.what.posted.push_back(desk.state().pool(engine::PoolId{i}).ask.raw());
    }
  }
  desk.take(std::move(close));
}

void MarketDriver::finish(Desk& desk, FinishedRound finished) {
  clearing_ = false;
  RoundDesk round(desk, finished);
  market_->finish_round(round, finished.round);
}

}  // namespace tongsuan::node
