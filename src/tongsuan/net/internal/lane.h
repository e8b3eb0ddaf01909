// One thread of the server with its share of the connections, as a connection sees it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "tongsuan/net/internal/counters.h"
#include "tongsuan/net/internal/stream.h"
#include "tongsuan/net/message.h"
#include "tongsuan/net/server.h"

namespace tongsuan::net {

class Connection;

// What other threads leave for a connection.
struct Letter {
  enum class Kind : std::uint8_t { kAnswer, kDropped, kStream, kLookAtStream };
  std::shared_ptr<Connection> connection;
  Kind kind = Kind::kAnswer;
  std::uint64_t sequence = 0;
  Response response = {};  // kAnswer; kStream: headers
  std::shared_ptr<StreamState> stream = nullptr;
};

class Lane {
 public:
  // `answers`: bytes that wait to be sent, by all lanes of the server.
  Lane(const ServerOptions& server_options, const Handler& server_handler,
       std::shared_ptr<std::atomic<std::size_t>> answers)
      : options(server_options), handler(server_handler), answer_bytes(std::move(answers)) {}
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  virtual ~Lane() = default;

  // Any thread. False once the lane has ended: nobody will read it.
  [[nodiscard]] virtual bool post(Letter letter) = 0;
  [[nodiscard]] virtual bool is_this_thread() const = 0;
  // The connection is closed; last call.
  virtual void forget(Connection& connection) = 0;

  const ServerOptions options;  // copies: connections may be held by replies for longer than
  const Handler handler;        // there is a server
  const std::shared_ptr<std::atomic<std::size_t>> answer_bytes;
  Counters counters;
  std::string date;  // the value of header Date, renewed by the lane
};

}  // namespace tongsuan::net
