#include <algorithm>
#include <cstring>

#include "tongsuan/journal/recovery.h"

namespace tongsuan::journal {
namespace {

Answer<bool> has(Folder& folder, const std::string& file) {
  TONGSUAN_TRY(const std::vector<std::string> names, folder.list());
  for (const std::string& name : names) {
    if (name == file) return true;
  }
  return false;
}

// The log goes first: SQLite would apply it to whatever database bears the name.
Answer<Done> put_in_place(Folder& folder) {
  for (const char* part : {kLogName, "journal.db-shm", "journal.db-journal"}) {
    TONGSUAN_TRY([[maybe_unused]] const Done removed, folder.remove(part));
  }
  return folder.rename(kReadyName, kDatabaseName);
}

Answer<std::string> free_side_name(Folder& folder) {
  for (int i = 1;; ++i) {
    const std::string name = "damaged-" + std::to_string(i);
    TONGSUAN_TRY(const bool taken, has(folder, name));
    if (!taken) return name;
  }
}

Answer<Done> copy(Folder& folder, const std::string& from, const std::string& to) {
  const Answer<std::string> bytes = folder.read(from);
  if (bytes.ok()) return folder.replace(to, bytes.value());
  if (bytes.error().fault == Fault::kNotFound) return Done{};
  return bytes.error();
}

Answer<Done> copy_batches(Store& source, Store& target) {
  Head head = genesis(source.name());
  Batch batch;
  std::optional<Failure> failure;
  const Answer<Done> scanned = source.scan(1, [&](const StoredBatch& stored) {
    Digest hash{};
    if (stored.hash.size() != hash.size()) return false;
    std::memcpy(hash.data(), stored.hash.data(), hash.size());
    if (follow(head, stored.bytes, hash, batch)) return false;
    const Answer<Done> inserted = target.insert(stored);
    if (!inserted.ok()) failure = inserted.error();
    return inserted.ok();
  });
  if (failure) return *failure;
  // Where the database cannot be read any further, the good part has ended.
  if (!scanned.ok() && scanned.error().fault != Fault::kCorrupt) return scanned;
  return Done{};
}

Answer<std::uint64_t> copy_blobs(Store& source, Store& target) {
  std::uint64_t lost = 0;
  std::optional<Failure> failure;
  const Answer<Done> scanned =
      source.scan_blobs([&](std::string_view hash, std::string_view bytes) {
        const Digest found = sha256(bytes);
        if (std::string_view(reinterpret_cast<const char*>(found.data()), found.size()) != hash) {
          ++lost;
          return true;
        }
        const Answer<Done> inserted = target.insert_blob(found, bytes);
        if (!inserted.ok()) failure = inserted.error();
        return inserted.ok();
      });
  if (failure) return *failure;
  if (!scanned.ok() && scanned.error().fault != Fault::kCorrupt) return scanned.error();
  return lost + (scanned.ok() ? 0 : 1);
}

// Makes a new database of what is good, under the name that waits.
Answer<std::uint64_t> rebuild(Folder& folder, std::uint64_t epoch) {
  std::uint64_t blobs_lost = 0;
  {
    TONGSUAN_TRY(Store source, Store::open(folder, {}));
    TONGSUAN_TRY(Store target, Store::make(folder, source.name(), epoch));
    TONGSUAN_TRY([[maybe_unused]] const Done batches, copy_batches(source, target));
    TONGSUAN_TRY(blobs_lost, copy_blobs(source, target));
    TONGSUAN_TRY([[maybe_unused]] const Done committed, target.commit());
  }
  TONGSUAN_TRY([[maybe_unused]] const Done ready, folder.rename(kFreshName, kReadyName));
  return blobs_lost;
}

// Snapshots that name batches which are not there would only be disputed again.
Answer<Done> put_snapshots_aside(Folder& folder, const Inspection& seen, const std::string& side) {
  TONGSUAN_TRY(const std::vector<std::string> names, folder.list());
  const std::uint64_t last = std::min(seen.snapshot_sequence, seen.head.sequence);
  for (const std::string& name : names) {
    const auto sequence = snapshot_sequence(name);
    if (!sequence || *sequence <= last) continue;
    TONGSUAN_TRY([[maybe_unused]] const Done renamed, folder.rename(name, side + '-' + name));
  }
  return Done{};
}

Answer<Inspection> look(Folder& folder, HeadFile* head_file) {
  TONGSUAN_TRY(Store store, Store::open(folder, {}));
  TONGSUAN_TRY([[maybe_unused]] const Done begun, store.begin());
  TONGSUAN_TRY(const std::string log, read_log(folder));
  return inspect(store, folder, head_file, log, Verify::kWhole);
}

template <class T, class Work>
Answer<T> locked(Folder& folder, Work work) {
  TONGSUAN_TRY([[maybe_unused]] const Done locked, folder.lock(kLockName));
  Answer<T> result = work();
  folder.unlock();
  return result;
}

Answer<Repaired> repair_now(Folder& folder, HeadFile* head_file, RepairOptions options) {
  TONGSUAN_TRY(const bool interrupted, has(folder, kReadyName));
  if (interrupted) {
    TONGSUAN_TRY([[maybe_unused]] const Done placed, put_in_place(folder));
  }
  TONGSUAN_TRY(const Inspection seen, look(folder, head_file));
  Repaired result{interrupted, seen.head, seen.known_sequence, 0, {}};
  if (!seen.trouble) return result;
  if (seen.is_disputed && !options.force) {
    Failure refused = *seen.trouble;
    refused.fault = Fault::kCut;
    refused.hint =
        "bring the folder back from a backup; or, to give up what is missing, repair with force";
    return refused;
  }
  result.changed = true;
  TONGSUAN_TRY(result.side_file, free_side_name(folder));
  TONGSUAN_TRY([[maybe_unused]] const Done log_kept,
               copy(folder, kLogName, result.side_file + "-wal"));
  TONGSUAN_TRY([[maybe_unused]] const Done kept, copy(folder, kDatabaseName, result.side_file));
  TONGSUAN_TRY([[maybe_unused]] const Done aside,
               put_snapshots_aside(folder, seen, result.side_file));
  if (seen.is_broken) {
    TONGSUAN_TRY(result.blobs_lost, rebuild(folder, seen.epoch));
    TONGSUAN_TRY([[maybe_unused]] const Done placed, put_in_place(folder));
  }
  if (head_file != nullptr && seen.is_disputed) {
    const SignedHead head{seen.name, seen.epoch, seen.head.sequence, seen.head.hash};
    TONGSUAN_TRY([[maybe_unused]] const Done signed_again, head_file->replace(head));
  }
  return result;
}

}  // namespace

Answer<Inspection> check(Folder& folder, HeadFile* head_file) {
  return locked<Inspection>(folder, [&] { return look(folder, head_file); });
}

Answer<Repaired> repair(Folder& folder, HeadFile* head_file, RepairOptions options) {
  return locked<Repaired>(folder, [&] { return repair_now(folder, head_file, options); });
}

}  // namespace tongsuan::journal
