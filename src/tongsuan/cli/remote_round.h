// The forms of quote, why and verify that ask an exchange instead of files.
#pragma once

#include <string>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/failure.h"

namespace tongsuan::cli {

// quote JOB, or quote --from ORDER.
Attempt<int> quote_remote(Session& session, const Arguments& arguments);
// why ORDER
Attempt<int> why_remote(Session& session, const Arguments& arguments);

// The published book and certificate of a round: the very bytes that the round names by their
// hashes. --keep writes them as files, before anything is said about them.
struct RoundTexts {
  std::string round, book, certificate;
  std::string book_name, certificate_name;  // R-1.market, R-1.cert, in the folder of --keep
};
Attempt<RoundTexts> fetch_round(Session& session, const Arguments& arguments);

}  // namespace tongsuan::cli
