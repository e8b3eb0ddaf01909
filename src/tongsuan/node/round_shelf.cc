#include "tongsuan/node/round_shelf.h"

#include <algorithm>
#include <utility>

#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/market/verify.h"
#include "tongsuan/node/blobs.h"
#include "tongsuan/node/internal/held_round.h"

namespace tongsuan::node {

using engine::LiveOrder;
using exchange::RoundOutcome;
using exchange::RoundRow;
using Why = Refused::Why;

namespace {

Refused unknown_order() {
  return {Why::kUnknownOrder, "there is no such order, or it is no longer kept"};
}

Refused no_text(std::string what) {
  return {Why::kNoText, std::move(what), "check the journal"};
}

// The row of a round that was cleared, or why there is none.
Told<RoundRow> cleared_row(const exchange::State& state, std::uint64_t round) {
  const RoundRow* row = state.round(round);
  if (row == nullptr) {
    const std::uint64_t last = state.rounds().empty() ? 0 : state.rounds().back().round;
    if (round > last) return Refused{Why::kNotClosed, "the round has not closed", "ask later"};
    return Refused{Why::kUnknownRound, "the round is unknown, or no longer kept"};
  }
  if (row->outcome != RoundOutcome::kCleared) {
    return Refused{Why::kNotCleared, "nothing was cleared in the round: " + row->reason};
  }
  return *row;
}

const RoundRow* last_cleared(const exchange::State& state) {
  const auto& rounds = state.rounds();
  const auto at = std::find_if(rounds.rbegin(), rounds.rend(), [](const RoundRow& row) {
    return row.outcome == RoundOutcome::kCleared;
  });
  return at == rounds.rend() ? nullptr : &*at;
}

// The second of a package's award, when its parts came; else the end of time.
Second awarded_at(const View& view, OrderId package) {
  for (const OrderId part : view.index.parts_of(package)) {
    if (view.state.engine().knows(part)) return view.state.engine().order(part).order.submit;
  }
  return engine::kSecondsMax;
}

// Of the rounds that closed while the order may have waited: the last that was cleared, or the last
// of all. Null: none has closed.
const RoundRow* row_to_ask(const View& view, OrderId order) {
  const exchange::State& state = view.state;
  const engine::OrderRecord& record = state.engine().order(order);
  const auto& rounds = state.rounds();
  const Second until = awarded_at(view, order);
  for (auto row = rounds.rbegin(); row != rounds.rend(); ++row) {
    if (row->gate < record.order.submit) break;
    if (row->closed > until) continue;
    if (record.first_start >= 0 && row->gate > record.first_start && record.stops == 0) continue;
    if (row->outcome == RoundOutcome::kCleared) return &*row;
  }
  return rounds.empty() ? nullptr : &rounds.back();
}

std::optional<Refused> refused_by_engine(const exchange::State& state, LiveOrder order,
                                         Second now) {
  order.account = AccountId{0};
  order.submit = now;
  std::vector<engine::Event> events;
  const auto refusal =
      engine::decide(state.engine(), now, engine::SubmitOrder{std::move(order)}, events);
  if (!refusal) return std::nullopt;
  return Refused{
      Why::kBadOrder,
      std::string("the exchange would refuse the order: ") + engine::refusal_name(*refusal),
      {},
      refusal};
}

// By the names of the round's market: hubs and classes of the places.
std::optional<clearing::AskedOrder> ask_of(const engine::State& state, const LiveOrder& order,
                                           const rolling::GridOrder& grid, const Market& market) {
  const engine::Places& places = state.places();
  clearing::AskedOrder asked;
  const auto hub_of = [&](HubId hub) {
    return HubId{market.hub_names.find_sorted(places.hub_names[hub.value])};
  };
  for (const HubId hub : grid.hubs) asked.hubs.push_back(hub_of(hub));
  std::ranges::sort(asked.hubs);
  for (Variant variant : grid.variants) {
    variant.accelerator =
        ClassId{market.class_names.find_sorted(places.class_names[variant.accelerator.value])};
    asked.variants.push_back(variant);
  }
  asked.window = grid.window;
  asked.value = grid.value;
  asked.delay_cost = grid.delay_cost;
  asked.whole_nodes = grid.whole_nodes;
  if (order.data == kNone) return asked;
  asked.data = market.data_names.find_sorted(rolling::data_name(order.data));
  if (asked.data != kNone) return asked;
  asked.data_mb = places.data_sets[order.data].size_mb;
  const engine::DataState& data = state.data(order.data);
  for (std::uint32_t hub = 0; hub < places.hubs.size(); ++hub) {
    if (data.at[hub] || data.arriving_at[hub] >= 0) asked.replicas.push_back(hub_of(HubId{hub}));
  }
  std::ranges::sort(asked.replicas);
  return asked;
}

void tell_outside(const View& view, OrderId order, const RoundRow* row, WhyAnswer& answer) {
  internal::Stood stood = internal::stood_outside(view.state, order, row);
  answer.standing = stood.standing;
  answer.text = std::move(stood.text);
  answer.fate = internal::fate_of(view.state, order);
}

}  // namespace

const char* refused_name(Refused::Why why) {
  constexpr const char* kNames[] = {"unknown-round", "not-closed", "not-cleared",  "unknown-order",
                                    "not-in-book",   "bad-order",  "out-of-reach", "no-text",
                                    "too-large",     "busy"};
  return kNames[static_cast<std::size_t>(why)];
}

const char* standing_name(Standing standing) {
  constexpr const char* kNames[] = {"in-book", "after-gate", "later",
                                    "started", "gone",       "passed-over"};
  return kNames[static_cast<std::size_t>(standing)];
}

// ---- What is held ------------------------------------------------------------------------------

Told<clearing::Explainer*> RoundShelf::Held::open() {
  if (explainer == nullptr) {
    auto opened = clearing::Explainer::open(*market, certificate);
    if (!opened.ok()) return no_text(opened.error().context);
    explainer = std::move(opened).value();
  }
  return explainer.get();
}

const market::BookTree& RoundShelf::Held::book_tree() {
  if (tree == nullptr) tree = std::make_unique<market::BookTree>(*market);
  return *tree;
}

RoundShelf::RoundShelf(Read read, ShelfOptions options)
    : read_(std::move(read)), options_(std::move(options)) {}
RoundShelf::~RoundShelf() = default;

// One of those who may wait.
class RoundShelf::Turn {
 public:
  explicit Turn(RoundShelf& shelf)
      : shelf_(shelf), taken_(++shelf.askers_ <= shelf.options_.askers_max) {}
  ~Turn() { --shelf_.askers_; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  [[nodiscard]] bool taken() const { return taken_; }
  [[nodiscard]] static Refused refused() {
    return {Why::kBusy, "too many questions wait for an answer", "ask again in a second"};
  }

 private:
  RoundShelf& shelf_;
  bool taken_;
};

std::optional<Digest> RoundShelf::key_of(std::uint64_t round) const {
  if (!options_.secret) return std::nullopt;
  return rolling::round_key(*options_.secret, round);
}

RoundShelf::HeldPtr RoundShelf::find(std::uint64_t round, const Digest& root) {
  const std::lock_guard lock(mutex_);
  const auto at = std::ranges::find_if(
      held_, [&](const HeldPtr& held) { return held->round == round && held->root == root; });
  if (at == held_.end()) return nullptr;
  std::rotate(held_.begin(), at, at + 1);
  return held_.front();
}

// The newest one stays. What leaves is large, and is freed without the lock.
void RoundShelf::put(HeldPtr held) {
  HeldPtr leaves;
  const std::lock_guard lock(mutex_);
  held_.insert(held_.begin(), std::move(held));
  if (held_.size() <= options_.rounds_max) return;
  const auto newest = std::ranges::max_element(held_, {}, &Held::round);
  const auto last = held_.end() - 1;
  const auto at = newest == last ? last - 1 : last;
  leaves = std::move(*at);
  held_.erase(at);
}

void RoundShelf::keep(const std::shared_ptr<const rolling::ClearedRound>& cleared) {
  if (!cleared->clearing) return;
  auto held = std::make_shared<Held>();
  held->round = cleared->round;
  held->root = cleared->root;
  held->grid = cleared->book.grid;
  held->duration_ppm = cleared->book.duration_ppm;
  held->market = {cleared, &cleared->book.market};
  held->certificate = {cleared, &cleared->clearing->verified.certificate()};
  put(std::move(held));
}

void RoundShelf::prepare(std::uint64_t round) {
  HeldPtr held;
  {
    const std::lock_guard lock(mutex_);
    const auto at = std::ranges::find(held_, round, &Held::round);
    if (at == held_.end()) return;
    held = *at;
  }
  const std::lock_guard lock(held->mutex);
  static_cast<void>(held->open());
  static_cast<void>(held->book_tree());
  static_cast<void>(make_slots(*held));
}

// ---- Texts -------------------------------------------------------------------------------------

Told<RoundShelf::HeldPtr> RoundShelf::round_of(const RoundRow& row) {
  if (HeldPtr held = find(row.round, row.root)) return held;
  const std::lock_guard lock(loading_);
  if (HeldPtr held = find(row.round, row.root)) return held;  // somebody else has read it
  TONGSUAN_TRY(HeldPtr held, load(row));
  put(held);
  return held;
}

Told<std::string> RoundShelf::text_of(const Digest& name, const char* what) {
  if (!options_.blob) return no_text(std::string("the ") + what + " is not in memory");
  journal::Answer<std::string> text = read_text(name, options_.blob);
  if (text.ok()) return std::move(text).value();
  return no_text(std::string("the ") + what + " cannot be read: " + text.error().context);
}

// Trusts nothing but the hashes in the state.
Told<RoundShelf::HeldPtr> RoundShelf::load(const RoundRow& row) {
  auto held = std::make_shared<Held>();
  auto market = std::make_shared<Market>();
  auto certificate = std::make_shared<Certificate>();
  {
    TONGSUAN_TRY(const std::string text, text_of(row.book_text, "book of the round"));
    codec::ReadReport report = codec::read_market(text, "book");
    if (!report.ok()) return no_text("the book of the round is damaged: " + report.faults.text());
    *market = std::move(report.market);
  }
  TONGSUAN_TRY(const std::string text, text_of(row.certificate_text, "certificate of the round"));
  if (sha256(text) != row.certificate) return no_text("the certificate is not that of the round");
  codec::CertificateReport report = codec::read_certificate(text, "certificate", *market);
  if (!report.ok()) return no_text("the certificate is damaged: " + report.faults.text());
  *certificate = std::move(report.certificate);
  const market::Verdict verdict = market::verify(*market, *certificate);
  if (!verdict.ok()) return no_text("the certificate does not hold: " + verdict.detail);
  if (certificate->root != row.root || certificate->round != row.round) {
    return no_text("the certificate is of another round");
  }
  held->round = row.round;
  held->root = row.root;
  held->grid = {row.gate, Second{market->calendar.slot_seconds}, market->calendar.slot_count};
  held->market = std::move(market);
  held->certificate = std::move(certificate);
  return held;
}

// ---- Questions ---------------------------------------------------------------------------------

std::uint32_t RoundShelf::position(const Held& held, OrderId order) const {
  const std::string name = rolling::book_name(key_of(held.round), order);
  const std::uint32_t at = held.market->order_names.find_sorted(name);
  if (at != kNone || !options_.secret) return at;
  // A book of before there was a secret.
  return held.market->order_names.find_sorted(rolling::book_name(std::nullopt, order));
}

Told<Quote> RoundShelf::quote(LiveOrder order, Second now, clearing::WhyOptions options) {
  const Turn turn(*this);
  if (!turn.taken()) return Turn::refused();
  Quote quote;
  std::optional<RoundRow> row;
  std::optional<Refused> refused;
  read_([&](const View& view) {
    now = std::max(now, view.state.now());
    refused = refused_by_engine(view.state, order, now);
    if (refused) return;
    order.submit = now;
    if (!view.state.rounds().empty()) quote.last_round = view.state.rounds().back().round;
    if (const RoundRow* last = last_cleared(view.state)) row = *last;
    if (!order.package) quote.now = internal::place_now(view.state, order, now);
  });
  if (refused) return *refused;
  if (!row) {
    if (quote.now) return quote;
    return Refused{Why::kNotCleared,
                   order.package ? "no round has been cleared yet"
                                 : "no round has been cleared yet, and nothing is free now",
                   "ask again after the next round"};
  }
  TONGSUAN_TRY(const HeldPtr held, round_of(*row));
  if (order.package) return quote_package(*held, std::move(order), now, options, quote);
  internal::AskedBlock block;
  std::optional<clearing::AskedOrder> asked;
  read_([&](const View& view) {
    // As if it had come before the gate.
    order.submit = std::min(order.submit, held->grid.begin);
    engine::OrderRecord record;
    record.order = order;
    block.grid = rolling::on_grid(
        view.state.engine(), record,
        {held->grid, std::max(held->grid.begin, order.not_before), held->duration_ppm});
    if (block.grid) asked = ask_of(view.state.engine(), order, *block.grid, *held->market);
  });
  if (!asked) {
    if (quote.now) return quote;
    return Refused{Why::kOutOfReach, "no start of the order lies in the slots of round " +
                                         std::to_string(row->round)};
  }
  block.live = std::move(order);
  block.variants = asked->variants;
  block.window = asked->window;
  block.value = asked->value;
  block.delay_cost = asked->delay_cost;
  const std::lock_guard lock(held->mutex);
  TONGSUAN_TRY(clearing::Explainer * explainer, held->open());
  const Result<clearing::Why> why = explainer->quote(*asked, options);
  if (!why.ok()) return Refused{Why::kBadOrder, why.error().context, why.error().hint};
  quote.round = internal::explain({held->round, held->grid, *held->market}, block, why.value());
  return quote;
}

// Its legs begin in the future, wherever the slots of the round are.
Told<Quote> RoundShelf::quote_package(Held& held, LiveOrder order, Second now,
                                      clearing::WhyOptions options, Quote quote) {
  const internal::RoundFrame frame{held.round, held.grid, *held.market};
  std::optional<internal::AskedPackage> asked;
  read_([&](const View& view) {
    asked = internal::ask_package(view.state.engine(), order, frame,
                                  std::max(held.grid.begin, now + 1));
  });
  if (!asked) {
    return Refused{Why::kOutOfReach, "no alternative of the order lies in the slots of round " +
                                         std::to_string(held.round)};
  }
  internal::AskedBlock block;
  block.live = std::move(order);
  block.alternatives = std::move(asked->alternatives);
  const std::lock_guard lock(held.mutex);
  TONGSUAN_TRY(clearing::Explainer * explainer, held.open());
  const Result<clearing::Why> why = explainer->quote_package(asked->alone, options);
  if (!why.ok()) return Refused{Why::kBadOrder, why.error().context, why.error().hint};
  quote.round = internal::explain_package(frame, block, why.value());
  return quote;
}

// The row whose book answers; nothing where `answer` is all that there is to say.
Told<std::optional<RoundRow>> RoundShelf::row_of(OrderId order, std::optional<std::uint64_t> round,
                                                 WhyAnswer& answer) const {
  std::optional<Told<RoundRow>> row;
  read_([&](const View& view) {
    if (!view.state.engine().knows(order)) {
      row = unknown_order();
      return;
    }
    if (round) {
      row = cleared_row(view.state, *round);
      return;
    }
    const RoundRow* last = row_to_ask(view, order);
    // A part stands in no book.
    const bool part = engine::is_part(view.state.engine().order(order).order);
    if (!part && last != nullptr && last->outcome == RoundOutcome::kCleared) {
      row = *last;
      return;
    }
    answer.round = last == nullptr ? 0 : last->round;
    tell_outside(view, order, last, answer);
  });
  if (!row) return std::optional<RoundRow>();
  if (!row->ok()) return row->error();
  return std::optional(std::move(*row).value());
}

Told<WhyAnswer> RoundShelf::why(OrderId order, std::optional<std::uint64_t> round,
                                clearing::WhyOptions options) {
  const Turn turn(*this);
  if (!turn.taken()) return Turn::refused();
  WhyAnswer answer;
  TONGSUAN_TRY(const std::optional<RoundRow> row, row_of(order, round, answer));
  if (!row) return answer;
  TONGSUAN_TRY(const HeldPtr held, round_of(*row));
  const std::uint32_t at = position(*held, order);
  answer.round = held->round;
  internal::AskedBlock block;
  if (at != kNone) block = internal::block_of(*held->market, at);
  bool known = false;
  read_([&](const View& view) {
    known = view.state.engine().knows(order);
    if (!known) return;
    if (at == kNone) return tell_outside(view, order, &*row, answer);
    answer.fate = internal::fate_of(view.state, order);
    const engine::OrderRecord& record = view.state.engine().order(order);
    block.live = record.order;
    if (engine::is_package(record.order)) {
      block.alternatives = internal::alternatives_in_book(
          view.state.engine(), record.order, {held->round, held->grid, *held->market}, at);
      return;
    }
    block.grid = rolling::on_grid(view.state.engine(), record,
                                  {held->grid, held->grid.begin, held->duration_ppm});
  });
  if (!known) return unknown_order();
  if (at == kNone) return answer;
  const std::lock_guard lock(held->mutex);
  TONGSUAN_TRY(clearing::Explainer * explainer, held->open());
  const Result<clearing::Why> why = explainer->why(at, options);
  if (!why.ok()) return no_text(why.error().context);
  const internal::RoundFrame frame{held->round, held->grid, *held->market};
  answer.explained = engine::is_package(block.live)
                         ? internal::explain_package(frame, block, why.value())
                         : internal::explain(frame, block, why.value());
  answer.text = std::string("in round ") + std::to_string(held->round) + ": " +
                clearing::reason_name(why.value().reason);
  if (why.value().reason == clearing::Reason::kPlaced &&
      answer.fate.state == engine::OrderState::kWaiting) {
    answer.text += engine::is_package(block.live)
                       ? "; but it could not be booked: its nodes were taken, or are not whole"
                       : "; a forecast, because only starts before the next round bind";
  }
  return answer;
}

Told<RoundShelf::HeldPtr> RoundShelf::cleared_round(OrderId order, std::uint64_t round) {
  std::optional<Told<RoundRow>> row;
  read_([&](const View& view) {
    if (view.state.engine().knows(order)) {
      row = cleared_row(view.state, round);
    } else {
      row = unknown_order();
    }
  });
  if (!row->ok()) return row->error();
  TONGSUAN_TRY(HeldPtr held, round_of(row->value()));
  if (position(*held, order) != kNone) return held;
  Refused refused{Why::kNotInBook, "the order does not stand in the book of the round"};
  read_([&](const View& view) {
    if (!view.state.engine().knows(order)) return;
    refused.what = internal::stood_outside(view.state, order, &row->value()).text;
  });
  return refused;
}

Told<Proof> RoundShelf::proof(OrderId order, std::uint64_t round) {
  const Turn turn(*this);
  if (!turn.taken()) return Turn::refused();
  TONGSUAN_TRY(const HeldPtr held, cleared_round(order, round));
  const OrderId at{position(*held, order)};
  Proof proof;
  proof.round = round;
  proof.pseudonym = std::string(held->market->order_names[at.value]);
  proof.leaf = market::order_bytes(*held->market, at);
  proof.root = held->root;
  const std::lock_guard lock(held->mutex);
  proof.proof = held->book_tree().prove(at);
  return proof;
}

Told<std::vector<OrderId>> RoundShelf::in_book(std::uint64_t round, std::vector<OrderId> orders) {
  const Turn turn(*this);
  if (!turn.taken()) return Turn::refused();
  std::optional<Told<RoundRow>> row;
  read_([&](const View& view) { row = cleared_row(view.state, round); });
  if (!row->ok()) return row->error();
  TONGSUAN_TRY(const HeldPtr held, round_of(row->value()));
  std::erase_if(orders, [&](OrderId order) { return position(*held, order) == kNone; });
  return orders;
}

// ---- Slot by slot ------------------------------------------------------------------------------

std::shared_ptr<const rolling::RoundSlots> RoundShelf::find_slots(std::uint64_t round,
                                                                  const Digest& root) {
  const std::lock_guard lock(mutex_);
  const auto at = std::ranges::find_if(
      slots_, [&](const auto& slots) { return slots->round == round && slots->root == root; });
  if (at == slots_.end()) return nullptr;
  std::rotate(slots_.begin(), at, at + 1);
  return slots_.front();
}

void RoundShelf::put_slots(std::shared_ptr<const rolling::RoundSlots> slots) {
  std::vector<std::shared_ptr<const rolling::RoundSlots>> leave;  // freed without the lock
  const std::lock_guard lock(mutex_);
  slots_.insert(slots_.begin(), std::move(slots));
  std::size_t cells = 0;
  std::size_t stay = 0;
  while (stay < slots_.size() && stay < kSlotsRounds) {
    cells += slots_[stay]->cells();
    if (stay > 0 && cells > rolling::kRoundCellsMax) break;
    ++stay;
  }
  leave.assign(slots_.begin() + static_cast<std::ptrdiff_t>(stay), slots_.end());
  slots_.resize(stay);
}

// With the turn of the round.
Told<std::shared_ptr<const rolling::RoundSlots>> RoundShelf::make_slots(const Held& held) {
  if (auto slots = find_slots(held.round, held.root)) return slots;
  Result<rolling::RoundSlots> made = rolling::round_slots(*held.market, *held.certificate);
  if (!made.ok()) return Refused{Why::kTooLarge, made.error().context, made.error().hint};
  auto slots = std::make_shared<const rolling::RoundSlots>(std::move(made).value());
  put_slots(slots);
  return slots;
}

bool RoundShelf::has_slots(std::uint64_t round) {
  const std::lock_guard lock(mutex_);
  return std::ranges::find(slots_, round, &rolling::RoundSlots::round) != slots_.end();
}

Told<SlotsTold> RoundShelf::slots(std::uint64_t round) {
  const Turn turn(*this);
  if (!turn.taken()) return Turn::refused();
  std::optional<Told<RoundRow>> row;
  read_([&](const View& view) { row = cleared_row(view.state, round); });
  if (!row->ok()) return row->error();
  const RoundRow& found = row->value();
  if (auto slots = find_slots(round, found.root)) return SlotsTold{found.gate, std::move(slots)};
  TONGSUAN_TRY(const HeldPtr held, round_of(found));
  const std::lock_guard lock(held->mutex);
  TONGSUAN_TRY(auto slots, make_slots(*held));
  return SlotsTold{found.gate, std::move(slots)};
}

Told<std::string> RoundShelf::pseudonym(OrderId order, std::uint64_t round) {
  TONGSUAN_TRY(const HeldPtr held, cleared_round(order, round));
  return std::string(held->market->order_names[position(*held, order)]);
}

}  // namespace tongsuan::node
