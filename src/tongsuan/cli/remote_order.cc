#include "tongsuan/cli/remote_order.h"

#include <algorithm>
#include <array>
#include <utility>

#include "tongsuan/base/sha256.h"
#include "tongsuan/base/text.h"
#include "tongsuan/cli/files.h"
#include "tongsuan/cli/json_rows.h"
#include "tongsuan/jobfile/order_json.h"
#include "tongsuan/json/writer.h"

namespace tongsuan::cli {
namespace {

constexpr std::int32_t kZoneSeconds = 8 * 3'600;  // of times without one

Failure bad_job(const Session& session, std::string_view path, const Error& error) {
  return {.exit_code = kRejected,
          .code = "invalid-job",
          .what = session.say(Message::kInvalidJob, {shown_name(session, path), error.context}),
          .attempt = error.hint};
}

bool may_run_at(const jobfile::Job& job, const std::string& hub) {
  return job.hubs.empty() || std::ranges::find(job.hubs, hub) != job.hubs.end();
}

// What an order "at the market's price" bids: the highest price of its reference class where it may
// run, posted by the last round, or asked where nothing is posted.
Attempt<std::int64_t> market_price(Remote& remote, const jobfile::Job& job) {
  TONGSUAN_TRY(const remote::Reply reply, remote.get("/v1/market"));
  json::Document document({.bytes_max = json::kBytesMax});
  TONGSUAN_TRY(const json::Value market, parse_reply(remote.session(), document, reply.body));
  const std::string wanted = jobfile::class_to_price(job);
  std::optional<std::int64_t> price;
  for (const json::Value each : at_path(market, "prices").items()) {
    if (text_at(each, "class") != wanted || !may_run_at(job, text_at(each, "hub"))) continue;
    std::optional<std::int64_t> here = money_at(each, "posted");
    if (!here) here = money_at(each, "ask");
    if (here) price = std::max(*here, price.value_or(0));
  }
  if (price) return *price;
  return Failure{.exit_code = kRejected,
                 .code = "no-price",
                 .what = remote.session().say(Message::kNoMarketPrice, {wanted}),
                 .attempt = "tongsuan hubs"};
}

Attempt<jobfile::OrderTerms> terms_of(Remote& remote, const Arguments& arguments,
                                      const jobfile::Job& job) {
  jobfile::OrderTerms terms;
  const Session& session = remote.session();
  const std::string_view work = arguments.text(Option::kWorkTime);
  if (!work.empty()) {
    const jobfile::Parsed<Second> seconds = jobfile::parse_duration(work);
    if (!seconds.ok()) {
      const char* const joined = seconds.error().starts_with("expected") ? "\": " : "\" ";
      return usage(session, "--work \"" + std::string(work) + joined + seconds.error());
    }
    terms.work = seconds.value();
  }
  const std::string wanted = jobfile::class_to_price(job);
  if (wanted.empty()) return terms;
  if (arguments.has(Option::kLimitPrice)) {
    std::int64_t micro = 0;
    parse_decimal(arguments.text(Option::kLimitPrice), 6, micro);
    terms.market_price = micro;
    return terms;
  }
  TONGSUAN_TRY(terms.market_price, market_price(remote, job));
  remote.note(session.say(Message::kBidsMarketPrice, {decimal(*terms.market_price, 6), wanted}));
  return terms;
}

}  // namespace

Attempt<JobOrder> read_job_order(Remote& remote, const Arguments& arguments,
                                 std::string_view path) {
  const Session& session = remote.session();
  TONGSUAN_TRY(const InputFile file, InputFile::open(session, path));
  const jobfile::ReadOptions options{.file = shown_name(session, path),
                                     .now = jobfile::Moment{unix_now(), kZoneSeconds},
                                     .zone_seconds = kZoneSeconds};
  Result<jobfile::Job> read = jobfile::read_job(file.bytes(), options);
  if (!read.ok()) return bad_job(session, path, read.error());
  jobfile::Job job = std::move(read).value();
  if (arguments.has(Option::kLimitPrice)) job.limit.reset();
  TONGSUAN_TRY(const jobfile::OrderTerms terms, terms_of(remote, arguments, job));
  const Result<jobfile::Order> order = jobfile::order_json(job, terms);
  if (!order.ok()) return bad_job(session, path, order.error());
  for (const std::string& warning : job.warnings) remote.note(warning);
  for (const std::string& warning : order.value().warnings) remote.note(warning);
  JobOrder made{.json = order.value().json, .intent = std::string(file.bytes())};
  for (const Option option : {Option::kWorkTime, Option::kLimitPrice}) {
    made.intent += '\0' + std::string(arguments.text(option));
  }
  return made;
}

std::string money_json(std::string_view amount) {
  std::string out;
  std::int64_t micro = 0;
  parse_decimal(amount, 6, micro);
  json::Writer(out).begin_object().decimal("amount", micro, 6).text("currency", "CNY").end_object();
  return out;
}

Attempt<std::string> time_of(const Session& session, std::string_view option,
                             std::string_view text) {
  const jobfile::Parsed<jobfile::Moment> moment = jobfile::parse_time(text, kZoneSeconds);
  if (moment.ok()) return jobfile::time_text(moment.value());
  return usage(session, session.say(Message::kBadTime, {option, text, "2026-12-01T08:00+08:00"}));
}

namespace {

// The latest start from which the slowest way still ends by then.
Attempt<std::string> latest_start(const Session& session, std::string_view option,
                                  std::string_view deadline, const json::Value& order) {
  jobfile::Parsed<jobfile::Moment> moment = jobfile::parse_time(deadline, kZoneSeconds);
  if (!moment.ok()) {
    return usage(session,
                 session.say(Message::kBadTime, {option, deadline, "2026-12-01T08:00+08:00"}));
  }
  std::int64_t slowest = 0;
  for (const json::Value way : at_path(order, "ways").items()) {
    slowest = std::max(slowest, number_at(way, "durationSeconds").value_or(0));
  }
  moment.value().unix_second -= slowest;
  return jobfile::time_text(moment.value());
}

void add_hubs(json::Writer& out, std::string_view list) {
  out.begin_array("hubs");
  while (!list.empty() && list != "*") {
    const std::size_t comma = std::min(list.find(','), list.size());
    out.text(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  out.end_array();
}

// "A..B", either of which may be empty.
Attempt<Done> add_window(const Session& session, json::Writer& out, std::string_view window,
                         const json::Value& order) {
  const std::size_t dots = window.find("..");
  if (dots == std::string_view::npos || window.size() == 2) {
    return usage(session, session.say(Message::kBadTimeWindow, {window}));
  }
  const std::string_view begin = window.substr(0, dots);
  const std::string_view end = window.substr(dots + 2);
  if (!begin.empty()) {
    TONGSUAN_TRY(const std::string time, time_of(session, "--window", begin));
    out.text("earliest", time);
  }
  if (!end.empty()) {
    TONGSUAN_TRY(const std::string time, latest_start(session, "--window", end, order));
    out.text("latestStart", time);
  }
  return Done{};
}

}  // namespace

Attempt<std::string> order_change(const Session& session, const Arguments& arguments,
                                  const json::Value& order) {
  std::string body;
  json::Writer out(body);
  out.begin_object();
  constexpr std::array<std::pair<Option, std::string_view>, 4> kMoneys = {{
      {Option::kLimitPrice, "limit"},
      {Option::kValue, "value"},
      {Option::kPremium, "premium"},
      {Option::kDelayCost, "delayCostPerHour"},
  }};
  for (const auto& [option, name] : kMoneys) {
    if (arguments.has(option)) out.raw(name, money_json(arguments.text(option)));
  }
  if (arguments.has(Option::kNewName)) out.text("name", arguments.text(Option::kNewName));
  if (arguments.has(Option::kHubs)) add_hubs(out, arguments.text(Option::kHubs));
  if (arguments.has(Option::kWindow) && arguments.has(Option::kDeadline)) {
    return usage(session, session.say(Message::kOneOf, {"--window, --deadline"}));
  }
  if (arguments.has(Option::kWindow)) {
    TONGSUAN_TRY([[maybe_unused]] const Done added,
                 add_window(session, out, arguments.text(Option::kWindow), order));
  }
  if (arguments.has(Option::kDeadline)) {
    TONGSUAN_TRY(const std::string time,
                 latest_start(session, "--deadline", arguments.text(Option::kDeadline), order));
    out.text("latestStart", time);
  }
  out.end_object();
  return body;
}

// ---- Why ---------------------------------------------------------------------------------------

namespace {

std::string field(const Session& session, Message key, const std::string& value) {
  return "  " + session.say(key) + ": " + shown(value) + '\n';
}

constexpr std::array kAnswerHubColumns = {
    JsonColumn{"hub", Message::kColumnHub, "hub"},
    JsonColumn{"class", Message::kTitleClass, "way.class"},
    JsonColumn{"devices", Message::kTitleDevices, "way.devices", JsonKind::kNumber},
    JsonColumn{"start", Message::kColumnStart, "start"},
    JsonColumn{"cost", Message::kColumnClearing, "cost", JsonKind::kMoney},
    JsonColumn{"value", Message::kColumnLimit, "value", JsonKind::kMoney},
    JsonColumn{"short", Message::kColumnShort, "shortBy", JsonKind::kMoney},
    JsonColumn{"binding", Message::kColumnBinding, "binding.0.row"},
};
constexpr std::array kLegColumns = {
    JsonColumn{"hub", Message::kColumnHub, "hub"},
    JsonColumn{"class", Message::kTitleClass, "class"},
    JsonColumn{"devices", Message::kTitleDevices, "devices", JsonKind::kNumber},
    JsonColumn{"from", Message::kTitleFrom, "from"},
    JsonColumn{"until", Message::kTitleUntil, "until"},
    JsonColumn{"price", Message::kTitlePrice, "price", JsonKind::kMoney},
    JsonColumn{"payment", Message::kTitlePayment, "payment", JsonKind::kMoney},
};
constexpr std::array kChangeColumns = {
    JsonColumn{"change", Message::kTitleChange, "change"},
    JsonColumn{"cost", Message::kTitleExtraCost, "extraCost", JsonKind::kMoney},
    JsonColumn{"hub", Message::kColumnHub, "hub"},
    JsonColumn{"start", Message::kColumnStart, "start"},
    JsonColumn{"payment", Message::kTitlePayment, "payment", JsonKind::kMoney},
};

std::string part(const Session& session, std::span<const JsonColumn> columns, json::Value items) {
  report::Table table = json_table(session, columns);
  for (const json::Value item : items.items()) add_json_row(table, columns, item);
  const Result<std::string> text = report::render(table, {});
  return text.ok() ? text.value() : std::string();
}

// Of an order of several legs they say where and as what.
std::string award_text(const Session& session, const json::Value& award) {
  const json::Value legs = at_path(award, "legs");
  std::string where, runs_as;
  if (legs.size() == 0) {
    where = field(session, Message::kWhere, text_at(award, "hub"));
    runs_as = field(session, Message::kRunsAs,
                    text_at(award, "way.devices") + " × " + text_at(award, "way.class"));
  }
  return where +
         field(session, Message::kWhen, text_at(award, "start") + " – " + text_at(award, "end")) +
         runs_as + field(session, Message::kPays, money_text_at(award, "payment")) +
         field(session, Message::kIsWorth, money_text_at(award, "value")) +
         (legs.size() > 0 ? '\n' + part(session, kLegColumns, legs) : std::string());
}

}  // namespace

namespace {

// "O-7F3M · R-2: It came after the gate …", for an order that stood in no book.
std::string outside_text(const Session& session, const json::Value& why, std::string_view order) {
  std::string out(order);
  const std::string round = text_at(why, "round");
  if (!round.empty()) out += " · " + round;
  return out + ": " + shown(text_at(why, "says")) + '\n' +
         field(session, Message::kTitleState, text_at(why, "state"));
}

std::string now_text(const Session& session, const json::Value& why) {
  const json::Value now = at_path(why, "now");
  if (now.size() == 0) return {};
  return '\n' + session.say(Message::kFreeNow) + '\n' + award_text(session, now);
}

}  // namespace

std::string remote_why_text(const Session& session, const json::Value& why,
                            std::string_view order) {
  const bool quote = text_at(why, "indicative") == "true";
  const std::string round = text_at(why, "round");
  const std::string standing = text_at(why, "standing");
  if (!standing.empty() && standing != "in-book") {
    const json::Value runs = at_path(why, "runs");
    return outside_text(session, why, order) +
           (runs.size() > 0 ? award_text(session, runs) : std::string());
  }
  if (quote && round.empty()) return now_text(session, why).substr(1);
  if (text_at(why, "placed") == "true") {
    const bool waits = text_at(why, "state") == "waiting";
    return session.say(quote ? Message::kQuotePlaced : Message::kWhyPlaced, {order, round}) + '\n' +
           award_text(session, at_path(why, "award")) +
           (waits ? "  " + session.say(Message::kForecastOnly) + '\n' : std::string()) +
           now_text(session, why);
  }
  std::string out = session.say(quote ? Message::kQuoteNotPlaced : Message::kWhyNotPlaced,
                                {order, round, text_at(why, "reason")}) +
                    '\n' + now_text(session, why);
  const json::Value hubs = at_path(why, "hubs");
  if (hubs.size() > 0) {
    out += '\n' + session.say(Message::kHubsTitle) + '\n' + part(session, kAnswerHubColumns, hubs);
  }
  const std::string lost = money_text_at(why, "lostOpportunity");
  if (!lost.empty()) out += '\n' + session.say(Message::kLostOpportunity, {lost}) + '\n';
  const json::Value changes = at_path(why, "changes");
  if (changes.size() == 0) return out;
  out += '\n' + session.say(quote ? Message::kQuoteChangesTitle : Message::kChangesTitle) + '\n' +
         part(session, kChangeColumns, changes);
  const std::string first = text_at(changes, "0.change");
  if (order.starts_with("O-") && first.starts_with("--")) {
    out += session.say(Message::kTry) + ": tongsuan quote --from " + std::string(order) + ' ' +
           shown(first) + '\n';
  }
  return out;
}

}  // namespace tongsuan::cli
