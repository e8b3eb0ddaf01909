// Closed rounds for whoever asks: what an order would get, why one got what it got, and that it
// stood in the book.
//
// Model. A round that was cleared is put here by the thread that cleared it, and can be asked about
// once the close of the round is durable. The last one stays, compiled for questions, and a few
// others that were asked about; the rest, and everything after a restart, is read back from its
// texts in the journal, and its certificate verified, before it answers. Orders are found by the
// names that they have in the book of that round (rolling/book.h); whose an order is, the caller
// has checked. Answers are in the exchange's seconds, money and names.
//
// A quote says what an order would have got in the last round that was cleared, and is no promise:
// the next round has other orders. Beside it stands where dispatch could start it at once.
//
// What a round decided slot by slot (rolling/round_slots.h) is made with it, or when somebody asks,
// and stays for the last `kSlotsRounds` rounds beside the round itself, as far as
// `rolling::kRoundCellsMax` goes.
//
// Everything that goes wrong is a value. Any thread may ask; questions about one round take turns,
// and beyond `askers_max` that wait, are refused.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tongsuan/clearing/why.h"
#include "tongsuan/journal/failure.h"
#include "tongsuan/market/canonical.h"
#include "tongsuan/node/replica.h"
#include "tongsuan/rolling/frozen_round.h"
#include "tongsuan/rolling/round_slots.h"

namespace tongsuan::node {

inline constexpr std::size_t kSlotsRounds = 8;

struct Refused {
  enum class Why : std::uint8_t {
    kUnknownRound,  // there was none, or it is no longer kept
    kNotClosed,
    kNotCleared,    // it closed without a certificate
    kUnknownOrder,  // there was none, or it is no longer kept
    kNotInBook,
    kBadOrder,    // the exchange would not take it
    kOutOfReach,  // no start of it lies in the round
    kNoText,      // book or certificate are missing, or are not what was cleared
    kTooLarge,    // for what is asked of it
    kBusy,
  };
  Why why = Why::kUnknownRound;
  std::string what;  // for people
  std::string hint = {};
  std::optional<engine::Refusal> refusal = {};  // of kBadOrder
};
[[nodiscard]] const char* refused_name(Refused::Why why);  // "not-in-book"
template <class T>
using Told = Result<T, Refused>;

// Devices of a package for some time; price and cost where they were bought.
struct PlaceLeg {
  std::string hub, accelerator;
  std::uint32_t devices = 0;
  Second begin = 0;
  Second end = 0;
  Price price;  // per device-hour, no less than the seller asks now
  Money cost;   // with the devices that stand idle on whole nodes
};

// A way of an order at a hub; of a package its alternative, whose first leg says hub, class and
// devices.
struct Place {
  std::string hub, accelerator;
  std::uint32_t way = 0;  // of its ways; beyond them: of a class that was added
  std::uint32_t devices = 0;
  Second start = 0;
  Second end = 0;  // in rounds, of the last slot that it takes
  Money cost;
  Money value;                      // what the order is worth when it starts then
  std::vector<PlaceLeg> legs = {};  // of a package; `way` is the number of its alternative then
};

// A row that makes a place dear (clearing::BindingRow).
struct DearRow {
  std::string row;  // "capacity east/H800"
  Second from = 0, until = 0;
  Money price, premium;  // per device-hour, MWh or TB
  Money cost;
};
struct HubCost {
  Place place;  // its cheapest start at the round's scarcity prices
  Money short_by;
  std::vector<DearRow> rows;  // by falling cost
};

// One single change that would have placed the order, cleared anew.
struct Advice {
  clearing::ChangeKind kind = clearing::ChangeKind::kLimit;
  Place place;              // `value` is what the order has to be worth
  Money more;               // of it, beyond what the order is worth now
  Second latest_start = 0;  // of kWindow; of the others as it is
  Price limit;              // of kLimit of a curve: of its first step
};

struct Explained {
  std::uint64_t round = 0;
  Second at = 0;  // its gate, when its first slot begins
  clearing::Reason reason = clearing::Reason::kPlaced;
  std::optional<Place> placed;  // at what the round pays
  Money lost_opportunity;       // what it would have gained at the prices that were paid
  std::vector<HubCost> hubs;    // cheapest first; of options and profiles one for each alternative
  std::vector<Advice> changes;  // cheapest first
};

struct Quote {
  std::uint64_t last_round = 0;    // that closed, with or without a clearing; 0: none
  std::optional<Explained> round;  // nothing: none was cleared yet
  // Where devices are free that nobody has been awarded, at the posted price; others that wait may
  // take them.
  std::optional<Place> now;
};

// How an order stood to a round.
enum class Standing : std::uint8_t {
  kInBook,
  kAfterGate,   // it came later
  kLater,       // its owner wanted it later
  kStarted,     // it ran already: dispatch had placed it between rounds
  kGone,        // cancelled, or its time had passed
  kPassedOver,  // more orders waited than a book takes, or it fits none of its slots
};
[[nodiscard]] const char* standing_name(Standing standing);  // "after-gate"

// What has become of an order by now.
struct Fate {
  engine::OrderState state = engine::OrderState::kWaiting;
  std::optional<Place> place;  // of its last contract, `end` as expected while it runs
  Second first_start = -1;
};

struct WhyAnswer {
  std::uint64_t round = 0;  // 0: none has closed
  Standing standing = Standing::kInBook;
  std::string text;                    // one sentence
  std::optional<Explained> explained;  // kInBook
  Fate fate;
};

struct Proof {
  std::uint64_t round = 0;
  std::string pseudonym;  // its name in the published book
  std::string leaf;       // the bytes that are hashed
  market::InclusionProof proof;
  Digest root{};
};

// What a round decided, slot by slot.
struct SlotsTold {
  Second begin = 0;  // of its first slot: its gate
  std::shared_ptr<const rolling::RoundSlots> slots;
};

struct ShelfOptions {
  std::optional<Digest> secret = {};  // of the books' keys (rolling/book.h)
  // A blob of the journal; any thread. Empty: what is not in memory is not known.
  std::function<journal::Answer<std::string>(const Digest&)> blob = {};
  std::size_t rounds_max = 3;  // in memory
  std::uint32_t askers_max = 32;
};

class RoundShelf {
 public:
  using Read = std::function<void(const std::function<void(const View&)>&)>;
  // `read` shows what is true and durable, on any thread.
  RoundShelf(Read read, ShelfOptions options);
  ~RoundShelf();
  RoundShelf(const RoundShelf&) = delete;
  RoundShelf& operator=(const RoundShelf&) = delete;

  // Whose account it is, when it was submitted and its premium do not matter.
  [[nodiscard]] Told<Quote> quote(engine::LiveOrder order, Second now,
                                  clearing::WhyOptions options = {});
  // Without a round: of the last one that was cleared while it may have waited; where there is
  // none, how it stood to the last one that closed.
  [[nodiscard]] Told<WhyAnswer> why(OrderId order, std::optional<std::uint64_t> round = {},
                                    clearing::WhyOptions options = {});
  [[nodiscard]] Told<Proof> proof(OrderId order, std::uint64_t round);
  // Those of the orders that stand in the book of the round.
  [[nodiscard]] Told<std::vector<OrderId>> in_book(std::uint64_t round,
                                                   std::vector<OrderId> orders);
  [[nodiscard]] Told<std::string> pseudonym(OrderId order, std::uint64_t round);

  // The last ones that were asked for stay, and are told at once.
  [[nodiscard]] Told<SlotsTold> slots(std::uint64_t round);
  [[nodiscard]] bool has_slots(std::uint64_t round);

  // From the thread that cleared it, before the round is closed; and what makes the first question
  // as fast as others.
  void keep(const std::shared_ptr<const rolling::ClearedRound>& cleared);
  void prepare(std::uint64_t round);

 private:
  struct Held;
  using HeldPtr = std::shared_ptr<Held>;
  class Turn;
  [[nodiscard]] std::optional<Digest> key_of(std::uint64_t round) const;
  [[nodiscard]] HeldPtr find(std::uint64_t round, const Digest& root);
  void put(HeldPtr held);
  [[nodiscard]] Told<HeldPtr> round_of(const exchange::RoundRow& row);
  [[nodiscard]] Told<HeldPtr> load(const exchange::RoundRow& row);
  [[nodiscard]] Told<Quote> quote_package(Held& held, engine::LiveOrder order, Second now,
                                          clearing::WhyOptions options, Quote quote);
  [[nodiscard]] Told<std::string> text_of(const Digest& name, const char* what);
  [[nodiscard]] Told<HeldPtr> cleared_round(OrderId order, std::uint64_t round);
  [[nodiscard]] Told<std::optional<exchange::RoundRow>> row_of(OrderId order,
                                                               std::optional<std::uint64_t> round,
                                                               WhyAnswer& answer) const;
  [[nodiscard]] std::shared_ptr<const rolling::RoundSlots> find_slots(std::uint64_t round,
                                                                      const Digest& root);
  [[nodiscard]] Told<std::shared_ptr<const rolling::RoundSlots>> make_slots(const Held& held);
  void put_slots(std::shared_ptr<const rolling::RoundSlots> slots);
  [[nodiscard]] std::uint32_t position(const Held& held, OrderId order) const;

  Read read_;
  ShelfOptions options_;
  std::mutex mutex_;                                               // guards held_ and slots_
  std::vector<HeldPtr> held_;                                      // asked about last comes first
  std::vector<std::shared_ptr<const rolling::RoundSlots>> slots_;  // the same
  std::mutex loading_;                                             // one text at a time
  std::atomic<std::uint32_t> askers_{0};
};

}  // namespace tongsuan::node
