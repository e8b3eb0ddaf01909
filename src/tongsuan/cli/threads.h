// How many threads a command uses.
#pragma once

#include <cstdint>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/parse.h"

namespace tongsuan::cli {

// --threads, else TONGSUAN_THREADS, else all processors.
Attempt<std::uint32_t> choose_threads(const Session& session, const Arguments& arguments);

}  // namespace tongsuan::cli
