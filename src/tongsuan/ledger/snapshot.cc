#include "tongsuan/ledger/snapshot.h"

#include "tongsuan/ledger/internal/row_bytes.h"
#include "tongsuan/ledger/internal/snapshot_reader.h"

namespace tongsuan::ledger {
namespace {

using internal::RowWriter;

template <class Row>
void write_table(RowWriter& writer, const Table<Row>& table) {
  writer.numbers(static_cast<std::uint32_t>(table.rows.size()));
  for (const Row& row : table.rows) writer.row(row);
  writer.numbers(static_cast<std::uint32_t>(table.free.size()));
  for (const std::uint32_t slot : table.free) writer.numbers(slot);
}

void write_used(RowWriter& writer, const ProgrammeRow& programme) {
  std::uint32_t count = 0;
  for (const Money amount : programme.used) count += amount != Money();
  writer.numbers(count);
  for (std::uint32_t buyer = 0; buyer < programme.used.size(); ++buyer) {
    if (programme.used[buyer] == Money()) continue;
    writer.numbers(buyer, programme.used[buyer].raw());
  }
}

void write_state(const State& state, std::string& bytes) {
  RowWriter writer(bytes);
  writer.numbers(state.now(), state.last_contract(), state.participant_count());
  for (std::uint32_t i = 0; i < state.participant_count(); ++i) {
    writer.participant(state.participant({i}));
    const RepeatWindow* window = state.repeats({i});
    if (window == nullptr) continue;  // before its first entry
    writer.numbers(window->next);
    for (const RepeatWindow::Seen& seen : window->seen) writer.seen(seen);
  }
  write_table(writer, state.holds());
  write_table(writer, state.rights());
  writer.numbers(static_cast<std::uint32_t>(state.programmes().size()));
  for (const ProgrammeRow& programme : state.programmes()) {
    writer.programme(programme);
    write_used(writer, programme);
  }
}

}  // namespace

std::string write_snapshot(const State& state) {
  std::string bytes(kSnapshotMagic);
  bytes.reserve(std::size_t{128} * state.participant_count() + 48 * state.holds().rows.size() +
                64 * state.rights().rows.size());
  write_state(state, bytes);
  return bytes;
}

Result<State, ByteFault> read_snapshot(std::string_view bytes) {
  State state;
  internal::SnapshotReader reader(bytes);
  const ByteFault& fault = reader.read(state);
  if (fault.what != nullptr) return fault;
  return state;
}

}  // namespace tongsuan::ledger
