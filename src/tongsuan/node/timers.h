// What happens because a second has come: orders open and leave, data arrive, estimates run out.
//
// Model. A queue of (second, kind, number). Entries that no longer apply are dropped as they come
// up; a state alone gives back the whole queue.
#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "tongsuan/dispatch/desk.h"

namespace tongsuan::node {

class Timers {
 public:
  void resume(const engine::State& state);
  void see(const engine::State& state, const std::vector<engine::Event>& events);
  [[nodiscard]] std::optional<Second> due() const;
  // Carries out what is due, at most `most` of it.
  void run(dispatch::Desk& desk, std::size_t most);

 private:
  enum class Kind : std::uint8_t { kArrived, kOverrun, kOpen, kPatience };
  struct Entry {
    Second at = 0;
    Kind kind = Kind::kOpen;
    std::uint32_t id = 0;   // of an order, contract or data set
    std::uint32_t hub = 0;  // where data arrive
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const { return b < a; }
  };
  void add_order(const engine::State& state, OrderId order);
  void fire(dispatch::Desk& desk, const Entry& entry);
  void overrun(dispatch::Desk& desk, engine::ContractId contract);

  std::priority_queue<Entry, std::vector<Entry>, Later> queue_;
};

}  // namespace tongsuan::node
