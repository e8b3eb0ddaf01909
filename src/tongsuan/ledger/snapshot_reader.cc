#include "tongsuan/ledger/internal/snapshot_reader.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "tongsuan/ledger/internal/carry_out.h"
#include "tongsuan/ledger/snapshot.h"

namespace tongsuan::ledger::internal {

SnapshotReader::SnapshotReader(std::string_view bytes) : in_(bytes) {}

const ByteFault& SnapshotReader::read(State& state) {
  read_head(state);
  read_table(state.holds_, kHoldsMax);
  read_table(state.rights_, kRightsMax);
  const std::size_t programmes = in_.count<std::uint32_t>(kProgrammesMax, 28);
  for (std::size_t i = 0; i < programmes && in_.ok(); ++i) read_programme(state);
  if (in_.ok() && in_.left() != 0) in_.fail_at("bytes follow the last row", in_.at());
  if (!in_.ok()) return in_.fault();
  if (const char* what = misfit(state)) in_.fail_at(what, in_.at());
  return in_.fault();
}

// ---- Rows by themselves
// --------------------------------------------------------------------------

std::int64_t SnapshotReader::within(std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  in_.read(value);
  if (value < least || value > most) in_.fail("a number is outside its limits");
  return in_.ok() ? value : least;
}

Money SnapshotReader::money(std::int64_t most) {
  return Money(within(0, most));
}

void SnapshotReader::read_head(State& state) {
  for (const char letter : kSnapshotMagic) {
    if (in_.number<std::uint8_t>() != static_cast<std::uint8_t>(letter)) {
      in_.fail_at("the bytes do not begin with tslsnp-1", 0);
    }
  }
  state.now_ = within(0, kSecondsMax);
  in_.read(state.last_contract_);
  const std::size_t count = in_.count<std::uint32_t>(kParticipantsMax, 24);
  if (count == 0) in_.fail("the exchange itself is missing");
  state.participants_.resize(std::max<std::size_t>(count, 1));
  for (std::uint32_t i = 0; i < count && in_.ok(); ++i) read_participant(state, i);
}

void SnapshotReader::read_participant(State& state, std::uint32_t id) {
  Participant& row = state.participants_[id];
  const auto open = in_.number<std::uint32_t>();
  if (open >> kPurposes != 0) in_.fail("no such purpose");
  if ((open & bit(Purpose::kHold)) == 0) in_.fail("a participant without accounts");
  if (id != kHouse.value && (open & bit(Purpose::kRail)) != 0) in_.fail("a rail of a participant");
  if (id == kHouse.value && (row.open & ~open) != 0) in_.fail("the exchange lacks an account");
  row.open = static_cast<std::uint16_t>(open);
  for (std::size_t purpose = 0; purpose < kPurposes; ++purpose) {
    if (row.has(static_cast<Purpose>(purpose))) {
      row.balance[purpose] = Money(within(-kBalanceMax, kBalanceMax));
    }
  }
  row.overdraft = money(row.has(Purpose::kCash) ? kMoneyMax : 0);
  in_.read(row.programme);
  in_.read(row.last_number);
  if (row.last_number != 0) read_window(state, row);
}

void SnapshotReader::read_window(State& state, Participant& row) {
  row.window = static_cast<std::uint32_t>(state.windows_.size());
  RepeatWindow& window = state.windows_.emplace_back();
  in_.read(window.next);
  for (RepeatWindow::Seen& seen : window.seen) {
    in_.read(seen.number);
    in_.read(seen.fingerprint);
    in_.read(seen.made.slot);
    in_.read(seen.made.generation);
  }
}

void SnapshotReader::read_row(HoldRow& row) {
  in_.read(row.generation);
  if (row.generation == 0) in_.fail("a row without a generation");
  row.open = in_.flag();
  if (!row.open) return;
  row.held = money();
  row.left = money(row.held.raw());
  row.until = within(0, kSecondsMax);
  in_.read(row.owner.value);
  in_.read(row.right);
  row.source = static_cast<Purpose>(in_.below(kPurposes, "no such purpose"));
}

void SnapshotReader::read_row(RightRow& row) {
  in_.read(row.generation);
  if (row.generation == 0) in_.fail("a row without a generation");
  row.open = in_.flag();
  if (!row.open) return;
  in_.read(row.contract);
  row.cost = money();
  row.paid = money(row.cost.raw());
  row.rectangle = DeviceSeconds(within(1, kDeviceSecondsMax));
  row.delivered = DeviceSeconds(within(0, row.rectangle.raw()));
  in_.read(row.hold);
  in_.read(row.voucher);
}

template <class Row>
void SnapshotReader::read_table(Table<Row>& table, std::uint32_t most) {
  table.rows.resize(in_.count<std::uint32_t>(most, 5));
  for (std::size_t i = 0; i < table.rows.size() && in_.ok(); ++i) read_row(table.rows[i]);
  read_free(table);
}

// Every row that has ended is free, once, or its generations are used up.
template <class Row>
void SnapshotReader::read_free(Table<Row>& table) {
  std::vector<bool> ended(table.rows.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (table.rows[i].open) continue;
    const bool worn = table.rows[i].generation == std::numeric_limits<std::uint32_t>::max();
    (worn ? table.retired : count) += 1;
    ended[i] = !worn;
  }
  table.free.resize(in_.count<std::uint32_t>(table.rows.size(), 4));
  for (std::uint32_t& slot : table.free) {
    in_.read(slot);
    if (slot >= ended.size() || !ended[slot]) in_.fail("a slot is free that has not ended");
    if (!in_.ok()) return;
    ended[slot] = false;
  }
  if (table.free.size() != count) in_.fail("a slot that has ended is not free");
}

void SnapshotReader::read_programme(State& state) {
  ProgrammeRow row;
  in_.read(row.city.value);
  in_.read(row.rate_ppm);
  if (row.rate_ppm > kPpm) in_.fail("a number is outside its limits");
  row.cap = money();
  row.until = within(0, kSecondsMax);
  const std::size_t count = in_.count<std::uint32_t>(state.participants_.size(), 12);
  for (std::size_t i = 0; i < count && in_.ok(); ++i) {
    const auto buyer = in_.number<std::uint32_t>();
    if (buyer < row.used.size()) in_.fail("buyers do not rise");
    if (buyer >= state.participants_.size()) in_.fail("no such participant");
    if (!in_.ok()) return;
    row.used.resize(buyer + std::size_t{1});
    row.used[buyer] = Money(within(1, row.cap.raw()));
  }
  state.programmes_.push_back(std::move(row));
}

// ---- Rows together
// -------------------------------------------------------------------------------

const char* SnapshotReader::misfit(State& state) {
  for (const auto look : {misfit_participants, misfit_holds, misfit_rights, misfit_vouchers}) {
    if (const char* what = look(state)) return what;
  }
  link(state);
  return state.broken_sums();
}

const char* SnapshotReader::misfit_participants(const State& state) {
  std::size_t cities = 0;
  for (std::uint32_t i = 0; i < state.participant_count(); ++i) {
    const Participant& row = state.participants_[i];
    for (std::size_t purpose = 0; purpose < kPurposes; ++purpose) {
      const Account account{{i}, static_cast<Purpose>(purpose)};
      if (!row.has(account.purpose)) continue;
      if (const char* what = state.broken_account(account)) return what;
    }
    if (row.programme == kNone) continue;
    if (row.programme >= state.programmes_.size()) return "a voucher of no programme";
    const bool own = state.programmes_[row.programme].city.value == i;
    if (!own || !row.has(Purpose::kVoucher)) return "a programme of another city";
    ++cities;
  }
  return cities == state.programmes_.size() ? nullptr : "a programme of no city";
}

const char* SnapshotReader::misfit_holds(const State& state) {
  for (std::uint32_t slot = 0; slot < state.holds_.rows.size(); ++slot) {
    const HoldRow& row = state.holds_.rows[slot];
    if (!row.open) continue;
    if (row.owner.value >= state.participant_count()) return "a hold of nobody";
    if (!state.participants_[row.owner.value].has(row.source)) return "a hold of no account";
    const bool voucher = row.source == Purpose::kVoucher;
    if (!voucher && row.source != Purpose::kCash && row.source != Purpose::kMargin &&
        row.source != Purpose::kEscrow) {
      return "a hold of the wrong purpose";
    }
    if (row.right == kNone) {
      if (voucher) return "a voucher of no contract";
      if (row.left == Money()) return "a hold has not ended";
      continue;
    }
    if (row.right >= state.rights_.rows.size()) return "a hold of no contract";
    const RightRow& right = state.rights_.rows[row.right];
    if (!right.open || (voucher ? right.voucher : right.hold) != slot) {
      return "a hold of another contract";
    }
  }
  return nullptr;
}

const char* SnapshotReader::misfit_rights(const State& state) {
  const auto is_bound = [&](std::uint32_t hold, std::uint32_t right) {
    return hold < state.holds_.rows.size() && state.holds_.rows[hold].open &&
           state.holds_.rows[hold].right == right;
  };
  for (std::uint32_t slot = 0; slot < state.rights_.rows.size(); ++slot) {
    const RightRow& row = state.rights_.rows[slot];
    if (!row.open) continue;
    if (row.contract == 0 || row.contract > state.last_contract_) return "no such contract";
    if (!is_bound(row.hold, slot) || state.holds_.rows[row.hold].source == Purpose::kVoucher) {
      return "a contract without its hold";
    }
    if (row.voucher != kNone) {
      if (!is_bound(row.voucher, slot) ||
          state.holds_.rows[row.voucher].source != Purpose::kVoucher) {
        return "a contract without its voucher";
      }
    }
    if (const char* what = state.broken_right(slot)) return what;
  }
  return nullptr;
}

// A buyer has used at least what its open vouchers held.
const char* SnapshotReader::misfit_vouchers(const State& state) {
  std::vector<std::tuple<std::uint32_t, std::uint32_t, std::int64_t>> held;
  for (const RightRow& row : state.rights_.rows) {
    if (!row.open || row.voucher == kNone) continue;
    const HoldRow& voucher = state.holds_.rows[row.voucher];
    held.emplace_back(state.participants_[voucher.owner.value].programme,
                      state.holds_.rows[row.hold].owner.value, voucher.held.raw());
  }
  std::ranges::sort(held);
  int128 sum = 0;
  for (std::size_t i = 0; i < held.size(); ++i) {
    const auto [programme, buyer, amount] = held[i];
    const bool same =
        i > 0 && std::get<0>(held[i - 1]) == programme && std::get<1>(held[i - 1]) == buyer;
    sum = (same ? sum : 0) + amount;
    if (sum > state.programmes_[programme].used_by({buyer}).raw()) {
      return "vouchers are held that nobody uses";
    }
  }
  return nullptr;
}

// What follows from the rows: totals, and the lists of each participant's holds.
void SnapshotReader::link(State& state) {
  state.totals_ = {};
  state.left_total_ = 0;
  for (const Participant& row : state.participants_) {
    for (std::size_t purpose = 0; purpose < kPurposes; ++purpose) {
      state.totals_[purpose] += row.balance[purpose].raw();
    }
  }
  for (std::uint32_t slot = 0; slot < state.holds_.rows.size(); ++slot) {
    HoldRow& row = state.holds_.rows[slot];
    if (!row.open) continue;
    state.left_total_ += row.left.raw();
    std::uint32_t& first = state.participants_[row.owner.value].first_hold;
    row.next = first;
    if (first != kNone) state.holds_.rows[first].previous = slot;
    first = slot;
  }
}

}  // namespace tongsuan::ledger::internal
