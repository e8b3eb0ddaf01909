#include "process.h"

#include <algorithm>
#include <set>

#include "tongsuan/codec/market_text.h"
#include "tongsuan/engine/state_fixture.h"
#include "tongsuan/exchange/exchange_fixture.h"

namespace tongsuan::simulation {

engine::Places make_places() {
  engine::Places places = engine::testing::small_places();
  places.accounts.clear();
  places.account_names = {};
  for (std::uint32_t hub = 0; hub < places.hubs.size(); ++hub) {
    places.zone_names.push_back(hub == 0 ? "zone-east" : "zone-west");
    places.zones.push_back({Commodity::kPower, Disposal::kFree});
    places.hubs[hub].power_zone = hub;
  }
  for (engine::Pool& pool : places.pools) pool.ask = Price(5'000'000);
  return places;
}

engine::Energy make_energy() {
  engine::Energy energy;
  energy.hours = 48;
  energy.tariff = {std::vector<std::int64_t>(48, 600'000'000),
                   std::vector<std::int64_t>(48, 400'000'000)};
  energy.green = {std::vector<std::int64_t>(48, 0), std::vector<std::int64_t>(48, 3'000)};
  energy.green_forecast = energy.green;
  energy.grid_grams.assign(2, 500);
  return energy;
}

namespace {

exchange::TestSwitches switches_of(const Without& without) {
  return {.no_repeats = without.dedup,
          .settles_twice = without.conservation,
          .overcharges = without.price,
          .no_fences = without.fence,
          .keeps_missed = without.refund,
          .sellers_keep = without.shares,
          .owes_for_gaps = without.gaps};
}

node::BatchRules batch_rules(Random& random) {
  static constexpr std::uint64_t kEvery[] = {1, 2, 7, 30};
  return {.records = 1 + random.below(12),
          .bytes = std::size_t{64} << 10,
          .state_every = kEvery[random.below(4)]};
}

// Small, so that it happens; now and then none.
node::ForgetRules forget_rules(Random& random) {
  node::ForgetRules rules;
  if (random.below(4) == 0) return rules;
  rules.ended_min = static_cast<std::uint32_t>(random.below(8));
  rules.ended_max = rules.ended_min + 1 + static_cast<std::uint32_t>(random.below(40));
  rules.age = random.between(0, 2'000);
  rules.step = 1 + static_cast<std::uint32_t>(random.below(6));
  rules.pause = random.between(1, 60);
  return rules;
}

rolling::MarketRules market_rules() {
  rolling::MarketRules rules = node::live_rules();
  rules.round = 300;
  rules.slot = 900;
  rules.horizon = 7'200;
  rules.search_units_per_order = 100;
  return rules;
}

}  // namespace

class Process::Desk final : public node::Desk {
 public:
  explicit Desk(Process& process) : process_(process) {}
  [[nodiscard]] const exchange::State& exchange() const override {
    return process_.exchange_.state();
  }
  [[nodiscard]] Second now() const override { return now_; }
  exchange::Answer take(exchange::Command command) override {
    if (const auto* dispatch = std::get_if<exchange::Dispatch>(&command)) {
      const auto* drop = std::get_if<engine::DropHistory>(&dispatch->what);
      if (drop != nullptr && !process_.verdict_) {
        process_.verdict_ = process_.forgets_by_the_rule(*drop, now_);
        ++process_.forgotten_;
      }
    }
    const exchange::Output& output =
        process_.sequencer_.take(now_, {{}, 0, ledger::kHouse, std::move(command)}, 0);
    process_.see(output);
    return output.answer;
  }
  [[nodiscard]] bool all_told() const override { return process_.events_.empty(); }
  void set_now(Second now) { now_ = now; }

 private:
  Process& process_;
  Second now_ = 0;
};

Process::Process(const Plan& plan, Medium& medium, Witness& witness, Hooks hooks,
                 std::uint64_t seed)
    : random_(seed),
      no_epoch_(plan.without.epoch),
      witness_(witness),
      hooks_(std::move(hooks)),
      attached_(medium.attach()),
      exchange_(make_places(), 0, switches_of(plan.without)),
      twin_(make_places(), 0, switches_of(plan.without)),
      sequencer_(exchange_, attached_->journal(), batch_rules(random_),
                 {[this](node::Token token, const exchange::Answer& given) {
                    if (!verdict_) hooks_.answer(token, given);
                  },
                  [this](std::span<const node::Durable> records,
                         const std::optional<Digest>& state) { publish(records, state); }}),
      forget_(forget_rules(random_)),
      driver_(make_energy(), market_rules(), forget_),
      desk_(std::make_unique<Desk>(*this)) {
  driver_.clear = [this](rolling::RoundInputs inputs) {
    inputs_ = std::move(inputs);
    inputs_at_ = exchange_.sequence();
  };
}

Process::~Process() = default;

// ---- Recovery --------------------------------------------------------------------------------

bool Process::start(Second now) {
  const journal::Answer<node::Recovered> recovered = sequencer_.recover(&twin_);
  if (!recovered.ok()) {
    failure_ = recovered.error();
    return false;
  }
  from_snapshot_ += recovered.value().snapshot_sequence > 0 ? 1U : 0U;
  verdict_ = witness_.read_journal(journal(), hooks_.see);
  if (!verdict_) verdict_ = witness_.state_is_what_records_say(exchange_.state());
  if (!verdict_) verdict_ = witness_.state_is_what_records_say(twin_.state());
  if (verdict_) return false;
  set_clock(now);
  driver_.resume(*desk_);
  return true;
}

// ---- The sequencer's thread ------------------------------------------------------------------

void Process::set_clock(Second reading) {
  desk_->set_now(std::max({reading, exchange_.state().now(), desk_->now()}));
}

void Process::post(exchange::Request request, node::Token token) {
  mail_.push_back({std::move(request), token});
}

void Process::see(const exchange::Output& output) {
  events_.insert(events_.end(), output.engine_events.begin(), output.engine_events.end());
  for (const engine::Event& event : output.engine_events) {
    if (const auto* gone = std::get_if<engine::OrderGone>(&event.what)) {
      ended_at_[gone->order] = event.at;
    } else if (const auto* ended = std::get_if<engine::ContractEnded>(&event.what)) {
      ended_at_[exchange_.state().engine().contract(ended->contract).order] = event.at;
    }
  }
  if (!output.record.empty()) batch_.push_back(output.record);
}

void Process::take() {
  if (mail_.empty() || sequencer_.stalled() || sequencer_.full()) return;
  Mail mail = std::move(mail_.front());
  mail_.pop_front();
  see(sequencer_.take(desk_->now(), std::move(mail.request), mail.token));
  must_act_ = true;
}

void Process::act() {
  if (sequencer_.stalled()) return;
  must_act_ = false;
  if (!events_.empty()) {
    std::vector<engine::Event> events;
    events.swap(events_);
    driver_.react(*desk_, events);
  }
  if (driver_.unfinished()) driver_.go_on(*desk_);
  const auto due = driver_.due(*desk_);
  if (due && *due <= desk_->now()) driver_.tick(*desk_);
}

void Process::fail(const journal::Failure& failure) {
  if (!journal::is_fatal(failure.fault)) {
    ++full_;
    return;
  }
  failure_ = failure;
  if (failure.fault != journal::Fault::kFenced && owner_) witness_.doubt(batch_);
}

void Process::flush() {
  if (!sequencer_.pending()) return;
  if (!verdict_) verdict_ = check_self();
  const bool writes = !batch_.empty();
  const journal::Answer<Done> flushed = sequencer_.flush();
  if (!flushed.ok()) return fail(flushed.error());
  if (writes && !owner_ && !verdict_) {
    verdict_ = Violation{"only_the_owner_appends", "after another process has taken over"};
  }
  batch_.clear();
}

void Process::publish(std::span<const node::Durable> records, const std::optional<Digest>& state) {
  Item item;
  item.state = state;
  for (const node::Durable& record : records) {
    item.records.emplace_back(record.bytes);
    if (!owner_ && !verdict_) {
      verdict_ = Violation{"only_the_owner_appends", "after another process has taken over"};
    }
    if (!verdict_) verdict_ = witness_.commit(record.sequence, record.bytes, hooks_.see);
  }
  if (state && !verdict_) verdict_ = witness_.check_digest(*state);
  if (state && !snapshot_ && random_.below(4) == 0) {
    auto stamped = journal().stamp_snapshot(records.back().sequence, *state);
    if (stamped.ok()) snapshot_ = std::move(stamped).value();
  }
  queue_.push_back(std::move(item));
}

// The state that is ahead of the journal obeys the same invariants.
Verdict Process::check_self() const {
  const std::string engine = engine::testing::broken_invariant(exchange_.state().engine());
  if (!engine.empty()) return Violation{"engine_invariants", engine};
  const std::string money = exchange::testing::wrong_money(exchange_.state());
  return money.empty() ? Verdict() : Violation{"money_of_orders", money};
}

// What ended in this life a short time ago stays unless there are too many, and enough stay. No
// round is being cleared, and contracts stay with their orders.
Verdict Process::forgets_by_the_rule(const engine::DropHistory& drop, Second now) const {
  const engine::State& state = exchange_.state().engine();
  const auto broken = [](const std::string& what) {
    return Violation{"forgets_by_the_rule", what};
  };
  if (exchange_.state().gate().round != 0) return broken("while a round is cleared");
  std::uint32_t ended = 0, going = 0, young = 0;
  std::set<OrderId> owing;
  for (const auto& [id, row] : exchange_.state().resales().rows()) owing.insert(row.terms.order);
  for (const std::uint32_t id : exchange_.state().deliveries().open()) {
    if (state.knows(engine::ContractId{id})) {
      owing.insert(state.contract(engine::ContractId{id}).order);
    }
  }
  bool alone = false;
  state.orders().each([&](std::uint32_t id, const engine::OrderRecord& record) {
    const bool lives = record.state == engine::OrderState::kWaiting ||
                       record.state == engine::OrderState::kRunning;
    ended += lives ? 0U : 1U;
    const bool goes = !lives && id < drop.orders_below;
    going += goes ? 1U : 0U;
    const auto at = ended_at_.find(OrderId{id});
    young += goes && owing.contains(OrderId{id}) ? 1U : 0U;
    young += goes && at != ended_at_.end() && at->second > now - forget_.age ? 1U : 0U;
    const engine::ContractId contract{record.contract};
    // Those below what was dropped already may be gone by an operator's command.
    alone = alone || (!goes && state.knows(contract) && state.contract(contract).end >= 0 &&
                      contract.value < drop.contracts_below &&
                      contract.value >= state.dropped().contracts_below);
  });
  if (ended <= forget_.ended_max) {
    if (ended - going < forget_.ended_min) return broken("fewer stay than the rule keeps");
    if (young > 0) return broken("what ended a short time ago goes");
  }
  return alone ? Verdict(broken("a contract goes before its order")) : Verdict();
}

// ---- The twin, and what is made of it --------------------------------------------------------

// One record, or the end of a batch.
void Process::apply_to_twin() {
  if (queue_.empty()) return;
  Item& item = queue_.front();
  for (const std::string& record : item.records) {
    const auto misfit = twin_.replay(record);
    if (misfit && !verdict_) verdict_ = Violation{"twin_agrees", misfit->what};
    if (inputs_ && !frozen_ && twin_.sequence() >= inputs_at_ && random_.below(2) == 0) {
      frozen_ = rolling::freeze(twin_.state().engine(), make_energy(), std::move(*inputs_));
    }
  }
  if (item.state && twin_.digest() != *item.state && !verdict_) {
    verdict_ = Violation{"twin_agrees", "a digest differs"};
  }
  if (snapshot_ && snapshot_->sequence == twin_.sequence()) snapshot_->bytes = twin_.snapshot();
  queue_.pop_front();
}

// A snapshot that could not be written is no harm. A thread of its own writes it, so an owner that
// was taken over may still do that.
// Whoever may show a state looks first whether it is still the journal's.
void Process::check_owner() {
  const journal::Answer<Done> ours = journal().check_owner();
  if (!ours.ok()) return fail(ours.error());
  if (!owner_ && !no_epoch_ && !verdict_) {
    verdict_ = Violation{"only_the_owner_appends", "an old owner takes the journal for its own"};
  }
}

void Process::write_snapshot() {
  if (!snapshot_ || snapshot_->bytes.empty()) return;
  snapshots_ += journal().store_snapshot(*snapshot_).ok() ? 1U : 0U;
  snapshot_.reset();
}

void Process::clear_round() {
  rolling::RoundLimits limits;
  const bool lost = random_.below(12) == 0;
  node::FinishedRound finished;
  finished.round = lost ? rolling::give_up_round(std::move(*frozen_), "its worker was lost")
                        : rolling::clear_round(std::move(*frozen_), limits);
  frozen_.reset();
  inputs_.reset();
  const rolling::ClearedRound& round = *finished.round;
  storing_.emplace(Storing{finished, node::BlobWriter(codec::write_market(round.book.market)),
                           node::BlobWriter(round.certificate)});
}

void Process::store_round() {
  node::BlobWriter* writer = !storing_->book.done()          ? &storing_->book
                             : !storing_->certificate.done() ? &storing_->certificate
                                                             : nullptr;
  if (writer != nullptr) {
    const journal::Answer<Done> written = writer->step(journal());
    if (!written.ok()) fail(written.error());
    return;
  }
  node::FinishedRound finished = std::move(storing_->round);
  finished.book = storing_->book.name();
  if (finished.round->clearing) finished.certificate = storing_->certificate.name();
  storing_.reset();
  driver_.finish(*desk_, std::move(finished));
}

void Process::work_on_round() {
  if (storing_) {
    // As in a node, the driver has seen what requests did before its round comes back.
    if (!sequencer_.pending() && !sequencer_.stalled() && !must_act_) store_round();
  } else if (frozen_) {
    clear_round();
  } else if (inputs_ && twin_.sequence() >= inputs_at_) {
    frozen_ = rolling::freeze(twin_.state().engine(), make_energy(), std::move(*inputs_));
  }
}

// ---- Looking ---------------------------------------------------------------------------------

bool Process::idle() const {
  return mail_.empty() && events_.empty() && queue_.empty() && !inputs_ && !frozen_ && !storing_ &&
         !sequencer_.pending() && !driver_.unfinished();
}

Second Process::due() const {
  return driver_.due(*desk_).value_or(desk_->now());
}

void Process::count(Figures& figures) const {
  figures.full += full_;
  figures.snapshots += snapshots_;
  figures.from_snapshot += from_snapshot_;
  figures.forgotten += forgotten_;
}

}  // namespace tongsuan::simulation
