// History made true again: the records of a journal, applied to an exchange in their order.
#pragma once

#include <functional>
#include <memory>

#include "tongsuan/exchange/exchange.h"
#include "tongsuan/journal/port.h"

namespace tongsuan::node {

// Gets each event right after it is true.
using EventSeen =
    std::function<void(std::uint64_t sequence, Second at, const exchange::Event& event)>;

// Makes those records of a batch true that the exchange has not seen yet, up to `last`. A record
// that does not fit, or a digest of the state that differs, is a failure that says where; then the
// exchange is not to be used.
[[nodiscard]] journal::Answer<Done> replay_batch(const journal::Batch& batch,
                                                 exchange::Exchange& exchange,
                                                 std::uint64_t last = UINT64_MAX,
                                                 const EventSeen& see = {});

// The same for long histories: what events touched is hashed on a thread of its own, while the next
// ones are applied. A digest that differs is told by a later call; `finish` has compared them all.
class Replay {
 public:
  // `records`: about so many will come.
  Replay(exchange::Exchange& exchange, std::uint64_t records);
  ~Replay();
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  [[nodiscard]] journal::Answer<Done> take(const journal::Batch& batch, const EventSeen& see = {});
  // Once, last of all.
  [[nodiscard]] journal::Answer<Done> finish();

 private:
  class Hasher;
  exchange::Exchange& exchange_;
  std::unique_ptr<Hasher> hasher_;
};

// Visits the batches from the one that holds command `from`; another thread reads and checks the
// next ones meanwhile. The journal is not used for anything else until it returns.
[[nodiscard]] journal::Answer<Done> read_ahead(journal::Journal& journal, std::uint64_t from,
                                               const journal::BatchVisitor& visit);

}  // namespace tongsuan::node
