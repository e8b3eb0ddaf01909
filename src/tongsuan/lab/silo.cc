#include "tongsuan/lab/silo.h"

#include "tongsuan/domain/canonical.h"

namespace tongsuan::lab {

Market siloed(const Market& market) {
  Market islands = market;
  // One set for each hub; canonicalising drops those that nobody needs and joins equal ones.
  const auto first = static_cast<std::uint32_t>(islands.hub_sets.size());
  for (std::uint32_t i = 0; i < islands.hubs.size(); ++i) {
    islands.hub_sets.push_back(append(islands.hub_lists, {HubId{i}}));
  }
  for (Order& order : islands.orders) {
    if (order.kind != OrderKind::kBlock && order.kind != OrderKind::kService) continue;
    const std::uint32_t home = islands.accounts[order.account.value].home;
    if (home != kNone) order.hubs = HubSetId{first + home};
  }
  canonicalise(islands);
  return islands;
}

}  // namespace tongsuan::lab
