#include "tongsuan/lab/silo.h"

#include <gtest/gtest.h>

#include "tongsuan/codec/codec.h"
#include "tongsuan/lab/national.h"
#include "tongsuan/lab/offered.h"

namespace tongsuan::lab {
namespace {

TEST(Silo, OrdersWithAHomeMayRunThereOnly) {
  const Market market = national_market({.orders = 2'000}).value();
  const Market islands = siloed(market);
  ASSERT_EQ(islands.orders.size(), market.orders.size());
  std::uint32_t walled = 0;
  for (std::uint32_t i = 0; i < islands.orders.size(); ++i) {
    const Order& order = islands.orders[i];
    const bool placed = order.kind == OrderKind::kBlock || order.kind == OrderKind::kService;
    const std::uint32_t home = islands.accounts[order.account.value].home;
    if (!placed) continue;
    const Span32 set = islands.hub_sets[order.hubs.value];
    if (home == kNone) {
      EXPECT_EQ(set.count(), islands.hubs.size());
      continue;
    }
    ++walled;
    ASSERT_EQ(set.count(), 1U);
    ASSERT_EQ(islands.hub_lists[set.begin].value, home);
  }
  EXPECT_GT(walled, 1'500U);
}

TEST(Silo, NothingElseChanges) {
  const Market market = national_market({.orders = 500}).value();
  Market islands = siloed(market);
  EXPECT_EQ(islands.offers, market.offers);
  EXPECT_EQ(islands.links, market.links);
  EXPECT_EQ(islands.lines, market.lines);
  EXPECT_EQ(islands.accounts, market.accounts);
  EXPECT_EQ(offered(islands).demand, offered(market).demand);
  EXPECT_NE(islands, market);
  EXPECT_EQ(siloed(islands), islands);
  for (std::uint32_t i = 0; i < islands.orders.size(); ++i) {
    islands.orders[i].hubs = market.orders[i].hubs;
  }
  EXPECT_EQ(islands.orders, market.orders);
}

TEST(Silo, ItsTextReadsBackAsTheSameMarket) {
  const Market islands = siloed(national_market({.orders = 500}).value());
  const codec::ReadReport report = codec::read_market(codec::write_market(islands), "silo");
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report.market, islands);
}

}  // namespace
}  // namespace tongsuan::lab
