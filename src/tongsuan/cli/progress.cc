#include "tongsuan/cli/progress.h"

#include <algorithm>
#include <cstdio>

namespace tongsuan::cli {
namespace {

constexpr std::chrono::milliseconds kRedrawAfter{100};
constexpr int kBarCells = 24;
constexpr double kShareToJudge = 0.01;  // less says nothing about the rest

}  // namespace

std::string stage_name(const Session& session, std::string_view stage) {
  if (stage == "prices") return session.say(Message::kStagePrices);
  if (stage == "gang prices") return session.say(Message::kStageGangPrices);
  if (stage == "placement") return session.say(Message::kStagePlacement);
  if (stage == "payment") return session.say(Message::kStagePayment);
  if (stage == "verification") return session.say(Message::kStageVerification);
  return std::string(stage);
}

std::string clock_text(std::int64_t seconds) {
  char text[32];
  const auto hours = static_cast<long long>(seconds / 3'600);
  const int minutes = static_cast<int>(seconds / 60 % 60);
  const int rest = static_cast<int>(seconds % 60);
  if (hours > 0) {
    std::snprintf(text, sizeof text, "%lld:%02d:%02d", hours, minutes, rest);
  } else {
    std::snprintf(text, sizeof text, "%d:%02d", minutes, rest);
  }
  return text;
}

ProgressLine::ProgressLine(Session& session, bool quiet)
    : session_(session), quiet_(quiet), start_(Clock::now()) {}

void ProgressLine::show(std::string_view stage, double share, double gap) {
  const std::lock_guard lock(mutex_);
  if (quiet_) return;
  const Clock::time_point now = Clock::now();
  const bool next_stage = stage != stage_;
  stage_ = stage;
  if (!session_.world.err.terminal()) {
    if (next_stage) session_.world.err.write(stage_name(session_, stage) + '\n');
    return;
  }
  if (now - start_ < kQuietFor || (!next_stage && now - drawn_at_ < kRedrawAfter)) return;
  drawn_at_ = now;
  draw(std::clamp(share, 0.0, 1.0), gap);
}

void ProgressLine::tell_interrupted(Message what) {
  const std::lock_guard lock(mutex_);
  if (told_interrupt_ || quiet_) return;
  told_interrupt_ = true;
  const std::string wipe = drawn_ ? "\r\x1b[K" : "";
  session_.world.err.write(wipe + session_.say(what) + '\n');
  drawn_ = false;
}

void ProgressLine::draw(double share, double gap) {
  const int full = static_cast<int>(share * kBarCells);
  std::string line = "\r\x1b[K" + stage_name(session_, stage_) + " [";
  for (int cell = 0; cell < kBarCells; ++cell) line += cell < full ? '#' : '.';
  char numbers[64];
  std::snprintf(numbers, sizeof numbers, "] %3.0f %%", share * 100);
  line += numbers;
  if (gap < 1) {
    std::snprintf(numbers, sizeof numbers, "  %.3f %%", std::max(gap, 0.0) * 100);
    line += "  " + session_.say(Message::kGap) + numbers;
  }
  if (rest_ && share >= kShareToJudge) {
    const double elapsed = std::chrono::duration<double>(drawn_at_ - start_).count();
    const auto rest = static_cast<std::int64_t>(elapsed * (1 - share) / share + 0.5);
    line += "  " + session_.say(Message::kTimeLeft, {clock_text(rest)});
  }
  session_.world.err.write(line);
  session_.world.err.flush();
  drawn_ = true;
}

void ProgressLine::clear() {
  const std::lock_guard lock(mutex_);
  if (!drawn_) return;
  session_.world.err.write("\r\x1b[K");
  session_.world.err.flush();
  drawn_ = false;
}

}  // namespace tongsuan::cli
