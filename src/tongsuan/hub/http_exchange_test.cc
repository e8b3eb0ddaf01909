// The exchange over HTTP: what is sent, and what is made of every kind of answer.
#include "tongsuan/hub/http_exchange.h"

#include <deque>
#include <gtest/gtest.h>
#include <mutex>

#include "tongsuan/hub/times.h"
#include "tongsuan/net/server.h"

namespace tongsuan::hub {
namespace {

constexpr const char* kWork = R"({"asOf":"9","items":[
  {"contract":"C-1A","order":"O-9","participant":"P-3","class":"h100","nodes":[1,0],
   "devicesPerNode":8,"from":"2026-12-01T08:00:00+08:00","until":"2026-12-01T02:00:00Z",
   "metered":"2026-12-01T00:30:00Z","phase":"running","live":true,"work":true},
  {"contract":"C-2","order":"O-9","participant":"P-3","class":"h100","nodes":[],
   "devicesPerNode":1,"from":"2026-12-01T00:00:00Z","until":null,
   "metered":"2026-12-01T00:00:00Z","phase":"dispatched","live":false,"work":false,"new":[1]}]})";

net::Response answer(int status, const std::string& body) {
  return {.status = status, .content_type = "application/json", .body = body};
}
net::Response problem(int status, const std::string& code) {
  return answer(status, R"({"title":"No","status":)" + std::to_string(status) + R"(,"code":")" +
                            code + R"(","detail":"because"})");
}

class HttpExchangeTest : public testing::Test {
 protected:
  HttpExchangeTest() {
    server = net::Server::start({}, [this](net::Request&& request, net::Reply reply) {
               const std::lock_guard lock(mutex);
               seen.push_back(request);
               net::Response next = answer(200, "{}");
               if (!answers.empty()) {
                 next = answers.front();
                 answers.pop_front();
               }
               reply.send(std::move(next));
             }).value();
    remote::Hooks hooks;
    hooks.unix_now = [] { return std::int64_t{1'796'000'000}; };
    hooks.pause = [](std::chrono::milliseconds) { return false; };
    exchange = make_http_exchange(
        remote::Exchange::make({.server = "http://127.0.0.1:" + std::to_string(server->port()),
                                .credential = {},
                                .ca_file = {},
                                .pending = {},
                                .timeout = std::chrono::milliseconds(5'000)},
                               hooks)
            .value(),
        {.hub = "guian", .holder = "agent 1", .lease_seconds = 90});
  }

  std::mutex mutex;
  std::deque<net::Response> answers;
  std::vector<net::Request> seen;
  std::unique_ptr<net::Server> server;
  std::unique_ptr<Exchange> exchange;
};

TEST_F(HttpExchangeTest, TakesALease) {
  answers = {answer(200, R"({"epoch":7,"sequence":"1","state":"accepted"})")};
  const Said<Lease> lease = exchange->lease({.take_over = true, .accepting = false, .detail = "x"});
  ASSERT_TRUE(lease.ok()) << lease.error().what;
  EXPECT_EQ(lease.value().epoch, 7U);
  EXPECT_EQ(lease.value().until, lease.value().now + 90);
  EXPECT_GT(lease.value().now, 1'700'000'000);
  EXPECT_EQ(seen[0].target, "/v1/hubs/guian:lease");
  EXPECT_EQ(seen[0].body,
            R"({"holder":"agent 1","epoch":0,"seconds":90,"takeOver":true,"accepting":false,)"
            R"("detail":"x"})");
  EXPECT_NE(seen[0].headers.find("idempotency-key"), nullptr);
  answers = {problem(409, "held"), problem(409, "fenced"), answer(200, "{}")};
  EXPECT_EQ(exchange->lease({}).error().kind, TroubleKind::kHeld);
  EXPECT_EQ(exchange->lease({}).error().kind, TroubleKind::kFenced);
  EXPECT_EQ(exchange->lease({}).error().kind, TroubleKind::kAway);
}

TEST_F(HttpExchangeTest, ReadsTheList) {
  net::Response list = answer(200, kWork);
  list.headers.list.push_back({"ETag", "\"9\""});
  answers = {list, {.status = 304}};
  const auto contracts = exchange->contracts().value().value();
  ASSERT_EQ(contracts.size(), 2U);
  Contract expected{"C-1A", "P-3", "h100", {0, 1}, 8, 0, 0, 0, "running", true, true};
  expected.from = *read_time("2026-12-01T00:00:00Z");
  expected.until = expected.from + 7'200;
  expected.metered = expected.from + 1'800;
  EXPECT_EQ(contracts[0], expected);
  EXPECT_FALSE(contracts[1].until);
  EXPECT_FALSE(exchange->contracts().value()) << "unchanged";
  EXPECT_EQ(*seen[1].headers.find("if-none-match"), "\"9\"");
}

TEST_F(HttpExchangeTest, ReadsListsByPages) {
  std::string first = kWork;
  first.insert(1, R"("nextPageToken":"abc=",)");
  answers = {answer(200, first), answer(200, R"({"items":[]})"), answer(200, R"({"items":[]})")};
  EXPECT_EQ(exchange->contracts().value()->size(), 2U);
  EXPECT_EQ(seen[1].target, "/v1/hubs/guian/work?pageSize=500&pageToken=abc%3D");
  EXPECT_TRUE(exchange->contracts().value()->empty());
  EXPECT_EQ(seen[2].headers.find("if-none-match"), nullptr);
}

TEST_F(HttpExchangeTest, TellsEachKindOfMessage) {
  const std::tuple<Message, std::string, std::string> kCases[] = {
      {{MessageKind::kReport, "C-1A", 9, "staging", "12 of 40 GB", 0, 0, false},
       "/v1/contracts/C-1A:report",
       R"({"phase":"staging","detail":"12 of 40 GB"})"},
      {{MessageKind::kMeter, "C-1A", 9, "", "", 1'800'000'000, 1'800'000'060, false},
       "/v1/contracts/C-1A:meter",
       R"({"from":"2027-01-15T08:00:00Z","until":"2027-01-15T08:01:00Z"})"},
      {{MessageKind::kEnd, "C-1A", 9, "completed", "exit code 0", 0, 0, false},
       "/v1/contracts/C-1A:end",
       R"({"reason":"completed","detail":"exit code 0"})"},
      {{MessageKind::kSettle, "C-1A", 9, "", "", 0, 7, false},
       "/v1/contracts/C-1A:settle",
       R"({"overrunSeconds":7})"},
      {{MessageKind::kNodes, "", 9, "h100", "", 2, 4, true},
       "/v1/hubs/guian/nodes:report",
       R"({"class":"h100","begin":2,"end":4,"up":true})"},
  };
  for (const auto& [message, target, body] : kCases) {
    ASSERT_TRUE(exchange->tell(message, 5).ok());
    EXPECT_EQ(seen.back().target, target);
    EXPECT_EQ(seen.back().body, body);
    EXPECT_EQ(*seen.back().headers.find("idempotency-key"), message_key("guian", message, 5));
    const std::string* epoch = seen.back().headers.find("hub-epoch");
    ASSERT_NE(epoch, nullptr) << seen.back().target;
    EXPECT_EQ(*epoch, "5");
  }
}

TEST_F(HttpExchangeTest, TellsWhatIsFinalFromWhatIsNot) {
  const std::tuple<int, std::string, TroubleKind> kCases[] = {
      {401, "expired", TroubleKind::kAway},        {403, "forbidden", TroubleKind::kAway},
      {403, "not-yours", TroubleKind::kRefused},   {404, "unknown", TroubleKind::kRefused},
      {409, "not-running", TroubleKind::kRefused}, {409, "used-id", TroubleKind::kRefused},
      {422, "time", TroubleKind::kRefused},        {429, "rate", TroubleKind::kAway},
      {503, "stopping", TroubleKind::kAway},       {409, "fenced", TroubleKind::kFenced}};
  for (const auto& [status, code, kind] : kCases) {
    answers = {problem(status, code)};
    const Said<Done> said = exchange->tell({.kind = MessageKind::kSettle, .contract = "C-1"}, 1);
    ASSERT_FALSE(said.ok());
    EXPECT_EQ(said.error().kind, kind) << code;
  }
  answers = {answer(502, "<html>")};
  EXPECT_EQ(exchange->tell({.kind = MessageKind::kSettle, .contract = "C-1"}, 1).error().kind,
            TroubleKind::kAway);
}

TEST_F(HttpExchangeTest, ReadsWorkAndPools) {
  answers = {answer(200, R"({"script":"#!/bin/sh\n","environment":{"LR":"1"},"service":"spot",
                            "stageIn":[{"from":"s3://a","to":"in"}]})"),
             answer(200, R"({"hub":"guian","pools":[{"class":"h100","nodes":4,"nodeDevices":8,
                            "freeDevices":3,"downNodes":0,"ask":{}}]})")};
  const WorkText text = exchange->work("C-1A").value();
  EXPECT_EQ(seen[0].target, "/v1/contracts/C-1A/work");
  EXPECT_TRUE(text.spot);
  EXPECT_EQ(text.environment.at("LR"), "1");
  EXPECT_EQ(text.stage_in, (std::vector<Transfer>{{"s3://a", "in"}}));
  const std::vector<Pool> pools = exchange->pools().value();
  ASSERT_EQ(pools.size(), 1U);
  EXPECT_EQ(pools[0].devices, 8U);
}

TEST(HttpAnswers, ThatCannotBeReadDecideNothing) {
  const std::string good = kWork;
  ASSERT_TRUE(read_work_page(good).ok());
  for (const auto& [what, instead] : std::initializer_list<std::pair<std::string, std::string>>{
           {"C-1A", "C-0A"},
           {"[1,0]", "[-1]"},
           {"2026-12-01T02:00:00Z", "tomorrow"},
           {"\"live\":true", "\"live\":1"},
           {"\"devicesPerNode\":8", "\"devicesPerNode\":0"}}) {
    std::string bad = good;
    bad.replace(bad.find(what), what.size(), instead);
    EXPECT_FALSE(read_work_page(bad).ok()) << instead;
  }
  EXPECT_FALSE(read_work_text("{}").ok());
  EXPECT_FALSE(read_work_text(R"({"script":"x","environment":{"A":1}})").ok());
  EXPECT_FALSE(read_pools("[]").ok());
}

TEST(Times, AreReadAndWritten) {
  EXPECT_EQ(read_time("2027-01-15T08:00:00Z"), 1'800'000'000);
  EXPECT_EQ(read_time("2027-01-15T16:00:00+08:00"), 1'800'000'000);
  EXPECT_EQ(write_time(1'800'000'000), "2027-01-15T08:00:00Z");
  EXPECT_EQ(write_time(0), "1970-01-01T00:00:00Z");
  for (const char* bad : {"", "2027-01-15T08:00:00", "2027-02-30T08:00:00Z", "2027-01-15 08:00:00Z",
                          "2027-01-15T24:00:00Z", "2027-01-15T08:00:00+8:00", "2027-1-15T08:00:00Z",
                          "2027-01-15T08:00:00Zx"}) {
    EXPECT_FALSE(read_time(bad)) << bad;
  }
}

// ---- Output ----------------------------------------------------------------------------------

constexpr const char* kWanted = R"({"asOf":"9","items":[],"wanted":[
  {"contract":"C-1A","stream":"stderr","tail":100},
  {"contract":"C-2","stream":"stdout","from":0}]})";

TEST_F(HttpExchangeTest, HearsWhatIsWantedAndBringsIt) {
  answers = {answer(200, kWanted), answer(200, R"({"readers":2})"), answer(200, kWork)};
  ASSERT_TRUE(exchange->contracts().ok());
  const std::vector<OutputWant> wanted = exchange->wanted();
  ASSERT_EQ(wanted.size(), 2U);
  EXPECT_EQ(wanted[0], (OutputWant{"C-1A", cluster::Stream::kStderr, {.from = {}, .tail = 100}}));
  EXPECT_EQ(wanted[1].extent.from, 0U);
  const cluster::Piece piece{4, 7, std::string("\xff\0a", 3), true};
  ASSERT_TRUE(exchange->bring(wanted[0], piece, 3).ok());
  EXPECT_EQ(seen.back().target, "/v1/contracts/C-1A/log");
  EXPECT_EQ(seen.back().body,
            R"({"stream":"stderr","tail":100,"offset":4,"size":7,"ended":true,"bytes":"_wBh"})");
  EXPECT_EQ(*seen.back().headers.find("hub-epoch"), "3");
  ASSERT_TRUE(exchange->contracts().ok());
  EXPECT_TRUE(exchange->wanted().empty()) << "what was wanted is not wanted for ever";
}

TEST_F(HttpExchangeTest, SaysWhyThereIsNoOutput) {
  EXPECT_EQ(body_of({"C-2", cluster::Stream::kStdout, {.from = 9}}, std::string("it is a link")),
            R"({"stream":"stdout","from":9,"missing":"it is a link"})");
  answers = {problem(409, "not-wanted"), problem(409, "fenced")};
  const OutputWant want{"C-2", cluster::Stream::kStdout, {}};
  EXPECT_EQ(exchange->bring(want, cluster::Piece{}, 1).error().kind, TroubleKind::kRefused);
  EXPECT_EQ(exchange->bring(want, cluster::Piece{}, 1).error().kind, TroubleKind::kFenced);
}

TEST(WorkPages, NameWhatIsWantedStrictly) {
  for (const char* wanted :
       {R"({"contract":"C-1","stream":"stdout"})", R"({"contract":"C-1","stream":"x","tail":1})",
        R"({"contract":"../x","stream":"stdout","tail":1})",
        R"({"contract":"C-1","stream":"stdout","tail":1,"from":1})",
        R"({"contract":"C-1","stream":"stdout","tail":0})",
        R"({"contract":"C-1","stream":"stdout","from":-1})", "7"}) {
    const std::string body = std::string(R"({"items":[],"wanted":[)") + wanted + "]}";
    EXPECT_FALSE(read_work_page(body).ok()) << wanted;
  }
}

}  // namespace
}  // namespace tongsuan::hub
