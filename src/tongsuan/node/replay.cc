#include "tongsuan/node/replay.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "tongsuan/node/internal/handover.h"

namespace tongsuan::node {

using exchange::Repeats;
using internal::Handover;
using journal::Answer;
using journal::Batch;
using journal::Failure;
using journal::Fault;

namespace {

// Ids are looked up so many answers after they were fetched from memory.
constexpr std::size_t kPrefetch = 8;

Failure digest_differs(std::uint64_t sequence, const Digest& expected, const Digest& found) {
  Failure failure{Fault::kCorrupt,
                  "after command " + std::to_string(sequence) + " the state is not what it was",
                  "start the version of the program that wrote this journal, or restore a backup"};
  failure.damage = journal::Damage{"journal.db", sequence, 0,
                                   expected,     found,    "the digest of the state differs"};
  return failure;
}

Failure does_not_fit(std::uint64_t sequence, const std::string& what) {
  return {Fault::kCorrupt, "command " + std::to_string(sequence) + " of the journal: " + what,
          "restore a backup, or repair the journal as docs/journal.md says"};
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
    if (const auto misfit = exchange.replay(batch.records[at].events, each)) {
      return does_not_fit(sequence, misfit->what + ", at byte " + std::to_string(misfit->offset));
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
// From one such digest on the next rows can be hashed before those before it are: two stretches at
// a time, which takes little longer than one. That both are right is what makes the whole right.
// Ids of requests are kept here too: each is a look into a table larger than any cache.
class Replay::Hasher final : public exchange::RowSink {
 public:
  explicit Hasher(exchange::Exchange& exchange)
      : exchange_(exchange), elsewhere_(exchange.hash_elsewhere(*this)) {
    thread_ = std::thread([this] { run(); });
  }
  ~Hasher() override { static_cast<void>(finish()); }

  void take(std::string& rows, std::vector<Repeats::Row>& answers) override {
    Item item = items_.spare();
    item.rows.swap(rows);
    rows.clear();
    item.answers.swap(answers);
    answers.clear();
    item.expected.reset();
    (void)items_.push(std::move(item));
  }
  void expect(std::uint64_t sequence, const Digest& digest) {
    Item item = items_.spare();
    item.rows.clear();
    item.answers.clear();
    item.sequence = sequence;
    item.expected = digest;
    (void)items_.push(std::move(item));
  }
  // The first so far.
  [[nodiscard]] std::optional<Failure> failure() const {
    if (!failed_) return std::nullopt;
    const std::lock_guard lock(mutex_);
    return failure_;
  }
  [[nodiscard]] std::optional<Failure> finish() {
    if (thread_.joinable()) {
      exchange_.hand_over_answers();
      items_.close();
      thread_.join();
      exchange_.hash_here(elsewhere_.digest);
    }
    return failure();
  }

 private:
  struct Item {
    std::string rows;
    std::vector<Repeats::Row> answers;
    std::uint64_t sequence = 0;
    std::optional<Digest> expected;
  };
  // Items of `waiting_` up to one that says what the digest has to be, or to the last.
  struct Stretch {
    std::size_t begin, end;
    Digest digest;  // before `begin`

    [[nodiscard]] bool has_rows(const std::vector<Item>& items) const {
      return begin < end && !items[begin].expected;
    }
  };
  void run() {
    std::vector<Item> items;
    while (items_.take(items)) {
      for (Item& item : items) {
        keep(item.answers);
        if (!item.rows.empty() || item.expected) waiting_.push_back(std::move(item));
      }
      items.clear();
      hash_pairs(items);
    }
    hash_rest();
  }
  void keep(const std::vector<Repeats::Row>& answers) {
    for (std::size_t i = 0; i < answers.size() && !failed_; ++i) {
      if (i + kPrefetch < answers.size()) elsewhere_.repeats.prefetch(answers[i + kPrefetch].id);
      if (elsewhere_.repeats.find(answers[i].id) == nullptr) {
        elsewhere_.repeats.add(answers[i]);
      } else {
        fail(does_not_fit(answers[i].sequence, exchange::kAnsweredTwice));
      }
    }
  }
  [[nodiscard]] std::size_t end_of_stretch(std::size_t begin) const {
    while (begin < waiting_.size() && !waiting_[begin].expected) ++begin;
    return begin == waiting_.size() ? begin : begin + 1;
  }
  // What was hashed moves to `used`.
  void hash_pairs(std::vector<Item>& used) {
    std::size_t done = 0;
    while (true) {
      const std::size_t middle = end_of_stretch(done);
      const std::size_t end = end_of_stretch(middle);
      if (end == middle || !waiting_[end - 1].expected) break;
      Stretch one{done, middle, elsewhere_.digest},
          two{middle, end, *waiting_[middle - 1].expected};
      while (one.has_rows(waiting_) && two.has_rows(waiting_)) {
        exchange::chain_two(one.digest, waiting_[one.begin++].rows, two.digest,
                            waiting_[two.begin++].rows);
      }
      hash(one);
      hash(two);
      done = end;
    }
    const auto last = waiting_.begin() + static_cast<std::ptrdiff_t>(done);
    used.assign(std::move_iterator(waiting_.begin()), std::move_iterator(last));
    waiting_.erase(waiting_.begin(), last);
  }
  void hash_rest() {
    for (std::size_t done = 0; done < waiting_.size();) {
      const std::size_t end = end_of_stretch(done);
      hash({done, end, elsewhere_.digest});
      done = end;
    }
    waiting_.clear();
  }
  // The rest of a stretch, and whether its digest is what it has to be.
  void hash(Stretch stretch) {
    for (; stretch.has_rows(waiting_); ++stretch.begin) {
      stretch.digest = exchange::chain_rows(stretch.digest, waiting_[stretch.begin].rows);
    }
    elsewhere_.digest = stretch.digest;
    if (stretch.begin < stretch.end) compare(waiting_[stretch.begin]);
  }
  void compare(const Item& item) {
    const Digest& found = elsewhere_.digest;
    if (*item.expected != found) fail(digest_differs(item.sequence, *item.expected, found));
  }
  // The first failure stays.
  void fail(Failure failure) {
    if (failed_) return;
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
    failed_ = true;
  }

  exchange::Exchange& exchange_;
  // Of the thread, until it is joined.
  exchange::State::Elsewhere elsewhere_;
  std::vector<Item> waiting_;
  Handover<Item> items_{{.most = 64, .wake = 4}};
  std::atomic<bool> failed_{false};
  mutable std::mutex mutex_;  // guards failure_
  std::optional<Failure> failure_;
  std::thread thread_;
};

Replay::Replay(exchange::Exchange& exchange, std::uint64_t records) : exchange_(exchange) {
  exchange_.reserve(records);
  hasher_ = std::make_unique<Hasher>(exchange);
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
