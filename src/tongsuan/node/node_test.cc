#include "tongsuan/node/node.h"

#include <gtest/gtest.h>
#include <thread>

#include "tongsuan/exchange/exchange_fixture.h"
#include "tongsuan/journal/sim_journal.h"
#include "tongsuan/node/history.h"
#include "tongsuan/node/market_driver.h"
#include "tongsuan/node/node_fixture.h"
#include "tongsuan/node/recheck.h"

namespace tongsuan::node {
namespace {

using exchange::Code;
using exchange::ParticipantId;
using exchange::testing::cash;
using exchange::testing::kAlice;
using exchange::testing::kEast;
using ledger::kHouse;

class NodeTest : public testing::WithNode {
 protected:
  void start() {
    journal_ = std::make_unique<journal::SimJournal>(disk_, 1, journal::SimJournalFaults{});
    NodeOptions options;
    options.batch.state_every = 10;
    options.snapshot_every = snapshot_every_;
    options.owner_check = std::chrono::milliseconds(5);
    node_ = std::make_unique<Node>(
        Genesis{places(), 0}, *journal_, clock_,
        std::make_unique<MarketDriver>(engine::Energy(), live_rules(), forget_), options);
    const auto started = node_->start([this](const journal::Failure& failure) {
      if (!taken_over_) ADD_FAILURE() << journal::to_string(failure);
      EXPECT_EQ(failure.fault, journal::Fault::kFenced);
    });
    ASSERT_TRUE(started.ok()) << journal::to_string(started.error());
  }
  void restart() {
    node_->stop();
    start();
  }
  exchange::Answer ask(ParticipantId actor, exchange::Command command,
                       exchange::CommandId id = {}) {
    const auto answer = node_->ask({id, 0, actor, std::move(command)});
    EXPECT_TRUE(answer.ok());
    return answer.ok() ? answer.value() : exchange::Answer();
  }
  void must(ParticipantId actor, exchange::Command command) {
    const exchange::Answer answer = ask(actor, std::move(command));
    EXPECT_EQ(answer.code, Code::kDone) << code_name(answer.code);
  }
  void open() {
    start();
    for (const char* name : {"east", "west"}) {
      must(kHouse, exchange::OpenParticipant{name, exchange::Role::kHub, kHouse, Money()});
    }
    must(kHouse, exchange::OpenParticipant{"alice", exchange::Role::kParticipant, kHouse, Money()});
    must(kHouse, exchange::AssignHub{HubId{0}, kEast});
    must(kHouse, exchange::AssignHub{HubId{1}, ParticipantId{2}});
    must(kHouse, exchange::Deposit{cash(ParticipantId{3}), Money(1'000'000'000), 7});
  }
  [[nodiscard]] engine::LiveOrder order(std::uint32_t gang) const {
    engine::LiveOrder order;
    order.latest_start = 100'000;
    order.value = 400 * gang;
    order.ways = {{ClassId{0}, gang, 100}};
    return order;
  }
  // Until one round is cleared and closed; then the node has stopped.
  void play_a_round() {
    open();
    must(kHouse, exchange::SetRules{{.round = 50, .lock = 5}});
    for (int i = 0; i < 9; ++i) must(ParticipantId{3}, exchange::SubmitOrder{order(4), ""});
    clock_.set(50);
    wait([](const View& view) { return view.state.rounds().size() == 1; });
    node_->stop();
  }
  journal::Answer<Rechecked> recheck_all(bool from_snapshot = false) {
    exchange::Exchange fresh(places(), 0);
    return recheck(*journal::sim_reader(disk_), fresh, {.from_snapshot = from_snapshot},
                   market::Workers());
  }
  // Until the reader's state is as `done` wants it.
  void wait(const std::function<bool(const View&)>& done) {
    for (int i = 0; i < 5'000; ++i) {
      bool is_done = false;
      node_->read([&](const View& view) { is_done = done(view); });
      if (is_done) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    FAIL() << "it never came";
  }

  std::uint64_t snapshot_every_ = 500'000;
  std::atomic<bool> taken_over_ = false;
  ForgetRules forget_;
};

TEST_F(NodeTest, AnOrderStartsByItselfAndIsPaid) {
  open();
  const exchange::Answer answer = ask(ParticipantId{3}, exchange::SubmitOrder{order(2), "train"});
  EXPECT_EQ(answer.code, Code::kDone);
  wait([](const View& view) { return view.state.engine().contract_count() == 1; });
  clock_.set(60);
  node_->read([&](const View& view) {
    const engine::Contract& contract = view.state.engine().contract(engine::ContractId{0});
    const HubId hub = view.state.engine().places().pools[contract.pool.value].hub;
    EXPECT_EQ(view.index.contracts_at(hub).size(), 1U);
    EXPECT_EQ(view.index.orders_of(ParticipantId{3}).size(), 1U);
  });
  must(kHouse, exchange::EndContract{engine::ContractId{0}});
  node_->read([&](const View& view) {
    const Money paid = view.state.money().balance(cash(kEast)) +
                       view.state.money().balance(cash(ParticipantId{2}));
    EXPECT_EQ(paid, Money(120)) << "two devices for sixty seconds";
  });
}

TEST_F(NodeTest, GatesCloseOnTimeAndRoundsAreCertified) {
  open();
  must(kHouse, exchange::SetRules{{.round = 50, .lock = 5}});
  // More than fits: some of it waits for the round.
  for (int i = 0; i < 9; ++i) must(ParticipantId{3}, exchange::SubmitOrder{order(4), ""});
  clock_.set(50);
  wait([](const View& view) { return view.state.rounds().size() == 1; });
  Digest book{}, certificate{};
  node_->read([&](const View& view) {
    const exchange::RoundRow& round = view.state.rounds().front();
    EXPECT_EQ(round.outcome, exchange::RoundOutcome::kCleared) << round.reason;
    EXPECT_GT(round.orders, 0U);
    EXPECT_GE(round.bound, round.welfare);
    book = round.book_text;
    certificate = round.certificate_text;
  });
  node_->stop();
  const auto blob = [&](const Digest& hash) { return journal_->read_blob(hash); };
  const auto text = read_text(certificate, blob);
  ASSERT_TRUE(text.ok());
  EXPECT_FALSE(text.value().empty());
  EXPECT_TRUE(read_text(book, blob).ok());
}

TEST_F(NodeTest, ItsHistoryCanBeGoneThroughAgain) {
  snapshot_every_ = 10;
  play_a_round();
  const auto seen = recheck_all();
  ASSERT_TRUE(seen.ok()) << journal::to_string(seen.error());
  EXPECT_EQ(seen.value().first, 1U);
  EXPECT_EQ(seen.value().last, journal::sim_reader(disk_)->head().value().sequence);
  EXPECT_EQ(seen.value().rounds, 1U);
  EXPECT_EQ(seen.value().verified, 1U);
  EXPECT_GT(seen.value().digests, 0U);
  const auto later = recheck_all(true);
  ASSERT_TRUE(later.ok()) << journal::to_string(later.error());
  EXPECT_GT(later.value().first, 1U);
  EXPECT_EQ(later.value().last, seen.value().last);
}

TEST_F(NodeTest, ACertificateThatDoesNotHoldIsFoundAgain) {
  play_a_round();
  const auto reader = journal::sim_reader(disk_);
  const auto round = find_round(*reader, 1).value();
  ASSERT_TRUE(round);
  EXPECT_FALSE(find_round(*reader, 2).value());
  RoundTexts texts = read_round_texts(*reader, *round).value();
  EXPECT_FALSE(texts.book.empty());
  // The certificate's text is one piece; whoever changes it changes the name of the piece, too.
  const Digest old = sha256(texts.certificate);
  ASSERT_EQ(disk_.blobs.count(old), 1U);
  disk_.blobs[old].back() = ' ';
  const auto broken = recheck_all();
  ASSERT_FALSE(broken.ok());
  EXPECT_NE(broken.error().context.find("round 1, command"), std::string::npos);
  disk_.blobs[old] = texts.certificate;
  EXPECT_TRUE(recheck_all().ok());
}

TEST_F(NodeTest, AnEmptyMarketHasEmptyRounds) {
  open();
  clock_.set(900);
  wait([](const View& view) { return view.state.rounds().size() == 1; });
  node_->read([&](const View& view) {
    EXPECT_EQ(view.state.rounds().front().outcome, exchange::RoundOutcome::kEmpty);
  });
}

TEST_F(NodeTest, ARestartForgetsNothing) {
  open();
  for (int i = 0; i < 9; ++i) must(ParticipantId{3}, exchange::SubmitOrder{order(4), ""});
  const exchange::CommandId id{9};
  const exchange::Answer first = ask(ParticipantId{3}, exchange::SubmitOrder{order(1), ""}, id);
  wait([](const View& view) { return view.state.engine().contract_count() > 3; });
  restart();
  const exchange::Answer again = ask(ParticipantId{3}, exchange::SubmitOrder{order(1), ""}, id);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.value, first.value);
  EXPECT_EQ(again.sequence, first.sequence);
  node_->read([&](const View& view) {
    EXPECT_EQ(view.state.engine().order_count(), 10U);
    EXPECT_EQ(exchange::testing::wrong_money(view.state), "");
  });
  // Dispatch goes on where it was.
  clock_.set(50);
  must(kHouse, exchange::EndContract{engine::ContractId{0}});
  wait([](const View& view) { return view.state.engine().contract_count() > 4; });
}

// Nothing is written that would tell it.
TEST_F(NodeTest, WhoeverLosesTheJournalKnowsItUnasked) {
  open();
  EXPECT_FALSE(node_->fenced());
  taken_over_ = true;
  journal::SimJournal next(disk_, 2, journal::SimJournalFaults{});
  ASSERT_TRUE(next.open().ok());
  for (int i = 0; i < 4'000 && !node_->fenced(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_TRUE(node_->fenced());
  const std::size_t batches = disk_.batches.size();
  EXPECT_FALSE(node_->ask({{}, 0, kHouse, exchange::Deposit{cash(kAlice), Money(5), 8}}).ok());
  node_->stop();
  EXPECT_EQ(disk_.batches.size(), batches) << "it writes nothing any more";
}

TEST_F(NodeTest, ARestartBeginsWithTheLastSnapshot) {
  snapshot_every_ = 20;
  open();
  for (int i = 0; i < 40; ++i) must(ParticipantId{3}, exchange::SubmitOrder{order(4), "job"});
  wait([&](const View&) { return node_->figures().snapshots > 0; });
  node_->stop();
  ASSERT_FALSE(disk_.snapshots.empty());
  start();
  for (int i = 0; i < 40; ++i) must(ParticipantId{3}, exchange::SubmitOrder{order(4), "job"});
  node_->read([&](const View& view) {
    EXPECT_EQ(view.state.engine().order_count(), 80U);
    EXPECT_EQ(view.state.order_name(OrderId{3}), "job");
    EXPECT_EQ(exchange::testing::wrong_money(view.state), "");
  });
}

// Thousands of orders come and go; what is kept of them is bounded, and the journal has them all.
TEST_F(NodeTest, WhatEndedLongAgoIsForgotten) {
  forget_ = {.ended_min = 50, .ended_max = 400, .age = 20, .step = 10, .pause = 5};
  snapshot_every_ = 700;
  open();
  const ParticipantId alice{3};
  engine::LiveOrder later = order(1);
  later.not_before = 90'000;
  must(alice, exchange::SubmitOrder{later, "waits"});
  std::uint32_t most = 0, most_listed = 0;
  for (int i = 1; i <= 2'000; ++i) {
    const exchange::Answer sent = ask(alice, exchange::SubmitOrder{order(4), "job"});
    ASSERT_EQ(sent.code, Code::kDone);
    must(alice, exchange::CancelOrder{OrderId{static_cast<std::uint32_t>(sent.value)}});
    clock_.set(i / 10);
    if (i % 50 != 0) continue;
    node_->read([&](const View& view) {
      most = std::max(most, view.state.engine().orders().kept());
      most_listed = std::max<std::uint32_t>(
          most_listed, static_cast<std::uint32_t>(view.index.orders_of(alice).size()));
      EXPECT_EQ(view.index.orders_of(alice).size(), view.state.engine().orders().kept());
    });
    if (i == 1'000) restart();
  }
  EXPECT_LT(most, 600U);
  EXPECT_EQ(most_listed, most);
  node_->read([&](const View& view) {
    const engine::State& state = view.state.engine();
    EXPECT_EQ(state.order_count(), 2'001U);
    EXPECT_TRUE(state.is_forgotten(OrderId{1}));
    EXPECT_TRUE(state.knows(OrderId{0}));
    EXPECT_TRUE(state.knows(OrderId{2'000}));
    EXPECT_LE(state.orders().chunks_kept(), 4U);
    EXPECT_EQ(view.index.sequence_of(OrderId{1}), 0U);
    EXPECT_EQ(exchange::testing::wrong_money(view.state), "");
  });
  EXPECT_EQ(ask(alice, exchange::CancelOrder{OrderId{1}}).code, Code::kUnknown);
  must(alice, exchange::CancelOrder{OrderId{0}});
  node_->stop();
  const auto reader = journal::sim_reader(disk_);
  History history(places(), 0, *reader);
  const auto story = history.story(Subject{1, {}, {}, {}}, {.first = 1, .last = 100});
  ASSERT_TRUE(story.ok());
  EXPECT_GE(story.value().lines.size(), 3U);
  const auto then = history.as_of(story.value().lines.back().sequence);
  ASSERT_TRUE(then.ok());
  EXPECT_TRUE(then.value()->view().state.engine().knows(OrderId{1}));
  EXPECT_TRUE(recheck_all().ok());
}

TEST_F(NodeTest, AFullQueueSaysSo) {
  open();
  std::vector<Node::Request> many(70'000);
  EXPECT_EQ(node_->submit(std::move(many)), Accepted::kBusy);
  node_->stop();
  EXPECT_EQ(node_->submit(exchange::Request(), [](const exchange::Answer&) {}),
            Accepted::kStopping);
}

}  // namespace
}  // namespace tongsuan::node
