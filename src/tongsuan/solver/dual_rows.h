// Rows as the dual sees them: supply and demand steps merged by price, and the state of the ascent.
//
// A row's net supply at price λ is N(λ) = Σ supply priced below λ − Σ demand priced above λ: a
// staircase that rises at step prices, where any value between its ends is a subgradient. Prices
// are doubles in the unit of the book (micro-yuan per price unit), so a step price is a whole
// number and standing on a step is an exact comparison. What the row itself gains at λ is S(λ) =
// λ·N(λ) − Σ p·(merged amounts below λ) + Σ p·demand.
//
// The update is Adam (dual_adam.h) on the gradient divided by the row's capacity. A price stops at
// the first step that it would cross (the kink rule), because the minimum of D mostly lies on
// steps; rows with many steps are smooth enough without it.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/solver/dual_adam.h"

namespace tongsuan::solver::dual {

class Rows {
 public:
  explicit Rows(const market::Problem& problem);

  [[nodiscard]] const std::vector<double>& prices() const { return price_; }
  // Moves every price to within its limits, and forgets the moments.
  void restart(const std::vector<double>& prices);
  // Middle step prices: where a cold ascent starts.
  [[nodiscard]] const std::vector<double>& cold_prices() const { return cold_; }

  // Least prices that steps are relative to.
  [[nodiscard]] const std::vector<double>& scales() const { return scale_; }

  // What rows and lines gain at the prices, micro-yuan; sets the net supply of every row. Lines are
  // smoothed over `band` times the price scale of their rows.
  double supply_surplus(double band);

  // One step against `use` − supply, with learning rate `rate`.
  void step(const std::vector<double>& use, double rate, const AdamRates& rates);

  [[nodiscard]] Prices rounded(const std::vector<double>& prices) const;

 private:
  struct LineSlot {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    double min = 0;
    double max = 0;
    double tariff = 0;
  };

  void merge_steps(const market::Problem& problem);
  void add_step(double price, double amount);
  void set_capacities(const market::Problem& problem);
  void set_scales(const market::Problem& problem);
  void set_floors(const market::Problem& problem);
  void move(std::uint32_t row, double target);
  [[nodiscard]] std::uint32_t steps_below(std::uint32_t row, double price) const;

  std::uint32_t slot_count_ = 0;
  std::vector<double> unit_;  // per lane: micro-yuan per price and amount

  // Merged steps: row → [step_begin_[row], step_begin_[row + 1]).
  std::vector<std::uint32_t> step_begin_;
  std::vector<double> step_price_;  // rising and distinct within a row
  std::vector<double> step_amount_;
  std::vector<double> net_before_;   // N below each step; one more entry per row
  std::vector<double> cost_before_;  // Σ p·amount below each step − Σ p·demand; one more entry
  std::vector<LineSlot> lines_;

  // Per row.
  std::vector<double> price_;
  std::vector<double> cold_;
  std::vector<double> floor_;
  std::vector<double> scale_;  // least price that steps are relative to
  std::vector<double> inverse_capacity_;
  std::vector<double> net_;    // N(λ), lines included
  std::vector<double> slack_;  // amount of the step that the price stands on, else 0
  std::vector<double> gradient_;
  std::vector<double> target_;
  std::vector<std::uint32_t> below_;  // steps priced below the price
  Adam adam_;
};

}  // namespace tongsuan::solver::dual
