// Every refusal, provoked by one change to a command that is accepted.
#include <functional>
#include <gtest/gtest.h>

#include "tongsuan/engine/engine.h"
#include "tongsuan/engine/state_fixture.h"

namespace tongsuan::engine {
namespace {

using testing::small_order;
using testing::small_places;

// Order 0 runs on node 0 of pool 0 as contract 0, order 1 waits, order 2 waits for data.
class Decide : public ::testing::Test {
 protected:
  Decide() : engine_(small_places()) {
    accept(SubmitOrder{small_order(4)});
    accept(SubmitOrder{small_order(6)});
    LiveOrder with_data = small_order(2);
    with_data.data = 0;
    accept(SubmitOrder{with_data});
    accept(start(0, {0}));
  }

  static StartOrder start(std::uint32_t order, std::vector<std::uint32_t> nodes) {
    return {OrderId{order}, 0, PoolId{0}, std::move(nodes), Price(5)};
  }
  void accept(Command command, Second at = 10) {
    engine_.execute(at, std::move(command));
    ASSERT_FALSE(engine_.refusal()) << refusal_name(*engine_.refusal());
    ASSERT_EQ(testing::broken_invariant(engine_.state()), "");
  }
  void refuse(Refusal refusal, Command command, Second at = 10) {
    const std::string before = testing::Dump(engine_.state()).text();
    const bool submits = std::holds_alternative<SubmitOrder>(command);
    engine_.execute(at, std::move(command));
    ASSERT_TRUE(engine_.refusal()) << "not " << refusal_name(refusal);
    EXPECT_STREQ(refusal_name(*engine_.refusal()), refusal_name(refusal));
    if (!submits) {
      EXPECT_EQ(testing::Dump(engine_.state()).text(), before);
    }
  }
  using Change = std::function<void(LiveOrder&)>;
  void refuse_order(Refusal refusal, const Change& change) {
    LiveOrder order = small_order();
    change(order);
    const std::uint32_t id = engine_.state().order_count();
    refuse(refusal, SubmitOrder{order});
    ASSERT_EQ(engine_.state().order_count(), id + 1) << "a refused order keeps its number";
    EXPECT_EQ(engine_.state().order(OrderId{id}).state, OrderState::kRefused);
  }

  Engine engine_;
};

TEST_F(Decide, RefusesWhatIsNotThere) {
  refuse(Refusal::kUnknown, CancelOrder{OrderId{9}});
  refuse(Refusal::kUnknown, ExpireOrder{OrderId{9}});
  refuse(Refusal::kUnknown, ReportNodes{PoolId{3}, 0, 1, false});
  refuse(Refusal::kUnknown, ReportNodes{PoolId{0}, 1, 1, false});
  refuse(Refusal::kUnknown, ReportNodes{PoolId{0}, 2, 4, false});
  refuse(Refusal::kUnknown, ChangeAsk{PoolId{3}, Price(1)});
  refuse(Refusal::kUnknown, start(9, {1}));
  refuse(Refusal::kUnknown, start(1, {1, 3}));
  refuse(Refusal::kUnknown, StartOrder{OrderId{1}, 1, PoolId{0}, {1, 2}, Price(5)});
  refuse(Refusal::kUnknown, StartOrder{OrderId{1}, 0, PoolId{3}, {1, 2}, Price(5)});
  refuse(Refusal::kUnknown, EndContract{ContractId{1}});
  refuse(Refusal::kUnknown, ExtendContract{ContractId{1}, 500});
  refuse(Refusal::kUnknown, StartTransfer{1, LinkId{0}});
  refuse(Refusal::kUnknown, StartTransfer{0, LinkId{1}});
  refuse(Refusal::kUnknown, EndTransfer{1, HubId{1}});
  refuse(Refusal::kUnknown, EndTransfer{0, HubId{2}});
  refuse_order(Refusal::kUnknown, [](LiveOrder& order) { order.account = AccountId{1}; });
  refuse_order(Refusal::kUnknown, [](LiveOrder& order) { order.hubs = {HubId{2}}; });
  refuse_order(Refusal::kUnknown, [](LiveOrder& order) { order.home = 2; });
  refuse_order(Refusal::kUnknown, [](LiveOrder& order) { order.data = 1; });
  refuse_order(Refusal::kUnknown, [](LiveOrder& order) { order.ways[0].accelerator = ClassId{2}; });
}

TEST_F(Decide, RefusesNumbersOutsideTheirLimits) {
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.ways.clear(); });
  refuse_order(Refusal::kLimit,
               [](LiveOrder& order) { order.ways.assign(kWays + 1, order.ways[0]); });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.ways[0].gang = 0; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.ways[0].gang = kGangMax + 1; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.ways[0].estimate = 0; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.ways[0].estimate = kSecondsMax + 1; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.value = -1; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.value = kMoneyMax + 1; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.delay_cost = -1; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.delay_cost = kMoneyMax + 1; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.grace = -1; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.grace = kSecondsMax + 1; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.latest_start = -1; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.not_before = 1'001; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.not_before = -1; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.premium = -1; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.latest_start = kSecondsMax + 1; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.hubs = {HubId{1}, HubId{0}}; });
  refuse_order(Refusal::kLimit, [](LiveOrder& order) { order.hubs = {HubId{1}, HubId{1}}; });
  refuse(Refusal::kLimit, ChangeAsk{PoolId{0}, Price(-1)});
  refuse(Refusal::kLimit, ChangeAsk{PoolId{0}, Price(kPriceMax + 1)});
  refuse(Refusal::kLimit, StartOrder{OrderId{1}, 0, PoolId{0}, {1, 2}, Price(-1)});
  refuse(Refusal::kLimit, EndContract{ContractId{0}, EndReason::kFailed, kPpm + 1});
  CloseRound close;
  close.round = 1;
  refuse(Refusal::kLimit, close);
  close.posted = {1, -1, 1};
  refuse(Refusal::kLimit, close);
}

TEST_F(Decide, RefusesWorkToBecomeLess) {
  accept(EndContract{ContractId{0}, EndReason::kPreempted, 600'000});
  accept(start(0, {0}));
  refuse(Refusal::kLimit, EndContract{ContractId{1}, EndReason::kPreempted, 599'999});
  accept(EndContract{ContractId{1}, EndReason::kPreempted, 600'000});
}

TEST_F(Decide, RefusesThePastAndTheEndOfTime) {
  refuse(Refusal::kTime, CancelOrder{OrderId{1}}, 9);
  refuse(Refusal::kTime, CancelOrder{OrderId{1}}, kSecondsMax + 1);
  refuse(Refusal::kTime, ExpireOrder{OrderId{1}}, 999);
  refuse(Refusal::kTime, ExtendContract{ContractId{0}, 10});
  refuse(Refusal::kTime, ExtendContract{ContractId{0}, kSecondsMax + 1});
  refuse_order(Refusal::kTime, [](LiveOrder& order) { order.submit = 11; });
}

TEST_F(Decide, WorkThatHasBegunDoesNotExpire) {
  accept(EndContract{ContractId{0}, EndReason::kFailed, 0});
  refuse(Refusal::kTime, ExpireOrder{OrderId{0}}, 5'000);
  accept(ExpireOrder{OrderId{1}}, 5'000);
  EXPECT_EQ(engine_.state().order(OrderId{1}).state, OrderState::kLeft);
}

TEST_F(Decide, RefusesWhatDoesNotWaitOrRun) {
  refuse(Refusal::kNotWaiting, CancelOrder{OrderId{0}});
  refuse(Refusal::kNotWaiting, ExpireOrder{OrderId{0}}, 2'000);
  refuse(Refusal::kNotWaiting, start(0, {1}));
  accept(EndContract{ContractId{0}});
  refuse(Refusal::kNotWaiting, start(0, {1}));
  refuse(Refusal::kNotRunning, EndContract{ContractId{0}});
  refuse(Refusal::kNotRunning, ExtendContract{ContractId{0}, 500});
}

TEST_F(Decide, RefusesPoolsThatTheOrderMayNotUse) {
  refuse(Refusal::kNotEligible, StartOrder{OrderId{1}, 0, PoolId{1}, {0, 1}, Price(5)});
  LiveOrder order = small_order(2);
  order.hubs = {HubId{1}};
  accept(SubmitOrder{order});
  refuse(Refusal::kNotEligible, start(3, {1}));
  accept(StartOrder{OrderId{3}, 0, PoolId{2}, {1}, Price(5)});
}

TEST_F(Decide, RefusesGangsThatFitNowhere) {
  refuse_order(Refusal::kTooLarge, [](LiveOrder& order) { order.ways[0].gang = 13; });
  refuse_order(Refusal::kTooLarge, [](LiveOrder& order) {
    order.ways[0].gang = 9;
    order.hubs = {HubId{1}};
  });
}

TEST_F(Decide, RefusesWrongNodes) {
  refuse(Refusal::kWrongNodes, start(1, {1}));
  refuse(Refusal::kWrongNodes, start(1, {0, 1, 2}));
  refuse(Refusal::kWrongNodes, start(1, {2, 1}));
  refuse(Refusal::kWrongNodes, start(1, {1, 1}));
  refuse(Refusal::kWrongNodes, start(1, {}));
  accept(start(1, {1, 2}));
}

TEST_F(Decide, RefusesNodesThatAreTakenOrDown) {
  refuse(Refusal::kOverCapacity, start(1, {0, 1}));
  accept(ReportNodes{PoolId{0}, 1, 2, false});
  refuse(Refusal::kNodeDown, start(1, {1, 2}));
  accept(ReportNodes{PoolId{0}, 1, 2, true});
  accept(start(1, {1, 2}));
}

TEST_F(Decide, RefusesHubsWithoutTheData) {
  const StartOrder west{OrderId{2}, 0, PoolId{2}, {0}, Price(5)};
  refuse(Refusal::kDataMissing, west);
  accept(StartTransfer{0, LinkId{0}});
  refuse(Refusal::kDataMissing, west);
  refuse(Refusal::kAlreadyThere, StartTransfer{0, LinkId{0}});
  accept(EndTransfer{0, HubId{1}}, 110);
  refuse(Refusal::kAlreadyThere, EndTransfer{0, HubId{1}}, 110);
  refuse(Refusal::kAlreadyThere, StartTransfer{0, LinkId{0}}, 110);
  accept(west, 110);
}

TEST_F(Decide, RefusesToSendWhatTheSenderLacks) {
  Places places = small_places();
  places.data_sets[0].replicas = {HubId{1}};
  Engine engine(places);
  engine.execute(0, StartTransfer{0, LinkId{0}});
  EXPECT_EQ(engine.refusal(), Refusal::kDataMissing);
}

TEST_F(Decide, RefusesRoundsOutOfTurn) {
  CloseRound close;
  close.posted = {1, 2, 3};
  close.round = 2;
  refuse(Refusal::kStale, close);
  close.round = 1;
  accept(close);
  refuse(Refusal::kStale, close);
  EXPECT_EQ(engine_.state().posted(), (std::vector<std::int64_t>{1, 2, 3}));
}

TEST_F(Decide, RefusesWhatComesTooEarly) {
  LiveOrder later = small_order(4);
  later.not_before = 300;
  accept(SubmitOrder{later});
  refuse(Refusal::kTooEarly, start(3, {1}), 299);
  refuse(Refusal::kTooEarly, OpenOrder{OrderId{3}}, 299);
  refuse(Refusal::kTooEarly, BookBlock{OrderId{3}, 0, PoolId{0}, {1}, 299, Price(5)}, 299);
  accept(BookBlock{OrderId{3}, 0, PoolId{0}, {1}, 300, Price(5)}, 299);
  refuse(Refusal::kTime, BookBlock{OrderId{3}, 0, PoolId{0}, {1}, 300, Price(5)}, 301);
  refuse(Refusal::kTime, BookBlock{OrderId{3}, 0, PoolId{0}, {1}, 1'001, Price(5)}, 301);
  accept(OpenOrder{OrderId{3}}, 301);
  refuse(Refusal::kTime, OpenOrder{OrderId{3}}, 302);
}

// Order 1, of 6 devices for 100 seconds, has nodes 1 and 2 from second 50 on.
TEST_F(Decide, RefusesToBreakABlock) {
  accept(BookBlock{OrderId{1}, 0, PoolId{0}, {1, 2}, 50, Price(5)});
  refuse(Refusal::kUnknown, ReleaseBlock{OrderId{2}});
  refuse(Refusal::kPromised, start(2, {1}));
  refuse(Refusal::kPromised, BookBlock{OrderId{2}, 0, PoolId{0}, {1}, 149, Price(5)});
  accept(BookBlock{OrderId{2}, 0, PoolId{0}, {1}, 150, Price(5)});
  accept(ReleaseBlock{OrderId{2}});
  refuse(Refusal::kUnknown, ReleaseBlock{OrderId{2}});
  accept(BookBlock{OrderId{2}, 0, PoolId{0}, {0}, 110, Price(5)});
  refuse(Refusal::kPromised, ExtendContract{ContractId{0}, 111}, 40);
  accept(ExtendContract{ContractId{0}, 110}, 40);
  accept(start(1, {1, 2}), 50);
  refuse(Refusal::kPromised, ExtendContract{ContractId{0}, 120}, 115);
}

TEST(CheckPlaces, NamesWhatIsWrong) {
  EXPECT_TRUE(check_places(small_places()).ok());
  const auto wrong = [](const std::function<void(Places&)>& change) {
    Places places = small_places();
    change(places);
    return !check_places(places).ok();
  };
  EXPECT_TRUE(wrong([](Places& places) { places.pools[0].hub = HubId{2}; }));
  EXPECT_TRUE(wrong([](Places& places) { places.pools[0].accelerator = ClassId{2}; }));
  EXPECT_TRUE(wrong([](Places& places) { places.pools[0].nodes = 0; }));
  EXPECT_TRUE(wrong([](Places& places) { places.pools[0].nodes = kNodesMax + 1; }));
  EXPECT_TRUE(wrong([](Places& places) { places.pools[0].node_devices = 0; }));
  EXPECT_TRUE(wrong([](Places& places) { std::swap(places.pools[0], places.pools[1]); }));
  EXPECT_TRUE(wrong([](Places& places) { places.pools[1] = places.pools[0]; }));
  EXPECT_TRUE(wrong([](Places& places) { places.links[0].to = HubId{2}; }));
  EXPECT_TRUE(wrong([](Places& places) { places.links[0].mb_per_second = 0; }));
  EXPECT_TRUE(wrong([](Places& places) { places.links.push_back(places.links[0]); }));
  EXPECT_TRUE(wrong([](Places& places) { places.data_sets[0].replicas = {HubId{2}}; }));
  EXPECT_TRUE(wrong([](Places& places) { places.data_sets[0].size_mb = kAmountMax + 1ULL; }));
}

// Order 1 waits.
TEST_F(Decide, RefusesToAmendWhatMayNotChange) {
  LiveOrder what = small_order(2);
  const auto amend = [&](std::uint32_t order) { return AmendOrder{OrderId{order}, what}; };
  refuse(Refusal::kUnknown, amend(9));
  refuse(Refusal::kNotWaiting, amend(0));
  what.submit = 1;
  refuse(Refusal::kLimit, amend(1));
  what = small_order(2);
  what.account = AccountId{1};
  refuse(Refusal::kLimit, amend(1));
  what = small_order(13);
  refuse(Refusal::kTooLarge, amend(1));
  what = small_order(2);
  what.latest_start = 9;
  refuse(Refusal::kTime, amend(1));
  what.latest_start = 10;
  accept(amend(1));
  accept(EndContract{ContractId{0}, EndReason::kPreempted, 5});
  what = small_order(2);
  refuse(Refusal::kStarted, amend(0));
}

TEST_F(Decide, RefusesToDropHistoryThatIsNotThere) {
  refuse(Refusal::kUnknown, DropHistory{4, 0});
  refuse(Refusal::kUnknown, DropHistory{0, 2});
  accept(CancelOrder{OrderId{1}});
  accept(DropHistory{3, 1});
  refuse(Refusal::kStale, DropHistory{2, 1});
  refuse(Refusal::kUnknown, CancelOrder{OrderId{1}});
  refuse(Refusal::kUnknown, AmendOrder{OrderId{1}, small_order()});
}

TEST_F(Decide, TakesNoListsBeyondTheirLimit) {
  LiveOrder order = small_order();
  order.ways.assign(kListMax + 1, order.ways.front());
  const std::uint32_t before = engine_.state().order_count();
  EXPECT_TRUE(engine_.execute(10, SubmitOrder{order}).empty());
  EXPECT_EQ(engine_.refusal(), Refusal::kLimit);
  EXPECT_EQ(engine_.state().order_count(), before) << "it could not be written";
}

}  // namespace
}  // namespace tongsuan::engine
