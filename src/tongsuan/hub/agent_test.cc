// The agent's rules one by one, in good weather: what goes wrong is done by hand.
#include "tongsuan/hub/agent.h"

#include <gtest/gtest.h>
#include <memory>

#include "tongsuan/hub/fake_ports.h"

namespace tongsuan::hub {
namespace {

constexpr UnixSecond kNow = 1'800'000'000;

class AgentTest : public testing::Test {
 protected:
  AgentTest() {
    world.exchange.add_pool("h100", 3, 8);
    world.cluster.add_nodes("n", 3, "h100", 8);
    WorkText text;
    text.script = "#!/bin/sh\n";
    text.environment["LR"] = "1e-4";
    world.exchange.texts["plain"] = text;
    text.spot = true;
    world.exchange.texts["spot"] = text;
    text.stage_in = {{"s3://in", "in"}};
    text.stage_out = {{"out", "s3://out"}};
    world.exchange.texts["data"] = text;
    text.image = "registry/image";
    world.exchange.texts["image"] = text;
    options.hub = "hub";
    options.tenants["P-1"] = {"anna", "lab"};
    world.exchange.now = world.cluster.now = kNow;
    world.work_min = world.work_max = 100'000;
    world.exits_badly = 0;
    start();
  }

  void start() {
    process.reset();
    process = std::make_unique<Process>(world, rows, holder, options, Note(),
                                        [this] { return world.cluster.now + ahead; });
    ASSERT_TRUE(process->agent.open().ok());
  }
  // Steps of ten seconds.
  StepResult pass(std::int64_t seconds) {
    StepResult result;
    for (std::int64_t i = 0; i < seconds; ++i) {
      world.exchange.pass(world.exchange.now + 1);
      world.cluster.pass(world.cluster.now + 1);
      if (i % 10 == 9) result = process->agent.step(world.cluster.now + ahead);
    }
    return result;
  }
  FakeExchange::Row& contract(std::optional<std::int64_t> seconds,
                              const std::string& work = "plain",
                              std::vector<std::uint32_t> nodes = {0, 1}) {
    Contract made;
    made.participant = "P-1";
    made.device_class = "h100";
    made.devices_per_node = 8;
    made.nodes = std::move(nodes);
    if (seconds) made.until = world.exchange.now + *seconds;
    return world.exchange.start(std::move(made), work);
  }
  FakeCluster::Row& job(std::size_t at = 0) { return world.cluster.rows.at(at); }
  std::int64_t metered(const FakeExchange::Row& row) {
    std::int64_t seconds = 0;
    for (const Span& span : row.metered) seconds += span.end - span.begin;
    return seconds;
  }
  // Begins a contract and waits until its job runs, which then runs for long.
  FakeExchange::Row& running(std::optional<std::int64_t> seconds,
                             const std::string& work = "plain") {
    pass(60);
    FakeExchange::Row& row = contract(seconds, work);
    pass(60);
    EXPECT_EQ(world.cluster.rows.size(), 1U);
    EXPECT_EQ(job().job.state, cluster::JobState::kRunning);
    return row;
  }

  FakeWorld world;
  MemorySpool::Rows rows;
  AgentOptions options;
  std::string holder = "first";
  std::int64_t ahead = 0;  // of our clock
  std::unique_ptr<Process> process;
};

TEST_F(AgentTest, AcceptsWorkOnceItHasSeenTheCluster) {
  ASSERT_EQ(process->agent.step(kNow).end, StepEnd::kGoOn);
  EXPECT_FALSE(world.exchange.accepting);
  pass(10);
  EXPECT_TRUE(world.exchange.accepting);
  world.weather.cluster_away = 1'000;
  pass(200);
  EXPECT_FALSE(world.exchange.accepting);
}

TEST_F(AgentTest, RunsAContractAndTellsItsEnd) {
  FakeExchange::Row& row = running(std::nullopt);
  *job().work_ends = world.cluster.now + 300;
  job().exit_code = 7;
  pass(400);
  EXPECT_EQ(row.reason, "completed");
  EXPECT_EQ(row.detail, "exit code 7");
  EXPECT_EQ(metered(row), *job().job.end - *job().job.start);
  EXPECT_GT(row.metered.size(), 3U) << "meters come while it runs";
  EXPECT_EQ(row.phases, (std::vector<std::string>{"submitted", "running"}));
  EXPECT_TRUE(process->agent.idle());
  EXPECT_TRUE(world.folders.empty());
}

// Whatever our own clock says, and however it is moved: what is told is the cluster's seconds.
TEST_F(AgentTest, TellsNothingByItsOwnClock) {
  world.cluster.tells_clock = true;
  for (const std::int64_t wrong : {-240, 3'000}) {
    ahead = wrong;
    FakeExchange::Row& row = contract(std::nullopt);
    const std::size_t at = world.cluster.rows.size();
    pass(60);
    ASSERT_EQ(world.cluster.rows.size(), at + 1);
    *job(at).work_ends = world.cluster.now + 300;
    ahead = wrong + 500;
    start();
    pass(400);
    EXPECT_EQ(row.reason, "completed");
    ASSERT_FALSE(row.metered.empty());
    EXPECT_EQ(row.metered.front().begin, *job(at).job.start);
    EXPECT_EQ(row.metered.back().end, *job(at).job.end);
    EXPECT_EQ(metered(row), *job(at).job.end - *job(at).job.start);
  }
}

TEST_F(AgentTest, DoesNotMeasureBetweenAnOldClockAndANewOne) {
  world.cluster.tells_clock = true;
  FakeExchange::Row& row = running(std::nullopt);
  const std::size_t before = row.metered.size();
  ahead = 240;
  start();
  world.weather.cluster_away = 1'000;
  pass(100);
  EXPECT_EQ(row.metered.size(), before);
  world.weather.cluster_away = 0;
  pass(100);
  EXPECT_GT(row.metered.size(), before);
}

TEST_F(AgentTest, EndsAtItsTimeWhileTheExchangeIsAway) {
  running(200);
  world.weather.exchange_away = 1'000;
  pass(400);
  EXPECT_EQ(job().job.state, cluster::JobState::kCancelled);
  FakeExchange::Row& row = world.exchange.rows.begin()->second;
  const UnixSecond until = *row.contract.until;
  EXPECT_GE(*job().job.end, until + options.grace_seconds);
  EXPECT_LE(*job().job.end, until + options.grace_seconds + 20);
  world.weather = {};
  pass(100);
  EXPECT_EQ(row.overrun, *job().job.end - until);
  EXPECT_EQ(metered(row), until - *job().job.start);
}

TEST_F(AgentTest, GoesOnBeyondItsTimeWhereThatIsExtended) {
  FakeExchange::Row& row = running(200);
  *row.contract.until += 1'000;
  ++world.exchange.version;
  pass(500);
  EXPECT_EQ(job().job.state, cluster::JobState::kRunning);
}

TEST_F(AgentTest, BeginsNothingWithoutALease) {
  pass(60);
  contract(std::nullopt, "data");
  world.staging_for["C-1 in"] = 20;  // looks: by then the lease has run out
  pass(10);
  world.weather.exchange_away = 1'000;
  pass(600);
  EXPECT_TRUE(world.cluster.rows.empty());
  world.weather = {};
  pass(300);
  EXPECT_EQ(world.cluster.rows.size(), 1U);
}

TEST_F(AgentTest, CancelsWhatTheExchangeEnded) {
  FakeExchange::Row& row = running(std::nullopt);
  world.exchange.cancel(row.contract.id);
  const UnixSecond end = world.exchange.now;
  pass(100);
  EXPECT_EQ(job().job.state, cluster::JobState::kCancelled);
  EXPECT_EQ(metered(row), end - *job().job.start);
  EXPECT_EQ(row.overrun, *job().job.end - end);
}

TEST_F(AgentTest, EndsAreToldWithTheirReasons) {
  using enum cluster::JobState;
  const std::tuple<cluster::JobState, std::string, std::string> kCases[] = {
      {kPreempted, "plain", "failed"},
      {kPreempted, "spot", "preempted"},
      {kNodeFailed, "plain", "failed"},
      {kCancelled, "plain", "failed"},
      {kTimedOut, "plain", "completed"}};
  for (const auto& [state, work, reason] : kCases) {
    FakeExchange::Row& row = contract(std::nullopt, work);
    pass(80);
    FakeCluster::Row& mine = world.cluster.rows.back();
    ASSERT_TRUE(FakeCluster::runs(mine));
    world.cluster.stop(mine, state, "because");
    pass(60);
    EXPECT_EQ(row.reason, reason) << to_string(state);
    EXPECT_EQ(metered(row), *mine.job.end - *mine.job.start);
  }
  EXPECT_EQ(world.cluster.rows.size(), std::size(kCases));
}

TEST_F(AgentTest, EndsWhatCannotBeginWithTheReason) {
  pass(60);
  const std::tuple<std::string, std::string, std::vector<std::uint32_t>, std::string> kCases[] = {
      {"P-2", "plain", {0}, "no local user for P-2"},
      {"P-1", "", {0}, "it has no work to run"},
      {"P-1", "nowhere", {0}, "its work cannot be read: unknown"},
      {"P-1", "image", {0}, "this hub runs no images"},
      {"P-1", "plain", {7}, "the pool has no node 7"},
  };
  for (const auto& [participant, work, nodes, why] : kCases) {
    FakeExchange::Row& row = contract(std::nullopt, work, nodes);
    row.contract.participant = participant;
    pass(30);
    EXPECT_EQ(row.reason, "failed");
    EXPECT_EQ(row.detail, why);
  }
  world.weather.staging_fails = 1'000;
  FakeExchange::Row& row = contract(std::nullopt, "data");
  pass(30);
  EXPECT_EQ(row.detail, "data could not be brought in: no such file");
  EXPECT_TRUE(world.cluster.rows.empty());
  EXPECT_TRUE(world.folders.empty());
}

// The exchange takes one line of whole characters: what a cluster says may be neither.
TEST_F(AgentTest, TellsEndsWhateverTheClusterSaysOfThem) {
  std::string wide;
  while (wide.size() < 2 * kDetailBytesMax) wide += "\xe5\x9d\x8f";
  for (const std::string& said : {wide, "x" + wide, std::string("two\nlines"),
                                  std::string(kDetailBytesMax, '\xff'), std::string("\x7f\x01")}) {
    FakeExchange::Row& row = contract(std::nullopt);
    pass(80);
    world.cluster.stop(world.cluster.rows.back(), cluster::JobState::kNodeFailed, said);
    pass(60);
    EXPECT_EQ(row.reason, "failed") << said;
    EXPECT_TRUE(row.detail.starts_with("a node failed: ")) << row.detail;
  }
}

TEST_F(AgentTest, GivesUpOnAClusterThatRefuses) {
  pass(60);
  world.weather.refusal = 1'000;
  FakeExchange::Row& row = contract(std::nullopt);
  pass(30);
  EXPECT_EQ(row.phases, std::vector<std::string>{"stuck"});
  pass(options.retry_seconds * (options.tries_max + 2));
  EXPECT_EQ(row.detail, "the cluster refuses it: not now");
}

TEST_F(AgentTest, TriesAgainOnlyWhatIsKnownNotToHaveRun) {
  options.nodes_seconds = 10'000;
  start();
  pass(60);
  FakeExchange::Row& row = contract(std::nullopt, "plain", {1});
  world.cluster.node("n1").up = false;  // which nobody has heard of yet: the job waits
  pass(10);
  ASSERT_EQ(world.cluster.rows.size(), 1U);
  world.cluster.stop(job(), cluster::JobState::kFailed, "prolog");
  world.cluster.node("n1").up = true;
  pass(60);
  ASSERT_EQ(world.cluster.rows.size(), 2U);
  EXPECT_EQ(job(1).job.name, "ts-C-1-2");
  // One that ran is not tried again.
  world.cluster.stop(job(1), cluster::JobState::kNodeFailed, "");
  pass(60);
  EXPECT_EQ(world.cluster.rows.size(), 2U);
  EXPECT_EQ(row.reason, "failed");
}

// A job can be called otherwise by its user, from within.
TEST_F(AgentTest, LeavesNoJobRunningThatItDoesNotSeeAnyMore) {
  FakeExchange::Row& row = running(std::nullopt);
  pass(100);
  job().job.name = "bash";
  pass(60);
  EXPECT_FALSE(has_ended(job().job.state)) << "it may be seen again";
  pass(200);
  EXPECT_TRUE(has_ended(job().job.state));
  EXPECT_EQ(row.reason, "failed");
  EXPECT_LE(metered(row), *job().job.end - *job().job.start);
}

TEST_F(AgentTest, MetersEveryStretchOfAJobThatWasPutBack) {
  FakeExchange::Row& row = running(std::nullopt);
  pass(100);
  world.cluster.put_back(job(), 50);
  pass(200);
  ASSERT_EQ(job().segments.size(), 2U);
  *job().work_ends = world.cluster.now + 10;
  pass(60);
  std::int64_t ran = 0;
  for (const cluster::Segment& segment : job().segments) ran += *segment.end - segment.start;
  EXPECT_EQ(metered(row), ran);
}

// Without accounting a cluster knows the last stretch only: nothing of what came before is told
// that was not seen.
TEST_F(AgentTest, MetersNoGapBetweenStretchesOfWhichTheEndIsNotKnown) {
  world.cluster.knows_last_stretch_only = true;
  FakeExchange::Row& row = running(std::nullopt);
  pass(100);
  world.cluster.put_back(job(), 300);
  pass(500);
  *job().work_ends = world.cluster.now + 10;
  pass(60);
  ASSERT_EQ(job().segments.size(), 2U);
  const cluster::Segment& first = job().segments[0];
  const cluster::Segment& second = job().segments[1];
  std::int64_t of_first = 0;
  for (const Span& span : row.metered) {
    EXPECT_TRUE(span.end <= *first.end || span.begin >= second.start)
        << span.begin << " to " << span.end;
    if (span.end <= *first.end) of_first += span.end - span.begin;
  }
  EXPECT_GE(of_first, *first.end - first.start - options.meter_seconds - 10);
  EXPECT_EQ(metered(row), of_first + *second.end - second.start);
}

TEST_F(AgentTest, TellsNodesOnlyWhereTheyDiffer) {
  pass(60);
  const std::uint64_t told = world.exchange.told;
  pass(200);
  EXPECT_EQ(world.exchange.told, told);
  world.cluster.node("n2").up = false;
  pass(120);
  EXPECT_FALSE(world.exchange.up["h100"][2]);
  EXPECT_EQ(world.exchange.told, told + 1);
}

TEST_F(AgentTest, StopsForGoodOnceItIsFenced) {
  FakeExchange::Row& row = running(std::nullopt);
  ++world.exchange.epoch;
  EXPECT_EQ(pass(60).end, StepEnd::kFenced);
  const std::uint64_t told = world.exchange.told;
  world.exchange.cancel(row.contract.id);
  EXPECT_EQ(pass(300).end, StepEnd::kFenced);
  EXPECT_EQ(world.exchange.told, told);
  EXPECT_EQ(job().job.state, cluster::JobState::kRunning);
  // Also after a start; until it is told to take over.
  start();
  EXPECT_EQ(pass(60).end, StepEnd::kFenced);
  options.take_over = true;
  start();
  EXPECT_EQ(pass(60).end, StepEnd::kGoOn);
  EXPECT_EQ(job().job.state, cluster::JobState::kCancelled);
}

TEST_F(AgentTest, WaitsForALeaseThatSomebodyElseHas) {
  holder = "second";
  world.exchange.holder = "first";
  world.exchange.lease_until = kNow + 300;
  start();
  contract(std::nullopt);
  pass(250);
  EXPECT_TRUE(world.cluster.rows.empty());
  pass(150);
  EXPECT_EQ(world.cluster.rows.size(), 1U);
}

TEST_F(AgentTest, FindsItsJobsAgainWhenTheSpoolIsLost) {
  FakeExchange::Row& row = running(std::nullopt);
  pass(100);
  rows.clear();
  start();
  pass(100);
  EXPECT_EQ(world.cluster.rows.size(), 1U);
  *job().work_ends = world.cluster.now + 5;
  pass(100);
  EXPECT_EQ(row.reason, "completed");
  EXPECT_EQ(metered(row), *job().job.end - *job().job.start);
}

// However much there is to do, a step ends before the lease does.
TEST_F(AgentTest, DoesManyThingsInManySteps) {
  world.exchange.pools.clear();
  world.exchange.add_pool("h100", 100, 8);
  world.cluster.nodes.clear();
  world.cluster.add_nodes("n", 100, "h100", 8);
  pass(60);
  for (std::uint32_t node = 0; node < 100; ++node) contract(std::nullopt, "plain", {node});
  pass(10);
  EXPECT_GT(world.cluster.rows.size(), 5U);
  EXPECT_LT(world.cluster.rows.size(), 50U);
  pass(200);
  EXPECT_EQ(world.cluster.rows.size(), 100U);
  world.weather.cluster_away = 1'000;
  for (FakeCluster::Row& row : world.cluster.rows) *row.work_ends = world.cluster.now + 1;
  pass(30);
  world.weather = {};
  pass(60);
  EXPECT_TRUE(process->agent.idle());
}

// However slow the others are, too; and everybody has a turn.
TEST_F(AgentTest, DoesNotOutlastItsLeaseWhereEverybodyIsSlow) {
  world.exchange.pools.clear();
  world.exchange.add_pool("h100", 100, 8);
  world.cluster.nodes.clear();
  world.cluster.add_nodes("n", 100, "h100", 8);
  pass(60);
  world.exchange_takes = world.cluster_takes = 2;
  for (std::uint32_t node = 0; node < 100; ++node) contract(std::nullopt, "plain", {node});
  const std::uint64_t epoch = world.exchange.epoch;
  for (int i = 0; i < 120; ++i) {
    const UnixSecond begun = world.cluster.now;
    ASSERT_EQ(process->agent.step(begun + ahead).end, StepEnd::kGoOn);
    EXPECT_LE(world.cluster.now, begun + options.lease_seconds / 2);
    EXPECT_GT(world.exchange.lease_until, world.exchange.now);
    world.pass(2);
  }
  EXPECT_EQ(world.exchange.epoch, epoch);
  EXPECT_EQ(world.cluster.rows.size(), 100U);
  for (const auto& [id, row] : world.exchange.rows) EXPECT_FALSE(row.metered.empty()) << id;
}

TEST_F(AgentTest, BeginsNothingOnceTheLeaseHasRunOutInAStep) {
  pass(60);
  world.weather.refusal = 1'000;
  contract(std::nullopt);
  pass(20);
  world.weather = {.exchange_away = 1'000};
  while (world.exchange.now + 5 < world.exchange.lease_until) world.pass(1);
  world.cluster_takes = 10;
  static_cast<void>(process->agent.step(world.cluster.now));
  EXPECT_GT(world.exchange.now, world.exchange.lease_until);
  EXPECT_TRUE(world.cluster.rows.empty());
}

// The time of the exchange is that of its answer, not that of our question.
TEST_F(AgentTest, KnowsTheExchangesClockHoweverLongItTakesToAnswer) {
  FakeExchange::Row& row = running(std::nullopt);
  world.exchange_takes = 7;
  pass(200);
  world.exchange_takes = 0;
  *job().work_ends = world.cluster.now + 5;
  pass(100);
  EXPECT_EQ(metered(row), *job().job.end - *job().job.start);
}

TEST_F(AgentTest, SweepsFoldersThatNobodyKnows) {
  FakeExchange::Row& row = running(std::nullopt);
  world.folders = {row.contract.id, "C-ZZ"};
  rows.clear();
  start();
  pass(30);
  EXPECT_EQ(world.folders, std::set<std::string>{row.contract.id});
}

TEST_F(AgentTest, BeginsNothingASecondTimeWhereNobodyKnowsOfTheFirst) {
  FakeExchange::Row& row = running(std::nullopt);
  pass(100);
  rows.clear();
  world.cluster.rows.clear();
  start();
  pass(300);
  EXPECT_TRUE(world.cluster.rows.empty());
  EXPECT_EQ(row.detail, "it was begun, and its job is not known any more");
}

TEST_F(AgentTest, CancelsStrangersOnceTheyWereSeenTwice) {
  pass(60);
  cluster::Work work;
  work.contract = "C-ZZ";
  work.nodes = {"n0"};
  work.seconds = 10'000;
  world.cluster.make(work);
  pass(10);
  EXPECT_FALSE(has_ended(job().job.state));
  pass(30);
  EXPECT_TRUE(has_ended(job().job.state));
}

TEST_F(AgentTest, DrainsAndResumes) {
  running(std::nullopt);
  rows[std::string(kDrainOrder)] = "";
  pass(20);
  EXPECT_FALSE(world.exchange.accepting);
  EXPECT_EQ(job().job.state, cluster::JobState::kRunning) << "what runs goes on";
  start();
  pass(20);
  EXPECT_FALSE(world.exchange.accepting) << "also after a start";
  rows.erase(std::string(kDrainOrder));
  pass(20);
  EXPECT_TRUE(world.exchange.accepting);
}

// Whatever the call after which it dies: what the cluster was asked for is in the spool.
TEST_F(AgentTest, WritesItsIntentBeforeItAsks) {
  int asked = 0;
  for (std::uint64_t calls = 0; calls < 40; ++calls) {
    world.cluster.rows.clear();
    world.exchange.rows.clear();
    rows.clear();
    start();
    pass(60);
    FakeExchange::Row& row = contract(std::nullopt);
    process->fuse.light(calls, true);
    pass(30);
    if (!process->fuse.burnt() || (world.cluster.rows.empty() && world.cluster.late.empty()))
      continue;
    ++asked;
    const auto record = read_record(rows.at("contract/" + row.contract.id));
    ASSERT_TRUE(record);
    EXPECT_TRUE(record->asked) << "it died at call " << calls;
    world.cluster.late.clear();
  }
  EXPECT_GT(asked, 3);
}

// Names of jobs follow from names of contracts, which anybody can guess.
TEST_F(AgentTest, TakesNoJobOfAnotherUserForItsOwn) {
  pass(60);
  cluster::Work others;
  others.contract = "C-1";
  others.tenant = {"eve", "lab"};
  others.nodes = {"n2"};
  others.seconds = 10'000;
  world.cluster.make(others);
  world.cluster.pass(world.cluster.now + 1);
  FakeExchange::Row& row = contract(std::nullopt);
  ASSERT_EQ(row.contract.id, "C-1");
  ASSERT_TRUE(FakeCluster::runs(job(0)));
  pass(100);
  EXPECT_TRUE(has_ended(job(0).job.state)) << "nobody's";
  ASSERT_EQ(world.cluster.rows.size(), 2U);
  ASSERT_TRUE(FakeCluster::runs(job(1)));
  *job(1).work_ends = world.cluster.now + 50;
  pass(100);
  EXPECT_EQ(row.reason, "completed");
  EXPECT_EQ(metered(row), *job(1).job.end - *job(1).job.start);
}

TEST_F(AgentTest, MetersTheJobThatRanFirstAndNoCopyOfIt) {
  FakeExchange::Row& row = running(std::nullopt);
  pass(100);
  world.cluster.put_back(job(), 1'000);
  cluster::Work copy;
  copy.contract = row.contract.id;
  copy.nodes = {"n2"};
  copy.seconds = 100'000;
  world.weather.cluster_away = 1'000;  // nobody sees it come
  world.cluster.stop(job(), cluster::JobState::kCancelled, "by its operator");
  world.cluster.make(copy);
  pass(30);
  ASSERT_TRUE(FakeCluster::runs(job(1)));
  world.weather = {};
  pass(100);
  EXPECT_EQ(row.reason, "failed");
  EXPECT_EQ(metered(row), *job().segments[0].end - job().segments[0].start);
  EXPECT_TRUE(has_ended(job(1).job.state));
}

TEST_F(AgentTest, SaysTheLastWordByTheListOfNow) {
  FakeExchange::Row& row = running(200);
  *row.contract.until += 1'000;
  ++world.exchange.version;
  world.weather.exchange_away = 1'000;
  *job().work_ends = *row.contract.until - 980;  // beyond the end that the agent knows
  pass(250);
  EXPECT_EQ(job().job.state, cluster::JobState::kCompleted);
  world.weather = {};
  pass(60);
  EXPECT_EQ(metered(row), *job().job.end - *job().job.start);
}

TEST_F(AgentTest, MakesNoSecondAttemptWhereTheFirstMayStillCome) {
  pass(60);
  FakeExchange::Row& row = contract(std::nullopt);
  world.weather.doubt = 1'000;
  while (world.cluster.late.empty() && world.cluster.rows.empty()) pass(10);
  world.cluster.rows.clear();
  world.cluster.late.clear();  // it is on its way for very long
  start();                     // who knows what was asked for only from the spool
  world.weather = {};
  cluster::Work other;
  other.contract = "C-ZZ";
  other.nodes = {"n0"};  // so that it waits
  other.seconds = 10'000;
  world.cluster.make(other);
  pass(10);
  ASSERT_EQ(world.cluster.rows.size(), 2U);
  world.cluster.stop(job(1), cluster::JobState::kFailed, "prolog");
  pass(200);
  EXPECT_EQ(world.cluster.rows.size(), 2U);
  EXPECT_EQ(row.reason, "failed");
}

// Who asked for it did not live to read it back, and the cluster begins nothing before that.
TEST_F(AgentTest, ReadsBackTheJobThatItFinds) {
  world.cluster.suspends = true;
  pass(60);
  for (const bool is_lost : {false, true}) {
    FakeExchange::Row& row = contract(std::nullopt);
    const std::size_t at = world.cluster.rows.size();
    while (world.cluster.rows.size() == at) {
      process->fuse.light(world.random.below(8), true);
      pass(10);
      if (process->fuse.burnt()) start();
    }
    ASSERT_TRUE(job(at).suspended);
    if (is_lost) rows.clear();
    start();
    pass(60);
    EXPECT_EQ(world.cluster.rows.size(), at + 1);
    EXPECT_EQ(job(at).job.state, cluster::JobState::kRunning) << "lost spool: " << is_lost;
    world.exchange.cancel(row.contract.id);
    pass(60);
    EXPECT_TRUE(row.over);
  }
}

// What is to end is not begun for that.
TEST_F(AgentTest, EndsAJobThatNobodyReadBackWithoutBeginningIt) {
  world.cluster.suspends = true;
  pass(60);
  FakeExchange::Row& row = contract(std::nullopt);
  cluster::Work work;
  work.contract = row.contract.id;
  work.nodes = {"n0", "n1"};
  work.seconds = 10'000;
  world.cluster.make(work);
  world.exchange.cancel(row.contract.id);
  pass(60);
  EXPECT_TRUE(job().segments.empty());
  EXPECT_TRUE(has_ended(job().job.state));
  EXPECT_TRUE(row.over);
}

TEST_F(AgentTest, WaitsForWhatMayComeBeforeItSaysTheLastWord) {
  pass(60);
  FakeExchange::Row& row = contract(std::nullopt);
  world.weather.doubt = 1'000;
  while (world.cluster.late.empty()) {
    world.cluster.rows.clear();
    pass(10);
  }
  world.cluster.rows.clear();
  world.cluster.late.back().at = world.cluster.now + 50;
  world.exchange.cancel(row.contract.id);
  pass(40);
  EXPECT_FALSE(row.over);
  world.weather = {};
  pass(60);
  EXPECT_TRUE(has_ended(job().job.state));
  EXPECT_TRUE(row.over);
  EXPECT_GT(row.overrun, 0) << "it held devices after the end";
}

TEST_F(AgentTest, RefusesADamagedSpool) {
  running(std::nullopt);
  rows["contract/C-1"] = "{}";
  process = std::make_unique<Process>(world, rows, holder, options);
  const Result<Done> opened = process->agent.open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
}

TEST_F(AgentTest, BringsDataOutBeforeTheFolderGoes) {
  FakeExchange::Row& row = running(std::nullopt, "data");
  *job().work_ends = world.cluster.now + 5;
  pass(20);
  EXPECT_EQ(row.reason, "completed") << "devices are free before data have gone";
  EXPECT_FALSE(world.folders.empty());
  pass(60);
  EXPECT_TRUE(world.folders.empty());
}

}  // namespace
}  // namespace tongsuan::hub
