// What each role may do: one table, known at compile time.
//
// A role may do an action for everybody's things, for its own, or not at all. Who reaches for
// another participant's things is told that they are not there (404), so that nobody learns what
// exists.
//
// Sealed bids: kReadSealedBook has no role, the operator's neither. Before the gate of a round an
// order is seen by its owner alone; whoever serves kReadJournal and kReadAsOf must end at the last
// gate for the same reason.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "tongsuan/access/denial.h"
#include "tongsuan/access/identity.h"

namespace tongsuan::access {

enum class Action : std::uint8_t {
  kSubmitOrder,
  kCancelOrder,
  kReadOrders,
  kReadSealedBook,
  kReadClosedBook,  // pseudonymised, after the gate
  kPlaceOffers,
  kReportMeters,        // nodes and meters of a hub
  kManageParticipants,  // participants and their keys
  kMoveCash,            // deposits and withdrawals
  kHalt,                // and resume
  kCloseRound,          // by hand
  kReadAccount,
  kReadJournal,
  kReadStatements,
  kSetRules,
  kUseWebhooks,
  kReadAsOf,  // as of an earlier event, and replays
  kReadMarketData,
  kMoveOwnCash,  // between one's own accounts
  kDropWebhook,
  kSetCalendar,
  kChangeSettings,  // of a participant
  kReadOutput,      // what a contract's work says: for its buyer and the hub that runs it
  kReadSelf,        // who one is here
};
inline constexpr std::size_t kActionCount = 24;
[[nodiscard]] const char* action_name(Action action);  // "submit-order", …

enum class Scope : std::uint8_t { kNothing, kOwn, kAll };

namespace internal {

inline constexpr std::uint8_t kP = 1U << static_cast<unsigned>(Role::kParticipant);
inline constexpr std::uint8_t kH = 1U << static_cast<unsigned>(Role::kHub);
inline constexpr std::uint8_t kO = 1U << static_cast<unsigned>(Role::kOperator);
inline constexpr std::uint8_t kA = 1U << static_cast<unsigned>(Role::kAuditor);
inline constexpr std::uint8_t kR = 1U << static_cast<unsigned>(Role::kRegulator);
inline constexpr std::uint8_t kEverybody = kP | kH | kO | kA | kR;

struct Permission {
  Action action;
  std::uint8_t own;   // roles that may, for what is theirs
  std::uint8_t all;   // roles that may, for what is anybody's
  bool open = false;  // without a proof, too
};

inline constexpr std::array<Permission, kActionCount> kPermissions = {{
    {Action::kSubmitOrder, kP, 0},
    {Action::kCancelOrder, kP, 0},
    {Action::kReadOrders, kP, 0},
    {Action::kReadSealedBook, 0, 0},
    {Action::kReadClosedBook, 0, kEverybody},
    {Action::kPlaceOffers, kH, 0},
    {Action::kReportMeters, kH, 0},
    {Action::kManageParticipants, 0, kO},
    {Action::kMoveCash, 0, kO},
    {Action::kHalt, 0, kO},
    {Action::kCloseRound, 0, kO},
    {Action::kReadAccount, kP | kH, kO | kA | kR},
    {Action::kReadJournal, 0, kA | kR},
    {Action::kReadStatements, kP | kH, kO | kA | kR},
    {Action::kSetRules, 0, kO},
    {Action::kUseWebhooks, kP | kH, 0},
    {Action::kReadAsOf, kP | kH, kA | kR},
    {Action::kReadMarketData, 0, kEverybody, true},
    {Action::kMoveOwnCash, kP | kH, 0},
    {Action::kDropWebhook, kP | kH, kO},
    {Action::kSetCalendar, 0, kO},
    {Action::kChangeSettings, kP, kO},
    {Action::kReadOutput, kP | kH, 0},
    {Action::kReadSelf, kEverybody, 0},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kActionCount; ++i) {
    if (static_cast<std::size_t>(kPermissions[i].action) != i) return false;
  }
  return true;
}
static_assert(in_order(), "the table is looked up by position");

}  // namespace internal

[[nodiscard]] constexpr Scope scope_of(Action action, Role role) {
  const internal::Permission& row = internal::kPermissions[static_cast<std::size_t>(action)];
  const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(role));
  if ((row.all & bit) != 0) return Scope::kAll;
  return (row.own & bit) != 0 ? Scope::kOwn : Scope::kNothing;
}

// Whether somebody without any proof may.
[[nodiscard]] constexpr bool is_open(Action action) {
  return internal::kPermissions[static_cast<std::size_t>(action)].open;
}

// Whether this caller (null: without a proof) may do this to a thing of that owner. Things without
// an owner, such as the rules, have none. Denials: kUnauthenticated, kForbidden, and kNotFound for
// what is another's.
[[nodiscard]] Answer<Done> permit(const Identity* caller, Action action,
                                  std::optional<ParticipantNumber> owner);

}  // namespace tongsuan::access
