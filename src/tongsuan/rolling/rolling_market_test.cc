// The market over small worlds, end to end.
#include "tongsuan/rolling/rolling_market.h"

#include <gtest/gtest.h>
#include <string>
#include <utility>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/market/verify.h"
#include "tongsuan/rolling/play_fixture.h"

namespace tongsuan::rolling {
namespace {

using engine::ContractId;
using engine::EndReason;
using engine::Event;
using engine::kHour;
using testing::kEnd;
using testing::Play;
using testing::random_world;
using testing::Small;
using testing::small_rules;

// The events between a round and the next second, or the next round.
std::vector<engine::ContractStarted> starts_after(const std::vector<Event>& events,
                                                  std::size_t round) {
  std::vector<engine::ContractStarted> starts;
  for (std::size_t i = round + 1; i < events.size() && events[i].at == events[round].at; ++i) {
    if (const auto* started = std::get_if<engine::ContractStarted>(&events[i].what)) {
      starts.push_back(*started);
    }
  }
  return starts;
}

// What one round cleared.
struct Cleared {
  Book book;
  Certificate certificate;
};

// The first starts after a round are its awards of the first slot, at their places.
void expect_awarded(const Cleared& round, const std::vector<engine::ContractStarted>& starts,
                    std::uint64_t count) {
  const Market& market = round.book.market;
  ASSERT_LE(count, starts.size());
  for (std::uint64_t i = 0; i < count; ++i) {
    bool awarded = false;
    for (const Award& award : round.certificate.outcome.awards) {
      if (!(round.book.orders[award.order.value] == starts[i].what.order)) continue;
      const Span32 variants = market.orders[award.order.value].variants;
      const ClassId accelerator = market.variants[variants.begin + award.variant].accelerator;
      awarded = award.start == 0 && award.variant == starts[i].what.way &&
                round.book.pool_at(award.hub, accelerator) == starts[i].what.pool.value;
    }
    ASSERT_TRUE(awarded) << "order " << starts[i].what.order.value;
  }
}

TEST(RollingMarketProperty, RoundsAreProvenAndStartWhatTheyAward) {
  std::uint64_t rounds = 0, started = 0, moves = 0, done = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(12); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Play play(random_world(seed), small_rules());
    std::vector<Cleared> cleared;
    play.market().on_round = [&](const Book& book, const clearing::Clearing& clearing) {
      const Certificate& certificate = clearing.verified.certificate();
      EXPECT_TRUE(market::verify(book.market, certificate).ok());
      cleared.push_back({book, certificate});
    };
    play.run(kEnd);
    ASSERT_EQ(play.market().rounds().size(), cleared.size());
    std::size_t round = 0;
    for (std::size_t i = 0; i < play.events.size(); ++i) {
      const auto* closed = std::get_if<engine::RoundClosed>(&play.events[i].what);
      if (closed == nullptr) continue;
      const RoundRecord& record = play.market().rounds().at(round);
      ASSERT_EQ(closed->what.round, round + 1) << "a gap";
      ASSERT_EQ(cleared[round].certificate.round, round + 1);
      ASSERT_EQ(record.at, play.events[i].at);
      ASSERT_EQ(closed->what.root, cleared[round].certificate.root);
      ASSERT_EQ(closed->what.awards, cleared[round].certificate.outcome.awards.size());
      expect_awarded(cleared[round], starts_after(play.events, i), record.started);
      if (::testing::Test::HasFatalFailure()) return;
      started += record.started;
      ++round;
    }
    ASSERT_EQ(round, cleared.size());
    rounds += round;
    for (const Event& event : play.events) {
      const auto* ended = std::get_if<engine::ContractEnded>(&event.what);
      if (ended == nullptr) continue;
      moves += ended->reason == EndReason::kPreempted;
      done += ended->reason == EndReason::kCompleted;
    }
  }
  EXPECT_GT(rounds, 0U);
  EXPECT_GT(started, 0U) << "the line leaves nothing to rounds";
  EXPECT_GT(moves, 0U);
  EXPECT_GT(done, 0U);
}

TEST(RollingMarketProperty, NothingWaitsForEverAndWhatIsMovedGoesOn) {
  for (std::uint64_t seed = 1; seed <= many_seeds(25); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    MarketRules rules = small_rules();
    rules.certify = 0;
    const bool stops = seed % 2 == 0;
    if (!stops) rules.overrun.gain = 0;  // who stops for others waits
    if (!stops) rules.room.stop_wait = 0;
    Play play(random_world(seed), rules);
    play.run(kEnd);
    EXPECT_TRUE(play.market().rounds().empty());
    for (std::size_t i = 0; i < play.events.size() && !stops; ++i) {
      const auto* ended = std::get_if<engine::ContractEnded>(&play.events[i].what);
      if (ended == nullptr || ended->reason != EndReason::kPreempted) continue;
      ASSERT_LT(i + 1, play.events.size());
      const auto* started = std::get_if<engine::ContractStarted>(&play.events[i + 1].what);
      ASSERT_NE(started, nullptr);
      ASSERT_EQ(play.events[i + 1].at, play.events[i].at);
      ASSERT_EQ(started->what.order, play.state().contract(ended->contract).order);
    }
    for (std::uint32_t i = 0; i < play.state().order_count(); ++i) {
      const engine::OrderRecord& record = play.state().order(OrderId{i});
      ASSERT_NE(record.state, engine::OrderState::kWaiting) << "order " << i;
      ASSERT_NE(record.state, engine::OrderState::kRunning) << "order " << i;
    }
  }
}

TEST(RollingMarketProperty, ThreadsChangeNothing) {
  for (std::uint64_t seed = 1; seed <= many_seeds(3); ++seed) {
    std::vector<Digest> digests;
    for (const std::uint32_t threads : {1U, 2U}) {
      MarketRules rules = small_rules();
      rules.thread_count = threads;
      Play play(random_world(seed), rules);
      play.run(kEnd);
      digests.push_back(play.digest());
    }
    EXPECT_EQ(digests[0], digests[1]) << "seed " << seed;
  }
}

// ---- By hand -----------------------------------------------------------------------------------

world::Job job_at(Second at, engine::LiveOrder order) {
  world::Job job;
  job.order = std::move(order);
  job.order.submit = at;
  return job;
}

// Two nodes, half of each taken: the gang of a whole node gets one as soon as it comes.
TEST(RollingMarket, MakesRoomForAGangThatLosesMore) {
  for (const std::uint32_t gain : {2U, 0U}) {
    Small small{testing::two_hubs(2), testing::flat_energy({0, 0}, {0, 0}), {}};
    // What lasts an hour keeps the others apart.
    for (const Second at : {0, 1}) {
      for (const Second run : {40 * kHour, kHour - at}) {
        small.script.jobs.push_back(job_at(at, testing::work(2, run)));
        small.script.jobs.back().order.hubs = {HubId{0}};
      }
    }
    engine::LiveOrder gang = testing::work(4, 10 * kHour);
    gang.hubs = {HubId{0}};
    gang.delay_cost = 36'000'000;
    small.script.jobs.push_back(job_at(3 * kHour, gang));
    MarketRules rules;
    rules.certify = 0;
    rules.room_gain = gain;
    rules.relocates = false;
    Play play(small, rules);
    play.run(100 * kHour);
    const Second start = play.state().order(OrderId{4}).first_start;
    if (gain == 0) {
      EXPECT_GT(start, 30 * kHour);
    } else {
      EXPECT_EQ(start, 3 * kHour);
    }
  }
}

// Not even for who pays to start in this very second.
TEST(RollingMarket, MakesNoRoomWhereItsRulesForbidIt) {
  Small small{testing::two_hubs(1), testing::flat_energy({0, 0}, {0, 0}), {}};
  small.script.jobs = {job_at(0, testing::work(1, 10 * kHour)),
                       job_at(kHour, testing::work(4, kHour))};
  for (auto& job : small.script.jobs) job.order.hubs = {HubId{0}};
  small.script.jobs[1].order.not_before = kHour;
  small.script.jobs[1].order.premium = 1'000'000;
  MarketRules rules;
  rules.certify = 0;
  rules.room_gain = 0;
  Play play(small, rules);
  play.run(30 * kHour);
  EXPECT_EQ(play.state().order(OrderId{1}).first_start, 10 * kHour);
}

// Energy is much cheaper from the third hour on, and the order loses nothing by waiting for it.
// With a margin of 5 yuan it waits until half of it still runs before that hour: 4.5 yuan.
TEST(RollingMarket, WaitsForCheaperEnergyOnlyByTheMargin) {
  for (const std::uint32_t hold : {10U, 100U}) {
    Small small{
        testing::two_hubs(1), testing::flat_energy({9'000 * kMicro, 9'000 * kMicro}, {0, 0}), {}};
    for (std::uint32_t hour = 2; hour < 48; ++hour) {
      small.energy.tariff[0][hour] = small.energy.tariff[1][hour] = 0;
    }
    engine::LiveOrder order = testing::work(1, kHour);  // 9 yuan of energy; 500 of value
    small.script.jobs = {job_at(0, order)};
    small.script.jobs[0].order.delay_cost = 0;
    MarketRules rules;
    rules.hold_per_mille = hold;
    rules.unmatched_charge = 0;
    Play play(small, rules);
    play.run(30 * kHour);
    EXPECT_EQ(play.state().order(OrderId{0}).first_start, hold == 10 ? kHour + kHour / 2 : 0);
  }
}

// Green energy comes in the third hour there and never here; who loses nothing waits for it, up to
// its grace, and only if that saves enough.
TEST(RollingMarket, AnOrderThatLosesNothingWaitsForAGreenHour) {
  struct Case {
    Second grace;
    std::uint32_t margin;
    Second start;
    std::uint32_t pool;
  };
  for (const Case& at : {Case{10 * kHour, 10, 2 * kHour, 2}, Case{kHour / 2, 10, kHour, 0},
                         Case{0, 10, kHour, 0}, Case{10 * kHour, 1'000, kHour, 0}}) {
    Small small{
        testing::two_hubs(1), testing::flat_energy({400 * kMicro, 400 * kMicro}, {0, 0}), {}};
    for (std::uint32_t hour = 2; hour < 48; ++hour) {
      small.energy.green[1][hour] = small.energy.green_forecast[1][hour] = 50'000;
    }
    small.script.jobs = {job_at(kHour, testing::work(1, kHour))};
    small.script.jobs[0].order.grace = at.grace;
    MarketRules rules;
    rules.certify = 0;
    rules.patient_per_mille = at.margin;
    Play play(small, rules);
    play.run(30 * kHour);
    EXPECT_EQ(play.state().order(OrderId{0}).first_start, at.start);
    EXPECT_EQ(play.state().contract(ContractId{0}).pool.value, at.pool);
  }
}

}  // namespace
}  // namespace tongsuan::rolling
