// What suppliers say: asks, nodes, meters, ends; and who they are.
#include <algorithm>

#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/reading.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {

std::optional<HubId> hub_parameter(Call& call) {
  const std::uint32_t hub = call.core.names.hub(call.parameters[0]);
  if (hub != kNone) return HubId{hub};
  refuse_unknown(call, "hub", call.parameters[0], "hub");
  return std::nullopt;
}

std::optional<engine::ContractId> contract_parameter(Call& call) {
  const auto number = parse_id(call.parameters[0], 'C');
  if (number && *number < kNone) return engine::ContractId{static_cast<std::uint32_t>(*number)};
  refuse_unknown(call, "contract", call.parameters[0], "contract");
  return std::nullopt;
}

// The epoch of an agent's lease; 0 without. Nothing: the call was refused.
std::optional<std::uint32_t> read_epoch(Call& call) {
  const std::string* given = call.request.headers.find("hub-epoch");
  if (given == nullptr) return 0;
  const auto number = parse_whole(*given);
  if (number && *number > 0 && *number < kNone) return static_cast<std::uint32_t>(*number);
  refuse(call, {"bad-value", "Hub-Epoch must be the epoch of a lease, in digits.", "Hub-Epoch"});
  return std::nullopt;
}

// Hubs are seen by everybody: another's is refused, not hidden.
Shape of_hub(const Call& call) {
  Shape shape;
  shape.is_public = true;
  shape.detail = "Hub " + std::string(call.parameters[0]) + ".";
  return shape;
}

namespace {

// The hub's devices of a class; the call is refused where it has none.
std::optional<engine::PoolId> pool_of(Call& call, HubId hub, std::string_view name,
                                      std::string_view param) {
  const std::uint32_t accelerator = call.core.names.accelerator(name);
  const std::uint32_t pool =
      accelerator == kNone ? kNone
                           : engine::find_pool(call.core.names.places(), hub, ClassId{accelerator});
  if (pool != kNone) return engine::PoolId{pool};
  refuse(call,
         {"unknown", std::string(call.core.names.hub(hub)) + " has no " + std::string(name) + ".",
          std::string(param)});
  return std::nullopt;
}

// Every device of the pool has a price, and none is named that it does not have but by the last.
std::vector<engine::AskStep> read_steps(json::ObjectReader& object, const json::Path& root,
                                        json::Faults& faults, const engine::Pool& pool) {
  std::vector<engine::AskStep> steps;
  const json::Path path(root, "steps");
  const auto most = static_cast<std::int64_t>(engine::devices_of(pool));
  std::int64_t before = 0;
  for (const json::Value item : object.array("steps", engine::kAskStepsMax)) {
    const json::Path at(path, steps.size());
    json::ObjectReader step(item, at, faults);
    const std::int64_t devices = step.integer("devices", {.min = 1, .max = kNone});
    const Price ask(money(step, "ask", {.min = 0, .max = kPriceMax}));
    step.finish();
    if (!faults.empty()) return steps;
    if (!steps.empty() && ask < steps.back().price) step.fault("ask", "must not fall");
    if (before >= most) faults.add(at, "begins behind the last device");
    before += devices;
    const std::int64_t left = std::min(devices, most);
    steps.push_back({static_cast<std::uint32_t>(left), ask});
  }
  if (steps.empty()) {
    object.fault("steps", "must have at least one item");
  } else if (before < most) {
    object.fault("steps", "must have all devices, " + std::to_string(most));
  }
  return steps;
}

}  // namespace

void put_offer(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  const auto hub = hub_parameter(call);
  if (!hub) return;
  const auto pool = pool_of(call, *hub, call.parameters[1], "class");
  if (!pool) return;
  const auto asked = read_once_body(call);
  if (!asked) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  Shape shape = of_hub(call);
  bool by_steps = false;
  static_cast<void>(asked->value.members().find("steps", &by_steps));
  if (by_steps) {
    const engine::Pool& at = call.core.names.places().pools[pool->value];
    std::vector<engine::AskStep> steps = read_steps(object, root, faults, at);
    object.finish();
    if (!is_good(call, faults)) return;
    shape.param = "/steps";
    return submit(call, asked->once, exchange::ChangeSteps{*pool, std::move(steps)},
                  std::move(shape));
  }
  const std::int64_t ask = money(object, "ask", {.min = 0, .max = kPriceMax});
  object.finish();
  if (!is_good(call, faults)) return;
  shape.param = "/ask";
  submit(call, asked->once, exchange::ChangeAsk{*pool, Price(ask)}, std::move(shape));
}

void assign_supplier(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  const auto hub = hub_parameter(call);
  if (!hub) return;
  const auto asked = read_once_body(call);
  if (!asked) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  const auto participant = id_of(object, "participant", 'P');
  object.finish();
  if (!is_good(call, faults)) return;
  const auto number = static_cast<std::uint32_t>(std::min<std::uint64_t>(*participant, kNone));
  Shape shape;
  shape.param = "/participant";
  shape.detail = "There is no participant " + id_text('P', *participant) + ".";
  submit(call, asked->once, exchange::AssignHub{*hub, {number}}, std::move(shape));
}

void report_nodes(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  const auto hub = hub_parameter(call);
  if (!hub) return;
  const auto epoch = read_epoch(call);
  if (!epoch) return;
  const auto asked = read_once_body(call);
  if (!asked) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  const std::string_view name = object.text("class", {.bytes_max = 128});
  const json::Range positions{.min = 0, .max = engine::kNodesMax};
  engine::ReportNodes report;
  report.begin = static_cast<std::uint32_t>(object.integer("begin", positions));
  report.end = static_cast<std::uint32_t>(object.integer("end", positions));
  report.up = object.truth("up");
  object.finish();
  if (!is_good(call, faults)) return;
  const auto pool = pool_of(call, *hub, name, "/class");
  if (!pool) return;
  report.pool = *pool;
  Shape shape = of_hub(call);
  shape.detail = "Nodes " + std::to_string(report.begin) + " to " + std::to_string(report.end) +
                 " of " + std::to_string(call.core.names.places().pools[pool->value].nodes) + ".";
  shape.param = "/end";
  submit(call, asked->once, exchange::ReportNodes{report, *epoch}, std::move(shape));
}

}  // namespace tongsuan::server::internal
