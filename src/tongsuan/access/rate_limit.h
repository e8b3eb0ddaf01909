// Token buckets with names, in whole numbers and bounded memory.
//
// Model: a limit gives every subject (a participant, an address) a bucket of `burst` tokens that
// gains `tokens` every `seconds`. A subject whose bucket is full is like one that was never here,
// so full buckets make room for new ones. Where a table has no room, strangers share one bucket: a
// flood of addresses slows strangers, not those who are known.
//
// Levels are counted in tokens × microseconds of the period, so nothing is lost to rounding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/access/denial.h"
#include "tongsuan/access/identity.h"

namespace tongsuan::access {

inline constexpr std::int64_t kRateTokensMax = 1'000'000;  // burst, and tokens of a period
inline constexpr std::int64_t kRateSecondsMax = 86'400;

struct RateLimit {
  std::string name;  // as it is told: "orders of a participant"
  std::int64_t burst = 1;
  std::int64_t tokens = 1;
  std::int64_t seconds = 1;
  std::size_t subjects_max = 1U << 14;
};

class RateLimiter {
 public:
  // Refuses limits out of range.
  [[nodiscard]] static Result<RateLimiter> make(RateLimit limit);

  // Takes `cost` tokens of that subject, or none and denies with kRateLimited and the seconds until
  // there are enough. A cost above the burst never passes.
  [[nodiscard]] Answer<Done> take(std::uint64_t subject, std::int64_t cost, Instant now);

  [[nodiscard]] const RateLimit& limit() const { return limit_; }
  [[nodiscard]] std::size_t subjects() const { return filled_; }

 private:
  struct Bucket {
    std::uint64_t subject = 0;
    std::int64_t level = 0;  // tokens × microseconds of the period
    std::int64_t seen = -1;  // microseconds; below 0: an empty place
  };
  explicit RateLimiter(RateLimit limit);
  Bucket& bucket_of(std::uint64_t subject, std::int64_t now);
  void refill(Bucket& bucket, std::int64_t now) const;
  [[nodiscard]] bool is_full_at(const Bucket& bucket, std::int64_t now) const;

  RateLimit limit_;
  std::vector<Bucket> places_;  // in groups of kWays: a subject has one group
  Bucket shared_;
  std::size_t filled_ = 0;
};

// One number for an address: IPv4 as it is, IPv6 by its first 64 bits, which one customer has.
// Nothing where the text is no address.
[[nodiscard]] std::optional<std::uint64_t> address_subject(std::string_view address);

}  // namespace tongsuan::access
