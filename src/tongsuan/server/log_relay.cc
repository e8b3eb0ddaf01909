#include "tongsuan/server/internal/log_relay.h"

#include <algorithm>
#include <utility>

namespace tongsuan::server::internal {

LogRelay::LogRelay(Rules rules, Dismiss dismiss)
    : rules_(rules), dismiss_(std::move(dismiss)), thread_([this] { loop(); }) {}

LogRelay::~LogRelay() {
  stop();
}

std::size_t LogRelay::count(const std::function<bool(const Waiter&)>& is_meant) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(waiters_, [&](const auto& one) { return is_meant(one.second); }));
}

LogRelay::Put LogRelay::put(HubId hub, const LogWant& want, LogReader& reader,
                            std::chrono::milliseconds patience) {
  {
    const std::lock_guard lock(mutex_);
    const std::uint32_t asker = reader.asker;
    const std::size_t of_asker =
        count([&](const Waiter& one) { return one.reader.asker == asker; });
    if (of_asker >= rules_.readers_of_asker) return Put::kAskerHasMany;
    const std::size_t of_hub = count([&](const Waiter& one) { return one.hub == hub; });
    if (stopping_ || waiters_.size() >= rules_.readers || of_hub >= rules_.readers_of_hub) {
      return Put::kFull;
    }
    waiters_.emplace(Clock::now() + patience, Waiter{hub, want, std::move(reader)});
  }
  changed_.notify_one();
  return Put::kWaits;
}

std::vector<LogWant> LogRelay::wanted(HubId hub) {
  std::vector<LogWant> wants;
  const std::lock_guard lock(mutex_);
  looked_[hub] = Clock::now();
  for (const auto& [until, waiter] : waiters_) {
    if (waiter.hub == hub) wants.push_back(waiter.want);
  }
  std::ranges::sort(wants);
  wants.erase(std::ranges::unique(wants).begin(), wants.end());
  return wants;
}

std::optional<std::chrono::seconds> LogRelay::silence(HubId hub) const {
  const std::lock_guard lock(mutex_);
  const auto looked = looked_.find(hub);
  if (looked == looked_.end()) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - looked->second);
}

LogFigures LogRelay::figures() const {
  const std::lock_guard lock(mutex_);
  LogFigures figures = figures_;
  figures.waiting = waiters_.size();
  return figures;
}

std::vector<LogReader> LogRelay::take(HubId hub, const LogWant& want) {
  std::vector<LogReader> readers;
  const std::lock_guard lock(mutex_);
  for (auto at = waiters_.begin(); at != waiters_.end();) {
    const bool is_meant = at->second.hub == hub && at->second.want == want;
    if (is_meant) readers.push_back(std::move(at->second.reader));
    at = is_meant ? waiters_.erase(at) : std::next(at);
  }
  figures_.answered += readers.size();
  return readers;
}

void LogRelay::stop() {
  Waiters dismissed;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dismissed.swap(waiters_);
  }
  changed_.notify_all();
  for (auto& [until, waiter] : dismissed) {
    dismiss_(waiter.hub, std::move(waiter.reader), End::kStopping);
  }
  if (thread_.joinable()) thread_.join();
}

void LogRelay::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (waiters_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const Clock::time_point next = waiters_.begin()->first;
    if (Clock::now() < next) {
      changed_.wait_until(lock, next);
      continue;
    }
    Waiter late = std::move(waiters_.begin()->second);
    waiters_.erase(waiters_.begin());
    ++figures_.late;
    lock.unlock();
    dismiss_(late.hub, std::move(late.reader), End::kTimeIsOver);
    lock.lock();
  }
}

}  // namespace tongsuan::server::internal
