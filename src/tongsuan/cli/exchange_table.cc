// The rows of the table of commands that talk to an exchange.
#include <array>
#include <cstddef>

#include "tongsuan/cli/option_specs.h"

namespace tongsuan::cli {
namespace {

using namespace std::string_view_literals;
using M = Message;
using O = Option;
using V = ValueKind;

template <std::size_t A, std::size_t B>
constexpr std::array<OptionSpec, A + B> joined(const std::array<OptionSpec, A>& first,
                                               const std::array<OptionSpec, B>& second) {
  std::array<OptionSpec, A + B> all{};
  for (std::size_t i = 0; i < A; ++i) all[i] = first[i];
  for (std::size_t i = 0; i < B; ++i) all[A + i] = second[i];
  return all;
}

// ---- Choices -----------------------------------------------------------------------------------

constexpr std::array kOrderStates = {"waiting"sv,   "running"sv, "done"sv,   "left"sv,
                                     "cancelled"sv, "refused"sv, "awarded"sv};
constexpr std::array kContractStates = {"running"sv, "ended"sv};
constexpr std::array kPurposes = {"cash"sv, "hold"sv,    "margin"sv,   "voucher"sv, "escrow"sv,
                                  "rent"sv, "penalty"sv, "rounding"sv, "rail"sv};
constexpr std::array kBillParts = {"contract"sv, "line"sv};
constexpr std::array kRoles = {"participant"sv, "hub"sv, "operator"sv, "auditor"sv, "regulator"sv};
constexpr std::array kMarketParts = {"prices"sv,   "rounds"sv,   "classes"sv,
                                     "calendar"sv, "closures"sv, "slots"sv};
constexpr std::array kContractActions = {"list"sv, "resales"sv, "resell"sv};
constexpr std::array kLedgerParts = {"accounts"sv, "trial-balance"sv, "transfers"sv};
constexpr std::array kConfigActions = {"list"sv, "get"sv, "set"sv, "unset"sv};
constexpr std::array kAdminActions = {"participants"sv, "keys"sv,       "revoke"sv,  "halt"sv,
                                      "resume"sv,       "rules"sv,      "deposit"sv, "withdraw"sv,
                                      "supplier"sv,     "close-gate"sv, "calendar"sv};

// ---- Options -----------------------------------------------------------------------------------

constexpr OptionSpec flag(O id, std::string_view name, M help, char letter = 0) {
  return {.id = id, .name = name, .letter = letter, .help = help};
}
constexpr OptionSpec text(O id, std::string_view name, std::string_view value, M help) {
  return {.id = id, .name = name, .kind = V::kText, .value_name = value, .help = help};
}
constexpr OptionSpec money(O id, std::string_view name, std::string_view value, M help) {
  return {.id = id, .name = name, .kind = V::kPositiveDecimal, .value_name = value, .help = help};
}
constexpr OptionSpec file(O id, std::string_view name, M help) {
  return {.id = id, .name = name, .kind = V::kFile, .value_name = "FILE", .help = help};
}
constexpr OptionSpec choice(O id, std::string_view name, std::string_view value, M help,
                            std::span<const std::string_view> choices) {
  return {.id = id,
          .name = name,
          .kind = V::kChoice,
          .value_name = value,
          .help = help,
          .choices = choices};
}

constexpr std::array kAnswerOptions = {format_option(M::kHelpTextFormat, kTextFormats),
                                       kServerOption, kTimeoutOption};
constexpr std::array kListOptions = {
    format_option(M::kHelpListFormat, kListFormats),
    text(O::kColumns, "columns", "LIST", M::kHelpColumns),
    OptionSpec{.id = O::kFilter,
               .name = "filter",
               .kind = V::kText,
               .value_name = "TEST",
               .help = M::kHelpFilter,
               .repeated = true},
    text(O::kSort, "sort", "COLUMN", M::kHelpSort),
    OptionSpec{.id = O::kRowsMax,
               .name = "limit",
               .letter = 'n',
               .kind = V::kWhole,
               .value_name = "N",
               .help = M::kHelpRowsMax,
               .min = 0,
               .max = 9'000'000'000'000'000'000},
    OptionSpec{.id = O::kWatch,
               .name = "watch",
               .letter = 'w',
               .kind = V::kWhole,
               .value_name = "SECONDS",
               .help = M::kHelpWatch,
               .min = 1,
               .max = 3'600},
    kServerOption,
    kTimeoutOption,
};
constexpr OptionSpec kHubOption = text(O::kHub, "hub", "HUB", M::kHelpOfHub);
constexpr OptionSpec kClassOption = text(O::kClassName, "class", "CLASS", M::kHelpOfClass);
constexpr OptionSpec kParticipantOption =
    text(O::kParticipant, "participant", "PARTICIPANT", M::kHelpParticipant);
constexpr OptionSpec kPurposeOption =
    choice(O::kPurpose, "purpose", "PURPOSE", M::kHelpPurpose, kPurposes);

constexpr std::array kLoginOptions = {
    text(O::kKey, "key", "KEY", M::kHelpKey),
    OptionSpec{.id = O::kSecretFile,
               .name = "secret-file",
               .kind = V::kFile,
               .value_name = "FILE",
               .help = M::kHelpSecretFile},
    text(O::kDevToken, "dev-token", "NAME", M::kHelpDevToken),
    text(O::kOidc, "oidc", "ISSUER", M::kHelpOidc),
    text(O::kClientId, "client", "ID", M::kHelpClientId),
    flag(O::kLogout, "forget", M::kHelpLogout),
    kServerOption,
    kTimeoutOption,
};
constexpr auto kSubmitOptions = joined(
    std::array{
        money(O::kLimitPrice, "limit", "PRICE", M::kHelpJobLimit),
        text(O::kWorkTime, "work", "TIME", M::kHelpWorkTime),
        flag(O::kWait, "wait", M::kHelpWait, 'W'),
        OptionSpec{.id = O::kWaitSeconds,
                   .name = "wait-seconds",
                   .kind = V::kWhole,
                   .value_name = "N",
                   .help = M::kHelpWaitSeconds,
                   .min = 1,
                   .max = 100'000'000},
        flag(O::kDryRun, "dry-run", M::kHelpDryRun),
    },
    kAnswerOptions);
constexpr auto kOrdersOptions =
    joined(std::array{choice(O::kState, "state", "STATE", M::kHelpState, kOrderStates), kHubOption,
                      kClassOption, text(O::kRoundId, "round", "ROUND", M::kHelpOfRound)},
           kListOptions);
constexpr auto kAmendOptions =
    joined(std::array{money(O::kLimitPrice, "limit", "PRICE", M::kHelpLimitPrice),
                      money(O::kValue, "value", "AMOUNT", M::kHelpValue),
                      money(O::kPremium, "premium", "AMOUNT", M::kHelpPremium),
                      money(O::kDelayCost, "delay-cost", "PRICE", M::kHelpDelayCost),
                      text(O::kWindow, "window", "A..B", M::kHelpTimeWindow),
                      text(O::kDeadline, "deadline", "TIME", M::kHelpDeadline),
                      text(O::kHubs, "hubs", "HUBS", M::kHelpAmendHubs),
                      text(O::kNewName, "name", "NAME", M::kHelpNewName)},
           kAnswerOptions);
constexpr auto kMarketOptions = joined(std::array{kHubOption, kClassOption}, kListOptions);
constexpr auto kOfferOptions =
    joined(std::array{kHubOption, kClassOption, text(O::kSteps, "steps", "STEPS", M::kHelpSteps)},
           kListOptions);
constexpr auto kContractsOptions =
    joined(std::array{choice(O::kState, "state", "STATE", M::kHelpState, kContractStates),
                      kHubOption, text(O::kOrderId, "order", "ORDER", M::kHelpOfOrder),
                      OptionSpec{.id = O::kGivenDevices,
                                 .name = "devices",
                                 .kind = V::kWhole,
                                 .value_name = "N",
                                 .help = M::kHelpGivenDevices,
                                 .min = 1,
                                 .max = 1'000'000},
                      text(O::kFromTime, "from", "TIME", M::kHelpGivenFrom),
                      money(O::kAsk, "ask", "PRICE", M::kHelpAsk), kParticipantOption},
           kListOptions);
constexpr std::array kLogsOptions = {
    flag(O::kErrorStream, "stderr", M::kHelpErrorStream),
    OptionSpec{.id = O::kTail,
               .name = "tail",
               .letter = 'n',
               .kind = V::kWhole,
               .value_name = "BYTES",
               .help = M::kHelpTail,
               .min = 0,
               .max = 1'000'000'000},
    flag(O::kFollow, "follow", M::kHelpFollowLog, 'f'),
    kServerOption,
    kTimeoutOption,
};
constexpr auto kEventsOptions =
    joined(std::array{flag(O::kFollow, "follow", M::kHelpFollow, 'f'),
                      text(O::kFromSequence, "from", "SEQUENCE", M::kHelpFromSequence),
                      text(O::kTopics, "topics", "LIST", M::kHelpTopics)},
           kListOptions);
constexpr auto kBillOptions = joined(
    std::array{choice(O::kBy, "by", "PART", M::kHelpBy, kBillParts),
               text(O::kMonth, "month", "MONTH", M::kHelpMonth),
               text(O::kFromTime, "from", "TIME", M::kHelpFromTime),
               text(O::kToTime, "to", "TIME", M::kHelpToTime),
               file(O::kCsvFile, "csv", M::kHelpBillCsv),
               file(O::kHtmlFile, "html", M::kHelpBillHtml),
               flag(O::kForce, "force", M::kHelpForce, 'f'), kPurposeOption, kParticipantOption},
    kListOptions);
constexpr auto kLedgerOptions =
    joined(std::array{kPurposeOption, kParticipantOption}, kListOptions);
constexpr auto kAdminOptions =
    joined(std::array{choice(O::kRole, "role", "ROLE", M::kHelpRole, kRoles),
                      text(O::kOwner, "owner", "PARTICIPANT", M::kHelpOwner),
                      money(O::kOverdraft, "overdraft", "AMOUNT", M::kHelpOverdraft),
                      text(O::kExpires, "expires", "TIME", M::kHelpExpires), kPurposeOption,
                      flag(O::kNoDispatch, "no-dispatch", M::kHelpNoDispatch)},
           kListOptions);

// ---- Arguments ---------------------------------------------------------------------------------

constexpr PositionalSpec optional(std::string_view name, M help,
                                  std::span<const std::string_view> choices = {}) {
  return {.name = name,
          .help = help,
          .kind = choices.empty() ? V::kText : V::kChoice,
          .choices = choices,
          .optional = true};
}
constexpr std::array kJobArguments = {
    PositionalSpec{.name = "JOB", .help = M::kArgumentJob, .kind = V::kFile}};
constexpr std::array kOrderArguments = {
    PositionalSpec{.name = "ORDER", .help = M::kArgumentOrderId}};
constexpr PositionalSpec any_number(std::string_view name, M help) {
  PositionalSpec spec = optional(name, help);
  spec.repeated = true;
  return spec;
}
constexpr std::array kOrdersArguments = {any_number("ORDER", M::kArgumentOrders)};
constexpr std::array kMarketArguments = {optional("PART", M::kArgumentMarketPart, kMarketParts),
                                         optional("ROUND", M::kArgumentMarketRound)};
constexpr std::array kOfferArguments = {optional("HUB", M::kArgumentHub),
                                        optional("CLASS", M::kArgumentClass),
                                        optional("PRICE", M::kArgumentPrice)};
constexpr std::array kContractsArguments = {PositionalSpec{.name = "ACTION",
                                                           .help = M::kArgumentContractAction,
                                                           .choices = kContractActions,
                                                           .optional = true},
                                            any_number("CONTRACT", M::kArgumentContract)};
constexpr std::array kLogsArguments = {
    PositionalSpec{.name = "CONTRACT", .help = M::kArgumentLogContract}};
constexpr std::array kEventsArguments = {optional("ID", M::kArgumentEventId)};
constexpr std::array kLedgerArguments = {optional("PART", M::kArgumentLedgerPart, kLedgerParts)};
constexpr std::array kConfigArguments = {
    optional("ACTION", M::kArgumentConfigAction, kConfigActions),
    optional("SETTING", M::kArgumentSetting), optional("VALUE", M::kArgumentValue)};
constexpr std::array kAdminArguments = {PositionalSpec{.name = "ACTION",
                                                       .help = M::kArgumentAdminAction,
                                                       .kind = V::kChoice,
                                                       .choices = kAdminActions},
                                        optional("NAME", M::kArgumentAdminName),
                                        optional("VALUE", M::kArgumentAdminValue),
                                        optional("REFERENCE", M::kArgumentReference)};

// ---- Examples ----------------------------------------------------------------------------------

constexpr std::array kLoginExamples = {
    Example{"tongsuan login --server https://exchange.example.com --key K-0123456789abcdef "
            "--secret-file secret",
            M::kExampleLogin},
    Example{"tongsuan login --server http://127.0.0.1:7070 --dev-token team-nlp",
            M::kExampleLoginDev},
    Example{"tongsuan login --oidc https://id.example.com --client tongsuan", M::kExampleLoginOidc},
};
constexpr std::array kSubmitExamples = {
    Example{"tongsuan submit train.yaml", M::kExampleSubmit},
    Example{"tongsuan sbatch train.sh --wait", M::kExampleSbatch},
    Example{"tongsuan submit train.yaml --dry-run", M::kExampleDryRun},
};
constexpr std::array kOrdersExamples = {
    Example{"tongsuan orders --state waiting", M::kExampleOrders},
    Example{"tongsuan orders O-7F3M", M::kExampleOrder},
    Example{"tongsuan squeue --watch 5", M::kExampleWatch},
};
constexpr std::array kCancelExamples = {Example{"tongsuan cancel O-7F3M", M::kExampleCancel}};
constexpr std::array kAmendExamples = {
    Example{"tongsuan amend O-7F3M --limit 7.91", M::kExampleAmend},
    Example{"tongsuan amend O-7F3M --window ..2026-12-06T16:00+08:00", M::kExampleAmendWindow},
};
constexpr std::array kMarketExamples = {
    Example{"tongsuan market --filter class=H800 --sort posted", M::kExampleMarket},
    Example{"tongsuan market rounds -n 10", M::kExampleRounds},
    Example{"tongsuan market slots R-12 --hub guian --class H800", M::kExampleSlots},
};
constexpr std::array kHubsExamples = {Example{"tongsuan hubs --sort -free", M::kExampleHubs}};
constexpr std::array kOfferExamples = {
    Example{"tongsuan offer guian Ascend910B 3.80", M::kExampleOffer},
    Example{"tongsuan offer guian Ascend910B --steps 2048@3.60,2048@4.20", M::kExampleSteps},
    Example{"tongsuan offer --hub guian", M::kExampleOffers},
};
constexpr std::array kContractsExamples = {
    Example{"tongsuan contracts --state running", M::kExampleContracts},
    Example{"tongsuan contracts resell C-4 --devices 8 --from 2026-12-06T16:00+08:00 --ask 3.20",
            M::kExampleResell},
    Example{"tongsuan contracts C-4", M::kExampleContract},
    Example{"tongsuan contracts resales", M::kExampleResales},
    Example{"tongsuan contracts resales off", M::kExampleResalesOff},
};
constexpr std::array kLogsExamples = {
    Example{"tongsuan logs C-4", M::kExampleLogs},
    Example{"tongsuan logs C-4 -f", M::kExampleFollowLog},
    Example{"tongsuan logs C-4 --stderr --tail 4096", M::kExampleErrorStream},
};
constexpr std::array kEventsExamples = {
    Example{"tongsuan events O-7F3M -f", M::kExampleEvents},
    Example{"tongsuan events -f -o jsonl", M::kExampleEventsAll},
};
constexpr std::array kBillExamples = {
    Example{"tongsuan bill --month 2026-04", M::kExampleBill},
    Example{"tongsuan bill --month 2026-04 --csv bill.csv --html bill.html", M::kExampleBillFiles},
    Example{"tongsuan sacct --by line --from 2026-04-13 -o csv", M::kExampleSacct},
};
constexpr std::array kLedgerExamples = {
    Example{"tongsuan ledger", M::kExampleLedger},
    Example{"tongsuan ledger trial-balance", M::kExampleTrialBalance},
};
constexpr std::array kDoctorExamples = {Example{"tongsuan doctor", M::kExampleDoctor}};
constexpr std::array kServeExamples = {
    Example{"tongsuan serve --data exchange --init --places places.market", M::kExampleServeInit},
    Example{"tongsuan serve --data exchange", M::kExampleServe},
};
constexpr std::array kConfigExamples = {
    Example{"tongsuan config", M::kExampleConfig},
    Example{"tongsuan config set server https://exchange.example.com", M::kExampleConfigSet},
};
constexpr std::array kAdminExamples = {
    Example{"tongsuan admin participants team-nlp --role participant", M::kExampleAdmit},
    Example{"tongsuan admin keys P-1 --role participant", M::kExampleMakeKey},
    Example{"tongsuan admin deposit P-1 50000 20260413001", M::kExampleDeposit},
    Example{"tongsuan admin halt hub guian", M::kExampleHalt},
    Example{"tongsuan admin close-gate", M::kExampleCloseGate},
    Example{"tongsuan admin calendar 2026-05-01T00:00..2026-05-02T00:00 'Labour Day'",
            M::kExampleCalendar},
};

// ---- Exit codes --------------------------------------------------------------------------------

constexpr std::array kAskCodes = {0, 1, 2, 3, 4, 5, 7, 8, 9, 130};
constexpr std::array kSubmitCodes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130};
constexpr std::array kReadCodes = {0, 1, 2, 3, 4, 7, 9, 130};
constexpr std::array kServeCodes = {0, 1, 2, 3};
constexpr std::array kConfigCodes = {0, 1, 2, 3};

constexpr std::array kExchangeCommands = {
    CommandSpec{"login",
                M::kSummaryLogin,
                M::kAboutLogin,
                {},
                kLoginOptions,
                kLoginExamples,
                kAskCodes,
                run_login},
    CommandSpec{"submit", M::kSummarySubmit, M::kAboutSubmit, kJobArguments, kSubmitOptions,
                kSubmitExamples, kSubmitCodes, run_submit, false, "sbatch"},
    CommandSpec{"orders", M::kSummaryOrders, M::kAboutOrders, kOrdersArguments, kOrdersOptions,
                kOrdersExamples, kReadCodes, run_orders, false, "squeue"},
    CommandSpec{"cancel", M::kSummaryCancel, M::kAboutCancel, kOrderArguments, kAnswerOptions,
                kCancelExamples, kAskCodes, run_cancel, false, "scancel"},
    CommandSpec{"amend", M::kSummaryAmend, M::kAboutAmend, kOrderArguments, kAmendOptions,
                kAmendExamples, kAskCodes, run_amend},
    CommandSpec{"market", M::kSummaryMarket, M::kAboutMarket, kMarketArguments, kMarketOptions,
                kMarketExamples, kReadCodes, run_market},
    CommandSpec{"hubs",
                M::kSummaryHubs,
                M::kAboutHubs,
                {},
                kListOptions,
                kHubsExamples,
                kReadCodes,
                run_hubs,
                false,
                "sinfo"},
    CommandSpec{"offer", M::kSummaryOffer, M::kAboutOffer, kOfferArguments, kOfferOptions,
                kOfferExamples, kAskCodes, run_offer},
    CommandSpec{"contracts", M::kSummaryContracts, M::kAboutContracts, kContractsArguments,
                kContractsOptions, kContractsExamples, kAskCodes, run_contracts},
    CommandSpec{"logs", M::kSummaryLogs, M::kAboutLogs, kLogsArguments, kLogsOptions, kLogsExamples,
                kReadCodes, run_logs},
    CommandSpec{"events", M::kSummaryEvents, M::kAboutEvents, kEventsArguments, kEventsOptions,
                kEventsExamples, kReadCodes, run_events},
    CommandSpec{"bill",
                M::kSummaryBill,
                M::kAboutBill,
                {},
                kBillOptions,
                kBillExamples,
                kReadCodes,
                run_bill,
                false,
                "sacct"},
    CommandSpec{"ledger", M::kSummaryLedger, M::kAboutLedger, kLedgerArguments, kLedgerOptions,
                kLedgerExamples, kReadCodes, run_ledger},
    CommandSpec{"doctor",
                M::kSummaryDoctor,
                M::kAboutDoctor,
                {},
                kListOptions,
                kDoctorExamples,
                kReadCodes,
                run_doctor},
    CommandSpec{"config", M::kSummaryConfig, M::kAboutConfig, kConfigArguments, kListOptions,
                kConfigExamples, kConfigCodes, run_config},
    CommandSpec{"serve",
                M::kSummaryServe,
                M::kAboutServe,
                {},
                {},
                kServeExamples,
                kServeCodes,
                run_serve,
                false,
                {},
                true},
    CommandSpec{"admin", M::kSummaryAdmin, M::kAboutAdmin, kAdminArguments, kAdminOptions,
                kAdminExamples, kAskCodes, run_admin},
};

}  // namespace

std::span<const CommandSpec> exchange_commands() {
  return kExchangeCommands;
}

}  // namespace tongsuan::cli
