#include <algorithm>
#include <optional>

#include "tongsuan/base/check.h"
#include "tongsuan/engine/state_fixture.h"
#include "tongsuan/world/world.h"

#include "entries.h"
#include "program.h"

namespace tongsuan::fuzz {
namespace {

using engine::Command;
using engine::Event;
using engine::OrderState;

constexpr std::size_t kCommandsMax = 200;
constexpr std::size_t kHappeningsMax = 200;
constexpr std::size_t kJobsMax = 12;

// ---- A tiny world ------------------------------------------------------------------------------

engine::Places make_places(Program& program) {
  engine::Places places = engine::testing::small_places();
  const std::uint32_t plan = program.byte();
  for (engine::Pool& pool : places.pools) {
    if ((plan & 1) == 0) break;
    pool.nodes = program.byte() % 6;
    pool.node_devices = program.byte() % 9;
  }
  if ((plan & 2) != 0) places.links[0].mb_per_second = program.number();
  if ((plan & 4) != 0) places.data_sets[0].size_mb = static_cast<std::uint64_t>(program.number());
  if ((plan & 8) != 0) places.data_sets.push_back({55, {HubId{program.near(2)}}});
  if ((plan & 16) != 0) places.links.push_back({HubId{1}, HubId{program.near(2)}, 3, Price(1)});
  if ((plan & 32) != 0) std::swap(places.pools[0], places.pools[program.below(3)]);
  return places;
}

engine::LiveOrder make_order(Program& program, Second now) {
  const std::uint32_t plan = program.byte();
  engine::LiveOrder order = engine::testing::small_order(1 + program.byte() % 14, now);
  if ((plan & 1) != 0) order.latest_start = now + program.number() % 4'096;
  if ((plan & 2) != 0) order.ways[0].estimate = program.number();
  if ((plan & 4) != 0) {
    order.ways.push_back({ClassId{program.near(2)}, program.near(6), program.number()});
  }
  if ((plan & 8) != 0) {
    order.hubs.push_back(HubId{program.near(2)});
    if (program.byte() % 2 != 0) order.hubs.push_back(HubId{program.near(2)});
    order.whole_nodes = program.byte() % 2 != 0;
  }
  if ((plan & 16) != 0) order.data = program.near(2);
  if ((plan & 32) != 0) {
    order.not_before = now + program.byte();
    order.premium = program.number();
  }
  if ((plan & 64) != 0) order.grace = program.number();
  if ((plan & 128) != 0) {  // anything at all
    order.account = AccountId{program.near(1)};
    order.home = program.near(2);
    order.value = program.number();
    order.delay_cost = program.number();
    order.submit = program.number();
    order.latest_start = program.number();
    if (program.byte() % 8 == 0) order.ways.clear();
  }
  return order;
}

world::Script make_script(Program& program, const engine::Places& places) {
  world::Script script;
  Second at = 0;
  for (std::size_t count = program.byte() % kJobsMax; count > 0; --count) {
    at += program.byte();
    world::Job job;
    job.order = make_order(program, at);
    job.order.submit = at;  // a script's jobs come when they say
    job.actual_ppm = 1 + (program.byte() << (program.byte() % 20));
    job.checkpoint = program.byte() % 64;
    job.cancel = program.byte() % 4 == 0 ? at + program.byte() : -1;
    script.jobs.push_back(std::move(job));
  }
  at = 0;
  for (std::size_t count = program.byte() % 4; count > 0; --count) {
    at += program.byte();
    const std::size_t pool = program.below(places.pools.size());
    const std::uint32_t nodes = places.pools[pool].nodes;
    const std::uint32_t begin = program.byte() % nodes;
    const std::uint32_t end = begin + 1 + program.byte() % (nodes - begin);
    const engine::PoolId id{static_cast<std::uint32_t>(pool)};
    script.nodes.push_back({at, id, begin, end, program.byte() % 2 != 0});
  }
  script.restart = program.byte();
  script.restart_far = program.byte() * 8;
  return script;
}

// ---- Commands ----------------------------------------------------------------------------------

class AnyCommand {
 public:
  AnyCommand(Program& program, const engine::State& state) : program_(program), state_(state) {}

  // Without new orders where they come from a script.
  Command draw(bool with_orders, Second at) {
    const std::uint32_t kind = program_.byte() % 16;
    switch (kind) {
      case 0:
      case 1:
        if (!with_orders) return start();
        return engine::SubmitOrder{make_order(program_, at)};
      case 2:
        return engine::CancelOrder{order()};
      case 3:
        return engine::ExpireOrder{order()};
      case 4:
        return engine::ReportNodes{pool(), program_.near(3), program_.near(4),
                                   program_.byte() % 2 != 0};
      case 5:
        return ask();
      case 6:
        return engine::EndContract{contract(), reason(), program_.near(engine::kPpm + 2) * 4'000};
      case 7:
        return engine::ExtendContract{contract(), at + program_.number() % 100'000};
      case 8:
        return engine::StartTransfer{program_.near(2), engine::LinkId{program_.near(2)}};
      case 9:
        return engine::EndTransfer{program_.near(2), HubId{program_.near(2)}};
      case 10:
        return close_round();
      case 11:
        return engine::OpenOrder{order()};
      case 12:
        return book(at);
      case 13:
        return engine::ReleaseBlock{order()};
      default:
        return start();
    }
  }

 private:
  OrderId order() { return OrderId{program_.near(state_.order_count())}; }
  engine::PoolId pool() { return engine::PoolId{program_.near(3)}; }
  engine::ContractId contract() {
    return engine::ContractId{program_.near(state_.contract_count())};
  }
  // By steps now and then, in any order and for any devices.
  Command ask() {
    const engine::PoolId at = pool();
    const std::int64_t price = program_.number();
    if (price % 4 != 3) return engine::ChangeAsk{at, Price(price)};
    engine::ChangeSteps change{at, {}};
    for (std::uint32_t i = program_.byte() % 18; i > 0; --i) {
      change.steps.push_back({program_.near(9), Price(program_.byte())});
    }
    return change;
  }
  engine::EndReason reason() { return static_cast<engine::EndReason>(program_.byte() % 4); }

  Command close_round() {
    engine::CloseRound close;
    close.round = state_.round() + program_.byte() % 3;
    for (std::uint32_t i = 3 + program_.byte() % 8 / 7; i > 0; --i) {
      close.posted.push_back(program_.number());
    }
    return close;
  }

  Command book(Second at) {
    engine::StartOrder like = start();
    Second begin = at + program_.byte();
    if (like.order.value < state_.order_count()) {
      begin = std::max(begin, state_.order(like.order).order.not_before);
    }
    return engine::BookBlock{like.order, like.way,  like.pool, std::move(like.nodes),
                             begin,      like.price};
  }

  // Often as a dispatcher would: on nodes that fit.
  engine::StartOrder start() {
    engine::StartOrder start{order(), program_.byte() % 3, pool(), {}, Price(program_.byte())};
    if (program_.byte() % 4 == 0) {
      start.price = Price(program_.number());
      for (std::uint32_t i = program_.byte() % 4; i > 0; --i) {
        start.nodes.push_back(program_.near(3));
      }
      return start;
    }
    if (start.order.value >= state_.order_count()) return start;
    const engine::LiveOrder& order = state_.order(start.order).order;
    if (order.ways.empty()) return start;
    start.way %= static_cast<std::uint32_t>(order.ways.size());
    if (start.pool.value >= state_.places().pools.size()) return start;
    const engine::Pool& pool = state_.places().pools[start.pool.value];
    if (order.ways[start.way].gang > kGangMax) return start;
    const engine::Need need =
        engine::need_of(order.ways[start.way], order.whole_nodes, pool.node_devices);
    for (std::uint32_t i = 0; i < pool.nodes && start.nodes.size() < need.nodes; ++i) {
      const engine::Node& node = state_.pool(start.pool).nodes[i];
      if (node.up && node.free >= need.per_node) start.nodes.push_back(i);
    }
    return start;
  }

  Program& program_;
  const engine::State& state_;
};

// ---- Engines -----------------------------------------------------------------------------------

// An engine that is looked at after every command, and its events.
class Watched {
 public:
  explicit Watched(const engine::Places& places) : engine_(places) {}
  [[nodiscard]] const engine::State& state() const { return engine_.state(); }

  // The events of the command.
  std::vector<Event> execute(Second at, Command command) {
    const bool submits = std::holds_alternative<engine::SubmitOrder>(command);
    const std::size_t first = events_.size();
    const bool accepted = engine_.execute(at, std::move(command), events_);
    TONGSUAN_CHECK(accepted == !engine_.refusal().has_value());
    if (!accepted) {
      TONGSUAN_CHECK(events_.size() == first || (submits && events_.size() == first + 1));
    }
    TONGSUAN_CHECK(engine::testing::broken_invariant(state()).empty());
    return {events_.begin() + static_cast<std::ptrdiff_t>(first), events_.end()};
  }

  // Whoever decided: the events alone give the same state and the same digest.
  void check_replay() const {
    engine::State again(state().places());
    std::string bytes;
    for (const Event& event : events_) {
      again.apply(event);
      engine::append_bytes(event, bytes);
    }
    TONGSUAN_CHECK(engine::testing::Dump(again).text() == engine::testing::Dump(state()).text());
    TONGSUAN_CHECK(sha256(bytes) == engine_.digest());
    TONGSUAN_CHECK(engine_.event_count() == events_.size());
  }

 private:
  engine::Engine engine_;
  std::vector<Event> events_;
};

void run_commands(Program& program, const engine::Places& places) {
  Watched watched(places);
  Second now = 0;
  for (std::size_t i = 0; i < kCommandsMax && !program.done(); ++i) {
    const std::uint32_t step = program.byte();
    const Second at = step == 255 ? program.number() : now + step % 16;
    Command command = AnyCommand(program, watched.state()).draw(true, now);
    watched.execute(at, std::move(command));
    now = std::max(now, watched.state().now());
  }
  watched.check_replay();
}

// A script's world around the engine, with a dispatcher that does anything.
class Simulation {
 public:
  Simulation(Program& program, const engine::Places& places, const world::Script& script)
      : program_(program), watched_(places), world_(script, watched_.state()) {}

  void run() {
    for (std::size_t i = 0; i < kHappeningsMax; ++i) {
      const std::optional<Second> at = world_.next_at();
      if (!at || *at > kSecondsMax) break;
      const std::optional<world::Happening> next = world_.next(*at);
      if (!next) continue;
      TONGSUAN_CHECK(next->at >= now_);
      now_ = next->at;
      act(*next);
      for (std::uint32_t more = program_.byte() % 4; more > 0; --more) {
        command(AnyCommand(program_, watched_.state()).draw(false, now_));
      }
    }
    watched_.check_replay();
  }

 private:
  static constexpr Second kSecondsMax = engine::kSecondsMax;

  // Contracts end with what the world says they achieved.
  void command(Command command) {
    auto* end = std::get_if<engine::EndContract>(&command);
    if (end != nullptr && end->contract.value < watched_.state().contract_count()) {
      const engine::Contract& contract = watched_.state().contract(end->contract);
      if (contract.end >= 0) return;
      const world::Progress progress = world_.progress(end->contract, now_, end->reason);
      TONGSUAN_CHECK(progress.done_ppm <= engine::kPpm && progress.kept >= 0);
      TONGSUAN_CHECK(progress.kept <= now_ - contract.start);
      TONGSUAN_CHECK(world_.true_end(end->contract) > contract.start);
      end->done_ppm = progress.done_ppm;
    }
    for (const Event& event : watched_.execute(now_, std::move(command))) world_.see(event);
  }

  void act(const world::Happening& happening) {
    const world::Script& script = world_.script();
    const engine::ContractId contract{happening.id};
    const OrderId order{happening.id};
    switch (happening.kind) {
      case world::Kind::kEnd:
        return command(engine::EndContract{contract, engine::EndReason::kCompleted});
      case world::Kind::kOverrun:
        return command(engine::ExtendContract{contract, now_ + 1 + program_.byte()});
      case world::Kind::kArrived: {
        const engine::TransferStarted& moved = world_.transfer(happening.id);
        const HubId to = watched_.state().places().links[moved.link.value].to;
        return command(engine::EndTransfer{moved.data, to});
      }
      case world::Kind::kNodes: {
        const world::NodesChange& change = world_.nodes(happening.id);
        return command(engine::ReportNodes{change.pool, change.begin, change.end, change.up});
      }
      case world::Kind::kFail:
        return command(engine::EndContract{contract, engine::EndReason::kFailed});
      case world::Kind::kBack:
      case world::Kind::kAsk:
        return;
      case world::Kind::kCancel:
        return cancel(order);
      case world::Kind::kOpen:
        return command(engine::OpenOrder{order});
      case world::Kind::kPatience:
        return command(engine::ExpireOrder{order});
      case world::Kind::kSubmit:
        return command(engine::SubmitOrder{script.jobs[happening.id].order});
    }
  }

  void cancel(OrderId order) {
    const engine::OrderRecord& record = watched_.state().order(order);
    if (record.state != OrderState::kRunning) return command(engine::CancelOrder{order});
    command(
        engine::EndContract{engine::ContractId{record.contract}, engine::EndReason::kCancelled});
  }

  Program& program_;
  Watched watched_;
  world::World world_;
  Second now_ = 0;
};

}  // namespace

void replay_world(std::string_view bytes) {
  Program program(bytes);
  const bool scripted = program.byte() % 2 != 0;
  const engine::Places places = make_places(program);
  if (!engine::check_places(places).ok()) return;
  if (!scripted) return run_commands(program, places);
  const world::Script script = make_script(program, places);
  Simulation(program, places, script).run();
}

std::vector<std::string> replay_world_seeds() {
  Random random(7);
  std::vector<std::string> seeds;
  for (std::size_t i = 0; i < 40; ++i) {
    std::string bytes = {static_cast<char>(i % 2), static_cast<char>(i % 3 == 0 ? 30 : 0)};
    const std::size_t size = 200 + random.below(600);
    while (bytes.size() < size) bytes.push_back(static_cast<char>(random.below(256)));
    seeds.push_back(std::move(bytes));
  }
  return seeds;
}

}  // namespace tongsuan::fuzz
