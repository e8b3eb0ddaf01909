// What generate and import share: a market that was made goes to a file or to standard output.
#pragma once

#include "tongsuan/base/result.h"
#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/failure.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::cli {

// To be asked before the work.
Attempt<Done> may_write_market(const Session& session, const Arguments& arguments);
Attempt<int> write_made_market(Session& session, const Arguments& arguments, const Market& market);

}  // namespace tongsuan::cli
