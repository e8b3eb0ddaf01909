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

void DeliveryBook::paid(std::uint32_t contract, std::int64_t amount, std::int64_t kept) {
  const auto found = contracts_.find(contract);
  if (found == contracts_.end()) return;
  found->second.paid += amount;
  found->second.kept_last = kept;
  ++found->second.payments;
}

void DeliveryBook::missed(std::uint32_t contract) {
  ++gaps_;
  const auto found = contracts_.find(contract);
  if (found != contracts_.end()) found->second.kept_last = 0;
}

void DeliveryBook::ended(std::uint32_t contract) {
  if (!open_.contains(contract)) judge(contract);
}

// Sums of parts that are rounded down, of prices that are rounded up: each by less than one. What
// sellers had of a presumption they keep.
void DeliveryBook::judge(std::uint32_t contract) {
  const auto found = contracts_.find(contract);
  if (found == contracts_.end()) return;
  const Contract& row = found->second;
  const int128 worth = row.rate * row.seconds;
  const int128 paid = static_cast<int128>(row.paid) * 3'600;
  const int128 slack = static_cast<int128>(row.payments + 2) * 3'600;
  if (paid + slack < worth || paid > worth + slack + static_cast<int128>(row.kept) * 3'600) {
    fault("delivered_is_paid_once", "contract " + std::to_string(contract) + " costs " +
                                        std::to_string(row.paid) + " for " +
                                        std::to_string(row.seconds) + " seconds, which are worth " +
                                        std::to_string(static_cast<std::int64_t>(worth / 3'600)));
  }
  ++judged_;
  contracts_.erase(found);
}

// ---- What is presumed ------------------------------------------------------------------------

void DeliveryBook::presumed(std::uint32_t contract, const Presumed& what) {
  if (!has_agent(what.pool) || !open_.emplace(contract, what).second) {
    fault("delivered_is_paid_once", "presumed twice, or where nobody will tell");
  }
  const auto found = contracts_.find(contract);
  if (found != contracts_.end() && what.until > what.from) {
    found->second.kept += found->second.kept_last;
  }
  ++presumed_;
}

void DeliveryBook::told(const exchange::DeliveryTold& event) {
  const auto found = open_.find(event.contract.value);
  if (found == open_.end()) return fault("delivered_is_paid_once", "told of what is settled");
  Presumed& what = found->second;
  if (event.from < what.told || event.until <= event.from || event.until > what.until) {
    fault("delivered_is_paid_once", "told twice, or beyond the end");
  }
  what.missed += event.from - what.told;
  what.told = event.until;
}

DeliveryBook::Settled DeliveryBook::settled(Second at, const exchange::DeliverySettled& event) {
  const auto found = open_.find(event.contract.value);
  if (found == open_.end()) {
    fault("delivered_is_paid_once", "settled twice");
    return {};
  }
  const Presumed what = found->second;
  open_.erase(found);
  const Second all = what.until - what.from;
  const Second missed = what.missed + what.until - what.told;
  const auto part = [&](Second seconds) {
    const int128 product = static_cast<int128>(what.amount) * seconds;
    return all == 0 ? 0 : static_cast<std::int64_t>(product / all);
  };
  constexpr Second kGrace = 60;
  const Settled settled{what, part(missed), part(std::max<Second>(0, missed - kGrace))};
  if (event.missed != missed || event.refund.raw() != settled.refund) {
    fault("delivered_is_paid_once", "of contract " + std::to_string(event.contract.value) + " " +
                                        std::to_string(event.refund.raw()) + " go back, and not " +
                                        std::to_string(settled.refund));
  }
  refunds_ += settled.refund > 0 ? 1U : 0U;
  late_ += event.penalty > Money() ? 1U : 0U;
  unheard_ += at >= what.due ? 1U : 0U;
  const auto contract = contracts_.find(event.contract.value);
  if (contract != contracts_.end()) {
    contract->second.paid -= event.refund.raw();
    ++contract->second.payments;
  }
  judge(event.contract.value);
  return settled;
}

void DeliveryBook::count(Figures& figures) const {
  figures.agents += taken_ > 0 ? 1U : 0U;
  figures.leases += taken_;
  figures.fenced_agents += fenced_;
  figures.gaps += gaps_;
  figures.presumed += presumed_;
  figures.refunds += refunds_;
  figures.late += late_;
  figures.unheard += unheard_;
  figures.words_judged += judged_;
}

}  // namespace tongsuan::simulation
