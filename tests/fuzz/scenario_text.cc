#include "tongsuan/lab/scenario_text.h"

#include <algorithm>

#include "tongsuan/base/check.h"
#include "tongsuan/codec/scan.h"
#include "tongsuan/engine/places.h"

#include "entries.h"

namespace tongsuan::fuzz {
namespace {

constexpr std::uint32_t kShareMax = 100'000;

void check_pools(const lab::ScenarioKeys& keys) {
  for (std::size_t i = 0; i < keys.pools.size(); ++i) {
    const lab::PoolShape& pool = keys.pools[i];
    TONGSUAN_CHECK(codec::valid_name(pool.hub) && codec::valid_name(pool.accelerator));
    TONGSUAN_CHECK(pool.hub.find('.') == std::string::npos);
    TONGSUAN_CHECK(pool.nodes >= 1 && pool.nodes <= engine::kNodesMax);
    TONGSUAN_CHECK(pool.node_devices >= 1 && pool.node_devices <= engine::kNodeDevicesMax);
    for (std::size_t j = 0; j < i && i < 64; ++j) {
      TONGSUAN_CHECK(pool.hub != keys.pools[j].hub ||
                     pool.accelerator != keys.pools[j].accelerator);
    }
  }
}

void check_keys(const lab::ScenarioKeys& keys) {
  TONGSUAN_CHECK(!keys.name.empty() && keys.name.size() <= 64);
  const bool own = keys.world == lab::WorldKind::kTrace;
  TONGSUAN_CHECK(own == !keys.trace.empty());
  TONGSUAN_CHECK(own || (keys.pools.empty() && !keys.lenient));
  TONGSUAN_CHECK(keys.trace.find('\n') == std::string::npos);
  TONGSUAN_CHECK(keys.trace.find('\0') == std::string::npos);
  check_pools(keys);
  for (const auto& [hub, shares] : keys.hubs) {
    TONGSUAN_CHECK(codec::valid_name(hub));
    for (const std::uint32_t share :
         {shares.devices, shares.demand, shares.solar, shares.wind, shares.hydro}) {
      TONGSUAN_CHECK(share <= kShareMax || share == kNone);
    }
    TONGSUAN_CHECK(!own || shares.devices == kNone);
  }
  TONGSUAN_CHECK(keys.home_per_mille + keys.few_per_mille + keys.region_per_mille <= 1'000);
  TONGSUAN_CHECK(keys.jobs >= 100 && keys.jobs <= 1'000'000 && keys.days >= 1);
  TONGSUAN_CHECK(keys.decay_hours >= 1 && keys.node_repair_hours >= 1);
}

// Comments, blanks and other ends of lines mean nothing.
std::string dressed(std::string_view text) {
  std::string other;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    other += "# said below\n \t" + std::string(text.substr(at, end - at)) + " # said above\r\n";
    at = end + 1;
  }
  return other;
}

}  // namespace

void scenario_text(std::string_view bytes) {
  const Result<lab::ScenarioKeys> keys = lab::parse_scenario("fuzz", std::string(bytes));
  const Result<lab::ScenarioKeys> again = lab::parse_scenario("again", dressed(bytes));
  TONGSUAN_CHECK(keys.ok() == again.ok());
  if (!keys.ok()) {
    TONGSUAN_CHECK(keys.error().code == ErrorCode::kInvalidArgument);
    TONGSUAN_CHECK(keys.error().context.starts_with("fuzz:"));
    TONGSUAN_CHECK(keys.error().context.find('\n') == std::string::npos);
    return;
  }
  check_keys(keys.value());
  TONGSUAN_CHECK(again.value().name == keys.value().name);
  TONGSUAN_CHECK(again.value().world == keys.value().world);
  TONGSUAN_CHECK(again.value().trace == keys.value().trace);
  TONGSUAN_CHECK(again.value().pools == keys.value().pools);
  TONGSUAN_CHECK(again.value().jobs == keys.value().jobs);
}

std::vector<std::string> scenario_text_seeds() {
  std::string all = "scenario all 1\nworld national\nprofiles rts_gmlc\nlines facts\n";
  std::string least = "scenario least 1\nworld edge\n";
  for (const lab::KeySpec& key : lab::scenario_keys()) {
    all += std::string(key.name) + " " + std::to_string(key.usual) + "\n";
    least += std::string(key.name) + "\t" + std::to_string(key.min) + " # least\r\n";
  }
  return {std::move(all),
          std::move(least),
          "scenario my-week 1\n# Twice as many nodes fail.\nworld national\njobs 5000\n"
          "devices.wuhu 60\ndemand.wuhu 0\nsolar.guian 7\nnode_failure_hours 2200\n",
          "scenario two-hubs 1\nworld trace\ntrace my jobs #1.csv # of May\nreading lenient\n"
          "pool.north.H100 4x8\npool.north.A800.80G 3x8\npool.south.A800 1000000x1024\n"
          "solar.north 400\ndays 3\n",
          "scenario p 1\nworld pai\ndevices.pai-0 100\n",
          "scenario s 1\nworld spot\ndemand.spot-3 100000\nhome_per_mille 1000\n"
          "few_per_mille 0\nregion_per_mille 0\n",
          "scenario w 1\nworld philly\ntight_percent 20\ntrace x\n"};
}

}  // namespace tongsuan::fuzz
