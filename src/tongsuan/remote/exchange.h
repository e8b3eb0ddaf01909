// Requests to one exchange: signed, repeated where that can do no harm, answered once.
//
// A reply of status 2xx is a Reply; everything else is a Trouble. Repeated, with growing pauses
// until the time for the request is over: 429 and 503, lost connections and time-outs, but only
// reads and requests with an Idempotency-Key, which happen once however often they are sent. An
// exchange that nobody answers for is tried three times.
//
// One exchange is used by one thread. It owns its connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/base/result.h"
#include "tongsuan/net/client.h"
#include "tongsuan/remote/credentials.h"

namespace tongsuan::remote {

inline constexpr std::size_t kTextBytesMax = std::size_t{4} << 30;  // of the book of a round

// application/problem+json, as the interface has it.
struct Problem {
  int status = 0;
  std::string code = {}, title = {}, detail = {}, param = {}, advice = {};
};

enum class TroubleKind : std::uint8_t {
  kProblem,      // the exchange refuses: `problem`
  kUnreachable,  // nobody answers
  kTimeout,      // no answer in time, or the connection broke
  kBadAnswer,    // not what an exchange says
  kCannotAsk,    // the request cannot be made: settings, files of this machine
  kInterrupted,
};

struct Trouble {
  TroubleKind kind = TroubleKind::kBadAnswer;
  std::string what = {};  // of the machine; of kProblem what Retry-After says
  Problem problem = {};
  bool in_doubt = false;  // the request may have happened; asked again it happens once
};
template <class T>
using Asked = Result<T, Trouble>;

struct Reply {
  int status = 0;  // 2xx, or 304 where If-None-Match was among the headers
  std::string body;
  std::string etag;
  std::string sequence;  // as of when it is; may be empty
  std::string date;      // of the server's clock
};

struct Call {
  net::Method method = net::Method::kGet;
  std::string target;  // "/v1/orders?state=waiting"
  std::string body = {};
  bool once = false;        // creates something or moves value
  std::string intent = {};  // what makes two such calls the same; empty: the body
  std::string if_match = {};
  std::string media_type = "application/json";  // of the body
  // The Idempotency-Key, of whoever keeps it himself; `once` and `intent` then say nothing.
  std::string key = {};
  net::Fields more = {};  // headers that are sent besides
};

// The world around it, replaced in tests.
struct Hooks {
  std::function<std::int64_t()> unix_now;
  // Waits; false where the user does not want to any more.
  std::function<bool(std::chrono::milliseconds)> pause;
  // Told before each repeat: why, and after how long.
  std::function<void(const Trouble&, std::chrono::milliseconds)> repeating;
  // Told where a request takes up the key of an earlier one that was not answered.
  std::function<void()> resuming;
};

struct ExchangeOptions {
  std::string server;                    // http://HOST:PORT, see server_address
  std::optional<Credential> credential;  // nobody without
  std::string ca_file;
  std::string pending;  // folder of Idempotency-Keys; empty: none
  std::chrono::milliseconds timeout{30'000};
  std::size_t body_bytes_max = kTextBytesMax;  // of an answer; a longer one is none
};

class Exchange {
 public:
  // Connects with the first request.
  [[nodiscard]] static Asked<Exchange> make(ExchangeOptions options, Hooks hooks);

  [[nodiscard]] Asked<Reply> ask(const Call& call);
  [[nodiscard]] Asked<Reply> get(std::string target) {
    return ask({.method = net::Method::kGet, .target = std::move(target)});
  }
  // A stream of events, once; whoever loses it opens it again.
  [[nodiscard]] Asked<net::EventReader> events(const std::string& target,
                                               std::string_view last_event_id);

  [[nodiscard]] const ExchangeOptions& options() const { return options_; }

 private:
  Exchange(ExchangeOptions options, Hooks hooks, net::Client client);
  [[nodiscard]] net::Fields headers(const Call& call, std::string_view key) const;
  [[nodiscard]] Asked<Reply> send(const Call& call, std::string_view key);
  [[nodiscard]] Asked<Reply> send_until_answered(const Call& call, std::string_view key);

  ExchangeOptions options_;
  Hooks hooks_;
  net::Client client_;
};

// Of the body of a reply; false where it is none.
[[nodiscard]] bool read_problem(std::string_view body, int status, Problem& problem);

// Seconds of an IMF-fixdate ("Sun, 06 Nov 1994 08:49:37 GMT"); nothing for other text.
[[nodiscard]] std::optional<std::int64_t> http_date(std::string_view text);

// `base` with ?name=value or &name=value behind it, escaped; as it is where the value is empty.
[[nodiscard]] std::string with_query(std::string base, std::string_view name,
                                     std::string_view value);

}  // namespace tongsuan::remote
