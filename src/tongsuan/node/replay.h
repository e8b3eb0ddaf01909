// History made true again: the records of a journal, applied to an exchange in their order.
#pragma once

#include <functional>

#include "tongsuan/exchange/exchange.h"
#include "tongsuan/journal/batch.h"

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

}  // namespace tongsuan::node
