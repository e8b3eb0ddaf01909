// tongsuan admin: what operators do.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/listings.h"
#include "tongsuan/cli/remote_listing.h"
#include "tongsuan/cli/remote_order.h"
#include "tongsuan/jobfile/values.h"
#include "tongsuan/json/writer.h"
#include "tongsuan/net/target.h"

namespace tongsuan::cli {
namespace {

constexpr std::array kParticipantColumns = {
    JsonColumn{"id", Message::kTitleParticipant, "id"},
    JsonColumn{"name", Message::kTitleName, "name"},
    JsonColumn{"role", Message::kTitleRole, "role"},
    JsonColumn{"owner", Message::kTitleOwner, "owner", JsonKind::kText, true},
    JsonColumn{"overdraft", Message::kTitleOverdraft, "overdraft", JsonKind::kMoney},
    JsonColumn{"halted", Message::kTitleHalted, "halted"},
    JsonColumn{"resell", Message::kTitleResell, "resell", JsonKind::kText, true},
};
constexpr std::array kKeyColumns = {
    JsonColumn{"id", Message::kTitleKey, "id"},
    JsonColumn{"role", Message::kTitleRole, "role"},
    JsonColumn{"expires", Message::kTitleExpires, "expires"},
    JsonColumn{"sequence", Message::kTitleJournalSequence, "sequence", JsonKind::kNumber, true},
};
constexpr std::array<std::string_view, 7> kRuleNames = {
    "roundSeconds", "lockSeconds", "collarPercent", "ordersOfOne",
    "liveOrders",   "penaltyPpm",  "takeOrPayPpm"};

// For the order of closures; 0 for what is no time, which the exchange refuses.
std::int64_t seconds_of(std::string_view text) {
  const jobfile::Parsed<jobfile::Moment> moment = jobfile::parse_time(text, 0);
  return moment.ok() ? moment.value().unix_second : 0;
}

// One request of an operator, whose answer is a sentence.
struct Request {
  net::Method method = net::Method::kPost;
  std::string target;
  std::string body = {};
};

class Admin {
 public:
  Admin(Session& session, const Arguments& arguments) : session_(session), arguments_(arguments) {}

  Attempt<int> participants() {
    if (count() == 1) {
      return run_listing(session_, arguments_,
                         {.target = "/v1/participants",
                          .columns = kParticipantColumns,
                          .parameters = {{Option::kRole, "role"}}});
    }
    TONGSUAN_TRY([[maybe_unused]] const Done fits, need(2, "NAME"));
    if (!arguments_.has(Option::kRole)) return missing_option(session_, Option::kRole);
    std::string body;
    json::Writer out(body);
    out.begin_object().text("name", word(1)).text("role", arguments_.text(Option::kRole));
    if (arguments_.has(Option::kOwner)) {
      TONGSUAN_TRY(const std::string owner, id_of(session_, arguments_.text(Option::kOwner), "P-"));
      out.text("owner", owner);
    }
    if (arguments_.has(Option::kOverdraft)) {
      out.raw("overdraft", money_json(arguments_.text(Option::kOverdraft)));
    }
    out.end_object();
    return send({.target = "/v1/participants", .body = body}, Message::kAdmitted);
  }

  // Lists, or with --role makes one.
  Attempt<int> keys() {
    TONGSUAN_TRY([[maybe_unused]] const Done fits, need(2, "PARTICIPANT"));
    TONGSUAN_TRY(const std::string id, id_of(session_, word(1), "P-"));
    const std::string target = "/v1/participants/" + id + "/keys";
    if (!arguments_.has(Option::kRole)) {
      return run_listing(session_, arguments_, {.target = target, .columns = kKeyColumns});
    }
    std::string body;
    json::Writer out(body);
    out.begin_object().text("role", arguments_.text(Option::kRole));
    if (arguments_.has(Option::kExpires)) {
      TONGSUAN_TRY(const std::string time,
                   time_of(session_, "--expires", arguments_.text(Option::kExpires)));
      out.text("expires", time);
    }
    out.end_object();
    return make_key({.target = target, .body = body});
  }

  Attempt<int> revoke() {
    TONGSUAN_TRY([[maybe_unused]] const Done fits, need(2, "KEY"));
    return send(
        {.method = net::Method::kDelete, .target = "/v1/keys/" + net::encode_percent(word(1))},
        Message::kRevoked);
  }

  // halt|resume market, halt hub guian, halt participant P-1
  Attempt<int> halt(bool halted) {
    const std::string_view scope = word(1);
    if (scope != "market" && scope != "hub" && scope != "participant") {
      return usage(session_, session_.say(Message::kHaltForms));
    }
    TONGSUAN_TRY([[maybe_unused]] const Done fits, need(scope == "market" ? 2 : 3, "NAME"));
    std::string body;
    json::Writer out(body);
    out.begin_object().text("scope", scope);
    if (scope == "hub") out.text("hub", word(2));
    if (scope == "participant") {
      TONGSUAN_TRY(const std::string id, id_of(session_, word(2), "P-"));
      out.text("participant", id);
    }
    out.truth("halted", halted).end_object();
    return send({.target = "/v1/halts", .body = body},
                halted ? Message::kHalted : Message::kGoesOn);
  }

  // Shows them, or changes one: rules roundSeconds 600.
  Attempt<int> rules() {
    TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
                 Remote::open(session_, arguments_, Caller::kAnybody));
    TONGSUAN_TRY(const remote::Reply reply, remote->get("/v1/rules"));
    json::Document document;
    TONGSUAN_TRY(const json::Value now, parse_reply(session_, document, reply.body));
    if (count() == 1) {
      report::Table table{.currency = {}, .columns = {}, .rows = {}};
      Columns(session_, table)
          .text("rule", Message::kTitleRule)
          .number("value", Message::kTitleValueOf);
      for (const auto& [key, value] : now.members()) {
        table.rows.push_back({std::string(key), number_at(value, "").value_or(0)});
      }
      return print_table(session_, arguments_, table);
    }
    TONGSUAN_TRY([[maybe_unused]] const Done fits, need(3, "RULE VALUE"));
    std::int64_t value = 0;
    if (std::ranges::find(kRuleNames, word(1)) == kRuleNames.end() ||
        !parse_decimal(word(2), 0, value)) {
      return usage(session_, session_.say(Message::kRuleForms));
    }
    std::string body;
    json::Writer out(body);
    out.begin_object();
    for (const std::string_view name : kRuleNames) {
      out.number(name, name == word(1) ? value : number_at(now, name).value_or(0));
    }
    out.end_object();
    return send({.method = net::Method::kPut, .target = "/v1/rules", .body = body},
                Message::kRulesSet);
  }

  // Shows closures, adds one, or clears all: calendar A..B REASON.
  Attempt<int> calendar() {
    if (count() == 1) {
      return run_listing(session_, arguments_,
                         {.target = "/v1/calendar",
                          .columns = kClosureColumns,
                          .caller = Caller::kAnybody,
                          .items = "closures",
                          .paged = false});
    }
    if (count() == 2 && word(1) == "clear") return put_calendar(R"({"closures":[]})");
    const std::size_t dots = word(1).find("..");
    if (count() != 3 || dots == std::string_view::npos) {
      return usage(session_, session_.say(Message::kCalendarForms));
    }
    TONGSUAN_TRY(const std::string from, time_of(session_, "FROM", word(1).substr(0, dots)));
    TONGSUAN_TRY(const std::string until, time_of(session_, "UNTIL", word(1).substr(dots + 2)));
    std::string added;
    json::Writer(added)
        .begin_object()
        .text("from", from)
        .text("until", until)
        .text("reason", word(2))
        .truth("dispatch", !arguments_.has(Option::kNoDispatch))
        .end_object();
    TONGSUAN_TRY(const std::string body, with_closure(from, added));
    return put_calendar(body);
  }

  // deposit P-1 50000 REFERENCE
  Attempt<int> cash(bool deposit) {
    TONGSUAN_TRY([[maybe_unused]] const Done fits, need(4, "PARTICIPANT AMOUNT REFERENCE"));
    TONGSUAN_TRY(const std::string id, id_of(session_, word(1), "P-"));
    std::int64_t micro = 0;
    std::int64_t reference = 0;
    if (!parse_decimal(word(2), 6, micro) || micro <= 0 || !parse_decimal(word(3), 0, reference) ||
        reference < 0) {
      return usage(session_, session_.say(Message::kCashForms));
    }
    const std::string_view purpose = arguments_.text(Option::kPurpose, "cash");
    std::string body;
    json::Writer(body)
        .begin_object()
        .begin_object(deposit ? "to" : "from")
        .text("participant", id)
        .text("purpose", purpose)
        .end_object()
        .raw("amount", money_json(word(2)))
        .text("reference", word(3))
        .end_object();
    return send({.target = deposit ? "/v1/deposits" : "/v1/withdrawals", .body = body},
                deposit ? Message::kDeposited : Message::kWithdrawn);
  }

  Attempt<int> supplier() {
    TONGSUAN_TRY([[maybe_unused]] const Done fits, need(3, "HUB PARTICIPANT"));
    TONGSUAN_TRY(const std::string id, id_of(session_, word(2), "P-"));
    std::string body;
    json::Writer(body).begin_object().text("participant", id).end_object();
    return send({.method = net::Method::kPut,
                 .target = "/v1/hubs/" + net::encode_percent(word(1)) + "/supplier",
                 .body = body},
                Message::kSupplierSet);
  }

  // The round that is collecting, or the one that is named.
  Attempt<int> close_gate() {
    std::string round(word(1));
    TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
                 Remote::open(session_, arguments_, Caller::kSomebody));
    if (round.empty()) {
      TONGSUAN_TRY(const remote::Reply reply, remote->get("/v1/market"));
      json::Document document({.bytes_max = json::kBytesMax});
      TONGSUAN_TRY(const json::Value market, parse_reply(session_, document, reply.body));
      round = text_at(market, "round");
    }
    TONGSUAN_TRY(const std::string id, id_of(session_, round, "R-"));
    return send_by(*remote,
                   {.target = "/v1/rounds:close-gate", .body = R"({"round":")" + id + "\"}"},
                   Message::kGateClosed);
  }

 private:
  [[nodiscard]] std::size_t count() const { return arguments_.positionals().size(); }
  [[nodiscard]] std::string_view word(std::size_t at) const { return arguments_.positional(at); }

  Attempt<Done> need(std::size_t words, std::string_view what) const {
    if (count() == words) return Done{};
    return usage(session_, session_.say(Message::kAdminNeeds, {word(0), what}));
  }

  Attempt<int> send(const Request& request, Message sentence) {
    TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
                 Remote::open(session_, arguments_, Caller::kSomebody));
    return send_by(*remote, request, sentence);
  }
  static Attempt<int> send_by(Remote& remote, const Request& request, Message sentence) {
    TONGSUAN_TRY(const remote::Reply reply, remote.ask({.method = request.method,
                                                        .target = request.target,
                                                        .body = request.body,
                                                        .once = true}));
    return tell_answer(remote, reply, sentence);
  }

  Attempt<int> put_calendar(const std::string& body) {
    return send({.method = net::Method::kPut, .target = "/v1/calendar", .body = body},
                Message::kCalendarSet);
  }

  // The closures of now with one more, in the order of time.
  Attempt<std::string> with_closure(const std::string& from, const std::string& added) {
    TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
                 Remote::open(session_, arguments_, Caller::kAnybody));
    TONGSUAN_TRY(const remote::Reply reply, remote->get("/v1/calendar"));
    json::Document document({.bytes_max = json::kBytesMax});
    TONGSUAN_TRY(const json::Value now, parse_reply(session_, document, reply.body));
    std::vector<std::pair<std::int64_t, std::string>> closures;
    closures.emplace_back(seconds_of(from), added);
    for (const json::Value closure : at_path(now, "closures").items()) {
      std::string text;
      json::Writer(text)
          .begin_object()
          .text("from", text_at(closure, "from"))
          .text("until", text_at(closure, "until"))
          .text("reason", text_at(closure, "reason"))
          .truth("dispatch", text_at(closure, "dispatch") == "true")
          .end_object();
      closures.emplace_back(seconds_of(text_at(closure, "from")), text);
    }
    std::ranges::stable_sort(closures, {}, &std::pair<std::int64_t, std::string>::first);
    std::string body;
    json::Writer out(body);
    out.begin_object().begin_array("closures");
    for (const auto& [at, text] : closures) out.raw(text);
    out.end_array().end_object();
    return body;
  }

  // The secret is shown this once.
  Attempt<int> make_key(const Request& request) {
    TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
                 Remote::open(session_, arguments_, Caller::kSomebody));
    TONGSUAN_TRY(const remote::Reply reply, remote->ask({.method = request.method,
                                                         .target = request.target,
                                                         .body = request.body,
                                                         .once = true}));
    if (remote->wants_json()) {
      session_.world.out.write(reply.body + '\n');
      return int{kOk};
    }
    json::Document document;
    TONGSUAN_TRY(const json::Value answer, parse_reply(session_, document, reply.body));
    session_.world.out.write(text_at(answer, "id") + '\n' + text_at(answer, "secret") + '\n');
    remote->note(session_.say(Message::kSecretOnce));
    return int{kOk};
  }

  Session& session_;
  const Arguments& arguments_;
};

}  // namespace

Attempt<int> run_admin(Session& session, const Arguments& arguments) {
  Admin admin(session, arguments);
  const std::string_view action = arguments.positional(0);
  if (action == "participants") return admin.participants();
  if (action == "keys") return admin.keys();
  if (action == "revoke") return admin.revoke();
  if (action == "halt") return admin.halt(true);
  if (action == "resume") return admin.halt(false);
  if (action == "rules") return admin.rules();
  if (action == "deposit") return admin.cash(true);
  if (action == "withdraw") return admin.cash(false);
  if (action == "supplier") return admin.supplier();
  if (action == "calendar") return admin.calendar();
  return admin.close_gate();
}

}  // namespace tongsuan::cli
