// A second look at a journal that somebody else writes: another thread, or another process.
//
// Model. A reader has its own connection and its own folder, takes no lock of the journal, and
// changes nothing. What it sees of batches is durable: a commit becomes visible after it was
// synced. It sees whole batches only, and every batch that it hands out has the hash that it is
// stored with and follows the one before. It copies a few batches at a time and hands them out
// afterwards, so it never stands for long in the way of a checkpoint, whatever its visitor does.
//
// Where nobody has the journal open, the reader shows what the next opening would find in the
// database, without the judgement of recovery.h: no signed head, no damage of the log. After a
// repair a reader has to be made anew.
//
// Ownership. Any number of threads may call one reader. Visitors run on the caller's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/journal/folder.h"
#include "tongsuan/journal/port.h"

namespace tongsuan::journal {

struct SimJournalDisk;

class Reader {
 public:
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  virtual ~Reader() = default;

  [[nodiscard]] virtual const JournalName& name() const = 0;
  // The end of what is there now. `state_sequence` is 0 where the last batch has no digest.
  [[nodiscard]] Answer<Head> head();

  // From the batch that holds command `from` to the end, as far as there is one when the visitor
  // comes there. Of the first batch it is believed what it says of the one before.
  [[nodiscard]] Answer<Done> read(std::uint64_t from, const BatchVisitor& visit);
  // The same; the next batches are fetched, hashed and taken apart on another thread meanwhile.
  [[nodiscard]] Answer<Done> read_ahead(std::uint64_t from, const BatchVisitor& visit);
  // Calls `see` with the batch that holds this command; false if there is none.
  [[nodiscard]] Answer<bool> at(std::uint64_t sequence,
                                const std::function<void(const Batch&)>& see);

  // The first command for whose record `reached` is true; the one after the last if there is none.
  // Once true, `reached` stays true for every later record: it is asked of a few dozen.
  using Reached = std::function<bool(std::string_view record)>;
  [[nodiscard]] Answer<std::uint64_t> find_first(const Reached& reached);

  [[nodiscard]] Answer<std::string> blob(const Digest& hash);

  // Sequences, rising; those that are damaged are among them.
  [[nodiscard]] virtual Answer<std::vector<std::uint64_t>> snapshots() = 0;
  // The newest good one at or below a sequence whose batch is there; kNotFound if there is none.
  [[nodiscard]] Answer<Snapshot> snapshot(std::uint64_t at_most);

 protected:
  // Stored batches, copied.
  struct Rows {
    struct Row {
      std::uint64_t first = 0;
      Digest hash{};
      std::size_t begin = 0, end = 0;  // in `bytes`
    };
    std::string bytes;
    std::vector<Row> rows;
    void add(std::uint64_t first, const Digest& hash, std::string_view batch);
    // Enough for one look.
    [[nodiscard]] bool full(std::size_t most) const;
    // Of the bytes of each row: two at a time, which takes little longer than one.
    void hash(std::vector<Digest>& found) const;
    void clear();
  };

 private:
  // Rows that were looked at, up to the first that is wrong.
  struct Looked {
    Rows rows;
    std::vector<Digest> found;   // hashes of the rows
    std::vector<Batch> batches;  // of `count` rows; the rest is kept for its memory
    std::size_t count = 0;
    std::optional<Failure> failure;
    bool end = false;
  };
  struct Ahead;

  // Each is called by one thread at a time. `begin_of`: where the last batch begins that begins at
  // or before this command. `fetch`: batches that begin at `from` or later, in order, until full.
  [[nodiscard]] virtual Answer<std::optional<std::uint64_t>> begin_of(std::uint64_t sequence) = 0;
  [[nodiscard]] virtual Answer<Done> fetch(std::uint64_t from, std::size_t most, Rows& rows) = 0;
  [[nodiscard]] virtual Answer<std::string> stored_blob(const Digest& hash) = 0;
  [[nodiscard]] virtual Answer<Snapshot> stored_snapshot(std::uint64_t sequence) = 0;

  [[nodiscard]] Answer<std::uint64_t> start_of(std::uint64_t from);
  // The batches behind `head`, which moves; nothing is known of the first where it is empty.
  void look(std::uint64_t from, std::optional<Head>& head, Looked& looked);
  [[nodiscard]] Answer<std::optional<Head>> end_at(std::uint64_t sequence);
};

// Of a journal in a folder of its own object, which outlives the reader.
[[nodiscard]] Answer<std::unique_ptr<Reader>> open_reader(Folder& folder);

// Of a simulated journal, which outlives the reader.
[[nodiscard]] std::unique_ptr<Reader> sim_reader(const SimJournalDisk& disk);

}  // namespace tongsuan::journal
