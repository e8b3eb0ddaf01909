// What agents of hubs say of contracts, and what they have to know.
#include <algorithm>

#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/reading.h"
#include "tongsuan/server/internal/views.h"
#include "tongsuan/server/internal/work_body.h"

namespace tongsuan::server::internal {
namespace {

using engine::ContractId;
using exchange::Delivery;

// What every report of a contract begins with; nothing when the call was refused.
struct Report {
  ContractId contract;
  std::uint32_t epoch = 0;
  OnceBody asked;
};
std::optional<Report> read_report(Call& call) {
  Query query(call);
  if (!query.finish()) return std::nullopt;
  const auto contract = contract_parameter(call);
  if (!contract) return std::nullopt;
  const auto epoch = read_epoch(call);
  if (!epoch) return std::nullopt;
  const auto asked = read_once_body(call);
  if (!asked) return std::nullopt;
  return Report{*contract, *epoch, *asked};
}

Shape of_contract(ContractId contract) {
  Shape shape;
  shape.id = id_text('C', contract.value);
  shape.detail = "Contract " + shape.id + ".";
  return shape;
}

// What an agent says for people: one line.
std::string read_detail(json::ObjectReader& object) {
  const auto detail = object.optional_text("detail", {.bytes_max = exchange::kDetailMax});
  const auto is_control = [](char letter) { return static_cast<unsigned char>(letter) < 0x20; };
  if (detail && std::ranges::any_of(*detail, is_control)) object.fault("detail", "has controls");
  return std::string(detail.value_or(std::string_view()));
}

}  // namespace

void meter_contract(Call& call) {
  const auto report = read_report(call);
  if (!report) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(report->asked.value, root, faults);
  const auto from = optional_time(object, "from", call.core.time);
  const auto until = optional_time(object, "until", call.core.time);
  object.finish();
  if (!until && faults.empty()) object.fault("until", "is missing");
  if (!is_good(call, faults)) return;
  Shape shape = of_contract(report->contract);
  shape.detail = "Contract " + shape.id + " until " + call.core.time.text(*until) + ".";
  shape.param = "/until";
  submit(call, report->asked.once,
         exchange::MeterContract{report->contract, *until, from.value_or(0), report->epoch},
         std::move(shape));
}

void end_contract(Call& call) {
  const auto report = read_report(call);
  if (!report) return;
  constexpr std::string_view kReasons[] = {"completed", "failed", "preempted"};
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(report->asked.value, root, faults);
  exchange::EndContract end{report->contract};
  end.reason = static_cast<engine::EndReason>(object.choice("reason", kReasons));
  const bool completed = end.reason == engine::EndReason::kCompleted;
  end.done_ppm =
      static_cast<std::uint32_t>(object.optional_integer("donePpm", {.min = 0, .max = engine::kPpm})
                                     .value_or(completed ? engine::kPpm : 0));
  end.resell = object.optional_truth("resell").value_or(true);
  end.epoch = report->epoch;
  end.detail = read_detail(object);
  object.finish();
  if (!is_good(call, faults)) return;
  submit(call, report->asked.once, std::move(end), of_contract(report->contract));
}

void report_contract(Call& call) {
  const auto report = read_report(call);
  if (!report) return;
  constexpr std::string_view kPhases[] = {"dispatched", "staging",   "submitted", "running",
                                          "ending",     "stage-out", "stuck"};
  static_assert(std::size(kPhases) == exchange::kPhases);
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(report->asked.value, root, faults);
  const auto phase = static_cast<exchange::Phase>(object.choice("phase", kPhases));
  std::string detail = read_detail(object);
  object.finish();
  if (!is_good(call, faults)) return;
  submit(call, report->asked.once,
         exchange::ReportContract{report->contract, phase, std::move(detail), report->epoch},
         of_contract(report->contract));
}

void settle_contract(Call& call) {
  const auto report = read_report(call);
  if (!report) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(report->asked.value, root, faults);
  const std::int64_t overrun =
      object.optional_integer("overrunSeconds", {.min = 0, .max = engine::kSecondsMax}).value_or(0);
  object.finish();
  if (!is_good(call, faults)) return;
  submit(call, report->asked.once,
         exchange::SettleContract{report->contract, overrun, report->epoch},
         of_contract(report->contract));
}

// ---- Leases ------------------------------------------------------------------------------------

void lease_hub(Call& call) {
  const auto hub = hub_parameter(call);
  if (!hub) return;
  const auto asked = read_once_alone(call);
  if (!asked) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  exchange::LeaseHub lease;
  lease.hub = *hub;
  lease.holder = object.text("holder", {.bytes_max = exchange::kNameMax});
  lease.epoch = static_cast<std::uint32_t>(
      object.optional_integer("epoch", {.min = 0, .max = kNone - 1}).value_or(0));
  lease.seconds =
      object.integer("seconds", {.min = exchange::kLeaseMin, .max = exchange::kLeaseMax});
  lease.take_over = object.optional_truth("takeOver").value_or(false);
  lease.accepting = object.optional_truth("accepting").value_or(true);
  lease.detail = read_detail(object);
  object.finish();
  if (!lease.holder.empty() && !is_given_name(lease.holder)) {
    object.fault("holder", "has controls, or blanks at its ends");
  }
  if (!is_good(call, faults)) return;
  Shape shape = of_hub(call);
  shape.number = "epoch";
  submit(call, asked->once, std::move(lease), std::move(shape));
}

// ---- What an agent has to know -----------------------------------------------------------------

namespace {

// Contracts that run at the hub, and those of which its agent has the last word; rising.
std::vector<ContractId> work_of(const Core& core, const View& view, HubId hub) {
  std::vector<ContractId> ids;
  const std::vector<engine::Pool>& pools = core.names.places().pools;
  for (std::uint32_t i = 0; i < pools.size(); ++i) {
    if (pools[i].hub != hub) continue;
    const auto running =
        view.state.engine().pool(engine::PoolId{i}).contracts_on(0, pools[i].nodes);
    ids.insert(ids.end(), running.begin(), running.end());
  }
  for (const std::uint32_t number : view.state.deliveries().open()) {
    const Delivery& row = *view.state.deliveries().find(ContractId{number});
    if (pools[row.presumed.pool.value].hub == hub) ids.push_back(ContractId{number});
  }
  std::ranges::sort(ids);
  return ids;
}

void write_work(json::Writer& out, const Core& core, const View& view, ContractId id) {
  const engine::Contract& contract = view.state.engine().contract(id);
  const Delivery* row = view.state.deliveries().find(id);
  const bool live = contract.end < 0;
  const exchange::ContractMoney& money = view.state.money_of(id);
  const Second metered = live || row == nullptr ? money.metered : row->told;
  const Second until = live || row == nullptr ? money.until : row->presumed.until;
  out.begin_object()
      .text("contract", id_text('C', id.value))
      .text("order", id_text('O', contract.order.value))
      .text("participant", id_text('P', parties_of(view, id).buyer.value))
      .text("class",
            core.names.accelerator(core.names.places().pools[contract.pool.value].accelerator))
      .begin_array("nodes");
  for (const std::uint32_t node : contract.nodes) out.number(node);
  out.end_array().number("devicesPerNode", contract.per_node);
  write_time(out, "from", core.time, contract.start);
  write_time(out, "until", core.time, until);
  write_time(out, "metered", core.time, metered);
  out.text("phase",
           exchange::phase_name(row == nullptr ? exchange::Phase::kDispatched : row->phase))
      .truth("live", live)
      .truth("work", view.state.work_of(contract.order) != nullptr);
  out.end_object();
}

// Absent where nobody waits for anything.
void write_wanted(json::Writer& out, const std::vector<LogWant>& wants) {
  if (wants.empty()) return;
  out.begin_array("wanted");
  for (const LogWant& want : wants) {
    out.begin_object()
        .text("contract", id_text('C', want.contract.value))
        .text("stream", kLogStreams[static_cast<std::size_t>(want.stream)]);
    want.from ? out.number("from", *want.from) : out.number("tail", want.tail);
    out.end_object();
  }
  out.end_array();
}

}  // namespace

void list_work(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  const std::uint32_t number = call.core.names.hub(call.parameters[0]);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    if (number == kNone) return unknown("hub", call.parameters[0], "hub");
    const HubId hub{number};
    const View& view = answer.view;
    if (view.state.hubs()[number].supplier != call.actor()) {
      return Problem{"not-yours", "Hub " + std::string(call.parameters[0]) + ".", "hub"};
    }
    Listing list(call, page, answer);
    const std::uint64_t next = parse_whole(page.after).value_or(0);
    for (const ContractId id : work_of(call.core, view, hub)) {
      if (id.value < next || !view.state.engine().knows(id)) continue;
      if (list.full()) {
        list.more(std::to_string(id.value));
        break;
      }
      write_work(list.item(), call.core, view, id);
    }
    list.finish([&](json::Writer& out) {
      if (page.first() && !answer.past) write_wanted(out, call.core.logs.wanted(hub));
    });
    return std::nullopt;
  });
}

// What a contract runs: for its buyer, and for the agent of its hub.
void get_work(Call& call) {
  Query query(call);
  if (!call.core.options.text) {
    return refuse(call, {"gone", "This exchange keeps no texts.", "contract"});
  }
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const View& view = answer.view;
    const auto contract = parse_id(call.parameters[0], 'C');
    const ContractId id{contract && *contract < kNone ? static_cast<std::uint32_t>(*contract)
                                                      : kNone};
    const bool known = id.value != kNone && view.state.engine().knows(id);
    if (!known || !may_see(call, view, id)) {
      return unknown("contract", call.parameters[0], "contract");
    }
    const Digest* work = view.state.work_of(view.state.engine().contract(id).order);
    if (work == nullptr) {
      return Problem{"unknown", "The order names no work.", "contract"};
    }
    auto text = call.core.options.text(*work);
    if (!text.ok()) return Problem{"gone", text.error().context + ".", "contract"};
    const engine::Pool& pool =
        call.core.names.places().pools[view.state.engine().contract(id).pool.value];
    auto chosen = work_on(text.value(), call.core.names.accelerator(pool.accelerator));
    if (!chosen) return Problem{"gone", "The journal has something else there.", "contract"};
    answer.body = std::move(*chosen);
    return std::nullopt;
  });
}

}  // namespace tongsuan::server::internal
