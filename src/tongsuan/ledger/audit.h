// A second book-keeper: derives everything again from the events alone, with maps and wide sums,
// and shares no code with State. For tests, and for whoever doubts a state or a journal.
//
// Events come one after the other and are not kept: memory follows what is open, as in State. Any
// events are answered with faults, never by stopping.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tongsuan/ledger/state.h"

namespace tongsuan::ledger {

class Audit {
 public:
  static constexpr std::size_t kFaultsMax = 100;  // listed; the others are not looked for

  Audit();
  void see(const Event& event);
  // What is wrong with the events seen so far, first things first.
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }
  // How `state` differs from what the events say; empty: it does not.
  [[nodiscard]] std::vector<std::string> compare(const State& state) const;

 private:
  struct HoldBook {
    ParticipantId owner;
    Purpose source = Purpose::kCash;
    int128 held = 0;
    int128 left = 0;
    Second until = 0;
    RightId right;
  };
  struct RightBook {
    std::uint64_t contract = 0;
    int128 cost = 0;
    int128 paid = 0;
    int128 rectangle = 0;
    int128 delivered = 0;
    HoldId hold;
    HoldId voucher;
    bool closed = false;
  };
  class Reading;  // of one event
  void fault(const std::string& what);
  void judge_account(Account account);
  void judge_right(RightId id);
  void judge_voucher(const RightBook& right);
  void compare_accounts(const State& state, std::vector<std::string>& found) const;
  void compare_holds(const State& state, std::vector<std::string>& found) const;
  void compare_rights(const State& state, std::vector<std::string>& found) const;
  void compare_vouchers(const State& state, std::vector<std::string>& found) const;

  Second now_ = 0;
  std::string where_;  // the event that is being read
  std::uint64_t last_contract_ = 0;
  std::map<ParticipantId, std::uint64_t> last_numbers_;
  std::map<Account, std::int64_t> floors_;  // of open accounts
  std::map<Account, int128> balances_;
  std::map<HoldId, HoldBook> holds_;
  std::map<RightId, RightBook> rights_;
  std::map<ParticipantId, Programme> programmes_;
  std::map<std::pair<ParticipantId, ParticipantId>, int128> used_;  // (city, buyer)
  std::vector<std::string> faults_;
};

}  // namespace tongsuan::ledger
