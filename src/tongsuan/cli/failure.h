// Why a command could not do what was asked: one failure, told completely.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "tongsuan/base/check.h"

namespace tongsuan::cli {

// `what` says what happened, with the user's own values, in the user's language. `detail` holds
// lines that go before it (the faults of a file). `attempt` is a command that can be run as it
// stands. `code` is stable: scripts may rely on it.
struct Failure {
  int exit_code = 1;
  const char* code = "unexpected";
  std::string what;
  std::string attempt = {};
  std::string detail = {};
};

// A value or a failure; works with TONGSUAN_TRY like Result.
template <class T>
class [[nodiscard]] Attempt {
 public:
  Attempt(T value)
      : v_(std::in_place_index<0>, std::move(value)) {
  }  // NOLINT(google-explicit-constructor): return value;
  Attempt(Failure failure)
      : v_(std::in_place_index<1>, std::move(failure)) {
  }  // NOLINT(google-explicit-constructor): return Failure{...};

  [[nodiscard]] bool ok() const { return v_.index() == 0; }
  [[nodiscard]] T& value() & {
    TONGSUAN_CHECK(ok());
    return std::get<0>(v_);
  }
  [[nodiscard]] const T& value() const& {
    TONGSUAN_CHECK(ok());
    return std::get<0>(v_);
  }
  [[nodiscard]] T&& value() && {
    TONGSUAN_CHECK(ok());
    return std::get<0>(std::move(v_));
  }
  [[nodiscard]] const Failure& error() const {
    TONGSUAN_CHECK(!ok());
    return std::get<1>(v_);
  }

 private:
  std::variant<T, Failure> v_;
};

}  // namespace tongsuan::cli
