#include "tongsuan/ledger/bytes.h"

#include <cstring>
#include <string>

#include "tongsuan/base/byte_appender.h"
#include "tongsuan/base/sha256.h"

namespace tongsuan::ledger {
namespace {

// Little-endian numbers of fixed width.
class Writer {
 public:
  explicit Writer(std::string& bytes) : out_(bytes) {}
  void operator()(std::uint8_t value) { out_.put(value); }
  void operator()(std::uint32_t value) { out_.put(value); }
  void operator()(std::uint64_t value) { out_.put(value); }
  void operator()(std::int64_t value) { out_.put(value); }
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
  ByteAppender out_;
};

// The same fields in the same order. After a fault everything reads as 0.
class Reader {
 public:
  explicit Reader(ByteReader& in) : in_(in) {}

  void operator()(std::uint8_t& value) { in_.read(value); }
  void operator()(std::uint32_t& value) { in_.read(value); }
  void operator()(std::uint64_t& value) { in_.read(value); }
  void operator()(std::int64_t& value) {
    in_.read(value);
    if (value < 0) in_.fail("a number is negative");
  }
  void operator()(Money& value) { quantity(value, kMoneyMax); }
  void operator()(DeviceSeconds& value) { quantity(value, kDeviceSecondsMax); }
  void operator()(ParticipantId& id) {
    in_.read(id.value);
    if (id.value >= kParticipantsMax) in_.fail("no such participant");
  }
  void operator()(Account& account) {
    (*this)(account.participant);
    account.purpose = static_cast<Purpose>(in_.below(kPurposes, "no such purpose"));
  }
  template <class Tag>
  void operator()(RowId<Tag>& id) {
    in_.read(id.slot);
    in_.read(id.generation);
  }
  // Where it stays: copying what was just written in parts waits for the parts.
  void fact(Fact& fact) {
    const std::uint8_t kind = in_.below(std::variant_size_v<Leg>, "no such kind of leg");
    if (!in_.ok()) return;
    make_leg(fact.asked, kind, std::make_index_sequence<std::variant_size_v<Leg>>());
    std::visit([this](auto& leg) { each_field(leg, *this); }, fact.asked);
    each_field(fact.did, *this);
    (*this)(fact.made);
  }
  void event(Event& event, std::vector<Fact>& facts) {
    in_.read(event.at);
    if (event.at < 0 || event.at > kSecondsMax) in_.fail("a second outside its limits");
    (*this)(event.id.author);
    in_.read(event.id.number);
    each_field(event.why, *this);
    const auto count = in_.number<std::uint8_t>();
    if (count == 0 || count > kLegsMax) in_.fail("no or too many legs");
    facts.clear();
    for (std::uint32_t i = 0; i < count && in_.ok(); ++i) fact(facts.emplace_back());
    event.facts = facts;
  }

 private:
  template <class Value>
  void quantity(Value& value, std::int64_t most) {
    std::int64_t raw = 0;
    (*this)(raw);
    if (raw > most) in_.fail("a number is over its limit");
    value = Value(raw);
  }
  template <std::size_t... kinds>
  static void make_leg(Leg& leg, std::size_t kind, std::index_sequence<kinds...>) {
    ((kind == kinds ? static_cast<void>(leg.emplace<kinds>()) : static_cast<void>(0)), ...);
  }

  ByteReader& in_;
};

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

Result<Done, ByteFault> read_event(std::string_view bytes, std::size_t& at, Event& event,
                                   std::vector<Fact>& facts) {
  ByteReader in(bytes, at);
  Reader(in).event(event, facts);
  if (!in.ok()) return in.fault();
  at = in.at();
  return Done{};
}

Result<Done, ByteFault> read_event(std::string_view bytes, std::size_t& at, Events& events) {
  std::vector<Fact> facts;
  Event event;
  const Result<Done, ByteFault> read = read_event(bytes, at, event, facts);
  if (read.ok()) events.add(event);
  return read;
}

std::string write_events(const Events& events) {
  std::string bytes(kEventsMagic);
  append_little_endian(bytes, static_cast<std::uint64_t>(events.size()));
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
  ByteReader in(body, kEventsMagic.size());
  Reader reader(in);
  const auto count = in.number<std::uint64_t>();
  Events events;
  Event event;
  std::vector<Fact> facts;
  Second last = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::size_t begin = in.at();
    reader.event(event, facts);
    if (event.at < last) in.fail_at("seconds run backward", begin);
    if (!in.ok()) return corrupt(in.fault().text());
    last = event.at;
    events.add(event);
  }
  if (in.left() != 0) return corrupt("bytes follow the last event");
  return events;
}

}  // namespace tongsuan::ledger
