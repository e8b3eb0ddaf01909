// A bill in its forms: the same numbers, and nothing that a browser or a spreadsheet would run.
#include "tongsuan/report/bill.h"

#include <gtest/gtest.h>

#include "tongsuan/report/html_checker.h"

namespace tongsuan::report {
namespace {

BillRow known_row() {
  BillRow row;
  row.contract = "C-4";
  row.order = "O-7";
  row.name = "train, \"big\"";
  row.hub = "guian";
  row.accelerator = "H800";
  row.devices = 8;
  row.from = "2026-04-13T08:00:00+08:00";
  row.until = "2026-04-13T10:00:00+08:00";
  row.end = "2026-04-13T09:00:00+08:00";
  row.end_reason = "completed";
  row.delivered = 28'800;
  row.missed = 5;
  row.ended_early = 3'600;
  row.overrun = 0;
  row.price = 3'900'000;
  row.amounts.add(BillKind::kPayment, -31'200'001);
  row.amounts.add(BillKind::kPenalty, 10'000);
  return row;
}

Bill bill_of(std::vector<BillRow> rows) {
  Bill bill;
  bill.participant = "P-2";
  bill.name = "team-nlp";
  bill.currency = "CNY";
  bill.from = "2026-04-01T00:00:00+08:00";
  bill.to = "2026-05-01T00:00:00+08:00";
  bill.sequence = 99;
  bill.opening = 1'000'000'000;
  bill.rows = std::move(rows);
  for (const BillRow& row : bill.rows) bill.totals.add(row.amounts);
  bill.totals.add(BillKind::kDeposit, 5'000'000);
  bill.closing = bill.opening + bill.totals.net();
  return bill;
}

TEST(Bill, AmountsHaveEveryDigitAndTwoAtLeast) {
  EXPECT_EQ(exact_amount(0), "0.00");
  EXPECT_EQ(exact_amount(-1), "-0.000001");
  EXPECT_EQ(exact_amount(14'500'000), "14.50");
  EXPECT_EQ(exact_amount(-1'230'000'100), "-1230.0001");
  EXPECT_EQ(exact_amount(int128{10'000'000'000} * 1'000'000'000'000), "10000000000000000.00");
}

TEST(Bill, CsvAddsUpFromBalanceToBalance) {
  EXPECT_EQ(
      bill_csv(bill_of({known_row()})),
      "row,participant,contract,order,name,role,state,hub,class,devices,from,until,end,end_reason,"
      "delivered_device_seconds,missed_seconds,ended_early_seconds,overrun_seconds,price,payment,"
      "take_or_pay,premium,penalty,refund,voucher,resale,other,unknown,net,balance,currency,"
      "as_of\r\n"
      "opening,P-2,,,,,,,,,,,,,,,,,,,,,,,,,,,,1000.00,CNY,99\r\n"
      "contract,P-2,C-4,O-7,\"train, \"\"big\"\"\",buyer,ended,guian,H800,8,"
      "2026-04-13T08:00:00+08:00,2026-04-13T10:00:00+08:00,2026-04-13T09:00:00+08:00,completed,"
      "28800,5,3600,0,3.90,-31.200001,0.00,0.00,0.01,0.00,0.00,0.00,0.00,,-31.190001,,CNY,99\r\n"
      "deposit,P-2,,,,,,,,,,,,,,,,,,,,,,,,,,,5.00,,CNY,99\r\n"
      "closing,P-2,,,,,,,,,,,,,,,,,,,,,,,,,,,,973.809999,CNY,99\r\n");
}

TEST(Bill, CsvIsNoFormula) {
  for (const char* name : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1"}) {
    BillRow row = known_row();
    row.name = name;
    const std::string csv = bill_csv(bill_of({row}));
    EXPECT_NE(csv.find(",'" + std::string(name) + ','), std::string::npos) << csv;
  }
  BillRow row = known_row();
  row.name = "=\"a\"";
  EXPECT_NE(bill_csv(bill_of({row})).find(",\"'=\"\"a\"\"\","), std::string::npos);
}

TEST(Bill, CsvLeavesOutWhatIsNotKnown) {
  BillRow row;
  row.contract = "C-4";
  row.unknown = {"order", "hub"};
  row.amounts.add(BillKind::kResale, 7);
  const std::string csv = bill_csv(bill_of({row}));
  EXPECT_NE(csv.find("contract,P-2,C-4,,,buyer,ended,,,,,,,,,,,,,0.00,"), std::string::npos) << csv;
  EXPECT_NE(csv.find(",order hub,0.000007,"), std::string::npos) << csv;
}

TEST(Bill, PageIsSoundAndSaysEverything) {
  BillRow unknown;
  unknown.amounts.add(BillKind::kTakeOrPay, -2'500'000);
  for (const bool chinese : {false, true}) {
    const std::string page = bill_html(bill_of({known_row(), unknown}), chinese);
    EXPECT_EQ(testing::HtmlChecker(page).check(), "");
    for (const char* part : {"C-4",
                             "O-7",
                             "train, &quot;big&quot;",
                             "guian",
                             "8 × ",
                             "H800",
                             "2026-04-13 09:00:00",
                             "-31.200001",
                             "-31.190001",
                             "1,000.00",
                             "971.309999",
                             "28,800",
                             "not known any more",
                             "已无记录",
                             "照付不议",
                             "take or pay",
                             "team-nlp",
                             "P-2",
                             "CNY",
                             "GET /v1/statements/P-2?from=2026-04-01T00:00:00%2B08:00&amp;to=",
                             "&amp;asOf=99"}) {
      EXPECT_NE(page.find(part), std::string::npos) << part;
    }
    EXPECT_NE(page.find(chinese ? "<html lang=\"zh-CN\">" : "<html lang=\"en\">"),
              std::string::npos);
  }
}

// The server lets a browser use nothing but the style sheet.
TEST(Bill, PageNeedsNothingButItsStyle) {
  Bill bill = bill_of({known_row()});
  bill.name = "<script>alert(1)</script>";
  bill.rows[0].name = "\" onclick=\"x";
  const std::string page = bill_html(bill, false);
  EXPECT_EQ(testing::HtmlChecker(page).check(), "");
  for (const char* never : {"<script", " style=", " onclick=\"", "<img", "<link", "url(", "@import",
                            "http:", "https:", " src="}) {
    EXPECT_EQ(page.find(never), std::string::npos) << never;
  }
  EXPECT_EQ(page.find("<style>"), page.rfind("<style>"));
  EXPECT_NE(page.find("@page{size:A4"), std::string::npos);
}

TEST(Bill, WithoutContractsItSaysSo) {
  const std::string page = bill_html(bill_of({}), false);
  EXPECT_EQ(testing::HtmlChecker(page).check(), "");
  EXPECT_NE(page.find("No money moved for contracts"), std::string::npos);
}

}  // namespace
}  // namespace tongsuan::report
