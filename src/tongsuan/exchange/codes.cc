#include <array>

#include "tongsuan/exchange/commands.h"

namespace tongsuan::exchange {

const char* code_name(Code code) {
  constexpr std::array<const char*, kCodes> kNames = {
      "done",         "used-id",       "unknown",     "not-yours",   "halted",
      "limit",        "time",          "too-many",    "name-used",   "locked",
      "collar",       "not-waiting",   "not-running", "has-started", "not-eligible",
      "too-large",    "over-capacity", "node-down",   "wrong-nodes", "promised",
      "data-missing", "already-there", "too-early",   "stale",       "no-money",
      "over-hold",    "wrong-account", "no-supplier", "fixed",       "closed",
      "interior"};
  return kNames[static_cast<std::size_t>(code)];
}

}  // namespace tongsuan::exchange
