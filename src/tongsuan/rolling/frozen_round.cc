#include "tongsuan/rolling/frozen_round.h"

#include <algorithm>
#include <utility>

#include "tongsuan/base/random.h"
#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/market/canonical.h"

namespace tongsuan::rolling {
namespace {

using engine::OrderRecord;
using engine::PoolId;

class Mark {
 public:
  void put(std::int64_t value) { mark_ = Random(mark_ ^ static_cast<std::uint64_t>(value)).next(); }
  [[nodiscard]] std::uint64_t value() const { return mark_; }

 private:
  std::uint64_t mark_ = 0;
};

// For each order of a book its place in a later one; kNone: it is not there. Names may differ from
// book to book.
std::vector<std::uint32_t> same_orders(const Book& before, const Book& after) {
  std::vector<std::pair<OrderId, std::uint32_t>> places;
  places.reserve(after.orders.size());
  for (std::uint32_t i = 0; i < after.orders.size(); ++i) places.emplace_back(after.orders[i], i);
  std::ranges::sort(places);
  std::vector<std::uint32_t> same;
  same.reserve(before.orders.size());
  for (const OrderId id : before.orders) {
    const auto at =
        std::ranges::lower_bound(places, id, {}, &std::pair<OrderId, std::uint32_t>::first);
    same.push_back(at != places.end() && at->first == id ? at->second : kNone);
  }
  return same;
}

clearing::ClearOptions clear_options(const FrozenRound& frozen, const RoundLimits& limits) {
  const Book& book = frozen.book;
  clearing::ClearOptions options;
  options.search_work_units =
      limits.work_units != 0
          ? limits.work_units
          : std::uint64_t{frozen.search_units_per_order} * book.market.orders.size();
  options.thread_count = limits.thread_count;
  options.round = frozen.round;
  options.cancelled = limits.cancelled;
  options.progress = limits.progress;
  const ClearedRound* last = frozen.last.get();
  if (last == nullptr || !last->clearing || last->book.grid.slot != book.grid.slot) return options;
  const Second later = book.grid.begin - last->book.grid.begin;
  if (later >= 0 && later % book.grid.slot == 0 && later < book.grid.end() - book.grid.begin) {
    options.warm_market = &last->book.market;
    options.warm_start = &last->clearing->verified.certificate();
    options.warm_shift = static_cast<std::uint32_t>(later / book.grid.slot);
    options.warm_orders = same_orders(last->book, book);
  }
  return options;
}

void list_awards(const std::vector<std::uint64_t>& marks, ClearedRound& round) {
  const Market& market = round.book.market;
  for (const Award& award : round.clearing->verified.certificate().outcome.awards) {
    const std::uint32_t at = award.order.value;
    if (market.orders[at].kind != OrderKind::kBlock) continue;
    const Variant& variant = market.variants[market.orders[at].variants.begin + award.variant];
    const std::uint32_t pool = round.book.pool_at(award.hub, variant.accelerator);
    if (pool == kNone) continue;
    // Variants of the book are the order's ways, in their order.
    round.awards.push_back({{round.book.orders[at], award.variant, PoolId{pool}},
                            award.start,
                            variant.gang,
                            marks[at]});
  }
  round.by_order = round.awards;
  std::ranges::stable_sort(
      round.awards, [](const RoundAward& a, const RoundAward& b) { return a.gang > b.gang; });
  std::ranges::sort(round.by_order, {}, [](const RoundAward& award) { return award.where.order; });
  round.packages = package_awards(round.book, round.clearing->verified.certificate(), marks);
}

// A round that nothing was cleared in.
std::shared_ptr<ClearedRound> nothing_cleared(FrozenRound& frozen, std::string reason) {
  auto round = std::make_shared<ClearedRound>();
  round->round = frozen.round;
  round->root = market::root(frozen.book.market);
  round->book = std::move(frozen.book);
  round->reason = std::move(reason);
  return round;
}

}  // namespace

std::uint64_t order_mark(const OrderRecord& record) {
  const engine::LiveOrder& order = record.order;
  Mark mark;
  for (const std::int64_t value :
       {order.submit, order.latest_start, order.value, order.delay_cost, order.grace,
        order.not_before, std::int64_t{order.data}, std::int64_t{order.whole_nodes},
        std::int64_t{order.account.value}, std::int64_t{record.done_ppm},
        std::int64_t{record.stops}}) {
    mark.put(value);
  }
  for (const engine::Way& way : order.ways) {
    mark.put(way.accelerator.value);
    mark.put(way.gang);
    mark.put(way.estimate);
  }
  for (const HubId hub : order.hubs) mark.put(hub.value);
  return mark.value();
}

FrozenRound freeze(const engine::State& state, const engine::Energy& energy, RoundInputs inputs) {
  BookOptions options;
  options.grid = inputs.grid;
  options.orders = std::move(inputs.orders);
  std::erase_if(options.orders, [&](OrderId id) {
    return !state.knows(id) || state.order(id).state != engine::OrderState::kWaiting;
  });
  std::ranges::sort(options.orders);
  options.duration_ppm = inputs.run_ppm;
  options.key = inputs.key;
  options.start = std::move(inputs.start);
  options.firm_from = inputs.firm_from;
  FrozenRound frozen{inputs.round,
                     make_book(state, energy, options),
                     {},
                     inputs.search_units_per_order,
                     std::move(inputs.last)};
  frozen.marks.reserve(frozen.book.orders.size());
  for (const OrderId id : frozen.book.orders) frozen.marks.push_back(order_mark(state.order(id)));
  return frozen;
}

std::shared_ptr<const ClearedRound> clear_round(FrozenRound frozen, const RoundLimits& limits) {
  if (frozen.book.market.orders.empty()) {
    return nothing_cleared(frozen, "no order that waits fits the book");
  }
  Result<clearing::Clearing> cleared =
      clearing::clear(frozen.book.market, clear_options(frozen, limits));
  if (!cleared.ok()) return nothing_cleared(frozen, cleared.error().context);
  auto round = std::make_shared<ClearedRound>();
  round->round = frozen.round;
  round->book = std::move(frozen.book);
  round->clearing.emplace(std::move(cleared).value());
  const Certificate& certificate = round->clearing->verified.certificate();
  round->root = certificate.root;
  round->certificate = codec::write_certificate(certificate, round->book.market);
  round->certificate_digest = sha256(round->certificate);
  list_awards(frozen.marks, *round);
  return round;
}

std::shared_ptr<const ClearedRound> give_up_round(FrozenRound frozen, std::string reason) {
  return nothing_cleared(frozen, std::move(reason));
}

}  // namespace tongsuan::rolling
