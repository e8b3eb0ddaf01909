#include "clients.h"

#include <algorithm>

namespace tongsuan::simulation {

using exchange::Code;
using exchange::CommandId;
using ledger::kHouse;
using ledger::Purpose;

namespace {

constexpr std::int64_t kDeviceSecond = 1'500;  // about what a device costs for a second
constexpr std::array<const char*, 2> kHolders = {"agent-1", "agent-2"};

}  // namespace

Clients::Clients(std::uint64_t seed, Witness& witness)
    : random_(seed),
      witness_(witness),
      buyers_(1 + static_cast<std::uint32_t>(random_.below(2))),
      have_agents_(random_.below(2) == 0),
      give_up_(have_agents_ && random_.below(2) == 0) {}

// ---- Calls and messages ----------------------------------------------------------------------

void Clients::make(Id actor, exchange::Command command, const std::string& text) {
  Call call;
  const std::uint64_t number = calls_.size() + 1;
  for (std::size_t i = 0; i < 8; ++i) {
    call.request.id[i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  call.request.fingerprint = exchange::fingerprint("call " + std::to_string(number));
  call.request.actor = actor;
  call.request.what = std::move(command);
  call.text = "call " + std::to_string(number) + " of " + std::to_string(actor.value) + ": " + text;
  calls_.push_back(std::move(call));
  open_.push_back(calls_.size() - 1);
  send(calls_.size() - 1);
}

void Clients::speak(Id actor, const DeliveryBook::Word& word, exchange::Command command,
                    const std::string& text) {
  make(actor, std::move(command), text + " in epoch " + std::to_string(word.epoch));
  witness_.said(calls_.back().request, word);
}

// Lost, once, or twice.
void Clients::send(std::size_t index) {
  const std::uint64_t luck = random_.below(12);
  if (luck > 0) messages_.push_back(index);
  if (luck == 1) messages_.push_back(index);
}

std::optional<std::size_t> Clients::deliver() {
  if (messages_.empty()) return std::nullopt;
  const std::size_t at = random_.below(2) == 0 ? 0 : random_.below(messages_.size());
  const std::size_t index = messages_[at];
  messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(at));
  return index;
}

// Mostly what has no answer.
void Clients::send_again() {
  if (calls_.empty()) return;
  if (!open_.empty() && random_.below(4) > 0) return send(open_[random_.below(open_.size())]);
  send(random_.below(calls_.size()));
}

// An id of another call, with another body.
void Clients::reuse_id() {
  if (calls_.empty()) return;
  const CommandId id = calls_[random_.below(calls_.size())].request.id;
  const Id actor = participants_.empty() ? kHouse : participants_.back();
  const std::string text = "the id of call " + std::to_string(id[0] + 256 * id[1]) + " again";
  make(actor, exchange::PutWebhook{"https://hook-" + std::to_string(calls_.size() + 1), {}}, text);
  calls_.back().request.id = id;
  calls_.back().strange = true;
}

Verdict Clients::answered(std::size_t index, const exchange::Answer& answer, bool lost) {
  Call& call = calls_[index];
  TONGSUAN_VERDICT(witness_.answered(call.request.id, call.request.fingerprint, answer));
  if (lost) return std::nullopt;
  if (call.answer) {
    const bool same = call.answer->code == answer.code && call.answer->value == answer.value &&
                      call.answer->sequence == answer.sequence;
    if (same) return std::nullopt;
    return Violation{"a_client_hears_one_answer", call.text};
  }
  call.answer = answer;
  std::erase(open_, index);
  learn(call);
  return std::nullopt;
}

bool Clients::all_answered() const {
  return open_.empty();
}

void Clients::learn(const Call& call) {
  const auto value = static_cast<std::uint32_t>(call.answer->value);
  if (const auto* lease = std::get_if<exchange::LeaseHub>(&call.request.what)) {
    std::uint32_t& epoch = epochs_[lease->holder == kHolders[0] ? 0 : 1];
    if (call.answer->code == Code::kDone) epoch = std::max(epoch, value);
    if (call.answer->code == Code::kFenced && epoch == lease->epoch) epoch = 0;
  }
  if (call.answer->code != Code::kDone) return;
  if (std::holds_alternative<exchange::OpenParticipant>(call.request.what)) {
    participants_.push_back(Id{value});
  } else if (std::holds_alternative<exchange::SubmitOrder>(call.request.what)) {
    orders_ = std::max(orders_, value + 1);
  }
}

// ---- Who acts --------------------------------------------------------------------------------

void Clients::step(Second now) {
  const std::uint64_t luck = random_.below(20);
  if (luck < 5) return send_again();
  if (!set_up()) return;
  if (luck == 5) return reuse_id();
  if (open_.size() > 30) return;
  if (luck == 6) return operator_acts(now);
  if (luck < 12) return supplier_acts(participants_[random_.below(2)], now);
  buyer_acts(participants_[2 + random_.below(buyers_)], now);
}

void Clients::step_to_end(Second now) {
  if (!open_.empty() && random_.below(2) == 0) return send(open_[random_.below(open_.size())]);
  if (participants_.size() >= 2) supplier_acts(participants_[random_.below(2)], now);
}

// One after the other, each when the one before is answered. True when all is there.
bool Clients::set_up() {
  const std::size_t people = 2 + std::size_t{buyers_};
  if (setup_next_ > people * 2 + 2) return true;
  if (!open_.empty()) return false;
  const std::size_t next = setup_next_++;
  if (next < people) {
    const auto role = next < 2 ? exchange::Role::kHub : exchange::Role::kParticipant;
    // The last buyer is now and then a supplier's own.
    const bool own = next + 1 == people && random_.below(3) == 0;
    make(kHouse,
         exchange::OpenParticipant{"p" + std::to_string(next), role,
                                   own ? participants_[0] : kHouse, Money()},
         "opens p" + std::to_string(next));
  } else if (next < people * 2) {
    const Id who = participants_[next - people];
    const Purpose purpose = next - people < 2 ? Purpose::kMargin : Purpose::kCash;
    const Money amount(random_.between(200'000, 40'000'000) * (give_up_ ? 20 : 1));
    make(kHouse, exchange::Deposit{{who, purpose}, amount, calls_.size() + 1},
         "deposits " + std::to_string(amount.raw()));
  } else if (next < people * 2 + 2) {
    const auto hub = static_cast<std::uint32_t>(next - people * 2);
    make(kHouse, exchange::AssignHub{HubId{hub}, participants_[hub]}, "assigns a hub");
  } else {
    make(kHouse,
         exchange::SetRules{{.round = 300,
                             .lock = static_cast<Second>(random_.below(60)),
                             .collar_percent = random_.below(2) == 0 ? 0U : 2'000U}},
         "sets rules");
  }
  return false;
}

// Closures that are over soon, or far away: the market must go on.
void Clients::set_calendar(Second now) {
  exchange::SetCalendar calendar;
  Second from = now + static_cast<Second>(random_.below(400));
  for (std::uint64_t i = random_.below(3); i > 0; --i) {
    const Second until = from + 1 + static_cast<Second>(random_.below(900));
    calendar.closures.push_back({from, until, random_.below(2) == 0, "maintenance"});
    from = until + static_cast<Second>(random_.below(900));
  }
  make(kHouse, std::move(calendar), "sets the calendar");
}

void Clients::operator_acts(Second now) {
  if (random_.below(12) == 0) return set_calendar(now);
  const Id who = participants_[random_.below(participants_.size())];
  const Money amount(random_.between(1, 9'000'000));
  const std::uint64_t reference = calls_.size() + 1;
  switch (random_.below(10)) {
    case 8: {
      const engine::State& state = witness_.state().engine();
      const auto some = [&](std::uint32_t count) {
        return static_cast<std::uint32_t>(random_.below(count + 1U));
      };
      return make(kHouse,
                  exchange::Dispatch{
                      engine::DropHistory{some(state.order_count()), some(state.contract_count())}},
                  "forgets history");
    }
    case 5:
      return make(kHouse, exchange::Dispatch{engine::StartTransfer{0, engine::LinkId{0}}},
                  "moves data");
    case 6:
      return make(kHouse,
                  exchange::AddKey{who,
                                   {static_cast<std::uint8_t>(random_.below(9))},
                                   {},
                                   exchange::Role::kParticipant,
                                   random_.between(1, 9'000)},
                  "adds a key");
    case 7:
      return make(kHouse, exchange::RevokeKey{{static_cast<std::uint8_t>(random_.below(9))}},
                  "revokes a key");
    case 0:
      return make(kHouse, exchange::Deposit{{who, Purpose::kCash}, amount, reference}, "deposits");
    case 1:
      return make(kHouse, exchange::Withdraw{{who, Purpose::kCash}, amount, reference},
                  "withdraws");
    case 2:
      return make(
          kHouse,
          exchange::SetHalt{static_cast<exchange::HaltScope>(random_.below(3)),
                            static_cast<std::uint32_t>(random_.below(3)), random_.below(3) == 0},
          "sets a halt");
    case 3: {
      const auto take_or_pay = static_cast<std::uint32_t>(
          random_.below(2) == 0 ? random_.below(2) * 1'000'000 : random_.below(1'000'001));
      return make(
          kHouse,
          exchange::SetRules{{.round = random_.between(60, 600),
                              .lock = random_.between(0, 59),
                              .collar_percent = 0,
                              .penalty_ppm = static_cast<std::uint32_t>(random_.below(1'000'001)),
                              .take_or_pay_ppm = take_or_pay}},
          "sets rules");
    }
    case 4:
      return make(kHouse, exchange::CancelOrder{some_order_id()}, "cancels an order");
    default:
      return make(kHouse,
                  exchange::AssignHub{HubId{static_cast<std::uint32_t>(random_.below(2))},
                                      participants_[random_.below(2)]},
                  "assigns a hub");
  }
}

// ---- Buyers ----------------------------------------------------------------------------------

// It finds devices at hub 0 at once, mostly, and has them for long.
engine::LiveOrder Clients::long_order(Second now) {
  engine::LiveOrder order;
  const auto gang = static_cast<std::uint32_t>(1 + random_.below(8));
  const Second estimate = 600 + static_cast<Second>(random_.below(3'000));
  order.ways = {{ClassId{0}, gang, estimate}};
  order.latest_start = now + 4'000;
  order.value = kDeviceSecond * gang * estimate * random_.between(150, 400) / 100;
  order.hubs = {HubId{0}};
  return order;
}

engine::LiveOrder Clients::some_order(Second now) {
  if (give_up_ && random_.below(4) > 0) return long_order(now);
  engine::LiveOrder order;
  const auto gang = static_cast<std::uint32_t>(1 + random_.below(random_.below(3) == 0 ? 9 : 3));
  const Second estimate =
      1 + static_cast<Second>(random_.below(random_.below(3) == 0 ? 3'000 : 400));
  const auto accelerator = static_cast<std::uint32_t>(random_.below(4) / 3);
  order.ways = {{ClassId{accelerator}, gang, estimate}};
  if (random_.below(4) == 0) order.ways.push_back({ClassId{1 - accelerator}, gang, 2 * estimate});
  order.latest_start = now + static_cast<Second>(random_.below(4'000));
  order.value = kDeviceSecond * gang * estimate * random_.between(50, 400) / 100;
  order.delay_cost = random_.between(0, order.value / 4 + 1);
  if (random_.below(6) == 0) order.hubs = {HubId{static_cast<std::uint32_t>(random_.below(2))}};
  if (random_.below(8) == 0) order.data = 0;
  if (random_.below(8) == 0) order.whole_nodes = true;
  if (random_.below(4) == 0) order.grace = static_cast<Second>(random_.below(600));
  if (random_.below(4) == 0) {
    order.not_before = now + static_cast<Second>(random_.below(900));
    order.latest_start = order.not_before + static_cast<Second>(random_.below(900));
    order.premium = random_.between(0, order.value / 4 + 1);
  }
  return order;
}

OrderId Clients::some_order_id() {
  return OrderId{static_cast<std::uint32_t>(random_.below(orders_ + 1U))};
}

void Clients::submit(Id buyer, Second now) {
  exchange::SubmitOrder submit{some_order(now),
                               "order of call " + std::to_string(calls_.size() + 1)};
  const std::string text = "submits an order of " + std::to_string(submit.order.value);
  make(buyer, std::move(submit), text);
}

// Legs within two hours, which a book of the simulation has; now and then elsewhere.
engine::PackageLeg Clients::some_leg(Second from) {
  const Second begin =
      from + static_cast<Second>(random_.below(random_.below(4) == 0 ? 1'500 : 300));
  return {ClassId{static_cast<std::uint32_t>(random_.below(5) / 4)},
          HubId{static_cast<std::uint32_t>(random_.below(2))},
          1 + static_cast<std::uint32_t>(random_.below(random_.below(4) == 0 ? 8 : 4)), begin,
          begin + 1 + static_cast<Second>(random_.below(600))};
}

engine::Alternative Clients::some_alternative(Second from, bool one_place) {
  engine::Alternative made;
  int128 device_seconds = 0;
  for (std::uint64_t i = 1 + random_.below(3); i > 0; --i) {
    engine::PackageLeg leg = some_leg(from);
    if (one_place && !made.legs.empty()) {
      leg.hub = made.legs.front().hub;
      leg.accelerator = made.legs.front().accelerator;
      leg.gang = made.legs.front().gang;
    }
    if (one_place || random_.below(3) > 0) from = leg.end;
    device_seconds += static_cast<int128>(leg.gang) * (leg.end - leg.begin);
    made.legs.push_back(leg);
  }
  made.value =
      static_cast<std::int64_t>(device_seconds * kDeviceSecond * random_.between(60, 300) / 100);
  return made;
}

engine::Package Clients::some_package(Second now) {
  const Second from = now + 200 + static_cast<Second>(random_.below(500));
  engine::Package package;
  package.kind = static_cast<engine::PackageKind>(random_.below(5));
  if (package.kind == engine::PackageKind::kPart) {
    package.kind = engine::PackageKind::kShares;
    package.minimum_ppm = static_cast<std::uint32_t>(random_.between(1, engine::kPpm - 1));
  }
  package.alternatives.push_back(
      some_alternative(from, package.kind == engine::PackageKind::kService));
  if (package.kind == engine::PackageKind::kOptions) {
    package.alternatives.push_back(some_alternative(from, false));
  } else if (package.kind == engine::PackageKind::kService) {
    for (engine::PackageLeg& leg : package.alternatives.front().legs) leg.hub = HubId{0};
    package.alternatives.push_back(package.alternatives.front());
    for (engine::PackageLeg& leg : package.alternatives.back().legs) leg.hub = HubId{1};
  } else if (package.kind == engine::PackageKind::kCurve) {
    engine::PackageLeg leg = some_leg(from);
    leg.end += 1'800;
    const std::int64_t price = kDeviceSecond * 3'600 * random_.between(60, 500) / 100;
    package.steps = {{Price(price), 1 + static_cast<std::uint32_t>(random_.below(6))},
                     {Price(price / 2), 1 + static_cast<std::uint32_t>(random_.below(6))}};
    leg.gang = package.steps[0].devices + package.steps[1].devices;
    package.alternatives = {{engine::curve_value(package.steps, leg.end - leg.begin), {leg}}};
  }
  return package;
}

void Clients::submit_package(Id buyer, Second now) {
  engine::LiveOrder order;
  order.package = some_package(now);
  engine::set_package_terms(order);
  const std::string text = "submits a package of " + std::to_string(order.value);
  make(buyer,
       exchange::SubmitOrder{std::move(order),
                             "package of call " + std::to_string(calls_.size() + 1)},
       text);
}

// Devices of a contract that runs, whosever it is.
void Clients::resell(Id buyer, Second now) {
  if (running_.empty()) return submit(buyer, now);
  auto at = running_.begin();
  std::advance(at, random_.below(running_.size()));
  const engine::State& state = witness_.state().engine();
  const engine::ContractId id{at->first};
  if (!state.knows(id)) return submit(buyer, now);
  const engine::Contract& contract = state.contract(id);
  const Id owner{state.order(contract.order).order.account.value};
  exchange::ResellContract resell{id, contract.per_node, 0, 0, Price(0)};
  const std::uint64_t luck = random_.below(4);
  if (luck == 0) resell.devices = static_cast<std::uint32_t>(1 + random_.below(8));
  if (luck == 1) resell.devices = contract.devices();
  if (random_.below(3) == 0) resell.from = now + static_cast<Second>(random_.below(200));
  if (random_.below(3) == 0) resell.ask = Price(random_.between(0, 9'000'000));
  make(random_.below(8) == 0 ? buyer : owner, resell,
       "gives " + std::to_string(resell.devices) + " devices of contract " +
           std::to_string(id.value) + " up");
}

bool Clients::give_up() {
  const engine::State& state = witness_.state().engine();
  std::vector<OrderId> orders;
  for (const auto& [contract, running] : running_) {
    const engine::ContractId id{contract};
    if (hub_of(running.pool) == 0 && state.knows(id)) orders.push_back(state.contract(id).order);
  }
  if (orders.empty()) return false;
  const OrderId order = orders[random_.below(orders.size())];
  if (!state.knows(order)) return false;
  make(Id{state.order(order).order.account.value}, exchange::CancelOrder{order, true},
       "gives order " + std::to_string(order.value) + " up");
  return true;
}

void Clients::buyer_acts(Id buyer, Second now) {
  if (give_up_ && random_.below(4) == 0 && give_up()) return;
  const ledger::Account cash{buyer, Purpose::kCash}, margin{buyer, Purpose::kMargin};
  const Money amount(random_.between(1, 500'000));
  switch (random_.below(20)) {
    case 18:
      return make(
          buyer,
          exchange::NameOrder{some_order_id(), "name of call " + std::to_string(calls_.size() + 1)},
          "names an order");
    case 19:
      return make(buyer,
                  exchange::AllowResale{random_.below(6) == 0 ? participants_.back() : buyer,
                                        random_.below(2) == 0},
                  "says whether what it leaves may be sold");
    case 7:
    case 8:
      return resell(buyer, now);
    case 5:
      return make(buyer, exchange::DropWebhook{static_cast<std::uint32_t>(random_.below(4))},
                  "drops a webhook");
    case 0:
    case 1:
      return make(buyer, exchange::CancelOrder{some_order_id(), random_.below(4) > 0},
                  "cancels an order");
    case 2: {
      exchange::AmendOrder amend{some_order_id(), some_order(now)};
      if (random_.below(3) == 0) {
        amend.name = "amendment of call " + std::to_string(calls_.size() + 1);
      }
      return make(buyer, std::move(amend), "amends an order");
    }
    case 3:
      return random_.below(2) == 0
                 ? make(buyer, exchange::Transfer{cash, margin, amount}, "moves cash to margin")
                 : make(buyer, exchange::Transfer{margin, cash, amount}, "moves margin to cash");
    case 4:
      return make(buyer,
                  exchange::PutWebhook{"https://hook-" + std::to_string(calls_.size() + 1), {}},
                  "puts a webhook");
    case 6:
    case 9:
    case 10:
      return submit_package(buyer, now);
    default:
      return submit(buyer, now);
  }
}

// ---- Hubs ------------------------------------------------------------------------------------

void Clients::see(Second at, const exchange::Event& event) {
  if (const auto* own = std::get_if<exchange::OwnEvent>(&event)) {
    if (const auto* presumed = std::get_if<exchange::DeliveryPresumed>(own)) {
      const exchange::Presumed& what = presumed->what;
      presumed_[presumed->contract.value] = {what.pool.value, what.from, what.until};
    } else if (const auto* told = std::get_if<exchange::DeliveryTold>(own)) {
      presumed_[told->contract.value].told = told->until;
    } else if (const auto* settled = std::get_if<exchange::DeliverySettled>(own)) {
      presumed_.erase(settled->contract.value);
    }
  }
  const auto* happened = std::get_if<engine::Event>(&event);
  if (happened == nullptr) return;
  if (const auto* started = std::get_if<engine::ContractStarted>(&happened->what)) {
    const Second estimate = started->expected_end - at;
    const Second lasts = std::max<Second>(1, estimate * random_.between(30, 170) / 100);
    running_[started->contract.value] = {started->what.pool.value, at, at + lasts};
  } else if (const auto* ended = std::get_if<engine::ContractEnded>(&happened->what)) {
    running_.erase(ended->contract.value);
  }
}

Clients::Id Clients::supplier_of(std::uint32_t pool) const {
  const engine::Places& places = witness_.state().engine().places();
  return witness_.state().hubs()[places.pools[pool].hub.value].supplier;
}

void Clients::hub_reports(Id supplier, std::uint32_t contract, const Running& running, Second now) {
  const std::string name = "contract " + std::to_string(contract);
  const bool done = now >= running.done;
  if (!done && random_.below(8) > 0) return meter(supplier, contract, running, now);
  const std::uint32_t hub = hub_of(running.pool);
  exchange::EndContract end{engine::ContractId{contract}};
  end.epoch = epoch_of(hub);
  end.resell = random_.below(4) > 0;
  if (!done) {
    end.reason = engine::EndReason::kFailed;
    end.done_ppm = static_cast<std::uint32_t>(random_.below(1'000'001));
  }
  if (end.epoch > 0) end.detail = "exit " + std::to_string(random_.below(3));
  speak(supplier, {hub, end.epoch, contract}, end, (done ? "ends " : "fails ") + name);
}

// On from what was metered last; of an agent now and then with a gap.
void Clients::meter(Id supplier, std::uint32_t contract, const Running& running, Second now) {
  const std::uint32_t hub = hub_of(running.pool), epoch = epoch_of(hub);
  const Second until = now - static_cast<Second>(random_.below(30));
  Second from = 0;
  if (epoch > 0 && random_.below(3) == 0) from = until - static_cast<Second>(random_.below(40));
  const engine::ContractId id{contract};
  if (epoch > 0 && random_.below(6) == 0) {
    return speak(supplier, {hub, epoch, contract},
                 exchange::ReportContract{id, exchange::Phase::kRunning, "", epoch},
                 "says how far contract " + std::to_string(contract) + " is");
  }
  speak(supplier, {hub, epoch, contract, from, until},
        exchange::MeterContract{id, until, from, epoch},
        "meters contract " + std::to_string(contract) + " from " + std::to_string(from) + " to " +
            std::to_string(until));
}

// ---- Agents ----------------------------------------------------------------------------------

// Now and then the other one speaks, whether it was taken over or not.
std::uint32_t Clients::epoch_of(std::uint32_t hub) {
  if (!have_agents_ || hub != 0) return 0;
  return epochs_[random_.below(10) == 0 ? 1 - agent_ : agent_];
}

void Clients::take_or_renew() {
  if (random_.below(8) == 0) agent_ = 1 - agent_;
  exchange::LeaseHub lease{
      HubId{0}, epochs_[agent_], kHolders[agent_], exchange::kLeaseMax, false, true, ""};
  if (random_.below(3) == 0) lease.seconds = random_.between(exchange::kLeaseMin, 300);
  lease.accepting = random_.below(10) > 0;
  if (lease.epoch == 0) lease.take_over = random_.below(2) == 0;
  const Id supplier = witness_.state().hubs()[0].supplier;
  const std::string text = lease.holder + (lease.epoch == 0 ? " takes" : " renews") + " the lease";
  if (lease.epoch == 0) return make(supplier, std::move(lease), text);
  const DeliveryBook::Word word{0, lease.epoch, kNone};
  speak(supplier, word, std::move(lease), text);
}

// Some of it, with gaps; then that there is no more.
void Clients::has_last_word(Id supplier) {
  auto at = presumed_.begin();
  std::advance(at, random_.below(presumed_.size()));
  const auto& [contract, what] = *at;
  const std::uint32_t epoch = epoch_of(0);
  const engine::ContractId id{contract};
  const std::string name = "contract " + std::to_string(contract);
  if (what.told < what.until && random_.below(2) == 0) {
    const Second until = random_.between(what.told + 1, what.until);
    const Second from = random_.below(2) == 0 ? 0 : random_.between(what.told, until - 1);
    return speak(supplier, {0, epoch, contract, from, until},
                 exchange::MeterContract{id, until, from, epoch}, "tells of " + name);
  }
  const auto overrun = static_cast<Second>(random_.below(20));
  speak(supplier, {0, epoch, contract}, exchange::SettleContract{id, overrun, epoch},
        "settles " + name);
}

bool Clients::agent_acts() {
  if (!have_agents_) return false;
  const std::uint64_t luck = random_.below(16);
  if (luck == 0) silent_ = !silent_;
  if (luck < 4) return take_or_renew(), true;
  if (luck > 7 || silent_ || presumed_.empty()) return false;
  has_last_word(witness_.state().hubs()[0].supplier);
  return true;
}

// Now and then prices fall or a device has none, and then they are refused.
std::vector<engine::AskStep> Clients::steps(const engine::Pool& pool) {
  std::vector<engine::AskStep> steps;
  std::int64_t price = random_.between(1, 4'000'000);
  std::uint64_t left = engine::devices_of(pool);
  while (left > 0 && random_.below(20) > 0) {
    const std::uint64_t devices = 1 + random_.below(left);
    steps.push_back({static_cast<std::uint32_t>(devices), Price(price)});
    left -= devices;
    price += random_.between(random_.below(20) == 0 ? -1'000 : 0, 3'000'000);
  }
  return steps;
}

void Clients::supplier_acts(Id supplier, Second now) {
  if (agent_acts()) return;
  const auto pool = static_cast<std::uint32_t>(random_.below(3));
  const engine::Places& places = witness_.state().engine().places();
  if (random_.below(8) == 0) {
    const auto node = static_cast<std::uint32_t>(random_.below(places.pools[pool].nodes));
    const bool up = random_.below(3) > 0;
    const std::uint32_t hub = hub_of(pool), epoch = epoch_of(hub);
    return speak(supplier, {hub, epoch, kNone},
                 exchange::ReportNodes{{engine::PoolId{pool}, node, node + 1, up}, epoch},
                 std::string("says a node is ") + (up ? "up" : "down"));
  }
  if (random_.below(16) == 0) {
    if (random_.below(2) == 0) {
      return make(supplier, exchange::ChangeSteps{engine::PoolId{pool}, steps(places.pools[pool])},
                  "asks by steps");
    }
    return make(supplier,
                exchange::ChangeAsk{engine::PoolId{pool}, Price(random_.between(1, 9'000'000))},
                "changes an ask");
  }
  if (running_.empty()) return;
  auto at = running_.begin();
  std::advance(at, random_.below(running_.size()));
  const Running running = at->second;
  const Id own = supplier_of(running.pool);
  hub_reports(random_.below(16) == 0 ? supplier : own, at->first, running, now);
}

}  // namespace tongsuan::simulation
