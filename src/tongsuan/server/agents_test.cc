// The agent of a hub: its lease, what it has to know, what it says, and who else may see it.
#include <gtest/gtest.h>
#include <thread>

#include "tongsuan/server/service_fixture.h"
#include "tongsuan/server/values.h"

namespace tongsuan::server::testing {
namespace {

// The hub east has twelve devices of class A, and is run by east-idc, whose agent is at work.
class AgentsAsked : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    open_buyer("alice");
    open_buyer("bob");
    open("west-idc", "hub");
    const std::string east = open("east-idc", "hub");
    const auto given =
        ask(net::Method::kPut, "/v1/hubs/east/supplier", "operator",
            R"({"participant":")" + east + "\"}", {{"idempotency-key", "supplier-of-east"}});
    ASSERT_LT(given.status, 300) << given.body;
    const auto leased = lease(R"("holder":"agent-1","seconds":600)");
    ASSERT_EQ(leased.status, 200) << leased.body;
    ASSERT_NE(leased.body.find(R"("epoch":1)"), std::string::npos) << leased.body;
  }
  net::Response lease(const std::string& members, const std::string& who = "east-idc") {
    return post("/v1/hubs/east:lease", who, "{" + members + "}");
  }
  net::Response say(const std::string& target, const std::string& body,
                    const std::string& epoch = "1", const std::string& who = "east-idc") {
    Headers headers{{"idempotency-key", "agent-key-" + std::to_string(++keys_)}};
    if (!epoch.empty()) headers.push_back({"hub-epoch", epoch});
    return ask(net::Method::kPost, target, who, body, std::move(headers));
  }
  static std::string at(Second second) {
    const TimeText time(kEpoch, 28'800);
    return '"' + time.text(second) + '"';
  }
  // Starts at once at east.
  void run(const std::string& more = {}) {
    submit("alice", order(R"("hubs":["east"],"limit":{"amount":"5.00","currency":"CNY"})" + more));
    for (int i = 0; i < 200 && get("/v1/contracts/C-0", "alice").status != 200; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ASSERT_EQ(get("/v1/contracts/C-0", "alice").status, 200);
  }
  std::string fault(const net::Response& response) {
    return code(response) + " " + member(response, "param");
  }
  std::string contract() { return get("/v1/contracts/C-0", "alice").body; }
};

TEST_F(AgentsAsked, KnowWhatToRun) {
  run(R"(,"work":{"script":"#!/bin/sh\nsleep 3\n","environment":{"SPLIT":"test"},)"
      R"("stageIn":[{"from":"s3://in","to":"data/x"}],"service":"spot"})");
  const auto work = get("/v1/hubs/east/work", "east-idc");
  ASSERT_EQ(work.status, 200) << work.body;
  for (const char* part :
       {R"("contract":"C-0")", R"("order":"O-0")", R"("class":"A")", R"("nodes":[0])",
        R"("devicesPerNode":1)", R"("phase":"dispatched")", R"("live":true)", R"("work":true)"}) {
    EXPECT_NE(work.body.find(part), std::string::npos) << part << " in " << work.body;
  }
  const std::string text = R"({"script":"#!/bin/sh\nsleep 3\n","environment":{"SPLIT":"test"},)"
                           R"("stageIn":[{"from":"s3://in","to":"data/x"}],"service":"spot"})";
  EXPECT_EQ(get("/v1/contracts/C-0/work", "east-idc").body, text);
  EXPECT_EQ(get("/v1/contracts/C-0/work", "alice").body, text);
  EXPECT_EQ(code(get("/v1/contracts/C-0/work", "bob")), "unknown");
  EXPECT_EQ(code(get("/v1/contracts/C-0/work", "west-idc")), "unknown");
  EXPECT_EQ(code(get("/v1/hubs/east/work", "west-idc")), "not-yours");
  EXPECT_EQ(code(get("/v1/hubs/east/work", "alice")), "forbidden");
  EXPECT_EQ(code(get("/v1/hubs/atlantis/work", "east-idc")), "unknown");
  restart();
  EXPECT_EQ(get("/v1/contracts/C-0/work", "alice").body, text) << "it is in the journal";
}

TEST_F(AgentsAsked, RunTheVariantOfTheirClass) {
  run(R"(,"work":{"script":"general","image":"any","variants":{"A":{"script":"on A"},)"
      R"("B":{"image":"for-b"}},"stageOut":[{"from":"r","to":"s3://r"}]})");
  EXPECT_EQ(get("/v1/contracts/C-0/work", "east-idc").body,
            R"({"script":"on A","image":"any","stageOut":[{"from":"r","to":"s3://r"}],)"
            R"("service":"firm"})");
}

TEST_F(AgentsAsked, SayWhatWasDelivered) {
  run();
  EXPECT_EQ(code(get("/v1/contracts/C-0/work", "alice")), "unknown") << "it names none";
  ASSERT_EQ(code(say("/v1/contracts/C-0:report", R"({"phase":"running","detail":"job 7"})")), "ok");
  EXPECT_NE(contract().find(R"("phase":"running","detail":"job 7","missedSeconds":0)"),
            std::string::npos)
      << contract();
  clock_.advance(600);
  const std::string gap = R"({"from":)" + at(5) + R"(,"until":)" + at(600) + "}";
  ASSERT_EQ(code(say("/v1/contracts/C-0:meter", gap)), "ok");
  EXPECT_NE(contract().find(R"("missedSeconds":5)"), std::string::npos) << contract();
  EXPECT_NE(contract().find(R"("deliveredSeconds":"595")"), std::string::npos) << contract();
  ASSERT_EQ(code(say("/v1/contracts/C-0:end", R"({"reason":"completed","detail":"exit 0"})")),
            "ok");
  EXPECT_NE(contract().find(R"("phase":"settled","detail":"exit 0")"), std::string::npos);
  EXPECT_EQ(get("/v1/hubs/east/work", "east-idc").body.find("C-0"), std::string::npos);
}

TEST_F(AgentsAsked, HaveTheLastWordOnWhatTheExchangeEnded) {
  run();
  clock_.advance(100);
  ASSERT_EQ(code(post("/v1/orders/O-0:cancel", "alice", "")), "ok");
  EXPECT_NE(get("/v1/hubs/east/work", "east-idc").body.find(R"("live":false)"), std::string::npos);
  EXPECT_NE(contract().find(R"("deliveredSeconds":"100")"), std::string::npos) << contract();
  ASSERT_EQ(code(say("/v1/contracts/C-0:meter", R"({"until":)" + at(90) + "}")), "ok");
  ASSERT_EQ(code(say("/v1/contracts/C-0:settle", R"({"overrunSeconds":2})")), "ok");
  EXPECT_NE(contract().find(R"("phase":"settled","missedSeconds":10,"overrunSeconds":2)"),
            std::string::npos)
      << contract();
  EXPECT_NE(contract().find(R"("deliveredSeconds":"90")"), std::string::npos) << contract();
  EXPECT_EQ(code(say("/v1/contracts/C-0:settle", "{}")), "not-running");
  const std::string events = get("/v1/contracts/C-0/events", "alice").body;
  for (const char* type : {"contract.presumed", "contract.told", "contract.concluded"}) {
    EXPECT_NE(events.find(type), std::string::npos) << type << " in " << events;
  }
}

TEST_F(AgentsAsked, AreFenced) {
  run();
  EXPECT_NE(get("/v1/hubs/east").body.find(R"("agent":{"epoch":1,"until":)"), std::string::npos);
  EXPECT_NE(get("/v1/hubs/east").body.find(R"("takesContracts":true)"), std::string::npos);
  EXPECT_EQ(get("/v1/hubs/west").body.find(R"("agent")"), std::string::npos);
  EXPECT_EQ(code(lease(R"("holder":"agent-2","seconds":60)")), "held");
  EXPECT_EQ(code(lease(R"("holder":"agent-2","seconds":60,"takeOver":true)")), "ok");
  for (const char* target : {"/v1/contracts/C-0:report", "/v1/contracts/C-0:end"}) {
    const std::string body = target[17] == 'r' || std::string(target).ends_with("report")
                                 ? R"({"phase":"running"})"
                                 : R"({"reason":"failed"})";
    EXPECT_EQ(code(say(target, body, "1")), "fenced") << target;
    EXPECT_EQ(code(say(target, body, "")), "fenced") << target << " without an epoch";
    EXPECT_EQ(code(say(target, body, "2")), "ok") << target;
  }
  const std::string nodes = R"({"class":"A","begin":0,"end":1,"up":false})";
  EXPECT_EQ(code(say("/v1/hubs/east/nodes:report", nodes, "1")), "fenced");
  EXPECT_EQ(code(say("/v1/hubs/east/nodes:report", nodes, "2")), "ok");
  EXPECT_EQ(code(lease(R"("holder":"agent-1","epoch":1,"seconds":60)")), "fenced");
}

TEST_F(AgentsAsked, AreToldWhatIsWrong) {
  run();
  for (const char* epoch : {"x", "0", "-1", "99999999999"}) {
    EXPECT_EQ(fault(say("/v1/contracts/C-0:settle", "{}", epoch)), "bad-value Hub-Epoch") << epoch;
  }
  EXPECT_EQ(fault(lease(R"("seconds":60)")), "missing-field /holder");
  EXPECT_EQ(fault(lease(R"("holder":"a","seconds":9)")), "bad-value /seconds");
  EXPECT_EQ(fault(lease(R"("holder":" a","seconds":60)")), "bad-value /holder");
  EXPECT_EQ(fault(lease(R"("holder":"a","seconds":60,"epoch":-1)")), "bad-value /epoch");
  EXPECT_EQ(fault(lease(R"("holder":"a","seconds":60,"more":1)")), "unknown-field /more");
  EXPECT_EQ(code(lease(R"("holder":"a","seconds":60)", "west-idc")), "not-yours");
  EXPECT_EQ(code(lease(R"("holder":"a","seconds":60)", "alice")), "forbidden");
  EXPECT_EQ(fault(say("/v1/contracts/C-0:report", R"({"phase":"asleep"})")), "bad-value /phase");
  EXPECT_EQ(fault(say("/v1/contracts/C-0:report", R"({"phase":"running","detail":"a\nb"})")),
            "bad-value /detail");
  EXPECT_EQ(fault(say("/v1/contracts/C-0:settle", R"({"overrunSeconds":-1})")),
            "bad-value /overrunSeconds");
  EXPECT_EQ(code(say("/v1/contracts/C-0:settle", "{}")), "stale") << "it runs";
  EXPECT_EQ(code(say("/v1/contracts/C-99:settle", "{}")), "unknown");
  EXPECT_EQ(code(say("/v1/contracts/C-0:meter", "{}", "1")), "missing-field");
}

TEST_F(AgentsAsked, AreNotGivenOddWork) {
  const auto sent = [&](const std::string& work) {
    return fault(post("/v1/orders", "alice",
                      order(R"("limit":{"amount":"0.10","currency":"CNY"},"work":)" + work)));
  };
  EXPECT_EQ(sent(R"({})"), "missing-field /work/script");
  EXPECT_EQ(sent(R"({"script":""})"), "bad-value /work/script");
  EXPECT_EQ(sent(R"({"script":"x","shell":"y"})"), "unknown-field /work/shell");
  EXPECT_EQ(sent(R"({"script":"x","environment":{"A B":"y"}})"), "bad-value /work/environment/A B");
  EXPECT_EQ(sent(R"({"script":"x","environment":{"SLURM_JOB_ID":"1"}})"),
            "bad-value /work/environment/SLURM_JOB_ID");
  EXPECT_EQ(sent(R"({"script":"x","environment":{"A":1}})"), "bad-value /work/environment/A");
  EXPECT_EQ(sent(R"({"script":"x","environment":[]})"), "bad-value /work/environment");
  EXPECT_EQ(sent(R"({"script":"x","stageIn":[{"from":"a","to":"../b"}]})"),
            "bad-value /work/stageIn/0/to");
  EXPECT_EQ(sent(R"({"script":"x","stageOut":[{"from":"/etc","to":"b"}]})"),
            "bad-value /work/stageOut/0/from");
  EXPECT_EQ(sent(R"({"script":"x","service":"gold"})"), "bad-value /work/service");
  EXPECT_EQ(sent(R"({"script":"x","variants":{"A":{"shell":"y"}}})"),
            "unknown-field /work/variants/A/shell");
  EXPECT_EQ(sent(R"({"script":"x","variants":[]})"), "bad-value /work/variants");
  EXPECT_EQ(sent(R"("x")"), "bad-value /work");
  const std::string large(65'537, 'x');
  EXPECT_EQ(sent(R"({"script":")" + large + "\"}"), "bad-value /work/script");
}

// Whoever has no money, or was halted, would fill the disk with it.
TEST_F(AgentsAsked, WorkOfARefusedOrderIsNotKept) {
  open("poor", "participant");
  const std::string body =
      order(R"("limit":{"amount":"0.10","currency":"CNY"},"work":{"script":"work of its own"})");
  const std::size_t before = disk_.blobs.size();
  EXPECT_EQ(code(post("/v1/orders", "poor", body)), "no-money");
  EXPECT_EQ(disk_.blobs.size(), before);
  submit("alice", body);
  EXPECT_GT(disk_.blobs.size(), before);
}

}  // namespace
}  // namespace tongsuan::server::testing
