#include "tongsuan/clearing/energy.h"

#include <algorithm>
#include <utility>

#include "tongsuan/base/check.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/payments.h"
#include "tongsuan/solver/block_search.h"
#include "tongsuan/solver/pricing.h"

namespace tongsuan::clearing {

using market::Choice;
using market::Problem;
using solver::BlockRule;

namespace {

// The free optimum is searched first, with a third of the budget: it sets the bar for the rule.
constexpr std::uint64_t kFreeShare = 3;

bool is_energy(const Problem& problem) {
  const bool zones = std::ranges::all_of(
      problem.lanes, [](const market::Lane& lane) { return lane.kind == market::LaneKind::kZone; });
  const bool free = std::ranges::all_of(
      problem.orders, [](const market::ProblemOrder& order) { return order.after == kNone; });
  const bool profiles = std::ranges::all_of(
      problem.choices, [](const Choice& choice) { return choice.bundle == kNone; });
  return !problem.lanes.empty() && zones && free && profiles &&
         problem.choices.size() <= kEnergyBlocksMax;
}

// Lines of one pair of zones, which never overlap in time, are one line of the networks.
class PairLines {
 public:
  explicit PairLines(const Market& market) : market_(market) {
    for (std::uint32_t i = 0; i < market.lines.size(); ++i) {
      const Line& line = market.lines[i];
      const bool again = i > 0 && market.lines[i - 1].from == line.from &&
                         market.lines[i - 1].to == line.to;  // lines are sorted by their ends
      if (!again) lines_.push_back({line.from.value, line.to.value, 0, 0, 0});
      pair_of_.push_back(static_cast<std::uint32_t>(lines_.size() - 1));
    }
  }

  [[nodiscard]] std::size_t count() const { return lines_.size(); }
  [[nodiscard]] std::uint32_t pair_of(std::uint32_t line) const { return pair_of_[line]; }

  // Limits in a slot; a pair without a line there carries nothing. Appends the owners.
  [[nodiscard]] std::vector<solver::NetworkLine> in_slot(Slot slot,
                                                         std::vector<std::uint32_t>& owners) const {
    std::vector<solver::NetworkLine> lines = lines_;
    const std::size_t first = owners.size();
    owners.resize(first + lines.size(), 0);
    for (std::uint32_t i = 0; i < market_.lines.size(); ++i) {
      const Line& line = market_.lines[i];
      if (slot < line.slots.begin || slot >= line.slots.end) continue;
      solver::NetworkLine& own = lines[pair_of_[i]];
      own.min = line.min.raw();
      own.max = line.max.raw();
      own.tariff = line.tariff.raw();
      owners[first + pair_of_[i]] = i;
    }
    return lines;
  }

 private:
  const Market& market_;
  std::vector<solver::NetworkLine> lines_;
  std::vector<std::uint32_t> pair_of_;
};

Result<solver::Network> slot_network(const Problem& problem, Slot slot,
                                     const std::vector<solver::NetworkLine>& lines) {
  const std::size_t zone_count = problem.lanes.size();
  std::vector<std::vector<solver::NetworkStep>> steps(2 * zone_count);
  std::vector<solver::NetworkZone> zones(zone_count);
  for (std::uint32_t zone = 0; zone < zone_count; ++zone) {
    const std::uint32_t row = problem.row(zone, slot);
    std::vector<solver::NetworkStep>& supply = steps[2 * zone];
    std::vector<solver::NetworkStep>& demand = steps[2 * zone + 1];
    for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
      supply.push_back({problem.supply[i].price, problem.supply[i].amount});
    }
    for (std::uint32_t i = problem.demand_begin[row + 1]; i > problem.demand_begin[row]; --i) {
      demand.push_back({problem.demand[i - 1].price, problem.demand[i - 1].amount});
    }
    zones[zone] = {supply, demand, 0, !problem.lanes[zone].balance};
  }
  return solver::Network::build({zones, lines, -kPriceMax, kPriceMax});
}

void add_blocks(const Problem& problem, EnergyBook& energy) {
  solver::BlockBook& book = energy.book;
  std::uint32_t group = 0;
  for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
    const Span32 choices = problem.orders[order].choices;
    const std::uint32_t own = choices.count() > 1 ? group++ : solver::kNoGroup;
    for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
      const Choice& choice = problem.choices[c];
      const market::Profile& profile = problem.profiles[choice.extra];
      solver::Block block;
      block.leg_begin = static_cast<std::uint32_t>(book.legs.size());
      for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
        const market::ProfileLeg& leg = problem.profile_legs[i];
        for (Slot slot = leg.slots.begin; slot < leg.slots.end; ++slot) {
          book.legs.push_back({slot, leg.lane, leg.amount});
        }
      }
      block.leg_end = static_cast<std::uint32_t>(book.legs.size());
      block.value = choice.value;
      block.lots = profile.lots;
      block.lots_min = profile.lots_min;
      block.group = own;
      book.blocks.push_back(block);
      energy.choice_of.push_back(c);
      energy.order_of.push_back(order);
    }
  }
}

// Sellers are judged per lane, curves as a whole: each is a party.
void add_parties(const Market& market, const Problem& problem, std::uint64_t seed,
                 solver::BlockBook& book) {
  book.draw = [seed, slots = problem.slot_count](const solver::PartyStep& step) {
    return market::step_draw(seed, step.zone * slots + step.slot, step.owner);
  };
  std::vector<std::uint32_t> curve_party(problem.orders.size(), kNone);
  for (std::uint32_t zone = 0; zone < problem.lanes.size(); ++zone) {
    std::vector<std::uint32_t> seller_party(market.account_names.size(), kNone);
    for (Slot slot = 0; slot < problem.slot_count; ++slot) {
      const std::uint32_t row = problem.row(zone, slot);
      const auto add = [&](std::uint32_t& party, bool supply, std::int64_t price,
                           std::int64_t amount, std::uint32_t owner) {
        if (party == kNone) party = book.party_count++;
        book.party_steps.push_back({party, slot, zone, supply, price, amount, owner});
      };
      for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
        const market::SupplyStep& step = problem.supply[i];
        add(seller_party[market.offers[step.offer].seller.value], true, step.price, step.amount,
            step.offer);
      }
      for (std::uint32_t i = problem.demand_begin[row]; i < problem.demand_begin[row + 1]; ++i) {
        const market::DemandStep& step = problem.demand[i];
        add(curve_party[step.order], false, step.price, step.amount, step.order);
      }
    }
  }
}

Outcome outcome_of(const Problem& problem, const EnergyBook& energy,
                   const solver::BlockOutcome& found) {
  Outcome outcome;
  for (std::uint32_t block = 0; block < found.lots.size(); ++block) {
    if (found.lots[block] == 0) continue;
    outcome.awards.push_back(market::make_award(
        problem, energy.order_of[block],
        {.choice = energy.choice_of[block], .start = 0, .lots = found.lots[block]}));
  }
  const std::size_t lines =
      energy.book.slots.empty() ? 0 : energy.book.slots.front().lines().size();
  for (const market::LineSlot& line : problem.line_slots) {
    outcome.flows.push_back(
        found.flows[line.from % problem.slot_count * lines + energy.pair_of[line.line]]);
  }
  return outcome;
}

// From entries (slot by slot) to rows (lane by lane).
Prices by_row(const Problem& problem, const std::vector<std::int64_t>& by_entry) {
  Prices prices(problem.row_count());
  for (std::uint32_t row = 0; row < prices.size(); ++row) {
    prices[row] =
        by_entry[row % problem.slot_count * problem.lanes.size() + row / problem.slot_count];
  }
  return prices;
}

std::vector<std::int64_t> by_entry(const Problem& problem, const Prices& by_row) {
  std::vector<std::int64_t> prices(by_row.size());
  for (std::uint32_t row = 0; row < by_row.size(); ++row) {
    prices[row % problem.slot_count * problem.lanes.size() + row / problem.slot_count] =
        by_row[row];
  }
  return prices;
}

}  // namespace

std::optional<EnergyBook> energy_book(const Market& market, const Problem& problem,
                                      std::uint64_t seed) {
  if (!is_energy(problem)) return std::nullopt;
  EnergyBook energy;
  solver::BlockBook& book = energy.book;
  book.zone_count = static_cast<std::uint32_t>(problem.lanes.size());
  book.value_unit = problem.denominator / problem.lanes.front().scale;
  book.gates_allowed = false;
  const PairLines lines(market);
  for (std::uint32_t i = 0; i < market.lines.size(); ++i)
    energy.pair_of.push_back(lines.pair_of(i));
  for (Slot slot = 0; slot < problem.slot_count; ++slot) {
    Result<solver::Network> network =
        slot_network(problem, slot, lines.in_slot(slot, book.line_owner));
    if (!network.ok()) return std::nullopt;
    book.slots.push_back(std::move(network).value());
  }
  add_blocks(problem, energy);
  add_parties(market, problem, seed, book);
  if (!solver::check_book(book).ok()) return std::nullopt;
  return energy;
}

EnergySearch::EnergySearch(const Problem& problem, const EnergyBook& energy,
                           const Prices& reference)
    : problem_(problem),
      energy_(energy),
      search_(energy.book,
              reference.empty() ? std::vector<std::int64_t>{} : by_entry(problem, reference)) {
  for (const solver::Network& slot : energy.book.slots) demand_value_ += slot.demand_value();
}

Prices EnergySearch::bound_prices() {
  return by_row(problem_, search_.hull().prices);
}

// The search counts welfare from "all demand served for nothing", in price × amount.
int128 EnergySearch::undivided(int128 welfare) const {
  return (welfare + demand_value_) * problem_.lanes.front().scale;
}

EnergyRound EnergySearch::run(const EnergyOptions& options) {
  double base = 0;
  solver::BlockSearchOptions budget;
  budget.cancelled = options.cancelled;
  budget.progress = [&](double done, int128 welfare) {
    if (options.progress) options.progress(base + done / 2, undivided(welfare));
  };
  budget.rule = BlockRule::kFree;
  budget.work_units_max = options.work_units_max / kFreeShare;
  const solver::BlockSearchResult free = search_.run(budget);
  base = 0.5;
  budget.rule = BlockRule::kNobodyLoses;
  budget.work_units_max = options.work_units_max - budget.work_units_max;
  const solver::BlockSearchResult paid = search_.run(budget);
  TONGSUAN_CHECK(free.found);  // no award at all is an outcome, and always evaluated

  EnergyRound round;
  round.free_welfare = undivided(free.outcome.welfare);
  round.free_bound = undivided(free.bound);
  round.rule_bound = undivided(std::min(free.bound, paid.bound));
  round.outcome = outcome_of(problem_, energy_, free.outcome);
  if (paid.found) {
    round.free_welfare = undivided(std::max(free.outcome.welfare, paid.outcome.welfare));
    Outcome outcome = outcome_of(problem_, energy_, paid.outcome);
    round.removed = solver::orders_that_left(round.outcome, outcome);
    round.outcome = std::move(outcome);
    round.payment_prices = by_row(problem_, paid.outcome.prices);
  }
  round.work_units = free.work_units + paid.work_units;
  return round;
}

}  // namespace tongsuan::clearing
