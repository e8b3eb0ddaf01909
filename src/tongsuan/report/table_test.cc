#include "tongsuan/report/table.h"

#include <gtest/gtest.h>
#include <string>

#include "tongsuan/report/market_table.h"
#include "tongsuan/report/numbers.h"
#include "tongsuan/report/report_fixture.h"

namespace tongsuan::report {
namespace {

Table hubs() {
  Table table;
  table.currency = "CNY";
  table.columns = {{.key = "hub", .title = "枢纽"},
                   {.key = "price",
                    .title = "Price",
                    .kind = ColumnKind::kMoney,
                    .decimals = 6,
                    .shown_decimals = 2},
                   {.key = "devices", .title = "Devices", .kind = ColumnKind::kNumber},
                   {.key = "note", .title = "Note", .wide = true}};
  table.rows = {{"贵安", std::int64_t{8'100'000}, std::int64_t{12'345}, "a,\"b\""},
                {"horinger", std::int64_t{-7'905'000}, std::int64_t{90}, "line\nfeed"},
                {"x<y", Cell(), std::int64_t{7}, ""}};
  return table;
}

std::string shown(const ListingOptions& options) {
  const Result<std::string> text = render(hubs(), options);
  return text.ok() ? text.value() : "error: " + text.error().context;
}

TEST(Numbers, FixedRoundsHalfToEvenAndKeepsItsDecimals) {
  EXPECT_EQ(fixed(5, 2, 0), "2");
  EXPECT_EQ(fixed(7, 2, 0), "4");
  EXPECT_EQ(fixed(-1, 3, 2), "-0.33");
  EXPECT_EQ(fixed(-1, 1'000, 2), "0.00");
  EXPECT_EQ(fixed(12, 1, 1), "12.0");
  EXPECT_EQ(fixed(static_cast<int128>(INT64_MAX) * 1'000, 1, 0), "9223372036854775807000");
}

TEST(Numbers, GroupsOnlyPlainDecimals) {
  EXPECT_EQ(grouped("1234567.8901"), "1,234,567.8901");
  EXPECT_EQ(grouped("-123"), "-123");
  EXPECT_EQ(grouped("-1234"), "-1,234");
  EXPECT_EQ(grouped("n/a"), "n/a");
  EXPECT_EQ(grouped(""), "");
}

TEST(Numbers, UnitsFitTheSizeAndTheLanguage) {
  EXPECT_EQ(compact(12'345'678, 1, Language::kEnglish), "12.3 M");
  EXPECT_EQ(compact(12'345'678, 1, Language::kChinese), "1,235 万");
  EXPECT_EQ(compact(-1'500, 1, Language::kEnglish), "-1.50 k");
  EXPECT_EQ(compact(999, 1, Language::kEnglish), "999");
  EXPECT_EQ(energy_text(1'240'000'000), "1.24 GWh");
  EXPECT_EQ(energy_text(0), "0 Wh");
  EXPECT_EQ(data_text(640'000), "640 GB");
  EXPECT_EQ(percent(943'250), "94.3 %");
  EXPECT_EQ(percent(std::nullopt), "–");
}

TEST(Numbers, WideCharactersTakeTwoCells) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("贵安"), 4U);
  EXPECT_EQ(display_width("A（B）"), 6U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);  // a combining accent
  EXPECT_EQ(display_width("λ′ –"), 4U);
  EXPECT_EQ(display_width("\xE8\xB4"), 2U);  // torn in the middle: one cell a byte
}

TEST(TableText, ColumnsAlignUnderWideCharacters) {
  EXPECT_EQ(shown({}),
            "枢纽      Price  Devices\n"
            "贵安       8.10   12,345\n"
            "horinger  -7.90       90\n"
            "x<y           –        7\n");
}

TEST(TableText, ControlsNeverReachATerminal) {
  const std::string text = shown({.format = Format::kWide});
  EXPECT_NE(text.find("line\xEF\xBF\xBD"
                      "feed"),
            std::string::npos);
  EXPECT_NE(text.find("Note"), std::string::npos);
}

TEST(TableJson, MoneyIsADecimalStringAndAbsenceIsNull) {
  EXPECT_EQ(shown({.format = Format::kJson, .columns = {"hub", "price", "devices"}}),
            "[\n"
            "  {\"hub\":\"贵安\",\"price\":\"8.1 CNY\",\"devices\":12345},\n"
            "  {\"hub\":\"horinger\",\"price\":\"-7.905 CNY\",\"devices\":90},\n"
            "  {\"hub\":\"x<y\",\"price\":null,\"devices\":7}\n"
            "]\n");
}

TEST(TableJson, StringsAreEscaped) {
  EXPECT_EQ(json_string("a\"b\\c\n\x01"), "\"a\\\"b\\\\c\\n\\u0001\"");
  EXPECT_EQ(json_string("\xFF贵"), "\"\xEF\xBF\xBD贵\"");
  EXPECT_EQ(json_string("\xED\xA0\x80"),
            "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");  // a surrogate
}

TEST(TableJson, LinesHoldOneObjectEach) {
  EXPECT_EQ(shown({.format = Format::kJsonl, .columns = {"devices"}, .filters = {"devices<100"}}),
            "{\"devices\":90}\n{\"devices\":7}\n");
  EXPECT_EQ(shown({.format = Format::kJsonl, .filters = {"devices>1000000"}}), "");
  EXPECT_EQ(shown({.format = Format::kJson, .filters = {"devices>1000000"}}), "[]\n");
}

TEST(TableCsv, FieldsAreQuotedWhereTheyMustBe) {
  EXPECT_EQ(shown({.format = Format::kCsv}),
            "hub,price,devices,note\r\n"
            "贵安,8.1 CNY,12345,\"a,\"\"b\"\"\"\r\n"
            "horinger,-7.905 CNY,90,\"line\nfeed\"\r\n"
            "x<y,,7,\r\n");
}

TEST(TableYaml, ScalarsAreJsonScalars) {
  EXPECT_EQ(shown({.format = Format::kYaml, .columns = {"hub", "price"}, .filters = {"hub~x"}}),
            "- \"hub\": \"x<y\"\n  \"price\": null\n");
}

TEST(TableSort, ByValueWithAbsentCellsLast) {
  const auto order = [](const char* by) {
    return shown({.format = Format::kCsv, .columns = {"devices"}, .sort = by});
  };
  EXPECT_EQ(order("price"), "devices\r\n90\r\n12345\r\n7\r\n");
  EXPECT_EQ(order("-price"), "devices\r\n12345\r\n90\r\n7\r\n");
  EXPECT_EQ(order("-devices"), "devices\r\n12345\r\n90\r\n7\r\n");
}

TEST(TableFilter, ComparesTextNumbersAndMoney) {
  const auto kept = [](const char* filter) {
    return shown({.format = Format::kCsv, .columns = {"devices"}, .filters = {filter}});
  };
  EXPECT_EQ(kept("hub=horinger"), "devices\r\n90\r\n");
  EXPECT_EQ(kept("hub!=horinger"), "devices\r\n12345\r\n7\r\n");
  EXPECT_EQ(kept("price>=8.1"), "devices\r\n12345\r\n");
  EXPECT_EQ(kept("price>=8.1 CNY"), "devices\r\n12345\r\n");
  EXPECT_EQ(kept("price<0"), "devices\r\n90\r\n");
  EXPECT_EQ(kept("devices<=90"), "devices\r\n90\r\n7\r\n");
}

TEST(TableErrors, SayWhatThereIs) {
  const Result<std::string> column = render(hubs(), {.columns = {"cost"}});
  ASSERT_FALSE(column.ok());
  EXPECT_EQ(column.error().context, "there is no column \"cost\"");
  EXPECT_EQ(column.error().hint, "columns: hub, price, devices, note");
  EXPECT_FALSE(render(hubs(), {.sort = "cost"}).ok());
  EXPECT_FALSE(render(hubs(), {.filters = {"price"}}).ok());
  EXPECT_FALSE(render(hubs(), {.filters = {"=3"}}).ok());
  EXPECT_FALSE(render(hubs(), {.filters = {"hub!3"}}).ok());
  EXPECT_FALSE(render(hubs(), {.filters = {"devices>many"}}).ok());
  EXPECT_FALSE(render(hubs(), {.filters = {"devices~1"}}).ok());
  EXPECT_FALSE(render(hubs(), {.filters = {"price>0.0000001"}}).ok());
  EXPECT_FALSE(parse_format("xml").ok());
  EXPECT_EQ(parse_format("yaml").value(), Format::kYaml);
}

// ---- The tables of a round
// -----------------------------------------------------------------------

TEST(MarketTable, EveryTableHasItsCells) {
  const market::testing::SignedRound round = market::testing::signed_round();
  const RoundInput input = testing::input_of(round);
  const RoundView view = view_round(input);
  for (const Language language : {Language::kEnglish, Language::kChinese}) {
    for (const Table& table : {hub_table(view, nullptr, language), hub_table(view, &view, language),
                               class_table(view, language), flow_table(view, language),
                               rejected_table(view, language)}) {
      EXPECT_FALSE(table.rows.empty());
      for (const std::vector<Cell>& row : table.rows) {
        ASSERT_EQ(row.size(), table.columns.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
          const bool text = std::holds_alternative<std::string>(row[i]);
          const bool absent = std::holds_alternative<std::monostate>(row[i]);
          EXPECT_TRUE(absent || text == (table.columns[i].kind == ColumnKind::kText));
        }
      }
    }
  }
}

TEST(MarketTable, HubsForPrograms) {
  const market::testing::SignedRound round = market::testing::signed_round();
  const RoundView view = view_round(testing::input_of(round));
  const Result<std::string> text =
      render(hub_table(view, &view, Language::kEnglish),
             {.format = Format::kJsonl,
              .columns = {"hub", "utilisation_before_percent", "utilisation_percent", "capacity",
                          "power", "data", "green_percent", "energy_mwh"}});
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text.value(),
            "{\"hub\":\"alpha\",\"utilisation_before_percent\":19.7368,"
            "\"utilisation_percent\":19.7368,\"capacity\":\"1 CNY\",\"power\":\"0.12 CNY\","
            "\"data\":\"0 CNY\",\"green_percent\":10,\"energy_mwh\":0.018}\n"
            "{\"hub\":\"beta\",\"utilisation_before_percent\":50,"
            "\"utilisation_percent\":50,\"capacity\":\"2 CNY\",\"power\":\"0.176 CNY\","
            "\"data\":\"0.75 CNY\",\"green_percent\":null,\"energy_mwh\":0.0088}\n");
}

TEST(MarketText, SaysTheRoundInBothLanguages) {
  const market::testing::SignedRound round = market::testing::signed_round();
  RoundInput input = testing::input_of(round);
  const RoundView view = view_round(input);
  input.before = &view;
  input.free_welfare = round.certificate.welfare;
  const std::string english = market_text(input, view);
  EXPECT_NE(english.find("Market test · Round 7"), std::string::npos);
  EXPECT_NE(english.find("north → south  power line  16.8 kWh"), std::string::npos);
  EXPECT_NE(english.find("25.0 % → 25.0 %  (23 / 92 device-hours)"), std::string::npos);
  EXPECT_NE(english.find("verified · Root of the book " + view.root), std::string::npos);
  EXPECT_EQ(english, market_text(input, view));
  input.language = Language::kChinese;
  const std::string chinese = market_text(input, view);
  EXPECT_NE(chinese.find("市场 test · 轮次 7"), std::string::npos);
  EXPECT_EQ(chinese.find("Utilisation"), std::string::npos);
  // Times only where they are asked for.
  input.stage_seconds = {{"placement", 1.25}};
  EXPECT_EQ(market_text(input, view), chinese + "用时: placement 1.25 秒\n");
}

}  // namespace
}  // namespace tongsuan::report
