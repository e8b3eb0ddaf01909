// What suppliers ask, at one price and by steps.
#include <gtest/gtest.h>
#include <thread>

#include "tongsuan/server/service_fixture.h"

namespace tongsuan::server::testing {
namespace {

// The hub west has eight devices of class A, and is run by west-idc.
class OffersAsked : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    open_buyer("alice");
    open("east-idc", "hub");
    const std::string west = open("west-idc", "hub");
    const auto given =
        ask(net::Method::kPut, "/v1/hubs/west/supplier", "operator",
            R"({"participant":")" + west + "\"}", {{"idempotency-key", "supplier-of-west"}});
    ASSERT_LT(given.status, 300) << given.body;
  }
  net::Response offer(const std::string& body, const std::string& who = "west-idc") {
    return ask(net::Method::kPut, "/v1/hubs/west/offers/A", who, body,
               {{"idempotency-key", "offer-number-" + std::to_string(++keys_)}});
  }
  static std::string step(const std::string& devices, const std::string& amount) {
    return R"({"devices":)" + devices + R"(,"ask":{"amount":")" + amount +
           R"(","currency":"CNY"}})";
  }
  static std::string steps(const std::string& list) { return R"({"steps":[)" + list + "]}"; }
  static std::string fault(const net::Response& response) {
    return code(response) + " " + member(response, "param");
  }
  std::string listed() { return get("/v1/offers?hub=west&class=A").body; }
  // What a quote says of so many devices for an hour now; without a limit that can matter.
  std::string quoted(int devices) {
    return post("/v1/quotes", "alice",
                R"({"order":{"kind":"block","hubs":["west"],"ways":[{"class":"A","devices":)" +
                    std::to_string(devices) +
                    R"(,"durationSeconds":3600}],"limit":{"amount":"9.00","currency":"CNY"}}})")
        .body;
  }
};

TEST_F(OffersAsked, HaveOnePriceOrSteps) {
  EXPECT_EQ(listed().find("steps"), std::string::npos);
  ASSERT_EQ(code(offer(steps(step("3", "3.6") + "," + step("5", "4.20")))), "ok");
  EXPECT_NE(listed().find(R"("ask":{"amount":"3.60","currency":"CNY"},"steps":[)" +
                          step("3", "3.60") + "," + step("5", "4.20") + R"(],"devices":8})"),
            std::string::npos)
      << listed();
  ASSERT_EQ(code(offer(R"({"ask":{"amount":"3.70","currency":"CNY"}})")), "ok");
  EXPECT_EQ(listed().find("steps"), std::string::npos);
  ASSERT_EQ(code(offer(steps(step("4000000000", "3.80")))), "ok");
  EXPECT_NE(listed().find(R"("ask":{"amount":"3.80")"), std::string::npos);
  EXPECT_EQ(listed().find("steps"), std::string::npos) << "one step is one price";
}

TEST_F(OffersAsked, AreCounted) {
  ASSERT_EQ(code(offer(steps(step("3", "3.60") + "," + step("5", "4.20")))), "ok");
  const std::string metrics = get("/metrics").body;
  EXPECT_NE(metrics.find("tongsuan_ask_yuan{hub=\"west\",class=\"A\"} 3.60\n"), std::string::npos)
      << metrics;
}

TEST_F(OffersAsked, AreThereAfterARestart) {
  ASSERT_EQ(code(offer(steps(step("3", "3.60") + "," + step("9", "4.20")))), "ok");
  const std::string before = listed();
  EXPECT_NE(before.find(step("5", "4.20")), std::string::npos) << "the last has what is left";
  restart();
  EXPECT_EQ(listed(), before);
}

TEST_F(OffersAsked, ThatAreNoneAreRefused) {
  EXPECT_EQ(fault(offer(steps(step("3", "3.60") + "," + step("5", "3.50")))),
            "bad-value /steps/1/ask");
  EXPECT_EQ(fault(offer(steps(step("3", "3.60") + "," + step("4", "3.70")))), "bad-value /steps")
      << "a device has no price";
  EXPECT_EQ(fault(offer(steps(step("8", "3.60") + "," + step("1", "3.70")))), "bad-value /steps/1");
  EXPECT_EQ(fault(offer(steps(step("0", "3.60") + "," + step("8", "3.70")))),
            "bad-value /steps/0/devices");
  EXPECT_EQ(fault(offer(steps(step("8", "-1.00")))), "bad-value /steps/0/ask/amount");
  EXPECT_EQ(fault(offer(steps(""))), "bad-value /steps");
  EXPECT_EQ(fault(offer(R"({"steps":7})")), "bad-value /steps");
  EXPECT_EQ(fault(offer(R"({"steps":[{"devices":8}]})")), "missing-field /steps/0/ask");
  EXPECT_EQ(fault(offer(R"({"steps":[)" + step("8", "3.60") +
                        R"(],"ask":{"amount":"3.60","currency":"CNY"}})")),
            "unknown-field /ask");
  std::string many = step("1", "3.60");
  for (int i = 0; i < 16; ++i) many += "," + step("1", "3.60");
  EXPECT_EQ(fault(offer(steps(many))), "bad-value /steps");
  EXPECT_EQ(code(offer(steps(step("8", "3.60")), "east-idc")), "not-yours");
  EXPECT_EQ(code(offer(steps(step("8", "3.60")), "alice")), "forbidden");
  EXPECT_EQ(fault(offer(steps(step("3", "3.60") + "," + step("5", "3600.00")))), "collar /steps");
  EXPECT_EQ(listed().find("steps"), std::string::npos);
}

TEST_F(OffersAsked, AreQuotedByTheStepThatIsTouched) {
  ASSERT_EQ(code(offer(steps(step("3", "3.60") + "," + step("5", "4.20")))), "ok");
  EXPECT_NE(quoted(3).find(R"("amount":"10.80")"), std::string::npos) << quoted(3);
  EXPECT_NE(quoted(4).find(R"("amount":"16.80")"), std::string::npos) << quoted(4);
}

}  // namespace
}  // namespace tongsuan::server::testing
