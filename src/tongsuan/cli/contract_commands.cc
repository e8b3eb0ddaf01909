// tongsuan contracts: what runs, what was given up, and one contract in full.
#include <array>
#include <string>

#include "tongsuan/cli/one_item.h"
#include "tongsuan/cli/remote_listing.h"
#include "tongsuan/cli/remote_order.h"
#include "tongsuan/json/writer.h"

namespace tongsuan::cli {
namespace {

constexpr std::array kResaleColumns = {
    JsonColumn{"id", Message::kTitleResale, "id"},
    JsonColumn{"contract", Message::kTitleContract, "contract"},
    JsonColumn{"participant", Message::kTitleParticipant, "participant", JsonKind::kText, true},
    JsonColumn{"state", Message::kTitleState, "state"},
    JsonColumn{"hub", Message::kColumnHub, "hub"},
    JsonColumn{"class", Message::kTitleClass, "class"},
    JsonColumn{"devices", Message::kTitleDevices, "devices", JsonKind::kNumber},
    JsonColumn{"taken", Message::kTitleTaken, "taken", JsonKind::kNumber},
    JsonColumn{"price", Message::kTitlePrice, "price", JsonKind::kMoney},
    JsonColumn{"ask", Message::kTitleAsk, "ask", JsonKind::kMoney},
    JsonColumn{"from", Message::kTitleFrom, "from"},
    JsonColumn{"until", Message::kTitleUntil, "until"},
    JsonColumn{"income", Message::kTitleIncome, "income", JsonKind::kMoney},
};
constexpr std::array kContractColumns = {
    JsonColumn{"id", Message::kTitleContract, "id"},
    JsonColumn{"order", Message::kTitleOrder, "order"},
    JsonColumn{"state", Message::kTitleState, "state"},
    JsonColumn{"hub", Message::kColumnHub, "hub"},
    JsonColumn{"class", Message::kTitleClass, "class"},
    JsonColumn{"devices", Message::kTitleDevices, "devices", JsonKind::kNumber},
    JsonColumn{"nodes", Message::kTitleNodes, "nodes", JsonKind::kText, true},
    JsonColumn{"start", Message::kColumnStart, "start"},
    JsonColumn{"expected_end", Message::kTitleExpectedEnd, "expectedEnd"},
    JsonColumn{"end", Message::kTitleEnd, "end", JsonKind::kText, true},
    JsonColumn{"end_reason", Message::kTitleReason, "endReason"},
    JsonColumn{"done_percent", Message::kTitleDone, "donePpm", JsonKind::kPpm, true},
    JsonColumn{"price", Message::kTitlePrice, "price", JsonKind::kMoney},
    JsonColumn{"cost", Message::kTitleCost, "cost", JsonKind::kMoney, true},
    JsonColumn{"delivered_seconds", Message::kTitleDelivered, "deliveredSeconds", JsonKind::kNumber,
               true},
    JsonColumn{"paid", Message::kTitlePaid, "paid", JsonKind::kMoney},
    JsonColumn{"phase", Message::kTitlePhase, "phase"},
    JsonColumn{"missed_seconds", Message::kTitleMissed, "missedSeconds", JsonKind::kNumber, true},
    JsonColumn{"detail", Message::kTitleDetail, "detail", JsonKind::kText, true},
};

Attempt<int> resell(Session& session, const Arguments& arguments) {
  if (arguments.positionals().size() != 2 || !arguments.has(Option::kGivenDevices)) {
    return usage(session, session.say(Message::kResellForms));
  }
  TONGSUAN_TRY(const std::string id, id_of(session, arguments.positional(1), "C-"));
  std::string body;
  json::Writer out(body);
  out.begin_object().number("devices", arguments.whole(Option::kGivenDevices, 0));
  if (arguments.has(Option::kFromTime)) {
    TONGSUAN_TRY(const std::string from,
                 time_of(session, "--from", arguments.text(Option::kFromTime)));
    out.text("from", from);
  }
  if (arguments.has(Option::kAsk)) out.raw("ask", money_json(arguments.text(Option::kAsk)));
  out.end_object();
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, Caller::kSomebody));
  TONGSUAN_TRY(const remote::Reply reply, remote->ask({.method = net::Method::kPost,
                                                       .target = "/v1/contracts/" + id + ":resell",
                                                       .body = body,
                                                       .once = true}));
  return tell_answer(*remote, reply, Message::kResold);
}

// Whether what one's own contracts leave may be sold.
Attempt<int> set_resales(Session& session, const Arguments& arguments) {
  const std::string_view word = arguments.positional(1);
  if (arguments.positionals().size() != 2 || (word != "on" && word != "off")) {
    return usage(session, session.say(Message::kResaleForms));
  }
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, Caller::kSomebody));
  TONGSUAN_TRY(const std::string owner, remote->participant());
  TONGSUAN_TRY(const std::string participant, id_of(session, owner, "P-"));
  TONGSUAN_TRY(const remote::Reply reply,
               remote->ask({.method = net::Method::kPatch,
                            .target = "/v1/participants/" + participant,
                            .body = word == "on" ? R"({"resell":true})" : R"({"resell":false})",
                            .once = true}));
  return tell_answer(*remote, reply, Message::kSettingChanged);
}

}  // namespace

std::span<const JsonColumn> contract_columns() {
  return kContractColumns;
}

Attempt<int> run_contracts(Session& session, const Arguments& arguments) {
  const std::string_view action = arguments.positional(0);
  if (action == "resell") return resell(session, arguments);
  if (action == "resales" && arguments.positionals().size() > 1) {
    return set_resales(session, arguments);
  }
  if (action == "resales") {
    return run_listing(session, arguments, {.target = "/v1/resales", .columns = kResaleColumns});
  }
  const RemoteListing listing{
      .target = "/v1/contracts",
      .columns = kContractColumns,
      .parameters = {
          {Option::kState, "state"}, {Option::kHub, "hub"}, {Option::kOrderId, "order"}}};
  if (action.empty() || (action == "list" && arguments.positionals().size() == 1)) {
    return run_listing(session, arguments, listing);
  }
  const bool listed = action == "list";
  if (!listed && !action.starts_with("C-") && !action.starts_with("c-")) {
    return usage(session, session.say(Message::kNotAChoice,
                                      {"ACTION", action, "list, resales, resell, C-7F3M"}));
  }
  return show_items(session, arguments,
                    {.listing = &listing,
                     .prefix = "C-",
                     .first = listed ? std::size_t{1} : std::size_t{0},
                     .related = {.title = Message::kTitleResales,
                                 .target = "/v1/resales?contract=",
                                 .columns = kResaleColumns}});
}

}  // namespace tongsuan::cli
