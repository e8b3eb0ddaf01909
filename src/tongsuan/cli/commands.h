// The table of commands: what each takes, says about itself and runs.
//
// Everything is plain constant data, so that the parser, the help, the man pages and the completion
// scripts are four readers of one table.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tongsuan/cli/cli.h"
#include "tongsuan/cli/failure.h"
#include "tongsuan/cli/messages.h"

namespace tongsuan::cli {

inline constexpr std::int64_t kThreadsMax = 256;

enum class Option : std::uint8_t {
  kHelp,
  kVersion,
  kLanguage,
  kQuiet,
  kFormat,
  kForce,
  kCertificate,
  kReport,
  kWork,
  kThreads,
  kSeed,
  kRound,
  kWarm,
  kNoGangPrices,
  kBefore,
  kNoChanges,
  kOrderFile,
  kLine,
  kFrom,
  kLimitPrice,
  kWindow,
  kHubs,
  kClasses,
  kReplica,
  kOutputFile,
  kOrders,
  kLoad,
  kData,
  kHub,
  kSlots,
  kResale,
  kDay,
  kSpeed,
  kCase,
  kColumns,
  kSort,
  kFilter,
  kRowsMax,
  kPolicy,
  kReference,
  kSeeds,
  kLoads,
  kWithout,
  kJobs,
  kRoundEvery,
  kCertifyEvery,
  kGreenCharge,
  kFairness,
  kStopOverruns,
  kSlotLength,
  kHorizon,
  kLenient,
  kResults,
  kResume,
  kList,
  kFromCommand,
  kFromSnapshot,
  kTo,
  kMan,
  // Of commands that talk to an exchange.
  kServer,
  kTimeout,
  kWatch,
  kState,
  kClassName,
  kRoundId,
  kOrderId,
  kValue,
  kPremium,
  kDelayCost,
  kDeadline,
  kWorkTime,
  kWait,
  kWaitSeconds,
  kDryRun,
  kFollow,
  kFromSequence,
  kTopics,
  kMonth,
  kFromTime,
  kToTime,
  kPurpose,
  kParticipant,
  kKey,
  kSecretFile,
  kDevToken,
  kOidc,
  kClientId,
  kLogout,
  kKeep,
  kRole,
  kOwner,
  kOverdraft,
  kExpires,
  kGivenDevices,
  kAsk,
  kNoDispatch,
  kNewName,
  kSteps,
  kErrorStream,
  kTail,
  kBy,
  kCsvFile,
  kHtmlFile,
};

enum class ValueKind : std::uint8_t {
  kNone,
  kText,
  kWhole,
  kPositiveDecimal,
  kChoice,
  kFile,
  kFolder
};

struct OptionSpec {
  Option id;
  std::string_view name;  // without dashes
  char letter = 0;
  ValueKind kind = ValueKind::kNone;
  std::string_view value_name = {};  // "FILE"; two words for two values
  Message help;
  std::span<const std::string_view> choices = {};  // of kChoice
  std::int64_t min = 0;                            // of kWhole
  std::int64_t max = 0;
  bool repeated = false;  // every use counts; else the last one
  bool hidden = false;
};

struct PositionalSpec {
  std::string_view name;  // "MARKET"
  Message help;
  ValueKind kind = ValueKind::kText;
  std::span<const std::string_view> choices = {};
  bool optional = false;
  bool repeated = false;  // the last one: any number of them
};

struct Example {
  std::string_view command;
  Message help;
};

class Arguments;

// A command at work: the world, and the language of the person who asked.
struct Session {
  World& world;
  Language language = Language::kEnglish;
  std::string_view command;
  std::string command_line = {};  // as it was typed, to be tried again

  [[nodiscard]] std::string say(Message key,
                                std::initializer_list<std::string_view> values = {}) const {
    return cli::say(language, key, values);
  }
};

struct CommandSpec {
  std::string_view name;
  Message summary;  // one line
  Message description;
  std::span<const PositionalSpec> positionals;
  std::span<const OptionSpec> options;  // its own; the common ones are in `common_options`
  std::span<const Example> examples;
  std::span<const int> exit_codes;
  Attempt<int> (*run)(Session&, const Arguments&) = nullptr;
  bool program = false;         // a program of its own (tongsuan-verify): documented here
  std::string_view alias = {};  // what users of Slurm call it
  bool passes = false;          // what follows is for another program, unless it is --help
};

[[nodiscard]] std::span<const CommandSpec> commands();
[[nodiscard]] std::span<const OptionSpec> common_options();
// By its name or its alias.
[[nodiscard]] const CommandSpec* command_named(std::string_view name);
// Those that talk to an exchange; a part of the above.
[[nodiscard]] std::span<const CommandSpec> exchange_commands();

// Options that say which exchange, for every command that may talk to one.
inline constexpr OptionSpec kServerOption = {.id = Option::kServer,
                                             .name = "server",
                                             .kind = ValueKind::kText,
                                             .value_name = "URL",
                                             .help = Message::kHelpServer};
inline constexpr OptionSpec kTimeoutOption = {.id = Option::kTimeout,
                                              .name = "timeout",
                                              .kind = ValueKind::kWhole,
                                              .value_name = "SECONDS",
                                              .help = Message::kHelpTimeout,
                                              .min = 1,
                                              .max = 3'600};

// The commands, one file each. The value is the exit code.
Attempt<int> run_clear(Session& session, const Arguments& arguments);
Attempt<int> run_verify(Session& session, const Arguments& arguments);
Attempt<int> run_why(Session& session, const Arguments& arguments);
Attempt<int> run_quote(Session& session, const Arguments& arguments);
Attempt<int> run_generate(Session& session, const Arguments& arguments);
Attempt<int> run_import(Session& session, const Arguments& arguments);
Attempt<int> run_show(Session& session, const Arguments& arguments);
Attempt<int> run_replay(Session& session, const Arguments& arguments);
Attempt<int> run_journal(Session& session, const Arguments& arguments);
Attempt<int> run_login(Session& session, const Arguments& arguments);
Attempt<int> run_submit(Session& session, const Arguments& arguments);
Attempt<int> run_orders(Session& session, const Arguments& arguments);
Attempt<int> run_cancel(Session& session, const Arguments& arguments);
Attempt<int> run_amend(Session& session, const Arguments& arguments);
Attempt<int> run_market(Session& session, const Arguments& arguments);
Attempt<int> run_hubs(Session& session, const Arguments& arguments);
Attempt<int> run_offer(Session& session, const Arguments& arguments);
Attempt<int> run_contracts(Session& session, const Arguments& arguments);
Attempt<int> run_logs(Session& session, const Arguments& arguments);
Attempt<int> run_events(Session& session, const Arguments& arguments);
Attempt<int> run_bill(Session& session, const Arguments& arguments);
Attempt<int> run_ledger(Session& session, const Arguments& arguments);
Attempt<int> run_doctor(Session& session, const Arguments& arguments);
Attempt<int> run_config(Session& session, const Arguments& arguments);
Attempt<int> run_serve(Session& session, const Arguments& arguments);
Attempt<int> run_admin(Session& session, const Arguments& arguments);
Attempt<int> run_completion(Session& session, const Arguments& arguments);
Attempt<int> run_help(Session& session, const Arguments& arguments);
Attempt<int> run_version(Session& session, const Arguments& arguments);

}  // namespace tongsuan::cli
