// Places of the ten clusters for worlds to replay: hubs, buyers, data, links, pools, and where a
// job may run. Ids are positions in the tables of national_tables.h until names are sorted.
#pragma once

#include <array>
#include <cstdint>

#include "tongsuan/base/random.h"
#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/national_supply.h"
#include "tongsuan/lab/national_tables.h"
#include "tongsuan/lab/scenario.h"
#include "tongsuan/lab/scenario_text.h"

namespace tongsuan::lab {

// Nodes by place and class.
using Fleet = std::array<std::array<std::uint32_t, kClasses>, kPlaces>;

// What a class is of the devices of a place, per mille. Classes below a tenth are left out: their
// pools would be a node or two.
[[nodiscard]] std::uint32_t class_weight(std::uint32_t place, std::uint32_t accelerator);

// Micro-yuan per device-hour.
[[nodiscard]] std::int64_t rent_of(std::uint32_t accelerator);

// `devices` dealt by the shares of the scenario and the mixes of the tables.
[[nodiscard]] Fleet deal_fleet(const ScenarioKeys& keys, std::int64_t devices,
                               const Fleet& nodes_min);

// An instance with its name, seed, load and span, and nothing in it.
[[nodiscard]] Instance start_instance(const ScenarioKeys& keys, const InstanceOptions& options);

struct NationalParts {
  BuyerRanges buyers;
  std::array<std::vector<std::uint32_t>, kPlaces> data;  // DataId::value with a replica at place i
};
// Hubs, classes, zones, links, buyers and data sets for so many jobs.
NationalParts add_national_places(Instance& instance, std::uint32_t jobs);

void add_national_links(engine::Places& places, std::int64_t mb_per_second);

// Pools with what their sellers ask.
void add_pools(Instance& instance, const ScenarioKeys& keys, const Fleet& fleet);

// Where a job may run, and the data that it needs: at home, at home and a few others, in the region
// of home, anywhere. Draws the same for every job.
class ReachDraw {
 public:
  ReachDraw(const ScenarioKeys& keys, std::uint64_t seed,
            const std::array<std::vector<std::uint32_t>, kPlaces>& data);
  // The job's home must be a place.
  void draw(world::Job& job);

 private:
  const ScenarioKeys& keys_;
  const std::array<std::vector<std::uint32_t>, kPlaces>& data_;
  Random reach_;
  Random choice_;
};

}  // namespace tongsuan::lab
