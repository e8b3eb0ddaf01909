// Rounds slot by slot, and how busy hubs were when they closed.
#include "tongsuan/rolling/round_slots.h"

#include <gtest/gtest.h>
#include <thread>

#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/server/hub_history.h"
#include "tongsuan/server/service_fixture.h"
#include "tongsuan/server/values.h"

namespace tongsuan::server::testing {
namespace {

class Slots : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    open_buyer("alice");
    const auto supplier = open("supplier", "hub");
    for (const std::string hub : {"east", "west"}) {
      const auto given = ask(net::Method::kPut, "/v1/hubs/" + hub + "/supplier", "operator",
                             R"({"participant":")" + supplier + "\"}",
                             {{"idempotency-key", "supplier-of-" + hub}});
      ASSERT_LT(given.status, 300) << given.body;
    }
  }

  static std::string order_of(int devices) {
    return R"({"kind":"block","ways":[{"class":"B","devices":)" + std::to_string(devices) +
           R"(,"durationSeconds":3600}],"limit":{"amount":"20.00","currency":"CNY"}})";
  }
  // One takes every device of its class for an hour, so that another one waits for the round.
  void submit_two() {
    submit("alice", order_of(4));
    submit("alice", order_of(2));
  }
  std::string close_round(const std::string& round) {
    const auto closed = post("/v1/rounds:close-gate", "operator", R"({"round":")" + round + "\"}");
    EXPECT_EQ(closed.status, 202) << closed.body;
    std::string state = "clearing";
    for (int i = 0; i < 2'000 && (state == "clearing" || state == "collecting"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      state = member(get("/v1/rounds/" + round), "state");
    }
    return state;
  }
  static std::string column(const std::vector<rolling::PoolSlot>& rows,
                            std::int64_t rolling::PoolSlot::*which) {
    std::string text;
    json::Writer out(text);
    out.begin_array();
    std::string amount;
    for (const rolling::PoolSlot& row : rows) {
      amount.clear();
      append_amount(amount, row.*which);
      out.text(amount);
    }
    out.end_array();
    return text;
  }
};

TEST_F(Slots, AreWhatAnybodyMakesOfThePublishedFiles) {
  submit_two();
  ASSERT_EQ(close_round("R-1"), "cleared");
  const auto read = codec::read_market(get("/v1/rounds/R-1/book").body, "book");
  ASSERT_TRUE(read.ok());
  const auto certificate =
      codec::read_certificate(get("/v1/rounds/R-1/certificate").body, "cert", read.market);
  ASSERT_TRUE(certificate.ok());
  const auto slots = rolling::round_slots(read.market, certificate.certificate);
  ASSERT_TRUE(slots.ok());

  const auto told = get("/v1/rounds/R-1/slots");
  ASSERT_EQ(told.status, 200) << told.body;
  std::int64_t awarded = 0;
  for (const rolling::PoolSlots& pool : slots.value().pools) {
    for (const auto which : {&rolling::PoolSlot::price, &rolling::PoolSlot::capacity,
                             &rolling::PoolSlot::scarcity, &rolling::PoolSlot::power}) {
      EXPECT_NE(told.body.find(column(pool.slots, which)), std::string::npos);
    }
    for (const rolling::PoolSlot& slot : pool.slots) awarded += slot.awarded;
  }
  EXPECT_EQ(awarded, 2) << "two devices for an hour";
  EXPECT_NE(told.body.find(R"("slotSeconds":3600,"first":0,"count":96,"slots":96)"),
            std::string::npos)
      << told.body.substr(0, 300);
}

TEST_F(Slots, APartHasItsOwnBeginning) {
  submit_two();
  ASSERT_EQ(close_round("R-1"), "cleared");
  const TimeText time(kEpoch, 28'800);
  const auto part = get("/v1/rounds/R-1/slots?hub=east&first=2&count=3");
  ASSERT_EQ(part.status, 200) << part.body;
  EXPECT_EQ(member(part, "from"), time.text(7'200));
  EXPECT_EQ(part.body.find(R"("hub":"west")"), std::string::npos);
  EXPECT_NE(part.body.find(R"("first":2,"count":3,"slots":96)"), std::string::npos);
  const auto beyond = get("/v1/rounds/R-1/slots?first=200");
  EXPECT_NE(beyond.body.find(R"("count":0,"slots":96)"), std::string::npos) << beyond.body;
}

TEST_F(Slots, WhatIsNotThereIsRefused) {
  EXPECT_EQ(code(get("/v1/rounds/R-1/slots")), "not-closed");
  EXPECT_EQ(code(get("/v1/rounds/nine/slots")), "unknown");
  ASSERT_EQ(close_round("R-1"), "empty");
  const auto empty = get("/v1/rounds/R-1/slots");
  EXPECT_EQ(code(empty), "not-cleared") << empty.body;
  EXPECT_EQ(member(empty, "param"), "round");
  submit_two();
  ASSERT_EQ(close_round("R-2"), "cleared");
  const auto hub = get("/v1/rounds/R-2/slots?hub=atlantis");
  EXPECT_EQ(code(hub), "unknown");
  EXPECT_EQ(member(hub, "param"), "hub");
  EXPECT_EQ(code(get("/v1/rounds/R-2/slots?class=abacus")), "unknown");
  EXPECT_EQ(code(get("/v1/rounds/R-2/slots?links=some")), "bad-value");
  EXPECT_EQ(code(get("/v1/rounds/R-2/slots?count=0")), "bad-value");
  EXPECT_EQ(code(get("/v1/rounds/R-2/slots?hours=1")), "unknown-field");
}

class FewSlots : public Slots {
 protected:
  void adjust(ServiceOptions& options) override { options.slot_cells_max = 200; }
};

TEST_F(FewSlots, AnswersThatAreTooLargeSayHowToAskForLess) {
  submit_two();
  ASSERT_EQ(close_round("R-1"), "cleared");
  const auto all = get("/v1/rounds/R-1/slots?links=all");
  EXPECT_EQ(all.status, 422);
  EXPECT_EQ(code(all), "answer-too-large") << all.body;
  EXPECT_NE(member(all, "detail").find("at most 200 are told at once"), std::string::npos);
  EXPECT_NE(member(all, "try").find("links=all"), std::string::npos) << all.body;
  EXPECT_EQ(code(get("/v1/rounds/R-1/slots")), "answer-too-large");
  EXPECT_EQ(get("/v1/rounds/R-1/slots?hub=east&count=24").status, 200);
}

TEST_F(Slots, NeverChange) {
  submit_two();
  ASSERT_EQ(close_round("R-1"), "cleared");
  const auto first = get("/v1/rounds/R-1/slots");
  ASSERT_EQ(first.status, 200);
  EXPECT_EQ(header(first, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_FALSE(header(first, "Repr-Digest").empty());
  const std::string tag = header(first, "ETag");
  const auto again =
      ask(net::Method::kGet, "/v1/rounds/R-1/slots", {}, {}, {{"if-none-match", tag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_TRUE(again.body.empty());
  restart();
  const auto after = get("/v1/rounds/R-1/slots");
  EXPECT_EQ(after.body, first.body);
  EXPECT_EQ(header(after, "ETag"), tag);
  const auto book = get("/v1/rounds/R-1/book");
  EXPECT_EQ(ask(net::Method::kGet, "/v1/rounds/R-1/book", {}, {},
                {{"if-none-match", header(book, "ETag")}})
                .status,
            304);
}

// ---- Hubs --------------------------------------------------------------------------------------

class Loads : public Slots {
 protected:
  void adjust_node(node::NodeOptions& options) override {
    if (!snapshots_) return;
    options.snapshot_every = 5;
    options.batch.state_every = 1;
  }
  void adjust(ServiceOptions& options) override {
    if (!past_is_shown_) options.as_of = {};
  }
  // Three rounds while more and more is used.
  void three_rounds() {
    for (int round = 1; round <= 3; ++round) {
      submit("alice", order(R"("limit":{"amount":"20.00","currency":"CNY"},"hubs":["east"])"));
      clock_.advance(60);
      close_round("R-" + std::to_string(round));
    }
  }
  net::Response told(const std::string& more = {}) {
    net::Response response{.status = 0};
    for (int i = 0; i < 500; ++i) {
      response = get("/v1/hubs/east/history" + more);
      if (response.body.find(R"("remembering":true)") == std::string::npos) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return response;
  }
  // "usedDevices" of all pools and rounds, the last first.
  static std::vector<std::int64_t> used(const net::Response& response) {
    json::Document document;
    std::vector<std::int64_t> list;
    const auto parsed = document.parse(response.body);
    EXPECT_TRUE(parsed.ok());
    for (const json::Value item : parsed.value().members().find("items").items()) {
      std::int64_t sum = 0;
      for (const json::Value pool : item.members().find("pools").items()) {
        sum += pool.members().find("usedDevices").as_int64().value();
      }
      list.push_back(sum);
    }
    return list;
  }
  bool snapshots_ = true, past_is_shown_ = true;
};

TEST_F(Loads, AreThoseOfTheGates) {
  three_rounds();
  const auto all = told();
  ASSERT_EQ(all.status, 200) << all.body;
  EXPECT_EQ(used(all), (std::vector<std::int64_t>{3, 2, 1})) << all.body;
  EXPECT_EQ(member(all, "knownFrom"), TimeText(kEpoch, 28'800).text(60));
  const auto page = told("?pageSize=2");
  EXPECT_EQ(used(page).size(), 2U);
  const auto next = told("?pageToken=" + member(page, "nextPageToken") + "&pageSize=2");
  EXPECT_EQ(used(next), (std::vector<std::int64_t>{1}));
  EXPECT_TRUE(member(next, "nextPageToken").empty());
  EXPECT_EQ(code(get("/v1/hubs/atlantis/history")), "unknown");
}

TEST_F(Loads, AreReadFromTheJournalAgain) {
  three_rounds();
  const auto before = told();
  restart();
  EXPECT_EQ(told().body, before.body);
  snapshots_ = false;
  restart();
  EXPECT_EQ(told().body, before.body);
}

TEST_F(Loads, SayFromWhenTheyAreKnown) {
  three_rounds();
  past_is_shown_ = false;
  restart();
  const auto none = told();
  EXPECT_TRUE(used(none).empty());
  EXPECT_TRUE(member(none, "knownFrom").empty());
  clock_.advance(60);
  close_round("R-4");
  EXPECT_EQ(member(told(), "knownFrom"), TimeText(kEpoch, 28'800).text(240));
  EXPECT_EQ(used(told()), (std::vector<std::int64_t>{3}));
}

TEST(HubHistoryLimits, TheOldestMakeRoom) {
  HubHistory history;
  const auto pools = std::vector<PoolLoad>(kLoadCellsMax / 2);
  for (const std::uint64_t round : {5U, 3U, 4U, 4U}) history.add({round, round, 0, 0, pools});
  EXPECT_TRUE(history.knows(5));
  EXPECT_TRUE(history.knows(4));
  EXPECT_FALSE(history.knows(3));
  history.with_rounds([](const std::deque<RoundLoad>& rounds) { EXPECT_EQ(rounds.size(), 2U); });
}

}  // namespace
}  // namespace tongsuan::server::testing
