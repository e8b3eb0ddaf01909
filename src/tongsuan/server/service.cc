#include "tongsuan/server/service.h"

#include <algorithm>
#include <chrono>

#include "tongsuan/access/permissions.h"
#include "tongsuan/server/internal/core.h"

namespace tongsuan::server {
namespace internal {
namespace {

ServiceOptions with_defaults(ServiceOptions options) {
  if (!options.unix_now) {
    options.unix_now = [] {
      const auto now = std::chrono::system_clock::now().time_since_epoch();
      return std::chrono::duration_cast<std::chrono::seconds>(now).count();
    };
  }
  return options;
}

}  // namespace

Names::Names(const engine::Places& places, std::vector<std::string> data)
    : places_(places), data_(std::move(data)) {
  for (std::uint32_t i = 0; i < places.hub_names.size(); ++i) {
    hubs_.emplace(places.hub_names[i], i);
  }
  for (std::uint32_t i = 0; i < places.class_names.size(); ++i) {
    classes_.emplace(places.class_names[i], i);
  }
}

std::uint32_t Names::find(const Table& table, std::string_view name) {
  const auto found = table.find(name);
  return found == table.end() ? kNone : found->second;
}

std::uint32_t Names::data(std::string_view name) const {
  const auto found = std::ranges::find(data_, name);
  return found == data_.end() ? kNone : static_cast<std::uint32_t>(found - data_.begin());
}

bool Amending::begin(OrderId order, const exchange::CommandId& command) {
  const std::lock_guard lock(mutex_);
  return orders_.emplace(order, command).second;
}

std::optional<std::uint64_t> Seldom::happens(std::int64_t second) {
  const std::lock_guard lock(mutex_);
  ++count_;
  if (last_ == second) return std::nullopt;
  last_ = second;
  return std::exchange(count_, 0);
}

void Amending::end(OrderId order) {
  const std::lock_guard lock(mutex_);
  orders_.erase(order);
}

Core::Core(node::Node& the_node, const access::MasterSecret& the_master, Log& the_log,
           ServiceOptions given)
    : node(the_node),
      master(the_master),
      log(the_log),
      options(with_defaults(std::move(given))),
      time(options.epoch, options.zone_seconds),
      names(node.replica().exchange().state().engine().places(), options.data_names),
      page_key(access::view(master.derive("tongsuan page tokens v1", {}, {}))),
      door(node, master, options, options.unix_now),
      remembering(history, loads, options, log),
      feed({options.events_kept, options.event_bytes_kept, options.streams_max}),
      webhooks({node, master, log, options, feed}),
      slow_work({}),
      logs({}, [this](HubId hub, LogReader&& reader, LogRelay::End why) {
        dismiss_reader(*this, hub, std::move(reader), why);
      }) {}

std::optional<Digest> Core::text_hash(const Digest& name) {
  const std::lock_guard lock(text_mutex_);
  const auto known = text_hashes_.find(name);
  if (known != text_hashes_.end()) return known->second;
  if (!options.text) return std::nullopt;
  const Result<std::string> text = options.text(name);
  if (!text.ok()) return std::nullopt;
  if (text_hashes_.size() > exchange::kRoundsKept) text_hashes_.clear();
  return text_hashes_[name] = sha256(text.value());
}

void handle(Call&& call) {
  if (call.route->slow) return handle_slowly(std::move(call));
  call.route->handler(call);
}

void handle_slowly(Call&& call) {
  Core& core = call.core;
  const std::uint32_t asker = call.actor().value;
  // Moved with the request, the path stays where the parameters look at it.
  const auto shared = std::make_shared<Call>(std::move(call));
  shared->may_be_slow = true;
  if (core.slow_work.put(asker, [shared] { shared->route->handler(*shared); })) return;
  Problem problem{"unavailable", "Too many questions wait for an answer."};
  problem.retry_after = 1;
  refuse(*shared, problem);
}

}  // namespace internal

using internal::Call;
using internal::Core;

namespace {

// What of a record people who look at the log want to see.
void write_log(Core& core, const exchange::Event& event) {
  const auto* own = std::get_if<exchange::OwnEvent>(&event);
  if (own == nullptr) return;
  if (const auto* round = std::get_if<exchange::RoundPublished>(own)) {
    core.log.write("round-closed", [&](json::Writer& out) {
      constexpr std::string_view kStates[] = {"cleared", "empty", "unsolved"};
      out.number_unsigned("round", round->round)
          .text("state", kStates[static_cast<std::size_t>(round->outcome)]);
      if (!round->reason.empty()) out.text("reason", round->reason);
    });
  } else if (const auto* halt = std::get_if<exchange::HaltSet>(own)) {
    core.log.write("halt", [&](json::Writer& out) {
      out.number("scope", static_cast<int>(halt->scope))
          .number("target", halt->target)
          .truth("on", halt->on);
    });
  }
}

// Whoever listens with a proof that is none any more hears no further. What a key is told of its
// own end comes before.
void end_proofs(Core& core, const std::vector<exchange::Event>& events) {
  for (const exchange::Event& event : events) {
    const auto* own = std::get_if<exchange::OwnEvent>(&event);
    const auto* revoked = own == nullptr ? nullptr : std::get_if<exchange::KeyRevoked>(own);
    if (revoked != nullptr) core.feed.end_of_key(internal::key_text(revoked->key));
  }
}

void watch(Core& core, const node::View& view, std::uint64_t sequence, Second at,
           const std::vector<exchange::Event>& events) {
  core.history.see(sequence, at, events);
  core.loads.see(view, sequence, events);
  for (const exchange::Event& event : events) write_log(core, event);
  if (const access::UnixTime now(core.options.unix_now()); now > core.proofs_looked_at) {
    core.proofs_looked_at = now;
    core.feed.end_of_time(now);
  }
  // Half of the work for an order is telling it.
  if (core.options.history && view.state.webhooks().empty() && core.feed.skip(sequence)) return;
  std::vector<EventText> texts;
  texts.reserve(events.size());
  // Of one thread, the replica's; most records are of one second.
  if (core.told.at != at || core.told.text.empty()) core.told = {at, core.time.text(at)};
  EventPlace place{sequence, 0, at, core.told.text};
  for (const exchange::Event& event : events) {
    add_event_texts(texts, core.names, core.time, view, place, event);
  }
  core.feed.publish(sequence, std::move(texts));
  end_proofs(core, events);
  if (!view.state.webhooks().empty()) core.webhooks.wake();
}

void refuse_denied(Call& call, const access::Denial& denial) {
  if (denial.code == access::Code::kRateLimited) {
    ++call.core.counters.refused_by_rate;
    if (const auto times = call.core.rate_limited.happens(call.core.options.unix_now())) {
      call.core.log.write("rate-limited", [&](json::Writer& out) {
        out.text("remote", call.request.remote)
            .text("what", denial.detail)
            .number_unsigned("times", *times);
      });
    }
  } else {
    ++call.core.counters.denied;
  }
  internal::refuse(call, to_problem(denial));
}

// Says nothing of the exchange, only of this process.
bool is_of_process(const std::vector<std::string>& path) {
  return path.size() == 1 && (path.front() == "healthz" || path.front() == "metrics");
}

// Who asks, and whether the role may do this to anybody's or to its own.
bool let_in(Call& call) {
  auto admitted = call.core.door.admit(call.request);
  if (!admitted.ok()) {
    refuse_denied(call, admitted.error());
    return false;
  }
  call.caller = std::move(admitted).value();
  const access::Action action = call.route->action;
  if (access::is_open(action)) return true;
  if (call.caller && access::scope_of(action, call.caller->role) != access::Scope::kNothing &&
      (!call.route->of_all || call.sees_all())) {
    return true;
  }
  const auto denied = access::permit(call.caller ? &*call.caller : nullptr, action, std::nullopt);
  refuse_denied(call, denied.error());
  return false;
}

// An address that no route has may be a file or a page of the console.
bool answered_by_console(Call& call) {
  if (!call.core.options.console) return false;
  auto answer = call.core.options.console->answer(call.request);
  if (!answer) return false;
  const auto admitted = call.core.door.admit(call.request);
  if (admitted.ok()) {
    call.reply.send(std::move(*answer));
  } else {
    refuse_denied(call, admitted.error());
  }
  return true;
}

}  // namespace

Service::Service(node::Node& node, const access::MasterSecret& master, Log& log,
                 ServiceOptions options)
    : core_(std::make_unique<Core>(node, master, log, std::move(options))) {
  node.replica().watch([core = core_.get()](const node::View& view, std::uint64_t sequence,
                                            Second at, const std::vector<exchange::Event>& events) {
    watch(*core, view, sequence, at, events);
  });
}

Service::~Service() {
  stop();
}

void Service::begin() {
  const std::uint64_t durable = core_->node.figures().durable;
  core_->feed.begin(durable);
  Second now = 0;
  core_->node.read([&](const node::View& view) { now = view.state.now(); });
  core_->history.begin(durable, now);
  core_->remembering.begin();
  core_->webhooks.begin();
  core_->begun = true;
}

void Service::drain() {
  core_->draining = true;
  core_->logs.stop();
}

void Service::end_streams() {
  core_->feed.stop();
}

void Service::stop() {
  core_->slow_work.stop();
  core_->logs.stop();
  core_->remembering.stop();
  core_->operations.stop();
  core_->webhooks.stop();
  core_->feed.stop();
}

void Service::set_counters(std::function<net::ServerCounters()> counters) {
  core_->server_counters = std::move(counters);
}

void Service::set_provider_keys(std::string_view issuer, access::Jwks keys) {
  core_->door.set_provider_keys(issuer, std::move(keys));
}

void Service::recover(std::uint64_t sequence, std::string_view record) {
  core_->history.see(sequence, record);
  core_->feed.begin(sequence);
}

void Service::handle(net::Request&& request, net::Reply reply) {
  Call call{*core_, std::move(request), std::move(reply), nullptr, {}, std::nullopt};
  Match match = find_route(call.request.method, call.request.path);
  call.route = match.route;
  call.parameters = match.parameters;
  if (core_->node.fenced() && !is_of_process(call.request.path)) {
    return internal::refuse(call, {"unavailable",
                                   "Another process serves this exchange now.",
                                   {},
                                   0,
                                   "Ask it, with the same Idempotency-Key",
                                   1});
  }
  if (match.route != nullptr) {
    if (let_in(call)) internal::handle(std::move(call));
    return;
  }
  if (match.allow.empty() && answered_by_console(call)) return;
  ++core_->counters.problems;
  if (match.allow.empty()) {
    call.reply.send(
        to_response(Problem{"not-found", "There is no address " + call.request.target + "."}));
    return;
  }
  net::Response response =
      to_response(Problem{"method-not-allowed", "It takes " + match.allow + "."});
  response.headers.list.push_back({"Allow", match.allow});
  call.reply.send(std::move(response));
}

}  // namespace tongsuan::server
