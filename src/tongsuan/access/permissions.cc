#include "tongsuan/access/permissions.h"

namespace tongsuan::access {

const char* action_name(Action action) {
  switch (action) {
    case Action::kSubmitOrder:
      return "submit-order";
    case Action::kCancelOrder:
      return "cancel-order";
    case Action::kReadOrders:
      return "read-orders";
    case Action::kReadSealedBook:
      return "read-sealed-book";
    case Action::kReadClosedBook:
      return "read-closed-book";
    case Action::kPlaceOffers:
      return "place-offers";
    case Action::kReportMeters:
      return "report-meters";
    case Action::kManageParticipants:
      return "manage-participants";
    case Action::kMoveCash:
      return "move-cash";
    case Action::kHalt:
      return "halt";
    case Action::kCloseRound:
      return "close-round";
    case Action::kReadAccount:
      return "read-account";
    case Action::kReadJournal:
      return "read-journal";
    case Action::kReadStatements:
      return "read-statements";
    case Action::kSetRules:
      return "set-rules";
    case Action::kUseWebhooks:
      return "use-webhooks";
    case Action::kReadAsOf:
      return "read-as-of";
    case Action::kReadMarketData:
      return "read-market-data";
    case Action::kMoveOwnCash:
      return "move-own-cash";
    case Action::kDropWebhook:
      return "drop-webhook";
    case Action::kSetCalendar:
      return "set-calendar";
    case Action::kChangeSettings:
      return "change-settings";
    case Action::kReadOutput:
      return "read-output";
    case Action::kReadSelf:
      return "read-self";
  }
  return "unknown";
}

Answer<Done> permit(const Identity* caller, Action action, std::optional<ParticipantNumber> owner) {
  if (is_open(action)) return Done{};
  if (caller == nullptr) {
    return Denial{Code::kUnauthenticated,
                  std::string(action_name(action)) + " needs a proof of who calls",
                  "send an Authorization header: a signed request or a bearer token"};
  }
  const Scope scope = scope_of(action, caller->role);
  if (scope == Scope::kAll) return Done{};
  if (scope == Scope::kOwn && owner == caller->participant) return Done{};
  if (scope == Scope::kOwn && owner)
    return Denial{Code::kNotFound, "there is no such thing of yours"};
  return Denial{Code::kForbidden, std::string("the role ") + role_name(caller->role) + " may not " +
                                      action_name(action)};
}

}  // namespace tongsuan::access
