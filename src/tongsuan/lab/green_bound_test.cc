#include "tongsuan/lab/green_bound.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/lab/bound_cases.h"
#include "tongsuan/lab/bound_parts.h"
#include "tongsuan/lab/replay.h"
#include "tongsuan/lab/scenario.h"

namespace tongsuan::lab {
namespace {

constexpr Second kGrid = kHour / 2;
constexpr std::size_t kSteps = 8;  // of the grid, until the drain ends

// Two zones with a line, two pools of one class, one of them faster; jobs of one to three steps.
Instance tiny_world(std::uint64_t seed) {
  Random random(seed);
  Instance instance;
  instance.span = 2 * kHour;
  instance.drain = 2 * kHour;
  engine::Places& places = instance.places;
  places.hubs.resize(2);
  places.zones.resize(2);
  places.classes.resize(1);
  places.classes[0].watts = 1'000;
  for (std::uint32_t hub = 0; hub < 2; ++hub) {
    places.hubs[hub].power_zone = hub;
    places.pools.push_back({HubId{hub}, ClassId{0}, 1, static_cast<std::uint32_t>(hub + 1),
                            Price(random.between(0, 1'000'000))});
  }
  Energy& energy = instance.energy;
  energy.hours = value_hours(instance);
  energy.unmatched_adder = random.between(0, 100'000'000);
  energy.tariff.assign(2, std::vector<std::int64_t>(energy.hours));
  energy.green = energy.tariff;
  for (auto& zone : energy.tariff) {
    for (std::int64_t& tariff : zone) tariff = random.between(0, 500'000'000);
  }
  for (auto& zone : energy.green) {
    for (std::int64_t& wh : zone) wh = random.below(2) == 0 ? 0 : random.between(0, 1'500);
  }
  energy.lines = {{ZoneId{0}, ZoneId{1}, random.between(0, 400), Price(0)}};
  for (std::uint64_t i = 0; i < 2; ++i) {
    world::Job job;
    job.order.value = random.between(1'000'000, 30'000'000);
    job.order.delay_cost = random.between(0, 10'000'000);
    job.order.submit = random.between(0, 2) * kGrid;
    job.order.latest_start = job.order.submit + random.between(0, 4) * kGrid;
    job.order.ways = {{ClassId{0}, 1, random.between(1, 3) * kGrid}};
    if (random.below(3) == 0) job.order.hubs = {HubId{static_cast<std::uint32_t>(i)}};
    instance.script.jobs.push_back(job);
  }
  std::ranges::stable_sort(instance.script.jobs, {},
                           [](const world::Job& job) { return job.order.submit; });
  return instance;
}

struct Point {         // of a schedule
  double earned = 0;   // micro-yuan
  double drawn = 0;    // MWh
  double matched = 0;  // MWh
};

// Every schedule of all jobs: where each runs in each step of the grid.
class Schedules {
 public:
  Schedules(const Instance& instance, Earned earned, Runs runs)
      : instance_(instance), earned_(earned), runs_(runs), free_(2) {
    for (std::size_t pool = 0; pool < 2; ++pool) {
      free_[pool].assign(kSteps, static_cast<int>(pool) + 1);
      watt_hours_.emplace_back(kSteps / 2);
    }
    next_job(0, 0);
  }
  [[nodiscard]] const std::vector<Point>& points() const { return points_; }

 private:
  [[nodiscard]] const world::Job& job(std::size_t at) const { return instance_.script.jobs[at]; }

  void next_job(std::size_t at, double earned) {
    if (at == instance_.script.jobs.size()) return add_point(earned);
    next_job(at + 1, earned);  // it does not run
    const auto steps = static_cast<std::size_t>(job(at).order.ways[0].estimate / kGrid);
    place(at, static_cast<std::size_t>(job(at).order.submit / kGrid), steps, {}, earned);
  }

  // The rest of a job's steps, from this step of the grid on. `used`: pool by step so far.
  void place(std::size_t at, std::size_t step, std::size_t left, std::vector<std::size_t> used,
             double earned) {
    if (left == 0) return next_job(at + 1, earned + worth(at, step));
    if (step == kSteps) return;
    const world::Job& what = job(at);
    const bool began = !used.empty();
    if (!began || runs_ == Runs::kInParts) place(at, step + 1, left, used, earned);
    if (!began && static_cast<Second>(step) * kGrid > what.order.latest_start) return;
    for (const std::uint32_t pool :
         pools_of(instance_.places, what.order, what.order.ways.front())) {
      if (began && runs_ == Runs::kThrough && used.back() != pool) continue;
      if (free_[pool][step] == 0) continue;
      run(pool, step, -1);
      used.push_back(pool);
      place(at, step + 1, left - 1, used, earned - cost(pool, step));
      used.pop_back();
      run(pool, step, 1);
    }
  }

  void run(std::size_t pool, std::size_t step, int sign) {
    free_[pool][step] += sign;
    watt_hours_[pool][step / 2] -= sign * 500.0;
  }

  [[nodiscard]] double worth(std::size_t at, std::size_t end) const {
    if (earned_ == Earned::kWork) return static_cast<double>(true_work(job(at)) * kMicroOfWork);
    const Second idle = static_cast<Second>(end) * kGrid - job(at).order.ways[0].estimate;
    return static_cast<double>(engine::value_at(job(at).order, idle));
  }

  [[nodiscard]] double cost(std::size_t pool, std::size_t step) const {
    if (earned_ != Earned::kNet) return 0;
    const double energy =
        static_cast<double>(instance_.energy.tariff[pool][step / 2]) * 0.0005;  // half a kWh
    return energy + static_cast<double>(instance_.places.pools[pool].ask.raw()) / 2;
  }

  void add_point(double earned) {
    Point point{earned, 0, 0};
    for (std::size_t hour = 0; hour < kSteps / 2; ++hour) {
      const double here = watt_hours_[0][hour], there = watt_hours_[1][hour];
      const auto green = [&](std::size_t zone) {
        return static_cast<double>(instance_.energy.green[zone][hour]);
      };
      const double over = std::min({std::max(0.0, green(0) - here), std::max(0.0, there - green(1)),
                                    static_cast<double>(instance_.energy.lines[0].limit)});
      point.drawn += (here + there) / 1e6;
      point.matched += (std::min(here, green(0)) + std::min(there, green(1)) + over) / 1e6;
    }
    if (earned_ == Earned::kNet) {
      point.earned -=
          (point.drawn - point.matched) * static_cast<double>(instance_.energy.unmatched_adder);
    }
    points_.push_back(point);
  }

  const Instance& instance_;
  Earned earned_;
  Runs runs_;
  std::vector<std::vector<int>> free_;
  std::vector<std::vector<double>> watt_hours_;  // by pool, which are zones, and hour
  std::vector<Point> points_;
};

GreenCertificate random_certificate(Random& random, const Instance& instance) {
  GreenCertificate certificate;
  certificate.charge = random.between(0, 20'000) * kMicro;
  certificate.share_ppm = static_cast<std::uint32_t>(random.between(0, 1'000'000));
  const auto row = [&](std::int64_t most) {
    std::vector<std::int64_t> prices(value_hours(instance));
    for (std::int64_t& price : prices) price = random.below(3) == 0 ? 0 : random.between(0, most);
    return prices;
  };
  for (int i = 0; i < 2; ++i) {
    certificate.prices.devices.push_back(row(10'000'000));
    certificate.prices.green.push_back(row(certificate.charge));
  }
  return certificate;
}

GreenBound bound_of(const Instance& instance, Earned earned, std::int64_t at_least, Runs runs,
                    const GreenOptions& options = {}) {
  return green_bounds(instance, earned, {at_least}, runs, options).front();
}

TEST(GreenBound, AnyCertificateHoldsForEverySchedule) {
  for (std::uint64_t seed = 1; seed <= many_seeds(40); ++seed) {
    const Instance instance = tiny_world(seed);
    Random random(seed);
    const auto earned = static_cast<Earned>(seed % 3);
    const Runs runs = seed % 2 == 0 ? Runs::kThrough : Runs::kInParts;
    const Schedules schedules(instance, earned, runs);
    for (int i = 0; i < 5; ++i) {
      const GreenCertificate certificate = random_certificate(random, instance);
      const auto most = static_cast<double>(green_dual(instance, earned, certificate, runs));
      const double share = certificate.share_ppm / 1e6;
      for (const Point& point : schedules.points()) {
        ASSERT_LE(point.earned + static_cast<double>(certificate.charge) *
                                     (point.matched - share * point.drawn),
                  most + 1)
            << "seed " << seed;
      }
    }
  }
}

TEST(GreenBound, NoScheduleThatEarnsAsMuchHasALargerShare) {
  int proved = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(24); ++seed) {
    const Instance instance = tiny_world(seed);
    const auto earned = static_cast<Earned>(seed % 3);
    const Schedules schedules(instance, earned, Runs::kInParts);
    double most = 0;
    for (const Point& point : schedules.points()) most = std::max(most, point.earned);
    const auto at_least = static_cast<std::int64_t>(most * 0.98);
    const GreenBound bound =
        bound_of(instance, earned, at_least, Runs::kInParts, {.passes = 20, .charges = 3});
    for (const Point& point : schedules.points()) {
      if (point.earned < static_cast<double>(at_least) || point.drawn == 0) continue;
      ASSERT_LE(point.matched / point.drawn, bound.share + 1e-6) << "seed " << seed;
    }
    if (bound.share == 1) continue;
    ++proved;
    EXPECT_LT(green_dual(instance, earned, bound.certificate, Runs::kInParts), at_least);
  }
  EXPECT_GT(proved, 5);
}

// Two jobs that cannot wait, in two hours, the first of which is green: half, or all for one of
// them.
TEST(GreenBound, IsTheShareOfWhatMustBeServed) {
  Instance instance = tiny_world(1);
  instance.energy.lines.clear();
  instance.places.pools.resize(1);
  instance.energy.green = {{1'000, 0, 0, 0}, {0, 0, 0, 0}};
  world::Job job;
  job.order.value = 10'000'000;
  job.order.ways = {{ClassId{0}, 1, kHour}};
  instance.script.jobs = {job, job};
  instance.script.jobs[1].order.submit = instance.script.jobs[1].order.latest_start = kHour;
  const auto share = [&](std::int64_t at_least) {
    return bound_of(instance, Earned::kValue, at_least, Runs::kThrough).share;
  };
  EXPECT_GE(share(20'000'000), 0.5);
  EXPECT_LE(share(20'000'000), 0.52);
  EXPECT_GE(share(10'000'000), 0.99);
  EXPECT_EQ(share(0), 1);
  instance.energy = {};
  EXPECT_EQ(share(20'000'000), 1);
}

TEST(GreenBound, NoReplayPassesIt) {
  const Result<Scenario> scenario = find_scenario("national-week");
  ASSERT_TRUE(scenario.ok());
  InstanceOptions options;
  options.jobs = 400;
  Result<Instance> made = make_instance(scenario.value(), options);
  ASSERT_TRUE(made.ok());
  Instance& instance = made.value();
  instance.script.nodes.clear();  // so that no work is lost
  for (const char* policy : {"pool-value"}) {
    const Result<RunResult> run = replay(instance, policy, {});
    ASSERT_TRUE(run.ok());
    const auto at_least = static_cast<std::int64_t>(run.value().value_yuan * 1e6);
    const GreenBound bound =
        bound_of(instance, Earned::kValue, at_least, Runs::kThrough, {.passes = 10, .charges = 2});
    EXPECT_LE(run.value().green_hourly, bound.share) << policy;
    GreenCertificate certificate = bound.certificate;
    certificate.share_ppm = static_cast<std::uint32_t>(run.value().green_hourly * 1e6);
    if (bound.share < 1) {
      EXPECT_GE(green_dual(instance, Earned::kValue, certificate, Runs::kThrough), at_least);
      EXPECT_GE(green_dual(instance, Earned::kValue, certificate, Runs::kInParts),
                green_dual(instance, Earned::kValue, certificate, Runs::kThrough));
    }
  }
}

}  // namespace
}  // namespace tongsuan::lab
