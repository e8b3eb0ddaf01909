#include <gtest/gtest.h>
#include <set>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/engine/any_command.h"
#include "tongsuan/engine/engine.h"

namespace tongsuan::engine {
namespace {

using testing::AnyCommand;
using testing::broken_invariant;
using testing::Dump;
using testing::small_order;
using testing::small_places;

// Order 0 runs as contract 0 on node 0 of pool 0, order 1 waits with a block on nodes 0 and 1 for
// second 500, order 2 waits, order 3 is cancelled.
class CheckEvent : public ::testing::Test {
 protected:
  CheckEvent() : engine_(small_places()) {
    LiveOrder later = small_order(8);
    later.not_before = 500;
    run(SubmitOrder{small_order(4)});
    run(SubmitOrder{later});
    run(SubmitOrder{small_order(1)});
    run(SubmitOrder{small_order(1)});
    run(CancelOrder{OrderId{3}});
    run(StartOrder{OrderId{0}, 0, PoolId{0}, {0}, Price(5)});
    run(BookBlock{OrderId{1}, 0, PoolId{0}, {0, 1}, 500, Price(5)});
  }
  void run(Command command) { ASSERT_FALSE(engine_.execute(10, std::move(command)).empty()); }
  template <class What>
  [[nodiscard]] std::string of(What what, Second at = 10) const {
    const auto refusal = check_event(engine_.state(), {at, std::move(what)});
    return refusal ? refusal_name(*refusal) : "";
  }
  static ContractStarted started(std::uint32_t order, std::vector<std::uint32_t> nodes) {
    return {ContractId{1}, {OrderId{order}, 0, PoolId{0}, std::move(nodes), Price(5)}, 110};
  }

  Engine engine_;
};

TEST_F(CheckEvent, TimeDoesNotRunBackward) {
  EXPECT_EQ(of(AskChanged{PoolId{0}, Price(1)}), "");
  EXPECT_EQ(of(AskChanged{PoolId{0}, Price(1)}, 9), "time");
  EXPECT_EQ(of(AskChanged{PoolId{0}, Price(1)}, kSecondsMax + 1), "time");
  EXPECT_EQ(of(AskChanged{PoolId{3}, Price(1)}), "unknown");
  EXPECT_EQ(of(AskChanged{PoolId{0}, Price(-1)}), "limit");
}

TEST_F(CheckEvent, OrdersHaveTheNextNumber) {
  EXPECT_EQ(of(OrderAccepted{OrderId{4}, small_order()}), "");
  EXPECT_EQ(of(OrderAccepted{OrderId{5}, small_order()}), "stale");
  EXPECT_EQ(of(OrderRefused{OrderId{3}, small_order()}), "stale");
  LiveOrder bad = small_order();
  bad.ways.front().gang = 0;
  EXPECT_EQ(of(OrderAccepted{OrderId{4}, bad}), "limit");
  EXPECT_EQ(of(OrderRefused{OrderId{4}, bad}), "");
}

TEST_F(CheckEvent, OnlyWhatWaitsLeaves) {
  EXPECT_EQ(of(OrderGone{OrderId{2}, OrderState::kLeft}), "");
  EXPECT_EQ(of(OrderGone{OrderId{2}, OrderState::kDone}), "limit");
  EXPECT_EQ(of(OrderGone{OrderId{0}, OrderState::kLeft}), "not-waiting");
  EXPECT_EQ(of(OrderGone{OrderId{1}, OrderState::kLeft}), "promised");
  EXPECT_EQ(of(OrderGone{OrderId{4}, OrderState::kLeft}), "unknown");
  EXPECT_EQ(of(OrderOpened{OrderId{1}}), "too-early");
}

TEST_F(CheckEvent, OnlyWhatWaitsIsAmended) {
  EXPECT_EQ(of(OrderAmended{OrderId{2}, small_order(2)}), "");
  EXPECT_EQ(of(OrderAmended{OrderId{1}, small_order(2)}), "promised");
  EXPECT_EQ(of(OrderAmended{OrderId{0}, small_order(2)}), "not-waiting");
  EXPECT_EQ(of(OrderAmended{OrderId{2}, small_order(2, 1)}), "limit");
}

TEST_F(CheckEvent, ContractsStartOnFreeNodes) {
  EXPECT_EQ(of(started(2, {2})), "");
  EXPECT_EQ(of(started(2, {0})), "over-capacity");
  EXPECT_EQ(of(started(2, {3})), "unknown");
  EXPECT_EQ(of(started(2, {1, 2})), "wrong-nodes");
  EXPECT_EQ(of(started(0, {2})), "not-waiting");
  ContractStarted wrong = started(2, {2});
  wrong.contract = ContractId{0};
  EXPECT_EQ(of(wrong), "stale");
  wrong = started(2, {2});
  wrong.expected_end = 10;
  EXPECT_EQ(of(wrong), "time");
  wrong.expected_end = 3 * kSecondsMax;
  EXPECT_EQ(of(wrong), "time");
  wrong = started(2, {1});
  wrong.expected_end = 501;
  EXPECT_EQ(of(wrong), "promised");
}

TEST_F(CheckEvent, OnlyWhatRunsEndsOrGoesOn) {
  EXPECT_EQ(of(ContractEnded{ContractId{0}, EndReason::kFailed, 5}), "");
  EXPECT_EQ(of(ContractEnded{ContractId{0}, EndReason::kFailed, kPpm + 1}), "limit");
  EXPECT_EQ(of(ContractEnded{ContractId{1}, EndReason::kFailed, 5}), "unknown");
  EXPECT_EQ(of(ContractExtended{ContractId{0}, 400}), "");
  EXPECT_EQ(of(ContractExtended{ContractId{0}, 501}), "promised");
  EXPECT_EQ(of(ContractExtended{ContractId{0}, 10}), "time");
}

TEST_F(CheckEvent, NodesThatHoldSomethingDoNotChange) {
  EXPECT_EQ(of(NodesChanged{PoolId{0}, 2, 3, false}), "");
  EXPECT_EQ(of(NodesChanged{PoolId{0}, 0, 3, false}), "over-capacity");
  EXPECT_EQ(of(NodesChanged{PoolId{0}, 1, 3, false}), "promised");
  EXPECT_EQ(of(NodesChanged{PoolId{0}, 0, 3, true}), "") << "they are up";
  EXPECT_EQ(of(NodesChanged{PoolId{0}, 2, 4, false}), "unknown");
}

TEST_F(CheckEvent, BlocksAreBookedOnce) {
  const BookBlock block{OrderId{2}, 0, PoolId{0}, {2}, 20, Price(5)};
  EXPECT_EQ(of(BlockBooked{block, 120}), "");
  EXPECT_EQ(of(BlockBooked{block, 20}), "time");
  BookBlock again = block;
  again.order = OrderId{1};
  EXPECT_EQ(of(BlockBooked{again, 120}), "promised");
  EXPECT_EQ(of(BlockReleased{OrderId{1}, ReleaseReason::kGivenUp}), "");
  EXPECT_EQ(of(BlockReleased{OrderId{2}, ReleaseReason::kGivenUp}), "unknown");
}

TEST_F(CheckEvent, DataMoveOnceAndAtTheirSpeed) {
  EXPECT_EQ(of(TransferStarted{0, LinkId{0}, 110}), "");
  EXPECT_EQ(of(TransferStarted{0, LinkId{0}, 9}), "time");
  EXPECT_EQ(of(TransferStarted{0, LinkId{0}, INT64_MAX}), "time");
  EXPECT_EQ(of(TransferStarted{1, LinkId{0}, 110}), "unknown");
  EXPECT_EQ(of(TransferEnded{0, HubId{1}}), "already-there");
}

TEST_F(CheckEvent, RoundsFollowEachOther) {
  CloseRound close;
  close.round = 1;
  EXPECT_EQ(of(RoundClosed{close}), "limit");
  close.posted = {1, 2, 3};
  EXPECT_EQ(of(RoundClosed{close}), "");
  close.round = 2;
  EXPECT_EQ(of(RoundClosed{close}), "stale");
}

TEST_F(CheckEvent, HistoryIsDroppedForward) {
  EXPECT_EQ(of(HistoryDropped{4, 1}), "");
  EXPECT_EQ(of(HistoryDropped{5, 1}), "unknown");
  run(DropHistory{4, 1});
  EXPECT_EQ(of(HistoryDropped{3, 1}), "stale");
  EXPECT_TRUE(engine_.state().is_forgotten(OrderId{3}));
  EXPECT_TRUE(engine_.state().knows(OrderId{2})) << "it waits";
  EXPECT_TRUE(engine_.state().knows(ContractId{0})) << "it runs";
  EXPECT_EQ(of(OrderGone{OrderId{3}, OrderState::kLeft}), "unknown");
}

// Events of one exchange, a little changed, never stop another or break it.
TEST(CheckEventProperty, WhatPassesCanBeApplied) {
  std::set<std::string> refusals;
  std::size_t applied = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(600); ++seed) {
    Random random(seed);
    Engine engine(small_places());
    State other(small_places());
    for (Second at = 0; at < 300; at += random.between(0, 9)) {
      for (const Event& event : engine.execute(at, AnyCommand(random, engine.state()).draw())) {
        std::string bytes;
        append_bytes(event, bytes);
        if (random.below(3) == 0) {
          char& byte = bytes[9 + random.below(bytes.size() - 9)];
          byte = random.below(2) == 0 ? static_cast<char>(byte ^ 1)
                                      : static_cast<char>(random.below(256));
        }
        std::size_t place = 0;
        const auto read = read_event(bytes, place);
        if (!read.ok()) continue;
        if (const auto refusal = check_event(other, read.value())) {
          refusals.insert(refusal_name(*refusal));
          continue;
        }
        other.apply(read.value());
        ++applied;
        ASSERT_EQ(broken_invariant(other), "") << "seed " << seed << ", second " << at;
      }
    }
  }
  EXPECT_GT(refusals.size(), 11U);
  EXPECT_GT(applied, many_seeds(600) * 8);
}

}  // namespace
}  // namespace tongsuan::engine
