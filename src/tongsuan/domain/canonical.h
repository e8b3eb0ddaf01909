// The canonical form of a market: one way to lay out every book, whatever the order of its lines.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/domain/market.h"

namespace tongsuan {

// Positions of the names in rising order of their bytes. Equal names keep their order.
[[nodiscard]] std::vector<std::uint32_t> sorted_positions(const NameList& names);
// As above; says whether no two names are equal.
[[nodiscard]] std::vector<std::uint32_t> sorted_positions(const NameList& names, bool& distinct);

// Sorts every list by name and renumbers every id, drops unused accounts, groups and pool entries,
// gives fields that an order's kind does not use their defaults, sorts the options of an order and
// the legs of an option (their order has no meaning), and repacks the pools in list order, so that
// markets that differ only in the order of their lines become equal.
//
// Requires a market whose references are valid and whose names are unique within each list.
void canonicalise(Market& market);

// As above, for a caller that already knows sorted_positions(market.order_names).
void canonicalise(Market& market, const std::vector<std::uint32_t>& order_positions);

}  // namespace tongsuan
