#include "tongsuan/lab/demand_writer.h"

#include <algorithm>

#include "tongsuan/lab/draw.h"

namespace tongsuan::lab {
namespace {

constexpr std::uint64_t kDemandStream = 16;

constexpr std::array<std::uint32_t, 4> kGreenPercents = {30, 50, 80, 100};
constexpr std::array<std::uint32_t, 4> kGreenWeights = {200, 200, 450, 150};
constexpr std::array<std::uint32_t, 3> kVariantWeights = {500, 320, 180};  // 1, 2 or 3 classes

// Slots on `other`, where `duration` slots are needed on `accelerator`; ratios in per mille.
std::uint32_t scaled_duration(std::uint32_t duration, std::uint64_t from, std::uint64_t to) {
  return static_cast<std::uint32_t>((duration * from + to - 1) / to);
}

Leg capacity_leg(std::uint32_t place, std::uint32_t accelerator, SlotRange slots,
                 std::int64_t amount) {
  return {RowKind::kCapacity, place, accelerator, kNone, slots, amount};
}

}  // namespace

DemandWriter::DemandWriter(Market& market, const BuyerRanges& buyers, const DataSets& data,
                           std::uint64_t seed)
    : market_(market), buyers_(buyers), data_(data), random_(draw_stream(seed, kDemandStream)) {
  set_of_places_.fill(kNone);
  last_of_account_.resize(market.account_names.size());
}

// ---- Draws -------------------------------------------------------------------------------------

// Of the buyers of a place, the first ones order most: a buyer at share x of the list has density
// −ln x.
Buyer DemandWriter::draw_buyer() {
  std::array<std::uint32_t, kPlaces + 1> weights{};
  for (std::uint32_t i = 0; i < kPlaces; ++i) weights[i] = kPlaceTable[i].buyers;
  weights[kPlaces] = kBuyersWithoutHome;
  const std::uint32_t place = draw_weighted(random_, weights);
  const Span32 range = buyers_[place];
  const std::uint64_t within = random_.below(random_.below(range.count()) + 1);
  return {AccountId{range.begin + static_cast<std::uint32_t>(within)}, place};
}

Job DemandWriter::draw_job(std::uint32_t gang_max) {
  Job job;
  job.buyer = draw_buyer();
  job.gang = 1U << draw_weighted(random_, kGangWeights);
  const std::uint32_t group = gang_group(job.gang);
  while (job.gang > gang_max) job.gang /= 2;
  job.accelerator = draw_weighted(random_, kClassWish[group]);
  job.duration = std::min(draw_quantile(random_, kDurationDeciles[group]), slots());
  const std::uint32_t days = (slots() + 23) / 24;
  const auto day = static_cast<Slot>(random_.below(days));  // one draw a statement: C++ leaves the
  job.begin = day * 24 + draw_weighted(random_, kHourWeights);  // order within an expression open
  if (draw_chance(random_, kBacklog)) job.begin = 0;
  if (job.begin + job.duration > slots()) {
    job.begin = static_cast<Slot>(random_.below(slots() - job.duration + 1));
  }
  return job;
}

// What one device-hour of a class is worth to the buyer, in micro-yuan.
std::int64_t DemandWriter::draw_limit(std::uint32_t accelerator, Patience patience) {
  const std::int64_t rent = std::int64_t{kClassTable[accelerator].rent_fen} * kFen;
  const std::int64_t worth = std::int64_t{draw_quantile(random_, kWorth)} * kWorthMedian / 1'000;
  return rent * worth / 1'000 * kUrgencyValue[static_cast<std::size_t>(patience)] / 1'000;
}

SlotRange DemandWriter::draw_window(Job& job, Patience patience) {
  const auto at = static_cast<std::size_t>(patience);
  job.begin = std::min(job.begin, slots() - job.duration);
  const auto slack = static_cast<Slot>(random_.between(kSlackMin[at], kSlackMax[at]));
  return {job.begin, std::min(job.begin + job.duration + slack, slots())};
}

HubSetId DemandWriter::hub_set(std::uint32_t places) {
  std::uint32_t& id = set_of_places_[places];
  if (id == kNone) {
    std::vector<HubId> hubs;
    for (std::uint32_t i = 0; i < kPlaces; ++i) {
      if ((places >> i & 1U) != 0) hubs.push_back(HubId{i});
    }
    id = static_cast<std::uint32_t>(market_.hub_sets.size());
    market_.hub_sets.push_back(append(market_.hub_lists, hubs));
  }
  return HubSetId{id};
}

// `wide`: a gang so large that few places hold it, drawn as if it were patient.
HubSetId DemandWriter::draw_hubs(const Buyer& buyer, Patience patience, bool wide) {
  if (buyer.place == kPlaces) return hub_set(kAllPlaces);
  const auto row = static_cast<std::size_t>(wide ? Patience::kFlexible : patience);
  std::uint32_t places = 1U << buyer.place;
  switch (static_cast<Reach>(draw_weighted(random_, kReachWeights[row]))) {
    case Reach::kHome:
      break;
    case Reach::kFew: {
      const auto more = random_.between(1, 3);
      for (std::int64_t i = 0; i < more; ++i) places |= 1U << random_.below(kPlaces);
      break;
    }
    case Reach::kRegion:
      places = region_of(buyer.place);
      break;
    case Reach::kAnywhere:
      places = kAllPlaces;
      break;
  }
  return hub_set(places);
}

std::uint32_t DemandWriter::draw_place(const Buyer& buyer) {
  return buyer.place < kPlaces ? buyer.place : static_cast<std::uint32_t>(random_.below(kPlaces));
}

std::uint32_t DemandWriter::draw_class_at(std::uint32_t place) {
  return draw_weighted(random_, kClassMix[place]);
}

// ---- Blocks ------------------------------------------------------------------------------------

Order DemandWriter::start_order(OrderKind kind, Buyer buyer) {
  Order order;
  order.kind = kind;
  order.account = buyer.account;
  return order;
}

void DemandWriter::push(std::string_view name, const Order& order) {
  market_.order_names.push_back(name);
  market_.orders.push_back(order);
}

// Adds the variants of other classes that end within `room` slots.
void DemandWriter::add_substitutes(const Job& job, std::uint32_t room) {
  const std::uint32_t group = gang_group(job.gang);
  const auto& throughput = kThroughput[draw_weighted(random_, kKindWeights[group])];
  const std::uint32_t wanted =
      job.exact_classes ? kClasses - 1 : draw_weighted(random_, kVariantWeights);
  std::uint32_t left = job.classes & ~(1U << job.accelerator);
  if (!job.exact_classes && group >= 2) left &= kClusterClasses;
  for (std::uint32_t i = 0; i < wanted && left != 0; ++i) {
    std::uint32_t other = static_cast<std::uint32_t>(random_.below(kClasses));
    while ((left >> other & 1U) == 0) other = (other + 1) % kClasses;
    left &= ~(1U << other);
    const std::uint64_t spread = kThroughputSpread[random_.below(kThroughputSpread.size())];
    const std::uint32_t duration =
        scaled_duration(job.duration, std::uint64_t{throughput[job.accelerator]} * 1'000,
                        throughput[other] * spread);
    if (duration > room) continue;
    market_.variants.push_back({ClassId{other}, job.gang, duration});
  }
}

// Group, green share, data and whole nodes.
void DemandWriter::draw_extras(const Job& job, Order& order) {
  if (draw_chance(random_, 400)) {
    order.green_percent =
        static_cast<std::uint8_t>(kGreenPercents[draw_weighted(random_, kGreenWeights)]);
  }
  if (job.gang <= 8 && draw_chance(random_, 40)) order.group = kSandboxGroup;
  const bool node_gang = job.gang % kClassTable[job.accelerator].node_devices == 0;
  if (node_gang && draw_chance(random_, 350)) order.whole_nodes = true;
  if (data_.count == 0 || !draw_chance(random_, 120)) return;
  order.data = static_cast<std::uint32_t>(random_.below(data_.count));
  if (job.buyer.place == kPlaces || draw_chance(random_, 400)) return;
  const std::vector<std::uint32_t>& near = data_.at_place[job.buyer.place];
  if (!near.empty()) order.data = near[random_.below(near.size())];
}

// 4 % of the jobs continue an earlier one of the same buyer, where the week has room.
void DemandWriter::follow(const Job& job, Order& order) {
  Last& last = last_of_account_[job.buyer.account.value];
  if (last.order != kNone && draw_chance(random_, 40) && last.end + job.duration <= slots()) {
    order.after = last.order;
    order.window.begin = std::max(order.window.begin, last.end);
    order.window.end =
        std::max(order.window.end, std::min(slots(), order.window.begin + job.duration + 24));
  }
  last = {static_cast<std::uint32_t>(market_.orders.size()), order.window.begin + job.duration};
}

// Everything of a block but its variants.
Order DemandWriter::draw_block(Job& job, Patience& patience) {
  const auto drawn = static_cast<Patience>(draw_weighted(random_, kPatienceWeights));
  patience = job.patience.value_or(drawn);
  job.duration = std::clamp(job.duration, 1U, slots());
  Order order = start_order(OrderKind::kBlock, job.buyer);
  order.window = draw_window(job, patience);
  order.hubs = draw_hubs(job.buyer, patience, job.gang >= 64);
  const std::int64_t work = std::int64_t{job.gang} * job.duration;
  order.value = draw_limit(job.accelerator, patience) * work;
  order.delay_cost = order.value * kDelayCost[static_cast<std::size_t>(patience)] / 1'000;
  draw_extras(job, order);
  follow(job, order);
  work_ += work;
  return order;
}

void DemandWriter::add_job(std::string_view name, Job job) {
  Patience patience{};
  Order order = draw_block(job, patience);
  order.variants.begin = static_cast<std::uint32_t>(market_.variants.size());
  market_.variants.push_back({ClassId{job.accelerator}, job.gang, job.duration});
  add_substitutes(job, order.window.count());
  order.variants.end = static_cast<std::uint32_t>(market_.variants.size());
  push(name, order);
}

void DemandWriter::add_elastic(std::string_view name, Job job) {
  Patience patience{};
  Order order = draw_block(job, patience);
  const ClassId accelerator = {job.accelerator};
  order.variants.begin = static_cast<std::uint32_t>(market_.variants.size());
  market_.variants.push_back({accelerator, job.gang, job.duration});
  const auto add = [&](std::uint32_t gang, std::uint32_t duration) {
    if (gang > 0 && duration <= order.window.count()) {
      market_.variants.push_back({accelerator, gang, duration});
    }
  };
  add(job.gang / 2, scaled_duration(job.duration, 18, 10));  // fewer devices lose a tenth less
  add(job.gang * 2, scaled_duration(job.duration, 10, 18));
  order.variants.end = static_cast<std::uint32_t>(market_.variants.size());
  push(name, order);
}

// ---- Other kinds -------------------------------------------------------------------------------

void DemandWriter::add_service(std::string_view name) {
  constexpr std::array<std::uint32_t, kClasses> kServing = {50, 200, 350, 200, 50, 150};
  const Buyer buyer = draw_buyer();
  Order order = start_order(OrderKind::kService, buyer);
  Variant variant;
  variant.accelerator = ClassId{draw_weighted(random_, kServing)};
  variant.gang = 1U << random_.below(5);
  order.hubs = draw_hubs(buyer, Patience::kUrgent, false);
  order.services.begin = static_cast<std::uint32_t>(market_.ranges.size());
  std::int64_t hours = 0;
  const auto open = [&](SlotRange range) {
    range.end = std::min(range.end, slots());
    if (range.begin >= range.end) return;
    market_.ranges.push_back(range);
    hours += range.count();
  };
  if (draw_chance(random_, 300) || slots() <= 8) {
    open({0, slots()});
  } else {
    for (Slot day = 0; day < slots(); day += 24) open({day + 8, day + 22});
  }
  order.services.end = static_cast<std::uint32_t>(market_.ranges.size());
  order.variants = append(market_.variants, {variant});
  const std::int64_t work = variant.gang * hours;
  order.value = draw_limit(variant.accelerator.value, Patience::kUrgent) * work;
  if (draw_chance(random_, 400)) order.green_percent = 80;
  push(name, order);
  work_ += work;
}

Span32 DemandWriter::options_of(std::int64_t value, const std::vector<Leg>& legs) {
  return append(market_.options, {Option{value, append(market_.legs, legs)}});
}

void DemandWriter::add_options(std::string_view name) {
  const Job job = draw_job(32);
  Order order = start_order(OrderKind::kOptions, job.buyer);
  order.options.begin = static_cast<std::uint32_t>(market_.options.size());
  const auto count = random_.between(2, 4);
  std::int64_t work = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint32_t place =
        i == 0 ? draw_place(job.buyer) : static_cast<std::uint32_t>(random_.below(kPlaces));
    const std::uint32_t accelerator = draw_class_at(place);
    const auto begin = static_cast<Slot>(random_.below(slots() - job.duration + 1));
    const std::int64_t option_work = std::int64_t{job.gang} * job.duration;
    order.options.end =
        options_of(draw_limit(accelerator, Patience::kWithinDay) * option_work,
                   {capacity_leg(place, accelerator, {begin, begin + job.duration}, job.gang)})
            .end;
    work = std::max(work, option_work);
  }
  push(name, order);
  work_ += work;
}

void DemandWriter::add_batches(std::string_view name) {
  const Buyer buyer = draw_buyer();
  const std::uint32_t place = draw_place(buyer);
  const std::uint32_t accelerator = draw_class_at(place);
  const auto gang = static_cast<std::int64_t>(8U << random_.below(2));
  std::vector<Leg> legs;
  std::int64_t work = 0;
  for (Slot day = 0; day < slots(); day += 24) {
    const SlotRange night = {day, std::min(day + 6, slots())};
    legs.push_back(capacity_leg(place, accelerator, night, gang));
    work += gang * night.count();
  }
  Order order = start_order(OrderKind::kProfile, buyer);
  order.minimum_ppm = 500'000;
  order.options = options_of(draw_limit(accelerator, Patience::kWithinDay) * work, legs);
  push(name, order);
  work_ += work;
}

void DemandWriter::add_resale(std::string_view name) {
  const Buyer buyer = draw_buyer();
  const std::uint32_t place = draw_place(buyer);
  const std::uint32_t accelerator = draw_class_at(place);
  const auto gang = static_cast<std::int64_t>(4U << random_.below(3));
  const auto length = static_cast<Slot>(random_.between(1, std::min(24U, slots())));
  const auto begin = static_cast<Slot>(random_.below(slots() - length + 1));
  const std::int64_t rent = std::int64_t{kClassTable[accelerator].rent_fen} * kFen;
  const std::int64_t ask = rent * random_.between(500, 1'100) / 1'000 * gang * length;
  Order order = start_order(OrderKind::kProfile, buyer);
  order.options =
      options_of(-ask, {capacity_leg(place, accelerator, {begin, begin + length}, -gang)});
  push(name, order);
}

void DemandWriter::add_curve(std::string_view name) {
  const Buyer buyer = draw_buyer();
  const std::uint32_t place = draw_place(buyer);
  const auto length = static_cast<Slot>(random_.between(1, std::min(72U, slots())));
  const auto begin = static_cast<Slot>(random_.below(slots() - length + 1));
  const SlotRange range = {begin, begin + length};
  const bool devices = draw_chance(random_, 600);
  const std::uint32_t accelerator = draw_class_at(place);
  Leg row = capacity_leg(place, accelerator, range, 0);
  if (!devices) row = {RowKind::kZone, kNone, kNone, kPlaces + place, range, 0};
  // Of a device-hour, or of an MWh of green energy.
  const std::int64_t limit =
      devices ? draw_limit(accelerator, Patience::kWithinDay) : random_.between(20, 120) * kMicro;
  Order order = start_order(OrderKind::kCurve, buyer);
  order.options = options_of(0, {row});
  order.steps.begin = static_cast<std::uint32_t>(market_.steps.size());
  for (const std::int64_t percent : {130, 100, 70}) {
    const std::int64_t amount = devices ? random_.between(1, 6) : random_.between(500, 3'000);
    market_.steps.push_back({Price(limit * percent / 100), Amount(amount)});
    if (devices) work_ += amount * length;
  }
  order.steps.end = static_cast<std::uint32_t>(market_.steps.size());
  push(name, order);
}

}  // namespace tongsuan::lab
