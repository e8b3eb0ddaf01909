// Against a real slurmrestd, where the environment names one; the system tests bring it up.
//
//   TONGSUAN_SLURM_URL    http://127.0.0.1:6820
//   TONGSUAN_SLURM_KEY    file with the cluster's JWT key
//   TONGSUAN_SLURM_USER   who looks and cancels, and who the tenant is
//   TONGSUAN_SLURM_FOLDER a folder that this user may write
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <thread>

#include "tongsuan/cluster/slurm.h"

namespace tongsuan::cluster {
namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

UnixSecond now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class SlurmLive : public ::testing::Test {
 protected:
  void SetUp() override {
    if (setting("TONGSUAN_SLURM_URL").empty()) GTEST_SKIP() << "TONGSUAN_SLURM_URL is not set";
    std::ifstream file(setting("TONGSUAN_SLURM_KEY"), std::ios::binary);
    const std::string key(std::istreambuf_iterator<char>(file), {});
    SlurmOptions options;
    options.url = setting("TONGSUAN_SLURM_URL");
    options.user = setting("TONGSUAN_SLURM_USER");
    options.terms.memory_mb_per_device = 64;
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
              .tenant = {setting("TONGSUAN_SLURM_USER"), "exchange"},
              .accelerator = inventory_.nodes.front().accelerator,
              .nodes = {inventory_.nodes[0].name, inventory_.nodes[2].name},
              .devices_per_node = 2,
              .seconds = 120,
              .service = Service::kFirm,
              .script = "#!/bin/sh\n" + script,
              .folder = setting("TONGSUAN_SLURM_FOLDER")};
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

  std::unique_ptr<Cluster> slurm_;
  Inventory inventory_;
};

TEST_F(SlurmLive, HasItsNodes) {
  ASSERT_GE(inventory_.nodes.size(), 3U);
  EXPECT_FALSE(inventory_.version.empty());
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

}  // namespace
}  // namespace tongsuan::cluster
