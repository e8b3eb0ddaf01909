// Test helper: small random worlds for bounds.
#pragma once

#include <algorithm>
#include <string>

#include "tongsuan/base/random.h"
#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/value_bound.h"

namespace tongsuan::lab {

struct CaseSize {
  Second span = 12;
  std::uint64_t jobs = 6;
  std::uint64_t hubs = 2;
  std::uint64_t classes = 2;
  bool cancels = false;
  bool failures = true;
  bool forward = false;  // some jobs are wanted later than they come
};

// Jobs of the first class run on devices of any; hubs are restricted for every other job.
inline world::Job random_job(Random& random, const engine::Places& places, const CaseSize& size) {
  world::Job job;
  engine::LiveOrder& order = job.order;
  order.submit = static_cast<Second>(random.below(static_cast<std::uint64_t>(size.span)));
  order.latest_start = order.submit + random.between(0, size.span);
  order.value = random.between(0, 1'000);
  order.delay_cost = random.between(0, 400'000);
  const std::uint64_t ways = 1 + random.below(2);
  for (std::uint64_t i = 0; i < ways; ++i) {
    const auto accelerator = static_cast<std::uint32_t>(random.below(places.classes.size()));
    order.ways.push_back({ClassId{accelerator}, static_cast<std::uint32_t>(1 + random.below(4)),
                          random.between(1, size.span)});
  }
  if (random.below(2) == 0) {
    order.hubs = {HubId{static_cast<std::uint32_t>(random.below(places.hubs.size()))}};
  }
  order.whole_nodes = random.below(6) == 0;
  job.actual_ppm = static_cast<std::uint32_t>(random.between(300'000, 1'500'000));
  if (size.cancels && random.below(3) == 0)
    job.cancel = order.submit + random.between(0, size.span);
  if (size.forward && random.below(2) == 0) {
    order.not_before = order.submit + random.between(0, size.span / 2);
    order.latest_start += size.span / 2;
  }
  return job;
}

inline Instance random_instance(std::uint64_t seed, const CaseSize& size) {
  Random random(seed);
  Instance instance;
  instance.span = size.span;
  instance.drain = size.span;
  engine::Places& places = instance.places;
  places.hubs.resize(1 + random.below(size.hubs));
  places.classes.resize(1 + random.below(size.classes));
  for (Hub& hub : places.hubs) hub.power_zone = 0;
  for (AcceleratorClass& accelerator : places.classes) accelerator.watts = 500;
  places.zones.resize(1);
  for (std::uint32_t hub = 0; hub < places.hubs.size(); ++hub) {
    for (std::uint32_t c = 0; c < places.classes.size(); ++c) {
      if (hub + c > 0 && random.below(4) == 0) continue;
      places.pools.push_back(
          {HubId{hub}, ClassId{c}, static_cast<std::uint32_t>(1 + random.below(3)),
           static_cast<std::uint32_t>(1 + random.below(2)), Price(random.between(0, 40'000))});
    }
  }
  const std::uint64_t jobs = random.below(size.jobs + 1);
  for (std::uint64_t i = 0; i < jobs; ++i) {
    instance.script.jobs.push_back(random_job(random, places, size));
  }
  std::ranges::stable_sort(instance.script.jobs, {},
                           [](const world::Job& job) { return job.order.submit; });
  const std::uint64_t changes = size.failures ? random.below(4) : 0;
  for (std::uint64_t i = 0; i < changes; ++i) {
    const auto pool = static_cast<std::uint32_t>(random.below(places.pools.size()));
    const auto node = static_cast<std::uint32_t>(random.below(places.pools[pool].nodes));
    instance.script.nodes.push_back(
        {random.between(0, size.span), engine::PoolId{pool}, node, node + 1, random.below(2) == 0});
  }
  std::ranges::stable_sort(instance.script.nodes, {}, &world::NodesChange::at);
  return instance;
}

// A zone with tariffs, some of them below nothing, and green energy in half of its hours.
inline void add_energy(Random& random, Instance& instance) {
  Energy& energy = instance.energy;
  energy.hours = value_hours(instance);
  energy.unmatched_adder = random.between(0, 100'000'000);
  energy.tariff.resize(1);
  energy.green.resize(1);
  for (std::uint32_t hour = 0; hour < energy.hours; ++hour) {
    energy.tariff[0].push_back(random.between(-20'000'000, 400'000'000));
    energy.green[0].push_back(random.below(2) == 0 ? 0 : random.between(0, 4'000));
  }
}

// Money and hours of a real size in a world of few jobs.
inline Instance random_world(std::uint64_t seed, std::uint64_t jobs) {
  Instance instance = random_instance(
      seed, {.span = 2 * kHour, .jobs = jobs, .cancels = true, .forward = seed % 3 == 0});
  Random random(seed + 1'000'000);
  for (Hub& hub : instance.places.hubs) hub.pue_milli = 1'250;
  for (world::Job& job : instance.script.jobs) {
    job.order.value = random.between(0, 400'000);
    job.order.delay_cost = random.between(0, 300'000);
    if (job.order.value % 3 == 0) job.order.grace = job.order.value % (2 * kHour);
  }
  if (random.below(3) > 0) add_energy(random, instance);
  return instance;
}

}  // namespace tongsuan::lab
