#include "tongsuan/node/replica.h"

#include <algorithm>

#include "tongsuan/base/check.h"

namespace tongsuan::node {

Replica::Replica(engine::Places places, Second opened) : exchange_(std::move(places), opened) {}

Replica::~Replica() {
  stop();
}

void Replica::start() {
  applied_ = exchange_.sequence();
  thread_ = std::thread([this] { loop(); });
}

void Replica::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Replica::publish(std::span<const Durable> records, const std::optional<Digest>& state) {
  std::vector<Record> copies;
  copies.reserve(records.size());
  for (const Durable& record : records)
    copies.push_back({record.sequence, std::string(record.bytes)});
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back({std::move(copies), state});
  }
  changed_.notify_all();
}

std::uint64_t Replica::applied() const {
  const std::lock_guard lock(mutex_);
  return applied_;
}

std::size_t Replica::behind() const {
  const std::lock_guard lock(mutex_);
  std::size_t sum = 0;
  for (const Item& item : queue_) sum += item.records.size();
  return sum;
}

void Replica::read(std::uint64_t at_least, const std::function<void(const View&)>& read) const {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return (indexed_ && applied_ >= at_least) || stopping_; });
  }
  const std::shared_lock lock(state_mutex_);
  read({exchange_.state(), index_, exchange_.sequence()});
}

void Replica::at(std::uint64_t sequence, std::function<void(const View&)> run) {
  {
    const std::lock_guard lock(mutex_);
    errands_.push_back({sequence, std::move(run)});
  }
  changed_.notify_all();
}

void Replica::run_errands() {
  std::vector<Errand> due;
  {
    const std::lock_guard lock(mutex_);
    const auto later = std::ranges::stable_partition(
        errands_, [&](const Errand& errand) { return errand.sequence <= applied_; });
    std::move(errands_.begin(), later.begin(), std::back_inserter(due));
    errands_.erase(errands_.begin(), later.begin());
  }
  // Only this thread changes the state: it reads without a lock.
  for (const Errand& errand : due) errand.run({exchange_.state(), index_, exchange_.sequence()});
}

// Record by record, so that an errand for the middle of a batch sees that moment.
void Replica::apply(const Item& item) {
  std::vector<exchange::Event> events;
  for (const Record& record : item.records) {
    events.clear();
    Second at = 0;
    {
      const std::unique_lock lock(state_mutex_);
      const auto misfit =
          exchange_.replay(record.bytes, [&](Second second, const exchange::Event& event) {
            at = second;
            index_.see(exchange_.state(), event, record.sequence);
            if (!watchers_.empty()) events.push_back(event);
          });
      TONGSUAN_CHECK(!misfit && exchange_.sequence() == record.sequence);
    }
    {
      const std::lock_guard lock(mutex_);
      applied_ = record.sequence;
    }
    for (const Watcher& watcher : watchers_) {
      watcher({exchange_.state(), index_, record.sequence}, record.sequence, at, events);
    }
    if (&record != &item.records.back()) run_errands();
  }
  // What deciding gave and what applying gives are the same, or nothing here is to be trusted.
  if (item.state) TONGSUAN_CHECK(exchange_.digest() == *item.state);
}

void Replica::loop() {
  {
    const std::unique_lock state(state_mutex_);
    index_.rebuild(exchange_.state(), applied_);
  }
  std::unique_lock lock(mutex_);
  indexed_ = true;
  changed_.notify_all();
  while (true) {
    changed_.wait(lock, [&] {
      return stopping_ || !queue_.empty() ||
             std::ranges::any_of(errands_,
                                 [&](const Errand& errand) { return errand.sequence <= applied_; });
    });
    if (queue_.empty() && stopping_) return;
    std::optional<Item> item;
    if (!queue_.empty()) {
      item = std::move(queue_.front());
      queue_.pop_front();
    }
    lock.unlock();
    if (item) apply(*item);
    run_errands();
    changed_.notify_all();
    lock.lock();
  }
}

}  // namespace tongsuan::node
