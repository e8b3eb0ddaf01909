// tongsuan orders, cancel, amend: one's own orders at an exchange.
#include <array>
#include <string>

#include "tongsuan/cli/json_rows.h"
#include "tongsuan/cli/listing_output.h"
#include "tongsuan/cli/one_item.h"
#include "tongsuan/cli/remote_listing.h"
#include "tongsuan/cli/remote_order.h"

namespace tongsuan::cli {
namespace {

constexpr std::array kOrderColumns = {
    JsonColumn{"id", Message::kTitleOrder, "id"},
    JsonColumn{"name", Message::kTitleName, "name"},
    JsonColumn{"state", Message::kTitleState, "state"},
    JsonColumn{"kind", Message::kTitleKind, "kind"},
    JsonColumn{"value", Message::kTitleValue, "value", JsonKind::kMoney},
    JsonColumn{"hold", Message::kTitleHold, "hold", JsonKind::kMoney, true},
    JsonColumn{"class", Message::kTitleClass, "ways.0.class"},
    JsonColumn{"devices", Message::kTitleDevices, "ways.0.devices", JsonKind::kNumber},
    JsonColumn{"seconds", Message::kTitleSeconds, "ways.0.durationSeconds", JsonKind::kNumber},
    JsonColumn{"hubs", Message::kTitleHubs, "hubs", JsonKind::kText, true},
    JsonColumn{"earliest", Message::kTitleEarliest, "earliest", JsonKind::kText, true},
    JsonColumn{"latest_start", Message::kTitleLatestStart, "latestStart"},
    JsonColumn{"booked_hub", Message::kTitleBookedHub, "block.hub"},
    JsonColumn{"booked_begin", Message::kTitleBookedBegin, "block.begin", JsonKind::kText, true},
    JsonColumn{"price", Message::kTitlePrice, "block.price", JsonKind::kMoney},
    JsonColumn{"parent", Message::kTitleParent, "parent", JsonKind::kText, true},
    JsonColumn{"contracts", Message::kTitleContracts, "contracts"},
    JsonColumn{"submitted", Message::kTitleSubmitted, "submitted", JsonKind::kText, true},
    JsonColumn{"sequence", Message::kTitleJournalSequence, "sequence", JsonKind::kNumber, true},
};

}  // namespace

Attempt<int> run_orders(Session& session, const Arguments& arguments) {
  const RemoteListing listing{.target = "/v1/orders",
                              .columns = kOrderColumns,
                              .parameters = {{Option::kState, "state"},
                                             {Option::kHub, "hub"},
                                             {Option::kClassName, "class"},
                                             {Option::kRoundId, "round"}}};
  if (arguments.positionals().empty()) return run_listing(session, arguments, listing);
  return show_items(session, arguments,
                    {.listing = &listing,
                     .prefix = "O-",
                     .related = {.title = Message::kTitleContracts,
                                 .target = "/v1/contracts?order=",
                                 .columns = contract_columns()},
                     .parts = "parts"});
}

Attempt<int> run_cancel(Session& session, const Arguments& arguments) {
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, Caller::kSomebody));
  TONGSUAN_TRY(const std::string id, id_of(session, arguments.positional(0), "O-"));
  TONGSUAN_TRY(const remote::Reply reply, remote->ask({.method = net::Method::kPost,
                                                       .target = "/v1/orders/" + id + ":cancel",
                                                       .once = true}));
  return tell_answer(*remote, reply, Message::kCancelled);
}

Attempt<int> run_amend(Session& session, const Arguments& arguments) {
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, Caller::kSomebody));
  TONGSUAN_TRY(const std::string id, id_of(session, arguments.positional(0), "O-"));
  TONGSUAN_TRY(const remote::Reply now, remote->get("/v1/orders/" + id));
  json::Document document;
  TONGSUAN_TRY(const json::Value order, parse_reply(session, document, now.body));
  TONGSUAN_TRY(const std::string change, order_change(session, arguments, order));
  if (change == "{}") return usage(session, session.say(Message::kNothingToChange));
  TONGSUAN_TRY(const remote::Reply reply, remote->ask({.method = net::Method::kPatch,
                                                       .target = "/v1/orders/" + id,
                                                       .body = change,
                                                       .once = true,
                                                       .if_match = now.etag}));
  return tell_answer(*remote, reply, Message::kAmended);
}

}  // namespace tongsuan::cli
