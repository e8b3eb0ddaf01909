// tongsuan events: what happened to one's orders and contracts, and what happens.
#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/interrupt.h"
#include "tongsuan/cli/remote_listing.h"

namespace tongsuan::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSilence{400};  // so long without a byte: all that was is told
constexpr milliseconds kStep{200};     // between looks at Ctrl-C
constexpr std::int64_t kFirstPause = 200;
constexpr std::int64_t kLastPause = 10'000;

constexpr std::array kEventColumns = {
    JsonColumn{"sequence", Message::kTitleJournalSequence, "sequence", JsonKind::kNumber},
    JsonColumn{"part", Message::kTitlePart, "part", JsonKind::kNumber, true},
    JsonColumn{"at", Message::kTitleAt, "at"},
    JsonColumn{"type", Message::kTitleType, "type"},
    JsonColumn{"order", Message::kTitleOrder, "order"},
    JsonColumn{"contract", Message::kTitleContract, "contract"},
    JsonColumn{"round", Message::kTitleRound, "round"},
    JsonColumn{"hub", Message::kColumnHub, "hub"},
    JsonColumn{"state", Message::kTitleState, "state"},
    JsonColumn{"reason", Message::kTitleReason, "reason"},
    JsonColumn{"price", Message::kTitlePrice, "price", JsonKind::kMoney},
    JsonColumn{"paid", Message::kTitlePaid, "paid", JsonKind::kMoney},
};

// Members of an event that stand at the front of its line.
bool is_head(std::string_view name) {
  return name == "type" || name == "sequence" || name == "part" || name == "at";
}

void add_members(std::string& out, const json::Value& object, const std::string& prefix) {
  for (const auto& [key, value] : object.members()) {
    if (prefix.empty() && is_head(key)) continue;
    const std::string name = prefix + std::string(key);
    const std::string money = money_text_at(value, "");
    if (!money.empty()) {
      out += "  " + name + '=' + money;
    } else if (value.type() == json::Type::kObject) {
      add_members(out, value, name + '.');
    } else {
      out += "  " + name + '=' + text_at(value, "");
    }
  }
}

// "2026-04-13T08:00:00+08:00  contract.started  order=O-1  …"
std::string event_line(const json::Value& event) {
  std::string out = text_at(event, "at") + "  " + text_at(event, "type");
  add_members(out, event, "");
  return shown(out) + '\n';
}

bool concerns(const json::Value& event, const std::string& id) {
  if (id.empty()) return true;
  for (const auto& [key, value] : event.members()) {
    if (text_at(value, "") == id || text_at(value, "order") == id ||
        text_at(value, "contract") == id) {
      return true;
    }
  }
  return false;
}

class Follower {
 public:
  Follower(Remote& remote, const Arguments& arguments, std::string id)
      : remote_(remote),
        session_(remote.session()),
        id_(std::move(id)),
        follow_(arguments.has(Option::kFollow)),
        last_(arguments.text(Option::kFromSequence)),
        target_(remote::with_query("/v1/stream", "topics", arguments.text(Option::kTopics))) {
    // What was before is told too, unless the user only wants what comes.
    if (last_.empty() && (!follow_ || !id_.empty())) last_ = "0";
    parse_decimal(last_.empty() ? "0" : last_, 0, seen_);
    seen_part_ = kWholeSequence;
  }

  // `each` gets every event once, in order.
  Attempt<int> run(const std::function<void(const json::Value&, std::string_view)>& each) {
    std::int64_t pause = kFirstPause;
    for (;;) {
      Asked opened = remote_.exchange().events(target_, last_);
      if (opened.ok()) {
        pause = kFirstPause;
        TONGSUAN_TRY(const std::optional<int> ended, read(opened.value(), each));
        if (ended) return *ended;
        if (part_ended_) continue;
      } else if (opened.error().problem.code == "gone" && last_ == "0") {
        remote_.note(session_.say(Message::kHistoryGone));
        last_.clear();
        if (!follow_) return int{kOk};
        continue;
      } else if (!follow_ || opened.error().kind == remote::TroubleKind::kProblem ||
                 (tries_ == 0 && opened.error().kind != remote::TroubleKind::kTimeout)) {
        return failure_of(session_, opened.error());
      }
      ++tries_;
      remote_.note(session_.say(Message::kStreamLost, {last_.empty() ? "-" : last_}));
      if (!wait_patiently(pause)) return detached();
      pause = std::min(pause * 2, kLastPause);
    }
  }

 private:
  using Asked = remote::Asked<net::EventReader>;
  static constexpr std::int64_t kWholeSequence = std::int64_t{1} << 40;

  Failure detached() const {
    return {.exit_code = kInterrupted,
            .code = "detached",
            .what = session_.say(Message::kStoppedFollowing),
            .attempt = "tongsuan events " + (id_.empty() ? "" : id_ + ' ') + "-f" +
                       (last_.empty() ? "" : " --from " + last_)};
  }

  // Until the stream ends or breaks (nothing), or there is no more to tell (an exit code).
  Attempt<std::optional<int>> read(
      net::EventReader& reader,
      const std::function<void(const json::Value&, std::string_view)>& each) {
    const std::string began = last_;
    part_ended_ = false;
    for (;;) {
      if (interrupted()) return detached();
      Result<std::optional<net::Event>> next = reader.next(follow_ ? kStep : kSilence);
      if (!next.ok()) {
        if (next.error().code != ErrorCode::kTimeout) return std::optional<int>();
        if (!follow_) return std::optional(int{kOk});
        session_.world.out.flush();
        continue;
      }
      if (!next.value()) {
        // What is long past comes in parts: each ends with the place from which to ask for the
        // next, also where nothing in it was of this reader.
        if (!reader.last_id().empty()) last_ = reader.last_id();
        part_ended_ = last_ != began;
        return part_ended_ || follow_ ? std::optional<int>() : std::optional(int{kOk});
      }
      tries_ = 1;
      const net::Event& event = *next.value();
      TONGSUAN_TRY(const json::Value value, parse_reply(session_, document_, event.data));
      take(value, event.data, each);
      if (!reader.last_id().empty()) last_ = reader.last_id();
    }
  }

  void take(const json::Value& value, std::string_view text,
            const std::function<void(const json::Value&, std::string_view)>& each) {
    const std::int64_t sequence = number_at(value, "sequence").value_or(0);
    const std::int64_t part = number_at(value, "part").value_or(0);
    // A stream that was cut in the middle of a sequence gives it again as a whole.
    if (sequence < seen_ || (sequence == seen_ && part <= seen_part_)) return;
    seen_ = sequence;
    seen_part_ = part;
    if (concerns(value, id_)) each(value, text);
  }

  Remote& remote_;
  Session& session_;
  std::string id_;
  bool follow_;
  bool part_ended_ = false;  // and not the whole
  std::string last_;
  std::string target_;
  std::int64_t seen_ = 0, seen_part_ = 0;
  int tries_ = 0;
  json::Document document_;
};

}  // namespace

Attempt<int> run_events(Session& session, const Arguments& arguments) {
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, Caller::kAnybody));
  std::string id(arguments.positional(0));
  if (!id.empty()) {
    TONGSUAN_TRY(id,
                 id_of(session, id, id.starts_with("C-") || id.starts_with("c-") ? "C-" : "O-"));
  }
  const std::string format = remote->settings().value(remote::Setting::kOutput);
  const bool lines = format == "jsonl";
  const bool follow = arguments.has(Option::kFollow);
  if (follow && arguments.has(Option::kFormat) && !lines && format != "table") {
    return usage(session, session.say(Message::kFollowFormat));
  }
  if (follow) {
    const Patience patience;
    Follower follower(*remote, arguments, id);
    return follower.run([&](const json::Value& event, std::string_view text) {
      session.world.out.write(lines ? std::string(text) + '\n' : event_line(event));
      session.world.out.flush();
    });
  }
  return print_listing(session, arguments, format, [&]() -> Attempt<Listing> {
    Listing listing{.table = json_table(session, kEventColumns)};
    Follower all(*remote, arguments, id);
    TONGSUAN_TRY([[maybe_unused]] const int code,
                 all.run([&](const json::Value& event, std::string_view) {
                   add_json_row(listing.table, kEventColumns, event);
                 }));
    return listing;
  });
}

}  // namespace tongsuan::cli
