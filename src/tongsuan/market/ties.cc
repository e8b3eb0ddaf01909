#include "tongsuan/market/ties.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "tongsuan/base/sha256.h"

namespace tongsuan::market {
namespace {

// Everything of an order but its name and account, word by word. Visits the same words for alike
// orders and different ones for others, so it serves both to hash and to compare.
template <class Visit>
void each_word(const Market& market, const Order& order, Visit visit) {
  visit(static_cast<std::uint64_t>(order.kind));
  visit(order.green_percent);
  visit(order.whole_nodes ? 1U : 0U);
  visit(order.hubs.value);
  visit(order.window.begin);
  visit(order.window.end);
  visit(order.data);
  visit(order.group);
  visit(order.minimum_ppm);
  visit(static_cast<std::uint64_t>(order.value));
  visit(static_cast<std::uint64_t>(order.delay_cost));
  visit(order.variants.count());
  for (std::uint32_t i = order.variants.begin; i < order.variants.end; ++i) {
    visit(market.variants[i].accelerator.value);
    visit(market.variants[i].gang);
    visit(market.variants[i].duration);
  }
  visit(order.options.count());
  for (std::uint32_t i = order.options.begin; i < order.options.end; ++i) {
    const Option& option = market.options[i];
    visit(static_cast<std::uint64_t>(option.value));
    visit(option.legs.count());
    for (std::uint32_t k = option.legs.begin; k < option.legs.end; ++k) {
      const Leg& leg = market.legs[k];
      visit(static_cast<std::uint64_t>(leg.kind));
      visit(leg.hub);
      visit(leg.accelerator);
      visit(leg.zone);
      visit(leg.slots.begin);
      visit(leg.slots.end);
      visit(static_cast<std::uint64_t>(leg.amount));
    }
  }
  visit(order.steps.count());
  for (std::uint32_t i = order.steps.begin; i < order.steps.end; ++i) {
    visit(static_cast<std::uint64_t>(market.steps[i].price.raw()));
    visit(static_cast<std::uint64_t>(market.steps[i].amount.raw()));
  }
  visit(order.services.count());
  for (std::uint32_t i = order.services.begin; i < order.services.end; ++i) {
    visit(market.ranges[i].begin);
    visit(market.ranges[i].end);
  }
}

std::uint64_t content_hash(const Market& market, const Order& order) {
  std::uint64_t hash = 0x243F6A8885A308D3ULL;
  each_word(market, order, [&](std::uint64_t word) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29;
  });
  return hash;
}

std::vector<std::uint64_t> content(const Market& market, std::uint32_t order) {
  std::vector<std::uint64_t> words;
  each_word(market, market.orders[order], [&](std::uint64_t word) { words.push_back(word); });
  return words;
}

struct Entry {
  std::uint64_t hash = 0;
  std::uint32_t order = 0;
};

// Orders that may have an equal, by content hash; orders tied to others by precedence are left out.
std::vector<Entry> candidates(const Market& market) {
  std::vector<bool> tied(market.orders.size(), false);
  for (std::uint32_t i = 0; i < market.orders.size(); ++i) {
    const std::uint32_t after = market.orders[i].after;
    if (after == kNone) continue;
    tied[i] = true;
    if (after < tied.size()) tied[after] = true;
  }
  std::vector<Entry> entries;
  entries.reserve(market.orders.size());
  for (std::uint32_t i = 0; i < market.orders.size(); ++i) {
    if (!tied[i] && market.orders[i].kind != OrderKind::kCurve) {
      entries.push_back({content_hash(market, market.orders[i]), i});
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.order < b.order;
  });
  return entries;
}

// Gives the awards of alike orders to them in the order of their draws.
void settle(const Market& market, std::uint64_t seed, const std::vector<std::uint32_t>& members,
            const std::vector<std::uint32_t>& award_of, Outcome& outcome) {
  std::vector<Award> awards;
  for (const std::uint32_t member : members) {
    if (award_of[member] != kNone) awards.push_back(outcome.awards[award_of[member]]);
  }
  if (awards.empty()) return;
  std::sort(awards.begin(), awards.end(), [](const Award& a, const Award& b) {
    return std::tuple(a.variant, a.hub, a.start, b.lots) <
           std::tuple(b.variant, b.hub, b.start, a.lots);
  });
  std::vector<std::pair<std::uint64_t, std::uint32_t>> draws;
  draws.reserve(members.size());
  for (const std::uint32_t member : members) {
    draws.emplace_back(tie_draw(seed, market.order_names[member]), member);
  }
  std::sort(draws.begin(), draws.end());
  // The class's places in the list of awards are refilled; the caller sorts the list again.
  std::size_t next = 0;
  for (const std::uint32_t member : members) {
    if (award_of[member] == kNone) continue;
    Award& place = outcome.awards[award_of[member]];
    place = awards[next];
    place.order = OrderId{draws[next].second};
    ++next;
  }
}

}  // namespace

std::uint64_t tie_draw(std::uint64_t seed, std::string_view name) {
  Sha256 hash;
  hash.update_u64(seed);
  hash.update(name);
  const Digest digest = hash.finish();
  std::uint64_t draw = 0;
  for (std::size_t i = 0; i < 8; ++i) draw = draw << 8 | digest[i];
  return draw;
}

void apply_tie_rule(const Market& market, std::uint64_t seed, Outcome& outcome) {
  std::vector<std::uint32_t> award_of(market.orders.size(), kNone);
  for (std::uint32_t i = 0; i < outcome.awards.size(); ++i) {
    const std::uint32_t order = outcome.awards[i].order.value;
    if (order >= award_of.size() || award_of[order] != kNone) return;
    award_of[order] = i;
  }
  const std::vector<Entry> entries = candidates(market);
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin + 1;
    while (end < entries.size() && entries[end].hash == entries[begin].hash) ++end;
    if (end - begin > 1) {
      // A hash can collide: classes are made by content. One class per hash is the common case.
      std::vector<std::pair<std::vector<std::uint64_t>, std::vector<std::uint32_t>>> classes;
      for (std::size_t i = begin; i < end; ++i) {
        std::vector<std::uint64_t> words = content(market, entries[i].order);
        auto found = std::find_if(classes.begin(), classes.end(),
                                  [&](const auto& known) { return known.first == words; });
        if (found == classes.end()) {
          classes.push_back({std::move(words), {}});
          found = classes.end() - 1;
        }
        found->second.push_back(entries[i].order);
      }
      for (const auto& [words, members] : classes) {
        if (members.size() > 1) settle(market, seed, members, award_of, outcome);
      }
    }
    begin = end;
  }
  std::sort(outcome.awards.begin(), outcome.awards.end(),
            [](const Award& a, const Award& b) { return a.order.value < b.order.value; });
}

}  // namespace tongsuan::market
