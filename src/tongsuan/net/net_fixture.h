// Test helpers: a server on loopback with short deadlines, and a raw peer that sends any bytes.
#pragma once

#include <arpa/inet.h>
#include <chrono>
#include <deque>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "tongsuan/net/internal/parser.h"
#include "tongsuan/net/server.h"

namespace tongsuan::net {

using namespace std::chrono_literals;

// Long enough for a slow machine; nothing waits so long when all is well.
inline constexpr std::chrono::milliseconds kPatience{20'000};

inline std::unique_ptr<Server> must_start(const ServerOptions& options, Handler handler) {
  auto started = Server::start(options, std::move(handler));
  EXPECT_TRUE(started.ok()) << (started.ok() ? "" : started.error().context);
  return started.ok() ? std::move(started).value() : nullptr;
}

// Says what it was asked.
inline void echo(Request&& request, Reply reply) {
  reply.send(
      {.content_type = "text/plain",
       .body = std::string(to_string(request.method)) + ' ' + request.target + ' ' + request.body});
}

inline std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
}
inline std::string chunked(const std::string& chunks) {
  return "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
}

// Waits until it is so; false after kPatience.
inline bool eventually(const std::function<bool()>& is_so) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

class Peer {
 public:
  explicit Peer(std::uint16_t port, int receive_buffer = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) {
      setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  Peer(Peer&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), unread_(std::move(other.unread_)) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { leave(); }

  Peer& send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) break;  // hung up: what matters is what it said
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return *this;
  }
  Peer& end_sending() {
    ::shutdown(socket_, SHUT_WR);
    return *this;
  }
  void leave() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }

  // The next answer; status 0 if the server hangs up before it is whole.
  Response answer(bool answers_head = false) {
    ResponseParser parser({1 << 20, 1 << 26}, answers_head);
    for (;;) {
      for (std::size_t fed = 1; fed > 0 && !unread_.empty();) {
        fed = parser.feed(unread_);
        unread_.erase(0, fed);
      }
      if (parser.state() == ParseState::kDone) return std::move(parser.response());
      if (parser.state() == ParseState::kFailed || !read()) return {.status = 0};
    }
  }
  // Everything until the server hangs up.
  std::string rest() {
    while (read()) {
    }
    return std::exchange(unread_, {});
  }
  bool read_until(std::string_view text) {
    while (unread_.find(text) == std::string::npos) {
      if (!read()) return false;
    }
    return true;
  }
  [[nodiscard]] const std::string& unread() const { return unread_; }

 private:
  bool read() {
    pollfd waiting{socket_, POLLIN, 0};
    if (poll(&waiting, 1, static_cast<int>(kPatience.count())) != 1) {
      ADD_FAILURE() << "nothing came; so far: " << unread_;
      return false;
    }
    char bytes[16 * 1024];
    const auto count = ::recv(socket_, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    unread_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }
  int socket_;
  std::string unread_;
};

inline std::string code_of(const Response& response) {
  const std::size_t at = response.body.find("\"code\":\"");
  if (at == std::string::npos) return "";
  return response.body.substr(at + 8, response.body.find('"', at + 8) - at - 8);
}

// Keeps requests for the test to answer, from its own thread.
class Desk {
 public:
  [[nodiscard]] Handler handler() {
    return [this](Request&& request, Reply reply) {
      const std::lock_guard lock(mutex_);
      held_.emplace_back(std::move(request), std::move(reply));
    };
  }
  // The first request that is held.
  std::pair<Request, Reply> take() {
    EXPECT_TRUE(eventually([this] { return count() > 0; }));
    const std::lock_guard lock(mutex_);
    std::pair<Request, Reply> first = std::move(held_.front());
    held_.pop_front();
    return first;
  }
  [[nodiscard]] std::size_t count() {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }

 private:
  std::mutex mutex_;
  std::deque<std::pair<Request, Reply>> held_;
};

}  // namespace tongsuan::net
