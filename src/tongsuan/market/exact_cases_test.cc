#include "tongsuan/market/exact_cases.h"

#include <gtest/gtest.h>
#include <map>

#include "tongsuan/market/evaluate.h"

namespace tongsuan::market {
namespace {

using testing::exact_cases;
using testing::ExactCase;

constexpr std::int64_t kGrid = 1'000'000;  // Wh: flows are tried on whole MWh

// Best undivided welfare by trying every set of options, order by order; orders that deliver into
// one row are merged by their sum, which keeps sixteen plants tractable.
class Enumeration {
 public:
  explicit Enumeration(const Problem& problem) : problem_(problem) {}

  int128 best() {
    std::map<std::vector<std::int64_t>, int128> reached;  // use of every row → best value
    reached[std::vector<std::int64_t>(problem_.row_count(), 0)] = 0;
    for (std::uint32_t order = 0; order < problem_.orders.size(); ++order) extend(order, reached);
    bool any = false;
    int128 best = 0;
    for (const auto& [use, value] : reached) try_flows(0, use, value, any, best);
    TONGSUAN_CHECK(any);
    return best;
  }

 private:
  void extend(std::uint32_t order, std::map<std::vector<std::int64_t>, int128>& reached) const {
    const Span32 choices = problem_.orders[order].choices;
    std::map<std::vector<std::int64_t>, int128> next = reached;
    for (const auto& [use, value] : reached) {
      for (std::uint32_t i = choices.begin; i < choices.end; ++i) {
        const Placement placement = {i, problem_.choices[i].first, 1};
        std::vector<std::int64_t> with = use;
        add_use(problem_, placement, 1, with);
        const int128 sum =
            value +
            static_cast<int128>(placement_value(problem_, order, placement)) * problem_.denominator;
        const auto [found, inserted] = next.try_emplace(std::move(with), sum);
        if (!inserted) found->second = std::max(found->second, sum);
      }
    }
    reached = std::move(next);
  }

  void try_flows(std::size_t index, const std::vector<std::int64_t>& use, int128 value, bool& any,
                 int128& best) const {
    if (index < problem_.line_slots.size()) {
      const LineSlot& line = problem_.line_slots[index];
      for (std::int64_t flow = line.min; flow <= line.max; flow += kGrid) {
        std::vector<std::int64_t> with = use;
        with[line.from] += flow;
        with[line.to] -= flow;
        try_flows(index + 1, with, value, any, best);
      }
      return;
    }
    const Dispatch dispatched = dispatch(problem_, use);
    if (dispatched.short_row != kNone) return;
    for (std::uint32_t row = 0; row < problem_.row_count(); ++row) {
      value += demand_value(problem_, row, dispatched.demanded[row]) -
               supply_cost(problem_, row, dispatched.supplied[row]);
    }
    if (!any || value > best) best = value;
    any = true;
  }

  const Problem& problem_;
};

TEST(ExactCases, OptimaArePublishedOnes) {
  for (const ExactCase& exact : exact_cases()) {
    const Result<Problem> problem = compile(exact.market);
    ASSERT_TRUE(problem.ok()) << exact.name;
    const int128 expected = static_cast<int128>(exact.optimum) * problem.value().denominator;
    EXPECT_TRUE(Enumeration(problem.value()).best() == expected) << exact.name;
  }
}

TEST(ExactCases, GapsAtHullPricesArePublishedOnes) {
  for (const ExactCase& exact : exact_cases()) {
    if (exact.hull_prices.empty()) continue;
    const Result<Problem> problem = compile(exact.market);
    ASSERT_TRUE(problem.ok()) << exact.name;
    const int128 bound = dual_bound(problem.value(), exact.hull_prices);
    const int128 expected =
        (static_cast<int128>(exact.optimum) + exact.gap) * problem.value().denominator;
    EXPECT_TRUE(bound == expected)
        << exact.name << ": D is " << to_string(bound) << ", not " << to_string(expected);
  }
}

// D is convex, so a point that no step along a row or along all rows improves is looked at from
// every side that these small books have.
TEST(ExactCases, NoNeighbourOfAHullPriceIsBetter) {
  for (const ExactCase& exact : exact_cases()) {
    if (exact.hull_prices.empty()) continue;
    const Result<Problem> problem = compile(exact.market);
    ASSERT_TRUE(problem.ok()) << exact.name;
    const int128 bound = dual_bound(problem.value(), exact.hull_prices);
    const auto rows = static_cast<std::uint32_t>(exact.hull_prices.size());
    std::uint32_t directions = 1;
    for (std::uint32_t row = 0; row < rows; ++row) directions *= 3;
    for (std::uint32_t code = 0; code < directions; ++code) {
      for (const std::int64_t size : {std::int64_t{1}, kMicro / 10, kMicro}) {
        Prices prices = exact.hull_prices;
        std::uint32_t rest = code;
        for (std::int64_t& price : prices) {
          price += (static_cast<std::int64_t>(rest % 3) - 1) * size;
          rest /= 3;
        }
        EXPECT_TRUE(dual_bound(problem.value(), prices) >= bound) << exact.name;
      }
    }
  }
}

TEST(ExactCases, RentIsNegativeAtTheBoundPricesOfT8) {
  for (const ExactCase& exact : exact_cases()) {
    if (exact.name != "T8 rent") continue;
    const Result<Problem> compiled = compile(exact.market);
    ASSERT_TRUE(compiled.ok());
    const Problem& problem = compiled.value();
    // 8 at 3 in z1 and 7 at 7 in z0, flow 0 → 1 of 2.
    Outcome outcome;
    for (const char* name : {"b2", "b3"}) {
      outcome.awards.push_back(
          {OrderId{exact.market.order_names.find_sorted(name)}, 0, kNone, 0, 1});
    }
    outcome.flows = {2 * kGrid};
    const Dispatch dispatched = dispatch(problem, net_use(problem, outcome));
    ASSERT_EQ(dispatched.short_row, kNone);
    EXPECT_TRUE(welfare(problem, outcome, dispatched) ==
                static_cast<int128>(exact.optimum) * problem.denominator);
    const auto rent = [&](const Prices& prices) {
      return divide(row_money(problem, 0, prices[1] - prices[0], outcome.flows[0]),
                    problem.denominator, Rounding::kHalfEven);
    };
    EXPECT_EQ(rent(exact.hull_prices), -2 * kMicro);
    EXPECT_EQ(rent({2 * kMicro, 2 * kMicro}), 0);
  }
}

}  // namespace
}  // namespace tongsuan::market
