#include "tongsuan/lab/packing_workload.h"

#include <algorithm>
#include <map>
#include <utility>

#include "tongsuan/base/random.h"
#include "tongsuan/import/trace_file.h"

namespace tongsuan::lab::packing {
namespace {

constexpr std::int64_t kCpuMilliMax = 10'000'000;
constexpr std::int64_t kMemoryMibMax = 100'000'000;

std::int32_t narrow(imports::CsvReader& csv, std::size_t column, std::int64_t max) {
  return static_cast<std::int32_t>(imports::integer_within(csv, column, 0, max));
}

Result<std::vector<NodeShape>> read_nodes(const std::string& folder) {
  TONGSUAN_TRY(const imports::TraceFile file,
               imports::open_trace(folder, "openb_node_list_gpu_node.csv"));
  TONGSUAN_TRY(imports::CsvReader csv,
               imports::CsvReader::open(file.path, file.text, {"cpu_milli", "memory_mib", "gpu"}));
  std::vector<NodeShape> nodes;
  while (csv.next()) {
    nodes.push_back({.cpu_milli = narrow(csv, 0, kCpuMilliMax),
                     .memory_mib = narrow(csv, 1, kMemoryMibMax),
                     .gpu_count = narrow(csv, 2, kGpusPerNodeMax)});
  }
  TONGSUAN_TRY([[maybe_unused]] const Done done, csv.finish());
  return nodes;
}

Result<std::vector<PodShape>> read_pods(const std::string& folder) {
  TONGSUAN_TRY(const imports::TraceFile file,
               imports::open_trace(folder, "openb_pod_list_default.csv.gz"));
  TONGSUAN_TRY(
      imports::CsvReader csv,
      imports::CsvReader::open(file.path, file.text,
                               {"cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "gpu_spec"}));
  std::vector<PodShape> pods;
  while (csv.next()) {
    PodShape pod{.cpu_milli = narrow(csv, 0, kCpuMilliMax),
                 .memory_mib = narrow(csv, 1, kMemoryMibMax),
                 .gpu_count = narrow(csv, 2, kGpusPerNodeMax),
                 .gpu_milli = narrow(csv, 3, kGpuMilli)};
    if (pod.gpu_count == 0) pod.gpu_milli = 0;
    if (pod.gpu_count > 0 && pod.gpu_milli == 0) csv.fail(3, "must not be 0 where GPUs are asked");
    if (pod.gpu_count > 1 && pod.gpu_milli < kGpuMilli) csv.fail(3, "only one GPU can be shared");
    if (!csv.text(4).empty()) csv.fail(4, "must be empty: this game knows no models");
    pods.push_back(pod);
  }
  TONGSUAN_TRY([[maybe_unused]] const Done done, csv.finish());
  return pods;
}

// Adds arrivals while what they ask for fits; false once it does not.
struct Intake {
  const Workload& workload;
  std::int64_t left;
  std::vector<std::uint32_t> arrivals = {};
  bool add(std::uint32_t kind) {
    const std::int64_t asked = workload.kinds[kind].shape.gpu_total();
    if (asked > left) return false;
    left -= asked;
    arrivals.push_back(kind);
    return true;
  }
};

// The trace: a kind for each of its pods.
std::vector<std::uint32_t> list_pods(const Workload& workload) {
  std::vector<std::uint32_t> pods;
  for (std::uint32_t kind = 0; kind < workload.kinds.size(); ++kind) {
    pods.insert(pods.end(), static_cast<std::size_t>(workload.kinds[kind].count), kind);
  }
  return pods;
}

}  // namespace

std::int64_t Workload::gpu_capacity() const {
  std::int64_t sum = 0;
  for (const NodeShape& node : nodes) sum += std::int64_t{node.gpu_count} * kGpuMilli;
  return sum;
}

std::int64_t Workload::trace_request() const {
  std::int64_t sum = 0;
  for (const PodKind& kind : kinds) sum += kind.count * kind.shape.gpu_total();
  return sum;
}

Workload make_workload(std::vector<NodeShape> nodes, std::vector<PodShape> pods) {
  std::map<PodShape, std::int64_t> counts;
  for (const PodShape& pod : pods) ++counts[pod];
  Workload workload{.nodes = std::move(nodes), .kinds = {}};
  for (const auto& [shape, count] : counts) workload.kinds.push_back({shape, count});
  return workload;
}

Result<Workload> read_openb_workload(const std::string& folder) {
  TONGSUAN_TRY(std::vector<NodeShape> nodes, read_nodes(folder));
  TONGSUAN_TRY(std::vector<PodShape> pods, read_pods(folder));
  Workload workload = make_workload(std::move(nodes), std::move(pods));
  if (workload.gpu_capacity() > 0 && workload.trace_request() > 0) return workload;
  return Error{ErrorCode::kInvalidArgument, folder + " lists no GPUs, or no pods that use them"};
}

std::vector<std::uint32_t> draw_arrivals(const Workload& workload, std::uint64_t seed, Draw draw) {
  std::vector<std::uint32_t> trace = list_pods(workload);
  Random random(seed);
  const std::vector<std::uint32_t> all = trace;
  for (std::size_t i = trace.size(); i > 1; --i) std::swap(trace[i - 1], trace[random.below(i)]);
  Intake intake{workload, workload.gpu_capacity()};
  if (draw == Draw::kShuffledTrace) {
    for (const std::uint32_t kind : trace) {
      if (!intake.add(kind)) return intake.arrivals;
    }
  }
  while (intake.add(all[random.below(all.size())])) {
  }
  return intake.arrivals;
}

std::vector<double> expected_pods(const Workload& workload) {
  const double per_trace =
      static_cast<double>(workload.gpu_capacity()) / static_cast<double>(workload.trace_request());
  std::vector<double> pods;
  for (const PodKind& kind : workload.kinds) {
    pods.push_back(static_cast<double>(kind.count) * per_trace);
  }
  return pods;
}

Workload sample_workload(const Workload& workload, const Sample& sample) {
  const std::vector<std::uint32_t> all = list_pods(workload);
  Workload result = workload;
  for (PodKind& kind : result.kinds) kind.count = 0;
  Random random(sample.seed);
  for (std::uint64_t i = 0; i < sample.pods; ++i) {
    ++result.kinds[all[random.below(all.size())]].count;
  }
  return result;
}

std::vector<std::int64_t> count_kinds(const Workload& workload,
                                      const std::vector<std::uint32_t>& arrivals) {
  std::vector<std::int64_t> counts(workload.kinds.size());
  for (const std::uint32_t kind : arrivals) ++counts[kind];
  return counts;
}

}  // namespace tongsuan::lab::packing
