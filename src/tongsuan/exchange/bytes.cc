#include "tongsuan/exchange/bytes.h"

#include <utility>

#include "tongsuan/base/bytes.h"
#include "tongsuan/engine/bytes.h"
#include "tongsuan/exchange/internal/fields.h"
#include "tongsuan/ledger/bytes.h"

namespace tongsuan::exchange {
namespace {

using internal::Reader;
using internal::Writer;

constexpr std::uint8_t kEngine = 0, kLedger = 1, kOwn = 2;
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
    if (length > bytes.size() - offset - 5)
      return Misfit{offset, "the record ends within an event"};
    const auto event =
        read_event(static_cast<std::uint8_t>(bytes[offset]), bytes.substr(offset + 5, length));
    if (!event) return Misfit{offset, "these are not the bytes of an event"};
    if (!see(at, *event)) return std::nullopt;
    offset += 5 + std::size_t{length};
  }
  return std::nullopt;
}

}  // namespace tongsuan::exchange
