// Judges the starts of a book's choices: see strengthen.h for what stays and why.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/market/internal/kept.h"
#include "tongsuan/market/internal/row_costs.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::market::internal {

// What all judgements share; it does not change. Keeps a reference to the problem.
class Presolve {
 public:
  explicit Presolve(const Problem& problem);

  [[nodiscard]] const Problem& problem() const { return problem_; }
  [[nodiscard]] const RowCosts& costs() const { return costs_; }
  [[nodiscard]] bool followed(std::uint32_t order) const { return followed_[order]; }

 private:
  const Problem& problem_;
  const RowCosts costs_;
  std::vector<bool> followed_;  // by order: others must follow it
};

// Judges order by order, and keeps what gangs cost for the orders to come. Threads need one each.
class Judge {
 public:
  explicit Judge(const Presolve& presolve);

  // Appends what stays of an order's choices: each run of starts that stay is a choice.
  void keep(std::uint32_t order, std::vector<Choice>& kept);

 private:
  const UseSums& gang_sums(const Choice& choice);
  const UseSums& transfer_sums(std::uint32_t index);
  [[nodiscard]] UseRange transfer_range(std::uint32_t index) const;
  void keep_block(std::uint32_t order, const Choice& choice, std::vector<Choice>& kept);
  void keep_runs(std::uint32_t order, const Choice& choice, const UseSums& gang,
                 std::vector<Choice>& kept);
  [[nodiscard]] bool worth(std::int64_t value, int128 cost) const;
  [[nodiscard]] bool stays(std::uint32_t order, std::int64_t value, const Use& use) const;
  [[nodiscard]] bool profile_stays(std::uint32_t order, const Choice& choice) const;

  const Presolve& presolve_;
  const Problem& problem_;
  Kept<UseSums> gangs_;      // by bundle and gang
  Kept<UseSums> transfers_;  // by transfer
  UseSums no_transfer_;
};

}  // namespace tongsuan::market::internal
