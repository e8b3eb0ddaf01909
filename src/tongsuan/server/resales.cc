// Devices that holders give up, and the calendar of gates.
#include <algorithm>

#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

constexpr std::string_view kResaleStates[] = {"planned", "open", "over"};

std::size_t state_of(const exchange::ResaleRow& row) {
  if (row.over()) return 2;
  return row.open() ? 1 : 0;
}

bool may_see(const Call& call, const View& view, const exchange::ResaleTerms& terms) {
  if (call.sees_all() || terms.seller == call.actor()) return true;
  const HubId hub = call.core.names.places().pools[terms.pool.value].hub;
  return view.state.hubs()[hub.value].supplier == call.actor();
}

void write_resale(json::Writer& out, const Core& core, std::uint32_t number,
                  const exchange::ResaleRow& row) {
  const engine::Pool& pool = core.names.places().pools[row.terms.pool.value];
  out.begin_object()
      .text("id", id_text('S', number))
      .text("contract", id_text('C', row.terms.contract.value))
      .text("participant", id_text('P', row.terms.seller.value))
      .text("state", kResaleStates[state_of(row)])
      .text("hub", core.names.hub(pool.hub))
      .text("class", core.names.accelerator(pool.accelerator));
  write_resale_terms(out, core.time, row.terms);
  out.number("taken", row.taken);
  write_money(out, "income", row.income.raw());
  out.end_object();
}

exchange::Closure read_closure(json::ObjectReader& object, const TimeText& time) {
  exchange::Closure closure;
  const auto second = [&](std::string_view key) {
    const auto at = optional_time(object, key, time);
    if (!at) object.fault(key, "must be a time, such as \"2026-10-01T00:00:00+08:00\"");
    return at.value_or(0);
  };
  closure.from = second("from");
  closure.until = second("until");
  closure.reason = object.text("reason", {.bytes_max = exchange::kClosureReasonMax});
  closure.dispatch = object.optional_truth("dispatch").value_or(true);
  return closure;
}

}  // namespace

void resell_contract(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  const auto number = parse_id(call.parameters[0], 'C');
  if (!number || *number >= kNone) {
    return refuse_unknown(call, "contract", call.parameters[0], "contract");
  }
  const auto asked = read_once_body(call);
  if (!asked) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  exchange::ResellContract command;
  command.contract.value = static_cast<std::uint32_t>(*number);
  command.devices =
      static_cast<std::uint32_t>(object.integer("devices", {.min = 1, .max = kGangMax}));
  command.from = optional_time(object, "from", call.core.time).value_or(0);
  command.until = optional_time(object, "until", call.core.time).value_or(0);
  command.ask = Price(optional_money(object, "ask", {.min = 0, .max = kPriceMax}).value_or(0));
  object.finish();
  if (!is_good(call, faults)) return;
  Shape shape;
  shape.status = 201;
  shape.kind = 'S';
  shape.detail = "Of contract " + id_text('C', *number) + ": " + std::to_string(command.devices) +
                 " devices, to the end of what was granted.";
  submit(call, asked->once, command, std::move(shape));
}

void list_resales(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  const auto contract = query.id("contract", 'C');
  const auto state = query.choice("state", kResaleStates);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const auto& rows = answer.view.state.resales().rows();
    Listing list(call, page, answer);
    const auto after = static_cast<std::uint32_t>(parse_whole(page.after).value_or(0));
    std::uint32_t last = after;
    for (auto row = rows.upper_bound(after); row != rows.end(); ++row) {
      if ((contract && row->second.terms.contract.value != *contract) ||
          (state && *state != state_of(row->second)) ||
          !may_see(call, answer.view, row->second.terms)) {
        continue;
      }
      if (list.full()) {
        list.more(std::to_string(last));
        break;
      }
      last = row->first;
      write_resale(list.item(), call.core, row->first, row->second);
    }
    list.finish();
    return std::nullopt;
  });
}

void put_calendar(Call& call) {
  const auto asked = read_once_alone(call);
  if (!asked) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  exchange::SetCalendar command;
  const json::Path list(root, "closures");
  std::size_t index = 0;
  for (const json::Value item : object.array("closures", exchange::kClosuresMax)) {
    const json::Path path(list, index++);
    json::ObjectReader reader(item, path, faults);
    command.closures.push_back(read_closure(reader, call.core.time));
    reader.finish();
  }
  object.finish();
  if (!is_good(call, faults)) return;
  Shape shape;
  shape.detail = "Closures come in order, do not overlap, and each has a reason.";
  shape.param = "/closures";
  submit(call, asked->once, std::move(command), std::move(shape));
}

}  // namespace tongsuan::server::internal
