// Work that may take a second, away from the threads that serve connections.
//
// A bounded queue; what waits longest is done first. Nobody may fill it alone. Any thread may put
// work into it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace tongsuan::server::internal {

class SlowWork {
 public:
  struct Rules {
    std::size_t threads = 1;
    std::size_t waiting = 64;     // all together
    std::size_t waiting_one = 4;  // of one asker, with what is being done
  };
  explicit SlowWork(Rules rules);
  ~SlowWork();
  SlowWork(const SlowWork&) = delete;
  SlowWork& operator=(const SlowWork&) = delete;

  // False: too much waits, of all or of this asker, or it has been stopped.
  [[nodiscard]] bool put(std::uint32_t asker, std::function<void()> work);
  // Ends what is being done; what waits is dropped.
  void stop();

 private:
  void loop();

  struct Work {
    std::uint32_t asker = 0;
    std::function<void()> run;
  };
  const Rules rules_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;
  std::map<std::uint32_t, std::size_t> of_asker_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tongsuan::server::internal
