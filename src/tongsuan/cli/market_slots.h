// A cleared round slot by slot, as listings: of `market slots` and of `show`.
#pragma once

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/failure.h"
#include "tongsuan/cli/listings.h"

namespace tongsuan::cli {

// market slots [ROUND]: of the last one that was cleared where none is named.
Attempt<int> run_market_slots(Session& session, const Arguments& arguments);
// The same of a book and its certificate.
Result<report::Table> slots_table(const ListingInput& input);

}  // namespace tongsuan::cli
