#include "tongsuan/market/verdict_text.h"

#include <gtest/gtest.h>
#include <set>

#include "tongsuan/market/certificate_builder.h"

namespace tongsuan::market {
namespace {

TEST(VerdictText, EveryFaultHasAMeaningInBothLanguages) {
  for (const Language language : {Language::kEnglish, Language::kChinese}) {
    std::set<std::string> texts;
    for (int i = 0; i <= static_cast<int>(Fault::kRentNegative); ++i) {
      texts.insert(fault_text(static_cast<Fault>(i), language));
    }
    EXPECT_EQ(texts.count("?"), 0U);
    EXPECT_EQ(texts.size(), static_cast<std::size_t>(Fault::kRentNegative) + 1);
  }
}

TEST(VerdictText, SaysTheSameInBothLanguages) {
  const testing::SignedRound round = testing::signed_round();
  const Verdict verdict = verify(round.market, round.certificate);
  const std::string english =
      verdict_text(round.market, round.certificate, verdict, Language::kEnglish);
  const std::string chinese =
      verdict_text(round.market, round.certificate, verdict, Language::kChinese);
  EXPECT_NE(english.find("market test, round 7: verified\n"), std::string::npos) << english;
  EXPECT_NE(chinese.find("市场 test，轮次 7：通过验证\n"), std::string::npos) << chinese;
  EXPECT_NE(english.find("awards  10\n"), std::string::npos) << english;
  EXPECT_NE(chinese.find("中标 10\n"), std::string::npos) << chinese;
}

TEST(VerdictText, NamesTheFaultAndWhatToTry) {
  testing::SignedRound round = testing::signed_round();
  round.certificate.welfare += 1;
  const Verdict verdict = verify(round.market, round.certificate);
  const std::string text =
      verdict_text(round.market, round.certificate, verdict, Language::kEnglish);
  EXPECT_NE(text.find("NOT verified, welfare-mismatch: "), std::string::npos) << text;
  EXPECT_NE(text.find("try "), std::string::npos) << text;
  const std::string json = verdict_json(round.market, round.certificate, verdict);
  EXPECT_EQ(json.find("{\"verified\":false,\"fault\":\"welfare-mismatch\",\"detail\":\"welfare is"),
            0U)
      << json;
}

TEST(VerdictText, EscapesJson) {
  EXPECT_EQ(unreadable_json("a\"b", "c\\\n\x01"),
            "{\"verified\":false,\"fault\":\"a\\\"b\",\"detail\":\"c\\\\\\u000a\\u0001\"}");
}

}  // namespace
}  // namespace tongsuan::market
