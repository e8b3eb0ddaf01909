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

BookKeeper::BookKeeper(const engine::Places& places) : places_(places) {
  for (const engine::Pool& pool : places.pools) {
    nodes_.emplace_back(pool.nodes, Node{pool.node_devices, true});
  }
  suppliers_.resize(places.hubs.size());
  people_.resize(1);
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
  const int128 part = static_cast<int128>(cost) * (delivered_until - from);
  return static_cast<std::int64_t>(part / (until - from));
}

BookKeeper::Segment BookKeeper::segment(const Contract& contract, Second from, Second until) const {
  const auto devices = static_cast<int128>(contract.per_node) * contract.nodes.size();
  const int128 product = devices * contract.price * (until - from);
  return {from, until, from, static_cast<std::int64_t>((product + 3'599) / 3'600)};
}

// Moves what is due of the segment from its buyer to its supplier.
void BookKeeper::settle(Contract& contract, Second until) {
  Segment& segment = contract.segment;
  const Second to = std::clamp(until, segment.metered, segment.until);
  const std::int64_t now = segment.due(to) - segment.due(segment.metered);
  segment.metered = to;
  Order& order = orders_[contract.order];
  order.paid += now;
  people_[order.buyer].total -= now;
  people_[supplier_of(contract)].total += now;
  if (order.paid + order.premium_paid > order.what.value + order.what.premium) {
    fault("nobody_pays_more_than_offered", "order " + number(contract.order));
  }
}

void BookKeeper::penalise(const Contract& contract) {
  const Segment& segment = contract.segment;
  const int128 lost = segment.cost - segment.due(segment.metered);
  Person& supplier = people_[supplier_of(contract)];
  const auto penalty = std::min(static_cast<std::int64_t>(lost * penalty_ppm_ / 1'000'000),
                                std::max<std::int64_t>(supplier.margin, 0));
  supplier.margin -= penalty;
  supplier.total -= penalty;
  Person& buyer = people_[orders_[contract.order].buyer];
  buyer.total += penalty;
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
    books_.blocks_[event.what.order.value] = {event.what.begin, event.what.pool.value,
                                              event.what.way};
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
    for (std::size_t i = 0; i < event.what.parts.size(); ++i) {
      const engine::AwardPart& part = event.what.parts[i];
      if (!serves(part, chosen.legs[curve ? 0 : i], curve)) {
        books_.fault("packages_are_awarded_whole",
                     "a part is not its leg, of order " + number(event.what.order.value));
      }
      cost += add_part(whole, part);
    }
    if (cost > chosen.value || cost > whole.what.value) {
      books_.fault("nobody_pays_more_than_offered",
                   "parts of order " + number(event.what.order.value));
    }
    ++books_.awards_;
  }
  void operator()(const engine::BlockReleased& event) { books_.blocks_.erase(event.order.value); }
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
    contract.per_node = shares ? way.gang : whole;
    contract.nodes = what.nodes;
    contract.price = what.price.raw();
    if (contract.nodes.size() != (shares ? 1 : (way.gang + whole - 1) / whole)) {
      books_.fault("capacity_is_sold_once", "a gang has not its nodes");
    }
    take(contract, -1);
    contract.segment = books_.segment(contract, at_, event.expected_end);
    if (order.part) check_part(order, what, event.expected_end);
    if (!order.started) premium(order, what, contract);
    order.started = order.runs = true;
    order.contract = event.contract.value;
    books_.contracts_.push_back(std::move(contract));
    books_.blocks_.erase(what.order.value);
  }
  void operator()(const engine::ContractExtended& event) {
    Contract& contract = books_.contracts_[event.contract.value];
    if (contract.ended) books_.fault("a_contract_ends_once", "it goes on after its end");
    if (books_.orders_[contract.order].part) {
      books_.fault("parts_keep_their_terms", "one goes on beyond its leg");
    }
    const Second from = std::min(at_, contract.segment.until);
    books_.settle(contract, from);
    contract.segment = books_.segment(contract, from, event.until);
    ++books_.extensions_;
  }
  void operator()(const engine::ContractEnded& event) {
    Contract& contract = books_.contracts_[event.contract.value];
    if (contract.ended) books_.fault("a_contract_ends_once", number(event.contract.value));
    books_.settle(contract, at_);
    if (event.reason == engine::EndReason::kFailed) {
      books_.penalise(contract);
      ++books_.failures_;
    }
    take(contract, 1);
    contract.ended = true;
    contract.segment = {};
    books_.orders_[contract.order].runs = false;
  }
  template <class Other>
  void operator()(const Other&) {}

 private:
  void take(const Contract& contract, int sign) {
    for (const std::uint32_t at : contract.nodes) {
      Node& node = books_.nodes_[contract.pool][at];
      node.free += sign * static_cast<std::int64_t>(contract.per_node);
      if (node.free < 0) books_.fault("capacity_is_sold_once", "a node has not so many devices");
      if (sign < 0 && !node.up) books_.fault("capacity_is_sold_once", "a node is down");
    }
  }
  bool serves(const engine::AwardPart& part, const engine::PackageLeg& leg, bool curve) const {
    const engine::Pool& pool = books_.places_.pools[part.pool.value];
    if (pool.hub != leg.hub || pool.accelerator != leg.accelerator) return false;
    if (curve) return part.gang <= leg.gang && part.begin >= leg.begin && part.end <= leg.end;
    return part.gang == leg.gang && part.begin == leg.begin && part.end == leg.end;
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
    books_.awarded_parts_.push_back(id);
    return cost;
  }
  void check_part(const Order& order, const engine::StartOrder& what, Second end) {
    if (at_ < order.begin || end > order.end || what.price.raw() != order.price) {
      books_.fault("parts_keep_their_terms", "order " + number(what.order.value));
    }
    if (at_ == order.begin) ++books_.parts_kept_;
  }
  // Who starts first at the begin of a block, in its pool, had what the premium was for.
  void premium(Order& order, const engine::StartOrder& what, const Contract& contract) {
    const auto block = books_.blocks_.find(what.order.value);
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
  explicit Own(BookKeeper& books) : books_(books) {}
  void operator()(const exchange::ParticipantOpened& event) {
    books_.people_.resize(event.participant.value + std::size_t{1});
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

 private:
  BookKeeper& books_;
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
    Own own(*this);
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
    const std::int64_t left = lives ? order.what.value + premium - order.paid : 0;
    held[order.buyer] += left;
    if (state.left_of(OrderId{i}).raw() == left) continue;
    return Violation{"holds_cover_what_orders_may_cost",
                     "order " + number(i) + " holds " + number(state.left_of(OrderId{i}).raw()) +
                         " and may cost " + number(left)};
  }
  for (std::uint32_t i = 0; i < held.size(); ++i) {
    if (state.money().balance({{i}, Purpose::kHold}).raw() == held[i]) continue;
    return Violation{"holds_cover_what_orders_may_cost", "of participant " + number(i)};
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

void BookKeeper::count(Figures& figures) const {
  figures.packages += awards_;
  figures.parts_kept += parts_kept_;
  figures.contracts += contracts_.size();
  figures.failures += failures_;
  figures.extensions += extensions_;
  figures.blocks_kept += kept_;
}

}  // namespace tongsuan::simulation
