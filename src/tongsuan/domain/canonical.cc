#include "tongsuan/domain/canonical.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace tongsuan {
namespace {

using Ids = std::vector<std::uint32_t>;  // old id → new id; kNone: dropped

bool is_identity(const Ids& positions) {
  for (std::uint32_t i = 0; i < positions.size(); ++i) {
    if (positions[i] != i) return false;
  }
  return true;
}

Ids inverse(const Ids& positions) {
  Ids ids(positions.size());
  for (std::uint32_t i = 0; i < positions.size(); ++i) ids[positions[i]] = i;
  return ids;
}

// Stable, by a key. (The standard library of the WebAssembly build has no std::ranges algorithms.)
template <class T, class Key>
void sort_by(std::vector<T>& items, Key key) {
  std::stable_sort(items.begin(), items.end(),
                   [&](const T& a, const T& b) { return key(a) < key(b); });
}

// Positions of a shuffled list jump about in memory, so those further on are asked for early.
template <class T>
void gather(std::vector<T>& items, const Ids& positions) {
  constexpr std::size_t kAhead = 16;
  std::vector<T> gathered;
  gathered.reserve(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (i + kAhead < positions.size()) {
      const T* later = &items[positions[i + kAhead]];
      __builtin_prefetch(later);
      if constexpr (sizeof(T) > 64) __builtin_prefetch(reinterpret_cast<const char*>(later) + 64);
    }
    gathered.push_back(std::move(items[positions[i]]));
  }
  items = std::move(gathered);
}

// Sorts a list and its names; returns the new ids.
template <class T>
Ids sort_list(NameList& names, std::vector<T>& items) {
  const Ids positions = sorted_positions(names);
  if (!is_identity(positions)) {
    names = names.gathered(positions);
    gather(items, positions);
  }
  return inverse(positions);
}

// Sorts names that stand for nothing else and drops those that are not used.
Ids sort_used(NameList& names, const std::vector<bool>& used) {
  Ids positions = sorted_positions(names);
  std::erase_if(positions, [&](std::uint32_t position) { return !used[position]; });
  Ids ids(names.size(), kNone);
  for (std::uint32_t i = 0; i < positions.size(); ++i) ids[positions[i]] = i;
  if (positions.size() != names.size() || !is_identity(positions)) {
    names = names.gathered(positions);
  }
  return ids;
}

// Moves the items behind names that `sort_used` sorted to their new ids.
template <class T>
void keep(std::vector<T>& items, const Ids& ids, std::size_t count) {
  std::vector<T> kept(count);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (ids[i] != kNone) kept[ids[i]] = items[i];
  }
  items = std::move(kept);
}

void rename(std::uint32_t& id, const Ids& ids) {
  if (id != kNone) id = ids[id];
}

template <class Tag>
void rename(StrongId<Tag>& id, const Ids& ids) {
  id.value = ids[id.value];
}

auto range_key(SlotRange slots) {
  return std::pair(slots.begin, slots.end);
}

auto leg_key(const Leg& leg) {
  return std::tuple(leg.kind, leg.hub, leg.accelerator, leg.zone, leg.slots.begin, leg.slots.end,
                    leg.amount);
}

// Fields that the kind does not use, and that the text format therefore cannot say, take their
// defaults; so a market that was built by a program has the root of the file that it is written to.
Order plain(const Order& order) {
  Order kept;
  kept.account = order.account;
  kept.kind = order.kind;
  if (order.kind == OrderKind::kCurve) return kept;
  kept.green_percent = order.green_percent;
  kept.group = order.group;
  kept.after = order.after;
  if (order.kind == OrderKind::kProfile) kept.minimum_ppm = order.minimum_ppm;
  if (order.kind == OrderKind::kOptions || order.kind == OrderKind::kProfile) return kept;
  kept.whole_nodes = order.whole_nodes;
  kept.hubs = order.hubs;
  kept.value = order.value;
  if (order.kind == OrderKind::kService) return kept;
  kept.window = order.window;
  kept.data = order.data;
  kept.delay_cost = order.delay_cost;
  return kept;
}

class Canonicaliser {
 public:
  explicit Canonicaliser(Market& market) : market_(market) {}

  void run(const Ids& order_positions) {
    hubs_ = sort_list(market_.hub_names, market_.hubs);
    classes_ = sort_list(market_.class_names, market_.classes);
    zones_ = sort_list(market_.zone_names, market_.zones);
    data_ = sort_list(market_.data_names, market_.data_sets);
    sort_list(market_.offer_names, market_.offers);
    sort_accounts_and_groups();
    rename_lists();
    if (!is_identity(order_positions)) {
      market_.order_names = market_.order_names.gathered(order_positions);
      gather(market_.orders, order_positions);
    }
    orders_ = inverse(order_positions);
    rename_pools();
    repack();
  }

 private:
  void sort_accounts_and_groups() {
    std::vector<bool> accounts(market_.account_names.size(), false);
    std::vector<bool> groups(market_.group_names.size(), false);
    for (const Offer& offer : market_.offers) accounts[offer.seller.value] = true;
    for (const Cap& cap : market_.caps) groups[cap.group.value] = true;
    for (Order& order : market_.orders) {
      accounts[order.account.value] = true;
      if (order.kind == OrderKind::kCurve) order.group = kNone;
      if (order.group != kNone) groups[order.group] = true;
    }
    // Accounts that a program only named have no home.
    market_.accounts.resize(market_.account_names.size());
    accounts_ = sort_used(market_.account_names, accounts);
    keep(market_.accounts, accounts_, market_.account_names.size());
    groups_ = sort_used(market_.group_names, groups);
  }

  void rename_lists() {
    for (Hub& hub : market_.hubs) {
      rename(hub.power_zone, zones_);
      rename(hub.green_zone, zones_);
    }
    for (Account& account : market_.accounts) rename(account.home, hubs_);
    for (Line& line : market_.lines) {
      rename(line.from, zones_);
      rename(line.to, zones_);
    }
    sort_by(market_.lines, [](const Line& line) {
      return std::tuple(line.from, line.to, range_key(line.slots), line.min, line.max, line.tariff);
    });
    for (Link& link : market_.links) {
      rename(link.from, hubs_);
      rename(link.to, hubs_);
    }
    sort_by(market_.links,
            [](const Link& link) { return std::tuple(link.from, link.to, range_key(link.slots)); });
    for (NodeBlock& block : market_.node_blocks) {
      rename(block.hub, hubs_);
      rename(block.accelerator, classes_);
    }
    sort_by(market_.node_blocks, [](const NodeBlock& block) {
      return std::tuple(block.hub, block.accelerator, range_key(block.slots), block.nodes);
    });
    for (Cap& cap : market_.caps) {
      rename(cap.group, groups_);
      rename(cap.hub, hubs_);
      rename(cap.accelerator, classes_);
    }
    sort_by(market_.caps, [](const Cap& cap) {
      return std::tuple(cap.group, cap.hub, cap.accelerator, range_key(cap.slots), cap.devices);
    });
    for (Offer& offer : market_.offers) {
      rename(offer.seller, accounts_);
      if (offer.hub == kNone) offer.accelerator = kNone;
      if (offer.hub != kNone) offer.zone = kNone;
      rename(offer.hub, hubs_);
      rename(offer.accelerator, classes_);
      rename(offer.zone, zones_);
    }
  }

  void rename_pools() {
    for (HubId& hub : market_.hub_lists) rename(hub, hubs_);
    for (Variant& variant : market_.variants) rename(variant.accelerator, classes_);
    for (Leg& leg : market_.legs) {
      if (leg.kind == RowKind::kZone) leg.hub = leg.accelerator = kNone;
      if (leg.kind != RowKind::kZone) leg.zone = kNone;
      rename(leg.hub, hubs_);
      rename(leg.accelerator, classes_);
      rename(leg.zone, zones_);
    }
  }

  // ---- Pools -----------------------------------------------------------------------------------

  // Copies a range to the end of a new pool. Empty ranges are all alike.
  template <class T>
  static Span32 append(const std::vector<T>& from, Span32 range, std::vector<T>& to) {
    if (range.begin >= range.end) return {};
    const auto begin = static_cast<std::uint32_t>(to.size());
    to.insert(to.end(), from.begin() + range.begin, from.begin() + range.end);
    return {begin, static_cast<std::uint32_t>(to.size())};
  }

  void repack() {
    steps_.reserve(market_.steps.size());
    variants_.reserve(market_.variants.size());
    options_.reserve(market_.options.size());
    legs_.reserve(market_.legs.size());
    ranges_.reserve(market_.ranges.size());
    repack_hub_lists();
    for (Link& link : market_.links) link.steps = append(market_.steps, link.steps, steps_);
    for (Offer& offer : market_.offers) offer.steps = append(market_.steps, offer.steps, steps_);
    for (Order& order : market_.orders) order = repacked(order);
    market_.steps = std::move(steps_);
    market_.variants = std::move(variants_);
    market_.options = std::move(options_);
    market_.legs = std::move(legs_);
    market_.ranges = std::move(ranges_);
    market_.hub_lists = std::move(hub_lists_);
    market_.hub_sets = std::move(hub_sets_);
  }

  // Replica lists first; then each hub set once, in the order of their first use by an order.
  void repack_hub_lists() {
    for (DataSet& data : market_.data_sets) data.replicas = append_hubs(data.replicas);
    sort_hub_sets();
    set_ids_.assign(market_.hub_sets.size(), kNone);
  }

  Span32 append_hubs(Span32 range) {
    const auto begin = market_.hub_lists.begin() + range.begin;
    std::sort(begin, begin + range.count());
    range.end = static_cast<std::uint32_t>(std::unique(begin, begin + range.count()) -
                                           market_.hub_lists.begin());
    return append(market_.hub_lists, range, hub_lists_);
  }

  // Makes equal sets one: `first_equal_` maps each set to one of the sets that are equal to it.
  void sort_hub_sets() {
    std::vector<Span32>& sets = market_.hub_sets;
    std::vector<std::uint32_t> by_content(sets.size());
    for (std::uint32_t i = 0; i < sets.size(); ++i) {
      by_content[i] = i;
      const auto begin = market_.hub_lists.begin() + sets[i].begin;
      std::sort(begin, begin + sets[i].count());
      sets[i].end = static_cast<std::uint32_t>(std::unique(begin, begin + sets[i].count()) -
                                               market_.hub_lists.begin());
    }
    const auto compare = [&](std::uint32_t a, std::uint32_t b) {
      const HubId* list = market_.hub_lists.data();
      return std::lexicographical_compare(list + sets[a].begin, list + sets[a].end,
                                          list + sets[b].begin, list + sets[b].end);
    };
    std::sort(by_content.begin(), by_content.end(), compare);
    first_equal_.resize(sets.size());
    for (std::size_t i = 0; i < by_content.size(); ++i) {
      const bool again = i > 0 && !compare(by_content[i - 1], by_content[i]);
      first_equal_[by_content[i]] = again ? first_equal_[by_content[i - 1]] : by_content[i];
    }
  }

  HubSetId hub_set(HubSetId old) {
    std::uint32_t& id = set_ids_[first_equal_[old.value]];
    if (id == kNone) {
      id = static_cast<std::uint32_t>(hub_sets_.size());
      hub_sets_.push_back(
          append(market_.hub_lists, market_.hub_sets[first_equal_[old.value]], hub_lists_));
    }
    return HubSetId{id};
  }

  Order repacked(const Order& old) {
    Order order = plain(old);
    rename(order.account, accounts_);
    rename(order.group, groups_);
    rename(order.data, data_);
    rename(order.after, orders_);
    switch (order.kind) {
      case OrderKind::kBlock:
        order.hubs = hub_set(old.hubs);
        order.variants = append(market_.variants, old.variants, variants_);
        break;
      case OrderKind::kOptions:
        order.options = append_options(old.options);
        break;
      case OrderKind::kProfile:
        order.options = append_options(first(old.options));
        break;
      case OrderKind::kCurve:
        order.options = append_options(first(old.options));
        if (order.options.count() > 0) clear_row(options_[order.options.begin]);
        order.steps = append(market_.steps, old.steps, steps_);
        break;
      case OrderKind::kService:
        order.hubs = hub_set(old.hubs);
        order.variants = append(market_.variants, first(old.variants), variants_);
        if (order.variants.count() > 0) variants_[order.variants.begin].duration = 0;
        order.services = append(market_.ranges, old.services, ranges_);
        break;
    }
    return order;
  }

  static Span32 first(Span32 range) { return {range.begin, std::min(range.end, range.begin + 1)}; }

  // The leg of a curve names its row; it has no amount, and the option no value.
  void clear_row(Option& option) {
    option.value = 0;
    if (option.legs.count() == 0) return;
    option.legs = first(option.legs);
    legs_.resize(option.legs.end);
    legs_[option.legs.begin].amount = 0;
  }

  Span32 append_options(Span32 range) {
    if (range.begin >= range.end) return {};
    const auto begin = market_.options.begin() + range.begin;
    const auto end = market_.options.begin() + range.end;
    for (auto option = begin; option < end; ++option) {
      std::sort(market_.legs.begin() + option->legs.begin, market_.legs.begin() + option->legs.end,
                [](const Leg& a, const Leg& b) { return leg_key(a) < leg_key(b); });
    }
    std::stable_sort(begin, end, [&](const Option& a, const Option& b) {
      if (a.value != b.value) return a.value < b.value;
      const Leg* legs = market_.legs.data();
      return std::lexicographical_compare(
          legs + a.legs.begin, legs + a.legs.end, legs + b.legs.begin, legs + b.legs.end,
          [](const Leg& x, const Leg& y) { return leg_key(x) < leg_key(y); });
    });
    const Span32 packed = append(market_.options, range, options_);
    for (std::uint32_t i = packed.begin; i < packed.end; ++i) {
      options_[i].legs = append(market_.legs, options_[i].legs, legs_);
    }
    return packed;
  }

  Market& market_;
  Ids hubs_, classes_, zones_, data_, accounts_, groups_, orders_;
  std::vector<Step> steps_;
  std::vector<Variant> variants_;
  std::vector<Option> options_;
  std::vector<Leg> legs_;
  std::vector<SlotRange> ranges_;
  std::vector<HubId> hub_lists_;
  std::vector<Span32> hub_sets_;
  Ids first_equal_;  // hub set → the set that stands for all equal ones
  Ids set_ids_;      // hub set → new id
};

}  // namespace

void canonicalise(Market& market) {
  canonicalise(market, sorted_positions(market.order_names));
}

void canonicalise(Market& market, const std::vector<std::uint32_t>& order_positions) {
  Canonicaliser(market).run(order_positions);
}

}  // namespace tongsuan
