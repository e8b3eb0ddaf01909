// What is true at the exchange: engine, ledger, and what ties them together.
//
// State owns everything. Only `apply` changes it; it takes events that `Exchange` made, or that a
// journal keeps, and refuses as a value those that do not fit.
//
// Invariants, beside those of engine and ledger, looked at after every event that touches them:
//   - a waiting or running order that can cost something has an open hold of its participant;
//   - a running contract has an open right, bound to the hold of its order, unless it is free or
//     its buyer's own;
//   - metered time lies within the time granted, and is what the right has delivered.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "tongsuan/engine/row_store.h"
#include "tongsuan/engine/state.h"
#include "tongsuan/exchange/events.h"
#include "tongsuan/exchange/repeats.h"
#include "tongsuan/ledger/ledger.h"

namespace tongsuan::exchange {

inline constexpr std::size_t kRoundsKept = 1'000;  // the last ones; earlier ones are in the journal

struct ParticipantRecord {
  std::string name;
  Role role = Role::kParticipant;
  ParticipantId owner = ledger::kHouse;  // its beneficial owner's
  bool halted = false;
  std::uint32_t live_orders = 0;
  std::uint32_t keys = 0;  // not revoked
  bool resell = true;      // what its contracts have left when they end may go to others
  friend bool operator==(const ParticipantRecord&, const ParticipantRecord&) = default;
  static constexpr auto fields() {
    return std::tuple(&ParticipantRecord::name, &ParticipantRecord::role, &ParticipantRecord::owner,
                      &ParticipantRecord::halted);
  }
};

struct KeyRow {
  KeyId key{};
  Salt salt{};
  ParticipantId participant;
  Role role = Role::kParticipant;
  bool revoked = false;
  Second expires = 0;
  friend bool operator==(const KeyRow&, const KeyRow&) = default;
  static constexpr auto fields() {
    return std::tuple(&KeyRow::key, &KeyRow::salt, &KeyRow::participant, &KeyRow::role,
                      &KeyRow::revoked, &KeyRow::expires);
  }
};

struct HubRecord {
  ParticipantId supplier;  // kHouse: nobody
  bool halted = false;
  Lease lease;
  friend bool operator==(const HubRecord&, const HubRecord&) = default;
  static constexpr auto fields() { return std::tuple(&HubRecord::supplier, &HubRecord::halted); }
};

// The money of an order, and what its owner calls it.
struct OrderMoney {
  ledger::HoldId hold;
  std::string name;
  friend bool operator==(const OrderMoney&, const OrderMoney&) = default;
  static constexpr auto fields() { return std::tuple(&OrderMoney::hold, &OrderMoney::name); }
};

// The money of a contract that runs.
struct ContractMoney {
  ledger::RightId right;  // of none when it is free
  std::uint64_t grant = 0;
  Second metered = 0;  // delivered up to here
  Second until = 0;    // paid for up to here
  bool own = false;    // buyer and supplier have the same beneficial owner: it moves no money
  friend bool operator==(const ContractMoney&, const ContractMoney&) = default;
  static constexpr auto fields() {
    return std::tuple(&ContractMoney::right, &ContractMoney::grant, &ContractMoney::metered,
                      &ContractMoney::until);
  }
};

struct RoundRow {
  std::uint64_t round = 0;
  Second gate = 0;
  Second closed = 0;
  RoundOutcome outcome = RoundOutcome::kEmpty;
  std::uint64_t orders = 0;
  std::uint64_t awards = 0;
  std::int64_t gap_ppm = 0;
  std::int64_t welfare = 0;
  std::int64_t bound = 0;
  Digest root{};
  Digest certificate{};       // hash of its text
  Digest certificate_text{};  // names of texts in the journal
  Digest book_text{};
  std::vector<std::int64_t> posted;  // by PoolId
  std::string reason;
  friend bool operator==(const RoundRow&, const RoundRow&) = default;
  static constexpr auto fields() {
    return std::tuple(&RoundRow::round, &RoundRow::gate, &RoundRow::closed, &RoundRow::outcome,
                      &RoundRow::orders, &RoundRow::awards, &RoundRow::gap_ppm, &RoundRow::welfare,
                      &RoundRow::bound, &RoundRow::root, &RoundRow::certificate,
                      &RoundRow::certificate_text, &RoundRow::book_text, &RoundRow::reason);
  }
};

struct Gate {
  std::uint64_t round = 0;   // that is being cleared; 0: none
  std::uint32_t orders = 0;  // numbers below are in its book
  Second closed = 0;         // the last gate, or the second the exchange opened
  friend bool operator==(const Gate&, const Gate&) = default;
  static constexpr auto fields() { return std::tuple(&Gate::round, &Gate::orders, &Gate::closed); }
};

struct WebhookRow {
  ParticipantId participant;
  std::string url;
  Salt salt{};
  std::uint64_t acked = 0;
  bool open = false;
  friend bool operator==(const WebhookRow&, const WebhookRow&) = default;
  static constexpr auto fields() {
    return std::tuple(&WebhookRow::participant, &WebhookRow::url, &WebhookRow::salt,
                      &WebhookRow::acked, &WebhookRow::open);
  }
};

// Why an event or a record does not fit.
struct Misfit {
  std::size_t offset = 0;  // of the event in its record
  std::string what;
};

// Continues the digest of a state by the next piece of what events touched.
[[nodiscard]] Digest chain_rows(const Digest& digest, std::string_view rows);
// Two digests, each by a piece of its own: two take little longer than one.
void chain_two(Digest& a, std::string_view rows_a, Digest& b, std::string_view rows_b);

// Whoever does elsewhere, such as on another thread, what an event need not wait for: chains the
// digest, and keeps which requests were answered.
class RowSink {
 public:
  RowSink() = default;
  RowSink(const RowSink&) = delete;
  RowSink& operator=(const RowSink&) = delete;
  virtual ~RowSink() = default;
  // The next piece, and what was answered meanwhile; leaves others, empty, for what follows.
  virtual void take(std::string& rows, std::vector<Repeats::Row>& answers) = 0;
};

class State;
[[nodiscard]] std::string write_snapshot(const State& state);
[[nodiscard]] Result<State> read_snapshot(std::string_view bytes, engine::Places places);

class State {
 public:
  // `opened`: the second at which the exchange opens; times of requests are not before it.
  State(engine::Places places, Second opened);

  [[nodiscard]] const engine::State& engine() const { return engine_; }
  [[nodiscard]] const ledger::State& money() const { return money_; }
  [[nodiscard]] Second now() const { return now_; }
  [[nodiscard]] std::uint64_t sequence() const { return sequence_; }
  [[nodiscard]] const Rules& rules() const { return rules_; }
  [[nodiscard]] const Gate& gate() const { return gate_; }
  [[nodiscard]] bool halted() const { return halted_; }
  [[nodiscard]] const std::deque<RoundRow>& rounds() const { return rounds_; }
  [[nodiscard]] const std::vector<ParticipantRecord>& participants() const { return participants_; }
  [[nodiscard]] const std::vector<HubRecord>& hubs() const { return hubs_; }
  [[nodiscard]] const std::vector<KeyRow>& keys() const { return keys_; }  // by KeyId
  [[nodiscard]] const std::vector<WebhookRow>& webhooks() const { return webhooks_; }
  [[nodiscard]] const Repeats& repeats() const { return repeats_; }
  [[nodiscard]] std::uint32_t live_orders() const { return live_orders_; }

  // Null when there is no such participant, key, round.
  [[nodiscard]] const ParticipantRecord* participant(ParticipantId id) const;
  [[nodiscard]] const KeyRow* key(const KeyId& id) const;
  [[nodiscard]] const RoundRow* round(std::uint64_t round) const;
  [[nodiscard]] ParticipantId find_participant(std::string_view name) const;  // kHouse: none
  [[nodiscard]] const std::string& order_name(OrderId id) const;
  // What its order may still cost; 0 when it can cost nothing.
  [[nodiscard]] Money left_of(OrderId id) const;
  [[nodiscard]] const OrderMoney& money_of(OrderId id) const { return orders_[id.value]; }
  [[nodiscard]] const ContractMoney& money_of(engine::ContractId id) const {
    return contracts_[id.value];
  }
  // When the gate of the next round closes. Gates stand at multiples of the interval, so that one
  // which closes late does not move those after it.
  [[nodiscard]] Second next_gate() const {
    return gate_after(closures_, rules_.round, gate_.closed);
  }
  [[nodiscard]] const std::vector<Closure>& closures() const { return closures_; }
  [[nodiscard]] const Resales& resales() const { return resales_; }
  [[nodiscard]] const Deliveries& deliveries() const { return deliveries_; }
  // What the contracts of an order run: the name of a text in the journal; null: nothing.
  [[nodiscard]] const Digest* work_of(OrderId id) const;
  [[nodiscard]] const Lease& lease_of(engine::PoolId pool) const {
    return hubs_[engine_.places().pools[pool.value].hub.value].lease;
  }
  // Who stands behind a participant, in the end.
  [[nodiscard]] ParticipantId beneficial_owner(ParticipantId id) const;
  // Orders may only be improved.
  [[nodiscard]] bool locked(Second at) const;

  // Tests only: see the ledger's.
  void stop_checking() { money_.stop_checking(); }

  // So many records will follow: room is made for what is known of them already.
  void reserve(std::size_t records) { repeats_.reserve(records); }
  // The events that follow are of the next record, at this second.
  void begin_record(Second at);
  // Makes an event true, or says why it does not fit and changes nothing.
  [[nodiscard]] std::optional<std::string> apply(const engine::Event& event);
  [[nodiscard]] std::optional<std::string> apply(const ledger::Event& event);
  [[nodiscard]] std::optional<std::string> apply(const OwnEvent& event);

  // Of everything that events changed so far, in order. Asking moves it: two states that were asked
  // at the same events agree for ever. Not between `hash_elsewhere` and `hash_here`.
  [[nodiscard]] Digest digest();
  // From now on pieces go to `sink`, which goes on from the digest that is returned, and adds to
  // the repeats, which are its own meanwhile: an id that is answered twice is its to find. `cut`
  // ends a piece where `digest` would have been asked; `hash_here` brings the digest back. Until
  // then the state is not copied.
  struct Elsewhere {
    Digest digest;
    Repeats& repeats;
  };
  [[nodiscard]] Elsewhere hash_elsewhere(RowSink& sink);
  void cut();
  // Before the sink ends: what was answered since the last piece.
  void hand_over_answers();
  void hash_here(const Digest& digest);

 private:
  friend std::string write_snapshot(const State& state);
  friend Result<State> read_snapshot(std::string_view bytes, engine::Places places);
  class Check;  // of own events
  class Apply;
  // The number of the last round that was published.
  [[nodiscard]] std::uint64_t last_round() const;
  void note_engine(const engine::Event& event);
  [[nodiscard]] bool fits() const;  // what the rows say of each other
  void forget(const engine::HistoryDropped& dropped);
  void derive();  // what follows from the rows
  void add_name(ParticipantId id);

  engine::State engine_;
  ledger::State money_;
  // Kept for its memory; a copy of a state has one of its own.
  struct Checker : ledger::EventChecker {
    Checker() = default;
    Checker(const Checker& /*other*/) : EventChecker() {}
    Checker(Checker&&) noexcept = default;
    Checker& operator=(const Checker& /*other*/) { return *this; }
    Checker& operator=(Checker&&) noexcept = default;
    ~Checker() = default;
  };
  Checker checker_;
  Second now_ = 0;
  std::uint64_t sequence_ = 0;
  Rules rules_;
  Gate gate_;
  bool halted_ = false;
  std::vector<ParticipantRecord> participants_;
  // Of `participants_`, save the exchange; of several with one name the first.
  std::map<std::string, ParticipantId, std::less<>> names_;
  std::vector<HubRecord> hubs_;
  std::vector<KeyRow> keys_;
  std::vector<WebhookRow> webhooks_;
  engine::RowStore<OrderMoney> orders_;        // by OrderId, as long as the engine knows it
  engine::RowStore<ContractMoney> contracts_;  // by ContractId, the same
  std::deque<RoundRow> rounds_;
  Repeats repeats_;
  std::vector<Closure> closures_;
  Resales resales_;
  Deliveries deliveries_;
  std::map<std::uint32_t, Digest> works_;  // of orders that have any
  std::uint32_t live_orders_ = 0;
  Digest digest_{};
  std::string touched_;                // rows that events changed since `digest_`
  RowSink* sink_ = nullptr;            // has the digest and `repeats_` meanwhile
  std::vector<Repeats::Row> answers_;  // for it
};

}  // namespace tongsuan::exchange
