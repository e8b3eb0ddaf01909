// What everybody may see: market, hubs, offers, rules, calendar.
#include <algorithm>

#include "tongsuan/base/text.h"
#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

// The round that collects orders.
std::uint64_t collecting(const View& view) {
  return view.state.engine().round() + (view.state.gate().round != 0 ? 2 : 1);
}

// Where nodes are down, their devices are not free.
void write_pool_state(json::Writer& out, const View& view, std::uint32_t id) {
  const engine::PoolState& pool = view.state.engine().pool(engine::PoolId{id});
  out.number_unsigned("freeDevices", pool.free);
}

void write_posted(json::Writer& out, const View& view, std::uint32_t pool) {
  const std::vector<std::int64_t>& posted = view.state.engine().posted();
  if (pool < posted.size()) write_money(out, "posted", posted[pool]);
}

// Who acts for it, and whether anything may start there now.
void write_agent(json::Writer& out, const Core& core, const exchange::Lease& lease, Second now) {
  if (lease.epoch == 0) return;
  out.begin_object("agent").number("epoch", lease.epoch);
  write_time(out, "until", core.time, lease.until);
  out.truth("takesContracts", lease.takes_contracts(now));
  if (!lease.detail.empty()) out.text("detail", lease.detail);
  out.end_object();
}

void write_hub(json::Writer& out, const Core& core, const View& view, HubId id, Second now) {
  const engine::Places& places = core.names.places();
  const Hub& hub = places.hubs[id.value];
  const exchange::HubRecord& record = view.state.hubs()[id.value];
  out.begin_object()
      .text("hub", core.names.hub(id))
      .begin_object("title")
      .text("en", hub.title_en)
      .text("zh", hub.title_zh)
      .end_object()
      .text("region", hub.region)
      .decimal("latitude", hub.latitude_micro, 6)
      .decimal("longitude", hub.longitude_micro, 6)
      .decimal("pue", hub.pue_milli, 3);
  if (hub.power_zone != kNone) out.text("powerZone", places.zone_names[hub.power_zone]);
  const auto& green = core.options.green_zones;
  if (id.value < green.size() && !green[id.value].empty()) out.text("greenZone", green[id.value]);
  if (record.supplier != ledger::kHouse) out.text("supplier", id_text('P', record.supplier.value));
  out.truth("halted", record.halted);
  write_agent(out, core, record.lease, now);
  out.begin_array("pools");
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    if (places.pools[i].hub != id) continue;
    const engine::PoolState& pool = view.state.engine().pool(engine::PoolId{i});
    const auto down = std::ranges::count(pool.nodes, false, &engine::Node::up);
    out.begin_object()
        .text("class", core.names.accelerator(places.pools[i].accelerator))
        .number("nodes", places.pools[i].nodes)
        .number("nodeDevices", places.pools[i].node_devices);
    write_pool_state(out, view, i);
    out.number("downNodes", down);
    write_money(out, "ask", pool.ask.raw());
    write_posted(out, view, i);
    out.end_object();
  }
  out.end_array().end_object();
}

void write_prices(json::Writer& out, const Core& core, const View& view) {
  out.begin_array("prices");
  const engine::Places& places = core.names.places();
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    out.begin_object()
        .text("hub", core.names.hub(places.pools[i].hub))
        .text("class", core.names.accelerator(places.pools[i].accelerator));
    write_money(out, "ask", view.state.engine().pool(engine::PoolId{i}).ask.raw());
    write_posted(out, view, i);
    write_pool_state(out, view, i);
    out.end_object();
  }
  out.end_array();
}

// Halts of participants are for themselves and for operators.
void write_halts(json::Writer& out, const Call& call, const View& view) {
  out.begin_array("halts");
  if (view.state.halted()) out.begin_object().text("scope", "market").end_object();
  for (std::uint32_t i = 0; i < view.state.hubs().size(); ++i) {
    if (!view.state.hubs()[i].halted) continue;
    out.begin_object().text("scope", "hub").text("hub", call.core.names.hub(HubId{i})).end_object();
  }
  const bool all = call.caller && call.caller->role == access::Role::kOperator;
  const auto& participants = view.state.participants();
  for (std::uint32_t i = 0; call.caller && i < participants.size(); ++i) {
    if (!participants[i].halted || (!all && i != call.actor().value)) continue;
    out.begin_object()
        .text("scope", "participant")
        .text("participant", id_text('P', i))
        .end_object();
  }
  out.end_array();
}

// The pool of hub and class by their names; kNone where there is none.
struct PoolFilter {
  std::optional<std::uint32_t> hub, accelerator;
  [[nodiscard]] bool covers(const engine::Pool& pool) const {
    return (!hub || pool.hub.value == *hub) &&
           (!accelerator || pool.accelerator.value == *accelerator);
  }
};

}  // namespace

void get_market(Call& call) {
  Query query(call);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const View& view = answer.view;
    const Core& core = call.core;
    const Second now = now_of(call, answer);
    const exchange::Rules& rules = view.state.rules();
    json::Writer out(answer.body);
    out.begin_object().text("name", core.options.market).text("currency", "CNY");
    write_time(out, "time", core.time, now);
    out.text("state", view.state.halted()      ? "halted"
                      : view.state.locked(now) ? "locked"
                                               : "open")
        .text("round", id_text('R', collecting(view)));
    write_time(out, "lock", core.time, view.state.next_gate() - rules.lock);
    write_time(out, "gate", core.time, view.state.next_gate());
    const std::uint64_t last = view.state.engine().round();
    if (last > 0) out.text("lastRound", id_text('R', last));
    out.begin_array("classes");
    const engine::Places& places = core.names.places();
    for (std::uint32_t i = 0; i < places.classes.size(); ++i) {
      out.begin_object()
          .text("class", core.names.accelerator(ClassId{i}))
          .number("watts", places.classes[i].watts)
          .number("nodeDevices", places.classes[i].node_devices)
          .end_object();
    }
    out.end_array();
    write_prices(out, core, view);
    write_halts(out, call, view);
    out.end_object();
    return std::nullopt;
  });
}

void list_hubs(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    Listing list(call, page, answer);
    const auto count = static_cast<std::uint32_t>(call.core.names.places().hubs.size());
    std::uint32_t next = static_cast<std::uint32_t>(parse_whole(page.after).value_or(0));
    for (; next < count && !list.full(); ++next) {
      write_hub(list.item(), call.core, answer.view, HubId{next}, now_of(call, answer));
    }
    if (next < count) list.more(std::to_string(next));
    list.finish();
    return std::nullopt;
  });
}

void get_hub(Call& call) {
  Query query(call);
  const std::uint32_t hub = call.core.names.hub(call.parameters[0]);
  if (hub == kNone) return refuse_unknown(call, "hub", call.parameters[0], "hub");
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    json::Writer out(answer.body);
    write_hub(out, call.core, answer.view, HubId{hub}, now_of(call, answer));
    return std::nullopt;
  });
}

void list_links(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    Listing list(call, page, answer);
    const std::vector<engine::DataLink>& links = call.core.names.places().links;
    const Second now = now_of(call, answer);
    std::size_t next = parse_whole(page.after).value_or(0);
    for (; next < links.size() && !list.full(); ++next) {
      const engine::LinkId id{static_cast<std::uint32_t>(next)};
      const engine::LinkState& link = answer.view.state.engine().link(id);
      json::Writer& out = list.item();
      out.begin_object()
          .text("from", call.core.names.hub(links[next].from))
          .text("to", call.core.names.hub(links[next].to))
          .text("mbPerSecond", std::to_string(links[next].mb_per_second));
      write_money(out, "price", links[next].price.raw());
      out.text("movedMb", std::to_string(link.moved_mb));
      if (link.busy_until > now) write_time(out, "busyUntil", call.core.time, link.busy_until);
      out.end_object();
    }
    if (next < links.size()) list.more(std::to_string(next));
    list.finish();
    return std::nullopt;
  });
}

void list_offers(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  PoolFilter filter;
  if (const std::string* hub = query.text("hub")) filter.hub = call.core.names.hub(*hub);
  if (const std::string* name = query.text("class")) {
    filter.accelerator = call.core.names.accelerator(*name);
  }
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    Listing list(call, page, answer);
    const std::vector<engine::Pool>& pools = call.core.names.places().pools;
    std::size_t next = parse_whole(page.after).value_or(0);
    for (; next < pools.size() && !list.full(); ++next) {
      if (!filter.covers(pools[next])) continue;
      const exchange::HubRecord& hub = answer.view.state.hubs()[pools[next].hub.value];
      json::Writer& out = list.item();
      out.begin_object()
          .text("hub", call.core.names.hub(pools[next].hub))
          .text("class", call.core.names.accelerator(pools[next].accelerator));
      if (hub.supplier != ledger::kHouse) out.text("supplier", id_text('P', hub.supplier.value));
      const engine::PoolId id{static_cast<std::uint32_t>(next)};
      const engine::PoolState& pool = answer.view.state.engine().pool(id);
      write_money(out, "ask", pool.ask.raw());
      if (!pool.steps.empty()) write_steps(out, pool.steps);
      out.number("devices", std::int64_t{pools[next].nodes} * pools[next].node_devices)
          .end_object();
    }
    if (next < pools.size()) list.more(std::to_string(next));
    list.finish();
    return std::nullopt;
  });
}

void get_rules(Call& call) {
  Query query(call);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    json::Writer out(answer.body);
    out.begin_object();
    write_rules(out, answer.view.state.rules());
    return std::nullopt;
  });
}

void get_calendar(Call& call) {
  Query query(call);
  const std::int64_t count = query.integer("count", {.min = 1, .max = 1'000}, 10);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const exchange::State& state = answer.view.state;
    const TimeText& time = call.core.time;
    json::Writer out(answer.body);
    out.begin_object();
    write_time(out, "time", time, now_of(call, answer));
    out.begin_array("rounds");
    Second gate = state.next_gate();
    for (std::int64_t i = 0; i < count; ++i) {
      if (i > 0) gate = exchange::gate_after(state.closures(), state.rules().round, gate);
      out.begin_object().text(
          "round", id_text('R', collecting(answer.view) + static_cast<std::uint64_t>(i)));
      write_time(out, "lock", time, gate - state.rules().lock);
      write_time(out, "gate", time, gate);
      out.end_object();
    }
    out.end_array();
    write_closures(out, time, state.closures());
    out.end_object();
    return std::nullopt;
  });
}

}  // namespace tongsuan::server::internal
