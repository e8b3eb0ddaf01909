#include "tongsuan/lab/offered.h"

#include <gtest/gtest.h>

#include "tongsuan/codec/codec.h"

namespace tongsuan::lab {
namespace {

constexpr const char* kBook = R"(tongsuan-market 1
market small
calendar slot=1h slots=10
class A watts=100 node=1
zone z commodity=power
hub e region=east
hub w region=west
account buyer home=e
offer s1 seller=op hub=e class=A steps=10@1,5@2
offer s2 seller=op hub=w class=A slots=2..6 steps=8@1
offer s3 seller=op zone=z steps=1MWh@1
order b1 account=buyer gang=4 run=A:3 value=1
order b2 account=other run=Ax2:5,Ax8:1 value=1
service v1 account=buyer class=A gang=2 ranges=0..2,4..5 value=1
curve c1 account=other hub=w class=A slots=0..4 steps=3@2,1@1
profile p1 account=buyer use=e/A:0..2:-5,e/A:2..4:7 value=1
options q1 account=buyer
option q1 value=1 use=e/A:0..3:2
option q1 value=1 use=w/A:0..4:2
end 18
)";

TEST(Offered, CountsDeviceSlotsByHomeAndRegion) {
  const codec::ReadReport report = codec::read_market(kBook, "book");
  ASSERT_TRUE(report.ok()) << report.faults.text();
  const Offered sums = offered(report.market);
  EXPECT_EQ(sums.supply, 15 * 10 + 8 * 4);
  EXPECT_EQ(sums.demand, 12 + 10 + 6 + 16 + 14 + 8);
  ASSERT_EQ(sums.hubs.size(), 3U);
  EXPECT_EQ(sums.hubs[0].name, "e");
  EXPECT_EQ(sums.hubs[0].supply, 150);
  EXPECT_EQ(sums.hubs[0].demand, 12 + 6 + 14 + 8);
  EXPECT_EQ(sums.hubs[0].orders, 4U);
  EXPECT_EQ(sums.hubs[1].supply, 32);
  EXPECT_EQ(sums.hubs[1].demand, 0);
  EXPECT_EQ(sums.hubs[2].demand, 10 + 16);
  ASSERT_EQ(sums.regions.size(), 3U);
  EXPECT_EQ(sums.regions[0].name, "");
  EXPECT_EQ(sums.regions[1].name, "east");
  EXPECT_EQ(sums.regions[2].supply, 32);
}

}  // namespace
}  // namespace tongsuan::lab
