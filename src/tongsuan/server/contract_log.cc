// What a contract's work says: asked for by those whose it is, brought by the agent of its hub.
#include <algorithm>
#include <utility>
#include <variant>

#include "tongsuan/base/text.h"
#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/reading.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

using engine::ContractId;

constexpr std::int64_t kPatienceMax = 20;  // seconds; the server answers by itself after 30
constexpr std::int64_t kPatience = 10;
constexpr std::size_t kEncodedMax = (kLogPieceMax * 4 + 2) / 3;  // of base64url
constexpr std::size_t kWhyMax = 256;

struct Where {
  ContractId contract;
  HubId hub;
  ParticipantId supplier;  // of the hub
  exchange::Lease lease;
  std::uint64_t sequence = 0;
  Second now = 0;
};

// The contract of the address and the agent of its hub, where the caller may see it.
std::variant<Where, Problem> find_contract_at(const Call& call) {
  const auto number = parse_id(call.parameters[0], 'C');
  const ContractId id{number && *number < kNone ? static_cast<std::uint32_t>(*number) : kNone};
  std::variant<Where, Problem> found = unknown("contract", call.parameters[0], "contract");
  call.core.node.read([&](const View& view) {
    const engine::State& engine = view.state.engine();
    if (id.value == kNone || !engine.knows(id) || !may_see(call, view, id)) return;
    const HubId hub = call.core.names.places().pools[engine.contract(id).pool.value].hub;
    const auto& record = view.state.hubs()[hub.value];
    found = Where{id, hub, record.supplier, record.lease, view.sequence, now_of(call.core, view)};
  });
  return found;
}

std::string hub_text(const Core& core, HubId hub) {
  return "hub " + std::string(core.names.hub(hub));
}

LogWant read_want(Query& query) {
  LogWant want;
  want.stream = static_cast<LogStream>(query.choice("stream", kLogStreams).value_or(0));
  const std::int64_t from = query.integer("from", {.min = 0, .max = kLogPlaceMax}, -1);
  const std::int64_t tail = query.integer("tail", {.min = 1, .max = kLogPieceMax}, -1);
  if (from >= 0 && tail >= 0) query.fault("tail", "tail and from exclude each other.");
  if (from >= 0) want.from = from;
  if (from < 0) want.tail = tail < 0 ? kLogPieceMax : tail;
  return want;
}

Problem too_many_wait(LogRelay::Put why) {
  const bool own = why == LogRelay::Put::kAskerHasMany;
  Problem problem{own ? "rate-limited" : "unavailable",
                  own ? "As many pieces as you may wait for are on their way."
                      : "Too many pieces of output are on their way."};
  problem.retry_after = 1;
  return problem;
}

}  // namespace

void read_log(Call& call) {
  Query query(call);
  LogWant want = read_want(query);
  const std::int64_t patience =
      query.integer("waitSeconds", {.min = 1, .max = kPatienceMax}, kPatience);
  if (!query.finish()) return;
  Core& core = call.core;
  const auto found = find_contract_at(call);
  if (const auto* problem = std::get_if<Problem>(&found)) return refuse(call, *problem);
  const Where& where = std::get<Where>(found);
  const std::string hub = hub_text(core, where.hub);
  if (where.lease.epoch == 0) {
    return refuse(call, {"no-agent", "Nobody has ever acted for " + hub + ".", "contract"});
  }
  if (where.now >= where.lease.until) {
    return refuse(call, {"agent-away",
                         "The agent of " + hub + " is away: its lease ran out at " +
                             core.time.text(where.lease.until) + ".",
                         "contract"});
  }
  want.contract = where.contract;
  LogReader reader{call.actor().value, std::move(call.reply)};
  const LogRelay::Put put = core.logs.put(where.hub, want, reader, std::chrono::seconds(patience));
  if (put == LogRelay::Put::kWaits) return;
  call.reply = std::move(reader.reply);
  refuse(call, too_many_wait(put));
}

void dismiss_reader(Core& core, HubId hub, LogReader&& reader, LogRelay::End why) {
  ++core.counters.problems;
  if (why == LogRelay::End::kStopping) {
    Problem problem{"stopping"};
    problem.retry_after = 5;
    return reader.reply.send(to_response(problem));
  }
  const auto silence = core.logs.silence(hub);
  const std::string last =
      silence ? "it looked for its work " + std::to_string(silence->count()) + " s ago"
              : "it has not looked for its work since this exchange started";
  reader.reply.send(to_response(
      {"agent-away",
       "The agent of " + hub_text(core, hub) + " has not brought it in time; " + last + ".",
       "contract"}));
}

// ---- What an agent brings ----------------------------------------------------------------------

namespace {

struct Piece {
  LogWant want;
  std::int64_t offset = 0, size = 0;
  bool ended = false;
  std::string encoded;                      // as it came: there is one text for the same bytes
  std::optional<std::string> missing = {};  // why there is none
};

void read_bytes(json::ObjectReader& object, Piece& piece) {
  piece.offset = object.integer("offset", {.min = 0, .max = kLogPlaceMax});
  piece.size = object.integer("size", {.min = 0, .max = kLogPlaceMax});
  piece.ended = object.truth("ended");
  piece.encoded = object.text("bytes", {.bytes_min = 0, .bytes_max = kEncodedMax});
  std::string bytes;
  if (!parse_base64url(piece.encoded, bytes)) {
    object.fault("bytes", "must be base64url without padding");
    return;
  }
  const std::int64_t asked = piece.want.from ? kLogPieceMax : piece.want.tail;
  const auto count = static_cast<std::int64_t>(bytes.size());
  if (count > asked) object.fault("bytes", "are more than was asked for");
  if (piece.offset > piece.size - count) object.fault("offset", "puts bytes beyond the size");
}

Piece read_piece(json::ObjectReader& object) {
  Piece piece;
  piece.want.stream = static_cast<LogStream>(object.choice("stream", kLogStreams));
  piece.want.from = object.optional_integer("from", {.min = 0, .max = kLogPlaceMax});
  const auto tail = object.optional_integer("tail", {.min = 1, .max = kLogPieceMax});
  piece.want.tail = tail.value_or(0);
  if (tail.has_value() == piece.want.from.has_value()) {
    object.fault("from", "or tail, one of them, says what was asked for");
  }
  if (const auto missing = object.optional_text("missing", {.bytes_max = kWhyMax})) {
    piece.missing = std::string(*missing);
  } else {
    read_bytes(object, piece);
  }
  object.finish();
  return piece;
}

net::Response response_of(const Piece& piece, std::uint64_t sequence) {
  if (piece.missing) return to_response(Problem{"no-output", *piece.missing + ".", "contract"});
  std::string body;
  json::Writer out(body);
  out.begin_object()
      .text("contract", id_text('C', piece.want.contract.value))
      .text("stream", kLogStreams[static_cast<std::size_t>(piece.want.stream)])
      .number("offset", piece.offset)
      .number("size", piece.size)
      .truth("ended", piece.ended)
      .text("bytes", piece.encoded)
      .end_object();
  return json_response(std::move(body), sequence);
}

}  // namespace

void bring_log(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  const auto epoch = read_epoch(call);
  if (!epoch) return;
  const auto value = read_body(call);
  if (!value) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(*value, root, faults);
  Piece piece = read_piece(object);
  if (!is_good(call, faults)) return;
  const auto found = find_contract_at(call);
  if (const auto* problem = std::get_if<Problem>(&found)) return refuse(call, *problem);
  const Where& where = std::get<Where>(found);
  if (where.supplier != call.actor()) {
    return refuse(call, unknown("contract", call.parameters[0], "contract"));
  }
  const std::string id = id_text('C', where.contract.value);
  if (where.lease.epoch == 0 || where.lease.epoch != *epoch) {
    return refuse(call, {"fenced", "Contract " + id + ".", "Hub-Epoch"});
  }
  piece.want.contract = where.contract;
  std::vector<LogReader> readers = call.core.logs.take(where.hub, piece.want);
  if (readers.empty()) return refuse(call, {"not-wanted", "Contract " + id + ".", "contract"});
  for (LogReader& reader : readers) reader.reply.send(response_of(piece, where.sequence));
  std::string body;
  json::Writer(body).begin_object().number_unsigned("readers", readers.size()).end_object();
  call.reply.send(json_response(std::move(body), where.sequence));
}

}  // namespace tongsuan::server::internal
