// tongsuan logs: what the work of a contract says, while it runs and for a while after.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/interrupt.h"
#include "tongsuan/cli/remote_listing.h"
#include "tongsuan/cli/terminal_text.h"

namespace tongsuan::cli {
namespace {

constexpr std::int64_t kPieceMax = 65'536;  // bytes that the exchange hands on at once
constexpr std::int64_t kServerWait = 10;    // seconds that it waits for the hub
constexpr std::int64_t kBriefPause = 1'000, kLongPause = 15'000;

struct Piece {
  std::int64_t offset = 0, size = 0;
  bool ended = false;
  std::string bytes;
  [[nodiscard]] std::int64_t next() const {
    return offset + static_cast<std::int64_t>(bytes.size());
  }
};

class LogReader {
 public:
  LogReader(Remote& remote, const Arguments& arguments, std::string contract)
      : remote_(remote),
        session_(remote.session()),
        contract_(std::move(contract)),
        follow_(arguments.has(Option::kFollow)),
        error_stream_(arguments.has(Option::kErrorStream)),
        tail_(arguments.whole(Option::kTail, kPieceMax)) {}

  Attempt<int> run() {
    TONGSUAN_TRY(std::int64_t goal, begin());
    std::int64_t pause = kBriefPause;
    while (!session_.world.out.closed()) {
      if (!follow_ && (next_ >= goal || ended_)) break;
      if (follow_ && ended_) break;
      if (next_ >= goal && !wait_patiently(pause)) return detached();
      const remote::Asked<remote::Reply> reply = remote_.exchange().get(target(next_, 0));
      if (!reply.ok()) {
        if (!may_pass(reply.error())) return failure_of(session_, reply.error());
        remote_.note(session_.say(Message::kLogLost, {std::to_string(next_)}));
        pause = std::min(pause * 2, kLongPause);
        if (!wait_patiently(pause)) return detached();
        continue;
      }
      pause = kBriefPause;
      TONGSUAN_TRY(const Piece piece, read(reply.value()));
      if (!follow_ && piece.bytes.empty()) break;  // it became shorter
      take(piece);
      goal = follow_ ? piece.size : std::min(goal, piece.size);
    }
    finish();
    return int{kOk};
  }

 private:
  // Shows the end that was asked for, or finds where it begins; how far there is to go from there.
  Attempt<std::int64_t> begin() {
    const bool one_piece = tail_ <= kPieceMax;
    TONGSUAN_TRY(
        const remote::Reply reply,
        remote_.get(target(std::nullopt, one_piece ? std::max<std::int64_t>(tail_, 1) : 1)));
    TONGSUAN_TRY(Piece piece, read(reply));
    next_ = std::max<std::int64_t>(0, piece.size - tail_);
    if (!one_piece) return piece.size;
    if (tail_ == 0) {
      ended_ = piece.ended;
      return piece.size;
    }
    next_ = piece.offset;
    take(piece);
    return piece.size;
  }

  [[nodiscard]] std::string target(std::optional<std::int64_t> from, std::int64_t tail) const {
    std::string target = "/v1/contracts/" + contract_ + "/log";
    target = remote::with_query(target, "stream", error_stream_ ? "stderr" : "stdout");
    target = from ? remote::with_query(target, "from", std::to_string(*from))
                  : remote::with_query(target, "tail", std::to_string(tail));
    std::int64_t patience = kServerWait;
    // The exchange has to answer before we hang up.
    if (parse_decimal(remote_.settings().value(remote::Setting::kTimeout), 0, patience)) {
      patience = std::clamp<std::int64_t>(patience - 2, 1, kServerWait);
    }
    return remote::with_query(target, "waitSeconds", std::to_string(patience));
  }

  Attempt<Piece> read(const remote::Reply& reply) {
    json::Document document;
    TONGSUAN_TRY(const json::Value value, parse_reply(session_, document, reply.body));
    Piece piece;
    const auto offset = number_at(value, "offset"), size = number_at(value, "size");
    if (!offset || !size || !parse_base64url(text_at(value, "bytes"), piece.bytes)) {
      return failure_of(session_, {.kind = remote::TroubleKind::kBadAnswer,
                                   .what = session_.say(Message::kNoPieceOfLog)});
    }
    piece.offset = *offset;
    piece.size = *size;
    piece.ended = text_at(value, "ended") == "true";
    return piece;
  }

  void take(const Piece& piece) {
    if (piece.offset < next_) remote_.note(session_.say(Message::kLogBeganAnew));
    if (piece.offset > next_) {
      remote_.note(session_.say(Message::kLogGap, {std::to_string(piece.offset - next_)}));
    }
    Output& out = session_.world.out;
    out.write(out.terminal() ? terminal_.take(piece.bytes) : piece.bytes);
    out.flush();
    next_ = piece.next();
    ended_ = piece.ended && next_ >= piece.size;
  }

  void finish() {
    if (session_.world.out.terminal()) session_.world.out.write(terminal_.finish());
    session_.world.out.flush();
  }

  // What may be over soon; the job goes on meanwhile.
  [[nodiscard]] bool may_pass(const remote::Trouble& trouble) const {
    if (!follow_) return false;
    if (trouble.kind == remote::TroubleKind::kProblem) {
      return trouble.problem.code == "agent-away" || trouble.problem.status == 503 ||
             trouble.problem.status == 429;
    }
    return trouble.kind == remote::TroubleKind::kUnreachable ||
           trouble.kind == remote::TroubleKind::kTimeout;
  }

  Failure detached() {
    finish();
    return {.exit_code = kInterrupted,
            .code = "detached",
            .what = session_.say(Message::kStoppedFollowing),
            .attempt = "tongsuan logs " + contract_ + (error_stream_ ? " --stderr -f" : " -f")};
  }

  Remote& remote_;
  Session& session_;
  std::string contract_;
  bool follow_, error_stream_;
  std::int64_t tail_;
  std::int64_t next_ = 0;  // shown up to here
  bool ended_ = false;     // nothing comes after it any more
  TerminalText terminal_;
};

}  // namespace

Attempt<int> run_logs(Session& session, const Arguments& arguments) {
  TONGSUAN_TRY(const std::string contract, id_of(session, arguments.positional(0), "C-"));
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, Caller::kSomebody));
  std::optional<Patience> patience;
  if (arguments.has(Option::kFollow)) patience.emplace();
  return LogReader(*remote, arguments, contract).run();
}

}  // namespace tongsuan::cli
