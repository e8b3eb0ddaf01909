#include "tongsuan/access/rate_limit.h"

#include <gtest/gtest.h>
#include <limits>

#include "tongsuan/base/random.h"

namespace tongsuan::access {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

RateLimiter limiter(std::int64_t burst, std::int64_t tokens, std::int64_t seconds,
                    std::size_t subjects = 64) {
  return RateLimiter::make({"orders", burst, tokens, seconds, subjects}).value();
}

TEST(RateLimiter, GivesABurstAndThenTheRate) {
  RateLimiter limit = limiter(3, 1, 2);
  Instant now(100 * kSecond);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.take(1, 1, now).ok());
  const Answer<Done> denied = limit.take(1, 1, now);
  ASSERT_FALSE(denied.ok());
  EXPECT_EQ(denied.error().code, Code::kRateLimited);
  EXPECT_EQ(denied.error().retry_after_seconds, 2);
  EXPECT_EQ(denied.error().detail, "orders: 1 in 2 s are allowed, 3 at once");
  now = now + Instant(2 * kSecond - 1);
  EXPECT_EQ(limit.take(1, 1, now).error().retry_after_seconds, 1);
  now = now + Instant(1);
  EXPECT_TRUE(limit.take(1, 1, now).ok());
  EXPECT_FALSE(limit.take(1, 1, now).ok());
  EXPECT_TRUE(limit.take(2, 3, now).ok());  // others have a bucket of their own
}

TEST(RateLimiter, LosesNothingToRounding) {
  RateLimiter limit = limiter(1, 3, 7);
  std::int64_t passed = 0;
  for (std::int64_t at = 0; at < 700 * kSecond; at += 99'991) {
    passed += limit.take(1, 1, Instant(at)).ok() ? 1 : 0;
  }
  // 300 in 700 s, and the first; a try comes every tenth of a second, so a few are late.
  EXPECT_GE(passed, 285);
  EXPECT_LE(passed, 301);
}

TEST(RateLimiter, RetryAfterIsEnoughAndNotTooMuch) {
  Random random(3);
  for (int round = 0; round < 2'000; ++round) {
    RateLimiter limit =
        limiter(random.between(1, 50), random.between(1, 50), random.between(1, 90));
    Instant now(random.between(0, 1'000'000'000));
    EXPECT_TRUE(limit.take(1, random.between(0, limit.limit().burst), now).ok());
    const std::int64_t cost = random.between(1, limit.limit().burst);
    const Answer<Done> denied = limit.take(1, cost, now);
    if (denied.ok()) continue;
    const std::int64_t wait = *denied.error().retry_after_seconds;
    ASSERT_GE(wait, 1);
    RateLimiter early = limit;
    EXPECT_FALSE(early.take(1, cost, now + Instant((wait - 1) * kSecond)).ok());
    EXPECT_TRUE(limit.take(1, cost, now + Instant(wait * kSecond)).ok());
  }
}

TEST(RateLimiter, RefusesWhatNeverPasses) {
  RateLimiter limit = limiter(3, 1, 1);
  const Answer<Done> denied = limit.take(1, 4, Instant(0));
  ASSERT_FALSE(denied.ok());
  EXPECT_FALSE(denied.error().retry_after_seconds.has_value());
  EXPECT_FALSE(limit.take(1, -1, Instant(0)).ok());
}

TEST(RateLimiter, ClocksThatJumpGiveNoMoreThanABurst) {
  RateLimiter limit = limiter(kRateTokensMax, kRateTokensMax, kRateSecondsMax);
  EXPECT_TRUE(limit.take(1, kRateTokensMax, Instant(0)).ok());
  EXPECT_TRUE(
      limit.take(1, kRateTokensMax, Instant(std::numeric_limits<std::int64_t>::max())).ok());
  EXPECT_FALSE(limit.take(1, 1, Instant(5)).ok());
  EXPECT_FALSE(limit.take(1, 1, Instant(std::numeric_limits<std::int64_t>::min())).ok());
  EXPECT_TRUE(limit.take(1, 1, Instant(10 * kSecond)).ok());
}

TEST(RateLimiter, MemoryIsBoundedAndStrangersShareWhenItIsFull) {
  RateLimiter limit = limiter(2, 1, 1, 64);
  Instant now(0);
  int passed = 0;
  for (std::uint64_t subject = 0; subject < 10'000; ++subject) {
    passed += limit.take(subject, 1, now).ok() ? 1 : 0;
  }
  EXPECT_LE(limit.subjects(), 64U);
  EXPECT_LE(passed, 64 + 2);
  // Once the buckets are full again, they make room.
  now = now + Instant(2 * kSecond);
  for (std::uint64_t subject = 20'000; subject < 20'008; ++subject) {
    EXPECT_TRUE(limit.take(subject, 1, now).ok());
  }
  EXPECT_LE(limit.subjects(), 64U);
}

TEST(RateLimiter, RefusesLimitsOutOfRange) {
  EXPECT_FALSE(RateLimiter::make({"x", 0, 1, 1, 64}).ok());
  EXPECT_FALSE(RateLimiter::make({"x", 1, 0, 1, 64}).ok());
  EXPECT_FALSE(RateLimiter::make({"x", 1, 1, 0, 64}).ok());
  EXPECT_FALSE(RateLimiter::make({"x", kRateTokensMax + 1, 1, 1, 64}).ok());
  EXPECT_FALSE(RateLimiter::make({"x", 1, 1, 1, 7}).ok());
}

TEST(AddressSubject, IsOneNumberForACustomer) {
  EXPECT_EQ(address_subject("192.0.2.1"), 0xC0000201U);
  EXPECT_EQ(address_subject("::ffff:192.0.2.1"), 0xC0000201U);
  EXPECT_EQ(address_subject("2001:db8:1:2::1"), address_subject("2001:db8:1:2:ffff::9"));
  EXPECT_NE(address_subject("2001:db8:1:2::1"), address_subject("2001:db8:1:3::1"));
  for (const char* text : {"", "localhost", "192.0.2", "1.2.3.4:80", "::g"}) {
    EXPECT_EQ(address_subject(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tongsuan::access
