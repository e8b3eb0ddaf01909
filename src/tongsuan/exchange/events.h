// What happened at the exchange: events of the engine, of the ledger, and its own.
//
// Model. A *record* is the bytes of what one request did: the second at which it was decided, and
// its events in the order in which they happened. Applied one after the other to the state before,
// they give the state after, whoever decided. docs/formats/exchange.md has the bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>

#include "tongsuan/base/result.h"
#include "tongsuan/exchange/commands.h"
#include "tongsuan/exchange/deliveries.h"
#include "tongsuan/exchange/resales.h"
#include "tongsuan/ledger/entry.h"

namespace tongsuan::exchange {

struct ParticipantOpened {
  ParticipantId participant;
  std::string name;
  Role role = Role::kParticipant;
  ParticipantId owner;
  static constexpr auto fields() {
    return std::tuple(&ParticipantOpened::participant, &ParticipantOpened::name,
                      &ParticipantOpened::role, &ParticipantOpened::owner);
  }
};
struct KeyAdded {
  ParticipantId participant;
  KeyId key{};
  Salt salt{};
  Role role = Role::kParticipant;
  Second expires = 0;
  static constexpr auto fields() {
    return std::tuple(&KeyAdded::participant, &KeyAdded::key, &KeyAdded::salt, &KeyAdded::role,
                      &KeyAdded::expires);
  }
};
struct KeyRevoked {
  KeyId key{};
  static constexpr auto fields() { return std::tuple(&KeyRevoked::key); }
};
struct HaltSet {
  HaltScope scope = HaltScope::kMarket;
  std::uint32_t target = 0;
  bool on = true;
  static constexpr auto fields() {
    return std::tuple(&HaltSet::scope, &HaltSet::target, &HaltSet::on);
  }
};
struct RulesSet {
  Rules rules;
  static constexpr auto fields() { return std::tuple(&RulesSet::rules); }
};
struct HubAssigned {
  HubId hub;
  ParticipantId supplier;
  static constexpr auto fields() { return std::tuple(&HubAssigned::hub, &HubAssigned::supplier); }
};
// The order is the participant's, and this hold pays for it. Comes before the first event of the
// order, and again whenever another hold takes the place of the last one.
struct OrderHeld {
  OrderId order;
  ledger::HoldId hold;  // of none when it can cost nothing
  static constexpr auto fields() { return std::tuple(&OrderHeld::order, &OrderHeld::hold); }
};
struct OrderNamed {
  OrderId order;
  std::string name;
  static constexpr auto fields() { return std::tuple(&OrderNamed::order, &OrderNamed::name); }
};
// The right that pays a contract from `from` to its expected end. A contract that goes on beyond
// its estimate has one right after the other.
struct ContractGranted {
  engine::ContractId contract;
  ledger::RightId right;
  std::uint64_t grant = 0;  // the ledger's number of the contract
  Money cost;
  Second from = 0;
  Second until = 0;
  static constexpr auto fields() {
    return std::tuple(&ContractGranted::contract, &ContractGranted::right, &ContractGranted::grant,
                      &ContractGranted::cost, &ContractGranted::from, &ContractGranted::until);
  }
};
// Delivered and paid up to this second.
struct ContractMetered {
  engine::ContractId contract;
  Second until = 0;
  Money paid;  // for this segment
  static constexpr auto fields() {
    return std::tuple(&ContractMetered::contract, &ContractMetered::until, &ContractMetered::paid);
  }
};
// Its right has ended.
struct ContractSettled {
  engine::ContractId contract;
  Money penalty;  // paid to the buyer out of the supplier's margin
  static constexpr auto fields() {
    return std::tuple(&ContractSettled::contract, &ContractSettled::penalty);
  }
};
struct GateClosed {
  std::uint64_t round = 0;
  std::uint32_t orders = 0;  // numbers below are of this round
  static constexpr auto fields() { return std::tuple(&GateClosed::round, &GateClosed::orders); }
};
struct RoundPublished {
  std::uint64_t round = 0;
  RoundOutcome outcome = RoundOutcome::kEmpty;
  Digest book{};
  Digest certificate{};
  std::int64_t welfare = 0;
  std::int64_t bound = 0;
  std::string reason;
  static constexpr auto fields() {
    return std::tuple(&RoundPublished::round, &RoundPublished::outcome, &RoundPublished::book,
                      &RoundPublished::certificate, &RoundPublished::welfare,
                      &RoundPublished::bound, &RoundPublished::reason);
  }
};
struct WebhookPut {
  std::uint32_t webhook = 0;
  ParticipantId participant;
  std::string url;
  Salt salt{};
  std::uint64_t sequence = 0;  // events after it are sent
  static constexpr auto fields() {
    return std::tuple(&WebhookPut::webhook, &WebhookPut::participant, &WebhookPut::url,
                      &WebhookPut::salt, &WebhookPut::sequence);
  }
};
struct WebhookDropped {
  std::uint32_t webhook = 0;
  static constexpr auto fields() { return std::tuple(&WebhookDropped::webhook); }
};
struct WebhookAcked {
  std::uint32_t webhook = 0;
  std::uint64_t sequence = 0;
  static constexpr auto fields() {
    return std::tuple(&WebhookAcked::webhook, &WebhookAcked::sequence);
  }
};
// A request with an id was answered, also when it was refused: the last event of its record.
struct Answered {
  CommandId id{};
  std::uint64_t fingerprint = 0;
  Code code = Code::kDone;
  std::uint64_t value = 0;
  static constexpr auto fields() {
    return std::tuple(&Answered::id, &Answered::fingerprint, &Answered::code, &Answered::value);
  }
};

// A rule that has an event of its own.
struct TakeOrPaySet {
  std::uint32_t ppm = 0;
  static constexpr auto fields() { return std::tuple(&TakeOrPaySet::ppm); }
};
struct CalendarSet {
  std::vector<Closure> closures;
  static constexpr auto fields() { return std::tuple(&CalendarSet::closures); }
};
// Buyer and supplier have the same beneficial owner: the contract moves no money.
struct ContractOwned {
  engine::ContractId contract;
  static constexpr auto fields() { return std::tuple(&ContractOwned::contract); }
};
// Planned; comes again as its second comes.
struct ResaleOffered {
  ResaleId resale;
  ResaleTerms terms;
  static constexpr auto fields() {
    return std::tuple(&ResaleOffered::resale, &ResaleOffered::terms);
  }
};
// Open from `from` on, with what is owed for it. Comes again for fewer devices when the supplier
// takes some back: nothing more is owed for those.
struct ResaleOpened {
  ResaleId resale;
  engine::ContractId contract;  // of which it is
  std::uint32_t devices = 0;
  ledger::HoldId hold;
  ledger::RightId right;
  std::uint64_t grant = 0;
  Money cost;
  std::uint32_t owed_ppm = 0;
  Second from = 0;
  static constexpr auto fields() {
    return std::tuple(&ResaleOpened::resale, &ResaleOpened::contract, &ResaleOpened::devices,
                      &ResaleOpened::hold, &ResaleOpened::right, &ResaleOpened::grant,
                      &ResaleOpened::cost, &ResaleOpened::owed_ppm, &ResaleOpened::from);
  }
};
// So many of its devices are somebody's now; 0: none any more.
struct ResaleTaken {
  ResaleId resale;
  engine::ContractId contract;
  Holder by;
  std::uint32_t devices = 0;
  static constexpr auto fields() {
    return std::tuple(&ResaleTaken::resale, &ResaleTaken::contract, &ResaleTaken::by,
                      &ResaleTaken::devices);
  }
};
// What is owed for it was paid up to this second.
struct ResaleMetered {
  ResaleId resale;
  engine::ContractId contract;
  Second until = 0;
  Money paid;
  static constexpr auto fields() {
    return std::tuple(&ResaleMetered::resale, &ResaleMetered::contract, &ResaleMetered::until,
                      &ResaleMetered::paid);
  }
};
// What its seller got out of a payment for devices that were taken.
struct ResaleEarned {
  ResaleId resale;
  engine::ContractId contract;
  ParticipantId seller;
  Holder by;
  Money income;
  static constexpr auto fields() {
    return std::tuple(&ResaleEarned::resale, &ResaleEarned::contract, &ResaleEarned::seller,
                      &ResaleEarned::by, &ResaleEarned::income);
  }
};
struct ResaleClosed {
  ResaleId resale;
  engine::ContractId contract;
  static constexpr auto fields() {
    return std::tuple(&ResaleClosed::resale, &ResaleClosed::contract);
  }
};

// Whether what a participant's contracts have left when they end may go to others.
struct ResaleAllowed {
  ParticipantId participant;
  bool allowed = true;
  static constexpr auto fields() {
    return std::tuple(&ResaleAllowed::participant, &ResaleAllowed::allowed);
  }
};

// A lease begins (the next epoch), or goes on.
struct HubLeased {
  HubId hub;
  Lease lease;
  static constexpr auto fields() { return std::tuple(&HubLeased::hub, &HubLeased::lease); }
};
// What the contracts of an order run: the name of a text in the journal.
struct WorkAttached {
  OrderId order;
  Digest work{};
  static constexpr auto fields() { return std::tuple(&WorkAttached::order, &WorkAttached::work); }
};
struct ContractReported {
  engine::ContractId contract;
  Phase phase = Phase::kDispatched;
  std::string detail;
  static constexpr auto fields() {
    return std::tuple(&ContractReported::contract, &ContractReported::phase,
                      &ContractReported::detail);
  }
};
// Not delivered from where it was metered last up to here.
struct DeliveryMissed {
  engine::ContractId contract;
  Second until = 0;
  static constexpr auto fields() {
    return std::tuple(&DeliveryMissed::contract, &DeliveryMissed::until);
  }
};
// Of a contract that the exchange is ending.
struct DeliveryPresumed {
  engine::ContractId contract;
  Presumed what;
  static constexpr auto fields() {
    return std::tuple(&DeliveryPresumed::contract, &DeliveryPresumed::what);
  }
};
// Of what is presumed, this was delivered, and what lies before it was not.
struct DeliveryTold {
  engine::ContractId contract;
  Second from = 0;
  Second until = 0;
  static constexpr auto fields() {
    return std::tuple(&DeliveryTold::contract, &DeliveryTold::from, &DeliveryTold::until);
  }
};
// Nothing is presumed any more. What was not told of was missed.
struct DeliverySettled {
  engine::ContractId contract;
  Money refund;       // to the buyer, of what was presumed
  Money penalty;      // to the buyer, out of the supplier's margin
  Second missed = 0;  // of what was presumed
  Second overrun = 0;
  static constexpr auto fields() {
    return std::tuple(&DeliverySettled::contract, &DeliverySettled::refund,
                      &DeliverySettled::penalty, &DeliverySettled::missed,
                      &DeliverySettled::overrun);
  }
};

// Its time has passed, and holders have yet to pay for some of it: it ends with the last of them,
// and what is owed for it is paid then. (Of earlier versions it was paid before.)
struct ResaleOver {
  ResaleId resale;
  engine::ContractId contract;
  Second until = 0;
  static constexpr auto fields() {
    return std::tuple(&ResaleOver::resale, &ResaleOver::contract, &ResaleOver::until);
  }
};

// What somebody has in escrow of what was presumed, beside the supplier's part.
struct DeliveryShared {
  engine::ContractId contract;
  PresumedShare share;
  static constexpr auto fields() {
    return std::tuple(&DeliveryShared::contract, &DeliveryShared::share);
  }
};
// Device-seconds that are not owed as time passes: `by` missed them, or they were paid at once
// because they are presumed.
struct ResaleSpared {
  ResaleId resale;
  engine::ContractId contract;
  Holder by;
  std::int64_t seconds = 0;
  Money paid;
  static constexpr auto fields() {
    return std::tuple(&ResaleSpared::resale, &ResaleSpared::contract, &ResaleSpared::by,
                      &ResaleSpared::seconds, &ResaleSpared::paid);
  }
};
// What its seller gave back, of what it had for devices that were not delivered after all.
struct ResaleReturned {
  ResaleId resale;
  engine::ContractId contract;
  ParticipantId seller;
  Holder by;
  Money amount;
  static constexpr auto fields() {
    return std::tuple(&ResaleReturned::resale, &ResaleReturned::contract, &ResaleReturned::seller,
                      &ResaleReturned::by, &ResaleReturned::amount);
  }
};
// What its seller has back, of what it had paid for devices that were not delivered after all.
struct ResaleRefunded {
  ResaleId resale;
  engine::ContractId contract;
  ParticipantId seller;
  Money amount;
  static constexpr auto fields() {
    return std::tuple(&ResaleRefunded::resale, &ResaleRefunded::contract, &ResaleRefunded::seller,
                      &ResaleRefunded::amount);
  }
};

using OwnEvent =
    std::variant<ParticipantOpened, KeyAdded, KeyRevoked, HaltSet, RulesSet, HubAssigned, OrderHeld,
                 OrderNamed, ContractGranted, ContractMetered, ContractSettled, GateClosed,
                 RoundPublished, WebhookPut, WebhookDropped, WebhookAcked, Answered, TakeOrPaySet,
                 CalendarSet, ContractOwned, ResaleOffered, ResaleOpened, ResaleTaken,
                 ResaleMetered, ResaleEarned, ResaleClosed, ResaleAllowed, HubLeased, WorkAttached,
                 ContractReported, DeliveryMissed, DeliveryPresumed, DeliveryTold, DeliverySettled,
                 ResaleOver, DeliveryShared, ResaleSpared, ResaleReturned, ResaleRefunded>;

// A ledger event that owns its facts.
struct MoneyEvent {
  Second at = 0;
  ledger::EntryId id;
  ledger::Reason why;
  std::vector<ledger::Fact> facts;
  [[nodiscard]] ledger::Event view() const { return {at, id, why, facts}; }
};

// New kinds come last, here and in OwnEvent: positions are part of the bytes.
using Event = std::variant<engine::Event, MoneyEvent, OwnEvent>;

}  // namespace tongsuan::exchange
