#include "tongsuan/lab/instance_edge.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/lab/draw.h"
#include "tongsuan/lab/instance_energy.h"
#include "tongsuan/lab/instance_national.h"
#include "tongsuan/lab/instance_parts.h"
#include "tongsuan/lab/job_terms.h"
#include "tongsuan/lab/national_places.h"

namespace tongsuan::lab {
namespace {

constexpr std::uint64_t kServiceStream = kFirstFreeStream + 32;
constexpr std::uint64_t kServiceTermsSeed = 0x5EDE;  // services draw their terms apart

struct Site {
  std::string_view name;
  std::string_view title_zh;
  std::int32_t latitude_tenths;
  std::int32_t longitude_tenths;
  std::uint32_t place;   // the cluster that is nearest and whose zone gives power
  std::uint32_t near;    // the site that may serve in its stead
  std::uint32_t demand;  // per mille of the services: assumed
};
constexpr std::uint32_t kSites = 14;
constexpr std::array<Site, kSites> kSiteTable = {{
    {"beijing", "北京", 399, 1164, 0, 1, 130},
    {"tianjin", "天津", 391, 1172, 0, 0, 50},
    {"shanghai", "上海", 312, 1215, 1, 3, 150},
    {"hangzhou", "杭州", 303, 1202, 1, 2, 90},
    {"nanjing", "南京", 321, 1188, 1, 5, 60},
    {"hefei", "合肥", 318, 1172, 2, 4, 40},
    {"guangzhou", "广州", 231, 1133, 3, 7, 110},
    {"shenzhen", "深圳", 225, 1141, 3, 6, 120},
    {"chengdu", "成都", 307, 1041, 4, 9, 80},
    {"yuzhong", "渝中", 296, 1066, 5, 8, 60},
    {"guiyang", "贵阳", 266, 1066, 7, 9, 30},
    {"hohhot", "呼和浩特", 408, 1117, 6, 0, 25},
    {"lanzhou", "兰州", 361, 1038, 8, 13, 25},
    {"yinchuan", "银川", 385, 1062, 9, 12, 30},
}};
constexpr std::uint32_t kSitePue = 1'400;    // assumed
constexpr std::uint32_t kSitePrice = 1'300;  // per mille of the rental price
constexpr std::uint32_t kUsersOfSite = 20;

// What serves: the class asked for first, and the other one at its own speed.
constexpr std::array<std::uint32_t, 2> kServing = {5, 2};  // RTX4090, H20: positions in kClassTable
constexpr std::array<std::uint32_t, 2> kServingWeights = {600, 400};
constexpr std::array<std::uint32_t, 3> kServiceGangs = {700, 200, 100};  // 1, 2, 4 devices
constexpr std::uint32_t kServiceSeconds = 2'700;                         // median
constexpr Second kServiceLongest = 4 * kHour;
constexpr Second kServiceWait = 60;
constexpr std::uint32_t kServiceWorth = 2'000;  // per mille
constexpr std::uint32_t kNearWeight = 500;      // per mille that may also run at the next site
constexpr std::uint32_t kClusterWeight = 300;   // and at the nearest cluster

void add_sites(Instance& instance) {
  engine::Places& places = instance.places;
  for (std::uint32_t i = 0; i < kSites; ++i) {
    const Site& site = kSiteTable[i];
    const std::string name(site.name);
    Hub hub;
    hub.title_en = "Edge " + name;
    hub.title_zh = std::string(site.title_zh) + "边缘";
    hub.region = "edge";
    hub.latitude_micro = site.latitude_tenths * 100'000;
    hub.longitude_micro = site.longitude_tenths * 100'000;
    hub.pue_milli = kSitePue;
    hub.power_zone = site.place;
    places.hubs.push_back(std::move(hub));
    places.hub_names.push_back("edge-" + name);
    for (std::uint32_t k = 1; k <= kUsersOfSite; ++k) {
      places.account_names.push_back("service-" + name + '-' + padded(k, 2));
      places.accounts.push_back({kPlaces + i});
    }
  }
}

class ServiceDemand {
 public:
  ServiceDemand(const ScenarioKeys& keys, const Instance& instance)
      : keys_(keys),
        random_(draw_stream(instance.seed, kServiceStream)),
        terms_(keys, instance.seed ^ kServiceTermsSeed) {
    first_account_ = instance.places.account_names.size() - kSites * kUsersOfSite;
    for (std::uint32_t i = 0; i < kSites; ++i) weights_[i] = kSiteTable[i].demand;
  }

  world::Job draw() {
    const std::uint32_t at = draw_weighted(random_, weights_);
    Sketch sketch;
    sketch.home = kPlaces + at;
    sketch.account = AccountId{first_account_ + at * kUsersOfSite +
                               static_cast<std::uint32_t>(random_.below(kUsersOfSite))};
    sketch.submit = draw_arrival(random_, keys_);
    sketch.gang = 1U << draw_weighted(random_, kServiceGangs);
    const std::uint64_t seconds =
        std::uint64_t{kServiceSeconds} * draw_quantile(random_, kSpread08) / 1'000;
    sketch.duration = std::clamp<Second>(static_cast<Second>(seconds), 60, kServiceLongest);
    const std::uint32_t which = draw_weighted(random_, kServingWeights);
    sketch.accelerator = ClassId{kServing[which]};
    sketch.worth_per_mille = kServiceWorth;
    world::Job job = terms_.make(sketch, rent_of(kServing[which]));
    add_other(job, kServing[1 - which]);
    hurry(job);
    add_hubs(job, at);
    return job;
  }

 private:
  static void add_other(world::Job& job, std::uint32_t other) {
    const engine::Way first = job.order.ways.front();
    const auto& speed = kThroughput[1];  // mixed
    const std::int64_t from = speed[first.accelerator.value];
    const Second estimate = (first.estimate * from + speed[other] - 1) / speed[other];
    job.order.ways.push_back({ClassId{other}, first.gang, std::max<Second>(1, estimate)});
  }

  // Half of the value is gone when it starts at the last second.
  static void hurry(world::Job& job) {
    job.order.grace = 0;
    job.order.latest_start = engine::wanted_from(job.order) + kServiceWait;
    job.order.delay_cost = std::min(kMoneyMax, job.order.value * (kHour / kServiceWait / 2));
    job.checkpoint = 0;
  }

  void add_hubs(world::Job& job, std::uint32_t at) {
    job.order.hubs = {HubId{kPlaces + at}};
    if (draw_chance(random_, kNearWeight)) {
      job.order.hubs.push_back(HubId{kPlaces + kSiteTable[at].near});
    }
    if (draw_chance(random_, kClusterWeight)) {
      job.order.hubs.push_back(HubId{kSiteTable[at].place});
    }
    std::ranges::sort(job.order.hubs);
  }

  const ScenarioKeys& keys_;
  Random random_;
  JobTerms terms_;
  std::uint32_t first_account_ = 0;
  std::array<std::uint32_t, kSites> weights_{};
};

// Sites have half of their devices alike and half by their demand, so that large cities are short.
void add_site_pools(Instance& instance, const ScenarioKeys& keys, std::int64_t devices) {
  std::vector<Deal> deals;
  for (const Site& site : kSiteTable) {
    for (std::size_t k = 0; k < kServing.size(); ++k) {
      const std::uint64_t weight = 1'000 / kSites + site.demand;
      deals.push_back({weight * kServingWeights[k], kClassTable[kServing[k]].node_devices, 1});
    }
  }
  const std::vector<std::uint32_t> nodes = deal_nodes(devices, deals);
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    const std::uint32_t accelerator = kServing[i % kServing.size()];
    const std::int64_t ask = rent_of(accelerator) * kSitePrice / 1'000 * keys.ask_percent / 100;
    instance.places.pools.push_back(
        {HubId{kPlaces + static_cast<std::uint32_t>(i / kServing.size())}, ClassId{accelerator},
         nodes[i], kClassTable[accelerator].node_devices, Price(ask)});
  }
  for (std::uint32_t i = 0; i < kSites; ++i) {
    instance.places.links.push_back({HubId{kSiteTable[i].place}, HubId{kPlaces + i},
                                     keys.link_mb_per_second, Price(40 * kMicro)});
  }
}

}  // namespace

Result<Instance> make_edge(const ScenarioKeys& keys, const InstanceOptions& options) {
  const std::uint32_t jobs = options.jobs > 0 ? options.jobs : keys.jobs;
  TONGSUAN_TRY(const EnergyProfiles profiles, energy_profiles(keys, options));
  const auto services =
      static_cast<std::uint32_t>(std::uint64_t{jobs} * keys.service_per_mille / 1'000);
  Instance instance = start_instance(keys, options);
  instance.origin = "synthetic: services in cities beside the ten clusters, sizes assumed";
  const NationalParts parts = add_national_places(instance, jobs);
  add_sites(instance);
  NationalJobs demand = draw_national_jobs(keys, options.seed, parts, jobs - services);
  std::int64_t work = demand.work;
  instance.script.jobs = std::move(demand.jobs);
  ServiceDemand service(keys, instance);
  for (std::uint32_t i = 0; i < services; ++i) {
    instance.script.jobs.push_back(service.draw());
    work += work_of(instance.script.jobs.back());
  }
  const std::int64_t devices = devices_for_load(work, options.load_percent, instance.span);
  const std::int64_t at_edge = devices * keys.edge_per_mille / 1'000;
  add_pools(instance, keys, deal_fleet(keys, devices - at_edge, demand.nodes_min));
  add_site_pools(instance, keys, at_edge);
  add_energy(instance, keys, profiles);
  return instance;
}

}  // namespace tongsuan::lab
