// First pass: the records of orders.
#include <algorithm>

#include "tongsuan/codec/market_reader.h"
#include "tongsuan/codec/market_specs.h"

namespace tongsuan::codec {
namespace {

constexpr Limits kGang = {1, kGangMax};
constexpr Limits kWorth = {0, kMoneyMax};  // of blocks and services
constexpr Limits kSignedWorth = {-kMoneyMax, kMoneyMax};
constexpr Limits kSignedAmount = {-kAmountMax, kAmountMax};

}  // namespace

// Names of orders are not looked up while lines are read: sorting them finds those used twice.
Order* MarketLines::add_order(OrderKind kind) {
  Market& market = book_.market;
  if (!below_limit(market.orders.size(), kOrdersMax, "orders")) return nullptr;
  good_name(line_.names[0]);
  market.order_names.push_back(line_.names[0]);
  book_.order_lines.push_back(line_begin());
  Order& order = market.orders.emplace_back();
  order.kind = kind;
  return &order;
}

void MarketLines::read_block() {
  Order* added = add_order(OrderKind::kBlock);
  if (added == nullptr) return;
  Order& order = *added;
  order.account = AccountId{use_account(value(kBlockAccount))};
  order.variants = read_variants(kBlockRun, kBlockGang);
  order.hubs = read_hub_set(kBlockHubs);
  order.window = kAllSlots;
  slots(kBlockWindow, order.window);
  read_value_or_limit(order, kBlockValue, kBlockLimit);
  fixed(kBlockDelay, 6, {0, kMoneyMax}, order.delay_cost);
  if (line_.has(kBlockData)) order.data = use_data(value(kBlockData));
  read_requirements(order, kBlockGroup, kBlockGreen, kBlockAfter);
  read_whole_nodes(order, kBlockNodes);
}

std::uint32_t MarketLines::option_owner() {
  const std::uint32_t owner = book_.option_owners.ids.intern(line_.names[0]);
  if (owner == book_.option_owners.declared_at.size()) {
    book_.option_owners.declared_at.push_back(kNone);
  }
  return owner;
}

void MarketLines::read_options() {
  const std::uint32_t owner = option_owner();
  Order* order = add_order(OrderKind::kOptions);
  if (order == nullptr) return;
  order->account = AccountId{use_account(value(kOptionsAccount))};
  read_requirements(*order, kOptionsGroup, kOptionsGreen, kOptionsAfter);
  // A name that is used twice is found with the other orders' names; the last one gets the options.
  book_.option_owners.declared_at[owner] =
      static_cast<std::uint32_t>(book_.market.orders.size() - 1);
}

void MarketLines::read_option() {
  RawOption raw;
  raw.owner = option_owner();
  raw.line = line_begin();
  fixed(kOptionValue, 6, kSignedWorth, raw.option.value);
  raw.option.legs = read_legs(kOptionUse);
  if (!below_limit(book_.raw_options.size(), kOptionsMax, "options")) return;
  book_.raw_options.push_back(raw);
}

void MarketLines::read_curve() {
  Order* order = add_order(OrderKind::kCurve);
  if (order == nullptr) return;
  order->account = AccountId{use_account(value(kCurveAccount))};
  Leg row;
  row.slots = kAllSlots;
  read_row(kCurveHub, kCurveClass, kCurveZone, row);
  slots(kCurveSlots, row.slots);
  Market& market = book_.market;
  const auto leg = static_cast<std::uint32_t>(market.legs.size());
  const auto option = static_cast<std::uint32_t>(market.options.size());
  market.legs.push_back(row);
  market.options.push_back({0, {leg, leg + 1}});
  order->options = {option, option + 1};
  order->steps = read_steps(
      kCurveSteps, row.kind == RowKind::kZone ? AmountUnit::kEnergy : AmountUnit::kDevices, false);
}

void MarketLines::read_profile() {
  Order* order = add_order(OrderKind::kProfile);
  if (order == nullptr) return;
  order->account = AccountId{use_account(value(kProfileAccount))};
  Option option;
  option.legs = read_legs(kProfileUse);
  if (line_.has(kProfileValue) == line_.has(kProfilePrice)) {
    faults_.add_at(
        line_.has(kProfileValue) ? FaultCode::kConflictingFields : FaultCode::kMissingField,
        line_.keyword, "its worth is not clear", "value= or price=, and not both");
  } else if (line_.has(kProfilePrice)) {
    fixed(kProfilePrice, 6, {-kPriceMax, kPriceMax}, option.value);
    book_.prices.push_back(static_cast<std::uint32_t>(book_.market.orders.size() - 1));
  } else {
    fixed(kProfileValue, 6, kSignedWorth, option.value);
  }
  std::int64_t minimum = order->minimum_ppm;
  percent(kProfileMinimum, 4, minimum);
  order->minimum_ppm = static_cast<std::uint32_t>(minimum);
  read_requirements(*order, kProfileGroup, kProfileGreen, kProfileAfter);
  const auto position = static_cast<std::uint32_t>(book_.market.options.size());
  book_.market.options.push_back(option);
  order->options = {position, position + 1};
}

void MarketLines::read_service() {
  Order* order = add_order(OrderKind::kService);
  if (order == nullptr) return;
  order->account = AccountId{use_account(value(kServiceAccount))};
  Variant variant;
  variant.accelerator = ClassId{use_class(value(kServiceClass))};
  whole(kServiceGang, kGang, variant.gang);
  Market& market = book_.market;
  const auto position = static_cast<std::uint32_t>(market.variants.size());
  market.variants.push_back(variant);
  order->variants = {position, position + 1};
  order->hubs = read_hub_set(kServiceHubs);
  order->services.begin = static_cast<std::uint32_t>(market.ranges.size());
  each_item(value(kServiceRanges), [&](std::string_view item) {
    SlotRange range;
    if (!slots_of(item, range)) return;
    if (market.ranges.size() > order->services.begin && market.ranges.back().end > range.begin) {
      faults_.add(FaultCode::kOrder, item, "begins before the range before it ends",
                  "ranges that rise and do not overlap");
    }
    market.ranges.push_back(range);
  });
  order->services.end = static_cast<std::uint32_t>(market.ranges.size());
  read_value_or_limit(*order, kServiceValue, kServiceLimit);
  read_requirements(*order, kServiceGroup, kServiceGreen, kServiceAfter);
  read_whole_nodes(*order, kServiceNodes);
}

// ---- Parts -------------------------------------------------------------------------------------

void MarketLines::read_requirements(Order& order, std::size_t group, std::size_t green,
                                    std::size_t after) {
  if (line_.has(group)) order.group = use_plain(book_.groups, value(group));
  std::int64_t share = 0;
  percent(green, 0, share);
  order.green_percent = static_cast<std::uint8_t>(share);
  if (line_.has(after) && good_name(value(after))) {
    book_.afters.push_back(
        {static_cast<std::uint32_t>(book_.market.orders.size() - 1), value(after)});
  }
}

void MarketLines::read_whole_nodes(Order& order, std::size_t field) {
  if (line_.has(field)) order.whole_nodes = choice_of(field, "shared", "whole") == 1;
}

void MarketLines::read_value_or_limit(Order& order, std::size_t value_field,
                                      std::size_t limit_field) {
  if (line_.has(value_field) == line_.has(limit_field)) {
    faults_.add_at(
        line_.has(value_field) ? FaultCode::kConflictingFields : FaultCode::kMissingField,
        line_.keyword, "its worth is not clear", "value= or limit=, and not both");
  } else if (line_.has(limit_field)) {
    fixed(limit_field, 6, {0, kPriceMax}, order.value);
    book_.limits.push_back(static_cast<std::uint32_t>(book_.market.orders.size() - 1));
  } else {
    fixed(value_field, 6, kWorth, order.value);
  }
}

// CLASS:SLOTS with a common gang=, or CLASSxGANG:SLOTS without.
bool MarketLines::read_variant(std::string_view text, std::int64_t gang, Variant& variant) {
  const std::size_t colon = text.rfind(':');
  const std::size_t cross =
      gang > 0 || colon == std::string_view::npos ? colon : text.substr(0, colon).rfind('x');
  if (cross == std::string_view::npos) {
    faults_.add(FaultCode::kBadValue, text, "is not understood",
                "CLASS:SLOTS with gang=, or CLASSxGANG:SLOTS such as H100x64:24");
    return false;
  }
  if (gang == 0) {
    const std::string_view number = text.substr(cross + 1, colon - cross - 1);
    value_fault(parse_whole(number, kGang, gang), text, kGang,
                "a gang from 1 to 1000000 after the x, such as H100x64:24");
  }
  const Limits durations = {1, kSlotsMax};
  std::int64_t duration = 0;
  value_fault(parse_whole(text.substr(colon + 1), durations, duration), text, durations,
              "CLASS:SLOTS with 1 to 4096 slots");
  static_assert(kSlotsMax == 4'096, "as the message says");
  if (gang == 0 || duration == 0) return false;
  variant.accelerator = ClassId{use_class(text.substr(0, cross))};
  variant.gang = static_cast<std::uint32_t>(gang);
  variant.duration = static_cast<std::uint32_t>(duration);
  return true;
}

Span32 MarketLines::read_variants(std::size_t run, std::size_t gang_field) {
  std::vector<Variant>& variants = book_.market.variants;
  const auto begin = static_cast<std::uint32_t>(variants.size());
  std::uint32_t gang = 0;
  whole(gang_field, kGang, gang);
  if (line_.has(gang_field) && gang == 0) return {};  // a fault was found: not one for each variant
  std::uint32_t count = 0;
  each_item(value(run), [&](std::string_view item) {
    Variant variant;
    if (below_limit(count++, kVariantsMax, "variants") && read_variant(item, gang, variant)) {
      variants.push_back(variant);
    }
  });
  return {begin, static_cast<std::uint32_t>(variants.size())};
}

HubSetId MarketLines::read_hub_set(std::size_t field) {
  if (!line_.has(field) || value(field) == "*") return HubSetId{0};
  const std::uint32_t count = hub_set_texts_.size();
  const std::uint32_t id = hub_set_texts_.intern(value(field));
  if (id == count) book_.market.hub_sets.push_back(read_hub_list(value(field)));
  return HubSetId{id + 1};
}

// HUB/CLASS:SLOTS:DEVICES, HUB/CLASS:SLOTS:<N>nodes or ZONE:SLOTS:ENERGY; items without a row have
// that of the item before.
Span32 MarketLines::read_legs(std::size_t field) {
  std::vector<Leg>& legs = book_.market.legs;
  const auto begin = static_cast<std::uint32_t>(legs.size());
  Leg leg;
  bool row_known = false;
  each_item(value(field), [&](std::string_view item) {
    const auto colons = std::count(item.begin(), item.end(), ':');
    if (colons == 2) {
      row_known = read_leg_row(item, item.substr(0, item.find(':')), leg);
    } else if (colons != 1 || !row_known) {
      faults_.add(FaultCode::kBadValue, item, "is not understood",
                  "HUB/CLASS:SLOTS:DEVICES or ZONE:SLOTS:ENERGY such as horinger/H100:3..7:8");
      return;
    }
    if (row_known && read_leg(item, leg)) legs.push_back(leg);
  });
  return {begin, static_cast<std::uint32_t>(legs.size())};
}

bool MarketLines::read_leg_row(std::string_view item, std::string_view row, Leg& leg) {
  leg = Leg();
  const std::size_t slash = row.find('/');
  if (row.empty()) {
    faults_.add(FaultCode::kBadValue, item, "names no row", "HUB/CLASS or ZONE before the slots");
    return false;
  }
  if (slash == std::string_view::npos) {
    leg.kind = RowKind::kZone;
    leg.zone = use_zone(row);
  } else {
    leg.hub = use_hub(row.substr(0, slash));
    leg.accelerator = use_class(row.substr(slash + 1));
  }
  return true;
}

// The slots and the amount of an item, on the row of `leg`.
bool MarketLines::read_leg(std::string_view item, Leg& leg) {
  const std::size_t last = item.rfind(':');
  const std::size_t before = item.substr(0, last).rfind(':');
  const std::size_t first = before == std::string_view::npos ? 0 : before + 1;
  if (!slots_of(item.substr(first, last - first), leg.slots)) return false;
  const bool devices = leg.kind != RowKind::kZone;
  const std::string_view text = item.substr(last + 1);
  if (devices && text.ends_with(kNodesUnit)) return read_leg_nodes(text, leg);
  if (devices) leg.kind = RowKind::kCapacity;
  const ValueFault fault = parse_amount(text, devices ? AmountUnit::kDevices : AmountUnit::kEnergy,
                                        kSignedAmount, leg.amount);
  value_fault(fault, text, kSignedAmount,
              devices ? "a number of devices, below 0 for delivery, up to 10^12"
                      : "an energy such as 16MWh, below 0 for delivery, up to 10^12 Wh");
  if (fault != ValueFault::kNone) return false;
  if (leg.amount != 0) return true;
  faults_.add(FaultCode::kOutOfRange, item, "uses nothing", "an amount that is not 0");
  return false;
}

bool MarketLines::read_leg_nodes(std::string_view text, Leg& leg) {
  constexpr Limits kNodes{1, kGangMax};
  leg.kind = RowKind::kNodes;
  const std::string_view number = text.substr(0, text.size() - kNodesUnit.size());
  const ValueFault fault = parse_whole(number, kNodes, leg.amount);
  value_fault(fault, text, kNodes, "a number of whole nodes such as 2nodes, up to 10^6");
  return fault == ValueFault::kNone;
}

}  // namespace tongsuan::codec
