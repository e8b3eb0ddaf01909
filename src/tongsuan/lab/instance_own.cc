#include "tongsuan/lab/instance_own.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "tongsuan/lab/draw.h"
#include "tongsuan/lab/instance_parts.h"
#include "tongsuan/lab/job_terms.h"
#include "tongsuan/lab/national_places.h"

namespace tongsuan::lab {
namespace {

using imports::TraceJob;

enum OwnStream : std::uint64_t { kOwnSampleStream = kFirstFreeStream, kOwnHomeStream };

constexpr std::uint32_t kUsualNode = 8;  // devices of a node where nobody says
constexpr const char* kOnlyHub = "cluster";
constexpr const char* kOnlyClass = "GPU";
constexpr const char* kOnlyAccount = "users";

const std::vector<PoolShape>& written_pools(const ScenarioKeys& keys, const OwnTrace& trace) {
  return keys.pools.empty() ? trace.pools : keys.pools;
}

// All days of the trace, unless the scenario says how many.
Second span_of(const ScenarioKeys& keys, const OwnTrace& trace) {
  if (keys.days_said) return Second{keys.days} * kDay;
  return (trace.jobs.back().submit_second / kDay + 1) * kDay;
}

std::int64_t capped(int128 number) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 2;
  return static_cast<std::int64_t>(std::min<int128>(number, kMost));
}

int128 work_said(const TraceJob& job) {
  return int128{job.gang} * job.duration_seconds;
}

// A list of names with the position of each.
struct Names {
  std::vector<std::string> list;
  std::map<std::string, std::uint32_t, std::less<>> at;

  std::uint32_t add(const std::string& name) {
    const auto [entry, fresh] = at.try_emplace(name, static_cast<std::uint32_t>(list.size()));
    if (fresh) list.push_back(name);
    return entry->second;
  }
};

struct OwnPool {
  std::uint32_t hub = 0;
  std::uint32_t accelerator = 0;
  std::uint32_t node_devices = kUsualNode;
  std::uint32_t nodes = 0;  // as written; 0: derived, and it will hold its largest gang
  int128 weight = 0;        // devices as written, or work that is at home here
  std::uint32_t nodes_min = 0;

  [[nodiscard]] bool holds(std::uint32_t gang) const {
    return nodes == 0 || gang <= std::uint64_t{nodes} * node_devices;
  }
};

// Where a job is at home, and the pool that is sized for it: at its home if that can hold it.
struct Settled {
  std::uint32_t home = 0;
  std::uint32_t pool = kNone;
};

class OwnWorld {
 public:
  OwnWorld(const ScenarioKeys& keys, const OwnTrace& trace, const InstanceOptions& options)
      : keys_(keys),
        trace_(trace),
        options_(options),
        written_(!written_pools(keys, trace).empty()),
        instance_(start_instance(keys, options)),
        homes_(draw_stream(options.seed, kOwnHomeStream)) {}

  Result<Instance> make() {
    choose_jobs();
    if (jobs_.empty()) return std::move(instance_);  // the caller says that no job comes
    name_places();
    if (hubs_.list.size() > kHubsMax || classes_.list.size() > kClassesMax) return too_many_names();
    if (!written_) weigh_homes();
    for (const TraceJob* job : jobs_) settle(*job);
    if (!written_) weigh_pools();
    TONGSUAN_TRY([[maybe_unused]] const Done sized, size_pools());
    add_places();
    add_jobs();
    add_notes();
    return std::move(instance_);
  }

 private:
  void choose_jobs() {
    instance_.span = span_of(keys_, trace_);
    for (const TraceJob& job : trace_.jobs) {
      if (job.submit_second < instance_.span) jobs_.push_back(&job);
    }
    if (const std::size_t late = trace_.jobs.size() - jobs_.size(); late > 0) {
      instance_.notes.push_back(std::to_string(late) +
                                " jobs come after the days of the scenario and were left out");
    }
    if (options_.jobs > 0) {
      take_sample(jobs_, options_.jobs, draw_stream(options_.seed, kOwnSampleStream));
    }
  }

  // Hubs and classes: of the pools as written, else what the jobs name.
  void name_places() {
    for (const PoolShape& shape : written_pools(keys_, trace_)) {
      OwnPool pool;
      pool.hub = hubs_.add(shape.hub);
      pool.accelerator = classes_.add(shape.accelerator);
      pool.node_devices = shape.node_devices;
      pool.nodes = shape.nodes;
      pool.weight = int128{shape.nodes} * shape.node_devices;
      pools_.push_back(pool);
    }
    if (!written_) {
      for (const TraceJob* job : jobs_) {
        if (!job->home.empty()) hubs_.add(job->home);
        for (const std::string& name : job->classes) classes_.add(name);
      }
      if (hubs_.list.empty()) hubs_.add(kOnlyHub);
      if (classes_.list.empty()) classes_.add(kOnlyClass);
    }
    at_.assign(hubs_.list.size() * classes_.list.size(), kNone);
    for (std::uint32_t i = 0; i < pools_.size(); ++i) {
      at_[place(pools_[i].hub, pools_[i].accelerator)] = i;
    }
    demand_.assign(hubs_.list.size(), 0);
    for (const OwnPool& pool : pools_) demand_[pool.hub] += pool.weight;
    take_said_demand();
    for (const TraceJob* job : jobs_) {
      if (job->tenant.empty() || job->home.empty()) continue;
      home_of_.try_emplace(job->tenant, hubs_.at.find(job->home)->second);
    }
  }

  // Shares of the jobs without a home, where the scenario says them.
  void take_said_demand() {
    for (const auto& [name, shares] : keys_.hubs) said_demand_ |= shares.demand != kNone;
    if (!said_demand_) return;
    std::ranges::fill(demand_, 0);
    for (const auto& [name, shares] : keys_.hubs) {
      const auto hub = hubs_.at.find(name);
      if (hub != hubs_.at.end() && shares.demand != kNone) demand_[hub->second] = shares.demand;
    }
  }

  [[nodiscard]] Error too_many_names() const {
    return Error{ErrorCode::kLimit,
                 trace_.path + ": the jobs name " + std::to_string(hubs_.list.size()) +
                     " homes and " + std::to_string(classes_.list.size()) +
                     " classes; an exchange holds " + std::to_string(kHubsMax) + " hubs and " +
                     std::to_string(kClassesMax) + " classes",
                 "name fewer, in the trace or as pool.HUB.CLASS in a scenario"};
  }

  [[nodiscard]] std::size_t place(std::uint32_t hub, std::uint32_t accelerator) const {
    return std::size_t{hub} * classes_.list.size() + accelerator;
  }

  // Derived: what the jobs that name a home and one class ask for where they are at home.
  void weigh_homes() {
    base_.assign(at_.size(), 0);
    for (const TraceJob* job : jobs_) {
      if (job->home.empty()) continue;
      const std::uint32_t hub = hubs_.at.find(job->home)->second;
      demand_[hub] += said_demand_ ? 0 : work_said(*job);
      if (job->classes.size() != 1) continue;
      base_[place(hub, classes_.at.find(job->classes.front())->second)] += work_said(*job);
    }
  }

  template <class Visit>
  void each_class(const TraceJob& job, Visit visit) const {
    if (job.classes.empty()) {
      for (std::uint32_t i = 0; i < classes_.list.size(); ++i) visit(i);
      return;
    }
    for (const std::string& name : job.classes) visit(classes_.at.find(name)->second);
  }

  // The largest pool of the hub that the job may use and that holds it; kNone: none.
  [[nodiscard]] std::uint32_t pool_at(const TraceJob& job, std::uint32_t hub) const {
    std::uint32_t best = kNone;
    each_class(job, [&](std::uint32_t accelerator) {
      const std::uint32_t pool = at_[place(hub, accelerator)];
      if (pool == kNone || !pools_[pool].holds(job.gang)) return;
      if (best == kNone || pools_[pool].weight > pools_[best].weight) best = pool;
    });
    return best;
  }

  // Derived: the class that most at home there need, of those that it accepts.
  std::uint32_t derived_pool(const TraceJob& job, std::uint32_t hub) {
    std::uint32_t best = kNone;
    each_class(job, [&](std::uint32_t accelerator) {
      const bool more = best == kNone || base_[place(hub, accelerator)] > base_[place(hub, best)];
      if (more) best = accelerator;
    });
    std::uint32_t& pool = at_[place(hub, best)];
    if (pool == kNone) {
      pool = static_cast<std::uint32_t>(pools_.size());
      pools_.push_back({.hub = hub, .accelerator = best});
    }
    return pool;
  }

  // The largest pool of all that holds it: check_trace has seen that there is one.
  [[nodiscard]] std::uint32_t pool_anywhere(const TraceJob& job) const {
    std::uint32_t best = kNone;
    for (std::uint32_t hub = 0; hub < hubs_.list.size(); ++hub) {
      const std::uint32_t pool = pool_at(job, hub);
      if (pool == kNone) continue;
      if (best == kNone || pools_[pool].weight > pools_[best].weight) best = pool;
    }
    return best;
  }

  // An owner is at home where a job of theirs says, else drawn, once for all of their jobs.
  std::uint32_t draw_home(const TraceJob& job) {
    const auto known = home_of_.find(job.tenant);
    if (known != home_of_.end()) return known->second;
    int128 sum = 0;
    for (const int128 share : demand_) sum += share;
    std::uint32_t hub = 0;
    const std::int64_t whole = capped(sum);
    int128 left = whole == 0 ? 0 : int128{homes_.below(static_cast<std::uint64_t>(whole))};
    while (hub + 1 < demand_.size() && left >= demand_[hub]) left -= demand_[hub++];
    if (!job.tenant.empty()) home_of_.emplace(job.tenant, hub);
    return hub;
  }

  // Work without a home belongs to a hub that holds it.
  void settle(const TraceJob& job) {
    Settled settled;
    const bool said = !job.home.empty();
    settled.home = said ? hubs_.at.find(job.home)->second : draw_home(job);
    settled.pool = written_ ? pool_at(job, settled.home) : derived_pool(job, settled.home);
    if (settled.pool == kNone) {
      settled.pool = pool_anywhere(job);
      away_ += said ? 1U : 0U;
      if (!said) settled.home = pools_[settled.pool].hub;
    }
    drawn_homes_ += said || hubs_.list.size() == 1 ? 0U : 1U;
    OwnPool& pool = pools_[settled.pool];
    const std::uint32_t nodes = (job.gang + pool.node_devices - 1) / pool.node_devices;
    pool.nodes_min = std::max(pool.nodes_min, nodes);
    work_ += work_said(job);
    settled_.push_back(settled);
  }

  void weigh_pools() {
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      pools_[settled_[i].pool].weight += work_said(*jobs_[i]);
    }
  }

  Result<Done> size_pools() {
    if (has_written_pools(keys_, trace_, options_)) return Done{};
    const std::int64_t devices =
        devices_for_load(capped(work_), options_.load_percent, instance_.span);
    if (devices > std::int64_t{engine::kNodesMax} * kUsualNode) {
      return Error{ErrorCode::kLimit,
                   trace_.path + ": its jobs need " + std::to_string(devices) +
                       " devices at a load of " + std::to_string(options_.load_percent) + " %",
                   "times are whole seconds; a pool has at most " +
                       std::to_string(engine::kNodesMax) + " nodes"};
    }
    std::vector<Deal> deals;
    for (const OwnPool& pool : pools_) {
      deals.push_back({static_cast<std::uint64_t>(capped(pool.weight)), pool.node_devices,
                       std::max(1U, pool.nodes_min)});
    }
    const std::vector<std::uint32_t> nodes = deal_nodes(devices, deals);
    for (std::size_t i = 0; i < nodes.size(); ++i) pools_[i].nodes = nodes[i];
    return Done{};
  }

  void add_places() {
    engine::Places& places = instance_.places;
    for (const std::string& name : hubs_.list) {
      Hub hub;
      hub.title_en = name;
      hub.region = "own";
      places.hub_names.push_back(name);
      places.hubs.push_back(std::move(hub));
    }
    for (const std::string& name : classes_.list) {
      places.class_names.push_back(name);
      places.classes.push_back({kUnsaidWatts, 1});
    }
    for (const OwnPool& pool : pools_) {
      std::uint32_t& most = places.classes[pool.accelerator].node_devices;
      most = std::max(most, pool.node_devices);
      places.pools.push_back({HubId{pool.hub}, ClassId{pool.accelerator}, pool.nodes,
                              pool.node_devices, Price(kUnsaidRent * keys_.ask_percent / 100)});
    }
    for (const TraceJob* job : jobs_) account_of(*job);
  }

  std::uint32_t account_of(const TraceJob& job) {
    const std::string name = job.tenant.empty() ? kOnlyAccount : job.tenant;
    const std::uint32_t account = accounts_.add(name);
    if (account == instance_.places.accounts.size()) {
      instance_.places.account_names.push_back(name);
      const auto home = home_of_.find(name);
      instance_.places.accounts.push_back({home == home_of_.end() ? kNone : home->second});
    }
    return account;
  }

  // Classes beside the first, by name: no trace says how fast they are, so all are alike.
  void add_ways(world::Job& job, const TraceJob& from) const {
    const engine::Way first = job.order.ways.front();
    each_class(from, [&](std::uint32_t accelerator) {
      if (accelerator == first.accelerator.value || job.order.ways.size() == engine::kWays) return;
      engine::Way way = first;
      way.accelerator = ClassId{accelerator};
      job.order.ways.push_back(way);
    });
  }

  void add_jobs() {
    JobTerms terms(keys_, instance_.seed);
    Random reach = draw_stream(instance_.seed, kReachStream);
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      const TraceJob& from = *jobs_[i];
      const OwnPool& pool = pools_[settled_[i].pool];
      Sketch sketch;
      sketch.submit = from.submit_second;
      sketch.duration = from.duration_seconds;
      sketch.gang = from.gang;
      sketch.home = settled_[i].home;
      sketch.account = AccountId{account_of(from)};
      sketch.accelerator = ClassId{pool.accelerator};
      sketch.estimate = from.estimate_seconds;
      sketch.value = from.value;
      world::Job job = terms.make(sketch, kUnsaidRent);
      add_ways(job, from);
      const bool at_home = draw_chance(reach, keys_.home_per_mille);
      if (at_home && pool.hub == sketch.home) job.order.hubs = {HubId{sketch.home}};
      instance_.script.jobs.push_back(std::move(job));
    }
  }

  void add_notes() {
    instance_.origin = "jobs of the trace " + trace_.path + " (SHA-256 " + trace_.sha256 + ")";
    const auto note = [&](std::size_t count, const char* text) {
      if (count > 0) instance_.notes.push_back(std::to_string(count) + text);
    };
    const auto unknown = [&](auto field) {
      return static_cast<std::size_t>(
          std::ranges::count_if(jobs_, [&](const TraceJob* job) { return job->*field == 0; }));
    };
    note(unknown(&TraceJob::estimate_seconds), " jobs have no estimate in the trace: it is drawn");
    note(unknown(&TraceJob::value), " jobs have no value in the trace: it is drawn");
    note(drawn_homes_, " jobs have no home in the trace: that of their owner is drawn");
    note(away_, " jobs do not fit at their home: hubs alone never run them");
    if (!written_) {
      instance_.notes.push_back(
          "neither trace nor scenario says what devices there are: each hub has what its own jobs "
          "ask for, in nodes of " +
          std::to_string(kUsualNode));
    }
    for (std::string& text : trace_notes(trace_)) instance_.notes.push_back(std::move(text));
    instance_.notes.push_back("the trace has no data, places or energy: no links, no power");
  }

  const ScenarioKeys& keys_;
  const OwnTrace& trace_;
  const InstanceOptions& options_;
  const bool written_;
  Instance instance_;
  Random homes_;
  std::vector<const TraceJob*> jobs_;
  Names hubs_, classes_, accounts_;
  std::vector<OwnPool> pools_;
  std::vector<std::uint32_t> at_;  // by hub and class: the pool, or kNone
  std::vector<int128> base_;       // by hub and class: work that can run on nothing else
  std::vector<int128> demand_;     // by hub: shares of the jobs without a home
  bool said_demand_ = false;
  std::map<std::string, std::uint32_t, std::less<>> home_of_;  // by tenant
  std::vector<Settled> settled_;                               // by job
  int128 work_ = 0;
  std::size_t away_ = 0;
  std::size_t drawn_homes_ = 0;
};

}  // namespace

std::optional<std::uint32_t> own_load_percent(const ScenarioKeys& keys, const OwnTrace& trace) {
  const Second span = span_of(keys, trace);
  int128 there = 0;
  for (const PoolShape& pool : written_pools(keys, trace)) {
    there += int128{pool.nodes} * pool.node_devices * span;
  }
  if (there == 0) return std::nullopt;
  int128 work = 0;
  for (const TraceJob& job : trace.jobs) {
    if (job.submit_second < span) work += work_said(job);
  }
  constexpr int128 kMost = 1'000'000;
  return static_cast<std::uint32_t>(std::clamp<int128>((work * 100 + there / 2) / there, 1, kMost));
}

bool has_written_pools(const ScenarioKeys& keys, const OwnTrace& trace,
                       const InstanceOptions& options) {
  return options.jobs == 0 && own_load_percent(keys, trace) == options.load_percent;
}

Result<Instance> make_own(const ScenarioKeys& keys, const OwnTrace& trace,
                          const InstanceOptions& options) {
  return OwnWorld(keys, trace, options).make();
}

std::vector<std::string> pool_lines(const Instance& instance, std::size_t most) {
  const engine::Places& places = instance.places;
  std::vector<std::string> lines;
  for (const engine::Pool& pool : places.pools) {
    if (lines.size() == most) break;
    std::string line = "pool.";
    line += places.hub_names[pool.hub.value];
    line += '.';
    line += places.class_names[pool.accelerator.value];
    lines.push_back(line + ' ' + std::to_string(pool.nodes) + 'x' +
                    std::to_string(pool.node_devices));
  }
  return lines;
}

}  // namespace tongsuan::lab
