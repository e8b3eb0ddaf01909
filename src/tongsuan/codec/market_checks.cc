// Second pass: what only the whole file can tell.
#include <algorithm>
#include <tuple>
#include <utility>

#include "tongsuan/codec/market_reader.h"
#include "tongsuan/domain/canonical.h"

namespace tongsuan::codec {

void MarketChecks::run(std::string_view bytes) {
  check_present(bytes);
  check_declared(book_.hubs, "hub");
  check_declared(book_.classes, "class");
  check_declared(book_.zones, "zone");
  check_declared(book_.data, "data set");
  check_zones();
  const bool calendar = market_.calendar.slot_count > 0;  // else its fault is known already
  if (calendar) check_slots();
  check_prices();
  join_options();
  if (calendar) set_values();
  check_overlaps();
  bool distinct = false;
  const std::vector<std::uint32_t> positions = sorted_positions(market_.order_names, distinct);
  if (!distinct) report_order_names(positions);
  link_after(positions);
  check_cycles();
  if (!faults_.empty()) return;
  set_names();
  canonicalise(market_, positions);
}

void MarketChecks::check_present(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, 0);
  if (book_.market_line == kNone) {
    faults_.add_at(FaultCode::kMissingRecord, start, "the file has no market record",
                   "a line \"market NAME\"");
  }
  if (book_.calendar_line == kNone) {
    faults_.add_at(FaultCode::kMissingRecord, start, "the file has no calendar record",
                   "a line \"calendar slot=1h slots=168\"");
  }
}

void MarketChecks::check_declared(const Names& names, const char* what) {
  for (std::uint32_t id = 0; id < names.ids.size(); ++id) {
    if (names.declared_at[id] != kNone) continue;
    Suggestion suggestion(names.ids[id]);
    for (std::uint32_t other = 0; other < names.ids.size() && faults_.listing(); ++other) {
      if (names.declared_at[other] != kNone) suggestion.consider(names.ids[other]);
    }
    faults_.add(FaultCode::kUnknownName, names.ids[id],
                std::string("is not a ") + what + " of this market",
                suggestion.text(std::string("a declared ") + what));
  }
}

void MarketChecks::check_zones() {
  const auto check = [&](std::uint32_t hub, std::uint32_t zone, Commodity wanted) {
    if (zone == kNone || book_.zones.declared_at[zone] == kNone) return;
    if (market_.zones[zone].commodity == wanted) return;
    const bool power = wanted == Commodity::kPower;
    faults_.add(FaultCode::kWrongKind,
                faults_.field_value(book_.hubs.declared_at[hub], power ? "power" : "green"),
                power ? "is a zone of green energy" : "is a zone of power",
                power ? "a zone with commodity=power" : "a zone with commodity=green");
  };
  for (std::uint32_t hub = 0; hub < market_.hubs.size(); ++hub) {
    check(hub, market_.hubs[hub].power_zone, Commodity::kPower);
    check(hub, market_.hubs[hub].green_zone, Commodity::kGreen);
  }
  for (std::size_t i = 0; i < market_.lines.size(); ++i) {
    const Line& line = market_.lines[i];
    if (market_.zones[line.from.value].commodity == market_.zones[line.to.value].commodity ||
        book_.zones.declared_at[line.from.value] == kNone ||
        book_.zones.declared_at[line.to.value] == kNone) {
      continue;
    }
    faults_.add_at(FaultCode::kWrongKind, faults_.field_value(book_.line_lines[i], ""),
                   "its zones are of different commodities", "two zones of one commodity");
  }
}

// ---- Slots -------------------------------------------------------------------------------------

// Gives a range that was left open its end, and refuses one that passes the calendar.
void MarketChecks::fit(SlotRange& slots, std::uint32_t line, std::string_view key) {
  const std::uint32_t slot_count = market_.calendar.slot_count;
  if (slots == kAllSlots) slots.end = slot_count;
  if (slots.end <= slot_count) return;
  faults_.add(FaultCode::kOutsideCalendar, faults_.field_value(line, key),
              "ends after the last slot",
              "begin..end with begin < end <= " + std::to_string(slot_count));
}

void MarketChecks::check_slots() {
  for (std::size_t i = 0; i < market_.lines.size(); ++i) {
    fit(market_.lines[i].slots, book_.line_lines[i], "slots");
  }
  for (std::size_t i = 0; i < market_.links.size(); ++i) {
    fit(market_.links[i].slots, book_.link_lines[i], "slots");
  }
  for (std::size_t i = 0; i < market_.node_blocks.size(); ++i) {
    fit(market_.node_blocks[i].slots, book_.node_lines[i], "slots");
  }
  for (std::size_t i = 0; i < market_.caps.size(); ++i) {
    fit(market_.caps[i].slots, book_.cap_lines[i], "slots");
  }
  for (std::size_t i = 0; i < market_.offers.size(); ++i) {
    fit(market_.offers[i].slots, book_.offers.declared_at[i], "slots");
  }
  check_order_slots();
  for (RawOption& raw : book_.raw_options) {
    for (std::uint32_t i = raw.option.legs.begin; i < raw.option.legs.end; ++i) {
      fit(market_.legs[i].slots, raw.line, "use");
    }
  }
}

void MarketChecks::check_order_slots() {
  for (std::size_t i = 0; i < market_.orders.size(); ++i) {
    Order& order = market_.orders[i];
    const std::uint32_t line = book_.order_lines[i];
    if (order.kind == OrderKind::kBlock) fit(order.window, line, "window");
    for (std::uint32_t k = order.services.begin; k < order.services.end; ++k) {
      fit(market_.ranges[k], line, "ranges");
    }
    for (std::uint32_t o = order.options.begin; o < order.options.end; ++o) {
      const Span32 legs = market_.options[o].legs;
      for (std::uint32_t k = legs.begin; k < legs.end; ++k) {
        fit(market_.legs[k].slots, line, order.kind == OrderKind::kCurve ? "slots" : "use");
      }
    }
  }
}

void MarketChecks::check_overlaps() {
  check_overlap(market_.lines, book_.line_lines);
  check_overlap(market_.links, book_.link_lines);
  check_overlap(market_.node_blocks, book_.node_lines);
}

namespace {

auto pair_of(const Line& line) {
  return std::pair(line.from.value, line.to.value);
}
auto pair_of(const Link& link) {
  return std::pair(link.from.value, link.to.value);
}
auto pair_of(const NodeBlock& block) {
  return std::pair(block.hub.value, block.accelerator.value);
}

}  // namespace

template <class Item>
void MarketChecks::check_overlap(const std::vector<Item>& items,
                                 const std::vector<std::uint32_t>& lines) {
  std::vector<std::uint32_t> sorted(items.size());
  for (std::uint32_t i = 0; i < sorted.size(); ++i) sorted[i] = i;
  std::sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tuple(pair_of(items[a]), items[a].slots.begin, a) <
           std::tuple(pair_of(items[b]), items[b].slots.begin, b);
  });
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const Item& before = items[sorted[i - 1]];
    const Item& item = items[sorted[i]];
    if (pair_of(before) != pair_of(item) || before.slots.end <= item.slots.begin) continue;
    // The one further down in the file is the one to look at.
    const auto [upper, lower] = std::minmax(lines[sorted[i - 1]], lines[sorted[i]]);
    std::string problem = "its slots overlap those of another record of the same pair";
    if (faults_.listing()) {
      problem += ", in line " + std::to_string(faults_.line_number(upper));
    }
    faults_.add_at(FaultCode::kOverlap, faults_.field_value(lower, "slots"), std::move(problem),
                   "ranges that do not overlap");
  }
}

// ---- Prices and values -------------------------------------------------------------------------

// Only where supply must equal demand may a price be below zero.
void MarketChecks::check_prices() {
  const auto free = [&](std::uint32_t zone) {
    return zone != kNone && market_.zones[zone].disposal == Disposal::kFree &&
           book_.zones.declared_at[zone] != kNone;
  };
  for (std::size_t i = 0; i < market_.offers.size(); ++i) {
    const Offer& offer = market_.offers[i];
    if (free(offer.zone)) check_step_prices(offer.steps, book_.offers.declared_at[i]);
  }
  for (std::size_t i = 0; i < market_.orders.size(); ++i) {
    const Order& order = market_.orders[i];
    if (order.kind != OrderKind::kCurve) continue;
    const Leg& leg = market_.legs[market_.options[order.options.begin].legs.begin];
    if (free(leg.zone)) check_step_prices(order.steps, book_.order_lines[i]);
  }
}

void MarketChecks::check_step_prices(Span32 steps, std::uint32_t line) {
  const auto begin = market_.steps.begin();
  if (std::all_of(begin + steps.begin, begin + steps.end,
                  [](const Step& step) { return step.price.raw() >= 0; })) {
    return;
  }
  faults_.add(FaultCode::kOutOfRange, faults_.field_value(line, "steps"),
              "has a price below 0 in a zone whose surplus may be thrown away",
              "prices from 0, or a zone with disposal=balance");
}

// Moves the options of each order together.
void MarketChecks::join_options() {
  const Names& owners = book_.option_owners;
  std::vector<std::uint32_t> next(owners.ids.size() + 1, 0);
  for (const RawOption& raw : book_.raw_options) ++next[raw.owner + 1];
  for (std::size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
  const auto first = static_cast<std::uint32_t>(market_.options.size());
  market_.options.resize(first + book_.raw_options.size());
  for (std::uint32_t owner = 0; owner < owners.ids.size(); ++owner) {
    const std::uint32_t order = owners.declared_at[owner];
    const std::uint32_t count = next[owner + 1] - next[owner];
    if (order == kNone) {
      faults_.add(FaultCode::kUnknownName, owners.ids[owner], "is not an order with options",
                  "an order of an \"options\" record");
    } else if (count == 0) {
      faults_.add_at(FaultCode::kMissingRecord, faults_.field_value(book_.order_lines[order], ""),
                     "it has no options", "\"option\" records for it");
    } else if (count > kListItemsMax) {
      faults_.add_at(FaultCode::kTooLarge, faults_.field_value(book_.order_lines[order], ""),
                     "it has too many options", "at most " + std::to_string(kListItemsMax));
    } else {
      market_.orders[order].options = {first + next[owner], first + next[owner + 1]};
    }
  }
  for (const RawOption& raw : book_.raw_options) {
    market_.options[first + next[raw.owner]++] = raw.option;
  }
}

void MarketChecks::set_values() {
  for (const std::uint32_t order : book_.limits) set_limit_value(order);
  for (const std::uint32_t order : book_.prices) set_profile_value(order);
  for (std::size_t i = 0; i < market_.orders.size(); ++i) {
    check_delay(market_.orders[i], book_.order_lines[i]);
  }
}

// A limit is per device-hour of the first variant; fractions of a micro-yuan are dropped.
void MarketChecks::set_limit_value(std::uint32_t position) {
  Order& order = market_.orders[position];
  if (order.variants.count() == 0) return;  // a fault was found in them
  const Variant& variant = market_.variants[order.variants.begin];
  std::int64_t slots = variant.duration;
  if (order.kind == OrderKind::kService) {
    for (std::uint32_t i = order.services.begin; i < order.services.end; ++i) {
      slots += market_.ranges[i].count();
    }
  }
  const int128 device_seconds =
      static_cast<int128>(variant.gang) * slots * market_.calendar.slot_seconds;
  const int128 value = divide_wide(device_seconds * order.value, 3'600, Rounding::kDown);
  if (value > kMoneyMax) {
    faults_.add(FaultCode::kOutOfRange, faults_.field_value(book_.order_lines[position], "limit"),
                "makes the order worth too much", "at most 10^12 in all");
    return;
  }
  order.value = static_cast<std::int64_t>(value);
}

// A price is per MWh or device-hour of the net amount: what is delivered counts below zero.
void MarketChecks::set_profile_value(std::uint32_t position) {
  const Order& order = market_.orders[position];
  Option& option = market_.options[order.options.begin];
  int128 amount = 0;
  bool energy = false;
  bool devices = false;
  for (std::uint32_t i = option.legs.begin; i < option.legs.end; ++i) {
    const Leg& leg = market_.legs[i];
    const std::int64_t unit =
        leg.kind == RowKind::kNodes ? market_.classes[leg.accelerator].node_devices : 1;
    amount += static_cast<int128>(leg.amount) * unit * leg.slots.count();
    (leg.kind == RowKind::kZone ? energy : devices) = true;
  }
  const std::string_view where = faults_.field_value(book_.order_lines[position], "price");
  if (energy && devices) {
    faults_.add(FaultCode::kConflictingFields, where, "is a price of energy and devices together",
                "value=");
    return;
  }
  const int128 value = energy ? divide_wide(amount * option.value, kMicro, Rounding::kDown)
                              : divide_wide(amount * market_.calendar.slot_seconds * option.value,
                                            3'600, Rounding::kDown);
  if (value > kMoneyMax || value < -kMoneyMax) {
    faults_.add(FaultCode::kOutOfRange, where, "makes the profile worth too much",
                "at most 10^12 in all");
    return;
  }
  option.value = static_cast<std::int64_t>(value);
}

void MarketChecks::check_delay(const Order& order, std::uint32_t line) {
  if (order.delay_cost <= kMoneyMax / market_.calendar.slot_count) return;
  faults_.add(FaultCode::kOutOfRange, faults_.field_value(line, "delay"),
              "is too much for the slots of the calendar", "at most 10^12 over all slots");
}

// ---- Orders' names -----------------------------------------------------------------------------

void MarketChecks::report_order_names(const std::vector<std::uint32_t>& positions) {
  for (std::size_t i = 1; i < positions.size(); ++i) {
    const std::string_view name = market_.order_names[positions[i]];
    if (name != market_.order_names[positions[i - 1]]) continue;
    const auto [upper, lower] = std::minmax(positions[i - 1], positions[i]);
    std::string problem = "the name \"" + std::string(name) + "\" is already that of an order";
    if (faults_.listing()) {
      problem += ", in line " + std::to_string(faults_.line_number(book_.order_lines[upper]));
    }
    faults_.add_at(FaultCode::kDuplicateName, faults_.field_value(book_.order_lines[lower], ""),
                   std::move(problem));
  }
}

void MarketChecks::link_after(const std::vector<std::uint32_t>& positions) {
  if (book_.afters.empty()) return;
  Interner names;  // ids are positions in `positions`, unless names are used twice
  for (const std::uint32_t position : positions) names.intern(market_.order_names[position]);
  for (const RawBook::After& after : book_.afters) {
    const std::uint32_t found = names.find(after.name);
    if (found == kNone) {
      Suggestion suggestion(after.name);
      for (std::uint32_t id = 0; id < names.size() && faults_.listing(); ++id) {
        suggestion.consider(names[id]);
      }
      faults_.add(FaultCode::kUnknownName, after.name, "is not an order of this market",
                  suggestion.text("the name of an order"));
      continue;
    }
    if (names.size() != positions.size()) continue;
    if (market_.orders[positions[found]].kind == OrderKind::kCurve) {
      faults_.add(FaultCode::kWrongKind, after.name,
                  "is a curve, which is never accepted as a whole", "an order of another kind");
      continue;
    }
    market_.orders[after.order].after = positions[found];
  }
}

// Each order waits for one other at most, so a walk along `after` ends or enters one circle.
void MarketChecks::check_cycles() {
  if (book_.afters.empty()) return;
  std::vector<std::uint32_t> walk_of(market_.orders.size(), kNone);
  for (std::uint32_t walk = 0; walk < book_.afters.size(); ++walk) {
    std::uint32_t at = book_.afters[walk].order;
    while (at != kNone && walk_of[at] == kNone) {
      walk_of[at] = walk;
      at = market_.orders[at].after;
    }
    if (at == kNone || walk_of[at] != walk) continue;
    // The circle is reported once, at its first line in the file.
    std::uint32_t first = at;
    for (std::uint32_t on = market_.orders[at].after; on != at; on = market_.orders[on].after) {
      first = std::min(first, on);
    }
    faults_.add(FaultCode::kCycle, faults_.field_value(book_.order_lines[first], "after"),
                "waits, through other orders or at once, for this order",
                "orders that do not wait for each other");
  }
}

void MarketChecks::set_names() {
  market_.hub_names = book_.hubs.ids.list();
  market_.class_names = book_.classes.ids.list();
  market_.zone_names = book_.zones.ids.list();
  market_.data_names = book_.data.ids.list();
  market_.offer_names = book_.offers.ids.list();
  market_.group_names = book_.groups.list();
  market_.account_names = book_.accounts.ids.list();
  // Set 0 is every hub.
  const auto begin = static_cast<std::uint32_t>(market_.hub_lists.size());
  for (std::uint32_t hub = 0; hub < market_.hubs.size(); ++hub) {
    market_.hub_lists.push_back(HubId{hub});
  }
  market_.hub_sets[0] = {begin, static_cast<std::uint32_t>(market_.hub_lists.size())};
}

ReadReport read_market(std::string_view bytes, std::string_view file_name,
                       const ReadOptions& options) {
  ReadReport report;
  FaultLog faults(bytes, file_name, options);
  if (check_bytes(bytes, faults)) {
    MarketLines lines(bytes, faults);
    if (lines.read()) MarketChecks(lines.book(), faults).run(bytes);
    if (faults.empty()) report.market = std::move(lines.book().market);
  }
  report.faults = faults.take();
  return report;
}

bool valid_market_name(std::string_view name) {
  return valid_name(name);
}

}  // namespace tongsuan::codec
