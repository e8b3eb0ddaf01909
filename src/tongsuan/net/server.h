// The HTTP server.
//
// Ownership. `start` returns a server that listens; its destructor stops it without mercy. Handler
// and hooks are called on the server's threads, several at once if it has several, and must not
// block or call `stop`. Replies and streams may outlive the server; they then do nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tongsuan/base/result.h"
#include "tongsuan/net/limits.h"
#include "tongsuan/net/message.h"
#include "tongsuan/net/metrics.h"
#include "tongsuan/net/problem.h"
#include "tongsuan/net/reply.h"

namespace tongsuan::net {

// PEM files.
struct TlsFiles {
  std::string certificate;  // with the chain up to the root, which may be left out
  std::string key;
  std::string client_ca = {};   // who may sign certificates of clients; empty: none are asked for
  bool client_required = true;  // false: clients may come without one (and have no subject)
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  unsigned threads = 1;
  std::optional<TlsFiles> tls = std::nullopt;
  Limits limits = {};
  // Shapes refusals that the server makes itself.
  std::function<Response(const Problem&)> problem = problem_response;
  // The last frame of every stream when the server stops; null for none.
  std::shared_ptr<const std::string> farewell = nullptr;
};

using Handler = std::function<void(Request&&, Reply)>;

class Server {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(const ServerOptions& options,
                                                             Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] ServerCounters counters() const;

  // Stops accepting, ends all streams with the farewell, answers what has been asked up to the
  // deadline and the rest with 503 (`stopping`), and returns when every thread has ended.
  void stop(std::chrono::milliseconds deadline);

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tongsuan::net
