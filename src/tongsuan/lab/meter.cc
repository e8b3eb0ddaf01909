#include "tongsuan/lab/meter.h"

#include <algorithm>
#include <numeric>

#include "tongsuan/base/check.h"
#include "tongsuan/green/green.h"

namespace tongsuan::lab {
namespace {

using engine::Contract;
using engine::ContractId;
using engine::OrderRecord;
using engine::OrderState;

constexpr double kYuan = 1e6;

// Adds `rate` for [begin, end) to the hours that it touches: `per_hour[h]` gets rate × seconds.
template <class T>
void spread(std::vector<T>& per_hour, Second begin, Second end, T rate) {
  for (Second from = begin; from < end;) {
    const auto hour = static_cast<std::size_t>(from / kHour);
    const Second to = std::min(end, (from / kHour + 1) * kHour);
    if (hour >= per_hour.size()) per_hour.resize(hour + 1);
    per_hour[hour] += rate * static_cast<T>(to - from);
    from = to;
  }
}

std::uint32_t gang_class(const engine::Places& places, const engine::LiveOrder& order) {
  const engine::Way& way = order.ways.front();
  const std::uint32_t devices = places.classes[way.accelerator.value].node_devices;
  if (way.gang < devices) return 0;
  return way.gang <= 4 * devices ? 1 : 2;
}

class Measure {
 public:
  Measure(const Instance& instance, const engine::State& state, const std::vector<Ran>& ran,
          Second stopped, RunResult& result)
      : instance_(instance), state_(state), ran_(ran), stopped_(stopped), result_(result) {
    for (const engine::Pool& pool : instance_.places.pools) {
      devices_ += std::int64_t{pool.nodes} * pool.node_devices;
      nodes_ += pool.nodes;
    }
    span_capacity_ = static_cast<double>(devices_) * static_cast<double>(instance_.span);
  }

  void run() {
    const auto span_hours = static_cast<std::size_t>((instance_.span + kHour - 1) / kHour);
    used_by_hub_.assign(instance_.places.hubs.size(), std::vector<std::int64_t>(span_hours));
    watts_.assign(instance_.places.zones.size(), {});
    count_contracts();
    count_green();
    count_orders();
    count_accounts();
    fill_hours(span_hours);
  }

 private:
  void count_contracts() {
    std::vector<std::vector<Second>> covered(instance_.places.pools.size());
    for (std::size_t i = 0; i < covered.size(); ++i) {
      covered[i].assign(instance_.places.pools[i].nodes, 0);
    }
    kept_.assign(instance_.script.jobs.size(), 0);
    double useful = 0, held = 0, lost = 0, racked = 0;
    for (std::uint32_t i = 0; i < ran_.size(); ++i) {
      const Contract& contract = state_.contract(ContractId{i});
      const OrderRecord& record = state_.order(contract.order);
      const double gang = record.order.ways[contract.way].gang;
      const Second end = std::min(ran_[i].end, instance_.span);
      const Second kept_end = std::min(contract.start + ran_[i].kept, instance_.span);
      if (end > contract.start) {
        const auto ran = static_cast<double>(end - contract.start);
        const auto kept = static_cast<double>(std::max<Second>(0, kept_end - contract.start));
        useful += gang * kept;
        lost += gang * (ran - kept);
        held += (contract.devices() - gang) * ran;
        for (const std::uint32_t node : contract.nodes) {
          Second& until = covered[contract.pool.value][node];
          racked += static_cast<double>(std::max<Second>(0, end - std::max(until, contract.start)));
          until = std::max(until, end);
        }
      }
      kept_[contract.order.value] += ran_[i].kept;
      count_energy(contract, record, ran_[i]);
    }
    result_.utilisation = useful / span_capacity_;
    result_.held_idle = held / span_capacity_;
    result_.lost = lost / span_capacity_;
    result_.rack_rate =
        racked / (static_cast<double>(nodes_) * static_cast<double>(instance_.span));
  }

  void count_energy(const Contract& contract, const OrderRecord& record, const Ran& ran) {
    const engine::Pool& pool = instance_.places.pools[contract.pool.value];
    const Hub& hub = instance_.places.hubs[pool.hub.value];
    const std::int64_t gang = record.order.ways[contract.way].gang;
    spread<std::int64_t>(used_by_hub_[pool.hub.value], contract.start,
                         std::min(contract.start + ran.kept, instance_.span), gang);
    const auto held = static_cast<double>(contract.devices()) *
                      static_cast<double>(ran.end - contract.start - ran.missed) / kHour;
    result_.cost_yuan += held * static_cast<double>(pool.ask.raw()) / kYuan;
    if (hub.power_zone == kNone || instance_.energy.empty()) return;
    const std::int64_t milliwatts =
        gang * instance_.places.classes[pool.accelerator.value].watts * std::int64_t{hub.pue_milli};
    if (ran.missed == 0) {
      spread<std::int64_t>(watts_[hub.power_zone], contract.start, ran.end, milliwatts);
    }
    for (const world::Stretch& one : ran.delivered) {
      spread<std::int64_t>(watts_[hub.power_zone], one.begin, one.end, milliwatts);
    }
  }

  // Energy of all hours of the replay, matched hour by hour whoever scheduled.
  void count_green() {
    if (instance_.energy.empty()) return;
    constexpr std::int64_t kMilliwattSeconds = 3'600'000;  // of a watt-hour
    for (std::vector<std::int64_t>& zone : watts_) {
      for (std::int64_t& hour : zone) hour /= kMilliwattSeconds;
    }
    green_ = green::match_green(instance_.energy, watts_);
    result_.energy_mwh = static_cast<double>(green_.consumed_wh) / 1e6;
    result_.green_hourly = green_.share_hourly;
    result_.green_annual = green_.share_annual;
    result_.emissions_location_t = green_.emissions_location_t;
    result_.emissions_market_t = green_.emissions_market_t;
    const double unmatched_mwh = static_cast<double>(green_.consumed_wh - green_.matched_wh) / 1e6;
    result_.cost_yuan +=
        static_cast<double>(green_.tariff_micro + green_.lines_micro) / kYuan +
        unmatched_mwh * static_cast<double>(instance_.energy.unmatched_adder) / kYuan;
  }

  void count_orders() {
    const engine::Places& places = instance_.places;
    double asked = 0, served = 0, value = 0, all_value = 0, slowdown = 0, flow = 0;
    std::uint64_t done = 0;
    std::vector<double> waits;
    std::array<std::vector<double>, kGangClasses> by_gang;
    result_.jobs = instance_.script.jobs.size();
    for (std::uint32_t i = 0; i < result_.jobs; ++i) {
      const world::Job& job = instance_.script.jobs[i];
      const auto work = static_cast<double>(true_work(job));
      asked += work;
      all_value += static_cast<double>(job.order.value);
      if (i >= state_.order_count()) continue;  // the replay was stopped before it came
      const OrderRecord& record = state_.order(OrderId{i});
      count_state(record);
      if (record.state == OrderState::kRefused) continue;
      const double wait = wait_seconds(record, job, i) / kHour;
      // Waiting within a grace is a choice: times are those of the jobs that cannot choose.
      const bool hurried = record.order.grace == 0;
      if (hurried) {
        waits.push_back(wait);
        by_gang[gang_class(places, record.order)].push_back(wait);
      }
      if (record.state != OrderState::kDone) continue;
      served += work;
      // Whatever was lost or repeated on the way is waiting too.
      value += static_cast<double>(engine::value_at(
          record.order,
          engine::wanted_from(record.order) + static_cast<Second>(wait_seconds(record, job, i))));
      if (!hurried) continue;
      ++done;
      const Contract& last = state_.contract(ContractId{record.contract});
      const auto whole = static_cast<double>(last.end - engine::wanted_from(record.order));
      const auto run = static_cast<double>(
          record.stops == 0 ? last.end - last.start
                            : std::max<Second>(1, last.end - record.first_start));
      const double slow = std::max(1.0, whole / std::max(run, 10.0));
      slowdown += slow;
      flow += whole;
      result_.bounded_slowdown_max = std::max(result_.bounded_slowdown_max, slow);
    }
    result_.offered = asked / span_capacity_;
    result_.served = asked > 0 ? served / asked : 0;
    result_.value = all_value > 0 ? value / all_value : 0;
    result_.value_yuan = value / kYuan;
    result_.bounded_slowdown = done > 0 ? slowdown / static_cast<double>(done) : 0;
    result_.flow_seconds = done > 0 ? flow / static_cast<double>(done) : 0;
    result_.waits = waits_of(waits);
    for (std::size_t i = 0; i < kGangClasses; ++i) result_.waits_by_gang[i] = waits_of(by_gang[i]);
    result_.wait_hours = std::move(waits);
    count_transfers();
    result_.net_yuan = result_.value_yuan - result_.cost_yuan;
  }

  void count_state(const OrderRecord& record) {
    result_.refused += record.state == OrderState::kRefused;
    result_.left += record.state == OrderState::kLeft;
    result_.cancelled += record.state == OrderState::kCancelled;
    result_.unfinished +=
        record.state == OrderState::kWaiting || record.state == OrderState::kRunning;
  }

  // From submission on, or from when its owner wants it, all time in which it made no progress.
  // Work that never started counts with what it waited.
  [[nodiscard]] double wait_seconds(const OrderRecord& record, const world::Job& job,
                                    std::uint32_t order) const {
    const Second from = engine::wanted_from(record.order);
    if (record.state == OrderState::kDone) {
      const Second end = state_.contract(ContractId{record.contract}).end;
      return static_cast<double>(end - from - kept_[order]);
    }
    Second until = stopped_;
    if (record.first_start >= 0) {
      until = record.first_start;
    } else if (record.state == OrderState::kLeft) {
      until = record.order.latest_start;
    } else if (record.state == OrderState::kCancelled) {
      until = job.cancel;
    }
    return static_cast<double>(std::max<Second>(0, until - from));
  }

  void count_transfers() {
    for (std::uint32_t i = 0; i < instance_.places.links.size(); ++i) {
      const double terabytes = static_cast<double>(state_.link(engine::LinkId{i}).moved_mb) / 1e6;
      result_.moved_tb += terabytes;
      result_.cost_yuan +=
          terabytes * static_cast<double>(instance_.places.links[i].price.raw()) / kYuan;
    }
  }

  void count_accounts() {
    const std::size_t count = instance_.places.accounts.size();
    std::vector<double> asked(count), served(count), used(count);
    for (std::uint32_t i = 0; i < state_.order_count(); ++i) {
      const OrderRecord& record = state_.order(OrderId{i});
      if (record.order.account.value >= count) continue;  // refused for that
      const auto work = static_cast<double>(true_work(instance_.script.jobs[i]));
      asked[record.order.account.value] += work;
      if (record.state == OrderState::kDone) served[record.order.account.value] += work;
    }
    for (std::uint32_t i = 0; i < ran_.size(); ++i) {
      const Contract& contract = state_.contract(ContractId{i});
      const OrderRecord& record = state_.order(contract.order);
      used[record.order.account.value] +=
          static_cast<double>(record.order.ways[contract.way].gang) *
          static_cast<double>(ran_[i].kept);
    }
    const double all = std::accumulate(used.begin(), used.end(), 0.0);
    for (const double part : used) {
      result_.hhi += all > 0 ? 10'000 * (part / all) * (part / all) : 0;
    }
    std::vector<std::size_t> by_size;
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (asked[i] <= 0) continue;
      by_size.push_back(i);
      const double share = served[i] / asked[i];
      sum += share;
      squares += share * share;
    }
    if (by_size.empty()) return;
    result_.fairness =
        squares > 0 ? sum * sum / (static_cast<double>(by_size.size()) * squares) : 0;
    std::ranges::stable_sort(by_size, {}, [&](std::size_t i) { return asked[i]; });
    double small_asked = 0, small_served = 0;
    for (std::size_t k = 0; k < (by_size.size() + 1) / 2; ++k) {
      small_asked += asked[by_size[k]];
      small_served += served[by_size[k]];
    }
    result_.small_served = small_asked > 0 ? small_served / small_asked : 0;
  }

  void fill_hours(std::size_t span_hours) {
    std::vector<std::int64_t> waiting(span_hours + 1);
    for (std::uint32_t i = 0; i < state_.order_count(); ++i) {
      const OrderRecord& record = state_.order(OrderId{i});
      if (record.state == OrderState::kRefused) continue;
      const Second from = engine::wanted_from(record.order);
      const auto end =
          from + static_cast<Second>(wait_seconds(record, instance_.script.jobs[i], i));
      // Waits at the end of hour h when from < (h + 1) h ≤ end.
      const auto first = static_cast<std::size_t>(from / kHour);
      const auto last = static_cast<std::size_t>(end / kHour);
      if (first >= span_hours || last <= first) continue;
      ++waiting[first];
      --waiting[std::min(last, span_hours)];
    }
    const std::vector<std::int64_t> down = down_by_hour(span_hours);
    std::int64_t now_waiting = 0;
    result_.hours.resize(span_hours);
    for (std::size_t h = 0; h < span_hours; ++h) {
      HourFigures& hour = result_.hours[h];
      now_waiting += waiting[h];
      hour.waiting = static_cast<double>(now_waiting);
      hour.up = static_cast<double>(devices_) - static_cast<double>(down[h]) / kHour;
      std::int64_t drawn = 0;
      for (const std::vector<std::int64_t>& zone : watts_) drawn += h < zone.size() ? zone[h] : 0;
      hour.energy_mwh = static_cast<double>(drawn) / 1e6;
      hour.green_mwh = static_cast<double>(green_.matched_in(h)) / 1e6;
      for (std::uint32_t hub = 0; hub < used_by_hub_.size(); ++hub) {
        const double used = static_cast<double>(used_by_hub_[hub][h]) / kHour;
        hour.used += used;
        hour.hub_used.push_back(used / std::max(1.0, hub_devices(hub)));
      }
    }
  }

  // Device-seconds of nodes that are down, by hour: the script pairs every failure with a repair.
  [[nodiscard]] std::vector<std::int64_t> down_by_hour(std::size_t span_hours) const {
    std::vector<std::int64_t> down(span_hours);
    for (const world::NodesChange& change : instance_.script.nodes) {
      const std::int64_t devices = std::int64_t{change.end - change.begin} *
                                   instance_.places.pools[change.pool.value].node_devices;
      spread<std::int64_t>(down, std::min(change.at, instance_.span), instance_.span,
                           change.up ? -devices : devices);
    }
    return down;
  }

  [[nodiscard]] double hub_devices(std::uint32_t hub) const {
    double sum = 0;
    for (const engine::Pool& pool : instance_.places.pools) {
      if (pool.hub.value == hub) sum += static_cast<double>(pool.nodes) * pool.node_devices;
    }
    return sum;
  }

  const Instance& instance_;
  const engine::State& state_;
  const std::vector<Ran>& ran_;
  Second stopped_;
  RunResult& result_;
  std::int64_t devices_ = 0;
  std::int64_t nodes_ = 0;
  double span_capacity_ = 1;
  std::vector<std::vector<std::int64_t>> used_by_hub_;  // device-seconds by hub and hour
  // By zone and hour: milliwatt-seconds, and Wh from `count_green` on.
  std::vector<std::vector<std::int64_t>> watts_;
  green::GreenResult green_;
  std::vector<Second> kept_;  // by order: seconds of all its contracts that count
};

}  // namespace

std::int64_t true_work(const world::Job& job) {
  const engine::Way& way = job.order.ways.front();
  const auto seconds = static_cast<int128>(way.estimate) * job.actual_ppm / engine::kPpm;
  return static_cast<std::int64_t>(std::max<int128>(1, seconds) * way.gang);
}

Waits waits_of(std::vector<double>& hours) {
  std::ranges::sort(hours);
  Waits waits;
  waits.count = hours.size();
  if (hours.empty()) return waits;
  const auto at = [&](double share) {
    const auto index = static_cast<std::size_t>(share * static_cast<double>(hours.size()));
    return hours[std::min(index, hours.size() - 1)];
  };
  waits.mean = std::accumulate(hours.begin(), hours.end(), 0.0) / static_cast<double>(hours.size());
  waits.p50 = at(0.50);
  waits.p95 = at(0.95);
  waits.p99 = at(0.99);
  return waits;
}

void measure(const Instance& instance, const engine::State& state, const std::vector<Ran>& ran,
             Second stopped, RunResult& result) {
  Measure(instance, state, ran, stopped, result).run();
}

// ---- Orders for a later second ------------------------------------------------------------------

void ForwardCounter::see(const engine::Event& event) {
  if (std::holds_alternative<engine::BlockBooked>(event.what)) {
    ++booked_;
  } else if (const auto* released = std::get_if<engine::BlockReleased>(&event.what)) {
    // Where its owner gave the order up, nothing was broken; a block that went elsewhere lives on.
    booked_ -= released->reason == engine::ReleaseReason::kRebooked;
    broken_ += released->reason == engine::ReleaseReason::kNodeDown ||
               released->reason == engine::ReleaseReason::kGivenUp;
  }
}

ForwardFigures ForwardCounter::figures(const Instance& instance, const engine::State& state) const {
  ForwardFigures figures;
  figures.booked = booked_;
  figures.broken = broken_;
  std::vector<Second> promised(state.order_count(), -1);  // on what blocks orders first started
  for (std::uint32_t i = 0; i < state.contract_count(); ++i) {
    const Contract& contract = state.contract(ContractId{i});
    if (contract.start == state.order(contract.order).first_start) {
      promised[contract.order.value] = contract.promised;
    }
  }
  for (std::uint32_t i = 0; i < instance.script.jobs.size() && i < state.order_count(); ++i) {
    const OrderRecord& record = state.order(OrderId{i});
    if (record.order.not_before <= record.order.submit) continue;
    if (record.state == OrderState::kRefused) continue;
    ++figures.orders;
    const bool on_time =
        record.first_start >= 0 && record.first_start <= record.order.not_before + kOnTime;
    figures.on_time += on_time ? 1 : 0;
    if (!on_time || promised[i] < 0) continue;
    ++figures.kept;
    figures.premium_yuan += static_cast<double>(record.order.premium) / kYuan;
  }
  if (figures.orders > 0) figures.on_time /= static_cast<double>(figures.orders);
  return figures;
}

// ---- Idle devices ----------------------------------------------------------------------------

IdleSampler::IdleSampler(const Instance& instance) : instance_(instance) {}

void IdleSampler::sample(const engine::State& state, Second at) {
  TONGSUAN_CHECK(at >= next_);
  next_ = at - at % kHour + kHour + kHour / 2;
  ++samples_;
  for (; seen_ < state.order_count(); ++seen_) waiting_.push_back(OrderId{seen_});
  std::erase_if(waiting_, [&](OrderId id) {
    const OrderState order = state.order(id).state;
    return order != OrderState::kWaiting && order != OrderState::kRunning;
  });
  const engine::Places& places = instance_.places;
  std::vector<double> free(places.pools.size());
  for (std::uint32_t i = 0; i < free.size(); ++i) {
    const engine::PoolState& pool = state.pool(engine::PoolId{i});
    free[i] = static_cast<double>(pool.free);
    sum_.down += static_cast<double>(
        std::uint64_t{places.pools[i].nodes} * places.pools[i].node_devices - pool.up);
  }
  // Each waiting order explains as many idle devices as it asks for, where it comes closest.
  const auto take = [&](std::uint32_t pool, double& wanted, double& reason) {
    const double part = std::min(free[pool], wanted);
    free[pool] -= part;
    wanted -= part;
    reason += part;
  };
  for (const OrderId id : waiting_) {
    const OrderRecord& record = state.order(id);
    const engine::LiveOrder& order = record.order;
    if (record.state != OrderState::kWaiting || order.not_before > at) continue;
    double wanted = order.ways.front().gang;
    for (std::uint32_t way = 0; way < order.ways.size() && wanted > 0; ++way) {
      for (const engine::PoolId pool : state.pools_of(order, way)) {
        const engine::Pool& at_pool = places.pools[pool.value];
        if (!state.has_data(order, at_pool.hub)) continue;
        const engine::Need need =
            engine::need_of(order.ways[way], order.whole_nodes, at_pool.node_devices);
        if (free[pool.value] < need.devices()) continue;
        const engine::PoolState& now = state.pool(pool);
        const bool fits = need.per_node == at_pool.node_devices
                              ? now.whole_free() >= need.nodes
                              : now.largest_free() >= need.per_node;
        take(pool.value, wanted, fits ? sum_.held_back : sum_.fragments);
        if (wanted <= 0) break;
      }
    }
    for (std::uint32_t i = 0; i < free.size() && wanted > 0; ++i) {
      const bool same_class = std::ranges::any_of(order.ways, [&](const engine::Way& way) {
        return way.accelerator == places.pools[i].accelerator;
      });
      if (same_class) take(i, wanted, sum_.wrong_place);
    }
    for (std::uint32_t i = 0; i < free.size() && wanted > 0; ++i) {
      take(i, wanted, sum_.wrong_class);
    }
  }
  sum_.no_demand += std::accumulate(free.begin(), free.end(), 0.0);
}

}  // namespace tongsuan::lab
