// Orders over HTTP: once, in batches, amended, listed.
#include <gtest/gtest.h>
#include <set>

#include "tongsuan/server/service_fixture.h"
#include "tongsuan/server/values.h"

namespace tongsuan::server::testing {
namespace {

using net::Method;

class Orders : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    open_buyer("alice");
  }
  net::Response amend(const std::string& id, const std::string& body, const std::string& tag,
                      const std::string& key) {
    return ask(Method::kPatch, "/v1/orders/" + id, "alice", body,
               {{"idempotency-key", key}, {"if-match", tag}});
  }
  static std::string limit(const std::string& amount) {
    return R"({"limit":{"amount":")" + amount + R"(","currency":"CNY"}})";
  }
};

TEST_F(Orders, TheSameRequestHasTheSameAnswerAlsoAfterARestart) {
  const auto first = post("/v1/orders", "alice", order(), "order-key-1");
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(first.body, R"({"id":"O-0","sequence":")" + header(first, "Tongsuan-Sequence") +
                            R"(","state":"accepted","hold":{"amount":"0.10","currency":"CNY"}})");
  EXPECT_EQ(header(first, "Location"), "/v1/orders/O-0");
  clock_.advance(1'000);
  const auto again = post("/v1/orders", "alice", "  " + order() + "\n", "order-key-1");
  EXPECT_EQ(again.body, first.body) << "blanks do not make another body";
  restart();
  const auto later = post("/v1/orders", "alice", order(), "order-key-1");
  EXPECT_EQ(later.status, 201);
  EXPECT_EQ(later.body, first.body);
  EXPECT_EQ(code(post("/v1/orders", "alice", order(R"("value":{"amount":"1","currency":"CNY"})"),
                      "order-key-1")),
            "used-id");
  EXPECT_EQ(code(post("/v1/orders/O-0:cancel", "alice", "", "order-key-1")), "used-id");
  open_buyer("bob");
  EXPECT_EQ(post("/v1/orders", "bob", order(), "order-key-1").status, 201) << "keys are one's own";
}

TEST_F(Orders, RefusalsAreRememberedToo) {
  const std::string dear = order(R"("value":{"amount":"5000","currency":"CNY"})");
  const auto first = post("/v1/orders", "alice", dear, "dear-order-1");
  EXPECT_EQ(code(first), "collar") << first.body;
  EXPECT_EQ(post("/v1/orders", "alice", dear, "dear-order-1").body, first.body);
}

TEST_F(Orders, ABatchIsManyOrdersOfTheirOwn) {
  const auto item = [](const std::string& key, const std::string& body) {
    return R"({"idempotencyKey":")" + key + R"(","order":)" + body + "}";
  };
  const std::string bad = order(R"("limit":{"amount":1,"currency":"CNY"})");
  const std::string nowhere =
      R"({"kind":"block","ways":[{"class":"B","devices":1,"durationSeconds":60}],"hubs":["west"],)"
      R"("limit":{"amount":"0.10","currency":"CNY"}})";
  const std::string batch = R"({"orders":[)" + item("batch-key-1", order()) + ',' +
                            item("batch-key-2", bad) + ',' + item("batch-key-3", nowhere) + ',' +
                            item("batch-key-4", order()) + "]}";
  const auto answer = ask(Method::kPost, "/v1/orders:batch", "alice", batch);
  ASSERT_EQ(answer.status, 200) << answer.body;
  json::Document document;
  const auto root = document.parse(answer.body);
  ASSERT_TRUE(root.ok()) << answer.body;
  std::vector<std::string> told;
  for (const json::Value result : root.value().members().find("results").items()) {
    const json::Value problem = result.members().find("problem");
    const auto id = result.members().find("id").as_text();
    told.emplace_back(id.ok() ? id.value() : problem.members().find("code").as_text().value());
  }
  EXPECT_EQ(told, (std::vector<std::string>{"O-0", "bad-value", "not-eligible", "O-1"}));
  EXPECT_EQ(ask(Method::kPost, "/v1/orders:batch", "alice", batch).body, answer.body);
  // One of them sent alone is the same request.
  EXPECT_EQ(member(post("/v1/orders", "alice", order(), "batch-key-4"), "id"), "O-1");
}

TEST_F(Orders, BatchesThatAreNone) {
  const auto send = [&](const std::string& body) {
    return code(ask(Method::kPost, "/v1/orders:batch", "alice", body));
  };
  EXPECT_EQ(send("{}"), "missing-field");
  EXPECT_EQ(send(R"({"orders":[]})"), "bad-value");
  EXPECT_EQ(send(R"({"orders":[{"order":{}}]})"), "missing-field");
  EXPECT_EQ(send(R"({"orders":[{"idempotencyKey":"with blanks","order":{}}]})"), "bad-value");
  std::string many = R"({"orders":[)";
  for (int i = 0; i < 257; ++i) many += (i > 0 ? ",{}" : "{}");
  EXPECT_EQ(send(many + "]}"), "bad-value");
}

TEST_F(Orders, AmendingNeedsTheLastETag) {
  const std::string id = submit("alice");
  const std::string tag = header(get("/v1/orders/" + id, "alice"), "ETag");
  EXPECT_EQ(code(ask(Method::kPatch, "/v1/orders/" + id, "alice", limit("0.20"),
                     {{"idempotency-key", "amend-key-0"}})),
            "precondition-missing");
  const auto changed = amend(id, limit("0.20"), tag, "amend-key-1");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(member(changed, "id"), id);
  EXPECT_NE(changed.body.find(R"("amount":"0.20")"), std::string::npos);
  EXPECT_EQ(code(amend(id, limit("0.30"), tag, "amend-key-2")), "changed");
  const std::string now = header(changed, "ETag");
  EXPECT_EQ(header(get("/v1/orders/" + id, "alice"), "ETag"), now);
  ASSERT_EQ(amend(id, limit("0.40"), now, "amend-key-3").status, 200);
  // The first one again: as it was answered then, whatever has become of the order.
  EXPECT_EQ(amend(id, limit("0.20"), tag, "amend-key-1").body, changed.body);
  EXPECT_EQ(code(amend(id, "{}", now, "amend-key-4")), "changed");
}

TEST_F(Orders, ANameAloneIsNothingInTheMarket) {
  const std::string id = submit("alice");
  const auto first = get("/v1/orders/" + id, "alice");
  const auto named = amend(id, R"({"name":"night run"})", header(first, "ETag"), "name-key-1");
  ASSERT_EQ(named.status, 200) << named.body;
  EXPECT_NE(named.body.find(R"("hold":{"amount":"0.10","currency":"CNY"})"), std::string::npos);
  const auto shown = get("/v1/orders/" + id, "alice");
  EXPECT_EQ(member(shown, "name"), "night run");
  EXPECT_EQ(header(shown, "ETag"), header(named, "ETag")) << "it has changed";
  EXPECT_EQ(amend(id, R"({"name":"night run"})", header(first, "ETag"), "name-key-1").body,
            named.body);
  EXPECT_EQ(code(amend(id, R"({"name":"x"})", header(first, "ETag"), "name-key-2")), "changed");
  const std::string both = R"({"name":"dearer","limit":{"amount":"0.20","currency":"CNY"}})";
  ASSERT_EQ(amend(id, both, header(shown, "ETag"), "name-key-3").status, 200);
  EXPECT_EQ(member(get("/v1/orders/" + id, "alice"), "name"), "dearer");
  for (const char* bad : {R"({"name":""})", R"({"name":" x"})", R"({"name":5})", R"({"name":null})",
                          R"({"name":"a\u0001"})"}) {
    const std::string tag = header(get("/v1/orders/" + id, "alice"), "ETag");
    EXPECT_EQ(code(amend(id, bad, tag, "name-key-4")), "bad-value") << bad;
  }
  open_buyer("bob");
  const std::string tag = header(get("/v1/orders/" + id, "alice"), "ETag");
  EXPECT_EQ(code(ask(Method::kPatch, "/v1/orders/" + id, "bob", R"({"name":"mine"})",
                     {{"idempotency-key", "name-key-5"}, {"if-match", tag}})),
            "unknown");
  // Of an order that is over, too.
  post("/v1/orders/" + id + ":cancel", "alice", "", "name-key-6");
  const std::string gone = header(get("/v1/orders/" + id, "alice"), "ETag");
  EXPECT_EQ(amend(id, R"({"name":"over"})", gone, "name-key-7").status, 200);
  EXPECT_EQ(code(amend(id, limit("0.30"), header(get("/v1/orders/" + id, "alice"), "ETag"),
                       "name-key-8")),
            "not-waiting");
  restart();
  EXPECT_EQ(member(get("/v1/orders/" + id, "alice"), "name"), "over");
}

TEST_F(Orders, CancellingGivesTheHoldBack) {
  const std::string id = submit("alice", order(R"("value":{"amount":"2.5","currency":"CNY"})"));
  const auto done = post("/v1/orders/" + id + ":cancel", "alice", "", "cancel-key-1");
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(post("/v1/orders/" + id + ":cancel", "alice", "", "cancel-key-1").body, done.body);
  EXPECT_EQ(code(post("/v1/orders/" + id + ":cancel", "alice", "")), "not-waiting");
  const auto left = get("/v1/orders/" + id, "alice");
  EXPECT_EQ(member(left, "state"), "cancelled");
  EXPECT_EQ(left.body.find("hold"), std::string::npos);
  EXPECT_NE(get("/v1/accounts", "alice").body.find("1000.00"), std::string::npos);
}

TEST_F(Orders, BodiesThatAreWrongSayWhere) {
  const struct {
    const char* terms;
    const char* code;
    const char* param;
  } kCases[] = {
      {R"("limit":{"amount":1.5,"currency":"CNY"})", "bad-value", "/limit/amount"},
      {R"("limit":{"amount":"-1","currency":"CNY"})", "bad-value", "/limit/amount"},
      {R"("limit":{"amount":"0.1234567","currency":"CNY"})", "bad-value", "/limit/amount"},
      {R"("limit":{"amount":"1e3","currency":"CNY"})", "bad-value", "/limit/amount"},
      {R"("limit":{"amount":"14.5 CNY","currency":"CNY"})", "bad-value", "/limit/amount"},
      {R"("limit":{"amount":"1","currency":"EUR"})", "bad-value", "/limit/currency"},
      {R"("limit":{"amount":"1"})", "missing-field", "/limit/currency"},
      {R"("limit":{"amount":"1","currency":"CNY","unit":"h"})", "unknown-field", "/limit/unit"},
      {R"("limit":"1")", "bad-value", "/limit"},
      {R"("limit":null)", "bad-value", "/limit"},
      {R"("limit":{"amount":"1","currency":"CNY"},"colour":"red")", "unknown-field", "/colour"},
      {R"("limit":{"amount":"1","currency":"CNY"},"value":{"amount":"1","currency":"CNY"})",
       "bad-value", "/limit"},
      {R"("name":"x")", "missing-field", "/value"},
      {R"("limit":{"amount":"1","currency":"CNY"},"graceSeconds":"1h")", "bad-value",
       "/graceSeconds"},
      {R"("limit":{"amount":"1","currency":"CNY"},"graceSeconds":1.0)", "bad-value",
       "/graceSeconds"},
      {R"("limit":{"amount":"1","currency":"CNY"},"graceSeconds":-1)", "bad-value",
       "/graceSeconds"},
      {R"("limit":{"amount":"1","currency":"CNY"},"latestStart":"tomorrow")", "bad-value",
       "/latestStart"},
      {R"("limit":{"amount":"1","currency":"CNY"},"latestStart":"9999-12-31T23:59:59Z")", "limit",
       ""},
      {R"("limit":{"amount":"1","currency":"CNY"},"latestStart":"1970-01-01T00:00:00Z")", "limit",
       ""},
      {R"("limit":{"amount":"1","currency":"CNY"},"hubs":["atlantis"])", "unknown", "/hubs/0"},
      {R"("limit":{"amount":"1","currency":"CNY"},"hubs":["east","east"])", "bad-value", "/hubs"},
      {R"("limit":{"amount":"1","currency":"CNY"},"name":" x")", "bad-value", "/name"},
      {R"("limit":{"amount":"1","currency":"CNY"},"greenPercent":50)", "not-built",
       "/greenPercent"},
      {R"("limit":{"amount":"1","currency":"CNY"},"wholeNodes":"yes")", "bad-value", "/wholeNodes"},
  };
  for (const auto& one : kCases) {
    const auto answer = post("/v1/orders", "alice", order(one.terms));
    EXPECT_EQ(code(answer), one.code) << one.terms << answer.body;
    EXPECT_EQ(member(answer, "param"), one.param) << one.terms << answer.body;
  }
  EXPECT_EQ(code(post("/v1/orders", "alice", "{")), "bad-json");
  EXPECT_EQ(code(post("/v1/orders", "alice", "[]")), "bad-value");
  EXPECT_EQ(code(post("/v1/orders", "alice", R"({"kind":"block","kind":"block"})")), "bad-json");
  EXPECT_EQ(code(post("/v1/orders", "alice", R"({"kind":"curve"})")), "missing-field");
  EXPECT_EQ(code(ask(Method::kPost, "/v1/orders", "alice", order())), "key-missing");
  EXPECT_EQ(code(post("/v1/orders", "alice", order(), "short")), "bad-value");
  EXPECT_EQ(code(ask_raw(Method::kPost, "/v1/orders", "", {{"authorization", "Bearer dev-alice"}})),
            "wrong-media-type");
}

TEST_F(Orders, PagesMissNothingWhileOrdersCome) {
  std::set<std::string> sent;
  for (int i = 0; i < 25; ++i) sent.insert(submit("alice"));
  for (const char* by : {"id", "-id", "submitted", "-submitted", "value", "-value"}) {
    std::vector<std::string> seen;
    std::string token;
    do {
      const auto page = get(std::string("/v1/orders?pageSize=10&orderBy=") + by +
                                (token.empty() ? "" : "&pageToken=" + token),
                            "alice");
      ASSERT_EQ(page.status, 200) << page.body;
      json::Document document;
      const auto root = document.parse(page.body);
      for (const json::Value item : root.value().members().find("items").items()) {
        seen.emplace_back(item.members().find("id").as_text().value());
      }
      token = member(page, "nextPageToken");
      submit("alice");  // a stranger to this listing
    } while (!token.empty());
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size()) << by;
    for (const std::string& id : sent) {
      EXPECT_NE(std::ranges::find(seen, id), seen.end()) << by << ' ' << id;
    }
    for (std::string& id : seen) sent.insert(std::move(id));
    EXPECT_EQ(seen.size(), sent.size()) << by;
    // All that came meanwhile are in the next listing.
    sent.clear();
    const auto all = get("/v1/orders?pageSize=1000", "alice");
    json::Document document;
    const auto root = document.parse(all.body);
    for (const json::Value item : root.value().members().find("items").items()) {
      sent.emplace(item.members().find("id").as_text().value());
    }
  }
}

TEST_F(Orders, ARunningOrderIsSeenByBothSides) {
  open("east-idc", "hub");
  ASSERT_EQ(ask(Method::kPut, "/v1/hubs/east/supplier", "operator", R"({"participant":"P-3"})",
                {{"idempotency-key", "supplier-1"}})
                .status,
            200);
  const std::string id =
      submit("alice", order(R"("limit":{"amount":"5.00","currency":"CNY"},"hubs":["east"])"));
  const auto running = get("/v1/orders/" + id, "alice");
  EXPECT_EQ(member(running, "state"), "running") << running.body;
  EXPECT_NE(get("/v1/contracts", "east-idc").body.find(R"("id":"C-0")"), std::string::npos);
  EXPECT_EQ(get("/v1/contracts/C-0", "alice").status, 200);
  open_buyer("bob");
  EXPECT_EQ(code(get("/v1/contracts/C-0", "bob")), "unknown");
  clock_.advance(1'800);
  const auto metered = post("/v1/contracts/C-0:meter", "east-idc",
                            R"({"until":")" + TimeText(kEpoch, 28'800).text(1'800) + "\"}");
  EXPECT_EQ(metered.status, 200) << metered.body;
  EXPECT_EQ(post("/v1/contracts/C-0:end", "east-idc", R"({"reason":"completed"})").status, 200);
  const auto ended = get("/v1/contracts/C-0", "alice");
  EXPECT_EQ(member(ended, "endReason"), "completed");
  EXPECT_NE(ended.body.find(R"("deliveredSeconds":"1800")"), std::string::npos) << ended.body;
  EXPECT_NE(get("/v1/contracts/C-0/events", "alice").body.find("contract.metered"),
            std::string::npos);
  const auto balance = get("/v1/ledger/trial-balance", "operator");
  EXPECT_NE(balance.body.find(R"("total":{"amount":"0.00")"), std::string::npos) << balance.body;
  restart();
  EXPECT_EQ(get("/v1/contracts/C-0", "alice").body, ended.body) << "a restart forgets nothing";
}

}  // namespace
}  // namespace tongsuan::server::testing
