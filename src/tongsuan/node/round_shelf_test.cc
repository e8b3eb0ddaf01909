// Questions about closed rounds: against clearings of the same books, and on a node that restarts.
#include "tongsuan/node/round_shelf.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <thread>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/text.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/exchange/exchange_fixture.h"
#include "tongsuan/journal/sim_journal.h"
#include "tongsuan/node/blobs.h"
#include "tongsuan/node/market_driver.h"
#include "tongsuan/node/node.h"
#include "tongsuan/node/node_fixture.h"

namespace tongsuan::node {
namespace {

using engine::LiveOrder;
using exchange::Code;
using exchange::testing::cash;
using exchange::testing::kAlice;
using exchange::testing::kEast;
using exchange::testing::kWest;
using ledger::kHouse;
using Why = Refused::Why;

const Digest kSecret = sha256("a secret of the tests");

LiveOrder random_order(Random& random, Second now) {
  LiveOrder order;
  order.latest_start = now + random.between(0, 500);
  order.ways = {
      {ClassId{0}, static_cast<std::uint32_t>(random.between(1, 8)), random.between(20, 260)}};
  if (random.below(3) == 0) {
    order.ways.push_back(
        {ClassId{1}, static_cast<std::uint32_t>(random.between(1, 4)), random.between(20, 260)});
  }
  if (random.below(3) == 0) order.hubs = {HubId{static_cast<std::uint32_t>(random.below(2))}};
  const LiveOrder& known = order;
  order.value = random.between(1, 3) * known.ways[0].gang * known.ways[0].estimate;
  if (random.below(2) == 0) order.delay_cost = random.between(0, 20) * known.value;
  if (random.below(4) == 0) order.grace = random.between(0, 400);
  return order;
}

// An exchange whose rounds are cleared at once; nothing is dispatched in between.
struct Market0 {
  exchange::Exchange exchange{exchange::testing::places_without_accounts(), 0};
  exchange::Output output;
  Second now = 0;
  Index index;
  RoundShelf shelf{[this](const std::function<void(const View&)>& see) {
                     see({exchange.state(), index, exchange.sequence()});
                   },
                   {.secret = kSecret, .blob = {}}};

  Market0() {
    for (const char* name : {"east-supplier", "west-supplier"}) {
      must(kHouse, exchange::OpenParticipant{name, exchange::Role::kHub, kHouse, Money()});
    }
    must(kHouse, exchange::OpenParticipant{"alice", exchange::Role::kParticipant, kHouse, Money()});
    must(kHouse, exchange::AssignHub{HubId{0}, kEast});
    must(kHouse, exchange::AssignHub{HubId{1}, kWest});
    must(kHouse, exchange::Deposit{cash(kAlice), Money(1'000'000'000), 7});
    must(kHouse, exchange::SetRules{{.round = 50, .lock = 0, .collar_percent = 0}});
  }
  Code ask(exchange::ParticipantId actor, exchange::Command command) {
    exchange.execute(now, {{}, 0, actor, std::move(command)}, output);
    return output.answer.code;
  }
  void must(exchange::ParticipantId actor, exchange::Command command) {
    ASSERT_EQ(ask(actor, std::move(command)), Code::kDone);
  }
  rolling::RoundInputs inputs() const {
    rolling::RoundInputs inputs;
    inputs.round = exchange.state().engine().round() + 1;
    inputs.grid = {now, 50, 8};
    for (std::uint32_t i = 0; i < exchange.state().engine().order_count(); ++i) {
      inputs.orders.push_back(OrderId{i});
    }
    inputs.key = rolling::round_key(kSecret, inputs.round);
    return inputs;
  }
  std::shared_ptr<const rolling::ClearedRound> clear() const {
    rolling::RoundLimits limits;
    limits.work_units = 20'000;
    return rolling::clear_round(rolling::freeze(exchange.state().engine(), {}, inputs()), limits);
  }
  std::shared_ptr<const rolling::ClearedRound> close_round() {
    must(kHouse, exchange::CloseGate{exchange.state().engine().round() + 1});
    auto cleared = clear();
    shelf.keep(cleared);
    exchange::CloseRound close;
    close.outcome = exchange::RoundOutcome::kCleared;
    close.what.round = cleared->round;
    close.what.root = cleared->root;
    close.what.certificate = cleared->certificate_digest;
    close.what.posted = {3'600, 3'600, 3'600};
    must(kHouse, std::move(close));
    return cleared;
  }
};

struct Tally {
  int placed = 0, refused = 0, missed = 0, proven = 0;
};

int128 welfare_of(const rolling::ClearedRound& round) {
  return round.clearing->verified.certificate().welfare;
}

bool is_optimal(const rolling::ClearedRound& round) {
  return round.clearing->free_welfare == round.clearing->free_bound &&
         welfare_of(round) == round.clearing->free_welfare;
}

bool has_award(const rolling::ClearedRound& round, OrderId order) {
  return std::ranges::any_of(
      round.by_order, [&](const rolling::RoundAward& award) { return award.where.order == order; });
}

// The order is quoted, then comes, and the book is cleared with it, as of the same second.
void compare(Market0& market, const rolling::ClearedRound& before, LiveOrder order, Tally& tally) {
  const Told<Quote> quote = market.shelf.quote(order, market.now, {.counterfactuals = false});
  const Code came = market.ask(kAlice, exchange::SubmitOrder{order, ""});
  if (!quote.ok()) {
    if (quote.error().why == Why::kBadOrder) {
      ASSERT_NE(came, Code::kDone) << quote.error().what;
    }
    return;
  }
  if (came != Code::kDone || !quote.value().round) return;
  const Explained& told = *quote.value().round;
  ASSERT_EQ(told.round, 1U);
  ASSERT_EQ(told.at, market.now);
  const auto after = market.clear();
  ASSERT_TRUE(after->clearing);
  const OrderId id{market.exchange.state().engine().order_count() - 1};
  const bool awarded = has_award(*after, id);
  if (!is_optimal(before) || !is_optimal(*after)) return;
  ++tally.proven;
  if (told.reason == clearing::Reason::kPlaced) {
    ++tally.placed;
    ASSERT_TRUE(told.placed);
    ASSERT_LE(told.placed->cost, told.placed->value);
    // With it the others and it have more together: every best outcome has it.
    ASSERT_TRUE(awarded);
    ASSERT_GT(welfare_of(*after), welfare_of(before));
  } else {
    ++tally.refused;
    ASSERT_FALSE(told.placed);
    tally.missed += awarded && welfare_of(*after) > welfare_of(before);
  }
}

// What a quote says is what a clearing of the book with that order does, wherever both rounds are
// proven to be the best ones.
TEST(RoundShelfProperty, QuotesAreWhatAClearingWithTheOrderDoes) {
  Tally tally;
  for (std::uint64_t seed = 1; seed <= many_seeds(120); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Market0 market;
    const std::uint64_t count = random.below(7) + 1;
    for (std::uint64_t i = 0; i < count; ++i) {
      market.ask(kAlice, exchange::SubmitOrder{random_order(random, 0), ""});
    }
    const auto before = market.close_round();
    if (!before->clearing) continue;
    compare(market, *before, random_order(random, 0), tally);
    if (::testing::Test::HasFatalFailure()) return;
  }
  RecordProperty("placed", tally.placed);
  RecordProperty("missed", tally.missed);
  EXPECT_GT(tally.placed, tally.proven / 10);
  EXPECT_GT(tally.refused, tally.proven / 20);
  EXPECT_GT(tally.proven, 20);
  EXPECT_LE(tally.missed * 20, tally.proven) << "of " << tally.proven;
}

// ---- On a node ---------------------------------------------------------------------------------

// The simulated journal for more than one thread.
class LockedJournal final : public journal::Journal {
 public:
  explicit LockedJournal(journal::SimJournalDisk& disk) : journal_(disk, 1, {}) {}
  template <class Call>
  auto with(Call call) {
    const std::lock_guard lock(mutex_);
    return call();
  }
  journal::Answer<journal::Opened> open() override {
    return with([&] { return journal_.open(); });
  }
  journal::Answer<std::uint64_t> append(const journal::NewBatch& batch) override {
    return with([&] { return journal_.append(batch); });
  }
  journal::Answer<Done> check_owner() override {
    return with([&] { return journal_.check_owner(); });
  }
  journal::Answer<Done> read(std::uint64_t from, const journal::BatchVisitor& visit) override {
    return with([&] { return journal_.read(from, visit); });
  }
  journal::Answer<journal::Snapshot> stamp_snapshot(std::uint64_t sequence,
                                                    const Digest& state) override {
    return with([&] { return journal_.stamp_snapshot(sequence, state); });
  }
  journal::Answer<Done> store_snapshot(const journal::Snapshot& stamped) override {
    return with([&] { return journal_.store_snapshot(stamped); });
  }
  journal::Answer<journal::Snapshot> read_snapshot() override {
    return with([&] { return journal_.read_snapshot(); });
  }
  journal::Answer<Digest> put_blob(std::string_view bytes) override {
    return with([&] { return journal_.put_blob(bytes); });
  }
  journal::Answer<std::string> read_blob(const Digest& hash) override {
    return with([&] { return journal_.read_blob(hash); });
  }

 private:
  std::mutex mutex_;
  journal::SimJournal journal_;
};

class RoundShelfTest : public testing::WithNode {
 protected:
  void start() {
    journal_ = std::make_unique<LockedJournal>(disk_);
    NodeOptions options;
    options.shelf.secret = kSecret;
    options.shelf.rounds_max = 2;
    options.shelf.blob = [this](const Digest& hash) { return journal_->read_blob(hash); };
    options.time_text = [](Second second) {
      return "2026-11-27T00:" + padded(static_cast<std::uint64_t>(second / 60), 2) + ":" +
             padded(static_cast<std::uint64_t>(second % 60), 2) + "+08:00";
    };
    node_ = std::make_unique<Node>(
        Genesis{exchange::testing::places_without_accounts(), 0}, *journal_, clock_,
        std::make_unique<MarketDriver>(engine::Energy(), live_rules()), options);
    ASSERT_TRUE(node_
                    ->start([](const journal::Failure& failure) {
                      ADD_FAILURE() << journal::to_string(failure);
                    })
                    .ok());
  }
  void restart() {
    node_->stop();
    start();
  }
  void open() {
    start();
    for (const char* name : {"east-supplier", "west-supplier"}) {
      must(kHouse, exchange::OpenParticipant{name, exchange::Role::kHub, kHouse, Money()});
    }
    must(kHouse, exchange::OpenParticipant{"alice", exchange::Role::kParticipant, kHouse, Money()});
    must(kHouse, exchange::AssignHub{HubId{0}, kEast});
    must(kHouse, exchange::AssignHub{HubId{1}, kWest});
    must(kHouse, exchange::Deposit{cash(kAlice), Money(1'000'000'000), 7});
    must(kHouse, exchange::SetRules{{.round = 50, .lock = 0}});
  }
  [[nodiscard]] static LiveOrder order(std::uint32_t gang, std::int64_t price = 4) {
    LiveOrder order;
    order.latest_start = 100'000;
    order.ways = {{ClassId{0}, gang, 100}};
    order.value = price * gang * 100;
    return order;
  }
  OrderId submit(std::uint32_t gang, std::int64_t price = 4) {
    return OrderId{static_cast<std::uint32_t>(
        must(kAlice, exchange::SubmitOrder{order(gang, price), "mine"}))};
  }
  void wait_for_round(std::uint64_t round) {
    for (int i = 0; i < 5'000; ++i) {
      bool closed = false;
      node_->read([&](const View& view) { closed = view.state.round(round) != nullptr; });
      if (closed) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    FAIL() << "the round never closed";
  }
  // Five orders that start and four that wait, and the gate.
  std::vector<OrderId> first_round() {
    std::vector<OrderId> orders;
    for (int i = 0; i < 9; ++i) orders.push_back(submit(4, 3 + i % 3));
    clock_.set(50);
    wait_for_round(1);
    return orders;
  }
  [[nodiscard]] std::string book_text(std::uint64_t round) {
    Digest name{};
    node_->read([&](const View& view) { name = view.state.round(round)->book_text; });
    return read_text(name, [&](const Digest& hash) { return journal_->read_blob(hash); }).value();
  }
  RoundShelf& shelf() { return node_->shelf(); }
};

std::string told(const Told<WhyAnswer>& answer) {
  if (!answer.ok()) return refused_name(answer.error().why);
  std::string text = standing_name(answer.value().standing);
  if (!answer.value().explained) return text;
  const Explained& explained = *answer.value().explained;
  text += std::string(" ") + clearing::reason_name(explained.reason);
  for (const HubCost& hub : explained.hubs) {
    text += " " + hub.place.hub + "@" + std::to_string(hub.place.start) + "=" +
            std::to_string(hub.place.cost.raw());
  }
  for (const Advice& advice : explained.changes) text += " +" + std::to_string(advice.more.raw());
  return text;
}

TEST_F(RoundShelfTest, OrdersAreExplainedAlsoAfterARestart) {
  open();
  const std::vector<OrderId> orders = first_round();
  const OrderId late = submit(4);
  std::map<std::uint32_t, std::string> before;
  int in_book = 0, started = 0;
  for (const OrderId id : orders) {
    const Told<WhyAnswer> why = shelf().why(id, 1);
    ASSERT_TRUE(why.ok()) << why.error().what;
    in_book += why.value().standing == Standing::kInBook;
    started += why.value().standing == Standing::kStarted;
    ASSERT_EQ(why.value().explained.has_value(), why.value().standing == Standing::kInBook);
    if (why.value().standing == Standing::kStarted) {
      ASSERT_TRUE(why.value().fate.place);
      EXPECT_EQ(why.value().fate.place->start, 0);
      EXPECT_EQ(why.value().fate.place->cost, Money(400)) << "one micro-yuan for a device-second";
    }
    before[id.value] = told(why);
  }
  EXPECT_EQ(started, 5);
  EXPECT_EQ(in_book, 4);
  const Told<WhyAnswer> after_gate = shelf().why(late, 1);
  ASSERT_TRUE(after_gate.ok());
  EXPECT_EQ(after_gate.value().standing, Standing::kAfterGate);
  EXPECT_EQ(after_gate.value().text,
            "it came after the gate of round 1: it is in the book of the next round");
  restart();
  for (const OrderId id : orders) EXPECT_EQ(told(shelf().why(id)), before[id.value]);
}

TEST_F(RoundShelfTest, QuotesAreAsOfTheLastClearedRound) {
  open();
  const Told<Quote> none = shelf().quote(order(4), 0);
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none.value().round);
  ASSERT_TRUE(none.value().now) << "everything is free";
  EXPECT_EQ(none.value().now->cost, Money(400));
  first_round();
  clock_.set(60);
  const Told<Quote> poor = shelf().quote(order(4, 1), 60);
  ASSERT_TRUE(poor.ok()) << poor.error().what;
  EXPECT_FALSE(poor.value().now) << "everything is taken";
  ASSERT_TRUE(poor.value().round);
  EXPECT_EQ(poor.value().last_round, 1U);
  EXPECT_EQ(poor.value().round->round, 1U);
  EXPECT_EQ(poor.value().round->at, 50);
  EXPECT_NE(poor.value().round->reason, clearing::Reason::kPlaced);
  ASSERT_FALSE(poor.value().round->hubs.empty());
  const auto& changes = poor.value().round->changes;
  const auto raise = std::ranges::find(changes, clearing::ChangeKind::kLimit, &Advice::kind);
  ASSERT_NE(raise, changes.end());
  // What it says places the order.
  LiveOrder better = order(4, 1);
  better.value = raise->place.value.raw();
  const Told<Quote> rich = shelf().quote(better, 60);
  ASSERT_TRUE(rich.ok());
  ASSERT_TRUE(rich.value().round->placed);
  EXPECT_EQ(rich.value().round->placed->cost, raise->place.cost);
  restart();
  const Told<Quote> again = shelf().quote(better, 60);
  ASSERT_TRUE(again.ok()) << again.error().what;
  ASSERT_TRUE(again.value().round->placed);
  EXPECT_EQ(again.value().round->placed->cost, raise->place.cost);
  EXPECT_EQ(again.value().round->placed->start, rich.value().round->placed->start);
  // Orders that the exchange would not take, or not now.
  EXPECT_EQ(shelf().quote({}, 60).error().why, Why::kBadOrder);
  EXPECT_EQ(shelf().quote(order(1'000), 60).error().why, Why::kBadOrder);
  LiveOrder far = order(1);
  far.not_before = far.latest_start = 2'000'000'000;
  EXPECT_EQ(shelf().quote(far, 60).error().why, Why::kOutOfReach);
}

TEST_F(RoundShelfTest, AnOrderIsProvenToStandInTheBookThatIsPublished) {
  open();
  const std::vector<OrderId> orders = first_round();
  const std::string text = book_text(1);
  EXPECT_EQ(text.find("alice"), std::string::npos);
  EXPECT_NE(text.find("2026-11-27T00:00:50+08:00"), std::string::npos);
  const codec::ReadReport book = codec::read_market(text, "book");
  ASSERT_TRUE(book.ok());
  int proven = 0;
  for (const bool again : {false, true}) {
    if (again) restart();
    for (const OrderId id : orders) {
      const Told<Proof> proof = shelf().proof(id, 1);
      if (!proof.ok()) {
        EXPECT_EQ(proof.error().why, Why::kNotInBook);
        EXPECT_NE(proof.error().what.find("dispatch started it"), std::string::npos);
        continue;
      }
      ++proven;
      EXPECT_TRUE(market::includes(proof.value().root, proof.value().leaf, proof.value().proof));
      EXPECT_EQ(proof.value().root, market::root(book.market));
      const std::uint32_t at = book.market.order_names.find_sorted(proof.value().pseudonym);
      ASSERT_NE(at, kNone);
      EXPECT_EQ(proof.value().leaf, market::order_bytes(book.market, OrderId{at}));
      EXPECT_EQ(shelf().pseudonym(id, 1).value(), proof.value().pseudonym);
      EXPECT_EQ(proof.value().pseudonym.size(), 25U);
    }
  }
  EXPECT_EQ(proven, 8);
}

TEST_F(RoundShelfTest, OlderRoundsAreReadBackAndChecked) {
  open();
  const std::vector<OrderId> orders = first_round();
  const OrderId waits = orders[3];  // 3 a device: behind those that pay more
  for (std::uint64_t round = 2; round <= 4; ++round) {
    submit(4);
    clock_.set(static_cast<Second>(50 * round));
    wait_for_round(round);
  }
  std::vector<std::string> names;
  for (std::uint64_t round = 1; round <= 4; ++round) {
    for (const OrderId id : orders) {
      const Told<std::string> name = shelf().pseudonym(id, round);
      if (name.ok()) names.push_back(name.value());
    }
  }
  EXPECT_GT(names.size(), 4U);
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end()) << "a name of two rounds";
  // Bad questions.
  EXPECT_EQ(shelf().why(waits, 9).error().why, Why::kNotClosed);
  EXPECT_EQ(shelf().why(waits, 0).error().why, Why::kUnknownRound);
  EXPECT_EQ(shelf().why(OrderId{999}, 1).error().why, Why::kUnknownOrder);
  EXPECT_EQ(shelf().proof(OrderId{999}, 1).error().why, Why::kUnknownOrder);
  // A text that is lost or changed.
  Digest name{};
  node_->read([&](const View& view) { name = view.state.round(1)->certificate_text; });
  node_->stop();
  const std::string kept = disk_.blobs.at(name);
  disk_.blobs.erase(name);
  start();
  EXPECT_EQ(shelf().why(waits, 1).error().why, Why::kNoText);
  EXPECT_TRUE(shelf().why(waits, 2).ok()) << "the others are not";
  node_->stop();
  disk_.blobs[name] = std::string(kept.size(), 'x');
  start();
  EXPECT_EQ(shelf().proof(waits, 1).error().why, Why::kNoText);
  node_->stop();
  disk_.blobs[name] = kept;
  start();
  EXPECT_TRUE(shelf().why(waits, 1).ok());
}

// Several threads ask at once, and all get the same.
TEST_F(RoundShelfTest, ManyAskAtOnce) {
  open();
  const std::vector<OrderId> orders = first_round();
  restart();
  std::vector<std::string> answers(4);
  std::vector<std::thread> threads;
  for (std::string& answer : answers) {
    threads.emplace_back([&] {
      for (const OrderId id : orders) {
        answer += told(shelf().why(id));
        const Told<Quote> quote = shelf().quote(order(2), 60);
        answer += quote.ok() && quote.value().round->placed ? "+" : "-";
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& answer : answers) EXPECT_EQ(answer, answers.front());
}

TEST_F(RoundShelfTest, ARoundWithoutAClearingSaysSo) {
  open();
  const OrderId id = submit(1);  // it starts, and nothing waits
  EXPECT_EQ(told(shelf().why(id)), "started");
  clock_.set(50);
  wait_for_round(1);
  const Told<WhyAnswer> why = shelf().why(id, 1);
  ASSERT_FALSE(why.ok());
  EXPECT_EQ(why.error().why, Why::kNotCleared);
  EXPECT_NE(why.error().what.find("no order waited"), std::string::npos);
  const Told<WhyAnswer> last = shelf().why(id);
  ASSERT_TRUE(last.ok()) << last.error().what;
  EXPECT_EQ(last.value().standing, Standing::kStarted);
  EXPECT_EQ(last.value().text.substr(0, 44), "it did not wait for round 1: dispatch starte");
}

}  // namespace
}  // namespace tongsuan::node
