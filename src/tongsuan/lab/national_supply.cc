#include "tongsuan/lab/national_supply.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "tongsuan/base/text.h"
#include "tongsuan/lab/draw.h"

namespace tongsuan::lab {
namespace {

enum StreamOfSupply : std::uint64_t { kDataStream = 1, kOfferStream, kSolarStream, kWindStream };

std::string joined(std::string_view first, std::string_view second) {
  std::string name(first);
  name += '-';
  name += second;
  return name;
}

AccountId add_account(Market& market, std::string_view name, std::uint32_t home = kNone) {
  market.accounts.push_back({home});
  return {market.account_names.push_back(name)};
}

// Writes the offers, once the number of devices is known.
class SupplyWriter {
 public:
  SupplyWriter(Market& market, const SupplyOptions& options)
      : market_(market), options_(options), counts_(spread_devices(options.devices)) {
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
      for (std::uint32_t i = 0; i < kClasses; ++i) {
        devices_ += counts_[place][i];
        const std::uint64_t draw =
            std::uint64_t{kClassTable[i].watts} * kPlaceTable[place].pue_milli;
        draw_[place] += counts_[place][i] * static_cast<std::int64_t>((draw + 999) / 1'000);
      }
      draw_all_ += draw_[place];
    }
  }

  void run() {
    Random random = draw_stream(options_.seed, kOfferStream);
    for (std::uint32_t place = 0; place < kPlaces; ++place) add_devices(place, random);
    for (std::uint32_t place = 0; place < kPlaces; ++place) add_power(place);
    add_solar();
    add_wind();
    add_lines();
    add_links();
    market_.caps.push_back({GroupId{kSandboxGroup}, kNone, kNone, all(),
                            static_cast<std::uint32_t>(std::max<std::int64_t>(8, devices_ / 150))});
  }

 private:
  [[nodiscard]] std::uint32_t slots() const { return market_.calendar.slot_count; }
  [[nodiscard]] SlotRange all() const { return {0, slots()}; }

  // ---- Devices ---------------------------------------------------------------------------------

  // Two operators of each cluster. The second takes half of its devices out for some hours of one
  // night, cluster by cluster.
  void add_devices(std::uint32_t place, Random& random) {
    const std::string_view at = kPlaceTable[place].name;
    const std::array<AccountId, 2> sellers = {add_account(market_, joined("operator-a", at)),
                                              add_account(market_, joined("operator-b", at))};
    const auto begin = static_cast<Slot>(random.below(std::max(1U, slots() / 24)) * 24);
    const SlotRange work = {std::min(begin, slots()),
                            std::min(begin + 4 + static_cast<Slot>(random.below(5)), slots())};
    for (std::uint32_t i = 0; i < kClasses; ++i) {
      const std::uint32_t count = counts_[place][i];
      if (count == 0) continue;
      const std::int64_t second = std::int64_t{count} * 2 / 5;
      const std::string what = joined(at, kClassTable[i].name);
      add_offer(what + "-a", sellers[0], {place, i, all()}, count - second);
      if (second > 0) {
        add_offer(what + "-b-before", sellers[1], {place, i, {0, work.begin}}, second);
        add_offer(what + "-b-work", sellers[1], {place, i, work}, (second + 1) / 2);
        add_offer(what + "-b-after", sellers[1], {place, i, {work.end, slots()}}, second);
      }
      const std::uint32_t nodes = count / kClassTable[i].node_devices * 2 / 5;
      if (nodes > 0) market_.node_blocks.push_back({HubId{place}, ClassId{i}, all(), nodes});
    }
  }

  struct Where {
    std::uint32_t place;
    std::uint32_t accelerator;
    SlotRange slots;
  };

  // Half near the marginal cost, a third near the going rate, the rest dearer.
  void add_offer(const std::string& name, AccountId seller, const Where& where,
                 std::int64_t devices) {
    if (where.slots.count() == 0) return;
    const std::int64_t rent = std::int64_t{kClassTable[where.accelerator].rent_fen} *
                              kPlaceTable[where.place].price / 1'000 * kFen;
    const std::int64_t low = devices / 2;
    const std::int64_t middle = devices / 3;
    std::vector<Step> steps;
    const auto add = [&](std::int64_t amount, std::int64_t percent) {
      if (amount > 0) steps.push_back({Price(rent * percent / 100), Amount(amount)});
    };
    add(low, 40);
    add(middle, 60);
    add(devices - low - middle, 85);
    market_.offer_names.push_back(name);
    market_.offers.push_back(
        {seller, where.place, where.accelerator, kNone, where.slots, append(market_.steps, steps)});
  }

  // ---- Energy ----------------------------------------------------------------------------------

  void add_energy(const std::string& name, AccountId seller, std::uint32_t zone, SlotRange slots,
                  const std::vector<Step>& steps) {
    market_.offer_names.push_back(name);
    market_.offers.push_back({seller, kNone, kNone, zone, slots, append(market_.steps, steps)});
  }

  // 70 % of the cluster's greatest draw at the tariff, as much again 15 % above it.
  void add_power(std::uint32_t place) {
    if (draw_[place] == 0) return;
    const Place& at = kPlaceTable[place];
    const AccountId grid = add_account(market_, joined("grid", at.zone));
    const auto& tariff = at.east ? kTariffEast : kTariffWest;
    const Amount part(std::max<std::int64_t>(1, (draw_[place] * 7 + 9) / 10));
    for (Slot day = 0; day < slots(); day += 24) {
      for (std::uint32_t i = 0; i < kPeriods; ++i) {
        const SlotRange range = {std::min(day + kPeriodHours[i], slots()),
                                 std::min(day + kPeriodHours[i + 1], slots())};
        if (range.count() == 0) continue;
        const std::int64_t price = std::int64_t{at.tariff} * tariff[i] * (kMicro / 1'000);
        add_energy("power-" + joined(at.zone, padded(range.begin, 4)), grid, place, range,
                   {{Price(price), part}, {Price(price * 115 / 100), part}});
      }
    }
  }

  // What a plant sells in one slot, as energy with certificates: half cheaply, the rest dearer.
  void add_green(const std::string& name, AccountId seller, std::uint32_t place, Slot slot,
                 std::int64_t watt_hours) {
    if (watt_hours < 4) return;
    const std::int64_t low = watt_hours / 2;
    const std::int64_t middle = watt_hours * 3 / 10;
    add_energy(name + '-' + padded(slot, 4), seller, kPlaces + place, {slot, slot + 1},
               {{Price(8 * kMicro), Amount(low)},
                {Price(20 * kMicro), Amount(middle)},
                {Price(45 * kMicro), Amount(watt_hours - low - middle)}});
  }

  // `factor`: output per mille of what is installed, times 1,000.
  [[nodiscard]] std::int64_t output(std::uint32_t installed, std::int64_t factor) const {
    const int128 watt_hours = static_cast<int128>(draw_all_) * installed * factor;
    return static_cast<std::int64_t>(watt_hours / 1'000'000'000);
  }

  void add_solar() {
    Random random = draw_stream(options_.seed, kSolarStream);
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
      const std::string name = joined("solar", kPlaceTable[place].zone);
      const AccountId seller = add_account(market_, name);
      std::int64_t weather = 0;
      for (Slot slot = 0; slot < slots(); ++slot) {
        if (slot % 24 == 0) weather = kDayWeather[random.below(kDayWeather.size())];
        add_green(name, seller, place, slot,
                  output(kPlaceTable[place].solar, kSolar[place][slot % 24] * weather));
      }
    }
  }

  // The capacity factor is its mean plus an autoregressive walk that forgets a tenth each hour.
  void add_wind() {
    Random random = draw_stream(options_.seed, kWindStream);
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
      const std::string name = joined("wind", kPlaceTable[place].zone);
      const AccountId seller = add_account(market_, name);
      std::int64_t walk = random.between(-200'000, 200'000);  // parts per million
      for (Slot slot = 0; slot < slots(); ++slot) {
        const std::int64_t factor = std::clamp<std::int64_t>(
            std::int64_t{kPlaceTable[place].wind_factor} * 1'000 + walk, 10'000, 950'000);
        add_green(name, seller, place, slot, output(kPlaceTable[place].wind, factor));
        walk = walk * 9 / 10 + random.between(-113'000, 113'000);
      }
    }
  }

  // Data centres may use of each MW what their draw is of 100 GW. Two lines of one direction, since
  // energy that crosses a border pays a tariff.
  void add_lines() {
    for (const GreenLine& line : kGreenLines) {
      const std::int64_t room =
          static_cast<std::int64_t>(static_cast<int128>(draw_all_) * line.megawatts / 100'000);
      if (room == 0) continue;
      const std::int64_t tariff =
          (20 + std::int64_t{kDistanceKm[line.from][line.to]} / 40) * kMicro;
      const ZoneId from = {kPlaces + line.from};
      const ZoneId to = {kPlaces + line.to};
      market_.lines.push_back({from, to, all(), Amount(0), Amount(room), Price(tariff)});
      market_.lines.push_back({to, from, all(), Amount(0), Amount(room), Price(tariff)});
    }
  }

  // ---- Data ------------------------------------------------------------------------------------

  // 100 Gbit/s on every pair for a book of 100,000 orders, in proportion otherwise, 2 TB an hour at
  // least; 40 yuan per TB and 6 more for each 100 km, the last two fifths 2.5 times dearer.
  void add_links() {
    const std::int64_t room =
        std::max<std::int64_t>(2'000'000, std::int64_t{options_.orders} * 450);
    for (std::uint32_t from = 0; from < kPlaces; ++from) {
      for (std::uint32_t to = 0; to < kPlaces; ++to) {
        if (from == to) continue;
        const std::int64_t price =
            40 * kMicro + std::int64_t{kDistanceKm[from][to]} * (kMicro * 6 / 100);
        market_.links.push_back(
            {HubId{from}, HubId{to}, all(),
             append(market_.steps, {{Price(price), Amount(room * 3 / 5)},
                                    {Price(price * 5 / 2), Amount(room - room * 3 / 5)}})});
      }
    }
  }

  Market& market_;
  SupplyOptions options_;
  DeviceCounts counts_;
  std::int64_t devices_ = 0;
  std::array<std::int64_t, kPlaces> draw_{};  // Wh in one slot, all devices under load
  std::int64_t draw_all_ = 0;
};

}  // namespace

DeviceCounts spread_devices(std::int64_t total) {
  DeviceCounts counts{};
  std::int64_t petaflops = 0;
  for (const Place& place : kPlaceTable) petaflops += place.petaflops;
  const int128 whole = static_cast<int128>(petaflops) * 1'000;  // weights of all pairs
  const std::int64_t wanted = std::max<std::int64_t>(total, 64);
  int128 carried = whole * 4;  // half a node: rounds to the nearest
  for (std::uint32_t place = 0; place < kPlaces; ++place) {
    for (std::uint32_t i = 0; i < kClasses; ++i) {
      const std::uint32_t node = kClassTable[i].node_devices;
      carried += static_cast<int128>(wanted) * kPlaceTable[place].petaflops * kClassMix[place][i];
      if (kClassMix[place][i] == 0) continue;
      const auto nodes = static_cast<std::uint32_t>(carried / (whole * node));
      counts[place][i] = nodes * node;
      carried -= whole * counts[place][i];
    }
  }
  return counts;
}

std::int64_t devices_for(std::int64_t work, std::uint32_t load_percent, std::uint32_t slots) {
  const int128 divisor = static_cast<int128>(load_percent) * slots;
  return static_cast<std::int64_t>((static_cast<int128>(work) * 100 + divisor / 2) / divisor);
}

void add_places(Market& market, std::uint32_t slots) {
  market.calendar.start = "2026-04-13T00:00+08:00";  // a Monday
  market.calendar.slot_seconds = 3'600;
  market.calendar.slot_count = slots;
  for (const Accelerator& accelerator : kClassTable) {
    market.class_names.push_back(accelerator.name);
    market.classes.push_back({accelerator.watts, accelerator.node_devices});
  }
  for (const Commodity commodity : {Commodity::kPower, Commodity::kGreen}) {
    for (const Place& place : kPlaceTable) {
      market.zone_names.push_back(
          joined(commodity == Commodity::kPower ? "power" : "green", place.zone));
      market.zones.push_back({commodity, Disposal::kFree});
    }
  }
  for (std::uint32_t i = 0; i < kPlaces; ++i) {
    const Place& place = kPlaceTable[i];
    Hub hub;
    hub.title_en = place.title_en;
    hub.title_zh = place.title_zh;
    hub.region = place.east ? "east" : "west";
    hub.latitude_micro = place.latitude_tenths * 100'000;
    hub.longitude_micro = place.longitude_tenths * 100'000;
    hub.pue_milli = place.pue_milli;
    hub.power_zone = i;
    hub.green_zone = kPlaces + i;
    market.hub_names.push_back(place.name);
    market.hubs.push_back(std::move(hub));
  }
  market.group_names.push_back("sandbox");
}

BuyerRanges add_buyers(Market& market, std::uint32_t count) {
  BuyerRanges ranges;
  for (std::uint32_t place = 0; place <= kPlaces; ++place) {
    const bool home = place < kPlaces;
    const std::uint32_t weight = home ? kPlaceTable[place].buyers : kBuyersWithoutHome;
    const std::uint32_t buyers = std::max(1U, count * weight / 1'000);
    ranges[place].begin = market.account_names.size();
    for (std::uint32_t i = 1; i <= buyers; ++i) {
      const std::string name = home ? "buyer-" + joined(kPlaceTable[place].name, padded(i, 3))
                                    : "broker-" + padded(i, 3);
      add_account(market, name, home ? place : kNone);
    }
    ranges[place].end = market.account_names.size();
  }
  return ranges;
}

DataSets add_data_sets(Market& market, std::uint32_t count, std::uint64_t seed) {
  Random random = draw_stream(seed, kDataStream);
  DataSets sets;
  sets.count = count;
  std::array<std::uint32_t, kPlaces> weights{};
  for (std::uint32_t i = 0; i < kPlaces; ++i) weights[i] = kPlaceTable[i].buyers;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::array<bool, kPlaces> chosen{};
    const auto replicas = static_cast<std::uint32_t>(random.between(1, 3));
    // A place that is drawn twice holds one replica.
    for (std::uint32_t k = 0; k < replicas; ++k) chosen[draw_weighted(random, weights)] = true;
    DataSet data;
    data.size_mb = std::uint64_t{draw_quantile(random, kDataGigabytes)} * 1'000;
    data.replicas.begin = static_cast<std::uint32_t>(market.hub_lists.size());
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
      if (!chosen[place]) continue;
      market.hub_lists.push_back(HubId{place});
      sets.at_place[place].push_back(i);
    }
    data.replicas.end = static_cast<std::uint32_t>(market.hub_lists.size());
    market.data_names.push_back("data-" + padded(i, 5));
    market.data_sets.push_back(data);
  }
  return sets;
}

void add_supply(Market& market, const SupplyOptions& options) {
  SupplyWriter(market, options).run();
}

}  // namespace tongsuan::lab
