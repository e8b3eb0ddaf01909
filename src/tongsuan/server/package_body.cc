#include "tongsuan/server/internal/package_body.h"

#include <algorithm>

namespace tongsuan::server::internal {
namespace {

using engine::Alternative;
using engine::Package;
using engine::PackageKind;
using engine::PackageLeg;

constexpr json::Range kPackageAmounts{.min = 0, .max = kMoneyMax / 2};
constexpr json::Range kPrices{.min = 0, .max = kPriceMax};
constexpr json::Range kGangs{.min = 1, .max = kGangMax};
constexpr json::Range kShares{.min = 0, .max = 100};

class PackageReader {
 public:
  PackageReader(const Core& core, json::ObjectReader& object, PackageKind kind)
      : core_(core), object_(object), faults_(object.faults()) {
    package_.kind = kind;
  }

  OrderBody read() {
    read_name();
    switch (package_.kind) {
      case PackageKind::kOptions:
        read_options();
        break;
      case PackageKind::kProfile:
        read_profile();
        break;
      case PackageKind::kService:
        read_service();
        break;
      default:
        read_curve();
        break;
    }
    if (object_.optional_integer("greenPercent", kShares).value_or(0) > 0) {
      not_built("/greenPercent", "Orders with a share of green are not traded yet.");
    }
    return finish();
  }

 private:
  void not_built(std::string_view param, std::string detail) {
    if (problem_) return;
    problem_ =
        Problem{"not-built", std::move(detail), object_.path().pointer() + std::string(param)};
  }
  void unknown_name(const json::Path& path, std::string_view what, std::string_view name) {
    if (!problem_ && !name.empty()) problem_ = unknown(what, name, path.pointer());
  }

  void read_name() {
    const auto name = object_.optional_text("name", {.bytes_max = exchange::kNameMax});
    if (!name) return;
    body_.name = *name;
    if (!is_given_name(*name)) object_.fault("name", "has controls, or blanks at its ends");
  }

  Second time(json::ObjectReader& object, std::string_view key) {
    const auto at = optional_time(object, key, core_.time);
    if (!at) object.fault(key, "is missing");
    return std::max<Second>(0, at.value_or(0));
  }
  // From when until when.
  void read_span(json::ObjectReader& object, PackageLeg& leg) {
    leg.begin = time(object, "from");
    leg.end = time(object, "until");
    if (faults_.empty() && leg.end <= leg.begin) object.fault("until", "must be after from");
  }
  ClassId accelerator(json::ObjectReader& object) {
    const std::string_view name = object.text("class", {.bytes_max = 128});
    const std::uint32_t id = core_.names.accelerator(name);
    const json::Path at(object.path(), "class");
    if (id == kNone) unknown_name(at, "class", name);
    return ClassId{id};
  }
  HubId hub(json::ObjectReader& object) {
    const std::string_view name = object.text("hub", {.bytes_max = 128});
    const std::uint32_t id = core_.names.hub(name);
    const json::Path at(object.path(), "hub");
    if (id == kNone) unknown_name(at, "hub", name);
    return HubId{id};
  }

  // ---- Options and profiles

  void read_leg(const json::Value& value, const json::Path& path, Alternative& alternative) {
    json::ObjectReader object(value, path, faults_);
    if (object.optional_member("zone")) {
      if (!problem_) {
        problem_ = Problem{"not-built", "Legs of energy are not traded yet.", path.pointer()};
      }
      return;
    }
    PackageLeg leg;
    leg.hub = hub(object);
    leg.accelerator = accelerator(object);
    read_span(object, leg);
    leg.gang = static_cast<std::uint32_t>(object.integer("devices", kGangs));
    object.finish();
    alternative.legs.push_back(leg);
  }
  void read_legs(json::ObjectReader& object, Alternative& alternative) {
    const json::Path path(object.path(), "legs");
    std::size_t index = 0;
    for (const json::Value item : object.array("legs", engine::kLegsMax)) {
      const json::Path at(path, index++);
      read_leg(item, at, alternative);
    }
    if (index == 0 && faults_.empty()) object.fault("legs", "must have at least one item");
  }

  void read_options() {
    const json::Path path(object_.path(), "options");
    std::size_t index = 0;
    for (const json::Value item : object_.array("options", engine::kAlternativesMax)) {
      const json::Path at(path, index++);
      json::ObjectReader option(item, at, faults_);
      Alternative& alternative = package_.alternatives.emplace_back();
      alternative.value = money(option, "value", kPackageAmounts);
      read_legs(option, alternative);
      option.finish();
    }
    if (index == 0 && faults_.empty()) object_.fault("options", "must have at least one item");
  }

  void read_profile() {
    Alternative& alternative = package_.alternatives.emplace_back();
    read_legs(object_, alternative);
    alternative.value = money(object_, "value", kPackageAmounts);
    const json::Range ppm{.min = 1, .max = engine::kPpm};
    const auto minimum = object_.optional_integer("minimumPpm", ppm).value_or(engine::kPpm);
    if (minimum == engine::kPpm) return;
    package_.kind = PackageKind::kShares;
    package_.minimum_ppm = static_cast<std::uint32_t>(minimum);
  }

  // ---- Services

  void read_service() {
    PackageLeg like;
    like.accelerator = accelerator(object_);
    like.gang = static_cast<std::uint32_t>(object_.integer("devices", kGangs));
    const std::vector<HubId> hubs = read_hubs();
    Alternative times;
    read_times(like, times);
    const auto value = optional_money(object_, "value", kPackageAmounts);
    const auto limit = optional_money(object_, "limit", kPrices);
    if (value.has_value() == limit.has_value() && faults_.empty()) {
      object_.fault("value", value ? "must not be there beside limit" : "is missing");
    }
    body_.order.whole_nodes = object_.optional_truth("wholeNodes").value_or(false);
    times.value = value ? *value : worth(times, limit.value_or(0));
    if (!faults_.empty() || problem_) return;
    for (const HubId hub : hubs.empty() ? hubs_with(like.accelerator) : hubs) {
      package_.alternatives.push_back(times);
      for (PackageLeg& leg : package_.alternatives.back().legs) leg.hub = hub;
    }
    if (package_.alternatives.size() > engine::kAlternativesMax) {
      object_.fault("hubs", "must name at most " + std::to_string(engine::kAlternativesMax));
    }
  }
  static std::int64_t worth(const Alternative& times, std::int64_t limit) {
    int128 seconds = 0;
    for (const PackageLeg& leg : times.legs) {
      seconds += static_cast<int128>(leg.gang) * (leg.end - leg.begin);
    }
    return static_cast<std::int64_t>(
        std::min<int128>(static_cast<int128>(limit) * seconds / engine::kHour, kMoneyMax));
  }
  std::vector<HubId> read_hubs() {
    return read_hub_names(core_, object_, object_.optional_array("hubs", engine::kAlternativesMax),
                          problem_);
  }
  [[nodiscard]] std::vector<HubId> hubs_with(ClassId accelerator) const {
    std::vector<HubId> hubs;
    for (const engine::Pool& pool : core_.names.places().pools) {
      if (pool.accelerator == accelerator) hubs.push_back(pool.hub);
    }
    return hubs;  // pools are sorted by hubs
  }
  void read_times(const PackageLeg& like, Alternative& times) {
    const json::Path path(object_.path(), "times");
    std::size_t index = 0;
    for (const json::Value item : object_.array("times", engine::kLegsMax)) {
      const json::Path at(path, index++);
      json::ObjectReader object(item, at, faults_);
      PackageLeg leg = like;
      read_span(object, leg);
      object.finish();
      if (!times.legs.empty() && leg.begin < times.legs.back().end && faults_.empty()) {
        faults_.add(at, "must begin when the one before has ended, or later");
      }
      times.legs.push_back(leg);
    }
    if (index == 0 && faults_.empty()) object_.fault("times", "must have at least one item");
  }

  // ---- Curves

  void read_curve() {
    PackageLeg leg;
    leg.hub = hub(object_);
    leg.accelerator = accelerator(object_);
    read_span(object_, leg);
    const json::Path path(object_.path(), "steps");
    std::uint64_t devices = 0;
    std::size_t index = 0;
    for (const json::Value item : object_.array("steps", engine::kDemandStepsMax)) {
      const json::Path at(path, index++);
      devices += read_step(item, at);
    }
    if (index == 0 && faults_.empty()) object_.fault("steps", "must have at least one item");
    if (devices > kGangMax) object_.fault("steps", "has more devices than an order may");
    leg.gang = static_cast<std::uint32_t>(std::min<std::uint64_t>(devices, kGangMax));
    package_.alternatives.push_back(
        {engine::curve_value(package_.steps, leg.end - leg.begin), {leg}});
  }
  // Steps of one price are one.
  std::uint64_t read_step(const json::Value& value, const json::Path& path) {
    json::ObjectReader object(value, path, faults_);
    const auto devices = static_cast<std::uint32_t>(object.integer("devices", kGangs));
    const Price price(money(object, "limit", kPrices));
    object.finish();
    std::vector<engine::DemandStep>& steps = package_.steps;
    if (!steps.empty() && price > steps.back().price) object.fault("limit", "must not rise");
    if (!steps.empty() && price == steps.back().price) {
      steps.back().devices += devices;
    } else {
      steps.push_back({price, devices});
    }
    return devices;
  }

  OrderBody finish() {
    if (!problem_ || faults_.count() > 0) object_.finish();
    if (problem_) {
      body_.problem = std::move(problem_);
    } else if (!faults_.empty()) {
      body_.problem = to_problem(faults_);
    }
    if (body_.problem) return std::move(body_);
    if (package_.alternatives.empty()) {
      body_.problem =
          Problem{"not-eligible", "No hub has such a class.", object_.path().pointer() + "/class"};
      return std::move(body_);
    }
    body_.order.package = std::move(package_);
    engine::set_package_terms(body_.order);
    return std::move(body_);
  }

  const Core& core_;
  json::ObjectReader& object_;
  json::Faults& faults_;
  OrderBody body_;
  Package package_;
  std::optional<Problem> problem_;
};

}  // namespace

OrderBody read_package(const Core& core, json::ObjectReader& object, PackageKind kind) {
  return PackageReader(core, object, kind).read();
}

}  // namespace tongsuan::server::internal
