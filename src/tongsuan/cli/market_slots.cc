// A cleared round slot by slot: what devices were offered and awarded, and of what their price is
// made. From files, or as an exchange tells it.
#include "tongsuan/cli/market_slots.h"

#include <array>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/instant.h"
#include "tongsuan/cli/remote_listing.h"
#include "tongsuan/net/target.h"
#include "tongsuan/rolling/round_slots.h"

namespace tongsuan::cli {
namespace {

using report::Cell;
using report::Table;
using rolling::PoolSlot;
using rolling::PoolSlots;

void add_columns(const Session& session, Table& table) {
  Columns(session, table)
      .number("slot", Message::kTitleSlot, true)
      .text("begins_at", Message::kTitleBeginsAt)
      .text("hub", Message::kColumnHub)
      .text("class", Message::kTitleClass)
      .number("offered", Message::kTitleOffered)
      .number("awarded", Message::kTitleAwardedDevices)
      .money("price", Message::kTitlePrice)
      .money("capacity", Message::kTitleCapacity)
      .money("scarcity", Message::kTitleScarcity)
      .money("power", Message::kTitlePower)
      .money("green", Message::kTitleGreenExtra, true)
      .money("node", Message::kTitleNodeExtra, true);
}

// The lists of a pool, in the order of the columns.
constexpr std::array<std::string_view, 8> kLists = {"offered",  "awarded", "price", "capacity",
                                                    "scarcity", "power",   "green", "node"};
constexpr std::size_t kCounts = 2;  // the rest is money

std::vector<Cell> cells_of(const json::Value& list, bool money) {
  std::vector<Cell> cells;
  for (const json::Value item : list.items()) {
    std::int64_t number = 0;
    const auto text = item.as_text();
    const auto whole = item.as_int64();
    if (money && text.ok() && parse_decimal(text.value(), 6, number)) {
      cells.emplace_back(number);
    } else if (!money && whole.ok()) {
      cells.emplace_back(whole.value());
    } else {
      cells.emplace_back();
    }
  }
  return cells;
}

void add_pool(Table& table, const json::Value& pool, const SlotClock& clock, std::int64_t first) {
  std::array<std::vector<Cell>, kLists.size()> lists;
  for (std::size_t i = 0; i < kLists.size(); ++i) {
    lists[i] = cells_of(at_path(pool, kLists[i]), i >= kCounts);
  }
  for (std::size_t at = 0; at < lists.front().size(); ++at) {
    std::vector<Cell>& row = table.rows.emplace_back();
    row = {first + static_cast<std::int64_t>(at), clock.instant(static_cast<Slot>(at)),
           text_at(pool, "hub"), text_at(pool, "class")};
    for (const std::vector<Cell>& list : lists) row.push_back(at < list.size() ? list[at] : Cell());
  }
}

// Of the last round that was cleared.
Attempt<std::string> last_round(Remote& remote) {
  const Session& session = remote.session();
  TONGSUAN_TRY(const remote::Reply reply, remote.get("/v1/rounds?state=cleared&pageSize=1"));
  json::Document document;
  TONGSUAN_TRY(const json::Value rounds, parse_reply(session, document, reply.body));
  std::string id = text_at(rounds, "items.0.id");
  if (!id.empty()) return id;
  return Failure{.exit_code = kNotFound,
                 .code = "no-round",
                 .what = session.say(Message::kNoRoundCleared),
                 .attempt = "tongsuan market rounds"};
}

Attempt<Table> fetch_slots(Remote& remote, const Arguments& arguments, const std::string& round) {
  const Session& session = remote.session();
  std::string target = "/v1/rounds/" + net::encode_percent(round) + "/slots";
  target = remote::with_query(target, "hub", arguments.text(Option::kHub));
  target = remote::with_query(target, "class", arguments.text(Option::kClassName));
  TONGSUAN_TRY(const remote::Reply reply, remote.get(target));
  json::Document document({.bytes_max = json::kBytesMax});
  TONGSUAN_TRY(const json::Value told, parse_reply(session, document, reply.body));
  Calendar calendar;
  calendar.start = text_at(told, "from");
  calendar.slot_seconds =
      static_cast<std::uint32_t>(number_at(told, "slotSeconds").value_or(3'600));
  calendar.slot_count = static_cast<std::uint32_t>(number_at(told, "count").value_or(0));
  const SlotClock clock(calendar);
  Table table;
  table.currency = text_at(told, "currency");
  add_columns(session, table);
  for (const json::Value pool : at_path(told, "pools").items()) {
    add_pool(table, pool, clock, number_at(told, "first").value_or(0));
  }
  return table;
}

}  // namespace

Attempt<int> run_market_slots(Session& session, const Arguments& arguments) {
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, Caller::kAnybody));
  std::string round;
  if (arguments.positionals().size() > 1) {
    TONGSUAN_TRY(round, id_of(session, arguments.positional(1), "R-"));
  }
  return print_listing(session, arguments, remote->settings().value(remote::Setting::kOutput),
                       [&]() -> Attempt<Listing> {
                         std::string asked = round;
                         if (asked.empty()) {
                           TONGSUAN_TRY(asked, last_round(*remote));
                         }
                         TONGSUAN_TRY(Table table, fetch_slots(*remote, arguments, asked));
                         return Listing{.table = std::move(table),
                                        .before = session.say(Message::kSlotsOf, {asked}) + '\n'};
                       });
}

Result<Table> slots_table(const ListingInput& input) {
  TONGSUAN_TRY(const rolling::RoundSlots round,
               rolling::round_slots(input.market, *input.certificate));
  const SlotClock clock(input.market.calendar);
  Table table = new_table(input);
  add_columns(input.session, table);
  for (const PoolSlots& pool : round.pools) {
    for (Slot slot = 0; slot < pool.slots.size(); ++slot) {
      const PoolSlot& at = pool.slots[slot];
      table.rows.push_back(
          {std::int64_t{slot}, clock.instant(slot), std::string(round.hub_names[pool.hub.value]),
           std::string(round.class_names[pool.accelerator.value]), at.offered, at.awarded, at.price,
           at.capacity, at.scarcity, at.power, pool.has_green ? Cell(at.green) : Cell(),
           pool.has_nodes ? Cell(at.node) : Cell()});
    }
  }
  return table;
}

}  // namespace tongsuan::cli
