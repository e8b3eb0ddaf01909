// Green output and lines of the ten provinces from public files, instead of the model.
//
// Model (SYNTHETIC for China: the shapes are of plants in the USA). The seed draws a day of the
// year for all places and for each place a plant of each kind and up to ten days more or less, so
// that seasons agree and no two places have the same weather. A day is a day: hours keep theirs.
//  - Wind: the plant's output over its mean of the year, times the place's mean of the tables.
//  - Sun: the mean day of the month at the cluster (facts/solar_shape.csv), times how clear the
//    plant's hour was against the mean of its month.
//  - Water: the plant's output over its greatest.
//  - Lines: published capacities, direct and over one province between. What such a province can
//    carry to a place is shared evenly among the other places that it joins to it, so that no line
//    is counted twice.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/lab/national_tables.h"
#include "tongsuan/lab/scenario.h"
#include "tongsuan/lab/scenario_text.h"

namespace tongsuan::lab {

// By position in kPlaceTable and hour: parts per million of what is installed.
using FactorTable = std::vector<std::vector<std::int64_t>>;

struct EnergyProfiles {
  FactorTable solar, wind, hydro;  // empty: the model
  std::vector<GreenLine> lines;
};

// Reads what the keys ask for from options.data_dir; nothing where all is the model.
[[nodiscard]] Result<EnergyProfiles> energy_profiles(const ScenarioKeys& keys,
                                                     const InstanceOptions& options);

}  // namespace tongsuan::lab
