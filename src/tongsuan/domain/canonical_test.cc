#include "tongsuan/domain/canonical.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tongsuan/base/random.h"

namespace tongsuan {
namespace {

// ---- Names -------------------------------------------------------------------------------------

std::vector<std::uint32_t> plainly_sorted(const NameList& names) {
  std::vector<std::uint32_t> positions(names.size());
  for (std::uint32_t i = 0; i < names.size(); ++i) positions[i] = i;
  std::stable_sort(positions.begin(), positions.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return names[a] < names[b]; });
  return positions;
}

TEST(SortedPositions, IsAStableSortByBytes) {
  Random random(1);
  // Counts on both sides of the switches between sorting by comparison and by radix.
  for (const std::uint32_t count : {0U, 1U, 2U, 47U, 48U, 49U, 500U, 4'095U, 4'096U, 20'000U}) {
    for (const std::uint32_t letters : {2U, 26U}) {  // names again, and names mostly once
      NameList names;
      for (std::uint32_t i = 0; i < count; ++i) {
        std::string name = random.below(2) == 0 ? "" : "a-long-common-prefix-";
        for (auto size = random.below(12); size > 0; --size) {
          name.push_back(static_cast<char>('a' + random.below(letters)));
        }
        if (random.below(20) == 0) name.push_back('\0');
        if (random.below(20) == 0) name += "\xE8\xB4\xB5";
        names.push_back(name);
      }
      bool distinct = false;
      const std::vector<std::uint32_t> positions = sorted_positions(names, distinct);
      ASSERT_EQ(positions, plainly_sorted(names)) << count << ' ' << letters;
      bool equal = false;
      for (std::size_t k = 1; k < positions.size(); ++k) {
        equal = equal || names[positions[k - 1]] == names[positions[k]];
      }
      ASSERT_EQ(distinct, !equal) << count << ' ' << letters;
      const NameList gathered = names.gathered(positions);
      ASSERT_EQ(gathered.size(), count);
      for (std::uint32_t k = 0; k < count; ++k) ASSERT_EQ(gathered[k], names[positions[k]]);
    }
  }
}

TEST(SortedPositions, SeesTheOneNameThatIsThereTwice) {
  for (const std::uint32_t count : {20U, 3'000U, 30'000U}) {
    Random random(count);
    NameList names;
    for (std::uint32_t i = 0; i < count; ++i) {
      // An odd factor runs through all residues, in no order.
      names.push_back("order-" + std::to_string(1'000'000 + i * 7'919ULL % count));
    }
    bool distinct = false;
    (void)sorted_positions(names, distinct);
    EXPECT_TRUE(distinct) << count;
    names.push_back(names[static_cast<std::uint32_t>(random.below(count))]);
    (void)sorted_positions(names, distinct);
    EXPECT_FALSE(distinct) << count;
  }
}

TEST(SortedPositions, KeepsWhatIsSorted) {
  NameList names;
  for (const char* name : {"a", "a", "ab", "b"}) names.push_back(name);
  EXPECT_EQ(sorted_positions(names), (std::vector<std::uint32_t>{0, 1, 2, 3}));
}

TEST(NameList, FindsSortedNames) {
  NameList names;
  for (const char* name : {"a", "ab", "b"}) names.push_back(name);
  EXPECT_EQ(names.find_sorted("a"), 0U);
  EXPECT_EQ(names.find_sorted("ab"), 1U);
  EXPECT_EQ(names.find_sorted("b"), 2U);
  for (const char* absent : {"", "aa", "ac", "c"}) EXPECT_EQ(names.find_sorted(absent), kNone);
  EXPECT_EQ(NameList().find_sorted("a"), kNone);
}

// ---- Markets -----------------------------------------------------------------------------------

// Everything twice, in an order that `backwards` turns round.
Market market_of(bool backwards) {
  Market market;
  market.name = "m";
  market.calendar.slot_count = 8;
  const std::vector<std::string> order =
      backwards ? std::vector<std::string>{"b", "a"} : std::vector<std::string>{"a", "b"};
  const auto at = [&](const char* name) { return order[0] == name ? 0U : 1U; };
  for (const std::string& name : order) {
    const bool a = name == "a";
    market.zone_names.push_back("z" + name);
    market.zones.push_back({a ? Commodity::kPower : Commodity::kGreen, Disposal::kFree});
    market.class_names.push_back("c" + name);
    market.classes.push_back({a ? 10U : 20U, 1});
    market.hub_names.push_back("h" + name);
    Hub hub;
    hub.region = name;
    hub.power_zone = at("a");
    hub.green_zone = at("b");
    market.hubs.push_back(hub);
    market.data_names.push_back("d" + name);
    market.data_sets.push_back({a ? 1U : 2U, {0, 0}});
    market.group_names.push_back("g" + name);
    market.account_names.push_back("t" + name);
    market.accounts.push_back({a ? at("b") : kNone});
  }
  market.hub_lists = {HubId{at("b")}, HubId{at("a")}, HubId{at("b")}};  // one hub twice
  market.hub_sets = {{0, 3}, {0, 1}};
  market.data_sets[at("a")].replicas = {0, 2};
  for (const std::string& name : order) {
    const bool a = name == "a";
    market.lines.push_back({ZoneId{at("a")},
                            ZoneId{at("b")},
                            {a ? 0U : 4U, a ? 4U : 8U},
                            Amount(0),
                            Amount(5),
                            Price(0)});
    market.caps.push_back({GroupId{at("a")}, a ? at("a") : kNone, kNone, {0, 8}, 3});
    const auto steps = static_cast<std::uint32_t>(market.steps.size());
    market.steps.push_back({Price(a ? 1 : 2), Amount(3)});
    market.offer_names.push_back("o" + name);
    market.offers.push_back(
        {AccountId{at("a")}, at("a"), at("b"), kNone, {0, 8}, {steps, steps + 1}});
    market.order_names.push_back("j" + name);
    Order block;
    block.account = AccountId{at(a ? "a" : "b")};
    block.hubs = HubSetId{0};
    block.window = {0, 8};
    block.value = a ? 5 : 6;
    block.after = a ? kNone : at("a");
    const auto variants = static_cast<std::uint32_t>(market.variants.size());
    market.variants.push_back({ClassId{at("a")}, 4, 2});
    block.variants = {variants, variants + 1};
    market.orders.push_back(block);
  }
  return market;
}

TEST(Canonicalise, ForgetsTheOrderOfEveryList) {
  Market forwards = market_of(false);
  Market backwards = market_of(true);
  EXPECT_NE(forwards, backwards);
  canonicalise(forwards);
  canonicalise(backwards);
  EXPECT_EQ(forwards, backwards);
  EXPECT_EQ(forwards.hub_names[0], "ha");
  EXPECT_EQ(forwards.orders[1].after, 0U);
  EXPECT_EQ(forwards.accounts, (std::vector<Account>{{1}, {kNone}}));
}

TEST(Canonicalise, ChangesNothingTheSecondTime) {
  Market market = market_of(true);
  canonicalise(market);
  Market again = market;
  canonicalise(again);
  EXPECT_EQ(again, market);
}

TEST(Canonicalise, DropsWhatIsNotUsed) {
  Market market = market_of(false);
  const Market used = [&] {
    Market canonical = market;
    canonicalise(canonical);
    return canonical;
  }();
  market.group_names.push_back("ga-unused");
  market.account_names.push_back("aa-unused");
  market.accounts.push_back({0});
  market.steps.push_back({Price(9), Amount(9)});
  market.variants.push_back({});
  market.legs.push_back({});
  market.options.push_back({});
  market.ranges.push_back({1, 2});
  market.hub_lists.push_back(HubId{0});
  market.hub_sets.push_back({3, 4});
  canonicalise(market);
  EXPECT_EQ(market.account_names.size(), 2U);
  EXPECT_EQ(market, used);
}

TEST(Canonicalise, GivesAccountsThatAreOnlyNamedNoHome) {
  Market market = market_of(false);
  market.accounts.clear();
  canonicalise(market);
  EXPECT_EQ(market.accounts, (std::vector<Account>{{kNone}, {kNone}}));
}

TEST(Canonicalise, MakesEqualHubSetsOne) {
  Market market = market_of(false);
  market.hub_sets = {{0, 3}, {0, 2}};  // b a b, and b a
  market.orders[1].hubs = HubSetId{1};
  canonicalise(market);
  EXPECT_EQ(market.hub_sets.size(), 1U);
  EXPECT_EQ(market.orders[0].hubs, market.orders[1].hubs);
  EXPECT_EQ(market.hub_sets[0].count(), 2U);
}

TEST(Canonicalise, SortsOptionsAndLegs) {
  Market market = market_of(false);
  Order order;
  order.kind = OrderKind::kOptions;
  order.window = {3, 4};  // not a field of this kind
  order.value = 7;
  Leg late{RowKind::kZone, 0, 0, 1, {2, 3}, 5};  // hub and class are not fields of this row
  Leg early{RowKind::kZone, kNone, kNone, 1, {0, 1}, 5};
  market.legs = {late, early, early};
  market.options = {{9, {0, 2}}, {-4, {2, 3}}};
  order.options = {0, 2};
  market.order_names.push_back("options");
  market.orders.push_back(order);
  canonicalise(market);
  const Order& found = market.orders[2];
  EXPECT_EQ(found.window, SlotRange());
  EXPECT_EQ(found.value, 0);
  const Option& first = market.options[found.options.begin];
  const Option& second = market.options[found.options.begin + 1];
  EXPECT_EQ(first.value, -4);
  EXPECT_EQ(second.value, 9);
  EXPECT_EQ(market.legs[second.legs.begin], early);
  EXPECT_EQ(market.legs[second.legs.begin + 1].hub, kNone);
}

}  // namespace
}  // namespace tongsuan
