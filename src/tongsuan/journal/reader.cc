#include "tongsuan/journal/reader.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "tongsuan/journal/sim_journal.h"
#include "tongsuan/journal/store.h"

namespace tongsuan::journal {
namespace {

constexpr std::size_t kBatchesAtATime = 64;
constexpr std::size_t kBytesAtATime = std::size_t{4} << 20;

Failure damaged(Damage damage) {
  return {Fault::kCorrupt, "the journal is damaged",
          "check it; bring the folder back from a backup, or repair it: docs/journal.md",
          std::move(damage)};
}

Digest padded_digest(std::string_view bytes) {
  Digest digest{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

}  // namespace

// ---- Rows ------------------------------------------------------------------------------------

void Reader::Rows::add(std::uint64_t first, const Digest& hash, std::string_view batch) {
  rows.push_back({first, hash, bytes.size(), bytes.size() + batch.size()});
  bytes += batch;
}

bool Reader::Rows::full(std::size_t most) const {
  return rows.size() >= most || bytes.size() >= kBytesAtATime;
}

void Reader::Rows::hash(std::vector<Digest>& found) const {
  const auto of = [&](const Row& row) {
    return std::string_view(bytes).substr(row.begin, row.end - row.begin);
  };
  found.clear();
  for (std::size_t i = 0; i + 1 < rows.size(); i += 2) {
    Sha256 one, two;
    Sha256::update_two(one, of(rows[i]), two, of(rows[i + 1]));
    found.push_back(one.finish());
    found.push_back(two.finish());
  }
  if (found.size() < rows.size()) found.push_back(sha256(of(rows.back())));
}

void Reader::Rows::clear() {
  bytes.clear();
  rows.clear();
}

void Reader::look(std::uint64_t from, std::optional<Head>& head, Looked& looked) {
  looked.rows.clear();
  looked.count = 0;
  looked.failure.reset();
  const Answer<Done> fetched =
      fetch(head ? head->sequence + 1 : from, kBatchesAtATime, looked.rows);
  if (!fetched.ok()) looked.failure = fetched.error();
  looked.end = looked.rows.rows.empty();
  looked.batches.resize(std::max(looked.batches.size(), looked.rows.rows.size()));
  looked.rows.hash(looked.found);
  const std::string_view bytes = looked.rows.bytes;
  for (const Rows::Row& row : looked.rows.rows) {
    Batch& batch = looked.batches[looked.count];
    const std::string_view stored = bytes.substr(row.begin, row.end - row.begin);
    if (!head) {
      head = Head{row.first - 1, {}, 0};
      if (!read_batch(stored, batch)) head->hash = batch.previous;
    }
    if (std::optional<Damage> damage =
            follow(*head, stored, row.hash, looked.found[looked.count], batch)) {
      looked.failure = damaged(std::move(*damage));
      return;
    }
    ++looked.count;
  }
}

// ---- Reading ---------------------------------------------------------------------------------

Answer<std::uint64_t> Reader::start_of(std::uint64_t from) {
  const std::uint64_t first = std::clamp<std::uint64_t>(from, 1, kSequenceMax);
  TONGSUAN_TRY(const std::optional<std::uint64_t> begin, begin_of(first));
  return begin.value_or(first);
}

Answer<Done> Reader::read(std::uint64_t from, const BatchVisitor& visit) {
  TONGSUAN_TRY(const std::uint64_t start, start_of(from));
  std::optional<Head> head;
  Looked looked;
  while (true) {
    look(start, head, looked);
    for (std::size_t i = 0; i < looked.count; ++i) {
      if (looked.batches[i].last() >= from && !visit(looked.batches[i])) return Done{};
    }
    if (looked.failure) return *looked.failure;
    if (looked.end) return Done{};
  }
}

// One thread looks, the other visits; two sets of rows go back and forth between them.
struct Reader::Ahead {
  std::mutex mutex;
  std::condition_variable changed;
  Looked slots[2];
  std::size_t looked = 0, visited = 0;  // so many so far
  bool stop = false;

  void run(Reader& reader, std::uint64_t start) {
    std::optional<Head> head;
    bool last = false;
    while (!last) {
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return looked - visited < 2 || stop; });
        if (stop) return;
      }
      Looked& slot = slots[looked % 2];
      reader.look(start, head, slot);
      last = slot.failure.has_value() || slot.end;
      const std::lock_guard lock(mutex);
      ++looked;
      changed.notify_one();
    }
  }
  Looked& next() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return looked > visited; });
    return slots[visited % 2];
  }
  void done(bool all) {
    const std::lock_guard lock(mutex);
    ++visited;
    stop = stop || all;
    changed.notify_one();
  }
};

Answer<Done> Reader::read_ahead(std::uint64_t from, const BatchVisitor& visit) {
  TONGSUAN_TRY(const std::uint64_t start, start_of(from));
  Ahead ahead;
  std::thread looking([&] { ahead.run(*this, start); });
  Answer<Done> result = Done{};
  bool go_on = true;
  while (go_on) {
    Looked& looked = ahead.next();
    for (std::size_t i = 0; i < looked.count && go_on; ++i) {
      go_on = looked.batches[i].last() < from || visit(looked.batches[i]);
    }
    if (go_on && looked.failure) result = *looked.failure;
    go_on = go_on && !looked.failure && !looked.end;
    ahead.done(!go_on);
  }
  looking.join();
  return result;
}

Answer<bool> Reader::at(std::uint64_t sequence, const std::function<void(const Batch&)>& see) {
  TONGSUAN_TRY(const std::uint64_t start, start_of(sequence));
  Rows rows;
  TONGSUAN_TRY([[maybe_unused]] const Done fetched, fetch(start, 1, rows));
  if (rows.rows.empty() || sequence < rows.rows.front().first) return false;
  Batch batch;
  Head head{rows.rows.front().first - 1, {}, 0};
  if (!read_batch(rows.bytes, batch)) head.hash = batch.previous;
  if (auto damage = follow(head, rows.bytes, rows.rows.front().hash, batch)) {
    return damaged(std::move(*damage));
  }
  if (batch.last() < sequence) return false;
  see(batch);
  return true;
}

Answer<std::optional<Head>> Reader::end_at(std::uint64_t sequence) {
  TONGSUAN_TRY(const std::uint64_t start, start_of(sequence));
  Rows rows;
  TONGSUAN_TRY([[maybe_unused]] const Done fetched, fetch(start, 1, rows));
  std::optional<Head> end;
  Batch batch;
  if (rows.rows.empty() || read_batch(rows.bytes, batch)) return end;
  end = Head{batch.last(), rows.rows.front().hash, batch.state ? batch.last() : 0};
  return end;
}

Answer<Head> Reader::head() {
  TONGSUAN_TRY(const std::optional<Head> end, end_at(kSequenceMax));
  return end.value_or(genesis(name()));
}

Answer<std::uint64_t> Reader::find_first(const Reached& reached) {
  TONGSUAN_TRY(const Head end, head());
  // Below `low` nothing has reached; `high` and all above it have.
  std::uint64_t low = 1, high = end.sequence + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    TONGSUAN_TRY(const bool found, at(middle, [&](const Batch& batch) {
                   const auto later = std::ranges::partition_point(
                       batch.records,
                       [&](const Record& record) { return !reached(record.events); });
                   const auto at = static_cast<std::uint64_t>(later - batch.records.begin());
                   if (at < batch.records.size()) high = std::min(high, batch.first + at);
                   if (at > 0) low = std::max(low, batch.first + at);
                 }));
    if (!found) {
      return damaged({kDatabaseName, middle, 0, std::nullopt, std::nullopt,
                      "there is no batch that holds this command"});
    }
  }
  return low;
}

Answer<std::string> Reader::blob(const Digest& hash) {
  TONGSUAN_TRY(std::string bytes, stored_blob(hash));
  if (sha256(bytes) == hash) return bytes;
  return Failure{Fault::kCorrupt, "a blob has another hash than its name", "check the journal"};
}

Answer<Snapshot> Reader::snapshot(std::uint64_t at_most) {
  TONGSUAN_TRY(std::vector<std::uint64_t> sequences, snapshots());
  std::ranges::reverse(sequences);
  for (const std::uint64_t sequence : sequences) {
    if (sequence > at_most) continue;
    Answer<Snapshot> snapshot = stored_snapshot(sequence);
    // One that is damaged, or was replaced by a newer one meanwhile, is as good as none.
    if (!snapshot.ok() || snapshot.value().journal != name()) continue;
    TONGSUAN_TRY(const std::optional<Head> end, end_at(sequence));
    if (end && end->sequence == sequence && end->hash == snapshot.value().hash) return snapshot;
  }
  return Failure{Fault::kNotFound,
                 "there is no snapshot at or below command " + std::to_string(at_most),
                 "replay from the first command"};
}

// ---- Of a folder -----------------------------------------------------------------------------

namespace {

class EmbeddedReader final : public Reader {
 public:
  EmbeddedReader(Folder& folder, Store store) : folder_(folder), store_(std::move(store)) {}

  [[nodiscard]] const JournalName& name() const override { return store_.name(); }

  [[nodiscard]] Answer<std::vector<std::uint64_t>> snapshots() override {
    TONGSUAN_TRY(const std::vector<std::string> names, folder_.list());
    std::vector<std::uint64_t> sequences;
    for (const std::string& file : names) {
      if (const auto sequence = snapshot_sequence(file)) sequences.push_back(*sequence);
    }
    return sequences;
  }

 private:
  [[nodiscard]] Answer<std::optional<std::uint64_t>> begin_of(std::uint64_t sequence) override {
    const std::lock_guard lock(mutex_);
    std::optional<std::uint64_t> begin;
    TONGSUAN_TRY([[maybe_unused]] const bool found,
                 store_.find(sequence, [&](const StoredBatch& stored) { begin = stored.first; }));
    return begin;
  }

  [[nodiscard]] Answer<Done> fetch(std::uint64_t from, std::size_t most, Rows& rows) override {
    const std::lock_guard lock(mutex_);
    return store_.scan(from, [&](const StoredBatch& stored) {
      rows.add(stored.first, padded_digest(stored.hash), stored.bytes);
      return !rows.full(most);
    });
  }

  [[nodiscard]] Answer<std::string> stored_blob(const Digest& hash) override {
    const std::lock_guard lock(mutex_);
    return store_.blob(hash);
  }

  [[nodiscard]] Answer<Snapshot> stored_snapshot(std::uint64_t sequence) override {
    TONGSUAN_TRY(std::string bytes, folder_.read(snapshot_name(sequence)));
    Snapshot snapshot;
    if (!read_snapshot_bytes(std::move(bytes), snapshot) && snapshot.sequence == sequence) {
      return snapshot;
    }
    return Failure{Fault::kCorrupt, snapshot_name(sequence) + " is damaged"};
  }

  Folder& folder_;
  std::mutex mutex_;  // guards store_
  Store store_;
};

class SimReader final : public Reader {
 public:
  explicit SimReader(const SimJournalDisk& disk) : disk_(disk) {}

  [[nodiscard]] const JournalName& name() const override { return disk_.name; }

  [[nodiscard]] Answer<std::vector<std::uint64_t>> snapshots() override {
    const std::lock_guard lock(disk_.guard.mutex);
    std::vector<std::uint64_t> sequences;
    for (const Snapshot& snapshot : disk_.snapshots) sequences.push_back(snapshot.sequence);
    return sequences;
  }

 private:
  // Where the first batch lies that begins at `from` or later.
  [[nodiscard]] std::size_t place_of(std::uint64_t from) const {
    const auto at = std::ranges::partition_point(
        disk_.batches, [&](const SimJournalDisk::Row& row) { return row.first < from; });
    return static_cast<std::size_t>(at - disk_.batches.begin());
  }

  [[nodiscard]] Answer<std::optional<std::uint64_t>> begin_of(std::uint64_t sequence) override {
    const std::lock_guard lock(disk_.guard.mutex);
    const std::size_t at = place_of(sequence + 1);
    return at == 0 ? std::optional<std::uint64_t>() : disk_.batches[at - 1].first;
  }

  [[nodiscard]] Answer<Done> fetch(std::uint64_t from, std::size_t most, Rows& rows) override {
    const std::lock_guard lock(disk_.guard.mutex);
    for (std::size_t at = place_of(from); at < disk_.batches.size() && !rows.full(most); ++at) {
      const SimJournalDisk::Row& row = disk_.batches[at];
      rows.add(row.first, row.hash, row.bytes);
    }
    return Done{};
  }

  [[nodiscard]] Answer<std::string> stored_blob(const Digest& hash) override {
    const std::lock_guard lock(disk_.guard.mutex);
    const auto found = disk_.blobs.find(hash);
    if (found != disk_.blobs.end()) return found->second;
    return Failure{Fault::kNotFound, "no blob of that hash"};
  }

  [[nodiscard]] Answer<Snapshot> stored_snapshot(std::uint64_t sequence) override {
    const std::lock_guard lock(disk_.guard.mutex);
    for (const Snapshot& snapshot : disk_.snapshots) {
      if (snapshot.sequence == sequence) return snapshot;
    }
    return Failure{Fault::kNotFound, "no such snapshot"};
  }

  const SimJournalDisk& disk_;
};

}  // namespace

Answer<std::unique_ptr<Reader>> open_reader(Folder& folder) {
  TONGSUAN_TRY(const std::vector<std::string> names, folder.list());
  if (!std::ranges::binary_search(names, kDatabaseName)) {
    return Failure{Fault::kNotFound, "there is no journal in " + folder.path(""),
                   "give the folder of a journal"};
  }
  TONGSUAN_TRY(Store store, Store::open_to_read(folder));
  return std::unique_ptr<Reader>(std::make_unique<EmbeddedReader>(folder, std::move(store)));
}

std::unique_ptr<Reader> sim_reader(const SimJournalDisk& disk) {
  return std::make_unique<SimReader>(disk);
}

}  // namespace tongsuan::journal
