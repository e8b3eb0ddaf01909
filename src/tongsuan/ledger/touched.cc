#include "tongsuan/ledger/touched.h"

#include <array>

#include "tongsuan/ledger/internal/carry_out.h"
#include "tongsuan/ledger/internal/row_bytes.h"

namespace tongsuan::ledger {
namespace {

// Keys in the order in which the facts name them, each once; an event names few.
class Keys {
 public:
  Keys(const State& state, const Event& event) : state_(state) {
    add({RowKind::kTotals, 0, 0});
    const ParticipantId author = event.id.author;
    add({RowKind::kParticipant, author.value, 0});
    add({RowKind::kLastEntry, author.value, (state.repeats(author)->next - 1) % kRepeatsKept});
    for (const Fact& fact : event.facts) {
      if (fact.did.amount != Money()) {
        add({RowKind::kParticipant, fact.did.from.participant.value, 0});
        add({RowKind::kParticipant, fact.did.to.participant.value, 0});
        add({RowKind::kPurpose, static_cast<std::uint32_t>(fact.did.from.purpose), 0});
        add({RowKind::kPurpose, static_cast<std::uint32_t>(fact.did.to.purpose), 0});
      }
      made_ = fact.made.slot;
      std::visit(*this, fact.asked);
    }
  }
  template <class See>
  void each(See&& see) const {
    for (std::size_t i = 0; i < count_; ++i) see(keys_[i].kind, keys_[i].id, keys_[i].part);
  }

  void operator()(const Open& leg) {
    add({RowKind::kParticipant, leg.account.participant.value, 0});
  }
  void operator()(const Programme& leg) {
    add({RowKind::kParticipant, leg.city.value, 0});
    add({RowKind::kProgramme, state_.participant(leg.city).programme, 0});
  }
  void operator()(const Move&) {}
  void operator()(const Hold&) { add({RowKind::kHold, made_, 0}); }
  void operator()(const Post& leg) { hold(leg.hold.slot); }
  void operator()(const Penalty& leg) { hold(leg.bond.slot); }
  void operator()(const Release& leg) { hold(leg.hold.slot); }
  void operator()(const Void& leg) { hold(leg.hold.slot); }
  void operator()(const Expire& leg) { hold(leg.hold.slot); }
  void operator()(const Grant& leg) {
    add({RowKind::kRight, made_, 0});
    hold(leg.hold.slot);
  }
  void operator()(const Voucher& leg) {
    add({RowKind::kHold, made_, 0});
    add({RowKind::kRight, leg.right.slot, 0});
    use(leg.city, leg.right.slot);
  }
  void operator()(const Deliver& leg) { add({RowKind::kRight, leg.right.slot, 0}); }
  // Slots of what ended still say whose they were: the next event may use them, not this one.
  void operator()(const Close& leg) {
    add({RowKind::kRight, leg.right.slot, 0});
    const RightRow& right = state_.rights().rows[leg.right.slot];
    add({RowKind::kHold, right.hold, 0});
    if (right.voucher == kNone) return;
    add({RowKind::kHold, right.voucher, 0});
    use(state_.holds().rows[right.voucher].owner, leg.right.slot);
  }

 private:
  static constexpr std::size_t kMost = std::size_t{6} * kLegsMax + 3 + kPurposes;
  // A RowKey that is not zeroed: there is room for many, and few are used.
  struct Key {
    RowKind kind;
    std::uint32_t id;
    std::uint32_t part;
  };
  void add(RowKey key) {
    for (std::size_t i = 0; i < count_; ++i) {
      const Key& there = keys_[i];
      if (there.kind == key.kind && there.id == key.id && there.part == key.part) return;
    }
    TONGSUAN_CHECK(count_ < kMost);
    keys_[count_++] = {key.kind, key.id, key.part};
  }
  void hold(std::uint32_t slot) {
    add({RowKind::kHold, slot, 0});
    const std::uint32_t right = state_.holds().rows[slot].right;
    if (right != kNone) add({RowKind::kRight, right, 0});
  }
  void use(ParticipantId city, std::uint32_t right) {
    const std::uint32_t buyer = state_.holds().rows[state_.rights().rows[right].hold].owner.value;
    add({RowKind::kUsed, state_.participant(city).programme, buyer});
  }

  const State& state_;
  std::uint32_t made_ = kNone;
  std::array<Key, kMost> keys_;
  std::size_t count_ = 0;
};

template <class Row>
void append_table(internal::RowWriter& writer, const Table<Row>& table) {
  const MadeId next = table.next();
  writer.numbers(static_cast<std::uint32_t>(table.rows.size()),
                 static_cast<std::uint32_t>(table.free.size()), next.slot, next.generation);
}

void append_totals(internal::RowWriter& writer, const State& state) {
  writer.numbers(state.now(), state.last_contract(), state.participant_count());
  append_table(writer, state.holds());
  append_table(writer, state.rights());
}

}  // namespace

std::vector<RowKey> touched_rows(const State& state, const Event& event) {
  const Keys keys(state, event);
  std::vector<RowKey> rows;
  keys.each([&](RowKind kind, std::uint32_t id, std::uint32_t part) {
    rows.push_back({kind, id, part});
  });
  return rows;
}

namespace {

// By its parts: a RowKey that is put together only to be passed is read before it is there.
void append_parts(const State& state, RowKind kind, std::uint32_t id, std::uint32_t part,
                  internal::RowWriter& writer) {
  writer.numbers(static_cast<std::uint8_t>(kind), id);
  switch (kind) {
    case RowKind::kTotals:
      return append_totals(writer, state);
    case RowKind::kParticipant:
      return writer.participant(state.participant({id}));
    case RowKind::kPurpose:
      return writer.wide(state.total(static_cast<Purpose>(id)));
    case RowKind::kLastEntry:
      writer.numbers(state.repeats({id})->next);
      return writer.seen(state.repeats({id})->seen[part]);
    case RowKind::kHold:
      return writer.row(state.holds().rows[id]);
    case RowKind::kRight:
      return writer.row(state.rights().rows[id]);
    case RowKind::kProgramme:
      return writer.programme(state.programmes()[id]);
    case RowKind::kUsed:
      writer.numbers(part);
      return writer.money(state.programmes()[id].used_by({part}));
  }
}

}  // namespace

void append_row(const State& state, RowKey key, std::string& bytes) {
  internal::RowWriter writer(bytes);
  append_parts(state, key.kind, key.id, key.part, writer);
}

void append_touched_rows(const State& state, const Event& event, std::string& bytes) {
  const Keys keys(state, event);
  internal::RowWriter writer(bytes);
  keys.each([&](RowKind kind, std::uint32_t id, std::uint32_t part) {
    append_parts(state, kind, id, part, writer);
  });
}

}  // namespace tongsuan::ledger
