#include "tongsuan/lab/real_week.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tongsuan/domain/canonical.h"
#include "tongsuan/import/trace_job.h"
#include "tongsuan/lab/demand_writer.h"
#include "tongsuan/lab/draw.h"
#include "tongsuan/lab/national.h"
#include "tongsuan/lab/national_supply.h"

namespace tongsuan::lab {
namespace {

using imports::TraceJob;

constexpr std::uint32_t kSlots = 168;
constexpr std::int64_t kSlotSeconds = 3'600;

enum StreamOfRealWeek : std::uint64_t { kWeekSampleStream = 48, kWeekHomeStream, kWeekClassStream };

// The class of this market that stands for a model of the traces: alike in what it is used for and
// in its rank among the others, not in its speed. Position in kClassTable.
struct Model {
  std::string_view name;
  std::uint32_t accelerator;
};
constexpr std::array<Model, 7> kModels = {{
    {"T4", 5},       // RTX4090: inference and small jobs
    {"P100", 5},     // RTX4090
    {"A10", 4},      // MLU590: inference
    {"G2", 2},       // H20: anonymised, whole nodes of eight
    {"V100M16", 3},  // Ascend910B
    {"V100M32", 1},  // A800
    {"G3", 0},       // H800: anonymised, the largest
}};

enum class Trace : std::uint8_t { kPhilly, kPai, kOpenb };

struct RealJob {
  Trace trace;
  TraceJob job;
};

Result<std::vector<RealJob>> read_jobs(const std::string& folder) {
  TONGSUAN_TRY(std::vector<TraceJob> philly, imports::read_philly(folder + "/jobs_philly"));
  TONGSUAN_TRY(std::vector<TraceJob> pai, imports::read_pai(folder + "/jobs_pai100k"));
  TONGSUAN_TRY(std::vector<TraceJob> openb,
               imports::read_openb(folder + "/jobs_openb", imports::OpenbPods::kWhitelists));
  std::vector<RealJob> jobs;
  jobs.reserve(philly.size() + pai.size() + openb.size());
  const auto add = [&](Trace trace, std::vector<TraceJob>& from) {
    for (TraceJob& job : from) jobs.push_back({trace, std::move(job)});
  };
  add(Trace::kPhilly, philly);
  add(Trace::kPai, pai);
  add(Trace::kOpenb, openb);
  return jobs;
}

std::uint32_t classes_of(const TraceJob& job) {
  std::uint32_t classes = 0;
  for (const Model& model : kModels) {
    if (std::find(job.classes.begin(), job.classes.end(), model.name) != job.classes.end()) {
      classes |= 1U << model.accelerator;
    }
  }
  return classes == 0 ? kAllClasses : classes;
}

// Whole slots that a job runs, cut to the week.
std::uint32_t hours_of(const TraceJob& job) {
  const std::int64_t hours = (job.duration_seconds + kSlotSeconds - 1) / kSlotSeconds;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(hours, 1, kSlots));
}

// A virtual cluster of Philly is a company with a branch at every place: one of them asks for 43 %
// of all work, and would otherwise put the whole week in one city. Each branch is an account.
using Branches = std::map<std::string, std::array<Buyer, kPlaces>>;

Branches add_branches(Market& market, const std::vector<RealJob>& jobs) {
  Branches branches;
  for (const RealJob& real : jobs) {
    if (real.trace == Trace::kPhilly) branches.try_emplace(real.job.tenant);
  }
  for (auto& [company, buyers] : branches) {
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
      const std::string name = "philly-" + company + '-' + std::string(kPlaceTable[place].name);
      buyers[place] = {AccountId{market.account_names.push_back(name)}, place};
      market.accounts.push_back({place});
    }
  }
  return branches;
}

// The branch that a job belongs to is drawn as the homes of the national week are.
Buyer draw_branch(Random& random, const std::array<Buyer, kPlaces>& buyers) {
  std::array<std::uint32_t, kPlaces> weights{};
  for (std::uint32_t i = 0; i < kPlaces; ++i) weights[i] = kPlaceTable[i].buyers;
  return buyers[draw_weighted(random, weights)];
}

// openb says how a pod is served: best effort can wait, latency-sensitive cannot.
std::optional<Patience> patience_of(const RealJob& real) {
  if (real.trace != Trace::kOpenb) return std::nullopt;
  if (real.job.tenant == "BE") return Patience::kFlexible;
  return real.job.tenant == "LS" ? Patience::kUrgent : Patience::kWithinDay;
}

// The first class among those that the job accepts, by the wishes of its group of gangs.
std::uint32_t draw_class(Random& random, const Job& job) {
  std::array<std::uint32_t, kClasses> weights = kClassWish[gang_group(job.gang)];
  std::uint32_t sum = 0;
  for (std::uint32_t i = 0; i < kClasses; ++i) {
    if ((job.classes >> i & 1U) == 0) weights[i] = 0;
    sum += weights[i];
  }
  if (sum > 0) return draw_weighted(random, weights);
  std::uint32_t first = 0;  // gangs of this group never ask for these classes first
  while ((job.classes >> first & 1U) == 0) ++first;
  return first;
}

Job market_job(const RealJob& real, const Buyer& buyer, Random& classes) {
  const TraceJob& trace = real.job;
  Job job;
  job.buyer = buyer;
  job.gang = trace.gang;
  job.duration = hours_of(trace);
  job.begin = static_cast<Slot>(trace.submit_second / kSlotSeconds % kSlots);
  job.classes = classes_of(trace);
  job.exact_classes = !trace.classes.empty();
  job.accelerator = draw_class(classes, job);
  job.patience = patience_of(real);
  return job;
}

Result<Done> check(const RealWeekOptions& options) {
  if (options.orders_max < 1 || options.orders_max > kNationalOrdersMax) {
    return Error{ErrorCode::kInvalidArgument,
                 "a real week cannot have orders_max " + std::to_string(options.orders_max),
                 "from 1 to " + std::to_string(kNationalOrdersMax)};
  }
  if (options.load_percent < kLoadPercentMin || options.load_percent > kLoadPercentMax) {
    return Error{
        ErrorCode::kInvalidArgument,
        "a real week cannot have load_percent " + std::to_string(options.load_percent),
        "from " + std::to_string(kLoadPercentMin) + " to " + std::to_string(kLoadPercentMax)};
  }
  return Done{};
}

}  // namespace

Result<Market> real_week(const RealWeekOptions& options) {
  TONGSUAN_TRY([[maybe_unused]] const Done done, check(options));
  TONGSUAN_TRY(std::vector<RealJob> jobs, read_jobs(options.data_dir));
  take_sample(jobs, options.orders_max, draw_stream(options.seed, kWeekSampleStream));
  const auto orders = static_cast<std::uint32_t>(jobs.size());

  Market market;
  market.name = "real-week";
  add_places(market, kSlots);
  const BuyerRanges buyers = add_buyers(market, national_buyers(orders));
  const Branches branches = add_branches(market, jobs);
  const DataSets data = add_data_sets(market, national_data_sets(orders), options.seed);

  DemandWriter demand(market, buyers, data, options.seed);
  Random homes = draw_stream(options.seed, kWeekHomeStream);
  Random classes = draw_stream(options.seed, kWeekClassStream);
  for (const RealJob& real : jobs) {
    const bool philly = real.trace == Trace::kPhilly;
    const Buyer buyer =
        philly ? draw_branch(homes, branches.at(real.job.tenant)) : demand.draw_buyer();
    demand.add_job(philly ? "philly-" + real.job.name : real.job.name,
                   market_job(real, buyer, classes));
  }
  add_supply(market, {.devices = devices_for(demand.work(), options.load_percent, kSlots),
                      .orders = orders,
                      .seed = options.seed});
  canonicalise(market);
  return market;
}

}  // namespace tongsuan::lab
