// One world to replay: places, a script of what will happen, energy by the hour, and its span.
//
// Model. A scenario file (lab/scenario.h) with a load and a seed makes an instance; a policy
// replays it (lab/replay.h). Two policies that replay the same instance meet the same jobs,
// failures and weather, so their differences are paired. Integers only: the same options give the
// same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tongsuan/engine/energy.h"
#include "tongsuan/engine/engine.h"
#include "tongsuan/world/script.h"

namespace tongsuan::lab {

using engine::Energy;
using engine::kDay;
using engine::kHour;

struct Instance {
  std::string scenario;
  std::string origin;  // where its demand comes from, in a sentence
  std::uint64_t seed = 1;
  std::uint32_t load_percent = 0;  // device-seconds asked for against those there, as wished
  engine::Places places;
  world::Script script;
  Energy energy;
  // Jobs come during [0, span); utilisation is taken over it. The replay goes on until all is done,
  // at most for `drain` more.
  Second span = 7 * kDay;
  Second drain = 14 * kDay;
  std::vector<std::string> notes;  // what was dropped or changed while making it, and why
};

// Reference device-seconds of a job: its first way, as long as it really runs.
[[nodiscard]] std::int64_t true_work(const world::Job& job);

}  // namespace tongsuan::lab
