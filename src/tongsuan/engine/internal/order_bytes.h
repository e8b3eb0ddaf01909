// The bytes of an order, and of the steps of an ask, alike in events and snapshots
// (docs/formats/engine.md).
#pragma once

#include <string>

#include "tongsuan/base/byte_appender.h"
#include "tongsuan/base/byte_reader.h"
#include "tongsuan/engine/commands.h"

namespace tongsuan::engine::internal {

// Little-endian numbers of fixed width.
class Writer {
 public:
  explicit Writer(std::string& bytes) : out_(bytes) {}
  void number(std::uint64_t value) { out_.put(value); }
  void number(std::int64_t value) { out_.put(value); }
  void number(std::uint32_t value) { out_.put(value); }
  void byte(std::uint8_t value) { out_.put(value); }
  // One after the other, each as wide as its type.
  template <class... Number>
  void numbers(Number... numbers) {
    out_.put(numbers...);
  }
  template <class Numbers>
  void list(const Numbers& numbers) {  // preceded by its length
    number(std::uint64_t{numbers.size()});
    for (const auto each : numbers) number(each);
  }
  void steps(const std::vector<AskStep>& steps);
  void order(const LiveOrder& order);
  void package(const Package& package);

 private:
  ByteAppender out_;
};

// The least that an order takes.
inline constexpr std::size_t kOrderBytes = 4 + 4 * 8 + 2 * 8 + 2 * 4 + 1;

// So many steps.
void read_steps(ByteReader& reader, std::size_t count, std::vector<AskStep>& steps);
void read_order(ByteReader& reader, LiveOrder& order);
void read_numbers(ByteReader& reader, std::size_t most, std::vector<std::uint32_t>& numbers);

}  // namespace tongsuan::engine::internal
