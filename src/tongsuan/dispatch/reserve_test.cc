#include "tongsuan/dispatch/reserve.h"

#include <gtest/gtest.h>
#include <set>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"

namespace tongsuan::dispatch {
namespace {

struct Before {
  bool operator()(const Stand& a, const Stand& b) const { return stands_before(a, b); }
};
using Twin = std::set<Stand, Before>;

std::vector<OrderId> orders_of(const Twin& twin) {
  std::vector<OrderId> orders;
  for (const Stand& stand : twin) orders.push_back(stand.order);
  return orders;
}

TEST(ReserveProperty, StandsAsASortedSetDoes) {
  for (std::uint64_t seed = 1; seed <= many_seeds(6); ++seed) {
    Random random(seed);
    Reserve reserve;
    Twin twin;
    const std::int64_t keys = random.between(1, 3'000);
    for (std::uint32_t i = 0; i < 6'000; ++i) {
      const Stand stand{random.between(0, keys), OrderId{i}, random.below(4) == 0};
      if (random.below(3) != 0) {
        reserve.insert(stand);
        twin.insert(stand);
      } else if (!twin.empty() && random.below(2) == 0) {
        ASSERT_EQ(reserve.first(), *twin.begin());
        ASSERT_EQ(reserve.pop_first(), *twin.begin());
        twin.erase(twin.begin());
      } else {
        const auto at = twin.lower_bound(stand);
        ASSERT_FALSE(reserve.erase(stand));
        if (at == twin.end()) continue;
        ASSERT_TRUE(reserve.erase(*at));
        twin.erase(at);
      }
    }
    ASSERT_EQ(reserve.size(), twin.size());
    std::vector<OrderId> orders;
    reserve.append_first(reserve.size(), orders);
    ASSERT_EQ(orders, orders_of(twin));
    const Stand middle{keys / 2, OrderId{3'000}, false};
    std::vector<Stand> behind;
    reserve.append_after(middle, 700, behind);
    auto at = twin.upper_bound(middle);
    for (const Stand& stand : behind) ASSERT_EQ(stand, *at++);
    while (!reserve.empty()) {
      ASSERT_EQ(reserve.pop_first(), *twin.begin());
      twin.erase(twin.begin());
    }
  }
}

}  // namespace
}  // namespace tongsuan::dispatch
