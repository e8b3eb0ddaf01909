#include "tongsuan/node/replay.h"

#include <algorithm>

namespace tongsuan::node {

using journal::Fault;

journal::Answer<Done> replay_batch(const journal::Batch& batch, exchange::Exchange& exchange,
                                   std::uint64_t last, const EventSeen& see) {
  // The first batch that is read may begin before a snapshot ends.
  std::uint64_t sequence = std::max(batch.first, exchange.sequence() + 1);
  exchange::Exchange::Seen each;
  if (see) {
    each = [&](Second at, const exchange::Event& event) { see(sequence, at, event); };
  }
  for (; sequence <= std::min(batch.last(), last); ++sequence) {
    const std::string_view record = batch.records[sequence - batch.first].events;
    if (const auto misfit = exchange.replay(record, each)) {
      return journal::Failure{Fault::kCorrupt,
                              "command " + std::to_string(sequence) + " of the journal: " +
                                  misfit->what + ", at byte " + std::to_string(misfit->offset),
                              "restore a backup, or repair the journal as docs/journal.md says"};
    }
  }
  if (!batch.state || exchange.sequence() != batch.last()) return Done{};
  const Digest state = exchange.digest();
  if (state == *batch.state) return Done{};
  journal::Failure failure{
      Fault::kCorrupt,
      "after command " + std::to_string(batch.last()) + " the state is not what it was",
      "start the version of the program that wrote this journal, or restore a backup"};
  failure.damage = journal::Damage{"journal.db", batch.last(), 0,
                                   *batch.state, state,        "the digest of the state differs"};
  return failure;
}

}  // namespace tongsuan::node
