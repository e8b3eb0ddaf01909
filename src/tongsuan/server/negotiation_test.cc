#include "tongsuan/server/internal/negotiation.h"

#include <gtest/gtest.h>
#include <string>

namespace tongsuan::server::internal {
namespace {

constexpr std::string_view kTypes[] = {"application/json", "text/csv", "text/html"};
constexpr std::string_view kLanguages[] = {"en", "zh"};

std::string type_of(const std::string& accept) {
  const auto found = accepted_type({{{"accept", accept}}}, kTypes);
  return found ? std::string(kTypes[*found]) : "none";
}
std::string language_of(const std::string& accept) {
  return std::string(kLanguages[accepted_language({{{"accept-language", accept}}}, kLanguages)]);
}

TEST(Negotiation, WithoutAWordTheFirst) {
  EXPECT_EQ(accepted_type({}, kTypes), 0U);
  EXPECT_EQ(accepted_language({}, kLanguages), 0U);
  EXPECT_EQ(type_of(""), "application/json");
  EXPECT_EQ(type_of(" , ;"), "application/json");
}

TEST(Negotiation, WhatWeighsMost) {
  EXPECT_EQ(type_of("text/csv"), "text/csv");
  EXPECT_EQ(type_of("TEXT/HTML;charset=utf-8"), "text/html");
  EXPECT_EQ(type_of("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            "text/html");
  EXPECT_EQ(type_of("text/csv;q=0.5, application/json;q=0.4"), "text/csv");
  EXPECT_EQ(type_of("text/csv; q=0.500 , text/html; q=0.501"), "text/html");
  EXPECT_EQ(type_of("*/*"), "application/json");
  EXPECT_EQ(type_of("text/*"), "text/csv");
  EXPECT_EQ(type_of("text/*, text/csv;q=0"), "text/html") << "the closest range counts";
}

TEST(Negotiation, NothingWhereNoneIsTaken) {
  EXPECT_EQ(type_of("image/png"), "none");
  EXPECT_EQ(type_of("*/*;q=0"), "none");
  EXPECT_EQ(type_of("text/csvx"), "none");
}

TEST(Negotiation, LanguagesWithTheirPlaces) {
  EXPECT_EQ(language_of("zh-CN,zh;q=0.9,en;q=0.8"), "zh");
  EXPECT_EQ(language_of("en-GB,zh;q=0.9"), "en");
  EXPECT_EQ(language_of("fr, zh;q=0.1"), "zh");
  EXPECT_EQ(language_of("fr"), "en");
  EXPECT_EQ(language_of("zhx"), "en");
}

}  // namespace
}  // namespace tongsuan::server::internal
