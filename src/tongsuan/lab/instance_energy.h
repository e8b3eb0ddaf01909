// Energy of the ten clusters' provinces, hour by hour, for an instance.
#pragma once

#include <cstdint>

#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/instance_profiles.h"
#include "tongsuan/lab/scenario_text.h"

namespace tongsuan::lab {

// What a scenario says of place i of kPlaceTable, or what the tables say where it is silent.
[[nodiscard]] HubShares shares_of(const ScenarioKeys& keys, std::uint32_t place);

// Zones of the ten provinces: zone i is that of place i until names are sorted.
void add_zones(engine::Places& places);

// Fills `instance.energy` for its span. Plants and lines grow with the greatest draw of all
// devices; hubs must name zones of add_zones. Weather depends on the seed only. `profiles`: those
// of instance_profiles.h.
void add_energy(Instance& instance, const ScenarioKeys& keys, const EnergyProfiles& profiles);

}  // namespace tongsuan::lab
