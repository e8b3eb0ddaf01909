// Listings of a cleared round: awards, prices, flows, accounts.
#include <utility>
#include <vector>

#include "tongsuan/cli/explain.h"
#include "tongsuan/cli/listings.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/report/round_view.h"

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

class AwardRows {
 public:
  AwardRows(const ListingInput& input, const Problem& problem)
      : market_(input.market),
        problem_(problem),
        prices_(input.certificate->payment_prices),
        clock_(input.market.calendar) {}

  [[nodiscard]] std::vector<Cell> row(const Award& award) const {
    const Placement placement = market::find_placement(problem_, award);
    const Order& order = market_.orders[award.order.value];
    std::vector<Cell> row = {std::string(market_.order_names[award.order.value]),
                             std::string(market_.account_names[order.account.value]),
                             std::string(kind_name(order.kind)),
                             name_or_nothing(market_.hub_names, award.hub)};
    if (award.variant < order.variants.count()) {
      const Variant& variant = market_.variants[order.variants.begin + award.variant];
      row.emplace_back(std::string(market_.class_names[variant.accelerator.value]));
      row.emplace_back(std::int64_t{variant.gang});
    } else {
      row.resize(row.size() + 2);
    }
    add_slots(row, market::placement_slots(problem_, placement), clock_);
    const int128 cost = market::placement_cost(problem_, placement, prices_);
    const std::int64_t payment = divide(cost, problem_.denominator, Rounding::kUp);
    row.emplace_back(payment);
    row.emplace_back(market::placement_value(problem_, award.order.value, placement));
    row.push_back(number_or_nothing(
        report::per_device_hour(payment, reference_device_seconds(market_, order))));
    return row;
  }

 private:
  const Market& market_;
  const Problem& problem_;
  const Prices& prices_;
  SlotClock clock_;
};

}  // namespace

Result<Table> awards_table(const ListingInput& input) {
  TONGSUAN_TRY(const Problem problem, market::compile(input.market));
  Table table = new_table(input);
  Columns(input.session, table)
      .text("order", Message::kTitleOrder)
      .text("account", Message::kTitleAccount)
      .text("kind", Message::kTitleKind, true)
      .text("hub", Message::kColumnHub)
      .text("class", Message::kTitleClass)
      .number("gang", Message::kTitleGang)
      .slots()
      .money("payment", Message::kTitlePayment)
      .money("value", Message::kTitleValue)
      .money("price", Message::kTitlePrice);
  const AwardRows rows(input, problem);
  for (const Award& award : input.certificate->outcome.awards)
    table.rows.push_back(rows.row(award));
  return table;
}

Result<Table> prices_table(const ListingInput& input) {
  TONGSUAN_TRY(const Problem problem, market::compile(input.market));
  const std::vector<std::string> names = market::lane_names(input.market, problem);
  const SlotClock clock(input.market.calendar);
  Table table = new_table(input);
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
  Table table = new_table(input);
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
  Table table = new_table(input);
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
