// Everything that a stranger can send wrongly, over real sockets.
#include <gtest/gtest.h>

#include "tongsuan/net/net_fixture.h"

namespace tongsuan::net {
namespace {

ServerOptions small() {
  ServerOptions options;
  options.limits.header_bytes = 1024;
  options.limits.target_bytes = 256;
  options.limits.headers = 8;
  options.limits.body_bytes = 2048;
  options.limits.linger = 20ms;
  return options;
}

struct Bad {
  const char* name;
  std::string bytes;
  int status;
  std::string_view code;
};

std::string with(const std::string& headers) {
  return "POST /a HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
}

// One server for all of them: none of these may harm those that come after.
std::vector<Bad> bad_requests() {
  const std::string many(3000, 'a');
  std::string headers;
  for (int i = 0; i < 9; ++i) headers += "X-" + std::to_string(i) + ": 1\r\n";
  return {
      {"oversized header", with("X: " + many + "\r\n"), 431, kHeadersTooLarge},
      {"too many headers", with(headers), 431, kHeadersTooLarge},
      {"an oversized header without end", "GET /a HTTP/1.1\r\nHost: x\r\nX: " + many, 431,
       kHeadersTooLarge},
      {"a target without end", "GET /" + many, 414, kTargetTooLong},
      {"a long target", get("/" + many.substr(0, 300)), 414, kTargetTooLong},
      {"a body said to be too large", with("Content-Length: 2049\r\n"), 413, kBodyTooLarge},
      {"chunks that are too large", chunked("801\r\n"), 413, kBodyTooLarge},
      {"chunks without end",
       chunked("400\r\n" + many.substr(0, 1024) + "\r\n400\r\n" + many.substr(0, 1024) +
               "\r\n1\r\na\r\n"),
       413, kBodyTooLarge},
      {"a chunk's size that is none", chunked("zz\r\n"), 400, kBadChunk},
      {"a negative chunk", chunked("-1\r\n"), 400, kBadChunk},
      {"a chunk's size beyond 64 bits", chunked("11111111111111111\r\n"), 400, kBadChunk},
      {"a chunk longer than it says", chunked("1\r\naaaa\r\n"), 400, kBadChunk},
      {"a chunk's line without end", chunked("1;x=" + many + many), 400, kBadChunk},
      {"length and chunks", with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), 400,
       kAmbiguousLength},
      {"chunks and length", with("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), 400,
       kAmbiguousLength},
      {"two lengths", with("Content-Length: 3\r\nContent-Length: 4\r\n"), 400, kAmbiguousLength},
      {"one length twice", with("Content-Length: 3\r\nContent-Length: 3\r\n"), 400,
       kAmbiguousLength},
      {"a list of lengths", with("Content-Length: 3, 3\r\n"), 400, kAmbiguousLength},
      {"a length with a sign", with("Content-Length: +3\r\n"), 400, kAmbiguousLength},
      {"a length beyond 64 bits", with("Content-Length: 99999999999999999999\r\n"), 400,
       kAmbiguousLength},
      {"chunked twice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400,
       kAmbiguousLength},
      {"another encoding", with("Transfer-Encoding: gzip\r\n"), 501, kUnknownEncoding},
      {"encodings", with("Transfer-Encoding: gzip, chunked\r\n"), 501, kUnknownEncoding},
      {"chunked in disguise", with("Transfer-Encoding: xchunked\r\n"), 501, kUnknownEncoding},
      {"chunks in HTTP/1.0", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
       kAmbiguousLength},
      {"a blank before the colon", with("Content-Length : 3\r\n"), 400, kBadRequest},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400, kBadHeader},
      {"two hosts", with("Host: y\r\n"), 400, kDuplicateHeader},
      {"two authorizations", with("Authorization: a\r\nAuthorization: b\r\n"), 400,
       kDuplicateHeader},
      {"two keys", with("Idempotency-Key: a\r\nidempotency-key: a\r\n"), 400, kDuplicateHeader},
      {"a control byte in a header", with("X: a\x01z\r\n"), 400, ""},
      {"a NUL in a header", with(std::string("X: a\0z\r\n", 8)), 400, ""},
      {"a bare line feed", "GET / HTTP/1.1\nHost: x\n\n", 505, kUnknownVersion},
      {"an escape cut short", get("/a%4"), 400, kBadTarget},
      {"an escape of no digits", get("/a%zz"), 400, kBadTarget},
      {"an escaped NUL", get("/a%00"), 400, kBadTarget},
      {"an escaped line feed", get("/a?b=%0a"), 400, kBadTarget},
      {"dots", get("/a/../b"), 400, kBadTarget},
      {"escaped dots", get("/a/%2e%2E/b"), 400, kBadTarget},
      {"an escaped slash", get("/a%2fb"), 400, kBadTarget},
      {"no UTF-8", get("/%c3%28"), 400, kBadTarget},
      {"a fragment", get("/a#b"), 400, kBadTarget},
      {"a whole address", get("http://x/a"), 400, kBadTarget},
      {"a parameter without name", get("/a?=1"), 400, kBadTarget},
      {"bytes above ASCII", get("/\xc3\xa9"), 400, kBadTarget},
      {"NUL bytes", std::string(20, '\0'), 400, kBadRequest},
      {"HTTP/0.9", "GET /\r\n\r\n", 400, ""},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, kUnknownVersion},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505, kUnknownVersion},
      {"TLS", std::string("\x16\x03\x01\x02\x00\x01", 6) + many, 400, kBadRequest},
      {"a method nobody knows", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501, kUnknownMethod},
      {"TRACE", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 501, kUnknownMethod},
      {"CONNECT", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 501, kUnknownMethod},
      {"another expectation", with("Expect: 200-ok\r\n"), 417, kUnknownExpectation},
  };
}

TEST(Refusals, EachBadRequestIsNamed) {
  const auto server = must_start(small(), echo);
  for (const Bad& bad : bad_requests()) {
    SCOPED_TRACE(bad.name);
    Peer peer(server->port());
    const Response response = peer.send(bad.bytes).answer();
    EXPECT_EQ(response.status, bad.status) << response.body;
    EXPECT_EQ(response.content_type, "application/problem+json");
    if (!bad.code.empty()) {
      EXPECT_EQ(code_of(response), bad.code);
    }
    EXPECT_EQ(peer.rest(), "") << "the connection ends there";
  }
  EXPECT_EQ(server->counters().requests, 0U) << "none reached the handler";
  EXPECT_EQ(Peer(server->port()).send(get("/a")).answer().status, 200);
}

TEST(Refusals, NothingBehindABadRequestIsCarriedOut) {
  const auto server = must_start(small(), echo);
  Peer peer(server->port());
  peer.send(get("/first") + with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n") +
            "0\r\n\r\n" + get("/smuggled"));
  EXPECT_EQ(peer.answer().body, "GET /first ");
  EXPECT_EQ(peer.answer().status, 400);
  EXPECT_EQ(peer.rest(), "");
  EXPECT_EQ(server->counters().requests, 1U);
}

TEST(Refusals, SlowOnesAreNotWaitedFor) {
  ServerOptions options = small();
  options.limits.header_deadline = 40ms;
  options.limits.body_deadline = 40ms;
  const auto server = must_start(options, echo);
  Peer header(server->port()), body(server->port()), chunks(server->port());
  header.send("GET / HTTP/1.1\r\nHos");
  body.send(with("Content-Length: 9\r\n") + "abc");
  chunks.send(chunked("1\r\na\r\n"));
  EXPECT_EQ(code_of(header.answer()), kHeaderTimeout);
  EXPECT_EQ(code_of(body.answer()), kBodyTimeout);
  // A chunk now and then does not help.
  std::thread sender([&] {
    for (int i = 0; i < 10; ++i) {
      chunks.send("1\r\na\r\n");
      std::this_thread::sleep_for(10ms);
    }
  });
  const Response response = chunks.answer();
  sender.join();
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(code_of(response), kBodyTimeout);
}

TEST(Refusals, QuietOnesAreClosed) {
  ServerOptions options = small();
  options.limits.idle_deadline = 20ms;
  const auto server = must_start(options, echo);
  EXPECT_EQ(Peer(server->port()).rest(), "");
  EXPECT_TRUE(eventually([&] {
    Peer peer(server->port());  // may be so slow itself that it is closed before it asks
    return peer.send(get("/a")).answer().status == 200 && peer.rest().empty();
  }));
}

TEST(Refusals, ATruncatedBodyIsNoRequest) {
  const auto server = must_start(small(), echo);
  Peer peer(server->port());
  const Response response = peer.send(with("Content-Length: 9\r\n") + "abc").end_sending().answer();
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(code_of(response), kTruncatedRequest);
  EXPECT_EQ(server->counters().requests, 0U);
}

TEST(Refusals, TooManyConnectionsOfOneAddress) {
  ServerOptions options = small();
  options.limits.connections_per_address = 2;
  const auto server = must_start(options, echo);
  Peer first(server->port()), second(server->port());
  EXPECT_EQ(first.send(get("/a")).answer().status, 200);
  EXPECT_EQ(second.send(get("/a")).answer().status, 200);
  const Response refused = Peer(server->port()).answer();
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(code_of(refused), kConnectionsOfAddress);
  second.leave();
  EXPECT_TRUE(eventually([&] { return server->counters().connections_open == 1; }));
  EXPECT_EQ(Peer(server->port()).send(get("/a")).answer().status, 200);
  EXPECT_EQ(server->counters().connections_refused, 1U);
}

TEST(Refusals, TooManyConnectionsInAll) {
  ServerOptions options = small();
  options.limits.connections = 1;
  const auto server = must_start(options, echo);
  Peer first(server->port());
  EXPECT_EQ(first.send(get("/a")).answer().status, 200);
  EXPECT_EQ(code_of(Peer(server->port()).answer()), kConnections);
}

TEST(Refusals, AServiceShapesThem) {
  ServerOptions options = small();
  options.problem = [](const Problem& problem) {
    return Response{.status = problem.status, .body = "own " + std::string(problem.code)};
  };
  const auto server = must_start(options, echo);
  EXPECT_EQ(Peer(server->port()).send(get("/%")).answer().body, "own bad_target");
}

TEST(Refusals, APortInUseIsSaid) {
  const auto server = must_start(small(), echo);
  ServerOptions options = small();
  options.port = server->port();
  const auto second = Server::start(options, echo);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().context,
            "port " + std::to_string(server->port()) + " is in use by another program");
  EXPECT_NE(second.error().hint.find("--listen 127.0.0.1:0"), std::string::npos);
  options.address = "localhost";
  EXPECT_FALSE(Server::start(options, echo).ok());
  options.threads = 0;
  EXPECT_FALSE(Server::start(options, echo).ok());
}

}  // namespace
}  // namespace tongsuan::net
