#include "tongsuan/lab/replay.h"

#include <algorithm>
#include <memory>
#include <string>

#include "tongsuan/base/check.h"
#include "tongsuan/base/text.h"
#include "tongsuan/lab/baselines.h"
#include "tongsuan/lab/market_policy.h"
#include "tongsuan/lab/meter.h"
#include "tongsuan/world/world.h"

namespace tongsuan::lab {
namespace {

using engine::Event;
using world::Happening;
using world::Kind;

// Engine, world and policy around one clock that only events move.
class Loop final : public dispatch::Desk {
 public:
  Loop(const Instance& instance, Policy& policy, const ReplayOptions& options)
      : instance_(instance),
        policy_(policy),
        options_(options),
        engine_(instance.places),
        world_(instance.script, engine_.state()),
        sampler_(instance) {}

  Result<RunResult> run() {
    const Second last = instance_.span + instance_.drain;
    while (step(last)) {
      if (options_.cancelled && (++steps_ & 0xFF) == 0 && options_.cancelled()) {
        return Error{ErrorCode::kInterrupted, "the replay was stopped", {}};
      }
    }
    return finish();
  }

  // ---- Desk ------------------------------------------------------------------------------------
  [[nodiscard]] const engine::State& state() const override { return engine_.state(); }
  [[nodiscard]] Second now() const override { return now_; }
  bool execute(engine::Command command) override {
    if (const auto* end = std::get_if<engine::EndContract>(&command)) {
      return end_contract(end->contract, end->reason);
    }
    if (const auto* start = std::get_if<engine::StartOrder>(&command)) {
      if (!world_.takes(start->pool, now_)) return false;
    }
    return run_command(std::move(command));
  }

 private:
  bool run_command(engine::Command command) {
    const std::size_t first = fresh_.size();
    const bool accepted = engine_.execute(now_, std::move(command), fresh_);
    for (std::size_t i = first; i < fresh_.size(); ++i) {
      const Event& event = fresh_[i];
      world_.see(event);
      if (options_.watch) options_.watch(event);
      if (const auto* ended = std::get_if<engine::ContractEnded>(&event.what)) {
        // Contracts that end otherwise than by `end_contract` lose all that was not kept before.
        Ran& ran = ran_[ended->contract.value];
        if (ran.end == 0) ran.end = now_;
        stops_ += ended->reason == engine::EndReason::kFailed;
        moves_ += ended->reason == engine::EndReason::kPreempted;
      } else if (std::holds_alternative<engine::ContractStarted>(event.what)) {
        ran_.push_back({});
      }
      forward_.see(event);
    }
    return accepted;
  }

  bool end_contract(engine::ContractId id, engine::EndReason reason) {
    const world::Progress progress = world_.progress(id, now_, reason);
    ran_[id.value] = ran_until_now(id, progress.kept);
    return run_command(engine::EndContract{id, reason, progress.done_ppm});
  }

  // Where hubs are perfect a contract is one stretch.
  [[nodiscard]] Ran ran_until_now(engine::ContractId id, Second kept) const {
    Ran ran{.end = now_, .kept = kept};
    const world::JobRun& run = world_.run(id);
    ran.missed = now_ - run.grant.start - run.delivered_by(now_);
    if (ran.missed == 0) return ran;
    for (const auto& [begin, end] : world::as_told(run, 0, run.grant.start, now_)) {
      ran.delivered.push_back({begin, end});
    }
    return ran;
  }

  bool step(Second last) {
    const std::optional<Second> next = world_.next_at();
    const Second round = policy_.next_round();
    const bool busy = over_ < instance_.script.jobs.size();
    if (!busy || (!next && round < 0)) return false;
    // A world at rest with a policy that only waits would never end.
    if ((next ? std::min(*next, round < 0 ? *next : round) : round) > last) return false;
    if (!next || (round >= 0 && round < *next)) {
      advance(round);
      fresh_.clear();
      policy_.round(*this);
      return true;
    }
    const std::optional<Happening> first = world_.next(*next);
    if (!first) return true;
    advance(first->at);
    fresh_.clear();
    act(*first);
    while (!options_.pass_per_event) {
      const std::optional<Happening> more = world_.next(now_);
      if (!more) break;
      act(*more);
    }
    count_over();
    events_.swap(fresh_);
    policy_.react(*this, events_);
    return true;
  }

  // The reasons for idle devices are looked at on the way.
  void advance(Second at) {
    TONGSUAN_CHECK(at >= now_);
    while (sampler_.next() < at && sampler_.next() < instance_.span) {
      sampler_.sample(engine_.state(), sampler_.next());
    }
    now_ = at;
  }

  void act(const Happening& happening) {
    const world::Script& script = instance_.script;
    switch (happening.kind) {
      case Kind::kEnd:
        end_contract(engine::ContractId{happening.id}, engine::EndReason::kCompleted);
        break;
      case Kind::kFail:
        end_contract(engine::ContractId{happening.id}, engine::EndReason::kFailed);
        break;
      case Kind::kOverrun:
        extend(engine::ContractId{happening.id});
        break;
      case Kind::kArrived: {
        const engine::TransferStarted& moved = world_.transfer(happening.id);
        const HubId to = instance_.places.links[moved.link.value].to;
        run_command(engine::EndTransfer{moved.data, to});
        break;
      }
      case Kind::kNodes:
        change_nodes(world_.nodes(happening.id));
        break;
      case Kind::kBack:
        break;  // whoever schedules looks again
      case Kind::kAsk:
        run_command(
            engine::ChangeAsk{script.asks[happening.id].pool, script.asks[happening.id].ask});
        break;
      case Kind::kCancel:
        cancel(OrderId{happening.id});
        break;
      case Kind::kOpen:
        run_command(engine::OpenOrder{OrderId{happening.id}});
        break;
      case Kind::kPatience:
        run_command(engine::ExpireOrder{OrderId{happening.id}});
        break;
      case Kind::kSubmit:
        run_command(engine::SubmitOrder{script.jobs[happening.id].order});
        break;
    }
  }

  // Work goes on for a quarter of its estimate at a time, at least a quarter of an hour; no further
  // than to the next block on its nodes, where whoever booked it decides.
  void extend(engine::ContractId id) {
    const engine::Contract& contract = state().contract(id);
    const Second estimate = state().order(contract.order).order.ways[contract.way].estimate;
    Second until = now_ + std::max<Second>(900, estimate / 4);
    while (until > now_ && !run_command(engine::ExtendContract{id, until})) {
      until = last_block_before(contract, until);
    }
  }

  // The last begin before then of a block on its nodes; 0: none.
  [[nodiscard]] Second last_block_before(const engine::Contract& contract, Second until) const {
    Second last = 0;
    for (const std::uint32_t node : contract.nodes) {
      for (const OrderId order : state().pool(contract.pool).nodes[node].blocks) {
        const Second begin = state().block(order)->begin;
        if (begin < until) last = std::max(last, begin);
      }
    }
    return last;
  }

  // What runs on failing nodes keeps what was checkpointed; what leaves for a hub's own work is
  // asked to stop.
  void change_nodes(const world::NodesChange& change) {
    if (!change.up) {
      const auto reason = change.own ? engine::EndReason::kPreempted : engine::EndReason::kFailed;
      const engine::PoolState& pool = state().pool(change.pool);
      for (const engine::ContractId id : pool.contracts_on(change.begin, change.end)) {
        end_contract(id, reason);
        evicted_ += change.own;
      }
    }
    run_command(engine::ReportNodes{change.pool, change.begin, change.end, change.up});
  }

  void cancel(OrderId order) {
    const engine::OrderRecord& record = state().order(order);
    if (record.state == engine::OrderState::kRunning) {
      end_contract(engine::ContractId{record.contract}, engine::EndReason::kCancelled);
    } else {
      run_command(engine::CancelOrder{order});
    }
  }

  // Jobs that are over, for progress and for knowing when to stop.
  void count_over() {
    for (const Event& event : fresh_) {
      if (std::holds_alternative<engine::OrderRefused>(event.what) ||
          std::holds_alternative<engine::OrderGone>(event.what)) {
        ++over_;
      } else if (const auto* ended = std::get_if<engine::ContractEnded>(&event.what)) {
        over_ += ended->reason == engine::EndReason::kCompleted ||
                 ended->reason == engine::EndReason::kCancelled;
      }
    }
    if (options_.progress && over_ >= reported_ + 256) {
      reported_ = over_;
      options_.progress(static_cast<double>(over_) /
                        static_cast<double>(instance_.script.jobs.size()));
    }
  }

  RunResult finish() {
    advance(std::max(now_, instance_.span));
    for (std::uint32_t i = 0; i < ran_.size(); ++i) {
      const engine::Contract& contract = state().contract(engine::ContractId{i});
      const engine::ContractId id{i};
      if (contract.end < 0) ran_[i] = ran_until_now(id, now_ - contract.start);
    }
    RunResult result;
    result.scenario = instance_.scenario;
    result.seed = instance_.seed;
    result.load_percent = instance_.load_percent;
    measure(instance_, state(), ran_, now_, result);
    result.idle = sampler_.shares();
    const double samples = std::max<double>(1, static_cast<double>(sampler_.samples()));
    for (double* part : {&result.idle.no_demand, &result.idle.wrong_place, &result.idle.wrong_class,
                         &result.idle.fragments, &result.idle.held_back, &result.idle.down}) {
      *part /= samples * static_cast<double>(devices());
    }
    result.stops = stops_;
    result.moves = moves_ - evicted_;
    if (instance_.script.hubs.any() || evicted_ > 0) result.hubs = hub_figures();
    result.forward = forward_.figures(instance_, state());
    policy_.report(result);
    result.events = engine_.event_count();
    const Digest digest = engine_.digest();
    result.digest = hex(digest.data(), digest.size());
    return result;
  }

  [[nodiscard]] HubFigures hub_figures() const {
    const world::Tally& tally = world_.tally();
    const auto granted = static_cast<double>(std::max<std::int64_t>(1, tally.granted));
    return {.contracts = tally.contracts,
            .missed = static_cast<double>(tally.granted - tally.delivered) / granted,
            .overrun = static_cast<double>(tally.overrun) / granted,
            .requeues = tally.requeues,
            .evicted = evicted_,
            .dead_starts = tally.dead_starts};
  }

  [[nodiscard]] std::int64_t devices() const {
    std::int64_t sum = 0;
    for (const engine::Pool& pool : instance_.places.pools) {
      sum += std::int64_t{pool.nodes} * pool.node_devices;
    }
    return sum;
  }

  const Instance& instance_;
  Policy& policy_;
  const ReplayOptions& options_;
  engine::Engine engine_;
  world::World world_;
  IdleSampler sampler_;
  ForwardCounter forward_;
  std::vector<Event> fresh_;   // since the policy was last called
  std::vector<Event> events_;  // what it is called with
  std::vector<Ran> ran_;       // by ContractId
  Second now_ = 0;
  std::uint64_t stops_ = 0;
  std::uint64_t moves_ = 0;
  std::uint64_t evicted_ = 0;  // of these, for a hub's own work
  std::uint64_t over_ = 0;
  std::uint64_t reported_ = 0;
  std::uint64_t steps_ = 0;
};

Result<std::unique_ptr<Policy>> make_policy(const Instance& instance, std::string_view name,
                                            const ReplayOptions& options) {
  if (name == "silo-fifo") return silo_policy(instance, false, options);
  if (name == "silo-easy") return silo_policy(instance, true, options);
  if (name == "broker") return broker_policy(instance, options);
  if (name == "pool-fifo") return pool_policy(instance, dispatch::LineRule::kFirstCome, options);
  if (name == "pool-sjbf")
    return pool_policy(instance, dispatch::LineRule::kFirstCome, options, true);
  if (name == "pool-value") return pool_policy(instance, dispatch::LineRule::kDensity, options);
  if (name == "pool-green") return pool_green_policy(instance, options);
  if (name == "market") return market_policy(instance, options);
  std::string names;
  for (const PolicySpec& policy : policies())
    names += (names.empty() ? "" : ", ") + std::string(policy.name);
  return Error{ErrorCode::kInvalidArgument, "there is no policy '" + std::string(name) + "'",
               "policies: " + names};
}

}  // namespace

const std::vector<PolicySpec>& policies() {
  static const std::vector<PolicySpec> kPolicies = {
      {"silo-fifo", "Hubs alone, first come first served", "各枢纽独立，先到先得"},
      {"silo-easy", "Hubs alone, backfilling", "各枢纽独立，回填调度"},
      {"broker", "Broker: best hub when the order comes", "中介：到达时选定枢纽"},
      {"pool-fifo", "One line for all hubs, first come first", "统一队列，先到先排"},
      {"pool-value", "One line for all hubs, by value", "统一队列，按价值排序"},
      {"pool-green", "The same, seeing what green energy is left", "同上，并看到剩余绿电"},
      {"market", "Tongsuan's market", "统算市场"},
  };
  return kPolicies;
}

Result<RunResult> replay(const Instance& instance, std::string_view policy,
                         const ReplayOptions& options) {
  TONGSUAN_TRY(const Done done, engine::check_places(instance.places));
  static_cast<void>(done);
  TONGSUAN_TRY(const std::unique_ptr<Policy> chosen, make_policy(instance, policy, options));
  TONGSUAN_TRY(RunResult result, Loop(instance, *chosen, options).run());
  result.policy = std::string(policy);
  return result;
}

}  // namespace tongsuan::lab
