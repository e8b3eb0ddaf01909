// Which seconds of a contract were delivered.
//
// Model. A job has its devices in *stretches* of the cluster's time, each known by (job, start).
// What is delivered is the stretches, in the exchange's time, cut to the contract, and to what has
// not been told before: a mark that only rises. So nothing is told twice, whatever the cluster says
// twice, and what a clock that is set right moves about is lost or not told rather than told twice.
// Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tongsuan/cluster/cluster.h"
#include "tongsuan/hub/exchange_port.h"

namespace tongsuan::hub {

inline constexpr std::size_t kStretchesMax = 1'000;  // of a contract

struct Stretch {
  std::string job;
  UnixSecond start = 0;           // of the cluster's clock
  std::optional<UnixSecond> end;  // nothing while it runs
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

// A stretch after which another one came has an end. Where the cluster does not tell it, only what
// was seen of it counts: up to `seen`, of the cluster's time. False: nothing is new.
bool end_earlier(std::vector<Stretch>& stretches, UnixSecond seen);

struct Span {
  UnixSecond begin = 0, end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

// Takes in what the cluster says now; what it has forgotten stays. False: nothing is new. An end
// that was known is not unknown again.
bool merge(std::vector<Stretch>& stretches, const std::vector<cluster::Segment>& segments);

struct Meter {
  std::int64_t offset = 0;  // the exchange's clock less the cluster's
  UnixSecond mark = 0;      // what is told up to here, of the exchange's time
  UnixSecond limit = 0;     // nothing is told beyond
};
// What is to be told, rising, without overlaps.
[[nodiscard]] std::vector<Span> delivered(const std::vector<Stretch>& stretches,
                                          const Meter& meter);

// Seconds in which devices were held from `end` of the exchange's time on. All stretches have ends.
[[nodiscard]] std::int64_t overrun(const std::vector<Stretch>& stretches, std::int64_t offset,
                                   UnixSecond end);

}  // namespace tongsuan::hub
