#include "tongsuan/lab/instance_bounds.h"

#include <gtest/gtest.h>

#include "tongsuan/lab/replay.h"
#include "tongsuan/lab/scenario.h"

namespace tongsuan::lab {
namespace {

Instance small_week() {
  const Result<Scenario> scenario = find_scenario("national-week");
  EXPECT_TRUE(scenario.ok());
  InstanceOptions options;
  options.jobs = 400;
  Result<Instance> instance = make_instance(scenario.value(), options);
  EXPECT_TRUE(instance.ok());
  return std::move(instance).value();
}

TEST(InstanceBounds, ReplaysStayBelow) {
  Instance instance = small_week();
  instance.script.nodes.clear();  // so that all work runs in one piece
  const InstanceBounds bounds = instance_bounds(instance);
  for (const char* policy : {"silo-easy", "pool-value", "broker"}) {
    Result<RunResult> run = replay(instance, policy, {});
    ASSERT_TRUE(run.ok());
    EXPECT_EQ(run.value().net_bound_yuan, 0) << "a replay alone stays without";
    EXPECT_EQ(run.value().stops + run.value().moves, 0U) << policy;
    put_bounds(bounds, run.value());
    EXPECT_LE(run.value().utilisation, run.value().utilisation_bound) << policy;
    EXPECT_LE(run.value().net_yuan, run.value().net_bound_yuan) << policy;
    EXPECT_GT(run.value().net_yuan, run.value().net_bound_yuan / 2) << policy;
  }
}

TEST(InstanceBounds, YearsOfManyPoolsHaveNoneOfNetValue) {
  Instance instance = small_week();
  EXPECT_TRUE(has_net_bound(instance));
  instance.span = 365 * kDay;
  EXPECT_FALSE(has_net_bound(instance));
  const InstanceBounds bounds = instance_bounds(instance);
  EXPECT_GT(bounds.utilisation, 0);
  EXPECT_EQ(bounds.net_yuan, 0);
}

}  // namespace
}  // namespace tongsuan::lab
