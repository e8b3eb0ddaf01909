#include "tongsuan/ledger/bytes.h"

#include <cstring>
#include <string>

#include "tongsuan/base/bytes.h"
#include "tongsuan/base/sha256.h"

namespace tongsuan::ledger {
namespace {

// Little-endian numbers of fixed width.
class Writer {
 public:
  explicit Writer(std::string& bytes) : bytes_(bytes) {}
  void operator()(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void operator()(std::uint32_t value) { append_little_endian(bytes_, value); }
  void operator()(std::uint64_t value) { append_little_endian(bytes_, value); }
  void operator()(std::int64_t value) { (*this)(static_cast<std::uint64_t>(value)); }
  template <class Tag>
  void operator()(Quantity<Tag> value) {
    (*this)(value.raw());
  }
  void operator()(ParticipantId id) { (*this)(id.value); }
  void operator()(Account account) {
    (*this)(account.participant);
    (*this)(static_cast<std::uint8_t>(account.purpose));
  }
  template <class Tag>
  void operator()(RowId<Tag> id) {
    (*this)(id.slot);
    (*this)(id.generation);
  }
  void fact(const Fact& fact) {
    (*this)(static_cast<std::uint8_t>(fact.asked.index()));
    std::visit([this](const auto& leg) { each_field(leg, *this); }, fact.asked);
    each_field(fact.did, *this);
    (*this)(fact.made);
  }

 private:
  std::string& bytes_;
};

// The same fields in the same order. After a fault everything reads as 0.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] const std::string& fault() const { return fault_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }

  template <class Unsigned>
  Unsigned number() {
    if (left() < sizeof(Unsigned)) fail("the bytes end within a number");
    if (!fault_.empty()) return 0;
    at_ += sizeof(Unsigned);
    return little_endian<Unsigned>(bytes_.substr(at_ - sizeof(Unsigned), sizeof(Unsigned)));
  }
  void operator()(std::uint8_t& value) { value = number<std::uint8_t>(); }
  void operator()(std::uint32_t& value) { value = number<std::uint32_t>(); }
  void operator()(std::uint64_t& value) { value = number<std::uint64_t>(); }
  void operator()(std::int64_t& value) {
    value = static_cast<std::int64_t>(number<std::uint64_t>());
    if (value < 0) fail("a number is negative");
  }
  void operator()(Money& value) { quantity(value, kMoneyMax); }
  void operator()(DeviceSeconds& value) { quantity(value, kDeviceSecondsMax); }
  void operator()(ParticipantId& id) {
    (*this)(id.value);
    if (id.value >= kParticipantsMax) fail("no such participant");
  }
  void operator()(Account& account) {
    (*this)(account.participant);
    const auto purpose = number<std::uint8_t>();
    if (purpose >= kPurposes) fail("no such purpose");
    account.purpose = static_cast<Purpose>(purpose);
  }
  template <class Tag>
  void operator()(RowId<Tag>& id) {
    (*this)(id.slot);
    (*this)(id.generation);
  }
  Fact fact() {
    Fact fact;
    const auto kind = number<std::uint8_t>();
    if (kind >= std::variant_size_v<Leg>) fail("no such kind of leg");
    if (!fault_.empty()) return fact;
    fact.asked = empty_leg(kind);
    std::visit([this](auto& leg) { each_field(leg, *this); }, fact.asked);
    each_field(fact.did, *this);
    (*this)(fact.made);
    return fact;
  }
  void fail(const char* what) {
    if (fault_.empty()) fault_ = std::string(what) + " at byte " + std::to_string(at_);
  }

 private:
  template <class Value>
  void quantity(Value& value, std::int64_t most) {
    std::int64_t raw = 0;
    (*this)(raw);
    if (raw > most) fail("a number is over its limit");
    value = Value(raw);
  }
  template <std::size_t... kinds>
  static Leg pick(std::size_t kind, std::index_sequence<kinds...>) {
    Leg leg;
    ((kind == kinds ? static_cast<void>(leg.emplace<kinds>()) : static_cast<void>(0)), ...);
    return leg;
  }
  static Leg empty_leg(std::size_t kind) {
    return pick(kind, std::make_index_sequence<std::variant_size_v<Leg>>());
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::string fault_;
};

// Reads one event into `events`; false at the first fault.
bool read_event(Reader& reader, Second& last, std::vector<Fact>& facts, Events& events) {
  Event event;
  reader(event.at);
  if (event.at < last || event.at > kSecondsMax) reader.fail("seconds run backward or too far");
  last = event.at;
  reader(event.id.author);
  reader(event.id.number);
  each_field(event.why, reader);
  const auto count = reader.number<std::uint8_t>();
  if (count == 0 || count > kLegsMax) reader.fail("no or too many legs");
  facts.clear();
  for (std::uint32_t i = 0; i < count && reader.fault().empty(); ++i) {
    facts.push_back(reader.fact());
  }
  if (!reader.fault().empty()) return false;
  event.facts = facts;
  events.add(event);
  return true;
}

Error corrupt(std::string what) {
  return {ErrorCode::kCorrupt, "ledger events: " + std::move(what),
          "take the list from another copy of the journal"};
}

}  // namespace

void append_bytes(const Event& event, std::string& bytes) {
  Writer writer(bytes);
  writer(event.at);
  writer(event.id.author);
  writer(event.id.number);
  each_field(event.why, writer);
  writer(static_cast<std::uint8_t>(event.facts.size()));
  for (const Fact& fact : event.facts) writer.fact(fact);
}

std::string write_events(const Events& events) {
  std::string bytes(kEventsMagic);
  Writer writer(bytes);
  writer(static_cast<std::uint64_t>(events.size()));
  for (std::size_t i = 0; i < events.size(); ++i) append_bytes(events[i], bytes);
  return seal(bytes);
}

std::string seal(std::string_view body) {
  std::string bytes(body);
  for (const std::uint8_t part : sha256(body)) bytes.push_back(static_cast<char>(part));
  return bytes;
}

Result<Events> read_events(std::string_view bytes) {
  constexpr std::size_t kDigest = sizeof(Digest);
  if (bytes.substr(0, kEventsMagic.size()) != kEventsMagic) {
    return corrupt("the bytes do not begin with " + std::string(kEventsMagic));
  }
  if (bytes.size() < kEventsMagic.size() + 8 + kDigest) return corrupt("the bytes are cut");
  const std::string_view body = bytes.substr(0, bytes.size() - kDigest);
  const Digest digest = sha256(body);
  if (std::memcmp(digest.data(), bytes.data() + body.size(), kDigest) != 0) {
    return corrupt("the digest is of other bytes");
  }
  Reader reader(body.substr(kEventsMagic.size()));
  const auto count = reader.number<std::uint64_t>();
  Events events;
  std::vector<Fact> facts;
  Second last = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!read_event(reader, last, facts, events)) return corrupt(reader.fault());
  }
  if (reader.left() != 0) return corrupt("bytes follow the last event");
  return events;
}

}  // namespace tongsuan::ledger
