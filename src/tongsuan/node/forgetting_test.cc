#include "tongsuan/node/forgetting.h"

#include <gtest/gtest.h>

#include "tongsuan/engine/engine.h"
#include "tongsuan/engine/state_fixture.h"

namespace tongsuan::node {
namespace {

using engine::ContractId;

class ForgettingTest : public ::testing::Test {
 protected:
  void run(engine::Command command) {
    const auto& events = engine_.execute(now_, std::move(command));
    ASSERT_FALSE(engine_.refusal());
    forgetting_.see(engine_.state(), events);
  }
  OrderId submit() {
    run(engine::SubmitOrder{engine::testing::small_order(1, now_)});
    return OrderId{engine_.state().order_count() - 1};
  }
  void cancel(OrderId order) { run(engine::CancelOrder{order}); }
  ContractId start(OrderId order) {
    run(engine::StartOrder{order, 0, engine::PoolId{0}, {0}, Price(5)});
    return ContractId{engine_.state().contract_count() - 1};
  }
  void end(ContractId contract, engine::EndReason reason = engine::EndReason::kCompleted) {
    const bool done = reason == engine::EndReason::kCompleted;
    run(engine::EndContract{contract, reason, done ? engine::kPpm : 0});
  }
  // Ends so many orders in this second.
  void end_some(int count) {
    for (int i = 0; i < count; ++i) cancel(submit());
  }
  std::optional<engine::DropHistory> next() { return forgetting_.next(engine_.state(), now_); }
  // What it says now, done.
  std::uint32_t drop() {
    const auto command = next();
    if (!command) return kNone;
    run(*command);
    return command->orders_below;
  }
  [[nodiscard]] std::uint32_t kept() const { return engine_.state().orders().kept(); }

  Second now_ = 0;
  engine::Engine engine_{engine::testing::small_places()};
  Forgetting forgetting_{{.ended_min = 10, .ended_max = 30, .age = 100, .step = 5, .pause = 20}};
};

TEST_F(ForgettingTest, FewAreKeptHoweverOld) {
  end_some(10);
  now_ = 10'000;
  EXPECT_FALSE(forgetting_.due());
  end_some(4);
  EXPECT_FALSE(forgetting_.due());
  EXPECT_EQ(drop(), kNone);
  EXPECT_EQ(kept(), 14U);
}

TEST_F(ForgettingTest, OldOnesGoAndYoungOnesStay) {
  end_some(20);
  now_ = 101;
  end_some(8);
  ASSERT_TRUE(forgetting_.due());
  EXPECT_EQ(drop(), 18U);  // ten have to stay: these eight, and two of the old ones
  EXPECT_EQ(kept(), 10U);
  end_some(8);
  EXPECT_EQ(drop(), kNone) << "it looks now and then only";
  now_ = 130;
  EXPECT_EQ(drop(), kNone) << "two old ones are too few for a command";
  now_ = 210;
  EXPECT_EQ(drop(), 26U);
}

TEST_F(ForgettingTest, WhatEndedJustNowHoldsHigherNumbersBack) {
  const OrderId early = submit();
  end_some(20);
  now_ = 101;
  cancel(early);
  EXPECT_EQ(drop(), kNone);
  now_ = 210;
  EXPECT_EQ(drop(), 11U);
  EXPECT_TRUE(engine_.state().is_forgotten(OrderId{10}));
  EXPECT_TRUE(engine_.state().knows(OrderId{11}));
}

TEST_F(ForgettingTest, WhatIsNeededHoldsHigherNumbersBack) {
  end_some(30);
  now_ = 101;
  const auto command = forgetting_.next(engine_.state(), now_, OrderId{7});
  ASSERT_TRUE(command);
  EXPECT_EQ(command->orders_below, 7U);
}

TEST_F(ForgettingTest, WhatLivesStaysWhateverItsNumber) {
  const OrderId waits = submit(), runs = submit();
  const ContractId contract = start(runs);
  end_some(25);
  now_ = 101;
  EXPECT_EQ(drop(), 17U);
  EXPECT_TRUE(engine_.state().knows(waits));
  EXPECT_TRUE(engine_.state().knows(runs));
  EXPECT_TRUE(engine_.state().knows(contract));
  end(contract);
  now_ = 130;
  end_some(8);
  EXPECT_EQ(drop(), kNone) << "what ended below the last number would go too soon";
  EXPECT_TRUE(engine_.state().knows(runs));
  now_ = 240;
  EXPECT_EQ(drop(), 25U);
  EXPECT_TRUE(engine_.state().is_forgotten(runs));
  EXPECT_TRUE(engine_.state().knows(waits));
}

TEST_F(ForgettingTest, BeyondTheMostTheLowestGoWheneverTheyEnded) {
  end_some(40);
  EXPECT_EQ(drop(), 10U);
  EXPECT_EQ(kept(), 30U);
  now_ = 20;
  const OrderId early = submit();
  end_some(40);
  cancel(early);
  EXPECT_GT(drop(), early.value);
  EXPECT_EQ(kept(), 30U);
}

TEST_F(ForgettingTest, AContractStaysWithItsOrder) {
  const OrderId stopped = submit();
  end(start(stopped), engine::EndReason::kPreempted);  // it waits on
  for (int i = 0; i < 20; ++i) end(start(submit()));
  now_ = 101;
  EXPECT_EQ(drop(), 11U);
  EXPECT_TRUE(engine_.state().knows(ContractId{0}));
  EXPECT_TRUE(engine_.state().knows(ContractId{1})) << "numbers above one that stays";
  cancel(stopped);
  now_ = 210;
  end_some(8);
  EXPECT_EQ(drop(), 19U);
  EXPECT_TRUE(engine_.state().is_forgotten(ContractId{0}));
  engine_.state().orders().each([&](std::uint32_t, const engine::OrderRecord& record) {
    EXPECT_TRUE(record.contract == kNone || engine_.state().knows(ContractId{record.contract}));
  });
}

TEST_F(ForgettingTest, ARecoveryCountsWhatNoContractTellsAsEndedThen) {
  for (int i = 0; i < 10; ++i) end(start(submit()));
  now_ = 90;
  end_some(15);
  forgetting_.resume(engine_.state());
  now_ = 120;
  EXPECT_EQ(drop(), 10U);
  now_ = 191;
  EXPECT_EQ(drop(), 15U);
}

}  // namespace
}  // namespace tongsuan::node
