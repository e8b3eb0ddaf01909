// What a clearing decided. Everything else (how much of each offer is sold, payments, rent) follows
// from it and the book by the rules of market/market.h.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/domain/market.h"

namespace tongsuan {

// An accepted order. Orders without an award are rejected.
struct Award {
  OrderId order;
  std::uint32_t variant = 0;  // position in the order's variants (blocks) or options
  std::uint32_t hub = kNone;  // HubId::value for blocks and services; kNone for options, profiles
  Slot start = 0;             // first slot of a block; 0 for every other kind
  std::uint32_t lots = 1;     // accepted lots of a profile (of its lot count); 1 otherwise
  friend bool operator==(const Award&, const Award&) = default;
};

struct Outcome {
  std::vector<Award> awards;  // rising order ids, each at most once
  // Flow in Wh of every line in every slot of its range: lines in market order, slots rising.
  std::vector<std::int64_t> flows;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// One price per row (see market/problem.h for the numbering), in micro-yuan per price unit.
using Prices = std::vector<std::int64_t>;

}  // namespace tongsuan
