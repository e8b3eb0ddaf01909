#include "tongsuan/lab/fluid_bound.h"

#include <algorithm>
#include <map>

#include "tongsuan/base/check.h"

namespace tongsuan::lab {
namespace {

// ---- The model ---------------------------------------------------------------------------------

// Pools of a job, and what it may do on them.
struct Fit {
  std::vector<std::uint32_t> pools;  // rising
  std::int64_t gang = 0;
  std::int64_t work = 0;
};

Fit fit(const engine::Places& places, const world::Job& job, Second span) {
  Fit found;
  for (const engine::Way& way : job.order.ways) {
    const std::vector<std::uint32_t> pools = pools_of(places, job.order, way);
    if (pools.empty()) continue;
    found.pools.insert(found.pools.end(), pools.begin(), pools.end());
    found.gang = std::max<std::int64_t>(found.gang, way.gang);
    found.work = std::max(found.work, std::min(true_seconds(job, way), span) * way.gang);
  }
  std::ranges::sort(found.pools);
  const auto repeated = std::ranges::unique(found.pools);
  found.pools.erase(repeated.begin(), repeated.end());
  return found;
}

// ---- The certificate ---------------------------------------------------------------------------

// Seconds blocked before a second, from prefix sums.
class Blocked {
 public:
  explicit Blocked(std::vector<Seconds> parts) : parts_(std::move(parts)) {
    for (const Seconds& part : parts_) before_.push_back(before_.back() + part.end - part.begin);
  }
  [[nodiscard]] Second before(Second at) const {
    const auto next =
        std::ranges::partition_point(parts_, [at](const Seconds& part) { return part.begin < at; });
    const auto count = static_cast<std::size_t>(next - parts_.begin());
    if (count == 0) return 0;
    return before_[count - 1] + std::min(at, parts_[count - 1].end) - parts_[count - 1].begin;
  }

 private:
  std::vector<Seconds> parts_;
  std::vector<Second> before_ = {0};
};

std::vector<Seconds> common(const std::vector<Seconds>& a, const std::vector<Seconds>& b) {
  std::vector<Seconds> both;
  for (std::size_t i = 0, k = 0; i < a.size() && k < b.size();) {
    const Seconds part = {std::max(a[i].begin, b[k].begin), std::min(a[i].end, b[k].end)};
    if (part.begin < part.end) both.push_back(part);
    if (a[i].end < b[k].end) {
      ++i;
    } else {
      ++k;
    }
  }
  return both;
}

int128 capacity_within(const std::vector<UpDevices>& up, const std::vector<Seconds>& parts,
                       Second span) {
  int128 sum = 0;
  std::size_t step = 0;
  for (const Seconds& part : parts) {
    while (step + 1 < up.size() && up[step + 1].at <= part.begin) ++step;
    for (std::size_t i = step; i < up.size() && up[i].at < part.end; ++i) {
      const Second end = std::min(part.end, i + 1 < up.size() ? up[i + 1].at : span);
      const Second begin = std::max(part.begin, up[i].at);
      if (begin < end) sum += static_cast<int128>(up[i].devices) * (end - begin);
    }
  }
  return sum;
}

}  // namespace

FluidModel fluid_model(const Instance& instance) {
  FluidModel model;
  model.span = instance.span;
  for (std::uint32_t pool = 0; pool < instance.places.pools.size(); ++pool) {
    model.up.push_back(up_devices(instance, pool, instance.span));
  }
  std::map<std::vector<std::uint32_t>, std::uint32_t> sets;
  for (const world::Job& job : instance.script.jobs) {
    const Second end = job.cancel < 0 ? instance.span : std::min(instance.span, job.cancel);
    const Second from = engine::wanted_from(job.order);
    if (from >= end) continue;
    Fit found = fit(instance.places, job, instance.span);
    if (found.pools.empty()) continue;
    const auto [at, fresh] = sets.try_emplace(std::move(found.pools),
                                              static_cast<std::uint32_t>(model.pool_sets.size()));
    if (fresh) model.pool_sets.push_back(at->first);
    model.jobs.push_back({from, end, found.gang, found.work, at->second});
  }
  std::ranges::stable_sort(model.jobs, {}, &FluidJob::submit);
  return model;
}

std::int64_t fluid_cut(const FluidModel& model, const std::vector<std::vector<Seconds>>& blocked) {
  TONGSUAN_CHECK(blocked.size() == model.up.size());
  int128 sum = 0;
  for (std::size_t pool = 0; pool < blocked.size(); ++pool) {
    Second last = 0;
    for (const Seconds& part : blocked[pool]) {
      TONGSUAN_CHECK(part.begin >= last && part.begin < part.end && part.end <= model.span);
      last = part.end;
    }
    sum += capacity_within(model.up[pool], blocked[pool], model.span);
  }
  std::vector<Blocked> all_blocked;  // by pool set: seconds at which all its pools are
  for (const std::vector<std::uint32_t>& pools : model.pool_sets) {
    std::vector<Seconds> parts = {{0, model.span}};
    for (const std::uint32_t pool : pools) parts = common(parts, blocked[pool]);
    all_blocked.emplace_back(std::move(parts));
  }
  for (const FluidJob& job : model.jobs) {
    const Blocked& without = all_blocked[job.pools];
    const Second open =
        job.end - job.submit - (without.before(job.end) - without.before(job.submit));
    sum += std::min<int128>(job.work, static_cast<int128>(job.gang) * open);
  }
  return static_cast<std::int64_t>(sum);
}

FluidBound fluid_bound(const Instance& instance) {
  const FluidModel model = fluid_model(instance);
  const std::size_t pools = model.up.size();
  FluidBound result;
  const std::vector<std::vector<Seconds>> nothing(pools);
  const std::vector<std::vector<Seconds>> always(pools, {{0, model.span}});
  result.offered = fluid_cut(model, nothing);
  result.capacity = fluid_cut(model, always);
  PooledCut pooled = pooled_cut(model);
  result.reached = static_cast<std::int64_t>(pooled.reached);
  const std::vector<std::vector<Seconds>> one(pools, pooled.blocked);
  result.one_set = fluid_cut(model, one);
  const std::vector<std::vector<Seconds>> each = threshold_cut(instance, model);
  result.by_pool = fluid_cut(model, each);
  result.bound = result.offered;
  result.blocked = nothing;
  const auto take = [&](std::int64_t value, const std::vector<std::vector<Seconds>>& blocked) {
    if (value >= result.bound) return;
    result.bound = value;
    result.blocked = blocked;
  };
  take(result.capacity, always);
  take(result.one_set, one);
  take(result.by_pool, each);
  double devices = 0;
  for (const engine::Pool& pool : instance.places.pools) {
    devices += static_cast<double>(pool.nodes) * pool.node_devices;
  }
  const double all = devices * static_cast<double>(instance.span);
  result.utilisation = all > 0 ? static_cast<double>(result.bound) / all : 0;
  return result;
}

}  // namespace tongsuan::lab
