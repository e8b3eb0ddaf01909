#include "tongsuan/import/energy_profiles.h"

#include <gtest/gtest.h>
#include <numeric>

#include "tongsuan/import/trace_fixture.h"

namespace tongsuan::imports {
namespace {

using testing_support::shared_folder;
using testing_support::TraceFolder;

// January of a year with three water plants; `change` may break one row.
std::string january(const std::string& broken_row = {}, std::size_t at = 0) {
  std::string text = "Year,Month,Day,Period,122_HYDRO_1,201_HYDRO_4,322_HYDRO_1\n";
  std::size_t row = 0;
  for (int day = 1; day <= 31; ++day) {
    for (int period = 1; period <= 24; ++period) {
      const bool broken = ++row == at;
      text += broken ? broken_row
                     : "2020,1," + std::to_string(day) + ',' + std::to_string(period) + ",1.5," +
                           std::to_string(period) + ",0";
      text += '\n';
    }
  }
  return text;
}

std::string hydro_fault(const std::string& text) {
  const TraceFolder folder;
  folder.write("DAY_AHEAD_hydro.csv.gz", testing_support::gzip_bytes(text));
  const Result<PlantHours> read = read_rts_hydro(folder.path());
  if (read.ok()) return "";
  return read.error().context.substr(read.error().context.rfind('/') + 1);
}

TEST(PlantHours, AreWholeDaysOfEveryPlant) {
  const TraceFolder folder;
  folder.write("DAY_AHEAD_hydro.csv.gz", testing_support::gzip_bytes(january()));
  const Result<PlantHours> read = read_rts_hydro(folder.path());
  ASSERT_TRUE(read.ok()) << read.error().context;
  EXPECT_EQ(read.value().days(), 31U);
  ASSERT_EQ(read.value().kilowatts.size(), 3U);
  EXPECT_EQ(read.value().kilowatts[0][743], 1'500);
  EXPECT_EQ(read.value().kilowatts[1][25], 2'000);
  EXPECT_EQ(read.value().kilowatts[2][0], 0);
}

TEST(PlantHours, SayWhereTheyAreWrong) {
  const std::string file = "DAY_AHEAD_hydro.csv.gz, line 30, column ";
  EXPECT_EQ(hydro_fault(january("2020,1,2,6,1,1,1", 29)), file + "Period: must be 5: '6'");
  EXPECT_EQ(hydro_fault(january("2020,1,3,5,1,1,1", 29)), file + "Day: changes within a day: '3'");
  EXPECT_EQ(hydro_fault(january("2020,1,2,5,1,-1,1", 29)),
            file + "201_HYDRO_4: not the output of a plant in MW: '-1'");
  EXPECT_EQ(hydro_fault(january("2020,13,2,5,1,1,1", 29)),
            file + "Month: must be from 1 to 12: '13'");
  EXPECT_EQ(
      hydro_fault(january("2020,1,3,1,1,1,1", 25)),
      "DAY_AHEAD_hydro.csv.gz, line 26, column Day: is not the day after the one before it: '3'");
  EXPECT_EQ(hydro_fault("Month,Day,Period,122_HYDRO_1,201_HYDRO_4,322_HYDRO_1\n1,1,1,1,1,1\n"),
            "DAY_AHEAD_hydro.csv.gz has 1 hours: whole days are needed, 28 at least");
  EXPECT_NE(hydro_fault("Month,Day,Period,122_HYDRO_1\n").find("201_HYDRO_4"), std::string::npos);
}

TEST(SolarShape, HasEveryHourOfEveryClusterOnce) {
  std::string text = "cluster_id,month,hour_local,clear_sky_cf,scaled_cf\n";
  for (int month = 1; month <= 12; ++month) {
    for (int hour = 0; hour < 24; ++hour) {
      for (const char* cluster : {"here", "elsewhere"}) {
        text += std::string(cluster) + ',' + std::to_string(month) + ',' + std::to_string(hour) +
                ",0,0.0" + std::to_string(10 + hour) + '\n';
      }
    }
  }
  constexpr std::array<std::string_view, 1> kHere = {"here"};
  const TraceFolder folder;
  folder.write("solar_shape.csv", text);
  const auto read = read_solar_shape(folder.path(), kHere);
  ASSERT_TRUE(read.ok()) << read.error().context;
  EXPECT_EQ(read.value()[0][11][23], 33'000);
  folder.write("solar_shape.csv", text + "here,12,23,0,0.1\n");
  EXPECT_NE(read_solar_shape(folder.path(), kHere).error().context.find("line 578"),
            std::string::npos);
  constexpr std::array<std::string_view, 1> kNowhere = {"nowhere"};
  EXPECT_FALSE(read_solar_shape(folder.path(), kNowhere).ok());
}

TEST(ProvinceLines, JoinTwoProvincesOnce) {
  const TraceFolder folder;
  folder.write("lines.csv", "from,to,capacity_mw,source\nA,B,10,x\nB,C,20,x\n");
  const auto read = read_province_lines(folder.path(), "lines.csv");
  ASSERT_TRUE(read.ok()) << read.error().context;
  EXPECT_EQ(read.value(), (std::vector<ProvinceLine>{{"A", "B", 10}, {"B", "C", 20}}));
  folder.write("lines.csv", "from,to,capacity_mw\nA,B,10\nB,A,20\n");
  EXPECT_NE(read_province_lines(folder.path(), "lines.csv").error().context.find("line 3"),
            std::string::npos);
  folder.write("lines.csv", "from,to,capacity_mw\nA,A,10\n");
  EXPECT_FALSE(read_province_lines(folder.path(), "lines.csv").ok());
  EXPECT_FALSE(read_province_lines(folder.path(), "none.csv").ok());
}

TEST(EnergyProfiles, PublicFilesAreRead) {
  TONGSUAN_NEED_SHARED("rts_gmlc");
  for (const auto read : {&read_rts_wind, &read_rts_solar, &read_rts_hydro}) {
    const Result<PlantHours> hours = read(shared_folder("rts_gmlc"));
    ASSERT_TRUE(hours.ok()) << hours.error().context;
    EXPECT_EQ(hours.value().days(), 366U);
  }
  TONGSUAN_NEED_SHARED("facts");
  const auto lines =
      read_province_lines(shared_folder("facts"), "interprovincial_transmission_mw.csv");
  ASSERT_TRUE(lines.ok()) << lines.error().context;
  EXPECT_EQ(lines.value().size(), 56U);
  TONGSUAN_NEED_SHARED("china_grid");
  const auto same =
      read_province_lines(shared_folder("china_grid"), "interprovincial_capacity_mw.csv");
  ASSERT_TRUE(same.ok()) << same.error().context;
  EXPECT_EQ(lines.value(), same.value());
}

}  // namespace
}  // namespace tongsuan::imports
