#include "tongsuan/exchange/resales.h"

#include <algorithm>

namespace tongsuan::exchange {

std::int64_t ResaleRow::owed(Second until) const {
  const std::int64_t all = std::int64_t{terms.devices} * (until - metered);
  return std::max<std::int64_t>(0, all - spared);
}

void ResaleRow::settle(Second until) {
  if (until == metered) return;  // nothing was paid: what is owed for devices that went still is
  const std::int64_t all = std::int64_t{terms.devices} * (until - metered);
  spared = std::max<std::int64_t>(0, spared - all);
  metered = until;
}

const ResaleRow* Resales::find(ResaleId id) const {
  const auto at = rows_.find(id.value);
  return at == rows_.end() ? nullptr : &at->second;
}

bool Resales::over(ResaleId id) const {
  const ResaleRow* row = find(id);
  return row != nullptr && row->over();
}

std::optional<ResaleId> Resales::planned(engine::ContractId contract) const {
  const auto at = planned_.find(contract.value);
  return at == planned_.end() ? std::nullopt : std::optional(at->second);
}

std::uint64_t Resales::unsold(engine::PoolId pool) const {
  const auto at = pools_.find(pool.value);
  return at == pools_.end() ? 0 : at->second.unsold;
}

const Resales::Offers& Resales::offers(engine::PoolId pool) const {
  static const Offers kNone;
  const auto at = pools_.find(pool.value);
  return at == pools_.end() ? kNone : at->second.offers;
}

const std::vector<ResaleId>& Resales::bought(Holder by) const {
  static const std::vector<ResaleId> kNothing;
  const auto at = bought_.find(by);
  return at == bought_.end() ? kNothing : at->second;
}

std::uint32_t Resales::bought(Holder by, ResaleId of) const {
  const ResaleRow* row = find(of);
  if (row == nullptr) return 0;
  const auto at = std::ranges::lower_bound(row->takes, by, {}, &Take::by);
  return at == row->takes.end() || at->by != by ? 0 : at->devices;
}

std::optional<std::pair<Second, ResaleId>> Resales::due() const {
  if (due_.empty()) return std::nullopt;
  return std::pair(due_.begin()->first, ResaleId{due_.begin()->second});
}

// ---- Changes -----------------------------------------------------------------------------------

std::optional<Second> Resales::due_of(const ResaleRow& row) {
  if (row.over()) return std::nullopt;
  return row.open() ? row.terms.until : row.terms.from;
}

void Resales::link(ResaleId id, const ResaleRow& row) {
  const ResaleTerms& terms = row.terms;
  const std::optional<Second> due = due_of(row);
  if (!due) return;
  due_.emplace(*due, id.value);
  if (!row.open()) {
    planned_.emplace(terms.contract.value, id);
    return;
  }
  const std::uint32_t unsold = terms.devices - row.taken;
  if (unsold == 0) return;
  PoolOffers& pool = pools_[terms.pool.value];
  pool.unsold += unsold;
  pool.offers.emplace(terms.ask.raw(), id.value);
}

void Resales::unlink(ResaleId id, const ResaleRow& row) {
  const ResaleTerms& terms = row.terms;
  const std::optional<Second> due = due_of(row);
  if (!due) return;
  due_.erase({*due, id.value});
  if (!row.open()) {
    planned_.erase(terms.contract.value);
    return;
  }
  const std::uint32_t unsold = terms.devices - row.taken;
  if (unsold == 0) return;
  const auto pool = pools_.find(terms.pool.value);
  pool->second.unsold -= unsold;
  pool->second.offers.erase({terms.ask.raw(), id.value});
  if (pool->second.offers.empty()) pools_.erase(pool);
}

// A planned one is offered again, for what is left of it, as its second comes.
void Resales::offer(ResaleId id, const ResaleTerms& terms) {
  count(id);
  ResaleRow& row = rows_[id.value];
  if (row.terms.until != 0) unlink(id, row);
  row.terms = terms;
  link(id, row);
}

void Resales::link_holder(ResaleId id, Holder by) {
  std::vector<ResaleId>& list = bought_[by];
  list.insert(std::ranges::lower_bound(list, id), id);
}

void Resales::unlink_holder(ResaleId id, Holder by) {
  const auto list = bought_.find(by);
  std::erase(list->second, id);
  if (list->second.empty()) bought_.erase(list);
}

void Resales::close(ResaleId id) {
  const auto at = rows_.find(id.value);
  unlink(id, at->second);
  for (const Take& take : at->second.takes) unlink_holder(id, take.by);
  rows_.erase(at);
}

void Resales::set_take(ResaleId id, Holder by, std::uint32_t devices) {
  change(id, [&](ResaleRow& row) {
    const auto at = std::ranges::lower_bound(row.takes, by, {}, &Take::by);
    const bool there = at != row.takes.end() && at->by == by;
    row.taken = row.taken - (there ? at->devices : 0) + devices;
    if (there && devices > 0) {
      at->devices = devices;
    } else if (there) {
      row.takes.erase(at);
      unlink_holder(id, by);
    } else if (devices > 0) {
      row.takes.insert(at, {by, devices});
      link_holder(id, by);
    }
  });
}

void Resales::restore(ResaleId id, ResaleRow row) {
  count(id);
  row.taken = 0;
  for (const Take& take : row.takes) {
    row.taken += take.devices;
    link_holder(id, take.by);
  }
  link(id, rows_[id.value] = std::move(row));
}

}  // namespace tongsuan::exchange
