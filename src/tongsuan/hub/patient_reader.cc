#include "tongsuan/hub/patient_reader.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "tongsuan/hub/staging.h"

namespace tongsuan::hub {

struct PatientReader::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::function<Outcome()> next;
  std::optional<Outcome> done;
  bool is_busy = false;      // with `next`, or with what was that
  bool is_given_up = false;  // nobody waits for it any more
  bool is_ending = false;
};

PatientReader::PatientReader(std::chrono::milliseconds patience)
    : patience_(patience), state_(std::make_shared<State>()), thread_(work, state_) {}

PatientReader::~PatientReader() {
  bool hangs = false;
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_ending = true;
    hangs = state_->is_busy;
  }
  state_->changed.notify_all();
  if (hangs) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

PatientReader::Outcome PatientReader::read(std::function<Outcome()> what) {
  std::unique_lock lock(state_->mutex);
  if (state_->is_busy) return std::string(kNoAnswer);
  state_->is_busy = true;
  state_->next = std::move(what);
  state_->changed.notify_all();
  if (!state_->changed.wait_for(lock, patience_, [this] { return state_->done.has_value(); })) {
    state_->is_given_up = true;
    return std::string(kNoAnswer);
  }
  return *std::exchange(state_->done, std::nullopt);
}

void PatientReader::work(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  while (true) {
    state->changed.wait(lock, [&] { return state->is_ending || state->next; });
    if (!state->next) return;
    const std::function<Outcome()> what = std::exchange(state->next, nullptr);
    lock.unlock();
    Outcome outcome = what();
    lock.lock();
    state->is_busy = false;
    if (!std::exchange(state->is_given_up, false)) state->done = std::move(outcome);
    state->changed.notify_all();
  }
}

}  // namespace tongsuan::hub
