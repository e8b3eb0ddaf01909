// What a contract's work says: who may ask, what the agent is told, and who is answered.
#include <future>
#include <gtest/gtest.h>
#include <thread>

#include "tongsuan/base/text.h"
#include "tongsuan/server/internal/core.h"
#include "tongsuan/server/service_fixture.h"
#include "tongsuan/server/values.h"

namespace tongsuan::server::testing {
namespace {

// The hub east is run by east-idc, and contract C-0 of alice runs there.
class LogsAsked : public ServiceTest {
 protected:
  static constexpr const char* kLog = "/v1/contracts/C-0/log";

  void SetUp() override {
    ServiceTest::SetUp();
    open_buyer("alice");
    open_buyer("bob");
    open("west-idc", "hub");
    open("audit", "auditor");
    const std::string east = open("east-idc", "hub");
    const auto given =
        ask(net::Method::kPut, "/v1/hubs/east/supplier", "operator",
            R"({"participant":")" + east + "\"}", {{"idempotency-key", "supplier-of-east"}});
    ASSERT_LT(given.status, 300) << given.body;
  }
  void lease() {
    const auto leased =
        post("/v1/hubs/east:lease", "east-idc", R"({"holder":"agent-1","seconds":600})");
    ASSERT_EQ(leased.status, 200) << leased.body;
  }
  void run() {
    submit("alice", order(R"("hubs":["east"],"limit":{"amount":"5.00","currency":"CNY"})"));
    for (int i = 0; i < 200 && get("/v1/contracts/C-0", "alice").status != 200; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ASSERT_EQ(get("/v1/contracts/C-0", "alice").status, 200);
  }
  std::future<net::Response> wait_for(const std::string& query, const std::string& who = "alice") {
    return std::async(std::launch::async, [this, query, who] { return get(kLog + query, who); });
  }
  // The agent's list, once it names so many pieces.
  std::string work(std::size_t wanted) {
    std::string body;
    for (int i = 0; i < 500; ++i) {
      body = get("/v1/hubs/east/work", "east-idc").body;
      std::size_t count = 0;
      for (std::size_t at = 0;
           (at = body.find(R"({"contract":"C-0","stream")", at)) != std::string::npos; ++at) {
        ++count;
      }
      if (count == wanted) return body;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << body;
    return body;
  }
  net::Response bring(const std::string& members, const std::string& epoch = "1",
                      const std::string& who = "east-idc", const std::string& target = kLog) {
    Headers headers;
    if (!epoch.empty()) headers.push_back({"hub-epoch", epoch});
    return ask(net::Method::kPost, target, who, "{" + members + "}", std::move(headers));
  }
  static std::string piece(const std::string& bytes, const std::string& asked = R"("tail":65536)",
                           std::int64_t offset = 0) {
    const auto size = offset + static_cast<std::int64_t>(bytes.size());
    return R"("stream":"stdout",)" + asked + R"(,"offset":)" + std::to_string(offset) +
           R"(,"size":)" + std::to_string(size) + R"(,"ended":false,"bytes":")" + base64url(bytes) +
           '"';
  }
  static std::string fault(const net::Response& response) {
    return code(response) + " " + member(response, "param");
  }
};

TEST_F(LogsAsked, AreBroughtByTheAgent) {
  lease();
  run();
  EXPECT_EQ(get("/v1/hubs/east/work", "east-idc").body.find("wanted"), std::string::npos);
  auto asked = wait_for("?stream=stdout&tail=100");
  EXPECT_NE(work(1).find(R"("wanted":[{"contract":"C-0","stream":"stdout","tail":100}])"),
            std::string::npos);
  const std::string bytes("\xff\0\n\x1b[0m", 7);
  const auto brought = bring(piece(bytes, R"("tail":100)", 50));
  EXPECT_EQ(brought.body, R"({"readers":1})");
  const std::string metrics = get("/metrics").body;
  EXPECT_NE(metrics.find("\ntongsuan_log_pieces_total 1\n"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("\ntongsuan_hub_takes_contracts{hub=\"east\"} 1\n"), std::string::npos);
  const net::Response answer = asked.get();
  EXPECT_EQ(answer.body,
            R"({"contract":"C-0","stream":"stdout","offset":50,"size":57,"ended":false,"bytes":")" +
                base64url(bytes) + "\"}");
  EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
  EXPECT_EQ(work(0).find("wanted"), std::string::npos);
  auto more = wait_for("?stream=stderr&from=57");
  EXPECT_NE(work(1).find(R"("stream":"stderr","from":57})"), std::string::npos);
  EXPECT_EQ(code(bring(R"("stream":"stderr","from":57,"offset":0,"size":3,"ended":true,)"
                       R"("bytes":"YWJj")")),
            "ok");
  EXPECT_NE(more.get().body.find(R"("offset":0,"size":3,"ended":true,"bytes":"YWJj")"),
            std::string::npos);
}

TEST_F(LogsAsked, AreForTheBuyerAndTheHubOnly) {
  lease();
  run();
  EXPECT_EQ(code(get(kLog, "bob")), "unknown");
  EXPECT_EQ(code(get(kLog, "west-idc")), "unknown");
  EXPECT_EQ(code(get(kLog, "audit")), "forbidden");
  EXPECT_EQ(code(get(kLog, "operator")), "forbidden");
  EXPECT_EQ(code(get(kLog)), "unauthenticated");
  EXPECT_EQ(code(get("/v1/contracts/C-9/log", "alice")), "unknown");
  EXPECT_EQ(code(get("/v1/contracts/zero/log", "alice")), "unknown");
  auto asked = wait_for("", "east-idc");
  work(1);
  EXPECT_EQ(code(bring(piece("x"), "1", "west-idc")), "unknown");
  EXPECT_EQ(code(bring(piece("x"), "1", "alice")), "forbidden");
  EXPECT_EQ(code(bring(piece("x"), "1", "east-idc", "/v1/contracts/C-9/log")), "unknown");
  EXPECT_EQ(code(bring(piece("x"))), "ok");
  EXPECT_EQ(asked.get().status, 200);
}

TEST_F(LogsAsked, AreAskedForInPlainNumbers) {
  lease();
  run();
  EXPECT_EQ(fault(get("/v1/contracts/C-0/log?tail=65537", "alice")), "bad-value tail");
  EXPECT_EQ(fault(get("/v1/contracts/C-0/log?tail=0", "alice")), "bad-value tail");
  EXPECT_EQ(fault(get("/v1/contracts/C-0/log?tail=1&from=1", "alice")), "bad-value tail");
  EXPECT_EQ(fault(get("/v1/contracts/C-0/log?from=-1", "alice")), "bad-value from");
  EXPECT_EQ(fault(get("/v1/contracts/C-0/log?stream=stdin", "alice")), "bad-value stream");
  EXPECT_EQ(fault(get("/v1/contracts/C-0/log?waitSeconds=21", "alice")), "bad-value waitSeconds");
  EXPECT_EQ(fault(get("/v1/contracts/C-0/log?path=x", "alice")), "unknown-field path");
}

TEST_F(LogsAsked, ComeFromWhoeverHoldsTheLease) {
  lease();
  run();
  auto asked = wait_for("");
  work(1);
  EXPECT_EQ(code(bring(piece("x"), "2")), "fenced");
  EXPECT_EQ(code(bring(piece("x"), "")), "fenced");
  EXPECT_EQ(fault(bring(piece("x"), "one")), "bad-value Hub-Epoch");
  const auto taken = post("/v1/hubs/east:lease", "east-idc",
                          R"({"holder":"agent-2","seconds":600,"takeOver":true})");
  ASSERT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(code(bring(piece("stale"), "1")), "fenced");
  EXPECT_EQ(code(bring(piece("new"), "2")), "ok");
  EXPECT_NE(asked.get().body.find(base64url("new")), std::string::npos);
}

TEST_F(LogsAsked, AreTakenOnlyWhereSomebodyWaits) {
  lease();
  run();
  EXPECT_EQ(code(bring(piece("x"))), "not-wanted");
  auto asked = wait_for("?tail=10");
  work(1);
  EXPECT_EQ(code(bring(piece("x"))), "not-wanted") << "another piece of the same stream";
  EXPECT_EQ(code(bring(piece("x", R"("tail":10)"))), "ok");
  EXPECT_EQ(code(bring(piece("x", R"("tail":10)"))), "not-wanted") << "it was answered";
  EXPECT_EQ(asked.get().status, 200);
}

TEST_F(LogsAsked, ArePiecesOfAStream) {
  lease();
  run();
  auto asked = wait_for("?tail=10");
  work(1);
  EXPECT_EQ(fault(bring(piece("eleven byte", R"("tail":10)"))), "bad-value /bytes");
  EXPECT_EQ(fault(bring(piece(std::string(65'537, 'x')))), "bad-value /bytes");
  const std::string whole = R"("stream":"stdout","tail":10,"size":3,"ended":true,)";
  EXPECT_EQ(fault(bring(whole + R"("offset":1,"bytes":"YWJj")")), "bad-value /offset");
  EXPECT_EQ(fault(bring(whole + R"("offset":0,"bytes":"YWJ=")")), "bad-value /bytes");
  EXPECT_EQ(fault(bring(whole + R"("offset":-1,"bytes":"YWJj")")), "bad-value /offset");
  EXPECT_EQ(fault(bring(whole + R"("offset":0)")), "missing-field /bytes");
  EXPECT_EQ(fault(bring(whole + R"("offset":0,"bytes":"","path":"x")")), "unknown-field /path");
  EXPECT_EQ(fault(bring(R"("stream":"stdout","missing":"why")")), "bad-value /from");
  EXPECT_EQ(fault(bring(R"("stream":"stdout","from":1,"tail":1,"missing":"why")")),
            "bad-value /from");
  EXPECT_EQ(code(bring(R"("stream":"stdout","tail":10,"missing":"it is a link")")), "ok");
  const net::Response answer = asked.get();
  EXPECT_EQ(code(answer), "no-output");
  EXPECT_EQ(member(answer, "detail"), "it is a link.");
}

TEST_F(LogsAsked, AnswerEverybodyWhoWaitsForTheSame) {
  lease();
  run();
  auto first = wait_for(""), second = wait_for("", "east-idc");
  work(1);
  while (service_->core().logs.figures().waiting < 2) std::this_thread::yield();
  EXPECT_EQ(bring(piece("both")).body, R"({"readers":2})");
  EXPECT_EQ(first.get().body, second.get().body);
}

TEST_F(LogsAsked, AreLimitedForEachWhoAsks) {
  lease();
  run();
  std::vector<std::future<net::Response>> waiting;
  for (int i = 0; i < 4; ++i) waiting.push_back(wait_for("?from=" + std::to_string(i)));
  work(4);
  const auto fifth = get(std::string(kLog) + "?from=4", "alice");
  EXPECT_EQ(code(fifth), "rate-limited");
  EXPECT_EQ(header(fifth, "Retry-After"), "1");
  auto other = wait_for("", "east-idc");
  work(5);
  service_->drain();
  for (auto& one : waiting) EXPECT_EQ(code(one.get()), "stopping");
  EXPECT_EQ(code(other.get()), "stopping");
  EXPECT_EQ(code(get(kLog, "alice")), "unavailable");
}

TEST_F(LogsAsked, SayWhereNobodyCanBringThem) {
  run();
  const auto never = get(kLog, "alice");
  EXPECT_EQ(code(never), "no-agent");
  EXPECT_EQ(never.status, 409);
  lease();
  const auto silent = get(std::string(kLog) + "?waitSeconds=1", "alice");
  EXPECT_EQ(code(silent), "agent-away");
  EXPECT_EQ(silent.status, 504);
  EXPECT_NE(member(silent, "detail").find("has not looked for its work since"), std::string::npos)
      << silent.body;
  work(0);
  const auto slow = get(std::string(kLog) + "?waitSeconds=1", "alice");
  EXPECT_NE(member(slow, "detail").find("; it looked for its work "), std::string::npos)
      << slow.body;
  EXPECT_EQ(code(bring(piece("late"))), "not-wanted");
  clock_.advance(601);
  const auto figure = [&](const std::string& line) {
    const std::string body = get("/metrics").body;
    EXPECT_NE(body.find("\ntongsuan_" + line + '\n'), std::string::npos) << line << " in " << body;
  };
  figure(R"(hub_takes_contracts{hub="east"} 0)");
  figure("log_readers 0");
  figure("log_pieces_total 0");
  figure("log_late_total 2");
  const auto away = get(kLog, "alice");
  EXPECT_EQ(code(away), "agent-away");
  EXPECT_NE(member(away, "detail").find("ran out at"), std::string::npos) << away.body;
}

TEST_F(LogsAsked, AreNowhereInTheJournal) {
  lease();
  run();
  const std::uint64_t before = node_->figures().durable;
  auto asked = wait_for("");
  work(1);
  ASSERT_EQ(code(bring(piece("a secret"))), "ok");
  EXPECT_EQ(asked.get().status, 200);
  EXPECT_EQ(node_->figures().durable, before);
}

}  // namespace
}  // namespace tongsuan::server::testing
