// tongsuan bill, ledger: accounts and what moved between them.
#include <array>
#include <chrono>
#include <string>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/files.h"
#include "tongsuan/cli/remote_listing.h"
#include "tongsuan/cli/remote_order.h"
#include "tongsuan/report/words.h"

namespace tongsuan::cli {
namespace {

constexpr std::array kLineColumns = {
    JsonColumn{"at", Message::kTitleAt, "at"},
    JsonColumn{"kind", Message::kTitleKind, "kind"},
    JsonColumn{"amount", Message::kTitleAmount, "amount", JsonKind::kMoney},
    JsonColumn{"balance", Message::kTitleBalance, "balance", JsonKind::kMoney},
    JsonColumn{"order", Message::kTitleOrder, "reason.order"},
    JsonColumn{"contract", Message::kTitleContract, "reason.contract"},
    JsonColumn{"hub", Message::kColumnHub, "reason.hub", JsonKind::kText, true},
    JsonColumn{"resale", Message::kTitleResale, "reason.resale", JsonKind::kText, true},
    JsonColumn{"transfer", Message::kTitleTransfer, "reason.transfer"},
    JsonColumn{"reference", Message::kTitleReference, "reason.reference", JsonKind::kText, true},
    JsonColumn{"other", Message::kTitleOther, "other.participant", JsonKind::kText, true},
    JsonColumn{"other_purpose", Message::kTitlePurpose, "other.purpose", JsonKind::kText, true},
    JsonColumn{"sequence", Message::kTitleJournalSequence, "sequence", JsonKind::kNumber, true},
};
// Empty where it is not known any more: `unknown` says so.
constexpr std::array kBillColumns = {
    JsonColumn{"contract", Message::kTitleContract, "contract"},
    JsonColumn{"order", Message::kTitleOrder, "order"},
    JsonColumn{"name", Message::kTitleName, "name", JsonKind::kText, true},
    JsonColumn{"role", Message::kTitleRole, "role"},
    JsonColumn{"state", Message::kTitleState, "state", JsonKind::kText, true},
    JsonColumn{"hub", Message::kColumnHub, "hub"},
    JsonColumn{"class", Message::kTitleClass, "class"},
    JsonColumn{"devices", Message::kTitleDevices, "devices", JsonKind::kNumber},
    JsonColumn{"from", Message::kTitleFrom, "from"},
    JsonColumn{"until", Message::kTitleUntil, "until", JsonKind::kText, true},
    JsonColumn{"end", Message::kTitleEnd, "end", JsonKind::kText, true},
    JsonColumn{"end_reason", Message::kTitleReason, "endReason", JsonKind::kText, true},
    JsonColumn{"delivered_seconds", Message::kTitleDelivered, "deliveredSeconds",
               JsonKind::kNumber},
    JsonColumn{"missed", Message::kTitleMissed, "missedSeconds", JsonKind::kNumber, true},
    JsonColumn{"ended_early", Message::kTitleEndedEarly, "endedEarlySeconds", JsonKind::kNumber,
               true},
    JsonColumn{"overrun", Message::kTitleOverrun, "overrunSeconds", JsonKind::kNumber, true},
    JsonColumn{"price", Message::kTitlePrice, "price", JsonKind::kMoney, true},
    JsonColumn{"payment", Message::kTitlePayment, "amounts.payment", JsonKind::kMoney},
    JsonColumn{"take_or_pay", Message::kTitleTakeOrPay, "amounts.takeOrPay", JsonKind::kMoney,
               true},
    JsonColumn{"premium", Message::kTitlePremium, "amounts.premium", JsonKind::kMoney, true},
    JsonColumn{"penalty", Message::kTitlePenalty, "amounts.penalty", JsonKind::kMoney, true},
    JsonColumn{"refund", Message::kTitleRefund, "amounts.refund", JsonKind::kMoney, true},
    JsonColumn{"voucher", Message::kTitleVoucher, "amounts.voucher", JsonKind::kMoney, true},
    JsonColumn{"resale", Message::kTitleResale, "amounts.resale", JsonKind::kMoney, true},
    JsonColumn{"net", Message::kTitleNet, "amounts.net", JsonKind::kMoney},
    JsonColumn{"unknown", Message::kTitleUnknown, "unknown", JsonKind::kText, true},
};
// Members of the totals, with the words of the page.
struct TotalName {
  std::string_view member;
  report::Word word;
};
constexpr std::array kTotalNames = {TotalName{"payment", report::Word::kBillPayment},
                                    TotalName{"takeOrPay", report::Word::kBillTakeOrPay},
                                    TotalName{"premium", report::Word::kBillPremium},
                                    TotalName{"penalty", report::Word::kBillPenalty},
                                    TotalName{"refund", report::Word::kBillRefund},
                                    TotalName{"voucher", report::Word::kBillVoucher},
                                    TotalName{"resale", report::Word::kBillResale},
                                    TotalName{"other", report::Word::kBillOther},
                                    TotalName{"deposit", report::Word::kBillDeposit},
                                    TotalName{"withdrawal", report::Word::kBillWithdrawal}};
constexpr std::array kAccountColumns = {
    JsonColumn{"participant", Message::kTitleParticipant, "participant"},
    JsonColumn{"purpose", Message::kTitlePurpose, "purpose"},
    JsonColumn{"balance", Message::kTitleBalance, "balance", JsonKind::kMoney},
};
constexpr std::array kPurposeColumns = {
    JsonColumn{"purpose", Message::kTitlePurpose, "purpose"},
    JsonColumn{"balance", Message::kTitleBalance, "balance", JsonKind::kMoney},
};
constexpr std::array kTransferColumns = {
    JsonColumn{"id", Message::kTitleTransfer, "id"},
    JsonColumn{"kind", Message::kTitleKind, "kind"},
    JsonColumn{"at", Message::kTitleAt, "at"},
    JsonColumn{"from", Message::kTitleFrom, "from.participant"},
    JsonColumn{"from_purpose", Message::kTitlePurpose, "from.purpose"},
    JsonColumn{"to", Message::kTitleTo, "to.participant"},
    JsonColumn{"to_purpose", Message::kTitlePurpose, "to.purpose"},
    JsonColumn{"amount", Message::kTitleAmount, "amount", JsonKind::kMoney},
    JsonColumn{"reference", Message::kTitleReference, "reference"},
    JsonColumn{"sequence", Message::kTitleJournalSequence, "sequence", JsonKind::kNumber, true},
};

struct Period {
  std::string from, to;  // RFC 3339; may be empty
};

// --month 2026-04, or --from and --to.
Attempt<Period> period_of(const Session& session, const Arguments& arguments) {
  Period period;
  const std::string month(arguments.text(Option::kMonth));
  if (!month.empty()) {
    if (arguments.has(Option::kFromTime) || arguments.has(Option::kToTime)) {
      return usage(session, session.say(Message::kOneOf, {"--month, --from"}));
    }
    std::int64_t year = 0;
    std::int64_t number = 0;
    const bool good = month.size() == 7 && month[4] == '-' &&
                      parse_decimal(month.substr(0, 4), 0, year) &&
                      parse_decimal(month.substr(5), 0, number) && number >= 1 && number <= 12;
    if (!good) {
      return usage(session, session.say(Message::kBadTime, {"--month", month, "2026-04"}));
    }
    const std::int64_t next = number % 12 + 1;
    const std::int64_t next_year = number == 12 ? year + 1 : year;
    TONGSUAN_TRY(period.from, time_of(session, "--month", month + "-01"));
    TONGSUAN_TRY(period.to, time_of(session, "--month",
                                    padded(static_cast<std::uint64_t>(next_year), 4) + '-' +
                                        padded(static_cast<std::uint64_t>(next), 2) + "-01"));
    return period;
  }
  if (arguments.has(Option::kFromTime)) {
    TONGSUAN_TRY(period.from, time_of(session, "--from", arguments.text(Option::kFromTime)));
  }
  if (arguments.has(Option::kToTime)) {
    TONGSUAN_TRY(period.to, time_of(session, "--to", arguments.text(Option::kToTime)));
  }
  return period;
}

// The lines of a statement, and what the account held before and after.
Attempt<Listing> statement(Remote& remote, const std::string& target) {
  const Session& session = remote.session();
  Listing listing{.table = json_table(session, kLineColumns)};
  std::string opening;
  std::string closing;
  TONGSUAN_TRY([[maybe_unused]] const Done done, remote.pages(target, [&](const json::Value& page) {
    if (opening.empty()) opening = money_text_at(page, "opening");
    closing = money_text_at(page, "closing");
    for (const json::Value line : at_path(page, "items").items()) {
      add_json_row(listing.table, kLineColumns, line);
    }
  }));
  listing.before = session.say(Message::kOpening, {opening}) + "\n\n";
  listing.after = '\n' + session.say(Message::kClosing, {closing}) + '\n';
  return listing;
}

// Rows by contract, and what they and other money came to in all.
Attempt<Listing> bill(Remote& remote, const std::string& target) {
  const Session& session = remote.session();
  Listing listing{.table = json_table(session, kBillColumns)};
  std::string opening;
  std::string after;
  TONGSUAN_TRY([[maybe_unused]] const Done done, remote.pages(target, [&](const json::Value& page) {
    opening = money_text_at(page, "opening");
    const json::Value totals = at_path(page, "totals");
    after = "\n";
    for (const TotalName& total : kTotalNames) {
      const std::string amount = money_text_at(totals, total.member);
      if (!amount.empty()) {
        after += std::string(report::word(total.word, session.language)) + ": " + amount + '\n';
      }
    }
    after += session.say(Message::kClosing, {money_text_at(page, "closing")}) + '\n';
    for (const json::Value row : at_path(page, "items").items()) {
      add_json_row(listing.table, kBillColumns, row);
    }
  }));
  listing.before = session.say(Message::kOpening, {opening}) + "\n\n";
  listing.after = after;
  return listing;
}

// Which of the two lists is wanted; a failure where options are of both.
Attempt<bool> by_line(const Session& session, const Arguments& arguments) {
  const bool files = arguments.has(Option::kCsvFile) || arguments.has(Option::kHtmlFile);
  const std::string_view by = arguments.text(Option::kBy);
  const bool line = by == "line" || (by.empty() && arguments.has(Option::kPurpose));
  if (line && files) {
    return usage(session, session.say(Message::kOnlyByContract, {"--csv, --html"}));
  }
  if (!line && arguments.has(Option::kPurpose)) {
    return usage(session, session.say(Message::kOnlyByLine, {"--purpose"}));
  }
  if (!files && arguments.has(Option::kForce)) {
    return usage(session, session.say(Message::kOneOf, {"--csv, --html"}));
  }
  return line;
}

// The bill as the exchange writes it, into each file that was named.
Attempt<int> write_bill(Remote& remote, const Arguments& arguments, const std::string& target) {
  Session& session = remote.session();
  const bool force = arguments.has(Option::kForce);
  struct File {
    Option option;
    std::string_view format;
  };
  constexpr std::array kFiles = {File{Option::kCsvFile, "csv"}, File{Option::kHtmlFile, "html"}};
  for (const File& file : kFiles) {
    if (!arguments.has(file.option)) continue;
    TONGSUAN_TRY([[maybe_unused]] const Done may,
                 may_write(session, arguments.text(file.option), force));
  }
  for (const File& file : kFiles) {
    if (!arguments.has(file.option)) continue;
    const std::string_view path = arguments.text(file.option);
    std::string asked = remote::with_query(target, "format", file.format);
    asked = remote::with_query(asked, "lang", session.language == Language::kChinese ? "zh" : "en");
    TONGSUAN_TRY(const remote::Reply reply, remote.get(asked));
    TONGSUAN_TRY([[maybe_unused]] const Done wrote, write_file(session, path, reply.body, force));
    if (path != "-") remote.note(session.say(Message::kWroteBill, {path}));
  }
  return 0;
}

}  // namespace

Attempt<int> run_bill(Session& session, const Arguments& arguments) {
  TONGSUAN_TRY(const Period period, period_of(session, arguments));
  TONGSUAN_TRY(const bool lines, by_line(session, arguments));
  if (arguments.text(Option::kCsvFile) == "-" && arguments.text(Option::kHtmlFile) == "-") {
    return usage(session, session.say(Message::kOneOf, {"--csv -, --html -"}));
  }
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, Caller::kSomebody));
  TONGSUAN_TRY(const std::string named, remote->participant());
  TONGSUAN_TRY(const std::string participant, id_of(session, named, "P-"));
  std::string target = "/v1/statements/" + participant;
  if (lines) {
    target = remote::with_query("/v1/statements", "participant", participant);
    target = remote::with_query(target, "purpose", arguments.text(Option::kPurpose));
  }
  target = remote::with_query(target, "from", period.from);
  target = remote::with_query(target, "to", period.to);
  if (arguments.has(Option::kCsvFile) || arguments.has(Option::kHtmlFile)) {
    return write_bill(*remote, arguments, target);
  }
  target = remote::with_query(target, "pageSize", "1000");
  return print_listing(session, arguments, remote->settings().value(remote::Setting::kOutput),
                       [&] { return lines ? statement(*remote, target) : bill(*remote, target); });
}

Attempt<int> run_ledger(Session& session, const Arguments& arguments) {
  const std::string_view what = arguments.positional(0);
  if (what == "transfers") {
    return run_listing(session, arguments,
                       {.target = "/v1/transfers",
                        .columns = kTransferColumns,
                        .parameters = {{Option::kParticipant, "participant"}}});
  }
  if (what == "trial-balance") {
    return run_listing(session, arguments,
                       {.target = "/v1/ledger/trial-balance",
                        .columns = kPurposeColumns,
                        .items = "purposes",
                        .paged = false});
  }
  const std::string_view participant = arguments.text(Option::kParticipant);
  if (participant.empty()) {
    return run_listing(session, arguments,
                       {.target = "/v1/accounts",
                        .columns = kAccountColumns,
                        .parameters = {{Option::kPurpose, "purpose"}}});
  }
  TONGSUAN_TRY(const std::string id, id_of(session, participant, "P-"));
  return run_listing(session, arguments,
                     {.target = "/v1/accounts/" + id,
                      .columns = kAccountColumns,
                      .items = "accounts",
                      .paged = false});
}

}  // namespace tongsuan::cli
