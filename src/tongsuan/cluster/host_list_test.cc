#include "tongsuan/cluster/host_list.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "tongsuan/base/random.h"

namespace tongsuan::cluster {
namespace {

using Names = std::vector<std::string>;

Names read(std::string_view text, std::size_t most = 100) {
  return read_host_list(text, most).value_or(Names{"refused"});
}
constexpr const char* kRefused = "refused";

TEST(HostList, ReadsWhatSlurmWrites) {
  EXPECT_EQ(read(""), Names{});
  EXPECT_EQ(read("a"), Names{"a"});
  EXPECT_EQ(read("a-n[1,3]"), (Names{"a-n1", "a-n3"}));
  EXPECT_EQ(read("b07,a-n[1-3],c"), (Names{"a-n1", "a-n2", "a-n3", "b07", "c"}));
  EXPECT_EQ(read("n[008-011]"), (Names{"n008", "n009", "n010", "n011"}));
  EXPECT_EQ(read("n[9-10]-gpu"), (Names{"n10-gpu", "n9-gpu"}));
  EXPECT_EQ(read("n1,n1,n[1-1]"), Names{"n1"});
  EXPECT_EQ(read("[1-2]"), (Names{"1", "2"}));
}

TEST(HostList, RefusesWhatIsNoList) {
  for (const char* text : {",",      "a,",  ",a",       "a,,b",          "a[",
                           "a[]",    "a[1", "a[1-]",    "a[-1]",         "a[2-1]",
                           "a[x]",   "a]",  "a b",      "None assigned", "a[1]b[2]",
                           "a[1;2]", "a\n", "a[1-2-3]", "a[0000000001]", "(null)"}) {
    EXPECT_EQ(read(text), Names{kRefused}) << text;
  }
}

TEST(HostList, HasLimits) {
  EXPECT_EQ(read("a[1-3]", 3).size(), 3U);
  EXPECT_EQ(read("a[1-4]", 3), Names{kRefused});
  EXPECT_EQ(read("a[1-2],b[1-2]", 3), Names{kRefused});
  EXPECT_EQ(read("a[0-999999999]", 100'000), Names{kRefused});
  EXPECT_EQ(read(std::string(255, 'a')).size(), 1U);
  EXPECT_EQ(read(std::string(256, 'a')), Names{kRefused});
}

std::string random_name(Random& random) {
  constexpr std::string_view kAlphabet = "abcxyzABC0123456789-_.";
  std::string name;
  for (std::int64_t i = random.between(1, 12); i > 0; --i) {
    name += kAlphabet[random.below(kAlphabet.size())];
  }
  return name;
}

TEST(HostList, ReadsBackWhatItWrites) {
  Random random(17);
  for (int round = 0; round < 2'000; ++round) {
    Names names;
    for (std::int64_t i = random.between(0, 30); i > 0; --i) names.push_back(random_name(random));
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    ASSERT_EQ(read(write_host_list(names)), names) << write_host_list(names);
  }
}

// Brackets, written by hand as Slurm does, are the names one by one.
TEST(HostList, ExpandsRangesAsTheirNames) {
  Random random(18);
  for (int round = 0; round < 2'000; ++round) {
    const std::int64_t first = random.between(0, 1'000), last = first + random.between(0, 40);
    const int width = static_cast<int>(random.between(1, 5));
    const auto digits = [&](std::int64_t number) {
      std::string text = std::to_string(number);
      return std::string(
                 static_cast<std::size_t>(std::max<int>(0, width - static_cast<int>(text.size()))),
                 '0') +
             text;
    };
    Names names;
    for (std::int64_t i = first; i <= last; ++i) names.push_back("n" + digits(i) + "x");
    std::ranges::sort(names);
    ASSERT_EQ(read("n[" + digits(first) + '-' + digits(last) + "]x"), names);
  }
}

}  // namespace
}  // namespace tongsuan::cluster
