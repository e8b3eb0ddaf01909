// Certificates there and back, and every kind of mistake in a certificate file.
#include "tongsuan/codec/certificate_text.h"

#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "tongsuan/codec/market_text.h"
#include "tongsuan/market/certificate_builder.h"
#include "tongsuan/market/random_market.h"
#include "tongsuan/market/verify.h"

namespace tongsuan::codec {
namespace {

using market::testing::signed_round;
using market::testing::SignedRound;

const SignedRound& honest() {
  static const SignedRound kRound = signed_round();
  return kRound;
}

std::string honest_text() {
  return write_certificate(honest().certificate, honest().market);
}

CertificateReport read(const std::string& text) {
  return read_certificate(text, "c", honest().market);
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

// ---- There and back ----------------------------------------------------------------------------

void expect_round_trip(const Certificate& certificate, const Market& market) {
  const std::string text = write_certificate(certificate, market);
  const CertificateReport report = read_certificate(text, "c", market);
  ASSERT_TRUE(report.ok()) << report.faults.text() << text;
  ASSERT_EQ(report.certificate, certificate) << text;
  ASSERT_EQ(write_certificate(report.certificate, market), text);
}

TEST(CertificateText, AnHonestCertificateSurvivesAndStillVerifies) {
  expect_round_trip(honest().certificate, honest().market);
  EXPECT_TRUE(market::verify(honest().market, read(honest_text()).certificate).ok());
}

TEST(CertificateText, IsWrittenWithNames) {
  const std::string text = honest_text();
  for (const char* line :
       {"\nround 7 seed=42\n", "\naccount buyer paid=", "\naward battery lots=6000\n",
        "\naward either variant=1\n", "\naward follower hub=beta start=2\n",
        "\nflow north south slots=0..4 wh=", "\nbound 0 prices=1x4\n", "\npayment 0 prices=bound\n",
        "\ngangs sizes=2,4,8\n", "\ngang 0 2 prices=2.25x4\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

TEST(CertificateText, ExtremeNumbersSurvive) {
  constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min();
  Certificate certificate = honest().certificate;
  certificate.market = "a \"quoted\" name \\ #1";
  certificate.round = certificate.seed = std::numeric_limits<std::uint64_t>::max();
  certificate.root.fill(0xFF);
  certificate.welfare = -kInt128Max;
  certificate.bound = kInt128Max;
  certificate.gang_bound = -1;
  certificate.strengthenings = kPresolve;
  certificate.rent = kLow;
  certificate.totals[0].paid = kHigh;
  certificate.totals[1].received = kLow;
  certificate.line_rents[0] = kHigh;
  certificate.outcome.flows[0] = -kAmountMax;
  certificate.outcome.flows[1] = kAmountMax;
  certificate.outcome.awards[0].lots = 0xFFFF'FFFF;
  certificate.outcome.awards[0].start = kSlotsMax - 1;
  certificate.bound_prices.front() = kPriceMax;
  certificate.payment_prices.back() = -kPriceMax;
  certificate.gang_prices.prices.back() = kFormatGangPriceMax;
  expect_round_trip(certificate, honest().market);
}

TEST(CertificateText, NothingAtAllSurvives) {
  const Market market = [] {
    return read_market("tongsuan-market 1\nmarket m\ncalendar slots=1\nend\n", "m").market;
  }();
  Certificate certificate;
  certificate.market = "m";
  expect_round_trip(certificate, market);
}

// Random numbers in the shape of random markets; whether they are true is not asked here.
Certificate random_certificate(const Market& market, std::uint64_t seed) {
  Random random(seed);
  Certificate certificate;
  certificate.market = market.name;
  certificate.round = random.next();
  certificate.seed = random.next();
  certificate.root[0] = static_cast<std::uint8_t>(random.below(256));
  certificate.welfare = int128{random.between(-1'000'000, 1'000'000)} * kMoneyMax;
  certificate.bound = random.between(0, 9);
  certificate.gang_bound = random.between(0, 1);
  certificate.rent = random.between(-9, 9);
  for (std::uint32_t i = 0; i < market.orders.size(); ++i) {
    if (random.below(2) == 0) continue;
    Award award;
    award.order = OrderId{i};
    award.variant = static_cast<std::uint32_t>(random.below(3));
    award.start = static_cast<Slot>(random.below(5));
    award.lots = static_cast<std::uint32_t>(random.below(3));
    if (random.below(3) > 0)
      award.hub = static_cast<std::uint32_t>(random.below(market.hubs.size()));
    certificate.outcome.awards.push_back(award);
  }
  for (const Line& line : market.lines) {
    const bool idle = random.below(2) == 0;
    for (Slot t = line.slots.begin; t < line.slots.end; ++t) {
      certificate.outcome.flows.push_back(idle ? 0 : random.between(-2, 2));
    }
    certificate.line_rents.push_back(random.between(-1, 1));
  }
  const std::size_t rows = random.below(4) * market.calendar.slot_count;
  for (std::size_t i = 0; i < rows; ++i) {
    certificate.bound_prices.push_back(random.between(-2, 2) * 125'000);
    certificate.payment_prices.push_back(random.below(4) == 0 ? random.between(-3, 3)
                                                              : certificate.bound_prices.back());
  }
  if (random.below(2) == 0) certificate.gang_prices.sizes = {1, 4};
  if (!certificate.gang_prices.sizes.empty()) {
    for (std::size_t i = 0; i < 2 * market.calendar.slot_count; ++i) {
      certificate.gang_prices.prices.push_back(random.between(0, 2) * 333'333);
    }
  }
  for (std::uint32_t i = 0; i < market.account_names.size(); ++i) {
    if (random.below(2) == 0) continue;
    certificate.totals.push_back({AccountId{i}, random.between(0, 3), random.between(-2, 3)});
  }
  return certificate;
}

TEST(CertificateText, RandomCertificatesSurvive) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(seed);
    const Market market = market::testing::random_market(seed, {.orders = 12});
    expect_round_trip(random_certificate(market, seed), market);
    if (HasFatalFailure()) return;
  }
}

// ---- The document ------------------------------------------------------------------------------

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string example(const std::string& file, const std::string& first_line) {
  const std::string document =
      read_file(std::string(TONGSUAN_SOURCE_DIR) + "/docs/formats/" + file);
  const std::string fence = "```text\n";
  const std::size_t begin = document.find(fence + first_line) + fence.size();
  return document.substr(begin, document.find("```", begin) - begin);
}

TEST(CertificateText, TheExampleOfTheDocumentIsVerified) {
  const ReadReport book = read_market(example("market.md", "tongsuan-market 1"), "market.md");
  ASSERT_TRUE(book.ok()) << book.faults.text();
  const std::string text = example("certificate.md", "tongsuan-certificate 1");
  const CertificateReport report = read_certificate(text, "certificate.md", book.market);
  ASSERT_TRUE(report.ok()) << report.faults.text();
  const market::Verdict verdict = market::verify(book.market, report.certificate);
  EXPECT_TRUE(verdict.ok()) << verdict.detail;
  EXPECT_EQ(write_certificate(report.certificate, book.market), text);
}

// ---- Mistakes ----------------------------------------------------------------------------------

struct Mistake {
  const char* name;
  const char* what;    // text of the honest certificate ...
  const char* with;    // ... and what stands in its place
  const char* faults;  // "" where only the code is of interest
};

void PrintTo(const Mistake& mistake, std::ostream* out) {
  *out << mistake.name;
}

class CertificateMistake : public testing::TestWithParam<Mistake> {};

TEST_P(CertificateMistake, IsReportedInTermsOfTheFile) {
  const CertificateReport report = read(replaced(honest_text(), GetParam().what, GetParam().with));
  EXPECT_EQ(report.faults.text(), std::string(GetParam().faults) + '\n');
  EXPECT_EQ(report.certificate, Certificate()) << "half-loaded";
}

std::vector<Mistake> mistakes() {
  return {
      {"OtherVersion", "tongsuan-certificate 1", "tongsuan-certificate 2",
       "c:1: tongsuan-certificate 2: \"2\" is not a version that this reader knows; expected "
       "\"tongsuan-certificate 1\" [header]"},
      {"OtherFormat", "tongsuan-certificate 1", "tongsuan-market 1",
       "c:1: tongsuan-market 1: \"tongsuan-market\" is not the name of this format; expected a "
       "first line \"tongsuan-certificate 1\" [header]"},
      {"ShortRoot", "root=f0", "root=f",
       "c:2: market test: field root: "
       "\"f2094533570fc100265f0dd627912c51080d6a3b1cd2afac19fd4cbe5bd1...\" is not a hash; "
       "expected 64 digits from 0 to 9 and a to f [bad-value]"},
      {"RootInCapitals", "root=f0", "root=F0",
       "c:2: market test: field root: "
       "\"F02094533570fc100265f0dd627912c51080d6a3b1cd2afac19fd4cbe5bd...\" is not a hash; "
       "expected 64 digits from 0 to 9 and a to f [bad-value]"},
      {"NoRoot", " root=", "\n# ", "c:2: market test: field root is missing [missing-field]"},
      {"NegativeRound", "round 7", "round -7",
       "c:3: round -7: \"-7\" is not a number that fits; expected a whole number from 0 to "
       "18446744073709551615 [bad-value]"},
      {"RoundBeyond64Bits", "round 7", "round 18446744073709551616",
       "c:3: round 18446744073709551616: \"18446744073709551616\" is not a number that fits; "
       "expected a whole number from 0 to 18446744073709551615 [bad-value]"},
      {"NoSeed", " seed=42", "", "c:3: round 7: field seed is missing [missing-field]"},
      {"SeedIsNoNumber", "seed=42", "seed=0x2a",
       "c:3: round 7: field seed: \"0x2a\" is not a number that fits; expected a whole number from "
       "0 to 18446744073709551615 [bad-value]"},
      {"WelfareWithAFraction", "welfare=", "welfare=0.5",
       "c:4: proof: field welfare: \"0.5286563000000000\" is not a sum of undivided money; "
       "expected a whole number below 2^127 [bad-value]"},
      {"WelfareBeyond128Bits", "welfare=", "welfare=999999999999999999999999999",
       "c:4: proof: field welfare: \"999999999999999999999999999286563000000000\" is not a sum of "
       "undivided money; expected a whole number below 2^127 [bad-value]"},
      {"UnknownStrengthening", " rent=", " strengthenings=magic rent=",
       "c:4: proof: field strengthenings: \"magic\" is not a strengthening that this reader knows; "
       "expected presolve [bad-value]"},
      {"RentTooPrecise", "rent=7.008", "rent=7.0080001",
       "c:4: proof: field rent: \"7.0080001\" is not an amount of money; expected a number with at "
       "most 6 decimals, below 9.2 * 10^12 [bad-value]"},
      {"RentBeyond64Bits", "rent=7.008", "rent=9223372036854.775808",
       "c:4: proof: field rent: \"9223372036854.775808\" is not an amount of money; expected a "
       "number with at most 6 decimals, below 9.2 * 10^12 [bad-value]"},
      {"NoRent", " rent=7.008", "", "c:4: proof: field rent is missing [missing-field]"},
      {"UnknownAccount", "account buyer", "account bayer",
       "c:5: account bayer: \"bayer\" is not an account of the market; expected the name of an "
       "account that trades [unknown-name]"},
      {"AccountsOutOfOrder", "account buyer", "account west paid=1\naccount buyer",
       "c:6: account buyer: \"buyer\" comes after an account with a later or the same name; "
       "expected each account once, in the order of their names [order]\nc:7: account rival: "
       "\"rival\" comes after an account with a later or the same name; expected each account "
       "once, in the order of their names [order]\nc:8: account solar: \"solar\" comes after an "
       "account with a later or the same name; expected each account once, in the order of their "
       "names [order]\nc:9: account utility: \"utility\" comes after an account with a later or "
       "the same name; expected each account once, in the order of their names [order]\nc:10: "
       "account west: \"west\" comes after an account with a later or the same name; expected each "
       "account once, in the order of their names [order]\nc:48: end 45: \"45\" is not the number "
       "of records: the file has 46, so lines are missing or were added [end-count]"},
      {"AccountTwice", "account buyer", "account buyer\naccount buyer",
       "c:6: account buyer: \"buyer\" comes after an account with a later or the same name; "
       "expected each account once, in the order of their names [order]\nc:48: end 45: \"45\" is "
       "not the number of records: the file has 46, so lines are missing or were added "
       "[end-count]"},
      {"PaidIsNoMoney", "buyer paid=", "buyer paid=CNY",
       "c:5: account buyer: field paid: \"CNY29.19\" is not an amount of money; expected a number "
       "with at most 6 decimals, below 9.2 * 10^12 [bad-value]"},
      {"UnknownOrder", "award either", "award eithr",
       "c:11: award eithr: \"eithr\" is not an order of the market; expected the name of an order; "
       "did you mean \"either\"? [unknown-name]"},
      {"AwardTwice", "award either", "award battery\naward either",
       "c:11: award battery: \"battery\" is awarded twice; expected each accepted order once, in "
       "the order of their names [duplicate-name]\nc:48: end 45: \"45\" is not the number of "
       "records: the file has 46, so lines are missing or were added [end-count]"},
      {"AwardsOutOfOrder", "award first", "award twin-a\naward first",
       "c:13: award first: \"first\" comes after an order with a later name; expected each "
       "accepted order once, in the order of their names [order]\nc:14: award follower: "
       "\"follower\" comes after an order with a later name; expected each accepted order once, in "
       "the order of their names [order]\nc:15: award green: \"green\" comes after an order with a "
       "later name; expected each accepted order once, in the order of their names [order]\nc:16: "
       "award learn: \"learn\" comes after an order with a later name; expected each accepted "
       "order once, in the order of their names [order]\nc:17: award sandboxed: \"sandboxed\" "
       "comes after an order with a later name; expected each accepted order once, in the order of "
       "their names [order]\nc:18: award service: \"service\" comes after an order with a later "
       "name; expected each accepted order once, in the order of their names [order]\nc:19: award "
       "twin-a: \"twin-a\" is awarded twice; expected each accepted order once, in the order of "
       "their names [duplicate-name]\nc:48: end 45: \"45\" is not the number of records: the file "
       "has 46, so lines are missing or were added [end-count]"},
      {"UnknownHub", "follower hub=beta", "follower hub=gamma",
       "c:13: award follower: field hub: \"gamma\" is not a hub of the market; expected the name "
       "of a hub [unknown-name]"},
      {"NegativeStart", "start=2", "start=-2",
       "c:13: award follower: field start: \"-2\" is out of range; expected a whole number from 0 "
       "to 4095 [out-of-range]"},
      {"StartBeyondEveryCalendar", "start=2", "start=4096",
       "c:13: award follower: field start: \"4096\" is out of range; expected a whole number from "
       "0 to 4095 [out-of-range]"},
      {"StartIsNoNumber", "start=2", "start=soon",
       "c:13: award follower: field start: \"soon\" is not understood; expected a whole number "
       "from 0 to 4095 [bad-value]"},
      {"HugeVariant", "variant=1", "variant=65535",
       "c:11: award either: field variant: \"65535\" is out of range; expected a whole number from "
       "0 to 65534 [out-of-range]"},
      {"HugeLots", "lots=6000", "lots=4294967296",
       "c:10: award battery: field lots: \"4294967296\" is out of range; expected a whole number "
       "from 0 to 4294967295 [out-of-range]"},
      {"UnknownFieldOfAnAward", "lots=6000", "lot=6000",
       "c:10: award battery: \"lot\" is not a field of \"award\"; expected one of hub, start, "
       "variant, lots; did you mean \"lots\"? [unknown-field]"},
      {"UnknownLine", "flow north south", "flow south north",
       "c:20: flow south north: the market has no such line; expected the two zones and the slots "
       "of a line of the market [unknown-name]"},
      {"SlotsOfNoLine", "slots=0..4", "slots=0..3",
       "c:20: flow north south: the market has no such line; expected the two zones and the slots "
       "of a line of the market [unknown-name]"},
      {"FlowTwice", "flow north south", "flow north south slots=0..4\nflow north south",
       "c:21: flow north south: it comes after a later line, or again; expected each line once, in "
       "the order of the canonical market [order]\nc:48: end 45: \"45\" is not the number of "
       "records: the file has 46, so lines are missing or were added [end-count]"},
      {"TooFewFlows", "wh=8400,0,", "wh=8400,",
       "c:20: flow north south: field wh: \"8400,6200,2200\" has 3 numbers; expected 4 numbers, "
       "one for each slot [out-of-range]"},
      {"TooManyFlows", "wh=8400,0,", "wh=8400,0x2,",
       "c:20: flow north south: field wh: \"8400,0x2,6200,2200\" has 5 numbers; expected 4 "
       "numbers, one for each slot [out-of-range]"},
      {"FlowWithAFraction", "wh=8400,", "wh=8400.5,",
       "c:20: flow north south: field wh: \"8400.5\" has more digits than can be kept; expected "
       "numbers from -1000000000000 to 1000000000000 with at most 0 decimals [too-precise]"},
      {"FlowBeyondTheLimit", "wh=8400,", "wh=1000000000001,",
       "c:20: flow north south: field wh: \"1000000000001\" is out of range; expected numbers from "
       "-1000000000000 to 1000000000000 with at most 0 decimals [out-of-range]"},
      {"RunOfNone", "bound 0 prices=1x4", "bound 0 prices=1x4,2x0",
       "c:21: bound 0: field prices: \"2x0\" is not understood; expected NUMBER or NUMBERxCOUNT "
       "such as 8.5x24 [bad-value]"},
      {"RunWithoutACount", "bound 0 prices=1x4", "bound 0 prices=1x",
       "c:21: bound 0: field prices: \"1x\" is not understood; expected NUMBER or NUMBERxCOUNT "
       "such as 8.5x24 [bad-value]"},
      {"RunTooLong", "bound 0 prices=1x4", "bound 0 prices=1x5",
       "c:21: bound 0: field prices: \"1x5\" has 5 numbers; expected 4 numbers, one for each slot "
       "[out-of-range]"},
      {"RunFarTooLong", "bound 0 prices=1x4", "bound 0 prices=1x99999999999999999999",
       "c:21: bound 0: field prices: \"1x99999999999999999999\" has 4294967295 numbers; expected 4 "
       "numbers, one for each slot [out-of-range]"},
      {"RunTooShort", "bound 0 prices=1x4", "bound 0 prices=1x3",
       "c:21: bound 0: field prices: \"1x3\" has 3 numbers; expected 4 numbers, one for each slot "
       "[out-of-range]"},
      {"EmptyItem", "bound 0 prices=1x4", "bound 0 prices=1x3,",
       "c:21: bound 0: field prices: an empty value is not understood; expected numbers from "
       "-1000000 to 1000000 with at most 6 decimals [bad-value]"},
      {"NoPrices", "bound 0 prices=1x4", "bound 0 prices=",
       "c:21: bound 0: field prices: an empty value is not understood; expected numbers from "
       "-1000000 to 1000000 with at most 6 decimals [bad-value]"},
      {"PriceAtInt64Max", "bound 0 prices=1x4", "bound 0 prices=9223372036854.775807x4",
       "c:21: bound 0: field prices: \"9223372036854.775807x4\" is out of range; expected numbers "
       "from -1000000 to 1000000 with at most 6 decimals [out-of-range]"},
      {"PriceTooPrecise", "bound 0 prices=1x4", "bound 0 prices=1.0000001x4",
       "c:21: bound 0: field prices: \"1.0000001x4\" has more digits than can be kept; expected "
       "numbers from -1000000 to 1000000 with at most 6 decimals [too-precise]"},
      {"LaneLeftOut", "bound 0 prices=1x4\n", "",
       "c:21: bound 1: \"1\" is not the next lane; expected lane 0 [order]\nc:46: end 45: \"45\" "
       "is not the number of records: the file has 44, so lines are missing or were added "
       "[end-count]"},
      {"LaneIsNoNumber", "bound 0 prices", "bound zero prices",
       "c:21: bound zero: \"zero\" is not the next lane; expected lane 0 [bad-value]"},
      {"PaymentOfAnUnknownBound", "payment 7 prices=bound",
       "payment 7 prices=bound\npayment 8 prices=bound",
       "c:37: payment 8: the market has not so many lanes; expected at most 8 [too-large]\nc:48: "
       "end 45: \"45\" is not the number of records: the file has 46, so lines are missing or were "
       "added [end-count]"},
      {"BoundStandsForBound", "bound 0 prices=1x4", "bound 0 prices=bound",
       "c:21: bound 0: field prices: \"bound\" is not understood; expected numbers from -1000000 "
       "to 1000000 with at most 6 decimals [bad-value]"},
      {"GangSizesThatFall", "sizes=2,4,8", "sizes=2,8,4",
       "c:37: gangs: field sizes: \"4\" is not a multiple of the size before it; expected sizes "
       "that "
       "rise, each dividing the next [order]"},
      {"GangSizeThatIsNoMultiple", "sizes=2,4,8", "sizes=2,4,6",
       "c:37: gangs: field sizes: \"6\" is not a multiple of the size before it; expected sizes "
       "that "
       "rise, each dividing the next [order]"},
      {"GangSizeOfZero", "sizes=2,4,8", "sizes=0,4,8",
       "c:37: gangs: field sizes: \"0\" is not a gang size; expected a number from 1 to 1000000 "
       "[bad-value]"},
      {"GangOfAnUnknownSize", "gang 0 2 ", "gang 0 5 ",
       "c:38: gang 0 5: \"5\" is not the next size; expected size 2 [order]\nc:39: gang 0 4: \"4\" "
       "is not the next size; expected size 2 [order]"},
      {"NegativeGangPrice", "gang 0 2 prices=2.25x4", "gang 0 2 prices=-2.25x4",
       "c:38: gang 0 2: field prices: \"-2.25x4\" is out of range; expected numbers from 0 to "
       "1000000000 with at most 6 decimals [out-of-range]"},
      {"GangsWithoutSizes", "gangs sizes=2,4,8\n", "",
       "c:37: gang 0 2: no sizes were given before; expected a line \"gangs sizes=...\" first "
       "[missing-record]\nc:46: end 45: \"45\" is not the number of records: the file has 44, so "
       "lines are missing or were added [end-count]"},
      {"LastGangMissing", "gang 2 8 prices=0.25x4\n", "",
       "c:1: tongsuan-certificate 1: the last lane has not all of its gang records; expected one "
       "\"gang\" record for each of 3 sizes [missing-record]\nc:46: end 45: \"45\" is not the "
       "number of records: the file has 44, so lines are missing or were added [end-count]"},
      {"UnknownRecord", "award battery", "awrd battery",
       "c:10: awrd battery: \"awrd\" is not a kind of record; expected one of market, round, "
       "proof, account, award, flow, bound, payment, gangs, gang; did you mean \"award\"? "
       "[unknown-record]"},
      {"RecordsOutOfOrder", "gangs sizes", "award battery\ngangs sizes",
       "c:37: award battery: it comes after a record \"payment\"; expected the kinds of records in "
       "their order [order]\nc:37: award battery: \"battery\" comes after an order with a later "
       "name; expected each accepted order once, in the order of their names [order]\nc:48: end "
       "45: \"45\" is not the number of records: the file has 46, so lines are missing or were "
       "added [end-count]"},
      {"WrongEnd", "end 45", "end 44",
       "c:47: end 44: \"44\" is not the number of records: the file has 45, so lines are missing "
       "or were added [end-count]"},
      {"SecondProof", "account buyer", "proof welfare=1 bound=1 rent=0\naccount buyer",
       "c:5: proof: there is another \"proof\" record; expected only one [duplicate-record]\nc:48: "
       "end 45: \"45\" is not the number of records: the file has 46, so lines are missing or were "
       "added [end-count]"},
  };
}

INSTANTIATE_TEST_SUITE_P(All, CertificateMistake, testing::ValuesIn(mistakes()),
                         [](const auto& item) { return std::string(item.param.name); });

TEST(CertificateMistakes, AFileCutAnywhereIsRefused) {
  const std::string text = honest_text();
  for (std::size_t size = 0; size < text.size(); ++size) {
    const CertificateReport report = read(text.substr(0, size));
    ASSERT_FALSE(report.ok()) << size << " bytes";
    ASSERT_EQ(report.certificate, Certificate());
  }
}

TEST(CertificateMistakes, AFileWithoutOneOfItsLinesOrWithOneTwiceIsRefused) {
  const std::string text = honest_text();
  for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
    const std::string line = text.substr(begin, text.find('\n', begin) + 1 - begin);
    std::string edited = text;
    ASSERT_FALSE(read(edited.erase(begin, line.size())).ok()) << "without " << line;
    edited = text;
    ASSERT_FALSE(read(edited.insert(begin, line)).ok()) << "twice " << line;
  }
}

TEST(CertificateMistakes, RunsCannotAskForMoreThanTheMarketHas) {
  std::string text = "tongsuan-certificate 1\n";
  for (int lane = 0; lane < 100'000; ++lane) {
    text += "bound " + std::to_string(lane) + " prices=0x4\n";
  }
  const CertificateReport report = read(text);
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(report.faults.listed[0].code, FaultCode::kTooLarge);
}

TEST(CertificateMistakes, ACertificateOfAnotherMarketDoesNotFit) {
  const Market other = market::testing::random_market(5);
  const CertificateReport report = read_certificate(honest_text(), "c", other);
  EXPECT_FALSE(report.ok());
  EXPECT_GT(report.faults.count, 10U);
}

}  // namespace
}  // namespace tongsuan::codec
