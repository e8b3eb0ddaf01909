#include "tongsuan/exchange/bytes.h"

#include <array>
#include <type_traits>
#include <utility>

#include "tongsuan/base/bytes.h"
#include "tongsuan/engine/bytes.h"
#include "tongsuan/ledger/bytes.h"

namespace tongsuan::exchange {
namespace {

constexpr std::uint8_t kEngine = 0, kLedger = 1, kOwn = 2;
constexpr std::size_t kTextMax = 4'096;  // of one string in an event

template <class T>
concept HasFields = requires { T::fields(); };
template <class T>
concept IsId = requires(T id) { id.value; };
template <class T>
concept IsRow = requires(T id) {
  id.slot;
  id.generation;
};
template <class T>
concept IsQuantity = requires(T quantity) { quantity.raw(); };
template <class T>
concept IsArray = requires { std::tuple_size<T>::value; };

// Little-endian numbers of fixed width; texts are preceded by their length.
class Writer {
 public:
  explicit Writer(std::string& bytes) : bytes_(bytes) {}

  template <class T>
  void operator()(const T& value) {
    if constexpr (HasFields<T>) {
      std::apply([&](auto... member) { ((*this)(value.*member), ...); }, T::fields());
    } else if constexpr (std::is_same_v<T, std::string>) {
      append_little_endian(bytes_, static_cast<std::uint32_t>(value.size()));
      bytes_ += value;
    } else if constexpr (std::is_same_v<T, bool>) {
      bytes_.push_back(value ? 1 : 0);
    } else if constexpr (std::is_enum_v<T>) {
      bytes_.push_back(static_cast<char>(value));
    } else if constexpr (std::is_integral_v<T>) {
      append_little_endian(bytes_, static_cast<std::make_unsigned_t<T>>(value));
    } else if constexpr (IsArray<T>) {
      for (const std::uint8_t part : value) bytes_.push_back(static_cast<char>(part));
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
  std::string& bytes_;
};

// The largest value of each enumeration.
constexpr std::uint8_t largest(Role) { return kRoles - 1; }
constexpr std::uint8_t largest(HaltScope) { return static_cast<std::uint8_t>(HaltScope::kHub); }
constexpr std::uint8_t largest(RoundOutcome) {
  return static_cast<std::uint8_t>(RoundOutcome::kUnsolved);
}
constexpr std::uint8_t largest(Code) { return kCodes - 1; }

// The same fields in the same order. After a fault everything reads as 0.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool whole() const { return !failed_ && bytes_.empty(); }

  template <class T>
  void operator()(T& value) {
    if constexpr (HasFields<T>) {
      std::apply([&](auto... member) { ((*this)(value.*member), ...); }, T::fields());
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
      for (auto& part : value) part = number<std::uint8_t>();
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
  std::string_view take(std::size_t size) {
    if (failed_ || size > bytes_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  std::string_view bytes_;
  bool failed_ = false;
};

// An event of the kind at position `index`, with its fields as they are by default.
template <std::size_t... Index>
OwnEvent make_own(std::size_t index, std::index_sequence<Index...>) {
  OwnEvent event;
  const auto pick = [&]<std::size_t I>() {
    if (I == index) event.emplace<I>();
  };
  (pick.template operator()<Index>(), ...);
  return event;
}

std::optional<Event> read_event(std::uint8_t whose, std::string_view bytes) {
  std::size_t at = 0;
  if (whose == kEngine) {
    auto event = engine::read_event(bytes, at);
    if (!event.ok() || at != bytes.size()) return std::nullopt;
    return Event(std::move(event).value());
  }
  if (whose == kLedger) {
    MoneyEvent event;
    ledger::Events events;
    if (!ledger::read_event(bytes, at, events).ok() || at != bytes.size()) return std::nullopt;
    const ledger::Event read = events.back();
    event = {read.at, read.id, read.why, {read.facts.begin(), read.facts.end()}};
    return Event(std::move(event));
  }
  auto event = whose == kOwn ? read_own_event(bytes) : std::nullopt;
  return event ? std::optional<Event>(std::move(*event)) : std::nullopt;
}

}  // namespace

RecordWriter::RecordWriter(std::string& bytes, Second at) : bytes_(bytes) {
  append_little_endian(bytes_, static_cast<std::uint64_t>(at));
}

// The length is known when the bytes are there.
template <class Append>
void RecordWriter::framed(std::uint8_t whose, Append&& append) {
  bytes_.push_back(static_cast<char>(whose));
  const std::size_t length_at = bytes_.size();
  bytes_.append(4, '\0');
  append();
  const auto length = static_cast<std::uint32_t>(bytes_.size() - length_at - 4);
  for (std::size_t i = 0; i < 4; ++i) bytes_[length_at + i] = static_cast<char>(length >> (8 * i));
}

void RecordWriter::add(const engine::Event& event) {
  framed(kEngine, [&] { engine::append_bytes(event, bytes_); });
}
void RecordWriter::add(const ledger::Event& event) {
  framed(kLedger, [&] { ledger::append_bytes(event, bytes_); });
}
void RecordWriter::add(const OwnEvent& event) {
  framed(kOwn, [&] { append_bytes(event, bytes_); });
}

void append_bytes(const OwnEvent& event, std::string& bytes) {
  bytes.push_back(static_cast<char>(event.index()));
  std::visit(Writer(bytes), event);
}

std::optional<OwnEvent> read_own_event(std::string_view bytes) {
  constexpr std::size_t kKinds = std::variant_size_v<OwnEvent>;
  if (bytes.empty() || static_cast<std::uint8_t>(bytes[0]) >= kKinds) return std::nullopt;
  OwnEvent event =
      make_own(static_cast<std::uint8_t>(bytes[0]), std::make_index_sequence<kKinds>());
  Reader reader(bytes.substr(1));
  std::visit(reader, event);
  return reader.whole() ? std::optional(std::move(event)) : std::nullopt;
}

std::optional<Misfit> read_record(std::string_view bytes, const EventVisitor& see) {
  if (bytes.size() < 8) return Misfit{0, "the record ends within its second"};
  const auto at = static_cast<Second>(little_endian<std::uint64_t>(bytes.substr(0, 8)));
  if (at < 0 || at > engine::kSecondsMax) return Misfit{0, "the second is outside its limits"};
  std::size_t offset = 8;
  if (offset == bytes.size()) return Misfit{offset, "the record has no events"};
  while (offset < bytes.size()) {
    if (bytes.size() - offset < 5) return Misfit{offset, "the record ends within a frame"};
    const auto length = little_endian<std::uint32_t>(bytes.substr(offset + 1, 4));
    if (length > bytes.size() - offset - 5) return Misfit{offset, "the record ends within an event"};
    const auto event =
        read_event(static_cast<std::uint8_t>(bytes[offset]), bytes.substr(offset + 5, length));
    if (!event) return Misfit{offset, "these are not the bytes of an event"};
    if (!see(at, *event)) return std::nullopt;
    offset += 5 + std::size_t{length};
  }
  return std::nullopt;
}

}  // namespace tongsuan::exchange
