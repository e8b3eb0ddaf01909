// Replays against published figures: the log of the KTH SP2, EASY and SJBF backfilling.
#include "tongsuan/lab/swf_instance.h"

#include <gtest/gtest.h>

#include "tongsuan/dispatch/dispatch_fixture.h"
#include "tongsuan/import/trace_fixture.h"
#include "tongsuan/lab/replay.h"

namespace tongsuan::lab {
namespace {

using dispatch::testing::BookEasy;
using dispatch::testing::SmallJob;
using imports::testing_support::shared_folder;
using imports::testing_support::TraceFolder;

std::string kth() {
  return shared_folder("swf") + "/KTH-SP2-1996-2.1-cln.swf.gz";
}

double slowdown(Estimates estimates, const char* policy, bool pass_per_event = false) {
  const Result<Instance> instance = make_swf_instance(kth(), estimates);
  EXPECT_TRUE(instance.ok()) << (instance.ok() ? "" : instance.error().context);
  if (!instance.ok()) return 0;
  EXPECT_EQ(instance.value().script.jobs.size(), 28'481U);
  ReplayOptions options;
  options.reservations = 1;
  options.pass_per_event = pass_per_event;
  const Result<RunResult> result = replay(instance.value(), policy, options);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.value().unfinished + result.value().refused + result.value().left, 0U);
  return result.value().bounded_slowdown;
}

TEST(Oracle, EasyOnTheLogOfTheKth) {
  TONGSUAN_NEED_SHARED("swf");
  EXPECT_NEAR(slowdown(Estimates::kRequested, "pool-fifo", true), 92.57, 0.02);
}
TEST(Oracle, ShortestJobBackfilledFirst) {
  TONGSUAN_NEED_SHARED("swf");
  EXPECT_NEAR(slowdown(Estimates::kRequested, "pool-sjbf"), 69.39, 0.02);
}
TEST(Oracle, ClairvoyantEasy) {
  TONGSUAN_NEED_SHARED("swf");
  EXPECT_NEAR(slowdown(Estimates::kClairvoyant, "pool-fifo"), 71.72, 0.02);
}
TEST(Oracle, ClairvoyantShortestJobBackfilledFirst) {
  TONGSUAN_NEED_SHARED("swf");
  EXPECT_NEAR(slowdown(Estimates::kClairvoyant, "pool-sjbf"), 49.85, 0.01);
}

// Not only the mean: every job of the log starts at the second at which the book starts it.
TEST(Oracle, EveryJobStartsWhenTheBookStartsIt) {
  TONGSUAN_NEED_SHARED("swf");
  const Result<Instance> instance = make_swf_instance(kth(), Estimates::kRequested);
  ASSERT_TRUE(instance.ok());
  std::vector<SmallJob> jobs;
  for (const world::Job& job : instance.value().script.jobs) {
    const engine::Way& way = job.order.ways[0];
    jobs.push_back({job.order.submit, true_work(job) / way.gang, way.estimate, way.gang});
  }
  for (const bool shortest : {false, true}) {
    std::vector<Second> starts(jobs.size(), -1);
    ReplayOptions options;
    options.reservations = 1;
    options.watch = [&](const engine::Event& event) {
      const auto* started = std::get_if<engine::ContractStarted>(&event.what);
      if (started != nullptr) starts[started->what.order.value] = event.at;
    };
    ASSERT_TRUE(replay(instance.value(), shortest ? "pool-sjbf" : "pool-fifo", options).ok());
    const std::vector<Second> book = BookEasy(100, jobs, shortest).run();
    for (std::size_t i = 0; i < jobs.size(); ++i) ASSERT_EQ(starts[i], book[i]) << "job " << i;
  }
}

TEST(SwfInstance, DurationsComeBackExactly) {
  const TraceFolder folder;
  folder.write("small.swf",
               "; MaxProcs: 8\n"
               "1 10 -1 7 2 -1 -1 2 100 -1 1 1 1 -1 -1 -1 -1 -1\n"
               "2 20 -1 500 2 -1 -1 4 300 -1 1 1 1 -1 -1 -1 -1 -1\n"
               "3 30 -1 61 3 -1 -1 3 -1 -1 1 1 1 -1 -1 -1 -1 -1\n");
  const auto instance = make_swf_instance(folder.path() + "/small.swf", Estimates::kRequested);
  ASSERT_TRUE(instance.ok()) << instance.error().context;
  const std::vector<world::Job>& jobs = instance.value().script.jobs;
  ASSERT_EQ(jobs.size(), 3U);
  EXPECT_EQ(instance.value().places.pools[0].nodes, 8U);
  EXPECT_EQ(jobs[0].order.ways[0], (engine::Way{ClassId{0}, 2, 100}));
  EXPECT_EQ(true_work(jobs[0]), 2 * 7);
  EXPECT_EQ(true_work(jobs[1]), 4 * 300) << "cut at what was asked for";
  EXPECT_EQ(true_work(jobs[2]), 3 * 61);
  EXPECT_EQ(jobs[1].order.submit, 10) << "the first comes at second 0";
  const auto seen = make_swf_instance(folder.path() + "/small.swf", Estimates::kClairvoyant);
  EXPECT_EQ(seen.value().script.jobs[0].order.ways[0].estimate, 7);
}

TEST(SwfInstance, ALogHasToSayHowLargeItsMachineIs) {
  const TraceFolder folder;
  folder.write("small.swf", "1 10 -1 7 2 -1 -1 2 100 -1 1 1 1 -1 -1 -1 -1 -1\n");
  const auto instance = make_swf_instance(folder.path() + "/small.swf", Estimates::kRequested);
  ASSERT_FALSE(instance.ok());
  EXPECT_NE(instance.error().hint.find("MaxProcs"), std::string::npos);
  EXPECT_FALSE(make_swf_instance(folder.path() + "/none.swf", Estimates::kRequested).ok());
}

}  // namespace
}  // namespace tongsuan::lab
