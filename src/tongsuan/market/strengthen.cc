#include "tongsuan/market/strengthen.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "tongsuan/market/internal/kept.h"
#include "tongsuan/market/internal/row_costs.h"

namespace tongsuan::market {

using internal::both;
using internal::Kept;
using internal::RowCosts;
using internal::Use;
using internal::UseRange;
using internal::UseSums;

namespace {

constexpr std::size_t kKeptSlotsMax = std::size_t{1} << 22;  // 96 MiB

class Strengthener {
 public:
  explicit Strengthener(const Problem& problem)
      : problem_(problem),
        costs_(problem),
        gangs_(kKeptSlotsMax / (problem.slot_count + 1)),
        transfers_(kKeptSlotsMax / (problem.slot_count + 1)),
        followed_(problem.orders.size(), false) {
    no_transfer_.clear(problem.slot_count);
    for (const ProblemOrder& order : problem.orders) {
      if (order.after != kNone) followed_[order.after] = true;
    }
  }

  void keep(std::uint32_t order, std::vector<Choice>& kept) {
    const Span32 choices = problem_.orders[order].choices;
    for (std::uint32_t i = choices.begin; i < choices.end; ++i) {
      const Choice& choice = problem_.choices[i];
      if (choice.bundle == kNone) {
        if (profile_stays(order, choice)) kept.push_back(choice);
      } else {
        keep_block(order, choice, kept);
      }
    }
  }

 private:
  const UseSums& gang_sums(const Choice& choice) {
    return gangs_.of(internal::gang_key(choice), [&](UseSums& sums) {
      sums.clear(problem_.slot_count);
      const Span32 legs = problem_.bundles[choice.bundle];
      for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
        const BundleLeg& leg = problem_.bundle_legs[i];
        for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
          sums.add(slot, costs_.use(leg.lane, slot, leg.units * choice.devices));
        }
      }
      sums.sum();
    });
  }

  const UseSums& transfer_sums(std::uint32_t index) {
    if (index == kNone) return no_transfer_;
    return transfers_.of(index, [&](UseSums& sums) {
      sums.clear(problem_.slot_count);
      const Transfer& transfer = problem_.transfers[index];
      for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
        sums.add(slot, costs_.use(transfer.lane, slot, transfer.rate));
      }
      sums.sum();
    });
  }

  [[nodiscard]] UseRange transfer_range(std::uint32_t index) const {
    if (index == kNone) return {};
    return costs_.range(problem_.transfers[index].lane, problem_.transfers[index].rate);
  }

  // The runs of starts that stay.
  void keep_block(std::uint32_t order, const Choice& choice, std::vector<Choice>& kept) {
    const std::int64_t delay_cost = problem_.orders[order].delay_cost;
    const UseSums& gang = gang_sums(choice);
    const Slot slots = choice.extra == kNone ? 0 : problem_.transfers[choice.extra].slots;
    const UseRange& one = gang.range();
    const UseRange moved = transfer_range(choice.extra);
    if (one.plain && moved.plain) {
      // For most choices a glance is enough: even the last start is worth more than the dearest
      // slots could cost, or the first is not worth what the cheapest do.
      const std::int64_t lowest = choice.value - delay_cost * (choice.last - choice.first);
      if (worth(lowest, one.most * choice.duration + moved.most * slots)) {
        kept.push_back(choice);
        return;
      }
      if (!followed_[order] &&
          !worth(choice.value, one.least * choice.duration + moved.least * slots)) {
        return;
      }
    }
    const UseSums& transfer = transfer_sums(choice.extra);
    std::uint32_t begin = kNone;  // of the run of starts that stay
    for (Slot start = choice.first; start <= choice.last; ++start) {
      const Use use =
          both(gang.over(start, start + choice.duration), transfer.over(start - slots, start));
      if (stays(order, choice.value - delay_cost * (start - choice.first), use)) {
        if (begin == kNone) begin = start;
      } else if (begin != kNone) {
        add_run(choice, delay_cost, {begin, start}, kept);
        begin = kNone;
      }
    }
    if (begin != kNone) add_run(choice, delay_cost, {begin, choice.last + 1U}, kept);
  }

  static void add_run(const Choice& choice, std::int64_t delay_cost, SlotRange starts,
                      std::vector<Choice>& kept) {
    Choice run = choice;
    run.value -= delay_cost * (starts.begin - choice.first);
    run.first = static_cast<std::uint16_t>(starts.begin);
    run.last = static_cast<std::uint16_t>(starts.end - 1);
    kept.push_back(run);
  }

  [[nodiscard]] bool worth(std::int64_t value, int128 cost) const {
    return static_cast<int128>(value) * problem_.denominator > cost;
  }

  [[nodiscard]] bool stays(std::uint32_t order, std::int64_t value, const Use& use) const {
    return use.possible && (followed_[order] || !use.judged || worth(value, use.cost));
  }

  [[nodiscard]] bool profile_stays(std::uint32_t order, const Choice& choice) const {
    const Profile& profile = problem_.profiles[choice.extra];
    if (profile.lots > 1) return true;
    Use use;
    for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
      const ProfileLeg& leg = problem_.profile_legs[i];
      if (leg.amount < 0) return true;
      for (Slot slot = leg.slots.begin; slot < leg.slots.end; ++slot) {
        use = both(use, costs_.use(leg.lane, slot, leg.amount));
      }
    }
    return stays(order, choice.value, use);
  }

  const Problem& problem_;
  const RowCosts costs_;
  Kept<UseSums> gangs_;
  Kept<UseSums> transfers_;
  UseSums no_transfer_;
  std::vector<bool> followed_;  // by order: others must follow it
};

}  // namespace

Problem strengthen(const Problem& problem) {
  Problem result = problem;
  result.choices.clear();
  Strengthener strengthener(problem);
  for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
    const auto begin = static_cast<std::uint32_t>(result.choices.size());
    strengthener.keep(order, result.choices);
    result.orders[order].choices = {begin, static_cast<std::uint32_t>(result.choices.size())};
  }
  return result;
}

}  // namespace tongsuan::market
