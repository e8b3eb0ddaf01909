#include "tongsuan/lab/packing.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "tongsuan/import/trace_fixture.h"
#include "tongsuan/lab/packing_fixture.h"

namespace tongsuan::lab::packing {
namespace {

using testing_support::random_workload;

constexpr PodShape kWhole{.cpu_milli = 1'000, .memory_mib = 1, .gpu_count = 1, .gpu_milli = 1'000};
constexpr PodShape kHalf{.cpu_milli = 1'000, .memory_mib = 1, .gpu_count = 1, .gpu_milli = 500};
constexpr PodShape kMost{.cpu_milli = 1'000, .memory_mib = 1, .gpu_count = 1, .gpu_milli = 800};
constexpr PodShape kPair{.cpu_milli = 1'000, .memory_mib = 1, .gpu_count = 2, .gpu_milli = 1'000};
constexpr NodeShape kNode{.cpu_milli = 8'000, .memory_mib = 100, .gpu_count = 2};

constexpr std::array kPublished{PublishedRule::kRandom,        PublishedRule::kDotProduct,
                                PublishedRule::kBestFit,       PublishedRule::kFgd,
                                PublishedRule::kFgdRandomTies, PublishedRule::kFgdBestFit};

std::vector<std::unique_ptr<Rule>> all_rules(const Workload& workload, const Plan& plan) {
  std::vector<std::unique_ptr<Rule>> rules;
  for (const PublishedRule rule : kPublished) rules.push_back(make_rule(rule, workload, 7));
  rules.push_back(make_follow_rule(workload, plan, Admission::kWhateverFits));
  rules.push_back(make_follow_rule(workload, plan, Admission::kWhatIsWorthIt));
  return rules;
}

std::uint32_t kind_of(const Workload& workload, const PodShape& pod) {
  const auto kind = std::ranges::find(workload.kinds, pod, &PodKind::shape);
  return static_cast<std::uint32_t>(kind - workload.kinds.begin());
}

// Where a rule puts a pod after some others stand; the number of nodes where it drops it.
std::uint32_t chosen_node(const Workload& workload, Rule& rule,
                          const std::vector<std::pair<PodShape, Placement>>& standing,
                          const PodShape& pod) {
  Cluster cluster(workload);
  for (const auto& [shape, placement] : standing) cluster.place(shape, placement);
  const std::optional<Placement> placement = rule.choose(cluster, kind_of(workload, pod));
  return placement ? placement->node : static_cast<std::uint32_t>(workload.nodes.size());
}

// ---- Cluster -----------------------------------------------------------------------------------

TEST(Packing, AShareFitsOnOneGpuOnly) {
  NodeState state(kNode);
  place(state, kHalf, 0b01);
  place(state, kHalf, 0b10);
  EXPECT_TRUE(fits(state, kHalf));
  EXPECT_FALSE(fits(state, kMost)) << "two halves of two GPUs are no whole one";
  EXPECT_FALSE(fits(state, kWhole));
}

TEST(Packing, WholeGpusMustBeIdle) {
  NodeState state(kNode);
  EXPECT_TRUE(fits(state, kPair));
  place(state, kHalf, 0b10);
  EXPECT_FALSE(fits(state, kPair));
  EXPECT_TRUE(fits(state, kWhole));
  EXPECT_EQ(first_idle_gpus(state, 1), 0b01);
}

TEST(Packing, CpuAndMemoryLimitPods) {
  NodeState state(kNode);
  PodShape pod = kHalf;
  pod.cpu_milli = 8'001;
  EXPECT_FALSE(fits(state, pod));
  pod = kHalf;
  pod.memory_mib = 101;
  EXPECT_FALSE(fits(state, pod));
}

// ---- Workload ----------------------------------------------------------------------------------

TEST(Packing, EqualPodsAreOneKind) {
  const Workload workload = make_workload({kNode, kNode}, {kWhole, kHalf, kWhole});
  ASSERT_EQ(workload.kinds.size(), 2U);
  EXPECT_EQ(workload.kinds[0].shape, kHalf);
  EXPECT_EQ(workload.kinds[1].count, 2);
  EXPECT_EQ(workload.gpu_capacity(), 4'000);
  EXPECT_EQ(workload.trace_request(), 2'500);
}

TEST(Packing, ArrivalsAreTheTraceAndThenDrawsUntilTheCapacityIsAskedFor) {
  const Workload workload = make_workload({kNode, kNode}, {kWhole, kHalf, kWhole});
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::vector<std::uint32_t> arrivals = draw_arrivals(workload, seed);
    const std::vector<std::int64_t> counts = count_kinds(workload, arrivals);
    EXPECT_GE(counts[0], 1);
    EXPECT_GE(counts[1], 2);
    EXPECT_LE(counts[0] * 500 + counts[1] * 1'000, 4'000);
    EXPECT_GT(counts[0] * 500 + counts[1] * 1'000, 3'000);
    EXPECT_EQ(arrivals, draw_arrivals(workload, seed));
  }
}

TEST(Packing, ASampleCountsDrawnPods) {
  const Workload workload = make_workload({kNode}, {kWhole, kHalf, kWhole});
  const Workload sample = sample_workload(workload, {.pods = 300, .seed = 4});
  EXPECT_EQ(sample.kinds[0].count + sample.kinds[1].count, 300);
  EXPECT_NEAR(static_cast<double>(sample.kinds[1].count), 200, 40);
  EXPECT_DOUBLE_EQ(expected_pods(workload)[1], 2 * 2'000 / 2'500.0);
}

TEST(Packing, ReadsTheTraceAndSaysWhatIsWrong) {
  const imports::testing_support::TraceFolder folder;
  folder.write("openb_node_list_gpu_node.csv",
               "sn,cpu_milli,memory_mib,gpu,model\nn,8000,100,2,T4\n");
  const std::string header = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n";
  const auto read = [&](const std::string& rows) {
    folder.write("openb_pod_list_default.csv.gz",
                 imports::testing_support::gzip_bytes(header + rows));
    return read_openb_workload(folder.path());
  };
  EXPECT_EQ(read("a,1000,1,1,500,\n").value().kinds[0].shape, kHalf);
  EXPECT_NE(read("a,1000,1,2,500,\n").error().context.find("only one GPU can be shared"),
            std::string::npos);
  EXPECT_NE(read("a,1000,1,1,500,T4\n").error().context.find("must be empty"), std::string::npos);
  EXPECT_NE(read("a,1000,1,1,1001,\n").error().context.find("gpu_milli"), std::string::npos);
  EXPECT_NE(read("a,1000,1,0,0,\n").error().context.find("no pods that use them"),
            std::string::npos);
}

// ---- Published rules ---------------------------------------------------------------------------

TEST(Packing, BestFitTakesTheFullerNode) {
  const Workload workload = make_workload({kNode, kNode}, {kWhole, kHalf});
  for (std::uint32_t busy = 0; busy < 2; ++busy) {
    const auto rule = make_rule(PublishedRule::kBestFit, workload, 1);
    EXPECT_EQ(chosen_node(workload, *rule, {{kWhole, {busy, 0b01}}}, kHalf), busy);
  }
}

TEST(Packing, DotProductTakesTheNodeWithLessLeft) {
  const NodeShape large{.cpu_milli = 96'000, .memory_mib = 100, .gpu_count = 8};
  PodShape pod = kWhole;
  pod.cpu_milli = 12'000;
  const Workload workload = make_workload({large, large}, {pod, kHalf});
  for (std::uint32_t busy = 0; busy < 2; ++busy) {
    const auto rule = make_rule(PublishedRule::kDotProduct, workload, 1);
    const std::vector<std::pair<PodShape, Placement>> standing{
        {pod, {busy, 0b001}}, {pod, {busy, 0b010}}, {pod, {busy, 0b100}}};
    EXPECT_EQ(chosen_node(workload, *rule, standing, pod), busy);
  }
}

// Best fit would take the fuller node; there the last whole GPU is.
TEST(Packing, FgdLeavesWholeGpusToWholePods) {
  const Workload workload = make_workload({kNode, kNode}, {kWhole, kWhole, kHalf});
  for (const PublishedRule published : {PublishedRule::kFgd, PublishedRule::kFgdBestFit}) {
    const auto rule = make_rule(published, workload, 1);
    EXPECT_EQ(chosen_node(workload, *rule, {{kWhole, {0, 0b01}}, {kHalf, {1, 0b01}}}, kHalf), 1U);
  }
}

TEST(Packing, RandomTakesEveryNodeWherePodsFit) {
  const Workload workload = make_workload({kNode, kNode, kNode}, {kWhole, kHalf});
  const auto rule = make_rule(PublishedRule::kRandom, workload, 1);
  std::array<int, 3> times{};
  for (int i = 0; i < 100; ++i) {
    ++times[chosen_node(workload, *rule, {{kWhole, {1, 0b01}}, {kWhole, {1, 0b10}}}, kHalf)];
  }
  EXPECT_GT(times[0], 20);
  EXPECT_EQ(times[1], 0);
  EXPECT_GT(times[2], 20);
}

// ---- All rules ---------------------------------------------------------------------------------

TEST(Packing, NothingIsEverOverFullAndTheSumIsTrue) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Workload workload = random_workload(seed, {.nodes = 12, .pods = 40});
    const Plan plan = make_plan(workload, {});
    const Game game{.arrivals = draw_arrivals(workload, seed), .batch = 1 + seed % 7};
    for (const std::unique_ptr<Rule>& rule : all_rules(workload, plan)) {
      const GameResult result = play(workload, game, *rule);  // checks every placement
      std::int64_t left = 0;
      for (const NodeState& node : result.nodes) {
        left += node.gpu_left_total();
        EXPECT_GE(node.cpu_left, 0);
        EXPECT_GE(node.memory_left, 0);
        EXPECT_GE(std::ranges::min(node.gpu_left), 0);
      }
      EXPECT_EQ(result.allocated, workload.gpu_capacity() - left) << "seed " << seed;
    }
  }
}

TEST(Packing, TheSameSeedGivesTheSameGame) {
  const Workload workload = random_workload(3, {.nodes = 12, .pods = 40});
  const Plan plan = make_plan(workload, {});
  const Game game{.arrivals = draw_arrivals(workload, 3)};
  const auto once = all_rules(workload, plan);
  const auto again = all_rules(workload, make_plan(workload, {}));
  for (std::size_t i = 0; i < once.size(); ++i) {
    EXPECT_EQ(play(workload, game, *once[i]).nodes, play(workload, game, *again[i]).nodes);
  }
}

TEST(Packing, RulesDropOnlyWhatFitsNowhere) {
  const Workload workload = random_workload(5, {.nodes = 10, .pods = 60});
  const Plan plan = make_plan(workload, {});
  auto rules = all_rules(workload, plan);
  rules.pop_back();  // the one that may refuse
  for (const std::unique_ptr<Rule>& rule : rules) {
    Cluster cluster(workload);
    for (const std::uint32_t kind : draw_arrivals(workload, 5)) {
      const PodShape& pod = workload.kinds[kind].shape;
      const std::optional<Placement> placement = rule->choose(cluster, kind);
      EXPECT_EQ(
          placement.has_value(),
          std::ranges::any_of(cluster.nodes(), [&](const NodeState& s) { return fits(s, pod); }));
      if (placement) cluster.place(pod, *placement);
    }
  }
}

// ---- The plan and who follows it ---------------------------------------------------------------

TEST(Packing, AllSlotsOfAPlanFit) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Workload workload = random_workload(seed, {.nodes = 12, .pods = 40});
    const Plan plan = make_plan(workload, {});
    ASSERT_EQ(plan.nodes.size(), workload.nodes.size());
    std::vector<double> planned(workload.kinds.size());
    for (const PlannedNode& node : plan.nodes) {
      NodeState state(node.shape);
      for (const Slot& slot : node.slots) {
        place(state, workload.kinds[slot.kind].shape, slot.gpus);  // checks
        planned[slot.kind] += 1;
      }
    }
    for (std::size_t kind = 0; kind < planned.size(); ++kind) {
      EXPECT_LE(planned[kind], plan.expected[kind] + 0.5);
    }
  }
}

// 800 milli leave 200 that nobody can use: where room is short, they are not worth a whole GPU.
TEST(Packing, OnlyAdmissionByWorthRefuses) {
  const NodeShape one{.cpu_milli = 8'000, .memory_mib = 100, .gpu_count = 1};
  std::vector<PodShape> pods(9, kWhole);
  pods.push_back(kMost);
  const Workload workload = make_workload(std::vector<NodeShape>(9, one), pods);
  const Plan plan = make_plan(workload, {.share_permille = 1'100});
  const auto careful = make_follow_rule(workload, plan, Admission::kWhatIsWorthIt);
  EXPECT_EQ(chosen_node(workload, *careful, {}, kMost), workload.nodes.size());
  EXPECT_LT(chosen_node(workload, *careful, {}, kWhole), workload.nodes.size());
  const auto open = make_follow_rule(workload, plan, Admission::kWhateverFits);
  EXPECT_LT(chosen_node(workload, *open, {}, kMost), workload.nodes.size());
}

std::vector<NodeState> canonical_states(const GameResult& result) {
  std::vector<NodeState> states;
  for (const NodeState& state : result.nodes) states.push_back(canonical(state));
  std::ranges::sort(states);
  return states;
}

TEST(Packing, FollowingDoesNotDependOnTheOrderOfNodes) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Workload workload = random_workload(seed, {.nodes = 15, .pods = 50});
    Workload shuffled = workload;
    Random random(seed);
    for (std::size_t i = shuffled.nodes.size(); i > 1; --i) {
      std::swap(shuffled.nodes[i - 1], shuffled.nodes[random.below(i)]);
    }
    const Plan plan = make_plan(workload, {});
    const Plan shuffled_plan = make_plan(shuffled, {});
    const Game game{.arrivals = draw_arrivals(workload, seed)};
    for (const Admission admission : {Admission::kWhateverFits, Admission::kWhatIsWorthIt}) {
      const auto rule = make_follow_rule(workload, plan, admission);
      const auto other = make_follow_rule(shuffled, shuffled_plan, admission);
      const GameResult result = play(workload, game, *rule);
      const GameResult moved = play(shuffled, game, *other);
      EXPECT_EQ(result.allocated, moved.allocated) << "seed " << seed;
      EXPECT_EQ(result.dropped, moved.dropped);
      EXPECT_EQ(canonical_states(result), canonical_states(moved));
    }
  }
}

TEST(Packing, PublishedFiguresComeOutOnOpenb) {
  TONGSUAN_NEED_SHARED("jobs_openb");
  const Workload workload =
      read_openb_workload(imports::testing_support::shared_folder("jobs_openb")).value();
  EXPECT_EQ(workload.gpu_capacity(), 6'212'000);
  const Game game{.arrivals = draw_arrivals(workload, 42)};
  const auto percent = [&](Rule& rule) {
    return 100.0 * static_cast<double>(play(workload, game, rule).allocated) /
           static_cast<double>(workload.gpu_capacity());
  };
  EXPECT_NEAR(percent(*make_rule(PublishedRule::kBestFit, workload, 42)), 92.86, 1.5);
  EXPECT_NEAR(percent(*make_rule(PublishedRule::kFgd, workload, 42)), 95.23, 1.5);
}

}  // namespace
}  // namespace tongsuan::lab::packing
