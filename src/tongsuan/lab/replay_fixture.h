// Test helper: places and results of replays that never happened, the same on every machine. The
// figures follow the policies' order, so that pages and tables have something to compare.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/lab/run_record.h"

namespace tongsuan::lab::testing {

inline Instance fake_instance(const RunKey& key) {
  struct Town {
    const char* name;
    const char* en;
    const char* zh;
    const char* region;
    double latitude, longitude;
    std::uint32_t nodes;
  };
  static const std::vector<Town> kTowns = {
      {"guian", "Guian (Guizhou)", "贵安（贵州）", "west", 26.4, 106.6, 28},
      {"horinger", "Horinger (Inner Mongolia)", "和林格尔（内蒙古）", "west", 40.4, 111.8, 24},
      {"qingyang", "Qingyang (Gansu)", "庆阳（甘肃）", "west", 35.7, 107.6, 20},
      {"shaoguan", "Shaoguan (Guangdong)", "韶关（广东）", "east", 24.8, 113.6, 12},
      {"wuhu", "Wuhu (Anhui)", "芜湖（安徽）", "east", 31.3, 118.4, 12},
      {"zhangjiakou", "Zhangjiakou (Hebei)", "张家口（河北）", "east", 40.8, 114.9, 12},
  };
  Instance instance;
  instance.scenario = "fake-week";
  instance.origin = "Nobody's demand: figures for tests.";
  instance.seed = key.seed;
  instance.load_percent = key.load_percent;
  engine::Places& places = instance.places;
  places.class_names.push_back("H100");
  places.classes.emplace_back();
  for (std::uint32_t i = 0; i < kTowns.size(); ++i) {
    const Town& town = kTowns[i];
    places.hub_names.push_back(town.name);
    places.hubs.push_back({.title_en = town.en,
                           .title_zh = town.zh,
                           .region = town.region,
                           .latitude_micro = static_cast<std::int32_t>(town.latitude * 1e6),
                           .longitude_micro = static_cast<std::int32_t>(town.longitude * 1e6)});
    places.pools.push_back({.hub = HubId{i},
                            .accelerator = ClassId{0},
                            .nodes = town.nodes,
                            .node_devices = 8,
                            .ask = Price{}});
  }
  return instance;
}

inline void fake_hours(RunResult& run, std::size_t hub_count, double level, Random& random) {
  for (std::size_t hour = 0; hour < 168; ++hour) {
    HourFigures figures;
    const std::size_t of_day = hour % 24;
    const double wave =
        of_day < 12 ? static_cast<double>(of_day) / 12 : static_cast<double>(24 - of_day) / 12;
    figures.up = 864 - static_cast<double>(random.below(24));
    figures.used = std::min(figures.up, 864 * (level - 0.18 + 0.26 * wave));
    figures.waiting = (1 - level) * 400 * (0.4 + wave) + random.unit() * 12;
    figures.energy_mwh = figures.used * 1e-3;
    figures.green_mwh = figures.energy_mwh * std::min(1.0, 0.2 + level * 0.5 * wave);
    for (std::size_t hub = 0; hub < hub_count; ++hub) {
      const double east = hub < 3 ? level - 0.1 : 0.98;
      figures.hub_used.push_back(
          std::clamp(east - 0.2 + 0.2 * wave + 0.1 * random.unit(), 0.0, 1.0));
    }
    run.hours.push_back(std::move(figures));
  }
}

inline void fake_green(RunResult& run, double rank, double noise) {
  run.energy_mwh = 95 * run.utilisation;
  run.green_hourly = 0.3 + 0.06 * rank + noise;
  run.green_annual = run.green_hourly + 0.2;
  run.emissions_market_t = run.energy_mwh * (1 - run.green_hourly) * 0.586;
  run.emissions_location_t = run.energy_mwh * (0.52 + 0.012 * rank);
  run.moved_tb = 12 * rank;
}

inline RunResult fake_run(const RunKey& key, std::size_t rank_of_policy) {
  const auto rank = static_cast<double>(rank_of_policy);
  Random random(key.seed * 1'000 + key.load_percent + rank_of_policy * 7);
  Random demand(key.seed);
  const double noise = demand.unit() * 0.04 + random.unit() * 0.004;
  RunResult run;
  run.scenario = "fake-week";
  run.policy = key.policy;
  run.seed = key.seed;
  run.load_percent = key.load_percent;
  run.jobs = 20'000;
  run.offered = static_cast<double>(key.load_percent) / 100 + noise;
  run.utilisation_bound = std::min(0.995, run.offered);
  const double reached = std::min(1.0, 0.55 + 0.115 * rank - (rank_of_policy == 5 ? 0.13 : 0));
  run.utilisation = run.utilisation_bound * reached;
  run.rack_rate = std::min(1.0, run.utilisation + 0.05);
  run.served = std::min(1.0, run.utilisation / run.offered + 0.01);
  run.value = std::min(0.99, 0.3 + 0.14 * rank - noise);
  run.value_yuan = run.value * 5e6;
  run.cost_yuan = run.utilisation * 8e5 * (rank_of_policy == 5 ? 0.86 : 1);
  run.net_yuan = run.value_yuan - run.cost_yuan;
  run.net_bound_yuan = 4.6e6;
  run.waits = {20'000, 40 / (1 + rank * rank), 0.5, 170 / (1 + 4 * rank * rank), 30};
  for (std::size_t i = 0; i < kGangClasses; ++i) {
    const double longer = 1 + static_cast<double>(i) * 2;
    run.waits_by_gang[i] = {5'000, run.waits.mean * longer, 0.4, run.waits.p95 * longer, 40};
  }
  run.bounded_slowdown = 160 / (1 + 3 * rank * rank) + noise;
  run.bounded_slowdown_max = 900;
  run.flow_seconds = 3'600 * (3 + run.waits.mean);
  fake_green(run, rank, noise);
  run.small_served = run.served;
  run.fairness = 0.9;
  run.hhi = 420;
  run.left = static_cast<std::uint64_t>(400 - 70 * rank);
  const double idle = 1 - run.utilisation;
  run.idle = {idle * 0.4,  idle * (0.4 - 0.06 * rank), idle * 0.05, idle * (0.05 + 0.03 * rank),
              idle * 0.02, idle * (0.08 + 0.03 * rank)};
  if (rank_of_policy == 5) run.rounds = {672, 180, 0.012, 0.04, 0, 3e6, 5'000'000};
  fake_hours(run, 6, run.utilisation, random);
  for (int i = 0; i < 500; ++i) {
    const double at = static_cast<double>(i) / 500;
    run.wait_hours.push_back(run.waits.p95 * at * at * at * (i % 3 == 0 ? 1.02 : 1));
  }
  std::ranges::sort(run.wait_hours);
  run.events = 60'000;
  run.digest = std::string(60, '0') + "ab" + std::to_string(10 + key.seed % 80);
  return run;
}

}  // namespace tongsuan::lab::testing
