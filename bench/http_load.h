// A client that asks as fast as it is answered, for measuring HTTP servers on loopback: a number of
// connections on a few threads, one request at a time on each. Linux, IPv4, no TLS.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tongsuan::bench {

struct LoadOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  unsigned connections = 64, threads = 1;
  double warm_up_seconds = 1, seconds = 5;
  // Appends request number so-and-so, head and body, to what is empty; called by several threads.
  std::function<void(std::uint64_t number, std::string& request)> make;
};

struct LoadResult {
  double seconds = 0;                    // measured, without the warm-up
  double client_cpu_seconds = 0;         // of the client's threads in that time
  double process_cpu_seconds = 0;        // of the whole process, with a server that is in it
  std::map<int, std::uint64_t> answers;  // by status
  std::uint64_t broken = 0;              // connections that ended before an answer
  std::uint64_t bytes_read = 0, bytes_sent = 0;
  std::vector<std::uint32_t> microseconds;  // of every answer, sorted

  [[nodiscard]] std::uint64_t count() const { return microseconds.size(); }
  [[nodiscard]] double per_second() const { return static_cast<double>(count()) / seconds; }
  // Of 1,000.
  [[nodiscard]] double milliseconds_at(std::uint64_t per_mille) const;
};

// Ends with a message if it cannot connect at all.
[[nodiscard]] LoadResult put_load(const LoadOptions& options);

// Requests that are all the same but for "{n}" in target, headers and body, which becomes the
// number of the request in twelve digits.
struct RequestTemplate {
  std::string method = "GET", target = "/", host = "127.0.0.1", body = {};
  std::vector<std::string> headers;  // "Name: value"
};
[[nodiscard]] std::function<void(std::uint64_t, std::string&)> maker_of(
    const RequestTemplate& request);

}  // namespace tongsuan::bench
