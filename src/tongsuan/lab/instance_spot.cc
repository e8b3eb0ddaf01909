#include "tongsuan/lab/instance_spot.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/lab/draw.h"
#include "tongsuan/lab/instance_parts.h"
#include "tongsuan/lab/instance_traces.h"
#include "tongsuan/lab/job_terms.h"
#include "tongsuan/lab/national_places.h"
#include "tongsuan/lab/spot_tables.h"

namespace tongsuan::lab {
namespace {

enum SpotStream : std::uint64_t { kSpotArrivalStream = kFirstFreeStream, kSpotSubstituteStream };

constexpr std::uint32_t kSpotHubs = 4;
constexpr std::uint32_t kSpotUsers = 21;  // of each hub: the cluster has 84 organisations
constexpr std::array<HubShares, kSpotHubs> kSpotShares = {
    {{150, 400, 0, 0}, {200, 300, 0, 0}, {300, 200, 0, 0}, {350, 100, 0, 0}}};
constexpr std::uint32_t kWholeNode = 200;  // per mille of jobs that ask for a node at a time
constexpr std::array<std::uint32_t, 4> kOtherModels = {350, 300, 200, 150};  // 0 to 3

// Devices of one worker, and how many jobs of a model have several workers, so that the mean gang
// is the published one.
class SpotDemand {
 public:
  SpotDemand(const SpotTables& tables, const ScenarioKeys& keys, std::uint64_t seed)
      : tables_(tables), keys_(keys), random_(draw_stream(seed, kSpotArrivalStream)) {
    for (std::uint32_t i = 0; i < kSpotHubs; ++i) demand_[i] = shares_at(keys, i).demand;
    std::uint64_t jobs = 0;
    std::uint64_t workers = 0;
    for (const auto& [count, of_jobs] : tables.workers) {
      jobs += of_jobs;
      workers += std::uint64_t{count} * of_jobs;
    }
    std::int64_t seconds = 0;
    std::int64_t devices = 0;
    for (const SpotAggregate& model : tables.models) {
      seconds += model.seconds;
      devices += model.devices;
    }
    const std::uint64_t mean_workers = workers * 1'000 / jobs;  // of jobs with several
    for (std::uint32_t i = 0; i < kSpotModels; ++i) {
      const SpotAggregate& model = tables.models[i];
      weights_[i] = model.jobs;
      const auto mean = static_cast<std::uint64_t>(model.devices * 1'000 / model.jobs);
      const std::uint64_t request =
          model.median * (1'000 - kWholeNode) + node_of(model) * kWholeNode;
      const std::uint64_t wanted = mean * 1'000 / request;  // workers, per mille
      several_[i] = wanted <= 1'000
                        ? 0
                        : static_cast<std::uint32_t>(std::min<std::uint64_t>(
                              1'000, (wanted - 1'000) * 1'000 / (mean_workers - 1'000)));
      // How much longer its jobs are than those of all models, by devices.
      stretch_[i] = static_cast<std::uint32_t>(static_cast<int128>(model.seconds) * devices *
                                               1'000 / model.devices / seconds);
    }
  }

  // In the order in which they come.
  std::vector<Sketch> draw(std::uint32_t jobs) {
    std::vector<Sketch> sketches;
    while (sketches.size() < jobs) {
      const Sketch first = draw_first();
      const std::uint32_t count = draw_batch(random_, keys_);
      for (std::uint32_t k = 0; k < count && sketches.size() < jobs; ++k) {
        Sketch next = first;
        next.gang = draw_gang(first.accelerator.value);
        next.duration = draw_duration(first.accelerator.value);
        next.submit = std::min(Second{keys_.days} * kDay - 1,
                               first.submit + Second{k} * static_cast<Second>(random_.below(20)));
        sketches.push_back(next);
      }
    }
    std::ranges::stable_sort(sketches, {}, &Sketch::submit);
    return sketches;
  }

  static HubShares shares_at(const ScenarioKeys& keys, std::uint32_t hub) {
    HubShares shares = kSpotShares[hub];
    const auto named = keys.hubs.find("spot-" + std::to_string(hub));
    if (named == keys.hubs.end()) return shares;
    if (named->second.devices != kNone) shares.devices = named->second.devices;
    if (named->second.demand != kNone) shares.demand = named->second.demand;
    return shares;
  }

 private:
  static std::uint32_t node_of(const SpotAggregate& model) {
    return std::max(model.node_devices, model.median);
  }

  Sketch draw_first() {
    Sketch first;
    first.home = draw_weighted(random_, demand_);
    const auto user = static_cast<std::uint32_t>(random_.below(random_.below(kSpotUsers) + 1));
    first.account = AccountId{first.home * kSpotUsers + user};
    const auto day = static_cast<Second>(random_.below(keys_.days));
    const std::uint32_t hour = draw_weighted(random_, tables_.hours);
    first.submit = day * kDay + Second{hour} * kHour + static_cast<Second>(random_.below(kHour));
    first.accelerator = ClassId{draw_weighted(random_, weights_)};
    first.worth_per_mille = draw_quantile(random_, kWorth);
    return first;
  }

  std::uint32_t draw_gang(std::uint32_t model) {
    const SpotAggregate& of = tables_.models[model];
    const bool whole = draw_chance(random_, kWholeNode);
    const bool several = draw_chance(random_, several_[model]);
    const std::uint32_t workers = draw_workers();
    return (whole ? node_of(of) : of.median) * (several ? workers : 1);
  }

  std::uint32_t draw_workers() {
    std::uint64_t sum = 0;
    for (const auto& [count, jobs] : tables_.workers) sum += jobs;
    std::uint64_t left = random_.below(sum);
    for (const auto& [count, jobs] : tables_.workers) {
      if (left < jobs) return count;
      left -= jobs;
    }
    return 2;
  }

  // A published range, and within it nearer to its lower end. A model whose jobs are longer than
  // the others' has so much more of the ranges above a day.
  Second draw_duration(std::uint32_t model) {
    std::uint64_t sum = 0;
    const auto weight = [&](const SpotDuration& range) {
      const std::uint64_t stretch = range.low >= kDay ? stretch_[model] : 1'000;
      return range.jobs * stretch;
    };
    for (const SpotDuration& range : tables_.durations) sum += weight(range);
    std::uint64_t left = random_.below(sum);
    const std::uint64_t part = random_.below(1'000);
    std::size_t at = 0;
    while (left >= weight(tables_.durations[at])) left -= weight(tables_.durations[at++]);
    const SpotDuration& range = tables_.durations[at];
    const auto share = static_cast<Second>(part * part);  // parts per million
    const Second seconds = range.low + (range.high - range.low) * share / 1'000'000;
    return std::clamp<Second>(seconds * keys_.duration_percent / 100, 1,
                              Second{keys_.duration_max_hours} * kHour);
  }

  const SpotTables& tables_;
  const ScenarioKeys& keys_;
  Random random_;
  std::array<std::uint32_t, kSpotHubs> demand_{};
  std::array<std::uint32_t, kSpotModels> weights_{};
  std::array<std::uint32_t, kSpotModels> several_{};  // per mille of jobs
  std::array<std::uint32_t, kSpotModels> stretch_{};  // per mille
};

// Nodes by (hub, model), as published, shared out over hubs.
std::vector<Deal> spot_deals(const SpotTables& tables, const ScenarioKeys& keys) {
  std::vector<Deal> deals;
  for (std::uint32_t hub = 0; hub < kSpotHubs; ++hub) {
    for (const SpotAggregate& model : tables.models) {
      const std::uint64_t devices = std::uint64_t{model.nodes} * model.node_devices;
      deals.push_back({devices * SpotDemand::shares_at(keys, hub).devices, model.node_devices, 0});
    }
  }
  return deals;
}

// Cuts gangs to two thirds of the pool of their home at a load of 100 %, and says what the pools
// must hold. Cutting takes devices away: a few times over, from the gangs that were drawn.
std::uint32_t fit_gangs(std::vector<Sketch>& sketches, std::vector<Deal>& deals, Second span) {
  std::vector<std::uint32_t> drawn;
  for (const Sketch& sketch : sketches) drawn.push_back(sketch.gang);
  for (int turn = 0; turn < 4; ++turn) {
    const std::vector<std::uint32_t> nodes =
        deal_nodes(devices_for_load(work_of(sketches), 100, span), deals);
    for (std::size_t i = 0; i < sketches.size(); ++i) {
      const std::size_t pool = sketches[i].home * kSpotModels + sketches[i].accelerator.value;
      const std::uint32_t most = nodes[pool] * 2 / 3 * deals[pool].node_devices;
      sketches[i].gang = std::min(drawn[i], std::max(most, deals[pool].node_devices));
    }
  }
  std::uint32_t cut = 0;
  for (std::size_t i = 0; i < sketches.size(); ++i) {
    Deal& deal = deals[sketches[i].home * kSpotModels + sketches[i].accelerator.value];
    deal.nodes_min =
        std::max(deal.nodes_min, (sketches[i].gang + deal.node_devices - 1) / deal.node_devices);
    cut += sketches[i].gang < drawn[i] ? 1U : 0U;
  }
  return cut;
}

void add_substitutes(world::Job& job, Random& random) {
  const engine::Way first = job.order.ways.front();
  const auto limit = static_cast<std::size_t>(random.below(2));  // arithmetic or memory
  const std::uint32_t wanted = draw_weighted(random, kOtherModels);
  std::uint32_t left = ((1U << kSpotModels) - 1) & ~(1U << first.accelerator.value);
  for (std::uint32_t i = 0; i < wanted; ++i) {
    auto other = static_cast<std::uint32_t>(random.below(kSpotModels));
    while ((left >> other & 1U) == 0) other = (other + 1) % kSpotModels;
    left &= ~(1U << other);
    const std::int64_t from = kSpotModelTable[first.accelerator.value].speed[limit];
    const std::int64_t to = kSpotModelTable[other].speed[limit];
    if (from > to * kSlowest) continue;
    const Second estimate = std::max<Second>(1, (first.estimate * from + to - 1) / to);
    job.order.ways.push_back({ClassId{other}, first.gang, estimate});
  }
}

void add_spot_places(Instance& instance, const SpotTables& tables) {
  engine::Places& places = instance.places;
  for (std::uint32_t i = 0; i < kSpotModels; ++i) {
    places.class_names.push_back(kSpotModelTable[i].name);
    places.classes.push_back({kSpotModelTable[i].watts, tables.models[i].node_devices});
  }
  for (std::uint32_t hub = 0; hub < kSpotHubs; ++hub) {
    const std::string name = "spot-" + std::to_string(hub);
    Hub one;
    one.title_en = name;
    one.region = hub < kSpotHubs / 2 ? "short" : "ample";
    places.hubs.push_back(std::move(one));
    places.hub_names.push_back(name);
    for (std::uint32_t i = 0; i < kSpotUsers; ++i) {
      places.account_names.push_back("organisation-" + std::to_string(hub) + '-' + padded(i, 2));
      places.accounts.push_back({hub});
    }
  }
}

std::int64_t spot_rent(std::uint32_t model) {
  return std::int64_t{kSpotModelTable[model].rent_fen} * (kMicro / 100);
}

void add_spot_pools(Instance& instance, const ScenarioKeys& keys, const std::vector<Deal>& deals,
                    const std::vector<std::uint32_t>& nodes) {
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i] == 0) continue;
    const std::uint32_t model = i % kSpotModels;
    instance.places.pools.push_back({HubId{i / kSpotModels}, ClassId{model}, nodes[i],
                                     deals[i].node_devices,
                                     Price(spot_rent(model) * keys.ask_percent / 100)});
  }
}

}  // namespace

Result<Instance> make_spot(const ScenarioKeys& keys, const InstanceOptions& options) {
  TONGSUAN_TRY(const std::string folder, trace_folder(options, keys.name, "spot2026"));
  TONGSUAN_TRY(const SpotTables tables, read_spot_tables(folder));
  Instance instance = start_instance(keys, options);
  instance.origin =
      "synthetic from aggregates: drawn from published tables of a spot cluster of 2026";
  add_spot_places(instance, tables);
  std::vector<Sketch> sketches =
      SpotDemand(tables, keys, options.seed).draw(options.jobs > 0 ? options.jobs : keys.jobs);
  std::vector<Deal> deals = spot_deals(tables, keys);
  const std::uint32_t cut = fit_gangs(sketches, deals, instance.span);
  instance.notes.push_back(std::to_string(cut) + " gangs were cut to what their home can hold");
  instance.notes.push_back("the aggregates have no data, places or energy: no links, no power");
  JobTerms terms(keys, options.seed);
  Random reach = draw_stream(options.seed, kReachStream);
  Random substitutes = draw_stream(options.seed, kSpotSubstituteStream);
  for (const Sketch& sketch : sketches) {
    world::Job job = terms.make(sketch, spot_rent(sketch.accelerator.value));
    add_substitutes(job, substitutes);
    if (draw_chance(reach, keys.home_per_mille)) job.order.hubs = {HubId{sketch.home}};
    instance.script.jobs.push_back(std::move(job));
  }
  const std::int64_t devices =
      devices_for_load(work_of(sketches), options.load_percent, instance.span);
  add_spot_pools(instance, keys, deals, deal_nodes(devices, deals));
  return instance;
}

}  // namespace tongsuan::lab
