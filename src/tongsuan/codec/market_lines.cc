// First pass, framework and the records other than orders (market_orders.cc).
#include <algorithm>

#include "tongsuan/codec/market_reader.h"
#include "tongsuan/codec/market_specs.h"

namespace tongsuan::codec {
namespace {

constexpr std::int64_t kMicroDegreesMax = 1'000'000;
constexpr Limits kPositivePrice = {0, kPriceMax};
constexpr Limits kAnyPrice = {-kPriceMax, kPriceMax};

std::string range_text(Limits limits) {
  return " from " + std::to_string(limits.min) + " to " + std::to_string(limits.max);
}

std::string with_article(std::string_view what) {
  const bool vowel = std::string_view("aeiou").find(what.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + std::string(what);
}

}  // namespace

// The order of the table is the order in which suggestions are listed; orders come first because
// they are most of every large file.
const std::array<RecordKind<MarketLines>, 18> MarketLines::kRecords = {{
    {&kBlockSpec, &MarketLines::read_block},
    {&kOptionSpec, &MarketLines::read_option},
    {&kOptionsSpec, &MarketLines::read_options},
    {&kCurveSpec, &MarketLines::read_curve},
    {&kProfileSpec, &MarketLines::read_profile},
    {&kServiceSpec, &MarketLines::read_service},
    {&kOfferSpec, &MarketLines::read_offer},
    {&kLineSpec, &MarketLines::read_line},
    {&kLinkSpec, &MarketLines::read_link},
    {&kNodesSpec, &MarketLines::read_nodes},
    {&kCapSpec, &MarketLines::read_cap},
    {&kDataSpec, &MarketLines::read_data},
    {&kAccountSpec, &MarketLines::read_account},
    {&kHubSpec, &MarketLines::read_hub},
    {&kZoneSpec, &MarketLines::read_zone},
    {&kClassSpec, &MarketLines::read_class},
    {&kMarketSpec, &MarketLines::read_market},
    {&kCalendarSpec, &MarketLines::read_calendar},
}};

bool MarketLines::read() {
  Frame frame(bytes_, "tongsuan-market", faults_);
  reserve(frame.lines());
  if (!frame.open()) return false;
  const RecordKind<MarketLines>* last = kRecords.data();
  while (frame.next()) {
    const RecordKind<MarketLines>* record = frame.kind(kRecords, last);
    if (record == nullptr) continue;
    last = record;
    if (frame.scanner().scan(*record->spec, line_)) {
      (this->*record->handler)();
    } else if (record->spec == &kMarketSpec) {
      book_.market_line = line_begin();  // it is there, so that it is not said to be missing
    } else if (record->spec == &kCalendarSpec) {
      book_.calendar_line = line_begin();
    }
  }
  return frame.usable();
}

// Most lines of a large file are orders; memory that is not used is given back with the book.
void MarketLines::reserve(std::string_view bytes) {
  std::size_t line_count = 0;
  for (std::size_t at = 0; (at = bytes.find('\n', at)) != std::string_view::npos; ++at)
    ++line_count;
  const std::size_t orders = std::min<std::size_t>(line_count, kOrdersMax);
  book_.market.orders.reserve(orders);
  book_.market.variants.reserve(orders);
  book_.market.order_names.reserve(orders, std::min(bytes.size() / 8, orders * 16));
  book_.order_lines.reserve(orders);
  book_.market.hub_sets.push_back({});  // set 0 means every hub; the second pass fills it
}

std::uint32_t MarketLines::line_begin() const {
  return static_cast<std::uint32_t>(line_.keyword.data() - bytes_.data());
}

// ---- Records -----------------------------------------------------------------------------------

void MarketLines::read_market() {
  if (book_.market_line != kNone) {
    faults_.add_at(FaultCode::kDuplicateRecord, line_.keyword, "the market is described twice");
    return;
  }
  book_.market_line = line_begin();
  book_.market.name = text_of(line_.names[0]);
  if (!line_.has(kMarketCurrency)) return;
  const std::string_view currency = value(kMarketCurrency);
  const bool letters =
      std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (currency.size() != 3 || !letters) {
    faults_.add(FaultCode::kBadValue, currency, "is not a currency", "three letters such as CNY");
  }
  book_.market.currency = currency;
}

void MarketLines::read_calendar() {
  if (book_.calendar_line != kNone) {
    faults_.add_at(FaultCode::kDuplicateRecord, line_.keyword, "the calendar is described twice");
    return;
  }
  book_.calendar_line = line_begin();
  Calendar& calendar = book_.market.calendar;
  if (line_.has(kCalendarStart)) {
    calendar.start = value(kCalendarStart);
    if (!is_instant(calendar.start)) {
      faults_.add(FaultCode::kBadValue, value(kCalendarStart), "is not a time",
                  "a time with its zone such as 2026-12-01T00:00+08:00");
    }
  }
  if (line_.has(kCalendarSlot)) {
    const Limits limits = {1, kSlotSecondsMax};
    std::int64_t seconds = calendar.slot_seconds;
    value_fault(parse_duration(value(kCalendarSlot), limits, seconds), value(kCalendarSlot), limits,
                "a length such as 15min or 1h, up to 24h");
    calendar.slot_seconds = static_cast<std::uint32_t>(seconds);
  }
  whole(kCalendarSlots, {1, kSlotsMax}, calendar.slot_count);
}

void MarketLines::read_class() {
  const std::uint32_t id = use_class(line_.names[0]);
  if (!declare(book_.classes, id, "class")) return;
  AcceleratorClass& accelerator = book_.market.classes[id];
  whole(kClassWatts, {0, kWattsMax}, accelerator.watts);
  whole(kClassNode, {1, kNodeDevicesMax}, accelerator.node_devices);
}

void MarketLines::read_zone() {
  const std::uint32_t id = use_zone(line_.names[0]);
  if (!declare(book_.zones, id, "zone")) return;
  Zone& zone = book_.market.zones[id];
  zone.commodity = static_cast<Commodity>(choice_of(kZoneCommodity, "power", "green"));
  if (line_.has(kZoneDisposal)) {
    zone.disposal = static_cast<Disposal>(choice_of(kZoneDisposal, "free", "balance"));
  }
}

void MarketLines::read_hub() {
  const std::uint32_t id = use_hub(line_.names[0]);
  if (!declare(book_.hubs, id, "hub")) return;
  if (line_.has(kHubPower)) book_.market.hubs[id].power_zone = use_zone(value(kHubPower));
  if (line_.has(kHubGreen)) book_.market.hubs[id].green_zone = use_zone(value(kHubGreen));
  Hub& hub = book_.market.hubs[id];
  std::int64_t pue = hub.pue_milli;
  fixed(kHubPue, 3, {kPueMilliMin, kPueMilliMax}, pue);
  hub.pue_milli = static_cast<std::uint32_t>(pue);
  if (line_.has(kHubAt)) {
    const std::string_view at = value(kHubAt);
    const std::size_t comma = std::min(at.find(','), at.size());
    const auto degrees = [&](std::string_view text, std::int64_t max, std::int32_t& target) {
      const Limits limits = {-max * kMicroDegreesMax, max * kMicroDegreesMax};
      std::int64_t micro = 0;
      value_fault(parse_fixed(text, 6, limits, micro), text, limits,
                  "latitude,longitude in degrees, such as 40.4,111.8");
      target = static_cast<std::int32_t>(micro);
    };
    degrees(at.substr(0, comma), 90, hub.latitude_micro);
    degrees(at.substr(std::min(comma + 1, at.size())), 180, hub.longitude_micro);
  }
  if (line_.has(kHubRegion)) hub.region = text_of(value(kHubRegion));
  if (line_.has(kHubZh)) hub.title_zh = text_of(value(kHubZh));
  if (line_.has(kHubEn)) hub.title_en = text_of(value(kHubEn));
}

void MarketLines::read_line() {
  Line wire;
  wire.from = ZoneId{use_zone(line_.names[0])};
  wire.to = ZoneId{use_zone(line_.names[1])};
  wire.slots = kAllSlots;
  slots(kLineSlots, wire.slots);
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::int64_t tariff = 0;
  amount(kLineMin, AmountUnit::kEnergy, {-kAmountMax, 0}, min);
  amount(kLineMax, AmountUnit::kEnergy, {0, kAmountMax}, max);
  fixed(kLineTariff, 6, kPositivePrice, tariff);
  if (min == max) {
    faults_.add(FaultCode::kOutOfRange, value(kLineMax), "leaves the line no room",
                "max above 0 or min below 0");
  }
  if (tariff > 0 && min < 0) {
    faults_.add(FaultCode::kConflictingFields, value(kLineTariff),
                "is a tariff on a line of two directions",
                "min=0, and a second line for the other direction");
  }
  if (wire.from == wire.to) {
    faults_.add(FaultCode::kBadValue, line_.names[1], "is where the line begins", "another zone");
  }
  wire.min = Amount(min);
  wire.max = Amount(max);
  wire.tariff = Price(tariff);
  book_.market.lines.push_back(wire);
  book_.line_lines.push_back(line_begin());
}

void MarketLines::read_link() {
  Link link;
  link.from = HubId{use_hub(line_.names[0])};
  link.to = HubId{use_hub(line_.names[1])};
  link.slots = kAllSlots;
  slots(kLinkSlots, link.slots);
  link.steps = read_steps(kLinkSteps, AmountUnit::kData, true);
  if (link.from == link.to) {
    faults_.add(FaultCode::kBadValue, line_.names[1], "is where the link begins", "another hub");
  }
  book_.market.links.push_back(link);
  book_.link_lines.push_back(line_begin());
}

void MarketLines::read_data() {
  const std::uint32_t id = use_data(line_.names[0]);
  if (!declare(book_.data, id, "data set")) return;
  std::int64_t size = 0;
  amount(kDataSize, AmountUnit::kData, {1, kAmountMax}, size);
  book_.market.data_sets[id].size_mb = static_cast<std::uint64_t>(size);
  if (line_.has(kDataAt)) book_.market.data_sets[id].replicas = read_hub_list(value(kDataAt));
}

void MarketLines::read_account() {
  const std::uint32_t id = use_account(line_.names[0]);
  if (!declare(book_.accounts, id, "account")) return;
  book_.market.accounts[id].home = use_hub(value(kAccountHome));
}

void MarketLines::read_nodes() {
  NodeBlock block;
  block.hub = HubId{use_hub(line_.names[0])};
  block.accelerator = ClassId{use_class(line_.names[1])};
  block.slots = kAllSlots;
  slots(kNodesSlots, block.slots);
  whole(kNodesCount, {1, kCountMax}, block.nodes);
  book_.market.node_blocks.push_back(block);
  book_.node_lines.push_back(line_begin());
}

void MarketLines::read_cap() {
  Cap cap;
  cap.group = GroupId{use_plain(book_.groups, line_.names[0])};
  if (line_.has(kCapHub)) cap.hub = use_hub(value(kCapHub));
  if (line_.has(kCapClass)) cap.accelerator = use_class(value(kCapClass));
  cap.slots = kAllSlots;
  slots(kCapSlots, cap.slots);
  whole(kCapDevices, {0, kCountMax}, cap.devices);
  book_.market.caps.push_back(cap);
  book_.cap_lines.push_back(line_begin());
}

void MarketLines::read_offer() {
  const std::uint32_t id = use(book_.offers, line_.names[0]);
  if (id == book_.market.offers.size()) book_.market.offers.emplace_back();
  if (!declare(book_.offers, id, "offer")) return;
  Offer& offer = book_.market.offers[id];
  offer.seller = AccountId{use_account(value(kOfferSeller))};
  Leg row;
  row.slots = kAllSlots;
  read_row(kOfferHub, kOfferClass, kOfferZone, row);
  slots(kOfferSlots, row.slots);
  offer.hub = row.hub;
  offer.accelerator = row.accelerator;
  offer.zone = row.zone;
  offer.slots = row.slots;
  offer.steps = read_steps(
      kOfferSteps, row.kind == RowKind::kZone ? AmountUnit::kEnergy : AmountUnit::kDevices, true);
}

// hub= and class=, or zone=.
void MarketLines::read_row(std::size_t hub, std::size_t accelerator, std::size_t zone, Leg& row) {
  const bool capacity = line_.has(hub) && line_.has(accelerator) && !line_.has(zone);
  const bool energy = line_.has(zone) && !line_.has(hub) && !line_.has(accelerator);
  if (capacity) {
    row.kind = RowKind::kCapacity;
    row.hub = use_hub(value(hub));
    row.accelerator = use_class(value(accelerator));
  } else if (energy) {
    row.kind = RowKind::kZone;
    row.zone = use_zone(value(zone));
  } else {
    const bool none = !line_.has(zone) && !(line_.has(hub) && line_.has(accelerator));
    faults_.add_at(none ? FaultCode::kMissingField : FaultCode::kConflictingFields, line_.keyword,
                   "does not name one row", "hub= and class=, or zone=");
    if (line_.has(zone)) row.kind = RowKind::kZone;  // so that the amounts make sense
  }
}

Span32 MarketLines::read_steps(std::size_t field, AmountUnit unit, bool rising) {
  std::vector<Step>& steps = book_.market.steps;
  const auto begin = static_cast<std::uint32_t>(steps.size());
  const char* expected = unit == AmountUnit::kDevices  ? "DEVICES@PRICE such as 128@8.5"
                         : unit == AmountUnit::kEnergy ? "AMOUNT@PRICE such as 120MWh@350"
                                                       : "AMOUNT@PRICE such as 40TB@120";
  // Energy of a balance zone may have a price below zero; the second pass knows the zones.
  const Limits prices = unit == AmountUnit::kEnergy ? kAnyPrice : kPositivePrice;
  each_item(value(field), [&](std::string_view item) {
    const std::size_t at = std::min(item.find('@'), item.size());
    const Limits amounts = {1, kAmountMax};
    std::int64_t amount = 0;
    std::int64_t price = 0;
    value_fault(parse_amount(item.substr(0, at), unit, amounts, amount), item, amounts, expected);
    if (amount == 0) return;
    const std::string_view price_text = item.substr(std::min(at + 1, item.size()));
    const ValueFault fault = parse_fixed(price_text, 6, prices, price);
    if (fault == ValueFault::kLimits) {
      value_fault(fault, item, prices,
                  prices.min < 0 ? "prices from -1000000 to 1000000" : "prices from 0 to 1000000");
    } else {
      value_fault(fault, item, prices, expected);
    }
    if (steps.size() > begin &&
        (rising ? steps.back().price > Price(price) : steps.back().price < Price(price))) {
      faults_.add(
          FaultCode::kOrder, item,
          rising ? "is cheaper than the step before it" : "is dearer than the step before it",
          rising ? "prices that do not fall" : "prices that do not rise");
    }
    steps.push_back({Price(price), Amount(amount)});
  });
  return {begin, static_cast<std::uint32_t>(steps.size())};
}

Span32 MarketLines::read_hub_list(std::string_view text) {
  std::vector<HubId>& list = book_.market.hub_lists;
  const auto begin = static_cast<std::uint32_t>(list.size());
  each_item(text, [&](std::string_view item) { list.push_back(HubId{use_hub(item)}); });
  const auto first = list.begin() + begin;
  std::sort(first, list.end());
  if (std::adjacent_find(first, list.end()) != list.end()) {
    faults_.add(FaultCode::kDuplicateName, text, "names a hub twice", "each hub once");
  }
  return {begin, static_cast<std::uint32_t>(list.size())};
}

// ---- Values ------------------------------------------------------------------------------------

void MarketLines::report_value(ValueFault fault, std::string_view text, Limits limits,
                               std::string_view expected) {
  std::string wanted(expected);
  switch (fault) {
    case ValueFault::kNone:
      return;
    case ValueFault::kMalformed:
      faults_.add(FaultCode::kBadValue, text, "is not understood", std::move(wanted));
      return;
    case ValueFault::kPrecise:
      faults_.add(FaultCode::kTooPrecise, text, "has more digits than can be kept",
                  std::move(wanted));
      return;
    case ValueFault::kEmpty:
      faults_.add(FaultCode::kEmptyRange, text, "is an empty range", std::move(wanted));
      return;
    case ValueFault::kLimits:
      if (limits.max == kAmountMax && limits.min == 1) {
        wanted = "an amount above 0, up to 10^12 Wh, MB or devices";
      }
      faults_.add(FaultCode::kOutOfRange, text, "is out of range", std::move(wanted));
      return;
  }
}

void MarketLines::whole(std::size_t field, Limits limits, std::uint32_t& target) {
  if (!line_.has(field)) return;
  std::int64_t number = target;
  const ValueFault fault = parse_whole(value(field), limits, number);
  if (fault != ValueFault::kNone) {
    value_fault(fault, value(field), limits, "a whole number" + range_text(limits));
  }
  target = static_cast<std::uint32_t>(number);
}

void MarketLines::fixed(std::size_t field, unsigned decimals, Limits limits, std::int64_t& target) {
  if (!line_.has(field)) return;
  const ValueFault fault = parse_fixed(value(field), decimals, limits, target);
  if (fault == ValueFault::kNone) return;
  std::string expected = "a number from ";
  append_fixed(expected, limits.min, decimals);
  expected += " to ";
  append_fixed(expected, limits.max, decimals);
  expected += " with at most " + std::to_string(decimals) + " decimals";
  value_fault(fault, value(field), limits, expected);
}

void MarketLines::amount(std::size_t field, AmountUnit unit, Limits limits, std::int64_t& target) {
  if (!line_.has(field)) return;
  const ValueFault fault = parse_amount(value(field), unit, limits, target);
  if (fault == ValueFault::kNone) return;
  std::string expected = "an amount from ";
  append_amount(expected, limits.min, unit);
  expected += " to ";
  append_amount(expected, limits.max, unit);
  value_fault(fault, value(field), {}, expected);
}

void MarketLines::slots(std::size_t field, SlotRange& target) {
  if (line_.has(field)) slots_of(value(field), target);
}

bool MarketLines::slots_of(std::string_view text, SlotRange& target) {
  const ValueFault fault = parse_slots(text, target);
  if (fault == ValueFault::kNone) return true;
  value_fault(fault, text, {0, kSlotsMax},
              "begin..end with begin < end <= " + std::to_string(kSlotsMax));
  return false;
}

void MarketLines::percent(std::size_t field, unsigned decimals, std::int64_t& target) {
  if (!line_.has(field)) return;
  const std::string_view text = value(field);
  std::int64_t scale = 1;
  for (unsigned i = 0; i < decimals; ++i) scale *= 10;
  const Limits limits = {0, 100 * scale};
  const ValueFault fault =
      text.ends_with('%') ? parse_fixed(text.substr(0, text.size() - 1), decimals, limits, target)
                          : ValueFault::kMalformed;
  value_fault(fault, text, limits, "a share such as 60%, from 0% to 100%");
}

// 0 for `first`, 1 for `second`.
std::uint32_t MarketLines::choice_of(std::size_t field, std::string_view first,
                                     std::string_view second) {
  if (value(field) == first) return 0;
  if (value(field) == second) return 1;
  faults_.add(FaultCode::kBadValue, value(field), "is not known here",
              std::string(first) + " or " + std::string(second));
  return 0;
}

// ---- Names -------------------------------------------------------------------------------------

bool MarketLines::good_name(std::string_view name) {
  if (valid_name(name)) return true;
  faults_.add(FaultCode::kBadName, name, "cannot be a name",
              "1 to 128 letters, digits, '_', '-', '.', not beginning with '-' or '.'");
  return false;
}

std::uint32_t MarketLines::use_plain(Interner& names, std::string_view name) {
  const std::uint32_t before = names.size();
  const std::uint32_t id = names.intern(name);
  if (id == before) good_name(name);  // a name that is known already was good
  return id;
}

std::uint32_t MarketLines::use(Names& names, std::string_view name) {
  const std::uint32_t id = use_plain(names.ids, name);
  if (id == names.declared_at.size()) names.declared_at.push_back(kNone);
  return id;
}

std::uint32_t MarketLines::use_hub(std::string_view name) {
  const std::uint32_t id = use(book_.hubs, name);
  if (id == book_.market.hubs.size()) {
    below_limit(id, kHubsMax, "hubs");
    book_.market.hubs.emplace_back();
  }
  return id;
}

std::uint32_t MarketLines::use_class(std::string_view name) {
  const std::uint32_t id = use(book_.classes, name);
  if (id == book_.market.classes.size()) {
    below_limit(id, kClassesMax, "classes");
    book_.market.classes.emplace_back();
  }
  return id;
}

std::uint32_t MarketLines::use_zone(std::string_view name) {
  const std::uint32_t id = use(book_.zones, name);
  if (id == book_.market.zones.size()) {
    below_limit(id, kZonesMax, "zones");
    book_.market.zones.emplace_back();
  }
  return id;
}

std::uint32_t MarketLines::use_data(std::string_view name) {
  const std::uint32_t id = use(book_.data, name);
  if (id == book_.market.data_sets.size()) book_.market.data_sets.emplace_back();
  return id;
}

std::uint32_t MarketLines::use_account(std::string_view name) {
  const std::uint32_t id = use(book_.accounts, name);
  if (id == book_.market.accounts.size()) book_.market.accounts.emplace_back();
  return id;
}

bool MarketLines::declare(Names& names, std::uint32_t id, std::string_view what) {
  std::uint32_t& declared_at = names.declared_at[id];
  if (declared_at != kNone) {
    std::string problem = "is already the name of " + with_article(what);
    if (faults_.listing()) {
      problem += ", in line " + std::to_string(faults_.line_number(declared_at));
    }
    faults_.add(FaultCode::kDuplicateName, line_.names[0], std::move(problem));
    return false;
  }
  declared_at = line_begin();
  return true;
}

// False, with a fault the first time, when a list of `count` items may not grow.
bool MarketLines::below_limit(std::size_t count, std::size_t limit, std::string_view what) {
  if (count < limit) return true;
  if (count == limit) {
    faults_.add_at(FaultCode::kTooLarge, line_.keyword, "there are too many " + std::string(what),
                   "at most " + std::to_string(limit));
  }
  return false;
}

}  // namespace tongsuan::codec
