// Test helper: what one agent is given of the fakes, with everything that may go wrong on the way:
// answers that are lost, requests that arrive late, and a process that dies at any call, before or
// after what it asked for has happened.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/hub/agent.h"
#include "tongsuan/hub/fake_cluster.h"
#include "tongsuan/hub/fake_exchange.h"

namespace tongsuan::hub {

// When the process dies: after so many more calls of any port.
class Fuse {
 public:
  enum class Fate : std::uint8_t { kLives, kDiesAfter, kDead };
  void light(std::uint64_t calls, bool after) {
    left_ = calls;
    after_ = after;
    lit_ = true;
  }
  [[nodiscard]] bool burnt() const { return burnt_; }
  Fate next() {
    if (burnt_) return Fate::kDead;
    if (!lit_ || left_-- > 0) return Fate::kLives;
    burnt_ = true;
    return after_ ? Fate::kDiesAfter : Fate::kDead;
  }

 private:
  std::uint64_t left_ = 0;
  bool lit_ = false, after_ = false, burnt_ = false;
};

// What is wrong with the world now, in per mille of calls.
struct Weather {
  std::uint64_t exchange_away = 0, answer_lost = 0;
  std::uint64_t list_lags = 0;  // and still has what is over
  std::uint64_t cluster_away = 0, doubt = 0, refusal = 0, mismatch = 0;
  std::uint64_t staging_fails = 0;
};

struct FakeWorld {
  FakeExchange exchange;
  FakeCluster cluster;
  std::set<std::string> folders;             // of contracts
  std::set<std::string> links;               // files that are none
  std::map<std::string, std::string> files;  // what jobs have said, by folder and name
  std::map<std::string, int> staging_for;    // polls that are left, by contract and way
  Weather weather;
  std::int64_t work_min = 5, work_max = 900;  // seconds that work takes
  std::uint64_t exits_badly = 200;            // per mille
  Random random{1};

  // Seconds that each call takes.
  std::int64_t exchange_takes = 0, cluster_takes = 0;
  void pass(std::int64_t seconds) {
    exchange.pass(exchange.now + seconds);
    cluster.pass(cluster.now + seconds);
  }

  [[nodiscard]] bool happens(std::uint64_t per_mille) { return random.below(1'000) < per_mille; }
};

class MemorySpool final : public Spool {
 public:
  using Rows = std::map<std::string, std::string>;
  MemorySpool(Rows& rows, Fuse& fuse) : rows_(rows), fuse_(fuse) {}

  Result<std::vector<Row>> read(std::string_view prefix) override {
    std::vector<Row> found;
    for (const auto& [name, text] : rows_) {
      if (name.starts_with(prefix)) found.push_back({name, text});
    }
    return found;
  }
  Result<Done> commit(const std::vector<Change>& changes) override {
    const Fuse::Fate fate = fuse_.next();
    if (fate != Fuse::Fate::kDead) {
      for (const Change& change : changes) {
        if (change.text) rows_[change.name] = *change.text;
        if (!change.text) rows_.erase(change.name);
      }
    }
    if (fate == Fuse::Fate::kLives) return Done{};
    return Error{ErrorCode::kIo, "the process died"};
  }

 private:
  Rows& rows_;
  Fuse& fuse_;
};

class ExchangePort final : public Exchange {
 public:
  ExchangePort(FakeWorld& world, std::string holder, Fuse& fuse)
      : world_(world), holder_(std::move(holder)), fuse_(fuse) {}

  Said<Lease> lease(const LeaseRequest& request) override {
    return ask<Lease>([&] { return world_.exchange.lease(holder_, 120, request); });
  }
  Said<std::optional<std::vector<Contract>>> contracts() override {
    return ask<std::optional<std::vector<Contract>>>(
        [&]() -> Said<std::optional<std::vector<Contract>>> {
          if (seen_ == world_.exchange.version) return std::optional<std::vector<Contract>>();
          return std::optional(world_.exchange.list(world_.happens(world_.weather.list_lags)));
        },
        [&] {
          seen_ = world_.exchange.version;
          wanted_ = world_.exchange.wanted;
        });
  }
  [[nodiscard]] const std::vector<OutputWant>& wanted() const override { return wanted_; }
  Said<Done> bring(const OutputWant& want, const OutputAnswer& answer,
                   std::uint64_t epoch) override {
    if (nobody_waits) world_.exchange.wanted.clear();
    return ask<Done>([&] { return world_.exchange.bring(want, answer, epoch); });
  }
  Said<WorkText> work(const std::string& contract) override {
    return ask<WorkText>([&]() -> Said<WorkText> {
      const auto found = world_.exchange.texts.find(world_.exchange.rows.at(contract).work);
      if (found == world_.exchange.texts.end()) return Trouble{TroubleKind::kRefused, "unknown"};
      return found->second;
    });
  }
  Said<std::vector<Pool>> pools() override {
    return ask<std::vector<Pool>>(
        [&]() -> Said<std::vector<Pool>> { return world_.exchange.pools; });
  }
  Said<Done> tell(const Message& message, std::uint64_t epoch) override {
    return ask<Done>([&] { return world_.exchange.tell(message, epoch); });
  }

  bool nobody_waits = false;  // any more, when something is brought
  bool saw_fence = false;
  std::uint64_t calls_after_fence = 0;

 private:
  template <class T, class Ask>
  Said<T> ask(Ask&& question) {
    return ask<T>(std::forward<Ask>(question), [] {});
  }
  template <class T, class Ask, class Heard>
  Said<T> ask(Ask&& question, Heard&& heard) {
    const Trouble away{TroubleKind::kAway, "no answer"};
    world_.pass(world_.exchange_takes);
    if (saw_fence) ++calls_after_fence;
    const Fuse::Fate fate = fuse_.next();
    if (fate == Fuse::Fate::kDead || world_.happens(world_.weather.exchange_away)) return away;
    Said<T> answer = question();
    if (fate != Fuse::Fate::kLives || world_.happens(world_.weather.answer_lost)) return away;
    if (answer.ok()) heard();
    saw_fence = saw_fence || (!answer.ok() && answer.error().kind == TroubleKind::kFenced);
    return answer;
  }

  FakeWorld& world_;
  std::string holder_;
  Fuse& fuse_;
  std::uint64_t seen_ = 0;
  std::vector<OutputWant> wanted_;
};

class ClusterPort final : public cluster::Cluster {
 public:
  ClusterPort(FakeWorld& world, Fuse& fuse) : world_(world), fuse_(fuse) {}

  std::string describe() const override { return "a cluster in memory"; }
  cluster::Answer<cluster::Inventory> inventory() override {
    if (is_away()) return away();
    const FakeCluster& there = world_.cluster;
    return cluster::Inventory{"1", there.nodes,
                              there.tells_clock ? std::optional(there.now) : std::nullopt};
  }
  cluster::Answer<std::vector<cluster::Job>> jobs() override {
    if (is_away()) return away();
    return world_.cluster.jobs();
  }
  cluster::Answer<std::optional<cluster::Job>> find(const std::string& name) override {
    if (is_away()) return away();
    std::optional<cluster::Job> last;
    for (const cluster::Job& job : world_.cluster.jobs()) {
      if (job.name == name) last = job;
    }
    return last;
  }
  cluster::Answer<cluster::Job> submit(const cluster::Work& work, bool perhaps_there) override {
    ++changes;
    world_.pass(world_.cluster_takes);
    const Fuse::Fate fate = fuse_.next();
    const cluster::Fault doubt{cluster::FaultKind::kInDoubt, "no answer in time"};
    if (fate == Fuse::Fate::kDead || world_.happens(world_.weather.cluster_away)) return away();
    if (perhaps_there) {
      for (const cluster::Job& job : world_.cluster.jobs()) {
        if (job.name != cluster::job_name(work.contract, work.attempt)) continue;
        if (!belongs_to(job, work.tenant)) continue;
        world_.cluster.find(job.id)->suspended = false;
        return job;
      }
    }
    if (world_.happens(world_.weather.refusal)) {
      return cluster::Fault{cluster::FaultKind::kRefused, "not now"};
    }
    world_.cluster.work_seconds = world_.random.between(world_.work_min, world_.work_max);
    world_.cluster.next_exit = world_.happens(world_.exits_badly) ? 3 : 0;
    const bool is_doubted = world_.happens(world_.weather.doubt) || fate != Fuse::Fate::kLives;
    if (is_doubted && world_.happens(600)) {
      const bool never = world_.happens(300);
      const std::int64_t after = world_.random.between(1, 400);
      if (!never) world_.cluster.late.push_back({world_.cluster.now + after, work});
      return doubt;
    }
    const cluster::Job made = world_.cluster.make(work);
    if (is_doubted) return doubt;
    world_.cluster.find(made.id)->suspended = false;
    if (world_.happens(world_.weather.mismatch)) {
      world_.cluster.cancel(*world_.cluster.find(made.id));
      return cluster::Fault{cluster::FaultKind::kMismatch, "it was made otherwise"};
    }
    return made;
  }
  cluster::Answer<Done> cancel(const std::string& id) override {
    ++changes;
    const Fuse::Fate fate = fuse_.next();
    if (fate == Fuse::Fate::kDead || world_.happens(world_.weather.cluster_away)) return away();
    if (FakeCluster::Row* row = world_.cluster.find(id)) world_.cluster.cancel(*row);
    if (fate != Fuse::Fate::kLives || world_.happens(world_.weather.doubt)) return away();
    return Done{};
  }
  cluster::Answer<std::vector<cluster::Segment>> segments(const std::string& id) override {
    if (is_away()) return away();
    if (world_.cluster.find(id) == nullptr) {
      return cluster::Fault{cluster::FaultKind::kUnknown, "no such job"};
    }
    const std::vector<cluster::Segment>& all = world_.cluster.find(id)->segments;
    if (world_.cluster.knows_last_stretch_only && !all.empty()) return std::vector{all.back()};
    return all;
  }

  std::uint64_t changes = 0;

 private:
  bool is_away() {
    world_.pass(world_.cluster_takes);
    return fuse_.next() != Fuse::Fate::kLives || world_.happens(world_.weather.cluster_away);
  }
  static cluster::Fault away() { return {cluster::FaultKind::kUnreachable, "no answer"}; }

  FakeWorld& world_;
  Fuse& fuse_;
};

class StagingPort final : public Staging {
 public:
  StagingPort(FakeWorld& world, Fuse& fuse) : world_(world), fuse_(fuse) {}

  std::string folder(const std::string& contract) const override { return "/scratch/" + contract; }
  std::vector<std::string> contracts() override {
    return {world_.folders.begin(), world_.folders.end()};
  }
  StagingReport bring_in(const Place& place, const std::vector<Transfer>& transfers) override {
    world_.folders.insert(place.contract);
    return transfers.empty() ? StagingReport{StagingState::kDone, "0 bytes"}
                             : work(place.contract + " in");
  }
  StagingReport bring_out(const Place& place, const std::vector<Transfer>&) override {
    return work(place.contract + " out");
  }
  Result<cluster::Piece, std::string> read(const std::string& contract, const std::string& file,
                                           const cluster::Extent& extent) override {
    if (!world_.folders.contains(contract)) return cluster::Piece{};
    if (world_.links.contains(file)) return file + " is a link";
    const std::string& text = world_.files[folder(contract) + '/' + file];
    return cluster::piece_of(extent, text.size(), text);
  }
  StagingReport remove(const Place& place) override {
    const Fuse::Fate fate = fuse_.next();
    if (fate == Fuse::Fate::kDead) return {StagingState::kFailed, "died"};
    world_.folders.erase(place.contract);
    if (fate != Fuse::Fate::kLives) return {StagingState::kFailed, "died"};
    return {StagingState::kDone, ""};
  }

 private:
  StagingReport work(const std::string& what) {
    if (fuse_.next() != Fuse::Fate::kLives) return {};
    if (world_.happens(world_.weather.staging_fails))
      return {StagingState::kFailed, "no such file"};
    const auto left = world_.staging_for.try_emplace(what, 3).first;
    if (left->second-- > 0) return {};
    world_.staging_for.erase(left);
    return {StagingState::kDone, "12 bytes"};
  }

  FakeWorld& world_;
  Fuse& fuse_;
};

// One process of an agent, on rows that outlive it.
struct Process {
  Process(FakeWorld& world, MemorySpool::Rows& rows, const std::string& holder,
          AgentOptions options, Note note = {}, std::function<UnixSecond()> clock = {})
      : spool(rows, fuse),
        exchange(world, holder, fuse),
        cluster(world, fuse),
        staging(world, fuse),
        agent(std::move(options), {exchange, cluster, spool, staging, std::move(clock)},
              std::move(note)) {}

  Fuse fuse;
  MemorySpool spool;
  ExchangePort exchange;
  ClusterPort cluster;
  StagingPort staging;
  Agent agent;
};

}  // namespace tongsuan::hub
