#include "tongsuan/server/values.h"

#include <gtest/gtest.h>

namespace tongsuan::server {
namespace {

TEST(Values, IdsGoThereAndBack) {
  for (const std::uint64_t number : {0ULL, 1ULL, 31ULL, 32ULL, 4'294'967'295ULL, ~0ULL}) {
    EXPECT_EQ(parse_id(id_text('O', number), 'O'), number);
  }
  EXPECT_EQ(id_text('O', 7 * 32 * 32 + 31), "O-70Z");
  for (const char* text : {"", "O", "O-", "O-00", "O-07", "O-u", "O-U", "O-I", "o-1", "R-1", "O-1 ",
                           "O--1", "O-ZZZZZZZZZZZZZZ"}) {
    EXPECT_EQ(parse_id(text, 'O'), std::nullopt) << text;
  }
}

TEST(Values, WholeNumbersHaveNoSigns) {
  EXPECT_EQ(parse_whole("0"), 0U);
  EXPECT_EQ(parse_whole("18446744073709551615"), ~0ULL);
  for (const char* text : {"", "-1", "+1", "01", "1.0", "1e3", "18446744073709551616", " 1"}) {
    EXPECT_EQ(parse_whole(text), std::nullopt) << text;
  }
}

TEST(Values, MoneyHasTwoPlacesAtLeast) {
  EXPECT_EQ(money_text(14'500'000), "14.50 CNY");
  EXPECT_EQ(money_text(0), "0.00 CNY");
  EXPECT_EQ(money_text(-1), "-0.000001 CNY");
  EXPECT_EQ(money_text(1'234'560), "1.23456 CNY");
  EXPECT_EQ(money_text(INT64_MIN), "-9223372036854.775808 CNY");
}

TEST(Values, TimesGoThereAndBackInEveryZone) {
  const TimeText time(1'776'038'400, 28'800);  // 2026-04-13T00:00Z
  EXPECT_EQ(time.text(0), "2026-04-13T08:00:00+08:00");
  EXPECT_EQ(time.parse("2026-04-13T00:00:00Z"), 0);
  EXPECT_EQ(time.parse("2026-04-13T08:00+08:00"), 0);
  EXPECT_EQ(time.parse("2026-04-12T19:30-04:30"), 0);
  EXPECT_EQ(TimeText(0, 0).text(951'782'399), "2000-02-28T23:59:59Z");
  EXPECT_EQ(parse_unix_time("2000-02-29T00:00:00Z"), 951'782'400);
  for (Second at = -400 * 86'400; at < 4'000 * 86'400; at += 86'399 * 7) {
    EXPECT_EQ(time.parse(time.text(at)), at);
  }
}

TEST(Values, TimesThatAreNoneAreRefused) {
  for (const char* text :
       {"", "2026-04-13", "2026-04-13T08:00:00", "2026-02-29T00:00Z", "2026-13-01T00:00Z",
        "2026-04-31T00:00Z", "2026-04-13T24:00Z", "2026-04-13T08:60Z", "2026-04-13T08:00:60Z",
        "2026-04-13T08:00:00.5Z", "2026-04-13t08:00Z", "2026-04-13T08:00+24:00",
        "99999-01-01T00:00Z", "2026-04-13T08:00+0800", "2026-04-13T08:00Z ", "1776038400",
        "2100-02-29T00:00Z"}) {
    EXPECT_EQ(parse_unix_time(text), std::nullopt) << text;
  }
  EXPECT_TRUE(parse_unix_time("9999-12-31T23:59:59Z"));
}

}  // namespace
}  // namespace tongsuan::server
