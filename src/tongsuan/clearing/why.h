// why and quote: exact answers from the clearing itself.
//
// `why` walks the rows of the closed round: structural reasons first, then price, then paradoxical
// rejection. Counterfactuals are re-cleared, not guessed. `quote` is the same code for an order
// that is not in the book yet: the order is inserted into the closed round's outcome at residual
// capacity.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::clearing {

enum class Reason : std::uint8_t {
  kPlaced,
  kNotEligible,            // no hub of its set offers a class of its variants
  kNoCompatibleHub,        // hubs exist, but none has the class, zone or whole nodes it needs
  kGangTooLarge,           // no row could ever hold the gang
  kDataUnreachable,        // the data set cannot arrive in time over any link
  kWindowTooTight,         // duration longer than the window
  kGreenUnmet,             // no green supply could cover its share
  kPolicyCap,              // the caps of its group forbid it at any price
  kPrecedenceUnmet,        // the order it must follow was not accepted, or ends too late
  kOutbid,                 // at λ* every option costs more than it is worth
  kParadoxicallyRejected,  // worth more than λ*, and still not placed: indivisibility
};
[[nodiscard]] const char* reason_name(Reason reason);  // "OUTBID"

// A row that stands between an order and its option: a scarce one, or the link that its data must
// come over. Prices are per unit of the row (device-hours, MWh, TB); only `cost` compares rows.
struct BindingRow {
  std::string row;  // "capacity horinger/H100"
  SlotRange slots;
  std::int64_t price = 0;    // mean λ* over the slots, micro-yuan per unit
  std::int64_t premium = 0;  // of it, above the cheapest step: the shadow price of scarcity
  // What the row adds to the cost of the option, micro-yuan: premium · use. Of a link the whole
  // price · use, because a copy of the data at the hub would save all of it.
  std::int64_t cost = 0;
};

// Of options and profiles there is one for each option, at the hub of its first devices; of a curve
// one, for its first step.
struct HubAnswer {
  std::uint32_t hub = kNone;
  std::uint32_t variant = 0;        // of variants or options
  Slot start = 0;                   // the cheapest start at λ*
  std::int64_t cost = 0;            // micro-yuan at λ* for the whole order
  std::int64_t value = 0;           // micro-yuan
  std::int64_t short_by = 0;        // max(0, cost − value)
  std::vector<BindingRow> binding;  // by falling cost
};

// Devices in consecutive slots, at what is paid for them.
struct CapacityUse {
  std::uint32_t hub = kNone;
  std::uint32_t accelerator = kNone;
  SlotRange slots;
  std::int64_t devices = 0;
  std::vector<std::int64_t> prices;  // λ′ by slot, micro-yuan per device-hour
};

// kValue: options, profiles and services are worth more; kLater: all of their legs begin later.
// kLimit of a curve: more for its first step.
enum class ChangeKind : std::uint8_t { kLimit, kWindow, kHub, kClass, kReplica, kValue, kLater };

// One single change, re-cleared: with it and nothing else the order is placed.
struct Change {
  std::string description;      // "--limit 7.91"
  std::int64_t extra_cost = 0;  // micro-yuan by which the bid must rise; 0: free
  std::uint32_t hub = kNone;
  Slot start = 0;
  std::int64_t payment = 0;  // micro-yuan
  ChangeKind kind = ChangeKind::kLimit;
  // That it runs as; beyond the order's own: of kClass. Of what was moved: whence.
  std::uint32_t variant = 0;
  Slot window_end = 0;                  // of kWindow
  std::uint32_t accelerator = kNone;    // of kClass: ClassId::value; a new hub is `hub`
  Slot later = 0;                       // of kLater
  std::int64_t limit = 0;               // of kLimit of a curve, micro-yuan per device-hour
  std::uint32_t lots = 1, lots_of = 1;  // of a profile: so many of its lots
  std::vector<CapacityUse> uses = {};   // of whatever is no block
};

struct Why {
  Reason reason = Reason::kPlaced;
  std::int64_t lost_opportunity = 0;  // micro-yuan: best surplus at λ′ that it did not get
  std::vector<HubAnswer> hubs;        // cheapest first
  std::vector<Change> changes;        // cheapest first; empty for placed orders
  // For placed orders:
  std::uint32_t hub = kNone;
  std::uint32_t variant = 0;  // of the order's variants
  Slot start = 0;
  std::int64_t payment = 0;
  std::uint32_t lots = 1, lots_of = 1;  // of a profile: so many of its lots
  std::vector<CapacityUse> uses = {};   // of whatever is no block
};

struct WhyOptions {
  bool counterfactuals = true;  // look for the cheapest changes of an order that was not placed
};

// `certificate` must be a verified one of `market`.
Result<Why> why(const Market& market, const Certificate& certificate, std::uint32_t order,
                const WhyOptions& options);

// `with_order` is `market` plus one order (its position is `order`); the certificate is of
// `market`. Indicative: what the order would have got in the round that closed.
Result<Why> quote(const Market& market, const Certificate& certificate, const Market& with_order,
                  std::uint32_t order, const WhyOptions& options);

// A block that is in no book, by hubs and classes of the round's market.
struct AskedOrder {
  std::vector<HubId> hubs;  // rising
  std::vector<Variant> variants;
  SlotRange window;
  std::int64_t value = 0;
  std::int64_t delay_cost = 0;
  bool whole_nodes = false;
  std::uint32_t data = kNone;  // of the market
  // A data set that no order of the book needs; `data` is kNone then. 0: there is none.
  std::uint64_t data_mb = 0;
  std::vector<HubId> replicas;  // rising
};

// A closed round kept open for many questions: compiled once, so that each takes as long as its
// own re-clearing. Answers are those of `why` and `quote` above. One thread at a time.
class Explainer {
 public:
  // A canonical market, and a verified certificate of it.
  static Result<std::unique_ptr<Explainer>> open(Market market,
                                                 std::shared_ptr<const Certificate> certificate);
  ~Explainer();
  Explainer(const Explainer&) = delete;
  Explainer& operator=(const Explainer&) = delete;

  Result<Why> why(std::uint32_t order, const WhyOptions& options);
  Result<Why> quote(const AskedOrder& order, const WhyOptions& options);
  // A market that holds nothing but one order of another kind, with hubs and classes of the
  // round's.
  Result<Why> quote_package(const Market& package, const WhyOptions& options);

 private:
  struct Parts;
  Result<Why> quote_asked(const WhyOptions& options);
  explicit Explainer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tongsuan::clearing
