#include "tongsuan/lab/instance_profiles.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "tongsuan/import/energy_profiles.h"
#include "tongsuan/lab/draw.h"
#include "tongsuan/lab/instance_traces.h"
#include "tongsuan/lab/job_terms.h"

namespace tongsuan::lab {
namespace {

using imports::PlantHours;
using imports::ProvinceLine;
using imports::SolarYear;

constexpr std::int64_t kWhole = 1'000'000;
constexpr std::int64_t kWindMost = 950'000;
constexpr std::int64_t kShiftDays = 10;
constexpr std::uint32_t kMonths = 12;

// ---- Plants ------------------------------------------------------------------------------------

// A stretch of days of one plant, hour by hour.
struct Stretch {
  std::size_t plant = 0;
  std::uint32_t first_day = 0;
};

std::size_t hour_of(const PlantHours& plants, const Stretch& from, std::uint32_t hour) {
  const std::uint32_t day = (from.first_day + hour / kHoursOfDay) % plants.days();
  return std::size_t{day} * kHoursOfDay + hour % kHoursOfDay;
}

std::int64_t sum_of(const std::vector<std::int64_t>& values) {
  std::int64_t sum = 0;
  for (const std::int64_t value : values) sum += value;
  return sum;
}

std::int64_t share(int128 part, int128 whole) {
  return whole <= 0 ? 0 : static_cast<std::int64_t>(part / whole);
}

std::vector<std::int64_t> wind_factors(const PlantHours& plants, const Stretch& from,
                                       std::uint32_t place, std::uint32_t hours) {
  const std::vector<std::int64_t>& output = plants.kilowatts[from.plant];
  const int128 mean_ppm = int128{kPlaceTable[place].wind_factor} * 1'000;
  const auto count = static_cast<std::int64_t>(output.size());
  std::vector<std::int64_t> factors;
  for (std::uint32_t hour = 0; hour < hours; ++hour) {
    const int128 now = output[hour_of(plants, from, hour)];
    factors.push_back(std::min(kWindMost, share(now * count * mean_ppm, sum_of(output))));
  }
  return factors;
}

std::vector<std::int64_t> water_factors(const PlantHours& plants, const Stretch& from,
                                        std::uint32_t hours) {
  const std::vector<std::int64_t>& output = plants.kilowatts[from.plant];
  const std::int64_t most = std::ranges::max(output);
  std::vector<std::int64_t> factors;
  for (std::uint32_t hour = 0; hour < hours; ++hour) {
    factors.push_back(share(int128{output[hour_of(plants, from, hour)]} * kWhole, most));
  }
  return factors;
}

// How clear each hour of a sun plant was: 1,000,000 is the mean of its month.
class Clearness {
 public:
  Clearness(const PlantHours& plants, std::size_t plant)
      : plants_(plants), output_(plants.kilowatts[plant]) {
    for (std::uint32_t day = 0; day < plants.days(); ++day) {
      Month& month = month_of(day);
      ++month.days;
      for (std::uint32_t hour = 0; hour < kHoursOfDay; ++hour) {
        const std::int64_t now = output_[std::size_t{day} * kHoursOfDay + hour];
        month.most[hour] = std::max(month.most[hour], now);
        month.sum += now;
      }
    }
  }

  // Hours near dusk, and those that are night there but day here, are as clear as their day.
  [[nodiscard]] std::int64_t at(std::size_t hour_of_year) {
    const auto day = static_cast<std::uint32_t>(hour_of_year / kHoursOfDay);
    const Month& month = month_of(day);
    const std::int64_t best = sum(month.most);
    const std::int64_t hour_best = month.most[hour_of_year % kHoursOfDay];
    if (hour_best * 10 >= std::ranges::max(month.most) && hour_best > 0) {
      return normal(month, output_[hour_of_year], hour_best, best);
    }
    std::int64_t whole_day = 0;
    for (std::uint32_t hour = 0; hour < kHoursOfDay; ++hour) {
      whole_day += output_[std::size_t{day} * kHoursOfDay + hour];
    }
    return normal(month, whole_day, best, best);
  }

 private:
  struct Month {
    std::array<std::int64_t, kHoursOfDay> most{};  // kW, by hour of the day
    std::int64_t sum = 0;
    std::int64_t days = 0;
  };
  Month& month_of(std::uint32_t day) { return months_[plants_.months[day] - 1]; }
  static std::int64_t sum(const std::array<std::int64_t, kHoursOfDay>& hours) {
    std::int64_t all = 0;
    for (const std::int64_t hour : hours) all += hour;
    return all;
  }
  // (now / most) over the mean of that in the month.
  static std::int64_t normal(const Month& month, std::int64_t now, std::int64_t most,
                             std::int64_t best) {
    return share(int128{now} * best * month.days * kWhole, int128{most} * month.sum);
  }

  const PlantHours& plants_;
  const std::vector<std::int64_t>& output_;
  std::array<Month, kMonths> months_{};
};

std::vector<std::int64_t> sun_factors(const PlantHours& plants, const Stretch& from,
                                      const SolarYear& year, std::uint32_t hours) {
  Clearness clear(plants, from.plant);
  std::vector<std::int64_t> factors;
  for (std::uint32_t hour = 0; hour < hours; ++hour) {
    const std::size_t at = hour_of(plants, from, hour);
    const std::uint32_t month = plants.months[at / kHoursOfDay] - 1;
    const int128 mean = year[month][hour % kHoursOfDay];
    factors.push_back(std::min(kWhole, share(mean * clear.at(at), kWhole)));
  }
  return factors;
}

// The stretch of a place: its own plant, near the day of all.
struct Draws {
  Stretch wind, sun, water;
};
std::vector<Draws> draw_stretches(std::uint64_t seed, std::uint32_t days) {
  Random random = draw_stream(seed, kProfileStream);
  const auto first = static_cast<std::int64_t>(random.below(days));
  std::vector<Draws> draws;
  for (std::uint32_t place = 0; place < kPlaces; ++place) {
    const std::int64_t day = first + days + random.between(-kShiftDays, kShiftDays);
    const auto at = static_cast<std::uint32_t>(day % days);
    draws.push_back({{random.below(imports::kRtsWindPlants.size()), at},
                     {random.below(imports::kRtsSolarPlants.size()), at},
                     {random.below(imports::kRtsHydroPlants.size()), at}});
  }
  return draws;
}

Result<Done> read_plants(const ScenarioKeys& keys, const InstanceOptions& options,
                         EnergyProfiles& profiles) {
  TONGSUAN_TRY(const std::string folder, trace_folder(options, keys.name, "rts_gmlc"));
  TONGSUAN_TRY(const std::string facts, trace_folder(options, keys.name, "facts"));
  TONGSUAN_TRY(const PlantHours wind, imports::read_rts_wind(folder));
  TONGSUAN_TRY(const PlantHours sun, imports::read_rts_solar(folder));
  TONGSUAN_TRY(const PlantHours water, imports::read_rts_hydro(folder));
  std::array<std::string_view, kPlaces> names;
  for (std::uint32_t place = 0; place < kPlaces; ++place) names[place] = kPlaceTable[place].name;
  TONGSUAN_TRY(const std::vector<SolarYear> years, imports::read_solar_shape(facts, names));
  const std::uint32_t days = std::min({wind.days(), sun.days(), water.days()});
  const std::vector<Draws> draws = draw_stretches(options.seed, days);
  const std::uint32_t hours = keys.days * kHoursOfDay;
  for (std::uint32_t place = 0; place < kPlaces; ++place) {
    profiles.wind.push_back(wind_factors(wind, draws[place].wind, place, hours));
    profiles.solar.push_back(sun_factors(sun, draws[place].sun, years[place], hours));
    profiles.hydro.push_back(water_factors(water, draws[place].water, hours));
  }
  return Done{};
}

// ---- Lines -------------------------------------------------------------------------------------

// The place of a province as the files name it; the delta is three of them.
struct Province {
  std::string_view name;
  std::uint32_t place;
};
constexpr std::array<Province, 12> kProvinces = {{{"Hebei", 0},
                                                  {"Shanghai", 1},
                                                  {"Jiangsu", 1},
                                                  {"Zhejiang", 1},
                                                  {"Anhui", 2},
                                                  {"Guangdong", 3},
                                                  {"Sichuan", 4},
                                                  {"Chongqing", 5},
                                                  {"InnerMongolia", 6},
                                                  {"Guizhou", 7},
                                                  {"Gansu", 8},
                                                  {"Ningxia", 9}}};

std::uint32_t place_of(std::string_view province) {
  const auto at = std::ranges::find(kProvinces, province, &Province::name);
  return at == kProvinces.end() ? kNone : at->place;
}

using Capacities = std::array<std::array<std::int64_t, kPlaces>, kPlaces>;

// `joined`: what one province between can carry to each place.
void add_way_through(const std::array<std::int64_t, kPlaces>& joined, Capacities& sum) {
  const std::int64_t places =
      std::ranges::count_if(joined, [](std::int64_t megawatts) { return megawatts > 0; });
  if (places < 2) return;
  for (std::uint32_t a = 0; a < kPlaces; ++a) {
    for (std::uint32_t b = a + 1; b < kPlaces; ++b) {
      sum[a][b] += std::min(joined[a], joined[b]) / (places - 1);
    }
  }
}

std::vector<GreenLine> lines_of(const std::vector<ProvinceLine>& published) {
  Capacities sum{};
  std::map<std::string_view, std::array<std::int64_t, kPlaces>> between;
  for (const ProvinceLine& line : published) {
    const std::uint32_t from = place_of(line.from);
    const std::uint32_t to = place_of(line.to);
    if (from != kNone && to != kNone) {
      sum[std::min(from, to)][std::max(from, to)] += line.megawatts;  // within a place: unused
    } else if (from != kNone || to != kNone) {
      between[from == kNone ? line.from : line.to][from == kNone ? to : from] += line.megawatts;
    }
  }
  for (const auto& [province, joined] : between) add_way_through(joined, sum);
  std::vector<GreenLine> lines;
  for (std::uint32_t a = 0; a < kPlaces; ++a) {
    for (std::uint32_t b = a + 1; b < kPlaces; ++b) {
      if (sum[a][b] > 0) lines.push_back({a, b, static_cast<std::uint32_t>(sum[a][b])});
    }
  }
  return lines;
}

}  // namespace

Result<EnergyProfiles> energy_profiles(const ScenarioKeys& keys, const InstanceOptions& options) {
  EnergyProfiles profiles;
  if (keys.profiles == ProfileSource::kRtsGmlc) {
    TONGSUAN_TRY([[maybe_unused]] const Done done, read_plants(keys, options, profiles));
  }
  if (keys.lines == LineSource::kModel) {
    profiles.lines.assign(kGreenLines.begin(), kGreenLines.end());
    return profiles;
  }
  TONGSUAN_TRY(const std::string folder, trace_folder(options, keys.name, "facts"));
  TONGSUAN_TRY(const std::vector<ProvinceLine> published,
               imports::read_province_lines(folder, "interprovincial_transmission_mw.csv"));
  profiles.lines = lines_of(published);
  return profiles;
}

}  // namespace tongsuan::lab
