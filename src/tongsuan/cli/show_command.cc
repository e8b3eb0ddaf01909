// tongsuan show: listings of a market and of its round.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/files.h"
#include "tongsuan/cli/listing_output.h"
#include "tongsuan/cli/listings.h"
#include "tongsuan/cli/market_file.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/report/table.h"

namespace tongsuan::cli {
namespace {

// MARKET [CERT] [LISTING]: the last word is a listing where it is the name of one.
struct Wanted {
  std::string_view market;
  std::string_view certificate;          // empty: none
  const ListingSpec* listing = nullptr;  // null: the summary
};

std::string listing_names(const Session& session) {
  std::string names;
  for (const ListingSpec& spec : listings()) {
    names += (names.empty() ? "" : session.say(Message::kListComma)) + std::string(spec.name);
  }
  return names;
}

Failure unknown_listing(const Session& session, const Arguments& arguments) {
  const std::string_view word = arguments.positional(2);
  std::vector<std::string_view> names;
  for (const ListingSpec& spec : listings()) names.push_back(spec.name);
  const std::string_view near = nearest(word, names);
  const std::string what = session.say(Message::kUnknownListing, {word, listing_names(session)});
  if (near.empty()) return usage(session, what);
  return usage(what, "tongsuan show " + shell_word(arguments.positional(0)) + ' ' +
                         shell_word(arguments.positional(1)) + ' ' + std::string(near));
}

Attempt<Wanted> wanted(const Session& session, const Arguments& arguments) {
  Wanted found{.market = arguments.positional(0), .certificate = {}};
  const std::size_t count = arguments.positionals().size();
  if (count == 3) {
    found.listing = listing_named(arguments.positional(2));
    if (found.listing == nullptr) return unknown_listing(session, arguments);
  } else if (count == 2) {
    found.listing = listing_named(arguments.positional(1));
  }
  if (count == 3 || (count == 2 && found.listing == nullptr))
    found.certificate = arguments.positional(1);
  if (found.listing != nullptr && found.listing->of_round && found.certificate.empty()) {
    return usage(
        session.say(Message::kListingNeedsCertificate, {found.listing->name}),
        "tongsuan show " + shell_word(found.market) + " CERT " + std::string(found.listing->name));
  }
  return found;
}

}  // namespace

Attempt<int> run_show(Session& session, const Arguments& arguments) {
  TONGSUAN_TRY(const Wanted what, wanted(session, arguments));
  std::optional<ClearedRound> round;
  if (what.certificate.empty()) {
    TONGSUAN_TRY(Market market, read_market_file(session, what.market));
    round = ClearedRound{std::move(market), {}};
  } else {
    TONGSUAN_TRY(round, read_round(session, what.market, what.certificate));
  }
  const ListingInput input{.session = session,
                           .market = round->market,
                           .certificate = what.certificate.empty() ? nullptr : &round->certificate};
  if (what.listing == nullptr) return print_table(session, arguments, summary_table(input));
  const Result<report::Table> table = what.listing->make(input);
  if (!table.ok()) {
    return Failure{.exit_code = kRejected,
                   .code = "market-refused",
                   .what = session.say(Message::kMarketRefused,
                                       {shown_name(session, what.market), table.error().context})};
  }
  return print_table(session, arguments, table.value());
}

}  // namespace tongsuan::cli
