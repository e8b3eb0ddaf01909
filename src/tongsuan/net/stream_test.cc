// Server-sent events: many readers, one that does not read, heartbeats, ends.
#include <atomic>
#include <gtest/gtest.h>

#include "tongsuan/net/events.h"
#include "tongsuan/net/net_fixture.h"

namespace tongsuan::net {
namespace {

std::shared_ptr<const std::string> frame(const Event& event) {
  return std::make_shared<const std::string>(event_frame(event));
}

// Gathers the streams that were begun.
class Hall {
 public:
  [[nodiscard]] Handler handler() {
    return [this](Request&&, Reply reply) {
      EventStream stream = reply.stream({.closed = [this] { ++closed; }});
      const std::lock_guard lock(mutex_);
      streams_.push_back(std::move(stream));
    };
  }
  std::size_t push(const std::shared_ptr<const std::string>& bytes) {
    const std::lock_guard lock(mutex_);
    std::size_t open = 0;
    for (EventStream& stream : streams_) open += stream.push(bytes) ? 1U : 0U;
    return open;
  }
  void end_all(const std::shared_ptr<const std::string>& last) {
    const std::lock_guard lock(mutex_);
    for (EventStream& stream : streams_) stream.end(last);
  }
  void drop_all() {
    const std::lock_guard lock(mutex_);
    streams_.clear();
  }
  [[nodiscard]] std::size_t count() {
    const std::lock_guard lock(mutex_);
    return streams_.size();
  }
  std::atomic<int> closed = 0;

 private:
  std::mutex mutex_;
  std::vector<EventStream> streams_;
};

std::vector<Event> events_of(const Response& response) {
  std::vector<Event> events;
  EXPECT_TRUE(EventParser(1 << 20).feed(response.body, events));
  return events;
}

TEST(Streams, OneReaderWhoDoesNotReadIsClosedAndTwoHundredGoOn) {
  ServerOptions options;
  options.threads = 2;
  options.limits.stream_bytes = 64 * 1024;
  Hall hall;
  const auto server = must_start(options, hall.handler());
  std::vector<Peer> readers;
  for (int i = 0; i < 200; ++i) readers.emplace_back(server->port());
  Peer sleeper(server->port(), 4096);
  sleeper.send(get("/stream"));
  for (Peer& reader : readers) reader.send(get("/stream"));
  ASSERT_TRUE(eventually([&] { return server->counters().streams_open == 201; }));

  const std::string data(20'000, 'd');
  int sent = 0;
  while (server->counters().slow_readers_closed == 0 && sent < 10'000) {
    hall.push(frame({.id = std::to_string(sent), .data = data}));
    ++sent;
    for (Peer& reader : readers) {
      ASSERT_TRUE(reader.read_until("id: " + std::to_string(sent - 1) + "\n"));
    }
  }
  EXPECT_EQ(server->counters().slow_readers_closed, 1U);
  ASSERT_TRUE(eventually([&] { return server->counters().streams_open == 200; }));
  EXPECT_EQ(hall.closed, 1);
  EXPECT_EQ(hall.push(frame({.id = "last", .data = "x"})), 200U);
  hall.end_all(nullptr);
  for (Peer& reader : readers) {
    const auto events = events_of(reader.answer());
    ASSERT_EQ(events.size(), static_cast<std::size_t>(sent) + 1);
    EXPECT_EQ(events.back(), (Event{.id = "last", .data = "x"}));
  }
  EXPECT_TRUE(eventually([&] { return hall.closed == 201; }));
}

TEST(Streams, AQuietOneHasAHeartbeat) {
  ServerOptions options;
  options.limits.heartbeat = 10ms;
  Hall hall;
  const auto server = must_start(options, hall.handler());
  Peer reader(server->port());
  reader.send(get("/s"));
  EXPECT_TRUE(reader.read_until(":\n\n"));
}

TEST(Streams, TheLastOfAHandleEndsIt) {
  Hall hall;
  const auto server = must_start({}, hall.handler());
  Peer reader(server->port());
  reader.send(get("/s"));
  ASSERT_TRUE(eventually([&] { return hall.count() == 1; }));
  hall.push(frame({.data = "one"}));
  hall.drop_all();
  const Response response = reader.answer();
  EXPECT_EQ(response.content_type, "text/event-stream");
  EXPECT_EQ(events_of(response), (std::vector<Event>{{.data = "one"}}));
  EXPECT_EQ(reader.rest(), "");
  EXPECT_TRUE(eventually([&] { return hall.closed == 1; }));
}

TEST(Streams, AReaderWhoLeavesIsNoticed) {
  Hall hall;
  const auto server = must_start({}, hall.handler());
  {
    Peer reader(server->port());
    reader.send(get("/s"));
    ASSERT_TRUE(reader.read_until("\r\n\r\n"));
  }
  EXPECT_TRUE(eventually([&] { return hall.closed == 1; }));
  EXPECT_EQ(hall.push(frame({.data = "x"})), 0U);
}

TEST(Streams, WaitForEarlierAnswersAndEndTheConnection) {
  Desk desk;
  const auto server = must_start({}, desk.handler());
  Peer peer(server->port());
  peer.send(get("/1") + get("/s") + get("/3"));
  auto first = desk.take(), second = desk.take(), third = desk.take();
  std::atomic<int> closed = 0;
  EventStream stream = second.second.stream({.closed = [&] { ++closed; }});
  EXPECT_TRUE(stream.push(frame({.data = "x"})));
  third.second.send({.body = "never sent"});
  first.second.send({.body = "first"});
  EXPECT_EQ(peer.answer().body, "first");
  stream.end(frame({.data = "end"}));
  EXPECT_EQ(events_of(peer.answer()), (std::vector<Event>{{.data = "x"}, {.data = "end"}}));
  EXPECT_EQ(peer.rest(), "");
  EXPECT_TRUE(eventually([&] { return closed == 1; }));
}

TEST(Streams, Http10AndHeadAreServedToo) {
  Hall hall;
  const auto server = must_start({}, hall.handler());
  Peer old(server->port()), head(server->port());
  old.send("GET /s HTTP/1.0\r\n\r\n");
  EXPECT_EQ(head.send("HEAD /s HTTP/1.1\r\nHost: x\r\n\r\n").answer(true).content_type,
            "text/event-stream");
  ASSERT_TRUE(eventually([&] { return hall.count() == 2; }));
  hall.push(frame({.data = "x"}));
  hall.end_all(nullptr);
  EXPECT_TRUE(old.rest().ends_with("\r\n\r\ndata: x\n\n"));
}

TEST(Streams, SayFarewellWhenTheServerStops) {
  ServerOptions options;
  options.farewell = frame({.event = "bye", .data = "the server stops"});
  options.limits.linger = 20ms;
  Hall hall;
  const auto server = must_start(options, hall.handler());
  Peer reader(server->port());
  reader.send(get("/s"));
  ASSERT_TRUE(reader.read_until("\r\n\r\n"));
  std::thread stopper([&] { server->stop(kPatience); });
  EXPECT_EQ(events_of(reader.answer()),
            (std::vector<Event>{{.event = "bye", .data = "the server stops"}}));
  reader.leave();
  stopper.join();
  EXPECT_EQ(hall.closed, 1);
}

TEST(Events, FramesReadAsWhatTheySay) {
  EXPECT_EQ(event_frame({.id = "7", .event = "price", .data = "a\nb\r\nc"}),
            "id: 7\nevent: price\ndata: a\ndata: b\ndata: c\n\n");
  EXPECT_EQ(event_frame({.id = "7\nevent: x"}), "id: 7 event: x\ndata: \n\n");
  std::vector<Event> events;
  EventParser parser(1000);
  for (const char c : std::string("\xef\xbb\xbf"
                                  ": hello\r\nid:1\rdata:a\ndata\n\nevent: e\n\ndata: b\n\n")) {
    ASSERT_TRUE(parser.feed(std::string(1, c), events));
  }
  EXPECT_EQ(events, (std::vector<Event>{{"1", "", "a\n"}, {"1", "", "b"}}));
  EXPECT_FALSE(parser.feed("data: " + std::string(1000, 'x'), events));
}

}  // namespace
}  // namespace tongsuan::net
