// Orders: sending, amending and cancelling one.
#include <algorithm>

#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/order_body.h"

namespace tongsuan::server::internal {
namespace {

// Takes a token of the caller; false when the call was refused.
bool take_token(Call& call) {
  const auto taken = call.core.door.take(*call.caller, 1);
  if (taken.ok()) return true;
  ++call.core.counters.refused_by_rate;
  refuse(call, server::to_problem(taken.error()));
  return false;
}

std::optional<OrderId> order_parameter(Call& call) {
  const auto number = parse_id(call.parameters[0], 'O');
  if (number && *number < kNone) return OrderId{static_cast<std::uint32_t>(*number)};
  refuse_unknown(call, "order", call.parameters[0], "order");
  return std::nullopt;
}

// A name alone is another command: it changes nothing in the market, so it may always come.
exchange::Command change_of(OrderId order, OrderBody&& body) {
  if (body.name_alone) return exchange::NameOrder{order, std::string(body.name)};
  exchange::AmendOrder change{order, std::move(body.order)};
  if (body.named) change.name = body.name;
  return change;
}

std::string hold_sentence(std::int64_t hold) {
  return "The order would hold " + money_text(hold) + ".";
}

}  // namespace

void submit_order(Call& call) {
  Query query(call);
  if (!query.finish() || !take_token(call)) return;
  const auto asked = read_once_body(call);
  if (!asked) return;
  const json::Path root;
  OrderBody body = read_order(call.core, asked->value, root, call.core.node.clock().now());
  if (body.problem) return refuse(call, *body.problem);
  Shape shape;
  shape.status = 201;
  shape.kind = 'O';
  shape.location = "/v1/orders/";
  shape.hold = hold_of(body.order);
  shape.etag = shape.at_once = true;
  shape.detail = hold_sentence(*shape.hold);
  ++call.core.counters.orders;
  exchange::SubmitOrder order = submission(body);
  submit(call, asked->once, std::move(order), std::move(shape), std::move(body.work));
}

void cancel_order(Call& call) {
  Query query(call);
  if (!query.finish() || !take_token(call)) return;
  const auto order = order_parameter(call);
  if (!order) return;
  const auto once = read_once(call, nullptr);
  if (!once) return;
  Shape shape;
  shape.id = id_text('O', order->value);
  shape.detail = "Order " + shape.id + ".";
  submit(call, *once, exchange::CancelOrder{*order}, std::move(shape));
}

// The exchange looks at the key first; the ETag is compared only for a request that it does not
// know. Between that and its answer nobody else amends the order.
void amend_order(Call& call) {
  Query query(call);
  if (!query.finish() || !take_token(call)) return;
  const auto order = order_parameter(call);
  if (!order) return;
  const auto asked = read_once_body(call);
  if (!asked) return;
  const std::string* match = call.request.headers.find("if-match");
  if (match == nullptr) return refuse(call, {"precondition-missing", {}, "If-Match"});
  Core& core = call.core;
  const bool mine = core.amending.begin(*order, asked->once.id);
  const std::string id = id_text('O', order->value);
  std::optional<Problem> problem;
  engine::LiveOrder now;
  core.node.read([&](const View& view) {
    const engine::State& engine = view.state.engine();
    const bool known =
        engine.knows(*order) && engine.order(*order).order.account.value == call.actor().value;
    if (known) now = engine.order(*order).order;
    if (view.state.repeats().find(asked->once.id) != nullptr) return;
    const std::uint64_t changed = view.index.changed(*order);
    if (!known) {
      problem = unknown("order", std::string(call.parameters[0]) + " of yours", "order");
    } else if (!mine) {
      problem = Problem{"changed", id + " is being changed by another request.", "If-Match"};
    } else if (*match != '"' + std::to_string(changed) + '"') {
      problem = Problem{"changed", id + " was changed by sequence " + std::to_string(changed) + ".",
                        "If-Match"};
    }
  });
  OrderBody body;
  if (!problem) {
    body = read_change(core, asked->value, now);
    problem = body.problem;
  }
  if (problem) {
    if (mine) core.amending.end(*order);
    return refuse(call, *problem);
  }
  Shape shape;
  shape.id = id;
  shape.hold_is_value = true;
  shape.etag = true;
  shape.detail = "Order " + id + ".";
  if (mine) {
    shape.then = [&core, order = *order](const exchange::Answer& answer) {
      if (answer.sequence == 0) return core.amending.end(order);
      core.node.replica().at(answer.sequence,
                             [&core, order](const View&) { core.amending.end(order); });
    };
  }
  submit(call, asked->once, change_of(*order, std::move(body)), std::move(shape));
}

}  // namespace tongsuan::server::internal
