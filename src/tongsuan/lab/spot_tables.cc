#include "tongsuan/lab/spot_tables.h"

#include <algorithm>

#include "tongsuan/import/csv.h"
#include "tongsuan/import/trace_file.h"

namespace tongsuan::lab {
namespace {

using imports::CsvReader;
using imports::integer_within;
using imports::TraceFile;

constexpr std::int64_t kMany = 1'000'000'000;

struct Bucket {
  std::string_view name;
  Second low;
  Second high;
};
// The longest is open: a scenario's limit of durations cuts it.
constexpr std::array<Bucket, 7> kBuckets = {{{"0 to 1 min", 1, 60},
                                             {"1 to 10 min", 60, 600},
                                             {"10 to 60 min", 600, 3'600},
                                             {"1 to 6 hours", 3'600, 21'600},
                                             {"6 to 24 hours", 21'600, 86'400},
                                             {"1 to 3 days", 86'400, 259'200},
                                             {"over 3 days", 259'200, 604'800}}};

std::uint32_t count_of(CsvReader& csv, std::size_t column) {
  return static_cast<std::uint32_t>(integer_within(csv, column, 0, kMany));
}

// Position of the model of this row; a fault where it is none of the six.
std::uint32_t model_of(CsvReader& csv, std::size_t column) {
  const auto at = std::ranges::find(kSpotModelTable, csv.text(column), &SpotModel::name);
  if (at != kSpotModelTable.end()) return static_cast<std::uint32_t>(at - kSpotModelTable.begin());
  csv.fail(column, "is none of the six models");
  return 0;
}

Result<Done> read_demand(const std::string& folder, SpotTables& tables) {
  TONGSUAN_TRY(const TraceFile file, imports::open_trace(folder, "demand_by_model.csv"));
  TONGSUAN_TRY(CsvReader csv, CsvReader::open(file.path, file.text,
                                              {"gpu_model", "jobs", "gpu_demand", "gpu_seconds",
                                               "median_gpu_req"}));
  while (csv.next()) {
    SpotAggregate& model = tables.models[model_of(csv, 0)];
    model.jobs = count_of(csv, 1);
    model.devices = csv.rounded(2, 0);
    model.seconds = csv.rounded(3, 0);
    model.median = static_cast<std::uint32_t>(std::clamp<std::int64_t>(csv.rounded(4, 0), 1, 64));
  }
  return csv.finish();
}

// Where most nodes have one device the model counts as single devices.
Result<Done> read_fleet(const std::string& folder, SpotTables& tables) {
  TONGSUAN_TRY(const TraceFile file, imports::open_trace(folder, "fleet_by_model.csv"));
  TONGSUAN_TRY(CsvReader csv, CsvReader::open(file.path, file.text,
                                              {"gpu_model", "nodes", "total_gpus", "max_gpus"}));
  while (csv.next()) {
    SpotAggregate& model = tables.models[model_of(csv, 0)];
    const std::uint32_t nodes = count_of(csv, 1);
    const std::uint32_t devices = count_of(csv, 2);
    model.node_devices = static_cast<std::uint32_t>(integer_within(csv, 3, 1, 64));
    if (devices < 2 * nodes) model.node_devices = 1;
    model.nodes = devices / model.node_devices;
  }
  return csv.finish();
}

Result<Done> read_durations(const std::string& folder, SpotTables& tables) {
  TONGSUAN_TRY(const TraceFile file, imports::open_trace(folder, "bucket_duration.csv"));
  TONGSUAN_TRY(CsvReader csv, CsvReader::open(file.path, file.text, {"duration_bucket", "jobs"}));
  while (csv.next()) {
    const auto at = std::ranges::find(kBuckets, csv.text(0), &Bucket::name);
    if (at == kBuckets.end()) {
      csv.fail(0, "is no known range of durations");
      continue;
    }
    tables.durations.push_back({at->low, at->high, count_of(csv, 1)});
  }
  std::ranges::sort(tables.durations, {}, &SpotDuration::low);
  return csv.finish();
}

Result<Done> read_workers(const std::string& folder, SpotTables& tables) {
  TONGSUAN_TRY(const TraceFile file, imports::open_trace(folder, "worker_count_distribution.csv"));
  TONGSUAN_TRY(CsvReader csv, CsvReader::open(file.path, file.text, {"worker_num", "jobs"}));
  while (csv.next()) {
    const std::uint32_t workers = count_of(csv, 0);
    if (workers > 1) tables.workers.push_back({workers, count_of(csv, 1)});
  }
  return csv.finish();
}

Result<Done> read_hours(const std::string& folder, SpotTables& tables) {
  TONGSUAN_TRY(const TraceFile file, imports::open_trace(folder, "hour_of_day_patterns.csv"));
  TONGSUAN_TRY(CsvReader csv, CsvReader::open(file.path, file.text, {"hour_of_day", "jobs"}));
  while (csv.next()) {
    const std::int64_t hour = integer_within(csv, 0, 0, 23);
    tables.hours[static_cast<std::size_t>(hour)] = count_of(csv, 1);
  }
  return csv.finish();
}

}  // namespace

Result<SpotTables> read_spot_tables(const std::string& folder) {
  SpotTables tables;
  for (const auto read : {read_demand, read_fleet, read_durations, read_workers, read_hours}) {
    TONGSUAN_TRY([[maybe_unused]] const Done done, read(folder, tables));
  }
  std::uint64_t jobs = 0;
  for (const SpotAggregate& model : tables.models) {
    if (model.jobs == 0 || model.devices < 1 || model.nodes == 0) {
      return Error{ErrorCode::kCorrupt, folder + " lacks one of the six models"};
    }
  }
  for (const std::uint32_t hour : tables.hours) jobs += hour;
  if (jobs == 0 || tables.workers.empty() || tables.durations.empty()) {
    return Error{ErrorCode::kCorrupt, folder + " has empty tables"};
  }
  return tables;
}

}  // namespace tongsuan::lab
