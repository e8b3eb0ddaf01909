// Any entries, sensible or not, against the twin and the audit; and replay of what happened.
#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"
#include "tongsuan/ledger/any_entry.h"
#include "tongsuan/ledger/ledger_fixture.h"
#include "tongsuan/ledger/ledger_twin.h"
#include "tongsuan/ledger/statement.h"

namespace tongsuan::ledger {
namespace {

using testing::AnyEntry;
using testing::Twin;

void expect_same(const State& state, const testing::TwinBook& book) {
  for (const auto& [account, balance] : book.balances) {
    ASSERT_EQ(state.balance(account).raw(), static_cast<std::int64_t>(balance));
  }
  ASSERT_EQ(state.holds().open_count(), book.holds.size());
  for (const auto& [id, hold] : book.holds) {
    const HoldRow* row = state.holds().find(id);
    ASSERT_NE(row, nullptr);
    ASSERT_EQ(row->left.raw(), static_cast<std::int64_t>(hold.left));
    ASSERT_EQ(row->right != kNone, hold.bound);
  }
  ASSERT_EQ(state.rights().open_count(), book.rights.size());
  for (const auto& [id, right] : book.rights) {
    const RightRow* row = state.rights().find(id);
    ASSERT_NE(row, nullptr);
    ASSERT_EQ(row->paid.raw(), static_cast<std::int64_t>(right.paid));
    ASSERT_EQ(row->delivered.raw(), static_cast<std::int64_t>(right.delivered));
  }
}

struct Tally {
  std::map<std::string, std::uint64_t> answers;
  std::array<std::uint64_t, std::variant_size_v<Leg>> legs{};
};

// `entries` random entries; at the end everything agrees with everything.
void play(std::uint64_t seed, int entries, Tally& tally) {
  Random random(seed);
  Ledger ledger;
  Events events;
  Twin twin;
  Audit audit;
  AnyEntry any(random, ledger.state());
  Second at = 0;
  for (int i = 0; i < entries; ++i) {
    if (!any.prepare(i) && random.below(12) > 0) any.make();  // else the same once more
    at += static_cast<Second>(random.below(3));
    const Result<Answer, Refusal> answer = ledger.execute(at, any.entry(), events);
    twin.follow(at, any.entry(), answer);
    if (::testing::Test::HasFatalFailure()) return;
    ++tally.answers[!answer.ok()              ? refusal_name(answer.error())
                    : answer.value().repeated ? "as before"
                                              : "done"];
    if (!answer.ok() || answer.value().repeated) continue;
    any.see(events.back());
    audit.see(events.back());
    for (const Fact& fact : events.back().facts) ++tally.legs[fact.asked.index()];
  }
  expect_same(ledger.state(), twin.book());
  ASSERT_EQ(audit.faults(), std::vector<std::string>());
  ASSERT_EQ(audit.compare(ledger.state()), std::vector<std::string>());
  State again;
  EventChecker checker;
  for (std::size_t i = 0; i < events.size(); ++i) {
    ASSERT_EQ(checker.misfit(again, events[i]), nullptr) << "seed " << seed;
    again.apply(events[i]);
    ASSERT_STREQ(checker.misfit(again, events[i]), "it has happened before");
  }
  ASSERT_EQ(again.digest(), ledger.state().digest());
  const TrialBalance trial = trial_balance(again);
  ASSERT_TRUE(trial.credits == trial.debits);
  const Account cash{{1}, Purpose::kCash};
  Statement statement(events, cash, Money());
  for (StatementLine line; statement.next(line);) ASSERT_NE(line.change, Money());
  ASSERT_EQ(statement.balance(), again.balance(cash));
}

TEST(LedgerTwin, AgreesAboutAnyEntries) {
  Tally tally;
  const std::uint64_t seeds = many_seeds(5'000);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    play(seed, 80, tally);
    ASSERT_FALSE(::testing::Test::HasFatalFailure()) << "seed " << seed;
  }
  for (std::size_t kind = 0; kind < tally.legs.size(); ++kind) {
    EXPECT_GT(tally.legs[kind], seeds / 10) << leg_name(kind);
  }
  for (std::size_t i = 0; i < kRefusals; ++i) {
    const auto refusal = static_cast<Refusal>(i);
    if (refusal == Refusal::kTime || refusal == Refusal::kTooMany) continue;  // not drawn
    EXPECT_GT(tally.answers[refusal_name(refusal)], 0U) << refusal_name(refusal);
  }
  EXPECT_GT(tally.answers["as before"], seeds / 10);
  EXPECT_GT(tally.answers["done"], seeds * 10);
}

}  // namespace
}  // namespace tongsuan::ledger
