#include "tongsuan/server/observed_journal.h"

namespace tongsuan::server {

using journal::Answer;

Answer<Done> ObservedJournal::read(std::uint64_t from, const journal::BatchVisitor& visit) {
  if (!observer_) return journal_.read(from, visit);
  return journal_.read(from, [&](const journal::Batch& batch) {
    std::uint64_t sequence = batch.first;
    for (const journal::Record& record : batch.records) observer_(sequence++, record.events);
    return visit(batch);
  });
}

Answer<journal::Opened> ObservedJournal::open() {
  return journal_.open();
}
Answer<std::uint64_t> ObservedJournal::append(const journal::NewBatch& batch) {
  return journal_.append(batch);
}
Answer<Done> ObservedJournal::check_owner() {
  return journal_.check_owner();
}
Answer<journal::Snapshot> ObservedJournal::stamp_snapshot(std::uint64_t sequence,
                                                          const Digest& state) {
  return journal_.stamp_snapshot(sequence, state);
}
Answer<Done> ObservedJournal::store_snapshot(const journal::Snapshot& stamped) {
  return journal_.store_snapshot(stamped);
}
Answer<journal::Snapshot> ObservedJournal::read_snapshot() {
  return journal_.read_snapshot();
}
Answer<Digest> ObservedJournal::put_blob(std::string_view bytes) {
  return journal_.put_blob(bytes);
}
Answer<std::string> ObservedJournal::read_blob(const Digest& hash) {
  return journal_.read_blob(hash);
}

}  // namespace tongsuan::server
