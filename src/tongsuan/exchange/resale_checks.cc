#include "tongsuan/exchange/internal/resale_checks.h"

#include <algorithm>

namespace tongsuan::exchange::internal {
namespace {

Misfitting misfit_of_terms(const State& state, const ResaleTerms& terms) {
  if (terms.pool.value >= state.engine().places().pools.size()) return "a resale of no pool";
  if (terms.seller.value >= state.participants().size()) return "a resale of nobody";
  if (terms.devices == 0 || terms.from < 0 || terms.until <= terms.from ||
      terms.until > 2 * engine::kSecondsMax) {
    return "a resale of nothing";
  }
  const bool priced = terms.price.raw() >= 0 && terms.price <= Price(kPriceMax) &&
                      terms.ask.raw() >= 0 && terms.ask <= kAskNever;
  return priced ? std::nullopt : Misfitting("a price of a resale outside its limits");
}

// `row`: of a resale or of the event that opens it.
template <class Row>
Misfitting misfit_of_right(const State& state, const Row& row, ledger::ParticipantId seller) {
  const ledger::RightRow* right = state.money().rights().find(row.right);
  const ledger::HoldRow* hold = state.money().holds().find(row.hold);
  if (right == nullptr || hold == nullptr) return "an open resale without a right and a hold";
  if (right->hold != row.hold.slot || right->contract != row.grant) {
    return "the right of an open resale is not its own";
  }
  return hold->owner == seller ? std::nullopt : Misfitting("the hold of somebody else's resale");
}

// Neither more is spared than it has, nor more owed than its right has left.
Misfitting misfit_of_seconds(const State& state, const ResaleRow& row) {
  const ledger::RightRow& right = *state.money().rights().find(row.right);
  const std::int64_t left = (right.rectangle - right.delivered).raw();
  const int128 all =
      static_cast<int128>(row.terms.devices) * std::max<Second>(0, row.terms.until - row.metered);
  return row.spared > all || all - row.spared > left
             ? Misfitting("other seconds are spared than a resale has")
             : std::nullopt;
}

bool is_open(const ResaleRow* row, engine::ContractId contract) {
  return row != nullptr && row->open() && row->terms.contract == contract;
}

// Open, or over.
bool has_begun(const ResaleRow* row, engine::ContractId contract) {
  return row != nullptr && row->grant != 0 && row->terms.contract == contract;
}

}  // namespace

std::uint32_t devices_of(const State& state, Holder holder) {
  if (holder.resale) {
    const ResaleRow* row = state.resales().find(ResaleId{holder.id});
    return row == nullptr || row->grant == 0 ? 0 : row->terms.devices;
  }
  const engine::ContractId id{holder.id};
  if (!state.engine().knows(id) || state.engine().contract(id).end >= 0) return 0;
  return state.engine().contract(id).devices();
}

std::uint32_t bought_of(const State& state, Holder holder) {
  std::uint32_t sum = 0;
  for (const ResaleId id : state.resales().bought(holder)) {
    sum += state.resales().bought(holder, id);
  }
  return sum;
}

Misfitting misfit(const State& state, const ContractOwned& event) {
  const engine::State& engine = state.engine();
  if (!engine.knows(event.contract) || engine.contract(event.contract).end >= 0) {
    return "an own contract that does not run";
  }
  const engine::Contract& contract = engine.contract(event.contract);
  const ParticipantId buyer{engine.order(contract.order).order.account.value};
  const HubId hub = engine.places().pools[contract.pool.value].hub;
  const ParticipantId supplier = state.hubs()[hub.value].supplier;
  return state.beneficial_owner(buyer) == state.beneficial_owner(supplier)
             ? std::nullopt
             : Misfitting("an own contract between strangers");
}

Misfitting misfit(const State& state, const ResaleOffered& event) {
  if (Misfitting wrong = misfit_of_terms(state, event.terms)) return wrong;
  const engine::State& engine = state.engine();
  if (!engine.knows(event.terms.contract)) return "a resale of an unknown contract";
  const engine::Contract& contract = engine.contract(event.terms.contract);
  if (contract.order != event.terms.order || contract.pool != event.terms.pool ||
      contract.price != event.terms.price) {
    return "a resale of another contract";
  }
  if (!engine.knows(contract.order) ||
      engine.order(contract.order).order.account.value != event.terms.seller.value) {
    return "a resale by somebody else";
  }
  const auto planned = state.resales().planned(event.terms.contract);
  if (planned && *planned != event.resale) return "a contract with two planned resales";
  if (planned) return std::nullopt;
  if (state.resales().full()) return "too many resales";
  return event.resale == state.resales().next() ? std::nullopt : Misfitting("not the next resale");
}

Misfitting misfit(const State& state, const ResaleOpened& event) {
  const ResaleRow* row = state.resales().find(event.resale);
  if (row == nullptr || row->terms.contract != event.contract) return "a resale that is not there";
  if (event.devices == 0 || event.devices > row->terms.devices || event.devices < row->taken) {
    return "a resale of more than it has, or less than is taken";
  }
  if (event.grant == 0 || event.owed_ppm > engine::kPpm || event.from < row->terms.from ||
      event.from < row->metered || event.from >= row->terms.until || event.from > state.now() ||
      row->ended) {
    return "a resale that opens for no time";
  }
  return misfit_of_right(state, event, row->terms.seller);
}

Misfitting misfit(const State& state, const ResaleTaken& event) {
  const ResaleRow* row = state.resales().find(event.resale);
  if (!has_begun(row, event.contract)) return "devices of a resale that is not open";
  const std::uint32_t before = state.resales().bought(event.by, event.resale);
  if (event.devices <= before) return std::nullopt;
  if (row->over()) return "devices of a resale that is over";
  if (event.by.resale && event.by.id <= event.resale.value) return "a resale that has its own";
  if (row->taken - before + event.devices > row->terms.devices) return "more than a resale has";
  const std::uint32_t has = devices_of(state, event.by);
  if (bought_of(state, event.by) - before + event.devices > has) return "more than a holder has";
  const bool room = before > 0 || state.resales().bought(event.by).size() < kTakesMax;
  return room ? std::nullopt : Misfitting("a holder of too many resales");
}

Misfitting misfit(const State& state, const ResaleMetered& event) {
  const ResaleRow* row = state.resales().find(event.resale);
  if (!has_begun(row, event.contract)) return "a meter of a resale that is not open";
  return event.until < row->metered || event.until > row->terms.until
             ? Misfitting("a meter of a resale that runs backwards, or beyond its end")
             : std::nullopt;
}

Misfitting misfit(const State& state, const ResaleEarned& event) {
  const ResaleRow* row = state.resales().find(event.resale);
  if (!has_begun(row, event.contract)) return "income of a resale that is not open";
  if (row->terms.seller != event.seller) return "income of somebody else";
  return event.income.raw() <= 0 ? Misfitting("income that is none") : std::nullopt;
}

Misfitting misfit(const State& state, const ResaleOver& event) {
  const ResaleRow* row = state.resales().find(event.resale);
  if (!is_open(row, event.contract)) return "what is over was not open";
  if (row->taken == 0) return "a resale that is over and that nobody has";
  const bool fits = event.until >= row->metered && event.until <= row->terms.until &&
                    event.until > row->terms.from;
  return fits ? std::nullopt : Misfitting("a resale that is over at another time than its own");
}

Misfitting misfit(const State& state, const ResaleSpared& event) {
  const ResaleRow* row = state.resales().find(event.resale);
  if (!has_begun(row, event.contract)) return "seconds of a resale that is not open";
  if (state.money().rights().find(row->right) == nullptr) return "seconds that nobody owes for";
  if (event.paid < Money()) return "a payment of less than nothing";
  const std::int64_t left =
      std::int64_t{row->terms.devices} * (row->terms.until - row->metered) - row->spared;
  return event.seconds <= 0 || event.seconds > left
             ? Misfitting("more seconds than a resale has, or none")
             : std::nullopt;
}

namespace {

// The resale may be closed by now.
Misfitting misfit_of_seller(const State& state, ResaleId id, ParticipantId seller, Money amount) {
  if (seller.value >= state.participants().size()) return "money of nobody";
  if (id.value == 0 || id.value >= state.resales().next().value) return "no such resale";
  const ResaleRow* row = state.resales().find(id);
  if (row != nullptr && row->terms.seller != seller) return "money of somebody else";
  return amount < Money() ? Misfitting("less than nothing goes back") : std::nullopt;
}

}  // namespace

Misfitting misfit(const State& state, const ResaleReturned& event) {
  return misfit_of_seller(state, event.resale, event.seller, event.amount);
}

Misfitting misfit(const State& state, const ResaleRefunded& event) {
  return misfit_of_seller(state, event.resale, event.seller, event.amount);
}

Misfitting misfit(const State& state, const ResaleClosed& event) {
  const ResaleRow* row = state.resales().find(event.resale);
  if (row == nullptr || row->terms.contract != event.contract) {
    return "the end of a resale that is not there";
  }
  if (row->taken > 0) return "the end of a resale of which somebody has devices";
  if (bought_of(state, {true, event.resale.value}) > 0) return "the end of a resale that has some";
  const bool owes = row->grant != 0 && state.money().rights().find(row->right) != nullptr;
  return owes ? Misfitting("the end of a resale that owes") : std::nullopt;
}

Misfitting misfit_of_rows(const State& state) {
  for (const auto& [number, row] : state.resales().rows()) {
    if (Misfitting wrong = misfit_of_terms(state, row.terms)) return wrong;
    if (number == 0 || number >= state.resales().next().value) return "a resale without a number";
    if (row.grant == 0 && !row.takes.empty()) return "devices of a resale that is not open";
    if (row.grant == 0) continue;
    if (row.over() && row.takes.empty()) return "a resale that is over and that nobody has";
    if (row.open() || row.right.slot != kNone) {
      if (Misfitting wrong = misfit_of_right(state, row, row.terms.seller)) return wrong;
      if (Misfitting wrong = misfit_of_seconds(state, row)) return wrong;
    }
    if (row.taken > row.terms.devices) return "more than a resale has";
    for (const Take& take : row.takes) {
      if (take.devices == 0 || bought_of(state, take.by) > devices_of(state, take.by)) {
        return "more than a holder has";
      }
    }
  }
  return std::nullopt;
}

}  // namespace tongsuan::exchange::internal
