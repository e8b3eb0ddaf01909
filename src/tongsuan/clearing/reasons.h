// Why orders were not placed: what rules an order out before any price is looked at, then prices.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/clearing/why.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/market/verdict_text.h"

namespace tongsuan::clearing {

// One sentence that a bidder can act on.
[[nodiscard]] const char* reason_text(Reason reason, market::Language language);

// What every row could hold if nobody else were there; built once for many orders. Keeps
// references.
class Structure {
 public:
  Structure(const Market& market, const market::Problem& problem);

  // All supply of a row, all that orders might deliver, and on zones the room of the lines that
  // lead there: no outcome has more.
  [[nodiscard]] std::int64_t reachable(std::uint32_t row) const { return reachable_[row]; }

  // The furthest obstacle over all options of an order: kPlaced when at least one start of one
  // option would fit if nobody else were there. Curves always fit.
  [[nodiscard]] Reason reason(std::uint32_t order) const;

 private:
  [[nodiscard]] Reason block_reason(std::uint32_t order) const;
  [[nodiscard]] Reason pair_reason(std::uint32_t order, std::uint32_t variant, HubId hub) const;
  [[nodiscard]] Reason missing_options(const Order& order) const;
  [[nodiscard]] Reason missing_choice(std::uint32_t order, const Variant& variant, HubId hub) const;
  [[nodiscard]] Reason bundle_obstacle(const market::Choice& choice, Slot start) const;
  [[nodiscard]] Reason profile_obstacle(const market::Choice& choice) const;
  [[nodiscard]] Reason obstacle(std::uint32_t lane) const;
  [[nodiscard]] bool blocked(std::uint32_t lane, SlotRange slots, std::int64_t amount) const;

  const Market& market_;
  const market::Problem& problem_;
  std::vector<std::int64_t> reachable_;       // by row
  std::vector<std::uint32_t> capacity_lane_;  // hub · classes + class → lane, or kNone
};

// One reason per order of a verified certificate: kPlaced for orders with an award and for curves
// that got anything. Fast enough for a million orders.
[[nodiscard]] std::vector<Reason> reasons(const Market& market, const market::Problem& problem,
                                          const Certificate& certificate);

// The same for one order.
[[nodiscard]] Reason reason_of(const Market& market, const market::Problem& problem,
                               const Certificate& certificate, std::uint32_t order);

}  // namespace tongsuan::clearing
