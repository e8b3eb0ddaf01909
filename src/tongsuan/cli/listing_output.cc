// Listings on standard output.
#include "tongsuan/cli/listing_output.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tongsuan/cli/interrupt.h"
#include "tongsuan/cli/parse.h"

namespace tongsuan::cli {
namespace {

constexpr std::int64_t kPauseStepMilliseconds = 50;

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
                                                const report::Table& table, report::Format format) {
  report::ListingOptions options;
  options.format = format;
  for (const std::string_view column : comma_list(arguments.text(Option::kColumns)))
    options.columns.emplace_back(column);
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

report::Format format_of(const Arguments& arguments, std::string_view otherwise) {
  // The parser allows only formats; a setting may also be one of answers.
  const Result<report::Format> format =
      report::parse_format(arguments.text(Option::kFormat, otherwise));
  return format.ok() ? format.value() : report::Format::kTable;
}

bool is_for_people(report::Format format) {
  return format == report::Format::kTable || format == report::Format::kWide;
}

Attempt<std::string> rendered(const Session& session, const Arguments& arguments,
                              const Listing& listing, report::Format format) {
  TONGSUAN_TRY(const report::ListingOptions options,
               listing_options(session, arguments, listing.table, format));
  const Result<std::string> text = report::render(listing.table, options);
  if (!text.ok())
    return usage(session, text.error().context);  // a filter compares a number with words
  if (!is_for_people(format)) return std::string(text.value());
  return listing.before + text.value() + listing.after;
}

}  // namespace

Attempt<int> print_table(Session& session, const Arguments& arguments, const report::Table& table) {
  TONGSUAN_TRY(const std::string text,
               rendered(session, arguments, {table}, format_of(arguments, "table")));
  session.world.out.write(text);
  return int{kOk};
}

Attempt<int> print_listing(Session& session, const Arguments& arguments, std::string_view otherwise,
                           const std::function<Attempt<Listing>()>& make) {
  const report::Format format = format_of(arguments, otherwise);
  const bool watch = arguments.has(Option::kWatch);
  if (watch && !is_for_people(format) && format != report::Format::kJsonl) {
    return usage(session, session.say(Message::kWatchFormat));
  }
  if (!watch) {
    TONGSUAN_TRY(const Listing listing, make());
    TONGSUAN_TRY(const std::string text, rendered(session, arguments, listing, format));
    session.world.out.write(text);
    return int{kOk};
  }
  const Patience patience;
  for (;;) {
    TONGSUAN_TRY(const Listing listing, make());
    TONGSUAN_TRY(const std::string text, rendered(session, arguments, listing, format));
    if (session.world.out.terminal()) session.world.out.write("\x1b[H\x1b[2J");
    session.world.out.write(text);
    session.world.out.flush();
    if (session.world.out.error() != 0) return int{kOk};  // told by whoever runs the command
    if (!wait_patiently(1'000 * arguments.whole(Option::kWatch, 2))) return int{kInterrupted};
  }
}

bool wait_patiently(std::int64_t milliseconds) {
  for (std::int64_t waited = 0; waited < milliseconds; waited += kPauseStepMilliseconds) {
    if (interrupted()) return false;
    std::this_thread::sleep_for(
        std::chrono::milliseconds(std::min(kPauseStepMilliseconds, milliseconds - waited)));
  }
  return !interrupted();
}

}  // namespace tongsuan::cli
