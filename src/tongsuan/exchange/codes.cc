#include "tongsuan/exchange/codes.h"

#include <array>

namespace tongsuan::exchange {

const char* code_name(Code code) {
  constexpr std::array<const char*, kCodes> kNames = {
      "done",         "used-id",       "unknown",     "not-yours",   "halted",
      "limit",        "time",          "too-many",    "name-used",   "locked",
      "collar",       "not-waiting",   "not-running", "has-started", "not-eligible",
      "too-large",    "over-capacity", "node-down",   "wrong-nodes", "promised",
      "data-missing", "already-there", "too-early",   "stale",       "no-money",
      "over-hold",    "wrong-account", "no-supplier", "fixed",       "closed",
      "interior",     "held",          "fenced",      "whole"};
  return kNames[static_cast<std::size_t>(code)];
}

Code to_code(engine::Refusal refusal) {
  switch (refusal) {
    case engine::Refusal::kUnknown:
      return Code::kUnknown;
    case engine::Refusal::kLimit:
      return Code::kLimit;
    case engine::Refusal::kTime:
      return Code::kTime;
    case engine::Refusal::kNotWaiting:
      return Code::kNotWaiting;
    case engine::Refusal::kNotRunning:
      return Code::kNotRunning;
    case engine::Refusal::kNotEligible:
      return Code::kNotEligible;
    case engine::Refusal::kTooLarge:
      return Code::kTooLarge;
    case engine::Refusal::kWrongNodes:
      return Code::kWrongNodes;
    case engine::Refusal::kOverCapacity:
      return Code::kOverCapacity;
    case engine::Refusal::kNodeDown:
      return Code::kNodeDown;
    case engine::Refusal::kDataMissing:
      return Code::kDataMissing;
    case engine::Refusal::kAlreadyThere:
      return Code::kAlreadyThere;
    case engine::Refusal::kStale:
      return Code::kStale;
    case engine::Refusal::kTooEarly:
      return Code::kTooEarly;
    case engine::Refusal::kPromised:
      return Code::kPromised;
    case engine::Refusal::kFixed:
      return Code::kFixed;
    default:
      return Code::kLimit;
  }
}

Code to_code(ledger::Refusal refusal) {
  switch (refusal) {
    case ledger::Refusal::kNoMoney:
      return Code::kNoMoney;
    case ledger::Refusal::kOverHold:
    case ledger::Refusal::kUncovered:
      return Code::kOverHold;
    case ledger::Refusal::kNoAccount:
    case ledger::Refusal::kWrongPurpose:
    case ledger::Refusal::kSameAccount:
      return Code::kWrongAccount;
    case ledger::Refusal::kTooMany:
      return Code::kTooMany;
    case ledger::Refusal::kTime:
      return Code::kTime;
    default:
      return Code::kLimit;
  }
}

}  // namespace tongsuan::exchange
