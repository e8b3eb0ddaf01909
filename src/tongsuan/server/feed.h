// Events for readers: the last ones in memory, and everybody who listens.
//
// Model. A *moment* is what one sequence brought: its events as text, each with who may see it. The
// last moments are kept for those who come back. A reader gets the events of its topics that are
// public or its own, and with the last of them in each moment the sequence as its id: whoever
// resumes after an id misses nothing and gets nothing twice. Texts are made once; frames are made
// when the first reader needs them, and shared.
//
// Publishing comes from one thread; everything else from any.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/access/identity.h"
#include "tongsuan/net/reply.h"
#include "tongsuan/server/event_text.h"

namespace tongsuan::server {

inline constexpr std::uint64_t kUnheardMax = 10'000;

struct FeedLimits {
  std::size_t events = 65'536;
  std::size_t bytes = std::size_t{32} << 20;
  std::size_t streams = 10'000;
};

// What somebody may see and wants to.
struct Interest {
  Topics topics = kAllTopics;
  exchange::ParticipantId participant;  // kHouse: public events only
  bool auditor = false;
  // How it was proved, of somebody: a key that may be revoked, and when the proof ends.
  std::string key = {};
  access::UnixTime until = access::kUnixTimeMax;
  [[nodiscard]] bool covers(const EventText& event) const;
};

class Feed {
 public:
  explicit Feed(FeedLimits limits) : limits_(limits) {}

  // Moments after this sequence will come, unless some have come already.
  void begin(std::uint64_t sequence);
  void publish(std::uint64_t sequence, std::vector<EventText> events);
  // True where nobody has listened for so long that nothing is kept, up to this sequence: the texts
  // of its events need not be made. Whoever comes back finds them in the journal.
  [[nodiscard]] bool skip(std::uint64_t sequence);

  enum class Opened : std::uint8_t {
    kYes,
    kGone,  // what comes after the sequence is not all here any more
    kFull,  // too many streams
  };
  // Sends what came after that sequence, from now on without it, and then what comes. The reply is
  // untouched unless kYes. A long past is sent in part: the stream then ends, and its reader comes
  // back.
  Opened open(net::Reply& reply, const Interest& interest, std::optional<std::uint64_t> after);

  // What somebody sees after a sequence, up to so many events and whole moments.
  struct Slice {
    std::vector<std::string> events;  // JSON
    std::uint64_t through = 0;        // everything up to here is in it
    bool gone = false;
  };
  [[nodiscard]] Slice read(const Interest& interest, std::uint64_t after, std::size_t most) const;

  // A proof counts for as long as a stream is open: what was opened with this key ends; and what
  // was opened with anything that is over by now.
  void end_of_key(std::string_view key);
  void end_of_time(access::UnixTime now);

  [[nodiscard]] std::uint64_t last() const;
  [[nodiscard]] std::size_t streams() const;
  // Ends all streams.
  void stop();

 private:
  using Frame = std::shared_ptr<const std::string>;
  struct Item {
    EventText event;
    Frame frame, last_frame;  // without and with the id; null until somebody needs it
  };
  struct Moment {
    std::uint64_t sequence = 0;
    std::vector<Item> items;
    std::size_t bytes = 0;
  };
  struct Listener {
    Interest interest;
    net::EventStream stream;
    std::shared_ptr<std::atomic<bool>> gone;
  };
  // Pushes what the listener sees of the moment; how many bytes that were.
  std::size_t push(Moment& moment, Listener& listener);
  [[nodiscard]] std::size_t position_after(std::uint64_t sequence) const;
  void forget_old();
  void sweep();
  void end_where(const std::function<bool(const Interest&)>& is_over);

  const FeedLimits limits_;
  mutable std::mutex mutex_;
  std::deque<Moment> moments_;
  std::uint64_t base_ = 0;  // moments after it are here
  std::uint64_t last_ = 0;
  std::size_t events_ = 0, bytes_ = 0;
  std::uint64_t unheard_ = 0;  // moments since somebody listened
  std::uint64_t id_ = 0;
  std::map<std::uint64_t, Listener> listeners_;
  // Who gets events that are not public.
  std::multimap<std::uint32_t, std::uint64_t> by_participant_;
  std::vector<std::uint64_t> auditors_;
};

}  // namespace tongsuan::server
