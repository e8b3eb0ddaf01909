// Streams of events, read through a real server.
#include "tongsuan/server/feed.h"

#include <gtest/gtest.h>
#include <set>

#include "tongsuan/access/bearer.h"
#include "tongsuan/access/request_signature.h"
#include "tongsuan/net/client.h"
#include "tongsuan/net/server.h"
#include "tongsuan/server/internal/core.h"
#include "tongsuan/server/service_fixture.h"

namespace tongsuan::server::testing {
namespace {

using exchange::ParticipantId;
using namespace std::chrono_literals;

EventText event(std::uint32_t owner, std::string json) {
  return {"order.accepted", 0,   owner == 0 ? Visibility::kPublic : Visibility::kOwner,
          {owner},          {0}, std::move(json)};
}

TEST(Feed, SlicesHaveWholeMomentsAndOnlyWhatOneMaySee) {
  Feed feed({.events = 100});
  feed.begin(4);
  for (std::uint64_t i = 5; i < 15; ++i) {
    const std::string name = std::to_string(i);
    feed.publish(i, {event(1, "a" + name), event(2, "b" + name), event(0, "p" + name)});
  }
  const Interest one{kAllTopics, ParticipantId{1}, false};
  const Feed::Slice slice = feed.read(one, 4, 5);
  EXPECT_EQ(slice.events, (std::vector<std::string>{"a5", "p5", "a6", "p6"}));
  EXPECT_EQ(slice.through, 6U);
  EXPECT_EQ(feed.read(one, 6, 1'000).events.size(), 16U);
  EXPECT_EQ(feed.read({}, 4, 1'000).events.size(), 10U) << "strangers see what is public";
  EXPECT_TRUE(feed.read(one, 3, 5).gone);
  EXPECT_EQ(feed.read({1U << 3, ParticipantId{1}, false}, 4, 5).events.size(), 0U)
      << "other topics";
}

TEST(Feed, KeepsNothingThatNobodyHears) {
  Feed feed({});
  feed.begin(4);
  for (std::uint64_t i = 0; i < kUnheardMax; ++i) {
    EXPECT_FALSE(feed.skip(5 + i));
    feed.publish(5 + i, {event(0, "x")});
  }
  const std::uint64_t end = 5 + kUnheardMax;
  EXPECT_TRUE(feed.skip(end));
  EXPECT_EQ(feed.last(), end);
  EXPECT_TRUE(feed.read({}, end - 1, 5).gone) << "the journal has it";
  EXPECT_FALSE(feed.read({}, end, 5).gone);
  const auto waiting = std::make_shared<Waiting>();
  net::Reply reply(waiting, 1);
  EXPECT_EQ(feed.open(reply, {}, end - 1), Feed::Opened::kGone);
  EXPECT_EQ(feed.open(reply, {}, std::nullopt), Feed::Opened::kYes);
  EXPECT_FALSE(feed.skip(end + 1)) << "somebody listens";
}

TEST(Feed, TheOldestMakeRoom) {
  Feed feed({.events = 10});
  feed.begin(0);
  for (std::uint64_t i = 1; i <= 30; ++i) feed.publish(i, {event(0, "x")});
  EXPECT_TRUE(feed.read({}, 19, 5).gone);
  EXPECT_EQ(feed.read({}, 20, 100).events.size(), 10U);
}

TEST(Feed, TopicsAreAList) {
  EXPECT_EQ(parse_topics("order"), 1U);
  EXPECT_EQ(parse_topics("order,round"), 9U);
  for (const char* list : {"", "orders", "order,", ",order,,round", "order, round"}) {
    EXPECT_EQ(parse_topics(list).has_value(), std::string(list) == "order,") << list;
  }
}

class Streams : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    open_buyer("alice");
    open_buyer("bob");
    auto started = net::Server::start({}, [this](net::Request&& request, net::Reply reply) {
      service_->handle(std::move(request), std::move(reply));
    });
    ASSERT_TRUE(started.ok());
    server_ = std::move(started).value();
  }
  void TearDown() override {
    service_->stop();
    server_->stop(1s);
  }
  Result<net::EventReader> open_stream(const std::string& who, const std::string& after,
                                       const std::string& query = "?topics=order") {
    auto client = net::Client::make("http://127.0.0.1:" + std::to_string(server_->port()));
    net::Fields headers;
    if (!who.empty()) headers.list.push_back({"Authorization", "Bearer dev-" + who});
    return client.value().events("/v1/stream" + query, headers, after);
  }
  std::unique_ptr<net::Server> server_;
};

TEST_F(Streams, ResumeWithoutGapAndWithoutTwice) {
  std::set<std::string> sent, seen;
  std::string last = std::to_string(node_->figures().durable);
  for (int round = 0; round < 5; ++round) {
    sent.insert(submit("alice"));  // while nobody listens
    auto opened = open_stream("alice", last);
    ASSERT_TRUE(opened.ok()) << opened.error().context;
    net::EventReader reader = std::move(opened).value();
    sent.insert(submit("alice"));
    // The last event of an order is the one that has the id.
    std::string type;
    while (seen.size() < sent.size() || type != "order.held") {
      const auto event = reader.next(20s);
      ASSERT_TRUE(event.ok() && event.value()) << "the stream ended";
      type = event.value()->event;
      if (type != "order.accepted") continue;
      json::Document document;
      const auto root = document.parse(event.value()->data);
      const std::string id(root.value().members().find("order").as_text().value());
      EXPECT_TRUE(seen.insert(id).second) << id << " came twice";
    }
    last = reader.last_id();
  }
  EXPECT_EQ(seen, sent);
}

TEST_F(Streams, ANewNameIsTold) {
  const std::uint64_t before = node_->figures().durable;
  const std::string id =
      submit("alice", order(R"("name":"a","limit":{"amount":"0.10","currency":"CNY"})"));
  const std::string tag = header(get("/v1/orders/" + id, "alice"), "ETag");
  ASSERT_EQ(ask(net::Method::kPatch, "/v1/orders/" + id, "alice", R"({"name":"b"})",
                {{"idempotency-key", "rename-key"}, {"if-match", tag}})
                .status,
            200);
  const auto told = [&](const Interest& interest) {
    std::string all;
    for (const std::string& event : service_->core().feed.read(interest, before, 1'000).events) {
      if (event.find("order.named") != std::string::npos) all += event;
    }
    return all;
  };
  const std::string mine = told({kAllTopics, ParticipantId{2}, false});
  EXPECT_NE(mine.find(R"("order":")" + id + R"(","name":"b")"), std::string::npos) << mine;
  EXPECT_EQ(mine.find(R"("name":"a")"), std::string::npos) << "an order has its first name";
  EXPECT_EQ(told({kAllTopics, ParticipantId{3}, false}), "") << "others do not hear of it";
}

TEST_F(Streams, OrdersAreForTheirOwnersOnly) {
  const std::string before = std::to_string(node_->figures().durable);
  const std::string alices = submit("alice"), bobs = submit("bob");
  const auto asked = ask(net::Method::kPut, "/v1/rules", "operator",
                         R"({"roundSeconds":800,"lockSeconds":60,"collarPercent":2000,)"
                         R"("ordersOfOne":10,"liveOrders":10,"penaltyPpm":0,"takeOrPayPpm":0})",
                         {{"idempotency-key", "rules-key-1"}});
  ASSERT_EQ(asked.status, 200) << asked.body;
  for (const char* who : {"", "bob", "operator"}) {
    auto opened = open_stream(who, before, "");
    ASSERT_TRUE(opened.ok());
    net::EventReader reader = std::move(opened).value();
    bool own = false;
    while (true) {
      const auto event = reader.next(20s);
      ASSERT_TRUE(event.ok() && event.value());
      EXPECT_EQ(event.value()->data.find("\"order\":\"" + alices + '"'), std::string::npos) << who;
      own = own || event.value()->data.find("\"order\":\"" + bobs + '"') != std::string::npos;
      if (event.value()->event == "rules.changed") break;
    }
    EXPECT_EQ(own, std::string(who) == "bob");
  }
}

// Streams that were opened with keys of alice.
class StreamsOfKeys : public Streams {
 protected:
  exchange::KeyRow add_key() {
    const auto made = post("/v1/participants/P-2/keys", "operator", R"({"role":"participant"})");
    EXPECT_EQ(made.status, 201) << made.body;
    exchange::KeyRow row;
    const auto id = internal::parse_key(member(made, "id"));
    node_->read([&](const node::View& view) { row = *view.state.key(*id); });
    return row;
  }
  net::EventReader open_with(const std::string& authorization) {
    auto client = net::Client::make("http://127.0.0.1:" + std::to_string(server_->port()), {});
    net::Fields headers;
    headers.list.push_back({"Authorization", authorization});
    auto opened = client.value().events("/v1/stream", headers, {});
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().context);
    return std::move(opened).value();
  }
  std::string signed_with(const exchange::KeyRow& row) {
    const access::KeyRecord key = internal::key_record(row);
    return access::sign_request(key.id, access::key_secret(master_, key),
                                {"GET", "/v1/stream", sha256("")},
                                {access::UnixTime(unix_now_), "a-nonce-of-a-stream"});
  }
  std::string token_of(const exchange::KeyRow& row, std::int64_t seconds) {
    return "Bearer " + access::make_bearer(master_, internal::key_record(row),
                                           access::UnixTime(unix_now_),
                                           access::UnixTime(unix_now_ + seconds))
                           .value();
  }
  static void wait_for(net::EventReader& reader, const std::string& order) {
    std::string seen;
    while (seen.find("\"order\":\"" + order + '"') == std::string::npos) {
      const auto event = reader.next(20s);
      ASSERT_TRUE(event.ok() && event.value()) << seen;
      seen += event.value()->data;
    }
  }
  // All that comes until it ends.
  static std::string rest_of(net::EventReader& reader) {
    std::string all;
    while (true) {
      const auto event = reader.next(20s);
      EXPECT_TRUE(event.ok()) << "it goes on";
      if (!event.ok() || !event.value()) return all;
      all += event.value()->data + '\n';
    }
  }
};

TEST_F(StreamsOfKeys, EndWhenTheKeyIsRevoked) {
  const exchange::KeyRow row = add_key(), other = add_key();
  net::EventReader reader = open_with(signed_with(row)), token = open_with(token_of(row, 3'600));
  net::EventReader goes_on = open_with(token_of(other, 3'600));
  const std::string before = submit("alice");
  ASSERT_EQ(ask(net::Method::kDelete, "/v1/keys/" + internal::key_text(row.key), "operator", {},
                {{"idempotency-key", "revoke-key"}})
                .status,
            200);
  const std::string after = submit("alice");
  for (net::EventReader* one : {&reader, &token}) {
    const std::string all = rest_of(*one);
    EXPECT_NE(all.find("\"order\":\"" + before + '"'), std::string::npos) << all;
    EXPECT_NE(all.find("key.revoked"), std::string::npos) << all;
    EXPECT_EQ(all.find("\"order\":\"" + after + '"'), std::string::npos) << all;
  }
  wait_for(goes_on, after);
}

TEST_F(StreamsOfKeys, EndWithTheToken) {
  net::EventReader reader = open_with(token_of(add_key(), 100));
  wait_for(reader, submit("alice"));
  unix_now_ += 100;
  const std::string after = submit("alice");
  EXPECT_EQ(rest_of(reader).find("\"order\":\"" + after + '"'), std::string::npos);
}

class StreamsWithoutPast : public Streams {
 protected:
  void adjust(ServiceOptions& options) override {
    Streams::adjust(options);
    options.history = {};
  }
};

TEST_F(Streams, WhatIsNoLongerKeptComesFromTheJournal) {
  restart();
  EXPECT_EQ(get("/v1/stream?from=0").status, 200);
}

TEST_F(StreamsWithoutPast, WhatIsNoLongerKeptIsGone) {
  restart();
  EXPECT_EQ(code(get("/v1/stream?from=0")), "gone");
  EXPECT_EQ(code(get("/v1/stream?from=999999")), "bad-sequence");
  EXPECT_EQ(code(get("/v1/stream?topics=everything")), "bad-value");
}

}  // namespace
}  // namespace tongsuan::server::testing
