// What makers of worlds share: the terms of a job drawn from its size.
//
// Model. A sketch says who wants how many devices of which class for how long, and from when. The
// terms add what no trace says: what its owner expects it to take, what it is worth, how long it
// waits, when it is given up. Each of these has a stream of its own and draws as often for every
// job, so that a key that changes one of them leaves the others as they are.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/lab/scenario_text.h"
#include "tongsuan/world/script.h"

namespace tongsuan::lab {

inline constexpr std::uint32_t kHoursOfDay = 24;
inline constexpr std::uint32_t kSlowest = 4;  // a substitute that takes longer is none

struct Sketch {
  Second submit = 0;
  Second duration = 1;  // as long as it really runs
  std::uint32_t gang = 1;
  std::uint32_t home = 0;  // HubId::value
  AccountId account;
  ClassId accelerator;
  std::uint32_t worth_per_mille = 1'000;  // of its batch
  Second estimate = 0;                    // as its owner stated it; 0: drawn
  std::int64_t value = 0;                 // micro-yuan, as stated; 0: drawn
};

// Streams of draws; makers of worlds take theirs from kFirstFreeStream on.
enum InstanceStream : std::uint64_t {
  kEstimateStream = 64,
  kWorthStream,
  kCancelStream,
  kReachStream,
  kDataChoiceStream,
  kFaultStream,
  kAskStream,
  kSunStream,
  kBreezeStream,
  kForecastStream,
  kFirstFreeStream,
  kForwardStream = 1'000,   // came later than makers' own
  kFlexibleStream = 1'024,  // beyond those of makers, which stay what they were
  kProfileStream,
};

class JobTerms {
 public:
  JobTerms(const ScenarioKeys& keys, std::uint64_t seed);

  // A job with one way, free to run anywhere, without data. `rent` is what a device-hour of its
  // class costs, in micro-yuan.
  [[nodiscard]] world::Job make(const Sketch& sketch, std::int64_t rent);

 private:
  void set_estimate(world::Job& job, const Sketch& sketch);
  void set_worth(world::Job& job, const Sketch& sketch, std::int64_t rent);
  void set_forward(world::Job& job);

  const ScenarioKeys& keys_;
  Random estimates_;
  Random worths_;
  Random cancels_;
  Random forwards_;
  Random flexibles_;
};

// A spread around 1,000 per mille: quantiles of a log-normal at 0, 1/16, ... 1, straight lines
// between; the ends are those of 0.5 % and 99.5 %.
using Spread = std::array<std::uint32_t, 17>;
inline constexpr Spread kSpread08 = {127,   293,   398,   492,   583,   676,   775,   882,  1'000,
                                     1'134, 1'290, 1'478, 1'715, 2'033, 2'510, 3'412, 7'851};
inline constexpr Spread kSpread11 = {59,    185,   282,   377,   476,   584,   704,   841,   1'000,
                                     1'189, 1'420, 1'712, 2'100, 2'653, 3'544, 5'406, 17'003};

// Seconds of `submit` days into a week that begins on a Monday.
[[nodiscard]] constexpr bool is_weekend(std::uint32_t day) {
  return day % 7 >= 5;
}

// When a job comes: a day (weekends count less), an hour by the published shape, any second.
[[nodiscard]] Second draw_arrival(Random& random, const ScenarioKeys& keys);

// Jobs of one kind that come together, at least one: a few, and now and then a burst.
[[nodiscard]] std::uint32_t draw_batch(Random& random, const ScenarioKeys& keys);
[[nodiscard]] std::uint32_t mean_batch_per_mille(const ScenarioKeys& keys);

// Device-seconds of a job on its first way, as long as it really runs.
[[nodiscard]] std::int64_t work_of(const world::Job& job);
[[nodiscard]] std::int64_t work_of(const std::vector<Sketch>& sketches);

}  // namespace tongsuan::lab
