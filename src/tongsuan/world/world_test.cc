#include "tongsuan/world/world.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <memory>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/engine/state_fixture.h"

namespace tongsuan::world {
namespace {

using engine::ContractId;
using engine::EndReason;
using engine::kPpm;
using engine::PoolId;
using engine::testing::small_order;
using engine::testing::small_places;

Job job(Second submit, std::uint32_t actual_ppm = kPpm) {
  Job job;
  job.order = small_order(1, submit);
  job.actual_ppm = actual_ppm;
  return job;
}

// An engine and a world around a script, driven by hand.
class Play {
 public:
  explicit Play(Script script)
      : script_(std::move(script)), engine_(small_places()), world_(script_, engine_.state()) {}

  // The next happening, which has to come at this second.
  Happening next(Second at, Kind kind) {
    const std::optional<Happening> happening = world_.next(engine::kSecondsMax);
    EXPECT_TRUE(happening.has_value());
    if (!happening) return {};
    EXPECT_EQ(happening->at, at);
    EXPECT_EQ(happening->kind, kind);
    return *happening;
  }
  [[nodiscard]] bool over() { return !world_.next(engine::kSecondsMax); }
  void run(Second at, engine::Command command) {
    for (const engine::Event& event : engine_.execute(at, std::move(command))) world_.see(event);
    ASSERT_FALSE(engine_.refusal()) << engine::refusal_name(*engine_.refusal());
  }
  void submit(Second at) {
    const Happening come = next(at, Kind::kSubmit);
    run(at, engine::SubmitOrder{script_.jobs[come.id].order});
  }
  void start(Second at, std::uint32_t order, std::uint32_t pool = 0) {
    run(at, engine::StartOrder{OrderId{order}, 0, PoolId{pool}, {0}, Price(0)});
  }
  // Ends contract `id` with what the world says of its progress.
  Progress stop(Second at, std::uint32_t id, EndReason reason) {
    const Progress progress = world_.progress(ContractId{id}, at, reason);
    run(at, engine::EndContract{ContractId{id}, reason, progress.done_ppm});
    return progress;
  }
  World& world() { return world_; }

 private:
  Script script_;
  engine::Engine engine_;
  World world_;
};

TEST(World, WorkEndsBeforeNewWorkComes) {
  Script script;
  script.jobs = {job(0), job(0), job(100), job(100)};
  script.jobs[1].order.latest_start = 100;
  script.jobs[0].cancel = 100;
  script.nodes = {{100, PoolId{0}, 1, 2, false}, {100, PoolId{1}, 0, 1, false}};
  script.asks = {{100, PoolId{0}, Price(1)}};
  Play play(script);
  play.submit(0);
  play.submit(0);
  play.start(0, 0);
  // All of second 100: what ends, then nodes, asks, cancellations, patience, and what comes.
  EXPECT_EQ(play.next(100, Kind::kEnd).id, 0U);
  EXPECT_EQ(play.next(100, Kind::kNodes).id, 0U);
  EXPECT_EQ(play.next(100, Kind::kNodes).id, 1U);
  play.next(100, Kind::kAsk);
  EXPECT_EQ(play.next(100, Kind::kCancel).id, 0U);
  EXPECT_EQ(play.next(100, Kind::kPatience).id, 1U);
  EXPECT_EQ(play.next(100, Kind::kSubmit).id, 2U);
  EXPECT_EQ(play.next(100, Kind::kSubmit).id, 3U);
  EXPECT_TRUE(play.over());
}

TEST(World, NothingComesBeforeItsTime) {
  Script script;
  script.jobs = {job(50)};
  Play play(script);
  EXPECT_EQ(play.world().next_at(), 50);
  EXPECT_FALSE(play.world().next(49));
  play.submit(50);
  EXPECT_EQ(play.world().next_at(), 1'050) << "patience ends";
}

TEST(World, WorkMayEndBeforeItsEstimate) {
  Script script;
  script.jobs = {job(0, 400'000)};
  Play play(script);
  play.submit(0);
  play.start(10, 0);
  EXPECT_EQ(play.world().true_end(ContractId{0}), 50);
  play.next(50, Kind::kEnd);
  play.stop(50, 0, EndReason::kCompleted);
  EXPECT_TRUE(play.over());
}

TEST(World, WorkMayOutliveItsEstimateAgainAndAgain) {
  Script script;
  script.jobs = {job(0, 1'500'000)};
  Play play(script);
  play.submit(0);
  play.start(0, 0);
  play.next(100, Kind::kOverrun);
  play.run(100, engine::ExtendContract{ContractId{0}, 120});
  play.next(120, Kind::kOverrun);
  play.run(120, engine::ExtendContract{ContractId{0}, 200});
  play.next(150, Kind::kEnd);
}

// What used up its estimate before somebody extended it does not overrun twice.
TEST(World, AnOverrunThatWasExtendedMeanwhileIsLeftOut) {
  Script script;
  script.jobs = {job(0, 1'500'000)};
  Play play(script);
  play.submit(0);
  play.start(0, 0);
  play.run(90, engine::ExtendContract{ContractId{0}, 200});
  play.next(150, Kind::kEnd);
}

struct Stop {
  EndReason reason;
  Second checkpoint;
  Second ran;
  Second kept;
};

TEST(World, WhatAStopKeeps) {
  const std::vector<Stop> stops = {
      {EndReason::kFailed, 0, 70, 0},      {EndReason::kFailed, 30, 70, 60},
      {EndReason::kFailed, 30, 29, 0},     {EndReason::kPreempted, 0, 70, 50},
      {EndReason::kPreempted, 30, 15, 0},  {EndReason::kCancelled, 0, 70, 70},
      {EndReason::kCompleted, 0, 100, 100}};
  for (const Stop& stop : stops) {
    Script script;
    script.restart = 20;
    script.jobs = {job(0)};
    script.jobs[0].checkpoint = stop.checkpoint;
    Play play(script);
    play.submit(0);
    play.start(0, 0);
    const Progress progress = play.stop(stop.ran, 0, stop.reason);
    EXPECT_EQ(progress.kept, stop.kept);
    EXPECT_EQ(progress.done_ppm, stop.kept * 10'000);
  }
}

TEST(World, WhatIsDoneStaysDone) {
  Script script;
  script.restart = 20;
  script.jobs = {job(0)};
  script.jobs[0].checkpoint = 30;
  Play play(script);
  play.submit(0);
  play.start(0, 0);
  play.stop(70, 0, EndReason::kFailed);  // 60 of 100 seconds
  play.start(200, 0);
  EXPECT_EQ(play.world().true_end(ContractId{1}), 240);
  // Checkpoints are counted from the start of the contract.
  EXPECT_EQ(play.stop(235, 1, EndReason::kFailed).done_ppm, 900'000U);
  play.start(300, 0);
  EXPECT_EQ(play.stop(305, 2, EndReason::kPreempted).done_ppm, 900'000U);
  play.start(400, 0);
  // The ends of contracts that were stopped, and the patience of work that has begun, are left out.
  EXPECT_EQ(play.next(410, Kind::kEnd).id, 3U);
  play.stop(410, 3, EndReason::kCompleted);
  EXPECT_TRUE(play.over());
}

// West is another hub: the checkpoint has to travel there.
// Pools 0 and 1 are in the east, pool 2 in the west.
TEST(World, WorkThatComesFromAnotherHubBeginsLater) {
  Script script;
  script.restart = 20;
  script.restart_far = 50;
  script.jobs = {job(0)};
  Play play(script);
  play.submit(0);
  play.start(0, 0, 2);
  EXPECT_EQ(play.world().true_end(ContractId{0}), 100) << "nothing comes from anywhere";
  EXPECT_EQ(play.stop(60, 0, EndReason::kPreempted).done_ppm, 400'000U);
  play.start(60, 0);
  EXPECT_EQ(play.world().true_end(ContractId{1}), 60 + 60 + 50 - 20);
  EXPECT_EQ(play.world().progress(ContractId{1}, 80, EndReason::kCancelled).kept, 0);
  EXPECT_EQ(play.stop(80, 1, EndReason::kPreempted).done_ppm, 400'000U) << "still on its way";
  play.start(80, 0);
  EXPECT_EQ(play.world().true_end(ContractId{2}), 80 + 60) << "it is there";
  EXPECT_EQ(play.stop(110, 2, EndReason::kFailed).done_ppm, 400'000U);
  play.start(110, 0, 2);
  EXPECT_EQ(play.world().progress(ContractId{3}, 150, EndReason::kPreempted).kept, 0);
  EXPECT_EQ(play.stop(170, 3, EndReason::kPreempted).kept, 10) << "60, less 30 and 20";
  play.start(170, 0, 2);
  EXPECT_EQ(play.next(170 + 50, Kind::kEnd).id, 4U);
}

TEST(World, ARestartFarAwayCostsNoLessThanOneAtHome) {
  Script script;
  script.restart = 50;
  script.restart_far = 20;
  script.jobs = {job(0)};
  Play play(script);
  play.submit(0);
  play.start(0, 0);
  play.stop(60, 0, EndReason::kPreempted);
  play.start(60, 0, 2);
  EXPECT_EQ(play.world().true_end(ContractId{1}), 60 + 90);
}

TEST(World, OwnersCancelWhatWaitsOrRunsOnly) {
  Script script;
  script.jobs = {job(0), job(0), job(0)};
  for (Job& one : script.jobs) one.cancel = 50;
  script.jobs[2].actual_ppm = 100'000;
  Play play(script);
  for (int i = 0; i < 3; ++i) play.submit(0);
  play.start(0, 0);
  play.start(0, 2);
  play.next(10, Kind::kEnd);
  play.stop(10, 1, EndReason::kCompleted);
  EXPECT_EQ(play.next(50, Kind::kCancel).id, 0U);
  play.stop(50, 0, EndReason::kCancelled);
  EXPECT_EQ(play.next(50, Kind::kCancel).id, 1U);
  play.run(50, engine::CancelOrder{OrderId{1}});
  EXPECT_TRUE(play.over());
}

TEST(World, DataArriveWhenTheLinkIsThroughWithThem) {
  Play play(Script{});
  play.run(5, engine::StartTransfer{0, engine::LinkId{0}});
  const Happening arrived = play.next(105, Kind::kArrived);
  EXPECT_EQ(play.world().transfer(arrived.id).link, engine::LinkId{0});
}

// Ends are told when the hub can speak again, and until then nothing is known.
TEST(World, AnEndInASilenceHappensWhenItIsTold) {
  Script script;
  script.jobs = {job(0)};
  script.hubs.silences = {{Away::kController, HubId{0}, 90, 150, 150}};
  Play play(script);
  play.submit(0);
  play.start(0, 0);
  play.next(100, Kind::kOverrun);
  EXPECT_EQ(play.next(150, Kind::kEnd).id, 0U);
  EXPECT_EQ(play.stop(150, 0, EndReason::kCompleted).kept, 100);
  EXPECT_EQ(play.world().tally().granted - play.world().tally().delivered, 50);
  play.next(150, Kind::kBack);
}

TEST(World, AStartOnAPhantomFailsAndTheNodeIsTold) {
  Script script;
  script.jobs = {job(0)};
  script.hubs.phantoms = {{PoolId{0}, 0, 1}};
  script.hubs.habits.phantom_again = 500;
  Play play(script);
  play.submit(0);
  play.start(0, 0);
  const Second fails = play.world().true_end(ContractId{0});
  play.next(fails, Kind::kFail);
  EXPECT_EQ(play.stop(fails, 0, EndReason::kFailed).done_ppm, 0U);
  const NodesChange& gone = play.world().nodes(play.next(fails, Kind::kNodes).id);
  EXPECT_FALSE(gone.up);
  EXPECT_EQ(gone.begin, 0U);
  const NodesChange& back = play.world().nodes(play.next(fails + 500, Kind::kNodes).id);
  EXPECT_TRUE(back.up);
  EXPECT_EQ(play.world().tally().dead_starts, 1U);
  EXPECT_EQ(play.world().tally().delivered, 0);
}

// A node that is lost while nobody can tell: the work since is lost, too.
TEST(World, ANodeThatIsLostInASilenceIsToldAfterIt) {
  Script script;
  script.jobs = {job(0)};
  script.jobs[0].checkpoint = 10;
  script.nodes = {{60, PoolId{0}, 0, 1, false, false}, {900, PoolId{0}, 0, 1, true, false}};
  script.hubs.silences = {{Away::kAgent, HubId{0}, 50, 80, 80}};
  Play play(script);
  play.submit(0);
  play.start(0, 0);
  EXPECT_EQ(play.next(80, Kind::kNodes).id, 0U);
  EXPECT_EQ(play.stop(80, 0, EndReason::kFailed).kept, 60);
}

// The same job is lucky or not, whoever schedules: its nth start has one draw.
TEST(World, LuckIsOfTheJobAndNotOfTheContract) {
  Script script;
  script.jobs = {job(0), job(0)};
  script.hubs.habits.start_delay = 40;
  Play first(script), second(script);
  for (Play* play : {&first, &second}) {
    play->submit(0);
    play->submit(0);
  }
  first.start(0, 0, 0);
  first.start(0, 1, 2);
  second.start(0, 1, 2);
  second.start(0, 0, 0);
  EXPECT_EQ(first.world().true_end(ContractId{0}), second.world().true_end(ContractId{1}));
  EXPECT_EQ(first.world().true_end(ContractId{1}), second.world().true_end(ContractId{0}));
}

// Random stops: work adds up to itself, whatever interrupts it.
TEST(WorldProperty, NoStopMakesOrLosesWorkThatWasKept) {
  for (std::uint64_t seed = 1; seed <= many_seeds(2'000); ++seed) {
    Random random(seed);
    Script script;
    script.restart = random.between(0, 40);
    script.jobs = {job(0, static_cast<std::uint32_t>(random.between(100'000, 2'000'000)))};
    script.jobs[0].order.ways[0].estimate = random.between(1, 500);
    script.jobs[0].checkpoint = random.between(0, 60);
    Play play(script);
    play.submit(0);
    const Second work = std::max<Second>(
        1, script.jobs[0].order.ways[0].estimate * script.jobs[0].actual_ppm / kPpm);
    std::uint32_t done = 0;
    Second kept = 0;
    Second at = 0;
    for (std::uint32_t contract = 0;; ++contract) {
      play.start(at, 0);
      const Second end = play.world().true_end(ContractId{contract});
      ASSERT_LE(end - at, work) << "seed " << seed;
      const Second stop = at + random.between(1, 300);
      if (stop >= end || contract == 20) {
        const Progress last = play.stop(end, contract, EndReason::kCompleted);
        ASSERT_EQ(last.done_ppm, kPpm);
        kept += last.kept;
        break;
      }
      const auto reason = random.below(2) == 0 ? EndReason::kFailed : EndReason::kPreempted;
      const Progress progress = play.stop(stop, contract, reason);
      ASSERT_GE(progress.done_ppm, done) << "seed " << seed;
      ASSERT_LT(progress.done_ppm, kPpm);
      ASSERT_LE(progress.kept, stop - at);
      done = progress.done_ppm;
      kept += progress.kept;
      at = stop + random.between(0, 50);
    }
    // Parts per million round down, so that at each stop a little may have to be done again.
    ASSERT_GE(kept + 1, work) << "seed " << seed;
    ASSERT_LE(kept, work + 22) << "seed " << seed;
  }
}

// What was to happen to the former order does not; what is to happen to the new one does.
TEST(World, AnAmendedOrderOpensAndLeavesAtItsNewSeconds) {
  Script script;
  script.jobs = {job(0)};
  script.jobs[0].order.not_before = 100;
  script.jobs[0].order.latest_start = 200;
  Play play(script);
  play.submit(0);
  engine::LiveOrder what = script.jobs[0].order;
  what.not_before = 150;
  what.latest_start = 300;
  what.ways[0].estimate = 40;
  play.run(50, engine::AmendOrder{OrderId{0}, what});
  play.next(150, Kind::kOpen);
  play.run(150, engine::OpenOrder{OrderId{0}});
  play.next(300, Kind::kPatience);
  EXPECT_TRUE(play.over());
  play.start(300, 0);
  play.next(340, Kind::kEnd);
}

}  // namespace
}  // namespace tongsuan::world
