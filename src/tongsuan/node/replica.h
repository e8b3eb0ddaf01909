// A second state, for everybody who reads: it applies the records that are durable, and nothing
// else.
//
// Model. The sequencer publishes records after they are in the journal; a thread of the replica
// makes them true here. So nobody reads what could still be lost, no reader ever holds up a
// command, and wherever a batch carries a digest of the state, the replica shows that applying
// records gives the state that deciding gave: it stops the process if not. At a closed gate it
// makes the book of the round, and at the sequences it is told to, snapshots.
//
// Readers share a lock; a reader that must see its own write names the sequence that it was
// answered.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "tongsuan/exchange/exchange.h"
#include "tongsuan/node/index.h"
#include "tongsuan/node/sequencer.h"

namespace tongsuan::node {

// What a reader sees.
struct View {
  const exchange::State& state;
  const Index& index;
  std::uint64_t sequence = 0;
};

// A durable record.
struct Record {
  std::uint64_t sequence = 0;
  std::string bytes;
};

// Looks at every record after it is true, in order, on the replica's thread.
using Watcher = std::function<void(const View&, std::uint64_t sequence, Second at,
                                   const std::vector<exchange::Event>& events)>;

class Replica {
 public:
  Replica(engine::Places places, Second opened);
  ~Replica();
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  // Before `start`: the history so far.
  [[nodiscard]] exchange::Exchange& exchange() { return exchange_; }
  void watch(Watcher watcher) { watchers_.push_back(std::move(watcher)); }
  void start();
  void stop();

  // From the sequencer's thread.
  void publish(std::span<const Durable> records, const std::optional<Digest>& state);

  // Calls `read` with what is true; from any thread. Waits until `at_least` is applied.
  void read(std::uint64_t at_least, const std::function<void(const View&)>& read) const;
  // Runs on the replica's thread when the record of this sequence has been applied.
  void at(std::uint64_t sequence, std::function<void(const View&)> run);
  [[nodiscard]] std::uint64_t applied() const;
  // Records that are published and not applied yet.
  [[nodiscard]] std::size_t behind() const;

 private:
  struct Item {
    std::vector<Record> records;
    std::optional<Digest> state;
  };
  struct Errand {
    std::uint64_t sequence = 0;
    std::function<void(const View&)> run;
  };
  void loop();
  void apply(const Item& item);
  void run_errands();

  exchange::Exchange exchange_;
  Index index_;
  std::vector<Watcher> watchers_;
  mutable std::shared_mutex state_mutex_;  // guards exchange_ and index_
  mutable std::mutex mutex_;               // guards the rest
  mutable std::condition_variable_any changed_;
  std::deque<Item> queue_;
  std::vector<Errand> errands_;
  std::uint64_t applied_ = 0;
  bool indexed_ = false;  // the history so far, by the thread's first work
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tongsuan::node
