// Who may do what, and what a request must look like.
#include <gtest/gtest.h>
#include <thread>

#include "tongsuan/access/request_signature.h"
#include "tongsuan/server/router.h"
#include "tongsuan/server/service_fixture.h"

namespace tongsuan::server::testing {
namespace {

using net::Method;

class Access : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    open_buyer("alice");
    open_buyer("bob");
    open("east-idc", "hub");
    open("auditor", "auditor");
    open("regulator", "regulator");
  }
  // The pattern with something in place of its parameters.
  static std::string target_of(std::string_view pattern) {
    std::string target;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
      if (pattern[at] != '{') {
        target += pattern[at];
        continue;
      }
      const std::size_t end = pattern.find('}', at);
      const std::string_view name = pattern.substr(at + 1, end - at - 1);
      target += name == "hub" ? "east" : name == "class" ? "A" : name == "round" ? "R-1" : "X-9";
      at = end;
    }
    return target;
  }
};

TEST_F(Access, EveryRouteLetsInItsRolesAndNobodyElse) {
  const std::pair<const char*, access::Role> callers[] = {{"alice", access::Role::kParticipant},
                                                          {"east-idc", access::Role::kHub},
                                                          {"operator", access::Role::kOperator},
                                                          {"auditor", access::Role::kAuditor},
                                                          {"regulator", access::Role::kRegulator}};
  for (const Route& route : routes()) {
    const std::string target = target_of(route.pattern);
    const std::string body = route.method == Method::kGet ? "" : "{}";
    for (const auto& [name, role] : callers) {
      const access::Scope scope = access::scope_of(route.action, role);
      const bool may =
          route.of_all ? scope == access::Scope::kAll : scope != access::Scope::kNothing;
      const net::Response answer = ask(route.method, target, name, body);
      EXPECT_EQ(code(answer) == "forbidden", !may) << name << ' ' << target << ' ' << answer.body;
      EXPECT_NE(answer.status, 500) << target;
    }
    const net::Response nobody = ask(route.method, target, "", body);
    EXPECT_EQ(nobody.status == 401, !access::is_open(route.action)) << target;
  }
}

TEST_F(Access, WhatIsAnothersIsNotThere) {
  const std::string id = submit("alice");
  EXPECT_EQ(get("/v1/orders/" + id, "alice").status, 200);
  EXPECT_EQ(code(get("/v1/orders/" + id, "bob")), "unknown");
  EXPECT_EQ(code(post("/v1/orders/" + id + ":cancel", "bob", "")), "unknown");
  EXPECT_EQ(code(ask(Method::kPatch, "/v1/orders/" + id, "bob", R"({"wholeNodes":true})",
                     {{"idempotency-key", "bobs-key-1"}, {"if-match", "\"1\""}})),
            "unknown");
  EXPECT_EQ(get("/v1/orders", "bob").body.find(id), std::string::npos);
  const std::string alice = member(get("/v1/participants/P-2", "alice"), "id");
  EXPECT_EQ(alice, "P-2");
  EXPECT_EQ(code(get("/v1/participants/P-2", "bob")), "unknown");
  EXPECT_EQ(code(get("/v1/accounts/P-2", "bob")), "unknown");
  EXPECT_EQ(code(get("/v1/statements?participant=P-2", "bob")), "unknown");
  EXPECT_EQ(get("/v1/statements?participant=P-2", "auditor").status, 200);
  EXPECT_EQ(get("/v1/accounts", "bob").body.find("P-2"), std::string::npos);
}

TEST_F(Access, EverybodyIsToldWhoTheyAre) {
  const auto told = get("/v1/me", "auditor");
  EXPECT_EQ(told.status, 200);
  EXPECT_EQ(member(told, "name"), "auditor");
  EXPECT_EQ(member(told, "role"), "auditor");
  EXPECT_EQ(member(told, "proof"), "development");
  EXPECT_EQ(told.body.find("\"key\""), std::string::npos) << "its proof is no key";
  EXPECT_EQ(header(told, "Tongsuan-Sequence"), std::to_string(node_->figures().durable));
  EXPECT_EQ(member(get("/v1/me", "alice"), "participant"), "P-2");
  EXPECT_EQ(code(get("/v1/me")), "unauthenticated");
  EXPECT_EQ(code(get("/v1/me?asOf=1", "alice")), "unknown-field");
}

TEST_F(Access, AKeyMayHaveAnotherRoleThanItsParticipant) {
  const auto made =
      post("/v1/participants/P-2/keys", "operator", R"({"role":"regulator"})", "another-role");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string key = member(made, "id");
  const std::string signature =
      access::sign_request(key, member(made, "secret"), {"GET", "/v1/me", sha256("")},
                           {access::UnixTime(kEpoch), "0123456789abcdef"});
  const auto told = ask_raw(Method::kGet, "/v1/me", "", {{"authorization", signature}});
  EXPECT_EQ(member(told, "participant"), "P-2");
  EXPECT_EQ(member(told, "role"), "regulator");
  EXPECT_EQ(member(told, "proof"), "signature");
  EXPECT_EQ(member(told, "key"), key);
}

TEST_F(Access, NobodySeesTheSealedBook) {
  const std::string id = submit("alice");
  for (const char* who : {"operator", "auditor", "regulator", "east-idc"}) {
    EXPECT_EQ(code(get("/v1/orders/" + id, who)), "forbidden") << who;
    EXPECT_EQ(code(get("/v1/orders", who)), "forbidden") << who;
  }
  clock_.advance(1);
  submit("alice", order(R"("limit":{"amount":"0.20","currency":"CNY"})"));
}

TEST_F(Access, KeysSignAndAreRevoked) {
  const std::string body = R"({"role":"participant"})";
  const auto made = post("/v1/participants/P-2/keys", "operator", body, "make-a-key");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(post("/v1/participants/P-2/keys", "operator", body, "make-a-key").body, made.body);
  const std::string key = member(made, "id"), secret = member(made, "secret");
  int number = 0;
  const auto signed_get = [&](std::int64_t time, std::string nonce = {}) {
    if (nonce.empty()) nonce = "0123456789abcdef" + std::to_string(++number);
    const std::string signature = access::sign_request(
        key, secret, {"GET", "/v1/accounts", sha256("")}, {access::UnixTime(time), nonce});
    return ask_raw(Method::kGet, "/v1/accounts", "", {{"authorization", signature}});
  };
  EXPECT_EQ(signed_get(kEpoch).status, 200);
  EXPECT_EQ(signed_get(kEpoch, "once-and-never-more").status, 200);
  EXPECT_EQ(code(signed_get(kEpoch, "once-and-never-more")), "replayed");
  EXPECT_EQ(code(signed_get(kEpoch + 301)), "skew");
  EXPECT_EQ(code(signed_get(kEpoch - 1)), "skew") << "before this process began";
  unix_now_ = kEpoch + 400;
  EXPECT_EQ(signed_get(kEpoch + 101).status, 200);
  EXPECT_EQ(code(signed_get(kEpoch + 99)), "skew");
  EXPECT_EQ(
      ask(Method::kDelete, "/v1/keys/" + key, "operator", "", {{"idempotency-key", "revoke-1"}})
          .status,
      200);
  EXPECT_EQ(code(signed_get(kEpoch + 400)), "revoked");
  EXPECT_EQ(get("/v1/participants/P-2/keys", "operator").body.find(secret), std::string::npos);
}

TEST_F(Access, HubsAreRefusedOpenly) {
  const auto put = [&](const std::string& who) {
    return ask(Method::kPut, "/v1/hubs/west/offers/A", who,
               R"({"ask":{"amount":"3.50","currency":"CNY"}})",
               {{"idempotency-key", "ask-" + who + "-1"}});
  };
  EXPECT_EQ(code(put("east-idc")), "not-yours");
  EXPECT_EQ(code(get("/v1/hubs/atlantis")), "unknown");
  EXPECT_EQ(get("/v1/hubs/west").status, 200);
}

TEST_F(Access, AddressesAndMethodsThatAreNotThere) {
  EXPECT_EQ(code(get("/v1/nothing")), "not-found");
  const auto wrong = ask(Method::kDelete, "/v1/market");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(header(wrong, "Allow"), "GET");
  EXPECT_EQ(code(get("/v1/market?colour=red")), "unknown-field");
  EXPECT_EQ(code(get("/v1/hubs?pageSize=0")), "bad-value");
  EXPECT_EQ(code(get("/v1/hubs?pageToken=AAAA")), "bad-page-token");
}

TEST_F(Access, DevelopmentTokensCountAtNamesOfThisMachine) {
  const auto at = [&](const std::string& host) {
    return code(ask(Method::kGet, "/v1/me", "alice", {}, {{"host", host}}));
  };
  for (const char* own :
       {"127.0.0.1:7070", "127.0.0.1", "[::1]:7070", "localhost:7070", "localhost"}) {
    EXPECT_EQ(at(own), "ok") << own;
  }
  for (const char* other :
       {"evil.example", "evil.example:7070", "localhost.evil.example", "10.0.0.1"}) {
    EXPECT_EQ(at(other), "method-disabled") << other;
  }
}

// Its place may be made up by nobody: it would lie in what is another's, or beyond all ends.
TEST_F(Access, ATokenOfAPageIsOfTheExchangeThatGaveIt) {
  const std::string token = member(get("/v1/hubs?pageSize=1"), "nextPageToken");
  ASSERT_NE(token, "");
  EXPECT_EQ(get("/v1/hubs?pageSize=1&pageToken=" + token).status, 200);
  restart();
  EXPECT_EQ(get("/v1/hubs?pageSize=1&pageToken=" + token).status, 200);
  stop();
  master_ = access::MasterSecret(access::MasterBytes{8});
  start();
  EXPECT_EQ(code(get("/v1/hubs?pageSize=1&pageToken=" + token)), "bad-page-token");
}

TEST_F(Access, ReadsAreAsOfAnyCommand) {
  const std::uint64_t now = node_->figures().durable;
  const auto asked = get("/v1/market?asOf=" + std::to_string(now));
  EXPECT_EQ(asked.status, 200);
  EXPECT_EQ(header(asked, "Tongsuan-Sequence"), std::to_string(now));
  EXPECT_EQ(code(get("/v1/market?asOf=" + std::to_string(now + 1))), "bad-sequence");
  EXPECT_EQ(header(get("/v1/market?asOf=1"), "Tongsuan-Sequence"), "1");
  EXPECT_EQ(code(get("/v1/market?asOf=-1")), "bad-value");
  EXPECT_EQ(code(get("/v1/participants?asOf=1", "operator")), "forbidden");
}

TEST_F(Access, HealthAndMetrics) {
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
  const auto metrics = get("/metrics");
  EXPECT_TRUE(metrics.body.starts_with("# HELP tongsuan_"));
  EXPECT_NE(metrics.body.find("tongsuan_participants 6\n"), std::string::npos) << metrics.body;
  service_->drain();
  EXPECT_EQ(code(get("/readyz")), "stopping");
}

TEST_F(Access, ParticipantsSayWhetherWhatTheyLeaveIsSold) {
  const std::string alice = "P-2";  // behind the operator
  const auto set = [&](const std::string& who, const std::string& body, const std::string& key) {
    return ask(Method::kPatch, "/v1/participants/" + alice, who, body, {{"idempotency-key", key}});
  };
  const auto resells = [&] {
    return get("/v1/participants/" + alice, "operator").body.find(R"("resell":true)") !=
           std::string::npos;
  };
  EXPECT_EQ(member(get("/v1/participants/" + alice, "operator"), "name"), "alice");
  EXPECT_TRUE(resells()) << "unless it was changed";
  const auto off = set("alice", R"({"resell":false})", "settings-1");
  ASSERT_EQ(off.status, 200) << off.body;
  EXPECT_EQ(member(off, "id"), alice);
  EXPECT_FALSE(resells());
  restart();
  EXPECT_FALSE(resells());
  EXPECT_EQ(set("alice", R"({"resell":false})", "settings-1").body, off.body);
  EXPECT_EQ(code(set("bob", R"({"resell":true})", "settings-2")), "unknown");
  EXPECT_EQ(code(set("auditor", R"({"resell":true})", "settings-3")), "forbidden");
  EXPECT_EQ(code(set("", R"({"resell":true})", "settings-4")), "unauthenticated");
  EXPECT_EQ(code(set("alice", "{}", "settings-5")), "missing-field");
  EXPECT_EQ(code(set("alice", R"({"resell":1})", "settings-5")), "bad-value");
  EXPECT_EQ(code(set("alice", R"({"resell":true,"name":"b"})", "settings-5")), "unknown-field");
  EXPECT_FALSE(resells());
  EXPECT_EQ(set("operator", R"({"resell":true})", "settings-6").status, 200);
  EXPECT_TRUE(resells());
  EXPECT_EQ(code(ask(Method::kPatch, "/v1/participants/P-Z9", "operator", R"({"resell":true})",
                     {{"idempotency-key", "settings-7"}})),
            "unknown");
}

TEST_F(Access, RulesAreSetAsAWhole) {
  const std::string first = R"({"roundSeconds":900,"lockSeconds":60,"collarPercent":2000,)"
                            R"("ordersOfOne":100,"liveOrders":200,"penaltyPpm":5)";
  const auto put = [&](const std::string& body, const std::string& key) {
    return ask(Method::kPut, "/v1/rules", "operator", body, {{"idempotency-key", key}});
  };
  ASSERT_EQ(put(first + R"(,"takeOrPayPpm":250000})", "rules-key-1").status, 200);
  const auto refused = put(first + "}", "rules-key-2");
  EXPECT_EQ(code(refused), "missing-field");
  EXPECT_EQ(member(refused, "param"), "/takeOrPayPpm");
  EXPECT_NE(get("/v1/rules").body.find(R"("takeOrPayPpm":250000)"), std::string::npos);
}

TEST_F(Access, AnOldOwnerSendsEverybodyAway) {
  const std::string id = submit("alice");
  taken_over_ = true;
  journal::SimJournal next(disk_, 2, journal::SimJournalFaults{});
  ASSERT_TRUE(next.open().ok());
  for (int i = 0; i < 1'000 && get("/readyz").status == 200; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  for (const net::Response& refused :
       {get("/readyz"), get("/v1/market"), get("/v1/orders/" + id, "alice"), get("/v1/nowhere"),
        get("/v1/orders/" + id + "/why", "alice"), get("/v1/stream"),
        post("/v1/orders", "alice", order())}) {
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(code(refused), "unavailable");
    EXPECT_EQ(header(refused, "Retry-After"), "1");
  }
  EXPECT_EQ(get("/healthz").status, 200) << "it lives";
  EXPECT_NE(get("/metrics").body.find("tongsuan_fenced 1\n"), std::string::npos);
}

class Limited : public ServiceTest {
 protected:
  void adjust(ServiceOptions& options) override {
    options.of_participant = {"orders of a participant", 4, 1, 3'600, 64};
  }
};

TEST_F(Limited, OrdersAreCountedAndRefused) {
  open_buyer("alice");
  for (int i = 0; i < 4; ++i) submit("alice");
  const auto refused = post("/v1/orders", "alice", order());
  EXPECT_EQ(code(refused), "rate-limited");
  EXPECT_NE(header(refused, "Retry-After"), "");
}

class LimitedByAddress : public ServiceTest {
 protected:
  void adjust(ServiceOptions& options) override {
    options.of_address = {"requests of an address", 4, 1, 3'600, 64};
  }
  std::vector<std::string> lines_of(std::string_view event) {
    const std::lock_guard lock(lines_mutex_);
    std::vector<std::string> found;
    for (const std::string& line : lines_) {
      if (line.find(event) != std::string::npos) found.push_back(line);
    }
    return found;
  }
};

// Strangers could fill a disk with the log of their being refused.
TEST_F(LimitedByAddress, RefusalsAreLoggedOnceASecond) {
  for (int i = 0; i < 20; ++i) get("/v1/market");
  EXPECT_EQ(code(get("/v1/market")), "rate-limited");
  EXPECT_EQ(lines_of("rate-limited").size(), 1U);
  ++unix_now_;
  EXPECT_EQ(code(get("/v1/market")), "rate-limited");
  const auto lines = lines_of("rate-limited");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NE(lines[0].find(R"("times":1)"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find(R"("times":17)"), std::string::npos) << lines[1];
}

TEST_F(ServiceTest, LinksAreListedAndQuietUntilDataMoves) {
  const auto links = get("/v1/links");
  EXPECT_EQ(links.status, 200);
  EXPECT_NE(links.body.find(R"({"from":"east","to":"west","mbPerSecond":"10",)"
                            R"("price":{"amount":"0.000001","currency":"CNY"},"movedMb":"0"})"),
            std::string::npos)
      << links.body;
  // 1,000 MB at 10 a second.
  const auto moved = node_->ask(
      {{}, 0, ledger::kHouse, exchange::Dispatch{engine::StartTransfer{0, engine::LinkId{0}}}});
  ASSERT_TRUE(moved.ok());
  const std::string busy = get("/v1/links").body;
  EXPECT_NE(busy.find(R"("movedMb":"1000","busyUntil":")"), std::string::npos) << busy;
  EXPECT_EQ(code(get("/v1/links?asOf=99")), "bad-sequence");
}

}  // namespace
}  // namespace tongsuan::server::testing
