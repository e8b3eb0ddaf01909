#include "tongsuan/lab/instance_energy.h"

#include <algorithm>
#include <array>

#include "tongsuan/lab/draw.h"
#include "tongsuan/lab/job_terms.h"
#include "tongsuan/lab/national_tables.h"

namespace tongsuan::lab {
namespace {

constexpr std::int64_t kHydroFactor = 450'000;  // parts per million of what is installed

// CO2 per kWh of grid power, grams, by place of kPlaceTable: provincial averages of 2022 as
// announced by the Ministry of Ecology and Environment and the Bureau of Statistics in 2024. The
// delta counts as Shanghai.
constexpr std::array<std::int64_t, kPlaces> kGridGrams = {725, 585, 678, 440, 140,
                                                          523, 685, 499, 477, 642};

class EnergyWriter {
 public:
  EnergyWriter(Instance& instance, const ScenarioKeys& keys, const EnergyProfiles& profiles)
      : places_(instance.places),
        energy_(instance.energy),
        keys_(keys),
        profiles_(profiles),
        seed_(instance.seed) {
    energy_.hours = static_cast<std::uint32_t>(instance.span / kHour);
    for (const engine::Pool& pool : places_.pools) {
      const Hub& hub = places_.hubs[pool.hub.value];
      draw_ += static_cast<int128>(pool.nodes) * pool.node_devices *
               places_.classes[pool.accelerator.value].watts * hub.pue_milli / 1'000;
    }
  }

  void run() {
    energy_.green.assign(kPlaces, std::vector<std::int64_t>(energy_.hours, 0));
    energy_.tariff = energy_.green;
    if (profiles_.solar.empty()) {
      add_solar();
      add_wind();
    } else {
      add_profiles();
    }
    add_hydro();
    add_forecast();
    for (std::uint32_t place = 0; place < kPlaces; ++place) add_tariff(place);
    add_lines();
    energy_.grid_grams.assign(kGridGrams.begin(), kGridGrams.end());
    energy_.residual_grams = keys_.residual_grams;
    energy_.unmatched_adder = std::int64_t{keys_.unmatched_yuan} * kMicro;
  }

 private:
  // Wh of one hour. `installed`: per mille of the greatest draw of all devices; `factor`: parts per
  // million of what is installed.
  [[nodiscard]] std::int64_t output(std::uint32_t installed, std::uint32_t percent,
                                    std::int64_t factor) const {
    return static_cast<std::int64_t>(draw_ * installed * percent / 100'000 * factor / 1'000'000);
  }

  void add_solar() {
    Random random = draw_stream(seed_, kSunStream);
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
      const std::uint32_t installed = shares_of(keys_, place).solar;
      std::int64_t weather = 0;
      for (std::uint32_t hour = 0; hour < energy_.hours; ++hour) {
        if (hour % kHoursOfDay == 0) weather = kDayWeather[random.below(kDayWeather.size())];
        energy_.green[place][hour] +=
            output(installed, keys_.solar_percent, kSolar[place][hour % kHoursOfDay] * weather);
      }
    }
  }

  // The capacity factor is its mean plus an autoregressive walk that forgets a tenth each hour.
  void add_wind() {
    Random random = draw_stream(seed_, kBreezeStream);
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
      const std::uint32_t installed = shares_of(keys_, place).wind;
      std::int64_t walk = random.between(-200'000, 200'000);  // parts per million
      for (std::uint32_t hour = 0; hour < energy_.hours; ++hour) {
        const std::int64_t factor = std::clamp<std::int64_t>(
            std::int64_t{kPlaceTable[place].wind_factor} * 1'000 + walk, 10'000, 950'000);
        energy_.green[place][hour] += output(installed, keys_.wind_percent, factor);
        walk = walk * 9 / 10 + random.between(-113'000, 113'000);
      }
    }
  }

  void add_profiles() {
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
      const HubShares shares = shares_of(keys_, place);
      for (std::uint32_t hour = 0; hour < energy_.hours; ++hour) {
        energy_.green[place][hour] +=
            output(shares.solar, keys_.solar_percent, profiles_.solar[place][hour]) +
            output(shares.wind, keys_.wind_percent, profiles_.wind[place][hour]);
      }
    }
  }

  // In the model water is the same in every hour.
  void add_hydro() {
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
      const std::uint32_t installed = shares_of(keys_, place).hydro;
      for (std::uint32_t hour = 0; hour < energy_.hours; ++hour) {
        energy_.green[place][hour] += output(
            installed, 100, profiles_.hydro.empty() ? kHydroFactor : profiles_.hydro[place][hour]);
      }
    }
  }

  // What was forecast the day before is off by a part that lasts the day and by half as much that
  // changes each hour.
  void add_forecast() {
    Random random = draw_stream(seed_, kForecastStream);
    const std::int64_t day_error = std::int64_t{keys_.forecast_error_percent} * 10;
    energy_.green_forecast = energy_.green;
    for (std::vector<std::int64_t>& zone : energy_.green_forecast) {
      std::int64_t off = 0;
      for (std::uint32_t hour = 0; hour < energy_.hours; ++hour) {
        if (hour % kHoursOfDay == 0) off = random.between(-day_error, day_error);
        const std::int64_t hourly = random.between(-day_error / 2, day_error / 2);
        const std::int64_t factor = std::max<std::int64_t>(0, 1'000 + off + hourly);
        zone[hour] = static_cast<std::int64_t>(static_cast<int128>(zone[hour]) * factor / 1'000);
      }
    }
  }

  void add_tariff(std::uint32_t place) {
    const Place& at = kPlaceTable[place];
    const auto& periods = at.east ? kTariffEast : kTariffWest;
    for (std::uint32_t hour = 0; hour < energy_.hours; ++hour) {
      std::uint32_t period = 0;
      while (kPeriodHours[period + 1] <= hour % kHoursOfDay) ++period;
      energy_.tariff[place][hour] = std::int64_t{at.tariff} * periods[period] * (kMicro / 1'000);
    }
  }

  // Of each MW data centres may use what their draw is of 100 GW. Two lines of one direction each.
  void add_lines() {
    for (const GreenLine& line : profiles_.lines) {
      const auto room =
          static_cast<std::int64_t>(draw_ * line.megawatts * keys_.green_line_percent / 10'000'000);
      if (room == 0) continue;
      const Price tariff((20 + std::int64_t{kDistanceKm[line.from][line.to]} / 40) * kMicro);
      energy_.lines.push_back({ZoneId{line.from}, ZoneId{line.to}, room, tariff});
      energy_.lines.push_back({ZoneId{line.to}, ZoneId{line.from}, room, tariff});
    }
  }

  const engine::Places& places_;
  Energy& energy_;
  const ScenarioKeys& keys_;
  const EnergyProfiles& profiles_;
  std::uint64_t seed_;
  int128 draw_ = 0;  // Wh in one hour, all devices under load
};

}  // namespace

HubShares shares_of(const ScenarioKeys& keys, std::uint32_t place) {
  const Place& at = kPlaceTable[place];
  HubShares shares = {at.petaflops / 1'000, at.buyers, at.solar, at.wind, 0};
  const auto named = keys.hubs.find(at.name);
  if (named == keys.hubs.end()) return shares;
  const auto take = [](std::uint32_t& share, std::uint32_t said) {
    if (said != kNone) share = said;
  };
  take(shares.devices, named->second.devices);
  take(shares.demand, named->second.demand);
  take(shares.solar, named->second.solar);
  take(shares.wind, named->second.wind);
  take(shares.hydro, named->second.hydro);
  return shares;
}

void add_zones(engine::Places& places) {
  for (const Place& place : kPlaceTable) {
    places.zone_names.push_back(place.zone);
    places.zones.push_back({Commodity::kPower, Disposal::kFree});
  }
}

void add_energy(Instance& instance, const ScenarioKeys& keys, const EnergyProfiles& profiles) {
  EnergyWriter(instance, keys, profiles).run();
}

}  // namespace tongsuan::lab
