#include "tongsuan/lab/instance_parts.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "tongsuan/base/text.h"

namespace tongsuan::lab {
namespace {

// Where the things of one list go when they are sorted by name.
struct Sorted {
  std::vector<std::uint32_t> from;  // by new position: the old one
  std::vector<std::uint32_t> to;    // by old position: the new one

  explicit Sorted(const NameList& names) : from(names.size()), to(names.size()) {
    std::iota(from.begin(), from.end(), 0U);
    std::ranges::sort(from, {}, [&](std::uint32_t at) { return names[at]; });
    for (std::uint32_t i = 0; i < from.size(); ++i) to[from[i]] = i;
  }

  template <class T>
  void move(std::vector<T>& list) const {
    std::vector<T> moved;
    moved.reserve(list.size());
    for (const std::uint32_t at : from) moved.push_back(std::move(list[at]));
    list = std::move(moved);
  }
  template <class Id>
  void rename(Id& id) const {
    id = Id{to[id.value]};
  }
  void rename(std::uint32_t& position) const {
    if (position != kNone) position = to[position];
  }
};

struct Orders {
  Sorted hubs, classes, zones, accounts;
};

template <class List>
void rename_hubs(const Sorted& hubs, List& list) {
  for (HubId& hub : list) hubs.rename(hub);
  std::ranges::sort(list);
}

void sort_places(engine::Places& places, const Orders& orders) {
  places.hub_names = places.hub_names.gathered(orders.hubs.from);
  places.class_names = places.class_names.gathered(orders.classes.from);
  places.zone_names = places.zone_names.gathered(orders.zones.from);
  places.account_names = places.account_names.gathered(orders.accounts.from);
  orders.hubs.move(places.hubs);
  orders.classes.move(places.classes);
  orders.zones.move(places.zones);
  orders.accounts.move(places.accounts);
  for (Hub& hub : places.hubs) {
    orders.zones.rename(hub.power_zone);
    orders.zones.rename(hub.green_zone);
  }
  for (Account& account : places.accounts) orders.hubs.rename(account.home);
  for (engine::Pool& pool : places.pools) {
    orders.hubs.rename(pool.hub);
    orders.classes.rename(pool.accelerator);
  }
  std::ranges::sort(places.pools, {}, [](const engine::Pool& pool) {
    return std::tuple(pool.hub, pool.accelerator);
  });
  for (engine::DataLink& link : places.links) {
    orders.hubs.rename(link.from);
    orders.hubs.rename(link.to);
  }
  std::ranges::sort(places.links, {},
                    [](const engine::DataLink& link) { return std::tuple(link.from, link.to); });
  for (engine::DataCopy& data : places.data_sets) rename_hubs(orders.hubs, data.replicas);
}

void sort_jobs(std::vector<world::Job>& jobs, const Orders& orders) {
  for (world::Job& job : jobs) {
    orders.accounts.rename(job.order.account);
    orders.hubs.rename(job.order.home);
    rename_hubs(orders.hubs, job.order.hubs);
    for (engine::Way& way : job.order.ways) orders.classes.rename(way.accelerator);
  }
  std::ranges::stable_sort(jobs, {}, [](const world::Job& job) { return job.order.submit; });
}

void sort_energy(Energy& energy, const Sorted& zones) {
  if (energy.empty()) return;
  zones.move(energy.green);
  zones.move(energy.green_forecast);
  zones.move(energy.tariff);
  zones.move(energy.grid_grams);
  for (Energy::Line& line : energy.lines) {
    zones.rename(line.from);
    zones.rename(line.to);
  }
  std::ranges::sort(energy.lines, {},
                    [](const Energy::Line& line) { return std::tuple(line.from, line.to); });
}

// ---- Couplings ---------------------------------------------------------------------------------

// The pools of a hub become one, of nodes as large as its largest.
std::vector<engine::Pool> merged_pools(const engine::Places& places) {
  std::vector<engine::Pool> merged;
  for (std::size_t i = 0; i < places.pools.size();) {
    engine::Pool all = {places.pools[i].hub, ClassId{0}, 0, 1, {}};
    std::int64_t devices = 0;
    int128 asks = 0;
    for (; i < places.pools.size() && places.pools[i].hub == all.hub; ++i) {
      const engine::Pool& pool = places.pools[i];
      const std::int64_t here = std::int64_t{pool.nodes} * pool.node_devices;
      devices += here;
      asks += static_cast<int128>(pool.ask.raw()) * here;
      all.node_devices = std::max(all.node_devices, pool.node_devices);
    }
    all.nodes = static_cast<std::uint32_t>((devices + all.node_devices - 1) / all.node_devices);
    all.ask = Price(static_cast<std::int64_t>(asks / devices));
    merged.push_back(all);
  }
  return merged;
}

// A device of the only class draws what the mean device of the fleet drew.
std::uint32_t mean_watts(const engine::Places& places) {
  int128 watts = 0;
  for (const engine::Pool& pool : places.pools) {
    watts += static_cast<int128>(places.classes[pool.accelerator.value].watts) * pool.nodes *
             pool.node_devices;
  }
  return static_cast<std::uint32_t>(watts / std::max<std::int64_t>(1, device_count(places)));
}

void merge_classes(Instance& instance) {
  engine::Places& places = instance.places;
  const std::uint32_t watts = mean_watts(places);
  places.pools = merged_pools(places);
  std::uint32_t node_devices = 1;
  for (const engine::Pool& pool : places.pools) {
    node_devices = std::max(node_devices, pool.node_devices);
  }
  places.class_names = NameList();
  places.class_names.push_back("GPU");
  places.classes = {{watts, node_devices}};
  for (world::Job& job : instance.script.jobs) {
    job.order.ways.resize(1);
    job.order.ways.front().accelerator = ClassId{0};
  }
}

// ---- Digest ------------------------------------------------------------------------------------

class Bytes {
 public:
  template <class... Numbers>
  void add(Numbers... numbers) {
    (sha_.update_u64(static_cast<std::uint64_t>(numbers)), ...);
  }
  void names(const NameList& list) {
    add(list.size());
    for (std::uint32_t i = 0; i < list.size(); ++i) {
      add(list[i].size());
      sha_.update(list[i]);
    }
  }
  void hours(const std::vector<std::vector<std::int64_t>>& tables) {
    add(tables.size());
    for (const std::vector<std::int64_t>& table : tables) {
      add(table.size());
      for (const std::int64_t value : table) add(value);
    }
  }
  void hubs(std::span<const HubId> list) {
    add(list.size());
    for (const HubId hub : list) add(hub.value);
  }
  [[nodiscard]] std::string text() {
    const Digest digest = sha_.finish();
    return hex(digest.data(), digest.size());
  }

 private:
  Sha256 sha_;
};

void add_places(Bytes& bytes, const engine::Places& places) {
  bytes.names(places.hub_names);
  bytes.names(places.class_names);
  bytes.names(places.zone_names);
  bytes.names(places.account_names);
  for (const Hub& hub : places.hubs) bytes.add(hub.pue_milli, hub.power_zone, hub.green_zone);
  for (const AcceleratorClass& one : places.classes) bytes.add(one.watts, one.node_devices);
  for (const Account& account : places.accounts) bytes.add(account.home);
  bytes.add(places.pools.size());
  for (const engine::Pool& pool : places.pools) {
    bytes.add(pool.hub.value, pool.accelerator.value, pool.nodes, pool.node_devices,
              pool.ask.raw());
  }
  bytes.add(places.links.size());
  for (const engine::DataLink& link : places.links) {
    bytes.add(link.from.value, link.to.value, link.mb_per_second, link.price.raw());
  }
  bytes.add(places.data_sets.size());
  for (const engine::DataCopy& data : places.data_sets) {
    bytes.add(data.size_mb);
    bytes.hubs(data.replicas);
  }
}

// Only where hubs are not perfect: digests of other worlds are what they were before.
void add_hubs(Bytes& bytes, const world::HubTruth& hubs) {
  const world::Habits& habits = hubs.habits;
  bytes.add(habits.seed, habits.start_delay, habits.stuck_per_mille, habits.stuck, habits.lease,
            habits.phantom_again, habits.twice_per_mille, habits.skew);
  bytes.add(hubs.silences.size(), hubs.requeues.size(), hubs.phantoms.size());
  for (const world::Silence& one : hubs.silences) {
    bytes.add(static_cast<std::uint64_t>(one.who), one.hub.value, one.begin, one.end, one.back);
  }
  for (const world::Requeue& one : hubs.requeues) {
    bytes.add(one.at, one.pool.value, one.node, one.gap);
  }
  for (const world::Phantom& one : hubs.phantoms) {
    bytes.add(one.pool.value, one.begin, one.end);
  }
}

void add_script(Bytes& bytes, const world::Script& script) {
  bytes.add(script.jobs.size(), script.nodes.size(), script.asks.size(), script.restart);
  for (const world::Job& job : script.jobs) {
    const engine::LiveOrder& order = job.order;
    bytes.add(order.account.value, order.submit, order.latest_start, order.value, order.delay_cost,
              order.home, order.data, (order.whole_nodes ? 1 : 0) | (order.grace != 0 ? 2 : 0),
              job.actual_ppm, job.checkpoint, job.cancel, order.ways.size());
    if (order.grace != 0) bytes.add(order.grace);
    // Where nothing is wanted for later, digests are what they were before that could be.
    if (order.not_before != 0) bytes.add(order.not_before, order.premium);
    for (const engine::Way& way : order.ways) {
      bytes.add(way.accelerator.value, way.gang, way.estimate);
    }
    bytes.hubs(order.hubs);
  }
  for (const world::NodesChange& change : script.nodes) {
    bytes.add(change.at, change.pool.value, change.begin, change.end,
              (change.up ? 1 : 0) | (change.own ? 2 : 0));
  }
  for (const world::AskChange& change : script.asks) {
    bytes.add(change.at, change.pool.value, change.ask.raw());
  }
  if (script.hubs.any()) add_hubs(bytes, script.hubs);
}

}  // namespace

void sort_by_name(Instance& instance) {
  const engine::Places& places = instance.places;
  const Orders orders = {Sorted(places.hub_names), Sorted(places.class_names),
                         Sorted(places.zone_names), Sorted(places.account_names)};
  sort_places(instance.places, orders);
  sort_jobs(instance.script.jobs, orders);
  sort_energy(instance.energy, orders.zones);
}

void apply_couplings(Instance& instance, const Couplings& couplings) {
  if (!couplings.classes) merge_classes(instance);
  if (!couplings.links) {
    for (world::Job& job : instance.script.jobs) job.order.data = kNone;
    instance.places.data_sets.clear();
  }
  if (!couplings.power) instance.energy = Energy{};
}

std::int64_t device_count(const engine::Places& places) {
  std::int64_t devices = 0;
  for (const engine::Pool& pool : places.pools) {
    devices += std::int64_t{pool.nodes} * pool.node_devices;
  }
  return devices;
}

std::vector<std::uint32_t> deal_nodes(std::int64_t devices, const std::vector<Deal>& deals) {
  int128 whole = 0;
  for (const Deal& deal : deals) whole += deal.weight;
  std::vector<std::uint32_t> nodes;
  int128 carried = 0;  // device × weight
  for (const Deal& deal : deals) {
    carried += static_cast<int128>(devices) * deal.weight;
    const int128 node = whole * deal.node_devices;
    const int128 wished = deal.weight == 0 || carried < 0 ? 0 : (carried + node / 2) / node;
    nodes.push_back(std::max(static_cast<std::uint32_t>(wished), deal.nodes_min));
    carried -= node * nodes.back();
  }
  return nodes;
}

std::int64_t devices_for_load(std::int64_t work, std::uint32_t load_percent, Second span) {
  const int128 divisor = static_cast<int128>(load_percent) * span;
  return static_cast<std::int64_t>((static_cast<int128>(work) * 100 + divisor / 2) / divisor);
}

std::string instance_digest(const Instance& instance) {
  Bytes bytes;
  bytes.add(instance.seed, instance.load_percent, instance.span, instance.drain);
  add_places(bytes, instance.places);
  add_script(bytes, instance.script);
  const Energy& energy = instance.energy;
  bytes.add(energy.hours, energy.residual_grams, energy.unmatched_adder, energy.lines.size());
  bytes.hours(energy.green);
  bytes.hours(energy.green_forecast);
  bytes.hours(energy.tariff);
  for (const Energy::Line& line : energy.lines) {
    bytes.add(line.from.value, line.to.value, line.limit, line.tariff.raw());
  }
  for (const std::int64_t grams : energy.grid_grams) bytes.add(grams);
  return bytes.text();
}

}  // namespace tongsuan::lab
