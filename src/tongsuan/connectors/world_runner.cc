#include "tongsuan/connectors/world_runner.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tongsuan::connectors {

constexpr std::size_t kAtOnce = 256;

WorldRunner::WorldRunner(node::Node& node, SimulatedWorld world)
    : node_(node), world_(std::move(world)) {
  node_.replica().watch([this](const node::View& view, std::uint64_t /*sequence*/, Second /*at*/,
                               const std::vector<exchange::Event>& events) {
    {
      const std::lock_guard lock(mutex_);
      for (const exchange::Event& event : events) world_.see(view.state, event);
    }
    wake_.notify_one();
  });
}

WorldRunner::~WorldRunner() {
  stop();
}

void WorldRunner::start() {
  node_.read([this](const node::View& view) {
    const std::lock_guard lock(mutex_);
    world_.resume(view.state);
  });
  thread_ = std::thread([this] { loop(); });
}

void WorldRunner::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void WorldRunner::loop() {
  using std::chrono::milliseconds;
  std::vector<exchange::Request> requests;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (requests.empty()) world_.act(node_.clock().now(), kAtOnce, requests);
    if (requests.empty()) {
      const auto due = world_.due();
      std::chrono::nanoseconds wait = milliseconds(500);
      if (due) wait = std::min(wait, node_.clock().until(*due) + milliseconds(1));
      wake_.wait_for(lock, wait);
      continue;
    }
    lock.unlock();
    std::vector<node::Node::Request> asked;
    for (const exchange::Request& request : requests) {
      asked.push_back({request, [](const exchange::Answer& /*answer*/) {}});
    }
    const bool taken = node_.submit(std::move(asked)) == node::Accepted::kYes;
    lock.lock();
    if (taken) requests.clear();
    if (!taken) wake_.wait_for(lock, milliseconds(200), [&] { return stopping_; });
  }
}

}  // namespace tongsuan::connectors
