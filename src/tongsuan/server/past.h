// What the interface shows of the past, from a second look at the journal.
//
// The sequencer is not held up: a reader has a connection of its own (journal/reader.h).
#pragma once

#include <memory>

#include "tongsuan/journal/reader.h"
#include "tongsuan/node/history.h"
#include "tongsuan/server/service.h"

namespace tongsuan::server {

// Set once the journal has been opened, before the first request.
struct Past {
  node::Genesis genesis;
  std::unique_ptr<journal::Reader> reader;
  std::unique_ptr<node::History> history;
};

// Fills in `as_of`, `text`, `history`, `head` and `recheck`. The past outlives the service.
void show_past(ServiceOptions& options, const Past& past);

}  // namespace tongsuan::server
