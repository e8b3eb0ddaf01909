// The bytes of an order, and of the steps of an ask, alike in events and snapshots
// (docs/formats/engine.md).
#pragma once

#include <string>

#include "tongsuan/base/byte_packer.h"
#include "tongsuan/base/byte_reader.h"
#include "tongsuan/engine/commands.h"

namespace tongsuan::engine::internal {

// Little-endian numbers of fixed width.
class Writer {
 public:
  explicit Writer(std::string& bytes) : bytes_(bytes) {}
  void number(std::uint64_t value) { append_little_endian(bytes_, value); }
  void number(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
  void number(std::uint32_t value) { append_little_endian(bytes_, value); }
  void byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  template <std::size_t kMost>
  void packed(const BytePacker<kMost>& pack) {
    pack.append_to(bytes_);
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
  std::string& bytes_;
};

// The least that an order takes.
inline constexpr std::size_t kOrderBytes = 4 + 4 * 8 + 2 * 8 + 2 * 4 + 1;

// So many steps.
void read_steps(ByteReader& reader, std::size_t count, std::vector<AskStep>& steps);
void read_order(ByteReader& reader, LiveOrder& order);
void read_numbers(ByteReader& reader, std::size_t most, std::vector<std::uint32_t>& numbers);

}  // namespace tongsuan::engine::internal
