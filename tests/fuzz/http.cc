#include <algorithm>
#include <deque>

#include "tongsuan/net/events.h"
#include "tongsuan/net/internal/connection.h"
#include "tongsuan/net/internal/parser.h"
#include "tongsuan/net/target.h"

#include "entries.h"
#include "program.h"

namespace tongsuan::fuzz {
namespace {

using namespace tongsuan::net;

Limits small_limits() {
  Limits limits;
  limits.header_bytes = 512;
  limits.target_bytes = 128;
  limits.headers = 8;
  limits.body_bytes = 256;
  limits.pipelined = 3;
  limits.stream_bytes = 1024;
  return limits;
}

const Limits& limits() {
  static const Limits limits = small_limits();
  return limits;
}

void target(std::string_view bytes) {
  const Result<Target> read = decode_target(bytes);
  if (!read.ok()) {
    TONGSUAN_CHECK(!read.error().context.empty());
    return;
  }
  std::string again;
  for (const std::string& segment : read.value().path) again += '/' + encode_percent(segment);
  if (again.empty()) again = "/";
  char mark = '?';
  for (const Field& field : read.value().query.list) {
    again += mark + encode_percent(field.name) + '=' + encode_percent(field.value);
    mark = '&';
  }
  const Result<Target> second = decode_target(again);
  TONGSUAN_CHECK(second.ok());
  TONGSUAN_CHECK(second.value().path == read.value().path);
  TONGSUAN_CHECK(second.value().query == read.value().query);
}

// Feeds so many bytes more at a time until there are none, or the parser is through.
template <class Parser>
void feed(Parser& parser, std::string_view bytes, std::size_t step) {
  std::size_t begin = 0, end = 0;
  while (parser.state() < ParseState::kDone) {
    const std::size_t fed = parser.feed(bytes.substr(begin, end - begin));
    TONGSUAN_CHECK(fed <= end - begin);
    begin += fed;
    if (fed > 0) continue;
    if (end == bytes.size()) return;
    end = std::min(bytes.size(), end + step);
  }
}

bool at_limit(const Problem& problem) {
  return problem.status == 413 || problem.status == 414 || problem.status == 431;
}

void request(std::string_view bytes) {
  RequestParser whole(limits()), pieces(limits());
  feed(whole, bytes, bytes.size());
  feed(pieces, bytes, 1);
  for (const RequestParser* parser : {&whole, &pieces}) {
    if (parser->state() != ParseState::kFailed) continue;
    TONGSUAN_CHECK(!parser->problem().code.empty() && parser->problem().status >= 400);
    if (at_limit(parser->problem())) return;  // what counts there is how much came at once
  }
  // What is wrong may be seen later in pieces: Beast then waits for the end of the headers.
  TONGSUAN_CHECK((whole.state() == ParseState::kDone) == (pieces.state() == ParseState::kDone));
  if (whole.state() != ParseState::kDone) return;
  TONGSUAN_CHECK(whole.keep_alive() == pieces.keep_alive());
  const Request first = whole.take(), second = pieces.take();
  TONGSUAN_CHECK(first.target == second.target && first.headers == second.headers);
  TONGSUAN_CHECK(first.body == second.body && first.body.size() <= limits().body_bytes);
  TONGSUAN_CHECK(first.headers.list.size() <= limits().headers);
  for (const Field& field : first.headers.list) {
    TONGSUAN_CHECK(is_header_name(field.name) && is_header_value(field.value));
  }
  for (const std::string_view name : kSingleHeaders) {
    TONGSUAN_CHECK(first.headers.count(name) <= 1);
  }
}

void response(std::string_view bytes) {
  const ResponseLimits most{512, 256};
  ResponseParser whole(most, false), pieces(most, false);
  feed(whole, bytes, bytes.size());
  feed(pieces, bytes, 1);
  whole.end();
  pieces.end();
  for (ResponseParser* parser : {&whole, &pieces}) {
    TONGSUAN_CHECK(parser->response().body.size() <= 256);
    if (parser->state() == ParseState::kFailed && parser->too_large()) return;
  }
  TONGSUAN_CHECK(whole.state() == pieces.state());
  if (whole.state() != ParseState::kDone) return;
  TONGSUAN_CHECK(whole.response().body == pieces.response().body);
  TONGSUAN_CHECK(whole.response().headers == pieces.response().headers);
}

void events(std::string_view bytes) {
  constexpr std::size_t kMost = 300;
  EventParser whole(kMost), pieces(kMost);
  std::vector<Event> first, second;
  const bool fits = whole.feed(bytes, first);
  bool fits_too = true;
  for (std::size_t i = 0; i < bytes.size() && fits_too; ++i) {
    fits_too = pieces.feed(bytes.substr(i, 1), second);
  }
  TONGSUAN_CHECK(fits == fits_too && first == second);
  std::string frames;
  for (const Event& event : first) frames += event_frame(event);
  EventParser again(2 * kMost);
  std::vector<Event> third;
  TONGSUAN_CHECK(again.feed(frames, third));
  TONGSUAN_CHECK(third.size() == first.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    TONGSUAN_CHECK(third[i].data == first[i].data);
  }
}

// ---- A connection in memory --------------------------------------------------------------------

struct MemoryTransport final : Transport {
  void start(std::shared_ptr<TransportUser>) override { starting = true; }
  void read(std::shared_ptr<TransportUser>, std::span<char> place) override {
    TONGSUAN_CHECK(room.empty() && !place.empty());
    room = place;
  }
  Written write(std::shared_ptr<TransportUser>, std::span<const std::string_view> parts) override {
    TONGSUAN_CHECK(!writing && !ended);
    for (const std::string_view part : parts) sent += part;
    writing = slow;
    return slow ? Written::kLater : Written::kDone;
  }
  void end_sending() override { ended = true; }
  void keep_send_buffer_small() override {}
  void close() override { closed = true; }
  [[nodiscard]] std::string peer_subject() const override { return {}; }

  std::span<char> room;
  std::string sent;
  bool starting = false, slow = false, writing = false, ended = false, closed = false;
};

struct MemoryLane final : Lane {
  MemoryLane(const ServerOptions& server_options, const Handler& server_handler)
      : Lane(server_options, server_handler, std::make_shared<std::atomic<std::size_t>>(0)) {}
  bool post(Letter letter) override {
    letters.push_back(std::move(letter));
    return true;
  }
  [[nodiscard]] bool is_this_thread() const override { return true; }
  void forget(Connection&) override { ++forgotten; }
  void open_letters() {
    while (!letters.empty()) {
      Letter letter = std::move(letters.front());
      letters.pop_front();
      letter.connection->open_letter(letter);
    }
  }
  std::deque<Letter> letters;
  int forgotten = 0;
};

class World {
 public:
  explicit World(std::string_view bytes) : program_(bytes) {
    ServerOptions options;
    options.limits = limits();
    lane_ = std::make_shared<MemoryLane>(options, [this](Request&& asked, Reply reply) {
      asked_.push_back(asked.method);
      if (asked.body.size() % 2 == 1) return reply.send({.body = asked.body});
      held_.push_back(std::move(reply));
    });
    auto transport = std::make_unique<MemoryTransport>();
    transport_ = transport.get();
    connection_ = std::make_shared<Connection>(lane_, std::move(transport), "memory");
    connection_->start();
    connection_->on_ready(true);
  }

  void run() {
    while (!program_.done() && !transport_->closed) step();
    // Whatever has happened: when time passes, it ends. Only streams go on as long as they are
    // held.
    streams_.clear();
    auto now = Connection::Clock::now();
    for (int i = 0; i < 8 && !transport_->closed; ++i) {
      now += std::chrono::hours(1);
      connection_->tick(now);
      lane_->open_letters();
      finish_write();
    }
    TONGSUAN_CHECK(transport_->closed && lane_->forgotten == 1);
    held_.clear();
    lane_->open_letters();
    TONGSUAN_CHECK(lane_->counters.streams_open.get() == 0);
    check_sent();
  }

 private:
  void step() {
    const std::uint32_t action = program_.byte();
    transport_->slow = action % 2 == 1;
    switch (action / 2 % 8) {
      case 0:
        return finish_write();
      case 1:
        return answer(program_.byte());
      case 2:
        return stream(program_.byte());
      case 3:
        return hear(0);
      case 4:
        return connection_->drain();
      case 5:
        return lane_->open_letters();
      default:
        return hear(program_.byte() + 1);
    }
  }
  void finish_write() {
    if (!transport_->writing) return;
    transport_->writing = false;
    connection_->on_written(true);
  }
  void answer(std::size_t which) {
    if (held_.empty()) return;
    const auto at = held_.begin() + static_cast<std::ptrdiff_t>(which % held_.size());
    Reply reply = std::move(*at);
    held_.erase(at);
    if (which % 5 != 0) reply.send({.status = which % 7 == 0 ? 204 : 200, .body = "answer"});
  }
  void stream(std::size_t which) {
    if (which % 2 == 1 && !streams_.empty()) {
      streams_.back().push(std::make_shared<const std::string>(std::string(which, 'f')));
    } else if (!held_.empty()) {
      Reply reply = std::move(held_.front());
      held_.erase(held_.begin());
      streams_.push_back(reply.stream());
    }
  }
  // So many bytes come, or the end.
  void hear(std::size_t count) {
    if (transport_->room.empty()) return;
    const std::string_view rest = program_.rest();
    count = std::min({count, transport_->room.size(), rest.size()});
    std::copy_n(rest.begin(), count, transport_->room.begin());
    for (std::size_t i = 0; i < count; ++i) program_.byte();
    transport_->room = {};
    connection_->on_read(count, true);
  }
  // Everything that was sent is answers, but the last one may be cut off.
  void check_sent() {
    std::string_view rest = transport_->sent;
    for (std::size_t i = 0; !rest.empty(); ++i) {
      const bool to_head = i < asked_.size() && asked_[i] == Method::kHead;
      ResponseParser parser({4096, 1 << 20}, to_head);
      while (parser.state() < ParseState::kDone) {
        const std::size_t fed = parser.feed(rest);
        rest.remove_prefix(fed);
        if (fed == 0 || rest.empty()) break;
      }
      // What only the end of the connection ends, or a stream that was cut off.
      if (parser.state() == ParseState::kBody) return;
      TONGSUAN_CHECK(parser.state() == ParseState::kDone || rest.empty());
    }
  }

  Program program_;
  std::shared_ptr<MemoryLane> lane_;
  MemoryTransport* transport_;
  std::shared_ptr<Connection> connection_;
  std::vector<Method> asked_;
  std::vector<Reply> held_;
  std::vector<EventStream> streams_;
};

void connection(std::string_view bytes) {
  // Those that the connection answers itself would shift the answers against the questions.
  if (bytes.find('*') != std::string_view::npos) return;
  World(bytes).run();
}

}  // namespace

void http(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto kind = static_cast<unsigned char>(bytes[0]) % 5;
  bytes.remove_prefix(1);
  constexpr Entry kKinds[] = {target, request, response, events, connection};
  kKinds[kind](bytes);
}

std::vector<std::string> http_seeds() {
  const std::string get = "GET /a/b%20c?d=e&f HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n";
  const std::string post = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  const std::string even = "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab";
  const std::string chunks =
      "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
      "chunked\r\n\r\n2;x=\"y\"\r\nab\r\n1\r\nc\r\n"
      "0\r\nTrailer: t\r\n\r\n";
  const std::string waits =
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n";
  std::vector<std::string> seeds = {std::string(1, '\0') + "/v1/orders/7?filter=a%20b&at=1+1&x",
                                    '\1' + get,
                                    '\1' + post,
                                    '\1' + chunks,
                                    '\1' + waits + 'a',
                                    "\1GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                                    "\2HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
                                    "\2HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404 No\r\n\r\nab",
                                    "\2HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n"
                                    "a\r\n0\r\n\r\n",
                                    "\3id: 1\nevent: e\ndata: a\ndata: b\n\n: c\r\n\r\ndata\r\r"};
  // Programs for a connection: a byte for what happens, one for how much, then bytes that come.
  const auto hear = [](const std::string& bytes) {
    return std::string{'\14', static_cast<char>(bytes.size() - 1)} + bytes;
  };
  const std::string plain = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
  seeds.push_back('\4' + hear(plain) + "\2\1" + '\12' + hear(post) + hear(chunks) + '\6');
  seeds.push_back('\4' + hear(even + plain) + "\3\1\2\2\12" + std::string(1, '\0') + "\10");
  seeds.push_back('\4' + hear(plain) + "\4\2\12\4\7\12\5\7\12" + std::string(1, '\0') + "\10\12");
  seeds.push_back('\4' + hear(waits) + hear("a") + hear("GET / HT") + '\6');
  return seeds;
}

}  // namespace tongsuan::fuzz
