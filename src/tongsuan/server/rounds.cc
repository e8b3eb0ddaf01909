// Rounds: what came out of them, with their texts.
#include <algorithm>

#include "tongsuan/base/text.h"
#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/header_text.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

using exchange::RoundRow;

// A round that is being cleared or collects; 0: it is neither.
std::string_view open_state(const View& view, std::uint64_t round) {
  const std::uint64_t gate = view.state.gate().round;
  if (gate != 0 && round == gate) return "clearing";
  const std::uint64_t next = view.state.engine().round() + (gate != 0 ? 2 : 1);
  return round == next ? "collecting" : "";
}

void write_open(json::Writer& out, const Core& core, const View& view, std::uint64_t round,
                std::string_view state) {
  out.begin_object().text("id", id_text('R', round)).text("state", state);
  const bool collects = state == "collecting";
  write_time(out, "gate", core.time, collects ? view.state.next_gate() : view.state.gate().closed);
  out.end_object();
}

void write_round(json::Writer& out, Core& core, const RoundRow& row) {
  out.begin_object().text("id", id_text('R', row.round)).text("state", round_state(row.outcome));
  write_time(out, "gate", core.time, row.gate);
  write_time(out, "closed", core.time, row.closed);
  out.number_unsigned("orders", row.orders).number_unsigned("awards", row.awards);
  if (row.outcome == exchange::RoundOutcome::kCleared) {
    write_money(out, "welfare", row.welfare);
    write_money(out, "bound", row.bound);
    out.number("gapPpm", row.gap_ppm)
        .text("root", hash_text(row.root))
        .text("certificate", hash_text(row.certificate));
  }
  if (row.book_text != Digest{}) {
    if (const auto hash = core.text_hash(row.book_text)) out.text("book", hash_text(*hash));
  }
  if (!row.reason.empty()) out.text("reason", row.reason);
  if (const std::uint64_t sequence = core.history.round_sequence(row.round)) {
    out.text("sequence", std::to_string(sequence));
  }
  out.end_object();
}

std::optional<std::uint64_t> round_parameter(Call& call) {
  const auto round = parse_id(call.parameters[0], 'R');
  if (!round) refuse_unknown(call, "round", call.parameters[0], "round");
  return round;
}

// A closed round, or why not.
std::variant<const RoundRow*, Problem> closed_round(const View& view, std::uint64_t round,
                                                    std::string_view text) {
  const RoundRow* row = view.state.round(round);
  if (row != nullptr) return row;
  if (!open_state(view, round).empty() || round > view.state.engine().round()) {
    return Problem{"not-closed", std::string(text) + " has not closed.", "round"};
  }
  return unknown("round", text, "round");
}

// With padding and the alphabet of RFC 4648, section 4.
std::string base64(std::string_view bytes) {
  std::string text = base64url(bytes);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

// A text of a round, with its hash.
void send_text(Call& call, Digest RoundRow::*which, std::string_view what) {
  Query query(call);
  if (!query.finish()) return;
  const auto round = round_parameter(call);
  if (!round) return;
  std::optional<Problem> problem;
  Digest name{};
  call.core.node.read([&](const View& view) {
    const auto found = closed_round(view, *round, call.parameters[0]);
    if (const auto* row = std::get_if<const RoundRow*>(&found)) {
      name = (*row)->*which;
    } else {
      problem = std::get<Problem>(found);
    }
  });
  if (!problem && name == Digest{}) {
    problem = unknown(what, "of " + std::string(call.parameters[0]), "round");
  }
  if (!problem && !call.core.options.text) {
    problem = Problem{"not-built", "This exchange keeps no texts of rounds."};
  }
  if (problem) return refuse(call, *problem);
  Result<std::string> text = call.core.options.text(name);
  if (!text.ok()) return refuse(call, {"internal", text.error().context});
  send_unchanging(call, "text/plain; charset=utf-8", std::move(text).value());
}

}  // namespace

void send_unchanging(Call& call, std::string_view content_type, std::string body) {
  net::Response response;
  const Digest hash = sha256(body);
  const std::string tag = '"' + hash_text(hash).substr(0, 32) + '"';
  response.headers.list = {
      {"Repr-Digest", "sha-256=:" + base64({reinterpret_cast<const char*>(hash.data()), 32}) + ":"},
      {"Cache-Control", "public, max-age=31536000, immutable"},
      {"ETag", tag},
  };
  if (has_already(call.request.headers, tag)) {
    response.status = 304;
    return call.reply.send(std::move(response));
  }
  response.content_type = std::string(content_type);
  response.body = std::move(body);
  call.reply.send(std::move(response));
}

void list_rounds(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  const auto state = query.choice("state", kRoundStates);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const View& view = answer.view;
    Listing list(call, page, answer);
    const auto covers = [&](std::string_view name) {
      return !state || kRoundStates[*state] == name;
    };
    const std::uint64_t newest = view.state.engine().round() + 2;
    std::uint64_t next = std::min(newest, parse_whole(page.after).value_or(newest));
    for (; next > 0 && !list.full(); --next) {
      const std::string_view open = open_state(view, next);
      if (!open.empty()) {
        if (covers(open)) write_open(list.item(), call.core, view, next, open);
        continue;
      }
      const RoundRow* row = view.state.round(next);
      if (row == nullptr && next <= view.state.engine().round()) {
        next = 0;  // earlier ones are in the journal only
        break;
      }
      if (row != nullptr && covers(round_state(row->outcome))) {
        write_round(list.item(), call.core, *row);
      }
    }
    if (next > 0) list.more(std::to_string(next));
    list.finish();
    return std::nullopt;
  });
}

void get_round(Call& call) {
  Query query(call);
  const auto round = round_parameter(call);
  if (!round) return;
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    json::Writer out(answer.body);
    const std::string_view open = open_state(answer.view, *round);
    if (!open.empty()) {
      write_open(out, call.core, answer.view, *round, open);
      return std::nullopt;
    }
    const RoundRow* row = answer.view.state.round(*round);
    if (row == nullptr) return unknown("round", call.parameters[0], "round");
    write_round(out, call.core, *row);
    return std::nullopt;
  });
}

void get_prices(Call& call) {
  Query query(call);
  const std::string* hub = query.text("hub");
  const std::string* accelerator = query.text("class");
  const auto round = round_parameter(call);
  if (!round) return;
  // The past of a round does not change: its prices are answered as of any sequence.
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const auto found = closed_round(answer.view, *round, call.parameters[0]);
    if (const auto* problem = std::get_if<Problem>(&found)) return *problem;
    const RoundRow& row = *std::get<const RoundRow*>(found);
    json::Writer out(answer.body);
    out.begin_object().text("round", call.parameters[0]).begin_array("prices");
    const std::vector<engine::Pool>& pools = call.core.names.places().pools;
    for (std::size_t i = 0; i < pools.size() && i < row.posted.size(); ++i) {
      const std::string_view at = call.core.names.hub(pools[i].hub);
      const std::string_view name = call.core.names.accelerator(pools[i].accelerator);
      if ((hub != nullptr && *hub != at) || (accelerator != nullptr && *accelerator != name))
        continue;
      out.begin_object().text("hub", at).text("class", name);
      write_money(out, "posted", row.posted[i]);
      out.end_object();
    }
    out.end_array().end_object();
    return std::nullopt;
  });
}

void get_book(Call& call) {
  send_text(call, &RoundRow::book_text, "book");
}
void get_certificate(Call& call) {
  send_text(call, &RoundRow::certificate_text, "certificate");
}

void close_gate(Call& call) {
  const auto asked = read_once_alone(call);
  if (!asked) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  const auto round = id_of(object, "round", 'R');
  object.finish();
  if (!is_good(call, faults)) return;
  Shape shape;
  shape.status = 202;
  shape.id = id_text('R', *round);
  shape.location = "/v1/rounds/";
  shape.detail = shape.id + " is not the round that collects orders now.";
  shape.param = "/round";
  submit(call, asked->once, exchange::CloseGate{*round}, std::move(shape));
}

}  // namespace tongsuan::server::internal
