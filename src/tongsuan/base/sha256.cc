#include "tongsuan/base/sha256.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tongsuan {
namespace internal {
namespace {

// First 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4).
alignas(16) constexpr std::uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t load_big_endian(const std::uint8_t* p) {
  return (std::uint32_t{p[0]} << 24) | (std::uint32_t{p[1]} << 16) | (std::uint32_t{p[2]} << 8) |
         p[3];
}

#if defined(__x86_64__)
#define TONGSUAN_SHA_TARGET __attribute__((target("sha,sse4.1,ssse3")))

// One message on its way through the SHA extension: the state as the instructions want it (words
// ABEF and CDGH), and four registers of the schedule.
struct Lane {
  __m128i abef, cdgh;
  __m128i w[4];

  [[gnu::always_inline]] TONGSUAN_SHA_TARGET void load_state(const std::uint32_t* state) {
    const __m128i abcd = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state));
    const __m128i efgh = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state + 4));
    const __m128i low = _mm_shuffle_epi32(abcd, 0xB1);
    const __m128i high = _mm_shuffle_epi32(efgh, 0x1B);
    abef = _mm_alignr_epi8(low, high, 8);
    cdgh = _mm_blend_epi16(high, low, 0xF0);
  }
  [[gnu::always_inline]] TONGSUAN_SHA_TARGET void store_state(std::uint32_t* state) const {
    const __m128i feba = _mm_shuffle_epi32(abef, 0x1B);
    const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(state), _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(state + 4), _mm_alignr_epi8(dchg, feba, 8));
  }
  [[gnu::always_inline]] TONGSUAN_SHA_TARGET void load_block(const std::uint8_t* data) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    for (int i = 0; i < 4; ++i) {
      const __m128i raw = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + 16 * i));
      w[i] = _mm_shuffle_epi8(raw, swap);
    }
  }
  // Four rounds, and the four words of the schedule that come sixteen later, if any do.
  [[gnu::always_inline]] TONGSUAN_SHA_TARGET void rounds(int step) {
    const __m128i constant = _mm_load_si128(reinterpret_cast<const __m128i*>(kRound + 4 * step));
    const __m128i message = _mm_add_epi32(w[0], constant);
    cdgh = _mm_sha256rnds2_epu32(cdgh, abef, message);
    abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(message, 0x0E));
    __m128i next = w[0];
    if (step < 12) {
      const __m128i mixed =
          _mm_add_epi32(_mm_sha256msg1_epu32(w[0], w[1]), _mm_alignr_epi8(w[3], w[2], 4));
      next = _mm_sha256msg2_epu32(mixed, w[3]);
    }
    w[0] = w[1];
    w[1] = w[2];
    w[2] = w[3];
    w[3] = next;
  }
  [[gnu::always_inline]] TONGSUAN_SHA_TARGET void add(const __m128i& abef0, const __m128i& cdgh0) {
    abef = _mm_add_epi32(abef, abef0);
    cdgh = _mm_add_epi32(cdgh, cdgh0);
  }
};

TONGSUAN_SHA_TARGET void sha256_blocks_sha(std::uint32_t* state, const std::uint8_t* data,
                                           std::size_t blocks) {
  Lane lane;
  lane.load_state(state);
  for (; blocks > 0; --blocks, data += 64) {
    const __m128i abef = lane.abef, cdgh = lane.cdgh;
    lane.load_block(data);
#pragma GCC unroll 16
    for (int step = 0; step < 16; ++step) lane.rounds(step);
    lane.add(abef, cdgh);
  }
  lane.store_state(state);
}

// The rounds of one message wait for each other; those of another fit between them.
TONGSUAN_SHA_TARGET void sha256_two_sha(std::uint32_t* state_a, const std::uint8_t* a,
                                        std::uint32_t* state_b, const std::uint8_t* b,
                                        std::size_t blocks) {
  Lane one, two;
  one.load_state(state_a);
  two.load_state(state_b);
  for (; blocks > 0; --blocks, a += 64, b += 64) {
    const __m128i abef_a = one.abef, cdgh_a = one.cdgh, abef_b = two.abef, cdgh_b = two.cdgh;
    one.load_block(a);
    two.load_block(b);
#pragma GCC unroll 16
    for (int step = 0; step < 16; ++step) {
      one.rounds(step);
      two.rounds(step);
    }
    one.add(abef_a, cdgh_a);
    two.add(abef_b, cdgh_b);
  }
  one.store_state(state_a);
  two.store_state(state_b);
}

bool has_sha_extension() {
  unsigned eax = 7;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  __asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
  return (ebx >> 29 & 1U) != 0 && __builtin_cpu_supports("sse4.1") &&
         __builtin_cpu_supports("ssse3");
}
#endif

}  // namespace

void sha256_blocks_portable(std::uint32_t* state, const std::uint8_t* data, std::size_t blocks) {
  for (; blocks > 0; --blocks, data += 64) {
    std::uint32_t w[64];
    for (int i = 0; i < 16; ++i) w[i] = load_big_endian(data + 4 * i);
    for (int i = 16; i < 64; ++i) {
      const std::uint32_t s0 =
          std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
      const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    std::uint32_t v[8];
    std::memcpy(v, state, sizeof v);
    for (int i = 0; i < 64; ++i) {
      const std::uint32_t s1 = std::rotr(v[4], 6) ^ std::rotr(v[4], 11) ^ std::rotr(v[4], 25);
      const std::uint32_t choose = (v[4] & v[5]) ^ (~v[4] & v[6]);
      const std::uint32_t t1 = v[7] + s1 + choose + kRound[i] + w[i];
      const std::uint32_t s0 = std::rotr(v[0], 2) ^ std::rotr(v[0], 13) ^ std::rotr(v[0], 22);
      const std::uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
      for (int k = 7; k > 0; --k) v[k] = v[k - 1];
      v[4] += t1;
      v[0] = t1 + s0 + majority;
    }
    for (int k = 0; k < 8; ++k) state[k] += v[k];
  }
}

Sha256Blocks sha256_blocks_best() {
#if defined(__x86_64__)
  static const Sha256Blocks best = has_sha_extension() ? sha256_blocks_sha : sha256_blocks_portable;
  return best;
#else
  return sha256_blocks_portable;
#endif
}

namespace {

void sha256_two_portable(std::uint32_t* state_a, const std::uint8_t* a, std::uint32_t* state_b,
                         const std::uint8_t* b, std::size_t blocks) {
  sha256_blocks_best()(state_a, a, blocks);
  sha256_blocks_best()(state_b, b, blocks);
}

}  // namespace

Sha256Two sha256_two_best() {
#if defined(__x86_64__)
  static const Sha256Two best = has_sha_extension() ? sha256_two_sha : sha256_two_portable;
  return best;
#else
  return sha256_two_portable;
#endif
}

}  // namespace internal

Sha256::Sha256()
    : state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
             0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
      block_{} {}

void Sha256::update(const void* data, std::size_t size) {
  if (size == 0) return;  // an empty text may have no address
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  total_ += size;
  if (filled_ > 0) {
    const std::size_t take = size < 64 - filled_ ? size : 64 - filled_;
    std::memcpy(block_.data() + filled_, bytes, take);
    filled_ += take;
    bytes += take;
    size -= take;
    if (filled_ < 64) return;
    internal::sha256_blocks_best()(state_.data(), block_.data(), 1);
    filled_ = 0;
  }
  internal::sha256_blocks_best()(state_.data(), bytes, size / 64);
  filled_ = size % 64;
  if (filled_ > 0) std::memcpy(block_.data(), bytes + (size - filled_), filled_);
}

// Bytes that make the block that has begun whole come first, one message after the other.
void Sha256::update_two(Sha256& a, std::string_view text_a, Sha256& b, std::string_view text_b) {
  const std::size_t head_a = std::min(text_a.size(), (64 - a.filled_) % 64);
  const std::size_t head_b = std::min(text_b.size(), (64 - b.filled_) % 64);
  a.update(text_a.substr(0, head_a));
  b.update(text_b.substr(0, head_b));
  text_a.remove_prefix(head_a);
  text_b.remove_prefix(head_b);
  const std::size_t blocks = std::min(text_a.size(), text_b.size()) / 64;
  internal::sha256_two_best()(a.state_.data(), reinterpret_cast<const std::uint8_t*>(text_a.data()),
                              b.state_.data(), reinterpret_cast<const std::uint8_t*>(text_b.data()),
                              blocks);
  a.total_ += blocks * 64;
  b.total_ += blocks * 64;
  a.update(text_a.substr(blocks * 64));
  b.update(text_b.substr(blocks * 64));
}

void Sha256::update_u64(std::uint64_t value) {
  std::uint8_t bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  update(bytes, sizeof bytes);
}

Digest Sha256::finish() {
  const std::uint64_t bits = total_ * 8;
  const std::uint8_t one = 0x80;
  update(&one, 1);
  static constexpr std::uint8_t kZeros[64] = {};
  update(kZeros, (120 - filled_) % 64);
  std::uint8_t length[8];
  for (int i = 0; i < 8; ++i) length[i] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
  update(length, sizeof length);
  Digest digest{};
  for (std::size_t i = 0; i < 32; ++i) {
    digest[i] = static_cast<std::uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

Digest sha256(std::string_view text) {
  Sha256 hash;
  hash.update(text);
  return hash.finish();
}

}  // namespace tongsuan
