#include "tongsuan/solver/redispatch.h"

#include <algorithm>

#include "tongsuan/solver/slot_network.h"

namespace tongsuan::solver {
namespace {

using market::Problem;

// Solves every slot that has lines and hands each solution on. `ask` adds demand steps to a slot
// before it is solved.
template <class Ask, class Take>
void solve_slots(const Problem& problem, const std::vector<std::int64_t>& award_use, Ask ask,
                 Take take) {
  SlotNetwork network;
  for (const SlotLines& slot : lines_by_slot(problem)) {
    if (slot.lines.empty()) continue;
    network.fill(problem, slot, award_use);
    ask(slot, network);
    if (network.solve()) take(slot, network);
  }
}

template <class Ask>
std::vector<std::int64_t> best_flows(const Problem& problem,
                                     const std::vector<std::int64_t>& award_use,
                                     const std::vector<std::int64_t>& current, Ask ask) {
  std::vector<std::int64_t> flows = current;
  flows.resize(problem.line_slots.size(), 0);
  solve_slots(problem, award_use, ask, [&](const SlotLines& slot, const SlotNetwork& network) {
    for (std::size_t i = 0; i < slot.lines.size(); ++i) flows[slot.lines[i]] = network.flows()[i];
  });
  return flows;
}

// What lies above λ* in the price at which zones ask for more than they need: enough to pay for
// lines on the way. Sending too much costs nothing in the end, since the last flows are dispatched
// anew.
constexpr std::int64_t kMarginPrice = 100 * kMicro;

constexpr auto kAskNothing = [](const SlotLines&, SlotNetwork&) {};

}  // namespace

std::vector<std::int64_t> redispatch(const Problem& problem,
                                     const std::vector<std::int64_t>& award_use,
                                     const std::vector<std::int64_t>& current) {
  return best_flows(problem, award_use, current, kAskNothing);
}

void support_prices(const Problem& problem, const std::vector<std::int64_t>& award_use,
                    Prices& prices) {
  solve_slots(problem, award_use, kAskNothing, [&](const SlotLines& slot, SlotNetwork& network) {
    std::vector<std::int64_t> reference;
    for (const std::uint32_t row : slot.rows) reference.push_back(prices[row]);
    const std::vector<std::int64_t>& found = network.prices_near(reference);
    for (std::size_t zone = 0; zone < slot.rows.size(); ++zone) {
      prices[slot.rows[zone]] = found[zone];
    }
  });
}

std::vector<std::int64_t> plan_flows(const Problem& problem, const Prices& prices,
                                     const std::vector<std::int64_t>& expected_use,
                                     const std::vector<std::int64_t>& award_use,
                                     const std::vector<std::int64_t>& current,
                                     std::int64_t margin_percent) {
  return best_flows(problem, award_use, current, [&](const SlotLines& slot, SlotNetwork& network) {
    for (std::size_t zone = 0; zone < slot.rows.size(); ++zone) {
      const std::uint32_t row = slot.rows[zone];
      const std::int64_t more = expected_use[row] - award_use[row];
      const std::int64_t margin =
          std::max(expected_use[row], award_use[row]) / 100 * margin_percent;
      const auto ask = [&](std::int64_t above, std::int64_t amount) {
        if (amount > 0) network.ask(zone, {std::min(prices[row] + above, kPriceMax), amount});
      };
      // One tick above λ*: supply that is exactly marginal is worth sending.
      ask(margin_percent > 0 ? 3 * kMarginPrice : 1, more);
      ask(2 * kMarginPrice, margin / 4);
      ask(kMarginPrice, margin * 3 / 4);
    }
  });
}

}  // namespace tongsuan::solver
