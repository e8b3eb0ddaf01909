// A policy: who decides where and when waiting orders run. Seven of them replay the same instance.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/dispatch/desk.h"
#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/result.h"

namespace tongsuan::lab {

class Policy {
 public:
  Policy() = default;
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;
  virtual ~Policy() = default;

  // Something has happened at desk.now(): what just came of the engine, in order. The policy may
  // start orders and transfers; it is not called for the events of its own commands.
  virtual void react(dispatch::Desk& desk, const std::vector<engine::Event>& events) = 0;
  // When it next wants to be called though nothing happens; −1: never.
  [[nodiscard]] virtual Second next_round() const { return -1; }
  virtual void round(dispatch::Desk&) {}
  // What its clearings were like.
  virtual void report(RunResult&) const {}
};

struct PolicySpec {
  std::string_view name;  // "pool-value"
  std::string_view title_en;
  std::string_view title_zh;
};
// The policies, weakest first.
[[nodiscard]] const std::vector<PolicySpec>& policies();

}  // namespace tongsuan::lab
