// Test helper: a small exchange with two suppliers and two buyers, whose every record is applied to
// a second state at once and seen by the ledger's audit.
#pragma once

#include <array>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tongsuan/engine/state_fixture.h"
#include "tongsuan/exchange/exchange.h"
#include "tongsuan/ledger/audit.h"

namespace tongsuan::exchange::testing {

using engine::ContractId;
using engine::PoolId;
using ledger::kHouse;
using ledger::Purpose;

inline constexpr ParticipantId kEast{1}, kWest{2}, kAlice{3}, kBob{4};
inline constexpr ledger::Account cash(ParticipantId who) {
  return {who, Purpose::kCash};
}
inline constexpr ledger::Account margin(ParticipantId who) {
  return {who, Purpose::kMargin};
}

inline engine::Places places_without_accounts() {
  engine::Places places = engine::testing::small_places();
  places.accounts.clear();
  places.account_names = {};
  for (engine::Pool& pool : places.pools) pool.ask = Price(3'600);
  return places;
}

// The first thing that is wrong between money and contracts; empty when nothing is.
std::string wrong_money(const State& state);
// The same, of what was presumed of contracts.
std::string wrong_deliveries(const State& state);

class ExchangeTest : public ::testing::Test {
 protected:
  explicit ExchangeTest(TestSwitches switches = {})
      : exchange_(places_without_accounts(), 0, switches), twin_(places_without_accounts(), 0) {
    for (const char* name : {"east-supplier", "west-supplier"}) {
      must(kHouse, OpenParticipant{name, Role::kHub, kHouse, Money()});
    }
    for (const char* name : {"alice", "bob"}) {
      must(kHouse, OpenParticipant{name, Role::kParticipant, kHouse, Money()});
    }
    must(kHouse, AssignHub{HubId{0}, kEast});
    must(kHouse, AssignHub{HubId{1}, kWest});
    for (const ParticipantId who : {kAlice, kBob}) {
      must(kHouse, Deposit{cash(who), Money(1'000'000), 7});
    }
    must(kHouse, Deposit{margin(kEast), Money(100'000), 8});
    take_or_pay(0);
  }

  // Of the price of what contracts have left when they end early.
  void take_or_pay(std::uint32_t ppm) {
    Rules rules = exchange_.state().rules();
    rules.take_or_pay_ppm = ppm;
    must(kHouse, SetRules{rules});
  }

  const Answer& ask(ParticipantId actor, Command command, CommandId id = {},
                    std::uint64_t body = 0) {
    exchange_.execute(now_, {id, body, actor, std::move(command)}, output_);
    if (output_.record.empty()) return output_.answer;
    const auto misfit = twin_.replay(output_.record, [&](Second, const Event& event) {
      if (const auto* money = std::get_if<MoneyEvent>(&event)) audit_.see(money->view());
      if (const auto* own = std::get_if<OwnEvent>(&event)) ++seen_[own->index()];
    });
    EXPECT_FALSE(misfit) << misfit->what;
    EXPECT_EQ(exchange_.digest(), twin_.digest()) << "events alone give the same state";
    EXPECT_EQ(audit_.faults(), std::vector<std::string>());
    EXPECT_EQ(wrong_money(exchange_.state()), "");
    EXPECT_EQ(engine::testing::broken_invariant(exchange_.state().engine()), "");
    return output_.answer;
  }
  std::string name_of(ParticipantId actor, Command command) {
    return code_name(ask(actor, std::move(command)).code);
  }
  std::uint64_t must(ParticipantId actor, Command command) {
    const Answer& answer = ask(actor, std::move(command));
    EXPECT_EQ(answer.code, Code::kDone) << code_name(answer.code);
    return answer.value;
  }

  // One device of class A for 100 seconds, worth `value`.
  [[nodiscard]] engine::LiveOrder order(std::int64_t value, std::uint32_t gang = 1) const {
    engine::LiveOrder order = engine::testing::small_order(gang, now_);
    order.value = value;
    return order;
  }
  OrderId submit(ParticipantId who, std::int64_t value, std::uint32_t gang = 1) {
    return OrderId{static_cast<std::uint32_t>(must(who, SubmitOrder{order(value, gang), "job"}))};
  }
  // On the first nodes of pool 0, at one micro-yuan for a device-second.
  std::string start(OrderId order, std::vector<std::uint32_t> nodes = {0},
                    std::int64_t price = 3'600) {
    return name_of(
        kHouse, Dispatch{engine::StartOrder{order, 0, PoolId{0}, std::move(nodes), Price(price)}});
  }
  [[nodiscard]] std::int64_t balance(ledger::Account account) const {
    return exchange_.state().money().balance(account).raw();
  }
  // Of all accounts of a participant.
  [[nodiscard]] std::int64_t all_of(ParticipantId who) const {
    std::int64_t sum = 0;
    for (const Money money : exchange_.state().money().participant(who).balance) sum += money.raw();
    return sum;
  }
  [[nodiscard]] std::int64_t left(OrderId order) const {
    return exchange_.state().left_of(order).raw();
  }
  [[nodiscard]] const engine::OrderRecord& record(OrderId order) const {
    return exchange_.state().engine().order(order);
  }
  // How many events of a kind there were.
  template <class Kind>
  [[nodiscard]] std::uint64_t seen() const {
    return seen_[OwnEvent(Kind{}).index()];
  }

  Exchange exchange_;
  Exchange twin_;
  ledger::Audit audit_;
  Output output_;
  Second now_ = 0;
  std::array<std::uint64_t, std::variant_size_v<OwnEvent>> seen_{};
};

inline std::string wrong_money(const State& state) {
  const engine::State& engine = state.engine();
  std::uint32_t live = 0;
  for (std::uint32_t i = 0; i < engine.order_count(); ++i) {
    if (!engine.knows(OrderId{i})) continue;
    const engine::OrderRecord& record = engine.order(OrderId{i});
    const bool lives = record.state == engine::OrderState::kWaiting ||
                       record.state == engine::OrderState::kRunning;
    live += lives ? 1 : 0;
    const Money left = state.left_of(OrderId{i});
    if (!lives && left != Money()) return "an order that is over still holds money";
    if (left > Money(record.order.value + record.order.premium))
      return "more is held than it may cost";
    const bool whole = record.state == engine::OrderState::kWaiting && record.first_start < 0;
    if (whole && left != Money(record.order.value + record.order.premium)) {
      return "a waiting order holds less than it may cost";
    }
  }
  if (live != state.live_orders()) return "live orders";
  for (std::uint32_t i = 0; i < engine.contract_count(); ++i) {
    if (!engine.knows(ContractId{i})) continue;
    const engine::Contract& contract = engine.contract(ContractId{i});
    const ContractMoney& money = state.money_of(ContractId{i});
    const ledger::RightRow* right = state.money().rights().find(money.right);
    if (contract.end >= 0 && right != nullptr) return "a right of a contract that has ended";
    if (contract.end >= 0) continue;
    if (right == nullptr && contract.price.raw() > 0 && !money.own) {
      return "a contract that nobody pays";
    }
    if (money.until < contract.expected_end) return "granted for less than it is expected to take";
    if (right == nullptr) continue;
    const std::int64_t seconds = right->delivered.raw() / contract.devices();
    if (money.metered < seconds) return "more delivered than metered";
  }
  return wrong_deliveries(state);
}

inline std::string wrong_deliveries(const State& state) {
  Deliveries again;  // everything derived, from the rows alone
  std::vector<Money> escrow(state.participants().size());
  for (const auto& [number, row] : state.deliveries().rows()) {
    again.change(ContractId{number}, [&](Delivery& copy) { copy = row; });
    const bool known = state.engine().knows(ContractId{number});
    if (!known && !row.presumes) return "a delivery that nobody asks for";
    if (row.missed < row.missed_now || row.told_missed < 0) return "less missed than was missed";
    if (!row.presumes) continue;
    const Presumed& what = row.presumed;
    if (known && state.engine().contract(ContractId{number}).end < 0) return "it still runs";
    if (row.told < what.from || row.told > what.until) return "told beyond what is presumed";
    if (row.told_missed > row.told - what.from) return "more missed than was told of";
    for (std::uint32_t i = 0; i < state.participants().size(); ++i) {
      escrow[i] = escrow[i] + row.in_escrow({i});
    }
    if (what.hold.slot == kNone) continue;
    const ledger::HoldRow* hold = state.money().holds().find(what.hold);
    const Money held = hold == nullptr ? Money() : hold->left;
    if (held != what.amount) return "another amount is held than is presumed";
    if (hold != nullptr && hold->owner != what.supplier) return "a hold of somebody else";
  }
  for (std::uint32_t i = 0; i < state.participants().size(); ++i) {
    if (state.money().balance({{i}, ledger::Purpose::kEscrow}) != escrow[i] ||
        state.deliveries().in_escrow({i}) != escrow[i]) {
      return "another amount is in escrow than is presumed";
    }
  }
  for (std::uint32_t i = 0; i < state.participants().size(); ++i) {
    if (again.in_escrow({i}) != escrow[i]) return "escrows of presumptions";
  }
  if (again.open() != state.deliveries().open() || again.due() != state.deliveries().due()) {
    return "presumptions that are open, or due";
  }
  return "";
}

}  // namespace tongsuan::exchange::testing
