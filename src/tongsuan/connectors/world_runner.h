// The thread that plays a simulated world to a node: waits for what is due, asks, and sends again
// what the exchange had no room for.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "tongsuan/connectors/simulated_world.h"
#include "tongsuan/node/node.h"

namespace tongsuan::connectors {

class WorldRunner {
 public:
  // Watches the node's replica: make it before the node starts, and stop the node before this ends.
  // The node outlives it.
  WorldRunner(node::Node& node, SimulatedWorld world);
  ~WorldRunner();
  WorldRunner(const WorldRunner&) = delete;
  WorldRunner& operator=(const WorldRunner&) = delete;

  // After the node has started.
  void start();
  void stop();

 private:
  void loop();

  node::Node& node_;
  std::mutex mutex_;  // guards world_ and stopping_
  std::condition_variable wake_;
  SimulatedWorld world_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tongsuan::connectors
