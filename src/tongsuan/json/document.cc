// The only file that includes simdjson: it takes several seconds to compile.
#include "tongsuan/json/document.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <simdjson.h>
#include <string>
#include <vector>

#include "tongsuan/json/object_reader.h"
#include "tongsuan/json/syntax.h"

namespace tongsuan::json {
namespace {

static_assert(kBytesMax < 0xFF'FFFF, "sizes of containers have 24 bits on the tape");

constexpr std::size_t kFirstCapacity = 4096;
// Objects with up to so many members are compared name by name, others are sorted.
constexpr std::size_t kFewMembers = 32;

// A small number that equal names share.
std::uint32_t fingerprint(std::string_view key) {
  std::uint32_t mixed = static_cast<std::uint32_t>(key.size()) * 7;
  if (!key.empty()) {
    mixed += static_cast<unsigned char>(key.front()) * 5U;
    mixed += static_cast<unsigned char>(key.back()) * 3U;
    mixed += static_cast<unsigned char>(key[key.size() / 2]);
  }
  return mixed & 63;
}

class DuplicateFinder {
 public:
  // The first name that an object has twice; null where there is none.
  const std::string_view* find(const Members& members, std::size_t count) {
    return count <= kFewMembers ? among_few(members) : among_many(members);
  }

 private:
  const std::string_view* among_few(const Members& members) {
    std::uint64_t seen =
        0;  // fingerprints, as bits: a name is compared only where one is there already
    std::size_t filled = 0;
    for (const auto& [key, value] : members) {
      const std::uint64_t bit = std::uint64_t{1} << fingerprint(key);
      if ((seen & bit) != 0) {
        for (std::size_t i = 0; i < filled; ++i) {
          if (few_[i] == key) return &few_[i];
        }
      }
      seen |= bit;
      few_[filled++] = key;
    }
    return nullptr;
  }
  const std::string_view* among_many(const Members& members) {
    many_.clear();
    for (const auto& [key, value] : members) many_.push_back(key);
    std::sort(many_.begin(), many_.end());
    const auto twice = std::adjacent_find(many_.begin(), many_.end());
    return twice == many_.end() ? nullptr : &*twice;
  }
  std::array<std::string_view, kFewMembers> few_;
  std::vector<std::string_view> many_;
};

// The JSON pointer of the container at `target`: down from the root, always into what holds it.
std::string pointer_to(Value at, std::uint32_t target) {
  std::string path;
  while (at.place() != target) {
    const auto holds = [&](const Value& value) {
      return value.place() <= target && target < value.after();
    };
    if (at.type() == Type::kObject) {
      for (const auto& [key, value] : at.members()) {
        if (!holds(value)) continue;
        append_pointer(path, key);
        at = value;
        break;
      }
      continue;
    }
    std::size_t index = 0;
    for (const Value item : at.items()) {
      if (holds(item)) {
        path += '/' + std::to_string(index);
        at = item;
        break;
      }
      ++index;
    }
  }
  return path;
}

Error syntax_error(std::string_view text, int depth_max, const char* problem) {
  const auto fault = find_syntax_fault(text, depth_max);
  if (!fault) return {ErrorCode::kInvalidArgument, std::string("JSON: ") + problem};
  const bool at_end = fault->offset >= text.size();
  return {fault->is_limit ? ErrorCode::kLimit : ErrorCode::kInvalidArgument,
          "JSON, byte " + std::to_string(fault->offset) + (at_end ? " (the end)" : "") + ": " +
              fault->problem};
}

}  // namespace

struct Document::Parser {
  explicit Parser(Limits given)
      : limits{std::min(given.bytes_max, kBytesMax), std::clamp(given.depth_max, 1, kDepthMax)},
        parser(kBytesMax) {}

  Result<Value> parse(std::string_view text);
  bool reserve(std::size_t bytes);
  [[nodiscard]] Result<Value> check(std::string_view text);
  [[nodiscard]] bool texts_are_utf8() const;

  Limits limits;
  simdjson::dom::parser parser;
  std::string padded;
  Tape tape;
  DuplicateFinder duplicates;
};

// Grows by doubling, so that bodies of all sizes allocate a few times in all.
bool Document::Parser::reserve(std::size_t bytes) {
  if (bytes <= parser.capacity() && padded.size() >= bytes + simdjson::SIMDJSON_PADDING)
    return true;
  std::size_t capacity = kFirstCapacity;
  while (capacity < bytes) capacity *= 2;
  capacity = std::min(capacity, kBytesMax);
  padded.assign(capacity + simdjson::SIMDJSON_PADDING, '\0');
  return parser.allocate(capacity, static_cast<std::size_t>(limits.depth_max)) ==
             simdjson::SUCCESS &&
         parser.doc.allocate(capacity) == simdjson::SUCCESS;
}

Result<Value> Document::Parser::parse(std::string_view text) {
  if (text.size() > limits.bytes_max) {
    return Error{ErrorCode::kLimit,
                 "JSON of " + std::to_string(text.size()) + " bytes: at most " +
                     std::to_string(limits.bytes_max) + " are read",
                 "send it in parts"};
  }
  if (!reserve(text.size())) return Error{ErrorCode::kLimit, "JSON: no memory to read it"};
  if (!text.empty()) std::memcpy(padded.data(), text.data(), text.size());
  std::memset(padded.data() + text.size(), 0, simdjson::SIMDJSON_PADDING);
  const auto parsed = parser.parse(padded.data(), text.size(), false);
  if (parsed.error() != simdjson::SUCCESS) {
    return syntax_error(text, limits.depth_max, simdjson::error_message(parsed.error()));
  }
  tape = {parser.doc.tape.get(), parser.doc.string_buf.get()};
  return check(text);
}

// simdjson 3.0 lets escapes make half a surrogate pair. Texts lie one after the other, each with
// its length before and a zero after it.
bool Document::Parser::texts_are_utf8() const {
  const auto end = static_cast<std::uint32_t>(tape.words[0]);
  for (std::uint32_t at = 1; at + 1 < end; ++at) {
    const char mark = static_cast<char>(tape.words[at] >> 56);
    if (mark == 'l' || mark == 'u' || mark == 'd') {
      ++at;  // the number itself
    } else if (mark == '"') {
      const std::string_view text = Value(tape, at).as_text().value();
      if (!simdjson::validate_utf8(text.data(), text.size())) return false;
    }
  }
  return true;
}

// What the parser leaves to us: names that are there twice, and escapes that are no text.
Result<Value> Document::Parser::check(std::string_view text) {
  const Value root(tape, 1);
  const auto end = static_cast<std::uint32_t>(tape.words[0]);
  for (std::uint32_t at = 1; at + 1 < end; ++at) {
    const char mark = static_cast<char>(tape.words[at] >> 56);
    if (mark == 'l' || mark == 'u' || mark == 'd') ++at;
    if (mark != '{') continue;
    const Value object(tape, at);
    if (const std::string_view* name = duplicates.find(Members(object), object.size())) {
      const std::string where = pointer_to(root, at);
      return Error{ErrorCode::kInvalidArgument,
                   "JSON: " + (where.empty() ? "the document" : where) + " has two members \"" +
                       std::string(*name) + '"'};
    }
  }
  if (text.find('\\') != std::string_view::npos && !texts_are_utf8()) {
    return syntax_error(text, limits.depth_max, "an escape is no code point");
  }
  return root;
}

Document::Document(Limits limits) : parser_(std::make_unique<Parser>(limits)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Value> Document::parse(std::string_view text) {
  return parser_->parse(text);
}

}  // namespace tongsuan::json
