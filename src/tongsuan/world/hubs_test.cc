#include "tongsuan/world/hubs.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <string>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"
#include "tongsuan/world/hub_faults.h"

namespace tongsuan::world {
namespace {

using engine::ContractId;
using engine::PoolId;

// One hub: three nodes of four devices.
engine::Places one_hub() {
  engine::Places places;
  places.hub_names.push_back("east");
  places.hubs.emplace_back();
  places.class_names.push_back("A");
  places.classes = {{400, 4}};
  places.pools = {{HubId{0}, ClassId{0}, 3, 4, {}}};
  return places;
}

Grant grant(std::uint32_t contract, Second start, std::vector<std::uint32_t> nodes,
            Second work = 100) {
  Grant grant;
  grant.contract = ContractId{contract};
  grant.luck = contract;
  grant.pool = PoolId{0};
  grant.per_node = 4;
  grant.nodes = std::move(nodes);
  grant.start = start;
  grant.work = work;
  return grant;
}

struct HubsTest : ::testing::Test {
  Hubs& hubs() {
    if (!hubs_) hubs_.emplace(places, script);
    return *hubs_;
  }
  void away(Away who, Second begin, Second end) {
    script.hubs.silences.push_back({who, HubId{0}, begin, end, end});
  }
  engine::Places places = one_hub();
  Script script;

 private:
  std::optional<Hubs> hubs_;
};

using Stretches = std::vector<Stretch>;

TEST_F(HubsTest, AHubWithoutFaultsDeliversWhatItWasGranted) {
  const JobRun& run = hubs().begin(grant(0, 50, {0}));
  EXPECT_EQ(run.stretches, (Stretches{{50, 150, 0, 0}}));
  EXPECT_EQ(run.told, 150);
  EXPECT_EQ(run.delivered_by(90), 40);
  EXPECT_EQ(run.done_by(90), 40);
  EXPECT_TRUE(hubs().takes(HubId{0}, 0));
  hubs().end(ContractId{0}, 90, false);
  EXPECT_EQ(run.free, 90);
}

TEST_F(HubsTest, WhileItsControllerIsAwayNothingBeginsAndNothingEnds) {
  away(Away::kController, 100, 160);
  EXPECT_EQ(hubs().begin(grant(0, 50, {0}, 20)).told, 70);
  EXPECT_EQ(hubs().begin(grant(1, 80, {1}, 60)).told, 160) << "the end of a job that went on";
  EXPECT_EQ(hubs().find(ContractId{1})->stretches, (Stretches{{80, 140, 0, 0}}));
  EXPECT_EQ(hubs().begin(grant(2, 110, {2}, 5)).stretches, (Stretches{{160, 165, 0, 0}}));
  EXPECT_TRUE(hubs().takes(HubId{0}, 159)) << "nobody knows yet";
}

TEST_F(HubsTest, AHubThatIsSilentForALeaseGetsNothingNew) {
  away(Away::kAgent, 100, 400);
  EXPECT_TRUE(hubs().takes(HubId{0}, 159));
  EXPECT_FALSE(hubs().takes(HubId{0}, 160));
  EXPECT_FALSE(hubs().takes(HubId{0}, 399));
  EXPECT_TRUE(hubs().takes(HubId{0}, 400));
  const JobRun& pulled_late = hubs().begin(grant(0, 120, {0}));
  EXPECT_EQ(pulled_late.pulled, 400);
  EXPECT_EQ(pulled_late.stretches, (Stretches{{400, 500, 0, 0}}));
}

// What was submitted begins without the agent.
TEST_F(HubsTest, AnAgentThatIsAwayKeepsNoJobFromBeginning) {
  away(Away::kAgent, 100, 400);
  script.hubs.habits.start_delay = 40;
  const JobRun& run = hubs().begin(grant(7, 95, {0}));
  EXPECT_EQ(run.stretches.front().begin, 95 + hubs().start_delay(7));
  EXPECT_EQ(run.told, 400);
}

TEST_F(HubsTest, WhoIsStoppedInASilenceHoldsItsDevicesUntilItIsHeard) {
  away(Away::kController, 100, 160);
  hubs().begin(grant(0, 50, {0}, 500));
  hubs().end(ContractId{0}, 110, false);
  EXPECT_EQ(hubs().find(ContractId{0})->free, 160);
  EXPECT_EQ(hubs().begin(grant(1, 111, {0})).stretches.front().begin, 160);
}

TEST_F(HubsTest, DevicesThatHangOnMakeTheNextOneLate) {
  script.hubs.habits.stuck_per_mille = 1'000;
  script.hubs.habits.stuck = 60;
  hubs().begin(grant(0, 0, {0, 1}));
  hubs().end(ContractId{0}, 100, false);
  const Second free = hubs().find(ContractId{0})->free;
  EXPECT_GE(free, 130);
  EXPECT_LE(free, 190);
  EXPECT_EQ(hubs().begin(grant(1, 100, {1, 2})).stretches.front().begin, free);
  EXPECT_EQ(hubs().begin(grant(2, 100, {2})).stretches.front().begin, 100)
      << "the one before it on this node has not ended: the exchange's matter";
}

// Two stretches with a gap between, and what was done since the checkpoint again.
TEST_F(HubsTest, AJobThatIsPutBackRunsInTwoStretches) {
  script.hubs.requeues = {{70, PoolId{0}, 1, 30}};
  Grant gang = grant(0, 0, {0, 1});
  gang.checkpoint = 50;
  const JobRun& run = hubs().begin(gang);
  EXPECT_EQ(run.stretches, (Stretches{{0, 70, 0, 0}, {100, 150, 0, 50}}));
  EXPECT_EQ(run.delivered_by(120), 90);
  EXPECT_EQ(run.done_by(70), 70);
  EXPECT_EQ(run.done_by(90), 50);
  EXPECT_EQ(run.done_by(120), 70);
  EXPECT_EQ(hubs().begin(grant(1, 0, {2})).stretches.size(), 1U) << "another node";
}

TEST_F(HubsTest, WithoutACheckpointAllOfItIsDoneAgain) {
  script.hubs.requeues = {{70, PoolId{0}, 0, 30}, {90, PoolId{0}, 0, 60}, {400, PoolId{0}, 0, 9}};
  EXPECT_EQ(hubs().begin(grant(0, 0, {0})).stretches, (Stretches{{0, 70, 0, 0}, {150, 250, 0, 0}}));
}

TEST_F(HubsTest, AStartOnNodesThatAreNotThereFailsSoon) {
  script.hubs.phantoms = {{PoolId{0}, 2, 3}};
  const JobRun& run = hubs().begin(grant(0, 50, {1, 2}));
  EXPECT_TRUE(run.phantom);
  EXPECT_TRUE(run.stretches.empty());
  EXPECT_GE(run.told, 60);
  EXPECT_LE(run.told, 110);
  EXPECT_EQ(run.delivered_by(110), 0);
}

TEST_F(HubsTest, ANodeThatIsLostInASilenceEndsItsJobThere) {
  away(Away::kAgent, 100, 400);
  script.nodes = {{150, PoolId{0}, 0, 1, false, false}, {900, PoolId{0}, 0, 1, true, false}};
  const JobRun& run = hubs().begin(grant(0, 50, {0}, 500));
  EXPECT_TRUE(run.lost());
  EXPECT_EQ(run.delivered_by(400), 100);
  EXPECT_FALSE(hubs().begin(grant(1, 50, {1}, 500)).lost());
  EXPECT_FALSE(hubs().begin(grant(2, 0, {2}, 20)).lost());
}

TEST_F(HubsTest, AContractThatIsDeliveredTwiceRunsOnce) {
  script.hubs.habits.stuck_per_mille = 1;  // lines are kept
  const JobRun& run = hubs().begin(grant(0, 0, {0}));
  const JobRun before = run;
  Grant again = grant(0, 30, {0});
  EXPECT_EQ(&hubs().begin(again), &run);
  EXPECT_EQ(run.stretches, before.stretches);
  hubs().end(ContractId{0}, 100, false);
  EXPECT_EQ(hubs().begin(grant(1, 100, {0})).stretches.front().begin, 100) << "nothing hangs on";
}

// A clock that is wrong moves what is told, never beyond the grant, never twice.
TEST_F(HubsTest, AWrongClockTellsNoMoreThanWasGranted) {
  const JobRun& run = hubs().begin(grant(0, 100, {0}));
  using Told = std::vector<std::pair<Second, Second>>;
  EXPECT_EQ(as_told(run, 0, 100, 200), (Told{{100, 200}}));
  EXPECT_EQ(as_told(run, 7, 100, 200), (Told{{107, 200}}));
  EXPECT_EQ(as_told(run, -7, 100, 200), (Told{{100, 193}}));
  EXPECT_EQ(as_told(run, 7, 150, 180), (Told{{150, 180}}));
  EXPECT_TRUE(as_told(run, 0, 200, 200).empty());
}

// ---- Properties --------------------------------------------------------------------------------

HubFaults rough(Random& random) {
  HubFaults faults;
  const auto maybe = [&](std::uint32_t value) { return random.below(2) == 0 ? 0U : value; };
  faults.start_delay_seconds = maybe(40);
  faults.controller_away_per_mille = maybe(900);
  faults.controller_away_seconds = 3'000;
  faults.agent_away_per_mille = maybe(900);
  faults.agent_away_seconds = 5'000;
  faults.take_over_per_mille = maybe(500);
  faults.requeue_hours = maybe(2);
  faults.phantom_per_mille = maybe(300);
  faults.stuck_per_mille = maybe(400);
  return faults;
}

// A day of one hub: grants that fit by the book of the exchange, ends and losses.
class Day {
 public:
  explicit Day(std::uint64_t seed) : random_(seed), places_(one_hub()) {
    const HubFaults faults = rough(random_);
    script_.hubs = make_hub_truth(places_, faults, 86'400, seed);
    if (random_.below(2) == 0) {
      const std::vector<Silence>& silences = script_.hubs.silences;
      const bool silent = !silences.empty() && random_.below(2) == 0;
      const Second loss = silent ? (silences[0].begin + silences[0].end) / 2 : 40'000;
      script_.nodes = {{loss, PoolId{0}, 0, 1, false, false},
                       {loss + 20'000, PoolId{0}, 0, 1, true, false}};
    }
    hubs_.emplace(places_, script_);
  }

  struct Lived {
    JobRun run;
    Second end = 0;
  };

  std::vector<Lived> live() {
    std::vector<Lived> lived;
    for (Second at = 0; at < 86'400; at += random_.between(0, 400)) {
      end_some(at, lived);
      start_one(at);
    }
    end_some(engine::kSecondsMax - 1, lived);
    return lived;
  }
  const Hubs& hubs() const { return *hubs_; }
  const Script& script() const { return script_; }

 private:
  struct Live {
    Grant grant;
    Second stop = 0;  // somebody ends it then
  };
  // In the order in which they are told.
  void end_some(Second until, std::vector<Lived>& lived) {
    for (;;) {
      std::optional<std::uint32_t> first;
      Second at = until + 1;
      bool lost = false;
      for (const auto& [id, one] : live_) {
        const JobRun& run = *hubs_->find(ContractId{id});
        const Second own = run.lost() ? engine::kSecondsMax : run.told;
        const Second loss = loses_node(one.grant) ? loss_told() : own;
        const Second end = std::min({own, one.stop, loss});
        if (end >= at) continue;
        first = id;
        at = end;
        lost = loss < own && loss <= one.stop;
      }
      if (!first) return;
      hubs_->end(ContractId{*first}, at, lost);
      lived.push_back({*hubs_->find(ContractId{*first}), at});
      for (const std::uint32_t node : live_[*first].grant.nodes) {
        used_[node] -= live_[*first].grant.per_node;
      }
      live_.erase(*first);
    }
  }
  [[nodiscard]] bool loses_node(const Grant& grant) const {
    return !script_.nodes.empty() && grant.nodes.front() == 0 && grant.start < loss_told();
  }
  [[nodiscard]] Second loss_told() const { return hubs_->told(HubId{0}, script_.nodes[0].at); }
  void start_one(Second at) {
    if (!hubs_->takes(HubId{0}, at)) return;
    Grant grant;
    grant.contract = ContractId{next_};
    grant.luck = next_;
    grant.pool = PoolId{0};
    grant.start = at;
    grant.per_node = 1 + static_cast<std::uint32_t>(random_.below(4));
    grant.work = random_.between(1, 4'000);
    grant.idle = random_.below(3) == 0 ? random_.between(0, 100) : 0;
    grant.checkpoint = random_.below(2) == 0 ? 0 : 300;
    for (std::uint32_t node = 0; node < 3; ++node) {
      const bool is_down = node == 0 && !script_.nodes.empty() && at >= loss_told() &&
                           at < hubs_->told(HubId{0}, script_.nodes[1].at);
      const bool room = used_[node] + grant.per_node <= 4 && !is_down;
      if (room && random_.below(2) == 0) grant.nodes.push_back(node);
    }
    if (grant.nodes.empty()) return;
    for (const std::uint32_t node : grant.nodes) used_[node] += grant.per_node;
    hubs_->begin(grant);
    const Second stop =
        random_.below(3) == 0 ? at + random_.between(1, 3'000) : engine::kSecondsMax;
    live_[next_] = {grant, stop};
    if (random_.below(4) == 0) hubs_->begin(grant);  // delivered again
    ++next_;
  }

  Random random_;
  engine::Places places_;
  Script script_;
  std::optional<Hubs> hubs_;
  std::map<std::uint32_t, Live> live_;
  std::array<std::uint32_t, 3> used_{};
  std::uint32_t next_ = 0;
};

// A hub of the slowest kind: second by second, every job with a state of its own. It knows the
// draws of a contract and the script, and nothing else of what Hubs does.
class Clockwork {
 public:
  Clockwork(const Hubs& draws, const Script& script, const std::vector<Day::Lived>& lived)
      : draws_(draws), script_(script) {
    for (const Day::Lived& one : lived) jobs_.push_back({&one, one.run.grant});
    std::ranges::sort(jobs_, {}, [](const Job& job) { return job.grant.contract; });
  }

  // What each job had its devices for, by contract; devices are free from `free` on.
  struct Lived {
    std::vector<std::pair<Second, Second>> delivered;
    Second free = 0;
    std::uint32_t begun = 0;
  };
  std::map<std::uint32_t, Lived> run(Second last) {
    for (Second now = 0; now <= last; ++now) {
      for (Job& job : jobs_) step(job, now);
    }
    std::map<std::uint32_t, Lived> lived;
    for (const Job& job : jobs_) lived[job.grant.contract.value] = job.is;
    return lived;
  }

 private:
  enum class State : std::uint8_t { kGranted, kSubmitted, kRunning, kPutBack, kHanging, kGone };
  struct Job {
    const Day::Lived* told;
    Grant grant;
    State state = State::kGranted;
    Lived is = {};
    Second ready = 0;  // it may begin, or its devices are free
    Second idle = 0;
    Second done = 0;
    bool asked = false;  // somebody has ended it
  };

  bool away(Away who, Second now) const {
    return std::ranges::any_of(script_.hubs.silences, [&](const Silence& one) {
      return one.who == who && one.begin <= now && now < one.end;
    });
  }
  bool hears(Second now) const { return !away(Away::kAgent, now) && !away(Away::kController, now); }
  bool on(const Job& job, std::uint32_t node) const {
    return std::ranges::count(job.grant.nodes, node) > 0;
  }
  bool node_lost(const Job& job, Second now) const {
    return !script_.nodes.empty() && now >= script_.nodes[0].at && now < script_.nodes[1].at &&
           on(job, 0);
  }
  // Until when a node of it is away for a moment; 0: none is.
  Second moment(const Job& job, Second now) const {
    Second until = 0;
    for (const Requeue& one : script_.hubs.requeues) {
      if (one.at <= now && now < one.at + one.gap && on(job, one.node)) {
        until = std::max(until, one.at + one.gap);
      }
    }
    return until;
  }
  bool has_room(const Job& mine) const {
    for (const std::uint32_t node : mine.grant.nodes) {
      std::uint32_t devices = mine.grant.per_node;
      for (const Job& job : jobs_) {
        if (job.grant.contract >= mine.grant.contract || !on(job, node)) continue;
        // What a contract has that runs is not given to others, even if it ends meanwhile.
        const bool ran = job.told->end > mine.grant.start;
        if (ran || job.state != State::kGone) devices += job.grant.per_node;
      }
      if (devices > 4) return false;
    }
    return true;
  }
  void gone(Job& job, Second now) {
    job.state = State::kGone;
    job.is.free = now;
  }
  void hang(Job& job, Second now) {
    job.state = State::kHanging;
    job.ready = now + draws_.stuck(job.grant.luck);
  }
  void progress(Job& job) {
    if (job.idle > 0) {
      --job.idle;
    } else {
      ++job.done;
    }
  }

  void step(Job& job, Second now) {
    if (job.state == State::kGone || now < job.grant.start) return;
    const bool over = now >= job.told->end;  // for the exchange
    const bool lost = node_lost(job, now);
    const bool phantom = std::ranges::any_of(
        job.grant.nodes, [&](std::uint32_t node) { return draws_.is_phantom(PoolId{0}, node); });
    if (phantom || (lost && job.state != State::kHanging)) {
      if (over) gone(job, job.told->end);
      if (lost) job.asked = true;
      if (lost && job.state == State::kRunning) job.state = State::kPutBack, job.ready = kNever;
      if (lost) job.ready = kNever;
      return;
    }
    if (job.ready == kNever) {
      if (over) gone(job, job.told->end);
      return;
    }
    advance(job, now, over);
  }

  void advance(Job& job, Second now, bool over) {
    const bool stop = over && hears(now);
    if (job.state == State::kGranted && !away(Away::kAgent, now)) pull(job, now);
    if (job.state == State::kSubmitted || job.state == State::kPutBack) {
      if (stop) return gone(job, job.told->end);
      if (const Second until = moment(job, now); until > 0) job.ready = std::max(job.ready, until);
      if (now < job.ready || away(Away::kController, now) || !has_room(job)) return;
      job.state = State::kRunning;
      ++job.is.begun;
    }
    if (job.state == State::kGranted && stop) return gone(job, job.told->end);
    if (job.state == State::kRunning) work(job, now, stop);
    if (job.state == State::kHanging && now >= job.ready && over) gone(job, now);
  }
  void pull(Job& job, Second now) {
    if (away(Away::kController, now)) return;
    job.state = State::kSubmitted;
    job.ready = now + draws_.start_delay(job.grant.luck);
    job.idle = job.grant.idle;
  }
  void work(Job& job, Second now, bool stop) {
    if (stop || job.done == job.grant.work) return hang(job, now);
    if (const Second until = moment(job, now); until > 0) {
      job.state = State::kPutBack;
      job.ready = until;
      const Second every = job.grant.checkpoint;
      job.done = every > 0 ? job.done / every * every : 0;
      return;
    }
    auto& delivered = job.is.delivered;
    if (delivered.empty() || delivered.back().second != now) delivered.emplace_back(now, now);
    ++delivered.back().second;
    progress(job);
  }

  static constexpr Second kNever = engine::kSecondsMax;
  const Hubs& draws_;
  const Script& script_;
  std::vector<Job> jobs_;
};

TEST(HubsProperty, AClockworkOfSecondsAgrees) {
  std::uint64_t contracts = 0, two = 0, phantoms = 0, lost = 0, late = 0, overruns = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(40); ++seed) {
    Day day(seed);
    const std::vector<Day::Lived> lived = day.live();
    Clockwork clockwork(day.hubs(), day.script(), lived);
    auto slow = clockwork.run(120'000);
    for (const Day::Lived& one : lived) {
      const JobRun& run = one.run;
      const std::string where =
          "seed " + std::to_string(seed) + " contract " + std::to_string(run.grant.contract.value);
      const auto& same = slow[run.grant.contract.value];
      std::vector<std::pair<Second, Second>> fast;
      for (const Stretch& stretch : run.stretches) {
        if (stretch.begin < stretch.end) fast.emplace_back(stretch.begin, stretch.end);
      }
      ASSERT_EQ(fast, same.delivered) << where;
      ASSERT_EQ(run.free, same.free) << where;
      ++contracts;
      two += run.stretches.size() > 1;
      phantoms += run.phantom;
      lost += run.lost();
      late += !fast.empty() && fast.front().first > run.grant.start;
      overruns += run.free > one.end;
    }
  }
  EXPECT_GT(two, 5U);
  EXPECT_GT(phantoms, 5U);
  EXPECT_GT(lost, 5U);
  EXPECT_GT(late, 100U);
  EXPECT_GT(overruns, 5U);
  EXPECT_GT(contracts, 1'000U);
}

// Delivered, missed, or ended early: every second of a grant is one of them, once.
TEST(HubsProperty, EverySecondIsDeliveredOrMissedOnce) {
  for (std::uint64_t seed = 1; seed <= many_seeds(500); ++seed) {
    Day day(seed);
    for (const Day::Lived& one : day.live()) {
      Second mark = one.run.grant.start;
      Second delivered = 0, missed = 0;
      for (const Stretch& stretch : one.run.stretches) {
        ASSERT_GE(stretch.begin, mark) << "seed " << seed;
        ASSERT_GE(stretch.end, stretch.begin);
        missed += std::min(one.end, stretch.begin) - std::min(one.end, mark);
        delivered += std::min(one.end, stretch.end) - std::min(one.end, stretch.begin);
        mark = stretch.end;
      }
      missed += std::max<Second>(0, one.end - mark);
      ASSERT_EQ(delivered, one.run.delivered_by(one.end));
      ASSERT_EQ(delivered + missed, one.end - one.run.grant.start) << "seed " << seed;
      Second told = 0;
      for (const auto& [begin, end] :
           as_told(one.run, static_cast<Second>(seed % 21) - 10, one.run.grant.start, one.end)) {
        ASSERT_GE(begin, one.run.grant.start);
        ASSERT_LE(end, one.end) << "beyond the grant";
        told += end - begin;
      }
      ASSERT_LE(told, one.end - one.run.grant.start);
    }
  }
}

TEST(HubsProperty, ASeedIsARun) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Day once(seed), again(seed);
    const auto a = once.live(), b = again.live();
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      ASSERT_EQ(a[i].run.stretches, b[i].run.stretches);
      ASSERT_EQ(a[i].end, b[i].end);
      ASSERT_EQ(a[i].run.free, b[i].run.free);
    }
  }
}

}  // namespace
}  // namespace tongsuan::world
