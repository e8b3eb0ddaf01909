// Against a real slurmrestd, where the environment names one; the system tests bring it up.
//
//   TONGSUAN_SLURM_URL    http://127.0.0.1:6820
//   TONGSUAN_SLURM_KEY    file with the cluster's JWT key
//   TONGSUAN_SLURM_USER   who looks and cancels, and who the tenant is
//   TONGSUAN_SLURM_FOLDER a folder that this user may write
//   TONGSUAN_SLURM_ACCOUNTING whether there is slurmdbd; empty: there is none
//   TONGSUAN_SLURM_TENANT another user with the account, whose jobs run; empty: there is none
//   TONGSUAN_SLURM_DO     tests/system/slurm_cluster.py do ROOT NAME; without it nothing is broken
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <thread>

#include "tongsuan/cluster/cluster_fixture.h"
#include "tongsuan/cluster/slurm.h"

namespace tongsuan::cluster {
namespace {

std::string slurm_setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

class SlurmLive : public ::testing::Test {
 protected:
  void SetUp() override {
    if (slurm_setting("TONGSUAN_SLURM_URL").empty())
      GTEST_SKIP() << "TONGSUAN_SLURM_URL is not set";
    std::ifstream file(slurm_setting("TONGSUAN_SLURM_KEY"), std::ios::binary);
    const std::string key(std::istreambuf_iterator<char>(file), {});
    SlurmOptions options;
    options.url = slurm_setting("TONGSUAN_SLURM_URL");
    options.user = slurm_setting("TONGSUAN_SLURM_USER");
    options.terms.memory_mb_per_device = 64;
    options.terms.image_command = {"env", "IMAGE={image}", "/bin/sh", "-c", "{script}"};
    options.token = [key](const std::string& user) -> Answer<std::string> {
      return slurm_token(key, user, now(), now() + 60);
    };
    auto made = make_slurm(std::move(options));
    ASSERT_TRUE(made.ok()) << made.error().what;
    slurm_ = std::move(made).value();
    auto inventory = slurm_->inventory();
    ASSERT_TRUE(inventory.ok()) << inventory.error().what;
    inventory_ = std::move(inventory).value();
  }

  // Two nodes, so that contracts of other tests are of other numbers.
  Work work(std::uint32_t attempt, const std::string& script) const {
    Work work{.contract = "C-" + std::to_string(now() % 1'000'000),
              .attempt = attempt,
              .tenant = {slurm_setting("TONGSUAN_SLURM_USER"), "exchange"},
              .accelerator = inventory_.nodes.front().accelerator,
              .nodes = {inventory_.nodes[0].name, inventory_.nodes[2].name},
              .devices_per_node = 2,
              .seconds = 120,
              .service = Service::kFirm,
              .script = "#!/bin/sh\n" + script,
              .folder = slurm_setting("TONGSUAN_SLURM_FOLDER")};
    work.environment["PATH"] = "/usr/bin:/bin";
    work.environment["TONGSUAN_CONTRACT"] = work.contract;
    return work;
  }
  Job wait_for(const std::string& name, JobState state) {
    std::optional<Job> job;
    for (int i = 0; i < 300; ++i) {
      auto found = slurm_->find(name);
      if (found.ok()) job = found.value();
      if (job && job->state == state) return *job;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    ADD_FAILURE() << name << " is " << (job ? to_string(job->state) : "not there") << ", not "
                  << to_string(state);
    return job.value_or(Job{});
  }

  // Breaks or mends the cluster; skips the test where nobody may.
  static bool may_break() { return !slurm_setting("TONGSUAN_SLURM_DO").empty(); }
  static void change(const std::string& what) {
    const std::string command = slurm_setting("TONGSUAN_SLURM_DO") + ' ' + what;
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  Job start(const Work& work) {
    const auto made = slurm_->submit(work, false);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().what);
    return wait_for(job_name(work.contract, work.attempt), JobState::kRunning);
  }

  std::unique_ptr<Cluster> slurm_;
  Inventory inventory_;
};

TEST_F(SlurmLive, HasItsNodes) {
  ASSERT_GE(inventory_.nodes.size(), 3U);
  EXPECT_FALSE(inventory_.version.empty());
  ASSERT_TRUE(inventory_.now);
  EXPECT_LE(std::abs(*inventory_.now - now()), 10);
  for (const Node& node : inventory_.nodes) {
    EXPECT_TRUE(node.up) << node.detail;
    EXPECT_GT(node.devices, 0U);
    EXPECT_FALSE(node.accelerator.empty());
  }
}

TEST_F(SlurmLive, RunsAGangOnTheNodesThatItNames) {
  const Work gang = work(1, "echo contract $TONGSUAN_CONTRACT on $SLURM_JOB_NODELIST\n");
  const auto made = slurm_->submit(gang, false);
  ASSERT_TRUE(made.ok()) << made.error().what;
  const Job job = wait_for(job_name(gang.contract, 1), JobState::kCompleted);
  EXPECT_EQ(job.id, made.value().id);
  EXPECT_EQ(job.nodes, gang.nodes);
  EXPECT_EQ(job.devices_per_node, 2U);
  const auto segments = slurm_->segments(job.id);
  ASSERT_TRUE(segments.ok()) << segments.error().what;
  ASSERT_EQ(segments.value().size(), 1U);
  EXPECT_EQ(segments.value()[0].start, *job.start);
  EXPECT_EQ(segments.value()[0].nodes, gang.nodes);
  std::ifstream said(job.output);
  const std::string text(std::istreambuf_iterator<char>(said), {});
  EXPECT_NE(text.find("contract " + gang.contract), std::string::npos) << text;
}

TEST_F(SlurmLive, StartsNoJobBeforeItsTime) {
  Work later = work(11, "true\n");
  later.earliest = now() + 5;
  later.latest = *later.earliest + 60;
  const auto made = slurm_->submit(later, false);
  ASSERT_TRUE(made.ok()) << made.error().what;
  const Job job = wait_for(made.value().name, JobState::kCompleted);
  ASSERT_TRUE(job.start);
  EXPECT_GE(*job.start, *later.earliest);
}

TEST_F(SlurmLive, DropsAJobThatWouldStartTooLate) {
  Work first = work(12, "sleep 100\n");
  first.devices_per_node = 8;
  const Job running = start(first);
  Work late = work(13, "true\n");
  late.devices_per_node = 8;
  late.latest = now() + 2;
  const auto made = slurm_->submit(late, false);
  ASSERT_TRUE(made.ok()) << made.error().what;
  const Job job = wait_for(made.value().name, JobState::kTimedOut);
  EXPECT_TRUE(slurm_->segments(job.id).value().empty());
  ASSERT_TRUE(slurm_->cancel(running.id).ok());
  wait_for(running.name, JobState::kCancelled);
}

TEST_F(SlurmLive, RunsAnImageByTheHubsCommand) {
  Work boxed = work(14, "echo \"$IMAGE\" 'it''s' \"$TONGSUAN_CONTRACT\"\n");
  boxed.image = "registry.example.com/team/train:1.2";
  const auto made = slurm_->submit(boxed, false);
  ASSERT_TRUE(made.ok()) << made.error().what;
  const Job job = wait_for(made.value().name, JobState::kCompleted);
  std::ifstream said(job.output);
  const std::string text(std::istreambuf_iterator<char>(said), {});
  EXPECT_EQ(text, "registry.example.com/team/train:1.2 its " + boxed.contract + "\n");
}

TEST_F(SlurmLive, TakesAJobThatIsThereForTheOneThatWasAskedFor) {
  const Work gang = work(2, "sleep 60\n");
  const auto first = slurm_->submit(gang, false);
  ASSERT_TRUE(first.ok()) << first.error().what;
  const auto again = slurm_->submit(gang, true);
  ASSERT_TRUE(again.ok()) << again.error().what;
  EXPECT_EQ(again.value().id, first.value().id);
  // A request that nobody looked for first: the second of a name waits while the first runs.
  const auto second = slurm_->submit(gang, false);
  ASSERT_TRUE(second.ok()) << second.error().what;
  EXPECT_NE(second.value().id, first.value().id);
  EXPECT_EQ(second.value().state, JobState::kPending);
  ASSERT_TRUE(slurm_->cancel(second.value().id).ok());
  ASSERT_TRUE(slurm_->cancel(first.value().id).ok());
  ASSERT_TRUE(slurm_->cancel(first.value().id).ok());  // again, as after an answer that was lost
  wait_for(job_name(gang.contract, 2), JobState::kCancelled);
}

TEST_F(SlurmLive, RefusesWhatTheClusterCannotGive) {
  Work gang = work(3, "true\n");
  gang.devices_per_node = 1'000;
  const auto made = slurm_->submit(gang, false);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().kind, FaultKind::kRefused) << made.error().what;
  if (slurm_setting("TONGSUAN_SLURM_ACCOUNTING").empty())
    return;  // such a cluster knows no accounts
  Work stranger = work(4, "true\n");
  stranger.tenant.account = "nobody";
  const auto refused = slurm_->submit(stranger, false);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().kind == FaultKind::kRefused ||
              refused.error().kind == FaultKind::kMismatch)
      << refused.error().what;
}

TEST_F(SlurmLive, SaysThatAJobIsUnknown) {
  const auto segments = slurm_->segments("999999");
  ASSERT_TRUE(segments.ok()) << segments.error().what;
  EXPECT_TRUE(segments.value().empty());
  EXPECT_TRUE(slurm_->cancel("999999").ok());
}

TEST_F(SlurmLive, SpotLeavesForFirm) {
  if (slurm_setting("TONGSUAN_SLURM_ACCOUNTING").empty())
    GTEST_SKIP() << "without accounting no QOS";
  Work spot = work(5, "sleep 90\n");
  spot.service = Service::kSpot;
  spot.devices_per_node = inventory_.nodes.front().devices;
  const Job leaves = start(spot);
  Work firm = spot;
  firm.attempt = 6;
  firm.service = Service::kFirm;
  const Job stays = start(firm);
  const Job left = wait_for(leaves.name, JobState::kPreempted);
  EXPECT_TRUE(left.end);
  const auto segments = slurm_->segments(left.id);
  ASSERT_TRUE(segments.ok()) << segments.error().what;
  ASSERT_EQ(segments.value().size(), 1U);
  EXPECT_EQ(segments.value()[0].state, JobState::kPreempted);
  EXPECT_LE(*segments.value()[0].end, *stays.start);
  EXPECT_TRUE(slurm_->cancel(stays.id).ok());
  wait_for(stays.name, JobState::kCancelled);
}

TEST_F(SlurmLive, AnswersWithinItsDeadlineWhileTheControllerIsAway) {
  if (!may_break()) GTEST_SKIP() << "TONGSUAN_SLURM_DO is not set";
  const Job job = start(work(7, "sleep 90\n"));
  change("stop-controller");
  const auto begun = std::chrono::steady_clock::now();
  const auto jobs = slurm_->jobs();
  EXPECT_FALSE(jobs.ok());
  const auto submitted = slurm_->submit(work(8, "true\n"), false);
  ASSERT_FALSE(submitted.ok());
  // Two calls of five seconds and a version that has to be asked for: far from waiting without end.
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(40));
  change("start-controller");
  // What ran goes on, under its name; what was asked for in between exists once or not at all.
  EXPECT_EQ(wait_for(job.name, JobState::kRunning).id, job.id);
  const auto all = slurm_->jobs();
  ASSERT_TRUE(all.ok()) << all.error().what;
  EXPECT_TRUE(slurm_->cancel(job.id).ok());
  wait_for(job.name, JobState::kCancelled);
}

TEST_F(SlurmLive, TellsOfANodeThatIsLost) {
  if (!may_break()) GTEST_SKIP() << "TONGSUAN_SLURM_DO is not set";
  const Job job = start(work(9, "sleep 90\n"));
  change("stop-node " + job.nodes.back());
  const Job lost = wait_for(job.name, JobState::kNodeFailed);
  EXPECT_TRUE(lost.end);
  const auto inventory = slurm_->inventory();
  ASSERT_TRUE(inventory.ok()) << inventory.error().what;
  for (const Node& node : inventory.value().nodes) {
    EXPECT_EQ(node.up, node.name != job.nodes.back()) << node.name << ": " << node.detail;
  }
  change("start-node " + job.nodes.back());
  for (int i = 0; i < 300; ++i) {
    const auto now_up = slurm_->inventory();
    if (now_up.ok() && now_up.value().nodes[2].up) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  ADD_FAILURE() << job.nodes.back() << " did not come back";
}

TEST_F(SlurmLive, StretchesOfAJobThatWasPutBackAreTold) {
  if (!may_break()) GTEST_SKIP() << "TONGSUAN_SLURM_DO is not set";
  if (slurm_setting("TONGSUAN_SLURM_ACCOUNTING").empty())
    GTEST_SKIP() << "without accounting the last";
  const Job first = start(work(10, "sleep 90\n"));
  std::this_thread::sleep_for(std::chrono::seconds(2));
  change("requeue " + first.id);
  Job again = first;
  for (int i = 0; i < 300 && (again.state != JobState::kRunning || again.start == first.start);
       ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const auto found = slurm_->find(first.name);
    if (found.ok() && found.value()) again = *found.value();
  }
  ASSERT_EQ(again.id, first.id);
  ASSERT_GT(*again.start, *first.start);
  const auto segments = slurm_->segments(first.id);
  ASSERT_TRUE(segments.ok()) << segments.error().what;
  ASSERT_EQ(segments.value().size(), 2U);
  EXPECT_EQ(segments.value()[0].start, *first.start);
  EXPECT_TRUE(segments.value()[0].end);
  EXPECT_EQ(segments.value()[0].state, JobState::kPreempted);
  EXPECT_EQ(segments.value()[1].start, *again.start);
  EXPECT_FALSE(segments.value()[1].end);
  EXPECT_TRUE(slurm_->cancel(first.id).ok());
  wait_for(first.name, JobState::kCancelled);
}

TEST_F(SlurmLive, TellsWhoCancelledAJob) {
  const std::string tenant = slurm_setting("TONGSUAN_SLURM_TENANT");
  if (!may_break() || tenant.empty()) GTEST_SKIP() << "takes root, accounting and a tenant";
  const std::pair<std::string, Canceller> kCases[] = {{"cancel-as-its-user", Canceller::kItsUser},
                                                      {"cancel-as-root", Canceller::kOthers},
                                                      {"", Canceller::kOthers}};
  std::uint32_t attempt = 11;
  for (const auto& [way, who] : kCases) {
    Work mine = work(attempt++, "sleep 90\n");
    mine.tenant.user = tenant;
    const Job job = start(mine);
    if (way.empty()) {
      EXPECT_TRUE(slurm_->cancel(job.id).ok());
    } else {
      change(way + ' ' + job.id);
    }
    const Job ended = wait_for(job.name, JobState::kCancelled);
    Answer<Canceller> told = slurm_->canceller(ended);
    for (int i = 0; i < 300 && told.ok() && told.value() == Canceller::kNotYetTold; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      told = slurm_->canceller(ended);
    }
    ASSERT_TRUE(told.ok()) << told.error().what;
    EXPECT_EQ(told.value(), who) << way;
  }
}

}  // namespace
}  // namespace tongsuan::cluster
