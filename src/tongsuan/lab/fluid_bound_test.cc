#include "tongsuan/lab/fluid_bound.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <numeric>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/lab/bound_cases.h"

namespace tongsuan::lab {
namespace {

// ---- A naive twin: the transportation problem second by second ----------------------------------

class NaiveFlow {
 public:
  std::size_t node() {
    arcs_.emplace_back();
    return arcs_.size() - 1;
  }
  void arc(std::size_t from, std::size_t to, std::int64_t room) {
    arcs_[from].push_back({to, arcs_[to].size(), room});
    arcs_[to].push_back({from, arcs_[from].size() - 1, 0});
  }
  std::int64_t run(std::size_t source, std::size_t sink) {
    std::int64_t sum = 0;
    for (;;) {
      std::vector<bool> seen(arcs_.size());
      const std::int64_t pushed = push(source, sink, INT64_MAX, seen);
      if (pushed == 0) return sum;
      sum += pushed;
    }
  }

 private:
  struct Arc {
    std::size_t to, back;
    std::int64_t room;
  };
  std::int64_t push(std::size_t at, std::size_t sink, std::int64_t most, std::vector<bool>& seen) {
    if (at == sink) return most;
    seen[at] = true;
    for (Arc& arc : arcs_[at]) {
      if (arc.room == 0 || seen[arc.to]) continue;
      const std::int64_t pushed = push(arc.to, sink, std::min(most, arc.room), seen);
      if (pushed == 0) continue;
      arc.room -= pushed;
      arcs_[arc.to][arc.back].room += pushed;
      return pushed;
    }
    return 0;
  }
  std::vector<std::vector<Arc>> arcs_;
};

std::int64_t up_at(const std::vector<UpDevices>& up, Second at) {
  std::int64_t devices = 0;
  for (const UpDevices& step : up) devices = step.at <= at ? step.devices : devices;
  return devices;
}

// `pooled`: every job may use every pool.
std::int64_t most_work(const FluidModel& model, bool pooled) {
  NaiveFlow flow;
  const std::size_t source = flow.node(), sink = flow.node();
  std::vector<std::vector<std::size_t>> places;
  for (const std::vector<UpDevices>& up : model.up) {
    std::vector<std::size_t> row;
    for (Second at = 0; at < model.span; ++at) {
      row.push_back(flow.node());
      flow.arc(row.back(), sink, up_at(up, at));
    }
    places.push_back(std::move(row));
  }
  std::vector<std::uint32_t> every(model.up.size());
  std::iota(every.begin(), every.end(), 0U);
  for (const FluidJob& job : model.jobs) {
    const std::size_t work = flow.node();
    flow.arc(source, work, job.work);
    for (Second at = job.submit; at < job.end; ++at) {
      const std::size_t gang = flow.node();
      flow.arc(work, gang, job.gang);
      for (const std::uint32_t pool : pooled ? every : model.pool_sets[job.pools]) {
        flow.arc(gang, places[pool][static_cast<std::size_t>(at)], job.gang);
      }
    }
  }
  return flow.run(source, sink);
}

// -------------------------------------------------------------------------------------------------

Instance one_pool(std::uint32_t nodes) {
  Instance instance;
  instance.span = 100;
  instance.places.hubs.resize(1);
  instance.places.classes.resize(1);
  instance.places.pools = {{HubId{0}, ClassId{0}, nodes, 1, Price(0)}};
  return instance;
}

world::Job job_of(Second submit, std::uint32_t gang, Second seconds) {
  world::Job job;
  job.order.submit = submit;
  job.order.latest_start = submit + 1'000;
  job.order.ways = {{ClassId{0}, gang, seconds}};
  return job;
}

TEST(FluidBound, LateWorkDoesNotFillTheDevicesThatStoodIdleBefore) {
  Instance instance = one_pool(4);
  instance.script.jobs = {job_of(50, 4, 100), job_of(50, 4, 100)};
  const FluidBound bound = fluid_bound(instance);
  EXPECT_EQ(bound.offered, 400);  // 2 gangs of 4 for 50 s
  EXPECT_EQ(bound.capacity, 400);
  EXPECT_EQ(bound.one_set, 200);
  EXPECT_EQ(bound.bound, 200);
  EXPECT_DOUBLE_EQ(bound.utilisation, 0.5);
}

TEST(FluidBound, DevicesThatAreDownDoNothing) {
  Instance instance = one_pool(2);
  instance.script.jobs = {job_of(0, 2, 1'000)};
  instance.script.nodes = {{20, engine::PoolId{0}, 0, 1, false},
                           {30, engine::PoolId{0}, 0, 1, false},
                           {60, engine::PoolId{0}, 0, 1, true}};
  EXPECT_EQ(fluid_bound(instance).bound, 200 - 40);
}

TEST(FluidBound, AJobWithoutDevicesOfItsClassDoesNothing) {
  Instance instance = one_pool(2);
  instance.places.classes.resize(2);
  instance.script.jobs = {job_of(0, 1, 1'000)};
  instance.script.jobs[0].order.ways[0].accelerator = ClassId{1};
  EXPECT_EQ(fluid_bound(instance).bound, 0);
}

TEST(FluidBound, SeesThatDemandMayNotGoWhereDevicesAreIdle) {
  Instance instance = one_pool(2);
  instance.places.hubs.resize(2);
  instance.places.pools.push_back({HubId{1}, ClassId{0}, 2, 1, Price(0)});
  for (int i = 0; i < 4; ++i) {
    instance.script.jobs.push_back(job_of(0, 1, 1'000));
    instance.script.jobs.back().order.hubs = {HubId{0}};
  }
  const FluidBound bound = fluid_bound(instance);
  EXPECT_EQ(bound.one_set, 400);
  EXPECT_EQ(bound.by_pool, 200);
  EXPECT_EQ(bound.bound, 200);
}

TEST(FluidBound, NothingIsDoneBeforeItIsWanted) {
  Instance instance = one_pool(1);
  instance.script.jobs = {job_of(10, 1, 1'000)};
  instance.script.jobs[0].order.not_before = 70;
  EXPECT_EQ(fluid_bound(instance).bound, 30);
}

TEST(FluidBound, AnOwnerWhoGivesUpEndsTheWindow) {
  Instance instance = one_pool(1);
  instance.script.jobs = {job_of(10, 1, 1'000)};
  instance.script.jobs[0].cancel = 30;
  EXPECT_EQ(fluid_bound(instance).bound, 20);
}

TEST(FluidBound, AnyBlockedSecondsGiveABound) {
  for (std::uint64_t seed = 1; seed <= many_seeds(500); ++seed) {
    const FluidModel model = fluid_model(random_instance(seed, {.cancels = true}));
    const std::int64_t most = most_work(model, /*pooled=*/false);
    Random random(seed);
    for (int attempt = 0; attempt < 10; ++attempt) {
      std::vector<std::vector<Seconds>> blocked(model.up.size());
      for (auto& parts : blocked) {
        for (Second at = 0; at < model.span; ++at) {
          if (random.below(2) == 0) parts.push_back({at, at + 1});
        }
      }
      ASSERT_GE(fluid_cut(model, blocked), most) << "seed " << seed;
    }
  }
}

TEST(FluidBound, OneSetIsTheExactOptimumOfPooledDevices) {
  for (std::uint64_t seed = 1; seed <= many_seeds(2'000); ++seed) {
    const Instance instance = random_instance(seed, {.jobs = 9});
    const FluidBound bound = fluid_bound(instance);
    ASSERT_EQ(bound.one_set, most_work(fluid_model(instance), /*pooled=*/true)) << "seed " << seed;
    ASSERT_LE(bound.reached, bound.one_set) << "seed " << seed;
    ASSERT_GE(bound.reached, bound.one_set - 1) << "seed " << seed;
  }
}

TEST(FluidBound, IsNeverBelowTheOptimumWithPoolsAndWindows) {
  std::uint64_t tight = 0, count = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(1'000); ++seed) {
    const Instance instance = random_instance(seed, {.jobs = 9, .cancels = true});
    const FluidBound bound = fluid_bound(instance);
    const std::int64_t most = most_work(fluid_model(instance), /*pooled=*/false);
    ASSERT_GE(bound.bound, most) << "seed " << seed;
    ASSERT_EQ(bound.bound, fluid_cut(fluid_model(instance), bound.blocked)) << "seed " << seed;
    tight += bound.bound == most;
    ++count;
  }
  RecordProperty("tight", std::to_string(tight));
  EXPECT_GT(tight * 4, count * 3) << tight << " of " << count;
}

}  // namespace
}  // namespace tongsuan::lab
