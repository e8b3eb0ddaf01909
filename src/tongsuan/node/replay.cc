#include "tongsuan/node/replay.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "tongsuan/node/internal/handover.h"

namespace tongsuan::node {

using internal::Handover;
using journal::Answer;
using journal::Batch;
using journal::Failure;
using journal::Fault;

namespace {

// Ids are fetched so many records before they are needed.
constexpr std::size_t kPrefetch = 8;

Failure digest_differs(std::uint64_t sequence, const Digest& expected, const Digest& found) {
  Failure failure{Fault::kCorrupt,
                  "after command " + std::to_string(sequence) + " the state is not what it was",
                  "start the version of the program that wrote this journal, or restore a backup"};
  failure.damage = journal::Damage{"journal.db", sequence, 0,
                                   expected,     found,    "the digest of the state differs"};
  return failure;
}

// Applies records only.
Answer<Done> apply_batch(const Batch& batch, exchange::Exchange& exchange, std::uint64_t last,
                         const EventSeen& see) {
  // The first batch that is read may begin before a snapshot ends.
  std::uint64_t sequence = std::max(batch.first, exchange.sequence() + 1);
  exchange::Exchange::Seen each;
  if (see) {
    each = [&](Second at, const exchange::Event& event) { see(sequence, at, event); };
  }
  for (; sequence <= std::min(batch.last(), last); ++sequence) {
    const std::size_t at = sequence - batch.first;
    if (at + kPrefetch < batch.records.size()) {
      exchange.prefetch(batch.records[at + kPrefetch].command);
    }
    if (const auto misfit = exchange.replay(batch.records[at].events, each)) {
      return Failure{Fault::kCorrupt,
                     "command " + std::to_string(sequence) + " of the journal: " + misfit->what +
                         ", at byte " + std::to_string(misfit->offset),
                     "restore a backup, or repair the journal as docs/journal.md says"};
    }
  }
  return Done{};
}

[[nodiscard]] bool has_state_now(const Batch& batch, const exchange::Exchange& exchange) {
  return batch.state && exchange.sequence() == batch.last();
}

}  // namespace

Answer<Done> replay_batch(const Batch& batch, exchange::Exchange& exchange, std::uint64_t last,
                          const EventSeen& see) {
  TONGSUAN_TRY([[maybe_unused]] const Done applied, apply_batch(batch, exchange, last, see));
  if (!has_state_now(batch, exchange)) return Done{};
  const Digest state = exchange.digest();
  if (state == *batch.state) return Done{};
  return digest_differs(batch.last(), *batch.state, state);
}

// ---- Hashing beside --------------------------------------------------------------------------

// Pieces of rows, and between them what the digest has to be, in the order in which they came.
class Replay::Hasher final : public exchange::RowSink {
 public:
  explicit Hasher(exchange::Exchange& exchange) : exchange_(exchange) {
    digest_ = exchange_.hash_elsewhere(*this);
    thread_ = std::thread([this] { run(); });
  }
  ~Hasher() override { static_cast<void>(finish()); }

  void take(std::string& rows) override {
    Item item = items_.spare();
    item.rows.swap(rows);
    rows.clear();
    item.expected.reset();
    (void)items_.push(std::move(item));
  }
  void expect(std::uint64_t sequence, const Digest& digest) {
    Item item = items_.spare();
    item.rows.clear();
    item.sequence = sequence;
    item.expected = digest;
    (void)items_.push(std::move(item));
  }
  // The first digest so far that differed.
  [[nodiscard]] std::optional<Failure> failure() const {
    if (!failed_) return std::nullopt;
    const std::lock_guard lock(mutex_);
    return failure_;
  }
  [[nodiscard]] std::optional<Failure> finish() {
    if (thread_.joinable()) {
      items_.close();
      thread_.join();
      exchange_.hash_here(digest_);
    }
    return failure();
  }

 private:
  struct Item {
    std::string rows;
    std::uint64_t sequence = 0;
    std::optional<Digest> expected;
  };
  void run() {
    std::vector<Item> items;
    while (items_.take(items)) {
      for (const Item& item : items) see(item);
    }
  }
  void see(const Item& item) {
    if (!item.rows.empty()) digest_ = exchange::chain_rows(digest_, item.rows);
    if (!item.expected || *item.expected == digest_ || failed_) return;
    const std::lock_guard lock(mutex_);
    failure_ = digest_differs(item.sequence, *item.expected, digest_);
    failed_ = true;
  }

  exchange::Exchange& exchange_;
  Digest digest_{};  // of the thread, until it is joined
  Handover<Item> items_{{.most = 64, .wake = 4}};
  std::atomic<bool> failed_{false};
  mutable std::mutex mutex_;  // guards failure_
  std::optional<Failure> failure_;
  std::thread thread_;
};

Replay::Replay(exchange::Exchange& exchange, std::uint64_t records)
    : exchange_(exchange), hasher_(std::make_unique<Hasher>(exchange)) {
  exchange_.reserve(records);
}
Replay::~Replay() = default;

Answer<Done> Replay::take(const Batch& batch, const EventSeen& see) {
  TONGSUAN_TRY([[maybe_unused]] const Done applied, apply_batch(batch, exchange_, UINT64_MAX, see));
  if (has_state_now(batch, exchange_)) {
    exchange_.cut();
    hasher_->expect(batch.last(), *batch.state);
  }
  if (auto failure = hasher_->failure()) return std::move(*failure);
  return Done{};
}

Answer<Done> Replay::finish() {
  if (auto failure = hasher_->finish()) return std::move(*failure);
  return Done{};
}

// ---- Reading ahead ---------------------------------------------------------------------------

namespace {

// A batch with bytes of its own.
struct OwnBatch {
  Batch batch;
  std::string bytes;

  void copy(const Batch& other) {
    batch = other;
    std::size_t size = 0;
    for (const journal::Record& record : other.records) size += record.events.size();
    bytes.clear();
    bytes.reserve(size);  // views into it stay
    for (std::size_t i = 0; i < other.records.size(); ++i) {
      const std::size_t begin = bytes.size();
      bytes += other.records[i].events;
      batch.records[i].events = std::string_view(bytes).substr(begin);
    }
  }
};

}  // namespace

Answer<Done> read_ahead(journal::Journal& journal, std::uint64_t from,
                        const journal::BatchVisitor& visit) {
  using Own = std::unique_ptr<OwnBatch>;  // views into a short text would not outlive its move
  Handover<Own> batches({.most = 64, .wake = 4});
  Answer<Done> read = Done{};
  std::thread reading([&] {
    read = journal.read(from, [&](const Batch& batch) {
      Own own = batches.spare();
      if (!own) own = std::make_unique<OwnBatch>();
      own->copy(batch);
      return batches.push(std::move(own));
    });
    batches.close();
  });
  std::vector<Own> here;
  bool go_on = true;
  while (go_on && batches.take(here)) {
    for (std::size_t i = 0; i < here.size() && go_on; ++i) go_on = visit(here[i]->batch);
  }
  if (!go_on) batches.leave();
  reading.join();
  return go_on ? read : Answer<Done>(Done{});
}

}  // namespace tongsuan::node
