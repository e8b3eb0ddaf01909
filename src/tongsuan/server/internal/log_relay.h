// Pieces of what contracts say, handed on from the agents of hubs to those who ask for them.
//
// Model. Agents connect outwards only, so whoever wants to see something waits here, and the agent
// of the hub, which looks for its work every few seconds, finds in it what is wanted. It brings the
// piece, which answers all who wait for the same one. A piece is named by what was asked for and by
// nothing else: so an answer to an earlier life of this process is right, or wanted by nobody.
//
// Invariants. Nothing is kept: what is brought passes through to those who wait, and is nowhere
// afterwards, neither here nor in the journal. Every reader is answered once: with the piece, when
// its time is over, or when the relay is stopped. Readers are limited, all together, of one asker
// and of one hub, so that neither an asker nor a hub whose agent is silent keeps others out.
//
// Any thread. Its own ends readers whose time is over; no thread of the server waits.
#pragma once

#include <chrono>
#include <compare>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "tongsuan/engine/engine.h"
#include "tongsuan/net/reply.h"

namespace tongsuan::server::internal {

inline constexpr std::int64_t kLogPieceMax = 65'536;                 // bytes of one piece
inline constexpr std::int64_t kLogPlaceMax = std::int64_t{1} << 53;  // of a stream, in bytes

enum class LogStream : std::uint8_t { kStdout, kStderr };
inline constexpr std::string_view kLogStreams[] = {"stdout", "stderr"};

struct LogWant {
  engine::ContractId contract;
  LogStream stream = LogStream::kStdout;
  std::optional<std::int64_t> from = {};  // so far into the stream, up to kLogPieceMax bytes; or
  std::int64_t tail = 0;                  // so many bytes at its end
  friend auto operator<=>(const LogWant&, const LogWant&) = default;
};

struct LogFigures {
  std::uint64_t waiting = 0;
  std::uint64_t answered = 0, late = 0;  // with a piece; for want of one in time
};

struct LogReader {
  std::uint32_t asker = 0;
  net::Reply reply;
};

class LogRelay {
 public:
  using Clock = std::chrono::steady_clock;
  struct Rules {
    std::size_t readers = 256;
    std::size_t readers_of_asker = 4;
    std::size_t readers_of_hub = 64;
  };
  enum class Put : std::uint8_t { kWaits, kAskerHasMany, kFull };
  enum class End : std::uint8_t { kTimeIsOver, kStopping };
  // Answers a reader to whom no piece came.
  using Dismiss = std::function<void(HubId hub, LogReader&& reader, End why)>;

  LogRelay(Rules rules, Dismiss dismiss);
  ~LogRelay();
  LogRelay(const LogRelay&) = delete;
  LogRelay& operator=(const LogRelay&) = delete;

  // The reader is taken only where it waits.
  [[nodiscard]] Put put(HubId hub, const LogWant& want, LogReader& reader,
                        std::chrono::milliseconds patience);
  // What the agent of a hub, which has just looked, is to bring; each once.
  [[nodiscard]] std::vector<LogWant> wanted(HubId hub);
  // Since it looked last; nothing where this process has not seen it.
  [[nodiscard]] std::optional<std::chrono::seconds> silence(HubId hub) const;
  [[nodiscard]] LogFigures figures() const;
  // Those who wait for a piece, and do so no more; empty: nobody wants it.
  [[nodiscard]] std::vector<LogReader> take(HubId hub, const LogWant& want);
  // Dismisses everybody, and whoever comes later.
  void stop();

 private:
  struct Waiter {
    HubId hub;
    LogWant want;
    LogReader reader;
  };
  using Waiters = std::multimap<Clock::time_point, Waiter>;  // by the end of their patience

  [[nodiscard]] std::size_t count(const std::function<bool(const Waiter&)>& is_meant) const;
  void loop();

  const Rules rules_;
  const Dismiss dismiss_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  LogFigures figures_;
  Waiters waiters_;  // few enough to be looked through
  std::map<HubId, Clock::time_point> looked_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

struct Core;
// What a reader is told to whom no piece came.
void dismiss_reader(Core& core, HubId hub, LogReader&& reader, LogRelay::End why);

}  // namespace tongsuan::server::internal
