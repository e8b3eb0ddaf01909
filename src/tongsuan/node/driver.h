// What acts for the exchange itself: dispatch, timers, rounds.
//
// A driver sees every event of the engine, and gives commands at the desk. It belongs to the
// sequencer's thread and keeps nothing that a state cannot give back: after a recovery `resume` is
// all that it needs.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "tongsuan/dispatch/desk.h"
#include "tongsuan/exchange/exchange.h"
#include "tongsuan/rolling/frozen_round.h"

namespace tongsuan::node {

// The exchange's own desk: commands of the engine go in as what they are to the exchange.
class Desk : public dispatch::Desk {
 public:
  [[nodiscard]] virtual const exchange::State& exchange() const = 0;
  virtual exchange::Answer take(exchange::Command command) = 0;
  // Nothing has happened that the driver has not been told of.
  [[nodiscard]] virtual bool all_told() const = 0;

  [[nodiscard]] const engine::State& state() const override { return exchange().engine(); }
  // The market does not know how far work has come. No hub has told of a checkpoint, so what was
  // done before this contract is all that counts.
  bool execute(engine::Command command) override {
    if (auto* end = std::get_if<engine::EndContract>(&command)) {
      if (state().knows(end->contract)) {
        const OrderId order = state().contract(end->contract).order;
        end->done_ppm = std::max(end->done_ppm, state().order(order).done_ppm);
      }
    }
    return take(exchange::Dispatch{std::move(command)}).code == exchange::Code::kDone;
  }
};

// A round that was cleared, with the blobs that hold its texts.
struct FinishedRound {
  std::shared_ptr<const rolling::ClearedRound> round;
  Digest book{};
  Digest certificate{};
};

class Driver {
 public:
  Driver() = default;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  virtual ~Driver() = default;

  virtual void resume(Desk& desk) = 0;
  // Events since the last call, in order, also those of its own commands.
  virtual void react(Desk& desk, const std::vector<engine::Event>& events) = 0;
  // There is more to do than one call may take.
  [[nodiscard]] virtual bool unfinished() const = 0;
  virtual void go_on(Desk& desk) = 0;
  // When `tick` wants to be called next.
  [[nodiscard]] virtual std::optional<Second> due(const Desk& desk) const = 0;
  virtual void tick(Desk& desk) = 0;
  // A round whose inputs were given to `clear` has come back.
  virtual void finish(Desk& desk, FinishedRound finished) = 0;

  // Has the round frozen at the last command and cleared elsewhere. Set before anything else.
  std::function<void(rolling::RoundInputs)> clear;
};

}  // namespace tongsuan::node
