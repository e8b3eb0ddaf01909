// Values as bytes by their lists of fields: little-endian numbers of fixed width, texts behind
// their length. Events and snapshots are written with it.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "tongsuan/base/byte_appender.h"
#include "tongsuan/exchange/commands.h"

namespace tongsuan::exchange::internal {

inline constexpr std::size_t kTextMax = 4'096;  // of one string in an event

template <class T>
concept HasFields = requires {
  T::fields();
};
template <class T>
concept IsId = requires(T id) {
  id.value;
};
template <class T>
concept IsRow = requires(T id) {
  id.slot;
  id.generation;
};
template <class T>
concept IsQuantity = requires(T quantity) {
  quantity.raw();
};
template <class T>
concept IsArray = requires {
  std::tuple_size<T>::value;
};

template <class T>
concept IsList = HasFields<typename T::value_type> && requires(T list) {
  list.pop_back();
};

// Little-endian numbers of fixed width; texts and lists are preceded by their length.
class Writer {
 public:
  explicit Writer(std::string& bytes) : out_(bytes) {}

  template <class T>
  void operator()(const T& value) {
    if constexpr (HasFields<T>) {
      std::apply([&](auto... member) { ((*this)(value.*member), ...); }, T::fields());
    } else if constexpr (IsList<T>) {
      out_.put(static_cast<std::uint32_t>(value.size()));
      for (const auto& item : value) (*this)(item);
    } else if constexpr (std::is_same_v<T, std::string>) {
      out_.put(static_cast<std::uint32_t>(value.size()));
      out_.text(value);
    } else if constexpr (std::is_same_v<T, bool>) {
      out_.put(std::uint8_t{value});
    } else if constexpr (std::is_enum_v<T>) {
      out_.put(static_cast<std::uint8_t>(value));
    } else if constexpr (std::is_integral_v<T>) {
      out_.put(value);
    } else if constexpr (IsArray<T>) {
      out_.text({reinterpret_cast<const char*>(value.data()), value.size()});
    } else if constexpr (IsRow<T>) {
      (*this)(value.slot);
      (*this)(value.generation);
    } else if constexpr (IsQuantity<T>) {
      (*this)(value.raw());
    } else {
      static_assert(IsId<T>);
      (*this)(value.value);
    }
  }

 private:
  ByteAppender out_;
};

// The largest value of each enumeration.
constexpr std::uint8_t largest(Role) {
  return access::kRoles.size() - 1;
}
constexpr std::uint8_t largest(HaltScope) {
  return static_cast<std::uint8_t>(HaltScope::kHub);
}
constexpr std::uint8_t largest(RoundOutcome) {
  return static_cast<std::uint8_t>(RoundOutcome::kUnsolved);
}
constexpr std::uint8_t largest(Phase) {
  return kPhases - 1;
}
constexpr std::uint8_t largest(Code) {
  return kCodes - 1;
}

// The same fields in the same order. After a fault everything reads as 0.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool whole() const { return !failed_ && bytes_.empty(); }
  [[nodiscard]] bool failed() const { return failed_; }
  void fail() { failed_ = true; }
  // The length of a list whose items have at least so many bytes: no longer than what is left.
  [[nodiscard]] std::size_t count(std::size_t least) {
    const auto items = number<std::uint32_t>();
    if (items > bytes_.size() / least) failed_ = true;
    return failed_ ? 0 : items;
  }
  // The next bytes, as they are.
  [[nodiscard]] std::string_view take(std::size_t size) {
    if (failed_ || size > bytes_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  template <class T>
  void operator()(T& value) {
    if constexpr (HasFields<T>) {
      std::apply([&](auto... member) { ((*this)(value.*member), ...); }, T::fields());
    } else if constexpr (IsList<T>) {
      // Every item has at least a byte.
      value.resize(count(1));
      for (std::size_t i = 0; i < value.size() && !failed_; ++i) (*this)(value[i]);
    } else if constexpr (std::is_same_v<T, std::string>) {
      const auto size = number<std::uint32_t>();
      if (size > kTextMax) failed_ = true;
      value = take(size);
    } else if constexpr (std::is_same_v<T, bool>) {
      const auto byte = number<std::uint8_t>();
      if (byte > 1) failed_ = true;
      value = byte == 1;
    } else if constexpr (std::is_enum_v<T>) {
      const auto byte = number<std::uint8_t>();
      if (byte > largest(T{})) failed_ = true;
      value = failed_ ? T{} : static_cast<T>(byte);
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(number<std::make_unsigned_t<T>>());
    } else if constexpr (IsArray<T>) {
      const std::string_view part = take(value.size());
      if (!part.empty()) std::memcpy(value.data(), part.data(), part.size());
    } else if constexpr (IsRow<T>) {
      (*this)(value.slot);
      (*this)(value.generation);
    } else if constexpr (IsQuantity<T>) {
      value = T(static_cast<std::int64_t>(number<std::uint64_t>()));
    } else {
      static_assert(IsId<T>);
      (*this)(value.value);
    }
  }

 private:
  template <class Unsigned>
  Unsigned number() {
    return little_endian<Unsigned>(take(sizeof(Unsigned)));
  }

  std::string_view bytes_;
  bool failed_ = false;
};

}  // namespace tongsuan::exchange::internal
