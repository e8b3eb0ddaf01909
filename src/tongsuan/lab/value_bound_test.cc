#include "tongsuan/lab/value_bound.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/lab/bound_cases.h"
#include "tongsuan/lab/bound_parts.h"
#include "tongsuan/lab/fluid_bound.h"
#include "tongsuan/lab/replay.h"
#include "tongsuan/lab/scenario.h"

namespace tongsuan::lab {
namespace {

ValuePrices random_prices(Random& random, const Instance& instance, bool adder) {
  ValuePrices prices;
  const std::uint32_t hours = value_hours(instance);
  prices.devices.assign(instance.places.pools.size(), std::vector<std::int64_t>(hours));
  for (auto& row : prices.devices) {
    for (std::int64_t& price : row) price = random.below(3) == 0 ? 0 : random.between(0, 60'000);
  }
  if (!adder || instance.energy.empty()) return prices;
  prices.green.assign(1, std::vector<std::int64_t>(hours));
  for (std::int64_t& price : prices.green[0]) {
    price = random.between(0, instance.energy.unmatched_adder);
  }
  return prices;
}

// Micro-yuan per device-hour of energy.
std::int64_t energy_price(const Instance& instance, std::uint32_t pool, std::uint32_t hour,
                          std::int64_t extra) {
  if (instance.energy.empty()) return 0;
  const engine::Pool& at = instance.places.pools[pool];
  const std::int64_t milliwatts =
      std::int64_t{instance.places.classes[at.accelerator.value].watts} *
      instance.places.hubs[at.hub.value].pue_milli;
  return divide(static_cast<int128>(instance.energy.tariff[0][hour] + extra) * milliwatts,
                1'000'000'000, Rounding::kDown);
}

// ---- Every second of every job
// -------------------------------------------------------------------

class NaiveDual {
 public:
  NaiveDual(const Instance& instance, const ValuePrices& prices) : instance_(instance) {
    const Second end = instance.span + instance.drain;
    for (std::uint32_t pool = 0; pool < instance.places.pools.size(); ++pool) {
      std::vector<int128> held = {0}, drawn = {0};
      const std::vector<UpDevices> up = up_devices(instance, pool, end);
      for (Second at = 0; at < end; ++at) {
        const auto hour = static_cast<std::uint32_t>(at / kHour);
        const std::int64_t price = prices.devices[pool][hour];
        held.push_back(held.back() + price + instance.places.pools[pool].ask.raw());
        drawn.push_back(
            drawn.back() +
            energy_price(instance, pool, hour, prices.green.empty() ? 0 : prices.green[0][hour]));
        std::int64_t devices = 0;
        for (const UpDevices& step : up) devices = step.at <= at ? step.devices : devices;
        sum_ += static_cast<int128>(price) * devices;
      }
      held_.push_back(std::move(held));
      drawn_.push_back(std::move(drawn));
    }
    for (const world::Job& job : instance.script.jobs) sum_ += best(job);
    for (std::uint32_t hour = 0; hour < value_hours(instance) && !prices.green.empty(); ++hour) {
      sum_ += static_cast<int128>(prices.green[0][hour]) * instance.energy.green[0][hour] * kHour /
              kMicro;
    }
  }
  [[nodiscard]] double micro_yuan() const { return static_cast<double>(sum_) / kHour; }

 private:
  int128 best(const world::Job& job) const {
    int128 best = 0;
    const Second horizon = instance_.span + instance_.drain;
    const Second end = job.cancel < 0 ? horizon : std::min(job.cancel, horizon);
    for (const engine::Way& way : job.order.ways) {
      const Second duration = true_seconds(job, way);
      for (const std::uint32_t pool : pools_of(instance_.places, job.order, way)) {
        const engine::Need need =
            need_of(way, job.order.whole_nodes, instance_.places.pools[pool].node_devices);
        for (Second start = engine::wanted_from(job.order);
             start <= job.order.latest_start && start + duration <= end; ++start) {
          const auto from = static_cast<std::size_t>(start);
          const auto to = static_cast<std::size_t>(start + duration);
          best = std::max(best, static_cast<int128>(engine::value_at(job.order, start)) * kHour -
                                    (held_[pool][to] - held_[pool][from]) * need.devices() -
                                    (drawn_[pool][to] - drawn_[pool][from]) * way.gang);
        }
      }
    }
    return best;
  }

  const Instance& instance_;
  std::vector<std::vector<int128>> held_, drawn_;
  int128 sum_ = 0;
};

TEST(ValueBound, LooksAtEveryStartThatCouldBeBest) {
  for (std::uint64_t seed = 1; seed <= many_seeds(150); ++seed) {
    const Instance instance = random_world(seed, 5);
    Random random(seed);
    const bool adder = random.below(2) == 0;
    const ValuePrices prices = random_prices(random, instance, adder);
    const double naive = NaiveDual(instance, prices).micro_yuan();
    const auto bound = static_cast<double>(value_dual(instance, prices, adder));
    // A micro-yuan for each job, whose value is rounded, and for each sum.
    const auto slack = static_cast<double>(instance.script.jobs.size() + 8);
    ASSERT_GE(bound, naive - 1) << "seed " << seed;
    ASSERT_LE(bound, naive + slack) << "seed " << seed;
  }
}

// ---- Every schedule on a grid
// ----------------------------------------------------------------------

constexpr Second kValueGrid = kHour / 2;

// Jobs come and last by whole steps of the grid, so that little is lost by it.
Instance world_on_grid(std::uint64_t seed) {
  Instance instance = random_world(seed, 4);
  Random random(seed + 2'000'000);
  for (world::Job& job : instance.script.jobs) {
    job.order.submit = job.order.submit / kValueGrid * kValueGrid;
    job.order.value *= 4;
    job.actual_ppm = engine::kPpm;
    for (engine::Way& way : job.order.ways) way.estimate = random.between(1, 3) * kValueGrid;
  }
  return instance;
}

class BestSchedule {
 public:
  BestSchedule(const Instance& instance, bool adder) : instance_(instance), adder_(adder) {
    const Second end = instance.span + instance.drain;
    for (std::uint32_t pool = 0; pool < instance.places.pools.size(); ++pool) {
      std::vector<std::int64_t> free;
      const std::vector<UpDevices> up = up_devices(instance, pool, end);
      for (Second at = 0; at < end; at += kValueGrid) {
        std::int64_t least = INT64_MAX, last = 0;
        for (const UpDevices& step : up) {
          if (step.at <= at) last = step.devices;
          if (step.at > at && step.at < at + kValueGrid) least = std::min(least, step.devices);
        }
        free.push_back(std::min(least, last));
      }
      free_.push_back(std::move(free));
    }
    watt_hours_.assign(value_hours(instance), 0);
    place(0, 0);
  }
  [[nodiscard]] double micro_yuan() const { return static_cast<double>(best_) / kHour; }

 private:
  // `net` is in micro-yuan × kHour, without what the rule adds to energy.
  void place(std::size_t next, int128 net) {
    if (next == instance_.script.jobs.size()) {
      best_ = std::max(best_, net - added());
      return;
    }
    place(next + 1, net);
    const world::Job& job = instance_.script.jobs[next];
    for (const engine::Way& way : job.order.ways) {
      for (const std::uint32_t pool : pools_of(instance_.places, job.order, way)) {
        for (Second start =
                 (engine::wanted_from(job.order) + kValueGrid - 1) / kValueGrid * kValueGrid;
             start <= job.order.latest_start; start += kValueGrid) {
          try_start(next, net, way, pool, start);
        }
      }
    }
  }

  void try_start(std::size_t next, int128 net, const engine::Way& way, std::uint32_t pool,
                 Second start) {
    const world::Job& job = instance_.script.jobs[next];
    const Second end = start + true_seconds(job, way);
    if (end > instance_.span + instance_.drain || (job.cancel >= 0 && end > job.cancel)) return;
    const engine::Pool& at = instance_.places.pools[pool];
    const std::int64_t devices = need_of(way, job.order.whole_nodes, at.node_devices).devices();
    const auto first = static_cast<std::size_t>(start / kValueGrid);
    const auto last = static_cast<std::size_t>((end + kValueGrid - 1) / kValueGrid);
    for (std::size_t cell = first; cell < last; ++cell) {
      if (free_[pool][cell] < devices) return;
    }
    net += static_cast<int128>(engine::value_at(job.order, start)) * kHour;
    net -= static_cast<int128>(at.ask.raw()) * devices * (end - start);
    const auto watts = static_cast<double>(instance_.places.classes[at.accelerator.value].watts) *
                       instance_.places.hubs[at.hub.value].pue_milli / 1'000 * way.gang;
    const auto use = [&](std::int64_t sign) {
      for (std::size_t cell = first; cell < last; ++cell) free_[pool][cell] -= sign * devices;
      for (Second second = start; second < end && !instance_.energy.empty();) {
        const auto hour = static_cast<std::uint32_t>(second / kHour);
        const Second to = std::min(end, (second / kHour + 1) * kHour);
        watt_hours_[hour] +=
            static_cast<double>(sign) * watts * static_cast<double>(to - second) / kHour;
        if (sign > 0) {
          net -= static_cast<int128>(energy_price(instance_, pool, hour, 0) + 1) * way.gang *
                 (to - second);
        }
        second = to;
      }
    };
    use(1);
    place(next + 1, net);
    use(-1);
  }

  [[nodiscard]] int128 added() const {
    if (!adder_ || instance_.energy.empty()) return 0;
    double sum = 0;
    for (std::size_t hour = 0; hour < watt_hours_.size(); ++hour) {
      const auto green = static_cast<double>(instance_.energy.green[0][hour]);
      sum += std::max(0.0, watt_hours_[hour] - green) *
             static_cast<double>(instance_.energy.unmatched_adder) / kMicro;
    }
    return static_cast<int128>(sum * kHour);
  }

  const Instance& instance_;
  bool adder_;
  std::vector<std::vector<std::int64_t>> free_;
  std::vector<double> watt_hours_;
  int128 best_ = 0;
};

TEST(ValueBound, IsNeverBelowTheBestSchedule) {
  double reached = 0, bounds = 0, trivial = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(150); ++seed) {
    const Instance instance = world_on_grid(seed);
    const bool adder = seed % 2 == 0;
    const double best = BestSchedule(instance, adder).micro_yuan();
    const ValueBound bound = value_bound(instance, {.steps = 0, .count_adder = adder});
    ASSERT_GE(static_cast<double>(bound.bound), best) << "seed " << seed;
    ASSERT_EQ(bound.bound, value_dual(instance, bound.prices, adder)) << "seed " << seed;
    reached += best;
    bounds += static_cast<double>(bound.bound);
    trivial += static_cast<double>(bound.all_value);
  }
  RecordProperty("reached_percent", std::to_string(100 * reached / bounds));
  // Gangs of a few devices on a few nodes, and a grid of half-hours: not the whole of it is
  // reached.
  EXPECT_GT(reached, bounds * 0.6);
  EXPECT_LT(bounds, trivial * 0.9);
}

TEST(ValueBound, ScarceDevicesLowerIt) {
  Instance instance = random_instance(1, {.failures = false});
  instance.span = 2 * kHour;
  instance.drain = kHour;
  instance.places.hubs.resize(1);
  instance.places.classes.resize(1);
  instance.places.pools = {{HubId{0}, ClassId{0}, 1, 1, Price(0)}};
  world::Job job;
  job.order.value = 1'000'000;
  job.order.latest_start = 0;
  job.order.ways = {{ClassId{0}, 1, kHour}};
  instance.script.jobs.assign(5, job);
  const ValueBound bound = value_bound(instance, {});
  EXPECT_EQ(bound.all_value, 5'000'000);
  EXPECT_GE(bound.bound, 1'000'000);
  EXPECT_LE(bound.bound, 1'020'000);
}

TEST(ValueBound, ACopyOfDataIsPaidOnceByAllThatUseIt) {
  Instance instance;
  instance.span = kHour;
  instance.drain = kHour;
  engine::Places& places = instance.places;
  places.hubs.resize(3);
  places.classes.resize(1);
  places.pools = {{HubId{2}, ClassId{0}, 9, 1, Price(0)}};
  places.data_sets = {{2'000'000, {HubId{0}}}};  // 2 TB
  places.links = {{HubId{0}, HubId{1}, 1, Price(100)}, {HubId{1}, HubId{2}, 1, Price(50)}};
  world::Job job;
  job.order.value = 1'000;
  job.order.latest_start = 0;
  job.order.ways = {{ClassId{0}, 1, 60}};
  job.order.data = 0;
  instance.script.jobs.assign(3, job);
  ValuePrices none{{std::vector<std::int64_t>(2)}, {}};
  EXPECT_EQ(value_dual(instance, none, false), 3 * (1'001 - 100));
  places.links.pop_back();  // no way there
  EXPECT_EQ(value_dual(instance, none, false), 0);
}

// ---- Replays
// ---------------------------------------------------------------------------------------

TEST(Bounds, NoReplayPassesThem) {
  const Result<Scenario> scenario = find_scenario("national-week");
  ASSERT_TRUE(scenario.ok());
  for (const std::uint32_t load : {60U, 120U}) {
    InstanceOptions options;
    options.load_percent = load;
    options.seed = load;
    options.jobs = 1'500;
    Result<Instance> made = make_instance(scenario.value(), options);
    ASSERT_TRUE(made.ok()) << made.error().context;
    Instance& instance = made.value();
    instance.energy = {};  // so that costs are asks and transfers alone
    const FluidBound fluid = fluid_bound(instance);
    const ValueBound value = value_bound(instance, {.steps = 20});
    for (const std::string_view policy : {"silo-easy", "broker", "pool-fifo", "pool-value"}) {
      const Result<RunResult> run = replay(instance, policy, {});
      ASSERT_TRUE(run.ok()) << run.error().context;
      EXPECT_LE(run.value().utilisation, fluid.utilisation) << policy;
      if (run.value().stops + run.value().moves > 0) continue;
      EXPECT_LE((run.value().value_yuan - run.value().cost_yuan) * 1e6,
                static_cast<double>(value.bound))
          << policy;
    }
  }
}

}  // namespace
}  // namespace tongsuan::lab
