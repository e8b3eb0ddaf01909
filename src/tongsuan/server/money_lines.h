// Every movement of money, with what it was for.
//
// Model. A posting of the ledger becomes a *line*. What it was for stands in the same record: the
// event right after the postings of a contract names it, and shares of a payment that went to
// sellers of devices follow as ResaleEarned. So lines need no state, and are the same at recovery.
// A posting that several are paid by is one line for each: a line has one contract that is paid
// for, and where its receiver sold the devices, one contract whose devices they were; so has one of
// what such a seller gives back.
//
// Bounded: the oldest lines make room. For one thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "tongsuan/exchange/events.h"

namespace tongsuan::server {

inline constexpr std::size_t kMoneyLinesKept = 1'000'000;

enum class MoneyKind : std::uint8_t {
  kDeposit,
  kWithdrawal,
  kTransfer,  // between accounts of one participant
  kHold,
  kRelease,
  kPayment,    // for what was delivered
  kTakeOrPay,  // for what was given up
  kPremium,    // for a block that was kept
  kPenalty,
  kRefund,  // of what was presumed and had been missed
  kVoucher,
  kResale,  // what a seller had of a payment for devices that it gave up
  kRounding,
};
inline constexpr std::size_t kMoneyKinds = 13;
[[nodiscard]] std::string_view money_kind_name(MoneyKind kind);  // "take-or-pay"

struct MoneyLine {
  std::uint64_t sequence = 0;
  Second at = 0;
  ledger::Posting did;
  std::uint64_t reference = 0;     // outside: of a deposit or withdrawal
  std::uint32_t contract = kNone;  // that is paid for
  std::uint32_t order = kNone;     // of holds and what is paid out of them, where it was seen
  std::uint32_t resale = 0;        // that owes it
  std::uint32_t sold = kNone;      // contract whose devices were resold, of the seller
  std::uint32_t sold_as = 0;       // by this resale
  bool returned = false;           // by the seller; else it came to the seller
  MoneyKind kind = MoneyKind::kTransfer;

  // As its receiver (`came`) or its payer has it.
  [[nodiscard]] bool is_of_seller(bool came) const { return sold != kNone && came != returned; }
  [[nodiscard]] MoneyKind kind_of(bool came) const {
    return is_of_seller(came) && !returned ? MoneyKind::kResale : kind;
  }
  [[nodiscard]] std::uint32_t contract_of(bool came) const {
    return is_of_seller(came) ? sold : contract;
  }
  [[nodiscard]] std::uint32_t resale_of(bool came) const {
    return is_of_seller(came) ? sold_as : resale;
  }
};

class MoneyLines {
 public:
  // Events of a record in their order; then the record ends.
  void see(std::uint64_t sequence, Second at, const exchange::Event& event);
  void end_record() { flush(); }
  // What came before this record is not known.
  void begin_after(std::uint64_t sequence, Second at);

  // Calls `see` with lines from the newest to the oldest, until it returns false.
  template <class See>
  void each(See&& see) const {
    for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
      if (!see(*line)) return;
    }
  }
  // Whether all lines from this second on are here; nothing: from the beginning.
  [[nodiscard]] bool has_all_from(std::optional<Second> from) const {
    return forgotten_ == 0 || (from && *from > forgotten_at_);
  }
  // The last command whose lines may be missing, 0 if none is, and its second.
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }
  [[nodiscard]] Second forgotten_at() const { return forgotten_at_; }

 private:
  struct Pending {
    MoneyLine line;
    bool of_contract = false;  // the event that names its contract follows
    ledger::HoldId hold;       // that it made
  };
  struct HeldFor {
    std::uint32_t generation = 0;
    OrderId order{kNone};
  };
  void see_money(std::uint64_t sequence, Second at, const exchange::MoneyEvent& money);
  void see_own(const exchange::OwnEvent& event);
  void see_held(const exchange::OrderHeld& held);
  void see_earned(const exchange::ResaleEarned& earned);
  void see_presumed(const exchange::DeliveryPresumed& presumed);
  void see_shared(const exchange::DeliveryShared& shared);
  void see_returned(const exchange::ResaleReturned& returned);
  void see_refunded(const exchange::ResaleRefunded& refunded);
  // The first of those without a contract; null: none.
  template <class Fits>
  [[nodiscard]] MoneyLine* find_unnamed(Fits&& fits);
  void name(std::uint32_t contract, bool of_contract);
  void flush();
  [[nodiscard]] std::uint32_t order_of(ledger::HoldId hold) const;

  std::deque<MoneyLine> lines_;
  std::vector<Pending> pending_;  // of the last money that moved in the record
  std::vector<HeldFor> held_;     // by slot of the hold
  std::uint64_t forgotten_ = 0;
  Second forgotten_at_ = 0;
};

}  // namespace tongsuan::server
