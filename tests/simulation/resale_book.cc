#include "resale_book.h"

#include <algorithm>

#include "tongsuan/base/int128.h"

namespace tongsuan::simulation {
namespace {

constexpr std::int64_t kAll = 1'000'000;

// ⌊amount · part / whole⌋ of what is not negative.
std::int64_t share(std::int64_t amount, int128 part, int128 whole) {
  return static_cast<std::int64_t>(static_cast<int128>(amount) * part / whole);
}

}  // namespace

void ResaleBook::fault(const char* oracle, const std::string& what) {
  if (!broken_) broken_ = Violation{oracle, what};
}

std::int64_t ResaleBook::Row::due(Second at) const {
  return until == from ? 0 : share(cost, at - from, until - from);
}

std::int64_t ResaleBook::Row::taken() const {
  std::int64_t sum = 0;
  for (const auto& [by, count] : takes) sum += count;
  return sum;
}

// From the last receiver on: each resale has its part of what its holder pays, and hands the part
// of it on that its own price leaves unpaid.
std::vector<ResaleBook::Payment> ResaleBook::split(const Payer& payer, std::int64_t amount) const {
  std::vector<Payment> payments;
  std::int64_t rest = amount;
  for (const auto& [number, row] : rows_) {
    const auto take = row.takes.find(payer.holder);
    if (take == row.takes.end()) continue;
    const Second until = std::min(payer.until, row.until);
    if (until <= payer.from) continue;
    const std::int64_t part =
        share(amount, static_cast<int128>(take->second) * (until - payer.from),
              static_cast<int128>(payer.devices) * (payer.until - payer.from));
    const std::int64_t owing =
        std::min(part, share(part, static_cast<int128>(row.price) * (kAll - row.ppm),
                             static_cast<int128>(payer.price) * kAll));
    rest -= part;
    payments.push_back({row.seller, number, part - owing});
    if (owing == 0) continue;
    const auto above =
        split({{true, number}, row.price, row.devices, payer.from, until, payer.supplier}, owing);
    payments.insert(payments.end(), above.begin(), above.end());
  }
  payments.push_back({payer.supplier, 0, rest});
  return payments;
}

void ResaleBook::note_income(const std::vector<Payment>& payments) {
  for (const Payment& payment : payments) {
    if (payment.resale != 0) rows_[payment.resale].income += payment.amount;
  }
}

void ResaleBook::offered(const exchange::ResaleOffered& event) {
  const exchange::ResaleTerms& terms = event.terms;
  Row& row = rows_[event.resale.value];
  row.seller = terms.seller.value;
  row.order = terms.order.value;
  row.contract = terms.contract.value;
  row.pool = terms.pool.value;
  row.price = terms.price.raw();
  row.ask = terms.ask.raw();
  row.devices = terms.devices;
  row.until = terms.until;
}

std::int64_t ResaleBook::opened(const exchange::ResaleOpened& event, std::int64_t ppm) {
  Row& row = rows_[event.resale.value];
  std::int64_t moved = 0;
  if (!row.open) {
    moved = row.cost = share(left_[row.contract], ppm, kAll);
    row.ppm = ppm;
    row.open = true;
    ++opened_;
    // Whoever sells below this would rather owe.
    const int128 least = static_cast<int128>(row.price) * (kAll - ppm);
    if (static_cast<int128>(row.ask) * kAll < least) {
      fault("resales_are_owed_exactly", "an ask at which selling loses");
    }
  } else {
    row.cost = share(row.cost - row.due(row.metered), event.devices, row.devices);
    ++recalled_;
  }
  row.from = row.metered = event.from;
  row.devices = event.devices;
  if (event.cost.raw() != row.cost || event.owed_ppm != row.ppm) {
    fault("resales_are_owed_exactly", "resale " + std::to_string(event.resale.value) + " owes " +
                                          std::to_string(event.cost.raw()) + " and not " +
                                          std::to_string(row.cost));
  }
  return moved;
}

void ResaleBook::taken(const exchange::ResaleTaken& event, std::int64_t price) {
  Row& row = rows_[event.resale.value];
  const Holder by{event.by.resale, event.by.id};
  const std::int64_t before = row.takes.contains(by) ? row.takes[by] : 0;
  row.takes[by] = event.devices;
  if (event.devices == 0) row.takes.erase(by);
  if (event.devices > before) ++sold_;
  if (row.over && event.devices > before) {
    fault("device_seconds_are_paid_once", "what is over is taken");
  }
  if (row.taken() > row.devices || (event.devices > before && price < row.ask)) {
    fault("device_seconds_are_paid_once", "more is taken than is offered, or for less");
  }
}

void ResaleBook::earned(const exchange::ResaleEarned& event) {
  Row& row = rows_[event.resale.value];
  row.told += event.income.raw();
  if (row.seller != event.seller.value) fault("sellers_earn_what_was_paid", "somebody else earns");
}

void ResaleBook::over(Second at, const exchange::ResaleOver& event) {
  Row& row = rows_[event.resale.value];
  if (!row.open || row.over || row.takes.empty() || event.until != std::min(at, row.until) ||
      row.metered != event.until) {
    fault("resales_are_owed_exactly", "a resale is over before all is paid");
  }
  row.until = event.until;
  row.over = true;
}

void ResaleBook::closed(Second at, const exchange::ResaleClosed& event) {
  const auto row = rows_.find(event.resale.value);
  if (row->second.open && !row->second.over &&
      row->second.metered != std::min(at, row->second.until)) {
    fault("resales_are_owed_exactly", "a resale ends before all is paid");
  }
  if (!row->second.takes.empty())
    fault("device_seconds_are_paid_once", "it ends while it is taken");
  for (const auto& [number, other] : rows_) {
    if (other.takes.contains({true, event.resale.value})) {
      fault("device_seconds_are_paid_once", "what has ended has devices");
    }
  }
  if (row->second.income != row->second.told) {
    fault("sellers_earn_what_was_paid", "resale " + std::to_string(event.resale.value));
  }
  rows_.erase(row);
}

std::int64_t ResaleBook::meter(std::uint32_t resale, Second until) {
  Row& row = rows_[resale];
  const std::int64_t before = row.due(row.metered);
  row.metered = until;
  return row.due(until) - before;
}

Verdict ResaleBook::sellers_earn_what_was_paid() const {
  for (const auto& [number, row] : rows_) {
    if (row.income == row.told) continue;
    return Violation{"sellers_earn_what_was_paid",
                     "resale " + std::to_string(number) + " has " + std::to_string(row.told) +
                         " and must have " + std::to_string(row.income)};
  }
  return std::nullopt;
}

std::int64_t ResaleBook::unsold(std::uint32_t pool) const {
  std::int64_t sum = 0;
  for (const auto& [number, row] : rows_) {
    if (row.open && !row.over && row.pool == pool) sum += row.devices - row.taken();
  }
  return sum;
}

void ResaleBook::count(Figures& figures) const {
  figures.resales += opened_;
  figures.resold += sold_;
  figures.recalled += recalled_;
}

}  // namespace tongsuan::simulation
