#include "tongsuan/server/internal/views.h"

#include <algorithm>

#include "tongsuan/base/text.h"

namespace tongsuan::server::internal {
namespace {

void write_way(json::Writer& out, const Core& core, const engine::Way& way) {
  out.text("class", core.names.accelerator(way.accelerator))
      .number("devices", way.gang)
      .number("durationSeconds", way.estimate)
      .end_object();
}

void write_block(json::Writer& out, const Core& core, const View& view,
                 const engine::Block& block) {
  const engine::LiveOrder& order = view.state.engine().order(block.order).order;
  out.begin_object("block").begin_object("way");
  write_way(out, core, order.ways[block.way]);
  out.text("hub", core.names.hub(core.names.places().pools[block.pool.value].hub));
  write_time(out, "begin", core.time, block.begin);
  write_time(out, "end", core.time, block.end);
  write_money(out, "price", block.price.raw());
  out.end_object();
}

void write_terms(json::Writer& out, const Core& core, const engine::LiveOrder& order) {
  write_time(out, "earliest", core.time, engine::wanted_from(order));
  write_time(out, "latestStart", core.time, order.latest_start);
  write_money(out, "value", order.value);
  if (order.delay_cost > 0) write_money(out, "delayCostPerHour", order.delay_cost);
  if (order.grace > 0) out.number("graceSeconds", order.grace);
  if (order.premium > 0) write_money(out, "premium", order.premium);
  if (order.whole_nodes) out.truth("wholeNodes", true);
}

// ---- Packages

constexpr std::string_view kPackageKinds[] = {"options", "profile", "service",
                                              "curve",   "block",   "profile"};

void write_legs(json::Writer& out, const Core& core, const engine::Alternative& alternative) {
  out.begin_array("legs");
  for (const engine::PackageLeg& leg : alternative.legs) {
    out.begin_object()
        .text("hub", core.names.hub(leg.hub))
        .text("class", core.names.accelerator(leg.accelerator));
    write_time(out, "from", core.time, leg.begin);
    write_time(out, "until", core.time, leg.end);
    out.number("devices", leg.gang).end_object();
  }
  out.end_array();
}

// Times of a service are the same at each of its hubs.
void write_times(json::Writer& out, const Core& core, const engine::Alternative& alternative) {
  out.begin_array("times");
  for (const engine::PackageLeg& leg : alternative.legs) {
    out.begin_object();
    write_time(out, "from", core.time, leg.begin);
    write_time(out, "until", core.time, leg.end);
    out.end_object();
  }
  out.end_array();
}

void write_options(json::Writer& out, const Core& core, const engine::Package& package) {
  out.begin_array("options");
  for (const engine::Alternative& alternative : package.alternatives) {
    out.begin_object();
    write_money(out, "value", alternative.value);
    write_legs(out, core, alternative);
    out.end_object();
  }
  out.end_array();
}

void write_package(json::Writer& out, const Core& core, const View& view, OrderId id) {
  const engine::OrderRecord& record = view.state.engine().order(id);
  const engine::Package& package = *record.order.package;
  switch (package.kind) {
    case engine::PackageKind::kPart:
      out.text("parent", id_text('O', package.parent));
      return write_money(out, "price", package.agreed.raw());
    case engine::PackageKind::kOptions:
      write_options(out, core, package);
      break;
    case engine::PackageKind::kService:
      write_times(out, core, package.alternatives.front());
      break;
    default:
      write_legs(out, core, package.alternatives.front());
      break;
  }
  if (package.kind == engine::PackageKind::kCurve) {
    out.begin_array("steps");
    for (const engine::DemandStep& step : package.steps) {
      out.begin_object().number("devices", step.devices);
      write_money(out, "limit", step.price.raw());
      out.end_object();
    }
    out.end_array();
  }
  if (package.minimum_ppm > 0) out.number("minimumPpm", package.minimum_ppm);
  if (record.state != engine::OrderState::kAwarded) return;
  out.number("awardedPpm", record.done_ppm).begin_array("parts");
  for (const OrderId part : view.index.parts_of(id)) out.text(id_text('O', part.value));
  out.end_array();
}

// The contracts of an order, the first first.
std::vector<std::uint32_t> contracts_of(const View& view, const engine::OrderRecord& record) {
  std::vector<std::uint32_t> contracts;
  const engine::State& engine = view.state.engine();
  for (std::uint32_t id = record.contract; id != kNone && engine.knows(engine::ContractId{id});
       id = view.index.previous_of(engine::ContractId{id})) {
    contracts.push_back(id);
  }
  std::ranges::reverse(contracts);
  return contracts;
}

// "0", "4-7": runs of positions.
void write_nodes(json::Writer& out, const std::vector<std::uint32_t>& nodes) {
  out.begin_array("nodes");
  for (std::size_t i = 0; i < nodes.size();) {
    std::size_t end = i + 1;
    while (end < nodes.size() && nodes[end] == nodes[end - 1] + 1) ++end;
    std::string run = std::to_string(nodes[i]);
    if (end - i > 1) run += '-' + std::to_string(nodes[end - 1]);
    out.text(run);
    i = end;
  }
  out.end_array();
}

}  // namespace

std::string_view order_state(engine::OrderState state) {
  constexpr std::string_view kNames[] = {"waiting",   "running", "done",   "left",
                                         "cancelled", "refused", "awarded"};
  return kNames[static_cast<std::size_t>(state)];
}
std::string_view end_reason(engine::EndReason reason) {
  constexpr std::string_view kNames[] = {"completed", "failed", "preempted", "cancelled"};
  return kNames[static_cast<std::size_t>(reason)];
}
std::string_view release_reason(engine::ReleaseReason reason) {
  constexpr std::string_view kNames[] = {"node-down", "order-gone", "rebooked", "given-up",
                                         "amended"};
  return kNames[static_cast<std::size_t>(reason)];
}
std::string_view halt_scope(exchange::HaltScope scope) {
  constexpr std::string_view kNames[] = {"market", "participant", "hub"};
  return kNames[static_cast<std::size_t>(scope)];
}
std::string_view round_state(exchange::RoundOutcome outcome) {
  return kRoundStates[static_cast<std::size_t>(outcome) + 2];
}
std::string hash_text(const Digest& digest) {
  return hex(digest.data(), digest.size());
}

ParticipantId owner_of(const View& view, OrderId order) {
  const engine::State& engine = view.state.engine();
  return engine.knows(order) ? ParticipantId{engine.order(order).order.account.value}
                             : ledger::kHouse;
}

Parties parties_of(const View& view, engine::ContractId id) {
  const engine::State& engine = view.state.engine();
  if (!engine.knows(id)) return {ledger::kHouse, ledger::kHouse};
  const engine::Contract& contract = engine.contract(id);
  const HubId hub = engine.places().pools[contract.pool.value].hub;
  return {owner_of(view, contract.order), view.state.hubs()[hub.value].supplier};
}

void write_order(json::Writer& out, const Core& core, const View& view, OrderId id) {
  const engine::OrderRecord& record = view.state.engine().order(id);
  const engine::LiveOrder& order = record.order;
  out.begin_object()
      .text("id", id_text('O', id.value))
      .text("participant", id_text('P', order.account.value))
      .text("kind", order.package ? kPackageKinds[static_cast<std::size_t>(order.package->kind)]
                                  : std::string_view("block"));
  const std::string& name = view.state.order_name(id);
  if (!name.empty()) out.text("name", name);
  out.text("state", order_state(record.state));
  write_time(out, "submitted", core.time, order.submit);
  out.begin_array("ways");
  for (const engine::Way& way : order.ways) {
    out.begin_object();
    write_way(out, core, way);
  }
  out.end_array().begin_array("hubs");
  for (const HubId hub : order.hubs) out.text(core.names.hub(hub));
  out.end_array();
  write_terms(out, core, order);
  if (order.data != kNone) out.text("data", core.names.data_name(order.data));
  if (view.state.work_of(id) != nullptr) out.truth("work", true);
  if (order.package) write_package(out, core, view, id);
  const Money left = view.state.left_of(id);
  if (left > Money()) write_money(out, "hold", left.raw());
  if (const engine::Block* block = view.state.engine().block(id)) {
    write_block(out, core, view, *block);
  }
  out.begin_array("contracts");
  for (const std::uint32_t contract : contracts_of(view, record)) out.text(id_text('C', contract));
  out.end_array().text("sequence", std::to_string(view.index.changed(id))).end_object();
}

namespace {

// What the agent of its hub said.
void write_delivery(json::Writer& out, const exchange::Delivery& row, bool running) {
  const bool settled = !running && !row.presumes;
  out.text("phase", settled ? "settled" : exchange::phase_name(row.phase));
  if (!row.detail.empty()) out.text("detail", row.detail);
  out.number("missedSeconds", row.missed);
  if (row.overrun > 0) out.number("overrunSeconds", row.overrun);
}

}  // namespace

bool write_contract(json::Writer& out, const Core& core, const View& view, engine::ContractId id) {
  const auto known = core.history.of(id, view.sequence);
  if (!known) return false;
  ContractFacts facts = *known;
  const engine::State& engine = view.state.engine();
  const engine::Contract& contract = engine.contract(id);
  const engine::Pool& pool = core.names.places().pools[contract.pool.value];
  const bool running = contract.end < 0;
  out.begin_object()
      .text("id", id_text('C', id.value))
      .text("order", id_text('O', contract.order.value))
      .text("state", running ? "running" : "ended")
      .text("hub", core.names.hub(pool.hub))
      .text("class", core.names.accelerator(pool.accelerator))
      .number("devices", contract.devices());
  write_nodes(out, contract.nodes);
  write_time(out, "start", core.time, contract.start);
  write_time(out, "expectedEnd", core.time, contract.expected_end);
  // What the state knows of one that runs is whole, also after a snapshot.
  const ledger::RightRow* right = view.state.money().rights().find(view.state.money_of(id).right);
  if (running && right != nullptr) facts.cost = facts.paid + (right->cost - right->paid).raw();
  if (!running) {
    write_time(out, "end", core.time, contract.end);
    if (facts.ended) {
      out.text("endReason", end_reason(facts.reason)).number("donePpm", facts.done_ppm);
    }
  }
  write_money(out, "price", contract.price.raw());
  if (view.state.money_of(id).own) out.truth("own", true);
  write_money(out, "cost", facts.cost);
  out.text("deliveredSeconds",
           std::to_string(facts.delivered * contract.devices() + facts.delivered_gone));
  write_money(out, "paid", facts.paid);
  if (const exchange::Delivery* row = view.state.deliveries().find(id))
    write_delivery(out, *row, running);
  out.text("sequence", std::to_string(facts.changed)).end_object();
  return true;
}

void write_rules(json::Writer& out, const exchange::Rules& rules) {
  out.number("roundSeconds", rules.round)
      .number("lockSeconds", rules.lock)
      .number("collarPercent", rules.collar_percent)
      .number("ordersOfOne", rules.orders_of_one)
      .number("liveOrders", rules.live_orders)
      .number("penaltyPpm", rules.penalty_ppm)
      .number("takeOrPayPpm", rules.take_or_pay_ppm)
      .end_object();
}

void write_steps(json::Writer& out, const std::vector<engine::AskStep>& steps) {
  out.begin_array("steps");
  for (const engine::AskStep& step : steps) {
    out.begin_object().number("devices", step.devices);
    write_money(out, "ask", step.price.raw());
    out.end_object();
  }
  out.end_array();
}

void write_closures(json::Writer& out, const TimeText& time,
                    const std::vector<exchange::Closure>& closures) {
  out.begin_array("closures");
  for (const exchange::Closure& closure : closures) {
    out.begin_object();
    write_time(out, "from", time, closure.from);
    write_time(out, "until", time, closure.until);
    out.text("reason", closure.reason).truth("dispatch", closure.dispatch).end_object();
  }
  out.end_array();
}

// Without an ask they are not for sale.
void write_resale_terms(json::Writer& out, const TimeText& time,
                        const exchange::ResaleTerms& terms) {
  out.number("devices", terms.devices);
  write_money(out, "price", terms.price.raw());
  if (terms.ask != exchange::kAskNever) write_money(out, "ask", terms.ask.raw());
  write_time(out, "from", time, terms.from);
  write_time(out, "until", time, terms.until);
}

void write_account(json::Writer& out, std::string_view key, ledger::Account account) {
  out.begin_object(key)
      .text("participant", id_text('P', account.participant.value))
      .text("purpose", ledger::purpose_name(account.purpose))
      .end_object();
}

Listing::Listing(Call& call, const Page& page, Answering& answering)
    : call_(call),
      page_(page),
      as_of_(page.as_of > 0 || !page.after.empty() ? page.as_of : answering.view.sequence),
      out_(answering.body) {
  out_.begin_object().text("asOf", std::to_string(as_of_)).begin_array("items");
}

void Listing::finish(const std::function<void(json::Writer&)>& beside) {
  out_.end_array();
  if (beside) beside(out_);
  if (after_) out_.text("nextPageToken", page_token(call_, as_of_, *after_));
  out_.end_object();
}

}  // namespace tongsuan::server::internal
