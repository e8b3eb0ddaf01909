#include "tongsuan/lab/replay.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/lab/replay_audit.h"
#include "tongsuan/lab/run_record.h"
#include "tongsuan/lab/scenario.h"
#include "tongsuan/world/hubs.h"

namespace tongsuan::lab {
namespace {

using testing::Audit;
using testing::RandomWorld;

std::vector<std::string> baselines() {
  std::vector<std::string> names = {"pool-sjbf"};
  for (const PolicySpec& policy : policies()) {
    if (policy.name != "market") names.emplace_back(policy.name);
  }
  return names;
}

// Replays and audits.
RunResult audited(const Instance& instance, const std::string& policy, ReplayOptions options) {
  Audit audit(instance);
  options.watch = [&](const engine::Event& event) { audit.see(event); };
  Result<RunResult> result = replay(instance, policy, options);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().context);
  if (!result.ok()) return {};
  audit.expect(result.value());
  EXPECT_EQ(result.value().policy, policy);
  return std::move(result).value();
}

// Everything that was measured, as text.
std::string record_of(const RunResult& result) {
  return write_record({}, {}, result);
}

Instance small_week(std::uint32_t jobs, std::uint64_t seed) {
  InstanceOptions options;
  options.jobs = jobs;
  options.seed = seed;
  const Result<Scenario> scenario = find_scenario("national-week");
  EXPECT_TRUE(scenario.ok());
  Result<Instance> instance = make_instance(scenario.value(), options);
  EXPECT_TRUE(instance.ok()) << (instance.ok() ? "" : instance.error().context);
  return std::move(instance).value();
}

TEST(ReplayProperty, ASecondBookKeeperAgrees) {
  std::uint64_t stops = 0, left = 0, cancelled = 0, refused = 0;
  double moved = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(60); ++seed) {
    const Instance instance = RandomWorld(seed).take();
    for (const std::string& policy : baselines()) {
      ReplayOptions options;
      options.reservations = static_cast<std::uint32_t>(1 + seed % 4);
      options.pass_per_event = seed % 5 == 0;
      SCOPED_TRACE(policy + ", seed " + std::to_string(seed));
      const RunResult result = audited(instance, policy, options);
      if (::testing::Test::HasFailure()) return;
      stops += result.stops;
      left += result.left;
      cancelled += result.cancelled;
      refused += result.refused;
      moved += result.moved_tb;
    }
  }
  EXPECT_GT(stops, 0U) << "the worlds are too tame";
  EXPECT_GT(left, 0U);
  EXPECT_GT(cancelled, 0U);
  EXPECT_GT(refused, 0U);
  EXPECT_GT(moved, 0);
}

TEST(ReplayProperty, SameWorldSameResult) {
  for (std::uint64_t seed = 1; seed <= many_seeds(10); ++seed) {
    const Instance instance = RandomWorld(seed).take();
    for (const std::string& policy : baselines()) {
      const Result<RunResult> once = replay(instance, policy, {});
      if (seed % 5 != 0) continue;
      const Result<RunResult> again = replay(instance, policy, {});
      ASSERT_EQ(record_of(once.value()), record_of(again.value())) << policy << ", seed " << seed;
    }
  }
}

TEST(ReplayProperty, TheWeekOfTheTenClusters) {
  for (std::uint64_t seed = 1; seed <= many_seeds(2); ++seed) {
    const Instance instance = small_week(400, seed);
    for (const std::string& policy : baselines()) {
      SCOPED_TRACE(policy + ", seed " + std::to_string(seed));
      const RunResult result = audited(instance, policy, {});
      EXPECT_EQ(result.unfinished, 0U);
    }
  }
}

TEST(ReplayProperty, TheMarketKeepsTheSameBooks) {
  ReplayOptions options;
  options.round = 4 * kHour;
  options.horizon = 2 * kDay;
  for (std::uint64_t seed = 1; seed <= many_seeds(3); ++seed) {
    const Instance instance = RandomWorld(seed).take();
    SCOPED_TRACE("seed " + std::to_string(seed));
    options.thread_count = 1;
    const RunResult once = audited(instance, "market", options);
    options.thread_count = 2;
    EXPECT_EQ(record_of(audited(instance, "market", options)), record_of(once));
  }
  // Blocks need no certificates.
  options.certify = 0;
  std::uint64_t kept = 0, broken = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(60); ++seed) {
    SCOPED_TRACE("blocks, seed " + std::to_string(seed));
    const RunResult result = audited(RandomWorld(seed).take(), "market", options);
    kept += result.forward.kept;
    broken += result.forward.broken;
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(kept, many_seeds(60)) << "nobody pays for blocks";
  EXPECT_GT(broken, 0U) << "no block is ever lost";
  audited(small_week(100, 1), "market", options);
}

TEST(Replay, AHigherChargeOnUnmatchedEnergyIsGreener) {
  const Instance instance = small_week(1'000, 1);
  double before = 0;
  for (const std::uint32_t yuan : {0U, 20'000U}) {
    ReplayOptions options;
    options.certify = 0;
    options.green_charge = yuan;
    const Result<RunResult> run = replay(instance, "market", options);
    ASSERT_TRUE(run.ok());
    EXPECT_GT(run.value().green_hourly, before) << yuan;
    before = run.value().green_hourly;
  }
}

// ---- Policies
// ------------------------------------------------------------------------------------

TEST(Policies, SilosStayAtHomeAndBrokersStayWhereTheyChose) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Instance instance = RandomWorld(seed).take();
    for (const char* policy : {"silo-fifo", "silo-easy", "broker"}) {
      std::map<std::uint32_t, std::uint32_t> hub_of;
      ReplayOptions options;
      options.watch = [&](const engine::Event& event) {
        const auto* started = std::get_if<engine::ContractStarted>(&event.what);
        if (started == nullptr) return;
        const std::uint32_t order = started->what.order.value;
        const std::uint32_t hub = instance.places.pools[started->what.pool.value].hub.value;
        if (policy != std::string("broker")) {
          EXPECT_EQ(hub, instance.script.jobs[order].order.home) << policy;
        }
        EXPECT_EQ(hub_of.emplace(order, hub).first->second, hub) << policy;
      };
      ASSERT_TRUE(replay(instance, policy, options).ok());
    }
  }
}

TEST(Policies, FirstComeFirstServedStartsInTheOrderOfComing) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Instance instance = RandomWorld(seed).take();
    instance.script.nodes.clear();  // work that failed comes back to the front
    for (world::Job& job : instance.script.jobs) {
      job.order.ways.resize(1);
      job.order.data = kNone;
      job.order.not_before = 0;
    }
    std::map<std::uint32_t, std::uint32_t> last;  // by hub: the order that started last
    ReplayOptions options;
    options.watch = [&](const engine::Event& event) {
      const auto* started = std::get_if<engine::ContractStarted>(&event.what);
      if (started == nullptr) return;
      const std::uint32_t hub = instance.places.pools[started->what.pool.value].hub.value;
      EXPECT_LE(last[hub], started->what.order.value) << "seed " << seed;
      last[hub] = started->what.order.value;
    };
    ASSERT_TRUE(replay(instance, "silo-fifo", options).ok());
  }
}

// ---- Failures
// ------------------------------------------------------------------------------------

TEST(Replay, NamesThePoliciesThereAre) {
  const Result<RunResult> result = replay(RandomWorld(1).take(), "luck", {});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().context.find("luck"), std::string::npos);
  for (const PolicySpec& policy : policies()) {
    EXPECT_NE(result.error().hint.find(policy.name), std::string::npos);
  }
}

TEST(Replay, RefusesPlacesThatAreNoExchange) {
  Instance instance = RandomWorld(1).take();
  instance.places.pools[0].nodes = 0;
  EXPECT_FALSE(replay(instance, "pool-value", {}).ok());
}

TEST(Replay, StopsWhenItIsCancelled) {
  ReplayOptions options;
  options.cancelled = [] { return true; };
  Instance instance = RandomWorld(1).take();
  while (instance.script.jobs.size() < 1'000) {
    instance.script.jobs.push_back(instance.script.jobs.back());
  }
  const Result<RunResult> result = replay(instance, "pool-fifo", options);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kInterrupted);
}

// A refused order counts among the jobs, whoever it says it is from.
TEST(Replay, CountsRefusedOrders) {
  Instance instance = RandomWorld(1).take();
  instance.script.jobs.resize(5);
  instance.script.jobs[0].order.account = AccountId{99};
  instance.script.jobs[1].order.ways[0].gang = 1'000;
  const Result<RunResult> result = replay(instance, "pool-fifo", {});
  ASSERT_TRUE(result.ok());
  EXPECT_GE(result.value().refused, 2U);
  EXPECT_EQ(result.value().jobs, 5U);
}

TEST(Replay, AWorldWithoutJobsIsOver) {
  Instance instance = RandomWorld(1).take();
  instance.script.jobs.clear();
  const Result<RunResult> result = replay(instance, "pool-value", {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value().jobs, 0U);
  EXPECT_EQ(result.value().utilisation, 0);
}

// ---- Hubs that are not perfect ------------------------------------------------------------------

// What the events of a replay say against what its hubs did: no policy starts anything at a hub
// that is silent for a lease, nothing ends while its hub is silent by itself, and the figures are
// those of the events.
class HubWatch {
 public:
  explicit HubWatch(const Instance& instance)
      : instance_(instance), hubs_(instance.places, instance.script) {}

  void see(const engine::Event& event) {
    if (const auto* started = std::get_if<engine::ContractStarted>(&event.what)) {
      const HubId hub = hub_of(started->what.pool);
      EXPECT_TRUE(hubs_.takes(hub, event.at)) << "starts at a silent hub";
      contracts_.push_back({started->what, event.at, false});
    } else if (const auto* ended = std::get_if<engine::ContractEnded>(&event.what)) {
      Told& told = contracts_[ended->contract.value];
      EXPECT_FALSE(told.ended) << "ends twice";
      told.ended = true;
      ++ended_;
      const HubId hub = hub_of(told.what.pool);
      const bool by_hub = ended->reason == engine::EndReason::kCompleted;
      if (!by_hub) return;
      EXPECT_EQ(hubs_.told(hub, event.at), event.at) << "a silent hub tells of an end";
      for (const std::uint32_t node : told.what.nodes) {
        EXPECT_FALSE(hubs_.is_phantom(told.what.pool, node)) << "runs where nothing is";
      }
    }
  }
  [[nodiscard]] std::uint64_t ended() const { return ended_; }

 private:
  struct Told {
    engine::StartOrder what;
    Second start = 0;
    bool ended = false;
  };
  [[nodiscard]] HubId hub_of(engine::PoolId pool) const {
    return instance_.places.pools[pool.value].hub;
  }
  const Instance& instance_;
  world::Hubs hubs_;
  std::vector<Told> contracts_;
  std::uint64_t ended_ = 0;
};

TEST(ReplayProperty, HubsThatAreNotPerfectKeepTheBook) {
  HubFigures all;
  for (std::uint64_t seed = 1; seed <= many_seeds(15); ++seed) {
    const Instance instance = RandomWorld(seed).take_with_real_hubs();
    for (const std::string& policy :
         {std::string("silo-easy"), std::string("pool-value"), std::string("market")}) {
      Audit audit(instance);
      HubWatch watch(instance);
      ReplayOptions options;
      options.watch = [&](const engine::Event& event) {
        audit.see(event);
        watch.see(event);
      };
      const Result<RunResult> result = replay(instance, policy, options);
      ASSERT_TRUE(result.ok()) << result.error().context;
      const HubFigures& hubs = result.value().hubs;
      ASSERT_EQ(hubs.contracts, watch.ended()) << policy << " seed " << seed;
      ASSERT_GE(hubs.missed, 0);
      ASSERT_LE(hubs.missed, 1);
      ASSERT_GE(hubs.overrun, 0);
      all.contracts += hubs.contracts;
      all.missed += hubs.missed;
      all.overrun += hubs.overrun;
      all.requeues += hubs.requeues;
      all.evicted += hubs.evicted;
      all.dead_starts += hubs.dead_starts;
      if (seed % 5 != 0) continue;
      const Result<RunResult> again = replay(instance, policy, {});
      ASSERT_TRUE(again.ok());
      EXPECT_EQ(record_of(again.value()), record_of(result.value())) << "the same seed";
    }
  }
  EXPECT_GT(all.missed, 1);
  EXPECT_GT(all.overrun, 0.01);
  EXPECT_GT(all.requeues, 20U);
  EXPECT_GT(all.evicted, 20U);
  EXPECT_GT(all.dead_starts, 10U);
}

// A figure that only such worlds have is written there, and read back.
TEST(Replay, FiguresOfHubsAreInTheRecordOfSuchWorldsOnly) {
  const Result<RunResult> real = replay(RandomWorld(3).take_with_real_hubs(), "pool-value", {});
  const Result<RunResult> plain = replay(RandomWorld(3).take(), "pool-value", {});
  ASSERT_TRUE(real.ok() && plain.ok());
  EXPECT_EQ(record_of(plain.value()).find("\"hubs\":{"), std::string::npos);
  const std::string line = record_of(real.value());
  EXPECT_NE(line.find("\"dead_starts\":"), std::string::npos);
}

}  // namespace
}  // namespace tongsuan::lab
