// tongsuan market, hubs, offer: what everybody may see, and what suppliers say.
#include <array>
#include <string>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/market_slots.h"
#include "tongsuan/cli/remote_listing.h"
#include "tongsuan/cli/remote_order.h"
#include "tongsuan/json/writer.h"
#include "tongsuan/net/target.h"

namespace tongsuan::cli {
namespace {

constexpr std::array kPriceColumns = {
    JsonColumn{"hub", Message::kColumnHub, "hub"},
    JsonColumn{"class", Message::kTitleClass, "class"},
    JsonColumn{"ask", Message::kTitleAsk, "ask", JsonKind::kMoney},
    JsonColumn{"posted", Message::kTitlePosted, "posted", JsonKind::kMoney},
    JsonColumn{"free", Message::kTitleFree, "freeDevices", JsonKind::kNumber},
};
constexpr std::array kClassColumns = {
    JsonColumn{"class", Message::kTitleClass, "class"},
    JsonColumn{"watts", Message::kTitleWatts, "watts", JsonKind::kNumber},
    JsonColumn{"node_devices", Message::kTitleNodeDevices, "nodeDevices", JsonKind::kNumber},
};
constexpr std::array kRoundColumns = {
    JsonColumn{"id", Message::kTitleRound, "id"},
    JsonColumn{"state", Message::kTitleState, "state"},
    JsonColumn{"gate", Message::kTitleGate, "gate"},
    JsonColumn{"closed", Message::kTitleClosed, "closed", JsonKind::kText, true},
    JsonColumn{"orders", Message::kTitleOrders, "orders", JsonKind::kNumber},
    JsonColumn{"awards", Message::kTitleAwards, "awards", JsonKind::kNumber},
    JsonColumn{"welfare", Message::kTitleWelfare, "welfare", JsonKind::kMoney},
    JsonColumn{"bound", Message::kTitleBound, "bound", JsonKind::kMoney, true},
    JsonColumn{"gap_percent", Message::kTitleGapPercent, "gapPpm", JsonKind::kPpm},
    JsonColumn{"root", Message::kTitleRoot, "root", JsonKind::kText, true},
    JsonColumn{"reason", Message::kTitleReason, "reason", JsonKind::kText, true},
};
constexpr std::array kCalendarColumns = {
    JsonColumn{"round", Message::kTitleRound, "round"},
    JsonColumn{"lock", Message::kTitleLock, "lock"},
    JsonColumn{"gate", Message::kTitleGate, "gate"},
};
constexpr std::array kHubColumns = {
    JsonColumn{"hub", Message::kColumnHub, "^hub"},
    JsonColumn{"title_en", Message::kTitleTitleEn, "^title.en", JsonKind::kText, true},
    JsonColumn{"title_zh", Message::kTitleTitleZh, "^title.zh", JsonKind::kText, true},
    JsonColumn{"region", Message::kTitleRegion, "^region"},
    JsonColumn{"class", Message::kTitleClass, "class"},
    JsonColumn{"nodes", Message::kTitleNodes, "nodes", JsonKind::kNumber},
    JsonColumn{"node_devices", Message::kTitleNodeDevices, "nodeDevices", JsonKind::kNumber, true},
    JsonColumn{"free", Message::kTitleFree, "freeDevices", JsonKind::kNumber},
    JsonColumn{"down", Message::kTitleDown, "downNodes", JsonKind::kNumber},
    JsonColumn{"ask", Message::kTitleAsk, "ask", JsonKind::kMoney},
    JsonColumn{"posted", Message::kTitlePosted, "posted", JsonKind::kMoney},
    JsonColumn{"halted", Message::kTitleHalted, "^halted"},
    JsonColumn{"supplier", Message::kTitleSupplier, "^supplier", JsonKind::kText, true},
    JsonColumn{"pue", Message::kTitlePue, "^pue", JsonKind::kText, true},
    JsonColumn{"latitude", Message::kTitleLatitude, "^latitude", JsonKind::kText, true},
    JsonColumn{"longitude", Message::kTitleLongitude, "^longitude", JsonKind::kText, true},
};
constexpr std::array kOfferColumns = {
    JsonColumn{"hub", Message::kColumnHub, "hub"},
    JsonColumn{"class", Message::kTitleClass, "class"},
    JsonColumn{"ask", Message::kTitleAsk, "ask", JsonKind::kMoney},
    JsonColumn{"devices", Message::kTitleDevices, "devices", JsonKind::kNumber},
    JsonColumn{"steps", Message::kTitleSteps, "steps", JsonKind::kSteps},
    JsonColumn{"supplier", Message::kTitleSupplier, "supplier"},
};
// The lines above the prices: state, round, gates, halts.
Attempt<std::string> market_head(Remote& remote) {
  const Session& session = remote.session();
  TONGSUAN_TRY(const remote::Reply reply, remote.get("/v1/market"));
  json::Document document({.bytes_max = json::kBytesMax});
  TONGSUAN_TRY(const json::Value market, parse_reply(session, document, reply.body));
  std::string out =
      session.say(Message::kMarketHead, {shown(text_at(market, "name")), text_at(market, "state"),
                                         text_at(market, "time")}) +
      '\n' +
      session.say(Message::kMarketRound,
                  {text_at(market, "round"), text_at(market, "lock"), text_at(market, "gate")}) +
      '\n';
  for (const json::Value halt : at_path(market, "halts").items()) {
    out +=
        session.say(Message::kMarketHalt,
                    {text_at(halt, "scope"), text_at(halt, "hub") + text_at(halt, "participant")}) +
        '\n';
  }
  return out + '\n';
}

Attempt<int> run_prices(Session& session, const Arguments& arguments) {
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, Caller::kAnybody));
  const RemoteListing listing{
      .target = "/v1/market", .columns = kPriceColumns, .items = "prices", .paged = false};
  return print_listing(session, arguments, remote->settings().value(remote::Setting::kOutput),
                       [&]() -> Attempt<Listing> {
                         TONGSUAN_TRY(report::Table table,
                                      fetch_table(*remote, arguments, listing));
                         TONGSUAN_TRY(std::string head, market_head(*remote));
                         return Listing{.table = std::move(table), .before = std::move(head)};
                       });
}

}  // namespace

Attempt<int> run_market(Session& session, const Arguments& arguments) {
  const std::string_view what = arguments.positional(0);
  if (what == "slots") return run_market_slots(session, arguments);
  if (arguments.has(Option::kHub) || arguments.has(Option::kClassName) ||
      arguments.positionals().size() > 1) {
    return usage(session, session.say(Message::kOnlyForSlots));
  }
  RemoteListing listing{
      .target = "/v1/rounds", .columns = kRoundColumns, .caller = Caller::kAnybody};
  if (what == "rounds") return run_listing(session, arguments, listing);
  listing.paged = false;
  if (what == "classes") {
    listing.target = "/v1/market";
    listing.columns = kClassColumns;
    listing.items = "classes";
    return run_listing(session, arguments, listing);
  }
  if (what == "calendar") {
    listing.target = "/v1/calendar";
    listing.columns = kCalendarColumns;
    listing.items = "rounds";
    return run_listing(session, arguments, listing);
  }
  if (what == "closures") {
    listing.target = "/v1/calendar";
    listing.columns = kClosureColumns;
    listing.items = "closures";
    return run_listing(session, arguments, listing);
  }
  return run_prices(session, arguments);
}

Attempt<int> run_hubs(Session& session, const Arguments& arguments) {
  return run_listing(
      session, arguments,
      {.target = "/v1/hubs", .columns = kHubColumns, .caller = Caller::kAnybody, .inner = "pools"});
}

namespace {

// "2048@3.60,2048@4.20" as the body of an offer; empty where it is none. What steps may be is for
// the exchange to say.
std::string steps_json(std::string_view text) {
  std::string body;
  json::Writer out(body);
  out.begin_object().begin_array("steps");
  while (true) {
    const std::string_view step = text.substr(0, text.find(','));
    const std::size_t at = step.find('@');
    std::int64_t devices = 0;
    std::int64_t micro = 0;
    if (at == std::string_view::npos || !parse_decimal(step.substr(0, at), 0, devices) ||
        devices < 1 || !parse_decimal(step.substr(at + 1), 6, micro) || micro < 0) {
      return {};
    }
    out.begin_object().number("devices", devices).raw("ask", money_json(step.substr(at + 1)));
    out.end_object();
    if (step.size() == text.size()) break;
    text.remove_prefix(step.size() + 1);
  }
  out.end_array().end_object();
  return body;
}

}  // namespace

Attempt<int> run_offer(Session& session, const Arguments& arguments) {
  const std::size_t count = arguments.positionals().size();
  if (count == 0) {
    return run_listing(session, arguments,
                       {.target = "/v1/offers",
                        .columns = kOfferColumns,
                        .parameters = {{Option::kHub, "hub"}, {Option::kClassName, "class"}},
                        .caller = Caller::kAnybody});
  }
  const bool by_steps = arguments.has(Option::kSteps);
  if (count != (by_steps ? 2 : 3)) return usage(session, session.say(Message::kOfferNeedsThree));
  std::int64_t micro = 0;
  std::string body;
  if (by_steps) {
    body = steps_json(arguments.text(Option::kSteps));
    if (body.empty()) {
      return usage(session, session.say(Message::kWrongSteps, {arguments.text(Option::kSteps)}));
    }
  } else if (!parse_decimal(arguments.positional(2), 6, micro) || micro < 0) {
    return usage(session, session.say(Message::kNotPositive, {"PRICE", arguments.positional(2)}));
  } else {
    body = R"({"ask":)" + money_json(arguments.positional(2)) + '}';
  }
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, Caller::kSomebody));
  const std::string target = "/v1/hubs/" + net::encode_percent(arguments.positional(0)) +
                             "/offers/" + net::encode_percent(arguments.positional(1));
  TONGSUAN_TRY(
      const remote::Reply reply,
      remote->ask(
          {.method = net::Method::kPut, .target = target, .body = std::move(body), .once = true}));
  return tell_answer(*remote, reply, Message::kOfferTaken);
}

}  // namespace tongsuan::cli
