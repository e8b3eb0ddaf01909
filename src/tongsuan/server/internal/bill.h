// What contracts came to for a participant in a period, from lines of money and facts of contracts.
//
// Amounts are those of the period; what is said of a contract is of the whole of it, as of the
// answer. Facts come from the history, which knows contracts longer than the engine; what began
// before either of them is not known any more, and said so.
#pragma once

#include <optional>
#include <variant>

#include "tongsuan/report/bill.h"
#include "tongsuan/server/internal/core.h"

namespace tongsuan::server::internal {

struct BillQuery {
  ParticipantId participant;
  std::optional<Second> from, to;
  std::uint64_t as_of = 0;  // at most the sequence of the view
};

// Whose name an order has, its owner alone sees.
[[nodiscard]] std::variant<report::Bill, Problem> make_bill(const Call& call, const View& view,
                                                            const BillQuery& asked);

// ---- Periods, of bills and of statements

// Refuses one that ends before it begins.
void check_period(Query& query, const std::optional<Second>& from, const std::optional<Second>& to);
// Lines of then are not here: not any more, or not yet.
[[nodiscard]] Problem lines_gone(const Core& core, const MoneyLines& lines);

// The participant whose accounts the caller may look at; its problem otherwise.
[[nodiscard]] std::variant<ParticipantId, Problem> find_accounts(
    const Call& call, const View& view, const std::optional<std::uint64_t>& number,
    std::string_view id);

}  // namespace tongsuan::server::internal
