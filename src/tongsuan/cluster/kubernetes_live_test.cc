// Against a real API server, where the environment names one (docs/clusters.md):
//
//   TONGSUAN_KUBERNETES_URL        https://127.0.0.1:6443
//   TONGSUAN_KUBERNETES_TOKEN      file with the bearer token of an account with the roles
//   TONGSUAN_KUBERNETES_CA         file with the server's certificate authority
//   TONGSUAN_KUBERNETES_NAMESPACE  of the tenant
//   TONGSUAN_KUBERNETES_IMAGE      something with /bin/sh
//   TONGSUAN_KUBERNETES_RESOURCE   what a device is; left out: "nvidia.com/gpu"
//   TONGSUAN_KUBERNETES_QUEUE      a LocalQueue, where Kueue is
//   TONGSUAN_KUBERNETES_WORKER     a worker of MultiKueue, whose dispatcher is then nobody else;
//   with TONGSUAN_KUBERNETES_WORKER_URL, _WORKER_TOKEN and _WORKER_CA of its own API server
#include <chrono>
#include <cstdlib>
#include <gtest/gtest.h>
#include <thread>

#include "tongsuan/cluster/cluster_fixture.h"
#include "tongsuan/cluster/kubernetes.h"

namespace tongsuan::cluster {
namespace {

std::string kubernetes_setting(const char* name) {
  const char* value = std::getenv((std::string("TONGSUAN_KUBERNETES_") + name).c_str());
  return value == nullptr ? "" : value;
}

class KubernetesLive : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kubernetes_setting("URL").empty()) GTEST_SKIP() << "TONGSUAN_KUBERNETES_URL is not set";
    KubernetesOptions options;
    options.server.url = kubernetes_setting("URL");
    options.server.ca_file = kubernetes_setting("CA");
    options.server.token = token_of_file(kubernetes_setting("TOKEN"));
    options.terms.image = kubernetes_setting("IMAGE");
    options.terms.queue = kubernetes_setting("QUEUE");
    options.terms.worker = kubernetes_setting("WORKER");
    options.worker.url = kubernetes_setting("WORKER_URL");
    options.worker.ca_file = kubernetes_setting("WORKER_CA");
    options.worker.token = token_of_file(kubernetes_setting("WORKER_TOKEN"));
    if (!kubernetes_setting("RESOURCE").empty())
      options.terms.resource = kubernetes_setting("RESOURCE");
    options.now = now;
    options.keep_seconds = 60;
    auto made = make_kubernetes(std::move(options));
    ASSERT_TRUE(made.ok()) << made.error().what;
    cluster_ = std::move(made).value();
    auto inventory = cluster_->inventory();
    ASSERT_TRUE(inventory.ok()) << inventory.error().what;
    for (const Node& node : inventory.value().nodes) {
      if (node.up && node.devices > 0) nodes_.push_back(node);
    }
    ASSERT_FALSE(nodes_.empty()) << "no node is ready and has devices";
  }
  Work work(std::uint32_t attempt, const std::string& script) const {
    return {.contract = "C-" + std::to_string(now() % 1'000'000),
            .attempt = attempt,
            .tenant = {"live", kubernetes_setting("NAMESPACE")},
            .accelerator = nodes_.front().accelerator,
            .nodes = {nodes_.front().name},
            .devices_per_node = 1,
            .seconds = 300,
            .service = Service::kFirm,
            .script = script,
            .folder = "/tmp"};
  }
  Job wait_for(const std::string& name, JobState state) {
    std::optional<Job> job;
    for (int i = 0; i < 600; ++i) {
      // Which also nominates the worker, where there is one.
      if (!kubernetes_setting("WORKER").empty()) static_cast<void>(cluster_->jobs());
      auto found = cluster_->find(name);
      if (found.ok()) job = found.value();
      if (job && job->state == state) return *job;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    ADD_FAILURE() << name << " is " << (job ? to_string(job->state) : "not there") << ", not "
                  << to_string(state) << (job ? ": " + job->detail : "");
    return job.value_or(Job{});
  }

  std::unique_ptr<Cluster> cluster_;
  std::vector<Node> nodes_;
};

TEST_F(KubernetesLive, RunsOnTheNodeThatItNames) {
  const Work one = work(1, "echo $$ $(hostname); sleep 5\n");
  const auto made = cluster_->submit(one, false);
  ASSERT_TRUE(made.ok()) << made.error().what;
  EXPECT_EQ(cluster_->submit(one, true).value().id, made.value().id);
  EXPECT_EQ(cluster_->submit(one, false).value().id, made.value().id);
  const Job job = wait_for(made.value().name, JobState::kCompleted);
  EXPECT_EQ(job.nodes, one.nodes);
  const auto segments = cluster_->segments(job.id);
  ASSERT_TRUE(segments.ok()) << segments.error().what;
  ASSERT_EQ(segments.value().size(), 1U);
  EXPECT_GE(*segments.value()[0].end - segments.value()[0].start, 4);
}

TEST_F(KubernetesLive, CancelsWhatRuns) {
  const Work one = work(2, "sleep 300\n");
  const auto made = cluster_->submit(one, false);
  ASSERT_TRUE(made.ok()) << made.error().what;
  wait_for(made.value().name, JobState::kRunning);
  ASSERT_TRUE(cluster_->cancel(made.value().id).ok());
  wait_for(made.value().name, JobState::kCancelled);
  const auto jobs = cluster_->jobs();
  ASSERT_TRUE(jobs.ok()) << jobs.error().what;
  const auto segments = cluster_->segments(made.value().id);
  ASSERT_TRUE(segments.ok()) << segments.error().what;
  ASSERT_EQ(segments.value().size(), 1U);
  EXPECT_TRUE(segments.value()[0].end.has_value());
}

TEST_F(KubernetesLive, SaysHowAJobFailed) {
  const auto made = cluster_->submit(work(3, "exit 3\n"), false);
  ASSERT_TRUE(made.ok()) << made.error().what;
  EXPECT_EQ(wait_for(made.value().name, JobState::kFailed).exit_code, 3);
}

}  // namespace
}  // namespace tongsuan::cluster
