// Seeds of the whole exchange; each oracle must be able to fail. docs/simulation.md.
#include <gtest/gtest.h>
#include <set>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/exchange/exchange_fixture.h"
#include "tongsuan/journal/sim_journal.h"
#include "tongsuan/node/sequencer.h"

#include "book_keeper.h"
#include "plan.h"
#include "witness.h"

namespace tongsuan::simulation {
namespace {

using exchange::Code;

TEST(Simulation, OraclesHoldWhateverFails) {
  Figures sum;
  for (std::uint64_t seed = 1; seed <= many_seeds(160); ++seed) {
    const Outcome outcome = simulate(plan_of(seed));
    ASSERT_FALSE(outcome.verdict) << "seed " << seed << ": " << outcome.verdict->oracle << ": "
                                  << outcome.verdict->what;
    sum += outcome.figures;
  }
  // What is not reached is not tested.
  for (const auto member : {&Figures::on_disk,
                            &Figures::machine_stops,
                            &Figures::fenced,
                            &Figures::in_doubt,
                            &Figures::repeats,
                            &Figures::used_ids,
                            &Figures::full,
                            &Figures::from_snapshot,
                            &Figures::cleared,
                            &Figures::failures,
                            &Figures::extensions,
                            &Figures::blocks_kept,
                            &Figures::own,
                            &Figures::resales,
                            &Figures::resold,
                            &Figures::recalled,
                            &Figures::closures,
                            &Figures::kept_from_sale,
                            &Figures::agents,
                            &Figures::leases,
                            &Figures::fenced_agents,
                            &Figures::gaps,
                            &Figures::presumed,
                            &Figures::refunds,
                            &Figures::late,
                            &Figures::unheard,
                            &Figures::words_judged,
                            &Figures::presumed_resold,
                            &Figures::presumed_chains,
                            &Figures::seller_refunds,
                            &Figures::owed_refunds,
                            &Figures::spared}) {
    EXPECT_GT(sum.*member, 0U);
  }
}

TEST(Simulation, ASeedIsTheSameRunAgain) {
  for (const std::uint64_t seed : {3U, 8U}) {
    std::string first, second;
    Plan plan = plan_of(seed);
    plan.trace = [&](const std::string& line) { first += line + '\n'; };
    (void)simulate(plan);
    plan.trace = [&](const std::string& line) { second += line + '\n'; };
    (void)simulate(plan);
    EXPECT_EQ(first, second);
    EXPECT_GT(first.size(), 10'000U);
  }
}

// ---- What is switched off is noticed -----------------------------------------------------------

// Oracles that spoke, over so many seeds.
std::set<std::string> broken_oracles(std::uint64_t seeds, const Without& without, bool disk) {
  std::set<std::string> oracles;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Plan plan = plan_of(seed);
    plan.disk = disk;
    plan.without = without;
    const Outcome outcome = simulate(plan);
    if (outcome.verdict) oracles.insert(outcome.verdict->oracle);
  }
  return oracles;
}

TEST(Simulation, NoticesADiskThatIsNeverSynced) {
  const auto oracles = broken_oracles(12, {.fsync = true}, true);
  EXPECT_TRUE(oracles.contains("acknowledged_is_there"));
}

TEST(Simulation, NoticesRequestsThatAreDoneTwice) {
  const auto oracles = broken_oracles(8, {.dedup = true}, false);
  EXPECT_TRUE(oracles.contains("answers_are_journaled"));
}

TEST(Simulation, NoticesMoneyThatIsPaidTwice) {
  const auto oracles = broken_oracles(8, {.conservation = true}, false);
  EXPECT_TRUE(oracles.contains("ledger_audit"));
}

// The ledger's own rules are kept here: only who counts deliveries again can know.
TEST(Simulation, NoticesASupplierWhoGetsTooMuch) {
  const auto oracles = broken_oracles(8, {.price = true}, false);
  EXPECT_EQ(oracles, std::set<std::string>{"money_is_conserved"});
}

TEST(Simulation, NoticesTwoOwnersOfOneJournal) {
  EXPECT_TRUE(broken_oracles(8, {.epoch = true}, false).contains("only_the_owner_appends"));
  EXPECT_FALSE(broken_oracles(8, {.epoch = true}, true).empty());
}

TEST(Simulation, NoticesAgentsThatAreNotFenced) {
  const auto oracles = broken_oracles(24, {.fence = true}, false);
  EXPECT_TRUE(oracles.contains("fenced_agents_change_nothing"));
}

TEST(Simulation, NoticesWhatWasMissedAndDoesNotGoBack) {
  const auto oracles = broken_oracles(24, {.refund = true}, false);
  EXPECT_EQ(oracles, std::set<std::string>{"what_was_missed_goes_back"});
}

TEST(Simulation, NoticesSellersWhoGiveNothingBack) {
  const auto oracles = broken_oracles(24, {.shares = true}, false);
  EXPECT_EQ(oracles, std::set<std::string>{"what_was_missed_goes_back"});
}

TEST(Simulation, NoticesSellersWhoOweForGaps) {
  EXPECT_TRUE(broken_oracles(24, {.gaps = true}, false).contains("gaps_are_not_owed"));
}

// ---- The second book-keeper --------------------------------------------------------------------

class BookKeeperTest : public ::testing::Test {
 protected:
  BookKeeperTest() : places_(exchange::testing::places_without_accounts()), books_(places_) {
    books_.see(0, exchange::ParticipantOpened{exchange::ParticipantId{1}, "a", {}, {}});
    for (std::uint32_t i = 0; i < 3; ++i) {
      engine::LiveOrder order = engine::testing::small_order(3);
      order.account = AccountId{1};
      see(0, engine::OrderAccepted{OrderId{i}, order});
    }
  }
  void see(Second at, const decltype(engine::Event::what)& what) {
    books_.see(at, engine::Event{at, what});
  }
  void start(std::uint32_t contract, std::uint32_t order, std::uint32_t node) {
    see(0, engine::ContractStarted{engine::ContractId{contract},
                                   {OrderId{order}, 0, engine::PoolId{0}, {node}, Price(3'600)},
                                   100});
  }
  void end(std::uint32_t contract) { see(50, engine::ContractEnded{engine::ContractId{contract}}); }
  [[nodiscard]] std::string oracle() const {
    return books_.broken() ? books_.broken()->oracle : "";
  }
  engine::Places places_;
  BookKeeper books_;
};

TEST_F(BookKeeperTest, SaysNothingWhereNothingIsWrong) {
  start(0, 0, 0);
  start(1, 1, 1);
  end(0);
  start(2, 2, 0);
  EXPECT_EQ(oracle(), "");
}

TEST_F(BookKeeperTest, NoticesDevicesThatAreSoldTwice) {
  start(0, 0, 0);
  start(1, 1, 0);
  EXPECT_EQ(oracle(), "capacity_is_sold_once");
}

TEST_F(BookKeeperTest, NoticesANodeThatIsDown) {
  see(0, engine::NodesChanged{engine::PoolId{0}, 0, 1, false});
  start(0, 0, 0);
  EXPECT_EQ(oracle(), "capacity_is_sold_once");
}

TEST_F(BookKeeperTest, NoticesAnOrderThatRunsTwice) {
  start(0, 0, 0);
  start(1, 0, 1);
  EXPECT_EQ(oracle(), "an_order_runs_once");
}

TEST_F(BookKeeperTest, NoticesAContractThatEndsTwice) {
  start(0, 0, 0);
  end(0);
  end(0);
  EXPECT_EQ(oracle(), "a_contract_ends_once");
}

TEST_F(BookKeeperTest, NoticesWhoPaysMoreThanOffered) {
  start(0, 0, 0);
  see(100, engine::ContractExtended{engine::ContractId{0}, 1'000});
  see(500, engine::ContractEnded{engine::ContractId{0}});
  EXPECT_EQ(oracle(), "nobody_pays_more_than_offered") << "3 devices, 500 seconds, worth 1,000";
}

TEST_F(BookKeeperTest, NoticesWhoPaysLessThanItsStep) {
  const std::vector<engine::AskStep> steps = {{4, Price(3'600)}, {8, Price(3'601)}};
  see(0, engine::StepsChanged{engine::PoolId{0}, steps});
  start(0, 0, 0);
  EXPECT_FALSE(books_.suppliers_have_their_steps());
  start(1, 1, 1);
  ASSERT_TRUE(books_.suppliers_have_their_steps()) << "its last two devices are of the second step";
  EXPECT_EQ(books_.suppliers_have_their_steps()->oracle, "suppliers_have_their_steps");
}

// The buyer pays, but not the supplier.
TEST(StepBook, NoticesASupplierWhoWasNotPaid) {
  StepBook book(exchange::testing::places_without_accounts());
  book.asked(0, {{1, Price(3'600)}, {7, Price(3'700)}});
  book.started(0, 0, {0, 3, 0, 100, 3'700}, false);
  book.delivered(0, 100);
  EXPECT_TRUE(book.are_paid(0));
  book.paid(0, 300);
  EXPECT_FALSE(book.are_paid(0));
  // One ask for all has no steps: what is resold there may have been paid at a lower one.
  book.asked(0, Price(3'700));
  book.started(1, 1, {0, 3, 100, 200, 3'700}, false);
  book.delivered(1, 100);
  EXPECT_FALSE(book.are_paid(0));
}

// Contract 0 has three of the four devices of node 0 at a micro-yuan a second, and ends at
// second 50.
class ResaleBookTest : public BookKeeperTest {
 protected:
  ResaleBookTest() {
    start(0, 0, 0);
    end(0);
    books_.see(
        50, exchange::ResaleOffered{kResale,
                                    {kFirst, OrderId{0}, exchange::ParticipantId{1},
                                     engine::PoolId{0}, 3, Price(3'600), Price(1'800), 50, 100}});
  }
  void open(std::int64_t cost) {
    books_.see(50,
               exchange::ResaleOpened{kResale, kFirst, 3, {}, {}, 1, Money(cost), 1'000'000, 50});
  }
  void take(std::uint32_t devices) {
    books_.see(50, exchange::ResaleTaken{kResale, kFirst, {false, 1}, devices});
  }
  [[nodiscard]] std::string resale_oracle() const {
    const Verdict verdict = books_.device_seconds_are_paid_once();
    return verdict ? verdict->oracle : "";
  }
  static constexpr exchange::ResaleId kResale{1};
  static constexpr engine::ContractId kFirst{0};
};

TEST_F(ResaleBookTest, SaysNothingWhereNothingIsWrong) {
  open(150);
  start(1, 1, 1);
  take(3);
  books_.see(90, exchange::ContractMetered{engine::ContractId{1}, 90, Money(270)});
  books_.see(90, exchange::ResaleEarned{
                     kResale, kFirst, exchange::ParticipantId{1}, {false, 1}, Money(270)});
  EXPECT_EQ(resale_oracle(), "");
}

TEST_F(ResaleBookTest, NoticesWhatIsOwedWrongly) {
  open(151);
  EXPECT_EQ(resale_oracle(), "resales_are_owed_exactly");
}

TEST_F(ResaleBookTest, NoticesMoreThanIsOffered) {
  open(150);
  start(1, 1, 1);
  take(4);
  EXPECT_EQ(resale_oracle(), "device_seconds_are_paid_once");
}

TEST_F(ResaleBookTest, NoticesWhatIsOfferedAndNotFree) {
  open(150);
  for (std::uint32_t node = 0; node < 3; ++node) {
    see(50, engine::NodesChanged{engine::PoolId{0}, node, node + 1, false});
  }
  EXPECT_EQ(resale_oracle(), "device_seconds_are_paid_once");
}

TEST_F(ResaleBookTest, NoticesASellerWhoEarnsTooMuch) {
  open(150);
  start(1, 1, 1);
  take(3);
  books_.see(90, exchange::ContractMetered{engine::ContractId{1}, 90, Money(270)});
  books_.see(90, exchange::ResaleEarned{
                     kResale, kFirst, exchange::ParticipantId{1}, {false, 1}, Money(271)});
  EXPECT_EQ(resale_oracle(), "sellers_earn_what_was_paid");
}

TEST_F(ResaleBookTest, NoticesSecondsThatNobodyMissed) {
  open(150);
  start(1, 1, 1);
  take(3);
  books_.see(60, exchange::HubLeased{HubId{0}, {1, "agent", 600, true, ""}});
  books_.see(60, exchange::DeliveryMissed{engine::ContractId{1}, 58});
  EXPECT_EQ(resale_oracle(), "gaps_are_not_owed") << "nothing is spared";
  books_.see(60, exchange::ResaleSpared{kResale, kFirst, {false, 1}, 3 * 8, Money()});
  EXPECT_EQ(resale_oracle(), "");
  books_.see(61, exchange::DeliveryMissed{engine::ContractId{1}, 61});
  books_.see(61, exchange::ResaleSpared{kResale, kFirst, {false, 1}, 3 * 4, Money()});
  EXPECT_EQ(resale_oracle(), "gaps_are_not_owed") << "three seconds, and not four";
}

TEST_F(ResaleBookTest, NoticesASellerWhoPaysForWhatNobodyHasToldOf) {
  open(150);
  start(1, 1, 1);
  take(3);
  books_.see(60, exchange::HubLeased{HubId{0}, {1, "agent", 600, true, ""}});
  books_.see(90, exchange::ResaleMetered{kResale, kFirst, 90, Money(120)});
  EXPECT_EQ(oracle(), "gaps_are_not_owed");
}

TEST_F(ResaleBookTest, NoticesAGateInAClosure) {
  books_.see(60, exchange::CalendarSet{{{50, 70, true, "holiday"}}});
  books_.see(69, exchange::GateClosed{1, 3});
  EXPECT_EQ(oracle(), "no_gate_in_a_closure");
}

// Hub 0 has an agent of epoch 1 up to second 600, and contract 0 three devices from second 0 on.
class DeliveryBookTest : public BookKeeperTest {
 protected:
  DeliveryBookTest() {
    books_.see(0, exchange::ParticipantOpened{kSupplier, "s", {}, {}});
    books_.see(0, exchange::HubAssigned{HubId{0}, kSupplier});
    lease(1, 600);
    start(0, 0, 0);
  }
  void lease(std::uint32_t epoch, Second until, bool accepting = true) {
    books_.see(0, exchange::HubLeased{HubId{0}, {epoch, "agent", until, accepting, ""}});
  }
  // In `epoch`, and it is answered that it is done.
  void told(Second from, Second until, std::uint32_t epoch = 1) {
    exchange::Request request;
    request.id = {++ids_};
    books_.deliveries().said(request, {0, epoch, 0, from, until});
    books_.see(until, exchange::Answered{request.id, 0, Code::kDone, 0});
  }
  void meter(Second until, std::int64_t paid) {
    books_.see(until, exchange::ContractMetered{kFirst, until, Money(paid)});
  }
  void miss(Second until) { books_.see(until, exchange::DeliveryMissed{kFirst, until}); }
  void presume(Second from, Second until, std::int64_t amount) {
    exchange::Presumed what;
    what.buyer = exchange::ParticipantId{1};
    what.supplier = kSupplier;
    what.from = from;
    what.until = until;
    what.amount = Money(amount);
    books_.see(until, exchange::DeliveryPresumed{kFirst, what});
    see(until, engine::ContractEnded{kFirst});
  }
  void settle(std::int64_t refund, Second missed) {
    books_.see(60, exchange::DeliverySettled{kFirst, Money(refund), Money(), missed, 0});
  }
  [[nodiscard]] std::string spoke() const {
    return books_.deliveries().broken() ? books_.deliveries().broken()->oracle : "";
  }
  static constexpr engine::ContractId kFirst{0};
  static constexpr exchange::ParticipantId kSupplier{2};
  std::uint8_t ids_ = 0;
};

TEST_F(DeliveryBookTest, SaysNothingWhereNothingIsWrong) {
  meter(20, 60);
  told(0, 20);
  miss(30);
  meter(40, 30);
  told(30, 40);
  meter(50, 30);
  presume(40, 50, 30);
  books_.see(50, exchange::DeliveryTold{kFirst, 42, 48});
  told(42, 48);
  settle(12, 4);
  EXPECT_EQ(spoke(), "");
}

TEST_F(DeliveryBookTest, NoticesAStartWithoutALease) {
  lease(1, 0);
  start(1, 1, 1);
  EXPECT_EQ(spoke(), "nothing_starts_without_a_lease");
}

TEST_F(DeliveryBookTest, NoticesAStartThatNobodyWants) {
  lease(1, 600, false);
  start(1, 1, 1);
  EXPECT_EQ(spoke(), "nothing_starts_without_a_lease");
}

TEST_F(DeliveryBookTest, NoticesAFencedAgentThatIsHeard) {
  lease(2, 600);
  told(0, 20, 2);
  EXPECT_EQ(spoke(), "");
  told(20, 30, 1);
  EXPECT_EQ(spoke(), "fenced_agents_change_nothing");
}

TEST_F(DeliveryBookTest, NoticesWhoPaysForAGap) {
  meter(40, 120);
  told(20, 40);
  miss(50);
  end(0);
  EXPECT_EQ(spoke(), "delivered_is_paid_once") << "20 seconds were told of, 40 were paid";
}

TEST_F(DeliveryBookTest, NoticesAgentsThatAreNotPaid) {
  meter(10, 30);
  told(0, 40);
  miss(50);
  end(0);
  EXPECT_EQ(spoke(), "delivered_is_paid_once");
}

// Nobody sold its devices.
TEST_F(DeliveryBookTest, NoticesAShareThatNobodyHas) {
  meter(50, 150);
  presume(0, 50, 150);
  EXPECT_EQ(spoke(), "");
  exchange::PresumedShare share;
  share.payer = exchange::ParticipantId{1};
  share.earned = exchange::ResaleId{1};
  share.until = 50;
  share.amount = Money(1);
  books_.see(50, exchange::DeliveryShared{kFirst, share});
  EXPECT_EQ(spoke(), "what_was_missed_goes_back");
}

TEST_F(DeliveryBookTest, NoticesASellerWhoGivesBackWhatItNeverHad) {
  meter(50, 150);
  presume(0, 50, 150);
  books_.see(
      60, exchange::ResaleReturned{exchange::ResaleId{1}, kFirst, kSupplier, {false, 0}, Money(7)});
  settle(150, 50);
  EXPECT_EQ(spoke(), "what_was_missed_goes_back");
}

TEST_F(DeliveryBookTest, NoticesAPresumptionOfMoreThanWasPaid) {
  meter(50, 150);
  presume(0, 50, 151);
  EXPECT_EQ(spoke(), "delivered_is_paid_once");
}

TEST_F(DeliveryBookTest, NoticesARefundOfLessThanWasMissed) {
  meter(50, 150);
  presume(0, 50, 150);
  settle(149, 50);
  EXPECT_EQ(spoke(), "what_was_missed_goes_back");
}

TEST_F(DeliveryBookTest, NoticesWhatIsToldTwice) {
  meter(50, 150);
  presume(0, 50, 150);
  books_.see(50, exchange::DeliveryTold{kFirst, 0, 30});
  books_.see(50, exchange::DeliveryTold{kFirst, 29, 40});
  EXPECT_EQ(spoke(), "delivered_is_paid_once");
}

// ---- Answers and rounds ------------------------------------------------------------------------

TEST(RoundBook, NoticesGapsAndGatesThatAreOpen) {
  const exchange::State state(exchange::testing::places_without_accounts(), 0);
  const auto verdict = [&](std::vector<exchange::OwnEvent> events) {
    RoundBook book(state.engine().posted());
    for (exchange::OwnEvent& event : events) book.see(std::move(event));
    return book.rounds_close_in_order(state).has_value();
  };
  EXPECT_FALSE(verdict({}));
  EXPECT_TRUE(verdict({exchange::GateClosed{2}}));
  EXPECT_TRUE(verdict({exchange::GateClosed{1}, exchange::GateClosed{1}}));
  exchange::RoundPublished published;
  published.round = 1;
  EXPECT_TRUE(verdict({published}));
}

// ---- Two orders, credit for one ----------------------------------------------------------------

class CreditForOne : public ::testing::Test {
 protected:
  using Answers = std::vector<exchange::Answer>;
  // A life of an exchange over the same journal.
  struct Life {
    explicit Life(journal::SimJournalDisk& disk, Answers& answers)
        : journal(disk, 1, {}),
          exchange(exchange::testing::places_without_accounts(), 0),
          sequencer(exchange, journal, {},
                    {[&answers](node::Token, const exchange::Answer& answer) {
                       answers.push_back(answer);
                     },
                     {}}) {
      EXPECT_TRUE(sequencer.recover().ok());
    }
    void ask(exchange::ParticipantId actor, exchange::Command command,
             exchange::CommandId id = {}) {
      sequencer.take(0, {id, 1, actor, std::move(command)}, 1);
    }
    journal::SimJournal journal;
    exchange::Exchange exchange;
    node::Sequencer sequencer;
  };
  journal::SimJournalDisk disk_;
  Answers answers_;
};

TEST_F(CreditForOne, ExactlyOneOfTwoOrdersInABatchIsAccepted) {
  const exchange::ParticipantId alice{1};
  const engine::LiveOrder order = engine::testing::small_order();
  const exchange::SubmitOrder submit{order, "job"};
  {
    Life life(disk_, answers_);
    life.ask(ledger::kHouse, exchange::OpenParticipant{"alice", {}, ledger::kHouse, Money()});
    life.ask(ledger::kHouse, exchange::SetRules{{.collar_percent = 0}});
    life.ask(ledger::kHouse,
             exchange::Deposit{{alice, ledger::Purpose::kCash}, Money(order.value * 2 - 1), 7});
    life.ask(alice, submit, {1});
    life.ask(alice, submit, {2});
    EXPECT_TRUE(answers_.empty()) << "nobody hears anything before it is durable";
    ASSERT_TRUE(life.sequencer.flush().ok());
  }
  Life again(disk_, answers_);
  again.ask(alice, submit, {2});
  again.ask(alice, submit, {1});
  ASSERT_TRUE(again.sequencer.flush().ok());
  ASSERT_EQ(answers_.size(), 7U);
  EXPECT_EQ(answers_[3].code, Code::kDone);
  EXPECT_EQ(answers_[4].code, Code::kNoMoney);
  EXPECT_EQ(answers_[5].code, Code::kNoMoney);
  EXPECT_EQ(answers_[6].code, Code::kDone);
  EXPECT_TRUE(answers_[5].repeated && answers_[6].repeated);
  EXPECT_EQ(again.exchange.state().live_orders(), 1U);
}

}  // namespace
}  // namespace tongsuan::simulation
