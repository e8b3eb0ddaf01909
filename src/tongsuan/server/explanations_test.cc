// Why, proofs, quotes; the past; the journal gone through again.
#include <gtest/gtest.h>
#include <thread>

#include "tongsuan/base/text.h"
#include "tongsuan/server/internal/slow_work.h"
#include "tongsuan/server/service_fixture.h"
#include "tongsuan/server/values.h"

namespace tongsuan::server::testing {
namespace {

class Explained : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    open_buyer("alice");
    open_buyer("bob");
    const auto supplier = open("supplier", "hub");
    for (const std::string hub : {"east", "west"}) {
      const auto given = ask(net::Method::kPut, "/v1/hubs/" + hub + "/supplier", "operator",
                             R"({"participant":")" + supplier + "\"}",
                             {{"idempotency-key", "supplier-of-" + hub}});
      ASSERT_LT(given.status, 300) << given.body;
    }
  }

  // Closes the gate of a round and waits until it has been cleared.
  void clear_round(const std::string& round) {
    const auto closed = post("/v1/rounds:close-gate", "operator", R"({"round":")" + round + "\"}");
    ASSERT_EQ(closed.status, 202) << closed.body;
    for (int i = 0; i < 2'000; ++i) {
      const std::string state = member(get("/v1/rounds/" + round), "state");
      if (state == "cleared") return;
      ASSERT_TRUE(state == "clearing" || state == "collecting") << state;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    FAIL() << "the round was not cleared";
  }

  static std::string text_at(const net::Response& response, std::string_view path) {
    json::Document document;
    const auto parsed = document.parse(response.body);
    if (!parsed.ok()) return {};
    json::Value value = parsed.value();
    while (!path.empty()) {
      const std::size_t dot = std::min(path.find('.'), path.size());
      const std::string key(path.substr(0, dot));
      path.remove_prefix(std::min(dot + 1, path.size()));
      if (value.type() == json::Type::kArray) {
        std::size_t left = std::stoul(key);
        bool found = false;
        for (const json::Value item : value.items()) {
          if (left-- > 0) continue;
          value = item;
          found = true;
          break;
        }
        if (!found) return {};
      } else {
        value = value.members().find(key);
      }
    }
    const auto text = value.as_text();
    if (text.ok()) return std::string(text.value());
    const auto truth = value.as_bool();
    if (truth.ok()) return truth.value() ? "true" : "false";
    return {};
  }
};

// A price and a duration that are allowed come to more than 64 bits together. Dispatch looks at it
// at once, and again after every start.
TEST_F(Explained, WhatCostsMoreThanAllMoneyWaits) {
  submit("alice");
  clear_round("R-1");
  const auto put = [&](const std::string& target, const std::string& who, const std::string& body) {
    const auto done =
        ask(net::Method::kPut, target, who, body, {{"idempotency-key", who + "-puts"}});
    EXPECT_EQ(done.status, 200) << done.body;
  };
  put("/v1/rules", "operator",
      R"({"roundSeconds":900,"lockSeconds":60,"collarPercent":0,"ordersOfOne":10,"liveOrders":10,)"
      R"("penaltyPpm":0,"takeOrPayPpm":0})");
  put("/v1/hubs/east/offers/A", "supplier", R"({"ask":{"amount":"1000000","currency":"CNY"}})");
  const std::string endless =
      R"({"kind":"block","hubs":["east"],"value":{"amount":"1.00","currency":"CNY"},)"
      R"("ways":[{"class":"A","devices":8,"durationSeconds":10000000000}]})";
  const auto quoted =
      ask(net::Method::kPost, "/v1/quotes", "alice", R"({"order":)" + endless + "}");
  EXPECT_EQ(quoted.status, 200) << quoted.body;
  EXPECT_EQ(text_at(quoted, "placed"), "false");
  const std::string id = submit("alice", endless);
  submit("bob");  // dispatch has seen the first one
  restart();
  EXPECT_EQ(member(get("/v1/orders/" + id, "alice"), "state"), "waiting");
  submit("bob");
}

TEST_F(Explained, WhyNamesAChangeThatTheQuoteConfirms) {
  const std::string id = submit("alice");  // far below what devices cost
  EXPECT_EQ(code(get("/v1/orders/" + id + "/why?round=R-1", "alice")), "not-closed");
  EXPECT_EQ(text_at(get("/v1/orders/" + id + "/why", "alice"), "standing"), "after-gate");
  clear_round("R-1");

  const auto why = get("/v1/orders/" + id + "/why", "alice");
  ASSERT_EQ(why.status, 200) << why.body;
  EXPECT_EQ(text_at(why, "order"), id);
  EXPECT_EQ(text_at(why, "round"), "R-1");
  EXPECT_EQ(text_at(why, "placed"), "false");
  EXPECT_EQ(text_at(why, "standing"), "in-book");
  EXPECT_EQ(text_at(why, "reason"), "OUTBID");
  EXPECT_EQ(text_at(why, "hubs.0.hub").empty(), false) << why.body;
  ASSERT_EQ(text_at(why, "changes.0.kind"), "limit") << why.body;
  const std::string change = text_at(why, "changes.0.change");
  ASSERT_TRUE(change.starts_with("--limit ")) << change;

  const std::string limit =
      R"({"limit":{"amount":")" + change.substr(8) + R"(","currency":"CNY"}})";
  const auto quoted = ask(net::Method::kPost, "/v1/quotes", "alice",
                          R"({"from":")" + id + R"(","change":)" + limit + "}");
  ASSERT_EQ(quoted.status, 200) << quoted.body;
  EXPECT_EQ(text_at(quoted, "placed"), "true") << quoted.body;
  EXPECT_EQ(text_at(quoted, "indicative"), "true");
  EXPECT_EQ(text_at(quoted, "award.hub").empty(), false);
  const auto same = ask(net::Method::kPost, "/v1/quotes", "alice", R"({"from":")" + id + "\"}");
  EXPECT_EQ(text_at(same, "placed"), "false");

  const auto plain = get("/v1/orders/" + id + "/why?changes=false", "alice");
  EXPECT_EQ(text_at(plain, "reason"), "OUTBID");
  EXPECT_EQ(text_at(plain, "changes.0.kind"), "");
}

TEST_F(Explained, AnswersSurviveARestart) {
  const std::string id = submit("alice");
  clear_round("R-1");
  const auto before = get("/v1/orders/" + id + "/why", "alice");
  restart();
  const auto after = get("/v1/orders/" + id + "/why", "alice");
  EXPECT_EQ(after.body, before.body) << "the round is read back from the journal";
}

TEST_F(Explained, NobodyIsToldOfOthers) {
  const std::string id = submit("alice");
  clear_round("R-1");
  EXPECT_EQ(code(get("/v1/orders/" + id + "/why", "bob")), "unknown");
  EXPECT_EQ(code(get("/v1/orders/" + id + "/proof?round=R-1", "bob")), "unknown");
  EXPECT_EQ(code(ask(net::Method::kPost, "/v1/quotes", "bob", R"({"from":")" + id + "\"}")),
            "unknown");
  EXPECT_EQ(code(get("/v1/orders/" + id + "/why")), "unauthenticated");
  EXPECT_EQ(code(get("/v1/orders/O-ZZ/why", "alice")), "unknown");
}

TEST_F(Explained, QuotesOfWhatIsNoOrder) {
  submit("alice");
  clear_round("R-1");
  const auto quote = [&](const std::string& body) {
    return ask(net::Method::kPost, "/v1/quotes", "alice", body);
  };
  EXPECT_EQ(code(quote("{}")), "bad-value");
  EXPECT_EQ(code(quote(R"({"order":{},"from":"O-0"})")), "bad-value");
  EXPECT_EQ(code(quote(R"({"order":)" + order() + R"(,"change":{"premium":{}}})")), "bad-value");
  EXPECT_EQ(code(quote(R"({"order":{"kind":"block"}})")), "missing-field");
  const auto large = quote(R"({"order":{"kind":"block","ways":[{"class":")" +
                           std::string(places().class_names[0]) +
                           R"(","devices":60000,"durationSeconds":3600}],)" +
                           R"("limit":{"amount":"5","currency":"CNY"}}})");
  EXPECT_EQ(code(large), "too-large") << large.body;
  const auto fresh =
      quote(R"({"order":)" + order(R"("limit":{"amount":"50","currency":"CNY"})") + "}");
  EXPECT_EQ(text_at(fresh, "placed"), "true") << fresh.body;
}

// The path from the leaf to the root, put together as RFC 6962 has it.
Digest root_of_path(const json::Value& proof) {
  const auto digest = [](std::string_view hex_text) {
    Digest read{};
    for (std::size_t i = 0; i < read.size(); ++i) {
      read[i] = static_cast<std::uint8_t>(
          std::stoul(std::string(hex_text.substr(2 * i, 2)), nullptr, 16));
    }
    return read;
  };
  const auto text = [&](std::string_view key) {
    return proof.members().find(key).as_text().value();
  };
  auto index = static_cast<std::uint64_t>(proof.members().find("index").as_int64().value());
  auto last = static_cast<std::uint64_t>(proof.members().find("leaves").as_int64().value()) - 1;
  Digest hash = digest(text("leaf"));
  const auto join = [](const Digest& left, const Digest& right) {
    Sha256 sum;
    sum.update("\x01");
    sum.update(left.data(), left.size());
    sum.update(right.data(), right.size());
    return sum.finish();
  };
  for (const json::Value item : proof.members().find("path").items()) {
    const Digest beside = digest(item.as_text().value());
    const bool right = index % 2 == 1 || index == last;
    hash = right ? join(beside, hash) : join(hash, beside);
    while (right && index % 2 == 0 && index != 0) {
      index /= 2;
      last /= 2;
    }
    index /= 2;
    last /= 2;
  }
  return hash;
}

TEST_F(Explained, TheProofLeadsToTheRoot) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(submit(i % 2 == 0 ? "alice" : "bob"));
  clear_round("R-1");
  const auto round = get("/v1/rounds/R-1");
  const auto book = get("/v1/rounds/R-1/book");
  for (int i = 0; i < 5; ++i) {
    const auto proof = get("/v1/orders/" + ids[static_cast<std::size_t>(i)] + "/proof?round=R-1",
                           i % 2 == 0 ? "alice" : "bob");
    ASSERT_EQ(proof.status, 200) << proof.body;
    json::Document document;
    const auto parsed = document.parse(proof.body);
    ASSERT_TRUE(parsed.ok());
    const Digest root = root_of_path(parsed.value());
    EXPECT_EQ(hex(root.data(), root.size()), member(round, "root"));
    EXPECT_NE(book.body.find(member(proof, "pseudonym")), std::string::npos);
    EXPECT_EQ(book.body.find(ids[static_cast<std::size_t>(i)]), std::string::npos);
  }
  EXPECT_EQ(code(get("/v1/orders/" + ids[0] + "/proof", "alice")), "missing-field");
  EXPECT_EQ(code(get("/v1/orders/" + ids[0] + "/proof?round=R-2", "alice")), "not-closed");
  const std::string late = submit("alice");
  EXPECT_EQ(code(get("/v1/orders/" + late + "/proof?round=R-1", "alice")), "not-in-book");

  const auto listed = get("/v1/orders?round=R-1&orderBy=id", "alice");
  EXPECT_EQ(text_at(listed, "items.0.id"), ids[0]) << listed.body;
  EXPECT_EQ(text_at(listed, "items.2.id"), ids[4]);
  EXPECT_EQ(text_at(listed, "items.3.id"), "") << "the later one stands in no book yet";
  EXPECT_EQ(code(get("/v1/orders?round=R-7", "alice")), "not-closed");
}

TEST_F(Explained, TheStateAsOfAnyCommand) {
  const std::string id = submit("alice");
  const std::string waiting = std::to_string(node_->figures().durable);
  const auto before = get("/v1/orders/" + id + "?asOf=" + waiting, "alice");
  ASSERT_EQ(post("/v1/orders/" + id + ":cancel", "alice", "").status, 200);
  for (int i = 0; i < 3; ++i) submit("bob");
  const auto now = get("/v1/orders/" + id, "alice");
  EXPECT_EQ(text_at(now, "state"), "cancelled");
  const auto then = get("/v1/orders/" + id + "?asOf=" + waiting, "alice");
  EXPECT_EQ(text_at(then, "state"), "waiting");
  EXPECT_EQ(then.body, before.body);
  EXPECT_EQ(header(then, "Tongsuan-Sequence"), waiting);
  const auto earlier = std::to_string(std::stoull(waiting) - 1);
  EXPECT_EQ(code(get("/v1/orders/" + id + "?asOf=" + earlier, "alice")), "unknown");
}

TEST_F(Explained, AContractAsItWas) {
  const std::string id = submit("alice", order(R"("limit":{"amount":"50","currency":"CNY"})"));
  std::string contract;
  for (int i = 0; i < 2'000 && contract.empty(); ++i) {
    contract = text_at(get("/v1/orders/" + id, "alice"), "contracts.0");
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ASSERT_FALSE(contract.empty()) << "dispatch starts it";
  const std::string begun = std::to_string(node_->figures().durable);
  const auto before = get("/v1/contracts/" + contract, "alice");
  clock_.advance(600);
  const auto ended =
      post("/v1/contracts/" + contract + ":end", "supplier", R"({"reason":"completed"})");
  ASSERT_EQ(ended.status, 200) << ended.body;
  EXPECT_EQ(text_at(get("/v1/contracts/" + contract, "alice"), "state"), "ended");
  EXPECT_EQ(get("/v1/contracts/" + contract + "?asOf=" + begun, "alice").body, before.body);
}

TEST_F(Explained, TheJournalIsGoneThroughAgain) {
  open("auditor", "auditor");
  submit("alice");
  clear_round("R-1");
  const std::string key = "replay-key-1";
  const auto begun = post("/v1/replays", "auditor", "{}", key);
  ASSERT_EQ(begun.status, 202) << begun.body;
  const std::string id = member(begun, "id");
  EXPECT_EQ(header(begun, "Location"), "/v1/operations/" + id);
  net::Response now;
  for (int i = 0; i < 2'000; ++i) {
    now = get("/v1/operations/" + id, "auditor");
    if (text_at(now, "state") != "running") break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(text_at(now, "state"), "done") << now.body;
  EXPECT_EQ(text_at(now, "result.last"), std::to_string(node_->figures().durable)) << now.body;
  EXPECT_EQ(member(post("/v1/replays", "auditor", "{}", key), "id"), id);
  EXPECT_EQ(code(post("/v1/replays", "auditor", R"({"fromSnapshot":true})", key)), "used-id");
  EXPECT_EQ(code(post("/v1/replays", "auditor", R"({"policies":[]})")), "unknown-field");
  EXPECT_EQ(code(post("/v1/replays", "alice", "{}")), "forbidden");
  EXPECT_EQ(code(get("/v1/operations/X-ZZZ", "auditor")), "unknown");
}

TEST(SlowWork, NobodyFillsItAlone) {
  std::mutex first;
  first.lock();
  std::atomic<int> done{0};
  {
    internal::SlowWork work({.threads = 1, .waiting = 5, .waiting_one = 3});
    const auto one = [&] {
      const std::lock_guard lock(first);
      ++done;
    };
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(work.put(7, one));
    EXPECT_FALSE(work.put(7, one));
    EXPECT_TRUE(work.put(8, one));
    EXPECT_TRUE(work.put(8, one));
    int more = 0;  // the first may be on the thread already
    while (more < 3 && work.put(9, one)) ++more;
    EXPECT_LE(more, 1);
    EXPECT_FALSE(work.put(10, one)) << "five wait";
    first.unlock();
    while (done < 5 + more) std::this_thread::yield();
    work.stop();
    EXPECT_FALSE(work.put(7, one));
  }
}

}  // namespace
}  // namespace tongsuan::server::testing
