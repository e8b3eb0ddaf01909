// How busy pools were when rounds closed: what no state keeps.
//
// Model. With every round that is published goes what its pools had right after: devices up and
// used, and the price posted. The replica is looked at when the round comes; rounds from before
// this process come from states as of their commands (internal/remembering.h), so both are the same
// numbers. Bounded by pools and rounds, the oldest make room. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "tongsuan/exchange/bytes.h"
#include "tongsuan/node/node.h"

namespace tongsuan::server {

inline constexpr std::size_t kLoadRoundsMax = exchange::kRoundsKept;
inline constexpr std::size_t kLoadCellsMax = 1'000'000;  // pools × rounds

struct PoolLoad {
  std::uint32_t up = 0;
  std::uint32_t used = 0;
  std::int64_t posted = 0;  // micro-yuan per device-hour
  friend bool operator==(const PoolLoad&, const PoolLoad&) = default;
};
struct RoundLoad {
  std::uint64_t round = 0;
  std::uint64_t sequence = 0;  // of the command that published it
  Second gate = 0;
  Second closed = 0;
  std::vector<PoolLoad> pools;  // by PoolId
  friend bool operator==(const RoundLoad&, const RoundLoad&) = default;
};
// Of a round that the state knows, as of the view; nothing otherwise.
[[nodiscard]] std::optional<RoundLoad> load_of(const node::View& view, std::uint64_t round,
                                               std::uint64_t sequence);

class HubHistory {
 public:
  // A record, with the state right after it.
  void see(const node::View& view, std::uint64_t sequence,
           const std::vector<exchange::Event>& events);
  void add(RoundLoad load);
  [[nodiscard]] bool knows(std::uint64_t round) const;
  // Calls `read` with the rounds, rising, which do not change meanwhile.
  template <class Read>
  auto with_rounds(Read&& read) const {
    const std::lock_guard lock(mutex_);
    return read(rounds_);
  }

 private:
  mutable std::mutex mutex_;
  std::deque<RoundLoad> rounds_;
};

}  // namespace tongsuan::server
