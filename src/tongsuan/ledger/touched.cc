#include "tongsuan/ledger/touched.h"

#include <algorithm>
#include <array>
#include <span>

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
  [[nodiscard]] std::span<const RowKey> keys() const { return std::span(keys_).first(count_); }

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
  void add(RowKey key) {
    if (std::ranges::find(keys(), key) != keys().end()) return;
    TONGSUAN_CHECK(count_ < kMost);
    keys_[count_++] = key;
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
  std::array<RowKey, kMost> keys_;
  std::size_t count_ = 0;
};

using TotalsPack = BytePacker<2 * 8 + 4 + 2 * 4 * 4>;

template <class Row>
void append_table(TotalsPack& pack, const Table<Row>& table) {
  pack.number(static_cast<std::uint32_t>(table.rows.size()));
  pack.number(static_cast<std::uint32_t>(table.free.size()));
  const MadeId next = table.next();
  pack.number(next.slot);
  pack.number(next.generation);
}

void append_totals(std::string& bytes, const State& state) {
  TotalsPack pack;
  pack.number(state.now());
  pack.number(state.last_contract());
  pack.number(state.participant_count());
  append_table(pack, state.holds());
  append_table(pack, state.rights());
  pack.append_to(bytes);
}

}  // namespace

std::vector<RowKey> touched_rows(const State& state, const Event& event) {
  const Keys keys(state, event);
  return {keys.keys().begin(), keys.keys().end()};
}

void append_row(const State& state, RowKey key, std::string& bytes) {
  internal::RowWriter writer(bytes);
  BytePacker<1 + 4> head;
  head.byte(static_cast<std::uint8_t>(key.kind));
  head.number(key.id);
  head.append_to(bytes);
  switch (key.kind) {
    case RowKind::kTotals:
      return append_totals(bytes, state);
    case RowKind::kParticipant:
      return writer.participant(state.participant({key.id}));
    case RowKind::kPurpose:
      return writer.wide(state.total(static_cast<Purpose>(key.id)));
    case RowKind::kLastEntry:
      writer.number(state.repeats({key.id})->next);
      return writer.seen(state.repeats({key.id})->seen[key.part]);
    case RowKind::kHold:
      return writer.row(state.holds().rows[key.id]);
    case RowKind::kRight:
      return writer.row(state.rights().rows[key.id]);
    case RowKind::kProgramme:
      return writer.programme(state.programmes()[key.id]);
    case RowKind::kUsed:
      writer.number(key.part);
      return writer.money(state.programmes()[key.id].used_by({key.part}));
  }
}

void append_touched_rows(const State& state, const Event& event, std::string& bytes) {
  const Keys keys(state, event);
  for (const RowKey key : keys.keys()) append_row(state, key, bytes);
}

}  // namespace tongsuan::ledger
