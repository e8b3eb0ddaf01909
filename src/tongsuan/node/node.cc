#include "tongsuan/node/node.h"

#include <algorithm>
#include <future>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

#include "tongsuan/base/check.h"
#include "tongsuan/codec/market_text.h"

namespace tongsuan::node {

using std::chrono::steady_clock;

namespace {

// Of this thread, and of those that it will start. Where the system does not allow it the round is
// cleared all the same.
void stand_back(int by) {
  if (by > 0) static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), by));
}

}  // namespace

// The driver's commands go the way of all commands; their events come back to it with the next
// call.
class Node::NodeDesk final : public Desk {
 public:
  explicit NodeDesk(Node& node) : node_(node) {}
  [[nodiscard]] const exchange::State& exchange() const override { return node_.exchange_.state(); }
  [[nodiscard]] Second now() const override { return now_; }
  exchange::Answer take(exchange::Command command) override {
    node_.begin_batch();
    const exchange::Output& output =
        node_.sequencer_.take(now_, {{}, 0, ledger::kHouse, std::move(command)}, 0);
    node_.events_.insert(node_.events_.end(), output.engine_events.begin(),
                         output.engine_events.end());
    return output.answer;
  }
  [[nodiscard]] bool all_told() const override { return node_.events_.empty(); }
  void set_now(Second now) { now_ = now; }

 private:
  Node& node_;
  Second now_ = 0;
};

Node::Node(Genesis genesis, journal::Journal& journal, Clock& clock, std::unique_ptr<Driver> driver,
           NodeOptions options)
    : genesis_(std::move(genesis)),
      clock_(clock),
      options_(std::move(options)),
      exchange_(genesis_.places, genesis_.opened),
      replica_(genesis_.places, genesis_.opened),
      shelf_([this](const std::function<void(const View&)>& see) { read(see); }, options_.shelf),
      driver_(std::move(driver)),
      sequencer_(exchange_, journal, options_.batch,
                 {[this](Token token, const exchange::Answer& given) { answer(token, given); },
                  [this](std::span<const Durable> records, const std::optional<Digest>& state) {
                    publish(records, state);
                  }}),
      journal_(journal),
      desk_(std::make_unique<NodeDesk>(*this)) {
  driver_->clear = [this](rolling::RoundInputs inputs) { clear(std::move(inputs)); };
}

Node::~Node() {
  stop();
}

journal::Answer<Recovered> Node::start(Fatal on_fatal) {
  on_fatal_ = std::move(on_fatal);
  TONGSUAN_TRY(Recovered recovered,
               sequencer_.recover(&replica_.exchange(), RecoverWith::kThreads));
  durable_ = sequencer_.durable();
  snapshot_sequence_ = recovered.snapshot_sequence;
  replica_.start();
  desk_->set_now(std::max(clock_.now(), exchange_.state().now()));
  driver_->resume(*desk_);
  thread_ = std::thread([this] { loop(); });
  return recovered;
}

void Node::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  cancelled_ = true;
  if (thread_.joinable()) thread_.join();
  replica_.stop();
  if (worker_.joinable()) worker_.join();
  if (snapshot_writer_.joinable()) snapshot_writer_.join();
}

// ---- From any thread -------------------------------------------------------------------------

Accepted Node::submit(std::vector<Request> requests) {
  if (stalled_) return Accepted::kFull;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Accepted::kStopping;
    if (queue_.size() + requests.size() > options_.queue_max) {
      ++busy_;
      return Accepted::kBusy;
    }
    std::move(requests.begin(), requests.end(), std::back_inserter(queue_));
  }
  wake_.notify_one();
  return Accepted::kYes;
}

Accepted Node::submit(exchange::Request request, Answered answered, NamedText text) {
  std::vector<Request> one;
  one.push_back({std::move(request), std::move(answered), std::move(text)});
  return submit(std::move(one));
}

Result<exchange::Answer> Node::ask(exchange::Request request) {
  auto promise = std::make_shared<std::promise<exchange::Answer>>();
  std::future<exchange::Answer> future = promise->get_future();
  const Accepted accepted = submit(std::move(request), [promise](const exchange::Answer& answer) {
    promise->set_value(answer);
  });
  if (accepted != Accepted::kYes) {
    return Error{ErrorCode::kUnavailable, "the exchange takes no requests now", "try again later"};
  }
  promise.reset();
  try {
    return future.get();
  } catch (const std::future_error&) {
    return Error{ErrorCode::kUnavailable, "the exchange stopped before it answered",
                 "ask again with the same key"};
  }
}

void Node::read(const std::function<void(const View&)>& read) const {
  replica_.read(durable_, read);
}

NodeFigures Node::figures() const {
  NodeFigures figures{commands_, batches_, busy_,      0,
                      durable_,  stalled_, snapshots_, snapshots_failed_};
  const std::lock_guard lock(mutex_);
  figures.waiting = queue_.size();
  return figures;
}

// ---- Rounds ----------------------------------------------------------------------------------

// The replica has the state of the gate when it has applied the command that was decided last.
void Node::clear(rolling::RoundInputs inputs) {
  if (options_.shelf.secret) {
    inputs.key = rolling::round_key(*options_.shelf.secret, inputs.round);
  }
  if (options_.time_text) inputs.start = options_.time_text(inputs.grid.begin);
  auto shared = std::make_shared<rolling::RoundInputs>(std::move(inputs));
  replica_.at(exchange_.sequence(), [this, shared](const View& view) {
    rolling::FrozenRound frozen =
        rolling::freeze(view.state.engine(), options_.energy, std::move(*shared));
    if (worker_.joinable()) worker_.join();  // it has handed its round over
    worker_ = std::thread(
        [this, round = std::move(frozen)]() mutable { clear_frozen(std::move(round)); });
  });
}

void Node::clear_frozen(rolling::FrozenRound frozen) {
  stand_back(options_.clearing.stands_back);
  rolling::RoundLimits limits;
  limits.work_units = options_.clearing.work_units;
  limits.thread_count = options_.clearing.threads;
  limits.cancelled = [this] { return cancelled_.load(); };
  FinishedRound finished{rolling::clear_round(std::move(frozen), limits)};
  const rolling::ClearedRound& round = *finished.round;
  auto storing = std::make_unique<Storing>(Storing{
      finished, BlobWriter(codec::write_market(round.book.market)), BlobWriter(round.certificate)});
  shelf_.keep(finished.round);
  {
    const std::lock_guard lock(mutex_);
    cleared_ = std::move(storing);
  }
  wake_.notify_one();
  if (!cancelled_) shelf_.prepare(finished.round->round);
}

// A piece of its texts, or the end of the round when they are all there.
void Node::store_round() {
  BlobWriter* writer = !storing_->book.done()          ? &storing_->book
                       : !storing_->certificate.done() ? &storing_->certificate
                                                       : nullptr;
  if (writer != nullptr) {
    const journal::Answer<Done> written = writer->step(journal_);
    if (!written.ok()) fail(written.error());
    return;
  }
  FinishedRound finished = std::move(storing_->round);
  finished.book = storing_->book.name();
  if (finished.round->clearing) finished.certificate = storing_->certificate.name();
  storing_.reset();
  driver_->finish(*desk_, std::move(finished));
}

// ---- Snapshots -------------------------------------------------------------------------------

// The stamp is taken here, where the journal is; the bytes are made by the replica when it has come
// to the same command, and written by a thread of their own.
void Node::publish(std::span<const Durable> records, const std::optional<Digest>& state) {
  const std::uint64_t last = records.back().sequence;
  if (state && !snapshotting_ && last - snapshot_sequence_ >= options_.snapshot_every) {
    journal::Answer<journal::Snapshot> stamped = journal_.stamp_snapshot(last, *state);
    if (stamped.ok()) {
      snapshotting_ = true;
      snapshot_sequence_ = last;
      auto shared = std::make_shared<journal::Snapshot>(std::move(stamped).value());
      replica_.at(last,
                  [this, shared](const View& view) { take_snapshot(view, std::move(*shared)); });
    }
  }
  replica_.publish(records, state);
  durable_ = last;  // before anybody is answered: who then reads sees it
}

void Node::take_snapshot(const View& view, journal::Snapshot stamped) {
  stamped.bytes = exchange::write_snapshot(view.state);
  if (snapshot_writer_.joinable()) snapshot_writer_.join();  // it has finished
  snapshot_writer_ = std::thread([this, snapshot = std::move(stamped)] {
    // A snapshot that could not be written is no harm: the journal is whole without it.
    ++(journal_.store_snapshot(snapshot).ok() ? snapshots_ : snapshots_failed_);
    snapshotting_ = false;
  });
}

// ---- The sequencer's thread ------------------------------------------------------------------

void Node::answer(Token token, const exchange::Answer& given) {
  answers_[token - 1](given);
}

bool Node::flush_due() const {
  if (!sequencer_.pending()) return false;
  return sequencer_.full() || next_ >= taken_.size() ||
         steady_clock::now() - batch_begun_ >= options_.linger;
}

void Node::begin_batch() {
  if (!sequencer_.pending()) batch_begun_ = steady_clock::now();
}

// False when the node is to stop and nothing waits any more.
bool Node::wait_for_work() {
  std::unique_lock lock(mutex_);
  if (stalled_) {
    wake_.wait_for(lock, std::chrono::milliseconds(100), [&] { return stopping_; });
    return !stopping_;
  }
  const bool idle = queue_.empty() && next_ >= taken_.size() && !cleared_ && !storing_;
  if (idle && !driver_->unfinished() && events_.empty()) {
    const auto due = driver_->due(*desk_);
    std::chrono::nanoseconds wait = options_.owner_check;
    if (due) wait = std::min(wait, clock_.until(*due));
    wake_.wait_for(lock, wait, [&] { return stopping_ || !queue_.empty() || cleared_; });
  }
  if (cleared_ && !storing_) storing_ = std::move(*std::exchange(cleared_, nullptr));
  if (next_ >= taken_.size()) {
    taken_.clear();
    next_ = 0;
    taken_.swap(queue_);
  }
  return !stopping_ || !taken_.empty();
}

// It is durable by itself, before anything that names it.
bool Node::keep(NamedText& text) {
  constexpr std::size_t kTextsKnown = 1'024;
  if (text.bytes.empty() || texts_.contains(text.name)) return true;
  BlobWriter writer(std::move(text.bytes));
  while (!writer.done()) {
    const journal::Answer<Done> written = writer.step(journal_);
    if (written.ok()) continue;
    fail(written.error());
    if (failed_) return false;  // what waited may be gone
    text.bytes = writer.text();
    return false;
  }
  if (texts_.size() >= kTextsKnown) texts_.clear();
  texts_.insert(text.name);
  return true;
}

bool Node::keep_texts() {
  while (!due_.empty()) {
    if (!keep(due_.back())) return false;
    due_.pop_back();
  }
  return true;
}

void Node::take_requests() {
  while (next_ < taken_.size() && !sequencer_.full()) {
    Request& request = taken_[next_++];
    begin_batch();
    answers_.push_back(std::move(request.answered));
    const exchange::Output& output =
        sequencer_.take(desk_->now(), std::move(request.what), answers_.size());
    events_.insert(events_.end(), output.engine_events.begin(), output.engine_events.end());
    // What is refused leaves nothing but its answer.
    const bool accepted = output.answer.code == exchange::Code::kDone;
    if (accepted && !request.text.bytes.empty()) due_.push_back(std::move(request.text));
    ++commands_;
  }
}

// The driver sees what happened, and acts.
void Node::act() {
  if (!events_.empty()) {
    std::vector<engine::Event> events;
    events.swap(events_);
    driver_->react(*desk_, events);
  }
  if (driver_->unfinished()) driver_->go_on(*desk_);
  const auto due = driver_->due(*desk_);
  if (due && *due <= desk_->now()) driver_->tick(*desk_);
}

void Node::flush() {
  if (!keep_texts()) {
    stalled_ = !failed_;
    return;
  }
  const journal::Answer<Done> flushed = sequencer_.flush();
  stalled_ = sequencer_.stalled();
  if (flushed.ok()) {
    durable_ = sequencer_.durable();
    ++batches_;
    answers_.clear();
    owner_known_ = steady_clock::now();
    return;
  }
  fail(flushed.error());
}

// A journal that has no room is not the end.
void Node::fail(const journal::Failure& failure) {
  if (!journal::is_fatal(failure.fault)) return;
  failed_ = true;
  if (failure.fault == journal::Fault::kFenced) {
    fenced_ = true;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      taken_.insert(taken_.end(), std::make_move_iterator(queue_.begin()),
                    std::make_move_iterator(queue_.end()));
      queue_.clear();
    }
    // Nobody here will answer what waits; the new owner may.
    answers_.clear();
    taken_.clear();
  }
  on_fatal_(failure);
}

void Node::check_owner() {
  if (steady_clock::now() - owner_known_ < options_.owner_check) return;
  owner_known_ = steady_clock::now();
  const journal::Answer<Done> ours = journal_.check_owner();
  if (!ours.ok()) fail(ours.error());
}

void Node::loop() {
  while (wait_for_work() && !failed_) {
    if (stalled_) {
      flush();
      if (!failed_) check_owner();
      continue;
    }
    desk_->set_now(std::max({clock_.now(), exchange_.state().now(), desk_->now()}));
    take_requests();
    if (failed_) break;
    act();
    if (flush_due()) flush();
    if (!failed_ && !sequencer_.pending()) check_owner();
    if (!failed_ && storing_ && !sequencer_.pending()) store_round();
  }
  if (!failed_ && sequencer_.pending()) flush();
}

}  // namespace tongsuan::node
