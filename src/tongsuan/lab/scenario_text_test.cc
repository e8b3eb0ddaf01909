#include "tongsuan/lab/scenario_text.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

namespace tongsuan::lab {
namespace {

std::string error_of(const std::string& text) {
  const Result<ScenarioKeys> keys = parse_scenario("my.scenario", text);
  return keys.ok() ? "" : keys.error().context;
}

TEST(ScenarioText, ReadsKeysCommentsAndShares) {
  const Result<ScenarioKeys> keys = parse_scenario("my.scenario",
                                                   "# mine\n\n"
                                                   "scenario small-week 1\r\n"
                                                   "world national  # the ten clusters\n"
                                                   "\tjobs 500\n"
                                                   "devices.wuhu 20\n"
                                                   "profiles rts_gmlc\n"
                                                   "lines facts\n"
                                                   "hydro.wuhu 9\n"
                                                   "wind.wuhu 7\n");
  ASSERT_TRUE(keys.ok()) << keys.error().context;
  EXPECT_EQ(keys.value().name, "small-week");
  EXPECT_EQ(keys.value().world, WorldKind::kNational);
  EXPECT_EQ(keys.value().jobs, 500U);
  EXPECT_EQ(keys.value().days, ScenarioKeys{}.days);
  const HubShares shares = keys.value().hubs.at("wuhu");
  EXPECT_EQ(shares.devices, 20U);
  EXPECT_EQ(shares.demand, kNone);
  EXPECT_EQ(shares.wind, 7U);
  EXPECT_EQ(shares.hydro, 9U);
  EXPECT_EQ(keys.value().profiles, ProfileSource::kRtsGmlc);
  EXPECT_EQ(keys.value().lines, LineSource::kFacts);
}

TEST(ScenarioText, SaysFileLineKeyValueAndWhatWasExpected) {
  const std::string head = "scenario x 1\nworld national\n";
  const std::string own = "scenario x 1\nworld trace\ntrace jobs.csv\n";
  struct Case {
    std::string text;
    std::string error;
  };
  const Case cases[] = {
      {"", "my.scenario:0: is empty: line 1 must be 'scenario NAME 1'"},
      {"world national\n", "my.scenario:1: 'world' must be the first line: 'scenario NAME 1'"},
      {"scenario x 2\n", "my.scenario:1: 'scenario' must be the first line: 'scenario NAME 1'"},
      {"scenario X 1\n", "my.scenario:1: 'scenario' must be the first line: 'scenario NAME 1'"},
      {"scenario x 1\n", "my.scenario:1: has no line 'world KIND'"},
      {"scenario x 1\nworld moon\n",
       "my.scenario:2: 'world' has the value 'moon', expected one of national, edge, philly, pai, "
       "spot, trace"},
      {head + "profiles moon\n",
       "my.scenario:3: 'profiles' has the value 'moon', expected one of model, rts_gmlc"},
      {head + "lines none\n",
       "my.scenario:3: 'lines' has the value 'none', expected one of model, facts"},
      {head + "jobs many\n",
       "my.scenario:3: 'jobs' has the value 'many', expected a whole number from 100 to 1000000"},
      {head + "jobs 99\n",
       "my.scenario:3: 'jobs' has the value '99', expected a whole number from 100 to 1000000"},
      {head + "jobs -5\n",
       "my.scenario:3: 'jobs' has the value '-5', expected a whole number from 100 to 1000000"},
      {head + "days 7.5\n",
       "my.scenario:3: 'days' has the value '7.5', expected a whole number from 1 to 400"},
      {head + "days\n", "my.scenario:3: 'days' must be one key and one value"},
      {head + "days 7 8\n", "my.scenario:3: 'days' must be one key and one value"},
      {head + "days 7\ndays 7\n", "my.scenario:4: 'days' is given for the second time"},
      {head + "jbos 500\n", "my.scenario:3: 'jbos' is no key of a scenario"},
      {head + "rain.wuhu 5\n", "my.scenario:3: 'rain.wuhu' is no key of a scenario"},
      {head + "wind. 5\n", "my.scenario:3: 'wind.' does not name a hub after the dot"},
      {head + "devices.wuhu x\n",
       "my.scenario:3: 'devices.wuhu' has the value 'x', expected a whole number from 0 to 100000"},
      {head + "wind.wuhu 1\nwind.wuho 1\n",
       "my.scenario:4: 'wind.wuho' names a hub that this world does not have"},
      {head + "home_per_mille 600\nregion_per_mille 600\n",
       "my.scenario:4: has home_per_mille, few_per_mille and region_per_mille above 1000 together"},
      {"scenario x 1\nworld trace\n",
       "my.scenario:2: has no line 'trace FILE', which 'world trace' needs"},
      {head + "trace jobs.csv\n", "my.scenario:3: 'trace' is a key of 'world trace' only"},
      {head + "pool.a.b 1x8\n", "my.scenario:3: 'pool.a.b' is a key of 'world trace' only"},
      {own + "reading soft\n",
       "my.scenario:4: 'reading' has the value 'soft', expected strict or lenient"},
      {own + "pool.a 1x8\n",
       "my.scenario:4: 'pool.a' does not name a hub and a class: 'pool.HUB.CLASS'"},
      {own + "pool.a.b 8\n",
       "my.scenario:4: 'pool.a.b' has the value '8', expected nodes and devices of a node, such as "
       "16x8"},
      {own + "pool.a.b 0x8\n",
       "my.scenario:4: 'pool.a.b' has the value '0x8', expected nodes and devices of a node, such "
       "as 16x8"},
      {own + "pool.a.b 1x8\ndevices.a 5\n",
       "my.scenario:5: 'devices.a' says nothing in 'world trace'"},
      {own + "pool.a.b 1x8\ndemand.c 5\n",
       "my.scenario:5: 'demand.c' names a hub that this world does not have"},
      {own + "trace jobs.csv\n", "my.scenario:4: 'trace' is given for the second time"},
      {std::string("scenario x 1\nworld trace\ntrace a\0b\n", 35),
       "my.scenario:3: 'trace' names a file with a zero byte in it, which no file has"},
  };
  for (const Case& one : cases) EXPECT_EQ(error_of(one.text), one.error) << one.text;
}

TEST(ScenarioText, ReadsATraceAndItsPools) {
  const Result<ScenarioKeys> keys =
      parse_scenario("my.scenario",
                     "scenario x 1\nworld trace\ntrace\tmy jobs#2.csv  # of May\r\n"
                     "reading lenient\npool.North.MI300.X 16x8\ndemand.North 3\n");
  ASSERT_TRUE(keys.ok()) << keys.error().context;
  EXPECT_EQ(keys.value().trace, "my jobs#2.csv");
  EXPECT_TRUE(keys.value().lenient);
  EXPECT_FALSE(keys.value().days_said);
  const PoolShape pool = {"North", "MI300.X", 16, 8};
  EXPECT_EQ(keys.value().pools, std::vector<PoolShape>{pool});
  EXPECT_EQ(keys.value().hubs.at("North").demand, 3U);
}

std::string grouped(std::uint32_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

TEST(ScenarioText, FaultsOfHubsHaveLimits) {
  const std::string head = "scenario x 1\nworld national\n";
  for (const world::HubFaultKey& key : world::hub_fault_keys()) {
    const std::string name(key.name);
    const auto good = parse_scenario("x", head + name + ' ' + std::to_string(key.max) + '\n');
    ASSERT_EQ(good.ok(), !key.agents_only) << name;
    const auto bad = parse_scenario("x", head + name + ' ' + std::to_string(key.max + 1) + '\n');
    ASSERT_FALSE(bad.ok()) << name;
    const std::string why =
        key.agents_only ? "'" + name + "' has no effect in a replay, where hubs have no agents"
                        : "'" + name + "' has the value '" + std::to_string(key.max + 1) +
                              "', expected a whole number from " + std::to_string(key.min) +
                              " to " + std::to_string(key.max);
    EXPECT_EQ(bad.error().context, "x:3: " + why);
    EXPECT_EQ(bad.error().hint.empty(), !key.agents_only);
  }
  EXPECT_EQ(parse_scenario("x", head).value().hub_faults, world::HubFaults());
}

// The document is the contract: every key with its limits, and with what holds when none is given.
TEST(ScenarioText, TheDocumentListsEveryKey) {
  std::ifstream file(std::string(TONGSUAN_SOURCE_DIR) + "/docs/formats/scenario.md");
  std::ostringstream text;
  text << file.rdbuf();
  const std::string document = text.str();
  for (const KeySpec& key : scenario_keys()) {
    const std::string name = "`" + std::string(key.name) + "`";
    const std::size_t at = document.find(name);
    ASSERT_NE(at, std::string::npos) << name;
    const std::string line = document.substr(at, document.find('\n', at) - at);
    const std::string said =
        "| " + grouped(key.min) + " – " + grouped(key.max) + " | " + grouped(key.usual) + " |";
    EXPECT_NE(line.find(said), std::string::npos) << line << "\n does not say " << said;
  }
}

}  // namespace
}  // namespace tongsuan::lab
