// Packages: what may come in, and the money of their awards.
#include <algorithm>

#include "tongsuan/exchange/internal/executor.h"

namespace tongsuan::exchange {

using engine::Package;
using engine::PackageKind;
using engine::PackageLeg;

// As for a block: what is offered for a device-hour over all legs, against the dearest of them.
bool Executor::package_outside_collar(const engine::LiveOrder& order) const {
  const Package& package = *order.package;
  const std::int64_t percent = state_.rules().collar_percent;
  for (const engine::Alternative& alternative : package.alternatives) {
    std::int64_t highest = 0;
    int128 device_seconds = 0;
    for (const PackageLeg& leg : alternative.legs) {
      highest = std::max(highest, dearest(leg.accelerator, {&leg.hub, 1}));
      device_seconds += static_cast<int128>(leg.gang) * std::max<Second>(0, leg.end - leg.begin);
    }
    if (highest == 0) continue;
    const int128 most = static_cast<int128>(highest) * percent;
    if (static_cast<int128>(alternative.value) * engine::kHour * 100 > most * device_seconds) {
      return true;
    }
    for (const engine::DemandStep& step : package.steps) {
      if (static_cast<int128>(step.price.raw()) * 100 > most) return true;
    }
  }
  return false;
}

// Whether all places of some alternative are there at all.
bool Executor::is_package_eligible(const Package& package) const {
  const engine::Places& places = state_.engine().places();
  return std::ranges::any_of(package.alternatives, [&](const engine::Alternative& alternative) {
    return std::ranges::all_of(alternative.legs, [&](const PackageLeg& leg) {
      return engine::find_pool(places, leg.hub, leg.accelerator) != kNone;
    });
  });
}

std::optional<Code> Executor::check_award(const engine::AwardOrder& award) const {
  const engine::State& engine = state_.engine();
  if (!engine.knows(award.order)) return Code::kUnknown;
  const ParticipantRecord& buyer =
      state_.participants()[engine.order(award.order).order.account.value];
  if (state_.halted() || buyer.halted) return Code::kHalted;
  for (const engine::AwardPart& part : award.parts) {
    if (part.pool.value >= engine.places().pools.size()) return Code::kUnknown;
    const HubRecord& hub = state_.hubs()[engine.places().pools[part.pool.value].hub.value];
    if (hub.halted) return Code::kHalted;
    if (hub.supplier == ledger::kHouse) return Code::kNoSupplier;
  }
  return award.parts.size() > room_for_holds() ? std::optional(Code::kTooMany) : std::nullopt;
}

// The hold of the package ends, and each part has one of exactly what was agreed for it. Together
// they are no more than it was, so none of them can be refused.
Code Executor::award(engine::AwardOrder& command) {
  if (const auto refused = check_award(command)) return *refused;
  const OrderId package = command.order;
  if (const auto refused = ask_engine(std::move(command))) return *refused;
  const auto& awarded = std::get<engine::OrderAwarded>(engine_events_.back().what);
  const OrderId first = awarded.first;
  const auto count = static_cast<std::uint32_t>(awarded.what.parts.size());
  emit_engine();
  release(package);
  for (std::uint32_t i = 0; i < count; ++i) {
    const OrderId part{first.value + i};
    const engine::LiveOrder& order = state_.engine().order(part).order;
    ledger::HoldId hold;
    if (order.value > 0) {
      const ledger::Account cash{ParticipantId{order.account.value}, ledger::Purpose::kCash};
      const ledger::Leg leg = ledger::Hold{cash, Money(order.value), engine::kSecondsMax};
      pay({&leg, 1}, {.round = state_.engine().round(), .reference = state_.sequence()});
      hold = money_answer_.hold();
    }
    emit(OrderHeld{part, hold});
    if (const Digest* work = state_.work_of(package)) emit(WorkAttached{part, Digest(*work)});
  }
  value_ = first.value;
  return Code::kDone;
}

}  // namespace tongsuan::exchange
