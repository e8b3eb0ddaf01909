// Random numbers, text, quantities, ids and results.
#include "tongsuan/base/base.h"

#include <array>
#include <gtest/gtest.h>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tongsuan {
namespace {

constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min();

// ---- Random ------------------------------------------------------------------------------------

// The stream of the published SplitMix64 for seed 1234567.
TEST(Random, IsTheSameStreamEverywhere) {
  Random random(1'234'567);
  for (const std::uint64_t expected :
       {6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
        4593380528125082431ULL, 16408922859458223821ULL}) {
    EXPECT_EQ(random.next(), expected);
  }
}

TEST(Random, StaysWithinItsBoundsAndReachesThem) {
  Random random(9);
  std::array<int, 7> seen{};
  for (int i = 0; i < 7'000; ++i) ++seen[static_cast<std::size_t>(random.between(-3, 3) + 3)];
  for (const int count : seen) EXPECT_GT(count, 800);
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_EQ(random.below(1), 0U);
    const double unit = random.unit();
    EXPECT_TRUE(unit >= 0 && unit < 1);
  }
  EXPECT_EQ(random.between(kHigh, kHigh), kHigh);
  EXPECT_EQ(random.between(kLow, kLow), kLow);
}

// ---- Text --------------------------------------------------------------------------------------

TEST(Text, DecimalsAreShortAndExact) {
  EXPECT_EQ(decimal(14'500'000, 6), "14.5");
  EXPECT_EQ(decimal(-1, 6), "-0.000001");
  EXPECT_EQ(padded(42, 6), "000042");
  EXPECT_EQ(padded(1'234, 3), "1234");
  EXPECT_EQ(decimal(0, 6), "0");
  EXPECT_EQ(decimal(7, 0), "7");
  EXPECT_EQ(decimal(kLow, 6), "-9223372036854.775808");
  EXPECT_EQ(decimal(kHigh, 6), "9223372036854.775807");
}

TEST(Text, DecimalsSurvive) {
  Random random(4);
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t value = random.between(kLow, kHigh) >> random.below(63);
    std::int64_t found = 0;
    ASSERT_TRUE(parse_decimal(decimal(value, 6), 6, found));
    ASSERT_EQ(found, value);
  }
}

TEST(Text, DecimalsThatCannotBeKeptAreRefused) {
  std::int64_t value = 5;
  for (const char* bad :
       {"", "-", ".", ".5", "5.", "1.2.3", "1e3", "+1", " 1", "1 ", "1,5", "0.0000001",
        "9223372036854.775808", "-9223372036854.775809", "99999999999999999999"}) {
    EXPECT_FALSE(parse_decimal(bad, 6, value)) << bad;
    EXPECT_EQ(value, 5) << bad;
  }
  EXPECT_TRUE(parse_decimal("-9223372036854.775808", 6, value));
  EXPECT_EQ(value, kLow);
}

TEST(Text, HexadecimalThereAndBack) {
  const std::array<std::uint8_t, 4> bytes = {0x00, 0x7F, 0x80, 0xFF};
  EXPECT_EQ(hex(bytes.data(), bytes.size()), "007f80ff");
  std::array<std::uint8_t, 4> found{};
  EXPECT_TRUE(parse_hex("007f80ff", found.data(), found.size()));
  EXPECT_EQ(found, bytes);
  for (const char* bad : {"", "007f80f", "007f80ff0", "007F80FF", "007g80ff", "0x7f80ff"}) {
    EXPECT_FALSE(parse_hex(bad, found.data(), found.size())) << bad;
  }
}

TEST(Text, ReadsAndWritesBase64Url) {
  // RFC 4648, section 10, without padding.
  const std::vector<std::pair<std::string, std::string>> vectors = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF", "-_8"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64url(bytes), text);
    std::string read;
    EXPECT_TRUE(parse_base64url(text, read));
    EXPECT_EQ(read, bytes);
  }
}

TEST(Text, RefusesOtherSpellingsOfBase64Url) {
  std::string read;
  for (const char* text : {"Zg==", "Zh", "Zm9", "A", "Zm9vA", "+/8", "Z g", "Zg\n", "\xC3\xA9"}) {
    EXPECT_FALSE(parse_base64url(text, read)) << text;
  }
}

TEST(Text, MeasuresCodePointsInUtf8) {
  EXPECT_EQ(utf8_length("a"), 1U);
  EXPECT_EQ(utf8_length("é!"), 2U);
  EXPECT_EQ(utf8_length("张"), 3U);
  EXPECT_EQ(utf8_length("😀"), 4U);
  for (const char* text : {"", "\x80", "\xC3", "\xC0\xAF", "\xE0\x9F\xBF", "\xED\xA0\x80",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE5\xBC"}) {
    EXPECT_EQ(utf8_length(text), 0U) << text;
  }
}

// ---- Quantities, ids, results ------------------------------------------------------------------

using Apples = Quantity<struct ApplesTag>;

TEST(Quantity, AddsAndCompares) {
  constexpr Apples kSum = Apples(3) + Apples(4) - Apples(9);
  static_assert(kSum == Apples(-2) && kSum < Apples() && kSum.raw() == -2);
}

TEST(Quantity, StopsInsteadOfWrapping) {
  EXPECT_DEATH((void)(Apples(kHigh) + Apples(1)), "CHECK failed");
  EXPECT_DEATH((void)(Apples(kLow) - Apples(1)), "CHECK failed");
}

TEST(IndexedVector, ChecksItsIndex) {
  using AppleId = StrongId<struct AppleTag>;
  IndexedVector<AppleId, int> vector;
  const AppleId first = vector.push_back(7);
  EXPECT_EQ(first.value, 0U);
  EXPECT_EQ(vector[first], 7);
  EXPECT_DEATH((void)vector[AppleId{1}], "CHECK failed");
}

Result<int> half(int number) {
  if (number % 2 != 0)
    return Error{ErrorCode::kInvalidArgument, std::to_string(number) + " is odd"};
  return number / 2;
}

Result<std::string> quarter_text(int number) {
  TONGSUAN_TRY(const int once, half(number));
  TONGSUAN_TRY(const int twice, half(once));
  return std::to_string(twice);
}

TEST(Result, PassesErrorsUp) {
  EXPECT_EQ(quarter_text(12).value(), "3");
  EXPECT_EQ(quarter_text(6).error().context, "3 is odd");
  EXPECT_FALSE(quarter_text(5).ok());
}

TEST(Result, MovesValuesAndRefusesTheWrongSide) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(4));
  EXPECT_EQ(*std::move(result).value(), 4);
  EXPECT_DEATH((void)half(2).error(), "CHECK failed");
  EXPECT_DEATH((void)half(3).value(), "CHECK failed");
}

}  // namespace
}  // namespace tongsuan
