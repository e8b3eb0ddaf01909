// Records as bytes, and back. docs/formats/exchange.md is the truth.
//
// A record is the second (8 bytes) and then its events, each a byte for whose event it is (0
// engine, 1 ledger, 2 own), its length (4 bytes) and its bytes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "tongsuan/exchange/events.h"
#include "tongsuan/exchange/state.h"

namespace tongsuan::exchange {

inline constexpr std::size_t kRecordBytesMax = std::size_t{8} << 20;

class RecordWriter {
 public:
  // Begins a record at the end of `bytes`.
  RecordWriter(std::string& bytes, Second at);
  // Goes on with the record at the end of `bytes`.
  [[nodiscard]] static RecordWriter resume(std::string& bytes) { return RecordWriter(bytes); }
  void add(const engine::Event& event);
  void add(const ledger::Event& event);
  void add(const OwnEvent& event);

 private:
  explicit RecordWriter(std::string& bytes) : bytes_(bytes) {}
  template <class Append>
  void framed(std::uint8_t whose, Append&& append);
  std::string& bytes_;
};

// Bytes of an own event, without frame.
void append_bytes(const OwnEvent& event, std::string& bytes);
[[nodiscard]] std::optional<OwnEvent> read_own_event(std::string_view bytes);

// Calls `see` with every event of a record, in order; false ends the reading. The fault, if any.
using EventVisitor = std::function<bool(Second at, const Event& event)>;
[[nodiscard]] std::optional<Misfit> read_record(std::string_view bytes, const EventVisitor& see);

// The same for whoever reads many: keeps its memory from record to record.
class RecordReader {
 public:
  [[nodiscard]] std::optional<Misfit> read(std::string_view bytes, const EventVisitor& see);

 private:
  // Null: these are not the bytes of an event.
  [[nodiscard]] const Event* read_event(std::uint8_t whose, std::string_view bytes);
  Event engine_ = engine::Event();
  Event money_ = MoneyEvent();
  Event own_ = OwnEvent();
};

}  // namespace tongsuan::exchange
