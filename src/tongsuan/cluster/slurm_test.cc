#include "tongsuan/cluster/slurm.h"

#include <thread>

#include "tongsuan/cluster/cluster_fixture.h"
#include "tongsuan/cluster/fake_slurm.h"

namespace tongsuan::cluster {
namespace {

struct Here {
  explicit Here(std::uint32_t version, bool accounting = true,
                std::chrono::milliseconds deadline = kPatient)
      : fake(version, accounting), slurm(connect(deadline)) {}
  // A second one, so that both can have deadlines of their own.
  std::unique_ptr<Cluster> connect(std::chrono::milliseconds deadline,
                                   const std::string& token = "token-of-") const {
    SlurmOptions options;
    options.url = fake.url();
    options.user = "operator";
    options.deadline = deadline;
    options.token = [token](const std::string& user) -> Answer<std::string> {
      return token + user;
    };
    return make_slurm(std::move(options)).value();
  }
  FakeSlurm fake;
  std::unique_ptr<Cluster> slurm;
};

Work work(std::uint32_t attempt = 1) {
  Work work{.contract = "C-17",
            .attempt = attempt,
            .tenant = {"lab", "exchange"},
            .accelerator = "h100",
            .nodes = {"a-n1", "a-n3"},
            .devices_per_node = 8,
            .seconds = 3'601,
            .service = Service::kFirm,
            .script = "#!/bin/sh\ntrue\n",
            .folder = "/scratch/C-17"};
  work.environment["TONGSUAN_CONTRACT"] = "C-17";
  return work;
}

// On a machine that is busy even a short answer may come too late for the impatient.
void must_answer(Cluster& slurm) {
  int tries = 0;
  while (!slurm.jobs().ok() && tries < 200) ++tries;
  ASSERT_LT(tries, 200);
}

class EveryVersion : public ::testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Slurm, EveryVersion, ::testing::Values(38U, 39U, 40U, 43U),
                         [](const auto& each) { return "v0_0_" + std::to_string(each.param); });

TEST_P(EveryVersion, TakesASubmissionWhole) {
  Here here(GetParam());
  const auto made = here.slurm->submit(work(), false);
  ASSERT_TRUE(made.ok()) << what(made);
  EXPECT_TRUE(here.fake.warnings.empty()) << here.fake.warnings.front();
  ASSERT_EQ(here.fake.jobs.size(), 1U);
  const FakeSlurm::Row& row = here.fake.jobs.front();
  EXPECT_EQ(row.name, "ts-C-17-1");
  EXPECT_EQ(row.user, "lab");  // as the tenant, not as the operator
  EXPECT_EQ(row.account, "exchange");
  EXPECT_EQ(row.qos, "firm");
  EXPECT_EQ(row.comment, "C-17");
  EXPECT_EQ(row.script, "#!/bin/sh\ntrue\n");
  EXPECT_EQ(row.required, (std::vector<std::string>{"a-n1", "a-n3"}));
  EXPECT_EQ(row.node_count, 2);
  EXPECT_EQ(row.devices, 8);
  EXPECT_FALSE(row.requeue);
  EXPECT_EQ(row.minutes, 61);  // never less than was bought
  EXPECT_EQ(row.output, "/scratch/C-17/ts-C-17-1.out");
  EXPECT_EQ(row.environment.at("TONGSUAN_CONTRACT"), "C-17");
  EXPECT_EQ(made.value().state, JobState::kPending);
  EXPECT_EQ(made.value().devices_per_node, 8U);
  EXPECT_FALSE(made.value().start);
}

// The latest start is told as the end of a job that starts then.
TEST_P(EveryVersion, TellsWhenAJobMayStart) {
  Here here(GetParam());
  Work late = work();
  late.earliest = 1'800'000'000;
  late.latest = 1'800'000'100;
  const auto made = here.slurm->submit(late, false);
  ASSERT_TRUE(made.ok()) << what(made);
  EXPECT_EQ(here.fake.job(1).begin, 1'800'000'000);
  EXPECT_EQ(here.fake.job(1).deadline, 1'800'000'100 + 61 * 60);
  ASSERT_TRUE(here.slurm->submit(work(2), false).ok());
  EXPECT_EQ(here.fake.job(2).begin, 0);
  EXPECT_EQ(here.fake.job(2).deadline, 0);
}

TEST_P(EveryVersion, TellsItsClock) {
  Here here(GetParam());
  EXPECT_FALSE(here.slurm->inventory().value().now);
  here.fake.clock = 1'800'000'000;
  EXPECT_EQ(here.slurm->inventory().value().now, 1'800'000'000);
}

TEST_P(EveryVersion, RunsAnImageByTheHubsCommand) {
  Here here(GetParam());
  SlurmOptions options;
  options.url = here.fake.url();
  options.user = "operator";
  options.token = [](const std::string& user) -> Answer<std::string> { return "token-of-" + user; };
  options.terms.image_command = {"run", "--in", "oci://{image}", "sh", "-c", "{script}"};
  const auto slurm = make_slurm(std::move(options)).value();
  Work boxed = work();
  boxed.image = "registry/work:1";
  boxed.script = "echo 'it'\n";
  ASSERT_TRUE(slurm->submit(boxed, false).ok());
  EXPECT_EQ(here.fake.job(1).script,
            "#!/bin/sh\nexec 'run' '--in' 'oci://registry/work:1' 'sh' '-c' "
            "'echo '\\''it'\\''\n'\n");
  boxed.attempt = 2;
  boxed.image = "--privileged";
  EXPECT_EQ(kind(slurm->submit(boxed, false)), FaultKind::kUnfit);
  EXPECT_EQ(here.fake.taken(), 1);
}

TEST(Slurm, RefusesImagesWithoutACommand) {
  Here here(43);
  Work boxed = work();
  boxed.image = "registry/work:1";
  const auto refused = here.slurm->submit(boxed, false);
  EXPECT_EQ(kind(refused), FaultKind::kUnfit);
  EXPECT_EQ(what(refused), "this cluster runs no images");
  EXPECT_EQ(here.fake.taken(), 0);
}

TEST_P(EveryVersion, TellsWhatAJobDoes) {
  Here here(GetParam());
  const std::string id = here.slurm->submit(work(), false).value().id;
  here.fake.run(1, 1'000);
  Job job = here.slurm->find("ts-C-17-1").value().value();
  EXPECT_EQ(job.state, JobState::kRunning);
  EXPECT_EQ(job.start, 1'000);
  EXPECT_FALSE(job.end);
  here.fake.job(1).exit_code = 3;
  here.fake.end(1, 1'060, {"FAILED", "COMPLETING"});
  EXPECT_EQ(here.slurm->find("ts-C-17-1").value()->state, JobState::kEnding);
  here.fake.end(1, 1'060, {"FAILED"});
  job = here.slurm->find("ts-C-17-1").value().value();
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_EQ(job.end, 1'060);
  EXPECT_EQ(job.exit_code, 3);
  const auto segments = here.slurm->segments(id).value();
  ASSERT_EQ(segments.size(), 1U);
  EXPECT_EQ(segments[0], (Segment{id, 1'000, 1'060, JobState::kFailed, {"a-n1", "a-n3"}}));
}

// A requeued job keeps its id, and accounting has a record of every stretch, some of them twice.
TEST_P(EveryVersion, HasASegmentOfEveryStretch) {
  Here here(GetParam());
  const std::string id = here.slurm->submit(work(), false).value().id;
  here.fake.run(1, 1'000);
  here.fake.end(1, 1'060, {"REQUEUED"});
  here.fake.stretches.push_back(here.fake.stretches.front());
  here.fake.stretches.front().end = 0;  // the older record of the two
  here.fake.run(1, 1'200);
  here.fake.job(1).end = 0;
  auto segments = here.slurm->segments(id).value();
  ASSERT_EQ(segments.size(), 2U);
  EXPECT_EQ(segments[0].state, JobState::kPreempted);
  EXPECT_EQ(segments[0].end, 1'060);
  EXPECT_EQ(segments[1].start, 1'200);
  EXPECT_FALSE(segments[1].end);
  // Accounting hears of the third start later than the controller.
  here.fake.end(1, 1'260, {"REQUEUED"});
  here.fake.run(1, 1'400);
  here.fake.stretches.pop_back();
  segments = here.slurm->segments(id).value();
  ASSERT_EQ(segments.size(), 3U);
  EXPECT_EQ(segments[2].start, 1'400);
}

TEST_P(EveryVersion, CountsNoStretchOfAJobThatNeverRan) {
  Here here(GetParam());
  const std::string id = here.slurm->submit(work(), false).value().id;
  ASSERT_TRUE(here.slurm->cancel(id).ok());
  ASSERT_TRUE(here.slurm->cancel(id).ok());  // some versions refuse the second
  EXPECT_EQ(here.slurm->find("ts-C-17-1").value()->state, JobState::kCancelled);
  EXPECT_TRUE(here.slurm->segments(id).value().empty());
}

TEST_P(EveryVersion, KnowsUnknownJobs) {
  Here here(GetParam());
  EXPECT_FALSE(here.slurm->find("ts-C-17-1").value());
  EXPECT_TRUE(here.slurm->cancel("99").ok());
  const auto segments = here.slurm->segments("99");  // "Nothing found", with status 200
  ASSERT_TRUE(segments.ok()) << what(segments);
  EXPECT_TRUE(segments.value().empty());
}

TEST_P(EveryVersion, LivesWithoutAccounting) {
  Here here(GetParam(), false);
  const std::string id = here.slurm->submit(work(), false).value().id;
  here.fake.run(1, 1'000);
  ASSERT_EQ(here.slurm->segments(id).value().size(), 1U);
  here.fake.jobs.clear();  // MinJobAge
  EXPECT_TRUE(here.slurm->segments(id).value().empty());
}

TEST_P(EveryVersion, RefusesAWrongToken) {
  Here here(GetParam());
  for (const std::string token : {"stolen-", ""}) {
    const auto jobs = here.connect(kPatient, token)->jobs();
    EXPECT_EQ(kind(jobs), FaultKind::kRefused);
    EXPECT_NE(jobs.error().hint.find("key"), std::string::npos) << jobs.error().what;
    const auto nodes = here.connect(kPatient, token)->inventory();
    EXPECT_EQ(kind(nodes), FaultKind::kRefused);
    EXPECT_NE(nodes.error().hint.find("key"), std::string::npos) << nodes.error().what;
  }
}

TEST_P(EveryVersion, SaysWhatSlurmRefuses) {
  Here here(GetParam());
  Work other = work();
  other.tenant.account = "nobody";
  auto refused = here.slurm->submit(other, false);
  EXPECT_EQ(kind(refused), FaultKind::kRefused);
  EXPECT_NE(what(refused).find("Invalid account"), std::string::npos);
  other = work();
  other.devices_per_node = 9;
  EXPECT_EQ(kind(here.slurm->submit(other, false)), FaultKind::kRefused);
  other = work();
  other.nodes = {"a-n7"};
  EXPECT_EQ(kind(here.slurm->submit(other, false)), FaultKind::kRefused);
  EXPECT_EQ(here.fake.taken(), 0);
}

TEST_P(EveryVersion, CancelsAJobOnOtherNodes) {
  Here here(GetParam());
  here.fake.ignores_required_nodes = true;
  const auto made = here.slurm->submit(work(), false);
  EXPECT_EQ(kind(made), FaultKind::kMismatch);
  EXPECT_NE(what(made).find("its nodes: asked for \"a-n1,a-n3\""), std::string::npos) << what(made);
  EXPECT_EQ(here.fake.job(1).states.front(), "CANCELLED");
}

TEST_P(EveryVersion, JudgesNodes) {
  Here here(GetParam());
  here.fake.machines = {{"b-n9", {"MIXED"}},
                        {"b-n1", {"IDLE"}},
                        {"b-n2", {"IDLE", "DRAIN"}, "fan"},
                        {"b-n3", {"DOWN"}},
                        {"b-n4", {"IDLE", "NOT_RESPONDING"}},
                        {"b-n5", {"ALLOCATED"}, "", "gpu:h100:8(S:0-1)"},
                        {"b-n6", {"ALLOCATED", "COMPLETING"}, "", "nic:2,gpu:4"},
                        {"b-n7", {"IDLE"}, "", "gpu:h100:8", {"local"}},
                        {"b-n8", {"UNKNOWN"}, "", ""}};
  const Inventory inventory = here.slurm->inventory().value();
  EXPECT_FALSE(inventory.version.empty());
  std::string seen;
  for (const Node& node : inventory.nodes) {
    seen += node.name + (node.up ? "+" : "-") + node.accelerator + std::to_string(node.devices);
    seen += ' ';
    EXPECT_EQ(node.up, node.detail.empty()) << node.detail;
  }
  EXPECT_EQ(seen,
            "b-n1+h1008 b-n2-h1008 b-n3-h1008 b-n4-h1008 b-n5+h1008 b-n6+gpu4 b-n8-0 "
            "b-n9+h1008 ");
  EXPECT_EQ(inventory.nodes[1].detail, "IDLE DRAIN: fan");
  here.fake.machines.push_back({"b-n1"});
  const auto twice = here.slurm->inventory();
  EXPECT_EQ(kind(twice), FaultKind::kBadAnswer);
  EXPECT_NE(what(twice).find("b-n1"), std::string::npos);
}

// Without dbv0.0.38, and with the versions of another release.
TEST(Slurm, FindsTheVersionOutAgainAfterAnUpgrade) {
  Here here(38);
  ASSERT_TRUE(here.slurm->submit(work(), false).ok());
  EXPECT_NE(here.slurm->describe().find("v0.0.38"), std::string::npos);
  here.fake.upgrade(43);
  const auto during = here.slurm->submit(work(2), false);
  EXPECT_EQ(kind(during), FaultKind::kUnreachable);  // nothing has happened
  const auto after = here.slurm->submit(work(2), false);
  ASSERT_TRUE(after.ok()) << what(after);
  EXPECT_EQ(here.slurm->jobs().value().size(), 2U);
  EXPECT_NE(here.slurm->describe().find("v0.0.43"), std::string::npos);
  here.fake.upgrade(99);
  EXPECT_FALSE(here.slurm->jobs().ok());
  EXPECT_EQ(kind(here.slurm->jobs()), FaultKind::kUnfit);
}

TEST(Slurm, KnowsWhetherASubmissionMayHaveArrived) {
  Here here(40);
  const auto hurried = here.connect(kImpatient);
  must_answer(*hurried);
  here.fake.trouble(FakeSlurm::Trouble::kDeaf, "job/submit");
  EXPECT_EQ(kind(hurried->submit(work(), false)), FaultKind::kInDoubt);
  // It had not arrived: the look before the second try finds nothing.
  ASSERT_TRUE(here.slurm->submit(work(), true).ok());
  here.fake.trouble(FakeSlurm::Trouble::kMute, "job/submit");
  must_answer(*hurried);
  EXPECT_EQ(kind(hurried->submit(work(2), false)), FaultKind::kInDoubt);
  while (here.fake.taken() < 2) std::this_thread::yield();
  const auto second = here.slurm->submit(work(2), true);
  ASSERT_TRUE(second.ok()) << what(second);
  EXPECT_EQ(second.value().id, "2");
  EXPECT_EQ(here.fake.taken(), 2);
}

// slurmctld was asked, and slurmrestd, or a proxy before it, did not get its answer.
TEST(Slurm, DoubtsWhatOthersLostTheAnswerOf) {
  Here here(38);
  ASSERT_TRUE(here.slurm->jobs().ok());
  const auto error = [](int number) {
    return R"({"errors":[{"error_number":)" + std::to_string(number) + R"(,"error":"lost"}]})";
  };
  for (const int number : {1'003, 1'802, 5'000, 5'004, 5'005}) {
    here.fake.say(500, error(number));
    EXPECT_EQ(kind(here.slurm->submit(work(), false)), FaultKind::kInDoubt) << number;
  }
  here.fake.say(504, R"({"message":"upstream timed out"})");
  EXPECT_EQ(kind(here.slurm->submit(work(), false)), FaultKind::kInDoubt);
  here.fake.say(500, error(1'800));
  EXPECT_EQ(kind(here.slurm->submit(work(), false)), FaultKind::kUnreachable) << "nobody was asked";
  here.fake.say(500, error(2'015));
  EXPECT_EQ(kind(here.slurm->submit(work(), false)), FaultKind::kRefused);
}

TEST(Slurm, DoubtsAJobThatItCouldNotReadBack) {
  Here here(40, true, kImpatient);
  must_answer(*here.slurm);
  here.fake.trouble(FakeSlurm::Trouble::kDeaf, "job/1");
  EXPECT_EQ(kind(here.slurm->submit(work(), false)), FaultKind::kInDoubt);
  while (here.fake.taken() < 1) std::this_thread::yield();
}

TEST(Slurm, DoesNotWaitForASlurmThatHangs) {
  Here here(38, true, kImpatient);
  for (const std::string part : {"openapi", "jobs", "nodes"}) {
    here.fake.trouble(FakeSlurm::Trouble::kDeaf, part);
    EXPECT_EQ(part == "nodes" ? kind(here.slurm->inventory()) : kind(here.slurm->jobs()),
              FaultKind::kUnreachable);
  }
  must_answer(*here.slurm);
}

TEST(Slurm, IsUnreachableWhereNobodyListens) {
  std::string url;
  { url = FakeSlurm(40).url(); }
  SlurmOptions options;
  options.url = url;
  options.user = "operator";
  options.token = [](const std::string&) -> Answer<std::string> { return std::string("t"); };
  const auto slurm = make_slurm(options).value();
  EXPECT_EQ(kind(slurm->submit(work(), false)), FaultKind::kUnreachable);
  options.url = "slurm:6820";
  EXPECT_EQ(kind(make_slurm(options)), FaultKind::kUnfit);
}

// A request that everybody had given up arrives after all: the second of a name waits.
TEST(Slurm, NeverRunsTwoJobsOfOneName) {
  Here here(43);
  ASSERT_TRUE(here.slurm->submit(work(), false).ok());
  const Job second = here.slurm->submit(work(), false).value();
  EXPECT_EQ(second.detail, "Dependency");
  const auto jobs = here.slurm->jobs().value();
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(here.slurm->find("ts-C-17-1").value()->id, second.id);
}

// Ids of contracts are numbers in base 32: the tenth is C-A.
TEST(Slurm, KnowsJobsOfContractsWithLetters) {
  EXPECT_EQ(read_job_name("ts-C-A-1")->contract, "C-A");
  EXPECT_EQ(read_job_name("ts-C-1ZK-12")->attempt, 12U);
  EXPECT_TRUE(is_contract("C-0"));
  EXPECT_FALSE(is_contract("C-"));
}

TEST(Slurm, DoesNotTakeStrangersForItsOwn) {
  Here here(40);
  for (int attempt = 1; attempt <= 11; ++attempt) {
    ASSERT_TRUE(here.slurm->submit(work(), false).ok());
  }
  const std::vector<std::string> names = {
      "",          "ts-",       "ts-C-",      "ts-C-17",
      "ts-C-17-",  "ts-C--1-1", "ts-C-017-1", "ts-C-17-01",
      "ts-C-x-1",  "TS-C-17-1", "ts-C-17-1 ", "ts-C-17-1-1x",
      "bash",      "ts-O-17-1", "ts-C-17-+1", "ts-C-99999999999999-1",
      "ts-C-1I-1", "ts-C-1a-1"};
  const FakeSlurm::Row ours = here.fake.job(1);
  for (const std::string& name : names) {
    here.fake.jobs.push_back(ours);
    here.fake.jobs.back().name = name;
  }
  EXPECT_EQ(here.slurm->jobs().value().size(), 11U);
  EXPECT_EQ(here.slurm->find("ts-C-17-1").value()->id, "11");  // not "9"
}

// Its user can give it another name; another's job may have got its id.
TEST(Slurm, EndsByItsIdWhatIsNotSeenAnyMore) {
  Here here(38);
  const std::string id = here.slurm->submit(work(), false).value().id;
  here.fake.run(1, 1'000);
  here.fake.job(1).name = "bash";
  EXPECT_TRUE(here.slurm->jobs().value().empty());
  here.fake.job(1).user = "eve";
  EXPECT_TRUE(here.slurm->cancel_unseen(id, work().tenant).ok());
  EXPECT_EQ(here.fake.job(1).end, 0) << "it is another's";
  here.fake.job(1).user = "lab";
  EXPECT_TRUE(here.slurm->cancel_unseen(id, work().tenant).ok());
  EXPECT_NE(here.fake.job(1).end, 0);
  EXPECT_TRUE(here.slurm->cancel_unseen("99", work().tenant).ok());
}

// Whoever may submit may call a job as one of ours.
TEST(Slurm, TakesNoJobOfAnotherUserForItsOwn) {
  Here here(40);
  Work others = work();
  others.tenant.user = "eve";
  ASSERT_TRUE(here.slurm->submit(others, false).ok());
  const auto made = here.slurm->submit(work(), true);
  ASSERT_TRUE(made.ok()) << what(made);
  EXPECT_EQ(made.value().id, "2");
  EXPECT_EQ(made.value().user, "lab");
  ASSERT_TRUE(here.slurm->submit(others, false).ok());
  EXPECT_EQ(here.slurm->submit(work(), true).value().id, "2");
}

// All jobs of a cluster come in one answer, which may be larger than anything that is parsed.
TEST(Slurm, FindsItsJobsAmongVeryManyOfOthers) {
  Here here(40);
  ASSERT_TRUE(here.slurm->submit(work(), false).ok());
  FakeSlurm::Row other = here.fake.job(1);
  other.name = "train";
  other.comment = std::string(4'000, 'x') + R"({"jobs":[{"name":"\\")";
  for (int i = 0; i < 5'000; ++i) here.fake.jobs.push_back(other);
  here.fake.jobs.push_back(here.fake.job(1));
  here.fake.jobs.back().id = 9'999;
  here.fake.jobs.back().comment = other.comment + "]}";
  const auto jobs = here.slurm->jobs();
  ASSERT_TRUE(jobs.ok()) << what(jobs);
  ASSERT_EQ(jobs.value().size(), 2U);
  EXPECT_EQ(jobs.value()[1].id, "9999");
  EXPECT_EQ(jobs.value()[1].nodes, (std::vector<std::string>{"a-n1", "a-n3"}));
}

TEST(Slurm, RefusesAnswersThatAreNone) {
  Here here(40);
  ASSERT_TRUE(here.slurm->jobs().ok());
  for (const std::string body :
       {"", "<html>", "[]", "{}", R"({"jobs":{}})", R"({"jobs":[)", R"({"jobs":[],"jobs":[]})"}) {
    here.fake.say(200, body);
    EXPECT_EQ(kind(here.slurm->jobs()), FaultKind::kBadAnswer) << body;
    EXPECT_FALSE(here.slurm->submit(work(), false).ok()) << body;
  }
  here.fake.say(502, "<html>bad gateway");
  EXPECT_EQ(kind(here.slurm->jobs()), FaultKind::kBadAnswer);
  here.fake.say(200, "{\"jobs\":[],\"more\":\"" + std::string(std::size_t{15} << 20, 'x') + "\"}");
  EXPECT_EQ(kind(here.slurm->jobs()), FaultKind::kBadAnswer);
  // Rows that say nothing are nobody's jobs, and stop nobody's reading.
  here.fake.say(200, R"({"jobs":[1,null,{},{"job_id":-1,"name":"ts-C-1-1"}]})");
  EXPECT_TRUE(here.slurm->jobs().value().empty());
}

TEST(SlurmApi, HasLimits) {
  std::string body = "{\"jobs\":[";
  for (std::size_t i = 0; i <= kJobsMax; ++i) {
    body += R"({"job_id":7,"job_state":"PENDING","name":"ts-C-1-1"},)";
  }
  std::string fewer = body.substr(0, body.rfind(",{")) + "]}";
  body.back() = ']';
  body += '}';
  EXPECT_EQ(kind(read_jobs({200, body}, {})), FaultKind::kBadAnswer);
  EXPECT_TRUE(read_jobs({200, fewer}, {}).ok());
}

// An error without words is one, whatever the status says.
TEST(SlurmApi, TakesNoErrorForSuccess) {
  const auto refused =
      check_reply(SlurmReply{200, R"({"errors":[{"error_code":2014}],"job_id":7})"});
  EXPECT_EQ(kind(refused), FaultKind::kRefused);
  EXPECT_EQ(what(refused), "error 2014");
  EXPECT_EQ(kind(check_reply(SlurmReply{500, R"({"errors":[{"error_number":2017}]})"})),
            FaultKind::kUnknown);
  EXPECT_EQ(what(check_reply(SlurmReply{500, R"({"errors":[]})"})), "status 500");
}

TEST(SlurmApi, SpeaksTheHighestVersionThatBothKnow) {
  const auto version = choose_version(
      R"({"paths":{"/slurm/v0.0.41/jobs/":{},"/slurm/v0.0.42/ping/":{},"/slurm/v0.0.50/jobs":{},
          "/slurmdb/v0.0.40/job/{id}":{},"/slurm/v0.0.37/jobs":{},"/slurm/v0.0.x/jobs":{}}})");
  ASSERT_TRUE(version.ok()) << what(version);
  EXPECT_EQ(version.value().number, 41U);
  EXPECT_EQ(version.value().accounting, 40U);
  EXPECT_EQ(kind(choose_version(R"({"paths":{"/slurm/v0.0.37/jobs":{}}})")), FaultKind::kUnfit);
  EXPECT_EQ(kind(choose_version("openapi: 3.0.2")), FaultKind::kBadAnswer);
}

TEST(SlurmApi, LeavesOutWhatIsNotSet) {
  Work spot = work();
  spot.service = Service::kSpot;
  spot.accelerator = "gpu";  // a cluster that has no types
  const SlurmTerms bare{.spot_qos = ""};
  const std::string text = write_submission(spot, bare, {38, 0}).value();
  EXPECT_EQ(text.find("qos"), std::string::npos);
  EXPECT_NE(text.find("\"gres\":\"gpu:8\""), std::string::npos) << text;
  EXPECT_NE(text.find("\"nodes\":\"2\""), std::string::npos) << text;  // a text, or it is ignored
  EXPECT_NE(write_submission(spot, {}, {38, 0}).value().find("\"qos\":\"spot\""),
            std::string::npos);
}

// RFC 7519 with RFC 7515's HS256; checked with another program.
TEST(SlurmToken, IsAToken) {
  EXPECT_EQ(slurm_token("secret", "lab", 1'000, 1'060),
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
            "eyJleHAiOjEwNjAsImlhdCI6MTAwMCwic3VuIjoibGFiIn0.gfzrPe9s5uQS4d-1Db8PjEqMPvY-"
            "DhIO5HHgz9WeXvs");
}

}  // namespace
}  // namespace tongsuan::cluster
