// tongsuan import: markets from files of public data.
#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/files.h"
#include "tongsuan/cli/market_output.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/import/clearing_case.h"
#include "tongsuan/import/italy.h"
#include "tongsuan/import/italy_market.h"
#include "tongsuan/import/job_market.h"
#include "tongsuan/import/trace_job.h"
#include "tongsuan/lab/real_week.h"

namespace tongsuan::cli {
namespace {

// Faults of data files are the data's; a file that cannot be opened is most likely not there.
Failure import_failed(const Session& session, std::string_view source, const std::string& folder,
                      const Error& error) {
  const bool missing = error.code == ErrorCode::kNotFound || error.code == ErrorCode::kIo;
  return {.exit_code = missing ? kNotFound : kRejected,
          .code = missing ? "data-not-found" : "invalid-data",
          .what = session.say(Message::kImportFailed, {source, error.context}),
          .attempt = "ls -l " + shell_word(folder)};
}

imports::JobMarketOptions job_options(const Arguments& arguments) {
  imports::JobMarketOptions options;
  options.orders_max =
      static_cast<std::uint32_t>(arguments.whole(Option::kOrders, options.orders_max));
  options.seed = static_cast<std::uint64_t>(arguments.whole(Option::kSeed, 1));
  options.load_percent =
      static_cast<std::uint32_t>(arguments.whole(Option::kLoad, options.load_percent));
  options.slot_count =
      static_cast<std::uint32_t>(arguments.whole(Option::kSlots, options.slot_count));
  return options;
}

Result<Market> philly(const std::string& folder, const Arguments& arguments) {
  TONGSUAN_TRY(const std::vector<imports::TraceJob> jobs, imports::read_philly(folder));
  return imports::philly_market(jobs, job_options(arguments));
}

Result<Market> pai(const std::string& folder, const Arguments& arguments) {
  TONGSUAN_TRY(const std::vector<imports::TraceJob> jobs, imports::read_pai(folder));
  return imports::pai_market(jobs, job_options(arguments));
}

Result<Market> openb(const std::string& folder, const Arguments& arguments) {
  const bool any = arguments.text(Option::kCase) == "any-model";
  TONGSUAN_TRY(const std::vector<imports::TraceJob> jobs,
               imports::read_openb(
                   folder, any ? imports::OpenbPods::kAnyModel : imports::OpenbPods::kWhitelists));
  TONGSUAN_TRY(const std::vector<imports::TraceNode> nodes, imports::read_openb_nodes(folder));
  return imports::openb_market(jobs, nodes, job_options(arguments));
}

Result<Market> published_case(const std::string& folder, const Arguments& arguments) {
  const std::string name(arguments.text(Option::kCase));
  return imports::clearing_case(folder + '/' + name, name);
}

Result<Market> real(const std::string& folder, const Arguments& arguments) {
  lab::RealWeekOptions options{.data_dir = folder};
  options.orders_max =
      static_cast<std::uint32_t>(arguments.whole(Option::kOrders, options.orders_max));
  options.seed = static_cast<std::uint64_t>(arguments.whole(Option::kSeed, 1));
  options.load_percent =
      static_cast<std::uint32_t>(arguments.whole(Option::kLoad, options.load_percent));
  return lab::real_week(options);
}

Attempt<Market> italy(const Session& session, const std::string& folder,
                      const Arguments& arguments) {
  const Result<imports::ItalyBook> book =
      imports::load_italy(folder, imports::ItalyCurves::kSimple);
  if (!book.ok()) return import_failed(session, "italy", folder, book.error());
  const std::string_view wanted = arguments.text(Option::kDay);
  const std::vector<imports::ItalyDay>& days = book.value().days;
  for (std::size_t day = 0; day < days.size(); ++day) {
    if (days[day].date != wanted) continue;
    Result<Market> market = imports::italy_market(book.value(), day);
    if (!market.ok()) return import_failed(session, "italy", folder, market.error());
    return std::move(market).value();
  }
  const std::string first = days.empty() ? "" : days.front().date;
  return Failure{
      .exit_code = kNotFound,
      .code = "day-not-found",
      .what =
          session.say(Message::kUnknownDay, {wanted, first, days.empty() ? "" : days.back().date}),
      .attempt = "tongsuan import italy --data " + shell_word(folder) + " --day " + first};
}

// Which options mean something for which source, and which one it cannot do without.
struct Source {
  std::string_view name;
  Result<Market> (*make)(const std::string&, const Arguments&);  // null: italy
  std::array<Option, 5> options;
  std::optional<Option> needs = {};
};
constexpr Option kNo = Option::kData;  // always allowed: fills the list
constexpr std::array<Source, 6> kSources = {{
    {"philly", philly, {Option::kOrders, Option::kSeed, Option::kLoad, Option::kSlots, kNo}},
    {"pai100k", pai, {Option::kOrders, Option::kSeed, Option::kLoad, Option::kSlots, kNo}},
    {"openb",
     openb,
     {Option::kOrders, Option::kSeed, Option::kLoad, Option::kSlots, Option::kCase}},
    {"real", real, {Option::kOrders, Option::kSeed, Option::kLoad, kNo, kNo}},
    {"clearing-case", published_case, {Option::kCase, kNo, kNo, kNo, kNo}, Option::kCase},
    {"italy", nullptr, {Option::kDay, kNo, kNo, kNo, kNo}, Option::kDay},
}};
constexpr std::array kSourceOptions = {Option::kOrders, Option::kSeed, Option::kLoad,
                                       Option::kSlots,  Option::kDay,  Option::kCase};

Attempt<Done> check_options(const Session& session, const Source& source,
                            const Arguments& arguments) {
  if (!arguments.has(Option::kData)) return missing_option(session, Option::kData);
  for (const Option option : kSourceOptions) {
    const bool known = std::ranges::find(source.options, option) != source.options.end();
    if (arguments.has(option) && !known) {
      return usage(session, session.say(Message::kNotForSource,
                                        {option_name(session, option), source.name}));
    }
  }
  if (source.needs && !arguments.has(*source.needs)) return missing_option(session, *source.needs);
  return Done{};
}

Attempt<Done> check_folder(const Session& session, const std::string& folder) {
  struct stat status {};
  const int error = stat(folder.c_str(), &status) != 0 ? errno
                    : S_ISDIR(status.st_mode)          ? 0
                                                       : ENOTDIR;
  if (error == 0) return Done{};
  return Failure{.exit_code = kNotFound,
                 .code = "folder-not-found",
                 .what = session.say(Message::kCannotRead, {folder, system_reason(session, error)}),
                 .attempt = "ls -ld " + shell_word(folder)};
}

}  // namespace

Attempt<int> run_import(Session& session, const Arguments& arguments) {
  const Source& source = *std::ranges::find(kSources, arguments.positional(0), &Source::name);
  TONGSUAN_TRY([[maybe_unused]] const Done options, check_options(session, source, arguments));
  const std::string folder(arguments.text(Option::kData));
  TONGSUAN_TRY([[maybe_unused]] const Done there, check_folder(session, folder));
  TONGSUAN_TRY([[maybe_unused]] const Done allowed, may_write_market(session, arguments));
  if (source.make == nullptr) {
    TONGSUAN_TRY(const Market market, italy(session, folder, arguments));
    return write_made_market(session, arguments, market);
  }
  const Result<Market> market = source.make(folder, arguments);
  if (!market.ok()) return import_failed(session, source.name, folder, market.error());
  return write_made_market(session, arguments, market.value());
}

}  // namespace tongsuan::cli
