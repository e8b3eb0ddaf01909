// Test helper: a small exchange whose every event is also seen by an audit.
#pragma once

#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "tongsuan/ledger/audit.h"
#include "tongsuan/ledger/bytes.h"
#include "tongsuan/ledger/ledger.h"

namespace tongsuan::ledger::testing {

inline constexpr ParticipantId kBuyer{1}, kOther{2}, kSupplier{3}, kCity{4};
inline constexpr Account kRail{kHouse, Purpose::kRail};
inline constexpr Reason kDeposit{.contract = 0, .segment = 0, .round = 0, .reference = 1};
inline constexpr Account cash(ParticipantId participant) {
  return {participant, Purpose::kCash};
}
inline constexpr Account margin(ParticipantId participant) {
  return {participant, Purpose::kMargin};
}
inline constexpr Account voucher(ParticipantId participant) {
  return {participant, Purpose::kVoucher};
}
// Of a contract, with a meter segment.
inline Reason of_contract(std::uint64_t contract) {
  return {.contract = contract, .segment = 7, .round = 0, .reference = 0};
}
inline Event event_of(const EntryId& id, const Reason& why, std::span<const Fact> facts) {
  return {1'000, id, why, facts};
}

class Exchange : public ::testing::Test {
 protected:
  // The name of the refusal, or "done", or "as before".
  std::string ask(const std::vector<Leg>& legs, const Reason& why = kDeposit) {
    return ask_as({kHouse, ledger_.state().participant(kHouse).last_number + 1}, legs, why);
  }
  std::string ask_as(EntryId id, const std::vector<Leg>& legs, const Reason& why = kDeposit) {
    const Digest before = ledger_.state().digest();
    const std::size_t count = events_.size();
    const Result<Answer, Refusal> answer = ledger_.execute(now_, {id, why, legs}, events_);
    if (!answer.ok() || answer.value().repeated) {
      EXPECT_EQ(ledger_.state().digest(), before) << "nothing changes";
      EXPECT_EQ(events_.size(), count);
    } else {
      audit_.see(events_.back());
    }
    EXPECT_EQ(audit_.faults(), std::vector<std::string>());
    EXPECT_EQ(audit_.compare(ledger_.state()), std::vector<std::string>());
    if (!answer.ok()) return refusal_name(answer.error());
    answer_ = answer.value();
    return answer_.repeated ? "as before" : "done";
  }
  void must(const std::vector<Leg>& legs, const Reason& why = kDeposit) {
    ASSERT_EQ(ask(legs, why), "done");
  }
  void open(Account account, std::int64_t deposit = 0, std::int64_t overdraft = 0) {
    must({Open{account, Money(overdraft)}});
    if (deposit > 0) must({Move{kRail, account, Money(deposit)}});
  }
  // Cash for all, margin of the supplier, and a city that pays half of a cost, up to 300 for one
  // buyer, from a pool of 400.
  void open_all() {
    open(cash(kBuyer), 1'000);
    open(cash(kOther), 1'000);
    open(cash(kSupplier));
    open(cash(kCity));
    open(margin(kSupplier), 500);
    open(voucher(kCity), 400);
    must({Programme{kCity, 500'000, Money(300), 5'000}});
  }
  HoldId hold(Account from, std::int64_t amount, Second until = 5'000) {
    must({Hold{from, Money(amount), until}});
    return answer_.hold();
  }
  RightId grant(std::uint64_t contract, HoldId held, std::int64_t cost, std::int64_t rectangle) {
    must({Grant{held, Money(cost), DeviceSeconds(rectangle)}}, of_contract(contract));
    return answer_.right();
  }
  [[nodiscard]] std::int64_t balance(Account account) const {
    return ledger_.state().balance(account).raw();
  }
  [[nodiscard]] const HoldRow* find(HoldId id) const { return ledger_.state().holds().find(id); }

  Ledger ledger_;
  Events events_;
  Audit audit_;
  Answer answer_;
  Second now_ = 1'000;
};

}  // namespace tongsuan::ledger::testing
