// Lines of money against what the exchange's own events say was paid, whatever is asked of it.
#include "tongsuan/server/money_lines.h"

#include <gtest/gtest.h>
#include <map>
#include <set>
#include <variant>

#include "tongsuan/exchange/agent_fixture.h"

namespace tongsuan::server::testing {
namespace {

using engine::ContractId;
using engine::PoolId;
using exchange::ParticipantId;
using exchange::testing::kAlice;
using exchange::testing::kBob;
using exchange::testing::kEast;
using exchange::testing::kHouse;

// Micro-yuan by contract, of one kind.
using Sums = std::map<std::uint32_t, std::int64_t>;

void add(Sums& sums, std::uint32_t contract, std::int64_t amount) {
  if (amount != 0) sums[contract] += amount;
}

class MoneyLinesTest : public exchange::testing::ExchangeTest {
 protected:
  MoneyLinesTest() {
    for (std::uint32_t i = 0; i < 5; ++i) before_[i] = all_money(ParticipantId{i});
  }
  // What was asked last.
  void see() {
    const std::uint64_t sequence = exchange_.state().sequence();
    if (output_.record.empty() || sequence == seen_sequence_) return;
    seen_sequence_ = sequence;
    const auto misfit =
        exchange::read_record(output_.record, [&](Second at, const exchange::Event& event) {
          lines_.see(sequence, at, event);
          if (const auto* own = std::get_if<exchange::OwnEvent>(&event)) see_own(*own);
          return true;
        });
    EXPECT_FALSE(misfit);
    lines_.end_record();
  }
  std::string done(ParticipantId actor, exchange::Command command) {
    const std::string name = name_of(actor, std::move(command));
    see();
    return name;
  }
  OrderId order_of(ParticipantId who, std::int64_t value, std::int64_t premium = 0) {
    engine::LiveOrder what = order(value);
    what.premium = premium;
    EXPECT_EQ(done(who, exchange::SubmitOrder{what, "job"}), "done");
    return OrderId{static_cast<std::uint32_t>(output_.answer.value)};
  }
  std::string begin(OrderId order, std::uint32_t node, std::int64_t price) {
    return done(kHouse,
                exchange::Dispatch{engine::StartOrder{order, 0, PoolId{0}, {node}, Price(price)}});
  }

  // Amounts of a kind by contract, as whoever pays or receives them has them.
  [[nodiscard]] Sums lines_of(MoneyKind kind, bool came) const {
    Sums sums;
    lines_.each([&](const MoneyLine& line) {
      if (line.kind_of(came) == kind) add(sums, line.contract_of(came), line.did.amount.raw());
      return true;
    });
    return sums;
  }
  // What sellers gave back, by the contracts whose devices they had sold.
  [[nodiscard]] Sums lines_of_sellers() const {
    Sums sums;
    lines_.each([&](const MoneyLine& line) {
      if (line.returned && line.kind_of(false) == MoneyKind::kRefund) {
        add(sums, line.contract_of(false), line.did.amount.raw());
      }
      return true;
    });
    return sums;
  }
  void expect_as_told() const {
    EXPECT_EQ(lines_of(MoneyKind::kPayment, false), paid_);
    EXPECT_EQ(lines_of(MoneyKind::kTakeOrPay, false), owed_);
    EXPECT_EQ(lines_of(MoneyKind::kResale, true), earned_);
    EXPECT_EQ(lines_of(MoneyKind::kPenalty, true), penalties_);
    EXPECT_EQ(lines_of(MoneyKind::kRefund, true), refunds_);
    EXPECT_EQ(lines_of_sellers(), returned_);
    std::map<std::uint32_t, std::int64_t> balances = before_;
    lines_.each([&](const MoneyLine& line) {
      balances[line.did.to.participant.value] += line.did.amount.raw();
      balances[line.did.from.participant.value] -= line.did.amount.raw();
      return true;
    });
    for (const auto& [who, balance] : balances) {
      EXPECT_EQ(balance, all_money(ParticipantId{who})) << who;
    }
  }
  [[nodiscard]] std::size_t count(MoneyKind kind) const {
    std::size_t count = 0;
    lines_.each([&](const MoneyLine& line) {
      count += line.kind_of(true) == kind ? 1U : 0U;
      return true;
    });
    return count;
  }
  [[nodiscard]] MoneyLine last() const {
    MoneyLine found;
    lines_.each([&](const MoneyLine& line) {
      found = line;
      return false;
    });
    return found;
  }

  MoneyLines lines_;

 private:
  [[nodiscard]] std::int64_t all_money(ParticipantId who) const {
    std::int64_t sum = 0;
    for (const Money balance : exchange_.state().money().participant(who).balance) {
      sum += balance.raw();
    }
    return sum;
  }
  void see_own(const exchange::OwnEvent& event) {
    if (const auto* metered = std::get_if<exchange::ContractMetered>(&event)) {
      add(paid_, metered->contract.value, metered->paid.raw());
    } else if (const auto* resale = std::get_if<exchange::ResaleMetered>(&event)) {
      add(owed_, resale->contract.value, resale->paid.raw());
    } else if (const auto* earned = std::get_if<exchange::ResaleEarned>(&event)) {
      add(earned_, earned->contract.value, earned->income.raw());
    } else if (const auto* settled = std::get_if<exchange::ContractSettled>(&event)) {
      add(penalties_, settled->contract.value, settled->penalty.raw());
    } else if (const auto* over = std::get_if<exchange::DeliverySettled>(&event)) {
      add(penalties_, over->contract.value, over->penalty.raw());
      add(refunds_, over->contract.value, over->refund.raw());
    } else if (const auto* back = std::get_if<exchange::ResaleRefunded>(&event)) {
      add(refunds_, back->contract.value, back->amount.raw());
    } else if (const auto* gave = std::get_if<exchange::ResaleReturned>(&event)) {
      add(returned_, gave->contract.value, gave->amount.raw());
    } else if (const auto* at_once = std::get_if<exchange::ResaleSpared>(&event)) {
      add(owed_, at_once->contract.value, at_once->paid.raw());
    }
  }

  Sums paid_, owed_, earned_, penalties_, refunds_, returned_;
  std::map<std::uint32_t, std::int64_t> before_;
  std::uint64_t seen_sequence_ = 0;
};

TEST_F(MoneyLinesTest, AHoldIsOfItsOrderAndSoIsWhatGoesBack) {
  const OrderId id = order_of(kAlice, 500);
  EXPECT_EQ(last().kind, MoneyKind::kHold);
  EXPECT_EQ(last().order, id.value);
  EXPECT_EQ(done(kAlice, exchange::CancelOrder{id}), "done");
  EXPECT_EQ(last().kind, MoneyKind::kRelease);
  EXPECT_EQ(last().order, id.value);
  EXPECT_EQ(last().contract, kNone);
}

TEST_F(MoneyLinesTest, APremiumIsNoTakeOrPay) {
  engine::LiveOrder what = order(300);
  what.premium = 50;
  what.not_before = 20;
  ASSERT_EQ(done(kAlice, exchange::SubmitOrder{what, ""}), "done");
  const OrderId id{static_cast<std::uint32_t>(output_.answer.value)};
  ASSERT_EQ(
      done(kHouse, exchange::Dispatch{engine::BookBlock{id, 0, PoolId{0}, {0}, 20, Price(3'600)}}),
      "done");
  now_ = 20;
  ASSERT_EQ(done(kHouse, exchange::Dispatch{engine::OpenOrder{id}}), "done");
  ASSERT_EQ(begin(id, 0, 3'600), "done");
  EXPECT_EQ(lines_of(MoneyKind::kPremium, true), (Sums{{0, 50}}));
  expect_as_told();
}

// Everything may come; what was paid for which contract is the same in lines and in events.
TEST_F(MoneyLinesTest, AnyCommandsGiveTheLinesThatEventsTell) {
  Random random(21);
  exchange::testing::AnyAgent agent(22);
  const auto draw = [&](std::uint64_t count) {
    return static_cast<std::uint32_t>(random.below(count));
  };
  exchange::Rules rules = exchange_.state().rules();
  rules.take_or_pay_ppm = engine::kPpm;
  rules.collar_percent = 0;
  ASSERT_EQ(done(kHouse, exchange::SetRules{rules}), "done");
  for (int i = 0; i < 6'000; ++i) {
    now_ += static_cast<Second>(draw(400) == 0 ? exchange::kSettleWithin : draw(6));
    const std::uint32_t contracts = exchange_.state().engine().contract_count();
    const ContractId recent{contracts - std::min(contracts, 1 + draw(5))};
    const ParticipantId who{3 + draw(2)};
    const std::uint32_t node = draw(3);
    const std::uint32_t epoch = agent.epoch(exchange_.state());
    switch (draw(i < 3'000 ? 12 : 17)) {
      case 0:
        done(kHouse, exchange::Deposit{exchange::testing::cash(who), Money(100'000), 9});
        done(kHouse, exchange::Deposit{exchange::testing::margin(kEast), Money(1'000), 9});
        break;
      case 1:
      case 2:
      case 3:
        begin(order_of(who, 500 + draw(2'000), draw(3) * 10), node, 1 + draw(9'000));
        break;
      case 4:
      case 5:
        done(kEast,
             exchange::EndContract{
                 recent, draw(3) == 0 ? engine::EndReason::kFailed : engine::EndReason::kCompleted,
                 engine::kPpm, true, epoch});
        break;
      case 6:
      case 7:
        done(who, exchange::ResellContract{recent, 1 + draw(6), now_ + draw(40) - 20, 0,
                                           Price(draw(9'000))});
        break;
      case 8:
        done(kHouse, exchange::ReportNodes{{PoolId{0}, node, node + 1, draw(4) > 0}});
        break;
      case 9:
        done(kEast, exchange::MeterContract{recent, now_ - draw(5), 0, epoch});
        break;
      case 10:
        done(kHouse, exchange::Dispatch{engine::ExtendContract{recent, now_ + draw(100)}});
        break;
      case 11:
        done(kHouse, exchange::TurnResales{});
        break;
      default: {
        auto [speaker, what] = agent.draw(exchange_.state(), now_);
        // A hub that goes to a buyer has refunds to itself, of which no money moves.
        if (!std::holds_alternative<exchange::AssignHub>(what)) done(speaker, std::move(what));
        break;
      }
    }
    if (i % 500 == 0) expect_as_told();
    if (HasFailure()) FAIL() << "at step " << i;
  }
  expect_as_told();
  for (const MoneyKind kind : {MoneyKind::kPayment, MoneyKind::kTakeOrPay, MoneyKind::kResale,
                               MoneyKind::kPenalty, MoneyKind::kRefund}) {
    EXPECT_GT(count(kind), 20U) << money_kind_name(kind);
  }
  EXPECT_FALSE(lines_of_sellers().empty());
}

}  // namespace
}  // namespace tongsuan::server::testing
