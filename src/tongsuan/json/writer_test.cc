#include "tongsuan/json/writer.h"

#include <gtest/gtest.h>
#include <limits>

#include "tongsuan/json/document.h"

namespace tongsuan::json {
namespace {

TEST(Writer, WritesCompactlyAndInOrder) {
  std::string out = "data: ";
  Writer writer(out);
  writer.begin_object().text("b", "x").number("a", -5).truth("t", true).null("n");
  writer.begin_array("list").number(1).begin_array().end_array().begin_object().end_object();
  writer.text("s").truth(false).null().raw("[7]").end_array();
  writer.begin_object("o").decimal("price", 14'500'000, 6).end_object();
  writer.number_unsigned("u", std::numeric_limits<std::uint64_t>::max());
  writer.number("min", std::numeric_limits<std::int64_t>::min()).raw("r", "{}").end_object();
  EXPECT_TRUE(writer.whole());
  EXPECT_EQ(out,
            R"(data: {"b":"x","a":-5,"t":true,"n":null,"list":[1,[],{},"s",false,null,[7]],)"
            R"("o":{"price":"14.5"},"u":18446744073709551615,"min":-9223372036854775808,"r":{}})");
}

TEST(Writer, EscapesWhatMustBeEscaped) {
  std::string out;
  append_quoted(out, std::string_view("a\"\\\n\t\x01\x7F\0é张😀\xFF\xC3(\xED\xA0\x80", 23));
  EXPECT_EQ(out,
            "\"a\\\"\\\\\\n\\u0009\\u0001\\u007f\\u0000é张😀\xEF\xBF\xBD\xEF\xBF\xBD("
            "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(Writer, EscapesWhereverItStands) {
  for (int byte = 0; byte < 128; ++byte) {
    std::string alone;
    append_quoted(alone, std::string(1, static_cast<char>(byte)));
    alone = alone.substr(1, alone.size() - 2);
    for (std::size_t before = 0; before < 18; ++before) {
      const std::string text = std::string(before, 'x') + static_cast<char>(byte) + "yyyyyyyyy";
      std::string out;
      append_quoted(out, text);
      ASSERT_EQ(out, '"' + std::string(before, 'x') + alone + "yyyyyyyyy\"") << byte;
    }
  }
}

TEST(Writer, WhatIsWrittenIsReadAsItself) {
  std::string all;
  for (int byte = 0; byte < 128; ++byte) all += static_cast<char>(byte);
  all += "é张😀";
  std::string out;
  Writer(out).begin_object().text(all, all).end_object();
  Document document;
  const Result<Value> root = document.parse(out);
  ASSERT_TRUE(root.ok()) << root.error().context;
  EXPECT_EQ(root.value().members().find(all).as_text().value(), all);
}

TEST(WriterDeathTest, MisuseIsABug) {
  std::string out;
  EXPECT_DEATH(Writer(out).begin_object().number(1), "CHECK failed");
  EXPECT_DEATH(Writer(out).begin_array().number("a", 1), "CHECK failed");
  EXPECT_DEATH(Writer(out).begin_array().end_object(), "CHECK failed");
  EXPECT_DEATH(Writer(out).end_array(), "CHECK failed");
}

}  // namespace
}  // namespace tongsuan::json
