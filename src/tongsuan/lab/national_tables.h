// What the national week knows of China's computing hubs, as small tables. docs/national-week.md
// says for each figure where it was published, or that it is assumed.
//
// Units: per mille unless a name says otherwise; prices in yuan per device-hour, MWh or TB.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "tongsuan/domain/units.h"

namespace tongsuan::lab {

// The ten clusters of the eight national hubs of the East-Data-West-Compute programme.
inline constexpr std::uint32_t kPlaces = 10;

struct Place {
  std::string_view name;
  std::string_view zone;  // province, of power and of green energy
  std::string_view title_en;
  std::string_view title_zh;
  std::int32_t latitude_tenths;  // degrees × 10
  std::int32_t longitude_tenths;
  bool east;
  std::uint32_t pue_milli;  // the limit of the approval: 1.25 in the east, 1.2 in the west
  std::uint32_t petaflops;  // FP16, published or assumed: sets the share of all devices
  std::uint32_t buyers;     // per mille of the demand whose owner is at home here
  std::uint32_t tariff;     // yuan per MWh, mean over the day
  std::uint32_t price;      // per mille of the national rental price that sellers start from
  std::uint32_t solar;      // installed, per mille of the greatest draw of all devices
  std::uint32_t wind;
  std::uint32_t wind_factor;  // mean capacity factor
};

// By PlaceId: positions here. The order is free; the market sorts by name.
inline constexpr std::array<Place, kPlaces> kPlaceTable = {{
    {"zhangjiakou", "hebei", "Zhangjiakou (Beijing-Tianjin-Hebei)", "张家口（京津冀）", 404, 1155,
     true, 1250, 255'000, 190, 420, 950, 250, 320, 300},
    {"yrd-demo", "yangtze-delta", "YRD Demonstration Zone (Yangtze River Delta)",
     "长三角示范区（长三角）", 311, 1210, true, 1250, 40'000, 200, 680, 1'100, 60, 40, 200},
    {"wuhu", "anhui", "Wuhu (Yangtze River Delta)", "芜湖（长三角）", 314, 1184, true, 1250, 26'000,
     60, 600, 1'000, 40, 30, 200},
    {"shaoguan", "guangdong", "Shaoguan (Greater Bay Area)", "韶关（粤港澳大湾区）", 248, 1136,
     true, 1250, 40'000, 170, 640, 1'050, 70, 60, 200},
    {"tianfu", "sichuan", "Tianfu (Chengdu-Chongqing)", "天府（成渝）", 306, 1039, true, 1250,
     40'000, 80, 560, 1'000, 40, 40, 220},
    {"chongqing", "chongqing", "Chongqing (Chengdu-Chongqing)", "重庆（成渝）", 296, 1065, true,
     1250, 20'000, 50, 580, 1'000, 20, 20, 200},
    {"horinger", "inner-mongolia", "Horinger (Inner Mongolia)", "和林格尔（内蒙古）", 404, 1118,
     false, 1200, 116'000, 60, 350, 850, 350, 240, 320},
    {"guian", "guizhou", "Guian (Guizhou)", "贵安（贵州）", 264, 1065, false, 1200, 56'900, 50, 310,
     900, 90, 50, 220},
    {"qingyang", "gansu", "Qingyang (Gansu)", "庆阳（甘肃）", 357, 1076, false, 1200, 66'000, 35,
     390, 850, 200, 80, 260},
    {"zhongwei", "ningxia", "Zhongwei (Ningxia)", "中卫（宁夏）", 375, 1052, false, 1200, 130'000,
     55, 360, 850, 280, 120, 260},
}};
inline constexpr std::uint32_t kBuyersWithoutHome = 50;  // per mille: brokers; with the table 1,000

// Sets of places: a bit for each.
inline constexpr std::uint32_t kAllPlaces = (1U << kPlaces) - 1;
[[nodiscard]] constexpr std::uint32_t region_of(std::uint32_t place) {  // the east or the west
  std::uint32_t places = 0;
  for (std::uint32_t i = 0; i < kPlaces; ++i) {
    if (kPlaceTable[i].east == kPlaceTable[place].east) places |= 1U << i;
  }
  return places;
}

// Great-circle distances in km between the clusters, in the order of kPlaceTable.
inline constexpr std::array<std::array<std::uint32_t, kPlaces>, kPlaces> kDistanceKm = {{
    {0, 1146, 1034, 1744, 1511, 1452, 313, 1764, 866, 947},
    {1146, 0, 249, 1009, 1632, 1400, 1324, 1506, 1343, 1613},
    {1034, 249, 0, 872, 1384, 1157, 1163, 1284, 1108, 1386},
    {1744, 1009, 872, 0, 1152, 882, 1743, 734, 1341, 1621},
    {1511, 1632, 1384, 1152, 0, 274, 1302, 532, 663, 777},
    {1452, 1400, 1157, 882, 274, 0, 1294, 356, 686, 887},
    {313, 1324, 1163, 1743, 1302, 1294, 0, 1632, 639, 655},
    {1764, 1506, 1284, 734, 532, 356, 1632, 0, 1039, 1240},
    {866, 1343, 1108, 1341, 663, 686, 639, 1039, 0, 293},
    {947, 1613, 1386, 1621, 777, 887, 655, 1240, 293, 0},
}};

// ---- Accelerators ------------------------------------------------------------------------------

inline constexpr std::uint32_t kClasses = 6;

struct Accelerator {
  std::string_view name;
  std::uint32_t watts;
  std::uint32_t node_devices;
  std::uint32_t rent_fen;  // national rental price, 0.01 yuan per device-hour
};

inline constexpr std::array<Accelerator, kClasses> kClassTable = {{
    {"H800", 700, 8, 1'199},
    {"A800", 400, 8, 500},
    {"H20", 400, 8, 500},
    {"Ascend910B", 310, 8, 420},
    {"MLU590", 350, 8, 360},
    {"RTX4090", 450, 8, 130},
}};

inline constexpr std::int64_t kFen = kMicro / 100;
// Large gangs need the links of these classes.
inline constexpr std::uint32_t kClusterClasses = 0b001111;  // H800, A800, H20, Ascend910B

// How many of 1,000 devices of a cluster are of each class, in the order of kClassTable.
inline constexpr std::array<std::array<std::uint32_t, kClasses>, kPlaces> kClassMix = {{
    {300, 200, 220, 180, 40, 60},   // zhangjiakou
    {250, 300, 250, 100, 0, 100},   // yrd-demo
    {200, 200, 150, 350, 0, 100},   // wuhu
    {150, 250, 250, 250, 0, 100},   // shaoguan
    {150, 200, 150, 350, 50, 100},  // tianfu
    {100, 200, 150, 400, 50, 100},  // chongqing
    {300, 250, 200, 200, 50, 0},    // horinger
    {100, 150, 100, 550, 100, 0},   // guian: mostly domestic
    {100, 100, 150, 450, 200, 0},   // qingyang: mostly domestic
    {350, 250, 200, 150, 50, 0},    // zhongwei
}};

// Throughput of one device against an H800, by what limits the job.
inline constexpr std::uint32_t kJobKinds = 3;
inline constexpr std::array<std::array<std::uint32_t, kClasses>, kJobKinds> kThroughput = {{
    {1'000, 315, 150, 324, 300, 167},    // dense arithmetic: ratios of FP16 peaks
    {1'000, 460, 600, 340, 350, 230},    // mixed: the mean of the two
    {1'000, 609, 1'190, 358, 400, 300},  // memory: ratios of bandwidths
}};

// The same ratio differs from job to job: the ratio of P100 to V100 over 26 published single-device
// training configurations, at 5 %, 15 %, ... 95 %, against its median. The last two are held
// at 1.5.
inline constexpr std::array<std::uint32_t, 10> kThroughputSpread = {
    690, 750, 840, 930, 980, 1'060, 1'150, 1'350, 1'500, 1'500};

// ---- Demand ------------------------------------------------------------------------------------

// Gangs are powers of two; weights in 10,000. Shares of jobs by size as published for a cluster of
// 10,412 devices in 2026, sizes above 128 lowered.
inline constexpr std::uint32_t kGangs = 11;  // 1, 2, 4, ..., 1,024
inline constexpr std::array<std::uint32_t, kGangs> kGangWeights = {6'935, 610, 800, 1'080, 290, 158,
                                                                   70,    30,  16,  8,     3};

// Sizes are treated in four groups: 1, 2–8, 16–64, 128 and more.
inline constexpr std::uint32_t kGangGroups = 4;
[[nodiscard]] constexpr std::uint32_t gang_group(std::uint32_t gang) {
  return gang == 1 ? 0 : gang <= 8 ? 1 : gang <= 64 ? 2 : 3;
}

// Durations in slots of one hour at 0 %, 10 %, ... 100 %, straight lines between.
inline constexpr std::array<std::array<std::uint32_t, 11>, kGangGroups> kDurationDeciles = {{
    {1, 1, 1, 1, 2, 3, 4, 7, 12, 26, 72},
    {1, 1, 2, 3, 5, 8, 12, 18, 27, 45, 96},
    {2, 3, 5, 8, 11, 15, 20, 27, 38, 60, 110},
    {6, 9, 12, 16, 21, 27, 34, 43, 56, 80, 120},
}};

// The class a job asks for first, and what limits it, by group of gangs.
inline constexpr std::array<std::array<std::uint32_t, kClasses>, kGangGroups> kClassWish = {{
    {80, 270, 200, 180, 70, 200},
    {170, 270, 200, 240, 60, 60},
    {300, 260, 130, 290, 20, 0},
    {380, 220, 100, 300, 0, 0},
}};
inline constexpr std::array<std::array<std::uint32_t, kJobKinds>, kGangGroups> kKindWeights = {{
    {200, 400, 400},
    {350, 400, 250},
    {600, 250, 150},
    {800, 150, 50},
}};

// How patient an order is: the room that its window leaves, and what a slot of delay costs.
enum class Patience : std::uint8_t { kUrgent, kWithinDay, kFlexible };
inline constexpr std::array<std::uint32_t, 3> kPatienceWeights = {350, 450, 200};
inline constexpr std::array<std::uint32_t, 3> kSlackMin = {0, 12, 48};
inline constexpr std::array<std::uint32_t, 3> kSlackMax = {6, 36, 120};
inline constexpr std::array<std::uint32_t, 3> kDelayCost = {10, 2, 0};  // per mille of the value
inline constexpr std::array<std::uint32_t, 3> kUrgencyValue = {1'300, 1'000, 850};

// Where it may run: at home, at home and one to three other hubs, in the region of home, anywhere.
enum class Reach : std::uint8_t { kHome, kFew, kRegion, kAnywhere };
inline constexpr std::array<std::array<std::uint32_t, 4>, 3> kReachWeights = {{
    {300, 300, 150, 250},
    {200, 300, 200, 300},
    {80, 220, 250, 450},
}};

// What a device-hour is worth against the rental price: 1.2 times a log-normal with σ = 0.5, at
// probabilities 0, 1/16, ... 1, straight lines between (the ends are those of 0.5 % and 99.5 %).
inline constexpr std::uint32_t kWorthMedian = 1'200;
inline constexpr std::array<std::uint32_t, 17> kWorth = {276,   464,   563,   642,   714,   783,
                                                         853,   924,   1'000, 1'082, 1'173, 1'277,
                                                         1'401, 1'558, 1'777, 2'153, 3'626};

// Submissions by hour of the day (local), as published for the same cluster of 2026.
inline constexpr std::array<std::uint32_t, 24> kHourWeights = {
    225, 159, 141, 134, 129, 141, 142, 150, 159, 170, 251, 257,
    198, 193, 253, 250, 270, 254, 200, 212, 219, 192, 188, 181};

// Orders that were left from the week before and may start at once.
inline constexpr std::uint32_t kBacklog = 220;  // per mille

// Sizes of data sets in GB at 0, 1/8, ... 1, straight lines between.
inline constexpr std::array<std::uint32_t, 9> kDataGigabytes = {20,    60,    150,    400,   900,
                                                                2'000, 4'500, 12'000, 40'000};

// ---- Energy ------------------------------------------------------------------------------------

// Time-of-use periods of a day, and the tariff against its mean.
inline constexpr std::uint32_t kPeriods = 6;
inline constexpr std::array<std::uint32_t, kPeriods + 1> kPeriodHours = {0, 7, 10, 15, 17, 22, 24};
inline constexpr std::array<std::uint32_t, kPeriods> kTariffEast = {500,   1'000, 1'500,
                                                                    1'000, 1'600, 700};
inline constexpr std::array<std::uint32_t, kPeriods> kTariffWest = {700,   1'000, 600,
                                                                    1'000, 1'500, 800};

// Mean solar output by hour of a day in April, per mille of what is installed, in the order of
// kPlaceTable: clear-sky irradiance of the place, scaled to the published full-load hours.
inline constexpr std::array<std::array<std::uint32_t, 24>, kPlaces> kSolar = {{
    {0,   0,   0,   0,   0,   0,   68, 198, 321, 425, 503, 548,
     559, 535, 476, 387, 275, 147, 27, 0,   0,   0,   0,   0},
    {0, 0, 0, 0, 0, 4, 85, 197, 298, 381, 438, 467, 465, 432, 372, 286, 183, 71, 2, 0, 0, 0, 0, 0},
    {0, 0, 0, 0, 0, 1, 66, 179, 282, 368, 431, 465, 468, 441, 384, 303, 203, 91, 6, 0, 0, 0, 0, 0},
    {0,   0,   0,   0,   0,   0,   27, 134, 242, 334, 405, 448,
     462, 444, 397, 323, 227, 118, 17, 0,   0,   0,   0,   0},
    {0, 0, 0, 0, 0, 0, 1, 55, 146, 229, 298, 348, 374, 376, 353, 307, 241, 160, 69, 4, 0, 0, 0, 0},
    {0, 0, 0, 0, 0, 0, 3, 62, 141, 212, 270, 311, 330, 328, 304, 260, 200, 126, 46, 0, 0, 0, 0, 0},
    {0,   0,   0,   0,   0,   0,   48, 202, 355, 488, 591, 657,
     681, 661, 600, 500, 370, 218, 62, 0,   0,   0,   0,   0},
    {0, 0, 0, 0, 0, 0, 3, 64, 150, 228, 292, 336, 357, 355, 329, 281, 214, 134, 47, 0, 0, 0, 0, 0},
    {0,   0,   0,   0,   0,   0,   15, 144, 298, 436, 547, 623,
     658, 651, 601, 513, 392, 247, 92, 1,   0,   0,   0,   0},
    {0,   0,   0,   0,   0,   0,   8,   125, 283, 427, 544, 627,
     670, 670, 626, 542, 424, 280, 122, 7,   0,   0,   0,   0},
}};
inline constexpr std::array<std::uint32_t, 5> kDayWeather = {500, 900, 1'100, 1'200, 1'300};

// Room for green energy between two provinces: the published transmission capacity in MW, both
// directions alike. Positions of kPlaceTable.
struct GreenLine {
  std::uint32_t from;
  std::uint32_t to;
  std::uint32_t megawatts;
};
inline constexpr std::array<GreenLine, 10> kGreenLines = {{
    {6, 0, 12'950},  // Inner Mongolia–Hebei: 3,950 direct, 9,000 through Beijing
    {6, 1, 8'000},   // Inner Mongolia–Jiangsu
    {4, 1, 37'600},  // Sichuan–Shanghai 6,400, –Jiangsu 15,200, –Zhejiang 16,000
    {9, 1, 8'000},   // Ningxia–Zhejiang
    {8, 9, 7'000},   // Gansu–Ningxia
    {8, 4, 3'000},   // Gansu–Shaanxi–Sichuan: the smaller of 7,000 and 3,000
    {7, 3, 17'500},  // Guizhou–Guangdong
    {0, 3, 3'000},   // Hebei–Guangdong
    {5, 4, 6'000},   // Chongqing–Sichuan
    {2, 1, 19'500},  // Anhui–Jiangsu 10,000, –Zhejiang 9,500
}};

}  // namespace tongsuan::lab
