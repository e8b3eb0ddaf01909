#include "tongsuan/jobfile/values.h"

#include <gtest/gtest.h>

namespace tongsuan::jobfile {
namespace {

TEST(Durations, AreWholeSecondsOrRefused) {
  EXPECT_EQ(parse_duration("40h").value(), 144'000);
  EXPECT_EQ(parse_duration("1h30m").value(), 5'400);
  EXPECT_EQ(parse_duration(" 1.5h ").value(), 5'400);
  EXPECT_EQ(parse_duration("2d").value(), 172'800);
  EXPECT_EQ(parse_duration("90s").value(), 90);
  EXPECT_EQ(parse_duration("5min").value(), 300);
  for (const char* text : {"", "40", "h", "40 h", "1h30", "-1h", "1e3s", "0.5s", "1.0000001h", "4w",
                           "99999999999s", "9999999999999999999999h"}) {
    EXPECT_FALSE(parse_duration(text).ok()) << text;
  }
}

TEST(SlurmDurations, AreReadAsSlurmDoes) {
  EXPECT_EQ(parse_slurm_duration("90").value(), 5'400);
  EXPECT_EQ(parse_slurm_duration("90:30").value(), 5'430);
  EXPECT_EQ(parse_slurm_duration("1:30:00").value(), 5'400);
  EXPECT_EQ(parse_slurm_duration("1-12").value(), 129'600);
  EXPECT_EQ(parse_slurm_duration("1-12:30").value(), 131'400);
  EXPECT_EQ(parse_slurm_duration("1-12:30:15").value(), 131'415);
  for (const char* text : {"", "-", "1-", "1:2:3:4", "1-2:3:4:5", "UNLIMITED", "1.5", ":", "1:"}) {
    EXPECT_FALSE(parse_slurm_duration(text).ok()) << text;
  }
}

TEST(MoneyOfJobs, IsExactAndSaysPerWhat) {
  EXPECT_EQ(parse_money("14.50 CNY/gpu-h", "gpu-h").value(), 14'500'000);
  EXPECT_EQ(parse_money("14.5CNY / device-h", "gpu-h").value(), 14'500'000);
  EXPECT_EQ(parse_money("40000 CNY", "").value(), 40'000'000'000);
  EXPECT_EQ(parse_money("0.000001 CNY/h", "h").value(), 1);
  for (const char* text : {"14.50", "14.50 USD/gpu-h", "CNY/gpu-h", "14.50 CNY", "14.50 CNY/h",
                           "14.1234567 CNY/gpu-h", "-1 CNY/gpu-h", "1e9 CNY/gpu-h", "14. CNY/gpu-h",
                           "9999999999999 CNY/gpu-h", "14.50 CNY/gpu-hour"}) {
    EXPECT_FALSE(parse_money(text, "gpu-h").ok()) << text;
  }
  EXPECT_FALSE(parse_money("40000 CNY/gpu-h", "").ok());
  EXPECT_EQ(money_text(14'500'000), "14.50");
  EXPECT_EQ(money_text(1), "0.000001");
  EXPECT_EQ(money_text(12'345'600), "12.3456");
}

TEST(Sizes, AreWholeMegabytes) {
  EXPECT_EQ(parse_size("4TB").value(), 4'000'000U);
  EXPECT_EQ(parse_size("1.5 GB").value(), 1'500U);
  for (const char* text : {"4", "4TiB", "0.5MB", "1.0001GB", "TB", "9999999999TB"}) {
    EXPECT_FALSE(parse_size(text).ok()) << text;
  }
}

TEST(Shares, AreOfOneOrOfAHundred) {
  EXPECT_EQ(parse_share("0.7").value(), 700'000U);
  EXPECT_EQ(parse_share("70%").value(), 700'000U);
  EXPECT_EQ(parse_share("1").value(), 1'000'000U);
  for (const char* text : {"", "1.1", "101%", "-0.1", "x"}) EXPECT_FALSE(parse_share(text).ok());
}

TEST(Times, HaveAZoneOrGetOne) {
  constexpr std::int32_t kChina = 8 * 3'600;
  const Moment moment = parse_time("2026-12-01T08:30+08:00", 0).value();
  EXPECT_EQ(moment.unix_second, 1'796'085'000);
  EXPECT_EQ(time_text(moment), "2026-12-01T08:30:00+08:00");
  EXPECT_EQ(parse_time("2026-12-01T00:30:00Z", kChina).value().unix_second, moment.unix_second);
  EXPECT_EQ(parse_time("2026-12-01T08:30", kChina).value(), moment);
  EXPECT_EQ(time_text(parse_time("2026-12-01", kChina).value()), "2026-12-01T00:00:00+08:00");
  EXPECT_EQ(time_text(parse_time("2000-02-29T23:59:59-09:30", 0).value()),
            "2000-02-29T23:59:59-09:30");
  EXPECT_EQ(time_text(parse_time("2024-12-31T23:59:59Z", 0).value()), "2024-12-31T23:59:59+00:00");
  for (const char* text :
       {"", "2026-13-01", "2026-02-29", "1969-12-31", "2026-12-01T24:00", "2026-12-01T08:60",
        "2026-12-01T08", "2026-12-01T08:30+8", "2026-12-01X08:30", "2026-12-01T08:30:00.5Z"}) {
    EXPECT_FALSE(parse_time(text, 0).ok()) << text;
  }
}

TEST(Times, AreWrittenAsTheyWereRead) {
  for (std::int64_t day = 0; day < 60'000; day += 13) {
    const Moment moment{day * 86'400 + day % 86'400, 0};
    EXPECT_EQ(parse_time(time_text(moment), 0).value(), moment);
  }
}

}  // namespace
}  // namespace tongsuan::jobfile
