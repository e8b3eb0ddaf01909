#include "tongsuan/connectors/market_script.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "tongsuan/base/random.h"
#include "tongsuan/engine/energy.h"
#include "tongsuan/world/faults.h"

namespace tongsuan::connectors {
namespace {

using engine::kDay;
using engine::kHour;

constexpr Second kNotice = 2 * kHour;  // how long before its window an order comes at most
constexpr std::uint32_t kLeastWorkPpm = 500'000;  // of its estimates that work takes at least
constexpr Second kCheckpoint = 1'800;
constexpr Second kRepair = 4 * kHour;

class Maker {
 public:
  Maker(const Market& market, const engine::Places& places, std::uint64_t seed)
      : market_(market), places_(places), random_(seed) {}

  MarketScript make(std::uint32_t node_days, const world::HubFaults* faults) {
    buyer_of_.assign(market_.accounts.size(), kNone);
    for (std::uint32_t i = 0; i < market_.orders.size(); ++i) {
      if (market_.orders[i].kind == OrderKind::kBlock) add_order(market_.orders[i]);
    }
    std::ranges::stable_sort(result_.script.jobs, {},
                             [](const world::Job& job) { return job.order.submit; });
    if (faults == nullptr) {
      add_failures(node_days);
    } else {
      add_agents(node_days, *faults);
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] Second slot_seconds() const { return market_.calendar.slot_seconds; }

  std::uint32_t buyer(AccountId account) {
    std::uint32_t& buyer = buyer_of_[account.value];
    if (buyer == kNone) {
      buyer = static_cast<std::uint32_t>(result_.buyers.size());
      result_.buyers.emplace_back(market_.account_names[account.value]);
      result_.budgets.push_back(0);
    }
    return buyer;
  }

  void add_order(const Order& order) {
    world::Job job;
    engine::LiveOrder& live = job.order;
    std::uint32_t shortest = order.window.count();
    for (std::uint32_t i = order.variants.begin; i < order.variants.end; ++i) {
      const Variant& variant = market_.variants[i];
      if (live.ways.size() == engine::kWays) break;
      live.ways.push_back({variant.accelerator, variant.gang, variant.duration * slot_seconds()});
      shortest = std::min(shortest, variant.duration);
    }
    if (live.ways.empty()) return;
    const Span32 hubs = market_.hub_sets[order.hubs.value];
    live.hubs.assign(market_.hub_lists.begin() + hubs.begin, market_.hub_lists.begin() + hubs.end);
    live.value = std::max<std::int64_t>(0, order.value);
    live.delay_cost = static_cast<std::int64_t>(std::min<int128>(
        static_cast<int128>(order.delay_cost) * kHour / slot_seconds(), kMoneyMax));
    live.data = order.data;
    live.whole_nodes = order.whole_nodes;
    const Second begin = order.window.begin * slot_seconds();
    const Second notice = static_cast<Second>(random_.below(static_cast<std::uint64_t>(kNotice)));
    live.submit = std::max<Second>(0, begin - notice);
    live.latest_start =
        std::max(live.submit, (order.window.end - Second{shortest}) * slot_seconds());
    live.account = AccountId{buyer(order.account)};
    job.actual_ppm =
        kLeastWorkPpm + static_cast<std::uint32_t>(random_.below(engine::kPpm - kLeastWorkPpm + 1));
    job.checkpoint = kCheckpoint;
    std::int64_t& budget = result_.budgets[live.account.value];
    budget = std::min(kMoneyMax / 2, budget + std::min(live.value, kMoneyMax / 4));
    result_.script.jobs.push_back(std::move(job));
  }

  // Each node fails with the same small chance in every hour.
  void add_failures(std::uint32_t node_days) {
    const Second span = Second{market_.calendar.slot_count} * slot_seconds();
    for (std::uint32_t pool = 0; pool < places_.pools.size() && node_days > 0; ++pool) {
      for (std::uint32_t node = 0; node < places_.pools[pool].nodes; ++node) {
        const auto chance = static_cast<std::uint64_t>(node_days) * kDay;
        if (random_.below(chance) >= static_cast<std::uint64_t>(span)) continue;
        const auto at = static_cast<Second>(random_.below(static_cast<std::uint64_t>(span)));
        result_.script.nodes.push_back({at, engine::PoolId{pool}, node, node + 1, false});
        result_.script.nodes.push_back({at + kRepair, engine::PoolId{pool}, node, node + 1, true});
      }
    }
    std::ranges::stable_sort(result_.script.nodes, {}, &world::NodesChange::at);
  }

  void add_agents(std::uint32_t node_days, const world::HubFaults& faults) {
    world::FaultOptions options;
    options.span = Second{market_.calendar.slot_count} * slot_seconds();
    options.seed = random_.next();
    options.node_failure_hours = node_days * 24;
    options.node_repair_hours = static_cast<std::uint32_t>(kRepair / kHour);
    options.hubs = faults;
    result_.script.nodes = world::make_faults(places_, options);
    result_.script.hubs = world::make_hub_truth(places_, faults, options.span, options.seed);
    result_.script.hubs.agents = true;
  }

  const Market& market_;
  const engine::Places& places_;
  Random random_;
  MarketScript result_;
  std::vector<std::uint32_t> buyer_of_;  // by AccountId of the market
};

}  // namespace

MarketScript make_script(const Market& market, const engine::Places& places, std::uint64_t seed,
                         std::uint32_t node_days, const world::HubFaults* faults) {
  return Maker(market, places, seed).make(node_days, faults);
}

}  // namespace tongsuan::connectors
