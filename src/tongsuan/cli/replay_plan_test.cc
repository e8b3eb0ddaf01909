#include "tongsuan/cli/replay_plan.h"

#include <gtest/gtest.h>

#include "tongsuan/cli/progress.h"

namespace tongsuan::cli {
namespace {

TEST(ReplayPlan, LoadsAreSharesOrPerCent) {
  for (const auto& [text, wanted] : {std::pair{"0.9", 90U},
                                     {"90", 90U},
                                     {"90%", 90U},
                                     {"1", 100U},
                                     {"3", 300U},
                                     {"1.1", 110U},
                                     {"0.1", 10U},
                                     {"10", 10U},
                                     {"300%", 300U},
                                     {"1.10", 110U}}) {
    std::uint32_t percent = 0;
    EXPECT_TRUE(parse_load(text, percent)) << text;
    EXPECT_EQ(percent, wanted) << text;
  }
  for (const char* text : {"", "%", "0", "0.09", "0.905", "4", "9", "9%", "301", "90.5", "90.5%",
                           "-0.9", "ninety", "1e2", "0,9", "99999999999999999999"}) {
    std::uint32_t percent = 0;
    EXPECT_FALSE(parse_load(text, percent)) << text;
  }
}

TEST(ReplayPlan, SpansHaveUnits) {
  for (const auto& [text, wanted] : {std::pair{"900", 900},
                                     {"900s", 900},
                                     {"15m", 900},
                                     {"1h", 3'600},
                                     {"4d", 345'600},
                                     {"0", 0}}) {
    std::int64_t seconds = -1;
    EXPECT_TRUE(parse_span(text, seconds)) << text;
    EXPECT_EQ(seconds, wanted) << text;
  }
  for (const char* text : {"", "m", "-5m", "5 m", "1w", "1.5h", "5mm", "9999999999d"}) {
    std::int64_t seconds = -1;
    EXPECT_FALSE(parse_span(text, seconds)) << text;
  }
}

TEST(Progress, RestAsAClock) {
  EXPECT_EQ(clock_text(0), "0:00");
  EXPECT_EQ(clock_text(200), "3:20");
  EXPECT_EQ(clock_text(7'500), "2:05:00");
}

}  // namespace
}  // namespace tongsuan::cli
