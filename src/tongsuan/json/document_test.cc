#include "tongsuan/json/document.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/json/object_reader.h"
#include "tongsuan/json/syntax.h"

namespace tongsuan::json {
namespace {

std::string refusal(std::string_view text, Limits limits = {}) {
  Document document(limits);
  const Result<Value> root = document.parse(text);
  return root.ok() ? "accepted" : root.error().context;
}

TEST(Document, ReadsEveryTypeOfValue) {
  Document document;
  const Result<Value> root = document.parse(
      R"( {"text":"q\"é\u00e9\ud83d\ude00","whole":-12,"large":18446744073709551615,"part":1.5,)"
      R"("yes":true,"no":false,"none":null,"list":[1,[2],{}],"object":{"a":{"b":3}}} )");
  ASSERT_TRUE(root.ok()) << root.error().context;
  const Members members = root.value().as_object().value();
  EXPECT_EQ(root.value().size(), 9U);
  EXPECT_EQ(members.find("text").as_text().value(), "q\"éé😀");
  EXPECT_EQ(members.find("whole").as_int64().value(), -12);
  EXPECT_EQ(members.find("whole").as_uint64().error(), Unfit::kRange);
  EXPECT_EQ(members.find("large").as_uint64().value(), 18446744073709551615U);
  EXPECT_EQ(members.find("large").as_int64().error(), Unfit::kRange);
  EXPECT_EQ(members.find("part").type(), Type::kFraction);
  EXPECT_EQ(members.find("part").as_int64().error(), Unfit::kType);
  EXPECT_TRUE(members.find("yes").as_bool().value());
  EXPECT_FALSE(members.find("no").as_bool().value());
  bool found = false;
  EXPECT_EQ(members.find("none", &found).type(), Type::kNull);
  EXPECT_TRUE(found);
  EXPECT_EQ(members.find("nowhere", &found).type(), Type::kNull);
  EXPECT_FALSE(found);
  EXPECT_EQ(members.find("list").size(), 3U);
  EXPECT_EQ(members.find("object").members().find("a").members().find("b").as_int64().value(), 3);
  std::string keys;
  for (const auto& [key, value] : members) keys += std::string(key) + ' ';
  EXPECT_EQ(keys, "text whole large part yes no none list object ");
}

// What value.h reads by itself: words of the tape, and texts with their length before them.
TEST(Document, TapeIsAsValuesReadIt) {
  Document document;
  const Value root = document.parse(R"(["ab",-1,18446744073709551615,0.5,true,[],null])").value();
  std::vector<std::uint32_t> places;
  for (const Value value : root.items()) places.push_back(value.place());
  EXPECT_EQ(root.place(), 1U);
  EXPECT_EQ(places, (std::vector<std::uint32_t>{2, 3, 5, 7, 9, 10, 12}));
  EXPECT_EQ(root.after(), 14U);
  const Value number = document.parse("7").value();
  EXPECT_EQ(number.as_int64().value(), 7);
  EXPECT_EQ(number.after(), 3U);
}

TEST(Document, AccessorsRefuseOtherTypes) {
  Document document;
  const Value root = document.parse("[1]").value();
  EXPECT_EQ(root.as_object().error(), Unfit::kType);
  EXPECT_EQ(root.as_text().error(), Unfit::kType);
  EXPECT_EQ(root.as_bool().error(), Unfit::kType);
  EXPECT_TRUE(root.members().empty());
  EXPECT_EQ((*root.items().begin()).as_array().error(), Unfit::kType);
  EXPECT_EQ(Value().type(), Type::kNull);
  EXPECT_EQ(Value().as_int64().error(), Unfit::kType);
  EXPECT_EQ(Value().size(), 0U);
}

struct Wrong {
  std::string_view text;
  std::string_view says;
};
TEST(Document, RefusesWhatIsNotStrictJsonAndSaysWhere) {
  const std::vector<Wrong> cases = {
      {"", "byte 0 (the end): expected a value"},
      {"  ", "byte 2 (the end): expected a value"},
      {"{} {}", "byte 3: nothing may follow the document"},
      {"{}x", "byte 2: nothing may follow the document"},
      {"\xEF\xBB\xBF{}", "byte 0: expected a value"},
      {"{'a':1}", "byte 1: expected a name in quotes"},
      {"{\"a\" 1}", "byte 5: expected ':'"},
      {"{\"a\":1,}", "byte 7: expected a name in quotes"},
      {"[1,]", "byte 3: expected a value"},
      {"[1 2]", "byte 3: expected ',' or ']'"},
      {"{\"a\":1", "byte 6 (the end): expected ',' or '}'"},
      {"[1}", "byte 2: expected ',' or ']'"},
      {"[// c\n1]", "byte 1: expected a value"},
      {"NaN", "byte 0: expected a value"},
      {"[Infinity]", "byte 1: expected a value"},
      {"[-]", "byte 1: expected a value"},
      {"[+1]", "byte 1: expected a value"},
      {"[01]", "byte 1: a number may not begin with 0"},
      {"[1.]", "byte 3: expected a digit"},
      {"[1e]", "byte 3: expected a digit"},
      {"[1x]", "byte 2: this does not belong to a number"},
      {"[0x10]", "byte 2: this does not belong to a number"},
      {"18446744073709551616", "byte 0: the number has more than 64 bits"},
      {"-9223372036854775809", "byte 0: the number has more than 64 bits"},
      {"[tru]", "byte 1: expected a value"},
      {"\"a", "byte 2 (the end): a text without an end"},
      {"\"a\nb\"", "byte 2: a control character inside a text must be escaped"},
      {"\"\\x\"", "byte 1: there is no such escape"},
      {"\"\\u12g4\"", "byte 1: the escape is no code point"},
      {"\"\\ud800\"", "byte 1: the escape is no code point"},
      {"\"\\udc00\"", "byte 1: the escape is no code point"},
      {"\"\\ud800\\u0041\"", "byte 1: the escape is no code point"},
      {"{\"\\udfff\":1}", "byte 2: the escape is no code point"},
      {"\"\xC0\xAF\"", "byte 1: these bytes are not UTF-8"},
      {"\"a\xFF\"", "byte 2: these bytes are not UTF-8"},
      {"\"\xED\xA0\x80\"", "byte 1: these bytes are not UTF-8"},
  };
  for (const Wrong& wrong : cases) {
    EXPECT_EQ(refusal(wrong.text), "JSON, " + std::string(wrong.says)) << wrong.text;
  }
  EXPECT_NE(refusal("[1e999]"), "accepted");
}

TEST(Document, RefusesNamesThatAreThereTwice) {
  EXPECT_EQ(refusal(R"({"a":1,"b":2,"a":1})"), "JSON: the document has two members \"a\"");
  EXPECT_EQ(refusal(R"({"a":1,"\u0061":2})"), "JSON: the document has two members \"a\"");
  EXPECT_EQ(refusal(R"({"orders":[{"x":1},{"terms/all":{"limit":1,"limit":2}}]})"),
            "JSON: /orders/1/terms~1all has two members \"limit\"");
  EXPECT_EQ(refusal(R"([{"a":1},{"a":1},{"a":{"a":1}}])"), "accepted");
  for (const int count : {31, 32, 33, 500}) {
    std::string text = "{";
    for (int i = 0; i < count; ++i) text += "\"k" + std::to_string(i) + "\":0,";
    EXPECT_EQ(refusal(text + "\"z\":0}"), "accepted") << count;
    EXPECT_EQ(refusal(text + "\"k7\":0}"), "JSON: the document has two members \"k7\"") << count;
  }
}

TEST(Document, RefusesDepthBombs) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(refusal(nested(32)), "accepted");
  EXPECT_EQ(refusal(nested(33)), "JSON, byte 32: too many containers inside each other");
  EXPECT_EQ(refusal(nested(3), {.depth_max = 3}), "accepted");
  EXPECT_EQ(refusal(nested(4), {.depth_max = 3}),
            "JSON, byte 3: too many containers inside each other");
  EXPECT_NE(refusal(std::string(1'000'000, '[')), "accepted");
  std::string objects;
  for (int i = 0; i < 33; ++i) objects += "{\"a\":";
  EXPECT_NE(refusal(objects + "1" + std::string(33, '}')), "accepted");
  Document document;
  EXPECT_EQ(document.parse(nested(33)).error().code, ErrorCode::kLimit);
}

TEST(Document, RefusesTextsThatAreTooLong) {
  EXPECT_EQ(refusal("[1,2]", {.bytes_max = 4}), "JSON of 5 bytes: at most 4 are read");
  EXPECT_EQ(refusal("[1]", {.bytes_max = 3}), "accepted");
  Document document({.bytes_max = ~std::size_t{0}});
  EXPECT_EQ(document.parse(std::string(kBytesMax + 1, ' ')).error().code, ErrorCode::kLimit);
}

TEST(Document, IsUsedAgainForBodiesOfAnySize) {
  Document document;
  for (const std::size_t count : {std::size_t{1}, std::size_t{100'000}, std::size_t{3}}) {
    std::string text = "[0";
    for (std::size_t i = 1; i < count; ++i) text += ",1";
    const Result<Value> root = document.parse(text + ']');
    ASSERT_TRUE(root.ok());
    EXPECT_EQ(root.value().size(), count);
    EXPECT_FALSE(document.parse(text).ok());
  }
  Document moved = std::move(document);
  EXPECT_TRUE(moved.parse("{}").ok());
}

// The parser and its slow twin agree on any bytes, but for names that are there twice.
TEST(Document, AgreesWithItsTwin) {
  static constexpr std::string_view kBytes = "{}[]\",:\\u0dD8e.-+ \n19tfn\x80\xC3\xA9\xFF";
  const std::string sample = R"({"a":[1,-2.5e3,"x\u00e9\ud83d\ude00y",true,null],"é":{"c":"\n"}})";
  Document document;
  Random random(7);
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = sample;
    const auto changes = random.below(4);
    for (std::uint64_t i = 0; i < changes; ++i) {
      const auto at = static_cast<std::size_t>(random.below(text.size()));
      const char byte = kBytes[static_cast<std::size_t>(random.below(kBytes.size()))];
      if (random.below(3) == 0) {
        text.erase(at, 1 + static_cast<std::size_t>(random.below(3)));
      } else if (random.below(2) == 0) {
        text.insert(at, 1, byte);
      } else {
        text[at] = byte;
      }
    }
    const bool good = document.parse(text).ok();
    const bool twin = !find_syntax_fault(text, kDepthMax);
    accepted += good ? 1 : 0;
    ASSERT_EQ(good, twin) << text;
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace tongsuan::json
