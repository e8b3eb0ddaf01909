// The market of an exchange that lives: rounds cleared beside it, calls that stop before they are
// done, and a market that is lost and made again.
#include <algorithm>
#include <gtest/gtest.h>
#include <string>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/rolling/play_fixture.h"

namespace tongsuan::rolling {
namespace {

using engine::Event;
using engine::kHour;
using engine::OrderState;
using testing::kEnd;
using testing::Life;
using testing::Play;
using testing::random_world;
using testing::small_rules;

MarketRules live_rules(std::uint64_t seed) {
  MarketRules rules = small_rules();
  rules.certify = kHour;
  rules.line_max = static_cast<std::uint32_t>(4 + seed % 8);
  rules.work_max = 20 + 100 * (seed % 5);
  return rules;
}

// Nobody waits or runs for ever, and what left did so when its patience ended.
void expect_all_ended(const Play& play) {
  for (std::uint32_t i = 0; i < play.state().order_count(); ++i) {
    const engine::OrderRecord& record = play.state().order(OrderId{i});
    ASSERT_NE(record.state, OrderState::kWaiting) << "order " << i;
    ASSERT_NE(record.state, OrderState::kRunning) << "order " << i;
  }
  for (const Event& event : play.events) {
    const auto* gone = std::get_if<engine::OrderGone>(&event.what);
    if (gone == nullptr || gone->state != OrderState::kLeft) continue;
    ASSERT_GE(event.at, play.state().order(gone->order).order.latest_start);
  }
}

// Value of what was started, when it was started first.
std::int64_t value_started(const Play& play) {
  std::int64_t sum = 0;
  for (std::uint32_t i = 0; i < play.state().order_count(); ++i) {
    const engine::OrderRecord& record = play.state().order(OrderId{i});
    if (record.first_start >= 0) sum += engine::value_at(record.order, record.first_start) / kMicro;
  }
  return sum;
}

TEST(LiveMarketProperty, InvariantsHoldWhileRoundsAreClearedElsewhere) {
  std::uint64_t finished = 0, lost = 0, moved_on = 0, started = 0, refused = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(4); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Play play(random_world(seed), live_rules(seed), Life{.seed = seed});
    play.run(kEnd);
    ASSERT_EQ(play.broken(), "");
    expect_all_ended(play);
    if (::testing::Test::HasFatalFailure()) return;
    std::uint64_t round = 0;
    for (const Event& event : play.events) {
      const auto* closed = std::get_if<engine::RoundClosed>(&event.what);
      if (closed == nullptr) continue;
      ASSERT_EQ(closed->what.round, ++round) << "a gap";
    }
    ASSERT_EQ(round, play.market().rounds().size());
    for (const RoundRecord& record : play.market().rounds()) {
      started += record.started;
      refused += !record.reason.empty();
      ASSERT_TRUE(record.reason.empty() || record.awards == 0);
    }
    finished += play.finished;
    lost += play.lost;
    moved_on += play.moved_on;
  }
  EXPECT_GT(finished, 0U);
  EXPECT_GT(lost, 0U);
  EXPECT_EQ(lost, refused) << "a round without a clearing closes too";
  EXPECT_GT(moved_on, finished) << "nothing happens while rounds are cleared";
  EXPECT_GT(started, 0U) << "no award still fits";
}

// With a line and a budget that are never full, an exchange in which clearings are back at once
// does what a replay does.
TEST(LiveMarketProperty, BoundsThatAreNeverReachedChangeNothing) {
  for (std::uint64_t seed = 1; seed <= many_seeds(1); ++seed) {
    MarketRules rules = small_rules();
    Play free(random_world(seed), rules);
    free.run(kEnd);
    rules.line_max = 1'000;
    rules.work_max = std::uint64_t{1} << 60;
    Play bounded(random_world(seed), rules);
    bounded.run(kEnd);
    ASSERT_EQ(free.digest(), bounded.digest()) << "seed " << seed;
  }
}

// A short line without budgets, as a replay may have it: nobody is forgotten in the reserve.
TEST(LiveMarketProperty, AShortLineServesEverybodyToo) {
  std::int64_t whole = 0, bounded = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(5); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    MarketRules rules = small_rules();
    rules.certify = 0;
    Play all(random_world(seed), rules);
    all.run(kEnd);
    rules.line_max = 4;
    Play few(random_world(seed), rules);
    few.run(kEnd);
    expect_all_ended(few);
    if (::testing::Test::HasFatalFailure()) return;
    whole += value_started(all);
    bounded += value_started(few);
  }
  EXPECT_GT(bounded * 10, whole * 9);
}

// Starts are the market's own, so a start that costs more than it may would be seen.
TEST(LiveMarketProperty, ALimitIsNeverPassed) {
  std::uint64_t starts = 0, dear = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(3); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    testing::Small world = random_world(seed);
    for (const bool limits : {false, true}) {
      MarketRules rules = live_rules(seed);
      rules.limit_orders = limits;
      Play play(world, rules, Life{.seed = seed});
      play.run(kEnd);
      ASSERT_EQ(play.broken(), "");
      for (std::uint32_t i = 0; i < play.state().contract_count(); ++i) {
        const engine::Contract& contract = play.state().contract(engine::ContractId{i});
        const engine::OrderRecord& record = play.state().order(contract.order);
        if (record.first_start != contract.start) continue;
        const std::int64_t cost =
            divide(static_cast<int128>(contract.price.raw()) * contract.devices() *
                       record.order.ways[contract.way].estimate,
                   kHour, Rounding::kUp);
        const bool within = cost <= engine::value_at(record.order, contract.start);
        if (limits) {
          ASSERT_TRUE(within) << "contract " << i;
        }
        ++(within ? starts : dear);
      }
    }
  }
  EXPECT_GT(starts, 0U);
  EXPECT_GT(dear, 0U) << "no order is poor";
}

TEST(LiveMarketProperty, AMarketThatIsLostIsMadeAgainFromTheState) {
  std::int64_t whole = 0, resumed = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(8); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    MarketRules rules = small_rules();
    rules.certify = 0;
    if (seed % 2 == 0) rules.work_max = 200;
    testing::Small world = random_world(seed);
    Random random(seed);
    for (world::Job& job : world.script.jobs) {  // some pay for a fixed second
      if (random.below(4) != 0) continue;
      job.order.not_before = job.order.submit + random.between(1, 20'000);
      job.order.latest_start = job.order.not_before + random.between(0, 100'000);
      job.order.premium = random.between(1, 500) * kMicro;
      job.order.grace = 0;
    }
    Play calm(world, rules, Life{.seed = seed});
    calm.run(kEnd);
    Play crashed(world, rules, Life{.seed = seed, .crash_at = 12'000 + Second(seed) * 500});
    crashed.run(kEnd);
    ASSERT_EQ(calm.broken(), "");
    ASSERT_EQ(crashed.broken(), "");
    expect_all_ended(crashed);
    if (::testing::Test::HasFatalFailure()) return;
    whole += value_started(calm);
    resumed += value_started(crashed);
  }
  RecordProperty("value", std::to_string(whole) + " -> " + std::to_string(resumed));
  EXPECT_GT(resumed * 50, whole * 49) << whole << " -> " << resumed;
}

}  // namespace
}  // namespace tongsuan::rolling
