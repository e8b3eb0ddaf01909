#include "tongsuan/server/internal/bill.h"

#include <algorithm>
#include <map>
#include <utility>

#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

using engine::ContractId;
using report::Bill;
using report::BillAmounts;
using report::BillKind;
using report::BillRow;

// A contract in one of the roles of the participant; kNone: the record does not say which.
struct RowKey {
  std::uint32_t contract = kNone;
  bool supplier = false;
  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};
using Amounts = std::map<RowKey, BillAmounts>;

// What of a line is in a bill: nothing where money only changes accounts of one participant.
std::optional<BillKind> bill_kind(MoneyKind kind) {
  switch (kind) {
    case MoneyKind::kDeposit:
      return BillKind::kDeposit;
    case MoneyKind::kWithdrawal:
      return BillKind::kWithdrawal;
    case MoneyKind::kTransfer:
    case MoneyKind::kHold:
    case MoneyKind::kRelease:
      return std::nullopt;
    case MoneyKind::kPayment:
      return BillKind::kPayment;
    case MoneyKind::kTakeOrPay:
      return BillKind::kTakeOrPay;
    case MoneyKind::kPremium:
      return BillKind::kPremium;
    case MoneyKind::kPenalty:
      return BillKind::kPenalty;
    case MoneyKind::kRefund:
      return BillKind::kRefund;
    case MoneyKind::kVoucher:
      return BillKind::kVoucher;
    case MoneyKind::kResale:
      return BillKind::kResale;
    case MoneyKind::kRounding:
      return BillKind::kOther;
  }
  return BillKind::kOther;
}

// Suppliers receive payments, and pay penalties and refunds.
bool is_supplier(BillKind kind, bool came) {
  const bool back = kind == BillKind::kPenalty || kind == BillKind::kRefund;
  return kind != BillKind::kResale && kind != BillKind::kOther && came != back;
}

// The sums of a walk from now back to the beginning of the period.
struct Walk {
  Amounts amounts;
  BillAmounts totals;
  int128 closing = 0;
};

void add_side(Walk& walk, const MoneyLine& line, bool came) {
  const auto kind = bill_kind(line.kind_of(came));
  if (!kind) return;
  const int128 amount = came ? line.did.amount.raw() : -line.did.amount.raw();
  walk.totals.add(*kind, amount);
  if (*kind == BillKind::kDeposit || *kind == BillKind::kWithdrawal) return;
  // Who gives back what it had for devices that it sold is the buyer of the contract they were of.
  const bool supplier = is_supplier(*kind, came) && (came || !line.returned);
  walk.amounts[{line.contract_of(came), supplier}].add(*kind, amount);
}

int128 all_money(const View& view, ParticipantId participant) {
  int128 sum = 0;
  for (const Money balance : view.state.money().participant(participant).balance) {
    sum += balance.raw();
  }
  return sum;
}

std::variant<Walk, Problem> walk_back(const Core& core, const View& view, const BillQuery& asked) {
  return core.history.with_lines([&](const MoneyLines& lines) -> std::variant<Walk, Problem> {
    const bool later_gone = asked.as_of < view.sequence && asked.as_of < lines.forgotten();
    if (later_gone || !lines.has_all_from(asked.from)) return lines_gone(core, lines);
    Walk walk;
    walk.closing = all_money(view, asked.participant);
    lines.each([&](const MoneyLine& line) {
      const bool came = line.did.to.participant == asked.participant;
      const bool went = line.did.from.participant == asked.participant;
      if (line.sequence > view.sequence) return true;
      if (asked.from && line.at < *asked.from) return false;
      if (line.sequence > asked.as_of || (asked.to && line.at >= *asked.to)) {
        if (came) walk.closing -= line.did.amount.raw();
        if (went) walk.closing += line.did.amount.raw();
        return true;
      }
      if (went) add_side(walk, line, false);
      if (came) add_side(walk, line, true);
      return true;
    });
    return walk;
  });
}

// ---- What is said of a contract

// Of an order that the engine knows: what its owner calls it.
void add_name(BillRow& row, const View& view, OrderId order) {
  if (!view.state.engine().knows(order)) return;
  const std::string& name = view.state.order_name(order);
  if (!name.empty()) row.name = name;
}

void add_terms(BillRow& row, const Core& core, const View& view, ContractId id,
               const ContractFacts& facts) {
  const engine::State& engine = view.state.engine();
  const bool lives = engine.knows(id);
  if (!lives && !facts.started) return;
  OrderId order = facts.order;
  engine::PoolId pool = facts.pool;
  Price price = facts.price;
  Second start = facts.start;
  if (lives) {
    const engine::Contract& contract = engine.contract(id);
    order = contract.order;
    pool = contract.pool;
    price = contract.price;
    start = contract.start;
    row.devices = contract.devices();
    row.until = core.time.text(contract.expected_end);
  } else {
    row.until = core.time.text(facts.until);
  }
  const engine::Pool& place = core.names.places().pools[pool.value];
  row.order = id_text('O', order.value);
  row.hub = std::string(core.names.hub(place.hub));
  row.accelerator = std::string(core.names.accelerator(place.accelerator));
  row.price = price.raw();
  row.from = core.time.text(start);
}

// How it ended, of one that has.
void add_end(BillRow& row, const Core& core, const View& view, ContractId id,
             const ContractFacts& facts) {
  const engine::State& engine = view.state.engine();
  const bool lives = engine.knows(id);
  row.running = lives ? engine.contract(id).end < 0 : facts.started && !facts.ended;
  if (row.running) return;
  const Second end = lives ? engine.contract(id).end : facts.end;
  const Second until = lives ? engine.contract(id).expected_end : facts.until;
  if (lives || facts.ended) row.end = core.time.text(end);
  if (facts.ended) row.end_reason = std::string(end_reason(facts.reason));
  if (row.end && row.until) row.ended_early = std::max<Second>(0, until - end);
}

void add_delivery(BillRow& row, const View& view, ContractId id, const ContractFacts& facts) {
  const exchange::Delivery* told = view.state.deliveries().find(id);
  if (facts.started && row.devices) {
    row.delivered = facts.delivered * *row.devices + facts.delivered_gone;
  }
  if (facts.started) row.missed = facts.missed;
  if (facts.started) row.overrun = facts.overrun;
  if (told != nullptr) row.missed = told->missed;
  if (told != nullptr) row.overrun = told->overrun;
}

void note_unknown(BillRow& row) {
  const auto note = [&](std::string_view key, bool is_known) {
    if (!is_known) row.unknown.push_back(key);
  };
  note("contract", !row.contract.empty());
  note("order", row.order.has_value());
  note("hub", row.hub.has_value());
  note("class", row.accelerator.has_value());
  note("devices", row.devices.has_value());
  note("from", row.from.has_value());
  note("until", row.until.has_value());
  note("end", row.running || row.end.has_value());
  note("delivered_device_seconds", row.delivered.has_value());
  note("missed_seconds", row.missed.has_value());
  note("ended_early_seconds", row.running || row.ended_early.has_value());
  note("overrun_seconds", row.overrun.has_value());
  note("price", row.price.has_value());
}

BillRow make_row(const Call& call, const View& view, const RowKey& key,
                 const std::optional<ContractFacts>& known) {
  BillRow row;
  row.supplier = key.supplier;
  if (key.contract != kNone) {
    const ContractId id{key.contract};
    const ContractFacts facts = known.value_or(ContractFacts());
    row.contract = id_text('C', key.contract);
    if (facts.devices > 0) row.devices = facts.devices;
    add_terms(row, call.core, view, id, facts);
    add_end(row, call.core, view, id, facts);
    add_delivery(row, view, id, facts);
    if (!key.supplier && row.order && view.state.engine().knows(id)) {
      const OrderId order = view.state.engine().contract(id).order;
      if (owner_of(view, order) == call.actor()) add_name(row, view, order);
    }
  }
  note_unknown(row);
  return row;
}

std::vector<BillRow> make_rows(const Call& call, const View& view, const Amounts& amounts,
                               std::uint64_t as_of) {
  std::vector<ContractId> ids;
  for (const auto& [key, amount] : amounts) {
    if (ids.empty() || ids.back().value != key.contract) ids.push_back(ContractId{key.contract});
  }
  const auto facts = call.core.history.of(ids, as_of);
  std::vector<BillRow> rows;
  rows.reserve(amounts.size());
  for (const auto& [key, amount] : amounts) {
    const auto at = std::ranges::lower_bound(ids, ContractId{key.contract});
    rows.push_back(make_row(call, view, key, facts[static_cast<std::size_t>(at - ids.begin())]));
    rows.back().amounts = amount;
  }
  return rows;
}

}  // namespace

std::variant<Bill, Problem> make_bill(const Call& call, const View& view, const BillQuery& asked) {
  const Core& core = call.core;
  auto walked = walk_back(core, view, asked);
  if (auto* problem = std::get_if<Problem>(&walked)) return std::move(*problem);
  const Walk& walk = std::get<Walk>(walked);
  Bill bill;
  bill.participant = id_text('P', asked.participant.value);
  if (const auto* record = view.state.participant(asked.participant)) bill.name = record->name;
  bill.currency = "CNY";
  if (asked.from) bill.from = core.time.text(*asked.from);
  bill.up_to_now = !asked.to || *asked.to > view.state.now();
  bill.to = core.time.text(asked.to && !bill.up_to_now ? *asked.to : view.state.now());
  bill.sequence = asked.as_of;
  bill.closing = walk.closing;
  bill.opening = walk.closing - walk.totals.net();
  bill.totals = walk.totals;
  bill.rows = make_rows(call, view, walk.amounts, asked.as_of);
  return bill;
}

void check_period(Query& query, const std::optional<Second>& from,
                  const std::optional<Second>& to) {
  if (from && to && *to <= *from) query.fault("to", "The period ends before it begins.");
}

Problem lines_gone(const Core& core, const MoneyLines& lines) {
  if (core.remembering.busy()) {
    Problem problem{"unavailable", "Lines so far back are being read from the journal."};
    problem.retry_after = 1;
    return problem;
  }
  return {"gone",
          "Lines are kept from after " + core.time.text(lines.forgotten_at()) +
              " on; those before are in the journal only.",
          "from", 0, "Ask for a period that begins later, or read the journal"};
}

std::variant<ParticipantId, Problem> find_accounts(const Call& call, const View& view,
                                                   const std::optional<std::uint64_t>& number,
                                                   std::string_view id) {
  const bool is_there = number && *number < view.state.money().participant_count();
  if (is_there && (call.sees_all() || *number == call.actor().value)) {
    return ParticipantId{static_cast<std::uint32_t>(*number)};
  }
  return unknown("participant", id, "participant");
}

}  // namespace tongsuan::server::internal
