#include "tongsuan/node/history.h"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>

#include "tongsuan/base/random.h"
#include "tongsuan/exchange/exchange_fixture.h"
#include "tongsuan/exchange/snapshot.h"
#include "tongsuan/journal/embedded_journal.h"
#include "tongsuan/journal/sim_journal.h"
#include "tongsuan/node/sequencer.h"

namespace tongsuan::node {
namespace {

using exchange::Code;
using exchange::Command;
using exchange::testing::cash;
using exchange::testing::kAlice;
using exchange::testing::kBob;
using exchange::testing::kEast;
using exchange::testing::kWest;
using exchange::testing::margin;
using exchange::testing::places_without_accounts;
using ledger::kHouse;
using ledger::Purpose;

// A busy little exchange, with a note of what was true after every command.
class Market {
 public:
  Market(journal::Journal& journal, std::uint64_t seed)
      : journal_(journal),
        random_(seed),
        exchange_(places_without_accounts(), 0),
        sequencer_(exchange_, journal, {.records = 7, .state_every = 20},
                   {.answer = {},
                    .publish = [this](std::span<const Durable> records,
                                      const std::optional<Digest>& state) {
                      // Asking for the digest has moved the state's chain of digests.
                      if (state) states_[records.back().sequence] = bytes_of(exchange_.state());
                      if (state && wanted_) write(records.back().sequence, *state);
                    }}) {
    EXPECT_TRUE(sequencer_.recover().ok());
    for (const char* name : {"east-supplier", "west-supplier"}) {
      take(kHouse, exchange::OpenParticipant{name, exchange::Role::kHub, kHouse, Money()});
    }
    for (const char* name : {"alice", "bob"}) {
      take(kHouse, exchange::OpenParticipant{name, exchange::Role::kParticipant, kHouse, Money()});
    }
    take(kHouse, exchange::AssignHub{HubId{0}, kEast});
    take(kHouse, exchange::AssignHub{HubId{1}, kWest});
    for (const auto who : {kAlice, kBob}) {
      take(kHouse, exchange::Deposit{cash(who), Money(1'000'000), 7});
    }
    take(kHouse, exchange::Deposit{margin(kEast), Money(100'000), 8});
  }

  exchange::Answer take(exchange::ParticipantId who, Command command) {
    exchange::CommandId id{};
    id[0] = static_cast<std::uint8_t>(++asked_);
    id[1] = static_cast<std::uint8_t>(asked_ >> 8);
    id[15] = 1;
    const exchange::Answer answer =
        sequencer_.take(now_, {id, asked_, who, std::move(command)}, 0).answer;
    states_[exchange_.sequence()] = bytes_of(exchange_.state());
    seconds_[exchange_.sequence()] = now_;
    if (sequencer_.full()) flush();
    return answer;
  }
  void flush() {
    const auto flushed = sequencer_.flush();
    EXPECT_TRUE(flushed.ok());
  }
  // Goes on to the next command that may have one.
  void snapshot() {
    wanted_ = true;
    while (wanted_) act();
  }
  void write(std::uint64_t sequence, const Digest& state) {
    wanted_ = false;
    const auto written =
        journal_.write_snapshot({sequence, state, exchange::write_snapshot(exchange_.state())});
    EXPECT_TRUE(written.ok()) << journal::to_string(written.error());
  }

  // Anything that may happen, sensible or not.
  void act() {
    now_ += random_.between(0, 40);
    const exchange::ParticipantId who = random_.below(2) == 0 ? kAlice : kBob;
    const engine::State& engine = exchange_.state().engine();
    const auto one_of = [&](std::uint32_t count) {
      return static_cast<std::uint32_t>(random_.below(std::max(count, 1U)));
    };
    switch (random_.below(8)) {
      case 0:
        take(kHouse, exchange::Deposit{cash(who), Money(random_.between(1, 900)), ++payments_});
        break;
      case 1:
        take(kHouse, exchange::Withdraw{cash(who), Money(random_.between(1, 90)), ++payments_});
        break;
      case 2:
        take(who, exchange::Transfer{cash(who), margin(who), Money(random_.between(1, 90))});
        break;
      case 3:
        take(who, exchange::CancelOrder{OrderId{one_of(engine.order_count())}});
        break;
      case 4:
        take(kHouse, exchange::EndContract{engine::ContractId{one_of(engine.contract_count())}});
        break;
      case 5:
        take(kHouse, exchange::Dispatch{engine::StartOrder{OrderId{one_of(engine.order_count())},
                                                           0,
                                                           engine::PoolId{0},
                                                           {one_of(3)},
                                                           Price(3'600)}});
        break;
      default:
        take(who, exchange::SubmitOrder{order(), "job"});
    }
  }
  engine::LiveOrder order() {
    engine::LiveOrder order = engine::testing::small_order(1, now_);
    order.value = random_.between(200, 900);
    return order;
  }

  static Digest bytes_of(const exchange::State& state) {
    return sha256(exchange::write_snapshot(state));
  }
  [[nodiscard]] std::uint64_t sequence() const { return exchange_.sequence(); }
  [[nodiscard]] const exchange::State& state() const { return exchange_.state(); }

  journal::Journal& journal_;
  Random random_;
  exchange::Exchange exchange_;
  Sequencer sequencer_;
  Second now_ = 0;
  bool wanted_ = false;  // a snapshot, as soon as it may be
  std::uint64_t asked_ = 0, payments_ = 100;
  std::map<std::uint64_t, Digest> states_;
  std::map<std::uint64_t, Second> seconds_;
};

class HistoryTest : public ::testing::Test {
 protected:
  journal::SimJournalDisk disk_;
  std::unique_ptr<journal::Reader> reader_ = journal::sim_reader(disk_);
};

void expect_states(Market& market, History& history, int times) {
  Random random(9);
  for (int i = 0; i < times; ++i) {
    const std::uint64_t sequence = random.below(market.sequence() + 1);
    const auto past = history.as_of(sequence);
    ASSERT_TRUE(past.ok()) << journal::to_string(past.error());
    const View view = past.value()->view();
    EXPECT_EQ(view.sequence, sequence);
    if (sequence > 0) {
      EXPECT_EQ(Market::bytes_of(view.state), market.states_[sequence]);
    }
  }
}

TEST_F(HistoryTest, AStateOfThePastIsWhatItWas) {
  journal::SimJournal journal(disk_, 2, {});
  Market market(journal, 3);
  for (int i = 0; i < 200; ++i) market.act();
  market.snapshot();
  for (int i = 0; i < 150; ++i) market.act();
  market.snapshot();
  for (int i = 0; i < 50; ++i) market.act();
  market.flush();
  History history(places_without_accounts(), 0, *reader_);
  expect_states(market, history, 40);
  EXPECT_EQ(history.as_of(market.sequence() + 1).error().fault, journal::Fault::kNotFound);
  market.act();
  EXPECT_EQ(history.as_of(market.sequence()).error().fault, journal::Fault::kNotFound)
      << "not durable yet";
  market.flush();
  EXPECT_TRUE(history.as_of(market.sequence()).ok());
}

TEST_F(HistoryTest, AStateThatSomebodyHasStaysAsItIs) {
  journal::SimJournal journal(disk_, 2, {});
  Market market(journal, 3);
  for (int i = 0; i < 60; ++i) market.act();
  market.flush();
  History history(places_without_accounts(), 0, *reader_);
  const auto early = history.as_of(20).value();
  const auto later = history.as_of(50).value();
  EXPECT_EQ(Market::bytes_of(early->view().state), market.states_[20]);
  EXPECT_EQ(Market::bytes_of(later->view().state), market.states_[50]);
  EXPECT_EQ(history.as_of(20).value().get(), early.get()) << "it is kept";
}

TEST_F(HistoryTest, RefusesWhatWouldTakeTooLong) {
  journal::SimJournal journal(disk_, 2, {});
  Market market(journal, 3);
  for (int i = 0; i < 100; ++i) market.act();
  market.flush();
  History history(places_without_accounts(), 0, *reader_, {.replayed_max = 30});
  EXPECT_EQ(history.as_of(60).error().fault, journal::Fault::kInvalid);
  EXPECT_FALSE(history.as_of(60).error().hint.empty());
  EXPECT_TRUE(history.as_of(29).ok());
  EXPECT_TRUE(history.as_of(55).ok()) << "from the one that is kept";
}

TEST_F(HistoryTest, StatementsAddUpWhateverTheirPages) {
  journal::SimJournal journal(disk_, 2, {});
  Market market(journal, 4);
  for (int i = 0; i < 300; ++i) market.act();
  market.flush();
  History history(places_without_accounts(), 0, *reader_);
  const auto whole = history.statement(kAlice, {});
  ASSERT_TRUE(whole.ok()) << journal::to_string(whole.error());
  EXPECT_EQ(whole.value().opening, Balances{});
  EXPECT_EQ(whole.value().closing, market.state().money().participant(kAlice).balance);
  EXPECT_FALSE(whole.value().next);
  EXPECT_GT(whole.value().lines.size(), 100U);
  std::size_t lines = 0;
  Balances balance{};
  std::optional<std::uint64_t> next = 1;
  while (next) {
    const auto page = history.statement(kAlice, {.first = *next, .most = 40});
    ASSERT_TRUE(page.ok()) << journal::to_string(page.error());
    EXPECT_EQ(page.value().opening, balance);
    for (const MoneyLine& line : page.value().lines) {
      EXPECT_EQ(line.at, market.seconds_[line.sequence]);
      EXPECT_EQ(line.change, whole.value().lines[lines].change);
      EXPECT_EQ(line.order, whole.value().lines[lines].order);
      EXPECT_EQ(line.contract, whole.value().lines[lines].contract);
      ++lines;
    }
    balance = page.value().closing;
    next = page.value().next;
  }
  EXPECT_EQ(lines, whole.value().lines.size());
  EXPECT_EQ(balance, whole.value().closing);
}

TEST_F(HistoryTest, LinesSayWhatTheyAreFor) {
  journal::SimJournal journal(disk_, 2, {});
  Market market(journal, 5);
  const std::uint64_t before = market.sequence();
  const auto order = market.take(kAlice, exchange::SubmitOrder{market.order(), "train"});
  const OrderId id{static_cast<std::uint32_t>(order.value)};
  market.take(kHouse,
              exchange::Dispatch{engine::StartOrder{id, 0, engine::PoolId{0}, {0}, Price(3'600)}});
  market.now_ = 60;
  market.take(kHouse, exchange::EndContract{engine::ContractId{0}});
  market.flush();
  History history(places_without_accounts(), 0, *reader_);
  const auto page = history.statement(kAlice, {.first = before + 1}).value();
  ASSERT_GE(page.lines.size(), 4U);
  for (const MoneyLine& line : page.lines) EXPECT_EQ(line.order, id.value);
  EXPECT_EQ(page.lines[0].account, Purpose::kCash) << "what it may cost is set aside";
  EXPECT_EQ(page.lines[1].account, Purpose::kHold);
  Money paid;
  for (const MoneyLine& line : page.lines) {
    if (line.other == cash(kEast)) {
      EXPECT_EQ(line.contract, 0U);
      paid = paid + line.change;
    }
  }
  EXPECT_EQ(paid, Money(-60));
}

TEST_F(HistoryTest, StoriesAreWholeFromAnyPlace) {
  journal::SimJournal journal(disk_, 2, {});
  Market market(journal, 6);
  for (int i = 0; i < 250; ++i) market.act();
  market.flush();
  History history(places_without_accounts(), 0, *reader_);
  const engine::State& engine = market.state().engine();
  ASSERT_GT(engine.contract_count(), 0U);
  const OrderId order = engine.contract(engine::ContractId{0}).order;
  const auto story = history.story(Subject{order.value, {}, {}, {}}, {}).value();
  EXPECT_FALSE(story.next);
  int accepted = 0, started = 0, money = 0;
  for (const StoryLine& line : story.lines) {
    EXPECT_EQ(line.at, market.seconds_[line.sequence]);
    if (std::holds_alternative<exchange::MoneyEvent>(line.event)) ++money;
    const auto* happened = std::get_if<engine::Event>(&line.event);
    if (happened == nullptr) continue;
    accepted += std::holds_alternative<engine::OrderAccepted>(happened->what) ? 1 : 0;
    started += std::holds_alternative<engine::ContractStarted>(happened->what) ? 1 : 0;
  }
  EXPECT_EQ(accepted, 1);
  EXPECT_GE(started, 1);
  EXPECT_GE(money, 2) << "a hold and a right at least";
  // Page by page, and from the middle with what is known now.
  std::size_t lines = 0;
  StoryPage page{{}, 1, Subject{order.value, {}, {}, {}}};
  while (page.next) {
    page = history.story(page.subject, {.first = *page.next, .most = 1}).value();
    lines += page.lines.size();
  }
  EXPECT_EQ(lines, story.lines.size());
  const std::uint64_t middle = story.lines.back().sequence;
  const auto past = history.as_of(market.sequence()).value();
  const auto rest = history.story(subject_of(past->view(), order), {.first = middle}).value();
  EXPECT_EQ(rest.lines.back().sequence, middle);
  const auto contract = history.story(subject_of(past->view(), engine::ContractId{0}), {}).value();
  EXPECT_GE(contract.lines.size(), 2U);
}

TEST_F(HistoryTest, TransfersAreThoseOfTheParticipant) {
  journal::SimJournal journal(disk_, 2, {});
  Market market(journal, 7);
  for (int i = 0; i < 200; ++i) market.act();
  market.flush();
  History history(places_without_accounts(), 0, *reader_, {.scanned_max = 50});
  Money sum;
  std::optional<std::uint64_t> next = 1;
  int pages = 0;
  while (next) {
    const auto page = history.transfers(kBob, {.first = *next, .most = 5}).value();
    for (const TransferLine& line : page.lines) {
      EXPECT_TRUE(line.from.participant == kBob || line.to.participant == kBob);
      if (line.from.purpose == Purpose::kRail) sum = sum + line.amount;
      if (line.to.purpose == Purpose::kRail) sum = sum - line.amount;
      EXPECT_EQ(line.reference > 0, line.from.participant != line.to.participant);
      EXPECT_EQ(line.request[15], 1);
    }
    next = page.next;
    ++pages;
  }
  EXPECT_GT(pages, 4);
  History unbounded(places_without_accounts(), 0, *reader_);
  const auto statement = unbounded.statement(kBob, {.most = 9'999}).value();
  Money now;
  for (const Money each : market.state().money().participant(kBob).balance) now = now + each;
  for (const MoneyLine& line : statement.lines) {
    if (line.contract != kNone) now = now - line.change;
  }
  EXPECT_EQ(sum, now) << "what came and went, but for what was paid for contracts";
}

TEST_F(HistoryTest, FindsTheFirstCommandOfASecond) {
  journal::SimJournal journal(disk_, 2, {});
  Market market(journal, 8);
  for (int i = 0; i < 60; ++i) market.act();
  market.flush();
  History history(places_without_accounts(), 0, *reader_);
  for (Second at = 0; at < market.now_ + 2; at += 7) {
    std::uint64_t expected = 1;
    while (expected <= market.sequence() && market.seconds_[expected] < at) ++expected;
    EXPECT_EQ(history.first_at(at).value(), expected);
  }
}

TEST_F(HistoryTest, SaysWhichCommandIsWrong) {
  journal::SimJournal journal(disk_, 2, {});
  Market market(journal, 9);
  for (int i = 0; i < 100; ++i) market.act();
  market.flush();
  disk_.batches[8].bytes[120] ^= 1;
  History history(places_without_accounts(), 0, *reader_);
  const journal::Failure failure = history.as_of(market.sequence()).error();
  EXPECT_EQ(failure.fault, journal::Fault::kCorrupt);
  ASSERT_TRUE(failure.damage);
  EXPECT_EQ(failure.damage->sequence, disk_.batches[8].first);
  EXPECT_TRUE(history.as_of(disk_.batches[8].first - 1).ok()) << "what lies before is good";
}

TEST(EmbeddedHistory, ReadsAFolderThatIsInUse) {
  std::string place = std::filesystem::temp_directory_path().string() + "/tongsuan-history-XXXXXX";
  ASSERT_NE(mkdtemp(place.data()), nullptr);
  {
    const auto folder = journal::posix_folder(place), other = journal::posix_folder(place);
    journal::EmbeddedJournal journal(*folder, nullptr,
                                     {.make = true, .switches = {.no_sync = true}});
    Market market(journal, 3);
    for (int i = 0; i < 100; ++i) market.act();
    market.snapshot();
    for (int i = 0; i < 60; ++i) market.act();
    market.flush();
    const auto reader = std::move(journal::open_reader(*other)).value();
    History history(places_without_accounts(), 0, *reader);
    expect_states(market, history, 10);
    market.act();
    market.flush();
    EXPECT_TRUE(history.as_of(market.sequence()).ok());
  }
  std::filesystem::remove_all(place);
}

}  // namespace
}  // namespace tongsuan::node
