#include "tongsuan/engine/places.h"

#include <algorithm>
#include <tuple>

namespace tongsuan::engine {

std::uint32_t find_pool(const Places& places, HubId hub, ClassId accelerator) {
  const auto key = std::tuple(hub, accelerator);
  const auto at = std::lower_bound(places.pools.begin(), places.pools.end(), key,
                                   [](const Pool& pool, const auto& wanted) {
                                     return std::tuple(pool.hub, pool.accelerator) < wanted;
                                   });
  if (at == places.pools.end() || std::tuple(at->hub, at->accelerator) != key) return kNone;
  return static_cast<std::uint32_t>(at - places.pools.begin());
}

std::uint32_t find_link(const Places& places, HubId from, HubId to) {
  const auto key = std::tuple(from, to);
  const auto at = std::lower_bound(places.links.begin(), places.links.end(), key,
                                   [](const DataLink& link, const auto& wanted) {
                                     return std::tuple(link.from, link.to) < wanted;
                                   });
  if (at == places.links.end() || std::tuple(at->from, at->to) != key) return kNone;
  return static_cast<std::uint32_t>(at - places.links.begin());
}

void add_account(Places& places) {
  places.account_names.push_back("account-" + std::to_string(places.accounts.size()));
  places.accounts.push_back({});
}

}  // namespace tongsuan::engine
