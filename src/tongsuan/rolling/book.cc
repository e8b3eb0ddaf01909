#include "tongsuan/rolling/book.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "tongsuan/base/text.h"
#include "tongsuan/domain/canonical.h"

namespace tongsuan::rolling {
namespace {

using engine::ContractId;
using engine::Energy;
using engine::kHour;
using engine::LiveOrder;
using engine::Places;
using engine::PoolId;
using engine::State;

// By the share of its estimate that finished work took; work that has outlived that is expected to
// go on for a tenth of what it ran.
Second expected_end(const engine::Contract& contract, Second now, std::uint32_t duration_ppm) {
  const auto run = static_cast<Second>(static_cast<int128>(contract.expected_end - contract.start) *
                                       duration_ppm / engine::kPpm);
  const Second end = contract.start + run;
  if (end > now) return end;
  return std::max(now + 1, std::min(contract.expected_end, now + (now - contract.start) / 10));
}

// The first slot in which whatever ends at `end` holds nothing any more.
std::uint32_t slot_after(const Grid& grid, Second end) {
  if (end <= grid.begin) return 0;
  const Second slots = (end - grid.begin + grid.slot - 1) / grid.slot;
  return static_cast<std::uint32_t>(std::min<Second>(slots, grid.slots));
}

class BookMaker {
 public:
  BookMaker(const State& state, const Energy& energy, const BookOptions& options)
      : state_(state), places_(state.places()), energy_(energy), options_(options) {}

  Book make() {
    market_.name = "round";
    market_.calendar.slot_seconds = static_cast<std::uint32_t>(options_.grid.slot);
    market_.calendar.slot_count = options_.grid.slots;
    if (!options_.start.empty()) market_.calendar.start = options_.start;
    find_touched();
    add_places();
    add_pools();
    add_power();
    add_data();
    for (const OrderId id : options_.orders) add_order(id);
    const std::vector<std::uint32_t> positions = sorted_positions(market_.order_names);
    canonicalise(market_, positions);
    book_.market = std::move(market_);
    book_.grid = options_.grid;
    book_.duration_ppm = options_.duration_ppm;
    book_.orders.reserve(positions.size());
    for (const std::uint32_t position : positions) book_.orders.push_back(ids_[position]);
    take_packages(positions);
    book_.pools = pools_of_book(places_, book_.market);
    return std::move(book_);
  }

 private:
  [[nodiscard]] std::uint32_t slots() const { return options_.grid.slots; }

  // They were numbered as they were added.
  void take_packages(const std::vector<std::uint32_t>& positions) {
    std::vector<std::uint32_t> place(positions.size());
    for (std::uint32_t i = 0; i < positions.size(); ++i) place[positions[i]] = i;
    for (GridPackage& package : packages_) package.order = place[package.order];
    std::ranges::sort(packages_, {}, &GridPackage::order);
    book_.packages = std::move(packages_);
  }

  // Only what some order of the book may use is offered: the rest has no bearing on it. Where
  // others shall be quoted, everything is.
  void find_touched() {
    pool_touched_.assign(places_.pools.size(), options_.key.has_value());
    hub_touched_.assign(places_.hubs.size(), false);
    zone_touched_.assign(places_.zones.size(), false);
    const auto touch = [&](const LiveOrder& order) {
      if (engine::is_package(order)) return touch_package(order);
      for (std::uint32_t way = 0; way < order.ways.size(); ++way) {
        for (const PoolId pool : state_.pools_of(order, way)) pool_touched_[pool.value] = true;
      }
    };
    if (!options_.key) {
      for (const OrderId id : options_.orders) touch(state_.order(id).order);
    }
    for (std::uint32_t i = 0; i < places_.pools.size(); ++i) {
      if (!pool_touched_[i]) continue;
      const HubId hub = places_.pools[i].hub;
      hub_touched_[hub.value] = true;
      const std::uint32_t zone = places_.hubs[hub.value].power_zone;
      if (zone < zone_touched_.size()) zone_touched_[zone] = true;
    }
  }

  void touch_package(const LiveOrder& order) {
    for (const engine::Alternative& alternative : order.package->alternatives) {
      for (const engine::PackageLeg& leg : alternative.legs) {
        const std::uint32_t pool = engine::find_pool(places_, leg.hub, leg.accelerator);
        if (pool != kNone) pool_touched_[pool] = true;
      }
    }
  }

  void add_places() {
    market_.classes = places_.classes;
    market_.class_names = places_.class_names;
    market_.hub_names = places_.hub_names;
    market_.hubs = places_.hubs;
    for (Hub& hub : market_.hubs) {
      hub.green_zone = kNone;
      if (energy_.empty()) hub.power_zone = kNone;
    }
    if (!energy_.empty()) {
      market_.zone_names = places_.zone_names;
      market_.zones.assign(places_.zones.size(), Zone{Commodity::kPower, Disposal::kFree});
    }
    // Buyers keep their numbers, where there is no key; sellers follow.
    if (options_.key) {
      buyers_ = add_account("buyers");
    } else {
      market_.account_names = places_.account_names;
      market_.accounts.assign(places_.accounts.size(), Account{});
    }
    hub_seller_ = add_account("sellers-of-devices");
    energy_seller_ = add_account(kEnergySeller);
  }

  AccountId add_account(std::string_view name) {
    market_.accounts.push_back({});
    return AccountId{market_.account_names.push_back(name)};
  }

  void add_offer(Offer offer, std::vector<Step> steps) {
    offer.steps = append(market_.steps, steps);
    market_.offer_names.push_back("s" + padded(market_.offers.size(), 6));
    market_.offers.push_back(offer);
  }

  // ---- Devices ---------------------------------------------------------------------------------

  // One offer for each run of slots with the same devices.
  void add_pools() {
    for (std::uint32_t i = 0; i < places_.pools.size(); ++i) {
      if (!pool_touched_[i]) continue;
      const engine::Pool& pool = places_.pools[i];
      const FreeBySlot free = free_by_slot(state_, PoolId{i}, options_.grid, options_.duration_ppm);
      for (Slot begin = 0, end = 0; begin < slots(); begin = end) {
        end = begin + 1;
        while (end < slots() && free.devices[end] == free.devices[begin]) ++end;
        if (free.devices[begin] <= 0) continue;
        add_offer({hub_seller_, pool.hub.value, pool.accelerator.value, kNone, {begin, end}, {}},
                  steps_behind(state_.pool(PoolId{i}), free.devices[begin]));
      }
      for (Slot begin = 0, end = 0; begin < slots(); begin = end) {
        end = begin + 1;
        while (end < slots() && free.nodes[end] == free.nodes[begin]) ++end;
        if (free.nodes[begin] <= 0) continue;
        market_.node_blocks.push_back({pool.hub,
                                       pool.accelerator,
                                       {begin, end},
                                       static_cast<std::uint32_t>(free.nodes[begin])});
      }
    }
  }

  // What is used has the cheapest devices: so many of those that are up are behind them.
  [[nodiscard]] static std::vector<Step> steps_behind(const engine::PoolState& pool,
                                                      std::int64_t free) {
    if (pool.steps.empty()) return {{pool.ask, Amount(free)}};
    std::vector<Step> steps;
    std::int64_t used = static_cast<std::int64_t>(pool.up) - free;
    for (const engine::AskStep& step : pool.steps) {
      const std::int64_t taken = std::min<std::int64_t>(used, step.devices);
      const std::int64_t left = std::min(free, step.devices - taken);
      used -= taken;
      free -= left;
      if (left == 0) continue;
      // A market's steps rise.
      if (!steps.empty() && steps.back().price == step.price) {
        steps.back().amount = steps.back().amount + Amount(left);
      } else {
        steps.push_back({step.price, Amount(left)});
      }
    }
    return steps;
  }

  // ---- Energy ----------------------------------------------------------------------------------

  // Hourly figures over a slot that may begin within an hour: in proportion.
  [[nodiscard]] std::int64_t over_slot(const std::vector<std::int64_t>& hourly, Slot slot) const {
    const Second begin = options_.grid.begin + options_.grid.slot * slot;
    const Second end = begin + options_.grid.slot;
    int128 sum = 0;
    for (Second from = begin; from < end;) {
      const Second to = std::min(end, (from / kHour + 1) * kHour);
      sum += static_cast<int128>(hourly[energy_.hour_at(from)]) * (to - from);
      from = to;
    }
    return static_cast<std::int64_t>(sum / kHour);
  }

  // What running work will draw, Wh by zone and slot.
  [[nodiscard]] std::vector<std::vector<std::int64_t>> drawn() const {
    std::vector<std::vector<std::int64_t>> sum(places_.zones.size(),
                                               std::vector<std::int64_t>(slots()));
    for (std::uint32_t i = 0; i < places_.pools.size(); ++i) {
      const engine::Pool& pool = places_.pools[i];
      const Hub& hub = places_.hubs[pool.hub.value];
      if (hub.power_zone == kNone) continue;
      const FreeBySlot free = free_by_slot(state_, PoolId{i}, options_.grid, options_.duration_ppm);
      const auto up = static_cast<std::int64_t>(state_.pool(PoolId{i}).up);
      const std::int64_t milliwatts =
          std::int64_t{places_.classes[pool.accelerator.value].watts} * hub.pue_milli;
      for (Slot slot = 0; slot < slots(); ++slot) {
        sum[hub.power_zone][slot] +=
            static_cast<std::int64_t>(static_cast<int128>(milliwatts) * (up - free.devices[slot]) *
                                      options_.grid.slot / (1'000 * kHour));
      }
    }
    return sum;
  }

  void add_power() {
    if (energy_.empty()) return;
    const std::vector<std::vector<std::int64_t>> use = drawn();
    for (std::uint32_t zone = 0; zone < places_.zones.size(); ++zone) {
      if (!zone_touched_[zone]) continue;
      for (Slot slot = 0; slot < slots(); ++slot) {
        const std::int64_t tariff =
            over_slot(energy_.tariff[zone], slot) * kHour / options_.grid.slot;
        const std::int64_t green = over_slot(energy_.green_forecast[zone], slot) - use[zone][slot];
        std::vector<Step> steps;
        if (green > 0) steps.push_back({Price(tariff), Amount(std::min(green, kAmountMax))});
        steps.push_back({Price(tariff + energy_.unmatched_adder), Amount(kAmountMax)});
        add_offer({energy_seller_, kNone, kNone, zone, {slot, slot + 1}, {}}, std::move(steps));
      }
    }
  }

  // ---- Data ------------------------------------------------------------------------------------

  void add_data() {
    data_of_.assign(places_.data_sets.size(), kNone);
    source_.assign(places_.hubs.size(), false);
    bool any = options_.key.has_value();
    if (any) source_.assign(places_.hubs.size(), true);
    const auto need = [&](const LiveOrder& order) {
      if (order.data == kNone || data_of_[order.data] != kNone) return;
      any = true;
      const engine::DataState& data = state_.data(order.data);
      std::vector<HubId> replicas;
      for (std::uint32_t hub = 0; hub < places_.hubs.size(); ++hub) {
        if (!data.at[hub] && data.arriving_at[hub] < 0) continue;
        replicas.push_back(HubId{hub});
        source_[hub] = true;
      }
      data_of_[order.data] = market_.data_names.push_back(data_name(order.data));
      market_.data_sets.push_back(
          {places_.data_sets[order.data].size_mb, append(market_.hub_lists, replicas)});
    };
    for (const OrderId id : options_.orders) need(state_.order(id).order);
    if (!any) return;
    for (std::uint32_t i = 0; i < places_.links.size(); ++i) {
      const engine::DataLink& link = places_.links[i];
      if (hub_touched_[link.to.value] && source_[link.from.value]) add_link(i);
    }
  }

  void add_link(std::uint32_t i) {
    const engine::DataLink& link = places_.links[i];
    const Second busy = state_.link(engine::LinkId{i}).busy_until;
    const std::int64_t whole = link.mb_per_second * options_.grid.slot;
    const auto add = [&](SlotRange range, std::int64_t amount) {
      if (range.count() == 0 || amount <= 0) return;
      const std::vector<Step> steps = {{link.price, Amount(std::min(amount, kAmountMax))}};
      market_.links.push_back({link.from, link.to, range, append(market_.steps, steps)});
    };
    const Slot free = busy <= options_.grid.begin
                          ? 0
                          : static_cast<Slot>(std::min<Second>(
                                (busy - options_.grid.begin) / options_.grid.slot, slots()));
    const Second rest =
        busy <= options_.grid.begin ? 0 : (busy - options_.grid.begin) % options_.grid.slot;
    if (rest > 0 && free < slots()) {
      add({free, free + 1}, link.mb_per_second * (options_.grid.slot - rest));
      add({free + 1, slots()}, whole);
    } else {
      add({free, slots()}, whole);
    }
  }

  // ---- Orders ----------------------------------------------------------------------------------

  HubSetId hub_set(const std::vector<HubId>& hubs) {
    const auto at = std::ranges::lower_bound(sets_, hubs, {}, &Set::hubs);
    if (at != sets_.end() && at->hubs == hubs) return at->id;
    const HubSetId id{static_cast<std::uint32_t>(market_.hub_sets.size())};
    market_.hub_sets.push_back(append(market_.hub_lists, hubs));
    sets_.insert(at, {hubs, id});
    return id;
  }

  void add_order(OrderId id) {
    const engine::OrderRecord& record = state_.order(id);
    if (engine::is_package(record.order)) return add_package(id, record.order);
    const std::optional<GridOrder> block =
        on_grid(state_, record, {options_.grid, options_.grid.begin, options_.duration_ppm});
    if (!block) return;
    Order order;
    order.account = options_.key ? buyers_ : record.order.account;
    order.hubs = hub_set(block->hubs);
    order.window = block->window;
    order.variants = append(market_.variants, block->variants);
    order.value = block->value;
    order.delay_cost = block->delay_cost;
    order.whole_nodes = block->whole_nodes;
    if (record.order.data != kNone) order.data = data_of_[record.order.data];
    put_order(id, order);
  }

  void add_package(OrderId id, const LiveOrder& what) {
    auto package = package_on_grid(state_, what, options_.grid, options_.firm_from);
    if (!package) return;
    Order order;
    order.account = options_.key ? buyers_ : what.account;
    if (package->kind == engine::PackageKind::kService) {
      order.hubs = hub_set(hubs_of(places_, *package));
    }
    fill_package(places_, *what.package, *package, market_, order);
    package->order = static_cast<std::uint32_t>(market_.orders.size());
    packages_.push_back(std::move(*package));
    put_order(id, order);
  }

  void put_order(OrderId id, const Order& order) {
    market_.order_names.push_back(book_name(options_.key, id));
    market_.orders.push_back(order);
    ids_.push_back(id);
  }

  struct Set {
    std::vector<HubId> hubs;
    HubSetId id;
  };
  const State& state_;
  const Places& places_;
  const Energy& energy_;
  const BookOptions& options_;
  Market market_;
  Book book_;
  std::vector<OrderId> ids_;  // by position in market_.orders
  std::vector<GridPackage> packages_;
  AccountId buyers_;
  AccountId hub_seller_;
  AccountId energy_seller_;
  std::vector<std::uint32_t> data_of_;  // DataId of the places → of the market
  std::vector<bool> pool_touched_, hub_touched_, zone_touched_;
  std::vector<bool> source_;  // by HubId: holds data that some order needs
  std::vector<Set> sets_;     // sorted by hubs
};

}  // namespace

// ---- Orders ------------------------------------------------------------------------------------

namespace {

// What the work beyond the horizon costs at least, at what sellers ask now: nothing where some
// way ends within it. Without this, work that is longer than the book would pay for a part of it.
std::int64_t tail_cost(const State& state, const LiveOrder& what, const Grid& grid,
                       const std::vector<Second>& durations) {
  const Second horizon = grid.slot * grid.slots;
  int128 least = -1;
  for (std::uint32_t way = 0; way < what.ways.size(); ++way) {
    const auto tail = static_cast<int128>(std::max<Second>(0, durations[way] - horizon));
    for (const PoolId pool : state.pools_of(what, way)) {
      const int128 cost = tail * what.ways[way].gang * state.pool(pool).ask.raw() / kHour;
      if (least < 0 || cost < least) least = cost;
    }
  }
  return static_cast<std::int64_t>(std::clamp<int128>(least, 0, kMoneyMax));
}

// When an order of a book may start, and what it is worth then.
struct Starts {
  Second latest = 0;
  std::int64_t value = 0;  // at `now`
  bool patient = false;    // loses nothing by waiting until `latest`: no way starts later
};

Starts starts_of(const engine::OrderRecord& record, const Grid& grid, Second now) {
  const bool begun = record.first_start >= 0;
  // A market knows values that fall from the start of the window on. An order that can wait for
  // a slot without loss is offered with the starts that cost it nothing and with no others: a
  // later round sees it again.
  const Second free_until = engine::decays_from(record.order);
  const bool patient = !begun && free_until >= now + grid.slot;
  return {begun     ? grid.end()
          : patient ? std::min(free_until, record.order.latest_start)
                    : record.order.latest_start,
          // Work that has begun is worth finishing: what it was worth when it started.
          engine::value_at(record.order, begun ? record.first_start : now), patient};
}

// The duration of each way in seconds, and what of it lies on the grid as variants.
std::vector<Second> add_variants(const engine::OrderRecord& record, const GridTerms& terms,
                                 GridOrder& order) {
  const Grid& grid = terms.grid;
  const std::uint64_t left_ppm =
      std::uint64_t{engine::kPpm - record.done_ppm} * terms.duration_ppm / engine::kPpm;
  std::vector<Second> durations;
  for (const engine::Way& way : record.order.ways) {
    const Second left = std::max<Second>(
        1, static_cast<Second>(static_cast<int128>(way.estimate) * left_ppm / engine::kPpm));
    const Second duration = (left + grid.slot - 1) / grid.slot;
    durations.push_back(left);
    // Work beyond the horizon takes all of this book, and its tail is paid for in its value.
    order.variants.push_back({way.accelerator, way.gang,
                              static_cast<std::uint32_t>(std::min<Second>(duration, grid.slots))});
  }
  return durations;
}

}  // namespace

Digest round_key(const Digest& secret, std::uint64_t round) {
  Sha256 hash;
  hash.update(secret.data(), secret.size());
  hash.update_u64(round);
  return hash.finish();
}

std::string book_name(const std::optional<Digest>& key, OrderId order) {
  if (!key) return "o" + padded(order.value, 8);
  Sha256 hash;
  hash.update(key->data(), key->size());
  hash.update_u64(order.value);
  const Digest digest = hash.finish();
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string name = "o";
  for (std::size_t i = 0; i < 12; ++i) {
    name += kDigits[digest[i] >> 4U];
    name += kDigits[digest[i] & 15U];
  }
  return name;
}

std::string data_name(std::uint32_t data) {
  return "d" + padded(data, 6);
}

std::optional<GridOrder> on_grid(const State& state, const engine::OrderRecord& record,
                                 const GridTerms& terms) {
  const Grid& grid = terms.grid;
  const LiveOrder& what = record.order;
  GridOrder order;
  order.hubs.assign(what.hubs.begin(), what.hubs.end());
  const auto& places = state.places();
  if (order.hubs.empty()) {
    for (std::uint32_t hub = 0; hub < places.hubs.size(); ++hub) order.hubs.push_back(HubId{hub});
  }
  const std::vector<Second> durations = add_variants(record, terms, order);
  const auto [shortest, longest] =
      std::ranges::minmax_element(order.variants, {}, &Variant::duration);
  const Starts starts = starts_of(record, grid, terms.now);
  const Second begin =
      terms.now <= grid.begin ? 0 : (terms.now - grid.begin + grid.slot - 1) / grid.slot;
  const Second latest = std::max<Second>(0, starts.latest - grid.begin) / grid.slot;
  if (begin >= grid.slots || latest < begin) return std::nullopt;
  const std::uint32_t last = starts.patient ? shortest->duration : longest->duration;
  order.window = {static_cast<Slot>(begin),
                  static_cast<Slot>(std::min<Second>(grid.slots, latest + last))};
  const std::int64_t left = starts.value - tail_cost(state, what, grid, durations);
  order.value = std::max<std::int64_t>(0, left);
  order.unpaid = order.value - left;
  order.patient = starts.patient;
  // One order that loses more than a market may name shall not spoil the book.
  order.delay_cost =
      starts.patient
          ? 0
          : static_cast<std::int64_t>(std::min<int128>(
                static_cast<int128>(what.delay_cost) * grid.slot / kHour, kMoneyMax / grid.slots));
  const std::uint32_t node = places.classes[what.ways.front().accelerator.value].node_devices;
  order.whole_nodes = what.whole_nodes || (node > 1 && what.ways.front().gang >= node);
  return order;
}

// ---- Devices -----------------------------------------------------------------------------------

namespace {

// Changes by slot of what is free, node by node.
class FreeCounter {
 public:
  FreeCounter(const State& state, const Grid& grid, std::uint32_t duration_ppm)
      : state_(state),
        grid_(grid),
        duration_ppm_(duration_ppm),
        devices_(grid.slots + std::size_t{1}),
        nodes_(grid.slots + std::size_t{1}) {}

  void add(const engine::Node& node) {
    devices_[0] += node.free;
    // The first slot may have begun before.
    const Second now = std::max(grid_.begin, state_.now());
    std::uint32_t empty = 0;
    for (const ContractId id : node.contracts) {
      const engine::Contract& contract = state_.contract(id);
      const std::uint32_t slot = slot_after(grid_, expected_end(contract, now, duration_ppm_));
      devices_[slot] += contract.per_node;
      empty = std::max(empty, slot);
    }
    ++nodes_[empty];
    take_blocks(node, empty);
  }

  [[nodiscard]] FreeBySlot take() const {
    FreeBySlot free{std::vector<std::int64_t>(grid_.slots), std::vector<std::int64_t>(grid_.slots)};
    std::int64_t devices = 0;
    std::int64_t nodes = 0;
    for (Slot slot = 0; slot < grid_.slots; ++slot) {
      devices += devices_[slot];
      nodes += nodes_[slot];
      // What runs into a block is stopped there.
      free.devices[slot] = std::max<std::int64_t>(0, devices);
      free.nodes[slot] = nodes;
    }
    return free;
  }

 private:
  // A node is no whole one while any part of it is promised. Before slot `empty` it is none anyway.
  void take_blocks(const engine::Node& node, std::uint32_t empty) {
    promised_.clear();
    for (const OrderId id : node.blocks) {
      const engine::Block& block = *state_.block(id);
      const auto run = static_cast<int128>(block.end - block.begin) * duration_ppm_ / engine::kPpm;
      const auto from = static_cast<std::uint32_t>(
          std::clamp<Second>((block.begin - grid_.begin) / grid_.slot, 0, grid_.slots));
      const std::uint32_t to = slot_after(grid_, block.begin + static_cast<Second>(run));
      if (to <= from) continue;
      devices_[from] -= block.per_node;
      devices_[to] += block.per_node;
      promised_.push_back({from, to});
    }
    std::ranges::sort(promised_);
    std::uint32_t counted = empty;
    for (const auto& [from, to] : promised_) {
      if (to <= counted) continue;
      --nodes_[std::max(from, counted)];
      ++nodes_[to];
      counted = to;
    }
  }

  const State& state_;
  const Grid& grid_;
  std::uint32_t duration_ppm_;
  std::vector<std::int64_t> devices_;
  std::vector<std::int64_t> nodes_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> promised_;  // slots of a node's blocks
};

}  // namespace

FreeBySlot free_by_slot(const State& state, PoolId pool, const Grid& grid,
                        std::uint32_t duration_ppm) {
  FreeCounter counter(state, grid, duration_ppm);
  for (const engine::Node& node : state.pool(pool).nodes) {
    if (node.up) counter.add(node);
  }
  return counter.take();
}

// Places need not be sorted by name; the market is.
std::vector<std::uint32_t> pools_of_book(const Places& places, const Market& market) {
  const auto find = [](const NameList& names, std::string_view name) {
    for (std::uint32_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) return i;
    }
    return kNone;
  };
  std::vector<std::uint32_t> pools;
  for (std::uint32_t hub = 0; hub < market.hubs.size(); ++hub) {
    const HubId at{find(places.hub_names, market.hub_names[hub])};
    for (std::uint32_t i = 0; i < market.classes.size(); ++i) {
      const ClassId accelerator{find(places.class_names, market.class_names[i])};
      pools.push_back(engine::find_pool(places, at, accelerator));
    }
  }
  return pools;
}

Book make_book(const State& state, const Energy& energy, const BookOptions& options) {
  return BookMaker(state, energy, options).make();
}

}  // namespace tongsuan::rolling
