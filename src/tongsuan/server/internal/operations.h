// Work that takes minutes: begun by one request, looked at by others.
//
// One is done at a time, on a thread that takes what others leave of the processors. The last
// kOperationsKept are remembered, until the process ends; they change nothing of the exchange.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "tongsuan/exchange/commands.h"
#include "tongsuan/server/problem.h"

namespace tongsuan::server::internal {

inline constexpr std::size_t kOperationsKept = 100;

struct Operation {
  std::uint64_t number = 0;
  exchange::CommandId request{};
  std::uint64_t fingerprint = 0;
  Second started = 0;
  std::optional<Second> ended = {};
  std::uint32_t percent = 0;
  std::string result = {};  // JSON, when it is done
  std::optional<Problem> problem = {};
};

class Operations {
 public:
  ~Operations();

  // Says how far it is, and learns whether to stop.
  using Progress = std::function<bool(std::uint32_t percent)>;
  using Run = std::function<Result<std::string, Problem>(const Progress& progress)>;
  struct Begin {
    exchange::CommandId request{};
    std::uint64_t fingerprint = 0;
    std::function<Second()> now;
    Run run;
  };
  // Its number; that of the earlier one for a request that comes again.
  [[nodiscard]] Result<std::uint64_t, Problem> begin(Begin begin);
  [[nodiscard]] std::optional<Operation> find(std::uint64_t number) const;
  void stop();

 private:
  void change(std::uint64_t number, const std::function<void(Operation&)>& change);

  mutable std::mutex mutex_;  // guards what follows but the flags
  std::deque<Operation> operations_;
  std::uint64_t next_ = 1;
  std::thread thread_;
  std::atomic<bool> running_{false}, stopping_{false};
};

}  // namespace tongsuan::server::internal
