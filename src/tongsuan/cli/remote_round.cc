// The forms of quote, why and verify that ask an exchange.
#include "tongsuan/cli/remote_round.h"

#include <algorithm>
#include <string>

#include "tongsuan/base/sha256.h"
#include "tongsuan/base/text.h"
#include "tongsuan/cli/files.h"
#include "tongsuan/cli/json_rows.h"
#include "tongsuan/cli/remote_listing.h"
#include "tongsuan/cli/remote_order.h"
#include "tongsuan/json/writer.h"

namespace tongsuan::cli {
namespace {

Attempt<int> tell_why(Remote& remote, const std::string& body, std::string_view order) {
  Session& session = remote.session();
  json::Document document;
  TONGSUAN_TRY(const json::Value why, parse_reply(session, document, body));
  session.world.out.write(remote.wants_json() ? body + '\n' : remote_why_text(session, why, order));
  const bool placed = text_at(why, "placed") == "true";
  return text_at(why, "indicative") == "true" && !placed ? int{kNotPlaced} : int{kOk};
}

// {"from": …, "change": …} of an order, or {"order": …} of a job file.
Attempt<std::string> quote_body(Remote& remote, const Arguments& arguments) {
  const Session& session = remote.session();
  std::string body;
  json::Writer out(body);
  out.begin_object();
  if (arguments.has(Option::kFrom)) {
    TONGSUAN_TRY(const std::string id, id_of(session, arguments.text(Option::kFrom), "O-"));
    TONGSUAN_TRY(const remote::Reply now, remote.get("/v1/orders/" + id));
    json::Document document;
    TONGSUAN_TRY(const json::Value order, parse_reply(session, document, now.body));
    TONGSUAN_TRY(const std::string change, order_change(session, arguments, order));
    out.text("from", id);
    if (change != "{}") out.raw("change", change);
  } else {
    TONGSUAN_TRY(const JobOrder order, read_job_order(remote, arguments, arguments.positional(0)));
    out.raw("order", order.json);
  }
  if (arguments.has(Option::kNoChanges)) out.truth("changes", false);
  out.end_object();
  return body;
}

// The bytes that a round names by their SHA-256.
Attempt<std::string> named_text(Remote& remote, const std::string& target,
                                const std::string& hash) {
  TONGSUAN_TRY(remote::Reply reply, remote.get(target));
  const Digest digest = sha256(reply.body);
  if (hash == hex(digest.data(), digest.size())) return std::move(reply.body);
  return Failure{.exit_code = kNotVerified,
                 .code = "other-bytes",
                 .what = remote.session().say(Message::kOtherBytes, {target, hash}),
                 .attempt = remote.session().command_line};
}

}  // namespace

Attempt<int> quote_remote(Session& session, const Arguments& arguments) {
  const bool file = !arguments.positional(0).empty();
  if (file == arguments.has(Option::kFrom)) {
    return usage(session, session.say(Message::kQuoteForms));
  }
  for (const Option option :
       {Option::kLine, Option::kOrderFile, Option::kClasses, Option::kReplica}) {
    if (!arguments.has(option)) continue;
    return usage(session,
                 session.say(Message::kOnlyWith, {option_name(session, option), "MARKET CERT"}));
  }
  for (const Option option : {Option::kWindow, Option::kHubs}) {
    if (!file || !arguments.has(option)) continue;
    return usage(session,
                 session.say(Message::kOnlyWith, {option_name(session, option), "--from"}));
  }
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, Caller::kSomebody));
  TONGSUAN_TRY(const std::string body, quote_body(*remote, arguments));
  TONGSUAN_TRY(const remote::Reply reply,
               remote->ask({.method = net::Method::kPost, .target = "/v1/quotes", .body = body}));
  return tell_why(*remote, reply.body,
                  file ? arguments.positional(0) : arguments.text(Option::kFrom));
}

Attempt<int> why_remote(Session& session, const Arguments& arguments) {
  TONGSUAN_TRY(const std::string id, id_of(session, arguments.positional(0), "O-"));
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, Caller::kSomebody));
  std::string target = "/v1/orders/" + id + "/why";
  if (arguments.has(Option::kRoundId)) {
    TONGSUAN_TRY(const std::string round, id_of(session, arguments.text(Option::kRoundId), "R-"));
    target = remote::with_query(target, "round", round);
  }
  if (arguments.has(Option::kNoChanges)) target = remote::with_query(target, "changes", "false");
  TONGSUAN_TRY(const remote::Reply reply, remote->get(target));
  return tell_why(*remote, reply.body, id);
}

Attempt<RoundTexts> fetch_round(Session& session, const Arguments& arguments) {
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, Caller::kAnybody));
  RoundTexts texts;
  TONGSUAN_TRY(texts.round, id_of(session, arguments.positional(0), "R-"));
  const std::string target = "/v1/rounds/" + texts.round;
  TONGSUAN_TRY(const remote::Reply reply, remote->get(target));
  json::Document document;
  TONGSUAN_TRY(const json::Value round, parse_reply(session, document, reply.body));
  if (text_at(round, "book").empty() || text_at(round, "certificate").empty()) {
    return Failure{
        .exit_code = kConflict,
        .code = "no-certificate",
        .what = session.say(Message::kNoCertificate, {texts.round, text_at(round, "state")}),
        .attempt = "tongsuan market rounds"};
  }
  TONGSUAN_TRY(texts.book, named_text(*remote, target + "/book", text_at(round, "book")));
  TONGSUAN_TRY(texts.certificate,
               named_text(*remote, target + "/certificate", text_at(round, "certificate")));
  const std::string folder(arguments.text(Option::kKeep));
  const std::string stem = (folder.empty() ? "" : folder + '/') + texts.round;
  texts.book_name = stem + ".market";
  texts.certificate_name = stem + ".cert";
  if (folder.empty()) return texts;
  TONGSUAN_TRY([[maybe_unused]] const Done book,
               write_file(session, texts.book_name, texts.book, false));
  TONGSUAN_TRY([[maybe_unused]] const Done certificate,
               write_file(session, texts.certificate_name, texts.certificate, false));
  return texts;
}

}  // namespace tongsuan::cli
