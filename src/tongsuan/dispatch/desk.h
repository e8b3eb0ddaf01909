// Where a dispatcher works: the state it may read, and the commands that it may give.
#pragma once

#include "tongsuan/engine/engine.h"

namespace tongsuan::dispatch {

class Desk {
 public:
  Desk() = default;
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;
  virtual ~Desk() = default;

  [[nodiscard]] virtual const engine::State& state() const = 0;
  [[nodiscard]] virtual Second now() const = 0;
  // False when the engine refused.
  virtual bool execute(engine::Command command) = 0;
};

}  // namespace tongsuan::dispatch
