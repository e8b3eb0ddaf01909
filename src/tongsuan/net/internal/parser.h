// HTTP/1.1 messages from bytes, for the server and for the client. Boost.Beast parses the grammar;
// what it is lenient about is checked here (see parser.cc).
//
// Bytes are fed as they come; what was not consumed has to be fed again together with more. A
// parser that has failed or is done consumes nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/net/limits.h"
#include "tongsuan/net/message.h"
#include "tongsuan/net/problem.h"

namespace tongsuan::net {

enum class ParseState { kIdle, kHead, kBody, kDone, kFailed };

class RequestParser {
 public:
  explicit RequestParser(const Limits& limits);  // which must outlive it
  ~RequestParser();

  // Returns after the head and after the message, even if there are more bytes.
  [[nodiscard]] std::size_t feed(std::string_view bytes);
  [[nodiscard]] ParseState state() const;
  [[nodiscard]] const Problem& problem() const;  // once it has failed

  // Once the head is there.
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool is_http11() const;
  [[nodiscard]] bool expects_continue() const;

  // Once the message is done: hands it out, and begins the next one.
  [[nodiscard]] Request take();

 private:
  class Grammar;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct ResponseLimits {
  std::size_t header_bytes;
  std::size_t body_bytes;
};

class ResponseParser {
 public:
  ResponseParser(const ResponseLimits& limits, bool answers_head);
  ~ResponseParser();
  ResponseParser(ResponseParser&&) noexcept;
  ResponseParser& operator=(ResponseParser&&) noexcept;

  [[nodiscard]] std::size_t feed(std::string_view bytes);
  void end();  // the peer has hung up
  [[nodiscard]] ParseState state() const;
  [[nodiscard]] const std::string& fault() const;  // once it has failed
  [[nodiscard]] bool too_large() const;            // whether it failed at a limit
  [[nodiscard]] bool keep_alive() const;
  // Grows while the state is kBody. Whoever takes its body early starts the limit anew.
  [[nodiscard]] Response& response();

 private:
  class Grammar;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tongsuan::net
