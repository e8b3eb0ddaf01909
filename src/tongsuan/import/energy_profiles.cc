#include "tongsuan/import/energy_profiles.h"

#include <algorithm>
#include <set>
#include <utility>

#include "tongsuan/import/csv.h"
#include "tongsuan/import/trace_file.h"

namespace tongsuan::imports {
namespace {

constexpr std::uint32_t kHours = 24;
constexpr std::int64_t kKilowattsMax = 100'000'000;  // of one plant
constexpr std::int64_t kMegawattsMax = 10'000'000;   // of one line
constexpr int kShapeDecimals = 6;

// Rows are hours: year, month, day, period, then the plants.
class HourRows {
 public:
  HourRows(CsvReader& csv, std::size_t plants) : csv_(csv) { hours_.kilowatts.resize(plants); }

  Result<PlantHours> read(const std::string& path) {
    while (csv_.next()) {
      check_time();
      for (std::size_t plant = 0; plant < hours_.kilowatts.size(); ++plant) {
        const std::int64_t output = csv_.rounded(kFirstPlant + plant, 3);
        if (output < 0 || output > kKilowattsMax) {
          csv_.fail(kFirstPlant + plant, "not the output of a plant in MW");
        }
        hours_.kilowatts[plant].push_back(output);
      }
    }
    TONGSUAN_TRY([[maybe_unused]] const Done done, csv_.finish());
    if (rows_ % kHours == 0 && hours_.days() >= kRtsDaysMin) return std::move(hours_);
    return Error{ErrorCode::kCorrupt, path + " has " + std::to_string(rows_) +
                                          " hours: whole days are needed, " +
                                          std::to_string(kRtsDaysMin) + " at least"};
  }

 private:
  enum : std::size_t { kMonth, kDay, kPeriod, kFirstPlant };

  // Days may not be missing: the next one has the next number or is the first of its month.
  void check_time() {
    const std::int64_t month = integer_within(csv_, kMonth, 1, 12);
    const std::int64_t day = integer_within(csv_, kDay, 1, 31);
    const auto period = static_cast<std::int64_t>(rows_ % kHours + 1);
    if (csv_.integer(kPeriod) != period) {
      csv_.fail(kPeriod, "must be " + std::to_string(period));
    }
    ++rows_;
    if (period > 1) {
      if (month != month_ || day != day_) csv_.fail(kDay, "changes within a day");
      return;
    }
    const bool follows = month == month_ ? day == day_ + 1 : day == 1;
    if (month_ > 0 && !follows) csv_.fail(kDay, "is not the day after the one before it");
    if (hours_.days() == kRtsDaysMax) csv_.fail(kDay, "is beyond a year");
    month_ = month;
    day_ = day;
    hours_.months.push_back(static_cast<std::uint32_t>(month));
  }

  CsvReader& csv_;
  PlantHours hours_;
  std::uint64_t rows_ = 0;
  std::int64_t month_ = 0;
  std::int64_t day_ = 0;
};

Result<PlantHours> read_hours(const std::string& folder, std::string_view file_name,
                              std::initializer_list<std::string_view> columns) {
  TONGSUAN_TRY(const TraceFile file, open_trace(folder, file_name));
  TONGSUAN_TRY(CsvReader csv, CsvReader::open(file.path, file.text, columns));
  return HourRows(csv, columns.size() - 3).read(file.path);
}

// A cluster of the wanted ones, or none: the file may know more.
std::size_t position(std::span<const std::string_view> clusters, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(clusters, name) - clusters.begin());
}

}  // namespace

Result<PlantHours> read_rts_wind(const std::string& folder) {
  const auto& p = kRtsWindPlants;
  return read_hours(folder, "DAY_AHEAD_wind.csv.gz",
                    {"Month", "Day", "Period", p[0], p[1], p[2], p[3]});
}

Result<PlantHours> read_rts_solar(const std::string& folder) {
  const auto& p = kRtsSolarPlants;
  return read_hours(folder, "DAY_AHEAD_pv.csv.gz",
                    {"Month", "Day", "Period", p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]});
}

Result<PlantHours> read_rts_hydro(const std::string& folder) {
  const auto& p = kRtsHydroPlants;
  return read_hours(folder, "DAY_AHEAD_hydro.csv.gz", {"Month", "Day", "Period", p[0], p[1], p[2]});
}

Result<std::vector<SolarYear>> read_solar_shape(const std::string& folder,
                                                std::span<const std::string_view> clusters) {
  enum : std::size_t { kCluster, kMonth, kHour, kFactor };
  TONGSUAN_TRY(const TraceFile file, open_trace(folder, "solar_shape.csv"));
  TONGSUAN_TRY(CsvReader csv, CsvReader::open(file.path, file.text,
                                              {"cluster_id", "month", "hour_local", "scaled_cf"}));
  std::vector<SolarYear> years(clusters.size());
  std::set<std::array<std::size_t, 3>> seen;
  while (csv.next()) {
    const std::size_t cluster = position(clusters, csv.text(kCluster));
    const auto month = static_cast<std::size_t>(integer_within(csv, kMonth, 1, 12) - 1);
    const auto hour = static_cast<std::size_t>(integer_within(csv, kHour, 0, kHours - 1));
    const std::int64_t factor = csv.rounded(kFactor, kShapeDecimals);
    if (factor < 0 || factor > 1'000'000) csv.fail(kFactor, "must be from 0 to 1");
    if (cluster == clusters.size()) continue;
    if (!seen.insert({cluster, month, hour}).second) csv.fail(kHour, "comes for the second time");
    years[cluster][month][hour] = factor;
  }
  TONGSUAN_TRY([[maybe_unused]] const Done done, csv.finish());
  const std::size_t wanted = clusters.size() * 12 * kHours;
  if (seen.size() == wanted) return years;
  return Error{ErrorCode::kCorrupt, file.path + " has " + std::to_string(seen.size()) + " of the " +
                                        std::to_string(wanted) + " hours that the clusters need"};
}

Result<std::vector<ProvinceLine>> read_province_lines(const std::string& folder,
                                                      std::string_view file_name) {
  TONGSUAN_TRY(const TraceFile file, open_trace(folder, file_name));
  TONGSUAN_TRY(CsvReader csv, CsvReader::open(file.path, file.text, {"from", "to", "capacity_mw"}));
  std::vector<ProvinceLine> lines;
  std::set<std::pair<std::string, std::string>> seen;
  while (csv.next()) {
    ProvinceLine line{std::string(csv.text(0)), std::string(csv.text(1)),
                      integer_within(csv, 2, 0, kMegawattsMax)};
    if (line.from.empty() || line.from == line.to) csv.fail(1, "is no other province");
    if (!seen.insert(std::minmax(line.from, line.to)).second) {
      csv.fail(1, "the two provinces come for the second time");
    }
    lines.push_back(std::move(line));
  }
  TONGSUAN_TRY([[maybe_unused]] const Done done, csv.finish());
  return lines;
}

}  // namespace tongsuan::imports
