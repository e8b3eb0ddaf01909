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

std::int64_t ResaleBook::Row::due() const {
  return all == 0 ? 0 : share(cost, delivered, all);
}

std::int64_t ResaleBook::Row::deliver(std::int64_t seconds) {
  const std::int64_t before = due();
  delivered += std::min(seconds, all - delivered);
  return due() - before;
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
    payments.push_back({row.seller, number, part - owing, until});
    if (owing == 0) continue;
    const auto above =
        split({{true, number}, row.price, row.devices, payer.from, until, payer.supplier}, owing);
    payments.insert(payments.end(), above.begin(), above.end());
  }
  payments.push_back({payer.supplier, 0, rest, payer.until});
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

// What it owes for goes on from where it is paid for now; for devices that go up to now.
std::int64_t ResaleBook::opened(Second at, const exchange::ResaleOpened& event, std::int64_t ppm) {
  Row& row = rows_[event.resale.value];
  std::int64_t moved = 0;
  if (!row.open) {
    moved = row.cost = share(left_[row.contract], ppm, kAll);
    row.ppm = ppm;
    row.all = event.devices * (row.until - event.from);
    row.open = true;
    ++opened_;
    // Whoever sells below this would rather owe.
    const int128 least = static_cast<int128>(row.price) * (kAll - ppm);
    if (static_cast<int128>(row.ask) * kAll < least) {
      fault("resales_are_owed_exactly", "an ask at which selling loses");
    }
  } else {
    const std::int64_t gone = (row.devices - event.devices) * (at - row.metered);
    const std::int64_t all = event.devices * (row.until - row.metered) + gone - row.spared;
    row.cost = share(row.cost - row.due(), all, row.all - row.delivered);
    row.all = all;
    row.spared -= gone;
    if (event.from != row.metered) {
      fault("resales_are_owed_exactly", "devices go from another second than was paid for");
    }
    ++recalled_;
  }
  row.from = row.metered = event.from;
  row.devices = event.devices;
  row.delivered = 0;
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
  if (!row.open || row.over || row.takes.empty() || event.until != std::min(at, row.until)) {
    fault("resales_are_owed_exactly", "a resale is over that is none, or that nobody has");
  }
  row.until = event.until;
  row.over = true;
}

void ResaleBook::closed(Second at, const exchange::ResaleClosed& event) {
  const auto row = rows_.find(event.resale.value);
  if (row->second.open && row->second.metered != std::min(at, row->second.until)) {
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
  const std::int64_t passed = row.devices * (until - row.metered);
  row.metered = until;
  const std::int64_t owed = std::max<std::int64_t>(0, passed - row.spared);
  row.spared = std::max<std::int64_t>(0, row.spared - passed);
  return row.deliver(owed);
}

void ResaleBook::add_parts(Holder holder, std::int64_t devices, const Part& part,
                           std::vector<Part>& parts) const {
  for (const auto& [number, row] : rows_) {
    const auto take = row.takes.find(holder);
    if (take == row.takes.end()) continue;
    const Second until = std::min(part.until, row.until);
    if (until <= part.from) continue;
    const std::int64_t seconds =
        share(part.seconds, static_cast<int128>(take->second) * (until - part.from),
              static_cast<int128>(devices) * (part.until - part.from));
    if (seconds == 0) continue;
    parts.push_back({number, holder, part.from, until, seconds});
    add_parts({true, number}, row.devices, {0, {}, part.from, until, seconds}, parts);
  }
}

std::vector<ResaleBook::Part> ResaleBook::parts(Holder holder, std::int64_t devices, Second from,
                                                Second until) const {
  std::vector<Part> parts;
  add_parts(holder, devices, {0, {}, from, until, devices * (until - from)}, parts);
  std::erase_if(parts, [&](Part& part) {
    const Second unpaid = std::max(part.from, rows_.at(part.resale).metered);
    const Second left = std::max<Second>(0, part.until - unpaid);
    part.seconds = share(part.seconds, left, part.until - part.from);
    part.from = unpaid;
    return part.seconds == 0;
  });
  return parts;
}

void ResaleBook::spare(const Part& part) {
  rows_[part.resale].spared += part.seconds;
  to_be_spared_.push_back(part);
  ++gaps_;
}

std::int64_t ResaleBook::pay_at_once(std::uint32_t resale, std::int64_t seconds) {
  Row& row = rows_[resale];
  row.spared += seconds;
  return row.deliver(seconds);
}

void ResaleBook::spared(const exchange::ResaleSpared& event) {
  const bool expected = !to_be_spared_.empty() &&
                        to_be_spared_.front().resale == event.resale.value &&
                        to_be_spared_.front().by == Holder{event.by.resale, event.by.id} &&
                        to_be_spared_.front().seconds == event.seconds && event.paid == Money();
  if (!expected) {
    fault("gaps_are_not_owed", "of resale " + std::to_string(event.resale.value) + " " +
                                   std::to_string(event.seconds) + " seconds are spared");
    return;
  }
  to_be_spared_.erase(to_be_spared_.begin());
}

void ResaleBook::give_back(std::uint32_t resale, std::int64_t amount) {
  const auto row = rows_.find(resale);
  if (row != rows_.end()) row->second.income -= amount;
}

void ResaleBook::returned(const exchange::ResaleReturned& event) {
  const auto row = rows_.find(event.resale.value);
  if (row != rows_.end()) row->second.told -= event.amount.raw();
}

Verdict ResaleBook::gaps_are_not_owed() const {
  if (to_be_spared_.empty()) return std::nullopt;
  return Violation{"gaps_are_not_owed", "resale " + std::to_string(to_be_spared_.front().resale) +
                                            " owes for what was missed"};
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
  figures.spared += gaps_;
}

}  // namespace tongsuan::simulation
