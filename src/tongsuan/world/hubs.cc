#include "tongsuan/world/hubs.h"

#include <algorithm>
#include <tuple>

#include "tongsuan/base/random.h"

namespace tongsuan::world {
namespace {

// When a start on a node that is not there has failed: the cluster refuses, or the job waits for a
// while.
constexpr Second kPhantomLeast = 10;
constexpr Second kPhantomMost = 60;

enum class Habit : std::uint64_t { kDelay = 1, kStuck, kPhantom, kTwice, kSkew };

Random draw_of(const Habits& habits, Habit habit, std::uint64_t name) {
  Random mix(habits.seed ^ (static_cast<std::uint64_t>(habit) << 48) ^
             (name * 0x9E3779B97F4A7C15ULL));
  return Random(mix.next());
}

Second half_to_more(Random random, Second mean) {
  return mean == 0 ? 0 : random.between(mean / 2, mean * 3 / 2);
}

bool meets(const Grant& grant, std::uint32_t begin, std::uint32_t end) {
  const auto first = std::ranges::lower_bound(grant.nodes, begin);
  return first != grant.nodes.end() && *first < end;
}

}  // namespace

// ---- A run -------------------------------------------------------------------------------------

Second JobRun::done_by(Second at) const {
  Second done = 0;
  for (const Stretch& one : stretches) {
    if (at <= one.begin) return one.done;
    done = one.done + std::max<Second>(0, std::min(at, one.end) - one.begin - one.idle);
    if (at <= one.end) return done;
  }
  return done;
}

Second JobRun::delivered_by(Second at) const {
  Second seconds = 0;
  for (const Stretch& one : stretches) {
    seconds += std::max<Second>(0, std::min(at, one.end) - one.begin);
  }
  return seconds;
}

std::vector<std::pair<Second, Second>> as_told(const JobRun& run, Second skew, Second mark,
                                               Second limit) {
  std::vector<std::pair<Second, Second>> told;
  for (const Stretch& one : run.stretches) {
    const Second begin = std::max({mark, run.grant.start, one.begin + skew});
    const Second end = std::min(limit, one.end + skew);
    if (begin < end) told.emplace_back(begin, end);
  }
  return told;
}

// ---- What is known of hubs ---------------------------------------------------------------------

Hubs::Hubs(const engine::Places& places, const Script& script)
    : places_(places),
      truth_(script.hubs),
      silences_(places.hubs.size() * 2),
      requeues_(places.pools.size()),
      losses_(places.pools.size()),
      hangs_on_(!truth_.silences.empty() || truth_.habits.stuck_per_mille > 0) {
  for (const Silence& one : truth_.silences) {
    silences_[one.hub.value * 2 + static_cast<std::size_t>(one.who)].push_back(one);
  }
  for (const Requeue& one : truth_.requeues) {
    requeues_[one.pool.value].push_back(one);
    longest_gap_ = std::max(longest_gap_, one.gap);
  }
  for (const NodesChange& change : script.nodes) {
    const bool late =
        !change.up && told(places.pools[change.pool.value].hub, change.at) > change.at;
    if (late) losses_[change.pool.value].push_back(change);
  }
}

const std::vector<Silence>& Hubs::silences(Away who, HubId hub) const {
  return silences_[hub.value * 2 + static_cast<std::size_t>(who)];
}

Second Hubs::back(Away who, HubId hub, Second at) const {
  const std::vector<Silence>& all = silences(who, hub);
  const auto after = std::ranges::upper_bound(all, at, {}, &Silence::begin);
  return after == all.begin() ? at : std::max(at, std::prev(after)->end);
}

Second Hubs::told(HubId hub, Second at) const {
  for (;;) {
    const Second there = back(Away::kAgent, hub, back(Away::kController, hub, at));
    if (there == at) return at;
    at = there;
  }
}

bool Hubs::takes(HubId hub, Second at) const {
  for (const Away who : {Away::kController, Away::kAgent}) {
    const std::vector<Silence>& all = silences(who, hub);
    const auto after = std::ranges::upper_bound(all, at, {}, &Silence::begin);
    if (after == all.begin()) continue;
    const Silence& last = *std::prev(after);
    if (at < last.end && at >= last.begin + truth_.habits.lease) return false;
  }
  return true;
}

bool Hubs::is_phantom(engine::PoolId pool, std::uint32_t node) const {
  return std::ranges::any_of(truth_.phantoms, [&](const Phantom& one) {
    return one.pool == pool && one.begin <= node && node < one.end;
  });
}

Second Hubs::skew(HubId hub) const {
  const Second most = truth_.habits.skew;
  return draw_of(truth_.habits, Habit::kSkew, hub.value).between(-most, most);
}

bool Hubs::comes_twice(std::uint64_t luck) const {
  return draw_of(truth_.habits, Habit::kTwice, luck).below(1'000) < truth_.habits.twice_per_mille;
}

Second Hubs::start_delay(std::uint64_t luck) const {
  return half_to_more(draw_of(truth_.habits, Habit::kDelay, luck), truth_.habits.start_delay);
}

Second Hubs::stuck(std::uint64_t luck) const {
  Random random = draw_of(truth_.habits, Habit::kStuck, luck);
  const bool stuck = random.below(1'000) < truth_.habits.stuck_per_mille;
  return stuck ? half_to_more(random, truth_.habits.stuck) : 0;
}

Second Hubs::phantom_fails(std::uint64_t luck) const {
  return draw_of(truth_.habits, Habit::kPhantom, luck).between(kPhantomLeast, kPhantomMost);
}

// ---- Grants ------------------------------------------------------------------------------------

const JobRun* Hubs::find(engine::ContractId contract) const {
  const auto found = runs_.find(contract.value);
  return found == runs_.end() ? nullptr : &found->second;
}

const JobRun& Hubs::begin(const Grant& grant) {
  const auto [at, fresh] = runs_.try_emplace(grant.contract.value);
  JobRun& run = at->second;
  if (!fresh) return run;
  run.grant = grant;
  run.pulled = back(Away::kAgent, hub_of(grant), grant.start);
  run.phantom = std::ranges::any_of(
      grant.nodes, [&](std::uint32_t node) { return is_phantom(grant.pool, node); });
  const Second begin = begins(grant, run.pulled);
  if (run.phantom) {
    run.told = told(hub_of(grant), begin + phantom_fails(grant.luck));
    return run;
  }
  plan_stretches(run, begin);
  run.told = told(hub_of(grant), run.stretches.back().end);
  cut_where_lost(run);
  return run;
}

// When the job has all its nodes, whoever was there before it. Takes its place in their lines.
Second Hubs::begins(const Grant& grant, Second pulled) {
  const HubId hub = hub_of(grant);
  Second begin = back(Away::kController, hub, pulled) + start_delay(grant.luck);
  for (const std::uint32_t node : grant.nodes) {
    if (!hangs_on_) break;
    begin = std::max(begin, node_free(grant, node, grant.start));
    taken_[{grant.pool.value, node}].push_back({grant.contract.value, grant.per_node});
  }
  return back(Away::kController, hub, begin);
}

// When those that have ended leave room enough. Those that have not are the exchange's matter: with
// them a node has never more than it has.
Second Hubs::node_free(const Grant& grant, std::uint32_t node, Second from) {
  std::vector<Taken>& taken = taken_[{grant.pool.value, node}];
  std::erase_if(taken, [&](const Taken& one) { return one.until <= from; });
  std::ranges::sort(taken, {},
                    [](const Taken& one) { return std::tuple(one.until, one.contract); });
  std::uint32_t devices = grant.per_node;
  for (const Taken& one : taken) devices += one.devices;
  Second free = from;
  for (const Taken& one : taken) {
    if (devices <= places_.pools[grant.pool.value].node_devices) break;
    if (one.until == engine::kSecondsMax) break;
    free = one.until;
    devices -= one.devices;
  }
  return free;
}

void Hubs::plan_stretches(JobRun& run, Second begin) const {
  const Grant& grant = run.grant;
  const std::vector<Requeue>& requeues = requeues_[grant.pool.value];
  Second idle = grant.idle;
  Second done = 0;
  auto next = std::ranges::lower_bound(requeues, begin - longest_gap_, {}, &Requeue::at);
  for (; next != requeues.end() && next->at < begin + idle + grant.work - done; ++next) {
    if (next->at + next->gap <= begin || !meets(grant, next->node, next->node + 1)) continue;
    if (next->at > begin) {
      run.stretches.push_back({begin, next->at, idle, done});
      const Second reached = run.done_by(next->at);
      done = grant.checkpoint > 0 ? reached / grant.checkpoint * grant.checkpoint : 0;
      idle = std::max<Second>(0, idle - (next->at - begin));
    }
    begin = back(Away::kController, hub_of(grant), next->at + next->gap);
  }
  run.stretches.push_back({begin, begin + idle + grant.work - done, idle, done});
}

// A node that is lost while nobody can tell ends the job there and then; the contract ends when it
// is told.
void Hubs::cut_where_lost(JobRun& run) const {
  const HubId hub = hub_of(run.grant);
  for (const NodesChange& loss : losses_[run.grant.pool.value]) {
    if (!meets(run.grant, loss.begin, loss.end) || told(hub, loss.at) <= run.grant.start) continue;
    if (loss.at >= run.stretches.back().end) return;
    run.lost_at = loss.at;
    std::erase_if(run.stretches, [&](const Stretch& one) { return one.begin >= loss.at; });
    if (!run.stretches.empty()) {
      run.stretches.back().end = std::min(run.stretches.back().end, loss.at);
    }
    return;
  }
}

void Hubs::end(engine::ContractId contract, Second at, bool lost) {
  const auto found = runs_.find(contract.value);
  if (found == runs_.end()) return;
  JobRun& run = found->second;
  // A job that has not ended by itself, and still has its nodes, goes on until its hub has heard.
  const Second stops = lost ? at : told(hub_of(run.grant), at);
  const bool gone = lost || run.phantom || run.lost_at <= stops;
  const std::size_t never =
      std::erase_if(run.stretches, [&](const Stretch& one) { return one.begin >= stops; });
  run.free = at;
  if (!run.stretches.empty()) {
    Second& end = run.stretches.back().end;
    const bool waits = never > 0 && end < stops;  // for its nodes, of which it has none
    end = std::min(end, stops);
    if (!gone && !waits) run.free = std::max(at, end + stuck(run.grant.luck));
  }
  for (const std::uint32_t node : run.grant.nodes) {
    if (!hangs_on_) break;
    for (Taken& one : taken_[{run.grant.pool.value, node}]) {
      if (one.contract == contract.value) one.until = run.free;
    }
  }
}

}  // namespace tongsuan::world
