#include "tongsuan/import/trace_job.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "tongsuan/base/int128.h"
#include "tongsuan/base/text.h"
#include "tongsuan/domain/units.h"
#include "tongsuan/import/trace_file.h"

namespace tongsuan::imports {
namespace {

constexpr int kHourDecimals = 9;
constexpr std::int64_t kNanoHours = 1'000'000'000;

// Names become hubs, accounts and classes of a market, so they must be plain.
bool plain_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-' || c == '.';
  };
  return !name.empty() && name.size() <= 64 && name.front() != '-' && name.front() != '.' &&
         std::ranges::all_of(name, plain);
}

std::string read_name(CsvReader& csv, std::size_t column) {
  const std::string_view name = csv.text(column);
  if (!plain_name(name)) {
    csv.fail(column, "must be a name of 1 to 64 letters, digits, '_', '-' and '.'");
  }
  return std::string(name);
}

// Names that were seen: a second one is a fault at its own line.
class UniqueNames {
 public:
  void add(CsvReader& csv, std::size_t column, const std::string& name) {
    if (!names_.insert(name).second) csv.fail(column, "names a row that was listed before");
  }

 private:
  std::set<std::string> names_;
};

// Hours as a decimal, to the nearest second.
std::int64_t read_hours(CsvReader& csv, std::size_t column) {
  const std::int64_t hours = csv.rounded(column, kHourDecimals);
  const std::int64_t seconds =
      divide(int128{hours} * kHourSeconds + kNanoHours / 2, kNanoHours, Rounding::kDown);
  if (hours >= 0 && seconds <= kTraceSecondsMax) return seconds;
  csv.fail(column, hours < 0 ? "must not be negative" : "is too long");
  return 0;
}

// "V100M16|V100M32|V100M32": each model once, sorted. Empty: any.
std::vector<std::string> read_models(CsvReader& csv, std::size_t column) {
  std::vector<std::string> models;
  std::string_view rest = csv.text(column);
  while (!rest.empty()) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    const std::string_view model = rest.substr(0, bar);
    if (!plain_name(model)) csv.fail(column, "must be names of models with '|' between them");
    models.emplace_back(model);
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  std::ranges::sort(models);
  models.erase(std::unique(models.begin(), models.end()), models.end());
  return models;
}

void sort_by_time(std::vector<TraceJob>& jobs) {
  std::ranges::stable_sort(jobs, {}, &TraceJob::submit_second);
}

Result<std::vector<TraceJob>> sorted_jobs(const CsvReader& csv, std::vector<TraceJob> jobs) {
  TONGSUAN_TRY([[maybe_unused]] const Done done, csv.finish());
  sort_by_time(jobs);
  return jobs;
}

}  // namespace

Result<std::vector<TraceJob>> read_philly(const std::string& folder) {
  TONGSUAN_TRY(const TraceFile file, open_trace(folder, "philly_vc_jobs.csv.gz"));
  TONGSUAN_TRY(CsvReader csv, CsvReader::open(file.path, file.text,
                                              {"vc", "seq", "submit_s", "gpus", "duration_s"}));
  enum : std::size_t { kCluster, kSequence, kSubmit, kDevices, kDuration };
  std::vector<TraceJob> jobs;
  UniqueNames names;
  while (csv.next()) {
    TraceJob job;
    job.line = csv.line();
    job.tenant = read_name(csv, kCluster);
    job.name =
        job.tenant + "." + std::to_string(integer_within(csv, kSequence, 0, kTraceSecondsMax));
    names.add(csv, kSequence, job.name);
    job.submit_second = integer_within(csv, kSubmit, 0, kTraceSecondsMax);
    job.duration_seconds = integer_within(csv, kDuration, 1, kTraceSecondsMax);
    job.gang = static_cast<std::uint32_t>(integer_within(csv, kDevices, 1, kGangMax));
    jobs.push_back(std::move(job));
  }
  return sorted_jobs(csv, std::move(jobs));
}

Result<std::vector<TraceJob>> read_pai(const std::string& folder) {
  TONGSUAN_TRY(const TraceFile file, open_trace(folder, "pai-100k.csv.gz"));
  TONGSUAN_TRY(CsvReader csv,
               CsvReader::open(file.path, file.text, {"arrival_time", "length", "cpus"}));
  enum : std::size_t { kArrival, kLength, kDevices };
  std::vector<TraceJob> jobs;
  while (csv.next()) {
    TraceJob job;
    job.line = csv.line();
    job.name = "pai-" + padded(jobs.size(), 6);
    job.submit_second = read_hours(csv, kArrival);
    job.duration_seconds = std::max<std::int64_t>(1, read_hours(csv, kLength));
    job.gang = static_cast<std::uint32_t>(integer_within(csv, kDevices, 1, kGangMax));
    jobs.push_back(std::move(job));
  }
  return sorted_jobs(csv, std::move(jobs));
}

Result<std::vector<TraceJob>> read_openb(const std::string& folder, OpenbPods pods) {
  TONGSUAN_TRY(const TraceFile file, open_trace(folder, pods == OpenbPods::kWhitelists
                                                            ? "openb_pod_list_gpuspec33.csv.gz"
                                                            : "openb_pod_list_default.csv.gz"));
  TONGSUAN_TRY(CsvReader csv,
               CsvReader::open(file.path, file.text,
                               {"name", "num_gpu", "gpu_milli", "gpu_spec", "qos", "creation_time",
                                "deletion_time", "scheduled_time"}));
  enum : std::size_t { kName, kDevices, kMilli, kModels, kQuality, kCreated, kDeleted, kPlaced };
  std::vector<TraceJob> jobs;
  UniqueNames names;
  while (csv.next()) {
    TraceJob job;
    job.line = csv.line();
    job.name = read_name(csv, kName);
    names.add(csv, kName, job.name);
    job.tenant = read_name(csv, kQuality);
    job.submit_second = integer_within(csv, kCreated, 0, kTraceSecondsMax);
    const std::int64_t placed =
        csv.text(kPlaced).empty()
            ? job.submit_second
            : integer_within(csv, kPlaced, job.submit_second, kTraceSecondsMax);
    const std::int64_t deleted = integer_within(csv, kDeleted, placed, kTraceSecondsMax);
    job.duration_seconds = std::max<std::int64_t>(1, deleted - placed);
    job.classes = read_models(csv, kModels);
    const std::int64_t devices = integer_within(csv, kDevices, 0, kGangMax);
    if (devices == 0) continue;
    job.gang = static_cast<std::uint32_t>(devices);
    job.share_milli = static_cast<std::uint32_t>(integer_within(csv, kMilli, 1, 1'000));
    jobs.push_back(std::move(job));
  }
  return sorted_jobs(csv, std::move(jobs));
}

Result<std::vector<TraceNode>> read_openb_nodes(const std::string& folder) {
  TONGSUAN_TRY(const TraceFile file, open_trace(folder, "openb_node_list_gpu_node.csv"));
  TONGSUAN_TRY(CsvReader csv, CsvReader::open(file.path, file.text, {"sn", "gpu", "model"}));
  enum : std::size_t { kName, kDevices, kModel };
  std::vector<TraceNode> nodes;
  UniqueNames names;
  while (csv.next()) {
    TraceNode node;
    node.name = read_name(csv, kName);
    names.add(csv, kName, node.name);
    node.model = read_name(csv, kModel);
    node.devices = static_cast<std::uint32_t>(integer_within(csv, kDevices, 1, kGangMax));
    nodes.push_back(std::move(node));
  }
  TONGSUAN_TRY([[maybe_unused]] const Done done, csv.finish());
  return nodes;
}

}  // namespace tongsuan::imports
