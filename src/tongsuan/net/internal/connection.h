// One connection of the server: bytes in, requests out to the handler, answers back in order.
//
// Model. `drive` is the only place where work is done: it parses what has been read and writes what
// is ready until neither makes progress, then asks for more bytes. Everything else (bytes came,
// bytes went, an answer came, time passed) changes a field and calls it. All on the lane's thread,
// but for the functions of ReplyTarget.
//
// Limits. One buffer of at most header_bytes + kReadBytes; requests that were handed out are
// counted (`pipelined`) and so are their bytes (`body_bytes`): above either, nothing more is read.
// There is one deadline for reading, one for writing and one per request that waits for an answer.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tongsuan/net/internal/lane.h"
#include "tongsuan/net/internal/parser.h"
#include "tongsuan/net/internal/stream.h"
#include "tongsuan/net/internal/transport.h"
#include "tongsuan/net/reply.h"

namespace tongsuan::net {

class Connection final : public TransportUser,
                         public ReplyTarget,
                         public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(std::shared_ptr<Lane> lane, std::unique_ptr<Transport> transport, std::string remote);

  // One of the two, first.
  void start();
  void refuse(const Problem& problem);  // answers this before anything was asked, and hangs up

  void on_ready(bool ok) override;
  void on_read(std::size_t count, bool ok) override;
  void on_written(bool ok) override;

  void complete(std::uint64_t sequence, Response response) override;
  void complete_dropped(std::uint64_t sequence) override;
  [[nodiscard]] EventStream complete_stream(std::uint64_t sequence, StreamOptions options) override;
  void open_letter(Letter& letter);

  void tick(Clock::time_point now);
  void drain();    // begins nothing new, and hangs up when everything is answered
  void abandon();  // answers 503 to all that still waits
  void close();

  std::size_t index = 0;    // for the lane
  bool is_refused = false;  // was never counted as open

 private:
  enum class Phase { kHandshake, kOpen, kStream, kLinger, kClosed };
  enum class Reading { kNone, kIdle, kHead, kBody };  // what the read deadline is for

  // A request that was handed out, and its answer when it has come.
  struct Slot {
    enum class State { kWaiting, kReady, kStream } state = State::kWaiting;
    bool answers_head = false, keep_alive = true, is_http11 = true;
    std::size_t request_bytes = 0;
    Clock::time_point began = {};
    std::string head = {}, body = {};
    std::size_t kept = 0;  // of the bytes of answers that wait
    std::size_t sent = 0;  // of the body
    bool begun = false;    // its head has been sent
    std::shared_ptr<StreamState> stream = nullptr;
  };

  void drive();
  bool parse_some();
  void dispatch();
  void refuse_rest(const Problem& problem);
  void read_more();
  bool make_room();
  void note_reading();
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] bool is_finished() const;

  [[nodiscard]] Slot* waiting_slot(std::uint64_t sequence);
  void answer(std::uint64_t sequence, Response response);
  void fill(Slot& slot, Response response);
  void begin_stream(std::uint64_t sequence, Letter& letter);
  void look_at_stream();

  bool write_some();
  void gather_answers();
  [[nodiscard]] bool gather(const Slot& slot);
  [[nodiscard]] bool may_keep(std::size_t bytes) const;
  void let_go(Slot& slot);
  void gather_frames();
  void add_part(std::string_view part);
  void written();
  void hang_up();
  void end_stream(const std::shared_ptr<StreamState>& stream);
  void drop_slots();

  const std::shared_ptr<Lane> lane_;
  const Limits& limits_;
  std::unique_ptr<Transport> transport_;
  const std::string remote_;
  std::string peer_subject_;

  Phase phase_ = Phase::kHandshake;
  bool driving_ = false, reading_ = false, writing_ = false;
  bool no_more_requests_ = false;  // after one that was not understood, or asked to close
  bool peer_ended_ = false, draining_ = false;
  bool continue_wanted_ = false;

  std::vector<char> buffer_;
  std::size_t buffer_begin_ = 0, buffer_end_ = 0;
  RequestParser parser_;

  std::deque<Slot> slots_, abandoned_;
  std::uint64_t first_sequence_ = 0;  // of the first slot
  std::size_t request_bytes_ = 0;     // of all slots
  std::size_t answer_bytes_ = 0;      // of all slots

  // What is being written: so many slots, then so much of the body of the next one, or frames and
  // then the end of the stream.
  std::vector<std::string_view> parts_;
  std::size_t part_bytes_ = 0, sending_slots_ = 0, sending_piece_ = 0;
  std::vector<Frame> sending_frames_;
  std::string chunk_head_;
  bool sending_end_ = false;
  std::shared_ptr<StreamState> stream_;
  bool stream_is_chunked_ = true;

  Reading read_for_ = Reading::kNone;
  Clock::time_point read_deadline_ = Clock::time_point::max();
  Clock::time_point write_deadline_ = Clock::time_point::max();
  Clock::time_point last_written_ = {};
};

}  // namespace tongsuan::net
