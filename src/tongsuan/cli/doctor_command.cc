// tongsuan doctor: what stands between this machine and its exchange, a line for each.
#include <algorithm>
#include <array>
#include <string>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/json_rows.h"
#include "tongsuan/cli/listing_output.h"
#include "tongsuan/cli/listings.h"
#include "tongsuan/cli/remote_session.h"
#include "tongsuan/jobfile/values.h"

namespace tongsuan::cli {
namespace {

constexpr std::int64_t kSkewWorthALine = 5;
constexpr std::int64_t kSkewMax = 300;  // what an exchange takes
constexpr std::int64_t kExpiresSoon = 7 * 86'400;
constexpr std::int64_t kRoundLate = 120;         // seconds that a clearing may take after its gate
constexpr std::int64_t kLagWorthALine = 10'000;  // commands

class Doctor {
 public:
  Doctor(Session& session, const Arguments& arguments) : session_(session), arguments_(arguments) {
    Columns(session, table_)
        .text("check", Message::kTitleCheck)
        .text("status", Message::kTitleStatus)
        .text("detail", Message::kTitleDetail)
        .text("try", Message::kTitleTry);
  }

  void run() {
    const Attempt<std::unique_ptr<Remote>> opened =
        Remote::open(session_, arguments_, Caller::kNobody);
    if (!opened.ok()) return fail("settings", opened.error());
    remote_ = opened.value().get();
    const remote::SettingValue& server = remote_->settings().get(remote::Setting::kServer);
    good("settings", server.value + " (" + server.source + ')');
    check_tls();
    if (!check_server()) return;
    check_round();
    check_credentials();
  }

  [[nodiscard]] const report::Table& table() const { return table_; }
  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  void add(std::string_view check, std::string_view status, std::string detail,
           std::string attempt) {
    table_.rows.push_back({std::string(check), std::string(status), std::move(detail),
                           attempt.empty() ? report::Cell() : report::Cell(std::move(attempt))});
  }
  void good(std::string_view check, std::string detail) { add(check, "ok", std::move(detail), {}); }
  void warn(std::string_view check, std::string detail, std::string attempt) {
    add(check, "warn", std::move(detail), std::move(attempt));
  }
  // The first failure is the exit code.
  void fail(std::string_view check, const Failure& failure) {
    if (exit_code_ == kOk) exit_code_ = failure.exit_code;
    add(check, "fail", failure.what + " [" + failure.code + ']', failure.attempt);
  }

  void check_tls() {
    const std::string& server = remote_->exchange().options().server;
    if (server.starts_with("https://")) return good("tls", session_.say(Message::kDoctorTls));
    if (remote::is_guarded(server)) return good("tls", session_.say(Message::kDoctorLoopback));
    fail("tls", {.exit_code = kConfiguration,
                 .code = "not-guarded",
                 .what = session_.say(Message::kNotHttps, {server}),
                 .attempt = "tongsuan config set server https://HOST"});
  }

  bool check_server() {
    const Attempt<remote::Reply> health = remote_->get("/healthz");
    if (!health.ok()) {
      Failure failure = health.error();
      if (failure.attempt == "tongsuan doctor") failure.attempt = "tongsuan config";
      fail("server", failure);
      return false;
    }
    json::Document document;
    const Attempt<json::Value> root = parse_reply(session_, document, health.value().body);
    if (!root.ok()) {
      fail("server", root.error());
      return false;
    }
    durable_ = number_at(root.value(), "sequence");
    good("server", session_.say(Message::kDoctorServer, {text_at(root.value(), "version"),
                                                         text_at(root.value(), "status")}));
    const Attempt<remote::Reply> ready = remote_->get("/readyz");
    if (ready.ok()) {
      good("ready", session_.say(Message::kDoctorReady));
    } else {
      fail("ready", ready.error());
    }
    check_clock(health.value().date);
    return true;
  }

  void check_clock(const std::string& date) {
    const std::optional<std::int64_t> theirs = remote::http_date(date);
    if (!theirs) return warn("clock", session_.say(Message::kDoctorNoDate), {});
    const std::int64_t skew = unix_now() - *theirs;
    const std::string detail = session_.say(Message::kDoctorClock, {std::to_string(skew)});
    if (skew > kSkewMax || skew < -kSkewMax) {
      return fail("clock", {.exit_code = kConfiguration,
                            .code = "clock-skew",
                            .what = detail,
                            .attempt = "timedatectl status"});
    }
    if (skew > kSkewWorthALine || skew < -kSkewWorthALine) {
      return warn("clock", detail, "timedatectl status");
    }
    good("clock", detail);
  }

  static std::optional<std::int64_t> seconds(const json::Value& value, std::string_view path) {
    const auto moment = jobfile::parse_time(text_at(value, path), 0);
    if (!moment.ok()) return std::nullopt;
    return moment.value().unix_second;
  }

  void check_round() {
    const Attempt<remote::Reply> reply = remote_->get("/v1/market");
    if (!reply.ok()) return fail("round", reply.error());
    json::Document document({.bytes_max = json::kBytesMax});
    const Attempt<json::Value> market = parse_reply(session_, document, reply.value().body);
    if (!market.ok()) return fail("round", market.error());
    const auto now = seconds(market.value(), "time");
    const auto gate = seconds(market.value(), "gate");
    const std::string detail = session_.say(
        Message::kDoctorRound, {text_at(market.value(), "round"), text_at(market.value(), "gate"),
                                text_at(market.value(), "state")});
    const bool halted = text_at(market.value(), "state") == "halted";
    if (halted || !now || !gate || *now > *gate + kRoundLate) {
      warn("round", detail, "tongsuan market");
    } else {
      good("round", detail);
    }
    std::int64_t seen = 0;
    if (!durable_ || !parse_decimal(reply.value().sequence, 0, seen)) return;
    const std::int64_t lag = std::max<std::int64_t>(*durable_ - seen, 0);
    const std::string behind =
        session_.say(Message::kDoctorLag, {std::to_string(*durable_), std::to_string(lag)});
    if (lag > kLagWorthALine) return warn("replica", behind, "tongsuan doctor");
    good("replica", behind);
  }

  void check_credentials() {
    const Attempt<std::unique_ptr<Remote>> opened =
        Remote::open(session_, arguments_, Caller::kAnybody);
    if (!opened.ok()) return fail("credentials", opened.error());
    remote_ = opened.value().get();
    const auto& credential = remote_->exchange().options().credential;
    if (!credential) {
      return warn("credentials", session_.say(Message::kDoctorNobody), "tongsuan login");
    }
    const Attempt<remote::Reply> reply = remote_->get("/v1/accounts?pageSize=20");
    if (!reply.ok()) return fail("credentials", reply.error());
    json::Document document;
    const Attempt<json::Value> accounts = parse_reply(session_, document, reply.value().body);
    if (!accounts.ok()) return fail("credentials", accounts.error());
    const std::string participant = only_participant(accounts.value());
    good("credentials",
         session_.say(participant.empty() ? Message::kDoctorSeesAll : Message::kDoctorWho,
                      {credential->key.empty() ? "token" : credential->key, participant}));
    check_expiry(*credential);
    if (!participant.empty()) check_hubs(participant);
  }

  void check_expiry(const remote::Credential& credential) {
    if (credential.expires == 0) return good("expiry", session_.say(Message::kDoctorNoExpiry));
    const std::int64_t left = credential.expires - unix_now();
    const std::string detail = session_.say(Message::kDoctorExpiry, {std::to_string(left / 3'600)});
    if (left < kExpiresSoon) return warn("expiry", detail, "tongsuan login");
    good("expiry", detail);
  }

  // Only for those who run some.
  void check_hubs(const std::string& participant) {
    const Attempt<Done> read =
        remote_->pages("/v1/hubs?pageSize=1000", [&](const json::Value& page) {
          for (const json::Value hub : at_path(page, "items").items()) {
            if (text_at(hub, "supplier") != participant) continue;
            std::int64_t down = 0;
            for (const json::Value pool : at_path(hub, "pools").items()) {
              down += number_at(pool, "downNodes").value_or(0);
            }
            const std::string name = text_at(hub, "hub");
            const bool halted = text_at(hub, "halted") == "true";
            const std::string detail =
                session_.say(halted ? Message::kDoctorHubHalted : Message::kDoctorHub,
                             {name, std::to_string(down)});
            if (halted || down > 0) {
              warn("hub", detail, "tongsuan hubs --filter hub=" + name);
            } else {
              good("hub", detail);
            }
          }
        });
    if (!read.ok()) fail("hub", read.error());
  }

  Session& session_;
  const Arguments& arguments_;
  report::Table table_;
  Remote* remote_ = nullptr;  // lives as long as the check that uses it
  std::optional<std::int64_t> durable_;
  int exit_code_ = kOk;
};

}  // namespace

Attempt<int> run_doctor(Session& session, const Arguments& arguments) {
  int exit_code = kOk;
  const Attempt<remote::Settings> settings = settings_of(session, arguments);
  const std::string format =
      settings.ok() ? settings.value().value(remote::Setting::kOutput) : std::string();
  TONGSUAN_TRY([[maybe_unused]] const int shown,
               print_listing(session, arguments, format, [&]() -> Attempt<Listing> {
                 Doctor doctor(session, arguments);
                 doctor.run();
                 exit_code = doctor.exit_code();
                 return Listing{.table = doctor.table()};
               }));
  return int{exit_code};
}

}  // namespace tongsuan::cli
