#include "tongsuan/import/italy_market.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "tongsuan/codec/market_text.h"
#include "tongsuan/import/trace_fixture.h"
#include "tongsuan/market/canonical.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::imports {
namespace {

using testing_support::gzip_bytes;
using testing_support::shared_folder;
using testing_support::TraceFolder;

// Two zones of one hour, and one block.
ItalyBook small_book() {
  ItalyBook book;
  book.steps = {{-100'000, 200}, {5'000'000, 300}, {-50'000'000, 100}, {400'000'000, 700}};
  ItalyDay day;
  day.date = "2025-04-01";
  ItalyHour hour;
  hour.supply[0] = {0, 2};
  hour.demand[1] = {2, 4};
  hour.exports[0] = 149;  // kWh: rounds to the 100 kWh grid
  hour.exports[1] = -151;
  hour.flow_max[3] = 2'000;
  hour.flow_max_back[3] = 3'000;
  day.hours = {hour, hour};
  day.hours[1].flow_max[3] = 2'500;
  day.blocks = {{.id = "UP_X_1_99",
                 .zone = 1,
                 .is_supply = true,
                 .price = 7'654'321,
                 .legs = {{0, 100}, {1, 300}}}};
  book.days = {day};
  return book;
}

std::uint32_t order_named(const Market& market, std::string_view name) {
  return market.order_names.find_sorted(name);
}

TEST(ItalyMarket, MapsCurvesLinesExchangesAndBlocks) {
  const Result<Market> made = italy_market(small_book(), 0);
  ASSERT_TRUE(made.ok()) << made.error().context;
  const Market& market = made.value();
  EXPECT_EQ(market.name, "italy-2025-04-01");
  EXPECT_EQ(market.currency, "EUR");
  EXPECT_EQ(market.calendar.start, "2025-04-01T00:00+02:00");
  EXPECT_EQ(market.calendar.slot_count, 2U);
  EXPECT_EQ(market.zones.size(), 7U);
  // CNOR → NORD changes its limit in the second hour; the other five lines are one run of zero
  // room.
  ASSERT_EQ(market.lines.size(), 7U);
  const std::uint32_t nord = market.zone_names.find_sorted("NORD");
  const auto line =
      std::ranges::find_if(market.lines, [&](const Line& l) { return l.to.value == nord; });
  ASSERT_NE(line, market.lines.end());
  EXPECT_EQ(line->slots, (SlotRange{0, 1}));
  EXPECT_EQ(line->min, Amount(-3'000'000));
  EXPECT_EQ(line->max, Amount(2'000'000));
  // Offers: supply of NORD and import of CNOR in two hours each.
  ASSERT_EQ(market.offers.size(), 4U);
  const Offer& supply = market.offers[market.offer_names.find_sorted("supply-NORD-02")];
  ASSERT_EQ(supply.steps.count(), 2U);
  EXPECT_EQ(supply.slots, (SlotRange{1, 2}));
  EXPECT_EQ(market.steps[supply.steps.begin].price, Price(-1'000'000));
  EXPECT_EQ(market.steps[supply.steps.begin].amount, Amount(200'000));
  const Offer& imported = market.offers[market.offer_names.find_sorted("import-CNOR-01")];
  EXPECT_EQ(market.steps[imported.steps.begin].price, Price(-600'000'000));
  EXPECT_EQ(market.steps[imported.steps.begin].amount, Amount(200'000));
  const Order& exported = market.orders[order_named(market, "export-NORD-01")];
  EXPECT_EQ(market.steps[exported.steps.begin].price, Price(4'100'000'000));
  EXPECT_EQ(market.steps[exported.steps.begin].amount, Amount(100'000));
  const Order& demand = market.orders[order_named(market, "demand-CNOR-01")];
  EXPECT_EQ(market.steps[demand.steps.begin].price, Price(4'000'000'000));
  EXPECT_EQ(market.steps[demand.steps.begin + 1].price, Price(-500'000'000));
  const Order& block = market.orders[order_named(market, "UP_X_1_99")];
  EXPECT_EQ(market.account_names[block.account.value], "UP_X_1");
  EXPECT_EQ(block.minimum_ppm, 1'000'000U);
  const Option& option = market.options[block.options.begin];
  EXPECT_EQ(option.value, -30'617'284);  // 400 kWh at 76.54321 EUR/MWh
  EXPECT_EQ(market.legs[option.legs.begin + 1].amount, -300'000);
  // Two hours of: demand 0.1 MWh at −500 and 0.7 at 4000, export 0.1 at 4100, import 0.2 at −600.
  EXPECT_EQ(italy_constant(small_book(), 0),
            int128{2 * (-50 + 2'800 + 410 + 120)} * 1'000'000 * 1'000'000);
}

TEST(ItalyMarket, RefusesADayThatIsNotThereAndABlockWithoutEnergy) {
  ItalyBook book = small_book();
  const auto beyond = italy_market(book, 1);
  ASSERT_FALSE(beyond.ok());
  EXPECT_EQ(beyond.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(beyond.error().context, "day 1 of 1 days of the Italian market (days count from 0)");
  EXPECT_EQ(find_italy_day(book, "2025-04-01").value(), 0U);
  const auto unknown = find_italy_day(book, "2025-04-21");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().context, "the Italian market has no day '2025-04-21'");
  EXPECT_EQ(unknown.error().hint, "use a day from 2025-04-01 to 2025-04-01");
  book.days[0].blocks[0].legs = {{0, 0}};
  const auto empty = italy_market(book, 0);
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error().context, "2025-04-01: block UP_X_1_99 has no energy");
}

TEST(ItalyMarket, DaysBeginInSummerOrWinterTime) {
  EXPECT_EQ(rome_midnight("2025-03-30").value(), "2025-03-30T00:00+01:00");  // the change
  EXPECT_EQ(rome_midnight("2025-03-31").value(), "2025-03-31T00:00+02:00");
  EXPECT_EQ(rome_midnight("2025-10-26").value(), "2025-10-26T00:00+02:00");  // the change
  EXPECT_EQ(rome_midnight("2025-10-27").value(), "2025-10-27T00:00+01:00");
  EXPECT_EQ(rome_midnight("2024-02-29").value(), "2024-02-29T00:00+01:00");
  for (const char* bad : {"", "2025-4-1", "2025-13-01", "2025-04-00", "yyyy-mm-dd"}) {
    EXPECT_FALSE(rome_midnight(bad).ok()) << bad;
  }
}

TEST(ItalyMarket, NegativeEnergyOfABlockIsRefused) {
  const TraceFolder folder;
  const std::string curves =
      "delivery_day,period,zone,side,price_eur_per_mwh,quantity_mwh\n2025-04-01,1,NORD,supply,1.0,"
      "2.0\n";
  folder.write("simple-bid-curves.csv.gz", gzip_bytes(curves));
  folder.write("published-exchanges.csv.gz", "delivery_day,period,zone,exchange_mwh\n");
  folder.write("internal-transfer-capacities.csv.gz",
               "delivery_day,period,from_zone,to_zone,forward_capacity_mwh,reverse_capacity_mwh\n");
  folder.write("published-prices.csv.gz", "delivery_day,period,zone,price_eur_per_mwh\n");
  folder.write("published-flows.csv.gz", "delivery_day,period,from_zone,to_zone,flow_mwh\n");
  const std::string head =
      "delivery_day,period,block_id,zone,side,quantity_mwh,price_eur_per_mwh,published_status\n";
  folder.write("block-orders.csv.gz", head + "2025-04-01,1,B_1,NORD,supply,-0.5,30.0,ACC\n");
  const auto bad = load_italy(folder.path(), ItalyCurves::kSimple);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().context, folder.path() +
                                     "/block-orders.csv.gz, line 2, column quantity_mwh: "
                                     "must not be negative: '-0.5'");
  folder.write("block-orders.csv.gz", head + "2025-04-01,1,B_1,NORD,supply,0.5,30.0,ACC\n");
  const auto good = load_italy(folder.path(), ItalyCurves::kSimple);
  ASSERT_TRUE(good.ok()) << good.error().context;
  EXPECT_TRUE(italy_market(good.value(), 0).ok());
}

TEST(ItalyMarket, EveryPublishedDayCompilesAndReadsBack) {
  TONGSUAN_NEED_SHARED("italy_mgp");
  const auto book = load_italy(shared_folder("italy_mgp"), ItalyCurves::kSimple);
  ASSERT_TRUE(book.ok()) << book.error().context;
  ASSERT_EQ(book.value().days.size(), 20U);
  std::size_t blocks = 0;
  std::size_t steps = 0;
  for (std::size_t day = 0; day < 20; ++day) {
    const auto made = italy_market(book.value(), day);
    ASSERT_TRUE(made.ok()) << made.error().context;
    const Market& market = made.value();
    for (const Order& order : market.orders) blocks += order.kind == OrderKind::kProfile ? 1 : 0;
    const auto problem = market::compile(market);
    ASSERT_TRUE(problem.ok()) << problem.error().context;
    EXPECT_EQ(problem.value().lanes.size(), 7U);
    EXPECT_EQ(problem.value().choices.size(), book.value().days[day].blocks.size());
    EXPECT_EQ(problem.value().line_slots.size(), 6U * 24U);
    steps += problem.value().supply.size() + problem.value().demand.size();
    // Net exchanges are the only steps that are not rows of the curves.
    std::size_t exchanges = 0;
    for (const ItalyHour& hour : book.value().days[day].hours) {
      for (const std::int64_t exported : balanced_exports(hour)) exchanges += exported != 0 ? 1 : 0;
    }
    steps -= exchanges;
    if (day > 1) continue;  // reading back two days is enough
    const codec::ReadReport report = codec::read_market(codec::write_market(market), "italy");
    ASSERT_TRUE(report.ok()) << report.faults.text();
    EXPECT_EQ(report.market, market);
    EXPECT_EQ(market::root(report.market), market::root(italy_market(book.value(), day).value()));
  }
  EXPECT_EQ(blocks, 761U);
  EXPECT_EQ(steps, 357'996U);  // rows of simple-bid-curves
}

}  // namespace
}  // namespace tongsuan::imports
