// What acts for the exchange itself: dispatch, timers, rounds.
//
// A driver sees every event of the engine, and gives commands at the desk. It belongs to the
// sequencer's thread and keeps nothing that an engine::State cannot give back: after a recovery
// `resume` is all that it needs.
#pragma once

#include <optional>
#include <vector>

#include "tongsuan/dispatch/desk.h"
#include "tongsuan/engine/commands.h"

namespace tongsuan::node {

class Driver {
 public:
  Driver() = default;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  virtual ~Driver() = default;

  virtual void resume(dispatch::Desk& desk) = 0;
  // Events since the last call, in order; those of its own commands come with the next call.
  virtual void react(dispatch::Desk& desk, const std::vector<engine::Event>& events) = 0;
  // There is more to do than one call may take.
  [[nodiscard]] virtual bool unfinished() const = 0;
  virtual void go_on(dispatch::Desk& desk) = 0;
  // When `tick` wants to be called next.
  [[nodiscard]] virtual std::optional<Second> due() const = 0;
  virtual void tick(dispatch::Desk& desk) = 0;
};

}  // namespace tongsuan::node
