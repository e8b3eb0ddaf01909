// Lines of one account, and the balances of all.
//
// A statement reads events that its caller keeps and looks at no state: whoever has the events of a
// period and the balance before it has the statement.
#pragma once

#include <array>
#include <string>

#include "tongsuan/ledger/state.h"

namespace tongsuan::ledger {

struct StatementLine {
  Second at = 0;
  EntryId id;
  Reason why;
  std::size_t leg_kind = 0;  // Leg::index(); leg_name names it
  Account other;             // where the money came from, or went to
  Money change;              // of this account
  Money balance;             // after it
};
[[nodiscard]] const char* leg_name(std::size_t leg_kind);

// Goes through the lines of `account` in the order in which they happened.
class Statement {
 public:
  Statement(const Events& events, Account account, Money opening)
      : events_(&events), account_(account), balance_(opening) {}
  // False when there are no more.
  bool next(StatementLine& line);
  [[nodiscard]] Money balance() const { return balance_; }

 private:
  const Events* events_;
  Account account_;
  Money balance_;
  std::size_t event_ = 0;
  std::size_t fact_ = 0;
};

// By purpose: what accounts have, and what they lack. Credits less debits are 0.
struct TrialBalance {
  struct Line {
    int128 credit = 0;
    int128 debit = 0;
  };
  std::array<Line, kPurposes> lines{};
  int128 credits = 0;
  int128 debits = 0;
};
[[nodiscard]] TrialBalance trial_balance(const State& state);

}  // namespace tongsuan::ledger
