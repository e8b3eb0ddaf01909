// The aggregates of the spot cluster of 2026 that a world is drawn from.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/units.h"

namespace tongsuan::lab {

// What is known of a model beside the aggregates. Speeds are against an A10, per mille: of FP16
// peaks, and of memory bandwidths. The two anonymous series are assumed.
struct SpotModel {
  std::string_view name;
  std::uint32_t watts;
  std::uint32_t rent_fen;  // 0.01 yuan per device-hour
  std::array<std::uint32_t, 2> speed;
};
inline constexpr std::uint32_t kSpotModels = 6;
inline constexpr std::array<SpotModel, kSpotModels> kSpotModelTable = {{
    {"A10", 150, 180, {1'000, 1'000}},
    {"A100-SXM4-80GB", 400, 550, {2'496, 3'398}},
    {"A800-SXM4-80GB", 400, 500, {2'496, 3'398}},
    {"GPU-series-1", 150, 180, {1'000, 1'000}},
    {"GPU-series-2", 400, 500, {1'184, 6'667}},
    {"H800", 700, 1'199, {7'912, 5'583}},
}};

struct SpotAggregate {  // of one model
  std::uint32_t jobs = 0;
  std::int64_t devices = 0;  // asked for, over all jobs
  std::int64_t seconds = 0;  // device-seconds
  std::uint32_t median = 1;  // devices of a job
  std::uint32_t nodes = 0;
  std::uint32_t node_devices = 1;
};

struct SpotDuration {
  Second low = 0;
  Second high = 0;
  std::uint32_t jobs = 0;
};

struct SpotTables {
  std::array<SpotAggregate, kSpotModels> models{};
  std::vector<SpotDuration> durations;
  // Workers of jobs that have several, and how many such jobs there are.
  std::vector<std::array<std::uint32_t, 2>> workers;
  std::array<std::uint32_t, 24> hours{};
};

[[nodiscard]] Result<SpotTables> read_spot_tables(const std::string& folder);

}  // namespace tongsuan::lab
