#include "tongsuan/lab/swf_instance.h"

#include <algorithm>
#include <utility>

#include "tongsuan/import/swf.h"

namespace tongsuan::lab {
namespace {

// Longer than any log's last jobs need to end.
constexpr Second kDrain = 1'000'000'000;

void add_places(Instance& instance, std::uint32_t processors) {
  engine::Places& places = instance.places;
  places.hub_names.push_back("cluster");
  places.hubs.emplace_back();
  places.class_names.push_back("processor");
  places.classes.push_back({0, 1});
  places.account_names.push_back("users");
  places.accounts.push_back({0});
  places.pools.push_back({HubId{0}, ClassId{0}, processors, 1, Price{}});
}

world::Job job_of(const imports::TraceJob& from, Estimates estimates) {
  const bool known = estimates == Estimates::kRequested && from.estimate_seconds > 0;
  const Second estimate = known ? from.estimate_seconds : from.duration_seconds;
  world::Job job;
  job.order.submit = from.submit_second;
  job.order.latest_start = engine::kSecondsMax;
  job.order.home = 0;
  job.order.ways = {{ClassId{0}, from.gang, estimate}};
  // Rounded up, so that the engine's rounding down gives the duration back.
  const auto ppm = (int128{from.duration_seconds} * engine::kPpm + estimate - 1) / estimate;
  job.actual_ppm = static_cast<std::uint32_t>(std::min<int128>(ppm, engine::kPpm));
  return job;
}

}  // namespace

Result<Instance> make_swf_instance(const std::string& path, Estimates estimates) {
  TONGSUAN_TRY(imports::SwfTrace log, imports::read_swf(path));
  if (log.processors == 0) {
    return Error{ErrorCode::kCorrupt, path + " does not say how many processors there are",
                 "its header needs a line '; MaxProcs: N'"};
  }
  const imports::TraceLimits limits = imports::swf_limits(log);
  TONGSUAN_TRY(const imports::CheckedTrace trace,
               imports::check_trace(std::move(log.reading), limits, imports::TraceMode::kLenient));
  Instance instance;
  instance.scenario = "swf";
  instance.origin = "The jobs of a log in the Standard Workload Format.";
  instance.drain = kDrain;
  add_places(instance, log.processors);
  for (const imports::TraceJob& job : trace.jobs) {
    instance.script.jobs.push_back(job_of(job, estimates));
  }
  instance.span = trace.jobs.back().submit_second + 1;
  return instance;
}

}  // namespace tongsuan::lab
