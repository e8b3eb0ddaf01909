#include "tongsuan/clearing/warm.h"

#include <algorithm>
#include <numeric>
#include <string>

namespace tongsuan::clearing {
namespace {

bool same_lines(const std::vector<Line>& a, const std::vector<Line>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Line& x, const Line& y) {
    return x.from == y.from && x.to == y.to && x.slots == y.slots;
  });
}

Prices carry_prices(const Earlier& earlier, const std::vector<std::string>& names,
                    std::uint32_t slot_count) {
  const std::vector<std::string> old_names = market::lane_names(earlier.market, earlier.problem);
  const Prices& old_prices = earlier.certificate.bound_prices;
  std::vector<std::uint32_t> order(old_names.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto name_of = [&](std::uint32_t i) -> const std::string& { return old_names[i]; };
  std::ranges::sort(order, {}, name_of);
  Prices prices(names.size() * slot_count, 0);
  for (std::size_t lane = 0; lane < names.size(); ++lane) {
    const auto found = std::ranges::lower_bound(order, names[lane], {}, name_of);
    if (found == order.end() || name_of(*found) != names[lane]) continue;
    for (std::uint32_t slot = 0; slot < slot_count; ++slot) {
      const std::uint32_t old_slot = std::min(slot + earlier.shift, slot_count - 1);
      prices[lane * slot_count + slot] = old_prices[*found * std::size_t{slot_count} + old_slot];
    }
  }
  return prices;
}

// Both name lists are sorted: one merge finds every order that is in both books.
std::vector<std::uint32_t> same_names(const NameList& before, const NameList& after) {
  std::vector<std::uint32_t> same(before.size(), kNone);
  std::uint32_t at = 0;
  for (std::uint32_t i = 0; i < before.size(); ++i) {
    while (at < after.size() && after[at] < before[i]) ++at;
    if (at == after.size()) break;
    if (after[at] == before[i]) same[i] = at;
  }
  return same;
}

}  // namespace

WarmStart carry_over(const Earlier& earlier, const Market& market, const market::Problem& problem) {
  const Market& old_market = earlier.market;
  const Certificate& certificate = earlier.certificate;
  WarmStart warm;
  if (earlier.problem.slot_count != problem.slot_count || earlier.shift >= problem.slot_count ||
      !(old_market.hub_names == market.hub_names) ||
      certificate.bound_prices.size() != earlier.problem.row_count() ||
      (!earlier.orders.empty() && earlier.orders.size() != old_market.orders.size())) {
    return warm;
  }
  warm.usable = true;
  warm.prices = carry_prices(earlier, market::lane_names(market, problem), problem.slot_count);
  warm.placements.resize(problem.orders.size());
  const std::vector<std::uint32_t> by_name =
      earlier.orders.empty() ? same_names(old_market.order_names, market.order_names)
                             : std::vector<std::uint32_t>();
  const std::span<const std::uint32_t> same = earlier.orders.empty() ? by_name : earlier.orders;
  for (const Award& old_award : certificate.outcome.awards) {
    const std::uint32_t order = same[old_award.order.value];
    if (order >= problem.orders.size() || old_award.start < earlier.shift) continue;
    Award award = old_award;
    award.order = OrderId{order};
    award.start -= earlier.shift;
    warm.placements[order] = market::find_placement(problem, award);
  }
  if (earlier.shift == 0 && same_lines(old_market.lines, market.lines) &&
      old_market.zone_names == market.zone_names) {
    warm.flows = certificate.outcome.flows;
  }
  return warm;
}

}  // namespace tongsuan::clearing
