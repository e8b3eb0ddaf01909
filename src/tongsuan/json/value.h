// Views of the values of a parsed document.
//
// Model: the parser writes a tape of 64-bit words, one or two for a value, whose top byte says what
// it is (simdjson's doc/tape.md). A Value is a place on the tape: 16 bytes, copied freely, valid
// until the next parse of its Document. Containers hold where they end, so skipping one is a single
// look.
//
// The tape is read here, inline, and not through simdjson, whose 31,000 lines would then be in
// every file that reads JSON. document_test.cc pins the format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

#include "tongsuan/base/result.h"

namespace tongsuan::json {

enum class Type : std::uint8_t { kNull, kBool, kInteger, kFraction, kText, kArray, kObject };

// "a text", "an object": as messages need it.
[[nodiscard]] const char* type_name(Type type);

// Why a value is not what was asked for.
enum class Unfit : std::uint8_t { kType, kRange };

struct Tape {
  const std::uint64_t* words = nullptr;
  const std::uint8_t* texts = nullptr;
};

class Members;
class Items;

class Value {
 public:
  Value() = default;  // null
  Value(const Tape& tape, std::uint32_t at) : tape_(&tape), at_(at) {}

  [[nodiscard]] Type type() const;
  [[nodiscard]] Result<bool, Unfit> as_bool() const;
  [[nodiscard]] Result<std::int64_t, Unfit> as_int64() const;    // kRange beyond int64
  [[nodiscard]] Result<std::uint64_t, Unfit> as_uint64() const;  // kRange below 0
  [[nodiscard]] Result<std::string_view, Unfit> as_text() const;
  [[nodiscard]] Result<Members, Unfit> as_object() const;
  [[nodiscard]] Result<Items, Unfit> as_array() const;

  // The same, empty for anything else: what a loop may run over directly.
  [[nodiscard]] Members members() const;
  [[nodiscard]] Items items() const;

  // Members or items; 0 for anything else.
  [[nodiscard]] std::size_t size() const;

  // Internal: where on the tape this is, and what follows it.
  [[nodiscard]] std::uint32_t place() const { return at_; }
  [[nodiscard]] std::uint32_t after() const;

 private:
  friend class Members;
  [[nodiscard]] char mark() const {
    return tape_ == nullptr ? 'n' : static_cast<char>(tape_->words[at_] >> 56);
  }
  [[nodiscard]] std::uint64_t word() const { return tape_->words[at_]; }
  [[nodiscard]] std::string_view text() const {
    const std::uint8_t* begin = tape_->texts + (word() & 0x00FF'FFFF'FFFF'FFFFULL);
    std::uint32_t bytes = 0;
    std::memcpy(&bytes, begin, sizeof bytes);
    return {reinterpret_cast<const char*>(begin) + sizeof bytes, bytes};
  }

  const Tape* tape_ = nullptr;
  std::uint32_t at_ = 0;
};

struct Member {
  std::string_view key;
  Value value;
};

// The members of an object in the order of the text; keys differ.
class Members {
 public:
  class Iterator {
   public:
    Iterator(const Tape* tape, std::uint32_t at) : tape_(tape), at_(at) {}
    [[nodiscard]] Member operator*() const {
      return {Value(*tape_, at_).text(), Value(*tape_, at_ + 1)};
    }
    Iterator& operator++() {
      at_ = Value(*tape_, at_ + 1).after();
      return *this;
    }
    [[nodiscard]] bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    friend class Members;
    static std::string_view text_of(const Value& value) { return value.text(); }
    const Tape* tape_;
    std::uint32_t at_;
  };

  Members() = default;
  explicit Members(const Value& object);
  [[nodiscard]] Iterator begin() const { return {tape_, begin_}; }
  [[nodiscard]] Iterator end() const { return {tape_, end_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  // The member of that name; null (also as a value) where there is none, which `found` tells apart.
  [[nodiscard]] Value find(std::string_view key, bool* found = nullptr) const;

 private:
  const Tape* tape_ = nullptr;
  std::uint32_t begin_ = 0, end_ = 0;
};

class Items {
 public:
  class Iterator {
   public:
    Iterator(const Tape* tape, std::uint32_t at) : tape_(tape), at_(at) {}
    [[nodiscard]] Value operator*() const { return {*tape_, at_}; }
    Iterator& operator++() {
      at_ = Value(*tape_, at_).after();
      return *this;
    }
    [[nodiscard]] bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const Tape* tape_;
    std::uint32_t at_;
  };

  Items() = default;
  Items(const Tape& tape, std::uint32_t begin, std::uint32_t end)
      : tape_(&tape), begin_(begin), end_(end) {}
  [[nodiscard]] Iterator begin() const { return {tape_, begin_}; }
  [[nodiscard]] Iterator end() const { return {tape_, end_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }

 private:
  const Tape* tape_ = nullptr;
  std::uint32_t begin_ = 0, end_ = 0;
};

// ---- Inline -------------------------------------------------------------------------------------

inline Type Value::type() const {
  switch (mark()) {
    case '{':
      return Type::kObject;
    case '[':
      return Type::kArray;
    case '"':
      return Type::kText;
    case 'l':
    case 'u':
      return Type::kInteger;
    case 'd':
      return Type::kFraction;
    case 't':
    case 'f':
      return Type::kBool;
    default:
      return Type::kNull;
  }
}

// Without a jump for each type: which one comes next is hard to foresee.
inline std::uint32_t Value::after() const {
  const char kind = mark();
  // The low half of a container's word: one past its closing word.
  if (kind == '{' || kind == '[') return static_cast<std::uint32_t>(word());
  const bool two_words = (kind == 'l') | (kind == 'u') | (kind == 'd');
  return at_ + 1 + static_cast<std::uint32_t>(two_words);
}

inline std::size_t Value::size() const {
  // 24 bits, never saturated: a document has fewer bytes than that (kBytesMax).
  return mark() == '{' || mark() == '[' ? word() >> 32 & 0xFF'FFFF : 0;
}

inline Result<bool, Unfit> Value::as_bool() const {
  if (mark() == 't') return true;
  if (mark() == 'f') return false;
  return Unfit::kType;
}

inline Result<std::int64_t, Unfit> Value::as_int64() const {
  if (mark() == 'l') return static_cast<std::int64_t>(tape_->words[at_ + 1]);
  return mark() == 'u' ? Unfit::kRange : Unfit::kType;
}

inline Result<std::uint64_t, Unfit> Value::as_uint64() const {
  if (mark() != 'l' && mark() != 'u') return Unfit::kType;
  const std::uint64_t bits = tape_->words[at_ + 1];
  if (mark() == 'l' && bits >> 63 != 0) return Unfit::kRange;
  return bits;
}

inline Result<std::string_view, Unfit> Value::as_text() const {
  if (mark() != '"') return Unfit::kType;
  return text();
}

inline Members::Members(const Value& object)
    : tape_(object.tape_), begin_(object.at_ + 1), end_(object.after() - 1) {}

inline Members Value::members() const {
  return mark() == '{' ? Members(*this) : Members();
}

inline Items Value::items() const {
  return mark() == '[' ? Items(*tape_, at_ + 1, after() - 1) : Items();
}

inline Result<Members, Unfit> Value::as_object() const {
  if (mark() != '{') return Unfit::kType;
  return Members(*this);
}

inline Result<Items, Unfit> Value::as_array() const {
  if (mark() != '[') return Unfit::kType;
  return items();
}

}  // namespace tongsuan::json
