// A week of real jobs on the national week's supply.
//
// Model. The jobs of three public traces (Philly, PAI, openb) come to the clusters of the national
// week. Real: when a job came, its gang, its duration, the models it accepts, its owner where the
// trace names one. Assumed: everything that no trace says (what it is worth, where its owner is at
// home, how long it can wait, data, green energy), drawn as for the national week; and how models
// of the traces map to classes of this market. docs/real-week.md tells users the whole mapping.
#pragma once

#include <cstdint>
#include <string>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::lab {

struct RealWeekOptions {
  std::string data_dir;                // holds jobs_philly, jobs_pai100k and jobs_openb
  std::uint32_t orders_max = 200'000;  // fewer than the traces have: a sample drawn by the seed
  std::uint64_t seed = 1;
  std::uint32_t load_percent = 110;  // as for the national week
};

// A canonical market named "real-week" of 168 slots of one hour. Fails where a trace is missing or
// broken (the error names the file), or where an option is outside its limits.
[[nodiscard]] Result<Market> real_week(const RealWeekOptions& options);

}  // namespace tongsuan::lab
