// Answers: in order, from anywhere, too late, never; and how a server stops.
#include "tongsuan/net/server.h"

#include <atomic>
#include <future>
#include <gtest/gtest.h>

#include "tongsuan/net/net_fixture.h"

namespace tongsuan::net {
namespace {

TEST(Server, HandsOutWhatWasAsked) {
  Request seen;
  const auto server = must_start({}, [&](Request&& request, Reply reply) {
    seen = std::move(request);
    reply.send({.status = 201, .headers = {{{"Location", "/v1/orders/7"}}}});
  });
  const Response response =
      Peer(server->port())
          .send(
              "POST /v1/or%20ders/?at=2026-12-01T00:00%2B08:00&b=1+1&c HTTP/1.1\r\nHOST: x\r\n"
              "X-Thing:  two words \r\nContent-Length: 4\r\n\r\nbody")
          .answer();
  EXPECT_EQ(response.status, 201);
  ASSERT_NE(response.headers.find("location"), nullptr);
  EXPECT_EQ(*response.headers.find("location"), "/v1/orders/7");
  ASSERT_NE(response.headers.find("date"), nullptr);
  EXPECT_EQ(seen.method, Method::kPost);
  EXPECT_EQ(seen.path, (std::vector<std::string>{"v1", "or ders", ""}));
  EXPECT_EQ(*seen.query.find("at"), "2026-12-01T00:00+08:00");
  EXPECT_EQ(*seen.query.find("b"), "1+1");
  EXPECT_EQ(*seen.query.find("c"), "");
  EXPECT_EQ(seen.query.find("d"), nullptr);
  EXPECT_EQ(*seen.headers.find("x-thing"), "two words");
  EXPECT_EQ(*seen.headers.find("host"), "x");
  EXPECT_EQ(seen.body, "body");
  EXPECT_EQ(seen.remote, "127.0.0.1");
  EXPECT_EQ(seen.peer_subject, "");
}

TEST(Server, TakesBodiesInPiecesOfAnySize) {
  const auto server = must_start({}, echo);
  const std::string body(100'000, 'b');
  Peer whole(server->port()), pieces(server->port()), bytes(server->port());
  whole.send("PUT /b HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + body);
  EXPECT_EQ(whole.answer().body, "PUT /b " + body);
  pieces.send(chunked("3\r\nabc\r\n")).send("2;name=\"v\"\r\nde\r\n0\r\nTrailer: x\r\n\r\n");
  EXPECT_EQ(pieces.answer().body, "POST /c abcde");
  for (const char c : chunked("2\r\nhi\r\n0\r\n\r\n") + get("/next")) {
    bytes.send(std::string(1, c));
  }
  EXPECT_EQ(bytes.answer().body, "POST /c hi");
  EXPECT_EQ(bytes.answer().body, "GET /next ");
}

TEST(Server, ContinuesWhenAskedTo) {
  const auto server = must_start({}, echo);
  Peer peer(server->port());
  peer.send("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(peer.read_until("HTTP/1.1 100 Continue\r\n\r\n"));
  EXPECT_EQ(peer.send("ab").answer().body, "POST /e ab");
  // Not for a body that would be refused.
  peer.send(
      "POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(peer.answer().status, 413);
}

TEST(Server, AnswersHeadAndOptions) {
  const auto server = must_start({}, echo);
  Peer peer(server->port());
  const Response head = peer.send("HEAD /h HTTP/1.1\r\nHost: x\r\n\r\n").answer(true);
  EXPECT_EQ(*head.headers.find("content-length"), "8");
  const Response options = peer.send("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").answer();
  EXPECT_EQ(options.status, 204);
  EXPECT_NE(options.headers.find("allow"), nullptr);
  EXPECT_EQ(options.headers.find("content-length"), nullptr);
  EXPECT_EQ(peer.send("OPTIONS /o HTTP/1.1\r\nHost: x\r\n\r\n").answer().body, "OPTIONS /o ");
}

TEST(Server, ServesHttp10AndHangsUp) {
  const auto server = must_start({}, echo);
  Peer peer(server->port());
  peer.send("GET /old HTTP/1.0\r\n\r\n");
  const std::string all = peer.rest();
  EXPECT_TRUE(all.starts_with("HTTP/1.0 200 OK\r\n")) << all;
  EXPECT_TRUE(all.ends_with("\r\n\r\nGET /old ")) << all;
  Peer asked(server->port());
  EXPECT_EQ(asked.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + get("/never"))
                .answer()
                .status,
            200);
  EXPECT_EQ(asked.rest(), "");
}

TEST(Server, AnswersInOrderWhateverIsReadyFirst) {
  Desk desk;
  const auto server = must_start({}, desk.handler());
  Peer peer(server->port());
  peer.send(get("/1") + get("/2") + get("/3"));
  ASSERT_TRUE(eventually([&] { return desk.count() == 3; }));
  auto [first, first_reply] = desk.take();
  auto [second, second_reply] = desk.take();
  auto [third, third_reply] = desk.take();
  third_reply.send({.body = third.target});
  second_reply.send({.body = second.target});
  std::thread([&] { first_reply.send({.body = first.target}); }).join();
  EXPECT_EQ(peer.answer().body, "/1");
  EXPECT_EQ(peer.answer().body, "/2");
  EXPECT_EQ(peer.answer().body, "/3");
}

TEST(Server, ReadsNoFurtherThanItIsAllowedTo) {
  ServerOptions options;
  options.limits.pipelined = 2;
  Desk desk;
  const auto server = must_start(options, desk.handler());
  Peer peer(server->port());
  peer.send(get("/1") + get("/2") + get("/3") + get("/4"));
  for (int i = 1; i <= 4; ++i) {
    auto [request, reply] = desk.take();
    EXPECT_EQ(request.target, "/" + std::to_string(i));
    EXPECT_LE(desk.count(), 1U);
    reply.send({.body = request.target});
    EXPECT_EQ(peer.answer().body, request.target);
  }
}

TEST(Server, ADroppedReplyIsAnError) {
  const auto server = must_start({}, [](Request&& request, Reply reply) {
    if (request.target == "/throw") throw 1;
    const Reply dropped = std::move(reply);
  });
  Peer peer(server->port());
  EXPECT_EQ(code_of(peer.send(get("/a")).answer()), kNoAnswer);
  EXPECT_EQ(code_of(peer.send(get("/throw")).answer()), kNoAnswer);
  EXPECT_EQ(server->counters().answers[5], 2U);
}

TEST(Server, NoHeaderSmugglesALine) {
  const auto server = must_start({}, [](Request&&, Reply reply) {
    reply.send({.headers = {{{"Location", "/a\r\nSet-Cookie: b"}}}});
  });
  Peer peer(server->port());
  const Response response = peer.send(get("/a")).answer();
  EXPECT_EQ(code_of(response), kBadAnswer);
  EXPECT_EQ(response.headers.find("set-cookie"), nullptr);
}

TEST(Server, AnAnswerThatIsLateIsReplaced) {
  ServerOptions options;
  options.limits.answer_deadline = 30ms;
  Desk desk;
  const auto server = must_start(options, [&](Request&& request, Reply reply) {
    if (request.target == "/b") return echo(std::move(request), std::move(reply));
    desk.handler()(std::move(request), std::move(reply));
  });
  Peer peer(server->port());
  const Response response = peer.send(get("/a")).answer();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(code_of(response), kAnswerTimeout);
  desk.take().second.send({});  // nobody waits for it any more
  ASSERT_TRUE(eventually([&] { return server->counters().answers_unwanted == 1; }));
  EXPECT_EQ(peer.send(get("/b")).answer().body, "GET /b ");
}

TEST(Server, SurvivesThoseWhoLeave) {
  Desk desk;
  const auto server = must_start({}, desk.handler());
  {
    Peer waiting(server->port());
    waiting.send(get("/a"));
    desk.take().second.send({.body = std::string(8'000'000, 'x')});  // and never reads it
  }
  Peer asking(server->port());
  asking.send(get("/b"));
  auto [request, reply] = desk.take();
  asking.leave();  // which looks like having said all: the answer is still tried
  reply.send({});
  EXPECT_TRUE(eventually([&] { return server->counters().connections_open == 0; }));
}

TEST(Server, AnswersThoseWhoHaveSaidAllTheyHaveToSay) {
  Desk desk;
  const auto server = must_start({}, desk.handler());
  Peer peer(server->port());
  peer.send(get("/a") + get("/b")).end_sending();
  desk.take().second.send({.body = "first"});
  desk.take().second.send({.body = "second"});
  EXPECT_EQ(peer.answer().body, "first");
  EXPECT_EQ(peer.answer().body, "second");
  EXPECT_EQ(peer.rest(), "");
}

TEST(Server, DoesNotWaitForThoseWhoDoNotRead) {
  ServerOptions options;
  options.limits.write_deadline = 30ms;
  options.limits.write_bytes_per_second = 1'000'000'000;
  const auto server = must_start(
      options, [](Request&&, Reply reply) { reply.send({.body = std::string(16'000'000, 'x')}); });
  Peer peer(server->port(), 4096);
  peer.send(get("/a"));
  EXPECT_TRUE(eventually([&] { return server->counters().requests == 1; }));
  EXPECT_TRUE(eventually([&] { return server->counters().connections_open == 0; }));
}

TEST(Server, WaitsForAPieceOfALargeAnswerOnly) {
  ServerOptions options;
  options.limits.write_deadline = 30ms;
  options.limits.write_bytes = 64 * 1024;
  options.limits.write_bytes_per_second = 100'000;  // all of it would be 160 s
  const auto server = must_start(
      options, [](Request&&, Reply reply) { reply.send({.body = std::string(16'000'000, 'x')}); });
  Peer sleeper(server->port(), 4096);
  sleeper.send(get("/a"));
  EXPECT_TRUE(eventually([&] { return server->counters().requests == 1; }));
  EXPECT_TRUE(eventually([&] { return server->counters().connections_open == 0; }));
}

TEST(Server, AnswersNoMoreWhileALargeAnswerIsNotRead) {
  std::atomic<int> asked = 0;
  const auto server = must_start({}, [&](Request&& request, Reply reply) {
    ++asked;
    reply.send({.body = std::string(request.target == "/large" ? 16'000'000 : 1, 'x')});
  });
  Peer sleeper(server->port(), 4096);
  sleeper.send(get("/large") + get("/large") + get("/large"));
  ASSERT_TRUE(eventually([&] { return asked > 0; }));
  Peer other(server->port());
  other.send(get("/small"));
  EXPECT_EQ(other.answer().body, "x");
  EXPECT_EQ(asked, 2) << "one thread serves both: what it went on with, it has gone on with";
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(sleeper.answer().body == std::string(16'000'000, 'x')) << "all of its pieces";
  }
}

TEST(Server, KeepsSoManyBytesOfAnswersThatNobodyReads) {
  ServerOptions options;
  options.limits.answer_bytes = 20'000'000;
  const auto server = must_start(options, [](Request&& request, Reply reply) {
    reply.send({.body = std::string(request.target == "/large" ? 16'000'000 : 1'000, 'x')});
  });
  Peer sleeper(server->port(), 4096), other(server->port());
  sleeper.send(get("/large"));
  ASSERT_TRUE(eventually([&] { return server->counters().answers[2] == 1; }));
  other.send(get("/large") + get("/small"));
  const Response refused = other.answer();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(code_of(refused), "unavailable");
  EXPECT_EQ(other.answer().body.size(), 1'000U) << "small ones are kept beyond it";
  sleeper.leave();
  EXPECT_TRUE(eventually([&] {
    other.send(get("/large"));
    return other.answer().status == 200;
  })) << "what is closed is not kept";
}

TEST(Server, StopsWhenAllIsAnswered) {
  Desk desk;
  ServerOptions options;
  options.threads = 2;
  options.limits.linger = 20ms;
  const auto server = must_start(options, desk.handler());
  // Two threads take connections in turn: each has one that has nothing to wait for.
  Peer quiet(server->port()), asking(server->port()), lost(server->port()), idle(server->port());
  asking.send(get("/a") + get("/b"));
  ASSERT_TRUE(eventually([&] { return desk.count() == 2; }));
  std::jthread stopper([&] { server->stop(kPatience); });
  EXPECT_EQ(quiet.rest(), "");
  EXPECT_EQ(idle.rest(), "") << "from here on both threads know";
  auto first = desk.take(), second = desk.take();
  second.second.send({.body = "b"});
  first.second.send({.body = "a"});
  EXPECT_EQ(asking.answer().body, "a");
  const Response last = asking.answer();
  EXPECT_EQ(last.body, "b");
  ASSERT_NE(last.headers.find("connection"), nullptr);
  EXPECT_EQ(*last.headers.find("connection"), "close");
  EXPECT_EQ(asking.rest(), "");
  stopper.join();
  EXPECT_EQ(server->counters().connections_open, 0U);
}

TEST(Server, StopsAtTheDeadlineAllTheSame) {
  Desk desk;
  auto server = must_start({.threads = 2}, desk.handler());
  Peer asking(server->port()), half(server->port());
  asking.send(get("/a"));
  half.send("GET / HTTP/1.1\r\nHo");
  auto held = desk.take();
  auto streaming = std::make_unique<Peer>(server->port());
  streaming->send(get("/s"));
  EventStream stream = desk.take().second.stream();
  ASSERT_TRUE(streaming->read_until("\r\n\r\n"));
  const std::size_t all = get("/a").size() + get("/s").size() + 18;
  ASSERT_TRUE(eventually([&] { return server->counters().bytes_read == all; }));
  server->stop(20ms);
  EXPECT_EQ(code_of(asking.answer()), kStopping);
  EXPECT_EQ(code_of(half.answer()), kStopping);
  EXPECT_FALSE(stream.open());
  EXPECT_FALSE(stream.push(std::make_shared<const std::string>("data: x\n\n")));
  server.reset();
  held.second.send({});  // a reply outlives the server
}

TEST(Server, CountsWhatItDoes) {
  const auto server = must_start({}, echo);
  {
    Peer peer(server->port());
    EXPECT_EQ(peer.send(get("/a") + get("/%")).answer().status, 200);
    EXPECT_EQ(peer.answer().status, 400);
  }
  ASSERT_TRUE(eventually([&] { return server->counters().connections_open == 0; }));
  const ServerCounters counters = server->counters();
  EXPECT_EQ(counters.connections_accepted, 1U);
  EXPECT_EQ(counters.requests, 1U);
  EXPECT_EQ(counters.answers[2], 1U);
  EXPECT_EQ(counters.answers[4], 1U);
  EXPECT_EQ(counters.bytes_read, get("/a").size() + get("/%").size());
  EXPECT_GT(counters.bytes_written, 200U);
  std::uint64_t measured = 0;
  for (const std::uint64_t count : counters.handler_latency) measured += count;
  EXPECT_EQ(measured, 1U);
}

// Many threads complete replies of many connections, in any order, while some peers leave.
TEST(Server, RepliesComeFromAnyThread) {
  Desk desk;
  const auto server = must_start({.threads = 2}, desk.handler());
  std::atomic<bool> over = false;
  std::vector<std::thread> workers;
  for (int i = 0; i < 2; ++i) {
    workers.emplace_back([&] {
      while (!over) {
        if (desk.count() == 0) {
          std::this_thread::yield();
          continue;
        }
        static std::mutex one_at_a_time;
        const std::unique_lock lock(one_at_a_time);
        if (desk.count() == 0) continue;
        auto [request, reply] = desk.take();
        reply.send({.body = request.target});
      }
    });
  }
  std::vector<Peer> peers;
  for (int i = 0; i < 16; ++i) peers.emplace_back(server->port());
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < peers.size(); ++i) {
      const std::string name = "/" + std::to_string(round) + "/" + std::to_string(i);
      peers[i].send(get(name) + get(name + "/2"));
    }
    for (std::size_t i = 0; i < peers.size(); ++i) {
      const std::string name = "/" + std::to_string(round) + "/" + std::to_string(i);
      EXPECT_EQ(peers[i].answer().body, name);
      EXPECT_EQ(peers[i].answer().body, name + "/2");
    }
  }
  over = true;
  for (std::thread& worker : workers) worker.join();
}

}  // namespace
}  // namespace tongsuan::net
