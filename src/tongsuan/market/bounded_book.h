// The book that a bound is about: every choice, or those that presolve leaves (strengthen.h).
//
// Presolve judges an order when its choices are read, so what it leaves is never all in memory, and
// orders are read by as many workers as there are.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/market/workers.h"

namespace tongsuan::market {

namespace internal {
class Judge;
class Presolve;
}  // namespace internal

enum class Presolved : std::uint8_t { kNo, kYes };

// Keeps references to the problem and the workers.
class BoundedBook {
 public:
  // Every choice, read by one worker. Implicit, for a bound of a problem is that of all choices.
  BoundedBook(const Problem& problem);  // NOLINT(google-explicit-constructor): as said
  BoundedBook(const Problem& problem, Presolved presolved, const Workers& workers);

  [[nodiscard]] const Problem& problem() const { return problem_; }

  // Reads orders one after the other.
  class Reader {
   public:
    explicit Reader(const BoundedBook& book);
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader();
    // The choices of an order, until the next call.
    [[nodiscard]] std::span<const Choice> choices(std::uint32_t order);

   private:
    const Problem& problem_;
    std::unique_ptr<internal::Judge> judge_;  // null: every choice
    std::vector<Choice> kept_;
  };

  // The sum of each(order, choices) over all orders. Every part has its own copy of `each`.
  template <class Each>
  [[nodiscard]] int128 sum(const Each& each) const {
    const std::uint64_t parts = workers_.count();
    const std::uint64_t orders = problem_.orders.size();
    std::vector<int128> sums(parts, 0);
    workers_.run([&](std::uint32_t part) {
      Each own = each;
      Reader reader(*this);
      int128 sum = 0;
      const std::uint64_t end = orders * (part + 1) / parts;
      for (std::uint64_t i = orders * part / parts; i < end; ++i) {
        const auto order = static_cast<std::uint32_t>(i);
        sum += own(order, reader.choices(order));
      }
      sums[part] = sum;
    });
    int128 total = 0;
    for (const int128 sum : sums) total += sum;
    return total;
  }

 private:
  const Problem& problem_;
  const Workers& workers_;
  std::shared_ptr<const internal::Presolve> presolve_;  // null: every choice
};

}  // namespace tongsuan::market
