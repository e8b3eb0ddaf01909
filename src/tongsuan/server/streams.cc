// GET /v1/stream: events as they happen.
#include "tongsuan/exchange/bytes.h"
#include "tongsuan/net/events.h"
#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

constexpr std::size_t kStreamPastBytes = std::size_t{96} << 10;

bool is_of_key(const access::Identity& caller) {
  return caller.method == access::Method::kSignature || caller.method == access::Method::kToken;
}

// The key may have been revoked between its proof and now: from now on whoever revokes it sees the
// stream.
void end_if_revoked(Core& core, const Interest& interest) {
  const auto key = parse_key(interest.key);
  if (!key) return;
  bool revoked = false;
  core.node.replica().read(0, [&](const View& view) {
    const exchange::KeyRow* row = view.state.key(*key);
    revoked = row == nullptr || row->revoked;
  });
  if (revoked) core.feed.end_of_key(interest.key);
}

// What is only in the journal any more, a part of it: the reader comes back for the rest.
void send_past(Call& call, const Interest& interest, const std::vector<node::Record>& records) {
  std::string text;
  call.core.node.replica().read(0, [&](const View& view) {
    for (const node::Record& record : records) {
      if (text.size() > kStreamPastBytes) break;
      std::vector<EventText> events;
      EventPlace place{.sequence = record.sequence};
      (void)exchange::read_record(record.bytes, [&](Second at, const exchange::Event& event) {
        place.at = at;
        add_event_texts(events, call.core.names, call.core.time, view, place, event);
        return true;
      });
      std::erase_if(events, [&](const EventText& told) { return !interest.covers(told); });
      for (std::size_t i = 0; i < events.size(); ++i) {
        net::Event event{{}, std::string(events[i].type), events[i].json};
        if (i + 1 == events.size()) event.id = std::to_string(record.sequence);
        text += net::event_frame(event);
      }
    }
  });
  // Also a reader of whom nothing was here has come this far.
  text += "id: " + std::to_string(records.back().sequence) + "\nretry: 100\n\n";
  net::EventStream stream = call.reply.stream();
  stream.end(std::make_shared<const std::string>(std::move(text)));
}

}  // namespace

void open_stream(Call& call) {
  Query query(call);
  Interest interest;
  if (const std::string* topics = query.text("topics")) {
    const auto parsed = parse_topics(*topics);
    if (!parsed) query.fault("topics", "topics is a list such as order,round.");
    interest.topics = parsed.value_or(kAllTopics);
  }
  std::optional<std::uint64_t> after = query.sequence("from");
  if (const std::string* last = call.request.headers.find("last-event-id")) {
    after = parse_whole(*last);
    if (!after) query.fault("Last-Event-ID", "Last-Event-ID must be a sequence in digits.");
  }
  if (!query.finish()) return;
  if (call.caller) {
    interest.participant = call.actor();
    interest.auditor = call.caller->role == access::Role::kAuditor ||
                       call.caller->role == access::Role::kRegulator;
    if (is_of_key(*call.caller)) interest.key = call.caller->key;
    interest.until = call.caller->until;
  }
  Core& core = call.core;
  if (after && *after > core.node.figures().durable) {
    return refuse(call, {"bad-sequence", "The journal has not come so far.", "Last-Event-ID"});
  }
  switch (core.feed.open(call.reply, interest, after)) {
    case Feed::Opened::kYes:
      ++core.counters.streams;
      end_if_revoked(core, interest);
      return;
    case Feed::Opened::kFull:
      return refuse(call, {"unavailable", "There are too many streams.", {}, 0, {}, 5});
    case Feed::Opened::kGone:
      break;
  }
  if (core.options.history && !call.may_be_slow) return handle_slowly(std::move(call));
  if (core.options.history) {
    const auto records = core.options.history(*after + 1, std::size_t{256} << 10);
    if (records.ok() && !records.value().empty()) return send_past(call, interest, records.value());
  }
  refuse(call, {"gone", "Events right after " + std::to_string(*after) + " are no longer kept.",
                "Last-Event-ID"});
}

}  // namespace tongsuan::server::internal
