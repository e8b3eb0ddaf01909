#include "tongsuan/cli/clear_json.h"

#include <optional>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/json.h"

namespace tongsuan::cli {
namespace {

// Micro-yuan beyond 64 bits are given in whole units.
std::string money_text(int128 micro, const std::string& currency) {
  if (micro >= INT64_MIN && micro <= INT64_MAX) {
    return decimal(static_cast<std::int64_t>(micro), 6) + ' ' + currency;
  }
  return to_string(divide_wide(micro, kMicro, Rounding::kDown)) + ' ' + currency;
}

void add_price(JsonObject& object, std::string_view key, std::optional<std::int64_t> price,
               const std::string& currency) {
  if (price) {
    object.money(key, *price, currency);
  } else {
    object.nothing(key);
  }
}

void add_ppm(JsonObject& object, std::string_view key, std::optional<std::int64_t> ppm) {
  if (ppm) {
    object.number(key, *ppm);
  } else {
    object.nothing(key);
  }
}

std::string device_hours(int128 device_seconds) {
  return to_string(divide_wide(device_seconds, 3600, Rounding::kHalfEven));
}

std::string hubs_json(const report::RoundView& view) {
  std::vector<std::string> hubs;
  for (const report::HubView& hub : view.hubs) {
    JsonObject object;
    object.text("hub", hub.name).text("region", hub.region);
    object.raw("deviceHoursOffered", device_hours(hub.time.offered));
    object.raw("deviceHoursUsed", device_hours(hub.time.used));
    add_ppm(object, "utilisationPpm", report::share_ppm(hub.time.used, hub.time.offered));
    add_price(object, "price", hub.price, view.currency);
    add_price(object, "scarcityPrice", hub.signal_price, view.currency);
    object.money("revenue", hub.revenue, view.currency);
    object.raw("energyWh", to_string(hub.energy_wh)).raw("greenWh", to_string(hub.green_wh));
    object.number("awards", static_cast<std::int64_t>(hub.award_count));
    hubs.push_back(object.str());
  }
  return json_array(hubs);
}

std::string totals_json(const report::RoundView& view) {
  const report::Totals& totals = view.totals;
  JsonObject object;
  object.number("orders", static_cast<std::int64_t>(totals.orders.orders));
  object.number("placed", static_cast<std::int64_t>(totals.orders.placed));
  object.raw("deviceHoursOffered", device_hours(totals.time.offered));
  object.raw("deviceHoursUsed", device_hours(totals.time.used));
  add_ppm(object, "utilisationPpm", report::share_ppm(totals.time.used, totals.time.offered));
  add_ppm(object, "greenSharePpm", report::green_share_ppm(totals));
  object.text("payments", money_text(totals.payments, view.currency));
  object.money("rent", totals.rent, view.currency);
  object.text("welfare", money_text(totals.welfare, view.currency));
  object.text("bound", money_text(totals.bound, view.currency));
  object.number("gapPpm", totals.gap_ppm);
  if (totals.free_welfare) {
    object.text("welfareLostToPricingRules",
                money_text(*totals.free_welfare - totals.welfare, view.currency));
  }
  return object.str();
}

void add_path(JsonObject& object, std::string_view key, const std::string& path) {
  if (path.empty()) {
    object.nothing(key);
  } else {
    object.text(key, path);
  }
}

}  // namespace

std::string clear_json(const ClearAnswer& answer) {
  const Certificate& certificate = answer.cleared.verified.certificate();
  std::vector<std::string> removed;
  for (const std::uint32_t order : answer.cleared.removed) {
    removed.emplace_back(answer.market.order_names[order]);
  }
  JsonObject object;
  object.text("market", answer.view.market);
  object.text("round", std::to_string(certificate.round))
      .text("seed", std::to_string(certificate.seed));
  object.text("root", answer.view.root).text("currency", answer.view.currency);
  object.truth("verified", true).truth("interrupted", answer.interrupted);
  add_path(object, "certificate", answer.certificate_path);
  add_path(object, "report", answer.report_path);
  object.text("workUnits", std::to_string(answer.cleared.work_units));
  object.raw("removed", json_texts(removed));
  object.raw("totals", totals_json(answer.view)).raw("hubs", hubs_json(answer.view));
  if (answer.before != nullptr) object.raw("before", totals_json(*answer.before));
  return object.str() + '\n';
}

}  // namespace tongsuan::cli
