#include "tongsuan/exchange/snapshot.h"

#include <utility>

#include "tongsuan/engine/snapshot.h"
#include "tongsuan/exchange/internal/fields.h"
#include "tongsuan/ledger/snapshot.h"

namespace tongsuan::exchange {
namespace {

using internal::Reader;
using internal::Writer;

void put_part(Writer& writer, std::string& bytes, std::string_view part) {
  writer(static_cast<std::uint64_t>(part.size()));
  bytes += part;
}

std::string_view take_part(Reader& reader) {
  std::uint64_t size = 0;
  reader(size);
  return reader.take(size);
}

template <class Rows>
void put_rows(Writer& writer, const Rows& rows) {
  writer(static_cast<std::uint32_t>(rows.size()));
  for (const auto& row : rows) writer(row);
}

// Every row has at least one byte.
template <class Rows>
void take_rows(Reader& reader, Rows& rows) {
  rows.resize(reader.count(1));
  for (auto& row : rows) {
    reader(row);
    if (reader.failed()) return;
  }
}

void put_rounds(Writer& writer, const std::deque<RoundRow>& rounds) {
  put_rows(writer, rounds);
  for (const RoundRow& round : rounds) put_rows(writer, round.posted);
}

void take_rounds(Reader& reader, std::deque<RoundRow>& rounds) {
  take_rows(reader, rounds);
  for (RoundRow& round : rounds) take_rows(reader, round.posted);
}

Error corrupt(std::string what) {
  return {ErrorCode::kCorrupt, "a snapshot of the exchange: " + std::move(what),
          "move it away: the journal alone is enough"};
}

// What the rows say of each other; everything else that could be wrong stays a wrong figure.
[[nodiscard]] bool fits(const engine::State& engine, std::size_t orders, std::size_t contracts,
                        std::size_t names, std::size_t hubs, std::size_t accounts) {
  return orders == engine.order_count() && names <= orders &&
         contracts <= engine.contract_count() && hubs == engine.places().hubs.size() &&
         accounts == engine.places().accounts.size();
}

}  // namespace

std::string write_snapshot(const State& state) {
  std::string bytes(kSnapshotMagic);
  Writer writer(bytes);
  writer(state.now_);
  writer(state.sequence_);
  writer(state.digest_);
  writer(state.rules_);
  writer(state.gate_);
  writer(state.halted_);
  put_rows(writer, state.participants_);
  put_rows(writer, state.hubs_);
  put_rows(writer, state.keys_);
  put_rows(writer, state.webhooks_);
  put_rounds(writer, state.rounds_);
  put_rows(writer, state.names_);
  put_rows(writer, state.orders_);
  put_rows(writer, state.contracts_);
  writer(static_cast<std::uint32_t>(state.repeats_.size()));
  state.repeats_.each([&](const Repeats::Row& row) { writer(row); });
  put_part(writer, bytes, engine::write_snapshot(state.engine_));
  put_part(writer, bytes, ledger::write_snapshot(state.money_));
  return bytes;
}

Result<State> read_snapshot(std::string_view bytes, engine::Places places) {
  if (bytes.substr(0, kSnapshotMagic.size()) != kSnapshotMagic) {
    return corrupt("the bytes do not begin with " + std::string(kSnapshotMagic));
  }
  Reader reader(bytes.substr(kSnapshotMagic.size()));
  State state(places, 0);
  reader(state.now_);
  reader(state.sequence_);
  reader(state.digest_);
  reader(state.rules_);
  reader(state.gate_);
  reader(state.halted_);
  take_rows(reader, state.participants_);
  take_rows(reader, state.hubs_);
  take_rows(reader, state.keys_);
  take_rows(reader, state.webhooks_);
  take_rounds(reader, state.rounds_);
  take_rows(reader, state.names_);
  take_rows(reader, state.orders_);
  take_rows(reader, state.contracts_);
  std::vector<Repeats::Row> repeats;
  take_rows(reader, repeats);
  for (const Repeats::Row& row : repeats) {
    if (state.repeats_.find(row.id) != nullptr) return corrupt("an id was answered twice");
    state.repeats_.add(row);
  }
  const std::string_view engine_part = take_part(reader);
  const std::string_view ledger_part = take_part(reader);
  if (!reader.whole()) return corrupt("the bytes are cut, or go on behind their end");
  places = state.engine_.places();  // with the exchange's own account
  for (std::size_t i = 1; i < state.participants_.size(); ++i) {
    engine::add_account(places);
  }
  auto engine = engine::read_snapshot(engine_part, std::move(places));
  if (!engine.ok()) return corrupt("engine: " + engine.error().text());
  auto money = ledger::read_snapshot(ledger_part);
  if (!money.ok()) return corrupt("ledger: " + money.error().text());
  state.engine_ = std::move(engine).value();
  state.money_ = std::move(money).value();
  if (!fits(state.engine_, state.orders_.size(), state.contracts_.size(), state.names_.size(),
            state.hubs_.size(), state.participants_.size())) {
    return corrupt("its parts are of different states");
  }
  state.derive();
  return state;
}

}  // namespace tongsuan::exchange
