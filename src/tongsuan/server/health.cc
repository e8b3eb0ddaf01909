// Whether it lives, whether it takes requests, and numbers for Prometheus.
#include <string>

#include "tongsuan/access/mode.h"
#include "tongsuan/engine/offer.h"
#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

// Lines of the text format 0.0.4. Whole numbers only: nothing here needs a floating point.
class Metrics {
 public:
  Metrics& family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = "tongsuan_" + std::string(name);
    text_ += "# HELP " + name_ + ' ' + std::string(help) + '\n';
    text_ += "# TYPE " + name_ + ' ' + std::string(type) + '\n';
    return *this;
  }
  Metrics& value(std::uint64_t number, std::string_view labels = {}, std::string_view suffix = {}) {
    text_ += name_;
    text_ += suffix;
    if (!labels.empty()) text_ += '{' + std::string(labels) + '}';
    text_ += ' ' + std::to_string(number) + '\n';
    return *this;
  }
  void text_value(std::string_view suffix, const std::string& number) {
    text_ += name_ + std::string(suffix) + ' ' + number + '\n';
  }
  void micro_value(std::int64_t micro, std::string_view labels) {
    std::string text = '{' + std::string(labels) + "} ";
    append_amount(text, micro);
    text_ += name_ + text + '\n';
  }
  void counter(std::string_view name, std::string_view help, std::uint64_t number) {
    family(name, "counter", help).value(number);
  }
  void gauge(std::string_view name, std::string_view help, std::uint64_t number) {
    family(name, "gauge", help).value(number);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string name_, text_;
};

// Micro-seconds as seconds, in decimal.
std::string seconds_text(std::uint64_t micro) {
  std::string text;
  append_amount(text, static_cast<std::int64_t>(micro));
  return text;
}

void add_http(Metrics& metrics, const net::ServerCounters& counters) {
  metrics.counter("http_requests_total", "Requests that were handled", counters.requests);
  metrics.family("http_answers_total", "counter", "Answers by the hundreds of their status");
  for (std::size_t i = 1; i < counters.answers.size(); ++i) {
    metrics.value(counters.answers[i], "status=\"" + std::to_string(i) + "xx\"");
  }
  metrics.family("http_seconds", "histogram", "From a request to its answer");
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < net::kLatencyBuckets; ++i) {
    sum += counters.handler_latency[i];
    const bool last = i + 1 == net::kLatencyBuckets;
    const std::string edge = last ? "+Inf" : seconds_text(std::uint64_t{1} << i);
    metrics.value(sum, "le=\"" + edge + '"', "_bucket");
  }
  metrics.text_value("_sum", seconds_text(counters.handler_microseconds));
  metrics.value(sum, {}, "_count");
  metrics.gauge("http_connections", "Open connections", counters.connections_open);
  metrics.counter("http_connections_refused_total", "Connections that were refused",
                  counters.connections_refused);
  metrics.counter("http_bytes_read_total", "Bytes read", counters.bytes_read);
  metrics.counter("http_bytes_written_total", "Bytes written", counters.bytes_written);
  metrics.gauge("http_streams", "Open event streams", counters.streams_open);
  metrics.counter("http_slow_readers_total", "Streams that were closed because nobody read them",
                  counters.slow_readers_closed);
}

void add_node(Metrics& metrics, const node::NodeFigures& figures, std::uint64_t applied,
              bool fenced) {
  metrics.counter("commands_total", "Requests that were decided", figures.commands);
  metrics.counter("batches_total", "Batches that were made durable", figures.batches);
  metrics.counter("refused_busy_total", "Requests that found the queue full", figures.refused_busy);
  metrics.gauge("queue_requests", "Requests that wait for the sequencer", figures.waiting);
  metrics.gauge("sequence", "The last durable command", figures.durable);
  metrics.gauge("replica_sequence", "The last command that readers see", applied);
  metrics.gauge("stalled", "1 while the journal has no room", figures.stalled ? 1 : 0);
  metrics.gauge("fenced", "1 once another process owns the journal", fenced ? 1 : 0);
}

void add_market(Metrics& metrics, const View& view, const Core& core) {
  const exchange::State& state = view.state;
  metrics.gauge("orders_live", "Orders that wait or run", state.live_orders());
  metrics.gauge("round", "The last round that closed", state.engine().round());
  metrics.gauge("clearing", "1 while a round is being cleared", state.gate().round != 0 ? 1 : 0);
  metrics.gauge("participants", "Participants", state.participants().size() - 1);
  const engine::Places& places = core.names.places();
  const auto labels = [&](std::uint32_t pool) {
    return "hub=\"" + std::string(core.names.hub(places.pools[pool].hub)) + "\",class=\"" +
           std::string(core.names.accelerator(places.pools[pool].accelerator)) + '"';
  };
  metrics.family("devices_free", "gauge", "Free devices of a hub and class");
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    metrics.value(state.engine().pool(engine::PoolId{i}).free, labels(i));
  }
  metrics.family("ask_yuan", "gauge", "What is asked for the next device, per device-hour");
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    const engine::PoolState& pool = state.engine().pool(engine::PoolId{i});
    metrics.micro_value(engine::ask_behind(pool, pool.up - pool.free, 1).raw(), labels(i));
  }
}

// Of hubs that ever had an agent.
void add_agents(Metrics& metrics, const View& view, const Core& core) {
  const Second now = now_of(core, view);
  metrics.family("hub_takes_contracts", "gauge", "1 while the agent's lease lasts and it accepts");
  for (std::uint32_t i = 0; i < view.state.hubs().size(); ++i) {
    const exchange::Lease& lease = view.state.hubs()[i].lease;
    if (lease.epoch == 0) continue;
    metrics.value(lease.takes_contracts(now) ? 1 : 0,
                  "hub=\"" + std::string(core.names.hub(HubId{i})) + '"');
  }
}

void add_logs(Metrics& metrics, const LogFigures& figures) {
  metrics.gauge("log_readers", "Readers who wait for output of a job", figures.waiting);
  metrics.counter("log_pieces_total", "Readers who got their piece", figures.answered);
  metrics.counter("log_late_total", "Readers to whom no agent brought it in time", figures.late);
}

void send_health(Call& call, std::string_view status) {
  std::string body;
  json::Writer(body)
      .begin_object()
      .text("status", status)
      .text("version", TONGSUAN_VERSION)
      .text("sequence", std::to_string(call.core.node.figures().durable))
      .end_object();
  net::Response response;
  response.content_type = "application/json";
  response.body = std::move(body);
  call.reply.send(std::move(response));
}

}  // namespace

void get_health(Call& call) {
  Query query(call);
  if (query.finish()) send_health(call, "ok");
}

void get_readiness(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  const Core& core = call.core;
  const auto unready = [&](std::string_view code, std::string detail) {
    refuse(call, {code, std::move(detail), {}, 0, {}, 1});
  };
  if (core.draining) return unready("stopping", "The exchange is about to stop.");
  if (!core.begun) return unready("unavailable", "The exchange is starting.");
  if (core.node.figures().stalled) {
    return unready("unavailable", "The journal has no room: the exchange is read-only.");
  }
  const std::size_t behind = core.node.replica().behind();
  if (behind > core.options.replica_behind_max) {
    return unready("unavailable", "Readers are " + std::to_string(behind) + " commands behind.");
  }
  send_health(call, "ok");
}

void get_metrics(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  Core& core = call.core;
  if (!core.options.metrics_for_all && !access::is_loopback(call.request.remote)) {
    return refuse(call, {"forbidden", "Metrics are for this machine only."});
  }
  Metrics metrics;
  if (core.server_counters) add_http(metrics, core.server_counters());
  add_node(metrics, core.node.figures(), core.node.replica().applied(), core.node.fenced());
  core.node.replica().read(0, [&](const View& view) {
    add_market(metrics, view, core);
    add_agents(metrics, view, core);
  });
  add_logs(metrics, core.logs.figures());
  metrics.counter("orders_total", "Orders that were sent to the sequencer", core.counters.orders);
  metrics.counter("rate_limited_total", "Requests above a rate limit",
                  core.counters.refused_by_rate);
  metrics.counter("denied_total", "Requests without a good proof, or not for their role",
                  core.counters.denied);
  const WebhookFigures webhooks = core.webhooks.figures();
  metrics.counter("webhook_deliveries_total", "Bodies that receivers took", webhooks.sent);
  metrics.counter("webhook_failures_total", "Bodies that they did not", webhooks.failed);
  net::Response response;
  response.content_type = "text/plain; version=0.0.4";
  response.body = metrics.take();
  call.reply.send(std::move(response));
}

}  // namespace tongsuan::server::internal
