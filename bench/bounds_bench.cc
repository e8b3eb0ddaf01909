// Bounds of a scenario, and how far a replay stays below them.
//
//   tongsuan_bounds_bench [--load 90] [--seed 1] [--jobs 0] [--passes 0] [--classes 1] [--adder 0]
//                         [--policy pool-value] [--scenario national-week] [--data FOLDER]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "tongsuan/lab/fluid_bound.h"
#include "tongsuan/lab/replay.h"
#include "tongsuan/lab/scenario.h"
#include "tongsuan/lab/value_bound.h"

#include "greedy_plan.h"

namespace {

using namespace tongsuan;

// Of the processor.
double seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double yuan(std::int64_t micro) {
  return static_cast<double>(micro) / 1e6;
}

void print_fluid(const lab::Instance& instance) {
  const double begin = seconds();
  const lab::FluidBound fluid = lab::fluid_bound(instance);
  const auto share = [&](std::int64_t part) {
    return fluid.utilisation * static_cast<double>(part) / static_cast<double>(fluid.bound);
  };
  std::printf(
      "useful share at most %.4f (offered %.4f, up %.4f, one set %.4f, by pool %.4f, "
      "reached %.6f of one set) in %.2f CPU-s\n",
      fluid.utilisation, share(fluid.offered), share(fluid.capacity), share(fluid.one_set),
      share(fluid.by_pool), static_cast<double>(fluid.reached) / static_cast<double>(fluid.one_set),
      seconds() - begin);
}

}  // namespace

int main(int argc, char** argv) {
  lab::InstanceOptions options;
  lab::ValueOptions value_options;
  std::string policy = "pool-value";
  std::string scenario_name = "national-week";
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const auto number = static_cast<std::uint32_t>(std::strtoul(argv[i + 1], nullptr, 10));
    if (name == "--load") options.load_percent = number;
    if (name == "--seed") options.seed = number;
    if (name == "--jobs") options.jobs = number;
    if (name == "--classes") options.couplings.classes = number != 0;
    if (name == "--adder") value_options.count_adder = number != 0;
    if (name == "--passes") value_options.steps = number;
    if (name == "--policy") policy = argv[i + 1];
    if (name == "--scenario") scenario_name = argv[i + 1];
    if (name == "--data") options.data_dir = argv[i + 1];
  }
  const Result<lab::Scenario> scenario = lab::find_scenario(scenario_name);
  if (!scenario.ok()) return 1;
  const Result<lab::Instance> instance = lab::make_instance(scenario.value(), options);
  if (!instance.ok()) {
    std::fprintf(stderr, "%s\n", instance.error().context.c_str());
    return 1;
  }
  std::printf("%zu jobs, %zu pools, %u hours, load %u %%\n", instance.value().script.jobs.size(),
              instance.value().places.pools.size(), lab::value_hours(instance.value()),
              options.load_percent);
  print_fluid(instance.value());
  const double begin = seconds();
  const lab::ValueBound bound = lab::value_bound(instance.value(), value_options);
  std::printf("net value at most %.0f yuan (%.4f of all value) in %.2f CPU-s, %u passes\n",
              yuan(bound.bound), yuan(bound.bound) / yuan(bound.all_value), seconds() - begin,
              bound.steps);
  for (const bool priced : {true, false}) {
    lab::ValuePrices prices = bound.prices;
    if (!priced) {
      for (auto& row : prices.devices) std::ranges::fill(row, 0);
    }
    const double net = bench::GreedyPlan(instance.value(), prices).run();
    std::printf("a greedy plan %s these prices: %.0f yuan, %.4f of the bound\n",
                priced ? "at" : "without", net / 1e6, net / static_cast<double>(bound.bound));
  }
  if (policy == "none") return 0;
  const Result<lab::RunResult> run = lab::replay(instance.value(), policy, {});
  if (!run.ok()) {
    std::fprintf(stderr, "%s\n", run.error().context.c_str());
    return 1;
  }
  std::printf(
      "%s: useful share %.4f, value %.0f, cost %.0f, net %.0f yuan (%.4f of the bound); %lu "
      "stops, %lu moves\n",
      policy.c_str(), run.value().utilisation, run.value().value_yuan, run.value().cost_yuan,
      run.value().net_yuan, run.value().net_yuan / yuan(bound.bound),
      static_cast<unsigned long>(run.value().stops), static_cast<unsigned long>(run.value().moves));
  return 0;
}
