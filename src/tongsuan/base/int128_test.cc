#include "tongsuan/base/int128.h"

#include <gtest/gtest.h>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "tongsuan/base/random.h"

namespace tongsuan {
namespace {

constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();

TEST(Int128, DivisionRoundsTowardsTheNamedSide) {
  for (const auto& [dividend, down, up, half] :
       std::vector<std::tuple<int, std::int64_t, std::int64_t, std::int64_t>>{{7, 1, 2, 2},
                                                                              {6, 1, 2, 2},
                                                                              {5, 1, 2, 1},
                                                                              {4, 1, 1, 1},
                                                                              {2, 0, 1, 0},
                                                                              {10, 2, 3, 2},
                                                                              {14, 3, 4, 4},
                                                                              {0, 0, 0, 0},
                                                                              {-1, -1, 0, 0},
                                                                              {-2, -1, 0, 0},
                                                                              {-6, -2, -1, -2},
                                                                              {-4, -1, -1, -1},
                                                                              {-5, -2, -1, -1},
                                                                              {-7, -2, -1, -2}}) {
    EXPECT_EQ(divide(dividend, 4, Rounding::kDown), down) << dividend;
    EXPECT_EQ(divide(dividend, 4, Rounding::kUp), up) << dividend;
    EXPECT_EQ(divide(dividend, 4, Rounding::kHalfEven), half) << dividend;
  }
}

TEST(Int128, DivisionOfExtremes) {
  EXPECT_TRUE(divide_wide(kInt128Max, 1, Rounding::kUp) == kInt128Max);
  EXPECT_TRUE(divide_wide(-kInt128Max, kInt128Max, Rounding::kHalfEven) == -1);
  EXPECT_TRUE(divide_wide(1, kInt128Max, Rounding::kUp) == 1);
  EXPECT_TRUE(divide_wide(kInt128Max - 1, kInt128Max, Rounding::kHalfEven) == 1);
  EXPECT_EQ(divide(int128{kHighest} * 3, 3, Rounding::kDown), kHighest);
  EXPECT_EQ(divide(int128{kLowest} * 3, 3, Rounding::kUp), kLowest);
}

TEST(Int128, DownAndUpEncloseTheQuotient) {
  Random random(1);
  for (int i = 0; i < 10'000; ++i) {
    const int128 dividend =
        int128{random.between(kLowest, kHighest)} * random.between(1, 1'000'000);
    const int128 divisor = random.between(1, kHighest);
    const int128 down = divide_wide(dividend, divisor, Rounding::kDown);
    const int128 up = divide_wide(dividend, divisor, Rounding::kUp);
    ASSERT_TRUE(down * divisor <= dividend && dividend <= up * divisor);
    ASSERT_TRUE(up - down == (dividend % divisor == 0 ? 0 : 1));
  }
}

TEST(Int128, DivisionThatLeaves64BitsStops) {
  EXPECT_DEATH((void)divide(int128{kHighest} + 1, 1, Rounding::kDown), "CHECK failed");
  EXPECT_DEATH((void)divide(1, 0, Rounding::kDown), "CHECK failed");
}

TEST(Int128, TextIsExactAtTheEnds) {
  const std::string high = "170141183460469231731687303715884105727";
  EXPECT_EQ(to_string(kInt128Max), high);
  EXPECT_EQ(to_string(-kInt128Max - 1), "-170141183460469231731687303715884105728");
  int128 value = 0;
  EXPECT_TRUE(parse_int128(high, value) && value == kInt128Max);
  EXPECT_TRUE(parse_int128('-' + high, value) && value == -kInt128Max);
  for (const char* bad :
       {"", "-", "+1", "1 ", " 1", "1.0", "--1", "0x1", "170141183460469231731687303715884105728",
        "999999999999999999999999999999999999999999"}) {
    value = 5;
    EXPECT_FALSE(parse_int128(bad, value)) << bad;
    EXPECT_TRUE(value == 5) << bad;
  }
}

TEST(Int128, TextSurvives) {
  Random random(2);
  for (int i = 0; i < 10'000; ++i) {
    const int128 value =
        int128{random.between(kLowest, kHighest)} * random.between(1, kHighest / 2);
    int128 found = 0;
    ASSERT_TRUE(parse_int128(to_string(value), found));
    ASSERT_TRUE(found == value) << to_string(value);
  }
}

}  // namespace
}  // namespace tongsuan
