#include <algorithm>
#include <functional>
#include <gtest/gtest.h>

#include "tongsuan/import/trace_fixture.h"
#include "tongsuan/lab/packing.h"
#include "tongsuan/lab/packing_fixture.h"
#include "tongsuan/lab/packing_simplex.h"

namespace tongsuan::lab::packing {
namespace {

using testing_support::random_workload;

// ---- Naive twins: everything is tried ----------------------------------------------------------

// Calls `visit` with every way to place a pod on a node, but for GPUs that look alike.
void for_each_way(const NodeState& state, const PodShape& pod,
                  const std::function<void(const NodeState&)>& visit) {
  if (!fits(state, pod)) return;
  std::vector<NodeState> seen;
  for (std::uint32_t mask = 0; mask < 1U << kGpusPerNodeMax; ++mask) {
    if (std::popcount(mask) != pod.gpu_count) continue;
    NodeState next = state;
    bool roomy = true;
    for (std::uint32_t gpu = 0; gpu < kGpusPerNodeMax; ++gpu) {
      roomy &= !has_gpu(static_cast<GpuMask>(mask), gpu) || state.gpu_left[gpu] >= pod.gpu_milli;
    }
    if (!roomy) continue;
    place(next, pod, static_cast<GpuMask>(mask));
    next = canonical(next);
    if (std::ranges::find(seen, next) != seen.end()) continue;
    seen.push_back(next);
    visit(next);
  }
}

// The largest value of a filling of a node, by kinds from `kind` on.
std::int64_t naive_filling(const NodeState& state, const std::vector<PodKind>& kinds,
                           const std::vector<std::int64_t>& values, std::size_t kind) {
  if (kind == kinds.size()) return 0;
  std::int64_t best = naive_filling(state, kinds, values, kind + 1);
  if (values[kind] <= 0) return best;
  for_each_way(state, kinds[kind].shape, [&](const NodeState& next) {
    best = std::max(best, values[kind] + naive_filling(next, kinds, values, kind));
  });
  return best;
}

// The most GPU milli that these pods can be given: each is placed anywhere or dropped.
std::int64_t naive_allocation(std::vector<NodeState>& nodes, const std::vector<PodShape>& pods,
                              std::size_t pod) {
  if (pod == pods.size()) return 0;
  std::int64_t best = naive_allocation(nodes, pods, pod + 1);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const NodeState before = nodes[i];
    for_each_way(before, pods[pod], [&](const NodeState& next) {
      nodes[i] = next;
      best = std::max(best, pods[pod].gpu_total() + naive_allocation(nodes, pods, pod + 1));
    });
    nodes[i] = before;
  }
  return best;
}

std::vector<PodShape> shapes_of(const Workload& workload,
                                const std::vector<std::uint32_t>& arrivals) {
  std::vector<PodShape> pods;
  for (const std::uint32_t kind : arrivals) pods.push_back(workload.kinds[kind].shape);
  return pods;
}

std::vector<double> as_doubles(const std::vector<std::int64_t>& counts) {
  return {counts.begin(), counts.end()};
}

// ---- Tests -------------------------------------------------------------------------------------

TEST(PackingSimplex, SolvesATextbookProgram) {
  Simplex simplex({4, 12, 18});  // Dantzig's: 3x + 5y, x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18
  simplex.add({.value = 3, .uses = {{0, 1}, {2, 3}}});
  simplex.solve();
  EXPECT_DOUBLE_EQ(simplex.value(), 12);
  simplex.add({.value = 5, .uses = {{1, 2}, {2, 2}}});
  simplex.solve();
  EXPECT_DOUBLE_EQ(simplex.value(), 36);
  EXPECT_DOUBLE_EQ(simplex.solution()[0], 2);
  EXPECT_DOUBLE_EQ(simplex.solution()[1], 6);
  EXPECT_DOUBLE_EQ(simplex.price(2), 1);
}

TEST(PackingFilling, IsTheBestOfAllFillingsWithoutMemory) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Workload workload = random_workload(seed, {.nodes = 1, .pods = 6});
    Random random(seed);
    std::vector<std::int64_t> values;
    for (PodKind& kind : workload.kinds) {
      kind.shape.memory_mib = 0;
      kind.shape.cpu_milli += 1'500;  // so that there are not too many fillings
      if (kind.shape.is_share()) kind.shape.gpu_milli = std::max(kind.shape.gpu_milli, 200);
      values.push_back(random.between(-200, 1'000) * (kind.shape.gpu_count + 1));
    }
    const NodeShape node{.cpu_milli = 1'000 * testing_support::pick(random, 2, 16),
                         .memory_mib = 0,
                         .gpu_count = testing_support::pick(random, 1, 3)};
    FillingSolver solver(workload.kinds, 20'000);
    solver.set_values(values);
    const Filling filling = solver.filling(node);
    EXPECT_EQ(filling.value, naive_filling(NodeState(node), workload.kinds, values, 0))
        << "seed " << seed;
    std::int64_t sum = 0;
    for (const FillingPart& part : filling.parts) {
      for (const std::uint32_t kind : part.pods) sum += values[kind];
    }
    EXPECT_EQ(sum, filling.value);
  }
}

TEST(PackingBound, HoldsForTheBestPackingAtAnyPrices) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Workload workload = random_workload(seed, {.nodes = 2, .pods = 7});
    std::vector<std::uint32_t> arrivals = draw_arrivals(workload, seed);
    arrivals.resize(std::min<std::size_t>(arrivals.size(), 7));
    const std::vector<std::int64_t> counts = count_kinds(workload, arrivals);
    std::vector<NodeState> nodes;
    for (const NodeShape& node : workload.nodes) nodes.emplace_back(node);
    const std::int64_t best = naive_allocation(nodes, shapes_of(workload, arrivals), 0);
    Random random(seed);
    std::vector<std::int64_t> prices = find_bound_prices(workload, as_doubles(counts));
    for (int i = 0; i < 20; ++i) {
      EXPECT_GE(allocation_bound(workload, counts, prices), best) << "seed " << seed;
      for (std::int64_t& price : prices) price = random.between(-100, 1'000) * kPriceScale;
    }
  }
}

// Three GPUs, three pods of 800 and one of 1,000 milli: one of 800 stays out, whatever is done.
TEST(PackingBound, IsExactWherePatternsAre) {
  const NodeShape node{.cpu_milli = 8'000, .memory_mib = 100, .gpu_count = 1};
  const PodShape most{.cpu_milli = 100, .memory_mib = 1, .gpu_count = 1, .gpu_milli = 800};
  const PodShape whole{.cpu_milli = 100, .memory_mib = 1, .gpu_count = 1, .gpu_milli = 1'000};
  const Workload workload = make_workload({node, node, node}, {most, most, most, whole});
  const std::vector<std::int64_t> prices = find_bound_prices(workload, {3, 1});
  EXPECT_EQ(allocation_bound(workload, {3, 1}, prices), 2'600);
}

TEST(PackingBound, NoRuleIsAboveIt) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Workload workload = random_workload(seed, {.nodes = 20, .pods = 60});
    const Plan plan = make_plan(workload, {});
    const Game game{.arrivals = draw_arrivals(workload, seed)};
    const std::vector<std::int64_t> counts = count_kinds(workload, game.arrivals);
    const std::int64_t bound =
        allocation_bound(workload, counts, find_bound_prices(workload, as_doubles(counts)));
    EXPECT_LE(bound, workload.gpu_capacity());
    for (const PublishedRule published : {PublishedRule::kBestFit, PublishedRule::kFgdBestFit}) {
      EXPECT_LE(play(workload, game, *make_rule(published, workload, seed)).allocated, bound);
    }
    for (const Admission admission : {Admission::kWhateverFits, Admission::kWhatIsWorthIt}) {
      EXPECT_LE(play(workload, game, *make_follow_rule(workload, plan, admission)).allocated,
                bound);
    }
  }
}

TEST(PackingBound, OurRuleIsNearItOnOpenb) {
  TONGSUAN_NEED_SHARED("jobs_openb");
  const Workload workload =
      read_openb_workload(imports::testing_support::shared_folder("jobs_openb")).value();
  const Plan plan = make_plan(workload, {.share_permille = kShareWhateverFits});
  const std::vector<std::int64_t> prices = find_bound_prices(workload, expected_pods(workload));
  const Game game{.arrivals = draw_arrivals(workload, 42)};
  const auto rule = make_follow_rule(workload, plan, Admission::kWhateverFits);
  const std::int64_t allocated = play(workload, game, *rule).allocated;
  const std::int64_t bound =
      allocation_bound(workload, count_kinds(workload, game.arrivals), prices);
  EXPECT_GT(allocated, workload.gpu_capacity() / 1'000 * 955);
  EXPECT_LE(allocated, bound);
  EXPECT_LT(bound, workload.gpu_capacity() / 1'000 * 975);
}

}  // namespace
}  // namespace tongsuan::lab::packing
