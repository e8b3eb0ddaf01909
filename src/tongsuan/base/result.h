// Failures as values. A Result holds a T or an Error and cannot be ignored; TONGSUAN_TRY passes
// an error up. Rejections of the market (an order outbid) are not errors, and broken invariants
// are checks: see check.h.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "tongsuan/base/check.h"

namespace tongsuan {

enum class ErrorCode {
  kIo,
  kCorrupt,
  kTimeout,
  kUnavailable,
  kInvalidArgument,
  kLimit,
  kNotFound,
  kInterrupted,
};

// `context` says what happened with the user's own values; `hint`, when not empty, is what to try.
struct Error {
  ErrorCode code;
  std::string context;
  std::string hint = {};
};

// A value, or what went wrong instead: an Error, unless a module tells its failures otherwise.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : v_(std::in_place_index<0>, std::move(value)) {
  }  // NOLINT(google-explicit-constructor): return value;
  Result(E error)
      : v_(std::in_place_index<1>, std::move(error)) {
  }  // NOLINT(google-explicit-constructor): return Error{...};

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
  [[nodiscard]] const E& error() const {
    TONGSUAN_CHECK(!ok());
    return std::get<1>(v_);
  }

 private:
  std::variant<T, E> v_;
};

struct Done {};  // the value of a Result that only succeeds or fails

}  // namespace tongsuan

#define TONGSUAN_CAT2(a, b) a##b
#define TONGSUAN_CAT(a, b) TONGSUAN_CAT2(a, b)
#define TONGSUAN_TRY(declaration, expression)                                                \
  auto TONGSUAN_CAT(result_, __LINE__) = (expression);                                       \
  if (!TONGSUAN_CAT(result_, __LINE__).ok()) return TONGSUAN_CAT(result_, __LINE__).error(); \
  declaration = std::move(TONGSUAN_CAT(result_, __LINE__))                                   \
                    .value()  // NOLINT(bugprone-macro-parentheses): a declaration
