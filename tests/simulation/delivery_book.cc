#include "delivery_book.h"

#include <algorithm>
#include <string>

namespace tongsuan::simulation {

using exchange::Code;

DeliveryBook::DeliveryBook(const engine::Places& places) : leases_(places.hubs.size()) {
  for (const engine::Pool& pool : places.pools) hubs_.push_back(pool.hub.value);
}

void DeliveryBook::fault(const char* oracle, const std::string& what) {
  if (!broken_) broken_ = Violation{oracle, what};
}

// ---- Words -----------------------------------------------------------------------------------

void DeliveryBook::said(const exchange::Request& request, const Word& word) {
  words_[{request.id, request.fingerprint}] = word;
}

void DeliveryBook::leased(const exchange::HubLeased& event) {
  exchange::Lease& lease = leases_[event.hub.value];
  if (event.lease.epoch != lease.epoch) ++taken_;
  lease = event.lease;
}

// The last event of its record: nothing but another lease changes an epoch.
void DeliveryBook::answered(const exchange::Answered& event) {
  const auto found = words_.find({event.id, event.fingerprint});
  if (found == words_.end()) return;
  const Word& word = found->second;
  fenced_ += event.code == Code::kFenced ? 1U : 0U;
  if (event.code != Code::kDone) return;
  if (word.epoch != leases_[word.hub].epoch) {
    fault("fenced_agents_change_nothing", "one of epoch " + std::to_string(word.epoch) +
                                              " is heard in epoch " +
                                              std::to_string(leases_[word.hub].epoch));
  }
  const auto contract = contracts_.find(word.contract);
  if (word.until == 0 || contract == contracts_.end()) return;
  Contract& row = contract->second;
  row.seconds += word.until - std::max(word.from, row.told_to);
  row.told_to = word.until;
}

// ---- Contracts -------------------------------------------------------------------------------

void DeliveryBook::started(Second at, std::uint32_t contract, std::uint32_t pool, int128 rate) {
  if (!has_agent(pool)) return;
  const exchange::Lease& lease = leases_[hubs_[pool]];
  if (at >= lease.until || !lease.accepting) {
    fault("nothing_starts_without_a_lease", "contract " + std::to_string(contract));
  }
  Contract& row = contracts_[contract];
  row.rate = rate;
  row.told_to = at;
}

void DeliveryBook::paid(std::uint32_t contract, std::int64_t amount) {
  const auto found = contracts_.find(contract);
  if (found == contracts_.end()) return;
  found->second.paid += amount;
  ++found->second.payments;
}

void DeliveryBook::ended(std::uint32_t contract) {
  if (!open_.contains(contract)) judge(contract);
}

// Sums of parts that are rounded down, of prices that are rounded up: each by less than one.
void DeliveryBook::judge(std::uint32_t contract) {
  const auto found = contracts_.find(contract);
  if (found == contracts_.end()) return;
  const Contract& row = found->second;
  const int128 worth = row.rate * row.seconds;
  const int128 paid = static_cast<int128>(row.paid) * 3'600;
  const int128 slack = static_cast<int128>(row.payments + 2) * 3'600;
  if (paid + slack < worth || paid > worth + slack) {
    fault("delivered_is_paid_once", "contract " + std::to_string(contract) + " costs " +
                                        std::to_string(row.paid) + " for " +
                                        std::to_string(row.seconds) + " seconds, which are worth " +
                                        std::to_string(static_cast<std::int64_t>(worth / 3'600)));
  }
  ++judged_;
  contracts_.erase(found);
}

// ---- What is presumed ------------------------------------------------------------------------

std::int64_t DeliveryBook::Payment::amount() const {
  std::int64_t sum = 0;
  for (const Share& share : shares) sum += share.amount;
  return sum;
}

Second DeliveryBook::Presumed::missed(Second begin, Second end) const {
  Second sum = 0;
  for (const auto& [lost, found] : gaps) {
    sum += std::max<Second>(0, std::min(found, end) - std::max(lost, begin));
  }
  return sum;
}

std::int64_t DeliveryBook::Presumed::supplied(std::size_t payment) const {
  std::int64_t sum = 0;
  for (const Payment::Share& share : payments[payment].shares) {
    sum += share.earned == 0 ? share.amount : 0;
  }
  return sum;
}

void DeliveryBook::presumed(std::uint32_t contract, const Presumed& what) {
  if (!has_agent(what.pool) || !open_.emplace(contract, what).second) {
    fault("delivered_is_paid_once", "presumed twice, or where nobody will tell");
  }
  bool sold = false;
  for (std::size_t i = 0; i < what.payments.size(); ++i) {
    const Payment& payment = what.payments[i];
    std::size_t sellers = 0;
    for (const Payment::Share& share : payment.shares) {
      sellers += share.earned != 0 ? 1U : 0U;
      if (i == 0 && share.earned == 0) continue;  // the supplier's is told with the presumption
      exchange::PresumedShare expected;
      expected.payment = static_cast<std::uint32_t>(i);
      expected.owed.value = payment.owed;
      expected.payer.value = payment.payer;
      expected.earned.value = share.earned;
      expected.payee.value = share.payee;
      expected.from = payment.from;
      expected.until = share.until;
      expected.amount = Money(share.amount);
      to_be_shared_.push_back(expected);
    }
    sold = sold || sellers > 0 || i > 0;
    if (i == 0 && sellers > 1) ++chains_;
  }
  ++presumed_;
  resold_ += sold ? 1U : 0U;
}

void DeliveryBook::shared(const exchange::DeliveryShared& event) {
  exchange::PresumedShare share = event.share;
  share.owed_of = share.earned_of = {};
  share.by = {};
  exchange::PresumedShare expected =
      to_be_shared_.empty() ? exchange::PresumedShare() : to_be_shared_.front();
  if (!(share == expected)) {
    fault("what_was_missed_goes_back",
          "of contract " + std::to_string(event.contract.value) + " participant " +
              std::to_string(share.payee.value) + " has " + std::to_string(share.amount.raw()) +
              " in escrow, and must have " + std::to_string(expected.amount.raw()));
  }
  if (!to_be_shared_.empty()) to_be_shared_.erase(to_be_shared_.begin());
}

void DeliveryBook::told(const exchange::DeliveryTold& event) {
  const auto found = open_.find(event.contract.value);
  if (found == open_.end()) return fault("delivered_is_paid_once", "told of what is settled");
  Presumed& what = found->second;
  if (event.from < what.told || event.until <= event.from || event.until > what.until) {
    fault("delivered_is_paid_once", "told twice, or beyond the end");
  }
  what.gaps.emplace_back(what.told, event.from);
  what.told = event.until;
}

// Sellers give back their part of the time for which they had sold the devices, rounded up; the
// supplier the rest of what was missed.
void DeliveryBook::find_back(Presumed& what) {
  for (Payment& payment : what.payments) {
    const auto part = [&](std::int64_t amount, Second until, bool up) {
      const Second all = until - payment.from;
      const int128 product = static_cast<int128>(amount) * what.missed(payment.from, until);
      if (all == 0) return std::int64_t{0};
      return static_cast<std::int64_t>((product + (up ? all - 1 : 0)) / all);
    };
    std::int64_t rest = part(payment.amount(), payment.until, false);
    for (Payment::Share& share : payment.shares) {
      if (share.earned == 0) continue;
      share.back = part(share.amount, share.until, true);
      rest -= share.back;
    }
    for (Payment::Share& share : payment.shares) {
      if (share.earned == 0) share.back = std::max<std::int64_t>(0, rest);
    }
  }
}

// With what events told of sellers.
void DeliveryBook::compare(std::uint32_t contract, const Presumed& what) {
  std::vector<std::pair<std::uint32_t, std::int64_t>> returned, refunded;
  for (const Payment& payment : what.payments) {
    for (const Payment::Share& share : payment.shares) {
      if (share.back > share.amount) fault("what_was_missed_goes_back", "more than somebody had");
      if (share.earned != 0) returned.emplace_back(share.earned, share.back);
      if (payment.owed != 0) refunded.emplace_back(payment.owed, share.back);
      if (share.earned != 0 && share.back > 0) ++seller_refunds_;
      if (payment.owed != 0 && share.back > 0) ++owed_refunds_;
    }
  }
  const auto told = [](const auto& events) {
    std::vector<std::pair<std::uint32_t, std::int64_t>> list;
    for (const auto& event : events) list.emplace_back(event.resale.value, event.amount.raw());
    return list;
  };
  if (told(returned_) != returned || told(refunded_) != refunded) {
    fault("what_was_missed_goes_back",
          "sellers of devices of contract " + std::to_string(contract) + " give back another part");
  }
  returned_.clear();
  refunded_.clear();
}

DeliveryBook::Settled DeliveryBook::settled(Second at, const exchange::DeliverySettled& event) {
  const auto found = open_.find(event.contract.value);
  if (found == open_.end()) {
    fault("delivered_is_paid_once", "settled twice");
    return {};
  }
  Presumed what = found->second;
  open_.erase(found);
  what.gaps.emplace_back(what.told, what.until);
  find_back(what);
  compare(event.contract.value, what);
  std::int64_t refund = 0;
  for (const Payment::Share& share : what.payments.front().shares) refund += share.back;
  const Second missed = what.missed(what.from, what.until);
  if (event.missed != missed || event.refund.raw() != refund) {
    fault("what_was_missed_goes_back", "of contract " + std::to_string(event.contract.value) + " " +
                                           std::to_string(event.refund.raw()) +
                                           " go back, and not " + std::to_string(refund));
  }
  refunds_ += refund > 0 ? 1U : 0U;
  late_ += event.penalty > Money() ? 1U : 0U;
  unheard_ += at >= what.due ? 1U : 0U;
  const auto contract = contracts_.find(event.contract.value);
  if (contract != contracts_.end()) {
    contract->second.paid -= event.refund.raw();
    contract->second.payments += static_cast<std::int64_t>(what.payments.front().shares.size()) + 1;
  }
  judge(event.contract.value);
  constexpr Second kGrace = 60;
  const Second all = what.until - what.from;
  const int128 late =
      static_cast<int128>(what.payments.front().amount()) * std::max<Second>(0, missed - kGrace);
  return {what, all == 0 ? 0 : static_cast<std::int64_t>(late / all)};
}

Verdict DeliveryBook::what_was_missed_goes_back() const {
  if (to_be_shared_.empty() && returned_.empty() && refunded_.empty()) return std::nullopt;
  return Violation{"what_was_missed_goes_back", "shares are kept of nothing, or not kept"};
}

std::int64_t DeliveryBook::in_escrow(std::uint32_t participant) const {
  std::int64_t sum = 0;
  for (const auto& [contract, what] : open_) {
    for (const Payment& payment : what.payments) {
      for (const Payment::Share& share : payment.shares) {
        sum += share.payee == participant ? share.amount : 0;
      }
    }
  }
  return sum;
}

void DeliveryBook::count(Figures& figures) const {
  figures.agents += taken_ > 0 ? 1U : 0U;
  figures.leases += taken_;
  figures.fenced_agents += fenced_;
  figures.gaps += gaps_;
  figures.presumed += presumed_;
  figures.refunds += refunds_;
  figures.presumed_resold += resold_;
  figures.presumed_chains += chains_;
  figures.seller_refunds += seller_refunds_;
  figures.owed_refunds += owed_refunds_;
  figures.late += late_;
  figures.unheard += unheard_;
  figures.words_judged += judged_;
}

}  // namespace tongsuan::simulation
