// Public figures of energy for replays: hourly output of plants, the sun over clusters, and lines
// between provinces.
//
// Model. RTS-GMLC (a test system of the USA, weather of 2020) gives the day-ahead output of each
// plant for every hour of a year, MW. What it says of China is nothing but the shape: how wind,
// clouds and water go up and down. Of plants that repeat each other one is read; roofs are not.
// `facts/solar_shape.csv` gives the mean day of each month at each cluster; the line files give the
// published transmission capacity between provinces (`facts` and `china_grid` have the same).
//
// Invariants of what is read: whole days in a row, none missing; every plant and every cluster has
// every hour; outputs are not negative. Faults name file, line and column.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"

namespace tongsuan::imports {

inline constexpr std::array<std::string_view, 4> kRtsWindPlants = {"309_WIND_1", "317_WIND_1",
                                                                   "303_WIND_1", "122_WIND_1"};
inline constexpr std::array<std::string_view, 8> kRtsSolarPlants = {
    "320_PV_1", "314_PV_1", "313_PV_1", "310_PV_1", "324_PV_1", "312_PV_1", "113_PV_1", "215_PV_1"};
inline constexpr std::array<std::string_view, 3> kRtsHydroPlants = {"122_HYDRO_1", "201_HYDRO_4",
                                                                    "322_HYDRO_1"};
inline constexpr std::uint32_t kRtsDaysMin = 28;
inline constexpr std::uint32_t kRtsDaysMax = 366;

struct PlantHours {
  std::vector<std::uint32_t> months;                 // by day: 1 to 12
  std::vector<std::vector<std::int64_t>> kilowatts;  // [plant][hour], in the order of the names
  [[nodiscard]] std::uint32_t days() const { return static_cast<std::uint32_t>(months.size()); }
};
// From `folder`/DAY_AHEAD_*.csv.gz.
[[nodiscard]] Result<PlantHours> read_rts_wind(const std::string& folder);
[[nodiscard]] Result<PlantHours> read_rts_solar(const std::string& folder);
[[nodiscard]] Result<PlantHours> read_rts_hydro(const std::string& folder);

// Output of the mean day of a month, by the clock of the place, parts per million of what is
// installed.
using SolarYear = std::array<std::array<std::int64_t, 24>, 12>;
// From `folder`/solar_shape.csv, of these clusters in this order.
[[nodiscard]] Result<std::vector<SolarYear>> read_solar_shape(
    const std::string& folder, std::span<const std::string_view> clusters);

// Both directions alike.
struct ProvinceLine {
  std::string from;
  std::string to;
  std::int64_t megawatts = 0;
  friend bool operator==(const ProvinceLine&, const ProvinceLine&) = default;
};
// From `folder`/`file`: columns from, to, capacity_mw.
[[nodiscard]] Result<std::vector<ProvinceLine>> read_province_lines(const std::string& folder,
                                                                    std::string_view file);

}  // namespace tongsuan::imports
