// Answering a request, at once or later, from any thread; and pushing events to one reader.
//
// A Reply is completed once: by send, by stream, or by its destructor, which answers 500
// (`no_answer`). Whoever is too late (the peer has left, or the deadline has passed and 503 was
// sent) notices nothing; the counters do.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "tongsuan/net/message.h"

namespace tongsuan::net {

class StreamState;

// One reader of events. Pushing never blocks: frames wait in a queue with a limit, and a reader
// that is so slow that it would be exceeded is closed. All functions may be called from any thread.
// The last of the handle ends the stream.
class EventStream {
 public:
  EventStream() = default;
  explicit EventStream(std::shared_ptr<StreamState> state) : state_(std::move(state)) {}
  EventStream(EventStream&&) noexcept = default;
  EventStream& operator=(EventStream&& other) noexcept;
  ~EventStream() { end(); }

  // Sends the bytes of an event (event_frame), which may be shared by any number of readers. False
  // when the reader is gone or has just been closed.
  bool push(const std::shared_ptr<const std::string>& frame);

  // Sends what waits and this, if it is not null, and then ends the stream.
  void end(const std::shared_ptr<const std::string>& last = nullptr);

  [[nodiscard]] bool open() const;

 private:
  std::shared_ptr<StreamState> state_;
};

struct StreamOptions {
  // Called once when the reader is gone or the stream has ended, on a thread of the server.
  std::function<void()> closed = {};
  Fields headers = {};
};

// What a Reply completes: a connection of the server, or a stand-in in tests.
class ReplyTarget {
 public:
  ReplyTarget() = default;
  ReplyTarget(const ReplyTarget&) = delete;
  ReplyTarget& operator=(const ReplyTarget&) = delete;
  virtual ~ReplyTarget() = default;

  // Any thread.
  virtual void complete(std::uint64_t sequence, Response response) = 0;
  virtual void complete_dropped(std::uint64_t sequence) = 0;
  [[nodiscard]] virtual EventStream complete_stream(std::uint64_t sequence,
                                                    StreamOptions options) = 0;
};

class Reply {
 public:
  Reply(std::shared_ptr<ReplyTarget> target, std::uint64_t sequence)
      : target_(std::move(target)), sequence_(sequence) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&& other) noexcept;
  ~Reply() { drop(); }

  void send(Response response);
  // Answers with text/event-stream, which stays open.
  [[nodiscard]] EventStream stream(StreamOptions options = {});

 private:
  void drop();
  std::shared_ptr<ReplyTarget> target_;  // null once completed
  std::uint64_t sequence_ = 0;
};

}  // namespace tongsuan::net
