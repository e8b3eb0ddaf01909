// Lives of agents in bad weather: answers that are lost, jobs that arrive late or lose their nodes,
// processes that die between any two calls, spools that are lost, agents that are replaced. Every
// seed is a life of its own; a failure prints it.
#include <gtest/gtest.h>
#include <memory>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/hub/fake_ports.h"

namespace tongsuan::hub {
namespace {

constexpr UnixSecond kBegin = 1'800'000'000;
constexpr const char* kClass = "h100";
constexpr std::uint32_t kNodes = 6, kDevices = 8;

struct Plan {
  std::int64_t skew = 0;  // the exchange's clock less the cluster's
  bool is_moved = false;  // our own clock, whenever an agent starts; else it is the cluster's
  bool loses_spool = false, is_replaced = false, is_bad = true;
  bool suspends = false;  // the cluster begins nothing that was not read back
};

Plan plan_of(Random& random) {
  Plan plan;
  constexpr std::int64_t kSkews[] = {0, 0, 7, -40, 3'600};
  plan.skew = kSkews[random.below(5)];
  plan.is_moved = random.below(3) == 0;
  plan.loses_spool = random.below(4) == 0;
  plan.is_replaced = random.below(4) == 0;
  plan.is_bad = random.below(8) != 0;
  plan.suspends = random.below(3) == 0;
  return plan;
}

class Life {
 public:
  explicit Life(std::uint64_t seed) : random_(seed), plan_(plan_of(random_)) {
    world_.random = Random(random_.next());
    world_.exchange.add_pool(kClass, kNodes, kDevices);
    world_.cluster.add_nodes("n", kNodes, kClass, kDevices);
    world_.cluster.remembers = 3'000;
    world_.cluster.tells_clock = plan_.is_moved;
    world_.cluster.suspends = plan_.suspends;
    WorkText text;
    text.script = "#!/bin/sh\n";
    world_.exchange.texts["plain"] = text;
    text.spot = true;
    text.stage_in = {{"s3://in", "in"}};
    text.stage_out = {{"out", "s3://out"}};
    world_.exchange.texts["data"] = text;
    pass(kBegin);
    start_process();
  }

  void run() {
    set_weather(plan_.is_bad);
    for (int i = 0; i < 300; ++i) {
      trade();
      if (plan_.is_bad) break_something();
      advance(random_.between(1, 20));
      if (testing::Test::HasFailure()) return;
    }
    set_weather(false);
    for (cluster::Node& node : world_.cluster.nodes) node.up = true;
    for (int i = 0; i < 400; ++i) {
      if (i == 150) check_calm();
      for (auto& [id, row] : world_.exchange.rows) {
        if (i == 150 && row.contract.live) world_.exchange.cancel(id);
      }
      advance(15);
      if (testing::Test::HasFailure()) return;
    }
    check_end();
  }

  std::uint64_t contracts() const { return world_.exchange.rows.size(); }
  std::uint64_t metered = 0, crashes = 0, doubts = 0, jobs_run = 0;

 private:
  AgentOptions options(bool take_over) const {
    AgentOptions options;
    options.hub = "hub";
    options.tenants["P-1"] = {"anna", "lab"};
    options.take_over = take_over;
    return options;
  }

  void start_process(bool take_over = false) {
    process_.reset();
    constexpr std::int64_t kAhead[] = {0, 10, -240, 3'000};
    ahead_ = plan_.is_moved ? kAhead[random_.below(4)] : 0;
    process_ = std::make_unique<Process>(world_, *rows_, holder_, options(take_over), note());
    ASSERT_TRUE(process_->agent.open().ok());
  }

  // Of one seed alone, everything is shown.
  Note note() const {
    if (std::getenv("TONGSUAN_HUB_SEED") == nullptr) return {};
    return [this](std::string_view event, std::string_view about, std::string_view what) {
      std::printf("%lld %s %.*s %.*s: %.*s\n", static_cast<long long>(world_.exchange.now),
                  holder_.c_str(), static_cast<int>(event.size()), event.data(),
                  static_cast<int>(about.size()), about.data(), static_cast<int>(what.size()),
                  what.data());
    };
  }

  void set_weather(bool is_bad) {
    world_.weather = {};
    if (!is_bad) return;
    world_.weather = {.exchange_away = random_.below(3) == 0 ? 300U : 30U,
                      .answer_lost = 30,
                      .list_lags = 200,
                      .cluster_away = random_.below(3) == 0 ? 200U : 20U,
                      .doubt = random_.below(2) == 0 ? 300U : 30U,
                      .refusal = 50,
                      .mismatch = 20,
                      .staging_fails = 20};
  }

  void pass(UnixSecond now) {
    world_.exchange.pass(now);
    if (world_.cluster.now == 0) world_.cluster.now = now - plan_.skew;
    world_.cluster.pass(now - plan_.skew);
  }

  void advance(std::int64_t seconds) {
    for (std::int64_t i = 0; i < seconds; ++i) {
      pass(world_.exchange.now + 1);
      check_now();
    }
    const UnixSecond now = world_.exchange.now - plan_.skew + ahead_;
    if (former_) static_cast<void>(former_->agent.step(now - ahead_ + former_ahead_));
    if (former_ && former_->exchange.saw_fence && !former_changes_) {
      former_changes_ = former_->cluster.changes;
    }
    const StepResult result = process_->agent.step(now);
    if (process_->fuse.burnt()) {
      ++crashes;
      if (plan_.loses_spool && random_.below(3) == 0) rows_->clear();
      start_process();
    } else {
      ASSERT_EQ(result.end, StepEnd::kGoOn) << result.why;
    }
  }

  // The exchange starts, extends and ends contracts.
  void trade() {
    FakeExchange& exchange = world_.exchange;
    const auto at = static_cast<std::uint32_t>(random_.below(kNodes));
    const bool may_start = exchange.now < exchange.lease_until && exchange.accepting;
    if (may_start && random_.below(2) == 0) {
      Contract contract;
      contract.participant = random_.below(20) == 0 ? "P-9" : "P-1";
      contract.device_class = kClass;
      contract.devices_per_node = kDevices;
      const std::string work = random_.below(2) == 0 ? "plain" : "data";
      for (std::uint32_t node = at; node < std::min(kNodes, at + 2); ++node) {
        if (exchange.up[kClass][node] && exchange.is_free(kClass, node)) {
          contract.nodes.push_back(node);
        }
      }
      if (random_.below(4) != 0) contract.until = exchange.now + random_.between(30, 900);
      if (!contract.nodes.empty()) exchange.start(std::move(contract), work);
    }
    for (auto& [id, row] : exchange.rows) {
      if (!row.contract.live || random_.below(60) != 0) continue;
      if (random_.below(2) == 0) {
        exchange.cancel(id);
      } else if (row.contract.until) {
        *row.contract.until += 200;
        ++exchange.version;
      }
    }
  }

  void break_something() {
    FakeCluster& cluster = world_.cluster;
    if (random_.below(25) == 0) cluster.lose_node("n" + std::to_string(random_.below(kNodes)));
    if (random_.below(10) == 0) cluster.node("n" + std::to_string(random_.below(kNodes))).up = true;
    for (FakeCluster::Row& row : cluster.rows) {
      using enum cluster::JobState;
      if (row.job.state == kRunning && random_.below(150) == 0) cluster.put_back(row, 30);
      if (row.job.state == kRunning && random_.below(200) == 0) cluster.stop(row, kPreempted, "");
      if (row.job.state == kPending && row.segments.empty() && random_.below(60) == 0) {
        cluster.stop(row, random_.below(2) == 0 ? kFailed : kNodeFailed, "prolog");
      }
      if (!has_ended(row.job.state) && random_.below(300) == 0) cluster.cancel(row);
    }
    if (random_.below(12) == 0) process_->fuse.light(random_.below(30), random_.below(2) == 0);
    if (random_.below(20) == 0) set_weather(true);
    const bool is_time = plan_.is_replaced && !former_ && random_.below(80) == 0;
    if (is_time && !process_->fuse.burnt() && !world_.exchange.rows.empty()) replace();
  }

  // Another agent takes over while this one goes on, until it hears of it.
  void replace() {
    former_ = std::move(process_);
    former_ahead_ = ahead_;
    former_rows_ = std::exchange(rows_, std::make_unique<MemorySpool::Rows>());
    holder_ = "second";
    start_process(true);
  }

  static std::string contract_of(const FakeCluster::Row& row) {
    return cluster::read_job_name(row.job.name)->contract;
  }

  void check_now() {
    std::set<std::string> running;
    for (const FakeCluster::Row& row : world_.cluster.rows) {
      if (!FakeCluster::runs(row)) continue;
      ASSERT_TRUE(running.insert(contract_of(row)).second)
          << "two jobs of " << contract_of(row) << " run at once";
    }
  }

  // When the job that ran first had its devices, in the exchange's time, up to the contract's end.
  std::vector<Span> ran(const FakeExchange::Row& row) {
    const FakeCluster::Row* first = nullptr;
    for (const FakeCluster::Row& job : world_.cluster.rows) {
      if (contract_of(job) != row.contract.id || job.segments.empty()) continue;
      if (first == nullptr || job.segments[0].start < first->segments[0].start) first = &job;
    }
    std::vector<Span> spans;
    if (first == nullptr) return spans;
    ++jobs_run;
    // It came when the agent had ended the contract already, and was ended as a stranger.
    if (first->is_late && row.metered.empty()) return spans;
    for (const cluster::Segment& segment : first->segments) {
      const Span span{std::max(row.contract.from, segment.start + plan_.skew),
                      std::min(row.end, *segment.end + plan_.skew)};
      if (span.begin < span.end) spans.push_back(span);
    }
    return spans;
  }

  static std::vector<Span> joined(const std::vector<Span>& spans) {
    std::vector<Span> joined;
    for (const Span& span : spans) {
      if (!joined.empty() && joined.back().end == span.begin) {
        joined.back().end = span.end;
      } else {
        joined.push_back(span);
      }
    }
    return joined;
  }

  // Of a contract, for who has to find out what went wrong.
  std::string story(const FakeExchange::Row& row) const {
    std::string text = row.contract.id + ' ' + row.reason + " (" + row.detail + "), metered";
    const auto add = [&text](UnixSecond begin, UnixSecond end) {
      text += " [" + std::to_string(begin) + ", " + std::to_string(end) + ')';
    };
    for (const Span& span : row.metered) add(span.begin, span.end);
    for (const FakeCluster::Row& job : world_.cluster.rows) {
      if (contract_of(job) != row.contract.id) continue;
      text += "\n  " + job.job.name + " as job " + job.job.id + (job.is_late ? " (late) " : " ") +
              std::string(to_string(job.job.state)) + ", ran";
      for (const cluster::Segment& segment : job.segments) {
        add(segment.start + plan_.skew, segment.end.value_or(0) + plan_.skew);
      }
    }
    return text + "\n  ended at " + std::to_string(row.end);
  }

  // In good weather nothing waits for somebody who has gone.
  void check_calm() {
    for (const FakeCluster::Row& row : world_.cluster.rows) {
      EXPECT_FALSE(row.suspended && !has_ended(row.job.state)) << row.job.name << " never begins";
    }
  }

  void check_end() {
    for (const FakeCluster::Row& row : world_.cluster.rows) {
      EXPECT_TRUE(has_ended(row.job.state)) << row.job.name << " still runs";
    }
    for (const auto& [id, row] : world_.exchange.rows) {
      EXPECT_TRUE(row.over) << id << " has no last word";
      if (!row.over) continue;
      EXPECT_EQ(joined(row.metered), joined(ran(row))) << story(row);
      metered += row.metered.size();
    }
    EXPECT_TRUE(process_->agent.idle());
    EXPECT_TRUE(process_->agent.records().empty());
    if (!plan_.is_replaced) {
      EXPECT_TRUE(world_.folders.empty()) << *world_.folders.begin();
    }
    for (const auto& [name, text] : *rows_) {
      const bool is_odd = name.starts_with("oddity/") && text.find("not brought out") == text.npos;
      EXPECT_FALSE(is_odd) << text;
    }
    if (former_ && former_->exchange.saw_fence) {
      EXPECT_EQ(former_->exchange.calls_after_fence, 0U);
      EXPECT_EQ(former_->cluster.changes, *former_changes_);
    }
  }

  Random random_;
  Plan plan_;
  FakeWorld world_;
  std::int64_t ahead_ = 0, former_ahead_ = 0;  // our clock less the cluster's
  std::string holder_ = "first";
  std::unique_ptr<MemorySpool::Rows> rows_ = std::make_unique<MemorySpool::Rows>(), former_rows_;
  std::unique_ptr<Process> process_, former_;
  std::optional<std::uint64_t> former_changes_;
};

TEST(HubSimulation, KeepsItsPromisesInAnyWeather) {
  std::uint64_t contracts = 0, metered = 0, crashes = 0, jobs_run = 0;
  const char* only = std::getenv("TONGSUAN_HUB_SEED");
  const std::uint64_t first = only == nullptr ? 1 : std::strtoull(only, nullptr, 10);
  const std::uint64_t last = only == nullptr ? many_seeds(300) : first;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Life life(seed);
    life.run();
    if (HasFailure()) return;
    contracts += life.contracts();
    metered += life.metered;
    crashes += life.crashes;
    jobs_run += life.jobs_run;
  }
  if (only != nullptr) return;
  // The weather was bad, and work was done all the same.
  EXPECT_GT(contracts, last * 20);
  EXPECT_GT(jobs_run, contracts / 3);
  EXPECT_GT(metered, jobs_run);
  EXPECT_GT(crashes, last * 5);
  std::printf("%llu contracts, %llu jobs that ran, %llu meters, %llu crashes\n",
              static_cast<unsigned long long>(contracts), static_cast<unsigned long long>(jobs_run),
              static_cast<unsigned long long>(metered), static_cast<unsigned long long>(crashes));
}

}  // namespace
}  // namespace tongsuan::hub
