// The queue of frames between those who push, on any thread, and the connection that sends them.
//
// A frame counts against the limit until it has been sent, with kFrameOverhead on top, so that tiny
// ones cannot pile up either.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tongsuan::net {

using Frame = std::shared_ptr<const std::string>;

class StreamState {
 public:
  // `wake` has the connection look at the stream on its own thread.
  StreamState(std::size_t bytes_max, std::function<void()> wake, std::function<void()> closed)
      : bytes_max_(bytes_max), wake_(std::move(wake)), closed_(std::move(closed)) {}

  // Any thread.
  bool push(const Frame& frame);
  void end(const Frame& last);
  [[nodiscard]] bool open() const;

  // The connection's thread.
  [[nodiscard]] bool slow() const;  // the reader did not keep up: close it
  // Adds frames up to that many in all; true when nothing comes after them.
  [[nodiscard]] bool take(std::vector<Frame>& frames, std::size_t count_max);
  void sent(const std::vector<Frame>& frames);
  void close();  // calls `closed`, the first time

 private:
  static constexpr std::size_t kFrameOverhead = 64;

  mutable std::mutex mutex_;
  const std::size_t bytes_max_;
  const std::function<void()> wake_;
  std::function<void()> closed_;
  std::deque<Frame> frames_;
  std::size_t bytes_ = 0;
  bool open_ = true, slow_ = false, awake_ = false, done_ = false;
};

}  // namespace tongsuan::net
