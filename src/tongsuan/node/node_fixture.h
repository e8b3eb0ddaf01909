// Test helpers: time that tests move while a node waits for it, and a node over a simulated disk.
#pragma once

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <utility>

#include "tongsuan/exchange/exchange_fixture.h"
#include "tongsuan/journal/sim_journal.h"
#include "tongsuan/node/clock.h"
#include "tongsuan/node/node.h"

namespace tongsuan::node::testing {

// Asked how long to wait, it says a moment, so that whoever waits sees the next second soon.
class SteppedClock final : public Clock {
 public:
  [[nodiscard]] Second now() override { return now_; }
  [[nodiscard]] std::chrono::nanoseconds until(Second at) override {
    return at <= now_ ? std::chrono::nanoseconds(0) : std::chrono::milliseconds(1);
  }
  void set(Second now) { now_ = now; }

 private:
  std::atomic<Second> now_ = 0;
};

// Whoever derives makes and starts the node.
class WithNode : public ::testing::Test {
 protected:
  // Places of the exchange's tests without what has to travel.
  static engine::Places places() {
    engine::Places places = exchange::testing::places_without_accounts();
    places.links.clear();
    places.data_sets.clear();
    return places;
  }
  std::uint64_t must(exchange::ParticipantId actor, exchange::Command command) {
    const auto answer = node_->ask({{}, 0, actor, std::move(command)});
    EXPECT_TRUE(answer.ok() && answer.value().code == exchange::Code::kDone)
        << (answer.ok() ? exchange::code_name(answer.value().code) : "no answer");
    return answer.ok() ? answer.value().value : 0;
  }

  journal::SimJournalDisk disk_;
  SteppedClock clock_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<Node> node_;  // goes before what it writes to
};

}  // namespace tongsuan::node::testing
