// The counters of one lane while they are counted. One thread writes; anybody may read.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>

#include "tongsuan/net/metrics.h"

namespace tongsuan::net {

class Count {
 public:
  void add(std::uint64_t more = 1) { value_.fetch_add(more, std::memory_order_relaxed); }
  void subtract_one() { value_.fetch_sub(1, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct Counters {
  Count connections_accepted, connections_refused, connections_open, handshakes_failed, requests;
  Count answers_unwanted, bytes_read, bytes_written, streams_open, streams_started, slow_readers;
  Count handler_microseconds;
  std::array<Count, 6> answers;
  std::array<Count, kLatencyBuckets> handler_latency;

  void count_answer(int status) {
    const int hundreds = status / 100;
    answers[hundreds >= 1 && hundreds <= 5 ? static_cast<std::size_t>(hundreds) : 0].add();
  }
  void count_latency(std::chrono::steady_clock::duration took) {
    const auto count = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    const auto micros = static_cast<std::uint64_t>(count < 0 ? 0 : count);
    handler_microseconds.add(micros);
    const auto bucket = static_cast<std::size_t>(micros <= 1 ? 0 : std::bit_width(micros - 1));
    handler_latency[bucket < kLatencyBuckets ? bucket : kLatencyBuckets - 1].add();
  }
  void add_to(ServerCounters& sum) const;
};

}  // namespace tongsuan::net
