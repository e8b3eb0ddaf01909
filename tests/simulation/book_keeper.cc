#include "book_keeper.h"

#include <algorithm>
#include <utility>

#include "tongsuan/base/int128.h"

namespace tongsuan::simulation {

using ledger::Purpose;

namespace {

std::string number(std::int64_t value) {
  return std::to_string(value);
}

}  // namespace

BookKeeper::BookKeeper(const engine::Places& places)
    : places_(places), steps_(places), deliveries_(places) {
  for (const engine::Pool& pool : places.pools) {
    nodes_.emplace_back(pool.nodes, Node{pool.node_devices, true});
  }
  suppliers_.resize(places.hubs.size());
  people_.resize(1);
  owners_.resize(1);
}

void BookKeeper::fault(const char* oracle, const std::string& what) {
  if (!broken_) broken_ = Violation{oracle, what};
}

std::uint32_t BookKeeper::supplier_of(const Contract& contract) const {
  return suppliers_[places_.pools[contract.pool].hub.value];
}

// Whole micro-yuan: the whole is rounded up, what is due of it down.
std::int64_t BookKeeper::Segment::due(Second delivered_until) const {
  if (until == from) return 0;
  const int128 part = static_cast<int128>(cost) * (delivered_until - from - missed);
  return static_cast<std::int64_t>(part / (until - from));
}

BookKeeper::Segment BookKeeper::segment(const Contract& contract, Second from, Second until) const {
  const auto devices = static_cast<int128>(contract.per_node) * contract.nodes.size();
  const int128 product = contract.own ? 0 : devices * contract.price * (until - from);
  return {from, until, from, static_cast<std::int64_t>((product + 3'599) / 3'600), 0};
}

// Moves what is due of the segment from its buyer to its supplier.
void BookKeeper::settle(Contract& contract, Second until) {
  Segment& segment = contract.segment;
  const Second to = std::clamp(until, segment.metered, segment.until);
  const std::int64_t now = segment.due(to) - segment.due(segment.metered);
  const Second from = segment.metered;
  segment.metered = to;
  Order& order = orders_[contract.order];
  order.paid += now;
  const auto number_of = static_cast<std::uint32_t>(&contract - contracts_.data());
  if (!contract.own) steps_.delivered(number_of, to - from);
  const ResaleBook::Payer payer{{false, number_of},   contract.price, contract.devices(), from, to,
                                supplier_of(contract)};
  if (to > from) {
    contract.paid_from = from;
    contract.payments = pay(order.buyer, contract.pool, payer, now);
    deliveries_.paid(number_of, now);
  }
  if (order.paid + order.moved + order.premium_paid > order.what.value + order.what.premium) {
    fault("nobody_pays_more_than_offered", "order " + number(contract.order));
  }
}

std::vector<ResaleBook::Payment> BookKeeper::pay(std::uint32_t buyer, std::uint32_t pool,
                                                 const ResaleBook::Payer& payer,
                                                 std::int64_t amount) {
  if (amount == 0) return {};
  const auto payments = resales_.split(payer, amount);
  people_[buyer].total -= amount;
  for (const ResaleBook::Payment& payment : payments) {
    people_[payment.to].total += payment.amount;
    if (payment.resale == 0) steps_.paid(pool, payment.amount);
  }
  resales_.note_income(payments);
  return payments;
}

void BookKeeper::settle_resale(std::uint32_t resale, Second until) {
  const ResaleBook::Row row = resales_.rows().at(resale);
  takers_have_told(resale, {true, resale}, until);
  const std::int64_t now = resales_.meter(resale, until);
  const std::uint32_t supplier = suppliers_[places_.pools[row.pool].hub.value];
  pay(row.seller, row.pool, {{true, resale}, row.price, row.devices, row.metered, until, supplier},
      now);
}

void BookKeeper::takers_have_told(std::uint32_t resale, ResaleBook::Holder holder, Second until) {
  for (const auto& [by, devices] : resales_.rows().at(holder.second).takes) {
    if (by.first) {
      takers_have_told(resale, by, until);
      continue;
    }
    const Contract& taker = contracts_[by.second];
    if (!deliveries_.has_agent(taker.pool) || taker.segment.metered >= until) continue;
    fault("gaps_are_not_owed", "resale " + number(resale) + " is paid up to " + number(until) +
                                   ", and contract " + number(by.second) + " is told up to " +
                                   number(taker.segment.metered));
  }
}

std::vector<ResaleBook::Payment> BookKeeper::pay_at_once(const ResaleBook::Part& part,
                                                         const exchange::ResaleSpared& event) {
  const ResaleBook::Row row = resales_.rows().at(part.resale);
  const std::int64_t now = resales_.pay_at_once(part.resale, part.seconds);
  const bool same = event.resale.value == part.resale && event.seconds == part.seconds &&
                    ResaleBook::Holder{event.by.resale, event.by.id} == part.by &&
                    event.paid.raw() == now;
  if (!same) {
    fault("resales_are_owed_exactly",
          "resale " + number(part.resale) + " pays another part at once than is due");
  }
  const std::uint32_t supplier = suppliers_[places_.pools[row.pool].hub.value];
  return pay(row.seller, row.pool,
             {{true, part.resale}, row.price, row.devices, part.from, part.until, supplier}, now);
}

namespace {

// Those who have something of it; the supplier last, with all of its parts.
DeliveryBook::Payment presumed_payment(const DeliveryBook::Payment& about,
                                       const std::vector<ResaleBook::Payment>& payments) {
  DeliveryBook::Payment made = about;
  DeliveryBook::Payment::Share supplier;
  for (const ResaleBook::Payment& payment : payments) {
    if (payment.resale == 0) {
      supplier.payee = payment.to;
      supplier.amount += payment.amount;
    } else if (payment.amount > 0) {
      made.shares.push_back({payment.to, payment.resale, payment.amount, payment.until});
    }
  }
  supplier.until = about.until;
  if (supplier.amount > 0) made.shares.push_back(supplier);
  return made;
}

}  // namespace

void BookKeeper::add_owed(std::uint32_t contract, DeliveryBook::Presumed& what) {
  const std::vector<exchange::ResaleSpared> events = std::exchange(paid_at_once_, {});
  const auto parts =
      what.from < what.until
          ? resales_.parts({false, contract}, contracts_[contract].devices(), what.from, what.until)
          : std::vector<ResaleBook::Part>();
  if (parts.size() != events.size()) {
    return fault("resales_are_owed_exactly", "other resales pay for what is presumed");
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::uint32_t seller = resales_.rows().at(parts[i].resale).seller;
    const auto payments = pay_at_once(parts[i], events[i]);
    what.payments.push_back(
        presumed_payment({seller, parts[i].resale, parts[i].from, parts[i].until, {}}, payments));
  }
}

void BookKeeper::has_paid(const exchange::ResaleTaken& event, Second at) {
  const Segment& segment = contracts_[event.by.id].segment;
  const Second end = std::min(at, resales_.rows().at(event.resale.value).until);
  if (segment.metered >= std::min(end, segment.until)) return;
  fault("device_seconds_are_paid_once",
        "contract " + number(event.by.id) + " gives devices back before it has paid for them");
}

std::uint32_t BookKeeper::owner_of(std::uint32_t participant) const {
  while (owners_[participant] != 0 && owners_[participant] != participant) {
    participant = owners_[participant];
  }
  return participant;
}

std::int64_t BookKeeper::price_of(const Contract& contract, Second seconds) const {
  const Segment& segment = contract.segment;
  const std::int64_t lost = segment.cost - segment.due(segment.metered);
  const int128 product = static_cast<int128>(contract.devices()) * contract.price * seconds;
  return static_cast<std::int64_t>(std::min<int128>(lost, (product + 3'599) / 3'600));
}

std::int64_t BookKeeper::penalise(std::uint32_t supplier, std::uint32_t buyer, std::int64_t lost) {
  Person& failed = people_[supplier];
  const auto share =
      static_cast<std::int64_t>(static_cast<int128>(lost) * penalty_ppm_ / 1'000'000);
  const std::int64_t penalty = std::min(share, std::max<std::int64_t>(failed.margin, 0));
  failed.margin -= penalty;
  failed.total -= penalty;
  people_[buyer].total += penalty;
  return penalty;
}

class BookKeeper::Engine {
 public:
  Engine(BookKeeper& books, Second at) : books_(books), at_(at) {}

  void operator()(const engine::OrderAccepted& event) {
    books_.orders_.emplace_back();
    books_.orders_.back().buyer = event.what.account.value;
    books_.orders_.back().what = event.what;
  }
  void operator()(const engine::OrderAmended& event) {
    Order& order = books_.orders_[event.order.value];
    if (order.started) books_.fault("an_order_runs_once", "an order is amended that has run");
    order.what = event.what;
  }
  void operator()(const engine::BlockBooked& event) {
    const engine::BookBlock& what = event.what;
    books_.blocks_[what.order.value] = {what.begin, what.pool.value, what.way};
    const Order& order = books_.orders_[what.order.value];
    const std::int64_t devices =
        per_node(order, what.way, what.pool.value) * static_cast<std::int64_t>(what.nodes.size());
    const StepBook::Held held{what.pool.value, devices, what.begin, event.end, what.price.raw()};
    // What was agreed in an award is promised again when it was lost.
    order.part ? books_.steps_.promised_again(what.order.value, held)
               : books_.steps_.promised(at_, what.order.value, held);
  }
  // All legs of one alternative, or less of a curve; together no dearer than the whole was worth.
  void operator()(const engine::OrderAwarded& event) {
    const Order whole = books_.orders_[event.what.order.value];
    const engine::Package& package = *whole.what.package;
    const engine::Alternative& chosen = package.alternatives[event.what.alternative];
    const bool curve = package.kind == engine::PackageKind::kCurve;
    if (!curve && event.what.parts.size() != chosen.legs.size()) {
      books_.fault("packages_are_awarded_whole", "order " + number(event.what.order.value));
    }
    int128 cost = 0;
    int128 worth = chosen.value;
    for (std::size_t i = 0; i < event.what.parts.size(); ++i) {
      const engine::AwardPart& part = event.what.parts[i];
      const engine::PackageLeg& leg = chosen.legs[curve ? 0 : i];
      if (!serves(part, leg, package)) {
        books_.fault("packages_are_awarded_whole",
                     "a part is not its leg, of order " + number(event.what.order.value));
      }
      if (!curve) worth = std::min(worth, static_cast<int128>(chosen.value) * part.gang / leg.gang);
      cost += add_part(whole, part);
    }
    if (cost > worth || cost > whole.what.value) {
      books_.fault("nobody_pays_more_than_offered",
                   "parts of order " + number(event.what.order.value));
    }
    ++books_.awards_;
  }
  void operator()(const engine::BlockReleased& event) {
    books_.blocks_.erase(event.order.value);
    books_.steps_.released(event.order.value);
  }
  void operator()(const engine::AskChanged& event) {
    books_.steps_.asked(event.pool.value, event.ask);
  }
  void operator()(const engine::StepsChanged& event) {
    books_.steps_.asked(event.pool.value, event.steps);
  }
  void operator()(const engine::NodesChanged& event) {
    const std::int64_t whole = books_.places_.pools[event.pool.value].node_devices;
    for (std::uint32_t i = event.begin; i < event.end; ++i) {
      Node& node = books_.nodes_[event.pool.value][i];
      if (!event.up && node.free != whole) {
        books_.fault("capacity_is_sold_once", "something runs on a node that goes down");
      }
      node.up = event.up;
    }
  }
  void operator()(const engine::ContractStarted& event) {
    const engine::StartOrder& what = event.what;
    Order& order = books_.orders_[what.order.value];
    if (order.runs) books_.fault("an_order_runs_once", "order " + number(what.order.value));
    const engine::Way& way = order.what.ways[what.way];
    const std::uint32_t whole = books_.places_.pools[what.pool.value].node_devices;
    const bool shares = way.gang < whole && !order.what.whole_nodes;
    Contract contract;
    contract.order = what.order.value;
    contract.pool = what.pool.value;
    contract.per_node = static_cast<std::uint32_t>(per_node(order, what.way, what.pool.value));
    contract.nodes = what.nodes;
    contract.price = what.price.raw();
    if (contract.nodes.size() != (shares ? 1 : (way.gang + whole - 1) / whole)) {
      books_.fault("capacity_is_sold_once", "a gang has not its nodes");
    }
    take(contract, -1);
    contract.own = books_.owner_of(order.buyer) == books_.owner_of(books_.supplier_of(contract));
    contract.segment = books_.segment(contract, at_, event.expected_end);
    const int128 rate = static_cast<int128>(contract.devices()) * contract.price;
    books_.deliveries_.started(at_, event.contract.value, contract.pool, contract.own ? 0 : rate);
    if (order.part) check_part(order, what, event.expected_end);
    if (!order.started) premium(order, what, contract);
    order.started = order.runs = true;
    order.contract = event.contract.value;
    books_.steps_.started(
        event.contract.value, what.order.value,
        {contract.pool, contract.devices(), at_, event.expected_end, contract.price}, order.part);
    books_.contracts_.push_back(std::move(contract));
    books_.blocks_.erase(what.order.value);
  }
  void operator()(const engine::ContractExtended& event) {
    Contract& contract = books_.contracts_[event.contract.value];
    if (contract.ended) books_.fault("a_contract_ends_once", "it goes on after its end");
    if (books_.orders_[contract.order].part) {
      books_.fault("parts_keep_their_terms", "one goes on beyond its leg");
    }
    const bool agent = books_.deliveries_.has_agent(contract.pool);
    const Second from = agent ? contract.segment.metered : std::min(at_, contract.segment.until);
    books_.settle(contract, from);
    penalise(contract, late(contract));
    contract.segment = books_.segment(contract, from, event.until);
    books_.steps_.goes_on(event.contract.value, event.until);
    ++books_.extensions_;
  }
  void operator()(const engine::ContractEnded& event) {
    Contract& contract = books_.contracts_[event.contract.value];
    if (contract.ended) books_.fault("a_contract_ends_once", number(event.contract.value));
    books_.settle(contract, at_);
    const Segment& segment = contract.segment;
    const std::int64_t left = segment.cost - segment.due(segment.metered);
    books_.resales_.given(event.contract.value, left - books_.price_of(contract, segment.missed));
    const bool failed = event.reason == engine::EndReason::kFailed;
    penalise(contract, failed ? left : late(contract));
    books_.failures_ += failed ? 1U : 0U;
    books_.deliveries_.ended(event.contract.value);
    take(contract, 1);
    contract.ended = true;
    contract.completed = event.reason == engine::EndReason::kCompleted;
    contract.segment = {};
    books_.steps_.ended(event.contract.value);
    books_.orders_[contract.order].runs = false;
  }
  void operator()(const engine::ContractShrunk& event) {
    Contract& contract = books_.contracts_[event.what.contract.value];
    if (contract.ended) books_.fault("a_contract_ends_once", "it shrinks after its end");
    const Second from = std::min(at_, contract.segment.until);
    books_.settle(contract, from);
    const std::int64_t before = contract.devices();
    take(contract, 1);
    for (const std::uint32_t node : event.what.gone) std::erase(contract.nodes, node);
    contract.per_node = event.what.per_node;
    take(contract, -1);
    books_.steps_.shrunk(event.what.contract.value, contract.devices());
    const std::int64_t left = contract.segment.cost - contract.segment.due(from);
    const std::int64_t gone = before - contract.devices();
    const auto given = static_cast<std::int64_t>(static_cast<int128>(left) * gone / before);
    books_.resales_.given(event.what.contract.value, given);
    contract.segment = {from, contract.segment.until, from, left - given, 0};
  }
  template <class Other>
  void operator()(const Other&) {}

 private:
  void penalise(const Contract& contract, std::int64_t lost) {
    books_.penalise(books_.supplier_of(contract), books_.orders_[contract.order].buyer, lost);
  }
  // Of what was missed of this grant: a minute costs no penalty.
  std::int64_t late(const Contract& contract) const {
    return books_.price_of(contract, std::max<Second>(0, contract.segment.missed - 60));
  }
  std::int64_t per_node(const Order& order, std::uint32_t way, std::uint32_t pool) const {
    const std::uint32_t whole = books_.places_.pools[pool].node_devices;
    const std::uint32_t gang = order.what.ways[way].gang;
    return gang < whole && !order.what.whole_nodes ? gang : whole;
  }
  void take(const Contract& contract, int sign) {
    for (const std::uint32_t at : contract.nodes) {
      Node& node = books_.nodes_[contract.pool][at];
      node.free += sign * static_cast<std::int64_t>(contract.per_node);
      if (node.free < 0) books_.fault("capacity_is_sold_once", "a node has not so many devices");
      if (sign < 0 && !node.up) books_.fault("capacity_is_sold_once", "a node is down");
    }
  }
  // Of shares, no less than the least of its devices.
  bool serves(const engine::AwardPart& part, const engine::PackageLeg& leg,
              const engine::Package& package) const {
    const engine::Pool& pool = books_.places_.pools[part.pool.value];
    if (pool.hub != leg.hub || pool.accelerator != leg.accelerator) return false;
    if (package.kind == engine::PackageKind::kCurve) {
      return part.gang <= leg.gang && part.begin >= leg.begin && part.end <= leg.end;
    }
    const bool shares = package.kind == engine::PackageKind::kShares;
    const std::uint64_t least = shares ? package.minimum_ppm : engine::kPpm;
    return part.gang <= leg.gang && std::uint64_t{part.gang} * engine::kPpm >= least * leg.gang &&
           part.begin == leg.begin && part.end == leg.end;
  }
  // What it costs, rounded up.
  std::int64_t add_part(const Order& whole, const engine::AwardPart& part) {
    const engine::Pool& pool = books_.places_.pools[part.pool.value];
    const std::uint32_t node = pool.node_devices;
    const bool shares = part.gang < node && !whole.what.whole_nodes;
    const std::uint32_t devices = shares ? part.gang : (part.gang + node - 1) / node * node;
    const int128 product =
        static_cast<int128>(devices) * part.price.raw() * (part.end - part.begin);
    Order order;
    order.buyer = whole.buyer;
    order.what.ways = {{pool.accelerator, part.gang, part.end - part.begin}};
    order.what.whole_nodes = whole.what.whole_nodes;
    order.what.value = static_cast<std::int64_t>((product + 3'599) / 3'600);
    order.part = true;
    order.begin = part.begin;
    order.end = part.end;
    order.price = part.price.raw();
    const std::int64_t cost = order.what.value;
    const auto id = static_cast<std::uint32_t>(books_.orders_.size());
    books_.orders_.push_back(std::move(order));
    books_.blocks_[id] = {part.begin, part.pool.value, 0};
    books_.steps_.promised(at_, id,
                           {part.pool.value, devices, part.begin, part.end, part.price.raw()});
    books_.awarded_parts_.push_back(id);
    return cost;
  }
  void check_part(const Order& order, const engine::StartOrder& what, Second end) {
    if (at_ < order.begin || end > order.end || what.price.raw() != order.price) {
      books_.fault("parts_keep_their_terms", "order " + number(what.order.value));
    }
    ++books_.parts_started_;
  }
  // Who starts first at the begin of a block, in its pool, had what the premium was for.
  void premium(Order& order, const engine::StartOrder& what, const Contract& contract) {
    const auto block = books_.blocks_.find(what.order.value);
    if (contract.own) return;
    if (block == books_.blocks_.end() || order.what.premium == 0) return;
    const Block& promised = block->second;
    if (promised.pool != what.pool.value || promised.way != what.way || promised.begin != at_) {
      return;
    }
    order.premium_paid = order.what.premium;
    books_.people_[order.buyer].total -= order.what.premium;
    books_.people_[books_.supplier_of(contract)].total += order.what.premium;
    ++books_.kept_;
  }

  BookKeeper& books_;
  Second at_;
};

class BookKeeper::Own {
 public:
  Own(BookKeeper& books, Second at) : books_(books), at_(at) {}
  void operator()(const exchange::ParticipantOpened& event) {
    books_.people_.resize(event.participant.value + std::size_t{1});
    books_.owners_.resize(books_.people_.size());
    books_.owners_[event.participant.value] = event.owner.value;
  }
  void operator()(const exchange::HubAssigned& event) {
    books_.suppliers_[event.hub.value] = event.supplier.value;
  }
  void operator()(const exchange::RulesSet& event) {
    books_.penalty_ppm_ = event.rules.penalty_ppm;
  }
  void operator()(const exchange::ContractMetered& event) {
    Contract& contract = books_.contracts_[event.contract.value];
    // At its end, and as it goes on, the meter comes before the event.
    books_.settle(contract, event.until);
  }
  template <class Other>
  void operator()(const Other&) {}

  void operator()(const exchange::ContractOwned& event) {
    ++books_.own_;
    if (books_.contracts_[event.contract.value].own) return;
    books_.fault("money_is_conserved", "an own contract between strangers");
  }
  void operator()(const exchange::TakeOrPaySet& event) { books_.take_or_pay_ppm_ = event.ppm; }
  void operator()(const exchange::CalendarSet& event) {
    books_.closures_ = event.closures;
    ++books_.calendars_;
  }
  void operator()(const exchange::GateClosed&) {
    for (const exchange::Closure& closure : books_.closures_) {
      if (closure.from <= at_ && at_ < closure.until) {
        books_.fault("no_gate_in_a_closure", closure.reason);
      }
    }
  }
  void operator()(const exchange::ResaleAllowed& event) {
    books_.keepers_.resize(books_.people_.size());
    books_.keepers_[event.participant.value] = !event.allowed;
  }
  void operator()(const exchange::ResaleOffered& event) {
    books_.resales_.offered(event);
    const std::uint32_t seller = event.terms.seller.value;
    const bool keeps = seller < books_.keepers_.size() && books_.keepers_[seller];
    if (!keeps || !books_.contracts_[event.terms.contract.value].completed) return;
    ++books_.kept_from_sale_;
    if (event.terms.ask <= Price(kPriceMax)) {
      books_.fault("keepers_keep", "participant " + std::to_string(seller));
    }
  }
  void operator()(const exchange::ResaleOpened& event) {
    const std::int64_t moved = books_.resales_.opened(at_, event, books_.take_or_pay_ppm_);
    const ResaleBook::Row& row = books_.resales_.rows().at(event.resale.value);
    books_.orders_[row.order].moved += moved;
  }
  void operator()(const exchange::ResaleTaken& event) {
    std::int64_t price = 0;
    if (event.by.resale) {
      // What a contract had taken goes on with its own resale, at whatever it asks.
      price = INT64_MAX;
    } else {
      price = books_.contracts_[event.by.id].price;
    }
    books_.resales_.taken(event, price);
    if (!event.by.resale && event.devices == 0) books_.has_paid(event, at_);
  }
  void operator()(const exchange::ResaleMetered& event) {
    books_.settle_resale(event.resale.value, event.until);
  }
  void operator()(const exchange::HubLeased& event) { books_.deliveries_.leased(event); }
  void operator()(const exchange::Answered& event) { books_.deliveries_.answered(event); }
  void operator()(const exchange::DeliveryMissed& event) {
    Contract& contract = books_.contracts_[event.contract.value];
    Segment& segment = contract.segment;
    if (contract.ended || !books_.deliveries_.has_agent(contract.pool) ||
        event.until <= segment.metered || event.until > std::min(at_, segment.until)) {
      books_.deliveries_.fault("delivered_is_paid_once", "a gap in what is no agent's to tell");
    }
    const auto parts = books_.resales_.parts({false, event.contract.value}, contract.devices(),
                                             segment.metered, event.until);
    for (const ResaleBook::Part& part : parts) books_.resales_.spare(part);
    segment.missed += event.until - segment.metered;
    segment.metered = event.until;
    books_.deliveries_.missed();
  }
  // Missed, or paid at once for what is presumed.
  void operator()(const exchange::ResaleSpared& event) {
    if (books_.resales_.gaps_are_not_owed()) {
      books_.resales_.spared(event);
    } else {
      books_.paid_at_once_.push_back(event);
    }
  }
  void operator()(const exchange::DeliveryShared& event) { books_.deliveries_.shared(event); }
  void operator()(const exchange::ResaleReturned& event) {
    books_.resales_.returned(event);
    books_.deliveries_.returned(event);
  }
  void operator()(const exchange::ResaleRefunded& event) { books_.deliveries_.refunded(event); }
  // The last payment, and what sellers owe for the same time.
  void operator()(const exchange::DeliveryPresumed& event) {
    const Contract& contract = books_.contracts_[event.contract.value];
    const bool paid = event.what.from < event.what.until;
    DeliveryBook::Presumed what;
    what.buyer = books_.orders_[contract.order].buyer;
    what.supplier = books_.supplier_of(contract);
    what.pool = contract.pool;
    what.until = contract.segment.metered;
    what.from = what.told = paid ? contract.paid_from : what.until;
    what.payments.push_back(
        presumed_payment({what.buyer, 0, what.from, what.until, {}},
                         paid ? contract.payments : std::vector<ResaleBook::Payment>()));
    books_.add_owed(event.contract.value, what);
    what.asked = contract.own ? 0 : books_.steps_.asked_of(event.contract.value);
    what.due = at_ + 86'400;
    if (event.what.from != what.from || event.what.until != what.until ||
        event.what.amount.raw() != what.supplied(0) || event.what.supplier.value != what.supplier) {
      books_.deliveries_.fault("delivered_is_paid_once",
                               "another payment is presumed than was made");
    }
    books_.deliveries_.presumed(event.contract.value, what);
  }
  void operator()(const exchange::DeliveryTold& event) { books_.deliveries_.told(event); }
  void operator()(const exchange::DeliverySettled& event) {
    const auto [what, late] = books_.deliveries_.settled(at_, event);
    std::int64_t from_supplier = 0;
    for (const DeliveryBook::Payment& payment : what.payments) {
      for (const auto& share : payment.shares) {
        books_.people_[share.payee].total -= share.back;
        books_.people_[payment.payer].total += share.back;
        if (share.earned == 0) from_supplier += share.back;
        if (share.earned != 0) books_.resales_.give_back(share.earned, share.back);
      }
    }
    if (books_.penalise(what.supplier, what.buyer, late) != event.penalty.raw()) {
      books_.deliveries_.fault("delivered_is_paid_once",
                               "another penalty is due for what was missed");
    }
    books_.steps_.given_back(what.pool, what.asked * event.missed, from_supplier);
  }
  void operator()(const exchange::ResaleEarned& event) { books_.resales_.earned(event); }
  void operator()(const exchange::ResaleOver& event) { books_.resales_.over(at_, event); }
  void operator()(const exchange::ResaleClosed& event) { books_.resales_.closed(at_, event); }

 private:
  BookKeeper& books_;
  Second at_;
};

// From and to the outside, and between own accounts: the rest is for contracts to explain.
void BookKeeper::see_money(const exchange::MoneyEvent& event) {
  for (const ledger::Fact& fact : event.facts) {
    const auto* move = std::get_if<ledger::Move>(&fact.asked);
    if (move == nullptr) continue;
    const auto put = [&](ledger::Account account, std::int64_t amount, bool total) {
      Person& person = people_[account.participant.value];
      if (account.purpose == Purpose::kMargin) person.margin += amount;
      if (total) person.total += amount;
    };
    const bool in = move->from.purpose == Purpose::kRail, out = move->to.purpose == Purpose::kRail;
    const std::int64_t amount = move->amount.raw();
    if (!in && !out && move->from.participant != move->to.participant) continue;
    if (!in) put(move->from, -amount, out);
    if (!out) put(move->to, amount, in);
    from_outside_ += in ? amount : out ? -amount : 0;
  }
}

void BookKeeper::see(Second at, const exchange::Event& event) {
  if (const auto* money = std::get_if<exchange::MoneyEvent>(&event)) {
    see_money(*money);
  } else if (const auto* happened = std::get_if<engine::Event>(&event)) {
    Engine engine(*this, at);
    std::visit(engine, happened->what);
  } else {
    Own own(*this, at);
    std::visit(own, std::get<exchange::OwnEvent>(event));
  }
}

Verdict BookKeeper::money_is_conserved(const exchange::State& state) const {
  int128 sum = 0;
  for (std::uint32_t i = 0; i < people_.size(); ++i) {
    std::int64_t total = 0;
    for (std::size_t purpose = 0; purpose < ledger::kPurposes; ++purpose) {
      total += state.money().balance({{i}, static_cast<Purpose>(purpose)}).raw();
    }
    sum += total;
    const std::int64_t expected = i == 0 ? -from_outside_ : people_[i].total;
    if (total == expected) continue;
    return Violation{"money_is_conserved", "participant " + number(i) + " has " + number(total) +
                                               " and must have " + number(expected)};
  }
  return sum == 0 ? Verdict() : Violation{"money_is_conserved", "balances do not add up to 0"};
}

Verdict BookKeeper::holds_cover_what_orders_may_cost(const exchange::State& state) const {
  std::vector<std::int64_t> held(people_.size());
  for (std::uint32_t i = 0; i < orders_.size(); ++i) {
    if (!state.engine().knows(OrderId{i})) continue;  // it is over, and forgotten
    const engine::OrderState now = state.engine().order(OrderId{i}).state;
    const bool lives = now == engine::OrderState::kWaiting || now == engine::OrderState::kRunning;
    const Order& order = orders_[i];
    const std::int64_t premium = order.started ? 0 : order.what.premium;
    const std::int64_t left = lives ? order.what.value + premium - order.paid - order.moved : 0;
    held[order.buyer] += left;
    if (state.left_of(OrderId{i}).raw() == left) continue;
    return Violation{"holds_cover_what_orders_may_cost",
                     "order " + number(i) + " holds " + number(state.left_of(OrderId{i}).raw()) +
                         " and may cost " + number(left)};
  }
  for (const auto& [number, row] : resales_.rows()) {
    if (row.open) held[row.seller] += row.cost - row.due();
  }
  for (std::uint32_t i = 0; i < held.size(); ++i) {
    if (state.money().balance({{i}, Purpose::kHold}).raw() != held[i]) {
      return Violation{"holds_cover_what_orders_may_cost", "of participant " + number(i)};
    }
    if (state.money().balance({{i}, Purpose::kEscrow}).raw() != deliveries_.in_escrow(i)) {
      return Violation{"what_was_missed_goes_back",
                       "another amount is in escrow, of participant " + number(i)};
    }
  }
  return std::nullopt;
}

Verdict BookKeeper::packages_are_awarded_whole(const exchange::State& state) {
  for (const std::uint32_t part : std::exchange(awarded_parts_, {})) {
    if (state.engine().block(OrderId{part}) != nullptr) continue;
    return Violation{"packages_are_awarded_whole", "order " + number(part) + " has no block"};
  }
  return std::nullopt;
}

Verdict BookKeeper::device_seconds_are_paid_once() const {
  if (resales_.broken()) return resales_.broken();
  TONGSUAN_VERDICT(resales_.gaps_are_not_owed());
  TONGSUAN_VERDICT(deliveries_.what_was_missed_goes_back());
  TONGSUAN_VERDICT(resales_.sellers_earn_what_was_paid());
  for (std::uint32_t pool = 0; pool < nodes_.size(); ++pool) {
    std::int64_t free = 0;
    for (const Node& node : nodes_[pool]) free += node.up ? node.free : 0;
    if (resales_.unsold(pool) <= free) continue;
    return Violation{"device_seconds_are_paid_once",
                     "in pool " + number(pool) + " " + number(resales_.unsold(pool)) +
                         " devices are offered and " + number(free) + " are free"};
  }
  return std::nullopt;
}

// Of a pool for which somebody still owes, the supplier has not everything yet.
Verdict BookKeeper::suppliers_have_their_steps() const {
  if (steps_.broken()) return steps_.broken();
  for (std::uint32_t pool = 0; pool < nodes_.size(); ++pool) {
    const bool owed = std::ranges::any_of(resales_.rows(), [&](const auto& row) {
      return row.second.pool == pool && row.second.open;
    });
    if (!owed) TONGSUAN_VERDICT(steps_.are_paid(pool));
  }
  return std::nullopt;
}

void BookKeeper::count(Figures& figures) const {
  figures.packages += awards_;
  figures.parts_started += parts_started_;
  resales_.count(figures);
  steps_.count(figures);
  deliveries_.count(figures);
  figures.own += own_;
  figures.closures += calendars_;
  figures.kept_from_sale += kept_from_sale_;
  figures.contracts += contracts_.size();
  figures.failures += failures_;
  figures.extensions += extensions_;
  figures.blocks_kept += kept_;
}

}  // namespace tongsuan::simulation
