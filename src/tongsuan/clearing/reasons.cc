#include "tongsuan/clearing/reasons.h"

#include <algorithm>
#include <array>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/payments.h"

namespace tongsuan::clearing {

using market::Choice;
using market::LaneKind;
using market::Language;
using market::Placement;
using market::Problem;

namespace {

struct ReasonWords {
  Reason reason;
  const char* name;
  const char* english;
  const char* chinese;
};

constexpr std::array<ReasonWords, 11> kWords = {{
    {Reason::kPlaced, "PLACED", "The order was placed.", "订单已成交。"},
    {Reason::kNotEligible, "NOT_ELIGIBLE",
     "No hub of the order offers a class that it accepts: add hubs or classes.",
     "订单所选枢纽均不提供其接受的算力类别：请增加枢纽或类别。"},
    {Reason::kNoCompatibleHub, "NO_COMPATIBLE_HUB",
     "Hubs offer the class, but none has the whole nodes or the power that the order needs.",
     "枢纽提供该类别，但都没有订单所需的整机节点或电力。"},
    {Reason::kGangTooLarge, "GANG_TOO_LARGE",
     "No hub has that many devices at once in the window: ask for fewer devices.",
     "时间窗内没有枢纽同时拥有这么多设备：请减少设备数。"},
    {Reason::kDataUnreachable, "DATA_UNREACHABLE",
     "The data set cannot arrive in time over any link: start later or add a replica.",
     "数据集无法经任何链路按时送达：请推迟开始或增加副本。"},
    {Reason::kWindowTooTight, "WINDOW_TOO_TIGHT",
     "The order runs longer than its window: extend the window.",
     "运行时长超过时间窗：请延长时间窗。"},
    {Reason::kGreenUnmet, "GREEN_UNMET",
     "No green supply could cover the share that the order asks for: lower the share.",
     "绿电供应无法满足订单要求的比例：请降低比例。"},
    {Reason::kPolicyCap, "POLICY_CAP", "The caps of the order's group forbid it at any price.",
     "订单所属组的政策上限不允许，与出价无关。"},
    {Reason::kPrecedenceUnmet, "PRECEDENCE_UNMET",
     "The order that it must follow was not accepted, or ends too late.",
     "其前置订单未成交，或结束过晚。"},
    {Reason::kOutbid, "OUTBID",
     "At the prices of the round every option costs more than the order is worth: bid more.",
     "按本轮价格，每种方案的成本都高于订单价值：请提高出价。"},
    {Reason::kParadoxicallyRejected, "PARADOXICALLY_REJECTED",
     "The order is worth more than the prices, but does not fit beside what is indivisible.",
     "订单价值高于价格，但因不可分割的订单而无法同时容纳。"},
}};

const ReasonWords& words_of(Reason reason) {
  return *std::ranges::find(kWords, reason, &ReasonWords::reason);
}

// What remains when the earlier obstacles are gone: `Reason` names them in the order in which an
// option meets them.
Reason further(Reason a, Reason b) {
  return std::max(a, b);
}

}  // namespace

const char* reason_name(Reason reason) {
  return words_of(reason).name;
}

const char* reason_text(Reason reason, Language language) {
  const ReasonWords& words = words_of(reason);
  return language == Language::kEnglish ? words.english : words.chinese;
}

// ---- Structure ---------------------------------------------------------------------------------

Structure::Structure(const Market& market, const Problem& problem)
    : market_(market),
      problem_(problem),
      reachable_(problem.row_count(), 0),
      capacity_lane_(market.hubs.size() * market.classes.size(), kNone) {
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
      reachable_[row] += problem.supply[i].amount;
    }
  }
  for (const market::LineSlot& line : problem.line_slots) {
    reachable_[line.to] += line.max;
    reachable_[line.from] -= line.min;
  }
  for (const Choice& choice : problem.choices) {
    if (choice.bundle != kNone) continue;
    const Span32 legs = problem.profiles[choice.extra].legs;
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const market::ProfileLeg& leg = problem.profile_legs[i];
      if (leg.amount >= 0) continue;
      for (Slot slot = leg.slots.begin; slot < leg.slots.end; ++slot) {
        reachable_[problem.row(leg.lane, slot)] -= leg.amount;
      }
    }
  }
  for (std::uint32_t lane = 0; lane < problem.capacity_lane_count; ++lane) {
    const market::Lane& at = problem.lanes[lane];
    capacity_lane_[at.first * market.classes.size() + at.second] = lane;
  }
}

Reason Structure::obstacle(std::uint32_t lane) const {
  switch (problem_.lanes[lane].kind) {
    case LaneKind::kCapacity:
      return Reason::kGangTooLarge;
    case LaneKind::kNode:
      return Reason::kNoCompatibleHub;
    case LaneKind::kZone:
      return market_.zones[problem_.lanes[lane].first].commodity == Commodity::kGreen
                 ? Reason::kGreenUnmet
                 : Reason::kNoCompatibleHub;
    case LaneKind::kLink:
      return Reason::kDataUnreachable;
    case LaneKind::kCap:
      return Reason::kPolicyCap;
  }
  return Reason::kNotEligible;
}

bool Structure::blocked(std::uint32_t lane, SlotRange slots, std::int64_t amount) const {
  for (Slot slot = slots.begin; slot < slots.end; ++slot) {
    if (reachable_[problem_.row(lane, slot)] < amount) return true;
  }
  return false;
}

// The first row that could not hold a choice at a start even on the empty book.
Reason Structure::bundle_obstacle(const Choice& choice, Slot start) const {
  const Span32 legs = problem_.bundles[choice.bundle];
  for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
    const market::BundleLeg& leg = problem_.bundle_legs[i];
    if (blocked(leg.lane, {start, start + choice.duration}, leg.units * choice.devices)) {
      return obstacle(leg.lane);
    }
  }
  if (choice.extra == kNone) return Reason::kPlaced;
  const market::Transfer& transfer = problem_.transfers[choice.extra];
  const bool late = blocked(transfer.lane, {start - transfer.slots, start}, transfer.rate);
  return late ? Reason::kDataUnreachable : Reason::kPlaced;
}

// A profile is judged by its least share.
Reason Structure::profile_obstacle(const Choice& choice) const {
  const market::Profile& profile = problem_.profiles[choice.extra];
  for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
    const market::ProfileLeg& leg = problem_.profile_legs[i];
    if (leg.amount <= 0) continue;
    if (blocked(leg.lane, leg.slots, leg.amount / profile.lots * profile.lots_min)) {
      return obstacle(leg.lane);
    }
  }
  return Reason::kPlaced;
}

// Why compile() made no choice of a (variant, hub) pair.
Reason Structure::missing_choice(std::uint32_t order_index, const Variant& variant,
                                 HubId hub) const {
  const Order& order = market_.orders[order_index];
  const std::size_t pair = hub.value * market_.classes.size() + variant.accelerator.value;
  if (capacity_lane_[pair] == kNone) return Reason::kNotEligible;
  if (order.green_percent > 0 && market_.hubs[hub.value].green_zone == kNone) {
    return Reason::kGreenUnmet;
  }
  const bool nodes = std::ranges::any_of(market_.node_blocks, [&](const NodeBlock& block) {
    return block.hub == hub && block.accelerator == variant.accelerator;
  });
  if (order.whole_nodes && !nodes) return Reason::kNoCompatibleHub;
  if (variant.duration > order.window.count()) return Reason::kWindowTooTight;
  return order.data != kNone ? Reason::kDataUnreachable : Reason::kWindowTooTight;
}

Reason Structure::pair_reason(std::uint32_t order, std::uint32_t variant, HubId hub) const {
  const Span32 choices = problem_.orders[order].choices;
  for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
    const Choice& choice = problem_.choices[c];
    if (choice.bundle == kNone || choice.variant != variant || problem_.hub(choice) != hub.value) {
      continue;
    }
    Reason furthest = Reason::kNotEligible;
    for (Slot start = choice.first; start <= choice.last; ++start) {
      const Reason reason = bundle_obstacle(choice, start);
      if (reason == Reason::kPlaced) return reason;
      furthest = further(furthest, reason);
    }
    return furthest;
  }
  return missing_choice(order, market_.variants[market_.orders[order].variants.begin + variant],
                        hub);
}

Reason Structure::block_reason(std::uint32_t order_index) const {
  const Order& order = market_.orders[order_index];
  // Most orders fit somewhere: look at what there is before asking what is missing.
  const Span32 choices = problem_.orders[order_index].choices;
  for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
    if (bundle_obstacle(problem_.choices[c], problem_.choices[c].first) == Reason::kPlaced) {
      return Reason::kPlaced;
    }
  }
  Reason furthest = Reason::kNotEligible;
  const Span32 hubs = market_.hub_sets[order.hubs.value];
  for (std::uint32_t v = 0; v < order.variants.count(); ++v) {
    for (std::uint32_t h = hubs.begin; h < hubs.end; ++h) {
      const Reason reason = pair_reason(order_index, v, market_.hub_lists[h]);
      if (reason == Reason::kPlaced) return reason;
      furthest = further(furthest, reason);
    }
  }
  return furthest;
}

// Why compile() made no choice of any option.
Reason Structure::missing_options(const Order& order) const {
  Reason furthest = Reason::kNotEligible;
  for (std::uint32_t i = order.options.begin; i < order.options.end; ++i) {
    const Span32 legs = market_.options[i].legs;
    const bool devices = std::all_of(
        market_.legs.begin() + legs.begin, market_.legs.begin() + legs.end, [&](const Leg& leg) {
          return leg.kind == RowKind::kZone ||
                 capacity_lane_[leg.hub * market_.classes.size() + leg.accelerator] != kNone;
        });
    const bool nodes =
        std::any_of(market_.legs.begin() + legs.begin, market_.legs.begin() + legs.end,
                    [](const Leg& leg) { return leg.kind == RowKind::kNodes; });
    if (devices && nodes) furthest = further(furthest, Reason::kNoCompatibleHub);
  }
  return furthest;
}

Reason Structure::reason(std::uint32_t order) const {
  const OrderKind kind = market_.orders[order].kind;
  if (kind == OrderKind::kCurve) return Reason::kPlaced;
  if (kind == OrderKind::kBlock) return block_reason(order);
  const Span32 choices = problem_.orders[order].choices;
  if (kind == OrderKind::kService && choices.count() == 0) {
    const Order& service = market_.orders[order];
    const Span32 hubs = market_.hub_sets[service.hubs.value];
    Reason furthest = Reason::kNotEligible;
    for (std::uint32_t h = hubs.begin; h < hubs.end; ++h) {
      const Variant& variant = market_.variants[service.variants.begin];
      const Reason reason = missing_choice(order, variant, market_.hub_lists[h]);
      furthest =
          further(furthest, reason == Reason::kWindowTooTight ? Reason::kNoCompatibleHub : reason);
    }
    return furthest;
  }
  if (choices.count() == 0) return missing_options(market_.orders[order]);
  Reason furthest = Reason::kNotEligible;
  for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
    const Choice& choice = problem_.choices[c];
    // An option on devices alone is compiled like a block with one start.
    const Reason reason =
        choice.bundle == kNone ? profile_obstacle(choice) : bundle_obstacle(choice, choice.first);
    if (reason == Reason::kPlaced) return reason;
    furthest = further(furthest, reason);
  }
  return furthest;
}

// ---- All orders --------------------------------------------------------------------------------

namespace {

// The best surplus at λ* among starts once the order that it follows has ended; false when there is
// no such start.
bool follows_in_time(const Problem& problem, std::uint32_t order, Slot earliest,
                     const market::OptionPricer& pricer, int128& best) {
  const Span32 choices = problem.orders[order].choices;
  bool possible = false;
  for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
    const Choice& choice = problem.choices[c];
    for (Slot start = choice.first; start <= choice.last; ++start) {
      Placement placement{.choice = c, .start = start, .lots = 1};
      if (choice.bundle == kNone) placement.lots = problem.profiles[choice.extra].lots;
      if (market::placement_slots(problem, placement).begin < earliest) continue;
      const int128 surplus =
          static_cast<int128>(market::placement_value(problem, order, placement)) *
              problem.denominator -
          pricer.cost(placement);
      best = possible ? std::max(best, surplus) : surplus;
      possible = true;
    }
  }
  return possible;
}

// Judges orders of one closed round.
class Judge {
 public:
  Judge(const Market& market, const Problem& problem, const Certificate& certificate)
      : market_(market),
        problem_(problem),
        awards_(certificate.outcome.awards),
        structure_(market, problem),
        pricer_(problem, certificate.bound_prices),
        award_of_(problem.orders.size(), kNone),
        bought_(problem.orders.size(), false) {
    for (std::uint32_t i = 0; i < awards_.size(); ++i) award_of_[awards_[i].order.value] = i;
    if (problem.demand.empty()) return;
    const market::Dispatch dispatch =
        market::dispatch(problem, market::net_use(problem, certificate.outcome));
    const market::Allocation allocation = market::allocate(problem, dispatch, certificate.seed);
    for (std::size_t i = 0; i < problem.demand.size(); ++i) {
      if (allocation.demand[i] > 0) bought_[problem.demand[i].order] = true;
    }
  }

  [[nodiscard]] Reason judge(std::uint32_t order) const {
    if (award_of_[order] != kNone || bought_[order]) return Reason::kPlaced;
    if (market_.orders[order].kind == OrderKind::kCurve) return Reason::kOutbid;
    const Reason structural = structure_.reason(order);
    if (structural != Reason::kPlaced) return structural;
    const std::uint32_t parent = problem_.orders[order].after;
    int128 surplus = 0;
    if (parent == kNone) {
      surplus = pricer_.surplus(order);
    } else {
      if (award_of_[parent] == kNone) return Reason::kPrecedenceUnmet;
      const Placement before = market::find_placement(problem_, awards_[award_of_[parent]]);
      const Slot earliest = market::placement_slots(problem_, before).end;
      if (!follows_in_time(problem_, order, earliest, pricer_, surplus)) {
        return Reason::kPrecedenceUnmet;
      }
    }
    return surplus > 0 ? Reason::kParadoxicallyRejected : Reason::kOutbid;
  }

 private:
  const Market& market_;
  const Problem& problem_;
  const std::vector<Award>& awards_;
  Structure structure_;
  market::OptionPricer pricer_;
  std::vector<std::uint32_t> award_of_;  // by order
  std::vector<bool> bought_;             // curves that got something
};

}  // namespace

std::vector<Reason> reasons(const Market& market, const Problem& problem,
                            const Certificate& certificate) {
  const Judge judge(market, problem, certificate);
  std::vector<Reason> result(problem.orders.size());
  for (std::uint32_t order = 0; order < result.size(); ++order) result[order] = judge.judge(order);
  return result;
}

Reason reason_of(const Market& market, const Problem& problem, const Certificate& certificate,
                 std::uint32_t order) {
  return Judge(market, problem, certificate).judge(order);
}

}  // namespace tongsuan::clearing
