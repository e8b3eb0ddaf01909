#include "tongsuan/server/shared_journal.h"

#include "tongsuan/node/blobs.h"

namespace tongsuan::server {

using journal::Answer;

namespace {
Error to_error(const journal::Failure& failure) {
  return {ErrorCode::kCorrupt, failure.context, failure.hint};
}
}  // namespace

Answer<journal::Opened> SharedJournal::open() {
  const std::lock_guard lock(mutex_);
  TONGSUAN_TRY(journal::Opened opened, journal_.open());
  last_ = opened.head.sequence;
  epoch_ = opened.epoch;
  return opened;
}

Answer<std::uint64_t> SharedJournal::append(const journal::NewBatch& batch) {
  const std::lock_guard lock(mutex_);
  TONGSUAN_TRY(const std::uint64_t sequence, journal_.append(batch));
  last_ = sequence;
  return sequence;
}

Answer<Done> SharedJournal::read(std::uint64_t from, const journal::BatchVisitor& visit) {
  const std::lock_guard lock(mutex_);
  if (!observer_) return journal_.read(from, visit);
  return journal_.read(from, [&](const journal::Batch& batch) {
    std::uint64_t sequence = batch.first;
    for (const journal::Record& record : batch.records) observer_(sequence++, record.events);
    return visit(batch);
  });
}

Answer<journal::Snapshot> SharedJournal::stamp_snapshot(std::uint64_t sequence,
                                                        const Digest& state) {
  const std::lock_guard lock(mutex_);
  return journal_.stamp_snapshot(sequence, state);
}
// Files of its own: nobody waits for it.
Answer<Done> SharedJournal::store_snapshot(const journal::Snapshot& stamped) {
  return journal_.store_snapshot(stamped);
}
Answer<journal::Snapshot> SharedJournal::read_snapshot() {
  const std::lock_guard lock(mutex_);
  return journal_.read_snapshot();
}
Answer<Digest> SharedJournal::put_blob(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  return journal_.put_blob(bytes);
}
Answer<std::string> SharedJournal::read_blob(const Digest& hash) {
  const std::lock_guard lock(mutex_);
  return journal_.read_blob(hash);
}

Result<std::vector<node::Record>> SharedJournal::records(std::uint64_t from, std::size_t bytes) {
  std::vector<node::Record> records;
  std::size_t sum = 0;
  const std::lock_guard lock(mutex_);
  if (from > last_) return records;
  const Answer<Done> read = journal_.read(from, [&](const journal::Batch& batch) {
    std::uint64_t sequence = batch.first;
    for (const journal::Record& record : batch.records) {
      if (sequence >= from && sum < bytes) {
        records.push_back({sequence, std::string(record.events)});
        sum += record.events.size();
      }
      ++sequence;
    }
    return sum < bytes;
  });
  if (!read.ok()) return to_error(read.error());
  return records;
}

Result<std::string> SharedJournal::text(const Digest& name) {
  Answer<std::string> text =
      node::read_text(name, [this](const Digest& hash) { return read_blob(hash); });
  if (!text.ok()) return to_error(text.error());
  return std::move(text).value();
}

ServiceOptions::Head SharedJournal::head() {
  ServiceOptions::Head head;
  const std::lock_guard lock(mutex_);
  head.sequence = last_;
  head.epoch = epoch_;
  if (last_ == 0) return head;
  // The hash of the last batch: over its bytes and the hash before (docs/journal.md).
  (void)journal_.read(last_, [&](const journal::Batch& batch) {
    std::string bytes;
    journal::append_bytes(batch, bytes);
    head.hash = sha256(bytes);
    return true;
  });
  return head;
}

}  // namespace tongsuan::server
