#include "tongsuan/market/strengthen.h"

#include <cstddef>

#include "tongsuan/market/internal/presolve.h"

namespace tongsuan::market {
namespace internal {

Presolve::Presolve(const Problem& problem)
    : problem_(problem), costs_(problem), followed_(followed_orders(problem)) {}

Judge::Judge(const Presolve& presolve)
    : presolve_(presolve),
      problem_(presolve.problem()),
      gangs_(problem_.slot_count),
      transfers_(problem_.slot_count) {
  no_transfer_.clear(problem_.slot_count);
}

void Judge::keep(std::uint32_t order, std::vector<Choice>& kept) {
  const Span32 choices = problem_.orders[order].choices;
  for (std::uint32_t i = choices.begin; i < choices.end; ++i) {
    const Choice& choice = problem_.choices[i];
    if (choice.bundle != kNone) {
      keep_block(order, choice, kept);
    } else if (profile_stays(order, choice)) {
      kept.push_back(choice);
    }
  }
}

const UseSums& Judge::gang_sums(const Choice& choice) {
  return gangs_.of(gang_key(choice), [&](UseSums& sums) {
    sums.clear(problem_.slot_count);
    const Span32 legs = problem_.bundles[choice.bundle];
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const BundleLeg& leg = problem_.bundle_legs[i];
      for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
        sums.add(slot, presolve_.costs().use(leg.lane, slot, leg.units * choice.devices));
      }
    }
    sums.sum();
  });
}

const UseSums& Judge::transfer_sums(std::uint32_t index) {
  if (index == kNone) return no_transfer_;
  return transfers_.of(index, [&](UseSums& sums) {
    sums.clear(problem_.slot_count);
    const Transfer& transfer = problem_.transfers[index];
    for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
      sums.add(slot, presolve_.costs().use(transfer.lane, slot, transfer.rate));
    }
    sums.sum();
  });
}

UseRange Judge::transfer_range(std::uint32_t index) const {
  if (index == kNone) return {};
  return presolve_.costs().range(problem_.transfers[index].lane, problem_.transfers[index].rate);
}

// For most choices a glance is enough: even the last start is worth more than the dearest slots
// could cost, or the first is not worth what the cheapest do.
void Judge::keep_block(std::uint32_t order, const Choice& choice, std::vector<Choice>& kept) {
  const UseSums& gang = gang_sums(choice);
  const UseRange& slot = gang.range();
  const UseRange moved = transfer_range(choice.extra);
  if (slot.plain && moved.plain) {
    const std::int64_t slots = choice.extra == kNone ? 0 : problem_.transfers[choice.extra].slots;
    const std::int64_t lowest =
        choice.value - problem_.orders[order].delay_cost * (choice.last - choice.first);
    if (worth(lowest, slot.most * choice.duration + moved.most * slots)) {
      kept.push_back(choice);
      return;
    }
    const int128 least = slot.least * choice.duration + moved.least * slots;
    if (!presolve_.followed(order) && !worth(choice.value, least)) return;
  }
  keep_runs(order, choice, gang, kept);
}

void Judge::keep_runs(std::uint32_t order, const Choice& choice, const UseSums& gang,
                      std::vector<Choice>& kept) {
  const std::int64_t delay_cost = problem_.orders[order].delay_cost;
  const UseSums& transfer = transfer_sums(choice.extra);
  const Slot slots = choice.extra == kNone ? 0 : problem_.transfers[choice.extra].slots;
  bool open = false;  // the start before stays: its run is the last of `kept`
  for (Slot start = choice.first; start <= choice.last; ++start) {
    const Use use =
        both(gang.over(start, start + choice.duration), transfer.over(start - slots, start));
    const std::int64_t value = choice.value - delay_cost * (start - choice.first);
    if (!stays(order, value, use)) {
      open = false;
      continue;
    }
    if (!open) {
      kept.push_back(choice);
      kept.back().value = value;
      kept.back().first = static_cast<std::uint16_t>(start);
      open = true;
    }
    kept.back().last = static_cast<std::uint16_t>(start);
  }
}

bool Judge::worth(std::int64_t value, int128 cost) const {
  return static_cast<int128>(value) * problem_.denominator > cost;
}

bool Judge::stays(std::uint32_t order, std::int64_t value, const Use& use) const {
  return use.possible && (presolve_.followed(order) || !use.judged || worth(value, use.cost));
}

bool Judge::profile_stays(std::uint32_t order, const Choice& choice) const {
  const Profile& profile = problem_.profiles[choice.extra];
  if (profile.lots > 1) return true;
  Use use;
  for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
    const ProfileLeg& leg = problem_.profile_legs[i];
    if (leg.amount < 0) return true;
    for (Slot slot = leg.slots.begin; slot < leg.slots.end; ++slot) {
      use = both(use, presolve_.costs().use(leg.lane, slot, leg.amount));
    }
  }
  return stays(order, choice.value, use);
}

}  // namespace internal

Problem strengthen(const Problem& problem) {
  Problem result = problem;
  result.choices.clear();
  const internal::Presolve presolve(problem);
  internal::Judge judge(presolve);
  for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
    const auto begin = static_cast<std::uint32_t>(result.choices.size());
    judge.keep(order, result.choices);
    result.orders[order].choices = {begin, static_cast<std::uint32_t>(result.choices.size())};
  }
  return result;
}

}  // namespace tongsuan::market
