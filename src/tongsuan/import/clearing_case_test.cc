#include "tongsuan/import/clearing_case.h"

#include <gtest/gtest.h>

#include "tongsuan/base/text.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/import/trace_fixture.h"
#include "tongsuan/market/canonical.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::imports {
namespace {

using testing_support::gzip_bytes;
using testing_support::shared_folder;
using testing_support::TraceFolder;

constexpr const char* kSupplyHead = "hub,class,slot,step,qty,price\n";
constexpr const char* kOptionsHead = "opt,job,hub,class,start,dur,gang,value\n";

void write_case(const TraceFolder& folder, const std::string& supply, const std::string& options) {
  folder.write("supply.csv.gz", gzip_bytes(kSupplyHead + supply));
  folder.write("options.csv.gz", gzip_bytes(kOptionsHead + options));
}

TEST(ClearingCase, LinesBecomeOffersAndExclusiveOptions) {
  const TraceFolder folder;
  write_case(folder, "0,0,0,0,77,128\n7,2,167,1,5,0\n", "0,3,2,0,63,2,8,269\n1,3,1,1,0,168,4,-5\n");
  const auto made = clearing_case(folder.path(), "tiny");
  ASSERT_TRUE(made.ok()) << made.error().context;
  const Market& market = made.value();
  EXPECT_EQ(market.name, "tiny");
  EXPECT_EQ(market.calendar.slot_count, 168U);
  ASSERT_EQ(market.offers.size(), 2U);
  EXPECT_EQ(market.steps[market.offers[0].steps.begin], (Step{Price(1'280'000), Amount(77)}));
  EXPECT_EQ(market.offers[1].slots, (SlotRange{167, 168}));
  ASSERT_EQ(market.orders.size(), 1U);
  EXPECT_EQ(market.order_names[0], "j000003");
  EXPECT_EQ(market.account_names[market.orders[0].account.value], "b03");
  ASSERT_EQ(market.options.size(), 2U);
  std::int64_t values = 0;
  for (const Option& option : market.options) values += option.value;
  EXPECT_EQ(values, 2'640'000);
}

struct CaseFault {
  const char* supply;
  const char* options;
  const char* message;
};

TEST(ClearingCase, FaultsNameLineColumnValueAndWhatWasExpected) {
  for (const CaseFault& fault : {
           CaseFault{"8,0,0,0,1,1\n", "",
                     "/supply.csv.gz, line 2, column hub: must be from 0 to 7: '8'"},
           CaseFault{"0,0,168,0,1,1\n", "",
                     "/supply.csv.gz, line 2, column slot: must be from 0 to 167: '168'"},
           CaseFault{"0,0,0,0,0,1\n", "",
                     "/supply.csv.gz, line 2, column qty: must be from 1 to 1000000000000: '0'"},
           CaseFault{"0,0,0,0,1,-1\n", "",
                     "/supply.csv.gz, line 2, column price: must be from 0 to 100000000: '-1'"},
           CaseFault{"", "0,0,0,3,0,1,1,1\n",
                     "/options.csv.gz, line 2, column class: must be from 0 to 2: '3'"},
           CaseFault{"", "0,0,0,0,160,9,1,1\n",
                     "/options.csv.gz, line 2, column dur: must be from 1 to 8: '9'"},
           CaseFault{"", "0,0,0,0,0,1,-4,1\n",
                     "/options.csv.gz, line 2, column gang: must be from 1 to 1000000: '-4'"},
           CaseFault{
               "", "0,0,0,0,0,1,1,1\n1,1,0,0,0,1,1,1\n2,0,0,0,0,1,1,1\n",
               "/options.csv.gz, line 4, column job: the options of one job must stand together: "
               "'0'"},
       }) {
    const TraceFolder folder;
    write_case(folder, fault.supply, fault.options);
    const auto made = clearing_case(folder.path(), "bad");
    ASSERT_FALSE(made.ok()) << fault.message;
    EXPECT_EQ(made.error().context, folder.path() + fault.message);
  }
}

TEST(ClearingCase, MissingColumnAndMissingFolderAreNamed) {
  const TraceFolder folder;
  const auto missing = clearing_case(folder.path() + "/nowhere", "bad");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kIo);
  EXPECT_EQ(missing.error().hint, "give the folder that holds supply.csv.gz");
  folder.write("supply.csv.gz", "hub,class,slot,step,price\n");
  const auto column = clearing_case(folder.path(), "bad");
  ASSERT_FALSE(column.ok());
  EXPECT_EQ(column.error().context,
            folder.path() + "/supply.csv.gz, line 1: the header has no column qty");
}

struct Published {
  const char* name;
  std::size_t jobs;
  std::size_t options;
  const char* root;  // of the book under the name "test", as an independent reader first built it
};

TEST(ClearingCase, PublishedCasesHaveTheirKnownRoots) {
  TONGSUAN_NEED_SHARED("clearing_cases");
  for (const Published& known :
       {Published{"j1k", 1'000, 43'486,
                  "071f08565bcc8d9fcd46372f3670e34cf4356ba081d24381566f80cf63117d12"},
        Published{"j5k", 5'000, 216'957,
                  "3d7259d8485f49d02f8ddab8e05a0ce3bd6ecb0f6df562e308cda0dbb74f7939"}}) {
    const std::string folder = shared_folder(std::string("clearing_cases/") + known.name);
    const auto made = clearing_case(folder, "test");
    ASSERT_TRUE(made.ok()) << made.error().context;
    const Market& market = made.value();
    EXPECT_EQ(market.orders.size(), known.jobs);
    EXPECT_EQ(market.options.size(), known.options);
    EXPECT_EQ(market.offers.size(), std::size_t{3} * 8 * 3 * 168);  // three steps in every row
    const Digest root = market::root(market);
    EXPECT_EQ(hex(root.data(), root.size()), known.root);
    const codec::ReadReport report = codec::read_market(codec::write_market(market), known.name);
    ASSERT_TRUE(report.ok()) << report.faults.text();
    EXPECT_EQ(report.market, market);
    const auto problem = market::compile(market);
    ASSERT_TRUE(problem.ok()) << problem.error().context;
    EXPECT_EQ(problem.value().choices.size(), known.options);
  }
}

}  // namespace
}  // namespace tongsuan::imports
