#include "tongsuan/access/rate_limit.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>

namespace tongsuan::access {
namespace {

constexpr std::size_t kWays = 8;  // places of a group, in which a subject is looked for
constexpr std::int64_t kMicroseconds = 1'000'000;

// Neighbouring numbers go to different groups (SplitMix64's finaliser).
std::uint64_t mix(std::uint64_t number) {
  number = (number ^ number >> 30) * 0xBF58'476D'1CE4'E5B9ULL;
  number = (number ^ number >> 27) * 0x94D0'49BB'1331'11EBULL;
  return number ^ number >> 31;
}

}  // namespace

Result<RateLimiter> RateLimiter::make(RateLimit limit) {
  const auto within = [](std::int64_t number, std::int64_t most) {
    return number >= 1 && number <= most;
  };
  if (!within(limit.burst, kRateTokensMax) || !within(limit.tokens, kRateTokensMax) ||
      !within(limit.seconds, kRateSecondsMax) || limit.subjects_max < kWays ||
      limit.subjects_max > (std::size_t{1} << 24)) {
    return Error{ErrorCode::kInvalidArgument,
                 "rate limit \"" + limit.name + "\": burst and tokens are 1 to " +
                     std::to_string(kRateTokensMax) + ", seconds 1 to " +
                     std::to_string(kRateSecondsMax) + ", subjects 8 to 16777216"};
  }
  return RateLimiter(std::move(limit));
}

RateLimiter::RateLimiter(RateLimit limit)
    : limit_(std::move(limit)), places_(limit_.subjects_max / kWays * kWays) {}

void RateLimiter::refill(Bucket& bucket, std::int64_t now) const {
  const std::int64_t full = limit_.burst * limit_.seconds * kMicroseconds;
  if (bucket.seen < 0) {
    bucket.level = full;
  } else if (now > bucket.seen) {
    // Compared before it is multiplied: a clock may jump as far as it likes.
    const std::int64_t elapsed = std::min(now - bucket.seen, full / limit_.tokens + 1);
    bucket.level = std::min(full, bucket.level + elapsed * limit_.tokens);
  }
  // A clock that was set back gives nothing, and gives again from there on.
  bucket.seen = now;
}

bool RateLimiter::is_full_at(const Bucket& bucket, std::int64_t now) const {
  Bucket later = bucket;
  refill(later, now);
  return later.level == limit_.burst * limit_.seconds * kMicroseconds;
}

RateLimiter::Bucket& RateLimiter::bucket_of(std::uint64_t subject, std::int64_t now) {
  Bucket* const group = &places_[mix(subject) % (places_.size() / kWays) * kWays];
  Bucket* room = nullptr;
  for (Bucket* place = group; place != group + kWays; ++place) {
    if (place->seen >= 0 && place->subject == subject) return *place;
    if (room == nullptr && (place->seen < 0 || is_full_at(*place, now))) room = place;
  }
  if (room == nullptr) return shared_;
  if (room->seen < 0) ++filled_;
  *room = {subject, 0, -1};
  return *room;
}

Answer<Done> RateLimiter::take(std::uint64_t subject, std::int64_t cost, Instant now) {
  if (cost > limit_.burst || cost < 0) {
    return Denial{Code::kRateLimited,
                  limit_.name + ": " + std::to_string(cost) + " at once, at most " +
                      std::to_string(limit_.burst),
                  "send it in parts"};
  }
  const std::int64_t at = std::max<std::int64_t>(now.raw(), 0);
  Bucket& bucket = bucket_of(subject, at);
  refill(bucket, at);
  const std::int64_t missing = cost * limit_.seconds * kMicroseconds - bucket.level;
  if (missing <= 0) {
    bucket.level = -missing;
    return Done{};
  }
  const std::int64_t per_second = limit_.tokens * kMicroseconds;
  const std::int64_t wait = (missing + per_second - 1) / per_second;  // up: earlier would be denied
  return Denial{Code::kRateLimited,
                limit_.name + ": " + std::to_string(limit_.tokens) + " in " +
                    std::to_string(limit_.seconds) + " s are allowed, " +
                    std::to_string(limit_.burst) + " at once",
                "wait " + std::to_string(wait) + " s", wait};
}

std::optional<std::uint64_t> address_subject(std::string_view address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.size() >= text.size()) return std::nullopt;
  std::copy(address.begin(), address.end(), text.begin());
  in_addr v4{};
  if (inet_pton(AF_INET, text.data(), &v4) == 1) return ntohl(v4.s_addr);
  std::array<std::uint8_t, 16> v6{};
  if (inet_pton(AF_INET6, text.data(), v6.data()) != 1) return std::nullopt;
  static constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
  const bool mapped = std::equal(kMapped.begin(), kMapped.end(), v6.begin());
  std::uint64_t number = 0;
  for (std::size_t i = mapped ? 12 : 0; i < (mapped ? 16U : 8U); ++i) number = number << 8 | v6[i];
  return number;
}

}  // namespace tongsuan::access
