// Books that no honest day would bring: empty, impossible, contradictory, all alike, or at the
// limits of every number. Each one ends in a verified certificate.
#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tongsuan/clearing/clear.h"
#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/market/random_market.h"

namespace tongsuan::clearing {
namespace {

Market market_of(const std::string& records, std::uint32_t slots = 12) {
  const codec::ReadReport report =
      codec::read_market("tongsuan-market 1\nmarket odd\ncalendar slots=" + std::to_string(slots) +
                             "\nclass A watts=100 node=8\nhub h\nhub k\n" + records + "end\n",
                         "odd");
  EXPECT_TRUE(report.ok()) << report.faults.text();
  return report.market;
}

// Clears, and lets the certificate be read and verified as a stranger would.
Certificate certified(const Market& market, const ClearOptions& options = {}) {
  const Result<Clearing> cleared = clear(market, options);
  if (!cleared.ok()) {
    ADD_FAILURE() << cleared.error().context;
    return {};
  }
  const std::string text = codec::write_certificate(cleared.value().verified.certificate(), market);
  const codec::CertificateReport read = codec::read_certificate(text, "odd", market);
  EXPECT_TRUE(read.ok()) << read.faults.text();
  const market::Verdict verdict = market::verify(market, read.certificate);
  EXPECT_TRUE(verdict.ok()) << verdict.detail;
  return read.certificate;
}

std::vector<std::string> placed(const Market& market, const Certificate& certificate) {
  std::vector<std::string> names;
  for (const Award& award : certificate.outcome.awards) {
    names.emplace_back(market.order_names[award.order.value]);
  }
  return names;
}

using Names = std::vector<std::string>;

ClearOptions seeded(std::uint64_t seed, std::uint32_t threads = 1) {
  ClearOptions options;
  options.seed = seed;
  options.thread_count = threads;
  return options;
}

const std::string kOffer = "offer o seller=s hub=h class=A steps=8@1\n";
// An order that every one of these books can place, so that the rest is seen to do no harm.
const std::string kPlain = "order plain account=a gang=1 run=A:1 value=100\n";

TEST(OddBooks, NothingToSellOrNobodyToBuy) {
  const std::string energy =
      "zone p commodity=power\nzone b commodity=power disposal=balance\nline p b max=1MWh\n";
  for (const std::string& records :
       {std::string(), kOffer, kPlain, energy, energy + kPlain,
        energy + "offer e seller=s zone=p steps=5MWh@1\n",
        energy + "profile j account=a use=p:0:1MWh value=9\n",
        std::string("options j account=a\noption j value=1 use=h/A:0:1\n"),
        std::string("curve j account=a hub=h class=A steps=5@9\n"),
        std::string("nodes h A count=2\nlink h k steps=1TB@1\ncap g devices=3\n")}) {
    const Market market = market_of(records);
    const Certificate certificate = certified(market);
    EXPECT_TRUE(certificate.outcome.awards.empty()) << records;
    EXPECT_TRUE(certificate.totals.empty()) << records;
    EXPECT_EQ(to_string(certificate.welfare), "0") << records;
  }
  EXPECT_TRUE(certified(market_of("", 1)).outcome.awards.empty());
  EXPECT_TRUE(certified(market_of("", kSlotsMax)).outcome.awards.empty());
}

TEST(OddBooks, GangsThatFitNowhere) {
  const Market market =
      market_of(kOffer + kPlain +
                "nodes h A count=1\n"
                "order larger account=a gang=9 run=A:1 value=1000\n"
                "order huge account=a gang=1000000 run=A:12 value=1000000000000\n"
                "order elsewhere account=a gang=1 run=A:1 hubs=k value=1000\n"
                "order nodes account=a gang=9 run=A:1 value=1000 nodes=whole\n"
                "service always account=a class=A gang=9 ranges=0..3,5..9 value=1000\n"
                "options either account=a\noption either value=500 use=h/A:0:9\n"
                "option either value=500 use=h/A:0:1,k/A:0:1\n");
  EXPECT_EQ(placed(market, certified(market)), Names{"plain"});
}

TEST(OddBooks, WindowsThatContradict) {
  const Market market =
      market_of("offer o seller=s hub=h class=A slots=4..8 steps=8@1\n" + kPlain +
                "data nowhere size=1TB\n"
                "order short account=a gang=1 run=A:3 window=4..6 value=1000\n"
                "order longer account=a gang=1 run=A:5 value=1000\n"
                "order early account=a gang=1 run=A:2 window=0..4 value=1000\n"
                "order late account=a gang=1 run=A:1 window=7..8 value=1\n"
                "order before account=a gang=1 run=A:1 window=4..6 value=1000 after=late\n"
                "order data account=a gang=1 run=A:1 value=1000 data=nowhere\n"
                "service gap account=a class=A gang=1 ranges=4..6,7..9 value=1000\n");
  const Names names = placed(market, certified(market));
  EXPECT_TRUE(std::ranges::count(names, "plain") == 1) << testing::PrintToString(names);
  for (const std::string& name : names) EXPECT_TRUE(name == "plain" || name == "late") << name;
}

// Windows of every length over the same eight devices.
TEST(OddBooks, WindowsThatOverlap) {
  std::string records = kOffer;
  for (int begin = 0; begin < 12; ++begin) {
    for (int end = begin + 1; end <= 12; ++end) {
      records += "order j" + std::to_string(begin) + '-' + std::to_string(end) +
                 " account=a gang=3 run=A:" + std::to_string(end - begin) +
                 " window=" + std::to_string(begin) + ".." + std::to_string(end) +
                 " limit=" + std::to_string(2 + (begin * 7 + end) % 5) + '\n';
    }
  }
  const Market market = market_of(records);
  EXPECT_FALSE(certified(market).outcome.awards.empty());
}

TEST(OddBooks, CapsOfNothingAndOrdersWorthNothing) {
  const Market market =
      market_of(kOffer + kPlain +
                "cap g devices=0\ncap c devices=0 hub=h class=A slots=0..12\n"
                "order capped account=a gang=1 run=A:1 value=1000 group=g\n"
                "order also account=a gang=1 run=A:1 value=1000 group=c\n"
                "order worthless account=a gang=1 run=A:1 value=0\n"
                "order spoiled account=a gang=1 run=A:1 window=1..12 value=0 delay=1000\n");
  EXPECT_EQ(placed(market, certified(market)), Names{"plain"});
}

TEST(OddBooks, ChainsLongerThanTheCalendar) {
  std::string records = kOffer;
  for (int i = 0; i < 40; ++i) {
    records += "order j" + std::to_string(100 + i) +
               " account=a gang=1 run=A:1 value=" + std::to_string(i % 3 == 0 ? 0 : 50) +
               (i == 0 ? "" : " after=j" + std::to_string(99 + i)) + '\n';
  }
  const Market market = market_of(records);
  const Names names = placed(market, certified(market));
  EXPECT_LE(names.size(), 12U);
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(names[i], "j" + std::to_string(100 + i));
}

// ---- All alike ---------------------------------------------------------------------------------

std::string twins(int count, const std::string& fields) {
  std::string records;
  for (int i = 0; i < count; ++i) {
    records += "order j" + std::to_string(1'000 + i) + " account=a" + std::to_string(i % 7) +
               fields + '\n';
  }
  return records;
}

// Whoever looks for the first of them must not run out of stack.
TEST(OddBooks, AChainOfFiftyThousandOrders) {
  std::string records = kOffer;
  for (int i = 0; i < 50'000; ++i) {
    records += "order j" + std::to_string(100'000 + i) +
               " account=a gang=1 run=A:1 value=" + std::to_string(i % 2 == 0 ? 1 : 50) +
               (i == 0 ? "" : " after=j" + std::to_string(99'999 + i)) + '\n';
  }
  const Market market = market_of(records);
  ClearOptions options;
  options.search_work_units = 300'000;
  const Names names = placed(market, certified(market, options));
  EXPECT_LE(names.size(), 12U);
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(names[i], "j" + std::to_string(100'000 + i));
  }
}

TEST(OddBooks, EqualOrdersFillWhatThereIsAndTheSeedDraws) {
  const Market market = market_of("offer o seller=s hub=h class=A steps=8@1\n" +
                                  twins(60, " gang=2 run=A:3 value=50"));
  const Certificate first = certified(market, seeded(1));
  EXPECT_EQ(first.outcome.awards.size(), 16U);  // 8 devices, 12 slots: 4 at a time, 4 times
  const Certificate threads = certified(market, seeded(1, 3));
  EXPECT_EQ(threads.outcome, first.outcome);
  const Certificate second = certified(market, seeded(2));
  EXPECT_EQ(to_string(second.welfare), to_string(first.welfare));
  EXPECT_NE(placed(market, second), placed(market, first));
}

// Worth exactly what they cost: placed or not, welfare is 0 and nobody pays too much.
TEST(OddBooks, EqualValuesAndCosts) {
  const Market market = market_of(kOffer + twins(30, " gang=1 run=A:2 limit=1"));
  EXPECT_EQ(to_string(certified(market).welfare), "0");
  const Market free = market_of("offer o seller=s hub=h class=A steps=8@0\n" +
                                twins(30, " gang=1 run=A:2 limit=0"));
  const Certificate nothing = certified(free);
  EXPECT_EQ(to_string(nothing.welfare), "0");
  EXPECT_EQ(nothing.rent, 0);
}

// ---- At the limits -----------------------------------------------------------------------------

TEST(OddBooks, PricesAndValuesAtTheirLimits) {
  const Market market = market_of(
      "offer dear seller=s hub=h class=A steps=4@0,4@1000000\n"
      "order most account=a gang=8 run=A:12 limit=1000000\n"
      "order worth account=b gang=2 run=A:1 hubs=h value=1000000000000\n"
      "order delay account=b gang=2 run=A:1 hubs=h value=1000000000000 delay=83333333333\n"
      "curve c account=c hub=h class=A steps=1@1000000,1@0\n"
      "options o account=d\noption o value=-1000000000000 use=h/A:0:1\n");
  const Names names = placed(market, certified(market));
  EXPECT_EQ(std::ranges::count(names, "worth"), 1);
  EXPECT_EQ(std::ranges::count(names, "delay"), 1);
  EXPECT_EQ(std::ranges::count(names, "o"), 0);
}

TEST(OddBooks, EnergyPricesAtTheirLimits) {
  const std::string zones =
      "zone p commodity=power disposal=balance\nzone q commodity=power\nline p q max=1GWh "
      "tariff=1000000\nline q p min=-1GWh max=1GWh\n";
  const std::string energy =
      "offer low seller=s zone=p steps=10MWh@-1000000,10MWh@1000000\n"
      "offer zero seller=s zone=q steps=10MWh@0,10MWh@1000000\n"
      "curve high account=a zone=p steps=15MWh@1000000,5MWh@-1000000\n"
      "profile whole account=b use=q:0..12:1MWh value=12000000\n"
      "profile away account=b use=p:0..12:-1MWh price=-1000000 minimum=0.0001%\n";
  EXPECT_GT(certified(market_of(zones + energy, 12)).welfare, 0);
  EXPECT_GT(certified(market_of(zones + energy + kOffer + kPlain, 12)).welfare, 0);
}

TEST(OddBooks, AmountsAtTheirLimits) {
  const Market market = market_of(
      "zone p commodity=power disposal=balance\n"
      "offer e seller=s zone=p steps=1000GWh@-1000000,1000GWh@1000000\n"
      "curve c account=a zone=p steps=1000GWh@1000000\n"
      "profile j account=a use=p:0..12:1000GWh value=1000000000000\n");
  EXPECT_GT(certified(market).welfare, 0);
}

TEST(OddBooks, AHundredThousandOrdersForOneDevice) {
  constexpr int kOrders = 100'000;
  std::string records = "offer o seller=s hub=h class=A steps=1@1\n";
  records.reserve(kOrders * 64);
  for (int i = 0; i < kOrders; ++i) {
    records += "order j" + std::to_string(i) +
               " account=a gang=1 run=A:" + std::to_string(1 + i % 3) +
               " limit=" + std::to_string(2 + i % 97) + '\n';
  }
  const Market market = market_of(records);
  ClearOptions options;
  options.search_work_units = 1'000'000;
  const Certificate certificate = certified(market, options);
  std::uint64_t held = 0;
  for (const Award& award : certificate.outcome.awards) {
    held += market.variants[market.orders[award.order.value].variants.begin].duration;
  }
  EXPECT_EQ(held, 12U);
  // More than twelve orders of one slot have the highest limit, 98, and the device costs 1.
  EXPECT_EQ(to_string(certificate.welfare), to_string(int128{12} * 97 * kMicro));
  EXPECT_LT(certificate.bound - certificate.welfare, certificate.welfare / 20);
}

// ---- Cut short ---------------------------------------------------------------------------------

TEST(OddBooks, CancelledAtAnyMomentTheBestSoFarIsVerified) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const Market market = market::testing::random_market(seed, {.orders = 30, .slots = 8});
    for (int moment = 0; moment < 400; moment = moment * 2 + 1) {
      std::atomic<int> asked = 0;
      ClearOptions options = seeded(seed, 2);
      options.search_work_units = 20'000;
      options.dual_steps = 60;
      options.cancelled = [&] { return asked++ >= moment; };
      certified(market, options);
    }
  }
}

}  // namespace
}  // namespace tongsuan::clearing
