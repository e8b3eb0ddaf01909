// What a long command is doing: a bar on a terminal once it has run for a while, else one line for
// each stage. Always on standard error.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#include "tongsuan/cli/commands.h"

namespace tongsuan::cli {

inline constexpr std::chrono::milliseconds kQuietFor{300};  // short work needs no bar and no word

class ProgressLine {
 public:
  ProgressLine(Session& session, bool quiet);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // `share` in [0, 1]; `gap` at or above 1 is not known yet. Any thread.
  void show(std::string_view stage, double share, double gap);
  // From now on the bar says how long the rest will take, judged by what is done.
  void tell_rest() { rest_ = true; }
  // Says, once, that Ctrl-C was heard and what another one does. Any thread.
  void tell_interrupted(Message what);
  // Takes the bar off the terminal, so that other text can follow.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void draw(double share, double gap);

  Session& session_;
  bool quiet_;
  std::mutex mutex_;
  Clock::time_point start_;
  Clock::time_point drawn_at_{};
  std::string stage_;
  bool drawn_ = false;
  bool told_interrupt_ = false;
  bool rest_ = false;
};

// "3:20" or "2:05:00" of so many seconds.
[[nodiscard]] std::string clock_text(std::int64_t seconds);

// The name of a stage of a clearing in the user's language.
[[nodiscard]] std::string stage_name(const Session& session, std::string_view stage);

}  // namespace tongsuan::cli
