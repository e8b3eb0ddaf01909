#include "tongsuan/cluster/kubernetes.h"

#include <cstdio>
#include <fstream>
#include <thread>

#include "tongsuan/cluster/cluster_fixture.h"
#include "tongsuan/cluster/fake_kubernetes.h"
#include "tongsuan/cluster/fake_kueue.h"

namespace tongsuan::cluster {
namespace {

constexpr const char* kName = "ts-c-17-1";
constexpr const char* kOurs = "ts-C-17-1";

std::string node(const std::string& name, const std::string& rest = "",
                 const std::string& ready = "True") {
  return R"({"metadata":{"name":")" + name +
         R"(","labels":{"nvidia.com/gpu.product":"h100","zone":"a"}},"spec":{)" + rest +
         R"(},"status":{"allocatable":{"cpu":"96","nvidia.com/gpu":"8"},"conditions":[)" +
         R"({"type":"MemoryPressure","status":"False"},{"type":"Ready","status":")" + ready +
         R"(","reason":"KubeletReady","message":"says the kubelet"}]}})";
}

class KubernetesTest : public ::testing::Test {
 protected:
  KubernetesTest() {
    terms.image = "registry/work:1";
    cluster = connect();
  }
  std::unique_ptr<Cluster> connect(std::chrono::milliseconds deadline = kPatient,
                                   std::string token = "good") {
    KubernetesOptions options;
    options.server.url = fake.url();
    options.terms = terms;
    options.deadline = deadline;
    options.server.token = [token = std::move(token)]() -> Answer<std::string> { return token; };
    options.worker.url = worker.url();
    options.worker.token = [] { return Answer<std::string>("good"); };
    options.now = [this] { return now; };
    options.keep_seconds = 10'000;
    return make_kubernetes(std::move(options)).value();
  }
  static Work work(std::uint32_t attempt = 1) {
    Work work{.contract = "C-17",
              .attempt = attempt,
              .tenant = {"alice", "lab"},
              .accelerator = "h100",
              .nodes = {"n1", "n3"},
              .devices_per_node = 8,
              .seconds = 3'600,
              .service = Service::kFirm,
              .script = "#!/bin/sh\necho $$ $(date) $(HOME) $HOME 'a\"b'\n",
              .folder = "/scratch"};
    work.environment["HOME"] = "/home/$(USER)$$";
    return work;
  }
  Job ours() { return cluster->find(kOurs).value().value(); }
  // What its controller says.
  void runs(const std::string& start, int ready = 2) {
    fake.status(kName, R"({"startTime":")" + start + R"(","active":2,"ready":)" +
                           std::to_string(ready) + '}');
  }
  void ends(const std::string& start, const std::string& type, const std::string& reason,
            const std::string& end) {
    const std::string done = type == "Complete" ? R"("completionTime":")" + end + "\"," : "";
    fake.status(kName, R"({"startTime":")" + start + "\"," + done + R"("conditions":[{"type":")" +
                           type + R"(","status":"True","reason":")" + reason +
                           R"(","message":"m","lastTransitionTime":")" + end + R"("}]})");
  }
  std::string stretches() {
    std::string text;
    const std::vector<Segment> segments = cluster->segments(ours().id).value();
    for (const Segment& each : segments) {
      text += std::to_string(each.start) + '-' + (each.end ? std::to_string(*each.end) : "") + ' ' +
              std::string(to_string(each.state)) + ' ';
    }
    return text;
  }

  UnixSecond now = 0;
  KubernetesTerms terms;
  FakeKubernetes fake, worker;  // which is asked only where `terms` name one
  std::unique_ptr<Cluster> cluster;
};

TEST_F(KubernetesTest, MakesASuspendedJobAndResumesIt) {
  const auto made = cluster->submit(work(), false);
  ASSERT_TRUE(made.ok()) << what(made);
  EXPECT_EQ(made.value().name, kOurs);
  EXPECT_EQ(made.value().id, "lab/ts-c-17-1/uid-1");
  EXPECT_EQ(made.value().state, JobState::kPending);
  EXPECT_EQ(made.value().nodes, (std::vector<std::string>{"n1", "n3"}));
  EXPECT_EQ(made.value().devices_per_node, 8U);
  EXPECT_EQ(made.value().account, "lab");
  EXPECT_EQ(made.value().user, "alice");
  FakeKubernetes::Row& row = fake.job(kName);
  EXPECT_FALSE(row.suspended);
  // Dollars of the script are the shell's, not the cluster's.
  EXPECT_EQ(row.script, work().script);
  EXPECT_EQ(row.environment.at("HOME"), "/home/$(USER)$$");
  for (const char* part :
       {R"("completions":2)", R"("parallelism":2)", R"("backoffLimit":0)", R"("Indexed")",
        R"("automountServiceAccountToken":false)", R"("topologyKey":"kubernetes.io/hostname")",
        R"("activeDeadlineSeconds":3600)"}) {
    EXPECT_NE(row.spec.find(part), std::string::npos) << part;
  }
}

TEST_F(KubernetesTest, TellsWhatAJobDoes) {
  ASSERT_TRUE(cluster->submit(work(), false).ok());
  runs("1970-01-01T00:16:40Z", 1);
  EXPECT_EQ(ours().state, JobState::kPending);  // not all of its pods
  EXPECT_EQ(stretches(), "");
  runs("1970-01-01T00:16:40Z");
  EXPECT_EQ(ours().state, JobState::kRunning);
  EXPECT_EQ(ours().start, 1'000);
  EXPECT_EQ(stretches(), "1000- running ");
  ends("1970-01-01T00:16:40Z", "Complete", "", "1970-01-01T00:17:40Z");
  EXPECT_EQ(ours().state, JobState::kCompleted);
  EXPECT_EQ(ours().end, 1'060);
  EXPECT_EQ(stretches(), "1000-1060 completed ");
}

// Nobody looked while it ran, and its pods are gone.
TEST_F(KubernetesTest, CountsAStretchThatNobodySaw) {
  ASSERT_TRUE(cluster->submit(work(), false).ok());
  ends("1970-01-01T00:16:40Z", "Failed", "BackoffLimitExceeded", "1970-01-01T00:16:45Z");
  EXPECT_EQ(ours().state, JobState::kFailed);
  EXPECT_EQ(stretches(), "1000-1005 failed ");
}

TEST_F(KubernetesTest, ReadsWhatTheFirstPodSays) {
  const auto made = cluster->submit(work(), false);
  ASSERT_TRUE(made.ok());
  const std::string& id = made.value().id;
  EXPECT_EQ(cluster->output(id, Stream::kStdout, {}).value(), Piece{}) << "it has no pod yet";
  fake.pods = {R"({"metadata":{"name":"ts-c-17-1-0-a1b2c"}})",
               R"({"metadata":{"name":"ts-c-17-1-10-d3e4f"}})"};
  EXPECT_EQ(cluster->output(id, Stream::kStdout, {}).value(), Piece{}) << "it has not begun";
  const std::string log("\xff\0two\n", 6);
  fake.logs["ts-c-17-1-0-a1b2c"] = log;
  EXPECT_EQ(cluster->output(id, Stream::kStdout, {}).value().bytes, log);
  const auto end = cluster->output(id, Stream::kStdout, {.from = 4});
  EXPECT_EQ(end.value(), (Piece{4, 6, log.substr(4), false}));
  EXPECT_EQ(cluster->output(id, Stream::kStderr, {}).error().kind, FaultKind::kUnfit);
  EXPECT_EQ(cluster->output("none", Stream::kStdout, {}).error().kind, FaultKind::kUnknown);
  fake.forbids = true;
  EXPECT_FALSE(cluster->output(id, Stream::kStdout, {}).ok());
}

TEST_F(KubernetesTest, AsksPodsOnceWhyTheyFailed) {
  fake.pods = {R"({"status":{"containerStatuses":[{"state":{"terminated":{"exitCode":3}}}]}})"};
  ASSERT_TRUE(cluster->submit(work(), false).ok());
  ends("1970-01-01T00:16:40Z", "Failed", "BackoffLimitExceeded", "1970-01-01T00:16:45Z");
  EXPECT_EQ(ours().exit_code, 3);
  fake.pods.clear();
  EXPECT_EQ(ours().exit_code, 3);
  EXPECT_EQ(ours().exit_code, 3);
  EXPECT_EQ(fake.count("/pods?"), 1);
}

TEST_F(KubernetesTest, KnowsWhoTookThePodsAway) {
  struct Case {
    const char* reason;
    Service service;
    JobState state;
  };
  const Case cases[] = {{"PreemptionByScheduler", Service::kFirm, JobState::kPreempted},
                        {"EvictionByEvictionAPI", Service::kFirm, JobState::kPreempted},
                        {"DeletionByTaintManager", Service::kSpot, JobState::kNodeFailed},
                        {"DeletionByPodGC", Service::kSpot, JobState::kNodeFailed},
                        {"TerminationByKubelet", Service::kSpot, JobState::kNodeFailed},
                        {nullptr, Service::kSpot, JobState::kPreempted},
                        {nullptr, Service::kFirm, JobState::kNodeFailed}};
  for (const Case& each : cases) {
    fake.jobs.clear();
    fake.pods.clear();
    if (each.reason != nullptr) {
      fake.pods = {
          R"({"status":{"conditions":[{"type":"DisruptionTarget","status":"True","reason":")" +
          std::string(each.reason) + R"("}]}})"};
    }
    Work job = work();
    job.service = each.service;
    ASSERT_TRUE(cluster->submit(job, false).ok());
    ends("1970-01-01T00:16:40Z", "Failed", "PodFailurePolicy", "1970-01-01T00:16:45Z");
    EXPECT_EQ(ours().state, each.state) << (each.reason == nullptr ? "gone" : each.reason);
  }
}

TEST_F(KubernetesTest, EndsAtItsTime) {
  ASSERT_TRUE(cluster->submit(work(), false).ok());
  runs("1970-01-01T00:16:40Z");
  EXPECT_EQ(ours().state, JobState::kRunning);
  ends("1970-01-01T00:16:40Z", "Failed", "DeadlineExceeded", "1970-01-01T01:16:40Z");
  EXPECT_EQ(stretches(), "1000-4600 timed-out ");
}

// One that never had its devices costs nothing, whatever Kubernetes calls its start.
TEST_F(KubernetesTest, CountsNoStretchOfAJobThatNeverRan) {
  ASSERT_TRUE(cluster->submit(work(), false).ok());
  runs("1970-01-01T00:16:40Z", 0);
  EXPECT_EQ(ours().state, JobState::kPending);
  ends("1970-01-01T00:16:40Z", "Failed", "DeadlineExceeded", "1970-01-01T01:16:40Z");
  EXPECT_EQ(ours().state, JobState::kTimedOut);
  EXPECT_EQ(stretches(), "");
}

TEST_F(KubernetesTest, CancelsAndStillKnowsWhatRan) {
  const std::string id = cluster->submit(work(), false).value().id;
  runs("1970-01-01T00:16:40Z");
  EXPECT_EQ(ours().state, JobState::kRunning);
  ASSERT_TRUE(cluster->cancel(id).ok());
  ASSERT_TRUE(cluster->cancel(id).ok());
  EXPECT_EQ(ours().state, JobState::kEnding);  // its pods are still there
  fake.collect(kName);
  EXPECT_EQ(ours().state, JobState::kCancelled);
  EXPECT_EQ(stretches(), "1000-3600 cancelled ");
  now = 13'599;
  EXPECT_EQ(cluster->jobs().value().size(), 1U);
  now = 13'600;  // released
  ASSERT_TRUE(cluster->jobs().ok());
  EXPECT_TRUE(cluster->jobs().value().empty());
  EXPECT_TRUE(fake.jobs.empty());
  EXPECT_TRUE(cluster->segments(id).value().empty());
  EXPECT_TRUE(cluster->cancel(id).ok());
}

// Another job of the same name is not the one that was meant.
TEST_F(KubernetesTest, CancelsNoOtherJobOfItsName) {
  const std::string id = cluster->submit(work(), false).value().id;
  fake.jobs.clear();
  ASSERT_TRUE(cluster->submit(work(), false).ok());
  EXPECT_TRUE(cluster->cancel(id).ok());
  EXPECT_TRUE(fake.job(kName).deleted.empty());
  EXPECT_TRUE(cluster->segments(id).value().empty());
  for (const char* odd : {"", "7", "a/b", "lab/ts-c-17-1/../x", "lab/../ts", "A/b/c"}) {
    EXPECT_TRUE(cluster->cancel(odd).ok());
    EXPECT_TRUE(cluster->segments(odd).value().empty());
  }
}

TEST_F(KubernetesTest, LeavesResumingToKueue) {
  terms.queue = "market";
  terms.firm_priority = "tongsuan-firm";
  cluster = connect();
  ASSERT_TRUE(cluster->submit(work(), false).ok());
  EXPECT_TRUE(fake.job(kName).suspended);
  EXPECT_NE(fake.job(kName).labels.find(R"("kueue.x-k8s.io/queue-name":"market")"),
            std::string::npos);
  EXPECT_NE(fake.job(kName).spec.find(R"("priorityClassName":"tongsuan-firm")"), std::string::npos);
  fake.suspend(kName, false);
  runs("1970-01-01T00:16:40Z");
  EXPECT_EQ(ours().state, JobState::kRunning);
  // Kueue takes it back, forgets when it began, and admits it again.
  fake.suspend(kName, true);
  fake.status(kName, R"({"conditions":[{"type":"Suspended","status":"True","reason":"JobSuspended",
    "message":"Preempted","lastTransitionTime":"1970-01-01T00:18:20Z"}]})");
  EXPECT_EQ(ours().state, JobState::kPending);
  EXPECT_EQ(ours().detail, "JobSuspended: Preempted");
  EXPECT_EQ(stretches(), "1000-1100 preempted ");
  fake.suspend(kName, false);
  runs("1970-01-01T00:20:00Z");
  EXPECT_EQ(ours().restarts, 1U);
  EXPECT_EQ(stretches(), "1000-1100 preempted 1200- running ");
}

TEST_F(KubernetesTest, MakesOneJobOfAName) {
  const Job first = cluster->submit(work(), false).value();
  const auto second = cluster->submit(work(), false);  // 409 AlreadyExists
  ASSERT_TRUE(second.ok()) << what(second);
  EXPECT_EQ(first.id, second.value().id);
  EXPECT_EQ(cluster->submit(work(), true).value().id, first.id);
  EXPECT_EQ(fake.taken(), 1);
}

TEST_F(KubernetesTest, RefusesAStrangersJobOfItsName) {
  ASSERT_TRUE(cluster->submit(work(), false).ok());
  fake.job(kName).labels = "{}";
  EXPECT_EQ(kind(cluster->submit(work(), false)), FaultKind::kRefused);
  EXPECT_FALSE(cluster->find(kOurs).value());
  EXPECT_TRUE(fake.job(kName).deleted.empty());
}

TEST_F(KubernetesTest, KnowsWhetherASubmissionMayHaveArrived) {
  const auto hurried = connect(kImpatient);
  fake.trouble(FakeKubernetes::Trouble::kDeaf, "POST");
  EXPECT_NE(kind(hurried->submit(work(), false)), FaultKind::kRefused);
  ASSERT_TRUE(cluster->submit(work(), true).ok());
  fake.trouble(FakeKubernetes::Trouble::kMute, "POST");
  EXPECT_EQ(kind(hurried->submit(work(2), false)), FaultKind::kInDoubt);
  while (fake.taken() < 2) std::this_thread::yield();
  EXPECT_TRUE(fake.job("ts-c-17-2").suspended);  // and does nothing
  ASSERT_TRUE(cluster->submit(work(2), true).ok());
  EXPECT_FALSE(fake.job("ts-c-17-2").suspended);
  EXPECT_EQ(fake.taken(), 2);
}

// It is asked for as long as is left of its time, which was more when it was made.
TEST_F(KubernetesTest, TakesTheJobThatItAskedForBefore) {
  fake.say("PATCH", 500, R"({"kind":"Status","message":"etcdserver: request timed out"})");
  ASSERT_EQ(kind(cluster->submit(work(), false)), FaultKind::kInDoubt);
  Work later = work();
  later.seconds -= 130;
  for (const bool perhaps_there : {true, false}) {
    fake.suspend(kName, true);
    const auto found = cluster->submit(later, perhaps_there);
    ASSERT_TRUE(found.ok()) << what(found);
    EXPECT_FALSE(fake.job(kName).suspended);
  }
  later.seconds = 7'200;
  EXPECT_EQ(kind(cluster->submit(later, true)), FaultKind::kMismatch) << "it would end too early";
}

// Its text is a buyer's, and must not keep the others' from being seen.
TEST_F(KubernetesTest, SeesItsJobsHoweverLargeTheyAre) {
  constexpr std::uint32_t kMany = 40;
  Work large = work();
  large.script = "#!/bin/sh\n" + std::string(kScriptBytesMax - 10, '<');
  fake.webhook = [](FakeKubernetes::Row& row) {  // so the real one writes what could be HTML
    std::string spec;
    for (const char c : row.spec) spec += c == '<' ? "\\u003c" : std::string(1, c);
    row.spec = std::move(spec);
  };
  for (large.attempt = 1; large.attempt <= kMany; ++large.attempt) {
    ASSERT_TRUE(cluster->submit(large, false).ok());
  }
  const auto jobs = cluster->jobs();
  ASSERT_TRUE(jobs.ok()) << what(jobs);
  EXPECT_EQ(jobs.value().size(), kMany);
}

// A tenant of another namespace may call a job so.
TEST_F(KubernetesTest, TakesNoJobOfAnotherTenantForItsOwn) {
  fake.spaces.insert("other");
  Work others = work();
  others.tenant.account = "other";
  ASSERT_TRUE(cluster->submit(others, false).ok());
  const auto made = cluster->submit(work(), true);
  ASSERT_TRUE(made.ok()) << what(made);
  EXPECT_EQ(made.value().account, "lab");
  EXPECT_EQ(fake.taken(), 2);
}

TEST_F(KubernetesTest, DoubtsAJobThatItCouldNotResume) {
  fake.say("PATCH", 500, R"({"kind":"Status","message":"etcdserver: request timed out"})");
  EXPECT_EQ(kind(cluster->submit(work(), false)), FaultKind::kInDoubt);
  EXPECT_TRUE(cluster->submit(work(), true).ok());
  EXPECT_FALSE(fake.job(kName).suspended);
  fake.say("POST", 504, R"({"kind":"Status","message":"Timeout","reason":"Timeout"})");
  EXPECT_EQ(kind(cluster->submit(work(2), false)), FaultKind::kInDoubt);
}

TEST_F(KubernetesTest, TriesAgainWhereSomebodyElseWasFaster) {
  fake.say("PATCH", 409, R"({"kind":"Status","reason":"Conflict","message":"modified"})");
  EXPECT_TRUE(cluster->submit(work(), false).ok());
  EXPECT_FALSE(fake.job(kName).suspended);
}

TEST_F(KubernetesTest, DeletesAJobThatAWebhookChanged) {
  const std::pair<std::string, std::string> changes[] = {
      {R"("values":["n1"])", R"("values":["n2"])"},
      {R"("parallelism":2)", R"("parallelism":1)"},
      {R"("limits":{"nvidia.com/gpu":"8"})", R"("limits":{"nvidia.com/gpu":"4"})"},
      {R"("activeDeadlineSeconds":3600)", R"("activeDeadlineSeconds":60)"},
      {R"("restartPolicy":"Never")", R"("restartPolicy":"Never","priorityClassName":"low")"}};
  for (const auto& [from, to] : changes) {
    fake.jobs.clear();
    fake.webhook = [&](FakeKubernetes::Row& row) {
      const std::size_t at = row.spec.find(from);
      ASSERT_NE(at, std::string::npos) << from;
      row.spec.replace(at, from.size(), to);
    };
    const auto made = cluster->submit(work(), false);
    EXPECT_EQ(kind(made), FaultKind::kMismatch) << to;
    EXPECT_FALSE(fake.job(kName).deleted.empty());
    EXPECT_TRUE(fake.job(kName).suspended);  // it never ran
  }
}

TEST_F(KubernetesTest, SaysWhatTheServerRefuses) {
  Work other = work();
  other.tenant.account = "nowhere";
  const auto refused = cluster->submit(other, false);
  EXPECT_EQ(kind(refused), FaultKind::kRefused);
  EXPECT_NE(what(refused).find("namespaces \"nowhere\" not found"), std::string::npos);
  other.tenant.account = "../kube-system";
  EXPECT_EQ(kind(cluster->submit(other, false)), FaultKind::kUnfit);
  other = work();
  other.seconds = -1;
  EXPECT_EQ(kind(cluster->submit(other, false)), FaultKind::kRefused);  // 422
  EXPECT_EQ(kind(connect(kPatient, "stolen")->jobs()), FaultKind::kRefused);
  fake.forbids = true;
  const auto forbidden = cluster->jobs();
  EXPECT_EQ(kind(forbidden), FaultKind::kRefused);
  EXPECT_NE(what(forbidden).find("forbidden"), std::string::npos);
  EXPECT_NE(forbidden.error().hint.find("clusters.md"), std::string::npos);
  fake.say("GET", 429, "{}");
  EXPECT_EQ(kind(cluster->jobs()), FaultKind::kUnreachable);
  terms.image.clear();
  EXPECT_EQ(kind(connect()->submit(work(), false)), FaultKind::kUnfit);
  Work with_image = work();
  with_image.image = "registry/own:2";
  EXPECT_NE(write_job(with_image, terms).value().find(R"("image":"registry/own:2")"),
            std::string::npos);
  EXPECT_EQ(fake.taken(), 0);
}

TEST_F(KubernetesTest, WatchesAndListsAgainWhenItMust) {
  ASSERT_TRUE(cluster->submit(work(), false).ok());
  ASSERT_TRUE(cluster->submit(work(2), false).ok());
  EXPECT_EQ(cluster->jobs().value().size(), 2U);
  const auto lists = [&] { return fake.count("jobs?limit"); };
  EXPECT_EQ(lists(), 1);
  runs("1970-01-01T00:16:40Z");
  auto jobs = cluster->jobs().value();
  EXPECT_EQ(jobs[0].state, JobState::kRunning);
  EXPECT_EQ(lists(), 1);  // by an event
  const std::string second = jobs[1].id;
  ASSERT_TRUE(cluster->cancel(second).ok());
  fake.job("ts-c-17-2").finalizers.clear();
  fake.status("ts-c-17-2", "{}");
  EXPECT_EQ(cluster->jobs().value().size(), 1U);
  EXPECT_EQ(lists(), 1);
  // Forgotten, told in both ways; broken off; silent; no events at all.
  for (const bool loudly : {false, true}) {
    fake.forgets_loudly = loudly;
    ends("1970-01-01T00:16:40Z", "Complete", "",
         loudly ? "1970-01-01T00:17:40Z" : "1970-01-01T00:17:41Z");
    fake.compact();
    EXPECT_EQ(cluster->jobs().value()[0].end, loudly ? 1'060 : 1'061);
  }
  EXPECT_EQ(lists(), 3);
  fake.say("watch=true", 200, R"({"type":"MODIFIED","object":{"kind":"Job","meta)");
  EXPECT_EQ(cluster->jobs().value().size(), 1U);
  fake.say("watch=true", 200, R"({"type":"ERROR","object":{"code":500,"message":"storage"}})");
  EXPECT_EQ(cluster->jobs().value().size(), 1U);
  EXPECT_EQ(lists(), 5);
}

TEST_F(KubernetesTest, ReadsListsByPages) {
  for (std::uint32_t attempt = 1; attempt <= 5; ++attempt) {
    ASSERT_TRUE(cluster->submit(work(attempt), false).ok());
  }
  fake.page = 2;
  EXPECT_EQ(cluster->jobs().value().size(), 5U);
  // A list that took too long begins again.
  cluster = connect();
  fake.say("continue=2", 410, R"({"kind":"Status","reason":"Expired","code":410})");
  EXPECT_EQ(cluster->jobs().value().size(), 5U);
  EXPECT_EQ(cluster->find("ts-C-17-3").value()->name, "ts-C-17-3");
  EXPECT_FALSE(cluster->find("ts-C-17-9").value());
  EXPECT_FALSE(cluster->find("somebody's").value());
}

TEST_F(KubernetesTest, JudgesNodes) {
  fake.page = 2;
  fake.nodes = {node("n3"), node("n1"), node("n2", R"("unschedulable":true)"),
                node("n4", "", "Unknown"), R"({"metadata":{"name":"n5"}})"};
  const Inventory inventory = cluster->inventory().value();
  EXPECT_EQ(inventory.version, "v1.31.4");
  std::string seen;
  for (const Node& each : inventory.nodes) {
    seen +=
        each.name + (each.up ? "+" : "-") + each.accelerator + std::to_string(each.devices) + ' ';
    EXPECT_EQ(each.up, each.detail.empty());
  }
  EXPECT_EQ(seen, "n1+h1008 n2-h1008 n3+h1008 n4-h1008 n5-0 ");
  EXPECT_EQ(inventory.nodes[1].detail, "unschedulable");
  EXPECT_EQ(inventory.nodes[3].detail, "not ready: KubeletReady: says the kubelet");
  terms.node_selector = "zone=a";
  terms.resources["h100"] = "example.com/npu";
  ASSERT_TRUE(connect()->inventory().ok());
  EXPECT_EQ(fake.count("labelSelector=zone%3Da"), 3);
}

TEST_F(KubernetesTest, TellsItsClock) {
  const auto inventory = cluster->inventory();
  ASSERT_TRUE(inventory.ok()) << what(inventory);
  ASSERT_TRUE(inventory.value().now);
  EXPECT_LE(std::abs(*inventory.value().now - cluster::now()), 60);
}

// ---- A worker of MultiKueue: jobs are the manager's, nodes and pods the worker's ---------------

class KueueTest : public KubernetesTest {
 protected:
  KueueTest() {
    terms.queue = "market";
    terms.worker = "guian";
    cluster = connect();
    fake.others = [this](const net::Request& request) { return kueue.answer(request); };
  }
  void has_quota() {
    kueue.conditions = R"([{"type":"QuotaReserved","status":"True","reason":"QuotaReserved"}])";
  }
  FakeKueue kueue;
};

TEST_F(KueueTest, NominatesItsWorkerOnceThereIsQuota) {
  ASSERT_TRUE(cluster->submit(work(), false).ok());
  ASSERT_TRUE(cluster->jobs().ok());
  EXPECT_EQ(kueue.nominated, "");
  has_quota();
  ASSERT_TRUE(cluster->jobs().ok());
  EXPECT_EQ(kueue.nominated, "guian");
  const int version = kueue.version;
  ASSERT_TRUE(cluster->jobs().ok());
  EXPECT_EQ(kueue.version, version);  // once
  // Kueue takes it, and clears the names.
  kueue.taken = "guian";
  kueue.nominated.clear();
  ASSERT_TRUE(cluster->jobs().ok());
  EXPECT_EQ(kueue.nominated, "");
  // It took the quota away, and the worker with it: nominated anew.
  kueue.taken.clear();
  ASSERT_TRUE(cluster->jobs().ok());
  EXPECT_EQ(kueue.nominated, "guian");
  EXPECT_TRUE(kueue.faults.empty()) << kueue.faults.front();
}

TEST_F(KueueTest, LooksAgainWhereTheWorkloadHasChanged) {
  ASSERT_TRUE(cluster->submit(work(), false).ok());
  has_quota();
  kueue.changes_meanwhile = true;
  ASSERT_TRUE(cluster->jobs().ok());
  EXPECT_EQ(kueue.nominated, "");
  ASSERT_TRUE(cluster->jobs().ok());
  EXPECT_EQ(kueue.nominated, "guian");
  EXPECT_EQ(kueue.faults, (std::vector<std::string>{"the object has been modified"}));
}

TEST_F(KueueTest, LeavesAloneWhatItCannotSayAgain) {
  ASSERT_TRUE(cluster->submit(work(), false).ok());
  has_quota();
  kueue.odd = R"(,"share":0.5)";
  ASSERT_TRUE(cluster->jobs().ok());
  EXPECT_EQ(kueue.nominated, "");
  EXPECT_TRUE(kueue.faults.empty());
}

TEST_F(KueueTest, NominatesNothingThatRunsOrIsOver) {
  ASSERT_TRUE(cluster->submit(work(), false).ok());
  has_quota();
  fake.suspend(kName, false);
  ASSERT_TRUE(cluster->jobs().ok());
  EXPECT_EQ(kueue.nominated, "");
}

TEST_F(KueueTest, AsksTheWorkerForNodesAndForPods) {
  worker.nodes = {node("w1")};
  fake.nodes = {node("manager")};
  const Inventory inventory = cluster->inventory().value();
  ASSERT_EQ(inventory.nodes.size(), 1U);
  EXPECT_EQ(inventory.nodes[0].name, "w1");
  worker.pods = {R"({"status":{"containerStatuses":[{"state":{"terminated":{"exitCode":3}}}]}})"};
  ASSERT_TRUE(cluster->submit(work(), false).ok());
  fake.suspend(kName, false);
  ends("1970-01-01T00:16:40Z", "Failed", "BackoffLimitExceeded", "1970-01-01T00:16:45Z");
  EXPECT_EQ(ours().exit_code, 3);
  EXPECT_EQ(worker.count("job-name%3Dts-c-17-1"), 1);
  EXPECT_EQ(fake.count("/pods"), 0);
}

TEST_F(KubernetesTest, DoesNotWaitForAServerThatHangs) {
  KubernetesOptions options;
  options.server.url = fake.url();
  options.deadline = kImpatient;
  options.watch_seconds = 0;
  options.server.token = []() -> Answer<std::string> { return std::string("good"); };
  const auto hurried = make_kubernetes(options).value();
  fake.trouble(FakeKubernetes::Trouble::kDeaf, "jobs");
  EXPECT_EQ(kind(hurried->jobs()), FaultKind::kUnreachable);
  options.server.url = "kubernetes";
  EXPECT_EQ(kind(make_kubernetes(options)), FaultKind::kUnfit);
}

TEST_F(KubernetesTest, RefusesAnswersThatAreNone) {
  for (const char* body :
       {"", "<html>", "[]", "{}", R"({"kind":"JobList"})", R"({"kind":"PodList","items":[]})"}) {
    fake.say("GET", 200, body);
    EXPECT_EQ(kind(cluster->jobs()), FaultKind::kBadAnswer) << body;
  }
  fake.say("GET", 200,
           R"({"kind":"JobList","items":[1,null,{},{"metadata":{"name":"ts-c-1-1"}}]})");
  EXPECT_TRUE(cluster->jobs().value().empty());
}

TEST(KubernetesToken, IsReadAgain) {
  std::string path = testing::TempDir() + "tongsuan-token-XXXXXX";
  ASSERT_GE(mkstemp(path.data()), 0);
  const auto token = token_of_file(path);
  EXPECT_FALSE(token().ok());
  std::ofstream(path) << "one\n";
  EXPECT_EQ(token().value(), "one");
  std::ofstream(path) << "two";
  EXPECT_EQ(token().value(), "two");
  std::remove(path.c_str());
  EXPECT_EQ(kind(token()), FaultKind::kUnfit);
}

}  // namespace
}  // namespace tongsuan::cluster
