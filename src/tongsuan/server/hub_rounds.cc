// How busy the pools of a hub were when rounds closed.
#include <algorithm>
#include <ranges>

#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

void write_load(json::Writer& out, const Core& core, HubId hub, const RoundLoad& load) {
  const std::vector<engine::Pool>& pools = core.names.places().pools;
  out.begin_object().text("round", id_text('R', load.round));
  write_time(out, "gate", core.time, load.gate);
  write_time(out, "closed", core.time, load.closed);
  out.begin_array("pools");
  for (std::size_t i = 0; i < pools.size() && i < load.pools.size(); ++i) {
    if (pools[i].hub != hub) continue;
    const PoolLoad& pool = load.pools[i];
    out.begin_object()
        .text("class", core.names.accelerator(pools[i].accelerator))
        .number("upDevices", pool.up)
        .number("usedDevices", pool.used);
    write_money(out, "posted", pool.posted);
    out.end_object();
  }
  out.end_array().end_object();
}

}  // namespace

void list_hub_history(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  const std::uint32_t hub = call.core.names.hub(call.parameters[0]);
  if (hub == kNone) return refuse_unknown(call, "hub", call.parameters[0], "hub");
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    Listing list(call, page, answer);
    const std::uint64_t before = parse_whole(page.after).value_or(UINT64_MAX);
    call.core.loads.with_rounds([&](const std::deque<RoundLoad>& rounds) {
      std::uint64_t last = 0;
      for (const RoundLoad& load : rounds | std::views::reverse) {
        if (load.round >= before || load.sequence > list.as_of()) continue;
        if (list.full()) {
          list.more(std::to_string(last));
          break;
        }
        write_load(list.item(), call.core, HubId{hub}, load);
        last = load.round;
      }
      list.finish([&](json::Writer& out) {
        const bool remembers = call.core.remembering.busy();
        if (!rounds.empty()) write_time(out, "knownFrom", call.core.time, rounds.front().gate);
        out.truth("remembering", remembers);
      });
    });
    return std::nullopt;
  });
}

}  // namespace tongsuan::server::internal
