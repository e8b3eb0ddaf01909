#include "tongsuan/exchange/snapshot.h"

#include <algorithm>
#include <array>
#include <future>
#include <map>
#include <utility>

#include "tongsuan/engine/snapshot.h"
#include "tongsuan/exchange/internal/fields.h"
#include "tongsuan/ledger/snapshot.h"

namespace tongsuan::exchange {
namespace {

using internal::Reader;
using internal::Writer;

void put_part(std::string& bytes, std::string_view part) {
  append_little_endian(bytes, std::uint64_t{part.size()});
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

// Numbers given, rows kept, and each with its number.
template <class Row>
void put_store(Writer& writer, const engine::RowStore<Row>& store) {
  writer(store.size());
  writer(store.kept());
  store.each([&](std::uint32_t number, const Row& row) {
    writer(number);
    writer(row);
  });
}

template <class Row>
void take_store(Reader& reader, engine::RowStore<Row>& store) {
  std::uint32_t size = 0;
  reader(size);
  const std::size_t kept = reader.count(4);
  for (std::size_t i = 0; i < kept && !reader.failed(); ++i) {
    std::uint32_t number = 0;
    Row row;
    reader(number);
    reader(row);
    if (number < store.size() || number >= size) return reader.fail();
    store.skip_to(number);
    store.push_back(std::move(row));
  }
  if (!reader.failed()) store.skip_to(size);
}

void put_rounds(Writer& writer, const std::deque<RoundRow>& rounds) {
  put_rows(writer, rounds);
  for (const RoundRow& round : rounds) put_rows(writer, round.posted);
}

void take_rounds(Reader& reader, std::deque<RoundRow>& rounds) {
  take_rows(reader, rounds);
  for (RoundRow& round : rounds) take_rows(reader, round.posted);
}

constexpr std::size_t kBesideBytes = std::size_t{4} << 20;  // worth a thread of its own
constexpr std::size_t kPrefetch = 8;  // ids are fetched so many rows before they are needed

// False: an id came twice.
bool add_repeats(Repeats& repeats, const std::vector<Repeats::Row>& rows) {
  repeats.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i + kPrefetch < rows.size()) repeats.prefetch(rows[i + kPrefetch].id);
    if (repeats.find(rows[i].id) != nullptr) return false;
    repeats.add(rows[i]);
  }
  return true;
}

// What the second version added, behind everything else of the exchange's own.
void put_market(Writer& writer, const State& state, const engine::RowStore<ContractMoney>& money) {
  writer(state.rules().take_or_pay_ppm);
  put_rows(writer, state.closures());
  writer(state.resales().next().value - 1);
  writer(static_cast<std::uint32_t>(state.resales().rows().size()));
  for (const auto& [number, row] : state.resales().rows()) {
    writer(number);
    writer(row);
  }
  std::vector<std::uint32_t> own;
  money.each([&](std::uint32_t number, const ContractMoney& row) {
    if (row.own) own.push_back(number);
  });
  put_rows(writer, own);
}

void take_resales(Reader& reader, Resales& resales) {
  std::uint32_t last = 0;
  reader(last);
  const std::size_t rows = reader.count(4);
  for (std::size_t i = 0; i < rows && !reader.failed(); ++i) {
    std::uint32_t number = 0;
    ResaleRow row;
    reader(number);
    reader(row);
    if (reader.failed()) return;
    if (number > last || number < resales.next().value || row.terms.until == 0) {
      return reader.fail();
    }
    resales.restore(ResaleId{number}, std::move(row));
  }
  resales.count(ResaleId{last});
}

void take_own(Reader& reader, engine::RowStore<ContractMoney>& money) {
  std::vector<std::uint32_t> own;
  take_rows(reader, own);
  for (const std::uint32_t number : own) {
    if (!money.is_kept(number)) return reader.fail();
    money[number].own = true;
  }
}

// What the third version added: those who do not let others have what their contracts leave.
void put_keepers(Writer& writer, const std::vector<ParticipantRecord>& participants) {
  std::vector<std::uint32_t> keepers;
  for (std::uint32_t i = 0; i < participants.size(); ++i) {
    if (!participants[i].resell) keepers.push_back(i);
  }
  put_rows(writer, keepers);
}

void take_keepers(Reader& reader, std::vector<ParticipantRecord>& participants) {
  std::vector<std::uint32_t> keepers;
  take_rows(reader, keepers);
  for (const std::uint32_t number : keepers) {
    if (number >= participants.size()) return reader.fail();
    participants[number].resell = false;
  }
}

// What the fourth version added: who acts for hubs, what they said, and what orders run.
void put_agents(Writer& writer, const State& state, const std::map<std::uint32_t, Digest>& works) {
  for (const HubRecord& hub : state.hubs()) writer(hub.lease);
  writer(static_cast<std::uint32_t>(state.deliveries().rows().size()));
  for (const auto& [number, row] : state.deliveries().rows()) {
    writer(number);
    writer(row);
  }
  writer(static_cast<std::uint32_t>(works.size()));
  for (const auto& [number, work] : works) {
    writer(number);
    writer(work);
  }
}

// Numbers rise, so that the same state has the same bytes.
template <class Row, class Take>
void take_numbered(Reader& reader, Take&& take) {
  const std::size_t rows = reader.count(4);
  std::uint64_t least = 0;
  for (std::size_t i = 0; i < rows && !reader.failed(); ++i) {
    std::uint32_t number = 0;
    Row row;
    reader(number);
    reader(row);
    if (number < least) return reader.fail();
    least = std::uint64_t{number} + 1;
    if (!reader.failed()) take(number, std::move(row));
  }
}

void take_agents(Reader& reader, std::vector<HubRecord>& hubs, Deliveries& deliveries,
                 std::map<std::uint32_t, Digest>& works) {
  for (HubRecord& hub : hubs) reader(hub.lease);
  take_numbered<Delivery>(reader, [&](std::uint32_t number, Delivery read) {
    deliveries.change(engine::ContractId{number}, [&](Delivery& row) { row = std::move(read); });
  });
  take_numbered<Digest>(reader,
                        [&](std::uint32_t number, const Digest& work) { works[number] = work; });
}

// What is said of a resale behind its row.
struct ResaleEnd {
  std::int64_t spared = 0;
  bool ended = false;
  static constexpr auto fields() { return std::tuple(&ResaleEnd::spared, &ResaleEnd::ended); }
};

// What the fifth version added: who has what of what is presumed, and what resales do not owe for.
void put_shares(Writer& writer, const State& state) {
  std::map<std::uint32_t, const std::vector<HeldShare>*> shares;
  for (const auto& [number, row] : state.deliveries().rows()) {
    if (!row.shares.empty()) shares.emplace(number, &row.shares);
  }
  writer(static_cast<std::uint32_t>(shares.size()));
  for (const auto& [number, list] : shares) {
    writer(number);
    writer(*list);
  }
  std::map<std::uint32_t, ResaleEnd> ends;
  for (const auto& [number, row] : state.resales().rows()) {
    if (row.spared != 0 || row.ended) ends.emplace(number, ResaleEnd{row.spared, row.ended});
  }
  writer(static_cast<std::uint32_t>(ends.size()));
  for (const auto& [number, end] : ends) {
    writer(number);
    writer(end);
  }
}

void take_shares(Reader& reader, Deliveries& deliveries, Resales& resales) {
  take_numbered<std::vector<HeldShare>>(
      reader, [&](std::uint32_t number, std::vector<HeldShare> read) {
        if (deliveries.presumed(engine::ContractId{number}) == nullptr) return reader.fail();
        deliveries.change(engine::ContractId{number},
                          [&](Delivery& row) { row.shares = std::move(read); });
      });
  take_numbered<ResaleEnd>(reader, [&](std::uint32_t number, const ResaleEnd& read) {
    if (resales.find(ResaleId{number}) == nullptr) return reader.fail();
    resales.change(ResaleId{number}, [&](ResaleRow& row) {
      row.spared = read.spared;
      row.ended = read.ended;
    });
  });
}

// Before the fifth version what was over had no right any more.
void find_ends(Resales& resales) {
  std::vector<ResaleId> ended;
  for (const auto& [number, row] : resales.rows()) {
    if (row.grant != 0 && row.right == ledger::RightId{}) ended.push_back(ResaleId{number});
  }
  for (const ResaleId id : ended) resales.change(id, [](ResaleRow& row) { row.ended = true; });
}

// 1 to 5; 0: not a snapshot of the exchange.
int version_of(std::string_view magic) {
  constexpr std::array<std::string_view, 5> kMagics = {kFirstSnapshotMagic, kSecondSnapshotMagic,
                                                       kThirdSnapshotMagic, kFourthSnapshotMagic,
                                                       kSnapshotMagic};
  const auto at = std::ranges::find(kMagics, magic);
  return at == kMagics.end() ? 0 : static_cast<int>(at - kMagics.begin()) + 1;
}

Error corrupt(std::string what) {
  return {ErrorCode::kCorrupt, "a snapshot of the exchange: " + std::move(what),
          "move it away: the journal alone is enough"};
}

}  // namespace

std::string write_snapshot(const State& state) {
  std::string bytes(kSnapshotMagic);
  {
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
    put_store(writer, state.orders_);
    put_store(writer, state.contracts_);
    writer(static_cast<std::uint32_t>(state.repeats_.size()));
    state.repeats_.each([&](const Repeats::Row& row) { writer(row); });
    put_market(writer, state, state.contracts_);
    put_keepers(writer, state.participants_);
    put_agents(writer, state, state.works_);
    put_shares(writer, state);
  }
  put_part(bytes, engine::write_snapshot(state.engine_));
  put_part(bytes, ledger::write_snapshot(state.money_));
  return bytes;
}

Result<State> read_snapshot(std::string_view bytes, engine::Places places) {
  const int version = version_of(bytes.substr(0, kSnapshotMagic.size()));
  if (version == 0) {
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
  take_store(reader, state.orders_);
  take_store(reader, state.contracts_);
  std::vector<Repeats::Row> repeats;
  take_rows(reader, repeats);
  if (version >= 2) {
    reader(state.rules_.take_or_pay_ppm);
    take_rows(reader, state.closures_);
    take_resales(reader, state.resales_);
    take_own(reader, state.contracts_);
  }
  if (version >= 3) take_keepers(reader, state.participants_);
  if (version >= 4) take_agents(reader, state.hubs_, state.deliveries_, state.works_);
  if (version >= 5) take_shares(reader, state.deliveries_, state.resales_);
  if (version < 5) find_ends(state.resales_);
  const std::string_view engine_part = take_part(reader);
  const std::string_view ledger_part = take_part(reader);
  if (!reader.whole()) return corrupt("the bytes are cut, or go on behind their end");
  places = state.engine_.places();  // with the exchange's own account
  for (std::size_t i = 1; i < state.participants_.size(); ++i) {
    engine::add_account(places);
  }
  // The parts do not know of each other: the largest of a large one is read beside the rest.
  const auto how = engine_part.size() < kBesideBytes ? std::launch::deferred : std::launch::async;
  auto reading =
      std::async(how, [&] { return engine::read_snapshot(engine_part, std::move(places)); });
  const bool once = add_repeats(state.repeats_, repeats);
  auto money = ledger::read_snapshot(ledger_part);
  auto engine = reading.get();
  if (!once) return corrupt("an id was answered twice");
  if (!engine.ok()) return corrupt("engine: " + engine.error().text());
  if (!money.ok()) return corrupt("ledger: " + money.error().text());
  state.engine_ = std::move(engine).value();
  state.money_ = std::move(money).value();
  if (!state.fits()) return corrupt("its parts are of different states");
  state.derive();
  return state;
}

}  // namespace tongsuan::exchange
