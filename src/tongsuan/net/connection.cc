#include "tongsuan/net/internal/connection.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

#include "tongsuan/net/events.h"
#include "tongsuan/net/internal/head.h"

namespace tongsuan::net {
namespace {

constexpr std::size_t kReadBytes = 4096;  // of a quiet connection's buffer
constexpr std::size_t kPartsMax = 64;     // of one write
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";

Problem answer_timeout() {
  return {503, kAnswerTimeout, "the answer was not there in time; what was asked may have happened",
          "ask again with the same Idempotency-Key"};
}

Problem stopping() {
  return {503, kStopping, "the server stops; what was asked may have happened",
          "ask again with the same Idempotency-Key when it is back"};
}

Problem too_many_answers() {
  return {503, kUnavailable, "more answers wait to be read than the server keeps",
          "read what was answered, and ask again in a minute"};
}

Problem no_answer() {
  return {500, kNoAnswer, "the server found no answer; what was asked may have happened", ""};
}

}  // namespace

Connection::Connection(std::shared_ptr<Lane> lane, std::unique_ptr<Transport> transport,
                       std::string remote)
    : lane_(std::move(lane)),
      limits_(lane_->options.limits),
      transport_(std::move(transport)),
      remote_(std::move(remote)),
      parser_(limits_) {}

void Connection::start() {
  read_deadline_ = Clock::now() + limits_.header_deadline;
  transport_->start(shared_from_this());
}

void Connection::refuse(const Problem& problem) {
  is_refused = true;
  phase_ = Phase::kOpen;
  refuse_rest(problem);
  drive();
}

void Connection::on_ready(bool ok) {
  if (phase_ != Phase::kHandshake) return;
  if (!ok) {
    lane_->counters.handshakes_failed.add();
    return close();
  }
  peer_subject_ = transport_->peer_subject();
  phase_ = Phase::kOpen;
  drive();
}

// ---- Work --------------------------------------------------------------------------------------

void Connection::drive() {
  if (driving_ || phase_ == Phase::kHandshake || phase_ == Phase::kClosed) return;
  const std::shared_ptr<Connection> self = shared_from_this();  // closing must not end it here
  driving_ = true;
  for (;;) {
    while (parse_some() || write_some()) {
    }
    const bool heard_all =
        phase_ == Phase::kOpen && peer_ended_ && !no_more_requests_ && !is_full();
    if (!heard_all) break;
    if (parser_.state() != ParseState::kIdle || buffer_begin_ != buffer_end_) {
      refuse_rest({400, kTruncatedRequest, "the request ends before its end", ""});
    } else {
      no_more_requests_ = true;
    }
  }
  driving_ = false;
  if (is_finished()) hang_up();
  if (phase_ == Phase::kClosed) return;
  note_reading();
  read_more();
}

bool Connection::is_full() const {
  return slots_.size() >= limits_.pipelined || request_bytes_ >= limits_.body_bytes ||
         answer_bytes_ >= limits_.body_bytes;
}

bool Connection::is_finished() const {
  if (phase_ != Phase::kOpen || !slots_.empty() || writing_) return false;
  return no_more_requests_ || (draining_ && parser_.state() == ParseState::kIdle);
}

// ---- Reading -----------------------------------------------------------------------------------

bool Connection::parse_some() {
  if (phase_ != Phase::kOpen || no_more_requests_ || is_full()) return false;
  if (buffer_begin_ == buffer_end_) return false;
  const ParseState before = parser_.state();
  if (draining_ && before == ParseState::kIdle) return false;
  const std::size_t consumed =
      parser_.feed({buffer_.data() + buffer_begin_, buffer_end_ - buffer_begin_});
  buffer_begin_ += consumed;
  switch (parser_.state()) {
    case ParseState::kDone:
      dispatch();
      return true;
    case ParseState::kFailed:
      refuse_rest(parser_.problem());
      return true;
    case ParseState::kBody:
      // Whoever has begun to send the body does not wait for permission any more.
      continue_wanted_ = before != ParseState::kBody && parser_.expects_continue() &&
                         parser_.is_http11() && buffer_begin_ == buffer_end_;
      break;
    default:
      break;
  }
  return consumed > 0;
}

void Connection::dispatch() {
  Slot slot{.keep_alive = parser_.keep_alive(), .is_http11 = parser_.is_http11()};
  Request request = parser_.take();
  slot.answers_head = request.method == Method::kHead;
  slot.request_bytes = request.body.size();
  slot.began = Clock::now();
  if (!slot.keep_alive) no_more_requests_ = true;
  continue_wanted_ = false;
  read_for_ = Reading::kNone;
  request_bytes_ += slot.request_bytes;
  const std::uint64_t sequence = first_sequence_ + slots_.size();
  slots_.push_back(std::move(slot));
  if (request.method == Method::kOptions && request.target == "*") {
    return answer(sequence, {.status = 204,
                             .headers = {{{"Allow",
                                           "GET, HEAD, POST, PUT, PATCH, DELETE, "
                                           "OPTIONS"}}}});
  }
  request.remote = remote_;
  request.peer_subject = peer_subject_;
  lane_->counters.requests.add();
  try {
    lane_->handler(std::move(request), Reply(shared_from_this(), sequence));
  } catch (...) {
    // The reply has been dropped on the way, which answers 500.
    return;
  }
}

void Connection::refuse_rest(const Problem& problem) {
  no_more_requests_ = true;
  continue_wanted_ = false;
  slots_.push_back({.keep_alive = false, .began = Clock::now()});
  fill(slots_.back(), lane_->options.problem(problem));
}

void Connection::read_more() {
  if (reading_ || peer_ended_) return;
  if (phase_ == Phase::kOpen) {
    if (no_more_requests_ || is_full()) return;
    if (draining_ && parser_.state() == ParseState::kIdle) return;
    if (!make_room()) {  // only a line between chunks can be that long
      refuse_rest({400, kBadChunk, "the line of a chunk is too long", ""});
      return drive();
    }
  } else {  // what comes now is for nobody; only the end of it counts
    buffer_begin_ = buffer_end_ = 0;
    if (buffer_.empty()) buffer_.resize(kReadBytes);
  }
  reading_ = true;
  transport_->read(shared_from_this(),
                   {buffer_.data() + buffer_end_, buffer_.size() - buffer_end_});
}

// Room for more behind what is there: the buffer is small between requests, and never larger than
// headers may be and one reading more.
bool Connection::make_room() {
  const std::size_t size_max = limits_.header_bytes + kReadBytes;
  const bool is_empty = buffer_begin_ == buffer_end_;
  if (is_empty) buffer_begin_ = buffer_end_ = 0;
  std::size_t size = buffer_.size();
  if (is_empty && parser_.state() == ParseState::kIdle) {
    size = kReadBytes;
  } else if (is_empty && parser_.state() == ParseState::kBody) {
    size = size_max;
  } else if (buffer_end_ == size) {
    if (buffer_begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + buffer_begin_, buffer_end_ - buffer_begin_);
      buffer_end_ -= buffer_begin_;
      buffer_begin_ = 0;
    } else if (size == size_max) {
      return false;
    } else {
      size = std::min(size_max, 2 * size);
    }
  }
  if (size < buffer_.size()) buffer_ = {};
  if (size != buffer_.size()) buffer_.resize(size);
  return true;
}

void Connection::on_read(std::size_t count, bool ok) {
  reading_ = false;
  if (phase_ == Phase::kClosed) return;
  lane_->counters.bytes_read.add(count);
  if (!ok) return close();
  if (count == 0) {
    peer_ended_ = true;
    if (phase_ != Phase::kOpen) return close();
  }
  buffer_end_ += count;
  drive();
}

// Which deadline counts now. It begins anew when what it is for changes.
void Connection::note_reading() {
  if (phase_ != Phase::kOpen) return;
  Reading reading = Reading::kNone;
  if (!no_more_requests_ && !is_full()) {
    const ParseState state = parser_.state();
    if (state == ParseState::kBody) {
      reading = Reading::kBody;
    } else if (state == ParseState::kHead || buffer_begin_ != buffer_end_) {
      reading = Reading::kHead;
    } else if (slots_.empty()) {
      reading = Reading::kIdle;
    }
  }
  if (reading == read_for_ && reading != Reading::kNone) return;
  read_for_ = reading;
  if (reading == Reading::kNone) {
    read_deadline_ = Clock::time_point::max();
  } else {
    read_deadline_ = Clock::now() + (reading == Reading::kBody   ? limits_.body_deadline
                                     : reading == Reading::kHead ? limits_.header_deadline
                                                                 : limits_.idle_deadline);
  }
}

// ---- Answers -----------------------------------------------------------------------------------

void Connection::complete(std::uint64_t sequence, Response response) {
  if (lane_->is_this_thread() && driving_) return answer(sequence, std::move(response));
  Letter letter{shared_from_this(), Letter::Kind::kAnswer, sequence, std::move(response)};
  if (!lane_->post(std::move(letter))) lane_->counters.answers_unwanted.add();
}

void Connection::complete_dropped(std::uint64_t sequence) {
  if (lane_->is_this_thread() && driving_) {
    return answer(sequence, lane_->options.problem(no_answer()));
  }
  if (!lane_->post({shared_from_this(), Letter::Kind::kDropped, sequence})) {
    lane_->counters.answers_unwanted.add();
  }
}

EventStream Connection::complete_stream(std::uint64_t sequence, StreamOptions options) {
  auto look = [self = shared_from_this()] {
    static_cast<void>(self->lane_->post({self, Letter::Kind::kLookAtStream}));
  };
  auto stream =
      std::make_shared<StreamState>(limits_.stream_bytes, look, std::move(options.closed));
  Response response{.content_type = "text/event-stream", .headers = std::move(options.headers)};
  response.headers.list.push_back({"Cache-Control", "no-store"});
  // Always by letter: the handler gets its handle before anything can be called back.
  if (!lane_->post(
          {shared_from_this(), Letter::Kind::kStream, sequence, std::move(response), stream})) {
    stream->close();
  }
  return EventStream(std::move(stream));
}

void Connection::open_letter(Letter& letter) {
  switch (letter.kind) {
    case Letter::Kind::kAnswer:
      return answer(letter.sequence, std::move(letter.response));
    case Letter::Kind::kDropped:
      return answer(letter.sequence, lane_->options.problem(no_answer()));
    case Letter::Kind::kStream:
      return begin_stream(letter.sequence, letter);
    case Letter::Kind::kLookAtStream:
      return look_at_stream();
  }
}

Connection::Slot* Connection::waiting_slot(std::uint64_t sequence) {
  const std::uint64_t place = sequence - first_sequence_;  // huge for those that have gone
  if (place >= slots_.size()) return nullptr;
  Slot& slot = slots_[static_cast<std::size_t>(place)];
  return slot.state == Slot::State::kWaiting ? &slot : nullptr;
}

void Connection::answer(std::uint64_t sequence, Response response) {
  Slot* slot = waiting_slot(sequence);
  if (slot == nullptr) return lane_->counters.answers_unwanted.add();
  lane_->counters.count_latency(Clock::now() - slot->began);
  fill(*slot, std::move(response));
  drive();
}

void Connection::fill(Slot& slot, Response response) {
  if (!is_sendable(response)) {
    response = lane_->options.problem(
        {500, kBadAnswer, "the answer has a status or a header that cannot be sent", ""});
    if (!is_sendable(response)) response = problem_response({500, kBadAnswer, "", ""});
  }
  const bool has_body = !slot.answers_head && response.status != 204 && response.status != 304;
  if (has_body && !may_keep(response.body.size())) {
    response = lane_->options.problem(too_many_answers());
  }
  if (draining_ && &slot == &slots_.back()) slot.keep_alive = false;
  lane_->counters.count_answer(response.status);
  slot.head = write_head(
      response, {.keep_alive = slot.keep_alive, .is_http11 = slot.is_http11, .date = lane_->date});
  if (has_body) slot.body = std::move(response.body);
  slot.kept = slot.body.size();
  answer_bytes_ += slot.kept;
  *lane_->answer_bytes += slot.kept;
  slot.state = Slot::State::kReady;
}

// One answer is always kept, however large it is.
bool Connection::may_keep(std::size_t bytes) const {
  const std::size_t kept = *lane_->answer_bytes;
  return bytes < limits_.small_answer_bytes || kept == 0 ||
         (kept < limits_.answer_bytes && bytes <= limits_.answer_bytes - kept);
}

void Connection::let_go(Slot& slot) {
  answer_bytes_ -= slot.kept;
  *lane_->answer_bytes -= slot.kept;
  slot.kept = 0;
}

void Connection::begin_stream(std::uint64_t sequence, Letter& letter) {
  Slot* slot = waiting_slot(sequence);
  if (slot == nullptr) {
    lane_->counters.answers_unwanted.add();
    return letter.stream->close();
  }
  if (slot->answers_head || !is_sendable(letter.response)) {
    letter.stream->close();
    return answer(sequence, std::move(letter.response));
  }
  no_more_requests_ = true;  // it never ends, so nothing can follow
  slot->keep_alive = false;
  lane_->counters.count_answer(200);
  lane_->counters.count_latency(Clock::now() - slot->began);
  lane_->counters.streams_started.add();
  lane_->counters.streams_open.add();
  slot->head = write_head(letter.response,
                          {.framing = slot->is_http11 ? Framing::kChunked : Framing::kUntilClose,
                           .keep_alive = false,
                           .is_http11 = slot->is_http11,
                           .date = lane_->date});
  slot->state = Slot::State::kStream;
  slot->stream = letter.stream;
  if (draining_) slot->stream->end(lane_->options.farewell);
  drive();
}

void Connection::look_at_stream() {
  const bool is_slow =
      (stream_ != nullptr && stream_->slow()) || std::ranges::any_of(slots_, [](const Slot& slot) {
        return slot.stream != nullptr && slot.stream->slow();
      });
  if (!is_slow) return drive();
  lane_->counters.slow_readers.add();
  close();
}

// ---- Writing -----------------------------------------------------------------------------------

void Connection::add_part(std::string_view part) {
  parts_.push_back(part);
  part_bytes_ += part.size();
}

bool Connection::write_some() {
  if (writing_ || (phase_ != Phase::kOpen && phase_ != Phase::kStream)) return false;
  parts_.clear();
  part_bytes_ = sending_slots_ = sending_piece_ = 0;
  gather_answers();
  gather_frames();
  if (continue_wanted_ && slots_.empty()) {
    continue_wanted_ = false;
    add_part(kContinue);
  }
  if (parts_.empty()) {
    if (!sending_end_) return false;
    written();
    return true;
  }
  last_written_ = Clock::now();
  const auto slowest = static_cast<std::chrono::seconds::rep>(
      part_bytes_ / std::max<std::size_t>(1, limits_.write_bytes_per_second));
  write_deadline_ = last_written_ + limits_.write_deadline + std::chrono::seconds(slowest);
  writing_ = true;
  switch (transport_->write(shared_from_this(), parts_)) {
    case Transport::Written::kDone:
      written();
      return true;
    case Transport::Written::kLater:
      return false;
    case Transport::Written::kBroken:
      close();
      return false;
  }
  return false;
}

void Connection::gather_answers() {
  for (const Slot& slot : slots_) {
    if (slot.state == Slot::State::kWaiting || parts_.size() + 2 > kPartsMax) break;
    if (!gather(slot)) break;
    ++sending_slots_;
    if (!slot.keep_alive) break;
  }
}

// False when it is not the whole of it. A large answer goes out by pieces, so that a peer who reads
// nothing is not waited for as long as for all of it.
bool Connection::gather(const Slot& slot) {
  if (part_bytes_ >= limits_.write_bytes) return false;
  if (!slot.begun) add_part(slot.head);
  const std::size_t rest = slot.body.size() - slot.sent;
  const std::size_t piece = std::min(rest, std::max<std::size_t>(1, limits_.write_bytes));
  if (piece > 0) add_part(std::string_view(slot.body).substr(slot.sent, piece));
  if (piece == rest) return true;
  sending_piece_ = piece;
  return false;
}

void Connection::gather_frames() {
  if (phase_ != Phase::kStream) return;
  sending_end_ = stream_->take(sending_frames_, kPartsMax - 3);
  if (!sending_frames_.empty()) {
    std::size_t bytes = 0;
    for (const Frame& frame : sending_frames_) bytes += frame->size();
    std::array<char, 20> digits{};
    std::snprintf(digits.data(), digits.size(), "%zx\r\n", bytes);
    chunk_head_ = digits.data();
    if (stream_is_chunked_) add_part(chunk_head_);
    for (const Frame& frame : sending_frames_) add_part(*frame);
    if (stream_is_chunked_) add_part(kLastChunk.substr(1, 2));
  }
  if (sending_end_ && stream_is_chunked_) add_part(kLastChunk);
}

void Connection::on_written(bool ok) {
  if (phase_ == Phase::kClosed) return;
  if (!ok) return close();
  written();
  drive();
}

// What was gathered has been sent.
void Connection::written() {
  writing_ = false;
  write_deadline_ = Clock::time_point::max();
  lane_->counters.bytes_written.add(part_bytes_);
  if (!sending_frames_.empty()) {
    stream_->sent(sending_frames_);
    sending_frames_.clear();
  }
  const std::size_t piece = std::exchange(sending_piece_, 0);
  if (piece > 0) {
    Slot& slot = slots_[sending_slots_];
    slot.begun = true;
    slot.sent += piece;
  }
  for (; sending_slots_ > 0; --sending_slots_) {
    Slot slot = std::move(slots_.front());
    slots_.pop_front();
    let_go(slot);
    ++first_sequence_;
    request_bytes_ -= slot.request_bytes;
    if (slot.keep_alive) continue;
    // Nothing that was asked for behind it will be answered here.
    no_more_requests_ = true;
    drop_slots();
    if (slot.stream == nullptr) continue;
    stream_ = slot.stream;
    stream_is_chunked_ = slot.is_http11;
    phase_ = Phase::kStream;
    read_deadline_ = Clock::time_point::max();
    transport_->keep_send_buffer_small();
  }
  if (sending_end_) hang_up();
}

// ---- Time and ends -----------------------------------------------------------------------------

void Connection::tick(Clock::time_point now) {
  static const Frame heartbeat = std::make_shared<const std::string>(kHeartbeatFrame);
  if (now >= write_deadline_) {
    if (stream_ != nullptr) lane_->counters.slow_readers.add();
    return close();
  }
  if (now >= read_deadline_) {
    read_deadline_ = Clock::time_point::max();
    if (phase_ == Phase::kHandshake) lane_->counters.handshakes_failed.add();
    if (phase_ != Phase::kOpen || read_for_ == Reading::kIdle) return close();
    const bool in_head = read_for_ == Reading::kHead;
    refuse_rest({408, in_head ? kHeaderTimeout : kBodyTimeout,
                 in_head ? "the headers did not come in time" : "the body did not come in time",
                 "send it faster, or less of it"});
  }
  for (Slot& slot : slots_) {
    if (slot.state != Slot::State::kWaiting) continue;
    if (now - slot.began < limits_.answer_deadline) continue;
    lane_->counters.count_latency(now - slot.began);
    fill(slot, lane_->options.problem(answer_timeout()));
  }
  if (phase_ == Phase::kStream && !writing_ && now - last_written_ >= limits_.heartbeat) {
    stream_->push(heartbeat);
  }
  drive();
}

void Connection::drain() {
  draining_ = true;
  if (phase_ == Phase::kHandshake) return close();
  if (stream_ != nullptr) stream_->end(lane_->options.farewell);
  for (const Slot& slot : slots_) {
    if (slot.stream != nullptr) slot.stream->end(lane_->options.farewell);
  }
  drive();
}

void Connection::abandon() {
  if (phase_ != Phase::kOpen) return;
  for (Slot& slot : slots_) {
    if (slot.state == Slot::State::kWaiting) fill(slot, lane_->options.problem(stopping()));
  }
  if (!no_more_requests_ && parser_.state() != ParseState::kIdle) refuse_rest(stopping());
  drive();
}

// Says that nothing more comes, and reads on until the peer says so too: closing with bytes unread
// would make the kernel throw away what the peer has not read yet.
void Connection::hang_up() {
  phase_ = Phase::kLinger;
  sending_end_ = false;
  if (stream_ != nullptr) {
    end_stream(std::exchange(stream_, nullptr));
  }
  read_deadline_ = Clock::now() + limits_.linger;
  if (peer_ended_) return close();
  transport_->end_sending();
}

void Connection::end_stream(const std::shared_ptr<StreamState>& stream) {
  lane_->counters.streams_open.subtract_one();
  stream->close();
}

// Their answers will find nobody. What is being sent stays until nobody looks at its bytes.
void Connection::drop_slots() {
  first_sequence_ += slots_.size();
  request_bytes_ = 0;
  std::deque<Slot> slots = std::move(slots_);
  slots_.clear();
  for (Slot& slot : slots) {
    let_go(slot);
    if (slot.stream != nullptr) end_stream(std::exchange(slot.stream, nullptr));
  }
  if (writing_) abandoned_ = std::move(slots);
}

void Connection::close() {
  if (phase_ == Phase::kClosed) return;
  const std::shared_ptr<Connection> self = shared_from_this();
  phase_ = Phase::kClosed;
  transport_->close();
  if (stream_ != nullptr) end_stream(std::exchange(stream_, nullptr));
  drop_slots();
  lane_->forget(*this);
}

}  // namespace tongsuan::net
