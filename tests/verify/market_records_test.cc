// Every record of the market format, there and back.
#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/market/canonical.h"
#include "tongsuan/market/random_market.h"

namespace tongsuan::codec {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(text.substr(begin, end - begin));
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

Market read(const std::string& text) {
  ReadReport report = read_market(text, "test");
  EXPECT_TRUE(report.ok()) << report.faults.text() << text;
  return std::move(report.market);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The first fenced block of a document that begins with `first_line`.
std::string example(const std::string& document, const std::string& first_line) {
  const std::string fence = "```text\n";
  const std::size_t begin = document.find(fence + first_line);
  EXPECT_NE(begin, std::string::npos) << first_line;
  if (begin == std::string::npos) return {};
  const std::size_t end = document.find("```", begin + fence.size());
  return document.substr(begin + fence.size(), end - begin - fence.size());
}

// ---- One record at a time ----------------------------------------------------------------------

constexpr const char* kBase =
    "tongsuan-market 1\n"
    "market m currency=CNY\n"
    "calendar start=2026-01-01T00:00+08:00 slot=1h slots=24\n"
    "class A watts=0 node=1\n"
    "class B watts=400 node=8\n"
    "zone g commodity=green disposal=free\n"
    "zone p commodity=power disposal=balance\n"
    "zone q commodity=power disposal=balance\n"
    "hub h power=p green=g pue=1.2\n"
    "hub k pue=1\n";

struct RecordCase {
  const char* name;
  const char* written;    // by hand
  const char* canonical;  // lines of the canonical text, in its place
};

void PrintTo(const RecordCase& item, std::ostream* out) {
  *out << item.name;
}

const std::vector<RecordCase>& record_cases() {
  static const std::vector<RecordCase> kCases = {
      {"LineOneWay", "line p q max=2MWh tariff=30.5",
       "line p q slots=0..24 min=0Wh max=2MWh tariff=30.5"},
      {"LineTwoWays", "line q p slots=3 min=-1500Wh max=0",
       "line q p slots=3..4 min=-1.5kWh max=0Wh tariff=0"},
      {"Link", "link h k slots=0..9 steps=4TB@12,8500GB@15.25",
       "link h k slots=0..9 steps=4TB@12,8.5TB@15.25"},
      {"DataSet", "data d at=k,h size=1500MB", "data d size=1.5GB at=h,k"},
      {"DataSetNowhere", "data d size=1MB", "data d size=1MB"},
      {"Nodes", "nodes h B count=1000000000", "nodes h B count=1000000000 slots=0..24"},
      {"CapEverywhere", "cap c devices=0", "cap c devices=0 slots=0..24"},
      {"CapSomewhere", "cap c slots=2..3 class=B hub=h devices=7",
       "cap c devices=7 hub=h class=B slots=2..3"},
      {"OfferOfDevices", "offer o steps=64@5.5,64@7 class=A hub=k seller=s",
       "offer o seller=s hub=k class=A slots=0..24 steps=64@5.5,64@7"},
      {"OfferOfEnergyBelowZero", "offer o seller=s zone=p slots=1..2 steps=5MWh@-3.000001,1Wh@0",
       "offer o seller=s zone=p slots=1..2 steps=5MWh@-3.000001,1Wh@0"},
      {"BlockWithOneGang",
       "order j account=a gang=8 run=A:2,B:3 value=100.10 window=1..9 hubs=k,h delay=0.5",
       "order j account=a gang=8 run=A:2,B:3 hubs=* window=1..9 value=100.1 delay=0.5"},
      {"BlockWithGangs", "order j account=a run=Ax8:2,Bx16:3 value=0 hubs=k",
       "order j account=a run=Ax8:2,Bx16:3 hubs=k window=0..24 value=0"},
      {"BlockWithLimit", "order j account=a gang=3 run=A:2 limit=1.5 nodes=shared",
       "order j account=a gang=3 run=A:2 hubs=* window=0..24 value=9"},
      {"BlockWithRequirements",
       "order j account=a gang=3 run=B:2 value=9 group=c green=60% nodes=whole",
       "order j account=a gang=3 run=B:2 hubs=* window=0..24 value=9 group=c green=60% "
       "nodes=whole"},
      {"Options",
       "option j value=5 use=k/A:0..2:8\noption j value=-2 use=p:1:4kWh,2..4:-1Wh\noptions j "
       "account=a",
       "options j account=a\noption j value=-2 use=p:1..2:4kWh,2..4:-1Wh\noption j value=5 "
       "use=k/A:0..2:8"},
      {"CurveOfDevices", "curve j account=a hub=h class=B steps=5@9,5@3",
       "curve j account=a hub=h class=B slots=0..24 steps=5@9,5@3"},
      {"CurveOfEnergy", "curve j account=a zone=q slots=3 steps=5kWh@9,500Wh@-3",
       "curve j account=a zone=q slots=3..4 steps=5kWh@9,500Wh@-3"},
      {"ProfileWithPrice", "profile j account=a use=p:0..4:-2MWh price=30 minimum=12.5%",
       "profile j account=a use=p:0..4:-2MWh value=-240 minimum=12.5%"},
      {"ProfileWithValue", "profile j account=a use=h/A:0:2,p:0:3Wh value=-7 group=c green=1%",
       "profile j account=a use=h/A:0..1:2,p:0..1:3Wh value=-7 group=c green=1%"},
      {"ProfileOfNodes", "profile j account=a use=k/A:0..2:2nodes,2:1nodes,3..4:5 value=7",
       "profile j account=a use=k/A:3..4:5,k/A:0..2:2nodes,2..3:1nodes value=7"},
      {"Service", "service j account=a class=B gang=2 hubs=h,k ranges=0..4,8..12 limit=3",
       "service j account=a class=B gang=2 hubs=* ranges=0..4,8..12 value=48"},
  };
  return kCases;
}

class MarketRecord : public testing::TestWithParam<RecordCase> {};

TEST_P(MarketRecord, IsReadAndWrittenInItsCanonicalForm) {
  const Market market = read(std::string(kBase) + GetParam().written + "\nend\n");
  const std::string text = write_market(market);
  const std::vector<std::string> base = lines_of(kBase);
  std::vector<std::string> expected = base;
  for (const std::string& line : lines_of(std::string(GetParam().canonical) + '\n')) {
    expected.push_back(line);
  }
  expected.push_back("end " + std::to_string(expected.size() - 1));
  EXPECT_EQ(lines_of(text), expected);
  EXPECT_EQ(read(text), market);
}

INSTANTIATE_TEST_SUITE_P(All, MarketRecord, testing::ValuesIn(record_cases()),
                         [](const auto& item) { return std::string(item.param.name); });

TEST(MarketRecords, HeadTakesItsDefaults) {
  const Market market = read("tongsuan-market 1\nmarket x\ncalendar slots=2\nend 2\n");
  EXPECT_EQ(market.name, "x");
  EXPECT_EQ(market.currency, "CNY");
  EXPECT_EQ(market.calendar, Calendar({"2026-01-01T00:00+08:00", 3600, 2}));
  EXPECT_EQ(write_market(market),
            "tongsuan-market 1\nmarket x currency=CNY\n"
            "calendar start=2026-01-01T00:00+08:00 slot=1h slots=2\nend 2\n");
}

TEST(MarketRecords, SlotLengthsAreWrittenInTheirLargestUnit) {
  for (const auto& [written, seconds, canonical] :
       std::vector<std::tuple<std::string, std::uint32_t, std::string>>{{"900s", 900, "15min"},
                                                                        {"60min", 3600, "1h"},
                                                                        {"61s", 61, "61s"},
                                                                        {"24h", 86'400, "24h"}}) {
    const Market market =
        read("tongsuan-market 1\nmarket x\ncalendar slots=2 slot=" + written + "\nend\n");
    EXPECT_EQ(market.calendar.slot_seconds, seconds);
    EXPECT_NE(write_market(market).find("slot=" + canonical + " "), std::string::npos);
  }
}

TEST(MarketRecords, TitlesKeepTabs) {
  const Market market = read("tongsuan-market 1\nmarket \"a\tb\"\ncalendar slots=1\nend 2\n");
  EXPECT_EQ(market.name, "a\tb");
  EXPECT_EQ(read(write_market(market)), market);
}

TEST(MarketRecords, TitlesKeepBlanksQuotesAndBackslashes) {
  const std::string text =
      "tongsuan-market 1\nmarket \"a \\\"b\\\" \\\\ c\"\ncalendar slots=1\n"
      "hub h at=-40.4,111.8 region=\"far west\" zh=\"和 林格尔\" en=\"H # h\"\nend 3\n";
  const Market market = read(text);
  EXPECT_EQ(market.name, "a \"b\" \\ c");
  EXPECT_EQ(market.hubs[0].region, "far west");
  EXPECT_EQ(market.hubs[0].title_zh, "和 林格尔");
  EXPECT_EQ(market.hubs[0].title_en, "H # h");
  EXPECT_EQ(market.hubs[0].latitude_micro, -40'400'000);
  EXPECT_EQ(read(write_market(market)), market);
}

TEST(MarketRecords, AccountsKeepTheirHomes) {
  const Market market = read(
      "tongsuan-market 1\nmarket x\ncalendar slots=1\nhub h\nhub g\nclass A\n"
      "account b home=h\naccount unused home=h\n"
      "offer o seller=s hub=h class=A steps=1@1\norder j account=b gang=1 run=A:1 value=1\n"
      "order k account=a gang=1 run=A:1 value=1\nend 10\n");
  ASSERT_EQ(market.account_names.size(), 3U);  // a, b, s
  EXPECT_EQ(market.accounts, (std::vector<Account>{{kNone}, {1}, {kNone}}));
  const std::string text = write_market(market);
  EXPECT_NE(text.find("account b home=h\n"), std::string::npos);
  EXPECT_EQ(text.find("unused"), std::string::npos);
  Market moved = market;
  moved.accounts[1].home = 0;
  EXPECT_NE(market::root(moved), market::root(market));
}

TEST(MarketRecords, AmountsAndPricesReachTheirLimits) {
  const Market market = read(
      "tongsuan-market 1\nmarket x\ncalendar slots=4096\nclass A\nhub h\n"
      "zone z commodity=power disposal=balance\n"
      "offer o seller=s hub=h class=A steps=1000000000000@1000000\n"
      "offer p seller=s zone=z steps=1Wh@-1000000,1000GWh@0.000001,0.001kWh@1000000\nend\n");
  EXPECT_EQ(market.steps, (std::vector<Step>{{Price(kPriceMax), Amount(kAmountMax)},
                                             {Price(-kPriceMax), Amount(1)},
                                             {Price(1), Amount(kAmountMax)},
                                             {Price(kPriceMax), Amount(1)}}));
  EXPECT_EQ(read(write_market(market)), market);
}

TEST(MarketRecords, WindowsLineEndsTabsCommentsAndAByteOrderMarkAreRead) {
  const Market plain =
      read("tongsuan-market 1\nmarket x\ncalendar slots=3\nhub h region=w\nend 3\n");
  EXPECT_EQ(read("\xEF\xBB\xBFtongsuan-market 1\r\n# comment\r\n\r\nmarket x\t# name\r\n"
                 "  calendar\tslots=3 \r\nhub h region=w#not-a-comment\r\nend 3\r\n")
                .hubs[0]
                .region,
            "w#not-a-comment");
  EXPECT_EQ(read("\xEF\xBB\xBFtongsuan-market 1\r\nmarket x\r\n\tcalendar slots=3\r\n"
                 "hub h region=w # west\r\nend 3\r\n"),
            plain);
}

TEST(MarketRecords, AMarketWithoutAnythingIsAMarket) {
  const Market market = read("tongsuan-market 1\nmarket x\ncalendar slots=1\nend\n");
  EXPECT_TRUE(market.orders.empty() && market.hubs.empty());
  EXPECT_EQ(read(write_market(market)), market);
}

TEST(MarketRecords, VeryLongLinesAreRead) {
  std::string line = "offer o seller=s hub=h class=A steps=";
  for (int i = 0; i < 60'000; ++i) line += (i == 0 ? "" : ",") + std::to_string(i + 1) + "@0.5";
  const Market market =
      read("tongsuan-market 1\nmarket x\ncalendar slots=1\nhub h\nclass A\n" + line + "\nend\n");
  ASSERT_EQ(market.steps.size(), 60'000U);
  EXPECT_EQ(market.steps.back(), (Step{Price(500'000), Amount(60'000)}));
}

// ---- Documents ---------------------------------------------------------------------------------

TEST(MarketRecords, TheExampleOfTheDocumentIsRead) {
  const std::string document =
      read_file(std::string(TONGSUAN_SOURCE_DIR) + "/docs/formats/market.md");
  const std::string text = example(document, "tongsuan-market 1");
  const Market market = read(text);
  EXPECT_EQ(market.orders.size(), 10U);
  EXPECT_EQ(market.hubs.size(), 2U);
  EXPECT_EQ(market.offers.size(), 6U);
  const auto value = [&](const char* name) {
    return market.orders[market.order_names.find_sorted(name)].value;
  };
  EXPECT_EQ(value("sft"), 32 * 6 * 9'500'000LL);
  EXPECT_EQ(value("chat"), 4 * 8 * 11'000'000LL);
}

TEST(MarketRecords, TheDocumentNamesEveryRecordAndField) {
  const std::string document =
      read_file(std::string(TONGSUAN_SOURCE_DIR) + "/docs/formats/market.md");
  // A field that nobody has makes the reader say which fields there are.
  for (const char* record :
       {"market x", "calendar", "class x", "zone x", "hub x", "line x y", "link x y", "account x",
        "data x", "nodes x y", "cap x", "offer x", "order x", "options x", "option x", "curve x",
        "profile x", "service x"}) {
    const ReadReport report =
        read_market(std::string("tongsuan-market 1\n") + record + " qqqqqqqqqq=1\nend\n", "test");
    const auto fault =
        std::find_if(report.faults.listed.begin(), report.faults.listed.end(),
                     [](const ReadFault& item) { return item.code == FaultCode::kUnknownField; });
    ASSERT_NE(fault, report.faults.listed.end()) << record;
    std::string fields = fault->expected.substr(std::string("one of ").size()) + ", ";
    for (std::size_t comma; (comma = fields.find(", ")) != std::string::npos;) {
      const std::string field = '`' + fields.substr(0, comma) + '`';
      EXPECT_NE(document.find(field), std::string::npos) << record << ' ' << field;
      fields.erase(0, comma + 2);
    }
  }
}

// ---- Random markets ----------------------------------------------------------------------------

TEST(MarketRecords, WritingWhatWasReadChangesNothing) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const Market market = market::testing::random_market(seed, {.orders = 10});
    const std::string text = write_market(market);
    const Market copy = read(text);
    ASSERT_EQ(copy, market) << "seed " << seed;
    ASSERT_EQ(write_market(copy), text) << "seed " << seed;
  }
}

TEST(MarketRecords, TheOrderOfLinesHasNoMeaning) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Market market = market::testing::random_market(seed, {.orders = 10});
    std::vector<std::string> lines = lines_of(write_market(market));
    Random random(seed);
    for (std::size_t i = lines.size() - 2; i > 1; --i) {  // not the first line, not the last
      std::swap(lines[i], lines[1 + random.below(i)]);
    }
    const Market shuffled = read(joined(lines));
    ASSERT_EQ(shuffled, market) << "seed " << seed;
    ASSERT_EQ(market::root(shuffled), market::root(market)) << "seed " << seed;
  }
}

TEST(MarketRecords, EveryChangeOfARecordChangesTheRoot) {
  const Market market = market::testing::random_market(11, {.orders = 10});
  const std::vector<std::string> lines = lines_of(write_market(market));
  const Digest root = market::root(market);
  std::size_t changed = 0;
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    for (std::size_t at = 0; at < lines[i].size(); ++at) {
      if (lines[i][at] < '0' || lines[i][at] > '8') continue;
      std::vector<std::string> edited = lines;
      ++edited[i][at];
      const ReadReport report = read_market(joined(edited), "test");
      if (!report.ok()) continue;
      EXPECT_NE(market::root(report.market), root) << edited[i];
      ++changed;
    }
  }
  EXPECT_GT(changed, 100U);
}

}  // namespace
}  // namespace tongsuan::codec
