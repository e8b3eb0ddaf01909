// What events mean for lines of waiting orders.
#pragma once

#include <vector>

#include "tongsuan/engine/engine.h"

namespace tongsuan::dispatch {

struct Changes {
  // Wait from now on: new, or stopped before they were done. Orders for later come with their time.
  std::vector<OrderId> came;
  std::vector<OrderId> later;     // new, for a later second
  std::vector<OrderId> packages;  // new: they wait for a round, in no line
  // Wait no more, without a contract, or as something else: take note of these first.
  std::vector<OrderId> left;
  std::vector<engine::PoolId> opened;  // devices came free, or nodes changed
  std::vector<HubId> data_at;          // data arrived there
};

// `state` is the one after the events.
[[nodiscard]] Changes read_changes(const engine::State& state,
                                   const std::vector<engine::Event>& events);

}  // namespace tongsuan::dispatch
