#include "tongsuan/lab/national_places.h"

#include <algorithm>
#include <utility>

#include "tongsuan/domain/market.h"
#include "tongsuan/lab/draw.h"
#include "tongsuan/lab/instance_energy.h"
#include "tongsuan/lab/instance_parts.h"
#include "tongsuan/lab/job_terms.h"
#include "tongsuan/lab/national.h"

namespace tongsuan::lab {
namespace {

constexpr std::uint32_t kClassWeightMin = 100;
constexpr std::uint64_t kReplicaStream = kFirstFreeStream + 16;

// Data sets lie where their owners are, and some of them at up to two other places of the region.
void add_data(NationalParts& parts, Instance& instance, std::uint32_t count) {
  Random random = draw_stream(instance.seed, kReplicaStream);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t home = i % kPlaces;
    std::uint32_t places = 1U << home;
    const auto more = static_cast<std::uint32_t>(random.below(3));
    for (std::uint32_t k = 0; k < 2; ++k) {
      const auto other = static_cast<std::uint32_t>(random.below(kPlaces));
      if (k < more) places |= (1U << other) & region_of(home);
    }
    engine::DataCopy data;
    data.size_mb = std::uint64_t{draw_quantile(random, kDataGigabytes)} * 1'000;
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
      if ((places >> place & 1U) == 0) continue;
      data.replicas.push_back(HubId{place});
      parts.data[place].push_back(i);
    }
    instance.places.data_sets.push_back(std::move(data));
  }
}

}  // namespace

std::uint32_t class_weight(std::uint32_t place, std::uint32_t accelerator) {
  const std::uint32_t weight = kClassMix[place][accelerator];
  return weight < kClassWeightMin ? 0 : weight;
}

std::int64_t rent_of(std::uint32_t accelerator) {
  return std::int64_t{kClassTable[accelerator].rent_fen} * (kMicro / 100);
}

Fleet deal_fleet(const ScenarioKeys& keys, std::int64_t devices, const Fleet& nodes_min) {
  std::vector<Deal> deals;
  for (std::uint32_t place = 0; place < kPlaces; ++place) {
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < kClasses; ++i) sum += class_weight(place, i);
    for (std::uint32_t i = 0; i < kClasses; ++i) {
      const std::uint64_t share = std::uint64_t{shares_of(keys, place).devices} * 1'000'000;
      deals.push_back(
          {share * class_weight(place, i) / sum, kClassTable[i].node_devices, nodes_min[place][i]});
    }
  }
  const std::vector<std::uint32_t> nodes = deal_nodes(devices, deals);
  Fleet fleet{};
  for (std::uint32_t i = 0; i < nodes.size(); ++i) fleet[i / kClasses][i % kClasses] = nodes[i];
  return fleet;
}

Instance start_instance(const ScenarioKeys& keys, const InstanceOptions& options) {
  Instance instance;
  instance.scenario = keys.name;
  instance.seed = options.seed;
  instance.load_percent = options.load_percent;
  instance.span = Second{keys.days} * kDay;
  instance.drain = Second{keys.drain_days} * kDay;
  return instance;
}

NationalParts add_national_places(Instance& instance, std::uint32_t jobs) {
  Market market;  // lends the lists of the national week
  add_places(market, 24);
  NationalParts parts;
  parts.buyers = add_buyers(market, national_buyers(jobs));
  engine::Places& places = instance.places;
  places.hub_names = std::move(market.hub_names);
  places.class_names = std::move(market.class_names);
  places.account_names = std::move(market.account_names);
  places.hubs = std::move(market.hubs);
  places.classes = std::move(market.classes);
  places.accounts = std::move(market.accounts);
  for (Hub& hub : places.hubs) hub.green_zone = kNone;  // green energy is in the zone of power
  add_zones(places);
  add_data(parts, instance, std::max(3 * kPlaces, national_data_sets(jobs)));
  return parts;
}

void add_national_links(engine::Places& places, std::int64_t mb_per_second) {
  for (std::uint32_t from = 0; from < kPlaces; ++from) {
    for (std::uint32_t to = 0; to < kPlaces; ++to) {
      if (from == to) continue;
      const std::int64_t price =
          40 * kMicro + std::int64_t{kDistanceKm[from][to]} * (kMicro * 6 / 100);
      places.links.push_back({HubId{from}, HubId{to}, mb_per_second, Price(price)});
    }
  }
}

void add_pools(Instance& instance, const ScenarioKeys& keys, const Fleet& fleet) {
  engine::Places& places = instance.places;
  for (std::uint32_t place = 0; place < kPlaces; ++place) {
    for (std::uint32_t i = 0; i < kClasses; ++i) {
      if (fleet[place][i] == 0) continue;
      const std::int64_t rent = rent_of(i) * kPlaceTable[place].price / 1'000;
      places.pools.push_back({HubId{place}, ClassId{i}, fleet[place][i],
                              kClassTable[i].node_devices, Price(rent * keys.ask_percent / 100)});
    }
  }
  add_national_links(places, keys.link_mb_per_second);
}

ReachDraw::ReachDraw(const ScenarioKeys& keys, std::uint64_t seed,
                     const std::array<std::vector<std::uint32_t>, kPlaces>& data)
    : keys_(keys),
      data_(data),
      reach_(draw_stream(seed, kReachStream)),
      choice_(draw_stream(seed, kDataChoiceStream)) {}

void ReachDraw::draw(world::Job& job) {
  const std::uint32_t home = job.order.home;
  const auto at = static_cast<std::uint32_t>(reach_.below(1'000));
  const auto more = static_cast<std::uint32_t>(reach_.between(1, 3));
  std::uint32_t few = 1U << home;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const auto other = static_cast<std::uint32_t>(reach_.below(kPlaces));
    if (i < more) few |= 1U << other;
  }
  std::uint32_t places = kAllPlaces;
  if (at < keys_.home_per_mille) {
    places = 1U << home;
  } else if (at < keys_.home_per_mille + keys_.few_per_mille) {
    places = few;
  } else if (at < keys_.home_per_mille + keys_.few_per_mille + keys_.region_per_mille) {
    places = region_of(home);
  }
  for (std::uint32_t i = 0; i < kPlaces && places != kAllPlaces; ++i) {
    if ((places >> i & 1U) != 0) job.order.hubs.push_back(HubId{i});
  }
  const bool needs = draw_chance(choice_, keys_.data_per_mille);
  const std::vector<std::uint32_t>& near = data_[home];
  const std::uint32_t which = near[choice_.below(near.size())];
  if (needs) job.order.data = which;
}

}  // namespace tongsuan::lab
