// Why a command could not do what was asked: one failure, told completely.
#pragma once

#include <string>

#include "tongsuan/base/result.h"

namespace tongsuan::cli {

// `what` says what happened, with the user's own values, in the user's language. `detail` holds
// lines that go before it (the faults of a file). `attempt` is a command that can be run as it
// stands. `code` is stable: scripts may rely on it.
struct Failure {
  int exit_code = 1;
  std::string code = "unexpected";
  std::string what;
  std::string attempt = {};
  std::string detail = {};
};

template <class T>
using Attempt = Result<T, Failure>;

}  // namespace tongsuan::cli
