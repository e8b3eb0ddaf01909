#include "tongsuan/lab/instance_national.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include "tongsuan/domain/market.h"
#include "tongsuan/lab/draw.h"
#include "tongsuan/lab/instance_energy.h"
#include "tongsuan/lab/instance_parts.h"
#include "tongsuan/lab/job_terms.h"
#include "tongsuan/lab/national.h"
#include "tongsuan/lab/national_places.h"
#include "tongsuan/lab/national_supply.h"
#include "tongsuan/lab/national_tables.h"

namespace tongsuan::lab {
namespace {

enum NationalStream : std::uint64_t {
  kNationalArrivalStream = kFirstFreeStream,
  kNationalSubstituteStream
};

// Median run time in seconds by group of gangs (1, 2–8, 16–64, more).
constexpr std::array<std::uint32_t, kGangGroups> kMedianSeconds = {2'700, 6'300, 18'000, 28'800};
// How many other classes a job runs on.
constexpr std::array<std::uint32_t, 3> kOtherClasses = {500, 320, 180};  // none, 1, 2
constexpr std::uint32_t kFirstLarge = 2;  // group: 16 devices and more
constexpr Second kShortest = 60;

struct NationalSketch {
  Sketch sketch;
  std::uint32_t group = 0;  // of the gang that was drawn
};

class NationalDemand {
 public:
  NationalDemand(const ScenarioKeys& keys, std::uint64_t seed, const BuyerRanges& buyers)
      : keys_(keys), buyers_(buyers), random_(draw_stream(seed, kNationalArrivalStream)) {
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
      demand_[place] = shares_of(keys, place).demand;
    }
    // Small jobs come in batches and large ones alone: the shares are those of jobs.
    gangs_ = kGangWeights;
    for (std::uint32_t i = 0; i < kGangs; ++i) {
      const bool alone = gang_group(1U << i) >= kFirstLarge;
      gangs_[i] *= alone ? mean_batch_per_mille(keys) : 1'000;
    }
  }

  // In the order in which they come.
  std::vector<NationalSketch> draw(std::uint32_t jobs) {
    std::vector<NationalSketch> sketches;
    sketches.reserve(jobs);
    while (sketches.size() < jobs) draw_batch_into(sketches, jobs);
    std::ranges::stable_sort(sketches, {},
                             [](const NationalSketch& one) { return one.sketch.submit; });
    return sketches;
  }

 private:
  // Jobs of one owner that are alike and come together.
  void draw_batch_into(std::vector<NationalSketch>& sketches, std::uint32_t jobs) {
    const Second span = Second{keys_.days} * kDay;
    NationalSketch first = draw_first();
    const std::uint64_t batch = draw_quantile(random_, kSpread08);
    const std::uint32_t count = first.group >= kFirstLarge ? 1 : draw_batch(random_, keys_);
    const Second begin = first.sketch.submit;
    for (std::uint32_t k = 0; k < count && sketches.size() < jobs; ++k) {
      const std::uint64_t own = draw_quantile(random_, kSpread08);
      const std::uint64_t seconds =
          kMedianSeconds[first.group] * batch / 1'000 * own / 1'000 * keys_.duration_percent / 100;
      NationalSketch next = first;
      next.sketch.duration = std::clamp<Second>(static_cast<Second>(seconds), kShortest,
                                                Second{keys_.duration_max_hours} * kHour);
      next.sketch.submit =
          std::min(span - 1, begin + Second{k} * static_cast<Second>(random_.below(20)));
      sketches.push_back(next);
    }
  }

  NationalSketch draw_first() {
    NationalSketch first;
    const std::uint32_t home = draw_weighted(random_, demand_);
    const Span32 range = buyers_[home];
    // Of the buyers of a place, the first ones order most.
    const std::uint64_t within = random_.below(random_.below(range.count()) + 1);
    first.sketch.home = home;
    first.sketch.account = AccountId{range.begin + static_cast<std::uint32_t>(within)};
    first.sketch.submit = draw_arrival(random_, keys_);
    first.sketch.gang = 1U << draw_weighted(random_, gangs_);
    while (first.sketch.gang > keys_.gang_max) first.sketch.gang /= 2;
    first.group = gang_group(first.sketch.gang);
    first.sketch.accelerator = ClassId{draw_class(home, first.group)};
    first.sketch.worth_per_mille = draw_quantile(random_, kWorth);
    return first;
  }

  // A class that its home has.
  std::uint32_t draw_class(std::uint32_t home, std::uint32_t group) {
    std::array<std::uint32_t, kClasses> weights = kClassWish[group];
    for (std::uint32_t i = 0; i < kClasses; ++i) {
      if (class_weight(home, i) == 0) weights[i] = 0;
    }
    return draw_weighted(random_, weights);
  }

  const ScenarioKeys& keys_;
  const BuyerRanges& buyers_;
  Random random_;
  std::array<std::uint32_t, kPlaces> demand_{};
  std::array<std::uint32_t, kGangs> gangs_{};
};

std::int64_t national_work(const std::vector<NationalSketch>& sketches) {
  std::int64_t work = 0;
  for (const NationalSketch& one : sketches) work += one.sketch.gang * one.sketch.duration;
  return work;
}

// Halves gangs until they fit two thirds of the pool of their home at a load of 100 %. That takes
// work away and so devices: a few times over, from the gangs that were drawn.
void fit_gangs(std::vector<NationalSketch>& sketches, const ScenarioKeys& keys) {
  std::vector<std::uint32_t> drawn;
  for (const NationalSketch& one : sketches) drawn.push_back(one.sketch.gang);
  for (int turn = 0; turn < 4; ++turn) {
    const std::int64_t devices =
        devices_for_load(national_work(sketches), 100, Second{keys.days} * kDay);
    const Fleet fleet = deal_fleet(keys, devices, Fleet{});
    for (std::size_t i = 0; i < sketches.size(); ++i) {
      Sketch& sketch = sketches[i].sketch;
      const std::uint32_t here = fleet[sketch.home][sketch.accelerator.value] *
                                 kClassTable[sketch.accelerator.value].node_devices;
      const std::uint32_t most = std::max(8U, std::bit_floor(std::max(1U, here * 2 / 3)));
      sketch.gang = std::min(drawn[i], most);
    }
  }
}

// Adds ways to run on other classes, each with its own ratio of speeds.
void add_substitutes(world::Job& job, std::uint32_t group, Random& random) {
  const engine::Way first = job.order.ways.front();
  const auto& speed = kThroughput[draw_weighted(random, kKindWeights[group])];
  const std::uint32_t wanted = draw_weighted(random, kOtherClasses);
  std::uint32_t left = ((1U << kClasses) - 1) & ~(1U << first.accelerator.value);
  if (group >= kFirstLarge) left &= kClusterClasses;
  for (std::uint32_t i = 0; i < wanted && left != 0; ++i) {
    auto other = static_cast<std::uint32_t>(random.below(kClasses));
    while ((left >> other & 1U) == 0) other = (other + 1) % kClasses;
    left &= ~(1U << other);
    const std::int64_t spread = kThroughputSpread[random.below(kThroughputSpread.size())];
    const std::int64_t from = std::int64_t{speed[first.accelerator.value]} * 1'000;
    const std::int64_t to = speed[other] * spread;
    const Second estimate = (first.estimate * from + to - 1) / to;
    if (from > to * kSlowest) continue;
    job.order.ways.push_back({ClassId{other}, first.gang, std::max<Second>(1, estimate)});
  }
}

// The largest gang at home in each pool: what it must hold at any load.
Fleet floors_of(const std::vector<NationalSketch>& sketches) {
  Fleet floors{};
  for (const NationalSketch& one : sketches) {
    const Sketch& sketch = one.sketch;
    const std::uint32_t node = kClassTable[sketch.accelerator.value].node_devices;
    std::uint32_t& nodes = floors[sketch.home][sketch.accelerator.value];
    nodes = std::max(nodes, (sketch.gang + node - 1) / node);
  }
  return floors;
}

}  // namespace

NationalJobs draw_national_jobs(const ScenarioKeys& keys, std::uint64_t seed,
                                const NationalParts& parts, std::uint32_t count) {
  std::vector<NationalSketch> sketches = NationalDemand(keys, seed, parts.buyers).draw(count);
  fit_gangs(sketches, keys);
  NationalJobs result;
  result.work = national_work(sketches);
  result.nodes_min = floors_of(sketches);
  JobTerms terms(keys, seed);
  ReachDraw reach(keys, seed, parts.data);
  Random substitutes = draw_stream(seed, kNationalSubstituteStream);
  for (const NationalSketch& one : sketches) {
    world::Job job = terms.make(one.sketch, rent_of(one.sketch.accelerator.value));
    add_substitutes(job, one.group, substitutes);
    reach.draw(job);
    result.jobs.push_back(std::move(job));
  }
  return result;
}

Result<Instance> make_national(const ScenarioKeys& keys, const InstanceOptions& options) {
  const std::uint32_t jobs = options.jobs > 0 ? options.jobs : keys.jobs;
  TONGSUAN_TRY(const EnergyProfiles profiles, energy_profiles(keys, options));
  Instance instance = start_instance(keys, options);
  instance.origin =
      "synthetic: drawn from tables of published sizes and shares (docs/scenarios.md)";
  const NationalParts parts = add_national_places(instance, jobs);
  NationalJobs demand = draw_national_jobs(keys, options.seed, parts, jobs);
  const std::int64_t devices = devices_for_load(demand.work, options.load_percent, instance.span);
  instance.script.jobs = std::move(demand.jobs);
  add_pools(instance, keys, deal_fleet(keys, devices, demand.nodes_min));
  add_energy(instance, keys, profiles);
  return instance;
}

}  // namespace tongsuan::lab
