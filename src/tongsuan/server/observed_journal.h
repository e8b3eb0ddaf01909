// A journal that shows somebody what the node reads of it at its start.
//
// Everything else goes straight through. Readers beside the sequencer have journal::Reader.
#pragma once

#include <functional>
#include <string_view>

#include "tongsuan/journal/port.h"

namespace tongsuan::server {

class ObservedJournal final : public journal::Journal {
 public:
  using Observer = std::function<void(std::uint64_t sequence, std::string_view record)>;
  // The journal outlives this.
  explicit ObservedJournal(journal::Journal& journal) : journal_(journal) {}
  // Of records that `read` reads, until it is taken away.
  void observe(Observer observer) { observer_ = std::move(observer); }

  [[nodiscard]] journal::Answer<journal::Opened> open() override;
  [[nodiscard]] journal::Answer<std::uint64_t> append(const journal::NewBatch& batch) override;
  [[nodiscard]] journal::Answer<Done> check_owner() override;
  [[nodiscard]] journal::Answer<Done> read(std::uint64_t from,
                                           const journal::BatchVisitor& visit) override;
  [[nodiscard]] journal::Answer<journal::Snapshot> stamp_snapshot(std::uint64_t sequence,
                                                                  const Digest& state) override;
  [[nodiscard]] journal::Answer<Done> store_snapshot(const journal::Snapshot& stamped) override;
  [[nodiscard]] journal::Answer<journal::Snapshot> read_snapshot() override;
  [[nodiscard]] journal::Answer<Digest> put_blob(std::string_view bytes) override;
  [[nodiscard]] journal::Answer<std::string> read_blob(const Digest& hash) override;

 private:
  journal::Journal& journal_;
  Observer observer_;
};

}  // namespace tongsuan::server
