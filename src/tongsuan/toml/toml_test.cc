#include "tongsuan/toml/toml.h"

#include <gtest/gtest.h>

namespace tongsuan::toml {
namespace {

std::string fault(std::string_view text) {
  const auto read = toml::read(text, "c.toml");
  return read.ok() ? "ok" : read.error().context;
}

TEST(Toml, ReadsTextsNumbersTruthsAndTables) {
  const auto read = toml::read(
      "# first\nserver = \"http://a\" # here\r\n  n=3\n[\"https://b\"]\nkey = 'x\\y'\non = true\n",
      "c.toml");
  ASSERT_TRUE(read.ok()) << read.error().context;
  const std::vector<Entry>& entries = read.value();
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].value, "http://a");
  EXPECT_EQ(entries[1].value, "3");
  EXPECT_FALSE(entries[1].text);
  EXPECT_EQ(entries[2].table, "https://b");
  EXPECT_EQ(entries[2].value, "x\\y");
  EXPECT_EQ(entries[2].line, 5);
  EXPECT_EQ(entries[3].value, "true");
}

TEST(Toml, NamesOfTablesMayHaveParts) {
  const auto read_ = read("[a.b]\nk = 1\n[ a . \"c d\" ]\nk = 2\n[a]\nk = 3\n", "c.toml");
  ASSERT_TRUE(read_.ok()) << read_.error().context;
  const std::vector<Entry>& entries = read_.value();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].table, "a.b");
  EXPECT_EQ(entries[1].table, "a.c d");
  EXPECT_EQ(entries[2].table, "a");
}

TEST(Toml, SaysWhereItIsWrong) {
  EXPECT_EQ(fault("a = 1\nb = [1]\n"),
            "c.toml:2:5: expected a text in quotes, a whole number, true or false");
  EXPECT_EQ(fault("a = \"x"), "c.toml:1:7: the text has no end");
  EXPECT_EQ(fault("a = 1 b"), "c.toml:1:7: something stands behind the value");
  EXPECT_EQ(fault("a.b = 1"), "c.toml:1:2: expected = behind the key");
  EXPECT_EQ(fault("a = 1\na = 2"), "c.toml:2:6: the key a is there twice");
  EXPECT_EQ(fault("[[a]]"), "c.toml:1:2: lists of tables are not known");
  EXPECT_EQ(fault("[a.]"), "c.toml:1:4: expected the name of a key");
  EXPECT_EQ(fault("[a.b"), "c.toml:1:5: expected ] behind the name of the table");
  EXPECT_EQ(fault("a = \"\\x\""), "c.toml:1:7: only \\\", \\\\, \\n and \\t are known");
  EXPECT_EQ(fault("a = \"" + quoted("q\"\\\n") + "\""),
            "c.toml:1:7: something stands behind the value");
}

}  // namespace
}  // namespace tongsuan::toml
