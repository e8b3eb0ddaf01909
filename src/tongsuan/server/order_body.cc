#include "tongsuan/server/internal/order_body.h"

#include <algorithm>

#include "tongsuan/server/internal/package_body.h"
#include "tongsuan/server/internal/work_body.h"

namespace tongsuan::server::internal {
namespace {

constexpr Second kStaysSeconds = 7 * 86'400;  // of orders that name no latest start
constexpr json::Range kOrderAmounts{.min = 0, .max = kMoneyMax};
constexpr json::Range kSeconds{.min = 0, .max = engine::kSecondsMax};
constexpr std::string_view kOrderKinds[] = {"block", "options", "curve", "profile", "service"};

class OrderReader {
 public:
  OrderReader(const Core& core, const json::Value& value, const json::Path& path)
      : core_(core), object_(value, path, faults_) {}

  OrderBody read_new(Second now) {
    const std::size_t kind = object_.choice("kind", kOrderKinds);
    std::string work = read_work(object_);
    if (!work.empty()) body_.work = node::name_text(std::move(work));
    if (kind > 0 && faults_.empty()) {
      constexpr engine::PackageKind kPackages[] = {
          engine::PackageKind::kOptions, engine::PackageKind::kCurve, engine::PackageKind::kProfile,
          engine::PackageKind::kService};
      OrderBody package = read_package(core_, object_, kPackages[kind - 1]);
      package.work = std::move(body_.work);
      return package;
    }
    read_name();
    read_ways(object_.array("ways", engine::kWays));
    read_hubs();
    read_times(now);
    read_value();
    read_terms();
    if (!value_ && !limit_ && faults_.empty()) {
      object_.fault("value", "is missing");
    }
    return finish();
  }

  OrderBody read_change(const engine::LiveOrder& order) {
    body_.order = order;
    read_name();
    const auto ways = object_.optional_member("ways");
    if (ways) read_ways(items_of("ways", *ways, engine::kWays));
    const auto hubs = object_.optional_member("hubs");
    if (hubs) read_hub_items(items_of("hubs", *hubs, kHubsMax));
    if (const auto earliest = optional_time(object_, "earliest", core_.time)) {
      body_.order.not_before = std::max<Second>(0, *earliest);
    }
    if (const auto latest = optional_time(object_, "latestStart", core_.time)) {
      body_.order.latest_start = *latest;
    }
    read_value();
    read_terms();
    return finish();
  }

 private:
  OrderBody refused(std::string_view code, std::string_view param, std::string detail) {
    OrderBody body;
    body.problem = Problem{code, std::move(detail), object_.path().pointer() + std::string(param)};
    return body;
  }

  json::Items items_of(std::string_view key, const json::Value& value, std::size_t most) {
    const auto items = value.as_array();
    if (items.ok() && value.size() <= most) return items.value();
    object_.fault(key, "must be an array of at most " + std::to_string(most) + " items");
    return {};
  }

  void read_name() {
    const auto name = object_.optional_text("name", {.bytes_max = exchange::kNameMax});
    if (!name) return;
    body_.name = *name;
    body_.named = true;
    if (!is_given_name(*name)) object_.fault("name", "has controls, or blanks at its ends");
  }

  void unknown_name(const json::Path& path, std::string_view what, std::string_view name) {
    if (!unknown_) unknown_ = unknown(what, name, path.pointer());
  }

  void read_ways(const json::Items& items) {
    const json::Path path(object_.path(), "ways");
    body_.order.ways.clear();
    std::size_t index = 0;
    for (const json::Value item : items) {
      const json::Path at(path, index++);
      json::ObjectReader way(item, at, faults_);
      const std::string_view name = way.text("class", {.bytes_max = 128});
      const std::int64_t devices = way.integer("devices", {.min = 1, .max = kGangMax});
      const std::int64_t seconds =
          way.integer("durationSeconds", {.min = 1, .max = engine::kSecondsMax});
      way.finish();
      const std::uint32_t accelerator = core_.names.accelerator(name);
      if (accelerator == kNone && !name.empty()) {
        unknown_name(json::Path(at, "class"), "class", name);
      }
      body_.order.ways.push_back(
          {ClassId{accelerator}, static_cast<std::uint32_t>(devices), seconds});
    }
    if (body_.order.ways.empty() && faults_.empty()) {
      object_.fault("ways", "must have at least one item");
    }
  }

  void read_hubs() { read_hub_items(object_.optional_array("hubs", kHubsMax)); }

  void read_hub_items(const json::Items& items) {
    body_.order.hubs.clear();
    for (const HubId hub : read_hub_names(core_, object_, items, unknown_)) {
      body_.order.hubs.push_back(hub);
    }
  }

  void read_times(Second now) {
    const auto earliest = optional_time(object_, "earliest", core_.time);
    const auto latest = optional_time(object_, "latestStart", core_.time);
    body_.order.not_before = std::max<Second>(0, earliest.value_or(0));
    body_.order.latest_start =
        latest.value_or(std::max(now, body_.order.not_before) + kStaysSeconds);
  }

  void read_value() {
    value_ = optional_money(object_, "value", kOrderAmounts);
    limit_ = optional_money(object_, "limit", {.min = 0, .max = kPriceMax});
    if (value_ && limit_) object_.fault("limit", "must not be there beside value");
  }

  void read_terms() {
    engine::LiveOrder& order = body_.order;
    order.delay_cost =
        optional_money(object_, "delayCostPerHour", kOrderAmounts).value_or(order.delay_cost);
    order.grace = object_.optional_integer("graceSeconds", kSeconds).value_or(order.grace);
    order.premium = optional_money(object_, "premium", kOrderAmounts).value_or(order.premium);
    order.whole_nodes = object_.optional_truth("wholeNodes").value_or(order.whole_nodes);
    if (const auto data = object_.optional_text("data", {.bytes_max = 128})) {
      order.data = core_.names.data(*data);
      if (order.data == kNone) {
        const json::Path at(object_.path(), "data");
        unknown_name(at, "data set", *data);
      }
    }
    const auto green = object_.optional_integer("greenPercent", {.min = 0, .max = 100});
    green_ = green.value_or(0) > 0;
  }

  OrderBody finish() {
    object_.finish();
    if (!faults_.empty()) {
      body_.problem = to_problem(faults_);
    } else if (unknown_) {
      body_.problem = std::move(unknown_);
    } else if (green_) {
      return refused("not-built", "/greenPercent",
                     "Orders with a share of green are not traded yet.");
    }
    if (body_.problem) return std::move(body_);
    if (value_) body_.order.value = *value_;
    if (limit_) {
      const engine::Way& way = body_.order.ways.front();
      const int128 value = static_cast<int128>(*limit_) * way.gang * way.estimate / engine::kHour;
      body_.order.value = static_cast<std::int64_t>(std::min<int128>(value, kMoneyMax));
    }
    return std::move(body_);
  }

  const Core& core_;
  json::Faults faults_;
  json::ObjectReader object_;
  OrderBody body_;
  std::optional<std::int64_t> value_, limit_;
  std::optional<Problem> unknown_;
  bool green_ = false;
};

}  // namespace

std::vector<HubId> read_hub_names(const Core& core, json::ObjectReader& object,
                                  const json::Items& items, std::optional<Problem>& problem) {
  std::vector<HubId> hubs;
  const json::Path path(object.path(), "hubs");
  std::size_t index = 0;
  for (const json::Value item : items) {
    const json::Path at(path, index++);
    const auto name = item.as_text();
    if (!name.ok()) {
      object.faults().add(at, "must be a text");
      continue;
    }
    const std::uint32_t hub = core.names.hub(name.value());
    if (hub == kNone && !problem) problem = unknown("hub", name.value(), at.pointer());
    hubs.push_back(HubId{hub});
  }
  std::ranges::sort(hubs);
  if (std::ranges::adjacent_find(hubs) != hubs.end() && !problem) {
    object.fault("hubs", "has a hub twice");
  }
  return hubs;
}

OrderBody read_order(const Core& core, const json::Value& value, const json::Path& path,
                     Second now) {
  return OrderReader(core, value, path).read_new(now);
}

exchange::SubmitOrder submission(OrderBody& body) {
  exchange::SubmitOrder order{std::move(body.order), std::string(body.name)};
  order.work = body.work.name;
  return order;
}

OrderBody read_change(const Core& core, const json::Value& value, const engine::LiveOrder& order) {
  const json::Path path;
  if (value.type() == json::Type::kObject && value.size() == 0) {
    OrderBody body;
    body.problem = Problem{"missing-field", "A change changes something."};
    return body;
  }
  OrderBody body = OrderReader(core, value, path).read_change(order);
  body.name_alone = body.named && value.size() == 1;
  return body;
}

}  // namespace tongsuan::server::internal
