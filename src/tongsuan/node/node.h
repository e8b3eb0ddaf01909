// node, floor 6: one running exchange.
//   sequencer.h  decides commands one at a time and makes them durable
//   replica.h    the state for readers, from durable records
//   index.h      ways into that state
//   driver.h     what acts for the exchange itself: dispatch and rounds
//   timers.h     what happens because a second has come
//   places.h     hubs, classes and energy out of a market text
//   clock.h      the exchange's time
//   replay.h     records applied again
//   history.h    states, statements and stories of the past, from the journal
//   recheck.h    the whole history gone through again
//   founding.h   what an exchange was made with
//   event_words.h  events for people who look into a journal
//   round_shelf.h  closed rounds, for whoever asks about them
//   node.h       the threads around them
//
// Model. Requests come from any thread into a bounded queue. The sequencer's thread takes them,
// lets the driver react, and makes batches durable: when a batch is full, when nothing waits, or
// two milliseconds after its first command. The replica's thread makes durable records true for
// readers and makes the books of rounds; a worker clears them. Nothing is answered, published or
// dispatched before it is durable.
//
// Failures. A journal that is full refuses new requests and goes on reading; any other failure of
// the journal ends the exchange through `on_fatal`, because only opening again tells what is in it.
// Nor may anybody be shown a state that is old: once somebody else has taken the journal over,
// which an append tells or, where nothing is written, a look every `owner_check`, it is `fenced`.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "tongsuan/node/blobs.h"
#include "tongsuan/node/clock.h"
#include "tongsuan/node/driver.h"
#include "tongsuan/node/replica.h"
#include "tongsuan/node/round_shelf.h"
#include "tongsuan/node/sequencer.h"

namespace tongsuan::node {

struct Genesis {
  engine::Places places;  // without accounts
  Second opened = 0;
};

// Clears rounds away from everything else; set by whoever can.
struct ClearingRules {
  std::uint32_t threads = 1;     // never changes a result
  std::uint64_t work_units = 0;  // of the search; 0: by the number of orders
  // By how much its threads stand back behind those that answer (nice; 0 to 19): a round may take
  // longer, an acknowledgement may not.
  int stands_back = 5;
};

struct NodeOptions {
  BatchRules batch;
  std::size_t queue_max = 65'536;  // requests that wait
  std::chrono::microseconds linger{2'000};
  std::chrono::milliseconds owner_check{1'000};  // how long a state may be shown unasked
  std::uint64_t snapshot_every = 500'000;  // commands; recovery replays no more than about so many
  ClearingRules clearing;
  engine::Energy energy;  // of the places
  // Its secret keys the books of rounds, so that they can be published; without one they are named
  // as in the lab.
  ShelfOptions shelf;
  std::function<std::string(Second)> time_text;  // RFC 3339, for the calendar of books
};

// What becomes of a request that could not even wait.
enum class Accepted : std::uint8_t {
  kYes,
  kBusy,  // the queue is full: try again later
  kFull,  // the journal has no room
  kStopping,
};

struct NodeFigures {
  std::uint64_t commands = 0;  // decided
  std::uint64_t batches = 0;
  std::uint64_t refused_busy = 0;
  std::uint64_t waiting = 0;  // in the queue
  std::uint64_t durable = 0;
  bool stalled = false;
  std::uint64_t snapshots = 0;  // written
  std::uint64_t snapshots_failed = 0;
};

class Node {
 public:
  using Answered = std::function<void(const exchange::Answer&)>;
  struct Request {
    exchange::Request what;
    Answered answered;    // on the sequencer's thread: quick, and never calls the node back
    NamedText text = {};  // where it is accepted, kept in the journal before it is durable
  };
  using Fatal = std::function<void(const journal::Failure&)>;

  Node(Genesis genesis, journal::Journal& journal, Clock& clock, std::unique_ptr<Driver> driver,
       NodeOptions options);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // Recovers and starts the threads. Watchers of the replica are set before.
  [[nodiscard]] journal::Answer<Recovered> start(Fatal on_fatal);
  // Takes what waits, flushes, and ends the threads.
  void stop();

  // Several at once keep their order and go into the queue together or not at all.
  [[nodiscard]] Accepted submit(std::vector<Request> requests);
  [[nodiscard]] Accepted submit(exchange::Request request, Answered answered, NamedText text = {});
  // Waits for the answer; for callers that may wait.
  [[nodiscard]] Result<exchange::Answer> ask(exchange::Request request);

  // What is true and durable, at least up to what had been answered when this was called.
  void read(const std::function<void(const View&)>& read) const;
  [[nodiscard]] Replica& replica() { return replica_; }
  // Any thread, until `stop`.
  [[nodiscard]] RoundShelf& shelf() { return shelf_; }
  [[nodiscard]] Clock& clock() { return clock_; }
  [[nodiscard]] NodeFigures figures() const;
  // The journal is somebody else's: what is here may be old. Any thread.
  [[nodiscard]] bool fenced() const { return fenced_; }

 private:
  class NodeDesk;
  void loop();
  [[nodiscard]] bool wait_for_work();
  void take_requests();
  // Of what was accepted since the last flush. False: a text has no room in the journal now, or the
  // node has failed.
  [[nodiscard]] bool keep_texts();
  [[nodiscard]] bool keep(NamedText& text);
  void act();
  [[nodiscard]] bool flush_due() const;
  void flush();
  void begin_batch();
  void fail(const journal::Failure& failure);
  void check_owner();
  void answer(Token token, const exchange::Answer& answer);

  // Rounds: frozen on the replica's thread, cleared on a worker's, written and closed on the
  // sequencer's.
  void clear(rolling::RoundInputs inputs);
  void clear_frozen(rolling::FrozenRound frozen);
  void store_round();

  void publish(std::span<const Durable> records, const std::optional<Digest>& state);
  void take_snapshot(const View& view, journal::Snapshot stamped);

  Genesis genesis_;
  Clock& clock_;
  NodeOptions options_;
  exchange::Exchange exchange_;
  Replica replica_;
  RoundShelf shelf_;
  std::unique_ptr<Driver> driver_;
  Sequencer sequencer_;
  journal::Journal& journal_;
  std::unique_ptr<NodeDesk> desk_;
  Fatal on_fatal_;

  // Of the sequencer's thread.
  std::vector<Request> taken_;
  std::size_t next_ = 0;           // of taken_
  std::set<Digest> texts_;         // of requests, kept of late: the same work comes often
  std::vector<Answered> answers_;  // by token − 1, of this batch
  std::vector<NamedText> due_;     // texts of this batch
  std::vector<engine::Event> events_;
  std::chrono::steady_clock::time_point batch_begun_, owner_known_;
  bool failed_ = false;
  struct Storing {
    FinishedRound round;
    BlobWriter book;
    BlobWriter certificate;
  };
  std::optional<Storing> storing_;

  mutable std::mutex mutex_;  // guards queue_ and stopping_
  std::condition_variable wake_;
  std::vector<Request> queue_;
  bool stopping_ = false;
  std::unique_ptr<Storing> cleared_;     // a round that has come back
  std::thread worker_;                   // of the round that is being cleared
  std::uint64_t snapshot_sequence_ = 0;  // the last one that was begun
  std::atomic<bool> snapshotting_{false};
  std::thread snapshot_writer_;
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> stalled_{false}, fenced_{false};
  std::atomic<std::uint64_t> durable_{0}, commands_{0}, batches_{0}, busy_{0}, snapshots_{0},
      snapshots_failed_{0};
  std::thread thread_;
};

}  // namespace tongsuan::node
