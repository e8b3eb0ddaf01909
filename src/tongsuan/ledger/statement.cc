#include "tongsuan/ledger/statement.h"

namespace tongsuan::ledger {
namespace {

constexpr std::array<const char*, std::variant_size_v<Leg>> kLegNames{
    "open", "programme", "move",  "hold",    "post",    "penalty", "release",
    "void", "expire",    "grant", "voucher", "deliver", "close"};

}  // namespace

const char* leg_name(std::size_t leg_kind) {
  return kLegNames[leg_kind];
}

bool Statement::next(StatementLine& line) {
  for (; event_ < events_->size(); ++event_, fact_ = 0) {
    const Event event = (*events_)[event_];
    while (fact_ < event.facts.size()) {
      const Fact& fact = event.facts[fact_++];
      const Posting& did = fact.did;
      if (did.amount == Money() || (did.from != account_ && did.to != account_)) continue;
      const bool came = did.to == account_;
      line = {event.at,
              event.id,
              event.why,
              fact.asked.index(),
              came ? did.from : did.to,
              came ? did.amount : Money(-did.amount.raw()),
              {}};
      line.balance = balance_ = balance_ + line.change;
      return true;
    }
  }
  return false;
}

TrialBalance trial_balance(const State& state) {
  TrialBalance trial;
  for (std::uint32_t i = 0; i < state.participant_count(); ++i) {
    for (std::size_t purpose = 0; purpose < kPurposes; ++purpose) {
      const std::int64_t balance = state.participant({i}).balance[purpose].raw();
      (balance < 0 ? trial.lines[purpose].debit : trial.lines[purpose].credit) +=
          balance < 0 ? -balance : balance;
    }
  }
  for (const TrialBalance::Line& line : trial.lines) {
    trial.credits += line.credit;
    trial.debits += line.debit;
  }
  return trial;
}

}  // namespace tongsuan::ledger
