// tongsuan show: listings of a market and of its round.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/files.h"
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

// ---- Rows and columns --------------------------------------------------------------------------

std::vector<std::string> comma_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    items.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

Attempt<Done> check_column(const Session& session, const report::Table& table,
                           std::string_view option, std::string_view key) {
  std::vector<std::string_view> keys;
  std::string list;
  for (const report::Column& column : table.columns) {
    keys.push_back(column.key);
    list += (list.empty() ? "" : session.say(Message::kListComma)) + column.key;
  }
  if (std::ranges::find(keys, key) != keys.end()) return Done{};
  return usage(session, session.say(Message::kUnknownColumn, {option, key, list}));
}

Attempt<Done> check_filter(const Session& session, const report::Table& table,
                           std::string_view filter) {
  const std::size_t sign = filter.find_first_of("=!<>~");
  const bool good = sign != std::string_view::npos && sign > 0 &&
                    (filter[sign] != '!' || filter.substr(sign).starts_with("!="));
  if (!good) return usage(session, session.say(Message::kBadFilter, {filter}));
  return check_column(session, table, "--filter", filter.substr(0, sign));
}

Attempt<report::ListingOptions> listing_options(const Session& session, const Arguments& arguments,
                                                const report::Table& table) {
  report::ListingOptions options;
  const Result<report::Format> format =
      report::parse_format(arguments.text(Option::kFormat, "table"));
  TONGSUAN_CHECK(format.ok());  // the parser allowed only these
  options.format = format.value();
  options.columns = comma_list(arguments.text(Option::kColumns));
  for (const std::string& column : options.columns) {
    TONGSUAN_TRY([[maybe_unused]] const Done known,
                 check_column(session, table, "--columns", column));
  }
  options.sort = arguments.text(Option::kSort);
  if (!options.sort.empty()) {
    const std::string_view key =
        std::string_view(options.sort).substr(options.sort.front() == '-' ? 1 : 0);
    TONGSUAN_TRY([[maybe_unused]] const Done known, check_column(session, table, "--sort", key));
  }
  for (const std::string_view filter : arguments.all(Option::kFilter)) {
    TONGSUAN_TRY([[maybe_unused]] const Done known, check_filter(session, table, filter));
    options.filters.emplace_back(filter);
  }
  if (arguments.has(Option::kRowsMax)) {
    options.rows_max = static_cast<std::size_t>(arguments.whole(Option::kRowsMax, 0));
  }
  return options;
}

Attempt<int> show(Session& session, const Arguments& arguments, const report::Table& table) {
  TONGSUAN_TRY(const report::ListingOptions options, listing_options(session, arguments, table));
  const Result<std::string> text = report::render(table, options);
  if (!text.ok())
    return usage(session, text.error().context);  // a filter compares a number with words
  session.world.out.write(text.value());
  return int{kOk};
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
  if (what.listing == nullptr) return show(session, arguments, summary_table(input));
  const Result<report::Table> table = what.listing->make(input);
  if (!table.ok()) {
    return Failure{.exit_code = kRejected,
                   .code = "market-refused",
                   .what = session.say(Message::kMarketRefused,
                                       {shown_name(session, what.market), table.error().context})};
  }
  return show(session, arguments, table.value());
}

}  // namespace tongsuan::cli
