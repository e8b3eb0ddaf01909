#include "tongsuan/lab/instance_traces.h"

#include <algorithm>
#include <array>
#include <bit>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/import/trace_job.h"
#include "tongsuan/lab/draw.h"
#include "tongsuan/lab/instance_parts.h"
#include "tongsuan/lab/job_terms.h"
#include "tongsuan/lab/national_places.h"
#include "tongsuan/lab/national_tables.h"

namespace tongsuan::lab {
namespace {

using imports::TraceJob;

enum TraceStream : std::uint64_t {
  kTraceSampleStream = kFirstFreeStream,
  kTraceShiftStream,
  kTraceHomeStream
};

void add_class(Instance& instance, std::uint32_t node_devices) {
  instance.places.class_names.push_back("GPU");
  instance.places.classes.push_back({kUnsaidWatts, node_devices});
}

HubId add_hub(Instance& instance, const std::string& name) {
  Hub hub;
  hub.title_en = name;
  hub.region = "walls";
  instance.places.hubs.push_back(std::move(hub));
  return {instance.places.hub_names.push_back(name)};
}

AccountId add_account(Instance& instance, const std::string& name, HubId home) {
  instance.places.accounts.push_back({home.value});
  return {instance.places.account_names.push_back(name)};
}

void add_pools(Instance& instance, const ScenarioKeys& keys,
               const std::vector<std::uint32_t>& nodes, std::uint32_t node_devices) {
  for (std::uint32_t hub = 0; hub < nodes.size(); ++hub) {
    if (nodes[hub] == 0) continue;
    instance.places.pools.push_back({HubId{hub}, ClassId{0}, nodes[hub], node_devices,
                                     Price(kUnsaidRent * keys.ask_percent / 100)});
  }
}

void drop_late(std::vector<TraceJob>& jobs, Instance& instance) {
  const std::size_t before = jobs.size();
  std::erase_if(jobs, [&](const TraceJob& job) { return job.submit_second >= instance.span; });
  if (jobs.size() == before) return;
  instance.notes.push_back(std::to_string(before - jobs.size()) +
                           " jobs come after the span and were left out");
}

// Adds the jobs to the script; some may only run at home.
void add_jobs(Instance& instance, const ScenarioKeys& keys, const std::vector<Sketch>& sketches) {
  JobTerms terms(keys, instance.seed);
  Random reach = draw_stream(instance.seed, kReachStream);
  for (const Sketch& sketch : sketches) {
    world::Job job = terms.make(sketch, kUnsaidRent);
    if (draw_chance(reach, keys.home_per_mille)) job.order.hubs = {HubId{sketch.home}};
    instance.script.jobs.push_back(std::move(job));
  }
}

Second cut(std::int64_t seconds, const ScenarioKeys& keys) {
  return std::clamp<Second>(seconds, 1, Second{keys.duration_max_hours} * kHour);
}

// ---- Philly ------------------------------------------------------------------------------------

constexpr std::uint32_t kPhillyHubs = 8;
constexpr std::uint32_t kPhillyNode = 8;
// Devices that each loose cluster has beside what its jobs ask for.
constexpr std::int64_t kPhillySpare = 20;

struct Cluster {
  std::string_view name;
  std::uint32_t hub;
};
constexpr std::array<Cluster, 10> kClusters = {{{"0e4a51", 0},
                                                {"103959", 1},
                                                {"2869ce", 2},
                                                {"ed69ec", 3},
                                                {"6214e9", 4},
                                                {"6c71a0", 5},
                                                {"ee9e8c", 6},
                                                {"51b7ef", 7},
                                                {"23dbec", 7},
                                                {"795a4c", 7}}};
constexpr std::array<bool, kPhillyHubs> kTight = {false, false, false, false,
                                                  true,  true,  true,  false};

void add_philly_places(Instance& instance) {
  add_class(instance, kPhillyNode);
  for (const Cluster& cluster : kClusters) {
    const bool first = cluster.hub == instance.places.hubs.size();
    const std::string name = cluster.hub == 7 ? "small" : std::string(cluster.name);
    if (first) add_hub(instance, "vc-" + name);
    add_account(instance, std::string(cluster.name), HubId{cluster.hub});
  }
}

Result<std::vector<Sketch>> philly_sketches(const std::vector<TraceJob>& jobs,
                                            const ScenarioKeys& keys, const Instance& instance) {
  Random random = draw_stream(instance.seed, kTraceShiftStream);
  std::array<Second, kPhillyHubs> shifts{};
  for (Second& shift : shifts) {
    shift = static_cast<Second>(random.below(static_cast<std::uint64_t>(instance.span)));
  }
  std::vector<Sketch> sketches;
  for (const TraceJob& job : jobs) {
    const auto at = std::ranges::find(kClusters, job.tenant, &Cluster::name);
    if (at == kClusters.end()) {
      return Error{ErrorCode::kCorrupt, "jobs_philly names the unknown cluster " + job.tenant};
    }
    Sketch sketch;
    sketch.home = at->hub;
    sketch.account = AccountId{static_cast<std::uint32_t>(at - kClusters.begin())};
    sketch.submit = (job.submit_second + shifts[at->hub]) % instance.span;
    sketch.duration = cut(job.duration_seconds, keys);
    sketch.gang = job.gang;
    if (job.gang > kPhillyNode) {
      sketch.gang = (job.gang + kPhillyNode - 1) / kPhillyNode * kPhillyNode;
    }
    sketches.push_back(sketch);
  }
  std::ranges::stable_sort(sketches, {}, &Sketch::submit);
  return sketches;
}

// The tight clusters have what makes their own load `tight_percent` when the load of all is 90 %;
// the others share the rest. Another load stretches all alike.
std::vector<Deal> philly_deals(const std::vector<Sketch>& sketches, const ScenarioKeys& keys,
                               Second span) {
  std::array<std::int64_t, kPhillyHubs> asked{};  // millidevices, mean over the span
  std::array<std::uint32_t, kPhillyHubs> gangs{};
  int128 work = 0;
  for (const Sketch& sketch : sketches) {
    asked[sketch.home] += sketch.gang * sketch.duration * 1'000 / span;
    gangs[sketch.home] = std::max(gangs[sketch.home], sketch.gang);
    work += int128{sketch.gang} * sketch.duration;
  }
  const auto all = static_cast<std::int64_t>(work * 100'000 / 90 / span);
  std::int64_t tight = 0;
  std::int64_t loose = 0;
  for (std::uint32_t hub = 0; hub < kPhillyHubs; ++hub) {
    if (kTight[hub]) tight += asked[hub] * 100 / keys.tight_percent;
    if (!kTight[hub]) loose += asked[hub] + kPhillySpare * 1'000;
  }
  std::vector<Deal> deals;
  for (std::uint32_t hub = 0; hub < kPhillyHubs; ++hub) {
    const std::int64_t rest = std::max<std::int64_t>(0, all - tight);
    const int128 share = static_cast<int128>(rest) * (asked[hub] + kPhillySpare * 1'000) / loose;
    const int128 weight = kTight[hub] ? int128{asked[hub]} * 100 / keys.tight_percent : share;
    deals.push_back({static_cast<std::uint64_t>(weight), kPhillyNode,
                     (gangs[hub] + kPhillyNode - 1) / kPhillyNode});
  }
  return deals;
}

// ---- PAI ---------------------------------------------------------------------------------------

constexpr std::uint32_t kPaiPlaces = 4;
constexpr std::uint32_t kPaiUsers = 25;  // of each hub
constexpr std::array<HubShares, kPaiPlaces> kPaiShares = {
    {{250, 550, 0, 0}, {250, 250, 0, 0}, {250, 120, 0, 0}, {250, 80, 0, 0}}};

using PaiShares = std::array<HubShares, kPaiPlaces>;

PaiShares pai_shares(const ScenarioKeys& keys) {
  PaiShares shares = kPaiShares;
  for (std::uint32_t hub = 0; hub < kPaiPlaces; ++hub) {
    const auto named = keys.hubs.find("pai-" + std::to_string(hub));
    if (named == keys.hubs.end()) continue;
    if (named->second.devices != kNone) shares[hub].devices = named->second.devices;
    if (named->second.demand != kNone) shares[hub].demand = named->second.demand;
  }
  return shares;
}

void add_pai_places(Instance& instance) {
  add_class(instance, 1);
  for (std::uint32_t hub = 0; hub < kPaiPlaces; ++hub) {
    const HubId id = add_hub(instance, "pai-" + std::to_string(hub));
    for (std::uint32_t i = 0; i < kPaiUsers; ++i) {
      add_account(instance, "user-" + std::to_string(hub) + '-' + padded(i, 2), id);
    }
  }
}

// The largest gang that each hub takes: two thirds of it at a load of 100 %.
std::array<std::int64_t, kPaiPlaces> pai_limits(const std::vector<TraceJob>& jobs,
                                                const ScenarioKeys& keys, Second span) {
  std::int64_t work = 0;
  std::int64_t all = 0;  // shares
  const PaiShares shares = pai_shares(keys);
  for (const TraceJob& job : jobs) work += job.gang * cut(job.duration_seconds, keys);
  for (const HubShares& share : shares) all += share.devices;
  const std::int64_t devices = devices_for_load(work, 100, span);
  std::array<std::int64_t, kPaiPlaces> most{};
  for (std::uint32_t hub = 0; hub < kPaiPlaces; ++hub) {
    const std::int64_t here = devices * shares[hub].devices / std::max<std::int64_t>(1, all);
    most[hub] = std::max<std::int64_t>(1, here * 2 / 3);
  }
  return most;
}

// Half as many devices for as much longer, until no more than `most` are needed.
void halve(Sketch& sketch, std::int64_t most) {
  while (sketch.gang > most) {
    const std::uint32_t half = (sketch.gang + 1) / 2;
    sketch.duration = (sketch.duration * sketch.gang + half - 1) / half;
    sketch.gang = half;
  }
}

// Owners are drawn; a job that is too large for its owner's hub belongs to the last that holds it.
std::vector<Sketch> pai_sketches(const std::vector<TraceJob>& jobs, const ScenarioKeys& keys,
                                 Instance& instance) {
  const auto most = pai_limits(jobs, keys, instance.span);
  const std::int64_t largest = *std::ranges::max_element(most);
  std::array<std::uint32_t, kPaiPlaces> demand{};
  std::ranges::transform(pai_shares(keys), demand.begin(), &HubShares::demand);
  Random random = draw_stream(instance.seed, kTraceHomeStream);
  std::uint32_t halved = 0;
  std::vector<Sketch> sketches;
  for (const TraceJob& job : jobs) {
    Sketch sketch;
    sketch.submit = job.submit_second;
    sketch.gang = job.gang;
    sketch.duration = cut(job.duration_seconds, keys);
    halved += sketch.gang > largest ? 1U : 0U;
    halve(sketch, largest);
    sketch.home = draw_weighted(random, demand);
    const auto user = static_cast<std::uint32_t>(random.below(random.below(kPaiUsers) + 1));
    for (std::uint32_t hub = kPaiPlaces; sketch.gang > most[sketch.home] && hub > 0; --hub) {
      if (most[hub - 1] >= sketch.gang) sketch.home = hub - 1;
    }
    sketch.account = AccountId{sketch.home * kPaiUsers + user};
    sketches.push_back(sketch);
  }
  if (halved > 0) {
    instance.notes.push_back(std::to_string(halved) +
                             " jobs hold more devices than any hub: they run on half as many, or "
                             "fewer, for as much longer");
  }
  return sketches;
}

}  // namespace

Result<std::string> trace_folder(const InstanceOptions& options, const std::string& scenario,
                                 const std::string& name) {
  const std::string folder = options.data_dir + "/" + name;
  std::error_code code;
  if (!options.data_dir.empty() && std::filesystem::is_directory(folder, code)) return folder;
  const std::string missing = options.data_dir.empty() ? name : folder;
  return Error{
      ErrorCode::kNotFound,
      "the scenario " + scenario + " needs public data: the folder " + missing + " is not there",
      "give the folder that holds " + name + ": --data DIR"};
}

Result<Instance> make_philly(const ScenarioKeys& keys, const InstanceOptions& options) {
  TONGSUAN_TRY(const std::string folder, trace_folder(options, keys.name, "jobs_philly"));
  TONGSUAN_TRY(std::vector<TraceJob> jobs, imports::read_philly(folder));
  Instance instance = start_instance(keys, options);
  instance.origin = "jobs of Microsoft Philly, 2017; worth, estimates and sizes of hubs assumed";
  drop_late(jobs, instance);
  if (options.jobs > 0) {
    take_sample(jobs, options.jobs, draw_stream(options.seed, kTraceSampleStream));
  }
  add_philly_places(instance);
  TONGSUAN_TRY(const std::vector<Sketch> sketches, philly_sketches(jobs, keys, instance));
  add_jobs(instance, keys, sketches);
  const std::int64_t devices =
      devices_for_load(work_of(sketches), options.load_percent, instance.span);
  add_pools(instance, keys, deal_nodes(devices, philly_deals(sketches, keys, instance.span)),
            kPhillyNode);
  instance.notes.push_back("the trace has no data, places or energy: no links, no power");
  return instance;
}

Result<Instance> make_pai(const ScenarioKeys& keys, const InstanceOptions& options) {
  TONGSUAN_TRY(const std::string folder, trace_folder(options, keys.name, "jobs_pai100k"));
  TONGSUAN_TRY(std::vector<TraceJob> jobs, imports::read_pai(folder));
  Instance instance = start_instance(keys, options);
  instance.origin = "jobs of Alibaba PAI, 2020; owners, hubs, worth and estimates assumed";
  drop_late(jobs, instance);
  if (options.jobs > 0) {
    take_sample(jobs, options.jobs, draw_stream(options.seed, kTraceSampleStream));
  }
  add_pai_places(instance);
  const std::vector<Sketch> sketches = pai_sketches(jobs, keys, instance);
  add_jobs(instance, keys, sketches);
  const PaiShares shares = pai_shares(keys);
  std::vector<Deal> deals;
  for (const HubShares& share : shares) deals.push_back({share.devices, 1, 0});
  for (const Sketch& sketch : sketches) {
    deals[sketch.home].nodes_min = std::max(deals[sketch.home].nodes_min, sketch.gang);
  }
  const std::int64_t devices =
      devices_for_load(work_of(sketches), options.load_percent, instance.span);
  add_pools(instance, keys, deal_nodes(devices, deals), 1);
  instance.notes.push_back("the trace has no data, places or energy: no links, no power");
  return instance;
}

}  // namespace tongsuan::lab
