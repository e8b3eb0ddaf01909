#include "tongsuan/server/internal/operations.h"

#include <algorithm>
#include <utility>

#include "tongsuan/server/internal/lowest_priority.h"

namespace tongsuan::server::internal {

Operations::~Operations() {
  stop();
}

void Operations::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void Operations::change(std::uint64_t number, const std::function<void(Operation&)>& change) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(operations_, number, &Operation::number);
  if (found != operations_.end()) change(*found);
}

std::optional<Operation> Operations::find(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(operations_, number, &Operation::number);
  if (found == operations_.end()) return std::nullopt;
  return *found;
}

Result<std::uint64_t, Problem> Operations::begin(Begin begin) {
  const std::lock_guard lock(mutex_);
  const auto earlier = std::ranges::find(operations_, begin.request, &Operation::request);
  if (earlier != operations_.end()) {
    if (earlier->fingerprint == begin.fingerprint) return earlier->number;
    return Problem{"used-id", "The key came with another request before.", "Idempotency-Key"};
  }
  if (stopping_) return Problem{"stopping"};
  if (running_) return Problem{"too-many", "Another operation is under way."};
  if (thread_.joinable()) thread_.join();  // it has ended
  const std::uint64_t number = next_++;
  operations_.push_back({number, begin.request, begin.fingerprint, begin.now()});
  if (operations_.size() > kOperationsKept) operations_.pop_front();
  running_ = true;
  thread_ = std::thread([this, number, begin = std::move(begin)] {
    take_lowest_priority();
    auto result = begin.run([&](std::uint32_t percent) {
      change(number, [&](Operation& operation) { operation.percent = percent; });
      return stopping_.load();
    });
    change(number, [&](Operation& operation) {
      operation.ended = begin.now();
      if (result.ok()) {
        operation.percent = 100;
        operation.result = std::move(result).value();
      } else {
        operation.problem = result.error();
      }
    });
    running_ = false;
  });
  return number;
}

}  // namespace tongsuan::server::internal
