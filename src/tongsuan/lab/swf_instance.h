// One cluster and the jobs of an SWF log: the world of the backfilling literature, in which the
// machine of dispatch/scheduler.h can be held against published figures (docs/replay.md, Oracle).
//
// Model. One hub, one class, one pool of as many nodes as the log has processors, one device each.
// No energy, links, failures or worth; nobody loses patience. A job ends at its estimate at the
// latest, as its machine enforces.
#pragma once

#include <cstdint>
#include <string>

#include "tongsuan/base/result.h"
#include "tongsuan/lab/instance.h"

namespace tongsuan::lab {

enum class Estimates : std::uint8_t {
  kRequested,    // what owners asked for
  kClairvoyant,  // how long jobs really run
};

// Fails where the log cannot be read, or does not say how many processors there are.
[[nodiscard]] Result<Instance> make_swf_instance(const std::string& path, Estimates estimates);

}  // namespace tongsuan::lab
