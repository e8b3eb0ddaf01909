#include "tongsuan/market/bounded_book.h"

#include "tongsuan/market/internal/presolve.h"

namespace tongsuan::market {
namespace {

const Workers kOneWorker;

}  // namespace

BoundedBook::BoundedBook(const Problem& problem)
    : BoundedBook(problem, Presolved::kNo, kOneWorker) {}

BoundedBook::BoundedBook(const Problem& problem, Presolved presolved, const Workers& workers)
    : problem_(problem), workers_(workers) {
  if (presolved == Presolved::kYes) presolve_ = std::make_shared<internal::Presolve>(problem);
}

BoundedBook::Reader::Reader(const BoundedBook& book) : problem_(book.problem_) {
  if (book.presolve_) judge_ = std::make_unique<internal::Judge>(*book.presolve_);
}

BoundedBook::Reader::~Reader() = default;

std::span<const Choice> BoundedBook::Reader::choices(std::uint32_t order) {
  if (judge_) {
    kept_.clear();
    judge_->keep(order, kept_);
    return kept_;
  }
  const Span32 choices = problem_.orders[order].choices;
  return std::span(problem_.choices).subspan(choices.begin, choices.count());
}

}  // namespace tongsuan::market
