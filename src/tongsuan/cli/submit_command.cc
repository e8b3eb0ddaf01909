// tongsuan submit: a job file becomes an order of an exchange.
#include <string>

#include "tongsuan/cli/interrupt.h"
#include "tongsuan/cli/json_rows.h"
#include "tongsuan/cli/listing_output.h"
#include "tongsuan/cli/remote_order.h"
#include "tongsuan/json/writer.h"

namespace tongsuan::cli {
namespace {

constexpr std::int64_t kFirstLook = 200;  // milliseconds between looks at a waiting order
constexpr std::int64_t kLastLook = 5'000;

// What has become of an order that somebody waits for.
struct Fate {
  std::string body;  // the order as it is now
  int exit_code = kOk;
};

Failure detached(const Session& session, const std::string& order) {
  return {.exit_code = kInterrupted,
          .code = "detached",
          .what = session.say(Message::kDetached, {order}),
          .attempt = "tongsuan events " + order + " -f"};
}

// Until it runs, or never will. Each state is told once.
Attempt<Fate> wait_for(Remote& remote, const Arguments& arguments, const std::string& order) {
  const Session& session = remote.session();
  const Patience patience;
  const std::int64_t limit = 1'000 * arguments.whole(Option::kWaitSeconds, 0);
  json::Document document;
  std::string told;
  std::int64_t waited = 0;
  for (std::int64_t pause = kFirstLook;; pause = std::min(pause * 2, kLastLook)) {
    const Attempt<remote::Reply> reply = remote.get("/v1/orders/" + order);
    if (!reply.ok()) {
      if (interrupted()) return detached(session, order);
      return reply.error();
    }
    TONGSUAN_TRY(const json::Value now, parse_reply(session, document, reply.value().body));
    const std::string state = text_at(now, "state");
    if (state != told) remote.note(session.say(Message::kOrderIs, {order, state}));
    told = state;
    if (state == "running" || state == "done") return Fate{reply.value().body, kOk};
    if (state != "waiting") return Fate{reply.value().body, kNotPlaced};
    if (limit > 0 && waited >= limit) {
      return Failure{.exit_code = kTimeout,
                     .code = "still-waiting",
                     .what = session.say(Message::kStillWaiting, {order}),
                     .attempt = "tongsuan why " + order};
    }
    waited += pause;
    if (!wait_patiently(pause)) return detached(session, order);
  }
}

void tell_accepted(Remote& remote, const json::Value& answer) {
  Session& session = remote.session();
  const std::string order = text_at(answer, "id");
  const std::string hold = money_text_at(answer, "hold");
  session.world.out.write(session.say(Message::kOrderAccepted, {order, hold}) + '\n');
  session.world.out.flush();
  remote.note(session.say(Message::kOrderNext, {order}));
}

}  // namespace

Attempt<int> run_submit(Session& session, const Arguments& arguments) {
  if (arguments.has(Option::kWaitSeconds) && !arguments.has(Option::kWait)) {
    return usage(session, session.say(Message::kOnlyWith, {"--wait-seconds", "--wait"}));
  }
  const bool dry = arguments.has(Option::kDryRun);
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, dry ? Caller::kAnybody : Caller::kSomebody));
  TONGSUAN_TRY(const JobOrder order, read_job_order(*remote, arguments, arguments.positional(0)));
  if (dry) {
    session.world.out.write(order.json + '\n');
    return int{kOk};
  }
  TONGSUAN_TRY(const remote::Reply reply, remote->ask({.method = net::Method::kPost,
                                                       .target = "/v1/orders",
                                                       .body = order.json,
                                                       .once = true,
                                                       .intent = order.intent}));
  json::Document document;
  TONGSUAN_TRY(const json::Value answer, parse_reply(session, document, reply.body));
  const bool json = remote->wants_json();
  const bool wait = arguments.has(Option::kWait);
  if (!json) tell_accepted(*remote, answer);
  if (json && !wait) session.world.out.write(reply.body + '\n');
  if (!wait) return int{kOk};
  TONGSUAN_TRY(const Fate fate, wait_for(*remote, arguments, text_at(answer, "id")));
  if (json) session.world.out.write(fate.body + '\n');
  return int{fate.exit_code};
}

}  // namespace tongsuan::cli
