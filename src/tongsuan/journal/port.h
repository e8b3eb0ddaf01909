// The journal as the sequencer sees it: the seam at which a simulated one takes the place of a
// disk.
//
// Order of calls. `open` first and once; then one thread calls the rest. Nothing may be
// acknowledged, dispatched or published before `append` has returned its sequence. After a failure
// for which `is_fatal` is true the process ends: memory is ahead of the journal, and only opening
// again tells what is in it.
//
// Promise. What `append` returned a sequence for is there after any later `open`, once and in its
// place; a batch whose append failed is there as a whole (only after kUnknown) or not at all.
// Readers see batches in the order of their numbers, with every hash checked again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/journal/batch.h"
#include "tongsuan/journal/failure.h"
#include "tongsuan/journal/snapshot.h"

namespace tongsuan::journal {

struct Opened {
  JournalName name{};
  std::uint64_t epoch = 0;  // ours from now on; whoever had a smaller one is fenced
  Head head;
  std::uint64_t snapshot_sequence = 0;  // of the last good snapshot; 0 if there is none
  std::vector<std::string> notes;       // what was found and did no harm, such as a broken snapshot
};

// What the caller knows of a batch: the journal adds epoch, hash and the one before.
struct NewBatch {
  std::uint64_t first = 0;
  std::optional<Digest> state;
  std::vector<Record> records;
};

struct NewSnapshot {
  std::uint64_t sequence = 0;  // the end of a batch with a digest of the state
  Digest state{};
  std::string bytes;
};

// Gets batch after batch, valid during the call only; false ends the reading.
using BatchVisitor = std::function<bool(const Batch&)>;

class Journal {
 public:
  Journal() = default;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  virtual ~Journal() = default;

  [[nodiscard]] virtual Answer<Opened> open() = 0;

  // The sequence of the last record, once all of them are durable.
  [[nodiscard]] virtual Answer<std::uint64_t> append(const NewBatch& batch) = 0;

  // Whether the journal is still ours: kFenced once somebody else has opened it. An append says so
  // too; whoever writes nothing for a while asks, because it may show nobody an old state.
  [[nodiscard]] virtual Answer<Done> check_owner() = 0;

  // From the batch that holds command `from` to the end.
  [[nodiscard]] virtual Answer<Done> read(std::uint64_t from, const BatchVisitor& visit) = 0;

  // A snapshot is large, so it comes in two parts. Its stamp, without bytes, says which batch it
  // follows; whoever has the state puts the bytes in and stores it, on any thread.
  [[nodiscard]] virtual Answer<Snapshot> stamp_snapshot(std::uint64_t sequence,
                                                        const Digest& state) = 0;
  [[nodiscard]] virtual Answer<Done> store_snapshot(const Snapshot& stamped) = 0;
  [[nodiscard]] Answer<Done> write_snapshot(NewSnapshot snapshot) {
    TONGSUAN_TRY(Snapshot stamped, stamp_snapshot(snapshot.sequence, snapshot.state));
    stamped.bytes = std::move(snapshot.bytes);
    return store_snapshot(stamped);
  }
  [[nodiscard]] virtual Answer<Snapshot> read_snapshot() = 0;

  // Bytes too large for a batch, such as an outcome with its certificate; durable when this
  // returns. The same bytes are kept once.
  [[nodiscard]] virtual Answer<Digest> put_blob(std::string_view bytes) = 0;
  [[nodiscard]] virtual Answer<std::string> read_blob(const Digest& hash) = 0;
};

}  // namespace tongsuan::journal
