// Accounts, entries and events of the ledger: plain values.
//
// Model. An *entry* is what somebody asks: an id, what justifies it, and one or more *legs* that
// happen all or not at all. An *event* is an entry that happened: each leg became a *fact*, which
// says what was asked, which money went from where to where, and which hold or right was made.
// Money moves by the postings of facts and by nothing else.
//
// Ownership. An Entry and an Event are views: whoever made them keeps their legs and facts. Events
// is a flat list that its owner clears and uses again.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "tongsuan/base/quantity.h"
#include "tongsuan/base/strong_id.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/domain/units.h"

namespace tongsuan::ledger {

// ---- Limits --------------------------------------------------------------------------------

inline constexpr std::int64_t kBalanceMax = kMoneyMax;  // of one account, either way
inline constexpr std::int64_t kDeviceSecondsMax = 10'000'000'000'000'000;  // of one contract
inline constexpr Second kSecondsMax = 10'000'000'000;
inline constexpr std::uint32_t kPpm = 1'000'000;
inline constexpr std::uint32_t kParticipantsMax = 1'000'000;
inline constexpr std::uint32_t kHoldsMax = 4'000'000;   // open at the same time
inline constexpr std::uint32_t kRightsMax = 4'000'000;  // open at the same time
inline constexpr std::uint32_t kProgrammesMax = 64;     // voucher programmes
inline constexpr std::uint32_t kLegsMax = 32;           // of one entry
inline constexpr std::uint32_t kRepeatsKept = 16;       // entries of one author that are answered
static_assert(kBalanceMax <= INT64_MAX / 4, "a balance and an amount never wrap");

// ---- Accounts ------------------------------------------------------------------------------

using ParticipantId = StrongId<struct ParticipantTag>;
using DeviceSeconds = Quantity<struct DeviceSecondsTag>;  // one device, held for one second

// The exchange itself. Its rail account is the outside world: what it lacks there, participants
// have here.
inline constexpr ParticipantId kHouse{0};

enum class Purpose : std::uint8_t {
  kCash,
  kHold,  // what open holds keep; only holds move it
  kMargin,
  kVoucher,  // the pool of a voucher programme
  kEscrow,
  kRent,  // congestion rent
  kPenalty,
  kRounding,
  kRail,  // the outside world; of kHouse alone, and the only one that may go to −kBalanceMax
};
inline constexpr std::size_t kPurposes = 9;
[[nodiscard]] const char* purpose_name(Purpose purpose);

// One ledger is in one currency, CNY, counted in micro-yuan.
struct Account {
  ParticipantId participant;
  Purpose purpose = Purpose::kCash;
  friend auto operator<=>(const Account&, const Account&) = default;
};

// ---- Ids -----------------------------------------------------------------------------------

// A row of a table; the generation tells what has the slot now from what had it before.
template <class Tag>
struct RowId {
  std::uint32_t slot = kNone;
  std::uint32_t generation = 0;
  friend auto operator<=>(const RowId&, const RowId&) = default;
};
using HoldId = RowId<struct HoldTag>;
using RightId = RowId<struct RightTag>;
using MadeId = RowId<struct MadeTag>;  // a hold or a right, as the leg says

// Numbers of one author rise from 1 on; what is refused uses none up.
struct EntryId {
  ParticipantId author;
  std::uint64_t number = 0;
  friend auto operator<=>(const EntryId&, const EntryId&) = default;
};

// What justifies an entry. Numbers of others, which the ledger does not look into; 0: none.
struct Reason {
  std::uint64_t contract = 0;
  std::uint64_t segment = 0;    // of a meter
  std::uint64_t round = 0;      // of the market
  std::uint64_t reference = 0;  // outside: a payment's end-to-end id, a ruling, a filing
  friend bool operator==(const Reason&, const Reason&) = default;
  static constexpr auto fields() {
    return std::tuple(&Reason::contract, &Reason::segment, &Reason::round, &Reason::reference);
  }
};

// ---- Legs: what may be asked ---------------------------------------------------------------
// `fields` lists the members in the order of bytes; fingerprint, writer and reader follow it.

// Opens an account. A participant is known from its first account on; ids of new ones are
// consecutive. A cash account may go down to −overdraft.
struct Open {
  Account account;
  Money overdraft;
  friend bool operator==(const Open&, const Open&) = default;
  static constexpr auto fields() { return std::tuple(&Open::account, &Open::overdraft); }
};
// Opens a voucher programme; its pool is the city's voucher account.
struct Programme {
  ParticipantId city;
  std::uint32_t rate_ppm = 0;  // of the cost of a contract, at most
  Money cap;                   // for one buyer, over all contracts
  Second until = 0;
  friend bool operator==(const Programme&, const Programme&) = default;
  static constexpr auto fields() {
    return std::tuple(&Programme::city, &Programme::rate_ppm, &Programme::cap, &Programme::until);
  }
};
// Moves money. From the rail it is a deposit, to the rail a withdrawal.
struct Move {
  Account from;
  Account to;
  Money amount;
  friend bool operator==(const Move&, const Move&) = default;
  static constexpr auto fields() { return std::tuple(&Move::from, &Move::to, &Move::amount); }
};
// Sets money aside: the most that an order can cost, or a supplier's bond (from margin).
struct Hold {
  Account from;
  Money amount;
  Second until = 0;  // may expire from then on
  friend bool operator==(const Hold&, const Hold&) = default;
  static constexpr auto fields() { return std::tuple(&Hold::from, &Hold::amount, &Hold::until); }
};
// Pays out of a hold, in part or whole, as often as there is something left.
struct Post {
  HoldId hold;
  Account to;
  Money amount;
  friend bool operator==(const Post&, const Post&) = default;
  static constexpr auto fields() { return std::tuple(&Post::hold, &Post::to, &Post::amount); }
};
// Pays out of a bond: `amount`, or what is left of it.
struct Penalty {
  HoldId bond;
  Account to;
  Money amount;
  friend bool operator==(const Penalty&, const Penalty&) = default;
  static constexpr auto fields() {
    return std::tuple(&Penalty::bond, &Penalty::to, &Penalty::amount);
  }
};
// Gives back part of a hold, or the rest of it.
struct Release {
  HoldId hold;
  Money amount;
  friend bool operator==(const Release&, const Release&) = default;
  static constexpr auto fields() { return std::tuple(&Release::hold, &Release::amount); }
};
// Undoes a hold of which nothing was used.
struct Void {
  HoldId hold;
  friend bool operator==(const Void&, const Void&) = default;
  static constexpr auto fields() { return std::tuple(&Void::hold); }
};
// Gives back what is left of a hold whose time is over.
struct Expire {
  HoldId hold;
  friend bool operator==(const Expire&, const Expire&) = default;
  static constexpr auto fields() { return std::tuple(&Expire::hold); }
};
// Makes the right of the entry's contract: so many device-seconds for `cost`, paid out of `hold`
// as they are delivered. A contract is granted once: contract numbers rise from grant to grant.
struct Grant {
  HoldId hold;
  Money cost;
  DeviceSeconds rectangle;
  friend bool operator==(const Grant&, const Grant&) = default;
  static constexpr auto fields() {
    return std::tuple(&Grant::hold, &Grant::cost, &Grant::rectangle);
  }
};
// Holds voucher money for a right, beside the hold of its buyer.
struct Voucher {
  RightId right;
  ParticipantId city;
  Money amount;
  friend bool operator==(const Voucher&, const Voucher&) = default;
  static constexpr auto fields() {
    return std::tuple(&Voucher::right, &Voucher::city, &Voucher::amount);
  }
};
// Device-time that was available and healthy. The same entry posts exactly what is due for it.
struct Deliver {
  RightId right;
  DeviceSeconds amount;
  friend bool operator==(const Deliver&, const Deliver&) = default;
  static constexpr auto fields() { return std::tuple(&Deliver::right, &Deliver::amount); }
};
// Ends a right. What was not delivered lapses, voucher money goes back to its pool, the buyer's
// hold is free of the contract.
struct Close {
  RightId right;
  friend bool operator==(const Close&, const Close&) = default;
  static constexpr auto fields() { return std::tuple(&Close::right); }
};

using Leg = std::variant<Open, Programme, Move, Hold, Post, Penalty, Release, Void, Expire, Grant,
                         Voucher, Deliver, Close>;

// Calls `see` with every field of `value` in the order of bytes.
template <class Value, class See>
void each_field(Value& value, See&& see) {
  std::apply([&](auto... member) { (see(value.*member), ...); },
             std::remove_const_t<Value>::fields());
}

struct Entry {
  EntryId id;
  Reason why;
  std::span<const Leg> legs;
};

// ---- Events: what happened -----------------------------------------------------------------

struct Posting {
  Account from;
  Account to;
  Money amount;  // 0: no money moved
  friend bool operator==(const Posting&, const Posting&) = default;
  static constexpr auto fields() {
    return std::tuple(&Posting::from, &Posting::to, &Posting::amount);
  }
};

struct Fact {
  Leg asked;
  Posting did;
  MadeId made;
  friend bool operator==(const Fact&, const Fact&) = default;
};

struct Event {
  Second at = 0;
  EntryId id;
  Reason why;
  std::span<const Fact> facts;
};

class Events {
 public:
  [[nodiscard]] std::size_t size() const { return heads_.size(); }
  [[nodiscard]] bool empty() const { return heads_.empty(); }
  // Valid until the next change.
  [[nodiscard]] Event operator[](std::size_t index) const {
    const Head& head = heads_[index];
    const std::size_t end = index + 1 < heads_.size() ? heads_[index + 1].begin : facts_.size();
    return {head.at, head.id, head.why, std::span(facts_).subspan(head.begin, end - head.begin)};
  }
  [[nodiscard]] Event back() const { return (*this)[size() - 1]; }
  void add(const Event& event) {
    heads_.push_back({event.at, event.id, event.why, facts_.size()});
    facts_.insert(facts_.end(), event.facts.begin(), event.facts.end());
  }
  void clear() {
    heads_.clear();
    facts_.clear();
  }

 private:
  struct Head {
    Second at = 0;
    EntryId id;
    Reason why;
    std::size_t begin = 0;
  };
  std::vector<Head> heads_;
  std::vector<Fact> facts_;
};

// What an accepted entry is answered.
struct Answer {
  MadeId made;            // the hold or right that it made, if any
  bool repeated = false;  // it had happened before; nothing happened now
  [[nodiscard]] HoldId hold() const { return {made.slot, made.generation}; }
  [[nodiscard]] RightId right() const { return {made.slot, made.generation}; }
  friend bool operator==(const Answer&, const Answer&) = default;
};

// Why an entry is refused. A refusal changes nothing and uses no number up.
enum class Refusal : std::uint8_t {
  kNoAuthor,           // the author is no participant
  kUsedId,             // the author has used this number for another body
  kOldId,              // not above the author's last number, and no longer remembered
  kTime,               // before what has already happened, or after the last second
  kLegs,               // none, too many, or more than one that makes something
  kNoReason,           // nothing justifies it, or not the contract or segment that a leg needs
  kLimit,              // a number outside its limits
  kNoAccount,          // not open
  kAlreadyOpen,        // the account, or the city's programme
  kTooMany,            // no room for another participant, hold, right or programme
  kWrongPurpose,       // the account is not for this
  kSameAccount,        // from an account to itself
  kNoMoney,            // the account has not so much
  kBalanceLimit,       // an account would exceed kBalanceMax
  kNotOpen,            // no such hold or right, or it has ended
  kOverHold,           // more than is left of the hold
  kNotWhole,           // part of the hold has been used
  kNotDue,             // the hold may not expire yet
  kBound,              // the hold belongs to a contract
  kUncovered,          // the holds would not cover what the contract still costs
  kContractOrder,      // not above the last contract that was granted
  kWrongContract,      // the right is of another contract than the entry
  kOverRectangle,      // more device-time than the contract has
  kMoneyWithoutRight,  // pays more than is due for what is delivered
  kRightWithoutMoney,  // pays less than is due for what is delivered
  kNoProgramme,        // the city has none
  kVoucherOver,        // the programme has ended
  kVoucherTwice,       // the contract has a voucher
  kVoucherRate,        // more than the programme's share of the cost, or of what is paid
  kVoucherCap,         // more than the programme gives one buyer
};
inline constexpr std::size_t kRefusals = 30;
[[nodiscard]] const char* refusal_name(Refusal refusal);

// The money due when `delivered` of `rectangle` device-seconds are delivered: whole micro-yuan,
// rounded down on the sum, so that parts add up to `cost` exactly.
[[nodiscard]] inline Money due(Money cost, DeviceSeconds delivered, DeviceSeconds rectangle) {
  const int128 product = static_cast<int128>(cost.raw()) * delivered.raw();
  return Money(divide(product, rectangle.raw(), Rounding::kDown));
}

// Names a body, so that a repeated id with another body is seen. Not a proof: whoever finds two
// bodies with one fingerprint is told "as before" of its own entry, and nothing moves.
[[nodiscard]] std::uint64_t fingerprint(const Reason& why, std::span<const Leg> legs);
[[nodiscard]] std::uint64_t fingerprint(const Event& event);

}  // namespace tongsuan::ledger
