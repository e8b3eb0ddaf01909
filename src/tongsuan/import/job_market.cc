#include "tongsuan/import/job_market.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>

#include "tongsuan/base/int128.h"
#include "tongsuan/base/random.h"
#include "tongsuan/base/text.h"
#include "tongsuan/domain/canonical.h"
#include "tongsuan/import/market_parts.h"

namespace tongsuan::imports {
namespace {

constexpr std::int64_t kReferencePrice = 6'000'000;  // micro-yuan per device-hour of class "GPU"
// 1,000 × 1.15 × exp(0.55 · z) at the quantiles 2 %, 1/16, 2/16, … 15/16, 99.6 %.
constexpr std::array<std::int64_t, 17> kWorthMilli = {372,   495,   611,   706,   794,   879,
                                                      965,   1'055, 1'150, 1'254, 1'370, 1'505,
                                                      1'667, 1'873, 2'165, 2'674, 4'945};
constexpr std::int64_t kMilli = 1'000;

struct Model {
  std::string_view name;
  std::int64_t price;  // micro-yuan per device-hour; assumed
};
// By performance class; G2 and G3 hide their names, and anything else costs what "GPU" does.
constexpr std::array<Model, 7> kModels = {{{"A10", 5'000'000},
                                           {"G2", 4'000'000},
                                           {"G3", 9'000'000},
                                           {"P100", 3'000'000},
                                           {"T4", 2'500'000},
                                           {"V100M16", 6'000'000},
                                           {"V100M32", 7'500'000}}};

std::int64_t model_price(std::string_view model) {
  const auto found = std::ranges::find(kModels, model, &Model::name);
  return found == kModels.end() ? kReferencePrice : found->price;
}

Error out_of_range(const char* option, std::uint64_t value, std::uint64_t min, std::uint64_t max) {
  return Error{ErrorCode::kInvalidArgument, std::string(option) + " is " + std::to_string(value),
               "use " + std::to_string(min) + " to " + std::to_string(max)};
}

Result<Done> check(const std::vector<TraceJob>& jobs, const JobMarketOptions& options) {
  constexpr std::uint32_t kSecondsMin = 60;
  constexpr std::uint32_t kSecondsMax = 86'400;
  if (options.slot_seconds < kSecondsMin || options.slot_seconds > kSecondsMax) {
    return out_of_range("the length of a slot in seconds", options.slot_seconds, kSecondsMin,
                        kSecondsMax);
  }
  if (options.slot_count < 1 || options.slot_count > kSlotsMax) {
    return out_of_range("the number of slots", options.slot_count, 1, kSlotsMax);
  }
  if (options.orders_max < 1 || options.orders_max > kOrdersMax) {
    return out_of_range("the number of orders", options.orders_max, 1, kOrdersMax);
  }
  if (options.load_percent < 1 || options.load_percent > kLoadPercentMax) {
    return out_of_range("the load in percent", options.load_percent, 1, kLoadPercentMax);
  }
  if (jobs.empty()) return Error{ErrorCode::kInvalidArgument, "the trace has no jobs"};
  return Done{};
}

// A job of the sample, with its own stream of random numbers: what is drawn for it does not depend
// on which other jobs are in the sample.
struct Placed {
  const TraceJob* job = nullptr;
  Random random{0};
  std::uint32_t duration = 1;  // slots
  SlotRange window;
  std::int64_t worth_milli = 0;      // of the reference price
  std::int64_t delay_per_mille = 0;  // of the value, for each hour

  [[nodiscard]] std::int64_t device_slots() const { return std::int64_t{job->gang} * duration; }
};

Random stream_of(std::uint64_t seed, std::uint64_t position) {
  Random mixed(seed);
  return Random(mixed.next() ^ (position * 0xD1342543DE82EF95ULL + 1));
}

std::int64_t draw_slack_seconds(Random& random) {
  const std::uint64_t kind = random.below(100);
  const auto hours = [&](std::int64_t first, std::int64_t last) {
    return random.between(first * kHourSeconds, last * kHourSeconds);
  };
  return kind < 30 ? hours(0, 4) : kind < 75 ? hours(4, 24) : hours(24, 96);
}

Placed place(const TraceJob& job, std::size_t position, const JobMarketOptions& options) {
  Placed placed;
  placed.job = &job;
  placed.random = stream_of(options.seed, position);
  const std::int64_t seconds = options.slot_seconds;
  const std::int64_t slots = options.slot_count;
  const std::int64_t duration = std::min((job.duration_seconds - 1) / seconds + 1, slots);
  const std::int64_t folded = job.submit_second % (seconds * slots) / seconds;
  const std::int64_t release = std::min(folded, slots - duration);
  const std::int64_t slack = draw_slack_seconds(placed.random) / seconds;
  placed.duration = static_cast<std::uint32_t>(duration);
  placed.window = {static_cast<Slot>(release),
                   static_cast<Slot>(std::min(slots, release + duration + slack))};
  const std::size_t step = placed.random.below(kWorthMilli.size() - 1);
  placed.worth_milli = placed.random.between(kWorthMilli[step], kWorthMilli[step + 1] - 1);
  placed.delay_per_mille = placed.random.between(1, 4);
  return placed;
}

// Each subset of `orders_max` jobs is equally likely (Knuth's algorithm S); the order stays.
std::vector<Placed> sample(const std::vector<TraceJob>& jobs, const JobMarketOptions& options) {
  Random random(options.seed);
  std::vector<Placed> chosen;
  std::uint64_t wanted = std::min<std::uint64_t>(options.orders_max, jobs.size());
  chosen.reserve(wanted);
  for (std::size_t i = 0; i < jobs.size() && wanted > 0; ++i) {
    if (random.below(jobs.size() - i) >= wanted) continue;
    chosen.push_back(place(jobs[i], i, options));
    --wanted;
  }
  return chosen;
}

// What the orders of one place ask for.
struct Demand {
  int128 device_slots = 0;
  std::uint32_t gang_max = 0;

  void add(const Placed& placed) {
    device_slots += placed.device_slots();
    gang_max = std::max(gang_max, placed.job->gang);
  }
};

class JobMarketMaker {
 public:
  JobMarketMaker(const char* name, const JobMarketOptions& options) : options_(options) {
    market_.name = name;
    market_.calendar.slot_seconds = options.slot_seconds;
    market_.calendar.slot_count = options.slot_count;
  }

  [[nodiscard]] MarketParts& parts() { return parts_; }
  [[nodiscard]] Market& market() { return market_; }
  [[nodiscard]] SlotRange all() const { return {0, options_.slot_count}; }

  // Devices of which so many device-slots are the wanted load, rounded up.
  [[nodiscard]] int128 devices_for(int128 device_slots) const {
    return divide_wide(device_slots * 100, int128{options_.load_percent} * options_.slot_count,
                       Rounding::kUp);
  }

  HubId add_hub(const std::string& name) {
    const HubId hub = parts_.hub(name);
    // Hubs draw in the order in which they are added.
    Random random = stream_of(options_.seed, hub.value + (std::uint64_t{1} << 40));
    hub_percent_.push_back(random.between(80, 130));
    return hub;
  }

  // Three steps; `devices` ≥ 1. Steps without devices are left out.
  void add_supply(HubId hub, ClassId accelerator, std::int64_t devices, std::int64_t price) {
    const std::int64_t first = devices * 40 / 100;
    const std::int64_t second = devices * 35 / 100;
    const std::int64_t local = price * hub_percent_[hub.value] / 100;
    std::vector<Step> steps;
    for (const auto& [percent, amount] :
         {std::pair(std::int64_t{60}, first), std::pair(std::int64_t{100}, second),
          std::pair(std::int64_t{170}, devices - first - second)}) {
      if (amount > 0) steps.push_back({Price(local * percent / 100), Amount(amount)});
    }
    const std::string name = std::string(market_.hub_names[hub.value]) + "." +
                             std::string(market_.class_names[accelerator.value]);
    parts_.offer(name,
                 {.seller = parts_.account("seller-" + std::string(market_.hub_names[hub.value])),
                  .hub = hub.value,
                  .accelerator = accelerator.value,
                  .slots = all(),
                  .steps = {}},
                 steps);
  }

  struct Place {
    AccountId account;
    HubSetId hubs;
    std::vector<ClassId> classes;
    std::int64_t price = kReferencePrice;
    bool whole_nodes = false;
  };

  void add_order(const Placed& placed, const Place& place) {
    const std::int64_t limit = place.price * placed.worth_milli / kMilli;
    const int128 device_seconds = int128{placed.device_slots()} * options_.slot_seconds;
    Order order;
    order.account = place.account;
    order.hubs = place.hubs;
    order.window = placed.window;
    order.whole_nodes = place.whole_nodes;
    order.value = static_cast<std::int64_t>(std::min<int128>(
        divide_wide(device_seconds * limit, kHourSeconds, Rounding::kDown), kMoneyMax));
    const int128 delay =
        divide_wide(int128{order.value} * placed.delay_per_mille * options_.slot_seconds,
                    kMilli * kHourSeconds, Rounding::kDown);
    order.delay_cost =
        static_cast<std::int64_t>(std::min<int128>(delay, kMoneyMax / options_.slot_count));
    std::vector<Variant> variants;
    for (const ClassId accelerator : place.classes) {
      variants.push_back({accelerator, placed.job->gang, placed.duration});
    }
    parts_.block(placed.job->name, order, variants);
  }

  Market finish() {
    canonicalise(market_);
    return std::move(market_);
  }

 private:
  JobMarketOptions options_;
  Market market_;
  MarketParts parts_{market_};
  std::vector<std::int64_t> hub_percent_;
};

std::int64_t at_least(int128 devices, std::uint32_t gang_max) {
  const int128 wanted = std::max<int128>(devices, std::max<std::uint32_t>(gang_max, 1));
  return static_cast<std::int64_t>(std::min<int128>(wanted, kAmountMax));
}

}  // namespace

Result<Market> philly_market(const std::vector<TraceJob>& jobs, const JobMarketOptions& options) {
  TONGSUAN_TRY([[maybe_unused]] const Done checked, check(jobs, options));
  std::vector<Placed> placed = sample(jobs, options);
  std::map<std::string, Demand> clusters;
  for (const Placed& one : placed) clusters[one.job->tenant].add(one);
  if (clusters.size() > kHubsMax) {
    return Error{ErrorCode::kLimit,
                 "the jobs have " + std::to_string(clusters.size()) + " tenants, and each is a hub",
                 "at most " + std::to_string(kHubsMax)};
  }
  JobMarketMaker maker("philly", options);
  const ClassId device = maker.parts().accelerator("GPU", 0, 8);
  std::map<std::string, HubId> homes;
  std::vector<HubId> hubs;
  for (const auto& [tenant, demand] : clusters) {
    const HubId hub = maker.add_hub("vc-" + tenant);
    homes[tenant] = hub;
    hubs.push_back(hub);
    maker.add_supply(hub, device, at_least(maker.devices_for(demand.device_slots), demand.gang_max),
                     kReferencePrice);
  }
  const HubSetId everywhere = maker.parts().hub_set(hubs);
  for (Placed& one : placed) {
    const HubId home = homes[one.job->tenant];
    const bool anywhere = one.random.below(10) < 7;
    maker.add_order(one, {.account = maker.parts().account("vc-" + one.job->tenant, home.value),
                          .hubs = anywhere ? everywhere : maker.parts().hub_set({home}),
                          .classes = {device}});
  }
  return maker.finish();
}

Result<Market> pai_market(const std::vector<TraceJob>& jobs, const JobMarketOptions& options) {
  constexpr std::array<std::int64_t, kPaiHubs> kSharePercent = {40, 30, 20, 10};
  TONGSUAN_TRY([[maybe_unused]] const Done checked, check(jobs, options));
  std::vector<Placed> placed = sample(jobs, options);
  // The owner is drawn, and with it the hub: user u is at home where its percentile falls.
  std::vector<std::uint32_t> users;
  std::array<Demand, kPaiHubs> homes;
  int128 device_slots = 0;
  const auto home_of = [&](std::uint32_t user) {
    std::uint32_t hub = 0;
    for (std::int64_t left = user; left >= kSharePercent[hub];) left -= kSharePercent[hub++];
    return hub;
  };
  for (Placed& one : placed) {
    users.push_back(static_cast<std::uint32_t>(one.random.below(kPaiAccounts)));
    homes[home_of(users.back())].add(one);
    device_slots += one.device_slots();
  }
  JobMarketMaker maker("pai100k", options);
  const ClassId device = maker.parts().accelerator("GPU", 0, 8);
  std::vector<HubId> hubs;
  for (std::uint32_t h = 0; h < kPaiHubs; ++h) {
    hubs.push_back(maker.add_hub("pai-" + std::to_string(h)));
    const int128 share =
        maker.devices_for(divide_wide(device_slots * kSharePercent[h], 100, Rounding::kUp));
    maker.add_supply(hubs.back(), device, at_least(share, homes[h].gang_max), kReferencePrice);
  }
  const HubSetId everywhere = maker.parts().hub_set(hubs);
  for (std::size_t i = 0; i < placed.size(); ++i) {
    const HubId home = hubs[home_of(users[i])];
    const bool anywhere = placed[i].random.below(2) == 0;
    maker.add_order(placed[i],
                    {.account = maker.parts().account("user-" + padded(users[i], 2), home.value),
                     .hubs = anywhere ? everywhere : maker.parts().hub_set({home}),
                     .classes = {device}});
  }
  return maker.finish();
}

namespace {

// Nodes of one model and size.
struct NodeClass {
  std::string model;
  std::uint32_t devices = 0;  // of one node
  ClassId id;
  std::int64_t nodes = 0;
};

std::vector<NodeClass> classes_of(const std::vector<TraceNode>& nodes, MarketParts& parts) {
  std::map<std::pair<std::string, std::uint32_t>, NodeClass> found;
  for (const TraceNode& node : nodes) {
    NodeClass& one = found[{node.model, node.devices}];
    one.model = node.model;
    one.devices = node.devices;
    ++one.nodes;
  }
  std::vector<NodeClass> classes;
  for (auto& [key, one] : found) {
    one.id = parts.accelerator(one.model + "-" + std::to_string(one.devices), 0, one.devices);
    classes.push_back(one);
  }
  return classes;
}

bool accepts(const TraceJob& job, const NodeClass& nodes) {
  return nodes.devices >= job.gang &&
         (job.classes.empty() || std::ranges::binary_search(job.classes, nodes.model));
}

// Where a pod can run, and what the models that it accepts cost on average.
Result<JobMarketMaker::Place> openb_place(const TraceJob& job,
                                          const std::vector<NodeClass>& classes) {
  JobMarketMaker::Place place;
  std::int64_t sum = 0;
  place.whole_nodes = true;
  for (const NodeClass& nodes : classes) {
    if (!accepts(job, nodes)) continue;
    place.classes.push_back(nodes.id);
    sum += model_price(nodes.model);
    place.whole_nodes = place.whole_nodes && nodes.devices == job.gang;
  }
  if (place.classes.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "pod " + job.name + " asks for " + std::to_string(job.gang) +
                     " devices in one node of a model that it accepts, and there is none",
                 "give the list of nodes that belongs to these pods"};
  }
  place.price = sum / static_cast<std::int64_t>(place.classes.size());
  return place;
}

}  // namespace

Result<Market> openb_market(const std::vector<TraceJob>& jobs, const std::vector<TraceNode>& nodes,
                            const JobMarketOptions& options) {
  TONGSUAN_TRY([[maybe_unused]] const Done checked, check(jobs, options));
  JobMarketMaker maker("openb", options);
  MarketParts& parts = maker.parts();
  const std::vector<NodeClass> classes = classes_of(nodes, parts);
  if (classes.size() > kVariantsMax || classes.size() > kClassesMax) {
    return Error{ErrorCode::kLimit,
                 std::to_string(classes.size()) + " kinds of nodes (model and size)",
                 "at most " + std::to_string(std::min(kVariantsMax, kClassesMax))};
  }
  std::vector<HubId> hubs;
  for (std::uint32_t h = 0; h < kOpenbHubs; ++h) {
    hubs.push_back(maker.add_hub("zone-" + std::to_string(h)));
  }
  const HubSetId everywhere = parts.hub_set(hubs);
  int128 device_slots = 0;
  for (const Placed& one : sample(jobs, options)) {
    TONGSUAN_TRY(JobMarketMaker::Place place, openb_place(*one.job, classes));
    place.account = parts.account("qos-" + one.job->tenant);
    place.hubs = everywhere;
    maker.add_order(one, place);
    device_slots += one.device_slots();
  }
  int128 listed = 0;
  for (const TraceNode& node : nodes) listed += node.devices;
  const int128 wanted = maker.devices_for(device_slots);
  std::uint32_t dealt = 0;  // classes go on where the one before stopped, so that hubs fill alike
  for (const NodeClass& one : classes) {
    const auto count = static_cast<std::int64_t>(std::clamp<int128>(
        divide_wide(one.nodes * wanted, listed, Rounding::kHalfEven), 1, kGangMax));
    for (std::uint32_t k = 0; k < kOpenbHubs; ++k) {
      const std::int64_t nodes_here = count / kOpenbHubs + (k < count % kOpenbHubs ? 1 : 0);
      if (nodes_here == 0) continue;
      const HubId hub = hubs[(dealt + k) % kOpenbHubs];
      maker.add_supply(hub, one.id, nodes_here * one.devices, model_price(one.model));
      maker.market().node_blocks.push_back(
          {hub, one.id, maker.all(), static_cast<std::uint32_t>(nodes_here)});
    }
    dealt = static_cast<std::uint32_t>((dealt + count) % kOpenbHubs);
  }
  return maker.finish();
}

}  // namespace tongsuan::imports
