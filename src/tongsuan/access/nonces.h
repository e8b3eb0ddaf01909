// Which signed requests were seen, so that none counts twice.
//
// Model: requests are remembered by the minute that they were signed in, in a ring of kNonceMinutes
// sets of 64-bit fingerprints of (key, nonce). A replay carries the same signed time, so one set is
// looked at. A minute is forgotten when another takes its place in the ring; by then its requests
// are too old for check_skew.
//
// Invariants:
//   - What was accepted is refused as long as its time passes check_skew, also when the clock of
//   the
//     exchange is set back: a minute whose place was taken is refused, not forgotten.
//   - Memory is bounded by NonceLimits, for each key and in all. Full means refused.
//   - Nothing is known of the time before this memory was made: requests that were signed before
//   are refused.
// A fingerprint that two requests share (once in 10^9 full memories) refuses an honest request, and
// never lets a replay in.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "tongsuan/access/denial.h"
#include "tongsuan/access/identity.h"

namespace tongsuan::access {

inline constexpr std::int64_t kNonceMinuteSeconds = 60;
inline constexpr std::size_t kNonceMinutes = 12;

struct NonceLimits {
  std::uint32_t per_key_max = 1U << 16;     // 180 requests a second and key, with clocks that agree
  std::uint32_t per_minute_max = 1U << 18;  // of all keys: 4 MB, twelve times
};

class NonceMemory {
 public:
  NonceMemory(NonceLimits limits, UnixTime started);

  // Remembers a request whose signature is good and whose time passed check_skew. Denials:
  // kReplayed, kNoncesFull, kSkew (signed before this memory was made, or in a minute that is
  // forgotten).
  [[nodiscard]] Answer<Done> use(std::string_view key, std::string_view nonce, UnixTime time);

  [[nodiscard]] std::size_t bytes() const;  // of all sets

 private:
  // Open addressing; 0 is an empty place.
  struct Set {
    std::int64_t minute = -1;
    std::uint32_t filled = 0;
    std::vector<std::uint64_t> places;
    [[nodiscard]] bool holds(std::uint64_t fingerprint) const;
    void insert(std::uint64_t fingerprint);
    void grow();
  };
  struct Counts {
    std::uint32_t all = 0;
    std::array<std::uint32_t, kNonceMinutes> of_minute{};
  };
  void begin_minute(std::size_t slot, std::int64_t minute);

  NonceLimits limits_;
  UnixTime started_;
  std::array<Set, kNonceMinutes> sets_;
  std::map<std::uint64_t, Counts> keys_;  // by the fingerprint of their ids
};

}  // namespace tongsuan::access
