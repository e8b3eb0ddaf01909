#include "tongsuan/server/internal/slow_work.h"

#include <utility>

namespace tongsuan::server::internal {

SlowWork::SlowWork(Rules rules) : rules_(rules) {
  for (std::size_t i = 0; i < rules_.threads; ++i) threads_.emplace_back([this] { loop(); });
}

SlowWork::~SlowWork() {
  stop();
}

bool SlowWork::put(std::uint32_t asker, std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.size() >= rules_.waiting) return false;
    std::size_t& mine = of_asker_[asker];
    if (mine >= rules_.waiting_one) return false;
    ++mine;
    waiting_.push_back({asker, std::move(work)});
  }
  changed_.notify_one();
  return true;
}

void SlowWork::stop() {
  std::deque<Work> dropped;  // their replies say so, without the lock
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(waiting_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void SlowWork::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    Work work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work.run();
    work.run = {};
    lock.lock();
    if (--of_asker_[work.asker] == 0) of_asker_.erase(work.asker);
  }
}

}  // namespace tongsuan::server::internal
