// What may be asked of the exchange, and what it answers.
//
// Model. A request is a command of an actor with an id that its client made. The exchange answers
// each id once: asked again with the same body, it gives the same answer and does nothing; with
// another body it refuses. Requests of the exchange itself (its dispatcher, its timer, its rounds)
// have no id. Whether an actor's role allows a command at all is decided before it comes here;
// whether the order, hub or contract is the actor's own is decided here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tongsuan/access/identity.h"
#include "tongsuan/base/sha256.h"
#include "tongsuan/engine/commands.h"
#include "tongsuan/exchange/calendar.h"
#include "tongsuan/exchange/deliveries.h"
#include "tongsuan/exchange/rules.h"
#include "tongsuan/ledger/entry.h"

namespace tongsuan::exchange {

using ledger::ParticipantId;

inline constexpr std::size_t kNameMax = 64;  // bytes of a name that people give
inline constexpr std::size_t kUrlMax = 512;  // of a webhook
inline constexpr std::uint32_t kWebhooksMax = 10'000;
inline constexpr std::uint32_t kWebhooksOfOne = 16;
inline constexpr std::uint32_t kKeysMax = 1'000'000;
inline constexpr std::uint32_t kKeysOfOne = 32;  // not revoked, of one participant

using CommandId = std::array<std::uint8_t, 16>;
using KeyId = std::array<std::uint8_t, 12>;
using Salt = std::array<std::uint8_t, 16>;

using access::Role;
using access::role_name;

// ---- Commands ------------------------------------------------------------------------------
// `fields` lists the members in the order of bytes where a command is part of an event.

// Somebody who trades. `owner` is the participant whose beneficial owner is the same; kHouse: its
// own. Opens its cash and margin accounts.
struct OpenParticipant {
  std::string name;
  Role role = Role::kParticipant;
  ParticipantId owner;
  Money overdraft;
};
// A key to speak for a participant. No secret: see access.
struct AddKey {
  ParticipantId participant;
  KeyId key{};
  Salt salt{};
  Role role = Role::kParticipant;
  Second expires = 0;
};
struct RevokeKey {
  KeyId key{};
};

enum class HaltScope : std::uint8_t { kMarket, kParticipant, kHub };
// The kill switch: no new orders of a participant, no starts at a hub, or neither anywhere.
// What runs goes on; waiting orders of a halted participant are not started.
struct SetHalt {
  HaltScope scope = HaltScope::kMarket;
  std::uint32_t target = 0;  // ParticipantId or HubId
  bool on = true;
};
struct SetRules {
  Rules rules;
};
// Who runs a hub, and is paid for what it delivers.
struct AssignHub {
  HubId hub;
  ParticipantId supplier;
};

// Money that came to the exchange's bank account, or leaves it.
struct Deposit {
  ledger::Account to;
  Money amount;
  std::uint64_t reference = 0;  // end-to-end id of the payment
};
struct Withdraw {
  ledger::Account from;
  Money amount;
  std::uint64_t reference = 0;
};
// Between own accounts: margin to cash and back.
struct Transfer {
  ledger::Account from;
  ledger::Account to;
  Money amount;
};

// Its greatest cost, value and premium, is held from the actor's cash. `account` and `submit` of
// the order are filled in.
struct SubmitOrder {
  engine::LiveOrder order;
  std::string name;  // the client's own, for its listings
  Digest work{};     // name of a text in the journal: what its contracts run; all zero: nothing
};
struct AmendOrder {
  OrderId order;
  engine::LiveOrder what;
  std::optional<std::string> name = {};  // another name, with the other terms
};
struct CancelOrder {
  OrderId order;
  bool resell = true;  // what its contract has left may go to others, for its holder
};
// What the supplier of a hub asks for devices of a class.
struct ChangeAsk {
  engine::PoolId pool;
  Price ask;
};

// A hub's reports. `epoch`: of the agent's lease; 0: the hub has no agent.
struct ReportNodes {
  engine::ReportNodes what;
  std::uint32_t epoch = 0;
};
// Its devices were available and healthy to the contract during [from, until). What lies between
// the last such second and `from` was missed; a `from` before that is that second.
struct MeterContract {
  engine::ContractId contract;
  Second until = 0;
  Second from = 0;
  std::uint32_t epoch = 0;
};
// Where the hub has an agent, what it metered is paid, and nothing more.
struct EndContract {
  engine::ContractId contract;
  engine::EndReason reason = engine::EndReason::kCompleted;
  std::uint32_t done_ppm = engine::kPpm;
  bool resell = true;  // what it has left may go to others, for its holder
  std::uint32_t epoch = 0;
  std::string detail = {};
};

struct PutWebhook {
  std::string url;
  Salt salt{};  // of the secret that signs what is sent
};
struct DropWebhook {
  std::uint32_t webhook = 0;
};

// ---- Commands of the exchange itself

// What the dispatcher decided: starts, ends, extensions, blocks, transfers, time.
struct Dispatch {
  engine::Command what;
};
// From here on orders belong to the next round.
struct CloseGate {
  std::uint64_t round = 0;
};

enum class RoundOutcome : std::uint8_t {
  kCleared,   // a certificate that was verified
  kEmpty,     // there was nothing to clear
  kUnsolved,  // no outcome within the budget, or none that passed: nobody is awarded
};
struct CloseRound {
  RoundOutcome outcome = RoundOutcome::kEmpty;
  engine::CloseRound what;
  Digest book{};             // name of a text in the journal: the pseudonymised book
  Digest certificate{};      // the same, of the certificate; `what.certificate` is its hash
  std::int64_t welfare = 0;  // micro-yuan, rounded down
  std::int64_t bound = 0;    // rounded up
  std::string reason;        // why it is not cleared, for people
};
// Everything up to this sequence has been sent.
struct AckWebhook {
  std::uint32_t webhook = 0;
  std::uint64_t sequence = 0;
};

// Its holder gives devices of a running contract up, to the end of what was granted: all of them,
// whole nodes, or some of those on its only node. Answered with the resale; 0: nothing is owed for
// them, so there is nothing to sell.
struct ResellContract {
  engine::ContractId contract;
  std::uint32_t devices = 0;
  Second from = 0;   // before now: now
  Second until = 0;  // 0: to the end; before that they would come back, which they do not
  Price ask;         // the least that whoever takes them pays
};
// When there are no gates, in order.
struct SetCalendar {
  std::vector<Closure> closures;
};
// What the supplier of a hub asks for devices of a class, by steps.
struct ChangeSteps {
  engine::PoolId pool;
  std::vector<engine::AskStep> steps;
};
// What has become due of resales: those that begin, those that end. Of the exchange itself.
struct TurnResales {};
// What the owner of an order calls it. It changes nothing in the market: so of packages too, in the
// last minutes before a gate, and whatever the order does.
struct NameOrder {
  OrderId order;
  std::string name;  // empty: none any more
};
// Whether what a participant's contracts have left when they end may go to others.
struct AllowResale {
  ParticipantId participant;
  bool allowed = true;
};
// Somebody acts for a hub from now on (`epoch` 0), which fences whoever did before; or goes on.
// Answered with the epoch.
struct LeaseHub {
  HubId hub;
  std::uint32_t epoch = 0;
  std::string holder;
  Second seconds = kLeaseMin;
  bool take_over = false;  // though somebody else's lease runs
  bool accepting = true;   // wants new contracts
  std::string detail;
};
// How far its work has come.
struct ReportContract {
  engine::ContractId contract;
  Phase phase = Phase::kDispatched;
  std::string detail;
  std::uint32_t epoch = 0;
};
// The agent's last word on a contract that the exchange ended: what it has not metered was missed.
struct SettleContract {
  engine::ContractId contract;
  Second overrun = 0;  // seconds for which it had devices beyond its end
  std::uint32_t epoch = 0;
};
// What agents have not had the last word on in time. Of the exchange itself.
struct TurnDeliveries {};

using Command = std::variant<OpenParticipant, AddKey, RevokeKey, SetHalt, SetRules, AssignHub,
                             Deposit, Withdraw, Transfer, SubmitOrder, AmendOrder, CancelOrder,
                             ChangeAsk, ReportNodes, MeterContract, EndContract, PutWebhook,
                             DropWebhook, Dispatch, CloseGate, CloseRound, AckWebhook,
                             ResellContract, SetCalendar, TurnResales, NameOrder, AllowResale,
                             ChangeSteps, LeaseHub, ReportContract, SettleContract, TurnDeliveries>;

struct Request {
  CommandId id{};                 // all zero: not answered again
  std::uint64_t fingerprint = 0;  // of the body
  ParticipantId actor;
  Command what;
};

// ---- Answers -------------------------------------------------------------------------------

// kDone, or why not. Names are stable: clients switch on them. New ones come last.
enum class Code : std::uint8_t {
  kDone,
  // Once
  kUsedId,  // the id was used for another body
  // Whose
  kUnknown,   // no such participant, order, contract, hub, pool, key, webhook, link or data set
  kNotYours,  // it belongs to somebody else
  kHalted,    // participant, hub or market
  // Form
  kLimit,     // a number or name outside its limits
  kTime,      // before what has already happened
  kTooMany,   // a container with a named limit is full
  kNameUsed,  // by another participant or key
  // The market's rules
  kLocked,       // shortly before the gate orders may only be improved
  kCollar,       // the price is too far from the market's
  kNotWaiting,   // the order does not wait
  kNotRunning,   // the contract has ended
  kHasStarted,   // the order has begun: it may be cancelled, not amended
  kNotEligible,  // no pool that the order names has its class, or this one is not among them
  kTooLarge,     // the gang fits no pool that the order names
  kOverCapacity,
  kNodeDown,
  kWrongNodes,
  kPromised,
  kDataMissing,
  kAlreadyThere,
  kTooEarly,
  kStale,  // not the round that is due, or the gate is not closed
  // Money
  kNoMoney,   // the account has not so much
  kOverHold,  // would cost more than the order may
  kWrongAccount,
  kNoSupplier,  // nobody runs the hub
  // Later
  kFixed,     // packages and their parts are not amended: cancel and submit again
  kClosed,    // the calendar has no gate now, or no starts
  kInterior,  // devices that are given up do not come back
  // Agents of hubs
  kHeld,    // somebody else acts for the hub
  kFenced,  // somebody else acts for the hub now, or nobody does
  kWhole,   // contracts of a hub with an agent are given up as a whole
};
inline constexpr std::size_t kCodes = 34;
[[nodiscard]] const char* code_name(Code code);  // "no-money"

struct Answer {
  Code code = Code::kDone;
  bool repeated = false;       // asked before; nothing happened now
  std::uint64_t value = 0;     // id of what was made; of an amended order, what is held for it
  std::uint64_t sequence = 0;  // of the command in the journal; 0: nothing was journaled
};

}  // namespace tongsuan::exchange
