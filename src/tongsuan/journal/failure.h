// What can go wrong with a journal, as values. Every failure says what happened, and where it can,
// what to try; `Fault` says what the caller has to do about it, so nobody has to read the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tongsuan/base/result.h"
#include "tongsuan/base/sha256.h"

namespace tongsuan::journal {

enum class Fault : std::uint8_t {
  kInvalid,      // the caller asked for something that is against the rules; nothing was written
  kFull,         // no room on the disk; nothing was written, reading goes on
  kBusy,         // another program holds the database for the moment; nothing was written
  kNotFound,     // no such file, blob or snapshot
  kOwned,        // another process has this journal open
  kFenced,       // somebody opened the journal after us: a newer epoch owns it
  kUnknown,      // whether the batch is in is known only after the journal has been opened again
  kCorrupt,      // bytes are not what they were when they were written
  kCut,          // batches that a signed head vouches for are not there
  kNotAJournal,  // the file is no database, or a database of something else
  kSchema,       // a journal of another version of this program
  kIo,           // the system refused to read or write
};

[[nodiscard]] const char* fault_name(Fault fault);

// After these faults of an append the process has to end: its state in memory is ahead of a journal
// that it may not write any more, and only opening again tells what is in it.
[[nodiscard]] constexpr bool is_fatal(Fault fault) {
  return fault == Fault::kFenced || fault == Fault::kUnknown || fault == Fault::kCorrupt ||
         fault == Fault::kCut || fault == Fault::kIo;
}

// Where a journal is broken.
struct Damage {
  std::string file;            // name inside the folder of the journal
  std::uint64_t sequence = 0;  // the first command that cannot be trusted any more
  std::uint64_t offset =
      0;  // in the log file, or in the bytes of the batch when `file` is the database
  std::optional<Digest> expected;
  std::optional<Digest> found;
  std::string what;
};

[[nodiscard]] std::string to_string(const Damage& damage);

struct Failure {
  Fault fault;
  std::string context;
  std::string hint = {};
  std::optional<Damage> damage = {};
};

// "full: …; try: …", for people.
[[nodiscard]] std::string to_string(const Failure& failure);

template <class T>
using Answer = Result<T, Failure>;

}  // namespace tongsuan::journal
