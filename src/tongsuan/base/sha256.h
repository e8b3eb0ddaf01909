// SHA-256 (FIPS 180-4): the one hash of the project, for roots, seeds and ties.
// The block function uses the processor's SHA extension where there is one; a portable path gives
// the same digest everywhere and is what WebAssembly uses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tongsuan {

using Digest = std::array<std::uint8_t, 32>;

class Sha256 {
 public:
  Sha256();
  void update(const void* data, std::size_t size);
  void update(std::string_view text) { update(text.data(), text.size()); }
  // The same as `a.update(text_a)` and `b.update(text_b)`, in little more time than the longer of
  // them takes where there is a SHA extension.
  static void update_two(Sha256& a, std::string_view text_a, Sha256& b, std::string_view text_b);
  // Little-endian, fixed width: the canonical bytes of an integer.
  void update_u64(std::uint64_t value);
  // Ends the message. The object must not be used afterwards.
  [[nodiscard]] Digest finish();

 private:
  std::array<std::uint32_t, 8> state_;
  std::array<std::uint8_t, 64> block_;
  std::size_t filled_ = 0;
  std::uint64_t total_ = 0;
};

[[nodiscard]] Digest sha256(std::string_view text);

namespace internal {
using Sha256Blocks = void (*)(std::uint32_t* state, const std::uint8_t* data, std::size_t blocks);
void sha256_blocks_portable(std::uint32_t* state, const std::uint8_t* data, std::size_t blocks);
// The fastest path of this machine; never null.
Sha256Blocks sha256_blocks_best();
// Two messages, as many blocks of each.
using Sha256Two = void (*)(std::uint32_t* state_a, const std::uint8_t* a, std::uint32_t* state_b,
                           const std::uint8_t* b, std::size_t blocks);
Sha256Two sha256_two_best();
}  // namespace internal

}  // namespace tongsuan
