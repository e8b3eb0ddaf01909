// Runs a program of this machine, without a shell, and waits for its end.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

namespace tongsuan::hub {

struct CommandEnd {
  bool good = false;   // it ended by itself with status 0
  std::string detail;  // why not; or the last line of what it said
};

// In a process group of its own, which is killed when `deadline` is over or `stop` becomes true,
// and of which nothing is left afterwards: but for what runs as somebody else, such as what sudo
// began, which we may not end. That is left alone.
[[nodiscard]] CommandEnd run_command(const std::vector<std::string>& words,
                                     std::chrono::seconds deadline, const std::atomic<bool>& stop);

// "rclone copyto {from} {to}" as words, at blanks. A shell has no part in it.
[[nodiscard]] std::vector<std::string> split_words(const std::string& line);

}  // namespace tongsuan::hub
