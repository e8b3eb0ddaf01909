// Accounts, and money that moves between them.
#include <algorithm>

#include "tongsuan/ledger/statement.h"
#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

using ledger::Account;
using ledger::Purpose;

constexpr json::Range kMoved{.min = 1, .max = kMoneyMax};

void write_balance(json::Writer& out, const View& view, Account account) {
  out.begin_object()
      .text("participant", id_text('P', account.participant.value))
      .text("purpose", ledger::purpose_name(account.purpose));
  write_money(out, "balance", view.state.money().balance(account).raw());
  out.end_object();
}

// Micro-yuan of a sum of many accounts: each is within kMoneyMax, all of them may not be.
std::int64_t shown(int128 sum) {
  return static_cast<std::int64_t>(std::clamp<int128>(sum, -INT64_MAX, INT64_MAX));
}

Account account_of(json::ObjectReader& object, std::string_view key) {
  Account account;
  const auto value = object.member(key);
  if (!value) return account;
  const json::Path path(object.path(), key);
  json::ObjectReader reader(*value, path, object.faults());
  const auto participant = id_of(reader, "participant", 'P');
  account.purpose = static_cast<Purpose>(reader.choice("purpose", kPurposeNames));
  reader.finish();
  account.participant.value =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(participant.value_or(0), kNone));
  return account;
}

std::uint64_t reference_of(json::ObjectReader& object) {
  const std::string_view text = object.text("reference", {.bytes_max = 20});
  const auto number = parse_whole(text);
  if (!text.empty() && (!number || *number > INT64_MAX || *number == 0)) {
    object.fault("reference", "must be a whole number above 0 in quotes");
  }
  return number.value_or(0);
}

Shape of_transfer(std::int64_t amount) {
  Shape shape;
  shape.status = 201;
  shape.kind = 'T';
  shape.is_sequence = true;
  shape.detail = "Of " + money_text(amount) + ".";
  shape.param = "/amount";
  return shape;
}

// A deposit or a withdrawal.
template <class Command>
void move_cash(Call& call, std::string_view side) {
  const auto asked = read_once_alone(call);
  if (!asked) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  const Account account = account_of(object, side);
  const std::int64_t amount = money(object, "amount", kMoved);
  const std::uint64_t reference = reference_of(object);
  object.finish();
  if (!is_good(call, faults)) return;
  const bool fits =
      account.purpose == Purpose::kCash || (account.purpose == Purpose::kMargin && side == "to");
  if (!fits || account.participant == ledger::kHouse) {
    return refuse(call, {"wrong-account", {}, "/" + std::string(side)});
  }
  submit(call, asked->once, Command{account, Money(amount), reference}, of_transfer(amount));
}

}  // namespace

void deposit(Call& call) {
  move_cash<exchange::Deposit>(call, "to");
}
void withdraw(Call& call) {
  move_cash<exchange::Withdraw>(call, "from");
}

void transfer(Call& call) {
  const auto asked = read_once_alone(call);
  if (!asked) return;
  constexpr std::string_view kOwn[] = {"cash", "margin"};
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  const auto purpose = [&](std::string_view key) {
    return object.choice(key, kOwn) == 0 ? Purpose::kCash : Purpose::kMargin;
  };
  const Account from{call.actor(), purpose("from")};
  const Account to{call.actor(), purpose("to")};
  const std::int64_t amount = money(object, "amount", kMoved);
  object.finish();
  if (!is_good(call, faults)) return;
  submit(call, asked->once, exchange::Transfer{from, to, Money(amount)}, of_transfer(amount));
}

void list_accounts(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  const auto purpose = query.choice("purpose", kPurposeNames);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const ledger::State& money = answer.view.state.money();
    Listing list(call, page, answer);
    const std::uint64_t own = std::uint64_t{call.actor().value} * ledger::kPurposes;
    const std::uint64_t begin = call.sees_all() ? 0 : own;
    std::uint64_t next = std::max(begin, parse_whole(page.after).value_or(begin));
    const std::uint64_t end = call.sees_all()
                                  ? std::uint64_t{money.participant_count()} * ledger::kPurposes
                                  : own + ledger::kPurposes;
    for (; next < end && !list.full(); ++next) {
      const Account account{{static_cast<std::uint32_t>(next / ledger::kPurposes)},
                            static_cast<Purpose>(next % ledger::kPurposes)};
      if (!money.participant(account.participant).has(account.purpose) ||
          (purpose && static_cast<std::size_t>(account.purpose) != *purpose)) {
        continue;
      }
      write_balance(list.item(), answer.view, account);
    }
    if (next < end) list.more(std::to_string(next));
    list.finish();
    return std::nullopt;
  });
}

void get_accounts(Call& call) {
  Query query(call);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const auto number = parse_id(call.parameters[0], 'P');
    const ledger::State& money = answer.view.state.money();
    if (!number || *number >= money.participant_count() ||
        (!call.sees_all() && *number != call.actor().value)) {
      return unknown("participant", call.parameters[0], "participant");
    }
    const ParticipantId id{static_cast<std::uint32_t>(*number)};
    json::Writer out(answer.body);
    out.begin_object().text("participant", id_text('P', id.value)).begin_array("accounts");
    for (std::size_t i = 0; i < ledger::kPurposes; ++i) {
      const Account account{id, static_cast<Purpose>(i)};
      if (money.participant(id).has(account.purpose)) write_balance(out, answer.view, account);
    }
    out.end_array().end_object();
    return std::nullopt;
  });
}

void get_trial_balance(Call& call) {
  Query query(call);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const ledger::State& money = answer.view.state.money();
    json::Writer out(answer.body);
    out.begin_object().text("asOf", std::to_string(answer.view.sequence)).begin_array("purposes");
    int128 total = 0;
    for (std::size_t i = 0; i < ledger::kPurposes; ++i) {
      const int128 sum = money.total(static_cast<Purpose>(i));
      total += sum;
      if (sum == 0) continue;
      out.begin_object().text("purpose", kPurposeNames[i]);
      write_money(out, "balance", shown(sum));
      out.end_object();
    }
    out.end_array();
    write_money(out, "total", shown(total));
    out.end_object();
    return std::nullopt;
  });
}

}  // namespace tongsuan::server::internal
