// The books of a quote: a closed round, and the same book with one order more.
//
// An order that is quoted anew (changed) is first taken out of the round; its award, if it has one,
// makes room again. A new order comes as a line of a market file and is read with the whole book,
// so that it is judged by the same rules. Prices of the round are carried over by the names of the
// rows: a place that the round never had gets no price, and it has no supply either.
#pragma once

#include <cstdint>
#include <string_view>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/failure.h"
#include "tongsuan/cli/market_file.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::cli {

struct QuoteBook {
  Market market;            // without the order
  Certificate certificate;  // of `market`; prices by the rows of `with_order`
  Market with_order;
  std::uint32_t order = 0;  // its position in `with_order`
};

// Empty: unchanged. `window` is "A..B", `hubs` "a,b", "*" or "+a", `accelerator` "+C", `replica`
// "DATA@HUB".
struct OrderChanges {
  std::string_view limit, window, hubs, accelerator, replica;
};

Attempt<QuoteBook> book_with_changes(const Session& session, ClearedRound round,
                                     std::string_view order, const OrderChanges& changes);

// `line` holds one order, as in a market file; `source` is its name in messages.
Attempt<QuoteBook> book_with_line(const Session& session, ClearedRound round,
                                  std::string_view source, std::string_view line);

}  // namespace tongsuan::cli
