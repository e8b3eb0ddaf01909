// An event changes no row but those that `touched_rows` names, and any change of these shows.
#include "tongsuan/ledger/touched.h"

#include <functional>
#include <set>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/ledger/any_entry.h"
#include "tongsuan/ledger/ledger_fixture.h"
#include "tongsuan/ledger/tamper.h"

namespace tongsuan::ledger {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): names of the fixture

// Every row of a state as numbers, by a way of its own.
using Numbers = std::vector<std::int64_t>;
class RowDump {
 public:
  explicit RowDump(const State& state) {
    put({RowKind::kTotals, 0, 0},
        {state.now(), static_cast<std::int64_t>(state.last_contract()), state.participant_count()});
    for (std::size_t purpose = 0; purpose < kPurposes; ++purpose) {
      put({RowKind::kPurpose, static_cast<std::uint32_t>(purpose), 0},
          {static_cast<std::int64_t>(state.total(static_cast<Purpose>(purpose)))});
    }
    for (std::uint32_t i = 0; i < state.participant_count(); ++i) participant(state, i);
    table(state.holds(), RowKind::kHold);
    table(state.rights(), RowKind::kRight);
    for (std::uint32_t i = 0; i < state.programmes().size(); ++i) {
      const ProgrammeRow& row = state.programmes()[i];
      put({RowKind::kProgramme, i, 0}, {row.city.value, row.rate_ppm, row.cap.raw(), row.until});
      for (std::uint32_t buyer = 0; buyer < row.used.size(); ++buyer) {
        if (row.used[buyer] != Money()) {
          put({RowKind::kUsed, i, buyer}, {row.used[buyer].raw()});
        }
      }
    }
  }
  // Keys of rows that differ.
  [[nodiscard]] std::set<RowKey> differences(const RowDump& other) const {
    std::set<RowKey> keys;
    for (const auto& [key, numbers] : rows_) {
      const auto at = other.rows_.find(key);
      if (at == other.rows_.end() || at->second != numbers) keys.insert(key);
    }
    for (const auto& [key, numbers] : other.rows_) {
      if (!rows_.contains(key)) keys.insert(key);
    }
    return keys;
  }

 private:
  void put(RowKey key, const Numbers& numbers) {
    rows_[key].insert(rows_[key].end(), numbers.begin(), numbers.end());
  }
  void participant(const State& state, std::uint32_t i) {
    const RowKey key{RowKind::kParticipant, i, 0};
    const Participant& row = state.participant({i});
    put(key,
        {row.open, row.overdraft.raw(), row.programme, static_cast<std::int64_t>(row.last_number)});
    for (const Money balance : row.balance) put(key, {balance.raw()});
    if (const RepeatWindow* window = state.repeats({i})) {
      put(key, {window->next});
      for (std::uint32_t part = 0; part < kRepeatsKept; ++part) {
        const RepeatWindow::Seen& seen = window->seen[part];
        if (seen.number == 0) continue;  // never used
        put({RowKind::kLastEntry, i, part},
            {static_cast<std::int64_t>(seen.number), static_cast<std::int64_t>(seen.fingerprint),
             seen.made.slot, seen.made.generation});
      }
    }
  }
  // Lists of free slots change at their end only: with them the totals.
  template <class Row>
  void table(const Table<Row>& table, RowKind kind) {
    for (std::uint32_t slot = 0; slot < table.rows.size(); ++slot) {
      put({kind, slot, 0}, {table.rows[slot].generation, table.rows[slot].open});
      if (table.rows[slot].open) row({kind, slot, 0}, table.rows[slot]);
    }
    put({RowKind::kTotals, 0, 0}, Numbers(table.free.begin(), table.free.end()));
  }
  void row(RowKey key, const HoldRow& row) {
    put(key, {row.held.raw(), row.left.raw(), row.until, row.owner.value, row.right,
              static_cast<std::int64_t>(row.source)});
  }
  void row(RowKey key, const RightRow& row) {
    put(key, {static_cast<std::int64_t>(row.contract), row.cost.raw(), row.paid.raw(),
              row.rectangle.raw(), row.delivered.raw(), row.hold, row.voucher});
  }

  std::map<RowKey, Numbers> rows_;
};

TEST(TouchedProperty, NothingElseChanges) {
  std::set<RowKind> changed;
  for (std::uint64_t seed = 1; seed <= many_seeds(80); ++seed) {
    Random random(seed);
    Ledger ledger;
    Events events;
    AnyEntry any(random, ledger.state());
    RowDump before(ledger.state());
    for (int i = 0; i < 200; ++i) {
      if (!any.prepare(i)) any.make();
      const auto answer = ledger.execute(i, any.entry(), events);
      if (!answer.ok() || answer.value().repeated) continue;
      any.see(events.back());
      const std::vector<RowKey> keys = touched_rows(ledger.state(), events.back());
      const std::set<RowKey> touched(keys.begin(), keys.end());
      ASSERT_EQ(touched.size(), keys.size()) << "each once";
      RowDump after(ledger.state());
      for (const RowKey& key : after.differences(before)) {
        changed.insert(key.kind);
        ASSERT_TRUE(touched.contains(key)) << "seed " << seed << ", event " << i << ": row "
                                           << key.id << " of kind " << static_cast<int>(key.kind);
      }
      before = std::move(after);
    }
  }
  EXPECT_EQ(changed.size(), 8U);
}

class Touched : public Exchange {
 protected:
  Touched() {
    open_all();
    hold_ = hold(cash(kBuyer), 100);
    right_ = grant(1, hold_, 100, 10);
    must({Voucher{right_, kCity, Money(50)}}, of_contract(1));
  }
  // Whether the bytes of a row tell a changed state from the true one.
  [[nodiscard]] bool shows(RowKey key, const std::function<void(const Tamper&)>& change) const {
    State copy = ledger_.state();
    change(Tamper{copy});
    std::string was, is;
    append_row(ledger_.state(), key, was);
    append_row(copy, key, is);
    return was != is;
  }

  HoldId hold_;
  RightId right_;
};

TEST_F(Touched, AnyFieldOfAParticipantShows) {
  const RowKey key{RowKind::kParticipant, kBuyer.value, 0};
  const auto shown = [&](auto change) {
    return shows(key, [&](const Tamper& rows) { change(rows.participant(kBuyer)); });
  };
  EXPECT_FALSE(shown([](Participant&) {}));
  for (const Purpose purpose : {Purpose::kCash, Purpose::kHold}) {
    EXPECT_TRUE(shown(
        [&](Participant& row) { row.balance[static_cast<std::size_t>(purpose)] = Money(77); }));
  }
  EXPECT_TRUE(shown([](Participant& row) { row.open ^= 4U; }));
  EXPECT_TRUE(shown([](Participant& row) { row.overdraft = Money(1); }));
  EXPECT_TRUE(shown([](Participant& row) { ++row.last_number; }));
  EXPECT_TRUE(shown([](Participant& row) { row.programme = 0; }));
  const RowKey house{RowKind::kLastEntry, kHouse.value, 3};
  const auto window_shown = [&](auto change) {
    return shows(house, [&](const Tamper& rows) { change(rows.window(kHouse)); });
  };
  EXPECT_TRUE(window_shown([](RepeatWindow& window) { ++window.next; }));
  EXPECT_TRUE(window_shown([](RepeatWindow& window) { ++window.seen[3].number; }));
  EXPECT_TRUE(window_shown([](RepeatWindow& window) { ++window.seen[3].fingerprint; }));
  EXPECT_TRUE(window_shown([](RepeatWindow& window) { ++window.seen[3].made.slot; }));
  EXPECT_TRUE(window_shown([](RepeatWindow& window) { ++window.seen[3].made.generation; }));
}

TEST_F(Touched, AnyFieldOfAHoldOrRightShows) {
  const auto hold_shown = [&](auto change) {
    return shows({RowKind::kHold, hold_.slot, 0},
                 [&](const Tamper& rows) { change(rows.hold(hold_)); });
  };
  EXPECT_TRUE(hold_shown([](HoldRow& row) { row.held = Money(1); }));
  EXPECT_TRUE(hold_shown([](HoldRow& row) { row.left = Money(1); }));
  EXPECT_TRUE(hold_shown([](HoldRow& row) { ++row.until; }));
  EXPECT_TRUE(hold_shown([](HoldRow& row) { row.owner = kOther; }));
  EXPECT_TRUE(hold_shown([](HoldRow& row) { ++row.generation; }));
  EXPECT_TRUE(hold_shown([](HoldRow& row) { row.right = 5; }));
  EXPECT_TRUE(hold_shown([](HoldRow& row) { row.source = Purpose::kEscrow; }));
  EXPECT_TRUE(hold_shown([](HoldRow& row) { row.open = false; }));
  const auto right_shown = [&](auto change) {
    return shows({RowKind::kRight, right_.slot, 0},
                 [&](const Tamper& rows) { change(rows.right(right_)); });
  };
  EXPECT_TRUE(right_shown([](RightRow& row) { ++row.contract; }));
  EXPECT_TRUE(right_shown([](RightRow& row) { row.cost = Money(1); }));
  EXPECT_TRUE(right_shown([](RightRow& row) { row.paid = Money(1); }));
  EXPECT_TRUE(right_shown([](RightRow& row) { row.rectangle = DeviceSeconds(1); }));
  EXPECT_TRUE(right_shown([](RightRow& row) { row.delivered = DeviceSeconds(1); }));
  EXPECT_TRUE(right_shown([](RightRow& row) { ++row.hold; }));
  EXPECT_TRUE(right_shown([](RightRow& row) { ++row.voucher; }));
  EXPECT_TRUE(right_shown([](RightRow& row) { ++row.generation; }));
  EXPECT_TRUE(right_shown([](RightRow& row) { row.open = false; }));
}

TEST_F(Touched, AnyFieldOfAProgrammeOrTheTotalsShows) {
  const auto programme_shown = [&](auto change) {
    return shows({RowKind::kProgramme, 0, 0},
                 [&](const Tamper& rows) { change(rows.programme()); });
  };
  EXPECT_TRUE(programme_shown([](ProgrammeRow& row) { row.city = kOther; }));
  EXPECT_TRUE(programme_shown([](ProgrammeRow& row) { ++row.rate_ppm; }));
  EXPECT_TRUE(programme_shown([](ProgrammeRow& row) { row.cap = Money(1); }));
  EXPECT_TRUE(programme_shown([](ProgrammeRow& row) { ++row.until; }));
  EXPECT_TRUE(shows({RowKind::kUsed, 0, kBuyer.value},
                    [](const Tamper& rows) { rows.programme().used[kBuyer.value] = Money(1); }));
  const RowKey totals{RowKind::kTotals, 0, 0};
  EXPECT_TRUE(
      shows({RowKind::kPurpose, 0, 0}, [](const Tamper& rows) { rows.add(cash(kOther), 1); }));
  EXPECT_TRUE(shows(totals, [](const Tamper& rows) { rows.next_second(); }));
  EXPECT_TRUE(shows(totals, [](const Tamper& rows) { rows.next_contract(); }));
}

}  // namespace
}  // namespace tongsuan::ledger
