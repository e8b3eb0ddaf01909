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
// Makes it an event of the kind at position `index`, with its fields as they are by default.
template <std::size_t... Index>
void make_own(OwnEvent& event, std::size_t index, std::index_sequence<Index...>) {
  ((Index == index ? static_cast<void>(event.emplace<Index>()) : static_cast<void>(0)), ...);
}

bool read_own(std::string_view bytes, OwnEvent& event) {
  constexpr std::size_t kKinds = std::variant_size_v<OwnEvent>;
  if (bytes.empty() || static_cast<std::uint8_t>(bytes[0]) >= kKinds) return false;
  make_own(event, static_cast<std::uint8_t>(bytes[0]), std::make_index_sequence<kKinds>());
  Reader reader(bytes.substr(1));
  std::visit(reader, event);
  return reader.whole();
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
  OwnEvent event;
  return read_own(bytes, event) ? std::optional(std::move(event)) : std::nullopt;
}

const Event* RecordReader::read_event(std::uint8_t whose, std::string_view bytes) {
  std::size_t at = 0;
  if (whose == kEngine) {
    const bool good = engine::read_event(bytes, at, *std::get_if<engine::Event>(&engine_)).ok();
    return good && at == bytes.size() ? &engine_ : nullptr;
  }
  if (whose == kLedger) {
    MoneyEvent& money = *std::get_if<MoneyEvent>(&money_);
    ledger::Event read;
    if (!ledger::read_event(bytes, at, read, money.facts).ok() || at != bytes.size())
      return nullptr;
    money.at = read.at;
    money.id = read.id;
    money.why = read.why;
    return &money_;
  }
  if (whose != kOwn) return nullptr;
  return read_own(bytes, *std::get_if<OwnEvent>(&own_)) ? &own_ : nullptr;
}

std::optional<Misfit> read_record(std::string_view bytes, const EventVisitor& see) {
  return RecordReader().read(bytes, see);
}

std::optional<Misfit> RecordReader::read(std::string_view bytes, const EventVisitor& see) {
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
    const Event* event =
        read_event(static_cast<std::uint8_t>(bytes[offset]), bytes.substr(offset + 5, length));
    if (event == nullptr) return Misfit{offset, "these are not the bytes of an event"};
    if (!see(at, *event)) return std::nullopt;
    offset += 5 + std::size_t{length};
  }
  return std::nullopt;
}

}  // namespace tongsuan::exchange
