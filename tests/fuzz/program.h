// Bytes of a fuzzer as a program: taken from the front, zeros when there are no more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace tongsuan::fuzz {

class Program {
 public:
  explicit Program(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool done() const { return bytes_.empty(); }
  [[nodiscard]] std::string_view rest() const { return bytes_; }
  std::uint32_t byte() {
    if (bytes_.empty()) return 0;
    const auto value = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }
  // Below `bound`, which may be 0.
  std::size_t below(std::size_t bound) {
    const std::size_t value = byte() << 8 | byte();
    return bound == 0 ? 0 : value % bound;
  }
  // One of [0, bound), or rarely something else.
  std::uint32_t near(std::size_t bound) {
    const std::uint32_t value = byte();
    if (value == 255) return std::numeric_limits<std::uint32_t>::max();
    if (value >= 250 || bound == 0) return value - 250;
    return static_cast<std::uint32_t>(value % bound);
  }
  // Small and large changes alike: a signed byte, shifted.
  std::int64_t change() {
    const auto value = static_cast<std::int64_t>(byte()) - 128;
    return value * (std::int64_t{1} << (byte() % 40));
  }
  // Mostly from 0 up, sometimes at the end of what there is.
  std::int64_t number() {
    static constexpr std::array<std::int64_t, 6> kEnds = {std::numeric_limits<std::int64_t>::min(),
                                                          std::numeric_limits<std::int64_t>::max(),
                                                          -1,
                                                          10'000'000'000,
                                                          1'000'000'000'000,
                                                          1'000'000'000'000'000'000};
    const std::uint32_t value = byte();
    if (value < 180) return value;
    if (value < 240) return std::int64_t{value - 180} << (byte() % 40);
    return kEnds[value % kEnds.size()] + static_cast<std::int64_t>(value == 240);
  }

 private:
  std::string_view bytes_;
};

}  // namespace tongsuan::fuzz
