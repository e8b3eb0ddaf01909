// Orders of several legs over HTTP: how they are read, refused and shown.
#include <gtest/gtest.h>

#include "tongsuan/server/service_fixture.h"

namespace tongsuan::server::testing {
namespace {

using net::Method;

// The exchange opens at 2026-11-18T11:06:40Z.
constexpr const char* kTimes =
    R"("times":[{"from":"2026-11-19T20:00:00Z","until":"2026-11-19T21:00:00Z"},)"
    R"({"from":"2026-11-20T20:00:00Z","until":"2026-11-20T21:00:00Z"}])";
constexpr const char* kLeg = R"({"hub":"east","class":"A","from":"2026-11-19T20:00:00Z",)"
                             R"("until":"2026-11-19T22:00:00Z","devices":4})";

class Packages : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    open_buyer("alice");
  }
  static std::string service(const std::string& more = kTimes) {
    return R"({"kind":"service","name":"chat","class":"A","devices":2,)" + more +
           R"(,"limit":{"amount":"4.00","currency":"CNY"}})";
  }
  static std::string profile(const std::string& legs) {
    return R"({"kind":"profile","legs":[)" + legs +
           R"(],"value":{"amount":"50.00","currency":"CNY"}})";
  }
  static std::string curve(const std::string& first, const std::string& second) {
    return R"({"kind":"curve","hub":"west","class":"A","from":"2026-11-19T20:00:00Z",)"
           R"("until":"2026-11-19T22:00:00Z","steps":[{"devices":3,"limit":{"amount":")" +
           first + R"(","currency":"CNY"}},{"devices":2,"limit":{"amount":")" + second +
           R"(","currency":"CNY"}}]})";
  }
  // Its code, and what of the body it is about.
  std::string fault(const std::string& body) {
    const auto answer = post("/v1/orders", "alice", body);
    return code(answer) + " " + member(answer, "param");
  }
};

TEST_F(Packages, AServiceIsHeldForShownAndNotAmended) {
  const auto sent = post("/v1/orders", "alice", service());
  ASSERT_EQ(sent.status, 201) << sent.body;
  EXPECT_NE(sent.body.find(R"("hold":{"amount":"16.00","currency":"CNY"})"), std::string::npos)
      << "two devices for two hours at four: " << sent.body;
  const auto shown = get("/v1/orders/O-0", "alice");
  EXPECT_EQ(member(shown, "kind"), "service");
  EXPECT_EQ(member(shown, "name"), "chat");
  for (const char* part : {R"("hubs":["east","west"])",
                           R"("times":[{"from":"2026-11-20T04:00:00+08:00")", R"("devices":2)"}) {
    EXPECT_NE(shown.body.find(part), std::string::npos) << part << " in " << shown.body;
  }
  const auto amended = ask(
      Method::kPatch, "/v1/orders/O-0", "alice", R"({"value":{"amount":"20","currency":"CNY"}})",
      {{"idempotency-key", "amend-it-1"}, {"if-match", header(shown, "ETag")}});
  EXPECT_EQ(code(amended), "fixed") << amended.body;
  const auto renamed =
      ask(Method::kPatch, "/v1/orders/O-0", "alice", R"({"name":"chat, evenings"})",
          {{"idempotency-key", "rename-it-1"}, {"if-match", header(shown, "ETag")}});
  EXPECT_EQ(renamed.status, 200) << renamed.body;
  EXPECT_EQ(member(get("/v1/orders/O-0", "alice"), "name"), "chat, evenings");
  EXPECT_EQ(code(post("/v1/orders/O-0:cancel", "alice", "")), "ok");
}

TEST_F(Packages, TheOtherKindsAreTakenToo) {
  EXPECT_EQ(fault(profile(kLeg)), "ok ");
  EXPECT_EQ(fault(curve("5.00", "4.00")), "ok ");
  EXPECT_EQ(fault(R"({"kind":"options","options":[{"value":{"amount":"40.00","currency":"CNY"},)"
                  R"("legs":[)" +
                  std::string(kLeg) + "]}]}"),
            "ok ");
  const auto shown = get("/v1/orders?orderBy=id", "alice").body;
  for (const char* part :
       {R"("kind":"profile")", R"("legs":[{"hub":"east")", R"("kind":"curve")",
        R"("steps":[{"devices":3,)", R"("kind":"options")", R"("options":[{"value")"}) {
    EXPECT_NE(shown.find(part), std::string::npos) << part << " in " << shown;
  }
  const auto batch =
      post("/v1/orders:batch", "alice",
           R"({"orders":[{"idempotencyKey":"batch-item-1","order":)" + service() + "}]}");
  EXPECT_NE(batch.body.find(R"("state":"accepted")"), std::string::npos) << batch.body;
}

TEST_F(Packages, WhatIsWrongIsNamed) {
  EXPECT_EQ(fault(profile(R"({"zone":"z","from":"2026-11-19T20:00:00Z",)"
                          R"("until":"2026-11-19T22:00:00Z","energyWh":"5"})")),
            "not-built /legs/0");
  std::string leg = kLeg;
  leg.replace(leg.find("T22"), 3, "T20");
  EXPECT_EQ(fault(profile(leg)), "bad-value /legs/0/until");
  leg = kLeg;
  leg.replace(leg.find("east"), 4, "moon");
  EXPECT_EQ(fault(profile(leg)), "unknown /legs/0/hub");
  leg = kLeg;
  leg.replace(leg.find(R"("class":"A",)"), 12, "");
  EXPECT_EQ(fault(profile(leg)), "missing-field /legs/0/class");
  EXPECT_EQ(fault(profile("")), "bad-value /legs");
  EXPECT_EQ(fault(curve("4.00", "5.00")), "bad-value /steps/1/limit");
  std::string times = kTimes;
  times.replace(times.find("11-20T20"), 8, "11-19T20");
  EXPECT_EQ(fault(service(times)), "bad-value /times/1");
  EXPECT_EQ(fault(service(std::string(R"("hubs":["east","east"],)") + kTimes)), "bad-value /hubs");
  EXPECT_EQ(fault(service(std::string(R"("greenPercent":50,)") + kTimes)),
            "not-built /greenPercent");
  // The west has none of class B, nobody has sixteen of A, and nobody begins yesterday.
  leg = kLeg;
  leg.replace(leg.find("east"), 4, "west").replace(leg.find(R"("A")"), 3, R"("B")");
  EXPECT_EQ(fault(profile(leg)).substr(0, 12), "not-eligible");
  leg = kLeg;
  leg.replace(leg.find(R"(:4})"), 3, ":16}");
  EXPECT_EQ(fault(profile(leg)).substr(0, 9), "too-large");
  leg = kLeg;
  for (const char* day : {"11-19T20", "11-19T22"}) leg.replace(leg.find(day), 5, "11-17");
  EXPECT_EQ(fault(profile(leg)).substr(0, 9), "bad-value") << "before the exchange opened";
}

TEST_F(Packages, ALeastShareIsShown) {
  std::string shares = profile(kLeg);
  shares.replace(shares.size() - 1, 1, R"(,"minimumPpm":250000})");
  EXPECT_EQ(fault(shares), "ok ");
  const auto shown = get("/v1/orders/O-0", "alice");
  EXPECT_EQ(member(shown, "kind"), "profile");
  EXPECT_NE(shown.body.find(R"("minimumPpm":250000)"), std::string::npos) << shown.body;
  shares.replace(shares.find("250000"), 6, "0");
  EXPECT_EQ(fault(shares), "bad-value /minimumPpm");
  shares.replace(shares.find(":0}"), 3, ":1000001}");
  EXPECT_EQ(fault(shares), "bad-value /minimumPpm");
}

// Before any round there is nothing to quote on; what is wrong is named as it is of an order.
TEST_F(Packages, QuotesAreReadLikeOrders) {
  const auto quote = [&](const std::string& body) {
    const auto answer = post("/v1/quotes", "alice", body);
    return code(answer) + " " + member(answer, "param");
  };
  EXPECT_EQ(quote(R"({"order":)" + service() + "}"), "not-cleared ");
  std::string leg = kLeg;
  leg.replace(leg.find("east"), 4, "moon");
  EXPECT_EQ(quote(R"({"order":)" + profile(leg) + "}"), "unknown /order/legs/0/hub");
  leg = kLeg;
  leg.replace(leg.find(R"(:4})"), 3, ":16}");
  EXPECT_EQ(quote(R"({"order":)" + profile(leg) + "}"), "too-large ");
  EXPECT_EQ(fault(service()), "ok ");
  EXPECT_EQ(quote(R"({"from":"O-0"})"), "not-cleared ");
  EXPECT_EQ(quote(R"({"from":"O-0","change":{"value":{"amount":"20","currency":"CNY"}}})"),
            "fixed /change");
}

}  // namespace
}  // namespace tongsuan::server::testing
