#include "tongsuan/net/reply.h"

#include <utility>

#include "tongsuan/base/check.h"
#include "tongsuan/net/internal/stream.h"

namespace tongsuan::net {

// ---- Reply -------------------------------------------------------------------------------------

Reply& Reply::operator=(Reply&& other) noexcept {
  if (this != &other) {
    drop();
    target_ = std::move(other.target_);
    sequence_ = other.sequence_;
  }
  return *this;
}

void Reply::send(Response response) {
  TONGSUAN_CHECK(target_ != nullptr);
  std::exchange(target_, nullptr)->complete(sequence_, std::move(response));
}

EventStream Reply::stream(StreamOptions options) {
  TONGSUAN_CHECK(target_ != nullptr);
  return std::exchange(target_, nullptr)->complete_stream(sequence_, std::move(options));
}

void Reply::drop() {
  if (target_ != nullptr) std::exchange(target_, nullptr)->complete_dropped(sequence_);
}

// ---- EventStream -------------------------------------------------------------------------------

EventStream& EventStream::operator=(EventStream&& other) noexcept {
  if (this != &other) {
    end();
    state_ = std::move(other.state_);
  }
  return *this;
}

bool EventStream::push(const Frame& frame) {
  return state_ != nullptr && state_->push(frame);
}

void EventStream::end(const Frame& last) {
  if (state_ != nullptr) state_->end(last);
}

bool EventStream::open() const {
  return state_ != nullptr && state_->open();
}

// ---- StreamState -------------------------------------------------------------------------------

bool StreamState::push(const Frame& frame) {
  bool wake = false, fits = true;
  {
    const std::lock_guard lock(mutex_);
    if (!open_) return false;
    const std::size_t size = frame->size() + kFrameOverhead;
    fits = size <= bytes_max_ - bytes_;
    if (fits) {
      frames_.push_back(frame);
      bytes_ += size;
    } else {
      open_ = false;
      slow_ = true;
      frames_.clear();
    }
    // A slow reader may never finish what is being sent: the connection has to look now.
    wake = !std::exchange(awake_, true) || !fits;
  }
  if (wake) wake_();
  return fits;
}

void StreamState::end(const Frame& last) {
  {
    const std::lock_guard lock(mutex_);
    if (!open_) return;
    open_ = false;
    if (last != nullptr) {
      frames_.push_back(last);
      bytes_ += last->size() + kFrameOverhead;
    }
    if (std::exchange(awake_, true)) return;
  }
  wake_();
}

bool StreamState::open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

bool StreamState::take(std::vector<Frame>& frames, std::size_t count_max) {
  const std::lock_guard lock(mutex_);
  while (!frames_.empty() && frames.size() < count_max) {
    frames.push_back(std::move(frames_.front()));
    frames_.pop_front();
  }
  awake_ = !frames_.empty();
  return !open_ && frames_.empty();
}

bool StreamState::slow() const {
  const std::lock_guard lock(mutex_);
  return slow_;
}

void StreamState::sent(const std::vector<Frame>& frames) {
  const std::lock_guard lock(mutex_);
  for (const Frame& frame : frames) bytes_ -= frame->size() + kFrameOverhead;
}

void StreamState::close() {
  std::function<void()> closed;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(done_, true)) return;
    open_ = false;
    frames_.clear();
    closed = std::move(closed_);
  }
  if (closed) closed();
}

}  // namespace tongsuan::net
