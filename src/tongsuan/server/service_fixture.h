// Test helpers: a service over an exchange in memory whose clock stands still, asked without a
// socket.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/engine/state_fixture.h"
#include "tongsuan/journal/sim_journal.h"
#include "tongsuan/json/json.h"
#include "tongsuan/net/target.h"
#include "tongsuan/node/market_driver.h"
#include "tongsuan/server/observed_journal.h"
#include "tongsuan/server/past.h"
#include "tongsuan/server/service.h"

namespace tongsuan::server::testing {

using Headers = std::vector<net::Field>;

// Takes one answer.
class Waiting final : public net::ReplyTarget {
 public:
  void complete(std::uint64_t, net::Response response) override { put(std::move(response)); }
  void complete_dropped(std::uint64_t) override { put({.status = 500}); }
  net::EventStream complete_stream(std::uint64_t, net::StreamOptions) override {
    put({.status = 200, .content_type = "text/event-stream"});
    return {};
  }
  net::Response wait() {
    std::unique_lock lock(mutex_);
    const bool came =
        changed_.wait_for(lock, std::chrono::seconds(20), [&] { return !!response_; });
    EXPECT_TRUE(came) << "no answer";
    return came ? *response_ : net::Response{.status = 0};
  }

 private:
  void put(net::Response response) {
    {
      const std::lock_guard lock(mutex_);
      response_ = std::move(response);
    }
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<net::Response> response_;
};

// Two hubs ("east", "west") and two classes of the engine's tests, with everybody who matters.
class ServiceTest : public ::testing::Test {
 protected:
  static constexpr std::int64_t kEpoch = 1'795'000'000;

  void SetUp() override { start(); }
  ~ServiceTest() override { stop(); }

  // Places of the engine's tests with names and prices, and a hub that nobody runs.
  static engine::Places places() {
    engine::Places places = engine::testing::small_places();
    places.accounts.clear();
    places.account_names = {};
    for (engine::Pool& pool : places.pools) pool.ask = Price(3'600'000);
    return places;
  }
  virtual void adjust(ServiceOptions& /*options*/) {}
  virtual void adjust_node(node::NodeOptions& /*options*/) {}
  node::NodeOptions node_options() {
    node::NodeOptions options;
    adjust_node(options);
    options.owner_check = std::chrono::milliseconds(20);
    options.shelf.secret = sha256("a test");
    options.shelf.blob = [this](const Digest& hash) { return past_.reader->blob(hash); };
    return options;
  }

  void start() {
    journal_ = std::make_unique<journal::SimJournal>(disk_, 1, journal::SimJournalFaults{});
    observed_ = std::make_unique<ObservedJournal>(*journal_);
    engine::Energy energy;
    node_ = std::make_unique<node::Node>(
        node::Genesis{places(), 0}, *observed_, clock_,
        std::make_unique<node::MarketDriver>(energy, node::live_rules()), node_options());
    ServiceOptions options;
    options.epoch = kEpoch;
    options.mode = access::AccessMode::kDevelopment;
    options.unix_now = [this] { return unix_now_; };
    show_past(options, past_);
    options.webhooks = false;
    adjust(options);
    service_ = std::make_unique<Service>(*node_, master_, log_, options);
    observed_->observe([this](std::uint64_t sequence, std::string_view record) {
      service_->recover(sequence, record);
    });
    const auto fatal = [this](const journal::Failure&) { EXPECT_TRUE(taken_over_); };
    ASSERT_TRUE(node_->start(fatal).ok());
    past_.reader = journal::sim_reader(disk_);
    past_.genesis = {places(), 0};
    past_.history = std::make_unique<node::History>(places(), 0, *past_.reader);
    service_->begin();
  }
  void stop() {
    if (service_) service_->stop();
    if (node_) node_->stop();
    service_.reset();
    node_.reset();
  }
  void restart() {
    stop();
    start();
  }

  // `who`: the name of a participant, or nobody.
  net::Response ask(net::Method method, const std::string& target, const std::string& who = {},
                    const std::string& body = {}, Headers headers = {}) {
    if (!who.empty()) headers.push_back({"authorization", "Bearer dev-" + who});
    return ask_raw(method, target, body, std::move(headers));
  }
  net::Response ask_raw(net::Method method, const std::string& target, const std::string& body,
                        Headers headers) {
    net::Request request;
    request.method = method;
    request.target = target;
    auto decoded = net::decode_target(target);
    EXPECT_TRUE(decoded.ok()) << target;
    request.path = decoded.value().path;
    request.query = decoded.value().query;
    if (!body.empty()) headers.push_back({"content-type", "application/json"});
    request.headers.list = std::move(headers);
    request.body = body;
    request.remote = "127.0.0.1";
    auto waiting = std::make_shared<Waiting>();
    service_->handle(std::move(request), net::Reply(waiting, 1));
    return waiting->wait();
  }
  net::Response get(const std::string& target, const std::string& who = {}) {
    return ask(net::Method::kGet, target, who);
  }
  // With a key of its own unless one is given.
  net::Response post(const std::string& target, const std::string& who, const std::string& body,
                     std::string key = {}) {
    if (key.empty()) key = "test-key-" + std::to_string(++keys_);
    return ask(net::Method::kPost, target, who, body, {{"idempotency-key", key}});
  }
  // The text of a member at the top of a body; empty where there is none.
  static std::string member(const net::Response& response, std::string_view key) {
    json::Document document;
    const auto parsed = document.parse(response.body);
    if (!parsed.ok()) return {};
    const auto text = parsed.value().members().find(key).as_text();
    return text.ok() ? std::string(text.value()) : std::string();
  }
  static std::string code(const net::Response& response) {
    return response.status < 400 ? "ok" : member(response, "code");
  }
  static std::string header(const net::Response& response, std::string_view name) {
    const std::string* value = response.headers.find(name);
    return value == nullptr ? std::string() : *value;
  }

  // Somebody new; its id.
  std::string open(const std::string& name, const std::string& role) {
    if (!std::exchange(founded_, true)) found();
    const auto made = post("/v1/participants", "operator",
                           R"({"name":")" + name + R"(","role":")" + role + "\"}");
    EXPECT_EQ(made.status, 201) << made.body;
    return member(made, "id");
  }
  std::string open_buyer(const std::string& name, const std::string& amount = "1000.00") {
    const std::string id = open(name, "participant");
    const auto paid =
        post("/v1/deposits", "operator",
             R"({"to":{"participant":")" + id + R"(","purpose":"cash"},"amount":{"amount":")" +
                 amount + R"(","currency":"CNY"},"reference":"1"})");
    EXPECT_EQ(paid.status, 201) << paid.body;
    return id;
  }
  // Too cheap to start unless told otherwise.
  static std::string order(
      const std::string& more = R"("limit":{"amount":"0.10","currency":"CNY"})") {
    const engine::Places all = places();
    return R"({"kind":"block","ways":[{"class":")" + std::string(all.class_names[0]) +
           R"(","devices":1,"durationSeconds":3600}],)" + more + "}";
  }
  std::string submit(const std::string& who, const std::string& body = order()) {
    const auto sent = post("/v1/orders", who, body);
    EXPECT_EQ(sent.status, 201) << sent.body;
    return member(sent, "id");
  }

 private:
  // The first operator, as --init makes it.
  void found() {
    const auto made = node_->ask(
        {{},
         0,
         ledger::kHouse,
         exchange::OpenParticipant{"operator", access::Role::kOperator, ledger::kHouse, Money()}});
    EXPECT_TRUE(made.ok());
  }

 protected:
  journal::SimJournalDisk disk_;
  node::ManualClock clock_{0};
  std::int64_t unix_now_ = kEpoch;
  access::MasterSecret master_{access::MasterBytes{7}};
  std::vector<std::string> lines_;
  std::mutex lines_mutex_;
  Log log_{[this](const std::string& line) {
    const std::lock_guard lock(lines_mutex_);
    lines_.push_back(line);
  }};
  std::unique_ptr<journal::SimJournal> journal_;
  std::unique_ptr<ObservedJournal> observed_;
  Past past_;
  std::unique_ptr<node::Node> node_;
  std::unique_ptr<Service> service_;
  int keys_ = 0;
  bool founded_ = false;
  std::atomic<bool> taken_over_ = false;  // by a test
};

}  // namespace tongsuan::server::testing
