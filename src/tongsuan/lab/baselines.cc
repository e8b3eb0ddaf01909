#include "tongsuan/lab/baselines.h"

#include <algorithm>
#include <limits>

#include "tongsuan/dispatch/changes.h"
#include "tongsuan/lab/market_policy.h"

namespace tongsuan::lab {
namespace {

using dispatch::Desk;
using dispatch::Rules;
using dispatch::Scheduler;
using engine::Event;
using engine::PoolId;

Rules rules_of(dispatch::LineRule line, const ReplayOptions& options) {
  return {.line = line,
          .reservations = options.reservations,
          .backfill = true,
          .aging_percent = line == dispatch::LineRule::kFirstCome ? 0 : options.aging_percent};
}

// One line for each hub. Which hub an order waits at is decided when it comes.
class HubLines : public Policy {
 public:
  HubLines(const Instance& instance, Rules rules)
      : places_(instance.places), chooser_(instance.places, instance.energy) {
    std::vector<std::vector<PoolId>> pools(places_.hubs.size());
    for (std::uint32_t i = 0; i < places_.pools.size(); ++i) {
      pools[places_.pools[i].hub.value].push_back(PoolId{i});
    }
    lines_.reserve(pools.size());
    for (std::vector<PoolId>& of_hub : pools) {
      lines_.emplace_back(places_, rules, std::move(of_hub), chooser_);
    }
  }

  void react(Desk& desk, const std::vector<Event>& events) override {
    const engine::State& state = desk.state();
    const dispatch::Changes changes = dispatch::read_changes(state, events);
    for (const OrderId order : changes.left) {
      if (hub_of(order) == kNone) continue;
      lines_[hub_of(order)].remove(order);
      hub_of_[order.value] = kNone;  // an amended one may name other hubs
    }
    std::vector<std::uint32_t> dirty;
    for (const PoolId pool : changes.opened) dirty.push_back(places_.pools[pool.value].hub.value);
    for (const HubId hub : changes.data_at) dirty.push_back(hub.value);
    for (const OrderId order : changes.came) {
      const std::uint32_t hub = hub_of(order) != kNone ? hub_of(order) : choose(desk, order);
      if (hub == kNone) continue;
      if (order.value >= hub_of_.size()) hub_of_.resize(order.value + std::size_t{1}, kNone);
      hub_of_[order.value] = hub;
      if (lines_[hub].add(state, order)) dirty.push_back(hub);
    }
    std::ranges::sort(dirty);
    const auto repeated = std::ranges::unique(dirty);
    dirty.erase(repeated.begin(), repeated.end());
    for (const std::uint32_t hub : dirty) lines_[hub].pass(desk);
  }

 protected:
  // The hub where the order will wait; kNone: it can run at none.
  [[nodiscard]] virtual std::uint32_t choose(Desk& desk, OrderId order) = 0;

  const engine::Places& places_;
  GreedyChooser chooser_;
  std::vector<Scheduler> lines_;  // by HubId

 private:
  [[nodiscard]] std::uint32_t hub_of(OrderId order) const {
    return order.value < hub_of_.size() ? hub_of_[order.value] : kNone;
  }
  std::vector<std::uint32_t> hub_of_;
};

class Silo final : public HubLines {
 public:
  using HubLines::HubLines;

 private:
  // Work without a home stays where it may run: at the first hub that it names.
  std::uint32_t choose(Desk& desk, OrderId order) override {
    const engine::LiveOrder& what = desk.state().order(order).order;
    if (what.home != kNone) return what.home;
    return what.hubs.empty() ? order.value % static_cast<std::uint32_t>(places_.hubs.size())
                             : what.hubs.front().value;
  }
};

class Broker final : public HubLines {
 public:
  using HubLines::HubLines;

 private:
  // The best place that has room and nobody in line; else the hub with least work per device.
  std::uint32_t choose(Desk& desk, OrderId order) override {
    const engine::State& state = desk.state();
    const engine::OrderRecord& record = state.order(order);
    std::uint32_t best = kNone;
    std::int64_t best_worth = 0;
    std::uint32_t shortest = kNone;
    std::int64_t shortest_wait = 0;
    for (std::uint32_t way = 0; way < record.order.ways.size(); ++way) {
      for (const PoolId pool : state.pools_of(record.order, way)) {
        const engine::Pool& at = places_.pools[pool.value];
        const dispatch::Option option{
            way, pool,
            engine::need_of(record.order.ways[way], record.order.whole_nodes, at.node_devices)};
        const std::uint32_t hub = at.hub.value;
        if (lines_[hub].size() == 0 && dispatch::may_fit(state.pool(pool), option.need) &&
            state.has_data(record.order, at.hub)) {
          const std::int64_t worth = *chooser_.worth(state, order, option, desk.now());
          if (best == kNone || worth > best_worth) {
            best = hub;
            best_worth = worth;
          }
        }
        const std::int64_t wait = queued(state, hub, desk.now());
        if (shortest == kNone || wait < shortest_wait) {
          shortest = hub;
          shortest_wait = wait;
        }
      }
    }
    return best != kNone ? best : shortest;
  }

  // Seconds of work that runs or waits at a hub, per device.
  [[nodiscard]] std::int64_t queued(const engine::State& state, std::uint32_t hub,
                                    Second now) const {
    std::int64_t work = lines_[hub].backlog(state);
    std::int64_t devices = 0;
    for (std::uint32_t i = 0; i < places_.pools.size(); ++i) {
      if (places_.pools[i].hub.value != hub) continue;
      const engine::PoolState& pool = state.pool(PoolId{i});
      devices += static_cast<std::int64_t>(pool.up);
      for (const engine::Node& node : pool.nodes) {
        for (const engine::ContractId id : node.contracts) {
          const engine::Contract& contract = state.contract(id);
          work += std::max<Second>(0, contract.expected_end - now) * contract.per_node;
        }
      }
    }
    return devices == 0 ? std::numeric_limits<std::int64_t>::max() / 2 : work / devices;
  }
};

// One line for all hubs. `chooser` must outlive it.
class Pool : public Policy {
 public:
  Pool(const Instance& instance, Rules rules, dispatch::Chooser& chooser)
      : line_(instance.places, rules, dispatch::all_pools(instance.places), chooser),
        shortest_first_(rules.shortest_first) {}

  void react(Desk& desk, const std::vector<Event>& events) override {
    const engine::State& state = desk.state();
    const dispatch::Changes changes = dispatch::read_changes(state, events);
    for (const OrderId order : changes.left) line_.remove(order);
    for (const OrderId order : changes.came) line_.add(state, order);
    if (desk.now() >= aged_ + kAgeEvery) {
      aged_ = desk.now();
      line_.age(state, desk.now());
    }
    // Who comes together is tried together where the shortest goes first.
    const bool together = shortest_first_ && changes.came.size() > 1;
    if (!changes.opened.empty() || !changes.data_at.empty() || together) {
      line_.pass(desk);
    } else {
      for (const OrderId order : changes.came) line_.arrive(desk, order);
    }
  }

 private:
  static constexpr Second kAgeEvery = 900;
  Scheduler line_;
  bool shortest_first_;
  Second aged_ = 0;
};

struct OwnsGreedy {
  GreedyChooser chooser;
};
class GreedyPool final : private OwnsGreedy, public Pool {
 public:
  GreedyPool(const Instance& instance, Rules rules)
      : OwnsGreedy{{instance.places, instance.energy}}, Pool(instance, rules, chooser) {}
};

struct OwnsGreen {
  GreenChooser chooser;
};
class GreenPool final : private OwnsGreen, public Pool {
 public:
  GreenPool(const Instance& instance, Rules rules, const rolling::MarketRules& market)
      : OwnsGreen{{instance.energy, market}},
        Pool(instance, rules, chooser),
        every_(market.round),
        next_round_(market.round) {}

  void react(Desk& desk, const std::vector<Event>& events) override {
    if (!looked_) look(desk);
    Pool::react(desk, events);
  }
  [[nodiscard]] Second next_round() const override { return next_round_; }
  void round(Desk& desk) override {
    next_round_ = desk.now() + every_;
    look(desk);
  }

 private:
  void look(const Desk& desk) {
    chooser.look(desk.state());
    looked_ = true;
  }
  Second every_;
  Second next_round_;
  bool looked_ = false;
};

}  // namespace

std::int64_t PlaceCosts::cost(PoolId pool, std::uint32_t devices, Second at,
                              Second duration) const {
  const engine::Pool& where = places_.pools[pool.value];
  const Hub& hub = places_.hubs[where.hub.value];
  int128 energy = 0;  // micro-yuan
  if (!energy_.empty() && hub.power_zone != kNone) {
    const std::vector<std::int64_t>& tariff = energy_.tariff[hub.power_zone];
    const int128 watts = static_cast<int128>(places_.classes[where.accelerator.value].watts) *
                         hub.pue_milli * devices;  // milliwatts
    for (Second from = at; from < at + duration;) {
      const Second to = std::min(at + duration, (from / kHour + 1) * kHour);
      energy += watts * (to - from) * tariff[energy_.hour_at(from)] / 3'600 / 1'000'000'000;
      from = to;
    }
  }
  const int128 ask = static_cast<int128>(where.ask.raw()) * devices * duration / 3'600;
  return static_cast<std::int64_t>(energy + ask);
}

std::optional<std::int64_t> GreedyChooser::worth(const engine::State& state, OrderId order,
                                                 const dispatch::Option& option, Second now) {
  const engine::OrderRecord& record = state.order(order);
  return engine::value_at(record.order, now) -
         costs_.cost(option.pool, option.need.devices(), now,
                     engine::State::remaining(record, option.way));
}

void GreenChooser::look(const engine::State& state) {
  const rolling::Grid hours = rolling::clock_hours(state.now(), rules_.horizon);
  if (!prices_) prices_.emplace(state, energy_, hours);
  prices_->set_energy(state, energy_, hours,
                      std::max(rules_.unmatched_charge, energy_.unmatched_adder));
}

std::optional<std::int64_t> GreenChooser::worth(const engine::State& state, OrderId order,
                                                const dispatch::Option& option, Second now) {
  const engine::OrderRecord& record = state.order(order);
  return engine::value_at(record.order, now) -
         prices_->cost(option.pool, option.need, now, engine::State::remaining(record, option.way));
}

std::unique_ptr<Policy> silo_policy(const Instance& instance, bool backfill,
                                    const ReplayOptions& options) {
  Rules rules = rules_of(dispatch::LineRule::kFirstCome, options);
  rules.backfill = backfill;
  if (!backfill) rules.reservations = 0;
  return std::make_unique<Silo>(instance, rules);
}

std::unique_ptr<Policy> broker_policy(const Instance& instance, const ReplayOptions& options) {
  return std::make_unique<Broker>(instance, rules_of(dispatch::LineRule::kFirstCome, options));
}

std::unique_ptr<Policy> pool_policy(const Instance& instance, dispatch::LineRule line,
                                    const ReplayOptions& options, bool shortest_first) {
  Rules rules = rules_of(line, options);
  rules.shortest_first = shortest_first;
  return std::make_unique<GreedyPool>(instance, rules);
}

std::unique_ptr<Policy> pool_green_policy(const Instance& instance, const ReplayOptions& options) {
  return std::make_unique<GreenPool>(instance, rules_of(dispatch::LineRule::kDensity, options),
                                     market_rules(instance, options));
}

}  // namespace tongsuan::lab
