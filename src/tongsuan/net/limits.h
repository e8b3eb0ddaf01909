// Every limit and deadline of the server, with its default. docs/http.md says what happens at each.
#pragma once

#include <chrono>
#include <cstddef>

namespace tongsuan::net {

struct Limits {
  std::size_t header_bytes = 16 * 1024;  // request line and headers together
  std::size_t target_bytes = 4 * 1024;
  std::size_t headers = 64;  // how many of them
  std::size_t body_bytes = 1024 * 1024;
  std::size_t connections = 4096;
  std::size_t connections_per_address = 256;  // an IPv6 address counts with its /64
  std::size_t pipelined = 16;                 // requests of one connection that wait for answers
  std::size_t stream_bytes = 256 * 1024;      // frames that wait for one reader
  // Of all connections together: answers that wait to be sent. Those below small_answer_bytes are
  // kept beyond it.
  std::size_t answer_bytes = std::size_t{512} * 1024 * 1024;
  std::size_t small_answer_bytes = 64 * 1024;
  std::size_t write_bytes = 256 * 1024;  // of an answer that are sent at once

  std::chrono::milliseconds header_deadline{10'000};  // from the first byte; TLS handshakes too
  std::chrono::milliseconds body_deadline{30'000};    // from the end of the headers
  std::chrono::milliseconds idle_deadline{60'000};    // between requests
  std::chrono::milliseconds answer_deadline{30'000};  // for the handler
  std::chrono::milliseconds write_deadline{10'000};   // for what is sent at once, and see below
  std::size_t write_bytes_per_second = 16 * 1024;     // a slower peer is not waited for
  std::chrono::milliseconds linger{1'000};            // for the peer to hang up after a last answer
  std::chrono::milliseconds heartbeat{15'000};        // comments on a stream that is silent
};

}  // namespace tongsuan::net
