#include "tongsuan/cli/commands.h"

#include <algorithm>
#include <array>
#include <vector>

#include "tongsuan/cli/option_specs.h"
#include "tongsuan/domain/units.h"

namespace tongsuan::cli {
namespace {

using namespace std::string_view_literals;
using M = Message;
using O = Option;
using V = ValueKind;

constexpr std::int64_t kAnyWhole = 9'000'000'000'000'000'000;

// ---- Choices -----------------------------------------------------------------------------------

constexpr std::array kLanguages = {"en"sv, "zh"sv};
constexpr std::array kTableFormats = {"table"sv, "json"sv};
constexpr std::array kJournalActions = {"check"sv, "repair"sv, "show"sv, "export"sv};
constexpr std::array kShells = {"bash"sv, "zsh"sv, "fish"sv};
constexpr std::array kGenerators = {"national"sv};
constexpr std::array kSourceNames = {"philly"sv,        "pai100k"sv, "openb"sv,
                                     "clearing-case"sv, "italy"sv,   "real"sv};

// ---- Options -----------------------------------------------------------------------------------

constexpr OptionSpec kForceOption = {
    .id = O::kForce, .name = "force", .letter = 'f', .help = M::kHelpForce};
constexpr OptionSpec kSeedOption = {.id = O::kSeed,
                                    .name = "seed",
                                    .kind = V::kWhole,
                                    .value_name = "N",
                                    .help = M::kHelpSeed,
                                    .max = kAnyWhole};
constexpr OptionSpec kFileOption = {.id = O::kOutputFile,
                                    .name = "output",
                                    .letter = 'o',
                                    .kind = V::kFile,
                                    .value_name = "FILE",
                                    .help = M::kHelpOutputFile};
constexpr OptionSpec kNoChangesOption = {
    .id = O::kNoChanges, .name = "no-changes", .help = M::kHelpNoChanges};
constexpr OptionSpec kHelpOption = {
    .id = O::kHelp, .name = "help", .letter = 'h', .help = M::kHelpHelp};
constexpr OptionSpec kVersionOption = {
    .id = O::kVersion, .name = "version", .help = M::kHelpVersion};
constexpr OptionSpec kLoadOption = {.id = O::kLoad,
                                    .name = "load",
                                    .kind = V::kWhole,
                                    .value_name = "PERCENT",
                                    .help = M::kHelpLoad,
                                    .min = 1,
                                    .max = 1'000};
constexpr OptionSpec kSlotsOption = {.id = O::kSlots,
                                     .name = "slots",
                                     .kind = V::kWhole,
                                     .value_name = "N",
                                     .help = M::kHelpSlots,
                                     .min = 1,
                                     .max = kSlotsMax};

constexpr OptionSpec language_option(Message help) {
  return {.id = O::kLanguage,
          .name = "lang",
          .kind = V::kChoice,
          .value_name = "LANG",
          .help = help,
          .choices = kLanguages};
}
constexpr OptionSpec orders_option(Message help) {
  return {.id = O::kOrders,
          .name = "orders",
          .kind = V::kWhole,
          .value_name = "N",
          .help = help,
          .min = 1,
          .max = kOrdersMax};
}
constexpr OptionSpec kTextFormatOption = format_option(M::kHelpTextFormat, kTextFormats);

constexpr std::array kCommonOptions = {
    language_option(M::kHelpLanguage),
    OptionSpec{.id = O::kQuiet, .name = "quiet", .letter = 'q', .help = M::kHelpQuiet},
    kHelpOption,
    kVersionOption,
};

constexpr std::array kClearOptions = {
    OptionSpec{.id = O::kCertificate,
               .name = "certificate",
               .letter = 'c',
               .kind = V::kFile,
               .value_name = "FILE",
               .help = M::kHelpCertificate},
    format_option(M::kHelpTableFormat, kTableFormats),
    OptionSpec{.id = O::kReport,
               .name = "report",
               .kind = V::kFile,
               .value_name = "FILE",
               .help = M::kHelpReport},
    kForceOption,
    OptionSpec{.id = O::kWork,
               .name = "work",
               .kind = V::kWhole,
               .value_name = "N",
               .help = M::kHelpWork,
               .min = 1,
               .max = kAnyWhole},
    OptionSpec{.id = O::kThreads,
               .name = "threads",
               .kind = V::kWhole,
               .value_name = "N",
               .help = M::kHelpThreads,
               .min = 1,
               .max = kThreadsMax},
    kSeedOption,
    OptionSpec{.id = O::kRound,
               .name = "round",
               .kind = V::kWhole,
               .value_name = "N",
               .help = M::kHelpRound,
               .max = kAnyWhole},
    OptionSpec{.id = O::kWarm,
               .name = "warm",
               .kind = V::kFile,
               .value_name = "MARKET CERT",
               .help = M::kHelpWarm},
    OptionSpec{.id = O::kNoGangPrices, .name = "no-gang-prices", .help = M::kHelpNoGangPrices},
    OptionSpec{.id = O::kBefore, .name = "before", .help = M::kHelpBefore},
};

constexpr std::array kVerifyOptions = {
    kTextFormatOption,
    OptionSpec{.id = O::kKeep,
               .name = "keep",
               .kind = V::kFolder,
               .value_name = "FOLDER",
               .help = M::kHelpKeep},
    kServerOption,
    kTimeoutOption,
};
constexpr std::array kVerifyProgramOptions = {
    kTextFormatOption,
    language_option(M::kHelpVerifyLanguage),
    kVersionOption,
    kHelpOption,
};
constexpr std::array kWhyOptions = {
    kTextFormatOption,
    kNoChangesOption,
    OptionSpec{.id = O::kRoundId,
               .name = "round",
               .kind = V::kText,
               .value_name = "ROUND",
               .help = M::kHelpWhyRound},
    kServerOption,
    kTimeoutOption,
};

constexpr std::array kQuoteOptions = {
    OptionSpec{.id = O::kFrom,
               .name = "from",
               .kind = V::kText,
               .value_name = "ORDER",
               .help = M::kHelpFrom},
    OptionSpec{.id = O::kLine,
               .name = "line",
               .kind = V::kText,
               .value_name = "LINE",
               .help = M::kHelpLine},
    OptionSpec{.id = O::kOrderFile,
               .name = "order",
               .kind = V::kFile,
               .value_name = "FILE",
               .help = M::kHelpOrderFile},
    OptionSpec{.id = O::kLimitPrice,
               .name = "limit",
               .kind = V::kPositiveDecimal,
               .value_name = "PRICE",
               .help = M::kHelpLimitPrice},
    OptionSpec{.id = O::kWindow,
               .name = "window",
               .kind = V::kText,
               .value_name = "A..B",
               .help = M::kHelpWindow},
    OptionSpec{.id = O::kHubs,
               .name = "hubs",
               .kind = V::kText,
               .value_name = "HUBS",
               .help = M::kHelpHubs},
    OptionSpec{.id = O::kClasses,
               .name = "class",
               .kind = V::kText,
               .value_name = "+CLASS",
               .help = M::kHelpClasses},
    OptionSpec{.id = O::kReplica,
               .name = "replica",
               .kind = V::kText,
               .value_name = "DATA@HUB",
               .help = M::kHelpReplica},
    OptionSpec{.id = O::kWorkTime,
               .name = "work",
               .kind = V::kText,
               .value_name = "TIME",
               .help = M::kHelpWorkTime},
    kTextFormatOption,
    kNoChangesOption,
    kServerOption,
    kTimeoutOption,
};

constexpr std::array kGenerateOptions = {
    orders_option(M::kHelpOrders),
    kSeedOption,
    kLoadOption,
    OptionSpec{.id = O::kResale,
               .name = "resale",
               .kind = V::kWhole,
               .value_name = "PER_MILLE",
               .help = M::kHelpResale,
               .min = 0,
               .max = 1'000},
    kSlotsOption,
    kFileOption,
    kForceOption,
};

constexpr std::array kImportOptions = {
    OptionSpec{.id = O::kData,
               .name = "data",
               .kind = V::kFolder,
               .value_name = "FOLDER",
               .help = M::kHelpData},
    kFileOption,
    kForceOption,
    kSeedOption,
    orders_option(M::kHelpImportOrders),
    kLoadOption,
    kSlotsOption,
    OptionSpec{
        .id = O::kDay, .name = "day", .kind = V::kText, .value_name = "DATE", .help = M::kHelpDay},
    OptionSpec{.id = O::kCase,
               .name = "case",
               .kind = V::kText,
               .value_name = "NAME",
               .help = M::kHelpCase},
};

constexpr std::array kShowOptions = {
    format_option(M::kHelpListFormat, kListFormats),
    OptionSpec{.id = O::kColumns,
               .name = "columns",
               .kind = V::kText,
               .value_name = "LIST",
               .help = M::kHelpColumns},
    OptionSpec{.id = O::kFilter,
               .name = "filter",
               .kind = V::kText,
               .value_name = "TEST",
               .help = M::kHelpFilter,
               .repeated = true},
    OptionSpec{.id = O::kSort,
               .name = "sort",
               .kind = V::kText,
               .value_name = "COLUMN",
               .help = M::kHelpSort},
    OptionSpec{.id = O::kRowsMax,
               .name = "limit",
               .letter = 'n',
               .kind = V::kWhole,
               .value_name = "N",
               .help = M::kHelpRowsMax,
               .min = 0,
               .max = kAnyWhole},
};

constexpr OptionSpec span_option(O id, std::string_view name, Message help) {
  return {.id = id, .name = name, .kind = V::kText, .value_name = "SPAN", .help = help};
}
constexpr OptionSpec list_option(O id, std::string_view name, std::string_view value_name,
                                 Message help) {
  return {.id = id, .name = name, .kind = V::kText, .value_name = value_name, .help = help};
}

constexpr std::array kReplayOptions = {
    list_option(O::kPolicy, "policy", "LIST", M::kHelpPolicy),
    list_option(O::kLoads, "load", "LIST", M::kHelpLoads),
    OptionSpec{.id = O::kSeeds,
               .name = "seeds",
               .kind = V::kWhole,
               .value_name = "N",
               .help = M::kHelpSeeds,
               .min = 1,
               .max = 10'000},
    OptionSpec{.id = O::kSeed,
               .name = "seed",
               .kind = V::kWhole,
               .value_name = "N",
               .help = M::kHelpFirstSeed,
               .max = 1'000'000'000'000},
    OptionSpec{.id = O::kWithout,
               .name = "without",
               .kind = V::kText,
               .value_name = "LIST",
               .help = M::kHelpWithout,
               .repeated = true},
    list_option(O::kReference, "reference", "POLICY", M::kHelpReference),
    OptionSpec{.id = O::kJobs,
               .name = "jobs",
               .kind = V::kWhole,
               .value_name = "N",
               .help = M::kHelpJobs,
               .min = 1,
               .max = 10'000'000},
    span_option(O::kRoundEvery, "round", M::kHelpRoundEvery),
    span_option(O::kCertifyEvery, "certify", M::kHelpCertifyEvery),
    span_option(O::kSlotLength, "slot", M::kHelpSlotLength),
    OptionSpec{.id = O::kFairness,
               .name = "fairness",
               .kind = V::kWhole,
               .value_name = "PERCENT",
               .help = M::kHelpFairness,
               .max = 100},
    OptionSpec{.id = O::kStopOverruns, .name = "stop-overruns", .help = M::kHelpStopOverruns},
    span_option(O::kHorizon, "horizon", M::kHelpHorizon),
    OptionSpec{.id = O::kGreenCharge,
               .name = "green-charge",
               .kind = V::kWhole,
               .value_name = "YUAN",
               .help = M::kHelpGreenCharge,
               .min = 0,
               .max = 1'000'000},
    OptionSpec{.id = O::kData,
               .name = "data",
               .kind = V::kFolder,
               .value_name = "FOLDER",
               .help = M::kHelpTraces},
    OptionSpec{.id = O::kLenient, .name = "lenient", .help = M::kHelpLenient},
    OptionSpec{.id = O::kThreads,
               .name = "threads",
               .kind = V::kWhole,
               .value_name = "N",
               .help = M::kHelpRunThreads,
               .min = 1,
               .max = kThreadsMax},
    OptionSpec{.id = O::kOutputFile,
               .name = "output",
               .letter = 'o',
               .kind = V::kFile,
               .value_name = "FILE",
               .help = M::kHelpReplayPage},
    OptionSpec{.id = O::kResults,
               .name = "results",
               .kind = V::kFile,
               .value_name = "FILE",
               .help = M::kHelpResults},
    OptionSpec{.id = O::kResume, .name = "resume", .help = M::kHelpResume},
    OptionSpec{.id = O::kFormat,
               .name = "format",
               .kind = V::kChoice,
               .value_name = "FORMAT",
               .help = M::kHelpReplayFormat,
               .choices = kListFormats},
    kForceOption,
    OptionSpec{.id = O::kFromSnapshot, .name = "from-snapshot", .help = M::kHelpFromSnapshot},
    OptionSpec{.id = O::kList, .name = "list", .help = M::kHelpListReplay},
};

constexpr std::array kJournalOptions = {
    format_option(M::kHelpJournalFormat, kListFormats),
    OptionSpec{.id = O::kFromCommand,
               .name = "from",
               .kind = V::kWhole,
               .value_name = "N",
               .help = M::kHelpFromCommand,
               .min = 1,
               .max = kAnyWhole},
    OptionSpec{.id = O::kRowsMax,
               .name = "limit",
               .letter = 'n',
               .kind = V::kWhole,
               .value_name = "N",
               .help = M::kHelpCommandsMax,
               .min = 1,
               .max = 1'000'000},
    OptionSpec{.id = O::kRoundId,
               .name = "round",
               .kind = V::kText,
               .value_name = "ROUND",
               .help = M::kHelpExportRound},
    OptionSpec{.id = O::kTo,
               .name = "to",
               .kind = V::kFolder,
               .value_name = "FOLDER",
               .help = M::kHelpExportTo},
    OptionSpec{.id = O::kForce, .name = "force", .letter = 'f', .help = M::kHelpJournalForce},
};

constexpr std::array kHelpOptions = {
    OptionSpec{.id = O::kMan, .name = "man", .help = M::kHelpMan, .hidden = true},
};

// ---- Arguments ---------------------------------------------------------------------------------

constexpr PositionalSpec kMarketArgument = {
    .name = "MARKET", .help = M::kArgumentMarket, .kind = V::kFile};
constexpr PositionalSpec kCertificateArgument = {
    .name = "CERT", .help = M::kArgumentCertificate, .kind = V::kFile};

constexpr std::array kClearArguments = {kMarketArgument};
constexpr PositionalSpec kOptionalCertificateArgument = {
    .name = "CERT", .help = M::kArgumentCertificate, .kind = V::kFile, .optional = true};
constexpr std::array kVerifyArguments = {
    PositionalSpec{.name = "MARKET|ROUND", .help = M::kArgumentMarketOrRound, .kind = V::kFile},
    kOptionalCertificateArgument};
constexpr std::array kQuoteArguments = {
    PositionalSpec{
        .name = "MARKET|JOB", .help = M::kArgumentMarketOrJob, .kind = V::kFile, .optional = true},
    kOptionalCertificateArgument};
constexpr std::array kVerifyProgramArguments = {
    kMarketArgument,
    PositionalSpec{.name = "CERTIFICATE", .help = M::kArgumentCertificate, .kind = V::kFile}};
constexpr std::array kWhyArguments = {
    PositionalSpec{.name = "MARKET|ORDER", .help = M::kArgumentMarketOrOrder, .kind = V::kFile},
    kOptionalCertificateArgument,
    PositionalSpec{.name = "ORDER", .help = M::kArgumentOrder, .optional = true}};
constexpr std::array kGenerateArguments = {PositionalSpec{
    .name = "KIND", .help = M::kArgumentKind, .kind = V::kChoice, .choices = kGenerators}};
constexpr std::array kImportArguments = {PositionalSpec{
    .name = "SOURCE", .help = M::kArgumentSource, .kind = V::kChoice, .choices = kSourceNames}};
constexpr std::array kShowArguments = {
    kMarketArgument,
    PositionalSpec{
        .name = "CERT", .help = M::kArgumentShowCertificate, .kind = V::kFile, .optional = true},
    PositionalSpec{.name = "LISTING", .help = M::kArgumentListing, .optional = true}};
constexpr std::array kReplayArguments = {PositionalSpec{
    .name = "SCENARIO", .help = M::kArgumentScenario, .kind = V::kFile, .optional = true}};
constexpr std::array kJournalArguments = {
    PositionalSpec{.name = "ACTION",
                   .help = M::kArgumentJournalAction,
                   .kind = V::kChoice,
                   .choices = kJournalActions},
    PositionalSpec{.name = "DIR", .help = M::kArgumentExchange, .kind = V::kFolder}};
constexpr std::array kCompletionArguments = {PositionalSpec{
    .name = "SHELL", .help = M::kArgumentShell, .kind = V::kChoice, .choices = kShells}};
constexpr std::array kHelpArguments = {
    PositionalSpec{.name = "COMMAND", .help = M::kArgumentCommand, .optional = true}};

// ---- Examples ----------------------------------------------------------------------------------

constexpr std::array kClearExamples = {
    Example{"tongsuan clear week.market", M::kExampleClear},
    Example{"tongsuan clear week.market --report week.html --before --force",
            M::kExampleClearReport},
    Example{
        "tongsuan generate national --orders 500 --seed 7 | tongsuan clear - -c - -q > week.cert",
        M::kExampleClearPipe},
    Example{"tongsuan clear tuesday.market --warm monday.market monday.cert", M::kExampleClearWarm},
};
constexpr std::array kVerifyExamples = {
    Example{"tongsuan verify week.market week.cert", M::kExampleVerify},
    Example{"tongsuan verify -o json week.market week.cert", M::kExampleVerifyJson},
    Example{"tongsuan verify R-12 --keep .", M::kExampleVerifyRound},
};
constexpr std::array kVerifyProgramExamples = {
    Example{"tongsuan-verify week.market week.cert", M::kExampleVerify},
    Example{"tongsuan-verify -o json week.market week.cert", M::kExampleVerifyJson},
};
constexpr std::array kWhyExamples = {
    Example{"tongsuan why week.market week.cert job-17", M::kExampleWhy},
    Example{"tongsuan why week.market week.cert job-17 -o json --no-changes", M::kExampleWhyJson},
    Example{"tongsuan why O-7F3M", M::kExampleWhyRemote},
};
constexpr std::array kQuoteExamples = {
    Example{"tongsuan quote week.market week.cert --from job-17 --limit 7.91",
            M::kExampleQuoteFrom},
    Example{"tongsuan quote week.market week.cert --line 'order mine account=me run=H100:24 "
            "gang=64 limit=14.5'",
            M::kExampleQuoteLine},
    Example{"tongsuan quote week.market week.cert --order mine.order", M::kExampleQuoteFile},
    Example{"tongsuan quote train.yaml", M::kExampleQuoteJob},
    Example{"tongsuan quote --from O-7F3M --limit 7.91", M::kExampleQuoteRemote},
};
constexpr std::array kGenerateExamples = {
    Example{"tongsuan generate national --orders 1000 --seed 1 -o week.market",
            M::kExampleGenerate},
    Example{"tongsuan generate national --orders 1000 --seed 1 --load 150 | tongsuan show - hubs",
            M::kExampleGeneratePipe},
};
constexpr std::array kImportExamples = {
    Example{"tongsuan import italy --data data/italy_mgp --day 2025-04-01 -o italy.market",
            M::kExampleItaly},
    Example{"tongsuan import clearing-case --data data/clearing_cases --case j1k -o j1k.market",
            M::kExampleCase},
    Example{"tongsuan import philly --data data/jobs_philly --orders 2000 -o philly.market",
            M::kExamplePhilly},
};
constexpr std::array kShowExamples = {
    Example{"tongsuan show week.market", M::kExampleShow},
    Example{"tongsuan show week.market orders --filter kind=block --sort -value --limit 10",
            M::kExampleShowOrders},
    Example{"tongsuan show week.market week.cert awards -o csv > awards.csv",
            M::kExampleShowAwards},
    Example{"tongsuan show week.market week.cert prices --filter row~H100 --columns row,slot,price",
            M::kExampleShowPrices},
};
constexpr std::array kReplayExamples = {
    Example{"tongsuan replay --list", M::kExampleReplayList},
    Example{"tongsuan replay national-week --seeds 10 -o week.html", M::kExampleReplay},
    Example{"tongsuan replay national-week --load 0.6,0.9,1.1 --policy pool-value,market "
            "--results runs.jsonl --resume",
            M::kExampleReplayResume},
    Example{"tongsuan replay national-week --without nothing --without classes,links "
            "--format csv",
            M::kExampleReplayWithout},
    Example{"tongsuan replay jobs.csv", M::kExampleReplayTrace},
    Example{"tongsuan replay /srv/exchange", M::kExampleReplayExchange},
};
constexpr std::array kJournalExamples = {
    Example{"tongsuan journal check /srv/exchange", M::kExampleJournalCheck},
    Example{"tongsuan journal show /srv/exchange --from 1000 --limit 20 -o jsonl",
            M::kExampleJournalShow},
    Example{"tongsuan journal export /srv/exchange --round 7", M::kExampleJournalExport},
    Example{"tongsuan journal repair /srv/exchange", M::kExampleJournalRepair},
};
constexpr std::array kCompletionExamples = {
    Example{"source <(tongsuan completion bash)", M::kExampleBash},
    Example{"tongsuan completion zsh > ~/.zfunc/_tongsuan", M::kExampleZsh},
    Example{"tongsuan completion fish > ~/.config/fish/completions/tongsuan.fish", M::kExampleFish},
};
constexpr std::array kHelpExamples = {Example{"tongsuan help clear", M::kExampleHelp}};

// ---- Exit codes --------------------------------------------------------------------------------

constexpr std::array kClearCodes = {0, 1, 2, 3, 4, 5, 8, 10, 130};
constexpr std::array kVerifyCodes = {0, 1, 2, 3, 4, 7, 8, 9, 10, 130};
constexpr std::array kVerifyProgramCodes = {0, 1, 2, 4, 10};
constexpr std::array kWhyCodes = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 130};
constexpr std::array kQuoteCodes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 130};
constexpr std::array kMakeCodes = {0, 1, 2, 3, 4, 5, 8, 130};
constexpr std::array kShowCodes = {0, 1, 2, 3, 4, 5, 10, 130};
constexpr std::array kReplayCodes = {0, 1, 2, 3, 4, 5, 8, 10, 130};
constexpr std::array kJournalCodes = {0, 1, 2, 3, 4, 8, 10, 130};
constexpr std::array kPlainCodes = {0, 1, 2, 3};
constexpr std::array kHelpCodes = {0, 1, 2, 3, 4};

constexpr std::array kCommands = {
    CommandSpec{"clear", M::kSummaryClear, M::kAboutClear, kClearArguments, kClearOptions,
                kClearExamples, kClearCodes, run_clear},
    CommandSpec{"verify", M::kSummaryVerify, M::kAboutVerify, kVerifyArguments, kVerifyOptions,
                kVerifyExamples, kVerifyCodes, run_verify},
    CommandSpec{"why", M::kSummaryWhy, M::kAboutWhy, kWhyArguments, kWhyOptions, kWhyExamples,
                kWhyCodes, run_why},
    CommandSpec{"quote", M::kSummaryQuote, M::kAboutQuote, kQuoteArguments, kQuoteOptions,
                kQuoteExamples, kQuoteCodes, run_quote},
    CommandSpec{"show", M::kSummaryShow, M::kAboutShow, kShowArguments, kShowOptions, kShowExamples,
                kShowCodes, run_show},
    CommandSpec{"generate", M::kSummaryGenerate, M::kAboutGenerate, kGenerateArguments,
                kGenerateOptions, kGenerateExamples, kMakeCodes, run_generate},
    CommandSpec{"import", M::kSummaryImport, M::kAboutImport, kImportArguments, kImportOptions,
                kImportExamples, kMakeCodes, run_import},
    CommandSpec{"replay", M::kSummaryReplay, M::kAboutReplay, kReplayArguments, kReplayOptions,
                kReplayExamples, kReplayCodes, run_replay},
    CommandSpec{"journal", M::kSummaryJournal, M::kAboutJournal, kJournalArguments, kJournalOptions,
                kJournalExamples, kJournalCodes, run_journal},
    CommandSpec{"completion",
                M::kSummaryCompletion,
                M::kAboutCompletion,
                kCompletionArguments,
                {},
                kCompletionExamples,
                kPlainCodes,
                run_completion},
    CommandSpec{"help", M::kSummaryHelp, M::kAboutHelp, kHelpArguments, kHelpOptions, kHelpExamples,
                kHelpCodes, run_help},
    CommandSpec{
        "version", M::kSummaryVersion, M::kAboutVersion, {}, {}, {}, kPlainCodes, run_version},
    CommandSpec{"tongsuan-verify", M::kSummaryVerify, M::kAboutVerifyProgram,
                kVerifyProgramArguments, kVerifyProgramOptions, kVerifyProgramExamples,
                kVerifyProgramCodes, nullptr, true},
};

}  // namespace

// Those that work on files, those that talk to an exchange, and those about the program itself.
std::span<const CommandSpec> commands() {
  static const std::vector<CommandSpec> all = [] {
    std::vector<CommandSpec> list(kCommands.begin(), kCommands.end());
    const std::span<const CommandSpec> more = exchange_commands();
    const auto itself = std::ranges::find(list, "completion", &CommandSpec::name);
    list.insert(itself, more.begin(), more.end());
    return list;
  }();
  return all;
}
std::span<const OptionSpec> common_options() {
  return kCommonOptions;
}

const CommandSpec* command_named(std::string_view name) {
  if (name.empty()) return nullptr;
  for (const CommandSpec& command : commands()) {
    if (command.name == name || command.alias == name) return &command;
  }
  return nullptr;
}

}  // namespace tongsuan::cli
