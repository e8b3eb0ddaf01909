#include "tongsuan/cli/waiting.h"

#include <chrono>

#include "tongsuan/cli/progress.h"

namespace tongsuan::cli {

Waiting::Waiting(Session& session, bool quiet) : session_(session) {
  if (quiet || !session.world.err.terminal()) return;
  thread_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    if (ended_cv_.wait_for(lock, kQuietFor, [this] { return ended_; })) return;
    session_.world.err.write("\r\x1b[K" + session_.say(Message::kWaitingForExchange));
    session_.world.err.flush();
    ended_cv_.wait(lock, [this] { return ended_; });
    session_.world.err.write("\r\x1b[K");
    session_.world.err.flush();
  });
}

Waiting::~Waiting() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  ended_cv_.notify_one();
  thread_.join();
}

}  // namespace tongsuan::cli
