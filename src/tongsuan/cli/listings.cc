// Listings of what a market holds.
#include "tongsuan/cli/listings.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "tongsuan/cli/explain.h"
#include "tongsuan/cli/market_slots.h"
#include "tongsuan/report/round_view.h"

namespace tongsuan::cli {

using report::Cell;
using report::ColumnKind;
using report::Table;

Columns& Columns::text(const char* key, Message title, bool wide) {
  table_.columns.push_back(
      {.key = key, .title = session_.say(title), .kind = ColumnKind::kText, .wide = wide});
  return *this;
}
Columns& Columns::number(const char* key, Message title, bool wide) {
  return fixed(key, title, 0, wide);
}
Columns& Columns::fixed(const char* key, Message title, int decimals, bool wide) {
  table_.columns.push_back({.key = key,
                            .title = session_.say(title),
                            .kind = ColumnKind::kNumber,
                            .decimals = decimals,
                            .shown_decimals = decimals,
                            .wide = wide});
  return *this;
}
Columns& Columns::money(const char* key, Message title, bool wide) {
  table_.columns.push_back({.key = key,
                            .title = session_.say(title),
                            .kind = ColumnKind::kMoney,
                            .decimals = 6,
                            .shown_decimals = 2,
                            .wide = wide});
  return *this;
}
Columns& Columns::slots() {
  return number("begin", Message::kTitleBegin)
      .number("end", Message::kTitleEnd)
      .text("begins_at", Message::kTitleBeginsAt, true)
      .text("ends_at", Message::kTitleEndsAt, true);
}

Table new_table(const ListingInput& input) {
  return {.currency = input.market.currency, .columns = {}, .rows = {}};
}

void add_slots(std::vector<Cell>& row, SlotRange slots, const SlotClock& clock) {
  row.emplace_back(std::int64_t{slots.begin});
  row.emplace_back(std::int64_t{slots.end});
  row.emplace_back(clock.instant(slots.begin));
  row.emplace_back(clock.instant(slots.end));
}

Cell name_or_nothing(const NameList& names, std::uint32_t id) {
  if (id == kNone) return std::monostate{};
  return std::string(names[id]);
}

Cell number_or_nothing(std::optional<std::int64_t> value) {
  return value ? Cell(*value) : Cell();
}

namespace {

Cell text(std::string_view value) {
  return std::string(value);
}
Cell count(std::int64_t value) {
  return value;
}

// What the steps of an offer or a link add up to, and the range of their prices.
Cell step_amount(const Market& market, Span32 steps) {
  std::int64_t amount = 0;
  for (std::uint32_t s = steps.begin; s < steps.end; ++s) amount += market.steps[s].amount.raw();
  return count(amount);
}
void add_step_prices(std::vector<Cell>& row, const Market& market, Span32 steps) {
  const bool any = steps.count() > 0;
  row.push_back(any ? count(market.steps[steps.begin].price.raw()) : Cell());
  row.push_back(any ? count(market.steps[steps.end - 1].price.raw()) : Cell());
}

Result<Table> hubs_table(const ListingInput& input) {
  Table table = new_table(input);
  const bool chinese = input.session.language == Language::kChinese;
  Columns(input.session, table)
      .text("name", Message::kTitleName)
      .text("title", Message::kTitleTitle)
      .text("region", Message::kTitleRegion)
      .fixed("pue", Message::kTitlePue, 3)
      .text("power_zone", Message::kTitlePowerZone)
      .text("green_zone", Message::kTitleGreenZone)
      .fixed("latitude", Message::kTitleLatitude, 6, true)
      .fixed("longitude", Message::kTitleLongitude, 6, true);
  for (std::uint32_t i = 0; i < input.market.hubs.size(); ++i) {
    const Hub& hub = input.market.hubs[i];
    table.rows.push_back({text(input.market.hub_names[i]),
                          text(chinese ? hub.title_zh : hub.title_en), text(hub.region),
                          count(hub.pue_milli),
                          name_or_nothing(input.market.zone_names, hub.power_zone),
                          name_or_nothing(input.market.zone_names, hub.green_zone),
                          count(hub.latitude_micro), count(hub.longitude_micro)});
  }
  return table;
}

Result<Table> classes_table(const ListingInput& input) {
  Table table = new_table(input);
  Columns(input.session, table)
      .text("name", Message::kTitleName)
      .number("watts", Message::kTitleWatts)
      .number("node_devices", Message::kTitleNodeDevices);
  for (std::uint32_t i = 0; i < input.market.classes.size(); ++i) {
    const AcceleratorClass& accelerator = input.market.classes[i];
    table.rows.push_back({text(input.market.class_names[i]), count(accelerator.watts),
                          count(accelerator.node_devices)});
  }
  return table;
}

// "H100,Ascend910B", in the order of the variants.
std::string class_list(const Market& market, const Order& order) {
  std::string list;
  std::vector<std::uint32_t> seen;
  for (std::uint32_t i = order.variants.begin; i < order.variants.end; ++i) {
    const std::uint32_t accelerator = market.variants[i].accelerator.value;
    if (std::ranges::find(seen, accelerator) != seen.end()) continue;
    seen.push_back(accelerator);
    list += (list.empty() ? "" : ",") + std::string(market.class_names[accelerator]);
  }
  return list;
}

std::string hub_list(const Market& market, const Order& order) {
  if (order.kind != OrderKind::kBlock && order.kind != OrderKind::kService) return {};
  const Span32 set = market.hub_sets[order.hubs.value];
  if (set.count() == market.hubs.size()) return "*";
  std::string list;
  for (std::uint32_t i = set.begin; i < set.end; ++i) {
    list += (list.empty() ? "" : ",") + std::string(market.hub_names[market.hub_lists[i].value]);
  }
  return list;
}

// The slots that an order may use.
SlotRange order_slots(const Market& market, const Order& order) {
  if (order.kind == OrderKind::kBlock) return order.window;
  SlotRange slots{market.calendar.slot_count, 0};
  const auto widen = [&](SlotRange range) {
    slots = {std::min(slots.begin, range.begin), std::max(slots.end, range.end)};
  };
  for (std::uint32_t i = order.services.begin; i < order.services.end; ++i) widen(market.ranges[i]);
  for (std::uint32_t i = order.options.begin; i < order.options.end; ++i) {
    const Span32 legs = market.options[i].legs;
    for (std::uint32_t leg = legs.begin; leg < legs.end; ++leg) widen(market.legs[leg].slots);
  }
  return slots.begin < slots.end ? slots : SlotRange{};
}

// The value of an order: the highest of its options; nothing for a curve, whose steps have prices.
Cell order_value(const Market& market, const Order& order) {
  if (order.kind == OrderKind::kCurve) return std::monostate{};
  if (order.options.count() == 0) return count(order.value);
  std::int64_t best = market.options[order.options.begin].value;
  for (std::uint32_t i = order.options.begin; i < order.options.end; ++i) {
    best = std::max(best, market.options[i].value);
  }
  return count(best);
}

Cell order_limit(const Market& market, const Order& order) {
  return number_or_nothing(
      report::per_device_hour(order.value, reference_device_seconds(market, order)));
}

std::vector<Cell> order_row(const Market& market, std::uint32_t position, const SlotClock& clock) {
  const Order& order = market.orders[position];
  std::vector<Cell> row = {text(market.order_names[position]),
                           text(market.account_names[order.account.value]),
                           text(kind_name(order.kind)), text(class_list(market, order))};
  if (order.variants.count() > 0) {
    const Variant& first = market.variants[order.variants.begin];
    row.push_back(count(first.gang));
    row.push_back(order.kind == OrderKind::kService ? Cell() : count(first.duration));
  } else {
    row.resize(row.size() + 2);
  }
  row.push_back(hub_list(market, order));
  add_slots(row, order_slots(market, order), clock);
  row.push_back(order_value(market, order));
  row.push_back(order_limit(market, order));
  row.push_back(count(order.delay_cost));
  row.push_back(name_or_nothing(market.data_names, order.data));
  row.push_back(name_or_nothing(market.group_names, order.group));
  row.push_back(count(order.green_percent));
  row.push_back(name_or_nothing(market.order_names, order.after));
  return row;
}

Result<Table> orders_table(const ListingInput& input) {
  Table table = new_table(input);
  Columns(input.session, table)
      .text("name", Message::kTitleName)
      .text("account", Message::kTitleAccount)
      .text("kind", Message::kTitleKind)
      .text("classes", Message::kTitleClasses)
      .number("gang", Message::kTitleGang)
      .number("slots", Message::kTitleDuration)
      .text("hubs", Message::kTitleHubs)
      .slots()
      .money("value", Message::kTitleValue)
      .money("limit", Message::kTitleLimit)
      .money("delay", Message::kTitleDelay, true)
      .text("data", Message::kTitleData, true)
      .text("group", Message::kTitleGroup, true)
      .number("green", Message::kTitleGreen, true)
      .text("after", Message::kTitleAfter, true);
  const SlotClock clock(input.market.calendar);
  table.rows.reserve(input.market.orders.size());
  for (std::uint32_t i = 0; i < input.market.orders.size(); ++i) {
    table.rows.push_back(order_row(input.market, i, clock));
  }
  return table;
}

Result<Table> offers_table(const ListingInput& input) {
  const Market& market = input.market;
  Table table = new_table(input);
  Columns(input.session, table)
      .text("name", Message::kTitleName)
      .text("seller", Message::kTitleSeller)
      .text("row", Message::kTitleRow)
      .slots()
      .number("amount", Message::kTitleAmount)
      .text("unit", Message::kTitleUnit)
      .money("lowest_price", Message::kTitleLowPrice)
      .money("highest_price", Message::kTitleHighPrice);
  const SlotClock clock(market.calendar);
  for (std::uint32_t i = 0; i < market.offers.size(); ++i) {
    const Offer& offer = market.offers[i];
    const bool energy = offer.zone != kNone;
    std::vector<Cell> row = {text(market.offer_names[i]),
                             text(market.account_names[offer.seller.value]),
                             energy ? std::string(market.zone_names[offer.zone])
                                    : std::string(market.hub_names[offer.hub]) + '/' +
                                          std::string(market.class_names[offer.accelerator])};
    add_slots(row, offer.slots, clock);
    row.push_back(step_amount(market, offer.steps));
    row.push_back(text(energy ? "Wh" : "devices"));
    add_step_prices(row, market, offer.steps);
    table.rows.push_back(std::move(row));
  }
  return table;
}

Result<Table> links_table(const ListingInput& input) {
  const Market& market = input.market;
  Table table = new_table(input);
  Columns(input.session, table)
      .text("from", Message::kTitleFrom)
      .text("to", Message::kTitleTo)
      .slots()
      .number("amount_mb", Message::kTitleAmountMb)
      .money("lowest_price", Message::kTitleLowPrice)
      .money("highest_price", Message::kTitleHighPrice);
  const SlotClock clock(market.calendar);
  for (const Link& link : market.links) {
    std::vector<Cell> row = {text(market.hub_names[link.from.value]),
                             text(market.hub_names[link.to.value])};
    add_slots(row, link.slots, clock);
    row.push_back(step_amount(market, link.steps));
    add_step_prices(row, market, link.steps);
    table.rows.push_back(std::move(row));
  }
  return table;
}

Result<Table> zones_table(const ListingInput& input) {
  Table table = new_table(input);
  Columns(input.session, table)
      .text("name", Message::kTitleName)
      .text("commodity", Message::kTitleCommodity)
      .text("disposal", Message::kTitleDisposal);
  for (std::uint32_t i = 0; i < input.market.zones.size(); ++i) {
    const Zone& zone = input.market.zones[i];
    table.rows.push_back({text(input.market.zone_names[i]),
                          text(zone.commodity == Commodity::kGreen ? "green" : "power"),
                          text(zone.disposal == Disposal::kBalance ? "balance" : "free")});
  }
  return table;
}

Result<Table> lines_table(const ListingInput& input) {
  const Market& market = input.market;
  Table table = new_table(input);
  Columns(input.session, table)
      .text("from", Message::kTitleFrom)
      .text("to", Message::kTitleTo)
      .slots()
      .number("min_wh", Message::kTitleMin)
      .number("max_wh", Message::kTitleMax)
      .money("tariff", Message::kTitleTariff);
  const SlotClock clock(market.calendar);
  for (const Line& line : market.lines) {
    std::vector<Cell> row = {text(market.zone_names[line.from.value]),
                             text(market.zone_names[line.to.value])};
    add_slots(row, line.slots, clock);
    row.push_back(count(line.min.raw()));
    row.push_back(count(line.max.raw()));
    row.push_back(count(line.tariff.raw()));
    table.rows.push_back(std::move(row));
  }
  return table;
}

constexpr std::array<ListingSpec, 12> kListings = {{{"hubs", false, hubs_table},
                                                    {"classes", false, classes_table},
                                                    {"orders", false, orders_table},
                                                    {"offers", false, offers_table},
                                                    {"links", false, links_table},
                                                    {"zones", false, zones_table},
                                                    {"lines", false, lines_table},
                                                    {"awards", true, awards_table},
                                                    {"prices", true, prices_table},
                                                    {"slots", true, slots_table},
                                                    {"flows", true, flows_table},
                                                    {"accounts", true, accounts_table}}};

}  // namespace

std::span<const ListingSpec> listings() {
  return kListings;
}

const ListingSpec* listing_named(std::string_view name) {
  const auto* const found = std::ranges::find(kListings, name, &ListingSpec::name);
  return found == kListings.end() ? nullptr : &*found;
}

Table summary_table(const ListingInput& input) {
  const Market& market = input.market;
  Table table = new_table(input);
  Columns(input.session, table)
      .text("what", Message::kTitleQuantity)
      .text("value", Message::kTitleValue);
  const auto row = [&](const char* what, const std::string& value) {
    table.rows.push_back({text(what), value});
  };
  row("market", market.name);
  row("currency", market.currency);
  row("start", market.calendar.start);
  row("slots", std::to_string(market.calendar.slot_count));
  row("slot_seconds", std::to_string(market.calendar.slot_seconds));
  const std::pair<const char*, std::size_t> counts[] = {{"hubs", market.hubs.size()},
                                                        {"classes", market.classes.size()},
                                                        {"zones", market.zones.size()},
                                                        {"lines", market.lines.size()},
                                                        {"links", market.links.size()},
                                                        {"data_sets", market.data_sets.size()},
                                                        {"node_blocks", market.node_blocks.size()},
                                                        {"caps", market.caps.size()},
                                                        {"accounts", market.account_names.size()},
                                                        {"offers", market.offers.size()},
                                                        {"orders", market.orders.size()}};
  for (const auto& [what, size] : counts) row(what, std::to_string(size));
  for (const OrderKind kind : {OrderKind::kBlock, OrderKind::kOptions, OrderKind::kCurve,
                               OrderKind::kProfile, OrderKind::kService}) {
    const auto size = std::ranges::count(market.orders, kind, &Order::kind);
    if (size > 0) row((std::string("orders_") + kind_name(kind)).c_str(), std::to_string(size));
  }
  if (input.certificate == nullptr) return table;
  row("round", std::to_string(input.certificate->round));
  row("awards", std::to_string(input.certificate->outcome.awards.size()));
  return table;
}

}  // namespace tongsuan::cli
