#include "tongsuan/solver/block_rules.h"

#include <algorithm>
#include <map>

namespace tongsuan::solver {
namespace {

constexpr int kGateRoundsMax = 6;
constexpr std::size_t kSegmentsMax = 24;  // steps looked at beyond a bound
constexpr std::size_t kReopenMax = 64;    // gates tried again, each at a few prices
constexpr double kMovementShare = 1e-6;   // of lost welfare, when both are minimised

// How much of a party's step is accepted, given what its zone accepts: in price order, the marginal
// price pro rata over everybody in whole units, largest remainder first, then the lowest draw, then
// the order of the steps.
struct Take {
  std::uint32_t step = 0;  // of BlockBook::party_steps
  std::int64_t amount = 0;
  std::int64_t remainder = 0;
  std::uint64_t draw = 0;
};

void take_side(const BlockBook& book, std::span<const std::uint32_t> steps, const Network& network,
               const Network::Accepted& accepted, bool supply, std::vector<Take>& takes) {
  const std::int64_t marginal = supply ? accepted.supply_price : accepted.demand_price;
  const std::uint32_t zone = book.party_steps[steps.front()].zone;
  std::int64_t offered = 0;  // by everybody at the marginal price
  std::int64_t inside = 0;   // at better prices
  for (std::uint32_t k = 0; k < network.step_count(zone); ++k) {
    const Network::CurveStep at = network.step(zone, k);
    const std::int64_t amount = supply ? at.supply : at.demand;
    if (at.price == marginal) offered = amount;
    if (supply ? at.price < marginal : at.price > marginal) inside += amount;
  }
  const std::int64_t shared = (supply ? accepted.supply : accepted.demand) - inside;
  std::int64_t left = shared;
  std::vector<Take> margin;
  for (const std::uint32_t s : steps) {
    const PartyStep& step = book.party_steps[s];
    if (step.is_supply != supply) continue;
    if (supply ? step.price < marginal : step.price > marginal) takes.push_back({s, step.amount});
    if (step.price != marginal || offered == 0) continue;
    const int128 exact = int128{step.amount} * shared;
    margin.push_back({s, static_cast<std::int64_t>(exact / offered),
                      static_cast<std::int64_t>(exact % offered)});
    left -= margin.back().amount;
  }
  if (left > 0 && book.draw) {
    for (Take& take : margin) take.draw = book.draw(book.party_steps[take.step]);
  }
  std::ranges::stable_sort(margin, [](const Take& a, const Take& b) {
    return a.remainder != b.remainder ? a.remainder > b.remainder : a.draw < b.draw;
  });
  for (Take& take : margin) {
    if (left > 0 && take.remainder > 0) {
      ++take.amount;
      --left;
    }
    takes.push_back(take);
  }
}

std::vector<Take> party_takes(const BlockBook& book, std::span<const std::uint32_t> steps,
                              const Network& network, const Network::Accepted& accepted) {
  std::vector<Take> takes;
  if (steps.empty()) return takes;
  for (const bool supply : {true, false}) {
    take_side(book, steps, network, accepted, supply, takes);
  }
  return takes;
}

// The dearest accepted supply and cheapest accepted demand that no party claims.
struct Bounds {
  std::int64_t low = 0;
  std::int64_t high = 0;
};
Bounds anonymous_bounds(const BlockBook& book, std::span<const std::uint32_t> steps,
                        std::uint32_t zone, const Network& network,
                        const Network::Accepted& accepted) {
  Bounds bounds{network.price_min(zone), network.price_max(zone)};
  int128 all_claimed = 0;
  for (const std::uint32_t s : steps) {
    const PartyStep& step = book.party_steps[s];
    if (step.price >= bounds.low) all_claimed += step.amount;  // the others are settled beforehand
  }
  if (all_claimed == network.amount_before(zone, network.step_count(zone))) return bounds;
  const auto claimed = [&](std::int64_t price, bool supply) {
    std::int64_t sum = 0;
    for (const std::uint32_t s : steps) {
      const PartyStep& step = book.party_steps[s];
      if (step.is_supply == supply && step.price == price) sum += step.amount;
    }
    return sum;
  };
  for (std::uint32_t k = 0; k < network.step_count(zone); ++k) {
    const Network::CurveStep at = network.step(zone, k);
    if (accepted.supply > 0 && at.price <= accepted.supply_price &&
        at.supply > claimed(at.price, true)) {
      bounds.low = at.price;
    }
    if (accepted.demand > 0 && at.price >= accepted.demand_price && bounds.high > at.price &&
        at.demand > claimed(at.price, false)) {
      bounds.high = at.price;
    }
  }
  return bounds;
}

// Segments of the lower convex hull of points (distance, loss) that start at (0, 0).
std::vector<PriceSegment> convex_segments(
    const std::vector<std::pair<std::int64_t, double>>& points) {
  std::vector<PriceSegment> segments;
  std::pair<std::int64_t, double> at{0, 0};
  std::size_t next = 0;
  while (next < points.size()) {
    std::size_t best = next;
    double best_slope = 0;
    for (std::size_t i = next; i < points.size(); ++i) {
      const double slope =
          (points[i].second - at.second) / static_cast<double>(points[i].first - at.first);
      if (i != next && slope > best_slope) continue;
      best = i;
      best_slope = slope;
    }
    segments.push_back({points[best].first - at.first, best_slope});
    at = points[best];
    next = best + 1;
  }
  return segments;
}

}  // namespace

BlockPricer::BlockPricer(const BlockIndex& index, SlotCache& cache)
    : index_(&index), state_(index, cache), party_steps_(index.entry_count()) {
  const BlockBook& book = index.book();
  weights_.reserve(index.entry_count());
  for (const Network& network : book.slots) {
    for (std::uint32_t z = 0; z < book.zone_count; ++z) {
      const std::int64_t amount = network.amount_before(z, network.step_count(z));
      weights_.push_back(static_cast<double>(std::max<std::int64_t>(amount, 1)));
    }
  }
  for (std::uint32_t s = 0; s < book.party_steps.size(); ++s) {
    const PartyStep& step = book.party_steps[s];
    if (step.amount > 0) party_steps_[index.entry(step.slot, step.zone)].push_back(s);
  }
}

// ---- Outcomes ----------------------------------------------------------------------------------

const Network& BlockPricer::network(const Working& working, std::uint32_t slot) const {
  const Network& gated = working.gated[slot];
  return gated.zone_count() == 0 ? index_->book().slots[slot] : gated;
}

void BlockPricer::solve_slot(Working& working, std::uint32_t slot) {
  const auto first = working.gates.begin() + static_cast<std::ptrdiff_t>(index_->entry(slot, 0));
  const std::span<const ZoneGate> gates(first, index_->book().zone_count);
  const bool open = std::ranges::all_of(gates, [](const ZoneGate& g) { return g == ZoneGate{}; });
  working.gated[slot] = open ? Network() : index_->book().slots[slot].gated(gates);
  const Network& here = network(working, slot);
  const std::span<const std::int64_t> injection = state_.injection(slot);
  NetworkSolution& solution = working.slots[slot];
  solver_.solve(here, injection, solution);
  solver_.choose_prices(here, index_->slot_prices(working.reference, slot), solution);
  solver_.share_ties(here, injection, solution);
  ++work_units_;
}

BlockPricer::Working BlockPricer::start(std::span<const std::int64_t> lots,
                                        std::span<const std::int64_t> reference) {
  Working working;
  working.lots.assign(lots.begin(), lots.end());
  working.reference.assign(reference.begin(), reference.end());
  working.gates.resize(index_->entry_count());
  working.gated.resize(index_->slot_count());
  working.slots.resize(index_->slot_count());
  state_.set_all(lots);
  for (std::uint32_t t = 0; t < index_->slot_count(); ++t) {
    const std::span<const std::int64_t> from = index_->slot_prices(reference, t);
    working.slots[t].prices.assign(from.begin(), from.end());
    solve_slot(working, t);
  }
  return working;
}

BlockOutcome BlockPricer::finish(const Working& working, std::vector<std::int64_t> prices) const {
  BlockOutcome outcome;
  outcome.lots = working.lots;
  outcome.prices = std::move(prices);
  outcome.gates = working.gates;
  for (const NetworkSolution& slot : working.slots) {
    outcome.supply.insert(outcome.supply.end(), slot.supply.begin(), slot.supply.end());
    outcome.flows.insert(outcome.flows.end(), slot.flows.begin(), slot.flows.end());
    outcome.welfare += slot.welfare;
  }
  for (std::uint32_t j = 0; j < outcome.lots.size(); ++j) {
    outcome.welfare += index_->value(j, outcome.lots[j]);
  }
  return outcome;
}

BlockOutcome BlockPricer::dispatch(std::span<const std::int64_t> lots,
                                   std::span<const std::int64_t> reference) {
  const Working working = start(lots, reference);
  std::vector<std::int64_t> prices;
  for (const NetworkSolution& slot : working.slots) {
    prices.insert(prices.end(), slot.prices.begin(), slot.prices.end());
  }
  return finish(working, std::move(prices));
}

// ---- Conditions --------------------------------------------------------------------------------

void BlockPricer::add_block_conditions(const Working& working,
                                       std::vector<PriceCondition>& list) const {
  for (std::uint32_t j = 0; j < working.lots.size(); ++j) {
    if (working.lots[j] == 0) continue;
    const std::int64_t whole = index_->book().blocks[j].lots;
    PriceCondition condition;
    std::vector<PriceTerm>& terms = condition.terms;
    for (const BlockLeg& leg : index_->legs(j)) {
      const std::size_t e = index_->entry(leg.slot, leg.zone);
      const std::int64_t sold = -(leg.amount / whole * working.lots[j]);
      const auto same = std::ranges::find(terms, e, &PriceTerm::entry);
      if (same == terms.end()) {
        terms.push_back({e, sold});
      } else {
        same->coefficient += sold;
      }
    }
    condition.least = -index_->value(j, working.lots[j]);
    list.push_back(std::move(condition));
  }
}

// A line's owner is one participant over the round: what it earns at both ends covers its tariffs.
void BlockPricer::add_line_conditions(const Working& working,
                                      std::vector<PriceCondition>& list) const {
  const std::size_t lines = index_->book().slots.empty() ? 0 : working.slots.front().flows.size();
  std::map<std::uint32_t, PriceCondition> owners;
  for (std::uint32_t t = 0; t < index_->slot_count(); ++t) {
    for (std::size_t l = 0; l < lines; ++l) {
      const std::int64_t flow = working.slots[t].flows[l];
      if (flow == 0) continue;
      const NetworkLine& line = index_->book().slots[t].lines()[l];
      PriceCondition& condition = owners[line_owner(index_->book(), t, l)];
      condition.terms.push_back({index_->entry(t, line.to), flow});
      condition.terms.push_back({index_->entry(t, line.from), -flow});
      condition.least += int128{line.tariff} * flow;
    }
  }
  for (auto& [owner, condition] : owners) list.push_back(std::move(condition));
}

void BlockPricer::add_party_conditions(const Working& working,
                                       std::vector<PriceCondition>& list) const {
  const BlockBook& book = index_->book();
  std::vector<PriceCondition> parties(book.party_count);
  for (std::uint32_t t = 0; t < index_->slot_count(); ++t) {
    for (std::uint32_t z = 0; z < book.zone_count; ++z) {
      const std::size_t e = index_->entry(t, z);
      if (party_steps_[e].empty()) continue;
      const Network::Accepted accepted =
          network(working, t).accepted(z, working.slots[t].supply[z], state_.injection(t)[z]);
      for (const Take& take : party_takes(book, party_steps_[e], network(working, t), accepted)) {
        if (take.amount == 0) continue;
        const PartyStep& step = book.party_steps[take.step];
        const std::int64_t sold = step.is_supply ? take.amount : -take.amount;
        PriceCondition& condition = parties[step.party];
        condition.least += int128{step.price} * sold;
        if (!condition.terms.empty() && condition.terms.back().entry == e) {
          condition.terms.back().coefficient += sold;
        } else {
          condition.terms.push_back({e, sold});
        }
      }
    }
  }
  for (PriceCondition& condition : parties) {
    if (!condition.terms.empty()) list.push_back(std::move(condition));
  }
}

PriceEntry BlockPricer::entry(const Working& working, std::uint32_t slot,
                              std::uint32_t zone) const {
  const std::size_t e = index_->entry(slot, zone);
  const Network& here = network(working, slot);
  const Network::Accepted accepted =
      here.accepted(zone, working.slots[slot].supply[zone], state_.injection(slot)[zone]);
  PriceEntry result;
  result.reference = working.reference[e];
  result.low = accepted.supply_price;
  result.high = accepted.demand_price;
  if (!party_steps_[e].empty() && !working.alone) {
    const Bounds bounds = anonymous_bounds(index_->book(), party_steps_[e], zone, here, accepted);
    result.low = bounds.low;
    result.high = bounds.high;
  }
  // What is thrown away may not be paid for.
  if (accepted.surplus > 0)
    result.high = std::max(result.low, std::min<std::int64_t>(result.high, 0));
  result.weight = weights_[e];
  return result;
}

// What it costs in welfare to leave the bounds, by solving the slot with the gate that each further
// step would need: a demand step that the price climbs over must go (a supply step likewise,
// downwards). Ends where the slot can no longer be balanced.
void BlockPricer::add_segments(Working& working, std::uint32_t slot, std::uint32_t zone,
                               PriceEntry& entry) {
  Network gated = working.gated[slot];
  const Network here = network(working, slot);
  const NetworkSolution solution = working.slots[slot];
  const Network::Accepted accepted =
      here.accepted(zone, solution.supply[zone], state_.injection(slot)[zone]);
  const std::size_t e = index_->entry(slot, zone);
  const ZoneGate gate = working.gates[e];
  std::vector<std::pair<std::int64_t, double>> points;
  const auto try_gate = [&](const ZoneGate& closed, std::int64_t distance) {
    working.gates[e] = closed;
    solve_slot(working, slot);
    if (!working.slots[slot].balanced) return false;
    const int128 loss = solution.welfare - working.slots[slot].welfare;
    points.emplace_back(distance, static_cast<double>(loss));
    return points.size() < kSegmentsMax;
  };
  const std::uint32_t count = here.step_count(zone);
  bool going = accepted.demand > 0;
  for (std::uint32_t k = here.first_step(zone, entry.high + 1); k < count && going; ++k) {
    const Network::CurveStep at = here.step(zone, k);
    if (at.demand > 0) going = try_gate({gate.supply_max, at.price}, at.price - entry.high);
  }
  if (going && entry.high < here.price_max(zone)) {
    try_gate({gate.supply_max, here.price_max(zone)}, here.price_max(zone) - entry.high);
  }
  entry.beyond_high = convex_segments(points);
  points.clear();
  going = accepted.supply > 0;
  for (std::uint32_t k = here.first_step(zone, entry.low); k > 0 && going; --k) {
    const Network::CurveStep at = here.step(zone, k - 1);
    if (at.supply > 0) going = try_gate({at.price, gate.demand_min}, entry.low - at.price);
  }
  if (going && entry.low > here.price_min(zone)) {
    try_gate({here.price_min(zone), gate.demand_min}, entry.low - here.price_min(zone));
  }
  entry.beyond_low = convex_segments(points);
  working.gates[e] = gate;
  working.slots[slot] = solution;
  working.gated[slot] = std::move(gated);
}

std::vector<PriceEntry> BlockPricer::entries(const Working& working) const {
  std::vector<PriceEntry> list;
  list.reserve(index_->entry_count());
  for (std::uint32_t t = 0; t < index_->slot_count(); ++t) {
    for (std::uint32_t z = 0; z < index_->book().zone_count; ++z) {
      list.push_back(entry(working, t, z));
    }
  }
  return list;
}

// Entries that may leave their bounds at a cost, in the slots of blocks that lose at the prices
// nearest to the reference (in all slots when no block does).
std::vector<PriceEntry> BlockPricer::elastic_entries(Working& working) {
  std::vector<PriceEntry> list = entries(working);
  std::vector<std::int64_t> nearest;
  nearest.reserve(list.size());
  for (const PriceEntry& e : list) nearest.push_back(std::clamp(e.reference, e.low, e.high));
  std::vector<std::uint8_t> open(index_->slot_count(), 0);
  for (std::uint32_t j = 0; j < working.lots.size(); ++j) {
    if (working.lots[j] == 0 || index_->surplus(j, working.lots[j], nearest) >= 0) continue;
    for (const BlockLeg& leg : index_->legs(j)) open[leg.slot] = 1;
  }
  if (std::ranges::count(open, 1) == 0) std::ranges::fill(open, 1);
  for (std::size_t e = 0; e < list.size(); ++e) {
    const auto slot = static_cast<std::uint32_t>(e / index_->book().zone_count);
    const auto zone = static_cast<std::uint32_t>(e % index_->book().zone_count);
    const double movement = list[e].weight * kMovementShare;
    if (open[slot] != 0) add_segments(working, slot, zone, list[e]);
    for (auto* side : {&list[e].beyond_high, &list[e].beyond_low}) {
      for (PriceSegment& segment : *side) segment.slope += movement;
    }
    list[e].weight = movement;
  }
  return list;
}

// ---- European rule -----------------------------------------------------------------------------

bool BlockPricer::some_block_always_loses(std::span<const std::int64_t> lots) {
  state_.set_all(lots);
  for (std::uint32_t j = 0; j < lots.size(); ++j) {
    if (lots[j] == 0) continue;
    const std::int64_t whole = index_->book().blocks[j].lots;
    int128 best = index_->value(j, lots[j]);
    for (const BlockLeg& leg : index_->legs(j)) {
      const SlotCache::Answer& answer = state_.answer(leg.slot);
      const std::int64_t price =
          leg.amount > 0 ? answer.lowest[leg.zone] : answer.highest[leg.zone];
      best -= int128{leg.amount / whole} * lots[j] * price;
    }
    if (best < 0) return true;
  }
  return false;
}

std::optional<BlockOutcome> BlockPricer::support(std::span<const std::int64_t> lots,
                                                 std::span<const std::int64_t> reference) {
  if (some_block_always_loses(lots)) return std::nullopt;
  const Working working = start(lots, reference);
  std::vector<PriceEntry> box;
  std::vector<PriceCondition> list;
  add_block_conditions(working, list);
  for (std::uint32_t t = 0; t < index_->slot_count(); ++t) {
    const NetworkSolution& solution = working.slots[t];
    for (std::uint32_t z = 0; z < index_->book().zone_count; ++z) {
      PriceEntry entry;
      entry.reference = solution.prices[z];
      entry.low = solution.lowest[z];
      entry.high = solution.highest[z];
      entry.weight = weights_[index_->entry(t, z)];
      box.push_back(std::move(entry));
    }
    const std::span<const NetworkLine> lines = index_->book().slots[t].lines();
    for (std::size_t l = 0; l < lines.size(); ++l) {
      const std::size_t from = index_->entry(t, lines[l].from);
      const std::size_t to = index_->entry(t, lines[l].to);
      if (solution.flows[l] > lines[l].min)
        list.push_back({{{to, 1}, {from, -1}}, lines[l].tariff});
      if (solution.flows[l] < lines[l].max)
        list.push_back({{{to, -1}, {from, 1}}, -lines[l].tariff});
    }
  }
  PriceProgram program(std::move(box), std::move(list));
  std::optional<std::vector<std::int64_t>> prices = program.solve();
  work_units_ += program.work_units();
  if (!prices) return std::nullopt;
  return finish(working, std::move(*prices));
}

// ---- Nobody accepted loses ---------------------------------------------------------------------

std::optional<std::vector<std::int64_t>> BlockPricer::find_prices(const Working& working,
                                                                  std::vector<PriceEntry> within) {
  std::vector<PriceCondition> list;
  add_block_conditions(working, list);
  add_line_conditions(working, list);
  if (!working.alone) add_party_conditions(working, list);
  PriceProgram program(std::move(within), std::move(list));
  std::optional<std::vector<std::int64_t>> prices = program.solve();
  work_units_ += program.work_units();
  return prices;
}

// Lets prices leave their bounds where it costs the least welfare, and keeps out the steps that
// would lose there. False when that changes nothing.
bool BlockPricer::close_gates(Working& working) {
  const std::optional<std::vector<std::int64_t>> prices =
      find_prices(working, elastic_entries(working));
  if (!prices) return false;
  bool closed = false;
  for (std::uint32_t t = 0; t < index_->slot_count(); ++t) {
    bool touched = false;
    for (std::uint32_t z = 0; z < index_->book().zone_count; ++z) {
      const std::size_t e = index_->entry(t, z);
      const PriceEntry bounds = entry(working, t, z);
      ZoneGate& gate = working.gates[e];
      if ((*prices)[e] > bounds.high && (*prices)[e] > gate.demand_min) {
        gate.demand_min = (*prices)[e];
        touched = true;
      }
      if ((*prices)[e] < bounds.low && (*prices)[e] < gate.supply_max) {
        gate.supply_max = (*prices)[e];
        touched = true;
      }
    }
    if (touched) solve_slot(working, t);
    // Blocks may need the very steps that would have to go.
    if (!working.slots[t].balanced) return false;
    closed = closed || touched;
  }
  return closed;
}

// The gates were closed for all prices at once, by a linear estimate: opens each again as far as
// prices can still be found.
void BlockPricer::reopen_gates(Working& working, std::vector<std::int64_t>& prices) {
  std::size_t tried = 0;
  for (std::size_t e = 0; e < working.gates.size() && tried < kReopenMax; ++e) {
    const ZoneGate closed = working.gates[e];
    if (closed == ZoneGate{}) continue;
    const auto slot = static_cast<std::uint32_t>(e / index_->book().zone_count);
    const auto zone = static_cast<std::uint32_t>(e % index_->book().zone_count);
    const Network& whole = index_->book().slots[slot];
    std::vector<ZoneGate> wider = {ZoneGate{}};
    for (std::uint32_t k = whole.first_step(zone, working.slots[slot].prices[zone]);
         k < whole.step_count(zone) && wider.size() < kSegmentsMax; ++k) {
      const Network::CurveStep at = whole.step(zone, k);
      if (at.price >= closed.demand_min) break;
      if (at.demand > 0) wider.push_back({closed.supply_max, at.price});
    }
    NetworkSolution solution = working.slots[slot];
    Network gated = working.gated[slot];
    bool opened = false;
    for (const ZoneGate& gate : wider) {
      ++tried;
      working.gates[e] = gate;
      solve_slot(working, slot);
      if (!working.slots[slot].balanced) continue;
      std::optional<std::vector<std::int64_t>> found = find_prices(working, entries(working));
      if (!found) continue;
      prices = std::move(*found);
      opened = true;
      break;
    }
    if (opened) continue;
    working.gates[e] = closed;
    working.slots[slot] = std::move(solution);
    working.gated[slot] = std::move(gated);
  }
}

std::optional<BlockOutcome> BlockPricer::pay(std::span<const std::int64_t> lots,
                                             std::span<const std::int64_t> reference) {
  Working working = start(lots, reference);
  for (int round = 0; round < kGateRoundsMax; ++round) {
    std::optional<std::vector<std::int64_t>> prices = find_prices(working, entries(working));
    if (prices) {
      reopen_gates(working, *prices);
      return finish(working, std::move(*prices));
    }
    if (!index_->book().gates_allowed) return std::nullopt;
    // A party's sum cannot be mended by gates on its steps' prices, but each step can.
    if (!working.alone && index_->book().party_count > 0 && round > 0) working.alone = true;
    if (!close_gates(working)) {
      if (working.alone || index_->book().party_count == 0) return std::nullopt;
      working.alone = true;
    }
  }
  return std::nullopt;
}

// ---- The independent check ---------------------------------------------------------------------

namespace {

std::string loser(const char* what, std::size_t which, int128 loss) {
  return std::string(what) + " " + std::to_string(which) + " loses " + to_string(loss);
}

std::string find_losing_step(const BlockBook& book, const BlockOutcome& outcome, std::uint32_t slot,
                             std::vector<int128>& party_gain) {
  const Network gated = book.slots[slot].gated(
      std::span(outcome.gates).subspan(std::size_t{slot} * book.zone_count, book.zone_count));
  for (std::uint32_t z = 0; z < book.zone_count; ++z) {
    const std::size_t e = std::size_t{slot} * book.zone_count + z;
    std::int64_t injection = 0;
    for (std::size_t j = 0; j < book.blocks.size(); ++j) {
      const Block& block = book.blocks[j];
      for (std::uint32_t l = block.leg_begin; l < block.leg_end; ++l) {
        const BlockLeg& leg = book.legs[l];
        if (leg.slot == slot && leg.zone == z) {
          injection -= leg.amount / block.lots * outcome.lots[j];
        }
      }
    }
    const Network::Accepted accepted = gated.accepted(z, outcome.supply[e], injection);
    const bool may_throw_away = gated.price_min(z) == 0;
    if (accepted.surplus < 0 || (accepted.surplus > 0 && !may_throw_away)) {
      return "slot " + std::to_string(slot) + " does not balance";
    }
    std::vector<std::uint32_t> parties;
    for (std::uint32_t s = 0; s < book.party_steps.size(); ++s) {
      const PartyStep& step = book.party_steps[s];
      if (step.slot == slot && step.zone == z && step.amount > 0) parties.push_back(s);
    }
    const std::int64_t price = outcome.prices[e];
    const Bounds alone = anonymous_bounds(book, parties, z, gated, accepted);
    if (accepted.supply > 0 && alone.low > price)
      return loser("supply in zone", z, alone.low - price);
    if (accepted.demand > 0 && alone.high < price)
      return loser("demand in zone", z, price - alone.high);
    for (const Take& take : party_takes(book, parties, gated, accepted)) {
      const PartyStep& step = book.party_steps[take.step];
      const int128 gain = int128{price - step.price} * take.amount;
      party_gain[step.party] += step.is_supply ? gain : -gain;
    }
  }
  return {};
}

}  // namespace

std::string find_loser(const BlockBook& book, const BlockOutcome& outcome) {
  std::vector<int128> party_gain(book.party_count, 0);
  const std::size_t lines = book.slots.empty() ? 0 : book.slots.front().lines().size();
  std::map<std::uint32_t, int128> line_gain;  // by owner
  for (std::uint32_t t = 0; t < book.slots.size(); ++t) {
    const std::size_t first = std::size_t{t} * book.zone_count;
    std::vector<std::int64_t> net(
        outcome.supply.begin() + static_cast<std::ptrdiff_t>(first),
        outcome.supply.begin() + static_cast<std::ptrdiff_t>(first + book.zone_count));
    for (std::size_t l = 0; l < lines; ++l) {
      const NetworkLine& line = book.slots[t].lines()[l];
      const std::int64_t flow = outcome.flows[t * lines + l];
      if (flow < line.min || flow > line.max) return "line " + std::to_string(l) + " is overfull";
      net[line.from] -= flow;
      net[line.to] += flow;
      line_gain[line_owner(book, t, l)] += int128{outcome.prices[first + line.to] -
                                                  outcome.prices[first + line.from] - line.tariff} *
                                           flow;
    }
    if (std::ranges::any_of(net, [](std::int64_t n) { return n != 0; })) {
      return "slot " + std::to_string(t) + " does not balance";
    }
    std::string losing = find_losing_step(book, outcome, t, party_gain);
    if (!losing.empty()) return losing;
  }
  for (std::size_t j = 0; j < book.blocks.size(); ++j) {
    const Block& block = book.blocks[j];
    int128 gain = divide_wide(int128{block.value} * outcome.lots[j], block.lots, Rounding::kDown) *
                  book.value_unit;
    for (std::uint32_t l = block.leg_begin; l < block.leg_end; ++l) {
      const BlockLeg& leg = book.legs[l];
      gain -= int128{leg.amount / block.lots} * outcome.lots[j] *
              outcome.prices[std::size_t{leg.slot} * book.zone_count + leg.zone];
    }
    if (gain < 0) return loser("block", j, -gain);
  }
  for (const auto& [owner, gain] : line_gain) {
    if (gain < 0) return loser("line", owner, -gain);
  }
  for (std::size_t p = 0; p < party_gain.size(); ++p) {
    if (party_gain[p] < 0) return loser("party", p, -party_gain[p]);
  }
  return {};
}

}  // namespace tongsuan::solver
