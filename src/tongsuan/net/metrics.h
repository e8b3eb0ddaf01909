// Counters of the server itself, as plain integers: for whoever exports them.
#pragma once

#include <array>
#include <cstdint>

namespace tongsuan::net {

// Bucket i counts answers that took up to 2^i microseconds; the last one counts the rest.
inline constexpr std::size_t kLatencyBuckets = 26;

// Taken at one moment. Totals since the start, unless a comment says otherwise.
struct ServerCounters {
  std::uint64_t connections_open = 0;  // now
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_refused = 0;
  std::uint64_t handshakes_failed = 0;
  std::uint64_t requests = 0;              // those that reached the handler
  std::array<std::uint64_t, 6> answers{};  // by hundreds of the status: [2] for 2xx
  std::uint64_t answers_unwanted = 0;      // the peer had left, or the deadline had passed
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t streams_open = 0;  // now
  std::uint64_t streams_started = 0;
  std::uint64_t slow_readers_closed = 0;
  std::array<std::uint64_t, kLatencyBuckets> handler_latency{};  // from request to answer
  std::uint64_t handler_microseconds = 0;                        // their sum
};

}  // namespace tongsuan::net
