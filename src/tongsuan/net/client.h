// A small synchronous HTTP client, for command lines and tests.
//
// One client is used by one thread at a time. It keeps one connection, which `events` does not use:
// a reader of events has its own. Errors are values: kUnavailable when nobody answers, kTimeout
// when a phase took too long, kCorrupt when the answer is not HTTP, kLimit when it is too large,
// kInvalidArgument when the request cannot be made. After kTimeout and after a broken connection
// nobody knows whether the request was carried out; the hint says so.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/base/result.h"
#include "tongsuan/net/events.h"
#include "tongsuan/net/message.h"

namespace tongsuan::net {

struct ClientOptions {
  std::string ca_file = {};                           // PEM; empty: the system's certificates
  std::string certificate = {}, key = {};             // of this client, if the server asks for one
  std::chrono::milliseconds connect_deadline{5'000};  // per address; with TLS's handshake
  std::chrono::milliseconds send_deadline{10'000};
  std::chrono::milliseconds answer_deadline{60'000};  // until the headers of the answer
  std::chrono::milliseconds body_deadline{60'000};    // from there to its end
  std::size_t header_bytes = 64 * 1024;
  std::size_t body_bytes = 64 * 1024 * 1024;
  std::size_t event_bytes = 1024 * 1024;
  // Asked with every address that the name of the host has; others are not connected to.
  std::function<bool(std::string_view address)> allowed = {};
};

class EventReader;

class Client {
 public:
  // http://HOST[:PORT] or https://HOST[:PORT]; a path behind it goes in front of every target.
  [[nodiscard]] static Result<Client> make(std::string_view base_url, ClientOptions options = {});
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  // Any status is an answer, not an error. Names of headers come back in lower case. If a kept
  // connection turns out to be closed, the request is sent once more, but only where that can do
  // no harm: methods that may be repeated, or with an Idempotency-Key.
  [[nodiscard]] Result<Response> request(Method method, std::string_view target,
                                         const Fields& headers = {}, std::string_view body = {});

  // Whether the last request that failed may have reached the server: not where nobody could be
  // connected to.
  [[nodiscard]] bool may_have_sent() const;

  // Opens a stream of events; an answer that is none is an error that quotes it.
  [[nodiscard]] Result<EventReader> events(std::string_view target, const Fields& headers = {},
                                           std::string_view last_event_id = {});

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class EventReader {
 public:
  EventReader(EventReader&&) noexcept;
  EventReader& operator=(EventReader&&) noexcept;
  ~EventReader();

  // The next event; nothing when the stream has ended. kTimeout when not even a heartbeat came for
  // so long; it may then be called again.
  [[nodiscard]] Result<std::optional<Event>> next(std::chrono::milliseconds patience);

  // To resume after, on another connection. At the end of the stream also what a frame without
  // data said.
  [[nodiscard]] const std::string& last_id() const;

 private:
  friend class Client;
  struct Impl;
  explicit EventReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tongsuan::net
