#include "tongsuan/solver/redispatch.h"

#include <algorithm>
#include <span>

#include "tongsuan/solver/network.h"

namespace tongsuan::solver {
namespace {

using market::Problem;

// Lines of one slot, and the zone rows that they join.
struct SlotNetwork {
  std::vector<std::uint32_t> rows;        // rising
  std::vector<std::uint32_t> line_slots;  // positions in Problem::line_slots
};

std::vector<SlotNetwork> split_by_slot(const Problem& problem) {
  std::vector<SlotNetwork> slots(problem.slot_count);
  for (std::uint32_t i = 0; i < problem.line_slots.size(); ++i) {
    const market::LineSlot& line = problem.line_slots[i];
    SlotNetwork& slot = slots[line.from % problem.slot_count];
    slot.line_slots.push_back(i);
    slot.rows.push_back(line.from);
    slot.rows.push_back(line.to);
  }
  for (SlotNetwork& slot : slots) {
    std::ranges::sort(slot.rows);
    const auto repeats = std::ranges::unique(slot.rows);
    slot.rows.erase(repeats.begin(), repeats.end());
  }
  return slots;
}

// Steps of one slot in the form of the network solver.
struct SlotInput {
  std::vector<std::vector<NetworkStep>> supply;
  std::vector<std::vector<NetworkStep>> demand;
  std::vector<NetworkZone> zones;
  std::vector<NetworkLine> lines;
};

void fill(const Problem& problem, const SlotNetwork& slot,
          const std::vector<std::int64_t>& award_use, SlotInput& input) {
  const std::size_t zone_count = slot.rows.size();
  input.supply.assign(zone_count, {});
  input.demand.assign(zone_count, {});
  input.zones.assign(zone_count, {});
  input.lines.clear();
  for (std::size_t zone = 0; zone < zone_count; ++zone) {
    const std::uint32_t row = slot.rows[zone];
    for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
      input.supply[zone].push_back({problem.supply[i].price, problem.supply[i].amount});
    }
    for (std::uint32_t i = problem.demand_begin[row]; i < problem.demand_begin[row + 1]; ++i) {
      input.demand[zone].push_back({problem.demand[i].price, problem.demand[i].amount});
    }
    input.zones[zone].fixed = -award_use[row];
    input.zones[zone].free_disposal = !problem.lanes[row / problem.slot_count].balance;
  }
  const auto zone_of = [&](std::uint32_t row) {
    return static_cast<std::uint32_t>(std::ranges::lower_bound(slot.rows, row) - slot.rows.begin());
  };
  for (const std::uint32_t i : slot.line_slots) {
    const market::LineSlot& line = problem.line_slots[i];
    input.lines.push_back({.from = zone_of(line.from),
                           .to = zone_of(line.to),
                           .min = line.min,
                           .max = line.max,
                           .tariff = line.tariff});
  }
}

// Solves every slot that has lines and hands each solution on. `ask` adds demand steps to a slot
// before it is solved.
template <class Ask, class Take>
void solve_slots(const Problem& problem, const std::vector<std::int64_t>& award_use, Ask ask,
                 Take take) {
  NetworkSolver solver;
  NetworkSolution solution;
  SlotInput input;
  for (const SlotNetwork& slot : split_by_slot(problem)) {
    if (slot.line_slots.empty()) continue;
    fill(problem, slot, award_use, input);
    ask(slot, input);
    for (std::size_t zone = 0; zone < input.zones.size(); ++zone) {
      input.zones[zone].supply = input.supply[zone];
      input.zones[zone].demand = input.demand[zone];
    }
    const Result<Network> network = Network::build({.zones = input.zones,
                                                    .lines = input.lines,
                                                    .price_min = -kPriceMax,
                                                    .price_max = kPriceMax});
    if (!network.ok()) continue;
    const std::vector<std::int64_t> injection(slot.rows.size(), 0);
    solution.prices.assign(slot.rows.size(), 0);
    solver.solve(network.value(), injection, solution);
    if (solution.balanced) take(slot, solver, network.value(), solution);
  }
}

template <class Ask>
std::vector<std::int64_t> best_flows(const Problem& problem,
                                     const std::vector<std::int64_t>& award_use,
                                     const std::vector<std::int64_t>& current, Ask ask) {
  std::vector<std::int64_t> flows = current;
  flows.resize(problem.line_slots.size(), 0);
  solve_slots(problem, award_use, ask,
              [&](const SlotNetwork& slot, NetworkSolver&, const Network&,
                  const NetworkSolution& solution) {
                for (std::size_t i = 0; i < slot.line_slots.size(); ++i) {
                  flows[slot.line_slots[i]] = solution.flows[i];
                }
              });
  return flows;
}

// What lies above λ* in the price at which zones ask for more than they need: enough to pay for
// lines on the way. Sending too much costs nothing in the end, since the last flows are dispatched
// anew.
constexpr std::int64_t kMarginPrice = 100 * kMicro;

constexpr auto kAskNothing = [](const SlotNetwork&, SlotInput&) {};

}  // namespace

std::vector<std::int64_t> redispatch(const Problem& problem,
                                     const std::vector<std::int64_t>& award_use,
                                     const std::vector<std::int64_t>& current) {
  return best_flows(problem, award_use, current, kAskNothing);
}

void support_prices(const Problem& problem, const std::vector<std::int64_t>& award_use,
                    Prices& prices) {
  solve_slots(problem, award_use, kAskNothing,
              [&](const SlotNetwork& slot, NetworkSolver& solver, const Network& network,
                  NetworkSolution& solution) {
                std::vector<std::int64_t> reference;
                for (const std::uint32_t row : slot.rows) reference.push_back(prices[row]);
                solver.choose_prices(network, reference, solution);
                for (std::size_t zone = 0; zone < slot.rows.size(); ++zone) {
                  prices[slot.rows[zone]] = solution.prices[zone];
                }
              });
}

std::vector<std::int64_t> plan_flows(const Problem& problem, const Prices& prices,
                                     const std::vector<std::int64_t>& expected_use,
                                     const std::vector<std::int64_t>& award_use,
                                     const std::vector<std::int64_t>& current,
                                     std::int64_t margin_percent) {
  return best_flows(problem, award_use, current, [&](const SlotNetwork& slot, SlotInput& input) {
    for (std::size_t zone = 0; zone < slot.rows.size(); ++zone) {
      const std::uint32_t row = slot.rows[zone];
      std::vector<NetworkStep>& demand = input.demand[zone];
      const std::int64_t more = expected_use[row] - award_use[row];
      const std::int64_t margin =
          std::max(expected_use[row], award_use[row]) / 100 * margin_percent;
      const auto ask = [&](std::int64_t above, std::int64_t amount) {
        if (amount > 0) demand.push_back({std::min(prices[row] + above, kPriceMax), amount});
      };
      // One tick above λ*: supply that is exactly marginal is worth sending.
      ask(margin_percent > 0 ? 3 * kMarginPrice : 1, more);
      ask(2 * kMarginPrice, margin / 4);
      ask(kMarginPrice, margin * 3 / 4);
    }
  });
}

}  // namespace tongsuan::solver
