#include "tongsuan/lab/scenario.h"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"
#include "tongsuan/engine/engine.h"
#include "tongsuan/import/trace_fixture.h"
#include "tongsuan/lab/instance_parts.h"
#include "tongsuan/lab/job_terms.h"
#include "tongsuan/lab/scenario_text.h"
#include "tongsuan/world/world.h"

namespace tongsuan::lab {
namespace {

using imports::testing_support::has_shared;

const std::string kData = std::string(TONGSUAN_SHARED_DIR) + "/data";

std::string data_of(std::string_view scenario) {
  if (scenario == "philly-walls") return "jobs_philly";
  if (scenario == "pai-year") return "jobs_pai100k";
  if (scenario == "spot2026-mix") return "spot2026";
  if (scenario == "national-week-profiles") return "rts_gmlc";
  return "";
}

// Scenarios that can be made here: those of public traces only where the trace is.
std::vector<std::string> scenarios_here() {
  std::vector<std::string> names;
  for (const std::string_view name : shipped_scenarios()) {
    const std::string data = data_of(name);
    if (data.empty() || has_shared(data)) names.emplace_back(name);
  }
  return names;
}

Instance make(const std::string& name, InstanceOptions options = {}) {
  options.data_dir = kData;
  const Result<Scenario> scenario = find_scenario(name);
  EXPECT_TRUE(scenario.ok());
  Result<Instance> instance = make_instance(scenario.value(), options);
  EXPECT_TRUE(instance.ok()) << name << ": " << (instance.ok() ? "" : instance.error().context);
  return std::move(instance).value();
}

InstanceOptions small(std::uint64_t seed = 1, std::uint32_t load = 90) {
  InstanceOptions options;
  options.seed = seed;
  options.load_percent = load;
  options.jobs = 4'000;
  return options;
}

std::int64_t total_work(const Instance& instance) {
  std::int64_t work = 0;
  for (const world::Job& job : instance.script.jobs) work += work_of(job);
  return work;
}

bool same_terms(const world::Job& a, const world::Job& b) {
  return a.actual_ppm == b.actual_ppm && a.order.submit == b.order.submit &&
         a.order.value == b.order.value && a.order.delay_cost == b.order.delay_cost &&
         a.order.latest_start == b.order.latest_start && a.order.home == b.order.home &&
         a.order.hubs == b.order.hubs && a.order.account == b.order.account &&
         a.cancel == b.cancel && a.checkpoint == b.checkpoint &&
         a.order.ways.front().gang == b.order.ways.front().gang &&
         a.order.ways.front().estimate == b.order.ways.front().estimate;
}

bool same_job(const world::Job& a, const world::Job& b) {
  return same_terms(a, b) && a.order.ways == b.order.ways && a.order.data == b.order.data;
}

TEST(Scenario, ShipsThoseThatTheDocumentsName) {
  const std::vector<std::string_view> wanted = {"edge",
                                                "forward",
                                                "national-week",
                                                "national-week-flexible",
                                                "national-week-profiles",
                                                "pai-year",
                                                "philly-walls",
                                                "real-hubs",
                                                "spot2026-mix",
                                                "stress"};
  EXPECT_EQ(shipped_scenarios(), wanted);
  for (const std::string_view name : wanted) {
    const std::string file =
        std::string(TONGSUAN_SOURCE_DIR) + "/scenarios/" + std::string(name) + ".scenario";
    const Result<Scenario> from_file = find_scenario(file);
    ASSERT_TRUE(from_file.ok());
    EXPECT_EQ(from_file.value().name, name);
    EXPECT_EQ(from_file.value().text, find_scenario(std::string(name)).value().text);
  }
}

TEST(Scenario, UnknownNamesAreToldTheKnownOnes) {
  const Result<Scenario> none = find_scenario("nowhere");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().context, "'nowhere' is neither a scenario that ships nor a file");
  EXPECT_EQ(
      none.error().hint,
      "scenarios: edge, forward, national-week, national-week-flexible, national-week-profiles, "
      "pai-year, philly-walls, real-hubs, spot2026-mix, stress");
}

TEST(Scenario, MissingDataAreNamed) {
  for (const char* name : {"philly-walls", "pai-year", "spot2026-mix", "national-week-profiles"}) {
    const Result<Instance> none = make_instance(find_scenario(name).value(), {});
    ASSERT_FALSE(none.ok());
    const std::string folder = data_of(name);
    EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
    EXPECT_EQ(none.error().context, "the scenario " + std::string(name) +
                                        " needs public data: the folder " + folder +
                                        " is not there");
    EXPECT_EQ(none.error().hint, "give the folder that holds " + folder + ": --data DIR");
  }
}

TEST(Scenario, OptionsOutsideTheirLimitsAreRefused) {
  const Scenario scenario = find_scenario("national-week").value();
  InstanceOptions options;
  options.load_percent = 5;
  EXPECT_EQ(make_instance(scenario, options).error().context, "a world cannot have load_percent 5");
  options.load_percent = 90;
  options.jobs = 99;
  EXPECT_EQ(make_instance(scenario, options).error().context, "a world cannot have jobs 99");
}

TEST(Scenario, SameOptionsGiveTheSameBytes) {
  for (const std::string& name : scenarios_here()) {
    const std::string once = instance_digest(make(name, small(3)));
    EXPECT_EQ(once, instance_digest(make(name, small(3)))) << name;
    EXPECT_NE(once, instance_digest(make(name, small(4)))) << name;
  }
}

// The draws are the same on every machine; a change of them changes every figure that was measured.
TEST(Scenario, TheNationalWeekIsPinned) {
  EXPECT_EQ(instance_digest(make("national-week")).substr(0, 16), "245b492e8be95b50");
}

// Real shapes and all lines change energy and nothing else; seasons of ten seeds differ.
TEST(Scenario, ProfilesChangeEnergyOnly) {
  TONGSUAN_NEED_SHARED("rts_gmlc");
  const Instance week = make("national-week", small());
  Instance profiles = make("national-week-profiles", small());
  const std::string digest = instance_digest(profiles);
  EXPECT_GT(profiles.energy.lines.size(), week.energy.lines.size());
  std::int64_t model = 0, real = 0;
  for (std::size_t zone = 0; zone < week.energy.green.size(); ++zone) {
    for (std::size_t hour = 0; hour < week.energy.hours; ++hour) {
      model += week.energy.green[zone][hour];
      real += profiles.energy.green[zone][hour];
    }
  }
  EXPECT_NEAR(static_cast<double>(real) / static_cast<double>(model), 1, 0.5);
  profiles.energy = week.energy;
  EXPECT_EQ(instance_digest(week), instance_digest(profiles));
  InstanceOptions other = small();
  other.seed = 2;
  EXPECT_NE(make("national-week-profiles", other).energy.green,
            make("national-week-profiles", small()).energy.green);
  EXPECT_EQ(digest.substr(0, 16), "48960b79b004c693") << "figures were measured with it";
}

// Inner Mongolia to Hebei: 3,950 MW direct; through Beijing 9,000 and Liaoning 3,000, which join no
// third place, and half of 6,000 through Shandong and of 3,950 through Shanxi, which do. To the
// delta: 8,000 direct, and the other half of what Shanxi has.
TEST(Scenario, PublishedLinesAreSharedByWhomTheyJoin) {
  TONGSUAN_NEED_SHARED("facts");
  Scenario scenario = find_scenario("national-week").value();
  scenario.text += "lines facts\n";
  InstanceOptions options = small();
  options.data_dir = kData;
  const Instance instance = make_instance(scenario, options).value();
  const auto limit = [&](std::string_view from, std::string_view to) {
    for (const Energy::Line& line : instance.energy.lines) {
      const NameList& names = instance.places.zone_names;
      if (names[line.from.value] == from && names[line.to.value] == to) return line.limit;
    }
    return std::int64_t{0};
  };
  const std::int64_t near = limit("inner-mongolia", "hebei");
  const std::int64_t far = limit("inner-mongolia", "yangtze-delta");
  EXPECT_EQ(near, limit("hebei", "inner-mongolia"));
  EXPECT_NEAR(static_cast<double>(near) / static_cast<double>(far), 20'925.0 / 9'975, 1e-3);
}

// Water in the model is the same in every hour.
TEST(Scenario, WaterAddsToWhatIsGreen) {
  Scenario scenario = find_scenario("national-week").value();
  const Instance dry = make_instance(scenario, small()).value();
  scenario.text += "hydro.tianfu 100\n";
  const Instance wet = make_instance(scenario, small()).value();
  const std::uint32_t zone = dry.places.hubs[dry.places.hub_names.find_sorted("tianfu")].power_zone;
  const std::int64_t more = wet.energy.green[zone][0] - dry.energy.green[zone][0];
  EXPECT_GT(more, 0);
  for (std::size_t hour = 0; hour < dry.energy.hours; ++hour) {
    EXPECT_EQ(wet.energy.green[zone][hour] - dry.energy.green[zone][hour], more);
  }
}

// Which jobs are flexible is drawn apart: nothing else differs from the week.
TEST(Scenario, TheFlexibleWeekIsTheWeekWithGraces) {
  const Instance week = make("national-week", small());
  Instance flexible = make("national-week-flexible", small());
  EXPECT_NE(instance_digest(week), instance_digest(flexible));
  double count = 0;
  ASSERT_EQ(week.script.jobs.size(), flexible.script.jobs.size());
  for (world::Job& job : flexible.script.jobs) {
    if (job.order.grace == 0) continue;
    ++count;
    EXPECT_EQ(job.order.grace, 72 * kHour);
    job.order.latest_start -= job.order.grace;
    job.order.grace = 0;
  }
  EXPECT_NEAR(count / static_cast<double>(week.script.jobs.size()), 0.2, 0.02);
  EXPECT_EQ(instance_digest(week), instance_digest(flexible));
}

TEST(Scenario, AnotherLoadIsTheSameJobsOnOtherSupply) {
  for (const std::string& name : scenarios_here()) {
    InstanceOptions options;
    options.load_percent = 60;
    const Instance low = make(name, options);
    options.load_percent = 140;
    const Instance high = make(name, options);
    EXPECT_TRUE(std::ranges::equal(low.script.jobs, high.script.jobs, same_job)) << name;
    EXPECT_GT(device_count(low.places), device_count(high.places)) << name;
  }
}

TEST(Scenario, SwitchingACouplingOffKeepsTheJobs) {
  for (const std::string& name : scenarios_here()) {
    const Instance all = make(name, small());
    for (int off = 0; off < 3; ++off) {
      InstanceOptions options = small();
      options.couplings = {off != 0, off != 1, off != 2};
      const Instance without = make(name, options);
      EXPECT_TRUE(std::ranges::equal(all.script.jobs, without.script.jobs, same_terms)) << name;
      EXPECT_EQ(total_work(all), total_work(without));
      // Merged pools are whole nodes of the largest kind.
      const std::int64_t more = device_count(without.places) - device_count(all.places);
      EXPECT_GE(more, 0) << name;
      EXPECT_LT(more, static_cast<std::int64_t>(all.places.hubs.size() * 8)) << name;
      if (off == 0) {
        EXPECT_EQ(without.places.classes.size(), 1U);
        EXPECT_EQ(without.places.class_names[0], "GPU");
      }
      if (off == 1) {
        for (const world::Job& job : without.script.jobs) EXPECT_EQ(job.order.data, kNone);
      }
      EXPECT_TRUE(off != 2 || without.energy.empty());
    }
  }
}

TEST(Scenario, EngineAcceptsEveryJobOfEveryScenario) {
  for (const std::string& name : scenarios_here()) {
    for (const std::uint32_t load : {60U, 90U, 150U, 300U}) {
      for (const bool classes : {true, false}) {
        InstanceOptions options = small(2, load);
        options.couplings.classes = classes;
        const Instance instance = make(name, options);
        ASSERT_TRUE(engine::check_places(instance.places).ok());
        engine::Engine engine(instance.places);
        Second last = 0;
        for (const world::Job& job : instance.script.jobs) {
          ASSERT_GE(job.order.submit, last);
          ASSERT_LT(job.order.submit, instance.span);
          last = job.order.submit;
          engine.execute(last, engine::SubmitOrder{job.order});
          ASSERT_FALSE(engine.refusal())
              << name << " " << load << ": " << engine::refusal_name(*engine.refusal());
        }
      }
    }
  }
}

// Faults of hubs have draws of their own: jobs, failures and energy are those of the national week.
TEST(Scenario, RealHubsAreTheNationalWeekAtOtherHubs) {
  const Instance plain = make("national-week", small());
  const Instance real = make("real-hubs", small());
  ASSERT_EQ(plain.script.jobs.size(), real.script.jobs.size());
  for (std::size_t i = 0; i < plain.script.jobs.size(); ++i) {
    EXPECT_TRUE(same_job(plain.script.jobs[i], real.script.jobs[i]));
  }
  EXPECT_FALSE(plain.script.hubs.any());
  EXPECT_FALSE(real.script.hubs.silences.empty());
  EXPECT_EQ(real.script.hubs.habits.start_delay, 20);
  EXPECT_FALSE(real.script.hubs.agents);
  const Instance again = make("real-hubs", small());
  EXPECT_EQ(instance_digest(real), instance_digest(again));
  EXPECT_NE(instance_digest(real), instance_digest(plain));
}

// Whatever a file may say, a world or an error comes of it, and the engine takes its jobs.
TEST(Scenario, AnyValuesWithinTheirLimitsMakeAWorldOrAnError) {
  const std::vector<KeySpec> keys = scenario_keys();
  for (std::uint64_t seed = 1; seed <= many_seeds(150); ++seed) {
    Random random(seed);
    std::string text = "scenario any 1\nworld ";
    text += random.below(2) == 0 ? "national\n" : "edge\n";
    for (const KeySpec& key : keys) {
      if (random.below(6) != 0 || key.name == "jobs") continue;
      const std::uint64_t how = random.below(3);
      const std::int64_t value = how == 0   ? key.min
                                 : how == 1 ? key.max
                                            : random.between(key.min, key.max);
      text += std::string(key.name) + ' ' + std::to_string(value) + '\n';
    }
    for (const char* hub : {"wuhu", "guian", "horinger"}) {
      const char* what[] = {"devices.", "demand.", "solar.", "wind."};
      text += std::string(what[random.below(4)]) + hub + ' ' +
              std::to_string(random.below(2) * random.below(100'001)) + '\n';
    }
    InstanceOptions options;
    options.jobs = 100 + static_cast<std::uint32_t>(random.below(200));
    options.load_percent = 10 + static_cast<std::uint32_t>(random.below(291));
    options.seed = seed;
    const Result<Instance> made = make_instance({"any", text, "any.scenario"}, options);
    if (!made.ok()) {
      EXPECT_FALSE(made.error().context.empty());
      continue;
    }
    engine::Engine engine(made.value().places);
    for (const world::Job& job : made.value().script.jobs) {
      engine.execute(job.order.submit, engine::SubmitOrder{job.order});
      ASSERT_FALSE(engine.refusal()) << text;
    }
  }
}

TEST(Scenario, WithoutDemandThereIsNoWorld) {
  std::string text = "scenario none 1\nworld national\n";
  for (const char* hub : {"zhangjiakou", "yrd-demo", "wuhu", "shaoguan", "tianfu", "chongqing",
                          "horinger", "guian", "qingyang", "zhongwei"}) {
    text += std::string("demand.") + hub + " 0\n";
  }
  const Result<Instance> none = make_instance({"none", text, "none.scenario"}, {});
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().context, "none.scenario: no hub has any demand");
}

// A baseline that keeps a job at home must be able to run it there.
TEST(Scenario, EveryJobFitsItsHome) {
  for (const std::string& name : scenarios_here()) {
    for (const std::uint32_t load : {90U, 150U}) {
      const Instance instance = make(name, small(5, load));
      for (const world::Job& job : instance.script.jobs) {
        ASSERT_LT(job.order.home, instance.places.hubs.size()) << name;
        const engine::Way& way = job.order.ways.front();
        const std::uint32_t pool =
            engine::find_pool(instance.places, HubId{job.order.home}, way.accelerator);
        ASSERT_NE(pool, kNone) << name;
        const engine::Pool& at = instance.places.pools[pool];
        EXPECT_LE(engine::need_of(way, job.order.whole_nodes, at.node_devices).nodes, at.nodes);
        if (!job.order.hubs.empty()) {
          EXPECT_TRUE(std::ranges::binary_search(job.order.hubs, HubId{job.order.home}));
        }
      }
    }
  }
}

TEST(Scenario, WorkIsTheLoadOfTheSupply) {
  for (const std::string& name : scenarios_here()) {
    for (const std::uint32_t load : {70U, 90U, 110U}) {
      InstanceOptions options;
      options.load_percent = load;
      const Instance instance = make(name, options);
      const double offered = static_cast<double>(total_work(instance)) /
                             static_cast<double>(device_count(instance.places)) /
                             static_cast<double>(instance.span);
      EXPECT_NEAR(offered * 100 / load, 1, 0.02) << name << " at " << load;
    }
  }
}

TEST(Scenario, SaysWhereItsPoolsAreLargerThanTheLoadAsks) {
  EXPECT_TRUE(make("edge").notes.empty());
  const Instance tiny = make("edge", small());
  ASSERT_EQ(tiny.notes.size(), 1U);
  EXPECT_NE(tiny.notes.front().find("instead of 90 %"), std::string::npos) << tiny.notes.front();
}

// What a policy may see of a job must not tell how long it really runs.
TEST(Scenario, EstimatesAreMostlyTooLongAndSometimesTooShort) {
  const Instance instance = make("national-week");
  double exact = 0;
  double over = 0;
  double under = 0;
  for (const world::Job& job : instance.script.jobs) {
    (job.actual_ppm == engine::kPpm ? exact : job.actual_ppm < engine::kPpm ? over : under) += 1;
    EXPECT_LE(job.actual_ppm, 1'520'000U);
    EXPECT_GE(job.actual_ppm, 330'000U);
  }
  const auto jobs = static_cast<double>(instance.script.jobs.size());
  EXPECT_NEAR(exact / jobs, 0.20, 0.03);
  EXPECT_NEAR(under / jobs, 0.03, 0.01);
}

TEST(Scenario, ValueIsNearlyGoneWhenPatienceEnds) {
  const Instance instance = make("national-week", small());
  for (const world::Job& job : instance.script.jobs) {
    const engine::LiveOrder& order = job.order;
    EXPECT_GT(order.value, 0);
    EXPECT_LE(engine::value_at(order, order.latest_start), order.value / 2 + 1);
  }
}

TEST(Scenario, EnergyCoversTheSpanInEveryZone) {
  for (const char* name : {"national-week", "edge", "stress"}) {
    const Instance instance = make(name, small());
    const Energy& energy = instance.energy;
    const std::size_t zones = instance.places.zones.size();
    EXPECT_EQ(energy.hours, 168U);
    for (const auto* tables : {&energy.green, &energy.green_forecast, &energy.tariff}) {
      ASSERT_EQ(tables->size(), zones);
      for (const std::vector<std::int64_t>& table : *tables) {
        EXPECT_EQ(table.size(), energy.hours);
        EXPECT_TRUE(std::ranges::all_of(table, [](std::int64_t value) { return value >= 0; }));
      }
    }
    ASSERT_EQ(energy.grid_grams.size(), zones);
    for (const Hub& hub : instance.places.hubs) EXPECT_LT(hub.power_zone, zones);
    for (const Energy::Line& line : energy.lines) EXPECT_GT(line.limit, 0);
  }
}

// The published trap: the factor of the grid times PUE is worse in most of the west.
TEST(Scenario, WestIsNotGreenerByItself) {
  for (const std::string& name : scenarios_here()) {
    if (!name.starts_with("national-week")) continue;
    const Instance instance = make(name, small());
    const auto grams = [&](std::string_view hub) {
      const Hub& at = instance.places.hubs[instance.places.hub_names.find_sorted(hub)];
      return instance.energy.grid_grams[at.power_zone] * at.pue_milli / 1'000;
    };
    EXPECT_EQ(grams("shaoguan"), 550);
    EXPECT_EQ(grams("zhongwei"), 770);
    EXPECT_EQ(grams("horinger"), 822);
    EXPECT_EQ(grams("tianfu"), 175);
  }
}

TEST(Scenario, StressHasWhatGoesWrong) {
  const Instance calm = make("national-week", small());
  const Instance stress = make("stress", small());
  const auto cancelled = [](const Instance& instance) {
    return std::ranges::count_if(instance.script.jobs,
                                 [](const world::Job& job) { return job.cancel >= 0; });
  };
  EXPECT_EQ(cancelled(calm), 0);
  EXPECT_GT(cancelled(stress), 100);
  EXPECT_TRUE(calm.script.asks.empty());
  EXPECT_FALSE(stress.script.asks.empty());
  EXPECT_GT(stress.script.nodes.size(), calm.script.nodes.size());
}

// The same jobs at the same hours: those that are wanted later come before that.
TEST(Scenario, OneJobInTenIsKnownBefore) {
  const Instance week = make("national-week", small());
  const Instance forward = make("forward", small());
  std::size_t later = 0;
  int128 value = 0, week_value = 0;
  for (const world::Job& job : forward.script.jobs) {
    const engine::LiveOrder& order = job.order;
    value += order.value;
    if (order.not_before == 0) {
      EXPECT_EQ(order.premium, 0);
      continue;
    }
    ++later;
    EXPECT_EQ(order.not_before % 900, 0);
    EXPECT_GE(order.not_before - order.submit, std::min(order.not_before, 4 * kHour));
    EXPECT_LE(order.not_before - order.submit, 48 * kHour);
    EXPECT_GE(order.premium, order.value / 10);
    EXPECT_LE(order.premium, order.value * 3 / 10);
    EXPECT_GE(order.latest_start, order.not_before);
  }
  for (const world::Job& job : week.script.jobs) week_value += job.order.value;
  const std::size_t jobs = forward.script.jobs.size();
  EXPECT_EQ(jobs, week.script.jobs.size());
  EXPECT_TRUE(value == week_value);
  EXPECT_GT(later, jobs / 12);
  EXPECT_LT(later, jobs / 8);
}

TEST(Scenario, ServicesAtTheEdgeMustStartAtOnce) {
  const Instance edge = make("edge", small());
  std::size_t services = 0;
  for (const world::Job& job : edge.script.jobs) {
    if (job.order.latest_start - job.order.submit > 60) continue;
    ++services;
    EXPECT_LE(job.order.hubs.size(), 3U);
    EXPECT_FALSE(job.order.hubs.empty());
    EXPECT_EQ(edge.places.hubs[job.order.home].region, "edge");
  }
  EXPECT_EQ(services, 2'800U);
}

}  // namespace
}  // namespace tongsuan::lab
