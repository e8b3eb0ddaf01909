#include "tongsuan/codec/values.h"

#include <gtest/gtest.h>
#include <limits>
#include <string>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/codec/interner.h"
#include "tongsuan/codec/runs.h"
#include "tongsuan/codec/scan.h"

namespace tongsuan::codec {
namespace {

constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min();

TEST(Values, DecimalsAreExactOrRefused) {
  struct Case {
    const char* text;
    ValueFault fault;
    std::int64_t value;
  };
  for (const Case& item : std::vector<Case>{{"0", ValueFault::kNone, 0},
                                            {"-0", ValueFault::kNone, 0},
                                            {"007", ValueFault::kNone, 7'000'000},
                                            {"1.5", ValueFault::kNone, 1'500'000},
                                            {"1.5000000000", ValueFault::kNone, 1'500'000},
                                            {"-0.000001", ValueFault::kNone, -1},
                                            {"1000", ValueFault::kNone, 1'000'000'000},
                                            {"1000.000001", ValueFault::kLimits, 0},
                                            {"-1000.000001", ValueFault::kLimits, 0},
                                            {"99999999999999999999999999", ValueFault::kLimits, 0},
                                            {"0.0000001", ValueFault::kPrecise, 0},
                                            {"", ValueFault::kMalformed, 0},
                                            {"-", ValueFault::kMalformed, 0},
                                            {".5", ValueFault::kMalformed, 0},
                                            {"5.", ValueFault::kMalformed, 0},
                                            {"1.2.3", ValueFault::kMalformed, 0},
                                            {"--1", ValueFault::kMalformed, 0},
                                            {" 1", ValueFault::kMalformed, 0},
                                            {"1,5", ValueFault::kMalformed, 0},
                                            {"0x10", ValueFault::kMalformed, 0},
                                            {"inf", ValueFault::kMalformed, 0}}) {
    std::int64_t value = 0;
    EXPECT_EQ(parse_fixed(item.text, 6, {-1'000'000'000, 1'000'000'000}, value), item.fault)
        << item.text;
    EXPECT_EQ(value, item.value) << item.text;
  }
}

TEST(Values, AFaultLeavesTheTargetAlone) {
  std::int64_t value = 77;
  EXPECT_EQ(parse_whole("101", {0, 100}, value), ValueFault::kLimits);
  EXPECT_EQ(parse_amount("1TB", AmountUnit::kEnergy, {0, 100}, value), ValueFault::kMalformed);
  EXPECT_EQ(value, 77);
  SlotRange slots = {1, 2};
  EXPECT_EQ(parse_slots("5..4", slots), ValueFault::kEmpty);
  EXPECT_EQ(slots, (SlotRange{1, 2}));
}

TEST(Values, AmountsKnowTheirUnits) {
  const Limits limits = {-kAmountMax, kAmountMax};
  const auto amount = [&](const char* text, AmountUnit unit) {
    std::int64_t value = -7;
    return parse_amount(text, unit, limits, value) == ValueFault::kNone ? value : -7;
  };
  EXPECT_EQ(amount("1.5MWh", AmountUnit::kEnergy), 1'500'000);
  EXPECT_EQ(amount("-1Wh", AmountUnit::kEnergy), -1);
  EXPECT_EQ(amount("1000GWh", AmountUnit::kEnergy), kAmountMax);
  EXPECT_EQ(amount("0", AmountUnit::kEnergy), 0);
  EXPECT_EQ(amount("12", AmountUnit::kDevices), 12);
  EXPECT_EQ(amount("1.25GB", AmountUnit::kData), 1'250);
  EXPECT_EQ(amount("1MWh", AmountUnit::kData), -7);
  EXPECT_EQ(amount("1mwh", AmountUnit::kEnergy), -7);
  EXPECT_EQ(amount("1", AmountUnit::kEnergy), -7);
  EXPECT_EQ(amount("1.0005MB", AmountUnit::kData), -7);
  EXPECT_EQ(amount("1001GWh", AmountUnit::kEnergy), -7);
}

TEST(Values, WhatIsWrittenIsReadBack) {
  Random random(3);
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t magnitude = std::int64_t{1} << random.below(40);
    const std::int64_t value = random.between(-magnitude, magnitude);
    for (const AmountUnit unit : {AmountUnit::kDevices, AmountUnit::kEnergy, AmountUnit::kData}) {
      std::string text;
      append_amount(text, value, unit);
      std::int64_t found = 0;
      ASSERT_EQ(parse_amount(text, unit, {-2'000'000'000'000, 2'000'000'000'000}, found),
                ValueFault::kNone)
          << text;
      ASSERT_EQ(found, value) << text;
    }
    std::string text;
    append_money(text, value);
    std::int64_t found = 0;
    ASSERT_EQ(parse_fixed(text, 6, {-kMoneyMax, kMoneyMax}, found), ValueFault::kNone) << text;
    ASSERT_EQ(found, value) << text;
  }
}

TEST(Values, ExtremesAreWrittenWhole) {
  std::string text;
  append_whole(text, kLow);
  text += ' ';
  append_money(text, kHigh);
  EXPECT_EQ(text, "-9223372036854775808 9223372036854.775807");
}

TEST(Values, SlotsAreRangesOrOneSlot) {
  SlotRange slots;
  EXPECT_EQ(parse_slots("8", slots), ValueFault::kNone);
  EXPECT_EQ(slots, (SlotRange{8, 9}));
  EXPECT_EQ(parse_slots("0..4096", slots), ValueFault::kNone);
  EXPECT_EQ(slots, (SlotRange{0, 4'096}));
  EXPECT_EQ(parse_slots("4096", slots), ValueFault::kLimits);
  EXPECT_EQ(parse_slots("0..99999999999999999999", slots), ValueFault::kLimits);
  for (const char* text : {"", "..", "1..", "..2", "1.2", "1...2", "1..2..3", "a..b", "-1..2"}) {
    EXPECT_EQ(parse_slots(text, slots), ValueFault::kMalformed) << text;
  }
}

TEST(Values, TimesAndLengths) {
  std::int64_t seconds = 0;
  EXPECT_EQ(parse_duration("15min", {1, 86'400}, seconds), ValueFault::kNone);
  EXPECT_EQ(seconds, 900);
  EXPECT_EQ(parse_duration("0s", {1, 86'400}, seconds), ValueFault::kLimits);
  EXPECT_EQ(parse_duration("1.5h", {1, 86'400}, seconds), ValueFault::kPrecise);
  EXPECT_EQ(parse_duration("9d", {1, 86'400}, seconds), ValueFault::kMalformed);
  for (const char* good :
       {"2026-12-01T00:00+08:00", "2026-12-01T00:00:00Z", "2026-12-31T23:59-11:30"}) {
    EXPECT_TRUE(is_instant(good)) << good;
  }
  for (const char* bad :
       {"2026-12-01", "2026-12-01T24:00Z", "2026-12-01T00:60Z", "2026-00-01T00:00Z",
        "2026-12-32T00:00Z", "2026-12-01T00:00", "2026-12-01 00:00Z", "now"}) {
    EXPECT_FALSE(is_instant(bad)) << bad;
  }
}

// ---- Runs --------------------------------------------------------------------------------------

TEST(Runs, WhatIsWrittenIsReadBack) {
  Random random(5);
  for (int i = 0; i < 2'000; ++i) {
    std::vector<std::int64_t> values(1 + random.below(40));
    for (std::int64_t& value : values) value = random.between(-2, 2) * 250'001;
    std::string text;
    append_runs(text, values, 6);
    std::vector<std::int64_t> found(values.size(), 99);
    ASSERT_EQ(parse_runs(text, 6, {-kPriceMax, kPriceMax}, found).fault, RunsFault::kNone) << text;
    ASSERT_EQ(found, values) << text;
  }
}

TEST(Runs, EqualNeighboursAreWrittenOnce) {
  std::string text;
  append_runs(text, std::vector<std::int64_t>{8'500'000, 8'500'000, 0, -1, -1, -1}, 6);
  EXPECT_EQ(text, "8.5x2,0,-0.000001x3");
}

TEST(Runs, FaultsNameTheItem) {
  std::vector<std::int64_t> values(3);
  const auto parse = [&](std::string_view text) { return parse_runs(text, 0, {0, 9}, values); };
  EXPECT_EQ(parse("1x2,3").fault, RunsFault::kNone);
  EXPECT_EQ(values, (std::vector<std::int64_t>{1, 1, 3}));
  EXPECT_EQ(parse("1,2,3,4").fault, RunsFault::kCount);
  EXPECT_EQ(parse("1,2,3,4").count, 4U);
  EXPECT_EQ(parse("1,2").fault, RunsFault::kCount);
  EXPECT_EQ(parse("1,10,3").where, "10");
  EXPECT_EQ(parse("1,10,3").value, ValueFault::kLimits);
  EXPECT_EQ(parse("1x,2").fault, RunsFault::kRun);
  EXPECT_EQ(parse("1x0,2").fault, RunsFault::kRun);
  EXPECT_EQ(parse("1x2x3").where, "1x2x3");
  EXPECT_EQ(parse("").fault, RunsFault::kValue);
  EXPECT_EQ(parse("1,,2").fault, RunsFault::kValue);
  EXPECT_EQ(parse("1,2,3,").fault, RunsFault::kValue);
  EXPECT_EQ(parse("x3").fault, RunsFault::kValue);
}

// ---- Names -------------------------------------------------------------------------------------

TEST(Names, TextThatCanBeAName) {
  for (const char* good : {"a", "A1_b-c.d", "_", "0", "\xE8\xB4\xB5\xE5\xB7\x9E", "x\xC3\xA9"}) {
    EXPECT_TRUE(valid_name(good)) << good;
  }
  for (const char* bad : {"", "-a", ".a", "a b", "a/b", "a:b", "a=b", "a,b", "a@b", "a\"b", "a#b",
                          "a*", "a\xC2\xA0", "\xE2\x80\x8B", "a\xE3\x80\x80",
                          "\xEF\xBB\xBF"
                          "a",
                          "a\xFF"}) {
    EXPECT_FALSE(valid_name(bad)) << bad;
  }
}

TEST(Names, TheInternerCountsUpAndFindsAgain) {
  Interner interner;
  std::vector<std::string> names;
  for (int i = 0; i < 5'000; ++i) names.push_back("name-" + std::to_string(i * 7'919 % 5'000));
  for (std::uint32_t i = 0; i < names.size(); ++i) ASSERT_EQ(interner.intern(names[i]), i);
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    ASSERT_EQ(interner.intern(names[i]), i);
    ASSERT_EQ(interner.find(names[i]), i);
    ASSERT_EQ(interner[i], names[i]);
  }
  EXPECT_EQ(interner.find("name"), kNone);
  EXPECT_EQ(interner.find(""), kNone);
  EXPECT_EQ(interner.list()[17], names[17]);
}

TEST(Names, SuggestionsCountExchangedNeighboursAsOneEdit) {
  EXPECT_EQ(edit_distance("window", "windwo", 9), 1U);
  EXPECT_EQ(edit_distance("window", "windw", 9), 1U);
  EXPECT_EQ(edit_distance("window", "wndo", 9), 2U);
  EXPECT_EQ(edit_distance("", "abc", 9), 3U);
  EXPECT_EQ(edit_distance("abc", "xyz", 2), 2U);  // the limit
}

}  // namespace
}  // namespace tongsuan::codec
