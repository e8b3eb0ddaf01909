// What the tests of the journal share: batches from a seed, a folder that vanishes, and the oracle:
// what was acknowledged is there, once and in order, and what was in doubt is there as a whole or
// not at all.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/journal/journal.h"

namespace tongsuan::journal {

inline SigningKey test_key() {
  KeySeed seed{};
  seed[0] = 7;
  return std::move(SigningKey::from_seed(seed)).value();
}

inline std::string random_bytes(Random& random, std::uint64_t most) {
  // Small ones are frequent, and some are larger than a page.
  std::string bytes(random.below(random.below(4) == 0 ? most + 1 : most / 16 + 1), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.next());
  return bytes;
}

// One record as the caller keeps it.
struct OwnRecord {
  CommandId command{};
  std::string events;
  friend bool operator==(const OwnRecord&, const OwnRecord&) = default;
};

inline std::vector<OwnRecord> random_records(Random& random) {
  std::vector<OwnRecord> records(1 + random.below(4));
  for (OwnRecord& record : records) {
    for (std::uint8_t& part : record.command) part = static_cast<std::uint8_t>(random.next());
    record.events = random_bytes(random, 5'000);
  }
  return records;
}

inline NewBatch batch_of(std::uint64_t first, const std::vector<OwnRecord>& records) {
  NewBatch batch{first, sha256("state " + std::to_string(first)), {}};
  for (const OwnRecord& record : records) batch.records.push_back({record.command, record.events});
  return batch;
}

inline std::vector<OwnRecord> read_all(Journal& journal, std::uint64_t from = 1) {
  std::vector<OwnRecord> all;
  const Answer<Done> read = journal.read(from, [&](const Batch& batch) {
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      if (batch.first + i < from) continue;
      all.push_back({batch.records[i].command, std::string(batch.records[i].events)});
    }
    return true;
  });
  EXPECT_TRUE(read.ok()) << (read.ok() ? "" : to_string(read.error()));
  return all;
}

// What a client of a journal knows.
struct Known {
  std::vector<OwnRecord> acknowledged;
  std::vector<OwnRecord> in_doubt;  // of the last append, where that failed
  std::vector<std::string> blobs;
  std::uint64_t snapshot = 0;

  [[nodiscard]] std::uint64_t next() const { return acknowledged.size() + 1; }
  // Appends, and notes what became of it.
  Answer<std::uint64_t> append(Journal& journal, const std::vector<OwnRecord>& records) {
    Answer<std::uint64_t> appended = journal.append(batch_of(next(), records));
    if (appended.ok()) {
      acknowledged.insert(acknowledged.end(), records.begin(), records.end());
    } else if (is_fatal(appended.error().fault) && appended.error().fault != Fault::kFenced) {
      in_doubt = records;
    }
    return appended;
  }
};

// Why `found` is not what it must be; empty when it is. What was in doubt and is there counts from
// now on.
inline std::string compare(Known& known, const std::vector<OwnRecord>& found) {
  const std::size_t certain = known.acknowledged.size();
  if (found.size() < certain) {
    return std::to_string(certain - found.size()) + " acknowledged commands are lost";
  }
  if (!std::equal(known.acknowledged.begin(), known.acknowledged.end(), found.begin())) {
    return "acknowledged commands are not what they were";
  }
  const std::vector<OwnRecord> rest(found.begin() + static_cast<std::ptrdiff_t>(certain),
                                    found.end());
  if (!rest.empty() && rest != known.in_doubt) return "there is something that nobody wrote";
  known.acknowledged = found;
  known.in_doubt.clear();
  return "";
}

// A new folder, in memory where the machine has that, because the tests make thousands of syncs.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(bool in_memory = true) {
    const bool memory = in_memory && std::filesystem::is_directory("/dev/shm");
    std::string pattern =
        (memory ? std::string("/dev/shm") : std::filesystem::temp_directory_path().string()) +
        "/tongsuan-journal-XXXXXX";
    TONGSUAN_CHECK(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace tongsuan::journal
