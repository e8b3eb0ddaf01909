// Listings of a cleared round: awards, prices, flows, accounts.
#include <utility>
#include <vector>

#include "tongsuan/cli/explain.h"
#include "tongsuan/cli/instant.h"
#include "tongsuan/cli/listings.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::cli {
namespace {

using market::LaneKind;
using market::Placement;
using market::Problem;
using report::Cell;
using report::Table;

const char* lane_unit(LaneKind kind) {
  switch (kind) {
    case LaneKind::kCapacity:
    case LaneKind::kCap:
      return "device-hour";
    case LaneKind::kNode:
      return "node-hour";
    case LaneKind::kZone:
      return "MWh";
    case LaneKind::kLink:
      return "TB";
  }
  return "";
}

Cell hub_cell(const Market& market, const Award& award) {
  if (award.hub == kNone) return std::monostate{};
  return std::string(market.hub_names[award.hub]);
}

// Per device-hour; nothing for what is not counted in devices.
Cell rate_cell(std::int64_t payment, std::int64_t device_seconds) {
  if (device_seconds == 0) return std::monostate{};
  return divide(static_cast<int128>(payment) * 3'600, device_seconds, Rounding::kHalfEven);
}

std::vector<Cell> award_row(const Market& market, const Problem& problem,
                            const Certificate& certificate, const Award& award) {
  const Placement placement = market::find_placement(problem, award);
  const Order& order = market.orders[award.order.value];
  const SlotRange slots = market::placement_slots(problem, placement);
  const SlotClock clock(market.calendar);
  std::vector<Cell> row = {std::string(market.order_names[award.order.value]),
                           std::string(market.account_names[order.account.value]),
                           std::string(kind_name(order.kind))};
  row.push_back(hub_cell(market, award));
  if (award.variant < order.variants.count()) {
    const Variant& variant = market.variants[order.variants.begin + award.variant];
    row.emplace_back(std::string(market.class_names[variant.accelerator.value]));
    row.emplace_back(std::int64_t{variant.gang});
  } else {
    row.emplace_back(std::monostate{});
    row.emplace_back(std::monostate{});
  }
  row.emplace_back(std::int64_t{slots.begin});
  row.emplace_back(std::int64_t{slots.end});
  row.emplace_back(clock.instant(slots.begin));
  row.emplace_back(clock.instant(slots.end));
  const int128 cost = market::placement_cost(problem, placement, certificate.payment_prices);
  const std::int64_t payment = divide(cost, problem.denominator, Rounding::kUp);
  row.emplace_back(payment);
  row.emplace_back(market::placement_value(problem, award.order.value, placement));
  row.push_back(rate_cell(payment, reference_device_seconds(market, order)));
  return row;
}

}  // namespace

Result<Table> awards_table(const ListingInput& input) {
  TONGSUAN_TRY(const Problem problem, market::compile(input.market));
  Table table{.currency = input.market.currency, .columns = {}, .rows = {}};
  Columns(input.session, table)
      .text("order", Message::kTitleName)
      .text("account", Message::kTitleAccount)
      .text("kind", Message::kTitleKind, true)
      .text("hub", Message::kColumnHub)
      .text("class", Message::kTitleClass)
      .number("gang", Message::kTitleGang)
      .number("begin", Message::kTitleBegin)
      .number("end", Message::kTitleEnd)
      .text("begins_at", Message::kTitleBeginsAt, true)
      .text("ends_at", Message::kTitleEndsAt, true)
      .money("payment", Message::kTitlePayment)
      .money("value", Message::kTitleValue)
      .money("price", Message::kTitlePrice);
  for (const Award& award : input.certificate->outcome.awards) {
    table.rows.push_back(award_row(input.market, problem, *input.certificate, award));
  }
  return table;
}

Result<Table> prices_table(const ListingInput& input) {
  TONGSUAN_TRY(const Problem problem, market::compile(input.market));
  const std::vector<std::string> names = market::lane_names(input.market, problem);
  const SlotClock clock(input.market.calendar);
  Table table{.currency = input.market.currency, .columns = {}, .rows = {}};
  Columns(input.session, table)
      .text("row", Message::kTitleRow)
      .number("slot", Message::kTitleSlot)
      .text("begins_at", Message::kTitleBeginsAt, true)
      .text("unit", Message::kTitleUnit)
      .money("scarcity_price", Message::kTitleSignal)
      .money("price", Message::kTitlePrice);
  table.rows.reserve(problem.row_count());
  for (std::uint32_t lane = 0; lane < problem.lanes.size(); ++lane) {
    for (Slot slot = 0; slot < problem.slot_count; ++slot) {
      const std::uint32_t row = problem.row(lane, slot);
      table.rows.push_back({names[lane], std::int64_t{slot}, clock.instant(slot),
                            std::string(lane_unit(problem.lanes[lane].kind)),
                            input.certificate->bound_prices[row],
                            input.certificate->payment_prices[row]});
    }
  }
  return table;
}

Result<Table> flows_table(const ListingInput& input) {
  const Market& market = input.market;
  const SlotClock clock(market.calendar);
  Table table{.currency = market.currency, .columns = {}, .rows = {}};
  Columns(input.session, table)
      .text("from", Message::kTitleFrom)
      .text("to", Message::kTitleTo)
      .number("slot", Message::kTitleSlot)
      .text("begins_at", Message::kTitleBeginsAt, true)
      .number("flow_wh", Message::kTitleFlow)
      .number("min_wh", Message::kTitleMin)
      .number("max_wh", Message::kTitleMax);
  std::size_t at = 0;
  for (const Line& line : market.lines) {
    for (Slot slot = line.slots.begin; slot < line.slots.end; ++slot, ++at) {
      table.rows.push_back({std::string(market.zone_names[line.from.value]),
                            std::string(market.zone_names[line.to.value]), std::int64_t{slot},
                            clock.instant(slot), input.certificate->outcome.flows[at],
                            line.min.raw(), line.max.raw()});
    }
  }
  return table;
}

Result<Table> accounts_table(const ListingInput& input) {
  Table table{.currency = input.market.currency, .columns = {}, .rows = {}};
  Columns(input.session, table)
      .text("account", Message::kTitleAccount)
      .money("paid", Message::kTitlePaid)
      .money("received", Message::kTitleReceived)
      .money("net", Message::kTitleNet);
  for (const AccountTotal& total : input.certificate->totals) {
    table.rows.push_back({std::string(input.market.account_names[total.account.value]), total.paid,
                          total.received, total.received - total.paid});
  }
  return table;
}

}  // namespace tongsuan::cli
