// A journal in memory with failures on demand, for simulations of what stands above a journal. The
// same bytes, hashes and refusals as the embedded one; no file, and nothing that takes time.
// Several may share one `SimJournalDisk`, one after the other or as rivals: the one opened last
// fences the others.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/journal/port.h"

namespace tongsuan::journal {

// What outlives the process.
struct SimJournalDisk {
  struct Row {
    std::string bytes;
    Digest hash{};
    std::uint64_t first = 0;
  };
  // Lets readers of other threads look while one journal writes; copies have their own.
  struct Guard {
    Guard() = default;
    Guard(const Guard& /*other*/) {}
    Guard& operator=(const Guard& /*other*/) { return *this; }
    mutable std::mutex mutex;
  };
  JournalName name{};
  std::uint64_t epoch = 0;
  std::vector<Row> batches;
  std::vector<Snapshot> snapshots;  // oldest first
  std::map<Digest, std::string> blobs;
  Guard guard;
};

struct SimJournalFaults {
  std::uint32_t full_ppm = 0;     // the append is refused, nothing is written
  std::uint32_t unknown_ppm = 0;  // the append fails; the batch is in or not; the journal is closed
  bool no_epoch_check = false;    // what tests switch off, to see that they notice
};

class SimJournal final : public Journal {
 public:
  // The disk outlives the journal.
  SimJournal(SimJournalDisk& disk, std::uint64_t seed, SimJournalFaults faults)
      : disk_(disk), random_(seed), faults_(faults) {}

  [[nodiscard]] Answer<Opened> open() override;
  [[nodiscard]] Answer<std::uint64_t> append(const NewBatch& batch) override;
  [[nodiscard]] Answer<Done> check_owner() override { return usable(); }
  [[nodiscard]] Answer<Done> read(std::uint64_t from, const BatchVisitor& visit) override;
  [[nodiscard]] Answer<Snapshot> stamp_snapshot(std::uint64_t sequence,
                                                const Digest& state) override;
  [[nodiscard]] Answer<Done> store_snapshot(const Snapshot& stamped) override;
  [[nodiscard]] Answer<Snapshot> read_snapshot() override;
  [[nodiscard]] Answer<Digest> put_blob(std::string_view bytes) override;
  [[nodiscard]] Answer<std::string> read_blob(const Digest& hash) override;

 private:
  [[nodiscard]] Answer<Done> usable();
  [[nodiscard]] bool happens(std::uint32_t ppm) {
    return ppm > 0 && random_.below(1'000'000) < ppm;
  }

  SimJournalDisk& disk_;
  Random random_;
  SimJournalFaults faults_;
  std::uint64_t epoch_ = 0;
  Head head_;
  bool broken_ = false;
};

}  // namespace tongsuan::journal
