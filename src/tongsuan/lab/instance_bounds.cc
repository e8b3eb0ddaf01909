#include "tongsuan/lab/instance_bounds.h"

#include "tongsuan/lab/fluid_bound.h"
#include "tongsuan/lab/value_bound.h"

namespace tongsuan::lab {

bool has_net_bound(const Instance& instance) {
  const std::uint64_t rows = instance.places.pools.size() + instance.places.zones.size();
  return rows * value_hours(instance) <= kNetBoundPricesMax &&
         instance.script.jobs.size() <= kNetBoundJobsMax;
}

InstanceBounds instance_bounds(const Instance& instance) {
  InstanceBounds bounds{.utilisation = fluid_bound(instance).utilisation, .net_yuan = 0};
  if (has_net_bound(instance)) {
    const ValueBound value = value_bound(instance, {.steps = 0, .count_adder = true});
    bounds.net_yuan = static_cast<double>(value.bound) / kMicro;
  }
  return bounds;
}

void put_bounds(const InstanceBounds& bounds, RunResult& result) {
  result.utilisation_bound = bounds.utilisation;
  result.net_bound_yuan = bounds.net_yuan;
}

}  // namespace tongsuan::lab
