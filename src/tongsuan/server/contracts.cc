// Contracts: of one's orders, or at one's hubs.
#include <algorithm>

#include "tongsuan/server/event_text.h"
#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

using engine::ContractId;

constexpr std::string_view kContractStates[] = {"running", "ended"};

bool may_see(const Call& call, const View& view, ContractId contract) {
  if (call.sees_all()) return true;
  const Parties parties = parties_of(view, contract);
  return parties.buyer == call.actor() || parties.supplier == call.actor();
}

// A contract that the caller may see; its problem otherwise.
std::variant<ContractId, Problem> find_contract(const Call& call, const View& view) {
  const auto number = parse_id(call.parameters[0], 'C');
  const ContractId id{number && *number < kNone ? static_cast<std::uint32_t>(*number) : kNone};
  if (id.value != kNone && view.state.engine().knows(id) && may_see(call, view, id)) return id;
  return unknown("contract", call.parameters[0], "contract");
}

// Candidates in falling order below `below`: those of the caller where it has a list.
std::vector<ContractId> candidates(const Call& call, const View& view, std::uint32_t below) {
  std::vector<ContractId> ids;
  const auto add = [&](const std::vector<ContractId>& list) {
    const auto end = std::ranges::lower_bound(list, ContractId{below});
    ids.insert(ids.end(), list.begin(), end);
  };
  if (call.sees_all()) {
    for (std::uint32_t i = std::min(below, view.state.engine().contract_count()); i-- > 0;) {
      ids.push_back(ContractId{i});
    }
    return ids;
  }
  add(view.index.contracts_of(call.actor()));
  for (std::uint32_t hub = 0; hub < view.state.hubs().size(); ++hub) {
    if (view.state.hubs()[hub].supplier == call.actor()) add(view.index.contracts_at(HubId{hub}));
  }
  std::ranges::sort(ids, std::greater());
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  return ids;
}

}  // namespace

void list_contracts(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  const auto state = query.choice("state", kContractStates);
  const auto order = query.id("order", 'O');
  const std::string* hub_name = query.text("hub");
  const std::uint32_t hub = hub_name == nullptr ? kNone : call.core.names.hub(*hub_name);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const View& view = answer.view;
    const engine::State& engine = view.state.engine();
    Listing list(call, page, answer);
    const auto below = static_cast<std::uint32_t>(parse_whole(page.after).value_or(kNone));
    for (const ContractId id : candidates(call, view, below)) {
      if (!engine.knows(id)) continue;
      const engine::Contract& contract = engine.contract(id);
      const HubId at = call.core.names.places().pools[contract.pool.value].hub;
      if ((state && (*state == 0) != (contract.end < 0)) ||
          (order && contract.order.value != *order) || (hub_name != nullptr && at.value != hub)) {
        continue;
      }
      if (list.full()) {
        list.more(std::to_string(id.value + 1));
        break;
      }
      if (!write_contract(list.item(), call.core, view, id)) return contract_gone(id);
    }
    list.finish();
    return std::nullopt;
  });
}

void get_contract(Call& call) {
  Query query(call);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const auto found = find_contract(call, answer.view);
    if (const auto* problem = std::get_if<Problem>(&found)) return *problem;
    json::Writer out(answer.body);
    const ContractId id = std::get<ContractId>(found);
    if (!write_contract(out, call.core, answer.view, id)) return contract_gone(id);
    return std::nullopt;
  });
}

void list_contract_events(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const auto found = find_contract(call, answer.view);
    if (const auto* problem = std::get_if<Problem>(&found)) return *problem;
    const auto events = call.core.history.events_of(std::get<ContractId>(found));
    if (!events) return Problem{"gone", "Events so far back are in the journal only.", "contract"};
    Listing list(call, page, answer);
    std::size_t next = parse_whole(page.after).value_or(0);
    for (; next < events->size() && !list.full(); ++next) {
      const ContractEvent& event = (*events)[next];
      if (event.sequence > list.as_of()) break;
      const EventText text = event_text(call.core.names, call.core.time, answer.view,
                                        {event.sequence, event.part, event.at}, event.event);
      list.item().raw(text.json);
    }
    if (next < events->size() && (*events)[next].sequence <= list.as_of()) {
      list.more(std::to_string(next));
    }
    list.finish();
    return std::nullopt;
  });
}

}  // namespace tongsuan::server::internal
