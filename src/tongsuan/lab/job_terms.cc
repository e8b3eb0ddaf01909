#include "tongsuan/lab/job_terms.h"

#include <algorithm>

#include "tongsuan/lab/draw.h"
#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/national_tables.h"

namespace tongsuan::lab {

using engine::kPpm;

JobTerms::JobTerms(const ScenarioKeys& keys, std::uint64_t seed)
    : keys_(keys),
      estimates_(draw_stream(seed, kEstimateStream)),
      worths_(draw_stream(seed, kWorthStream)),
      cancels_(draw_stream(seed, kCancelStream)),
      forwards_(draw_stream(seed, kForwardStream)),
      flexibles_(draw_stream(seed, kFlexibleStream)) {}

world::Job JobTerms::make(const Sketch& sketch, std::int64_t rent) {
  world::Job job;
  job.order.account = sketch.account;
  job.order.submit = sketch.submit;
  job.order.home = sketch.home;
  job.order.ways.push_back({sketch.accelerator, sketch.gang, 1});
  job.checkpoint = Second{keys_.checkpoint_minutes} * 60;
  set_estimate(job, sketch);
  set_worth(job, sketch, rent);
  if (draw_chance(flexibles_, keys_.flexible_per_mille)) {
    job.order.grace = Second{keys_.flexible_hours} * kHour;
    job.order.latest_start =
        std::min(job.order.latest_start + job.order.grace, engine::kSecondsMax);
  }
  const bool cancelled = draw_chance(cancels_, keys_.cancel_per_mille);
  const auto after =
      static_cast<Second>(cancels_.below(static_cast<std::uint64_t>(sketch.duration + 6 * kHour)));
  if (cancelled) job.cancel = sketch.submit + 1 + after;
  set_forward(job);
  return job;
}

// The job is wanted at the quarter of an hour in which it would have come, and comes earlier: a
// twelfth of the longest lead before that at least. So the hours in which devices are wanted stay
// the same.
void JobTerms::set_forward(world::Job& job) {
  constexpr Second kQuarter = 900;
  const bool forward = draw_chance(forwards_, keys_.forward_per_mille);
  const Second longest = Second{keys_.forward_lead_hours} * kHour;
  const Second lead = forwards_.between(longest / 12, longest);
  const std::int64_t percent = forwards_.between(50, 150);  // of the usual premium
  engine::LiveOrder& order = job.order;
  const Second wanted = order.submit / kQuarter * kQuarter;
  if (!forward || wanted == 0 || order.grace > 0) return;  // nobody wants both
  order.not_before = wanted;
  order.submit = std::max<Second>(0, wanted - lead);
  const auto premium =
      static_cast<int128>(order.value) * keys_.forward_premium_percent * percent / 10'000;
  order.premium = static_cast<std::int64_t>(std::min<int128>(premium, kMoneyMax));
}

// Some owners know, a few expect too little, the rest ask for more than they need.
void JobTerms::set_estimate(world::Job& job, const Sketch& sketch) {
  const auto kind = static_cast<std::uint32_t>(estimates_.below(1'000));
  const std::uint64_t draw = estimates_.below(1'000'000);
  const auto factor = [&](std::uint32_t max_percent) {  // 100 % to the most, in 1/10 %
    return static_cast<std::int64_t>(1'000 + draw * (max_percent - 100) * 10 / 1'000'000);
  };
  Second estimate = sketch.duration;
  if (kind < keys_.overrun_per_mille) {
    const std::int64_t over = factor(keys_.overrun_max_percent);
    estimate = (sketch.duration * 1'000 + over - 1) / over;
  } else if (kind >= keys_.overrun_per_mille + keys_.exact_percent * 10) {
    estimate = (sketch.duration * factor(keys_.estimate_max_percent) + 999) / 1'000;
  }
  if (sketch.estimate > 0) estimate = sketch.estimate;
  estimate = std::clamp<Second>(estimate, 1, engine::kSecondsMax);
  job.order.ways.front().estimate = estimate;
  job.actual_ppm = static_cast<std::uint32_t>((sketch.duration * kPpm + estimate - 1) / estimate);
}

// The terms that policies see hang on the estimate, not on the time that it really takes: they must
// not give it away.
void JobTerms::set_worth(world::Job& job, const Sketch& sketch, std::int64_t rent) {
  engine::LiveOrder& order = job.order;
  const Second estimate = order.ways.front().estimate;
  const std::int64_t worth = std::int64_t{draw_quantile(worths_, kWorth)} * keys_.worth_percent *
                             sketch.worth_per_mille / 100'000;  // per mille of the rent
  const int128 value =
      static_cast<int128>(rent) * worth / 1'000 * sketch.gang * sketch.duration / kHour;
  order.value = static_cast<std::int64_t>(std::clamp<int128>(value, 1, kMoneyMax));
  if (sketch.value > 0) order.value = sketch.value;
  const Second tau = Second{keys_.decay_hours} * kHour + estimate;
  order.delay_cost =
      static_cast<std::int64_t>(static_cast<int128>(order.value) * kHour / (2 * tau));
  order.latest_start =
      std::min(order.submit + Second{keys_.patience_hours} * kHour + estimate, engine::kSecondsMax);
}

Second draw_arrival(Random& random, const ScenarioKeys& keys) {
  const std::uint32_t weekends = [&] {
    std::uint32_t count = 0;
    for (std::uint32_t day = 0; day < keys.days; ++day) count += is_weekend(day) ? 1U : 0U;
    return count;
  }();
  // Days in percent: 100 for one of the week, less for one of a weekend.
  const std::uint64_t weight =
      std::uint64_t{keys.days - weekends} * 100 + std::uint64_t{weekends} * keys.weekend_percent;
  std::uint64_t at = random.below(std::max<std::uint64_t>(1, weight));
  std::uint32_t day = 0;
  for (; day + 1 < keys.days; ++day) {
    const std::uint32_t width = is_weekend(day) ? keys.weekend_percent : 100;
    if (at < width) break;
    at -= width;
  }
  const std::uint32_t hour = draw_weighted(random, kHourWeights);
  return Second{day} * kDay + Second{hour} * kHour + static_cast<Second>(random.below(kHour));
}

std::uint32_t draw_batch(Random& random, const ScenarioKeys& keys) {
  std::uint32_t count = 1;
  while (count < 40 && draw_chance(random, keys.batch_per_mille)) ++count;
  const bool burst = draw_chance(random, keys.burst_per_mille);
  const auto more = static_cast<std::uint32_t>(random.below(keys.burst_jobs));
  return burst ? count + more : count;
}

std::uint32_t mean_batch_per_mille(const ScenarioKeys& keys) {
  return 1'000'000 / (1'000 - keys.batch_per_mille) +
         keys.burst_per_mille * (keys.burst_jobs - 1) / 2;
}

std::int64_t work_of(const std::vector<Sketch>& sketches) {
  std::int64_t work = 0;
  for (const Sketch& sketch : sketches) work += sketch.gang * sketch.duration;
  return work;
}

std::int64_t work_of(const world::Job& job) {
  const engine::Way& way = job.order.ways.front();
  const auto seconds = static_cast<int128>(way.estimate) * job.actual_ppm / kPpm;
  return static_cast<std::int64_t>(std::max<int128>(1, seconds)) * way.gang;
}

}  // namespace tongsuan::lab
