// tongsuan bill, ledger: accounts and what moved between them.
#include <array>
#include <chrono>
#include <string>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/remote_listing.h"
#include "tongsuan/cli/remote_order.h"

namespace tongsuan::cli {
namespace {

constexpr std::array kLineColumns = {
    JsonColumn{"at", Message::kTitleAt, "at"},
    JsonColumn{"kind", Message::kTitleKind, "kind"},
    JsonColumn{"amount", Message::kTitleAmount, "amount", JsonKind::kMoney},
    JsonColumn{"balance", Message::kTitleBalance, "balance", JsonKind::kMoney},
    JsonColumn{"order", Message::kTitleOrder, "reason.order"},
    JsonColumn{"contract", Message::kTitleContract, "reason.contract"},
    JsonColumn{"round", Message::kTitleRound, "reason.round", JsonKind::kText, true},
    JsonColumn{"transfer", Message::kTitleTransfer, "reason.transfer"},
    JsonColumn{"reference", Message::kTitleReference, "reason.reference", JsonKind::kText, true},
    JsonColumn{"other", Message::kTitleOther, "other.participant", JsonKind::kText, true},
    JsonColumn{"other_purpose", Message::kTitlePurpose, "other.purpose", JsonKind::kText, true},
    JsonColumn{"sequence", Message::kTitleJournalSequence, "sequence", JsonKind::kNumber, true},
};
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

}  // namespace

Attempt<int> run_bill(Session& session, const Arguments& arguments) {
  TONGSUAN_TRY(const Period period, period_of(session, arguments));
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, Caller::kSomebody));
  TONGSUAN_TRY(const std::string participant, remote->participant());
  std::string target = remote::with_query("/v1/statements", "participant", participant);
  target = remote::with_query(target, "purpose", arguments.text(Option::kPurpose));
  target = remote::with_query(target, "from", period.from);
  target = remote::with_query(target, "to", period.to);
  target = remote::with_query(target, "pageSize", "1000");
  return print_listing(session, arguments, remote->settings().value(remote::Setting::kOutput),
                       [&] { return statement(*remote, target); });
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
