// What moved: transfers, statements, and the journal for those who check it.
#include <algorithm>

#include "tongsuan/exchange/bytes.h"
#include "tongsuan/server/event_text.h"
#include "tongsuan/server/internal/bill.h"
#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

using ledger::Account;
using ledger::Purpose;

// By MoneyKind: the first ones, of money that moved because somebody asked for just that.
constexpr std::string_view kTransferKinds[] = {"deposit", "withdrawal", "transfer"};

std::optional<std::size_t> transfer_kind(const MoneyLine& line) {
  const auto kind = static_cast<std::size_t>(line.kind);
  return kind < std::size(kTransferKinds) ? std::optional(kind) : std::nullopt;
}

void write_transfer(json::Writer& out, const Core& core, const MoneyLine& line, std::size_t kind) {
  out.begin_object().text("id", id_text('T', line.sequence)).text("kind", kTransferKinds[kind]);
  write_time(out, "at", core.time, line.at);
  if (kind != 0) write_account(out, "from", line.did.from);
  if (kind != 1) write_account(out, "to", line.did.to);
  write_money(out, "amount", line.did.amount.raw());
  if (kind != 2) out.text("reference", std::to_string(line.reference));
  out.text("sequence", std::to_string(line.sequence)).end_object();
}

// Of contracts that the engine has forgotten the history knows the terms, if it saw them.
struct LineTerms {
  OrderId order{kNone};
  HubId hub{kNone};
};
LineTerms terms_of(const Core& core, const View& view, std::uint32_t contract) {
  const engine::ContractId id{contract};
  const engine::State& engine = view.state.engine();
  if (engine.knows(id)) {
    const engine::Contract& known = engine.contract(id);
    return {known.order, core.names.places().pools[known.pool.value].hub};
  }
  const auto facts = core.history.terms_of(id);
  if (!facts) return {};
  return {facts->order, core.names.places().pools[facts->pool.value].hub};
}

void write_reason(json::Writer& out, const Core& core, const View& view, const MoneyLine& line,
                  bool came) {
  out.begin_object("reason");
  const std::uint32_t contract = line.contract_of(came);
  LineTerms terms{OrderId{line.order}, HubId{kNone}};
  if (contract != kNone) {
    terms = terms_of(core, view, contract);
    out.text("contract", id_text('C', contract));
  }
  if (terms.order.value != kNone) out.text("order", id_text('O', terms.order.value));
  if (terms.hub.value != kNone) out.text("hub", core.names.hub(terms.hub));
  if (transfer_kind(line)) out.text("transfer", id_text('T', line.sequence));
  if (line.resale_of(came) != 0) out.text("resale", id_text('S', line.resale_of(came)));
  if (line.reference != 0) out.text("reference", std::to_string(line.reference));
  out.end_object();
}

void write_line(json::Writer& out, const Core& core, const View& view, const MoneyLine& line,
                bool came, std::int64_t balance) {
  out.begin_object();
  write_time(out, "at", core.time, line.at);
  out.text("sequence", std::to_string(line.sequence))
      .text("kind", money_kind_name(line.kind_of(came)));
  write_money(out, "amount", came ? line.did.amount.raw() : -line.did.amount.raw());
  write_money(out, "balance", balance);
  write_account(out, "other", came ? line.did.from : line.did.to);
  write_reason(out, core, view, line, came);
  out.end_object();
}

}  // namespace

void list_transfers(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  const auto kind = query.choice("kind", kTransferKinds);
  const auto participant = query.id("participant", 'P');
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    Listing list(call, page, answer);
    const std::uint64_t below =
        std::min(parse_whole(page.after).value_or(UINT64_MAX), list.as_of() + 1);
    const auto of = [&](const Account& account) {
      const std::uint32_t who = account.participant.value;
      return (call.sees_all() || who == call.actor().value) &&
             (!participant || who == *participant);
    };
    std::uint64_t last = 0;
    const auto see = [&](const MoneyLine& line) {
      const auto found = transfer_kind(line);
      if (line.sequence >= below || !found || (kind && *found != *kind)) return true;
      if (!of(line.did.from) && !of(line.did.to)) return true;
      if (list.full()) {
        list.more(std::to_string(last));
        return false;
      }
      last = line.sequence;
      write_transfer(list.item(), call.core, line, *found);
      return true;
    };
    call.core.history.with_lines([&](const MoneyLines& lines) { lines.each(see); });
    list.finish();
    return std::nullopt;
  });
}

namespace {

struct StatementQuery {
  Account account;
  std::optional<Second> from, to;
};

// The lines of a period, the oldest first, and the balance before each.
struct Lines {
  std::vector<MoneyLine> lines;
  std::vector<std::int64_t> before;
  std::int64_t closing = 0;
  bool gone = false;
};

Lines lines_of(const MoneyLines& all, const View& view, const StatementQuery& asked) {
  Lines lines;
  std::int64_t balance = view.state.money().balance(asked.account).raw();
  lines.closing = balance;
  bool whole = false;
  all.each([&](const MoneyLine& line) {
    const bool came = line.did.to == asked.account;
    if ((!came && line.did.from != asked.account) || line.sequence > view.sequence) return true;
    if (asked.from && line.at < *asked.from) {
      whole = true;
      return false;
    }
    const std::int64_t after = balance;
    balance -= came ? line.did.amount.raw() : -line.did.amount.raw();
    if (asked.to && line.at >= *asked.to) {
      lines.closing = balance;
      return true;
    }
    if (lines.lines.empty()) lines.closing = after;
    lines.lines.push_back(line);
    lines.before.push_back(balance);
    return true;
  });
  lines.gone = !whole && balance != 0 && !all.has_all_from(asked.from);
  std::ranges::reverse(lines.lines);
  std::ranges::reverse(lines.before);
  return lines;
}

void write_statement(Call& call, const Page& page, Answering& answer, const StatementQuery& asked,
                     const Lines& lines) {
  json::Writer out(answer.body);
  const std::size_t first =
      std::min<std::size_t>(parse_whole(page.after).value_or(0), lines.lines.size());
  const std::size_t end = std::min(lines.lines.size(), first + page.size);
  const auto balance_at = [&](std::size_t i) {
    return i < lines.before.size() ? lines.before[i] : lines.closing;
  };
  out.begin_object();
  write_account(out, "account", asked.account);
  out.text("asOf", std::to_string(answer.view.sequence));
  write_money(out, "opening", balance_at(first));
  write_money(out, "closing", balance_at(end));
  out.begin_array("items");
  for (std::size_t i = first; i < end; ++i) {
    const MoneyLine& line = lines.lines[i];
    const bool came = line.did.to == asked.account;
    write_line(out, call.core, answer.view, line, came, balance_at(i + 1));
  }
  out.end_array();
  if (end < lines.lines.size()) {
    out.text("nextPageToken", page_token(call, answer.view.sequence, std::to_string(end)));
  }
  out.end_object();
}

}  // namespace

void get_statement(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  const auto participant = query.id("participant", 'P');
  const auto purpose = query.choice("purpose", kPurposeNames);
  StatementQuery asked;
  asked.from = query.time("from");
  asked.to = query.time("to");
  check_period(query, asked.from, asked.to);
  if (!participant) query.fault("participant", "participant is required.", "missing-field");
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const auto found = find_accounts(call, answer.view, participant, id_text('P', *participant));
    if (const auto* problem = std::get_if<Problem>(&found)) return *problem;
    asked.account = {std::get<ParticipantId>(found), static_cast<Purpose>(purpose.value_or(0))};
    std::optional<Problem> gone;
    const Lines lines = call.core.history.with_lines([&](const MoneyLines& all) {
      Lines found_lines = lines_of(all, answer.view, asked);
      if (found_lines.gone) gone = lines_gone(call.core, all);
      return found_lines;
    });
    if (gone) return gone;
    write_statement(call, page, answer, asked, lines);
    return std::nullopt;
  });
}

namespace {

// Bids of orders that no gate has closed over are sealed: the journal is served up to the last
// gate.
bool is_sealed(const exchange::Event& event, const View& view, bool regulator) {
  const auto* happened = std::get_if<engine::Event>(&event);
  if (regulator || happened == nullptr) return false;
  const auto* accepted = std::get_if<engine::OrderAccepted>(&happened->what);
  return accepted != nullptr && happened->at > view.state.gate().closed;
}

}  // namespace

void read_journal(Call& call) {
  Query query(call);
  const std::int64_t size = query.integer("pageSize", {.min = 1, .max = 1'000}, 100);
  const std::uint64_t from = std::max<std::uint64_t>(1, query.sequence("from").value_or(1));
  if (!call.core.options.history || !call.core.options.head) {
    return refuse(call, {"not-built", "This exchange cannot read its journal yet."});
  }
  const auto records = call.core.options.history(from, std::size_t{256} << 10);
  if (!records.ok()) return refuse(call, {"internal", records.error().context});
  const bool regulator = call.caller->role == access::Role::kRegulator;
  const auto last = call.core.options.head();
  if (!last.ok()) return refuse(call, {"internal", last.error().context});
  const ServiceOptions::Head& head = last.value();
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    std::vector<std::string> items;
    std::uint64_t next = from;
    for (const node::Record& record : records.value()) {
      if (static_cast<std::int64_t>(items.size()) >= size) break;
      std::vector<EventText> texts;
      EventPlace place{.sequence = record.sequence};
      (void)exchange::read_record(record.bytes, [&](Second at, const exchange::Event& event) {
        place.at = at;
        if (is_sealed(event, answer.view, regulator)) {
          place.part += parts_of(event);
        } else {
          add_event_texts(texts, call.core.names, call.core.time, answer.view, place, event);
        }
        return true;
      });
      for (EventText& text : texts) items.push_back(std::move(text.json));
      next = record.sequence + 1;
    }
    json::Writer out(answer.body);
    out.begin_object()
        .begin_object("head")
        .text("sequence", std::to_string(head.sequence))
        .text("epoch", std::to_string(head.epoch))
        .text("hash", hash_text(head.hash))
        .end_object()
        .text("next", std::to_string(next))
        .begin_array("items");
    for (const std::string& item : items) out.raw(item);
    out.end_array().end_object();
    return std::nullopt;
  });
}

}  // namespace tongsuan::server::internal
