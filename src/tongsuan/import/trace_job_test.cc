#include "tongsuan/import/trace_job.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

#include "tongsuan/import/trace_fixture.h"

namespace tongsuan::imports {
namespace {

using testing_support::gzip_bytes;
using testing_support::shared_folder;
using testing_support::TraceFolder;

constexpr const char* kPhillyFile = "philly_vc_jobs.csv.gz";
constexpr const char* kPaiFile = "pai-100k.csv.gz";
constexpr const char* kPodFile = "openb_pod_list_gpuspec33.csv.gz";
constexpr const char* kNodeFile = "openb_node_list_gpu_node.csv";
constexpr const char* kPhillyHead = "vc,seq,submit_s,gpus,duration_s,duration_uncertainty_s\n";
constexpr const char* kPaiHead = "arrival_time,length,cpus\n";
constexpr const char* kPodHead =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,"
    "deletion_time,scheduled_time\n";
constexpr const char* kNodeHead = "sn,cpu_milli,memory_mib,gpu,model\n";

TEST(TraceJob, PhillyRowsBecomeJobsInOrderOfTime) {
  const TraceFolder folder;
  folder.write(kPhillyFile, gzip_bytes(std::string(kPhillyHead) +
                                       "b,0,0,1,16482,0.02\nb,1,60,8,120,0.1\na,0,7,2,1,0\n"));
  const auto jobs = read_philly(folder.path());
  ASSERT_TRUE(jobs.ok()) << jobs.error().context;
  const std::vector<TraceJob> expected = {{.name = "b.0",
                                           .tenant = "b",
                                           .submit_second = 0,
                                           .duration_seconds = 16'482,
                                           .classes = {},
                                           .line = 2},
                                          {.name = "a.0",
                                           .tenant = "a",
                                           .submit_second = 7,
                                           .duration_seconds = 1,
                                           .gang = 2,
                                           .classes = {},
                                           .line = 4},
                                          {.name = "b.1",
                                           .tenant = "b",
                                           .submit_second = 60,
                                           .duration_seconds = 120,
                                           .gang = 8,
                                           .classes = {},
                                           .line = 3}};
  EXPECT_EQ(jobs.value(), expected);
}

TEST(TraceJob, PaiHoursAreRoundedToTheSecond) {
  const TraceFolder folder;
  folder.write(kPaiFile,
               std::string(kPaiHead) + "0.5769444444444503,25.408055555555556,1\n1.0,1e-5,400\n");
  const auto jobs = read_pai(folder.path());
  ASSERT_TRUE(jobs.ok()) << jobs.error().context;
  ASSERT_EQ(jobs.value().size(), 2U);
  EXPECT_EQ(jobs.value()[0].submit_second, 2'077);
  EXPECT_EQ(jobs.value()[0].duration_seconds, 91'469);
  EXPECT_EQ(jobs.value()[1].name, "pai-000001");
  EXPECT_EQ(jobs.value()[1].gang, 400U);
  EXPECT_EQ(jobs.value()[1].duration_seconds, 1);
}

TEST(TraceJob, OpenbPodsKeepTheirSharesAndWhitelists) {
  const TraceFolder folder;
  folder.write(kPodFile, std::string(kPodHead) +
                             "p0,1,1,1,460,V100M32|T4|V100M32,LS,Running,5,100,20\n"
                             "p1,1,1,0,0,,LS,Running,6,100,7\n"
                             "p2,1,1,8,1000,,BE,Pending,9,9,\n");
  const auto jobs = read_openb(folder.path(), OpenbPods::kWhitelists);
  ASSERT_TRUE(jobs.ok()) << jobs.error().context;
  const std::vector<TraceJob> expected = {{.name = "p0",
                                           .tenant = "LS",
                                           .submit_second = 5,
                                           .duration_seconds = 80,
                                           .share_milli = 460,
                                           .classes = {"T4", "V100M32"},
                                           .line = 2},
                                          {.name = "p2",
                                           .tenant = "BE",
                                           .submit_second = 9,
                                           .duration_seconds = 1,
                                           .gang = 8,
                                           .classes = {},
                                           .line = 4}};
  EXPECT_EQ(jobs.value(), expected);
}

// One file with one thing wrong, and the end of the message that names it.
struct TraceFileFault {
  const char* file;
  std::string text;
  const char* message;
};

Error read_error(const TraceFolder& folder, const std::string& file) {
  if (file == kPhillyFile) return read_philly(folder.path()).error();
  if (file == kPaiFile) return read_pai(folder.path()).error();
  if (file == kNodeFile) return read_openb_nodes(folder.path()).error();
  return read_openb(folder.path(), OpenbPods::kWhitelists).error();
}

TEST(TraceJob, FaultsNameLineColumnValueAndWhatWasExpected) {
  const std::string philly = kPhillyHead;
  const std::string pods = kPodHead;
  for (const TraceFileFault& fault : std::vector<TraceFileFault>{
           {kPhillyFile, philly + "a,0,-1,1,5,0\n",
            ", line 2, column submit_s: must be from 0 to 10000000000: '-1'"},
           {kPhillyFile, philly + "a,0,0,0,5,0\n",
            ", line 2, column gpus: must be from 1 to 1000000: '0'"},
           {kPhillyFile, philly + "a,0,0,1,-5,0\n",
            ", line 2, column duration_s: must be from 1 to 10000000000: '-5'"},
           {kPhillyFile, philly + "a,0,0,1,5,0\na,0,9,1,5,0\n",
            ", line 3, column seq: names a row that was listed before: '0'"},
           {kPhillyFile, philly + "a b,0,0,1,5,0\n",
            ", line 2, column vc: must be a name of 1 to 64 letters, digits, '_', '-' and '.': 'a "
            "b'"},
           {kPhillyFile, "vc,seq,submit_s,duration_s\n", ", line 1: the header has no column gpus"},
           {kPhillyFile, "", ": no header line"},
           {kPaiFile, std::string(kPaiHead) + "-0.5,1,1\n",
            ", line 2, column arrival_time: must not be negative: '-0.5'"},
           {kPaiFile, std::string(kPaiHead) + "1,x,1\n",
            ", line 2, column length: not a number: 'x'"},
           {kPaiFile, std::string(kPaiHead) + "1,9000000,1\n",
            ", line 2, column length: is too long: '9000000'"},
           {kPaiFile, std::string(kPaiHead) + "1,2,1.5\n",
            ", line 2, column cpus: not a whole number: '1.5'"},
           {kPodFile, pods + "p,1,1,1,1001,,LS,Running,0,9,0\n",
            ", line 2, column gpu_milli: must be from 1 to 1000: '1001'"},
           {kPodFile, pods + "p,1,1,1,500,T4||P100,LS,Running,0,9,0\n",
            ", line 2, column gpu_spec: must be names of models with '|' between them: 'T4||P100'"},
           {kPodFile, pods + "p,1,1,1,500,,LS,Running,50,49,\n",
            ", line 2, column deletion_time: must be from 50 to 10000000000: '49'"},
           {kNodeFile, std::string(kNodeHead) + "n,1,1,2,\n",
            ", line 2, column model: must be a name of 1 to 64 letters, digits, '_', '-' and '.': "
            "''"}}) {
    const TraceFolder folder;
    folder.write(fault.file, fault.text);
    const Error error = read_error(folder, fault.file);
    EXPECT_EQ(error.code, ErrorCode::kCorrupt);
    EXPECT_EQ(error.context, folder.path() + "/" + fault.file + fault.message);
  }
}

TEST(TraceJob, MissingFolderSaysWhichFileIsWanted) {
  const TraceFolder folder;
  for (const char* file : {kPhillyFile, kPaiFile, kPodFile, kNodeFile}) {
    const Error error = read_error(folder, file);
    EXPECT_EQ(error.code, ErrorCode::kIo);
    EXPECT_NE(error.context.find(folder.path() + "/" + file), std::string::npos) << error.context;
    EXPECT_EQ(error.hint, std::string("give the folder that holds ") + file);
  }
}

TEST(TraceJob, CutGzipIsRefused) {
  const TraceFolder folder;
  std::string text = kPaiHead;
  for (int i = 0; i < 2'000; ++i)
    text += std::to_string(i) + "," + std::to_string(i * 7 % 50) + ",1\n";
  const std::string packed = gzip_bytes(text);
  folder.write(kPaiFile, packed.substr(0, packed.size() / 2));
  const Error error = read_error(folder, kPaiFile);
  EXPECT_EQ(error.code, ErrorCode::kCorrupt);
  EXPECT_NE(error.context.find("gzip data end too early"), std::string::npos) << error.context;
}

// ---- The traces themselves ----------------------------------------------------------------------

bool sorted(const std::vector<TraceJob>& jobs) {
  return std::ranges::is_sorted(jobs, {}, &TraceJob::submit_second);
}

TEST(TraceJob, PhillyAsPublished) {
  TONGSUAN_NEED_SHARED("jobs_philly");
  const auto jobs = read_philly(shared_folder("jobs_philly"));
  ASSERT_TRUE(jobs.ok()) << jobs.error().context;
  EXPECT_EQ(jobs.value().size(), 9'681U);
  EXPECT_TRUE(sorted(jobs.value()));
  std::map<std::string, int> tenants;
  std::uint32_t gang_max = 0;
  for (const TraceJob& job : jobs.value()) {
    ++tenants[job.tenant];
    gang_max = std::max(gang_max, job.gang);
  }
  EXPECT_EQ(tenants.size(), 10U);
  // Virtual clusters are cut at 2,000 jobs.
  EXPECT_EQ(tenants["6214e9"], 2'000);
  EXPECT_EQ(tenants["2869ce"], 533);
  EXPECT_EQ(gang_max, 32U);
}

TEST(TraceJob, PaiAsPublished) {
  TONGSUAN_NEED_SHARED("jobs_pai100k");
  const auto jobs = read_pai(shared_folder("jobs_pai100k"));
  ASSERT_TRUE(jobs.ok()) << jobs.error().context;
  EXPECT_EQ(jobs.value().size(), 99'998U);
  EXPECT_TRUE(sorted(jobs.value()));
  EXPECT_EQ(jobs.value().back().submit_second, 31'534'021);  // one year
  std::int64_t shortest = kTraceSecondsMax;
  std::int64_t longest = 0;
  std::int64_t single = 0;
  for (const TraceJob& job : jobs.value()) {
    shortest = std::min(shortest, job.duration_seconds);
    longest = std::max(longest, job.duration_seconds);
    single += job.gang == 1 ? 1 : 0;
  }
  EXPECT_GE(shortest, 5 * 60);  // lengths were cut to 5 minutes … 3 days
  EXPECT_LE(longest, 3 * 86'400);
  EXPECT_EQ(single, 73'531);
}

TEST(TraceJob, OpenbAsPublished) {
  TONGSUAN_NEED_SHARED("jobs_openb");
  const auto jobs = read_openb(shared_folder("jobs_openb"), OpenbPods::kWhitelists);
  const auto any = read_openb(shared_folder("jobs_openb"), OpenbPods::kAnyModel);
  const auto nodes = read_openb_nodes(shared_folder("jobs_openb"));
  ASSERT_TRUE(jobs.ok()) << jobs.error().context;
  ASSERT_TRUE(any.ok()) << any.error().context;
  ASSERT_TRUE(nodes.ok()) << nodes.error().context;
  EXPECT_EQ(jobs.value().size(), 8'152U - 1'088U);
  EXPECT_EQ(any.value().size(), jobs.value().size());
  EXPECT_TRUE(
      std::ranges::all_of(any.value(), [](const TraceJob& job) { return job.classes.empty(); }));
  std::int64_t listed = 0;
  std::int64_t shared = 0;
  for (const TraceJob& job : jobs.value()) {
    listed += job.classes.empty() ? 0 : 1;
    shared += job.share_milli < 1'000 ? 1 : 0;
    EXPECT_LE(job.gang, 8U);
  }
  EXPECT_EQ(listed, 8'152 - 5'764);  // 29 % of all pods
  EXPECT_EQ(shared, 3'078);
  EXPECT_EQ(nodes.value().size(), 1'213U);
  std::map<std::string, std::uint32_t> devices;
  std::uint32_t total = 0;
  for (const TraceNode& node : nodes.value()) {
    devices[node.model] += node.devices;
    total += node.devices;
  }
  EXPECT_EQ(total, 6'212U);
  EXPECT_EQ(devices.size(), 7U);
  EXPECT_EQ(devices["G2"], 549U * 8U);
}

}  // namespace
}  // namespace tongsuan::imports
