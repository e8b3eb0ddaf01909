// Rounds of the rolling market: their parts, what is left of them, and where they begin again.
#include <algorithm>
#include <utility>

#include "tongsuan/rolling/rolling_market.h"

namespace tongsuan::rolling {

using engine::Contract;
using engine::ContractId;
using engine::OrderRecord;
using engine::OrderState;
using engine::PoolId;
using engine::State;

namespace {

// Units of a budget (budget.h).
constexpr std::uint64_t kMoveCost = 6;     // of a contract
constexpr std::uint64_t kAwardCost = 100;  // beside what starting costs

}  // namespace

// All at once. A book without orders is no round.
void RollingMarket::round(dispatch::Desk& desk) {
  dispatch::Budget endless(0);
  opening_ = Opening::kPrices;
  open_round(desk, endless);
  if (clearing_due_) {
    FrozenRound frozen = freeze(desk.state(), energy_, take_round(desk.state(), next_round_));
    if (!frozen.book.market.orders.empty()) {
      finish_round(desk, clear_round(std::move(frozen), {.thread_count = rules_.thread_count}));
    }
  }
  fill(desk, endless);
}

void RollingMarket::set_prices(dispatch::Desk& desk) {
  open_prices(desk.state());
  prices_->set_energy(desk.state(), energy_, clock_hours(desk.now(), rules_.horizon),
                      std::max(rules_.unmatched_charge, energy_.unmatched_adder));
  later_.clear();
}

void RollingMarket::begin_round(dispatch::Desk& desk) {
  dispatch::Budget budget(rules_.work_max);
  opening_ = Opening::kPrices;
  do_rest(desk, budget);
}

// All steps at once, or one for each call that has a budget: a step is not interrupted.
void RollingMarket::open_round(dispatch::Desk& desk, dispatch::Budget& budget) {
  do {
    open_step(desk);
  } while (opening_ != Opening::kDone && budget.endless());
}

void RollingMarket::open_step(dispatch::Desk& desk) {
  switch (opening_) {
    case Opening::kPrices:
      opened_at_ = desk.now();
      next_round_ = opened_at_ + rules_.round;
      set_prices(desk);
      book_unbooked(desk);
      line_.see_blocks(desk.state());
      opening_ = Opening::kShares;
      return;
    case Opening::kShares:
      shares_.observe(desk.state(), rules_.round);
      line_.weigh(shares_.weights());
      opening_ = Opening::kLine;
      return;
    case Opening::kLine:
      open_line(desk);
      opening_ = Opening::kDone;
      return;
    case Opening::kDone:
      return;
  }
}

void RollingMarket::open_line(dispatch::Desk& desk) {
  no_rooms_ = {};
  moves_due_ = rules_.relocates;
  clearing_due_ = false;
  if (line_.size() == 0 && packages_.empty()) return;
  line_.age(desk.state(), desk.now());
  if (rules_.certify > 0 && desk.now() >= next_certificate_) {
    next_certificate_ = opened_at_ + rules_.certify;
    clearing_due_ = true;
  }
  line_.want_pass();
  rooms_due_ = true;
}

RoundInputs RollingMarket::take_round(const State& state, Second firm_from) {
  clearing_due_ = false;
  RoundInputs inputs;
  inputs.round = state.round() + 1;
  inputs.grid = {opened_at_, rules_.slot, static_cast<std::uint32_t>(rules_.horizon / rules_.slot)};
  inputs.orders = line_.front(rules_.book_orders_max);
  const std::vector<OrderId> packages = packages_for(inputs.grid, firm_from);
  inputs.orders.insert(inputs.orders.end(), packages.begin(), packages.end());
  inputs.firm_from = firm_from;
  inputs.run_ppm = run_ppm();
  inputs.search_units_per_order = rules_.search_units_per_order;
  inputs.last = last_;
  return inputs;
}

// ---- What a clearing brings --------------------------------------------------------------------

bool RollingMarket::finish_round(dispatch::Desk& desk,
                                 std::shared_ptr<const ClearedRound> cleared) {
  if (cleared->round != desk.state().round() + 1) return false;
  if (cleared->clearing && on_round) on_round(cleared->book, *cleared->clearing);
  record_round(desk, *cleared);
  if (!cleared->clearing) return true;
  last_ = cleared;
  awarding_ = std::move(cleared);
  next_award_ = next_package_ = 0;
  awarded_.clear();
  dispatch::Budget budget(rules_.work_max);
  start_awards(desk, budget);
  line_.want_pass();
  rooms_due_ = true;
  return true;
}

void RollingMarket::record_round(dispatch::Desk& desk, const ClearedRound& cleared) {
  engine::CloseRound close;
  close.round = cleared.round;
  close.root = cleared.root;
  close.certificate = cleared.certificate_digest;
  close.orders = cleared.book.market.orders.size();
  close.gap_ppm = engine::kPpm;
  RoundRecord record;
  record.round = cleared.round;
  record.at = desk.now();
  record.reason = cleared.reason;
  if (cleared.clearing) {
    const market::Verdict& verdict = cleared.clearing->verified.verdict();
    close.awards = verdict.award_count;
    close.gap_ppm = std::min<std::int64_t>(verdict.gap_ppm(), engine::kPpm);
    record.welfare = static_cast<std::int64_t>(verdict.welfare / verdict.denominator);
    record.bound = static_cast<std::int64_t>(verdict.bound / verdict.denominator);
    record.work_units = cleared.clearing->work_units;
  } else {
    ++failed_clearings_;
  }
  for (std::uint32_t i = 0; i < places_.pools.size(); ++i) {
    close.posted.push_back(prices_->capacity(PoolId{i}));
  }
  record.orders = close.orders;
  record.awards = close.awards;
  record.gap_ppm = close.gap_ppm;
  desk.execute(std::move(close));
  records_.push_back(std::move(record));
}

bool RollingMarket::is_now(const RoundAward& award, Second now) const {
  const Grid& grid = awarding_->book.grid;
  return grid.begin + grid.slot * award.start <= now;
}

// Awards of the slots until now start where they were awarded, if nodes allow: the largest first.
// Orders that are not what they were when the book was made wait on.
void RollingMarket::start_awards(dispatch::Desk& desk, dispatch::Budget& budget) {
  book_packages(desk, budget);
  const std::vector<RoundAward>& awards = awarding_->awards;
  for (; next_award_ < awards.size() && !budget.spent(); ++next_award_) {
    const RoundAward& award = awards[next_award_];
    budget.spend(1);
    if (!is_now(award, desk.now())) continue;
    budget.spend(kAwardCost + places_.pools[award.where.pool.value].nodes);
    if (!desk.state().knows(award.where.order)) continue;
    const OrderRecord& record = desk.state().order(award.where.order);
    if (record.state != OrderState::kWaiting || order_mark(record) != award.mark) continue;
    if (!line_.start_at(desk, award.where)) continue;
    ++records_.back().started;
    awarded_.push_back(award.where.order);
  }
  if (next_award_ == awards.size()) plan_awards();
}

// Packages are booked first: what starts now can do without the nodes of later.
void RollingMarket::book_packages(dispatch::Desk& desk, dispatch::Budget& budget) {
  const std::vector<PackageAward>& awards = awarding_->packages;
  for (; next_package_ < awards.size() && !budget.spent(); ++next_package_) {
    const PackageAward& award = awards[next_package_];
    budget.spend(kAwardCost);
    for (const PlannedPart& part : award.parts) budget.spend(places_.pools[part.pool.value].nodes);
    if (!desk.state().knows(award.order)) continue;
    const OrderRecord& record = desk.state().order(award.order);
    if (record.state != OrderState::kWaiting || order_mark(record) != award.mark) continue;
    std::optional<engine::AwardOrder> placed = place_award(desk.state(), award);
    if (placed) desk.execute(std::move(*placed));
  }
}

// Those that a book of this grid may have; if they are too many, those that offer most.
std::vector<OrderId> RollingMarket::packages_for(const Grid& grid, Second firm_from) const {
  std::vector<const WaitingPackage*> fit;
  for (const WaitingPackage& package : packages_) {
    if (package.begins >= firm_from && package.ends <= grid.end()) fit.push_back(&package);
  }
  if (fit.size() > rules_.book_packages_max) {
    const auto last = fit.begin() + rules_.book_packages_max;
    std::ranges::nth_element(fit, last, [](const WaitingPackage* a, const WaitingPackage* b) {
      return a->by_hour != b->by_hour ? a->by_hour > b->by_hour : a->order < b->order;
    });
    fit.erase(last, fit.end());
  }
  std::vector<OrderId> orders;
  for (const WaitingPackage* package : fit) orders.push_back(package->order);
  return orders;
}

// The others tell the line where the first in it shall be reserved.
void RollingMarket::plan_awards() {
  std::ranges::sort(awarded_);
  std::vector<dispatch::Scheduler::Planned> planned;
  planned.reserve(awarding_->by_order.size());
  auto started = awarded_.begin();
  for (const RoundAward& award : awarding_->by_order) {
    while (started != awarded_.end() && *started < award.where.order) ++started;
    if (started != awarded_.end() && *started == award.where.order) continue;
    planned.push_back(award.where);
  }
  line_.plan(std::move(planned));
  awarding_ = nullptr;
  awarded_.clear();
}

// ---- What is left ------------------------------------------------------------------------------

bool RollingMarket::unfinished() const {
  return opening_ != Opening::kDone || awarding_ != nullptr || line_.unfinished() || rooms_due_ ||
         moves_due_ || relocation_.unfinished();
}

void RollingMarket::continue_work(dispatch::Desk& desk) {
  open_prices(desk.state());
  dispatch::Budget budget(rules_.work_max);
  do_rest(desk, budget);
}

void RollingMarket::do_rest(dispatch::Desk& desk, dispatch::Budget& budget) {
  if (opening_ != Opening::kDone) {
    open_round(desk, budget);
    if (!budget.endless()) return;
  }
  fill(desk, budget);
}

void RollingMarket::fill(dispatch::Desk& desk, dispatch::Budget& budget) {
  if (budget.spent()) return;
  if (awarding_ != nullptr) start_awards(desk, budget);
  if (awarding_ != nullptr || budget.spent()) return;
  line_.go_on(desk, budget);
  if (rooms_due_ && !budget.spent()) make_rooms(desk, budget);
  if (budget.spent()) return;
  if (std::exchange(moves_due_, false)) {
    relocation_.begin(desk.state(), *prices_, run_ppm(), desk.now());
    budget.spend(kMoveCost * relocation_.candidates());
  }
  relocation_.step(desk, line_, *prices_, budget);
  line_.sweep(desk, budget);
}

// ---- After a crash -----------------------------------------------------------------------------

void RollingMarket::resume(dispatch::Desk& desk) {
  const State& state = desk.state();
  next_round_ = desk.now();
  set_prices(desk);
  for (std::uint32_t i = 0; i < state.contract_count(); ++i) {
    if (!state.knows(ContractId{i}) || !state.knows(state.contract(ContractId{i}).order)) continue;
    const Contract& contract = state.contract(ContractId{i});
    const OrderRecord& record = state.order(contract.order);
    if (record.state == OrderState::kDone && record.contract == i) learn_contract(state, contract);
  }
  shares_.restore(state, desk.now(), rules_.round);
  line_.weigh(shares_.weights());
  std::vector<OrderId> stopped;
  for (std::uint32_t i = 0; i < state.order_count(); ++i) {
    if (state.knows(OrderId{i})) take_in(desk, OrderId{i}, stopped);
  }
  for (const OrderId order : stopped) line_.add(state, order);
  line_.age(state, desk.now());
  line_.want_pass();
  rooms_due_ = true;
  continue_work(desk);
}

// Orders for later come with their second, also when that has passed meanwhile.
void RollingMarket::take_in(dispatch::Desk& desk, OrderId order, std::vector<OrderId>& stopped) {
  const OrderRecord& record = desk.state().order(order);
  if (record.state != OrderState::kWaiting) return;
  if (engine::is_package(record.order)) {
    packages_.push_back(waiting_package(desk.state(), order));
    return;
  }
  if (record.waiting_since >= record.order.not_before) {
    if (!start_due(desk, order, stopped)) line_.add(desk.state(), order);
  } else if (rules_.forward.blocks && desk.state().block(order) == nullptr &&
             (record.order.premium > 0 || engine::is_part(record.order))) {
    unbooked_.push_back(order);
  }
}

}  // namespace tongsuan::rolling
