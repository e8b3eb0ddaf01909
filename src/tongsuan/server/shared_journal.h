// A journal that others may read while the sequencer writes: one at a time, under a lock.
//
// Whoever reads holds up the sequencer for as long, so readers take little at once. What the node
// reads at its start is shown to an observer, too.
#pragma once

#include <functional>
#include <mutex>
#include <string_view>

#include "tongsuan/journal/port.h"
#include "tongsuan/node/replica.h"
#include "tongsuan/server/service.h"

namespace tongsuan::server {

class SharedJournal final : public journal::Journal {
 public:
  using Observer = std::function<void(std::uint64_t sequence, std::string_view record)>;
  // The journal outlives this.
  explicit SharedJournal(journal::Journal& journal) : journal_(journal) {}
  // Of records that `read` reads, until it is taken away.
  void observe(Observer observer) { observer_ = std::move(observer); }

  [[nodiscard]] journal::Answer<journal::Opened> open() override;
  [[nodiscard]] journal::Answer<std::uint64_t> append(const journal::NewBatch& batch) override;
  [[nodiscard]] journal::Answer<Done> read(std::uint64_t from,
                                           const journal::BatchVisitor& visit) override;
  [[nodiscard]] journal::Answer<journal::Snapshot> stamp_snapshot(std::uint64_t sequence,
                                                                  const Digest& state) override;
  [[nodiscard]] journal::Answer<Done> store_snapshot(const journal::Snapshot& stamped) override;
  [[nodiscard]] journal::Answer<journal::Snapshot> read_snapshot() override;
  [[nodiscard]] journal::Answer<Digest> put_blob(std::string_view bytes) override;
  [[nodiscard]] journal::Answer<std::string> read_blob(const Digest& hash) override;

  // For ServiceOptions, from any thread.
  [[nodiscard]] Result<std::vector<node::Record>> records(std::uint64_t from, std::size_t bytes);
  [[nodiscard]] Result<std::string> text(const Digest& name);
  [[nodiscard]] ServiceOptions::Head head();

 private:
  journal::Journal& journal_;
  std::mutex mutex_;
  Observer observer_;
  std::uint64_t last_ = 0, epoch_ = 0;
};

}  // namespace tongsuan::server
