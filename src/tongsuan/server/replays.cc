// The journal gone through again, by whoever trusts nobody.
#include <algorithm>

#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

std::string rechecked_json(const Core& core, const node::Rechecked& told) {
  std::string body;
  json::Writer out(body);
  out.begin_object()
      .text("first", std::to_string(told.first))
      .text("last", std::to_string(told.last))
      .number_unsigned("batches", told.batches)
      .number_unsigned("digests", told.digests)
      .number_unsigned("rounds", told.rounds)
      .number_unsigned("certificates", told.verified);
  write_time(out, "now", core.time, told.now);
  out.text("hash", hash_text(told.hash)).text("state", hash_text(told.state)).end_object();
  return body;
}

Result<std::string, Problem> recheck(Core& core, bool from_snapshot, std::uint64_t last,
                                     const Operations::Progress& progress) {
  node::RecheckOptions options;
  options.from_snapshot = from_snapshot;
  options.stop = [&](std::uint64_t sequence) {
    return progress(static_cast<std::uint32_t>(sequence * 100 / std::max<std::uint64_t>(1, last)));
  };
  const auto told = core.options.recheck(options);
  if (!told.ok()) return Problem{"internal", told.error().context + "."};
  if (told.value().stopped) return Problem{"stopping"};
  return rechecked_json(core, told.value());
}

}  // namespace

void start_replay(Call& call) {
  const auto asked = read_once_alone(call);
  if (!asked) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  const bool from_snapshot = object.optional_truth("fromSnapshot").value_or(false);
  object.finish();
  if (!is_good(call, faults)) return;
  Core& core = call.core;
  if (!core.options.recheck) {
    return refuse(call, {"not-built", "This exchange cannot read its journal."});
  }
  const std::uint64_t last = core.node.figures().durable;
  const auto begun = core.operations.begin(
      {asked->once.id, asked->once.fingerprint, [&core] { return core.node.clock().now(); },
       [&core, from_snapshot, last](const Operations::Progress& progress) {
         return recheck(core, from_snapshot, last, progress);
       }});
  if (!begun.ok()) return refuse(call, begun.error());
  const std::string id = id_text('X', begun.value());
  std::string body;
  json::Writer(body)
      .begin_object()
      .text("id", id)
      .text("sequence", std::to_string(last))
      .text("state", "accepted")
      .end_object();
  net::Response response = json_response(std::move(body), last, 202);
  response.headers.list.push_back({"Location", "/v1/operations/" + id});
  call.reply.send(std::move(response));
}

void get_operation(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  const auto number = parse_id(call.parameters[0], 'X');
  const auto operation = number ? call.core.operations.find(*number) : std::nullopt;
  if (!operation) return refuse_unknown(call, "operation", call.parameters[0], "operation");
  std::string body;
  json::Writer out(body);
  const std::string_view state = operation->problem ? "failed"
                                 : operation->ended ? "done"
                                                    : "running";
  out.begin_object().text("id", call.parameters[0]).text("kind", "recheck").text("state", state);
  write_time(out, "started", call.core.time, operation->started);
  if (operation->ended) write_time(out, "ended", call.core.time, *operation->ended);
  out.number("progressPercent", operation->percent);
  if (!operation->result.empty()) out.raw("result", operation->result);
  if (operation->problem) {
    std::string problem;
    append_problem(problem, *operation->problem);
    out.raw("problem", problem);
  }
  out.end_object();
  call.reply.send(json_response(std::move(body), call.core.node.figures().durable));
}

}  // namespace tongsuan::server::internal
