#include "tongsuan/import/csv.h"

#include <gtest/gtest.h>

namespace tongsuan::imports {
namespace {

TEST(Csv, ReadsColumnsByNameInAnyOrder) {
  const std::string text = "b,skip,a\r\n1.50,x,7\r\n\r\n-0.25,\"y, \"\"z\"\"\",8\n3,,9";
  Result<CsvReader> opened = CsvReader::open("t.csv", text, {"a", "b", "skip"});
  ASSERT_TRUE(opened.ok());
  CsvReader& csv = opened.value();
  ASSERT_TRUE(csv.next());
  EXPECT_EQ(csv.integer(0), 7);
  EXPECT_EQ(csv.decimal(1, 2), 150);
  ASSERT_TRUE(csv.next());
  EXPECT_EQ(csv.line(), 4U);
  EXPECT_EQ(csv.decimal(1, 3), -250);
  EXPECT_EQ(csv.text(2), "y, \"z\"");
  ASSERT_TRUE(csv.next());
  EXPECT_EQ(csv.integer(0), 9);
  EXPECT_DOUBLE_EQ(csv.real(1), 3.0);
  EXPECT_FALSE(csv.next());
  EXPECT_TRUE(csv.finish().ok());
}

std::int64_t round_field(const std::string& field, int decimals) {
  const std::string text = "q\n" + field + "\n";
  Result<CsvReader> opened = CsvReader::open("t.csv", text, {"q"});
  EXPECT_TRUE(opened.ok());
  EXPECT_TRUE(opened.value().next());
  const std::int64_t value = opened.value().rounded(0, decimals);
  EXPECT_TRUE(opened.value().finish().ok()) << field;
  return value;
}

TEST(Csv, RoundsFloatDustToTheNearestUnit) {
  EXPECT_EQ(round_field("74.89999999999999", 3), 74'900);
  EXPECT_EQ(round_field("1027.5000000000002", 3), 1'027'500);
  EXPECT_EQ(round_field("-0.0005", 3), -1);
  EXPECT_EQ(round_field("-0.00049999999999999999999", 3), 0);
  EXPECT_EQ(round_field("1e-05", 5), 1);
  EXPECT_EQ(round_field("1.25E+2", 0), 125);
  EXPECT_EQ(round_field("0.000000000000000000000000001", 3), 0);
  EXPECT_EQ(round_field("123456789012345678", 0), 123'456'789'012'345'678);
  EXPECT_EQ(round_field("7", 5), 700'000);
}

// One row with one thing wrong, and the message that names it.
struct CsvFault {
  const char* text;
  const char* message;
};

TEST(Csv, FaultsNameFileLineAndColumn) {
  for (const CsvFault& fault :
       {CsvFault{"q\n1\nx\n", "t.csv, line 3, column q: not a whole number: 'x'"},
        CsvFault{"q\n1\n2,3\n", "t.csv, line 3: 2 fields where the header has 1"},
        CsvFault{"q\n1.5\n", "t.csv, line 2, column q: not a whole number: '1.5'"},
        CsvFault{"q\n\"1\n", "t.csv, line 2: a quoted field never ends"},
        CsvFault{"q\n\"1\"2\n", "t.csv, line 2: text after a quoted field"},
        CsvFault{"q\n99999999999999999999\n",
                 "t.csv, line 2, column q: not a whole number: '99999999999999999999'"}}) {
    Result<CsvReader> opened = CsvReader::open("t.csv", fault.text, {"q"});
    ASSERT_TRUE(opened.ok());
    while (opened.value().next()) static_cast<void>(opened.value().integer(0));
    const Result<Done> end = opened.value().finish();
    ASSERT_FALSE(end.ok()) << fault.text;
    EXPECT_EQ(end.error().context, fault.message);
  }
}

TEST(Csv, MissingOrRepeatedColumnIsRefused) {
  EXPECT_EQ(CsvReader::open("t.csv", "a,b\n", {"c"}).error().context,
            "t.csv, line 1: the header has no column c");
  EXPECT_EQ(CsvReader::open("t.csv", "a,a\n", {"a"}).error().context,
            "t.csv, line 1: the header has more than one column a");
  EXPECT_EQ(CsvReader::open("t.csv", "", {"a"}).error().context, "t.csv: no header line");
}

TEST(Csv, CallersOwnFaultStopsTheReading) {
  Result<CsvReader> opened = CsvReader::open("t.csv", "zone\nNORD\nSUD\n", {"zone"});
  ASSERT_TRUE(opened.ok());
  ASSERT_TRUE(opened.value().next());
  opened.value().fail(0, "unknown zone");
  EXPECT_FALSE(opened.value().next());
  EXPECT_EQ(opened.value().finish().error().context,
            "t.csv, line 2, column zone: unknown zone: 'NORD'");
}

}  // namespace
}  // namespace tongsuan::imports
