#include "tongsuan/server/webhooks.h"

#include <functional>
#include <gtest/gtest.h>
#include <optional>

#include "tongsuan/net/server.h"
#include "tongsuan/server/service_fixture.h"

namespace tongsuan::server::testing {
namespace {

using namespace std::chrono_literals;

TEST(Webhooks, PrivateAddressesAreNotSentTo) {
  for (const char* address : {"127.0.0.1",
                              "10.1.2.3",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.1.1",
                              "169.254.169.254",
                              "100.64.0.1",
                              "0.0.0.0",
                              "224.0.0.1",
                              "::1",
                              "::",
                              "fe80::1%eth0",
                              "fc00::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::a00:1",
                              "2002:7f00:1::",
                              "ff02::1",
                              "",
                              "localhost"}) {
    EXPECT_FALSE(is_public_address(address)) << address;
  }
  for (const char* address : {"8.8.8.8", "172.32.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8"}) {
    EXPECT_TRUE(is_public_address(address)) << address;
  }
}

TEST(Webhooks, UrlsAreHttpsWithAHost) {
  for (const char* url :
       {"http://example.com/", "https://", "https:///x", "https://a@b/", "ftp://x",
        "https://example.com?x", "https://exa mple.com/", "https://x/#y", "//x"}) {
    EXPECT_FALSE(is_webhook_url(url, false)) << url;
  }
  EXPECT_TRUE(is_webhook_url("https://hooks.example.com/tongsuan?a=b", false));
  EXPECT_TRUE(is_webhook_url("http://127.0.0.1:80/x", true));
}

// The signature as a receiver would check it: openssl gives the same.
TEST(Webhooks, SignatureIsOverSecondsAndBody) {
  EXPECT_EQ(webhook_signature("secret", 1'795'000'000, "{}"),
            "t=1795000000,v1="
            "6b4c7e66d3b69c810f27c4aa67ee370757d4dfdabf1fbb338ea7cf6aba9e0494");
}

class Delivery : public ServiceTest {
 protected:
  void adjust(ServiceOptions& options) override {
    options.webhooks = options.webhooks_anywhere = true;
    options.webhook_pause_milliseconds = 1;
  }
};

TEST_F(Delivery, ComesAtLeastOnceInOrderAndSigned) {
  std::mutex mutex;
  std::vector<net::Request> got;
  int failures = 2;
  auto receiver = net::Server::start({}, [&](net::Request&& request, net::Reply reply) {
    const std::lock_guard lock(mutex);
    got.push_back(std::move(request));
    reply.send({.status = failures-- > 0 ? 503 : 204});
  });
  ASSERT_TRUE(receiver.ok());
  open_buyer("alice");
  const std::string url = "http://127.0.0.1:" + std::to_string(receiver.value()->port()) + "/hook";
  const auto made = post("/v1/webhooks", "alice", R"({"url":")" + url + "\"}", "webhook-key-1");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(post("/v1/webhooks", "alice", R"({"url":")" + url + "\"}", "webhook-key-1").body,
            made.body);
  const std::string id = submit("alice");
  const auto has_order = [&] {
    const std::lock_guard lock(mutex);
    return !got.empty() && failures < 0 &&
           got.back().body.find("\"order\":\"" + id + '"') != std::string::npos;
  };
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!has_order() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
  ASSERT_TRUE(has_order());
  const net::Request last = [&] {
    const std::lock_guard lock(mutex);
    return got.back();
  }();
  const std::string* signature = last.headers.find("tongsuan-signature");
  ASSERT_NE(signature, nullptr);
  EXPECT_EQ(*signature, webhook_signature(member(made, "secret"), kEpoch, last.body));
  // What was taken is confirmed in the journal, so that another process does not begin anew.
  const auto sent = [&] { return get("/v1/webhooks", "alice").body.find("\"failures\":0"); };
  while (sent() == std::string::npos && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_NE(sent(), std::string::npos);
  service_->stop();
  receiver.value()->stop(1s);
}

// Alice has receivers who do not answer.
TEST_F(Delivery, ASlowReceiverHoldsUpNobodyElse) {
  std::mutex mutex;
  std::vector<net::Reply> held;
  std::optional<std::size_t> held_when_bob_heard;
  auto slow = net::Server::start({}, [&](net::Request&&, net::Reply reply) {
    const std::lock_guard lock(mutex);
    held.push_back(std::move(reply));
  });
  auto quick = net::Server::start({}, [&](net::Request&&, net::Reply reply) {
    reply.send({.status = 204});
    const std::lock_guard lock(mutex);
    if (!held_when_bob_heard && !held.empty()) held_when_bob_heard = held.size();
  });
  ASSERT_TRUE(slow.ok() && quick.ok());
  const auto hook = [&](const std::string& who, std::uint16_t port) {
    const std::string url = "http://127.0.0.1:" + std::to_string(port) + "/hook";
    EXPECT_EQ(post("/v1/webhooks", who, R"({"url":")" + url + "\"}").status, 201);
  };
  const auto wait_until = [&](const std::function<bool()>& is_so) {
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < end) {
      {
        const std::lock_guard lock(mutex);
        if (is_so()) return true;
      }
      std::this_thread::sleep_for(1ms);
    }
    return false;
  };
  open_buyer("alice");
  open_buyer("bob");
  for (int i = 0; i < 3; ++i) hook("alice", slow.value()->port());
  ASSERT_TRUE(wait_until([&] { return !held.empty(); }));
  hook("bob", quick.value()->port());
  submit("bob");
  ASSERT_TRUE(wait_until([&] { return held_when_bob_heard.has_value(); }));
  EXPECT_EQ(held_when_bob_heard, 1U) << "alice's first has not been given up yet";
  slow.value()->stop(0s);
  service_->stop();
  quick.value()->stop(1s);
}

}  // namespace
}  // namespace tongsuan::server::testing
