// Requests to a server on loopback that answers, refuses, hangs up and comes back.
#include "tongsuan/remote/exchange.h"

#include <deque>
#include <mutex>
#include <vector>

#include "tongsuan/net/server.h"
#include "tongsuan/remote/pending.h"
#include "tongsuan/remote/remote_fixture.h"

namespace tongsuan::remote {
namespace {

using std::chrono::milliseconds;

class PendingTest : public FolderTest {};

TEST_F(PendingTest, AKeyIsTakenUpUntilItIsAnswered) {
  std::string key;
  {
    PendingKey first = PendingKey::take(folder + "/p", "request", "one").value();
    EXPECT_FALSE(first.resumed());
    key = first.key();
    // While its process lives, somebody else who asks the same means something else.
    const PendingKey other = PendingKey::take(folder + "/p", "request", "one").value();
    EXPECT_NE(other.key(), key);
    const_cast<PendingKey&>(other).answered();
  }
  PendingKey again = PendingKey::take(folder + "/p", "request", "two").value();
  EXPECT_TRUE(again.resumed());
  EXPECT_EQ(again.key(), key);
  EXPECT_EQ(again.body(), "one") << "what was sent first is sent again";
  again.answered();
  EXPECT_FALSE(PendingKey::take(folder + "/p", "request", "two").value().resumed());
}

TEST_F(PendingTest, AFileThatIsNotWholeWasNotSent) {
  std::string path;
  {
    const PendingKey first = PendingKey::take(folder, "request", "body").value();
    for (const auto& entry : std::filesystem::directory_iterator(folder)) path = entry.path();
  }
  std::filesystem::resize_file(path, 3);
  const PendingKey again = PendingKey::take(folder, "request", "other").value();
  EXPECT_FALSE(again.resumed());
  EXPECT_EQ(again.body(), "other");
}

net::Response problem(int status, const std::string& code, const std::string& retry_after = {}) {
  net::Response response{.status = status, .content_type = "application/problem+json"};
  response.body = R"({"title":"No","status":)" + std::to_string(status) + R"(,"code":")" + code +
                  R"(","detail":"because"})";
  if (!retry_after.empty()) response.headers.list.push_back({"Retry-After", retry_after});
  return response;
}
net::Response good(const std::string& body) {
  net::Response response{.status = 200, .content_type = "application/json"};
  response.headers.list.push_back({"ETag", "\"7\""});
  response.body = body;
  return response;
}

class ExchangeTest : public FolderTest {
 protected:
  ExchangeTest() { start(); }

  void start(std::uint16_t port = 0) {
    net::ServerOptions options;
    options.port = port;
    server = net::Server::start(options, [this](net::Request&& request, net::Reply reply) {
               const std::lock_guard lock(mutex);
               seen.push_back(request);
               net::Response answer = good("{}");
               if (!answers.empty()) {
                 answer = answers.front();
                 answers.pop_front();
               }
               if (answer.status != 0) reply.send(std::move(answer));
               if (answer.status == 0) hung.push_back(std::move(reply));
             }).value();
  }
  Exchange make(int timeout_milliseconds = 5'000) {
    Hooks hooks;
    hooks.unix_now = [] { return std::int64_t{1'795'000'000}; };
    hooks.pause = [this](milliseconds pause) {
      pauses.push_back(pause.count());
      return pauses.size() < 20;
    };
    hooks.resuming = [this] { ++resumed; };
    return Exchange::make({.server = "http://127.0.0.1:" + std::to_string(server->port()),
                           .credential = credential,
                           .ca_file = {},
                           .pending = folder + "/pending",
                           .timeout = milliseconds(timeout_milliseconds),
                           .body_bytes_max = body_bytes_max},
                          hooks)
        .value();
  }
  static Call order() {
    return {.method = net::Method::kPost, .target = "/v1/orders", .body = "{}", .once = true};
  }
  std::size_t pending() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(folder + "/pending")) {
      ++count;
    }
    return count;
  }

  std::mutex mutex;
  std::deque<net::Response> answers;
  std::vector<net::Request> seen;
  std::vector<net::Reply> hung;
  std::vector<std::int64_t> pauses;
  int resumed = 0;
  std::size_t body_bytes_max = kTextBytesMax;
  std::optional<Credential> credential;
  std::unique_ptr<net::Server> server;
};

TEST_F(ExchangeTest, SignsWhatItSends) {
  credential = Credential{.server = "x", .key = "K-0102030405060708", .secret = "s"};
  Exchange exchange = make();
  const Reply reply = exchange.ask(order()).value();
  EXPECT_EQ(reply.etag, "\"7\"");
  const std::string& header = *seen[0].headers.find("authorization");
  EXPECT_TRUE(header.starts_with("Tongsuan-HMAC key=K-0102030405060708, time=1795000000, nonce="))
      << header;
  EXPECT_EQ(seen[0].headers.find("idempotency-key")->size(), 24U);
  EXPECT_EQ(*seen[0].headers.find("content-type"), "application/json");
  EXPECT_EQ(pending(), 0U);
  credential = Credential{.server = "x", .token = "dev-a"};
  Exchange other = make();
  ASSERT_TRUE(other.get("/v1/orders").ok());
  EXPECT_EQ(*seen[1].headers.find("authorization"), "Bearer dev-a");
  EXPECT_EQ(seen[1].headers.find("idempotency-key"), nullptr);
}

TEST_F(ExchangeTest, RepeatsUnderOneKeyAndWaitsAsLongAsItIsTold) {
  answers = {problem(503, "unavailable", "1"), problem(429, "rate-limited"), good("{}")};
  Exchange exchange = make();
  ASSERT_TRUE(exchange.ask(order()).ok());
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(*seen[0].headers.find("idempotency-key"), *seen[2].headers.find("idempotency-key"));
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{1'000, 200}));
}

TEST_F(ExchangeTest, ARefusalIsAnAnswer) {
  answers = {problem(402, "no-money")};
  Exchange exchange = make();
  const Asked<Reply> reply = exchange.ask(order());
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().problem.code, "no-money");
  EXPECT_EQ(reply.error().problem.detail, "because");
  EXPECT_FALSE(reply.error().in_doubt);
  EXPECT_EQ(seen.size(), 1U);
  EXPECT_EQ(pending(), 0U);
}

TEST_F(ExchangeTest, ATimeoutKeepsTheKeyAndTheNextOneTakesItUp) {
  answers = {net::Response{.status = 0}};
  Exchange exchange = make(100);
  const Asked<Reply> lost = exchange.ask(order());
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().kind, TroubleKind::kTimeout);
  EXPECT_TRUE(lost.error().in_doubt);
  EXPECT_EQ(pending(), 1U);
  Exchange later = make();
  ASSERT_TRUE(later.ask(order()).ok());
  EXPECT_EQ(resumed, 1);
  EXPECT_EQ(*seen.front().headers.find("idempotency-key"),
            *seen.back().headers.find("idempotency-key"));
  EXPECT_EQ(pending(), 0U);
}

TEST_F(ExchangeTest, SendsAKeyThatItsCallerKeeps) {
  answers = {problem(503, "stopping"), good("{}")};
  Exchange exchange = make();
  Call call = order();
  call.key = "kept-elsewhere-1";
  call.more.list.push_back({"hub-epoch", "7"});
  ASSERT_TRUE(exchange.ask(call).ok());
  ASSERT_EQ(seen.size(), 2U);
  for (const net::Request& request : seen) {
    EXPECT_EQ(*request.headers.find("idempotency-key"), "kept-elsewhere-1");
    EXPECT_EQ(*request.headers.find("hub-epoch"), "7");
  }
  EXPECT_FALSE(std::filesystem::exists(folder + "/pending"));
}

TEST_F(ExchangeTest, UnchangedIsAnAnswerToWhoAskedForChanges) {
  const net::Response unchanged{.status = 304};
  answers = {unchanged, unchanged};
  Exchange exchange = make();
  EXPECT_FALSE(exchange.get("/v1/market").ok());
  Call call{.target = "/v1/market"};
  call.more.list.push_back({"if-none-match", "\"7\""});
  EXPECT_EQ(exchange.ask(call).value().status, 304);
}

TEST_F(ExchangeTest, NobodyThereIsTriedThreeTimesAndLeavesNothing) {
  Exchange exchange = make();
  server.reset();
  const Asked<Reply> reply = exchange.ask(order());
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().kind, TroubleKind::kUnreachable);
  EXPECT_FALSE(reply.error().in_doubt);
  EXPECT_EQ(pauses.size(), 2U);
  EXPECT_EQ(pending(), 0U);
}

TEST_F(ExchangeTest, WhatIsNotOfAnExchangeIsToldAsSuch) {
  answers = {net::Response{.status = 404, .content_type = "text/html", .body = "<p>"},
             net::Response{.status = 502, .content_type = "text/html", .body = "<p>"}};
  Exchange exchange = make();
  EXPECT_EQ(exchange.get("/v1/market").error().kind, TroubleKind::kBadAnswer);
  const Asked<Reply> gate = exchange.get("/v1/market");
  EXPECT_EQ(gate.error().kind, TroubleKind::kBadAnswer);
  EXPECT_EQ(gate.error().problem.status, 502);
}

TEST_F(ExchangeTest, TakesNoMoreThanItIsMeantTo) {
  body_bytes_max = 1'000;
  answers = {good(std::string(1'000, ' ')), good(std::string(1'001, ' '))};
  Exchange exchange = make();
  EXPECT_TRUE(exchange.get("/v1/market").ok());
  const Asked<Reply> much = exchange.get("/v1/market");
  ASSERT_FALSE(much.ok());
  EXPECT_EQ(much.error().kind, TroubleKind::kBadAnswer);
  EXPECT_NE(much.error().what.find("larger than allowed"), std::string::npos) << much.error().what;
}

TEST(Exchange, SendsNoCredentialsThatOthersCouldRead) {
  const Asked<Exchange> made =
      Exchange::make({.server = "http://exchange.example.com",
                      .credential = Credential{.server = "x", .token = "t"},
                      .ca_file = {},
                      .pending = {}},
                     {});
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().kind, TroubleKind::kCannotAsk);
}

TEST(Exchange, ReadsDatesAndWritesQueries) {
  EXPECT_EQ(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784'111'777);
  EXPECT_EQ(http_date("yesterday"), std::nullopt);
  EXPECT_EQ(with_query("/a", "b", ""), "/a");
  EXPECT_EQ(with_query(with_query("/a", "b", "1+2"), "c", "d e"), "/a?b=1%2B2&c=d%20e");
}

}  // namespace
}  // namespace tongsuan::remote
