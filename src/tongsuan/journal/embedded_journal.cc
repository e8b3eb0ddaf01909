#include "tongsuan/journal/embedded_journal.h"

#include <algorithm>
#include <utility>

#include "tongsuan/journal/wal.h"

namespace tongsuan::journal {
namespace {

JournalName random_name() {
  JournalName name;
  sqlite3_randomness(static_cast<int>(name.size()), name.data());
  return name;
}

bool is_of_a_journal(const std::string& name) {
  return name.starts_with("journal.db-") || name.starts_with("snapshot-") ||
         name.starts_with("damaged-");
}

}  // namespace

EmbeddedJournal::~EmbeddedJournal() {
  if (store_ && !broken_ && heads_unsynced_ > 0) (void)keep_head(true).ok();
  store_.reset();
  folder_.unlock();
}

Answer<Opened> EmbeddedJournal::open() {
  TONGSUAN_CHECK(!store_ && !broken_);
  const Answer<Done> locked = folder_.lock(kLockName);
  const bool other_owner = !locked.ok() && locked.error().fault == Fault::kOwned;
  if (!locked.ok() && !(other_owner && options_.take_over)) return locked.error();
  Answer<Opened> opened = open_locked();
  if (opened.ok()) return opened;
  store_.reset();
  folder_.unlock();
  return opened;
}

Answer<Opened> EmbeddedJournal::open_locked() {
  TONGSUAN_TRY(const std::vector<std::string> names, folder_.list());
  const auto has = [&](const char* name) { return std::ranges::binary_search(names, name); };
  if (has(kReadyName)) {
    return Failure{Fault::kCorrupt, "a repair of this journal was interrupted", "repair it again"};
  }
  if (!has(kDatabaseName)) {
    if (std::ranges::any_of(names, is_of_a_journal)) {
      return Failure{Fault::kCorrupt, folder_.path(kDatabaseName) + " is missing",
                     "bring it back from a backup"};
    }
    TONGSUAN_TRY([[maybe_unused]] const Done made, make_database());
  }
  TONGSUAN_TRY(Store store, Store::open(folder_, options_.switches));
  store_.emplace(std::move(store));
  // From here to the new epoch nobody else writes: what is looked at is what we go on from.
  TONGSUAN_TRY([[maybe_unused]] const Done begun, store_->begin());
  TONGSUAN_TRY(const std::string log, read_log(folder_));
  TONGSUAN_TRY(const Opened opened, take(log));
  TONGSUAN_TRY([[maybe_unused]] const Done moved, store_->checkpoint(!options_.take_over));
  return opened;
}

Answer<Done> EmbeddedJournal::make_database() {
  if (!options_.make) {
    return Failure{Fault::kNotFound, "there is no journal in " + folder_.path(""), "make one"};
  }
  if (head_file_ != nullptr) {
    TONGSUAN_TRY(const std::optional<SignedHead> known, head_file_->read());
    if (known && known->sequence > 0) {
      return Failure{Fault::kCut, "the signed head knows a journal that is not there",
                     "bring the journal back, or put the head file away"};
    }
  }
  {
    TONGSUAN_TRY(Store made, Store::make(folder_, random_name(), 0));
    TONGSUAN_TRY([[maybe_unused]] const Done committed, made.commit());
  }
  if (head_file_ != nullptr) {
    TONGSUAN_TRY([[maybe_unused]] const Done forgotten, head_file_->forget());
  }
  return folder_.rename(kFreshName, kDatabaseName);
}

// Looks at everything, then takes the next epoch.
Answer<Opened> EmbeddedJournal::take(const std::string& log) {
  TONGSUAN_TRY(Inspection seen, inspect(*store_, folder_, head_file_, log, options_.verify));
  if (seen.trouble) return *seen.trouble;
  opened_from_ = std::move(seen.snapshot);
  TONGSUAN_TRY([[maybe_unused]] const Done clean, clean_log(log));
  epoch_ = seen.epoch + 1;
  head_ = seen.head;
  // Before the epoch, so that a journal with an epoch always has a head.
  TONGSUAN_TRY([[maybe_unused]] const Done kept, keep_head(true));
  TONGSUAN_TRY([[maybe_unused]] const Done set, store_->set_epoch(epoch_));
  TONGSUAN_TRY([[maybe_unused]] const Done committed, store_->commit());
  return Opened{seen.name, epoch_, seen.head, seen.snapshot_sequence, seen.notes};
}

// Cuts what follows the last whole commit: what was begun and given up would look like damage once
// a shorter transaction is written over its beginning. Then writes the rest once more: after a
// failed sync the system may show a log that is not on the disk.
Answer<Done> EmbeddedJournal::clean_log(std::string_view log) {
  if (log.empty()) return Done{};
  const std::uint64_t good = scan_wal(log).good_bytes;
  if (good < log.size()) {
    TONGSUAN_TRY([[maybe_unused]] const Done cut, folder_.cut(kLogName, good));
  }
  return folder_.write_at(kLogName, 0, log.substr(0, good), true);
}

Answer<Done> EmbeddedJournal::empty_log() {
  TONGSUAN_TRY([[maybe_unused]] const Done begun, store_->begin());
  const Answer<std::string> log = read_log(folder_);
  const Answer<Done> clean = log.ok() ? clean_log(log.value()) : Answer<Done>(log.error());
  if (!store_->roll_back() || !clean.ok()) {
    return clean.ok() ? Failure{Fault::kIo, "cannot roll back"} : clean.error();
  }
  return store_->checkpoint(true);
}

Answer<Done> EmbeddedJournal::usable() const {
  TONGSUAN_CHECK(store_);
  if (!broken_) return Done{};
  return Failure{Fault::kUnknown, "the journal is closed since a failure: " + broken_->context,
                 "end the process and open the journal again"};
}

Answer<Done> EmbeddedJournal::judge(const Answer<Done>& written) {
  if (written.ok()) return written;
  Failure failure = written.error();
  if (failure.fault == Fault::kIo) failure.fault = Fault::kUnknown;
  if (is_fatal(failure.fault)) broken_ = failure;
  if (failure.fault == Fault::kFull) {
    const Answer<Done> emptied = empty_log();
    if (!emptied.ok() && is_fatal(emptied.error().fault)) broken_ = emptied.error();
  }
  return failure;
}

Answer<Done> EmbeddedJournal::keep_head(bool sync) {
  if (head_file_ == nullptr) return Done{};
  const SignedHead head{store_->name(), epoch_, head_.sequence, head_.hash};
  const Answer<Done> written = head_file_->write(head, sync);
  head_is_behind_ = !written.ok();
  if (written.ok()) heads_unsynced_ = sync ? 0 : heads_unsynced_ + 1;
  if (!written.ok() && written.error().fault == Fault::kIo) broken_ = written.error();
  return written;
}

void EmbeddedJournal::tidy_log() {
  if (store_->log_frames() < options_.checkpoint_frames) return;
  const Answer<Done> moved = store_->checkpoint(false);
  if (!moved.ok() && is_fatal(moved.error().fault)) broken_ = moved.error();
}

Answer<std::uint64_t> EmbeddedJournal::append(const NewBatch& batch) {
  TONGSUAN_TRY([[maybe_unused]] const Done can, usable());
  opened_from_.reset();
  // A head that could not be written is made up for before anything else is acknowledged.
  if (head_is_behind_) {
    TONGSUAN_TRY([[maybe_unused]] const Done kept, keep_head(true));
  }
  batch_.epoch = epoch_;
  batch_.first = batch.first;
  batch_.previous = head_.hash;
  batch_.state = batch.state;
  batch_.records.assign(batch.records.begin(), batch.records.end());
  TONGSUAN_TRY([[maybe_unused]] const Done fits, check_batch(batch_, head_));
  bytes_.clear();
  append_bytes(batch_, bytes_);
  const Digest hash = sha256(bytes_);
  TONGSUAN_TRY([[maybe_unused]] const Done durable,
               judge(store_->append(epoch_, {batch_.first, view_of(hash), bytes_})));
  head_ = {batch_.last(), hash, batch_.state ? batch_.last() : head_.state_sequence};
  // The batch is durable: whatever fails from here on is told by the next append.
  (void)keep_head(heads_unsynced_ + 1 >= options_.head_sync_every).ok();
  tidy_log();
  return head_.sequence;
}

Answer<Done> EmbeddedJournal::check_owner() {
  TONGSUAN_TRY([[maybe_unused]] const Done can, usable());
  const Answer<Done> ours = store_->check_epoch(epoch_);
  if (!ours.ok() && ours.error().fault == Fault::kFenced) broken_ = ours.error();
  return ours;
}

Answer<Done> EmbeddedJournal::read(std::uint64_t from, const BatchVisitor& visit) {
  TONGSUAN_CHECK(store_);
  std::uint64_t first = std::clamp<std::uint64_t>(from, 1, kSequenceMax);
  TONGSUAN_TRY([[maybe_unused]] const bool found,
               store_->find(first, [&](const StoredBatch& stored) { first = stored.first; }));
  std::optional<Damage> damage;
  std::optional<Head> head;
  Batch batch;
  TONGSUAN_TRY(
      [[maybe_unused]] const Done scanned, store_->scan(first, [&](const StoredBatch& stored) {
        if (!head) {
          // Of the first one it is believed what it says of the one before.
          head = Head{stored.first - 1, {}, 0};
          if (!read_batch(stored.bytes, batch)) head->hash = batch.previous;
        }
        Digest hash{};
        std::copy_n(stored.hash.begin(), std::min(stored.hash.size(), hash.size()), hash.begin());
        damage = follow(*head, stored.bytes, hash, batch);
        return !damage && (batch.last() < from || visit(batch));
      }));
  if (!damage) return Done{};
  return Failure{Fault::kCorrupt, "the journal was damaged while it was open",
                 "end the process and check the journal", std::move(damage)};
}

Answer<Snapshot> EmbeddedJournal::stamp_snapshot(std::uint64_t sequence, const Digest& state) {
  TONGSUAN_TRY([[maybe_unused]] const Done can, usable());
  opened_from_.reset();
  // Nearly always it is the batch that was written last.
  if (head_.sequence == sequence && head_.state_sequence == sequence) {
    return Snapshot{store_->name(), epoch_, sequence, head_.hash, state, {}};
  }
  TONGSUAN_TRY(const std::optional<Head> end, end_at(*store_, sequence));
  if (!end || end->state_sequence != sequence) {
    return Failure{Fault::kInvalid, "no snapshot at sequence " + std::to_string(sequence),
                   "take it after a batch with a digest of the state"};
  }
  return Snapshot{store_->name(), epoch_, sequence, end->hash, state, {}};
}

// Touches files of its own only.
Answer<Done> EmbeddedJournal::store_snapshot(const Snapshot& stamped) {
  if (stamped.bytes.size() > kSnapshotBytesMax) {
    return Failure{Fault::kInvalid, "a snapshot of " + std::to_string(stamped.bytes.size()) +
                                        " bytes, larger than the journal keeps"};
  }
  TONGSUAN_TRY([[maybe_unused]] const Done written,
               folder_.replace(snapshot_name(stamped.sequence), write_snapshot_bytes(stamped)));
  TONGSUAN_TRY(const std::vector<std::string> names, folder_.list());
  std::size_t kept = 0;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    if (!snapshot_sequence(*name) || ++kept <= options_.snapshots_kept) continue;
    TONGSUAN_TRY([[maybe_unused]] const Done removed, folder_.remove(*name));
  }
  return Done{};
}

Answer<Snapshot> EmbeddedJournal::read_snapshot() {
  TONGSUAN_CHECK(store_);
  // Whoever opens wants it at once: it is large, and was read just now.
  if (opened_from_) return *std::exchange(opened_from_, std::nullopt);
  TONGSUAN_TRY(std::optional<Snapshot> last, last_snapshot(*store_, folder_));
  if (last) return std::move(*last);
  return Failure{Fault::kNotFound, "there is no snapshot", "replay from the first command"};
}

Answer<Digest> EmbeddedJournal::put_blob(std::string_view bytes) {
  TONGSUAN_TRY([[maybe_unused]] const Done can, usable());
  if (bytes.size() > kBlobBytesMax) {
    return Failure{Fault::kInvalid, "a blob of " + std::to_string(bytes.size()) + " bytes",
                   "at most " + std::to_string(kBlobBytesMax)};
  }
  const Digest hash = sha256(bytes);
  TONGSUAN_TRY([[maybe_unused]] const Done durable,
               judge(store_->append_blob(epoch_, hash, bytes)));
  tidy_log();
  return hash;
}

Answer<std::string> EmbeddedJournal::read_blob(const Digest& hash) {
  TONGSUAN_CHECK(store_);
  TONGSUAN_TRY(std::string bytes, store_->blob(hash));
  if (sha256(bytes) == hash) return bytes;
  return Failure{Fault::kCorrupt, "a blob has another hash than its name", "check the journal"};
}

}  // namespace tongsuan::journal
