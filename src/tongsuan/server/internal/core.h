// What the handlers share, and one call of one of them.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tongsuan/access/authenticator.h"
#include "tongsuan/access/hmac.h"
#include "tongsuan/json/json.h"
#include "tongsuan/server/feed.h"
#include "tongsuan/server/history.h"
#include "tongsuan/server/hub_history.h"
#include "tongsuan/server/internal/batch.h"
#include "tongsuan/server/internal/door.h"
#include "tongsuan/server/internal/log_relay.h"
#include "tongsuan/server/internal/operations.h"
#include "tongsuan/server/internal/remembering.h"
#include "tongsuan/server/internal/slow_work.h"
#include "tongsuan/server/problem.h"
#include "tongsuan/server/router.h"
#include "tongsuan/server/service.h"
#include "tongsuan/server/values.h"
#include "tongsuan/server/webhooks.h"

namespace tongsuan::server::internal {

using exchange::ParticipantId;
using node::View;

// Names of places, which never change.
class Names {
 public:
  Names(const engine::Places& places, std::vector<std::string> data);
  // kNone where there is none.
  [[nodiscard]] std::uint32_t hub(std::string_view name) const { return find(hubs_, name); }
  [[nodiscard]] std::uint32_t accelerator(std::string_view name) const {
    return find(classes_, name);
  }
  [[nodiscard]] std::uint32_t data(std::string_view name) const;
  [[nodiscard]] std::string_view data_name(std::uint32_t id) const {
    return id < data_.size() ? std::string_view(data_[id]) : std::string_view();
  }
  [[nodiscard]] const engine::Places& places() const { return places_; }
  [[nodiscard]] std::string_view hub(HubId id) const { return places_.hub_names[id.value]; }
  [[nodiscard]] std::string_view accelerator(ClassId id) const {
    return places_.class_names[id.value];
  }

 private:
  using Table = std::map<std::string, std::uint32_t, std::less<>>;
  [[nodiscard]] static std::uint32_t find(const Table& table, std::string_view name);
  engine::Places places_;
  Table hubs_, classes_;
  std::vector<std::string> data_;
};

// Orders that are being amended: what their ETag names is about to change.
class Amending {
 public:
  // False when another request is at it.
  [[nodiscard]] bool begin(OrderId order, const exchange::CommandId& command);
  void end(OrderId order);

 private:
  std::mutex mutex_;
  std::map<OrderId, exchange::CommandId> orders_;
};

// For lines of the log that strangers can cause: one a second, with how many times it was.
class Seldom {
 public:
  // How often it has happened since the last line, where there is to be one now.
  [[nodiscard]] std::optional<std::uint64_t> happens(std::int64_t second);

 private:
  std::mutex mutex_;
  std::optional<std::int64_t> last_;
  std::uint64_t count_ = 0;
};

struct Counters {
  std::atomic<std::uint64_t> orders{0}, refused_by_rate{0}, denied{0}, problems{0}, streams{0};
};

struct Core {
  Core(node::Node& node, const access::MasterSecret& master, Log& log, ServiceOptions options);

  node::Node& node;
  const access::MasterSecret& master;
  Log& log;
  const ServiceOptions options;
  const TimeText time;
  const Names names;
  const access::HmacKey page_key;  // of the tokens of pages
  Door door;
  Amending amending;
  Batches batches;
  History history;
  HubHistory loads;
  Remembering remembering;
  Feed feed;
  Webhooks webhooks;
  SlowWork slow_work;
  Operations operations;
  LogRelay logs;
  Counters counters;
  Seldom rate_limited;
  std::function<net::ServerCounters()> server_counters;
  std::atomic<bool> begun{false}, draining{false};
  struct {
    Second at = -1;
    std::string text;
  } told;                                // the time of the last record, as text
  access::UnixTime proofs_looked_at{0};  // of the replica's thread, like told

  // SHA-256 of a text of a round, by its name in the journal; nothing where it cannot be read.
  [[nodiscard]] std::optional<Digest> text_hash(const Digest& name);

 private:
  std::mutex text_mutex_;
  std::map<Digest, Digest> text_hashes_;
};

struct Call {
  Core& core;
  net::Request request;
  net::Reply reply;
  const Route* route = nullptr;
  Parameters parameters;
  std::optional<access::Identity> caller;
  bool may_be_slow = false;  // it has a thread to itself

  [[nodiscard]] ParticipantId actor() const {
    return caller ? ParticipantId{caller->participant.value} : ParticipantId{};
  }
  [[nodiscard]] bool sees_all() const {  // what belongs to anybody
    return caller && access::scope_of(route->action, caller->role) == access::Scope::kAll;
  }
};

// Calls the handler of its route: at once, or where it may take its time.
void handle(Call&& call);
// The handler is called again from its beginning, and may be slow then.
void handle_slowly(Call&& call);

// ---- Completing a call

void refuse(Call& call, const Problem& problem);
void refuse_unknown(Call& call, std::string_view what, std::string_view id, std::string_view param);
[[nodiscard]] net::Response json_response(std::string body, std::uint64_t sequence,
                                          int status = 200);

// ---- What was asked

// Parameters of the query, strictly: the first fault is refused by `finish`.
class Query {
 public:
  explicit Query(Call& call) : call_(call) {}
  [[nodiscard]] const std::string* text(std::string_view name);
  [[nodiscard]] std::int64_t integer(std::string_view name, json::Range range,
                                     std::int64_t otherwise);
  [[nodiscard]] std::optional<std::uint64_t> id(std::string_view name, char kind);
  [[nodiscard]] std::optional<std::uint64_t> sequence(std::string_view name);
  [[nodiscard]] std::optional<Second> time(std::string_view name);
  // Position among the names; nothing if absent.
  [[nodiscard]] std::optional<std::size_t> choice(std::string_view name,
                                                  std::span<const std::string_view> names);
  void fault(std::string_view name, std::string detail, std::string_view code = "bad-value");
  // False when the call was refused: for a fault, or a parameter that nobody asked for.
  [[nodiscard]] bool finish();

 private:
  Call& call_;
  std::vector<std::string_view> asked_;
  std::optional<Problem> problem_;
};

// The body as JSON, valid until the next call on this thread; nothing when it was refused.
[[nodiscard]] std::optional<json::Value> read_body(Call& call);
// The first fault of a body.
[[nodiscard]] Problem to_problem(const json::Faults& faults);
// Refuses the call if there are faults.
[[nodiscard]] bool is_good(Call& call, const json::Faults& faults);

// Money as an object with a decimal and its currency, in micro-yuan.
[[nodiscard]] std::optional<std::int64_t> optional_money(json::ObjectReader& object,
                                                         std::string_view key, json::Range range);
[[nodiscard]] std::int64_t money(json::ObjectReader& object, std::string_view key,
                                 json::Range range);
[[nodiscard]] std::optional<Second> optional_time(json::ObjectReader& object, std::string_view key,
                                                  const TimeText& time);
[[nodiscard]] std::optional<std::uint64_t> id_of(json::ObjectReader& object, std::string_view key,
                                                 char kind);
[[nodiscard]] std::optional<std::uint64_t> optional_id_of(json::ObjectReader& object,
                                                          std::string_view key, char kind);
// A name that people give: 1 to 64 bytes, no controls, no blanks at its ends.
[[nodiscard]] bool is_given_name(std::string_view name);

// ---- Requests of the exchange

// Of one request with an Idempotency-Key.
struct Once {
  exchange::CommandId id{};
  std::uint64_t fingerprint = 0;
};
[[nodiscard]] bool is_idempotency_key(std::string_view key);
[[nodiscard]] exchange::CommandId command_id(ParticipantId actor, std::string_view key);
// Of method, path and body, whatever blanks the body has between its parts.
[[nodiscard]] std::uint64_t fingerprint(std::string_view method, std::string_view path,
                                        const json::Value* body);
// Nothing when the call was refused.
[[nodiscard]] std::optional<Once> read_once(Call& call, const json::Value* body);

// Of a request that has a body and happens once. Nothing when the call was refused.
struct OnceBody {
  json::Value value;  // as of read_body
  Once once;
};
[[nodiscard]] std::optional<OnceBody> read_once_body(Call& call);
// Of one that has no parameters either.
[[nodiscard]] std::optional<OnceBody> read_once_alone(Call& call);

// What becomes of an answer: of the request alone, so that it is the same again.
struct Shape {
  int status = 200;
  std::string id = {};           // of what was changed
  char kind = 0;                 // or: the answer's value is the number of this kind
  bool is_sequence = false;      // or: its sequence is
  std::string_view number = {};  // or: the answer's value is a number of this name
  std::string location = {};     // what stands before the id
  std::optional<std::int64_t> hold = {};
  bool hold_is_value = false;
  bool etag = false;
  // Answered as soon as it is durable: whoever reads the thing waits for its sequence. Otherwise
  // not before readers see it, so that what comes next is judged on it.
  bool at_once = false;
  bool is_public = false;  // everybody sees the thing: whose it is, is no secret
  std::string secret = {};
  std::string detail = {}, param = {};  // of a refusal
  std::function<void(const exchange::Answer&)> then = {};
};
[[nodiscard]] net::Response make_response(const Shape& shape, const exchange::Answer& answer);
// Sends the request to the sequencer; its answer completes the call. The reply of one that changes
// who may do what waits until readers see it.
// `text`: of the command, kept in the journal before it.
void submit(Call& call, const Once& once, exchange::Command command, Shape shape,
            node::NamedText text = {});

// ---- Reading

// What is true now, or as of the sequence that the query asks for. `write` gets the whole answer.
struct Answering {
  const View& view;
  std::string& body;
  net::Response& response;
  bool past = false;  // of an earlier sequence
};
// The exchange's second, of what a view shows now.
[[nodiscard]] Second now_of(const Core& core, const View& view);
// The same of an answer: in the past time stands where the command was.
[[nodiscard]] Second now_of(const Call& call, const Answering& answering);
// Finishes the query. `write` returns a problem to refuse with, or nothing.
using Write = std::function<std::optional<Problem>(Answering&)>;
void read(Call& call, Query& query, const Write& write);

// A page of a list. A token keeps the sequence of the first page and where the last one ended.
struct Page {
  std::size_t size = 100;
  std::uint64_t as_of = 0;  // 0: the first page
  std::string after = {};   // what the handler put into the token
  [[nodiscard]] bool first() const { return as_of == 0 && after.empty(); }
};
[[nodiscard]] Page read_page(Query& query, Call& call);
[[nodiscard]] std::string page_token(Call& call, std::uint64_t as_of, std::string_view after);

[[nodiscard]] inline Problem unknown(std::string_view what, std::string_view id,
                                     std::string_view param) {
  return {"unknown", "There is no " + std::string(what) + " " + std::string(id) + ".",
          std::string(param)};
}

}  // namespace tongsuan::server::internal
