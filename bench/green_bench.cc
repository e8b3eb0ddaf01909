// How green a replay could be at what loss of value: policies, the bound, and a plan that knows
// everything.
//
//   tongsuan_green_bench [--load 90] [--seed 1] [--seeds 1] [--jobs 0] [--passes 0] [--charges 5]
//                        [--scenario national-week]
//
// A line for each policy, for each part of the value that pool-value served or that all jobs are
// worth, and for each charge on energy that is not matched; for one seed each.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "tongsuan/green/green.h"
#include "tongsuan/lab/green_bound.h"
#include "tongsuan/lab/replay.h"
#include "tongsuan/lab/scenario.h"

#include "greedy_plan.h"

namespace {

using namespace tongsuan;

// Of the processor.
double seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double value_of_all(const lab::Instance& instance) {
  double sum = 0;
  for (const world::Job& job : instance.script.jobs) sum += static_cast<double>(job.order.value);
  return sum;
}

void print_plans(const lab::Instance& instance, std::uint64_t seed, std::uint32_t passes) {
  constexpr std::uint32_t kShare = 800'000;
  for (const std::int64_t yuan : {200, 3'000, 12'000}) {
    const lab::Instance world =
        lab::charged_world(instance, lab::Earned::kValue, yuan * kMicro, kShare);
    const lab::ValueBound bound = lab::value_bound(world, {.steps = passes, .count_adder = true});
    bench::GreedyPlan plan(world, bound.prices);
    static_cast<void>(plan.run());
    const green::GreenResult green = green::match_green(instance.energy, plan.drawn());
    std::printf("seed %lu plan charge %ld value %.4f green %.4f\n",
                static_cast<unsigned long>(seed), static_cast<long>(yuan),
                plan.value() / value_of_all(instance), green.share_hourly);
  }
}

int measure(const lab::Instance& instance, std::uint64_t seed, const lab::GreenOptions& options) {
  const double all = value_of_all(instance);
  double served = 0;
  for (const char* policy : {"market", "pool-green", "pool-value"}) {
    lab::ReplayOptions replay;
    replay.certify = 0;
    const Result<lab::RunResult> run = lab::replay(instance, policy, replay);
    if (!run.ok()) return 1;
    served = run.value().value_yuan * 1e6;
    std::printf("seed %lu %s value %.4f green %.4f\n", static_cast<unsigned long>(seed), policy,
                served / all, run.value().green_hourly);
  }
  const double begin = seconds();
  struct Level {
    const char* of;
    double part;
    double earned;
  };
  std::vector<Level> levels;
  for (const double part : {1.0, 0.98, 0.95, 0.90}) levels.push_back({"pool", part, part * served});
  for (const double part : {0.998, 0.99, 0.98}) levels.push_back({"all", part, part * all});
  std::vector<std::int64_t> at_least;
  for (const Level& level : levels) at_least.push_back(static_cast<std::int64_t>(level.earned));
  const std::vector<lab::GreenBound> bounds =
      lab::green_bounds(instance, lab::Earned::kValue, at_least, lab::Runs::kThrough, options);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    std::printf("seed %lu bound of %s %.3f value %.4f green %.4f charge %.0f\n",
                static_cast<unsigned long>(seed), levels[i].of, levels[i].part,
                levels[i].earned / all, bounds[i].share,
                static_cast<double>(bounds[i].certificate.charge) / 1e6);
  }
  std::printf("seed %lu bounds took %.1f CPU-s\n", static_cast<unsigned long>(seed),
              seconds() - begin);
  print_plans(instance, seed, options.passes);
  std::fflush(stdout);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  lab::InstanceOptions options;
  lab::GreenOptions green;
  std::string scenario_name = "national-week";
  std::uint64_t seeds = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const auto number = static_cast<std::uint32_t>(std::strtoul(argv[i + 1], nullptr, 10));
    if (name == "--load") options.load_percent = number;
    if (name == "--seed") options.seed = number;
    if (name == "--seeds") seeds = number;
    if (name == "--jobs") options.jobs = number;
    if (name == "--passes") green.passes = number;
    if (name == "--charges") green.charges = number;
    if (name == "--scenario") scenario_name = argv[i + 1];
  }
  const Result<lab::Scenario> scenario = lab::find_scenario(scenario_name);
  if (!scenario.ok()) return 1;
  for (std::uint64_t i = 0; i < seeds; ++i, ++options.seed) {
    const Result<lab::Instance> instance = lab::make_instance(scenario.value(), options);
    if (!instance.ok()) {
      std::fprintf(stderr, "%s\n", instance.error().context.c_str());
      return 1;
    }
    if (measure(instance.value(), options.seed, green) != 0) return 1;
  }
  return 0;
}
