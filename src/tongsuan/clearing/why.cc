#include "tongsuan/clearing/why.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "tongsuan/clearing/changes.h"
#include "tongsuan/clearing/reasons.h"
#include "tongsuan/market/evaluate.h"

namespace tongsuan::clearing {

using market::Choice;
using market::Placement;
using market::Problem;

namespace {

std::int64_t to_money(int128 undivided, const Problem& problem, Rounding rounding) {
  const int128 money = divide_wide(undivided, problem.denominator, rounding);
  return static_cast<std::int64_t>(std::clamp<int128>(money, -kMoneyMax - 1, kMoneyMax + 1));
}

// What a placement takes of one lane in every slot of a range.
struct LaneUse {
  std::uint32_t lane = 0;
  SlotRange slots;
  std::int64_t amount = 0;
};

BindingRow binding_row(const Problem& problem, const Prices& prices, const std::string& name,
                       const LaneUse& use) {
  const market::Lane& lane = problem.lanes[use.lane];
  int128 price = 0;
  int128 premium = 0;
  for (Slot slot = use.slots.begin; slot < use.slots.end; ++slot) {
    const std::uint32_t row = problem.row(use.lane, slot);
    price += prices[row];
    const bool offered = problem.supply_begin[row] < problem.supply_begin[row + 1];
    const std::int64_t cheapest = offered ? problem.supply[problem.supply_begin[row]].price : 0;
    premium += std::max<std::int64_t>(0, prices[row] - cheapest);
  }
  const std::int64_t count = std::max<std::int64_t>(1, use.slots.count());
  const int128 saved = lane.kind == market::LaneKind::kLink ? price : premium;
  return {.row = name,
          .slots = use.slots,
          .price = divide(price, count, Rounding::kHalfEven),
          .premium = divide(premium, count, Rounding::kHalfEven),
          .cost = to_money(saved * use.amount * lane.scale, problem, Rounding::kUp)};
}

// Rows of a placement that cost more than they must, the dearest first.
std::vector<BindingRow> binding_rows(const Problem& problem, const Prices& prices,
                                     const std::vector<std::string>& names,
                                     const Placement& placement) {
  std::vector<BindingRow> rows;
  const auto add = [&](const LaneUse& use) {
    BindingRow row = binding_row(problem, prices, names[use.lane], use);
    if (row.cost > 0) rows.push_back(std::move(row));
  };
  market::each_use(problem, placement, [&](std::uint32_t lane, SlotRange slots, auto amount) {
    add({lane, slots, amount});
  });
  std::ranges::stable_sort(rows, std::greater<>{}, &BindingRow::cost);
  return rows;
}

// The start of a choice with the highest surplus at prices; the earliest of equals.
Placement best_start(const Problem& problem, std::uint32_t order, std::uint32_t choice_index,
                     const Prices& prices) {
  const Choice& choice = problem.choices[choice_index];
  Placement best;
  int128 best_surplus = 0;
  for (Slot start = choice.first; start <= choice.last; ++start) {
    const Placement placement{.choice = choice_index, .start = start, .lots = 1};
    const int128 surplus = static_cast<int128>(market::placement_value(problem, order, placement)) *
                               problem.denominator -
                           market::placement_cost(problem, placement, prices);
    if (best.choice == kNone || surplus > best_surplus) {
      best = placement;
      best_surplus = surplus;
    }
  }
  return best;
}

// The first devices that a placement takes are at this hub.
std::uint32_t first_hub(const Problem& problem, const Placement& placement) {
  std::uint32_t hub = kNone;
  market::each_use(problem, placement, [&](std::uint32_t lane, SlotRange, auto) {
    if (hub == kNone && lane < problem.capacity_lane_count) hub = problem.lanes[lane].first;
  });
  return hub;
}

// Of a curve, for its first step.
std::vector<HubAnswer> curve_answer(const Market& market, const Problem& problem,
                                    const Prices& prices, std::uint32_t order) {
  const Order& curve = market.orders[order];
  if (curve.options.count() == 0 || curve.steps.count() == 0) return {};
  const Leg& leg = market.legs[market.options[curve.options.begin].legs.begin];
  const Step& step = market.steps[curve.steps.begin];
  const std::vector<std::string> names = market::lane_names(market, problem);
  for (std::uint32_t lane = 0; lane < problem.capacity_lane_count; ++lane) {
    const market::Lane& at = problem.lanes[lane];
    if (leg.kind == RowKind::kZone || at.first != leg.hub || at.second != leg.accelerator) continue;
    int128 cost = 0;
    for (Slot slot = leg.slots.begin; slot < leg.slots.end; ++slot) {
      const std::uint32_t row = problem.row(lane, slot);
      cost += market::row_money(problem, row, prices[row], step.amount.raw());
    }
    const int128 value =
        static_cast<int128>(step.price.raw()) * step.amount.raw() * leg.slots.count() * at.scale;
    HubAnswer answer{.hub = leg.hub,
                     .variant = 0,
                     .start = leg.slots.begin,
                     .cost = to_money(cost, problem, Rounding::kUp),
                     .value = to_money(value, problem, Rounding::kDown),
                     .short_by = 0,
                     .binding = {}};
    answer.short_by = std::max<std::int64_t>(0, answer.cost - answer.value);
    BindingRow row =
        binding_row(problem, prices, names[lane], {lane, leg.slots, step.amount.raw()});
    if (row.cost > 0) answer.binding.push_back(std::move(row));
    return {std::move(answer)};
  }
  return {};
}

// One answer per hub (of options per option): its cheapest variant and start at λ*.
std::vector<HubAnswer> hub_answers(const Market& market, const Problem& problem,
                                   const Prices& prices, std::uint32_t order) {
  const OrderKind kind = problem.orders[order].kind;
  if (kind == OrderKind::kCurve) return curve_answer(market, problem, prices, order);
  const bool by_option = kind == OrderKind::kOptions || kind == OrderKind::kProfile;
  const std::vector<std::string> names = market::lane_names(market, problem);
  std::vector<HubAnswer> answers;
  const Span32 choices = problem.orders[order].choices;
  for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
    const Choice& choice = problem.choices[c];
    Placement placement = best_start(problem, order, c, prices);
    if (choice.bundle == kNone) placement.lots = problem.profiles[choice.extra].lots;
    const std::uint32_t hub = first_hub(problem, placement);
    if (hub == kNone) continue;  // energy alone
    HubAnswer answer{.hub = hub,
                     .variant = choice.variant,
                     .start = placement.start,
                     .cost = to_money(market::placement_cost(problem, placement, prices), problem,
                                      Rounding::kUp),
                     .value = market::placement_value(problem, order, placement),
                     .short_by = 0,
                     .binding = {}};
    answer.short_by = std::max<std::int64_t>(0, answer.cost - answer.value);
    const auto same =
        by_option ? answers.end() : std::ranges::find(answers, answer.hub, &HubAnswer::hub);
    if (same != answers.end() && same->cost - same->value <= answer.cost - answer.value) continue;
    answer.binding = binding_rows(problem, prices, names, placement);
    if (same == answers.end()) {
      answers.push_back(std::move(answer));
    } else {
      *same = std::move(answer);
    }
  }
  std::ranges::stable_sort(answers, {}, [](const HubAnswer& a) { return a.cost - a.value; });
  return answers;
}

void tell_package(const Problem& problem, const Placement& placement, const Prices& prices,
                  Why& answer) {
  answer.uses = uses_of(problem, placement, prices);
  if (answer.hub == kNone && !answer.uses.empty()) answer.hub = answer.uses.front().hub;
  const Choice& choice = problem.choices[placement.choice];
  if (choice.bundle != kNone) return;
  answer.lots = static_cast<std::uint32_t>(placement.lots);
  answer.lots_of = static_cast<std::uint32_t>(problem.profiles[choice.extra].lots);
}

// A curve that got something.
void tell_curve(const Problem& problem, const Certificate& certificate, std::uint32_t order,
                Why& answer) {
  const market::Dispatch dispatch =
      market::dispatch(problem, market::net_use(problem, certificate.outcome));
  const market::Allocation allocation = market::allocate(problem, dispatch, certificate.seed);
  answer.uses = curve_uses(problem, order, allocation, certificate.payment_prices);
  if (answer.uses.empty()) return;
  answer.hub = answer.uses.front().hub;
  answer.start = answer.uses.front().slots.begin;
  answer.payment = paid_for(problem, answer.uses);
}

Result<Why> answer_for(const Market& market, const Certificate& certificate, OpenRound& round,
                       std::uint32_t order, bool counterfactuals) {
  const Problem& problem = round.problem();
  Why answer;
  answer.hubs = hub_answers(market, problem, certificate.bound_prices, order);
  const std::vector<Award>& awards = certificate.outcome.awards;
  const auto award =
      std::ranges::lower_bound(awards, order, {}, [](const Award& a) { return a.order.value; });
  if (award != awards.end() && award->order.value == order) {
    const Placement placement = market::find_placement(problem, *award);
    answer.hub = award->hub;
    answer.variant = award->variant;
    answer.start = award->start;
    answer.payment =
        to_money(market::placement_cost(problem, placement, certificate.payment_prices), problem,
                 Rounding::kUp);
    if (problem.orders[order].kind != OrderKind::kBlock) {
      tell_package(problem, placement, certificate.payment_prices, answer);
    }
    return answer;
  }
  answer.reason = reason_of(market, problem, certificate, order);
  if (answer.reason == Reason::kPlaced) {
    tell_curve(problem, certificate, order, answer);
    return answer;
  }
  answer.lost_opportunity =
      to_money(market::best_option(problem, order, certificate.payment_prices).surplus, problem,
               Rounding::kDown);
  if (counterfactuals) {
    TONGSUAN_TRY(answer.changes, cheapest_changes(market, round, order));
  }
  return answer;
}

// Of an order that is in the round and has no award there.
Result<Why> quote_for(const Market& market, const Certificate& certificate, OpenRound& round,
                      std::uint32_t order, bool counterfactuals) {
  const Requote requote = round.reclear(order, kTries);
  TONGSUAN_TRY(Why answer,
               answer_for(market, certificate, round, order, counterfactuals && !requote.placed));
  if (requote.placed) {
    answer.reason = Reason::kPlaced;
    answer.lost_opportunity = 0;
    answer.hub = requote.hub;
    answer.variant = requote.variant;
    answer.start = requote.start;
    answer.payment = requote.payment;
    answer.lots = requote.lots;
    answer.lots_of = requote.lots_of;
    answer.uses = requote.uses;
  } else if (answer.reason == Reason::kPlaced) {
    // A curve for which there is something, but not without a loss for somebody.
    answer.reason = Reason::kParadoxicallyRejected;
    answer.uses.clear();
    if (counterfactuals) {
      TONGSUAN_TRY(answer.changes, cheapest_changes(market, round, order));
    }
  }
  return answer;
}

// The certificate of `market`, as one of `with_order`: award ids move up past the new order.
Certificate shifted(const Certificate& certificate, std::uint32_t order) {
  Certificate moved = certificate;
  for (Award& award : moved.outcome.awards) {
    if (award.order.value >= order) ++award.order.value;
  }
  return moved;
}

}  // namespace

Result<Why> why(const Market& market, const Certificate& certificate, std::uint32_t order,
                const WhyOptions& options) {
  if (order >= market.orders.size()) {
    return Error{ErrorCode::kNotFound, "the market has no such order"};
  }
  TONGSUAN_TRY(OpenRound round, OpenRound::open(market, certificate));
  return answer_for(market, certificate, round, order, options.counterfactuals);
}

Result<Why> quote(const Market& market, const Certificate& certificate, const Market& with_order,
                  std::uint32_t order, const WhyOptions& options) {
  if (with_order.orders.size() != market.orders.size() + 1 || order >= with_order.orders.size()) {
    return Error{ErrorCode::kInvalidArgument, "a quote is for one order beside the book"};
  }
  const Certificate moved = shifted(certificate, order);
  TONGSUAN_TRY(OpenRound round, OpenRound::open(with_order, moved));
  return quote_for(with_order, moved, round, order, options.counterfactuals);
}

// ---- Explainer ---------------------------------------------------------------------------------

// Behind the orders of the book stands an empty one, which is whatever is quoted; behind its data
// sets an empty one as well.
struct Explainer::Parts {
  Market market;
  std::shared_ptr<const Certificate> certificate;
  std::uint32_t asked = 0;                                // position of the empty order
  std::uint32_t data = 0;                                 // and of the empty data set
  std::size_t variants = 0, hub_lists = 0, hub_sets = 0;  // of the book
  std::size_t options = 0, legs = 0, ranges = 0, steps = 0;
  std::optional<OpenRound> round;

  void set_order(const AskedOrder& what);
  void set_order(const Market& alone);
  void clear_order();
};

void Explainer::Parts::clear_order() {
  market.variants.resize(variants);
  market.hub_lists.resize(hub_lists);
  market.hub_sets.resize(hub_sets);
  market.options.resize(options);
  market.legs.resize(legs);
  market.ranges.resize(ranges);
  market.steps.resize(steps);
  market.data_sets[data] = {};
  market.orders[asked] = {};
}

void Explainer::Parts::set_order(const AskedOrder& what) {
  Order order;
  order.hubs = HubSetId{static_cast<std::uint32_t>(market.hub_sets.size())};
  market.hub_sets.push_back(append(market.hub_lists, what.hubs));
  order.variants = append(market.variants, what.variants);
  order.window = what.window;
  order.value = what.value;
  order.delay_cost = what.delay_cost;
  order.whole_nodes = what.whole_nodes;
  order.data = what.data;
  if (what.data_mb > 0) {
    order.data = data;
    market.data_sets[data] = {what.data_mb, append(market.hub_lists, what.replicas)};
  }
  market.orders[asked] = order;
}

void Explainer::Parts::set_order(const Market& alone) {
  Order order = alone.orders.front();
  const auto take = [](auto& to, const auto& from, Span32 range) {
    const auto begin = static_cast<std::uint32_t>(to.size());
    to.insert(to.end(), from.begin() + range.begin, from.begin() + range.end);
    return Span32{begin, static_cast<std::uint32_t>(to.size())};
  };
  if (order.kind == OrderKind::kService) {
    // Each set stands once, so that orders that are alike look alike.
    const Span32 hubs = alone.hub_sets[order.hubs.value];
    const auto same = std::ranges::find_if(market.hub_sets, [&](Span32 set) {
      return std::equal(market.hub_lists.begin() + set.begin, market.hub_lists.begin() + set.end,
                        alone.hub_lists.begin() + hubs.begin, alone.hub_lists.begin() + hubs.end);
    });
    order.hubs = HubSetId{static_cast<std::uint32_t>(same - market.hub_sets.begin())};
    if (same == market.hub_sets.end()) {
      market.hub_sets.push_back(take(market.hub_lists, alone.hub_lists, hubs));
    }
  }
  order.variants = take(market.variants, alone.variants, order.variants);
  order.services = take(market.ranges, alone.ranges, order.services);
  order.steps = take(market.steps, alone.steps, order.steps);
  order.options = take(market.options, alone.options, order.options);
  for (std::uint32_t i = order.options.begin; i < order.options.end; ++i) {
    market.options[i].legs = take(market.legs, alone.legs, market.options[i].legs);
  }
  market.orders[asked] = order;
}

Explainer::Explainer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Explainer::~Explainer() = default;

Result<std::unique_ptr<Explainer>> Explainer::open(Market market,
                                                   std::shared_ptr<const Certificate> certificate) {
  auto parts = std::make_unique<Parts>();
  parts->market = std::move(market);
  parts->certificate = std::move(certificate);
  Market& book = parts->market;
  parts->asked = static_cast<std::uint32_t>(book.orders.size());
  book.orders.emplace_back();
  book.order_names.push_back("quoted");
  parts->data = static_cast<std::uint32_t>(book.data_sets.size());
  book.data_sets.emplace_back();
  book.data_names.push_back("quoted");
  parts->hub_sets = book.hub_sets.size();
  if (parts->hub_sets == 0) book.hub_sets.emplace_back();  // of the empty order
  parts->hub_sets = book.hub_sets.size();
  parts->variants = book.variants.size();
  parts->hub_lists = book.hub_lists.size();
  parts->options = book.options.size();
  parts->legs = book.legs.size();
  parts->ranges = book.ranges.size();
  parts->steps = book.steps.size();
  parts->clear_order();
  TONGSUAN_TRY(parts->round, OpenRound::open(book, *parts->certificate));
  return std::unique_ptr<Explainer>(new Explainer(std::move(parts)));
}

Result<Why> Explainer::why(std::uint32_t order, const WhyOptions& options) {
  Parts& parts = *parts_;
  if (order >= parts.asked) {
    return Error{ErrorCode::kNotFound, "the market has no such order"};
  }
  return answer_for(parts.market, *parts.certificate, *parts.round, order, options.counterfactuals);
}

Result<Why> Explainer::quote(const AskedOrder& order, const WhyOptions& options) {
  Parts& parts = *parts_;
  const auto known = [&](HubId hub) { return hub.value < parts.market.hubs.size(); };
  if (order.variants.empty() || order.hubs.empty() || !std::ranges::all_of(order.hubs, known) ||
      !std::ranges::all_of(order.replicas, known) ||
      (order.data != kNone && order.data >= parts.data)) {
    return Error{ErrorCode::kInvalidArgument, "the order names what the market does not have"};
  }
  for (const Variant& variant : order.variants) {
    if (variant.accelerator.value < parts.market.classes.size()) continue;
    return Error{ErrorCode::kInvalidArgument, "the order names what the market does not have"};
  }
  parts.set_order(order);
  return quote_asked(options);
}

Result<Why> Explainer::quote_package(const Market& package, const WhyOptions& options) {
  if (package.orders.size() != 1 || package.orders.front().kind == OrderKind::kBlock) {
    return Error{ErrorCode::kInvalidArgument, "it is not one order that is no block"};
  }
  const Market& book = parts_->market;
  const auto known = [&](const Leg& leg) {
    return leg.kind != RowKind::kZone && leg.hub < book.hubs.size() &&
           leg.accelerator < book.classes.size();
  };
  const bool good = std::ranges::all_of(package.legs, known) &&
                    std::ranges::all_of(package.hub_lists,
                                        [&](HubId hub) { return hub.value < book.hubs.size(); }) &&
                    std::ranges::all_of(package.variants, [&](const Variant& variant) {
                      return variant.accelerator.value < book.classes.size();
                    });
  if (!good) {
    return Error{ErrorCode::kInvalidArgument, "the order names what the market does not have"};
  }
  parts_->set_order(package);
  return quote_asked(options);
}

// Of the order that stands in the market now, and stands there no more afterwards.
Result<Why> Explainer::quote_asked(const WhyOptions& options) {
  Parts& parts = *parts_;
  const Result<Done> in = parts.round->put_in(parts.asked);
  if (!in.ok()) {
    parts.clear_order();
    return in.error();
  }
  Result<Why> answer = quote_for(parts.market, *parts.certificate, *parts.round, parts.asked,
                                 options.counterfactuals);
  parts.round->take_out();
  parts.clear_order();
  return answer;
}

}  // namespace tongsuan::clearing
