#include <gtest/gtest.h>

#include "tongsuan/server/daemon.h"

namespace tongsuan::server {
namespace {

Result<DaemonOptions> parse(std::vector<std::string> more) {
  more.insert(more.begin(), {"--data", "folder"});
  return parse_daemon_options(more);
}

TEST(DaemonOptions, TakesRatesAndRulesOfRounds) {
  const auto options = parse({"--address-rate", "7", "--participant-rate", "250000",
                              "--round-threads", "3", "--round-nice", "0"});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options.value().address_rate, 7);
  EXPECT_EQ(options.value().participant_rate, 250'000);
  EXPECT_EQ(options.value().clearing.threads, 3U);
  EXPECT_EQ(options.value().clearing.stands_back, 0);
}

TEST(DaemonOptions, RefusesWhatIsOutOfRange) {
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"--address-rate", "0"},
                                             {"--participant-rate", "250001"},
                                             {"--round-threads", "0"},
                                             {"--round-nice", "20"},
                                             {"--round-nice"},
                                             {"--participant-rat", "5"}}) {
    EXPECT_FALSE(parse(wrong).ok()) << wrong.front();
  }
}

}  // namespace
}  // namespace tongsuan::server
