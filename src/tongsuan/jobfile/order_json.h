// The order that a job is: the body of POST /v1/orders (api/openapi.yaml), of kind "block";
// "service" where the job has times, "options", "profile" (legs) or "curve" (steps) where it has
// those.
//
// One way for each class and size, the reference with the nodes of the job first. A way takes as
// long as its devices need for the work at their throughput, and its set-up cost on top. Ways that
// cannot end by the deadline are left out; the latest start leaves time for the slowest way that
// stays.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/jobfile/jobfile.h"

namespace tongsuan::jobfile {

inline constexpr std::size_t kWaysMax = 8;  // of one order

// What a job may leave open, and its sender says.
struct OrderTerms {
  Second work = 0;                           // where the job has none; 0: not said
  std::optional<std::int64_t> market_price;  // micro-yuan per device-hour, for jobs with no limit
  std::optional<Moment> now;                 // the earliest start of jobs that name none
};

struct Order {
  std::string json;                   // one line, without a line end
  std::vector<std::string> warnings;  // what of the job is not part of the order
};

// The class whose price the job bids where it says none: the reference, or that of its first leg.
// Empty: the job has all its prices.
[[nodiscard]] std::string class_to_price(const Job& job);

[[nodiscard]] Result<Order> order_json(const Job& job, const OrderTerms& terms);

}  // namespace tongsuan::jobfile
