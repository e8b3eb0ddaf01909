#include "tongsuan/journal/recovery.h"

#include <algorithm>
#include <cstring>

#include "tongsuan/journal/wal.h"

namespace tongsuan::journal {
namespace {

constexpr const char* kAskForRepair =
    "bring the folder back from a backup, or repair it: docs/journal.md";

Failure corrupt(Damage damage) {
  return {Fault::kCorrupt, "the journal is damaged", kAskForRepair, std::move(damage)};
}

Failure cut(const std::string& who, Damage damage) {
  return {Fault::kCut, "batches are missing that " + who + " knows", kAskForRepair,
          std::move(damage)};
}

std::optional<Digest> digest_of(std::string_view bytes) {
  Digest digest;
  if (bytes.size() != digest.size()) return std::nullopt;
  std::memcpy(digest.data(), bytes.data(), digest.size());
  return digest;
}

// Reads all snapshots and gives those whose bytes are whole and of this journal, newest first.
Answer<Done> each_snapshot(Folder& folder, const JournalName& name, std::vector<std::string>& notes,
                           const std::function<bool(Snapshot&)>& visit) {
  TONGSUAN_TRY(std::vector<std::string> names, folder.list());
  std::reverse(names.begin(), names.end());
  for (const std::string& file : names) {
    const auto sequence = snapshot_sequence(file);
    if (!sequence) continue;
    TONGSUAN_TRY(std::string bytes, folder.read(file));
    Snapshot snapshot;
    if (const auto fault = read_snapshot_bytes(std::move(bytes), snapshot)) {
      notes.push_back(file + ", offset " + std::to_string(fault->offset) + ": " + fault->problem);
    } else if (snapshot.sequence != *sequence || snapshot.journal != name) {
      notes.push_back(file + " is of another journal, or has another one's name");
    } else if (!visit(snapshot)) {
      return Done{};
    }
  }
  return Done{};
}

// One look at a journal.
class Inspector {
 public:
  Inspector(Store& store, Folder& folder, std::string_view log)
      : store_(store), folder_(folder), log_(log), scan_(scan_wal(log)) {}

  Answer<Inspection> run(HeadFile* head_file, Verify verify) {
    result_.name = store_.name();
    TONGSUAN_TRY(result_.epoch, store_.epoch());
    if (head_file != nullptr) {
      TONGSUAN_TRY(result_.signed_head, head_file->read());
    }
    if (result_.signed_head) result_.epoch = std::max(result_.epoch, result_.signed_head->epoch);
    TONGSUAN_TRY([[maybe_unused]] const Done based, find_base());
    result_.head = verify == Verify::kWhole || !base_ ? genesis(store_.name()) : *base_;
    TONGSUAN_TRY([[maybe_unused]] const Done followed, follow_chain());
    TONGSUAN_TRY([[maybe_unused]] const Done compared, compare_with_others());
    // The log says where the end was lost; that it was lost may be known from it alone.
    result_.is_broken = result_.is_broken || scan_.bad;
    if (!result_.trouble && scan_.bad) result_.trouble = corrupt(log_damage());
    if (head_file != nullptr && !result_.signed_head && result_.epoch > 0) miss_signed_head();
    return std::move(result_);
  }

 private:
  Answer<Done> find_base() {
    std::optional<Failure> failure;
    TONGSUAN_TRY([[maybe_unused]] const Done read,
                 each_snapshot(folder_, store_.name(), result_.notes, [&](Snapshot& snapshot) {
                   if (!newest_)
                     newest_ = Head{snapshot.sequence, snapshot.hash, snapshot.sequence};
                   const Answer<std::optional<Head>> end = end_at(store_, snapshot.sequence);
                   if (!end.ok()) {
                     failure = end.error();
                     return false;
                   }
                   if (!end.value() || end.value()->hash != snapshot.hash) {
                     result_.notes.push_back(snapshot_name(snapshot.sequence) +
                                             " names a batch that is not there");
                     return true;
                   }
                   base_ = *end.value();
                   result_.snapshot_sequence = snapshot.sequence;
                   result_.snapshot = std::move(snapshot);
                   return false;
                 }));
    if (failure) return *failure;
    return Done{};
  }

  Answer<Done> follow_chain() {
    Batch batch;
    const Answer<Done> scanned =
        store_.scan(result_.head.sequence + 1, [&](const StoredBatch& stored) {
          const auto hash = digest_of(stored.hash);
          std::optional<Damage> damage =
              follow(result_.head, stored.bytes, hash.value_or(Digest{}), batch);
          if (!damage) return true;
          result_.trouble = corrupt(std::move(*damage));
          result_.is_broken = true;
          return false;
        });
    if (scanned.ok()) return scanned;
    if (scanned.error().fault != Fault::kCorrupt) return scanned;
    result_.trouble = corrupt(here(scanned.error().context));
    result_.is_broken = true;
    return Done{};
  }

  // Whoever takes the end away would take the head away too.
  void miss_signed_head() {
    result_.is_disputed = true;
    if (result_.trouble) return;
    result_.trouble = Failure{Fault::kCut, "the signed head of this journal is missing",
                              "bring it back; or, to go on without it, repair with force"};
  }

  Answer<Done> compare_with_others() {
    if (newest_) {
      TONGSUAN_TRY([[maybe_unused]] const Done compared, compare("a snapshot", *newest_));
    }
    if (!result_.signed_head) return Done{};
    const SignedHead& known = *result_.signed_head;
    if (known.journal != store_.name()) {
      result_.is_disputed = true;
      result_.trouble = Failure{Fault::kCorrupt, "the signed head is of another journal",
                                "give the head file that belongs to this folder"};
      return Done{};
    }
    return compare("the signed head", Head{known.sequence, known.hash, 0});
  }

  Answer<Done> compare(const std::string& who, const Head& known) {
    result_.known_sequence = std::max(result_.known_sequence, known.sequence);
    if (known.sequence > result_.head.sequence) result_.is_disputed = true;
    if (result_.trouble) return Done{};
    if (known.sequence > result_.head.sequence) {
      Damage damage = scan_.bad || !log_.empty() ? log_damage() : here("the journal ends");
      damage.what += "; " + who + " knows sequence " + std::to_string(known.sequence);
      damage.expected = known.hash;
      damage.found = result_.head.hash;
      result_.trouble = cut(who, std::move(damage));
      return Done{};
    }
    std::optional<Head> end = genesis(store_.name());
    if (known.sequence > 0) {
      TONGSUAN_TRY(end, end_at(store_, known.sequence));
    }
    if (end && end->hash == known.hash) return Done{};
    Damage damage{kDatabaseName, known.sequence, 0,
                  known.hash,    std::nullopt,   who + " knows another history"};
    if (end) damage.found = end->hash;
    result_.trouble = corrupt(std::move(damage));
    result_.is_disputed = true;
    return Done{};
  }

  [[nodiscard]] Damage here(std::string what) const {
    return {kDatabaseName,  result_.head.sequence + 1, 0, std::nullopt, std::nullopt,
            std::move(what)};
  }

  [[nodiscard]] Damage log_damage() const {
    Damage damage = here("the log ends");
    damage.file = kLogName;
    damage.offset = scan_.bad.value_or(scan_.good_bytes);
    if (scan_.bad) damage.what = "a frame of the log is damaged, and later commits follow it";
    return damage;
  }

  Store& store_;
  Folder& folder_;
  std::string_view log_;
  WalScan scan_;
  Inspection result_;
  std::optional<Head> base_;    // of the newest snapshot that fits
  std::optional<Head> newest_;  // of the newest snapshot that is whole, whether it fits or not
};

}  // namespace

Answer<std::string> read_log(Folder& folder) {
  Answer<std::string> log = folder.read(kLogName);
  if (!log.ok() && log.error().fault == Fault::kNotFound) return std::string();
  return log;
}

Answer<std::optional<Head>> end_at(Store& store, std::uint64_t sequence) {
  std::optional<Head> end;
  const Answer<bool> found = store.find(sequence, [&](const StoredBatch& stored) {
    Batch batch;
    const auto hash = digest_of(stored.hash);
    if (!hash || read_batch(stored.bytes, batch) || batch.last() != sequence) return;
    end = Head{sequence, *hash, batch.state ? sequence : 0};
  });
  // What cannot be read is not there; the chain says where it ends.
  if (!found.ok() && found.error().fault != Fault::kCorrupt) return found.error();
  return end;
}

Answer<Inspection> inspect(Store& store, Folder& folder, HeadFile* head_file, std::string_view log,
                           Verify verify) {
  return Inspector(store, folder, log).run(head_file, verify);
}

Answer<std::optional<Snapshot>> last_snapshot(Store& store, Folder& folder) {
  std::vector<std::string> notes;
  std::optional<Snapshot> last;
  TONGSUAN_TRY([[maybe_unused]] const Done read,
               each_snapshot(folder, store.name(), notes, [&](Snapshot& snapshot) {
                 const Answer<std::optional<Head>> end = end_at(store, snapshot.sequence);
                 if (!end.ok() || !end.value() || end.value()->hash != snapshot.hash) return true;
                 last = std::move(snapshot);
                 return false;
               }));
  return last;
}

}  // namespace tongsuan::journal
