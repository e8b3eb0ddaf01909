// A word on the terminal while an exchange is being waited for, once that has taken a while.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "tongsuan/cli/commands.h"

namespace tongsuan::cli {

class Waiting {
 public:
  // Does nothing when standard error is no terminal.
  Waiting(Session& session, bool quiet);
  ~Waiting();
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  Session& session_;
  std::mutex mutex_;
  std::condition_variable ended_cv_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace tongsuan::cli
