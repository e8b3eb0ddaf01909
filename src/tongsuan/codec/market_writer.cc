// Canonical text of a canonical market.
#include "tongsuan/codec/market_text.h"
#include "tongsuan/codec/record_writer.h"

namespace tongsuan::codec {
namespace {

class MarketWriter : RecordWriter {
 public:
  explicit MarketWriter(const Market& market) : market_(market) {}

  std::string run() {
    out_.reserve(estimate());
    out_ += "tongsuan-market 1\n";
    write_head();
    for (std::uint32_t i = 0; i < market_.classes.size(); ++i) write_class(i);
    for (std::uint32_t i = 0; i < market_.zones.size(); ++i) write_zone(i);
    for (std::uint32_t i = 0; i < market_.hubs.size(); ++i) write_hub(i);
    for (const Line& line : market_.lines) write_line(line);
    for (const Link& link : market_.links) write_link(link);
    for (std::uint32_t i = 0; i < market_.accounts.size(); ++i) write_account(i);
    for (std::uint32_t i = 0; i < market_.data_sets.size(); ++i) write_data(i);
    for (const NodeBlock& block : market_.node_blocks) write_nodes(block);
    for (const Cap& cap : market_.caps) write_cap(cap);
    for (std::uint32_t i = 0; i < market_.offers.size(); ++i) write_offer(i);
    for (std::uint32_t i = 0; i < market_.orders.size(); ++i) write_order(i);
    return finish();
  }

 private:
  [[nodiscard]] std::size_t estimate() const {
    return 4'096 + market_.orders.size() * 144 + market_.offers.size() * 96 +
           market_.options.size() * 48 + market_.legs.size() * 32 + market_.steps.size() * 16;
  }

  // ---- Pieces ----------------------------------------------------------------------------------

  void name(std::string_view field, std::string_view value) {
    key(field);
    out_ += value;
  }
  void text(std::string_view field, std::string_view value) {
    if (value.empty()) return;
    key(field);
    append_text(out_, value);
  }
  void amount(std::string_view field, std::int64_t value, AmountUnit unit) {
    key(field);
    append_amount(out_, value, unit);
  }
  void slots(std::string_view field, SlotRange range) {
    key(field);
    append_slots(out_, range);
  }
  // Calls item(i) for each position of a range, with commas between.
  template <class Item>
  void list(std::string_view field, Span32 range, Item item) {
    key(field);
    for (std::uint32_t i = range.begin; i < range.end; ++i) {
      if (i > range.begin) out_ += ',';
      item(i);
    }
  }
  void steps(Span32 range, AmountUnit unit) {
    list("steps", range, [&](std::uint32_t i) {
      append_amount(out_, market_.steps[i].amount.raw(), unit);
      out_ += '@';
      append_money(out_, market_.steps[i].price.raw());
    });
  }
  void hubs(std::string_view field, Span32 range) {
    list(field, range, [&](std::uint32_t i) { out_ += hub_name(market_.hub_lists[i].value); });
  }
  [[nodiscard]] std::string_view hub_name(std::uint32_t id) const { return market_.hub_names[id]; }
  [[nodiscard]] std::string_view class_name(std::uint32_t id) const {
    return market_.class_names[id];
  }
  [[nodiscard]] std::string_view zone_name(std::uint32_t id) const {
    return market_.zone_names[id];
  }

  // ---- Records ---------------------------------------------------------------------------------

  void write_head() {
    begin("market ");
    append_text(out_, market_.name);
    name("currency", market_.currency);
    end();
    begin("calendar");
    name("start", market_.calendar.start);
    key("slot");
    const std::uint32_t seconds = market_.calendar.slot_seconds;
    const bool hours = seconds % 3'600 == 0;
    const bool minutes = !hours && seconds % 60 == 0;
    append_whole(out_, hours ? seconds / 3'600 : minutes ? seconds / 60 : seconds);
    out_ += hours ? "h" : minutes ? "min" : "s";
    whole("slots", market_.calendar.slot_count);
    end();
  }

  void write_class(std::uint32_t id) {
    begin("class");
    word(class_name(id));
    whole("watts", market_.classes[id].watts);
    whole("node", market_.classes[id].node_devices);
    end();
  }

  void write_zone(std::uint32_t id) {
    begin("zone");
    word(zone_name(id));
    name("commodity", market_.zones[id].commodity == Commodity::kPower ? "power" : "green");
    name("disposal", market_.zones[id].disposal == Disposal::kFree ? "free" : "balance");
    end();
  }

  void write_hub(std::uint32_t id) {
    const Hub& hub = market_.hubs[id];
    begin("hub");
    word(hub_name(id));
    if (hub.power_zone != kNone) name("power", zone_name(hub.power_zone));
    if (hub.green_zone != kNone) name("green", zone_name(hub.green_zone));
    key("pue");
    append_fixed(out_, hub.pue_milli, 3);
    if (hub.latitude_micro != 0 || hub.longitude_micro != 0) {
      key("at");
      append_fixed(out_, hub.latitude_micro, 6);
      out_ += ',';
      append_fixed(out_, hub.longitude_micro, 6);
    }
    text("region", hub.region);
    text("zh", hub.title_zh);
    text("en", hub.title_en);
    end();
  }

  void write_line(const Line& line) {
    begin("line");
    word(zone_name(line.from.value));
    word(zone_name(line.to.value));
    slots("slots", line.slots);
    amount("min", line.min.raw(), AmountUnit::kEnergy);
    amount("max", line.max.raw(), AmountUnit::kEnergy);
    money("tariff", line.tariff.raw());
    end();
  }

  void write_link(const Link& link) {
    begin("link");
    word(hub_name(link.from.value));
    word(hub_name(link.to.value));
    slots("slots", link.slots);
    steps(link.steps, AmountUnit::kData);
    end();
  }

  // An account without a home needs no line.
  void write_account(std::uint32_t id) {
    if (market_.accounts[id].home == kNone) return;
    begin("account");
    word(market_.account_names[id]);
    name("home", hub_name(market_.accounts[id].home));
    end();
  }

  void write_data(std::uint32_t id) {
    const DataSet& data = market_.data_sets[id];
    begin("data");
    word(market_.data_names[id]);
    amount("size", static_cast<std::int64_t>(data.size_mb), AmountUnit::kData);
    if (data.replicas.count() > 0) hubs("at", data.replicas);
    end();
  }

  void write_nodes(const NodeBlock& block) {
    begin("nodes");
    word(hub_name(block.hub.value));
    word(class_name(block.accelerator.value));
    whole("count", block.nodes);
    slots("slots", block.slots);
    end();
  }

  void write_cap(const Cap& cap) {
    begin("cap");
    word(market_.group_names[cap.group.value]);
    whole("devices", cap.devices);
    if (cap.hub != kNone) name("hub", hub_name(cap.hub));
    if (cap.accelerator != kNone) name("class", class_name(cap.accelerator));
    slots("slots", cap.slots);
    end();
  }

  void write_offer(std::uint32_t id) {
    const Offer& offer = market_.offers[id];
    begin("offer");
    word(market_.offer_names[id]);
    name("seller", market_.account_names[offer.seller.value]);
    write_row(offer.hub, offer.accelerator, offer.zone);
    slots("slots", offer.slots);
    steps(offer.steps, offer.hub != kNone ? AmountUnit::kDevices : AmountUnit::kEnergy);
    end();
  }

  void write_row(std::uint32_t hub, std::uint32_t accelerator, std::uint32_t zone) {
    if (hub != kNone) {
      name("hub", hub_name(hub));
      name("class", class_name(accelerator));
    } else {
      name("zone", zone_name(zone));
    }
  }

  // ---- Orders ----------------------------------------------------------------------------------

  void write_order(std::uint32_t id) {
    const Order& order = market_.orders[id];
    switch (order.kind) {
      case OrderKind::kBlock:
        begin("order");
        break;
      case OrderKind::kOptions:
        begin("options");
        break;
      case OrderKind::kCurve:
        begin("curve");
        break;
      case OrderKind::kProfile:
        begin("profile");
        break;
      case OrderKind::kService:
        begin("service");
        break;
    }
    word(market_.order_names[id]);
    name("account", market_.account_names[order.account.value]);
    switch (order.kind) {
      case OrderKind::kBlock:
        write_block(order);
        break;
      case OrderKind::kOptions:
        break;
      case OrderKind::kCurve:
        write_curve(order);
        break;
      case OrderKind::kProfile:
        write_profile(order);
        break;
      case OrderKind::kService:
        write_service(order);
        break;
    }
    write_requirements(order);
    end();
    if (order.kind != OrderKind::kOptions) return;
    for (std::uint32_t i = order.options.begin; i < order.options.end; ++i) {
      begin("option");
      word(market_.order_names[id]);
      money("value", market_.options[i].value);
      write_legs(market_.options[i].legs);
      end();
    }
  }

  void write_block(const Order& order) {
    bool common = order.variants.count() > 0;
    for (std::uint32_t i = order.variants.begin; i < order.variants.end; ++i) {
      common = common && market_.variants[i].gang == market_.variants[order.variants.begin].gang;
    }
    if (common) whole("gang", market_.variants[order.variants.begin].gang);
    list("run", order.variants, [&](std::uint32_t i) {
      const Variant& variant = market_.variants[i];
      out_ += class_name(variant.accelerator.value);
      if (!common) {
        out_ += 'x';
        append_whole(out_, variant.gang);
      }
      out_ += ':';
      append_whole(out_, variant.duration);
    });
    write_hub_set(order.hubs);
    slots("window", order.window);
    money("value", order.value);
    if (order.delay_cost != 0) money("delay", order.delay_cost);
    if (order.data != kNone) name("data", market_.data_names[order.data]);
  }

  void write_hub_set(HubSetId id) {
    const Span32 set = market_.hub_sets[id.value];
    if (set.count() == market_.hubs.size()) {
      name("hubs", "*");
    } else {
      hubs("hubs", set);
    }
  }

  void write_curve(const Order& order) {
    const Leg& row = market_.legs[market_.options[order.options.begin].legs.begin];
    write_row(row.hub, row.accelerator, row.zone);
    slots("slots", row.slots);
    steps(order.steps, row.kind == RowKind::kZone ? AmountUnit::kEnergy : AmountUnit::kDevices);
  }

  void write_profile(const Order& order) {
    const Option& option = market_.options[order.options.begin];
    write_legs(option.legs);
    money("value", option.value);
    if (order.minimum_ppm == 1'000'000) return;
    key("minimum");
    append_fixed(out_, order.minimum_ppm, 4);
    out_ += '%';
  }

  void write_service(const Order& order) {
    const Variant& variant = market_.variants[order.variants.begin];
    name("class", class_name(variant.accelerator.value));
    whole("gang", variant.gang);
    write_hub_set(order.hubs);
    list("ranges", order.services, [&](std::uint32_t i) { append_slots(out_, market_.ranges[i]); });
    money("value", order.value);
  }

  void write_requirements(const Order& order) {
    if (order.group != kNone) name("group", market_.group_names[order.group]);
    if (order.green_percent != 0) {
      whole("green", order.green_percent);
      out_ += '%';
    }
    if (order.whole_nodes) name("nodes", "whole");
    if (order.after != kNone) name("after", market_.order_names[order.after]);
  }

  // Legs are sorted by row, so each row is named once.
  void write_legs(Span32 legs) {
    list("use", legs, [&](std::uint32_t i) {
      const Leg& leg = market_.legs[i];
      const bool again = i > legs.begin && same_row(leg, market_.legs[i - 1]);
      const bool devices = leg.kind != RowKind::kZone;
      if (!again && devices) {
        out_ += hub_name(leg.hub);
        out_ += '/';
        out_ += class_name(leg.accelerator);
        out_ += ':';
      } else if (!again) {
        out_ += zone_name(leg.zone);
        out_ += ':';
      }
      append_slots(out_, leg.slots);
      out_ += ':';
      append_amount(out_, leg.amount, devices ? AmountUnit::kDevices : AmountUnit::kEnergy);
      if (leg.kind == RowKind::kNodes) out_ += kNodesUnit;
    });
  }

  static bool same_row(const Leg& a, const Leg& b) {
    return a.kind == b.kind && a.hub == b.hub && a.accelerator == b.accelerator && a.zone == b.zone;
  }

  const Market& market_;
};

}  // namespace

std::string write_market(const Market& market) {
  return MarketWriter(market).run();
}

}  // namespace tongsuan::codec
