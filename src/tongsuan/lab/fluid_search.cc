// The two searches for cuts of fluid_bound.h. Nothing here is trusted: fluid_cut judges the sets.
#include <algorithm>
#include <limits>

#include "tongsuan/lab/fluid_bound.h"

namespace tongsuan::lab {
namespace {

constexpr std::size_t kGreedySteps = 2'048;  // of the greedy, beside changes of what is up
constexpr std::size_t kThresholds = 256;     // that a pool may have
constexpr std::size_t kRounds = 20;          // of either descent
constexpr std::size_t kPoolSetsMax = 2'048;  // that the threshold search tells apart

// ---- One set for all pools ----------------------------------------------------------------------

std::vector<UpDevices> all_devices(const FluidModel& model) {
  std::vector<UpDevices> changes;
  for (const std::vector<UpDevices>& pool : model.up) {
    std::int64_t before = 0;
    for (const UpDevices& step : pool) {
      changes.push_back({step.at, step.devices - before});
      before = step.devices;
    }
  }
  std::ranges::stable_sort(changes, {}, &UpDevices::at);
  std::vector<UpDevices> steps = {{0, 0}};
  for (const UpDevices& change : changes) {
    if (change.at != steps.back().at) steps.push_back({change.at, steps.back().devices});
    steps.back().devices += change.devices;
  }
  return steps;
}

// Longest remaining time first, in steps within which nothing changes. Jobs at the margin share, so
// that those with equal time left keep equal time left.
class Levels {
 public:
  explicit Levels(const FluidModel& model) : model_(model), left_(model.jobs.size()) {
    for (std::size_t i = 0; i < left_.size(); ++i) {
      const FluidJob& job = model.jobs[i];
      left_[i] = static_cast<double>(job.work) / static_cast<double>(job.gang);
    }
  }

  // Returns the device-seconds that were done.
  double run(const std::vector<UpDevices>& up) {
    const std::vector<Second> times = step_times(up);
    double done = 0;
    std::size_t next = 0, step = 0;
    for (std::size_t i = 0; i + 1 < times.size(); ++i) {
      while (step + 1 < up.size() && up[step + 1].at <= times[i]) ++step;
      std::vector<std::uint32_t> fresh;
      for (; next < model_.jobs.size() && model_.jobs[next].submit <= times[i]; ++next) {
        fresh.push_back(static_cast<std::uint32_t>(next));
      }
      admit(std::move(fresh), times[i + 1]);
      const auto length = static_cast<double>(times[i + 1] - times[i]);
      done += serve(static_cast<double>(up[step].devices) * length, length);
    }
    return done;
  }

  [[nodiscard]] bool unfinished(std::size_t job) const { return left_[job] > 1e-6; }

 private:
  [[nodiscard]] std::vector<Second> step_times(const std::vector<UpDevices>& up) const {
    std::vector<Second> events, times;
    for (const FluidJob& job : model_.jobs) {
      events.push_back(job.submit);
      if (job.end < model_.span) events.push_back(job.end);
    }
    std::ranges::sort(events);
    const std::size_t every = events.size() / kGreedySteps + 1;
    for (std::size_t i = 0; i < events.size(); i += every) times.push_back(events[i]);
    for (const UpDevices& change : up) times.push_back(change.at);
    times.push_back(0);
    times.push_back(model_.span);
    std::ranges::sort(times);
    const auto repeated = std::ranges::unique(times);
    times.erase(repeated.begin(), repeated.end());
    return times;
  }

  // Keeps active_ in order of falling time left, without jobs that end within the step.
  void admit(std::vector<std::uint32_t> fresh, Second step_end) {
    const auto longer = [this](std::uint32_t a, std::uint32_t b) { return left_[a] > left_[b]; };
    std::ranges::sort(fresh, longer);
    const auto middle = static_cast<std::ptrdiff_t>(active_.size());
    active_.insert(active_.end(), fresh.begin(), fresh.end());
    std::inplace_merge(active_.begin(), active_.begin() + middle, active_.end(), longer);
    std::erase_if(active_, [&](std::uint32_t job) {
      return left_[job] <= 1e-9 || model_.jobs[job].end < step_end;
    });
  }

  // Lowers the water from the longest time left until the capacity is used or everybody has been
  // served: a job gets what it has above the water, at most the length of the step.
  [[nodiscard]] double water(double capacity, double length) const {
    double height = active_.empty() ? 0 : left_[active_.front()];
    double rate = 0, used = 0;
    std::size_t enter = 0, leave = 0;
    while (height > 0) {
      while (enter < active_.size() && left_[active_[enter]] >= height) {
        rate += gang(active_[enter++]);
      }
      while (leave < enter && left_[active_[leave]] - length >= height) {
        rate -= gang(active_[leave++]);
      }
      double to = enter < active_.size() ? left_[active_[enter]] : 0;
      if (leave < enter) to = std::max(to, left_[active_[leave]] - length);
      if (used + rate * (height - to) > capacity) return height - (capacity - used) / rate;
      used += rate * (height - to);
      height = to;
    }
    return 0;
  }

  double serve(double capacity, double length) {
    const double height = water(capacity, length);
    double done = 0;
    for (const std::uint32_t job : active_) {
      const double before = left_[job];
      if (before <= height) break;
      left_[job] = std::max({before - length, height, 0.0});
      done += gang(job) * (before - left_[job]);
    }
    return done;
  }

  [[nodiscard]] double gang(std::uint32_t job) const {
    return static_cast<double>(model_.jobs[job].gang);
  }

  const FluidModel& model_;
  std::vector<double> left_;  // seconds at full gang
  std::vector<std::uint32_t> active_;
};

// Given the jobs that count by time, blocks the seconds at which they ask for more than is up.
std::vector<Seconds> block(const FluidModel& model, const std::vector<UpDevices>& up,
                           const std::vector<bool>& by_time) {
  std::vector<UpDevices> asked;
  for (std::size_t i = 0; i < model.jobs.size(); ++i) {
    if (!by_time[i]) continue;
    asked.push_back({model.jobs[i].submit, model.jobs[i].gang});
    if (model.jobs[i].end < model.span) asked.push_back({model.jobs[i].end, -model.jobs[i].gang});
  }
  std::ranges::stable_sort(asked, {}, &UpDevices::at);
  std::vector<Seconds> blocked;
  std::int64_t gangs = 0;
  std::size_t next = 0, step = 0;
  for (Second at = 0; at < model.span;) {
    for (; next < asked.size() && asked[next].at <= at; ++next) gangs += asked[next].devices;
    while (step + 1 < up.size() && up[step + 1].at <= at) ++step;
    Second end = model.span;
    if (next < asked.size()) end = std::min(end, asked[next].at);
    if (step + 1 < up.size()) end = std::min(end, up[step + 1].at);
    if (gangs > up[step].devices) {
      if (!blocked.empty() && blocked.back().end == at) {
        blocked.back().end = end;
      } else {
        blocked.push_back({at, end});
      }
    }
    at = end;
  }
  return blocked;
}

// Given blocked seconds, the jobs that count by time rather than by their work.
std::vector<bool> count_by_time(const FluidModel& model, const std::vector<Seconds>& blocked) {
  std::vector<Second> before = {0};
  for (const Seconds& part : blocked) before.push_back(before.back() + part.end - part.begin);
  const auto blocked_before = [&](Second at) {
    const auto next = std::ranges::partition_point(
        blocked, [at](const Seconds& part) { return part.begin < at; });
    const auto count = static_cast<std::size_t>(next - blocked.begin());
    if (count == 0) return Second{0};
    return before[count - 1] + std::min(at, blocked[count - 1].end) - blocked[count - 1].begin;
  };
  std::vector<bool> by_time(model.jobs.size());
  for (std::size_t i = 0; i < model.jobs.size(); ++i) {
    const FluidJob& job = model.jobs[i];
    const Second open =
        job.end - job.submit - (blocked_before(job.end) - blocked_before(job.submit));
    by_time[i] = static_cast<int128>(job.gang) * open < job.work;
  }
  return by_time;
}

// ---- A threshold for each pool
// -------------------------------------------------------------------

class Thresholds {
 public:
  Thresholds(const Instance& instance, const FluidModel& model)
      : model_(model), at_(model.up.size(), kThresholds), merged_(model.pool_sets.size()) {
    for (std::size_t k = 0; k <= kThresholds; ++k) {
      times_.push_back(model.span * static_cast<Second>(k) / static_cast<Second>(kThresholds));
    }
    fill_capacity();
    fill_groups();
    fill_moves(instance);
  }

  std::vector<std::vector<Seconds>> run() {
    std::vector<std::size_t> best = at_;
    double least = std::numeric_limits<double>::infinity();
    for (const std::size_t start : {kThresholds, std::size_t{0}}) {
      std::ranges::fill(at_, start);
      const double value = descend();
      if (value < least) {
        least = value;
        best = at_;
      }
    }
    std::vector<std::vector<Seconds>> blocked(at_.size());
    for (std::size_t pool = 0; pool < blocked.size(); ++pool) {
      if (best[pool] < kThresholds) blocked[pool] = {{times_[best[pool]], model_.span}};
    }
    return blocked;
  }

 private:
  void fill_capacity() {
    for (const std::vector<UpDevices>& up : model_.up) {
      std::vector<double> after(kThresholds + 1);
      for (std::size_t i = 0; i < up.size(); ++i) {
        const Second end = i + 1 < up.size() ? up[i + 1].at : model_.span;
        for (std::size_t k = 0; k <= kThresholds; ++k) {
          const Second begin = std::max(times_[k], up[i].at);
          if (begin < end) {
            after[k] += static_cast<double>(up[i].devices) * static_cast<double>(end - begin);
          }
        }
      }
      capacity_after_.push_back(std::move(after));
    }
  }

  // Work that the jobs of a set have done by each threshold when nothing is scarce.
  void fill_groups() {
    const std::size_t groups = std::min(model_.pool_sets.size(), kPoolSetsMax);
    pools_.assign(model_.pool_sets.begin(),
                  model_.pool_sets.begin() + static_cast<std::ptrdiff_t>(groups));
    for (std::size_t i = 0; i < merged_.size(); ++i) merged_[i] = std::min(i, groups - 1);
    if (groups < model_.pool_sets.size()) {  // too many: the last one stands for all others
      pools_.back().clear();
      for (std::uint32_t p = 0; p < model_.up.size(); ++p) pools_.back().push_back(p);
    }
    std::vector<std::vector<double>> slope(groups, std::vector<double>(kThresholds + 2));
    done_ = slope;
    for (const FluidJob& job : model_.jobs)
      add_ramp(job, slope[merged_[job.pools]], done_[merged_[job.pools]]);
    for (std::size_t group = 0; group < groups; ++group) {
      double rate = 0, base = 0;
      for (std::size_t k = 0; k <= kThresholds; ++k) {
        rate += slope[group][k];
        base += done_[group][k];
        done_[group][k] = rate * static_cast<double>(times_[k]) + base;
      }
    }
  }

  void add_ramp(const FluidJob& job, std::vector<double>& slope, std::vector<double>& base) const {
    const auto gang = static_cast<double>(job.gang);
    const auto submit = static_cast<double>(job.submit);
    const Second whole = (job.work + job.gang - 1) / job.gang;
    const Second end = std::min(job.end, job.submit + whole);
    const double all =
        std::min(static_cast<double>(job.work), gang * static_cast<double>(job.end - job.submit));
    const auto first = index_at(job.submit);
    const auto last = index_at(end);
    slope[first] += gang;
    base[first] -= gang * submit;
    slope[last] -= gang;
    base[last] += gang * submit + all;
  }

  [[nodiscard]] std::size_t index_at(Second at) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(times_, at) - times_.begin());
  }

  void fill_moves(const Instance& instance) {
    const std::vector<engine::Pool>& pools = instance.places.pools;
    const auto add = [&](auto wanted) {
      std::vector<std::uint32_t> move;
      for (std::uint32_t i = 0; i < pools.size(); ++i) {
        if (wanted(i)) move.push_back(i);
      }
      if (!move.empty()) moves_.push_back(std::move(move));
    };
    add([](std::uint32_t) { return true; });
    for (std::uint32_t c = 0; c < instance.places.classes.size(); ++c) {
      add([&](std::uint32_t i) { return pools[i].accelerator.value == c; });
    }
    for (std::uint32_t h = 0; h < instance.places.hubs.size(); ++h) {
      add([&](std::uint32_t i) { return pools[i].hub.value == h; });
    }
    for (std::uint32_t p = 0; p < pools.size(); ++p) {
      add([&](std::uint32_t i) { return i == p; });
    }
  }

  double descend() {
    double value = std::numeric_limits<double>::infinity();
    for (std::size_t round = 0; round < kRounds; ++round) {
      const double before = value;
      for (const std::vector<std::uint32_t>& move : moves_) value = best_move(move);
      // Pools above and below a threshold move together.
      std::vector<std::size_t> levels = at_;
      std::ranges::sort(levels);
      const auto repeated = std::ranges::unique(levels);
      levels.erase(repeated.begin(), repeated.end());
      if (levels.size() > 8) levels.resize(8);
      for (const std::size_t level : levels) {
        std::vector<std::uint32_t> move;
        for (std::uint32_t p = 0; p < at_.size(); ++p) {
          if (at_[p] <= level) move.push_back(p);
        }
        value = best_move(move);
      }
      if (round > 0 && value >= before * (1 - 1e-9)) break;
    }
    return value;
  }

  // Gives all pools of the set one threshold, the best; returns the whole bound.
  double best_move(const std::vector<std::uint32_t>& move) {
    std::vector<bool> moves(at_.size());
    for (const std::uint32_t pool : move) moves[pool] = true;
    std::vector<double> value(kThresholds + 1);
    double fixed = 0, now = 0;
    for (std::size_t pool = 0; pool < at_.size(); ++pool) {
      now += capacity_after_[pool][at_[pool]];
      if (moves[pool]) {
        for (std::size_t k = 0; k <= kThresholds; ++k) value[k] += capacity_after_[pool][k];
      } else {
        fixed += capacity_after_[pool][at_[pool]];
      }
    }
    for (std::size_t group = 0; group < pools_.size(); ++group) {
      std::size_t others = 0, highest = 0;
      bool touched = false;
      for (const std::uint32_t pool : pools_[group]) {
        touched = touched || moves[pool];
        highest = std::max(highest, at_[pool]);
        if (!moves[pool]) others = std::max(others, at_[pool]);
      }
      now += done_[group][highest];
      if (!touched || others == kThresholds) {
        fixed += done_[group][highest];
        continue;
      }
      for (std::size_t k = 0; k <= kThresholds; ++k) value[k] += done_[group][std::max(k, others)];
    }
    const auto best = static_cast<std::size_t>(std::ranges::min_element(value) - value.begin());
    if (fixed + value[best] >= now) return now;
    for (const std::uint32_t pool : move) at_[pool] = best;
    return fixed + value[best];
  }

  const FluidModel& model_;
  std::vector<Second> times_;
  std::vector<std::size_t> at_;  // by pool: position of its threshold; the last one blocks nothing
  std::vector<std::size_t> merged_;                  // pool set → group
  std::vector<std::vector<std::uint32_t>> pools_;    // by group
  std::vector<std::vector<double>> done_;            // by group and threshold
  std::vector<std::vector<double>> capacity_after_;  // by pool and threshold
  std::vector<std::vector<std::uint32_t>> moves_;
};

}  // namespace

PooledCut pooled_cut(const FluidModel& model) {
  const std::vector<UpDevices> up = all_devices(model);
  PooledCut cut;
  Levels levels(model);
  cut.reached = levels.run(up);
  std::vector<bool> by_time(model.jobs.size());
  for (std::size_t i = 0; i < by_time.size(); ++i) by_time[i] = levels.unfinished(i);
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  // Either half of a cut is best for the other one: alternating never raises it.
  for (std::size_t round = 0; round < kRounds; ++round) {
    std::vector<Seconds> blocked = block(model, up, by_time);
    by_time = count_by_time(model, blocked);
    const std::int64_t value =
        fluid_cut(model, std::vector<std::vector<Seconds>>(model.up.size(), blocked));
    if (value >= least) break;
    least = value;
    cut.blocked = std::move(blocked);
  }
  return cut;
}

std::vector<std::vector<Seconds>> threshold_cut(const Instance& instance, const FluidModel& model) {
  if (model.jobs.empty()) return std::vector<std::vector<Seconds>>(model.up.size());
  return Thresholds(instance, model).run();
}

}  // namespace tongsuan::lab
