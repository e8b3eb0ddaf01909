#include "tongsuan/journal/sim_journal.h"

#include "tongsuan/journal/embedded_journal.h"

namespace tongsuan::journal {

Answer<Opened> SimJournal::open() {
  head_ = genesis(disk_.name);
  Batch batch;
  for (const SimJournalDisk::Row& row : disk_.batches) {
    std::optional<Damage> damage = follow(head_, row.bytes, row.hash, batch);
    if (damage) return Failure{Fault::kCorrupt, "the journal is damaged", {}, std::move(damage)};
  }
  {
    const std::lock_guard lock(disk_.guard.mutex);
    epoch_ = ++disk_.epoch;
  }
  const std::uint64_t snapshot = disk_.snapshots.empty() ? 0 : disk_.snapshots.back().sequence;
  return Opened{disk_.name, epoch_, head_, snapshot, {}};
}

Answer<Done> SimJournal::usable() {
  TONGSUAN_CHECK(epoch_ > 0);
  if (broken_)
    return Failure{Fault::kUnknown, "the journal is closed since a failure", "open it again"};
  const std::lock_guard lock(disk_.guard.mutex);
  if (disk_.epoch == epoch_ || faults_.no_epoch_check) return Done{};
  broken_ = true;
  return Failure{Fault::kFenced, "the journal is in epoch " + std::to_string(disk_.epoch),
                 "end this process: another one has taken over"};
}

Answer<std::uint64_t> SimJournal::append(const NewBatch& batch) {
  TONGSUAN_TRY([[maybe_unused]] const Done can, usable());
  const Batch whole{epoch_, batch.first, head_.hash, batch.state, batch.records};
  TONGSUAN_TRY([[maybe_unused]] const Done fits, check_batch(whole, head_));
  if (happens(faults_.full_ppm)) return Failure{Fault::kFull, "no room for the journal"};
  SimJournalDisk::Row row;
  append_bytes(whole, row.bytes);
  row.hash = sha256(row.bytes);
  row.first = whole.first;
  broken_ = happens(faults_.unknown_ppm);
  const Head next{whole.last(), row.hash, whole.state ? whole.last() : head_.state_sequence};
  if (!broken_ || random_.below(2) == 0) {
    const std::lock_guard lock(disk_.guard.mutex);
    disk_.batches.push_back(std::move(row));
  }
  if (broken_) return Failure{Fault::kUnknown, "a sync of the journal failed", "open it again"};
  head_ = next;
  return head_.sequence;
}

Answer<Done> SimJournal::read(std::uint64_t from, const BatchVisitor& visit) {
  Batch batch;
  for (const SimJournalDisk::Row& row : disk_.batches) {
    TONGSUAN_CHECK(!read_batch(row.bytes, batch));
    if (batch.last() >= from && !visit(batch)) break;
  }
  return Done{};
}

Answer<Snapshot> SimJournal::stamp_snapshot(std::uint64_t sequence, const Digest& state) {
  TONGSUAN_TRY([[maybe_unused]] const Done can, usable());
  Batch batch;
  for (const SimJournalDisk::Row& row : disk_.batches) {
    if (read_batch(row.bytes, batch) || batch.last() != sequence || !batch.state) {
      continue;
    }
    return Snapshot{disk_.name, epoch_, sequence, row.hash, state, {}};
  }
  return Failure{Fault::kInvalid, "no snapshot at sequence " + std::to_string(sequence)};
}

Answer<Done> SimJournal::store_snapshot(const Snapshot& stamped) {
  const std::lock_guard lock(disk_.guard.mutex);
  disk_.snapshots.push_back(stamped);
  if (disk_.snapshots.size() > kSnapshotsKept) disk_.snapshots.erase(disk_.snapshots.begin());
  return Done{};
}

Answer<Snapshot> SimJournal::read_snapshot() {
  if (!disk_.snapshots.empty()) return disk_.snapshots.back();
  return Failure{Fault::kNotFound, "there is no snapshot", "replay from the first command"};
}

Answer<Digest> SimJournal::put_blob(std::string_view bytes) {
  TONGSUAN_TRY([[maybe_unused]] const Done can, usable());
  const Digest hash = sha256(bytes);
  const std::lock_guard lock(disk_.guard.mutex);
  disk_.blobs.emplace(hash, bytes);
  return hash;
}

Answer<std::string> SimJournal::read_blob(const Digest& hash) {
  const auto found = disk_.blobs.find(hash);
  if (found != disk_.blobs.end()) return found->second;
  return Failure{Fault::kNotFound, "no blob of that hash"};
}

}  // namespace tongsuan::journal
